"""The servers that bench/fanout.py compares, one per process: `python -m bench.fanout_servers NAME PORT`.

ours        the sockets of the product behind their guard, signed in, in a room of a database; sent by its fan-out
kept        the same, but each message is kept in the chat of the room with the product's command, as a form would, and
            announced by its announcer together with all that happened since
stock       python-socketio as it comes, without guard, sign-in or room of ours
stock-gc    the same with the thresholds of garbage collection that we set
websockets  `websockets.broadcast`, without Socket.IO at all
"""

import asyncio
import gc
import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import socketio
import uvicorn
import uvloop
from sqlmodel import select


def tune() -> None:
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 1000)


def serve(app: Any, port: int) -> None:
    uvicorn.run(
        app, host="127.0.0.1", port=port, loop="uvloop", http="httptools", ws="websockets-sansio",
        ws_per_message_deflate=False, ws_ping_interval=None, access_log=False, log_level="warning", backlog=4096,
    )  # fmt: skip


def ours(port: int, *, kept: bool = False) -> None:
    """A room as the product has it. One thing is not in the product: that a socket may ask for a message to all."""
    import frontend.registry  # noqa: F401 - imports every slice and listener, then seals
    from events.core.settings import settings, use_settings
    from frontend.signed_in import authenticate
    from realtime import guard
    from realtime.announcing import run_announcer
    from realtime.channels import stage_channel
    from realtime.server import current, make_socket_app

    guard.PACE = guard.BURST = 1e9
    guard.JOIN_SECONDS = 60
    use_settings(**settings().model_dump() | {"sockets_per_address": 1_000_000})
    sockets = make_socket_app(authenticate)
    server = current()
    assert server is not None

    async def to_all(_sid: str, message: dict[str, Any]) -> None:
        for stage_id in server.fanout.watched:
            await server.fanout.post(stage_channel(stage_id), "room", message, everywhere=bool(settings().redis_url))

    if kept:
        keep, writing = chat_of_the_room(), ThreadPoolExecutor(40)  # as many as may wait for a shared commit

        async def to_be_kept(_sid: str, message: dict[str, Any]) -> None:
            writing.submit(keep, message["text"])

        server.sio.on("bcast", to_be_kept)
    else:
        server.sio.on("bcast", to_all)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "lifespan":
            await sockets(scope, receive, send)
            return
        await receive()
        stop = asyncio.Event()
        announcer = asyncio.create_task(run_announcer(stop))
        tune()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        stop.set()
        await announcer
        await send({"type": "lifespan.shutdown.complete"})

    serve(app, port)


def chat_of_the_room() -> Callable[[str], None]:
    """What writes a message into the chat of the only room, with the command of the product, as its host."""
    from events.core.database import Database, grouped, reading
    from events.people import Person
    from events.roles import actor_for
    from sessions.chat import write_message
    from sessions.stages import Stage, get_stage

    with reading() as db:
        host = db.exec(select(Person).where(Person.name == "Hal Hummel")).one()
        actor, room = actor_for(db, host.id), db.exec(select(Stage)).one().public_id

    def keep(text: str) -> None:
        def write(db: Database) -> None:
            write_message(db, actor, get_stage(db, actor, room), body=text)

        grouped(write)

    return keep


def stock(port: int, *, tuned: bool = False) -> None:
    redis = os.environ.get("BENCH_REDIS")
    manager = socketio.AsyncRedisManager(redis) if redis else None
    sio = socketio.AsyncServer(
        async_mode="asgi", transports=["websocket"], ping_interval=25, ping_timeout=60, cors_allowed_origins=[],
        client_manager=manager,
    )  # fmt: skip

    async def connect(sid: str, *_claims: Any) -> None:
        await sio.enter_room(sid, "room")

    async def to_all(_sid: str, message: dict[str, Any]) -> None:
        await sio.emit("room", message, room="room")

    async def noop(_sid: str, _message: dict[str, Any]) -> dict[str, Any]:
        return {"ok": True}

    sio.on("connect", connect)
    sio.on("noop", noop)
    sio.on("bcast", to_all)
    if tuned:
        tune()
    serve(socketio.ASGIApp(sio), port)


def websockets(port: int) -> None:
    from websockets.asyncio.server import ServerConnection, broadcast
    from websockets.asyncio.server import serve as listen
    from websockets.exceptions import ConnectionClosedError

    clients: set[ServerConnection] = set()

    async def each(socket: ServerConnection) -> None:
        clients.add(socket)
        try:
            with suppress(ConnectionClosedError):  # clients that leave do not say goodbye
                async for message in socket:
                    broadcast(clients, message)
        finally:
            clients.discard(socket)

    async def run() -> None:
        async with listen(each, "127.0.0.1", port, compression=None, ping_interval=None, max_queue=None):
            await asyncio.get_running_loop().create_future()

    uvloop.run(run())


if __name__ == "__main__":
    name, number = sys.argv[1], int(sys.argv[2])
    if name in {"ours", "kept"}:
        ours(number, kept=name == "kept")
    elif name == "websockets":
        websockets(number)
    else:
        stock(number, tuned=name == "stock-gc")
