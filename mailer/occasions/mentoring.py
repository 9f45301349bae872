"""Letters about mentoring, each with its calendar entry: booked, moved, called off, and who does not come."""

from collections.abc import Collection
from typing import Any

from sqlmodel import col, select

from events.core.database import Database
from events.events import Event
from events.people import Person
from events.teams import Team
from mailer.entries import words_for
from mailer.letters import Recipient, Values, letter_for, name_of, page, recipients
from sessions.calendars import EntryKind, find_entry, invitees_of
from sessions.entry_subjects import rows_by_id
from sessions.mentoring import (
    Mentoring,
    MentoringAttendee,
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
    return words_of_mentorings(db, [fact.mentoring_id], to).get(fact.mentoring_id)


@words_for(EntryKind.MENTORING)
def words_of_mentorings(db: Database, ids: Collection[int], to: Recipient) -> dict[int, Values]:
    rows = rows_by_id(db, Mentoring, ids)
    events = rows_by_id(db, Event, (row.event_id for row in rows.values()))
    teams = rows_by_id(db, Team, (row.team_id for row in rows.values()))
    mentors = rows_by_id(db, Person, (row.mentor_id for row in rows.values()))
    names = _names_of_teams(db, rows)
    return {
        id: {
            "event": events[row.event_id].name,
            "team": teams[row.team_id].name,
            "mentor": name_of(mentors[row.mentor_id]),
            "is_mentor": to.person_id == row.mentor_id,
            "people": ", ".join(names.get(id, ())),
            "topic": row.topic,
            "reason": row.reason,
            "others": page("mentoring", event=events[row.event_id].slug),
        }
        for id, row in rows.items()
    }


def _names_of_teams(db: Database, ids: Collection[int]) -> dict[int, list[str]]:
    """Who of the team comes, by mentoring."""
    query = select(MentoringAttendee.mentoring_id, Person.name)
    query = query.join(Person, col(Person.id) == col(MentoringAttendee.person_id))
    query = query.where(col(MentoringAttendee.mentoring_id).in_(ids), Person.name != "")
    found: dict[int, list[str]] = {}
    for id, name in db.exec(query.order_by(col(Person.name), col(Person.id))):
        found.setdefault(id, []).append(name)
    return found


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
