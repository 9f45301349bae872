"""Sessions of the draft: added, changed, placed and moved, taken off the timetable, removed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func
from sqlmodel import col, select

from events.challenges import its_event_not_over
from events.core import clock
from events.core.access import Actor, command
from events.core.clock import on_the_atom
from events.core.database import Database
from events.core.journal import record
from events.core.refusals import Invalid
from events.core.translation import Message, _
from events.events import EventWithPhases, not_over
from events.people import Person, PersonState, clean_name, find_person
from events.roles import organiser_of_event
from sessions.timetable.conflicts import refuse_what_is_in_the_way
from sessions.timetable.released import was_released
from sessions.timetable.rows import (
    ChangedMeanwhile,
    Room,
    Session,
    SessionAdded,
    SessionChanged,
    SessionInEvent,
    SessionKind,
    SessionPlaced,
    SessionRemoved,
    SessionTakenOff,
    Speaker,
    Track,
    lock_timetable,
)

MOST_SESSIONS = 500
MOST_SPEAKERS = 20
MOST_MINUTES = 24 * 60
ADDRESSED = re.compile(r"(?:.*<)?\s*([^<>\s]+@[^<>\s]+)\s*>?")


@dataclass(frozen=True)
class Wording:
    """What a session says about itself. `track` is a public id or ''; `minutes` a multiple of five; `speakers` has one
    on each line: the e-mail address of somebody who has an account, perhaps after their name, or a name alone."""

    title: str
    kind: SessionKind = SessionKind.TALK
    abstract: str = ""
    track: str = ""
    minutes: int = 30
    speakers: str = ""


@dataclass(frozen=True)
class Place:
    """Where and when: a room (public id) and a start (aware), a multiple of five minutes."""

    room: str
    starts_at: datetime


@command(organiser_of_event, when=not_over)
def add_session(
    db: Database, actor: Actor, event: EventWithPhases, *, wording: Wording, place: Place | None = None
) -> SessionInEvent:
    """Put a session into the draft, without a time unless a place is given. Refuses what its words or its place may not
    be, a place in which a conflict stops it (InTheWay), and more than 500 sessions."""
    lock_timetable(db, event.id)
    there = db.exec(select(func.count()).where(Session.event_id == event.id, col(Session.removed_at).is_(None))).one()
    if there >= MOST_SESSIONS:
        raise Invalid(_("An agenda has %(most)s sessions at most.", most=MOST_SESSIONS))
    subject = SessionInEvent(Session(event_id=event.id, title=""), event)
    with db.begin_nested():
        _write(db, subject, wording)
        record(db, actor, SessionAdded(event_id=event.id, session_id=subject.id))
        if place is not None:
            _put(db, subject, place)
            record_place(db, actor, subject)
            refuse_what_is_in_the_way(db, event, subject.session.public_id)
    return subject


@command(organiser_of_event, when=its_event_not_over)
def change_session(
    db: Database,
    actor: Actor,
    subject: SessionInEvent,
    *,
    wording: Wording,
    place: Place | None,
    revision: int | None = None,
) -> None:
    """Write a session anew, with its place or without one. Refuses as `add_session` does, and with ChangedMeanwhile
    where it is not at this revision any more. What is said again changes nothing."""
    row = locked(db, subject, revision)
    with db.begin_nested():
        before, stood = _stamp(db, row), (row.room_id, row.starts_at)
        _write(db, subject, wording)
        if place is not None:
            _put(db, subject, place)
        else:
            row.room_id = row.starts_at = None
        said, moved = _stamp(db, row) != before, stood != (row.room_id, row.starts_at)
        if not said and not moved:
            return
        raise_revision(db, row)
        if said:
            record(db, actor, SessionChanged(event_id=row.event_id, session_id=subject.id))
        if moved:
            record_place(db, actor, subject)
        refuse_what_is_in_the_way(db, subject.event, row.public_id)


@command(organiser_of_event, when=its_event_not_over)
def place_session(
    db: Database, actor: Actor, subject: SessionInEvent, *, place: Place, revision: int | None = None
) -> None:
    """Give a session a room and a start, its first or others. Refuses a start that is no multiple of five minutes, a
    room of another event, a place in which a conflict stops it (InTheWay), and with ChangedMeanwhile where it is not at
    this revision any more. Where it is there already nothing happens."""
    row = locked(db, subject, revision)
    stood = (row.room_id, row.starts_at)
    with db.begin_nested():
        _put(db, subject, place)
        if stood == (row.room_id, row.starts_at):
            return
        raise_revision(db, row)
        record_place(db, actor, subject)
        refuse_what_is_in_the_way(db, subject.event, row.public_id)


@command(organiser_of_event, when=its_event_not_over)
def take_session_off(db: Database, actor: Actor, subject: SessionInEvent, *, revision: int | None = None) -> None:
    """Let a session wait for a time again; one that waits already goes on doing so."""
    row = locked(db, subject, revision)
    if row.starts_at is None:
        return
    row.room_id = row.starts_at = None
    raise_revision(db, row)
    record_place(db, actor, subject)


@command(organiser_of_event, when=its_event_not_over)
def remove_session(db: Database, actor: Actor, subject: SessionInEvent) -> None:
    """Take a session out of the draft for good. The released agenda shows it until the next release, which tells those
    who speak in it."""
    row = locked(db, subject, None)
    session_id = subject.id
    if was_released(db, session_id):
        row.room_id = row.starts_at = None
        row.removed_at = clock.now()
        raise_revision(db, row)
    else:
        db.execute(delete(Speaker).where(col(Speaker.session_id) == session_id))
        db.delete(row)
        db.flush()
    record(db, actor, SessionRemoved(event_id=subject.event.id, session_id=session_id))


def locked(db: Database, subject: SessionInEvent, revision: int | None) -> Session:
    """The session as it is now that nobody else can change it."""
    row = subject.session
    lock_timetable(db, subject.event.id)
    query = select(Session).where(Session.id == row.id, col(Session.removed_at).is_(None))
    there = db.exec(query.execution_options(populate_existing=True)).first()
    if there is None or (revision is not None and there.revision != revision):
        raise ChangedMeanwhile
    return row


def raise_revision(db: Database, row: Session) -> None:
    """Keep a changed session under its next number."""
    row.revision += 1
    db.add(row)
    db.flush()


def record_place(db: Database, actor: Actor, subject: SessionInEvent) -> None:
    """Write down where a session is now."""
    row = subject.session
    if row.room_id is None or row.starts_at is None:
        record(db, actor, SessionTakenOff(event_id=row.event_id, session_id=subject.id))
        return
    placed = {"event_id": row.event_id, "session_id": subject.id}
    record(db, actor, SessionPlaced(**placed, room_id=row.room_id, starts_at=row.starts_at))


def _write(db: Database, subject: SessionInEvent, wording: Wording) -> None:
    wrong: dict[str, Message | str] = {}
    title = _on_one_line(wording.title)
    if not title or len(title) > 200:
        wrong["title"] = _("Please write a title of at most 200 characters.")
    if len(wording.abstract.strip()) > 5000:
        wrong["abstract"] = _("Please write at most %(most)s characters.", most=5000)
    if wording.minutes % 5 or not 5 <= wording.minutes <= MOST_MINUTES:
        wrong["minutes"] = _("A session lasts from five minutes to a day, in steps of five minutes.")
    track = _track(db, subject.event.id, wording.track)
    if wording.track and track is None:
        wrong["track"] = _("Please choose one of the tracks of this event.")
    speakers = _read_speakers(db, wording.speakers, wrong)
    if wrong:
        raise Invalid(wrong)
    row = subject.session
    row.title, row.kind, row.abstract = title, wording.kind, wording.abstract.strip()
    row.track_id, row.minutes = track, wording.minutes
    db.add(row)
    db.flush()
    _keep_speakers(db, row.id or 0, speakers)


def _on_one_line(text: str) -> str:
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _track(db: Database, event_id: int, public: str) -> int | None:
    return db.exec(select(Track.id).where(Track.public_id == public, Track.event_id == event_id)).first()


def _read_speakers(db: Database, text: str, wrong: dict[str, Message | str]) -> list[tuple[int | None, str]]:
    found: list[tuple[int | None, str]] = []
    for line in (one.strip()[:300] for one in text.splitlines() if one.strip()):
        address = ADDRESSED.fullmatch(line)
        if address is None:
            found.append((None, clean_name(line)))
            continue
        person = _somebody(db, address[1])
        if person is None:
            wrong["speakers"] = _(
                "Nobody here has the address %(address)s. Write the name alone, or ask them to sign in once.",
                address=address[1],
            )
        else:
            found.append((person.id, ""))
    if len(found) > MOST_SPEAKERS:
        wrong["speakers"] = _("A session has %(most)s speakers at most.", most=MOST_SPEAKERS)
    return list(dict.fromkeys(one for one in found if one != (None, "")))


def _somebody(db: Database, address: str) -> Person | None:
    try:
        found = find_person(db, address)
    except Invalid:
        return None
    return found if found is not None and found.state is PersonState.ACTIVE and found.name else None


def _keep_speakers(db: Database, session_id: int, speakers: Sequence[tuple[int | None, str]]) -> None:
    if speakers == [(row.person_id, row.name) for row in speakers_in(db, session_id)]:
        return
    db.execute(delete(Speaker).where(col(Speaker.session_id) == session_id))
    for position, (person, name) in enumerate(speakers):
        db.add(Speaker(session_id=session_id, person_id=person, name=name, position=position))
    db.flush()


def speakers_in(db: Database, session_id: int) -> list[Speaker]:
    """Who speaks in a session of the draft, in order."""
    query = select(Speaker).where(Speaker.session_id == session_id)
    return list(db.exec(query.order_by(col(Speaker.position), col(Speaker.id))))


def _stamp(db: Database, row: Session) -> tuple[object, ...]:
    speakers = tuple((one.person_id, one.name) for one in speakers_in(db, row.id or 0))
    return row.title, row.kind, row.abstract, row.track_id, row.minutes, speakers


def _put(db: Database, subject: SessionInEvent, place: Place) -> None:
    wrong: dict[str, Message | str] = {}
    query = select(Room.id).where(Room.public_id == place.room, Room.event_id == subject.event.id)
    room = db.exec(query).first()
    if room is None:
        wrong["room"] = _("Please choose one of the rooms of this event.")
    if not on_the_atom(place.starts_at):
        wrong["starts_at"] = _("A session starts at a multiple of five minutes.")
    if wrong:
        raise Invalid(wrong)
    subject.session.room_id, subject.session.starts_at = room, place.starts_at
    db.add(subject.session)
    db.flush()
