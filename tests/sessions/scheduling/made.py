"""Small problems for tests: by hand, by Hypothesis, and the best plan of the smallest ones by trying all."""

from dataclasses import replace
from itertools import product
from typing import Any

from hypothesis import strategies as st

from sessions.scheduling.problem import BadProblem, Participant, Problem, Request, Rules
from tests.sessions.scheduling import checker


def people(count: int, **terms: Any) -> tuple[Participant, ...]:
    return tuple(Participant(one, **terms) for one in range(1, count + 1))


def pairs(*pairs: tuple[int, int], **terms: Any) -> tuple[Request, ...]:
    """Requests 1, 2, 3 and so on, one for each pair."""
    return tuple(Request(number, pair, **terms) for number, pair in enumerate(pairs, 1))


@st.composite
def problems(draw: st.DrawFn, *, most_people: int = 7, most_slots: int = 6, most_requests: int = 14) -> Problem:
    """Any problem of a few people, with every kind of term now and then; what contradicts itself is left out."""
    slots = draw(st.integers(1, most_slots))
    some_slots = st.frozensets(st.integers(0, slots - 1), max_size=slots)
    few_slots = st.one_of(st.just(frozenset[int]()), some_slots)
    names = {"AM": frozenset(range((slots + 1) // 2)), "PM": frozenset(range((slots + 1) // 2, slots))}
    named = st.one_of(st.none(), st.none(), st.sampled_from(sorted(names)))
    limit = st.one_of(st.none(), st.none(), st.integers(0, slots))
    who = tuple(
        Participant(
            one,
            draw(few_slots),
            max_meetings=draw(limit),
            max_per_block=draw(limit),
            prefer=draw(named),
            table=draw(st.one_of(st.none(), st.none(), st.sampled_from(["Oak", "Elm"]))),
        )
        for one in range(1, draw(st.integers(2, most_people)) + 1)
    )
    ids = [one.id for one in who]
    requests = []
    for number in range(1, draw(st.integers(0, most_requests)) + 1):
        size = draw(st.sampled_from([2, 2, 2, 2, 3])) if len(ids) > 2 else 2
        requests.append(
            Request(
                number,
                tuple(draw(st.lists(st.sampled_from(ids), min_size=size, max_size=size, unique=True))),
                weight=draw(st.sampled_from([1, 1, 2, 3, 8, 0.5])),
                required=draw(st.sampled_from([False, False, False, True])),
                fixed=draw(st.one_of(st.none(), st.none(), st.none(), st.integers(0, slots - 1))),
                session=draw(named),
                forbidden_slots=draw(few_slots) if draw(st.booleans()) else frozenset(),
                prefer_slots=draw(few_slots),
                after=(draw(st.integers(1, number - 1)),) if number > 1 and draw(st.integers(0, 4)) == 0 else (),
            )
        )
    half = (slots + 1) // 2
    problem = Problem(
        slots=slots,
        participants=who,
        requests=tuple(requests),
        tables=draw(st.one_of(st.none(), st.tuples(*[st.integers(0, 3)] * slots))),
        blocks=draw(st.sampled_from([(), (tuple(range(slots)),), (tuple(range(half)), tuple(range(half, slots)))])),
        sessions=names,
        rules=Rules(
            require_all=draw(st.sampled_from([False, False, True])),
            max_break_spread=draw(st.one_of(st.none(), st.integers(0, 2))),
            min_meetings=draw(st.sampled_from([0, 0, 1, 2])),
            vetoes=draw(st.sampled_from([(), ((1, 2),)])),
        ),
    )
    return with_a_lock(problem, draw(st.integers(0, 30)), draw(st.integers(0, slots - 1)))


def with_a_lock(problem: Problem, place: int, slot: int) -> Problem:
    """The same with one request locked, where there is such a request and it may be locked there."""
    if place >= len(problem.requests):
        return problem
    locked = replace(problem.requests[place], locked=True, fixed=slot)
    try:
        return replace(problem, requests=(*problem.requests[:place], locked, *problem.requests[place + 1 :]))
    except BadProblem:
        return problem


def standing(problem: checker.Json, plan: checker.Json) -> tuple[float, ...]:
    """How good a plan is, larger first: required, minima, weight, the worst-off, fewer breaks."""
    rules = problem.get("rules") or {}
    held = {one: len(slots) for one, slots in checker.slots_of(problem, plan).items()}
    placed = {meeting["request"] for meeting in plan["meetings"]}
    required = sum(one["id"] in placed for one in problem["requests"] if one.get("required") or one.get("locked"))
    minima = sum(
        min(held[one["id"]], one.get("min_meetings", rules.get("min_meetings", 0))) for one in problem["participants"]
    )
    weight = checker.weight_of(problem, plan)
    breaks = sum(checker.breaks_of(problem, plan).values())
    return required, minima, weight, worst_off(problem, held), -breaks


def worst_off(problem: checker.Json, held: dict[Any, int]) -> int:
    """The largest k for which everybody has k meetings, or as many as their own requests and limits can give."""
    free = {
        one["id"]: set(range(problem["slots"])) - set(one.get("unavailable") or []) for one in problem["participants"]
    }
    possible = {}
    for one in problem["participants"]:
        asked = sum(
            1
            for request in problem["requests"]
            if one["id"] in checker.people_of(request) and checker.possible_slots(problem, request, free)
        )
        possible[one["id"]] = min(asked, checker.most_meetings(problem, one, free[one["id"]]))
    level = 0
    while level < max(possible.values(), default=0) and all(
        held[one] >= min(level + 1, most) for one, most in possible.items()
    ):
        level += 1
    return level


def best_by_trying(problem: checker.Json) -> tuple[float, ...] | None:
    """The standing of the best plan there is, by trying all; None if there is none."""
    free = {
        one["id"]: set(range(problem["slots"])) - set(one.get("unavailable") or []) for one in problem["participants"]
    }
    choices = [[None, *sorted(checker.possible_slots(problem, one, free))] for one in problem["requests"]]
    best = None
    for slots in product(*choices):
        meetings = [
            {"request": one["id"], "slot": slot, "table": checker.own_table(problem, one)}
            for one, slot in zip(problem["requests"], slots, strict=True)
            if slot is not None
        ]
        plan = {"meetings": meetings}
        wrong = [fault for fault in checker.faults(problem, plan) if not fault.endswith("has no table")]
        if not wrong:
            found = standing(problem, plan)
            best = found if best is None else max(best, found)
    return best
