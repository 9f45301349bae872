"""Slots as forms offer them: grouped by day on the reader's clock, each with a value that leads back to it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby

from events.core.database import Database
from events.core.refusals import Invalid
from events.core.translation import Message, _, clock_of, day_of
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
