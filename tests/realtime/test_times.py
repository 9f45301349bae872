"""Whoever looks at somebody's free times hears that they may have changed, and nothing of what happened."""

from dataclasses import dataclass

import pytest

from events.core.access import Actor
from events.core.database import transaction
from sessions.availability import set_availability
from sessions.no_thanks import say_no_thanks
from tests.makers import make_person
from tests.realtime.house import Client, client_of, cookie_for, open_house, until
from tests.sessions.makers_meetings import Fair, make_fair, make_participant, make_request, place_of


@dataclass
class World:
    """A fair with Bo, Cy and Dee, whose places have these public ids; Eve is not in it."""

    fair: Fair
    people: dict[str, Actor]
    places: dict[str, str]


@pytest.fixture
def world(database_url: str) -> World:
    with transaction() as db:
        fair = make_fair(db, make_person(db, "Ada Adler"))
        people = {name: make_participant(db, make_person(db, f"{name} X"), fair) for name in ("Bo", "Cy", "Dee")}
        places = {name: place_of(db, one, fair).public_id for name, one in people.items()}
        return World(fair, people | {"Eve": make_person(db, "Eve Ek")}, places)


async def watch(client: Client, *places: str) -> dict[str, object]:
    answer: dict[str, object] = await client.sio.call("watch", {"registrations": list(places)}, timeout=5)
    return answer


def count_of(client: Client) -> int:
    return len(client.messages("times"))


async def test_who_watches_hears_that_something_changed_and_nothing_else(world: World) -> None:
    with open_house() as house:
        async with client_of(house, cookie_for(world.people["Bo"])) as bo:
            listen(bo)
            assert await watch(bo, world.places["Cy"]) == {"ok": True}

            with transaction() as db:
                make_request(db, world.fair, asker=world.people["Dee"], invitee=world.people["Cy"])
            await until(lambda: count_of(bo) == 1)
            with transaction() as db:
                set_availability(db, world.people["Cy"], world.fair.event, absent=[])
            await until(lambda: count_of(bo) == 2)

            assert bo.heard == [("times", {}), ("times", {})]


async def test_one_hears_of_ones_own_times_too(world: World) -> None:
    with open_house() as house:
        async with client_of(house, cookie_for(world.people["Bo"])) as bo:
            listen(bo)
            await watch(bo, world.places["Cy"])

            with transaction() as db:
                make_request(db, world.fair, asker=world.people["Dee"], invitee=world.people["Bo"])

            await until(lambda: count_of(bo) == 1)


async def test_who_watches_another_hears_no_more_of_the_first(world: World) -> None:
    with open_house() as house:
        async with client_of(house, cookie_for(world.people["Bo"])) as bo:
            listen(bo)
            await watch(bo, world.places["Cy"])
            await watch(bo, world.places["Dee"])

            with transaction() as db:
                set_availability(db, world.people["Cy"], world.fair.event, absent=[])
                set_availability(db, world.people["Dee"], world.fair.event, absent=[])
            await until(lambda: count_of(bo) == 1)

            assert count_of(bo) == 1


async def test_a_no_thanks_is_not_heard_by_who_watches(world: World) -> None:
    with open_house() as house:
        async with client_of(house, cookie_for(world.people["Bo"])) as bo:
            listen(bo)
            await watch(bo, world.places["Cy"])

            with transaction() as db:
                cy, fair = world.people["Cy"], world.fair
                say_no_thanks(db, cy, fair.event, other=place_of(db, world.people["Bo"], fair))
                set_availability(db, world.people["Dee"], fair.event, absent=[])
                set_availability(db, world.people["Bo"], fair.event, absent=[])
            await until(lambda: count_of(bo) == 1)

            assert count_of(bo) == 1


@pytest.mark.parametrize(
    "asked", [None, {}, {"registrations": "r_1"}, {"registrations": ["r_1"]}, {"registrations": [1]}]
)
async def test_what_cannot_be_watched_is_refused(world: World, asked: object) -> None:
    with open_house() as house:
        async with client_of(house, cookie_for(world.people["Bo"])) as bo:
            assert await bo.sio.call("watch", asked, timeout=5) == {"ok": False, "code": "not found", "ref": ""}


async def test_outsiders_watch_nobody(world: World) -> None:
    with open_house() as house:
        async with client_of(house, cookie_for(world.people["Eve"])) as eve:
            answer = await watch(eve, world.places["Cy"])

    assert (answer["ok"], answer["code"]) == (False, "not found")


def listen(client: Client) -> None:
    """Note what is said about times; facts for the person themselves are another matter."""
    client.heard.clear()
    client.sio.on("times", lambda *said: client.heard.append(("times", said[0] if said else {})))
    client.sio.handlers["/"].pop("fact", None)
