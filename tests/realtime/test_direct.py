"""The straight way to the sockets: the same bytes as python-socketio's own, in the same order, and bounded."""

import asyncio
import time
from contextlib import suppress
from typing import Any

import pytest
from socketio import AsyncManager
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode

from events.core.database import transaction
from realtime import direct, engine
from realtime.direct import LONGEST_QUEUE, Straight, Way, event_text, frame, strangeness
from tests.realtime.house import PATIENCE, House, client_of, cookie_for, greeted, open_house, raw, until
from tests.sessions.makers_pitches import Show, make_show

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def show(database_url: str) -> Show:
    with transaction() as db:
        return make_show(db, opened=True)


@pytest.fixture(params=["straight", "stock", "queued"])
def house_of(request: pytest.FixtureRequest, show: Show, monkeypatch: pytest.MonkeyPatch) -> str:
    """The three ways that a message can take."""
    way: str = request.param
    if way == "stock":
        monkeypatch.setattr(engine, "strangeness", lambda: "as if they were strange")
    if way == "queued":  # as with another server, or with compression
        monkeypatch.setattr(Way, "open_up", lambda _way: None)
    return way


def test_the_installed_libraries_are_as_we_know_them(database_url: str) -> None:
    assert strangeness() == ""


@pytest.mark.parametrize(
    ("owner", "name", "value"),
    [
        (direct, "event_text", lambda name, message: "42[]"),
        (direct, "frame", lambda text: text.encode()),
        (direct.socketio.AsyncManager, "get_participants", None),
        (direct.asgi.WebSocket, "send", None),
    ],
)
def test_strange_libraries_are_noticed(
    database_url: str, monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, value: Any
) -> None:
    if value is None:
        home = next(one for one in owner.__mro__ if name in vars(one))
        monkeypatch.delattr(home, name)
    else:
        monkeypatch.setattr(owner, name, value)

    assert strangeness() != ""


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536, 100_000])
def test_a_frame_is_what_websockets_makes(database_url: str, size: int) -> None:
    assert frame("x" * size) == Frame(Opcode.TEXT, b"x" * size).serialize(mask=False)


async def hear(house: House, cookie: str, many: int) -> list[Any]:
    """What one client hears of many messages to its person and to everybody in a channel, mixed with answers."""
    async with client_of(house, cookie) as one:
        sid = house.server.sio.manager.rooms["/"][None].copy()
        heard: list[Any] = []
        one.sio.on("fact", lambda message: heard.append(message["n"]))

        async def send() -> None:
            for only, _eio in sid.items():
                await house.server.sio.enter_room(only, "hall")
            for number in range(many):
                await house.server.sio.emit(
                    "fact", {"n": number, "ö": "ü"}, room="hall" if number % 3 else next(iter(sid))
                )

        answer = asyncio.create_task(one.sio.call("leave", {"stage": "st_x"}, timeout=PATIENCE))
        await asyncio.to_thread(house.do, send())
        await until(lambda: len(heard) == many)
        return [heard, await answer]


async def test_every_way_brings_everything_in_order(show: Show, house_of: str) -> None:
    with open_house() as house:
        heard, answer = await hear(house, cookie_for(show.bo), 200)
        manager = house.server.sio.manager

    assert (heard, answer) == (list(range(200)), {"ok": True})
    assert type(manager) is (AsyncManager if house_of == "stock" else Straight)


async def test_frames_are_written_straight_where_they_can_be(show: Show) -> None:
    """Else the figures of bench/fanout.py would be those of the slow way, and nobody would know."""
    with open_house() as house:
        async with client_of(house, cookie_for(show.bo)):
            ways = house.server.sio.manager.ways_to(f"person:{show.bo.person}")
            await until(lambda: ways and ways[0].write is not None)

    assert [(way.queued, way.lost) for way in ways] in ([(0, True)], [(0, False)])


async def test_who_is_gone_is_in_no_channel_any_more(show: Show) -> None:
    with open_house() as house:
        async with client_of(house, cookie_for(show.bo)) as bo:
            await bo.join(show.stage.public_id)
        await until(lambda: not house.server.sio.manager.channels)
        left = house.server.sio.manager.rooms

    assert left == {}


async def test_a_killed_socket_hears_nothing_more_at_once(show: Show) -> None:
    with open_house() as house:
        async with raw(house, cookie_for(show.bo)) as socket:
            await greeted(socket)
            channel = f"person:{show.bo.person}"
            await until(lambda: house.server.sio.manager.ways_to(channel))

            async def kill_and_tell() -> None:
                (connection,) = house.server.guard.connections
                connection.kill("revoked")
                await house.server.fanout.post(channel, "fact", {"secret": True})

            house.do(kill_and_tell())
            heard = await drained(socket)

    assert [one for one in heard if "secret" in one] == []


def test_a_queue_is_bounded_and_its_client_is_cut(database_url: str) -> None:
    """The negative control: with a bound of a thousand the same client is kept."""
    fates = []
    for bound in (LONGEST_QUEUE, 1000):
        killed: list[str] = []
        way = _lazy_way(killed)
        direct.LONGEST_QUEUE, before = bound, direct.LONGEST_QUEUE
        for number in range(600):
            text = event_text("room", {"n": number})
            way.send(frame(text), text)
        direct.LONGEST_QUEUE = before
        fates.append((killed, way.lost, way.sock.queue.qsize()))

    assert fates == [(["slow"], True, LONGEST_QUEUE), ([], False, 600)]


async def drained(socket: ClientConnection) -> list[str]:
    """All that was heard until the end."""
    heard: list[str] = []
    with suppress(ConnectionClosed):
        while True:
            heard.append(str(await socket.recv()))
    return heard


class _LazySocket:
    closed = closing = False

    def __init__(self) -> None:
        self.queue: asyncio.Queue[Any] = asyncio.Queue()


def _lazy_way(killed: list[str]) -> Way:
    class Held:
        kill = staticmethod(killed.append)

    return Way(_LazySocket(), Held())  # type: ignore[arg-type]  # all that a way asks of a connection


def test_a_broken_line_stops_nobody_else(database_url: str) -> None:
    def broken(_frame: bytes) -> None:
        raise RuntimeError("the handler is closed")

    written: list[bytes] = []
    ways = [_lazy_way([]), _lazy_way([])]
    for way, write in zip(ways, (broken, written.append), strict=True):
        way.write, way.writable = write, lambda: True

    for way in ways:
        way.send(b"frame", "42[]")

    assert ([way.lost for way in ways], written) == ([True, False], [b"frame"])


async def stays(house: House, show: Show, *, seconds: float, answers: bool = True) -> bool:
    """Whether somebody who says nothing by themselves is still there after a while, with a ping each half second."""
    engine = house.server.sio.eio
    engine.ping_interval = engine.ping_timeout = 0.5
    async with raw(house, cookie_for(show.bo)) as socket:
        await greeted(socket)
        asked = time.monotonic()
        with suppress(ConnectionClosed):
            while time.monotonic() - asked < seconds:
                house.do(look_at_lines(house))
                with suppress(TimeoutError):
                    if await asyncio.wait_for(socket.recv(), 0.1) == "2" and answers:
                        await socket.send("3")
        await asyncio.sleep(0.5)  # whoever was let go of is gone by then
        return len(house.server.guard.connections) == 1


async def look_at_lines(house: House) -> None:
    house.server.look_at_lines()


async def test_who_only_listens_and_answers_pings_stays(show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: engineio's own writer ends when nothing has come through its queue for two pings."""
    with open_house() as house:
        ours = await stays(house, show, seconds=3)
    monkeypatch.setattr(direct, "_serve", direct.engineio.async_socket.AsyncSocket._websocket_handler)
    with open_house() as house:
        theirs = await stays(house, show, seconds=3)

    assert (ours, theirs) == (True, False)


async def test_who_answers_no_ping_is_let_go_of(show: Show) -> None:
    with open_house() as house:
        there = await stays(house, show, seconds=3, answers=False)
        closed = house.server.guard.closed

    assert (there, closed["silent"]) == (False, 1)


async def test_who_was_told_to_go_and_does_not_is_let_go_of(show: Show) -> None:
    with open_house() as house:
        async with raw(house, cookie_for(show.bo)) as socket:
            await greeted(socket)
            (connection,) = house.server.guard.connections
            house.do(connection.way.sock.close(wait=False))
            for _look in range(2):
                house.do(look_at_lines(house))
            await until(lambda: not house.server.guard.connections)

        assert house.server.guard.closed["ended"] == 1
