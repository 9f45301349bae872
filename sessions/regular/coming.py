"""Who comes to a regular session: joining it, leaving it, and what calendars answered to the whole or to one time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import col, select

from events.core import clock
from events.core.access import Actor, command
from events.core.database import Database
from events.core.hooks import on_withdrawn
from events.core.journal import record
from events.core.refusals import Conflict
from events.core.translation import _
from events.people import Person
from events.registration import Registration, participant_of_event
from sessions.calendars import Answer, EntryKind, revise, take_out
from sessions.regular.rows import (
    RegularGuest,
    RegularInEvent,
    RegularSession,
    RegularSessionJoined,
    RegularSessionLeft,
    content_of_regular,
    guests_of,
    lock_regular_session,
)
from sessions.regular.setting import is_on
from sessions.series_answers import answers_to_times, times_asked_for


@command(participant_of_event, when=is_on)
def join_regular_session(db: Database, actor: Actor, subject: RegularInEvent) -> None:
    """Come to a regular session: all its times go into one's calendar. Refuses what is over; twice is once."""
    assert actor.person is not None
    row = lock_regular_session(db, subject.id)
    is_on(subject, clock.now())
    if subject.next_after(clock.now()) is None:
        raise Conflict(_("All its times are over."))
    if actor.person in guests_of(db, subject.id):
        return
    db.add(RegularGuest(regular_id=subject.id, person_id=actor.person, since=clock.now()))
    db.flush()
    sequence = revise(db, EntryKind.REGULAR, subject.id, {actor.person}, content_of_regular(db, row))
    assert sequence is not None  # they did not have it
    record(db, actor, RegularSessionJoined(row.event_id, subject.id, actor.person, sequence=sequence))


@command(participant_of_event)
def leave_regular_session(db: Database, actor: Actor, subject: RegularInEvent) -> None:
    """Come to a regular session no more: it goes out of one's calendar. Who does not come anyway stays away."""
    assert actor.person is not None
    lock_regular_session(db, subject.id)
    _let_go(db, actor, subject.regular.event_id, subject.id, actor.person)


def _let_go(db: Database, actor: Actor, event_id: int, regular_id: int, person: int) -> None:
    mine = (col(RegularGuest.regular_id) == regular_id, col(RegularGuest.person_id) == person)
    gone = db.execute(delete(RegularGuest).where(*mine))
    if not gone.rowcount:  # type: ignore[attr-defined]  # a DELETE always answers with a cursor
        return
    numbers = take_out(db, EntryKind.REGULAR, regular_id, person)
    if numbers is not None:  # None for what is called off: they were told so
        record(db, actor, RegularSessionLeft(event_id, regular_id, person, taken_out=numbers[0]))


@on_withdrawn
def _left_the_event(db: Database, actor: Actor, registration_id: int) -> None:
    place = db.get(Registration, registration_id)
    if place is None:
        return
    mine = select(RegularSession.id).join(RegularGuest, col(RegularGuest.regular_id) == col(RegularSession.id))
    query = mine.where(RegularSession.event_id == place.event_id, RegularGuest.person_id == place.person_id)
    for id in db.exec(query.order_by(col(RegularSession.id))).all():
        lock_regular_session(db, id or 0)
        _let_go(db, actor, place.event_id, id or 0, place.person_id)


@dataclass(frozen=True)
class Coming:
    """Who comes to one time: names of those who come or have not answered, and of those who said that they do not; and
    of those whose calendars ask for another time instead, with that time (aware)."""

    yes: tuple[str, ...]
    no: tuple[str, ...]
    asked: tuple[tuple[str, datetime], ...]


def who_comes(db: Database, subject: RegularInEvent) -> dict[datetime, Coming]:
    """By planned start who comes; a handful of queries. For those who may see who comes: the caller has asked."""
    query = select(Person.id, Person.name).join(RegularGuest, col(RegularGuest.person_id) == col(Person.id))
    guests = db.exec(
        query.where(RegularGuest.regular_id == subject.id).order_by(col(Person.name), col(Person.id))
    ).all()
    answers = answers_to_times(db, EntryKind.REGULAR, subject.id)
    wanted = times_asked_for(db, EntryKind.REGULAR, subject.id)
    found = {}
    for one in subject.times:
        said, asked = answers.get(one.planned_at, {}), wanted.get(one.planned_at, {})
        away = {person for person, _name in guests if said.get(person or 0) in (Answer.DECLINED, Answer.DELEGATED)}
        found[one.planned_at] = Coming(
            tuple(name for person, name in guests if person not in away),
            tuple(name for person, name in guests if person in away),
            tuple((name, asked[person]) for person, name in guests if person in asked),
        )
    return found


def own_answers(db: Database, actor: Actor, subject: RegularInEvent) -> Mapping[datetime, Answer]:
    """By planned start what the actor's calendar answered; nothing for who does not come."""
    found = answers_to_times(db, EntryKind.REGULAR, subject.id)
    return {planned: said[actor.person] for planned, said in found.items() if actor.person in said}
