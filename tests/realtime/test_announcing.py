"""Announcing: every fact has its audience or is declared quiet, and presence is counted in people."""

import asyncio
from datetime import timedelta

from sqlmodel import select

from events.core import clock
from events.core.access import SYSTEM
from events.core.database import reading, transaction
from events.core.journal import FACTS, Delivery, record
from events.events import EventStarted
from realtime.announcing import LISTENER, QUIET, run_announcer
from realtime.fanout import Fanout
from realtime.guard import Guard
from realtime.presence import Presence
from realtime.server import make_socket_app
from tests.realtime.house import PATIENCE, open_house, until
from tests.sessions.makers_pitches import make_show


def own_facts() -> set[type]:
    return {kind for kind in FACTS.values() if not kind.__module__.startswith("tests.")}


def test_every_fact_is_announced_or_declared_quiet() -> None:
    announced = set(LISTENER.handlers)

    assert announced | QUIET == own_facts()


def test_no_fact_is_both_announced_and_quiet() -> None:
    announced = set(LISTENER.handlers)

    assert announced & QUIET == set()


async def test_what_waited_since_before_the_start_is_news_to_nobody(database_url: str) -> None:
    with transaction() as db:
        show = make_show(db)
    with clock.frozen_at(clock.now() + timedelta(hours=1)), open_house():
        await until(lambda: not waiting())

    with reading() as db:
        assert {row.attempts for row in db.exec(select(Delivery).where(Delivery.listener == "realtime"))} == {0}
    assert show.stage.number == 1


def waiting() -> list[Delivery]:
    with reading() as db:
        query = select(Delivery).where(Delivery.listener == "realtime", Delivery.done_at == None)  # noqa: E711 - SQL
        return list(db.exec(query))


async def test_a_fact_that_cannot_be_written_does_not_hold_up_the_next(database_url: str) -> None:
    with transaction() as db:
        show = make_show(db)
        record(db, SYSTEM, EventStarted(event_id=10_000))
        record(db, SYSTEM, EventStarted(event_id=show.event.id))

    with open_house():
        await until(lambda: len(waiting()) == 1)

    (left,) = waiting()
    assert (left.attempts, left.problem) == (1, "NoResultFound")


async def test_without_sockets_the_announcer_has_nothing_to_do(database_url: str) -> None:
    import realtime.server

    realtime.server._current[:] = []

    await asyncio.wait_for(run_announcer(asyncio.Event()), PATIENCE)

    assert realtime.server.current() is None


def test_the_socket_application_is_the_guard(database_url: str) -> None:
    app = make_socket_app(lambda _cookie: None)

    assert type(app) is Guard


def test_two_windows_are_one_person() -> None:
    here = Presence()
    here.enter("stage:1", "window 1", "p_bo", "Bo")
    here.enter("stage:1", "window 2", "p_bo", "Bo")

    here.leave("stage:1", "window 1")

    assert (here.count("stage:1"), here.people("stage:1")) == (1, [{"id": "p_bo", "name": "Bo"}])


def test_who_comes_and_goes_between_two_looks_was_never_here() -> None:
    here = Presence()
    here.enter("stage:1", "window 1", "p_bo", "Bo")
    here.leave("stage:1", "window 1")

    assert here.changes("stage:1") is None


def test_who_goes_and_comes_back_between_two_looks_never_left() -> None:
    here = Presence()
    here.enter("stage:1", "window 1", "p_bo", "Bo")
    here.changes("stage:1")
    here.leave("stage:1", "window 1")
    here.enter("stage:1", "window 2", "p_bo", "Bo")

    assert here.changes("stage:1") is None


def test_the_last_to_leave_is_told_of() -> None:
    here = Presence()
    here.enter("stage:1", "window 1", "p_bo", "Bo")
    here.changes("stage:1")
    here.leave("stage:1", "window 1")

    assert here.changes("stage:1") == {"here": 0, "came": [], "went": ["p_bo"]}


async def test_of_many_states_only_the_newest_is_sent() -> None:
    sent: list[tuple[str, dict[str, int], str, bool]] = []

    async def emit(name: str, message: dict[str, int], channel: str, everywhere: bool) -> None:
        sent.append((name, message, channel, everywhere))

    fanout = Fanout(emit)
    fanout.begin()
    for count in range(50):
        fanout.latest("stage:1", "presence", lambda count=count: {"here": count})
    await until(lambda: sent)

    assert sent == [("presence", {"here": 49}, "stage:1", False)]


async def test_where_many_listen_the_newest_state_is_sent_less_often() -> None:
    sent: dict[str, float] = {}

    async def emit(_name: str, _message: dict[str, int], channel: str, _everywhere: bool) -> None:
        sent[channel] = asyncio.get_running_loop().time() - began

    fanout = Fanout(emit)
    fanout.begin()
    began = asyncio.get_running_loop().time()
    for channel, listeners in (("stage:1", 100), ("stage:2", 500), ("stage:3", 5000)):
        fanout.latest(channel, "presence", lambda: {"here": 1}, listeners=listeners)
    await until(lambda: len(sent) == 3)

    assert [round(sent[f"stage:{number}"], 1) for number in (1, 2, 3)] == [0.2, 0.5, 1.0]
