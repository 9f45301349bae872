"""Whatever the problem: no rule is broken, nothing exceeds the bound, and small ones get the best plan there is."""

import json
from dataclasses import replace

from hypothesis import HealthCheck, assume, given, settings

from sessions.scheduling.formats import read_plan, read_problem, write_plan, write_problem
from sessions.scheduling.plan import Change, Plan, Solution
from sessions.scheduling.problem import Problem
from sessions.scheduling.solving import solve
from tests.sessions.scheduling import checker
from tests.sessions.scheduling.made import best_by_trying, problems, standing

FEW = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def as_json(problem: Problem, solution: Solution) -> tuple[checker.Json, checker.Json]:
    return json.loads(write_problem(problem)), json.loads(write_plan(solution.plan))


def confirmed(plan: Plan) -> Plan:
    return replace(plan, meetings=tuple(replace(one, confirmed=True) for one in plan.meetings))


def faults(problem: Problem, solution: Solution) -> list[str]:
    """Where no schedule exists, the best part of one is shown; all else has to hold all the same."""
    found = checker.faults(*as_json(problem, solution))
    excused = "all are required" if solution.infeasible else "\0"
    return [one for one in found if not one.endswith(excused) and not (solution.infeasible and "spread" in one)]


@given(problems())
@FEW
def test_no_plan_breaks_a_rule(problem):
    solution = solve(problem, steps=4000)

    assert faults(problem, solution) == []


@given(problems(most_people=10, most_slots=8, most_requests=30))
@FEW
def test_no_plan_made_without_the_exact_model_breaks_a_rule(all_are_large, problem):
    solution = solve(problem, steps=4000)

    found = [one for one in checker.faults(*as_json(problem, solution)) if not one.endswith("all are required")]
    assert found == []


@given(problems(most_people=10, most_slots=8, most_requests=30))
@FEW
def test_solving_again_without_the_exact_model_moves_nothing_that_was_confirmed(all_are_large, problem):
    first = solve(problem, steps=4000)
    gone = replace(problem.participants[0], unavailable=frozenset(range(problem.slots)))
    unlocked = tuple(replace(one, locked=False) for one in problem.requests)
    smaller = replace(problem, participants=(gone, *problem.participants[1:]), requests=unlocked)

    second = solve(smaller, steps=4000, previous=confirmed(first.plan))

    found = [one for one in checker.faults(*as_json(smaller, second)) if not one.endswith("all are required")]
    assert found == []
    assert [one for one in second.moves if one.confirmed and one.change is Change.MOVED] == []


@given(problems())
@FEW
def test_the_bound_that_the_prices_prove_is_never_below_what_is_placed(problem):
    solution = solve(problem, steps=4000)

    asked, plan = as_json(problem, solution)
    assert checker.weight_of(asked, plan) <= checker.bound_of(asked, plan) + 1e-6
    assert checker.weight_of(asked, plan) <= solution.bound + 1e-6 <= checker.bound_of(asked, plan) + 1e-5


@given(problems(most_people=5, most_slots=3, most_requests=5))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_small_problem_is_solved_as_well_as_by_trying_all(problem):
    asked = json.loads(write_problem(problem))
    best = best_by_trying(asked)

    solution = solve(problem, seconds=10)

    found = None if solution.infeasible else standing(*as_json(problem, solution))
    assert found == best
    assert solution.optimal or solution.infeasible


@given(problems())
@FEW
def test_every_request_is_placed_or_has_a_reason(problem):
    solution = solve(problem, steps=2000)

    placed = {one.request for one in solution.plan.meetings}
    assert [one.id for one in problem.requests if one.id not in placed] == [one.request for one in solution.unplaced]


@given(problems())
@FEW
def test_files_hold_all_there_is(problem):
    solution = solve(problem, steps=500)

    assert read_problem(write_problem(problem)) == problem
    assert read_plan(write_plan(solution.plan)) == solution.plan


@given(problems())
@FEW
def test_the_same_seed_and_steps_give_the_same_plan(problem):
    assert solve(problem, steps=3000, seed=7).plan == solve(problem, steps=3000, seed=7).plan


@given(problems())
@FEW
def test_solving_again_after_a_plan_moves_nothing_that_was_confirmed(problem):
    first = solve(problem, steps=3000)
    assume(not first.infeasible)

    second = solve(problem, steps=3000, previous=confirmed(first.plan))

    assert [move for move in second.moves if move.confirmed] == []
    assert faults(problem, second) == []
