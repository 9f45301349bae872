"""Who judges what: nothing forbidden, as full and as even as can be, and told where it cannot be."""

from dataclasses import replace
from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.judging.assignment import Judge, Shortage, Task, Work, assign
from events.judging.votes import BadVotes, Conflict, Kind, Links, conflicts_between
from tests.events.judging.made import FEW


def judges(count, **terms):
    return tuple(Judge(one, **terms) for one in range(1, count + 1))


def works(count, **terms):
    return tuple(Work(100 + one, **terms) for one in range(1, count + 1))


def pairs(found):
    return {(one.judge, one.submission) for one in found.pairs}


@st.composite
def tasks(draw, *, most_judges=4, most_works=3, topics=True):
    tongues, matters = (
        st.sampled_from(["en", "pl"]),
        st.frozensets(st.sampled_from(["bio", "steel"]), max_size=1 + topics),
    )
    who = tuple(
        Judge(
            one,
            draw(st.none() | st.integers(0, 3)),
            draw(st.frozensets(tongues)),
            draw(matters) if topics else frozenset(),
        )
        for one in range(1, draw(st.integers(1, most_judges)) + 1)
    )
    what = tuple(
        Work(
            100 + one,
            draw(st.none() | tongues),
            draw(matters) if topics else frozenset(),
            draw(st.none() | st.integers(0, 3)),
        )
        for one in range(1, draw(st.integers(1, most_works)) + 1)
    )
    every = [(judge.id, work.id) for judge in who for work in what]
    blocked = draw(st.frozensets(st.sampled_from(every), max_size=4))
    stood = draw(st.frozensets(st.sampled_from(every), max_size=3))
    return Task(who, what, draw(st.integers(1, 3)), frozenset(Conflict(*one) for one in blocked), stood)


def may(task, judge, work):
    blocked = {(one.judge, one.submission) for one in task.conflicts}
    return (judge.id, work.id) not in blocked and (work.language is None or work.language in judge.languages)


def worth(task, chosen):
    """Filled places, then an even lack, then even loads: more is better."""
    has = [sum(1 for _judge, one in chosen if one == work.id) for work in task.works]
    loads = [sum(1 for one, _work in chosen if one == judge.id) for judge in task.judges]
    return sum(has), -sum(one * one for one in has), -sum(one * one for one in loads)


def best_by_trying(task):
    choices = []
    for work in task.works:
        able = [judge.id for judge in task.judges if may(task, judge, work)]
        most = min(len(able), task.wanted_of(work))
        choices.append([[(one, work.id) for one in some] for n in range(most + 1) for some in combinations(able, n)])
    limits = {one.id: len(task.works) if one.most is None else one.most for one in task.judges}
    every = ([pair for part in parts for pair in part] for parts in product(*choices))
    return max(
        worth(task, chosen)
        for chosen in every
        if all(sum(1 for one, _work in chosen if one == judge) <= limit for judge, limit in limits.items())
    )


@given(tasks(topics=False))
@FEW
def test_small_tasks_are_met_as_well_as_by_trying_all(task):
    task = replace(task, standing=frozenset())

    assert worth(task, pairs(assign(task))) == best_by_trying(task)


@given(tasks(most_judges=6, most_works=6))
@FEW
def test_nothing_forbidden_is_assigned_and_nothing_that_stands_moves(task):
    found = assign(task)

    new = pairs(found) - task.standing
    judge_of, work_of = {one.id: one for one in task.judges}, {one.id: one for one in task.works}
    assert all(may(task, judge_of[judge], work_of[work]) for judge, work in new)
    assert task.standing - set(found.dropped) == {(one.judge, one.submission) for one in found.pairs if one.stood}
    for work in task.works:
        has = [one for one in found.pairs if one.submission == work.id]
        stood = [one for one in has if one.stood]
        assert len(has) <= max(task.wanted_of(work), len(stood))
    for judge in task.judges:
        stood = sum(1 for one in found.pairs if one.judge == judge.id and one.stood)
        assert judge.most is None or found.balance.loads[judge.id] <= max(judge.most, stood)


@given(tasks(most_judges=5, most_works=5))
@FEW
def test_what_is_missing_is_told_and_why(task):
    found = assign(task)

    assert found.filled == found.wanted - sum(one.wanted - one.has for one in found.shortages)
    for one in found.shortages:
        other = one.judges - one.has - sum(count for _kind, count in one.conflicted) - one.strangers
        assert len(one.full) == other
        for judge in task.judges:
            if judge.id in one.full:
                assert judge.most is not None and found.balance.loads[judge.id] >= judge.most


def test_the_same_task_gives_the_same_answer():
    task = Task(judges(7), works(9))

    assert assign(task) == assign(task)


def test_loads_are_even():
    found = assign(Task(judges(7), works(10), wanted=3))

    assert (found.balance.least, found.balance.most, found.filled) == (4, 5, 30)


def test_judges_are_mixed_so_that_all_submissions_are_linked():
    found = assign(Task(judges(30), works(100), wanted=3))

    together = {
        frozenset((one.judge, other.judge))
        for one, other in combinations(found.pairs, 2)
        if one.submission == other.submission
    }
    assert found.balance.groups == 1
    assert len(together) > 180  # of 300 that three judges of a hundred submissions could be at most


def test_those_who_know_the_matter_come_first():
    who = (*judges(4), Judge(5, topics=frozenset({"bio"})))
    what = (*works(4), Work(200, topics=frozenset({"bio", "steel"})))

    found = assign(Task(who, what, wanted=2))

    assert (5, 200) in pairs(found)
    assert (found.balance.with_topics, found.balance.with_expert, found.balance.most) == (1, 1, 2)
    assert {one.fit for one in found.pairs if one.judge == 5 and one.submission == 200} == {0.5}


def test_as_many_submissions_as_can_be_have_somebody_who_knows_a_topic():
    # Two of five judges know anything; with an even load of two each that is four of five submissions.
    known = frozenset({"bio", "steel"})
    who = (*judges(2), Judge(3, topics=known), Judge(4), Judge(5, topics=known))
    about = ({"bio", "tea"}, {"bio", "steel"}, {"bio", "steel"}, {"steel", "tea"}, {"bio"})

    found = assign(Task(who, tuple(Work(100 + one, topics=frozenset(it)) for one, it in enumerate(about)), wanted=2))

    assert (found.balance.with_expert, found.balance.least, found.balance.most) == (4, 2, 2)


def test_knowing_the_matter_burdens_nobody():
    who = (*judges(4), Judge(5, topics=frozenset({"bio"})))

    found = assign(Task(who, works(10, topics=frozenset({"bio"})), wanted=1))

    assert set(found.balance.loads.values()) == {2}


def test_a_late_submission_moves_nobody():
    first = assign(Task(judges(6), works(8)))

    second = assign(Task(judges(6), works(9), standing=frozenset(pairs(first))))

    assert pairs(first) <= pairs(second)
    assert (second.filled, second.balance.most) == (27, 5)


def test_who_is_replaced_leaves_the_others_where_they_are():
    first = pairs(assign(Task(judges(6), works(8))))
    stays = frozenset(pair for pair in first if pair[0] != 3)
    who = (*(one for one in judges(6) if one.id != 3), Judge(77))

    second = assign(Task(who, works(8), standing=stays))

    assert pairs(second) - stays == {(77, work) for judge, work in first if judge == 3}


def test_a_pair_that_has_come_into_conflict_is_dropped_and_filled():
    task = Task(
        judges(4), works(1), standing=frozenset({(1, 101), (2, 101), (9, 101)}), conflicts=frozenset({Conflict(1, 101)})
    )

    found = assign(task)

    assert (found.dropped, pairs(found)) == (((1, 101), (9, 101)), {(2, 101), (3, 101), (4, 101)})


def test_a_submission_with_too_few_judges_says_why():
    who = (Judge(1, languages=frozenset({"pl"})), Judge(2), Judge(3, 0, frozenset({"pl"})), *judges(6)[3:])
    conflicts = frozenset(
        {Conflict(4, 101, Kind.MENTOR), Conflict(5, 101, Kind.DECLARED), Conflict(5, 101, Kind.SAME_CLUSTER)}
    )

    found = assign(Task(who, (Work(101, "pl"),), conflicts=conflicts))

    assert found.shortages == (
        Shortage(101, wanted=3, has=1, judges=6, most=2, conflicted=((Kind.SAME_CLUSTER, 1), (Kind.MENTOR, 1)),
                 language="pl", strangers=2, full=(3,)),
    )  # fmt: skip


def test_where_there_is_not_enough_the_lack_is_spread():
    found = assign(Task(judges(2, most=3), works(3), wanted=3))

    assert [(one.has, len(one.full)) for one in found.shortages] == [(2, 0)] * 3


def test_nothing_to_do_is_done():
    assert assign(Task((), ())).pairs == ()
    assert assign(Task((), works(1))).shortages[0].judges == 0


def test_two_thousand_submissions_are_assigned_evenly():
    what = tuple(Work(1000 + one, topics=frozenset({f"t{one % 12}"})) for one in range(2200))
    who = tuple(Judge(one, topics=frozenset({f"t{one % 12}", f"t{one % 7}"})) for one in range(1, 151))
    conflicts = frozenset(Conflict(1 + one * 37 % 150, 1000 + one * 101 % 2200) for one in range(4000))

    found = assign(Task(who, what, conflicts=conflicts))

    assert (found.filled, found.balance.least, found.balance.most) == (6600, 44, 44)
    assert (found.balance.with_expert, found.balance.groups) == (2200, 1)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: Task((Judge(1), Judge(1)), ()), "Two judges have the same id"),
        (lambda: Task((), (Work(1), Work(1))), "Two submissions have the same id"),
        (lambda: Task((), (), wanted=-1), "fewer than 0 judges"),
        (lambda: Task((Judge(1, -1),), ()), "fewer than 0 submissions"),
    ],
)
def test_tasks_that_make_no_sense_are_refused(make, sentence):
    with pytest.raises(BadVotes, match=sentence):
        make()


def test_conflicts_are_found_where_people_belong_together():
    who = {
        1: Links(
            organisations=frozenset({10}), clusters=frozenset({5}), countries=frozenset({"AT"}), people=frozenset({61})
        ),
        2: Links(people=frozenset({62})),
    }
    what = {
        7: Links(
            organisations=frozenset({10}), clusters=frozenset({5}), countries=frozenset({"AT"}), people=frozenset({62})
        ),
        8: Links(mentors=frozenset({1}), declared=frozenset({2})),
    }

    assert conflicts_between(who, what) == {
        Conflict(1, 7, Kind.SAME_ORGANISATION), Conflict(1, 7, Kind.SAME_CLUSTER), Conflict(2, 7, Kind.MEMBER),
        Conflict(1, 8, Kind.MENTOR), Conflict(2, 8, Kind.DECLARED),
    }  # fmt: skip
    assert conflicts_between(who, what, {Kind.COUNTRY}) == {Conflict(1, 7, Kind.COUNTRY)}
