"""Random tokens, stored as hashes: single use or revocable, for one purpose each."""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from typing import Any, cast

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import CursorResult, update
from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.columns import moment
from events.core.database import Database
from events.core.settings import settings


class Token(SQLModel, table=True):
    """A token somebody was given; we keep only its hash."""

    id: int | None = Field(default=None, primary_key=True)
    digest: str = Field(max_length=64, unique=True)
    purpose: str = Field(max_length=40)
    subject_id: int = Field(index=True)
    bound_to: str = Field(default="", max_length=64)
    made_at: datetime = moment()
    expires_at: datetime | None = moment(default=None, nullable=True)
    used_at: datetime | None = moment(default=None, nullable=True)
    revoked_at: datetime | None = moment(default=None, nullable=True)


def digest(plain: str) -> str:
    """What we keep of a random text of 256 bits: its SHA-256, in hex."""
    return hashlib.sha256(plain.encode()).hexdigest()


def new_token() -> str:
    """256 random bits for an address or a cookie."""
    return secrets.token_urlsafe(32)


def issue(db: Database, purpose: str, subject_id: int, *, lasts: timedelta | None = None, bound_to: str = "") -> str:
    """Give out a token; the answer is the only time it is seen. `bound_to` is the hash of a browser's cookie."""
    plain = new_token()
    made = clock.now()
    db.add(
        Token(
            digest=digest(plain),
            purpose=purpose,
            subject_id=subject_id,
            bound_to=bound_to,
            made_at=made,
            expires_at=made + lasts if lasts else None,
        )
    )
    return plain


def find_token(db: Database, purpose: str, plain: str) -> Token | None:
    """The token if it can still be used: for this purpose, unused, not revoked, not expired."""
    found = db.exec(select(Token).where(Token.digest == digest(plain), Token.purpose == purpose)).first()
    if found is None or found.used_at or found.revoked_at:
        return None
    return None if found.expires_at and found.expires_at <= clock.now() else found


def spend(db: Database, token: Token) -> bool:
    """Use a token up; False if somebody else was faster."""
    used = db.execute(
        update(Token).where(col(Token.id) == token.id, col(Token.used_at).is_(None)).values(used_at=clock.now())
    )
    return cast("CursorResult[Any]", used).rowcount == 1  # an UPDATE always answers with a cursor


def key_for(purpose: str) -> bytes:
    """32 bytes derived from the secret for one purpose (HKDF, RFC 5869)."""
    secret = settings().secret.get_secret_value().encode()
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(secret)


def signature(purpose: str, text: str) -> str:
    """A text's HMAC for one purpose, in hex."""
    return hmac.new(key_for(purpose), text.encode(), hashlib.sha256).hexdigest()


def same(one: str, other: str) -> bool:
    """Compare secrets without telling by time where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())


def seal_bytes(purpose: str, plain: bytes) -> bytes:
    """Encrypt what must not be readable in the database alone, such as a letter with a sign-in link."""
    return Fernet(urlsafe_b64encode(key_for(purpose))).encrypt(plain)


def open_bytes(purpose: str, closed: bytes) -> bytes:
    """What `seal_bytes` closed."""
    return Fernet(urlsafe_b64encode(key_for(purpose))).decrypt(closed)
