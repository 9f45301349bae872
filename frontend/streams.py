"""The stream of a stage as its page offers it, and the headers that let this page, and no other, show it in a frame."""

from dataclasses import dataclass

from starlette.responses import Response

from frontend.middleware import headers_for_all
from realtime.video.provider import EngineFailed
from realtime.video.simple import Stream, stream_address
from sessions.streams import site_of


@dataclass(frozen=True)
class Watch:
    """Where a stage can be watched: by a link, and in a frame where `frame` says so; `site` is whose stream it is."""

    link: str
    site: str
    frame: str = ""
    origin: str = ""


def watch_of(stream: str) -> Watch | None:
    """How a page offers a stream; None where there is none."""
    if not stream:
        return None
    try:
        address, frames = stream_address(stream), Stream(stream).origins().frames
    except EngineFailed:  # Taken in under older rules.
        return None
    return Watch(stream, site_of(stream), address, frames[0]) if frames else Watch(stream, site_of(stream))


def with_stream(response: Response, watch: Watch | None) -> Response:
    """Let a page show one site in a frame, and this site fill the screen; other pages are as they were."""
    if watch is None or not watch.origin:
        return response
    usual = headers_for_all()
    response.headers["content-security-policy"] = f"{usual['content-security-policy']}; frame-src {watch.origin}"
    allowed = ", ".join(f'{one}=(self "{watch.origin}")' for one in ("fullscreen", "picture-in-picture"))
    response.headers["permissions-policy"] = f"{usual['permissions-policy']}, {allowed}"
    return response
