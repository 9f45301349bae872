"""The board as HTML: a thousand cells written as strings, and kept as long as nothing has happened.

As a template the same grid took several times as long; what a name could hold is escaped once per row or meeting.
"""

import threading
from collections import OrderedDict
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup, escape
from starlette.applications import Starlette

from events.core import clock
from events.core.translation import Reader, clock_of, day_of, gettext, ngettext, reader
from frontend.slots import value_of
from sessions.blocks import Slot
from sessions.boards.board import FREE, Board, BoardMeeting, BoardQuestion, By, CellKind, Row

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
    now = clock.now()
    coming = tuple([slot.starts_at > now for slot in board.slots])
    writer = _writer(board.slots, coming, board.by, view_of(asked), organises, reader())
    return as_written(f"{writer.head}<tbody>{''.join(map(writer.row, board.rows))}</tbody>")


def as_written(html: str) -> Markup:
    """HTML that was written here or by a template: every name in it was escaped where it was put in."""
    return Markup(html)  # noqa: S704 - see above; a test puts a name with markup on the board


# What stands for a row's name and key, and for the others of a meeting, until a row is put together.
_NAME, _KEY, _OTHERS = "\0name", "\0key", "\0others"


def _html(text: str) -> str:
    """A text as it stands in HTML, in ASCII: one other letter, and all of a long page takes its time to be encoded."""
    return str(escape(text)).encode("ascii", "xmlcharrefreplace").decode("ascii")


@lru_cache(maxsize=4096)
def _escaped(text: str) -> str:
    """A name as it stands in HTML; the same names stand on many boards."""
    return _html(text).replace("\0", "")


BETWEEN = _html(" – ")


class _Writer:
    """Writes the cells of boards with the same slots: what all of them share is written once, with holes for what they
    do not."""

    def __init__(self, slots: tuple[Slot, ...], coming: tuple[bool, ...], by: By, view: str, organises: bool) -> None:
        self.slots, self.coming, self.by, self.organises = slots, coming, by, organises
        self.back, self.and_back = (f"?{_html(view)}", f"&amp;{_html(view)}") if view else ("", "")
        self.days = [_html(day_of(slot.starts_at)) for slot in slots]
        self.clocks = [clock_of(slot.starts_at) for slot in slots]
        self.times = [f"{day}, {time}" for day, time in zip(self.days, self.clocks, strict=True)]
        self.values = [value_of(slot) for slot in slots]
        self.locked, self.asked = _html(gettext("locked")), _html(gettext("asked"))
        away, taken = _html(gettext("away")), _html(gettext("taken"))
        self.kinds = {
            CellKind.AWAY: f'<td class="is-away">{away}</td>',
            CellKind.TAKEN: f'<td class="is-taken">{taken}</td>',
        }
        self.free = self._free_cells()
        meeting = self._labels(gettext("%(name)s, %(time)s: meeting with %(other)s"))
        held = self._labels(gettext("%(name)s, %(time)s: request, %(other)s"))
        self.met, self.held = ([label.partition(_OTHERS)[::2] for label in labels] for labels in (meeting, held))
        self.places: dict[tuple[str, str] | None, str] = {}
        self.counts: dict[tuple[int, int], str] = {}
        corner = _html(gettext("Participants") if by is By.PEOPLE else gettext("Tables"))
        headings = "".join(map(self._heading, range(len(slots))))
        self.head = f'<thead><tr><th scope="col" class="board-corner">{corner}</th>{headings}</tr></thead>'

    def _labels(self, said: str) -> list[str]:
        """What is said of a cell in each slot, with holes for the names."""
        text = _html(said)
        return [text % {"name": _NAME, "time": time, "other": _OTHERS} for time in self.times]

    def _free_cells(self) -> list[str]:
        """The free cell of each slot, as any row has it."""
        people = self.by is By.PEOPLE
        if self.organises:
            before = f"board/book?{f'person={_KEY}&amp;' if people else ''}slot="
        elif people:
            before = f"participants/{_KEY}/ask-for?slot="
        else:
            return ["<td></td>" if soon else '<td class="is-past"></td>' for soon in self.coming]
        after = self.and_back if self.organises else ""
        labels = self._labels(gettext("%(name)s, %(time)s: free"))
        return [
            f'<td class="is-free"><a href="{before}{value}{after}" aria-label="{label}"></a></td>'
            if soon else '<td class="is-past"></td>'
            for value, label, soon in zip(self.values, labels, self.coming, strict=True)
        ]  # fmt: skip

    def _heading(self, at: int) -> str:
        first = at == 0 or self.days[at] != self.days[at - 1]
        day = f'<span class="board-day">{self.days[at]}</span> ' if first else ""
        return (
            f'<th scope="col" data-slot="{self.values[at]}" data-when="{self.times[at]}">'
            f'{day}<time datetime="{self.slots[at].starts_at.isoformat()}">{self.clocks[at]}</time></th>'
        )

    def row(self, row: Row) -> str:
        name, person, cells = _escaped(row.name), row.person_id, self.free.copy()
        for at, cell in enumerate(row.cells):
            if cell is not FREE:
                meeting = cell.meeting
                cells[at] = self.kinds[cell.kind] if meeting is None else self._meeting(person, at, cell.kind, meeting)
        written = "".join(cells).replace(_NAME, name).replace(_KEY, row.key)
        return f'<tr data-row="{row.key}">{self._name(row, name)}{written}</tr>'

    def _name(self, row: Row, name: str) -> str:
        about = f'<span class="board-about">{_escaped(row.about)}</span>' if row.about else ""
        if row.person_id is None:
            return f'<th scope="row" class="board-name">{name}{about}</th>'
        counts = self.counts.get((row.meetings, row.waiting)) or self._count(row.meetings, row.waiting)
        return (
            f'<th scope="row" class="board-name"><a href="participants/{row.key}">{name}</a>{about}'
            f'<span class="board-count">{counts}</span></th>'
        )

    def _count(self, meetings: int, waiting: int) -> str:
        counts = ngettext("%(num)s meeting", "%(num)s meetings", meetings) % {"num": meetings}
        if waiting:
            unanswered = ngettext("%(num)s unanswered", "%(num)s unanswered", waiting) % {"num": waiting}
            counts = f"{counts} · {unanswered}"
        self.counts[meetings, waiting] = written = _html(counts)
        return written

    def _meeting(self, person: int | None, at: int, kind: CellKind, meeting: BoardMeeting) -> str:
        held = kind is CellKind.HELD
        others = BETWEEN.join([_escaped(name) for one, name in meeting.people if one != person])
        before, after = self.held[at] if held else self.met[at]
        marks = self._place(meeting) if person is not None else ""
        if held or meeting.locked or meeting.guests:
            locked, asked = self.locked if meeting.locked else "", self.asked if held else ""
            more = f"+{len(meeting.guests)}" if meeting.guests else ""
            marks = ", ".join(filter(None, (marks, locked, asked, more)))
        small, tail = (f"<small>{marks}</small>", f", {marks}") if marks else ("", "")
        look = "is-held" if held else "is-meeting is-locked" if meeting.locked else "is-meeting"
        return (
            f'<td class="{look}"><a href="board/meetings/{meeting.public_id}{self.back}"'
            f' data-meeting="{meeting.public_id}" aria-label="{before}{others}{after}{tail}">{others} {small}</a></td>'
        )

    def _place(self, meeting: BoardMeeting) -> str:
        found = self.places.get(meeting.table)
        if found is None:
            found = self.places[meeting.table] = _escaped(str(meeting.place))
        return found


@lru_cache(maxsize=MOST_KEPT)
def _writer(
    slots: tuple[Slot, ...], coming: tuple[bool, ...], by: By, view: str, organises: bool, _reader: Reader
) -> _Writer:
    return _Writer(slots, coming, by, view, organises)


def both_names(one: str, two: str) -> str:
    """Two names, as sentences say them."""
    return gettext("%(one)s and %(two)s") % {"one": one, "two": two}


def who_meets(meeting: BoardMeeting) -> str:
    """The names of both who lead a meeting, as sentences say them."""
    return both_names(meeting.people[0][1], meeting.people[1][1])


def minute_of(now: datetime) -> int:
    """The minute that a board was written in: the clock alone ends requests and lets slots pass."""
    return int(now.timestamp()) // 60
