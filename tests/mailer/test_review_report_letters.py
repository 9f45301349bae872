"""Letters about what comes after a peer review: to whom, when not, in whose language, and where their links lead."""

import re
from datetime import date, timedelta

import pytest

from events.core import clock
from events.core.timers import run_due_timers
from events.events import close_event
from events.roles import Role, Scope, give_role
from sessions.lessons import share_lesson, withdraw_lesson
from sessions.peer_reviews.action_plans import ActionState, change_action, move_action, plan_action
from sessions.peer_reviews.feedback import give_feedback
from sessions.peer_reviews.findings import Response
from sessions.peer_reviews.follow_ups import close_review, report_on_action
from sessions.peer_reviews.responses import respond_to_finding
from sessions.peer_reviews.reviews import ReviewState, steps_of
from sessions.peer_reviews.templates import StepKind
from sessions.reports.editing import fill_report, write_report
from sessions.reports.quotations import decline_quotation, withdraw_quotation
from sessions.reports.reports import (
    ReportKind,
    end_report_editor,
    name_report_editor,
    report_with_sources,
    start_review_report,
)
from sessions.reports.versions import approve_report, hand_report_in, send_report_back, withdraw_report
from tests.frontend.browser import Browser
from tests.mailer.makers_letters import html_of, new_letters, sent, text_of
from tests.makers import again, make_person, person_of
from tests.sessions.makers_reports import (
    hold,
    make_action,
    make_finding,
    make_lesson,
    make_quotation,
    make_report,
    name_all,
    programme_of,
    version_in,
)
from tests.sessions.makers_reviews import make_review

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

WEEK = timedelta(days=7)


@pytest.fixture
def review(db):
    found = make_review(db)
    hold(db, found)
    Browser(db)  # so that addresses of pages are known
    return found


@pytest.fixture
def ada(db, review):
    return again(db, review.ada)


@pytest.fixture
def edda(db, review):
    person = make_person(db, "Edda Egger")
    name_report_editor(db, again(db, review.ada), programme_of(db, review), person=person_of(db, person))
    return again(db, person)


def link_in(letter):
    """The one link of a letter that leads to a page of its own, which its HTML has too."""
    found = {one.rstrip(".,") for one in re.findall(r"http://folkmoot\.example/\S+", text_of(letter))}
    [link] = [one for one in found if "/stop" not in one and one != "http://folkmoot.example/"]
    assert f'href="{link}"' in html_of(letter)
    return link.removeprefix("http://folkmoot.example")


def opens(db, people, letters):
    """What each reader's page answers to the link of their letter; 200 and no page for signing in."""
    pages = {name: Browser(db, again(db, people[name])).get(link_in(one)) for name, one in letters.items()}
    return {name: (page.status, page.path == link_in(letters[name])) for name, page in pages.items()}


def subjects(letters):
    return {name: one.subject for name, one in letters.items()}


def filled(db, review, kind=ReportKind.LESSONS):
    """A report over all reviews with a finding in it."""
    make_finding(db, review)
    hold(db, review, ReviewState.PUBLISHED)
    report = make_report(db, review, kind)
    fill_report(db, again(db, review.ada), report)
    return report


# --- What a host owes, and what it says


def follow(db, review, kind):
    """The moment in which a step has begun (a response: is over)."""
    step = next(one for one in steps_of(db, review.event.id) if one.kind is kind)
    return (step.ends_at if kind is StepKind.RESPONSE else step.starts_at) + timedelta(hours=1)


def test_a_host_is_asked_for_its_responses_in_its_own_language_and_reminded(db, review):
    hal = person_of(db, review.people["hal"])
    hal.locale = "de"
    db.add(hal)
    make_finding(db, review)
    db.commit()
    late = follow(db, review, StepKind.RESPONSE)

    known = sent(db)
    with clock.frozen_at(late):
        run_due_timers()
        first = new_letters(db, known)
        there = opens(db, review.people, first)
    known = sent(db)
    with clock.frozen_at(late + WEEK):
        run_due_timers()
        second = new_letters(db, known)

    assert list(first) == list(second) == ["hal"]
    assert first["hal"].subject.endswith(": Members that stay")
    assert not first["hal"].subject.startswith("Host's response")
    assert there == {"hal": (200, True)}
    assert text_of(second["hal"]) != text_of(first["hal"])
    assert len(text_of(second["hal"]).splitlines()) > len(text_of(first["hal"]).splitlines())


def test_a_host_that_answered_before_the_letter_went_gets_none(db, review):
    record = make_finding(db, review)
    late = follow(db, review, StepKind.RESPONSE)
    known = sent(db)
    with clock.frozen_at(late):
        run_due_timers()
        respond_to_finding(db, review.people["hal"], record, response=Response.REJECT, why="It is not ours.")

        letters = new_letters(db, known)

    assert "hal" not in letters


def test_when_all_is_answered_peers_and_who_runs_the_review_hear_of_it_and_observers_do_not(db, review):
    first, second = make_finding(db, review), make_finding(db, review, 2)
    known = sent(db)

    respond_to_finding(db, review.people["hal"], first, response=Response.ACCEPT)
    nothing = new_letters(db, known)
    respond_to_finding(db, review.people["hal"], second, response=Response.REJECT, why="It is not ours.")
    letters = new_letters(db, known)

    assert nothing == {}
    assert sorted(letters) == ["ada", "bo", "cy", "di", "ed", "mo", "ria"]
    assert {one.subject for one in letters.values()} == {"Straw has answered all recommendations"}
    assert set(opens(db, review.people | {"ada": review.ada}, letters).values()) == {(200, True)}


def test_who_is_to_do_something_gets_a_letter_and_who_gives_it_to_themselves_does_not(db, review):
    record, hal = make_finding(db, review), review.people["hal"]
    zoe, xi = make_person(db, "Zoe Zander", locale="fr"), make_person(db, "Xi Xu")
    known = sent(db)

    action = make_action(db, review, record, owner="", owner_person=person_of(db, zoe))
    plan_action(db, hal, record, action="Mine.", due_on=date(2026, 6, 1), owner_person=person_of(db, hal))
    given = new_letters(db, known)
    there = opens(db, {"zoe": zoe}, given)
    known = sent(db)
    change_action(
        db, hal, action, action="Call each twice.", due_on=date(2026, 7, 1), owner_person=person_of(db, xi), version=1
    )  # fmt: skip
    handed = new_letters(db, known)

    assert list(given) == ["zoe"]
    assert "> Call each member once." in text_of(given["zoe"])
    assert not given["zoe"].subject.startswith("You are to do")
    assert there == {"zoe": (200, True)}
    assert subjects(handed) == {"xi": "You are to do something for Straw until Wed, 1 Jul 2026"}
    assert "> Call each twice." in text_of(handed["xi"])
    assert opens(db, {"xi": xi}, handed) == {"xi": (200, True)}


def test_what_was_done_or_given_to_another_before_the_letter_went_is_asked_of_nobody(db, review):
    record, hal = make_finding(db, review), review.people["hal"]
    zoe, xi = make_person(db, "Zoe Zander"), make_person(db, "Xi Xu")
    known = sent(db)

    done = make_action(db, review, record, owner="", owner_person=person_of(db, zoe))
    move_action(db, hal, done, state=ActionState.DONE, proof="A list.", version=1)
    other = make_action(db, review, record, owner="", owner_person=person_of(db, zoe))
    change_action(db, hal, other, action="Less.", due_on=date(2026, 7, 1), owner_person=person_of(db, xi), version=1)
    letters = new_letters(db, known)

    assert list(letters) == ["xi"]


def test_when_each_action_is_reported_who_runs_the_review_hears_of_it_once(db, review):
    action, hal = make_action(db, review, make_finding(db, review)), review.people["hal"]
    known = sent(db)
    with clock.frozen_at(follow(db, review, StepKind.FOLLOW_UP_6)):
        report_on_action(db, hal, action, state=ActionState.IN_WORK, note="Ten are called.", version=1)
        report_on_action(db, hal, action, state=ActionState.IN_WORK, note="Eleven are called.", version=2)

        letters = new_letters(db, known)
        there = opens(db, review.people | {"ada": review.ada}, letters)

    assert subjects(letters) == dict.fromkeys(("ada", "mo"), "Straw has reported on its action plan")
    assert "Follow-up after 6 months: Straw has reported" in text_of(letters["mo"])
    assert there == {"ada": (200, True), "mo": (200, True)}


def test_everybody_inside_hears_that_a_review_is_closed_but_who_stopped_announcements(db, review, ada):
    known = sent(db)

    close_review(db, ada, review.subject)
    letters = new_letters(db, known)

    assert sorted(letters) == ["bo", "cy", "di", "ed", "hal", "mo", "ole", "ria"]
    assert letters["ole"].subject == "The review “Members that stay” is closed"
    assert "/stop" in text_of(letters["ole"])


@pytest.mark.parametrize("closed", [False, True])
def test_a_host_is_reminded_until_its_review_is_closed(db, review, ada, closed):
    make_action(db, review, make_finding(db, review))
    last = follow(db, review, StepKind.FOLLOW_UP_12)
    with clock.frozen_at(last):
        db.commit()
        run_due_timers()
        known = sent(db)
    with clock.frozen_at(last + 4 * WEEK):
        if closed:
            close_review(db, ada, review.subject)
        db.commit()
        run_due_timers()
        letters = new_letters(db, known)

    reminded = [one for one in letters.values() if one.subject.startswith("Follow-up after 12 months")]
    assert len(reminded) == (0 if closed else 1)


def near_the_end(db, review, kind):
    """A moment shortly before a step ends, in which those who owe something are reminded."""
    return next(one for one in steps_of(db, review.event.id) if one.kind is kind).ends_at - timedelta(days=1)


def due_at(db, review, late, about):
    """The letters about this that go on its date, by reader, and what each reader finds behind its link."""
    db.commit()
    with clock.frozen_at(late - 2 * WEEK):
        run_due_timers()
        known = sent(db)
    with clock.frozen_at(late):
        run_due_timers()
        letters = {name: one for name, one in new_letters(db, known).items() if about in one.subject}
        return letters, opens(db, review.people, letters)


@pytest.mark.parametrize("written", ["", "handed in", "sent back"])
def test_a_rapporteur_is_reminded_of_a_report_that_is_not_handed_in(db, review, written):
    make_finding(db, review)
    ria = review.people["ria"]
    row = start_review_report(db, ria, review.subject, title="The case", language="en")
    report = report_with_sources(db, row, programme_of(db, review))
    fill_report(db, ria, report)
    if written:
        hand_report_in(db, ria, report)
    if written == "sent back":
        send_report_back(db, review.people["mo"], version_in(db, review.people["mo"], report), reason="Too long.")
    late = near_the_end(db, review, StepKind.REPORT)
    letters, there = due_at(db, review, late, "Review report")

    assert subjects(letters) == (
        {} if written == "handed in" else {"ria": "Due soon in the review of Straw: Review report"}
    )
    assert there == ({} if written == "handed in" else {"ria": (200, True)})


@pytest.mark.parametrize("closed", [False, True])
def test_a_host_is_reminded_of_its_responses_before_their_date_also_once_the_event_is_closed(db, review, ada, closed):
    make_finding(db, review)
    late = near_the_end(db, review, StepKind.RESPONSE)
    if closed:
        close_event(db, ada, review.event)
    letters, there = due_at(db, review, late, "response")

    assert subjects(letters) == {"hal": "Due soon in the review of Straw: Host's response and action plan"}
    assert there == {"hal": (200, True)}


def test_a_host_that_has_answered_and_planned_is_not_reminded(db, review):
    record = make_finding(db, review)
    respond_to_finding(db, review.people["hal"], record, response=Response.ACCEPT)
    make_action(db, review, record)
    late = near_the_end(db, review, StepKind.RESPONSE)
    db.commit()
    with clock.frozen_at(late - 2 * WEEK):
        run_due_timers()
        known = sent(db)
    with clock.frozen_at(late):
        run_due_timers()
        letters = new_letters(db, known)

    assert [one.subject for one in letters.values() if "response" in one.subject] == []


def test_who_has_not_given_feedback_is_reminded_of_it_once(db, review):
    person = person_of(db, review.people["cy"])
    person.locale = "de"
    db.add(person)
    with clock.frozen_at(follow(db, review, StepKind.FEEDBACK)):
        for name in ("bo", "hal", "ole"):
            give_feedback(db, review.people[name], review.subject, score=4)
    late = near_the_end(db, review, StepKind.FEEDBACK)
    db.commit()
    with clock.frozen_at(late - WEEK):
        run_due_timers()
        known = sent(db)
    with clock.frozen_at(late):
        run_due_timers()
        letters = new_letters(db, known)
        there = opens(db, review.people, {name: letters[name] for name in ("cy", "di")})
        known = sent(db)
    with clock.frozen_at(late + timedelta(days=20)):
        run_due_timers()
        later = new_letters(db, known)

    assert sorted(letters) == ["cy", "di", "ed", "mo", "ria"]
    assert letters["di"].subject == "Due soon in the review of Straw: Feedback"
    assert not letters["cy"].subject.startswith("Due soon")
    assert there == {"cy": (200, True), "di": (200, True)}
    assert later == {}


@pytest.mark.parametrize("state", [ReviewState.PREPARING, ReviewState.CANCELLED, ReviewState.CLOSED])
def test_nobody_is_asked_for_feedback_on_a_review_that_was_not_held_or_is_over(db, review, state):
    hold(db, review, state)
    late = near_the_end(db, review, StepKind.FEEDBACK)
    db.commit()
    with clock.frozen_at(late - WEEK):
        run_due_timers()
        known = sent(db)
    with clock.frozen_at(late):
        run_due_timers()

        assert [one.subject for one in new_letters(db, known).values() if "Feedback" in one.subject] == []


def test_feedback_that_was_given_and_lessons_are_no_reason_for_letters(db, review, ada):
    known = sent(db)
    with clock.frozen_at(follow(db, review, StepKind.FEEDBACK)):
        give_feedback(db, review.people["bo"], review.subject, score=5, kept="All.")
        lesson = make_lesson(db, review.people["hal"], programme_of(db, review), review=review, shared=False)
        share_lesson(db, review.people["hal"], lesson)
        withdraw_lesson(db, ada, lesson, why="It was wrong.")

        assert new_letters(db, known) == {}


# --- Quotations


def test_who_is_to_be_quoted_is_asked_in_their_language_and_nobody_else(db, review):
    bo = person_of(db, review.people["bo"])
    bo.locale = "fr"
    db.add(bo)
    known = sent(db)

    make_quotation(db, review, agreed=False)
    letters = new_letters(db, known)

    assert list(letters) == ["bo"]
    assert "> We lost a third of them." in text_of(letters["bo"])
    assert "Green Food Network" in letters["bo"].subject
    assert not letters["bo"].subject.startswith("May")
    assert opens(db, review.people, letters) == {"bo": (200, True)}


def test_who_has_answered_already_is_not_asked_and_answers_are_no_letters(db, review):
    known = sent(db)

    quotation = make_quotation(db, review)
    withdraw_quotation(db, review.people["bo"], quotation)
    decline_quotation(db, review.people["cy"], make_quotation(db, review, "cy", agreed=False))

    assert new_letters(db, known) == {}


# --- Reports


def test_who_edits_reports_from_now_on_is_told(db, review, ada):
    programme, nia = programme_of(db, review), make_person(db, "Nia Novak")
    known = sent(db)

    name_report_editor(db, ada, programme, person=person_of(db, nia))
    letters = new_letters(db, known)

    assert subjects(letters) == {"nia": "You edit the reports of Green Food Network"}
    assert opens(db, {"nia": nia}, letters) == {"nia": (200, True)}


def test_who_does_not_edit_any_more_when_the_letter_is_written_is_not_told(db, review, ada):
    programme, nia = programme_of(db, review), make_person(db, "Nia Novak")
    known = sent(db)

    name_report_editor(db, ada, programme, person=person_of(db, nia))
    end_report_editor(db, ada, programme, person=person_of(db, nia))

    assert new_letters(db, known) == {}


def test_who_may_approve_a_version_is_asked_and_its_author_is_not(db, review, ada, edda):
    report = filled(db, review)
    known = sent(db)

    hand_report_in(db, edda, report)
    letters = new_letters(db, known)

    assert subjects(letters) == {"ada": "Version 1 of “What we know” waits for approval"}
    assert opens(db, {"ada": ada}, letters) == {"ada": (200, True)}
    assert "Approve and publish" in Browser(db, ada).get(link_in(letters["ada"])).html


def test_the_report_of_a_review_is_approved_by_who_writes_it_up(db, review):
    make_finding(db, review)
    row = start_review_report(db, review.people["ria"], review.subject, title="The case", language="en")
    report = report_with_sources(db, row, programme_of(db, review))
    fill_report(db, review.people["ria"], report)
    known = sent(db)

    hand_report_in(db, review.people["ria"], report)
    letters = new_letters(db, known)

    assert sorted(letters) == ["ada", "mo"]
    assert opens(db, review.people | {"ada": review.ada}, letters) == {"ada": (200, True), "mo": (200, True)}


def test_an_organiser_of_the_event_alone_is_asked_about_the_reports_of_its_reviews(db, review, ada):
    make_finding(db, review)
    oto = make_person(db, "Oto Ost")
    give_role(db, ada, person_id=oto.person, role=Role.ORGANISER, scope=Scope.EVENT, scope_id=review.event.id)
    row = start_review_report(db, review.people["ria"], review.subject, title="The case", language="en")
    report = report_with_sources(db, row, programme_of(db, review))
    fill_report(db, review.people["ria"], report)
    known = sent(db)

    hand_report_in(db, review.people["ria"], report)
    letters = new_letters(db, known)

    assert opens(db, {"oto": oto}, {"oto": letters["oto"]}) == {"oto": (200, True)}


def test_nobody_is_asked_about_a_version_that_was_decided_before_the_letter_went(db, review, ada, edda):
    report = filled(db, review)
    known = sent(db)

    hand_report_in(db, edda, report)
    send_report_back(db, ada, version_in(db, ada, report), reason="Too long.")
    letters = new_letters(db, known)

    assert subjects(letters) == {"edda": "Version 1 of “What we know” was sent back"}
    assert "> Too long." in text_of(letters["edda"])
    assert opens(db, {"edda": edda}, letters) == {"edda": (200, True)}


def test_who_takes_their_own_version_back_is_not_told(db, review, edda):
    report = filled(db, review)
    known = sent(db)

    hand_report_in(db, edda, report)
    send_report_back(db, edda, version_in(db, edda, report), reason="I forgot something.")

    assert new_letters(db, known) == {}


def test_an_author_hears_that_a_report_over_all_is_published(db, review, ada, edda):
    report = filled(db, review)
    hand_report_in(db, edda, report)
    known = sent(db)

    approve_report(db, ada, version_in(db, ada, report))
    letters = new_letters(db, known)

    assert subjects(letters) == {"edda": "Published: What we know"}
    assert opens(db, {"edda": edda}, letters) == {"edda": (200, True)}
    assert Browser(db).get(link_in(letters["edda"])).status == 200


def test_everybody_in_a_review_hears_that_its_report_is_published(db, review):
    make_finding(db, review)
    mo, ria = review.people["mo"], review.people["ria"]
    row = start_review_report(db, ria, review.subject, title="The case", language="en")
    report = report_with_sources(db, row, programme_of(db, review))
    fill_report(db, ria, report)
    hand_report_in(db, ria, report)
    known = sent(db)

    approve_report(db, mo, version_in(db, mo, report))
    letters = new_letters(db, known)

    assert sorted(letters) == ["bo", "cy", "di", "ed", "hal", "mo", "ole", "ria"]
    assert set(opens(db, review.people, letters).values()) == {(200, True)}


def test_what_was_withdrawn_before_the_letter_went_is_announced_to_nobody(db, review, ada, edda):
    report = filled(db, review)
    hand_report_in(db, edda, report)
    known = sent(db)

    approve_report(db, ada, version_in(db, ada, report))
    withdraw_report(db, ada, version_in(db, ada, report), reason="A figure is wrong.")

    assert new_letters(db, known) == {}


@pytest.mark.parametrize("named", [False, True])
def test_who_is_to_do_something_reads_names_in_the_letter_only_where_they_may_be_told(db, review, named):
    zoe, record = make_person(db, "Zoe Zander"), make_finding(db, review)
    if named:
        name_all(db, review)
    known = sent(db)

    make_action(db, review, record, action="Call as Bo Berg does.", owner_person=person_of(db, zoe))
    letter = text_of(new_letters(db, known)["zoe"])

    assert ("Bo Berg" in letter, "as" in letter) == (named, True)


def test_titles_and_reasons_of_reports_leave_in_letters_without_the_names_of_a_private_review(db, review, ada, edda):
    hold(db, review, ReviewState.PUBLISHED)
    make_finding(db, review)
    report = make_report(db, review)
    fill_report(db, ada, report)
    write_report(db, ada, report, title="What Bo Berg taught us", lead="", language="en", version=1)
    known = sent(db)

    hand_report_in(db, edda, report)
    send_report_back(db, ada, version_in(db, ada, report), reason="Cy Costa objects.")
    letters = new_letters(db, known)

    assert "What […] taught us" in text_of(letters["edda"])
    assert [name for name in ("Berg", "Costa") for one in letters.values() if name in text_of(one) + one.subject] == []
