"""Voting by mail as pages: organisers invite, voters come by the link in their letter, and looking is no vote."""

import pytest
from sqlmodel import col, select

from events.people import Person
from events.rounds.running import close_round
from events.rounds.voters import RoundVoter, issue_ballot_token
from events.rounds.votes import voters_in
from tests.events.makers_rounds import fresh, make_contest, number_of, open_a_round
from tests.frontend.browser import Browser
from tests.frontend.test_round_pages import hidden


@pytest.fixture
def contest(db, ada):
    return make_contest(db, ada, judges=1, teams=("Straw", "Husk"))


@pytest.fixture
def vote(db, contest):
    return open_a_round(db, contest, "audience")


@pytest.fixture
def ada_here(db, contest):
    return Browser(db, contest.ada)


def voters_of(vote):
    return f"/e/food-hack/judging/{vote.round.public_id}/voters"


def link_of(db, address):
    who = select(RoundVoter).join(Person, col(Person.id) == col(RoundVoter.person_id)).where(Person.email == address)
    token = issue_ballot_token(db, db.exec(who).one())
    db.commit()
    return f"/ballots/{token}"


def test_a_voter_from_outside_votes_by_the_link_and_changes_the_vote(db, contest, vote, ada_here):
    told = ada_here.send(voters_of(vote), addresses="val@example.org, straw@example.org", days="7")
    there, browser = link_of(db, "val@example.org"), Browser(db)
    straw, husk = (str(number_of(db, vote, team)) for team in ("Straw", "Husk"))

    ballot = browser.get(there)
    empty = browser.send(there, seen="0", client_id=hidden(ballot, "client_id", there))
    given = browser.send(there, seen="0", client_id=hidden(ballot, "client_id", there), choices=straw)
    changed = browser.send(there, seen="1", client_id=hidden(given, "client_id", there), choices=husk)

    assert "1 invited by letter. 1 takes part in the event and votes there." in told.text
    assert ("Work of Straw" in ballot.text, "pass it on to nobody" in ballot.text) == (True, True)
    assert (empty.status, "Choose at least one submission." in empty.text) == (422, True)
    assert ("Thank you, your vote is in." in given.text, "Thank you, your vote is in." in changed.text) == (True, True)
    assert f'value="{husk}" aria-describedby' in changed.html and voters_in(db, [vote.id]) == {vote.id: 1}


def test_looking_at_a_link_gives_no_vote_and_signs_nobody_in(db, vote, ada_here):
    ada_here.send(voters_of(vote), addresses="val@example.org", days="7")
    there, browser = link_of(db, "val@example.org"), Browser(db)

    for _look in range(3):
        browser.get(there)

    assert voters_in(db, [vote.id]) == {}
    for page in ("/account", f"/e/food-hack/judging/{vote.round.public_id}/vote"):
        assert browser.get(page).path == "/sign-in"


def test_what_is_typed_wrong_comes_back_and_nobody_is_invited(db, vote, ada_here):
    page = ada_here.send(voters_of(vote), addresses="val@example.org\nnobody", days="7")

    assert (page.status, "These are no e-mail addresses: nobody." in page.text) == (422, True)
    assert ">\nval@example.org\nnobody</textarea>" in page.html
    assert db.exec(select(RoundVoter)).all() == []


def test_an_ended_link_and_a_made_up_one_say_the_same(db, vote, ada_here):
    ada_here.send(voters_of(vote), addresses="val@example.org", days="7")
    there = link_of(db, "val@example.org")
    voter = db.exec(select(RoundVoter.public_id)).one()
    ended = ada_here.send(f"{voters_of(vote)}/{voter}/end")

    pages = [Browser(db).get(one) for one in (there, "/ballots/made-up")]

    assert "A vote that was given stays in the count." in ended.text
    assert [(one.status, "opens no ballot any more" in one.text) for one in pages] == [(409, True)] * 2


def test_when_voting_is_closed_the_link_shows_what_was_given(db, contest, vote, ada_here):
    ada_here.send(voters_of(vote), addresses="val@example.org", days="7")
    there, browser = link_of(db, "val@example.org"), Browser(db)
    ballot = browser.get(there)
    straw = str(number_of(db, vote, "Straw"))
    browser.send(there, seen="0", client_id=hidden(ballot, "client_id", there), choices=straw)
    close_round(db, contest.ada, fresh(db, vote))
    db.commit()

    page = browser.get(there)

    assert ("Your vote:" in page.text, "Work of Straw" in page.text, 'name="choices"' in page.html) == (
        True, True, False
    )  # fmt: skip


def test_only_organisers_see_who_was_invited(db, contest, vote, ada_here):
    ada_here.send(voters_of(vote), addresses="val@example.org", days="7")

    assert "val@example.org" in ada_here.get(voters_of(vote)).text
    for person in (contest.leads["Straw"], contest.judges[0]):
        assert Browser(db, person).get(voters_of(vote)).status == 404
