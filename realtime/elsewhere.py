"""Who is in a room at the other web processes: each tells the others who came to it and went, over Redis.

What it says can be lost, and Redis can be away; so each says all of it every ten seconds, and whoever is not heard of
for half a minute is taken for gone, with everybody in it. Without Redis each process tells of its own people only.
"""

import secrets
from collections.abc import Callable
from time import monotonic
from typing import Any

from events.core.settings import settings
from realtime.channels import PROCESSES
from realtime.fanout import Fanout
from realtime.presence import Presence

HERE = "here"
BEAT_SECONDS = 10.0
GONE_AFTER = 30.0

Names = dict[str, str]


class Elsewhere:
    """The others' people as windows far away, beside our own ones in the same presence."""

    def __init__(self, presence: Presence, fanout: Fanout, tell_room: Callable[[str], None]) -> None:
        self.presence, self.fanout, self.tell_room = presence, fanout, tell_room
        self.process = secrets.token_hex(8)
        self.came: dict[str, Names] = {}
        self.went: dict[str, set[str]] = {}
        self.known: dict[str, dict[str, set[str]]] = {}
        self.heard_at: dict[str, float] = {}
        self.told_at = 0.0

    # --- What we say

    def note_came(self, channel: str, person: str, name: str) -> None:
        """Somebody has come to this process who was not here."""
        self.went.get(channel, set()).discard(person)
        self.came.setdefault(channel, {})[person] = name
        self._say_soon()

    def note_went(self, channel: str, person: str) -> None:
        """Somebody has closed their last window at this process."""
        self.came.get(channel, {}).pop(person, None)
        self.went.setdefault(channel, set()).add(person)
        self._say_soon()

    def _say_soon(self) -> None:
        if settings().redis_url:
            self.fanout.latest(PROCESSES, HERE, self._news, everywhere=True)
        else:
            self.came, self.went = {}, {}

    def _news(self) -> dict[str, Any]:
        came, went = self.came, {channel: sorted(people) for channel, people in self.went.items() if people}
        self.came, self.went = {}, {}
        return {"process": self.process, "came": came, "went": went}

    def beat(self) -> None:
        """Say who is here, all of them, and forget processes that say nothing any more."""
        now = monotonic()
        if not settings().redis_url or now - self.told_at < BEAT_SECONDS:
            return
        self.told_at = now
        everybody = {channel: self.presence.near(channel) for channel in self.presence.channels()}
        self.fanout.tell([PROCESSES], HERE, {"process": self.process, "all": everybody})
        for process, heard_at in list(self.heard_at.items()):
            if now - heard_at > GONE_AFTER:
                self._take_all(process, {})
                del self.known[process], self.heard_at[process]

    # --- What we hear

    def hear(self, message: dict[str, Any]) -> None:
        """Another process says who came and went, or who is there."""
        process = message["process"]
        if process == self.process:
            return
        self.heard_at[process] = monotonic()
        if "all" in message:
            self._take_all(process, message["all"])
            return
        for channel, names in message["came"].items():
            self._came(process, channel, names)
        for channel, people in message["went"].items():
            self._went(process, channel, set(people))

    def _take_all(self, process: str, everybody: dict[str, Names]) -> None:
        known = self.known.setdefault(process, {})
        for channel in list(known):
            self._went(process, channel, known[channel] - everybody.get(channel, {}).keys())
        for channel, names in everybody.items():
            self._came(process, channel, names)

    def _came(self, process: str, channel: str, names: Names) -> None:
        known = self.known.setdefault(process, {}).setdefault(channel, set())
        for person, name in names.items():
            if person not in known:
                known.add(person)
                self.presence.enter(channel, f"{process} {person}", person, name, far=True)
        self.tell_room(channel)

    def _went(self, process: str, channel: str, people: set[str]) -> None:
        known = self.known.setdefault(process, {}).get(channel, set())
        for person in people & known:
            known.discard(person)
            self.presence.leave(channel, f"{process} {person}")
        if not known:
            self.known[process].pop(channel, None)
        self.tell_room(channel)
