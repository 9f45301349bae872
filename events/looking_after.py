"""Who looks after which participant: a registration's desk, set at registering and by organisers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import col, func, select

from events.core.access import Actor, command
from events.core.database import Database
from events.core.journal import Fact, record
from events.core.refusals import Invalid, NotAllowed
from events.core.translation import _
from events.desks import Desk, grants_officer_of, hold_desk, organiser_of_desk
from events.events import Event, EventClosedAlready, EventState
from events.organisations import Organisation
from events.programmes import Programme
from events.registration import Registration, RegistrationInEvent, RegistrationState, organiser_of_its_event
from events.roles import Role, RoleGrant, Scope, organiser_of_programme, tie_source, ties_as

# Who has a place or hopes for one.
LOOKED_AFTER = (
    RegistrationState.APPLIED,
    RegistrationState.WAITING,
    RegistrationState.OFFERED,
    RegistrationState.ACCEPTED,
)


@dataclass(frozen=True)
class DeskAssigned(Fact):
    """A participant was given to a desk, or (None) taken from theirs."""

    event_id: int
    registration_id: int
    desk_id: int | None


@dataclass(frozen=True)
class DeskCard:
    """A desk in a list: how many officers it has, and how many people it looks after now."""

    desk: Desk
    officers: int
    participants: int


@tie_source
def _has_participants_in(person: int) -> Any:
    """The events in which an officer's desk has somebody: they are the officer's events too."""
    query = ties_as(Role.DESK_OFFICER, Scope.EVENT, Registration.event_id).distinct()
    granted = (col(RoleGrant.person_id) == person, grants_officer_of(Registration.desk_id))
    return query.where(*granted, col(Registration.state).in_(LOOKED_AFTER))


def event_goes_on(subject: RegistrationInEvent, now: datetime) -> None:
    """Refuse to change who looks after whom when the event is over."""
    if subject.event.state is EventState.CLOSED:
        raise EventClosedAlready


@command(organiser_of_its_event, when=event_goes_on)
def assign_desk(db: Database, actor: Actor, subject: RegistrationInEvent, *, desk: Desk | None) -> None:
    """Let a desk look after a participant, or none. Saying it twice changes nothing; refuses another programme's."""
    if desk is not None and desk.programme_id != subject.programme_id:
        raise Invalid({"desk": _("Please choose one of the programme's desks.")})
    row, desk_id = subject.registration, desk.id if desk else None
    if row.desk_id == desk_id:
        return
    if desk is not None:
        hold_desk(db, desk)
    row.desk_id = desk_id
    db.add(row)
    db.flush()
    record(db, actor, DeskAssigned(event_id=row.event_id, registration_id=subject.id, desk_id=desk_id))


@command(organiser_of_desk)
def gather_participants(db: Database, actor: Actor, subject: Desk) -> int:
    """Let a desk look after those who registered before it covered their country and have no desk; answers how many.

    Events that are over are left alone.
    """
    hold_desk(db, subject)
    # Locked on PostgreSQL, so that nobody is taken who is given to another desk at the same moment.
    rows = list(db.exec(_without_desk(subject).order_by(col(Registration.id)).with_for_update(of=Registration)))
    for row in rows:
        row.desk_id = subject.id
        db.add(row)
    db.flush()
    for row in rows:
        record(db, actor, DeskAssigned(event_id=row.event_id, registration_id=row.id or 0, desk_id=subject.id))
    return len(rows)


def _without_desk(desk: Desk) -> Any:
    """The query for registrations without a desk that this one covers."""
    return (
        select(Registration)
        .join(Event, col(Event.id) == col(Registration.event_id))
        .join(Organisation, col(Organisation.id) == col(Registration.organisation_id))
        .where(Event.programme_id == desk.programme_id, Event.state != EventState.CLOSED)
        .where(col(Registration.desk_id).is_(None), col(Registration.state).in_(LOOKED_AFTER))
        .where(col(Organisation.country).in_(desk.countries))
    )


def count_without_desk(db: Database, desk: Desk) -> int:
    """How many registrations `gather_participants` would bring."""
    return int(db.exec(select(func.count()).select_from(_without_desk(desk).subquery())).one())


def desks_with_counts(db: Database, actor: Actor, programme: Programme) -> list[DeskCard]:
    """A programme's desks by name with their counts, in one query; for its organisers.

    Somebody who takes part in two events is one participant.
    """
    if not organiser_of_programme(actor, programme):
        raise NotAllowed(_("The desks of %(programme)s are for its organisers.", programme=programme.name))
    officers = select(func.count()).select_from(RoleGrant).where(grants_officer_of(Desk.id))
    participants = select(func.count(func.distinct(Registration.person_id))).where(
        Registration.desk_id == Desk.id, col(Registration.state).in_(LOOKED_AFTER)
    )
    query = select(Desk, officers.scalar_subquery(), participants.scalar_subquery())
    rows = db.exec(query.where(Desk.programme_id == programme.id).order_by(col(Desk.name), col(Desk.id)))
    return [DeskCard(desk, int(helping), int(helped)) for desk, helping, helped in rows]
