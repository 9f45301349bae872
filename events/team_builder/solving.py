"""From people to teams: what no teams can exceed, a first set, better ones, and for small problems the proof."""

from collections.abc import Callable
from random import Random

from events.team_builder.annealing import Annealing
from events.team_builder.bounds import bounds_of, even_sizes, most_wishes
from events.team_builder.checks import as_values
from events.team_builder.construction import construct
from events.team_builder.ground import Ground, Members
from events.team_builder.improvement import PEOPLE_AT_ONCE, Rebuilding, Walk
from events.team_builder.model import Model
from events.team_builder.plan import SMALL_IS_GOOD, Aim, Reached, Solution
from events.team_builder.problem import Problem

WORK = 12.0
MOST_SEATS = 500  # people times teams up to which all is proven, as far as the work allows
WORK_OF_STEP, WORK_OF_TRY = 8e-6, 3e-5
MOST_STEPS, MOST_TRIES = 3000, 100  # for each person
SHARE_OF_ANNEALING, SHARE_OF_REBUILDING, SHARE_OF_AIM = 0.4, 0.5, 0.5

Progress = Callable[[str, dict[Aim, int]], bool]


def build(problem: Problem, *, work: float = WORK, seed: int = 0, progress: Progress | None = None) -> Solution:
    """The best teams found, aim after aim, with a bound for each.

    The same problem, work and seed give the same teams, however fast the machine is: `work` is counted by the solver,
    about a second each on a machine of today. `progress` is told the stage and what is reached, and stops the search by
    returning False: the best so far is the answer.
    """
    ground, chance = Ground(problem), Random(seed)  # noqa: S311 - no secret hangs on it
    stopped: list[bool] = []

    def tell(stage: str, teams: list[Members]) -> bool:
        if progress is not None and not stopped and not progress(stage, as_values(ground.score(teams))):
            stopped.append(True)
        return not stopped

    bounds = bounds_of(ground)
    points, chosen = most_wishes(ground)
    spent = 0.0
    bounds[Aim.WISHES] = min(bounds[Aim.WISHES], points)
    teams = construct(ground, chosen, chance)
    tell("construction", teams)
    teams, spent = _change_places(ground, teams, work * SHARE_OF_ANNEALING, chance)
    small = len(ground.free) * ground.teams <= MOST_SEATS
    if tell("improvement", teams) and not (small and len(ground.free) <= PEOPLE_AT_ONCE):
        rebuilding = Rebuilding(ground, teams, chance, seed)
        share = SHARE_OF_REBUILDING if small else 1.0
        rebuilding.run((work - spent) * share, lambda _score: tell("improvement", rebuilding.teams))
        teams, spent = rebuilding.teams, spent + rebuilding.spent
    proven: dict[Aim, int] = {}
    if small and ground.teams and not stopped:
        teams, proven, used = _prove(ground, teams, work - spent, seed, tell)
        spent += used
    return _solution(ground, teams, bounds, proven, spent)


def _change_places(ground: Ground, teams: list[Members], work: float, chance: Random) -> tuple[list[Members], float]:
    """Who can gets a team; then places change at random for wishes, then for all aims: the teams, and the work."""
    tries, steps = MOST_TRIES * len(ground.free), min(int(work / WORK_OF_STEP), MOST_STEPS * len(ground.free))
    first = Walk(ground, teams, chance)
    first.run(tries)
    annealing = Annealing(ground, first.teams, chance)
    annealing.run(steps)
    last = Walk(ground, annealing.best, chance)
    last.run(tries)
    return last.teams, steps * WORK_OF_STEP + (first.tried + last.tried) * WORK_OF_TRY


def _prove(
    ground: Ground, teams: list[Members], work: float, seed: int, tell: Callable[[str, list[Members]], bool]
) -> tuple[list[Members], dict[Aim, int], float]:
    """One aim after the other over all teams at once, each kept while the next is sought: the teams, and of each aim up
    to the first without a proof the best there is."""
    teams = [*teams[: len(ground.kept)], *sorted(teams[len(ground.kept) :], key=lambda one: (not one, one))]
    model = Model(ground, range(ground.teams), ground.free, ordered=True)
    proven: dict[Aim, int] = {}
    all_proven, spent = True, 0.0
    for aim, term in zip(Aim, model.terms, strict=True):
        left = work - spent
        if left <= 0 or not tell("proof", teams):
            break
        if isinstance(term, int):  # nothing depends on it
            if all_proven:
                proven[aim] = term
            continue
        found = model.search(term, hint=teams, work=left * SHARE_OF_AIM, seed=seed)
        spent += found.work
        if found.teams is None:
            break
        before, after = ground.score(teams), ground.score(found.teams)
        if after > before:
            teams = found.teams
        at = list(Aim).index(aim)
        value = ground.score(teams)[at]
        all_proven = all_proven and found.proven and after[at] == value
        if all_proven:
            proven[aim] = value
        model.model.add(term >= value)
    return teams, proven, spent


def _solution(
    ground: Ground, teams: list[Members], bounds: dict[Aim, int], proven: dict[Aim, int], spent: float
) -> Solution:
    values = as_values(ground.score(teams))
    if Aim.LOWEST not in proven and any(teams):
        used = sum(1 for members in teams if members)
        bounds[Aim.LOWEST] = min(bounds[Aim.LOWEST], bounds[Aim.COVERAGE])
        bounds[Aim.SIZES] = even_sizes(ground, teams) if used == ground.teams else 0
    best = as_values(tuple(proven.get(aim, 0) for aim in Aim))
    reached = []
    certain = True
    for aim in Aim:
        bound = best[aim] if aim in proven else bounds[aim]
        value = values[aim]
        # A bound that counting found too tight would be a mistake of ours; a plan is the better witness.
        bound = min(bound, value) if aim in SMALL_IS_GOOD else max(bound, value)
        certain = certain and (aim in proven or value == bound)
        reached.append(Reached(aim, value, bound, certain))
    return Solution(ground.plan(teams), tuple(reached), spent)
