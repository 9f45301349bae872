"""Outcomes: what came of a meeting, who is asked and when, and who is not asked any more."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select

from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.core.journal import JournalEntry
from events.core.refusals import Conflict, Invalid, NotAllowed
from events.core.timers import run_due_timers
from events.events import close_event
from sessions.assessments import NextStep, assess_meeting
from sessions.attendance import correct_attendance, mark_held, mark_no_show
from sessions.meetings import MeetingInEvent, MeetingState, get_meeting
from sessions.outcomes import Result, months_after, next_follow_up, note_outcome, outcome_by

END = datetime(2026, 4, 15, 9, 20, tzinfo=UTC)


def expects(db: Database, actor: Actor, meeting: MeetingInEvent, step: NextStep = NextStep.VISIT) -> None:
    with clock.frozen_at(END):
        assess_meeting(db, actor, meeting, usefulness=4, next_step=step)


def asked_by(db: Database, moment: datetime) -> list[tuple[int, int]]:
    """Who was asked until then, after how many months."""
    db.commit()
    with clock.frozen_at(moment):
        run_due_timers()
    db.expire_all()
    found = db.exec(select(JournalEntry).where(JournalEntry.kind == "OutcomeAwaited").order_by(col(JournalEntry.id)))
    return [(entry.particulars["person_id"], entry.particulars["months"]) for entry in found]


def test_who_expects_something_is_asked_after_one_three_and_six_months(db, fair, meeting, bo):
    expects(db, bo, meeting)
    with clock.frozen_at(END):
        close_event(db, fair.ada, fair.event)

    seen = [len(asked_by(db, moment)) for moment in (
        months_after(END, 1) - timedelta(minutes=1), months_after(END, 1), months_after(END, 3), months_after(END, 6),
        months_after(END, 12),
    )]  # fmt: skip

    assert seen == [0, 1, 2, 3, 3]
    assert asked_by(db, months_after(END, 12)) == [(bo.person, 1), (bo.person, 3), (bo.person, 6)]


def test_after_a_long_silence_one_question_is_enough(db, meeting, bo):
    expects(db, bo, meeting)

    assert asked_by(db, months_after(END, 4)) == [(bo.person, 3)]
    assert asked_by(db, months_after(END, 6)) == [(bo.person, 3), (bo.person, 6)]


def test_who_expects_nothing_is_not_asked(db, meeting, bo, cy):
    expects(db, bo, meeting, NextStep.NONE)
    expects(db, cy, meeting)
    expects(db, cy, meeting, NextStep.NONE)

    assert asked_by(db, months_after(END, 12)) == []


@pytest.mark.parametrize(("result", "times"), [(Result.AGREEMENT, 1), (Result.ENDED, 1), (Result.GOING_ON, 3)])
def test_whoever_said_how_it_ended_is_not_asked_any_more(db, meeting, bo, result, times):
    expects(db, bo, meeting)
    asked_by(db, months_after(END, 1))
    with clock.frozen_at(months_after(END, 1) + timedelta(days=1)):
        note_outcome(db, bo, meeting, result=result)

    asked_by(db, months_after(END, 3))
    assert len(asked_by(db, months_after(END, 6))) == times


def test_an_outcome_can_be_said_after_the_event_and_changed(db, fair, meeting, bo):
    with clock.frozen_at(END):
        close_event(db, fair.ada, fair.event)
    over = get_meeting(db, bo, meeting.meeting.public_id)
    with clock.frozen_at(months_after(END, 1)):
        note_outcome(db, bo, over, result=Result.GOING_ON, note=" We test it. ")
        assert outcome_by(db, meeting.id, bo.person).note == "We test it."
        note_outcome(db, bo, over, result=Result.AGREEMENT)

    said = outcome_by(db, meeting.id, bo.person)
    assert (said.result, said.note) == (Result.AGREEMENT, "")


@pytest.mark.parametrize(("wrong", "field"), [
    ({"result": None}, "result"),
    ({"result": Result.ENDED, "note": "x" * 1001}, "note"),
])  # fmt: skip
def test_what_is_missing_or_wrong_is_said_at_its_field(db, meeting, bo, wrong, field):
    with clock.frozen_at(END), pytest.raises(Invalid) as refused:
        note_outcome(db, bo, meeting, **wrong)

    assert list(refused.value.fields) == [field]


def test_nothing_comes_of_what_is_not_over_or_did_not_take_place(db, fair, meeting, bo, cy):
    with pytest.raises(Conflict, match="not over yet"):
        note_outcome(db, bo, meeting, result=Result.ENDED)
    with clock.frozen_at(END):
        with pytest.raises(NotAllowed):
            note_outcome(db, fair.ada, meeting, result=Result.ENDED)
        mark_no_show(db, bo, meeting, absent=cy.person)
        with pytest.raises(Conflict, match="somebody did not come"):
            note_outcome(db, bo, meeting, result=Result.ENDED)


def test_nobody_is_asked_what_came_of_a_meeting_that_did_not_take_place_after_all(db, fair, meeting, bo, cy):
    with clock.frozen_at(END):
        mark_held(db, bo, meeting)
    expects(db, bo, meeting)
    correct_attendance(db, fair.ada, meeting, end=MeetingState.NO_SHOW, absent=[cy.person])

    early = asked_by(db, months_after(END, 1))
    correct_attendance(db, fair.ada, get_meeting(db, bo, meeting.meeting.public_id), end=MeetingState.HELD)

    assert (early, asked_by(db, months_after(END, 3))) == ([], [(bo.person, 3)])


@pytest.mark.parametrize(("day", "months", "expected"), [
    (datetime(2026, 1, 31, 9, tzinfo=UTC), 1, datetime(2026, 2, 28, 9, tzinfo=UTC)),
    (datetime(2026, 8, 31, 9, tzinfo=UTC), 6, datetime(2027, 2, 28, 9, tzinfo=UTC)),
    (datetime(2026, 12, 15, 9, tzinfo=UTC), 1, datetime(2027, 1, 15, 9, tzinfo=UTC)),
])  # fmt: skip
def test_a_month_later_is_the_same_day_where_there_is_one(day, months, expected):
    assert months_after(day, months) == expected


def test_after_six_months_nobody_is_asked_again():
    assert next_follow_up(END, months_after(END, 6)) is None
