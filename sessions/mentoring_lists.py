"""Mentoring as pages show it: who offers office hours when, what is free, and what a team or a mentor has booked."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_
from sqlmodel import col, select

from events.core import clock
from events.core.access import Actor
from events.core.clock import atoms
from events.core.database import Database
from events.core.refusals import NotFound
from events.core.translation import _
from events.events import Event, EventState, EventWithPhases
from events.people import Person
from events.roles import organiser_of_event
from events.teams import Team, TeamInEvent, members_of
from sessions.blocks import Slot
from sessions.mentoring import Mentoring, MentoringAttendee, MentoringInEvent, MentoringState, attendees_of
from sessions.office_hours import HoursInEvent, OfficeHours, see_mentoring, slots_of_hours
from sessions.seats import SEAT, held_now


@dataclass(frozen=True)
class HoursLine:
    """Office hours in a list: with how many of their slots to come are free."""

    subject: HoursInEvent
    mentor: str
    job_title: str
    free: int
    slots: int

    @property
    def hours(self) -> OfficeHours:
        """The hours themselves."""
        return self.subject.hours


@dataclass(frozen=True)
class BookedLine:
    """A mentoring in a list."""

    public_id: str
    starts_at: datetime
    ends_at: datetime
    state: MentoringState
    team: str
    team_public_id: str
    mentor: str
    topic: str
    place: str


def office_hours_in(db: Database, actor: Actor, event: EventWithPhases) -> list[HoursLine]:
    """The office hours of an event that are not over, in order of time, for those who take part or run it; NotFound
    for others. Two queries."""
    if not see_mentoring(actor, event):
        raise NotFound()
    now = clock.now()
    query = (
        select(OfficeHours, Person)
        .join(Person, col(Person.id) == col(OfficeHours.mentor_id))
        .where(OfficeHours.event_id == event.id, OfficeHours.ends_at > now)
        .order_by(col(OfficeHours.starts_at), col(OfficeHours.id))
    )
    rows = db.exec(query).all()
    taken = _taken(db, {hours.mentor_id for hours, _mentor in rows}, [hours for hours, _mentor in rows])
    found = []
    for hours, mentor in rows:
        coming = [slot for slot in slots_of_hours(hours) if slot.starts_at > now]
        free = sum(1 for slot in coming if not _meets(slot, taken.get(hours.mentor_id, set())))
        subject = HoursInEvent(hours, event)
        found.append(HoursLine(subject, _name(mentor), mentor.job_title, free, len(coming)))
    return found


def _name(person: Person) -> str:
    """How others are told of somebody: never by their address, which is theirs to give."""
    return person.name or str(_("Somebody"))


def _taken(db: Database, people: Collection[int], hours: Collection[OfficeHours]) -> dict[int, set[int]]:
    """The atoms in which these people have a seat, from the first of these hours to the last."""
    if not hours:
        return {}
    first, last = min(one.starts_at for one in hours), max(one.ends_at for one in hours)
    pieces = atoms(first, last)
    query = select(SEAT.c.person_id, SEAT.c.atom).where(
        SEAT.c.person_id.in_(sorted(people)), SEAT.c.atom.between(pieces[0], pieces[-1]), held_now(clock.now())
    )
    found: dict[int, set[int]] = {}
    for person, atom in db.execute(query):
        found.setdefault(person, set()).add(atom)
    return found


def _meets(slot: Slot, busy: set[int]) -> bool:
    return any(atom in busy for atom in atoms(slot.starts_at, slot.ends_at))


@dataclass(frozen=True)
class OfferedSlot:
    """A slot of office hours as a team sees it: whether the mentor is free, and who of the team is not."""

    slot: Slot
    is_free: bool
    away: tuple[str, ...]


def offered_to(
    db: Database, subject: HoursInEvent, team: TeamInEvent, *, moving: MentoringInEvent | None = None
) -> list[OfferedSlot]:
    """The slots of office hours to come, for a team that books, or for those who come to what is moved: their seats in
    that do not count."""
    members = {
        one.person_id: one.name for one in members_of(db, team.id)
        if moving is None or one.person_id in moving.attendees
    }  # fmt: skip
    people = {subject.hours.mentor_id, *members}
    taken = _taken(db, people, [subject.hours])
    if moving is not None:
        own = set(atoms(moving.mentoring.starts_at, moving.mentoring.ends_at))
        taken = {person: busy - own if person in moving.people else busy for person, busy in taken.items()}
    now = clock.now()
    return [
        OfferedSlot(
            slot, not _meets(slot, taken.get(subject.hours.mentor_id, set())),
            tuple(name for person, name in members.items() if _meets(slot, taken.get(person, set()))),
        )
        for slot in slots_of_hours(subject.hours)
        if slot.starts_at > now
    ]  # fmt: skip


def other_hours(db: Database, subject: MentoringInEvent) -> list[HoursInEvent]:
    """The office hours of a mentoring's mentor in its event that are not over, in order of time."""
    query = select(OfficeHours).where(
        OfficeHours.event_id == subject.event.id, OfficeHours.mentor_id == subject.mentoring.mentor_id,
        OfficeHours.ends_at > clock.now(),
    )  # fmt: skip
    return [HoursInEvent(row, subject.event) for row in db.exec(query.order_by(col(OfficeHours.starts_at)))]


def _booked(db: Database, *wanted: Any) -> list[BookedLine]:
    query = (
        select(Mentoring, Team, Person)
        .join(Team, col(Team.id) == col(Mentoring.team_id))
        .join(Person, col(Person.id) == col(Mentoring.mentor_id))
        .where(*wanted)
        .order_by(col(Mentoring.starts_at), col(Mentoring.id))
    )
    return [
        BookedLine(
            row.public_id, row.starts_at, row.ends_at, MentoringState(row.state), team.name, team.public_id,
            _name(mentor), row.topic, row.place,
        )
        for row, team, mentor in db.exec(query)
    ]  # fmt: skip


STANDS = col(Mentoring.state) == MentoringState.BOOKED


def booked_by_team(db: Database, team: TeamInEvent) -> list[BookedLine]:
    """What a team has booked, in order of time; for whoever may see its room."""
    return _booked(db, Mentoring.team_id == team.id, STANDS)


def booked_with(db: Database, actor: Actor, event: EventWithPhases) -> list[BookedLine]:
    """What teams have booked with the actor in an event, in order of time."""
    return _booked(db, Mentoring.event_id == event.id, Mentoring.mentor_id == actor.person, STANDS)


def booked_in(db: Database, actor: Actor, event: EventWithPhases) -> list[BookedLine]:
    """All that is booked in an event, in order of time, for its organisers; NotFound for others."""
    if not organiser_of_event(actor, event):
        raise NotFound()
    return _booked(db, Mentoring.event_id == event.id, STANDS)


@dataclass(frozen=True)
class ComingMentoring:
    """A mentoring of somebody, with its event, for their home."""

    mentoring: Mentoring
    event: Event
    team: str
    mentor: str


def mentorings_between(db: Database, actor: Actor, start: datetime, end: datetime) -> list[ComingMentoring]:
    """The mentorings that the actor gives or takes and that lie between two moments, in order of time."""
    if actor.person is None:
        return []
    comes = select(MentoringAttendee.mentoring_id).where(MentoringAttendee.person_id == actor.person)
    query = (
        select(Mentoring, Event, Team, Person)
        .join(Event, col(Event.id) == col(Mentoring.event_id))
        .join(Team, col(Team.id) == col(Mentoring.team_id))
        .join(Person, col(Person.id) == col(Mentoring.mentor_id))
        .where(STANDS, col(Mentoring.starts_at) < end, col(Mentoring.ends_at) > start)
        .where(or_(col(Mentoring.mentor_id) == actor.person, col(Mentoring.id).in_(comes)))
        .where(col(Event.state) != EventState.CLOSED)
        .order_by(col(Mentoring.starts_at), col(Mentoring.id))
    )
    return [ComingMentoring(row, event, team.name, _name(mentor)) for row, event, team, mentor in db.exec(query)]


@dataclass(frozen=True)
class Attendee:
    """Somebody who comes to a mentoring."""

    person_id: int
    name: str
    zone: str


def people_in(db: Database, subject: MentoringInEvent) -> list[Attendee]:
    """The mentor, then who of the team comes, by name."""
    ids = (subject.mentoring.mentor_id, *attendees_of(db, subject.id))
    rows = db.exec(select(Person).where(col(Person.id).in_(ids)).order_by(col(Person.name), col(Person.id))).all()
    found = [Attendee(one.id or 0, _name(one), one.zone) for one in rows]
    return sorted(found, key=lambda one: one.person_id != subject.mentoring.mentor_id)
