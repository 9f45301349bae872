"""The rooms in which calls are held, of meetings, speed networking and reviews, each asked of the rows of its kind.

A room is named by its kind and the id of its row; a public id tells by its beginning of which kind it is.
"""

from collections.abc import Collection, Iterable
from types import ModuleType
from typing import Any, NamedTuple

from events.core.refusals import NotFound
from realtime import call_rows, networking_rows, review_call_rows
from realtime.call_rows import RoomNow, Seated
from sessions.video import Way
from sessions.visit_lines import Lost


class Room(NamedTuple):
    """A room: of which kind, and the id of its row."""

    kind: str
    id: int


ROWS: dict[str, ModuleType] = {"meeting": call_rows, "networking": networking_rows, "review": review_call_rows}
BEGINNINGS = {"nw": "networking", "nv": "networking", "rv": "review", "vr": "review"}


def kind_of(public: str) -> str:
    """The kind of a room or a visit, by its public id."""
    return BEGINNINGS.get(public.partition("_")[0], "meeting")


def _rows(kind: str) -> Any:
    found = ROWS.get(kind)
    if found is None:
        raise NotFound()
    return found


def _by_kind(things: Iterable[tuple[str, Any]]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for kind, thing in things:
        found.setdefault(kind, []).append(thing)
    return found


def come_in(person: int, public: str, visit: str, proof: str) -> tuple[Room, Seated]:
    """Let somebody into a room, or back to their visit."""
    kind = kind_of(public)
    seated: Seated = _rows(kind).come_in(person, public, visit, proof)
    return Room(kind, seated.meeting_id), seated


def may_check(person: int, public: str) -> bool:
    """Whether somebody's call would be relayed only, for those who may come in."""
    relayed: bool = _rows(kind_of(public)).may_check(person, public)
    return relayed


def room_now(room: Room) -> RoomNow:
    """A room as those in it see it at this moment."""
    found: RoomNow = _rows(room.kind).room_now(room.id)
    return found


def switch(room: Room, failed: Way, why: str) -> RoomNow:
    """A way has failed: everybody goes to the next one."""
    found: RoomNow = _rows(room.kind).switch(room.id, failed, why)
    return found


def line_broke(room: Room, visit: str) -> None:
    """The line of a visit is broken."""
    _rows(room.kind).line_broke(room.id, visit)


def give_up(room: Room, visit: str) -> bool:
    """End a visit whose line is still broken after its time; whether it was."""
    over: bool = _rows(room.kind).give_up(room.id, visit)
    return over


def revs_of(rooms: Collection[Room]) -> dict[Room, int]:
    """The numbers of what there is to see in these rooms: one query for each kind."""
    found: dict[Room, int] = {}
    for kind, ids in _by_kind(rooms).items():
        found |= {Room(kind, id): rev for id, rev in _rows(kind).revs_of(ids).items()}
    return found


def lost_now(visits: Collection[str]) -> dict[str, Lost]:
    """Which of these visits are over, and why: one query for each kind."""
    found: dict[str, Lost] = {}
    for kind, some in _by_kind((kind_of(one), one) for one in visits).items():
        found |= _rows(kind).lost_now(some)
    return found


def seen_now(visits: Collection[str]) -> None:
    """The lines of these visits hold."""
    for kind, some in _by_kind((kind_of(one), one) for one in visits).items():
        _rows(kind).seen_now(some)
