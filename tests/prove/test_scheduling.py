"""Every published instance to the proof, and gatherings of a thousand: `make prove-scheduling`."""

import json
import time
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from bench.gatherings import made_up
from sessions.scheduling.formats import read_problem, write_plan, write_problem
from sessions.scheduling.plan import Change
from sessions.scheduling.solving import solve
from tests.sessions.scheduling import checker
from tests.sessions.scheduling.made import best_by_trying, problems, standing
from tests.sessions.scheduling.test_any_problem import as_json, confirmed
from tests.sessions.scheduling.test_shared_instances import FOLDER

pytestmark = pytest.mark.prove


@pytest.mark.skipif(not FOLDER.is_dir(), reason="../shared/data/b2b-instances is missing; put the instances there")
def test_every_published_instance_is_solved_to_the_proof():
    table = (FOLDER / "README.md").read_text(encoding="utf-8")
    known = {cells[1].strip(): cells[6].strip() for line in table.splitlines() if len(cells := line.split("|")) == 8}
    wrong, slowest = [], 0.0
    for path in sorted(FOLDER.glob("*.json")):
        began = time.perf_counter()
        found = solve(read_problem(path), seconds=120)
        slowest = max(slowest, time.perf_counter() - began)
        problem, plan = json.loads(path.read_text(encoding="utf-8")), json.loads(write_plan(found.plan))
        answer = "no schedule exists"
        if not found.infeasible:
            wrong += [f"{path.stem}: {fault}" for fault in checker.faults(problem, plan)]
            answer = str(sum(checker.breaks_of(problem, plan).values()))
        if answer != known.get(path.stem, answer) or not (found.optimal or found.infeasible):
            wrong.append(f"{path.stem}: {answer}, but {known.get(path.stem)} is known")
    print(f"\n{len(known)} published instances, the slowest took {slowest:.1f} s")  # noqa: T201 - a proof prints its figure

    assert wrong == []


@pytest.mark.parametrize("bipartite", [False, True])
@pytest.mark.parametrize("limited", [False, True])
def test_a_thousand_people_get_nearly_all_that_any_plan_could_give(bipartite, limited):
    problem = made_up(1000, 40, bipartite=bipartite, limited=limited)

    found = solve(problem, steps=300_000)

    asked, plan = as_json(problem, found)
    assert checker.faults(asked, plan) == []
    placed, bound = checker.weight_of(asked, plan), checker.bound_of(asked, plan)
    print(f"\n{problem.name}: {100 * placed / bound:.3f} % of the bound, {found.seconds:.1f} s")  # noqa: T201 - as above
    assert 0.995 * bound <= placed <= bound + 1e-6


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_thousand_people_with_few_slots_get_nearly_all_too(seed):
    problem = made_up(1000, 12, seed=seed)

    found = solve(problem, steps=300_000)

    asked, plan = as_json(problem, found)
    assert checker.faults(asked, plan) == []
    placed, bound = checker.weight_of(asked, plan), checker.bound_of(asked, plan)
    print(f"\n{problem.name}: {100 * placed / bound:.3f} % of the bound, {found.seconds:.1f} s")  # noqa: T201 - as above
    assert 0.998 * bound <= placed <= bound + 1e-6


@pytest.mark.parametrize("slots", [12, 40])
def test_after_one_in_twenty_left_hardly_a_confirmed_meeting_moves(slots):
    problem = made_up(1000, slots, limited=True)
    before = confirmed(solve(problem, steps=100_000).plan)
    gone = {one.id for one in problem.participants if one.id % 20 == 3}
    smaller = replace(
        problem,
        participants=tuple(one for one in problem.participants if one.id not in gone),
        requests=tuple(one for one in problem.requests if gone.isdisjoint(one.people)),
    )
    names = {one.id for one in smaller.requests}
    untouched = [one for one in before.meetings if one.request in names]

    after = solve(smaller, steps=200_000, previous=before)

    assert checker.faults(*as_json(smaller, after)) == []
    moved = [one for one in after.moves if one.change is not Change.ADDED and one.request in names]
    share = 100 * after.report.weight / after.bound
    print(f"\n{len(moved)} of {len(untouched)} moved, {share:.2f} % of the new bound")  # noqa: T201 - as above
    assert len(moved) <= 0.02 * len(untouched)
    assert share >= 99


@given(problems(most_people=5, most_slots=4, most_requests=6))
@settings(max_examples=1500, deadline=None, suppress_health_check=list(HealthCheck))
def test_many_small_problems_are_solved_as_well_as_by_trying_all(problem):
    best = best_by_trying(json.loads(write_problem(problem)))

    solution = solve(problem, seconds=10)

    assert (None if solution.infeasible else standing(*as_json(problem, solution))) == best


@given(problems(most_people=14, most_slots=9, most_requests=50))
@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_plan_of_many_breaks_a_rule(problem):
    solution = solve(problem, steps=4000)

    excused = ("all are required",) if solution.infeasible or problem.rules.require_all else ()
    found = [one for one in checker.faults(*as_json(problem, solution)) if not one.endswith(excused or ("\0",))]
    assert [one for one in found if not (solution.infeasible and "spread" in one)] == []
