"""Lobbies: whose windows are in which, each person once. Kept in memory; over Redis each process tells the others who
came and went, as it does of rooms (`realtime/elsewhere.py`).

A lobby's channel hears how many are here and nothing else: who of them is shown, and to whom, is asked of the rows when
the page is made.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from events.core.access import Actor
from events.core.database import reading
from events.core.refusals import NotFound
from events.events import get_event
from events.people import people_by_id
from events.roles import actor_for
from realtime.channels import lobby_channel
from realtime.elsewhere import Elsewhere
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
        elsewhere: Elsewhere,
        enter: Callable[[str, str], Awaitable[None]],
        leave: Callable[[str, str], Awaitable[None]],
        is_open: Callable[[str], bool],
    ) -> None:
        self.fanout, self.presence, self.elsewhere = fanout, presence, elsewhere
        self.enter, self.leave, self.is_open = enter, leave, is_open
        self.windows: dict[str, dict[int, str]] = {}

    async def join(self, sid: str, connection: Connection, asked: Any) -> Answer:
        """Let a socket into the lobby of an event; NotFound for those who may not be in it."""
        event_id, slug, person, name = await asyncio.to_thread(_let_in, connection.person, _named(asked))
        if not self.is_open(sid):
            raise NotFound()
        await self.enter(sid, lobby_channel(event_id))
        self.windows.setdefault(sid, {})[event_id] = slug
        if self.presence.enter(lobby_channel(event_id), sid, person, name):
            self.elsewhere.note_came(lobby_channel(event_id), person, name)
        self._tell(event_id, slug)
        return {"ok": True, "lobby": slug, "here": self.presence.count(lobby_channel(event_id))}

    def gone(self, sid: str) -> None:
        """A socket is gone, and its window with it."""
        for event_id, slug in self.windows.pop(sid, {}).items():
            self._went(sid, event_id, slug)

    def _went(self, sid: str, event_id: int, slug: str) -> None:
        if person := self.presence.leave(lobby_channel(event_id), sid):
            self.elsewhere.note_went(lobby_channel(event_id), person)
        self._tell(event_id, slug)

    async def look(self, sid: str, actor: Actor) -> None:
        """Put a socket out of lobbies that its person, as they are now, may not be in any more: it hears nothing more
        from there, and is not counted."""
        for event_id, slug in list(self.windows.get(sid, {}).items()):
            if not await asyncio.to_thread(_may_stay, actor, slug):
                await self.leave(sid, lobby_channel(event_id))
                if self.windows.get(sid, {}).pop(event_id, None) is not None:
                    self._went(sid, event_id, slug)

    def tell_here(self, channel: str) -> None:
        """At another process somebody has come to a lobby or gone: those who are in it here hear how many they are."""
        lobbies = {one for windows in self.windows.values() for one in windows.items()}
        for event_id, slug in lobbies:
            if lobby_channel(event_id) == channel:
                self._tell(event_id, slug)

    def _tell(self, event_id: int, slug: str) -> None:
        channel = lobby_channel(event_id)

        def message() -> Message | None:
            changed = self.presence.changes(channel)
            return {"lobby": slug, "here": changed["here"]} if changed else None

        self.fanout.latest(channel, "lobby", message, listeners=self.presence.count(channel))

    def people(self, event_id: int) -> list[str]:
        """The public ids of those who are in a lobby."""
        return self.presence.ids(lobby_channel(event_id))


def _named(asked: Any) -> str:
    named = asked.get("lobby") if isinstance(asked, dict) else None
    if not isinstance(named, str) or not 0 < len(named) <= LONGEST or "\0" in named:
        raise NotFound()
    return named


def _may_stay(actor: Actor, slug: str) -> bool:
    with reading() as db:
        try:
            return see_lobby(actor, get_event(db, actor, slug))
        except NotFound:
            return False


def _let_in(person: int, slug: str) -> tuple[int, str, str, str]:
    with reading() as db:
        actor = actor_for(db, person)
        event = get_event(db, actor, slug)
        if not see_lobby(actor, event):
            raise NotFound()
        found = people_by_id(db, {person})[person]
        return event.id, event.event.slug, found.public_id, found.name
