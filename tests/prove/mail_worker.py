"""A process that does nothing but send letters, to be killed. `mark-then-send` is how it must not be done; with
`in haste` before either, all pauses are short, so that bad weather passes within a test."""

import asyncio
import signal
from datetime import timedelta

from events.core.settings import use_settings
from mailer import delivery, letters, pace, transport
from mailer.delivery import Outcome, claim_letter, envelope_sender, run_mail
from mailer.letters import LetterState, raw_of
from mailer.transport import Transport

LEASE = timedelta(seconds=2)


async def mark_then_send(transport: Transport, *, lease: timedelta) -> Outcome:
    letter = await asyncio.to_thread(claim_letter, lease)
    if letter is None:
        return Outcome.NOTHING_DUE
    await asyncio.to_thread(delivery._end, letter, LetterState.SENT)
    await transport.send(raw_of(letter), envelope_sender(letter), letter.address)
    return Outcome.ENDED


def hurry() -> None:
    letters.pause_after.__defaults__ = (timedelta(seconds=0.1),)
    letters.LONGEST_PAUSE = timedelta(seconds=0.5)
    pace.FIRST_HOLD = pace.LONGEST_HOLD = timedelta(seconds=0.1)
    transport.TIMEOUT, transport.LETTER_TIMEOUT = 1.0, 1.8


async def main(way: str) -> None:
    if way.startswith("in haste "):
        hurry()
    if way.endswith("mark-then-send"):
        delivery.send_next = mark_then_send
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await run_mail(stop, senders=1 if way.startswith("in haste ") else None, lease=LEASE)


def run(way: str, **told: str) -> None:
    """What a worker does that was forked from a process which knows all modules already."""
    use_settings(**told)
    asyncio.run(main(way))
