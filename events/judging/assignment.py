"""Who judges what: enough judges for each submission, even loads, no conflicts, those who know the matter first.

A flow of least cost through judges and submissions. In this order, each before what follows: what stands stays; as many
places as can be are filled; where some cannot, the lack is spread; loads are even; each submission has somebody who
knows its topics; topics fit; and judges are mixed, so that their severities can be compared.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from events.judging.network import groups_of
from events.judging.votes import BadVotes, Conflict, Kind

if TYPE_CHECKING:
    from numpy import bool_, float64, int64
    from numpy.typing import NDArray
    from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

KINDS = list(Kind)  # of several conflicts the first one here is named
SPREAD_LACK, EVEN, FIT, MIX = 10_000_000_000, 1_000_000, 100, 100


@dataclass(frozen=True)
class Judge:
    """Somebody who judges: at most `most` submissions, in these languages, knowing these topics."""

    id: int
    most: int | None = None
    languages: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Work:
    """A submission to be judged by `wanted` (None: as many as all others) who read its `language`, if it has one."""

    id: int
    language: str | None = None
    topics: frozenset[str] = frozenset()
    wanted: int | None = None


@dataclass(frozen=True)
class Task:
    """Everything an assignment has to obey. `standing` are pairs of judge and submission that stay as they are."""

    judges: tuple[Judge, ...]
    works: tuple[Work, ...]
    wanted: int = 3
    conflicts: frozenset[Conflict] = frozenset()
    standing: frozenset[tuple[int, int]] = frozenset()
    seed: int = 0

    def __post_init__(self) -> None:
        for what, ids in (("judges", [one.id for one in self.judges]), ("submissions", [one.id for one in self.works])):
            if len(set(ids)) < len(ids):
                raise BadVotes(f"Two {what} have the same id.")
        if self.wanted < 0 or any((one.wanted or 0) < 0 for one in self.works):
            raise BadVotes("A submission cannot have fewer than 0 judges.")
        if any((one.most or 0) < 0 for one in self.judges):
            raise BadVotes("A judge cannot have fewer than 0 submissions.")

    def wanted_of(self, work: Work) -> int:
        """How many judges a submission is to have."""
        return self.wanted if work.wanted is None else work.wanted


@dataclass(frozen=True, order=True)
class Pair:
    """That a judge judges a submission. `fit` is the part of its topics they know; `stood` says it was so before."""

    judge: int
    submission: int
    fit: float = 0.0
    stood: bool = False


@dataclass(frozen=True)
class Shortage:
    """A submission with fewer judges than wanted, and what became of each judge it does not have.

    `conflicted` counts judges by the kind of their conflict (each once), `strangers` do not read its language, `full`
    have as many submissions as they may. `most` is how many it could have if nobody were full.
    """

    submission: int
    wanted: int
    has: int
    judges: int
    most: int
    conflicted: tuple[tuple[Kind, int], ...] = ()
    language: str | None = None
    strangers: int = 0
    full: tuple[int, ...] = ()


@dataclass(frozen=True)
class Balance:
    """How even loads are, how many submissions with topics have somebody who knows one, and how judges are linked.

    `loads` by judge; `groups` is 1 where all submissions are linked through judges, so that severities can be compared.
    """

    loads: Mapping[int, int]
    least: int
    most: int
    mean: float
    with_topics: int
    with_expert: int
    mean_fit: float
    groups: int


@dataclass(frozen=True)
class Assignment:
    """Pairs in order of judge and submission; what could not be met; and what stood but cannot any more (`dropped`)."""

    pairs: tuple[Pair, ...]
    shortages: tuple[Shortage, ...]
    dropped: tuple[tuple[int, int], ...]
    balance: Balance
    wanted: int
    filled: int


@dataclass
class Ground:
    """The task as arrays, judges by submissions: who may judge what, how well it fits, and what is settled."""

    task: Task
    may: "NDArray[bool_]"
    fit: "NDArray[float64]"
    chosen: "NDArray[bool_]"

    def limits(self) -> list[int]:
        """How many each judge may have at most."""
        return [len(self.task.works) if one.most is None else one.most for one in self.task.judges]

    def loads(self) -> list[int]:
        """How many each judge has."""
        return [int(load) for load in self.chosen.sum(axis=1)]

    def lack(self) -> list[int]:
        """How many more each submission wants."""
        has = self.chosen.sum(axis=0)
        return [max(0, self.task.wanted_of(one) - int(has[place])) for place, one in enumerate(self.task.works)]


def assign(task: Task) -> Assignment:
    """The best assignment; the same task gives the same answer. What cannot be met is told and not refused.

    Whatever stands is kept, unless the judge or the submission is gone or has a conflict now. For a judge who is
    replaced, leave their pairs out of `standing`; for a late submission, add it: nobody else's pairs move.
    """
    ground, dropped = _ground_of(task)
    stood = ground.chosen.copy()
    _choose_experts(ground)
    _fill(ground)
    if sum(ground.lack()) or max(ground.loads(), default=0) - min(ground.loads(), default=0) > 1:
        plain = Ground(task, ground.may, ground.fit, stood.copy())
        _fill(plain)
        ground = min(ground, plain, key=_lack_and_unevenness)
    return _told(ground, stood, dropped)


def _lack_and_unevenness(ground: Ground) -> tuple[int, int, int]:
    lack = ground.lack()
    return sum(lack), sum(one * one for one in lack), sum(load * load for load in ground.loads())


def _ground_of(task: Task) -> tuple[Ground, tuple[tuple[int, int], ...]]:
    import numpy as np

    judge_at = {one.id: place for place, one in enumerate(task.judges)}
    work_at = {one.id: place for place, one in enumerate(task.works)}
    languages = sorted({one.language for one in task.works if one.language})
    topics = sorted({topic for one in task.works for topic in one.topics})
    may = np.ones((len(task.judges), len(task.works)), dtype=bool)
    for language in languages:
        strangers = np.array([language not in one.languages for one in task.judges])
        may[np.ix_(strangers, np.array([one.language == language for one in task.works]))] = False
    conflicts = {(one.judge, one.submission) for one in task.conflicts}
    for judge, submission in conflicts:
        if judge in judge_at and submission in work_at:
            may[judge_at[judge], work_at[submission]] = False
    knows = np.array([[topic in one.topics for topic in topics] for one in task.judges], dtype=float)
    about = np.array([[topic in one.topics for topic in topics] for one in task.works], dtype=float)
    about = about.reshape(len(task.works), len(topics))
    fit = knows.reshape(len(task.judges), len(topics)) @ about.T / np.maximum(1, about.sum(axis=1))
    chosen = np.zeros_like(may)
    dropped = []
    for pair in sorted(task.standing):
        if pair in conflicts or pair[0] not in judge_at or pair[1] not in work_at:
            dropped.append(pair)
        else:
            chosen[judge_at[pair[0]], work_at[pair[1]]] = True
    return Ground(task, may, fit, chosen), tuple(dropped)


def _choose_experts(ground: Ground) -> None:
    """One judge who knows a topic for each submission that has none yet, as far as loads stay even."""
    knows = ground.may & (ground.fit > 0)
    has = (ground.chosen & (ground.fit > 0)).sum(axis=0).tolist()
    lack = [int(want > 0 and not experts) for want, experts in zip(ground.lack(), has, strict=True)]
    share = _even_share(ground)
    more = sum(ground.task.wanted_of(one) for one in ground.task.works) - sum(share)
    if knows.any() and any(lack):
        _flow(ground, knows & ~ground.chosen, share, lack, more)


def _fill(ground: Ground) -> None:
    _flow(ground, ground.may & ~ground.chosen, ground.limits(), ground.lack())


def _even_share(ground: Ground) -> list[int]:
    """What each judge has if all places are divided evenly, within what each may have; some may have one more."""
    limits = ground.limits()
    total = sum(ground.task.wanted_of(one) for one in ground.task.works)
    share = 0
    while share < max(limits, default=0) and sum(min(limit, share + 1) for limit in limits) <= total:
        share += 1
    return [min(limit, share) for limit in limits]


def _flow(ground: Ground, may: "NDArray[bool_]", most: list[int], lack: list[int], more: int = 0) -> None:
    """Choose pairs among those that `may` be, by a flow of least cost: source, judges, submissions, sink.

    Each judge gets up to `most` in all, and `more` of them one beyond that if they may.
    """
    import numpy as np
    from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

    loads, limits = ground.loads(), ground.limits()
    may = may & (np.array(lack) > 0)[None, :] & (np.array(limits) > np.array(loads))[:, None]
    judges, places = (part.astype(np.int64) for part in np.nonzero(may))
    if not len(judges):
        return
    count = len(loads)
    source, sink, beyond = count + len(lack), count + len(lack) + 1, count + len(lack) + 2
    solver = SimpleMinCostFlow()
    cost = np.round((1 - ground.fit[judges, places]) * FIT).astype(np.int64) * MIX + _mixed(ground.task)[judges, places]
    arcs = solver.add_arcs_with_capacity_and_unit_cost(judges, count + places, np.ones_like(cost), cost)
    for judge, load in enumerate(loads):
        _add_steps(solver, source, judge, EVEN, load, min(most[judge] - load, int(may[judge].sum())))
        if most[judge] < limits[judge]:
            _add_steps(solver, beyond, judge, EVEN, max(load, most[judge]), int(load <= most[judge]))
    for place, has in enumerate(ground.chosen.sum(axis=0).tolist()):
        _add_steps(solver, count + place, sink, SPREAD_LACK, int(has), lack[place])
    solver.add_arc_with_capacity_and_unit_cost(source, beyond, max(0, more), 0)
    solver.set_node_supply(source, sum(lack))
    solver.set_node_supply(sink, -sum(lack))
    status = solver.solve_max_flow_with_min_cost()
    if status != solver.OPTIMAL:
        raise RuntimeError(f"the flow ended with {status}")
    taken = solver.flows(arcs) > 0
    ground.chosen[judges[taken], places[taken]] = True


def _add_steps(solver: "SimpleMinCostFlow", tail: int, head: int, price: int, standing: int, more: int) -> None:
    """Arcs that cost more with each unit, so that units spread."""
    import numpy as np

    units = np.arange(max(0, more), dtype=np.int64)
    tails, heads = np.full_like(units, tail), np.full_like(units, head)
    solver.add_arcs_with_capacity_and_unit_cost(tails, heads, np.ones_like(units), price * (standing + units))


def _mixed(task: Task) -> "NDArray[int64]":
    """A small cost that looks like chance and is the same every time: equal judges are mixed, not dealt in blocks."""
    import numpy as np

    judges = np.array([one.id % 2**63 for one in task.judges], dtype=np.uint64)[:, None]
    works = np.array([one.id % 2**63 for one in task.works], dtype=np.uint64)[None, :]
    mixed = judges * np.uint64(0x9E3779B97F4A7C15) + works * np.uint64(0xC2B2AE3D27D4EB4F)
    mixed = (mixed + np.uint64(task.seed % 2**63)) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(29))) * np.uint64(0x94D049BB133111EB)
    found: NDArray[int64] = ((mixed ^ (mixed >> np.uint64(32))) % np.uint64(MIX)).astype(np.int64)
    return found


def _told(ground: Ground, stood: "NDArray[bool_]", dropped: tuple[tuple[int, int], ...]) -> Assignment:
    import numpy as np

    task = ground.task
    pairs = tuple(
        sorted(
            Pair(task.judges[j].id, task.works[w].id, round(float(ground.fit[j, w]), 4), bool(stood[j, w]))
            for j, w in zip(*(part.tolist() for part in np.nonzero(ground.chosen)), strict=True)
        )
    )
    wanted = [task.wanted_of(one) for one in task.works]
    return Assignment(
        pairs,
        _shortages(ground),
        dropped,
        _balance(ground, pairs),
        wanted=sum(wanted),
        filled=sum(wanted) - sum(ground.lack()),
    )


def _balance(ground: Ground, pairs: Iterable[Pair]) -> Balance:
    task, loads = ground.task, ground.loads()
    by_judge: dict[int, list[int]] = {}
    for one in pairs:
        by_judge.setdefault(one.judge, []).append(one.submission)
    topical = [place for place, one in enumerate(task.works) if one.topics]
    fits = ground.fit[:, topical][ground.chosen[:, topical]]
    return Balance(
        {one.id: load for one, load in zip(task.judges, loads, strict=True)},
        least=min(loads, default=0),
        most=max(loads, default=0),
        mean=sum(loads) / len(loads) if loads else 0.0,
        with_topics=len(topical),
        with_expert=int((ground.chosen & (ground.fit > 0))[:, topical].any(axis=0).sum()),
        mean_fit=float(fits.mean()) if len(fits) else 0.0,
        groups=len(groups_of(by_judge.values())),
    )


def _shortages(ground: Ground) -> tuple[Shortage, ...]:
    conflicts: dict[int, dict[int, list[Kind]]] = {}
    for one in ground.task.conflicts:
        conflicts.setdefault(one.submission, {}).setdefault(one.judge, []).append(one.kind)
    return tuple(_shortage(ground, place, lack, conflicts) for place, lack in enumerate(ground.lack()) if lack)


def _shortage(ground: Ground, place: int, lack: int, conflicts: Mapping[int, Mapping[int, list[Kind]]]) -> Shortage:
    task = ground.task
    work = task.works[place]
    kinds = {judge: min(found, key=KINDS.index) for judge, found in conflicts.get(work.id, {}).items()}
    judges = [one for number, one in enumerate(task.judges) if not ground.chosen[number, place]]
    blocked = [one for one in judges if one.id in kinds]
    strangers = [one for one in judges if one not in blocked and work.language and work.language not in one.languages]
    full = tuple(one.id for one in judges if one not in blocked and one not in strangers)
    has = task.wanted_of(work) - lack
    counts = Counter(kinds[one.id] for one in blocked)
    return Shortage(
        work.id,
        wanted=task.wanted_of(work),
        has=has,
        judges=len(task.judges),
        most=has + len(full),
        conflicted=tuple((kind, counts[kind]) for kind in KINDS if counts[kind]),
        language=work.language,
        strangers=len(strangers),
        full=full,
    )
