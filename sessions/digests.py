"""Digests: a letter in the morning about what is new for somebody in an event, as often as they wish, once each time.

An event's tour looks every hour for whom it is morning, and has each of them looked at in a transaction of its own.
Whoever's turn has come has it written down there together with the fact, so that it comes once for each day or week,
whoever is killed and however many workers there are.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import UniqueConstraint, and_, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel, col, select

from events.consents import has_agreed
from events.core import clock
from events.core.access import SYSTEM
from events.core.columns import moment
from events.core.database import Database, transaction
from events.core.hooks import personal_data
from events.core.journal import Fact, record
from events.core.timers import forget_timers, has_timer, set_timer, set_timers, timer
from events.events import Event, EventState, event_by_id
from events.letter_choices import Topic, those_who_stopped
from events.people import Person, PersonState
from events.phases import Phase, on_dated
from events.registration import Registration, RegistrationState
from events.roles import actor_for
from sessions.digest_wishes import DigestWish, Often
from sessions.news import Stretch, news_for

TOUR, TIMER = "digest tour", "digest"
# A digest comes in the morning where somebody lives; after a worker was away, until the evening.
MORNING, EVENING = time(8), time(20)
LONGEST = timedelta(days=7)
OPEN = (EventState.PUBLISHED, EventState.RUNNING)


class DigestTurn(SQLModel, table=True):
    """Until when somebody has been told what is new in an event, or that there was nothing."""

    __tablename__ = "digest_turn"
    __table_args__ = (UniqueConstraint("event_id", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = Field(foreign_key="event.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    until: datetime = moment()


personal_data(DigestTurn, "person_id", "until when somebody was told what is new", "delete")


@dataclass(frozen=True)
class DigestDue(Fact):
    """It is somebody's turn to read what was new in an event in this time."""

    event_id: int
    person_id: int
    since: datetime
    until: datetime


def turn_begins(now: datetime, zone: str, often: Often) -> datetime | None:
    """The start of the day (weekly: of the Monday) in `zone` for which a digest is due now; None before the morning,
    in the evening, and for who wants none. A weekly one that could not come on Monday comes later in the week."""
    there = now.astimezone(ZoneInfo(zone))
    if often is Often.NEVER or not MORNING <= there.time() < EVENING:
        return None
    back = there.weekday() if often is Often.WEEKLY else 0
    day = there.date() - timedelta(days=back)
    return datetime.combine(day, time(0), tzinfo=ZoneInfo(zone))


@on_dated
def _begin(db: Database, phase: Phase, now: datetime) -> None:
    """A public event has its tour."""
    _begin_tour(db, phase.event_id, now)


def _begin_tour(db: Database, event_id: int, now: datetime) -> None:
    if not has_timer(db, TOUR, event_id):
        set_timer(db, TOUR, event_id, _next_hour(now))


def _next_hour(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


def begin_tours() -> None:
    """See to it that every open event has its tour, also those from before there were digests."""
    with transaction() as db:
        for event_id in db.exec(select(Event.id).where(col(Event.state).in_(OPEN)).order_by(col(Event.id))).all():
            _begin_tour(db, event_id or 0, clock.now())


@dataclass(frozen=True)
class Reader:
    """Somebody who may get digests of an event: how often, until when they know what is new there, and until when they
    were told of it (None: never yet)."""

    place: Registration
    zone: str
    often: Often
    told_until: datetime | None

    @property
    def knows_until(self) -> datetime:
        """Since then there may be something new for them; from when they have their place."""
        return self.told_until or self.place.decided_at or self.place.registered_at

    def since(self, now: datetime) -> datetime:
        """From when on they are told; whoever gets their first digest is not told of weeks ago."""
        return self.told_until or max(self.knows_until, now - LONGEST)

    def is_due(self, now: datetime) -> bool:
        """Whether it is their turn."""
        begins = turn_begins(now, self.zone, self.often)
        return begins is not None and self.knows_until < begins


def _readers(db: Database, *wanted: Any) -> list[Reader]:
    """Who of those places gets digests: has signed in once, agreed to take part, and not stopped them. One query."""
    here = col(DigestTurn.event_id) == col(Registration.event_id)
    query: Any = (
        select(Registration, Person.zone, DigestWish.often, DigestTurn.until)
        .join(Person, col(Person.id) == col(Registration.person_id))
        .outerjoin(DigestWish, col(DigestWish.person_id) == col(Person.id))
        .outerjoin(DigestTurn, and_(here, col(DigestTurn.person_id) == col(Person.id)))
        .where(*wanted, Registration.state == RegistrationState.ACCEPTED, Person.state == PersonState.ACTIVE)
        .where(has_agreed(), col(Person.id).not_in(those_who_stopped(Topic.DIGESTS)))
        .order_by(col(Registration.id))
    )
    return [Reader(place, zone, often or Often.DAILY, until) for place, zone, often, until in db.execute(query)]


@timer(TOUR)
def _tour(db: Database, event_id: int) -> None:
    """Have those looked at whose turn it is. One query, and a timer for each."""
    event, now = db.get(Event, event_id), clock.now()
    if event is None or event.state not in OPEN:
        return
    due = [one.place.id or 0 for one in _readers(db, Registration.event_id == event_id) if one.is_due(now)]
    forget_timers(db, TIMER, due)
    forget_timers(db, TOUR, [event_id])
    set_timers(db, TIMER, dict.fromkeys(due, now))
    set_timer(db, TOUR, event_id, _next_hour(now))


@timer(TIMER)
def _look(db: Database, registration_id: int) -> None:
    """Take somebody's turn, and say so if there is anything new for them."""
    now = clock.now()
    reader = next(iter(_readers(db, Registration.id == registration_id)), None)
    event = event_by_id(db, reader.place.event_id) if reader is not None else None
    if reader is None or event is None or event.event.state not in OPEN or not reader.is_due(now):
        return
    if not _takes_turn(db, reader, now):
        return
    person, since = reader.place.person_id, reader.since(now)
    if news_for(db, actor_for(db, person), event, Stretch(since, now)) is not None:
        record(db, SYSTEM, DigestDue(event_id=event.id, person_id=person, since=since, until=now))


def _takes_turn(db: Database, reader: Reader, now: datetime) -> bool:
    """Compare-and-set: False where another worker has taken it."""
    place = reader.place
    if reader.told_until is None:
        try:
            with db.begin_nested():
                db.add(DigestTurn(event_id=place.event_id, person_id=place.person_id, until=now))
                db.flush()
        except IntegrityError:
            return False
        return True
    theirs = col(DigestTurn.event_id) == place.event_id, col(DigestTurn.person_id) == place.person_id
    taken = update(DigestTurn).where(*theirs, col(DigestTurn.until) == reader.told_until).values(until=now)
    return bool(db.execute(taken).rowcount == 1)  # type: ignore[attr-defined]  # an UPDATE always answers with a cursor
