"""Signing: DKIM (RFC 6376) over a letter's finished bytes, for set-ups whose mail server does not sign."""

from functools import cache
from pathlib import Path

from events.core.settings import settings

# Each once more than it is there: nobody can add another one without breaking the signature.
SIGNED_TWICE = (b"from", b"to", b"subject", b"date", b"message-id", b"reply-to", b"content-type", b"mime-version")
SIGNED_ONCE = (b"in-reply-to", b"references", b"list-unsubscribe", b"list-unsubscribe-post", b"auto-submitted")


def signed(raw: bytes) -> bytes:
    """`raw` with a signature in front where FOLKMOOT_DKIM_KEY names a key, else as it is. Takes some milliseconds, so
    never on the event loop."""
    path = settings().dkim_key
    if path is None:
        return raw
    import dkim

    domain = settings().mail_from.rpartition("@")[2]
    there = {line.partition(b":")[0].strip().lower() for line in raw.partition(b"\r\n\r\n")[0].split(b"\r\n")}
    names = [name for name in (*SIGNED_TWICE, *SIGNED_ONCE) if name in there] + list(SIGNED_TWICE)
    signature: bytes = dkim.sign(
        raw,
        settings().dkim_selector.encode("ascii"),
        domain.encode("ascii"),
        _key(path),
        canonicalize=(b"relaxed", b"relaxed"),
        include_headers=names,
    )
    return signature + raw


@cache
def _key(path: Path) -> bytes:
    return path.read_bytes()
