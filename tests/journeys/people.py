"""Somebody with a browser of their own, whose every page is looked at."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request, Response, expect

from tests.browser import PATIENCE
from tests.journeys.house import House

# What a template shows when it was given nothing, or was not filled in.
SLIPS = re.compile(r"\bNone\b(?! [a-z]|\. |\.$)|[Uu]ndefined|%\(|\{\{|\bNaN\b|\[object|Traceback")
SPOKEN_REFUSALS = {403, 404, 409, 410, 413, 422}


class Faults:
    """What went wrong in a browser: words of its console, foreign requests, answers that are no answer."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.address, self.found = address, list[str]()
        self.spoken = set[str]()  # addresses whose refusal is their answer
        context.on("console", self._hear)
        context.on("weberror", lambda error: self.found.append(f"script: {error.error}"))
        context.on("request", self._see_request)
        context.on("response", self._see_response)

    def _hear(self, said: ConsoleMessage) -> None:
        # Chromium writes a line for a page that answers 404 or 422, although that is its answer.
        if said.type == "error" and said.location.get("url") not in self.spoken:
            self.found.append(f"console: {said.text} at {said.location.get('url')}")
        elif said.type == "warning" and "Content Security Policy" in said.text:
            self.found.append(f"policy: {said.text}")

    def _see_request(self, request: Request) -> None:
        to = urlsplit(request.url)
        if to.scheme not in {"data", "blob"} and to.netloc != urlsplit(self.address).netloc:
            self.found.append(f"foreign request: {request.url}")

    def _see_response(self, response: Response) -> None:
        if response.status in SPOKEN_REFUSALS and response.request.is_navigation_request():
            self.spoken.add(response.url)
        elif response.status >= 400 and response.url not in self.spoken:
            self.found.append(f"answer {response.status}: {response.request.method} {response.url}")


class Somebody:
    """One person, one browser. Each step ends with a look at the page for what should never stand on one."""

    def __init__(self, browser: Browser, house: House, name: str, *, javascript: bool = True, **options: Any) -> None:
        self.house, self.name = house, name
        self.email = name.split(maxsplit=1)[0].lower() + "@example.org"
        settings = {"locale": "en-GB", "viewport": {"width": 1280, "height": 900}} | options
        self.context = browser.new_context(base_url=house.address, java_script_enabled=javascript, **settings)
        self.context.set_default_timeout(PATIENCE)
        self.faults = Faults(self.context, house.address)
        self.page: Page = self.context.new_page()
        self.page.on("dialog", lambda dialog: dialog.accept())

    # --- What a person does

    def open(self, address: str) -> "Somebody":
        """Go to an address."""
        self.page.goto(address)
        return self.look()

    def follow(self, words: str, *, within: Locator | None = None) -> "Somebody":
        """Click a link."""
        self._hit((within or self.main).get_by_role("link", name=words).first)
        return self.look()

    def tab(self, words: str) -> "Somebody":
        """Go to another part of the event."""
        self._hit(self.page.locator("nav").get_by_role("link", name=words, exact=True).first)
        return self.look()

    def press(self, words: str, *, within: Locator | None = None) -> "Somebody":
        """Press a button that leads to another page."""
        self._hit((within or self.main).get_by_role("button", name=words, exact=True).first)
        return self.look()

    def _hit(self, what: Locator) -> None:
        self._step(what.click)

    def _step(self, step: Callable[[], None]) -> None:
        with self.page.expect_navigation(wait_until="load"):
            step()

    def write(self, label: str, words: str, *, within: Locator | None = None) -> "Somebody":
        """Fill in a field, named by its label."""
        self.field(label, within=within).fill(words)
        return self

    def choose(self, label: str, option: str, *, within: Locator | None = None) -> "Somebody":
        """Choose from a list, named by its label, by the option's words."""
        self.field(label, within=within).select_option(label=option)
        return self

    def tick(self, label: str, *, within: Locator | None = None) -> "Somebody":
        """Tick a box or a radio button."""
        (within or self.main).get_by_label(label).first.check()
        return self

    # --- What a person sees

    @property
    def main(self) -> Locator:
        """The page's own part."""
        return self.page.locator("main")

    def field(self, label: str, *, within: Locator | None = None) -> Locator:
        """A field by the beginning of its label."""
        return (within or self.main).get_by_label(re.compile("^" + re.escape(label)))

    def section(self, title: str) -> Locator:
        """A part of the page by its heading."""
        return self.main.locator("section, article, li, tr", has=self.page.get_by_text(title)).last

    @property
    def path(self) -> str:
        """Where they are."""
        return urlsplit(self.page.url).path

    @property
    def headline(self) -> str:
        """The one h1."""
        return self.page.locator("h1").inner_text()

    def arrives_at(self, headline: str) -> "Somebody":
        """Check that this page is the one with this h1."""
        assert self.headline == headline, f"{self.path}: {self.main.inner_text()[:700]}"
        return self

    def sees(self, words: str) -> "Somebody":
        """Wait until these words stand on the page."""
        expect(self.main).to_contain_text(words)
        return self

    def does_not_see(self, words: str) -> "Somebody":
        """Check that these words do not stand on the page."""
        expect(self.main).not_to_contain_text(words)
        return self

    def look(self) -> "Somebody":
        """Check what holds for each page."""
        text = self.page.locator("body").inner_text()
        slip = SLIPS.search(text)
        assert slip is None, f"{self.path} says {text[max(0, slip.start() - 60) : slip.end() + 60]!r}"
        assert self.faults.found == [], f"{self.name} at {self.path}: {self.faults.found}"
        assert self.page.locator("h1").count() == 1, f"{self.path} has {self.page.locator('h1').count()} h1"
        return self

    def close(self) -> None:
        """Leave, after a last look at what went wrong."""
        found = self.faults.found
        self.context.close()
        assert found == [], f"{self.name}: {found}"


class OnAPhone(Somebody):
    """Somebody with a phone: they tap, and no page is wider than what they hold."""

    WIDTH, HEIGHT = 360, 740

    def __init__(self, browser: Browser, house: House, name: str, *, javascript: bool = True, **options: Any) -> None:
        phone = {"viewport": {"width": self.WIDTH, "height": self.HEIGHT}, "has_touch": True, "is_mobile": True}
        super().__init__(browser, house, name, javascript=javascript, **phone | options)

    def _hit(self, what: Locator) -> None:
        self._step(what.tap)

    def look(self) -> "Somebody":
        """Check what holds for each page, and that nothing hangs out of it."""
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= self.WIDTH, f"{self.path} is {wide} wide"
        return super().look()
