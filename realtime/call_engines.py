"""What engines are asked for beside letting people in: who has a place, and to end a call, or put somebody out of it.

A page that is told takes its frame away; one that does not is put out by the engine, as far as that one can. Nobody
waits for it: an engine that does not answer is noted, and everything else goes on.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from events.core.refusals import NotFound
from realtime.call_bound import Bound
from realtime.call_rooms import Room, room_now
from realtime.call_rows import RoomNow, Seated
from realtime.video.provider import EngineFailed, Kind, Ticket
from realtime.video.ways import provider_of, usable_ways
from sessions.meeting_rooms import RoomState
from sessions.video import Chosen
from sessions.visit_lines import Lost

log = logging.getLogger("folkmoot.calls")

OVER = {RoomState.ENDED.value, RoomState.CANCELLED.value, RoomState.NO_SHOW.value}


class Engines:
    """The engines as calls see them that are over; `start` begins a step for which nobody waits."""

    def __init__(self, start: Callable[[Awaitable[None]], None]) -> None:
        self.start = start
        self.ending: set[str] = set()

    def let_go(self, bound: Bound, room: RoomNow, why: Lost | None) -> None:
        """A visit is over: whoever was put out is put out of the engine's call too, and what has ended ends there.
        Whoever left, or came anew in another window, hangs up by themselves."""
        caps = provider_of(room.chosen.way).caps
        if why in (Lost.REMOVED, Lost.ENDED) and (caps.can_remove or caps.can_end):
            self.start(self._let_go(bound, room, why))

    async def _let_go(self, bound: Bound, room: RoomNow, why: Lost) -> None:
        # A visit whose row is gone is over too, and the others' call goes on.
        if why is Lost.ENDED and await asyncio.to_thread(_is_over, bound.room):
            self.end(room)
            return
        provider = provider_of(room.chosen.way)
        if provider.caps.can_remove:
            try:
                await provider.remove(room.spec, bound.visit)
            except EngineFailed as failure:
                log.warning("a visit to %s could not be put out by %s: %s", bound.room, room.chosen.way, failure)

    def end(self, room: RoomNow) -> None:
        """End the call that a room has at its engine, or had before it went on in another way."""
        name = room.spec.name
        if provider_of(room.chosen.way).caps.can_end and name not in self.ending:
            self.ending.add(name)
            self.start(self._end(room))

    async def _end(self, room: RoomNow) -> None:
        try:
            await provider_of(room.chosen.way).end(room.spec)
        except EngineFailed as failure:
            log.warning("a call was not ended by %s: %s", room.chosen.way, failure)
        finally:
            self.ending.discard(room.spec.name)


def _is_over(named: Room) -> bool:
    try:
        return room_now(named).message["state"] in OVER
    except NotFound:
        return True


def place_of(seated: Seated) -> int:
    """Which of those in a call somebody is, counted from one in the order in which they came: a call that is full is
    full for whoever came last, and for nobody whose place it is."""
    others = seated.room.message_for(seated.visit)["peers"]
    return 1 + sum(int(one["order"]) < seated.order for one in others)


def has_larger(chosen: Chosen) -> bool:
    """Whether there is another way here that takes more people than this one, and has not failed in this room."""
    most = provider_of(chosen.way).caps.most_speakers
    return any(provider_of(other).caps.most_speakers > most for other in usable_ways() - chosen.passed)


def ticket_json(ticket: Ticket | None) -> dict[str, Any]:
    """A ticket as pages get it; for somebody without one, one that leads nowhere."""
    if ticket is None:
        return {"kind": Kind.LINK.value, "url": "", "token": "", "allow": "", "new_tab": ""}
    return {
        "kind": ticket.kind.value, "url": ticket.url, "token": ticket.token, "allow": ticket.allow,
        "new_tab": ticket.new_tab,
    }  # fmt: skip
