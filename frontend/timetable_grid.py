"""The timetable as a grid: rooms by times of the event's own clock, a day below the other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from events.core.translation import Message, clock_of, day_of
from events.events import EventWithPhases
from events.overview import stretch_of
from sessions.timetable.conflicts import Level, TimetableConflict
from sessions.timetable.released import AgendaSession
from sessions.timetable.rows import Room

STEPS = (5, 15, 30, 60)
USUAL_STEP = 15
USUAL_HOURS = (8, 18)
MOST_DAYS = 31
DAYS_AT_ONCE = 3


@dataclass(frozen=True)
class GridSession:
    """A session where it begins; `level` is the worst of its conflicts, '' without any."""

    public_id: str
    title: str
    start: str
    end: str
    tone: str
    speakers: str
    revision: int
    level: str
    reasons: tuple[Message, ...]


@dataclass
class GridCell:
    """A room at a time: what begins then, whether something goes on, and what it is called aloud."""

    room: Room
    begins: list[GridSession] = field(default_factory=list)
    goes_on: list[str] = field(default_factory=list)
    tone: str = ""


@dataclass(frozen=True)
class GridRow:
    """A time of a day on the event's clock; `value` is '2026-04-14T09:00', `day` its name where a day begins."""

    value: str
    clock: str
    day: str
    cells: list[GridCell]


@dataclass(frozen=True)
class Grid:
    """The rows of the days that are shown, and all days to choose from: (value, name)."""

    rows: list[GridRow]
    days: list[tuple[str, str]]
    chosen: str
    step: int


def days_of(event: EventWithPhases, sessions: Sequence[AgendaSession]) -> list[date]:
    """The days of an event on its own clock, and those of sessions outside of them; at most a month of them."""
    zone, found = ZoneInfo(event.zone), set()
    stretch = stretch_of(event)
    if stretch is not None:
        first, last = stretch[0].astimezone(zone).date(), (stretch[1] - timedelta(seconds=1)).astimezone(zone).date()
        found |= {first + timedelta(days=n) for n in range(min((last - first).days + 1, MOST_DAYS))}
    found |= {one.starts_at.astimezone(zone).date() for one in sessions}
    return sorted(found)


def grid_of(
    event: EventWithPhases,
    rooms: Sequence[Room],
    sessions: Sequence[AgendaSession],
    revisions: Mapping[str, int],
    conflicts: Sequence[TimetableConflict],
    asked: Mapping[str, str],
) -> Grid:
    """The grid of an event's draft: the day and the step that were asked for, else all days of a short event or the
    first one with a session, in steps of a quarter of an hour."""
    days = days_of(event, sessions)
    step = int(asked["step"]) if asked["step"] in {str(one) for one in STEPS} else USUAL_STEP
    names = [(day.isoformat(), _name(day, event.zone)) for day in days]
    chosen = asked["day"] if asked["day"] in {value for value, _name in names} | {"all"} else ""
    if not chosen:
        busy = min((one.starts_at for one in sessions), default=None)
        first = busy.astimezone(ZoneInfo(event.zone)).date().isoformat() if busy else next(iter(names), ("", ""))[0]
        chosen = "all" if len(days) <= DAYS_AT_ONCE else first
    shown = [day for day in days if chosen in {"all", day.isoformat()}]
    views = [(one, _view(one, event.zone, revisions, conflicts)) for one in sessions]
    rows = [row for day in shown for row in _rows(day, event.zone, rooms, views, step)]
    return Grid(rows, names, chosen, step)


def _name(day: date, zone: str) -> str:
    return day_of(datetime.combine(day, time(12), ZoneInfo(zone)), zone)


def _view(
    one: AgendaSession, zone: str, revisions: Mapping[str, int], conflicts: Sequence[TimetableConflict]
) -> GridSession:
    mine = [conflict for conflict in conflicts if one.public_id in conflict.sessions]
    levels = {conflict.level for conflict in mine}
    return GridSession(
        one.public_id, one.title, clock_of(one.starts_at, zone), clock_of(one.ends_at, zone), one.tone or "",
        ", ".join(speaker.name for speaker in one.speakers), revisions.get(one.public_id, 0),
        "block" if Level.BLOCK in levels else "warn" if levels else "", tuple(conflict.reason for conflict in mine),
    )  # fmt: skip


Placed = Sequence[tuple[AgendaSession, GridSession]]


def _wall(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def _rows(day: date, zone: str, rooms: Sequence[Room], views: Placed, step: int) -> list[GridRow]:
    midnight = datetime.combine(day, time())
    everywhere = [(one, view, _wall(one.starts_at, zone), _wall(one.ends_at, zone)) for one, view in views]
    stands = [each for each in everywhere if each[2].date() <= day <= each[3].date()]
    todays = [(start, end) for _one, _view, start, end in stands if start.date() == day]
    opens = min([midnight + timedelta(hours=USUAL_HOURS[0]), *(start for start, _end in todays)])
    closes = max([midnight + timedelta(hours=USUAL_HOURS[1]), *(end for _start, end in todays)])
    opens = opens.replace(minute=0)
    closes = min(closes, midnight + timedelta(days=1))
    rows, length = [], timedelta(minutes=step)
    for number in range(-(-(closes - opens) // length)):
        at = opens + number * length
        cells = [GridCell(room) for room in rooms]
        by_room = {cell.room.name: cell for cell in cells}
        for one, view, start, end in stands:
            cell = by_room.get(one.room)
            if cell is None or not (start < at + length and end > at):
                continue
            cell.tone = view.tone or "plain"
            if at <= start:
                cell.begins.append(view)
            else:
                cell.goes_on.append(one.title)
        name = _name(day, zone) if number == 0 else ""
        rows.append(GridRow(f"{at:%Y-%m-%dT%H:%M}", f"{at:%H:%M}", name, cells))
    return rows
