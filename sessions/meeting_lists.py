"""Meetings as lists and pages show them: one query for a list, however long it is."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, func, select
from sqlmodel import col

from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.core.refusals import NotFound
from events.core.translation import Message
from events.events import EventWithPhases
from events.organisations import Organisation
from events.people import Person
from events.registration import Registration, RegistrationState, participant_of_event
from sessions.blocks import MeetingTable, place_name
from sessions.meetings import Meeting, MeetingInEvent, MeetingState, is_open, state_at, takes_part

PAST_SHOWN = 50


@dataclass(frozen=True)
class MeetingCard:
    """A meeting as one of its two people sees it; `state` is that of the clock."""

    public_id: str
    state: MeetingState
    starts_at: datetime | None
    ends_at: datetime | None
    expires_at: datetime
    note: str
    reason: str
    place: Message | str
    asked_by_me: bool
    name: str
    organisation: str
    country: str
    zone: str
    registration: str


@dataclass(frozen=True)
class MyMeetings:
    """One's meetings in an event: what waits for one's answer, what one has asked, what was accepted and has no time
    yet, what stands, what is over."""

    waiting: list[MeetingCard]
    asked: list[MeetingCard]
    untimed: list[MeetingCard]
    standing: list[MeetingCard]
    past: list[MeetingCard]


@dataclass(frozen=True)
class Party:
    """Somebody who takes part in a meeting, or could."""

    person_id: int
    name: str
    zone: str
    organisation: str
    country: str
    registration: str


def my_meetings(db: Database, actor: Actor, event: EventWithPhases) -> MyMeetings:
    """The actor's meetings in an event, soonest first, those that are over latest first (the last fifty)."""
    if not participant_of_event(actor, event):
        raise NotFound()
    cards = [_card(row, actor) for row in db.execute(_mine(actor, event.id))]
    now = clock.now()
    requested = [card for card in cards if card.state is MeetingState.REQUESTED]
    untimed = [card for card in cards if card.state is MeetingState.ACCEPTED]
    scheduled = [card for card in cards if card.state is MeetingState.SCHEDULED]
    standing = [card for card in scheduled if card.ends_at is not None and card.ends_at > now]
    open_ones = {card.public_id for card in requested + untimed + standing}
    past = [card for card in reversed(cards) if card.public_id not in open_ones]
    return MyMeetings(
        waiting=sorted((card for card in requested if not card.asked_by_me), key=lambda card: card.expires_at),
        asked=[card for card in requested if card.asked_by_me],
        untimed=untimed,
        standing=standing,
        past=past[:PAST_SHOWN],
    )


def _mine(actor: Actor, event_id: int) -> Any:
    other = case((col(Meeting.asker_id) == actor.person, col(Meeting.invitee_id)), else_=col(Meeting.asker_id))
    place = and_(col(Registration.event_id) == col(Meeting.event_id), col(Registration.person_id) == other)
    return (
        select(Meeting, col(Person.name), col(Person.zone), col(Registration.public_id), Organisation, MeetingTable)
        .join(Person, col(Person.id) == other)
        .join(Registration, place)
        .outerjoin(Organisation, col(Organisation.id) == col(Registration.organisation_id))
        .outerjoin(MeetingTable, col(MeetingTable.id) == col(Meeting.table_id))
        .where(col(Meeting.event_id) == event_id)
        .where(takes_part(actor.person))
        .order_by(col(Meeting.starts_at), col(Meeting.id))
    )


def _card(row: Any, actor: Actor) -> MeetingCard:
    meeting, name, zone, registration, organisation, table = row
    return MeetingCard(
        public_id=meeting.public_id,
        state=state_at(meeting.state, meeting.expires_at, clock.now()),
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        expires_at=meeting.expires_at,
        note=meeting.note,
        reason=meeting.reason,
        place=place_name(table.kind, table.name) if table else "",
        asked_by_me=meeting.asker_id == actor.person,
        name=name,
        organisation=organisation.name if organisation else "",
        country=organisation.country if organisation else "",
        zone=zone,
        registration=registration,
    )


@dataclass(frozen=True)
class OpenInEvent:
    """How many requests wait in an event, and how many accepted meetings have no time yet."""

    requests: int
    untimed: int


def open_in(db: Database, event_id: int) -> OpenInEvent:
    """What is under way in an event, and so keeps to what was said when it was asked."""
    query = select(col(Meeting.state), func.count()).where(
        col(Meeting.event_id) == event_id, is_open(clock.now()), col(Meeting.state) != MeetingState.SCHEDULED
    )
    found: dict[MeetingState, int] = dict(db.execute(query.group_by(col(Meeting.state))).all())
    return OpenInEvent(found.get(MeetingState.REQUESTED, 0), found.get(MeetingState.ACCEPTED, 0))


def people_in(db: Database, subject: MeetingInEvent) -> tuple[Party, ...]:
    """Who takes part in a meeting that the actor was given to see: the asker, the invitee, then the guests."""
    found = {one.person_id: one for one in _parties(db, subject, col(Person.id).in_(subject.people))}
    return tuple(found[person] for person in subject.people)


def parties_of(db: Database, subject: MeetingInEvent) -> tuple[Party, Party]:
    """The asker and the invitee of a meeting that the actor was given to see."""
    asker, invitee, *_guests = people_in(db, subject)
    return asker, invitee


def parties_among(db: Database, subject: MeetingInEvent, people: Collection[int]) -> dict[int, Party]:
    """Those of `people` who have a place in the event of a meeting, by person."""
    return {one.person_id: one for one in _parties(db, subject, col(Person.id).in_(sorted(people)))}


def who_could_come(db: Database, subject: MeetingInEvent, people: Collection[int] | None = None) -> list[Party]:
    """Those of `people`, else of all participants, who take part in the event but not in this meeting, by name."""
    wanted = [col(Registration.state) == RegistrationState.ACCEPTED, col(Person.id).not_in(subject.people)]
    if people is not None:
        wanted.append(col(Person.id).in_(sorted(people)))
    return sorted(_parties(db, subject, *wanted), key=lambda one: (one.name.casefold(), one.person_id))


def _parties(db: Database, subject: MeetingInEvent, *wanted: Any) -> list[Party]:
    joined = and_(col(Registration.person_id) == col(Person.id), col(Registration.event_id) == subject.meeting.event_id)
    query = (
        select(col(Person.id), col(Person.name), col(Person.zone), Organisation, col(Registration.public_id))
        .join(Registration, joined)
        .outerjoin(Organisation, col(Organisation.id) == col(Registration.organisation_id))
        .where(*wanted)
    )
    found = []
    for person, name, zone, home, registration in db.execute(query):
        organisation, country = (home.name, home.country) if home else ("", "")
        found.append(Party(person, name, zone, organisation, country, registration))
    return found


def place_of(db: Database, subject: MeetingInEvent) -> Message | str:
    """Where a meeting is held, '' while it has no table."""
    table = db.get(MeetingTable, subject.meeting.table_id) if subject.meeting.table_id else None
    return place_name(table.kind, table.name) if table else ""
