"""Small problems to the proven best: one aim after the other, each kept while the next is sought."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor, lcm
from typing import Any

from sessions.scheduling.board import NOWHERE, Board
from sessions.scheduling.clauses import Clauses, Literal
from sessions.scheduling.ground import Ground
from sessions.scheduling.pace import Pace
from sessions.scheduling.plan import Plan
from sessions.scheduling.reports import preferences

MOST_LITERALS = 60_000  # of an exact model in which everything is placed
MOST_TO_CHOOSE_FROM = 2_500  # of one that has to choose what to place
LOOK_EVERY = 0.1
SHARE = 0.8  # of what is left; where nothing is proven by then, the rest is better spent on the order in time
LARGEST_WEIGHT = 10**9
LAST = ("spread", "preferences")
AFTER_BREAKS = 1.0  # seconds that each of the last aims may take

Term = tuple[Literal, int]


@dataclass
class Exact:
    """What the exact search found: where each request goes, and how far that is proven."""

    slots: list[int] | None = None
    infeasible: bool = False
    proven: list[str] = field(default_factory=list)
    optimal: bool = False  # proven as far as breaks; spread and preferences are sought for a while after that


def is_small(ground: Ground) -> bool:
    """Whether the exact model is worth trying."""
    literals = sum(mask.bit_count() for mask in ground.mask)
    return literals <= (MOST_LITERALS if ground.problem.rules.require_all else MOST_TO_CHOOSE_FROM)


def solve_exactly(
    ground: Ground, pace: Pace, *, seed: int, most: float, hint: Board | None, previous: Plan | None
) -> Exact:
    """Required meetings, kept ones, minima, weight, moves, the worst-off, breaks, their spread, preferences, in turn.

    `most` is a bound of the weight that is known; a search that reaches it need not go on. Where time is over before
    the fewest moves are proven, nothing moves that brings nothing: the `hint` is the answer unless it is worse.
    """
    clauses = Clauses(ground)
    if clauses.broken:
        return Exact(infeasible=True)
    complete = hint is not None and (not clauses.all_required or NOWHERE not in hint.slot)
    given = list(hint.slot) if hint and complete else None
    found = _one_after_the_other(clauses, pace, seed, most, given, previous)
    if previous and given and found.slots and "moves" not in found.proven:
        found.slots = max(given, found.slots, key=lambda slots: _worth(ground, slots, previous))
    return found


def _one_after_the_other(
    clauses: Clauses, pace: Pace, seed: int, most: float, given: list[int] | None, previous: Plan | None
) -> Exact:
    found = Exact(given)
    aims = _aims(clauses, previous, most)
    for name, terms in aims:
        if pace.cancelled:
            return found
        outcome = _Search(clauses, terms, pace, seed, found.slots).run(name, AFTER_BREAKS if name in LAST else None)
        if outcome.infeasible and not found.proven:
            return Exact(infeasible=True)
        if outcome.slots is None:
            return found
        found.slots = outcome.slots
        if not outcome.proven:
            return found
        found.proven.append(name)
        found.optimal = all(each in found.proven for each, _terms in aims if each not in LAST)
        clauses.model.add(sum(literal * times for literal, times in terms) <= outcome.value)
    return found


def _worth(ground: Ground, slots: list[int], previous: Plan) -> tuple[float, ...]:
    """What a plan brings as far as the moves, in the order of the aims."""
    place = ground.place
    kept = [one for one in previous.meetings if one.request in place and slots[place[one.request]] == one.slot]
    placed = [number for number, slot in enumerate(slots) if slot != NOWHERE]
    minima = sum(min(sum(slots[each] != NOWHERE for each in of), least)
                 for of, least in zip(ground.of, ground.least, strict=False))  # fmt: skip
    confirmed = sum(one.confirmed or one.locked for one in kept)
    weight = sum(ground.weight[number] for number in placed)
    return sum(ground.required[number] for number in placed), confirmed, minima, weight, len(kept)


def _aims(clauses: Clauses, previous: Plan | None, most: float) -> Sequence[tuple[str, list[Term]]]:
    """What to make small, one after the other; aims that nothing depends on are left out."""
    ground = clauses.ground
    kept, others = _kept(clauses, previous)
    people, requests = preferences(ground)
    aims: list[tuple[str, list[Term]]] = []
    if not clauses.all_required:
        required = [clauses.placed[number] for number, needed in enumerate(ground.required) if needed]
        aims.append(("required", [(one, -1) for one in required]))
    aims.append(("confirmed", [(one, -1) for one in kept]))
    if not clauses.all_required:
        scaled, times = whole(ground.weight)
        weight = sum(one * each for one, each in zip(clauses.placed, scaled, strict=True))
        if times:
            clauses.model.add(weight <= floor(most * times + 1e-6))
        aims += [
            ("minimum", [(one, -1) for one in _minima(clauses)]),
            ("weight", [(one, -each) for one, each in zip(clauses.placed, scaled, strict=True)]),
        ]
    aims.append(("moves", [(one, -1) for one in others]))
    if not clauses.all_required:
        aims.append(("worst-off", [(one, -1) for one in clauses.levels()]))
    aims.append(("breaks", [(one, 1) for breaks in clauses.breaks for one in breaks]))
    aims.append(("spread", [(one, 1) for one in clauses.tallest()]))
    aims.append(("preferences", [(one, -1) for one in clauses.preferring(people, requests)]))
    return [(name, terms) for name, terms in aims if terms] or [("placing", [(clauses.true, 1)])]


def _kept(clauses: Clauses, previous: Plan | None) -> tuple[list[Literal], list[Literal]]:
    """Literals of meetings that stay where the previous plan had them: the confirmed ones, and the others."""
    kept: list[Literal] = []
    others: list[Literal] = []
    for one in previous.meetings if previous else ():
        number = clauses.ground.place.get(one.request)
        if number is not None and one.slot in clauses.at[number]:
            (kept if one.confirmed or one.locked else others).append(clauses.at[number][one.slot])
    return kept, others


def _minima(clauses: Clauses) -> list[Literal]:
    return [
        literal
        for one, count in enumerate(clauses.counts)
        for literal in count[: clauses.ground.least[one]]
    ]  # fmt: skip


def whole(weights: list[float]) -> tuple[list[int], int]:
    """The weights as whole numbers, and how many times as large; beyond nine digits they are rounded, and that is 0."""
    exact = [Fraction(str(weight)) for weight in weights]
    times = lcm(*(one.denominator for one in exact)) if exact else 1
    if exact and max(exact) * times > LARGEST_WEIGHT:
        return [max(1, round(one * LARGEST_WEIGHT / max(exact))) for one in exact], 0
    return [int(one * times) for one in exact], times


@dataclass
class _Outcome:
    slots: list[int] | None = None
    value: int = 0
    proven: bool = False
    infeasible: bool = False


class _Search:
    """One search of CP-SAT, in a thread of its own, so that the caller's progress is told from the caller's thread."""

    def __init__(self, clauses: Clauses, terms: list[Term], pace: Pace, seed: int, hinted: list[int] | None) -> None:
        from ortools.sat.python import cp_model

        self.clauses, self.pace = clauses, pace
        self.terms = terms
        self.listener: Any = None
        self.solver = cp_model.CpSolver()
        parameters = self.solver.parameters
        parameters.num_workers = 1  # so that the same seed and steps give the same plan
        parameters.random_seed = seed % 2**31
        parameters.optimize_with_core = clauses.all_required and all(abs(times) == 1 for _literal, times in terms)
        parameters.core_minimization_level = 0  # shorter cores take longer to find than they save
        parameters.max_presolve_iterations = 1  # so does a second round: together half of the time of the hardest
        parameters.linearization_level = 0 if clauses.all_required else 1
        parameters.symmetry_level = 0
        parameters.cp_model_probing_level = 0
        model = clauses.model
        model.clear_hints()
        for at, slot in zip(clauses.at, hinted or [], strict=False):
            for where, literal in at.items():
                model.add_hint(literal, where == slot)
        model.minimize(sum(literal * times for literal, times in terms))

    def run(self, name: str, most: float | None = None) -> _Outcome:
        """Search until it is proven, the pace or `most` seconds are over, or somebody wants to stop."""
        self.pace.enter(name)
        if (work := self.pace.work_left()) is not None:
            work *= SHARE
            self.solver.parameters.max_deterministic_time = max(0.001, work if most is None else min(work, most))
        elif (seconds := self.pace.seconds_left()) is not None:
            seconds *= SHARE
            self.solver.parameters.max_time_in_seconds = max(0.05, seconds if most is None else min(seconds, most))
        if name == "breaks":
            self._tell_breaks()
        status = self._status(lambda: self.solver.solve(self.clauses.model, self.listener))
        if work is not None:
            self.pace.spend(self.solver.deterministic_time)
        from ortools.sat.python import cp_model

        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return _Outcome(infeasible=status == cp_model.INFEASIBLE)
        slots = [
            next((slot for slot, literal in at.items() if self.solver.boolean_value(literal)), NOWHERE)
            for at in self.clauses.at
        ]
        return _Outcome(slots, round(self.solver.objective_value), proven=status == cp_model.OPTIMAL)

    def _tell_breaks(self) -> None:
        from ortools.sat.python import cp_model

        pace = self.pace

        class Listener(cp_model.CpSolverSolutionCallback):
            def on_solution_callback(self) -> None:
                pace.breaks = round(self.objective_value)

        def bound_found(value: float) -> None:
            pace.fewest_breaks = max(0, round(value))

        self.listener = Listener()
        self.solver.best_bound_callback = bound_found

    def _status(self, search: Callable[[], object]) -> object:
        answers: list[object] = []
        thread = threading.Thread(target=lambda: answers.append(search()), daemon=True)
        thread.start()
        while thread.is_alive():
            thread.join(LOOK_EVERY)
            self.pace.look()
            if self.pace.cancelled:
                self.solver.stop_search()
        return answers[0] if answers else None
