"""Fetching: a file from an address that somebody typed, without being led to where only we can go.

A name is resolved once; every address it has must be public, and the connection goes to the one that was checked, so
that a name cannot mean another place a moment later. Each redirect is checked in the same way. TLS proves the name.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
import zlib
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

from events.core.refusals import Invalid
from events.core.settings import settings
from sessions.own_calendars import CalendarTrouble, clean_calendar_address

STEP_SECONDS, ALL_SECONDS = 5.0, 10.0
MOST_BYTES = 2_000_000
MOST_REDIRECTS = 3
PIECE = 65_536
# Addresses that count as global and lead into other networks, such as by translation (RFC 6052, 3056, 4380).
DETOURS = tuple(
    ipaddress.ip_network(one)
    for one in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "192.0.0.0/24", "::ffff:0:0/96", "::/96")
)
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class NotRead(Exception):
    """Nothing could be read; `trouble` says why, `detail` is for operators."""

    def __init__(self, trouble: CalendarTrouble, detail: str = "") -> None:
        super().__init__(f"{trouble.value}: {detail}")
        self.trouble = trouble


@dataclass(frozen=True)
class Fetched:
    """What was found; `content` is None where it is what it was."""

    content: bytes | None
    etag: str = ""
    last_modified: str = ""


def addresses_of(host: str, port: int) -> list[str]:
    """Every address that a name has; the resolver is given up when it takes too long."""
    found: list[str] = []

    def ask() -> None:
        with suppress(OSError, UnicodeError):
            found.extend(str(row[4][0]) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(STEP_SECONDS)
    return list(found)


def connected(address: str, port: int) -> socket.socket:
    """A connection to an address, which is no name and is resolved no more."""
    return socket.create_connection((address, port), timeout=STEP_SECONDS)


@dataclass(frozen=True)
class Outside:
    """How names are resolved and addresses reached."""

    resolve: Callable[[str, int], list[str]] = addresses_of
    connect: Callable[[str, int], socket.socket] = connected
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    seconds: float = ALL_SECONDS


def is_public(address: str) -> bool:
    """Whether anybody may reach an address: it is not private, local or reserved, and leads to none that is."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if not found.is_global or found.is_multicast or found.is_reserved or found.is_unspecified:
        return False
    return not any(found in net for net in DETOURS if net.version == found.version)


def fetch(address: str, *, etag: str = "", last_modified: str = "", outside: Outside | None = None) -> Fetched:
    """The file at an address, at most 2 MB of it within ten seconds; raises NotRead where that cannot be.

    Follows three redirects. The answer is never shown to anybody, and errors tell nothing about places that are not
    public: a name that leads there is as unreachable as one that does not exist.
    """
    way = outside or Outside()
    conditions = {"If-None-Match": etag} if etag else {"If-Modified-Since": last_modified} if last_modified else {}
    deadline = _Deadline(way.seconds)
    with deadline:
        for _step in range(MOST_REDIRECTS + 1):
            found = _one_step(address, conditions, way, deadline)
            if deadline.over:  # what was shut off looks like what has ended
                raise NotRead(CalendarTrouble.TOO_SLOW)
            if isinstance(found, Fetched):
                return found
            address = found
    raise NotRead(CalendarTrouble.BROKEN, "too many redirects")


@dataclass
class _Deadline:
    """Shuts the open socket when the time is over, so that no drop by drop goes on for ever."""

    seconds: float
    over: bool = False
    _sock: socket.socket | None = None
    _timer: threading.Timer | None = None

    def __enter__(self) -> None:
        self._timer = threading.Timer(self.seconds, self._shut)
        self._timer.daemon = True
        self._timer.start()

    def __exit__(self, *_error: object) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def watch(self, sock: socket.socket) -> None:
        self._sock = sock
        if self.over:
            self._shut()

    def _shut(self) -> None:
        self.over = True
        if self._sock is not None:
            with suppress(OSError):
                self._sock.shutdown(socket.SHUT_RDWR)


class _Connection(http.client.HTTPConnection):
    """A connection that exists already."""

    def __init__(self, sock: socket.socket, host: str, port: int) -> None:
        super().__init__(host, port)
        self.sock = sock

    def connect(self) -> None:
        raise OSError("the connection is gone")


def _one_step(address: str, conditions: dict[str, str], way: Outside, deadline: _Deadline) -> Fetched | str:
    try:
        plain, host = clean_calendar_address(address)
    except Invalid as refused:
        raise NotRead(CalendarTrouble.UNREACHABLE, "no address that is read") from refused
    try:
        with closing(_reached(plain, host, way, deadline)) as sock:
            return _asked(sock, plain, host, conditions)
    except NotRead:
        raise
    except (OSError, http.client.HTTPException, ValueError) as error:
        slow = deadline.over or isinstance(error, TimeoutError)
        trouble = CalendarTrouble.TOO_SLOW if slow else CalendarTrouble.UNREACHABLE
        raise NotRead(trouble, type(error).__name__) from error


def _reached(plain: str, host: str, way: Outside, deadline: _Deadline) -> socket.socket:
    parts = urlsplit(plain)
    secure = parts.scheme.lower() == "https"
    port = parts.port or (443 if secure else 80)
    inside = host in settings().calendar_hosts
    addresses = way.resolve(host, port)
    if not addresses or not (inside or all(is_public(one) for one in addresses)):
        raise NotRead(CalendarTrouble.UNREACHABLE, "no address, or none that is public")
    sock = way.connect(addresses[0], port)
    try:
        deadline.watch(sock)
        if not secure:
            return sock
        wrapped = way.tls.wrap_socket(sock, server_hostname=host, do_handshake_on_connect=False)
        deadline.watch(wrapped)
        wrapped.do_handshake()
    except BaseException:
        sock.close()
        raise
    return wrapped


def _asked(sock: socket.socket, plain: str, host: str, conditions: dict[str, str]) -> Fetched | str:
    parts = urlsplit(plain)
    connection = _Connection(sock, host, parts.port or (443 if parts.scheme.lower() == "https" else 80))
    headers = {
        "Accept": "text/calendar, */*;q=0.1",
        "Accept-Encoding": "identity",
        "User-Agent": "Folkmoot (reads busy times for its owner)",
        "Connection": "close",
        **conditions,
    }
    connection.request("GET", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), headers=headers)
    response = connection.getresponse()
    if response.status in _REDIRECTS and response.getheader("Location"):
        return urljoin(plain, str(response.getheader("Location")))
    if response.status == 304:
        return Fetched(None)
    if response.status != 200:
        refused = {401: CalendarTrouble.REFUSED, 403: CalendarTrouble.REFUSED}
        gone = {404: CalendarTrouble.GONE, 410: CalendarTrouble.GONE}
        raise NotRead({**refused, **gone}.get(response.status, CalendarTrouble.BROKEN), str(response.status))
    return Fetched(
        _content(response), _short(response.getheader("ETag"), 300), _short(response.getheader("Last-Modified"), 100)
    )


def _short(value: str | None, most: int) -> str:
    # A longer one is no loss: the file is read in full each time.
    return value if value is not None and len(value) <= most and value.isprintable() else ""


def _content(response: http.client.HTTPResponse) -> bytes:
    """The body, unpacked piece by piece, so that a small one that unpacks to gigabytes is left at 2 MB."""
    packed = (response.getheader("Content-Encoding") or "identity").strip().lower()
    if packed not in {"identity", "gzip", "x-gzip", "deflate"}:
        raise NotRead(CalendarTrouble.BROKEN, "an encoding that was not asked for")
    unpack: Any = None if packed == "identity" else zlib.decompressobj(wbits=47)
    content, came = bytearray(), 0
    while piece := response.read1(PIECE):
        came += len(piece)
        try:
            content += unpack.decompress(piece, MOST_BYTES + 1 - len(content)) if unpack else piece
        except zlib.error as error:
            raise NotRead(CalendarTrouble.BROKEN, "cannot be unpacked") from error
        if max(came, len(content)) > MOST_BYTES or (unpack and unpack.unconsumed_tail):
            raise NotRead(CalendarTrouble.TOO_LARGE)
    if response.length:
        raise NotRead(CalendarTrouble.UNREACHABLE, "cut off")
    return bytes(content)
