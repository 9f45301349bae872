"""The live room of a peer review in several browsers: who is in it, and what they do there together."""

import re
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from events.core.database import transaction
from sessions.peer_reviews.shared_board import entries_of_board
from tests.journeys.house import House, soon
from tests.journeys.people import Somebody
from tests.sessions.makers_reviews import Review


@dataclass
class Meeting:
    """The house with a review in it, and everybody's browser by first name."""

    house: House
    review: Review
    people: dict[str, Somebody]

    @property
    def path(self) -> str:
        """The review's address."""
        return f"/e/peer-days/reviews/{self.review.subject.review.public_id}"

    def page(self, name: str) -> Page:
        """Somebody's page."""
        return self.people[name].page

    def texts(self) -> dict[str, str]:
        """What the server has on the board."""
        with transaction() as db:
            return {one.id: one.text for one in entries_of_board(db, self.review.subject.id)}


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).first.click()


def add_entry(page: Page, text: str, kind: str = "Finding") -> None:
    form = page.locator("[data-add-entry]")
    form.get_by_label("What it is").select_option(label=kind)
    form.get_by_label("Text").fill(text)
    press(page, "Put it on the board")


def the_text(page: Page):
    return page.locator(".board-entry textarea").first


def is_saved(page: Page) -> None:
    expect(page.locator("[data-board]")).to_have_attribute("data-state", "saved")


def three_write_at_once(meeting: Meeting) -> None:
    """Ria, Bo and Cy write in one text at the same time; Di looks on, and no keystroke is lost."""
    ria, bo, cy, di = (meeting.page(name) for name in ("ria", "bo", "cy", "di"))
    add_entry(ria, "START")
    for page in (bo, cy, di):
        expect(the_text(page)).to_have_value("START")
    typed = {"ria": "r" * 30, "bo": "b" * 30, "cy": "c" * 30}
    for page, key in ((ria, "End"), (bo, "Home"), (cy, "End")):
        the_text(page).focus()
        page.keyboard.press(key)
    for at in range(30):
        for name, word in typed.items():
            meeting.page(name).keyboard.type(word[at])
    for name in typed:
        is_saved(meeting.page(name))
    final = soon(lambda: the_same(meeting, "ria", "bo", "cy", "di"), "one text for all")
    assert list(meeting.texts().values()) == [final]
    assert {letter: final.count(letter) for letter in "rbc"} == {"r": 30, "b": 30, "c": 30}
    assert "START" in final
    assert "b" * 30 in final


def the_same(meeting: Meeting, *names: str) -> str:
    """The one text on all these pages, as long as all letters are there; '' else."""
    found = {the_text(meeting.page(name)).input_value() for name in names}
    text = found.pop()
    return text if not found and len(text) == 95 else ""


def dots_and_findings(meeting: Meeting) -> None:
    """A second entry, dots over both, and a finding that is written down from the board and agreed on."""
    ria, mo, bo, ole = (meeting.page(name) for name in ("ria", "mo", "bo", "ole"))
    add_entry(bo, "Visit each member once a year.", "Recommendation")
    expect(ria.locator(".board-entry")).to_have_count(2)
    is_saved(bo)
    mo.locator("#main").get_by_text("Open a vote", exact=True).click()
    press(mo, "Open the vote")
    expect(bo.get_by_label("Visit each member once a year.")).to_be_visible()
    bo.get_by_label("Visit each member once a year.").fill("3")
    press(bo, "Place my dots")
    expect(mo.locator("#main").get_by_text("1 has voted")).to_be_visible()
    press(mo, "Close the vote")
    expect(ole.locator("#main").get_by_text("Closed.")).to_be_visible()

    ria.locator(".board-entry", has=ria.get_by_text("Recommendation", exact=True).locator("visible=true")).get_by_role(
        "link", name="Make a finding of it"
    ).click()
    expect(ria.locator("#f-recommendation")).to_have_value("Visit each member once a year.")
    ria.get_by_label("What was found").fill("Half of the members leave.")
    press(ria, "Write it down")
    ria.get_by_role("link", name=re.compile(r"^Change\s*: Finding")).click()
    press(ria, "We agree on it")
    expect(ria.locator("#main").get_by_text("Agreed. It stands in the report.")).to_be_visible()
    ole.goto(meeting.path + "/findings")
    expect(ole.locator("#main").get_by_text("Half of the members leave.")).to_be_visible()
