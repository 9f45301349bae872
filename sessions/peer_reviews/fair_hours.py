"""Fair hours: for whom a part of a meeting is too early or too late, and when a day would be fairest to all.

A pure calculation over zones; a day is fair between eight and twenty o'clock of each person's own clock.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

EARLIEST, LATEST = 8 * 60, 20 * 60
STEP = timedelta(minutes=15)


@dataclass(frozen=True)
class Unfair:
    """That for a zone a part (by its index) lies before eight or after twenty; `early` says which of them."""

    zone: str
    part: int
    early: bool


@dataclass(frozen=True)
class FairStart:
    """A start of a day (aware), and how many minutes lie outside fair hours: for who has most, and for all zones."""

    starts_at: datetime
    worst: int
    total: int


def minutes_outside(starts: datetime, ends: datetime, zone: str) -> tuple[int, int]:
    """How many minutes of this time lie before eight, and how many after twenty, by the clocks of a zone. The night
    belongs to the evening until three."""
    early = late = 0
    at = starts
    there = ZoneInfo(zone)
    while at < ends:
        step = min(timedelta(minutes=5), ends - at)
        local = at.astimezone(there)
        minute = local.hour * 60 + local.minute
        minutes = int(step.total_seconds() // 60)
        if minute >= LATEST or minute < 3 * 60:
            late += minutes
        elif minute < EARLIEST:
            early += minutes
        at += step
    return early, late


def unfair_parts(parts: Sequence[tuple[datetime, datetime]], zones: Collection[str]) -> list[Unfair]:
    """Which parts lie before eight or after twenty in which zone, in the order of the parts."""
    found = []
    for number, (starts, ends) in enumerate(parts):
        for zone in sorted(zones):
            early, late = minutes_outside(starts, ends, zone)
            if early or late:
                found.append(Unfair(zone, number, early > 0))
    return found


def cost_of(starts: datetime, length: timedelta, zones: Collection[str]) -> FairStart:
    """What a start costs: minutes outside fair hours in the zone that has most of them, and in all zones together."""
    costs = [sum(minutes_outside(starts, starts + length, zone)) for zone in zones] or [0]
    return FairStart(starts, max(costs), sum(costs))


def fairest_start(now: datetime, length: timedelta, zones: Collection[str], at_home: str) -> FairStart:
    """The fairest start on the same day of the zone `at_home`: the fewest minutes outside for whoever has most, then
    for all together, then the nearest to `now` (the present start). Starts are tried every quarter of an hour."""
    local = now.astimezone(ZoneInfo(at_home))
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    tried = [midnight + number * STEP for number in range(int(timedelta(days=1) / STEP))]
    costs = [cost_of(one.astimezone(now.tzinfo), length, zones) for one in tried]
    return min([cost_of(now, length, zones), *costs], key=lambda it: (it.worst, it.total, abs(it.starts_at - now)))
