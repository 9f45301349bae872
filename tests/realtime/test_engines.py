"""Engines that others run, against servers that answer as their documents say. None was run live here.

LiveKit: docs.livekit.io, access tokens and RoomService (Twirp). Jitsi: tokens as prosody's token plugin of Jitsi Meet
reads them. BigBlueButton: docs.bigbluebutton.org, API and its checksum.
"""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from events.core import clock
from events.core.settings import settings, use_settings
from realtime.video.engines import BigBlueButton, Jitsi, LiveKit, signed_token
from realtime.video.mesh import Mesh
from realtime.video.provider import EngineFailed, Guest, Kind, Part, RoomSpec
from realtime.video.simple import Link, Off, Stream, stream_address
from realtime.video.ways import provider_of, usable_ways
from sessions.video import Way

SECRET = "a secret that the engine and we share"
BO = Guest("v_bo", "Bo Berg", Part.HOST)
CY = Guest("v_cy", "Cy Cøsta & Co", Part.SPEAKER)


class Engine(BaseHTTPRequestHandler):
    """Answers what `answer` says, and remembers what was asked."""

    asked: ClassVar[list[tuple[str, dict[str, str], bytes]]] = []
    answer: tuple[int, bytes] = (200, b"{}")

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        Engine.asked.append((self.path, dict(self.headers.items()), body))
        self.send_response(Engine.answer[0])
        self.end_headers()
        self.wfile.write(Engine.answer[1])

    do_POST = do_GET  # noqa: N815 - the name that the library asks for

    def log_message(self, *_said: Any) -> None:
        """Nothing."""


@contextmanager
def engine(answer: bytes = b"{}", status: int = 200) -> Iterator[str]:
    """A server that answers so; its address."""
    Engine.asked, Engine.answer = [], (status, answer)
    server = HTTPServer(("127.0.0.1", 0), Engine)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def set_up(**values: Any) -> None:
    use_settings(**settings().model_dump(exclude=set(values)), **values)


def spec(**values: Any) -> RoomSpec:
    return RoomSpec("0123456789abcdef", clock.now() + timedelta(minutes=20), **values)


def claims_of(token: str, secret: str = SECRET) -> dict[str, Any]:
    """What a token says, after its signature was found right."""
    head, body, sign = token.split(".")
    found = hmac.new(secret.encode(), f"{head}.{body}".encode(), hashlib.sha256).digest()
    assert base64.urlsafe_b64encode(found).rstrip(b"=").decode() == sign
    assert json.loads(base64.urlsafe_b64decode(head + "==")) == {"alg": "HS256", "typ": "JWT"}
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=="))
    return claims


def test_a_token_is_that_of_rfc_7515():
    # Appendix A.1 has another header; jwt.io's well-known example has ours.
    token = signed_token("your-256-bit-secret", {"sub": "1234567890", "name": "John Doe", "iat": 1516239022})

    assert token.endswith(".SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c")


async def test_livekit_makes_the_room_and_lets_one_person_into_it_alone(sqlite_url):
    with engine() as url:
        set_up(livekit_url=url, livekit_page="https://calls.example/custom", livekit_key="key", livekit_secret=SECRET)
        await LiveKit().ensure_room(spec())
        ticket = await LiveKit().ticket(spec(), CY)
        await LiveKit().remove(spec(), "v_cy")

    path, headers, body = Engine.asked[0]
    admin = claims_of(headers["Authorization"].removeprefix("Bearer "))
    assert (path, json.loads(body)["name"]) == ("/twirp/livekit.RoomService/CreateRoom", spec().name)
    assert (admin["iss"], admin["video"]) == ("key", {"roomCreate": True})
    query = parse_qs(urlsplit(ticket.url).query)
    claims = claims_of(query["token"][0])
    assert (ticket.kind, query["liveKitUrl"]) == (Kind.FRAME, [url.replace("http", "ws")])
    assert (claims["sub"], claims["video"]["room"], claims["video"]["canPublish"]) == ("v_cy", spec().name, True)
    assert claims["exp"] - clock.now().timestamp() == 600
    assert json.loads(Engine.asked[1][2]) == {"room": spec().name, "identity": "v_cy"}
    assert "camera https://calls.example" in ticket.allow and LiveKit().origins().frames == ("https://calls.example",)


async def test_a_viewer_of_livekit_cannot_send(sqlite_url):
    set_up(livekit_url="https://live.example", livekit_page="https://calls.example/custom", livekit_key="key",
           livekit_secret=SECRET)  # fmt: skip

    ticket = await LiveKit().ticket(spec(), Guest("v_1", "Eve", Part.VIEWER))

    grant = claims_of(parse_qs(urlsplit(ticket.url).query)["token"][0])["video"]
    assert (grant["canPublish"], grant["canPublishData"], grant["canSubscribe"]) == (False, False, True)


async def test_jitsi_gets_a_token_for_exactly_this_room(sqlite_url):
    set_up(jitsi_url="https://meet.example/", jitsi_app="folkmoot", jitsi_secret=SECRET)

    host, guest = await Jitsi().ticket(spec(), BO), await Jitsi().ticket(spec(), CY)

    claims = claims_of(parse_qs(urlsplit(host.url).query)["jwt"][0])
    assert (claims["aud"], claims["iss"], claims["sub"], claims["room"]) == (
        "folkmoot", "folkmoot", "meet.example", spec().name,
    )  # fmt: skip
    assert claims["exp"] == int(spec().closes.timestamp()) + 300
    moderators = [
        claims_of(parse_qs(urlsplit(one.url).query)["jwt"][0])["context"]["user"]["moderator"] for one in (host, guest)
    ]
    assert moderators == [True, False]
    assert urlsplit(guest.url).path == "/" + spec().name and "%22Cy%20C" in guest.url.partition("#")[2]


async def test_bigbluebutton_is_asked_with_the_right_checksum_and_twice_is_once(sqlite_url):
    there = b"<response><returncode>FAILED</returncode><messageKey>idNotUnique</messageKey></response>"
    with engine(there) as url:
        set_up(bbb_url=url + "/bigbluebutton", bbb_secret=SECRET)
        await BigBlueButton().ensure_room(spec())
        ticket = await BigBlueButton().ticket(spec(), CY)

    path, query = Engine.asked[0][0].split("?")
    bare, checksum = query.split("&checksum=")
    assert path == "/bigbluebutton/api/create"
    assert checksum == hashlib.sha256(f"create{bare}{SECRET}".encode()).hexdigest()
    wanted = dict(parse_qsl(bare))
    assert (wanted["meetingID"], wanted["duration"], wanted["record"]) == (spec().name, "20", "false")
    inside = dict(parse_qsl(urlsplit(ticket.url).query))
    assert (inside["fullName"], inside["password"]) == (CY.name, wanted["attendeePW"])
    bare, checksum = urlsplit(ticket.url).query.split("&checksum=")
    assert checksum == hashlib.sha256(f"join{bare}{SECRET}".encode()).hexdigest()


ANSWERS = [(500, b""), (200, b"no xml"), (200, b"<response><returncode>FAILED</returncode></response>"), (401, b"{}")]


@pytest.mark.parametrize(("status", "answer"), ANSWERS)
async def test_an_engine_that_fails_says_so_without_a_secret(sqlite_url, status, answer):
    with engine(answer, status) as url:
        set_up(bbb_url=url, bbb_secret=SECRET)
        with pytest.raises(EngineFailed) as failure:
            await BigBlueButton().ensure_room(spec())
    said = await BigBlueButton().health()

    assert (SECRET in str(failure.value), "checksum" in str(failure.value), said.good) == (False, False, False)


STREAMS = {
    "https://www.youtube.com/watch?v=abc_DEF-123": "https://www.youtube-nocookie.com/embed/abc_DEF-123",
    "https://youtu.be/abc_DEF-123": "https://www.youtube-nocookie.com/embed/abc_DEF-123",
    "https://tube.example/w/9c9de5e8-0a1e": "https://tube.example/videos/embed/9c9de5e8-0a1e",
    "https://cdn.example/live.m3u8": "https://cdn.example/live.m3u8",
}


async def test_a_stream_is_shown_without_cookies_and_never_gets_a_camera(sqlite_url):
    assert {url: stream_address(url) for url in STREAMS} == STREAMS
    ticket = await Stream("https://youtu.be/abc_DEF-123").ticket(spec(), CY)
    assert "camera" not in ticket.allow and not Stream("https://cdn.example/live.m3u8").origins().uses_devices
    for bad in ("http://tube.example/w/12345678", "https://youtu.be/<script>", "javascript:alert(1)"):
        with pytest.raises(EngineFailed):
            stream_address(bad)


async def test_every_way_that_can_be_chosen_has_its_provider(sqlite_url):
    set_up(jitsi_url="https://meet.example", jitsi_app="folkmoot", jitsi_secret=SECRET)

    assert {way: provider_of(way).way for way in Way if way is not Way.STREAM} == {
        way: way for way in Way if way is not Way.STREAM
    }
    assert usable_ways() == {Way.MESH, Way.JITSI}
    assert (await Link().ticket(spec(link="https://x.example/1"), CY)).url == "https://x.example/1"
    with pytest.raises(EngineFailed):
        await Link().ticket(spec(), CY)
    for one in (Mesh(), Off(), Link()):
        assert (await one.health()).good and not await one.remove(spec(), "v_1")
