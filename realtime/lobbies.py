"""Lobbies: whose windows are in which, each person once. Kept in memory, per process, as presence in rooms is.

A lobby's channel hears how many are here and nothing else: who of them is shown, and to whom, is asked of the rows when
the page is made.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from events.core.database import reading
from events.core.refusals import NotFound
from events.events import get_event
from events.people import people_by_id
from events.roles import actor_for
from realtime.channels import lobby_channel
from realtime.fanout import Fanout, Message
from realtime.guard import Connection
from realtime.presence import Presence
from sessions.lobby import see_lobby

Answer = dict[str, Any]
LONGEST = 80


class Lobbies:
    """The lobbies of this process."""

    def __init__(
        self,
        fanout: Fanout,
        presence: Presence,
        enter: Callable[[str, str], Awaitable[None]],
        is_open: Callable[[str], bool],
    ) -> None:
        self.fanout, self.presence, self.enter, self.is_open = fanout, presence, enter, is_open
        self.windows: dict[str, dict[int, str]] = {}

    async def join(self, sid: str, connection: Connection, asked: Any) -> Answer:
        """Let a socket into the lobby of an event; NotFound for those who may not be in it."""
        event_id, slug, person, name = await asyncio.to_thread(_let_in, connection.person, _named(asked))
        if not self.is_open(sid):
            raise NotFound()
        await self.enter(sid, lobby_channel(event_id))
        self.windows.setdefault(sid, {})[event_id] = slug
        self.presence.enter(lobby_channel(event_id), sid, person, name)
        self._tell(event_id, slug)
        return {"ok": True, "lobby": slug, "here": self.presence.count(lobby_channel(event_id))}

    def gone(self, sid: str) -> None:
        """A socket is gone, and its window with it."""
        for event_id, slug in self.windows.pop(sid, {}).items():
            self.presence.leave(lobby_channel(event_id), sid)
            self._tell(event_id, slug)

    def _tell(self, event_id: int, slug: str) -> None:
        channel = lobby_channel(event_id)

        def message() -> Message | None:
            changed = self.presence.changes(channel)
            return {"lobby": slug, "here": changed["here"]} if changed else None

        self.fanout.latest(channel, "lobby", message)

    def people(self, event_id: int) -> list[str]:
        """The public ids of those who are in a lobby, in this process."""
        return self.presence.ids(lobby_channel(event_id))


def _named(asked: Any) -> str:
    named = asked.get("lobby") if isinstance(asked, dict) else None
    if not isinstance(named, str) or not 0 < len(named) <= LONGEST:
        raise NotFound()
    return named


def _let_in(person: int, slug: str) -> tuple[int, str, str, str]:
    with reading() as db:
        actor = actor_for(db, person)
        event = get_event(db, actor, slug)
        if not see_lobby(actor, event):
            raise NotFound()
        found = people_by_id(db, {person})[person]
        return event.id, event.event.slug, found.public_id, found.name
