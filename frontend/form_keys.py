"""What forms carry against forgery and against being sent twice: the token of the browser, and a key of their own."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

# What stands in the place of a token or key while a part is written that will be used on many pages. Nobody can
# call themselves so: it is drawn anew by each process.
HOLE = secrets.token_hex(12)
TOKEN_HOLE, KEY_HOLE = f"{HOLE}-token", f"{HOLE}-key"

_token: ContextVar[str] = ContextVar("form_token", default="")
_written: ContextVar[list[str] | None] = ContextVar("written_keys", default=None)
_holes: ContextVar[bool] = ContextVar("leaving_holes", default=False)


def set_form_token(token: str) -> None:
    """What the forms of the page that is being written carry; macros are made once and know no page."""
    _token.set(token)


def form_token() -> str:
    """The token of the browser that the page is written for."""
    return TOKEN_HOLE if _holes.get() else _token.get()


def new_key() -> str:
    """A key for one form, always 24 letters long: the same form sent twice has one effect."""
    if _holes.get():
        return KEY_HOLE
    key = secrets.token_urlsafe(18)
    if (written := _written.get()) is not None:
        written.append(key)
    return key


@contextmanager
def leaving_holes() -> Iterator[None]:
    """Write forms with holes for their tokens and keys, to be filled on each page."""
    before = _holes.set(True)
    try:
        yield
    finally:
        _holes.reset(before)


def note_keys() -> None:
    """Remember from now on, in this request, which keys are written."""
    _written.set([])


def written_keys() -> list[str]:
    """The keys that were written since `note_keys`, in the order of the page."""
    return _written.get() or []
