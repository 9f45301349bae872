"""Parts of a page that keep themselves up to date: what they show last is what is so, however the answers arrive."""

from collections.abc import Sequence

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.fair import HERE, RunningFair

PART = "[data-refresh]"
# From now on the part's questions are answered so: status, milliseconds, what it says; the last again and again.
ANSWERS = """given => {
  window.asked = [];
  window.fetch = async () => {
    const [status, after, body] = given[Math.min(window.asked.length, given.length - 1)];
    window.asked.push(body);
    await new Promise(done => setTimeout(done, after));
    return new Response(`<p>${body}</p>`, { status });
  };
}"""
TWICE = """part => {
  const over = () => part.dispatchEvent(new Event("countdown:over", { bubbles: true }));
  over();
  setTimeout(over, 200);
}"""
# The broken variant: each question for itself, and the answers put in place as they come.
UNORDERED = """part => {
  const ask = async () => { part.textContent = (await (await fetch("")).text()).replace(/<.?p>/g, ""); };
  ask();
  setTimeout(ask, 200);
}"""

WAITING = "<time data-countdown-from='2020-01-01T00:00:00Z' data-countdown-seconds='1'>0:00</time>"
# A countdown of the part comes to its end.
OVER = f"""part => {{
  part.innerHTML = "{WAITING}";
  part.firstChild.dispatchEvent(new CustomEvent("countdown:over", {{ bubbles: true }}));
}}"""
# The broken variant: one question, as if our clock and the server's were the same.
ONCE = """async part => { part.innerHTML = await (await fetch("")).text(); }"""


@pytest.fixture
def page(fair: RunningFair) -> Page:
    """A page with one such part."""
    bo = fair.enter("Bo Berg")
    bo.open(f"{HERE}/agenda/mine")
    expect(bo.page.locator(PART)).to_have_count(1)
    return bo.page


def after(page: Page, what: str, answers: Sequence[tuple[int, int, str]]) -> tuple[str, list[str]]:
    """What the part says in the end, and what was answered on the way."""
    page.evaluate(ANSWERS, answers)
    page.locator(PART).evaluate(what)
    page.wait_for_timeout(5000)
    return page.locator(PART).inner_text(), page.evaluate("window.asked")


def test_an_answer_that_was_overtaken_does_not_stay(page: Page) -> None:
    assert after(page, TWICE, [(200, 1500, "before"), (200, 0, "now")]) == ("now", ["before", "now"])
    assert after(page, UNORDERED, [(200, 1500, "before"), (200, 0, "now")]) == ("before", ["before", "now"])


def test_a_question_that_fails_is_asked_again_and_one_that_is_refused_is_not(page: Page) -> None:
    shown = page.locator(PART).inner_text()

    assert after(page, TWICE, [(403, 500, "not yours")]) == (shown, ["not yours"] * 2)
    said, asked = after(page, TWICE, [(503, 500, "busy"), (200, 0, "now")])
    assert (said, asked[:2]) == ("now", ["busy", "now"])


def test_what_somebody_began_to_write_while_the_answer_was_on_its_way_is_kept(page: Page) -> None:
    page.locator(PART).evaluate("part => { part.innerHTML = '<input>'; }")
    page.evaluate(ANSWERS, [(200, 1500, "now")])
    page.locator(PART).evaluate(TWICE)
    page.locator(f"{PART} input").fill("not lost")
    page.wait_for_timeout(3000)

    expect(page.locator(f"{PART} input")).to_have_value("not lost")
    page.locator(f"{PART} input").blur()
    expect(page.locator(PART)).to_have_text("now")


def test_who_is_ahead_of_the_servers_clock_asks_until_the_moment_has_come(page: Page) -> None:
    answers = [(200, 0, WAITING), (200, 0, WAITING), (200, 0, "It is on")]

    page.evaluate(ANSWERS, answers)
    page.locator(PART).evaluate(OVER)
    expect(page.locator(PART)).to_have_text("It is on")
    assert after(page, ONCE, answers) == ("0:00", [WAITING])


def test_once_nobody_is_signed_in_a_part_stays_as_it_was_and_does_not_show_the_door(page: Page) -> None:
    shown = page.locator(PART).inner_text()
    page.context.clear_cookies()

    with page.expect_response(lambda answer: "/sign-in" in answer.url):
        page.locator(PART).evaluate(TWICE)
    page.wait_for_timeout(1000)

    assert page.locator(PART).inner_text() == shown
