"""Whose socket speaks for which visit to a call, how fast it may speak, and the way to sockets."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from realtime.call_rooms import Room
from realtime.guard import Bucket, Connection


@dataclass(frozen=True)
class Line:
    """The way to sockets: emit, and the channels that a socket is in."""

    emit: Callable[..., Awaitable[None]]
    enter: Callable[[str, str], Awaitable[None]]
    leave: Callable[[str, str], Awaitable[None]]


@dataclass(eq=False)
class Bound:
    """A visit and the socket that speaks for it, with how fast it may speak."""

    sid: str
    room: Room
    meeting: str
    visit: str
    person: int
    connection: Connection
    signals: Bucket = field(default_factory=lambda: Bucket(4, 120))
    # Through an engine one watches each of the others, fourteen in a review: twice as much, at half of a socket's pace.
    engine: Bucket = field(default_factory=lambda: Bucket(10, 240))
    letters: Bucket = field(default_factory=lambda: Bucket(5000, 300_000))
    shown: Bucket = field(default_factory=lambda: Bucket(1, 60))
    captions: Bucket = field(default_factory=lambda: Bucket(2, 60))
    servers: Bucket = field(default_factory=lambda: Bucket(1 / 60, 5))
    strikes: int = 0
