"""Makers for desks: one with an officer, and somebody for it to look after."""

from collections.abc import Collection

from events.core.access import Actor
from events.core.database import Database
from events.desks import Desk, add_desk, add_desk_officer
from events.events import EventWithPhases
from events.programmes import Programme
from events.registration import Registration, RegistrationInEvent, find_registration
from tests.makers import again, make_organisation, make_person, make_registration


def make_desk(
    db: Database,
    ada: Actor,
    programme: Programme,
    *,
    name: str = "Alpine desk",
    countries: Collection[str] = ("AT",),
    officer: Actor | None = None,
) -> Desk:
    """A desk of Ada's programme; load its officer again to have that tie."""
    ada = again(db, ada)
    desk = add_desk(db, ada, programme, name=name, countries=countries)
    if officer is not None:
        add_desk_officer(db, ada, desk, person_id=officer.person or 0)
    return desk


def make_participant(db: Database, event: EventWithPhases, name: str, *, country: str = "AT") -> Registration:
    """Somebody of a company of their own who registers; the registration phase has to be open."""
    company = make_organisation(db, f"Company of {name}", country=country)
    return make_registration(db, make_person(db, name), event, organisation=company)


def place_of(db: Database, actor: Actor, event: EventWithPhases) -> RegistrationInEvent:
    """Somebody's registration as commands take it."""
    found = find_registration(db, event.id, actor.person)
    assert found is not None
    return RegistrationInEvent(found, event.event)
