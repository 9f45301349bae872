"""Reading what arrives: which kind of message it is, with limits on everything that somebody else has made."""

import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage
from email.utils import getaddresses
from enum import StrEnum

LARGEST = 5_000_000
LARGEST_CALENDAR = 1_000_000
DEEPEST = 10
MOST_PARTS = 100
CALENDARS = frozenset({"text/calendar", "application/ics"})
_QUOTED = re.compile(
    r"^\s*(?:>|On .{5,200} wrote:$|Am .{5,200} schrieb .*:$|Le .{5,200} a écrit\s?:$|-{2,}\s*Original)"
)
AUTOMATIC = ("X-Autoreply", "X-Autorespond", "X-Auto-Response-Suppress", "List-Id")
_SIGNATURE = re.compile(r"^-- ?$")


class Kind(StrEnum):
    """What a message is, as far as it can be told without asking anybody."""

    BOUNCE = "bounce"
    REPORT = "report"
    AUTOMATIC = "automatic"
    REPLY = "reply"
    TEXT = "text"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Incoming:
    """A message with its kind; `calendar` are the bytes of its calendar part, `text` what its writer wrote."""

    kind: Kind
    message: EmailMessage
    calendar: bytes = b""
    text: str = ""

    @property
    def sender(self) -> str:
        """The one address in From, in lower case; empty where there is none or several."""
        try:
            found = getaddresses([str(one) for one in self.message.get_all("From", [])])
        except (MessageError, ValueError, IndexError):
            return ""
        return found[0][1].strip().lower() if len(found) == 1 else ""

    def header(self, name: str) -> str:
        """A header as one line, empty where it is missing or broken."""
        try:
            return " ".join(str(self.message.get(name, "")).split())[:998]
        except (MessageError, ValueError, IndexError):
            return ""


def read_incoming(raw: bytes, *, envelope_sender: str) -> Incoming:
    """What `raw` is. Never raises: what cannot be read is UNREADABLE."""
    try:
        message = message_from_bytes(raw[:LARGEST], policy=policy.default.clone(raise_on_defect=False))
        assert isinstance(message, EmailMessage)
        parts = _parts(message)
        if parts is None:
            return Incoming(Kind.UNREADABLE, message)
        return _sorted(message, parts, envelope_sender)
    except (MessageError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        # The standard library raises all of these for headers that somebody broke on purpose.
        return Incoming(Kind.UNREADABLE, EmailMessage())


def _sorted(message: EmailMessage, parts: list[EmailMessage], envelope_sender: str) -> Incoming:
    if message.get_content_type() == "multipart/report":
        kind = str(message.get_param("report-type", "")).lower()
        return Incoming(Kind.BOUNCE if kind == "delivery-status" else Kind.REPORT, message)
    if message.get("X-Failed-Recipients") is not None or not envelope_sender.strip("<> "):
        return Incoming(Kind.BOUNCE, message)
    calendar = next((found for part in parts if (found := _calendar(part))), b"")
    if calendar and _method(calendar) in {b"REPLY", b"COUNTER", b"REFRESH"}:
        # Outlook says auto-generated of answers that a person gave by a button.
        return Incoming(Kind.REPLY, message, calendar=calendar)
    if _is_automatic(message):
        return Incoming(Kind.AUTOMATIC, message)
    return Incoming(Kind.TEXT, message, text=_text(parts))


def _parts(message: EmailMessage) -> list[EmailMessage] | None:
    found: list[EmailMessage] = []
    level = [message]
    for _depth in range(DEEPEST):
        found += level
        if len(found) > MOST_PARTS:
            return None
        level = [
            part for one in level if one.is_multipart() for part in one.iter_parts() if isinstance(part, EmailMessage)
        ]
        if not level:
            return found
    return None


def _calendar(part: EmailMessage) -> bytes:
    named = part.get_filename() or ""
    if part.get_content_type() not in CALENDARS and not named.lower().endswith(".ics"):
        return b""
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) and len(payload) <= LARGEST_CALENDAR else b""


def _method(calendar: bytes) -> bytes:
    found = re.search(rb"^METHOD[^:\r\n]*:\s*([A-Za-z]+)", calendar, re.MULTILINE | re.IGNORECASE)
    return found[1].upper() if found else b""


def _is_automatic(message: EmailMessage) -> bool:
    """Whether nobody wrote this: out of office, lists, auto-responders (RFC 3834 and what came before it)."""
    if str(message.get("Auto-Submitted", "no")).split(";")[0].strip().lower() != "no":
        return True
    if any(message.get(name) is not None for name in AUTOMATIC):
        return True
    return str(message.get("Precedence", "")).strip().lower() in {"bulk", "junk", "list", "auto_reply"}


def _text(parts: list[EmailMessage]) -> str:
    plain = next((part for part in parts if part.get_content_type() == "text/plain" and not part.get_filename()), None)
    if plain is None:
        return ""
    content = plain.get_content()
    lines: list[str] = []
    for line in str(content).splitlines():
        if _QUOTED.match(line) or _SIGNATURE.match(line):
            break
        lines.append(line.rstrip())
    return "\n".join(lines).strip()
