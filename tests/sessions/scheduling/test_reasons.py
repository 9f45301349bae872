"""Why not, and what would help: one small problem for each reason."""

import pytest

from sessions.scheduling.plan import Reason, Remedy, WayOut
from sessions.scheduling.problem import Participant, Problem, Request, Rules
from sessions.scheduling.solving import solve
from tests.sessions.scheduling.made import pairs, people


def why(problem, request):
    """What is said about a request that is not placed."""
    return next(one for one in solve(problem, steps=5000).unplaced if one.request == request)


def test_people_who_are_never_free_together_have_no_common_slot():
    early, late = Participant(1, frozenset({1})), Participant(2, frozenset({0}))

    found = why(Problem(2, (early, late), pairs((1, 2))), 1)

    assert (found.reason, found.participants, found.slots) == (Reason.NO_COMMON_SLOT, (1, 2), (0, 1))
    assert found.ways_out == (
        WayOut(Remedy.FREE_PARTICIPANT, 1, (1,)),
        WayOut(Remedy.FREE_PARTICIPANT, 0, (2,)),
    )


def test_a_request_whose_own_slots_are_taken_away_could_have_another_slot():
    request = Request(1, (1, 2), fixed=0, forbidden_slots=frozenset({0}))

    found = why(Problem(2, people(2), (request,)), 1)

    assert (found.reason, found.participants) == (Reason.NO_COMMON_SLOT, ())
    assert found.ways_out == (WayOut(Remedy.ALLOW_SLOT, 0), WayOut(Remedy.ALLOW_SLOT, 1))


def test_a_veto_is_named():
    found = why(Problem(2, people(2), pairs((1, 2)), rules=Rules(vetoes=((2, 1),))), 1)

    assert (found.reason, found.participants) == (Reason.VETO, (2, 1))
    assert found.ways_out == (WayOut(Remedy.LIFT_VETO, participants=(2, 1)),)


def test_somebody_at_their_limit_is_named():
    someone = Participant(1, max_meetings=1)
    requests = (Request(1, (1, 2), 5), Request(2, (1, 3)))

    found = why(Problem(2, (someone, Participant(2), Participant(3)), requests), 2)

    assert (found.reason, found.participants) == (Reason.LIMIT, (1,))
    assert [(one.remedy, one.participants, one.meetings) for one in found.ways_out] == [(Remedy.RAISE_LIMIT, (1,), ())]


def test_somebody_at_the_limit_of_a_block_is_named():
    someone = Participant(1, frozenset({2}), max_per_block=1)
    requests = (Request(1, (1, 2), 5), Request(2, (1, 3)))

    found = why(Problem(3, (someone, Participant(2), Participant(3)), requests, blocks=((0, 1), (2,))), 2)

    assert (found.reason, found.participants) == (Reason.LIMIT, (1,))


def test_somebody_with_a_meeting_in_every_slot_is_fully_booked():
    requests = (Request(1, (1, 2), 5), Request(2, (1, 3)))

    found = why(Problem(1, people(3), requests), 2)

    assert (found.reason, found.participants, found.meetings) == (Reason.FULLY_BOOKED, (1,), (1,))
    assert found.ways_out == (WayOut(Remedy.MOVE_MEETING, 0, meetings=(1,)),)


def test_a_request_without_a_table_could_have_one_more():
    requests = (Request(1, (1, 2), 5), Request(2, (3, 4)))

    found = why(Problem(1, people(4), requests, tables=(1,)), 2)

    assert (found.reason, found.slots) == (Reason.TABLES_FULL, (0,))
    assert found.ways_out == (WayOut(Remedy.ONE_MORE_TABLE, 0), WayOut(Remedy.MOVE_MEETING, 0, meetings=(1,)))


def test_what_comes_after_something_that_is_not_placed_is_not_placed_either():
    requests = (Request(1, (1, 2)), Request(2, (3, 4), after=(1,)))

    found = why(Problem(2, people(4), requests, rules=Rules(vetoes=((1, 2),))), 2)

    assert (found.reason, found.meetings) == (Reason.ORDER, (1,))
    assert found.ways_out == (WayOut(Remedy.LIFT_ORDER, meetings=(1,)),)


def test_meetings_that_displaced_a_request_together_are_named():
    requests = (
        Request(1, (1, 3), 5, fixed=0),
        Request(2, (2, 4), 5, fixed=1),
        Request(3, (1, 2)),
    )

    found = why(Problem(2, people(4), requests), 3)

    assert (found.reason, found.participants, found.meetings) == (Reason.DISPLACED, (), (1, 2))
    assert found.ways_out == (WayOut(Remedy.MOVE_MEETING, 0, meetings=(1,)),)


def test_somebody_who_is_away_when_all_others_are_free_is_named():
    away = Participant(3, frozenset({1}))
    requests = (Request(1, (1, 2), 5, fixed=0), Request(2, (1, 3)))

    found = why(Problem(2, (Participant(1), Participant(2), away), requests), 2)

    assert found.reason == Reason.FULLY_BOOKED
    assert found.ways_out[0] == WayOut(Remedy.FREE_PARTICIPANT, 1, (3,))


@pytest.mark.parametrize("asked", [1, 2, 3])
def test_the_report_says_who_got_what(asked):
    requests = pairs((1, 2), (1, 3), (1, 4))[:asked]
    who = (Participant(1, max_meetings=2, target=3, min_meetings=1), *people(4)[1:])

    shares = solve(Problem(3, who, requests), steps=3000).report.shares

    one = shares[0]
    assert (one.asked, one.placed, one.possible) == (asked, min(asked, 2), min(asked, 2))
    assert (one.target, one.maximum, one.minimum, one.short) == (3, 2, 1, 0)
