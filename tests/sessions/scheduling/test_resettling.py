"""Two slots at a time: what is chosen anew gains, and nothing is lost that comes before weight."""

import pytest

from sessions.scheduling.board import Board
from sessions.scheduling.bound import bound_of
from sessions.scheduling.ground import ground_of
from sessions.scheduling.pace import Pace
from sessions.scheduling.problem import Participant, Problem, Request, Rules
from sessions.scheduling.resettling import Resettling
from tests.sessions.scheduling.made import pairs, people

HEAVY = (Request(11, (1, 3), 8), Request(12, (2, 4), 8))
LIGHT = (Request(1, (1, 2)), Request(2, (3, 4)))


def resettled(problem: Problem, *slots: int, steps: int = 100_000) -> dict[object, int]:
    """What is placed when the first requests begin in these slots."""
    ground = ground_of(problem)
    board = Board(ground)
    for number, slot in enumerate(slots):
        board.put(number, slot)
    pace = Pace(steps=steps)
    pace.enter("resettling")
    Resettling(board, bound_of(ground), pace, required=ground.required, seed=0).run()
    return {
        request.id: board.slot[number] for number, request in enumerate(problem.requests) if board.slot[number] >= 0
    }


def test_heavier_meetings_take_the_place_of_lighter_ones():
    assert set(resettled(Problem(1, people(4), LIGHT + HEAVY), 0, 0)) == {11, 12}


def test_a_meeting_moves_to_the_other_slot_for_one_that_fits_only_here():
    waiting = (Request(2, (1, 3), fixed=0),)

    assert resettled(Problem(2, people(3), pairs((1, 2)) + waiting), 0) == {1: 1, 2: 0}


def test_no_more_are_placed_than_there_are_tables():
    (placed,) = resettled(Problem(1, people(4), LIGHT + HEAVY, tables=(1,)), 0)

    assert placed in {11, 12}


def test_nobody_has_more_meetings_than_they_may():
    who = (Participant(1, max_meetings=1), *people(4)[1:])

    assert resettled(Problem(2, who, (Request(1, (1, 2)), Request(2, (1, 3), 8))), 0).keys() == {2}


def test_nobody_has_more_meetings_in_a_block_than_they_may():
    who = (Participant(1, max_per_block=1), *people(4)[1:])
    problem = Problem(3, who, pairs((1, 2), (1, 3), (1, 4)), blocks=((0, 1), (2,)))

    assert sorted(resettled(problem, 0).values()) in ([0, 2], [1, 2])


@pytest.mark.parametrize("terms", [{"required": True}, {"locked": True, "fixed": 0}])
def test_what_is_required_or_locked_stays(terms):
    assert resettled(Problem(1, people(4), (Request(1, (1, 2), **terms), *HEAVY)), 0) == {1: 0}


def test_what_is_required_and_waits_comes_before_weight():
    waiting = (Request(2, (1, 3), required=True),)

    assert resettled(Problem(1, people(4), (Request(1, (1, 2), 8), *waiting)), 0) == {2: 0}


def test_a_minimum_that_is_reached_is_kept():
    who = (*people(3), Participant(4, min_meetings=1))
    requests = (Request(1, (1, 4)), Request(2, (1, 2), 8))

    assert resettled(Problem(1, who, requests), 0) == {1: 0}


def test_what_has_to_come_earlier_stays_where_it_is():
    requests = (Request(1, (1, 2), fixed=0), Request(2, (1, 3), after=(1,)), Request(3, (3, 4), 8, fixed=1))

    assert resettled(Problem(2, people(4), requests), 0, 1) == {1: 0, 2: 1}


@pytest.mark.parametrize("rules", [Rules(), Rules(vetoes=((1, 3),))])
def test_a_veto_is_kept(rules):
    placed = resettled(Problem(1, people(4), LIGHT + HEAVY[:1], rules=rules), 0)

    assert (11 in placed) == (not rules.vetoes)


def test_without_steps_left_the_plan_stays_as_it_is():
    assert set(resettled(Problem(1, people(4), LIGHT + HEAVY), 0, 0, steps=0)) == {1, 2}
