"""A real Janus as we use it: rooms, tokens, what is refused, and what happens when it is gone."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from events.core import clock
from events.core.settings import settings, use_settings
from realtime.video.janus import Janus
from realtime.video.provider import EngineFailed, RoomSpec
from tests.realtime.janus_house import SECRET, real_janus

pytestmark = pytest.mark.real_time


@pytest.fixture(scope="module")
def janus(tmp_path_factory):
    with real_janus(tmp_path_factory.mktemp("janus")) as found:
        yield found


def use_janus(url: str, secret: str = SECRET) -> None:
    use_settings(**settings().model_dump(exclude={"janus_url", "janus_secret"}), janus_url=url, janus_secret=secret)


def spec(name: str = "a room that nobody guesses") -> RoomSpec:
    return RoomSpec(name, clock.now() + timedelta(minutes=20))


async def test_a_room_is_made_once_and_taken_away(sqlite_url, janus):
    use_janus(janus[0])
    engine = Janus()
    for _twice in range(2):
        await engine.ensure_room(spec())

    assert (await engine.health()).good
    assert await engine.watch(spec(), "v_bo", "v_cy") is None
    await engine.end(spec())
    with pytest.raises(EngineFailed, match="426"):
        await engine.watch(spec(), "v_bo", "v_cy")
    await engine.close()


@pytest.mark.parametrize("secret", ["", "another one"])
async def test_without_the_shared_secret_nothing_is_done(sqlite_url, janus, secret):
    use_janus(janus[0], secret)

    with pytest.raises(EngineFailed, match="403"):
        await Janus().ensure_room(spec())


async def test_what_is_no_offer_is_refused_and_the_next_one_is_not_harmed(sqlite_url, janus):
    use_janus(janus[0])
    engine = Janus()
    await engine.ensure_room(spec("another"))
    with pytest.raises(EngineFailed):
        await engine.publish(spec("another"), "v_bo", {"type": "offer", "sdp": "v=0\r\nnonsense"})

    assert (await engine.health()).good
    await engine.close()


async def test_when_it_is_gone_that_is_told_once_and_asked_anew_later(sqlite_url, tmp_path: Path):
    with real_janus(tmp_path) as (url, process):
        use_janus(url)
        engine, lost = Janus(), asyncio.Event()
        engine.lost = lost.set
        await engine.ensure_room(spec())
        process.terminate()
        await asyncio.wait_for(lost.wait(), 10)

        assert (await engine.health()).said.startswith("janus cannot be reached")
