"""A pitch room in Chromium: it moves without reloading, takes nobody's focus, and speaks seldom."""

import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from sqlmodel import select

from events.core.access import Actor
from events.core.database import forget_engines, reading, transaction
from events.signin import open_sign_in
from realtime.server import current
from sessions import rooms
from sessions.running import add_time, end_pitch, start_pitch
from sessions.stages import (
    QuestionOnStage,
    StageQuestion,
    ask_question,
    get_stage,
    hide_question,
    vote_for_question,
)
from tests.browser import NoChromium, chromium
from tests.journeys.house import open_house
from tests.makers import NOW, person_of
from tests.sessions.makers_pitches import Show, make_show

pytestmark = pytest.mark.browser
LISTEN = """() => {
  window.said = [];
  const region = document.getElementById('status');
  const heard = () => { if (region.textContent) window.said.push([performance.now(), region.textContent]); };
  new MutationObserver(heard).observe(region, { childList: true, characterData: true, subtree: true });
}"""
AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"


@dataclass
class Room:
    """A running product with a pitch room in it, and browsers in that room."""

    show: Show
    address: str
    browser: Browser
    cookies: dict[str, str]

    def enter(self, name: str, rest: str = "", **options) -> Page:
        """Somebody's browser in the room, connected."""
        context: BrowserContext = self.browser.new_context(**options)
        context.add_cookies([{"name": "folkmoot", "value": self.cookies[name], "url": self.address}])
        page = context.new_page()
        page.on("pageerror", lambda error: pytest.fail(str(error)))
        page.goto(f"{self.address}/e/{self.show.event.event.slug}/stages/{self.show.stage.public_id}{rest}")
        if rest not in {"/beamer", "/speaker", "/moderation"}:
            expect(page.locator("[data-connection]")).to_have_attribute("data-state", "on")
        return page

    def do(self, command, **values) -> None:
        """What the host does elsewhere."""
        with transaction() as db:
            command(db, self.show.hal, get_stage(db, self.show.hal, self.show.stage.public_id), **values)

    def ask(self, body: str, actor: Actor | None = None) -> QuestionOnStage:
        """A question from the audience."""
        with transaction() as db:
            stage = get_stage(db, self.show.hal, self.show.stage.public_id)
            return QuestionOnStage(ask_question(db, actor or self.show.tam, stage, body=body), stage.stage, stage.event)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    try:
        with chromium() as found:
            yield found
    except NoChromium as lack:
        pytest.skip(str(lack))


@pytest.fixture
def room(browser: Browser, sqlite_template: Path, tmp_path: Path) -> Iterator[Room]:
    shutil.copy(sqlite_template, tmp_path / "folkmoot.db")
    made: list[tuple[Show, dict[str, str]]] = []

    def prepare() -> None:
        with transaction() as db:
            show = make_show(db, opened=True)
            names = ("ada", "hal", "tam", "bo")
            cookies = {name: open_sign_in(db, person_of(db, getattr(show, name)), way="test") for name in names}
            made.append((show, cookies))

    with open_house(f"sqlite:///{tmp_path}/folkmoot.db", tmp_path / "files", NOW, prepare=prepare) as house:
        show, cookies = made[0]
        yield Room(show, house.address, browser, cookies)
        for context in browser.contexts:
            context.close()
    forget_engines()


def test_a_room_moves_without_reloading_and_takes_nobodys_focus(room: Room) -> None:
    page = room.enter("bo")
    page.evaluate("window.same = true")
    page.get_by_label("Your question").fill("I am still writing")

    room.do(start_pitch)
    expect(page.locator("[data-fill=stage-team]")).to_have_text("Lantern")
    room.do(add_time, seconds=60)
    for number in range(20):
        room.ask(f"Question {number}?")
    expect(page.locator("[data-question]")).to_have_count(20)
    room.do(end_pitch)
    expect(page.locator("#main").get_by_text("The stage is free")).to_be_visible()

    kept = page.evaluate("[window.same, document.activeElement.id, document.activeElement.value, scrollY]")
    assert kept == [True, "f-body", "I am still writing", 0]


def test_a_countdown_runs_on_the_servers_clock(room: Room) -> None:
    room.do(start_pitch)
    page = room.enter("bo", timezone_id="Asia/Tokyo")
    page.clock.set_system_time("2031-01-01T00:00:00")
    page.reload()

    expect(page.locator("#clock")).to_have_text(re.compile(r"2:[0-5]\d"))


def test_the_host_moves_the_room_on_and_attendees_see_it(room: Room) -> None:
    host, attendee, beamer = room.enter("hal", "/control"), room.enter("bo"), room.enter("tam", "/beamer")

    host.get_by_role("button", name="Next pitch").click()

    expect(attendee.locator(".queue-item.is-now")).to_contain_text("Lantern")
    expect(beamer.locator("h1")).to_contain_text("Lantern")
    expect(host.get_by_role("button", name="End this pitch")).to_be_visible()
    assert host.evaluate("document.activeElement.textContent").strip() == "Next pitch"


def test_the_order_of_questions_follows_the_votes_and_a_hidden_one_goes(room: Room) -> None:
    first, second = room.ask("One?"), room.ask("Two?")
    attendee, beamer = room.enter("bo"), room.enter("tam", "/beamer")

    attendee.locator(f"[data-question={second.question.public_id}] [data-vote]").click()
    expect(attendee.locator(f"[data-question={second.question.public_id}] [data-slot=votes]")).to_have_text("1")
    expect(attendee.locator(f"[data-question={second.question.public_id}] [data-vote]")).to_have_attribute(
        "aria-pressed", "true"
    )
    expect(beamer.locator("[data-fill=top-body]")).to_have_text("Two?")
    with transaction() as db:
        hide_question(db, room.show.hal, second)

    expect(attendee.locator("[data-question]")).to_have_count(1)
    expect(beamer.locator("[data-fill=top-body]")).to_have_text("One?")
    assert first.question.body == "One?"


def test_a_refused_vote_is_said_and_nothing_is_lost(room: Room) -> None:
    question = room.ask("One?")
    page = room.enter("bo")
    page.get_by_label("Your question").fill("A draft")
    with transaction() as db:
        vote_for_question(db, room.show.bo, question)
    page.evaluate("document.querySelector('[data-back]').value = ''")

    page.locator("[data-vote]").click()

    expect(page.locator("#toasts")).to_contain_text("You have voted for this question already.")
    assert page.get_by_label("Your question").input_value() == "A draft"


def test_what_a_question_holds_is_text(room: Room) -> None:
    page = room.enter("bo")

    room.ask("<img src=x onerror=alert(1)><b>bold</b>")

    expect(page.locator("[data-question] p[data-slot=body]")).to_have_text("<img src=x onerror=alert(1)><b>bold</b>")
    assert page.locator("[data-question] img").count() == 0


def test_people_come_and_go(room: Room) -> None:
    page = room.enter("bo")
    page.get_by_role("tab", name="People").click()
    other = room.enter("tam")

    expect(page.locator("[data-people]")).to_contain_text("Tam Tamm")
    expect(page.locator("[data-here]").first).to_have_text("2")
    other.context.close()
    expect(page.locator("[data-here]").first).to_have_text("1")


def test_who_was_away_sees_what_happened_meanwhile(room: Room) -> None:
    page = room.enter("bo")
    page.context.set_offline(True)
    cut_all_lines()
    expect(page.locator("[data-connection]")).to_have_attribute("data-state", "away")

    room.do(start_pitch)
    room.ask("Did I miss it?")
    page.context.set_offline(False)

    expect(page.locator("[data-fill=stage-team]")).to_have_text("Lantern")
    expect(page.locator("[data-questions]")).to_contain_text("Did I miss it?")


def test_what_was_taken_off_while_much_happened_is_taken_off_here_too(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a long gap the whole room is read anew, in which what was hidden does not stand."""
    gone, stays = room.ask("Hidden while nobody looked?"), room.ask("Still there?")
    page = room.enter("bo")
    expect(page.locator("[data-question]")).to_have_count(2)
    page.context.set_offline(True)
    cut_all_lines()
    expect(page.locator("[data-connection]")).to_have_attribute("data-state", "away")
    monkeypatch.setattr(rooms, "MOST_CHANGES", 2)
    with transaction() as db:
        hide_question(db, room.show.hal, gone)
    for _change in range(2):
        room.do(start_pitch)
        room.do(end_pitch)
    page.context.set_offline(False)

    expect(page.locator("[data-question]")).to_have_count(1)
    expect(page.locator(f"[data-question={stays.question.public_id}]")).to_be_visible()


def test_what_is_sent_again_after_its_answer_was_lost_is_done_once(room: Room) -> None:
    page = room.enter("bo")
    lost = []

    def lose_the_first(route: Route) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.fetch().status)
        route.abort()

    page.route("**/questions", lose_the_first)
    page.get_by_label("Your question").fill("Asked once?")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator("#toasts")).to_contain_text("Press again: nothing is done twice.")
    assert page.get_by_label("Your question").input_value() == "Asked once?"
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_label("Your question")).to_have_value("")

    expect(page.locator("[data-question]")).to_have_count(1)
    with reading() as db:
        assert len(db.exec(select(StageQuestion)).all()) == 1
    assert lost == [200]


def cut_all_lines() -> None:
    server = current()
    assert server is not None
    assert server.fanout._loop is not None
    for connection in list(server.guard.connections):
        server.fanout._loop.call_soon_threadsafe(connection.kill, "test")


def test_the_status_region_speaks_once_in_five_seconds(room: Room) -> None:
    page = room.enter("bo")
    page.evaluate(LISTEN)

    began = time.monotonic()
    while time.monotonic() < began + 11:
        room.do(start_pitch, pitch=None) if time.monotonic() < began + 1 else room.ask(f"At {time.monotonic()}?")
        time.sleep(0.7)

    said = page.evaluate("window.said")
    gaps = [later[0] - sooner[0] for sooner, later in pairwise(said)]
    assert len(said) in {2, 3, 4}
    assert min(gaps) >= 4800
    assert "is on stage" in said[0][1]


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1280, "light")])
def test_axe_finds_nothing_while_somebody_is_on_stage(room: Room, width: int, scheme: str) -> None:
    room.do(start_pitch)
    room.ask("What does it cost?")
    problems = []

    page = room.browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900}).new_page()
    page.context.add_cookies([{"name": "folkmoot", "value": room.cookies["hal"], "url": room.address}])
    for rest in ("", "/control", "/beamer"):
        page.goto(f"{room.address}/e/food-hack/stages/{room.show.stage.public_id}{rest}")
        page.wait_for_timeout(700)
        page.evaluate(AXE.read_text())
        found = page.evaluate(
            "async () => await axe.run(document, { runOnly: "
            "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })"
        )
        nodes = [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found["violations"]]
        problems += [(rest, width, one) for one in nodes]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            problems.append((rest, width, "scrolls sideways"))

    assert problems == []
