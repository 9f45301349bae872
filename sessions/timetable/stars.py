"""Stars: the sessions somebody does not want to miss, and those in which they speak; their own part of the agenda."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import UniqueConstraint, delete
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.access import Actor, command, signed_in
from events.core.columns import moment
from events.core.database import Database, is_broken
from events.core.hooks import personal_data
from events.core.refusals import NotFound
from events.events import EventWithPhases
from sessions.timetable.released import AgendaSession, agenda_of, get_release, last_release


class Star(SQLModel, table=True):
    """That somebody marked a session as one they want to see."""

    __tablename__ = "session_star"
    __table_args__ = (UniqueConstraint("session_id", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    session_id: int = Field(foreign_key="agenda_session.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    starred_at: datetime = moment()


personal_data(Star, "person_id", "sessions somebody wants to see", "delete")


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
    """Put a session on one's own agenda; once, however often it is asked."""
    assert actor.person is not None
    star = Star(session_id=subject.session.session_id, person_id=actor.person, starred_at=clock.now())
    try:
        with db.begin_nested():
            db.add(star)
            db.flush()
    except IntegrityError as error:
        if not is_broken(error, "uq_session_star_session_id_person_id"):
            raise


@command(signed_in)
def unstar_session(db: Database, actor: Actor, subject: AgendaSessionInEvent) -> None:
    """Take a session off one's own agenda."""
    mine = (col(Star.session_id) == subject.session.session_id, col(Star.person_id) == actor.person)
    db.execute(delete(Star).where(*mine))


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
