"""Ways without an engine of their own: a link to another service, a stream that all watch, and no video at all."""

import re
from urllib.parse import parse_qs, urlsplit

from realtime.video.provider import Caps, EngineFailed, Guest, Health, Kind, Origins, RoomSpec, Ticket
from sessions.video import Way

YOUTUBE = re.compile(r"[\w-]{6,20}")


class Plain:
    """What ways have in common that ask nothing of anybody."""

    async def ensure_room(self, spec: RoomSpec) -> None:
        """There is none to be made."""

    async def end(self, spec: RoomSpec) -> None:
        """It is not ours to end."""

    async def remove(self, spec: RoomSpec, guest_id: str) -> bool:
        """Nobody can be put out by us."""
        return False

    async def health(self) -> Health:
        """Nothing that could fail is asked here."""
        return Health(True)

    def origins(self) -> Origins:
        """Nothing is shown on our own page."""
        return Origins()


class Link(Plain):
    """A link that those who meet brought; only they see it, and only while the room is open. Never in a frame."""

    way = Way.LINK
    caps = Caps(Kind.LINK, most_speakers=500)

    async def ticket(self, spec: RoomSpec, guest: Guest) -> Ticket:
        """The link itself."""
        if not spec.link:
            raise EngineFailed("there is no link")
        return Ticket(Kind.LINK, url=spec.link, new_tab=spec.link)


class Off(Plain):
    """A room with notes and a clock."""

    way = Way.OFF
    caps = Caps(Kind.LINK, most_speakers=500)

    async def ticket(self, spec: RoomSpec, guest: Guest) -> Ticket:
        """Nothing to come into."""
        return Ticket(Kind.LINK)


class Stream(Plain):
    """A stream that all watch and in which nobody speaks: YouTube without its cookies, PeerTube, or HLS as it is."""

    way = Way.STREAM
    caps = Caps(Kind.STREAM, most_speakers=0, most_viewers=100_000)

    def __init__(self, url: str) -> None:
        self.url = url

    async def ticket(self, spec: RoomSpec, guest: Guest) -> Ticket:
        """Where the stream is; a frame gets neither camera nor microphone."""
        return Ticket(
            Kind.STREAM, url=stream_address(self.url), allow="fullscreen; picture-in-picture", new_tab=self.url
        )

    def origins(self) -> Origins:
        """The stream's own site, as a frame or as media."""
        address = urlsplit(stream_address(self.url))
        site = f"{address.scheme}://{address.netloc}"
        if address.path.endswith((".m3u8", ".mp4", ".webm")):
            return Origins(connections=(site,), media=(site,))
        return Origins(frames=(site,))


def stream_address(url: str) -> str:
    """The address under which a stream can be shown on our page: that of the player without cookies for YouTube, the
    embedded one for PeerTube, others as they are. Raises EngineFailed for what is no https address."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    if parts.scheme != "https" or not host:
        raise EngineFailed("the stream has no https address")
    name = ""
    if host in {"youtube.com", "m.youtube.com", "youtube-nocookie.com"}:
        name = (parse_qs(parts.query).get("v") or [parts.path.rpartition("/")[2]])[0]
    elif host == "youtu.be":
        name = parts.path.strip("/")
    if name:
        if not YOUTUBE.fullmatch(name):
            raise EngineFailed("the stream names no video")
        return f"https://www.youtube-nocookie.com/embed/{name}"
    peertube = re.fullmatch(r"/(?:w|videos/watch)/([\w-]{8,40})", parts.path)
    return f"https://{parts.netloc}/videos/embed/{peertube[1]}" if peertube else url
