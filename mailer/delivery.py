"""Delivery: letters that are written go out, at least once each, always the same bytes, in order per calendar entry.

Send, then mark: whoever is killed in between sends the same bytes again. Marking first would lose letters.
"""

import asyncio
import logging
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from functools import cache, partial

from sqlalchemy import bindparam, literal, update
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from events.core import clock
from events.core.claims import claim_next, due
from events.core.database import Database, reading, transaction
from events.core.journal import JournalEntry, fact_of
from events.core.settings import settings
from events.core.steps import keep_on, soonest_of, wake_when_due
from events.events import Event, EventState
from events.letter_choices import Topic, has_stopped
from events.reachability import note_hard_bounce, trouble_of
from mailer.letters import (
    FIRST_PAUSE,
    OCCASIONS,
    Letter,
    LetterState,
    own_domain,
    pause_after,
    put_off,
    raw_of,
    was_not_needed,
)
from mailer.pace import HOLD_AFTER, OUT, TEXTS, is_held, note_failed, note_taken, take_turn_to_send
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
    return claim_next(
        _may_go(limited=bool(settings().mail_rate)), lease=lease, also=lambda db, one: take_turn_to_send(db, one.domain)
    )


@cache
def _may_go(*, limited: bool) -> SelectOfScalar[Letter]:
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
    ways = (~is_held(col(Letter.domain)), *((~is_held(literal(OUT)),) if limited else ()))
    return due(Letter, col(Letter.raw).is_not(None), in_order, *ways, order=(col(Letter.urgent_at),))


def envelope_sender(letter: Letter) -> str:
    """Where a bounce of this letter goes: an address of its own, so that no bounce has to be understood."""
    return f"bounce+{letter.message_id[1:].partition('@')[0]}@{own_domain()}"


def _is_to_be_sent(letter: Letter) -> bool:
    """End a letter that a newer one has overtaken, that nobody wants any more, or whose address takes none; a
    cancellation is tried there once, since an entry that stays does harm."""
    # Also by one that went: two commands may meet, one that lets an old letter go again and one that says more.
    said = col(Letter.state).in_([LetterState.WAITING, LetterState.SENT])
    newer = (Letter.uid == letter.uid, Letter.address == letter.address, Letter.sequence > letter.sequence, said)
    with reading() as db:
        overtaken = bool(letter.uid) and db.exec(select(Letter.id).where(*newer).limit(1)).first() is not None
        trouble = trouble_of(db, letter.address)
        wanted = _is_still_wanted(db, letter)
    if overtaken or not wanted:
        _end(letter, LetterState.SUPERSEDED if overtaken else LetterState.NOT_NEEDED)
        return False
    if trouble is not None and (letter.method != CalendarMethod.CANCEL or letter.attempts > 1):
        reason = f"No letters go to this address, since others came back: {trouble.reason}"
        put_off(letter, reason, attempts=letter.attempts - 1, given_up=True)
        return False
    return True


def _is_still_wanted(db: Database, letter: Letter) -> bool:
    """False for a letter of a kind that was stopped while it waited, for news of an event that is over, and for a
    reminder of what has begun, was moved or is off."""
    occasion = OCCASIONS.get(letter.kind)
    if occasion is not None and occasion.still is not None:
        fact = fact_of(db.get_one(JournalEntry, letter.fact_id))
        if not occasion.still(db, fact, letter.person_id):
            return False
    if occasion is None or occasion.topic is None:
        return True
    event = db.get(Event, letter.event_id) if letter.event_id is not None else None
    over = occasion.topic is Topic.DIGESTS and event is not None and event.state is EventState.CLOSED
    return not over and not has_stopped(db, letter.person_id, occasion.topic)


_ENDED = (
    update(Letter)
    .where(col(Letter.id) == bindparam("this"))
    .values(state=bindparam("as"), done_at=bindparam("now"), dead_at=None, problem="")
)


def _end(letter: Letter, state: LetterState) -> None:
    with transaction() as db:
        values = {"this": letter.id, "as": state, "now": clock.now()}
        db.execute(_ENDED, values, execution_options={"synchronize_session": False})
        if state is LetterState.SENT:
            note_taken(db, letter.domain)
        elif state is LetterState.NOT_NEEDED:
            was_not_needed(db, letter)


def _give_back(letter: Letter, fault: Undelivered) -> Outcome:
    with transaction() as db:
        everywhere = fault.everywhere or _refuses_all(db, fault)
        if isinstance(fault, AddressRefused):
            note_hard_bounce(db, letter.address, fault.reason)
        elif everywhere:
            note_failed(db, OUT, fault.reason)
        elif isinstance(fault, Temporary):
            note_failed(db, letter.domain, fault.reason)
    # A server that has said no for good to these bytes would say it again (RFC 5321 section 4.2.1).
    for_good = isinstance(fault, AddressRefused) or (isinstance(fault, OurFault) and not everywhere)
    given_up = for_good or clock.now() >= give_up_at(letter)
    put_off(letter, fault.reason, attempts=letter.attempts - everywhere, given_up=given_up)
    fate = "given up" if given_up else "put back"
    log.warning("letter %s %s after %s tries: %s", letter.id, fate, letter.attempts, type(fault).__name__)
    return Outcome.NOBODY_TAKES_LETTERS if everywhere else Outcome.PUT_BACK


def _refuses_all(db: Database, fault: Undelivered) -> bool:
    """Whether a letter that is refused for good is the third in a row, with none taken between: then it is not for
    what it says, and the letters behind it must not be lost one by one."""
    if fault.everywhere or not isinstance(fault, OurFault):
        return False
    return note_failed(db, TEXTS, fault.reason) >= HOLD_AFTER


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
    queue = _Queue(lease, pause)
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as tasks:
        tasks.create_task(wake_when_due(stop, _soonest, log))
        tasks.create_task(keep_on(stop, queue.write, log))
        for _number in range((senders or settings().mail_senders) if settings().mail_url else 0):
            transport = transport_for(settings().mail_url)
            stack.push_async_callback(transport.close)
            tasks.create_task(keep_on(stop, partial(queue.send, transport), log))


def _soonest() -> datetime | None:
    """When the first letter is to be written or sent; those that nobody is to send wait for nothing."""
    return soonest_of((Letter, () if settings().mail_url else (col(Letter.raw).is_(None),)))


@dataclass
class _Queue:
    lease: timedelta
    first_pause: timedelta
    failures: int = 0
    paused_until: float = 0.0

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
