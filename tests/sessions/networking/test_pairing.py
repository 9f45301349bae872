"""Who talks with whom: against every possible round of few people, and the rules for any."""

from collections.abc import Iterator, Mapping, Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from sessions.networking.pairing import Guest, Pair, Plan, Terms, Why, levels_of, pair_of, plan_round


def problems_with(plan: Plan, people: Sequence[Guest], terms: Terms, *, threes: bool) -> list[str]:
    """What is wrong with a plan, computed without the module's own steps."""
    ids = sorted(one.id for one in people)
    found = []
    placed = sorted([one for group in plan.groups for one in group] + list(plan.waiting))
    if placed != ids:
        found.append(f"placed {placed} of {ids}")
    for group in plan.groups:
        if len(group) not in ({2, 3} if threes else {2}):
            found.append(f"{group} is no pair")
        found += [f"{one} and {other} must not meet" for one in group for other in group if (one, other) in terms.never]
    waiting = sorted(plan.waiting)
    found += [
        f"{one} and {other} both wait" for one in waiting for other in waiting
        if one < other and (one, other) not in terms.never
    ]  # fmt: skip
    for one, why in plan.waiting.items():
        alone = all(pair_of(one, other) in terms.never for other in ids if other != one)
        if alone is not (why is Why.NOBODY):
            found.append(f"{one} waits: {why}")
    return found


def rounds_of(ids: Sequence[int], never: frozenset[Pair]) -> Iterator[frozenset[Pair]]:
    """Every way of pairing some of these people."""
    if not ids:
        yield frozenset()
        return
    first, rest = ids[0], ids[1:]
    yield from rounds_of(rest, never)
    for at, other in enumerate(rest):
        if pair_of(first, other) not in never:
            for found in rounds_of([*rest[:at], *rest[at + 1 :]], never):
                yield found | {pair_of(first, other)}


def worth(pairs: frozenset[Pair], people: Sequence[Guest], terms: Terms) -> tuple[int, ...]:
    """How good a round of pairs is, the most important first."""
    levels = levels_of(people)
    seated = {one for pair in pairs for one in pair}
    out = [levels[one.id] for one in people if one.id not in seated]
    return (
        len(pairs & terms.must), *(-out.count(level) for level in range(6, -1, -1)), -len(pairs & terms.met),
        sum(terms.liking.get(pair, 0) for pair in pairs),
    )  # fmt: skip


@st.composite
def situations(draw: st.DrawFn, most: int) -> tuple[list[Guest], Terms]:
    ids = list(range(1, draw(st.integers(0, most)) + 1))
    people = [Guest(one, draw(st.integers(0, 3))) for one in ids]
    pairs = [(one, other) for one in ids for other in ids if one < other]
    some = st.frozensets(st.sampled_from(pairs), max_size=len(pairs)) if pairs else st.just(frozenset())
    liking: Mapping[Pair, int] = {pair: draw(st.integers(0, 100)) for pair in draw(some)}
    return people, Terms(draw(some), draw(some), draw(some), liking)


@settings(max_examples=150, deadline=None)
@given(situations(7))
def test_no_round_of_pairs_is_better_than_the_one_planned(situation: tuple[list[Guest], Terms]) -> None:
    people, terms = situation

    plan = plan_round(people, terms, threes=False)

    best = max(worth(one, people, terms) for one in rounds_of([one.id for one in people], terms.never))
    assert worth(frozenset((one, other) for one, other in plan.groups), people, terms) == best


@settings(max_examples=80, deadline=None)
@given(situations(20), st.booleans())
def test_the_rules_are_never_broken(situation: tuple[list[Guest], Terms], threes: bool) -> None:
    people, terms = situation

    plan = plan_round(people, terms, threes=threes)

    assert problems_with(plan, people, terms, threes=threes) == []


def test_a_broken_rule_would_be_seen() -> None:
    people, terms = [Guest(one) for one in (1, 2, 3, 4)], Terms(never=frozenset({(1, 2)}))

    wrong = [
        Plan(((1, 2), (3, 4)), {}),
        Plan(((1, 3),), {2: Why.ODD, 4: Why.ODD}),
        Plan(((1, 3, 4),), {2: Why.NOBODY}),
    ]  # fmt: skip

    assert [bool(problems_with(one, people, terms, threes=False)) for one in wrong] == [True, True, True]


def test_over_rounds_everybody_sits_out_once_before_anybody_does_twice_and_no_pair_comes_back() -> None:
    waited = dict.fromkeys(range(1, 10), 0)
    had: set[Pair] = set()
    sitting = []
    for _round in range(9):
        plan = plan_round([Guest(one, waited[one]) for one in waited], Terms(frozenset(had)), threes=False)
        sitting += list(plan.waiting)
        had |= {(one, other) for one, other in plan.groups}
        for one in plan.waiting:
            waited[one] += 1

    assert sorted(sitting) == list(range(1, 10))
    assert len(had) == 36


def test_who_must_meet_does_so_even_where_others_like_each_other_more() -> None:
    people = [Guest(one) for one in (1, 2, 3, 4)]
    terms = Terms(must=frozenset({(1, 2)}), liking={(1, 3): 100, (2, 4): 100})

    assert plan_round(people, terms, threes=True).groups == ((1, 2), (3, 4))


def test_an_odd_one_joins_the_pair_that_suits_them() -> None:
    people = [Guest(one) for one in (1, 2, 3, 4, 5)]
    terms = Terms(must=frozenset({(1, 2), (3, 4)}), never=frozenset({(2, 5)}))

    assert plan_round(people, terms, threes=True) == Plan(((1, 2), (3, 4, 5)), {})
    assert plan_round(people, terms, threes=False).waiting == {5: Why.ODD}


def test_two_hundred_people_are_placed() -> None:
    people = [Guest(one) for one in range(201)]

    plan = plan_round(people, Terms(liking={(one, one + 1): 50 for one in range(0, 200, 3)}), threes=True)

    assert problems_with(plan, people, Terms(), threes=True) == []
    assert plan.waiting == {}
