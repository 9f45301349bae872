"""What a host owes after its review: responses, a plan, and a word on each action at each follow-up."""

from datetime import date, timedelta

import pytest
from sqlmodel import select

from events.core import clock
from events.core.database import reading
from events.core.journal import JournalEntry
from events.core.refusals import Conflict, Invalid, NotAllowed
from events.core.timers import run_due_timers
from sessions.peer_reviews.action_plans import ActionState, change_action, move_action
from sessions.peer_reviews.feedback import feedback_figures, give_feedback
from sessions.peer_reviews.findings import FindingState, Response
from sessions.peer_reviews.follow_ups import close_review, owed, owed_by_host, report_on_action
from sessions.peer_reviews.responses import respond_to_finding, responses_to, unanswered
from sessions.peer_reviews.reviews import ReviewNotOn, ReviewOver, ReviewState, steps_of
from sessions.peer_reviews.templates import StepKind
from tests.makers import NOW
from tests.sessions.makers_reports import hold, make_action, make_finding
from tests.sessions.makers_review_meetings import DAY, plan
from tests.sessions.makers_reviews import make_review


@pytest.fixture
def review(db):
    found = make_review(db)
    hold(db, found)
    return found


def after(kind, review, db):
    """A moment after a step has begun (a response: ended)."""
    step = next(one for one in steps_of(db, review.event.id) if one.kind is kind)
    return (step.ends_at if kind is StepKind.RESPONSE else step.starts_at) + timedelta(hours=1)


def test_what_a_host_said_before_is_kept(db, review):
    record, hal = make_finding(db, review), review.people["hal"]

    respond_to_finding(db, hal, record, response=Response.REJECT, why="Too dear.")
    respond_to_finding(db, hal, record, response=Response.ADAPT, why="With less.")

    assert [(one.response, one.why) for one in responses_to(db, record.id)] == [
        (Response.REJECT, "Too dear."),
        (Response.ADAPT, "With less."),
    ]
    assert (record.finding.response, record.finding.response_why) == (Response.ADAPT, "With less.")
    assert unanswered(db, review.subject.id) == 0


@pytest.mark.parametrize("response", [Response.ADAPT, Response.REJECT, Response.NONE])
def test_a_host_that_does_not_simply_accept_says_why(db, review, response):
    record = make_finding(db, review)

    with pytest.raises(Invalid):
        respond_to_finding(db, review.people["hal"], record, response=response)

    assert responses_to(db, record.id) == []


def test_two_who_answer_from_one_page_do_not_write_over_each_other(db, review):
    record, hal = make_finding(db, review), review.people["hal"]
    seen = record.finding.version
    respond_to_finding(db, hal, record, response=Response.ACCEPT, version=seen)

    with pytest.raises(Conflict):
        respond_to_finding(db, hal, record, response=Response.REJECT, why="No.", version=seen)

    assert record.finding.response is Response.ACCEPT


def test_only_the_host_and_organisers_answer_and_only_what_is_agreed(db, review):
    record, draft = make_finding(db, review), make_finding(db, review, 2, state=FindingState.DRAFT)

    with pytest.raises(NotAllowed):
        respond_to_finding(db, review.people["bo"], record, response=Response.ACCEPT)
    with pytest.raises(Conflict):
        respond_to_finding(db, review.people["hal"], draft, response=Response.ACCEPT)
    hold(db, review, ReviewState.CLOSED)
    with pytest.raises(ReviewOver):
        respond_to_finding(db, review.people["hal"], record, response=Response.ACCEPT)


def test_an_action_says_who_does_it_until_when(db, review):
    record = make_finding(db, review)

    with pytest.raises(Invalid) as refused:
        make_action(db, review, record, action=" ", owner="", due_on=None)

    assert set(refused.value.fields) == {"action", "owner", "due_on"}


def test_what_is_dropped_says_why_and_what_is_done_shows_it(db, review):
    action, hal = make_action(db, review, make_finding(db, review)), review.people["hal"]

    with pytest.raises(Invalid):
        move_action(db, hal, action, state=ActionState.DROPPED, version=1)
    with pytest.raises(Invalid):
        move_action(db, hal, action, state=ActionState.DONE, version=1)
    move_action(db, hal, action, state=ActionState.DONE, proof="A list of 40 calls.", version=1)
    with pytest.raises(Conflict):
        move_action(db, hal, action, state=ActionState.OPEN, version=1)

    assert (action.action.state, action.action.proof) == (ActionState.DONE, "A list of 40 calls.")


def test_whoever_does_an_action_reports_it_and_changes_nothing_else(db, review):
    from tests.makers import make_person, person_of

    zoe = make_person(db, "Zoe Zander")
    action = make_action(db, review, make_finding(db, review), owner="", owner_person=person_of(db, zoe))

    move_action(db, zoe, action, state=ActionState.IN_WORK, version=1)
    with pytest.raises(NotAllowed):
        change_action(db, zoe, action, action="Less.", owner="Me", due_on=date(2027, 1, 1), version=2)

    assert action.action.state is ActionState.IN_WORK


def asked(since=0):
    with reading() as db:
        rows = db.exec(select(JournalEntry).where(JournalEntry.kind == "HostAwaited").order_by(JournalEntry.id)).all()
    return [(one.particulars["what"], one.particulars["times"]) for one in rows][since:]


def test_who_owes_responses_after_their_step_is_asked_and_then_every_week(db, review):
    record = make_finding(db, review)
    late = after(StepKind.RESPONSE, review, db)
    db.commit()
    run_due_timers()
    assert asked() == []

    for days in (0, 1, 8):
        with clock.frozen_at(late + timedelta(days=days)):
            run_due_timers()

    assert asked() == [(StepKind.RESPONSE, 1), (StepKind.RESPONSE, 2)]
    with clock.frozen_at(late + timedelta(days=9)):
        assert [(one.kind, one.count, one.times) for one in owed_by_host(db, review.subject)] == [
            (StepKind.RESPONSE, 1, 2)
        ]
        respond_to_finding(db, review.people["hal"], record, response=Response.REJECT, why="It is not ours.")
        db.commit()
    with clock.frozen_at(late + timedelta(days=20)):
        run_due_timers()
        assert owed_by_host(db, review.subject) == []
    assert len(asked()) == 2


def test_an_accepted_recommendation_without_an_action_is_owed_too(db, review):
    record = make_finding(db, review)
    respond_to_finding(db, review.people["hal"], record, response=Response.ACCEPT)
    before = owed(db, review.subject.id, StepKind.RESPONSE)

    make_action(db, review, record)

    assert (before, owed(db, review.subject.id, StepKind.RESPONSE)) == (1, 0)


def test_each_follow_up_asks_until_every_unfinished_action_is_reported(db, review):
    hal, record = review.people["hal"], make_finding(db, review)
    respond_to_finding(db, hal, record, response=Response.ACCEPT)
    first, second = make_action(db, review, record), make_action(db, review, record, action="Write to them.")
    with pytest.raises(ReviewNotOn):
        report_on_action(db, hal, first, state=ActionState.IN_WORK, note="Begun.", version=1)
    three, six, twelve = (
        after(kind, review, db) for kind in (StepKind.FOLLOW_UP_3, StepKind.FOLLOW_UP_6, StepKind.FOLLOW_UP_12)
    )
    db.commit()

    with clock.frozen_at(three):
        run_due_timers()
        report_on_action(db, hal, first, state=ActionState.IN_WORK, note="Ten of forty.", version=1)
        report_on_action(db, hal, second, state=ActionState.DROPPED, note="Nobody reads letters.", version=1)
        db.commit()
        run_due_timers()
    with clock.frozen_at(three + timedelta(days=30)):
        run_due_timers()
    with clock.frozen_at(six):
        run_due_timers()
    with clock.frozen_at(six + timedelta(days=8)):
        run_due_timers()
        report_on_action(db, hal, first, state=ActionState.DONE, note="All forty.", proof="The list.", version=2)
        db.commit()
    with clock.frozen_at(twelve):
        run_due_timers()
        close_review(db, review.ada, review.subject)
        db.commit()
    with clock.frozen_at(twelve + timedelta(days=60)):
        run_due_timers()

    assert asked() == [(StepKind.FOLLOW_UP_3, 1), (StepKind.FOLLOW_UP_6, 1), (StepKind.FOLLOW_UP_6, 2)]
    assert second.action.reason == "Nobody reads letters."
    assert review.subject.review.state is ReviewState.CLOSED


def test_a_step_that_was_moved_is_noticed(db, review):
    make_action(db, review, make_finding(db, review))
    step = next(one for one in steps_of(db, review.event.id) if one.kind is StepKind.FOLLOW_UP_3)
    step.starts_at = NOW + timedelta(days=3)
    db.add(step)
    db.commit()

    with clock.frozen_at(NOW + timedelta(days=2)):
        run_due_timers()
        before = asked()
    with clock.frozen_at(NOW + timedelta(days=4)):
        run_due_timers()

    assert (before, asked()) == ([], [(StepKind.FOLLOW_UP_3, 1)])


def test_a_review_is_not_closed_over_unfinished_actions_while_a_follow_up_is_to_come(db, review):
    make_action(db, review, make_finding(db, review))

    with pytest.raises(Conflict):
        close_review(db, review.ada, review.subject)
    last = max(one.ends_at for one in steps_of(db, review.event.id))
    with clock.frozen_at(last + timedelta(days=1)):
        close_review(db, review.ada, review.subject)

    assert review.subject.review.state is ReviewState.CLOSED


def test_feedback_is_told_in_figures_from_three_answers_on(db, review):
    begins = next(one.starts_at for one in steps_of(db, review.event.id) if one.kind is StepKind.FEEDBACK)
    with pytest.raises(ReviewNotOn):
        give_feedback(db, review.people["bo"], review.subject, score=4)

    with clock.frozen_at(begins):
        for name, score in (("bo", 3), ("bo", 5), ("cy", 4)):
            give_feedback(db, review.people[name], review.subject, score=score, kept=f"{name} likes it")
        few = feedback_figures(db, review.ada, review.subject)
        give_feedback(db, review.people["hal"], review.subject, score=3, changed="Shorter")
        figures = feedback_figures(db, review.ada, review.subject)
        with pytest.raises(Invalid):
            give_feedback(db, review.people["hal"], review.subject, score=6)
        with pytest.raises(NotAllowed):
            feedback_figures(db, review.people["mo"], review.subject)

    assert (few.count, few.mean, few.kept) == (2, None, ())
    assert (figures.count, figures.mean, figures.changed) == (3, 4.0, ("Shorter",))
    assert sorted(figures.kept) == ["bo likes it", "cy likes it"]


def test_nobody_judges_a_meeting_that_has_not_begun_while_others_have_met(db):
    review = make_review(db)
    begins = next(one.starts_at for one in steps_of(db, review.event.id) if one.kind is StepKind.FEEDBACK)
    plan(db, review, begins + 5 * DAY, begins + 6 * DAY)

    with clock.frozen_at(begins + 4 * DAY), pytest.raises(ReviewNotOn):
        give_feedback(db, review.people["bo"], review.subject, score=1)
    with clock.frozen_at(begins + 5 * DAY):
        give_feedback(db, review.people["bo"], review.subject, score=4)

    assert feedback_figures(db, review.ada, review.subject).count == 1


def test_nothing_is_asked_of_a_host_while_its_meeting_is_still_to_be_held(db):
    review = make_review(db)
    make_finding(db, review)
    late = after(StepKind.RESPONSE, review, db)
    db.commit()

    with clock.frozen_at(late):
        run_due_timers()
        before, owes = asked(), owed_by_host(db, review.subject)
        hold(db, review)
        db.commit()
    with clock.frozen_at(late + timedelta(days=1)):
        run_due_timers()

    assert (before, owes) == ([], [])
    assert asked() == [(StepKind.RESPONSE, 1)]
