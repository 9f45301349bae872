"""Bounces: what a mail server says about a letter it could not hand over (RFC 3464), and those who say it otherwise."""

import re
from dataclasses import dataclass
from email.message import EmailMessage, Message
from enum import StrEnum

from mailer.cleaning import clean_header
from mailer.incoming.parts import Incoming

_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_NOBODY = re.compile(
    r"user unknown|unknown user|no such (?:user|mailbox|recipient)|does not exist|mailbox unavailable|address rejected"
    r"|recipient (?:address )?(?:rejected|not found)|invalid recipient|550[ -]5\.1\.|account (?:is )?disabled",
    re.IGNORECASE,
)
_FULL = re.compile(r"mailbox (?:is )?full|over ?quota|quota exceeded|insufficient storage", re.IGNORECASE)
_LATER = re.compile(r"delay|warning|will (?:be )?retr|still trying|not yet been delivered", re.IGNORECASE)
LONGEST_TEXT = 20_000


class Severity(StrEnum):
    """HARD: there is nobody. SOFT: not this time. DELAYED: it is still being tried. FINE: it was handed over."""

    HARD = "hard"
    SOFT = "soft"
    DELAYED = "delayed"
    FINE = "fine"


@dataclass(frozen=True)
class Bounce:
    """What became of a letter, and a line about why."""

    severity: Severity
    reason: str


def read_bounce(incoming: Incoming) -> Bounce:
    """What a bounce says. The address it went to says for whom; so nothing that it repeats has to be believed."""
    for fields in _recipients(incoming.message):
        action = fields.get("action", "").lower()
        status = fields.get("status", "")
        reason = clean_header(fields.get("diagnostic-code", "") or status, 300)
        if action in {"delivered", "relayed", "expanded"}:
            return Bounce(Severity.FINE, reason)
        if action == "delayed" or (not action and status.startswith("4")):
            return Bounce(Severity.DELAYED, reason)
        if action == "failed" or status.startswith(("4", "5")):
            return Bounce(_severity(status, reason), reason)
    text = _all_text(incoming.message)
    subject = incoming.header("Subject")
    reason = clean_header(next((line for line in text.splitlines() if _STATUS.search(line)), subject), 300)
    if _LATER.search(subject):
        return Bounce(Severity.DELAYED, reason)
    return Bounce(_severity("", text), reason)


def _recipients(message: EmailMessage) -> list[dict[str, str]]:
    """The fields for each recipient of a delivery status; the first block is about the whole message."""
    found: list[dict[str, str]] = []
    for part in message.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        blocks = part.get_payload()
        for block in (one for one in blocks if isinstance(one, Message)) if isinstance(blocks, list) else ():
            fields = {str(name).lower(): " ".join(str(value).split()) for name, value in block.items()}
            if "final-recipient" in fields or "action" in fields:
                found.append(fields)
    return found[:10]


def _severity(status: str, text: str) -> Severity:
    found = _STATUS.search(status) or _STATUS.search(text)
    if _FULL.search(text):
        return Severity.SOFT
    if found is None:
        return Severity.HARD if _NOBODY.search(text) else Severity.SOFT
    kind, subject, detail = (int(number) for number in found.groups())
    if kind != 5:
        return Severity.SOFT
    nobody = subject == 1 and detail not in {7, 8}
    return Severity.HARD if nobody or (subject, detail) == (2, 1) or _NOBODY.search(text) else Severity.SOFT


def _all_text(message: EmailMessage) -> str:
    texts = []
    for part in message.walk():
        if part.get_content_maintype() == "text":
            payload = part.get_payload(decode=True)
            texts.append(payload.decode("utf-8", "replace") if isinstance(payload, bytes) else "")
    return "\n".join(texts)[:LONGEST_TEXT]
