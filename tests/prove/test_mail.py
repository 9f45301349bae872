"""A mail worker that is killed at any moment loses no letter, and what it repeats is the same to the last byte."""

import asyncio
import os
import random
import signal
import sys
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from mailer.letters import LetterState
from tests.mailer.makers_letters import all_letters, make_letter
from tests.mailer.sink import Sink, sink_on_loopback

ROOT = Path(__file__).parents[2]
LETTERS_PER_KILL = 10
MOMENTS = ("before it is taken", "before the answer", "after the answer")

pytestmark = pytest.mark.real_time


@dataclass
class Assassin:
    """Kills the worker with -9 around its n-th letter: before the sink has it, after that, or soon after the answer."""

    kills: int
    chance: random.Random
    worker: asyncio.subprocess.Process | None = None
    done: Counter = field(default_factory=Counter)
    letters_left: int = 0
    moment: str = ""

    def aim(self, worker: asyncio.subprocess.Process) -> None:
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


async def start_worker(database_url: str, sink: Sink, way: str) -> asyncio.subprocess.Process:
    mine = {
        "FOLKMOOT_DATABASE_URL": database_url,
        "FOLKMOOT_MAIL_URL": f"smtp://127.0.0.1:{sink.port}",
        "FOLKMOOT_SECRET": "a secret for tests that is long enough to be taken",
    }
    command = (sys.executable, "-m", "tests.prove.mail_worker", way)
    return await asyncio.create_subprocess_exec(*command, cwd=ROOT, env={**os.environ, **mine}, stderr=-3)


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


async def until_gone_or_nothing_waits(worker: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(60):
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
@pytest.mark.timeout(600)
async def test_a_worker_killed_fifty_times_loses_none_of_five_hundred_letters(database_url):
    await prove(database_url, kills=50)


@pytest.mark.timeout(60)
async def test_marking_before_sending_would_lose_letters(database_url):
    sink, assassin = await deliver_under_fire(database_url, kills=3, way="mark-then-send")

    print(f"\nmark-then-send, {assassin.done.total()} kills: {len(lost(sink))} of 30 letters lost")  # noqa: T201 - the figure
    assert len(lost(sink)) > 0
