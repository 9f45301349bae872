"""A meeting room as its page shows it: who is in it, its notes, who is at the door, and what can be done now."""

from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request

from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.core.translation import Message
from events.events import EventWithPhases, event_by_id
from events.people import people_by_id
from frontend.attending import Attendance, attendance_shown
from frontend.web import actor_of
from realtime.video.ways import provider_of, usable_ways
from sessions.attendance import PATIENCE
from sessions.meeting_lists import parties_of
from sessions.meeting_notes import NoteLine, notes_of
from sessions.meeting_rooms import RoomInMeeting, RoomState, Side, get_meeting_room, room_state
from sessions.meeting_visits import visits_here
from sessions.more_time import FROM
from sessions.room_doors import AtTheDoor, at_the_door
from sessions.video import FOR_MEETINGS, WAYS, Chosen, Way, way_of


@dataclass(frozen=True)
class InRoom:
    """One of those who may be in a room. `side` is '' for who is on neither."""

    public_id: str
    name: str
    side: Side | None
    is_here: bool
    is_me: bool
    is_lead: bool
    captions: bool


@dataclass(frozen=True)
class RoomShown:
    """What the page of a meeting room shows. `holds` is how many its call has places for, where that is too few."""

    subject: RoomInMeeting
    state: RoomState
    people: list[InRoom]
    notes: list[NoteLine]
    door: list[AtTheDoor]
    chosen: Chosen
    attendance: Attendance | None
    names: tuple[str, str]
    inside: bool
    knocked: str
    more_asked_by: str
    other: str
    now: datetime
    holds: int

    @property
    def me(self) -> InRoom | None:
        """The reader, if they may be in it."""
        return next((one for one in self.people if one.is_me), None)

    @property
    def knocking(self) -> list[AtTheDoor]:
        """Who waits for an answer at the door."""
        return [one for one in self.door if one.state == "asked"]

    @property
    def changes_at(self) -> datetime | None:
        """The next moment at which the clock alone makes another page of it; None after the last."""
        times = self.subject.clock
        moments = (times.opens, times.starts, times.starts + PATIENCE, times.ends - FROM, times.ends, times.closes)
        return min((one for one in moments if one > self.now), default=None)

    @property
    def is_running(self) -> bool:
        """Whether its meeting is on."""
        return self.state in {RoomState.WAITING, RoomState.LIVE, RoomState.ENDING, RoomState.GRACE}


def room_of(db: Database, request: Request) -> tuple[Actor, EventWithPhases, RoomInMeeting]:
    """The reader, and the meeting room that an address names with its event; NotFound where it is nothing of theirs."""
    actor = actor_of(db, request)
    subject = get_meeting_room(db, actor, request.path_params["meeting"])
    return actor, event_by_id(db, subject.meeting.event_id), subject


def room_shown(db: Database, actor: Actor, subject: RoomInMeeting) -> RoomShown:
    """What the page of a meeting room shows to this reader; to who is not inside, neither notes nor who is here."""
    inside = subject.may_enter(actor.person)
    here = visits_here(db, subject) if inside else []
    door = at_the_door(db, subject)
    asker, invitee = parties_of(db, subject.of)
    names = {asker.person_id: asker.name, invitee.person_id: invitee.name}
    more, chosen = subject.room.more_asked_by_id, way_of(db, subject, usable_ways())
    return RoomShown(
        subject=subject,
        state=room_state(subject, [one.side for one in here], clock.now()),
        people=_people(db, actor, subject, {one.person_id for one in here}) if inside else [],
        notes=notes_of(db, actor, subject),
        door=door if inside else [],
        chosen=chosen,
        attendance=attendance_shown(actor, subject.of) if inside else None,
        names=(asker.name, invitee.name),
        inside=inside,
        knocked=next((str(one.state) for one in door if one.person_id == actor.person), ""),
        more_asked_by=names.get(more or 0, "") if more != actor.person else "",
        other=next((name for id, name in names.items() if id != actor.person), ""),
        now=clock.now(),
        holds=_holds(chosen.way, len(here)),
    )


def _holds(way: Way, here: int) -> int:
    """How many a call in this way holds, where more than that are here; else 0."""
    most = provider_of(way).caps.most_speakers
    return most if way is not Way.OFF and here > most else 0


def _people(db: Database, actor: Actor, subject: RoomInMeeting, here: set[int]) -> list[InRoom]:
    ids = [*subject.of.people, *(id for id in subject.entries if id not in subject.of.people)]
    found = people_by_id(db, set(ids))
    return [
        InRoom(
            found[id].public_id, found[id].name, subject.side_of(id), id in here, id == actor.person,
            id in subject.leads, id in subject.captioners,
        )
        for id in ids
        if id in found and subject.may_enter(id)
    ]  # fmt: skip


def ways_offered() -> list[tuple[str, Message]]:
    """The ways of seeing each other that can be chosen here: (word, label)."""
    usable = usable_ways() | {Way.OFF, Way.LINK}
    return [(one.value, WAYS[one]) for one in FOR_MEETINGS if one in usable]
