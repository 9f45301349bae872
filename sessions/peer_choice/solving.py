"""Finding the best plan: an exact model, one aim after the other, each kept while the next is sought.

The aims are those of `Score`, in its order; among plans that are equally good that of the lowest ids is taken. A review
gets new peers only if all rules are kept with them; one that cannot be filled keeps whom it has. The search takes one
thread and counts its work instead of seconds, so that the same problem has the same answer on every machine.
"""

from dataclasses import dataclass, field
from typing import Any

from sessions.peer_choice.plan import Plan, is_filled
from sessions.peer_choice.problem import Candidate, Pair, Problem, Review, bar_of, covered_by

WORK = 15.0  # for each aim, in the solver's own unit


def choose_peers(problem: Problem, *, work: float = WORK) -> Plan:
    """The best plan that breaks no rule; see `Score` for what is better."""
    model = _Model(problem)
    proven = True
    for aim in model.aims():
        best = model.improve(aim, work)
        proven = proven and best
    places = frozenset(model.places()) | problem.taken
    filled = frozenset(one.id for one in problem.reviews if is_filled(problem, places, one))
    return Plan(places, filled, proven)


@dataclass
class _Model:
    """The variables: who comes where, which reviews are filled, which needs covered, which countries there."""

    problem: Problem
    comes: dict[Pair, Any] = field(default_factory=dict)
    found: dict[Any, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        from ortools.sat.python import cp_model

        self.cp = cp_model
        self.model: Any = cp_model.CpModel()
        self.reviews = sorted(self.problem.reviews, key=lambda one: one.id)
        self.candidates = sorted(self.problem.candidates, key=lambda one: one.id)
        self.filled: dict[int, Any] = {}
        self.covered: list[Any] = []
        self.countries: list[Any] = []
        self.burden: list[tuple[Any, int]] = []
        self.hint: dict[int, int] = {}
        for review in self.reviews:
            self._add_review(review)
        for candidate in self.candidates:
            self._add_load(candidate)

    def _add_review(self, review: Review) -> None:
        filled = self.filled[review.id] = self.model.new_bool_var(f"filled {review.id}")
        for one in self.candidates:
            pair = (one.id, review.id)
            if pair in self.problem.taken:
                self.comes[pair] = self.model.new_constant(1)
            elif bar_of(self.problem, one, review) is None:
                self.comes[pair] = self.model.new_bool_var(f"{one.id} to {review.id}")
                self.model.add_implication(self.comes[pair], filled)
        there = {one.id: self.comes[one.id, review.id] for one in self.candidates if (one.id, review.id) in self.comes}
        rules, count = self.problem.rules, sum(there.values())
        self.model.add(count >= rules.peers_min).only_enforce_if(filled)
        self.model.add(count <= rules.peers_max).only_enforce_if(filled)
        lands = self._some_of(review, there, filled, {one.id: {one.country} - {"", review.country} for one in
                                                      self.candidates})  # fmt: skip
        self.model.add(sum(lands) >= rules.countries_min).only_enforce_if(filled)
        self.countries += lands
        self.covered += self._some_of(
            review, there, filled, {one.id: set(covered_by(one, review)) for one in self.candidates}
        )  # fmt: skip

    def _some_of(self, review: Review, there: dict[int, Any], filled: Any, brings: dict[int, set[str]]) -> list[Any]:
        """For each thing that somebody brings a variable that is true only if one of those is there, and it counts."""
        made = []
        for word in sorted({each for one in there for each in brings[one]}):
            known = self.model.new_bool_var(f"{word} in {review.id}")
            self.model.add_bool_or([there[one] for one in there if word in brings[one]]).only_enforce_if(known)
            self.model.add_implication(known, filled)
            made.append(known)
        return made

    def _add_load(self, candidate: Candidate) -> None:
        mine = [self.comes[pair] for pair in self.comes if pair[0] == candidate.id]
        taken = sum(1 for pair in self.problem.taken if pair[0] == candidate.id)
        room = max(0, min(candidate.most - candidate.load, len(mine)))
        steps = [self.model.new_bool_var(f"{candidate.id} at {at}") for at in range(max(room, taken))]
        # The steps grow dearer, so that the cheapest are taken first and their sum is the square that Score counts.
        self.model.add(sum(mine) == sum(steps))
        self.burden += [(one, 2 * (candidate.load + at) + 1) for at, one in enumerate(steps)]

    def aims(self) -> list[Any]:
        """What to make large, one after the other."""
        wishes = [one for pair, one in sorted(self.comes.items()) if pair in self.problem.wishes]
        order = {one.id: at for at, one in enumerate(self.candidates)}
        return [
            sum(self.filled.values()),
            sum(self.covered),
            sum(self.countries),
            -sum(each * times for each, times in self.burden),
            sum(wishes),
            -sum(one * (order[candidate] + 1) for (candidate, _review), one in sorted(self.comes.items())),
        ]

    def improve(self, aim: Any, work: float) -> bool:
        """Seek the best for an aim and keep it; whether it is proven to be the best."""
        if isinstance(aim, int):
            return True
        self.model.clear_hints()
        for index, value in self.hint.items():
            self.model.add_hint(self.model.get_bool_var_from_proto_index(index), value)
        self.model.maximize(aim)
        solver = self.cp.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = 1
        solver.parameters.max_deterministic_time = work
        status = solver.solve(self.model)
        if status not in (self.cp.OPTIMAL, self.cp.FEASIBLE):
            return False
        self.found = {pair: solver.value(one) for pair, one in self.comes.items()}
        named = [*self.comes.values(), *self.filled.values(), *self.covered, *self.countries]
        self.hint = {one.index: solver.value(one) for one in [*named, *(step for step, _cost in self.burden)]}
        self.model.add(aim >= round(solver.objective_value))
        return bool(status == self.cp.OPTIMAL)

    def places(self) -> list[Pair]:
        """Who comes where, in what was found last."""
        return [pair for pair, value in self.found.items() if value]
