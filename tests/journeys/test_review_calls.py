"""The call of a peer review in real browsers with cameras that do not exist: directly, and through Janus for five."""

import re
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from events.core import clock
from events.core.database import transaction
from events.core.settings import settings, use_settings
from realtime.server import current
from sessions.peer_reviews.rooms import room_of_review
from sessions.peer_reviews.visits import ReviewVisit
from tests.browser import CALLING, NoChromium, chromium
from tests.journeys.house import soon
from tests.journeys.review_room import Meeting, add_entry, is_saved, press, the_text
from tests.journeys.test_accessibility import AXE, DESK, PHONE, RUN, TOO_WIDE
from tests.journeys.test_calls import SMALL, sees_frames
from tests.journeys.test_review_meeting import review_meeting
from tests.makers import make_person
from tests.realtime.janus_house import real_janus

pytestmark = [pytest.mark.browser, pytest.mark.real_time]

# How loud each of the others is, at its loudest in a second and a half: the microphone that does not exist beeps.
VOICES = """async () => {
  const found = [...document.querySelectorAll('[data-tile]:not(.is-me) video')].map(({ srcObject }) => {
    const context = new AudioContext(), listener = context.createAnalyser();
    context.createMediaStreamSource(new MediaStream(srcObject.getAudioTracks())).connect(listener);
    return { context, listener, samples: new Uint8Array(listener.fftSize), peak: 0 };
  });
  for (let at = 0; at < 60; at += 1) {
    await new Promise((done) => setTimeout(done, 25));
    for (const one of found) {
      one.listener.getByteTimeDomainData(one.samples);
      one.peak = Math.max(one.peak, ...one.samples.map((value) => Math.abs(value - 128)));
    }
  }
  for (const one of found) await one.context.close();
  return found.map((one) => one.peak);
}"""
EACH = """() => [...document.querySelectorAll('[data-tile]:not(.is-me) video')]
  .map((video) => video.getVideoPlaybackQuality().totalVideoFrames)"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    try:
        with chromium(*CALLING) as found:
            yield found
    except NoChromium as lack:
        pytest.skip(str(lack))


def choose(page: Page, way: str) -> None:
    page.locator("summary", has_text="Choose how").click()
    page.get_by_label("Way").select_option(value=way)
    press(page, "Choose")
    expect(page.locator("#call")).to_have_attribute("data-made", way)


def go_in(meeting: Meeting, *names: str) -> None:
    """They load the room with a small picture, and go in with camera and microphone."""
    for name in names:
        page = meeting.people[name].open(meeting.path + "/live" + SMALL).page
        page.get_by_role("button", name="Go in", exact=True).click()
        expect(page.locator("#call")).to_have_attribute("data-phase", "in")


def sees_each(page: Page, count: int) -> None:
    """Wait until so many others are seen, each of them moving."""
    expect(page.locator("[data-tile]:not(.is-me)")).to_have_count(count)
    before = page.evaluate(EACH)
    soon(lambda: all(b > a for a, b in zip(before, page.evaluate(EACH), strict=True)), f"pictures of {count}", 40)


def hears_each(page: Page, count: int) -> None:
    soon(lambda: len(found := page.evaluate(VOICES)) == count and min(found) > 3, f"voices of {count}", 40)


def looks_well(page: Page) -> None:
    """In light and dark, on a phone and on a desk."""
    before = page.viewport_size
    page.evaluate(AXE.read_text(encoding="utf-8"))
    for size in (PHONE, DESK):
        page.set_viewport_size({"width": size["width"], "height": size["height"]})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # no colour on its way to another
            assert (page.evaluate(RUN), max(0, page.evaluate(TOO_WIDE))) == ([], 0)
    page.emulate_media(color_scheme="light", reduced_motion="no-preference")
    assert before is not None
    page.set_viewport_size(before)


def test_a_moderator_and_two_peers_see_and_hear_each_other_directly(
    browser: Browser, sqlite_template: Path, tmp_path: Path
) -> None:
    names = ("Mo Maier", "Bo Berg", "Cy Costa")
    with review_meeting(browser, sqlite_template, tmp_path, names) as meeting:
        mo, bo, cy = meeting.page("mo"), meeting.page("bo"), meeting.page("cy")
        choose(mo, "mesh")
        for page in (bo, cy):
            expect(page.locator("#call")).to_be_visible()
        go_in(meeting, "mo", "bo", "cy")
        for page in (mo, bo, cy):
            sees_each(page, 2)
            hears_each(page, 2)
        looks_well(bo)
        the_room_goes_on_beside_it(mo, bo, cy)
        a_reload_goes_back_in_as_one_was(mo, cy)
        one_is_put_out_and_let_back_in(meeting)

        # Whoever leaves by the button leaves nothing on; the others go on.
        press(cy, "Leave the call")
        expect(cy.locator("#call")).to_have_attribute("data-phase", "out")
        sees_each(mo, 1)


def the_room_goes_on_beside_it(mo: Page, bo: Page, cy: Page) -> None:
    press(mo, "Next part")
    expect(cy.locator("#on-title")).to_have_text("The host presents the case")
    add_entry(bo, "Members leave early.")
    expect(the_text(cy)).to_have_value("Members leave early.")
    is_saved(bo)
    for page in (mo, bo, cy):
        sees_frames(page)


def a_reload_goes_back_in_as_one_was(mo: Page, cy: Page) -> None:
    """Whose camera was off and whose microphone was muted is neither seen nor heard after it."""
    cy.locator("[data-cam]").click()
    cy.locator("[data-mic]").click()
    cy.reload()
    expect(cy.locator("#call")).to_have_attribute("data-phase", "in")
    for name in ("data-cam", "data-mic"):
        expect(cy.locator(f"[{name}]")).to_have_attribute("aria-pressed", "false")
    expect(mo.locator("[data-tile]:not(.is-me)")).to_have_count(2)
    cy.locator("[data-cam]").click()
    sees_each(mo, 2)


def one_is_put_out_and_let_back_in(meeting: Meeting) -> None:
    mo, bo, cy = meeting.page("mo"), meeting.page("bo"), meeting.page("cy")
    mo.get_by_role("button", name=re.compile(r"^Put out\s*: Bo Berg")).click()
    expect(bo.locator("#call")).to_have_count(1)
    expect(bo.locator("[data-review-part=call]")).to_contain_text("You were put out of this call.")
    expect(bo.locator("#call")).to_have_attribute("data-phase", "out")
    for page in (mo, cy):
        expect(page.locator("[data-tile]:not(.is-me)")).to_have_count(1)
    mo.get_by_role("button", name=re.compile(r"^Let back in\s*: Bo Berg")).click()
    expect(bo.locator("[data-review-part=call]")).not_to_contain_text("You were put out of this call.")
    press(bo, "Go in")
    sees_each(bo, 2)


def test_five_see_each_other_through_janus_and_all_are_told_when_it_is_gone(
    browser: Browser, sqlite_template: Path, tmp_path: Path
) -> None:
    (tmp_path / "janus").mkdir()
    names = ("Mo Maier", "Ria Roth", "Bo Berg", "Cy Costa", "Di Dahl")
    with (
        real_janus(tmp_path / "janus", tokens=False) as (url, process),
        review_meeting(browser, sqlite_template, tmp_path, names) as meeting,
    ):
        use_settings(**settings().model_dump(exclude={"janus_url"}), janus_url=url)
        mo = meeting.people["mo"].open(meeting.path + "/live").page
        choose(mo, "mesh")
        go_in(meeting, "mo", "ria")
        all_are_taken_along(mo, meeting.page("ria"))
        go_in(meeting, "bo", "cy", "di")
        for name in meeting.people:
            sees_each(meeting.page(name), 4)
        hears_each(mo, 4)
        looks_well(mo)
        process.terminate()
        for name in meeting.people:
            expect(meeting.page(name).locator("#main")).to_contain_text("The call failed, and there is no other way")
            expect(meeting.page(name).locator("#call")).to_have_count(0)


def all_are_taken_along(mo: Page, ria: Page) -> None:
    """Whoever leads chooses another way in the middle of a call, and nobody has to go in again."""
    sees_each(mo, 1)
    mo.locator("summary", has_text="Choose how").click()
    mo.get_by_label("Way").select_option(value="janus")
    press(mo, "Choose")
    for page in (mo, ria):
        expect(page.locator("#call")).to_have_attribute("data-way", "janus")
        expect(page.locator("#call")).to_have_attribute("data-phase", "in")
        sees_each(page, 1)


def fourteen_others(meeting: Meeting) -> None:
    """They are in the call as far as rows say, from another process, and send nothing yet."""
    with transaction() as db:
        review_id = meeting.review.subject.id
        epoch, later = room_of_review(db, review_id).epoch, clock.now() + timedelta(hours=1)
        for number in range(14):
            person = make_person(db, f"Wilhelmina{number} von Wolkenstein").person or 0
            db.add(
                ReviewVisit(review_id=review_id, person_id=person, epoch=epoch, entered_at=clock.now(), seen_at=later)
            )


def test_with_fourteen_others_the_page_is_not_too_fast_for_its_line_and_all_fit(
    browser: Browser, sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At half of what a socket may say: here nobody sends, and where all send there are as many answers again."""
    monkeypatch.setattr("realtime.guard.PACE", 10.0)
    monkeypatch.setattr("realtime.guard.BURST", 40.0)
    (tmp_path / "janus").mkdir()
    with (
        real_janus(tmp_path / "janus", tokens=False) as (url, _process),
        review_meeting(browser, sqlite_template, tmp_path, ("Mo Maier",)) as meeting,
    ):
        use_settings(**settings().model_dump(exclude={"janus_url"}), janus_url=url)
        mo = meeting.people["mo"].open(meeting.path + "/live").page
        choose(mo, "janus")
        fourteen_others(meeting)
        go_in(meeting, "mo")
        expect(mo.locator("[data-tile]")).to_have_count(15)
        end = time.monotonic() + 8
        while time.monotonic() < end:
            assert mo.locator("#call").get_attribute("data-line") == "on"
            mo.wait_for_timeout(100)
        looks_well(mo)

        server = current()
        assert server is not None
        assert server.guard.closed["flood"] == 0
