"""Small rounds and votes for tests: by hand and by Hypothesis."""

from collections.abc import Iterable, Mapping
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from events.judging.results import Outcome
from events.judging.rules import Criterion, Pairwise, Ranking, Round, Rubric
from events.judging.votes import Comparison, RankingList, Score

FEW = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
ONE = (Criterion(1),)
TWO = (Criterion(1, weight=3), Criterion(2, weight=1))


def numbers(count: int) -> frozenset[int]:
    return frozenset(range(1, count + 1))


def rubric(count: int, criteria: tuple[Criterion, ...] = ONE, **terms: Any) -> Round:
    return Round(Rubric(criteria, **terms), numbers(count))


def ranking(count: int, **terms: Any) -> Round:
    return Round(Ranking(**terms), numbers(count))


def pairwise(count: int, **terms: Any) -> Round:
    return Round(Pairwise(**terms), numbers(count))


def points(given: Mapping[tuple[int, int], float], criterion: int = 1) -> list[Score]:
    """Scores on one criterion, by judge and submission."""
    return [Score(judge, submission, criterion, value) for (judge, submission), value in given.items()]


def order(judge: int, *places: int | tuple[int, ...], number: int = 0) -> RankingList:
    return RankingList(judge, tuple(one if isinstance(one, tuple) else (one,) for one in places), number)


def found_better(judge: int, better: int, than: int, **terms: Any) -> Comparison:
    return Comparison(judge, better, than, better, **terms)


def ranks(outcome: Outcome) -> dict[int, int | None]:
    return {one.submission: one.rank for one in sorted(outcome.results, key=lambda one: one.submission)}


def values(outcome: Outcome) -> dict[int, float]:
    return {one.submission: one.value for one in outcome.results if one.value is not None}


def winner(outcome: Outcome) -> int | None:
    """The one in first place, if it is alone there."""
    first = [one.submission for one in outcome.results if one.rank == 1]
    return first[0] if len(first) == 1 else None


@st.composite
def sheets(draw: st.DrawFn, *, judges: int = 4, submissions: int = 4) -> dict[tuple[int, int], float]:
    """Points in half steps by judge and submission, not all of them given."""
    every = [(judge, one) for judge in range(1, judges + 1) for one in range(1, submissions + 1)]
    chosen = draw(st.lists(st.sampled_from(every), unique=True, min_size=1))
    return {pair: draw(st.integers(0, 10)) / 2 for pair in chosen}


@st.composite
def lists(draw: st.DrawFn, *, judges: int = 4, submissions: int = 5, complete: bool = False) -> list[RankingList]:
    """Lists of unequal lengths, with equals in them."""
    found = []
    for judge in range(1, draw(st.integers(1, judges)) + 1):
        every = draw(st.permutations(range(1, submissions + 1)))
        seen = every if complete else every[: draw(st.integers(0, submissions))]
        places: list[tuple[int, ...]] = []
        for one in seen:
            if places and draw(st.integers(0, 4)) == 0:
                places[-1] = (*places[-1], one)
            else:
                places.append((one,))
        found.append(RankingList(judge, tuple(places)))
    return found


@st.composite
def comparisons(draw: st.DrawFn, *, judges: int = 3, submissions: int = 4) -> list[Comparison]:
    every = [(judge, a, b) for judge in range(1, judges + 1) for a in range(1, submissions + 1) for b in range(1, a)]
    chosen = draw(st.lists(st.sampled_from(every), unique=True, min_size=1, max_size=14))
    return [Comparison(judge, a, b, draw(st.sampled_from([a, b, a, b, None]))) for judge, a, b in chosen]


def all_but(scores: Iterable[Score], judge: int, submission: int) -> list[Score]:
    return [one for one in scores if (one.judge, one.submission) != (judge, submission)]
