"""Searches for peers: asked for by an organiser, found by a worker in a child process, kept as a proposal."""

import pytest

from events.core import clock
from events.core.database import reading, transaction
from events.core.refusals import Conflict, NotAllowed
from sessions.peer_choice.formats import read_problem, write_problem
from sessions.peer_reviews.peers import own_offer_in, take_offer_back
from sessions.peer_reviews.proposals import problem_of, proposed_in
from sessions.peer_reviews.searches import (
    MOST_BEGUN,
    PeerSearch,
    SearchedAlready,
    ask_for_peers,
    last_search,
    search_next_peers,
)
from sessions.peer_reviews.templates import StepKind
from tests.frontend.browser import Browser
from tests.makers import again
from tests.sessions.makers_review_hosts import make_offer, open_step
from tests.sessions.makers_reviews import make_review

OTHERS = (("Fi Falk", "FI", "ai"), ("Pia Pinto", "PT", "data"), ("Bea Bos", "BE"), ("Sia Sol", "SE", "ai"))


@pytest.fixture
def review(db):
    made = make_review(db, peers=0)
    made.subject.review.needs = ["ai", "data"]
    db.add(made.subject.review)
    open_step(db, made.ada, made.event, StepKind.PEERS)
    return made


@pytest.fixture
def offers(db, review):
    return {name: make_offer(db, review.event, name, *rest)[0] for name, *rest in OTHERS}


def ask(db, review):
    row = ask_for_peers(db, again(db, review.ada), review.event)
    db.commit()
    return row


def now(db, review):
    with reading() as other:
        found = last_search(other, review.event.id)
    assert found is not None
    return found


def test_a_worker_finds_peers_in_a_child_and_keeps_them_as_the_proposal(db, review, offers):
    ask(db, review)

    assert search_next_peers()
    assert not search_next_peers()

    row = now(db, review)
    assert (row.is_on, row.attempts, row.proven, row.problem) == (False, 1, True, "")
    proposed = {one.person_id for one in proposed_in(db, {review.subject.id})}
    assert len(proposed) >= 3
    assert proposed <= {one.person for one in offers.values()}


def test_one_search_at_a_time_and_another_after_it(db, review, offers):
    ask(db, review)

    with pytest.raises(SearchedAlready):
        ask_for_peers(db, again(db, review.ada), review.event)
    db.rollback()
    search_next_peers()

    assert ask(db, review).is_on


def test_nothing_is_looked_for_where_nobody_offers(db, review, offers):
    for one in offers.values():
        take_offer_back(db, again(db, one), own_offer_in(db, one, review.event.event))

    with pytest.raises(Conflict, match="Nobody offers"):
        ask_for_peers(db, again(db, review.ada), review.event)


def test_only_organisers_let_peers_be_looked_for(db, review, offers):
    with pytest.raises(NotAllowed):
        ask_for_peers(db, review.people["mo"], review.event)


def test_a_worker_that_stops_gives_the_search_back(db, review, offers):
    ask(db, review)

    assert search_next_peers(lambda: True)

    row = now(db, review)
    assert (row.is_on, row.attempts) == (True, 0)
    assert search_next_peers()
    assert not now(db, review).is_on


def test_a_search_that_no_worker_lives_to_finish_is_given_up_and_can_be_asked_for_again(db, review, offers):
    row = ask(db, review)
    with transaction() as other:
        there = other.get_one(PeerSearch, row.id)
        there.attempts = MOST_BEGUN
        other.add(there)

    search_next_peers()

    assert (now(db, review).is_on, now(db, review).problem) == (False, "too often")
    assert ask(db, review).is_on


def test_whoever_organises_no_more_changes_nothing_by_an_older_search(db, review, offers):
    row = ask(db, review)
    with transaction() as other:
        there = other.get_one(PeerSearch, row.id)
        there.asked_by_id = offers["Fi Falk"].person
        other.add(there)

    search_next_peers()

    assert (now(db, review).is_on, now(db, review).problem) == (False, "refused")
    assert proposed_in(db, {review.subject.id}) == []


def test_a_problem_is_the_same_after_it_was_written_and_read(db, review, offers):
    problem = problem_of(db, review.event.event)

    assert read_problem(write_problem(problem)) == problem


def test_the_page_says_that_peers_are_looked_for_until_they_are_found(db, review, offers):
    db.commit()
    ada = Browser(db, again(db, review.ada))
    address = "/e/peer-days/reviews/proposal"

    ada.send(address)
    waiting = ada.get(address)
    search_next_peers()
    found = ada.get(address)

    assert "Peers are being looked for" in waiting.text
    assert address not in waiting.forms
    assert "Peers are being looked for" not in found.text
    assert "Take out" in found.text
    with reading() as other:
        assert last_search(other, review.event.id).done_at <= clock.now()
