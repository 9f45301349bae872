"""What the team builder answers: teams, who was left over, and how good that is, aim by aim."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True)
class PlannedTeam:
    """The people of a team by name, the challenge for which their wishes speak most, and the kept team it grew from."""

    people: tuple[str, ...]
    challenge: str | None = None
    kept: str | None = None


@dataclass(frozen=True)
class Plan:
    """Teams, and who is in none."""

    teams: tuple[PlannedTeam, ...]
    left: tuple[str, ...] = ()


class Aim(StrEnum):
    """What is sought, one after the other: each is made as good as possible without harm to those before it."""

    PLACED = "placed"  # as many people as possible have a team
    SHORT = "short"  # as few people as possible lack in kept teams that are too small
    WISHES = "wishes"  # as many points of wishes as possible come true
    COVERAGE = "coverage"  # as many different skills as possible, summed over the teams
    ZONES = "zones"  # as few minutes as possible beyond the limit between the zones of a team, summed over the teams
    LOWEST = "lowest"  # the team with the fewest different skills has as many as possible
    SIZES = "sizes"  # the largest and the smallest team differ by as little as possible


SMALL_IS_GOOD = frozenset({Aim.SHORT, Aim.ZONES, Aim.SIZES})


@dataclass(frozen=True)
class Reached:
    """How far an aim was reached. No plan is better than `bound`; `proven`: nor is one that does as well in the aims
    before, so that this is the best there is."""

    aim: Aim
    value: int
    bound: int
    proven: bool


@dataclass(frozen=True)
class Solution:
    """The plan, how far each aim was reached, in order, and the work that it took (a measure without a clock)."""

    plan: Plan
    reached: tuple[Reached, ...]
    work: float

    def value(self, aim: Aim) -> int:
        """What was reached of one aim."""
        return next(one.value for one in self.reached if one.aim is aim)
