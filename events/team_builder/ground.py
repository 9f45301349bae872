"""The problem in numbers: people, skills and languages as bits, wishes as points; and what a team of some is worth."""

from dataclasses import dataclass
from functools import reduce
from operator import and_, or_

from events.team_builder.plan import Plan, PlannedTeam
from events.team_builder.problem import LONGEST_RANKING, Candidate, Problem

QUARTER = 15
Members = tuple[int, ...]
# What a plan is worth, the larger the better, in the order of the aims.
Score = tuple[int, int, int, int, int, int, int]


@dataclass(frozen=True)
class Value:
    """What a team is worth by itself: points of wishes with the challenge that brings most, skills, quarters of an
    hour beyond the limit."""

    wishes: int
    challenge: int | None
    skills: int
    excess: int


def points_of(rank: int) -> int:
    """What a wish of this rank (0 is the dearest) is worth: 3, 2, 1."""
    return LONGEST_RANKING - rank


class Ground:
    """A problem in numbers. Teams are numbered: the kept ones first, then new ones."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        people = problem.candidates
        self.place = {one.name: number for number, one in enumerate(people)}
        challenges = {name: number for number, name in enumerate(problem.challenges)}
        self.skills = _bits([one.skills for one in people])
        self.languages = _bits([one.languages for one in people])
        self.offset = [round(one.offset / QUARTER) for one in people]
        self.limit = problem.zone_limit // QUARTER
        self.points = [_ranked(one.challenges, challenges) for one in people]
        self.friends = self._friends(people)
        self.apart = self._apart(people)
        self.kept = [tuple(sorted(self.place[name] for name in one.people)) for one in problem.kept]
        self.fixed: list[int | None] = [
            challenges[one.challenge] if one.challenge is not None else None for one in problem.kept
        ]
        self.fixed += [None] * problem.teams
        self.teams = len(self.kept) + problem.teams
        inside = {number for members in self.kept for number in members}
        self.free = [number for number in range(len(people)) if number not in inside]
        self._values: dict[tuple[Members, int | None], Value] = {}

    def _friends(self, people: tuple[Candidate, ...]) -> list[dict[int, int]]:
        """By person, with whom a team brings how many points: those of both together."""
        found: list[dict[int, int]] = [{} for _one in people]
        for number, one in enumerate(people):
            for other, points in _ranked(one.people, self.place).items():
                if other != number:
                    found[number][other] = found[number].get(other, 0) + points
                    found[other][number] = found[other].get(number, 0) + points
        return found

    def _apart(self, people: tuple[Candidate, ...]) -> list[set[int]]:
        found: list[set[int]] = [set() for _one in people]
        for number, one in enumerate(people):
            for other in (self.place[name] for name in one.apart if name in self.place):
                if other != number:
                    found[number].add(other)
                    found[other].add(number)
        return found

    def may_be_together(self, members: Members) -> bool:
        """Whether these people have a language in common and nobody of them wants to be apart from another."""
        if members and not reduce(and_, (self.languages[one] for one in members)):
            return False
        inside = set(members)
        return not any(self.apart[one] & inside for one in members)

    def value(self, members: Members, fixed: int | None) -> Value:
        """What a team of these (in order of their numbers) is worth, its challenge chosen or `fixed`."""
        key = (members, fixed)
        if key not in self._values:
            self._values[key] = self._value(members, fixed)
        return self._values[key]

    def _value(self, members: Members, fixed: int | None) -> Value:
        inside = set(members)
        pairs = sum(points for one in members for other, points in self.friends[one].items() if other in inside) // 2
        sums: dict[int, int] = {}
        for one in members:
            for challenge, points in self.points[one].items():
                sums[challenge] = sums.get(challenge, 0) + points
        chosen = fixed
        if fixed is None and sums:
            chosen = min(sums, key=lambda challenge: (-sums[challenge], challenge))
        wishes = pairs + (sums.get(chosen, 0) if chosen is not None else 0)
        offsets = [self.offset[one] for one in members]
        excess = max(0, max(offsets) - min(offsets) - self.limit) if offsets else 0
        skills = reduce(or_, (self.skills[one] for one in members), 0).bit_count()
        return Value(wishes, chosen, skills, excess)

    def score(self, teams: list[Members]) -> Score:
        """What all teams together are worth; the empty ones do not count."""
        used = [(members, self.fixed[number]) for number, members in enumerate(teams) if members]
        values = [self.value(members, fixed) for members, fixed in used]
        sizes = [len(members) for members, _fixed in used]
        return (
            sum(sizes) - sum(len(one) for one in self.kept),
            -sum(max(0, self.problem.least - size) for size in sizes),
            sum(one.wishes for one in values),
            sum(one.skills for one in values),
            -sum(one.excess for one in values),
            min((one.skills for one in values), default=0),
            min(sizes, default=0) - max(sizes, default=0),
        )

    def plan(self, teams: list[Members]) -> Plan:
        """Teams by name: kept ones as they were kept, new ones in the order of their first members."""
        names = [one.name for one in self.problem.candidates]
        found = []
        for number, members in enumerate(teams):
            kept = self.problem.kept[number].name if number < len(self.kept) else None
            chosen = self.value(members, self.fixed[number]).challenge if members else None
            title = self.problem.challenges[chosen] if chosen is not None else None
            if members:
                found.append(PlannedTeam(tuple(names[one] for one in members), title, kept))
        grown, new = found[: len(self.kept)], found[len(self.kept) :]
        new.sort(key=lambda one: self.place[one.people[0]])
        placed = {one for members in teams for one in members}
        return Plan((*grown, *new), tuple(names[one] for one in range(len(names)) if one not in placed))


def _bits(sets: list[frozenset[str]]) -> list[int]:
    """Sets of words as bits, the same word the same bit."""
    bit = {word: 1 << number for number, word in enumerate(sorted(set().union(*sets)))}
    return [sum(bit[word] for word in words) for words in sets]


def _ranked(names: tuple[str, ...], numbers: dict[str, int]) -> dict[int, int]:
    """Points by number, for a ranking; a name that is not there takes its rank with it."""
    return {
        numbers[name]: points_of(rank)
        for rank, name in reversed(list(enumerate(names[:LONGEST_RANKING])))
        if name in numbers
    }
