"""The released agenda: what everybody sees until the next release, as it was when it was released."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel, col, select

from events.core.access import Actor, rule
from events.core.columns import moment, public_id, word
from events.core.database import Database, in_parts
from events.core.hooks import personal_data
from events.core.refusals import NotFound
from events.events import EventWithPhases
from events.people import Person
from sessions.timetable.rows import Session, SessionKind, TrackTone


class Release(SQLModel, table=True):
    """A version of an agenda, with the name under which everybody sees it and perhaps a word about it."""

    __tablename__ = "agenda_release"
    __table_args__ = (UniqueConstraint("event_id", "number"), UniqueConstraint("event_id", "name"))

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("rl")
    event_id: int = Field(foreign_key="event.id", index=True)
    number: int
    name: str = Field(max_length=60)
    note: str = Field(default="", max_length=1000)
    released_at: datetime = moment()


class ReleasedSession(SQLModel, table=True):
    """A session as a release shows it, whatever becomes of the draft."""

    __tablename__ = "released_session"
    __table_args__ = (UniqueConstraint("release_id", "session_id"),)

    id: int | None = Field(default=None, primary_key=True)
    release_id: int = Field(foreign_key="agenda_release.id", index=True)
    session_id: int = Field(foreign_key="agenda_session.id", index=True)
    kind: SessionKind = word(SessionKind)
    title: str = Field(max_length=200)
    abstract: str = Field(default="", max_length=5000)
    track: str = Field(default="", max_length=80)
    tone: TrackTone | None = word(TrackTone, default=None, nullable=True)
    room: str = Field(max_length=80)
    room_link: str = Field(default="", max_length=500)
    room_position: int = 0
    starts_at: datetime = moment()
    minutes: int


class ReleasedSpeaker(SQLModel, table=True):
    """Who a release says speaks in a session."""

    __tablename__ = "released_speaker"
    __table_args__ = (UniqueConstraint("released_id", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    released_id: int = Field(foreign_key="released_session.id", index=True)
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    name: str = Field(default="", max_length=120)
    position: int = 0


personal_data(ReleasedSpeaker, "person_id", "who spoke in a session", "delete")


@rule
def agenda_released(actor: Actor, subject: EventWithPhases) -> bool:
    return subject.event.has_agenda


@dataclass(frozen=True)
class SpeakerName:
    """Somebody who speaks; `public_id` and `person_id` only where they are a person of the network."""

    name: str
    public_id: str = ""
    person_id: int | None = None


@dataclass(frozen=True)
class AgendaSession:
    """A session of the released agenda. `room_link` is for those who take part, and for nobody else."""

    session_id: int
    public_id: str
    kind: SessionKind
    title: str
    abstract: str
    track: str
    tone: TrackTone | None
    room: str
    room_link: str
    room_position: int
    starts_at: datetime
    minutes: int
    speakers: tuple[SpeakerName, ...]

    @property
    def ends_at(self) -> datetime:
        """When it ends."""
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def people(self) -> set[int]:
        """The persons who speak."""
        return {one.person_id for one in self.speakers if one.person_id is not None}


def releases_of(db: Database, event_id: int) -> list[Release]:
    """An event's releases, newest first."""
    return list(db.exec(select(Release).where(Release.event_id == event_id).order_by(col(Release.number).desc())))


def last_release(db: Database, event_id: int) -> Release | None:
    """The release that everybody sees."""
    query = select(Release).where(Release.event_id == event_id).order_by(col(Release.number).desc())
    return db.exec(query.limit(1)).first()


def get_release(db: Database, event: EventWithPhases) -> Release:
    """The release that everybody sees; NotFound before the first one."""
    found = last_release(db, event.id)
    if found is None:
        raise NotFound()
    return found


def agenda_of(db: Database, release: Release | None) -> list[AgendaSession]:
    """The sessions of a release in order of time and then of rooms; none before the first release."""
    return agendas_of(db, [release])[0] if release is not None else []


def agendas_of(db: Database, releases: Sequence[Release]) -> list[list[AgendaSession]]:
    """The sessions of several releases, in the releases' order: three statements."""
    ids = [release.id or 0 for release in releases]
    query = (
        select(ReleasedSession, Session.public_id)
        .where(col(ReleasedSession.release_id).in_(ids), Session.id == ReleasedSession.session_id)
        .order_by(col(ReleasedSession.starts_at), col(ReleasedSession.room_position), col(ReleasedSession.id))
    )
    rows = db.exec(query).all()
    speakers = _speakers_of(db, [row.id or 0 for row, _public in rows])
    found: dict[int, list[AgendaSession]] = {id: [] for id in ids}
    for row, public in rows:
        found[row.release_id].append(_shown(row, public, speakers.get(row.id or 0, ())))
    return [found[id] for id in ids]


def _shown(row: ReleasedSession, public: str, speakers: tuple[SpeakerName, ...]) -> AgendaSession:
    return AgendaSession(
        row.session_id, public, row.kind, row.title, row.abstract, row.track, row.tone, row.room, row.room_link,
        row.room_position, row.starts_at, row.minutes, speakers,
    )  # fmt: skip


def _speakers_of(db: Database, released: Sequence[int]) -> dict[int, tuple[SpeakerName, ...]]:
    found: dict[int, tuple[SpeakerName, ...]] = {}
    for some in in_parts(released):
        query = (
            select(ReleasedSpeaker, Person.name, Person.public_id)
            .join(Person, col(Person.id) == col(ReleasedSpeaker.person_id), isouter=True)
            .where(col(ReleasedSpeaker.released_id).in_(some))
            .order_by(col(ReleasedSpeaker.position), col(ReleasedSpeaker.id))
        )
        for row, name, public in db.exec(query):
            one = SpeakerName(name or row.name, public or "", row.person_id)
            found[row.released_id] = (*found.get(row.released_id, ()), one)
    return found


def find_in_release(db: Database, release_id: int, session_id: int) -> AgendaSession | None:
    """A session as a release shows it, None where it is not in it."""
    query = select(ReleasedSession, Session.public_id).where(
        ReleasedSession.release_id == release_id,
        ReleasedSession.session_id == session_id,
        Session.id == ReleasedSession.session_id,
    )
    found = db.exec(query).first()
    if found is None:
        return None
    row, public = found
    return _shown(row, public, _speakers_of(db, [row.id or 0]).get(row.id or 0, ()))


def last_shown(db: Database, session_id: int, *, until: int) -> ReleasedSession | None:
    """A session as everybody saw it last, up to a release (id)."""
    query = select(ReleasedSession).where(
        ReleasedSession.session_id == session_id, col(ReleasedSession.release_id) <= until
    )
    return db.exec(query.order_by(col(ReleasedSession.release_id).desc()).limit(1)).first()


def was_released(db: Database, session_id: int) -> bool:
    """Whether a session was in any release."""
    query = select(ReleasedSession.id).where(ReleasedSession.session_id == session_id).limit(1)
    return db.exec(query).first() is not None
