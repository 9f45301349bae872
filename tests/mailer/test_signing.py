"""Signing: what is sent carries a signature that others can check, over all that matters."""

import base64
import hashlib
import re

import dkim
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from events.core.settings import settings, use_settings
from mailer.rendering import message_bytes
from mailer.signing import signed
from tests.mailer.test_rendering import WITH_CALENDAR


def letter_bytes(**changed):
    return message_bytes(**{**WITH_CALENDAR, **changed})


@pytest.fixture(scope="module")
def key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem_of(key) -> bytes:
    """The file in which an operator keeps the key."""
    pem = (serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption())
    return key.private_bytes(*pem)


@pytest.fixture
def with_key(sqlite_url, key, tmp_path):
    path = tmp_path / "dkim.pem"
    path.write_bytes(pem_of(key))
    use_settings(**{**settings().model_dump(), "dkim_key": path, "dkim_selector": "s1"})


def published(key):
    """What the DNS would answer."""
    der = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return lambda _name, timeout=5: b"v=DKIM1; k=rsa; p=" + base64.b64encode(der)


def by_hand(raw: bytes, key) -> bool:
    """RFC 6376 section 6.1.3 in the plainest way, by another library."""
    head, _blank, body = raw.partition(b"\r\n\r\n")
    fields = re.split(rb"\r\n(?![ \t])", head)
    value = fields[0].partition(b":")[2]
    tags = dict(part.strip().split(b"=", 1) for part in re.sub(rb"\s+", b" ", value).split(b";") if part.strip())
    lines = [re.sub(rb"[ \t]+", b" ", line).rstrip(b" ") for line in body.split(b"\r\n")]
    tidy = re.sub(rb"(\r\n)*$", b"", b"\r\n".join(lines)) + b"\r\n"
    if base64.b64encode(hashlib.sha256(tidy).digest()) != tags[b"bh"].replace(b" ", b""):
        return False

    def relaxed(field):
        name, _colon, text = field.partition(b":")
        return name.lower().strip() + b":" + re.sub(rb"[ \t\r\n]+", b" ", text).strip()

    left = list(reversed(fields[1:]))
    said = b""
    for name in tags[b"h"].replace(b" ", b"").split(b":"):
        found = next((one for one in left if one.partition(b":")[0].strip().lower() == name), None)
        if found is not None:
            left.remove(found)
            said += relaxed(found) + b"\r\n"
    said += relaxed(re.sub(rb"b=[^;]*$", b"b=", fields[0]))
    key.public_key().verify(base64.b64decode(tags[b"b"].replace(b" ", b"")), said, padding.PKCS1v15(), hashes.SHA256())
    return True


@pytest.mark.usefixtures("with_key")
def test_a_letter_is_signed_so_that_two_programs_agree(key):
    raw = signed(letter_bytes())

    assert dkim.verify(raw, dnsfunc=published(key))
    assert by_hand(raw, key)


@pytest.mark.usefixtures("with_key")
@pytest.mark.parametrize(
    "changed",
    [
        lambda raw: raw.replace(b"Subject: ", b"Subject: Not ", 1),
        lambda raw: raw.replace(b"MIME-Version", b"Subject: another\r\nMIME-Version", 1),
        lambda raw: raw.replace(b"MIME-Version", b"Bcc: me@x.example\r\nReply-To: me@x.example\r\nMIME-Version", 1),
        lambda raw: raw + b"more\r\n",
        lambda raw: re.sub(rb"One-Click", b"No-Click", raw),
    ],
)
def test_whatever_is_changed_on_the_way_breaks_the_signature(key, changed):
    raw = signed(letter_bytes(list_unsubscribe="https://folkmoot.example/letters/off/1"))

    assert changed(raw) != raw
    assert not dkim.verify(changed(raw), dnsfunc=published(key))


def test_without_a_key_letters_leave_as_they_are(sqlite_url):
    assert signed(letter_bytes()) == letter_bytes()
