"""Stars: the sessions somebody does not want to miss, and those in which they speak; their own part of the agenda."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from events.core import clock
from events.core.access import Actor, command, signed_in
from events.core.database import Database, is_broken
from events.core.journal import Fact, record
from events.core.refusals import NotFound
from events.events import EventState, EventWithPhases
from sessions.invitation_wishes import those_without_sessions
from sessions.timetable.calendars import put_in_calendar, take_from_calendar
from sessions.timetable.released import AgendaSession, agenda_of, find_in_release, get_release, last_release
from sessions.timetable.rows import Star, lock_timetable


@dataclass(frozen=True)
class SessionStarred(Fact):
    """Somebody put a session on their agenda; `sequence` is its calendar revision, None where it goes in none. Said
    again by a release that puts into their calendar what they had starred before."""

    event_id: int
    session_id: int
    person_id: int
    sequence: int | None


@dataclass(frozen=True)
class SessionUnstarred(Fact):
    """Somebody took a session off their agenda; `sequence` takes it out of their calendar, None where it is in none."""

    event_id: int
    session_id: int
    person_id: int
    sequence: int | None


@dataclass(frozen=True)
class AgendaSessionInEvent:
    """A session of the released agenda with its event, and the release's name."""

    session: AgendaSession
    event: EventWithPhases
    release: str


def get_agenda_session(db: Database, event: EventWithPhases, public: str) -> AgendaSessionInEvent:
    """A session of the agenda that everybody sees; NotFound for one that is not on it (any more)."""
    release = get_release(db, event)
    found = next((one for one in agenda_of(db, release) if one.public_id == public), None)
    if found is None:
        raise NotFound()
    return AgendaSessionInEvent(found, event, release.name)


@command(signed_in)
def star_session(db: Database, actor: Actor, subject: AgendaSessionInEvent) -> None:
    """Put a session on one's own agenda and, for those who wish it, into their calendar; once, however often it is
    asked."""
    assert actor.person is not None
    lock_timetable(db, subject.event.id)
    star = Star(session_id=subject.session.session_id, person_id=actor.person, starred_at=clock.now())
    try:
        with db.begin_nested():
            db.add(star)
            db.flush()
    except IntegrityError as error:
        if not is_broken(error, "uq_session_star_session_id_person_id"):
            raise
    sequence = None
    shown = _shown_now(db, subject)
    db.refresh(subject.event.event, ["state"])  # it may have been closed while the timetable was waited for
    not_over = subject.event.event.state is not EventState.CLOSED
    is_asked = shown is not None and not_over and actor.person not in shown.people
    if shown is not None and is_asked and not those_without_sessions(db, {actor.person}):
        sequence = put_in_calendar(db, subject.event.event, shown, actor.person)
    fact = SessionStarred(subject.event.id, subject.session.session_id, actor.person, sequence=sequence)
    record(db, actor, fact)


def _shown_now(db: Database, subject: AgendaSessionInEvent) -> AgendaSession | None:
    """The session as the agenda has it now that nobody else can release one."""
    release = last_release(db, subject.event.id)
    return find_in_release(db, release.id or 0, subject.session.session_id) if release else None


@command(signed_in)
def unstar_session(db: Database, actor: Actor, subject: AgendaSessionInEvent) -> None:
    """Take a session off one's own agenda and out of one's calendar, unless one speaks there."""
    assert actor.person is not None
    lock_timetable(db, subject.event.id)
    mine = (col(Star.session_id) == subject.session.session_id, col(Star.person_id) == actor.person)
    db.execute(delete(Star).where(*mine))
    shown = _shown_now(db, subject)
    sequence = take_from_calendar(db, shown, actor.person) if shown else None
    fact = SessionUnstarred(subject.event.id, subject.session.session_id, actor.person, sequence=sequence)
    record(db, actor, fact)


def starred_by(db: Database, actor: Actor, sessions: Collection[AgendaSession]) -> set[int]:
    """Which of these sessions (ids) the actor has starred."""
    ids = [one.session_id for one in sessions]
    if actor.person is None or not ids:
        return set()
    return set(db.exec(select(Star.session_id).where(Star.person_id == actor.person, col(Star.session_id).in_(ids))))


def own_sessions(db: Database, actor: Actor, event: EventWithPhases) -> list[AgendaSession]:
    """The sessions of the agenda that the actor has starred or speaks in, in order of time."""
    agenda = agenda_of(db, last_release(db, event.id)) if event.event.has_agenda else []
    starred = starred_by(db, actor, agenda)
    return [one for one in agenda if one.session_id in starred or actor.person in one.people]
