"""Trust: whether our own mail server vouches for the address that a message says it is from (RFC 8601, RFC 7489)."""

import re
from email.message import EmailMessage

from events.core.settings import settings
from mailer.incoming.calendars import same_mailbox

_RESULT = re.compile(r"^\s*(dmarc|dkim)\s*=\s*pass\b(.*)$", re.IGNORECASE | re.DOTALL)
_SAID = re.compile(r"\b(header\.from|header\.d|header\.i)\s*=\s*\"?@?([^\s;\"]+)", re.IGNORECASE)
_COMMENT = re.compile(r"\([^()]*\)")


def is_attested(message: EmailMessage, sender: str, attendee: str) -> bool:
    """Whether the sender is the attendee, and our mail server says that the message is from there.

    Only what FOLKMOOT_MAIL_AUTHSERV names counts, and of its results only the topmost: whatever stands below was there
    when the message arrived.
    """
    name = settings().mail_authserv.lower()
    if not name or not sender or not same_mailbox(sender, attendee):
        return False
    for value in message.get_all("Authentication-Results", []):
        server, _semicolon, results = _COMMENT.sub(" ", str(value)).partition(";")
        if server.lower().split()[:1] == [name]:
            return any(_vouches(one, sender.rpartition("@")[2]) for one in results.split(";"))
    return False


def _vouches(result: str, domain: str) -> bool:
    found = _RESULT.match(result)
    if found is None:
        return False
    said = {key.lower(): value.lower().rpartition("@")[2].rstrip(".") for key, value in _SAID.findall(found[2])}
    if found[1].lower() == "dmarc":
        return said.get("header.from") == domain
    signer = said.get("header.d") or said.get("header.i") or ""
    # A signature of the domain itself, or of the one above it, is aligned; a bare ending such as "com" signs nothing.
    return "." in signer and (domain == signer or domain.endswith("." + signer))
