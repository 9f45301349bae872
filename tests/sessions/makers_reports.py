"""Makers for what comes after a review: findings, published reviews, lessons, quotations and reports."""

from datetime import date
from typing import Any

from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.organisations import OrganisationKind
from events.programmes import Programme
from sessions.lessons import (
    LessonCard,
    LessonCode,
    LessonInProgramme,
    LessonPlace,
    lesson_with_sources,
    note_lesson,
    share_lesson,
)
from sessions.peer_reviews.action_plans import ActionInReview, ReviewAction, plan_action
from sessions.peer_reviews.findings import Finding, FindingState, Level
from sessions.peer_reviews.records import FindingRecord
from sessions.peer_reviews.reviews import Attribution, ReviewRole, ReviewState, places_of, start_review
from sessions.reports.quotations import (
    QuotationInProgramme,
    QuotingPlace,
    agree_to_quotation,
    ask_for_quotation,
)
from sessions.reports.reports import Report, ReportInProgramme, ReportKind, report_with_sources, start_report
from sessions.reports.versions import VersionOfReport, get_version
from tests.makers import again, make_member, make_organisation, make_person, person_of
from tests.sessions.makers_reviews import QUESTIONS, Review, give_place


def make_finding(db: Database, review: Review, number: int = 1, **values: Any) -> FindingRecord:
    """An agreed finding of a review, in which Bo Berg and Cy Costa are named by whoever wrote it down."""
    places = {one.person_id: one.id for one in places_of(db, review.subject.id)}
    usual: dict[str, Any] = {
        "finding": "Bo Berg found that members leave after two years.",
        "evidence": "Cy Costa saw the same in the figures of three clusters.",
        "recommendation": "Let every member name one thing that it needs, as Cy Costa said.",
        "practice": "In the north a member is called once a quarter.",
        "practice_by_id": places.get(review.people["bo"].person),
        "level": Level.REGION, "addressee": "the regional development agency", "state": FindingState.AGREED,
    }  # fmt: skip
    row = Finding(review_id=review.subject.id, number=number, created_at=clock.now(), **usual | values)
    db.add(row)
    db.flush()
    return FindingRecord(row, review.subject.review, review.event.event)


def hold(db: Database, review: Review, state: ReviewState = ReviewState.HELD) -> None:
    """Let a review be held, or further."""
    row = review.subject.review
    row.state = state
    if state is ReviewState.PUBLISHED:
        row.published_at = clock.now()
    db.add(row)
    db.flush()


def name_all(db: Database, review: Review, attribution: Attribution = Attribution.NAMED) -> None:
    """Let a review tell who said what, or not."""
    review.subject.review.attribution = attribution
    db.add(review.subject.review)
    db.flush()


def make_action(db: Database, review: Review, record: FindingRecord, **values: Any) -> ActionInReview:
    """An action of the host's, to be done within two months."""
    usual: dict[str, Any] = {"action": "Call each member once.", "owner": "The secretary", "due_on": date(2026, 6, 30)}
    row: ReviewAction = plan_action(db, review.people["hal"], record, **usual | values)
    return ActionInReview(row, record.review, record.event)


def programme_of(db: Database, review: Review) -> Programme:
    """The programme of a review."""
    return db.get_one(Programme, review.event.programme_id)


LESSON = {
    "title": "Call before they leave", "context": "A cluster of two hundred members.",
    "worked": "Bo Berg called each member.", "not_worked": "Letters.", "advice": "Call each member once a quarter.",
    "ecosystem": "agri-food",
}  # fmt: skip


def make_lesson(
    db: Database, actor: Actor, programme: Programme, *, review: Review | None = None, shared: bool = True,
    **texts: str,
) -> LessonInProgramme:  # fmt: skip
    """A lesson of somebody's, shared unless told otherwise."""
    place = LessonPlace(programme)
    if review is not None:
        place = LessonPlace(programme, review.event.event, review.subject.review)
    row: LessonCard = note_lesson(
        db, actor, place, texts=LESSON | texts, tags=["data.analytics"], code=LessonCode.BARRIER_TIME,
        level=Level.REGION,
    )  # fmt: skip
    found = lesson_with_sources(db, row, programme)
    if shared:
        share_lesson(db, actor, found)
    return found


def make_quotation(
    db: Database, review: Review, name: str = "bo", *, text: str = "We lost a third of them.", named: bool = True,
    agreed: bool = True,
) -> QuotationInProgramme:  # fmt: skip
    """Words of somebody in a review, which they agree to unless told otherwise."""
    programme = programme_of(db, review)
    place = QuotingPlace(programme, review.subject.review, review.event.event)
    person = person_of(db, review.people[name])
    row = ask_for_quotation(db, again(db, review.ada), place, person=person, text=text)
    found = QuotationInProgramme(row, programme)
    if agreed:
        agree_to_quotation(db, review.people[name], found, named=named)
    return found


def make_report(db: Database, review: Review, kind: ReportKind = ReportKind.LESSONS) -> ReportInProgramme:
    """A report of Ada's over all reviews, with its usual chapters."""
    programme = programme_of(db, review)
    row: Report = start_report(db, again(db, review.ada), programme, kind=kind, title="What we know")
    return report_with_sources(db, row, programme)


def version_in(db: Database, actor: Actor, subject: ReportInProgramme, number: int = 1) -> VersionOfReport:
    """A version of a report as commands need it."""
    return get_version(db, actor, subject, number)


def make_second_review(db: Database, review: Review) -> Review:
    """Another review in the same event: of the case of the cluster Clay (PL), whose host is Ivo Ilic, with two of the
    peers of the first."""
    ada = again(db, review.ada)
    clay = make_organisation(db, "Clay", kind=OrganisationKind.CLUSTER_ORGANISATION, country="PL")
    subject = start_review(
        db, ada, review.event, organisation=clay, topic="Data that several companies can use", questions=QUESTIONS,
        case_text="Nobody gives data away for nothing.", ecosystem="construction",
    )  # fmt: skip
    found = Review(ada, review.event, subject, clay)
    give_place(db, found, make_member(db, make_person(db, "Ivo Ilic"), clay), ReviewRole.HOST)
    for name in ("bo", "cy"):
        give_place(db, found, again(db, review.people[name]), ReviewRole.PEER)
    return found
