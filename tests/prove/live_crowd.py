"""Many readers of one room on real sockets, with nothing in them but what a page's module does."""

import asyncio
import json
import random
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from websockets.asyncio.client import ClientConnection, connect

from tests.realtime.reader import Reader, reader_of


@dataclass
class Ground:
    """Where the room is: web processes (ports), the origin they believe in, and the room's addresses."""

    ports: list[int]
    origin: str
    stage: str
    room: str
    http: aiohttp.ClientSession


@dataclass
class Watcher:
    """One person who has the room open. `careful=False` does not look after gaps: the negative control."""

    ground: Ground
    cookie: str
    port: int
    careful: bool = True
    reader: Reader = field(default_factory=Reader)
    facts: list[int] = field(default_factory=list)
    joined: asyncio.Event = field(default_factory=asyncio.Event)
    line: ClientConnection | None = None
    cuts: int = 0
    caught_up: int = 0
    over: bool = False

    async def live(self) -> None:
        """Keep the room open: come back after each cut, a little later than the others."""
        self.reader = reader_of(await self._get("snapshot"))
        while not self.over:
            with suppress(Exception):  # whatever ends a line, there is a next one
                await self._one_line()
            self.joined.clear()
            self.line = None
            if not self.over:
                self.cuts += 1
                await asyncio.sleep(random.uniform(0.1, 3))

    async def _one_line(self) -> None:
        headers = {"Origin": self.ground.origin, "Cookie": self.cookie}
        uri = f"ws://127.0.0.1:{self.port}/socket.io/?EIO=4&transport=websocket"
        options: dict[str, Any] = {"compression": None, "max_size": None, "ping_interval": None, "open_timeout": 30}
        async with connect(uri, additional_headers=headers, **options) as line:
            self.line = line
            async for frame in line:
                await self._take(line, str(frame))

    async def _take(self, line: ClientConnection, frame: str) -> None:
        if frame.startswith("0"):
            await line.send("40")
        elif frame.startswith("40"):
            await line.send("420" + json.dumps(["join", {"stage": self.ground.stage}]))
        elif frame == "2":
            await line.send("3")
        elif frame.startswith("430"):
            (answer,) = json.loads(frame[3:])
            if answer["number"] > self.reader.number and self.careful:
                await self._catch_up()
            self.joined.set()
        elif frame.startswith("42"):
            name, message = json.loads(frame[2:])
            if name == "fact":
                self.facts.append(message["fact"])
            elif name == "room" and not self.reader.hear(message):
                await (self._catch_up() if self.careful else self._go_on(message))

    async def _go_on(self, message: dict[str, Any]) -> None:
        self.reader.take(message)

    async def _catch_up(self) -> None:
        missed = await self._get(f"changes?since={self.reader.number}")
        self.caught_up += 1
        if missed["whole"]:
            self.reader.load(await self._get("snapshot"))
        elif missed["number"] > self.reader.number:
            self.reader.take(missed)

    async def _get(self, what: str) -> dict[str, Any]:
        url = f"http://127.0.0.1:{random.choice(self.ground.ports)}{self.ground.room}/{what}"
        headers = {"Cookie": self.cookie, "Host": self.ground.origin.partition("://")[2]}
        while not self.over:  # how long that may take is for whoever waits for all of them to say
            with suppress(aiohttp.ClientError, TimeoutError):
                async with self.ground.http.get(url, headers=headers) as answer:
                    if answer.status == 200:
                        found: dict[str, Any] = await answer.json()
                        return found
            await asyncio.sleep(random.uniform(0.2, 1))
        raise asyncio.CancelledError(f"{what} was not answered before it was over")

    def cut(self) -> None:
        """The line breaks, without a goodbye."""
        self.joined.clear()
        if self.line is not None:
            self.line.transport.abort()

    def stop_reading(self) -> None:
        """The line stays, and nobody takes what comes through it."""
        if self.line is not None:
            self.line.transport.pause_reading()


async def all_joined(watchers: Sequence[Watcher], seconds: float) -> float:
    """Wait until everybody is in the room; how long that took. Raises when somebody is not."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    while absent := sum(not one.joined.is_set() for one in watchers):
        if loop.time() - began > seconds:
            raise AssertionError(f"{absent} of {len(watchers)} are not in the room after {seconds} s")
        await asyncio.sleep(0.05)
    return loop.time() - began


async def all_at(watchers: Sequence[Watcher], number: int, seconds: float) -> float:
    """Wait until everybody knows of everything up to this number; how long that took. Raises when somebody does not."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    while any(one.reader.number < number for one in watchers):
        if loop.time() - began > seconds:
            late = [one for one in watchers if one.reader.number < number]
            raise AssertionError(f"{len(late)} of {len(watchers)} are behind after {seconds} s")
        await asyncio.sleep(0.05)
    return loop.time() - began


def missing(watchers: Sequence[Watcher], whole: Reader) -> int:
    """How many things, over all watchers, are not shown, or are not shown as they are."""
    wanted = whole.shown()
    lacking = 0
    for one in watchers:
        shown = one.reader.shown()
        for name in Reader.LISTS:
            lacking += sum(shown[name].get(id) != row for id, row in wanted[name].items())
        lacking += sum(shown[name] != wanted[name] for name in ("running", *Reader.WHOLE))
    return lacking
