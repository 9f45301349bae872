"""Ranks: the best is 1, equals share one, and named rules in their order divide them; never an id, never chance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from events.judging.rules import ByDecision

Value = Fraction | float
SAME = 1e-9  # sums of floats that ought to be equal differ by less


@dataclass(frozen=True)
class Breaker:
    """A tie-breaker with its figures: more is better. It divides a group only if it knows everybody in it."""

    name: str
    values: Mapping[int, Value]


@dataclass(frozen=True)
class Rank:
    """A rank, the others that share it, and the tie-breaker that set it apart from others of the same value."""

    rank: int
    tied_with: tuple[int, ...] = ()
    decided_by: str | None = None


def ranked(values: Mapping[int, Value], breakers: Sequence[Breaker] = ()) -> dict[int, Rank]:
    """The rank of each, more being better; in order of rank, and of id among those that stay tied."""
    found: dict[int, Rank] = {}
    for group in _equals(values, list(values)):
        parts = _divided(group, breakers)
        for part, decided_by in parts:
            rank = Rank(len(found) + 1, decided_by=decided_by)
            found |= {one: Rank(rank.rank, tuple(sorted(set(part) - {one})), rank.decided_by) for one in sorted(part)}
    return found


def decision(rule: ByDecision) -> Breaker:
    """A chair's decision as a tie-breaker."""
    return Breaker(str(rule), {one: -place for place, one in enumerate(rule.order)})


def _equals(values: Mapping[int, Value], ones: list[int]) -> list[list[int]]:
    """Best first, in groups of the same value."""
    groups: list[list[int]] = []
    for one in sorted(ones, key=lambda one: (-values[one], one)):
        if groups and _same(values[groups[-1][-1]], values[one]):
            groups[-1].append(one)
        else:
            groups.append([one])
    return groups


def _same(one: Value, other: Value) -> bool:
    if isinstance(one, float) or isinstance(other, float):
        return abs(float(one) - float(other)) <= SAME
    return one == other


def _divided(group: list[int], breakers: Sequence[Breaker]) -> list[tuple[list[int], str | None]]:
    """A group of equals in parts, by the first rule that divides it, its parts by the rules after that one."""
    for place, breaker in enumerate(breakers):
        if len(group) == 1 or not all(one in breaker.values for one in group):
            continue
        parts = _equals(breaker.values, group)
        if len(parts) > 1:
            later = breakers[place + 1 :]
            return [(inner, decided or breaker.name) for part in parts for inner, decided in _divided(part, later)]
    return [(group, None)]
