"""Agreement, coverage, spread: figures that say how far a result can be trusted."""

from itertools import permutations
from statistics import mean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.judging.figures import Metric, Progress, ToDiscuss, agreement, agreement_of, coverage, progress, to_discuss
from events.judging.rubric import rank_by_rubric
from events.judging.votes import BadVotes
from tests.events.judging.made import FEW, TWO, pairwise, points, rubric, sheets

# Four observers and twelve units: Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability".
TABLE = (
    (1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None),
    (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3),
    (None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None),
    (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None),
)
PUBLISHED = [(unit, value) for row in TABLE for unit, value in enumerate(row) if value is not None]


def alpha_pair_by_pair(values, differ):
    """1 - (mean difference inside units) / (mean difference among all), over ordered pairs of values."""
    units = {}
    for unit, value in values:
        units.setdefault(unit, []).append(value)
    paired = [given for given in units.values() if len(given) > 1]
    every = [value for given in paired for value in given]
    inside = sum(mean(differ(a, b) for a, b in permutations(given, 2)) * len(given) for given in paired) / len(every)
    chance = mean(differ(a, b) for a, b in permutations(every, 2))
    return 1 - inside / chance if chance else None


@pytest.mark.parametrize(
    ("metric", "alpha"), [(Metric.NOMINAL, 0.743), (Metric.ORDINAL, 0.815), (Metric.INTERVAL, 0.849)]
)
def test_the_published_example_has_the_published_agreement(metric, alpha):
    found = agreement(PUBLISHED, metric)

    assert (round(found.alpha, 3), found.units, found.values) == (alpha, 11, 40)


@given(sheets(), st.sampled_from([Metric.NOMINAL, Metric.INTERVAL]))
@FEW
def test_agreement_is_the_one_counted_pair_by_pair(given_points, metric):
    values = [(one, total) for (_judge, one), total in given_points.items()]
    differ = (lambda a, b: (a - b) ** 2) if metric is Metric.INTERVAL else (lambda a, b: float(a != b))
    if max(map([one for one, _total in values].count, {one for one, _total in values})) < 2:
        assert agreement(values, metric).alpha is None
    else:
        expected = alpha_pair_by_pair(values, differ)
        assert agreement(values, metric).alpha == (None if expected is None else pytest.approx(expected))


def test_judges_who_say_the_same_agree_fully():
    assert agreement([(1, 4), (1, 4), (2, 2), (2, 2)]).alpha == 1


def test_nothing_is_said_where_nothing_could_differ():
    assert (agreement([(1, 4), (1, 4)]).alpha, agreement([(1, 4), (2, 3)]).alpha) == (None, None)


def test_agreement_is_known_of_totals_and_of_each_criterion():
    scores = [
        *points({(1, 1): 4, (2, 1): 4, (1, 2): 2, (2, 2): 2}),
        *points({(1, 1): 1, (2, 1): 5, (1, 2): 5, (2, 2): 1}, 2),
    ]

    assert agreement_of(rubric(2, TWO), scores, criterion=1).alpha == 1
    assert agreement_of(rubric(2, TWO), scores, criterion=2).alpha < 0
    assert agreement_of(rubric(2, TWO), scores).alpha == pytest.approx(alpha_pair_by_pair(
        [(1, 3.25), (1, 4.25), (2, 2.75), (2, 1.75)], lambda a, b: (a - b) ** 2))  # fmt: skip


def test_agreement_in_points_is_refused_of_other_schemes():
    with pytest.raises(BadVotes, match="only of a rubric"):
        agreement_of(pairwise(2), [])


def test_submissions_with_too_few_votes_are_named():
    outcome = rank_by_rubric(rubric(3), points({(1, 1): 4, (2, 1): 4, (1, 2): 2}))

    found = coverage(outcome, wanted=2)

    assert (found.covered, found.short, found.least, found.most) == (1, {2: 1, 3: 2}, 0, 2)
    assert found.share == pytest.approx(1 / 3)


def test_a_round_without_submissions_is_covered():
    assert coverage(rank_by_rubric(rubric(0), []), wanted=3).share == 1


def test_a_spread_of_more_than_two_points_is_to_be_discussed():
    outcome = rank_by_rubric(
        rubric(3, caution=0), points({(1, 1): 5, (2, 1): 2.5, (1, 2): 4, (2, 2): 2, (1, 3): 5, (2, 3): 1})
    )

    found = to_discuss(outcome)

    assert [(one.submission, one.spread, one.lowest, one.highest) for one in found] == [(3, 4, 2, 1), (1, 2.5, 2, 1)]
    assert found[1] == ToDiscuss(1, 2.5, pytest.approx(1 / 3), 2, 1)
    assert to_discuss(outcome, over=5) == ()


def test_it_is_known_how_far_each_judge_is():
    assert progress([(2, 1), (1, 1), (1, 2)], {(1, 2), (9, 9)}) == (Progress(1, 2, 1), Progress(2, 1, 0))
