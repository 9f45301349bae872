"""A TURN client of a few lines (RFC 5389, RFC 5766 over UDP): what a page's browser asks of a relay, by hand."""

import hashlib
import hmac
import os
import socket
import struct
from dataclasses import dataclass, field

COOKIE = 0x2112A442
ALLOCATE, REFRESH, PERMIT = 0x0003, 0x0004, 0x0008
USERNAME, INTEGRITY, ERROR, REALM, NONCE = 0x0006, 0x0008, 0x0009, 0x0014, 0x0015
LIFETIME, PEER, TRANSPORT = 0x000D, 0x0012, 0x0019
OK = 0


@dataclass
class TurnClient:
    """One socket that asks a relay, as somebody with a name and a password."""

    port: int
    username: str
    password: str
    realm: bytes = b""
    nonce: bytes = b""
    line: socket.socket = field(default_factory=lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM))

    def allocate(self) -> int:
        """Ask for an address at the relay: 0, or the number of the refusal."""
        return self._ask(ALLOCATE, {TRANSPORT: struct.pack("!I", 17 << 24)})

    def refresh(self, seconds: int = 600) -> int:
        """Ask to keep it for longer."""
        return self._ask(REFRESH, {LIFETIME: struct.pack("!I", seconds)})

    def permit(self, address: str) -> int:
        """Ask that somebody at an address be let through."""
        number = struct.unpack("!I", socket.inet_aton(address))[0] ^ COOKIE
        return self._ask(PERMIT, {PEER: struct.pack("!BBHI", 0, 1, 9 ^ (COOKIE >> 16), number)})

    def _ask(self, kind: int, wanted: dict[int, bytes]) -> int:
        code = 0
        for _try in range(3):  # the first answer names the realm and a nonce, a stale nonce is exchanged
            code, found = self._send(kind, wanted)
            self.realm, self.nonce = found.get(REALM, self.realm), found.get(NONCE, self.nonce)
            if code not in {401, 438} or NONCE not in found or (code == 401 and _try):
                return code
        return code

    def _send(self, kind: int, wanted: dict[int, bytes]) -> tuple[int, dict[int, bytes]]:
        number = os.urandom(12)
        body = b"".join(_attribute(*one) for one in wanted.items())
        if self.nonce:
            own = {USERNAME: self.username.encode(), REALM: self.realm, NONCE: self.nonce}
            body += b"".join(_attribute(*one) for one in own.items())
            key = hashlib.md5(f"{self.username}:{self.realm.decode()}:{self.password}".encode()).digest()  # noqa: S324 - so says the RFC
            head = struct.pack("!HHI", kind, len(body) + 24, COOKIE) + number
            body += _attribute(INTEGRITY, hmac.new(key, head + body, hashlib.sha1).digest())
        self.line.settimeout(5)
        self.line.sendto(struct.pack("!HHI", kind, len(body), COOKIE) + number + body, ("127.0.0.1", self.port))
        answer = self.line.recv(2000)
        found, at = {}, 20
        while at < len(answer):
            name, size = struct.unpack("!HH", answer[at : at + 4])
            found[name] = answer[at + 4 : at + 4 + size]
            at += 4 + size + -size % 4
        refused = found.get(ERROR)
        return (refused[2] * 100 + refused[3] if refused else OK), found


def _attribute(name: int, value: bytes) -> bytes:
    return struct.pack("!HH", name, len(value)) + value + bytes(-len(value) % 4)
