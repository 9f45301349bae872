"""Letters about mentoring, each with its calendar entry: booked, moved, called off, and who does not come."""

from typing import Any

from sqlmodel import col, select

from events.core.database import Database
from events.events import Event
from events.people import Person
from events.teams import Team
from mailer.entries import words_for
from mailer.letters import Recipient, Values, letter_for, name_of, page, recipients
from sessions.calendars import EntryKind, find_entry, invitees_of
from sessions.mentoring import (
    Mentoring,
    MentoringBooked,
    MentoringCancelled,
    MentoringLeft,
    MentoringMoved,
    attendees_of,
)

ENTRY = (EntryKind.MENTORING, "mentoring_id")


def _who_comes(db: Database, fact: Any) -> list[Recipient]:
    row = db.get(Mentoring, fact.mentoring_id)
    return recipients(db, {row.mentor_id, *attendees_of(db, fact.mentoring_id)}) if row else []


def _ever_invited(db: Database, fact: MentoringCancelled) -> list[Recipient]:
    entry = find_entry(db, EntryKind.MENTORING, fact.mentoring_id)
    return recipients(db, invitees_of(db, entry)) if entry else []


def _mentoring(db: Database, fact: Any, to: Recipient) -> Values | None:
    return words_of_mentoring(db, fact.mentoring_id, to)


@words_for(EntryKind.MENTORING)
def words_of_mentoring(db: Database, mentoring_id: int, to: Recipient) -> Values | None:
    row = db.get(Mentoring, mentoring_id)
    event = db.get(Event, row.event_id) if row else None
    team = db.get(Team, row.team_id) if row else None
    mentor = db.get(Person, row.mentor_id) if row else None
    if row is None or event is None or team is None or mentor is None:
        return None
    names = select(Person.name).where(col(Person.id).in_(attendees_of(db, mentoring_id)))
    return {
        "event": event.name,
        "team": team.name,
        "mentor": name_of(mentor),
        "is_mentor": to.person_id == row.mentor_id,
        "people": ", ".join(name for name in db.exec(names.order_by(col(Person.name))) if name),
        "topic": row.topic,
        "reason": row.reason,
        "others": page("mentoring", event=event.slug),
    }


@letter_for(MentoringBooked, to=_who_comes, entry=ENTRY)
def mentoring_booked(db: Database, fact: MentoringBooked, to: Recipient) -> Values | None:
    return _mentoring(db, fact, to)


@letter_for(MentoringMoved, to=_who_comes, entry=ENTRY)
def mentoring_moved(db: Database, fact: MentoringMoved, to: Recipient) -> Values | None:
    return _mentoring(db, fact, to)


@letter_for(MentoringCancelled, to=_ever_invited, entry=ENTRY)
def mentoring_cancelled(db: Database, fact: MentoringCancelled, to: Recipient) -> Values | None:
    return _mentoring(db, fact, to)


@letter_for(MentoringLeft, to=lambda db, fact: recipients(db, {fact.person_id}), entry=ENTRY, revision="taken_out")
def mentoring_left(db: Database, fact: MentoringLeft, to: Recipient) -> Values | None:
    return _mentoring(db, fact, to)


@letter_for(MentoringLeft, to=_who_comes, entry=ENTRY)
def mentoring_without(db: Database, fact: MentoringLeft, to: Recipient) -> Values | None:
    values, person = _mentoring(db, fact, to), db.get(Person, fact.person_id)
    return values | {"person": name_of(person)} if values and person else None
