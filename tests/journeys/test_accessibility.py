"""axe-core on every page there is, light and dark, on a phone and on a desk; and three walks by keyboard alone."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from starlette.routing import Route

from events.core.database import forget_engines
from frontend.demo import load_demo_once
from frontend.routes import routes
from tests.journeys.conftest import START
from tests.journeys.house import House, open_house
from tests.journeys.people import SLIPS, Faults
from tests.journeys.samples import ORGANISER, SEEN_BY, Samples, take_samples

pytestmark = [pytest.mark.browser, pytest.mark.real_time, pytest.mark.timeout(300)]

AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
RUN = """async () => (await axe.run(document, {
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  resultTypes: ["violations"],
})).violations.map((one) => [one.id, ...one.nodes.slice(0, 4).map((node) => `${node.target}: ${node.failureSummary}`)])"""
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 900}

# Addresses that answer something else than a page.
NO_PAGES = {"healthz", "readyz", "static", "favicon", "robots", "event_calendar", "registrations_csv", "content",
            "submission_file", "stage_snapshot", "stage_changes", "meetings_fragment", "meeting_fragment"}  # fmt: skip
PAGES = {
    one.name: one.path
    for one in routes(demo=True)
    if isinstance(one, Route) and "GET" in (one.methods or ()) and one.name not in NO_PAGES
}


@pytest.fixture(scope="module")
def demo(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, Samples]]:
    """The demo network, with what is over in it open again, and an id of everything."""
    folder = tmp_path_factory.mktemp("demo")
    shutil.copy(sqlite_template, folder / "folkmoot.db")
    found: list[Samples] = []

    def load() -> None:
        load_demo_once()
        found.append(take_samples())

    with open_house(f"sqlite:///{folder}/folkmoot.db", folder / "files", START, demo=True, prepare=load) as house:
        yield house, found[0]
    forget_engines()


class Walker:
    """One browser that goes from page to page as whoever may see it, by the demo's switcher."""

    def __init__(self, browser: Browser, house: House) -> None:
        self.house = house
        # Without motion, so that a colour is what it is and not on its way to it.
        context = browser.new_context(base_url=house.address, reduced_motion="reduce", locale="en-GB")
        self.faults = Faults(context, house.address)
        self.page: Page = context.new_page()
        self.page.on("dialog", lambda dialog: dialog.accept())
        self.name = ""

    def become(self, name: str) -> None:
        """Be somebody of the cast, or a visitor."""
        if name == self.name:
            return
        self.page.goto("/")
        self.page.get_by_label("Demonstration. You are").select_option(
            label=next(
                one
                for one in self.page.locator("#demo-person option").all_inner_texts()
                if one.startswith(name or "a visitor")
            )
        )
        with self.page.expect_navigation():
            self.page.get_by_role("button", name="Switch").click()
        self.name = name

    def violations(self) -> list[str]:
        """What axe finds on this page in the four looks, and whether it is too wide for a phone."""
        found: list[str] = []
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        for size in (DESK, PHONE):
            self.page.set_viewport_size(size)
            for scheme in ("light", "dark"):
                self.page.emulate_media(color_scheme=scheme)
                found += [f"{size['width']} {scheme}: {one}" for one in self.page.evaluate(RUN)]
            if size is PHONE and (more := self.page.evaluate(TOO_WIDE)) > 0:
                found.append(f"{more} pixels too wide for a phone")
        return found


@pytest.fixture(scope="module")
def walker(browser: Browser, demo: tuple[House, Samples]) -> Walker:
    """A browser in the demo."""
    return Walker(browser, demo[0])


@pytest.mark.parametrize("name", sorted(PAGES, key=lambda name: (SEEN_BY.get(name, ORGANISER), name)))
def test_a_page_can_be_used_by_everybody(walker: Walker, demo: tuple[House, Samples], name: str) -> None:
    walker.become(SEEN_BY.get(name, ORGANISER))

    answer = walker.page.goto(demo[1].address(name, PAGES[name]))

    assert answer is not None
    assert (answer.status, walker.page.url.rpartition("/")[2]) == (
        200,
        demo[1].address(name, PAGES[name]).rpartition("/")[2],
    )
    assert walker.violations() == []
    assert SLIPS.findall(walker.page.locator("body").inner_text()) == []
    assert walker.faults.found == []
