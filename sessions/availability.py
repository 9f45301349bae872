"""Availability: when participants of a matchmaking event can meet. Without a word, they can."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import UniqueConstraint, delete
from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.access import Actor, command
from events.core.clock import atoms
from events.core.columns import moment
from events.core.database import Database
from events.core.hooks import personal_data
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid
from events.core.translation import At, _
from events.events import EventWithPhases, not_over
from events.registration import Registration, participant_of_event
from sessions.blocks import Slot, slots_in
from sessions.seats import full_atoms, kept_atoms, taken_atoms


class Absence(SQLModel, table=True):
    """That a participant cannot meet in the slot which starts then."""

    __table_args__ = (UniqueConstraint("event_id", "person_id", "starts_at"),)

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = Field(foreign_key="event.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    starts_at: datetime = moment()


class AvailabilityStated(SQLModel, table=True):
    """That a participant has said when they can meet."""

    __tablename__ = "availability_stated"
    __table_args__ = (UniqueConstraint("event_id", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = Field(foreign_key="event.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    stated_at: datetime = moment()


personal_data(Absence, "person_id", "when somebody cannot meet", "delete")
personal_data(AvailabilityStated, "person_id", "that somebody said when they can meet", "delete")


@dataclass(frozen=True)
class AvailabilitySet(Fact):
    """A participant said when they can meet."""

    event_id: int
    registration_id: int


class MeetingThen(Conflict):
    """Somebody cannot be away while they meet."""

    def __init__(self, start: datetime) -> None:
        super().__init__(_("You have a meeting at %(time)s. Move or cancel it first.", time=At(start)))


@command(participant_of_event, when=not_over)
def set_availability(db: Database, actor: Actor, subject: EventWithPhases, *, absent: Collection[datetime]) -> None:
    """Say in which slots, named by their starts (aware), one cannot meet; in all others one can.

    Replaces what was said before. Refuses times that are no slots, and a time at which a meeting of one's own stands.
    """
    assert actor.person is not None
    slots = slots_in(db, subject.id)
    if not set(absent) <= {slot.starts_at for slot in slots}:
        raise Invalid({"free": _("Please choose among the event's times.")})
    mine = select(Registration).where(Registration.event_id == subject.id, Registration.person_id == actor.person)
    # On PostgreSQL this waits for a booking of the same participant, which locks the row too.
    registration = db.exec(mine.with_for_update(key_share=True)).one()
    _refuse_where_they_meet(db, actor.person, [slot for slot in slots if slot.starts_at in absent])
    db.execute(delete(Absence).where(col(Absence.event_id) == subject.id, col(Absence.person_id) == actor.person))
    db.add_all(Absence(event_id=subject.id, person_id=actor.person, starts_at=start) for start in sorted(set(absent)))
    _has_stated(db, subject.id, actor.person)
    record(db, actor, AvailabilitySet(event_id=subject.id, registration_id=registration.id or 0))


def _refuse_where_they_meet(db: Database, person_id: int, slots: list[Slot]) -> None:
    if not slots:
        return
    kept = kept_atoms(db, person_id, Slot(slots[0].starts_at, slots[-1].ends_at))
    for slot in slots:
        if not kept.isdisjoint(atoms(slot.starts_at, slot.ends_at)):
            raise MeetingThen(slot.starts_at)


def _has_stated(db: Database, event_id: int, person_id: int) -> None:
    query = select(AvailabilityStated).where(
        AvailabilityStated.event_id == event_id, AvailabilityStated.person_id == person_id
    )
    row = db.exec(query).first() or AvailabilityStated(event_id=event_id, person_id=person_id, stated_at=clock.now())
    row.stated_at = clock.now()
    db.add(row)
    db.flush()


def has_stated(db: Database, event_id: int, person_id: int) -> bool:
    """Whether somebody has said when they can meet; who has not is asked to."""
    query = select(AvailabilityStated.id).where(
        AvailabilityStated.event_id == event_id, AvailabilityStated.person_id == person_id
    )
    return db.exec(query).first() is not None


def absences_of(db: Database, event_id: int, people: Collection[int]) -> set[datetime]:
    """The starts of the slots in which at least one of `people` cannot meet."""
    query = select(Absence.starts_at).where(Absence.event_id == event_id, col(Absence.person_id).in_(sorted(people)))
    return set(db.exec(query))


def absent_then(db: Database, event_id: int, people: Collection[int], start: datetime) -> set[int]:
    """Who of `people` said that they cannot meet in the slot that starts at `start`."""
    query = select(Absence.person_id).where(
        Absence.event_id == event_id, col(Absence.person_id).in_(sorted(people)), Absence.starts_at == start
    )
    return set(db.exec(query))


def free_slots(db: Database, event: EventWithPhases, *people: int) -> list[Slot]:
    """The coming slots of an event in which all `people` can meet: nobody absent, nobody seated in this event or
    another, a table left. Five queries, however many slots."""
    now = clock.now()
    slots = [slot for slot in slots_in(db, event.id) if slot.starts_at > now]
    if not slots:
        return []
    span = Slot(slots[0].starts_at, slots[-1].ends_at)
    absent = absences_of(db, event.id, people)
    busy = taken_atoms(db, people, span, now) | full_atoms(db, event.id, span)
    return [
        slot for slot in slots if slot.starts_at not in absent and busy.isdisjoint(atoms(slot.starts_at, slot.ends_at))
    ]


def common_slots(db: Database, event: EventWithPhases, a: int, b: int) -> list[Slot]:
    """The coming slots in which two people can meet each other."""
    return free_slots(db, event, a, b)
