"""Calls in frames of other services, in a real browser: the frame goes with the call. And a place that becomes free."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from events.core.database import transaction
from realtime.video.mesh import Mesh
from sessions.meeting_rooms import get_meeting_room
from sessions.meeting_visits import close_meeting_room
from sessions.room_doors import answer_knock, knock_at_room, put_out_of_room
from sessions.video import Way, choose_video, set_video_rules
from tests.browser import CALLING, NoChromium, chromium
from tests.journeys.fair import RunningFair, actor_called
from tests.journeys.people import Somebody
from tests.journeys.test_calls import go_in, room_of, sees_frames
from tests.realtime.test_engines import SECRET, engine, set_up

pytestmark = [pytest.mark.browser, pytest.mark.real_time]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    try:
        with chromium(*CALLING) as found:
            yield found
    except NoChromium as lack:
        pytest.skip(str(lack))


def do(room: str, command, name: str, **values) -> None:
    """What somebody does elsewhere about a room."""
    with transaction() as db:
        actor = actor_called(db, name)
        command(db, actor, get_meeting_room(db, actor, room.split("/")[2]), **values)


def let_ada_in(room: str) -> int:
    """Ada has knocked and was let in; who she is."""
    do(room, knock_at_room, "Ada Adler")
    with transaction() as db:
        ada = actor_called(db, "Ada Adler").person or 0
    do(room, answer_knock, "Bo Berg", person=ada, admit=True)
    return ada


def in_frame(somebody: Somebody, room: str) -> Page:
    """Go in without devices of one's own; the call is in a frame."""
    somebody.open(room)
    somebody.page.get_by_role("button", name="Go in without camera and microphone").click()
    expect(somebody.page.locator("#call")).to_have_attribute("data-phase", "in")
    expect(somebody.page.locator("#call iframe")).to_have_count(1)
    return somebody.page


def forgive(somebody: Somebody, engine_at: str) -> None:
    """That their browser asked the engine is what they came for."""
    somebody.faults.found[:] = [
        one for one in somebody.faults.found if not one.startswith(f"foreign request: {engine_at}")
    ]


def is_without_frame(page: Page) -> None:
    expect(page.locator("#call iframe")).to_have_count(0)
    expect(page.locator("#call [data-frame] a")).to_have_count(0)
    expect(page.locator("#call [data-frame]")).to_be_hidden()


def test_a_frame_goes_with_the_call_however_that_ends(fair: RunningFair) -> None:
    with engine(b"A call") as url:
        set_up(jitsi_url=url, jitsi_app="folkmoot", jitsi_secret=SECRET)
        room = room_of(fair)
        with transaction() as db:
            set_video_rules(db, fair.fair.ada, fair.fair.event, way=Way.JITSI, relay_only=False)
        ada = let_ada_in(room)
        host, bo = fair.enter("Ada Adler"), fair.enter("Bo Berg")
        for one in (host, bo):
            in_frame(one, room)

        do(room, put_out_of_room, "Bo Berg", person=ada)
        expect(host.page.locator("#call")).to_have_attribute("data-phase", "out")
        is_without_frame(host.page)
        expect(bo.page.locator("#call iframe")).to_have_count(1)

        before = bo.page.locator("#call iframe").get_attribute("src")
        do(room, choose_video, "Bo Berg", way=Way.JITSI)
        expect(bo.page.locator("#call iframe")).not_to_have_attribute("src", before or "")
        expect(bo.page.locator("#call iframe")).to_have_count(1)

        bo.page.get_by_role("button", name="Leave the call").click()
        is_without_frame(bo.page)

        forgive(bo, url)
        fair.house.clock.move(fair.fair.slots[0].starts_at + timedelta(minutes=1))
        in_frame(bo, room)
        do(room, close_meeting_room, "Cy Costa")
        expect(bo.page.locator("#call")).to_have_attribute("data-phase", "out")
        is_without_frame(bo.page)
        for one in (host, bo):
            forgive(one, url)


def test_a_frame_stays_when_the_line_breaks_and_comes_back(fair: RunningFair) -> None:
    with engine(b"A call") as url:
        set_up(jitsi_url=url, jitsi_app="folkmoot", jitsi_secret=SECRET)
        room = room_of(fair)
        with transaction() as db:
            set_video_rules(db, fair.fair.ada, fair.fair.event, way=Way.JITSI, relay_only=False)
        bo = fair.enter("Bo Berg")
        page = in_frame(bo, room)
        page.evaluate("window.loads = 0; window.held = document.querySelector('#call iframe')")
        page.evaluate("window.held.addEventListener('load', () => (window.loads += 1))")
        expect(page.frame_locator("#call iframe").get_by_text("A call")).to_be_visible()
        before, seen = page.evaluate("[window.loads, document.getElementById('call').dataset.seen]")

        page.evaluate("document.getElementById('call').dispatchEvent(new Event('call:cut'))")
        expect(page.locator("#call")).to_have_attribute("data-line", "off")
        expect(page.locator("#call")).to_have_attribute("data-line", "on")
        expect(page.locator("#call")).not_to_have_attribute("data-seen", seen)  # It was let in again.

        assert page.evaluate("window.held === document.querySelector('#call iframe')")
        assert page.evaluate("window.loads") == before
        forgive(bo, url)


def test_who_waits_for_a_place_gets_the_one_that_becomes_free(
    fair: RunningFair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Mesh, "caps", replace(Mesh.caps, most_speakers=2))
    room = room_of(fair)
    let_ada_in(room)
    ada, bo, cy = (fair.enter(name) for name in ("Ada Adler", "Bo Berg", "Cy Costa"))
    for one in (bo, cy):
        go_in(one, room)
    go_in(ada, room)
    expect(ada.page.locator("[data-cause]")).to_contain_text("as many people as it can hold")

    bo.page.get_by_role("button", name="Leave the call").click()

    for one in (ada, cy):
        sees_frames(one.page)
    expect(ada.page.locator("[data-cause]")).to_be_hidden()
