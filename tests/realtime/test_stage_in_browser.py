# ruff: noqa: F811 - `room` is a fixture of another file
"""A pitch room in Chromium that stays open for long: its stream, its questions, teams that come later, the hall."""

import re

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import select

from events.core.database import reading, transaction
from events.rounds.rounds import JudgingRound
from sessions.live_scoring import join_scoring
from sessions.moderated import person_on_stage
from sessions.moderation import make_pass, set_manners, silence_person
from sessions.pitches import Pitch, pitches_of, schedule_pitches
from sessions.running import (
    add_time,
    close_stage,
    end_pitch,
    open_stage,
    pause_pitch,
    pitch_on_stage,
    resume_pitch,
    start_pitch,
)
from sessions.stages import QuestionOnStage, ask_question, get_stage, pin_question
from sessions.wishes import wishes_of
from tests.makers import person_of
from tests.realtime.test_in_browser import Room, browser, room  # noqa: F401 - fixtures
from tests.realtime.test_pitch_night import invite
from tests.sessions.makers_pitches import make_team

pytestmark = pytest.mark.browser

MANNERS = {"chat": True, "questions_wait": False, "slow_seconds": 0}
PLAYER = "https://www.youtube-nocookie.com/embed/abc_DEF-123"


def ask_the_team(room: Room, body: str) -> QuestionOnStage:
    """A question to whoever is on."""
    with transaction() as db:
        stage = get_stage(db, room.show.hal, room.show.stage.public_id)
        on = pitch_on_stage(db, stage.stage)
        asked = ask_question(db, room.show.tam, stage, body=body, pitch_id=on.id if on else None)
        return QuestionOnStage(asked, stage.stage, stage.event)


def test_a_stream_is_loaded_by_a_click_and_by_nothing_else(room: Room) -> None:
    room.do(set_manners, **MANNERS, stream="https://youtu.be/abc_DEF-123")
    page = room.enter("bo")
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url))
    page.context.route(re.compile("^https://"), lambda one: one.fulfill(content_type="text/html", body="<p>On air</p>"))
    page.reload()
    expect(page.locator("[data-connection]")).to_have_attribute("data-state", "on")
    before = [one for one in asked if not one.startswith(room.address)]

    page.get_by_role("button", name="Show the stream here").click()

    expect(page.frame_locator("[data-stream-place] iframe").get_by_text("On air")).to_be_visible()
    assert (before, [one for one in asked if not one.startswith(room.address)]) == ([], [PLAYER])


def test_whoever_is_in_the_room_is_told_of_a_stream_that_comes_later(room: Room) -> None:
    page = room.enter("bo")

    room.do(set_manners, **MANNERS, stream="https://youtu.be/abc_DEF-123")

    expect(page.locator("#toasts")).to_contain_text("The stream has changed.")


def test_the_big_screen_shows_the_stream_when_somebody_there_wants_it(room: Room) -> None:
    beamer = room.enter("hal", "/beamer")
    beamer.context.route(re.compile("^https://"), lambda one: one.fulfill(content_type="text/html", body="<p>Air</p>"))
    button = beamer.get_by_role("button", name="Show the stream here")
    expect(beamer.locator("[data-here]")).not_to_be_empty()

    room.do(set_manners, **MANNERS, stream="https://youtu.be/abc_DEF-123")
    button.click()
    expect(beamer.frame_locator("[data-stream-place] iframe").get_by_text("Air")).to_be_visible()
    box = beamer.locator("[data-stream-place] iframe").bounding_box()
    beamer.get_by_role("button", name="Take the stream off the screen").click()

    expect(beamer.locator("iframe")).to_have_count(0)
    expect(button).to_be_focused()
    assert box is not None
    assert (box["height"] > 300, box["y"] + box["height"] <= 720) == (True, True)


FITS = """() => {
  const seen = (one) => one.checkVisibility() && one.getBoundingClientRect().height > 0;
  const fits = (box) => box.top >= 0 && box.bottom <= innerHeight && box.right <= innerWidth;
  const box = (one) => one.getBoundingClientRect();
  const all = (selector) => [...document.querySelectorAll(selector)].filter(seen);
  const parts = all(".beamer-foot > *, .beamer-head > *, .beamer-clock, .beamer-code, [data-top] p, button");
  const foot = box(document.querySelector(".beamer-foot")).top;
  const page = document.scrollingElement;
  return {
    scrolls: page.scrollHeight > innerHeight || page.scrollWidth > innerWidth,
    out: parts.filter((one) => !fits(box(one))).map((one) => one.outerHTML.slice(0, 60)),
    over: all(".beamer-body > *").some((one) => box(one).bottom > foot + 1),
  };
}"""


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1920, 1080), (1024, 768)])
def test_everything_on_the_big_screen_fits_on_it(room: Room, width: int, height: int) -> None:
    room.do(make_pass)
    room.do(start_pitch)
    ask_the_team(room, "How do you dry them in winter? " * 16)
    room.do(set_manners, **MANNERS, stream="https://youtu.be/abc_DEF-123")
    beamer = room.enter("hal", "/beamer")
    beamer.context.route(re.compile("^https://"), lambda one: one.fulfill(content_type="text/html", body="<p>Air</p>"))
    beamer.set_viewport_size({"width": width, "height": height})
    expect(beamer.locator("[data-fill=top-body]")).to_contain_text("in winter")
    before = beamer.evaluate(FITS)

    beamer.get_by_role("button", name="Show the stream here").click()
    expect(beamer.frame_locator("[data-stream-place] iframe").get_by_text("Air")).to_be_visible()
    on = beamer.evaluate(FITS)
    box = beamer.locator("[data-stream-place] iframe").bounding_box()

    fits = {"scrolls": False, "out": [], "over": False}
    assert (before, on) == (fits, fits)
    assert box is not None
    assert (box["width"] > width * 0.5, box["height"] > height * 0.4) == (True, True)


def test_the_big_screen_asks_the_team_that_is_on(room: Room) -> None:
    room.do(start_pitch)
    old = ask_the_team(room, "To Lantern?")
    beamer = room.enter("tam", "/beamer")
    expect(beamer.locator("[data-fill=top-body]")).to_have_text("To Lantern?")

    room.do(end_pitch)
    room.do(start_pitch)
    expect(beamer.locator("h1")).to_contain_text("Millstone")
    expect(beamer.locator("[data-top]")).to_be_hidden()
    ask_the_team(room, "To Millstone?")
    expect(beamer.locator("[data-fill=top-body]")).to_have_text("To Millstone?")
    with transaction() as db:
        pin_question(db, room.show.hal, old, pinned=True)

    expect(beamer.locator("[data-fill=top-body]")).to_have_text("To Lantern?")


# How long the warning waits, in seconds, as the page has set it.
WATCH = """() => {
  const [set, clear] = [window.setTimeout, window.clearTimeout];
  window.waits = new Map();
  window.setTimeout = (call, after, ...rest) => {
    const id = set(call, after, ...rest);
    if (String(call).includes("Minute")) window.waits.set(id, after / 1000);
    return id;
  };
  window.clearTimeout = (id) => { window.waits.delete(id); clear(id); };
}"""
WARNS = "(about) => [...window.waits.values()].map((one) => Math.round(one / 20)).join() === about"


def warns(page: Page, after: int | None) -> None:
    """The warning comes after about so many seconds, or not at all."""
    page.wait_for_function(WARNS, arg="" if after is None else str(round(after / 20)))


def test_a_minute_before_the_end_is_said_whatever_happens_to_the_clock(room: Room) -> None:
    room.do(start_pitch)
    page = room.enter("bo")
    page.add_init_script(f"({WATCH})()")

    page.reload()
    warns(page, 120)
    room.do(add_time, seconds=120)
    warns(page, 240)
    room.do(pause_pitch)
    warns(page, None)
    room.do(resume_pitch)
    warns(page, 240)


def test_a_team_that_comes_later_can_be_wished_for(room: Room) -> None:
    page = room.enter("bo")
    with transaction() as db:
        make_team(db, room.show.event, "Newcomer", [])
        stage = get_stage(db, room.show.hal, room.show.stage.public_id)
        schedule_pitches(db, room.show.hal, stage)
        late = pitches_of(db, stage.stage)[-1].public_id

    with transaction() as db:
        stage = get_stage(db, room.show.hal, room.show.stage.public_id)
        start_pitch(db, room.show.hal, stage, pitch=db.exec(select(Pitch).where(Pitch.public_id == late)).one())
    wish = page.locator(f"[data-for-pitch={late}] [data-wish]")
    wish.click()

    expect(wish).to_have_attribute("aria-pressed", "true")
    expect(page.locator("[data-wish]:visible")).to_have_count(1)


def test_whoever_asks_a_team_something_can_want_to_meet_it_at_the_question(room: Room) -> None:
    room.do(start_pitch)
    page, other = room.enter("bo"), room.enter("ada")
    page.get_by_label("Your question").fill("Who pays for it?")
    page.get_by_role("button", name="Ask", exact=True).click()
    own = page.locator("[data-question]").get_by_role("button", name="I want to meet this team")
    expect(own).to_have_attribute("aria-pressed", "false")

    room.do(start_pitch)
    own.click()

    expect(own).to_have_attribute("aria-pressed", "true")
    expect(page.locator("[data-vote]")).to_have_attribute("aria-pressed", "false")
    with reading() as db:
        lantern = pitches_of(db, room.show.stage)[0].public_id
        assert wishes_of(db, room.show.bo, room.show.stage.id or 0) == {lantern}
    expect(other.locator("[data-question]")).to_have_count(1)
    expect(other.locator("[data-question] [data-wish]")).to_be_hidden()


def test_a_judge_gets_the_link_to_score_while_the_page_is_open(room: Room) -> None:
    invite(room)
    with reading() as db:
        joined = db.exec(select(JudgingRound)).one().public_id
    room.do(join_scoring, round_public="")
    page = room.enter("dee")
    page.get_by_label("Your question").fill("I am still writing")

    room.do(join_scoring, round_public=joined)
    room.do(start_pitch)

    expect(page.get_by_role("link", name="Score this pitch")).to_have_count(1)
    expect(page.get_by_label("Your question")).to_have_value("I am still writing")


def test_the_silenced_raise_no_hand_when_others_do(room: Room) -> None:
    with transaction() as db:
        stage = get_stage(db, room.show.hal, room.show.stage.public_id)
        bo = person_of(db, room.show.bo).public_id
        silence_person(db, room.show.hal, person_on_stage(db, room.show.hal, stage, room.show.event, bo))
    page, other = room.enter("bo"), room.enter("tam")

    other.get_by_role("button", name="Raise your hand").click()
    page.get_by_role("tab", name="People").click()

    expect(page.locator("[data-hand]")).to_have_count(1)
    expect(page.get_by_role("button", name="Raise your hand")).to_be_hidden()


def test_whoever_came_into_the_hall_early_asks_when_the_room_opens(room: Room) -> None:
    with transaction() as db:
        code = make_pass(db, room.show.hal, get_stage(db, room.show.hal, room.show.stage.public_id)).code
    room.do(close_stage)
    page = room.browser.new_context().new_page()
    page.goto(f"{room.address}/r/{code}")
    page.get_by_role("button", name="Come in").click()
    expect(page.locator("#main").get_by_text("The room is not open now.")).to_be_visible()
    expect(page.get_by_label("Your question")).to_be_hidden()

    room.do(open_stage)

    expect(page.get_by_label("Your question")).to_be_visible(timeout=30_000)
    page.get_by_label("Your question").fill("May I?")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator("#main").get_by_text(re.compile("Your question is sent"))).to_be_visible()
