"""Delivery: letters that are written go out, at least once each, always the same bytes, in order per calendar entry.

Send, then mark: whoever is killed in between sends the same bytes again. Marking first would lose letters.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto
from functools import partial

from sqlalchemy import update
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from events.core import clock
from events.core.claims import MOST_TRIES, claim_one
from events.core.database import on_commit, reading, transaction
from events.core.settings import settings
from mailer.letters import FIRST_PAUSE, Letter, LetterState, own_domain, pause_after, put_off, raw_of
from mailer.transport import LETTER_TIMEOUT, AddressRefused, Transport, Undelivered, transport_for
from mailer.writing import write_next

log = logging.getLogger("folkmoot.mail")

LEASE = timedelta(seconds=LETTER_TIMEOUT + 30)
# Tries that say nothing about a letter are not counted; after this long it is given up all the same.
GIVE_UP_AFTER = timedelta(hours=48)
SENDERS = 2
POLL_SECONDS = 0.25


class Outcome(Enum):
    """What became of a try to send something."""

    NOTHING_DUE = auto()
    ENDED = auto()
    PUT_BACK = auto()
    NOBODY_TAKES_LETTERS = auto()


async def send_next(transport: Transport, *, lease: timedelta = LEASE) -> Outcome:
    """Claim one written letter, send it, and mark it; no transaction is open meanwhile.

    An older letter about the same calendar entry to the same address goes first, or is put aside when a newer one
    waits behind it. What cannot go out now is put back with growing pauses; nothing stops the letters behind it.
    """
    letter = await asyncio.to_thread(claim_letter, lease)
    if letter is None:
        return Outcome.NOTHING_DUE
    try:
        if await asyncio.to_thread(_newer_waits, letter):
            await asyncio.to_thread(_end, letter, LetterState.SUPERSEDED)
            return Outcome.ENDED
        await transport.send(raw_of(letter), envelope_sender(letter), letter.address)
    except Undelivered as fault:
        return await asyncio.to_thread(_give_back, letter, fault)
    except Exception as error:
        log.exception("letter %s could not be sent", letter.id)
        return await asyncio.to_thread(_give_back, letter, Undelivered(type(error).__name__))
    await asyncio.to_thread(_end, letter, LetterState.SENT)
    return Outcome.ENDED


def claim_letter(lease: timedelta) -> Letter | None:
    """The next written letter that is due and has no older one before it, ours for `lease`."""
    older = aliased(Letter)
    held_up = (
        select(older.id)
        .where(
            older.uid == Letter.uid,
            older.address == Letter.address,
            older.sequence < Letter.sequence,
            col(older.done_at).is_(None),
            col(older.dead_at).is_(None),
        )
        .correlate(Letter)
        .exists()
    )
    return claim_one(Letter, col(Letter.raw).is_not(None), (col(Letter.uid) == "") | ~held_up, lease=lease)


def envelope_sender(letter: Letter) -> str:
    """Where a bounce of this letter goes: an address of its own, so that no bounce has to be understood."""
    return f"bounce+{letter.message_id[1:].partition('@')[0]}@{own_domain()}"


def _newer_waits(letter: Letter) -> bool:
    same = (Letter.uid == letter.uid, Letter.address == letter.address, Letter.state == LetterState.WAITING)
    with reading() as db:
        newer = select(Letter.id).where(*same, Letter.sequence > letter.sequence)
        return bool(letter.uid) and db.exec(newer.limit(1)).first() is not None


def _end(letter: Letter, state: LetterState) -> None:
    with transaction() as db:
        ended = update(Letter).where(col(Letter.id) == letter.id)
        db.execute(ended.values(state=state, done_at=clock.now(), dead_at=None, problem=""))


def _give_back(letter: Letter, fault: Undelivered) -> Outcome:
    uncounted = fault.everywhere and clock.now() < letter.made_at + GIVE_UP_AFTER
    hopeless = isinstance(fault, AddressRefused) or fault.everywhere or letter.attempts >= MOST_TRIES
    given_up = hopeless and not uncounted
    put_off(letter, fault.reason, attempts=letter.attempts - uncounted, given_up=given_up)
    fate = "given up" if given_up else "put back"
    log.warning("letter %s %s after %s tries: %s", letter.id, fate, letter.attempts, type(fault).__name__)
    return Outcome.NOBODY_TAKES_LETTERS if fault.everywhere else Outcome.PUT_BACK


async def run_mail(
    stop: asyncio.Event, *, senders: int = SENDERS, lease: timedelta = LEASE, pause: timedelta = FIRST_PAUSE
) -> None:
    """Write and send letters until `stop` is set; a letter in hand is finished first. Without a mail server that
    FOLKMOOT_MAIL_URL names, letters are written and kept."""
    queue = _Queue(stop, lease, pause)
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as tasks:
        tasks.create_task(queue.run(queue.write))
        for _number in range(senders if settings().mail_url else 0):
            transport = transport_for(settings().mail_url)
            stack.push_async_callback(transport.close)
            tasks.create_task(queue.run(partial(queue.send, transport)))


@dataclass
class _Queue:
    stop: asyncio.Event
    lease: timedelta
    first_pause: timedelta
    failures: int = 0
    paused_until: float = 0.0

    async def run(self, step: Callable[[], Awaitable[bool]]) -> None:
        """Repeat `step` while it finds something to do; else wait for a commit, or a quarter of a second."""
        loop, woken = asyncio.get_running_loop(), asyncio.Event()

        def wake() -> None:
            loop.call_soon_threadsafe(woken.set)

        forget = on_commit(wake)
        try:
            while not self.stop.is_set():
                woken.clear()
                if not await self._try(step):
                    await self._wait(woken, POLL_SECONDS)
        finally:
            forget()

    async def _try(self, step: Callable[[], Awaitable[bool]]) -> bool:
        try:
            return await step()
        except Exception:
            log.exception("a step of the mail worker failed")
            await self._wait(self.stop, 1.0)
            return False

    @staticmethod
    async def _wait(event: asyncio.Event, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(event.wait(), seconds)

    async def write(self) -> bool:
        """Write one letter."""
        return await asyncio.to_thread(write_next)

    async def send(self, transport: Transport) -> bool:
        """Send one letter, unless the mail server takes none at the moment."""
        loop = asyncio.get_running_loop()
        if loop.time() < self.paused_until:
            return False
        outcome = await send_next(transport, lease=self.lease)
        if outcome is Outcome.NOBODY_TAKES_LETTERS:
            self.failures += 1
            self.paused_until = loop.time() + pause_after(min(self.failures, 5), self.first_pause).total_seconds()
            log.error("the mail server takes no letters; trying again by itself")
        elif outcome is not Outcome.NOTHING_DUE:
            self.failures = 0
        return outcome is not Outcome.NOTHING_DUE
