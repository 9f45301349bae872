"""Commits are heard of: one's own at once, those of other processes soon; and what falls due wakes whoever waits."""

import asyncio
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from events.core import clock, commits, steps
from events.core.commits import on_commit
from events.core.database import transaction
from events.core.settings import settings, use_settings
from events.core.steps import keep_on, soonest_of, wake_when_due
from events.core.timers import Timer, set_timer
from events.core.turns import after_people

log = logging.getLogger("tests")
pytestmark = pytest.mark.real_time


@contextmanager
def woken_soon() -> Iterator[threading.Event]:
    """An event that is set by commits, after the first wake-up, which comes without one."""
    woken = threading.Event()
    forget = on_commit(woken.set)
    assert woken.wait(30)
    time.sleep(0.6)
    woken.clear()
    try:
        yield woken
    finally:
        forget()


def test_a_commit_of_this_process_that_recorded_nothing_is_heard_of(database_url: str) -> None:
    with woken_soon() as woken:
        with transaction() as db:
            db.add(Timer(kind="nothing", subject_id=1, due_at=clock.now()))

        assert woken.wait(30)


def test_a_commit_of_another_process_is_heard_of(database_url: str) -> None:
    elsewhere = (
        "import sys; from events.core.settings import use_settings\n"
        "use_settings(database_url=sys.argv[1], secret='x' * 40)\n"
        "from events.core import clock; from events.core.database import transaction\n"
        "from events.core.timers import Timer\n"
        "with transaction() as db: db.add(Timer(kind='nothing', subject_id=1, due_at=clock.now()))"
    )
    with woken_soon() as woken:
        subprocess.run([sys.executable, "-c", elsewhere, database_url], check=True)

        assert woken.wait(30)


def test_nobody_is_woken_while_nothing_is_committed(sqlite_url: str) -> None:
    with woken_soon() as woken:
        assert not woken.wait(1)


def test_who_cannot_know_what_is_committed_is_woken_all_the_time(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_settings(**settings().model_dump() | {"database_url": "sqlite:////nowhere/folkmoot.db"})
    woken = []
    forget = on_commit(lambda: woken.append(1))
    until = time.monotonic() + 30
    try:
        while len(woken) < 3 and time.monotonic() < until:
            time.sleep(0.05)
    finally:
        forget()

    assert len(woken) >= 3


def test_the_watch_ends_with_the_last_who_wants_to_know(sqlite_url: str) -> None:
    def watching() -> int:
        return sum(one.name == "folkmoot-commits" for one in threading.enumerate())

    before = watching()
    forget = [on_commit(lambda: None) for _one in range(3)]
    during = watching()
    for one in forget:
        one()
    until = time.monotonic() + 30
    while watching() > before and time.monotonic() < until:
        time.sleep(0.05)

    assert (during - before, watching() - before) == (1, 0)


async def test_a_loop_looks_again_after_a_commit_and_ends_at_once(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "LOOK_ANYWAY", 60)
    stop, looked = asyncio.Event(), asyncio.Event()

    async def step() -> bool:
        looked.set()
        return False

    running = asyncio.create_task(keep_on(stop, step, log))
    await asyncio.sleep(1)
    looked.clear()
    await asyncio.to_thread(_write)
    await asyncio.wait_for(looked.wait(), 30)  # the next look without a commit would come after a minute
    stop.set()
    await asyncio.wait_for(running, 30)


async def test_the_worker_pauses_while_people_wait_and_goes_on_after_them(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "BREATH", 0.01)
    breaths: list[float] = []
    stop, steps_taken = asyncio.Event(), []

    async def breathe(_event: asyncio.Event, seconds: float) -> bool:
        breaths.append(seconds)
        await asyncio.sleep(0)
        return False

    async def step() -> bool:
        steps_taken.append(people_waiting.pop(0))
        if not people_waiting:
            stop.set()
        return True

    people_waiting = [True, True, False]
    monkeypatch.setattr(steps, "people_wait", lambda: people_waiting[0])
    monkeypatch.setattr(steps, "wait_until", breathe)
    with after_people():
        await asyncio.wait_for(keep_on(stop, step, log), 30)
    people_waiting, steps_taken_by_worker, breaths_of_worker = [True], list(steps_taken), list(breaths)
    stop.clear()
    await asyncio.wait_for(keep_on(stop, step, log), 30)

    # It steps however long they wait, each time after a breath; what a live room hears is not kept waiting at all.
    assert (steps_taken_by_worker, breaths_of_worker) == ([True, True, False], [0.01, 0.01])
    assert breaths == breaths_of_worker


async def test_the_worker_looks_once_for_what_is_committed_within_a_breath(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "LOOK_ANYWAY", 60)
    monkeypatch.setattr(steps, "BREATH", 2)
    stop, looks = asyncio.Event(), []

    async def step() -> bool:
        looks.append(1)
        if len(looks) == 2:
            stop.set()
        return False

    with after_people():
        running = asyncio.create_task(keep_on(stop, step, log))
    for _commit in range(5):
        await asyncio.sleep(0.1)
        await asyncio.to_thread(_write)
    during = len(looks)
    await asyncio.wait_for(running, 30)

    assert (during, len(looks)) == (1, 2)


async def test_a_failing_step_ends_no_loop(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "AFTER_FAILURE", 0.05)
    monkeypatch.setattr(steps, "LOOK_ANYWAY", 0.05)
    stop, looks = asyncio.Event(), []

    async def step() -> bool:
        looks.append(1)
        if len(looks) == 3:
            stop.set()
        raise ValueError("no")

    await asyncio.wait_for(keep_on(stop, step, log), 30)

    assert len(looks) == 3


async def test_what_falls_due_wakes_without_a_commit(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "LOOK_ANYWAY", 60)
    stop, seen = asyncio.Event(), []
    due = clock.now() + timedelta(seconds=2.5)
    with transaction() as db:
        set_timer(db, "nothing", 1, due)

    async def step() -> bool:
        if clock.now() >= due:
            seen.append(clock.now() - due)
            stop.set()
        return False

    waking = asyncio.create_task(wake_when_due(stop, lambda: soonest_of((Timer, ())), log))
    await asyncio.wait_for(keep_on(stop, step, log), 30)
    await waking

    assert seen[0] < timedelta(seconds=0.5)


def test_the_soonest_of_nothing_is_never(database_url: str) -> None:
    assert soonest_of((Timer, ())) is None


def _write() -> None:
    with transaction() as db:
        db.add(Timer(kind="nothing", subject_id=1, due_at=clock.now() + timedelta(hours=1)))


def test_an_address_of_postgres_as_its_driver_reads_it() -> None:
    assert commits.plain_postgres_url("postgres://a@b/c") == "postgresql://a@b/c"
    assert commits.plain_postgres_url("postgresql+psycopg://a@b/c") == "postgresql://a@b/c"
