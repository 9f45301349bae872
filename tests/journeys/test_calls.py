"""Calls in real browsers with cameras that do not exist: two meet, lose the line, come back, and end in time."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from events.core.database import transaction
from events.core.settings import settings, use_settings
from realtime.call_rooms import come_in
from sessions.blocks import TableKind, tables_of
from sessions.video import Way, set_video_rules
from tests.browser import CALLING, NoChromium, chromium
from tests.journeys.fair import RunningFair, actor_called, running_fair
from tests.journeys.house import soon
from tests.journeys.people import Somebody
from tests.realtime.coturn_house import real_coturn
from tests.realtime.janus_house import real_janus
from tests.sessions.makers_meetings import make_meeting

pytestmark = [pytest.mark.browser, pytest.mark.real_time]

SMALL = "?w=160&h=120&fps=5"
FRAMES = """() => [...document.querySelectorAll('[data-tile]:not(.is-me) video')]
  .map((video) => video.getVideoPlaybackQuality().totalVideoFrames)"""

# Camera and microphone are given when `allow` is called.
ALLOWED_LATE = """() => {
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  const allowed = new Promise((done) => (window.allow = () => done()));
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    const stream = await open(wanted);
    await allowed;
    window.late = stream;
    return stream;
  };
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    try:
        with chromium(*CALLING) as found:
            yield found
    except NoChromium as lack:
        pytest.skip(str(lack))


def room_of(fair: RunningFair) -> str:
    """The room of Bo's meeting with Cy, which begins in a minute."""
    with transaction() as db:
        for table in tables_of(db, fair.fair.event.id):
            table.kind = TableKind.VIDEO
            db.add(table)
        bo, cy = actor_called(db, "Bo Berg"), actor_called(db, "Cy Costa")
        public = make_meeting(db, fair.fair, asker=bo, invitee=cy).meeting.public_id
    fair.house.clock.move(fair.fair.slots[0].starts_at - timedelta(minutes=1))
    return f"/meetings/{public}/room"


def frames(page: Page) -> int:
    """How many pictures of the others were shown."""
    found: list[int] = page.evaluate(FRAMES)
    return sum(found)


def sees_frames(page: Page, more: int = 1) -> int:
    """Wait for so many more pictures."""
    before = frames(page)
    return soon(lambda: found if (found := frames(page)) >= before + more else 0, "pictures of the others", 20)


def go_in(somebody: Somebody, room: str) -> Page:
    """Open the room and go in with camera and microphone."""
    somebody.open(room + SMALL)
    somebody.page.get_by_role("button", name="Go in", exact=True).click()
    expect(somebody.page.locator("#call")).to_have_attribute("data-phase", "in")
    return somebody.page


def test_a_one_to_one_from_the_check_of_devices_to_its_outcome(fair: RunningFair) -> None:
    room = room_of(fair)
    bo, cy = fair.enter("Bo Berg"), fair.enter("Cy Costa")

    the_devices_are_checked(bo, room)
    bo.page.get_by_role("button", name="Go in", exact=True).click()
    go_in(cy, room)
    for one in (bo, cy):
        sees_frames(one.page)
    a_socket_cut_does_not_stop_the_pictures(bo, cy)
    a_reload_in_mid_call_comes_back(bo, cy, room)
    notes_and_buttons(bo, cy)
    it_ends_in_time_and_asks_how_it_was(fair, bo, cy)


def test_a_server_that_stumbles_does_not_end_a_call(fair: RunningFair, monkeypatch: pytest.MonkeyPatch) -> None:
    bo = fair.enter("Bo Berg")
    page, stumbles = go_in(bo, room_of(fair)), [1, 2]

    def stumble(*asked: Any) -> Any:
        return 1 / 0 if stumbles and stumbles.pop() else come_in(*asked)

    monkeypatch.setattr("realtime.calls.come_in", stumble)

    page.evaluate("document.getElementById('call').dispatchEvent(new Event('call:cut'))")
    soon(lambda: not stumbles, "two tries to come back")
    page.wait_for_timeout(3000)

    expect(page.locator("#call")).to_have_attribute("data-phase", "in")
    expect(page.get_by_text("This room does not let you in now.")).to_have_count(0)


def test_a_camera_that_is_allowed_too_late_is_switched_off(fair: RunningFair) -> None:
    bo = fair.enter("Bo Berg")
    bo.open(room_of(fair) + SMALL)
    bo.page.get_by_role("button", name="Go in without camera").click()
    expect(bo.page.locator("#call")).to_have_attribute("data-phase", "in")
    bo.page.evaluate(ALLOWED_LATE)

    bo.page.locator("[data-cam]").click()
    bo.page.get_by_role("button", name="Leave the call").click()
    expect(bo.page.locator("#call")).to_have_attribute("data-phase", "out")
    bo.page.evaluate("window.allow()")

    soon(
        lambda: bo.page.evaluate("window.late?.getTracks().every((track) => track.readyState === 'ended')"), "no light"
    )


def test_a_meeting_over_janus_and_all_are_switched_together_when_it_is_gone(fair: RunningFair, tmp_path: Path) -> None:
    room = room_of(fair)
    with real_janus(tmp_path, tokens=False) as (url, process):
        use_settings(**settings().model_dump(exclude={"janus_url"}), janus_url=url)
        with transaction() as db:
            set_video_rules(db, fair.fair.ada, fair.fair.event, way=Way.JANUS, relay_only=False)
        bo, cy = fair.enter("Bo Berg"), fair.enter("Cy Costa")
        for one in (bo, cy):
            go_in(one, room)
            expect(one.page.locator("#call")).to_have_attribute("data-way", "janus")
        for one in (bo, cy):
            sees_frames(one.page, 3)
        process.terminate()
        for one in (bo, cy):
            expect(one.page.locator("#call")).to_have_attribute("data-way", "mesh")
            sees_frames(one.page)
            one.sees("everybody was switched to another one")


def test_a_call_through_the_relay_only_and_what_is_said_when_it_refuses(
    browser: Browser, sqlite_template: Path, tmp_path: Path
) -> None:
    # The relay looks at the real time, so this journey begins there.
    today = datetime.now(UTC).replace(hour=8, minute=0)
    with real_coturn(tmp_path, "what we share") as url, running_fair(browser, sqlite_template, tmp_path, today) as fair:
        room = room_of(fair)
        turn = {"turn_urls": [url], "turn_secrets": ["what we share"]}
        use_settings(**settings().model_dump(exclude=set(turn)), **turn)
        with transaction() as db:
            set_video_rules(db, fair.fair.ada, fair.fair.event, way=Way.MESH, relay_only=True)
        bo, cy = fair.enter("Bo Berg"), fair.enter("Cy Costa")
        for one in (bo, cy):
            go_in(one, room)
        for one in (bo, cy):
            sees_frames(one.page)
        use_settings(**settings().model_dump(exclude={"turn_secrets"}), turn_secrets=["another one"])
        go_in(cy, room)
        expect(cy.page.locator("[data-cause]")).to_contain_text("The relay refuses us.")


def the_devices_are_checked(somebody: Somebody, room: str) -> None:
    somebody.open(room + SMALL)
    somebody.page.get_by_role("button", name="Check camera and microphone").click()
    expect(somebody.page.locator("[data-devices]")).to_be_visible()
    expect(somebody.page.get_by_label("Camera", exact=True).locator("option").first).to_be_attached()
    expect(somebody.page.locator("[data-network-note]")).to_have_text("Your network allows direct calls.")
    soon(lambda: somebody.page.evaluate("document.querySelector('[data-meter]').value") > 4, "a voice")


def a_socket_cut_does_not_stop_the_pictures(bo: Somebody, cy: Somebody) -> None:
    bo.page.evaluate("document.getElementById('call').dispatchEvent(new Event('call:cut'))")
    expect(bo.page.locator("#call")).to_have_attribute("data-line", "off")
    expect(bo.page.locator("#call")).to_have_attribute("data-line", "on")
    for one in (bo, cy):
        sees_frames(one.page, 3)
    expect(cy.page.locator("[data-tile]")).to_have_count(2)


def a_reload_in_mid_call_comes_back(bo: Somebody, cy: Somebody, room: str) -> None:
    go_in(bo, room)
    expect(cy.page.locator("[data-tile]")).to_have_count(2)
    for one in (bo, cy):
        sees_frames(one.page)


def notes_and_buttons(bo: Somebody, cy: Somebody) -> None:
    bo.page.get_by_label("Write a note").fill("They press a hundred an hour.")
    bo.page.get_by_role("button", name="Write it down").click()
    expect(cy.page.locator(".notes")).to_contain_text("They press a hundred an hour.")
    bo.page.locator("[data-mic]").click()
    expect(cy.page.locator("[data-tile]:not(.is-me) [data-slot=marks]")).to_have_text("Muted")
    expect(bo.page.locator("[data-mic]")).to_have_attribute("aria-pressed", "false")
    bo.page.locator("[data-cam]").click()
    expect(cy.page.locator("[data-tile]:not(.is-me)")).not_to_have_class("tile has-picture")
    bo.page.locator("[data-cam]").click()
    sees_frames(cy.page)
    cy.page.get_by_role("button", name="Let them write captions").click()
    bo.page.get_by_label("Write what is said").fill("They can press a hundred.")
    bo.page.get_by_label("Write what is said").press("Enter")
    expect(cy.page.locator("[data-captions]")).to_have_text("Bo Berg: They can press a hundred.")
    cy.page.get_by_role("button", name="Ask to mute").click()
    expect(bo.page.locator("[data-cause]")).to_have_text("You are asked to switch your microphone off.")


def it_ends_in_time_and_asks_how_it_was(fair: RunningFair, bo: Somebody, cy: Somebody) -> None:
    slot = fair.fair.slots[0]
    fair.house.clock.move(slot.ends_at + timedelta(minutes=2, seconds=-2))
    for one in (bo, cy):
        expect(one.page.locator("#call")).to_have_attribute("data-phase", "out")
        one.sees("This meeting is over")
    bo.follow("Assess the meeting").arrives_at("How was your meeting with Cy Costa?")
    bo.main.get_by_role("radio", name="4", exact=True).check()
    bo.tick("We meet again").press("Save")
    bo.sees("You found it 4 of 5 useful.")
