"""The guard: whose sockets are let in, and when they are closed."""

import asyncio
from contextlib import suppress

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from events.core import steps
from events.core.database import transaction
from events.core.settings import settings, use_settings
from events.signin import sign_out_everywhere
from realtime.guard import our_origins
from tests.makers import person_of
from tests.realtime.house import ORIGIN, PATIENCE, client_of, closing, cookie_for, greeted, open_house, raw, until
from tests.sessions.makers_pitches import Show, make_show

# The guard asks the database only whose sign-in it is: one kind is enough.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def show(database_url: str) -> Show:
    with transaction() as db:
        return make_show(db, opened=True)


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "null",
        "",
        "http://evil.example",
        "https://folkmoot.example",
        "http://folkmoot.example:8000",
        "http://folkmoot.example.evil.example",
        "http://folkmoot.example/",
        "HTTP://FOLKMOOT.EXAMPLE",
        "http://127.0.0.1:8000",
    ],
)
async def test_other_origins_are_turned_away(show: Show, origin: str | None) -> None:
    cookie = cookie_for(show.bo)

    with open_house() as house, pytest.raises(InvalidStatus) as refused:
        async with raw(house, cookie, origin=origin):
            pass

    assert refused.value.response.status_code == 403


async def test_our_own_origin_is_let_in(show: Show) -> None:
    with open_house() as house:
        async with raw(house, cookie_for(show.bo)) as socket:
            first = await socket.recv()

    assert str(first).startswith("0{")


async def test_without_the_guard_any_origin_would_get_in(show: Show) -> None:
    """The negative control: the table above can fail."""
    with open_house(guarded=False) as house:
        async with raw(house, cookie_for(show.bo), origin="http://evil.example") as socket:
            first = await socket.recv()

    assert str(first).startswith("0{")


def test_the_demo_takes_its_loopback_twins_and_nothing_else(show: Show) -> None:
    use_settings(**settings().model_dump() | {"demo": True, "public_url": "http://127.0.0.1:8000"})

    assert our_origins() == {"http://127.0.0.1:8000", "http://localhost:8000", "http://[::1]:8000"}


def test_outside_the_demo_loopback_has_no_twins(show: Show) -> None:
    use_settings(**settings().model_dump() | {"public_url": "http://127.0.0.1:8000"})

    assert our_origins() == {"http://127.0.0.1:8000"}


@pytest.mark.parametrize("cookie", ["", "folkmoot=", "folkmoot=made-up", "other=1", 'folkmoot="; ;='])
async def test_visitors_have_no_sockets(show: Show, cookie: str) -> None:
    with open_house() as house, pytest.raises(InvalidStatus) as refused:
        async with raw(house, cookie):
            pass

    assert refused.value.response.status_code == 403


async def test_a_socket_that_never_joins_is_closed(show: Show) -> None:
    with open_house() as house:
        house.server.guard.join_seconds = 0.3
        async with raw(house, cookie_for(show.bo)) as socket:
            code = await closing(socket)

        assert (code, house.server.guard.closed) == (1008, {"join": 1})


async def test_a_socket_that_joins_stays(show: Show) -> None:
    with open_house() as house:
        house.server.guard.join_seconds = 0.3
        async with raw(house, cookie_for(show.bo)) as socket:
            await greeted(socket)
            with pytest.raises(TimeoutError):
                await closing(socket, 0.6)


@pytest.mark.parametrize(
    ("frame", "why"),
    [
        (b"binary", "binary"),
        ('451-["join",{"_placeholder":true,"num":0}]', "malformed"),
        ('461-[{"_placeholder":true,"num":0}]', "malformed"),
        ('42["connect",{}]', "malformed"),
        ('42["disconnect"]', "malformed"),
        ('42/admin,["join",{}]', "malformed"),
        ("42[", "malformed"),
        ("42{}", "malformed"),
        ("42[1]", "malformed"),
        ("42" + "[" * 9000 + "]", "malformed"),
        ("4", "malformed"),
        ("", "malformed"),
        ("0{}", "malformed"),
        ("x" * 16_385, "oversize"),
        ("ü" * 9_000, "oversize"),
    ],
)
async def test_what_no_client_of_ours_sends_closes_the_socket(show: Show, frame: str | bytes, why: str) -> None:
    with open_house() as house:
        async with raw(house, cookie_for(show.bo)) as socket:
            await greeted(socket)
            await socket.send(frame)
            code = await closing(socket)

        assert (code, house.server.guard.closed) == (1008, {why: 1})


async def test_a_flood_reaches_the_handlers_up_to_the_burst(show: Show) -> None:
    with open_house() as house:
        async with raw(house, cookie_for(show.bo)) as socket:
            await greeted(socket)
            heard = asyncio.create_task(drained(socket))
            with suppress(ConnectionClosed):
                for at in range(3000):
                    await socket.send(f'42{at}["nothing"]')
            answers = [text for text in await asyncio.wait_for(heard, PATIENCE) if text.startswith("43")]

        assert (house.server.guard.closed, 0 < len(answers) <= 70) == ({"flood": 1}, True)


async def drained(socket) -> list[str]:
    """All that was heard until the end."""
    heard: list[str] = []
    with suppress(ConnectionClosed):
        while True:
            heard.append(str(await socket.recv()))
    return heard


async def test_sockets_from_one_address_are_counted(show: Show) -> None:
    use_settings(**settings().model_dump() | {"sockets_per_address": 2})
    cookie = cookie_for(show.bo)

    with open_house() as house:
        async with raw(house, cookie), raw(house, cookie) as second:
            with pytest.raises(InvalidStatus):
                async with raw(house, cookie):
                    pass
            await second.close()
            await until(lambda: house.server.guard.per_address["127.0.0.1"] == 1)
            async with raw(house, cookie) as third:
                assert str(await third.recv()).startswith("0{")


async def test_behind_a_trusted_proxy_the_person_is_counted_not_the_proxy(show: Show) -> None:
    use_settings(**settings().model_dump() | {"sockets_per_address": 1, "trusted_proxies": ["127.0.0.1"]})
    cookie = cookie_for(show.bo)

    with open_house() as house:
        uri = f"ws://{house.address}/socket.io/?EIO=4&transport=websocket"
        opened = []
        for address in ("192.0.2.1", "192.0.2.2"):
            headers = {"Cookie": cookie, "Origin": ORIGIN, "X-Forwarded-For": f"203.0.113.9, {address}"}
            opened.append(await _connect(uri, headers))
        counted = dict(house.server.guard.per_address)
        for socket in opened:
            await socket.close()

    assert counted == {"192.0.2.1": 1, "192.0.2.2": 1}


async def _connect(uri: str, headers: dict[str, str]):
    from websockets.asyncio.client import connect

    return await connect(uri, additional_headers=headers, compression=None)


async def test_one_sign_in_has_ten_windows_at_most(show: Show) -> None:
    cookie = cookie_for(show.bo)

    with open_house() as house:
        opened = [await raw(house, cookie) for _window in range(10)]
        with pytest.raises(InvalidStatus):
            await raw(house, cookie)
        for socket in opened:
            await socket.close()


async def test_a_revoked_sign_in_is_closed_at_once(show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the commit, not by a look that comes anyway. How soon: bench/revoking."""
    monkeypatch.setattr(steps, "LOOK_ANYWAY", 3600)
    cookie = cookie_for(show.bo)

    with open_house() as house:
        async with raw(house, cookie) as socket:
            await greeted(socket)
            with transaction() as db:
                sign_out_everywhere(db, show.bo, person_of(db, show.bo))
            code = await closing(socket)

        assert code == 1008


async def test_other_people_stay_when_one_signs_out(show: Show) -> None:
    with open_house() as house:
        async with client_of(house, cookie_for(show.bo)) as bo, client_of(house, cookie_for(show.tam)) as tam:
            with transaction() as db:
                sign_out_everywhere(db, show.bo, person_of(db, show.bo))
            await asyncio.wait_for(bo.gone.wait(), PATIENCE)

            assert tam.sio.connected


async def test_plain_requests_are_told_to_upgrade(show: Show) -> None:
    import aiohttp

    with open_house() as house:
        url = f"http://{house.address}/socket.io/?EIO=4&transport=polling"
        async with aiohttp.ClientSession() as http, http.get(url) as answer:
            status = answer.status

    assert status == 426


async def test_a_client_that_does_not_read_is_dropped(show: Show) -> None:
    """Without the drop, its queue would hold all that is ever said in the room."""
    with open_house() as house:
        async with raw(house, cookie_for(show.bo), max_queue=1) as lazy:
            await greeted(lazy)
            lazy.transport.pause_reading()
            channel = f"person:{show.bo.person}"
            for _burst in range(20):
                for _message in range(40):
                    house.do(house.server.fanout.post(channel, "fact", {"filling": "x" * 16_000}))
                if house.server.guard.closed["slow"]:
                    break
                await asyncio.sleep(0.3)

        assert house.server.guard.closed["slow"] == 1
