"""What a way of seeing each other has to offer: one interface for all, so that pages and calls know none by name."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from sessions.video import Way


class Kind(StrEnum):
    """How a page shows a call: by itself, in a frame, as a link, as a stream."""

    NATIVE = "native"
    FRAME = "frame"
    LINK = "link"
    STREAM = "stream"


class Part(StrEnum):
    """What somebody may do in a call."""

    HOST = "host"
    SPEAKER = "speaker"
    VIEWER = "viewer"


@dataclass(frozen=True)
class Caps:
    """What a way can do. `most_speakers` send, `most_viewers` only watch; `can_end` and `can_remove` say whether the
    engine puts people out by force: between browsers each has to hang up by itself."""

    kind: Kind
    most_speakers: int
    most_viewers: int = 0
    can_end: bool = False
    can_remove: bool = False
    needs_relay: bool = False


@dataclass(frozen=True)
class Origins:
    """What a page with a call has to allow: sites for frames, scripts, connections and media, and whether camera and
    microphone are used."""

    frames: tuple[str, ...] = ()
    scripts: tuple[str, ...] = ()
    connections: tuple[str, ...] = ()
    media: tuple[str, ...] = ()
    uses_devices: bool = False


@dataclass(frozen=True)
class RoomSpec:
    """The room that a call is to have. `name` cannot be guessed and says nothing about who meets; `link` is what the
    participants brought."""

    name: str
    closes: datetime
    seats: int = 4
    link: str = ""


@dataclass(frozen=True)
class Guest:
    """Somebody who comes into a call: an id that means nothing elsewhere, the name to show, and what they may do."""

    id: str
    name: str
    part: Part = Part.SPEAKER


@dataclass(frozen=True)
class Ticket:
    """What one person's page needs to come in. Never kept, never logged, good for minutes. `allow` is the frame's."""

    kind: Kind
    url: str = ""
    token: str = ""
    allow: str = ""
    new_tab: str = ""


@dataclass(frozen=True)
class Health:
    """Whether an engine answers, and what it said if not, in a word for operators."""

    good: bool
    said: str = ""


class EngineFailed(Exception):
    """An engine did not do what it was asked for; the message is for operators and holds no secrets."""


class Provider(Protocol):
    """One way of seeing each other. Every method may raise EngineFailed; then everybody is switched to the next way."""

    way: Way
    caps: Caps

    async def ensure_room(self, spec: RoomSpec) -> None:
        """Have the room there; twice is once."""

    async def ticket(self, spec: RoomSpec, guest: Guest) -> Ticket:
        """Let somebody in."""

    async def end(self, spec: RoomSpec) -> None:
        """End the call for all, as far as the engine can."""

    async def remove(self, spec: RoomSpec, guest_id: str) -> bool:
        """Put somebody out by force; False where the engine cannot."""

    async def health(self) -> Health:
        """Whether the engine answers."""

    def origins(self) -> Origins:
        """What a page has to allow, from the settings alone."""
