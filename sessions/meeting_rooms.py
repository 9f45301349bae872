"""Meeting rooms: who may be in the room of a meeting and when, and what it is by the clock."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel, select

from events.core.access import Actor, rule
from events.core.columns import moment, word
from events.core.database import Database
from events.core.hooks import personal_data
from events.core.refusals import Conflict
from events.core.translation import At, _
from events.events import Event
from sessions.attendance import BEFORE, TooEarly
from sessions.blocks import MeetingTable, Slot, TableKind
from sessions.meetings import (
    WHAT_BECAME,
    Meeting,
    MeetingInEvent,
    MeetingState,
    clock_state,
    get_meeting,
    lead_of_meeting,
    meeting_in_event,
    not_closed,
)
from sessions.seats import busy_people

GRACE = timedelta(minutes=2)
LAST_MINUTE = timedelta(minutes=1)
STANDING = (MeetingState.SCHEDULED, MeetingState.HELD)


class RoomState(StrEnum):
    """What a meeting room is by the clock and by who is in it."""

    EARLY = "scheduled"
    OPEN = "open"
    WAITING = "waiting"
    LIVE = "live"
    ENDING = "ending"
    GRACE = "grace"
    ENDED = "ended"
    NO_SHOW = "no-show"
    CANCELLED = "cancelled"


class Side(StrEnum):
    """The two sides of a meeting, as its notes and its room tell them apart."""

    ASKER = "asker"
    INVITEE = "invitee"


class EntryState(StrEnum):
    """What became of somebody at the door of a room: those who do not take part knock; a lead answers."""

    ASKED = "asked"
    ADMITTED = "admitted"
    TURNED_AWAY = "turned away"
    REMOVED = "removed"


class MeetingRoom(SQLModel, table=True):
    """The room of one meeting. `rev` rises with whatever those in it see; `epoch` with each change of the way in which
    they see each other, after which all come anew. `provider` is the way that was chosen for this meeting, '' for the
    event's; `passed_over` are those that have failed, so that everybody was switched to the next."""

    __tablename__ = "meeting_room"

    id: int | None = Field(default=None, primary_key=True)
    meeting_id: int = Field(foreign_key="meeting.id", unique=True)
    rev: int = 0
    epoch: int = 1
    provider: str = Field(default="", max_length=20)
    link: str = Field(default="", max_length=500)
    passed_over: str = Field(default="", max_length=200)
    why_switched: str = Field(default="", max_length=200)
    extensions: int = 0
    more_asked_by_id: int | None = Field(default=None, foreign_key="person.id")
    both_since: datetime | None = moment(default=None, nullable=True)
    ended_at: datetime | None = moment(default=None, nullable=True)


class RoomEntry(SQLModel, table=True):
    """What became of somebody at the door of a meeting room."""

    __tablename__ = "room_entry"
    __table_args__ = (UniqueConstraint("meeting_id", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    meeting_id: int = Field(foreign_key="meeting.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    state: EntryState = word(EntryState, default=EntryState.ASKED)
    captions: bool = False
    asked_at: datetime = moment()


personal_data(MeetingRoom, "more_asked_by_id", "that somebody asked for more time in a meeting", "detach")
personal_data(RoomEntry, "person_id", "that somebody knocked at a meeting room", "delete")


class RoomClosed(Conflict):
    """Nobody is in a room after its end."""

    def __init__(self) -> None:
        super().__init__(_("This room is closed. What was written in it stays readable."))


@dataclass(frozen=True)
class RoomClock:
    """When a room opens, when its meeting begins and ends, and when everybody is out: at its hard end."""

    opens: datetime
    starts: datetime
    ends: datetime
    closes: datetime


@dataclass(frozen=True)
class RoomInMeeting:
    """A meeting room with its meeting, as commands and rules need it. `next_at_once` says that somebody in it has
    something else right after the end, so that there is no grace."""

    of: MeetingInEvent
    room: MeetingRoom
    entries: Mapping[int, EntryState] = field(default_factory=dict)
    captioners: frozenset[int] = frozenset()
    next_at_once: bool = False
    is_video: bool = True

    @property
    def id(self) -> int:
        """The meeting's id."""
        return self.of.id

    @property
    def meeting(self) -> Meeting:
        """The meeting."""
        return self.of.meeting

    @property
    def event(self) -> Event:
        """The event in which it is."""
        return self.of.event

    @property
    def programme_id(self) -> int:
        """The id of the event's programme."""
        return self.of.programme_id

    @property
    def guests(self) -> tuple[int, ...]:
        """Who takes part besides the leads."""
        return self.of.guests

    @property
    def homes(self) -> Mapping[int, int | None]:
        """The organisations of those who take part."""
        return self.of.homes

    @property
    def colleagues(self) -> Mapping[int, frozenset[int]]:
        """Who else takes part for the leads' organisations."""
        return self.of.colleagues

    @property
    def leads(self) -> tuple[int, int]:
        """The asker and the invitee."""
        return self.of.leads

    @property
    def clock(self) -> RoomClock:
        """Its moments; ask `of.has_time` first."""
        slot = self.of.slot
        opens = slot.starts_at - BEFORE
        closes = slot.ends_at if self.next_at_once else slot.ends_at + GRACE
        ended = self.room.ended_at
        if ended is not None and opens <= ended < closes:
            closes = ended
        return RoomClock(opens, slot.starts_at, slot.ends_at, closes)

    def side_of(self, person: int | None) -> Side | None:
        """On which side somebody is: a lead on their own, others with their organisation; None for neither."""
        asker, invitee = self.leads
        if person in (asker, invitee):
            return Side.ASKER if person == asker else Side.INVITEE
        home = self._home_of(person)
        if home is None:
            return None
        return next((side for side, lead in zip(Side, self.leads, strict=True) if self.homes.get(lead) == home), None)

    def _home_of(self, person: int | None) -> int | None:
        if person is not None and person in self.homes:
            return self.homes[person]
        return next((home for home, people in self.colleagues.items() if person in people), None)

    def may_enter(self, person: int | None) -> bool:
        """Whether somebody is one of those in this room: takes part or was let in, and was not put out."""
        state = self.entries.get(person or 0)
        return state is EntryState.ADMITTED or (person in self.of.people and state is not EntryState.REMOVED)


@rule
def belongs_in_room(actor: Actor, subject: RoomInMeeting) -> bool:
    return actor.person is not None and subject.may_enter(actor.person)


@rule
def not_put_out(actor: Actor, subject: RoomInMeeting) -> bool:
    return subject.entries.get(actor.person or 0) is not EntryState.REMOVED


lead_in_room = lead_of_meeting & not_put_out


def stands(subject: RoomInMeeting, now: datetime) -> None:
    """Refuse the room of a meeting that does not stand."""
    not_closed(subject.of)
    state = clock_state(subject.of, now)
    if state not in STANDING or not subject.of.has_time:
        raise Conflict(WHAT_BECAME[state])


def room_open(subject: RoomInMeeting, now: datetime) -> None:
    """Refuse to be in a room earlier than ten minutes before its meeting, or after its hard end."""
    stands(subject, now)
    times = subject.clock
    if now < times.opens:
        raise TooEarly(_("This room opens at %(when)s, ten minutes before the meeting.", when=At(times.opens, "when")))
    if now >= times.closes:
        raise RoomClosed


def is_in_meeting(subject: RoomInMeeting, now: datetime) -> None:
    """Refuse what is possible only from the start of a meeting until its room closes."""
    room_open(subject, now)
    if now < subject.clock.starts:
        raise TooEarly(_("This meeting has not begun. It begins at %(time)s.", time=At(subject.clock.starts)))


def room_state(subject: RoomInMeeting, here: Collection[Side | None], now: datetime) -> RoomState:
    """What a room is now; `here` are the sides of those in it."""
    state = clock_state(subject.of, now)
    if state not in STANDING:
        return RoomState.NO_SHOW if state is MeetingState.NO_SHOW else RoomState.CANCELLED
    times = subject.clock
    by_the_clock = [
        (times.opens, RoomState.EARLY),
        (times.starts, RoomState.OPEN),
        (min(times.ends - LAST_MINUTE, times.closes), None),
        (min(times.ends, times.closes), RoomState.ENDING),
        (times.closes, RoomState.GRACE),
    ]
    for until, found in by_the_clock:
        if now < until:
            both = {Side.ASKER, Side.INVITEE} <= set(here)
            return found or (RoomState.LIVE if both else RoomState.WAITING)
    return RoomState.ENDED


def get_meeting_room(db: Database, actor: Actor, public: str) -> RoomInMeeting:
    """The room of a meeting, by the meeting's public id, for whoever sees the meeting; NotFound for others. Whoever
    does not take part reads nothing in it and has to knock."""
    return room_of_meeting(db, get_meeting(db, actor, public))


def room_of_meeting(db: Database, of: MeetingInEvent) -> RoomInMeeting:
    """The room of a meeting with what rules ask about it: four queries."""
    row = db.exec(select(MeetingRoom).where(MeetingRoom.meeting_id == of.id)).first()
    entries = db.exec(select(RoomEntry).where(RoomEntry.meeting_id == of.id)).all()
    following = of.has_time and Slot(of.slot.ends_at, of.slot.ends_at + timedelta(minutes=5))
    kind = db.exec(select(MeetingTable.kind).where(MeetingTable.id == of.meeting.table_id)).first()
    return RoomInMeeting(
        of,
        row or MeetingRoom(meeting_id=of.id),
        {one.person_id: EntryState(one.state) for one in entries},
        frozenset(one.person_id for one in entries if one.captions),
        bool(following and busy_people(db, of.leads, following)),
        kind is None or kind is TableKind.VIDEO,
    )


def room_by_meeting(db: Database, meeting_id: int) -> RoomInMeeting | None:
    """The room of a meeting by its id, for timers and for the server itself."""
    row = db.exec(select(Meeting, Event).where(Meeting.id == meeting_id, Event.id == Meeting.event_id)).first()
    return room_of_meeting(db, meeting_in_event(db, *row)) if row else None


def locked_room(db: Database, subject: RoomInMeeting) -> MeetingRoom:
    """The room's row, made if need be, with nobody else changing it until the transaction ends."""
    # By the meeting's row on PostgreSQL, so that two who come at once make one room.
    db.exec(select(Meeting.id).where(Meeting.id == subject.id).with_for_update(key_share=True)).one()
    query = select(MeetingRoom).where(MeetingRoom.meeting_id == subject.id)
    row = db.exec(query.execution_options(populate_existing=True)).first() or MeetingRoom(meeting_id=subject.id)
    db.add(row)
    return row


def changed(db: Database, row: MeetingRoom) -> int:
    """Whoever is in the room has something new to see; answers the number of it."""
    row.rev += 1
    db.add(row)
    db.flush()
    return row.rev
