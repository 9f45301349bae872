"""Events as lists show them: with their phases, where they stand by the clock, and who is what in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, func, select

from events.challenges import Challenge
from events.core.access import Actor
from events.core.database import Database
from events.events import Event, EventState, EventWithPhases, events_seen_by
from events.people import Person, PersonState
from events.phases import Phase, PhaseKind
from events.programmes import Programme
from events.registration import Registration, RegistrationState
from events.roles import Role, RoleGrant, Scope
from events.teams import Team

MAIN = frozenset({PhaseKind.BUILDING, PhaseKind.CONCEPT_NOTE, PhaseKind.SUBMISSION, PhaseKind.JUDGING, PhaseKind.LIVE})


def stretch_of(subject: EventWithPhases) -> tuple[datetime, datetime] | None:
    """When an event takes place: from its first to its last main phase, else all its phases; None without any."""
    phases = [one for one in subject.phases if one.kind in MAIN] or list(subject.phases)
    if not phases:
        return None
    return min(one.starts_at for one in phases), max(one.ends_at for one in phases)


def is_running(subject: EventWithPhases, now: datetime) -> bool:
    """Whether an event takes place now: its organiser said so, or its clock does."""
    if subject.event.state is EventState.RUNNING:
        return True
    stretch = stretch_of(subject)
    return subject.event.state is EventState.PUBLISHED and stretch is not None and stretch[0] <= now < stretch[1]


def is_past(subject: EventWithPhases, now: datetime) -> bool:
    """Whether an event is over: closed, or published and its last main phase has ended."""
    if subject.event.state is EventState.CLOSED:
        return True
    stretch = stretch_of(subject)
    return subject.event.state is EventState.PUBLISHED and stretch is not None and stretch[1] <= now


def with_phases(db: Database, events: Sequence[Event]) -> list[EventWithPhases]:
    """These events with their phases in order of time, in one query."""
    query = select(Phase).where(col(Phase.event_id).in_([one.id for one in events]))
    found: dict[int, list[Phase]] = {}
    for phase in db.exec(query.order_by(col(Phase.starts_at), col(Phase.id))):
        found.setdefault(phase.event_id, []).append(phase)
    return [EventWithPhases(one, tuple(found.get(one.id or 0, ()))) for one in events]


def gatherings_seen_by(db: Database, actor: Actor) -> list[EventWithPhases]:
    """The events that the actor may see, with their phases, newest first."""
    return with_phases(db, events_seen_by(db, actor))


def registrations_by_event(db: Database, person_id: int | None) -> dict[int, Registration]:
    """A person's registrations, by event."""
    if person_id is None:
        return {}
    return {one.event_id: one for one in db.exec(select(Registration).where(Registration.person_id == person_id))}


def ties_event(actor: Actor, event: Event) -> bool:
    """Whether the actor has a role in the event itself, or organises its programme."""
    own = any(tie.scope == Scope.EVENT and tie.id == event.id for tie in actor.ties)
    return own or actor.is_(Role.ORGANISER, Scope.PROGRAMME, event.programme_id)


def programmes_by_id(db: Database, ids: set[int]) -> dict[int, Programme]:
    """Several programmes at once."""
    return {one.id or 0: one for one in db.exec(select(Programme).where(col(Programme.id).in_(ids)))}


def roles_in(db: Database, subject: EventWithPhases) -> list[tuple[Role, Person]]:
    """Who has which role in an event itself, by role and name, without the erased."""
    query = (
        select(RoleGrant.role, Person)
        .where(RoleGrant.person_id == Person.id, RoleGrant.scope == Scope.EVENT, RoleGrant.scope_id == subject.id)
        .where(Person.state != PersonState.ERASED)
        .order_by(col(RoleGrant.role), col(Person.name), col(Person.id))
    )
    return [(Role(role), person) for role, person in db.exec(query)]


@dataclass(frozen=True)
class Figures:
    """How large an event is."""

    participants: int
    organisations: int
    challenges: int
    teams: int


def figures_of(db: Database, subject: EventWithPhases) -> Figures:
    """How many people and organisations have a place in the event, and its challenges and teams; in one query."""
    places = (Registration.event_id == subject.id, Registration.state == RegistrationState.ACCEPTED)
    counts = select(
        select(func.count()).where(*places).scalar_subquery(),
        select(func.count(func.distinct(Registration.organisation_id))).where(*places).scalar_subquery(),
        select(func.count()).where(Challenge.event_id == subject.id).scalar_subquery(),
        select(func.count()).where(Team.event_id == subject.id).scalar_subquery(),
    )
    return Figures(*(int(count) for count in db.exec(counts).one()))
