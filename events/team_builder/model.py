"""Some teams and some people as a model for CP-SAT: who goes where, and what comes of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from events.team_builder.ground import Ground, Members

MOST_QUARTERS = 4 * 26  # from UTC-12 to UTC+14
MOST_SKILLS = 1000
Linear = Any


@dataclass(frozen=True)
class Found:
    """What a search answered: the teams (None where it found nothing), whether they are proven the best, the bound of
    what was sought, and the work it took."""

    teams: list[Members] | None
    proven: bool
    bound: int
    work: float


class Model:
    """The teams of these numbers, to which these people may go. People who are kept in them stay."""

    def __init__(self, ground: Ground, teams: Sequence[int], people: Sequence[int], *, ordered: bool = False) -> None:
        from ortools.sat.python import cp_model

        self.ground, self.teams, self.people = ground, list(teams), list(people)
        self.model = cp_model.CpModel()
        self.x: dict[tuple[int, int], Any] = {}
        self.used: dict[int, Any] = {}
        self._seat()
        self._keep_rules()
        if ordered:
            self._order()
        self.terms: list[Linear] = [
            sum(self.x[one, team] for one in self.people for team in self.teams if (one, team) in self.x),
            -self._short(), self._wishes(), *self._skills_and_zones(),
        ]  # fmt: skip
        self.terms.append(-self._unevenness())

    def _kept(self, team: int) -> Members:
        return self.ground.kept[team] if team < len(self.ground.kept) else ()

    def inside(self, team: int) -> list[tuple[int, Any]]:
        """Everybody who may be in a team, with the literal that says so; 1 for who is kept in it."""
        free = [(one, self.x[one, team]) for one in self.people if (one, team) in self.x]
        return [(one, 1) for one in self._kept(team)] + free

    def _seat(self) -> None:
        model, least, most = self.model, self.ground.problem.least, self.ground.problem.most
        for team in self.teams:
            kept = self._kept(team)
            for one in self.people:
                if not kept or self.ground.may_be_together(tuple(sorted((*kept, one)))):
                    self.x[one, team] = model.new_bool_var("")
            size = sum(literal for _one, literal in self.inside(team))
            if kept:
                self.used[team] = 1
                model.add(size <= max(most, len(kept)))
            else:
                self.used[team] = model.new_bool_var("")
                model.add(size >= least * self.used[team])
                model.add(size <= most * self.used[team])
        for one in self.people:
            model.add_at_most_one(self.x[one, team] for team in self.teams if (one, team) in self.x)

    def _keep_rules(self) -> None:
        """A common language, and nobody beside whom they want to be apart from."""
        ground, model = self.ground, self.model
        everybody = [*self.people, *(one for team in self.teams for one in self._kept(team))]
        common = -1
        for one in everybody:
            common &= ground.languages[one]
        spoken = 0
        for one in everybody:
            spoken |= ground.languages[one]
        bits = [1 << at for at in range(spoken.bit_length()) if spoken >> at & 1]
        for team in self.teams:
            free = [one for one in self.people if (one, team) in self.x]
            for one in free:
                for other in ground.apart[one]:
                    if one < other and (other, team) in self.x:
                        model.add_bool_or(~self.x[one, team], ~self.x[other, team])
            if not common and free:
                self._speak(team, free, bits)

    def _speak(self, team: int, free: list[int], bits: list[int]) -> None:
        speaks = {bit: self.model.new_bool_var("") for bit in bits}
        self.model.add_at_least_one(speaks.values())
        for bit, literal in speaks.items():
            if any(not self.ground.languages[one] & bit for one in self._kept(team)):
                self.model.add(literal == 0)
            for one in free:
                if not self.ground.languages[one] & bit:
                    self.model.add_implication(self.x[one, team], ~literal)

    def _order(self) -> None:
        """New teams are alike: let each have a smaller first member than the next, so that no plan is met twice."""
        new = [team for team in self.teams if not self._kept(team)]
        for before, team in pairwise(new):
            self.model.add(self.used[team] <= self.used[before])
            for at, one in enumerate(self.people):
                self.model.add(self.x[one, team] <= sum(self.x[other, before] for other in self.people[:at]))

    def _short(self) -> Linear:
        lacking = []
        for team in self.teams:
            if (kept := self._kept(team)) and len(kept) < self.ground.problem.least:
                lack = self.model.new_int_var(0, self.ground.problem.least, "")
                size = sum(literal for _one, literal in self.inside(team))
                self.model.add(lack >= self.ground.problem.least - size)
                lacking.append(lack)
        return sum(lacking)

    def _wishes(self) -> Linear:
        return sum(self._of_pairs(team) + self._of_challenges(team) for team in self.teams)

    def _of_pairs(self, team: int) -> Linear:
        terms: list[Linear] = []
        literal_of = dict(self.inside(team))
        for one, literal in literal_of.items():
            for other, points in self.ground.friends[one].items():
                if other not in literal_of or other <= one:
                    continue
                terms.append(points * self._both(literal, literal_of[other]))
        return sum(terms)

    def _both(self, one: Any, other: Any) -> Any:
        """A literal that may be true only where both are; made true by whoever wants to make it large."""
        if isinstance(one, int):
            return other
        if isinstance(other, int):
            return one
        both = self.model.new_bool_var("")
        self.model.add_implication(both, one)
        self.model.add_implication(both, other)
        return both

    def _of_challenges(self, team: int) -> Linear:
        ground, fixed = self.ground, self.ground.fixed[team]
        wished: dict[int, list[tuple[int, Any]]] = {}
        for one, literal in self.inside(team):
            for challenge, points in ground.points[one].items():
                wished.setdefault(challenge, []).append((points, literal))
        if fixed is not None:
            return sum(points * literal for points, literal in wished.get(fixed, []))
        takes = {challenge: self.model.new_bool_var("") for challenge in sorted(wished)}
        if takes:
            self.model.add_at_most_one(takes.values())
        return sum(
            points * self._both(takes[challenge], literal)
            for challenge, ones in sorted(wished.items())
            for points, literal in ones
        )

    def _skills_and_zones(self) -> list[Linear]:
        """Different skills over all teams, quarters beyond the limit, and the skills of the team that has fewest."""
        skills, excess, model = [], [], self.model
        lowest = model.new_int_var(0, MOST_SKILLS, "")
        for team in self.teams:
            inside = self.inside(team)
            bits = 0
            for one, _literal in inside:
                bits |= self.ground.skills[one]
            there = []
            for at in (at for at in range(bits.bit_length()) if bits >> at & 1):
                has = model.new_bool_var("")
                model.add(has <= sum(literal for one, literal in inside if self.ground.skills[one] >> at & 1))
                there.append(has)
            skills += there
            if isinstance(self.used[team], int):
                model.add(lowest <= sum(there))
            else:
                model.add(lowest <= sum(there) + MOST_SKILLS * (1 - self.used[team]))
            excess.append(self._excess(team))
        model.add(lowest <= MOST_SKILLS * sum(self.used.values()))
        return [sum(skills), -sum(excess), lowest]

    def _excess(self, team: int) -> Linear:
        inside, model, limit = self.inside(team), self.model, self.ground.limit
        offsets = [self.ground.offset[one] for one, _literal in inside]
        if not offsets or max(offsets) - min(offsets) <= limit:
            return 0
        first, last = min(offsets), max(offsets)
        west, east = model.new_int_var(first, last, ""), model.new_int_var(first, last, "")
        for one, literal in inside:
            for constraint in (model.add(west <= self.ground.offset[one]), model.add(east >= self.ground.offset[one])):
                if not isinstance(literal, int):
                    constraint.only_enforce_if(literal)
        beyond = model.new_int_var(0, MOST_QUARTERS, "")
        model.add(beyond >= east - west - limit)
        return beyond

    def _unevenness(self) -> Linear:
        most = max(self.ground.problem.most, *(len(one) for one in self.ground.kept), 1)
        smallest, largest = self.model.new_int_var(0, most, ""), self.model.new_int_var(0, most, "")
        self.model.add(smallest <= largest)
        for team in self.teams:
            size = sum(literal for _one, literal in self.inside(team))
            self.model.add(largest >= size)
            spare = 0 if isinstance(self.used[team], int) else most * (1 - self.used[team])
            self.model.add(smallest <= size + spare)
        return largest - smallest

    def weights(self) -> list[int]:
        """A weight for each aim that no sum of what comes after it outweighs."""
        count, teams = len(self.people) + sum(len(self._kept(team)) for team in self.teams), len(self.teams)
        skills = max((one.bit_length() for one in self.ground.skills), default=0)
        most = [count, self.ground.problem.least * teams, 9 * count, skills * teams, MOST_QUARTERS * teams, skills, 64]
        found = [1]
        for reach in reversed(most[1:]):
            found.insert(0, found[0] * (reach + 1))
        return found

    def search(self, goal: Linear, *, hint: Sequence[Members], work: float, seed: int) -> Found:
        """Make `goal` as large as possible, beginning with `hint` (teams in the order of this model's)."""
        from ortools.sat.python import cp_model

        model: Any = self.model
        model.clear_hints()
        for team, members in zip(self.teams, hint, strict=True):
            for one in self.people:
                if (one, team) in self.x:
                    model.add_hint(self.x[one, team], one in members)
            if not isinstance(self.used[team], int):
                model.add_hint(self.used[team], bool(members))
        model.maximize(goal)
        solver = cp_model.CpSolver()
        parameters = solver.parameters
        parameters.num_workers = 1  # so that the same seed gives the same teams
        parameters.random_seed = seed % 2**31
        parameters.max_deterministic_time = max(0.001, work)
        parameters.symmetry_level = 0
        parameters.cp_model_probing_level = 0
        status = solver.solve(model)
        spent = float(solver.deterministic_time)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return Found(None, proven=status == cp_model.INFEASIBLE, bound=0, work=spent)
        teams = [
            tuple(
                sorted(one for one, literal in self.inside(team) if isinstance(literal, int) or solver.value(literal))
            )
            for team in self.teams
        ]
        return Found(teams, status == cp_model.OPTIMAL, int(solver.best_objective_bound + 1e-6), spent)
