"""Letters to those who come to a regular session, each with the whole series for their calendar."""

from typing import Any

from events.core.database import Database
from events.events import Event
from mailer.entries import words_for_one
from mailer.letters import Recipient, Values, letter_for, recipients
from sessions.calendars import EntryKind, declined_by
from sessions.regular.rows import (
    RegularSession,
    RegularSessionCalledOff,
    RegularSessionChanged,
    RegularSessionJoined,
    RegularSessionLeft,
    RegularTimeCalledOff,
    RegularTimeMoved,
    guests_of,
)

ENTRY = (EntryKind.REGULAR, "regular_id")


def _whose(db: Database, fact: Any) -> list[Recipient]:
    return recipients(db, {fact.person_id})


def _guests(db: Database, fact: Any) -> list[Recipient]:
    return recipients(db, guests_of(db, fact.regular_id))


def _who_comes(db: Database, fact: Any) -> list[Recipient]:
    """Who has declined the whole is told when it is off, and of nothing else."""
    return recipients(db, guests_of(db, fact.regular_id) - declined_by(db, EntryKind.REGULAR, fact.regular_id))


@words_for_one(EntryKind.REGULAR)
def words_of_regular(db: Database, regular_id: int, to: Recipient) -> Values | None:
    row = db.get(RegularSession, regular_id)
    event = db.get(Event, row.event_id) if row is not None else None
    return {"event": event.name, "title": row.title, "about": row.about} if row and event else None


@letter_for(RegularSessionJoined, to=_whose, entry=ENTRY)
def regular_session_joined(db: Database, fact: RegularSessionJoined, to: Recipient) -> Values | None:
    return words_of_regular(db, fact.regular_id, to)


@letter_for(RegularSessionChanged, to=_who_comes, entry=ENTRY)
def regular_session_changed(db: Database, fact: RegularSessionChanged, to: Recipient) -> Values | None:
    return words_of_regular(db, fact.regular_id, to)


@letter_for(RegularTimeMoved, to=_who_comes, entry=ENTRY)
def regular_time_moved(db: Database, fact: RegularTimeMoved, to: Recipient) -> Values | None:
    words = words_of_regular(db, fact.regular_id, to)
    return {**words, "old_start": fact.old_start, "new_start": fact.new_start} if words is not None else None


@letter_for(RegularTimeCalledOff, to=_who_comes, entry=ENTRY)
def regular_time_called_off(db: Database, fact: RegularTimeCalledOff, to: Recipient) -> Values | None:
    words = words_of_regular(db, fact.regular_id, to)
    return {**words, "old_start": fact.old_start} if words is not None else None


@letter_for(RegularSessionCalledOff, to=_guests, entry=ENTRY)
def regular_session_called_off(db: Database, fact: RegularSessionCalledOff, to: Recipient) -> Values | None:
    return words_of_regular(db, fact.regular_id, to)


@letter_for(RegularSessionLeft, to=_whose, entry=ENTRY, revision="taken_out")
def regular_session_left(db: Database, fact: RegularSessionLeft, to: Recipient) -> Values | None:
    return words_of_regular(db, fact.regular_id, to)
