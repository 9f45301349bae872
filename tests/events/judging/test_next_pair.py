"""Which pair a judge is asked about next."""

from itertools import combinations
from math import log
from random import Random

import numpy as np
import pytest

from events.judging.next_pair import Purpose, next_pair
from events.judging.pairwise import fit_pairs
from events.judging.rules import Pairwise, Round
from events.judging.votes import BadVotes, Comparison, Conflict
from tests.events.judging.made import found_better, numbers, pairwise, rubric


def judged_in_turn(among, judges, votes, chance, busy=()):
    """So many comparisons, each of the pair that is asked for, by judges who mostly prefer the lower id."""
    made = []
    for turn in range(votes):
        judge = 1 + turn % judges
        pair = next_pair(among, made, judge, busy=busy)
        if pair is not None:
            better = min(pair.first, pair.second) if chance.random() < 0.8 else max(pair.first, pair.second)
            made.append(Comparison(judge, pair.first, pair.second, better))
    return made


def counts(made, size):
    return [sum(1 for one in made if it in (one.first, one.second)) for it in range(1, size + 1)]


@pytest.mark.parametrize("size", [6, 9])
def test_everybody_is_compared_often_enough_before_anything_else(size):
    among = pairwise(size, least=3)

    made = judged_in_turn(among, 4, -(-size * 3 // 2) + 1, Random(size))

    assert min(counts(made, size)) >= 3


def test_nobody_gets_far_ahead_of_the_least_compared():
    among = pairwise(8, least=1, ahead=2)

    made = judged_in_turn(among, 5, 60, Random(3))

    assert max(max(counts(made[:n], 8)) - min(counts(made[:n], 8)) for n in range(60)) <= 3


def test_no_judge_is_asked_twice_about_a_pair():
    made = judged_in_turn(pairwise(5), 2, 20, Random(1))

    asked = {(one.judge, frozenset((one.first, one.second))) for one in made}
    assert len(asked) == len(made) == 20
    assert next_pair(pairwise(5), made, 1) is None


def test_the_pair_that_tells_most_is_asked_for():
    among = pairwise(5, least=0, ahead=100)
    made = [
        found_better(judge, a, b) for judge, a, b in ((1, 1, 2), (1, 2, 3), (2, 1, 3), (2, 4, 3), (3, 1, 4), (1, 2, 5))
    ]
    fit = fit_pairs(among, made)

    def told(a, b):
        """The logarithm of the determinant before and after, halved."""
        r = 0.9
        p = 1 / (1 + np.exp(fit.strengths[b - 1] - fit.strengths[a - 1]))
        mixed = r * p + (1 - r) / 2
        edge = np.zeros(5)
        edge[[a - 1, b - 1]] = 1, -1
        before = np.linalg.inv(fit.covariance)
        after = before + (r * p * (1 - p)) ** 2 / (mixed * (1 - mixed)) * np.outer(edge, edge)
        return (log(np.linalg.det(after)) - log(np.linalg.det(before))) / 2

    pair = next_pair(among, made, 9, fit=fit)

    best = max(combinations(range(1, 6), 2), key=lambda it: told(*it))
    assert (pair.first, pair.second, pair.purpose) == (*best, Purpose.INFORMATION)
    assert pair.information == pytest.approx(told(*best))


def test_whoever_was_compared_least_comes_first():
    made = [found_better(judge, 1, 2) for judge in (1, 2, 3)]

    pair = next_pair(pairwise(4), made, 4)

    assert ({pair.first, pair.second}, pair.purpose) == ({3, 4}, Purpose.COVERAGE)


def test_a_conflict_is_never_asked_about():
    among = Round(Pairwise(), numbers(3), conflicts=frozenset({Conflict(1, 3)}))

    assert {next_pair(among, [], 1).first, next_pair(among, [], 1).second} == {1, 2}
    assert next_pair(among, [found_better(1, 1, 2)], 1) is None


def test_what_was_skipped_does_not_come_again():
    pair = next_pair(pairwise(3), [], 1, skipped={1})

    assert {pair.first, pair.second} == {2, 3}


def test_who_is_busy_is_asked_about_only_when_nobody_else_is_left():
    free = next_pair(pairwise(4), [], 1, busy={1, 2})
    forced = next_pair(pairwise(3), [], 1, busy={1, 2})

    assert {free.first, free.second} == {3, 4}
    assert 3 in (forced.first, forced.second)


def test_a_judge_who_stands_before_one_compares_that_one():
    pair = next_pair(pairwise(6), [], 1, holding=5)

    assert 5 in (pair.first, pair.second)


def test_somebody_who_is_no_judge_is_asked_nothing():
    assert next_pair(Round(Pairwise(), numbers(3), judges=frozenset({1})), [], 2) is None


def test_pairs_are_refused_in_other_rounds():
    with pytest.raises(BadVotes, match="judged pairwise"):
        next_pair(rubric(2), [], 1)
