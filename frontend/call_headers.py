"""The headers of a page with a call: what stands in the way on all other pages is allowed for the one way in use."""

from starlette.responses import Response

from frontend.middleware import headers_for_all
from realtime.video.provider import Origins
from realtime.video.ways import origins_of
from sessions.video import Chosen

DEVICES = ("camera", "microphone", "display-capture")


def with_call(response: Response, chosen: Chosen, *, inside: bool) -> Response:
    """Let a page use camera and microphone, itself or in the frame of the engine in use, and nothing else of the kind;
    a page for somebody who is not inside gets what all pages get."""
    if not inside:
        return response
    origins = origins_of(chosen.way)
    response.headers["content-security-policy"] = policy(origins)
    if origins.uses_devices:
        sites = " ".join(["self", *(f'"{one}"' for one in origins.frames)])
        allowed = ", ".join(f"{one}=({sites})" for one in DEVICES)
        response.headers["permissions-policy"] = f"{allowed}, geolocation=(), payment=()"
    return response


def policy(origins: Origins) -> str:
    """The policy of all pages, with the sites of one engine added."""
    found = headers_for_all()["content-security-policy"]
    for directive, sites in (("script-src 'self'", origins.scripts), ("connect-src 'self'", origins.connections)):
        found = found.replace(directive, " ".join([directive, *sites]))
    if origins.frames:
        found += "; frame-src " + " ".join(origins.frames)
    return found + "; media-src " + " ".join(["'self'", "blob:", *origins.media])
