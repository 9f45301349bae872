"""The board in Chromium: meetings are moved and swapped by keyboard and by drag, and it moves by itself."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Locator, Page, expect
from sqlmodel import select

from events.core import clock
from events.core.access import Actor
from events.core.database import forget_engines, transaction
from events.people import Person
from events.signin import open_sign_in
from sessions.meetings import get_meeting
from sessions.moves import move_meeting
from sessions.requests import book_meeting
from tests.journeys.house import House, open_house
from tests.journeys.people import Somebody
from tests.makers import NOW, make_organisation, make_person, person_of
from tests.sessions.makers_meetings import Fair, make_fair, make_meeting, make_participant, place_of, with_rules

pytestmark = pytest.mark.browser


@dataclass
class Setting:
    """A running product with an event of four people and two meetings: Bo with Cy at 11:00, Dee with Mel at 11:50."""

    fair: Fair
    house: House
    meetings: list[str]
    somebody: Somebody

    @property
    def page(self) -> Page:
        return self.somebody.page

    def cell(self, name: str, time: str) -> Locator:
        """A participant's cell, by its words for who cannot see it."""
        row = self.page.locator("[data-grid] tbody tr", has=self.page.locator("th", has_text=name))
        heads = [one.inner_text() for one in self.page.locator("[data-grid] thead th").all()]
        return row.locator("th, td").nth(next(n for n, one in enumerate(heads) if one.endswith(time)))

    def starts_at(self, number: int) -> object:
        with transaction() as db:
            return get_meeting(db, self.fair.ada, self.meetings[number]).meeting.starts_at

    def hears(self, words: str) -> None:
        expect(self.page.locator("#status")).to_have_text(words)


@pytest.fixture
def board(browser: Chromium, sqlite_template: Path, tmp_path: Path) -> Iterator[Setting]:
    shutil.copy(sqlite_template, tmp_path / "folkmoot.db")
    made: list[tuple[Fair, list[str], str]] = []

    def prepare() -> None:
        # An hour ago: what is older than a minute when the product starts is news to nobody, and moves no board.
        with clock.frozen_at(NOW - timedelta(hours=1)), transaction() as db:
            fair = make_fair(db, make_person(db, "Ada Adler", zone="Europe/Vienna"))
            people = [
                make_participant(db, make_person(db, name), fair, organisation=make_organisation(db, f"{name} Ltd"))
                for name in ("Bo Berg", "Cy Costa", "Dee Dumont", "Mel Meyer")
            ]
            one = make_meeting(db, fair, asker=people[0], invitee=people[1], slot=0)
            two = make_meeting(db, fair, asker=people[2], invitee=people[3], slot=2)
            cookie = open_sign_in(db, person_of(db, fair.ada), way="test")
            made.append((fair, [one.meeting.public_id, two.meeting.public_id], cookie))

    with open_house(f"sqlite:///{tmp_path}/folkmoot.db", tmp_path / "files", NOW, prepare=prepare) as house:
        fair, meetings, cookie = made[0]
        # Tall enough for the whole board: what Chromium scrolls into sight between pressing and moving is not dragged.
        somebody = Somebody(browser, house, "Ada Adler", viewport={"width": 1280, "height": 1400})
        somebody.context.add_cookies([{"name": "folkmoot", "value": cookie, "url": house.address}])
        somebody.open("/e/food-match/board")
        yield Setting(fair, house, meetings, somebody)
        somebody.close()
    forget_engines()


def test_a_meeting_is_moved_by_keyboard(board: Setting) -> None:
    keyboard = board.page.keyboard
    board.cell("Bo Berg", "11:00").locator("a").focus()

    keyboard.press("Space")
    board.hears("Picked up: the meeting of Bo Berg – Cy Costa. Choose a time with the arrow keys, drop it with the "
                "space bar; Escape leaves it where it is.")  # fmt: skip
    keyboard.press("ArrowRight")
    board.hears("Over Bo Berg, Wed, 15 Apr 2026, 11:25")
    keyboard.press("Enter")

    board.hears("Meeting of Bo Berg and Cy Costa moved to 11:25.")
    expect(board.cell("Cy Costa", "11:25")).to_contain_text("Bo Berg")
    expect(board.page.locator("[data-part=filters]")).to_contain_text(re.compile(r"Without meetings: \d"))
    assert board.starts_at(0) == board.fair.slots[1].starts_at
    assert board.page.evaluate("document.activeElement.dataset.meeting") == board.meetings[0]


def test_escape_leaves_it_where_it_is(board: Setting) -> None:
    board.cell("Bo Berg", "11:00").locator("a").focus()
    for key in ("Space", "ArrowRight", "ArrowRight", "Escape"):
        board.page.keyboard.press(key)

    board.hears("The meeting of Bo Berg – Cy Costa stays where it is.")
    assert board.page.evaluate("document.activeElement.dataset.meeting") == board.meetings[0]
    assert board.starts_at(0) == board.fair.slots[0].starts_at


def test_arrows_home_and_end_go_through_the_grid(board: Setting) -> None:
    keyboard, label = board.page.keyboard, "document.activeElement.getAttribute('aria-label')"
    board.page.locator("[data-scroll]").focus()
    keyboard.press("Tab")
    stops = board.page.locator("[data-grid] [tabindex='0']")

    assert board.page.evaluate(label).startswith("Bo Berg, Wed, 15 Apr 2026, 11:00")
    for key, words in (
        ("ArrowDown", "Cy Costa, Wed, 15 Apr 2026, 11:00"), ("End", "Cy Costa, Wed, 15 Apr 2026, 12:15"),
        ("Control+End", "Mel Meyer, Wed, 15 Apr 2026, 12:15"), ("ArrowRight", "Mel Meyer, Wed, 15 Apr 2026, 12:15"),
    ):  # fmt: skip
        keyboard.press(key)
        assert board.page.evaluate(label).startswith(words)
    keyboard.press("Control+Home")
    assert board.page.evaluate("document.activeElement.textContent") == "Bo Berg"
    assert stops.count() == 1
    keyboard.press("Tab")
    assert board.page.evaluate("document.activeElement.closest('[data-grid]')") is None


def test_enter_opens_what_can_be_done(board: Setting) -> None:
    board.cell("Bo Berg", "11:00").locator("a").focus()

    with board.page.expect_navigation():
        board.page.keyboard.press("Enter")

    board.somebody.look().arrives_at("Meeting of Bo Berg and Cy Costa")
    board.somebody.follow("Back to the board")
    assert board.page.evaluate("document.activeElement.dataset.meeting") == board.meetings[0]


def test_a_meeting_is_moved_by_drag(board: Setting) -> None:
    board.cell("Bo Berg", "11:00").locator("a").drag_to(board.cell("Bo Berg", "12:15"))

    expect(board.cell("Cy Costa", "12:15")).to_contain_text("Bo Berg")
    board.hears("Meeting of Bo Berg and Cy Costa moved to 12:15.")
    assert board.starts_at(0) == board.fair.slots[3].starts_at


def test_a_meeting_is_dragged_to_another_table(board: Setting) -> None:
    board.somebody.open("/e/food-match/board?by=tables")
    board.cell("Table 1", "11:00").locator("a").drag_to(board.cell("Table 3", "11:25"))

    expect(board.cell("Table 3", "11:25")).to_contain_text("Bo Berg – Cy Costa")
    assert board.starts_at(0) == board.fair.slots[1].starts_at


def test_a_meeting_dropped_on_another_is_swapped_when_one_says_so(board: Setting) -> None:
    board.cell("Bo Berg", "11:00").locator("a").drag_to(board.cell("Dee Dumont", "11:50").locator("a"))

    dialog = board.page.locator("#board-swap")
    expect(dialog).to_contain_text("Let the meeting of Bo Berg – Cy Costa and the meeting of Dee Dumont – Mel Meyer")
    dialog.get_by_role("button", name="Swap them").click()

    expect(board.cell("Bo Berg", "11:50")).to_contain_text("Cy Costa")
    expect(board.cell("Mel Meyer", "11:00")).to_contain_text("Dee Dumont")
    assert [board.starts_at(n) for n in (0, 1)] == [board.fair.slots[2].starts_at, board.fair.slots[0].starts_at]


def test_a_row_of_somebody_else_is_no_place_for_it(board: Setting) -> None:
    board.cell("Bo Berg", "11:00").locator("a").drag_to(board.cell("Mel Meyer", "12:15"))

    board.hears("Drop it in the row of somebody who takes part.")
    assert board.starts_at(0) == board.fair.slots[0].starts_at


def test_a_limit_leads_to_the_field_for_the_reason(board: Setting) -> None:
    with transaction() as db:
        with_rules(db, board.fair, max_per_block=1)
        other = make_participant(db, make_person(db, "Zed Zander"), board.fair)
        bo = Actor(db.exec(select(Person.id).where(Person.name == "Bo Berg")).one())
        places = [place_of(db, one, board.fair) for one in (other, bo)]
        book_meeting(db, board.fair.ada, board.fair.event, people=places, slot=board.fair.slots[3], override="Wanted.")
    board.page.reload()

    with board.page.expect_navigation():
        board.cell("Bo Berg", "11:00").locator("a").drag_to(board.cell("Bo Berg", "11:25"))
    board.somebody.faults.found.clear()  # that the script was refused first
    board.somebody.sees("To go beyond it, say why.").write("Why beyond the limit", "They asked for it.")
    board.somebody.press("Move it there")

    board.somebody.sees("Meeting of Bo Berg and Cy Costa moved to 11:25.")


def test_the_board_moves_by_itself_and_takes_nobodys_focus(board: Setting) -> None:
    board.cell("Mel Meyer", "12:15").locator("a").focus()
    board.page.evaluate("window.same = true")

    with transaction() as db:
        meeting = get_meeting(db, board.fair.ada, board.meetings[0])
        move_meeting(db, board.fair.ada, meeting, slot=board.fair.slots[1])

    expect(board.cell("Bo Berg", "11:25")).to_contain_text("Cy Costa")
    kept = board.page.evaluate("[window.same, document.activeElement.getAttribute('aria-label')]")
    assert kept == [True, "Mel Meyer, Wed, 15 Apr 2026, 12:15: free"]


def test_whoever_wants_it_still_has_it_still(board: Setting) -> None:
    board.page.get_by_label("Keep the board still").check()
    with transaction() as db:
        meeting = get_meeting(db, board.fair.ada, board.meetings[0])
        move_meeting(db, board.fair.ada, meeting, slot=board.fair.slots[1])
    board.page.wait_for_timeout(4000)

    expect(board.cell("Bo Berg", "11:00")).to_contain_text("Cy Costa")
    board.page.get_by_label("Keep the board still").uncheck()
    expect(board.cell("Bo Berg", "11:25")).to_contain_text("Cy Costa")
