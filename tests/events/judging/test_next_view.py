"""Which submission a judge looks at next."""

from itertools import combinations

from events.judging.next_view import next_view
from events.judging.rules import Ranking, Round
from events.judging.votes import Conflict
from tests.events.judging.made import numbers, ranking


def looked_in_turn(among, judges, looks):
    seen = []
    for turn in range(looks):
        judge = 1 + turn % judges
        one = next_view(among, seen, judge)
        if one is not None:
            seen.append((judge, one))
    return seen


def test_all_are_seen_about_equally():
    seen = looked_in_turn(ranking(10), 4, 30)

    counts = [sum(1 for _judge, one in seen if one == it) for it in range(1, 11)]
    assert set(counts) == {3}


def test_nearly_every_two_meet_in_somebodys_list():
    seen = looked_in_turn(ranking(8), 6, 30)

    met = {
        pair
        for pair in combinations(range(1, 9), 2)
        if any({(judge, pair[0]), (judge, pair[1])} <= set(seen) for judge in range(1, 7))
    }
    assert len(met) >= 26  # of 28


def test_of_those_seen_by_as_many_the_one_that_met_least_comes_first():
    # Judge 1 saw 1. Submissions 2 and 3 were seen once each, and judge 2 has compared 2 with 1 already.
    assert next_view(ranking(3), [(1, 1), (2, 1), (2, 2), (3, 3)], 1) == 3


def test_nobody_sees_one_twice():
    seen = looked_in_turn(ranking(3), 2, 10)

    assert len(set(seen)) == len(seen) == 6


def test_skipped_seen_and_conflicting_ones_are_passed_over():
    among = Round(Ranking(), numbers(4), conflicts=frozenset({Conflict(1, 1)}))

    assert next_view(among, [(1, 2)], 1, skipped={3}) == 4
    assert next_view(among, [(1, 2), (1, 4)], 1, skipped={3}) is None


def test_who_is_busy_comes_only_where_nobody_else_is_left():
    assert next_view(ranking(2), [], 1, busy={1}) == 2
    assert next_view(ranking(2), [(1, 2)], 1, busy={1}) == 1


def test_what_they_know_comes_first_among_those_seen_by_as_many():
    assert next_view(ranking(3), [], 1, knows={2}) == 2
    assert next_view(ranking(3), [(2, 2)], 1, knows={2}) == 1


def test_somebody_who_is_no_judge_sees_nothing():
    assert next_view(Round(Ranking(), numbers(2), judges=frozenset({2})), [], 1) is None
