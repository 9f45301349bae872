"""Calls in two stages: reports, consensus, thresholds, ranking, cut, funding."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.judging.calls import (
    STAGE_ONE,
    STAGE_TWO,
    Call,
    Cause,
    Consensus,
    Reports,
    cut_by_budget,
    fund,
    rank_call,
    reports_of,
)
from events.judging.rules import ByCriterion, ByDecision, ByFirstPlaces, Criterion
from events.judging.votes import BadVotes
from tests.events.judging.made import FEW, points


def agreed(submission, *values, **terms):
    return Consensus(submission, tuple(enumerate(values, 1)), **terms)


def standings(**by_value):
    """Submissions s1, s2 ... with their points on one criterion, ranked."""
    call = Call((Criterion(1),))
    return rank_call(call, [agreed(int(name[1:]), value) for name, value in by_value.items()])


def places(found):
    return [(one.submission, one.rank) for one in found]


def test_stage_one_wants_four_points_on_each_criterion():
    found = rank_call(STAGE_ONE, [agreed(1, 4, 4), agreed(2, 5, 3.5), agreed(3, 4.5, 4.5)])

    assert places(found) == [(3, 1), (1, 2), (2, None)]
    assert (found[2].below, found[2].below_sum, found[2].passed) == ((2,), False, False)


def test_stage_two_wants_three_points_on_each_and_ten_in_sum():
    found = rank_call(STAGE_TWO, [agreed(1, 3, 3, 3.5), agreed(2, 3, 3.5, 3.5), agreed(3, 5, 5, 2.5)])

    assert places(found) == [(2, 1), (3, None), (1, None)]
    assert [(one.submission, one.below, one.below_sum) for one in found[1:]] == [(3, (3,), False), (1, (), True)]


def test_weights_count_for_the_ranking_and_not_for_thresholds():
    call = Call((Criterion(1, weight=3, threshold=3), Criterion(2, threshold=3)), sum_threshold=7)

    found = rank_call(call, [agreed(1, 3, 5), agreed(2, 5, 3), agreed(3, 3, 3.5)])

    assert [(one.submission, one.rank, one.sum, one.value) for one in found] == [
        (2, 1, 8, 4.5), (1, 2, 8, 3.5), (3, None, 6.5, 3.125),
    ]  # fmt: skip


def test_ties_are_decided_by_criteria_in_their_order_and_else_shown():
    call = Call((Criterion(1), Criterion(2)), ties=(ByCriterion(2), ByDecision((4, 3))))

    found = rank_call(
        call, [agreed(1, 4, 3), agreed(2, 3, 4), agreed(3, 2, 2), agreed(4, 2, 2), agreed(5, 1, 1), agreed(6, 1, 1)]
    )

    assert places(found) == [(2, 1), (1, 2), (4, 3), (3, 4), (5, 5), (6, 5)]
    assert [one.decided_by for one in found] == ["criterion 2"] * 2 + ["decision"] * 2 + [None] * 2
    assert found[4].tied_with == (6,)


def test_dissent_stays_on_record():
    assert rank_call(STAGE_ONE, [agreed(1, 4, 4, dissent=(7,))])[0].dissent == (7,)


def test_one_more_evaluator_is_asked_where_reports_are_far_apart():
    call = Call((Criterion(1), Criterion(2)))
    scores = [
        *points({(1, 1): 5, (2, 1): 3.5, (3, 1): 3.5}),
        *points({(1, 1): 5, (2, 1): 3, (3, 1): 4}, 2),
        *points({(1, 2): 1}),
    ]

    found = reports_of(call, scores, [1, 2])

    assert found == (
        Reports(1, 3, 0, spread=((1, 1.5), (2, 2.0)), start=((1, 3.5), (2, 4.0)), arbitrate=(2,)),
        Reports(2, 0, 3, (), (), ()),
    )


def test_the_cut_is_nearest_to_three_times_the_budget():
    # 8, 16, 24, 32, 40: 24 is below 2.5 times, 32 is nearer to 30 than 40.
    found = cut_by_budget(standings(s1=5, s2=4.5, s3=4, s4=3.5, s5=3), dict.fromkeys(range(1, 6), 8), 10)

    assert (found.invited, found.not_invited, found.cause) == ((1, 2, 3, 4), (5,), Cause.NEAREST)
    assert [(step.requested, step.times) for step in found.steps] == [
        (8, 0.8),
        (16, 1.6),
        (24, 2.4),
        (32, 3.2),
        (40, 4),
    ]
    assert found.steps[found.at - 1].value == 3.5


def test_the_cut_may_stay_below_three_times_but_not_below_two_and_a_half():
    below = cut_by_budget(standings(s1=5, s2=4), {1: 26, 2: 10}, 10)
    too_low = cut_by_budget(standings(s1=5, s2=4), {1: "24.9", 2: 10}, 10)

    assert (below.invited, too_low.invited) == ((1,), (1, 2))


def test_of_two_cuts_equally_near_the_larger_is_taken():
    assert cut_by_budget(standings(s1=5, s2=4), {1: 26, 2: 8}, 10).invited == (1, 2)


def test_equals_at_the_cut_come_in_together():
    found = cut_by_budget(standings(s1=5, s2=4, s3=4), {1: 20, 2: 9, 3: 9}, 10)

    assert found.invited == (1, 2, 3)


def test_all_that_passed_are_invited_where_they_ask_for_little():
    found = cut_by_budget(standings(s1=5, s2=4), {1: 9, 2: 9}, 10)

    assert (found.invited, found.cause) == ((1, 2), Cause.ALL)


def test_nobody_is_invited_where_nobody_passed():
    found = cut_by_budget(rank_call(STAGE_ONE, [agreed(1, 1, 1)]), {1: 5}, 10)

    assert (found.invited, found.not_invited, found.cause) == ((), (), Cause.NOBODY)


@given(st.lists(st.tuples(st.integers(0, 10), st.integers(1, 30)), max_size=9), st.integers(1, 12))
@FEW
def test_no_other_cut_would_be_nearer(asked, available):
    listed = standings(**{f"s{number}": half / 2 for number, (half, _budget) in enumerate(asked, 1)})
    budgets = {number: budget for number, (_half, budget) in enumerate(asked, 1)}

    found = cut_by_budget(listed, budgets, available)

    cuts = [
        sum(budgets[one.submission] for one in listed if one.value >= limit)
        for limit in sorted({one.value for one in listed}, reverse=True)
    ]
    total = sum(budgets[one] for one in found.invited)
    fair = [cut for cut in cuts if cut >= Fraction(5, 2) * available]
    if fair:
        assert (abs(total - 3 * available), total in fair) == (min(abs(cut - 3 * available) for cut in fair), True)
    else:
        assert total == sum(budgets.values())


def test_those_are_funded_whom_the_budget_reaches():
    found = fund(standings(s1=5, s2=4.5, s3=4, s4=3), {1: 5, 2: 3, 3: 4, 4: 1}, 10)

    assert (found.funded, found.undecided, found.reserve, found.left) == ((1, 2), (), (3, 4), 2)


def test_equals_at_the_line_wait_for_a_decision():
    found = fund(standings(s1=5, s2=4, s3=4, s4=3), {1: 5, 2: 4, 3: 4, 4: 1}, 10)

    assert (found.funded, found.undecided, found.reserve) == ((1,), (2, 3), (4,))


def test_all_are_funded_where_there_is_enough():
    assert fund(standings(s1=5, s2=4), {1: 5, 2: 5}, 10).funded == (1, 2)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: Call((Criterion(1),), sum_threshold=6), "no more than 5 can be had"),
        (lambda: Call((Criterion(1), Criterion(1))), "same id"),
        (lambda: Call((Criterion(1),), ties=(ByFirstPlaces(),)), "its own criteria and by a decision"),
        (lambda: Call((Criterion(1),), ties=(ByCriterion(2),)), "its own criteria and by a decision"),
        (lambda: rank_call(STAGE_ONE, [agreed(1, 4)]), "does not have each criterion once"),
        (lambda: rank_call(STAGE_ONE, [agreed(1, 4, 4.2)]), "4.2 is no score on criterion 2"),
        (lambda: rank_call(STAGE_ONE, [agreed(1, 4, 4), agreed(1, 4, 4)]), "two consensus reports"),
        (lambda: cut_by_budget(standings(s1=5), {1: 5}, 0), "no budget to divide"),
        (lambda: cut_by_budget(standings(s1=5), {}, 10), "Submission 1 asks for no budget"),
        (lambda: cut_by_budget(standings(s1=5), {1: 5}, 10, aim=2), "near 2 times and not below"),
    ],
)
def test_what_makes_no_sense_is_refused(make, sentence):
    with pytest.raises(BadVotes, match=sentence):
        make()
