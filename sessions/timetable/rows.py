"""What a timetable is made of: tracks, rooms, sessions and who speaks; the draft that organisers work on."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel, col, select

from events.core.access import Actor
from events.core.columns import moment, public_id, word
from events.core.database import Database
from events.core.hooks import personal_data
from events.core.journal import Fact
from events.core.refusals import Conflict, NotFound
from events.core.translation import Message, _
from events.events import Event, EventWithPhases
from events.roles import organiser_of_event


class SessionKind(StrEnum):
    """What happens in a session. In a break nobody has to listen to anybody."""

    TALK = "talk"
    WORKSHOP = "workshop"
    PANEL = "panel"
    PITCHES = "pitches"
    SOCIAL = "social"
    BREAK = "break"
    OTHER = "other"


class TrackTone(StrEnum):
    """The colour of a track; its name always stands beside it."""

    WOAD = "woad"
    MADDER = "madder"
    WELD = "weld"
    MOSS = "moss"
    PLUM = "plum"
    SLATE = "slate"


class Track(SQLModel, table=True):
    """A theme that runs through an agenda."""

    __tablename__ = "agenda_track"
    __table_args__ = (UniqueConstraint("event_id", "name"),)

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("tk")
    event_id: int = Field(foreign_key="event.id", index=True)
    name: str = Field(max_length=80)
    tone: TrackTone = word(TrackTone, default=TrackTone.WOAD)
    position: int = 0


class Room(SQLModel, table=True):
    """A place in the programme: a hall, or a video room behind a link. Without a capacity it holds any number."""

    __tablename__ = "agenda_room"
    __table_args__ = (UniqueConstraint("event_id", "name"),)

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("rm")
    event_id: int = Field(foreign_key="event.id", index=True)
    name: str = Field(max_length=80)
    capacity: int | None = None
    link: str = Field(default="", max_length=500)
    position: int = 0


class Session(SQLModel, table=True):
    """Something on the timetable: placed in a room from a start on, or waiting for both.

    `revision` rises with every change, so that nobody writes over what somebody else has just changed. One that was
    released once is kept after its removal, since calendars and change logs know it.
    """

    __tablename__ = "agenda_session"
    __table_args__ = (
        CheckConstraint("(room_id IS NULL) = (starts_at IS NULL)", name="placed"),
        CheckConstraint("minutes BETWEEN 5 AND 1440 AND minutes % 5 = 0", name="minutes"),
        CheckConstraint("removed_at IS NULL OR starts_at IS NULL", name="removed"),
    )

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("se")
    event_id: int = Field(foreign_key="event.id", index=True)
    kind: SessionKind = word(SessionKind, default=SessionKind.TALK)
    title: str = Field(max_length=200)
    abstract: str = Field(default="", max_length=5000)
    track_id: int | None = Field(default=None, foreign_key="agenda_track.id", index=True)
    room_id: int | None = Field(default=None, foreign_key="agenda_room.id", index=True)
    starts_at: datetime | None = moment(default=None, nullable=True)
    minutes: int = 30
    revision: int = 1
    removed_at: datetime | None = moment(default=None, nullable=True)

    @property
    def ends_at(self) -> datetime | None:
        """When it ends, if it has a start."""
        return self.starts_at + timedelta(minutes=self.minutes) if self.starts_at else None


class Speaker(SQLModel, table=True):
    """Who speaks in a session: a person of the network, or somebody known by name only."""

    __tablename__ = "session_speaker"
    __table_args__ = (
        UniqueConstraint("session_id", "person_id"),
        CheckConstraint("(person_id IS NULL) = (name <> '')", name="person_or_name"),
    )

    id: int | None = Field(default=None, primary_key=True)
    session_id: int = Field(foreign_key="agenda_session.id", index=True)
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    name: str = Field(default="", max_length=120)
    position: int = 0


class Star(SQLModel, table=True):
    """That somebody marked a session as one they want to see."""

    __tablename__ = "session_star"
    __table_args__ = (UniqueConstraint("session_id", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    session_id: int = Field(foreign_key="agenda_session.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    starred_at: datetime = moment()


personal_data(Speaker, "person_id", "who speaks in a session", "delete")
personal_data(Star, "person_id", "sessions somebody wants to see", "delete")


@dataclass(frozen=True)
class TracksChanged(Fact):
    """A track was added, changed or taken away: `what` says which of them."""

    event_id: int
    track_id: int
    what: str


@dataclass(frozen=True)
class RoomsChanged(Fact):
    """A room was added, changed or taken away: `what` says which of them."""

    event_id: int
    room_id: int
    what: str


@dataclass(frozen=True)
class SessionAdded(Fact):
    """The timetable got a session, with or without a time."""

    event_id: int
    session_id: int


@dataclass(frozen=True)
class SessionChanged(Fact):
    """What a session says about itself, its length or its speakers were changed."""

    event_id: int
    session_id: int


@dataclass(frozen=True)
class SessionPlaced(Fact):
    """A session got a room and a start in the draft, its first or others."""

    event_id: int
    session_id: int
    room_id: int
    starts_at: datetime


@dataclass(frozen=True)
class SessionTakenOff(Fact):
    """A session waits for a time again."""

    event_id: int
    session_id: int


@dataclass(frozen=True)
class SessionRemoved(Fact):
    """A session was taken out of the timetable for good."""

    event_id: int
    session_id: int


class ChangedMeanwhile(Conflict):
    """Two people worked on one session."""

    def __init__(self) -> None:
        super().__init__(_("Somebody else has just changed this session. Look at it as it is now, then change it."))


SESSION_KINDS: dict[SessionKind, Message] = {
    SessionKind.TALK: _("Talk"),
    SessionKind.WORKSHOP: _("Workshop"),
    SessionKind.PANEL: _("Panel"),
    SessionKind.PITCHES: _("Pitches"),
    SessionKind.SOCIAL: _("Meeting people"),
    SessionKind.BREAK: _("Break"),
    SessionKind.OTHER: _("Something else"),
}

see_timetable = organiser_of_event


@dataclass(frozen=True)
class SessionInEvent:
    """A session of the draft with its event, as commands and rules need it."""

    session: Session
    event: EventWithPhases

    @property
    def id(self) -> int:
        """The session's id."""
        assert self.session.id is not None
        return self.session.id


@dataclass(frozen=True)
class RoomInEvent:
    """A room with its event."""

    room: Room
    event: EventWithPhases


@dataclass(frozen=True)
class TrackInEvent:
    """A track with its event."""

    track: Track
    event: EventWithPhases


def get_session(db: Database, actor: Actor, event: EventWithPhases, public: str) -> SessionInEvent:
    """A session of the draft for the event's organisers; NotFound for others and for one that was removed."""
    query = select(Session).where(Session.public_id == public, Session.event_id == event.id)
    row = db.exec(query.where(col(Session.removed_at).is_(None))).first()
    if row is None or not see_timetable(actor, event):
        raise NotFound()
    return SessionInEvent(row, event)


def get_room(db: Database, actor: Actor, event: EventWithPhases, public: str) -> RoomInEvent:
    """A room of the event for its organisers; NotFound for others."""
    row = db.exec(select(Room).where(Room.public_id == public, Room.event_id == event.id)).first()
    if row is None or not see_timetable(actor, event):
        raise NotFound()
    return RoomInEvent(row, event)


def get_track(db: Database, actor: Actor, event: EventWithPhases, public: str) -> TrackInEvent:
    """A track of the event for its organisers; NotFound for others."""
    row = db.exec(select(Track).where(Track.public_id == public, Track.event_id == event.id)).first()
    if row is None or not see_timetable(actor, event):
        raise NotFound()
    return TrackInEvent(row, event)


def rooms_of(db: Database, event_id: int) -> list[Room]:
    """An event's rooms in their order."""
    return list(db.exec(select(Room).where(Room.event_id == event_id).order_by(col(Room.position), col(Room.id))))


def tracks_of(db: Database, event_id: int) -> list[Track]:
    """An event's tracks in their order."""
    return list(db.exec(select(Track).where(Track.event_id == event_id).order_by(col(Track.position), col(Track.id))))


def sessions_of(db: Database, event_id: int) -> list[Session]:
    """The sessions of an event's draft, those with a time first, in order of time and then of title."""
    query = select(Session).where(Session.event_id == event_id, col(Session.removed_at).is_(None))
    found = list(db.exec(query.order_by(col(Session.title), col(Session.id))))
    timed = sorted((one for one in found if one.starts_at), key=lambda one: one.starts_at.timestamp())  # type: ignore[union-attr]  # chosen for having one
    return timed + [one for one in found if one.starts_at is None]


def lock_timetable(db: Database, event_id: int) -> None:
    """Let nobody else change this event's timetable until the transaction ends; SQLite has one writer anyway."""
    db.exec(select(Event.id).where(Event.id == event_id).with_for_update(key_share=True)).one()
