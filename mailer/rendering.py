"""The finished bytes of a letter: made once, stored, and sent unchanged however often it takes."""

import hashlib
import re
from datetime import UTC, datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from typing import Any

from mailer.cleaning import clean_header
from mailer.invitations import Method

CRLF = "\r\n"
_MESSAGE_ID = re.compile(r"<[A-Za-z0-9._+-]{1,120}@[A-Za-z0-9.-]{1,200}>", re.ASCII)
_WEB_LINK = re.compile(r"https?://[!-;=?-~]{1,600}", re.ASCII)


class _WholeLines(EmailPolicy):
    """SMTP's rules, except that a header in plain ASCII stays on one line, however long, and how a subject is encoded.

    The standard library folds a word longer than 78 by making it an encoded word, which no reader of a Message-ID, an
    address or a link undoes; RFC 5322 allows lines of 998. Beside encoded words it sometimes doubles a blank.
    """

    def fold(self, name: str, value: Any) -> str:
        text = str(value)
        if text.isascii() and text.isprintable() and len(text) < 900:
            return f"{name}: {text}\r\n"
        if name.lower() == "subject":
            return f"{name}: {Header(text, 'utf-8', maxlinelen=75, header_name=name).encode(linesep=CRLF)}\r\n"
        return str(super().fold(name, value))

    def fold_binary(self, name: str, value: Any) -> bytes:
        return self.fold(name, value).encode("ascii")


_POLICY = _WholeLines(linesep="\r\n", cte_type="7bit")


def message_bytes(
    *,
    sender: Address,
    reply_to: Address | None,
    to: Address,
    subject: str,
    text: str,
    html: str,
    message_id: str,
    date: datetime,
    in_reply_to: str | None,
    invitation: bytes | None,
    method: Method | None,
    list_unsubscribe: str | None = None,
) -> bytes:
    """One letter to one person as RFC 5322 bytes with CRLF, pure ASCII on the wire.

    With an `invitation` (and its `method`) the calendar stands among the alternatives, which makes it an iMIP message
    (RFC 6047), and once more, byte for byte, as an attached invite.ics. The same arguments give the same bytes:
    even the boundaries come from `message_id`. `list_unsubscribe` is a link that takes a bare POST; mail
    programs are told so where it is https, which RFC 8058 section 3.1 asks for.
    """
    if (invitation is None) is not (method is None):
        raise ValueError("an invitation and its method go together")
    message = EmailMessage(_POLICY)
    message["From"] = sender
    if reply_to is not None:
        message["Reply-To"] = reply_to
    message["To"] = to
    message["Subject"] = clean_header(subject)
    message["Date"] = format_datetime(date.astimezone(UTC))
    _identify(message, message_id, in_reply_to)
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    if list_unsubscribe is not None:
        message["List-Unsubscribe"] = f"<{_matching(_WEB_LINK, list_unsubscribe)}>"
        if list_unsubscribe.startswith("https://"):
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    _fill(message, text, html, invitation, method)
    _fix_boundaries(message, message_id)
    return message.as_bytes()


def _identify(message: EmailMessage, message_id: str, in_reply_to: str | None) -> None:
    # Some relays replace the Message-ID, so it is kept once more where they leave it alone.
    message["Message-ID"] = _matching(_MESSAGE_ID, message_id)
    message["X-Folkmoot-Message-Id"] = message_id
    if in_reply_to is not None:
        message["In-Reply-To"] = _matching(_MESSAGE_ID, in_reply_to)
        message["References"] = in_reply_to


def _matching(pattern: re.Pattern[str], value: str) -> str:
    if not pattern.fullmatch(value):
        raise ValueError(f"{value!r} cannot stand in a header")
    return value


def _fill(message: EmailMessage, text: str, html: str, invitation: bytes | None, method: Method | None) -> None:
    message.set_content(text, charset="utf-8", cte="quoted-printable")
    message.add_alternative(html, subtype="html", charset="utf-8", cte="quoted-printable")
    if invitation is None or method is None:
        return
    kind = {"charset": "utf-8", "method": method, "component": "VEVENT"}
    message.add_alternative(invitation, maintype="text", subtype="calendar", cte="base64", params=kind)
    message.add_attachment(
        invitation,
        maintype="application",
        subtype="ics",
        cte="base64",
        filename="invite.ics",
        params={"name": "invite.ics"},
    )


def _fix_boundaries(message: EmailMessage, message_id: str) -> None:
    # "=_" occurs in neither base64 nor quoted-printable, so that no text can end a part.
    stem = hashlib.sha256(message_id.encode("ascii")).hexdigest()[:32]
    for number, part in enumerate(message.walk()):
        if part.is_multipart():
            part.set_boundary(f"=_{stem}_{number}")
        if part is not message:
            del part["MIME-Version"]
