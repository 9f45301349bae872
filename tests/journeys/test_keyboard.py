"""Signing in, registering and booking with a keyboard alone: no mouse, no trap, and always to be seen where one is."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.journeys.house import House
from tests.journeys.people import Somebody
from tests.journeys.samples import PAGES, Samples

pytestmark = [pytest.mark.browser, pytest.mark.real_time]

MATCHMAKING = "/e/green-shift-matchmaking"

# What has the focus: how it is called, whether one sees that, and whether it is in sight and not under something else.
FOCUS = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return null;
  const ring = (one, pseudo) => {
    const style = getComputedStyle(one, pseudo);
    return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== "none";
  };
  const shown = [at, at.labels?.[0], at.closest("label")].filter(Boolean);
  const boxes = shown.map((one) => one.getBoundingClientRect());
  const inSight = shown.some((one, n) => {
    const { left, top, width, height } = boxes[n];
    const x = Math.min(Math.max(left + width / 2, 1), innerWidth - 1);
    const y = Math.min(Math.max(top + Math.min(height / 2, 20), 1), innerHeight - 1);
    const over = document.elementFromPoint(x, y);
    return over !== null && (one.contains(over) || over.contains(one));
  });
  const label = at.labels?.[0]?.innerText ?? at.getAttribute("aria-label") ?? at.innerText ?? "";
  const seen = shown.some((one) => ring(one)) || ring(at, "::after");
  return { name: label.trim().split("\\n")[0], tag: at.localName, seen, inSight };
}"""


class Hands:
    """Somebody who has only a keyboard."""

    def __init__(self, person: Somebody) -> None:
        self.person, self.page = person, person.page

    def focus(self) -> dict[str, object] | None:
        """What has the focus, after checking that one can see it."""
        found: dict[str, object] | None = self.page.evaluate(FOCUS)
        if found is not None:
            assert found["seen"], f"{self.person.path}: no focus to be seen on {found}"
            assert found["inSight"], f"{self.person.path}: the focus is out of sight on {found}"
        return found

    def tab_to(self, name: str, *, most: int = 120) -> None:
        """Tab on until something called so has the focus."""
        passed = []
        for _step in range(most):
            self.page.keyboard.press("Tab")
            found = self.focus()
            passed.append(found["name"] if found else "")
            if found and str(found["name"]).startswith(name):
                return
        raise AssertionError(f"{name} was not reached on {self.person.path}: {passed}")

    def enter(self) -> None:
        """Press Enter, which leads to another page."""
        with self.page.expect_navigation(wait_until="load"):
            self.page.keyboard.press("Enter")
        self.person.look()

    def go_round(self) -> int:
        """Tab through the whole page and out of it again; how many stops there are."""
        for stops in range(400):
            self.page.keyboard.press("Tab")
            if self.focus() is None:
                return stops
        raise AssertionError(f"{self.person.path} does not let go of the focus")


@pytest.fixture
def somebody(browser: Browser, demo: tuple[House, Samples]) -> Iterator[Somebody]:
    """Somebody at the demo's door."""
    # Without motion: a page that glides to where the focus is would be looked at on its way.
    person = Somebody(browser, demo[0], "Bo Berg", reduced_motion="reduce")
    yield person
    person.close()


def hands_of(somebody: Somebody, name: str) -> Hands:
    """Somebody of the cast, signed in through the demo's switcher by keyboard."""
    hands = Hands(somebody)
    somebody.open("/events")
    hands.tab_to("Demonstration. You are", most=2)
    somebody.page.keyboard.type(name)
    hands.tab_to("Switch", most=1)
    hands.enter()
    return hands


def test_the_skip_link_comes_first_and_leads_to_the_content(somebody: Somebody) -> None:
    hands = Hands(somebody)
    somebody.open("/events")

    hands.tab_to("Skip to the content", most=1)
    somebody.page.keyboard.press("Enter")

    assert somebody.page.evaluate("document.activeElement.id") == "main"


def test_signing_in_by_mailed_link(somebody: Somebody) -> None:
    hands = Hands(somebody)
    somebody.open("/sign-in")
    hands.tab_to("E-mail address")
    somebody.page.keyboard.type("bo@folkmoot.example")
    hands.enter()
    somebody.arrives_at("Look at your mail")

    letter = somebody.house.post.wait_for("bo@folkmoot.example", "link to sign in", seconds=300)
    [link] = [one for one in letter.links if "/sign-in/link/" in one]
    somebody.open(link)
    hands.tab_to("Sign in")  # the link in the head of the page
    hands.tab_to("Sign in")
    hands.enter()

    somebody.arrives_at("Hello Bo")


def test_registering(somebody: Somebody) -> None:
    hands = hands_of(somebody, "Eve")
    somebody.open(MATCHMAKING)
    hands.tab_to("Register")
    hands.enter()

    hands.tab_to("Looks for technology")
    somebody.page.keyboard.press("Space")
    somebody.page.keyboard.press("ArrowDown")
    assert somebody.main.get_by_label("Offers technology").is_checked()
    hands.tab_to("I agree")
    somebody.page.keyboard.press("Space")
    hands.tab_to("Register")
    hands.enter()

    somebody.sees("What you said").sees("Offers technology")


def test_booking_a_meeting(somebody: Somebody, demo: tuple[House, Samples]) -> None:
    hands = hands_of(somebody, "Bo")
    somebody.open(demo[1].address("participant", "/e/{event}/participants/{registration}"))
    hands.tab_to("Ask for a meeting")
    hands.enter()

    hands.tab_to("All free times as a list")
    somebody.page.keyboard.press("Enter")
    slots = somebody.main.locator("input[name=slot]:enabled")
    hands.tab_to(slots.first.locator("xpath=following-sibling::label").inner_text().split("\n")[0])
    somebody.page.keyboard.press("Space")
    somebody.page.keyboard.press("ArrowRight")
    assert slots.nth(1).is_checked()
    hands.focus()
    hands.tab_to("What do you want to talk about?", most=2)
    somebody.page.keyboard.type("Could this run in our plant?")
    hands.tab_to("Ask for this meeting")
    hands.enter()
    somebody.sees("was asked. We tell you when they answer.")

    hands.tab_to("Withdraw the request")
    somebody.page.keyboard.press("Enter")
    dialog = somebody.page.locator("dialog:modal")
    dialog.wait_for()
    assert dialog.evaluate("(one) => one.contains(document.activeElement)")
    somebody.page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    found = hands.focus()
    assert found is not None
    assert found["name"] == "Withdraw the request"


@pytest.mark.parametrize("route", ["home", "participants", "ask_for_meeting", "availability", "stage", "account"])
def test_no_page_keeps_the_focus(somebody: Somebody, demo: tuple[House, Samples], route: str) -> None:
    hands = hands_of(somebody, "Bo")
    somebody.open(demo[1].address(route, PAGES[route]))

    assert hands.go_round() > 5
