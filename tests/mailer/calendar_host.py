"""A web server on loopback that answers as calendars and attackers do, and a small network around it."""

import gzip
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from mailer.fetching import Outside

PUBLIC = "93.184.216.34"
Answer = Callable[[socket.socket, str], None]


def ok(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def says(raw: bytes) -> Answer:
    return lambda sock, _asked: sock.sendall(raw)


def endless(sock: socket.socket, _asked: str) -> None:
    sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR\r\n")
    while True:
        sock.sendall(b"X-LINE:" + b"x" * 60_000 + b"\r\n")


def dripping(sock: socket.socket, _asked: str) -> None:
    sock.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not threading.Event().wait(0.02):
        sock.sendall(b"x")


def bomb() -> bytes:
    return ok(gzip.compress(b"BEGIN:VCALENDAR\r\n" + bytes(50_000_000)), "Content-Encoding: gzip")


@dataclass
class Host:
    """Answers every request with `answer`; `asked` is what it was asked, head by head."""

    port: int = 0
    answer: Answer = lambda sock, _asked: sock.sendall(ok(b""))
    asked: list[str] = field(default_factory=list)
    tls: ssl.SSLContext | None = None

    def serve(self, server: socket.socket) -> None:
        with suppress(OSError):
            while True:
                sock, _address = server.accept()
                threading.Thread(target=self._one, args=(sock,), daemon=True).start()

    def _one(self, sock: socket.socket) -> None:
        with suppress(OSError), self.tls.wrap_socket(sock, server_side=True) if self.tls else sock as sock:
            head = b""
            while b"\r\n\r\n" not in head and (piece := sock.recv(65536)):
                head += piece
            self.asked.append(head.decode("latin-1"))
            self.answer(sock, head.decode("latin-1"))


def certificate_for(name: str, folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """What a server shows that proves to be `name`, and what a client has that believes it."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder().subject_name(who).issuer_name(who).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1)).not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False).sign(key, SHA256())
    )  # fmt: skip
    pem = folder / "host.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    pem.write_bytes(secret + made.public_bytes(Encoding.PEM))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pem)
    client = ssl.create_default_context()
    client.load_verify_locations(cadata=made.public_bytes(Encoding.PEM).decode())
    return server, client


@contextmanager
def calendar_host() -> Iterator[Host]:
    """A host that listens while the block runs."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        host = Host(server.getsockname()[1])
        thread = threading.Thread(target=host.serve, args=(server,), daemon=True)
        thread.start()
        yield host
        server.shutdown(socket.SHUT_RDWR)
        thread.join(5)


@dataclass
class Network:
    """Names and what they mean, one meaning after the other; connections to PUBLIC arrive at `host`, others nowhere."""

    host: Host
    names: dict[str, list[list[str]]] = field(default_factory=dict)
    resolved: list[str] = field(default_factory=list)
    reached: list[str] = field(default_factory=list)

    def resolve(self, name: str, _port: int) -> list[str]:
        self.resolved.append(name)
        meanings = self.names.get(name, [[]])
        return meanings.pop(0) if len(meanings) > 1 else meanings[0]

    def connect(self, address: str, _port: int) -> socket.socket:
        self.reached.append(address)
        if address != PUBLIC:
            raise ConnectionRefusedError
        return socket.create_connection(("127.0.0.1", self.host.port), timeout=2)

    def outside(self, *, seconds: float = 5.0, tls: ssl.SSLContext | None = None) -> Outside:
        return Outside(self.resolve, self.connect, tls or ssl.create_default_context(), seconds)
