"""The choice of peers: no rule is ever broken, nothing is better, and each reason is a true one."""

from dataclasses import replace

import pytest
from hypothesis import given, settings

from sessions.peer_choice import solving
from sessions.peer_choice.plan import Broken, broken_rules, peers_of, score_of
from sessions.peer_choice.problem import Bar, Candidate, Problem, Review, Rules, bar_of
from sessions.peer_choice.reasons import NotNeeded, Short, lack_of, reasons_for, substitutes_for, why_not
from sessions.peer_choice.solving import choose_peers
from tests.sessions.peer_choice.made import best_by_trying, problems

HOST = Review(100, 1, "AT", "en", frozenset({"ai", "law"}), frozenset({7}))


def person(id: int, country: str, *competences: str, organisation: int = 0, **more: object) -> Candidate:
    whose = frozenset({organisation or id + 10})
    return Candidate(id, whose, country, frozenset({"en"}), frozenset(competences), **more)  # type: ignore[arg-type]  # further fields


PEOPLE = (
    person(1, "FI", "ai"), person(2, "PT", "law"), person(3, "SE"), person(4, "AT", "ai", "law"),
    person(5, "FI", "ai", "law", organisation=1), person(6, "BE", "law", organisation=7),
)  # fmt: skip
PROBLEM = Problem(Rules(2, 3, 2), (HOST,), PEOPLE)


@settings(deadline=None, max_examples=150)
@given(problem=problems())
def test_no_rule_is_ever_broken(problem):
    assert broken_rules(problem, choose_peers(problem).places) == []


@settings(deadline=None, max_examples=60)
@given(problem=problems(most_people=4))
def test_nothing_is_better_than_what_is_chosen(problem):
    plan = choose_peers(problem)

    assert plan.proven
    assert score_of(problem, plan.places) == best_by_trying(problem)


@settings(deadline=None, max_examples=40)
@given(problem=problems())
def test_the_order_of_the_people_changes_nothing(problem):
    turned = replace(problem, candidates=problem.candidates[::-1], reviews=problem.reviews[::-1])

    assert choose_peers(turned) == choose_peers(problem)


def test_a_search_that_forgets_who_is_barred_is_noticed(monkeypatch):
    problem = replace(PROBLEM, candidates=(PEOPLE[1], *PEOPLE[4:]))
    assert broken_rules(problem, choose_peers(problem).places) == []

    monkeypatch.setattr(solving, "bar_of", lambda problem, candidate, review: None)

    assert {rule for rule, _whose in broken_rules(problem, choose_peers(problem).places)} == {Broken.BARRED}


def test_a_search_that_forgets_the_countries_is_noticed(monkeypatch):
    people = tuple(replace(one, country="FI") for one in PEOPLE[:3])
    problem = replace(PROBLEM, candidates=people)
    lax = replace(problem, rules=replace(problem.rules, countries_min=0))

    assert broken_rules(problem, choose_peers(lax).places) == [(Broken.NOT_FILLED, HOST.id)]
    assert broken_rules(problem, choose_peers(problem).places) == []


def test_those_come_who_know_most_from_most_countries_and_as_few_as_that_takes():
    plan = choose_peers(PROBLEM)

    assert peers_of(plan.places, HOST.id) == [1, 2, 3]
    assert plan.filled == {HOST.id}


def test_who_takes_part_elsewhere_is_spared():
    busy = tuple(replace(one, load=1, most=3) if one.id == 1 else one for one in PEOPLE)
    problem = replace(PROBLEM, candidates=(*busy, person(8, "FI", "ai")))

    assert 8 in peers_of(choose_peers(problem).places, HOST.id)


def test_a_wish_decides_among_equals():
    twins = (person(1, "FI"), person(2, "FI"), person(3, "PT"))
    problem = Problem(Rules(2, 2, 2), (HOST,), twins)

    wished = replace(problem, wishes=frozenset({(2, HOST.id)}))

    assert peers_of(choose_peers(problem).places, HOST.id) == [1, 3]
    assert peers_of(choose_peers(wished).places, HOST.id) == [2, 3]


@pytest.mark.parametrize(
    ("change", "bar"),
    [
        ({"organisations": frozenset({1})}, Bar.SAME_ORGANISATION),
        ({"organisations": frozenset({7})}, Bar.SAME_CLUSTER),
        ({"languages": frozenset({"de"})}, Bar.NO_LANGUAGE),
        ({}, None),
    ],
)
def test_what_keeps_somebody_away(change, bar):
    assert bar_of(PROBLEM, replace(PEOPLE[0], **change), HOST) is bar


def test_what_somebody_declared_keeps_them_away():
    problem = replace(PROBLEM, said={(1, HOST.id): Bar.COMPETITOR})

    assert why_not(problem, choose_peers(problem).places, PEOPLE[0], HOST) is Bar.COMPETITOR


def test_who_stands_there_already_stays():
    problem = replace(PROBLEM, taken=frozenset({(4, HOST.id)}))

    plan = choose_peers(problem)

    assert 4 in peers_of(plan.places, HOST.id)
    assert plan.filled == {HOST.id}


def test_a_review_that_cannot_be_filled_gets_nobody_and_says_why():
    few = replace(PROBLEM, candidates=PEOPLE[:1])
    neighbours = replace(PROBLEM, candidates=(PEOPLE[0], person(8, "FI"), person(9, "FI")))

    assert choose_peers(few).places == frozenset()
    assert lack_of(few, frozenset(), HOST).short is Short.TOO_FEW
    assert lack_of(neighbours, choose_peers(neighbours).places, HOST).short is Short.TOO_FEW_COUNTRIES
    assert lack_of(few, frozenset(), HOST).unknown == ("law",)


def test_reasons_say_what_only_they_know_and_from_where_only_they_come():
    places = choose_peers(PROBLEM).places

    reasons = reasons_for(PROBLEM, places, PEOPLE[0], HOST)

    assert (reasons.knows, reasons.alone, reasons.new_country, reasons.reviews) == (("ai",), ("ai",), True, 1)
    assert why_not(PROBLEM, places, PEOPLE[3], HOST) is NotNeeded.FULL


def test_whoever_stands_in_brings_back_what_was_lost():
    problem = replace(PROBLEM, taken=frozenset({(1, HOST.id), (3, HOST.id)}))

    ranked = [one.id for one, _reasons in substitutes_for(problem, HOST)]

    assert ranked[0] == 2
    assert set(ranked) == {2, 4}
