"""The same results as published packages and published figures; the tests beside this one compare with brute force of
their own. No package has our model of rubrics: its normal equations are compared with least squares on the rows as
they were given, solved by LAPACK."""

from collections import Counter
from math import sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.judging.audience import count_ballots
from events.judging.pairwise import fit_pairs
from events.judging.ranking import rank_by_lists
from events.judging.rubric import rank_by_rubric
from events.judging.rules import Audience, By, Round, Way
from events.judging.votes import Ballot
from tests.events.judging.made import (
    FEW,
    comparisons,
    lists,
    numbers,
    order,
    pairwise,
    points,
    ranking,
    ranks,
    rubric,
    sheets,
    values,
)

# 42, 26, 15 and 17 of a hundred voters of Tennessee live near Memphis, Nashville, Chattanooga and Knoxville: the
# example by which voting systems are compared in the literature.
TENNESSEE = {(1, 2, 3, 4): 42, (2, 3, 4, 1): 26, (3, 4, 2, 1): 15, (4, 3, 2, 1): 17}


@given(comparisons(), st.sampled_from([0.2, 1.0, 4.0]))
@settings(FEW, max_examples=12)
def test_strengths_are_those_of_choix(votes, caution):
    choix = pytest.importorskip("choix", reason="choix is not installed: python -m pip install choix")
    decided = [one for one in votes if one.better is not None]
    won = [(one.better - 1, one.first + one.second - one.better - 1) for one in decided]

    theirs = choix.opt_pairwise(4, won, alpha=caution / 2, tol=1e-9)

    ours = fit_pairs(pairwise(4, reliability=False, caution=caution), decided)
    assert list(ours.strengths) == pytest.approx(list(theirs), abs=1e-4)


def votelib(module):
    return pytest.importorskip(f"votelib.{module}", reason="votelib is not installed: python -m pip install votelib")


def as_theirs(votes):
    """Lists as votelib takes them: equals as a set, how often each list was given."""
    return Counter(
        tuple(place[0] if len(place) == 1 else frozenset(place) for place in one.places) for one in votes if one.places
    )


@given(lists())
@settings(FEW, max_examples=20)
def test_duels_and_copelands_count_are_those_of_votelib(votes):
    counts = votelib("convert").RankedToCondorcetVotes(unranked_at_bottom=False).convert(as_theirs(votes))
    condorcet = votelib("evaluate.condorcet")
    theirs = condorcet.Copeland.scores(condorcet.pairwise_wins(counts))

    ours = rank_by_lists(ranking(5, by=By.RAW), votes).results

    for one in ours:
        assert {duel.against: (duel.above, duel.below) for duel in one.why} == {
            other: (counts.get((one.submission, other), 0), counts.get((other, one.submission), 0))
            for other in {duel.against for duel in one.why}
        }
        assert (2 * (0.5 if one.raw is None else one.raw) - 1) * len(one.why) == pytest.approx(
            theirs.get(one.submission, 0)
        )


def test_the_capital_of_tennessee_is_the_one_that_votelib_finds():
    votes = [order(judge, *way) for judge, way in enumerate(_each(TENNESSEE))]
    counts = votelib("convert").RankedToCondorcetVotes().convert(as_theirs(votes))

    theirs = votelib("evaluate.condorcet").Copeland().evaluate(counts, n_seats=4)

    found = ranks(rank_by_lists(ranking(4), votes))
    assert sorted(found, key=found.get) == theirs == [2, 3, 4, 1]


def _each(ways):
    return [way for way, many in ways.items() for _voter in range(many)]


@given(st.lists(st.frozensets(st.integers(1, 4)), max_size=12))
@settings(FEW, max_examples=20)
def test_approvals_are_counted_as_votelib_does(chosen):
    theirs = votelib("convert").ApprovalToSimpleVotes().convert(Counter(chosen))
    ballots = [Ballot(voter, tuple((it, 1) for it in sorted(ones))) for voter, ones in enumerate(chosen)]

    ours = values(count_ballots(Round(Audience(Way.APPROVAL), numbers(4)), ballots, closed=True))

    assert ours == {one: theirs.get(one, 0) for one in range(1, 5)}


def test_the_approvals_of_tennessee_are_the_published_ones():
    # Everybody approves the two nearest: Nashville 68, Chattanooga 58, Memphis 42, Knoxville 32.
    ballots = [Ballot(voter, ((way[0], 1), (way[1], 1))) for voter, way in enumerate(_each(TENNESSEE))]

    outcome = count_ballots(Round(Audience(Way.APPROVAL), numbers(4)), ballots, closed=True)

    assert (values(outcome), ranks(outcome)) == ({1: 42, 2: 68, 3: 58, 4: 32}, {2: 1, 3: 2, 1: 3, 4: 4})


def by_least_squares(given_points, caution):
    """Quality less severity, one row for each total, and one of weight sqrt(caution) that pulls a severity to none."""
    judges = sorted({judge for judge, _one in given_points})
    ones = sorted({one for _judge, one in given_points})
    rows, wanted = [], []
    for (judge, one), total in given_points.items():
        row = [0.0] * (len(ones) + len(judges))
        row[ones.index(one)], row[len(ones) + judges.index(judge)] = 1, -1
        rows.append(row)
        wanted.append(total)
    for at in range(len(judges)):
        pull = [0.0] * (len(ones) + len(judges))
        pull[len(ones) + at] = sqrt(caution)
        rows.append(pull)
        wanted.append(0)
    found, *_rest = np.linalg.lstsq(np.array(rows), np.array(wanted), rcond=None)
    return dict(zip(ones, found, strict=False)), dict(zip(judges, found[len(ones) :], strict=True))


@given(sheets(), st.sampled_from([0.5, 2.0, 7.0]))
@FEW
def test_adjusted_values_and_severities_are_least_squares(given_points, caution):
    quality, severity = by_least_squares(given_points, caution)

    outcome = rank_by_rubric(rubric(4, caution=caution), points(given_points))

    assert values(outcome) == pytest.approx(quality, abs=1e-8)
    assert {one.judge: one.severity for one in outcome.judges} == pytest.approx(severity, abs=1e-8)
