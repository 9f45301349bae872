"""Makers for agendas: a published hackathon with two rooms and a track, sessions, releases."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import select

from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.events import EventWithPhases
from sessions.timetable.released import AgendaSession, Release, agenda_of, last_release
from sessions.timetable.releases import release_agenda
from sessions.timetable.rooms import add_room, add_track
from sessions.timetable.rows import Room, SessionInEvent, SessionKind, Track
from sessions.timetable.sessions import Place, Wording, add_session, place_session
from tests.events.makers_hackathon import make_hackathon
from tests.makers import again, person_of


@dataclass
class Programme:
    """An event in which Ada organises, with a hall and a studio, and a track."""

    ada: Actor
    event: EventWithPhases
    hall: Room
    studio: Room
    track: Track


def make_agenda(db: Database, ada: Actor, *people: Actor) -> Programme:
    """A hackathon that goes on, with these people, two rooms and a track; nothing is on its timetable."""
    event = make_hackathon(db, ada, *people)
    return with_rooms(db, again(db, ada), event)


def with_rooms(db: Database, ada: Actor, event: EventWithPhases) -> Programme:
    """Two rooms and a track for an event of Ada's."""
    hall = add_room(db, ada, event, name="Great Hall", capacity=200)
    studio = add_room(db, ada, event, name="Studio", capacity=20, link="https://video.example/studio")
    return Programme(ada, event, hall, studio, add_track(db, ada, event, name="Packaging"))


def at(hours: float) -> datetime:
    """Today at so many hours UTC; the event's clock shows two hours more."""
    return clock.now().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(hours=hours)


def make_session(
    db: Database,
    made: Programme,
    title: str,
    *,
    hours: float | None = None,
    room: Room | None = None,
    minutes: int = 60,
    kind: SessionKind = SessionKind.TALK,
    speakers: str = "",
    track: str = "",
) -> SessionInEvent:
    """A session of the draft, in the hall unless another room is named; without `hours` it waits for a time."""
    place = Place((room or made.hall).public_id, at(hours)) if hours is not None else None
    wording = Wording(title, kind, "About **it**.", track, minutes, speakers)
    return add_session(db, made.ada, made.event, wording=wording, place=place)


def move_to(db: Database, made: Programme, subject: SessionInEvent, hours: float, room: Room | None = None) -> None:
    """Give a session another start, and perhaps another room."""
    place_session(db, made.ada, subject, place=Place((room or made.hall).public_id, at(hours)))


def released(db: Database, made: Programme, name: str = "1.0") -> Release:
    """Release the draft under a name."""
    return release_agenda(db, made.ada, made.event, name=name)


def shown(db: Database, made: Programme) -> list[AgendaSession]:
    """What everybody sees."""
    return agenda_of(db, last_release(db, made.event.id))


def address_of(db: Database, actor: Actor) -> str:
    """Somebody's e-mail address."""
    return person_of(db, actor).email


def all_of(db: Database, relation: type) -> list:
    """All rows of a relation."""
    return list(db.exec(select(relation)))
