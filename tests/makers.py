"""Makers: plain functions that call commands, so that tests say only what matters to them."""

from datetime import UTC, datetime, timedelta

from sqlmodel import select

from events.core import clock
from events.core.access import SYSTEM, Actor
from events.core.database import Database
from events.events import Event, EventWithPhases, event_by_id, publish_event
from events.membership_requests import is_member
from events.organisations import Membership, Organisation, OrganisationKind, enter_member
from events.people import Person, PersonState
from events.phases import PhaseKind
from events.planning import create_event_from_template, move_phase
from events.programmes import Programme, create_programme
from events.registration import Registration, register, types_of
from events.roles import actor_for

# A Tuesday in spring, in summer time in Brussels; the second day of the hackathon's building phase.
NOW = datetime(2026, 4, 14, 9, 0, tzinfo=UTC)
LONG = "Two days in which teams of traditional and tech-savvy SMEs solve what food makers have on their hands."


def make_person(
    db: Database, name: str, *, email: str = "", zone: str = "Europe/Brussels", locale: str = "en"
) -> Actor:
    """Somebody with a working account."""
    address = email or f"{name.split(maxsplit=1)[0].lower()}@example.org"
    person = Person(email=address, name=name, state=PersonState.ACTIVE, zone=zone, locale=locale, joined_at=clock.now())
    db.add(person)
    db.flush()
    return Actor(person.id)


def person_of(db: Database, actor: Actor) -> Person:
    """The person behind an actor."""
    return db.exec(select(Person).where(Person.id == actor.person)).one()


def again(db: Database, actor: Actor) -> Actor:
    """The same actor with the ties of now."""
    return actor_for(db, actor.person)


def make_organisation(
    db: Database, name: str, *, kind: OrganisationKind = OrganisationKind.TRADITIONAL_SME, country: str = "AT"
) -> Organisation:
    """An organisation."""
    row = Organisation(name=name, kind=kind, country=country, added_at=clock.now())
    db.add(row)
    db.flush()
    return row


def make_member(db: Database, actor: Actor, organisation: Organisation, *, is_contact: bool = True) -> Actor:
    """Let somebody belong to an organisation; answers the actor with that tie."""
    db.add(
        Membership(
            person_id=actor.person or 0,
            organisation_id=organisation.id or 0,
            is_contact=is_contact,
            joined_at=clock.now(),
        )
    )
    db.flush()
    return again(db, actor)


def let_join(db: Database, actor: Actor, organisation: Organisation) -> Actor:
    """Let somebody belong to an organisation on the word of who may say so, the first as its contact; answers the actor
    with that tie. Whoever only asks belongs to nothing."""
    enter_member(db, SYSTEM, organisation, person_id=actor.person or 0)
    return again(db, actor)


def make_programme(db: Database, ada: Actor, name: str = "Green Food Network") -> Programme:
    """A programme that Ada organises; load her again to have that tie."""
    return create_programme(db, ada, None, name=name)


def make_event(
    db: Database,
    ada: Actor,
    programme: Programme,
    *,
    name: str = "Food Hack",
    template: str = "hackathon",
    starts_at: datetime | None = None,
    published: bool = True,
) -> EventWithPhases:
    """An event from a template; by default a published hackathon that started yesterday."""
    start = starts_at or clock.now() - timedelta(days=1)
    event = create_event_from_template(
        db, ada, programme, template=template, name=name, zone="Europe/Brussels", starts_at=start, description=LONG
    )
    if published:
        publish_event(db, ada, event)
    return event


def open_phase(db: Database, ada: Actor, event: EventWithPhases, kind: PhaseKind) -> EventWithPhases:
    """Let a phase be on now: from an hour ago to a week from now."""
    now = clock.now()
    return move_phase(db, ada, event, kind=kind, starts_at=now - timedelta(hours=1), ends_at=now + timedelta(days=7))


def shut_phase(db: Database, ada: Actor, event: EventWithPhases, kind: PhaseKind) -> EventWithPhases:
    """Let a phase be over since an hour ago."""
    now = clock.now()
    return move_phase(db, ada, event, kind=kind, starts_at=now - timedelta(days=7), ends_at=now - timedelta(hours=1))


def make_registration(
    db: Database, actor: Actor, event: EventWithPhases, *, type_code: str = "", organisation: Organisation | None = None
) -> Registration:
    """Register somebody, for an organisation to which they belong then; load the actor again to have these ties. The
    registration phase has to be open."""
    if organisation is not None and not is_member(db, actor.person or 0, organisation.id or 0):
        make_member(db, actor, organisation, is_contact=False)
    return register(
        db,
        actor,
        event,
        type_code=type_code or types_of(db, event.id)[0].code,
        answers={},
        consent=True,
        organisation_id=organisation.id if organisation else None,
    )


def reload_event(db: Database, event: Event | EventWithPhases) -> EventWithPhases:
    """The event as it is now."""
    return event_by_id(db, event.id or 0)
