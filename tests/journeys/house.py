"""The whole product in a thread of the test: the web server as the command line runs it, with a clock that we move."""

import asyncio
import gc
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from icalendar import Calendar

from events.core import clock
from events.core.settings import settings, use_settings
from frontend.cli import web_server
from tests.mailer.sink import Sink, sink_on_loopback

T = TypeVar("T")
SECRET = "a secret for journeys that is long enough to be taken"


def soon(look: Callable[[], T], what: str, seconds: float = 90) -> T:
    """Wait until `look` answers something, and answer that."""
    end = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < end, f"{what} did not happen within {seconds:.0f} seconds"
        time.sleep(0.1)


class RunningClock:
    """The product's clock: begins where the journey begins, runs as fast as ours, and can be moved on."""

    def __init__(self, start: datetime) -> None:
        self.start, self.ahead, self.since = start, timedelta(), time.monotonic()

    @property
    def now(self) -> datetime:
        """What time it is for the product."""
        return self.start + self.ahead + timedelta(seconds=time.monotonic() - self.since)

    def move(self, moment: datetime) -> None:
        """Go on to a later moment at once."""
        assert moment > self.now, "this clock goes forward only"
        self.ahead += moment - self.now


class _Ticking(list[datetime]):
    """What the product holds its clock at: at each look the moment of ours. A thread that told it the time would be
    late by seconds on a busy machine."""

    def __init__(self, ours: RunningClock) -> None:
        super().__init__([ours.start])
        self.ours = ours

    def __getitem__(self, at: Any) -> Any:
        return self.ours.now if len(self) == 1 else super().__getitem__(at)  # held still inside, for one step


@contextmanager
def running_clock(start: datetime) -> Iterator[RunningClock]:
    """A clock that runs while the block does."""
    ours = RunningClock(start)
    before, clock._frozen = clock._frozen, _Ticking(ours)
    try:
        yield ours
    finally:
        clock._frozen = before


@lru_cache(maxsize=4096)
def _read(raw: bytes) -> EmailMessage:
    # Once only: whoever waits looks through all letters again and again, in the process that is to send the next.
    return BytesParser(policy=policy.default).parsebytes(raw)


@dataclass(frozen=True)
class Letter:
    """A letter as it arrived."""

    to: str
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        """Its parts."""
        return _read(self.raw)

    @property
    def subject(self) -> str:
        """What it is about."""
        return str(self.message["subject"])

    @property
    def text(self) -> str:
        """Its plain text."""
        body = self.message.get_body(("plain",))
        assert body is not None
        return str(body.get_content())

    @property
    def links(self) -> list[str]:
        """Where its links lead, within us."""
        return [one.rstrip(".,)>") for one in re.findall(re.escape(settings().public_url) + r"/\S*", self.text)]

    @property
    def invitation(self) -> Calendar | None:
        """The calendar object in it, if there is one."""
        for part in self.message.walk():
            if part.get_content_type() == "text/calendar":
                content = part.get_payload(decode=True)
                assert isinstance(content, bytes)
                return Calendar.from_ical(content.decode())
        return None


class Letterbox:
    """A real SMTP server on loopback, and what it has taken."""

    def __init__(self) -> None:
        self.sink = Sink()
        self.loop = asyncio.new_event_loop()
        self.ready, self.over = threading.Event(), asyncio.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(self._serve())
        self.loop.close()

    async def _serve(self) -> None:
        async with sink_on_loopback() as self.sink:
            self.ready.set()
            await self.over.wait()

    @property
    def letters(self) -> list[Letter]:
        """All letters in the order of their arrival."""
        return [Letter(to, raw) for _sender, to, raw in list(self.sink.taken)]

    def letters_to(self, address: str, about: str = "") -> list[Letter]:
        """The letters to somebody, with this in their subject."""
        return [one for one in self.letters if one.to == address and about.casefold() in one.subject.casefold()]

    def wait_for(self, address: str, about: str = "", *, seconds: float = 90) -> Letter:
        """The newest letter to somebody about something, once there are more than `after` of them."""
        return soon(lambda: self.letters_to(address, about), f"a letter to {address} about {about!r}", seconds)[-1]


@contextmanager
def letterbox() -> Iterator[Letterbox]:
    """An SMTP server while the block runs."""
    ours = Letterbox()
    ours.thread.start()
    assert ours.ready.wait(10)
    try:
        yield ours
    finally:
        ours.loop.call_soon_threadsafe(ours.over.set)
        ours.thread.join(10)


@dataclass
class House:
    """The product while it runs."""

    address: str
    clock: RunningClock
    post: Letterbox


@contextmanager
def open_house(
    database_url: str, files: Path, start: datetime, *, demo: bool = False, prepare: Callable[[], object] = lambda: None
) -> Iterator[House]:
    """Serve the product on a free port of loopback, its worker's loops running, its letters going to a real server."""
    listening = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    thresholds, before = gc.get_threshold(), settings()
    with letterbox() as post, running_clock(start) as ours:
        use_settings(
            database_url=database_url, secret=SECRET, files=files, public_url=address, demo=demo,
            mail_url=f"smtp://127.0.0.1:{post.sink.port}",
        )  # fmt: skip
        server = web_server("127.0.0.1", 0)
        prepare()
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        soon(lambda: server.started or not thread.is_alive(), "the start of the server", 30)
        assert thread.is_alive(), "the server did not start"
        try:
            yield House(address, ours, post)
        finally:
            server.should_exit = True
            thread.join(30)
            listening.close()
            gc.unfreeze()
            gc.set_threshold(*thresholds)
            use_settings(**dict(before))
