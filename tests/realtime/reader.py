"""A reader of a room, as the page's module is one: a state, the messages that change it, and what to do about a gap."""

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
PERSONAL = {"mine", "own"}


@dataclass
class Reader:
    """Holds what a page would show; `missed` counts the gaps that it noticed."""

    number: int = 0
    running: Json = field(default_factory=dict)
    lists: dict[str, dict[str, Json]] = field(default_factory=dict)
    whole: Json = field(default_factory=dict)
    missed: int = 0

    LISTS = ("questions", "chat", "polls")
    WHOLE = ("hands", "reactions", "manners", "programme")

    def load(self, snapshot: Json) -> None:
        """Begin from a snapshot."""
        self.number, self.running = snapshot["number"], snapshot["running"]
        self.lists = {name: {one["id"]: one for one in snapshot[name]} for name in self.LISTS}
        self.whole = {name: snapshot[name] for name in self.WHOLE}

    def hear(self, message: Json) -> bool:
        """Take a message, or say that something before it is missing."""
        if message["number"] <= self.number:
            return True
        if message["since"] > self.number or message["whole"]:
            self.missed += 1
            return False
        self.take(message)
        return True

    def take(self, message: Json) -> None:
        """Each thing is in a message as it is now; what is personal to the reader stays as it was."""
        self.number = message["number"]
        self.running = message["running"] or self.running
        for name in self.LISTS:
            for one in message[name]:
                mine = {key: value for key, value in self.lists[name].get(one["id"], {}).items() if key in PERSONAL}
                self.lists[name][one["id"]] = mine | one
        for name in self.WHOLE:
            if message[name] is not None:
                self.whole[name] = message[name]

    def shown(self) -> Json:
        """What is in sight: nothing of what was taken off, nothing personal, no order."""
        seen = {
            name: {
                id: {key: value for key, value in one.items() if key not in PERSONAL}
                for id, one in rows.items()
                if one["state"] not in {"hidden", "waiting", "draft"}
            }
            for name, rows in self.lists.items()
        }
        return {"running": self.running, **seen, **self.whole}


def reader_of(snapshot: Json) -> Reader:
    """A reader who has just loaded the page."""
    reader = Reader()
    reader.load(snapshot)
    return reader
