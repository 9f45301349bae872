"""Busy reading: when somebody is busy, by the calendar that their program writes. Run in a child with limits.

Calendars come from anywhere, so nothing in one may cost more than a moment: rules below a day are left out, each entry
has a third of a second, and what does not end in time is the calendar's fault. Words in it are not read at all.
"""

import base64
import json
import re
import resource
import signal
import sys
import warnings
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from types import FrameType
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from icalendar import Calendar, Component
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from events.core.children import confine, say

PROCESSOR_SECONDS = 15
MEMORY = 1024**3
ENTRY_SECONDS = 0.3
MOST_ENTRIES = 20_000
MOST_TIMES = 5_000  # of one entry within the window
MOST_PIECES = 5_000
ATOM_SECONDS = 300
_FREQUENCIES = {"DAILY": timedelta(days=1), "WEEKLY": timedelta(weeks=1), "MONTHLY": None, "YEARLY": None}
_DAY = timedelta(days=1)
_ZONE = re.compile(rb"^BEGIN:VTIMEZONE[ \t]*\r?\n.*?^END:VTIMEZONE[ \t]*\r?\n?", re.M | re.S | re.I)
_ZONE_NAME = re.compile(rb"^TZID[^:\r\n]*:(.*?)\r?$", re.M | re.I)


class NoCalendar(ValueError):
    """This is something else, such as a page to sign in."""


class TooMuch(ValueError):
    """There is more in this calendar than anybody's time."""


class _TooLong(Exception):
    """This entry takes too long."""


@dataclass(frozen=True)
class Reader:
    """Whose calendar it is: their zone, their addresses, the uids of what we put there, and the stretch that counts."""

    zone: str
    mailboxes: frozenset[str]
    uids: frozenset[str]
    start: datetime
    end: datetime


@dataclass
class Found:
    """Stretches of time, aware; `left_out` counts entries that could not be understood."""

    busy: list[tuple[datetime, datetime]] = field(default_factory=list)
    perhaps: list[tuple[datetime, datetime]] = field(default_factory=list)
    left_out: int = 0


def busy_in(raw: bytes, reader: Reader) -> Found:
    """When a calendar says that its owner is busy, and when perhaps.

    Busy is what is opaque, not cancelled, and not declined by them; all-day entries only where they say that they are
    opaque, since feasts and birthdays mostly say nothing. Perhaps: what is tentative, or not answered yet. Floating
    times are in the reader's zone. Raises NoCalendar and TooMuch.
    """
    text = raw.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text[:15].upper() != b"BEGIN:VCALENDAR":
        raise NoCalendar
    if text.upper().count(b"BEGIN:V") > MOST_ENTRIES:
        raise TooMuch
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about zones and rules that are written oddly
        return _found(text, reader)


def _found(text: bytes, reader: Reader) -> Found:
    zones = _Zones(reader.zone, text)
    try:
        calendars: Any = Calendar.from_ical(_ZONE.sub(b"", text), multiple=True)
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise NoCalendar from error
    found = Found()
    for calendar in calendars:
        _read_events([one for one in calendar.subcomponents if one.name == "VEVENT"], reader, zones, found)
        for part in calendar.subcomponents:
            if part.name == "VFREEBUSY":
                _read_free_busy(part, reader, zones, found)
    return found


def _read_events(events: list[Component], reader: Reader, zones: "_Zones", found: Found) -> None:
    series: dict[str, list[Component]] = {}
    for number, event in enumerate(events):
        series.setdefault(str(event.get("UID", "")) or f"none {number}", []).append(event)
    for uid, those in series.items():
        if uid in reader.uids:
            continue
        try:
            with _limited(ENTRY_SECONDS):
                for target, span in _times_of(those, reader, zones):
                    (found.busy if target == "busy" else found.perhaps).append(span)
        except (_TooLong, ValueError, TypeError, AttributeError, KeyError, IndexError, OverflowError):
            found.left_out += 1


def _times_of(events: list[Component], reader: Reader, zones: "_Zones") -> list[tuple[str, tuple[datetime, datetime]]]:
    """The times of one series with its exceptions; all or, where one cannot be understood, none."""
    changed = {
        zones.moment(event, "RECURRENCE-ID") for event in events if event.get("RECURRENCE-ID") is not None
    }  # fmt: skip
    times = []
    for event in events:
        target = _target(event, reader)
        alone = event.get("RECURRENCE-ID") is not None
        for start, end in _spans(event, reader, zones, but=frozenset() if alone else frozenset(changed), alone=alone):
            if target and start < end and end > reader.start and start < reader.end:
                times.append((target, (max(start, reader.start), min(end, reader.end))))
    return times


def _target(event: Component, reader: Reader) -> str:
    """Whether an entry makes its owner busy, perhaps busy, or neither ('')."""
    status, transparent = (str(event.get(name, "")).strip().upper() for name in ("STATUS", "TRANSP"))
    shown = str(event.get("X-MICROSOFT-CDO-BUSYSTATUS", "")).strip().upper()
    answer = _own_answer(event, reader.mailboxes)
    if status == "CANCELLED" or answer == "DECLINED" or transparent == "TRANSPARENT" or shown == "FREE":
        return ""
    if _is_whole_days(event) and transparent != "OPAQUE" and shown not in {"BUSY", "OOF", "TENTATIVE"}:
        return ""
    soft = status == "TENTATIVE" or shown == "TENTATIVE" or answer in {"TENTATIVE", "NEEDS-ACTION"}
    return "perhaps" if soft else "busy"


def _own_answer(event: Component, mailboxes: Collection[str]) -> str:
    found: Any = event.get("ATTENDEE", [])
    for one in found if isinstance(found, list) else [found]:
        if str(one).strip().lower().removeprefix("mailto:") in mailboxes:
            return str(getattr(one, "params", {}).get("PARTSTAT", "NEEDS-ACTION")).upper()
    return ""


def _is_whole_days(event: Component) -> bool:
    value = getattr(event.get("DTSTART"), "dt", None)
    return isinstance(value, date) and not isinstance(value, datetime)


def _spans(
    event: Component, reader: Reader, zones: "_Zones", *, but: Collection[datetime], alone: bool
) -> Iterator[tuple[datetime, datetime]]:
    """Each time of an entry within the window, and a little around it."""
    wall, zone = zones.wall(event, "DTSTART")
    days, exact = _length(event, zones)
    wanted = (reader.start - days - exact - _DAY, reader.end + _DAY)
    excluded = {*but, *zones.moments(event, "EXDATE")}
    walls = [wall] if alone else _recurring(event, wall, zone, wanted)
    starts = {at: _aware(at, zone) for at in walls}
    extra = [] if alone else zones.listed(event)
    ends = {start: _aware(at + days, zone) + exact for at, start in starts.items()}
    ends |= {start: end if end is not None else start + days + exact for start, end in extra}
    if len(ends) > MOST_TIMES:
        raise TooMuch
    for start, end in ends.items():
        if start not in excluded:
            yield start, end


def _length(event: Component, zones: "_Zones") -> tuple[timedelta, timedelta]:
    """How long an entry is: in days on the clock, which may have 23 hours, and in exact time."""
    duration = getattr(event.get("DURATION"), "dt", None)
    if isinstance(duration, timedelta):
        return timedelta(days=duration.days), timedelta(seconds=duration.seconds)
    wall, zone = zones.wall(event, "DTSTART")
    if event.get("DTEND") is None:
        return (_DAY, timedelta(0)) if _is_whole_days(event) else (timedelta(0), timedelta(0))
    last, last_zone = zones.wall(event, "DTEND")
    if _is_whole_days(event):
        return last - wall, timedelta(0)
    return timedelta(0), _aware(last, last_zone) - _aware(wall, zone)


def _recurring(event: Component, wall: datetime, zone: tzinfo, wanted: tuple[datetime, datetime]) -> list[datetime]:
    """The starts on the clock of a series that lie in `wanted`, its first one always."""
    rules: Any = event.get("RRULE", [])
    rules = rules if isinstance(rules, list) else [rules]
    if not rules:
        return [wall]
    first, last = (one.astimezone(zone).replace(tzinfo=None) for one in wanted)
    return [at for rule in rules for at in _by_rule(rule, wall, zone, first, last)]


def _by_rule(rule: Any, wall: datetime, zone: tzinfo, first: datetime, last: datetime) -> Iterator[datetime]:
    parts = {str(name).upper(): value for name, value in dict(rule).items()}
    [frequency] = [str(one).upper() for one in _several(parts.get("FREQ"))]
    step = int(_several(parts.get("INTERVAL", 1))[0])
    finer = any(len(_several(parts.get(name))) > 1 for name in ("BYHOUR", "BYMINUTE", "BYSECOND"))
    if frequency not in _FREQUENCIES or finer or step < 1:
        raise ValueError("a rule finer than a day")
    for until in _several(parts.pop("UNTIL", None)):
        last = min(last, _last_wall(until, zone))
    counted = "COUNT" in parts
    length = _FREQUENCIES[frequency]
    begin = wall
    if length is not None and not counted and first > wall:
        # A rule that has run since 1970 begins at the window: it is the same from any of its steps.
        begin = wall + length * step * max(0, (first - wall) // (length * step) - 1)
    text = ";".join(f"{name}={','.join(str(one) for one in _several(value))}" for name, value in parts.items())
    for at in rrulestr(text, dtstart=begin):
        if at > last:
            return
        if at >= first:
            yield at


def _several(value: Any) -> list[Any]:
    return [] if value is None else list(value) if isinstance(value, list | tuple) else [value]


def _last_wall(until: Any, zone: tzinfo) -> datetime:
    if not isinstance(until, datetime):
        return datetime.combine(until, time(23, 59, 59))
    return until if until.tzinfo is None else until.astimezone(zone).replace(tzinfo=None)


def _aware(wall: datetime, zone: tzinfo) -> datetime:
    return wall.replace(tzinfo=zone).astimezone(UTC)


def _read_free_busy(part: Component, reader: Reader, zones: "_Zones", found: Found) -> None:
    """What a program tells that publishes nothing but busy times (RFC 5545 section 3.6.4)."""
    rows: Any = part.get("FREEBUSY", [])
    for row in rows if isinstance(rows, list) else [rows]:
        kind = str(getattr(row, "params", {}).get("FBTYPE", "BUSY")).upper()
        for period in getattr(row, "dts", [row]):
            try:
                start, end = zones.period(period)
            except (ValueError, TypeError, AttributeError, OverflowError):
                found.left_out += 1
                continue
            start, end = max(start, reader.start), min(end, reader.end)
            if kind != "FREE" and start < end:
                (found.perhaps if kind == "BUSY-TENTATIVE" else found.busy).append((start, end))


class _Zones:
    """Zones as calendars name them: by IANA's or Windows' names, with a path before them, or by their own VTIMEZONE.

    What is known by name is not worked out from what the calendar says of it. Without a zone, the reader's.
    """

    def __init__(self, reader_zone: str, text: bytes) -> None:
        self.floating = ZoneInfo(reader_zone)
        self._own = {_unfolded_name(block): block for block in _ZONE.findall(text)[:100]}
        self._known: dict[str, tzinfo] = {}

    def called(self, name: str) -> tzinfo:
        if name not in self._known:
            self._known[name] = _named(name) or self._from_calendar(name) or self.floating
        return self._known[name]

    def _from_calendar(self, name: str) -> tzinfo | None:
        block = self._own.get(name)
        if block is None or re.search(rb"FREQ=(?!YEARLY)", block.upper()):
            return None
        try:
            calendar = Calendar.from_ical(b"BEGIN:VCALENDAR\r\n" + block + b"END:VCALENDAR\r\n")
            zone: Any = calendar.walk("VTIMEZONE")[0]
            found: tzinfo = zone.to_tz()
            offset = datetime(2026, 7, 1, tzinfo=found).utcoffset()
        except (ValueError, IndexError, KeyError, TypeError, AttributeError):
            return None
        return found if offset is not None else None

    def wall(self, event: Component, name: str) -> tuple[datetime, tzinfo]:
        """What the clock shows, and in which zone."""
        return self._wall(event.get(name), getattr(event.get(name), "dt", None))

    def _wall(self, holder: Any, value: Any) -> tuple[datetime, tzinfo]:
        if isinstance(value, date) and not isinstance(value, datetime):
            return datetime.combine(value, time(0)), self.floating
        if not isinstance(value, datetime):
            raise ValueError("no moment")
        name = str(getattr(holder, "params", {}).get("TZID", ""))
        bare = value.replace(tzinfo=None)
        if not name:
            return bare, (UTC if value.tzinfo is not None else self.floating)
        return bare, self.called(name)

    def moment(self, event: Component, name: str) -> datetime:
        return _aware(*self.wall(event, name))

    def moments(self, event: Component, name: str) -> list[datetime]:
        rows: Any = event.get(name, [])
        return [
            _aware(*self._wall(row, one.dt))
            for row in (rows if isinstance(rows, list) else [rows])
            for one in getattr(row, "dts", [])
        ]

    def listed(self, event: Component) -> list[tuple[datetime, datetime | None]]:
        """The times that are listed beside a rule, with their ends where they have their own."""
        rows: Any = event.get("RDATE", [])
        found: list[tuple[datetime, datetime | None]] = []
        for row in rows if isinstance(rows, list) else [rows]:
            for one in getattr(row, "dts", []):
                if isinstance(one.dt, tuple):
                    found.append(self.period(one, row))
                else:
                    found.append((_aware(*self._wall(row, one.dt)), None))
        return found

    def period(self, one: Any, holder: Any = None) -> tuple[datetime, datetime]:
        begins, ends = one.dt
        start = _aware(*self._wall(holder or one, begins))
        return start, start + ends if isinstance(ends, timedelta) else _aware(*self._wall(holder or one, ends))


def _unfolded_name(block: bytes) -> str:
    found = _ZONE_NAME.search(re.sub(rb"\r?\n[ \t]", b"", block))
    return found[1].decode("utf-8", "replace").strip() if found else ""


def _named(name: str) -> tzinfo | None:
    """A zone by its name: Europe/Paris, /mozilla.org/20050126_1/Europe/Paris, or Romance Standard Time."""
    if name.upper() in {"UTC", "Z", "GMT", "ETC/UTC"}:
        return UTC
    tail = "/".join(name.rsplit("/", 3)[-2:])
    for one in (name, WINDOWS_TO_OLSON.get(name, ""), tail, "/".join(name.rsplit("/", 3)[-3:])):
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){1,2}", one):
            continue
        try:
            return ZoneInfo(one)
        except (OSError, ValueError, KeyError):
            continue
    return None


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    """Give what follows so much of the processor's time; raises _TooLong."""

    def too_long(_number: int, _frame: FrameType | None) -> None:
        raise _TooLong

    before = signal.signal(signal.SIGVTALRM, too_long)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def pieces_of(spans: Iterable[tuple[datetime, datetime]]) -> list[list[int]]:
    """The same time in pieces of five minutes since 1970, merged: [first, end)."""
    found: list[list[int]] = []
    for start, end in sorted(spans):
        first, last = int(start.timestamp()) // ATOM_SECONDS, -(-int(end.timestamp()) // ATOM_SECONDS)
        if found and first <= found[-1][1]:
            found[-1][1] = max(found[-1][1], last)
        else:
            found.append([first, last])
    if len(found) > MOST_PIECES:
        raise TooMuch
    return found


def main() -> None:
    """Answer what stands on standard input; see `mailer/busy.py`."""
    asked = json.loads(sys.stdin.read())
    confine(PROCESSOR_SECONDS)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    reader = Reader(
        zone=asked["zone"], mailboxes=frozenset(asked["mailboxes"]), uids=frozenset(asked["uids"]),
        start=datetime.fromisoformat(asked["start"]), end=datetime.fromisoformat(asked["end"]),
    )  # fmt: skip
    try:
        found = busy_in(base64.b64decode(asked["content"]), reader)
        say(busy=pieces_of(found.busy), perhaps=pieces_of(found.perhaps), left_out=found.left_out)
    except NoCalendar:
        say(trouble="no calendar")
    except (TooMuch, MemoryError, RecursionError):
        say(trouble="too laborious")


if __name__ == "__main__":
    main()
