"""Delivery: letters that are written go out, at least once each, always the same bytes, in order per calendar entry.

Send, then mark: whoever is killed in between sends the same bytes again. Marking first would lose letters.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from functools import partial

from sqlalchemy import literal, update
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from events.core import clock
from events.core.claims import MOST_TRIES, claim_one
from events.core.database import on_commit, reading, transaction
from events.core.settings import settings
from events.reachability import note_hard_bounce, trouble_of
from mailer.letters import FIRST_PAUSE, Letter, LetterState, own_domain, pause_after, put_off, raw_of
from mailer.pace import OUT, is_held, note_failed, note_taken, take_turn_to_send
from mailer.transport import (
    LETTER_TIMEOUT,
    AddressRefused,
    OurFault,
    Temporary,
    Transport,
    Undelivered,
    transport_for,
)
from mailer.writing import write_next
from sessions.calendars import CalendarMethod

log = logging.getLogger("folkmoot.mail")

LEASE = timedelta(seconds=LETTER_TIMEOUT + 30)
GIVE_UP_AFTER = timedelta(hours=48)
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
        if not await asyncio.to_thread(_is_to_be_sent, letter):
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
    in_order = (col(Letter.uid) == "") | ~held_up
    may_go = (~is_held(col(Letter.domain)), *((~is_held(literal(OUT)),) if settings().mail_rate else ()))
    return claim_one(
        Letter, col(Letter.raw).is_not(None), in_order, *may_go, lease=lease, order=(col(Letter.urgent_at),),
        also=lambda db, one: take_turn_to_send(db, one.domain),
    )  # fmt: skip


def envelope_sender(letter: Letter) -> str:
    """Where a bounce of this letter goes: an address of its own, so that no bounce has to be understood."""
    return f"bounce+{letter.message_id[1:].partition('@')[0]}@{own_domain()}"


def _is_to_be_sent(letter: Letter) -> bool:
    """End a letter that a newer one has overtaken, or whose address takes none; a cancellation is tried there once,
    since an entry that stays does harm."""
    same = (Letter.uid == letter.uid, Letter.address == letter.address, Letter.state == LetterState.WAITING)
    with reading() as db:
        newer = select(Letter.id).where(*same, Letter.sequence > letter.sequence)
        overtaken = bool(letter.uid) and db.exec(newer.limit(1)).first() is not None
        trouble = trouble_of(db, letter.address)
    if overtaken:
        _end(letter, LetterState.SUPERSEDED)
        return False
    if trouble is not None and (letter.method != CalendarMethod.CANCEL or letter.attempts > 1):
        reason = f"No letters go to this address, since others came back: {trouble.reason}"
        put_off(letter, reason, attempts=letter.attempts - 1, given_up=True)
        return False
    return True


def _end(letter: Letter, state: LetterState) -> None:
    with transaction() as db:
        ended = update(Letter).where(col(Letter.id) == letter.id)
        db.execute(ended.values(state=state, done_at=clock.now(), dead_at=None, problem=""))
        if state is LetterState.SENT:
            note_taken(db, letter.domain)


def _give_back(letter: Letter, fault: Undelivered) -> Outcome:
    hopeless = isinstance(fault, AddressRefused) or clock.now() >= give_up_at(letter)
    # What is refused for how it is written would be refused for ever, so such tries count.
    given_up = hopeless or (isinstance(fault, OurFault) and not fault.everywhere and letter.attempts >= MOST_TRIES)
    put_off(letter, fault.reason, attempts=letter.attempts - fault.everywhere, given_up=given_up)
    with transaction() as db:
        if isinstance(fault, AddressRefused):
            note_hard_bounce(db, letter.address, fault.reason)
        elif fault.everywhere:
            note_failed(db, OUT, fault.reason)
        elif isinstance(fault, Temporary):
            note_failed(db, letter.domain, fault.reason)
    fate = "given up" if given_up else "put back"
    log.warning("letter %s %s after %s tries: %s", letter.id, fate, letter.attempts, type(fault).__name__)
    return Outcome.NOBODY_TAKES_LETTERS if fault.everywhere else Outcome.PUT_BACK


def give_up_at(letter: Letter) -> datetime:
    """Until when a letter is tried: two days, and not after the meeting it is about; a cancellation until its end."""
    two_days = letter.made_at + GIVE_UP_AFTER
    if letter.matters_until is None or letter.matters_until <= letter.made_at:
        return two_days
    return letter.matters_until if letter.method == CalendarMethod.CANCEL else min(two_days, letter.matters_until)


async def run_mail(
    stop: asyncio.Event, *, senders: int | None = None, lease: timedelta = LEASE, pause: timedelta = FIRST_PAUSE
) -> None:
    """Write and send letters until `stop` is set; a letter in hand is finished first. Without a mail server that
    FOLKMOOT_MAIL_URL names, letters are written and kept."""
    queue = _Queue(stop, lease, pause)
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as tasks:
        tasks.create_task(queue.run(queue.write))
        for _number in range((senders or settings().mail_senders) if settings().mail_url else 0):
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
