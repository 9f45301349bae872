"""Consent of those who did not register themselves: taken over from another event, or imported.

They have a place, and others read their name and organisation. Everything else of their profile is shown, and they
can ask and accept, only after they have agreed to the event's text, for which they are asked at their first visit.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam
from sqlmodel import col, exists, or_, select

from events.core import clock
from events.core.access import Actor, command
from events.core.database import Database
from events.core.journal import Fact, record
from events.core.refusals import Conflict
from events.core.translation import _
from events.events import Event, EventState
from events.registration import (
    Consent,
    ConsentText,
    Registration,
    RegistrationInEvent,
    RegistrationState,
    consent_text_of,
    own_registration,
)


@dataclass(frozen=True)
class ConsentGiven(Fact):
    """Somebody who had been taken over or imported agreed to take part."""

    event_id: int
    registration_id: int


class ConsentMissing(Conflict):
    """Somebody is on the list but has not agreed to it yet."""

    def __init__(self, event: Event) -> None:
        super().__init__(_("Please confirm first that you take part in %(event)s.", event=event.name))


def has_agreed() -> Any:
    """The condition that a registration needs no further consent: there is one, or the event has no text."""
    return or_(
        exists().where(col(Consent.registration_id) == col(Registration.id), col(Consent.withdrawn_at).is_(None)),
        ~exists().where(col(ConsentText.event_id) == col(Registration.event_id)),
    )


def refuse_unless_agreed(db: Database, event: Event, actor: Actor) -> None:
    """Refuse with ConsentMissing while the actor takes part in the event without having agreed."""
    if db.connection().execute(_WAITING, {"event": event.id, "person": actor.person}).first() is not None:
        raise ConsentMissing(event)


_WAITING = select(Registration.id).where(
    col(Registration.event_id) == bindparam("event"),
    col(Registration.person_id) == bindparam("person"),
    col(Registration.state) == RegistrationState.ACCEPTED,
    ~has_agreed(),
)


def takes_part(subject: RegistrationInEvent, now: datetime) -> None:
    """Refuse a consent for a place that one does not have."""
    if subject.registration.state is not RegistrationState.ACCEPTED:
        raise Conflict(_("You do not have a place in this event."))


@command(own_registration, when=takes_part)
def agree_to_take_part(db: Database, actor: Actor, subject: RegistrationInEvent, *, locale: str = "en") -> None:
    """Agree to the event's current text; saying it twice changes nothing."""
    row = select(Registration).where(Registration.id == subject.id)
    # Locked on PostgreSQL, so that two clicks at once write one consent.
    db.exec(row.with_for_update(key_share=True)).one()
    text = consent_text_of(db, subject.event.id or 0)
    if text is None or db.exec(row.where(has_agreed())).first() is not None:
        return
    db.add(Consent(registration_id=subject.id, text_id=text.id or 0, given_at=clock.now(), locale=locale))
    db.flush()
    record(db, actor, ConsentGiven(event_id=subject.event.id or 0, registration_id=subject.id))


def waiting_for_consent(db: Database, actor: Actor) -> list[RegistrationInEvent]:
    """The actor's places in public events for which they have not agreed yet, newest first; for their home."""
    if actor.person is None:
        return []
    shown = (EventState.PUBLISHED, EventState.RUNNING)
    query = (
        select(Registration, Event)
        .where(Registration.person_id == actor.person, Registration.state == RegistrationState.ACCEPTED)
        .where(Event.id == Registration.event_id, col(Event.state).in_(shown), ~has_agreed())
        .order_by(col(Registration.id).desc())
    )
    return [RegistrationInEvent(*row) for row in db.exec(query)]
