"""The rows of a board, a page at a time, and the counts that its filters go by."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Integer,
    String,
    and_,
    bindparam,
    case,
    exists,
    func,
    join,
    literal,
    or_,
    select,
    true,
    type_coerce,
    union_all,
)  # fmt: skip
from sqlmodel import col

from events.core import clock
from events.core.columns import Moment
from events.core.database import Database
from events.core.prepared import Prepared
from events.organisations import Organisation
from events.people import Person
from events.reference.regions import normalised
from events.registration import Registration, RegistrationState
from sessions.availability import AvailabilityStated
from sessions.blocks import Block, MeetingTable, TableKind, place_name, slots_of
from sessions.boards.shapes import ROWS, TABLE_ROWS, BoardQuestion, Filter, Found, Row, View
from sessions.booking_rules import TypeLimits
from sessions.meetings import Meeting, MeetingGuest, MeetingState

MOST = 1_000_000


EVENT: Any = bindparam("event", type_=Integer)
Most = tuple[tuple[int, int], ...]


def _parts(among: Any = None) -> Any:
    """Each meeting and open request of an event once for each who takes part; only for the people of `among`, if that
    is given: what there is of somebody is found by their own index then, not by the event's."""
    # One by one: a list in a statement is written out anew each time it is asked.
    agreed = (MeetingState.ACCEPTED, MeetingState.SCHEDULED, MeetingState.HELD)
    waiting = and_(
        col(Meeting.state) == MeetingState.REQUESTED, col(Meeting.expires_at) > bindparam("now", type_=Moment)
    )
    guests = join(MeetingGuest, Meeting, col(Meeting.id) == col(MeetingGuest.meeting_id))
    # The sum keeps a database from its index of events where few of an event's meetings are asked for.
    of_few, event = col(Meeting.event_id) + 0, col(Meeting.event_id)
    rows: list[tuple[Any, int, Any, Any]] = [
        (col(Meeting.asker_id), 0, Meeting, event if among is None else of_few),
        (col(Meeting.invitee_id), 1, Meeting, event if among is None else of_few),
        (col(MeetingGuest.person_id), 0, guests, of_few),
    ]
    found: list[Any] = []
    for who, asked, source, of_event in rows:
        part = (
            select(who.label("person"), col(Meeting.state).label("state"), col(Meeting.block_id).label("block_id"),
                   literal(asked).label("asked"))
            .select_from(source)
            .where(of_event == EVENT, or_(*(col(Meeting.state) == one for one in agreed), waiting))
        )  # fmt: skip
        found.append(part if among is None else part.where(who.in_(among)))
    return union_all(*found).subquery()


def _counted(parts: Any) -> tuple[Any, Any]:
    """How many of these are agreed, and how many wait for the person's answer."""
    waits = and_(parts.c.state == MeetingState.REQUESTED, parts.c.asked == 1)
    agreed = case((parts.c.state == MeetingState.REQUESTED, 0), else_=1)
    return func.sum(agreed).label("agreed"), func.sum(case((waits, 1), else_=0)).label("waiting")


def _loads(most: Most) -> Any:
    """What each person has in an event: agreed meetings, requests they have not answered, whether a block is full."""
    parts = _parts()
    by_block = (
        select(parts.c.person, parts.c.block_id, *_counted(parts)).group_by(parts.c.person, parts.c.block_id).subquery()
    )
    limit = case(*((by_block.c.block_id == id, meetings) for id, meetings in most), else_=MOST) if most else MOST
    full = case((and_(by_block.c.block_id.is_not(None), by_block.c.agreed > limit), 1), else_=0)
    return select(
        by_block.c.person, func.sum(by_block.c.agreed).label("agreed"), func.sum(by_block.c.waiting).label("waiting"),
        func.max(full).label("full"),
    ).group_by(by_block.c.person).subquery()  # fmt: skip


def _who() -> tuple[Any, ...]:
    """What a row says of a participant."""
    return (
        col(Registration.public_id).label("key"), col(Person.id).label("person"), col(Person.name).label("name"),
        col(Person.zone).label("zone"), func.coalesce(col(Organisation.name), "").label("about"),
    )  # fmt: skip


def _here(found: Any, desks: frozenset[int] | None) -> Any:
    """The participants of an event, of these desks."""
    found = found.where(col(Registration.event_id) == EVENT, col(Registration.state) == RegistrationState.ACCEPTED)
    return found if desks is None else found.where(col(Registration.desk_id).in_(sorted(desks)))


def _how_many(desks: frozenset[int] | None, words: tuple[str, ...]) -> Any:
    """How many there are; whose names nobody asks for are not looked up."""
    count = select(func.count()).select_from(Registration)
    return _among(count, desks, words) if words else _here(count, desks)


def _among(found: Any, desks: frozenset[int] | None, words: tuple[str, ...]) -> Any:
    """The participants of an event with these words, of these desks, with who they are."""
    found = _here(found, desks).join(Person, col(Person.id) == col(Registration.person_id))
    found = found.outerjoin(Organisation, col(Organisation.id) == col(Registration.organisation_id))
    for word in words:
        found = found.where(mentions(word))
    return found


def _participants(desks: frozenset[int] | None, most: Most, words: tuple[str, ...]) -> Any:
    loads = _loads(most)
    agreed, limit = func.coalesce(loads.c.agreed, 0), col(TypeLimits.max_meetings)
    stated = exists().where(
        col(AvailabilityStated.event_id) == EVENT, col(AvailabilityStated.person_id) == col(Person.id)
    )
    overloaded = or_(func.coalesce(loads.c.full, 0) == 1, and_(limit.is_not(None), agreed > limit))
    found = select(
        *_who(), agreed.label("agreed"), func.coalesce(loads.c.waiting, 0).label("waiting"),
        case((agreed == 0, 1), else_=0).label(Filter.WITHOUT.value),
        case((func.coalesce(loads.c.waiting, 0) > 0, 1), else_=0).label(Filter.UNANSWERED.value),
        case((overloaded, 1), else_=0).label(Filter.OVERLOADED.value),
        case((stated, 0), else_=1).label(Filter.UNSTATED.value),
    ).select_from(Registration)  # fmt: skip
    return (
        _among(found, desks, words)
        .outerjoin(TypeLimits, col(TypeLimits.type_id) == col(Registration.type_id))
        .outerjoin(loads, loads.c.person == col(Person.id))
    )


def mentions(word: str) -> Any:
    """The condition that a participant's name or organisation holds a word (normalised)."""
    written = f"%{word.replace('%', '').replace('_', '')}%"
    name = func.lower(col(Person.name)).like(written)
    return or_(name, col(Organisation.searchable).contains(word, autoescape=True))


def _totals(everybody: Any) -> Any:
    flags = [everybody.c[one.value] for one in Filter]
    counts = (func.coalesce(func.sum(flag), 0).label(f"n_{flag.name}") for flag in flags)
    return select(func.count().label("all"), *counts).select_from(everybody)


@lru_cache(maxsize=128)
def _plain(desks: frozenset[int] | None, words: tuple[str, ...]) -> Prepared:
    """One page of everybody and how many there are, with what those of the page have: the counts of the filters would
    go through all meetings of the event."""
    there = _among(select(*_who()).select_from(Registration), desks, words)
    total = _how_many(desks, words).scalar_subquery()
    page = (
        there.order_by(func.lower(col(Person.name)), col(Registration.public_id))
        .limit(bindparam("size", type_=Integer)).offset(bindparam("before", type_=Integer)).cte("page")
    )  # fmt: skip
    parts = _parts(select(page.c.person))
    loads = select(parts.c.person, *_counted(parts)).group_by(parts.c.person).subquery()
    one = select(literal(1).label("one")).subquery()
    counts = (func.coalesce(loads.c.agreed, 0).label("agreed"), func.coalesce(loads.c.waiting, 0).label("waiting"))
    return Prepared(
        select(page, *counts, total.label("all"))
        .select_from(one.outerjoin(page, true()).outerjoin(loads, loads.c.person == page.c.person))
        .order_by(func.lower(page.c.name), page.c.key)
    )


@lru_cache(maxsize=128)
def _filtered(desks: frozenset[int] | None, most: Most, words: tuple[str, ...], filter: Filter) -> Prepared:
    """One page of those whom a filter finds, and the counts over everybody."""
    everybody = _participants(desks, most, words).cte("everybody")
    totals = _totals(everybody).subquery()
    fitting = select(everybody).where(everybody.c[filter.value] == 1)
    fitting = fitting.order_by(func.lower(everybody.c.name), everybody.c.key)
    one_page = fitting.limit(bindparam("size", type_=Integer)).offset(bindparam("before", type_=Integer)).subquery()
    who = [one_page.c[name] for name in ("key", "person", "name", "zone", "about", "agreed", "waiting")]
    query = select(*who, totals).select_from(totals.outerjoin(one_page, true()))
    return Prepared(query.order_by(func.lower(one_page.c.name), one_page.c.key))


@lru_cache(maxsize=128)
def _counts(desks: frozenset[int] | None, most: Most, words: tuple[str, ...]) -> Any:
    return _totals(_participants(desks, most, words).cte("everybody"))


def _most(blocks: Sequence[Block]) -> Most:
    """More than three of four slots of a block is much; one of three slots is never full."""
    return tuple((block.id or 0, max(3, len(slots_of(block)) * 3 // 4)) for block in blocks)


def _words(asked: BoardQuestion) -> tuple[str, ...]:
    return tuple(normalised(asked.query[:200]).split()[:10])


def people_counts(
    db: Database, event_id: int, desks: frozenset[int] | None, blocks: Sequence[Block], asked: BoardQuestion
) -> dict[Filter | None, int]:
    """How many each filter would find among those with the words that were asked for, None for everybody: one
    statement, which goes through all meetings of the event."""
    given = {"event": event_id, "now": clock.now()}
    line = db.connection().execute(_counts(desks, _most(blocks), _words(asked)), given).mappings().one()
    found: dict[Filter | None, int] = {one: int(line[f"n_{one.value}"]) for one in Filter}
    return found | {None: int(line["all"])}


def people_found(db: Database, view: View, blocks: Sequence[Block], asked: BoardQuestion) -> Found:
    """One page of participants by name: one statement. With a filter it has gone through everybody, and the counts
    over all of them come with it."""
    page, words = max(1, asked.page), _words(asked)
    given = {"event": view.event.id, "now": clock.now(), "size": ROWS, "before": (page - 1) * ROWS}
    if asked.filter is None:
        lines = _plain(view.desks, words).rows(db, **given)
        everybody = count = int(lines[0][-1])
        counts: dict[Filter, int] = {}
    else:
        lines = _filtered(view.desks, _most(blocks), words, asked.filter).rows(db, **given)
        everybody, *each = map(int, lines[0][7:])
        counts = dict(zip(Filter, each, strict=True))
        count = counts[asked.filter]
    if (page - 1) * ROWS >= count and page > 1:
        last = max(1, -(-count // ROWS))
        return people_found(db, view, blocks, replace(asked, page=last))
    rows = [
        (Row(key, person, name, about, (), int(agreed), int(waiting)), zone)
        for key, person, name, zone, about, agreed, waiting, *_counts in lines if key is not None
    ]  # fmt: skip
    return Found(rows, page, count, everybody, counts)


_TABLES = (
    select(
        col(MeetingTable.id), type_coerce(col(MeetingTable.kind), String), col(MeetingTable.name), col(Person.name),
        func.count().over(),
    )
    .outerjoin(Person, col(Person.id) == col(MeetingTable.kept_for_id))
    .where(col(MeetingTable.event_id) == EVENT)
    .order_by(col(MeetingTable.id))
    .limit(bindparam("size", type_=Integer)).offset(bindparam("before", type_=Integer))
)  # fmt: skip
TABLES = Prepared(_TABLES)


def tables_found(db: Database, view: View, blocks: Sequence[Block], asked: BoardQuestion) -> Found:
    """One page of tables in the order in which they are given out, and how many there are."""
    page = max(1, asked.page)
    lines = TABLES.rows(db, event=view.event.id, size=TABLE_ROWS, before=(page - 1) * TABLE_ROWS)
    if not lines and page > 1:
        there = select(func.count()).where(col(MeetingTable.event_id) == view.event.id)
        last = max(1, -(-int(db.execute(there).scalar_one()) // TABLE_ROWS))
        return tables_found(db, view, blocks, replace(asked, page=min(last, page - 1)))
    rows = [
        (Row(str(id), None, str(place_name(TableKind(kind), name)), kept_for or "", ()), "")
        for id, kind, name, kept_for, _count in lines
    ]
    count = int(lines[0][4]) if lines else 0
    return Found(rows, page, count, count, {})
