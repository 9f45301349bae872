"""Meetings: two participants, a slot and a table. Nobody has two seats at once, in whatever event."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import and_, or_, update
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import Field, SQLModel, col, select

from events.consents import refuse_unless_agreed
from events.core import clock
from events.core.access import Actor, command, rule
from events.core.clock import atoms
from events.core.columns import moment, public_id, word
from events.core.database import Database
from events.core.hooks import personal_data
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.timers import stop_timer
from events.core.translation import SOURCE, At, Message, _, written_for
from events.events import Event, EventClosedAlready, EventState
from events.roles import organiser_of_event
from sessions.availability import absent_then
from sessions.blocks import MeetingTable, Slot, block_at, place_name
from sessions.calendars import Content, EntryKind, cancel_entry, revise
from sessions.seats import NotTakingPart, free_seats, keep_seats, locked_participants, not_free, take_seats, take_table
from sessions.seats import Seat as Seat


class MeetingState(StrEnum):
    """REQUESTED waits for the invitee; ACCEPTED stands; the others are ends."""

    REQUESTED = "requested"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class Meeting(SQLModel, table=True):
    """A meeting from its request on. The asker and the invitee are participants of its event.

    `block_id` is set while it is open, so that its block cannot be removed.
    """

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
    block_id: int | None = Field(default=None, foreign_key="block.id", index=True)
    table_id: int | None = Field(default=None, foreign_key="meeting_table.id")
    requested_at: datetime = moment()
    expires_at: datetime = moment()
    answered_at: datetime | None = moment(default=None, nullable=True)


personal_data(Meeting, "asker_id", "meetings asked for", "keep")
personal_data(Meeting, "invitee_id", "meetings asked of somebody", "keep")


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


class AnsweredAlready(Conflict):
    """A meeting is not any more what the reader saw."""


class TimePassed(Conflict):
    """What was to be done before a meeting comes too late."""

    def __init__(self) -> None:
        super().__init__(_("This time has passed. Choose a later one."))


@dataclass(frozen=True)
class MeetingInEvent:
    """A meeting with its event, as commands and rules need it."""

    meeting: Meeting
    event: Event

    @property
    def id(self) -> int:
        """The meeting's id."""
        assert self.meeting.id is not None
        return self.meeting.id

    @property
    def programme_id(self) -> int:
        """The id of the event's programme."""
        return self.event.programme_id

    @property
    def people(self) -> tuple[int, int]:
        """The asker and the invitee."""
        return self.meeting.asker_id, self.meeting.invitee_id

    @property
    def slot(self) -> Slot:
        """When it is."""
        return Slot(self.meeting.starts_at, self.meeting.ends_at)


@rule
def asker_of_meeting(actor: Actor, subject: MeetingInEvent) -> bool:
    return actor.person is not None and actor.person == subject.meeting.asker_id


@rule
def invitee_of_meeting(actor: Actor, subject: MeetingInEvent) -> bool:
    return actor.person is not None and actor.person == subject.meeting.invitee_id


see_meeting = asker_of_meeting | invitee_of_meeting | organiser_of_event


def state_at(state: MeetingState, expires_at: datetime, now: datetime) -> MeetingState:
    """What a meeting is by the clock: a request is over when its time is, even if that has not been told yet."""
    return MeetingState.EXPIRED if state is MeetingState.REQUESTED and expires_at <= now else state


def is_open(now: datetime) -> Any:
    """The condition that a meeting holds seats: a request that waits, or a meeting that stands and is not over."""
    return or_(
        and_(col(Meeting.state) == MeetingState.REQUESTED, col(Meeting.expires_at) > now),
        and_(col(Meeting.state) == MeetingState.ACCEPTED, col(Meeting.ends_at) > now),
    )


WHAT_BECAME: dict[MeetingState, Message] = {
    MeetingState.REQUESTED: _("This meeting has not been accepted yet."),
    MeetingState.ACCEPTED: _("This request was accepted already. The meeting can be moved or cancelled."),
    MeetingState.DECLINED: _("This request was declined."),
    MeetingState.WITHDRAWN: _("This request was withdrawn by the one who asked."),
    MeetingState.EXPIRED: _("This request has expired. You can ask for another time."),
    MeetingState.CANCELLED: _("This meeting was cancelled."),
}


def is_requested(subject: MeetingInEvent, now: datetime) -> None:
    """Refuse to answer or take back what is no open request."""
    state = state_at(subject.meeting.state, subject.meeting.expires_at, now)
    if state is not MeetingState.REQUESTED:
        raise AnsweredAlready(WHAT_BECAME[state])


def can_be_accepted(subject: MeetingInEvent, now: datetime) -> None:
    """Refuse to accept what is no open request, or in an event that is over."""
    is_requested(subject, now)
    if subject.event.state is EventState.CLOSED:
        raise EventClosedAlready


def stands(subject: MeetingInEvent, now: datetime) -> None:
    """Refuse to call off what was not accepted or is over."""
    state = state_at(subject.meeting.state, subject.meeting.expires_at, now)
    if state is not MeetingState.ACCEPTED:
        raise AnsweredAlready(WHAT_BECAME[state])
    if now >= subject.meeting.ends_at:
        raise TimePassed


def can_be_moved(subject: MeetingInEvent, now: datetime) -> None:
    """Refuse to move what does not stand or has begun, or in an event that is over."""
    stands(subject, now)
    if now >= subject.meeting.starts_at:
        raise TimePassed
    if subject.event.state is EventState.CLOSED:
        raise EventClosedAlready


def get_meeting(db: Database, actor: Actor, public: str) -> MeetingInEvent:
    """A meeting for its two people and the organisers; NotFound for others."""
    row = db.exec(select(Meeting, Event).where(Meeting.public_id == public, Event.id == Meeting.event_id)).first()
    if row is None or not see_meeting(actor, found := MeetingInEvent(*row)):
        raise NotFound()
    return found


@command(invitee_of_meeting, when=can_be_accepted)
def accept_meeting(db: Database, actor: Actor, subject: MeetingInEvent) -> None:
    """Let the meeting stand: both keep their seats, it gets a free table and an entry in both calendars.

    Refuses with AnsweredAlready when it is no open request any more, with NoTableFree, and before the invitee has
    agreed to take part.
    """
    refuse_unless_agreed(db, subject.event, actor)
    values: dict[str, Any] = {"state": MeetingState.ACCEPTED, "answered_at": clock.now()}
    with db.begin_nested():
        _change(db, subject, values)
        if keep_seats(db, subject.id) != 2 * len(atoms(subject.slot.starts_at, subject.slot.ends_at)):
            raise AnsweredAlready(WHAT_BECAME[MeetingState.EXPIRED])
        values["table_id"] = _give_table(db, subject, subject.slot)
    _reads_now(subject, values)
    stop_timer(db, "meeting request expires", subject.id)
    sequence = _write_in_calendars(db, subject)
    record(db, actor, MeetingAccepted(event_id=subject.meeting.event_id, meeting_id=subject.id, sequence=sequence))


@command(invitee_of_meeting, when=is_requested)
def decline_meeting(db: Database, actor: Actor, subject: MeetingInEvent, *, reason: str = "") -> None:
    """Say no, perhaps with a reason of at most 500 characters that the asker reads; both are free again."""
    if len(reason.strip()) > 500:
        raise Invalid({"reason": _("Please write at most 500 characters.")})
    end_meeting(db, actor, subject, MeetingState.DECLINED, reason=reason.strip())


@command(see_meeting, when=can_be_moved)
def move_meeting(db: Database, actor: Actor, subject: MeetingInEvent, *, slot: Slot) -> None:
    """Give a meeting that stands another slot, in one step: where that is taken, it keeps the one it has.

    Refuses with SlotTaken, NoTableFree, TimePassed, what is no slot of the event, and with AnsweredAlready when
    somebody else was quicker. Both calendars get a revision.
    """
    old = subject.meeting.starts_at
    if slot.starts_at == old:
        raise Invalid({"slot": _("The meeting is at that time already. Choose another one.")})
    if slot.starts_at <= clock.now():
        raise TimePassed
    if len(locked_participants(db, subject.meeting.event_id, subject.people)) < 2:
        raise NotTakingPart
    absent = absent_then(db, subject.meeting.event_id, subject.people, slot.starts_at)
    if absent:
        raise not_free(db, actor, absent, slot.starts_at)
    block = block_at(db, subject.meeting.event_id, slot)
    values: dict[str, Any] = {"starts_at": slot.starts_at, "ends_at": slot.ends_at, "block_id": block.id}
    with db.begin_nested():
        _change(db, subject, values)
        # The new seats first, the old ones after: two that swap their slots would wait for each other otherwise.
        take_seats(db, actor, meeting_id=subject.id, people=subject.people, slot=slot, held_until=None)
        values["table_id"] = _give_table(db, subject, slot)
        free_seats(db, subject.id, but=slot)
    _reads_now(subject, values)
    sequence = _write_in_calendars(db, subject)
    event_id = subject.meeting.event_id
    fact = MeetingMoved(
        event_id=event_id, meeting_id=subject.id, old_starts_at=old, starts_at=slot.starts_at, sequence=sequence
    )
    record(db, actor, fact)


@command(see_meeting, when=stands)
def cancel_meeting(db: Database, actor: Actor, subject: MeetingInEvent, *, reason: str = "") -> None:
    """Call off a meeting that stands, perhaps with a reason; both are free again, and so is the table."""
    if len(reason.strip()) > 500:
        raise Invalid({"reason": _("Please write at most 500 characters.")})
    end_meeting(db, actor, subject, MeetingState.CANCELLED, reason=reason.strip())


Ending = Callable[[Database, MeetingInEvent], Fact]


def _cancelled(db: Database, subject: MeetingInEvent) -> Fact:
    sequence = cancel_entry(db, EntryKind.MEETING, subject.id)
    assert sequence is not None  # a meeting that stands has an entry
    return MeetingCancelled(event_id=subject.meeting.event_id, meeting_id=subject.id, sequence=sequence)


ENDINGS: dict[MeetingState, Ending] = {
    MeetingState.DECLINED: lambda _db, of: MeetingDeclined(event_id=of.meeting.event_id, meeting_id=of.id),
    MeetingState.WITHDRAWN: lambda _db, of: MeetingWithdrawn(event_id=of.meeting.event_id, meeting_id=of.id),
    MeetingState.EXPIRED: lambda _db, of: MeetingExpired(event_id=of.meeting.event_id, meeting_id=of.id),
    MeetingState.CANCELLED: _cancelled,
}


def end_meeting(db: Database, actor: Actor, subject: MeetingInEvent, end: MeetingState, *, reason: str = "") -> None:
    """Bring a meeting to one of its ends, free all its seats and write the fact; part of commands that have asked
    their own rule. Refuses with AnsweredAlready when somebody else was quicker."""
    values: dict[str, Any] = {"state": end, "reason": reason, "block_id": None, "answered_at": clock.now()}
    _change(db, subject, values)
    _reads_now(subject, values)
    free_seats(db, subject.id)
    stop_timer(db, "meeting request expires", subject.id)
    record(db, actor, ENDINGS[end](db, subject))


def _change(db: Database, subject: MeetingInEvent, values: dict[str, Any]) -> None:
    """From the state and time that the reader saw to another one: compare-and-set, so that one of two wins."""
    seen = subject.meeting
    changed = db.execute(
        update(Meeting)
        .where(
            col(Meeting.id) == subject.id, col(Meeting.state) == seen.state, col(Meeting.starts_at) == seen.starts_at
        )
        .values(**values),
        execution_options={"synchronize_session": False},  # It would believe in the change even where no row was met.
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE always answers with a cursor
        raise _changed_meanwhile(db, subject)


def _reads_now(subject: MeetingInEvent, values: dict[str, Any]) -> None:
    for name, value in values.items():
        set_committed_value(subject.meeting, name, value)


def _changed_meanwhile(db: Database, subject: MeetingInEvent) -> AnsweredAlready:
    state, start = db.exec(select(Meeting.state, Meeting.starts_at).where(Meeting.id == subject.id)).one()
    if state is subject.meeting.state:
        return AnsweredAlready(_("This meeting has just been moved to %(when)s.", when=At(start, "when")))
    return AnsweredAlready(WHAT_BECAME[MeetingState(state)])


def _give_table(db: Database, subject: MeetingInEvent, slot: Slot) -> int | None:
    meeting = subject.meeting
    table = take_table(db, event_id=meeting.event_id, meeting_id=subject.id, slot=slot, prefer=meeting.table_id)
    kept = update(Meeting).where(col(Meeting.id) == subject.id).values(table_id=table)
    db.execute(kept, execution_options={"synchronize_session": False})
    return table


def _write_in_calendars(db: Database, subject: MeetingInEvent) -> int:
    table = db.get(MeetingTable, subject.meeting.table_id) if subject.meeting.table_id else None
    with written_for(SOURCE, subject.event.zone):
        place = str(place_name(table.kind, table.name)) if table else ""
        summary = str(_("Meeting at %(event)s", event=subject.event.name))
    content = Content(subject.slot.starts_at, subject.slot.ends_at, summary, place, page_of(subject.meeting))
    sequence = revise(db, EntryKind.MEETING, subject.id, set(subject.people), content)
    assert sequence is not None  # the time or the table is new
    return sequence


def page_of(meeting: Meeting) -> str:
    """The path of a meeting's page, as calendars keep it; a test holds it and the routes together."""
    return f"/meetings/{meeting.public_id}"
