"""A real SMTP server on loopback that keeps what it is given, or refuses as it is told."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult


@dataclass
class Sink:
    """`answers` maps a stage (MAIL, RCPT, DATA, TAKEN) to a function of the address that returns a refusal or None."""

    port: int = 0
    taken: list[tuple[str, str, bytes]] = field(default_factory=list)
    connections: int = 0
    answers: dict[str, Callable[[str], Any]] = field(default_factory=dict)

    async def handle_EHLO(self, server, session, envelope, hostname, responses):  # noqa: N802 - the name aiosmtpd calls
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802 - the name aiosmtpd calls
        refusal = await self._answer("MAIL", address)
        if refusal is None:
            envelope.mail_from = address
        return refusal or "250 2.1.0 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 - the name aiosmtpd calls
        refusal = await self._answer("RCPT", address)
        if refusal is None:
            envelope.rcpt_tos.append(address)
        return refusal or "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - the name aiosmtpd calls
        refusal = await self._answer("DATA", envelope.rcpt_tos[0])
        if refusal is not None:
            return refusal
        self.taken.append((envelope.mail_from, envelope.rcpt_tos[0], envelope.original_content))
        return await self._answer("TAKEN", envelope.rcpt_tos[0]) or "250 2.0.0 taken"

    async def _answer(self, stage: str, address: str) -> str | None:
        answer = self.answers.get(stage)
        given = answer(address) if answer else None
        return await given if asyncio.iscoroutine(given) else given

    @property
    def letters(self) -> list[bytes]:
        return [raw for _sender, _recipient, raw in self.taken]


def _check_password(server, session, envelope, mechanism, data):
    right = (data.login, data.password) == (b"moot", b"p@ss/word")
    return AuthResult(success=right, handled=right)


@asynccontextmanager
async def sink_on_loopback(port: int = 0) -> AsyncIterator[Sink]:
    """A sink that listens while the block runs."""
    sink = Sink()
    loop = asyncio.get_running_loop()

    def protocol() -> SMTP:
        return SMTP(sink, hostname="sink", loop=loop, auth_require_tls=False, authenticator=_check_password)

    server = await loop.create_server(protocol, "127.0.0.1", port)
    sink.port = server.sockets[0].getsockname()[1]
    try:
        yield sink
    finally:
        server.close()
        await server.wait_closed()
