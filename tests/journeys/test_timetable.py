"""The timetable in Chromium: sessions are moved by keyboard and by drag, refused with their reason, taken off."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Locator, Page, expect

from events.core import clock
from events.core.database import forget_engines, transaction
from events.signin import open_sign_in
from sessions.timetable.rows import Session, get_session, sessions_of
from tests.journeys.house import House, open_house
from tests.journeys.people import Somebody
from tests.makers import NOW, make_person, person_of
from tests.sessions.makers_agenda import Programme, at, make_agenda, make_session, move_to, released

pytestmark = pytest.mark.browser

GRID = "/e/food-hack/timetable?day=2026-04-14&step=30"


@dataclass
class Setting:
    """A running product with two sessions in the hall, from nine and from eleven on, and one that waits."""

    made: Programme
    house: House
    ids: list[int]
    somebody: Somebody

    @property
    def page(self) -> Page:
        return self.somebody.page

    def cell(self, room: int, time: str) -> Locator:
        """A cell by the number of its room and its time."""
        return self.page.locator(f"[data-grid] tr[data-at$='T{time}'] > *").nth(room + 1)

    def starts_at(self, number: int) -> object:
        with transaction() as db:
            return db.get_one(Session, self.ids[number]).starts_at

    def hears(self, words: str) -> None:
        expect(self.page.locator("#status")).to_have_text(words)


@pytest.fixture
def timetable(browser: Chromium, sqlite_template: Path, tmp_path: Path) -> Iterator[Setting]:
    shutil.copy(sqlite_template, tmp_path / "folkmoot.db")
    found: list[tuple[Programme, list[int], str]] = []

    def prepare() -> None:
        # An hour ago: what is older than a minute when the product starts is news to nobody.
        with clock.frozen_at(NOW - timedelta(hours=1)), transaction() as db:
            made = make_agenda(db, make_person(db, "Ada Adler", zone="Europe/Vienna"))
            sessions = [make_session(db, made, title, hours=hours) for title, hours in (("Opening", 7), ("Keynote", 9))]
            sessions.append(make_session(db, made, "Workshop"))
            cookie = open_sign_in(db, person_of(db, made.ada), way="test")
            found.append((made, [one.id for one in sessions], cookie))

    with open_house(f"sqlite:///{tmp_path}/folkmoot.db", tmp_path / "files", NOW, prepare=prepare) as house:
        made, ids, cookie = found[0]
        somebody = Somebody(browser, house, "Ada Adler", viewport={"width": 1280, "height": 1600})
        somebody.context.add_cookies([{"name": "folkmoot", "value": cookie, "url": house.address}])
        somebody.open(GRID)
        yield Setting(made, house, ids, somebody)
        somebody.close()
    forget_engines()


def test_a_session_is_moved_by_keyboard(timetable: Setting) -> None:
    keyboard = timetable.page.keyboard
    timetable.cell(0, "09:00").locator("a").focus()

    keyboard.press("Space")
    timetable.hears("Picked up: Opening. Choose a place with the arrow keys, drop it with the space bar; Escape leaves "
                    "it where it is.")  # fmt: skip
    keyboard.press("ArrowRight")
    timetable.hears("Over Studio, 09:00")
    keyboard.press("ArrowDown")
    keyboard.press("Space")

    timetable.hears("Opening is in Studio on Tue, 14 Apr 2026 at 09:30.")
    expect(timetable.cell(1, "09:30")).to_contain_text("Opening")
    assert timetable.starts_at(0) == at(7.5)
    assert timetable.page.evaluate("document.activeElement.dataset.title") == "Opening"


def test_escape_leaves_it_where_it_is(timetable: Setting) -> None:
    timetable.cell(0, "09:00").locator("a").focus()
    for key in ("Space", "ArrowDown", "Escape"):
        timetable.page.keyboard.press(key)

    timetable.hears("Opening stays where it is.")
    assert timetable.page.evaluate("document.activeElement.dataset.title") == "Opening"
    assert timetable.starts_at(0) == at(7)


def test_a_session_is_moved_by_drag_and_one_that_waits_gets_its_place(timetable: Setting) -> None:
    timetable.cell(0, "09:00").locator("a").drag_to(timetable.cell(1, "13:00"))
    expect(timetable.cell(1, "13:00")).to_contain_text("Opening")

    timetable.page.locator("[data-off] a", has_text="Workshop").drag_to(timetable.cell(0, "09:30"))
    expect(timetable.cell(0, "09:30")).to_contain_text("Workshop")
    timetable.hears("Workshop is in Great Hall on Tue, 14 Apr 2026 at 09:30.")

    assert [timetable.starts_at(number) for number in (0, 2)] == [at(11), at(7.5)]


def test_a_place_that_is_taken_is_refused_with_its_reason(timetable: Setting) -> None:
    timetable.cell(0, "09:00").locator("a").drag_to(timetable.cell(0, "11:30"))

    said = ("Keynote and Opening are in Great Hall at the same time: Keynote is there from 11:00 to 12:00. "
            "Opening stays where it is.")  # fmt: skip
    expect(timetable.page.locator("#alert")).to_have_text(said)
    expect(timetable.cell(0, "09:00")).to_contain_text("Opening")
    assert timetable.starts_at(0) == at(7)
    timetable.somebody.faults.found.clear()  # that the script was refused


def test_a_session_dropped_onto_another_is_swapped_with_it_after_a_look(timetable: Setting) -> None:
    timetable.cell(0, "09:00").locator("a").drag_to(timetable.cell(0, "11:00").locator("a"))
    timetable.somebody.arrives_at("Swap Opening")
    expect(timetable.page.locator("#main").get_by_text("Nothing is in the way.")).to_be_visible()
    assert timetable.starts_at(0) == at(7)
    timetable.somebody.look()
    timetable.page.get_by_role("button", name="Swap the two").click()
    timetable.somebody.arrives_at("Timetable")
    assert [timetable.starts_at(number) for number in (0, 1)] == [at(9), at(7)]

    timetable.somebody.open(GRID)
    keyboard = timetable.page.keyboard
    timetable.cell(0, "09:00").locator("a").focus()
    keyboard.press("Space")
    for _row in range(3):
        keyboard.press("ArrowDown")
    keyboard.press("ArrowDown")
    timetable.hears("Over Great Hall, 11:00: Opening. Drop it here to swap the two.")
    with timetable.page.expect_navigation():
        keyboard.press("Space")
    timetable.somebody.arrives_at("Swap Keynote")


def test_delete_and_a_drag_to_the_list_take_a_session_off(timetable: Setting) -> None:
    timetable.cell(0, "09:00").locator("a").focus()
    timetable.page.keyboard.press("Delete")
    waiting = timetable.page.locator("[data-off]")
    expect(waiting).to_contain_text("Opening")
    timetable.hears("Opening waits for a time.")

    timetable.cell(0, "11:00").locator("a").drag_to(waiting)
    expect(waiting).to_contain_text("Keynote")

    assert [timetable.starts_at(number) for number in (0, 1)] == [None, None]


def test_the_timetable_follows_what_others_do_and_keeps_the_focus(timetable: Setting) -> None:
    timetable.cell(1, "15:00").locator("a").focus()
    timetable.page.evaluate("window.same = true")

    with transaction() as db:
        row = next(one for one in sessions_of(db, timetable.made.event.id) if one.id == timetable.ids[0])
        subject = get_session(db, timetable.made.ada, timetable.made.event, row.public_id)
        move_to(db, timetable.made, subject, 12)

    expect(timetable.cell(0, "14:00")).to_contain_text("Opening")
    kept = timetable.page.evaluate("[window.same, document.activeElement.getAttribute('aria-label')]")
    assert kept == [True, "Studio, 15:00: free"]
    timetable.somebody.look()


def test_enter_opens_the_form_of_a_session(timetable: Setting) -> None:
    timetable.cell(0, "09:00").locator("a").focus()
    with timetable.page.expect_navigation():
        timetable.page.keyboard.press("Enter")

    timetable.somebody.look().arrives_at("Opening")


@contextmanager
def another_site(framed: str) -> Iterator[str]:
    """A page on another origin with one of ours in a frame; where it is."""

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(f'<iframe src="{framed}"></iframe>'.encode())

        def log_message(self, *said: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_the_widget_stands_in_a_frame_of_another_site_and_no_other_page_does(
    timetable: Setting, browser: Chromium
) -> None:
    with transaction() as db:
        released(db, timetable.made)
    context = browser.new_context()
    page, seen = context.new_page(), {}

    for path in ("agenda/widget", "agenda"):
        with another_site(f"{timetable.house.address}/e/food-hack/{path}") as address:
            page.goto(address, wait_until="load")
            seen[path] = "Opening" in page.frames[1].locator("body").inner_text()

    assert seen == {"agenda/widget": True, "agenda": False}
    assert context.cookies() == []
    context.close()
