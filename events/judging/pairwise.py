"""Comparisons of two: strengths of the Bradley-Terry family, with the reliability of each judge.

A judge judges with probability r and guesses otherwise: P(a is better than b) = r / (1 + e^(b - a)) + (1 - r) / 2. It
is the model of Chen, Bennett, Collins-Thompson and Horvitz (2013) without judges who mean the opposite: a vote may
lose all its weight, but never counts against whom it was given. All votes are solved together (the most probable
strengths and reliabilities, by expectation and maximisation), so that their order does not matter and an undone vote
leaves nothing behind.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from events.judging.network import groups_of
from events.judging.results import JudgeFigure, Met, Outcome, Result
from events.judging.rules import ByDecision, Pairwise, Round
from events.judging.ties import decision, ranked
from events.judging.votes import BadVotes, Comparison, Door, latest

if TYPE_CHECKING:
    from numpy import float64, intp
    from numpy.typing import NDArray

MOST_ROUNDS = 2000
CLOSE = 1e-10


@dataclass(frozen=True, eq=False)
class Fit:
    """What the comparisons say: strengths and their covariance by place in `submissions`, reliabilities by judge.

    `comparisons` are those that count, and `door` knows the others.
    """

    submissions: tuple[int, ...]
    strengths: "NDArray[float64]"
    covariance: "NDArray[float64]"
    reliability: Mapping[int, float]
    comparisons: tuple[Comparison, ...]
    door: Door

    def place(self, submission: int) -> int:
        """Where a submission stands in the arrays."""
        return self.submissions.index(submission)


@dataclass(frozen=True, eq=False)
class Pairs:
    """Comparisons as arrays: who won, who lost, who judged, and how much it counts (a half each way for neither)."""

    won: "NDArray[intp]"
    lost: "NDArray[intp]"
    judge: "NDArray[intp]"
    weight: "NDArray[float64]"


def rank_by_pairs(among: Round, comparisons: Iterable[Comparison]) -> Outcome:
    """The submissions of a round by strength.

    `raw` is the share of comparisons won, `adjusted` the strength: 0 is average, 1 more wins e to 1.
    """
    fit = fit_pairs(among, comparisons)
    met = _met(fit)
    values = {one: float(fit.strengths[place]) for place, one in enumerate(fit.submissions) if one in met}
    chairs = [decision(rule) for rule in among.ties if isinstance(rule, ByDecision)]
    results = [
        Result(
            one,
            rank.rank,
            value=values[one],
            raw=sum(it.won for it in met[one]) / len(met[one]),
            adjusted=values[one],
            votes=len(met[one]),
            error=float(fit.covariance[fit.place(one), fit.place(one)]) ** 0.5,
            tied_with=rank.tied_with,
            decided_by=rank.decided_by,
            why=tuple(met[one]),
        )
        for one, rank in ranked(values, chairs).items()
    ]
    without = sorted(among.submissions - values.keys())
    made = {judge: sum(1 for one in fit.comparisons if one.judge == judge) for judge in fit.reliability}
    return Outcome(
        among.rule,
        (*results, *(Result(one, None, None, None, None, votes=0) for one in without)),
        judges=tuple(JudgeFigure(one, made[one], reliability=fit.reliability[one]) for one in sorted(made)),
        groups=groups_of((one.first, one.second) for one in fit.comparisons),
        left_out=fit.door.left_out(),
    )


def _met(fit: Fit) -> dict[int, list[Met]]:
    """The comparisons of each submission that has any, in order of opponent and judge."""
    met: dict[int, list[Met]] = {}
    for one in fit.comparisons:
        won = 0.5 if one.better is None else float(one.better == one.first)
        met.setdefault(one.first, []).append(Met(one.judge, one.second, won))
        met.setdefault(one.second, []).append(Met(one.judge, one.first, 1 - won))
    return {one: sorted(made, key=lambda it: (it.against, it.judge)) for one, made in met.items()}


def undone(comparisons: Iterable[Comparison], judge: int) -> tuple[Comparison, ...]:
    """The comparisons without this judge's last one (that of the highest number)."""
    kept = list(comparisons)
    own = [one for one in kept if one.judge == judge]
    if not own:
        raise BadVotes(f"Judge {judge} has made no comparison that could be undone.")
    kept.remove(max(own, key=lambda one: one.number))
    return tuple(kept)


def fit_pairs(among: Round, comparisons: Iterable[Comparison]) -> Fit:
    """Solve strengths and reliabilities together; the same votes give the same answer in any order."""
    import numpy as np

    rule = among.rule
    if not isinstance(rule, Pairwise):
        raise BadVotes("Comparisons can only be counted in a round that is judged pairwise.")
    door = Door(among.submissions, among.judges, among.conflicts)
    counted = [one for one in latest(comparisons) if door.lets_in(one.judge, one.first, one.second)]
    counted.sort(key=lambda one: (one.judge, min(one.first, one.second), max(one.first, one.second)))
    submissions = tuple(sorted(among.submissions))
    judges = sorted({one.judge for one in counted})
    pairs = _as_pairs(counted, submissions, judges)
    reliability = (
        np.full(len(judges), rule.trust / (rule.trust + rule.doubt)) if rule.reliability else np.ones(len(judges))
    )
    strengths = _strongest(np.zeros(len(submissions)), pairs, pairs.weight, rule.caution)
    made = np.bincount(pairs.judge, pairs.weight, len(judges))
    for _round in range(MOST_ROUNDS if rule.reliability and counted else 0):
        judged = pairs.weight * _judged(strengths, reliability, pairs)
        before = strengths, reliability
        reliability = (rule.trust + np.bincount(pairs.judge, judged, len(judges))) / (rule.trust + rule.doubt + made)
        strengths = _strongest(strengths, pairs, judged, rule.caution)
        if max(abs(strengths - before[0]).max(), abs(reliability - before[1]).max()) < CLOSE:
            break
    covariance = np.asarray(np.linalg.inv(_information(strengths, reliability, pairs, rule.caution)), dtype=np.float64)
    return Fit(
        submissions,
        strengths,
        covariance,
        {judge: float(reliability[place]) for place, judge in enumerate(judges)},
        tuple(counted),
        door,
    )


def _as_pairs(comparisons: Iterable[Comparison], submissions: Sequence[int], judges: Sequence[int]) -> Pairs:
    import numpy as np

    place = {one: number for number, one in enumerate(submissions)}
    who = {one: number for number, one in enumerate(judges)}
    rows = []
    for one in comparisons:
        first, second = place[one.first], place[one.second]
        if one.better is None:
            rows += [(first, second, who[one.judge], 0.5), (second, first, who[one.judge], 0.5)]
        else:
            winner, loser = (first, second) if one.better == one.first else (second, first)
            rows.append((winner, loser, who[one.judge], 1.0))
    rows.sort()
    columns = np.array(rows, dtype=float).reshape(-1, 4).T
    return Pairs(columns[0].astype(int), columns[1].astype(int), columns[2].astype(int), columns[3])


def chance(difference: "NDArray[float64]") -> "NDArray[float64]":
    """How probable it is that the stronger by `difference` is found better by a judge who judges."""
    import numpy as np

    shrunk = np.exp(-abs(difference))
    return np.where(difference >= 0, 1 / (1 + shrunk), shrunk / (1 + shrunk))


def _judged(strengths: "NDArray[float64]", reliability: "NDArray[float64]", pairs: Pairs) -> "NDArray[float64]":
    """How probable it is of each comparison that it was judged and not guessed."""
    r = reliability[pairs.judge]
    judged = r * chance(strengths[pairs.won] - strengths[pairs.lost])
    return judged / (judged + (1 - r) / 2)


def _strongest(
    strengths: "NDArray[float64]", pairs: Pairs, weight: "NDArray[float64]", caution: float
) -> "NDArray[float64]":
    """The most probable strengths when each comparison counts as much as `weight`, by Newton's steps."""
    import numpy as np

    size = len(strengths)

    def aim(at: "NDArray[float64]") -> float:
        return float((weight * np.logaddexp(0, at[pairs.lost] - at[pairs.won])).sum() + caution * (at @ at) / 2)

    value = aim(strengths)
    for _step in range(100):
        lacking = weight * (1 - chance(strengths[pairs.won] - strengths[pairs.lost]))
        slope = np.bincount(pairs.won, lacking, size) - np.bincount(pairs.lost, lacking, size) - caution * strengths
        step = np.linalg.solve(_curvature(strengths, pairs, weight, caution), slope)
        after = aim(strengths + step)
        while after > value + 1e-12 * abs(value) and abs(step).max() > CLOSE / 100:
            step /= 2
            after = aim(strengths + step)
        strengths, value = strengths + step, after
        if size == 0 or abs(step).max() < CLOSE / 100:
            break
    return strengths


def _curvature(
    strengths: "NDArray[float64]", pairs: Pairs, weight: "NDArray[float64]", caution: float
) -> "NDArray[float64]":
    p = chance(strengths[pairs.won] - strengths[pairs.lost])
    return _network(len(strengths), pairs, weight * p * (1 - p), caution)


def _information(
    strengths: "NDArray[float64]", reliability: "NDArray[float64]", pairs: Pairs, caution: float
) -> "NDArray[float64]":
    """What the comparisons tell of the strengths, to be expected of judges of these reliabilities."""
    told = worth(strengths[pairs.won] - strengths[pairs.lost], reliability[pairs.judge])
    return _network(len(strengths), pairs, pairs.weight * told, caution)


def worth(difference: "NDArray[float64]", reliability: "NDArray[float64] | float") -> "NDArray[float64]":
    """What one comparison tells of a difference (Fisher's information), asked of a judge of this reliability."""
    p = chance(difference)
    found = reliability * p + (1 - reliability) / 2
    told: NDArray[float64] = (reliability * p * (1 - p)) ** 2 / (found * (1 - found))
    return told


def _network(size: int, pairs: Pairs, weight: "NDArray[float64]", caution: float) -> "NDArray[float64]":
    """The weighted network of comparisons as a matrix (its Laplacian), with `caution` on the diagonal."""
    import numpy as np

    matrix = np.eye(size) * caution
    np.add.at(matrix, (pairs.won, pairs.won), weight)
    np.add.at(matrix, (pairs.lost, pairs.lost), weight)
    np.add.at(matrix, (pairs.won, pairs.lost), -weight)
    np.add.at(matrix, (pairs.lost, pairs.won), -weight)
    return matrix
