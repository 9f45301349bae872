"""The stream of a stage: where it is watched from elsewhere, and which addresses are none."""

import pytest

from events.core import clock
from events.core.database import Database
from events.core.refusals import Invalid, NotAllowed
from sessions.moderation import set_manners
from sessions.pitches import plan_stage
from sessions.rooms import changes_since, room_snapshot
from sessions.streams import NoStream, can_be_framed, player_address
from tests.sessions.makers_pitches import Show, make_show

VIDEO = "https://www.youtube.com/watch?v=abc_DEF-123"


def choose(db: Database, show: Show, who, stream: str | None) -> None:
    set_manners(db, who, show.room, chat=True, questions_wait=False, slow_seconds=0, stream=stream)


def test_a_stage_is_planned_with_its_stream(db: Database) -> None:
    show = make_show(db)

    stage = plan_stage(db, show.ada, show.event, name="Side", opens_at=clock.now(), stream=f" {VIDEO} ")

    assert (stage.stream, show.stage.stream) == (VIDEO, "")


def test_the_host_gives_an_open_stage_a_stream_and_everybody_in_it_hears_of_it(db: Database) -> None:
    show = make_show(db, opened=True)
    before = show.stage.number

    choose(db, show, show.hal, VIDEO)

    assert room_snapshot(db, show.bo, show.room).manners.stream == VIDEO
    manners = changes_since(db, show.bo, show.room, before).manners
    assert manners is not None
    assert manners.stream == VIDEO


def test_a_stream_stays_until_it_is_taken_away(db: Database) -> None:
    show = make_show(db, opened=True)
    choose(db, show, show.hal, VIDEO)

    choose(db, show, show.hal, None)
    kept = show.stage.stream
    choose(db, show, show.hal, "")

    assert (kept, show.stage.stream) == (VIDEO, "")


@pytest.mark.parametrize(
    "address",
    [
        "http://tube.example/w/12345678",
        "javascript:alert(1)",
        "youtube",
        "https://youtu.be/<script>",
        "https://www.youtube.com/",
        "https://a.example;script-src *",
        "https://a.example; frame-src *",
        "https://bo@a.example/embed/1",
        "https://[a.example/embed/1",
        "https://a.example/em bed/1",
        "https://localhost/embed/1",
        "https://a.example/" + "x" * 500,
    ],
)
def test_what_is_no_stream_is_refused_beside_its_field(db: Database, address: str) -> None:
    show = make_show(db)

    refused = []
    for give in (
        lambda: plan_stage(db, show.ada, show.event, name="Side", opens_at=clock.now(), stream=address),
        lambda: choose(db, show, show.hal, address),
    ):
        with pytest.raises(Invalid) as found:
            give()
        refused.append(list(found.value.fields))

    assert (refused, show.stage.stream) == ([["stream"], ["stream"]], "")


def test_attendees_choose_no_stream(db: Database) -> None:
    show = make_show(db, opened=True)

    with pytest.raises(NotAllowed):
        choose(db, show, show.bo, VIDEO)


def test_only_what_is_made_for_frames_stands_in_one() -> None:
    framed = {
        VIDEO: True,
        "https://youtu.be/abc_DEF-123": True,
        "https://tube.example/w/9c9de5e8-0a1e": True,
        "https://player.vimeo.com/video/123456": True,
        "https://media.example/hall/embed": True,
        "https://meet.example/hall": False,
        "https://cdn.example/embed/live.m3u8": False,
    }

    assert {url: can_be_framed(player_address(url)) for url in framed} == framed


def test_a_channel_of_youtube_is_no_video() -> None:
    with pytest.raises(NoStream):
        player_address("https://www.youtube.com/@folkmoot/live")
