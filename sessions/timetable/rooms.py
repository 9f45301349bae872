"""Tracks and rooms: what sessions are sorted by, and where they take place."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import func, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from events.challenges import its_event_not_over
from events.core.access import Actor, command
from events.core.database import Database, is_broken
from events.core.hooks import cloned_with_event
from events.core.journal import record
from events.core.refusals import Conflict, Invalid
from events.core.translation import N_, Message, _
from events.events import EventWithPhases, not_over
from events.people import clean_name
from events.roles import organiser_of_event
from sessions.stage_agenda import leave_room
from sessions.timetable.rows import (
    Room,
    RoomInEvent,
    RoomsChanged,
    Session,
    Track,
    TrackInEvent,
    TracksChanged,
    TrackTone,
    lock_timetable,
    rooms_of,
    sessions_of,
    tracks_of,
)

MOST_ROOMS = MOST_TRACKS = 40
MOST_SEATS = 100_000


class RoomInUse(Conflict):
    """A room cannot go while sessions take place in it."""

    def __init__(self, count: int) -> None:
        super().__init__(
            N_(
                "%(count)s session takes place in this room. Move it or take it off the timetable first.",
                "%(count)s sessions take place in this room. Move them or take them off the timetable first.",
                count,
            )
        )


@command(organiser_of_event, when=not_over)
def add_track(
    db: Database, actor: Actor, event: EventWithPhases, *, name: str, tone: TrackTone = TrackTone.WOAD
) -> Track:
    """Give the agenda a track. Refuses an empty or long name, one that is taken, and more than forty."""
    there = len(tracks_of(db, event.id))
    if there >= MOST_TRACKS:
        raise Invalid({"name": _("An agenda has %(most)s tracks at most.", most=MOST_TRACKS)})
    row = Track(event_id=event.id, name=_named(name), tone=tone, position=there)
    _keep(db, row, "uq_agenda_track_event_id_name")
    record(db, actor, TracksChanged(event_id=event.id, track_id=row.id or 0, what="added"))
    return row


@command(organiser_of_event, when=its_event_not_over)
def change_track(db: Database, actor: Actor, subject: TrackInEvent, *, name: str, tone: TrackTone) -> None:
    """Call a track otherwise or give it another colour; the released agenda follows with the next release."""
    row = subject.track
    row.name, row.tone = _named(name), tone
    _keep(db, row, "uq_agenda_track_event_id_name")
    record(db, actor, TracksChanged(event_id=subject.event.id, track_id=row.id or 0, what="changed"))


@command(organiser_of_event, when=its_event_not_over)
def remove_track(db: Database, actor: Actor, subject: TrackInEvent) -> None:
    """Take a track away; its sessions stay, without a track."""
    track_id = subject.track.id or 0
    without = update(Session).where(col(Session.track_id) == track_id)
    db.execute(without.values(track_id=None, revision=col(Session.revision) + 1))
    db.delete(subject.track)
    db.flush()
    record(db, actor, TracksChanged(event_id=subject.event.id, track_id=track_id, what="removed"))


@command(organiser_of_event, when=not_over)
def add_room(
    db: Database, actor: Actor, event: EventWithPhases, *, name: str, capacity: int | None = None, link: str = ""
) -> Room:
    """Give the programme a room. Refuses an empty or long name, one that is taken, a capacity below one, a link that is
    none, and more than forty."""
    there = len(rooms_of(db, event.id))
    if there >= MOST_ROOMS:
        raise Invalid({"name": _("An agenda has %(most)s rooms at most.", most=MOST_ROOMS)})
    row = Room(event_id=event.id, name=_named(name), position=there)
    row.capacity, row.link = _checked(capacity, link)
    _keep(db, row, "uq_agenda_room_event_id_name")
    record(db, actor, RoomsChanged(event_id=event.id, room_id=row.id or 0, what="added"))
    return row


@command(organiser_of_event, when=its_event_not_over)
def change_room(
    db: Database, actor: Actor, subject: RoomInEvent, *, name: str, capacity: int | None, link: str
) -> None:
    """Say something else about a room; the released agenda keeps what it said until the next release."""
    row = subject.room
    clean, (row.capacity, row.link) = _named(name), _checked(capacity, link)
    row.name = clean
    _keep(db, row, "uq_agenda_room_event_id_name")
    record(db, actor, RoomsChanged(event_id=subject.event.id, room_id=row.id or 0, what="changed"))


@command(organiser_of_event, when=its_event_not_over)
def remove_room(db: Database, actor: Actor, subject: RoomInEvent) -> None:
    """Take a room away. Refuses with RoomInUse while sessions take place in it."""
    lock_timetable(db, subject.event.id)
    used = db.exec(select(func.count()).where(Session.room_id == subject.room.id)).one()
    if used:
        raise RoomInUse(int(used))
    room_id = subject.room.id or 0
    leave_room(db, room_id)
    db.delete(subject.room)
    db.flush()
    record(db, actor, RoomsChanged(event_id=subject.event.id, room_id=room_id, what="removed"))


def _named(name: str) -> str:
    clean = clean_name(name)
    if not clean or len(clean) > 80:
        raise Invalid({"name": _("Please write a name of at most 80 characters.")})
    return clean


def _checked(capacity: int | None, link: str) -> tuple[int | None, str]:
    wrong: dict[str, Message | str] = {}
    if capacity is not None and not 1 <= capacity <= MOST_SEATS:
        wrong["capacity"] = _("A room holds one person at least. Leave this empty for no limit.")
    clean = link.strip()
    if clean and not _is_web_address(clean):
        wrong["link"] = _("Please write a whole address that begins with https://.")
    if wrong:
        raise Invalid(wrong)
    return capacity, clean


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and len(text) <= 500 and text.isprintable()


def _keep(db: Database, row: Any, constraint: str) -> None:
    name = row.name
    try:
        with db.begin_nested():
            db.add(row)
            db.flush()
    except IntegrityError as error:
        if is_broken(error, constraint):
            raise Invalid(
                {"name": _("There is one called %(name)s already. Choose another name.", name=name)}
            ) from error
        raise


@cloned_with_event
def _clone_tracks_and_rooms(
    db: Database, from_event: int, to_event: int, moved: Callable[[datetime], datetime]
) -> None:
    """Tracks, rooms and the draft's sessions come along, each at its hour of the other days; who speaks does not, since
    nobody has agreed to it, nor does what was released."""
    tracks: dict[int | None, int | None] = {None: None}
    for track in tracks_of(db, from_event):
        new_track = Track(event_id=to_event, name=track.name, tone=track.tone, position=track.position)
        db.add(new_track)
        db.flush()
        tracks[track.id] = new_track.id
    rooms: dict[int | None, int | None] = {None: None}
    for room in rooms_of(db, from_event):
        new_room = Room(event_id=to_event, **room.model_dump(include={"name", "capacity", "link", "position"}))
        db.add(new_room)
        db.flush()
        rooms[room.id] = new_room.id
    for one in sessions_of(db, from_event):
        says = one.model_dump(include={"kind", "title", "abstract", "minutes"})
        starts_at = moved(one.starts_at) if one.starts_at else None
        track_id, room_id = tracks[one.track_id], rooms[one.room_id]
        db.add(Session(event_id=to_event, track_id=track_id, room_id=room_id, starts_at=starts_at, **says))
    db.flush()
