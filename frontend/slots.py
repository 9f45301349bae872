"""Slots as forms offer them: by day on the reader's clock, as a list or as a grid, each with a value that leads back
to it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import groupby

from events.core.database import Database
from events.core.refusals import Invalid
from events.core.translation import Message, _, clock_of, day_of, gettext, local
from frontend.web import Form
from sessions.availability import OfferedSlot
from sessions.blocks import Slot, slots_in


class SlotForm(Form):
    """A time, and why beyond a limit where somebody acts for others."""

    slot: str = ""
    override: str = ""


@dataclass(frozen=True)
class SlotChoice:
    """A slot in a form. `taken` says why it cannot be chosen, `chosen` that it is ticked, `note` what else to know."""

    value: str
    starts: datetime
    ends: datetime
    taken: Message | str = ""
    chosen: bool = False
    note: Message | str = ""


def value_of(slot: Slot) -> str:
    """What a form sends for a slot: the minute in which it starts, since 1970."""
    return str(int(slot.starts_at.timestamp()) // 60)


def choice(slot: Slot, *, taken: Message | str = "", chosen: bool = False, note: Message | str = "") -> SlotChoice:
    """A slot as a form shows it."""
    return SlotChoice(value_of(slot), slot.starts_at, slot.ends_at, taken, chosen, note)


def by_day(choices: Iterable[SlotChoice]) -> list[tuple[str, list[SlotChoice]]]:
    """Slots in order of time, under the reader's days."""
    return [(day, list(group)) for day, group in groupby(choices, key=lambda one: day_of(one.starts))]


def slot_options(slots: Iterable[Slot], chosen: str = "") -> list[tuple[str, list[tuple[str, str]]]]:
    """Slots for a list to choose from, under the reader's days. What was chosen and is none of them stays in it."""
    days = by_day(choice(slot) for slot in slots)
    found = [
        (day, [(one.value, f"{clock_of(one.starts)} – {clock_of(one.ends)}") for one in those]) for day, those in days
    ]
    known = {value for _day, options in found for value, _label in options}
    if chosen.isascii() and chosen.isdecimal() and len(chosen) < 10 and chosen not in known:
        start = datetime.fromtimestamp(int(chosen) * 60, UTC)
        found.insert(0, (str(_("Not free for all")), [(chosen, f"{day_of(start)}, {clock_of(start)}")]))
    return found


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
    """A slot in the grid and in the list beside it: on the reader's clock, and on the other's where that differs.

    `said` is all of it in words, with whether both are free; everything is written once, however often it is shown.
    """

    value: str
    time: str
    span: str
    their_time: str
    their_span: str
    label: str
    said: str
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
    zone = their_zone if their_zone and _differs(slots, their_zone) else ""
    # Translated once, and not once for each cell.
    both = gettext("%(day)s, %(time)s (%(theirs)s for %(name)s)")
    words = {True: gettext("free"), False: gettext("not free")}
    days: dict[date, tuple[str, list[Cell]]] = {}
    rows: dict[tuple[str, int], dict[date, Cell]] = {}
    for one in slots:
        start = local(one.slot.starts_at)
        day = start.date()
        if day not in days:
            days[day] = (day_of(one.slot.starts_at), [])
        cell = _cell(one, start, days[day][0], zone, their_name, both, words[one.free])
        days[day][1].append(cell)
        rows.setdefault((cell.time, start.fold), {})[day] = cell
    lines = [[rows[key].get(day) for day in days] for key in sorted(rows)]
    cells = [cell for _day, found in days.values() for cell in found]
    return Grid(
        days=list(days.values()),
        rows=[(next(cell for cell in line if cell), line) for line in lines],
        soonest=[cell for cell in cells if cell.free][:SOONEST],
        their_zone=zone,
        their_name=their_name if zone else "",
    )


def _differs(slots: Sequence[OfferedSlot], zone: str) -> bool:
    return any(_clock(local(one.slot.starts_at)) != _clock(local(one.slot.starts_at, zone)) for one in slots)


def _cell(one: OfferedSlot, start: datetime, day: str, zone: str, name: str, both: str, word: str) -> Cell:
    time, label, theirs, their_span = _clock(start), "", "", ""
    if zone:
        there = local(one.slot.starts_at, zone)
        their_span = f"{_clock(there)} – {_clock(local(one.slot.ends_at, zone))}"
        # Far away it may be another day too.
        theirs = (
            _clock(there) if there.date() == start.date() else f"{day_of(one.slot.starts_at, zone)}, {_clock(there)}"
        )
        label = both % {"day": day, "time": time, "theirs": theirs, "name": name}
    label = label or f"{day}, {time}"
    span = f"{time} – {_clock(local(one.slot.ends_at))}"
    return Cell(value_of(one.slot), time, span, theirs, their_span, label, f"{label}, {word}", one.free)


def _clock(moment: datetime) -> str:
    return f"{moment.hour:02}:{moment.minute:02}"


# For the collector of texts, which does not see those that are translated once for many.
_TEXTS = (_("%(day)s, %(time)s (%(theirs)s for %(name)s)"), _("free"), _("not free"))
