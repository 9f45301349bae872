"""The demo's agenda: two days of the hackathon in three rooms, released twice, with one change still in the draft."""

from datetime import timedelta
from typing import NamedTuple

from sqlmodel import col, select

from events.check_in import check_in
from events.core.access import Actor
from events.core.database import Database
from events.core.wall import from_wall
from events.events import EventWithPhases
from events.people import Person
from events.registration import RegistrationInEvent, participants_of
from frontend.demo import World, step
from frontend.demo_events import HACKATHON, event_called
from sessions.regular.coming import join_regular_session
from sessions.regular.rows import Repeats, regular_sessions_of
from sessions.regular.setting import RegularWords, Rhythm, set_regular_session
from sessions.timetable.releases import release_agenda
from sessions.timetable.rooms import add_room, add_track
from sessions.timetable.rows import (
    Session,
    SessionInEvent,
    SessionKind,
    TrackTone,
    rooms_of,
    tracks_of,
)
from sessions.timetable.sessions import Place, Wording, add_session, place_session
from sessions.timetable.stars import get_agenda_session, star_session

STAGE, WORKSHOP, CAFE = "Main stage", "Workshop room", "Team café"
FLOOR, CRAFT = "From the shop floor", "Craft"
ALREADY_THERE = 12


class Told(NamedTuple):
    """A session of the demo: day 0 is the first of building, day 1 that of the pitches."""

    title: str
    day: int
    at: str
    minutes: int
    room: str
    kind: SessionKind = SessionKind.TALK
    track: str = ""
    speakers: tuple[str, ...] = ()
    abstract: str = ""


SESSIONS = (
    Told("Opening", 0, "09:00", 30, STAGE, speakers=("Ada Adler",), abstract="Who is who, and how the days go."),
    Told("Six problems, six makers", 0, "09:30", 60, STAGE, SessionKind.PANEL, FLOOR, ("Che Caruso", "Bram Kok"),
         "Each of the six makers shows what keeps them awake: **three minutes each**, then your questions."),
    Told("Coffee", 0, "10:30", 15, CAFE, SessionKind.BREAK),
    Told("Sensors in an afternoon", 0, "10:45", 90, WORKSHOP, SessionKind.WORKSHOP, CRAFT, ("Mel Meyer",),
         "Bring a laptop. You leave with a board that counts what runs by on a belt."),
    Told("What a buyer looks for", 0, "10:45", 45, STAGE, SessionKind.TALK, FLOOR, ("Dr Inge Holm",)),
    Told("Lunch", 0, "12:15", 45, CAFE, SessionKind.BREAK),
    Told("Meet your team", 0, "13:00", 60, CAFE, SessionKind.SOCIAL),
    Told("Last questions to the mentors", 1, "09:00", 45, WORKSHOP, SessionKind.WORKSHOP, CRAFT, ("Mel Meyer",)),
    Told("Final pitches", 1, "10:00", 120, STAGE, SessionKind.PITCHES, FLOOR, ("Ola Olsson",),
         "Three minutes each, then questions. Everybody may ask, the jury decides."),
    Told("Lunch with the jury", 1, "12:00", 60, CAFE, SessionKind.BREAK),
    Told("From hackathon to handshake", 1, "13:00", 30, STAGE, SessionKind.TALK, FLOOR, ("Ada Adler",),
         "How the one-to-one meetings of tomorrow come about."),
    Told("Prizes", 1, "13:30", 30, STAGE, SessionKind.SOCIAL),
)  # fmt: skip


def agenda(world: World) -> None:
    """Planned and released three weeks before, changed a week before, and changed again in the draft."""
    with step(world.start - timedelta(days=21)) as db:
        ada, event = world.actor(db, "Ada Adler"), event_called(db, HACKATHON)
        add_room(db, ada, event, name=STAGE, capacity=120, link="https://video.example/main-stage")
        add_room(db, ada, event, name=WORKSHOP, capacity=40, link="https://video.example/workshop")
        add_room(db, ada, event, name=CAFE)
        add_track(db, ada, event, name=FLOOR, tone=TrackTone.WOAD)
        add_track(db, ada, event, name=CRAFT, tone=TrackTone.MOSS)
        for told in SESSIONS:
            _add(db, world, ada, event, told)
        add_session(db, ada, event, wording=Wording("Night walk through the plant", SessionKind.SOCIAL, minutes=90))
        release_agenda(db, ada, event, name="1.0", note="Come as you are.")
        _hold_each_morning(db, world, ada, event)
    with step(world.start - timedelta(days=7)) as db:
        ada, event = world.actor(db, "Ada Adler"), event_called(db, HACKATHON)
        _move(db, world, ada, event, "What a buyer looks for", 0, "11:30", STAGE)
        release_agenda(db, ada, event, name="1.1", note="What a buyer looks for begins later.")
    with step(world.start - timedelta(hours=2)) as db:
        ada, event = world.actor(db, "Ada Adler"), event_called(db, HACKATHON)
        _move(db, world, ada, event, "Prizes", 1, "14:00", CAFE)
        _star(db, world, event, "Bo Berg", "Final pitches", "Sensors in an afternoon")
        for name in ("Bo Berg", "Tam Tamm"):
            somebody = world.actor(db, name)
            join_regular_session(db, somebody, regular_sessions_of(db, somebody, event)[0])
        for number, row in enumerate(participants_of(db, event.id)[:ALREADY_THERE]):
            check_in(db, ada, RegistrationInEvent(row, event.event), scan_id=f"demo-{number:04}")


def _place(db: Database, world: World, event: EventWithPhases, day: int, at: str, room: str) -> Place:
    first = world.start - timedelta(days=4 if day == 0 else 0)
    date = from_wall(first.strftime("%Y-%m-%dT12:00"), event.zone).date()
    found = next(one.public_id for one in rooms_of(db, event.id) if one.name == room)
    return Place(found, from_wall(f"{date}T{at}", event.zone))


def _add(db: Database, world: World, ada: Actor, event: EventWithPhases, told: Told) -> None:
    track = next((one.public_id for one in tracks_of(db, event.id) if one.name == told.track), "")
    ids = [world.people[name] for name in told.speakers if name in world.people]
    known = {one.name: one.email for one in db.exec(select(Person).where(col(Person.id).in_(ids)))}
    speakers = "\n".join(known.get(name, name) for name in told.speakers)
    wording = Wording(told.title, told.kind, told.abstract, track, told.minutes, speakers)
    add_session(db, ada, event, wording=wording, place=_place(db, world, event, told.day, told.at, told.room))


def _hold_each_morning(db: Database, world: World, ada: Actor, event: EventWithPhases) -> None:
    first = _place(db, world, event, 0, "08:30", CAFE).starts_at
    set_regular_session(
        db, ada, event,
        words=RegularWords("Morning round", "What each team is at, and what holds it up. Ten minutes, standing.", CAFE),
        rhythm=Rhythm(first, minutes=10, repeats=Repeats.DAILY, times=10),
    )  # fmt: skip


def _called(db: Database, event: EventWithPhases, title: str) -> SessionInEvent:
    row = db.exec(select(Session).where(Session.event_id == event.id, Session.title == title)).one()
    return SessionInEvent(row, event)


def _move(
    db: Database, world: World, ada: Actor, event: EventWithPhases, title: str, day: int, at: str, room: str
) -> None:
    place_session(db, ada, _called(db, event, title), place=_place(db, world, event, day, at, room))


def _star(db: Database, world: World, event: EventWithPhases, name: str, *titles: str) -> None:
    for title in titles:
        public = _called(db, event, title).session.public_id
        star_session(db, world.actor(db, name), get_agenda_session(db, event, public))
