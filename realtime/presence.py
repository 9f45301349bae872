"""Who is here: people in channels, each once however many windows they have. Kept in memory; windows at other web
processes are far (`realtime/elsewhere.py`)."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

MOST_NAMES = 30


@dataclass
class _Room:
    names: dict[str, str] = field(default_factory=dict)
    windows: dict[str, str] = field(default_factory=dict)
    open: Counter[str] = field(default_factory=Counter)
    near: Counter[str] = field(default_factory=Counter)
    far: set[str] = field(default_factory=set)
    came: dict[str, str] = field(default_factory=dict)
    went: set[str] = field(default_factory=set)


class Presence:
    """Counts and what changed in them since it was last told; whole lists only to whoever arrives."""

    def __init__(self) -> None:
        self._rooms: dict[str, _Room] = {}

    def enter(self, channel: str, window: str, person: str, name: str, *, far: bool = False) -> bool:
        """A window of a person (public id) is here now; answers whether it is their first at this process."""
        room = self._rooms.setdefault(channel, _Room())
        if window in room.windows:
            return False
        room.windows[window] = person
        if far:
            room.far.add(window)
        else:
            room.near[person] += 1
        room.open[person] += 1
        if person not in room.names:
            room.names[person] = name
            if person in room.went:
                room.went.discard(person)
            else:
                room.came[person] = name
        return not far and room.near[person] == 1

    def leave(self, channel: str, window: str) -> str:
        """A window is closed; its person is gone with the last one. Answers whose last one at this process it was."""
        room = self._rooms.get(channel)
        person = room.windows.pop(window, None) if room else None
        if room is None or person is None:
            return ""
        left = ""
        if window in room.far:
            room.far.discard(window)
        else:
            room.near[person] -= 1
            if not room.near[person]:
                del room.near[person]
                left = person
        self._close_one(room, person)
        return left

    def _close_one(self, room: _Room, person: str) -> None:
        room.open[person] -= 1
        if room.open[person]:
            return
        del room.open[person]
        del room.names[person]
        if room.came.pop(person, None) is None:
            room.went.add(person)

    def count(self, channel: str) -> int:
        """How many people are here."""
        room = self._rooms.get(channel)
        return len(room.names) if room else 0

    def channels(self) -> list[str]:
        """Where somebody is at this process."""
        return [channel for channel, room in self._rooms.items() if room.near]

    def near(self, channel: str) -> dict[str, str]:
        """Who is here at this process: public ids and names."""
        room = self._rooms.get(channel)
        return {person: room.names[person] for person in room.near} if room else {}

    def people(self, channel: str) -> list[dict[str, str]]:
        """The first thirty people here, for somebody who arrives and may know them."""
        room = self._rooms.get(channel)
        return _people(room.names) if room else []

    def ids(self, channel: str) -> list[str]:
        """The public ids of all who are here, for who knows whom of them may be shown."""
        room = self._rooms.get(channel)
        return list(room.names) if room else []

    def changes(self, channel: str) -> dict[str, Any] | None:
        """How many are here, who came and who went since this was last asked; None if nobody did."""
        room = self._rooms.get(channel)
        if room is None:
            return None
        came, went = room.came, room.went
        room.came, room.went = {}, set()
        if not room.names:
            del self._rooms[channel]
        if not came and not went:
            return None
        return {"here": len(room.names), "came": _people(came), "went": sorted(went)[:MOST_NAMES]}


def _people(names: dict[str, str]) -> list[dict[str, str]]:
    return [{"id": person, "name": name} for person, name in list(names.items())[:MOST_NAMES]]
