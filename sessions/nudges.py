"""Nudges: asking those who have not said when they can meet to say it, by an organiser's button and by the clock.

Forgotten availability is how meetings fail: who has said nothing counts as free all the time. Somebody is asked at
most once a day, and by the clock at most twice: three days and one day before the meetings begin.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import UniqueConstraint, and_, exists, or_, true
from sqlmodel import Field, SQLModel, col, func, select

from events.core import clock
from events.core.access import SYSTEM, Actor, command
from events.core.columns import moment
from events.core.database import Database
from events.core.hooks import personal_data
from events.core.journal import Fact, record
from events.core.timers import set_timer, stop_timer, timer
from events.desks import officer_with_participants
from events.events import Event, EventState, EventWithPhases, not_over
from events.people import Person, PersonState
from events.phases import Phase, PhaseKind, on_dated
from events.registration import Registration, RegistrationState
from events.roles import Role, Scope, organiser_of_event
from sessions.availability import AvailabilityStated
from sessions.blocks import Block

AGAIN_AFTER = timedelta(days=1)
# The timers, and how long before the live phase begins they are due.
BEFORE_LIVE = {
    "availability asked 3 days before": timedelta(days=3),
    "availability asked 1 day before": timedelta(days=1),
}


class AvailabilityNudge(SQLModel, table=True):
    """That a participant was asked to say when they can meet: when last, and how often by the clock."""

    __tablename__ = "availability_nudge"
    __table_args__ = (UniqueConstraint("event_id", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = Field(foreign_key="event.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    asked_at: datetime = moment()
    by_clock: int = 0


personal_data(AvailabilityNudge, "person_id", "that somebody was asked when they can meet", "delete")


@dataclass(frozen=True)
class AvailabilityAsked(Fact):
    """Those who had not said when they can meet were asked to; who they are stands in their nudges of that moment."""

    event_id: int
    asked_at: datetime
    count: int


def _silent(event_id: int) -> tuple[Any, ...]:
    """The conditions that a registration is of a participant who has not said when they can meet."""
    said = exists().where(
        col(AvailabilityStated.event_id) == event_id,
        col(AvailabilityStated.person_id) == col(Registration.person_id),
    )
    return (
        col(Registration.event_id) == event_id,
        col(Registration.state) == RegistrationState.ACCEPTED,
        ~said,
        col(Person.id) == col(Registration.person_id),
        col(Person.state) != PersonState.ERASED,
    )


def _left_alone(event_id: int, now: datetime) -> Any:
    """The condition that somebody was not asked within the last day."""
    return ~exists().where(
        col(AvailabilityNudge.event_id) == event_id,
        col(AvailabilityNudge.person_id) == col(Registration.person_id),
        col(AvailabilityNudge.asked_at) > now - AGAIN_AFTER,
    )


@dataclass(frozen=True)
class SilentCount:
    """How many participants have not said when they can meet, and how many of them can be asked now."""

    all: int
    to_ask: int


def count_silent(db: Database, event_id: int, desks: Collection[int] | None = None) -> SilentCount:
    """How many have not said when they can meet, of all or of those of some desks; for who may ask them."""
    query = select(func.count()).select_from(Registration, Person).where(*_silent(event_id), _of_desks(desks))
    every = int(db.exec(query).one())
    return SilentCount(every, int(db.exec(query.where(_left_alone(event_id, clock.now()))).one()) if every else 0)


def _of_desks(desks: Collection[int] | None) -> Any:
    return true() if desks is None else col(Registration.desk_id).in_(desks)


@command(organiser_of_event, when=not_over)
def ask_for_availability(db: Database, actor: Actor, subject: EventWithPhases) -> int:
    """Ask the participants who have not said when they can meet to say it; answers how many were asked.

    Whoever was asked within the last day is left alone, so that pressing twice writes one letter.
    """
    return _ask(db, actor, subject.id, _left_alone(subject.id, clock.now()), by_clock=False)


@command(officer_with_participants, when=not_over)
def ask_own_for_availability(db: Database, actor: Actor, subject: EventWithPhases) -> int:
    """Ask those of the actor's own desks who have not said when they can meet, as `ask_for_availability` asks all."""
    own = and_(_of_desks(actor.ids(Role.DESK_OFFICER, Scope.DESK)), _left_alone(subject.id, clock.now()))
    return _ask(db, actor, subject.id, own, by_clock=False)


def _ask(db: Database, actor: Actor, event_id: int, also: Any, *, by_clock: bool) -> int:
    now = clock.now()
    # Locks the event's row on PostgreSQL, so that two who press at once ask once.
    db.exec(select(Event.id).where(Event.id == event_id).with_for_update()).one()
    query = select(Registration.person_id).where(*_silent(event_id), also).order_by(col(Registration.person_id))
    people = list(db.exec(query))
    nudges = select(AvailabilityNudge).where(AvailabilityNudge.event_id == event_id)
    known = {row.person_id: row for row in db.exec(nudges)}
    for person in people:
        row = known.get(person) or AvailabilityNudge(event_id=event_id, person_id=person, asked_at=now)
        row.asked_at, row.by_clock = now, row.by_clock + by_clock
        db.add(row)
    db.flush()
    if people:
        record(db, actor, AvailabilityAsked(event_id=event_id, asked_at=now, count=len(people)))
    return len(people)


def asked_then(db: Database, event_id: int, asked_at: datetime) -> list[int]:
    """Whom a fact is about: the people who were asked at that moment, but those who have said it since."""
    query = select(Registration.person_id).where(
        *_silent(event_id),
        col(AvailabilityNudge.event_id) == event_id,
        col(AvailabilityNudge.person_id) == col(Registration.person_id),
        col(AvailabilityNudge.asked_at) == asked_at,
    )
    return list(db.exec(query))


def is_silent(db: Database, event_id: int, person_id: int) -> bool:
    """Whether a participant still has not said when they can meet."""
    query = select(Registration.id).where(*_silent(event_id), col(Registration.person_id) == person_id)
    return db.exec(query).first() is not None


@on_dated
def _set_timers(db: Database, phases: tuple[Phase, ...], now: datetime) -> None:
    """When the dates of the live phase are known or change, ask before it; what lies in the past is left out."""
    phase = next((one for one in phases if one.kind is PhaseKind.LIVE), None)
    if phase is None:
        return
    for kind, before in BEFORE_LIVE.items():
        if phase.starts_at - before > now:
            set_timer(db, kind, phase.id or 0, phase.starts_at - before)
        else:
            stop_timer(db, kind, phase.id or 0)


def _by_clock(db: Database, phase_id: int, times_before: int, before: timedelta) -> None:
    phase, now = db.get(Phase, phase_id), clock.now()
    event = db.get(Event, phase.event_id) if phase else None
    if phase is None or event is None or event.state not in {EventState.PUBLISHED, EventState.RUNNING}:
        return
    if not phase.starts_at - before <= now < phase.starts_at:
        return
    if db.exec(select(Block.id).where(Block.event_id == event.id)).first() is None:
        return
    event_id = event.id or 0
    often = exists().where(
        col(AvailabilityNudge.event_id) == event_id,
        col(AvailabilityNudge.person_id) == col(Registration.person_id),
        or_(col(AvailabilityNudge.by_clock) > times_before, col(AvailabilityNudge.asked_at) > now - AGAIN_AFTER),
    )
    _ask(db, SYSTEM, event_id, ~often, by_clock=True)


@timer("availability asked 3 days before")
def _three_days_before(db: Database, phase_id: int) -> None:
    _by_clock(db, phase_id, 0, timedelta(days=3))


@timer("availability asked 1 day before")
def _one_day_before(db: Database, phase_id: int) -> None:
    _by_clock(db, phase_id, 1, timedelta(days=1))
