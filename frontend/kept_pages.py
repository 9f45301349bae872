"""Whole pages, kept as they were written for one person, for as long as nothing has happened.

A page that says `kept=True` shows nothing but what facts, the minute and its address decide. It is answered before any
other work: one statement asks whether a fact was added since. Its forms get new keys each time, so that two tabs never
send the same form.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import anyio.to_thread
from starlette.requests import Request, cookie_parser
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from events.core import clock
from events.core.journal import facts_version
from frontend.cookies import FLASH, SIGN_IN, cookie_name
from frontend.form_keys import new_key, written_keys

MOST_BYTES = 16 * 1024 * 1024

Key = tuple[str, bytes, str, int]


@dataclass(frozen=True)
class KeptPage:
    """A page in the pieces between the keys of its forms, and which facts it knows of."""

    version: int
    headers: list[tuple[bytes, bytes]]
    pieces: tuple[bytes, ...]
    route: Any

    @property
    def size(self) -> int:
        return sum(map(len, self.pieces))

    def body(self) -> bytes:
        """The page with new keys in its forms, as long as the old ones."""
        if len(self.pieces) == 1:
            return self.pieces[0]
        return b"".join([piece + new_key().encode() for piece in self.pieces[:-1]]) + self.pieces[-1]


class KeptPages:
    """Answers with pages that were kept, and passes on what it does not hold."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._kept: OrderedDict[Key, KeptPage] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        key = _key(scope)
        if key is not None:
            found = self._find(key)
            if found is not None and found.version == await anyio.to_thread.run_sync(facts_version):
                scope["route"] = found.route
                body = found.body()
                await send({"type": "http.response.start", "status": 200, "headers": list(found.headers)})
                await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
                return
            scope["keep"] = _Keeper(self, key)
        await self.app(scope, receive, send)

    def _find(self, key: Key) -> KeptPage | None:
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def keep(self, key: Key, page: KeptPage) -> None:
        """Keep a page; those that nobody has asked for the longest make room."""
        with self._lock:
            before = self._kept.pop(key, None)
            self._kept[key] = page
            self._bytes += page.size - (before.size if before else 0)
            while self._bytes > MOST_BYTES and self._kept:
                _key_of_it, oldest = self._kept.popitem(last=False)
                self._bytes -= oldest.size

    def forget(self) -> None:
        """Keep none any more; for measuring."""
        with self._lock:
            self._kept.clear()
            self._bytes = 0


@dataclass(frozen=True)
class _Keeper:
    pages: KeptPages
    key: Key


def keep_page(request: Request, version: int, response: Response) -> None:
    """Keep what was answered. `version` was asked before anything that stands on the page."""
    keeper: _Keeper | None = request.scope.get("keep")
    if keeper is None or response.status_code != 200 or b"set-cookie" in dict(response.raw_headers):
        return
    pieces, rest = [], bytes(response.body)
    for key in written_keys():
        piece, found, rest = rest.partition(key.encode())
        if not found:
            return
        pieces.append(piece)
    page = KeptPage(version, list(response.raw_headers), (*pieces, rest), request.scope.get("route"))
    keeper.pages.keep(keeper.key, page)


def _key(scope: Scope) -> Key | None:
    """What a kept page is found by; None for visitors, for what is no look, and while something is to be said once."""
    if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
        return None
    raw = next((value for name, value in scope["headers"] if name == b"cookie"), b"")
    if not raw:
        return None
    cookies = cookie_parser(raw.decode("latin-1"))
    sign_in = cookies.get(cookie_name(SIGN_IN))
    if not sign_in or cookies.get(cookie_name(FLASH)):
        return None
    return scope["path"], scope["query_string"], sign_in, int(clock.now().timestamp()) // 60
