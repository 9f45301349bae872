"""A judge with keys alone, and in a tunnel: points by numbers, lists by arrows, nothing lost without a network."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Locator, expect
from sqlmodel import select

from events.core.access import Actor
from events.core.database import Database, reading, transaction
from events.people import Person
from events.roles import actor_for
from events.rounds.assigning import assign_judges
from events.rounds.desk import get_work
from events.rounds.rounds import JudgingRound, RoundInEvent, get_round
from events.rounds.running import close_round, open_round, reopen_round
from events.rounds.schemes import TEMPLATES
from events.rounds.scoring import score_submission
from events.rounds.setting_up import add_round
from events.rounds.votes import RoundVote, last_about, latest_votes
from frontend.demo_events import HACKATHON, event_called
from tests.journeys.house import House
from tests.journeys.people import OnAPhone, Somebody
from tests.journeys.samples import PAGES, Samples
from tests.journeys.test_keyboard import hands_of

pytestmark = [pytest.mark.browser, pytest.mark.real_time, pytest.mark.timeout(300)]


@pytest.fixture
def dee(browser: Browser, demo: tuple[House, Samples]) -> Iterator[Somebody]:
    person = OnAPhone(browser, demo[0], "Dee Dumont", reduced_motion="reduce")
    hands_of(person, "Dee Dumont")
    yield person
    person.close()


def votes_of_dee(public: str) -> list[RoundVote]:
    with reading() as db:
        dee = db.exec(select(Person.id).where(Person.name == "Dee Dumont")).one()
        row = db.exec(select(JudgingRound).where(JudgingRound.public_id == public)).one()
        return latest_votes(db, row.id or 0, dee)


def chosen(dee: Somebody) -> list[str]:
    return [one.get_attribute("value") or "" for one in dee.main.locator("#score-form input:checked").all()]


def test_points_are_given_by_keys_and_wait_in_the_browser_while_the_network_is_away(
    dee: Somebody, demo: tuple[House, Samples]
) -> None:
    samples, keys = demo[1], dee.page.keyboard
    dee.open(samples.address("judge_work", PAGES["judge_work"]))
    dee.main.locator("#score-form [data-criterion] input").first.focus()
    for points in ("4", "3", "5", "2", "4"):
        keys.press(points)
        keys.press(".")
        keys.press("Enter")
    expect(dee.main.locator("textarea[name=comment]")).to_be_focused()
    keys.type("Typed in a tunnel.")
    line = dee.main.locator("[data-offline]")
    dee.faults.spoken.add(dee.page.url)  # the console says that it is disconnected

    dee.context.set_offline(True)
    dee.main.locator("#score-form button[type=submit]").click()
    expect(line).to_have_text(line.get_attribute("data-kept") or "")
    before = [one.comment for one in votes_of_dee(samples.ids["round"])]
    dee.context.set_offline(False)
    expect(line).to_have_text(line.get_attribute("data-sent") or "")

    kept = [one for one in votes_of_dee(samples.ids["round"]) if one.comment == "Typed in a tunnel."]
    assert "Typed in a tunnel." not in before
    assert chosen(dee) == ["4.5", "3.5", "5", "2.5", "4.5"]
    assert [sorted(one.content["points"].items()) for one in kept] == [
        [("1", 4.5), ("2", 3.5), ("3", 5.0), ("4", 2.5), ("5", 4.5)]
    ]


def send_in_a_tunnel(dee: Somebody, samples: Samples, words: str) -> Locator:
    """Type a comment and send it without a network; answers the line that says what became of it."""
    dee.open(samples.address("judge_work", PAGES["judge_work"]))
    line = dee.main.locator("[data-offline]")
    dee.main.locator("textarea[name=comment]").fill(words)
    dee.faults.spoken |= {dee.page.url}
    dee.context.set_offline(True)
    dee.main.locator("#score-form button[type=submit]").click()
    expect(line).to_have_text(line.get_attribute("data-kept") or "")
    return line


def test_what_came_too_late_is_kept_and_taken_when_the_round_is_opened_again(
    dee: Somebody, demo: tuple[House, Samples]
) -> None:
    public = demo[1].ids["round"]
    line = send_in_a_tunnel(dee, demo[1], "Typed before the close.")
    _organise(public, close_round)
    dee.context.set_offline(False)
    expect(line).to_contain_text("Final")
    before = [one.comment for one in votes_of_dee(public)]
    _organise(public, reopen_round)

    dee.page.reload()
    expect(line).to_have_text(line.get_attribute("data-sent") or "")

    assert "Typed before the close." not in before
    assert "Typed before the close." in [one.comment for one in votes_of_dee(public)]


def test_what_another_device_was_quicker_with_is_shown_and_can_be_dropped(
    dee: Somebody, demo: tuple[House, Samples]
) -> None:
    line = send_in_a_tunnel(dee, demo[1], "From the telephone.")
    _score_elsewhere(demo[1], "From the desk.")
    dee.context.set_offline(False)
    drop, comment = dee.main.locator("[data-drop]"), dee.main.locator("textarea[name=comment]")
    expect(drop).to_be_visible()
    refusal = line.inner_text()

    with dee.page.expect_navigation():
        drop.click()

    assert refusal.startswith(line.get_attribute("data-refused") or "-")
    expect(comment).to_have_value("From the desk.")


def _score_elsewhere(samples: Samples, comment: str) -> None:
    with transaction() as db:
        dee = actor_for(db, db.exec(select(Person.id).where(Person.name == "Dee Dumont")).one())
        subject = get_round(db, dee, event_called(db, HACKATHON), samples.ids["round"])
        work = get_work(db, dee, subject, samples.ids["work"])
        last = last_about(db, subject.id, dee.person or 0, work.about)
        score_submission(
            db, dee, work, points={1: 3}, comment=comment, seen=last.number if last else 0, client_id="from-the-desk"
        )


def _organise(public: str, step: Callable[[Database, Actor, RoundInEvent], None]) -> None:
    with transaction() as db:
        ada = actor_for(db, db.exec(select(Person.id).where(Person.name == "Ada Adler")).one())
        step(db, ada, get_round(db, ada, event_called(db, HACKATHON), public))


def test_what_was_typed_and_not_sent_is_there_after_a_reload(dee: Somebody, demo: tuple[House, Samples]) -> None:
    dee.open(demo[1].address("judge_work", PAGES["judge_work"]))
    dee.main.locator("textarea[name=note]").fill("Not sent yet.")

    dee.page.reload()

    expect(dee.main.locator("textarea[name=note]")).to_have_value("Not sent yet.")


@pytest.fixture
def ranking(demo: tuple[House, Samples]) -> str:
    """A round of ranking lists in which Dee judges all six; answers its public id."""
    with transaction() as db:
        ada = actor_for(db, db.exec(select(Person.id).where(Person.name == "Ada Adler")).one())
        plan = replace(TEMPLATES["ranking"].plan, name="Lists", judges_each=3, kinds=())
        made = add_round(db, ada, event_called(db, HACKATHON), plan=plan)
        assign_judges(db, ada, made)
        open_round(db, ada, made)
        return made.round.public_id


def test_a_list_is_put_into_order_by_arrows_and_buttons(
    dee: Somebody, demo: tuple[House, Samples], ranking: str
) -> None:
    dee.open(f"/e/{demo[1].ids['event']}/judging/{ranking}/mine")
    items = dee.main.locator(".rank-item")
    first, second, third = (items.nth(place).get_attribute("data-title") for place in range(3))

    for place in range(2):
        items.nth(place).locator("input").focus()
        dee.page.keyboard.press("ArrowUp")
    dee.main.locator(f'.rank-item[data-title="{third}"] [data-move="-1"]').click()
    dee.main.locator(f'.rank-item[data-title="{third}"] [data-move="-1"]').click()
    order = [items.nth(place).get_attribute("data-title") for place in range(3)]
    with dee.page.expect_navigation():
        dee.main.locator("#list-form button[type=submit]").click()

    assert order == [first, third, second]
    [vote] = votes_of_dee(ranking)
    assert [len(place) for place in vote.content["places"]] == [1, 1, 1]
