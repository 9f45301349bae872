"""Who is here: people in channels, each once however many windows they have. Kept in memory, per process."""

from dataclasses import dataclass, field
from typing import Any

MOST_NAMES = 30


@dataclass
class _Room:
    names: dict[str, str] = field(default_factory=dict)
    windows: dict[str, str] = field(default_factory=dict)
    came: dict[str, str] = field(default_factory=dict)
    went: set[str] = field(default_factory=set)


class Presence:
    """Counts and what changed in them since it was last told; whole lists only to whoever arrives."""

    def __init__(self) -> None:
        self._rooms: dict[str, _Room] = {}

    def enter(self, channel: str, window: str, person: str, name: str) -> None:
        """A window of a person (public id) is here now."""
        room = self._rooms.setdefault(channel, _Room())
        room.windows[window] = person
        if person not in room.names:
            room.names[person] = name
            if person in room.went:
                room.went.discard(person)
            else:
                room.came[person] = name

    def leave(self, channel: str, window: str) -> None:
        """A window is closed; its person is gone with the last one."""
        room = self._rooms.get(channel)
        person = room.windows.pop(window, None) if room else None
        if room is None or person is None or person in room.windows.values():
            return
        del room.names[person]
        if room.came.pop(person, None) is None:
            room.went.add(person)

    def count(self, channel: str) -> int:
        """How many people are here."""
        room = self._rooms.get(channel)
        return len(room.names) if room else 0

    def people(self, channel: str) -> list[dict[str, str]]:
        """The first thirty people here, for somebody who arrives and may know them."""
        room = self._rooms.get(channel)
        return _people(room.names) if room else []

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
