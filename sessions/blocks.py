"""Blocks: stretches of an event in which one-to-one meetings may be held, their slots, and the tables."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import count as countup
from itertools import islice
from zoneinfo import ZoneInfo

from sqlalchemy import UniqueConstraint, bindparam, delete
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel, col, select

from events.core.access import Actor, command
from events.core.clock import on_the_atom
from events.core.columns import listing, moment, public_id, word
from events.core.database import Database
from events.core.hooks import cloned_with_event, copied_with_event, personal_data
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.translation import Message, _
from events.events import Event, EventKind, EventWithPhases, event_by_id, not_over
from events.phases import PhaseKind
from events.registration import places_taken
from events.roles import organiser_of_event


class TableKind(StrEnum):
    """Where a meeting is held: at a numbered table on site, or in a video room online."""

    NUMBERED = "numbered"
    VIDEO = "video"


class Block(SQLModel, table=True):
    """A stretch of an event cut into slots: `slot_minutes` of meeting, then `buffer_minutes` of nothing.

    `breaks` are pieces of it without meetings, as [start, end] in ISO 8601 (UTC), in order of time.
    """

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("b")
    event_id: int = Field(foreign_key="event.id", index=True)
    starts_at: datetime = moment()
    ends_at: datetime = moment()
    slot_minutes: int = 20
    buffer_minutes: int = 5
    breaks: list[list[str]] = listing(default_factory=list)


class MeetingTable(SQLModel, table=True):
    """A place for a meeting of as many people as it has chairs, perhaps kept for one participant.

    Somebody for whom a table is kept has all their meetings there, and nobody else has any.
    """

    __tablename__ = "meeting_table"
    __table_args__ = (UniqueConstraint("event_id", "name"), UniqueConstraint("event_id", "kept_for_id"))

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = Field(foreign_key="event.id", index=True)
    name: str = Field(max_length=40)
    kind: TableKind = word(TableKind, default=TableKind.NUMBERED)
    chairs: int = 4
    kept_for_id: int | None = Field(default=None, foreign_key="person.id", index=True)


personal_data(MeetingTable, "kept_for_id", "a table kept for somebody", "detach")


@dataclass(frozen=True)
class Slot:
    """A piece of a block in which a meeting can be held."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class BlockAdded(Fact):
    """Meetings can be held at a time."""

    event_id: int
    block_id: int


@dataclass(frozen=True)
class BlockRemoved(Fact):
    """A block without meetings was taken away."""

    event_id: int
    block_id: int


@dataclass(frozen=True)
class TableAdded(Fact):
    """An event got a table."""

    event_id: int
    table_id: int


DAY_PARTS = ((time(9, 0), time(12, 30)), (time(13, 30), time(17, 0)))
MOST_TABLES = 500
LONGEST_SLOT = timedelta(minutes=240)


class BlockInUse(Conflict):
    """A block cannot go while people meet in it."""

    def __init__(self) -> None:
        super().__init__(_("People have meetings in this block. Move or cancel them first."))


@dataclass(frozen=True)
class BlockInEvent:
    """A block with its event, as commands and rules need it."""

    block: Block
    event: Event


def slots_of(block: Block) -> list[Slot]:
    """A block's slots in order: as many as fit, the buffer between them and not after the last, none in a break.

    After a break they begin anew with its end.
    """
    breaks = tuple(breaks_of(block)) if block.breaks else ()
    return list(_slots(block.starts_at, block.ends_at, block.slot_minutes, block.buffer_minutes, breaks))


@lru_cache(maxsize=1024)
def _slots(
    start: datetime, end: datetime, slot_minutes: int, buffer_minutes: int, breaks: tuple[Slot, ...]
) -> tuple[Slot, ...]:
    length, buffer = timedelta(minutes=slot_minutes), timedelta(minutes=buffer_minutes)
    slots = []
    while start + length <= end:
        meets = next((one for one in breaks if one.starts_at < start + length and one.ends_at > start), None)
        if meets is not None:
            start = meets.ends_at
            continue
        slots.append(Slot(start, start + length))
        start += length + buffer
    return tuple(slots)


def breaks_of(block: Block) -> list[Slot]:
    """The pieces of a block in which nobody meets, in order of time."""
    return [Slot(*(datetime.fromisoformat(one).astimezone(UTC) for one in pair)) for pair in block.breaks]


_OF_EVENT = select(Block).where(col(Block.event_id) == bindparam("event")).order_by(col(Block.starts_at))


def blocks_of(db: Database, event_id: int) -> list[Block]:
    """An event's blocks in order of time."""
    return list(db.execute(_OF_EVENT, {"event": event_id}).scalars())


def slots_in(db: Database, event_id: int) -> list[Slot]:
    """All slots of an event in order of time; they never overlap, since blocks do not."""
    return [slot for block in blocks_of(db, event_id) for slot in slots_of(block)]


def starts_within(db: Database, event_id: int, stretch: Slot) -> set[datetime]:
    """The starts of an event's slots that share some time with a stretch, such as the rest of one of them."""
    slots = slots_in(db, event_id)
    return {one.starts_at for one in slots if one.starts_at < stretch.ends_at and one.ends_at > stretch.starts_at}


def block_at(db: Database, event_id: int, slot: Slot) -> Block:
    """The block that `slot` is a slot of; it cannot be removed before the transaction ends. Refuses other times."""
    # Read anew: its breaks may have changed while the lock was waited for.
    block: Block | None = db.execute(
        _AROUND, {"event": event_id, "start": slot.starts_at, "end": slot.ends_at}
    ).scalar()
    if block is None or slot not in slots_of(block):
        raise Invalid({"slot": _("Please choose one of the event's times.")})
    return block


_AROUND = (
    select(Block)
    .where(
        col(Block.event_id) == bindparam("event"),
        col(Block.starts_at) <= bindparam("start"),
        col(Block.ends_at) >= bindparam("end"),
    )
    .order_by(col(Block.id))
    .with_for_update(read=True, key_share=True)
    .execution_options(populate_existing=True)
)


@command(organiser_of_event, when=not_over)
def add_block(
    db: Database,
    actor: Actor,
    subject: EventWithPhases,
    *,
    starts_at: datetime,
    ends_at: datetime,
    slot_minutes: int = 20,
    buffer_minutes: int = 5,
    breaks: Sequence[Slot] = (),
) -> Block:
    """Let meetings be held from `starts_at` to `ends_at` (aware), cut into slots of `slot_minutes` with a buffer.

    Refuses times and lengths that are no multiples of five minutes, a block in which no slot fits, one longer than a
    day, one that overlaps another block of the event, and breaks that `checked_breaks` refuses.
    """
    _check_cut(starts_at, ends_at, slot_minutes, buffer_minutes)
    block = Block(
        event_id=subject.id, starts_at=starts_at.astimezone(UTC), ends_at=ends_at.astimezone(UTC),
        slot_minutes=slot_minutes, buffer_minutes=buffer_minutes,
    )  # fmt: skip
    block.breaks = checked_breaks(block, breaks)
    # Locks the event's row on PostgreSQL, so that two blocks added at once cannot overlap.
    db.exec(select(Event.id).where(Event.id == subject.id).with_for_update()).one()
    overlapping = (Block.event_id == subject.id, Block.starts_at < ends_at, Block.ends_at > starts_at)
    if db.exec(select(Block.id).where(*overlapping)).first():
        raise Invalid({"starts_at": _("There is a block at that time already. Choose times that do not overlap.")})
    return _added(db, actor, block)


def checked_breaks(block: Block, breaks: Sequence[Slot]) -> list[list[str]]:
    """Breaks as a block keeps them. Refuses what is no multiple of five minutes, lies outside the block, ends before
    it begins or begins before the end of the one before; of the n-th break the fields are 'break_starts-n' and
    'break_ends-n', from 0 on. Refuses breaks between which no slot is left.
    """
    wrong: dict[str, Message | str] = {}
    before = block.starts_at
    for number, one in enumerate(breaks):
        for name, when in (("break_starts", one.starts_at), ("break_ends", one.ends_at)):
            if not on_the_atom(when):
                wrong[f"{name}-{number}"] = _("Please choose a time on a multiple of five minutes.")
            elif not block.starts_at <= when <= block.ends_at:
                wrong[f"{name}-{number}"] = _("A break lies within its block. Choose another time.")
        if one.ends_at <= one.starts_at:
            wrong.setdefault(f"break_ends-{number}", _("A break ends after it begins. Choose a later end."))
        if one.starts_at < before:
            sentence = _("Breaks come in order of time and do not overlap. Choose a later start.")
            wrong.setdefault(f"break_starts-{number}", sentence)
        before = max(before, one.ends_at)
    if wrong:
        raise Invalid(wrong)
    kept = [[when.astimezone(UTC).isoformat() for when in (one.starts_at, one.ends_at)] for one in breaks]
    if not slots_of(block.model_copy(update={"breaks": kept})):
        raise Invalid({"break_starts-0": _("No slot is left between the breaks. Choose shorter ones.")})
    return kept


def _check_cut(starts_at: datetime, ends_at: datetime, slot_minutes: int, buffer_minutes: int) -> None:
    wrong: dict[str, Message | str] = {}
    if not on_the_atom(starts_at):
        wrong["starts_at"] = _("Please choose a time on a multiple of five minutes.")
    if not on_the_atom(ends_at):
        wrong["ends_at"] = _("Please choose a time on a multiple of five minutes.")
    if slot_minutes % 5 or not 5 <= slot_minutes <= LONGEST_SLOT / timedelta(minutes=1):
        wrong["slot_minutes"] = _("A slot lasts 5 to 240 minutes, in steps of five.")
    if buffer_minutes % 5 or not 0 <= buffer_minutes <= 120:
        wrong["buffer_minutes"] = _("The pause between slots lasts 0 to 120 minutes, in steps of five.")
    if "ends_at" not in wrong:
        if ends_at - starts_at > timedelta(days=1):
            wrong["ends_at"] = _("A block lasts one day at most. Add one block per day.")
        elif ends_at < starts_at + timedelta(minutes=max(slot_minutes, 5)):
            wrong["ends_at"] = _("No slot fits between these times. Choose a later end.")
    if wrong:
        raise Invalid(wrong)


def _added(db: Database, actor: Actor, block: Block) -> Block:
    db.add(block)
    db.flush()
    record(db, actor, BlockAdded(event_id=block.event_id, block_id=block.id or 0))
    return block


def get_block(db: Database, actor: Actor, public: str) -> BlockInEvent:
    """A block of an event that the actor organises; NotFound for others."""
    row = db.exec(select(Block, Event).where(Block.public_id == public, Event.id == Block.event_id)).first()
    if row is None or not organiser_of_event(actor, row[1]):
        raise NotFound()
    return BlockInEvent(*row)


@command(organiser_of_event, when=not_over)
def remove_block(db: Database, actor: Actor, subject: BlockInEvent) -> None:
    """Take a block away; refused while a request is open in it or a meeting stands: the database says no."""
    try:
        with db.begin_nested():
            gone = db.execute(delete(Block).where(col(Block.id) == subject.block.id))
    except IntegrityError as error:
        raise BlockInUse from error
    if gone.rowcount != 1:  # type: ignore[attr-defined]  # a DELETE always answers with a cursor
        raise NotFound()
    record(db, actor, BlockRemoved(event_id=subject.block.event_id, block_id=subject.block.id or 0))


def tables_of(db: Database, event_id: int) -> list[MeetingTable]:
    """An event's tables in the order in which they are given out."""
    query = select(MeetingTable).where(MeetingTable.event_id == event_id).order_by(col(MeetingTable.id))
    return list(db.exec(query))


def place_name(kind: TableKind, name: str) -> Message:
    """What people read about where they meet: 'Table 7'."""
    return _("Video room %(name)s", name=name) if kind is TableKind.VIDEO else _("Table %(name)s", name=name)


@command(organiser_of_event, when=not_over)
def add_tables(
    db: Database,
    actor: Actor,
    subject: EventWithPhases,
    *,
    count: int,
    kind: TableKind = TableKind.NUMBERED,
    chairs: int = 4,
) -> list[MeetingTable]:
    """Add `count` tables, numbered on from the last of their kind: '1', '2' on site, 'V1', 'V2' online.

    Refuses none, more than 500 tables in an event, and less than 2 or more than 50 chairs.
    """
    check_chairs(chairs)
    db.exec(select(Event.id).where(Event.id == subject.id).with_for_update()).one()
    there = tables_of(db, subject.id)
    if not 1 <= count <= MOST_TABLES - len(there):
        raise Invalid({"count": _("An event has %(most)s tables at most. Choose a smaller number.", most=MOST_TABLES)})
    names = _next_names(there, count, kind)
    return _new_tables(
        db, actor, [MeetingTable(event_id=subject.id, name=name, kind=kind, chairs=chairs) for name in names]
    )


def check_chairs(chairs: int) -> None:
    """Refuse a table at which two cannot sit, and a hall."""
    if not 2 <= chairs <= 50:
        raise Invalid({"chairs": _("A table has 2 to 50 chairs.")})


def _next_names(there: list[MeetingTable], count: int, kind: TableKind) -> list[str]:
    mark = "V" if kind is TableKind.VIDEO else ""
    numbers = [one.name.removeprefix(mark) for one in there if one.kind is kind]
    first = max((int(number) for number in numbers if number.isdecimal()), default=0) + 1
    taken = {one.name for one in there}  # an organiser may have called one of the other kind so
    return list(islice((name for n in countup(first) if (name := f"{mark}{n}") not in taken), count))


def _new_tables(db: Database, actor: Actor, added: list[MeetingTable]) -> list[MeetingTable]:
    db.add_all(added)
    db.flush()
    for table in added:
        record(db, actor, TableAdded(event_id=table.event_id, table_id=table.id or 0))
    return added


@copied_with_event
def _set_up_meetings(db: Database, actor: Actor, from_event_id: int, to_event_id: int) -> None:
    """A matchmaking event made from another starts with its live days as blocks and a video room for every pair."""
    event = event_by_id(db, to_event_id)
    live = event.phase(PhaseKind.LIVE)
    if event.event.kind is not EventKind.MATCHMAKING or live is None or blocks_of(db, to_event_id):
        return
    for span in default_spans(live.starts_at, live.ends_at, event.zone):
        _added(db, actor, Block(event_id=to_event_id, starts_at=span.starts_at, ends_at=span.ends_at))
    rooms = min(max(places_taken(db, to_event_id) // 2, 3), 100)
    names = _next_names(tables_of(db, to_event_id), rooms, TableKind.VIDEO)
    _new_tables(db, actor, [MeetingTable(event_id=to_event_id, name=name, kind=TableKind.VIDEO) for name in names])


@cloned_with_event
def _clone_blocks(db: Database, from_event: int, to_event: int, moved: Callable[[datetime], datetime]) -> None:
    """Blocks with their breaks, and tables, which are nobody's own yet."""
    for one in blocks_of(db, from_event):
        breaks = [[moved(datetime.fromisoformat(end)).isoformat() for end in pair] for pair in one.breaks]
        block = Block(event_id=to_event, starts_at=moved(one.starts_at), ends_at=moved(one.ends_at), breaks=breaks)
        block.slot_minutes, block.buffer_minutes = one.slot_minutes, one.buffer_minutes
        db.add(block)
    for table in tables_of(db, from_event):
        db.add(MeetingTable(event_id=to_event, name=table.name, kind=table.kind, chairs=table.chairs))
    db.flush()


def default_spans(starts_at: datetime, ends_at: datetime, zone: str) -> list[Slot]:
    """09:00 to 12:30 and 13:30 to 17:00 on the clock of `zone`, on each day of a phase, as far as they lie in it.

    A phase of 48 hours has two days, wherever on the first day it starts.
    """
    first, days = starts_at.astimezone(ZoneInfo(zone)).date(), -(-(ends_at - starts_at) // timedelta(days=1))
    spans = []
    for day in (first + timedelta(days=n) for n in range(days)):
        for opens, closes in DAY_PARTS:
            start = max(datetime.combine(day, opens, ZoneInfo(zone)).astimezone(UTC), next_atom(starts_at))
            end = min(datetime.combine(day, closes, ZoneInfo(zone)).astimezone(UTC), ends_at)
            if end - start >= timedelta(minutes=20):
                spans.append(Slot(start, end))
    return spans


def next_atom(moment: datetime) -> datetime:
    """The first multiple of five minutes at or after `moment`."""
    return datetime.fromtimestamp(-(-moment.timestamp() // 300) * 300, UTC)
