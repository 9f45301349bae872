"""Tickets: the code with which somebody comes to an event's door. Made of the registration and signed, never stored."""

import hashlib
import hmac
from collections.abc import Collection
from dataclasses import dataclass

from sqlmodel import col, or_, select

from events.core.access import Actor, rule
from events.core.database import Database
from events.core.refusals import NotFound
from events.core.tokens import key_for, same, signature
from events.core.translation import _
from events.events import Event, EventState, EventWithPhases
from events.registration import Registration, RegistrationInEvent, RegistrationState
from events.roles import Role, Scope, host_of_event, organiser_of_event

# Crockford's: no I, L, O or U, so that nothing is misread, and what is mistyped for them is known.
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1"})
SIGNED, SHORT = "ticket", "short ticket"
SIGNATURE_LENGTH, SHORT_LENGTH = 20, 8

crew_of_event = organiser_of_event | host_of_event


@rule
def at_open_door(actor: Actor, subject: EventWithPhases) -> bool:
    return crew_of_event(actor, subject) and subject.event.state in {EventState.PUBLISHED, EventState.RUNNING}


@dataclass(frozen=True)
class Ticket:
    """What stands on a badge: `code` for cameras, `short` to be typed, such as '7K2M-Q9XD'."""

    code: str
    short: str


def ticket_of(registration: Registration) -> Ticket:
    """The ticket of a registration: always the same, and nobody can make one without our secret."""
    return ticket_for(registration.public_id)


def ticket_for(public: str) -> Ticket:
    """The same by the registration's public id."""
    short = short_codes([public])[public]
    return Ticket(f"{public}.{signature(SIGNED, public)[:SIGNATURE_LENGTH]}", f"{short[:4]}-{short[4:]}")


def short_codes(public_ids: Collection[str]) -> dict[str, str]:
    """The eight letters to be typed for each of these registrations: 40 bits of a signature."""
    key = key_for(SHORT)
    found = {}
    for public in public_ids:
        number = int.from_bytes(hmac.new(key, public.encode(), hashlib.sha256).digest()[:5], "big")
        found[public] = "".join(LETTERS[(number >> 5 * place) & 31] for place in range(SHORT_LENGTH))
    return found


def get_by_ticket(db: Database, actor: Actor, event: EventWithPhases, text: str) -> RegistrationInEvent:
    """The registration that a scanned or typed text stands for, for those at the event's door: a ticket's address, its
    code, or its eight letters with or without hyphen. NotFound for others, and for what is no ticket of this event."""
    if not crew_of_event(actor, event):
        raise NotFound()
    code = text.strip().rpartition("/")[2].partition("?")[0]
    row = _by_code(db, event.id, code) if "." in code else _by_letters(db, event.id, code)
    if row is None:
        raise NotFound(_("This is no ticket of this event. Look for the name instead."))
    return RegistrationInEvent(row, event.event)


def _by_code(db: Database, event_id: int, code: str) -> Registration | None:
    row = find_by_code(db, code)
    return row if row is not None and row.event_id == event_id else None


def find_by_code(db: Database, code: str) -> Registration | None:
    """The registration of a ticket's code, whatever event it is for; None for what we have not signed."""
    public, _dot, given = code.partition(".")
    if not same(given, signature(SIGNED, public)[:SIGNATURE_LENGTH]):
        return None
    return db.exec(select(Registration).where(Registration.public_id == public)).first()


def _by_letters(db: Database, event_id: int, typed: str) -> Registration | None:
    letters = "".join(typed.upper().translate(MISREAD).replace("-", " ").split())
    if len(letters) != SHORT_LENGTH:
        return None
    query = select(Registration.public_id).where(
        Registration.event_id == event_id, Registration.state != RegistrationState.DECLINED
    )
    fitting = [public for public, short in short_codes(db.exec(query).all()).items() if same(short, letters)]
    if len(fitting) != 1:
        return None
    return db.exec(select(Registration).where(Registration.public_id == fitting[0])).one()


def events_run_by(db: Database, actor: Actor) -> list[int]:
    """The ids of the events that are not over and that the actor organises or hosts."""
    roles = (Role.ORGANISER, Role.HOST)
    mine = or_(
        col(Event.id).in_({id for role in roles for id in actor.ids(role, Scope.EVENT)}),
        col(Event.programme_id).in_({id for role in roles for id in actor.ids(role, Scope.PROGRAMME)}),
    )
    query = select(Event.id).where(mine, Event.state != EventState.CLOSED)
    return [id or 0 for id in db.exec(query)]


def get_at_door(db: Database, actor: Actor, event: EventWithPhases, public: str) -> RegistrationInEvent:
    """A registration of this event by its public id, for those at its door; NotFound for others."""
    query = select(Registration).where(Registration.public_id == public, Registration.event_id == event.id)
    row = db.exec(query).first()
    if row is None or not crew_of_event(actor, event):
        raise NotFound()
    return RegistrationInEvent(row, event.event)


def event_of_ticket(db: Database, registration: Registration) -> Event:
    """The event that a ticket is for."""
    return db.get_one(Event, registration.event_id)
