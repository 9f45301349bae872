"""Lists beside the board: all meetings of an event, and whom a meeting can be arranged with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Integer, and_, bindparam, exists, func, not_, or_, select
from sqlmodel import col

from events.core import clock
from events.core.access import Actor
from events.core.clock import atoms
from events.core.columns import Moment
from events.core.database import Database
from events.core.paging import Paged
from events.core.prepared import Prepared
from events.core.refusals import NotFound
from events.core.translation import Message
from events.events import EventWithPhases
from events.organisations import Organisation
from events.people import Person
from events.reference.regions import normalised
from events.registration import Registration, RegistrationState
from sessions.attendance import MeetingAttendance
from sessions.availability import Absence
from sessions.blocks import MeetingTable, Slot, place_name
from sessions.boards.cells import looked_after_by
from sessions.boards.rows import mentions
from sessions.boards.shapes import Stretch, desks_on_board, see_board
from sessions.meetings import Meeting, MeetingGuest, MeetingState, is_open, state_at
from sessions.own_calendars import busy_at
from sessions.seats import SEAT, held_now

CHOICES = 20
LINES = 50


@dataclass(frozen=True)
class MeetingLine:
    """A meeting in the list of all; `state` is that of the clock, `guests` how many take part besides the two."""

    public_id: str
    state: MeetingState
    starts_at: datetime | None
    ends_at: datetime | None
    place: Message | str
    locked: bool
    asker: str
    asker_organisation: str
    invitee: str
    invitee_organisation: str
    guests: int
    contradicted: bool


@dataclass(frozen=True)
class MeetingsQuestion:
    """Which meetings somebody wants in the list: in a state, of a person, in a stretch, those without a time, or those
    of which somebody says that they did not end as noted."""

    state: MeetingState | None = None
    query: str = ""
    within: Stretch | None = None
    untimed: bool = False
    page: int = 1
    contradicted: bool = False


def all_meetings(db: Database, actor: Actor, event: EventWithPhases, asked: MeetingsQuestion) -> Paged[MeetingLine]:
    """The meetings of an event by time, those without one first; organisers see all, desk officers those in which one
    of their participants takes part. Two statements. NotFound for others."""
    if not see_board(actor, event):
        raise NotFound()
    narrowed = _Narrowed(
        desks_on_board(actor, event), tuple(normalised(asked.query[:200]).split()[:10]), asked.state, asked.untimed,
        asked.within is not None, asked.contradicted,
    )  # fmt: skip
    given: dict[str, Any] = {"event": event.id}
    if asked.state is not None or asked.untimed:
        given["now"] = clock.now()
    if asked.within is not None:
        given |= {"first": asked.within.starts_at, "last": asked.within.ends_at}
    count = int(_count(narrowed).rows(db, **given)[0][0])
    page = min(max(1, asked.page), max(1, -(-count // LINES)))
    lines = _one_page(narrowed).rows(db, **given, size=LINES, before=(page - 1) * LINES)
    now = clock.now()
    return Paged([_line(row, now) for row in lines], page, count, LINES)


class _Narrowed(NamedTuple):
    """By what the list is narrowed: all that its statements are made of."""

    desks: frozenset[int] | None
    words: tuple[str, ...]
    state: MeetingState | None
    untimed: bool
    within: bool
    contradicted: bool


EVENT: Any = bindparam("event", type_=Integer)
FIRST, LAST, NOW = (bindparam(name, type_=Moment) for name in ("first", "last", "now"))


def _fitting(by: _Narrowed) -> Any:
    fitting: Any = select(col(Meeting.id)).where(col(Meeting.event_id) == EVENT)
    if by.desks is not None:
        fitting = fitting.where(looked_after_by(by.desks))
    for word in by.words:
        fitting = fitting.where(_somebody_named(word))
    if by.state is not None:
        fitting = fitting.where(_is_in(by.state))
    if by.untimed:
        fitting = fitting.where(col(Meeting.starts_at).is_(None), is_open(NOW))
    if by.contradicted:
        fitting = fitting.where(_is_contradicted())
    if by.within:
        fitting = fitting.where(col(Meeting.starts_at) >= FIRST, col(Meeting.starts_at) < LAST)
    return fitting


@lru_cache(maxsize=128)
def _count(by: _Narrowed) -> Prepared:
    return Prepared(select(func.count()).select_from(_fitting(by).subquery()))


@lru_cache(maxsize=128)
def _one_page(by: _Narrowed) -> Prepared:
    # Names are looked up for the lines of one page only: with all of them it took three times as long.
    ids = _fitting(by).order_by(*_by_time()).limit(bindparam("size", type_=Integer))
    ids = ids.offset(bindparam("before", type_=Integer)).subquery()
    return Prepared(_lines().where(col(Meeting.id).in_(select(ids.c.id))).order_by(*_by_time()))


def _by_time() -> tuple[Any, ...]:
    # NULL sorts first on SQLite and last on PostgreSQL.
    return (col(Meeting.starts_at).is_not(None), col(Meeting.starts_at), col(Meeting.id))


def _lines() -> Any:
    people: Any = Person.__table__  # type: ignore[attr-defined]  # aliased for the two sides
    homes: Any = Organisation.__table__  # type: ignore[attr-defined]
    places: Any = Registration.__table__  # type: ignore[attr-defined]
    guests = select(func.count()).where(col(MeetingGuest.meeting_id) == col(Meeting.id)).scalar_subquery()
    query = select(
        col(Meeting.public_id), col(Meeting.state), col(Meeting.starts_at), col(Meeting.ends_at),
        col(Meeting.expires_at), col(Meeting.locked), col(MeetingTable.kind), col(MeetingTable.name),
        guests.label("guests"), _is_contradicted().label("contradicted"),
    ).select_from(Meeting)  # fmt: skip
    for side, column in (("asker", col(Meeting.asker_id)), ("invitee", col(Meeting.invitee_id))):
        person, home, place = people.alias(side), homes.alias(f"{side}_home"), places.alias(f"{side}_place")
        here = and_(place.c.person_id == column, place.c.event_id == EVENT)
        query = query.add_columns(person.c.name.label(f"{side}_name"), home.c.name.label(f"{side}_organisation"))
        query = query.join(person, person.c.id == column).outerjoin(place, here)
        query = query.outerjoin(home, home.c.id == place.c.organisation_id)
    return query.outerjoin(MeetingTable, col(MeetingTable.id) == col(Meeting.table_id))


def _is_contradicted() -> Any:
    """The condition that somebody says of a meeting that it did not end as noted, and nobody has decided yet."""
    return exists().where(
        col(MeetingAttendance.meeting_id) == col(Meeting.id),
        col(MeetingAttendance.contradicts).is_(True), col(MeetingAttendance.settled).is_(False),
    )  # fmt: skip


def _somebody_named(word: str) -> Any:
    """The condition that the name of somebody who takes part holds a word."""
    guests = select(col(MeetingGuest.person_id)).where(col(MeetingGuest.meeting_id) == col(Meeting.id))
    people = or_(
        col(Person.id) == col(Meeting.asker_id), col(Person.id) == col(Meeting.invitee_id), col(Person.id).in_(guests)
    )
    return exists().where(people, func.lower(col(Person.name)).like(f"%{word.replace('%', '').replace('_', '')}%"))


def _is_in(state: MeetingState) -> Any:
    """By the clock: a request whose time is over has expired."""
    over = and_(col(Meeting.state) == MeetingState.REQUESTED, col(Meeting.expires_at) <= NOW)
    if state is MeetingState.EXPIRED:
        return or_(col(Meeting.state) == state, over)
    return and_(col(Meeting.state) == state, not_(over))


def _line(row: Any, now: datetime) -> MeetingLine:
    (public_id, state, starts_at, ends_at, expires_at, locked, kind, table, guests, contradicted, asker,
     asker_organisation, invitee, invitee_organisation) = row  # fmt: skip
    return MeetingLine(
        public_id=public_id,
        state=state_at(state, expires_at, now),
        starts_at=starts_at,
        ends_at=ends_at,
        place=place_name(kind, table) if table is not None else "",
        locked=locked,
        asker=asker,
        asker_organisation=asker_organisation or "",
        invitee=invitee,
        invitee_organisation=invitee_organisation or "",
        guests=int(guests),
        contradicted=bool(contradicted),
    )


@dataclass(frozen=True)
class Choice:
    """Somebody whom a meeting can be arranged with."""

    public_id: str
    person_id: int
    name: str
    organisation: str


def people_to_choose(
    db: Database, event: EventWithPhases, *, query: str, slot: Slot | None = None, but: frozenset[int] = frozenset()
) -> list[Choice]:
    """The first twenty participants by name who fit, who could meet at `slot` if it is given, without those in `but`.

    For pages that have asked who may see participants. A no thanks is not looked at: it reads as not free later.
    """
    found = (
        select(col(Registration.public_id), col(Person.id), col(Person.name), col(Organisation.name))
        .join(Person, col(Person.id) == col(Registration.person_id))
        .outerjoin(Organisation, col(Organisation.id) == col(Registration.organisation_id))
        .where(col(Registration.event_id) == event.id, col(Registration.state) == RegistrationState.ACCEPTED)
        .where(col(Person.id).not_in(sorted(but)))
    )
    for word in normalised(query[:200]).split()[:10]:
        found = found.where(mentions(word))
    if slot is not None:
        found = found.where(*_free_at(event.id, slot))
    found = found.order_by(func.lower(col(Person.name)), col(Registration.id)).limit(CHOICES)
    return [Choice(public, id or 0, name, home or "") for public, id, name, home in db.execute(found)]


def _free_at(event_id: int, slot: Slot) -> tuple[Any, ...]:
    pieces = atoms(slot.starts_at, slot.ends_at)
    away = exists().where(
        col(Absence.event_id) == event_id, col(Absence.person_id) == col(Person.id),
        col(Absence.starts_at) == slot.starts_at,
    )  # fmt: skip
    busy = exists().where(
        SEAT.c.person_id == col(Person.id), SEAT.c.atom.between(pieces[0], pieces[-1]), held_now(clock.now())
    )
    return ~away, ~busy, ~busy_at((col(Person.id),), slot)


def participants_called(
    db: Database, event: EventWithPhases, publics: Sequence[str]
) -> list[tuple[Choice, Registration]]:
    """The participants with these public ids, in that order; what is no participant of the event is left out."""
    query = (
        select(Registration, col(Person.name), col(Organisation.name))
        .join(Person, col(Person.id) == col(Registration.person_id))
        .outerjoin(Organisation, col(Organisation.id) == col(Registration.organisation_id))
        .where(col(Registration.event_id) == event.id, col(Registration.state) == RegistrationState.ACCEPTED)
        .where(col(Registration.public_id).in_(publics))
    )
    found = {
        row.public_id: (Choice(row.public_id, row.person_id, name, home or ""), row)
        for row, name, home in db.execute(query)
    }
    return [found[public] for public in dict.fromkeys(publics) if public in found]
