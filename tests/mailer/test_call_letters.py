"""Letters about calls: to screeners, to teams when they can know, and never before; each says what became of it."""

import pytest

from events.rounds.publishing import publish_result
from events.rounds.redress import RedressVerdict, decide_redress
from events.rounds.running import close_round, reopen_round
from events.screening.decisions import decide_eligibility, release_eligibility
from tests.events.makers_calls import (
    ask_redress,
    close_concept_notes,
    consensus,
    evaluate,
    make_call,
    name_screeners,
    open_the_screening,
    screen,
    to_decide,
    told,
)
from tests.events.makers_rounds import fresh
from tests.mailer.makers_letters import new_letters, sent, text_of
from tests.makers import again, make_person


@pytest.fixture
def call(db, ada):
    return make_call(db, ada)


@pytest.fixture
def screeners(db):
    return [make_person(db, name, email=f"{name.lower()}@example.org") for name in ("Sol", "Uma")]


def test_screeners_are_told_once_when_the_screening_is_opened(db, call, screeners):
    known = sent(db)

    name_screeners(db, call, *screeners)
    before = new_letters(db, known)
    open_the_screening(db, call, *screeners)
    letters = new_letters(db, known)

    assert before == {}
    assert sorted(letters) == ["sol", "uma"]
    assert letters["sol"].subject == "You screen in Green call"
    assert "3 submissions wait for you." in text_of(letters["sol"])


def test_a_team_hears_the_reason_when_it_is_released_and_not_whose_it_is(db, call, screeners):
    going = open_the_screening(db, call, *screeners)
    for one in screeners:
        screen(db, call, one, "Straw")
        screen(db, call, one, "Husk", "not eligible", reason="No partner in the union.")
    known = sent(db)
    silence = new_letters(db, known)

    release_eligibility(db, call.ada, going)
    letters = new_letters(db, known)

    assert silence == {}
    assert sorted(letters) == ["husk", "straw"]
    assert letters["husk"].subject == "Your submission to Green call is not eligible"
    said = text_of(letters["husk"])
    assert ("No partner in the union." in said, "Sol" in said, "Uma" in said) == (True, False, False)
    assert "No partner" not in text_of(letters["straw"])


def test_a_team_that_is_found_eligible_after_all_hears_that(db, call, screeners):
    going = open_the_screening(db, call, *screeners)
    for one in screeners:
        screen(db, call, one, "Husk", "not eligible")
    release_eligibility(db, call.ada, going)
    known = sent(db)

    decide_eligibility(db, call.ada, to_decide(db, call, "Husk"), eligible=True, reason="The register was wrong.")
    release_eligibility(db, call.ada, going)
    letters = new_letters(db, known)

    assert {name: one.subject for name, one in letters.items()} == {"husk": "Your submission to Green call is eligible"}


@pytest.fixture
def published(db, call):
    close_concept_notes(db, call)
    evaluate(db, call, 1, {"Straw": (4.5, 4.0), "Husk": (4.0, 4.0), "Whey": (3.5, 5.0)})
    known = sent(db)
    publish_result(db, call.ada, fresh(db, call.round(db, 1)))
    return new_letters(db, known)


def test_each_team_gets_one_letter_that_says_what_became_of_it(published):
    assert {name: one.subject for name, one in published.items()} == {
        "straw": "You are invited to hand in a full proposal",
        "husk": "You are invited to hand in a full proposal",
        "whey": "The result of your submission to Green call",
    }
    assert "Hand in by" in text_of(published["straw"])
    assert "below a threshold" in text_of(published["whey"])
    assert "Hand in by" not in text_of(published["whey"])


def test_a_later_version_says_why_to_all_and_what_changed_to_those_whom_it_changes(db, call, published):
    made = fresh(db, call.round(db, 1))
    reopen_round(db, call.ada, made)
    close_round(db, call.ada, fresh(db, made))
    consensus(db, call, 1, "Whey", 4, 5, seen=1)
    known = sent(db)

    publish_result(db, call.ada, fresh(db, made), reason="A report had been swapped.")
    letters = new_letters(db, known)

    assert sorted(letters) == ["husk", "straw", "whey"]
    assert letters["whey"].subject == "You are invited to hand in a full proposal"
    assert all("A report had been swapped." in text_of(one) for one in letters.values())


def test_redress_is_told_to_organisers_when_asked_and_to_the_team_with_its_reasons(db, call):
    close_concept_notes(db, call)
    evaluate(db, call, 1, {"Straw": (4.5, 4.0), "Husk": (3.5, 4.0), "Whey": (4.0, 5.0)})
    known = sent(db)
    publish_result(db, call.ada, fresh(db, call.round(db, 1)))
    results = new_letters(db, known)

    known = sent(db)
    ask_redress(db, call, "Husk", "Nobody read the annex.")
    asked = new_letters(db, known)
    known = sent(db)
    decide_redress(
        db, again(db, call.ada), told(db, call, 1, "Husk"), verdict=RedressVerdict.DISMISSED, decision="It was read."
    )
    decided = new_letters(db, known)

    assert "Redress can be asked for until" in text_of(results["husk"])
    assert {name: one.subject for name, one in asked.items()} == {
        "ada": "Redress is asked for: Work of Husk",
        "husk": "Your request for redress in Green call has arrived",
    }
    assert "Nobody read the annex." in text_of(asked["ada"])
    assert "/rr_" in text_of(asked["ada"])
    assert list(decided) == ["husk"]
    assert ("Dismissed" in text_of(decided["husk"]), "It was read." in text_of(decided["husk"])) == (True, True)
