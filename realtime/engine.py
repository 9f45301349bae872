"""The Socket.IO server of a process, set up: WebSockets only, straight to the sockets where the libraries allow it."""

import logging
from typing import Any, cast

import socketio

from events.core.settings import settings
from realtime.direct import Straight, StraightRedis, straighten, strangeness
from realtime.guard import LARGEST_FRAME, App

log = logging.getLogger("folkmoot.sockets")

PING_EVERY = 25
PING_PATIENCE = 20


def make_engine() -> tuple[Any, App, bool]:
    """The server, itself as an ASGI application, and whether its libraries are strange to us: then messages take their
    slow way."""
    redis = settings().redis_url
    options = {"socket_connect_timeout": 2, "health_check_interval": 15}
    strange = strangeness()
    if strange:
        log.warning("messages take the slow way to sockets: %s", strange)
    for name in ("folkmoot.socketio", "folkmoot.engineio"):
        logging.getLogger(name).setLevel(logging.ERROR)  # A message to a socket that has just gone is no warning.
    sio = socketio.AsyncServer(
        async_mode="asgi",
        client_manager=_manager(redis, options, straight=not strange),
        transports=["websocket"],
        cors_allowed_origins=[],  # Off here, where a missing Origin would pass: the guard compares it exactly.
        max_http_buffer_size=LARGEST_FRAME,
        ping_interval=PING_EVERY,
        ping_timeout=PING_PATIENCE,
        monitor_clients=bool(strange),  # else `look_at_lines` does, once a second for all of them
        logger=logging.getLogger("folkmoot.socketio"),
        engineio_logger=logging.getLogger("folkmoot.engineio"),
    )
    if not strange:
        straighten(sio)
    return sio, cast(App, socketio.ASGIApp(sio, socketio_path="socket.io")), bool(strange)


def _manager(redis: str, options: dict[str, Any], *, straight: bool) -> Any:
    if redis:
        return (StraightRedis if straight else socketio.AsyncRedisManager)(redis, redis_options=options)
    return Straight() if straight else None
