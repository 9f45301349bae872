"""Loops that take steps while there is something to do, and cost next to nothing while there is not."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, union_all
from sqlmodel import col

from events.core import clock
from events.core.claims import Due
from events.core.commits import POLL_SECONDS, on_commit, wake_listeners
from events.core.database import reading
from events.core.turns import comes_after_people, people_wait

# Nothing depends on it: every commit wakes, and so does what falls due.
LOOK_ANYWAY = 5.0
AFTER_FAILURE = 1.0
# What comes after people pauses so long while they wait, and looks once for all that is committed in that time.
BREATH = 0.05

Step = Callable[[], Awaitable[bool]]


@asynccontextmanager
async def woken_by_commits(stop: asyncio.Event) -> AsyncIterator[asyncio.Event]:
    """An event that is set after each commit, and when `stop` is."""
    loop, woken = asyncio.get_running_loop(), asyncio.Event()

    def wake() -> None:
        loop.call_soon_threadsafe(woken.set)

    forget = on_commit(wake)
    ending = asyncio.ensure_future(stop.wait())
    ending.add_done_callback(lambda _ended: woken.set())
    try:
        yield woken
    finally:
        forget()
        ending.cancel()


async def wait_until(event: asyncio.Event, seconds: float) -> bool:
    """Wait for an event at most so long; whether it came."""
    with suppress(TimeoutError):
        return await asyncio.wait_for(event.wait(), seconds)
    return False


async def keep_on(stop: asyncio.Event, step: Step, log: logging.Logger, *, pause: float = 0.0) -> None:
    """Until `stop` is set, take steps while there is something to do (they say so), then wait for a commit. No error
    ends that. `pause`: at least so many seconds lie between two steps."""
    later = comes_after_people()
    async with woken_by_commits(stop) as woken:
        while not stop.is_set():
            woken.clear()
            if later and people_wait():
                await wait_until(stop, BREATH)
            busy = await careful(stop, step, log)
            if pause:
                await wait_until(stop, pause)
            if not busy:
                if later:
                    await wait_until(stop, BREATH)
                await wait_until(woken, LOOK_ANYWAY)


async def careful(stop: asyncio.Event, step: Step, log: logging.Logger) -> bool:
    """One step; whatever goes wrong is logged, and waited after."""
    try:
        return await step()
    except Exception:
        log.exception("a step failed")
        await wait_until(stop, AFTER_FAILURE)
        return False


async def wake_when_due(stop: asyncio.Event, soonest: Callable[[], datetime | None], log: logging.Logger) -> None:
    """Wake this process's loops when that falls due which is `soonest` to be done; and every quarter of a second while
    something is due that cannot be done yet (a mail server pauses, another process has it)."""

    async def look() -> bool:
        due = await asyncio.to_thread(soonest)
        # Not at once again: what has just fallen due is in somebody's hands.
        left = LOOK_ANYWAY if due is None else max(POLL_SECONDS, (due - clock.now()).total_seconds())
        if await wait_until(woken, min(left, LOOK_ANYWAY)):
            await wait_until(stop, POLL_SECONDS)
        elif due is not None:
            wake_listeners()
        return False

    async with woken_by_commits(stop) as woken:
        while not stop.is_set():
            woken.clear()
            await careful(stop, look, log)


def soonest_of(*kinds: tuple[type[Due], tuple[Any, ...]]) -> datetime | None:
    """When the first of the rows that wait falls due, of these kinds, each with its conditions; None if none waits."""
    waiting = [
        select(func.min(col(kind.due_at))).where(
            col(kind.done_at).is_(None), col(kind.dead_at).is_(None), *conditions
        )
        for kind, conditions in kinds
    ]  # fmt: skip
    with reading() as db:
        return min((due for due in db.execute(union_all(*waiting)).scalars() if due is not None), default=None)
