"""The waiting list for meetings: pairs who found no common free time, and are offered the first that comes free.

How they are offered it says `sessions.offers`. A pair that somebody said no thanks to waits like all others and is
never free.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import UniqueConstraint, and_, delete, exists, func
from sqlalchemy import select as sql_select
from sqlalchemy.sql import ColumnElement
from sqlmodel import Field, SQLModel, col, or_, select

from events.consents import refuse_unless_agreed
from events.core import clock
from events.core.access import Actor, command, rule
from events.core.columns import moment, public_id
from events.core.database import Database
from events.core.hooks import on_withdrawn, personal_data
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.translation import Message, _
from events.events import Event, EventState, EventWithPhases, not_over
from events.organisations import Organisation
from events.people import Person
from events.phases import PhaseKind
from events.registration import Registration, participant_of_event
from sessions.availability import common_slots
from sessions.booking_rules import BookingRules, Timing, rules_of
from sessions.limits import counted_for
from sessions.meetings import Meeting, takes_part
from sessions.no_thanks import SaidNoThanks, turned_down_by
from sessions.requests import (
    NO_TIME_YET,
    NOTE_LIMIT,
    MeetOneself,
    booking_open,
    refuse_pair,
    refuse_second,
)
from sessions.seats import NotTakingPart, locked_participants

MOST_WAITING = 50


class WaitingPair(SQLModel, table=True):
    """That a participant wants to meet another as soon as both are free at one time."""

    __tablename__ = "waiting_pair"
    __table_args__ = (UniqueConstraint("event_id", "asker_id", "invitee_id"),)

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("w")
    event_id: int = Field(foreign_key="event.id", index=True)
    asker_id: int = Field(foreign_key="person.id", index=True)
    invitee_id: int = Field(foreign_key="person.id", index=True)
    note: str = Field(default="", max_length=1000)
    since: datetime = moment()


personal_data(WaitingPair, "asker_id", "whom somebody wants to meet when a time becomes free", "delete")
personal_data(WaitingPair, "invitee_id", "who wants to meet somebody when a time becomes free", "delete")


@dataclass(frozen=True)
class WaitingBegan(Fact):
    """Somebody wants to meet somebody as soon as there is a time."""

    event_id: int
    pair_id: int


@dataclass(frozen=True)
class WaitingEnded(Fact):
    """Somebody does not wait for a time any more."""

    event_id: int
    pair_id: int


@dataclass(frozen=True)
class TimeFound(Fact):
    """A time became free for two who waited; the meeting was asked for in the asker's name."""

    event_id: int
    meeting_id: int


class FreeAlready(Conflict):
    """Two people need not wait."""

    def __init__(self) -> None:
        super().__init__(_("There are times at which both of you are free. Choose one of them."))


@dataclass(frozen=True)
class WaitingPairInEvent:
    """A waiting pair with its event, as commands and rules need it."""

    pair: WaitingPair
    event: Event


@dataclass(frozen=True)
class WaitingCard:
    """Somebody for whom the reader waits."""

    public_id: str
    name: str
    organisation: str
    country: str
    registration: str
    since: datetime


@rule
def waits_in_pair(actor: Actor, subject: WaitingPairInEvent) -> bool:
    return actor.person is not None and actor.person == subject.pair.asker_id


def meetings_can_be_made(event: EventWithPhases, now: datetime) -> bool:
    """Whether times that come free are offered: while booking is open, and on the live days."""
    return event.is_open(PhaseKind.BOOKING, now) or event.is_open(PhaseKind.LIVE, now)


def why_no_offers(event: EventWithPhases, rules: BookingRules, now: datetime) -> Message | None:
    """Why nobody who waits in an event is offered a time at the moment; None while they are."""
    if rules.timing is not Timing.AT_REQUEST:
        return _("In this event you do not choose the times any more, so that nobody is asked from this list.")
    if not meetings_can_be_made(event, now):
        return _("Nobody is asked at the moment: that goes on while booking is open and on the live days.")
    return None


def waiting_open(subject: EventWithPhases, now: datetime) -> None:
    """Refuse to wait for times when none are offered."""
    not_over(subject, now)
    if not meetings_can_be_made(subject, now):
        booking_open(subject, now)


@command(participant_of_event, when=waiting_open)
def wait_for_time(
    db: Database, actor: Actor, subject: EventWithPhases, *, invitee: Registration, note: str = ""
) -> WaitingPair:
    """Be put forward to `invitee` as soon as both are free at one time; the note goes with the request. Twice is once.

    Refuses where the asker chooses no time, FreeAlready, what a request between the two would be refused for (oneself,
    colleagues, types, a second one, a long note), and more than fifty at a time.
    """
    assert actor.person is not None
    refuse_unless_agreed(db, subject.event, actor)
    if invitee.event_id != subject.id:
        raise NotFound()
    if invitee.person_id == actor.person:
        raise MeetOneself
    if invitee.person_id in turned_down_by(db, actor.person):
        raise SaidNoThanks
    rules = rules_of(db, subject.id)
    if rules.timing is not Timing.AT_REQUEST:
        raise Conflict(NO_TIME_YET[rules.timing])
    if len(note.strip()) > NOTE_LIMIT:
        raise Invalid({"note": _("Please write at most %(most)s characters.", most=NOTE_LIMIT)})
    found = locked_participants(db, subject.id, (actor.person, invitee.person_id))
    if len(found) < 2:
        raise NotTakingPart
    refuse_pair(db, found[actor.person], found[invitee.person_id])
    refuse_second(counted_for(db, subject.id, found), actor.person, invitee.person_id)
    if common_slots(db, subject, actor.person, invitee.person_id):
        raise FreeAlready
    return _queue(db, actor, subject.id, invitee.person_id, note.strip())


def _queue(db: Database, actor: Actor, event_id: int, invitee: int, note: str) -> WaitingPair:
    assert actor.person is not None
    mine = (WaitingPair.event_id == event_id, WaitingPair.asker_id == actor.person)
    row = db.exec(select(WaitingPair).where(*mine, WaitingPair.invitee_id == invitee)).first()
    if row is not None and db.exec(select(WaitingPair.id).where(WaitingPair.id == row.id, _still_waits())).first():
        row.note = note
        db.add(row)
        db.flush()
        return row
    if db.exec(select(func.count()).select_from(WaitingPair).where(*mine, _still_waits())).one() >= MOST_WAITING:
        raise Conflict(_("You wait for %(most)s people already. Leave one of these lists first.", most=MOST_WAITING))
    row = row or WaitingPair(event_id=event_id, asker_id=actor.person, invitee_id=invitee, since=clock.now())
    row.note, row.since = note, clock.now()
    db.add(row)
    db.flush()
    record(db, actor, WaitingBegan(event_id=event_id, pair_id=row.id or 0))
    return row


def _still_waits() -> ColumnElement[bool]:
    """The condition that a pair has had no request or meeting since it began to wait."""
    return ~exists().where(
        col(Meeting.event_id) == col(WaitingPair.event_id),
        col(Meeting.requested_at) > col(WaitingPair.since),
        takes_part(col(WaitingPair.asker_id)),
        takes_part(col(WaitingPair.invitee_id)),
    )


def get_waiting_pair(db: Database, actor: Actor, public: str) -> WaitingPairInEvent:
    """A waiting pair for the one who asked; NotFound for others, also for the other of the two."""
    row = db.exec(
        select(WaitingPair, Event).where(WaitingPair.public_id == public, Event.id == WaitingPair.event_id)
    ).first()
    if row is None or not waits_in_pair(actor, found := WaitingPairInEvent(*row)):
        raise NotFound()
    return found


@command(waits_in_pair)
def stop_waiting(db: Database, actor: Actor, subject: WaitingPairInEvent) -> None:
    """Do not wait for a time with somebody any more."""
    gone = db.execute(delete(WaitingPair).where(col(WaitingPair.id) == subject.pair.id))
    if gone.rowcount:  # type: ignore[attr-defined]  # a DELETE always answers with a cursor
        record(db, actor, WaitingEnded(event_id=subject.pair.event_id, pair_id=subject.pair.id or 0))


def waiting_of(db: Database, actor: Actor, event: EventWithPhases) -> list[WaitingCard]:
    """For whom the actor waits in an event, longest first; nobody in an event that is over. One query."""
    if event.event.state is EventState.CLOSED:
        return []
    place = and_(
        col(Registration.event_id) == col(WaitingPair.event_id),
        col(Registration.person_id) == col(WaitingPair.invitee_id),
    )
    query = (
        sql_select(WaitingPair, col(Person.name), col(Registration.public_id), Organisation)
        .join(Person, col(Person.id) == col(WaitingPair.invitee_id))
        .join(Registration, place)
        .outerjoin(Organisation, col(Organisation.id) == col(Registration.organisation_id))
        .where(col(WaitingPair.event_id) == event.id, col(WaitingPair.asker_id) == actor.person, _still_waits())
        .order_by(col(WaitingPair.since), col(WaitingPair.id))
    )
    return [
        WaitingCard(
            pair.public_id, name, home.name if home else "", home.country if home else "", registration, pair.since
        )
        for pair, name, registration, home in db.execute(query)
    ]


def waiting_pairs(db: Database, event_id: int) -> list[WaitingPair]:
    """Who waits for whom in an event, longest first. One query."""
    query = select(WaitingPair).where(WaitingPair.event_id == event_id, _still_waits())
    return list(db.exec(query.order_by(col(WaitingPair.since), col(WaitingPair.id))))


def forget_pair(db: Database, pair: WaitingPair) -> None:
    """Take a pair that was put together off the list; part of offers."""
    db.execute(delete(WaitingPair).where(col(WaitingPair.id) == pair.id))


@on_withdrawn
def _leaves(db: Database, actor: Actor, registration_id: int) -> None:
    """Whoever leaves an event waits for nobody there, and nobody for them."""
    registration = db.get(Registration, registration_id)
    if registration is not None:
        person = registration.person_id
        either = or_(col(WaitingPair.asker_id) == person, col(WaitingPair.invitee_id) == person)
        db.execute(delete(WaitingPair).where(col(WaitingPair.event_id) == registration.event_id, either))
