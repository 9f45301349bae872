"""Streams: what a stage is watched by from elsewhere, and which of them can be shown in a frame on our page."""

import re
from urllib.parse import parse_qs, urlsplit

from events.core.translation import Message, _

STREAM_LIMIT = 500
_YOUTUBE = {"youtube.com", "m.youtube.com", "youtube-nocookie.com"}
_VIDEO = re.compile(r"[\w-]{6,20}", re.ASCII)
# Of what stands in a header of ours nothing may end a directive or begin another.
_SITE = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+(:\d{1,5})?")


class NoStream(ValueError):
    """An address is none under which a stream can be watched; the message is for operators."""


def player_address(url: str) -> str:
    """The address under which a stream can be shown on our page: that of the player without cookies for YouTube, the
    embedded one for PeerTube, others as they are. Raises NoStream for what is no https address of a site."""
    site = site_of(url)
    parts = urlsplit(url)
    host, name = site.removeprefix("www."), ""
    if host in _YOUTUBE:
        name = (parse_qs(parts.query).get("v") or [parts.path.rpartition("/")[2]])[0]
    elif host == "youtu.be":
        name = parts.path.strip("/")
    if host in _YOUTUBE or host == "youtu.be":
        if not _VIDEO.fullmatch(name):
            raise NoStream("the stream names no video")
        return f"https://www.youtube-nocookie.com/embed/{name}"
    peertube = re.fullmatch(r"/(?:w|videos/watch)/([\w-]{8,40})", parts.path)
    return f"https://{site}/videos/embed/{peertube[1]}" if peertube else url


def site_of(url: str) -> str:
    """The site of an https address, with its port if it names one. Raises NoStream for other addresses."""
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise NoStream("the stream has no https address") from error
    site = parts.netloc.lower()
    if parts.scheme != "https" or not _SITE.fullmatch(site) or not re.fullmatch("[!-~]+", url):
        raise NoStream("the stream has no https address")
    return site


def can_be_framed(address: str) -> bool:
    """Whether a player's address is made for frames: most other pages refuse that, and files are no pages."""
    parts = urlsplit(address)
    if parts.path.endswith((".m3u8", ".mp4", ".webm")):
        return False
    return "embed" in parts.path.split("/") or parts.netloc.startswith(("player.", "embed."))


def stream_problem(text: str) -> Message | None:
    """What is wrong with the address of a stream that somebody has typed; none is right too."""
    if len(text) > STREAM_LIMIT:
        return _("An address has at most %(most)s characters.", most=STREAM_LIMIT)
    try:
        if text:
            player_address(text)
    except NoStream:
        return _("Please write the address of a stream that begins with https://, such as that of a video on YouTube.")
    return None
