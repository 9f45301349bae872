"""The keys of forms: the same form sent twice has one effect."""

import secrets
from contextvars import ContextVar

_written: ContextVar[list[str] | None] = ContextVar("written_keys", default=None)


def new_key() -> str:
    """A key for one form, always 24 letters long."""
    key = secrets.token_urlsafe(18)
    if (written := _written.get()) is not None:
        written.append(key)
    return key


def note_keys() -> None:
    """Remember from now on, in this request, which keys are written."""
    _written.set([])


def written_keys() -> list[str]:
    """The keys that were written since `note_keys`, in the order of the page."""
    return _written.get() or []
