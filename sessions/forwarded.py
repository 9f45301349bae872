"""Forwarded texts: what somebody answers to a letter about a meeting goes on to whom they meet, once and through us."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Field, SQLModel

from events.core import clock
from events.core.access import Actor, command
from events.core.columns import moment
from events.core.database import Database
from events.core.hooks import personal_data
from events.core.journal import Fact, record
from sessions.meetings import (
    WHAT_BECAME,
    AnsweredAlready,
    MeetingInEvent,
    MeetingState,
    clock_state,
    lead_of_meeting,
)
from sessions.moves import AGREED
from sessions.no_thanks import vetoed_by_or_for

TEXT_LIMIT = 5000


class ForwardedText(SQLModel, table=True):
    """A text that a lead of a meeting wrote to the other one by answering a letter."""

    __tablename__ = "forwarded_text"

    id: int | None = Field(default=None, primary_key=True)
    meeting_id: int = Field(foreign_key="meeting.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    text: str = Field(max_length=TEXT_LIMIT)
    at: datetime = moment()


personal_data(ForwardedText, "person_id", "texts somebody wrote to whom they meet", "delete")


@dataclass(frozen=True)
class TextForwarded(Fact):
    """A lead of a meeting wrote to the other one by answering a letter."""

    event_id: int
    meeting_id: int
    forwarded_id: int


def is_talked_about(subject: MeetingInEvent, now: datetime) -> None:
    """Refuse to hand on words about a meeting that will not take place, or whose outcome is known."""
    state = clock_state(subject, now)
    if state not in {MeetingState.REQUESTED, *AGREED}:
        raise AnsweredAlready(WHAT_BECAME[state])


@command(lead_of_meeting, when=is_talked_about)
def forward_text(db: Database, actor: Actor, subject: MeetingInEvent, *, text: str) -> None:
    """Hand a text on to the other lead, cut after 5000 characters.

    Refuses, as after a cancellation, where either of them said no thanks to the other: nobody is told which it was.
    """
    if set(subject.leads) & vetoed_by_or_for(db, actor.person or 0):
        raise AnsweredAlready(WHAT_BECAME[MeetingState.CANCELLED])
    row = ForwardedText(meeting_id=subject.id, person_id=actor.person or 0, text=text[:TEXT_LIMIT], at=clock.now())
    db.add(row)
    db.flush()
    ids = {"event_id": subject.meeting.event_id, "meeting_id": subject.id}
    record(db, actor, TextForwarded(**ids, forwarded_id=row.id or 0))
