"""The door of a meeting room: who does not take part knocks, a lead answers; and what leads ask of those inside.

Nobody watches a meeting unseen: organisers and desks come in as everybody else does, by knocking, and all see it.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select as sql_select
from sqlmodel import col, select

from events.core import clock
from events.core.access import Actor, command, rule
from events.core.database import Database
from events.core.journal import Fact, record
from events.core.refusals import Conflict, NotFound
from events.core.translation import _
from events.people import Person
from events.roles import organiser_of_event
from sessions.meeting_rooms import (
    EntryState,
    RoomEntry,
    RoomInMeeting,
    changed,
    lead_in_room,
    locked_room,
    room_open,
)
from sessions.meeting_visits import MeetingVisit, open_visits
from sessions.meetings import see_meeting
from sessions.visit_lines import end_visits


@dataclass(frozen=True)
class RoomKnocked(Fact):
    """Somebody who does not take part would like to come into a meeting room."""

    event_id: int
    meeting_id: int
    person_id: int


@dataclass(frozen=True)
class RoomEntryAnswered(Fact):
    """A lead let somebody into a meeting room, turned them away, or put somebody out."""

    event_id: int
    meeting_id: int
    person_id: int
    state: str


@dataclass(frozen=True)
class MuteAsked(Fact):
    """A lead asked somebody in a meeting room to switch their microphone off; they do it themselves or not."""

    event_id: int
    meeting_id: int
    person_id: int


@dataclass(frozen=True)
class CaptionerChosen(Fact):
    """Somebody writes captions in a meeting room, or no longer."""

    event_id: int
    meeting_id: int
    person_id: int
    writes: bool


@rule
def sees_its_meeting(actor: Actor, subject: RoomInMeeting) -> bool:
    return see_meeting(actor, subject.of)


@rule
def comes_from_outside(actor: Actor, subject: RoomInMeeting) -> bool:
    return actor.person is not None and actor.person not in subject.of.people


def may_knock_now(subject: RoomInMeeting, now: datetime) -> None:
    """Refuse to knock where nobody is let in."""
    room_open(subject, now)


@command(sees_its_meeting & comes_from_outside, when=may_knock_now)
def knock_at_room(db: Database, actor: Actor, subject: RoomInMeeting) -> None:
    """Ask to be let into a meeting room; both sides see it. Twice is once, and once turned away or put out is for
    good: refuses then."""
    assert actor.person is not None
    row = locked_room(db, subject)
    entry = _entry(db, subject, actor.person)
    if entry is not None and entry.state in (EntryState.TURNED_AWAY, EntryState.REMOVED):
        raise Conflict(_("They prefer to be among themselves."))
    if entry is None:
        db.add(RoomEntry(meeting_id=subject.id, person_id=actor.person, asked_at=clock.now()))
        changed(db, row)
        fact = RoomKnocked(event_id=subject.meeting.event_id, meeting_id=subject.id, person_id=actor.person)
        record(db, actor, fact)


@command(lead_in_room, when=room_open)
def answer_knock(db: Database, actor: Actor, subject: RoomInMeeting, *, person: int, admit: bool) -> None:
    """Let somebody in who has knocked, or turn them away. NotFound for who has not knocked."""
    row = locked_room(db, subject)
    entry = _entry(db, subject, person)
    if entry is None or entry.state is EntryState.REMOVED:
        raise NotFound()
    _answer(db, actor, subject, entry, EntryState.ADMITTED if admit else EntryState.TURNED_AWAY)
    changed(db, row)


@command(lead_in_room | organiser_of_event, when=room_open)
def put_out_of_room(db: Database, actor: Actor, subject: RoomInMeeting, *, person: int) -> None:
    """Put somebody out of a meeting room; they do not come back in, and their call ends. A lead is put out by
    organisers only, as when somebody has reported them."""
    is_lead = person in subject.leads and not organiser_of_event(actor, subject)
    if is_lead or person == actor.person or not subject.may_enter(person):
        raise NotFound()
    row = locked_room(db, subject)
    entry = _entry(db, subject, person) or RoomEntry(
        meeting_id=subject.id, person_id=person, asked_at=clock.now()
    )  # fmt: skip
    _answer(db, actor, subject, entry, EntryState.REMOVED)
    end_visits(db, MeetingVisit, [one.public_id for one in open_visits(db, subject.id, person)])
    changed(db, row)


@command(organiser_of_event, when=room_open)
def let_back_into_meeting(db: Database, actor: Actor, subject: RoomInMeeting, *, person: int) -> None:
    """Take back that somebody was put out of a meeting room. NotFound for who was not."""
    row = locked_room(db, subject)
    entry = _entry(db, subject, person)
    if entry is None or entry.state is not EntryState.REMOVED:
        raise NotFound()
    # One who takes part is let in by that alone, and no longer once they do not.
    takes_part = person in subject.of.people
    _answer(db, actor, subject, entry, EntryState.ASKED if takes_part else EntryState.ADMITTED)
    changed(db, row)


def _entry(db: Database, subject: RoomInMeeting, person: int) -> RoomEntry | None:
    query = select(RoomEntry).where(RoomEntry.meeting_id == subject.id, RoomEntry.person_id == person)
    return db.exec(query).first()


def _answer(db: Database, actor: Actor, subject: RoomInMeeting, entry: RoomEntry, state: EntryState) -> None:
    if entry.state is state and entry.id is not None:
        return
    entry.state = state
    db.add(entry)
    db.flush()
    fact = RoomEntryAnswered(
        event_id=subject.meeting.event_id, meeting_id=subject.id, person_id=entry.person_id, state=state
    )
    record(db, actor, fact)


@command(lead_in_room, when=room_open)
def ask_to_mute(db: Database, actor: Actor, subject: RoomInMeeting, *, person: int) -> None:
    """Ask somebody in the room to switch their microphone off; nobody switches another's."""
    if person == actor.person or not subject.may_enter(person):
        raise NotFound()
    record(db, actor, MuteAsked(event_id=subject.meeting.event_id, meeting_id=subject.id, person_id=person))


@command(lead_in_room, when=room_open)
def choose_captioner(db: Database, actor: Actor, subject: RoomInMeeting, *, person: int, writes: bool) -> None:
    """Let somebody in the room write captions that all read, or no longer; one's own self too."""
    if not subject.may_enter(person):
        raise NotFound()
    row = locked_room(db, subject)
    # One who takes part is let in by that alone, and no longer once they do not.
    entry = _entry(db, subject, person) or RoomEntry(meeting_id=subject.id, person_id=person, asked_at=clock.now())
    entry.captions = writes
    db.add(entry)
    changed(db, row)
    fact = CaptionerChosen(
        event_id=subject.meeting.event_id, meeting_id=subject.id, person_id=person, writes=writes
    )  # fmt: skip
    record(db, actor, fact)


@dataclass(frozen=True)
class AtTheDoor:
    """Somebody who has knocked or was let in, as those inside see them."""

    public_id: str
    person_id: int
    name: str
    state: EntryState


def at_the_door(db: Database, subject: RoomInMeeting) -> list[AtTheDoor]:
    """Who came from outside, in the order in which they knocked."""
    query = (
        sql_select(RoomEntry, col(Person.public_id), col(Person.name))
        .join(Person, col(Person.id) == col(RoomEntry.person_id))
        .where(col(RoomEntry.meeting_id) == subject.id, col(RoomEntry.person_id).not_in(subject.of.people))
        .order_by(col(RoomEntry.id))
    )
    return [AtTheDoor(public, row.person_id, name, EntryState(row.state)) for row, public, name in db.execute(query)]
