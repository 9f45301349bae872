"""Outcomes: what came of a meeting. Those who agreed on a next step are asked after one, three and six months.

Nobody is asked any more who has said that there is an agreement or that nothing comes of it; the event may be over.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel, select

from events.core import clock
from events.core.access import SYSTEM, Actor, command
from events.core.columns import moment, word
from events.core.database import Database
from events.core.hooks import personal_data
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid
from events.core.timers import set_timer, stop_timer, timer
from events.core.translation import Message, _
from sessions.assessments import MeetingAssessment, NextStep, after_assessed
from sessions.meetings import (
    WHAT_BECAME,
    Meeting,
    MeetingInEvent,
    MeetingState,
    clock_state,
    guest_of_meeting,
    lead_of_meeting,
)

MONTHS = (1, 3, 6)
TOOK_PLACE = frozenset({MeetingState.SCHEDULED, MeetingState.HELD})
NOTE_LIMIT = 1000


class Result(StrEnum):
    """How it stands between two who met."""

    AGREEMENT = "agreement"
    GOING_ON = "going on"
    ENDED = "ended"


RESULTS: dict[Result, Message] = {
    Result.AGREEMENT: _("We have an agreement"),
    Result.GOING_ON: _("It is still going on"),
    Result.ENDED: _("Nothing comes of it"),
}


class MeetingOutcome(SQLModel, table=True):
    """What came of a meeting, as one of those who met last said it."""

    __tablename__ = "meeting_outcome"
    __table_args__ = (UniqueConstraint("meeting_id", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    meeting_id: int = Field(foreign_key="meeting.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    result: Result = word(Result)
    note: str = Field(default="", max_length=NOTE_LIMIT)
    said_at: datetime = moment()


personal_data(MeetingOutcome, "person_id", "what somebody says came of a meeting", "delete")


@dataclass(frozen=True)
class OutcomeAwaited(Fact):
    """It is some months since a meeting after which somebody expected more."""

    event_id: int
    meeting_id: int
    person_id: int
    months: int


@dataclass(frozen=True)
class OutcomeNoted(Fact):
    """One of those who met said what came of it."""

    event_id: int
    meeting_id: int


def is_over(subject: MeetingInEvent, now: datetime) -> None:
    """Refuse to say what came of a meeting that did not take place or is still to come."""
    state = clock_state(subject, now)
    if state not in TOOK_PLACE:
        raise Conflict(WHAT_BECAME[state])
    if state is MeetingState.SCHEDULED and now < subject.slot.ends_at:
        raise Conflict(_("This meeting is not over yet."))


@command(lead_of_meeting | guest_of_meeting, when=is_over)
def note_outcome(
    db: Database, actor: Actor, subject: MeetingInEvent, *, result: Result | None, note: str = ""
) -> MeetingOutcome:
    """Say what came of a meeting, also after the event; what was said before is replaced.

    Refuses a missing result and a note of more than 1000 characters.
    """
    assert actor.person is not None
    wrong: dict[str, Message | str] = {}
    if result is None:
        wrong["result"] = _("Please say what came of it.")
    if len(note.strip()) > NOTE_LIMIT:
        wrong["note"] = _("Please write at most %(most)s characters.", most=NOTE_LIMIT)
    if wrong or result is None:
        raise Invalid(wrong)
    # Locked on PostgreSQL, so that two clicks at once write one row.
    db.exec(select(Meeting.id).where(Meeting.id == subject.id).with_for_update(key_share=True)).one()
    row = outcome_by(db, subject.id, actor.person)
    row = row or MeetingOutcome(
        meeting_id=subject.id, person_id=actor.person, result=result, said_at=clock.now()
    )  # fmt: skip
    row.result, row.note, row.said_at = result, note.strip(), clock.now()
    db.add(row)
    db.flush()
    record(db, actor, OutcomeNoted(event_id=subject.meeting.event_id, meeting_id=subject.id))
    return row


def outcome_by(db: Database, meeting_id: int, person: int | None) -> MeetingOutcome | None:
    """What somebody said came of a meeting."""
    query = select(MeetingOutcome).where(MeetingOutcome.meeting_id == meeting_id, MeetingOutcome.person_id == person)
    return db.exec(query).first()


@after_assessed
def _ask_later(db: Database, subject: MeetingInEvent, said: MeetingAssessment) -> None:
    """Whoever expects something of a meeting is asked what came of it."""
    due = next_follow_up(subject.slot.ends_at, clock.now())
    if said.next_step is NextStep.NONE or due is None:
        stop_timer(db, "follow-up", said.id or 0)
    else:
        set_timer(db, "follow-up", said.id or 0, due)


def months_after(moment: datetime, months: int) -> datetime:
    """The same day and time so many months later, the last day of a shorter month."""
    years, month = divmod(moment.month - 1 + months, 12)
    year, month = moment.year + years, month + 1
    return moment.replace(year=year, month=month, day=min(moment.day, monthrange(year, month)[1]))


def next_follow_up(end: datetime, now: datetime) -> datetime | None:
    """When somebody is asked next after a meeting that ended then; None after six months."""
    return next((due for months in MONTHS if (due := months_after(end, months)) > now), None)


@timer("follow-up")
def _ask(db: Database, assessment_id: int) -> None:
    said = db.get(MeetingAssessment, assessment_id)
    meeting = db.get(Meeting, said.meeting_id) if said else None
    if said is None or meeting is None or meeting.ends_at is None or said.next_step is NextStep.NONE:
        return
    outcome, now = outcome_by(db, said.meeting_id, said.person_id), clock.now()
    passed = [months for months in MONTHS if months_after(meeting.ends_at, months) <= now]
    if not passed or (outcome is not None and outcome.result is not Result.GOING_ON):
        return
    if meeting.state in TOOK_PLACE:  # by the last word of an organiser, who may change it again
        fact = OutcomeAwaited(
            event_id=meeting.event_id, meeting_id=said.meeting_id, person_id=said.person_id, months=passed[-1]
        )
        record(db, SYSTEM, fact)
    due = next_follow_up(meeting.ends_at, now)
    if due is not None:
        set_timer(db, "follow-up", assessment_id, due)
