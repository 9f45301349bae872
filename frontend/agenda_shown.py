"""The released agenda as pages show it: by day and start on the reader's clock, and what changed in each release."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from events.core import clock
from events.core.translation import Message, _, clock_of, day_of, reader
from sessions.timetable.released import AgendaSession
from sessions.timetable.releases import ChangeKind, SessionChange
from sessions.timetable.rows import SESSION_KINDS, SessionKind, TrackTone


@dataclass(frozen=True)
class AgendaLine:
    """A session in a list; `event_time` is its time on the event's own clock where the reader's shows another."""

    public_id: str
    title: str
    kind: SessionKind
    kind_name: Message
    track: str
    tone: TrackTone | None
    room: str
    speakers: str
    starts_at: datetime
    ends_at: datetime
    event_time: str
    when: str
    starred: bool


@dataclass(frozen=True)
class AgendaStart:
    """What begins at one time."""

    starts_at: datetime
    lines: list[AgendaLine]


@dataclass(frozen=True)
class AgendaDay:
    """A day of an agenda, with an id for links to it."""

    id: str
    name: str
    starts: list[AgendaStart]


@dataclass(frozen=True)
class ChangeLine:
    """One line of a change log: what happened to which session, and from where to where."""

    kind: ChangeKind
    title: str
    public_id: str
    was: str
    now: str


def days_shown(
    sessions: Sequence[AgendaSession], zone: str, starred: Collection[int] = (), *, own: str | None = None
) -> list[AgendaDay]:
    """Sessions by day and start on the reader's clock, or on that of `own`. `zone` is the event's."""
    now = clock.now()
    days: list[AgendaDay] = []
    for name, of_day in groupby(sessions, key=lambda one: day_of(one.starts_at, own)):
        starts = [
            AgendaStart(start, [_line(one, zone, own, now, one.session_id in starred) for one in group])
            for start, group in groupby(of_day, key=lambda one: one.starts_at)
        ]
        days.append(AgendaDay(f"day-{len(days) + 1}", name, starts))
    return days


def _line(one: AgendaSession, zone: str, own: str | None, now: datetime, starred: bool) -> AgendaLine:
    return AgendaLine(
        one.public_id, one.title, one.kind, SESSION_KINDS[one.kind], one.track, one.tone, one.room,
        ", ".join(speaker.name for speaker in one.speakers), one.starts_at, one.ends_at,
        event_time(one.starts_at, one.ends_at, zone, own),
        "past" if one.ends_at <= now else "now" if one.starts_at <= now else "", starred,
    )  # fmt: skip


def event_time(starts_at: datetime, ends_at: datetime, zone: str, own: str | None = None) -> str:
    """A stretch on the event's own clock, '' where the reader's clock shows the same."""
    mine = own or reader().zone
    if clock_of(starts_at, mine) == clock_of(starts_at, zone) and day_of(starts_at, mine) == day_of(starts_at, zone):
        return ""
    return f"{clock_of(starts_at, zone)} – {clock_of(ends_at, zone)}"


CHANGE_NAMES: dict[ChangeKind, Message] = {
    ChangeKind.NEW: _("New"),
    ChangeKind.MOVED: _("Moved"),
    ChangeKind.CHANGED: _("Changed"),
    ChangeKind.CANCELLED: _("Cancelled"),
}


def change_lines(changes: Iterable[SessionChange], zone: str | None = None) -> list[ChangeLine]:
    """What changed, with times on the reader's clock or on that of `zone`."""
    return [
        ChangeLine(
            one.kind,
            one.now.title,
            one.after.public_id if one.after else "",
            _place(one.before, zone) if one.before and one.kind is not ChangeKind.CHANGED else "",
            _place(one.after, zone) if one.after else "",
        )
        for one in changes
    ]


def _place(one: AgendaSession, zone: str | None) -> str:
    return f"{day_of(one.starts_at, zone)}, {clock_of(one.starts_at, zone)} – {clock_of(one.ends_at, zone)}, {one.room}"
