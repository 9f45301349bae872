"""Text from people on its way into headers and calendars: nothing in it may act, only be read."""

import base64
import binascii
import re
import unicodedata
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.quoprimime import header_decode
from urllib.parse import urlsplit

import idna

HEADER_LIMIT = 200
NAME_LIMIT = 80
ADDRESS_LIMIT = 254
# Text above this is cut before any other work, so that cleaning stays cheap whatever somebody pastes.
PASTE_LIMIT = 20_000

_ENCODED_WORD = re.compile(r"=\?([\w-]{1,40})(?:\*[\w-]{1,40})?\?([bq])\?([^?\r\n]*)\?=", re.IGNORECASE | re.ASCII)
_ENCODED_WORD_START = re.compile(r"=+\?+")
_LINE_ENDS = re.compile("\r\n|[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
# Joiners are invisible too, but Persian, Indic scripts and family emoji are spelt with them.
_JOINERS = frozenset("\u200c\u200d")
# Programs make links of words with a dot, a colon or an at sign inside; a blank of no width keeps them from it.
_LINKABLE = re.compile(r"(?<=\w)([.:@])(?=[^\W\d_]|/)")
_ZERO_WIDTH = "\u200b"
# Not email-validator: it refuses reserved domains, and our own default sender and many a test site have one.
_LOCAL_PART = re.compile(r"(?=.{1,64}$)[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*", re.ASCII)
_SPECIALS = re.compile(r'["(),:;<>@\[\]\\]')
_WEB_ADDRESS = re.compile(r"https?://[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]{1,2000}", re.ASCII)


class UnusableAddress(ValueError):
    """This is not an address that one letter can be sent to."""


def clean_header(text: str, limit: int = HEADER_LIMIT) -> str:
    """`text` as one line of at most `limit` characters that no mail program can take for more than text.

    Encoded words (RFC 2047) are decoded once, and no new one can start; control characters, line ends of every kind,
    bidi controls, invisible marks and lone surrogates are gone; NFC; single spaces.
    """
    decoded = _ENCODED_WORD.sub(_decoded_word, text[:PASTE_LIMIT])
    visible = "".join(_visible(character) for character in decoded)
    one_line = " ".join(_ENCODED_WORD_START.sub("", visible).split())
    return unicodedata.normalize("NFC", one_line)[:limit].rstrip()


def clean_text(text: str) -> str:
    """`text` for a calendar's DESCRIPTION or a letter's body: lines end in LF, nothing invisible is left but tabs and
    what `unlinked` put there."""
    lines = _LINE_ENDS.sub("\n", text[:PASTE_LIMIT]).split("\n")
    cleaned = ("".join(_visible(character, kept="\t" + _ZERO_WIDTH) for character in line).rstrip() for line in lines)
    return unicodedata.normalize("NFC", "\n".join(cleaned)).strip("\n")


def unlinked(text: str) -> str:
    """`text` with nothing in it that a program would make a link of; it looks the same. Not for our own links."""
    return _LINKABLE.sub(rf"\1{_ZERO_WIDTH}", text)


def clean_address(addr: str) -> str:
    """`addr` in the one form we send to, its domain in A-labels; raises UnusableAddress for anything else."""
    local, at, domain = addr.rpartition("@")
    if not at or len(addr) > ADDRESS_LIMIT or not _LOCAL_PART.fullmatch(local) or "=?" in local:
        raise UnusableAddress("This is not one plain e-mail address.")
    try:
        return f"{local}@{idna.encode(domain, uts46=True, std3_rules=True).decode('ascii').rstrip('.')}"
    except UnicodeError as reason:
        raise UnusableAddress(f"The part after the @ is no domain: {reason}") from reason


def clean_url(url: str) -> str:
    """`url` where it is a plain web address, else nothing: a calendar without a link is better than none."""
    return url if _WEB_ADDRESS.fullmatch(url) and urlsplit(url).netloc else ""


def address(name: str, addr: str) -> Address:
    """A mailbox for From, Reply-To or To, its name without signs of syntax; raises UnusableAddress for no address.

    The standard library drops the quotes of a long name when it folds the line, and what stood in them becomes an
    address: '"Bcc: evil@x.org ..." <bo@acme.example>' went to evil@x.org. Nothing that needs quotes is left.
    """
    return Address(clean_header(_SPECIALS.sub(" ", clean_header(name)), NAME_LIMIT), addr_spec=clean_address(addr))


def header_folding_is_vulnerable() -> bool:
    """Whether this Python turns an encoded line break in a subject into a header (CVE-2024-6923).

    Ours are cleaned and safe on either; `folkmoot doctor` warns, because a library in the same process may not be.
    """
    probe = EmailMessage(policy=SMTP)
    probe["Subject"] = "=?utf-8?q?Hi=0D=0ABcc:_evil=40x.org?="
    try:
        return b"\nBcc:" in probe.as_bytes()
    except ValueError:
        return False


def _decoded_word(match: re.Match[str]) -> str:
    charset, encoding, payload = match.groups()
    try:
        if encoding in "bB":
            raw = base64.b64decode(payload + "=" * (-len(payload) % 4))
        else:
            raw = header_decode(payload).encode("latin-1")
        return raw.decode(charset, "replace")
    except (LookupError, ValueError, binascii.Error):
        return ""


def _visible(character: str, kept: str = "") -> str:
    if character in kept or character in _JOINERS:
        return character
    category = unicodedata.category(character)
    if category != "Zs" and character.isspace():
        return " "
    return "" if category in {"Cc", "Cf", "Cs"} else character
