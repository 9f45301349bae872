"""What no teams can exceed, aim by aim, each by itself: by counting, and for wishes by solving with fewer rules."""

from math import ceil, floor
from typing import Any

from events.team_builder.ground import Ground, Members
from events.team_builder.plan import Aim


def bounds_of(ground: Ground) -> dict[Aim, int]:
    """By counting: the most that is thinkable of each aim, or the least where small is good."""
    problem, kept = ground.problem, ground.kept
    room = sum(max(0, problem.most - len(one)) for one in kept) + problem.teams * problem.most
    placed = min(len(ground.free), room)
    coverage = _most_skills(ground)
    teams = len(kept) + (1 if problem.teams and not kept else 0)
    return {
        Aim.PLACED: placed,
        Aim.SHORT: max(0, sum(max(0, problem.least - len(one)) for one in kept) - placed),
        Aim.WISHES: _most_points(ground),
        Aim.COVERAGE: coverage,
        Aim.ZONES: 0,
        Aim.LOWEST: min(_known_skills(ground), coverage // max(teams, 1)),
        Aim.SIZES: 0,
    }


def _known_skills(ground: Ground) -> int:
    known = 0
    for one in ground.skills:
        known |= one
    return known.bit_count()


def _most_skills(ground: Ground) -> int:
    """A skill is in as many teams as there are, and in no more than there are people who bring it."""
    total = 0
    for at in range(max((one.bit_length() for one in ground.skills), default=0)):
        having = [one for one, bits in enumerate(ground.skills) if bits >> at & 1]
        inside = {number for number, members in enumerate(ground.kept) for one in members if one in having}
        free = sum(1 for one in having if one in set(ground.free))
        total += min(len(inside) + free, ground.teams)
    return total


def _most_points(ground: Ground) -> int:
    """Everybody has the dearest challenge, and all whom they wish for, as far as a team holds so many."""
    of_challenges = sum(max(points.values(), default=0) for points in ground.points)
    pairs = 0
    for one, others in enumerate(ground.friends):
        possible = [points for other, points in others.items() if ground.may_be_together(tuple(sorted((one, other))))]
        pairs += sum(sorted(possible, reverse=True)[: ground.problem.most - 1])
    return of_challenges + pairs // 2


def most_wishes(ground: Ground) -> tuple[int, list[int | None]]:
    """A better bound of the points of wishes, and the challenge that each person would rather have then.

    Everybody who has a team chooses a challenge, in parts if that helps; each challenge holds as many people as its
    teams do, and two have each other's company as far as they choose alike. Every plan can be read as such a choice.
    """
    from ortools.linear_solver import pywraplp

    counted, nobody = _most_points(ground), [None] * len(ground.points)
    if not ground.points or not ground.teams:
        return 0, list(nobody)
    solver: Any = pywraplp.Solver.CreateSolver("GLOP")
    relaxed = _Relaxed(ground, solver)
    if solver.Solve() != pywraplp.Solver.OPTIMAL:
        return counted, list(nobody)
    chosen = [
        max(parts, key=lambda option: parts[option].solution_value()) if parts else None for parts in relaxed.choice
    ]
    return min(counted, floor(solver.Objective().Value() + 1e-6)), chosen


class _Relaxed:
    """Who chooses which challenge, in parts and without teams, as a linear programme."""

    def __init__(self, ground: Ground, solver: Any) -> None:
        self.ground, self.solver = ground, solver
        wished = sorted({challenge for points in ground.points for challenge in points})
        # Challenges that nobody wishes for are one: whoever chooses it has no point from it.
        self.options: list[int | None] = [*wished, None]
        self.choice = [{option: self._part() for option in self.options} for _one in ground.points]
        for parts in self.choice:
            solver.Add(sum(parts.values()) <= 1)
        self._hold(self._keep())
        points = [
            points * self.choice[one][challenge]
            for one, ranked in enumerate(ground.points)
            for challenge, points in ranked.items()
        ]
        solver.Maximize(sum(points) + sum(self._company()))

    def _part(self, most: float = 1) -> Any:
        return self.solver.NumVar(0, most, "")

    def _keep(self) -> list[dict[int | None, Any]]:
        """What kept teams take: their people choose it with them."""
        takes = []
        for number, members in enumerate(self.ground.kept):
            parts = {option: self._part() for option in self.options}
            self.solver.Add(sum(parts.values()) == 1)
            fixed = self.ground.fixed[number]
            if fixed is not None:
                self.solver.Add(parts[fixed if fixed in self.options else None] == 1)
            for one in members:
                for option, part in parts.items():
                    self.solver.Add(self.choice[one][option] == part)
            takes.append(parts)
        return takes

    def _hold(self, takes: list[dict[int | None, Any]]) -> None:
        """Each challenge holds as many people as its teams do, and no fewer than they need."""
        problem, kept = self.ground.problem, self.ground.kept
        new = {option: self._part(problem.teams) for option in self.options}
        self.solver.Add(sum(new.values()) <= problem.teams)
        for option in self.options:
            here = sum(parts[option] for parts in self.choice)
            most = sum(max(problem.most, len(one)) * parts[option] for one, parts in zip(kept, takes, strict=True))
            least = sum(len(one) * parts[option] for one, parts in zip(kept, takes, strict=True))
            self.solver.Add(here <= problem.most * new[option] + most)
            self.solver.Add(here >= problem.least * new[option] + least)

    def _company(self) -> list[Any]:
        terms: list[Any] = []
        for one, others in enumerate(self.ground.friends):
            for other, points in others.items():
                if one < other and self.ground.may_be_together((one, other)):
                    for option in self.options:
                        both = self._part()
                        self.solver.Add(both <= self.choice[one][option])
                        self.solver.Add(both <= self.choice[other][option])
                        terms.append(points * both)
        return terms


def even_sizes(ground: Ground, teams: list[Members]) -> int:
    """The least by which the sizes of so many teams differ; nothing is known where some are kept."""
    used = [len(members) for members in teams if members]
    if ground.kept or not used:
        return 0
    return ceil(sum(used) / len(used)) - sum(used) // len(used)
