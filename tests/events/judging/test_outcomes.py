"""One engine for four schemes, and the way from one round to the next."""

import pytest

from events.judging.outcomes import Border, Shortlist, outcome_of, shortlist_of
from events.judging.rubric import rank_by_rubric
from events.judging.rules import Audience, Pairwise, Ranking, Round, Rubric
from events.judging.votes import BadVotes, Ballot, Score
from tests.events.judging.made import ONE, found_better, numbers, order, points, rubric, winner


@pytest.mark.parametrize(
    ("rule", "vote"),
    [
        (Rubric(ONE), Score(1, 2, 1, 4)),
        (Ranking(), order(1, 2, 3)),
        (Pairwise(), found_better(1, 2, 3)),
        (Audience(), Ballot(1, ((2, 1),))),
    ],
)
def test_each_scheme_ranks_its_own_votes(rule, vote):
    assert winner(outcome_of(Round(rule, numbers(3)), [vote], closed=True)) == 2


@pytest.mark.parametrize(
    ("rule", "vote"),
    [
        (Ranking(), Score(1, 2, 1, 4)),
        (Pairwise(), order(1, 2, 3)),
        (Audience(), found_better(1, 2, 3)),
        (Rubric(ONE), Ballot(1, ((2, 1),))),
    ],
)
def test_votes_of_another_scheme_are_refused(rule, vote):
    with pytest.raises(BadVotes, match="round of another"):
        outcome_of(Round(rule, numbers(3)), [vote], closed=True)


def test_the_shortlist_carries_over():
    outcome = rank_by_rubric(rubric(4), points({(1, 1): 4, (1, 2): 5, (1, 3): 3, (1, 4): 1}))

    shortlist = shortlist_of(outcome, 2)

    assert shortlist == Shortlist((2, 1), 2)


@pytest.mark.parametrize(
    ("border", "expected"),
    [(Border.ALL, ((1, 2, 3, 4), (2, 3, 4))), (Border.NONE, ((1,), (2, 3, 4)))],
)
def test_equals_at_the_border_stay_together(border, expected):
    outcome = rank_by_rubric(rubric(5), points({(1, 1): 5, (1, 2): 3, (1, 3): 3, (1, 4): 3, (1, 5): 1}))

    found = shortlist_of(outcome, 2, border)

    assert ((found.submissions, found.tied), found.border) == (expected, border)


def test_nobody_without_a_vote_gets_on_the_shortlist():
    assert shortlist_of(rank_by_rubric(rubric(3), points({(1, 1): 5})), 2) == Shortlist((1,), 2)


def test_a_shortlist_without_places_is_refused():
    with pytest.raises(BadVotes, match="at least one place"):
        shortlist_of(rank_by_rubric(rubric(1), []), 0)
