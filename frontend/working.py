"""The worker's loops: what is due by the clock, who has still to be told, which letters have to go."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress

from events.core.database import on_commit, plain_postgres_url, wake_listeners
from events.core.housekeeping import sweep
from events.core.journal import deliver_next
from events.core.settings import settings
from events.core.timers import run_next_timer
from events.proposals.runs import make_next_proposal
from mailer.busy import read_next_calendar
from mailer.delivery import run_mail
from mailer.incoming.imap import run_imap
from mailer.incoming.lmtp import run_lmtp
from sessions.peer_reviews.searches import search_next_peers
from sessions.schedules.runs import make_next_schedule

log = logging.getLogger("folkmoot.worker")

POLL_SECONDS = 0.25


async def run_worker(stop: asyncio.Event) -> None:
    """Run timers, deliveries, schedules, proposals, calendars and mail until `stop` is set; no error ends a loop."""
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(wake_on_notify(stop))
        tasks.create_task(run_steps(stop, run_next_timer))
        tasks.create_task(run_steps(stop, deliver_next))
        tasks.create_task(run_steps(stop, lambda: make_next_schedule(stop.is_set)))
        tasks.create_task(run_steps(stop, lambda: make_next_proposal(stop.is_set)))
        tasks.create_task(run_steps(stop, lambda: search_next_peers(stop.is_set)))
        tasks.create_task(run_steps(stop, read_next_calendar))
        tasks.create_task(keep_house(stop))
        tasks.create_task(run_mail(stop))
        tasks.create_task(run_lmtp(stop))
        tasks.create_task(run_imap(stop))


async def keep_house(stop: asyncio.Event) -> None:
    """Sweep once an hour; several workers that do it at once do no harm."""
    while not stop.is_set():
        try:
            await asyncio.to_thread(sweep)
        except Exception:
            log.exception("housekeeping failed; it is tried again in an hour")
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), 3600)


async def wake_on_notify(stop: asyncio.Event) -> None:
    """On PostgreSQL, hear of other processes' commits at once; the loops poll every quarter of a second besides."""
    if settings().sqlite:
        return
    import psycopg

    while not stop.is_set():
        try:
            async with await psycopg.AsyncConnection.connect(plain_postgres_url(), autocommit=True) as connection:
                await connection.execute("LISTEN folkmoot")
                while not stop.is_set():
                    async for _notice in connection.notifies(timeout=1):
                        wake_listeners()
        except psycopg.OperationalError:
            log.warning("cannot listen to the database; polling goes on")
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), 5)


async def run_steps(stop: asyncio.Event, step: Callable[[], bool]) -> None:
    """Call `step` in a thread as long as it finds something to do; then wait for a commit, or a quarter of a second."""
    loop = asyncio.get_running_loop()
    woken = asyncio.Event()

    def wake() -> None:
        loop.call_soon_threadsafe(woken.set)

    forget = on_commit(wake)
    try:
        while not stop.is_set():
            woken.clear()
            if not await _try(step):
                with suppress(TimeoutError):
                    await asyncio.wait_for(woken.wait(), POLL_SECONDS)
    finally:
        forget()


async def _try(step: Callable[[], bool]) -> bool:
    try:
        return await asyncio.to_thread(step)
    except Exception:
        log.exception("a step of the worker failed")
        await asyncio.sleep(1)
        return False
