"""Visits: who is in a meeting room, from when to when, until they leave, are put out, or the room closes.

They are rows, one for each time somebody comes: whatever process holds their socket, all see the same, and a server
that starts again finds everybody where they were. Attendance is made of them, never of what an engine for video says.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Index, exists
from sqlalchemy import select as sql_select
from sqlalchemy.orm import aliased
from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.access import SYSTEM, Actor, command, may
from events.core.columns import moment, public_id
from events.core.database import Database
from events.core.hooks import personal_data
from events.core.journal import Fact, record
from events.core.timers import set_timer, stop_timer, timer
from events.people import Person
from sessions.attendance import BEFORE, check_in_to_meeting, mark_held
from sessions.meeting_rooms import (
    STANDING,
    EntryState,
    MeetingRoom,
    RoomEntry,
    RoomInMeeting,
    Side,
    belongs_in_room,
    changed,
    is_in_meeting,
    lead_in_room,
    locked_room,
    room_by_meeting,
    room_open,
)
from sessions.meetings import Meeting, MeetingGuest
from sessions.visit_lines import AWAY, MOST_IN_ROOM, UNSEEN, Lost, RoomFull, Stay, end_visits


class MeetingVisit(SQLModel, table=True):
    """One stay of somebody in a meeting room, in one window. `away_at` is set while their line is broken."""

    __tablename__ = "meeting_visit"
    __table_args__ = (Index("ix_meeting_visit_meeting_id_left_at", "meeting_id", "left_at"),)

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("v")
    meeting_id: int = Field(foreign_key="meeting.id")
    person_id: int = Field(foreign_key="person.id", index=True)
    epoch: int
    entered_at: datetime = moment()
    seen_at: datetime = moment()
    away_at: datetime | None = moment(default=None, nullable=True)
    left_at: datetime | None = moment(default=None, nullable=True)


personal_data(MeetingVisit, "person_id", "when somebody was in a meeting room", "delete")


@dataclass(frozen=True)
class MeetingRoomLeft(Fact):
    """Somebody left a meeting room."""

    event_id: int
    meeting_id: int
    person_id: int


@dataclass(frozen=True)
class MeetingRoomClosed(Fact):
    """A meeting room was closed, by the clock or by one of the two sides."""

    event_id: int
    meeting_id: int


@dataclass(frozen=True)
class VisitCard:
    """A visit as the others in the room see it. `order` tells which of two came later."""

    public_id: str
    person_id: int
    name: str
    side: Side | None
    online: bool
    order: int


@command(belongs_in_room, when=room_open)
def enter_meeting_room(db: Database, actor: Actor, subject: RoomInMeeting, *, visit: str = "") -> Stay[MeetingVisit]:
    """Come into a meeting room, or back to a visit (public id) whose line was broken; the server runs it on joining.

    Whoever takes part is checked in by it while that is possible. A new window of somebody ends their older one.
    Refuses with RoomFull.
    """
    assert actor.person is not None
    row, now = locked_room(db, subject), clock.now()
    mine = open_visits(db, subject.id, actor.person)
    kept = next((one for one in mine if one.public_id == visit and one.epoch == row.epoch), None)
    if kept is None and len(visits_here(db, subject)) - len(mine) >= MOST_IN_ROOM:
        raise RoomFull
    replaced = [one for one in mine if one is not kept]
    for one in replaced:
        one.left_at = now
        db.add(one)
    stay = kept or MeetingVisit(
        meeting_id=subject.id, person_id=actor.person, epoch=row.epoch, entered_at=now, seen_at=now
    )
    stay.seen_at, stay.away_at = now, None
    db.add(stay)
    if may(actor, "check_in_to_meeting", subject.of):
        check_in_to_meeting(db, actor, subject.of)
    db.flush()
    if {Side.ASKER, Side.INVITEE} <= {one.side for one in visits_here(db, subject)}:
        row.both_since = _together_since(subject, row) or now
    set_timer(db, "meeting room closes", subject.id, subject.clock.closes)
    changed(db, row)
    return Stay(stay, kept is not None, tuple(one.public_id for one in replaced))


def _together_since(subject: RoomInMeeting, row: MeetingRoom) -> datetime | None:
    """Since when both sides were in the room together, for the time that the meeting has now."""
    # A meeting that was moved after both had come into its room is another appointment.
    since = row.both_since
    return since if since is not None and since >= subject.clock.opens else None


def open_visits(db: Database, meeting_id: int, person: int) -> list[MeetingVisit]:
    """Somebody's visits to a room that are not over."""
    query = select(MeetingVisit).where(
        MeetingVisit.meeting_id == meeting_id, MeetingVisit.person_id == person, col(MeetingVisit.left_at).is_(None)
    )
    return list(db.exec(query.order_by(col(MeetingVisit.id))))


@command(belongs_in_room)
def leave_meeting_room(db: Database, actor: Actor, subject: RoomInMeeting) -> None:
    """Leave a meeting room, with all one's windows; twice is once. One may come back while it is open."""
    assert actor.person is not None
    mine = open_visits(db, subject.id, actor.person)
    if mine:
        end_visits(db, MeetingVisit, [one.public_id for one in mine])
        changed(db, locked_room(db, subject))
        fact = MeetingRoomLeft(event_id=subject.meeting.event_id, meeting_id=subject.id, person_id=actor.person)
        record(db, actor, fact)


def visits_here(db: Database, subject: RoomInMeeting) -> list[VisitCard]:
    """Who is in a room, in the order in which they came: those whose line holds or broke a moment ago, and who may be
    in it still."""
    now = clock.now()
    query = (
        sql_select(MeetingVisit, col(Person.name))
        .join(Person, col(Person.id) == col(MeetingVisit.person_id))
        .where(col(MeetingVisit.meeting_id) == subject.id, col(MeetingVisit.left_at).is_(None))
        .where(col(MeetingVisit.seen_at) > now - UNSEEN)
        .order_by(col(MeetingVisit.id))
    )
    return [
        VisitCard(row.public_id, row.person_id, name, subject.side_of(row.person_id), row.away_at is None, row.id or 0)
        for row, name in db.execute(query)
        if (row.away_at is None or row.away_at > now - AWAY) and subject.may_enter(row.person_id)
    ]


def lost_visits(db: Database, visits: Collection[str]) -> dict[str, Lost]:
    """Which of these visits are over, and why: one query, asked every second by whoever holds their sockets."""
    guest = exists().where(
        col(MeetingGuest.meeting_id) == col(MeetingVisit.meeting_id),
        col(MeetingGuest.person_id) == col(MeetingVisit.person_id),
    )
    at_door = (RoomEntry.meeting_id == MeetingVisit.meeting_id) & (RoomEntry.person_id == MeetingVisit.person_id)
    later = aliased(MeetingVisit)
    newer = exists().where(
        col(later.meeting_id) == col(MeetingVisit.meeting_id), col(later.person_id) == col(MeetingVisit.person_id),
        col(later.id) > col(MeetingVisit.id), col(later.left_at).is_(None),
    )  # fmt: skip
    query: Any = (
        sql_select(MeetingVisit, Meeting, col(MeetingRoom.ended_at), col(RoomEntry.state), guest, newer)
        .join(Meeting, col(Meeting.id) == col(MeetingVisit.meeting_id))
        .join(MeetingRoom, col(MeetingRoom.meeting_id) == col(MeetingVisit.meeting_id))
        .outerjoin(RoomEntry, at_door)  # type: ignore[arg-type]  # SQLModel types a comparison of columns as bool
        .where(col(MeetingVisit.public_id).in_(sorted(visits)))
    )
    found = dict.fromkeys(visits, Lost.ENDED)
    for visit, meeting, ended_at, entry, is_guest, has_newer in db.execute(query):
        why = _why_lost(visit, meeting, ended_at, entry, bool(is_guest))
        why = Lost.LEFT if why is Lost.REPLACED and not has_newer else why
        if why is None:
            del found[visit.public_id]
        else:
            found[visit.public_id] = why
    return found


def _why_lost(
    visit: MeetingVisit, meeting: Meeting, ended_at: datetime | None, entry: EntryState | None, is_guest: bool
) -> Lost | None:
    if meeting.state not in STANDING or (ended_at is not None and ended_at >= visit.entered_at):
        return Lost.ENDED
    if meeting.starts_at is not None and clock.now() < meeting.starts_at - BEFORE:
        return Lost.ENDED  # it was moved while they were in its room, which opens another time
    takes_part = visit.person_id in (meeting.asker_id, meeting.invitee_id) or is_guest
    if entry is EntryState.REMOVED or not (takes_part or entry is EntryState.ADMITTED):
        return Lost.REMOVED
    return Lost.REPLACED if visit.left_at is not None else None


@command(lead_in_room, when=is_in_meeting)
def close_meeting_room(db: Database, actor: Actor, subject: RoomInMeeting) -> None:
    """End a meeting for all before its time is over. Where both sides were here together it has taken place."""
    row = locked_room(db, subject)
    if _together_since(subject, row) is not None and may(actor, "mark_held", subject.of):
        mark_held(db, actor, subject.of)
    _close(db, actor, subject, row)


def _close(db: Database, actor: Actor, subject: RoomInMeeting, row: MeetingRoom) -> None:
    row.ended_at = clock.now()
    changed(db, row)
    stop_timer(db, "meeting room closes", subject.id)
    here = select(MeetingVisit.public_id).where(
        MeetingVisit.meeting_id == subject.id, col(MeetingVisit.left_at).is_(None)
    )
    end_visits(db, MeetingVisit, db.exec(here).all())
    record(db, actor, MeetingRoomClosed(event_id=subject.meeting.event_id, meeting_id=subject.id))


@timer("meeting room closes")
def _close_in_time(db: Database, meeting_id: int) -> None:
    """The hard end; once, and not if there is more time or another one by now."""
    subject = room_by_meeting(db, meeting_id)
    if subject is None or not subject.of.has_time or subject.meeting.state not in STANDING:
        return
    times, now = subject.clock, clock.now()
    if now < times.opens:
        return
    if now < times.closes:
        set_timer(db, "meeting room closes", meeting_id, times.closes)
    elif subject.room.ended_at is None or subject.room.ended_at < times.opens:
        _close(db, SYSTEM, subject, locked_room(db, subject))
