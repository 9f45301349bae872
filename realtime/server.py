"""The socket server: join, leave, watch, who is here. Sockets carry no authority: what changes anything is a POST."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

from sqlalchemy import Integer, bindparam
from sqlalchemy import select as sql_select
from sqlmodel import col, select

from events.core import clock
from events.core.access import Actor
from events.core.database import one_reading, reading
from events.core.prepared import Prepared
from events.core.refusals import Conflict, Invalid, NotAllowed, NotFound, Refusal
from events.events import Event
from events.people import Person
from events.roles import Role, actor_for
from events.tickets import events_run_by
from realtime.arrivals import Arrival
from realtime.call_bound import Line
from realtime.calls import Calls
from realtime.channels import (
    board_channel,
    crew_channel,
    event_channel,
    person_channel,
    stage_channel,
)
from realtime.direct import LONGEST_QUEUE
from realtime.elsewhere import Elsewhere
from realtime.engine import make_engine
from realtime.fanout import Fanout, Message, Watched, use_fanout
from realtime.guard import HELD, App, Authenticate, Connection, Guard
from realtime.lobbies import Lobbies
from realtime.presence import Presence
from realtime.review_rooms import ReviewRooms
from realtime.watching import Watching
from sessions.boards.board import boards_seen_by
from sessions.rooms import room_numbers
from sessions.stages import Stage, StageInEvent, see_stage
from sessions.visit_lines import RoomFull

log = logging.getLogger("folkmoot.sockets")

FRESH_SECONDS = 5.0
STAGE_SECONDS = 1.0
ROLES_WITH_CHANNELS = {Role.ORGANISER, Role.HOST, Role.DESK_OFFICER}
_SHOWN_AS = Prepared(
    sql_select(col(Person.public_id), col(Person.name)).where(col(Person.id) == bindparam("id", type_=Integer))
)
CODES: tuple[tuple[type[Refusal], str], ...] = (
    (RoomFull, "full"),
    (NotFound, "not found"),
    (NotAllowed, "not allowed"),
    (Conflict, "conflict"),
    (Invalid, "invalid"),
)

Answer = dict[str, Any]
Step = Callable[[str, Connection, Any], Awaitable[Answer]]


@dataclass(frozen=True)
class Standing:
    """Whose a socket is, as of a moment: rights, and how the others in a room see the person."""

    actor: Actor
    person: str
    name: str
    at: float

    @property
    def is_fresh(self) -> bool:
        """Whether it may still be gone by. The journal makes it new before that for whomever a fact names."""
        return monotonic() - self.at < FRESH_SECONDS


def make_socket_app(authenticate: Authenticate) -> App:
    """The sockets behind their guard, as an ASGI application; the newest one is this process's own.

    `authenticate` answers (sign-in id, person id) for a Cookie header, or None; it is called in a thread.
    """
    server = SocketServer(authenticate)
    _current[:] = [server]
    use_fanout(server.fanout)
    return server.guard


_current: list["SocketServer"] = []


def current() -> "SocketServer | None":
    """The sockets of this process, if it has any."""
    return _current[0] if _current else None


class SocketServer:
    """The sockets of this process: their guard, who is where, and the way to all of them."""

    def __init__(self, authenticate: Authenticate) -> None:
        self.sio, app, self.strange = make_engine()
        self.guard = Guard(app, authenticate, arrive=self._arrive)
        self.looks = 0
        self.fanout = Fanout(self._emit)
        self.presence = Presence()
        self.elsewhere = Elsewhere(self.presence, self.fanout, self._tell_changed_presence)
        self.joined: dict[str, dict[int, str]] = {}
        self.channels: dict[str, set[str]] = {}
        self.standing: dict[str, Standing] = {}
        self.stages: dict[str, tuple[asyncio.Future[StageInEvent], float]] = {}
        self.sio.on("connect", self._connect)
        self.sio.on("disconnect", self._disconnect)
        self.sio.on("join", self._answering(self._join))
        self.sio.on("leave", self._answering(self._leave))
        self.watching = Watching(self.sio.enter_room, self.sio.leave_room, self.channels.__contains__)
        self.sio.on("watch", self._answering(self.watching.watch))
        self.sio.on("clock", _clock)
        self.calls = Calls(Line(self.sio.emit, self.sio.enter_room, self.sio.leave_room), self._connection)
        self.reviews = ReviewRooms(self)
        for name, step in (self.calls.steps() | self.reviews.steps()).items():
            self.sio.on(name, self._answering(step))
        self.lobbies = Lobbies(
            self.fanout, self.presence, self.elsewhere, self.sio.enter_room, self.sio.leave_room,
            self.channels.__contains__,
        )  # fmt: skip
        self.sio.on("lobby", self._answering(self.lobbies.join))
        self.sio.on("*", self._unknown)

    async def _emit(self, name: str, message: Message, channel: str, everywhere: bool) -> None:
        # Room changes are tailed by each process for its own sockets, so they do not travel through Redis.
        await self.sio.emit(name, message, room=channel, ignore_queue=not everywhere)

    def _connection(self, sid: str) -> Connection:
        connection: Connection = self.sio.get_environ(sid)["asgi.scope"][HELD]
        return connection

    def _arrive(self, cookies: Sequence[str]) -> list[Arrival | Exception]:
        """Whose cookies are, and what each of them may do, in one reading."""
        looks = self.looks
        with one_reading():
            return [self._look_at(one, looks) for one in cookies]

    def _look_at(self, cookie: str, looks: int) -> Arrival | Exception:
        try:
            found = self.guard.authenticate(cookie)
            return found, found and (looks, _standing_of(found[1]))
        except Exception as error:
            return error  # of this one alone

    async def _connect(self, sid: str, *_claims: Any) -> None:
        self.channels[sid] = set()
        connection = self._connection(sid)
        looks, known = connection.known
        # What was read when it arrived counts, unless somebody's rights have changed since: then it is asked again. No
        # look at the journal has found this connection until now.
        fresh = looks == self.looks and known[0].is_fresh
        if not fresh:
            await self.look_at_sign_ins({connection.person})
        await self._stand(sid, connection.person, known if fresh else None)

    async def _stand(self, sid: str, person: int, known: tuple[Standing, set[str]] | None = None) -> Standing:
        """Ask what a person may do now; their socket is in the channels that go with it, and in no others."""
        standing, wanted = await asyncio.to_thread(_standing_of, person) if known is None else known
        if sid in self.channels:  # else it is gone meanwhile
            held, self.channels[sid], self.standing[sid] = self.channels[sid], wanted, standing
            for channel in held - wanted:
                await self.sio.leave_room(sid, channel)
            for channel in wanted - held:
                await self.sio.enter_room(sid, channel)
        return standing

    async def _standing_on(self, sid: str, connection: Connection) -> Standing:
        standing = self.standing.get(sid)
        return standing if standing is not None and standing.is_fresh else await self._stand(sid, connection.person)

    async def actor_on(self, sid: str, connection: Connection) -> Actor:
        """Whose a socket is, with all their ties as of a moment ago."""
        return (await self._standing_on(sid, connection)).actor

    async def person_on(self, sid: str, connection: Connection) -> str:
        """Whose a socket is: their public id."""
        return (await self._standing_on(sid, connection)).person

    async def _stage(self, public_id: str) -> StageInEvent:
        """A room as it was a moment ago: a thousand who come back at once ask for the same one."""
        found = self.stages.get(public_id)
        if found is None or monotonic() - found[1] > STAGE_SECONDS:
            found = asyncio.ensure_future(asyncio.to_thread(_find_stage, public_id)), monotonic()
            self.stages[public_id] = found
        try:
            return await asyncio.shield(found[0])
        except Exception:
            self.stages.pop(public_id, None)
            raise

    async def _disconnect(self, sid: str, *_reason: Any) -> None:
        self.watching.gone(sid)
        self.channels.pop(sid, None)
        self.standing.pop(sid, None)
        self.calls.line_broken(sid)
        self.reviews.gone(sid)
        self.lobbies.gone(sid)
        for stage_id in self.joined.pop(sid, {}):
            self._gone(sid, stage_id)

    def _answering(self, step: Step) -> Callable[..., Awaitable[Answer]]:
        """Whatever goes wrong, the client gets an answer: {ok: false, code, ref}."""

        async def answer(sid: str, *asked: Any) -> Answer:
            try:
                return await step(sid, self._connection(sid), asked[0] if asked else None)
            except Refusal as refusal:
                code = next((word for kind, word in CODES if isinstance(refusal, kind)), "refused")
                return {"ok": False, "code": code, "ref": ""}
            except Exception:
                ref = secrets.token_hex(4)
                log.exception("a socket's wish failed, ref %s", ref)
                return {"ok": False, "code": "failed", "ref": ref}

        return answer

    async def _unknown(self, event: str, sid: str, *_asked: Any) -> Answer:
        return {"ok": False, "code": "unknown", "ref": ""}

    async def _join(self, sid: str, connection: Connection, asked: Any) -> Answer:
        """Let a socket into a room its person may be in; answers the number from which on it will hear everything."""
        standing = await self._standing_on(sid, connection)
        room = await self._stage(_stage_named(asked))
        if not see_stage(standing.actor, room):
            raise NotFound()
        channel, public_id = stage_channel(room.id), room.stage.public_id
        await self.sio.enter_room(sid, channel)
        self.joined.setdefault(sid, {})[room.id] = public_id
        watched = self.fanout.watched.get(room.id)
        if watched is None:
            # Read after entering: what is newer than this number is heard, what is not can be asked for.
            number = await asyncio.to_thread(_number_of, room.id)
            watched = self.fanout.watched.setdefault(room.id, Watched(public_id, number))
        if self.presence.enter(channel, sid, standing.person, standing.name):
            self.elsewhere.note_came(channel, standing.person, standing.name)
        self._tell_presence(room.id, public_id)
        here, people = self.presence.count(channel), self.presence.people(channel)
        return {"ok": True, "stage": public_id, "number": watched.number, "here": here, "people": people}

    async def _leave(self, sid: str, connection: Connection, asked: Any) -> Answer:
        """Let a socket out of a room; leaving where it is not is no fault."""
        named = _stage_named(asked)
        for stage_id, public_id in list(self.joined.get(sid, {}).items()):
            if public_id == named:
                await self._put_out(sid, stage_id)
        return {"ok": True}

    async def _put_out(self, sid: str, stage_id: int) -> None:
        await self.sio.leave_room(sid, stage_channel(stage_id))
        if self.joined.get(sid, {}).pop(stage_id, None) is not None:
            self._gone(sid, stage_id)

    def _gone(self, sid: str, stage_id: int) -> None:
        channel = stage_channel(stage_id)
        if person := self.presence.leave(channel, sid):
            self.elsewhere.note_went(channel, person)
        watched = self.fanout.watched.get(stage_id)
        if watched is not None:
            self._tell_presence(stage_id, watched.public_id)
        if not self.presence.near(channel):
            self.fanout.watched.pop(stage_id, None)

    def _tell_presence(self, stage_id: int, public_id: str) -> None:
        channel = stage_channel(stage_id)

        def message() -> Message | None:
            changed = self.presence.changes(channel)
            return {"stage": public_id} | changed if changed else None

        self.fanout.latest(channel, "presence", message, listeners=self.presence.count(channel))

    def _tell_changed_presence(self, channel: str) -> None:
        """At another process somebody has come to a room or gone: those who are in it here see it."""
        for stage_id, watched in self.fanout.watched.items():
            if stage_channel(stage_id) == channel:
                self._tell_presence(stage_id, watched.public_id)
        self.reviews.tell_here(channel)
        self.lobbies.tell_here(channel)

    async def look_at_sign_ins(self, people: set[int] | None = None) -> None:
        """Close the sockets of sign-ins that hold no more: of these people, or of all."""
        for connection in list(self.guard.connections):
            if people is None or connection.person in people:
                found = await asyncio.to_thread(self.guard.authenticate, connection.cookie)
                if found != (connection.sign_in, connection.person):
                    connection.kill("revoked")

    def look_at_lines(self) -> None:
        """Every second: ping who is due, and let go of those who take nothing, answer no ping or are long closed."""
        now = monotonic()
        for connection in list(self.guard.connections):
            why = connection.way.look(now) if connection.way is not None else ""
            if why:
                connection.kill(why)
        if self.strange:
            self._let_go_of_slow_ones()

    def _let_go_of_slow_ones(self) -> None:
        """On the straight way the queue is bounded when it is filled; python-socketio's own is not."""
        for eio_sid, socket in list(self.sio.eio.sockets.items()):
            if socket.queue.qsize() > LONGEST_QUEUE and eio_sid in self.sio.environ:
                self.sio.environ[eio_sid]["asgi.scope"][HELD].kill("slow")

    async def look_at_everything(self) -> None:
        """Ask again whether each sign-in still holds, and whether each person may still be where they are."""
        await self.look_at_people({connection.person for connection in self.guard.connections})

    async def look_at_people(self, people: set[int]) -> None:
        """Ask again who these people are and where they may be: out of rooms and channels that are theirs no more, into
        new ones."""
        self.looks += 1
        await self.look_at_sign_ins(people)
        self.stages.clear()
        for sid in list(self.channels):
            person = self._person_of(sid)
            if person is None or person not in people:
                continue
            standing = await self._stand(sid, person)
            for stage_id, public_id in list(self.joined.get(sid, {}).items()):
                if not see_stage(standing.actor, await self._stage(public_id)):
                    await self._put_out(sid, stage_id)
                    await self.sio.emit("left", {"stage": public_id}, room=sid)
            await self.reviews.look(sid, standing.actor)
            await self.lobbies.look(sid, standing.actor)
        await self.watching.look(people)

    def _person_of(self, sid: str) -> int | None:
        try:
            return self._connection(sid).person
        except (KeyError, TypeError):  # gone meanwhile
            return None


def _clock(_sid: str, *_asked: Any) -> Answer:
    """What time it is here, at once, without a task: a page asks until its doubt is small."""
    return {"ok": True, "now": clock.now().isoformat()}


def _stage_named(asked: Any) -> str:
    named = asked.get("stage") if isinstance(asked, dict) else None
    if not isinstance(named, str) or len(named) > 40 or "\0" in named:
        raise NotFound()
    return named


def _find_stage(public_id: str) -> StageInEvent:
    with reading() as db:
        query = select(Stage, Event).where(Stage.public_id == public_id, Event.id == Stage.event_id)
        found = db.exec(query).first()
    if found is None:
        raise NotFound()
    return StageInEvent(*found)


def _number_of(stage_id: int) -> int:
    with reading() as db:
        return room_numbers(db, [stage_id])[stage_id]


def _standing_of(person_id: int) -> tuple[Standing, set[str]]:
    with reading() as db:
        actor = actor_for(db, person_id)
        ((public_id, name),) = _SHOWN_AS.rows(db, id=person_id)
        has_role = any(
            tie.role in ROLES_WITH_CHANNELS for tie in actor.ties
        )  # most people have none: two questions less
        boards = boards_seen_by(db, actor) if has_role else []
        crews = events_run_by(db, actor) if has_role else []
    own = {event_channel(event_id) for event_id in actor.ids("participant", "event")}
    channels = own | {person_channel(person_id), *map(board_channel, boards), *map(crew_channel, crews)}
    return Standing(actor, public_id, name, monotonic()), channels
