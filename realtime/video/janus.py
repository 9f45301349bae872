"""Janus, an engine that only this server speaks with: browsers never reach it, so no token leaves and a viewer cannot
send. One session for each web process, one handle for each visit that sends and for each pair that watches.

Its video room takes several streams of each (voice, camera, screen) since version 1.0. Tokens for it are made from the
shared secret (janus-gateway, "signed tokens"), so that nothing has to be asked for them.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import logging
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from events.core import clock
from events.core.settings import settings
from realtime.video.provider import Caps, EngineFailed, Guest, Health, Kind, Origins, RoomSpec, Ticket
from sessions.video import Way

log = logging.getLogger("folkmoot.janus")

PLUGIN = "janus.plugin.videoroom"
PATIENCE = 5.0
KEEP_ALIVE = 25.0
TOKEN_LASTS = 24 * 3600
ROOM_THERE, NO_FEED = 427, 428
# What Janus only acknowledges; to all else an acknowledgement is followed by the answer.
QUICK = frozenset({"keepalive", "trickle"})
MOST = 15
BITRATE = 600_000

Message = dict[str, Any]
Tell = Callable[[str, Message], None]


def token_for(secret: str) -> str:
    """What Janus takes with `token_auth_secret`: who may use which plugin until when, signed."""
    described = f"{int(clock.now().timestamp()) + TOKEN_LASTS},janus,{PLUGIN}"
    digest = hmac.new(secret.encode(), described.encode(), hashlib.sha1).digest()
    return f"{described}:{base64.b64encode(digest).decode()}"


def number_of(name: str) -> int:
    """A number that nobody can guess for a name: rooms and those in them are numbers where Janus is as it comes."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:6], "big") + 1


@dataclass
class Line:
    """The connection to Janus with its session. `waiting` are requests without an answer, by transaction."""

    socket: ClientConnection
    session: int = 0
    waiting: dict[str, asyncio.Future[Message]] = field(default_factory=dict)
    quick: set[str] = field(default_factory=set)
    owners: dict[int, tuple[str, str]] = field(default_factory=dict)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)


class Janus:
    """Calls through Janus. `tell(visit, message)` hands on what it says; `lost()` is called when it is gone."""

    way = Way.JANUS
    caps = Caps(Kind.NATIVE, most_speakers=MOST, most_viewers=150, can_end=True, can_remove=True)

    def __init__(self) -> None:
        self.line: Line | None = None
        self.lock = asyncio.Lock()
        self.handles: dict[tuple[str, str], int] = {}
        self.tell: Tell = lambda _visit, _message: None
        self.lost: Callable[[], None] = lambda: None

    # --- What every way offers

    async def ensure_room(self, spec: RoomSpec) -> None:
        """Have the room there."""
        wanted = {
            "request": "create", "room": number_of(spec.name), "is_private": True, "permanent": False,
            "publishers": MOST, "bitrate": BITRATE, "fir_freq": 10, "audiocodec": "opus", "videocodec": "vp8",
            "secret": _room_secret(spec), "pin": _pin(spec), "notify_joining": False,
        }  # fmt: skip
        key = settings().janus_admin_key.get_secret_value()
        handle = await self._handle("", "room")
        await self._plugin(handle, wanted | ({"admin_key": key} if key else {}), allowed=ROOM_THERE)

    async def ticket(self, spec: RoomSpec, guest: Guest) -> Ticket:
        """Its page speaks with us; there is nothing to carry."""
        return Ticket(Kind.NATIVE)

    async def end(self, spec: RoomSpec) -> None:
        """Take the room away, with everybody in it."""
        handle = await self._handle("", "room")
        wanted = {"request": "destroy", "room": number_of(spec.name), "secret": _room_secret(spec)}
        await self._plugin(handle, wanted, allowed=426)

    async def remove(self, spec: RoomSpec, guest_id: str) -> bool:
        """Put somebody out: what they send ends at the engine."""
        await self.release(guest_id)
        return True

    async def health(self) -> Health:
        """Whether it answers."""
        try:
            await self._ask({"janus": "info"}, of_session=False)
        except EngineFailed as failure:
            return Health(False, str(failure))
        return Health(True)

    def origins(self) -> Origins:
        """Camera and microphone on our own page; nothing of Janus is reached from there."""
        return Origins(uses_devices=True)

    # --- What pages say through us

    async def publish(self, spec: RoomSpec, visit: str, offer: Message) -> Message:
        """Send what a visit has to send; answers the engine's answer."""
        await self._release_one((visit, ""))
        handle = await self._handle(visit, "")
        wanted = {
            "request": "joinandconfigure", "ptype": "publisher", "room": number_of(spec.name), "pin": _pin(spec),
            "id": number_of(visit), "bitrate": BITRATE,
        }  # fmt: skip
        found = await self._plugin(handle, wanted, jsep=offer)
        return _jsep(found)

    async def watch(self, spec: RoomSpec, visit: str, of: str) -> Message | None:
        """Watch what another visit sends: the engine's offer, or None while that one sends nothing yet."""
        await self._release_one((visit, of))
        handle = await self._handle(visit, of)
        wanted = {
            "request": "join", "ptype": "subscriber", "room": number_of(spec.name), "pin": _pin(spec),
            "streams": [{"feed": number_of(of)}],
        }  # fmt: skip
        found = await self._plugin(handle, wanted, allowed=NO_FEED)
        if "jsep" not in found:
            await self._release_one((visit, of))
            return None
        return _jsep(found)

    async def start(self, spec: RoomSpec, visit: str, of: str, answer: Message) -> None:
        """Begin to watch: the page's answer to the engine's offer."""
        handle = self.handles.get((visit, of))
        if handle is None:
            raise EngineFailed("nothing was offered")
        await self._plugin(handle, {"request": "start", "room": number_of(spec.name)}, jsep=answer)

    async def trickle(self, visit: str, of: str, candidate: Message | None) -> None:
        """A way that a page has found, or that there are no more."""
        handle = self.handles.get((visit, of))
        if handle is not None:
            await self._ask({"janus": "trickle", "handle_id": handle, "candidate": candidate or {"completed": True}})

    async def release(self, visit: str) -> None:
        """A visit is over: nothing of it is sent or watched any more."""
        for key in [one for one in self.handles if one[0] == visit]:
            await self._release_one(key)

    async def _release_one(self, key: tuple[str, str]) -> None:
        handle = self.handles.pop(key, None)
        if handle is not None and self.line is not None:
            self.line.owners.pop(handle, None)
            with suppress(EngineFailed):
                await self._ask({"janus": "detach", "handle_id": handle})

    # --- The connection

    async def _handle(self, visit: str, of: str) -> int:
        line = await self._connected()
        if (visit, of) not in self.handles:
            found = await self._ask({"janus": "attach", "plugin": PLUGIN})
            handle = int(found["data"]["id"])
            self.handles[visit, of] = handle
            line.owners[handle] = (visit, of)
        return self.handles[visit, of]

    async def _plugin(self, handle: int, body: Message, *, jsep: Message | None = None, allowed: int = 0) -> Message:
        message: Message = {"janus": "message", "handle_id": handle, "body": body}
        found = await self._ask(message | ({"jsep": jsep} if jsep else {}))
        said = found.get("plugindata", {}).get("data", {})
        code = said.get("error_code", 0)
        if code and code != allowed:
            raise EngineFailed(f"janus refused {body['request']}: {code}")
        return found

    async def _ask(self, message: Message, *, of_session: bool = True) -> Message:
        """One request and its answer; of those answered in two steps the second."""
        line = await self._connected() if of_session else await self._socket()
        name = secrets.token_hex(8)
        future: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        line.waiting[name] = future
        if message["janus"] in QUICK:
            line.quick.add(name)
        sent = message | {"transaction": name} | ({"session_id": line.session} if of_session else {})
        secret = settings().janus_secret.get_secret_value()
        if secret:
            sent["token"] = token_for(secret)
        try:
            await line.socket.send(json.dumps(sent))
            found = await asyncio.wait_for(future, PATIENCE)
        except (TimeoutError, OSError, WebSocketException) as error:
            raise EngineFailed(f"janus does not answer: {type(error).__name__}") from error
        finally:
            line.waiting.pop(name, None)
            line.quick.discard(name)
        if found.get("janus") == "error":
            raise EngineFailed(f"janus refused {message['janus']}: {found.get('error', {}).get('code')}")
        return found

    async def _socket(self) -> Line:
        if self.line is None:
            try:
                socket = await asyncio.wait_for(
                    connect(settings().janus_url, subprotocols=["janus-protocol"], max_size=1_000_000),  # type: ignore[list-item]  # a NewType of str
                    PATIENCE,
                )
            except (OSError, TimeoutError, WebSocketException) as error:
                raise EngineFailed(f"janus cannot be reached: {type(error).__name__}") from error
            self.line = Line(socket)
            self.line.tasks.append(asyncio.create_task(self._listen(self.line)))
        return self.line

    async def _connected(self) -> Line:
        async with self.lock:
            line = await self._socket()
            if not line.session:
                found = await self._ask({"janus": "create"}, of_session=False)
                line.session = int(found["data"]["id"])
                line.tasks.append(asyncio.create_task(self._keep_alive(line)))
            return line

    async def _keep_alive(self, line: Line) -> None:
        while True:
            await asyncio.sleep(KEEP_ALIVE)
            with suppress(EngineFailed):
                await self._ask({"janus": "keepalive"})

    async def _listen(self, line: Line) -> None:
        try:
            async for text in line.socket:
                self._hear(line, json.loads(text))
        except (OSError, WebSocketException, ValueError):
            log.warning("the connection to janus is broken")
        self._forget(line)
        self.lost()

    def _hear(self, line: Line, message: Message) -> None:
        kind, name = message.get("janus"), message.get("transaction", "")
        future = line.waiting.get(name)
        if future is not None and not future.done() and (kind != "ack" or name in line.quick):
            future.set_result(message)
        elif kind == "trickle" and message.get("sender") in line.owners:
            visit, of = line.owners[message["sender"]]
            self.tell(visit, {"of": of, "c": message.get("candidate")})

    def _forget(self, line: Line) -> None:
        if self.line is line:
            self.line = None
            self.handles.clear()
        for future in line.waiting.values():
            if not future.done():
                future.set_exception(OSError("the connection is broken"))

    async def close(self) -> None:
        """Hang up."""
        line, self.line = self.line, None
        self.handles.clear()
        if line is not None:
            for task in line.tasks:
                task.cancel()
            with suppress(Exception):
                await line.socket.close()


def _jsep(found: Message) -> Message:
    jsep = found.get("jsep")
    if not isinstance(jsep, dict):
        raise EngineFailed("janus gave no answer")
    return {"type": jsep["type"], "sdp": jsep["sdp"]}


def _pin(spec: RoomSpec) -> str:
    return hashlib.sha256(f"pin {spec.name}".encode()).hexdigest()[:20]


def _room_secret(spec: RoomSpec) -> str:
    return hashlib.sha256(f"secret {spec.name}".encode()).hexdigest()[:20]
