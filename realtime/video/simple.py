"""Ways without an engine of their own: a link to another service, a stream that all watch, and no video at all."""

from urllib.parse import urlsplit

from realtime.video.provider import Caps, EngineFailed, Guest, Health, Kind, Origins, RoomSpec, Ticket
from sessions.streams import NoStream, can_be_framed, player_address
from sessions.video import Way


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
        """The stream's own site, as a frame or as media; none for what opens in a window of its own only."""
        address = stream_address(self.url)
        parts = urlsplit(address)
        site = f"{parts.scheme}://{parts.netloc}"
        if parts.path.endswith((".m3u8", ".mp4", ".webm")):
            return Origins(connections=(site,), media=(site,))
        return Origins(frames=(site,)) if can_be_framed(address) else Origins()


def stream_address(url: str) -> str:
    """The address under which a stream can be shown on our page (`player_address`). Raises EngineFailed for what is no
    https address."""
    try:
        return player_address(url)
    except NoStream as error:
        raise EngineFailed(str(error)) from error
