"""A mail worker that is killed at any moment loses no letter, and what it repeats is the same to the last byte."""

import asyncio
import multiprocessing
import os
import random
import signal
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field

import pytest

from mailer.letters import LetterState
from tests.mailer.makers_letters import all_letters, make_letter
from tests.mailer.sink import Sink, sink_on_loopback
from tests.prove import mail_worker

LETTERS_PER_KILL = 10
MOMENTS = ("before it is taken", "before the answer", "after the answer")

pytestmark = pytest.mark.real_time


@dataclass
class Assassin:
    """Kills the worker with -9 around its n-th letter: before the sink has it, after that, or soon after the answer."""

    kills: int
    chance: random.Random
    worker: "Worker | None" = None
    done: Counter = field(default_factory=Counter)
    letters_left: int = 0
    moment: str = ""

    def aim(self, worker: "Worker") -> None:
        self.worker = worker
        self.letters_left = self.chance.randint(2, LETTERS_PER_KILL - 1)
        self.moment = MOMENTS[self.done.total() % len(MOMENTS)]

    @property
    def finished(self) -> bool:
        return self.done.total() >= self.kills

    async def before(self, _address: str) -> None:
        self.letters_left -= 1
        if self.letters_left <= 0 and self.moment == "before it is taken":
            await self._kill()

    async def after(self, _address: str) -> None:
        if self.letters_left > 0:
            return
        if self.moment == "before the answer":
            await self._kill()
        elif self.moment == "after the answer":
            asyncio.get_running_loop().call_later(self.chance.uniform(0, 0.01), self._kill_now)

    async def _kill(self) -> None:
        if self._kill_now():
            await asyncio.sleep(0.2)
            # The connection is gone: what the sink was about to say, or to take, is void.
            raise ConnectionResetError

    def _kill_now(self) -> bool:
        if self.finished or self.worker is None or self.worker.returncode is not None:
            return False
        with suppress(ProcessLookupError):
            os.kill(self.worker.pid, signal.SIGKILL)
        self.done[self.moment] += 1
        self.worker = None
        return True


class Worker:
    """A process of its own, to be killed: forked from one that has imported everything, since starting Python anew
    takes longer than the letters between two kills."""

    def __init__(self, way: str, **told: str) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["pytest", "tests.prove.mail_worker"])
        self._process = context.Process(target=mail_worker.run, args=(way,), kwargs=told, daemon=True)
        self._process.start()
        self.pid = self._process.pid or 0

    @property
    def returncode(self) -> int | None:
        """None while it lives."""
        return None if self._process.is_alive() else (self._process.exitcode or 0)

    def terminate(self) -> None:
        """Tell it to finish the letter in hand."""
        self._process.terminate()

    async def wait(self) -> None:
        """Until it has ended."""
        await asyncio.to_thread(self._process.join)


async def start_worker(database_url: str, sink: Sink, way: str) -> Worker:
    return Worker(
        way, database_url=database_url, mail_url=f"smtp://127.0.0.1:{sink.port}",
        secret="a secret for tests that is long enough to be taken",
    )  # fmt: skip


async def deliver_under_fire(database_url: str, *, kills: int, way: str) -> tuple[Sink, Assassin]:
    """Send ten letters for each kill; after the last kill a worker is left alone until nothing waits any more."""
    for number in range(kills * LETTERS_PER_KILL):
        make_letter(address=f"person{number}@example.org", body=f"number {number}")
    assassin = Assassin(kills, random.Random(kills))
    async with sink_on_loopback() as sink:
        sink.answers.update(DATA=assassin.before, TAKEN=assassin.after)
        while not assassin.finished and letters_waiting():
            worker = await start_worker(database_url, sink, way)
            assassin.aim(worker)
            await until_gone_or_nothing_waits(worker)
        worker = await start_worker(database_url, sink, way)
        await until_gone_or_nothing_waits(worker)
    return sink, assassin


async def until_gone_or_nothing_waits(worker: Worker, *, seconds: float = 60) -> None:
    async with asyncio.timeout(seconds):
        while worker.returncode is None and await asyncio.to_thread(letters_waiting):  # noqa: ASYNC110 - no bell
            await asyncio.sleep(0.05)
    if worker.returncode is None:
        with suppress(ProcessLookupError):
            worker.terminate()
        await asyncio.wait_for(worker.wait(), 10)


def letters_waiting() -> int:
    return sum(one.state is LetterState.WAITING for one in all_letters())


def lost(sink: Sink) -> list[bytes]:
    taken = set(sink.letters)
    return [one.raw for one in all_letters() if one.raw not in taken]


async def prove(database_url: str, *, kills: int) -> None:
    sink, assassin = await deliver_under_fire(database_url, kills=kills, way="send-then-mark")
    written = {one.raw for one in all_letters()}
    copies = Counter(sink.letters)

    print(  # noqa: T201 - the figure
        f"\n{kills * LETTERS_PER_KILL} letters, {assassin.done.total()} kills {dict(assassin.done)}: "
        f"{len(lost(sink))} lost, {copies.total() - len(copies)} repeated, at most {max(copies.values())} copies"
    )
    assert assassin.done.total() == kills
    assert lost(sink) == []
    assert set(copies) <= written, "a repeat differs from the stored bytes"
    assert {one.state for one in all_letters()} == {LetterState.SENT}


@pytest.mark.timeout(60)
async def test_a_worker_killed_three_times_loses_none_of_thirty_letters(database_url):
    await prove(database_url, kills=3)


@pytest.mark.prove
@pytest.mark.timeout(1800)
async def test_a_worker_killed_two_hundred_times_loses_none_of_two_thousand_letters(database_url):
    await prove(database_url, kills=200)


@pytest.mark.timeout(60)
async def test_marking_before_sending_would_lose_letters(database_url):
    sink, assassin = await deliver_under_fire(database_url, kills=3, way="mark-then-send")

    print(f"\nmark-then-send, {assassin.done.total()} kills: {len(lost(sink))} of 30 letters lost")  # noqa: T201 - the figure
    assert len(lost(sink)) > 0
