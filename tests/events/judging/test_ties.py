"""Ranks and ties: named rules in their order, and nothing else."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.judging.rules import ByDecision
from events.judging.ties import Breaker, Rank, decision, ranked
from events.judging.votes import BadVotes
from tests.events.judging.made import FEW


def test_equals_share_a_rank_and_the_next_one_is_left_free():
    found = ranked({1: 3, 2: 5, 3: 3, 4: 1})

    assert found == {2: Rank(1), 1: Rank(2, (3,)), 3: Rank(2, (1,)), 4: Rank(4)}


def test_an_unresolved_tie_stays_a_tie_whatever_the_ids():
    assert {one: rank.rank for one, rank in ranked({7: 1, 2: 1, 5: 1}).items()} == {2: 1, 5: 1, 7: 1}


def test_rules_are_asked_in_their_order():
    first, second = Breaker("first", {1: 1, 2: 1, 3: 0}), Breaker("second", {1: 0, 2: 1, 3: 9})

    found = ranked({1: 4, 2: 4, 3: 4}, [first, second])

    assert found == {2: Rank(1, (), "second"), 1: Rank(2, (), "second"), 3: Rank(3, (), "first")}


def test_a_rule_never_touches_those_that_are_not_tied():
    assert list(ranked({1: 5, 2: 4}, [Breaker("any", {1: 0, 2: 9})])) == [1, 2]


def test_a_decision_counts_only_for_a_tie_it_names_whole():
    of_two = decision(ByDecision((2, 1)))

    assert ranked({1: 4, 2: 4, 3: 4}, [of_two])[2] == Rank(1, (1, 3))
    assert ranked({1: 4, 2: 4, 3: 3}, [of_two])[2] == Rank(1, (), "decision")


def test_what_a_decision_leaves_tied_the_next_rule_divides():
    some = Breaker("some", {1: 0, 2: 0, 3: 1})
    chair = decision(ByDecision((2, 1)))

    found = ranked({1: 4, 2: 4, 3: 4}, [some, chair])

    assert [(one, rank.decided_by) for one, rank in found.items()] == [(3, "some"), (2, "decision"), (1, "decision")]


def test_sums_that_ought_to_be_equal_are():
    assert ranked({1: 0.1 + 0.2, 2: 0.3})[1] == Rank(1, (2,))
    assert ranked({1: Fraction(1, 3), 2: Fraction(333_333_333_333, 10**12)})[1] == Rank(1)


@given(st.dictionaries(st.integers(1, 9), st.integers(0, 3)), st.dictionaries(st.integers(1, 9), st.integers(0, 2)))
@FEW
def test_ranks_are_one_more_than_how_many_are_better(values, extra):
    found = ranked(values, [Breaker("extra", {one: extra.get(one, 0) for one in values})])

    worth = {one: (values[one], extra.get(one, 0)) for one in values}
    assert {one: rank.rank for one, rank in found.items()} == {
        one: 1 + sum(1 for other in worth.values() if other > worth[one]) for one in values
    }


def test_a_decision_that_names_one_twice_is_refused():
    with pytest.raises(BadVotes, match="names a submission twice"):
        ByDecision((1, 1))
