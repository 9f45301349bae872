"""The audience's vote: one person one ballot, three ways, closed before it is counted."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.judging.audience import NotClosed, Turnout, check_ballot, count_ballots, turnout
from events.judging.results import Heap
from events.judging.rules import Audience, ByDecision, Round, Way
from events.judging.votes import BadVotes, Ballot, Conflict, LeftOut, NotCounted
from tests.events.judging.made import FEW, numbers, ranks, values, winner

ONE, APPROVAL = Audience(), Audience(Way.APPROVAL)
TEN = Audience(Way.ALLOCATION)


def audience(count, rule=ONE, **terms):
    return Round(rule, numbers(count), **terms)


def one(voter, submission, number=0):
    return Ballot(voter, ((submission, 1),), number)


def approved(voter, *submissions):
    return Ballot(voter, tuple((it, 1) for it in submissions))


BALLOTS = st.lists(st.frozensets(st.integers(1, 4)), max_size=12).map(
    lambda chosen: [approved(voter, *sorted(ones)) for voter, ones in enumerate(chosen)]
)


def test_each_person_has_one_vote():
    outcome = count_ballots(audience(3), [one(1, 2), one(2, 2), one(3, 1)], closed=True)

    assert (ranks(outcome), values(outcome)) == ({1: 2, 2: 1, 3: 3}, {1: 1, 2: 2, 3: 0})


def test_voting_again_replaces_the_ballot():
    outcome = count_ballots(audience(2), [one(1, 1), one(1, 2, number=1)], closed=True)

    assert values(outcome) == {1: 0, 2: 1}


def test_results_are_hidden_until_voting_is_closed():
    with pytest.raises(NotClosed, match="People still vote"):
        count_ballots(audience(2), [one(1, 1)], closed=False)


def test_the_turnout_is_all_that_is_known_before():
    among = audience(2, judges=frozenset({1, 2, 3}))

    assert turnout(among, [one(1, 1), one(1, 2, number=1), one(9, 1)]) == Turnout(1, 3)


def test_whoever_may_not_vote_is_left_out():
    outcome = count_ballots(audience(2, judges=frozenset({1})), [one(1, 1), one(2, 2)], closed=True)

    assert (values(outcome), outcome.left_out) == ({1: 1, 2: 0}, (LeftOut(2, 2, NotCounted.NOT_A_JUDGE),))


def test_a_vote_for_their_own_team_is_left_out_and_the_rest_of_the_ballot_counts():
    among = audience(2, APPROVAL, conflicts=frozenset({Conflict(1, 1)}))

    assert values(count_ballots(among, [approved(1, 1, 2)], closed=True)) == {1: 0, 2: 1}


def test_points_are_divided():
    ballots = [Ballot(1, ((1, 5), (2, 3), (3, 2))), Ballot(2, ((1, 5), (2, 4), (4, 1)))]

    outcome = count_ballots(audience(4, TEN), ballots, closed=True)

    assert (values(outcome), outcome.of(1).votes) == ({1: 10, 2: 7, 3: 2, 4: 1}, 2)


def test_ballots_can_be_counted_again_without_knowing_whose_they_are():
    ballots = [Ballot(1, ((1, 5), (2, 3), (3, 2))), Ballot(2, ((1, 5), (2, 4), (4, 1)))]

    outcome = count_ballots(audience(4, TEN), ballots, closed=True)

    assert (outcome.of(1).why, outcome.of(2).why) == ((Heap(5, 2),), (Heap(4, 1), Heap(3, 1)))


def test_equals_are_tied_and_the_chair_divides_them():
    ballots = [one(1, 1), one(2, 2)]

    assert ranks(count_ballots(audience(2), ballots, closed=True)) == {1: 1, 2: 1}
    decided = audience(2, ties=(ByDecision((2, 1)),))
    assert ranks(count_ballots(decided, ballots, closed=True)) == {2: 1, 1: 2}


@given(BALLOTS, st.randoms(use_true_random=False))
@FEW
def test_ballots_are_counted_as_by_hand_in_any_order(ballots, chance):
    by_hand = Counter(it for ballot in ballots for it, _amount in ballot.choices)
    mixed = [*ballots, *ballots[:2]]
    chance.shuffle(mixed)

    assert values(count_ballots(audience(4, APPROVAL), mixed, closed=True)) == {it: by_hand[it] for it in range(1, 5)}


@given(BALLOTS)
@FEW
def test_one_more_vote_never_costs_the_winner_its_place(ballots):
    first = winner(count_ballots(audience(4, APPROVAL), ballots, closed=True))

    if first is not None:
        more = [*ballots, approved(99, first)]
        assert winner(count_ballots(audience(4, APPROVAL), more, closed=True)) == first


@pytest.mark.parametrize(
    ("rule", "choices", "sentence"),
    [
        (ONE, ((1, 1), (2, 1)), "one vote for one submission"),
        (ONE, ((1, 2),), "one vote for one submission"),
        (ONE, ((1, 0),), "less than 1"),
        (APPROVAL, ((1, 1), (1, 1)), "on the ballot twice"),
        (APPROVAL, ((1, 3),), "approved or not"),
        (Audience(Way.APPROVAL, most=1), ((1, 1), (2, 1)), "It may approve 1"),
        (TEN, ((1, 9), (2, 1), (3, 1)), "gives 11 points. There are 10"),
        (TEN, ((1, 5), (2, 5)), "Divide them among 3 or more"),
        (Audience(Way.ALLOCATION, most=4), ((1, 5), (2, 1), (3, 1)), "4 is the most for one"),
        (TEN, ((1, 12), (2, -5), (3, 3)), "less than 1"),
    ],
)
def test_ballots_that_break_the_rule_are_refused(rule, choices, sentence):
    with pytest.raises(BadVotes, match=sentence):
        count_ballots(audience(3, rule), [Ballot(1, choices)], closed=True)


def test_nobody_votes_for_their_own_team():
    with pytest.raises(BadVotes, match="their own team"):
        check_ballot(ONE, one(1, 1), own={1})


def test_an_empty_ballot_is_an_abstention():
    check_ballot(TEN, Ballot(1, ()))


@pytest.mark.parametrize("terms", [{"most": 0}, {"way": Way.ALLOCATION, "points": 2}])
def test_rules_that_make_no_sense_are_refused(terms):
    with pytest.raises(BadVotes):
        Audience(**terms)
