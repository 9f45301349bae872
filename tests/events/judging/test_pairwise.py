"""Pairwise comparison: Bradley and Terry's strengths, with the reliability of judges."""

from math import exp, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.judging.pairwise import fit_pairs, rank_by_pairs, undone
from events.judging.results import Met
from events.judging.rules import ByCriterion, ByDecision, ByFirstPlaces, Pairwise, Round
from events.judging.votes import BadVotes, Comparison, Conflict
from tests.events.judging.made import FEW, comparisons, found_better, numbers, pairwise, ranks, values

PLAIN = {"reliability": False}
# American League 1987, wins of the row over the column, and the published estimates less Baltimore's: Agresti,
# Categorical Data Analysis, section 10.6 (the model without the advantage of playing at home).
TEAMS = "Milwaukee Detroit Toronto NewYork Boston Cleveland Baltimore".split()
WINS = (
    (0, 7, 9, 7, 7, 9, 11), (6, 0, 7, 5, 11, 9, 9), (4, 6, 0, 7, 7, 8, 12), (6, 8, 6, 0, 6, 7, 10),
    (6, 2, 6, 7, 0, 7, 12), (4, 4, 5, 6, 6, 0, 6), (2, 4, 1, 3, 1, 7, 0),
)  # fmt: skip
PUBLISHED = (1.5814, 1.4364, 1.2945, 1.2476, 1.1077, 0.6839, 0.0)


def games():
    for a, row in enumerate(WINS, 1):
        for b, wins in enumerate(row, 1):
            yield from (found_better(1000 * a + 100 * b + game, a, b) for game in range(wins))


def halves(votes):
    """(judge, better, worse, how much of a vote)"""
    for one in votes:
        if one.better is None:
            yield from ((one.judge, one.first, one.second, 0.5), (one.judge, one.second, one.first, 0.5))
        else:
            yield one.judge, one.better, one.first + one.second - one.better, 1.0


def surprise(votes, strength, reliability, rule):
    """Minus the logarithm of how probable strengths and reliabilities are, written out."""
    total = sum(rule.caution * it * it / 2 for it in strength.values())
    for judge, better, worse, part in halves(votes):
        r = reliability[judge]
        total -= part * log(r / (1 + exp(strength[worse] - strength[better])) + (1 - r) / 2)
    if rule.reliability:
        total -= sum(rule.trust * log(r) + rule.doubt * log(1 - r) for r in reliability.values())
    return total


def test_the_published_baseball_season_is_ranked_as_published():
    outcome = rank_by_pairs(pairwise(7, caution=0.001, **PLAIN), games())

    found = [values(outcome)[one] - values(outcome)[7] for one in range(1, 8)]
    assert found == pytest.approx(PUBLISHED, abs=2e-3)


@given(comparisons())
@FEW
def test_strengths_are_those_found_step_by_step(votes):
    strength = dict.fromkeys(range(1, 5), 0.0)
    for _step in range(3000):
        pull = {one: -strength[one] for one in strength}
        for _judge, better, worse, part in halves(votes):
            lacking = part / (1 + exp(strength[better] - strength[worse]))
            pull[better] += lacking
            pull[worse] -= lacking
        strength = {one: strength[one] + 0.15 * pull[one] for one in strength}

    fit = fit_pairs(pairwise(4, **PLAIN), votes)

    assert list(fit.strengths) == pytest.approx(list(strength.values()), abs=1e-6)


@given(comparisons(), st.sampled_from([(9.0, 1.0), (2.0, 1.0)]))
@FEW
def test_strengths_and_reliabilities_are_the_most_probable_ones(votes, imagined):
    among = pairwise(4, trust=imagined[0], doubt=imagined[1])
    fit = fit_pairs(among, votes)
    strength = dict(zip(fit.submissions, map(float, fit.strengths), strict=True))
    least = surprise(votes, strength, fit.reliability, among.rule)

    for step in (1e-4, -1e-4):
        for one, value in strength.items():
            assert surprise(votes, strength | {one: value + step}, fit.reliability, among.rule) > least
        for judge, r in fit.reliability.items():
            assert surprise(votes, strength, {**fit.reliability, judge: r + step}, among.rule) > least


@given(comparisons(), st.randoms(use_true_random=False))
@FEW
def test_neither_order_nor_repetition_of_votes_matters(votes, chance):
    mixed = [*votes, *votes[:3]]
    chance.shuffle(mixed)

    assert rank_by_pairs(pairwise(4), mixed) == rank_by_pairs(pairwise(4), votes)


@given(comparisons(), st.integers(0, 50))
@FEW
def test_an_undone_vote_leaves_nothing_behind(votes, which):
    judge = votes[which % len(votes)].judge
    late = Comparison(judge, 1, 5, 5, number=7)

    assert rank_by_pairs(pairwise(5), undone([late, *votes], judge)) == rank_by_pairs(pairwise(5), votes)


@given(comparisons(), st.integers(1, 4), st.integers(1, 4))
@FEW
def test_one_more_win_never_costs_a_place_where_all_judges_count_alike(votes, one, other):
    if one == other:
        return
    before = rank_by_pairs(pairwise(4, **PLAIN), votes)
    after = rank_by_pairs(pairwise(4, **PLAIN), [*votes, found_better(9, one, other)])

    assert ranks(after)[one] <= (ranks(before)[one] or 4)


def test_one_more_win_can_cost_strength_where_judges_are_weighed():
    # Judge 1 alone finds 1 better than 3 to 6. To find it better than 2 as well, against twelve, makes them doubtful.
    votes = [
        *(found_better(100 + judge, 2, 1) for judge in range(12)),
        *(found_better(200 + one, one, 2) for one in range(3, 7)),
        *(found_better(1, 1, one) for one in range(3, 7)),
    ]
    among = pairwise(6, trust=1, doubt=1)

    before = rank_by_pairs(among, votes)
    after = rank_by_pairs(among, [*votes, found_better(1, 1, 2)])

    assert values(after)[1] < values(before)[1]


def test_a_judge_who_contradicts_everybody_loses_weight():
    agreed = [found_better(judge, a, b) for judge in range(1, 6) for a in range(1, 5) for b in range(a + 1, 5)]
    contrary = [found_better(6, b, a) for a in range(1, 5) for b in range(a + 1, 5)]

    outcome = rank_by_pairs(pairwise(4), [*agreed, *contrary])

    reliability = {one.judge: one.reliability for one in outcome.judges}
    assert reliability[6] < 0.8 < 0.9 < reliability[1]
    assert ranks(outcome) == {1: 1, 2: 2, 3: 3, 4: 4}


def test_a_contrary_vote_is_never_turned_round():
    agreed = [found_better(judge, a, b) for judge in range(1, 6) for a in range(1, 4) for b in range(a + 1, 4)]
    contrary = [found_better(6, b, a) for a in range(1, 4) for b in range(a + 1, 4)]

    with_them = rank_by_pairs(pairwise(4), [*agreed, *contrary, found_better(6, 4, 3)])
    without = rank_by_pairs(pairwise(4), [*agreed, *contrary])

    assert without.of(4).rank is None
    assert values(with_them)[4] > values(with_them)[3]


@given(comparisons())
@FEW
def test_everything_can_be_worked_out_again_from_the_result(votes):
    outcome = rank_by_pairs(pairwise(4), votes)
    strength, reliability = values(outcome), {one.judge: one.reliability for one in outcome.judges}

    for one in outcome.results:
        pull = 0.0
        for met in one.why:
            assert isinstance(met, Met)
            for won, sign in ((met.won, 1), (1 - met.won, -1)):
                p = 1 / (1 + exp(-sign * (strength[one.submission] - strength[met.against])))
                judged = reliability[met.judge] * p
                pull += sign * won * (1 - p) * judged / (judged + (1 - reliability[met.judge]) / 2)
        if one.value is not None:
            assert one.value == pytest.approx(pull, abs=1e-6)
            assert one.raw == sum(met.won for met in one.why) / len(one.why)


def test_more_comparisons_make_a_strength_more_certain():
    few = rank_by_pairs(pairwise(2), [found_better(1, 1, 2)])
    more = rank_by_pairs(pairwise(2), [found_better(judge, 1, 2) for judge in range(1, 6)])

    assert more.of(1).error < few.of(1).error


def test_equals_share_a_rank_and_the_chair_divides_them():
    votes = [Comparison(1, 1, 2, None)]

    tied = rank_by_pairs(pairwise(2), votes)
    decided = rank_by_pairs(Round(Pairwise(), numbers(2), ties=(ByDecision((2, 1)),)), votes)

    assert (ranks(tied), ranks(decided)) == ({1: 1, 2: 1}, {1: 2, 2: 1})


def test_a_comparison_with_a_conflict_in_it_does_not_count():
    among = Round(Pairwise(), numbers(3), conflicts=frozenset({Conflict(1, 2)}))

    outcome = rank_by_pairs(among, [found_better(1, 1, 2), found_better(1, 1, 3)])

    assert ranks(outcome) == {1: 1, 2: None, 3: 2}


def test_groups_that_nobody_compared_with_each_other_are_told():
    outcome = rank_by_pairs(pairwise(4), [found_better(1, 1, 2), found_better(2, 3, 4)])

    assert outcome.groups == (frozenset({1, 2}), frozenset({3, 4}))


def test_with_no_vote_nobody_has_a_rank():
    assert ranks(rank_by_pairs(pairwise(2), [])) == {1: None, 2: None}
    assert ranks(rank_by_pairs(pairwise(0), [])) == {}


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: Comparison(1, 2, 2, 2), "compares submission 2 with itself"),
        (lambda: Comparison(1, 2, 3, 4), "neither of them"),
        (lambda: undone([found_better(1, 1, 2)], 3), "Judge 3 has made no comparison"),
        (lambda: Pairwise(trust=0), "imagined comparisons"),
        (lambda: Pairwise(ahead=0), "cannot be kept that even"),
        (lambda: Pairwise(caution=0), "caution of 0"),
        (lambda: Round(Pairwise(), numbers(2), ties=(ByFirstPlaces(),)), "first places"),
        (lambda: Round(Pairwise(), numbers(2), ties=(ByCriterion(1),)), "criterion 1"),
        (
            lambda: rank_by_pairs(pairwise(2), [found_better(1, 1, 2), found_better(1, 2, 1)]),
            "Judge 1 voted twice",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(make, sentence):
    with pytest.raises(BadVotes, match=sentence):
        make()
