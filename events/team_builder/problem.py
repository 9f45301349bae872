"""What is asked of the team builder: people with what they bring and wish, sizes, and people who stay together."""

from collections import Counter
from dataclasses import dataclass
from math import ceil

LONGEST_RANKING = 3


class BadProblem(ValueError):
    """What was asked contradicts itself."""


@dataclass(frozen=True)
class Candidate:
    """Somebody to be given a team. `offset` is in minutes east of UTC; challenges and people stand the dearest first;
    with those in `apart` they are in no team. Names that nobody here has are passed over."""

    name: str
    skills: frozenset[str]
    languages: frozenset[str]
    offset: int = 0
    challenges: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    apart: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Kept:
    """Candidates who stay together, with the challenge they have taken; others may join them."""

    name: str
    people: tuple[str, ...]
    challenge: str | None = None


@dataclass(frozen=True)
class Problem:
    """`least` to `most` people make a team, `teams` new teams at most; people of one team live within `zone_limit`
    minutes of each other, if possible. A candidate is in at most one kept team."""

    candidates: tuple[Candidate, ...]
    challenges: tuple[str, ...]
    least: int
    most: int
    teams: int
    zone_limit: int = 180
    kept: tuple[Kept, ...] = ()

    def __post_init__(self) -> None:
        names = [one.name for one in self.candidates]
        inside = [name for one in self.kept for name in one.people]
        if not 1 <= self.least <= self.most:
            raise BadProblem("sizes contradict each other")
        if self.teams < 0 or self.zone_limit < 0:
            raise BadProblem("a number is negative")
        if len(set(names)) < len(names) or len(set(self.challenges)) < len(self.challenges):
            raise BadProblem("a name occurs twice")
        if any(count > 1 for count in Counter(inside).values()) or set(inside) - set(names):
            raise BadProblem("a kept team holds somebody who is no candidate, or is in two")
        if any(not one.people for one in self.kept):
            raise BadProblem("a kept team is empty")
        if any(one.challenge not in {None, *self.challenges} for one in self.kept):
            raise BadProblem("a kept team has a challenge that there is not")
        if any(not one.languages for one in self.candidates):
            raise BadProblem("a candidate speaks no language")


def teams_for(free: int, least: int, most: int, wanted: int) -> int:
    """How many teams `free` people make when each should have about `wanted` members: none if they are too few."""
    if free < least:
        return 0
    return max(1, ceil(free / most), min(free // least, round(free / wanted)))
