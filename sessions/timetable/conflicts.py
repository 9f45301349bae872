"""Conflicts of a timetable: what stands in each other's way, why, and whether it only warns or stops.

What an event says about a kind of conflict counts from then on: what stops cannot be put on the timetable, and stops a
release where it came about otherwise, say by a meeting that somebody accepted since.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import islice
from zoneinfo import ZoneInfo

from sqlalchemy import UniqueConstraint, delete, or_
from sqlmodel import Field, SQLModel, col, select

from events.core.access import Actor, command
from events.core.columns import word
from events.core.database import Database
from events.core.hooks import cloned_with_event
from events.core.journal import Fact, record
from events.core.refusals import Conflict
from events.core.translation import Message, _, clock_of
from events.events import EventWithPhases, not_over
from events.overview import stretch_of
from events.people import Person
from events.registration import places_taken
from events.roles import organiser_of_event
from sessions.meetings import Meeting, MeetingGuest, MeetingState
from sessions.timetable.rows import Room, Session, SessionKind, Speaker, lock_timetable

LONGEST_WITHOUT_BREAK = timedelta(hours=3)
SHORTEST_BREAK = timedelta(minutes=10)


class ConflictKind(StrEnum):
    """What can be wrong with the place of a session."""

    ROOM = "room"
    SPEAKER = "speaker"
    MEETING = "meeting"
    DAYS = "days"
    CAPACITY = "capacity"
    BREAK = "break"


class Level(StrEnum):
    """BLOCK stops, WARN is shown, IGNORE is neither."""

    BLOCK = "block"
    WARN = "warn"
    IGNORE = "ignore"


USUAL: Mapping[ConflictKind, Level] = {
    ConflictKind.ROOM: Level.BLOCK,
    ConflictKind.SPEAKER: Level.BLOCK,
    ConflictKind.MEETING: Level.WARN,
    ConflictKind.DAYS: Level.WARN,
    ConflictKind.CAPACITY: Level.WARN,
    ConflictKind.BREAK: Level.WARN,
}


class ConflictLevel(SQLModel, table=True):
    """How much a kind of conflict counts in an event, where it is not as usual."""

    __tablename__ = "conflict_level"
    __table_args__ = (UniqueConstraint("event_id", "kind"),)

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = Field(foreign_key="event.id", index=True)
    kind: ConflictKind = word(ConflictKind)
    level: Level = word(Level)


@dataclass(frozen=True)
class ConflictLevelsSet(Fact):
    """An organiser said anew which conflicts stop and which only warn."""

    event_id: int


class InTheWay(Conflict):
    """A session cannot be where it is wanted. The sentence says what is in the way."""


@dataclass(frozen=True)
class Placed:
    """A session with a time, as conflicts see it. `speakers` are names by who they are: a person, or a name alone."""

    id: int
    public_id: str
    title: str
    kind: SessionKind
    room_id: int
    room: str
    capacity: int | None
    starts_at: datetime
    ends_at: datetime
    speakers: Mapping[int | str, str]


@dataclass(frozen=True)
class TimetableConflict:
    """One thing that is wrong: its kind, how much it counts, the sessions (public ids) it is about, and why."""

    kind: ConflictKind
    level: Level
    sessions: tuple[str, ...]
    reason: Message


@dataclass(frozen=True)
class Appointment:
    """A one-to-one meeting of somebody who speaks."""

    person_id: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Situation:
    """All that conflicts depend on; times in sentences are on the event's clock."""

    zone: str
    sessions: Sequence[Placed]
    levels: Mapping[ConflictKind, Level]
    days: tuple[datetime, datetime] | None = None
    participants: int = 0
    meetings: Sequence[Appointment] = ()


def levels_of(db: Database, event_id: int) -> dict[ConflictKind, Level]:
    """How much each kind of conflict counts in an event."""
    own = db.exec(select(ConflictLevel).where(ConflictLevel.event_id == event_id))
    return {**USUAL, **{row.kind: row.level for row in own}}


@command(organiser_of_event, when=not_over)
def set_conflict_levels(
    db: Database, actor: Actor, event: EventWithPhases, *, levels: Mapping[ConflictKind, Level]
) -> None:
    """Say for kinds of conflict whether they stop, warn or are left alone; the others are as usual."""
    lock_timetable(db, event.id)
    db.execute(delete(ConflictLevel).where(col(ConflictLevel.event_id) == event.id))
    for kind, level in levels.items():
        db.add(ConflictLevel(event_id=event.id, kind=kind, level=level))
    db.flush()
    record(db, actor, ConflictLevelsSet(event_id=event.id))


def conflicts_of(db: Database, event: EventWithPhases) -> list[TimetableConflict]:
    """What is wrong with an event's draft, in order of time; what is left alone is not listed."""
    return found_in(situation_of(db, event))


def refuse_what_is_in_the_way(db: Database, event: EventWithPhases, public_id: str) -> None:
    """Refuse with InTheWay where a session stands in a conflict that stops; part of commands that place sessions."""
    for one in conflicts_of(db, event):
        if one.level is Level.BLOCK and public_id in one.sessions:
            raise InTheWay(one.reason)


def situation_of(db: Database, event: EventWithPhases, sessions: Sequence[Placed] | None = None) -> Situation:
    """An event's draft, or these sessions in order of time in its place, and what else conflicts depend on, in a
    handful of statements."""
    sessions = placed_sessions(db, event.id) if sessions is None else sessions
    people = {key for one in sessions for key in one.speakers if isinstance(key, int)}
    return Situation(
        event.zone, sessions, levels_of(db, event.id), stretch_of(event), places_taken(db, event.id),
        _meetings_of(db, people, sessions),
    )  # fmt: skip


def placed_sessions(db: Database, event_id: int) -> list[Placed]:
    """The sessions of the draft that have a time, in order of time."""
    query = select(Session, Room).where(Room.id == Session.room_id, Session.event_id == event_id)
    rows = db.exec(query.order_by(col(Session.starts_at), col(Room.position), col(Session.id))).all()
    speakers = speakers_of_event(db, event_id)
    return [
        Placed(
            one.id or 0, one.public_id, one.title, one.kind, room.id or 0, room.name, room.capacity, one.starts_at,
            one.starts_at + timedelta(minutes=one.minutes), speakers.get(one.id or 0, {}),
        )
        for one, room in rows
        if one.starts_at is not None
    ]  # fmt: skip


def speakers_of_event(db: Database, event_id: int) -> dict[int, dict[int | str, str]]:
    """Who speaks in the draft's sessions (ids), in order: names by person id, or by the name itself."""
    query = (
        select(Speaker, Person.name)
        .join(Person, col(Person.id) == col(Speaker.person_id), isouter=True)
        .join(Session, col(Session.id) == col(Speaker.session_id))
        .where(Session.event_id == event_id)
        .order_by(col(Speaker.position), col(Speaker.id))
    )
    found: dict[int, dict[int | str, str]] = {}
    for row, name in db.exec(query):
        key = row.person_id if row.person_id is not None else row.name.casefold()
        found.setdefault(row.session_id, {})[key] = name or row.name
    return found


def _meetings_of(db: Database, people: set[int], sessions: Sequence[Placed]) -> list[Appointment]:
    if not people:
        return []
    first, last = min(one.starts_at for one in sessions), max(one.ends_at for one in sessions)
    added = select(MeetingGuest.meeting_id, MeetingGuest.person_id).where(col(MeetingGuest.person_id).in_(people))
    guests: dict[int, set[int]] = {}
    for meeting, person in db.exec(added):
        guests.setdefault(meeting, set()).add(person)
    theirs = or_(
        col(Meeting.asker_id).in_(people), col(Meeting.invitee_id).in_(people), col(Meeting.id).in_(list(guests))
    )
    stand = (Meeting.state == MeetingState.SCHEDULED, col(Meeting.starts_at) < last, col(Meeting.ends_at) > first)
    rows = db.exec(select(Meeting).where(theirs, *stand).order_by(col(Meeting.starts_at), col(Meeting.id)))
    return [
        Appointment(person, row.starts_at, row.ends_at)
        for row in rows
        for person in sorted(({row.asker_id, row.invitee_id} & people) | guests.get(row.id or 0, set()))
        if row.starts_at and row.ends_at
    ]


def found_in(situation: Situation) -> list[TimetableConflict]:
    """What is wrong, in order of time of the first session that it is about."""
    order = {one.public_id: number for number, one in enumerate(situation.sessions)}
    seekers = (_same_room, _same_speaker, _with_meetings, _outside, _too_small, _without_break)
    found = [
        TimetableConflict(kind, situation.levels[kind], tuple(one.public_id for one in sessions), reason)
        for seek in seekers
        for kind, sessions, reason in seek(situation)
        if situation.levels[kind] is not Level.IGNORE
    ]
    return sorted(found, key=lambda one: order[one.sessions[0]])


Wrong = Iterator[tuple[ConflictKind, Sequence[Placed], Message]]


def _times(one: Placed, zone: str) -> dict[str, str]:
    return {"start": clock_of(one.starts_at, zone), "end": clock_of(one.ends_at, zone)}


def _overlapping(sessions: Sequence[Placed]) -> Iterator[tuple[Placed, Placed]]:
    for number, one in enumerate(sessions):
        for other in islice(sessions, number + 1, None):
            if other.starts_at >= one.ends_at:
                break  # in order of time: so do all behind it
            yield one, other


def _same_room(situation: Situation) -> Wrong:
    for one, other in _overlapping(situation.sessions):
        if one.room_id == other.room_id:
            yield ConflictKind.ROOM, (one, other), _(
                "%(one)s and %(other)s are in %(room)s at the same time: %(one)s is there from %(start)s to %(end)s.",
                one=one.title, other=other.title, room=one.room, **_times(one, situation.zone),
            )  # fmt: skip


def _same_speaker(situation: Situation) -> Wrong:
    for one, other in _overlapping(situation.sessions):
        for key, name in one.speakers.items():
            if key in other.speakers:
                yield ConflictKind.SPEAKER, (one, other), _(
                    "%(name)s speaks in %(one)s and %(other)s at the same time: %(one)s lasts from %(start)s to "
                    "%(end)s.",
                    name=name, one=one.title, other=other.title, **_times(one, situation.zone),
                )  # fmt: skip


def _with_meetings(situation: Situation) -> Wrong:
    for one in situation.sessions:
        for meeting in situation.meetings:
            meets = meeting.starts_at < one.ends_at and one.starts_at < meeting.ends_at
            if meets and meeting.person_id in one.speakers:
                yield ConflictKind.MEETING, (one,), _(
                    "%(name)s speaks in %(one)s and has a meeting from %(start)s to %(end)s.",
                    name=one.speakers[meeting.person_id], one=one.title,
                    start=clock_of(meeting.starts_at, situation.zone), end=clock_of(meeting.ends_at, situation.zone),
                )  # fmt: skip


def _outside(situation: Situation) -> Wrong:
    if situation.days is None:
        return
    zone = ZoneInfo(situation.zone)
    first, last = (moment.astimezone(zone).date() for moment in situation.days)
    for one in situation.sessions:
        # What ends at midnight is still of the day before.
        ends = (one.ends_at - timedelta(seconds=1)).astimezone(zone).date()
        if one.starts_at.astimezone(zone).date() < first or ends > last:
            yield ConflictKind.DAYS, (one,), _("%(one)s lies outside of the days of the event.", one=one.title)


def _too_small(situation: Situation) -> Wrong:
    rooms = {one.id: {one.room_id: one.capacity} for one in situation.sessions}
    for one, other in _overlapping(situation.sessions):
        rooms[one.id][other.room_id], rooms[other.id][one.room_id] = other.capacity, one.capacity
    for one in situation.sessions:
        capacities = rooms[one.id].values()
        seats = sum(capacity or 0 for capacity in capacities)
        if None not in capacities and seats < situation.participants:
            yield ConflictKind.CAPACITY, (one,), _(
                "%(count)s take part, and the rooms in use during %(one)s hold %(seats)s.",
                count=situation.participants, one=one.title, seats=seats,
            )  # fmt: skip


def _without_break(situation: Situation) -> Wrong:
    """Stretches in which one session follows the other for more than three hours; longer ones than that have their own
    breaks within."""
    sessions = [
        one
        for one in situation.sessions
        if one.kind is not SessionKind.BREAK and one.ends_at - one.starts_at <= LONGEST_WITHOUT_BREAK
    ]
    stretch: list[Placed] = []
    for one in sessions:
        if stretch and one.starts_at - max(each.ends_at for each in stretch) >= SHORTEST_BREAK:
            yield from _too_long(stretch, situation.zone)
            stretch = []
        stretch.append(one)
    yield from _too_long(stretch, situation.zone)


def _too_long(stretch: Sequence[Placed], zone: str) -> Wrong:
    if not stretch:
        return
    start, end = stretch[0].starts_at, max(one.ends_at for one in stretch)
    if end - start > LONGEST_WITHOUT_BREAK:
        late = next(one for one in stretch if one.ends_at > start + LONGEST_WITHOUT_BREAK)
        yield (
            ConflictKind.BREAK,
            (late,),
            _("There is no break from %(start)s to %(end)s.", start=clock_of(start, zone), end=clock_of(end, zone)),
        )


@cloned_with_event
def _clone_levels(db: Database, from_event: int, to_event: int, moved: object) -> None:
    for row in db.exec(select(ConflictLevel).where(ConflictLevel.event_id == from_event)).all():
        db.add(ConflictLevel(event_id=to_event, kind=row.kind, level=row.level))
    db.flush()
