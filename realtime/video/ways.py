"""Which ways of seeing each other this installation has, by its settings, and the provider of each."""

import asyncio

from events.core.settings import settings
from realtime.video.engines import BigBlueButton, Jitsi, LiveKit
from realtime.video.janus import Janus
from realtime.video.mesh import Mesh
from realtime.video.provider import Origins, Provider
from realtime.video.simple import Link, Off
from sessions.video import Way

_janus: list[tuple[asyncio.AbstractEventLoop, Janus]] = []


def usable_ways() -> frozenset[Way]:
    """The ways that can be used here without a link of one's own: directly always, engines where they are set."""
    engines = {
        Way.JANUS: settings().janus_url,
        Way.LIVEKIT: settings().livekit_url,
        Way.JITSI: settings().jitsi_url,
        Way.BBB: settings().bbb_url,
    }
    return frozenset({Way.MESH, *(way for way, url in engines.items() if url)})


def janus() -> Janus:
    """The one connection of this process to Janus; outside the event loop one that is not connected."""
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return Janus()
    if not _janus or _janus[0][0] is not loop:
        _janus[:] = [(loop, Janus())]
    return _janus[0][1]


def provider_of(way: Way) -> Provider:
    """Who lets people into a call in this way."""
    plain: dict[Way, Provider] = {
        Way.MESH: Mesh(), Way.LINK: Link(), Way.OFF: Off(), Way.LIVEKIT: LiveKit(), Way.JITSI: Jitsi(),
        Way.BBB: BigBlueButton(),
    }  # fmt: skip
    return plain[way] if way in plain else janus()


def origins_of(way: Way) -> Origins:
    """What a page has to allow for one way: its own sites and no other's."""
    return provider_of(way).origins()
