"""The socket server: join, leave, watch, who is here. Sockets carry no authority: what changes anything is a POST."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, cast

import socketio
from sqlmodel import col, select

from events.core.database import reading
from events.core.refusals import Conflict, Invalid, NotAllowed, NotFound, Refusal
from events.core.settings import settings
from events.events import Event, get_event
from events.participants import get_participant
from events.people import get_person
from events.registration import Registration, RegistrationState
from events.roles import actor_for
from events.signin import SignIn
from events.tickets import events_run_by
from realtime.channels import (
    board_channel,
    crew_channel,
    event_channel,
    person_channel,
    stage_channel,
    times_channel,
)
from realtime.fanout import Fanout, Message, Watched, use_fanout
from realtime.guard import HELD, LARGEST_FRAME, App, Authenticate, Connection, Guard
from realtime.presence import Presence
from sessions.boards.board import boards_seen_by
from sessions.rooms import room_numbers
from sessions.stages import get_stage

log = logging.getLogger("folkmoot.sockets")

LONGEST_QUEUE = 256
MOST_WATCHED = 4
CODES: tuple[tuple[type[Refusal], str], ...] = (
    (NotFound, "not found"),
    (NotAllowed, "not allowed"),
    (Conflict, "conflict"),
    (Invalid, "invalid"),
)

Answer = dict[str, Any]
Step = Callable[[str, Connection, Any], Awaitable[Answer]]


@dataclass(frozen=True)
class Admission:
    """That somebody may be in a room: its ids and number, and how the person is shown to the others."""

    stage_id: int
    public_id: str
    number: int
    person: str
    name: str


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
        self.sio = _engine()
        self.guard = Guard(cast(App, socketio.ASGIApp(self.sio, socketio_path="socket.io")), authenticate)
        self.fanout = Fanout(self._emit)
        self.presence = Presence()
        self.joined: dict[str, dict[int, str]] = {}
        self.watching: dict[str, set[str]] = {}
        self.sio.on("connect", self._connect)
        self.sio.on("disconnect", self._disconnect)
        self.sio.on("join", self._answering(self._join))
        self.sio.on("leave", self._answering(self._leave))
        self.sio.on("watch", self._answering(self._watch))
        self.sio.on("*", self._unknown)

    async def _emit(self, name: str, message: Message, channel: str, everywhere: bool) -> None:
        # Room changes are tailed by each process for its own sockets, so they do not travel through Redis.
        await self.sio.emit(name, message, room=channel, ignore_queue=not everywhere)

    def _connection(self, sid: str) -> Connection:
        connection: Connection = self.sio.get_environ(sid)["asgi.scope"][HELD]
        return connection

    async def _connect(self, sid: str, *_claims: Any) -> None:
        person = self._connection(sid).person
        await self.sio.enter_room(sid, person_channel(person))
        for event_id in await asyncio.to_thread(_events_of, person):
            await self.sio.enter_room(sid, event_channel(event_id))
        for event_id in await asyncio.to_thread(_boards_of, person):
            await self.sio.enter_room(sid, board_channel(event_id))
        for event_id in await asyncio.to_thread(_run_by, person):
            await self.sio.enter_room(sid, crew_channel(event_id))

    async def _disconnect(self, sid: str, *_reason: Any) -> None:
        self.watching.pop(sid, None)
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
        found = await asyncio.to_thread(_admit, connection.person, _stage_named(asked))
        channel = stage_channel(found.stage_id)
        await self.sio.enter_room(sid, channel)
        self.joined.setdefault(sid, {})[found.stage_id] = found.public_id
        self.fanout.watched.setdefault(found.stage_id, Watched(found.public_id, found.number))
        self.presence.enter(channel, sid, found.person, found.name)
        self._tell_presence(found.stage_id, found.public_id)
        # Read after entering: what is newer than this number is heard, what is not can be asked for.
        number = await asyncio.to_thread(_number_of, found.stage_id)
        here, people = self.presence.count(channel), self.presence.people(channel)
        return {"ok": True, "stage": found.public_id, "number": number, "here": here, "people": people}

    async def _leave(self, sid: str, connection: Connection, asked: Any) -> Answer:
        """Let a socket out of a room; leaving where it is not is no fault."""
        named = _stage_named(asked)
        for stage_id, public_id in list(self.joined.get(sid, {}).items()):
            if public_id == named:
                await self._put_out(sid, stage_id)
        return {"ok": True}

    async def _watch(self, sid: str, connection: Connection, asked: Any) -> Answer:
        """Tell a socket from now on when the free times of some participants, or its person's own, may have changed.

        What it watched before it watches no more: one page looks at one pair.
        """
        people = await asyncio.to_thread(_watched, connection.person, _registrations_named(asked))
        channels = {times_channel(person) for person in people | {connection.person}}
        for channel in self.watching.get(sid, set()) - channels:
            await self.sio.leave_room(sid, channel)
        for channel in channels:
            await self.sio.enter_room(sid, channel)
        self.watching[sid] = channels
        return {"ok": True}

    async def _put_out(self, sid: str, stage_id: int) -> None:
        await self.sio.leave_room(sid, stage_channel(stage_id))
        if self.joined.get(sid, {}).pop(stage_id, None) is not None:
            self._gone(sid, stage_id)

    def _gone(self, sid: str, stage_id: int) -> None:
        channel = stage_channel(stage_id)
        self.presence.leave(channel, sid)
        watched = self.fanout.watched.get(stage_id)
        if watched is not None:
            self._tell_presence(stage_id, watched.public_id)
        if self.presence.count(channel) == 0:
            self.fanout.watched.pop(stage_id, None)

    def _tell_presence(self, stage_id: int, public_id: str) -> None:
        channel = stage_channel(stage_id)

        def message() -> Message | None:
            changed = self.presence.changes(channel)
            return {"stage": public_id} | changed if changed else None

        self.fanout.latest(channel, "presence", message)

    async def look_at_sign_ins(self) -> None:
        """Close the sockets of sign-ins that were revoked, and those that do not read what they are sent."""
        held: dict[int, list[Connection]] = {}
        for one in self.guard.connections:
            held.setdefault(one.sign_in, []).append(one)
        if held:
            for sign_in in await asyncio.to_thread(_revoked, list(held)):
                for connection in held[sign_in]:
                    connection.kill("revoked")
        for eio_sid, socket in list(self.sio.eio.sockets.items()):
            if socket.queue.qsize() > LONGEST_QUEUE and eio_sid in self.sio.environ:
                self.sio.environ[eio_sid]["asgi.scope"][HELD].kill("slow")

    async def look_at_everything(self) -> None:
        """Ask again whether each sign-in still holds, and whether each person may still be where they are."""
        for connection in list(self.guard.connections):
            found = await asyncio.to_thread(self.guard.authenticate, connection.cookie)
            if found != (connection.sign_in, connection.person):
                connection.kill("revoked")
        for sid, rooms in list(self.joined.items()):
            person = self._connection(sid).person
            for stage_id, public_id in list(rooms.items()):
                if not await asyncio.to_thread(_may_stay, person, public_id):
                    await self._put_out(sid, stage_id)
                    await self.sio.emit("left", {"stage": public_id}, room=sid)


def _engine() -> Any:
    redis = settings().redis_url
    options = {"socket_connect_timeout": 2, "health_check_interval": 15}
    for name in ("folkmoot.socketio", "folkmoot.engineio"):
        logging.getLogger(name).setLevel(logging.ERROR)  # A message to a socket that has just gone is no warning.
    manager = socketio.AsyncRedisManager(redis, redis_options=options) if redis else None
    return socketio.AsyncServer(
        async_mode="asgi",
        client_manager=manager,
        transports=["websocket"],
        cors_allowed_origins=[],  # Off here, where a missing Origin would pass: the guard compares it exactly.
        max_http_buffer_size=LARGEST_FRAME,
        ping_interval=25,
        ping_timeout=20,
        logger=logging.getLogger("folkmoot.socketio"),
        engineio_logger=logging.getLogger("folkmoot.engineio"),
    )


def _stage_named(asked: Any) -> str:
    named = asked.get("stage") if isinstance(asked, dict) else None
    if not isinstance(named, str) or len(named) > 40:
        raise NotFound()
    return named


def _registrations_named(asked: Any) -> list[str]:
    named = asked.get("registrations") if isinstance(asked, dict) else None
    if not isinstance(named, list) or len(named) > MOST_WATCHED:
        raise NotFound()
    if not all(isinstance(one, str) and len(one) <= 40 for one in named):
        raise NotFound()
    return named


def _watched(person_id: int, registrations: list[str]) -> set[int]:
    """The people behind these registrations, each of whom has to be shown to the person in their event."""
    with reading() as db:
        actor = actor_for(db, person_id)
        query = select(Registration, Event.slug).where(Event.id == Registration.event_id)
        rows = db.exec(query.where(col(Registration.public_id).in_(registrations))).all()
        if len(rows) != len(set(registrations)):
            raise NotFound()
        for row, slug in rows:
            get_participant(db, actor, get_event(db, actor, slug), row.public_id, whole=False)
        return {row.person_id for row, _slug in rows}


def _admit(person_id: int, public_id: str) -> Admission:
    with reading() as db:
        found = get_stage(db, actor_for(db, person_id), public_id)
        person = get_person(db, person_id)
        return Admission(found.id, public_id, found.stage.number, person.public_id, person.name)


def _may_stay(person_id: int, public_id: str) -> bool:
    try:
        _admit(person_id, public_id)
    except Refusal:
        return False
    return True


def _number_of(stage_id: int) -> int:
    with reading() as db:
        return room_numbers(db, [stage_id])[stage_id]


def _events_of(person_id: int) -> list[int]:
    with reading() as db:
        query = select(Registration.event_id).where(
            Registration.person_id == person_id, Registration.state == RegistrationState.ACCEPTED
        )
        return list(db.exec(query))


def _boards_of(person_id: int) -> list[int]:
    with reading() as db:
        return boards_seen_by(db, actor_for(db, person_id))


def _run_by(person_id: int) -> list[int]:
    with reading() as db:
        return events_run_by(db, actor_for(db, person_id))


def _revoked(sign_ins: list[int]) -> list[int]:
    with reading() as db:
        query = select(SignIn.id).where(col(SignIn.id).in_(sign_ins), col(SignIn.revoked_at).is_not(None))
        return [one for one in db.exec(query) if one is not None]
