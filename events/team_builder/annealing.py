"""Simulated annealing for wishes: people change places at random, and a loss is taken while it is still hot."""

from math import exp
from random import Random

from events.team_builder.ground import Ground, Members

HOT, COLD = 2.0, 0.15  # in points of wishes


class Annealing:
    """Teams in motion: sizes keep within their limits, hard rules hold at each moment, and only points of wishes count.

    Afterwards `best` are the teams with most points that were met.
    """

    def __init__(self, ground: Ground, teams: list[Members], chance: Random) -> None:
        self.ground, self.chance = ground, chance
        self.teams = [set(members) for members in teams]
        self.team_of = {one: number for number, members in enumerate(teams) for one in members}
        self.sums = [[0] * max(1, len(ground.problem.challenges)) for _team in teams]
        for one, team in self.team_of.items():
            for challenge, points in ground.points[one].items():
                self.sums[team][challenge] += points
        self.movable = [one for one in ground.free if one in self.team_of]
        self.best, self.gained, self.most = list(teams), 0, 0

    def run(self, steps: int) -> None:
        """So many tries, from hot to cold."""
        used = [number for number, members in enumerate(self.teams) if members]
        if len(used) < 2 or not self.movable:
            return
        cooling = (COLD / HOT) ** (1 / max(1, steps))
        heat = HOT
        for _step in range(steps):
            heat *= cooling
            one, there = self.chance.choice(self.movable), self.chance.choice(used)
            here = self.team_of[one]
            if here == there:
                continue
            other = self._partner(there)
            if other is None and not self._may_move(here, there):
                continue
            gain = self._gain(one, here, other, there)
            if gain >= 0 or self.chance.random() < exp(gain / heat):
                self._take(one, here, other, there, gain)

    def _partner(self, team: int) -> int | None:
        """Somebody with whom to change places, or nobody, for a move."""
        if self.chance.random() < 0.1:
            return None
        kept = self.ground.kept[team] if team < len(self.ground.kept) else ()
        free = sorted(self.teams[team] - set(kept))
        return self.chance.choice(free) if free else None

    def _may_move(self, here: int, there: int) -> bool:
        problem, kept = self.ground.problem, self.ground.kept
        least = len(kept[here]) + 1 if here < len(kept) else problem.least + 1
        return len(self.teams[here]) >= least and len(self.teams[there]) < problem.most

    def _gain(self, one: int, here: int, other: int | None, there: int) -> int:
        """What the teams would be worth more."""
        points, friends, a, b = self.ground.points, self.ground.friends, self.teams[here], self.teams[there]
        gain = 0
        for each, value in friends[one].items():
            gain += value * ((each in b) - (each in a))
        change = dict(points[one])
        if other is not None:
            for each, value in friends[other].items():
                gain += value * ((each in a) - (each in b))
            gain -= 2 * friends[one].get(other, 0)  # each was counted as joining the other, who leaves
            for challenge, value in points[other].items():
                change[challenge] = change.get(challenge, 0) - value
        return gain + self._of_challenges(here, change, -1) + self._of_challenges(there, change, 1)

    def _of_challenges(self, team: int, change: dict[int, int], sign: int) -> int:
        sums, fixed = self.sums[team], self.ground.fixed[team]
        if fixed is not None:
            return sign * change.get(fixed, 0)
        after = list(sums)
        for challenge, value in change.items():
            after[challenge] += sign * value
        return max(after) - max(sums)

    def _take(self, one: int, here: int, other: int | None, there: int, gain: int) -> None:
        a, b = self.teams[here] - {one}, self.teams[there] | {one}
        if other is not None:
            a, b = a | {other}, b - {other}
        if not (self.ground.may_be_together(tuple(a)) and self.ground.may_be_together(tuple(b))):
            return
        self._settle(one, here, there)
        if other is not None:
            self._settle(other, there, here)
        self.gained += gain
        if self.gained > self.most:
            self.most, self.best = self.gained, [tuple(sorted(members)) for members in self.teams]

    def _settle(self, one: int, here: int, there: int) -> None:
        self.teams[here].discard(one)
        self.teams[there].add(one)
        self.team_of[one] = there
        for challenge, points in self.ground.points[one].items():
            self.sums[here][challenge] -= points
            self.sums[there][challenge] += points
