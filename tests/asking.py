"""Asks the application as a browser or an attacker would, without a server: each request from an address of its own."""

import itertools
from collections.abc import Mapping
from typing import Any

import httpx2
from starlette.types import ASGIApp

from events.core.settings import settings
from events.signin import form_token
from frontend.app import make_app
from frontend.cookies import GUEST, SIGN_IN, cookie_name
from frontend.web import forget_limiters

ADDRESSES = (f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}" for n in itertools.count(1))


class Asker:
    """The application and its door; make one per event loop."""

    def __init__(self, app: ASGIApp | None = None) -> None:
        forget_limiters()
        self.app = app or make_app()
        self.base = settings().public_url

    async def ask(
        self,
        method: str,
        path: str,
        *,
        cookie: str = "",
        guest: str = "",
        cookies: Mapping[str, str] | None = None,
        form: Mapping[str, Any] | None = None,
        files: Any = None,
        body: bytes | None = None,
        honest: bool = True,
        headers: Mapping[str, str] | None = None,
        address: str = "",
    ) -> httpx2.Response:
        """One request. An `honest` unsafe one carries our Origin and, with a sign-in cookie, its form token."""
        carried = dict(headers or {})
        jar = dict(cookies or {}) | ({SIGN_IN: cookie} if cookie else {}) | ({GUEST: guest} if guest else {})
        if jar:
            carried["cookie"] = "; ".join(f"{cookie_name(name)}={value}" for name, value in jar.items())
        fields = dict(form or {})
        if honest and method != "GET":
            carried.setdefault("origin", self.base)
            if cookie or guest:
                fields.setdefault("csrf_token", form_token(cookie or guest))
        unsafe = method not in {"GET", "HEAD"}
        content = {"content": body} if body is not None else {"data": fields, "files": files} if unsafe else {}
        request = httpx2.Request(method, self.base + path, headers=carried, **content)
        transport = httpx2.ASGITransport(self.app, raise_app_exceptions=False, client=(address or next(ADDRESSES), 1))
        response = await transport.handle_async_request(request)
        await response.aread()
        return response

    async def get(self, path: str, **options: Any) -> httpx2.Response:
        """A page."""
        return await self.ask("GET", path, **options)

    async def post(self, path: str, form: Mapping[str, Any] | None = None, **options: Any) -> httpx2.Response:
        """A form that is sent."""
        return await self.ask("POST", path, form=form, **options)
