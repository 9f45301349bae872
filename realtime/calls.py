"""Calls in meeting rooms, speed networking and reviews: joining, signalling, what is switched on, captions.

Nothing here changes anything else.

A visit is bound to the socket that joined with it, and each second it is asked whether it still stands: somebody who
was put out, whose meeting was called off or whose sign-in is gone hears and says nothing two seconds later. To leave,
end, put out, let in, ask to mute and go on for longer are POSTs to commands; their facts reach the call through the
number of the room's state (see decision 28).
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime
from time import monotonic
from typing import Any

from events.core import clock
from events.core.refusals import Conflict, NotAllowed, NotFound, Refusal
from events.core.settings import settings
from events.core.translation import _
from realtime.call_bound import Bound, Line
from realtime.call_engines import Engines, has_larger, place_of, ticket_json
from realtime.call_frames import read_caption, read_engine, read_joining, read_media, read_signals
from realtime.call_rooms import (
    Room,
    come_in,
    give_up,
    line_broke,
    lost_now,
    may_check,
    revs_of,
    room_now,
    seen_now,
    switch,
)
from realtime.call_rows import RoomNow, Seated
from realtime.channels import call_channel, visit_channel
from realtime.guard import Bucket, Connection
from realtime.video.janus import Janus
from realtime.video.mesh import good_for, ice_servers, is_relayed, only_relayed
from realtime.video.provider import EngineFailed, Ticket
from realtime.video.ways import janus, provider_of
from sessions.video import Way
from sessions.visit_lines import AWAY, Lost

log = logging.getLogger("folkmoot.calls")

LOOK_EVERY = 1.0
BEAT_EVERY = 10
STRIKES = 3
TRIES = 4

Answer = dict[str, Any]
Step = Callable[[str, Connection, Any], Awaitable[Answer]]


_current: list["Calls"] = []


def look_at_calls() -> None:
    """Something happened in a meeting room: let the calls of this process look at once; from any thread."""
    for calls in _current:
        if calls.loop is not None and not calls.loop.is_closed():
            calls.loop.call_soon_threadsafe(calls.woken.set)


class Calls:
    """The calls of this process: whose socket speaks for which visit."""

    def __init__(self, line: Line, connection_of: Callable[[str], Connection]) -> None:
        self.line, self.connection_of = line, connection_of
        self.bound: dict[str, Bound] = {}
        self.by_visit: dict[str, Bound] = {}
        self.rooms: dict[Room, RoomNow] = {}
        self.joins: dict[int, Bucket] = {}
        self.told: dict[str, Answer] = {}
        self.joining: Counter[str] = Counter()
        self.watch: asyncio.Task[None] | None = None
        self.woken = asyncio.Event()
        self.tasks: set[asyncio.Task[Any]] = set()
        self.engines = Engines(self._start)
        self.loop: asyncio.AbstractEventLoop | None = None
        _current[:] = [self]

    def steps(self) -> dict[str, Step]:
        """What clients may say."""
        return {
            "meet:join": self._join,
            "meet:signal": self._signal,
            "meet:media": self._media,
            "meet:ice": self._ice,
            "meet:caption": self._caption,
            "meet:clock": self._clock,
            "meet:check": self._check,
            "meet:engine": self._engine,
        }

    def _mine(self, sid: str) -> Bound:
        bound = self.bound.get(sid)
        if bound is None:
            raise NotFound()
        return bound

    def _limit(self, bound: Bound, within: bool, wait: int) -> Answer | None:
        """Whoever is too fast is told so, and after the third time cut off."""
        if within:
            return None
        bound.strikes += 1
        if bound.strikes >= STRIKES:
            log.info("the call of person %s is cut: too fast", bound.person)
            bound.connection.kill("flood")
        return {"ok": False, "code": "rate", "retry_after": wait, "ref": ""}

    # --- Coming in

    async def _join(self, sid: str, connection: Connection, asked: Any) -> Answer:
        """Come into a room; answers the visit with its proof, the room, and what the page needs for the call."""
        self.joining[sid] += 1
        try:
            return await self._come_in(sid, connection, asked)
        finally:
            self.joining -= Counter([sid])

    async def _come_in(self, sid: str, connection: Connection, asked: Any) -> Answer:
        wish = read_joining(asked)
        if not self.joins.setdefault(connection.person, Bucket(1 / 6, 10)).take():
            return {"ok": False, "code": "rate", "retry_after": 10, "ref": ""}
        room, seated = await asyncio.to_thread(come_in, connection.person, wish.meeting, wish.visit, wish.proof)
        seated, ticket = await self._ticket(connection.person, wish.meeting, room, seated)
        before = self.bound.get(sid)
        for old in {*seated.replaced, *([before.visit] if before else [])} - {seated.visit}:
            await self._lose(old, Lost.REPLACED, by=sid)
        bound = Bound(sid, room, wish.meeting, seated.visit, connection.person, connection)
        if sid not in self.joining:  # Gone while it came in: its visit waits for it as after any broken line.
            self._start(self._wait_for(bound))
            raise NotFound()
        await self._bind(bound)
        await self._tell(room, seated.room)
        relay = seated.room.chosen.relay_only
        return {
            "ok": True,
            "visit": {"id": seated.visit, "proof": seated.proof},
            "resumed": seated.resumed,
            "order": seated.order,
            "room": seated.room.message_for(seated.visit),
            "full": ticket is None,
            "ticket": ticket_json(ticket),
            "ice": _ice_json(seated.visit, seated.room.closes, relay_only=relay),
        }

    async def _ticket(self, person: int, public: str, room: Room, seated: Seated) -> tuple[Seated, Ticket | None]:
        """What lets somebody into the call; where a way fails, all are switched to the next one first."""
        for _try in range(TRIES):
            chosen = seated.room.chosen
            provider = self._janus() if chosen.way is Way.JANUS else provider_of(chosen.way)
            if place_of(seated) > provider.caps.most_speakers and chosen.way is not Way.OFF:
                if not has_larger(chosen):
                    return seated, None
                await asyncio.to_thread(switch, room, chosen.way, "full")
            else:
                try:
                    await provider.ensure_room(seated.room.spec)
                    return seated, await provider.ticket(seated.room.spec, seated.guest)
                except EngineFailed as failure:
                    log.warning("way %s failed: %s", chosen.way, failure)
                    await asyncio.to_thread(switch, room, chosen.way, str(failure))
            _room, seated = await asyncio.to_thread(come_in, person, public, seated.visit, seated.proof)
        return seated, None

    async def _bind(self, bound: Bound) -> None:
        self.bound[bound.sid] = self.by_visit[bound.visit] = bound
        await self.line.enter(bound.sid, call_channel(*bound.room))
        await self.line.enter(bound.sid, visit_channel(bound.visit))
        self.loop = asyncio.get_running_loop()
        if self.watch is None or self.watch.done():
            self.watch = asyncio.create_task(self._keep_watch())

    async def _tell(self, named: Room, room: RoomNow, *, everywhere: bool = True) -> None:
        known = self.rooms.get(named)
        if known is None or room.rev >= known.rev:
            self._know(named, room)
        if room.is_shared:
            await self.line.emit("meet:state", room.message, room=call_channel(*named), ignore_queue=not everywhere)
            return
        # Other processes look by themselves within a second, and at once when a fact wakes them.
        for visit in room.visits & self.by_visit.keys():
            message = room.message_for(visit)
            seen = {name: message[name] for name in ("state", "peers")} | {"ends": message["clock"]["ends"]}
            if self.told.get(visit) != seen:
                self.told[visit] = seen
                await self.line.emit("meet:state", message, room=visit_channel(visit), ignore_queue=True)

    def _know(self, named: Room, room: RoomNow) -> RoomNow:
        """This is how a room is now; where it went on in another way, the call that it had before ends."""
        known, self.rooms[named] = self.rooms.get(named), room
        if known is not None and known.epoch < room.epoch:
            self.engines.end(known)
        return room

    # --- What those inside say to each other

    async def _signal(self, sid: str, _connection: Connection, asked: Any) -> Answer:
        """Hand offers, answers and ways on to one other visit of the same room. Answers up to which number they were
        handed on: what was not stays with the sender."""
        bound = self._mine(sid)
        to, signals = read_signals(asked)
        within = bound.signals.take(len(signals)) and bound.letters.take(sum(one.size for one in signals))
        if too_fast := self._limit(bound, within, 5):
            return too_fast
        room = await self._room_with(bound, to)
        if room.closes <= clock.now():
            raise Conflict(_("This room is closed. What was written in it stays readable."))
        if to not in room.heard_by(bound.visit):
            raise NotFound()
        target = self.by_visit.get(to)
        if target is None and not self._elsewhere(bound, to, room):
            return {"ok": False, "code": "away", "upto": -1, "ref": ""}
        for one in signals:
            content = self._screened(one.content, relayed=room.chosen.relay_only)
            if content is not None:
                message = {"from": bound.visit, "seq": one.number, **content}
                await self.line.emit("meet:signal", message, room=visit_channel(to))
        return {"ok": True, "upto": signals[-1].number}

    async def _room_with(self, bound: Bound, visit: str) -> RoomNow:
        """The room of a visit as it was last seen; looked at again where somebody is named who was not in it then."""
        room = self.rooms.get(bound.room)
        if room is None or _is_stale(room) or visit not in room.heard_by(bound.visit) | (room.visits & {bound.visit}):
            room = self._know(bound.room, await asyncio.to_thread(room_now, bound.room))
            if not room.is_shared:
                self._start(self._tell(bound.room, room))
        return room

    def _elsewhere(self, bound: Bound, visit: str, room: RoomNow) -> bool:
        """Whether the window of a visit may be at another process: it is here as far as the room knows."""
        peers = room.message_for(bound.visit)["peers"]
        return any(one["id"] == visit and one["online"] for one in peers) and _several_processes()

    def _screened(self, content: dict[str, Any], *, relayed: bool) -> dict[str, Any] | None:
        """A signal without what would show somebody's network address where the event does not want it."""
        if not relayed:
            return content
        if "c" in content:
            return content if is_relayed(content["c"]["candidate"]) else None
        return {"d": {**content["d"], "sdp": only_relayed(content["d"]["sdp"])}}

    async def _engine(self, sid: str, _connection: Connection, asked: Any) -> Answer:
        """What a page says to the engine that only we speak with: what it sends, whom it watches, ways it has found."""
        bound, (of, wish) = self._mine(sid), read_engine(asked)
        size = len(wish.get("d", {}).get("sdp", "")) if "d" in wish else 100
        if too_fast := self._limit(bound, bound.engine.take() and bound.letters.take(size), 5):
            return too_fast
        room = await self._room_with(bound, of or bound.visit)
        if (
            room.chosen.way is not Way.JANUS
            or room.closes <= clock.now()
            or (of and of not in room.heard_by(bound.visit))
        ):
            raise NotFound()
        engine, spec = self._janus(), room.spec
        try:
            if "watch" in wish:
                return {"ok": True, "d": await engine.watch(spec, bound.visit, of)}
            if "c" in wish:
                await engine.trickle(bound.visit, of, wish["c"])
            elif of:
                await engine.start(spec, bound.visit, of, wish["d"])
            else:
                return {"ok": True, "d": await engine.publish(spec, bound.visit, wish["d"])}
        except EngineFailed as failure:
            log.warning("the engine failed in meeting %s: %s", bound.room, failure)
            return {"ok": False, "code": "engine", "ref": ""}
        return {"ok": True}

    def _janus(self) -> Janus:
        """Our connection to Janus, which hands on through us what it says."""
        engine = janus()
        engine.tell, engine.lost = self._tell_page, self._janus_lost
        return engine

    def _tell_page(self, visit: str, message: Answer) -> None:
        bound = self.by_visit.get(visit)
        if bound is not None:
            self._start(self.line.emit("meet:engine", message, to=bound.sid))

    def _janus_lost(self) -> None:
        """Janus is gone: everybody whose call it held is switched to another way, together."""
        for named, room in list(self.rooms.items()):
            if room.chosen.way is Way.JANUS:
                self._start(self._switch(named, Way.JANUS, "the engine is gone"))

    async def _switch(self, named: Room, failed: Way, why: str) -> None:
        await self._tell(named, await asyncio.to_thread(switch, named, failed, why))

    async def _media(self, sid: str, _connection: Connection, asked: Any) -> Answer:
        """Show the others what one has switched on."""
        bound, shown = self._mine(sid), read_media(asked)
        if too_fast := self._limit(bound, bound.shown.take(), 5):
            return too_fast
        await self._to_others(bound, "meet:media", {"from": bound.visit, **shown})
        return {"ok": True}

    async def _caption(self, sid: str, _connection: Connection, asked: Any) -> Answer:
        """Write what is said, for all to read; for those whom a lead has chosen. It is kept nowhere."""
        bound, caption = self._mine(sid), read_caption(asked)
        if too_fast := self._limit(bound, bound.captions.take(), 5):
            return too_fast
        room = self.rooms.get(bound.room)
        if room is None or bound.person not in room.captioners:
            raise NotAllowed()
        await self._to_others(bound, "meet:caption", {"from": bound.visit, **caption})
        return {"ok": True}

    async def _to_others(self, bound: Bound, name: str, message: Answer) -> None:
        """Tell those whom a visit sees; in a room that all share, all in it."""
        room = await self._room_with(bound, bound.visit)
        if room.is_shared:
            await self.line.emit(name, message, room=call_channel(*bound.room))
            return
        for visit in room.heard_by(bound.visit):
            await self.line.emit(name, message, room=visit_channel(visit))

    async def _ice(self, sid: str, _connection: Connection, _asked: Any) -> Answer:
        """Fresh servers for finding ways, as before a new try or before a name at the relay ends; none for a visit
        that is over."""
        bound = self._mine(sid)
        if too_fast := self._limit(bound, bound.servers.take(), 60):
            return too_fast
        if await asyncio.to_thread(lost_now, [bound.visit]):
            raise NotFound()
        room = await self._room_with(bound, bound.visit)
        return {"ok": True, **_ice_json(bound.visit, room.closes, relay_only=room.chosen.relay_only)}

    async def _check(self, _sid: str, connection: Connection, asked: Any) -> Answer:
        """Servers for the look at one's network before one goes in, good for a minute."""
        wish = read_joining(asked)
        if not self.joins.setdefault(connection.person, Bucket(1 / 6, 10)).take():
            return {"ok": False, "code": "rate", "retry_after": 10, "ref": ""}
        relay_only = await asyncio.to_thread(may_check, connection.person, wish.meeting)
        return {"ok": True, **_ice_json("check", clock.now(), relay_only=relay_only)}

    async def _clock(self, _sid: str, _connection: Connection, _asked: Any) -> Answer:
        """What time it is here, in milliseconds."""
        return {"ok": True, "now": int(clock.now().timestamp() * 1000)}

    # --- Going

    def line_broken(self, sid: str) -> None:
        """A socket is gone; its visit goes on for twenty seconds, in which the page may come back to it."""
        del self.joining[sid]
        bound = self.bound.pop(sid, None)
        if bound is None:
            return
        if self.by_visit.get(bound.visit) is bound:
            del self.by_visit[bound.visit]
            self.told.pop(bound.visit, None)
            self._start(self._wait_for(bound))

    async def _wait_for(self, bound: Bound) -> None:
        await asyncio.to_thread(line_broke, bound.room, bound.visit)
        await self._refresh(bound.room)
        held = self.rooms.get(bound.room)
        await asyncio.sleep(AWAY.total_seconds() + 0.1)
        if held is not None and bound.visit not in self.by_visit:
            # Nobody watched over it meanwhile, and what stands in a frame goes on without our line.
            why = (await asyncio.to_thread(lost_now, [bound.visit])).get(bound.visit)
            self.engines.let_go(bound, held, why)
        if bound.visit not in self.by_visit and await asyncio.to_thread(give_up, bound.room, bound.visit):
            if self._was_in_janus(bound):
                await janus().release(bound.visit)
            await self._refresh(bound.room)

    async def _refresh(self, named: Room, *, everywhere: bool = True) -> None:
        await self._tell(named, await asyncio.to_thread(room_now, named), everywhere=everywhere)

    async def _lose(self, visit: str, why: Lost, *, by: str = "") -> None:
        """A visit is over: its window is told, and what it says from now on goes nowhere. A window that came anew by
        itself knows."""
        bound = self.by_visit.pop(visit, None)
        self.told.pop(visit, None)
        if bound is None:
            return
        self.bound.pop(bound.sid, None)
        await self.line.leave(bound.sid, call_channel(*bound.room))
        await self.line.leave(bound.sid, visit_channel(visit))
        if self._was_in_janus(bound):
            self._start(janus().release(visit))
        if room := self.rooms.get(bound.room):
            self.engines.let_go(bound, room, why)
        if bound.sid != by:
            await self.line.emit("meet:over", {"meeting": bound.meeting, "why": why.value}, to=bound.sid)
        if why is Lost.REMOVED:  # The others see at once who is not there any more.
            self._start(self._refresh(bound.room))

    def _was_in_janus(self, bound: Bound) -> bool:
        room = self.rooms.get(bound.room)
        return room is not None and room.chosen.way is Way.JANUS

    async def _keep_watch(self) -> None:
        """While anybody is in a call here: whose visit is over, and which room has something new to see."""
        beat = 0
        while self.bound:
            self.woken.clear()
            try:
                await self._look(beat % BEAT_EVERY == 0)
            except Refusal:
                log.info("a meeting room is gone")
            except Exception:
                log.exception("calls could not be looked at")
            beat += 1
            try:
                await asyncio.wait_for(self.woken.wait(), LOOK_EVERY)
            except TimeoutError:
                continue

    async def _look(self, beat: bool) -> None:
        for visit, why in (await asyncio.to_thread(lost_now, list(self.by_visit))).items():
            await self._lose(visit, why)
        for visit, bound in list(self.by_visit.items()):
            room = self.rooms.get(bound.room)
            if room is not None and room.closes <= clock.now():
                fresh = self._know(bound.room, await asyncio.to_thread(room_now, bound.room))
                if fresh.closes <= clock.now():
                    await self._lose(visit, Lost.ENDED)
        here = {one.room for one in self.by_visit.values()}
        for named, rev in (await asyncio.to_thread(revs_of, here)).items():
            known = self.rooms.get(named)
            if known is None or rev > known.rev or _is_stale(known):
                await self._refresh(named, everywhere=False)
        self.rooms = {named: room for named, room in self.rooms.items() if named in here}
        now = monotonic()
        self.joins = {id: one for id, one in self.joins.items() if now - one.at < 60}
        if beat and self.by_visit:
            await asyncio.to_thread(seen_now, list(self.by_visit))

    def _start(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(self._careful(work))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _careful(self, work: Awaitable[None]) -> None:
        try:
            await work
        except Refusal:
            log.info("a meeting room is gone")
        except Exception:
            log.exception("a step of a call failed")


def _ice_json(visit: str, closes: datetime, *, relay_only: bool) -> Answer:
    return {"servers": ice_servers(visit, closes), "relay_only": relay_only, "good_for": good_for(closes)}


def _is_stale(room: RoomNow) -> bool:
    return room.stale_at is not None and room.stale_at <= clock.now()


def _several_processes() -> bool:
    return bool(settings().redis_url)
