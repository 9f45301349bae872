"""What solving promises besides rules: aims in order, seeds, progress, tables that people keep, and re-runs."""

import subprocess
import sys
from dataclasses import replace

import pytest

from bench.gatherings import made_up
from sessions.scheduling import exact
from sessions.scheduling.openings import fill_opening
from sessions.scheduling.plan import Change, Move, Placed, Plan
from sessions.scheduling.problem import Participant, Problem, Request, Rules
from sessions.scheduling.solving import solve
from tests.sessions.scheduling import checker
from tests.sessions.scheduling.made import pairs, people
from tests.sessions.scheduling.test_any_problem import as_json, confirmed


def placed(solution):
    return {one.request for one in solution.plan.meetings}


# What comes before what


def test_a_required_meeting_comes_before_heavier_ones():
    requests = (Request(1, (1, 2), 1, required=True), Request(2, (1, 3), 8), Request(3, (2, 4), 8))

    assert placed(solve(Problem(1, people(4), requests), steps=3000)) == {1}


def test_a_minimum_comes_before_weight():
    who = (Participant(1), Participant(2), Participant(3, min_meetings=1))
    requests = (Request(1, (1, 2), 8), Request(2, (1, 3), 1))

    assert placed(solve(Problem(1, who, requests), steps=3000)) == {2}


def test_weight_comes_before_the_worst_off():
    requests = (Request(1, (1, 2), 8), Request(2, (1, 3), 1))

    assert placed(solve(Problem(1, people(3), requests), steps=3000)) == {1}


def test_of_plans_with_one_weight_the_worst_off_decide():
    # Three requests and room for two: 1 with 2 twice would leave 3 and 4 with nothing.
    requests = pairs((1, 2), (1, 2), (3, 4))

    found = solve(Problem(2, people(4), requests, tables=(1, 1)), steps=3000)

    assert found.report.worst_off == 1
    assert 3 in placed(found)


def test_of_plans_with_the_same_meetings_the_one_with_fewer_breaks_is_taken():
    requests = (Request(1, (1, 2), fixed=0), *pairs((1, 2), (1, 3))[1:])

    found = solve(Problem(4, people(3), requests), steps=3000)

    assert sorted(one.slot for one in found.plan.meetings) == [0, 1]


def test_a_preference_decides_last():
    who = (Participant(1, prefer="PM"), Participant(2))
    problem = Problem(4, who, pairs((1, 2)), sessions={"PM": frozenset({2, 3})})

    assert solve(problem, steps=3000).plan.meetings[0].slot in {2, 3}


def test_a_problem_in_which_not_all_can_be_placed_is_proven_to_have_no_schedule():
    found = solve(Problem(1, people(3), pairs((1, 2), (1, 3)), rules=Rules(require_all=True)), steps=3000)

    assert (found.infeasible, found.plan.infeasible, len(found.unplaced)) == (True, True, 1)


def test_a_problem_without_people_has_an_empty_plan():
    found = solve(Problem(3, (), ()), steps=100)

    assert (found.plan.meetings, found.bound, found.infeasible) == ((), 0, False)


# Tables


def test_people_stay_at_their_table_over_meetings_that_follow():
    requests = (Request(9, (5, 6), fixed=0), *pairs((1, 2), (1, 3), (1, 4)))

    found = solve(Problem(3, people(6), requests, tables=(2, 2, 2)), steps=4000)

    at = {one.request: one.table for one in found.plan.meetings}
    assert (at[9], at[1], at[2], at[3]) == (1, 2, 2, 2)  # without the other meeting's table they would go back to 1


def test_meetings_of_somebody_with_an_own_table_use_no_common_one():
    who = (Participant(1, table="Oak"), *people(4)[1:])

    found = solve(Problem(1, who, pairs((1, 2), (3, 4)), tables=(1,)), steps=3000)

    assert [(one.request, one.table) for one in found.plan.meetings] == [(1, "Oak"), (2, 1)]


def test_an_own_table_that_two_share_is_used_by_one_meeting_at_a_time():
    who = (Participant(1, table="Oak"), Participant(2, table="Oak"), Participant(3), Participant(4))

    found = solve(Problem(2, who, pairs((1, 3), (2, 4))), steps=3000)

    assert sorted(one.slot for one in found.plan.meetings) == [0, 1]


def test_of_two_own_tables_the_lower_ids_is_used():
    who = (Participant(1, table="Oak"), Participant(2, table="Elm"))

    assert solve(Problem(1, who, pairs((2, 1))), steps=100).plan.meetings[0].table == "Oak"


# Seeds, steps, progress


@pytest.fixture(scope="module")
def fair():
    """A gathering with more requests than fit, too large for the exact model."""
    return made_up(80, 10, limited=True, seed=3)


def test_the_same_seed_and_steps_give_the_same_plan_in_another_process(fair, tmp_path):
    from sessions.scheduling.formats import write_plan, write_problem

    (tmp_path / "problem.json").write_text(write_problem(fair))
    program = (
        "import sys; from pathlib import Path; from sessions.scheduling.formats import read_problem, write_plan;"
        "from sessions.scheduling.solving import solve;"
        "print(write_plan(solve(read_problem(Path(sys.argv[1])), steps=20_000, seed=5).plan), end='')"
    )

    other = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "problem.json")], capture_output=True, text=True, check=True
    )

    assert other.stdout == write_plan(solve(fair, steps=20_000, seed=5).plan)


def test_progress_tells_what_is_placed_and_the_bound(fair):
    told = []

    found = solve(fair, steps=20_000, progress=lambda one: told.append(one) or True)

    assert told[-1].placed == found.report.weight
    assert told[-1].bound == found.bound
    assert [one.phase for one in told][:2] == ["bound", "construction"]


def test_progress_tells_breaks_and_their_bound_while_a_proof_is_sought():
    told = []
    requests = (Request(1, (1, 2), fixed=0), Request(2, (1, 3), fixed=2))

    problem = Problem(3, people(3), requests, rules=Rules(require_all=True))

    solve(problem, steps=9000, progress=lambda one: not told.append(one))

    assert (told[-1].breaks, told[-1].fewest_breaks) == (1, 1)


def test_a_cancelled_search_answers_with_what_it_has(fair):
    found = solve(fair, steps=10**9, progress=lambda one: one.phase != "improvement")

    assert found.cancelled
    assert found.report.placed > 0
    assert checker.faults(*as_json(fair, found)) == []


def test_a_proof_can_be_cancelled():
    problem = made_up(26, 10, limited=True)
    phases = []

    def until_a_long_search(one):
        phases.append(one.phase)
        return phases[-4:] != [one.phase] * 4  # it was told of a while ago

    found = solve(problem, seconds=600, progress=until_a_long_search)

    assert found.cancelled
    assert not found.optimal


def test_more_is_placed_than_first_come_first_served_can(fair):
    found = solve(fair, steps=60_000)

    assert found.report.weight >= 0.99 * found.bound


# Again


def test_a_locked_request_stays_where_it_is_locked():
    requests = (Request(1, (1, 2), locked=True, fixed=3), Request(2, (1, 2), 8, fixed=3))

    found = solve(Problem(4, people(2), requests), steps=3000)

    assert [(one.request, one.slot, one.locked) for one in found.plan.meetings] == [(1, 3, True)]


def test_confirmed_meetings_stay_and_each_move_is_reported(fair):
    before = confirmed(solve(fair, steps=20_000).plan)
    gone = 7
    away = replace(fair.participants[gone], unavailable=frozenset(range(fair.slots)))
    people = tuple(away if one.id == gone else one for one in fair.participants)
    with_gone = {one.id for one in fair.requests if gone in one.people}

    after = solve(replace(fair, participants=people), steps=20_000, previous=before)

    dropped = {one for one in after.moves if one.change is Change.DROPPED}
    assert {one.request for one in dropped} == with_gone & {one.request for one in before.meetings}
    assert [one for one in after.moves if one.change is Change.MOVED] == []
    assert all(one.confirmed for one in after.plan.meetings if one.request in before.slot_of())


def test_what_is_not_confirmed_moves_to_make_room():
    previous = Plan((Placed(1, 0),))
    requests = (Request(1, (1, 2)), Request(2, (1, 3), 8, fixed=0))

    found = solve(Problem(2, people(3), requests), steps=3000, previous=previous)

    assert found.moves == (Move(1, Change.MOVED, 0, 1), Move(2, Change.ADDED, None, 0))


@pytest.mark.parametrize("way", ["small", "large"])
def test_what_is_confirmed_does_not_move_even_for_something_heavier(way, request):
    if way == "large":
        request.getfixturevalue("all_are_large")
    previous = Plan((Placed(1, 0, confirmed=True),))
    requests = (Request(1, (1, 2)), Request(2, (1, 3), 8, fixed=0))

    found = solve(Problem(2, people(3), requests), steps=3000, previous=previous)

    assert found.moves == ()
    assert [(one.request, one.slot, one.confirmed) for one in found.plan.meetings] == [(1, 0, True)]


def test_of_an_old_plan_only_what_is_still_asked_for_is_kept():
    previous = Plan((Placed(1, 0, confirmed=True), Placed(99, 1, confirmed=True)))

    found = solve(Problem(2, people(2), pairs((1, 2))), steps=3000, previous=previous)

    assert found.moves == (Move(99, Change.DROPPED, 1, None, confirmed=True),)
    assert [one.slot for one in found.plan.meetings] == [0]


def test_where_time_is_over_before_the_fewest_moves_are_known_nothing_moves(monkeypatch):
    search = exact._Search.run

    def run(self, name, most=None):
        if name == "moves":
            return exact._Outcome()
        outcome = search(self, name, most)
        return replace(outcome, slots=[(slot + 1) % 5 for slot in outcome.slots])

    monkeypatch.setattr(exact._Search, "run", run)
    previous = Plan((Placed(1, 4), Placed(2, 0)))

    found = solve(Problem(5, people(4), pairs((1, 2), (3, 4), (1, 3))), steps=20_000, previous=previous)

    assert [one.change for one in found.moves] == [Change.ADDED]
    assert placed(found) == {1, 2, 3}


def test_a_schedule_of_all_keeps_what_is_confirmed():
    problem = Problem(5, people(4), pairs((1, 2), (3, 4), (1, 3)), rules=Rules(require_all=True))
    previous = Plan((Placed(1, 4, confirmed=True), Placed(2, 0)))

    found = solve(problem, steps=20_000, previous=previous)

    assert found.plan.slot_of()[1] == 4
    assert found.plan.slot_of()[2] == 0


@pytest.mark.parametrize("seed", range(4))
def test_a_cancelled_meeting_makes_room_for_others_and_nobody_moves(seed):
    fair = made_up(40, 6, limited=True, seed=seed)
    before = solve(fair, steps=5000).plan
    cancelled = before.meetings[seed].request

    new = fill_opening(fair, before, cancelled)

    after = replace(before, meetings=(*(one for one in before.meetings if one.request != cancelled), *new))
    left_out = replace(fair, requests=tuple(one for one in fair.requests if one.id != cancelled))
    found = solve(left_out, steps=0, previous=after)
    assert checker.faults(as_json(left_out, found)[0], as_json(left_out, replace(found, plan=after))[1]) == []
    assert cancelled not in {one.request for one in new}


@pytest.fixture
def freed() -> tuple[Problem, Plan]:
    """One meets two others in two slots, and two more wait for her: what the first meeting leaves is one slot."""
    waiting = (Request(3, (1, 4)), Request(4, (1, 5)), Request(5, (2, 4)))
    requests = (Request(1, (1, 2)), Request(2, (1, 3)), *waiting)
    return Problem(3, people(5), requests, tables=(1, 1, 1)), Plan((Placed(1, 0, 1), Placed(2, 1, 1)))


def test_what_a_cancelled_meeting_leaves_is_given_to_all_that_fit_together(freed):
    assert fill_opening(*freed, 1) == (Placed(3, 0, 1), Placed(4, 2, 1))


def test_or_to_each_by_itself_to_choose_from(freed):
    assert [one.request for one in fill_opening(*freed, 1, together=False)] == [3, 4, 5]


def test_only_in_the_slots_that_are_named(freed):
    assert fill_opening(*freed, 1, within=frozenset({0})) == (Placed(3, 0, 1),)


def test_only_until_the_time_is_over(freed):
    assert fill_opening(*freed, 1, seconds=-1) == ()
