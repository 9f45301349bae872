"""Judges on a telephone: points by numbers, lists by arrows, pairs by a tap, nothing lost without a network; and a
guest from the letter to the last score."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Locator, Route, expect
from sqlmodel import select

from events.core.access import Actor
from events.core.database import Database, reading, transaction
from events.deadlines import FIRST_STAGE, SECOND_STAGE
from events.people import Person
from events.roles import actor_for
from events.rounds.assigning import assign_by_hand, assign_judges
from events.rounds.desk import get_work
from events.rounds.flags import JudgingFlag
from events.rounds.guests import GuestLink
from events.rounds.rounds import JudgingRound, RoundInEvent, RoundState, get_round, submissions_in
from events.rounds.running import close_round, open_round, reopen_round
from events.rounds.schemes import TEMPLATES
from events.rounds.scoring import score_submission
from events.rounds.setting_up import add_round, describe_round, plan_of
from events.rounds.votes import RoundVote, last_about, latest_votes
from events.submissions import Submission, counting_versions
from events.teams import Team
from frontend.demo_call import CALL
from frontend.demo_events import HACKATHON, event_called
from tests.journeys.house import House
from tests.journeys.people import OnAPhone, Somebody
from tests.journeys.samples import PAGES, Samples
from tests.journeys.test_keyboard import hands_of

pytestmark = [pytest.mark.browser, pytest.mark.real_time]


@pytest.fixture
def dee(browser: Browser, demo: tuple[House, Samples]) -> Iterator[Somebody]:
    speaks_english("Dee Dumont")
    person = OnAPhone(browser, demo[0], "Dee Dumont", reduced_motion="reduce")
    hands_of(person, "Dee Dumont")
    yield person
    person.close()


@pytest.fixture
def ada(browser: Browser, demo: tuple[House, Samples]) -> Iterator[Somebody]:
    speaks_english("Ada Adler")
    person = Somebody(browser, demo[0], "Ada Adler", reduced_motion="reduce")
    hands_of(person, "Ada Adler")
    yield person
    person.close()


@pytest.fixture
def una(browser: Browser, demo: tuple[House, Samples]) -> Iterator[OnAPhone]:
    """Nobody whom the product knows, with a telephone."""
    person = OnAPhone(browser, demo[0], "Una Urban", reduced_motion="reduce")
    yield person
    person.close()


def speaks_english(name: str) -> None:
    with transaction() as db:
        db.get_one(Person, person_called(db, name)).locale = "en"


def votes_of(name: str, public: str) -> list[RoundVote]:
    with reading() as db:
        row = db.exec(select(JudgingRound).where(JudgingRound.public_id == public)).one()
        return latest_votes(db, row.id or 0, person_called(db, name))


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
    keys.press("Control+A")  # of what Dee may have written about it before
    keys.type("Typed in a tunnel.")
    line = dee.main.locator("#score-form [data-offline]")
    dee.faults.spoken.add(dee.page.url)  # the console says that it is disconnected

    dee.context.set_offline(True)
    dee.main.locator("#score-form button[type=submit]").click()
    expect(line).to_have_text(line.get_attribute("data-kept") or "")
    before = [one.comment for one in votes_of("Dee Dumont", samples.ids["round"])]
    dee.context.set_offline(False)
    expect(line).to_have_text(line.get_attribute("data-sent") or "")

    kept = [one for one in votes_of("Dee Dumont", samples.ids["round"]) if one.comment == "Typed in a tunnel."]
    assert "Typed in a tunnel." not in before
    assert chosen(dee) == ["4.5", "3.5", "5", "2.5", "4.5"]
    assert [sorted(one.content["points"].items()) for one in kept] == [
        [("1", 4.5), ("2", 3.5), ("3", 5.0), ("4", 2.5), ("5", 4.5)]
    ]


def send_in_a_tunnel(dee: Somebody, samples: Samples, words: str) -> Locator:
    """Type a comment and send it without a network; answers the line that says what became of it."""
    dee.open(samples.address("judge_work", PAGES["judge_work"]))
    line = dee.main.locator("#score-form [data-offline]")
    dee.main.locator("textarea[name=comment]").fill(words)
    dee.faults.spoken |= {dee.page.url}
    dee.context.set_offline(True)
    dee.main.locator("#score-form button[type=submit]").click()
    expect(line).to_have_text(line.get_attribute("data-kept") or "")
    return line


def comments_of(public: str) -> list[str]:
    return [one.comment for one in votes_of("Dee Dumont", public)]


def test_what_is_typed_while_something_waits_is_not_called_sent_and_stays(
    dee: Somebody, demo: tuple[House, Samples]
) -> None:
    public, comment = demo[1].ids["round"], dee.main.locator("textarea[name=comment]")
    line = send_in_a_tunnel(dee, demo[1], "Saved in the tunnel.")
    comment.fill("Typed behind it.")
    dee.context.set_offline(False)
    expect(line).to_have_text(line.get_attribute("data-since") or "-")
    sent = comments_of(public)

    dee.page.reload()
    expect(comment).to_have_value("Typed behind it.")
    with dee.page.expect_navigation():
        dee.main.locator("#score-form button[type=submit]").last.click()

    assert ("Saved in the tunnel." in sent, "Typed behind it." in sent) == (True, False)
    assert "Typed behind it." in comments_of(public)


def test_who_is_signed_in_no_more_is_told_so_and_sends_it_when_they_are_back(
    dee: Somebody, demo: tuple[House, Samples]
) -> None:
    public = demo[1].ids["round"]
    dee.open(demo[1].address("judge_work", PAGES["judge_work"]))
    line, here = dee.main.locator("#score-form [data-offline]"), dee.page.url.removeprefix(demo[0].address)
    signed_in = dee.context.cookies()
    dee.context.clear_cookies()
    dee.main.locator("textarea[name=comment]").fill("Signed out meanwhile.")
    dee.main.locator("#score-form button[type=submit]").click()
    expect(line).to_contain_text(line.get_attribute("data-signed-out") or "-")
    door = line.locator("a").get_attribute("href")
    before = comments_of(public)

    dee.context.add_cookies(signed_in)  # type: ignore[arg-type]  # what it gave, it takes
    dee.page.reload()
    expect(line).to_have_text(line.get_attribute("data-sent") or "-")

    assert door == f"/sign-in?next={quote(here, safe='')}"
    assert ("Signed out meanwhile." in before, "Signed out meanwhile." in comments_of(public)) == (False, True)


def about_and_skip(dee: Somebody) -> tuple[str, Locator]:
    """What votes about the submission on the page are kept under, and the form to skip it, open."""
    dee.main.locator("summary", has_text="Skip it").click()
    return f"s{dee.page.locator('.eyebrow').inner_text().split()[1]}", dee.main.locator("form[action$='/skip']")


def kinds_about(public: str, about: str) -> list[str]:
    return [one.kind.value for one in votes_of("Dee Dumont", public) if one.about == about]


def test_what_came_from_a_tunnel_is_known_to_the_other_forms_of_its_page(
    dee: Somebody, demo: tuple[House, Samples]
) -> None:
    line = send_in_a_tunnel(dee, demo[1], "Then I thought again.")
    about, skip = about_and_skip(dee)
    dee.context.set_offline(False)
    expect(line).to_have_text(line.get_attribute("data-sent") or "-")
    scored = kinds_about(demo[1].ids["round"], about)

    skip.locator("input[value='no time']").check()
    with dee.page.expect_navigation():
        skip.locator("button[type=submit]").click()

    assert (scored, kinds_about(demo[1].ids["round"], about)) == (["score"], ["skip"])


def test_points_and_then_a_skip_from_one_tunnel_are_both_taken_in_their_order(
    dee: Somebody, demo: tuple[House, Samples]
) -> None:
    send_in_a_tunnel(dee, demo[1], "Then I skipped it.")
    about, skip = about_and_skip(dee)
    dee.faults.spoken.add(f"{dee.page.url}/skip")
    skip.locator("input[value='no time']").check()
    skip.locator("button[type=submit]").click()
    line = skip.locator("[data-offline]")
    expect(line).to_have_text(line.get_attribute("data-kept") or "-")

    dee.context.set_offline(False)
    expect(line).to_have_text(line.get_attribute("data-sent") or "-")

    assert kinds_about(demo[1].ids["round"], about) == ["skip"]


def test_points_that_wait_are_taken_back_and_nothing_of_them_arrives(
    dee: Somebody, demo: tuple[House, Samples]
) -> None:
    public = demo[1].ids["round"]
    before = [one.public_id for one in votes_of("Dee Dumont", public)]
    line = send_in_a_tunnel(dee, demo[1], "Not what I meant.")
    dee.faults.spoken.add(f"{dee.page.url}/undo")

    dee.main.get_by_role("button", name="Take back the last change").click()
    expect(line).to_have_text(line.get_attribute("data-undone") or "-")
    with dee.page.expect_navigation():
        dee.context.set_offline(False)

    dee.sees("Taken back.")
    assert dee.main.locator("textarea[name=comment]").input_value() != "Not what I meant."
    assert [one.public_id for one in votes_of("Dee Dumont", public)] == before


def test_what_came_too_late_is_kept_and_taken_when_the_round_is_opened_again(
    dee: Somebody, demo: tuple[House, Samples]
) -> None:
    public = demo[1].ids["round"]
    line = send_in_a_tunnel(dee, demo[1], "Typed before the close.")
    _organise(public, close_round)
    dee.context.set_offline(False)
    expect(line).to_contain_text("Final")
    before = [one.comment for one in votes_of("Dee Dumont", public)]
    _organise(public, reopen_round)

    dee.page.reload()
    expect(line).to_have_text(line.get_attribute("data-sent") or "")

    assert "Typed before the close." not in before
    assert "Typed before the close." in [one.comment for one in votes_of("Dee Dumont", public)]


def test_what_another_device_was_quicker_with_is_shown_and_can_be_dropped(
    dee: Somebody, demo: tuple[House, Samples]
) -> None:
    line = send_in_a_tunnel(dee, demo[1], "From the telephone.")
    _score_elsewhere(demo[1], "From the desk.")
    dee.context.set_offline(False)
    drop, comment = dee.main.locator("#score-form [data-drop]"), dee.main.locator("textarea[name=comment]")
    expect(drop).to_be_visible()
    refusal = line.inner_text()

    with dee.page.expect_navigation():
        drop.click()

    assert refusal.startswith(line.get_attribute("data-refused") or "-")
    expect(comment).to_have_value("From the desk.")


def test_who_got_no_answer_and_changes_the_points_has_the_last_ones_counted(
    dee: Somebody, demo: tuple[House, Samples]
) -> None:
    public = demo[1].ids["round"]
    dee.open(demo[1].address("judge_work", PAGES["judge_work"]))
    line, comment = dee.main.locator("#score-form [data-offline]"), dee.main.locator("textarea[name=comment]")
    save = dee.main.locator("#score-form button[type=submit]").last
    dee.faults.spoken.add(dee.page.url)

    def answer_gets_lost(route: Route) -> None:
        if route.request.method == "POST":
            route.fetch()
            route.abort()
        else:
            route.continue_()

    dee.page.route("**/mine/*", answer_gets_lost)
    comment.fill("Before the tunnel.")
    save.click()
    expect(line).to_have_text(line.get_attribute("data-kept") or "")
    arrived = [one.comment for one in votes_of("Dee Dumont", public)]
    dee.page.unroute("**/mine/*")
    comment.fill("Behind the tunnel.")
    with dee.page.expect_navigation():
        save.click()

    said = [one.comment for one in votes_of("Dee Dumont", public)]
    assert "Before the tunnel." in arrived
    assert ("Behind the tunnel." in said, "Before the tunnel." in said) == (True, False)


def test_a_skip_and_a_flag_from_a_tunnel_are_sent_when_the_network_is_back(
    dee: Somebody, demo: tuple[House, Samples]
) -> None:
    public = demo[1].ids["round"]
    dee.open(demo[1].address("judge_work", PAGES["judge_work"]))
    about = f"s{dee.page.locator('.eyebrow').inner_text().split()[1]}"
    skip, flag = (dee.main.locator(f"form[action$='/{name}']") for name in ("skip", "flag"))
    dee.faults.spoken |= {f"{dee.page.url}/skip", f"{dee.page.url}/flag"}
    dee.main.locator("summary", has_text="Ask the organisers to look at it").click()
    dee.main.locator("summary", has_text="Skip it").click()

    dee.context.set_offline(True)
    flag.locator("input[value=copied]").check()
    flag.locator("textarea").fill("Seen in a tunnel.")
    flag.locator("button[type=submit]").click()
    skip.locator("input[value='no time']").check()
    skip.locator("button[type=submit]").click()
    for line in (flag.locator("[data-offline]"), skip.locator("[data-offline]")):
        expect(line).to_have_text(line.get_attribute("data-kept") or "")
    before = [one.kind for one in votes_of("Dee Dumont", public) if one.about == about]
    dee.context.set_offline(False)
    for line in (flag.locator("[data-offline]"), skip.locator("[data-offline]")):
        expect(line).to_have_text(line.get_attribute("data-sent") or "")

    with reading() as db:
        flags = [one.text for one in db.exec(select(JudgingFlag)) if one.text == "Seen in a tunnel."]
    after = [one.kind for one in votes_of("Dee Dumont", public) if one.about == about]
    assert ("skip" in before, after, flags) == (False, ["skip"], ["Seen in a tunnel."])


def pairs_for_dee(name: str) -> str:
    """A round of pairs in which Dee judges; answers its public id."""
    with transaction() as db:
        ada = actor_for(db, person_called(db, "Ada Adler"))
        plan = replace(TEMPLATES["pairwise"].plan, name=name, kinds=(), phase=None)
        made = add_round(db, ada, event_called(db, HACKATHON), plan=plan)
        open_round(db, ada, made)
        return made.round.public_id


def compare_in_a_tunnel(dee: Somebody, address: str) -> Locator:
    dee.open(address)
    dee.faults.spoken.add(dee.page.url.removesuffix("mine") + "compare")
    line = dee.main.locator("#pair-form [data-offline]")
    dee.context.set_offline(True)
    dee.main.get_by_role("button", name="This one is better").first.click()
    expect(line).to_have_text(line.get_attribute("data-kept") or "")
    return line


def test_a_pair_that_is_compared_in_a_tunnel_is_in_when_the_network_is_back_and_the_next_two_come(
    dee: Somebody, demo: tuple[House, Samples]
) -> None:
    public = pairs_for_dee("In a tunnel")
    compare_in_a_tunnel(dee, f"/e/{demo[1].ids['event']}/judging/{public}/mine")
    before = votes_of("Dee Dumont", public)

    with dee.page.expect_navigation():
        dee.context.set_offline(False)

    dee.sees("1 comparison made")
    assert (before, [one.kind for one in votes_of("Dee Dumont", public)]) == ([], ["comparison"])


def compared(public: str) -> list[tuple[str, str]]:
    return [(one.kind.value, one.about) for one in votes_of("Dee Dumont", public)]


def pair_shown(dee: Somebody) -> str:
    expect(dee.main.locator("#pair-form input[name=second]").first).to_be_attached()
    numbers = [one.get_attribute("value") or "" for one in dee.main.locator("#pair-form input[name=first]").all()]
    numbers += [one.get_attribute("value") or "" for one in dee.main.locator("#pair-form input[name=second]").all()]
    return f"p{min(numbers, key=int)}-{max(numbers, key=int)}"


def compare_one(dee: Somebody) -> None:
    with dee.page.expect_navigation():
        dee.main.get_by_role("button", name="This one is better").first.click()


def test_taking_back_in_a_tunnel_drops_the_comparison_that_waits_and_no_other(
    dee: Somebody, demo: tuple[House, Samples]
) -> None:
    public = pairs_for_dee("Taken back in a tunnel")
    address = f"/e/{demo[1].ids['event']}/judging/{public}/mine"
    dee.open(address)
    first = pair_shown(dee)
    compare_one(dee)
    line = compare_in_a_tunnel(dee, address)
    dee.faults.spoken.add(dee.page.url.removesuffix("mine") + "undo")

    dee.main.get_by_role("button", name="Take back the last comparison").click()
    expect(line).to_have_text(line.get_attribute("data-undone") or "-")
    with dee.page.expect_navigation():
        dee.context.set_offline(False)

    dee.sees("1 comparison made")
    assert compared(public) == [("comparison", first)]


def test_the_first_comparison_can_be_taken_back_while_it_waits_and_made_anew(
    dee: Somebody, demo: tuple[House, Samples]
) -> None:
    public = pairs_for_dee("Anew in a tunnel")
    undo = dee.main.get_by_role("button", name="Take back the last comparison")
    dee.open(f"/e/{demo[1].ids['event']}/judging/{public}/mine")
    expect(undo).to_be_hidden()
    pair, second = pair_shown(dee), dee.main.locator("#pair-form input[name=second]").get_attribute("value")
    line = compare_in_a_tunnel(dee, f"/e/{demo[1].ids['event']}/judging/{public}/mine")
    dee.faults.spoken.add(dee.page.url.removesuffix("mine") + "undo")

    undo.click()
    expect(undo).to_be_hidden()
    dee.main.get_by_role("button", name="This one is better").last.click()
    expect(line).to_have_text(line.get_attribute("data-kept") or "-")
    with dee.page.expect_navigation():
        dee.context.set_offline(False)

    dee.sees("1 comparison made")
    [vote] = votes_of("Dee Dumont", public)
    assert (vote.about, str(vote.content["better"])) == (pair, second)


def test_taking_back_what_arrived_without_an_answer_takes_back_just_that(
    dee: Somebody, demo: tuple[House, Samples]
) -> None:
    public = pairs_for_dee("No answer came")
    dee.open(f"/e/{demo[1].ids['event']}/judging/{public}/mine")
    first = pair_shown(dee)
    compare_one(dee)
    second, line = pair_shown(dee), dee.main.locator("#pair-form [data-offline]")
    dee.faults.spoken.add(dee.page.url.removesuffix("mine") + "compare")

    def answer_gets_lost(route: Route) -> None:
        route.fetch()
        route.abort()

    dee.page.route("**/compare", answer_gets_lost)
    dee.main.get_by_role("button", name="This one is better").first.click()
    expect(line).to_have_text(line.get_attribute("data-kept") or "")
    arrived = compared(public)
    with dee.page.expect_navigation():
        dee.main.get_by_role("button", name="Take back the last comparison").click()

    dee.sees("1 comparison made")
    assert arrived == [("comparison", first), ("comparison", second)]
    assert compared(public) == [("comparison", first), ("undone", second)]


def test_a_comparison_that_is_in_is_taken_back_when_the_network_returns_before_what_was_compared_since(
    dee: Somebody, demo: tuple[House, Samples]
) -> None:
    public = pairs_for_dee("Taken back later")
    address = f"/e/{demo[1].ids['event']}/judging/{public}/mine"
    dee.open(address)
    first = pair_shown(dee)
    compare_one(dee)
    second, base = pair_shown(dee), dee.page.url.removesuffix("mine")
    dee.faults.spoken |= {f"{base}undo", f"{base}compare"}
    line = dee.main.locator("[data-undo] [data-offline]")

    dee.context.set_offline(True)
    dee.main.get_by_role("button", name="Take back the last comparison").click()
    expect(line).to_have_text(line.get_attribute("data-kept") or "-")
    dee.main.get_by_role("button", name="This one is better").first.click()
    expect(dee.main.locator("[data-waiting-votes]")).to_contain_text("2 votes wait")
    before = compared(public)
    with dee.page.expect_navigation():
        dee.context.set_offline(False)
    expect(dee.main.locator("[data-waiting-votes]")).to_be_hidden()

    dee.page.reload()
    dee.sees("1 comparison made")
    assert before == [("comparison", first)]
    assert sorted(compared(public)) == sorted([("undone", first), ("comparison", second)])


def test_a_pair_that_came_too_late_stays_in_sight_with_its_sentence(dee: Somebody, demo: tuple[House, Samples]) -> None:
    public = pairs_for_dee("Too late")
    line = compare_in_a_tunnel(dee, f"/e/{demo[1].ids['event']}/judging/{public}/mine")
    _organise(public, close_round)
    dee.context.set_offline(False)
    expect(line).to_contain_text("Too late is closed")

    dee.page.reload()

    waiting = dee.main.locator("[data-waiting-votes]")
    expect(waiting).to_contain_text("Too late is closed")
    dee.main.locator("[data-drop-refused]").click()
    expect(waiting).to_be_hidden()
    assert votes_of("Dee Dumont", public) == []


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
    [vote] = votes_of("Dee Dumont", ranking)
    assert [len(place) for place in vote.content["places"]] == [1, 1, 1]


def organised(db: Database, public: str) -> RoundInEvent:
    ada = actor_for(db, person_called(db, "Ada Adler"))
    return get_round(db, ada, event_called(db, HACKATHON), public)


def person_called(db: Database, name: str) -> int:
    return db.exec(select(Person.id).where(Person.name == name)).one() or 0


def give_two(public: str) -> None:
    """Two of the submissions go to Una, and whoever is through may ask for more."""
    with transaction() as db:
        subject, ada = organised(db, public), actor_for(db, person_called(db, "Ada Adler"))
        describe_round(db, ada, subject, plan=replace(plan_of(db, subject.round), judges_most=6))
        for work in submissions_in(db, subject.id)[:2]:
            assign_by_hand(db, ada, subject, person_id=person_called(db, "Una Urban"), submission=work.public_id)


def picture(somebody: Somebody, name: str) -> None:
    """For whoever wants to look: FOLKMOOT_PICTURES names a folder."""
    if folder := os.environ.get("FOLKMOOT_PICTURES"):
        for scheme in ("light", "dark"):
            somebody.page.emulate_media(color_scheme=scheme)
            somebody.page.screenshot(path=f"{folder}/{name}-{scheme}.png", full_page=True)


def score_by_tapping(una: OnAPhone, points: str) -> None:
    for one in una.main.locator("#score-form [data-criterion]").all():
        one.locator(f"label:has(input[value='{points}'])").tap()
    with una.page.expect_navigation():
        una.main.locator("#score-form button[type=submit]").tap()
    una.look()


def test_a_guest_judges_from_the_letter_to_the_last_score_and_is_out_when_the_link_ends(
    ada: Somebody, una: OnAPhone, demo: tuple[House, Samples]
) -> None:
    house, samples = demo
    public = samples.ids["round"]
    judges = samples.address("round_judges", PAGES["round_judges"])
    ada.open(judges)
    ada.main.locator("summary", has_text="Invite a guest judge").click()
    picture(ada, "judges-invite")
    form = ada.main.locator("form[action$='/guests']")
    ada.write("Name", "Una Urban", within=form).write("E-mail address", "una@example.org", within=form)
    ada.press("Invite", within=form).sees("Invited. Una Urban gets a letter")
    give_two(public)

    letter = house.post.wait_for("una@example.org", "judge")
    link = next(one for one in letter.links if "/judge-links/" in one)
    una.open(link.removeprefix(house.address)).arrives_at("You are asked to judge")
    picture(una, "guest-link")
    una.write("E-mail address", "eve@example.org").press("Begin to judge").sees("Please type the address")
    una.write("E-mail address", "una@example.org").press("Begin to judge").arrives_at("Final")
    picture(una, "guest-desk")
    assert una.page.locator("header nav").count() == 0
    una.follow("Judge the next one")
    picture(una, "guest-work")
    score_by_tapping(una, "4")
    score_by_tapping(una, "3")
    una.sees("Everything is done")
    picture(una, "guest-done")
    una.press("Give me one more submission").sees("Here is one more for you")
    score_by_tapping(una, "5")
    assert sorted(sum(one.content["points"].values()) for one in votes_of("Una Urban", public)) == [15.0, 20.0, 25.0]

    ada.open(judges).sees("1 of 3")
    picture(ada, "judges-guests")
    with reading() as db:
        guest = db.exec(select(GuestLink).where(GuestLink.person_id == person_called(db, "Una Urban"))).one()
        assert guest.last_used_at is not None
    ada.main.locator("summary", has_text="End the link of Una Urban").click()
    ada.press("End the link of Una Urban", within=ada.main.locator("dialog:visible")).sees("Whoever was signed in")
    una.page.reload()
    una.look().arrives_at("Nobody is signed in here")
    una.open(link.removeprefix(house.address)).arrives_at("This link does not let you in")
    picture(una, "guest-ended")


def test_a_link_to_hand_over_is_shown_once_and_lets_in(
    ada: Somebody, una: OnAPhone, demo: tuple[House, Samples]
) -> None:
    ada.open(demo[1].address("round_judges", PAGES["round_judges"]))
    ada.main.locator("summary", has_text="Invite a guest judge").click()
    form = ada.main.locator("form[action$='/guests']")
    ada.write("Name", "Kim Kraus", within=form).press("Invite", within=form).arrives_at("A link for Kim Kraus")
    picture(ada, "guest-made")
    link = ada.field("The link").input_value()

    una.open(link.removeprefix(demo[0].address)).press("Begin to judge").arrives_at("Final")
    una.sees("Nothing waits for you")

    ada.open(demo[1].address("round_judges", PAGES["round_judges"])).sees("Kim Kraus")
    assert link not in ada.page.content()


def test_on_a_telephone_a_judge_skips_flags_takes_back_and_keeps_what_was_typed(
    dee: Somebody, demo: tuple[House, Samples]
) -> None:
    public = demo[1].ids["round"]
    dee.open(demo[1].address("judge_work", PAGES["judge_work"]))
    about = f"s{dee.page.locator('.eyebrow').inner_text().split()[1]}"

    def last() -> str:
        return next((one.kind for one in votes_of("Dee Dumont", public) if one.about == about), "")

    before = last()
    dee.main.locator("summary", has_text="Ask the organisers to look at it").tap()
    dee.tick("It looks copied").write("In your words", "I have seen this elsewhere.")
    dee.press("Send").sees("The organisers look at it.")
    dee.main.locator("summary", has_text="Skip it").tap()
    picture(dee, "judge-skip")
    dee.tick("I do not read its language").press("Skip it").sees("Skipped. You can still come back to it.")
    skipped = last()
    dee.open(demo[1].address("judge_work", PAGES["judge_work"])).sees("You skipped this one.")
    dee.press("Take back the last change").sees("Taken back.")

    assert (skipped, last()) == ("skip", before or "undone")
    with reading() as db:
        flags = [one.text for one in db.exec(select(JudgingFlag)) if "tunnel" not in one.text]
        assert flags == ["I have seen this elsewhere."]


def test_on_a_telephone_pairs_are_compared_and_the_last_is_taken_back(
    dee: Somebody, demo: tuple[House, Samples]
) -> None:
    with transaction() as db:
        ada = actor_for(db, person_called(db, "Ada Adler"))
        plan = replace(TEMPLATES["pairwise"].plan, name="Which of two", kinds=(), phase=None)
        made = add_round(db, ada, event_called(db, HACKATHON), plan=plan)
        open_round(db, ada, made)
        public = made.round.public_id

    dee.open(f"/e/{demo[1].ids['event']}/judging/{public}/mine")
    picture(dee, "judge-pairs")
    first = dee.main.locator(".halves h2").first.inner_text()
    dee.main.get_by_role("button", name="This one is better").first.scroll_into_view_if_needed()
    with dee.page.expect_navigation():
        dee.main.get_by_role("button", name="This one is better").first.tap()
    dee.look().sees("Here are the next two.").press("Neither is better").sees("2 comparisons made")
    dee.press("Take back the last comparison").sees("1 comparison made")

    [vote] = [one for one in votes_of("Dee Dumont", public) if one.kind == "comparison"]
    assert first.startswith(f"{vote.content['better']}.")
    expect(dee.main.locator(".halves article")).to_have_count(2)


def test_the_demo_has_a_call_with_two_invited_of_whom_one_has_written(demo: tuple[House, Samples]) -> None:
    with reading() as db:
        event = event_called(db, CALL)
        rounds = select(JudgingRound).where(JudgingRound.event_id == event.id)
        states = {one.stage: one.state for one in db.exec(rounds)}
        stages = {one.name: one.stage for one in db.exec(select(Team).where(Team.event_id == event.id))}
        titles = {one.id or 0: one.title for one in db.exec(select(Submission).where(Submission.event_id == event.id))}
        written = [titles[one] for one in counting_versions(db, list(titles), SECOND_STAGE)]

    assert states == {FIRST_STAGE: RoundState.PUBLISHED, SECOND_STAGE: RoundState.DRAFT}
    assert stages == {"Listening Spindles": 2, "Whey Heat": 2, "Blue from the Bath": 1, "Label Once": 1}
    assert written == ["Bearings that are changed when they are worn, and not before"]
