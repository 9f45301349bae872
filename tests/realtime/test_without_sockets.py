# ruff: noqa: F811 - `room` is a fixture of another file
"""Live rooms in a browser that gets no WebSocket: it looks by itself, is told so, and is put out like everybody."""

import pytest
from playwright.sync_api import Page, expect

from events.core.database import transaction
from sessions.moderated import person_on_stage
from sessions.moderation import remove_from_room
from sessions.running import start_pitch
from sessions.stages import get_stage
from tests.makers import person_of
from tests.realtime.test_in_browser import LISTEN, Room, browser, room  # noqa: F401 - fixtures

pytestmark = pytest.mark.browser

WITHOUT = "delete window.WebSocket; Object.defineProperty(window, 'WebSocket', { value: undefined });"
SENTENCE = "There is no live line to this browser. The page looks for news by itself every few seconds."


def enter_without(room: Room, name: str) -> Page:
    """Somebody's browser in the room, which knows no WebSocket."""
    context = room.browser.new_context()
    context.add_cookies([{"name": "folkmoot", "value": room.cookies[name], "url": room.address}])
    context.add_init_script(WITHOUT)
    page = context.new_page()
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    page.goto(f"{room.address}/e/{room.show.event.event.slug}/stages/{room.show.stage.public_id}")
    page.evaluate(LISTEN)
    return page


def test_a_browser_without_a_line_looks_by_itself_and_is_told(room: Room) -> None:
    page = enter_without(room, "bo")

    expect(page.locator("[data-connection]")).to_have_attribute("data-state", "looking")
    expect(page.locator("[data-connection]")).to_have_text("No live line: looking every few seconds")
    page.wait_for_function("() => window.said.length > 0")
    assert page.evaluate("window.said[0][1]") == SENTENCE


def test_it_sees_what_happens_and_takes_part(room: Room) -> None:
    page, other = enter_without(room, "bo"), room.enter("tam")
    page.evaluate("window.stayed = true")

    room.do(start_pitch)
    expect(page.locator("[data-fill=stage-team]")).to_have_text("Lantern")
    page.get_by_label("Your question").fill("Does it reach me?")
    page.get_by_role("button", name="Ask", exact=True).click()
    row = other.locator("[data-question]", has_text="Does it reach me?")
    expect(row).to_be_visible()
    row.locator("[data-vote]").click()

    mine = page.locator("[data-question]", has_text="Does it reach me?")
    expect(mine.locator("button [data-slot=votes]")).to_have_text("1")
    assert page.evaluate("window.stayed")


def test_who_was_removed_is_told_by_the_next_look_and_hears_no_more(room: Room) -> None:
    page = enter_without(room, "bo")
    expect(page.locator("[data-connection]")).to_have_attribute("data-state", "looking")

    with transaction() as db:
        stage = get_stage(db, room.show.hal, room.show.stage.public_id)
        public = person_of(db, room.show.bo).public_id
        remove_from_room(db, room.show.hal, person_on_stage(db, room.show.hal, stage, room.show.event, public))
    expect(page.locator("#toasts")).to_contain_text("You are not in this room any more.")

    room.ask("Behind your back?")
    page.wait_for_timeout(8000)
    assert page.locator("#main").get_by_text("Behind your back?").count() == 0
