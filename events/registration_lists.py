"""Registrations as an organiser's list shows them: filtered, counted, a page at a time, or all for a file."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select as sql_select
from sqlalchemy.orm import aliased
from sqlmodel import col, func, select

from events.core.access import Actor
from events.core.database import Database
from events.core.paging import Paged, paged
from events.core.refusals import NotAllowed
from events.core.translation import _
from events.events import Event, EventWithPhases
from events.organisations import Organisation
from events.people import Person
from events.registration import (
    Consent,
    ParticipationType,
    Registration,
    RegistrationInEvent,
    RegistrationState,
    find_registration,
)
from events.roles import organiser_of_event


@dataclass(frozen=True)
class RegistrationRow:
    """A registration in a list, with everything its line shows; `asked` names the organisation for which somebody wants
    to take part and that has not agreed that they belong to it."""

    registration: Registration
    event: Event
    person: Person
    organisation: str
    type: str
    asked: str = ""

    @property
    def subject(self) -> RegistrationInEvent:
        """The registration as commands take it."""
        return RegistrationInEvent(self.registration, self.event)


def refuse_strangers(actor: Actor, subject: EventWithPhases | RegistrationInEvent) -> None:
    """Refuse a list of people to all but the event's organisers."""
    if not organiser_of_event(actor, subject):
        raise NotAllowed(_("This page is for the organisers of this event."))


def _rows(subject: EventWithPhases, states: tuple[RegistrationState, ...]) -> Any:
    asked = aliased(Organisation)
    query = (
        sql_select(Registration, Person, col(Organisation.name), col(ParticipationType.name), col(asked.name))
        .join(Person, col(Person.id) == col(Registration.person_id))
        .join(ParticipationType, col(ParticipationType.id) == col(Registration.type_id))
        .outerjoin(Organisation, col(Organisation.id) == col(Registration.organisation_id))
        .outerjoin(asked, col(asked.id) == col(Registration.asked_organisation_id))
        .where(col(Registration.event_id) == subject.id)
        .order_by(col(Registration.registered_at), col(Registration.id))
    )
    return query.where(col(Registration.state).in_(states)) if states else query


def _row(subject: EventWithPhases, row: Any) -> RegistrationRow:
    return RegistrationRow(row[0], subject.event, row[1], row[2] or "", row[3], row[4] or "")


def registrations_of(
    db: Database, actor: Actor, subject: EventWithPhases, *states: RegistrationState, page: int = 1
) -> Paged[RegistrationRow]:
    """Registrations in these states (all, if none are named) in order of arrival, a page at a time, for organisers.

    Refuses everybody else.
    """
    refuse_strangers(actor, subject)
    return paged(db, _rows(subject, states), page, lambda row: _row(subject, row))


def all_registrations_of(db: Database, actor: Actor, subject: EventWithPhases) -> list[RegistrationRow]:
    """Every registration of an event in order of arrival, for a file; refuses all but organisers."""
    refuse_strangers(actor, subject)
    return [_row(subject, row) for row in db.execute(_rows(subject, ()))]


def registration_counts(db: Database, event_id: int) -> dict[RegistrationState, int]:
    """How many registrations there are in each state; states that nobody is in are left out."""
    query = select(Registration.state, func.count()).where(Registration.event_id == event_id)
    return {RegistrationState(state): int(count) for state, count in db.exec(query.group_by(col(Registration.state)))}


def has_registered(db: Database, event_id: int, person_id: int | None) -> bool:
    """Whether somebody has registered for an event and not given their place back, with whatever answer."""
    row = find_registration(db, event_id, person_id)
    return row is not None and row.state is not RegistrationState.WITHDRAWN


def place_in_line(db: Database, registration: Registration) -> int:
    """How many stand before this registration on the waiting list, and itself: 1 is the next."""
    arrived = registration.registered_at
    before = select(func.count()).where(
        Registration.event_id == registration.event_id,
        Registration.state == RegistrationState.WAITING,
        (col(Registration.registered_at) < arrived)
        | ((col(Registration.registered_at) == arrived) & (col(Registration.id) <= registration.id)),
    )
    return int(db.exec(before).one())


def type_of(db: Database, registration: Registration) -> ParticipationType:
    """The participation type of a registration."""
    return db.exec(select(ParticipationType).where(ParticipationType.id == registration.type_id)).one()


def consent_given_at(db: Database, registration: Registration) -> datetime | None:
    """When somebody last agreed to the event's text, None where they have not or took it back."""
    query = select(func.max(Consent.given_at)).where(
        Consent.registration_id == registration.id, col(Consent.withdrawn_at).is_(None)
    )
    return db.exec(query).one()


def undecided_by_event(db: Database, event_ids: list[int]) -> dict[int, int]:
    """How many registrations wait for an organiser's answer in each of these events; none is left out."""
    query = select(Registration.event_id, func.count()).where(
        col(Registration.event_id).in_(event_ids), Registration.state == RegistrationState.APPLIED
    )
    return {event_id: int(count) for event_id, count in db.exec(query.group_by(col(Registration.event_id)))}
