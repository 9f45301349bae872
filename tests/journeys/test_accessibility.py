"""axe-core on every page there is, light and dark, on a phone and on a desk. No page is too wide for a phone."""

import os
import re
import zlib
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from sqlmodel import select

from events.core.database import transaction
from events.people import Person
from events.signin import open_sign_in
from frontend.cookies import SIGN_IN, cookie_name
from tests.browser import PATIENCE
from tests.journeys.house import House
from tests.journeys.people import SLIPS, Faults
from tests.journeys.samples import ORGANISER, PAGES, SEEN_BY, Samples

pytestmark = [pytest.mark.browser, pytest.mark.real_time]

AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
RUN = """async () => (await axe.run(document, {
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  resultTypes: ["violations"],
})).violations.flatMap(
  (one) => one.nodes.slice(0, 4).map((node) => `${one.id} at ${node.target}: ${node.failureSummary}`)
)"""
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 900}


class Walker:
    """One browser that goes from page to page as whoever may see it, by the demo's switcher where it offers them."""

    def __init__(self, browser: Browser, house: House) -> None:
        self.house = house
        # Without motion, so that a colour is what it is and not on its way to it.
        context = browser.new_context(base_url=house.address, reduced_motion="reduce", locale="en-GB")
        context.set_default_timeout(PATIENCE)
        self.faults = Faults(context, house.address)
        self.page: Page = context.new_page()
        self.page.on("dialog", lambda dialog: dialog.accept())
        self.name, self.every_look = "", False

    def become(self, name: str) -> None:
        """Be somebody of the cast, or a visitor."""
        if name == self.name:
            return
        # By ids and not by words: Ada reads German, and Dee French.
        self.page.goto("/")
        shown = self.page.locator("#demo-person option").all_inner_texts()
        found = [number for number, one in enumerate(shown) if one.startswith(name)] if name else [0]
        if found:
            self.page.locator("#demo-person").select_option(index=found[0])
            with self.page.expect_navigation():
                self.page.locator(".demo button").click()
        else:  # one of the many whom the switcher does not offer
            with transaction() as db:
                cookie = open_sign_in(db, db.exec(select(Person).where(Person.name == name)).one(), way="test")
            self.page.context.add_cookies([{"name": cookie_name(SIGN_IN), "value": cookie, "url": self.house.address}])
        self.name = name

    def looks(self) -> list[tuple[dict[str, int], tuple[str, ...]]]:
        """On a desk and on a phone, light and dark. Of most pages one of the four looks, for each another one; all of
        them with `make test ALL=1`."""
        if self.every_look or os.environ.get("FOLKMOOT_TEST_ALL"):
            return [(DESK, ("light", "dark")), (PHONE, ("light", "dark"))]
        without_ids = re.sub(r"\b[a-z]+_[\w-]{8,}", "", self.page.url.removeprefix(self.house.address))
        desk, dark = divmod(zlib.crc32(without_ids.encode()) % 4, 2)
        scheme = ("dark",) if dark else ("light",)
        return [(DESK, scheme), (PHONE, ())] if desk else [(PHONE, scheme)]

    def violations(self) -> list[str]:
        """What axe finds on this page in its looks, and whether it is too wide for a phone."""
        found: list[str] = []
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        for size, schemes in self.looks():
            self.page.set_viewport_size(size)
            for scheme in schemes:
                self.page.emulate_media(color_scheme=scheme)
                found += [f"{size['width']} {scheme}: {one}" for one in self.page.evaluate(RUN)]
            if size is PHONE and (more := self.page.evaluate(TOO_WIDE)) > 0:
                found.append(f"{more} pixels too wide for a phone")
        return found


@pytest.fixture(scope="module")
def walker(browser: Browser, demo: tuple[House, Samples]) -> Walker:
    """A browser in the demo."""
    return Walker(browser, demo[0])


def looked_at(walker: Walker, address: str, status: int = 200) -> None:
    """Open an address and expect nothing wrong there."""
    answer = walker.page.goto(address)

    assert answer is not None
    assert (answer.status, walker.page.url) == (status, walker.house.address + address)
    found = walker.violations()
    assert not found, "\n".join(found)
    assert SLIPS.findall(walker.page.locator("body").inner_text()) == []
    assert walker.faults.found == []


@pytest.mark.parametrize("name", sorted(PAGES, key=lambda name: (SEEN_BY.get(name, ORGANISER), name)))
def test_a_page_can_be_used_by_everybody(walker: Walker, demo: tuple[House, Samples], name: str) -> None:
    walker.become(SEEN_BY.get(name, ORGANISER))

    looked_at(walker, demo[1].address(name, PAGES[name]))


def test_a_page_without_a_sample_is_an_error(demo: tuple[House, Samples]) -> None:
    with pytest.raises(KeyError):
        demo[1].address("new_page", "/e/{event}/{something_new}")


def test_axe_finds_what_is_wrong(walker: Walker) -> None:
    walker.page.goto("/events")
    walker.page.evaluate("document.querySelector('main').append(document.createElement('input'))")

    walker.every_look = True
    found = {" ".join(one.split()[:3]) for one in walker.violations()}
    walker.every_look = False

    assert found == {"1280 light: label", "1280 dark: label", "360 light: label", "360 dark: label"}


@pytest.mark.parametrize(
    ("name", "address", "status"),
    [
        ("", "/nothing/here", 404),
        ("", "/", 200),
        ("", "/e/green-shift-hackathon", 200),
        ("Pat Petrov", "/", 200),
        ("Tam Tamm", "/", 200),
        ("Tam Tamm", "/e/green-shift-hackathon/set-up", 403),
        ("Ada Adler", "/e/packaging-pitch-night/set-up", 200),
        ("Eve Ek", "/e/robots-in-small-halls/teams", 200),
        ("Cy Costa", "/e/repair-weekend/teams", 200),
        ("Tam Tamm", "/e/repair-weekend/mentoring", 200),
        ("Mel Meyer", "/e/repair-weekend/help", 200),
        ("Ada Adler", "/e/repair-weekend/teams/progress", 200),
        ("Ada Adler", "/e/repair-weekend/teams/builder", 200),
        ("Ada Adler", "/e/green-shift-matchmaking/board?by=tables", 200),
        ("Ada Adler", "/e/green-shift-matchmaking/board?q=nobody", 200),
        ("Ola Olsson", "/e/green-shift-matchmaking/board", 200),
    ],
)
def test_pages_without_content_and_refusals_too(walker: Walker, name: str, address: str, status: int) -> None:
    walker.become(name)

    looked_at(walker, address, status)


def test_a_form_that_was_refused_says_why_to_everybody(walker: Walker) -> None:
    walker.become("")
    walker.page.goto("/sign-in")
    form = walker.page.locator("form", has=walker.page.get_by_label("Password"))
    form.get_by_label("E-mail address").fill("bo@folkmoot.example")
    form.get_by_label("Password").fill("not the right one")
    with walker.page.expect_navigation():
        form.get_by_role("button", name="Sign in").click()

    assert walker.page.locator("#error-summary").evaluate("(one) => one === document.activeElement")
    found = walker.violations()
    assert not found, "\n".join(found)
