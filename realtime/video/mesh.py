"""Directly from browser to browser: nothing to be asked of anybody but, where there is no direct way, of a relay.

The server carries offers and answers and cannot end what goes from browser to browser: every honest page hangs up by
itself. Where force is needed an engine is.
"""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from events.core import clock
from events.core.settings import settings
from realtime.video.provider import Caps, Guest, Health, Kind, Origins, RoomSpec, Ticket
from sessions.video import MOST_DIRECTLY, Way

# A relay cannot take a name back, so what has been given out is soon over; the page asks again while its visit stands.
GOOD_FOR = timedelta(minutes=5)
AFTER_THE_END = timedelta(minutes=1)
RELAYED = re.compile(r"\styp relay(\s|$)")


class Mesh:
    """Browser to browser, for two to four."""

    way = Way.MESH
    caps = Caps(Kind.NATIVE, most_speakers=MOST_DIRECTLY, needs_relay=True)

    async def ensure_room(self, spec: RoomSpec) -> None:
        """There is none to be made."""

    async def ticket(self, spec: RoomSpec, guest: Guest) -> Ticket:
        """The page needs nothing beyond its visit."""
        return Ticket(Kind.NATIVE)

    async def end(self, spec: RoomSpec) -> None:
        """Pages hang up by themselves."""

    async def remove(self, spec: RoomSpec, guest_id: str) -> bool:
        """Nobody can be put out by force."""
        return False

    async def health(self) -> Health:
        """Nothing that could fail is asked here."""
        return Health(True)

    def origins(self) -> Origins:
        """Camera and microphone on our own page."""
        return Origins(uses_devices=True)


@dataclass(frozen=True)
class Credential:
    """A name and a password at the relay, good until `until`."""

    username: str
    password: str
    until: datetime


def credential_for(visit: str, closes: datetime) -> Credential:
    """What a TURN server with a shared secret takes (draft-uberti-behave-turn-rest): good for five minutes, until one
    minute after the hard end at most. It names the visit, so that the relay's logs lead to nobody without our
    database."""
    until = min(closes + AFTER_THE_END, clock.now() + GOOD_FOR)
    username = f"{int(until.timestamp())}:{visit}"
    secret = settings().turn_secrets[0].get_secret_value().encode()
    digest = hmac.new(secret, username.encode(), hashlib.sha1).digest()
    return Credential(username, base64.b64encode(digest).decode(), until)


def ice_servers(visit: str, closes: datetime) -> list[dict[str, Any]]:
    """What a browser is given to find ways: our STUN and TURN servers, none of anybody else's."""
    found: list[dict[str, Any]] = []
    if settings().stun_urls:
        found.append({"urls": list(settings().stun_urls)})
    if settings().turn_urls and settings().turn_secrets:
        one = credential_for(visit, closes)
        found.append({"urls": list(settings().turn_urls), "username": one.username, "credential": one.password})
    return found


def good_for(closes: datetime) -> int:
    """After how many seconds a page has to ask for its servers anew; 0 where nothing in them ends."""
    if not (settings().turn_urls and settings().turn_secrets):
        return 0
    return max(1, int((credential_for("", closes).until - clock.now()).total_seconds()))


def is_relayed(candidate: str) -> bool:
    """Whether an ICE candidate goes through a relay; the empty one, which says that there are no more, does no harm."""
    return not candidate or RELAYED.search(candidate) is not None


def only_relayed(sdp: str) -> str:
    """A session description without any candidate that would show a network address."""
    lines = sdp.split("\r\n")
    return "\r\n".join(line for line in lines if not line.startswith("a=candidate") or is_relayed(line))
