"""What pages send to a board: updates in the format of Yjs, read strictly before the library sees them.

The merging itself is Yjs in the browser and pycrdt (Yrs) here. Yrs reads nested values by recursion and without end: an
update of 60 KB ends the process (seen with pycrdt 0.14.13). So an update may hold only what a board is made of: texts,
plain values and the entries they stand in; whatever else it holds is refused. The format is that of Yjs 13, version 1
(its INTERNALS.md, and `readClientsStructRefs`).
"""

from dataclasses import dataclass, field

from pycrdt import Doc, Map, Text

from events.core.refusals import Conflict, Invalid
from events.core.translation import _

LARGEST_UPDATE = 200_000
LARGEST_BOARD = 400_000
MOST_ENTRIES = 300
LONGEST_TEXT = 8000
MOST_STRUCTS = 20_000
ROOT = "entries"
KINDS = ("finding", "recommendation")

_LONGEST_NUMBER = 2**53
_MOST_LETTERS = 10_000_000
_DELETED, _TEXT, _TYPE, _ANY, _GONE, _SKIPPED = 1, 4, 7, 8, 0, 10
_HAS_LEFT, _HAS_RIGHT, _HAS_KEY = 0x80, 0x40, 0x20
_MAP, _TEXT_TYPE = 1, 2
_UNDEFINED, _NULL, _WHOLE, _FLOAT32, _FLOAT64, _FALSE, _TRUE, _WORD = 127, 126, 125, 124, 123, 121, 120, 119


class UpdateRefused(Invalid):
    """An update that is none, or holds what no board has."""

    def __init__(self) -> None:
        super().__init__({"update": _("This change cannot be read. Copy your text, and reload the page.")})


class BoardFull(Invalid):
    """A board has limits, so that it stays quick for all."""

    def __init__(self) -> None:
        super().__init__({"update": _("The board is full. Shorten or merge some entries first.")})


class SomethingMissing(Conflict):
    """An update follows on one that has not arrived; all that is missing is sent with the next."""

    def __init__(self) -> None:
        super().__init__(_("Something before this change is missing. It is sent again."))


@dataclass(frozen=True)
class BoardEntry:
    """An entry as it stands; `question` is the number of its question, 0 for none. `gone` ones were taken off: their
    text is kept, so that nobody's words are lost who was writing at that moment."""

    id: str
    kind: str
    question: int
    at: float
    text: str
    gone: bool


@dataclass
class Reach:
    """How far an update reaches: by client the clock after its last change, and of what it deletes."""

    written: dict[int, int] = field(default_factory=dict)
    deleted: dict[int, int] = field(default_factory=dict)


class _Reader:
    def __init__(self, content: bytes) -> None:
        self.content, self.at, self.structs = content, 0, 0

    def byte(self) -> int:
        if self.at >= len(self.content):
            raise UpdateRefused
        self.at += 1
        return self.content[self.at - 1]

    def number(self) -> int:
        found = shift = 0
        while True:
            byte = self.byte()
            found |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
            if shift > 56:
                raise UpdateRefused
        if found >= _LONGEST_NUMBER:
            raise UpdateRefused
        return found

    def word(self) -> str:
        size = self.number()
        if size > len(self.content) - self.at:
            raise UpdateRefused
        self.at += size
        try:
            return self.content[self.at - size : self.at].decode()
        except UnicodeDecodeError:
            raise UpdateRefused from None

    def skip(self, size: int) -> None:
        if size > len(self.content) - self.at:
            raise UpdateRefused
        self.at += size


def reach_of(update: bytes) -> Reach:
    """How far an update reaches; UpdateRefused for one that cannot be read to its end, or holds what no board has."""
    reader, reach = _Reader(update), Reach()
    for _client in range(reader.number()):
        structs, client, at = reader.number(), reader.number(), reader.number()
        for _struct in range(structs):
            reader.structs += 1
            if reader.structs > MOST_STRUCTS:
                raise BoardFull
            at += _struct_length(reader)
            if at >= _LONGEST_NUMBER:
                raise UpdateRefused
        reach.written[client] = max(at, reach.written.get(client, 0))
    for _client in range(reader.number()):
        client = reader.number()
        for _range in range(reader.number()):
            end = reader.number() + reader.number()
            reach.deleted[client] = max(end, reach.deleted.get(client, 0))
    if reader.at != len(update):
        raise UpdateRefused
    return reach


def _struct_length(reader: _Reader) -> int:
    info = reader.byte()
    kind = info & 0x1F
    if kind in (_GONE, _SKIPPED):
        return _letters(reader)
    for flag in (_HAS_LEFT, _HAS_RIGHT):
        if info & flag:
            reader.number()
            reader.number()
    if not info & (_HAS_LEFT | _HAS_RIGHT):
        _read_parent(reader)
        if info & _HAS_KEY:
            reader.word()
    return _content_length(reader, kind)


def _read_parent(reader: _Reader) -> None:
    if reader.number() == 1:
        if reader.word() != ROOT:
            raise UpdateRefused
    else:
        reader.number()
        reader.number()


def _content_length(reader: _Reader, kind: int) -> int:
    if kind == _DELETED:
        return _letters(reader)
    if kind == _TEXT:
        return len(reader.word().encode("utf-16-le")) // 2
    if kind == _TYPE and reader.number() in (_MAP, _TEXT_TYPE):
        return 1
    if kind == _ANY:
        values = reader.number()
        for _value in range(values):
            reader.structs += 1
            if reader.structs > MOST_STRUCTS:
                raise BoardFull
            _read_plain(reader)
        return values
    raise UpdateRefused


def _letters(reader: _Reader) -> int:
    found = reader.number()
    if found > _MOST_LETTERS:
        raise UpdateRefused
    return found


def _read_plain(reader: _Reader) -> None:
    kind = reader.byte()
    if kind == _WORD:
        reader.word()
    elif kind == _WHOLE:
        while reader.byte() & 0x80:
            pass
    elif kind in (_FLOAT32, _FLOAT64):
        reader.skip(4 if kind == _FLOAT32 else 8)
    elif kind not in (_UNDEFINED, _NULL, _FALSE, _TRUE):
        raise UpdateRefused


def state_vector(content: bytes) -> dict[int, int]:
    """By client the clock after the last change that a board has seen."""
    reader = _Reader(content)
    return {reader.number(): reader.number() for _client in range(reader.number())}


def board_of(*updates: bytes) -> "Doc[Map[object]]":
    """A board with these updates of ours in it, in their order."""
    board: Doc[Map[object]] = Doc()
    for one in updates:
        board.apply_update(one)
    return board


def take_update(board: "Doc[Map[object]]", update: bytes) -> bool:
    """Put an update into a board; whether it brought anything new. The board is to be thrown away after a refusal.

    Refuses what cannot be read, what follows on something that is not there, and what makes the board too large.
    """
    if len(update) > LARGEST_UPDATE:
        raise BoardFull
    reach = reach_of(update)
    before = board.get_update()
    try:
        board.apply_update(update)
        after = board.get_update()
        there = state_vector(board.get_state())
    except (ValueError, RuntimeError, OverflowError) as error:
        raise UpdateRefused from error
    if any(there.get(client, 0) < end for client, end in [*reach.written.items(), *reach.deleted.items()]):
        raise SomethingMissing
    if after == before:
        return False
    if len(after) > LARGEST_BOARD or len(entries_in(board)) > MOST_ENTRIES:
        raise BoardFull
    if any(len(one.text) > LONGEST_TEXT for one in entries_in(board)):
        raise Invalid({"update": _("A text on the board has at most %(most)s characters.", most=LONGEST_TEXT)})
    return True


def entries_in(board: "Doc[Map[object]]") -> list[BoardEntry]:
    """The entries of a board in the order in which they were added; UpdateRefused for one that is none."""
    entries = board.get(ROOT, type=Map)
    ids = list(entries.keys())
    return sorted((_entry(id, entries[id]) for id in ids), key=lambda one: (one.at, one.id))


def _entry(id: str, found: object) -> BoardEntry:
    if not isinstance(found, Map) or len(id) > 40:
        raise UpdateRefused
    kind, text = found.get("kind"), found.get("text")
    question, at = _number(found.get("question")), _number(found.get("at"))
    if kind not in KINDS or not 0 <= question < 1000 or not isinstance(text, Text):
        raise UpdateRefused
    return BoardEntry(id, str(kind), int(question), at, str(text), found.get("gone") is True)


def _number(found: object) -> float:
    if not isinstance(found, int | float) or isinstance(found, bool):
        raise UpdateRefused
    return float(found)


def new_entry(board: "Doc[Map[object]]", id: str, *, kind: str, question: int, at: float, text: str) -> None:
    """Put an entry on a board, as a page does."""
    entries = board.get(ROOT, type=Map)
    entries[id] = Map({"kind": kind, "question": float(question), "at": at, "text": Text(text), "gone": False})
