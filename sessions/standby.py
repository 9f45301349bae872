"""Standby: who would come at once when somebody else does not, and calling one of them for the rest of the slot."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import UniqueConstraint, and_, delete, exists
from sqlalchemy import select as sql_select
from sqlmodel import Field, SQLModel, col, or_, select

from events.consents import refuse_unless_agreed
from events.core import clock
from events.core.access import Actor, command
from events.core.columns import moment
from events.core.database import Database
from events.core.hooks import on_withdrawn, personal_data
from events.core.journal import Fact, record
from events.core.refusals import Conflict, NotFound
from events.core.translation import _
from events.events import EventWithPhases, not_over
from events.organisations import Organisation
from events.people import Person
from events.registration import Registration, RegistrationState, find_registration, participant_of_event
from events.type_rules import type_rules_of
from sessions.attendance import name_of, presence_of
from sessions.availability import Absence
from sessions.blocks import Block, Slot, next_atom, starts_within
from sessions.booking_rules import is_awake, rules_of
from sessions.limits import counted_for, refuse_beyond_limits
from sessions.meetings import (
    WHAT_BECAME,
    Meeting,
    MeetingInEvent,
    MeetingScheduled,
    MeetingState,
    clock_state,
    is_open,
    lead_of_meeting,
    not_closed,
    takes_part,
)
from sessions.no_thanks import vetoed_by_or_for
from sessions.own_calendars import who_is_busy
from sessions.requests import refuse_pair, refuse_second, suits
from sessions.seats import NotTakingPart, busy_people, locked_participants, not_free, take_seats
from sessions.transitions import give_table, write_in_calendars

SHORTEST = timedelta(minutes=5)


class Standby(SQLModel, table=True):
    """That a participant comes when somebody else does not, if they are free then."""

    __table_args__ = (UniqueConstraint("event_id", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = Field(foreign_key="event.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    since: datetime = moment()


personal_data(Standby, "person_id", "that somebody can be called when another does not come", "delete")


@dataclass(frozen=True)
class StandbyChanged(Fact):
    """A participant can be called when somebody does not come, or no longer."""

    event_id: int
    registration_id: int
    ready: bool


@dataclass(frozen=True)
class StandbyCalled(Fact):
    """Somebody came in for whoever did not come to another meeting."""

    event_id: int
    meeting_id: int
    instead_of_id: int


class NoTimeLeft(Conflict):
    """A slot is too far gone for another meeting in it."""

    def __init__(self) -> None:
        super().__init__(_("Too little of this time is left for another meeting."))


@dataclass(frozen=True)
class InVain:
    """Somebody who leads a meeting and came to it in vain: their place in the event, and what is left of its slot."""

    subject: MeetingInEvent
    place: Registration
    rest: Slot


@dataclass(frozen=True)
class StandbyCard:
    """Somebody who can be called now, as the one who came sees them."""

    registration: str
    person_id: int
    name: str
    job_title: str
    organisation: str
    country: str


@command(participant_of_event, when=not_over)
def set_standby(db: Database, actor: Actor, subject: EventWithPhases, *, ready: bool) -> None:
    """Say that one can be called when somebody does not come, or no longer; twice is once."""
    assert actor.person is not None
    refuse_unless_agreed(db, subject.event, actor)
    place = locked_participants(db, subject.id, (actor.person,)).get(actor.person)
    if place is None:
        raise NotTakingPart
    if is_standby(db, subject.id, actor.person) is ready:
        return
    if ready:
        db.add(Standby(event_id=subject.id, person_id=actor.person, since=clock.now()))
    else:
        _forget(db, subject.id, actor.person)
    db.flush()
    record(db, actor, StandbyChanged(event_id=subject.id, registration_id=place.id or 0, ready=ready))


def _forget(db: Database, event_id: int, person: int) -> None:
    db.execute(delete(Standby).where(col(Standby.event_id) == event_id, col(Standby.person_id) == person))


@on_withdrawn
def _leaves(db: Database, actor: Actor, registration_id: int) -> None:
    """Whoever leaves an event is not called any more."""
    registration = db.get(Registration, registration_id)
    if registration is not None:
        _forget(db, registration.event_id, registration.person_id)


def is_standby(db: Database, event_id: int, person: int | None) -> bool:
    """Whether somebody can be called when another does not come."""
    query = select(Standby.id).where(Standby.event_id == event_id, Standby.person_id == person)
    return db.exec(query).first() is not None


def rest_of(slot: Slot, now: datetime) -> Slot | None:
    """What is left of a slot in whole pieces of five minutes, None where nothing is."""
    start = max(next_atom(now), slot.starts_at)
    return Slot(start, slot.ends_at) if start + SHORTEST <= slot.ends_at else None


def nobody_came(subject: MeetingInEvent, now: datetime) -> None:
    """Refuse to call a standby to what is no missed meeting with some time left."""
    not_closed(subject)
    if subject.meeting.state is not MeetingState.NO_SHOW:
        raise Conflict(WHAT_BECAME[clock_state(subject, now)])
    if rest_of(subject.slot, now) is None:
        raise NoTimeLeft


def standbys_for(db: Database, waits: InVain) -> list[StandbyCard]:
    """Whom somebody who came to a meeting in vain can call for the rest of it; longest on standby first.

    Free now, of a type and organisation that they may meet, no thanks between them, and not met or about to meet
    already: who has an open request with them is on the list of `sessions.stepping_in`. Empty where there is nobody
    to call. Some ten queries, however many stand by.
    """
    me = waits.place
    rows = db.execute(_on_standby(waits.subject, me.person_id)).all()
    zones = {place.person_id: person.zone for place, person, _home in rows}
    able = able_to_come(db, waits.subject, me, zones, waits.rest)
    rules = type_rules_of(db, me.event_id)
    return [
        card_of(place, person, home) for place, person, home in rows if person.id in able and suits(rules, me, place)
    ]


def _on_standby(subject: MeetingInEvent, person: int) -> Any:
    """The participants on standby whom `person` has not met, without those of this meeting."""
    event_id = subject.meeting.event_id
    held = col(Meeting.state) == MeetingState.HELD
    # What has no time in another event may never get one there.
    to_come = and_(is_open(clock.now()), or_(col(Meeting.starts_at).is_not(None), col(Meeting.event_id) == event_id))
    met = exists().where(or_(held, to_come), takes_part(person), takes_part(col(Registration.person_id)))
    return (
        sql_select(Registration, Person, Organisation)
        .join(Standby, col(Standby.person_id) == col(Registration.person_id))
        .join(Person, col(Person.id) == col(Registration.person_id))
        .outerjoin(Organisation, col(Organisation.id) == col(Registration.organisation_id))
        .where(col(Registration.event_id) == event_id, col(Standby.event_id) == event_id)
        .where(col(Registration.state) == RegistrationState.ACCEPTED)
        .where(col(Registration.person_id).not_in(subject.people), ~met)
        .order_by(col(Standby.since), col(Standby.id))
    )


def card_of(place: Registration, person: Person, home: Organisation | None) -> StandbyCard:
    """Somebody as the one who waits for company sees them."""
    organisation, country = (home.name, home.country) if home else ("", "")
    return StandbyCard(place.public_id, place.person_id, person.name, person.job_title, organisation, country)


def able_to_come(
    db: Database, subject: MeetingInEvent, me: Registration, zones: Mapping[int, str], rest: Slot
) -> set[int]:
    """Which of the people in `zones` can meet `me` in the rest of the slot: neither seated, away nor asleep, and no
    thanks between them."""
    event_id = subject.meeting.event_id
    starts = {subject.slot.starts_at} | starts_within(db, event_id, rest)
    away = select(Absence.person_id).where(Absence.event_id == event_id, col(Absence.starts_at).in_(starts))
    # What the one who came once said of themselves does not count: they stand at the table.
    own = who_is_busy(db, zones, rest)
    missing = set(db.exec(away)) | own | busy_people(db, zones, rest) | vetoed_by_or_for(db, me.person_id)
    rules = rules_of(db, event_id)
    return {one for one, zone in zones.items() if one not in missing and is_awake(rules, zone, rest)}


def refuse_absent(db: Database, actor: Actor, subject: MeetingInEvent) -> None:
    """Refuse whoever was marked as missing at a meeting: the rest of its time is the other's."""
    if actor.person in presence_of(db, subject).absent:
        raise Conflict(_("You were marked as missing at this meeting. If that is wrong, ask an organiser."))


def waits_in_vain(db: Database, actor: Actor, subject: MeetingInEvent) -> Slot | None:
    """What is left of a slot for a lead who came and whom the other missed; None for all others, and as soon as they
    have something else then."""
    rest = rest_of(subject.slot, clock.now()) if subject.has_time else None
    missed = subject.meeting.state is MeetingState.NO_SHOW and lead_of_meeting(actor, subject)
    if actor.person is None or rest is None or not missed or actor.person in presence_of(db, subject).absent:
        return None
    return None if busy_people(db, (actor.person,), rest) else rest


def in_vain(db: Database, actor: Actor, subject: MeetingInEvent) -> InVain | None:
    """The actor as a lead who came in vain, with a place in the event; None where `waits_in_vain` answers None."""
    rest = waits_in_vain(db, actor, subject)
    place = find_registration(db, subject.meeting.event_id, actor.person) if rest is not None else None
    return InVain(subject, place, rest) if rest is not None and place is not None else None


def company_of(db: Database, actor: Actor, subject: MeetingInEvent) -> tuple[str, str] | None:
    """The meeting that a lead who came to a missed one has for the rest of its time instead, by its public id, and whom
    they meet there; None where they have none."""
    rest = rest_of(subject.slot, clock.now()) if subject.has_time else None
    if actor.person is None or rest is None or subject.meeting.state is not MeetingState.NO_SHOW:
        return None
    standing = col(Meeting.state).in_((MeetingState.SCHEDULED, MeetingState.HELD))
    now_there = (col(Meeting.starts_at) < rest.ends_at, col(Meeting.ends_at) > rest.starts_at)
    query = select(Meeting).where(standing, *now_there, takes_part(actor.person), Meeting.id != subject.id)
    meeting = db.exec(query.order_by(col(Meeting.starts_at), col(Meeting.id))).first()
    if meeting is None:
        return None
    leads = (meeting.asker_id, meeting.invitee_id)
    return meeting.public_id, name_of(db, next(one for one in leads if one != actor.person))


@command(lead_of_meeting, when=nobody_came)
def call_standby(db: Database, actor: Actor, subject: MeetingInEvent, *, standby: Registration) -> Meeting:
    """Meet somebody who stands by, for what is left of a slot to which the other did not come.

    It stands at once, since the standby has said yes beforehand; both have seats and it is in both calendars.
    Refuses before one has agreed to take part, whoever was marked as missing, NotFound who is on no standby, SlotTaken,
    NoTableFree, LimitReached.
    """
    assert actor.person is not None
    event_id, pair = subject.meeting.event_id, (actor.person, standby.person_id)
    rest = rest_of(subject.slot, clock.now())
    refuse_unless_agreed(db, subject.event, actor)
    if standby.event_id != event_id or standby.person_id in subject.people:
        raise NotFound()
    if rest is None:
        raise NoTimeLeft
    found = locked_participants(db, event_id, pair)
    if len(found) < 2:
        raise NotTakingPart
    refuse_absent(db, actor, subject)
    if not is_standby(db, event_id, standby.person_id):
        raise NotFound(_("They are not on standby any more. Choose somebody else."))
    refuse_pair(db, found[actor.person], found[standby.person_id])
    lines = counted_for(db, event_id, found)
    refuse_second(lines, *pair)
    zone = db.exec(select(Person.zone).where(Person.id == standby.person_id)).one()
    if not able_to_come(db, subject, found[actor.person], {standby.person_id: zone}, rest):
        raise not_free(db, actor, (standby.person_id,), rest.starts_at)
    refuse_beyond_limits(db, actor, rules_of(db, event_id), found, rest, lines=lines)
    return _meet_at_once(db, actor, subject, pair, rest)


def block_around(db: Database, event_id: int, rest: Slot) -> int | None:
    """The block in which the rest of a slot lies; it cannot be removed before the transaction ends."""
    within = (Block.event_id == event_id, Block.starts_at <= rest.starts_at, Block.ends_at >= rest.ends_at)
    around = select(Block.id).where(*within).order_by(col(Block.id))
    return db.exec(around.with_for_update(read=True, key_share=True)).first()


def _meet_at_once(db: Database, actor: Actor, subject: MeetingInEvent, pair: tuple[int, int], rest: Slot) -> Meeting:
    now, event_id = clock.now(), subject.meeting.event_id
    block = block_around(db, event_id, rest)
    with db.begin_nested():
        meeting = Meeting(
            event_id=event_id, asker_id=pair[0], invitee_id=pair[1], state=MeetingState.SCHEDULED,
            starts_at=rest.starts_at, ends_at=rest.ends_at, block_id=block, table_id=subject.meeting.table_id,
            requested_at=now, expires_at=now, answered_at=now,
        )  # fmt: skip
        db.add(meeting)
        db.flush()
        made = MeetingInEvent(meeting, subject.event)
        take_seats(db, actor, meeting_id=made.id, people=pair, slot=rest, held_until=None)
        give_table(db, made, rest, pair)
        sequence = write_in_calendars(db, made, pair)
    record(db, actor, MeetingScheduled(event_id=event_id, meeting_id=made.id, sequence=sequence))
    record(db, actor, StandbyCalled(event_id=event_id, meeting_id=made.id, instead_of_id=subject.id))
    return meeting
