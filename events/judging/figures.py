"""How far a result can be trusted: coverage, agreement between judges, and what to talk about."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from events.judging.results import Given, Outcome
from events.judging.rubric import counted_scores
from events.judging.rules import Round, Rubric
from events.judging.votes import BadVotes, Door, Score

DISCUSS_OVER = 2.0  # points


class Metric(StrEnum):
    """What a difference between two values means."""

    NOMINAL = "nominal"
    ORDINAL = "ordinal"
    INTERVAL = "interval"


@dataclass(frozen=True)
class Agreement:
    """Krippendorff's alpha: 1 is full agreement, 0 what chance would give; None where nothing could differ.

    It is 1 - `observed` / `expected` disagreement over `units` with two values or more, which hold `values` values.
    """

    alpha: float | None
    observed: float
    expected: float
    units: int
    values: int


@dataclass(frozen=True)
class Coverage:
    """How many votes each submission has, how many have the wanted number, and who is `short` of it by how many."""

    wanted: int
    votes: Mapping[int, int]
    covered: int
    short: Mapping[int, int]
    least: int
    most: int

    @property
    def share(self) -> float:
        """The part of the submissions that have what is wanted; 1 where there are none."""
        return self.covered / len(self.votes) if self.votes else 1.0


@dataclass(frozen=True)
class ToDiscuss:
    """A submission on which judges are far apart: by how much as given, and by how much without their severity."""

    submission: int
    spread: float
    adjusted: float
    lowest: int
    highest: int


@dataclass(frozen=True)
class Progress:
    """How much of what a judge is to judge is done."""

    judge: int
    assigned: int
    done: int


def coverage(outcome: Outcome, wanted: int) -> Coverage:
    """Who has enough votes, and who has not."""
    votes = {one.submission: one.votes for one in sorted(outcome.results, key=lambda one: one.submission)}
    short = {one: wanted - count for one, count in votes.items() if count < wanted}
    return Coverage(
        wanted,
        votes,
        len(votes) - len(short),
        short,
        least=min(votes.values(), default=0),
        most=max(votes.values(), default=0),
    )


def progress(assigned: Iterable[tuple[int, int]], done: Collection[tuple[int, int]]) -> tuple[Progress, ...]:
    """How far each judge is, from pairs of judge and submission."""
    found: dict[int, list[bool]] = {}
    for pair in sorted(set(assigned)):
        found.setdefault(pair[0], []).append(pair in done)
    return tuple(Progress(judge, len(ones), sum(ones)) for judge, ones in found.items())


def to_discuss(outcome: Outcome, over: float = DISCUSS_OVER) -> tuple[ToDiscuss, ...]:
    """The submissions of a rubric whose votes spread over more than `over` points, widest first."""
    found = []
    for one in outcome.results:
        given = sorted((it for it in one.why if isinstance(it, Given)), key=lambda it: (it.raw, it.judge))
        if one.spread is not None and one.spread > over and given:
            freed = [it.adjusted for it in given]
            found.append(
                ToDiscuss(one.submission, one.spread, max(freed) - min(freed), given[0].judge, given[-1].judge)
            )
    return tuple(sorted(found, key=lambda one: (-one.spread, one.submission)))


def agreement_of(among: Round, scores: Iterable[Score], criterion: int | None = None) -> Agreement:
    """The judges' agreement on their totals, or on one criterion, by votes that count."""
    if not isinstance(among.rule, Rubric):
        raise BadVotes("Agreement in points is known only of a rubric.")
    counted = counted_scores(among.rule, scores, Door(among.submissions, among.judges, among.conflicts))
    if criterion is None:
        return agreement((one, float(total)) for (_judge, one), total in counted.totals.items())
    return agreement((one, float(sheet[criterion])) for (_judge, one), sheet in counted.sheets.items())


def agreement(values: Iterable[tuple[int, float]], metric: Metric = Metric.INTERVAL) -> Agreement:
    """Krippendorff's alpha of values by unit (a submission), whoever gave them and however many did.

    Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability". Units with one value are left out.
    """
    units: dict[int, list[float]] = {}
    for unit, value in values:
        units.setdefault(unit, []).append(value)
    paired = {unit: sorted(given) for unit, given in sorted(units.items()) if len(given) > 1}
    counts = Counter(value for given in paired.values() for value in given)
    total = counts.total()
    if total == 0:
        return Agreement(None, 0.0, 0.0, 0, 0)
    differ = _difference(metric, counts)
    observed = sum(_disagreement(Counter(given), differ) / (len(given) - 1) for given in paired.values()) / total
    expected = _disagreement(counts, differ) / (total * (total - 1))
    return Agreement(1 - observed / expected if expected else None, observed, expected, len(paired), total)


def _disagreement(counts: Mapping[float, int], differ: Callable[[float, float], float]) -> float:
    """The sum of differences over all ordered pairs of values."""
    kinds = sorted(counts)
    return 2 * sum(
        counts[one] * counts[other] * differ(one, other) for at, one in enumerate(kinds) for other in kinds[at + 1 :]
    )


def _difference(metric: Metric, counts: Mapping[float, int]) -> Callable[[float, float], float]:
    if metric is Metric.NOMINAL:
        return lambda one, other: float(one != other)
    if metric is Metric.INTERVAL:
        return lambda one, other: (one - other) ** 2
    below: dict[float, float] = {}
    seen = 0
    for value in sorted(counts):
        below[value] = seen + counts[value] / 2
        seen += counts[value]
    return lambda one, other: (below[one] - below[other]) ** 2
