"""Screening and calls as pages: for organisers, screeners, evaluators and teams; what is refused loses nothing."""

import csv
import io

import pytest
from sqlmodel import select

from events.rounds.publishing import publish_result
from events.screening.rows import ScreeningVerdict
from tests.events.makers_calls import (
    close_concept_notes,
    evaluate,
    hand_in_stage_anew,
    make_call,
    open_full_proposals,
    open_the_screening,
    public_of,
    screen,
)
from tests.events.makers_rounds import fresh, work_of
from tests.frontend.browser import Browser
from tests.frontend.test_round_pages import hidden
from tests.makers import make_person, person_of

HERE = "/e/green-call"
CARRIED = ("seen", "read", "client_id")
BAD = {"verdict": "not eligible", "answer-1": "no", "reason": " "}


@pytest.fixture
def call(db, ada):
    return make_call(db, ada)


@pytest.fixture
def ada_here(db, call):
    return Browser(db, call.ada)


@pytest.fixture
def screeners(db):
    return [make_person(db, name, email=f"{name.lower()}@example.org") for name in ("Sol", "Uma")]


@pytest.fixture
def evaluated(db, call):
    close_concept_notes(db, call)
    evaluate(db, call, 1, {"Straw": (4.5, 4.0), "Husk": (4.0, 4.0), "Whey": (3.5, 5.0)})
    return call


def say(browser, there, **said):
    page = browser.get(there)
    carried = {name: hidden(page, name, there) for name in CARRIED}
    return browser.send(there, **carried, **said)


def test_an_organiser_sets_a_screening_up_and_opens_it(db, call, ada_here, screeners):
    asked = ada_here.send(f"{HERE}/screening/edit", **{"question-0": "Is it complete?", "question-2": "Is it in time?"})
    for one in screeners:
        ada_here.send(f"{HERE}/screening/people", email=person_of(db, one).email)
    assigned = ada_here.send(f"{HERE}/screening/assign")
    opened = ada_here.send(f"{HERE}/screening/open")
    mine = Browser(db, screeners[0]).get(f"{HERE}/screening/mine")

    assert "Name the screeners next" in asked.text
    assert "two different people look at each submission" in assigned.text
    assert "Everybody who has something to screen is told by letter" in opened.text
    assert [team in mine.text for team in ("Straw", "Husk", "Whey")] == [True] * 3


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [({}, "Please ask at least one question"), ({"help-1": "Only help."}, "Please ask in at most 200 characters")],
)
def test_questions_that_are_none_are_refused_and_kept(ada_here, sent, sentence):
    page = ada_here.send(f"{HERE}/screening/edit", about="Be kind.", **sent)

    assert (page.status, sentence in page.text, ">\nBe kind.</textarea>" in page.html) == (422, True, True)


def test_a_screener_who_forgets_the_reason_keeps_what_was_typed(db, call, screeners):
    open_the_screening(db, call, *screeners)
    there = f"{HERE}/screening/mine/{public_of(db, call, 'Straw')}"

    refused = say(Browser(db, screeners[0]), there, **BAD)
    done = say(Browser(db, screeners[0]), there, **BAD | {"reason": "Nobody of the union."})

    assert (refused.status, "Please say why" in refused.text) == (422, True)
    assert refused.html.count('checked=""') == 2  # the answer and the verdict
    assert (done.status, "Saved." in done.text) == (200, True)


def test_what_was_said_on_another_device_stands_beside_what_is_sent(db, call, screeners):
    open_the_screening(db, call, *screeners)
    there = f"{HERE}/screening/mine/{public_of(db, call, 'Straw')}"
    browser = Browser(db, screeners[0])
    page = browser.get(there)
    carried = {name: hidden(page, name, there) for name in CARRIED}
    screen(db, call, screeners[0], "Straw")
    db.commit()

    refused = browser.send(there, **carried, **BAD | {"reason": "I thought of another one."})

    assert (refused.status, "What you said elsewhere" in refused.text) == (409, True)
    assert "I thought of another one." in refused.html


def test_a_screener_looks_once_more_and_saves_the_same_again(db, call, screeners):
    open_the_screening(db, call, *screeners)
    there = f"{HERE}/screening/mine/{public_of(db, call, 'Straw')}"
    browser = Browser(db, screeners[0])
    finding = {"verdict": "not eligible", "reason": "Nobody of the union."}
    say(browser, there, **finding)
    hand_in_stage_anew(db, call, "Straw")
    db.commit()

    asked = browser.get(there)
    say(browser, there, **finding)

    assert ["once more, and save again" in one.text for one in (asked, browser.get(there))] == [True, False]


def test_what_came_while_a_screener_read_is_still_to_be_looked_at(db, call, screeners):
    open_the_screening(db, call, *screeners)
    there = f"{HERE}/screening/mine/{public_of(db, call, 'Straw')}"
    browser = Browser(db, screeners[0])
    page = browser.get(there)
    carried = {name: hidden(page, name, there) for name in CARRIED}
    hand_in_stage_anew(db, call, "Straw")
    db.commit()

    browser.send(there, **carried, verdict="not eligible", reason="Nobody of the union.")

    assert "once more, and save again" in browser.get(there).text


def test_what_was_said_of_one_submission_is_not_taken_for_said_of_another(db, call, screeners):
    open_the_screening(db, call, *screeners)
    straw, husk = (f"{HERE}/screening/mine/{public_of(db, call, team)}" for team in ("Straw", "Husk"))
    browser = Browser(db, screeners[0])
    browser.get(straw)
    sent = {"seen": "0", "client_id": "tunnel-0001"}

    browser.send(straw, **sent, **BAD | {"reason": "Nobody of the union."})
    other = browser.send(husk, **sent, **BAD | {"reason": "Nobody of the union."})
    taken_back = browser.send(f"{husk}/undo", **sent)

    assert [(one.status, "Saved." in one.text or "Taken back." in one.text) for one in (other, taken_back)] == [
        (422, False), (409, False),
    ]  # fmt: skip
    assert [one.number for one in db.exec(select(ScreeningVerdict))] == [1]


def test_screeners_see_their_own_and_nothing_of_the_board(db, call, screeners):
    going = open_the_screening(db, call, *screeners)
    browser, stranger = Browser(db, screeners[0]), Browser(db, call.leads["Straw"])
    work = public_of(db, call, "Straw")
    screen(db, call, screeners[1], "Straw", "unsure", reason="Secret of Uma.")
    db.commit()

    closed = [browser.get(f"{HERE}/screening{rest}").status for rest in ("", "/people", f"/works/{work}", ".csv")]
    hidden_from_team = [stranger.get(f"{HERE}/screening{rest}").status for rest in ("", "/mine", f"/mine/{work}")]

    assert closed == [404] * 4
    assert hidden_from_team == [404] * 3
    assert "Secret of Uma." not in browser.get(f"{HERE}/screening/mine/{work}").text
    assert going.screening.state == "open"


def test_an_organiser_decides_and_the_team_reads_why_on_its_page(db, call, ada_here, screeners):
    open_the_screening(db, call, *screeners)
    screen(db, call, screeners[0], "Straw")
    screen(db, call, screeners[1], "Straw", "not eligible")
    db.commit()
    there = f"{HERE}/screening/works/{public_of(db, call, 'Straw')}"
    lead = Browser(db, call.leads["Straw"])

    refused = ada_here.send(f"{there}/decide", eligible="no", reason="")
    decided = ada_here.send(f"{there}/decide", eligible="no", reason="No partner in the union.")
    before = lead.get(f"{HERE}/submissions").links
    own = next(one for one in before if "/submissions/s_" in one)
    unseen = lead.get(own).text
    ada_here.send(f"{HERE}/screening/release")

    assert (refused.status, "Please give the reason" in refused.text) == (422, True)
    assert "Decided." in decided.text
    assert ("No partner" in unseen, "No partner in the union." in lead.get(own).text) == (False, True)


def test_the_screening_can_be_taken_away_as_a_table(db, call, ada_here, screeners):
    open_the_screening(db, call, *screeners)
    screen(db, call, screeners[0], "Straw", "unsure", reason="=1+1")
    db.commit()

    answer = ada_here.get(f"{HERE}/screening.csv")
    rows = list(csv.DictReader(io.StringIO(answer.html.lstrip("\ufeff"))))

    assert (len(rows), sorted(one["verdict"] for one in rows if one["team"] == "Straw")) == (6, ["", "unsure"])


def test_a_consensus_without_points_is_refused_and_its_words_are_kept(db, evaluated, ada_here):
    made = evaluated.round(db, 1)
    there = f"{HERE}/judging/{made.round.public_id}/consensus/{work_of(db, made, 'Straw')}"
    sent = {"points-1": "4.5", "points-2": "", "words-1": "New words.", "summary": "A summary."}

    refused = ada_here.send(there, seen="1", **sent)
    saved = ada_here.send(there, seen="1", **sent | {"points-2": "4"})
    stale = ada_here.send(there, seen="1", **sent | {"points-2": "3"})

    assert (refused.status, "Give from 0 to 5 points" in refused.text) == (422, True)
    assert (">\nNew words.</textarea>" in refused.html, ">\nA summary.</textarea>" in refused.html) == (True, True)
    assert "Version 2 is saved." in saved.text
    assert (stale.status, "which somebody else wrote" in stale.text) == (409, True)


def test_evaluators_see_each_other_and_applicants_see_neither_them_nor_a_dissent(db, evaluated):
    made = evaluated.round(db, 1)
    there = f"{HERE}/judging/{made.round.public_id}/consensus/{work_of(db, made, 'Straw')}"
    expert = evaluated.experts[0]
    own = person_of(db, expert).public_id
    browser = Browser(db, expert)

    browser.send(f"{there}/dissent", person=own, dissent="The market is small.")
    page = browser.get(there)
    publish_result(db, evaluated.ada, fresh(db, made))
    db.commit()
    lead = Browser(db, evaluated.leads["Straw"])
    told = lead.get(f"{HERE}/judging/{made.round.public_id}/own")

    assert [one in page.text for one in ("Expert 1", "Expert 2", "The market is small.")] == [True] * 3
    assert lead.get(there).status == 404
    assert (told.status, "On the whole, Straw." in told.text) == (200, True)
    assert [one in told.text for one in ("Expert", "The market is small.", "Husk")] == [False] * 3


def test_others_read_no_list_of_who_was_invited(db, evaluated, ada_here):
    made = evaluated.round(db, 1)
    publish_result(db, evaluated.ada, fresh(db, made))
    db.commit()
    there = f"{HERE}/judging/{made.round.public_id}/published"

    seen = Browser(db).get(there)

    assert (seen.status, "Work of" in seen.text, "told by letter" in seen.text) == (200, False, True)
    assert "Work of Straw" in ada_here.get(there).text


def test_the_budget_is_typed_as_people_type_it_and_cuts_the_list(db, evaluated, ada_here):
    made = evaluated.round(db, 1)
    there = f"{HERE}/judging/{made.round.public_id}/budget"

    refused = ada_here.send(there, available="much", aim="3", least_times="2.5")
    cut = ada_here.send(there, available="30 000,00", aim="3", least_times="2,5")

    assert (refused.status, 'value="much"' in refused.html) == (422, True)
    assert ("Where the list is cut" in cut.text, "Above all thresholds, not invited" in cut.text) == (True, True)
    for what in ("consensus", "ranking", "votes", "settings"):
        assert ada_here.get(f"{HERE}/judging/{made.round.public_id}/tables/{what}.csv").status == 200


def test_a_team_that_was_not_invited_is_told_so_where_it_would_write(db, evaluated):
    publish_result(db, evaluated.ada, fresh(db, evaluated.round(db, 1)))
    open_full_proposals(db, evaluated)
    db.commit()
    team = evaluated.team(db, "Whey").team.public_id
    browser = Browser(db, evaluated.leads["Whey"])

    page = browser.get(f"{HERE}/teams/{team}/submission")
    sent = browser.send(f"{HERE}/teams/{team}/submission/hand-in", title="Late", revision="1")

    assert (page.status, "who were invited after the evaluation" in page.text) == (409, True)
    assert (sent.status, "who were invited after the evaluation" in sent.text) == (409, True)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("300,000", "300000"),
        ("300.000", "300000"),
        ("300 000", "300000"),
        ("2.000.000,50", "2000000"),
        ("1500", "1500"),
    ],
)
def test_what_groups_thousands_is_never_taken_for_a_point(db, evaluated, ada_here, typed, kept):
    there = f"{HERE}/judging/{evaluated.round(db, 1).round.public_id}/budget"

    page = ada_here.send(there, available=typed, aim="3", least_times="2.5")

    assert (page.status, f'value="{kept}"' in page.html) == (200, True)


@pytest.mark.parametrize("typed", ["30,00,00", "3.000,000", "much", "0", "-5", "300.0000"])
def test_an_amount_that_could_be_another_is_refused(db, evaluated, ada_here, typed):
    there = f"{HERE}/judging/{evaluated.round(db, 1).round.public_id}/budget"

    page = ada_here.send(there, available=typed, aim="3", least_times="2.5")

    assert (page.status, "Please write an amount in euros" in page.text, f'value="{typed}"' in page.html) == (
        422, True, True
    )  # fmt: skip


def test_amounts_and_points_stand_as_the_reader_writes_them(db, evaluated, ada_here):
    there = f"{HERE}/judging/{evaluated.round(db, 1).round.public_id}/budget"
    ada_here.send(there, available="300000", aim="3", least_times="2.5")
    english = ada_here.get(there).text
    person_of(db, evaluated.ada).locale = "de"
    db.commit()

    german = ada_here.get(there).text

    assert ("100,000" in english, "4.25" in english) == (True, True)
    assert ("100.000" in german, "4,25" in german, "4.25" in german) == (True, True, False)


# Redress


@pytest.fixture
def told(db, evaluated):
    """Everybody was told; Whey is below a threshold."""
    publish_result(db, evaluated.ada, fresh(db, evaluated.round(db, 1)))
    db.commit()
    return evaluated


def address_of(db, call):
    return f"{HERE}/judging/{call.round(db, 1).round.public_id}"


def test_a_team_asks_for_redress_and_reads_what_was_decided(db, told, ada_here):
    there = address_of(db, told)
    whey = Browser(db, told.leads["Whey"])
    form = whey.get(f"{there}/own")

    asked = whey.send(f"{there}/own/redress", reason="Nobody read the annex.\nIt has the figures.")
    listed = ada_here.get(f"{there}/redress")
    request = next(one for one in listed.links if "/redress/rr_" in one)
    decided = ada_here.send(request, verdict="upheld", decision="It was not read; two experts look again.")
    read = whey.get(f"{there}/own")

    assert "your team can ask for it to be looked at again until" in form.text
    assert ("Asked. The organisers are told" in asked.text, "To be decided" in asked.text) == (True, True)
    assert "1 request waits for a decision." in listed.text
    assert "Decided. The team is told, with your reasons." in decided.text
    assert "Upheld: it is evaluated again" in read.text and "two experts look again" in read.text
    assert "What comes next" in ada_here.get(request).text


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"verdict": "upheld", "decision": "no"}, "Please give the reasons in 10 to 4000 characters"),
        ({"verdict": "", "decision": "It was read by all."}, "Choose what you decide."),
    ],
)
def test_a_decision_without_reasons_comes_back_with_what_was_typed(db, told, ada_here, sent, sentence):
    there = address_of(db, told)
    Browser(db, told.leads["Whey"]).send(f"{there}/own/redress", reason="Nobody read the annex.")
    request = next(one for one in ada_here.get(f"{there}/redress").links if "/redress/rr_" in one)

    page = ada_here.send(request, **sent)

    assert (page.status, sentence in page.text, f">\n{sent['decision']}</textarea>" in page.html) == (422, True, True)


def test_a_request_that_says_nothing_is_refused_where_it_was_typed(db, told):
    page = Browser(db, told.leads["Whey"]).send(f"{address_of(db, told)}/own/redress", reason="Unfair")

    assert (page.status, "in 10 to 4000 characters" in page.text, ">\nUnfair</textarea>" in page.html) == (
        422,
        True,
        True,
    )


def test_requests_are_for_organisers_and_for_the_team_alone(db, told, ada_here):
    there = address_of(db, told)
    Browser(db, told.leads["Whey"]).send(f"{there}/own/redress", reason="Nobody read the annex.")
    request = next(one for one in ada_here.get(f"{there}/redress").links if "/redress/rr_" in one)

    for person in (told.leads["Whey"], told.leads["Straw"], told.experts[0], None):
        browser = Browser(db, person)
        for address in (f"{there}/redress", f"{there}/redress.csv", request):
            page = browser.get(address)
            assert page.status == 404 or page.path == "/sign-in"
    assert "Nobody read the annex." not in Browser(db, told.leads["Straw"]).get(f"{there}/own").text
    assert "Nobody read the annex." not in Browser(db, told.experts[0]).get(f"{there}/published").text


def test_all_requests_are_taken_away_as_a_table(db, told, ada_here):
    there = address_of(db, told)
    Browser(db, told.leads["Whey"]).send(f"{there}/own/redress", reason="=Nobody read the annex.")

    text = ada_here.client.get(f"{there}/redress.csv").content.decode("utf-8-sig")

    [line] = csv.DictReader(io.StringIO(text))
    assert (line["team"], line["reason"], line["verdict"]) == ("Whey", "'=Nobody read the annex.", "")


def test_a_request_can_be_taken_back(db, told, ada_here):
    there = address_of(db, told)
    whey = Browser(db, told.leads["Whey"])
    whey.send(f"{there}/own/redress", reason="Nobody read the annex.")

    page = whey.send(f"{there}/own/redress/take-back")

    assert "That your team asked stays on record." in page.text
    assert "Taken back" in ada_here.get(f"{there}/redress").text


def test_how_long_applicants_may_ask_is_set_with_the_round(db, call, ada_here):
    there = f"{HERE}/judging/{call.round(db, 2).round.public_id}/edit"

    assert 'name="redress_days"' in ada_here.get(there).html and 'value="30"' in ada_here.get(there).html
