"""IMAP: answers fetched from a mailbox, for sites whose mail server hands nothing over (RFC 3501, RFC 2177).

What was fetched is known by UIDVALIDITY and UID, and a message is marked as seen only after it was handled. Whatever
goes wrong, the next connection begins where the last one got to; what comes twice is known by its digest.
"""

import asyncio
import logging
import ssl
from contextlib import suppress
from dataclasses import dataclass
from email import message_from_bytes, policy
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from sqlmodel import Field, SQLModel, select

from events.core.database import transaction
from events.core.settings import settings
from mailer.incoming.handling import Decision, Envelope, handle, is_ours

log = logging.getLogger("folkmoot.incoming")

POLL_SECONDS = 60.0
# Servers may say goodbye after half an hour of idling (RFC 2177 section 3).
IDLE_SECONDS = 240.0
ANSWER_SECONDS = 30.0
AT_ONCE = 50


class MailboxPlace(SQLModel, table=True):
    """How far a mailbox was read: up to which UID, as long as its UIDVALIDITY stays."""

    __tablename__ = "mailbox_place"

    name: str = Field(primary_key=True, max_length=250)
    uid_validity: int
    last_uid: int = 0


class Mailbox(Protocol):
    """What is asked of an IMAP connection; imapclient's has it."""

    def select_folder(self, folder: str) -> Any: ...
    def search(self, criteria: Any) -> Any: ...
    def fetch(self, messages: Any, data: Any) -> Any: ...
    def add_flags(self, messages: Any, flags: Any) -> Any: ...


@dataclass(frozen=True)
class MailboxAddress:
    """Where the mailbox is, as FOLKMOOT_IMAP_URL says."""

    host: str
    port: int
    tls: bool
    user: str
    password: str
    folder: str


def mailbox_address(url: str) -> MailboxAddress:
    """The parts of imaps://user:password@host:port/FOLDER; the folder is INBOX where none is named."""
    parts = urlsplit(url)
    tls = parts.scheme == "imaps"
    return MailboxAddress(
        parts.hostname or "", parts.port or (993 if tls else 143), tls, unquote(parts.username or ""),
        unquote(parts.password or ""), unquote(parts.path.strip("/")) or "INBOX",
    )  # fmt: skip


def fetch_new(mailbox: Mailbox, name: str, folder: str) -> int:
    """Handle what is new in a folder, in order; answers how many. One that cannot be handled now ends this round and
    is tried again in the next. One that was too often is passed by, since others wait behind it, and stays unseen;
    each round first tries such ones again."""
    validity = int(mailbox.select_folder(folder)[b"UIDVALIDITY"])
    last = _place(name, validity)
    waiting = sorted(mailbox.search(["UNSEEN", "UID", f"1:{last}"])) if last else []
    for uid in waiting[:AT_ONCE]:
        _handle_one(mailbox, uid)
    # "N:*" always answers the newest, even if it is older than N.
    new = sorted(uid for uid in mailbox.search(["UID", f"{last + 1}:*"]) if uid > last)
    for uid in new[:AT_ONCE]:
        _handle_one(mailbox, uid)
        _got_to(name, validity, uid)
    return len(new[:AT_ONCE])


def _handle_one(mailbox: Mailbox, uid: int) -> None:
    found = mailbox.fetch([uid], ["BODY.PEEK[]"]).get(uid, {})
    raw = bytes(found.get(b"BODY[]", b""))
    recipients = recipients_in(raw)
    decisions = handle(raw, Envelope(_sender_in(raw), recipients)) if recipients else []
    if Decision.TOO_OFTEN not in decisions:
        mailbox.add_flags([uid], [b"\\Seen"])


def recipients_in(raw: bytes) -> tuple[str, ...]:
    """For which addresses of ours a message was, as the delivering server wrote, else as its writer did."""
    message = message_from_bytes(raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n", policy=policy.compat32)
    for names in (("Delivered-To", "X-Original-To", "Envelope-To"), ("To", "Cc")):
        texts = [str(value) for name in names for value in message.get_all(name, [])]
        found = dict.fromkeys(
            one.strip("<> ") for text in texts for one in text.replace(",", " ").split() if "@" in one
        )
        ours = tuple(one for one in found if is_ours(one))[:5]
        if ours:
            return ours
    return ()


def _sender_in(raw: bytes) -> str:
    """The envelope sender, which the delivering server wrote down; without one the message is taken for a person's."""
    message = message_from_bytes(raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n", policy=policy.compat32)
    return str(message.get("Return-Path", "unknown")).strip()


def _place(name: str, validity: int) -> int:
    with transaction() as db:
        row = db.exec(select(MailboxPlace).where(MailboxPlace.name == name)).first()
        if row is None:
            row = MailboxPlace(name=name, uid_validity=validity)
        elif row.uid_validity != validity:
            # All UIDs are others now: begin again, and know by their digests those that were handled.
            row.uid_validity, row.last_uid = validity, 0
        db.add(row)
        return row.last_uid


def _got_to(name: str, validity: int, uid: int) -> None:
    with transaction() as db:
        row = db.get_one(MailboxPlace, name)
        if row.uid_validity == validity:
            row.last_uid = max(row.last_uid, uid)
            db.add(row)


async def run_imap(stop: asyncio.Event, *, pause: float = POLL_SECONDS) -> None:
    """Fetch answers until `stop` is set: at once where the server says that something came, else every minute."""
    if not settings().imap_url:
        return
    address = mailbox_address(settings().imap_url)
    while not stop.is_set():
        try:
            await asyncio.to_thread(_one_connection, address, stop)
        except Exception as error:
            log.warning("the mailbox cannot be read now (%s); trying again by itself", type(error).__name__)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pause)


def _one_connection(address: MailboxAddress, stop: asyncio.Event) -> None:
    """Read until the server ends it; whoever calls connects anew. Runs in a thread of its own."""
    from imapclient import IMAPClient

    context = ssl.create_default_context() if address.tls else None
    name = f"{address.user}@{address.host}/{address.folder}"[:250]
    with IMAPClient(
        address.host, port=address.port, ssl=address.tls, ssl_context=context, timeout=ANSWER_SECONDS
    ) as client:
        client.login(address.user, address.password)
        idles = client.has_capability("IDLE")
        while not stop.is_set():
            while fetch_new(client, name, address.folder):
                if stop.is_set():
                    return
            if not idles:
                return
            _idle(client, stop)


def _idle(client: Any, stop: asyncio.Event) -> None:
    """Wait until the server says something; a goodbye or a broken line raises, and the next connection polls first."""
    client.idle()
    waited = 0.0
    while waited < IDLE_SECONDS and not stop.is_set():
        if client.idle_check(timeout=1.0):
            break
        waited += 1.0
    client.idle_done()
