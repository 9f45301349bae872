"""A matchmaking event with a thousand participants, for the pages that have to hold out in it."""

import random
from datetime import timedelta

from sqlmodel import col, select

from events.core import clock
from events.core.clock import atoms
from events.core.database import Database
from events.events import EventWithPhases
from events.organisations import Organisation
from events.people import Person, PersonState
from events.registration import Consent, Registration, RegistrationState, consent_text_of, types_of
from sessions.blocks import slots_in
from sessions.meetings import Meeting, MeetingState
from sessions.seats import Seat


def add_crowd(db: Database, event: EventWithPhases, *, people: int = 1000, meetings_each: int = 6) -> str:
    """Let so many take part, each with some meetings; the public id of one who has asked nobody yet. By rows, since
    a thousand commands would take longer than what is measured."""
    dice, now = random.Random(6), clock.now()
    here = select(Registration.id).where(Registration.event_id == event.id)
    missing = people - len(db.exec(here).all())
    homes = [Organisation(name=f"House {n}", kind="start-up", country="AT", added_at=now) for n in range(missing // 2)]
    crowd = [
        Person(email=f"crowd{n}@example.org", name=f"Crowd {n:04}", state=PersonState.ACTIVE, zone="Europe/Lisbon",
               joined_at=now)
        for n in range(missing)
    ]  # fmt: skip
    db.add_all([*homes, *crowd])
    db.flush()
    text, types = consent_text_of(db, event.id), types_of(db, event.id)
    places = [
        Registration(event_id=event.id, person_id=one.id, type_id=types[n % len(types)].id,
                     organisation_id=homes[n // 2 % len(homes)].id, state=RegistrationState.ACCEPTED, registered_at=now)
        for n, one in enumerate(crowd)
    ]  # fmt: skip
    db.add_all(places)
    db.flush()
    if text is not None:
        db.add_all(Consent(registration_id=one.id, text_id=text.id, given_at=now, locale="en") for one in places)
    _meet(db, event, [one.id or 0 for one in crowd[:-1]], meetings_each, dice)
    return places[-1].public_id


def _meet(db: Database, event: EventWithPhases, people: list[int], each: int, dice: random.Random) -> None:
    slots = [slot for slot in slots_in(db, event.id) if slot.starts_at > clock.now()]
    for slot in dice.sample(slots, min(each, len(slots))):
        dice.shuffle(people)
        pairs = list(zip(people[::2], people[1::2], strict=False))
        rows = [
            Meeting(event_id=event.id, asker_id=one, invitee_id=other, state=MeetingState.SCHEDULED, note="",
                    starts_at=slot.starts_at, ends_at=slot.ends_at, requested_at=clock.now(),
                    expires_at=clock.now() + timedelta(days=1))
            for one, other in pairs
        ]  # fmt: skip
        db.add_all(rows)
        db.flush()
        db.add_all(
            Seat(meeting_id=row.id, person_id=person, atom=atom)
            for row in rows
            for person in (row.asker_id, row.invitee_id)
            for atom in atoms(slot.starts_at, slot.ends_at)
        )
        db.flush()


def participants_in(db: Database, event: EventWithPhases) -> int:
    """How many take part."""
    accepted = (Registration.event_id == event.id, col(Registration.state) == RegistrationState.ACCEPTED)
    return len(db.exec(select(Registration.id).where(*accepted)).all())
