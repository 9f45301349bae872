"""The call of speed networking: everybody is in it once, and sees and hears their own pair only."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from sessions.networking.rounds import do_what_is_due
from sessions.networking.rows import NetworkingVisit
from sessions.networking.running import start_networking
from sessions.networking.visits import leave_networking, take_out_of_networking
from sessions.visit_lines import note_seen
from tests.makers import make_person
from tests.realtime.house import PATIENCE, Client, House, client_of, cookie_for, open_house, until
from tests.sessions.makers_networking import Evening, make_evening

OFFER = {"type": "offer", "sdp": "v=0\r\n"}
SHOWN = {"mic": True, "cam": True, "screen": False, "hand": False}
NAMES = ("Bo", "Cy", "Gil", "Hana")


@pytest.fixture
def evening(db: Database, ada: Actor) -> Evening:
    made = make_evening(db, ada, people=4, round_seconds=20)
    db.commit()
    return made


@pytest.fixture
def house(evening: Evening) -> Iterator[House]:
    with open_house() as found:
        yield found


def later(evening: Evening, seconds: int) -> None:
    """Time goes by, and what is due is done."""
    clock._frozen[-1] = clock.now() + timedelta(seconds=seconds)
    do_what_is_due(evening.db, evening.subject().id)
    evening.db.commit()


def do(evening: Evening, command: Any, name: str = "", **values: Any) -> None:
    evening.do(command, name, **values)
    evening.db.commit()


@asynccontextmanager
async def in_call(house: House, evening: Evening, actor: Actor) -> AsyncIterator[tuple[Client, dict[str, Any]]]:
    async with client_of(house, cookie_for(actor)) as client:
        for kind in ("meet:state", "meet:signal", "meet:media", "meet:over"):
            client.sio.on(kind, lambda message, kind=kind: client.heard.append((kind, message)))
        yield client, await client.sio.call("meet:join", {"meeting": evening.public}, timeout=PATIENCE)


@asynccontextmanager
async def all_in(house: House, evening: Evening) -> AsyncIterator[tuple[dict[str, Client], dict[str, str]]]:
    """Everybody in the call of the first round; their clients and visits by name."""
    async with AsyncExitStack() as stack:
        clients, visits = {}, {}
        for name in NAMES:
            found, answer = await stack.enter_async_context(in_call(house, evening, evening.people[name]))
            assert answer["ok"], answer
            clients[name], visits[name] = found, answer["visit"]["id"]
        do(evening, start_networking)
        later(evening, 5)
        for name in NAMES:
            await until(lambda name=name: peers(clients[name]) == {visits[name], visits[other_of(evening, name)]})
        yield clients, visits


def peers(client: Client) -> set[str]:
    """Whom a client was told of last, itself included."""
    told = client.messages("meet:state")
    return {one["id"] for one in told[-1]["peers"]} if told else set()


def other_of(evening: Evening, name: str) -> str:
    pair = next(pair for pair in evening.pairs() if name in pair.split("+"))
    evening.db.commit()
    return next(one for one in pair.split("+") if one != name)


async def test_before_a_round_everybody_sees_themselves_only(house: House, evening: Evening) -> None:
    async with (
        in_call(house, evening, evening.people["Bo"]),
        in_call(house, evening, evening.people["Cy"]) as (_cy, told),
    ):
        assert [one["name"] for one in told["room"]["peers"]] == ["Cy Nomad"]
        assert (told["full"], told["ticket"]["kind"], told["room"]["way"]) == (False, "native", "mesh")


async def test_signals_and_marks_reach_the_own_pair_and_nobody_else(house: House, evening: Evening) -> None:
    async with all_in(house, evening) as (clients, visits):
        other = other_of(evening, "Bo")
        (stranger, *_rest) = set(NAMES) - {"Bo", other}
        batch = [{"seq": 1, "d": OFFER}]

        good = await clients["Bo"].sio.call("meet:signal", {"to": visits[other], "batch": batch}, timeout=PATIENCE)
        bad = await clients["Bo"].sio.call("meet:signal", {"to": visits[stranger], "batch": batch}, timeout=PATIENCE)
        await clients["Bo"].sio.call("meet:media", SHOWN, timeout=PATIENCE)

        await until(lambda: clients[other].messages("meet:media"))
        assert (good, bad["code"]) == ({"ok": True, "upto": 1}, "not found")
        assert clients[other].messages("meet:signal") == [{"from": visits["Bo"], "seq": 1, "d": OFFER}]
        for name in set(NAMES) - {"Bo", other}:
            assert clients[name].messages("meet:signal") + clients[name].messages("meet:media") == []


async def test_when_the_round_is_over_nobody_reaches_the_one_of_before(house: House, evening: Evening) -> None:
    async with all_in(house, evening) as (clients, visits):
        other = other_of(evening, "Bo")
        note_seen(evening.db, NetworkingVisit, list(visits.values()))
        evening.db.commit()
        clock._frozen[-1] = clock.now() + timedelta(seconds=5 + 20)  # and nobody has written it down yet

        answer = await clients["Bo"].sio.call(
            "meet:signal", {"to": visits[other], "batch": [{"seq": 1, "d": OFFER}]}, timeout=PATIENCE
        )

        assert answer["code"] == "not found"
        await until(lambda: peers(clients["Bo"]) == {visits["Bo"]})


async def test_whoever_is_taken_out_or_leaves_is_out_at_once(house: House, evening: Evening) -> None:
    async with all_in(house, evening) as (clients, _visits):
        do(evening, take_out_of_networking, person=evening.people["Bo"].person)
        do(evening, leave_networking, "Cy")

        for name, why in (("Bo", "removed"), ("Cy", "left")):
            await until(lambda name=name: clients[name].messages("meet:over"))
            assert clients[name].messages("meet:over") == [{"meeting": evening.public, "why": why}]
        assert (await clients["Bo"].sio.call("meet:media", SHOWN, timeout=PATIENCE))["ok"] is False
        back = await clients["Bo"].sio.call("meet:join", {"meeting": evening.public}, timeout=PATIENCE)
        assert back["code"] == "not allowed"


async def test_nobody_comes_in_from_elsewhere(house: House, evening: Evening) -> None:
    eve = make_person(evening.db, "Eve Elsewhere")
    evening.db.commit()
    async with in_call(house, evening, eve) as (_eve, answer):
        assert (answer["ok"], answer["code"]) == (False, "not found")


async def test_who_is_in_the_lobby_is_counted_once_and_told_to_those_who_may_be_there(
    house: House, evening: Evening
) -> None:
    eve = make_person(evening.db, "Eve Elsewhere")
    evening.db.commit()
    slug = evening.fair.event.event.slug
    async with (
        client_of(house, cookie_for(evening.people["Bo"])) as bo, client_of(house, cookie_for(eve)) as stranger,
        client_of(house, cookie_for(evening.people["Bo"])) as again,
    ):  # fmt: skip
        answers = [await one.sio.call("lobby", {"lobby": slug}, timeout=PATIENCE) for one in (bo, again, stranger)]

        assert [one.get("here") for one in answers] == [1, 1, None]
        assert len(house.server.lobbies.people(evening.fair.event.id)) == 1
    await until(lambda: house.server.lobbies.people(evening.fair.event.id) == [])
