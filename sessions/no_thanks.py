"""No thanks: that somebody does not wish to meet somebody, now or ever. It beats everything and nobody is told.

Whoever was turned down so finds the other "not free": in lists, in refusals and in the time an answer takes, since
it is read in the same statement as absences.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint, and_, bindparam, delete, func
from sqlmodel import Field, SQLModel, col, or_, select

from events.core import clock
from events.core.access import Actor, command
from events.core.columns import moment
from events.core.database import Database
from events.core.hooks import personal_data
from events.core.journal import Fact, record
from events.core.refusals import Conflict, NotFound
from events.core.translation import _
from events.events import EventWithPhases
from events.people import Person
from events.registration import Registration, participant_of_event
from sessions.seats import locked_participants


class NoThanks(SQLModel, table=True):
    """That `person_id` does not wish to meet `other_id`."""

    __tablename__ = "no_thanks"
    __table_args__ = (UniqueConstraint("person_id", "other_id"),)

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id")
    other_id: int = Field(foreign_key="person.id", index=True)
    said_at: datetime = moment()


personal_data(NoThanks, "person_id", "whom somebody does not wish to meet", "delete")
personal_data(NoThanks, "other_id", "who does not wish to meet somebody", "delete")


@dataclass(frozen=True)
class NoThanksSaid(Fact):
    """Somebody does not wish to meet somebody; the journal does not say whom."""

    event_id: int


@dataclass(frozen=True)
class NoThanksTakenBack(Fact):
    """Somebody would meet somebody after all."""

    event_id: int


@dataclass(frozen=True)
class TurnedDown:
    """Somebody to whom one said no thanks; `registration` is '' for who is not in the event."""

    name: str
    registration: str


class SaidNoThanks(Conflict):
    """Somebody asked for a meeting with whom they had turned down."""

    def __init__(self) -> None:
        super().__init__(_("You said no thanks to meeting this person. Take that back first."))


def turned_down_by(db: Database, person_id: int) -> set[int]:
    """Whom somebody does not wish to meet; for their own pages only."""
    return set(db.connection().execute(_TURNED_DOWN, {"person": person_id}).scalars())


_TURNED_DOWN = select(NoThanks.other_id).where(col(NoThanks.person_id) == bindparam("person"))


def has_said_no_thanks(db: Database, person_id: int, other: int) -> bool:
    """Whether somebody said no thanks to somebody else; for their own pages only."""
    said = select(NoThanks.id).where(NoThanks.person_id == person_id, NoThanks.other_id == other)
    return db.exec(said).first() is not None


def vetoed_by_or_for(db: Database, person_id: int) -> set[int]:
    """Whom somebody must not be put together with, whoever of the two said so; never to be told."""
    query = select(NoThanks.person_id, NoThanks.other_id)
    rows = db.exec(query.where(or_(col(NoThanks.person_id) == person_id, col(NoThanks.other_id) == person_id)))
    return {one for pair in rows for one in pair} - {person_id}


def turned_down_people(db: Database, actor: Actor) -> list[Person]:
    """The people to whom the actor said no thanks, latest first, so that they can take it back."""
    query = select(Person).join(NoThanks, col(NoThanks.other_id) == col(Person.id))
    return list(db.exec(query.where(NoThanks.person_id == actor.person).order_by(col(NoThanks.id).desc())))


def turned_down_in(db: Database, actor: Actor, event_id: int) -> list[TurnedDown]:
    """Those among `turned_down_people`, latest first, each with their place in an event if they have one there."""
    query = (
        select(Person, Registration)
        .join(NoThanks, col(NoThanks.other_id) == col(Person.id))
        .outerjoin(
            Registration, and_(col(Registration.person_id) == col(Person.id), col(Registration.event_id) == event_id)
        )
        .where(NoThanks.person_id == actor.person)
        .order_by(col(NoThanks.id).desc())
    )
    return [TurnedDown(person.name, place.public_id if place else "") for person, place in db.execute(query)]


def turned_down_place(db: Database, actor: Actor, event_id: int, public: str) -> Registration:
    """The place in an event, by its public id, of somebody to whom the actor said no thanks; NotFound for others.

    Also of those who have left the event, or whom the actor is not shown any more.
    """
    query = select(Registration).join(NoThanks, col(NoThanks.other_id) == col(Registration.person_id))
    here = (Registration.event_id == event_id, Registration.public_id == public, NoThanks.person_id == actor.person)
    found = db.exec(query.where(*here)).first()
    if found is None:
        raise NotFound()
    return found


def place_in(db: Database, event_id: int, person_id: int) -> Registration:
    """Somebody's registration in an event; NotFound where there is none."""
    query = select(Registration).where(Registration.event_id == event_id, Registration.person_id == person_id)
    found = db.exec(query).first()
    if found is None:
        raise NotFound()
    return found


def vetoes_in(db: Database, event_id: int) -> set[tuple[int, int]]:
    """The pairs among an event's people who must never be put together, for the scheduler; (lower id, higher id)."""
    here = select(Registration.person_id).where(Registration.event_id == event_id)
    rows = db.exec(
        select(NoThanks.person_id, NoThanks.other_id).where(
            and_(col(NoThanks.person_id).in_(here), col(NoThanks.other_id).in_(here))
        )
    )
    return {(min(one, other), max(one, other)) for one, other in rows}


@command(participant_of_event)
def say_no_thanks(db: Database, actor: Actor, subject: EventWithPhases, *, other: Registration) -> None:
    """Never be put together with `other`, in this event or any other; twice is once.

    Refuses somebody of another event, and oneself; a meeting that stands and has not begun has to be cancelled first.
    """
    from sessions.transitions import decline_between, has_meeting_between

    assert actor.person is not None
    if other.event_id != subject.id or other.person_id == actor.person:
        raise NotFound()
    # A booking of the two, in whichever event, locks the same rows: it is seen here, or sees what is written here.
    for event_id in _events_of_both(db, actor.person, other.person_id):
        locked_participants(db, event_id, (actor.person, other.person_id))
    if has_meeting_between(db, actor.person, other.person_id):
        raise Conflict(_("There is a meeting between the two of you. Cancel it first."))
    if db.exec(select(NoThanks.id).where(*_said(actor, other))).first() is None:
        db.add(NoThanks(person_id=actor.person, other_id=other.person_id, said_at=clock.now()))
        db.flush()
        record(db, actor, NoThanksSaid(event_id=subject.id))
    decline_between(db, actor, actor.person, other.person_id)


def _events_of_both(db: Database, one: int, other: int) -> list[int]:
    """In order, against deadlock."""
    query = select(Registration.event_id).where(col(Registration.person_id).in_((one, other)))
    both = query.group_by(col(Registration.event_id)).having(func.count() == 2)
    return list(db.exec(both.order_by(col(Registration.event_id))))


@command(participant_of_event)
def take_back_no_thanks(db: Database, actor: Actor, subject: EventWithPhases, *, other: Registration) -> None:
    """Be open to meeting `other` again; without effect where nothing was said."""
    gone = db.execute(delete(NoThanks).where(*_said(actor, other)))
    if gone.rowcount:  # type: ignore[attr-defined]  # a DELETE always answers with a cursor
        record(db, actor, NoThanksTakenBack(event_id=subject.id))


def _said(actor: Actor, other: Registration) -> tuple[Any, Any]:
    return col(NoThanks.person_id) == actor.person, col(NoThanks.other_id) == other.person_id
