"""A pitch night: everybody has the room open, and asks, votes, writes and reacts; from POST to everyone's screen.

    python -m bench.pitch_night [--people 200|2000] [--rate 20] [--seconds 30]

The product's web server runs as a process of its own on a fresh SQLite database; everybody has a socket in the room,
and somebody sends a form through HTTP so many times a second: one in ten a question, one in ten a message, the others
votes and reactions. Each is followed to each screen: from the moment it was sent until the message that holds it
arrived there. The reference of the same run is the same room with one form at a time and nothing else going on.

What is lost is counted by pairs of a form that was accepted and a screen that never heard of it.
"""

import argparse
import asyncio
import base64
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from array import array
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from socket import create_connection, socket
from typing import Any

import aiohttp

from bench.fanout import HERE, ORIGIN, SECRET, make_room
from events.core.settings import use_settings
from events.signin import form_token

KINDS = ("applause", "heart", "laugh", "idea", "agree")


@dataclass
class Sent:
    """A form that was sent: when, and on how many screens what it changed has arrived."""

    what: str
    began: float
    screens: int = 0
    accepted: bool = False


@dataclass
class Counted:
    """Something of which only the count is shown; forms for it go one after the other, so that each has its number."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    shown: int = 0
    waiting: dict[int, Sent] = field(default_factory=dict)
    voters: set[int] = field(default_factory=set)


class Night:
    """What was sent, and when it was on which screen."""

    def __init__(self, people: int) -> None:
        self.people = people
        self.sent: list[Sent] = []
        self.words: dict[str, Sent] = {}
        self.questions: dict[str, Counted] = {}
        self.reactions = {kind: Counted() for kind in KINDS}
        self.took: dict[str, array[float]] = {}
        self.read: dict[bytes, tuple[int, int, list[Sent]]] = {}

    def arrived(self, screen: "Screen", payload: bytes) -> None:
        """A message of the room has come to one screen. All get the same bytes, so they are read once."""
        known = self.read.get(payload)
        if known is None:
            known = self.read[payload] = self._read(json.loads(payload[2:])[1])
        since, number, here = known
        screen.gaps += since > screen.number
        screen.number = number
        now = time.perf_counter()
        for one in here:
            one.screens += 1
            self.took.setdefault(one.what, array("d")).append(now - one.began)

    def _read(self, message: dict[str, Any]) -> tuple[int, int, list[Sent]]:
        found = []
        for card in message["questions"]:
            if one := self.words.pop(card["body"], None):
                found.append(one)
            found += _reached(self.questions.setdefault(card["id"], Counted()), card["votes"])
        found += [one for card in message["chat"] if (one := self.words.pop(card["body"], None))]
        for kind, times in (message["reactions"] or {}).items():
            found += _reached(self.reactions[kind], times)
        return message["since"], message["number"], found


def _reached(counted: Counted, shown: int) -> list[Sent]:
    found = [counted.waiting.pop(number) for number in sorted(counted.waiting) if number <= shown]
    counted.shown = max(counted.shown, shown)
    return found


class Screen(asyncio.Protocol):
    """One page with the room open: the handshake, the join, and then only arrivals."""

    def __init__(self, night: Night, stage: str, cookie: str, port: int) -> None:
        self.night, self.stage, self.cookie, self.port = night, stage, cookie, port
        self.number = self.gaps = 0
        self.rest, self.upgraded = b"", False
        self.joined: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.lost = False

    def connection_made(self, transport: Any) -> None:
        self.line = transport
        key = base64.b64encode(os.urandom(16)).decode()
        transport.write(
            f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n"
            f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
            f"Sec-WebSocket-Version: 13\r\nOrigin: {ORIGIN}\r\n"
            f"Cookie: folkmoot={self.cookie}\r\n\r\n".encode()
        )

    def connection_lost(self, _why: Exception | None) -> None:
        self.lost = True
        if not self.joined.done():
            self.joined.set_exception(ConnectionError("the line ended before the room was joined"))

    def data_received(self, data: bytes) -> None:
        data = self.rest + data
        if not self.upgraded:
            head, found, data = data.partition(b"\r\n\r\n")
            if not found:
                self.rest = head
                return
            self.upgraded = True
        at = 0
        while len(data) - at >= 2:
            size, begins = data[at + 1], at + 2
            if size == 126:
                size, begins = int.from_bytes(data[at + 2 : at + 4]), at + 4
            elif size == 127:
                size, begins = int.from_bytes(data[at + 2 : at + 10]), at + 10
            if len(data) < begins + size or len(data) < begins:
                break
            self._take(data[begins : begins + size])
            at = begins + size
        self.rest = data[at:]

    def _take(self, payload: bytes) -> None:
        if payload.startswith(b'42["room"'):
            self.night.arrived(self, payload)
        elif payload == b"2":
            self._say("3")
        elif payload.startswith(b"40"):
            self._say("420" + json.dumps(["join", {"stage": self.stage}]))
        elif payload.startswith(b"430"):
            self.number = json.loads(payload[3:])[0]["number"]
            self.joined.set_result(None)
        elif payload.startswith(b"0"):
            self._say("40")

    def _say(self, text: str) -> None:
        body, mask = text.encode(), os.urandom(4)
        head = bytes((0x81, 0x80 | len(body))) if len(body) < 126 else b"\x81\xfe" + len(body).to_bytes(2)
        self.line.write(head + mask + bytes(one ^ mask[at % 4] for at, one in enumerate(body)))


@dataclass
class Hall:
    """Everybody with their cookie, and the addresses of the room."""

    night: Night
    cookies: list[str]
    room: str
    http: aiohttp.ClientSession
    dice: random.Random = field(default_factory=lambda: random.Random(11))
    answers: Counter[str] = field(default_factory=Counter)

    async def post(self, one: Sent, person: int, path: str, **values: str) -> None:
        """Send a form as the page's script sends it."""
        cookie = self.cookies[person]
        form = values | {"csrf_token": form_token(cookie), "key": base64.b64encode(os.urandom(18)).decode()}
        headers = {"Cookie": f"folkmoot={cookie}", "Origin": ORIGIN, "Accept": "application/json"}
        headers["Host"] = ORIGIN.partition("://")[2]
        self.night.sent.append(one)
        try:
            async with self.http.post(f"{self.room}/{path}", data=form, headers=headers) as answer:
                one.accepted = answer.status == 200 and (await answer.json()).get("ok") is True
                self.answers["accepted" if one.accepted else str(answer.status)] += 1
        except (aiohttp.ClientError, TimeoutError) as error:
            self.answers[type(error).__name__] += 1

    async def say(self, path: str, name: str) -> None:
        words = f"{name} {len(self.night.sent)} {self.dice.random()}"
        one = self.night.words[words] = Sent(path, time.perf_counter())
        await self.post(one, self.dice.randrange(len(self.cookies)), path, **{name: words})

    async def vote(self) -> None:
        id, counted = self.dice.choice(list(self.night.questions.items()))
        async with counted.turn:
            others = [n for n in range(len(self.cookies)) if n not in counted.voters]
            person = self.dice.choice(others)
            counted.voters.add(person)
            await self._count(counted, "votes", person, f"questions/{id}/vote", back="")

    async def react(self) -> None:
        kind, counted = self.dice.choice(list(self.night.reactions.items()))
        async with counted.turn:
            await self._count(counted, "reactions", self.dice.randrange(len(self.cookies)), "reactions", kind=kind)

    async def _count(self, counted: Counted, what: str, person: int, path: str, **values: str) -> None:
        one = Sent(what, time.perf_counter())
        number = max([counted.shown, *counted.waiting]) + 1
        counted.waiting[number] = one
        await self.post(one, person, path, **values)
        if not one.accepted:
            counted.waiting.pop(number, None)

    async def something(self) -> None:
        """One in ten a question, one in ten a message, else votes and reactions."""
        chance = self.dice.random()
        votes = [one for one in self.night.questions.values() if len(one.voters) < len(self.cookies) // 2]
        if chance < 0.1 or not votes:
            await self.say("questions", "body")
        elif chance < 0.2:
            await self.say("chat", "said")
        elif chance < 0.6:
            await self.vote()
        else:
            await self.react()


@contextmanager
def served(url: str, port: int) -> Iterator[int]:
    """The product's web server; its process."""
    environment = {
        "FOLKMOOT_DATABASE_URL": url, "FOLKMOOT_SECRET": SECRET, "FOLKMOOT_PUBLIC_URL": ORIGIN,
        "FOLKMOOT_SOCKETS_PER_ADDRESS": "100000", "FOLKMOOT_LOG_LEVEL": "error", "PYTHONPATH": str(HERE.parent),
    }  # fmt: skip
    command = [
        sys.executable,
        "-c",
        "from frontend.cli import main; main()",
        "serve",
        "--no-worker",
        "--port",
        str(port),
    ]
    child = subprocess.Popen(command, env=os.environ | environment, cwd=HERE.parent, stdout=subprocess.DEVNULL)
    try:
        for _try in range(1200):
            with suppress(OSError):
                create_connection(("127.0.0.1", port), 1).close()
                break
            if child.poll() is not None:
                sys.exit("the web server ended")
            time.sleep(0.1)
        yield child.pid
    finally:
        child.terminate()
        child.wait(20)


def used(pid: int) -> tuple[float, float]:
    """Seconds of CPU and MiB that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), pages * 4096 / 2**20


def row(name: str, found: "list[float] | array[float]") -> str:
    """A line of figures, in milliseconds."""
    ordered = sorted(found)
    at = [ordered[min(len(ordered) - 1, int(len(ordered) * part))] * 1000 for part in (0.5, 0.95, 0.99)]
    return f"{name:26} {at[0]:8.0f} {at[1]:8.0f} {at[2]:8.0f} {ordered[-1] * 1000:8.0f} {len(ordered):10}"


async def enter(night: Night, stage: str, cookies: list[str], port: int) -> list[Screen]:
    """Everybody opens the room, some thirty at a time."""
    loop, doors = asyncio.get_running_loop(), asyncio.Semaphore(30)

    async def one(cookie: str) -> Screen:
        async with doors:
            _line, screen = await loop.create_connection(lambda: Screen(night, stage, cookie, port), "127.0.0.1", port)
            await asyncio.wait_for(screen.joined, 300)
            return screen

    return list(await asyncio.gather(*map(one, cookies)))


async def all_over(hall: Hall, seconds: float) -> None:
    """Wait until everything that was accepted is on all screens, or it takes too long."""
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        if all(one.screens >= hall.night.people for one in hall.night.sent if one.accepted):
            return
        await asyncio.sleep(0.1)


async def evening(stage: str, cookies: list[str], port: int, pid: int, *, rate: float, seconds: float) -> None:
    night = Night(len(cookies))
    began = time.perf_counter()
    screens = await enter(night, stage, cookies, port)
    print(f"{len(screens)} screens joined in {time.perf_counter() - began:.1f} s")
    limit = aiohttp.TCPConnector(limit=200)
    async with aiohttp.ClientSession(connector=limit, timeout=aiohttp.ClientTimeout(total=60)) as http:
        hall = Hall(night, cookies, f"http://127.0.0.1:{port}/e/food-hack/stages/{stage}", http)
        for _one in range(20):
            await hall.something()
            await all_over(hall, 30)
            await asyncio.sleep(0.2)
        quiet = [one for found in night.took.values() for one in found]
        night.took.clear()
        before, start = used(pid), time.perf_counter()
        tasks = []
        for turn in range(int(rate * seconds)):
            await asyncio.sleep(max(0, start + turn / rate - time.perf_counter()))
            tasks.append(asyncio.create_task(hall.something()))
        await asyncio.gather(*tasks)
        lasted = time.perf_counter() - start
        await all_over(hall, 60)
        after = used(pid)
    report(hall, screens, quiet)
    print(f"server {(after[0] - before[0]) / lasted:.2f} cores, {after[1]:.0f} MiB ({after[1] - before[1]:+.0f})")


def report(hall: Hall, screens: list[Screen], quiet: list[float]) -> None:
    """The table, and what was lost."""
    night = hall.night
    if not night.took or not quiet:
        sys.exit(f"nothing arrived: {dict(hall.answers)}")
    every = [one for found in night.took.values() for one in found]
    print(f"\n{'from POST to a screen':26} {'p50 ms':>8} {'p95 ms':>8} {'p99 ms':>8} {'most':>8} {'arrivals':>10}")
    print(row("one form at a time", quiet))
    for what, found in sorted(night.took.items()):
        print(row(what, found))
    print(row("all", every))
    late, calm = (sorted(found)[int(len(found) * 0.99)] for found in (every, quiet))
    medians = statistics.median(every) / statistics.median(quiet)
    print(f"p99 is {late / calm:.2f} x the p99 of the quiet room, the median {medians:.2f} x its median")
    lost = sum(night.people - one.screens for one in night.sent if one.accepted)
    print(f"forms {dict(hall.answers)}; lost {lost} of {sum(one.accepted for one in night.sent) * night.people}; "
          f"gaps {sum(one.gaps for one in screens)}; lines lost {sum(one.lost for one in screens)}")  # fmt: skip


def main() -> None:
    wanted = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wanted.add_argument("--people", type=int, default=200)
    wanted.add_argument("--rate", type=float, default=20, help="forms a second")
    wanted.add_argument("--seconds", type=float, default=30)
    chosen = wanted.parse_args()
    print(f"load of the machine before: {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as folder, socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
        found.close()
        stage = make_room(Path(folder), chosen.people)
        url = f"sqlite:///{folder}/folkmoot.db"
        use_settings(database_url=url, secret=SECRET, public_url=ORIGIN)
        lines = (Path(folder) / "cookies").read_text().split("\n")
        cookies = [line.partition("folkmoot=")[2] for line in lines if line]
        with served(url, port) as pid:
            asyncio.run(evening(stage, cookies, port, pid, rate=chosen.rate, seconds=chosen.seconds))


if __name__ == "__main__":
    main()
