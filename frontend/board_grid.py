"""The board as HTML: a thousand cells written as strings, and kept as long as nothing has happened.

As a template the same grid took several times as long; what a name could hold is escaped once per row or meeting.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup, escape
from starlette.applications import Starlette

from events.core import clock
from events.core.translation import clock_of, day_of, gettext, ngettext
from frontend.slots import value_of
from sessions.blocks import Slot
from sessions.boards.board import Board, BoardMeeting, BoardQuestion, By, Cell, CellKind, Row

MOST_KEPT = 64


class KeptBoards:
    """Boards as they were written last, by all that they depend on; one for each application."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[Any, ...], Markup] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: tuple[Any, ...]) -> Markup | None:
        """The board with this key, if it is still here."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def keep(self, key: tuple[Any, ...], board: Markup) -> Markup:
        """Keep a board; the one that nobody has looked at for longest makes room."""
        with self._lock:
            self._kept[key] = board
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return board

    def forget(self) -> None:
        """Keep none any more; for measuring."""
        with self._lock:
            self._kept.clear()


def kept_boards(app: Starlette) -> KeptBoards:
    """The boards that an application keeps."""
    if not hasattr(app.state, "boards"):
        app.state.boards = KeptBoards()
    found: KeptBoards = app.state.boards
    return found


def view_of(asked: BoardQuestion) -> str:
    """What stands behind the question mark of the board's address, so that its forms lead back to the same view."""
    values = {
        "by": asked.by.value if asked.by is not By.PEOPLE else "",
        "when": asked.when,
        "filter": asked.filter.value if asked.filter else "",
        "q": asked.query,
        "page": asked.page if asked.page > 1 else "",
    }
    return urlencode({name: value for name, value in values.items() if value})


def write_grid(board: Board, asked: BoardQuestion, *, organises: bool) -> Markup:
    """The table of a board. Addresses in it are relative to the board's own: a fifth of its length otherwise."""
    writer = _Writer(board, asked, organises)
    head = "".join(map(writer.heading, board.slots))
    rows = "".join(map(writer.row, board.rows))
    corner = escape(gettext("Participants") if board.by is By.PEOPLE else gettext("Tables"))
    return as_written(
        f'<thead><tr><th scope="col" class="board-corner">{corner}</th>{head}</tr></thead><tbody>{rows}</tbody>'
    )


def as_written(html: str) -> Markup:
    """HTML that was written here or by a template: every name in it was escaped where it was put in."""
    return Markup(html)  # noqa: S704 - see above; a test puts a name with markup on the board


class _Writer:
    """Writes the cells of one board: what all of them share is looked up once."""

    def __init__(self, board: Board, asked: BoardQuestion, organises: bool) -> None:
        now = clock.now()
        self.board, self.organises = board, organises
        self.escaped: dict[str, str] = {}
        view = view_of(asked)
        self.back, self.and_back = (f"?{escape(view)}", f"&amp;{escape(view)}") if view else ("", "")
        self.days = {slot: day_of(slot.starts_at) for slot in board.slots}
        self.clocks = [clock_of(slot.starts_at) for slot in board.slots]
        self.times = [f"{self.days[slot]}, {time}" for slot, time in zip(board.slots, self.clocks, strict=True)]
        self.values = [value_of(slot) for slot in board.slots]
        self.coming = [slot.starts_at > now for slot in board.slots]
        self.said = {
            CellKind.FREE: gettext("%(name)s, %(time)s: free"),
            CellKind.MEETING: gettext("%(name)s, %(time)s: meeting with %(other)s"),
            CellKind.HELD: gettext("%(name)s, %(time)s: request, %(other)s"),
        }
        away, taken = escape(gettext("away")), escape(gettext("taken"))
        self.away, self.taken = f'<td class="is-away">{away}</td>', f'<td class="is-taken">{taken}</td>'
        self.locked, self.asked = escape(gettext("locked")), escape(gettext("asked"))
        self.write: dict[CellKind, Callable[[Row, str, int, Cell], str]] = {
            CellKind.FREE: self._free,
            CellKind.AWAY: lambda *_rest: self.away,
            CellKind.TAKEN: lambda *_rest: self.taken,
            CellKind.MEETING: self._meeting,
            CellKind.HELD: self._meeting,
        }

    def heading(self, slot: Slot) -> str:
        at = self.board.slots.index(slot)
        first = at == 0 or self.days[slot] != self.days[self.board.slots[at - 1]]
        day = f'<span class="board-day">{escape(self.days[slot])}</span> ' if first else ""
        return (
            f'<th scope="col" data-slot="{self.values[at]}" data-when="{escape(self.times[at])}">'
            f'{day}<time datetime="{slot.starts_at.isoformat()}">{self.clocks[at]}</time></th>'
        )

    def row(self, row: Row) -> str:
        name = str(escape(row.name))
        cells = "".join([self.write[cell.kind](row, name, at, cell) for at, cell in enumerate(row.cells)])
        return f'<tr data-row="{row.key}">{self._name(row, name)}{cells}</tr>'

    def _name(self, row: Row, name: str) -> str:
        about = f'<span class="board-about">{escape(row.about)}</span>' if row.about else ""
        if row.person_id is None:
            return f'<th scope="row" class="board-name">{name}{about}</th>'
        counts = ngettext("%(num)s meeting", "%(num)s meetings", row.meetings) % {"num": row.meetings}
        if row.waiting:
            waiting = ngettext("%(num)s unanswered", "%(num)s unanswered", row.waiting) % {"num": row.waiting}
            counts = f"{counts} · {waiting}"
        return (
            f'<th scope="row" class="board-name"><a href="participants/{row.key}">{name}</a>{about}'
            f'<span class="board-count">{escape(counts)}</span></th>'
        )

    def _free(self, row: Row, name: str, at: int, _cell: Cell) -> str:
        if not self.coming[at]:
            return '<td class="is-past"></td>'
        people = row.person_id is not None
        if self.organises:
            person = f"person={row.key}&amp;" if people else ""
            way = f"board/book?{person}slot={self.values[at]}{self.and_back}"
        elif people:
            way = f"participants/{row.key}/ask-for?slot={self.values[at]}"
        else:
            return "<td></td>"
        label = self.said[CellKind.FREE] % {"name": name, "time": self.times[at]}
        return f'<td class="is-free"><a href="{way}" aria-label="{label}"></a></td>'

    def _escaped(self, text: str) -> str:
        if text not in self.escaped:
            self.escaped[text] = str(escape(text))
        return self.escaped[text]

    def _meeting(self, row: Row, name: str, at: int, cell: Cell) -> str:
        meeting = cell.meeting
        assert meeting is not None
        held = cell.kind is CellKind.HELD
        others = " – ".join([self._escaped(name) for name in meeting.others_of(row.person_id)])
        label = self.said[cell.kind] % {"name": name, "time": self.times[at], "other": others}
        marks = [self._escaped(str(meeting.place))] if meeting.place and row.person_id is not None else []
        marks += [str(self.locked)] if meeting.locked else []
        marks += [str(self.asked)] if held else []
        marks += [f"+{len(meeting.guests)}"] if meeting.guests else []
        small = f"<small>{', '.join(marks)}</small>" if marks else ""
        tail = f", {', '.join(marks)}" if marks else ""
        kind = "is-held" if held else "is-meeting is-locked" if meeting.locked else "is-meeting"
        return (
            f'<td class="{kind}"><a href="board/meetings/{meeting.public_id}{self.back}"'
            f' data-meeting="{meeting.public_id}" aria-label="{label}{tail}">{others} {small}</a></td>'
        )


def who_meets(meeting: BoardMeeting) -> str:
    """Both names, as sentences say them."""
    return gettext("%(one)s and %(two)s") % {"one": meeting.people[0][1], "two": meeting.people[1][1]}


def minute_of(now: datetime) -> int:
    """The minute that a board was written in: the clock alone ends requests and lets slots pass."""
    return int(now.timestamp()) // 60
