"""Rubrics: weighted points, raw and adjusted, and what can and cannot be relied on."""

from statistics import mean, median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.judging.results import Given
from events.judging.rubric import rank_by_rubric
from events.judging.rules import Average, By, ByCriterion, ByFirstPlaces, Criterion, Round, Rubric
from events.judging.votes import BadVotes, Conflict, LeftOut, NotCounted, Score
from tests.events.judging.made import FEW, ONE, TWO, all_but, numbers, points, ranks, rubric, sheets, values, winner

MONOTONE = [(Average.MEAN, By.RAW), (Average.MEDIAN, By.RAW), (Average.MEAN, By.ADJUSTED)]


def adjusted_by_hand(given, caution):
    """Severities and qualities by going round and round their two equations."""
    severity = {judge: 0.0 for judge, _one in given}
    quality = {}
    for _turn in range(20_000):
        quality = {
            one: mean(total + severity[judge] for (judge, it), total in given.items() if it == one)
            for one in {one for _judge, one in given}
        }
        before = dict(severity)
        for judge in severity:
            votes = [quality[one] - total for (who, one), total in given.items() if who == judge]
            severity[judge] = sum(votes) / (len(votes) + caution)
        if max(abs(severity[it] - before[it]) for it in severity) < 1e-13:
            break
    return severity, quality


def test_points_are_weighted_and_averaged():
    scores = [Score(1, 1, 1, 4), Score(1, 1, 2, 2.5), Score(2, 1, 1, 5), Score(2, 1, 2, 0.5)]

    result = rank_by_rubric(rubric(1, TWO), scores).of(1)

    assert (result.raw, result.votes, result.spread) == ((3.625 + 3.875) / 2, 2, 0.25)


def test_the_median_is_taken_where_the_rule_says_so():
    scores = points({(1, 1): 5, (2, 1): 1, (3, 1): 4})

    assert rank_by_rubric(rubric(1, average=Average.MEDIAN), scores).of(1).raw == 4


def test_tenths_that_sum_to_the_same_are_a_tie():
    tenths = (Criterion(1, step="0.1"),)
    scores = points({(1, 1): 0.1, (2, 1): 0.2, (3, 1): 0.3, (1, 2): 0.2, (2, 2): 0.2, (3, 2): 0.2})

    assert ranks(rank_by_rubric(rubric(2, tenths, by=By.RAW), scores)) == {1: 1, 2: 1}


def test_a_strict_judge_does_not_cost_places():
    # Judge 3 gives two points less than anybody else, and only submission 1 has them.
    given = {(1, 1): 4, (3, 1): 2, (1, 2): 3.5, (2, 2): 3.5, (2, 3): 3, (3, 3): 1, (1, 4): 2, (2, 4): 2}

    raw = rank_by_rubric(rubric(4, by=By.RAW), points(given))
    adjusted = rank_by_rubric(rubric(4, caution=0), points(given))

    assert (ranks(raw)[1], ranks(adjusted)[1]) == (2, 1)
    assert values(adjusted)[1] - values(adjusted)[2] == pytest.approx(0.5)
    assert {one.judge: one.severity for one in adjusted.judges}[3] == pytest.approx(4 / 3)


def test_the_published_incomplete_blocks_are_solved_as_published():
    # Montgomery, Design and Analysis of Experiments, the catalysts in a balanced incomplete block design: effects of
    # -9/8, -7/8, -4/8 and 20/8 about the mean of 72.5.
    given = {
        (1, 1): 73, (1, 2): 74, (1, 4): 71, (2, 2): 75, (2, 3): 67, (2, 4): 72,
        (3, 1): 73, (3, 2): 75, (3, 3): 68, (4, 1): 75, (4, 3): 72, (4, 4): 75,
    }  # fmt: skip
    scale = (Criterion(1, least=60, most=80, step=1),)
    scores = [Score(judge=block, submission=catalyst, criterion=1, points=y) for (catalyst, block), y in given.items()]

    found = values(rank_by_rubric(rubric(4, scale, caution=0), scores))

    assert found == pytest.approx({1: 71.375, 2: 71.625, 3: 72.0, 4: 75.0})


@given(sheets(), st.sampled_from([0.5, 2.0, 7.0]))
@FEW
def test_adjusted_values_are_those_found_by_hand(given_points, caution):
    severity, quality = adjusted_by_hand(given_points, caution)

    outcome = rank_by_rubric(rubric(4, caution=caution), points(given_points))

    assert values(outcome) == pytest.approx(quality, abs=1e-8)
    assert {one.judge: one.severity for one in outcome.judges} == pytest.approx(severity, abs=1e-8)


@given(sheets(), st.sampled_from(Average))
@FEW
def test_raw_values_are_plain_averages(given_points, average):
    plain = mean if average is Average.MEAN else median
    expected = {
        one: plain([total for (_judge, it), total in given_points.items() if it == one]) for _who, one in given_points
    }

    assert values(rank_by_rubric(rubric(4, by=By.RAW, average=average), points(given_points))) == expected


@given(sheets(), st.randoms(use_true_random=False))
@FEW
def test_neither_order_nor_repetition_of_votes_matters(given_points, chance):
    scores = points(given_points)
    mixed = [*scores, *scores[:3]]
    chance.shuffle(mixed)

    assert rank_by_rubric(rubric(4), mixed) == rank_by_rubric(rubric(4), scores)


@given(sheets(), st.permutations([1, 2, 3, 4]), st.permutations([1, 2, 3, 4]))
@FEW
def test_names_do_not_matter(given_points, judges, submissions):
    renamed = {(judges[a - 1], submissions[b - 1]): total for (a, b), total in given_points.items()}

    before, after = rank_by_rubric(rubric(4), points(given_points)), rank_by_rubric(rubric(4), points(renamed))

    assert {submissions[one - 1]: rank for one, rank in ranks(before).items()} == ranks(after)


@given(sheets(), st.integers(0, 20), st.sampled_from(MONOTONE))
@FEW
def test_a_higher_vote_never_costs_a_place(given_points, which, how):
    average, by = how
    pair = sorted(given_points)[which % len(given_points)]
    higher = given_points | {pair: min(5, given_points[pair] + 1)}

    before = rank_by_rubric(rubric(4, average=average, by=by), points(given_points))
    after = rank_by_rubric(rubric(4, average=average, by=by), points(higher))

    assert ranks(after)[pair[1]] <= ranks(before)[pair[1]]


def test_a_higher_vote_can_cost_a_place_in_adjusted_medians():
    given = {(1, 3): 0, (2, 1): 2, (2, 2): 0, (2, 3): 3, (3, 1): 1, (3, 2): 2, (4, 1): 5, (4, 3): 3}
    how = rubric(3, average=Average.MEDIAN)

    before = rank_by_rubric(how, points(given))
    after = rank_by_rubric(how, points(given | {(3, 1): 2}))

    assert winner(before) == 1
    assert ranks(after)[1] != 1


def test_full_marks_of_a_lenient_judge_can_cost_a_place():
    # Judge 1 gave 5 where judge 3 gave 1: five points of judge 1 are less than what submission 2 already stands for.
    given = {(1, 1): 5, (2, 2): 5, (3, 1): 1, (3, 3): 4}

    before = rank_by_rubric(rubric(3), points(given))
    after = rank_by_rubric(rubric(3), points(given | {(1, 2): 5}))

    assert winner(before) == 2
    assert ranks(after)[2] != 1


@given(sheets())
@FEW
def test_where_every_judge_saw_everything_nothing_is_adjusted(given_points):
    full = {(judge, one): given_points.get((judge, one), 2.5) for judge in (1, 2, 3) for one in (1, 2, 3, 4)}

    outcome = rank_by_rubric(rubric(4), points(full))

    assert values(outcome) == pytest.approx({one.submission: one.raw for one in outcome.results})


@given(sheets(), st.integers(1, 4))
@FEW
def test_a_constant_severity_moves_no_place_without_caution(given_points, strict):
    low = {pair: total / 2 for pair, total in given_points.items()}
    stricter = {pair: total + 2 * (pair[0] == strict) for pair, total in low.items()}
    quarter = (Criterion(1, step=0.25),)

    before = rank_by_rubric(rubric(4, quarter, caution=0), points(low))
    after = rank_by_rubric(rubric(4, quarter, caution=0), points(stricter))

    group = before.groups[0]
    inside = [values(after)[one] - values(before)[one] for one in sorted(group)]
    assert inside == pytest.approx([inside[0]] * len(inside), abs=1e-8)


@given(sheets(), st.sampled_from(Average))
@FEW
def test_everything_can_be_worked_out_again_from_the_result(given_points, average):
    outcome = rank_by_rubric(rubric(4, average=average), points(given_points))
    severity = {one.judge: one.severity for one in outcome.judges}
    plain = mean if average is Average.MEAN else median

    for result in outcome.results:
        if result.rank is None:
            continue
        totals = {it.judge: dict(it.points)[1] for it in result.why if isinstance(it, Given)}
        assert result.raw == pytest.approx(plain(totals.values()))
        assert result.adjusted == pytest.approx(plain(total + severity[judge] for judge, total in totals.items()))
        assert result.spread == max(totals.values()) - min(totals.values())
        assert result.rank == 1 + sum(1 for other in values(outcome).values() if other > result.value + 1e-9)


def test_submissions_without_a_judge_in_common_are_separate_groups():
    scores = points({(1, 1): 4, (1, 2): 3, (2, 3): 2, (2, 4): 1, (3, 4): 5})

    assert rank_by_rubric(rubric(4), scores).groups == (frozenset({1, 2}), frozenset({3, 4}))


def test_a_submission_without_votes_has_no_rank():
    outcome = rank_by_rubric(rubric(2), points({(1, 1): 3}))

    assert (outcome.of(2).rank, outcome.of(2).value, outcome.of(2).votes) == (None, None, 0)


def test_the_later_vote_of_a_judge_counts():
    scores = [Score(1, 1, 1, 5, number=2), Score(1, 1, 1, 1, number=1)]

    assert rank_by_rubric(rubric(1), scores).of(1).raw == 5


def test_two_votes_that_contradict_each_other_are_refused():
    with pytest.raises(BadVotes, match="Judge 1 voted twice with number 0"):
        rank_by_rubric(rubric(1), [Score(1, 1, 1, 5), Score(1, 1, 1, 4)])


def test_what_does_not_count_is_told():
    scores = [
        *points({(1, 1): 4, (2, 1): 5, (3, 1): 1, (1, 9): 3}),
        *points({(1, 1): 4}, criterion=2),
        Score(4, 1, 1, 3),
        Score(4, 1, 2, None),
    ]
    among = Round(Rubric(TWO), numbers(1), frozenset({1, 2, 4}), frozenset({Conflict(2, 1)}))

    outcome = rank_by_rubric(among, scores)

    assert outcome.of(1).votes == 1
    assert outcome.left_out == (
        LeftOut(1, 9, NotCounted.NOT_IN_ROUND),
        LeftOut(2, 1, NotCounted.CONFLICT),
        LeftOut(3, 1, NotCounted.NOT_A_JUDGE),
        LeftOut(4, 1, NotCounted.ABSTAINED),
    )


def test_a_vote_without_all_criteria_is_unfinished():
    outcome = rank_by_rubric(rubric(1, TWO), points({(1, 1): 4}))

    assert outcome.left_out == (LeftOut(1, 1, NotCounted.UNFINISHED),)


def test_ties_are_divided_by_a_criterion_and_then_by_first_places():
    scores = [
        *points({(1, 1): 4, (1, 2): 3, (1, 3): 3, (2, 2): 3, (2, 4): 3, (2, 3): 3, (2, 1): 4, (3, 3): 5, (3, 4): 5}),
        *points({(1, 1): 2, (1, 2): 3, (1, 3): 3, (2, 2): 3, (2, 4): 3, (2, 3): 3, (2, 1): 2, (3, 3): 1, (3, 4): 1}, 2),
    ]
    even = (Criterion(1), Criterion(2))
    among = Round(Rubric(even, by=By.RAW), numbers(4), ties=(ByCriterion(2), ByFirstPlaces()))

    outcome = rank_by_rubric(among, scores)

    assert ranks(outcome) == {1: 4, 2: 1, 3: 2, 4: 3}
    assert {one.submission: one.decided_by for one in outcome.results} == {
        2: "criterion 2", 3: "criterion 2", 4: "first places", 1: "first places",
    }  # fmt: skip


def test_first_places_are_shared_by_those_that_a_judge_places_equally():
    among = Round(Rubric(ONE, by=By.RAW), numbers(3), ties=(ByFirstPlaces(),))
    # 1 and 2 have a mean of 3 each. Judge 1 places 1 first, judge 2 places 2 and 3 first together.
    given = {(1, 1): 5, (1, 2): 2, (2, 1): 1, (2, 2): 4, (2, 3): 4}

    outcome = rank_by_rubric(among, points(given))

    assert (ranks(outcome), outcome.of(1).decided_by) == ({1: 2, 2: 3, 3: 1}, "first places")


def test_the_only_vote_of_a_judge_is_no_first_place():
    among = Round(Rubric(ONE, by=By.RAW), numbers(2), ties=(ByFirstPlaces(),))

    assert ranks(rank_by_rubric(among, points({(1, 1): 3, (2, 2): 3}))) == {1: 1, 2: 1}


@pytest.mark.parametrize("wrong", [5.5, -0.5, 3.25, "3.1"])
def test_points_off_the_scale_are_refused(wrong):
    with pytest.raises(BadVotes, match="is no score on criterion 1"):
        rank_by_rubric(rubric(1), [Score(1, 1, 1, wrong)])


def test_scores_on_an_unknown_criterion_are_refused():
    with pytest.raises(BadVotes, match="scored criterion 7"):
        rank_by_rubric(rubric(1), [Score(1, 1, 7, 3)])


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: Criterion(1, weight=-1), "weight below 0"),
        (lambda: Criterion(1, step=0.4), "do not lead from 0 to 5"),
        (lambda: Criterion(1, least=5, most=1), "do not lead from 5 to 1"),
        (lambda: Criterion(1, threshold=6), "threshold of criterion 1"),
        (lambda: Criterion(1, meanings=((7, "splendid"),)), "7 is no score"),
        (lambda: Rubric((Criterion(1, weight=0),)), "No criterion counts"),
        (lambda: Rubric((Criterion(1), Criterion(1))), "same id"),
        (lambda: Rubric((Criterion(1), Criterion(2, most=10))), "different scales"),
        (lambda: Rubric(ONE, caution=-1), "caution of -1"),
        (lambda: Round(Rubric(ONE), numbers(1), ties=(ByCriterion(4),)), "criterion 4, which the round does not have"),
    ],
)
def test_rules_that_make_no_sense_are_refused(make, sentence):
    with pytest.raises(BadVotes, match=sentence):
        make()


def test_a_criterion_without_weight_is_shown_and_not_counted():
    scores = [*points({(1, 1): 4}), *points({(1, 1): 0}, criterion=2)]
    result = rank_by_rubric(rubric(1, (Criterion(1), Criterion(2, weight=0, most=10, step=1))), scores).of(1)

    assert (result.raw, result.why) == (4, (Given(1, ((1, 4.0), (2, 0.0)), 4.0, 4.0),))


@given(sheets())
@FEW
def test_a_vote_taken_away_leaves_nothing_behind(given_points):
    scores = points(given_points)
    again = rank_by_rubric(rubric(4), all_but([*scores, Score(9, 1, 1, 5)], 9, 1))

    assert again == rank_by_rubric(rubric(4), scores)
