"""Nothing that was said in a room is missing afterwards, whatever happens to sockets, web processes and Redis.

`make prove-live` lets a thousand people (FOLKMOOT_PROVE_PEOPLE) be in a room of two web processes with PostgreSQL and
Redis; a smaller crowd in one process is part of every `make test`.
"""

import asyncio
import os
import random
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest
from sqlmodel import col, select

from events.core import clock
from events.core.access import Actor
from events.core.database import grouped, reading, transaction
from events.core.refusals import Refusal
from events.core.settings import settings, use_settings
from events.registration import Registration, RegistrationState, types_of
from events.signin import open_sign_in
from realtime.snapshots import snapshot_json
from sessions.chat import ChatMessage
from sessions.pitches import plan_stage
from sessions.polls import PollChoice, PollVote, close_poll, draft_poll, get_poll, open_poll
from sessions.rooms import room_snapshot
from sessions.running import open_stage
from sessions.stages import QuestionOnStage, StageInEvent, StageQuestion, ask_question, get_stage, vote_for_question
from tests.conftest import SECRET
from tests.makers import NOW, make_person, person_of
from tests.prove.live_crowd import Ground, Watcher, all_at, all_joined, missing
from tests.prove.live_voters import vote_and_say
from tests.realtime.reader import Reader, reader_of
from tests.sessions.makers_pitches import Show, make_show

pytestmark = pytest.mark.real_time
ROOT = Path(__file__).parents[2]
ORIGIN = "http://folkmoot.example"
# How long to wait for what happens in the end: on a machine that does other things too, a thousand people take minutes.
# What is proved is that nothing is missing; how long it took is printed.
PATIENCE = 600.0


@dataclass
class Hall:
    """A show with so many people, each with a cookie."""

    show: Show
    people: list[Actor]
    cookies: list[str]
    questions: list[StageQuestion] = field(default_factory=list)
    dice: random.Random = field(default_factory=lambda: random.Random(5))

    @property
    def room(self) -> str:
        return f"/e/{self.show.event.event.slug}/stages/{self.show.stage.public_id}"

    def say_something(self) -> None:
        """A question, or two votes."""
        who = self.dice.choice(self.people)
        stage = self.show.room
        if not self.questions or self.dice.random() < 0.4:
            body = f"What about {self.dice.random()}?"
            self.questions.append(grouped(lambda db: ask_question(db, who, stage, body=body)))
            return
        chosen = QuestionOnStage(self.dice.choice(self.questions), stage.stage, stage.event)
        with suppress(Refusal):
            grouped(lambda db: vote_for_question(db, who, chosen))

    def whole(self) -> Reader:
        """What somebody sees who comes now."""
        with reading() as db:
            stage = get_stage(db, self.show.hal, self.show.stage.public_id)
            return reader_of(snapshot_json(stage.stage.public_id, room_snapshot(db, self.people[0], stage)))


def make_hall(people: int) -> Hall:
    with transaction() as db:
        with clock.frozen_at(NOW):
            show = make_show(db, opened=True)
        crowd = [make_person(db, f"P{n}") for n in range(people)]
        kind = types_of(db, show.event.id)[0].id
        rows = [
            Registration(event_id=show.event.id, person_id=one.person, type_id=kind, state=RegistrationState.ACCEPTED,
                         registered_at=clock.now())
            for one in crowd
        ]  # fmt: skip
        db.add_all(rows)
        cookies = ["folkmoot=" + open_sign_in(db, person_of(db, one), way="test") for one in crowd]
        actors = [Actor(one.person, show.bo.ties) for one in crowd]
    return Hall(show, actors, cookies)


@contextmanager
def web_process(port: int, redis_url: str = "") -> Iterator[subprocess.Popen[bytes]]:
    """The product in a process of its own."""
    environment = {
        "FOLKMOOT_DATABASE_URL": settings().database_url, "FOLKMOOT_SECRET": SECRET, "FOLKMOOT_PUBLIC_URL": ORIGIN,
        "FOLKMOOT_REDIS_URL": redis_url, "FOLKMOOT_SOCKETS_PER_ADDRESS": "100000", "FOLKMOOT_LOG_LEVEL": "error",
        "PYTHONPATH": str(ROOT), "FOLKMOOT_FILES": str(settings().files),
    }  # fmt: skip
    start = "from frontend.cli import main; main()"
    arguments = [sys.executable, "-c", start, "serve", "--no-worker", "--port", str(port)]
    child = subprocess.Popen(arguments, env=os.environ | environment, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        for _try in range(1200):
            with suppress(OSError):
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            assert child.poll() is None, "the web process ended"
            time.sleep(0.1)
        yield child
    finally:
        child.kill()
        child.wait()


@contextmanager
def redis_process(port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A Redis of the test's own, so that it may be away."""
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--loglevel", "warning"]
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    for _try in range(600):
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        time.sleep(0.1)
    try:
        yield child
    finally:
        child.kill()
        child.wait()


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@asynccontextmanager
async def crowd_in(
    hall: Hall, ports: list[int], *, careless: int = 0
) -> AsyncIterator[tuple[list[Watcher], list[Watcher]]]:
    """Everybody of the hall in the room; beside the careful ones so many who mind no gaps."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=30)) as http:
        ground = Ground(ports, ORIGIN, hall.show.stage.public_id, hall.room, http)
        watchers = [
            Watcher(ground, cookie, ports[at % len(ports)], careful=at >= careless)
            for at, cookie in enumerate(hall.cookies)
        ]
        living = [asyncio.create_task(one.live()) for one in watchers]
        try:
            yield watchers[careless:], watchers[:careless]
        finally:
            for one in watchers:
                one.over = True
            for task in living:
                task.cancel()
            await asyncio.gather(*living, return_exceptions=True)


@asynccontextmanager
async def talking(hall: Hall, per_second: float) -> AsyncIterator[None]:
    """Somebody says something all the time."""
    over = asyncio.Event()

    async def talk() -> None:
        while not over.is_set():
            await asyncio.to_thread(hall.say_something)
            await asyncio.sleep(1 / per_second)

    task = asyncio.create_task(talk())
    try:
        yield
    finally:
        over.set()
        await task


async def settled(hall: Hall, watchers: list[Watcher], seconds: float = PATIENCE) -> tuple[float, int]:
    """Once all is quiet: how long until everybody has everything, and how much is missing then."""
    whole = await asyncio.to_thread(hall.whole)
    took = await all_at(watchers, whole.number, seconds)
    return took, missing(watchers, whole)


def facts_of_people(hall: Hall) -> None:
    """Two facts that all participants hear."""
    with transaction() as db:
        stage = plan_stage(db, hall.show.ada, hall.show.event, name="Another", opens_at=clock.now())
    with transaction() as db:
        open_stage(db, hall.show.hal, StageInEvent(stage, hall.show.event.event))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_crowd_whose_lines_break_misses_nothing(database_url: str) -> None:
    """A web process is killed under it as well. Those who mind no gaps, the negative control, do miss something."""
    hall = await asyncio.to_thread(make_hall, 30)
    port = free_port()
    async with crowd_in(hall, [port], careless=6) as (careful, careless):
        with web_process(port):
            await all_joined([*careful, *careless], PATIENCE)
            async with talking(hall, 20):
                for one in [*careful, *careless]:
                    one.cut()
                await asyncio.sleep(1)
        async with talking(hall, 20):
            await asyncio.sleep(0.5)
        with web_process(port):
            await all_joined([*careful, *careless], PATIENCE)
            await asyncio.to_thread(hall.say_something)
            _took, lacking = await settled(hall, careful)
            await asyncio.sleep(0.5)
            lacking_careless = missing(careless, hall.whole())

    assert (lacking, lacking_careless > 0) == (0, True)


@asynccontextmanager
async def running(port: int, redis_url: str = "") -> AsyncIterator[subprocess.Popen[bytes]]:
    """A web process whose start and end nobody here waits for but who asks."""
    process = web_process(port, redis_url)
    child = await asyncio.to_thread(process.__enter__)
    try:
        yield child
    finally:
        await asyncio.to_thread(process.__exit__, None, None, None)


async def end_as_a_deploy_does(child: subprocess.Popen[bytes]) -> None:
    """Ask a web process to end, and wait until it has."""
    child.send_signal(signal.SIGTERM)
    await asyncio.to_thread(child.wait, PATIENCE)


@dataclass
class Ballot:
    """A poll in the hall, and what everybody in it does about it."""

    hall: Hall
    poll: str
    choices: list[str]

    def voting(self, ground: Ground, within: float) -> list[asyncio.Task[int]]:
        """Everybody votes and says one thing within so many seconds; each task answers how many tries that took."""
        return [
            asyncio.create_task(vote_and_say(ground, cookie, self.poll, self.choices[at % 2], f"I am {at}", within))
            for at, cookie in enumerate(self.hall.cookies)
        ]

    def close(self) -> None:
        with transaction() as db:
            stage = get_stage(db, self.hall.show.hal, self.hall.show.stage.public_id)
            close_poll(db, self.hall.show.hal, get_poll(db, self.hall.show.hal, stage, self.poll))

    def counted(self) -> tuple[list[int], list[str]]:
        """How many chose what, by the votes themselves, and all that was said."""
        with reading() as db:
            votes = db.exec(select(PollChoice.position).join(PollVote, col(PollVote.choice_id) == PollChoice.id)).all()
            said = db.exec(select(ChatMessage.body)).all()
        return [votes.count(1), votes.count(2)], sorted(said)

    def shown_to(self, watcher: Watcher) -> list[int]:
        """The result as somebody in the room has it."""
        return [one["votes"] for one in watcher.reader.lists["polls"][self.poll]["choices"]]


def open_ballot(hall: Hall) -> Ballot:
    with transaction() as db:
        stage = get_stage(db, hall.show.hal, hall.show.stage.public_id)
        poll = draft_poll(db, hall.show.hal, stage, question="Whose was best?", choices=["Lantern", "Orchard"])
        open_poll(db, hall.show.hal, get_poll(db, hall.show.hal, stage, poll.public_id))
        query = select(PollChoice.public_id).where(PollChoice.poll_id == poll.id).order_by(col(PollChoice.position))
        return Ballot(hall, poll.public_id, list(db.exec(query)))


async def is_complete(ballot: Ballot, careful: list[Watcher]) -> None:
    """No vote lost and none counted twice, nothing said twice, and nobody without the result."""
    people = len(ballot.hall.people)
    await asyncio.to_thread(ballot.close)
    _took, lacking = await settled(ballot.hall, careful)
    votes, said = await asyncio.to_thread(ballot.counted)
    result = [(people + 1) // 2, people // 2]
    assert (votes, said) == (result, sorted(f"I am {at}" for at in range(people)))
    assert [one for one in careful if ballot.shown_to(one) != result] == []
    assert lacking == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_vote_goes_on_while_the_web_process_is_replaced(database_url: str) -> None:
    """The first try of everybody is not waited for, so that answers are lost and the same is sent again."""
    hall = await asyncio.to_thread(make_hall, 30)
    ballot, port = await asyncio.to_thread(open_ballot, hall), free_port()
    async with crowd_in(hall, [port]) as (careful, _careless):
        async with running(port) as old:
            await all_joined(careful, PATIENCE)
            voting = ballot.voting(careful[0].ground, within=1)
            await asyncio.sleep(0.5)
            await end_as_a_deploy_does(old)
        before = sum(task.done() for task in voting)
        async with running(port):
            tries = await asyncio.gather(*voting)
            await is_complete(ballot, careful)

    assert (before < len(hall.people), max(tries) > 2) == (True, True)


@pytest.mark.prove
@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_a_deploy_in_a_live_vote_loses_and_doubles_nothing(
    database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both of two web processes are replaced, one after the other, twice, while a quarter of the people votes."""
    people = int(os.environ.get("FOLKMOOT_PROVE_PEOPLE", "1000")) // 4
    use_settings(**settings().model_dump() | {"public_url": ORIGIN})
    hall = await asyncio.to_thread(make_hall, people)
    ballot = await asyncio.to_thread(open_ballot, hall)
    ports, redis_port = [free_port(), free_port()], free_port()
    redis_url = f"redis://127.0.0.1:{redis_port}/0"
    async with crowd_in(hall, ports) as (careful, _careless), AsyncExitStack() as processes:
        processes.enter_context(redis_process(redis_port))
        web = {port: await processes.enter_async_context(running(port, redis_url)) for port in ports}
        await all_joined(careful, PATIENCE)
        voting = ballot.voting(careful[0].ground, within=30)
        for port in ports * 2:
            await end_as_a_deploy_does(web[port])
            web[port] = await processes.enter_async_context(running(port, redis_url))
        during = sum(task.done() for task in voting)
        tries = await asyncio.gather(*voting)
        await all_joined(careful, PATIENCE)
        await is_complete(ballot, careful)
    with capsys.disabled():
        print(  # noqa: T201 - the figures
            f"\n{people} voted, {during} of them while 4 processes were replaced; {sum(tries) - 2 * people} tries more "
            f"than answers needed; lines that broke or did not come about {sum(one.cuts for one in careful)}, "
            f"catch-ups {sum(one.caught_up for one in careful)}; nothing lost, nothing twice"
        )


@pytest.mark.prove
@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_a_thousand_people_miss_nothing(database_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    people = int(os.environ.get("FOLKMOOT_PROVE_PEOPLE", "1000"))
    use_settings(**settings().model_dump() | {"public_url": ORIGIN})
    hall = await asyncio.to_thread(make_hall, people)
    ports, redis_port = [free_port(), free_port()], free_port()
    redis_url = f"redis://127.0.0.1:{redis_port}/0"

    def figures(line: str) -> None:
        with capsys.disabled():
            print(f"\n{line}", end="", flush=True)  # noqa: T201 - the figures

    figures(f"load of the machine before: {os.getloadavg()[0]:.1f}")

    async with crowd_in(hall, ports, careless=20) as (careful, careless):
        everybody = [*careful, *careless]
        with web_process(ports[0], redis_url), redis_process(redis_port) as redis:
            with web_process(ports[1], redis_url) as second:
                figures(f"{people} joined in {await all_joined(everybody, PATIENCE):.1f} s")
                for turn in range(5):
                    async with talking(hall, 20):
                        await asyncio.sleep(1)
                        for one in everybody:
                            one.cut()
                        back = await all_joined(everybody, PATIENCE)
                    took, lacking = await settled(hall, careful)
                    figures(
                        f"all cut, {turn + 1}: back in {back:.1f} s, complete {took:.1f} s later, missing {lacking}"
                    )
                    assert lacking == 0
                figures(f"  those who mind no gaps miss {missing(careless, hall.whole())} things")
                assert missing(careless, hall.whole()) > 0

                async with talking(hall, 20):
                    await asyncio.sleep(1)
                    second.send_signal(signal.SIGKILL)
                    await asyncio.sleep(3)
            with web_process(ports[1], redis_url):
                back = await all_joined(everybody, PATIENCE)
                took, lacking = await settled(hall, careful)
                figures(f"kill -9 of one of two: all back {back:.1f} s after it runs again, missing {lacking}")
                assert lacking == 0

                figures(await without_redis(hall, everybody, careful, redis))
                figures(await slow_readers(hall, careful))
                figures(f"catch-ups {sum(one.caught_up for one in careful)}, cuts {sum(one.cuts for one in careful)}")


async def without_redis(
    hall: Hall, everybody: list[Watcher], careful: list[Watcher], redis: "subprocess.Popen[bytes]"
) -> str:
    """Redis hangs for half a minute, which is worse than being gone; the room and the facts go on."""
    for one in everybody:
        one.facts.clear()
    redis.send_signal(signal.SIGSTOP)
    async with talking(hall, 10):
        for _half in range(5):
            await asyncio.to_thread(facts_of_people, hall)
            await asyncio.sleep(6)
    redis.send_signal(signal.SIGCONT)
    await asyncio.to_thread(facts_of_people, hall)
    _took, lacking = await settled(hall, careful)
    for _second in range(60):
        if all(len(set(one.facts)) >= 12 for one in everybody):
            break
        await asyncio.sleep(1)
    heard = {len(set(one.facts)) for one in everybody}
    assert (lacking, heard) == (0, {12})
    return f"Redis away for 30 s: missing in the room {lacking}; of 12 facts everybody heard {sorted(heard)}"


async def slow_readers(hall: Hall, careful: list[Watcher]) -> str:
    """Twenty stop reading; the others do not notice, and the twenty catch up."""
    slow, others = careful[:20], careful[20:]
    cuts = sum(one.cuts for one in others)
    for one in slow:
        one.stop_reading()
    async with talking(hall, 20):
        await asyncio.sleep(5)
        took, lacking = await settled_of(hall, others)
    for one in slow:
        one.cut()
    await all_joined(slow, PATIENCE)
    _late, lacking_slow = await settled(hall, careful)
    assert (lacking, lacking_slow, sum(one.cuts for one in others) - cuts) == (0, 0, 0)
    return f"20 slow readers: the others had everything {took:.2f} s later and lost no line; missing {lacking_slow}"


async def settled_of(hall: Hall, watchers: list[Watcher]) -> tuple[float, int]:
    """While it goes on: how long until everybody has what there is now."""
    whole = await asyncio.to_thread(hall.whole)
    return await all_at(watchers, whole.number, PATIENCE), 0


def test_there_may_be_enough_open_files() -> None:
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[1] >= 4096
