"""The one place that emits to channels.

Two classes of messages: *post* (each goes out, in order) and *latest* (only the newest state, at most five times a
second per channel, and less often where many listen). How a frame reaches a thousand sockets stands in
`realtime/direct.py`.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any

log = logging.getLogger("folkmoot.fanout")

TICK = 0.2
LONGEST_TICK = 1.0
MOST_A_SECOND = 1000
GIVE_UP = 5.0

Message = dict[str, Any]
Emit = Callable[[str, Message, str, bool], Awaitable[None]]


@dataclass
class Watched:
    """A room with listeners in this process: its public id, and the number up to which they were told."""

    public_id: str
    number: int
    sent_at: float = 0.0


class Fanout:
    """Sends messages to channels: to sockets of this process, or of all processes."""

    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: dict[tuple[str, str], Callable[[], Message | None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.watched: dict[int, Watched] = {}

    def begin(self) -> None:
        """From now on messages go out on the running loop."""
        self._loop = asyncio.get_running_loop()

    def end(self) -> None:
        """The loop is about to stop."""
        self._loop = None

    async def post(self, channel: str, name: str, message: Message, *, everywhere: bool = False) -> None:
        """Send a message to a channel: here, or through Redis to the sockets of all processes."""
        await self._emit(name, message, channel, everywhere)

    def latest(
        self,
        channel: str,
        name: str,
        make: Callable[[], Message | None],
        *,
        everywhere: bool = False,
        listeners: int = 0,
    ) -> None:
        """Send what `make` answers in the next tick; asked again before that, it is sent once. Where more than two
        hundred listen ticks are longer, up to a second for a thousand: a hall that fills is not told all the time."""
        if self._loop is None:
            return
        if (channel, name) not in self._waiting:
            tick = min(LONGEST_TICK, max(TICK, listeners / MOST_A_SECOND))
            self._loop.call_later(tick, self._send_latest, channel, name, everywhere)
        self._waiting[channel, name] = make

    def _send_latest(self, channel: str, name: str, everywhere: bool) -> None:
        message = self._waiting.pop((channel, name))()
        if message is not None:
            self._start(self.post(channel, name, message, everywhere=everywhere))

    def tell(self, channels: Iterable[str], name: str, message: Message, *, everywhere: bool = True) -> None:
        """Send a message to channels of all processes; from any thread. Lost when nobody runs, as sockets are then."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            for channel in channels:
                loop.call_soon_threadsafe(self._start_post, channel, name, message, everywhere)

    def _start_post(self, channel: str, name: str, message: Message, everywhere: bool) -> None:
        self._start(self.post(channel, name, message, everywhere=everywhere))

    def _start(self, sending: Awaitable[None]) -> None:
        task = asyncio.ensure_future(self._careful(sending))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _careful(self, sending: Awaitable[None]) -> None:
        try:
            await asyncio.wait_for(sending, GIVE_UP)
        except TimeoutError:  # Our own sockets have it; a Redis that does not answer has not.
            log.warning("a message may not have reached the other web processes")
        except Exception:
            log.exception("a message could not be sent")


_current: list[Fanout] = []


def use_fanout(fanout: Fanout) -> None:
    """This process has one; the newest counts."""
    _current[:] = [fanout]


def tell(channels: Iterable[str], name: str, message: Message) -> None:
    """Send a message to channels through this process's fan-out, if it has one; from any thread."""
    for fanout in _current:
        fanout.tell(channels, name, message)
