"""The worker's loops: what is due by the clock, who has still to be told, which letters have to go."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from events.core.housekeeping import sweep
from events.core.journal import Delivery, deliver_next, heard_in
from events.core.steps import keep_on, soonest_of, wake_when_due
from events.core.timers import Timer, run_next_timer
from events.core.turns import after_people
from events.proposals.drafts import TeamProposal
from events.proposals.runs import make_next_proposal
from mailer.busy import read_next_calendar
from mailer.delivery import run_mail
from mailer.incoming.imap import run_imap
from mailer.incoming.lmtp import run_lmtp
from sessions.digests import begin_tours
from sessions.own_calendars import OwnCalendar
from sessions.peer_reviews.searches import PeerSearch, search_next_peers
from sessions.schedules.drafts import ScheduleDraft
from sessions.schedules.runs import make_next_schedule

log = logging.getLogger("folkmoot.worker")

WORK = (Timer, TeamProposal, ScheduleDraft, PeerSearch, OwnCalendar)


async def run_worker(stop: asyncio.Event) -> None:
    """Run timers, deliveries, schedules, proposals, calendars and mail until `stop` is set; no error ends a loop."""
    with after_people():
        await _run_all(stop)


async def _run_all(stop: asyncio.Event) -> None:
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(wake_when_due(stop, soonest_work, log))
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
    """Sweep once an hour, and see that open events have digests; several workers that do it at once do no harm."""
    while not stop.is_set():
        try:
            await asyncio.to_thread(sweep)
            await asyncio.to_thread(begin_tours)
        except Exception:
            log.exception("housekeeping failed; it is tried again in an hour")
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), 3600)


def soonest_work() -> datetime | None:
    """When the first of what waits here falls due; letters look after themselves."""
    return soonest_of((Delivery, heard_in("worker")), *((kind, ()) for kind in WORK))


async def run_steps(stop: asyncio.Event, step: Callable[[], bool]) -> None:
    """Call `step` in a thread as long as it finds something to do; then wait for a commit, or for what falls due."""
    await keep_on(stop, lambda: asyncio.to_thread(step), log)
