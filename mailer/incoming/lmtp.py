"""LMTP: a listener behind the site's own mail server, which hands over what comes to our addresses (RFC 2033)."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import Envelope as Received

from events.core.settings import settings
from mailer.incoming.handling import Decision, Envelope, handle, is_ours
from mailer.incoming.parts import LARGEST

log = logging.getLogger("folkmoot.incoming")

AT_ONCE = 4
LONGEST = 30.0
UNKNOWN = "550 5.1.1 There is nobody at this address"
LATER = "451 4.3.0 Please try again later"
TAKEN = "250 2.0.0 Taken"


class Receiver:
    """What aiosmtpd calls for each step of a delivery. Database work and parsing happen in threads."""

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def handle_RCPT(  # noqa: N802 - the name aiosmtpd calls
        self, server: Any, session: Any, envelope: Received, address: str, options: list[str]
    ) -> str:
        try:
            if not await asyncio.to_thread(is_ours, address):
                return UNKNOWN
        except Exception:
            log.exception("an address could not be looked up")
            return LATER
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Received) -> str:  # noqa: N802 - as above
        raw = envelope.original_content or b""
        answers = [await self._take(raw, envelope.mail_from or "", recipient) for recipient in envelope.rcpt_tos]
        # LMTP answers for each recipient, in their order (RFC 2033 section 4.2).
        return "\r\n".join(answers)

    async def _take(self, raw: bytes, sender: str, recipient: str) -> str:
        try:
            async with self._turns:
                work = asyncio.to_thread(handle, raw, Envelope(sender, (recipient,)))
                [decision] = await asyncio.wait_for(work, LONGEST)
        except Exception:
            log.exception("a message could not be handled")
            return LATER
        log.info("a message was %s", decision)
        return LATER if decision is Decision.TOO_OFTEN else TAKEN


@asynccontextmanager
async def lmtp_listener(host: str, port: int) -> AsyncIterator[int]:
    """Listen while the block runs; the port is what is answered, chosen by the system for 0."""
    loop = asyncio.get_running_loop()
    receiver = Receiver()

    def protocol() -> LMTP:
        return LMTP(receiver, hostname="folkmoot", data_size_limit=LARGEST, loop=loop, enable_SMTPUTF8=True)

    server = await loop.create_server(protocol, host, port)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()


async def run_lmtp(stop: asyncio.Event) -> None:
    """Listen where FOLKMOOT_LMTP says until `stop` is set; nowhere where it says nothing."""
    if not settings().lmtp:
        return
    host, _colon, port = settings().lmtp.rpartition(":")
    async with lmtp_listener(host, int(port)) as listening:
        log.info("listening for LMTP on port %s", listening)
        await stop.wait()
