"""A real web server on a free port with our sockets in it, and real clients."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager
from typing import Any, TypeVar

import socketio
import uvicorn
from websockets.asyncio.client import ClientConnection, connect

from events.core.access import Actor
from events.core.database import transaction
from events.signin import open_sign_in
from frontend.signed_in import authenticate
from realtime.announcing import run_announcer
from realtime.server import SocketServer, current, make_socket_app
from tests.makers import person_of

T = TypeVar("T")
ORIGIN = "http://folkmoot.example"
# What has to happen is waited for: a machine that does other work is slow, and how fast we are is for bench/.
PATIENCE = 30.0


class House:
    """The server while it runs."""

    def __init__(self, sockets: Any, server: SocketServer) -> None:
        self.sockets, self.server = sockets, server
        self.config = uvicorn.Config(
            self, port=0, ws="websockets-sansio", ws_per_message_deflate=False, ws_ping_interval=None, log_level="error"
        )
        self.web = uvicorn.Server(self.config)
        self.loop: asyncio.AbstractEventLoop | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "lifespan":
            await self.sockets(scope, receive, send)
            return
        await receive()
        self.loop = asyncio.get_running_loop()
        stop = asyncio.Event()
        announcer = asyncio.create_task(run_announcer(stop))
        await send({"type": "lifespan.startup.complete"})
        await receive()
        stop.set()
        await announcer
        await send({"type": "lifespan.shutdown.complete"})

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"127.0.0.1:{self.web.servers[0].sockets[0].getsockname()[1]}"

    def do(self, step: Coroutine[Any, Any, T]) -> T:
        """Run something on the server's loop."""
        assert self.loop is not None
        future: Future[T] = asyncio.run_coroutine_threadsafe(step, self.loop)
        return future.result(PATIENCE)


@contextmanager
def open_house(*, guarded: bool = True) -> Iterator[House]:
    """A server with our sockets; `guarded=False` is the negative control."""
    sockets = make_socket_app(authenticate)
    server = current()
    assert server is not None
    house = House(sockets if guarded else server.guard.app, server)
    thread = threading.Thread(target=house.web.run, daemon=True)
    thread.start()
    until = time.monotonic() + PATIENCE
    while not house.web.started and time.monotonic() < until:
        time.sleep(0.01)
    try:
        yield house
    finally:
        house.web.should_exit = True
        thread.join(PATIENCE)


def cookie_for(actor: Actor) -> str:
    """A Cookie header for a new sign-in of somebody."""
    with transaction() as db:
        return "folkmoot=" + open_sign_in(db, person_of(db, actor), way="test")


class Client:
    """A real Socket.IO client that remembers what it heard."""

    def __init__(self) -> None:
        self.sio = socketio.AsyncClient(reconnection=False)
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self.gone = asyncio.Event()
        for name in ("room", "fact", "presence", "left"):
            self.sio.on(name, lambda message, name=name: self.heard.append((name, message)))
        self.sio.on("disconnect", lambda *_reason: self.gone.set())

    async def join(self, public_id: str) -> dict[str, Any]:
        """Ask to be let into a room."""
        answer: dict[str, Any] = await self.sio.call("join", {"stage": public_id}, timeout=PATIENCE)
        return answer

    def messages(self, name: str) -> list[dict[str, Any]]:
        """What was heard of one kind."""
        return [message for kind, message in self.heard if kind == name]


@asynccontextmanager
async def client_of(house: House, cookie: str) -> AsyncIterator[Client]:
    """A connected client."""
    client = Client()
    headers = {"Origin": ORIGIN, "Cookie": cookie}
    await client.sio.connect(
        f"http://{house.address}", headers=headers, transports=["websocket"], wait_timeout=PATIENCE
    )
    try:
        yield client
    finally:
        await client.sio.disconnect()


def raw(house: House, cookie: str = "", origin: str | None = ORIGIN, **options: Any) -> connect:
    """A bare WebSocket to the same place, for what a decent client would not do."""
    headers = {"Cookie": cookie} | ({"Origin": origin} if origin is not None else {})
    uri = f"ws://{house.address}/socket.io/?EIO=4&transport=websocket"
    return connect(uri, additional_headers=headers, compression=None, **options)


async def greeted(socket: ClientConnection) -> None:
    """Take part in the handshake up to a joined namespace."""
    await socket.recv()
    await socket.send("40")
    await socket.recv()


async def until(true: Callable[[], Any], seconds: float = PATIENCE) -> None:
    """Wait for something that has to happen soon."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        await asyncio.sleep(0.02)


async def closing(socket: ClientConnection, seconds: float = PATIENCE) -> int:
    """Wait for the server to close; the code."""
    await asyncio.wait_for(socket.wait_closed(), seconds)
    return socket.close_code or 0


Press = Callable[[], Awaitable[None]]
