"""Choosing a time with a keyboard alone, and what happens to the choice when somebody else is quicker."""

from collections.abc import Iterator
from itertools import pairwise

import pytest
from playwright.sync_api import Browser, Locator, expect
from sqlmodel import col, select

from events.core.database import transaction
from events.people import Person
from events.registration import Registration
from events.roles import actor_for
from frontend.demo_events import event_called
from frontend.demo_meetings import MATCHMAKING
from sessions.booking_rules import Answering, Timing, rules_of
from sessions.requests import request_meeting
from tests.journeys.house import House
from tests.journeys.people import OnAPhone, Somebody
from tests.journeys.samples import Samples
from tests.journeys.test_accessibility import Walker
from tests.journeys.test_keyboard import Hands, hands_of

pytestmark = [pytest.mark.browser, pytest.mark.real_time]

ASK = "/e/{event}/participants/{registration}/ask"
GRID = "table[role=grid]"
LISTEN = """() => {
  window.said = [];
  const region = document.getElementById('status');
  const heard = () => { if (region.textContent) window.said.push([performance.now(), region.textContent]); };
  new MutationObserver(heard).observe(region, { childList: true, characterData: true, subtree: true });
}"""


@pytest.fixture
def bo(browser: Browser, demo: tuple[House, Samples]) -> Iterator[Somebody]:
    person = Somebody(browser, demo[0], "Bo Berg", reduced_motion="reduce")
    yield person
    person.close()


@pytest.fixture
def cy(browser: Browser, demo: tuple[House, Samples]) -> Iterator[Somebody]:
    person = Somebody(browser, demo[0], "Cy Costa", reduced_motion="reduce")
    yield person
    person.close()


def page_to_ask(somebody: Somebody, demo: tuple[House, Samples], name: str) -> Hands:
    """The page that asks the demo's participant, its line to the server open."""
    hands = hands_of(somebody, name)
    with somebody.page.expect_response("**/times"):
        somebody.open(demo[1].address("ask_for_meeting", ASK))
    somebody.page.evaluate(LISTEN)
    return hands


def enter_grid(hands: Hands) -> None:
    """Tab until a cell of the grid has the focus."""
    for _step in range(60):
        hands.page.keyboard.press("Tab")
        if hands.page.evaluate("document.activeElement.closest('table[role=grid]') !== null"):
            return
    raise AssertionError("the grid was not reached")


def at(somebody: Somebody) -> str:
    """What the element with the focus is called."""
    return str(somebody.page.evaluate("document.activeElement.getAttribute('aria-label') ?? ''"))


def free_cells(somebody: Somebody) -> Locator:
    return somebody.main.locator(f"{GRID} button:not([aria-disabled])")


def said(somebody: Somebody) -> list[tuple[float, str]]:
    return [tuple(one) for one in somebody.page.evaluate("window.said")]


def take_back(somebody: Somebody) -> None:
    """Withdraw the request whose page is open, so that the next test finds all as it was."""
    somebody.main.locator("details.ask", has_text="Withdraw").locator("summary").click()
    somebody.press("Withdraw the request")


LABELS_IN_ROWS = """
rows => rows.map((row) => [...row.querySelectorAll("button")].map((one) => one.getAttribute("aria-label")))
"""


@pytest.mark.parametrize(("kind", "has_keys"), [(Somebody, True), (OnAPhone, False)])
def test_keys_are_spoken_of_where_there_probably_is_a_keyboard(
    browser: Browser, demo: tuple[House, Samples], kind: type[Somebody], has_keys: bool
) -> None:
    person = kind(browser, demo[0], "Bo Berg")
    person.open("/events")
    named = [one.startswith("Bo Berg") for one in person.page.locator("#demo-person option").all_inner_texts()]
    person.page.locator("#demo-person").select_option(index=named.index(True))
    person.page.locator(".demo button").click()
    person.open(demo[1].address("ask_for_meeting", ASK))

    expect(person.main.locator(GRID)).to_be_visible()
    expect(person.main.get_by_text("Move with the arrow keys")).to_be_visible(visible=has_keys)

    person.close()


def test_a_meeting_is_asked_for_with_arrows_and_enter(bo: Somebody, demo: tuple[House, Samples]) -> None:
    hands = page_to_ask(bo, demo, "Bo")
    press = bo.page.keyboard.press
    rows = [row for row in bo.main.locator(f"{GRID} tr").evaluate_all(LABELS_IN_ROWS) if row]
    both = next(row for row in rows if len(row) == 2)

    enter_grid(hands)
    assert at(bo) == free_cells(bo).first.get_attribute("aria-label")
    press("Control+End")
    assert at(bo) == rows[-1][-1]
    press("Home")
    assert at(bo) == rows[-1][0]
    press("End")
    assert at(bo) == rows[-1][-1]
    press("Control+Home")
    assert at(bo) == rows[0][0]
    for _row in rows:
        if at(bo) not in both:
            press("ArrowDown")
    press("Home")
    press("ArrowRight")
    assert at(bo) == both[1]
    press("Control+Home")
    press("ArrowDown")
    hands.focus()

    press("Tab")
    assert not bo.page.evaluate("document.activeElement.closest('table[role=grid]') !== null")
    press("Shift+Tab")
    chosen = at(bo).removesuffix(", free")
    press("Enter")

    assert bo.page.evaluate("document.activeElement.name") == "note"
    expect(bo.page.locator("#status")).to_have_text(f"{chosen}: chosen.")
    bo.page.keyboard.type("Could this run in our plant?")
    hands.tab_to("Ask for this meeting")
    hands.enter()
    bo.sees("was asked. We tell you when they answer.").sees(chosen.rpartition(", ")[2][:5])
    take_back(bo)


def test_a_time_that_is_not_free_can_be_read_and_not_chosen(bo: Somebody, demo: tuple[House, Samples]) -> None:
    page_to_ask(bo, demo, "Bo")
    taken = bo.main.locator(f"{GRID} button[aria-disabled=true]").first
    taken.focus()

    bo.page.keyboard.press("Enter")

    assert at(bo).endswith(", not free")
    expect(bo.page.locator("#status")).to_contain_text("is not free. Choose another time.")
    assert bo.main.locator("input[name=slot]:checked").count() == 0


def test_nothing_is_sent_without_a_time(bo: Somebody, demo: tuple[House, Samples]) -> None:
    page_to_ask(bo, demo, "Bo")
    before = bo.path

    bo.main.get_by_role("button", name="Ask for this meeting").click()

    expect(bo.page.locator("#alert")).to_have_text("Please choose a time.")
    assert bo.page.evaluate("document.activeElement.closest('table[role=grid]') !== null")
    assert bo.path == before


def test_what_somebody_else_takes_fades_where_it_is(bo: Somebody, cy: Somebody, demo: tuple[House, Samples]) -> None:
    """Bo stands on a time and has chosen it; Cy takes it, and gives it back."""
    page_to_ask(bo, demo, "Bo")
    page_to_ask(cy, demo, "Cy")
    cell = free_cells(bo).nth(3)
    slot, label = cell.get_attribute("data-slot"), (cell.get_attribute("aria-label") or "").removesuffix(", free")
    cell.focus()
    bo.page.keyboard.press("Enter")
    bo.write("What do you want to talk about?", "My note")
    bo.page.evaluate(f"document.querySelector('[data-slot=\"{slot}\"]').focus()")
    scrolled = bo.page.evaluate("scrollY")

    cy.main.locator(f"{GRID} [data-slot='{slot}']").click()
    cy.press("Ask for this meeting")

    mine = bo.main.locator(f"{GRID} [data-slot='{slot}']")
    expect(mine).to_have_attribute("aria-disabled", "true")
    assert at(bo) == f"{label}, not free"
    assert bo.page.evaluate("scrollY") == scrolled
    bo.sees(f"{label} has just been taken. Choose another time; what you wrote stays.")
    assert bo.field("What do you want to talk about?").input_value() == "My note"
    assert bo.main.locator("input[name=slot]:checked").count() == 0

    take_back(cy)
    expect(mine).not_to_have_attribute("aria-disabled", "true")
    bo.page.wait_for_timeout(5500)

    moments = [when for when, _sentence in said(bo)]
    assert all(later - earlier >= 4900 for earlier, later in pairwise(moments)), said(bo)
    assert at(bo) == f"{label}, free"


def test_without_javascript_there_is_the_list_alone(browser: Browser, demo: tuple[House, Samples]) -> None:
    bo = Somebody(browser, demo[0], "Bo Berg", javascript=False)
    bo.open("/events")
    bo.page.locator("#demo-person").select_option(
        index=[one.startswith("Bo") for one in bo.page.locator("#demo-person option").all_inner_texts()].index(True)
    )
    with bo.page.expect_navigation():
        bo.page.locator(".demo button").click()
    bo.open(demo[1].address("ask_for_meeting", ASK))

    assert not bo.main.locator(GRID).is_visible()
    bo.main.locator("input[name=slot]:enabled + label").nth(2).click()
    bo.press("Ask for this meeting").sees("was asked. We tell you when they answer.")
    take_back(bo)
    bo.close()


STATES = {
    "with a time chosen": "document.querySelector('table[role=grid] button:not([aria-disabled])').click()",
    "with the list open": "document.querySelector('[data-list]').open = true",
    "with the chosen time gone": "document.querySelector('[data-gone]').hidden = false",
    "with everything taken": "document.querySelectorAll('table[role=grid] button').forEach("
    "(one) => one.setAttribute('aria-disabled', 'true'))",
}


@pytest.mark.parametrize("state", STATES)
def test_the_page_can_be_used_by_everybody_in_each_state(
    browser: Browser, demo: tuple[House, Samples], state: str
) -> None:
    walker = Walker(browser, demo[0])
    walker.become("Bo Berg")
    walker.page.goto(demo[1].address("ask_for_meeting", ASK))
    walker.page.locator(GRID).wait_for()

    walker.page.evaluate(STATES[state])

    assert walker.violations() == []


@pytest.mark.parametrize(
    "rules",
    [
        {"timing": Timing.AT_ACCEPTANCE},
        {"timing": Timing.BY_ORGANISER},
        {"answering": Answering.AUTOMATIC},
        {"max_pending": 1},
        {"windows": [{"zone": "", "opens": 0, "closes": 15}]},
    ],
    ids=["they choose", "the organiser chooses", "at once", "none left", "no time"],
)
def test_the_page_can_be_used_by_everybody_under_each_rule(
    browser: Browser, demo: tuple[House, Samples], rules: dict[str, object]
) -> None:
    walker = Walker(browser, demo[0])
    walker.become("Bo Berg")
    usual = set_rules(rules)
    try:
        walker.page.goto(demo[1].address("ask_for_meeting", ASK))

        assert walker.violations() == []
    finally:
        set_rules(usual)


def ask_without_a_time(asker: str, invitee: str) -> str:
    """Let one ask the other in the demo, for a meeting whose time is chosen when it is accepted; its public id."""
    with transaction() as db:
        event = event_called(db, MATCHMAKING)
        people = {one.name: one for one in db.exec(select(Person).where(col(Person.name).in_([asker, invitee])))}
        place = db.exec(
            select(Registration).where(Registration.event_id == event.id, Registration.person_id == people[invitee].id)
        ).one()
        return request_meeting(db, actor_for(db, people[asker].id), event, invitee=place, slot=None).public_id


def test_a_request_is_accepted_at_a_time_that_was_chosen_with_keys(cy: Somebody, demo: tuple[House, Samples]) -> None:
    usual = set_rules({"timing": Timing.AT_ACCEPTANCE})
    try:
        public = ask_without_a_time("Dee Dumont", "Cy Costa")
        hands = hands_of(cy, "Cy")
        with cy.page.expect_response("**/times"):
            cy.open(f"/meetings/{public}")
        cy.page.evaluate(LISTEN)

        enter_grid(hands)
        chosen = at(cy)
        cy.page.keyboard.press("Enter")
        assert cy.page.evaluate("document.activeElement.textContent.trim()") == "Accept"
        with cy.page.expect_navigation():
            cy.page.keyboard.press("Enter")

        expect(cy.main.locator("time").first).to_be_visible()
        expect(cy.main.locator(".badge", has_text="Scheduled").first).to_be_visible()
        assert chosen.split(", ")[2].split(" ")[0] in cy.main.inner_text()
    finally:
        set_rules(usual)


def set_rules(values: dict[str, object]) -> dict[str, object]:
    """Give the demo's matchmaking event other rules; what they were."""
    with transaction() as db:
        event = event_called(db, MATCHMAKING)
        row = rules_of(db, event.id)
        before = {name: getattr(row, name) for name in values}
        for name, value in values.items():
            setattr(row, name, value)
        db.add(row)
        return before
