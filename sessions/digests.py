"""Digests: a letter in the morning about what is new for somebody in an event, as often as they wish, once each time.

An event's tour looks every hour for whom it is morning, and has each of them looked at in a transaction of its own.
Whoever's turn has come has it written down there together with the fact, so that it comes once for each day or week,
whoever is killed and however many workers there are. Notices that wait for a digest which will not come, since its
reader has stopped them or the event is over, go as letters of their own, also those of one that was due already; and so
do those that wait when the event begins.
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
from events.core.journal import Fact, Told, listener, record
from events.core.timers import forget_timers, has_timer, set_timer, set_timers, timer
from events.events import Event, EventClosed, EventStarted, EventState, event_by_id
from events.letter_choices import LettersStopped, Topic, has_stopped, those_who_stopped
from events.people import Person, PersonState
from events.phases import Phase, on_dated
from events.registration import Registration, RegistrationState
from events.roles import actor_for
from sessions.digest_wishes import DigestWish, Often
from sessions.news import Stretch, news_for
from sessions.notices import Notice, NoticeKept, NoticeSent

TOUR, TIMER = "digest tour", "digest"
# A digest comes in the morning where somebody lives; after a worker was away, until the evening.
MORNING, EVENING = time(8), time(20)
LONGEST = timedelta(days=7)
# How much later than it says a notice may be there for others to see.
UNDERWAY = timedelta(minutes=1)
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


@dataclass(frozen=True)
class KeptNoticeSent(Fact):
    """A notice that waited for somebody's digest goes to them as a letter of its own: no digest will tell it."""

    event_id: int
    notice_id: int
    person_id: int


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
def _begin(db: Database, phases: tuple[Phase, ...], now: datetime) -> None:
    """A public event has its tour."""
    for event_id in {phase.event_id for phase in phases}:
        _begin_tour(db, event_id, now)


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
    _claim_notices(db, reader, now)
    if news_for(db, actor_for(db, person), event, Stretch(since, now)) is not None:
        record(db, SYSTEM, DigestDue(event_id=event.id, person_id=person, since=since, until=now))


def _takes_turn(db: Database, reader: Reader, now: datetime) -> bool:
    """Compare-and-set: False where another worker has taken it."""
    event_id, person_id = reader.place.event_id, reader.place.person_id
    if reader.told_until is None:
        try:
            with db.begin_nested():
                db.add(DigestTurn(event_id=event_id, person_id=person_id, until=now))
                db.flush()
        except IntegrityError:
            return False
        return True
    theirs = col(DigestTurn.event_id) == event_id, col(DigestTurn.person_id) == person_id
    taken = update(DigestTurn).where(*theirs, col(DigestTurn.until) == reader.told_until).values(until=now)
    return bool(db.execute(taken).rowcount == 1)  # type: ignore[attr-defined]  # an UPDATE always answers with a cursor


def _claim_notices(db: Database, reader: Reader, now: datetime) -> None:
    """Have what waits for somebody told by the digest up to `now`. Each is told once, since its row says by which;
    what is not there to be seen yet waits for the next one."""
    since = reader.since(now) - UNDERWAY
    here = select(Notice.id).where(Notice.event_id == reader.place.event_id, Notice.sent_at > since)
    waits = (
        col(NoticeKept.person_id) == reader.place.person_id, col(NoticeKept.told_at).is_(None),
        col(NoticeKept.notice_id).in_(here),
    )  # fmt: skip
    db.execute(update(NoticeKept).where(*waits).values(told_at=now))


_kept = listener("kept notices", "worker")


@_kept.hears(LettersStopped)
def _without_digests(db: Database, told: Told) -> None:
    person_id, topic = getattr(told.fact, "person_id", None), getattr(told.fact, "what", "")
    if topic == Topic.DIGESTS and has_stopped(db, person_id, Topic.DIGESTS):
        _send_waiting(db, NoticeKept.person_id == person_id)


@_kept.hears(EventStarted, EventClosed)
def _with_its_event(db: Database, told: Told) -> None:
    """Who is in the middle of an event has to know now: the next weekly digest may come after it. After its end there
    is none."""
    _send_waiting(db, Notice.event_id == getattr(told.fact, "event_id", None))


@_kept.hears(NoticeSent)
def _stopped_meanwhile(db: Database, told: Told) -> None:
    """Who stopped digests, or whose event began or was closed, in the moment in which a notice was kept for them."""
    event = db.get(Event, getattr(told.fact, "event_id", None))
    has_begun = event is not None and event.state in (EventState.RUNNING, EventState.CLOSED)
    whose = [] if has_begun else [col(NoticeKept.person_id).in_(those_who_stopped(Topic.DIGESTS))]
    _send_waiting(db, Notice.id == getattr(told.fact, "notice_id", None), *whose)


def _send_waiting(db: Database, *whose: Any) -> None:
    """Let the notices that no digest has told and none will tell go as letters of their own."""
    now = clock.now()
    for one in _kept_notices(db, col(NoticeKept.told_at).is_(None), Notice.sent_at > now - LONGEST, *whose):
        # Those of before their last digest were told by it, also where their row does not say so.
        if one.told_until is None or one.notice.sent_at > one.told_until - UNDERWAY:
            _send_alone(db, one, now)


def send_without_digest(db: Database, fact: DigestDue) -> None:
    """Let the notices of a digest that came to nothing go as letters of their own, once: its reader has stopped
    digests, or the event was closed, after it was due and before it went."""
    theirs = (NoticeKept.person_id == fact.person_id, Notice.event_id == fact.event_id)
    for one in _kept_notices(db, *theirs, NoticeKept.told_at == fact.until):
        _send_alone(db, one, clock.now())


@dataclass(frozen=True)
class _KeptNotice:
    notice: Notice
    kept: NoticeKept
    told_until: datetime | None


def _kept_notices(db: Database, *wanted: Any) -> list[_KeptNotice]:
    """Those of people who have their place still, and until when their digests have told them."""
    place = col(Registration.event_id) == col(Notice.event_id), col(Registration.person_id) == col(NoticeKept.person_id)
    turn = col(DigestTurn.event_id) == col(Notice.event_id), col(DigestTurn.person_id) == col(NoticeKept.person_id)
    query: Any = (
        select(Notice, NoticeKept, DigestTurn.until)
        .join(NoticeKept, col(NoticeKept.notice_id) == col(Notice.id))
        .join(Registration, and_(*place, col(Registration.state) == RegistrationState.ACCEPTED))
        .outerjoin(DigestTurn, and_(*turn))
        .where(*wanted)
        .order_by(col(NoticeKept.id))
    )
    return [_KeptNotice(*row) for row in db.execute(query)]


def _send_alone(db: Database, one: _KeptNotice, now: datetime) -> None:
    """Compare-and-set, so that it goes once, and no digest tells it again to who wants digests after all."""
    as_seen = (col(NoticeKept.id) == one.kept.id, col(NoticeKept.told_at).is_not_distinct_from(one.kept.told_at))
    sent = update(NoticeKept).where(*as_seen).values(told_at=now)
    if db.execute(sent, execution_options={"synchronize_session": False}).rowcount == 1:  # type: ignore[attr-defined]  # as above
        ids = {"event_id": one.notice.event_id, "notice_id": one.notice.id or 0, "person_id": one.kept.person_id}
        record(db, SYSTEM, KeptNoticeSent(**ids))
