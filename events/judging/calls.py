"""Calls in two stages: individual reports, consensus, thresholds, ranking, and the cut by budget."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from statistics import median

from events.judging.results import Outcome, Result
from events.judging.rubric import counted_scores, weighted
from events.judging.rules import ByCriterion, ByDecision, Criterion, Rubric, TieRule
from events.judging.ties import Breaker, decision, ranked
from events.judging.votes import BadVotes, Door, Points, Score, exact


@dataclass(frozen=True)
class Call:
    """One stage of a call: criteria with thresholds, a threshold of their sum; weights count for the ranking only.

    Where individual reports on a criterion are more than `arbitrate_over` points apart, one more evaluator is asked.
    """

    criteria: tuple[Criterion, ...]
    sum_threshold: Points | None = None
    evaluators: int = 3
    arbitrate_over: Points = 1.5
    ties: tuple[TieRule, ...] = ()

    def __post_init__(self) -> None:
        Rubric(self.criteria)  # refuses criteria that do not fit together
        highest = sum(exact(one.most) for one in self.criteria)
        if self.sum_threshold is not None and exact(self.sum_threshold) > highest:
            raise BadVotes(f"The threshold of the sum is {self.sum_threshold}, but no more than {highest} can be had.")
        known = {one.id for one in self.criteria}
        for rule in self.ties:
            if not isinstance(rule, ByDecision) and not (isinstance(rule, ByCriterion) and rule.criterion in known):
                raise BadVotes("Ties of a call are decided by its own criteria and by a decision.")


STAGE_ONE = Call((Criterion(1, threshold=4), Criterion(2, threshold=4)))
STAGE_TWO = Call((Criterion(1, threshold=3), Criterion(2, threshold=3), Criterion(3, threshold=3)), sum_threshold=10)


@dataclass(frozen=True)
class Reports:
    """The individual reports on a submission: how many, by how much they differ, and the medians to start talks from.

    `missing` evaluators have not finished; `arbitrate` names the criteria for which one more evaluator is needed.
    """

    submission: int
    reports: int
    missing: int
    spread: tuple[tuple[int, float], ...]
    start: tuple[tuple[int, float], ...]
    arbitrate: tuple[int, ...]


@dataclass(frozen=True)
class Consensus:
    """What evaluators agreed on, point by criterion, and who of them dissents, on record."""

    submission: int
    points: tuple[tuple[int, Points], ...]
    dissent: tuple[int, ...] = ()


@dataclass(frozen=True)
class Standing:
    """Where a submission stands in a call: its sum, its value for the ranking, and what it falls below.

    Only what meets every threshold has a rank. `below` names criteria; `below_sum` the threshold of the sum.
    """

    submission: int
    points: tuple[tuple[int, float], ...]
    sum: float
    value: float
    rank: int | None
    below: tuple[int, ...]
    below_sum: bool
    tied_with: tuple[int, ...] = ()
    decided_by: str | None = None
    dissent: tuple[int, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether it meets every threshold."""
        return not self.below and not self.below_sum


class Cause(StrEnum):
    """Why a cut is where it is."""

    NEAREST = "nearest"  # of those not below the least, the nearest to the aim
    ALL = "all"  # all that passed together ask for less than the least
    NOBODY = "nobody"  # nothing passed


@dataclass(frozen=True)
class Step:
    """A place where the list could be cut: those who come in with it, what all so far ask for, and times the budget."""

    submissions: tuple[int, ...]
    value: float
    requested: float
    times: float


@dataclass(frozen=True)
class Cut:
    """Who is invited to the next stage. `steps` are all the places for a cut, best first; `at` are taken."""

    invited: tuple[int, ...]
    not_invited: tuple[int, ...]
    steps: tuple[Step, ...]
    at: int
    cause: Cause


@dataclass(frozen=True)
class Funding:
    """Who is funded in order of rank, who waits in reserve, and what of the budget is `left`.

    `undecided` are tied at the line where there is not enough for all of them: a decision is needed.
    """

    funded: tuple[int, ...]
    undecided: tuple[int, ...]
    reserve: tuple[int, ...]
    left: float


def reports_of(
    call: Call, scores: Iterable[Score], submissions: Iterable[int], door: Door | None = None
) -> tuple[Reports, ...]:
    """How far the individual evaluation of each submission is."""
    among = frozenset(submissions)
    counted = counted_scores(Rubric(call.criteria), scores, door or Door(among, None, ()))
    sheets: dict[int, list[Mapping[int, Fraction]]] = {one: [] for one in sorted(among)}
    for (_judge, submission), sheet in counted.sheets.items():
        sheets[submission].append(sheet)
    return tuple(_reports(call, one, given) for one, given in sheets.items())


def _reports(call: Call, submission: int, sheets: Sequence[Mapping[int, Fraction]]) -> Reports:
    points = {it.id: sorted(sheet[it.id] for sheet in sheets) for it in call.criteria} if sheets else {}
    spread = {criterion: given[-1] - given[0] for criterion, given in points.items()}
    return Reports(
        submission,
        len(sheets),
        max(0, call.evaluators - len(sheets)),
        spread=tuple((criterion, float(wide)) for criterion, wide in spread.items()),
        start=tuple((criterion, float(median(given))) for criterion, given in points.items()),
        arbitrate=tuple(criterion for criterion, wide in spread.items() if wide > exact(call.arbitrate_over)),
    )


def rank_call(call: Call, agreed: Iterable[Consensus]) -> tuple[Standing, ...]:
    """Every submission with a consensus: those above all thresholds by rank, then the others by their value."""
    sheets: dict[int, dict[int, Fraction]] = {}
    dissent = {}
    for report in agreed:
        if report.submission in sheets:
            raise BadVotes(f"Submission {report.submission} has two consensus reports. Keep one.")
        sheets[report.submission] = _checked(call, report)
        dissent[report.submission] = report.dissent
    sums = {one: sum(sheet.values(), Fraction(0)) for one, sheet in sheets.items()}
    values = {one: weighted(call.criteria, sheet) for one, sheet in sheets.items()}
    below = {one: _below(call, sheet) for one, sheet in sheets.items()}
    short = {one: call.sum_threshold is not None and sums[one] < exact(call.sum_threshold) for one in sheets}
    passed = {one: values[one] for one in sheets if not below[one] and not short[one]}
    breakers = [
        decision(rule)
        if isinstance(rule, ByDecision)
        else Breaker(str(rule), {one: sheet[rule.criterion] for one, sheet in sheets.items()})
        for rule in call.ties
        if isinstance(rule, ByDecision | ByCriterion)
    ]
    ranks = ranked(passed, breakers)
    others = sorted(sheets.keys() - passed.keys(), key=lambda one: (-values[one], one))
    found = []
    for one in (*ranks, *others):
        rank = ranks.get(one)
        found.append(
            Standing(
                one,
                tuple((criterion, float(points)) for criterion, points in sheets[one].items()),
                sum=float(sums[one]),
                value=float(values[one]),
                rank=rank.rank if rank else None,
                below=below[one],
                below_sum=short[one],
                tied_with=rank.tied_with if rank else (),
                decided_by=rank.decided_by if rank else None,
                dissent=dissent[one],
            )
        )
    return tuple(found)


def _checked(call: Call, one: Consensus) -> dict[int, Fraction]:
    given = dict(one.points)
    if len(given) < len(one.points) or given.keys() != {it.id for it in call.criteria}:
        raise BadVotes(f"The consensus on submission {one.submission} does not have each criterion once.")
    return {it.id: it.checked(given[it.id]) for it in call.criteria}


def _below(call: Call, sheet: Mapping[int, Fraction]) -> tuple[int, ...]:
    return tuple(it.id for it in call.criteria if it.threshold is not None and sheet[it.id] < exact(it.threshold))


def cut_by_budget(
    standings: Sequence[Standing],
    requested: Mapping[int, Points],
    available: Points,
    *,
    aim: Points = 3,
    least: Points = Fraction(5, 2),
) -> Cut:
    """Invite by rank until what is asked for is nearest to `aim` times the available budget, not below `least` times.

    Those who share a rank come in together or not at all. Of two cuts equally near the one that invites more is taken.
    Where all that passed ask for less than the least, all are invited.
    """
    if exact(available) <= 0:
        raise BadVotes("There is no budget to divide. Give the available budget.")
    if not 0 < exact(least) <= exact(aim):
        raise BadVotes(f"A cut cannot be near {aim} times and not below {least} times the budget.")
    groups = _groups(standings, requested)
    sums = []
    total = Fraction(0)
    for group in groups:
        total += sum((exact(requested[one.submission]) for one in group), Fraction(0))
        sums.append(total)
    enough = [place for place, asked in enumerate(sums) if asked >= exact(least) * exact(available)]
    goal = exact(aim) * exact(available)
    at = min(enough, key=lambda place: (abs(sums[place] - goal), -place)) + 1 if enough else len(groups)
    return Cut(
        tuple(one.submission for group in groups[:at] for one in group),
        tuple(one.submission for group in groups[at:] for one in group),
        steps=tuple(
            Step(tuple(one.submission for one in group), group[0].value, float(asked), float(asked / exact(available)))
            for group, asked in zip(groups, sums, strict=True)
        ),
        at=at,
        cause=Cause.NEAREST if enough else Cause.ALL if groups else Cause.NOBODY,
    )


def fund(standings: Sequence[Standing], requested: Mapping[int, Points], available: Points) -> Funding:
    """Fund by rank as far as the budget goes. The first rank that does not fit whole ends it; nobody is passed over."""
    left = exact(available)
    groups = _groups(standings, requested)
    for place, group in enumerate(groups):
        asked = sum((exact(requested[one.submission]) for one in group), Fraction(0))
        if asked > left:
            cheapest = min(exact(requested[one.submission]) for one in group)
            tied = place + 1 if len(group) > 1 and cheapest <= left else place
            return Funding(
                funded=tuple(one.submission for it in groups[:place] for one in it),
                undecided=tuple(one.submission for it in groups[place:tied] for one in it),
                reserve=tuple(one.submission for it in groups[tied:] for one in it),
                left=float(left),
            )
        left -= asked
    return Funding(tuple(one.submission for it in groups for one in it), (), (), float(left))


def _groups(standings: Sequence[Standing], requested: Mapping[int, Points]) -> list[list[Standing]]:
    """Those that passed, best first, in groups of one rank."""
    groups: dict[int, list[Standing]] = {}
    for one in standings:
        if one.rank is not None:
            if exact(requested.get(one.submission, 0)) <= 0:
                raise BadVotes(f"Submission {one.submission} asks for no budget. Say how much it asks for.")
            groups.setdefault(one.rank, []).append(one)
    return [groups[rank] for rank in sorted(groups)]


class Purpose(StrEnum):
    """What a stage of a call decides."""

    INVITE = "invite"  # who is invited to the next stage
    FUND = "fund"  # who is funded


class Fate(StrEnum):
    """What becomes of a submission in a stage of a call."""

    INVITED = "invited"
    NOT_INVITED = "not invited"  # above all thresholds, and below the cut by budget
    FUNDED = "funded"
    RESERVE = "reserve"
    UNDECIDED = "undecided"  # tied where the budget ends
    BELOW = "below"  # below a threshold


@dataclass(frozen=True)
class Budget:
    """What there is to divide: `available`, and for invitations how many times of it is asked for together."""

    purpose: Purpose
    available: Points | None = None
    aim: Points = 3
    least: Points = Fraction(5, 2)


@dataclass(frozen=True)
class CallResult:
    """What a stage of a call comes to. `missing` have no consensus, `unpriced` passed and ask for no amount: until
    neither is left, nobody's fate is known. `requested` is by submission."""

    standings: tuple[Standing, ...]
    fates: tuple[tuple[int, Fate], ...]
    missing: tuple[int, ...]
    unpriced: tuple[int, ...]
    requested: tuple[tuple[int, float], ...]
    available: float | None = None
    cut: Cut | None = None
    funding: Funding | None = None


def decide_call(
    call: Call,
    agreed: Iterable[Consensus],
    submissions: Iterable[int],
    requested: Mapping[int, Points],
    budget: Budget,
) -> CallResult:
    """Rank what evaluators agreed on, and divide the budget by it; all that pass are invited where none is given."""
    among = frozenset(submissions)
    standings = rank_call(call, [one for one in agreed if one.submission in among])
    missing = tuple(sorted(among - {one.submission for one in standings}))
    priced = {one: points for one, points in requested.items() if one in among and exact(points) > 0}
    passed = [one.submission for one in standings if one.passed]
    counts = budget.available is not None
    unpriced = tuple(sorted(one for one in passed if one not in priced)) if counts else ()
    cut = funding = None
    if not missing and not unpriced and budget.available is not None:
        if budget.purpose is Purpose.INVITE:
            cut = cut_by_budget(standings, priced, budget.available, aim=budget.aim, least=budget.least)
        else:
            funding = fund(standings, priced, budget.available)
    known = not missing and (not counts or not unpriced)
    return CallResult(
        standings,
        _fates(standings, budget, cut, funding) if known else (),
        missing,
        unpriced,
        tuple((one, float(exact(points))) for one, points in sorted(priced.items())),
        None if budget.available is None else float(exact(budget.available)),
        cut,
        funding,
    )


def _fates(
    standings: Sequence[Standing], budget: Budget, cut: Cut | None, funding: Funding | None
) -> tuple[tuple[int, Fate], ...]:
    by_place: dict[int, Fate] = {}
    if cut is not None:
        by_place |= dict.fromkeys(cut.invited, Fate.INVITED) | dict.fromkeys(cut.not_invited, Fate.NOT_INVITED)
    if funding is not None:
        by_place |= dict.fromkeys(funding.funded, Fate.FUNDED) | dict.fromkeys(funding.reserve, Fate.RESERVE)
        by_place |= dict.fromkeys(funding.undecided, Fate.UNDECIDED)
    usual = Fate.INVITED if budget.purpose is Purpose.INVITE else Fate.UNDECIDED
    return tuple(
        (one.submission, by_place.get(one.submission, usual) if one.passed else Fate.BELOW) for one in standings
    )


def with_consensus(outcome: Outcome, decided: CallResult) -> Outcome:
    """The outcome of the individual reports, ranked by what evaluators agreed on instead; `raw` stays the mean of the
    reports, `value` and `adjusted` are the weighted mean of the agreed points."""
    standing = {one.submission: one for one in decided.standings}
    order = {one.submission: place for place, one in enumerate(decided.standings)}
    results = [_agreed(one, standing.get(one.submission)) for one in outcome.results]
    results.sort(key=lambda one: (order.get(one.submission, len(order)), one.submission))
    return replace(outcome, results=tuple(results), call=decided)


def _agreed(one: Result, standing: Standing | None) -> Result:
    if standing is None:
        return replace(one, rank=None, value=None, adjusted=None, tied_with=(), decided_by=None)
    return replace(
        one, rank=standing.rank, value=standing.value, adjusted=standing.value, tied_with=standing.tied_with,
        decided_by=standing.decided_by,
    )  # fmt: skip
