"""Slots as forms offer them: by day on the reader's clock, as a list or as a grid, each with a value that leads back
to it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from events.core.database import Database
from events.core.refusals import Invalid
from events.core.translation import Message, _, day_of, local
from sessions.availability import OfferedSlot
from sessions.blocks import Slot, slots_in


@dataclass(frozen=True)
class SlotChoice:
    """A slot in a form. `taken` says why it cannot be chosen, `chosen` that it is ticked."""

    value: str
    starts: datetime
    ends: datetime
    taken: Message | str = ""
    chosen: bool = False


def value_of(slot: Slot) -> str:
    """What a form sends for a slot: the minute in which it starts, since 1970."""
    return str(int(slot.starts_at.timestamp()) // 60)


def choice(slot: Slot, *, taken: Message | str = "", chosen: bool = False) -> SlotChoice:
    """A slot as a form shows it."""
    return SlotChoice(value_of(slot), slot.starts_at, slot.ends_at, taken, chosen)


def by_day(choices: Iterable[SlotChoice]) -> list[tuple[str, list[SlotChoice]]]:
    """Slots in order of time, under the reader's days."""
    return [(day, list(group)) for day, group in groupby(choices, key=lambda one: day_of(one.starts))]


def slot_called(db: Database, event_id: int, value: str) -> Slot:
    """The slot that a form meant. Refuses a missing choice, and what is no slot any more."""
    if not value:
        raise Invalid({"slot": _("Please choose a time.")})
    for slot in slots_in(db, event_id):
        if value_of(slot) == value:
            return slot
    raise Invalid({"slot": _("Please choose one of the event's times.")})


SOONEST = 3


@dataclass(frozen=True)
class Cell:
    """A slot in the grid and in the list beside it: on the reader's clock, and on the other's where that differs."""

    value: str
    day: str
    time: str
    until: str
    their_time: str
    their_until: str
    label: str
    free: bool


@dataclass(frozen=True)
class Grid:
    """The coming slots by days and times of day. Not every time has a slot on every day.

    `their_zone` and `their_name` stand for somebody whose clock shows other times; '' where none does.
    """

    days: list[tuple[str, list[Cell]]]
    rows: list[tuple[Cell, list[Cell | None]]]
    soonest: list[Cell]
    their_zone: str
    their_name: str

    @property
    def is_free(self) -> bool:
        """Whether there is anything to choose."""
        return bool(self.soonest)


def grid_of(slots: Sequence[OfferedSlot], their_zone: str | None, their_name: str) -> Grid:
    """The grid of these slots for the reader, and for somebody in `their_zone` (None: not to be told)."""
    differs = any(_clock(local(one.slot.starts_at)) != _clock(local(one.slot.starts_at, their_zone)) for one in slots)
    zone = their_zone if their_zone and differs else ""
    days: dict[date, tuple[str, list[Cell]]] = {}
    columns: dict[tuple[str, int], dict[date, Cell]] = {}
    for one in slots:
        start = local(one.slot.starts_at)
        if start.date() not in days:
            days[start.date()] = (day_of(one.slot.starts_at), [])
        named = days[start.date()]
        cell = _cell(one, named[0], zone, their_name)
        named[1].append(cell)
        columns.setdefault((cell.time, start.fold), {})[start.date()] = cell
    rows = [[columns[key].get(day) for day in days] for key in sorted(columns)]
    cells = [cell for _day, found in days.values() for cell in found]
    return Grid(
        days=list(days.values()),
        rows=[(next(cell for cell in row if cell), row) for row in rows],
        soonest=[cell for cell in cells if cell.free][:SOONEST],
        their_zone=zone,
        their_name=their_name if zone else "",
    )


def _cell(one: OfferedSlot, day: str, zone: str, name: str) -> Cell:
    start, end = local(one.slot.starts_at), local(one.slot.ends_at)
    time, their_time, their_until, theirs = _clock(start), "", "", ""
    if zone:
        there = local(one.slot.starts_at, zone)
        their_time, their_until = _clock(there), _clock(local(one.slot.ends_at, zone))
        # Far away it may be another day too.
        theirs = their_time if there.date() == start.date() else f"{day_of(one.slot.starts_at, zone)}, {their_time}"
    said = _("%(day)s, %(time)s (%(theirs)s for %(name)s)", day=day, time=time, theirs=theirs, name=name)
    return Cell(
        value=value_of(one.slot),
        day=day,
        time=time,
        until=_clock(end),
        their_time=theirs,
        their_until=their_until,
        label=str(said) if zone else f"{day}, {time}",
        free=one.free,
    )


def _clock(moment: datetime) -> str:
    return f"{moment.hour:02}:{moment.minute:02}"
