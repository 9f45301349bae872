"""Trust: whether our own mail server vouches for the address that a message says it is from (RFC 8601, RFC 7489).

Servers copy into their results what the sender chose: envelope addresses, selectors, reasons. So a line is taken apart
by the grammar, and what it does not fit vouches for nobody.
"""

import re
from collections.abc import Iterator
from email.message import EmailMessage

from events.core.settings import settings
from mailer.incoming.calendars import same_mailbox

_METHOD = re.compile(r"^([a-z0-9_-]+)(?: ?/ ?\d+)?=([a-z]+)(?= |$)", re.IGNORECASE)
_PROPERTY = re.compile(r"(?:^| )(header\.(?:from|d|i))=@?([^ =]+)(?= |$)", re.IGNORECASE)
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9.@_-]")
_AROUND_EQUALS = re.compile(r"\s*=\s*")


def is_attested(message: EmailMessage, sender: str, attendee: str) -> bool:
    """Whether the sender is the attendee, and our mail server says that the message is from there.

    Only what FOLKMOOT_MAIL_AUTHSERV names counts, and of its results only the topmost: whatever stands below was there
    when the message arrived. A failed DMARC is never made good by a signature; where a domain has no DMARC ("none"),
    an aligned signature is enough.
    """
    name = settings().mail_authserv.lower()
    if not name or not sender or not same_mailbox(sender, attendee):
        return False
    for value in _results_in(message):
        parts = _parts_of(value)
        if parts is None:
            return False  # it may have been ours, and what is below it is not
        server, *results = parts
        if server.lower().split()[:1] == [name]:
            return _vouch([one for one in results if one], sender.rpartition("@")[2].lower())
    return False


def _results_in(message: EmailMessage) -> Iterator[str]:
    """The lines as they arrived: decoding encoded words (RFC 2047) would let quotation marks appear within quotes."""
    for name, value in message.raw_items():
        if name.lower() == "authentication-results":
            yield str(value)


def _parts_of(value: str) -> list[str] | None:
    """What stands between the semicolons, with single spaces, without comments, and with all that is quoted made
    harmless; None for what does not end."""
    found, depth, quoted, at = [""], 0, False, 0
    while at < len(value):
        one = value[at]
        if one == "\\" and (quoted or depth):
            at += 1
            found[-1] += "_" if quoted else ""
        elif quoted:
            quoted = one != '"'
            found[-1] += _NOT_PLAIN.sub("_", one) if quoted else ""
        elif one == '"' and not depth:
            quoted = True
        elif one in "()":
            depth += 1 if one == "(" else -1
            found[-1] += " "
            if depth < 0:
                return None
        elif one == ";" and not depth:
            found.append("")
        elif not depth:
            found[-1] += one
        at += 1
    return None if depth or quoted else [_AROUND_EQUALS.sub("=", " ".join(one.split())) for one in found]


def _vouch(results: list[str], domain: str) -> bool:
    said = [(found[1].lower(), found[2].lower(), one) for one in results if (found := _METHOD.match(one))]
    dmarc = [how for way, how, _one in said if way == "dmarc"]
    if len(said) < len(results) or dmarc not in ([], ["pass"], ["none"]):
        return False
    return any(how == "pass" and _vouches(way, one, domain) for way, how, one in said)


def _vouches(way: str, result: str, domain: str) -> bool:
    found = [(key.lower(), value.lower().rpartition("@")[2].rstrip(".")) for key, value in _PROPERTY.findall(result)]
    properties = dict(found)
    if len(set(found)) > len(properties):
        return False  # two senders or signers in one result: it cannot be said which is meant
    if way == "dmarc":
        return properties.get("header.from") == domain
    signer = properties.get("header.d") or properties.get("header.i") or ""
    # A signature of the domain itself, or of the one above it, is aligned; a bare ending such as "com" signs nothing.
    return way == "dkim" and "." in signer and (domain == signer or domain.endswith("." + signer))
