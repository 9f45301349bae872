"""Better teams: people change places as long as that helps, then a few teams at a time are made anew by CP-SAT."""

from collections.abc import Callable
from random import Random

from events.team_builder.ground import Ground, Members, Score
from events.team_builder.model import Model

PEOPLE_AT_ONCE = 22
WORK_AT_ONCE = 0.4  # of one search of a few teams
LEAST_WORK = 0.03  # making the model takes time as well
FRUITLESS = 12  # rounds of changing places over all teams without a gain

Delta = tuple[int, int, int, int]


class Walk:
    """Changing places: two people with each other, or one to another team."""

    def __init__(self, ground: Ground, teams: list[Members], chance: Random) -> None:
        self.ground, self.teams, self.chance = ground, list(teams), chance
        self.tried = 0

    def run(self, most: int) -> None:
        """Change places while it helps; at most so many tries."""
        improved = True
        while improved and self.tried < most:
            improved = False
            for one in self._shuffled():
                if self.tried >= most:
                    return
                improved |= self._better_place(one)

    def _shuffled(self) -> list[int]:
        order = list(self.ground.free)
        self.chance.shuffle(order)
        return order

    def _team_of(self, one: int) -> int | None:
        return next((number for number, members in enumerate(self.teams) if one in members), None)

    def _better_place(self, one: int) -> bool:
        here = self._team_of(one)
        for there in self._others(here):
            if self._move(one, here, there):
                return True
            if here is not None:
                for other in self.teams[there]:
                    if not self._is_kept(other, there) and self._swap(one, here, other, there):
                        return True
        return False

    def _others(self, here: int | None) -> list[int]:
        found = [number for number in range(self.ground.teams) if number != here and self.teams[number]]
        self.chance.shuffle(found)
        return found

    def _is_kept(self, one: int, team: int) -> bool:
        return team < len(self.ground.kept) and one in self.ground.kept[team]

    def _move(self, one: int, here: int | None, there: int) -> bool:
        problem = self.ground.problem
        if len(self.teams[there]) >= problem.most:
            return False
        joined = tuple(sorted((*self.teams[there], one)))
        if here is None:
            return self._take({there: joined})
        left = tuple(each for each in self.teams[here] if each != one)
        least = len(self.ground.kept[here]) if here < len(self.ground.kept) else problem.least
        return len(left) >= least and self._take({here: left, there: joined})

    def _swap(self, one: int, here: int, other: int, there: int) -> bool:
        a = tuple(sorted((*(each for each in self.teams[here] if each != one), other)))
        b = tuple(sorted((*(each for each in self.teams[there] if each != other), one)))
        return self._take({here: a, there: b})

    def _take(self, changed: dict[int, Members]) -> bool:
        """Whether this is better, and then it is done."""
        self.tried += 1
        if self._worth(changed) <= self._worth({team: self.teams[team] for team in changed}):
            return False
        if not all(self.ground.may_be_together(members) for members in changed.values()):
            return False
        for team, members in changed.items():
            self.teams[team] = members
        return True

    def _worth(self, some: dict[int, Members]) -> tuple[int, ...]:
        """What these teams are worth together, up to what depends on all others; even sizes last."""
        values = [self.ground.value(members, self.ground.fixed[team]) for team, members in some.items()]
        sizes = [len(members) for members in some.values()]
        return (
            sum(sizes),
            -sum(max(0, self.ground.problem.least - size) for size in sizes),
            sum(one.wishes for one in values),
            sum(one.skills for one in values),
            -sum(one.excess for one in values),
            min(one.skills for one in values),
            -sum(size * size for size in sizes),
        )


class Rebuilding:
    """A few teams at a time, with whoever is left over, made anew; kept where that is no worse."""

    def __init__(self, ground: Ground, teams: list[Members], chance: Random, seed: int) -> None:
        self.ground, self.teams, self.chance, self.seed = ground, list(teams), chance, seed
        self.score: Score = ground.score(self.teams)
        self.spent = 0.0
        self.rounds = 0

    def run(self, work: float, look: Callable[[Score], bool]) -> None:
        """Go on until the work is spent, `look` says stop, or nothing has helped for long."""
        fruitless, patience = 0, FRUITLESS * max(1, self.ground.teams)
        while self.spent < work and fruitless < patience and self.ground.teams > 1:
            fruitless = 0 if self._round(min(WORK_AT_ONCE, work - self.spent)) else fruitless + 1
            if not look(self.score):
                return

    def _round(self, work: float) -> bool:
        some = self._choose()
        people = [one for team in some for one in self.teams[team] if not self._is_kept(one, team)]
        placed = {one for members in self.teams for one in members}
        left = [one for one in self.ground.free if one not in placed]
        people = sorted({*people, *self.chance.sample(left, min(len(left), 6))})
        self.rounds += 1
        if not people:
            return False
        model = Model(self.ground, some, people)
        goal = sum(weight * term for weight, term in zip(model.weights(), model.terms, strict=True))
        found = model.search(goal, hint=[self.teams[team] for team in some], work=work, seed=self.seed + self.rounds)
        self.spent += max(found.work, LEAST_WORK)
        if found.teams is None:
            return False
        changed = list(self.teams)
        for team, members in zip(some, found.teams, strict=True):
            changed[team] = members
        score = self.ground.score(changed)
        if score < self.score:
            return False
        is_better = score > self.score
        self.teams, self.score = changed, score
        return is_better

    def _is_kept(self, one: int, team: int) -> bool:
        return team < len(self.ground.kept) and one in self.ground.kept[team]

    def _choose(self) -> list[int]:
        """A team and others that have to do with it: whom its people wish for, who wish for its challenge; else any."""
        order = list(range(self.ground.teams))
        self.chance.shuffle(order)
        first = order[0]
        if self.rounds % 3:
            order.sort(key=lambda team: -self._tie(first, team))
            order.remove(first)
            order.insert(0, first)
        some: list[int] = []
        count = 0
        for team in order:
            size = len(self.teams[team]) or self.ground.problem.least
            if some and (count + size > PEOPLE_AT_ONCE):
                break
            some.append(team)
            count += size
        return sorted(some)

    def _tie(self, first: int, team: int) -> int:
        """How much the people of two teams have to do with each other."""
        wished = sum(self.ground.friends[one].get(other, 0) for one in self.teams[first] for other in self.teams[team])
        challenge = self.ground.value(self.teams[first], self.ground.fixed[first]).challenge
        if challenge is None:
            return wished
        return wished + sum(self.ground.points[one].get(challenge, 0) for one in self.teams[team])
