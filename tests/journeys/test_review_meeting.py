"""A peer review meets in real browsers: eight people in the live room, three of them at one text, parts that move on,
hands, dots, and findings that are agreed on."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from events.core.database import forget_engines, transaction
from events.signin import open_sign_in
from sessions.peer_reviews.places import take_out_of_review
from sessions.peer_reviews.reviews import PlaceInReview, places_of
from tests.journeys.conftest import START
from tests.journeys.house import open_house
from tests.journeys.people import Somebody
from tests.journeys.review_room import (
    Meeting,
    add_entry,
    dots_and_findings,
    is_saved,
    press,
    the_text,
    three_write_at_once,
)
from tests.makers import person_of
from tests.sessions.makers_review_meetings import DAY, plan
from tests.sessions.makers_reviews import make_review

pytestmark = pytest.mark.browser

PEOPLE = ("Hal Huber", "Mo Maier", "Ria Roth", "Ole Olin", "Bo Berg", "Cy Costa", "Di Dahl", "Ed Esser")


@contextmanager
def review_meeting(browser: Browser, template: Path, folder: Path, names: Sequence[str] = PEOPLE) -> Iterator[Meeting]:
    """A review that meets in a month, with all of these in the live room."""
    (folder / "folkmoot.db").write_bytes(template.read_bytes())
    cookies: dict[str, str] = {}
    with open_house(f"sqlite:///{folder}/folkmoot.db", folder / "files", START) as house:
        with transaction() as db:
            review = make_review(db)
            first = START.replace(hour=9) + 30 * DAY
            plan(db, review, first, first + DAY)
            for name in names:
                cookies[name] = open_sign_in(db, person_of(db, review.people[name.split()[0].lower()]), way="test")
        people = {}
        try:
            for name, cookie in cookies.items():
                somebody = people[name.split()[0].lower()] = Somebody(browser, house, name)
                somebody.context.add_cookies([{"name": "folkmoot", "value": cookie, "url": house.address}])
            meeting = Meeting(house, review, people)
            for somebody in people.values():
                somebody.open(meeting.path + "/live")
                expect(somebody.page.locator("[data-connection]").first).to_have_attribute("data-state", "on")
            yield meeting
        finally:
            for somebody in people.values():
                somebody.close()
    forget_engines()


@pytest.fixture
def meeting(browser: Browser, sqlite_template: Path, tmp_path: Path) -> Iterator[Meeting]:
    with review_meeting(browser, sqlite_template, tmp_path) as found:
        yield found


def clock_of(page: Page) -> str:
    return page.locator("#part-clock").inner_text()


def knows_of_no_line(somebody: Somebody) -> None:
    """What a browser says of a line that this test took away is no fault; anything else is."""
    somebody.faults.found[:] = [one for one in somebody.faults.found if "net::ERR_" not in one]


def test_a_review_meets(meeting: Meeting) -> None:
    mo, bo, ole = meeting.page("mo"), meeting.page("bo"), meeting.page("ole")

    # Parts move on before everybody; whoever reloads sees the same.
    press(mo, "Next part")
    for name in meeting.people:
        expect(meeting.page(name).locator("#on-title")).to_have_text("The host presents the case")
        expect(meeting.page(name).locator("#part-clock")).to_have_text(re.compile(r"4[45]:\d\d"))
    press(mo, "One minute more")
    # 45:00 is what it showed before. It runs, so that it can stand still at something else than the whole time.
    expect(bo.locator("#part-clock")).to_have_text(re.compile(r"45:(?!00)\d\d"))
    press(mo, "Pause the clock")
    expect(bo.locator("#main").get_by_text("The clock stands still")).to_be_visible()
    ole.reload()
    expect(ole.locator("#part-clock")).to_have_text(clock_of(bo))
    press(mo, "Let the clock go on")
    expect(bo.locator("#main").get_by_text("The clock stands still")).to_have_count(0)
    press(mo, "Next part")
    expect(ole.locator("#on-title")).to_have_text("Question 1: Clarify")

    # Hands.
    press(bo, "Raise my hand")
    expect(mo.locator("[data-speakers]")).to_contain_text("Bo Berg")
    press(meeting.page("cy"), "Raise my hand")
    expect(mo.locator("[data-speakers]")).to_contain_text("Cy Costa")
    mo.get_by_role("button", name=re.compile(r"^Give the floor\s*: Bo Berg")).click()
    expect(ole.locator("[data-speakers] li").first).to_contain_text("Speaks")
    press(bo, "Lower my hand")
    expect(mo.locator("[data-speakers]")).not_to_contain_text("Bo Berg")

    three_write_at_once(meeting)
    dots_and_findings(meeting)
    for somebody in meeting.people.values():
        somebody.look()
        assert somebody.faults.found == []


def test_what_is_written_without_a_line_is_kept_and_merged(meeting: Meeting) -> None:
    ria, bo = meeting.people["ria"], meeting.people["bo"]
    add_entry(ria.page, "Together")
    expect(the_text(bo.page)).to_have_value("Together")
    is_saved(ria.page)

    bo.context.set_offline(True)
    the_text(bo.page).focus()
    bo.page.keyboard.press("End")
    bo.page.keyboard.type(" offline")
    expect(bo.page.locator("[data-board]")).to_have_attribute("data-state", "offline")
    the_text(ria.page).focus()
    ria.page.keyboard.press("Home")
    ria.page.keyboard.type("online ")
    is_saved(ria.page)
    bo.context.set_offline(False)

    for page in (ria.page, bo.page):
        expect(the_text(page)).to_have_value("online Together offline")
    knows_of_no_line(bo)


def test_what_was_not_sent_survives_a_page_that_was_closed(meeting: Meeting) -> None:
    bo = meeting.people["bo"]
    add_entry(bo.page, "Kept")
    is_saved(bo.page)

    bo.page.route("**/board", lambda route: route.abort())
    the_text(bo.page).focus()
    bo.page.keyboard.press("End")
    bo.page.keyboard.type(" here")
    expect(bo.page.locator("[data-board]")).to_have_attribute("data-state", "offline")
    bo.page.close()
    again = bo.context.new_page()
    again.goto(meeting.path + "/live")

    expect(the_text(again)).to_have_value("Kept here")
    is_saved(again)
    assert list(meeting.texts().values()) == ["Kept here"]
    knows_of_no_line(bo)


def test_who_is_taken_out_is_out_at_once(meeting: Meeting) -> None:
    ria, bo = meeting.people["ria"], meeting.people["bo"]
    add_entry(ria.page, "Said inside")
    expect(the_text(bo.page)).to_have_value("Said inside")
    is_saved(ria.page)
    review = meeting.review

    with transaction() as db:
        place = next(one for one in places_of(db, review.subject.id) if one.person_id == review.people["bo"].person)
        take_out_of_review(
            db, review.ada, PlaceInReview(place, review.subject.review, review.event.event), reason="They fell ill."
        )
    expect(bo.page.locator("[data-board]")).to_have_attribute("data-state", "left")
    ria.page.keyboard.press("End")
    ria.page.keyboard.type(" and later")
    is_saved(ria.page)

    assert "Said inside" not in bo.page.locator("main").inner_text()
    assert bo.page.locator(".board-entry").count() == 0
    for path in ("/board?since=0", "/live", "/live/now"):
        assert bo.context.request.get(meeting.house.address + meeting.path + path, max_retries=3).status == 404


def test_pages_show_who_is_here_and_are_drawn_anew_with_another_call(meeting: Meeting) -> None:
    """Nobody reloads by hand, and whoever writes at that moment is not interrupted."""
    mo, bo, cy = meeting.page("mo"), meeting.page("bo"), meeting.page("cy")
    here = bo.locator("[data-review-here]")
    for name in PEOPLE:
        expect(here).to_contain_text(name)
    meeting.people["ole"].page.goto("about:blank")
    expect(here).not_to_contain_text("Ole Olin")
    form = cy.locator("[data-add-entry]")
    form.get_by_label("Text").fill("Half a sen")

    mo.locator("summary", has_text="Choose how").click()
    mo.get_by_label("Way").select_option(value="link")
    mo.get_by_role("textbox", name="Link").fill("https://meet.example.org/x")
    press(mo, "Choose")

    expect(bo.get_by_role("link", name="Come into the call")).to_be_visible()
    expect(form.get_by_label("Text")).to_have_value("Half a sen")
    expect(cy.get_by_role("link", name="Come into the call")).to_have_count(0)
