"""Time zones as calendars want them: a VTIMEZONE made from the zone's own rule, which is short and holds for good.

icalendar's generator lists every switch from 1970 to 2038 instead, of which some programs read the first only; half of
the year is one hour wrong there. Where a zone has no rule, or does not keep it at the moments concerned, there is none.
"""

import calendar
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard, vRecur, vText

FIRST_YEAR = 1970
DAYS = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")
LAST = 5
_DAY = 86400
_NAME = r"[A-Za-z]{3,}|<[A-Za-z0-9+-]{1,}>"
_TIME = r"[+-]?\d{1,3}(?::\d{2}){0,2}"
_RULE = re.compile(
    rf"(?P<name>{_NAME})(?P<at>{_TIME})(?:(?P<other>{_NAME})(?P<other_at>{_TIME})?,(?P<begins>[^,]+),(?P<ends>[^,]+))?"
)
_SWITCH = re.compile(rf"M(\d{{1,2}})\.([1-5])\.([0-6])(?:/({_TIME}))?")


@dataclass(frozen=True)
class Switch:
    """When a half of the year begins: the so manieth weekday of a month (5: the last one) and `seconds` on the clock
    of the half before, which may lie on another day."""

    month: int
    week: int
    weekday: int
    seconds: int

    @property
    def shift(self) -> int:
        """By how many days the switch lies beside the weekday that names it."""
        return self.seconds // _DAY

    def in_year(self, year: int) -> datetime:
        """The switch on the clock of the half before, without a zone."""
        first, days = calendar.monthrange(year, self.month)
        day = 1 + (self.weekday - 1 - first) % 7 + 7 * (self.week - 1)
        return datetime(year, self.month, day - 7 if day > days else day) + timedelta(seconds=self.seconds)  # noqa: DTZ001 - a wall clock

    def recurrence(self) -> dict[str, object]:
        """The same as a rule for each year (RFC 5545 section 3.3.10)."""
        weekday = DAYS[(self.weekday + self.shift) % 7]
        if not self.shift:
            return {
                "freq": "YEARLY",
                "bymonth": self.month,
                "byday": f"{-1 if self.week == LAST else self.week}{weekday}",
            }
        # The day before or after the last Sunday is no so manieth weekday: it is one of seven days.
        days = calendar.monthrange(FIRST_YEAR, self.month)[1]
        first = (days - 6 if self.week == LAST else 7 * self.week - 6) + self.shift
        return {"freq": "YEARLY", "bymonth": self.month, "byday": weekday, "bymonthday": list(range(first, first + 7))}

    @property
    def can_be_said(self) -> bool:
        """Whether the rule for each year stays within its month."""
        rule = self.recurrence().get("bymonthday")
        days = calendar.monthrange(FIRST_YEAR, self.month)[1]
        return not isinstance(rule, list) or (self.month != 2 and rule[0] >= 1 and rule[-1] <= days)


@dataclass(frozen=True)
class Half:
    """A half of the year, or all of it: its name, how far ahead of UTC the clock is, and when it begins."""

    name: str
    offset: timedelta
    begins: Switch | None = None


@dataclass(frozen=True)
class ZoneRule:
    """A zone's halves by its rule for the years to come: one, or two that follow each other."""

    halves: tuple[Half, ...]

    def offset_at(self, moment: datetime) -> timedelta:
        """How far ahead of UTC the clock is at an aware moment, by this rule."""
        instant = moment.astimezone(UTC).replace(tzinfo=None)
        if len(self.halves) == 1:
            return self.halves[0].offset
        one, other = self.halves
        switches = [
            (half.begins.in_year(year) - before.offset, half.offset)
            for half, before in ((one, other), (other, one))
            for year in (instant.year - 1, instant.year, instant.year + 1)
            if half.begins is not None
        ]
        return max(each for each in switches if each[0] <= instant)[1]


def vtimezone(key: str, moments: Iterable[datetime]) -> Timezone | None:
    """The VTIMEZONE of an IANA zone; None where its rule would be wrong at one of `moments` (aware)."""
    rule = zone_rule(key)
    zone = ZoneInfo(key)
    if rule is None or any(rule.offset_at(one) != one.astimezone(zone).utcoffset() for one in moments):
        return None
    component = Timezone()
    component.add("tzid", vText(key))
    # Standard time first and always: Outlook reads it, and some programs stumble over summer time alone.
    for half, before in sorted(_with_the_one_before(rule), key=lambda pair: pair[0].offset):
        component.add_component(_observance(half, before))
    return component


def _with_the_one_before(rule: ZoneRule) -> list[tuple[Half, Half]]:
    return list(zip(rule.halves, reversed(rule.halves), strict=True))


def _observance(half: Half, before: Half) -> TimezoneStandard | TimezoneDaylight:
    # By the clock and not by the rule's words: Dublin calls its winter the exception, which programs take for summer.
    part = TimezoneDaylight() if half.offset > before.offset else TimezoneStandard()
    begins = half.begins.in_year(FIRST_YEAR) if half.begins else datetime(FIRST_YEAR, 1, 1)  # noqa: DTZ001 - a wall clock
    part.add("dtstart", begins)
    if half.begins is not None:
        part.add("rrule", vRecur(half.begins.recurrence()))
    part.add("tzoffsetfrom", before.offset)
    part.add("tzoffsetto", half.offset)
    part.add("tzname", vText(half.name))
    return part


@cache
def zone_rule(key: str) -> ZoneRule | None:
    """The rule at the end of a zone's file (RFC 8536 section 3.3); None for a zone without one, or with one that
    calendars have no words for."""
    try:
        raw = files("tzdata.zoneinfo").joinpath(*key.split("/")).read_bytes()
    except (OSError, ModuleNotFoundError):
        return None
    return parsed_rule(raw.rstrip(b"\n").rpartition(b"\n")[2].decode("ascii", "replace"))


def parsed_rule(text: str) -> ZoneRule | None:
    """A rule such as CET-1CEST,M3.5.0,M10.5.0/3."""
    found = _RULE.fullmatch(text)
    if found is None:
        return None
    offset = -timedelta(seconds=_seconds(found["at"]))
    if found["other"] is None:
        return ZoneRule((Half(_plain(found["name"]), offset),))
    ahead = -timedelta(seconds=_seconds(found["other_at"])) if found["other_at"] else offset + timedelta(hours=1)
    begins, ends = _switch(found["begins"]), _switch(found["ends"])
    if begins is None or ends is None:
        return None
    return ZoneRule((Half(_plain(found["name"]), offset, ends), Half(_plain(found["other"]), ahead, begins)))


def _plain(name: str) -> str:
    return name.strip("<>")


def _switch(text: str) -> Switch | None:
    found = _SWITCH.fullmatch(text)
    if found is None:
        return None
    month, week, weekday = (int(number) for number in found.groups()[:3])
    switch = Switch(month, week, weekday, _seconds(found[4]) if found[4] else 2 * 3600)
    return switch if 1 <= month <= 12 and switch.can_be_said else None


def _seconds(text: str) -> int:
    sign = -1 if text.startswith("-") else 1
    parts = [int(part) for part in text.lstrip("+-").split(":")]
    return sign * sum(part * unit for part, unit in zip(parts, (3600, 60, 1), strict=False))
