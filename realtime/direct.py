"""Straight to the sockets: a message is encoded and framed once, and written to each transport of a channel.

It stays python-socketio: its server, its rooms, its packets, its clients. But a task, a queue and a wake-up for each
recipient, and the collections of garbage they lead to, cost nine to eighteen times as much as the writing (reference:
performance, section 2.1). What it has to know about the insides of engineio and uvicorn is looked at when the process
starts (`strangeness`); a socket that is not as expected takes python-socketio's own way.
"""

import asyncio
import json
import logging
import struct
from collections.abc import Callable
from functools import lru_cache, partial
from inspect import iscoroutinefunction
from time import monotonic, time
from types import MethodType
from typing import Any, cast

import engineio.async_socket
import engineio.base_socket
import engineio.packet
import socketio
import socketio.packet
from engineio.async_drivers import asgi
from engineio.exceptions import SocketIsClosedError, UnknownPacketError
from websockets.frames import Frame, Opcode

from realtime.guard import HELD, SAID, Connection

log = logging.getLogger("folkmoot.fanout")

LONGEST_QUEUE = 256
LONGEST_WAIT = 10.0
EVENT = "42"  # a message (4) that is an event (2), in the namespace that everybody is in
ANSWER = "43"  # a message that is the answer to an event; its number follows


# One for all: `json.dumps` makes a new one each time.
_json = json.JSONEncoder(separators=(",", ":")).encode


def event_text(name: str, message: Any) -> str:
    """A message as python-socketio writes it."""
    return EVENT + _json([name, message])


def answer_text(number: str, answer: Any) -> str:
    """An answer as python-socketio writes it."""
    return ANSWER + number + _json([answer])


def frame(text: str) -> bytes:
    """A text as one WebSocket frame from a server (RFC 6455, section 5.2): final, not masked."""
    payload = text.encode()
    size = len(payload)
    if size < 126:
        return bytes((0x81, size)) + payload
    if size < 65536:
        return struct.pack("!BBH", 0x81, 126, size) + payload
    return struct.pack("!BBQ", 0x81, 127, size) + payload


def strangeness() -> str:
    """What about the installed libraries is not as it has to be, for the log; nothing when frames may be written."""
    try:
        sample = {"é": [1, None, True, "x" * 200], "y": {"z": 0.5}}
        packet = socketio.packet.Packet(socketio.packet.EVENT, namespace="/", data=["room", sample])
        if engineio.packet.Packet(engineio.packet.MESSAGE, packet.encode()).encode() != event_text("room", sample):
            return "python-socketio encodes an event in another way"
        packet = socketio.packet.Packet(socketio.packet.ACK, namespace="/", id=17, data=[sample])
        if engineio.packet.Packet(engineio.packet.MESSAGE, packet.encode()).encode() != answer_text("17", sample):
            return "python-socketio encodes an answer in another way"
        for size in (3, 125, 126, 65535, 65536):
            if Frame(Opcode.TEXT, b"x" * size).serialize(mask=False) != frame("x" * size):
                return "websockets frames a text in another way"
        needed: tuple[tuple[Any, tuple[str, ...]], ...] = (
            (asgi.WebSocket, ("__call__", "send", "wait", "close")),
            (
                engineio.async_socket.AsyncSocket,
                ("send", "receive", "close", "check_ping_timeout", "schedule_ping", "_websocket_handler"),
            ),
            (socketio.AsyncManager, ("emit", "get_participants", "basic_enter_room", "basic_leave_room")),
            (socketio.AsyncManager, ("sid_from_eio_sid", "is_connected")),
            (socketio.AsyncServer, ("_trigger_event",)),
            (socketio.AsyncServer(), ("handlers",)),
        )
        missing = [name for owner, names in needed for name in names if not hasattr(owner, name)]
        return f"missing: {', '.join(missing)}" if missing else ""
    except Exception as error:
        return f"{type(error).__name__} while it was looked at"


PING = engineio.packet.Packet(engineio.packet.PING)
PING_FRAME = frame("2")


class Way:
    """One socket's way out: straight to its transport, else through engineio's queue, which is bounded.

    `queued` counts what waits in the queue or in its writer: nothing is written past that, so the order is kept.
    """

    __slots__ = ("connection", "ended", "heard", "lost", "queued", "since", "sock", "writable", "write")

    def __init__(self, sock: Any, connection: Connection | None) -> None:
        self.sock, self.connection = sock, connection
        self.write: Callable[[bytes], None] | None = None
        self.writable: Callable[[], bool] = bool
        self.queued: int = sock.queue.qsize()
        self.since = self.heard = monotonic()
        self.lost = self.ended = False

    def open_up(self) -> None:
        """From now on frames may be written straight, if the server and its line are of the kind we know."""
        protocol = getattr(self.connection, "protocol", None)
        transport, line = getattr(protocol, "transport", None), getattr(protocol, "conn", None)
        writable = getattr(getattr(protocol, "writable", None), "is_set", None)
        if transport is None or writable is None or getattr(line, "extensions", None) != []:
            return  # another server, or per-message deflate, whose frames differ from client to client
        self.write, self.writable = transport.write, writable

    def send(self, framed: bytes, text: str, packet: Any = None) -> None:
        """Hand a message on: now, or behind what waits already. Who does not read is cut and catches up later."""
        if self.lost:
            return
        if self.write is None or self.queued or not self.writable():
            self.enqueue(packet or engineio.packet.Packet(engineio.packet.MESSAGE, text[1:]))
            return
        try:
            self.write(framed)
        except Exception:  # Its line has just broken; engineio finds that out by itself.
            self.shut()

    def enqueue(self, packet: Any) -> None:
        """The slow way."""
        if self.sock.closed or self.sock.closing:
            return
        if self.queued >= LONGEST_QUEUE:
            self.cut()
            return
        if not self.queued:
            self.since = monotonic()
        self.queued += 1
        self.sock.queue.put_nowait(packet)

    def gone_out(self) -> None:
        """engineio's writer has passed one packet on."""
        self.queued = max(0, self.queued - 1)
        self.since = monotonic()

    def answered(self) -> None:
        """The client is there: it has answered a ping. Stands in for AsyncSocket.schedule_ping, which starts a task."""
        self.sock.last_ping, self.heard = None, monotonic()

    def look(self, now: float) -> str:
        """Once a second: ping a client that is due, and say why it is to be let go of, if it is ('' else)."""
        sock = self.sock
        if self.queued > 0 and now - self.since > LONGEST_WAIT:
            return "slow"
        if sock.closed:  # it was told so, and had a second to go by itself
            was, self.ended = self.ended, True
            return "ended" if was else ""
        if sock.last_ping is not None:
            return "silent" if time() - sock.last_ping > sock.server.ping_timeout else ""
        if now - self.heard >= sock.server.ping_interval:
            sock.last_ping = time()
            self.send(PING_FRAME, PING.encode(), PING)
        return ""

    def cut(self) -> None:
        """Let go of a client that does not read."""
        self.shut()
        if self.connection is not None:
            self.connection.kill("slow")

    def shut(self) -> None:
        """Nothing leaves this way any more."""
        self.lost, self.write = True, None


class StraightSocket(asgi.WebSocket):
    """engineio's WebSocket, which gives its socket a way out."""

    way: Way | None = None
    said: tuple[str, list[Any]] | None = None

    def __init__(self, handler: Any, server: Any, *, sio: Any) -> None:
        super().__init__(handler, server)
        self.sio, self.loop = sio, asyncio.get_running_loop()

    async def wait(self) -> Any:
        """The next frame, and the event in it if the guard has read one."""
        event = await cast(Any, self).asgi_receive()
        self.said = event.get(SAID)
        said = event.get("text") or event.get("bytes")
        if not said:
            raise OSError  # the client has gone
        return said

    async def __call__(self, environ: dict[str, Any]) -> Any:
        sock = self.handler.__self__
        connection = environ["asgi.scope"].get(HELD)
        self.way = sock.way = Way(sock, connection)
        sock.send = MethodType(_send, sock)
        if connection is not None:
            connection.way, connection.when_killed = self.way, self.way.shut
            sock.schedule_ping = self.way.answered
            self.handler = MethodType(_serve, sock)
        return await super().__call__(environ)

    async def send(self, message: Any) -> None:
        """What engineio's writer sends."""
        await super().send(message)
        if self.way is not None:
            self.way.gone_out()
            if self.way.write is None and not self.way.lost:
                self.way.open_up()  # The handshake is behind us with the first packet, engineio's own greeting.


async def _serve(sock: Any, ws: StraightSocket) -> None:
    """A socket from its first packet to its end; in place of AsyncSocket._websocket_handler, whose reader starts a task
    and a timer for each frame, and whose writer ends when nothing came through its queue for as long as two pings take:
    here pings go past it. Who is silent or slow is found by `Way.look`, and their connection is killed."""
    sock.connected = sock.upgraded = True
    writer = asyncio.ensure_future(_write(sock, ws))
    try:
        while True:
            text = await ws.wait()
            if ws.said is not None:
                _begin_answer(sock, ws, *ws.said)
                continue
            try:
                await sock.receive(engineio.packet.Packet(encoded_packet=text))
            except UnknownPacketError:
                continue
            except SocketIsClosedError:
                break
            except Exception:
                log.exception("a frame could not be handled")
    except OSError:
        pass  # the client has gone, or the guard has closed
    finally:
        sock.queue.put_nowait(None)
        await writer
        await sock.close(wait=False, abort=True, reason=sock.server.reason.TRANSPORT_CLOSE)


_answering: set[asyncio.Task[None]] = set()


def _begin_answer(sock: Any, ws: StraightSocket, number: str, said: list[Any]) -> None:
    """Let an event's handler begin, in one task; engineio and python-socketio start one each, and read the frame twice
    more. A handler that is a plain function waits for nothing, and answers at once."""
    manager = ws.sio.manager
    sid = manager.sid_from_eio_sid(sock.sid, "/")
    if sid is None or not manager.is_connected(sid, "/"):
        return
    handler = ws.sio.handlers["/"].get(said[0])
    if handler is not None and _is_plain(handler):
        _send_answer(sock, number, handler(sid, *said[1:]))
        return
    task = ws.loop.create_task(_answer(sock, ws.sio, sid, number, said))
    _answering.add(task)
    task.add_done_callback(_answering.discard)


@lru_cache(maxsize=64)
def _is_plain(handler: Callable[..., Any]) -> bool:
    return not iscoroutinefunction(handler)


async def _answer(sock: Any, sio: Any, sid: str, number: str, said: list[Any]) -> None:
    """An event's handler, and its answer if one is asked for."""
    answer = await sio._trigger_event(said[0], "/", sid, *said[1:])  # noqa: SLF001 - as python-socketio does itself
    _send_answer(sock, number, answer)


def _send_answer(sock: Any, number: str, answer: Any) -> None:
    if number and not sock.closed:
        text = answer_text(number, answer)
        sock.way.send(frame(text), text)


async def _write(sock: Any, ws: StraightSocket) -> None:
    """What does not go straight, one after the other, until the socket ends."""
    while (packet := await sock.queue.get()) is not None:
        sock.queue.task_done()
        try:
            await ws.send(packet.encode())
        except Exception:
            break  # its line is broken, which the reader finds out as well
    await ws.close()


async def _send(sock: Any, packet: Any) -> None:
    """Answers, pings and what goes to one socket: instead of AsyncSocket.send."""
    if not await sock.check_ping_timeout():
        return
    way: Way = sock.way
    if packet.binary:
        way.enqueue(packet)
        return
    text = packet.encode()
    way.send(frame(text), text, packet)


class Straight(socketio.AsyncManager):
    """Emits to a channel without a task for each recipient; everything out of the ordinary goes the stock way."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.known: dict[str, list[Way]] = {}
        self.channels: dict[str, set[str | None]] = {}
        self.heard: Callable[[str, Any], None] | None = None

    def basic_enter_room(self, sid: str, namespace: str, room: str | None, eio_sid: str | None = None) -> None:
        """Somebody is in a channel now."""
        super().basic_enter_room(sid, namespace, room, eio_sid=eio_sid)
        self.known.pop(room or "", None)
        self.channels.setdefault(sid, set()).add(room)

    def basic_leave_room(self, sid: str, namespace: str, room: str | None) -> None:
        """Somebody is in a channel no more; every way out of one ends here."""
        self.known.pop(room or "", None)
        self.channels.get(sid, set()).discard(room)
        super().basic_leave_room(sid, namespace, room)

    def basic_disconnect(self, sid: str, namespace: str, **options: Any) -> None:
        """A socket is gone. The stock way looks through every channel there is for each that goes."""
        for room in list(self.channels.pop(sid, ())):
            self.basic_leave_room(sid, namespace, room)
        self.callbacks.pop(sid, None)
        for pending in (self.pending_connect, self.pending_disconnect):
            if sid in pending.get(namespace, ()):
                pending[namespace].remove(sid)
                if not pending[namespace]:
                    del pending[namespace]

    def ways_to(self, room: str) -> list[Way]:
        """The ways to the sockets in a channel, kept until somebody comes or goes."""
        found = self.known.get(room)
        if found is None:
            sockets: dict[str, Any] = cast(Any, self.server).eio.sockets  # known before anybody comes
            held = [sockets.get(eio_sid) for _sid, eio_sid in self.get_participants("/", room)]
            found = self.known[room] = [one.way for one in held if one is not None and hasattr(one, "way")]
        return found

    async def emit(
        self,
        event: str,
        data: Any,
        namespace: str,
        room: Any = None,
        skip_sid: Any = None,
        callback: Any = None,
        to: Any = None,
        **options: Any,
    ) -> None:
        """Send to a channel: encoded once, framed once."""
        room = to or room
        if self.heard is not None:
            self.heard(event, data)
        plain = isinstance(data, dict) and isinstance(room, str) and namespace == "/" and not skip_sid
        if not plain or callback is not None:
            await super().emit(event, data, namespace, room=room, skip_sid=skip_sid, callback=callback, **options)
        elif room in self.rooms.get("/", {}):
            text = event_text(event, data)
            framed = frame(text)
            for way in self.ways_to(room):
                way.send(framed, text)


class StraightRedis(socketio.AsyncRedisManager, Straight):
    """The same behind Redis: whatever arrives for this process's sockets, from here or elsewhere, ends in `emit`."""


async def _environ_of(scope: Any, receive: Any, send: Any) -> dict[str, Any]:
    """What engineio wants to know of a WebSocket. Its own way of saying it makes a class for each."""
    if (await receive())["type"] != "websocket.connect":
        return {}
    headers = dict(scope["headers"])
    return {
        "REQUEST_METHOD": "GET",
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "HTTP_UPGRADE": headers.get(b"upgrade", b"").decode("latin-1"),
        "HTTP_CONNECTION": headers.get(b"connection", b"").decode("latin-1"),
        "asgi.receive": receive,
        "asgi.send": send,
        "asgi.scope": scope,
    }


def straighten(sio: Any) -> None:
    """Give the sockets of a server their ways out; for a server whose manager is one of those above."""
    engine = sio.eio
    own = {"websocket": partial(StraightSocket, sio=sio), "translate_request": _environ_of}
    engine._async = engine._async | own  # noqa: SLF001 - there is no other place to say so
