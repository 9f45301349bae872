"""Meetings: two participants, a slot and a table. Nobody has two seats at once, in whatever event."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from events.core.columns import moment, public_id, word
from events.core.hooks import personal_data
from events.core.journal import Fact


class MeetingState(StrEnum):
    """REQUESTED waits for the invitee; ACCEPTED stands; the others are ends."""

    REQUESTED = "requested"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class Meeting(SQLModel, table=True):
    """A meeting from its request on. The asker and the invitee are participants of its event."""

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("m")
    event_id: int = Field(foreign_key="event.id", index=True)
    asker_id: int = Field(foreign_key="person.id", index=True)
    invitee_id: int = Field(foreign_key="person.id", index=True)
    state: MeetingState = word(MeetingState, default=MeetingState.REQUESTED)
    note: str = Field(default="", max_length=1000)
    reason: str = Field(default="", max_length=500)
    starts_at: datetime = moment()
    ends_at: datetime = moment()
    table_id: int | None = Field(default=None, foreign_key="meeting_table.id")
    requested_at: datetime = moment()
    expires_at: datetime = moment()
    answered_at: datetime | None = moment(default=None, nullable=True)


class Seat(SQLModel, table=True):
    """A person's or a table's hold on five minutes. The two unique constraints are why nobody is booked twice."""

    __table_args__ = (
        UniqueConstraint("person_id", "atom"),
        UniqueConstraint("table_id", "atom"),
        CheckConstraint("(person_id IS NULL) <> (table_id IS NULL)", name="person_or_table"),
    )

    id: int | None = Field(default=None, primary_key=True)
    meeting_id: int = Field(foreign_key="meeting.id", index=True)
    person_id: int | None = Field(default=None, foreign_key="person.id")
    table_id: int | None = Field(default=None, foreign_key="meeting_table.id")
    atom: int
    held_until: datetime | None = moment(default=None, nullable=True)


personal_data(Meeting, "asker_id", "meetings asked for", "keep")
personal_data(Meeting, "invitee_id", "meetings asked of somebody", "keep")
personal_data(Seat, "person_id", "times that are taken", "delete")


@dataclass(frozen=True)
class MeetingRequested(Fact):
    """A participant asked another for a meeting; the slot is held for both until the answer."""

    event_id: int
    meeting_id: int


@dataclass(frozen=True)
class MeetingAccepted(Fact):
    """The meeting stands; `sequence` is its calendar revision."""

    event_id: int
    meeting_id: int
    sequence: int


@dataclass(frozen=True)
class MeetingDeclined(Fact):
    """The invitee said no."""

    event_id: int
    meeting_id: int


@dataclass(frozen=True)
class MeetingWithdrawn(Fact):
    """The asker took the request back."""

    event_id: int
    meeting_id: int


@dataclass(frozen=True)
class MeetingExpired(Fact):
    """Nobody answered in time; the slot is free again."""

    event_id: int
    meeting_id: int


@dataclass(frozen=True)
class MeetingMoved(Fact):
    """A meeting was given another slot."""

    event_id: int
    meeting_id: int
    old_starts_at: datetime
    starts_at: datetime
    sequence: int


@dataclass(frozen=True)
class MeetingCancelled(Fact):
    """A meeting that stood was called off."""

    event_id: int
    meeting_id: int
    sequence: int
