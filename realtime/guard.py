"""The guard before the sockets: who may open one, how fast it may speak, and when it is closed.

python-socketio alone takes every Origin, any speed and binary attachments without end, and tells nobody when a
sign-in ends (reference: security-reliability, M4 and M5).
"""

import asyncio
import json
import logging
import re
from collections import Counter
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

from events.core.addresses import client_address
from events.core.settings import LOOPBACK, settings
from realtime.arrivals import Arrivals, Arrive

log = logging.getLogger("folkmoot.guard")

Scope = MutableMapping[str, Any]
Event = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Authenticate = Callable[[str], tuple[int, int] | None]

JOIN_SECONDS = 3.0
PACE = 20.0
BURST = 60.0
LARGEST_FRAME = 16_384
MOST_PER_SIGN_IN = 10
POLICY = 1008
HELD = "folkmoot.connection"
SAID = "folkmoot.said"
NOBODY_READS = {"slow", "silent", "ended"}

# What our clients send: pings and pongs, goodbye, joining the default namespace, leaving it, events as JSON.
FRAME = re.compile(r"[123]|40(?:\{.*\})?|41|42(?P<number>\d{0,9})(?P<event>\[.*\])", re.DOTALL)
RESERVED = {"connect", "disconnect", "connect_error", "message"}


@dataclass(eq=False)
class Connection:
    """One open socket and whose it is. `kill` ends it from anywhere on the loop."""

    cookie: str
    sign_in: int
    person: int
    address: str
    known: Any = None
    protocol: Any = None
    way: Any = None
    when_killed: Callable[[], None] | None = None
    reader: asyncio.Task[Any] | None = None
    why: str = ""

    @property
    def killed(self) -> bool:
        """Whether this socket is at its end, whatever else is still on its way."""
        return bool(self.why)

    def kill(self, why: str) -> None:
        """Close the socket now: nothing is read from it or written to it any more."""
        if not self.why:
            self.why = why
            if self.when_killed is not None:
                self.when_killed()
            if self.reader is not None:
                self.reader.cancel()

    def abort(self) -> None:
        """Drop the connection at once, where the server lets us (uvicorn does)."""
        abort = getattr(getattr(self.protocol, "transport", None), "abort", None)
        if abort is not None:
            abort()


class Bucket:
    """A pace with a burst: so many a second, and so many at once."""

    def __init__(self, pace: float, burst: float) -> None:
        self.pace, self.burst, self.left, self.at = pace, burst, burst, monotonic()

    def take(self, count: float = 1) -> bool:
        """Whether one more is within the pace, or `count` more."""
        now = monotonic()
        self.left, self.at = min(self.burst, self.left + (now - self.at) * self.pace), now
        self.left -= count
        return self.left >= 0


def our_origins() -> frozenset[str]:
    """The origins of our own pages: the public address, and in the demo its loopback twins."""
    public = urlsplit(settings().public_url)
    hosts = LOOPBACK if settings().demo and public.hostname in LOOPBACK else {public.hostname or ""}
    port = f":{public.port}" if public.port else ""
    return frozenset(f"{public.scheme}://{f'[{host}]' if ':' in host else host}{port}" for host in hosts)


class Guard:
    """Stands before a Socket.IO application (ASGI) and lets only well-behaved sockets of signed-in people through.

    `arrive` may answer in one go whose cookies are, as `authenticate` does, and what else is to be known of them.
    """

    def __init__(
        self,
        app: App,
        authenticate: Authenticate,
        *,
        arrive: Arrive | None = None,
        join_seconds: float = JOIN_SECONDS,
    ) -> None:
        self.app = app
        self.authenticate = authenticate
        self.arrivals = Arrivals(arrive or (lambda cookies: [(self.authenticate(one), None) for one in cookies]))
        self.join_seconds = join_seconds
        self.connections: set[Connection] = set()
        self.per_address: Counter[str] = Counter()
        self.per_sign_in: Counter[int] = Counter()
        self.closed: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await _plain(send, 426)
            return
        headers = _headers(scope)
        address = client_address(
            (scope.get("client") or ("", 0))[0], headers.get("x-forwarded-for", ""), settings().trusted_proxies
        )
        why = self._refusal(headers, address)
        if why:
            await self._turn_away(why, receive, send)
            return
        # Counted before anything is awaited: sockets that arrive together are all in the count.
        self.per_address[address] += 1
        try:
            await self._let_in(scope, receive, send, headers.get("cookie", ""), address)
        finally:
            _one_less(self.per_address, address)

    def _refusal(self, headers: dict[str, str], address: str) -> str:
        if headers.get("origin") not in our_origins():
            return "origin"
        return "address" if self.per_address[address] >= settings().sockets_per_address else ""

    async def _turn_away(self, why: str, receive: Receive, send: Send) -> None:
        self.closed[why] += 1
        log.info("socket turned away: %s", why)
        await receive()
        await send({"type": "websocket.close", "code": POLICY})  # before the accept: the browser sees 403

    async def _let_in(self, scope: Scope, receive: Receive, send: Send, cookie: str, address: str) -> None:
        found, known = await self.arrivals.look(cookie)
        if found is None:
            await self._turn_away("sign-in", receive, send)
            return
        connection = Connection(cookie, *found, address, known, getattr(send, "__self__", None))
        if self.per_sign_in[connection.sign_in] >= MOST_PER_SIGN_IN:
            await self._turn_away("windows", receive, send)
            return
        scope[HELD] = connection
        self.connections.add(connection)
        self.per_sign_in[connection.sign_in] += 1
        line = _Line(self, connection, receive, send)
        try:
            await self.app(scope, line.receive, line.send)
        finally:
            self.connections.discard(connection)
            _one_less(self.per_sign_in, connection.sign_in)
            line.end()


class _Line:
    """What goes through one socket, looked at on its way."""

    def __init__(self, guard: Guard, connection: Connection, receive: Receive, send: Send) -> None:
        self.guard, self.connection = guard, connection
        self._receive, self._send = receive, send
        self.bucket = Bucket(PACE, BURST)
        self.over = False
        self.loop = asyncio.get_running_loop()  # asking for it at each frame is a call of the system
        self.too_late = self.loop.call_later(guard.join_seconds, connection.kill, "join")

    async def receive(self) -> Event:
        """The next event from the client, or the end of it all."""
        if self.over:
            return {"type": "websocket.disconnect", "code": POLICY}
        event = None if self.connection.killed else await self._next()
        if event is None or self.connection.killed:
            return await self._close(self.connection.why)
        if event["type"] == "websocket.receive":
            why = self._look_at(event)
            if why:
                return await self._close(why)
        return event

    async def _next(self) -> Event | None:
        """What the client sends, without a task of its own: whoever kills the connection wakes its reader up. None when
        it was killed."""
        task = self.connection.reader = asyncio.current_task(self.loop)
        try:
            return await self._receive()
        except asyncio.CancelledError:
            if not self.connection.killed or task is None or task.uncancel() > 0:
                raise  # the server ends, or somebody else wants this task to
            return None
        finally:
            self.connection.reader = None

    def _look_at(self, event: Event) -> str:
        """What is wrong with a frame, if anything; an event is handed on as it was read here."""
        text = event.get("text")
        if text is None:
            return "binary"
        # No letter takes more than four bytes, so that most frames need not be encoded to know it.
        if 4 * len(text) > LARGEST_FRAME and len(text.encode()) > LARGEST_FRAME:
            return "oversize"
        if not self.bucket.take():
            return "flood"
        found = FRAME.fullmatch(text)
        if found is None:
            return "malformed"
        if found["event"] is not None:
            said = _event_in(found["event"])
            if said is None:
                return "malformed"
            event[SAID] = found["number"], said
        elif text.startswith("40"):
            self.too_late.cancel()
        return ""

    async def _close(self, why: str) -> Event:
        self.over = True
        self.guard.closed[why] += 1
        log.info("socket of person %s closed: %s", self.connection.person, why)
        if why in NOBODY_READS:
            self.connection.abort()  # A close frame would wait behind everything that was never read.
        else:
            with suppress(Exception):  # The other side may be gone already.
                await asyncio.wait_for(self._send({"type": "websocket.close", "code": POLICY}), 1)
        return {"type": "websocket.disconnect", "code": POLICY}

    async def send(self, event: Event) -> None:
        """Pass an event to the client, unless the socket is over: nothing leaves after a sign-in was revoked."""
        if self.over or self.connection.killed:
            raise OSError("this socket was closed")
        await self._send(event)

    def end(self) -> None:
        """Clean up."""
        self.over = True
        self.too_late.cancel()


def _event_in(text: str) -> list[Any] | None:
    """The name of an event and what is said with it; None if it is none."""
    try:
        parts = json.loads(text)
    except (ValueError, RecursionError):
        return None
    is_event = isinstance(parts, list) and parts and isinstance(parts[0], str) and parts[0] not in RESERVED
    return parts if is_event else None


def _headers(scope: Scope) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}


def _one_less(counter: Counter[Any], key: Any) -> None:
    counter[key] -= 1
    if not counter[key]:
        del counter[key]


async def _plain(send: Send, status: int) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"upgrade", b"websocket")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"This address takes WebSocket connections.\n"})
