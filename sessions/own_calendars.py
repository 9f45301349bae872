"""Own calendars: the busy times that somebody's calendar program tells, read from its secret address.

Of what stands there we keep when they are busy, and no word about why. The address is a secret: it is kept sealed, and
only its host is ever shown. What was read last stays when the address cannot be read any more, with its age.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Index, LargeBinary, delete, exists, insert
from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.access import SYSTEM, Actor, command
from events.core.claims import Due
from events.core.clock import atoms
from events.core.columns import listing, moment, word
from events.core.database import Database
from events.core.hooks import personal_data
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.settings import settings
from events.core.tokens import open_bytes, seal_bytes
from events.core.translation import _
from events.events import Event, EventState
from events.people import Person, oneself
from events.registration import Registration, RegistrationState
from sessions.blocks import Slot, slots_in

SEALED = "own calendar"
LONGEST_ADDRESS = 2000
# How often an address is read: while somebody takes part in something, and otherwise.
OFTEN, SELDOM = timedelta(minutes=30), timedelta(days=1)
STALE_AFTER = timedelta(hours=24)
PAUSE = timedelta(minutes=1)
BEHIND, AHEAD = timedelta(days=1), timedelta(days=400)

Pieces = list[list[int]]  # stretches of atoms, as [first, end), in order and apart from each other


class CalendarTrouble(StrEnum):
    """Why an address could not be read the last time."""

    NONE = "none"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    GONE = "gone"
    BROKEN = "broken"
    TOO_LARGE = "too large"
    TOO_SLOW = "too slow"
    NO_CALENDAR = "no calendar"
    TOO_LABORIOUS = "too laborious"


class OwnCalendar(Due, table=True):
    """Somebody's own calendar: its sealed address, what was read there and when, and when it is read again.

    `busy` is what the calendar says, `perhaps` what stands in it under reserve; both as pieces of time. `free_anyway`
    are those in which they can meet whatever it says. `left_out` counts entries that we could not understand.
    """

    __tablename__ = "own_calendar"

    person_id: int = Field(foreign_key="person.id", unique=True)
    address: bytes = Field(sa_type=LargeBinary, repr=False)
    host: str = Field(max_length=254)
    given_at: datetime = moment()
    tried_at: datetime | None = moment(default=None, nullable=True)
    read_at: datetime | None = moment(default=None, nullable=True)
    understood_at: datetime | None = moment(default=None, nullable=True)
    etag: str = Field(default="", max_length=300)
    last_modified: str = Field(default="", max_length=100)
    trouble: CalendarTrouble = word(CalendarTrouble, default=CalendarTrouble.NONE)
    busy: Pieces = listing(default_factory=list)
    perhaps: Pieces = listing(default_factory=list)
    free_anyway: Pieces = listing(default_factory=list)
    left_out: int = 0


class BusyTime(SQLModel, table=True):
    """That somebody cannot meet from one atom up to another, by their own calendar: what bookings ask."""

    __tablename__ = "busy_time"
    __table_args__ = (Index("ix_busy_time_when", "person_id", "end_atom", "first_atom"),)

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id")
    first_atom: int
    end_atom: int


personal_data(OwnCalendar, "person_id", "the address of somebody's own calendar", "delete")
personal_data(BusyTime, "person_id", "when somebody is busy by their own calendar", "delete")


@dataclass(frozen=True)
class OwnCalendarGiven(Fact):
    """Somebody gave the address of their own calendar; one given before is forgotten."""

    person_id: int


@dataclass(frozen=True)
class OwnCalendarForgotten(Fact):
    """Somebody's own calendar is not read any more, and what was read is gone."""

    person_id: int


@dataclass(frozen=True)
class BusyTimesChanged(Fact):
    """A participant's own calendar says anew when they are busy."""

    event_id: int
    registration_id: int


@command(oneself)
def give_calendar(db: Database, actor: Actor, person: Person, *, address: str) -> None:
    """Have one's busy times read from the secret address of one's calendar, from now on; replaces the one before.

    Refuses what is no https address of a host; webcal:// means the same.
    """
    plain, host = clean_calendar_address(address)
    known = find_own_calendar(db, person.id or 0)
    free = known.free_anyway if known is not None else []
    before = known.busy if known is not None else []
    _forget(db, person.id or 0)
    now = clock.now()
    db.add(
        OwnCalendar(
            person_id=person.id or 0, address=seal_bytes(SEALED, plain.encode()), host=host, given_at=now, due_at=now,
            free_anyway=free,
        )
    )  # fmt: skip
    db.flush()
    db.info["tell"] = True
    record(db, actor, OwnCalendarGiven(person_id=person.id or 0))
    _tell_events(db, actor, person.id or 0, before, [])


def clean_calendar_address(text: str) -> tuple[str, str]:
    """An address of a calendar as we read it, and its host. Refuses what is none, and what holds a password."""
    plain = text.strip()
    if plain[:9].lower() == "webcal://":
        plain = "https://" + plain[9:]
    no_address = Invalid({"address": _("This is no address of a calendar. It starts with https:// or webcal://.")})
    if not plain.isascii() or any(ord(letter) < 33 or letter in '\\"<>`{|}' for letter in plain):
        raise no_address
    try:
        parts = urlsplit(plain)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError as error:
        raise no_address from error
    inside = host in settings().calendar_hosts
    if not host or port == 0 or len(plain) > LONGEST_ADDRESS or len(host) > 253:
        raise no_address
    if parts.scheme.lower() != "https" and not (inside and parts.scheme.lower() == "http"):
        raise no_address
    if parts.username is not None or parts.password is not None:
        raise Invalid({"address": _("An address with a name and a password is not read. Take the secret address.")})
    return plain.partition("#")[0], host


@command(oneself)
def read_calendar_again(db: Database, actor: Actor, person: Person) -> None:
    """Read one's own calendar as soon as possible. Refuses it within a minute, and NotFound where there is none."""
    row = own_calendar_of(db, person.id or 0)
    if row.tried_at is not None and row.tried_at > clock.now() - PAUSE:
        raise Conflict(_("Your calendar was read less than a minute ago. Try again in a minute."))
    row.due_at, row.attempts = clock.now(), 0
    db.add(row)
    db.info["tell"] = True


@command(oneself)
def forget_calendar(db: Database, actor: Actor, person: Person) -> None:
    """Forget the address of one's own calendar and all that was read there; twice is once."""
    known = find_own_calendar(db, person.id or 0)
    if known is None:
        return
    _forget(db, person.id or 0)
    record(db, actor, OwnCalendarForgotten(person_id=person.id or 0))
    _tell_events(db, actor, person.id or 0, known.busy, [])


def _forget(db: Database, person_id: int) -> None:
    for relation in (OwnCalendar, BusyTime):
        db.execute(delete(relation).where(col(relation.person_id) == person_id))
    db.expire_all()


def find_own_calendar(db: Database, person_id: int) -> OwnCalendar | None:
    """Somebody's own calendar, if they gave one."""
    return db.exec(select(OwnCalendar).where(OwnCalendar.person_id == person_id)).first()


def own_calendar_of(db: Database, person_id: int) -> OwnCalendar:
    """Somebody's own calendar; NotFound where they gave none."""
    found = find_own_calendar(db, person_id)
    if found is None:
        raise NotFound()
    return found


def address_of_calendar(row: OwnCalendar) -> str:
    """The secret address, for the one who reads it."""
    return open_bytes(SEALED, row.address).decode()


# What was read


def is_to_be_read_anew(row: OwnCalendar) -> bool:
    """Whether all of it is needed though it did not change: what repeats reaches into days not looked at yet."""
    return row.understood_at is None or row.understood_at < clock.now() - SELDOM


def is_stale(row: OwnCalendar) -> bool:
    """Whether what we know of a calendar is older than a day, so that its person is told."""
    return (row.read_at or row.given_at) < clock.now() - STALE_AFTER


def keep_read(db: Database, row: OwnCalendar, *, busy: Pieces, perhaps: Pieces, left_out: int) -> None:
    """Keep what a calendar says now, and tell those concerned where it says something else than before."""
    before = row.busy
    row.busy, row.perhaps, row.left_out, row.understood_at = busy, perhaps, left_out, clock.now()
    keep_unchanged(db, row)
    if busy != before:
        _apply(db, row)
        _tell_events(db, SYSTEM, row.person_id, before, busy)


def keep_unchanged(db: Database, row: OwnCalendar) -> None:
    """What a calendar said before is still so; it is looked at again after a while."""
    now = clock.now()
    row.trouble, row.problem, row.attempts, row.tried_at, row.read_at = CalendarTrouble.NONE, "", 0, now, now
    row.due_at = now + (OFTEN if _places(db, row.person_id) else SELDOM)
    db.add(row)
    db.flush()


def keep_trouble(db: Database, row: OwnCalendar, trouble: CalendarTrouble) -> None:
    """A calendar could not be read: what is known of it stays, and it is tried again, more and more seldom."""
    now = clock.now()
    row.trouble, row.problem, row.tried_at = trouble, trouble.value, now
    row.due_at = now + min(OFTEN * 2 ** min(max(row.attempts - 1, 0), 6), SELDOM)
    db.add(row)
    db.flush()


def keep_free_anyway(db: Database, person_id: int, *, free: Collection[Slot], not_free: Collection[Slot]) -> None:
    """Somebody can meet in `free` whatever their calendar says; in `not_free` it has its say again."""
    row = find_own_calendar(db, person_id)
    if row is None:
        return
    kept = without(row.free_anyway, _pieces(not_free))
    row.free_anyway = merged([*kept, *_pieces(free)])
    db.add(row)
    _apply(db, row)


def _apply(db: Database, row: OwnCalendar) -> None:
    wanted = [(first, end) for first, end in without(row.busy, row.free_anyway)]
    of_person = col(BusyTime.person_id) == row.person_id
    known = db.execute(select(BusyTime.first_atom, BusyTime.end_atom).where(of_person)).all()
    if sorted((first, end) for first, end in known) == wanted:
        return
    db.execute(delete(BusyTime).where(of_person))
    if wanted:
        rows = [{"person_id": row.person_id, "first_atom": first, "end_atom": end} for first, end in wanted]
        db.execute(insert(BusyTime), rows)
    db.flush()


def _places(db: Database, person_id: int) -> Sequence[Registration]:
    """Where somebody takes part in what is not over."""
    query = (
        select(Registration)
        .join(Event, col(Event.id) == col(Registration.event_id))
        .where(Registration.person_id == person_id, Registration.state == RegistrationState.ACCEPTED)
        .where(Event.state != EventState.CLOSED)
    )
    return db.exec(query.order_by(col(Registration.id))).all()


def _tell_events(db: Database, actor: Actor, person_id: int, before: Pieces, after: Pieces) -> None:
    """Record where it matters: in events that have a slot in which somebody was busy and is not, or is and was not.
    Drafts of schedules are too old after that, so that a calendar which changes every hour must not say it each time.
    """
    for place in _places(db, person_id):
        if any(covers(before, slot) != covers(after, slot) for slot in slots_in(db, place.event_id)):
            record(db, actor, BusyTimesChanged(event_id=place.event_id, registration_id=place.id or 0))


# Pieces of time


def _pieces(slots: Iterable[Slot]) -> Pieces:
    return [[piece.start, piece.stop] for piece in (atoms(slot.starts_at, slot.ends_at) for slot in slots)]


def merged(pieces: Iterable[Sequence[int]]) -> Pieces:
    """The same time in as few pieces as possible, in order."""
    found: Pieces = []
    for first, end in sorted((first, end) for first, end in pieces if first < end):
        if found and first <= found[-1][1]:
            found[-1][1] = max(found[-1][1], end)
        else:
            found.append([first, end])
    return found


def without(pieces: Iterable[Sequence[int]], others: Iterable[Sequence[int]]) -> Pieces:
    """What of `pieces` lies in none of `others`."""
    left, cuts = merged(pieces), merged(others)
    for cut_first, cut_end in cuts:
        halves = [([first, min(end, cut_first)], [max(first, cut_end), end]) for first, end in left]
        left = [half for pair in halves for half in pair if half[0] < half[1]]
    return merged(left)


def covers(pieces: Iterable[Sequence[int]], slot: Slot) -> bool:
    """Whether any of `pieces` reaches into a slot."""
    asked = atoms(slot.starts_at, slot.ends_at)
    return any(first < asked.stop and end > asked.start for first, end in pieces)


# What bookings ask

BUSY: Any = BusyTime.__table__  # type: ignore[attr-defined]  # Core on the hot path


def busy_between(people: Any, first: Any, last: Any) -> tuple[Any, ...]:
    """The conditions that a busy time of `people` (ids, or a query) reaches into the atoms `first` to `last`."""
    return BUSY.c.person_id.in_(people), BUSY.c.first_atom <= last, BUSY.c.end_atom > first


def busy_at(people: Any, slot: Slot) -> Any:
    """The condition that one of `people` (columns) is busy in a slot by their own calendar."""
    asked = atoms(slot.starts_at, slot.ends_at)
    return exists().where(*busy_between(people, asked[0], asked[-1]))


def who_is_busy(db: Database, people: Collection[int], slot: Slot) -> set[int]:
    """Who of `people` is busy in a slot by their own calendar."""
    asked = atoms(slot.starts_at, slot.ends_at)
    query = select(BUSY.c.person_id).where(*busy_between(sorted(people), asked[0], asked[-1]))
    return set(db.execute(query).scalars())
