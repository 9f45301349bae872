"""The meetings of an event as agendas: of one person, of many people, and of its tables. Two queries for each list,
however long it is."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, literal, or_, select, union_all
from sqlmodel import col

from events.core.access import Actor
from events.core.database import Database
from events.core.refusals import NotFound
from events.core.translation import Message
from events.events import EventWithPhases
from events.organisations import Organisation
from events.people import Person
from events.registration import Registration, participant_of_event
from events.roles import organiser_of_event
from sessions.blocks import MeetingTable, place_name, tables_of
from sessions.meetings import Meeting, MeetingGuest, MeetingState

# What was called off, or never took place, stands in nobody's agenda.
IN_AGENDAS = (MeetingState.SCHEDULED, MeetingState.HELD)


@dataclass(frozen=True)
class Attendee:
    """Somebody at a meeting."""

    person_id: int
    name: str
    organisation: str
    country: str
    zone: str


@dataclass(frozen=True)
class AgendaEntry:
    """A meeting with everybody who takes part, the asker first; `place` is '' where the event has no tables."""

    public_id: str
    starts_at: datetime
    ends_at: datetime
    place: Message | str
    table_id: int | None
    people: tuple[Attendee, ...]

    def others(self, person_id: int) -> tuple[Attendee, ...]:
        """Whom somebody meets."""
        return tuple(one for one in self.people if one.person_id != person_id)


@dataclass(frozen=True)
class TableAgenda:
    """What happens at a table, in order of time."""

    name: Message
    entries: list[AgendaEntry]


def my_agenda(db: Database, actor: Actor, event: EventWithPhases) -> list[AgendaEntry]:
    """The actor's meetings in an event that stand or were held, in order of time; for its participants."""
    if not participant_of_event(actor, event):
        raise NotFound()
    return agendas_of(db, event.id, {actor.person or 0})[actor.person or 0]


def agendas_in(
    db: Database, actor: Actor, event: EventWithPhases, people: Collection[int]
) -> dict[int, list[AgendaEntry]]:
    """The agendas of `people` in an event, each in order of time; for its organisers."""
    if not organiser_of_event(actor, event):
        raise NotFound()
    return agendas_of(db, event.id, people)


def agendas_of(db: Database, event_id: int, people: Collection[int]) -> dict[int, list[AgendaEntry]]:
    """The same for whoever was given to see them."""
    found: dict[int, list[AgendaEntry]] = {person: [] for person in people}
    ids = sorted(people)
    added = select(col(MeetingGuest.meeting_id)).where(col(MeetingGuest.person_id).in_(ids))
    theirs = or_(col(Meeting.asker_id).in_(ids), col(Meeting.invitee_id).in_(ids), col(Meeting.id).in_(added))
    for entry in _entries(db, event_id, theirs):
        for one in entry.people:
            if one.person_id in found:
                found[one.person_id].append(entry)
    return found


def table_agendas(db: Database, actor: Actor, event: EventWithPhases) -> list[TableAgenda]:
    """What happens at each table of an event that is used; for its organisers."""
    if not organiser_of_event(actor, event):
        raise NotFound()
    at: dict[int, list[AgendaEntry]] = {}
    for entry in _entries(db, event.id, col(Meeting.table_id).is_not(None)):
        at.setdefault(entry.table_id or 0, []).append(entry)
    tables = [table for table in tables_of(db, event.id) if (table.id or 0) in at]
    return [TableAgenda(place_name(table.kind, table.name), at[table.id or 0]) for table in tables]


def _entries(db: Database, event_id: int, which: Any) -> list[AgendaEntry]:
    has_time = col(Meeting.starts_at).is_not(None)
    here = (col(Meeting.event_id) == event_id, col(Meeting.state).in_(IN_AGENDAS), has_time, which)
    query = (
        select(
            col(Meeting.id), col(Meeting.public_id), col(Meeting.starts_at), col(Meeting.ends_at),
            col(MeetingTable.id), col(MeetingTable.kind), col(MeetingTable.name),
        )
        .outerjoin(MeetingTable, col(MeetingTable.id) == col(Meeting.table_id))
        .where(*here)
        .order_by(col(Meeting.starts_at), col(Meeting.id))
    )  # fmt: skip
    rows = db.execute(query).all()
    people = _attendees(db, event_id, select(col(Meeting.id)).where(*here)) if rows else {}
    return [
        AgendaEntry(public, starts, ends, place_name(kind, name) if name else "", table, tuple(people.get(id, ())))
        for id, public, starts, ends, table, kind, name in rows
    ]


def _attendees(db: Database, event_id: int, meetings: Any) -> dict[int, list[Attendee]]:
    """Who takes part in these meetings: askers, invitees, then guests in the order in which they were added."""

    def part(order: Any, meeting: Any, person: Any) -> Any:
        return select(order.label("place"), meeting.label("meeting"), person.label("person")).where(
            meeting.in_(meetings)
        )

    seats = union_all(
        part(literal(-2), col(Meeting.id), col(Meeting.asker_id)),
        part(literal(-1), col(Meeting.id), col(Meeting.invitee_id)),
        part(col(MeetingGuest.id), col(MeetingGuest.meeting_id), col(MeetingGuest.person_id)),
    ).subquery()
    place = and_(col(Registration.person_id) == seats.c.person, col(Registration.event_id) == event_id)
    query = (
        select(
            seats.c.meeting, col(Person.id), col(Person.name), col(Organisation.name), col(Organisation.country),
            col(Person.zone),
        )
        .join(Person, col(Person.id) == seats.c.person)
        .outerjoin(Registration, place)
        .outerjoin(Organisation, col(Organisation.id) == col(Registration.organisation_id))
        .order_by(seats.c.meeting, seats.c.place)
    )  # fmt: skip
    found: dict[int, list[Attendee]] = {}
    for meeting, person, name, organisation, country, zone in db.execute(query):
        found.setdefault(meeting, []).append(Attendee(person, name, organisation or "", country or "", zone))
    return found
