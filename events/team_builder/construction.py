"""A first set of teams: person by person, each to the team where they bring most, guided by a choice of challenges."""

from collections.abc import Sequence
from math import ceil
from random import Random

from events.team_builder.ground import Ground, Members


class Bench:
    """Teams in the making, and who sits on the bench."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.teams: list[Members] = [*ground.kept, *(() for _new in range(ground.problem.teams))]

    @property
    def left(self) -> list[int]:
        """Who is in no team."""
        placed = {one for members in self.teams for one in members}
        return [one for one in self.ground.free if one not in placed]

    def fits(self, one: int, team: int, most: int) -> bool:
        """Whether somebody can go to a team that holds `most`."""
        members = self.teams[team]
        return len(members) < most and self.ground.may_be_together(tuple(sorted((*members, one))))

    def gain(self, one: int, team: int) -> tuple[int, int, int]:
        """What a team is worth more with somebody: points, skills, quarters less beyond the limit."""
        fixed, members = self.ground.fixed[team], self.teams[team]
        before = self.ground.value(members, fixed)
        after = self.ground.value(tuple(sorted((*members, one))), fixed)
        return after.wishes - before.wishes, after.skills - before.skills, before.excess - after.excess

    def put(self, one: int, team: int) -> None:
        """Seat somebody."""
        self.teams[team] = tuple(sorted((*self.teams[team], one)))


def construct(ground: Ground, chosen: Sequence[int | None], chance: Random) -> list[Members]:
    """Teams without a promise: those who chose alike together as far as possible, then whoever is left, anywhere.

    New teams that stay too small are given up, and their people tried elsewhere.
    """
    bench, problem = Bench(ground), ground.problem
    even = ceil(len(ground.free) / max(1, problem.teams)) if problem.teams else problem.most
    target = max(problem.least, min(problem.most, even))
    wanted = _labels(ground, chosen, target)
    order = sorted(ground.free, key=lambda one: (ground.languages[one].bit_count(), -len(ground.apart[one]),
                                                 -sum(ground.friends[one].values()), chance.random()))  # fmt: skip
    for most, strict in ((target, True), (target, False), (problem.most, False)):
        for one in [each for each in order if each in set(bench.left)]:
            possible = [
                team for team in range(ground.teams)
                if (not strict or wanted[team] == chosen[one]) and bench.fits(one, team, most)
            ]  # fmt: skip
            if possible:
                bench.put(one, max(possible, key=lambda team: (bench.gain(one, team), -len(bench.teams[team]), -team)))
    _give_up_small(bench)
    return bench.teams


def _labels(ground: Ground, chosen: Sequence[int | None], target: int) -> list[int | None]:
    """Which challenge each team is for, in proportion to who chose it."""
    labels: list[int | None] = [ground.fixed[number] for number in range(len(ground.kept))]
    counts: dict[int | None, int] = {}
    for one in ground.free:
        counts[chosen[one]] = counts.get(chosen[one], 0) + 1
    for _new in range(ground.problem.teams):
        label = max(counts, key=lambda each: (counts[each], each is not None, each or 0), default=None)
        labels.append(label)
        if label in counts:
            counts[label] -= target
    return labels


def _give_up_small(bench: Bench) -> None:
    least, most = bench.ground.problem.least, bench.ground.problem.most
    while True:
        new = range(len(bench.ground.kept), bench.ground.teams)
        small = [team for team in new if 0 < len(bench.teams[team]) < least]
        if not small:
            return
        team = min(small, key=lambda each: (len(bench.teams[each]), each))
        members, bench.teams[team] = bench.teams[team], ()
        filled = [each for each in range(bench.ground.teams) if bench.teams[each]]
        for one in members:
            possible = [each for each in filled if bench.fits(one, each, most)]
            if possible:
                bench.put(one, max(possible, key=lambda each: (bench.gain(one, each), -each)))
