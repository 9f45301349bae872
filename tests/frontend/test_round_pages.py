"""Rounds as pages: for organisers from the first form to the result, for judges, for the audience and for teams."""

import csv
import io
import re

import pytest
from openpyxl import load_workbook

from events.rounds.publishing import publish_result
from events.rounds.rounds import JudgingRound, RoundInEvent
from events.rounds.running import close_round, reopen_round
from events.rounds.setting_up import take_in
from events.signin import form_token
from tests.events.makers_rounds import (
    fresh,
    make_contest,
    make_round,
    number_of,
    open_a_round,
    score,
    work_of,
)
from tests.frontend.browser import Browser
from tests.makers import again, make_event, make_programme, person_of

HERE = "/e/food-hack/judging"
CRITERIA = {"criterion-0": "Fit", "weight-0": "3", "about-0": "Does it fit?", "criterion-1": "Novelty", "weight-1": "1"}
RUBRIC = {"scheme": "rubric", "name": "Final", "phase": "judging", "judges_each": "2", "least": "1", "most": "5",
          "step": "0,5", "average": "mean", "by": "adjusted", "border": "all", **CRITERIA}  # fmt: skip


@pytest.fixture
def contest(db, ada):
    return make_contest(db, ada)


@pytest.fixture
def ada_here(db, contest):
    return Browser(db, contest.ada)


@pytest.fixture
def judge(db, contest):
    return contest.judges[0]


def at(subject, *rest):
    return "/".join([HERE, subject.round.public_id, *rest])


def hidden(page, name, form):
    """A hidden field of the form with this address."""
    part = page.html.partition(f'action="{form}"')[2].partition("</form>")[0]
    return re.search(rf'name="{name}" value="([^"]*)"', part)[1]


def give(browser, subject, work, points, **more):
    """Open the page of a submission and send its form as it stands, with these points."""
    there = at(subject, "mine", work)
    page = browser.get(there)
    sent = {"seen": hidden(page, "seen", there), "client_id": hidden(page, "client_id", there), **more}
    return browser.send(there, **sent, **{f"points-{number}": one for number, one in enumerate(points, 1)})


def test_an_organiser_goes_from_the_first_form_to_a_published_result(db, contest, ada_here):
    assert f"{HERE}/new" in ada_here.get(HERE).links
    assert "template=rubric" in " ".join(ada_here.get(f"{HERE}/new").links)
    made = ada_here.send(f"{HERE}/new", **RUBRIC)
    here = made.path
    assigned = ada_here.send(f"{here}/judges/assign")
    opened = ada_here.send(f"{here}/open")
    subject = db.get_one(JudgingRound, 1)
    for judge in contest.judges:
        for team in contest.leads:
            score(db, judge, fresh_of(db, contest, subject), team, 4, 3)
    ada_here.send(f"{here}/close")
    published = ada_here.send(f"{here}/result/publish", detail="points")

    assert (made.headline, "Made as a draft" in made.text) == ("Final", True)
    assert "Assigned: 3 to 3 submissions for each judge" in assigned.text
    assert "Open. Those who judge are told by letter" in opened.text
    assert "Published. The teams are told by letter" in published.text
    seen = Browser(db).get(f"{here}/published")
    assert (seen.status, "Work of Straw" in seen.text) == (200, True)
    assert f"{here}/published" in Browser(db, contest.leads["Husk"]).get(HERE).links


def fresh_of(db, contest, row):
    db.expire_all()
    return RoundInEvent(db.get_one(JudgingRound, row.id), contest.event)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"name": ""}, "Please give the round a name"),
        ({"weight-0": "much"}, "Please write a number"),
        ({"step": "0.3"}, "These steps do not lead"),
        ({"judges_each": "0"}, "Please write a number from 1 to 50"),
        ({"after": "jr_nothing"}, "Please choose a round of this event"),
        ({"tie-0": "1", "tie-1": "1"}, "stands there twice"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_that_was_typed_is_lost(db, contest, ada_here, changed, sentence):
    page = ada_here.send(f"{HERE}/new", **{**RUBRIC, "about": "Be kind.", **changed})

    assert (page.status, sentence in page.text, ">\nBe kind.</textarea>" in page.html) == (422, True, True)
    assert 'value="Novelty"' in page.html


def as_it_stands(html, form):
    """All that a browser would send of a form nobody has touched."""
    part = html.partition(f'action="{form}"')[2].partition("</form>")[0]
    found = {}
    for tag in re.findall(r"<input [^>]*>", part):
        kind = re.search(r'type="(\w+)"', tag)[1]
        name, value = re.search(r'name="([^"]*)"', tag)[1], re.search(r'value="([^"]*)"', tag)[1]
        if kind not in ("radio", "checkbox") or " checked" in tag:
            found[name] = value
    for name, text in re.findall(r'<textarea [^>]*name="([^"]*)"[^>]*>\n(.*?)</textarea>', part, re.S):
        found[name] = text
    for name, options in re.findall(r'<select [^>]*name="([^"]*)"[^>]*>(.*?)</select>', part, re.S):
        chosen = re.search(r'value="([^"]*)" selected', options) or re.search(r'value="([^"]*)"', options)
        found[name] = chosen[1]
    return {name: value for name, value in found.items() if name not in ("csrf_token", "key")}


@pytest.mark.parametrize("scheme", ["rubric", "ranking", "pairwise", "audience"])
def test_every_template_makes_a_round_as_its_form_stands_and_changes_nothing_when_saved_again(
    db, contest, ada_here, scheme
):
    page = ada_here.get(f"{HERE}/new?template={scheme}")

    made = ada_here.send(f"{HERE}/new", **{**as_it_stands(page.html, f"{HERE}/new"), "name": "Final"})
    row = db.get_one(JudgingRound, 1)
    before = row.model_dump()
    edit = ada_here.get(f"{made.path}/edit")
    ada_here.send(f"{made.path}/edit", **as_it_stands(edit.html, f"{made.path}/edit"))
    db.refresh(row)

    assert (made.headline, row.scheme) == ("Final", scheme)
    assert row.model_dump() == before


def test_outsiders_and_those_who_take_part_find_no_page_of_organisers(db, contest, eve, judge):
    made = open_a_round(db, contest)
    work = work_of(db, made, "Straw")

    for browser in (Browser(db), Browser(db, eve), Browser(db, judge), Browser(db, contest.leads["Husk"])):
        for page in ("", "edit", "judges", "result", f"works/{work}", "tables/votes.csv", "board"):
            found = browser.get(at(made, page) if page else at(made))
            assert (page, found.status, "Judge 2" in found.html) in [(page, 404, False), (page, 200, False)]
            assert found.status == 404 or found.path.startswith("/sign-in")


def test_a_judge_sees_what_waits_and_goes_on_from_one_to_the_next(db, contest, judge):
    made = open_a_round(db, contest)
    browser = Browser(db, judge)
    listed = browser.get(at(made, "mine"))
    works = [one for one in listed.links if "/mine/" in one]

    page = give(browser, made, works[0].rpartition("/")[2], ["4", "3.5"], comment="Well thought out.")
    done = browser.get(at(made, "mine"))

    assert at(made, "mine") in browser.get(HERE).links
    assert len(set(works)) == 3
    assert ("Saved." in page.text, page.path) == (True, works[1]) or page.path in works
    assert "1 of 3" in done.text


def test_points_that_are_none_are_said_beside_the_criterion_and_the_rest_stays(db, contest, judge):
    made = open_a_round(db, contest)

    page = give(Browser(db, judge), made, work_of(db, made, "Straw"), ["4", "9"], comment="Keep me.")

    assert (page.status, "Give from 1 to 5 points" in page.text, ">\nKeep me.</textarea>" in page.html) == (
        422, True, True,
    )  # fmt: skip
    assert re.search(r'name="points-1" value="4" checked', page.html)


def test_a_judge_who_gave_something_elsewhere_sees_both(db, contest, judge):
    made = open_a_round(db, contest)
    work, browser = work_of(db, made, "Straw"), Browser(db, judge)
    page = browser.get(at(made, "mine", work))
    score(db, judge, made, "Straw", 5, 5)
    there = at(made, "mine", work)

    points, first_id = {"points-1": "2", "points-2": "2"}, hidden(page, "client_id", there)
    answer = browser.send(there, seen="0", client_id=first_id, comment="Mine.", **points)
    versions = {name: hidden(answer, name, there) for name in ("seen", "client_id")}
    again_sent = browser.send(there, **versions, **points)

    assert (answer.status, "What you gave elsewhere" in answer.text, "Fit: 5" in answer.text) == (409, True, True)
    assert ">\nMine.</textarea>" in answer.html
    assert again_sent.status == 200


def test_what_was_typed_in_a_tunnel_is_taken_once_even_after_the_close(db, contest, judge):
    made = open_a_round(db, contest)
    browser = Browser(db, judge)
    there = at(made, "mine", work_of(db, made, "Straw"))
    sent = {"seen": "0", "client_id": "tunnel-0001", "points-1": "4", "points-2": "4"}
    browser.get(there)

    first = browser.client.post(there, data={**sent, "csrf_token": token(browser)}, headers=JSON)
    close_round(db, contest.ada, made)
    db.commit()
    replayed = browser.client.post(there, data={**sent, "csrf_token": token(browser)}, headers=JSON)
    late = browser.client.post(
        there, data={**sent, "client_id": "tunnel-0002", "csrf_token": token(browser)}, headers=JSON
    )

    assert (first.json()["ok"], first.json()["seen"], replayed.json()["ok"], replayed.json()["seen"]) == (
        True, 1, True, 1,
    )  # fmt: skip
    assert (late.status_code, late.json()["ok"], "Final is closed" in late.json()["message"]) == (409, False, True)


JSON = {"origin": "http://folkmoot.example", "accept": "application/json"}


def token(browser):
    return form_token(browser.cookie)


def test_a_judge_skips_flags_takes_back_and_declares(db, contest, judge, ada_here):
    made = open_a_round(db, contest)
    work, browser = work_of(db, made, "Straw"), Browser(db, judge)
    there = at(made, "mine", work)
    page = browser.get(there)

    skipped = browser.send(f"{there}/skip", seen="0", client_id=hidden(page, "client_id", f"{there}/skip"),
                           reason="language")  # fmt: skip
    page = browser.get(there)
    taken_back = browser.send(f"{there}/undo", seen="1", client_id=hidden(page, "client_id", f"{there}/undo"))
    flagged = browser.send(f"{there}/flag", flag_reason="broken", flag_text="Dead link.")
    board = ada_here.get(at(made))
    declared = browser.send(f"{there}/conflict", reason="My sister.")

    assert "You can still come back to it" in skipped.text
    assert ("Taken back" in taken_back.text, "You skipped this one" in page.text) == (True, True)
    assert ("The organisers look at it" in flagged.text, "Dead link." in board.text) == (True, True)
    assert ("Declared." in declared.text, browser.get(there).status) == (True, 404)
    assert "My sister." in ada_here.get(at(made, "judges")).text


def test_a_list_is_ordered_by_numbers_and_wrong_ones_are_said(db, contest, judge):
    made = open_a_round(db, contest, "ranking")
    browser = Browser(db, judge)
    there, order = at(made, "mine"), at(made, "order")
    page = browser.get(there)
    straw, husk = number_of(db, made, "Straw"), number_of(db, made, "Husk")
    sent = {"seen": "0", "client_id": hidden(page, "client_id", order)}

    wrong = browser.send(order, **sent, **{f"place-{straw}": "first", f"place-{husk}": "1"})
    saved = browser.send(order, **sent, **{f"place-{straw}": "2", f"place-{husk}": "1"})

    assert (wrong.status, "Please write a whole number" in wrong.text) == (422, True)
    assert f'name="place-{husk}"' in wrong.html and 'value="1"' in wrong.html
    assert saved.text.index("Work of Husk") < saved.text.index("Work of Straw")


def test_pairs_are_compared_by_their_buttons_and_the_last_is_taken_back(db, contest, judge):
    made = open_a_round(db, contest, "pairwise")
    browser = Browser(db, judge)
    there, compare = at(made, "mine"), at(made, "compare")

    for _pair in range(3):
        page = browser.get(there)
        pair = {name: hidden(page, name, compare) for name in ("client_id", "first", "second")}
        browser.send(compare, **pair, better="first")
    all_done = browser.get(there)
    undone = browser.send(at(made, "undo"), client_id=hidden(all_done, "client_id", at(made, "undo")))
    nothing = browser.send(compare, **pair, better="both")

    assert "You have compared all that you may" in all_done.text
    assert ("taken back" in undone.text, compare in undone.forms) == (True, True)
    assert (nothing.status, "Say which of the two is better" in nothing.text) == (422, True)


def test_somebody_who_takes_part_votes_and_changes_their_vote(db, contest):
    made = open_a_round(db, contest, "audience")
    browser, there = Browser(db, contest.leads["Straw"]), at(made, "vote")
    assert there in browser.get(HERE).links
    page = browser.get(there)
    husk, whey = number_of(db, made, "Husk"), number_of(db, made, "Whey")

    def send(page, *numbers):
        sent = {"seen": hidden(page, "seen", there), "client_id": hidden(page, "client_id", there)}
        return browser.send(there, **sent, choices=[str(one) for one in numbers])

    first = send(page, husk)
    second = send(first, whey)
    own = send(second, number_of(db, made, "Straw"))

    assert "Thank you, your vote is in" in first.text
    assert re.search(rf'name="choices" value="{whey}"[^>]* checked', second.html)
    assert (own.status, "Nobody votes for their own team" in own.text) == (422, True)


def test_nobody_sees_how_an_audience_vote_stands(db, contest, ada_here, eve):
    made = open_a_round(db, contest, "audience")

    result, table = ada_here.get(at(made, "result")), ada_here.get(at(made, "tables", "votes.csv"))

    assert ("People still vote" in result.text, table.status) == (True, 409)
    assert Browser(db, eve).get(at(made, "vote")).status == 404


def judged(db, contest):
    made = open_a_round(db, contest)
    for place, judge in enumerate(contest.judges):
        for team, points in (("Straw", (5, 1)), ("Husk", (4, 4)), ("Whey", (4, 4))):
            score(db, judge, made, team, points[place], points[place], comment=f"To {team} from somebody.")
    close_round(db, contest.ada, made)
    return fresh(db, made)


def test_the_result_shows_both_values_ties_and_where_judges_are_apart(db, contest, ada_here):
    made = judged(db, contest)

    page = ada_here.get(at(made, "result"))

    assert page.status == 200
    for words in ("As given", "Adjusted", "Spread", "Shared places", "Where judges are far apart", "alpha"):
        assert words in page.text
    assert "4.00" in page.text


def test_the_result_says_who_is_best_in_each_challenge_and_hides_who_is_hidden(db, ada, eve):
    contest = make_contest(db, ada, challenges=("Tray", "Box", "Tray"))
    made = judged(db, contest)
    browser = Browser(db, contest.ada)

    stands = browser.get(at(made, "result")).text
    publish_result(db, contest.ada, made, best=1)
    shown = Browser(db, eve).get(at(made, "published")).text

    assert "Best in each challenge" in stands
    assert ("1 of 2" in stands, "2 of 2" in stands) == (True, True)
    assert ("Best in each challenge" in shown, "2 of 2" in shown) == (True, False)


def test_an_organiser_reads_who_would_not_go_on_any_more(db, contest, ada_here):
    first = open_a_round(db, contest)
    final = make_round(db, contest, "pairwise", name="Last", after_id=first.id, places=2)
    for team, points in (("Straw", 5), ("Husk", 4), ("Whey", 2)):
        for one in contest.judges:
            score(db, one, first, team, points, points)
    close_round(db, contest.ada, first)
    take_in(db, contest.ada, final)
    before = ada_here.get(at(final)).text
    reopen_round(db, contest.ada, fresh(db, first))
    for one in contest.judges:
        score(db, one, fresh(db, first), "Husk", 1, 1, seen=1)
    close_round(db, contest.ada, fresh(db, first))

    after = ada_here.get(at(final)).text

    assert ("would not go on" in before, "would not go on any more: Work of Husk." in after) == (False, True)


def test_the_round_before_is_worked_out_once_for_a_page_and_never_for_a_refresh(db, contest, ada_here, queries):
    first = open_a_round(db, contest)
    final = make_round(db, contest, "pairwise", name="Last", after_id=first.id, places=2)
    for team, points in (("Straw", 5), ("Husk", 4), ("Whey", 2)):
        for one in contest.judges:
            score(db, one, first, team, points, points)
    close_round(db, contest.ada, first)
    take_in(db, contest.ada, final)
    db.commit()

    rounds_worked_out = []
    for there in (at(final), at(final, "board")):
        queries.clear()
        assert ada_here.get(there).status == 200
        rounds_worked_out.append(sum("FROM tie_decision" in one.replace("\n", " ") for one in queries))

    assert rounds_worked_out == [2, 1]


def test_a_tie_is_decided_a_note_written_and_comments_released_from_pages(db, contest, ada_here):
    made = judged(db, contest)
    husk, whey = number_of(db, made, "Husk"), number_of(db, made, "Whey")
    lead = Browser(db, contest.leads["Husk"])
    before = lead.get(at(made, "comments")).status

    wrong = ada_here.send(at(made, "result", "decide"), numbers=[str(husk), str(whey)], order=["1", "1"], reason="Lot.")
    decided = ada_here.send(
        at(made, "result", "decide"), numbers=[str(husk), str(whey)], order=["2", "1"], reason="Lot."
    )
    work = at(made, "works", work_of(db, made, "Straw"))
    noted = ada_here.send(f"{work}/note", text="Both have seen the video now.")
    released = ada_here.send(at(made, "comments", "release"))

    assert (before, wrong.status, "have the same place" in wrong.text) == (404, 422, True)
    assert "Decided by the organisers" in decided.text
    assert "Both have seen the video now." in noted.text
    assert "3 teams are told" in released.text
    assert at(made, "comments") in lead.get(HERE).links
    comments = lead.get(at(made, "comments"))
    assert ("To Husk from somebody." in comments.text, "To Straw" in comments.text, "Judge 1" in comments.text) == (
        True, False, False,
    )  # fmt: skip


def test_a_result_is_held_back_on_the_clock_of_the_event(db, contest, ada_here, eve):
    made = judged(db, contest)
    wrong = ada_here.send(at(made, "result", "publish"), detail="places", hold_until="2026-04-14T09:00")

    held = ada_here.send(at(made, "result", "publish"), detail="places", hold_until="2026-04-14T18:00")
    nobody = Browser(db, eve).get(at(made, "published")).status
    back = ada_here.send(at(made, "result", "take-back"))
    ada_here.send(at(made, "result", "publish"), detail="places", best="1", hold_until="2026-04-14T18:00")
    ada_here.send(at(made, "result", "show"))

    assert (wrong.status, "This moment is over" in wrong.text) == (422, True)
    assert "held back until Tue, 14 Apr 2026, 18:00 (Europe/Vienna)" in held.text
    assert (nobody, "Nobody has seen it" in back.text) == (404, True)
    shown = Browser(db, eve).get(at(made, "published"))
    assert ("Work of Husk" in shown.text, "the best place only" in shown.text) == (True, True)


def test_tables_to_take_away_run_no_formula(db, contest, ada_here):
    made = judged(db, contest)

    for name in ("votes", "result", "judges", "settings"):
        page = ada_here.get(at(made, "tables", f"{name}.csv"))
        rows = list(csv.reader(io.StringIO(page.content.decode("utf-8-sig"))))
        assert (page.status, page.headers["content-type"].split(";")[0], len(rows) > 2) == (200, "text/csv", True)
        assert not any(cell.startswith(("=", "@", "+")) for row in rows for cell in row)
    assert ada_here.get(at(made, "tables", "secrets.csv")).status == 404


def test_judges_are_named_limited_replaced_and_given_by_hand(db, contest, ada_here):
    made = make_round(db, contest, judges_each=1)
    first, second = (person_of(db, one).public_id for one in contest.judges)
    work = work_of(db, made, "Straw")

    limited = ada_here.send(at(made, "judges"), person=first, most="2")
    wrong = ada_here.send(at(made, "judges"), person=first, most="none")
    by_hand = ada_here.send(at(made, "judges", "by-hand"), person=first, work=work)
    taken = ada_here.send(at(made, "judges", "take"), person=first, work=work)
    mentor = ada_here.send(at(made, "mentors"), person=first, work=work)
    ended = ada_here.send(at(made, "judges", "end"), person=first, by=second, counts="yes")
    nobody = ada_here.send(at(made, "judges", "end"), person="p_nobody")

    assert ("Saved." in limited.text, wrong.status, "Assigned." in by_hand.text) == (True, 422, True)
    assert ("Taken from this judge" in taken.text, "Mentor of the team" in mentor.text) == (True, True)
    assert "Judges no more" in ended.text
    assert (nobody.status, "Please choose somebody from the list" in nobody.text) == (422, True)


def test_what_could_not_be_assigned_is_said_with_the_way_out(db, contest, ada_here):
    made = make_round(db, contest, judges_each=3)

    page = ada_here.send(at(made, "judges", "assign"))

    assert (page.headline, "Invite 1 more judge" in page.text) == ("Some submissions lack judges", True)


def test_a_submission_is_taken_out_and_put_back_and_a_draft_removed(db, contest, ada_here):
    made = make_round(db, contest)
    work = at(made, "works", work_of(db, made, "Straw"))

    out = ada_here.send(f"{work}/take-out")
    back = ada_here.send(f"{work}/put-back")
    changed = ada_here.send(at(made, "edit"), **{**RUBRIC, "name": "Semifinal"})
    gone = ada_here.send(at(made, "remove"))

    assert ("Taken out" in out.text, "It is judged again" in back.text) == (True, True)
    assert (changed.headline, gone.path, "No rounds yet" in gone.text) == ("Semifinal", HERE, True)


def test_in_an_open_round_only_what_does_not_touch_the_judging_is_changed(db, contest, ada_here):
    made = open_a_round(db, contest)

    page = ada_here.send(at(made, "edit"), **{**RUBRIC, "name": "Grand final", "criterion-0": "Other"})
    edit = ada_here.get(at(made, "edit"))

    assert (page.headline, "Criterion" in edit.text) == ("Grand final", False)
    assert fresh(db, made).round.name == "Grand final"
    closed = ada_here.send(at(made, "close"))
    again_open = ada_here.send(at(made, "reopen"))
    assert ("No votes are taken any more" in closed.text, "Open again" in again_open.text) == (True, True)


def test_lists_ask_as_often_for_three_rounds_as_for_one(db, contest, ada_here, queries):
    open_a_round(db, contest)
    ada_here.get(HERE)
    queries.clear()
    ada_here.get(HERE)
    one = len(queries)
    for name in ("Second", "Third"):
        make_round(db, contest, name=name)
    queries.clear()

    ada_here.get(HERE)

    assert len(queries) == one


def test_other_kinds_of_events_have_no_judging(db, contest, ada_here):
    programme = make_programme(db, contest.ada, "Match Network")
    make_event(db, again(db, contest.ada), programme, name="Food Match", template="matchmaking")

    assert ada_here.get("/e/food-match/judging").status == 404


def test_all_tables_of_a_round_are_taken_away_in_one_workbook(db, ada):
    contest = make_contest(db, ada)
    made = open_a_round(db, contest)
    score(db, contest.judges[0], made, "Straw", 4, 3, comment="=1+1")
    close_round(db, contest.ada, made)
    publish_result(db, contest.ada, fresh(db, made))
    db.commit()
    browser = Browser(db, contest.ada)
    here = f"/e/food-hack/judging/{made.round.public_id}/tables.xlsx"

    now, then = (load_workbook(io.BytesIO(browser.client.get(here + more).content)) for more in ("", "?version=1"))

    assert now.sheetnames == then.sheetnames and len(now.sheetnames) == 4
    assert [cell.value for cell in now.worksheets[1][1]][:4] == [
        "rank", "submission", "title", "team"
    ]  # fmt: skip
    assert Browser(db, contest.leads["Straw"]).get(here).status == 404
