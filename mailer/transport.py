"""How finished letters leave the house: by SMTP, or into a directory."""

import asyncio
import os
import re
from dataclasses import dataclass, field
from email import message_from_bytes
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qs, unquote, urlsplit

import aiosmtplib

from mailer.cleaning import UnusableAddress, clean_address, clean_header

TIMEOUT = 30.0
# Several answers of up to TIMEOUT each make one letter; a lease must outlast this.
LETTER_TIMEOUT = 120.0
LETTERS_PER_CONNECTION = 100
IDLE_LIMIT = 10.0
REASON_LIMIT = 300
# The server says goodbye, to whatever (RFC 5321 section 3.8).
_CLOSING = 421
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_ENHANCED = re.compile(r"\s*([245])\.(\d{1,3})\.(\d{1,3})\b")


class Undelivered(Exception):
    """The letter did not go out. `reason` is a line for operators, without line ends.

    With `everywhere`, any other letter would have met the same now: nobody answers, or the account, the sender or our
    settings are refused. Such a try says nothing about the letter.
    """

    def __init__(self, reason: str, *, everywhere: bool = False) -> None:
        self.reason = clean_header(reason, REASON_LIMIT)
        self.everywhere = everywhere
        super().__init__(self.reason)


class Temporary(Undelivered):
    """The same letter may go out later: busy, full, unreachable, too slow."""


class AddressRefused(Undelivered):
    """Nobody will ever get letters at this address."""


class OurFault(Undelivered):
    """The letter was refused for what we are or how we wrote it; at another address it would have been the same."""


class Transport(Protocol):
    """Hands one letter over at a time. `send` returns only when the other side has taken it."""

    async def send(self, raw: bytes, envelope_from: str, recipient: str) -> None:
        """Hand over `raw` exactly as it is, or raise one kind of Undelivered."""

    async def close(self) -> None:
        """Say goodbye; the next `send` begins anew."""


def transport_for(mail_url: str) -> Transport:
    """The transport that FOLKMOOT_MAIL_URL names; ValueError with a sentence where it names none.

    `smtp://user:password@host:port` speaks TLS where the server offers it, and insists on it where a password would
    otherwise travel in the open; `smtps://` speaks TLS from the start; `file:DIRECTORY` writes a file for each letter.
    `?tls=off` is for a relay on a private network whose TLS is broken.
    """
    parts = urlsplit(mail_url)
    if parts.scheme == "file":
        if parts.netloc or not parts.path:
            raise ValueError("FOLKMOOT_MAIL_URL names no directory. Write it as file:var/mail or file:///var/mail.")
        return FileTransport(Path(unquote(parts.path)))
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ValueError("FOLKMOOT_MAIL_URL starts with neither smtp://host, smtps://host nor file:DIRECTORY.")
    password = unquote(parts.password) if parts.password else None
    return SmtpTransport(
        host=parts.hostname,
        port=parts.port or (465 if parts.scheme == "smtps" else 587 if password else 25),
        user=unquote(parts.username) if parts.username else None,
        password=password,
        implicit_tls=parts.scheme == "smtps",
        no_tls=parse_qs(parts.query).get("tls") == ["off"],
    )


@dataclass
class FileTransport:
    """One file per letter, named after its date and Message-ID: writing it again changes nothing."""

    directory: Path

    async def send(self, raw: bytes, envelope_from: str, recipient: str) -> None:
        try:
            await asyncio.to_thread(self._write, raw)
        except OSError as reason:
            raise OurFault(f"The letter could not be written: {reason}", everywhere=True) from reason

    async def close(self) -> None:
        pass

    def _write(self, raw: bytes) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        path = self.directory / _file_name(raw)
        unfinished = path.with_suffix(".part")
        with unfinished.open("wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
        handle = os.open(self.directory, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@dataclass
class SmtpTransport:
    """One connection at a time, kept for up to a hundred letters or ten idle seconds."""

    host: str
    port: int
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    implicit_tls: bool = False
    no_tls: bool = False
    _client: aiosmtplib.SMTP | None = field(default=None, repr=False)
    _sent: int = 0
    _last_used: float = 0.0
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)

    async def send(self, raw: bytes, envelope_from: str, recipient: str) -> None:
        _check_envelope(envelope_from, recipient)
        async with self._lock:
            try:
                async with asyncio.timeout(LETTER_TIMEOUT):
                    client = await self._connected(envelope_from)
                    await self._hand_over(client, raw, envelope_from, recipient)
            except TimeoutError as slow:
                self._drop()
                raise Temporary("The mail server took too long.") from slow
            except Undelivered as fault:
                if not isinstance(fault, AddressRefused):
                    self._drop()
                raise
            except asyncio.CancelledError:
                self._drop()
                raise
            self._sent += 1
            self._last_used = asyncio.get_running_loop().time()
            if self._sent >= LETTERS_PER_CONNECTION:
                await self._quit()

    async def close(self) -> None:
        async with self._lock:
            await self._quit()

    async def _connected(self, envelope_from: str) -> aiosmtplib.SMTP:
        idle = asyncio.get_running_loop().time() - self._last_used
        if self._client is not None and (idle > IDLE_LIMIT or not self._client.is_connected):
            await self._quit()
        if self._client is None:
            client = self._new_client(envelope_from.rpartition("@")[2] or "localhost")
            try:
                await client.connect()
            except (aiosmtplib.SMTPException, OSError, ValueError) as error:
                raise of_the_connection(error) from error
            self._client, self._sent = client, 0
            self._last_used = asyncio.get_running_loop().time()
        return self._client

    async def _hand_over(self, client: aiosmtplib.SMTP, raw: bytes, envelope_from: str, recipient: str) -> None:
        try:
            await client.sendmail(envelope_from, [recipient], raw)
        except (aiosmtplib.SMTPException, OSError) as error:
            raise of_the_letter(error) from error

    def _new_client(self, own_name: str) -> aiosmtplib.SMTP:
        exposed = self.password is not None and self.host not in _LOOPBACK
        start_tls = False if self.implicit_tls or self.no_tls else True if exposed else None
        return aiosmtplib.SMTP(
            hostname=self.host,
            port=self.port,
            username=self.user,
            password=self.password,
            local_hostname=own_name,
            timeout=TIMEOUT,
            use_tls=self.implicit_tls,
            start_tls=start_tls,
            # Without a password, TLS is taken where it is offered: unproven is still better than plain (RFC 7435).
            validate_certs=self.implicit_tls or exposed,
        )

    async def _quit(self) -> None:
        client, self._client = self._client, None
        if client is None:
            return
        try:
            await client.quit(timeout=2.0)
        except (aiosmtplib.SMTPException, OSError):
            pass
        finally:
            client.close()

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()


def _check_envelope(envelope_from: str, recipient: str) -> None:
    # aiosmtplib takes the first address out of a list or a line and sends there.
    for addr, fault, everywhere in ((envelope_from, OurFault, True), (recipient, AddressRefused, False)):
        try:
            usable = clean_address(addr) == addr
        except UnusableAddress:
            usable = False
        if not usable:
            raise fault(f"{addr!r} is not one plain e-mail address.", everywhere=everywhere)


def of_the_connection(error: Exception) -> Undelivered:
    """What an error before the first letter means: nobody there (Temporary), or not for us (OurFault)."""
    if isinstance(error, aiosmtplib.SMTPResponseException):
        kind, _subject, _detail = _code_of(error)
        reason = f"{error.code} {error.message}"
        return Temporary(reason, everywhere=True) if kind == 4 else OurFault(reason, everywhere=True)
    unreachable = isinstance(error, aiosmtplib.SMTPConnectError | aiosmtplib.SMTPServerDisconnected | OSError)
    kind_of = Temporary if unreachable else OurFault
    return kind_of(f"{type(error).__name__}: {error}", everywhere=True)


def of_the_letter(error: Exception) -> Undelivered:
    """What an error of the SMTP client means for its letter: by the enhanced code first (RFC 3463), then by place."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        return _by_code(error.recipients[0], at_recipient=True)
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return _by_code(error, at_recipient=False)
    return Temporary(f"{type(error).__name__}: {error}")


def _by_code(error: aiosmtplib.SMTPResponseException, *, at_recipient: bool) -> Undelivered:
    reason = f"{error.code} {error.message}"
    kind, subject, detail = _code_of(error)
    about_sender = isinstance(error, aiosmtplib.SMTPSenderRefused) or (subject, detail) in {(1, 7), (1, 8)}
    mailbox_full = (subject, detail) == (2, 2)
    if error.code == _CLOSING:
        return Temporary(reason, everywhere=True)
    if kind == 4 or mailbox_full:
        return Temporary(reason)
    if not about_sender and (subject == 1 or (at_recipient and subject in {0, 2, 4})):
        return AddressRefused(reason)
    return OurFault(reason, everywhere=about_sender)


def _code_of(error: aiosmtplib.SMTPResponseException) -> tuple[int, int, int]:
    found = _ENHANCED.match(error.message)
    if found is None:
        return error.code // 100, 0, 0
    kind, subject, detail = (int(number) for number in found.groups())
    return kind, subject, detail


def _file_name(raw: bytes) -> str:
    head = message_from_bytes(raw.partition(b"\r\n\r\n")[0])
    written = parsedate_to_datetime(head["Date"]).strftime("%Y%m%dT%H%M%SZ")
    return f"{written}-{re.sub(r'[^A-Za-z0-9._@+-]', '', head['Message-ID'])[:150]}.eml"
