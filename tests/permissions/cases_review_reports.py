"""The states in which what comes after a peer review can be: records, actions, lessons, quotations, reports."""

from sessions.lessons import LessonPlace, LessonState
from sessions.peer_reviews.action_plans import ActionState
from sessions.peer_reviews.findings import FindingState
from sessions.peer_reviews.reviews import ReviewState
from sessions.reports.quotations import QuotationState, QuotingPlace
from sessions.reports.versions import VersionState
from tests.makers import NOW
from tests.permissions.cases import Case, cases_of
from tests.permissions.world import World, with_state


@cases_of("respond_to_finding", "plan_action")
def a_record_of_a_finding(world: World) -> list[Case]:
    record = world.review_reports.record
    closed = {"state": ReviewState.CLOSED}
    return [
        *(Case(f"{state} finding", with_state(record, finding={"state": state})) for state in FindingState),
        Case("agreed finding of a review that is closed", with_state(record, review=closed)),
    ]


@cases_of("change_action", "move_action", "report_on_action")
def an_action_of_a_plan(world: World) -> list[Case]:
    action = world.review_reports.action
    owned = {"owner_id": world.people["Bo"].id}
    return [
        *(Case(f"action that is {state}", with_state(action, action={"state": state})) for state in ActionState),
        Case("action that Bo is to do", with_state(action, action=owned)),
        Case("action of a review that is closed", with_state(action, review={"state": ReviewState.CLOSED})),
    ]


@cases_of("close_review", "give_feedback", "start_review_report")
def a_review_after_its_meeting(world: World) -> list[Case]:
    subject = world.reviewing.subject
    published = {"state": ReviewState.PUBLISHED, "published_at": NOW}
    states = [one for one in ReviewState if one is not ReviewState.PUBLISHED]
    return [
        *(Case(f"{state} review", with_state(subject, review={"state": state})) for state in states),
        Case("published review", with_state(subject, review=published)),
    ]


@cases_of("note_lesson")
def where_lessons_come_from(world: World) -> list[Case]:
    found, subject = world.review_reports, world.reviewing.subject
    return [
        Case("from the programme", LessonPlace(found.programme)),
        Case("from the event", LessonPlace(found.programme, subject.event)),
        Case("from the review", LessonPlace(found.programme, subject.event, subject.review)),
    ]


@cases_of("change_lesson", "share_lesson", "withdraw_lesson")
def a_lesson(world: World) -> list[Case]:
    draft = world.review_reports.draft
    return [Case(f"Bo's lesson, {state}", with_state(draft, lesson={"state": state})) for state in LessonState]


@cases_of("ask_for_quotation")
def where_words_come_from(world: World) -> list[Case]:
    found = world.review_reports
    return [Case("from the programme", QuotingPlace(found.programme)), Case("from the review", found.place)]


@cases_of("agree_to_quotation", "decline_quotation", "withdraw_quotation")
def a_quotation(world: World) -> list[Case]:
    asked = world.review_reports.quotation
    return [Case(f"Bo's words, {state}", with_state(asked, quotation={"state": state})) for state in QuotationState]


@cases_of("name_report_editor", "end_report_editor", "start_report")
def a_programme_that_reports(world: World) -> list[Case]:
    return [Case("the programme", world.review_reports.programme)]


@cases_of(
    "write_report", "add_chapter", "write_chapter", "move_chapter", "remove_chapter", "put_into_report", "fill_report",
    "move_in_report", "take_out_of_report", "hand_report_in",
)  # fmt: skip
def a_report(world: World) -> list[Case]:
    return [Case("over all reviews", world.review_reports.report)]


@cases_of("approve_report", "send_report_back", "withdraw_report")
def a_version_of_a_report(world: World) -> list[Case]:
    version = world.review_reports.version
    return [Case(f"Ada's version, {state}", with_state(version, version={"state": state})) for state in VersionState]
