"""Acquaintance: who may read a person's card. A profile is for those one meets, not for everybody with an account."""

from sqlmodel import col, or_, select

from events.consents import has_agreed
from events.core.access import Actor
from events.core.database import Database
from events.core.refusals import NotFound
from events.events import Event
from events.organisations import Membership
from events.people import Person, PersonState, find_by_public_id
from events.registration import Registration, RegistrationState
from events.roles import Role, Scope


def get_person_card(db: Database, actor: Actor, public: str) -> Person:
    """A person's card: for themselves, colleagues, fellow participants once they agreed to be shown there, and the
    organisers of an event they registered for. NotFound for everybody else, and for who never signed in."""
    person = find_by_public_id(db, public)
    if person is None or person.state is not PersonState.ACTIVE or person.id is None:
        raise NotFound()
    if actor.person == person.id or _are_colleagues(db, actor, person.id) or _meets(db, actor, person.id):
        return person
    raise NotFound()


def _are_colleagues(db: Database, actor: Actor, person_id: int) -> bool:
    theirs = set(db.exec(select(Membership.organisation_id).where(Membership.person_id == person_id)).all())
    return bool(theirs & actor.ids("member", "organisation"))


def _meets(db: Database, actor: Actor, person_id: int) -> bool:
    shown = (Registration.state == RegistrationState.ACCEPTED) & has_agreed()
    organised = or_(
        col(Event.id).in_(actor.ids(Role.ORGANISER, Scope.EVENT)),
        col(Event.programme_id).in_(actor.ids(Role.ORGANISER, Scope.PROGRAMME)),
    )
    together = col(Event.id).in_(actor.ids("participant", "event")) & shown
    query = select(Registration.id).where(
        Registration.person_id == person_id, Event.id == Registration.event_id, or_(organised, together)
    )
    return db.exec(query.limit(1)).first() is not None
