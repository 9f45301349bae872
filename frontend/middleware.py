"""What stands before every page, as pure ASGI: request ids, hosts, origins, sizes, pace, headers, logs."""

import hashlib
import secrets
import time
from collections import OrderedDict
from urllib.parse import urlsplit

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from events.core import clock
from events.core.addresses import client_address
from events.core.journal import request_id
from events.core.settings import LOOPBACK, settings
from frontend.cookies import GUEST, HALL, SIGN_IN, cookie_name
from frontend.errors import plain_problem

log = structlog.get_logger("folkmoot.request")

SAFE = {"GET", "HEAD", "OPTIONS"}
ONE_CLICK = "/letters/stop/"
OPEN_TO_ANY_HOST = {"/healthz", "/readyz"}
SMALL_BODY = 512 * 1024
MOST_FILES = 10
PACE = 5.0  # unsafe requests per second and browser at an address, after a burst
BURST = 120
# Of all browsers at an address together: a hall full of people has one, and they vote and react at the same time.
HALL_PACE = 100.0
HALL_BURST = 1000

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'{socket}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)


def headers_for_all() -> dict[str, str]:
    """The headers of every answer, errors and files included."""
    public = urlsplit(settings().public_url)
    socket = f" {'wss' if settings().https else 'ws'}://{public.netloc}"
    found = {
        "content-security-policy": CSP.format(socket=socket),
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "x-frame-options": "DENY",
        "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=()",
    }
    if settings().https:
        found["strict-transport-security"] = "max-age=31536000; includeSubDomains"
    return found


def headers_for_frames() -> dict[str, str]:
    """The headers of a page that may stand in a frame on any site: it runs nothing, sends nothing and asks nobody. A
    header named with nothing in it is left out of the answer."""
    return {
        "content-security-policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "form-action 'none'; base-uri 'none'; frame-ancestors *",
        "x-frame-options": "",
        "cross-origin-resource-policy": "cross-origin",
        "x-robots-tag": "noindex",
        "cache-control": "public, max-age=60",
    }


class Doorkeeper:
    """One pass over each request: names it, refuses what no page should see, and adds the headers of all answers."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.paces: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self.halls: OrderedDict[str, tuple[float, float]] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        name = secrets.token_hex(8)
        request_id.set(name)
        clock.note_asked()
        started, status = time.perf_counter(), 500
        extra = headers_for_all()

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for key, value in extra.items():
                    if not headers.setdefault(key, value):
                        del headers[key]
                headers["x-request-id"] = name
            await send(message)

        try:
            refusal = self._refusal(scope)
            if refusal is not None:
                await refusal(scope, receive, answer)
            else:
                await self.app(scope, _bounded(scope, receive), answer)
        finally:
            _note(scope, name, status, time.perf_counter() - started)

    def _refusal(self, scope: Scope) -> ASGIApp | None:
        headers = Headers(scope=scope)
        path = scope["path"]
        if path not in OPEN_TO_ANY_HOST and not known_host(headers.get("host", "")):
            return PlainTextResponse("This host name is not ours.", 400)
        if "\0" in path or b"%00" in scope["query_string"] or any(0xD800 <= ord(letter) < 0xE000 for letter in path):
            return PlainTextResponse("This address cannot be read.", 400)
        if _too_large(scope, headers):
            return plain_problem(413)
        if scope["method"] in SAFE:
            return None
        if not from_our_pages(headers) and not by_a_mail_program(path, headers):
            return plain_problem(403)
        address = address_of(scope)
        browser = hashlib.sha256(browser_of(headers).encode()).hexdigest()[:16]
        # Both are counted. A browser that makes cookies up gets past the first and not past the second.
        fast = self._too_fast(self.paces, f"{address} {browser}", PACE, BURST)
        all_fast = self._too_fast(self.halls, address, HALL_PACE, HALL_BURST)
        return plain_problem(429) if fast or all_fast else None

    def _too_fast(self, paces: OrderedDict[str, tuple[float, float]], who: str, pace: float, burst: float) -> bool:
        now = time.monotonic()
        tokens, last = paces.pop(who, (float(burst), now))
        tokens = min(float(burst), tokens + (now - last) * pace)
        paces[who] = (max(0.0, tokens - 1), now)
        if len(paces) > 10_000:
            paces.popitem(last=False)
        return tokens < 1


def browser_of(headers: Headers) -> str:
    """What tells browsers at one address apart: their sign-in, or their place as a guest; "" for all others."""
    cookies = cookie_parser(headers.get("cookie", "")) if "cookie" in headers else {}
    return next((cookies[cookie_name(one)] for one in (SIGN_IN, GUEST, HALL) if cookies.get(cookie_name(one))), "")


def known_host(host: str) -> bool:
    """Whether a Host header names us: the public host, or loopback when that is where we are."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:  # such as '['
        return False
    return name == settings().public_host or (settings().public_host in LOOPBACK and name in LOOPBACK)


def from_our_pages(headers: Headers) -> bool:
    """Whether an unsafe request comes from a page of ours: by Sec-Fetch-Site, else by Origin."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    return headers.get("origin", "").rstrip("/") == settings().public_url.rstrip("/")


def by_a_mail_program(path: str, headers: Headers) -> bool:
    """Whether a mail program stops letters for its reader (RFC 8058): it brings nothing of a browser along, and the
    signed address says all."""
    return path.startswith(ONE_CLICK) and not any(headers.get(name) for name in ("origin", "sec-fetch-site", "cookie"))


def address_of(scope: Scope) -> str:
    """The network address of whoever asks."""
    headers = Headers(scope=scope)
    peer = (scope.get("client") or ("", 0))[0]
    return client_address(peer, headers.get("x-forwarded-for", ""), settings().trusted_proxies)


def most_bytes(content_type: str) -> int:
    """How large a body may be: forms with files carry ten of them at most, others are small."""
    if content_type.startswith("multipart/form-data"):
        return settings().upload_limit * 3 + SMALL_BODY
    return SMALL_BODY


def _too_large(scope: Scope, headers: Headers) -> bool:
    length = headers.get("content-length", "0")
    return not length.isdigit() or int(length) > most_bytes(headers.get("content-type", ""))


def _bounded(scope: Scope, receive: Receive) -> Receive:
    left = most_bytes(Headers(scope=scope).get("content-type", ""))

    async def bounded() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            return {"type": "http.disconnect"}
        return message

    return bounded


def _note(scope: Scope, name: str, status: int, seconds: float) -> None:
    path = scope["path"]
    if path.startswith("/static/") or path in OPEN_TO_ANY_HOST:
        return
    route = scope.get("route")
    # The pattern, not the path: links to sign in and feeds hold secrets.
    pattern = getattr(route, "path", "-")
    log.info("request", id=name, method=scope["method"], route=pattern, status=status, ms=round(seconds * 1000, 1))
