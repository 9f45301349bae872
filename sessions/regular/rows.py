"""What a regular session is made of: its hour and rhythm, its single times that are otherwise, and who comes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel, col, select

from events.core.access import Actor
from events.core.columns import moment, public_id
from events.core.database import Database
from events.core.hooks import cloned_with_event, personal_data
from events.core.journal import Fact
from events.core.refusals import NotFound
from events.core.translation import Message, _
from events.core.wall import to_wall
from events.events import EventWithPhases, event_by_id
from events.people import Person, PersonState
from events.registration import participant_of_event
from events.roles import organiser_of_event
from sessions.calendars import Content, EntryKind, revise
from sessions.series import Series


class Repeats(StrEnum):
    """How often something is held."""

    NEVER = "never"
    DAILY = "daily"
    WEEKLY = "weekly"
    FORTNIGHTLY = "fortnightly"


DAYS: dict[Repeats, int] = {Repeats.NEVER: 0, Repeats.DAILY: 1, Repeats.WEEKLY: 7, Repeats.FORTNIGHTLY: 14}
REPEATS_NAMES: dict[Repeats, Message] = {
    Repeats.NEVER: _("Once"),
    Repeats.DAILY: _("Every day"),
    Repeats.WEEKLY: _("Every week"),
    Repeats.FORTNIGHTLY: _("Every two weeks"),
}


class RegularSession(SQLModel, table=True):
    """Something held `times` times, every `days` days (0: once) at the same hour. `first` is what the clock of `zone`
    shows at its first start, without a zone: 2026-04-14T11:00. That hour stays, also when the zone's rules change."""

    __tablename__ = "regular_session"
    __table_args__ = (
        CheckConstraint("minutes BETWEEN 5 AND 1440 AND minutes % 5 = 0", name="minutes"),
        CheckConstraint("times BETWEEN 1 AND 100", name="times"),
    )

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("rg")
    event_id: int = Field(foreign_key="event.id", index=True)
    title: str = Field(max_length=120)
    about: str = Field(default="", max_length=1000)
    place: str = Field(default="", max_length=200)
    first: str = Field(max_length=16)
    zone: str = Field(max_length=60)
    minutes: int
    days: int
    times: int = 1
    called_off_at: datetime | None = moment(default=None, nullable=True)


class RegularChange(SQLModel, table=True):
    """That one time (by its number, from 0) is held at another moment, or not at all."""

    __tablename__ = "regular_change"
    __table_args__ = (UniqueConstraint("regular_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    regular_id: int = Field(foreign_key="regular_session.id", index=True)
    number: int
    starts_at: datetime | None = moment(default=None, nullable=True)


class RegularGuest(SQLModel, table=True):
    """That somebody comes to a regular session, and has it in their calendar."""

    __tablename__ = "regular_guest"
    __table_args__ = (UniqueConstraint("regular_id", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    regular_id: int = Field(foreign_key="regular_session.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    since: datetime = moment()


personal_data(RegularGuest, "person_id", "regular sessions that somebody comes to", "delete")


@dataclass(frozen=True)
class RegularSessionSet(Fact):
    """An organiser set a regular session."""

    event_id: int
    regular_id: int


@dataclass(frozen=True)
class RegularSessionChanged(Fact):
    """A regular session has another hour, rhythm, end or place, or is on again; `sequence` is its revision."""

    event_id: int
    regular_id: int
    sequence: int


@dataclass(frozen=True)
class RegularTimeMoved(Fact):
    """One time of a regular session is held at another moment than was said; `old_start` is None where it was off."""

    event_id: int
    regular_id: int
    old_start: datetime | None
    new_start: datetime
    sequence: int


@dataclass(frozen=True)
class RegularTimeCalledOff(Fact):
    """One time of a regular session is not held."""

    event_id: int
    regular_id: int
    old_start: datetime
    sequence: int


@dataclass(frozen=True)
class RegularSessionCalledOff(Fact):
    """A regular session is not held any more."""

    event_id: int
    regular_id: int
    sequence: int


@dataclass(frozen=True)
class RegularSessionJoined(Fact):
    """Somebody comes to a regular session; `sequence` is the revision that they get."""

    event_id: int
    regular_id: int
    person_id: int
    sequence: int


@dataclass(frozen=True)
class RegularSessionLeft(Fact):
    """Somebody does not come to a regular session any more; `taken_out` takes it out of their calendar."""

    event_id: int
    regular_id: int
    person_id: int
    taken_out: int


see_regular_sessions = participant_of_event | organiser_of_event


@dataclass(frozen=True)
class RegularTime:
    """One time of a regular session: its number from 0, when it was planned, and when it is held (aware); None: not."""

    number: int
    planned_at: datetime
    starts_at: datetime | None
    minutes: int

    @property
    def is_moved(self) -> bool:
        """Whether it is held at another moment than planned."""
        return self.starts_at is not None and self.starts_at != self.planned_at

    @property
    def ends_at(self) -> datetime:
        """When it ends, or would have ended as planned."""
        return (self.starts_at or self.planned_at) + timedelta(minutes=self.minutes)

    def is_past(self, now: datetime) -> bool:
        """Whether it has begun, or would have."""
        return (self.starts_at or self.planned_at) <= now


@dataclass(frozen=True)
class RegularInEvent:
    """A regular session with its event and all its times, as commands and rules need it."""

    regular: RegularSession
    event: EventWithPhases
    times: Sequence[RegularTime]

    @property
    def id(self) -> int:
        """The regular session's id."""
        assert self.regular.id is not None
        return self.regular.id

    @property
    def repeats(self) -> Repeats:
        """How often it is held."""
        return next(one for one, days in DAYS.items() if days == self.regular.days)

    def next_after(self, now: datetime) -> RegularTime | None:
        """The time that is held next, or goes on; None where there is none any more."""
        if self.regular.called_off_at is not None:
            return None
        held = [one for one in self.times if one.starts_at is not None and one.ends_at > now]
        return min(held, key=lambda one: one.ends_at, default=None)


def first_start(row: RegularSession) -> datetime:
    """The first start (aware, UTC), by the rules of its zone that are known now."""
    return datetime.fromisoformat(row.first).replace(tzinfo=ZoneInfo(row.zone)).astimezone(UTC)


def times_of(row: RegularSession, changes: dict[int, datetime | None]) -> list[RegularTime]:
    """All times of a regular session, those that are not held too, in the order in which they were planned."""
    planned = Series(row.zone, row.days, row.times).starts_from(first_start(row))
    return [RegularTime(number, one, changes.get(number, one), row.minutes) for number, one in enumerate(planned)]


def content_of_regular(db: Database, row: RegularSession) -> Content:
    """What calendars are told of a regular session as it stands."""
    event = event_by_id(db, row.event_id).event
    times = times_of(row, changes_of(db, [row.id or 0]).get(row.id or 0, {}))
    start = times[0].planned_at
    changed = tuple((one.planned_at, one.starts_at) for one in times if one.starts_at != one.planned_at)
    series = Series(row.zone, row.days, row.times, changed) if row.days else None
    path = f"/e/{event.slug}/regular/{row.public_id}"
    ends_at = start + timedelta(minutes=row.minutes)
    return Content(start, ends_at, row.title, row.place, path, series=series, zone=row.zone)


def changes_of(db: Database, ids: Sequence[int]) -> dict[int, dict[int, datetime | None]]:
    """By regular session (id) the numbers of the times that are otherwise, with when they are held."""
    found: dict[int, dict[int, datetime | None]] = {}
    for one in db.exec(select(RegularChange).where(col(RegularChange.regular_id).in_(ids))):
        found.setdefault(one.regular_id, {})[one.number] = one.starts_at
    return found


def as_regular(db: Database, row: RegularSession, event: EventWithPhases) -> RegularInEvent:
    """A regular session with its event and times."""
    return RegularInEvent(row, event, times_of(row, changes_of(db, [row.id or 0]).get(row.id or 0, {})))


def regular_sessions_of(db: Database, actor: Actor, event: EventWithPhases) -> list[RegularInEvent]:
    """An event's regular sessions by their first start; nothing for those who do not take part. Two queries."""
    if not see_regular_sessions(actor, event):
        return []
    query = select(RegularSession).where(RegularSession.event_id == event.id)
    rows = db.exec(query.order_by(col(RegularSession.first), col(RegularSession.id))).all()
    changes = changes_of(db, [row.id or 0 for row in rows])
    return [RegularInEvent(row, event, times_of(row, changes.get(row.id or 0, {}))) for row in rows]


def get_regular_session(db: Database, actor: Actor, event: EventWithPhases, public: str) -> RegularInEvent:
    """A regular session for those who take part and for organisers; NotFound for others."""
    query = select(RegularSession).where(RegularSession.public_id == public, RegularSession.event_id == event.id)
    row = db.exec(query).first()
    if row is None or not see_regular_sessions(actor, event):
        raise NotFound()
    return as_regular(db, row, event)


def lock_regular_session(db: Database, regular_id: int) -> RegularSession:
    """A regular session as it stands, which nobody else changes or joins until the transaction ends."""
    query = select(RegularSession).where(RegularSession.id == regular_id)
    return db.exec(query.with_for_update().execution_options(populate_existing=True)).one()


def guests_of(db: Database, regular_id: int) -> set[int]:
    """Who comes to a regular session, without the erased."""
    query = select(RegularGuest.person_id).join(Person, col(Person.id) == col(RegularGuest.person_id))
    return set(db.exec(query.where(RegularGuest.regular_id == regular_id, Person.state != PersonState.ERASED)))


def joined_by(db: Database, actor: Actor, event: EventWithPhases) -> set[int]:
    """To which of an event's regular sessions (ids) the actor comes."""
    query = select(RegularGuest.regular_id).join(RegularSession, col(RegularSession.id) == col(RegularGuest.regular_id))
    mine = query.where(RegularSession.event_id == event.id, RegularGuest.person_id == actor.person)
    return set(db.exec(mine)) if actor.person is not None else set()


def has_regular_sessions(db: Database, event_id: int) -> bool:
    """Whether an event has any."""
    return db.exec(select(RegularSession.id).where(RegularSession.event_id == event_id).limit(1)).first() is not None


@cloned_with_event
def _clone_regular_sessions(
    db: Database, from_event: int, to_event: int, moved: Callable[[datetime], datetime]
) -> None:
    """With their rhythm, and without what was said of single times or who came."""
    query = select(RegularSession).where(RegularSession.event_id == from_event).order_by(col(RegularSession.id))
    for one in db.exec(query).all():
        kept = one.model_dump(exclude={"id", "public_id", "event_id", "first", "called_off_at"})
        copy = RegularSession(**kept, event_id=to_event, first=to_wall(moved(first_start(one)), one.zone))
        db.add(copy)
        db.flush()
        # Nobody comes yet: what feeds and letters say later goes on from this number, as when one is set.
        revise(db, EntryKind.REGULAR, copy.id or 0, set(), content_of_regular(db, copy))
