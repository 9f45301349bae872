"""Rubric: points on weighted criteria, as they were given and without what depends on who judged."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from statistics import mean, median
from typing import TypeVar

from events.judging.network import groups_of, severities
from events.judging.results import Given, JudgeFigure, Outcome, Result
from events.judging.rules import Average, By, ByCriterion, ByDecision, ByFirstPlaces, Criterion, Round, Rubric
from events.judging.ties import Breaker, Value, decision, ranked
from events.judging.votes import BadVotes, Door, NotCounted, Score, exact, latest

Number = TypeVar("Number", Fraction, float)
Sheet = dict[int, Fraction]  # points by criterion


@dataclass(frozen=True)
class Counted:
    """The finished votes of a rubric: the sheet of each (judge, submission), and its weighted mean."""

    sheets: Mapping[tuple[int, int], Sheet]
    totals: Mapping[tuple[int, int], Fraction]

    def by_submission(self) -> dict[int, dict[int, Fraction]]:
        """Totals by submission and judge."""
        found: dict[int, dict[int, Fraction]] = {}
        for (judge, submission), total in self.totals.items():
            found.setdefault(submission, {})[judge] = total
        return found

    def by_judge(self) -> dict[int, dict[int, Fraction]]:
        """Totals by judge and submission."""
        found: dict[int, dict[int, Fraction]] = {}
        for (judge, submission), total in self.totals.items():
            found.setdefault(judge, {})[submission] = total
        return found


def rank_by_rubric(among: Round, scores: Iterable[Score]) -> Outcome:
    """The submissions of a round by the points that its judges gave them; raw and adjusted stand side by side.

    A vote counts once it has points on every criterion; one with fewer is unfinished, one with None an abstention.
    """
    rule = among.rule
    if not isinstance(rule, Rubric):
        raise BadVotes("Scores can only be counted in a round that is judged by a rubric.")
    door = Door(among.submissions, among.judges, among.conflicts)
    counted = counted_scores(rule, scores, door)
    severity = severities({key: float(total) for key, total in counted.totals.items()}, rule.caution)
    results = _results(among, rule, counted, severity)
    return Outcome(
        rule,
        results,
        judges=tuple(
            JudgeFigure(judge, len(given), severity=severity[judge])
            for judge, given in sorted(counted.by_judge().items())
        ),
        groups=groups_of(counted.by_judge().values()),
        left_out=door.left_out(),
    )


def counted_scores(rule: Rubric, scores: Iterable[Score], door: Door) -> Counted:
    """The finished votes of those who may judge, each once. Points that are no step of the scale are refused."""
    criteria = {one.id: one for one in rule.criteria}
    sheets: dict[tuple[int, int], dict[int, Fraction | None]] = {}
    for score in latest(scores):
        if score.criterion not in criteria:
            raise BadVotes(f"Judge {score.judge} scored criterion {score.criterion}, which the rubric does not have.")
        points = None if score.points is None else criteria[score.criterion].checked(score.points)
        if door.lets_in(score.judge, score.submission):
            sheets.setdefault((score.judge, score.submission), {})[score.criterion] = points
    finished: dict[tuple[int, int], Sheet] = {}
    for (judge, submission), sheet in sorted(sheets.items()):
        given = {criterion: points for criterion, points in sheet.items() if points is not None}
        if len(given) < len(sheet):
            door.leave_out(judge, submission, NotCounted.ABSTAINED)
        elif len(given) < len(criteria):
            door.leave_out(judge, submission, NotCounted.UNFINISHED)
        else:
            finished[judge, submission] = given
    return Counted(finished, {key: weighted(rule.criteria, sheet) for key, sheet in finished.items()})


def weighted(criteria: Iterable[Criterion], points: Mapping[int, Fraction]) -> Fraction:
    """The weighted mean of points by criterion."""
    weights = {one.id: exact(one.weight) for one in criteria}
    return sum((weight * points[one] for one, weight in weights.items()), Fraction(0)) / sum(weights.values())


def _results(among: Round, rule: Rubric, counted: Counted, severity: Mapping[int, float]) -> tuple[Result, ...]:
    totals = counted.by_submission()
    raw: dict[int, Fraction] = {one: _average(rule, list(given.values())) for one, given in totals.items()}
    adjusted = {
        one: _average(rule, [float(total) + severity[judge] for judge, total in sorted(given.items())])
        for one, given in totals.items()
    }
    values: Mapping[int, Value] = raw if rule.by is By.RAW else adjusted
    found = []
    for one, rank in ranked(values, _breakers(among, counted)).items():
        given = totals[one]
        found.append(
            Result(
                one,
                rank.rank,
                value=float(values[one]),
                raw=float(raw[one]),
                adjusted=adjusted[one],
                votes=len(given),
                spread=float(max(given.values()) - min(given.values())),
                tied_with=rank.tied_with,
                decided_by=rank.decided_by,
                why=tuple(
                    Given(judge, _as_given(counted, judge, one), float(total), float(total) + severity[judge])
                    for judge, total in sorted(given.items())
                ),
            )
        )
    without = sorted(among.submissions - totals.keys())
    return (*found, *(Result(one, None, None, None, None, votes=0) for one in without))


def _as_given(counted: Counted, judge: int, submission: int) -> tuple[tuple[int, float], ...]:
    return tuple((criterion, float(points)) for criterion, points in sorted(counted.sheets[judge, submission].items()))


def _average(rule: Rubric, totals: list[Number]) -> Number:
    if rule.average is Average.MEDIAN:
        return median(totals)
    return mean(totals)


def _breakers(among: Round, counted: Counted) -> list[Breaker]:
    found = []
    for one in among.ties:
        match one:
            case ByCriterion(criterion):
                found.append(Breaker(str(one), _mean_points(counted, criterion)))
            case ByFirstPlaces():
                found.append(Breaker(str(one), _first_places(counted)))
            case ByDecision():
                found.append(decision(one))
    return found


def _mean_points(counted: Counted, criterion: int) -> dict[int, Fraction]:
    points: dict[int, list[Fraction]] = {}
    for (_judge, submission), sheet in counted.sheets.items():
        points.setdefault(submission, []).append(sheet[criterion])
    return {one: sum(given, Fraction(0)) / len(given) for one, given in points.items()}


def _first_places(counted: Counted) -> dict[int, Fraction]:
    found = {submission: Fraction(0) for _judge, submission in counted.totals}
    for given in counted.by_judge().values():
        first = [one for one, total in given.items() if total == max(given.values())]
        for one in first if len(given) > 1 else ():
            found[one] += Fraction(1, len(first))
    return found
