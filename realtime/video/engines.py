"""Engines that others run for us: LiveKit, Jitsi Meet, BigBlueButton. Each lets people in by a signed ticket of ours.

They are tested against their contracts, with servers that answer as the documents of each say; none has been run live.
"""

import asyncio
import base64
import hashlib
import hmac
import json
from typing import Any
from urllib.error import URLError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import Request, urlopen
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import ParseError, fromstring

from events.core import clock
from events.core.settings import settings
from realtime.video.provider import Caps, EngineFailed, Guest, Health, Kind, Origins, Part, RoomSpec, Ticket
from sessions.video import Way

PATIENCE = 5.0
LARGEST_ANSWER = 1_000_000
FIRST_USE = 600
AFTER_THE_END = 300


def origin_of(url: str) -> str:
    """Scheme, host and port of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def allow_of(url: str) -> str:
    """What the frame of an engine may use, named for its own site."""
    site = origin_of(url)
    return f"camera {site}; microphone {site}; display-capture {site}; fullscreen {site}"


def signed_token(secret: str, claims: dict[str, Any]) -> str:
    """A JSON web token signed with HS256 (RFC 7519)."""

    def part(value: bytes) -> str:
        return base64.urlsafe_b64encode(value).rstrip(b"=").decode()

    body = ".".join(
        part(json.dumps(one, separators=(",", ":")).encode()) for one in ({"alg": "HS256", "typ": "JWT"}, claims)
    )
    return body + "." + part(hmac.new(secret.encode(), body.encode(), hashlib.sha256).digest())


async def fetch(request: Request | str) -> bytes:
    """What an engine answers; EngineFailed when it does not, or answers with an error."""

    def ask() -> bytes:
        with urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310 - the address is the operator's own setting
            content: bytes = answer.read(LARGEST_ANSWER)
            return content

    try:
        return await asyncio.to_thread(ask)
    except (URLError, OSError, ValueError) as error:
        raise EngineFailed(f"no answer: {type(error).__name__} {getattr(error, 'code', '')}".strip()) from error


def _now() -> int:
    return int(clock.now().timestamp())


class LiveKit:
    """LiveKit: rooms by its API (Twirp), people by tokens; shown by its own page in a frame."""

    way = Way.LIVEKIT
    caps = Caps(Kind.FRAME, most_speakers=50, most_viewers=3000, can_end=True, can_remove=True)

    async def ensure_room(self, spec: RoomSpec) -> None:
        """CreateRoom answers with the room that is there, too."""
        await self._call("CreateRoom", {"name": spec.name, "empty_timeout": 300, "max_participants": 50}, "roomCreate")

    async def ticket(self, spec: RoomSpec, guest: Guest) -> Ticket:
        """A token for one person and one room; identity and room say nothing about who they are."""
        speaks = guest.part is not Part.VIEWER
        grant = {
            "room": spec.name, "roomJoin": True, "canPublish": speaks, "canSubscribe": True, "canPublishData": speaks,
        }  # fmt: skip
        token = self._token({"video": grant, "sub": guest.id, "name": guest.name})
        server = settings().livekit_url.replace("http", "ws", 1)
        url = f"{settings().livekit_page}?{urlencode({'liveKitUrl': server, 'token': token})}"
        return Ticket(Kind.FRAME, url=url, allow=allow_of(url), new_tab=url)

    async def end(self, spec: RoomSpec) -> None:
        """DeleteRoom puts everybody out."""
        await self._call("DeleteRoom", {"room": spec.name}, "roomCreate")

    async def remove(self, spec: RoomSpec, guest_id: str) -> bool:
        """RemoveParticipant puts one out."""
        grant = {"room": spec.name, "identity": guest_id}
        await self._call("RemoveParticipant", grant, "roomAdmin", room=spec.name)
        return True

    async def health(self) -> Health:
        """Whether it answers."""
        try:
            await self._call("ListRooms", {"names": ["none"]}, "roomList")
        except EngineFailed as failure:
            return Health(False, str(failure))
        return Health(True)

    def origins(self) -> Origins:
        """The page in the frame speaks with LiveKit by itself."""
        return Origins(frames=(origin_of(settings().livekit_page),), uses_devices=True)

    def _token(self, claims: dict[str, Any]) -> str:
        times = {"iss": settings().livekit_key, "nbf": _now() - 10, "exp": _now() + FIRST_USE}
        return signed_token(settings().livekit_secret.get_secret_value(), times | claims)

    async def _call(self, method: str, body: dict[str, Any], grant: str, *, room: str = "") -> None:
        token = self._token({"video": {grant: True} | ({"room": room} if room else {}), "sub": "folkmoot"})
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        url = f"{settings().livekit_url.rstrip('/')}/twirp/livekit.RoomService/{method}"
        content = json.dumps(body).encode()
        await fetch(Request(url, content, headers, method="POST"))  # noqa: S310 - as above


class Jitsi:
    """Jitsi Meet of one's own: a room is there when the first one comes; a token names the room exactly."""

    way = Way.JITSI
    caps = Caps(Kind.FRAME, most_speakers=35)

    async def ensure_room(self, spec: RoomSpec) -> None:
        """It is made by whoever comes first."""

    async def ticket(self, spec: RoomSpec, guest: Guest) -> Ticket:
        """A token for one person and this room alone, as long as the meeting: it is asked for again after a break."""
        user = {"id": guest.id, "name": guest.name, "moderator": guest.part is Part.HOST}
        app = settings().jitsi_app
        claims = {
            "aud": app, "iss": app, "sub": urlsplit(settings().jitsi_url).hostname, "room": spec.name,
            "nbf": _now() - 10, "exp": int(spec.closes.timestamp()) + AFTER_THE_END, "context": {"user": user},
        }  # fmt: skip
        token = signed_token(settings().jitsi_secret.get_secret_value(), claims)
        url = f"{settings().jitsi_url.rstrip('/')}/{spec.name}?{urlencode({'jwt': token})}"
        framed = url + "#config.prejoinConfig.enabled=false&userInfo.displayName=" + quote(json.dumps(guest.name))
        return Ticket(Kind.FRAME, url=framed, allow=allow_of(url), new_tab=url)

    async def end(self, spec: RoomSpec) -> None:
        """The frame is taken away with the room; nobody new gets a token."""

    async def remove(self, spec: RoomSpec, guest_id: str) -> bool:
        """Only from inside, by a moderator."""
        return False

    async def health(self) -> Health:
        """Whether its page answers."""
        try:
            await fetch(settings().jitsi_url)
        except EngineFailed as failure:
            return Health(False, str(failure))
        return Health(True)

    def origins(self) -> Origins:
        """Jitsi's own page in a frame."""
        return Origins(frames=(origin_of(settings().jitsi_url),), uses_devices=True)


class BigBlueButton:
    """BigBlueButton: rooms and tickets by its API, each call signed with the shared secret."""

    way = Way.BBB
    caps = Caps(Kind.FRAME, most_speakers=25, most_viewers=100, can_end=True)

    async def ensure_room(self, spec: RoomSpec) -> None:
        """`create` answers with the meeting that is there, too, as long as it is asked in the same words."""
        minutes = max(1, -(-int((spec.closes - clock.now()).total_seconds()) // 60))
        wanted = {
            "meetingID": spec.name, "name": "Folkmoot", "attendeePW": _password(spec, "a"),
            "moderatorPW": _password(spec, "m"), "duration": str(minutes), "record": "false",
            "guestPolicy": "ALWAYS_ACCEPT", "meetingKeepEvents": "false",
        }  # fmt: skip
        await self._call("create", wanted, allowed="idNotUnique")

    async def ticket(self, spec: RoomSpec, guest: Guest) -> Ticket:
        """A signed address for one person; names are shown inside only."""
        wanted = {
            "meetingID": spec.name, "fullName": guest.name, "userID": guest.id, "redirect": "true",
            "password": _password(spec, "m" if guest.part is Part.HOST else "a"),
        }  # fmt: skip
        url = signed_call("join", wanted)
        return Ticket(Kind.FRAME, url=url, allow=allow_of(url), new_tab=url)

    async def end(self, spec: RoomSpec) -> None:
        """`end` puts everybody out."""
        wanted = {"meetingID": spec.name, "password": _password(spec, "m")}
        await self._call("end", wanted, allowed="notFound")

    async def remove(self, spec: RoomSpec, guest_id: str) -> bool:
        """Only from inside, by a moderator."""
        return False

    async def health(self) -> Health:
        """Whether it answers and knows our secret."""
        try:
            await self._call("getMeetings", {})
        except EngineFailed as failure:
            return Health(False, str(failure))
        return Health(True)

    def origins(self) -> Origins:
        """BigBlueButton's own page in a frame."""
        return Origins(frames=(origin_of(settings().bbb_url),), uses_devices=True)

    async def _call(self, name: str, wanted: dict[str, str], *, allowed: str = "") -> None:
        answer = await fetch(signed_call(name, wanted))
        try:
            found: Element = fromstring(answer)
        except ParseError as error:
            raise EngineFailed(f"bigbluebutton answered {name} with no XML") from error
        if found.findtext("returncode") != "SUCCESS" and found.findtext("messageKey") != allowed:
            raise EngineFailed(f"bigbluebutton refused {name}: {found.findtext('messageKey')}")


def signed_call(name: str, wanted: dict[str, str]) -> str:
    """The address of one call of BigBlueButton's API, with its checksum over name, query and secret."""
    query = urlencode(wanted)
    secret = settings().bbb_secret.get_secret_value()
    checksum = hashlib.sha256(f"{name}{query}{secret}".encode()).hexdigest()
    return f"{settings().bbb_url.rstrip('/')}/api/{name}?{query}{'&' if query else ''}checksum={checksum}"


def _password(spec: RoomSpec, part: str) -> str:
    secret = settings().bbb_secret.get_secret_value().encode()
    return hmac.new(secret, f"{part} {spec.name}".encode(), hashlib.sha256).hexdigest()[:24]
