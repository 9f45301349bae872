"""Who arrives together is looked at together, and each answered for themselves."""

import asyncio
import threading
from collections.abc import Sequence

import pytest

from events.core.database import transaction
from events.signin import sign_out_everywhere
from realtime.arrivals import MOST_TOGETHER, Arrival, Arrivals
from realtime.journal_watch import JournalWatch
from tests.makers import person_of
from tests.realtime.house import PATIENCE, closing, cookie_for, greeted, open_house, raw
from tests.sessions.makers_pitches import Show, make_show


@pytest.fixture
def show(database_url: str) -> Show:
    with transaction() as db:
        return make_show(db, opened=True)


async def test_who_comes_while_others_are_looked_at_is_looked_at_with_those_who_come_then() -> None:
    asked: list[int] = []

    def arrive(cookies: Sequence[str]) -> list[Arrival | Exception]:
        asked.append(len(cookies))
        if len(asked) == 1:
            first_is_looked_at.set()
            all_have_come.wait(PATIENCE)
        return [((int(one), int(one)), one) for one in cookies]

    first_is_looked_at, all_have_come = threading.Event(), threading.Event()
    arrivals = Arrivals(arrive)
    first = asyncio.create_task(arrivals.look("0"))
    await asyncio.to_thread(first_is_looked_at.wait, PATIENCE)
    others = [asyncio.create_task(arrivals.look(str(number))) for number in range(1, 101)]
    await asyncio.sleep(0)
    all_have_come.set()
    found = [await first, *[await one for one in others]]

    assert found == [((number, number), str(number)) for number in range(101)]
    assert asked == [1, MOST_TOGETHER, 100 - MOST_TOGETHER]


async def test_what_goes_wrong_with_one_is_theirs_alone_and_what_goes_wrong_with_all_is_told_to_each() -> None:
    def arrive(cookies: Sequence[str]) -> list[Arrival | Exception]:
        if "all" in cookies:
            raise OSError("the database is away")
        return [ValueError("no") if one == "bad" else (None, one) for one in cookies]

    arrivals = Arrivals(arrive)
    bad, good = await asyncio.gather(arrivals.look("bad"), arrivals.look("good"), return_exceptions=True)
    everybody = await asyncio.gather(arrivals.look("all"), arrivals.look("x"), return_exceptions=True)

    assert (type(bad), good) == (ValueError, (None, "good"))
    assert [type(one) for one in everybody] == [OSError, OSError]


async def test_who_gives_up_meanwhile_holds_up_nobody() -> None:
    arrivals = Arrivals(lambda cookies: [(None, one) for one in cookies])
    given_up, other = asyncio.create_task(arrivals.look("a")), asyncio.create_task(arrivals.look("b"))
    await asyncio.sleep(0)
    given_up.cancel()

    assert await other == (None, "b")


@pytest.mark.parametrize("noticed", [True, False], ids=["asks again", "negative control"])
async def test_a_sign_in_that_ends_while_its_socket_arrives_is_closed(
    show: Show, monkeypatch: pytest.MonkeyPatch, noticed: bool
) -> None:
    """Between the reading and the moment from which the journal's looks find the connection: they do not come here. The
    control believes what was read, as if no look had been there meanwhile."""

    async def nothing(_watch: JournalWatch) -> bool:
        return False

    monkeypatch.setattr(JournalWatch, "look", nothing)
    with open_house() as house:
        server, read = house.server, house.server._look_at

        def and_ends(cookie: str, looks: int) -> Arrival | Exception:
            found = read(cookie, looks)
            with transaction() as db:
                sign_out_everywhere(db, show.bo, person_of(db, show.bo))
            if noticed:
                server.looks += 1  # a look at the journal, which finds no connection of this person
            return found

        monkeypatch.setattr(server, "_look_at", and_ends)
        async with raw(house, cookie_for(show.bo)) as socket:
            if noticed:
                assert await closing(socket) == 1008
            else:
                await greeted(socket)
                with pytest.raises(TimeoutError):
                    await closing(socket, 0.3)
