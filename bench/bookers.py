"""Many people booking at once through HTTP: how long they wait, what fails, and what the others notice of it.

    python -m bench.bookers [--bookers 50,200] [--attempts 40]

Starts the web server as a process of its own on a fresh SQLite database (or FOLKMOOT_BENCH_DATABASE_URL, an empty one)
and lets so many signed-in people ask each other for meetings, each as fast as answers come. Beside each figure stands
the same figure of the idle server in the same run: a page read by somebody else, and the lag of the event loop.
"""

import argparse
import asyncio
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from socket import AF_INET, socket

import aiohttp
from sqlmodel import SQLModel

import frontend.registry  # noqa: F401 - the listeners have to be known
from events.core.database import engines, forget_engines, transaction
from events.core.links import know_routes
from events.core.settings import use_settings
from events.signin import form_token, open_sign_in
from frontend.slots import value_of
from tests.makers import make_person, person_of
from tests.sessions.makers_meetings import make_fair, make_participant, place_of, problems_with_seats, with_rules

SECRET, PEOPLE, SLOTS = "x" * 40, 200, 40


@dataclass
class Ground:
    """An event whose participants have browsers."""

    slug: str
    places: list[str]
    cookies: list[str]
    slots: list[str]


@dataclass
class Seen:
    """What came of it: seconds per request, statuses, and seconds per page that somebody else read meanwhile."""

    waits: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    reads: list[float] = field(default_factory=list)


def settle(url: str, folder: Path, port: int) -> None:
    """The same settings for the bench and its server."""
    use_settings(database_url=url, secret=SECRET, files=folder, public_url=f"http://localhost:{port}")


def prepare(people: int) -> Ground:
    """An event of a thousand pairs who could meet."""
    know_routes(lambda name, **_ids: f"/{name}")
    SQLModel.metadata.create_all(engines().write)
    with transaction() as db:
        fair = make_fair(db, make_person(db, "Ada Adler"), slots=SLOTS, tables=people // 2)
        with_rules(db, fair, max_pending=None)
        actors = [make_participant(db, make_person(db, f"P{n} B"), fair) for n in range(people)]
        return Ground(
            fair.event.event.slug,
            [place_of(db, one, fair).public_id for one in actors],
            [open_sign_in(db, person_of(db, one), way="bench") for one in actors],
            [value_of(slot) for slot in fair.slots],
        )


async def book(ground: Ground, number: int, attempts: int, base: str, seen: Seen) -> None:
    """One person asking others, one after the other."""
    chance, cookie = random.Random(number), ground.cookies[number]
    headers = {"cookie": f"folkmoot={cookie}", "origin": base}
    # Each from a loopback address of their own, as people come from many places: the door counts requests by address.
    door = aiohttp.TCPConnector(local_addr=(f"127.0.{1 + number // 250}.{1 + number % 250}", 0), family=AF_INET)
    jar = aiohttp.DummyCookieJar()
    async with aiohttp.ClientSession(headers=headers, cookie_jar=jar, connector=door) as browser:
        for _attempt in range(attempts):
            other = chance.choice([place for place in ground.places if place != ground.places[number]])
            form = {"slot": chance.choice(ground.slots), "csrf_token": form_token(cookie)}
            started = time.perf_counter()
            path = f"{base}/e/{ground.slug}/participants/{other}/ask"
            async with browser.post(path, data=form, allow_redirects=False) as answer:
                await answer.read()
                seen.statuses[answer.status] += 1
            seen.waits.append(time.perf_counter() - started)


async def read_meanwhile(ground: Ground, base: str, seen: Seen) -> None:
    """Somebody who only looks, ten times a second."""
    async with aiohttp.ClientSession() as browser:
        while True:
            started = time.perf_counter()
            async with browser.get(f"{base}/e/{ground.slug}") as answer:
                await answer.read()
            seen.reads.append(time.perf_counter() - started)
            await asyncio.sleep(0.1)


async def run(ground: Ground, bookers: int, attempts: int, base: str) -> Seen:
    """`bookers` at once; with none, five idle seconds."""
    seen = Seen()
    reader = asyncio.create_task(read_meanwhile(ground, base, seen))
    if bookers:
        await asyncio.gather(*(book(ground, number, attempts, base, seen) for number in range(bookers)))
    else:
        await asyncio.sleep(5)
    reader.cancel()
    return seen


def p(values: list[float], share: float) -> float:
    """A percentile in milliseconds."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] * 1000 if values else 0.0


def serve(url: str, folder: Path, port: int) -> None:
    """The server's process: the real application, and a task that writes down how late it is woken."""
    from frontend.cli import web_server
    from frontend.logs import set_up_logs

    settle(url, folder, port)
    set_up_logs()
    server = web_server("127.0.0.1", port)

    async def everything() -> None:
        lag = asyncio.create_task(note_lag(folder / "lag"))
        await server.serve()
        lag.cancel()

    import uvloop

    uvloop.run(everything())


async def note_lag(path: Path) -> None:
    """Sleep five milliseconds again and again; what is on top of them is the loop's lag."""
    with path.open("a") as file:
        while True:
            started = time.perf_counter()
            await asyncio.sleep(0.005)
            file.write(json.dumps([time.time(), time.perf_counter() - started - 0.005]) + "\n")
            file.flush()


def lag_between(path: Path, start: float, end: float) -> list[float]:
    """The lags that were noted from `start` to `end`."""
    lines = (json.loads(line) for line in path.read_text().splitlines() if line.endswith("]"))
    return [lag for at, lag in lines if start <= at <= end]


def free_port() -> int:
    """A port that nobody listens on."""
    with socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def wait_for(base: str, process: subprocess.Popen[bytes]) -> None:
    """Until the server answers."""
    from urllib.request import urlopen

    for _try in range(500):
        assert process.poll() is None, "the server ended"
        try:
            urlopen(f"{base}/healthz", timeout=1).close()  # noqa: S310 - our own server on loopback
            return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError("the server did not start")


def measure(bookers: int, attempts: int) -> None:
    """One run on a fresh database, printed."""
    port = free_port()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = os.environ.get("FOLKMOOT_BENCH_DATABASE_URL", f"sqlite:///{folder}/bench.db")
        forget_engines()
        settle(url, folder, port)
        ground, base = prepare(max(PEOPLE, bookers)), f"http://localhost:{port}"
        command = [sys.executable, "-m", "bench.bookers", "--serve", url, name, str(port)]
        with (folder / "log").open("w") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            wait_for(base, process)
            print_run(folder, ground, bookers, attempts, base)
        finally:
            process.terminate()
            process.wait(30)


def print_run(folder: Path, ground: Ground, bookers: int, attempts: int, base: str) -> None:
    """Idle first, then the bookers."""
    spans, found = [], []
    for crowd in (0, bookers):
        started = time.time()
        found.append(asyncio.run(run(ground, crowd, attempts, base)))
        spans.append((started, time.time()))
    idle, busy = found
    lags = [lag_between(folder / "lag", *span) for span in spans]
    errors = sum(count for status, count in busy.statuses.items() if status not in {303, 409, 422})
    with transaction() as db:
        doubles = len(problems_with_seats(db))
    seconds = spans[1][1] - spans[1][0]
    if errors:
        print("statuses:", dict(busy.statuses), (folder / "log").read_text()[-3000:])
    print(
        f"{bookers} bookers: {len(busy.waits)} attempts in {seconds:.1f} s ({len(busy.waits) / seconds:.0f}/s), "
        f"booked {busy.statuses[303]}, refused {busy.statuses[409]}, errors {errors}, problems with seats {doubles}\n"
        f"  booking p50 {p(busy.waits, 0.5):.0f} ms, p99 {p(busy.waits, 0.99):.0f} ms\n"
        f"  a page meanwhile: p50 {p(busy.reads, 0.5):.0f} ms, p99 {p(busy.reads, 0.99):.0f} ms; "
        f"idle: p50 {p(idle.reads, 0.5):.0f} ms, p99 {p(idle.reads, 0.99):.0f} ms\n"
        f"  loop lag p99 {p(lags[1], 0.99):.1f} ms (median {statistics.median(lags[1]) * 1000:.1f}); "
        f"idle: p99 {p(lags[0], 0.99):.1f} ms (median {statistics.median(lags[0]) * 1000:.1f})"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bookers", default="50,200")
    parser.add_argument("--attempts", type=int, default=40)
    parser.add_argument("--serve", nargs=3, default=None)
    asked = parser.parse_args()
    if asked.serve:
        serve(asked.serve[0], Path(asked.serve[1]), int(asked.serve[2]))
        return
    for bookers in asked.bookers.split(","):
        measure(int(bookers), asked.attempts)


if __name__ == "__main__":
    main()
