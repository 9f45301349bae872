"""What judges and voters send again: the same is in already, something else is never dropped behind a "saved"."""

import re

import pytest
from sqlmodel import col, select

from events.rounds.flags import JudgingFlag
from events.rounds.rounds import get_round
from events.rounds.running import close_round
from events.rounds.votes import RoundVote
from events.signin import form_token
from tests.events.makers_rounds import hand_in_anew, make_contest, number_of, open_a_round, score, work_of
from tests.frontend.browser import Browser
from tests.makers import again

HERE = "/e/food-hack/judging"
JSON = {"origin": "http://folkmoot.example", "accept": "application/json"}


@pytest.fixture
def contest(db, ada):
    return make_contest(db, ada)


@pytest.fixture
def judge(contest):
    return contest.judges[0]


def at(subject, *rest):
    return "/".join([HERE, subject.round.public_id, *rest])


def points(*given):
    return {f"points-{number}": one for number, one in enumerate(given, 1)}


def score_form(db, contest):
    made = open_a_round(db, contest)
    there = at(made, "mine", work_of(db, made, "Straw"))
    return contest.judges[0], there, there, points("4", "3"), points("2", "2")


def skip_form(db, contest):
    made = open_a_round(db, contest)
    there = at(made, "mine", work_of(db, made, "Straw"))
    return contest.judges[0], there, f"{there}/skip", {"reason": "language"}, {"reason": "no time"}


def flag_form(db, contest):
    made = open_a_round(db, contest)
    there = at(made, "mine", work_of(db, made, "Straw"))
    return contest.judges[0], there, f"{there}/flag", {"flag_reason": "broken"}, {"flag_reason": "copied"}


def list_form(db, contest):
    made = open_a_round(db, contest, "ranking")
    straw, husk = (f"place-{number_of(db, made, team)}" for team in ("Straw", "Husk"))
    return contest.judges[0], at(made, "mine"), at(made, "order"), {straw: "1", husk: "2"}, {straw: "2", husk: "1"}


def pair_form(db, contest):
    made = open_a_round(db, contest, "pairwise")
    pair = {"first": str(number_of(db, made, "Straw")), "second": str(number_of(db, made, "Husk"))}
    first, other = pair | {"better": "first"}, pair | {"better": "second"}
    return contest.judges[0], at(made, "mine"), at(made, "compare"), first, other


def ballot_form(db, contest):
    made = open_a_round(db, contest, "audience")
    husk, whey = ({"choices": str(number_of(db, made, team))} for team in ("Husk", "Whey"))
    return contest.leads["Straw"], at(made, "vote"), at(made, "vote"), husk, whey


FORMS = [score_form, skip_form, flag_form, list_form, pair_form, ballot_form]

SEEN = {flag_form: {}}


def kept(db):
    db.expire_all()
    votes = [
        (one.about, one.number, one.kind, one.content) for one in db.exec(select(RoundVote).order_by(col(RoundVote.id)))
    ]
    found = votes + [(one.reason, one.text) for one in db.exec(select(JudgingFlag))]
    db.commit()
    return found


def hidden_of(page, form):
    """What stands hidden in a form, as a browser sends it."""
    part = page.html.partition(f'action="{form}"')[2].partition("</form>")[0]
    return dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', part))


def typed_in(page, form):
    """What is typed and chosen in a form as it is shown."""
    part = page.html.partition(f'action="{form}"')[2].partition("</form>")[0]
    found = {}
    for tag in re.findall(r"<input [^>]*>", part):
        said = dict(re.findall(r'([a-z-]+)="([^"]*)"', tag))
        if said["type"] not in ("radio", "checkbox") or re.search(r"\bchecked\b", tag):
            found[said["name"]] = said.get("value", "")
    return found


@pytest.mark.parametrize("form", FORMS)
def test_a_script_that_sends_something_else_under_the_same_id_is_told_that_it_is_not_saved(db, contest, form):
    who, page, there, said, other = form(db, contest)
    browser = Browser(db, who)
    browser.get(page)
    sent = {"client_id": "tunnel-0001", "csrf_token": form_token(browser.cookie)} | SEEN.get(form, {"seen": "0"})

    first = browser.client.post(there, data=sent | said, headers=JSON)
    before = kept(db)
    same = browser.client.post(there, data=sent | said, headers=JSON)
    other_ = browser.client.post(there, data=sent | other, headers=JSON)

    assert (first.json()["ok"], same.json()["ok"]) == (True, True)
    assert (other_.status_code, other_.json()["ok"], "Yours is still here" in other_.json()["message"]) == (
        409, False, True,
    )  # fmt: skip
    assert (len(before), kept(db)) == (1, before)


@pytest.mark.parametrize("form", [score_form, skip_form, flag_form])
def test_the_same_words_under_the_same_id_about_something_else_are_not_called_saved(db, contest, form):
    who, page, there, said, _other = form(db, contest)
    browser = Browser(db, who)
    browser.get(page)
    sent = said | {"client_id": "tunnel-0001", "csrf_token": form_token(browser.cookie)} | SEEN.get(form, {"seen": "0"})
    made = the_round_at(db, contest, there)
    elsewhere = there.replace(work_of(db, made, "Straw"), work_of(db, made, "Husk"))
    db.commit()

    first = browser.client.post(there, data=sent, headers=JSON)
    before = kept(db)
    other = browser.client.post(elsewhere, data=sent, headers=JSON)

    assert (first.json()["ok"], other.status_code, other.json()["ok"]) == (True, 422, False)
    assert (len(before), kept(db)) == (1, before)


@pytest.mark.parametrize("form", [score_form, skip_form, list_form, ballot_form])
def test_a_script_sends_its_next_try_as_another_version(db, contest, form):
    who, page, there, said, other = form(db, contest)
    browser = Browser(db, who)
    browser.get(page)
    sent = {"seen": "0", "csrf_token": form_token(browser.cookie)}
    browser.client.post(there, data=sent | said | {"client_id": "tunnel-0001"}, headers=JSON)

    answer = browser.client.post(there, data=sent | other | {"client_id": "tunnel-0001.2"}, headers=JSON)

    assert (answer.json()["ok"], answer.json()["seen"], len(kept(db))) == (True, 2, 2)


@pytest.mark.parametrize("form", [score_form, skip_form, flag_form, list_form, ballot_form])
def test_without_a_script_what_is_typed_after_going_back_is_kept_on_the_page_until_it_is_sent_again(db, contest, form):
    who, page, there, said, other = form(db, contest)
    browser = Browser(db, who)
    stood = hidden_of(browser.get(page), there)

    browser.send(there, **stood | said)
    back = browser.send(there, **stood | other)
    sent_again = browser.send(there, **hidden_of(back, there) | other)

    assert (back.status, "Yours is still here" in back.text, sent_again.status) == (409, True, 200)
    assert other.items() <= typed_in(back, there).items()
    assert len(kept(db)) == 2


@pytest.mark.parametrize("form", FORMS)
def test_what_was_sent_is_in_when_it_comes_again_after_the_close_and_something_else_is_not(db, contest, form):
    who, page, there, said, other = form(db, contest)
    browser = Browser(db, who)
    browser.get(page)
    sent = {"client_id": "tunnel-0001", "csrf_token": form_token(browser.cookie)} | SEEN.get(form, {"seen": "0"})
    browser.client.post(there, data=sent | said, headers=JSON)
    close_round(db, contest.ada, the_round_at(db, contest, there))
    db.commit()
    before = kept(db)

    same = browser.client.post(there, data=sent | said, headers=JSON)
    other_ = browser.client.post(there, data=sent | other, headers=JSON)

    assert (same.json()["ok"], other_.json()["ok"], kept(db)) == (True, False, before)


@pytest.mark.parametrize("arrived", [False, True])
def test_what_waited_and_is_taken_back_counts_nowhere_whether_it_had_arrived_or_not(db, contest, arrived):
    who, page, there, said, _other = score_form(db, contest)
    browser = Browser(db, who)
    browser.get(page)
    sent = {"seen": "0", "csrf_token": form_token(browser.cookie)}
    if arrived:
        browser.client.post(there, data=sent | said | {"client_id": "tunnel-0001"}, headers=JSON)

    undo = sent | {"client_id": "tunnel-0001.2", "of": "tunnel-0001"}
    answers = [browser.client.post(f"{there}/undo", data=undo, headers=JSON).json() for _time in range(2)]

    assert [(one["ok"], one["seen"]) for one in answers] == [(True, 2 if arrived else 0)] * 2
    assert [one[2] for one in kept(db)] == (["score", "undone"] if arrived else [])


def test_what_was_skipped_can_be_taken_back_in_every_kind_of_round(db, contest, judge):
    for scheme in ("rubric", "ranking", "pairwise"):
        made = open_a_round(db, contest, scheme)
        there = at(made, "mine", work_of(db, made, "Straw"))
        db.commit()
        browser = Browser(db, judge)
        browser.send(f"{there}/skip", **hidden_of(browser.get(there), f"{there}/skip") | {"reason": "language"})

        back = browser.send(f"{there}/undo", **hidden_of(browser.get(there), f"{there}/undo"))

        assert (back.status, "You skipped this one" in browser.get(there).text) == (200, False)


def the_round_at(db, contest, address):
    return get_round(db, again(db, contest.ada), contest.event, address.split("/")[4])


def test_a_judge_reads_on_every_page_that_something_was_changed_since(db, contest, judge):
    made = open_a_round(db, contest)
    work = work_of(db, made, "Straw")
    score(db, judge, made, "Straw", 4, 3)
    hand_in_anew(db, contest, "Straw")
    browser, there = Browser(db, judge), at(made, "mine", work)

    listed, page = browser.get(at(made, "mine")), browser.get(there)
    board = Browser(db, contest.ada).get(at(made))
    browser.send(there, **hidden_of(page, there) | points("4", "3"))
    after = browser.get(there)

    assert "1 submission was changed since you judged it" in listed.text
    assert "The submission was changed since you judged it" in page.text
    assert "Judged in an earlier version by Judge 1" in board.text
    assert "was changed since" not in after.text


def test_what_a_page_showed_is_what_was_judged(db, contest, judge):
    made = open_a_round(db, contest)
    browser, there = Browser(db, judge), at(made, "mine", work_of(db, made, "Straw"))
    stood = hidden_of(browser.get(there), there)

    hand_in_anew(db, contest, "Straw")
    browser.send(there, **stood | points("4", "3"))
    out_of_date = browser.send(there, **stood | points("4", "3") | {"read": "seven", "client_id": "another-id"})

    assert "The submission was changed since you judged it" in browser.get(there).text
    assert (out_of_date.status, "out of date" in out_of_date.text) == (422, True)
