"""A process that does nothing but send letters, to be killed. `mark-then-send` is how it must not be done."""

import asyncio
import signal
import sys
from datetime import timedelta

from mailer import delivery
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


async def main(way: str) -> None:
    if way == "mark-then-send":
        delivery.send_next = mark_then_send
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await run_mail(stop, lease=LEASE)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
