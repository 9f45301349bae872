"""What judges and the audience give: scores, lists, comparisons, ballots; and which of them count."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from typing import Any, TypeVar

Points = int | float | Decimal | Fraction


class BadVotes(ValueError):
    """Votes or rules that cannot be understood; its text is a sentence for the person who wrote them."""


@dataclass(frozen=True)
class Score:
    """The points of a judge for a submission on a criterion; None says that the judge abstains.

    Of several for the same three, the one with the highest `number` counts.
    """

    judge: int
    submission: int
    criterion: int
    points: Points | None
    number: int = 0


@dataclass(frozen=True)
class RankingList:
    """The submissions that a judge has seen, best first; those that stand in one place are equally good.

    What is not on the list was not seen, which says nothing about it. The list with the highest `number` counts.
    """

    judge: int
    places: tuple[tuple[int, ...], ...]
    number: int = 0


@dataclass(frozen=True)
class Comparison:
    """Which of two submissions a judge finds `better`; None where neither.

    Of several for the same judge and pair, the one with the highest `number` counts.
    """

    judge: int
    first: int
    second: int
    better: int | None
    number: int = 0

    def __post_init__(self) -> None:
        if self.first == self.second:
            raise BadVotes(f"Judge {self.judge} compares submission {self.first} with itself. Name two submissions.")
        if self.better not in (None, self.first, self.second):
            raise BadVotes(
                f"Judge {self.judge} finds submission {self.better} better than {self.first} and {self.second}, "
                "but it is neither of them."
            )


@dataclass(frozen=True)
class Ballot:
    """What a person in the audience votes for: pairs of submission and amount. The highest `number` counts."""

    voter: int
    choices: tuple[tuple[int, int], ...]
    number: int = 0


class Kind(StrEnum):
    """Why a judge may not judge a submission."""

    SAME_ORGANISATION = "same_organisation"
    SAME_CLUSTER = "same_cluster"
    MENTOR = "mentor"
    MEMBER = "member"
    COUNTRY = "country"
    DECLARED = "declared"


@dataclass(frozen=True, order=True)
class Conflict:
    """A conflict of interest: it blocks assignment, and votes given in spite of it do not count."""

    judge: int
    submission: int
    kind: Kind = Kind.DECLARED


class NotCounted(StrEnum):
    """Why a vote is left out."""

    NOT_IN_ROUND = "not_in_round"
    NOT_A_JUDGE = "not_a_judge"
    CONFLICT = "conflict"
    UNFINISHED = "unfinished"
    ABSTAINED = "abstained"


@dataclass(frozen=True, order=True)
class LeftOut:
    """That what a judge (or voter) gave a submission is not counted, and why."""

    judge: int
    submission: int
    reason: NotCounted


Vote = TypeVar("Vote", Score, RankingList, Comparison, Ballot)


@lru_cache(maxsize=10_000)
def exact(points: Points) -> Fraction:
    """The number that was written: 0.1 is a tenth, so that equal means are equal."""
    return Fraction(str(points)) if isinstance(points, float) else Fraction(points)


def latest(votes: Iterable[Vote]) -> list[Vote]:
    """Each judge's last word on each thing, once, in an order that does not depend on the order of `votes`.

    Two that contradict each other under the same number are refused.
    """
    kept: dict[tuple[Any, ...], Vote] = {}
    for vote in votes:
        other = kept.get(_about(vote))
        if other is None or vote.number > other.number:
            kept[_about(vote)] = vote
        elif vote.number == other.number and _said(vote) != _said(other):
            raise BadVotes(
                f"{_whose(vote)} voted twice with number {vote.number}, and not the same. Give the later vote a "
                "higher number."
            )
    return [kept[about] for about in sorted(kept)]


def _about(vote: Score | RankingList | Comparison | Ballot) -> tuple[Any, ...]:
    match vote:
        case Score():
            return (vote.judge, vote.submission, vote.criterion)
        case Comparison():
            low, high = sorted((vote.first, vote.second))
            return (vote.judge, low, high)
        case RankingList():
            return (vote.judge,)
        case Ballot():
            return (vote.voter,)


def _said(vote: Score | RankingList | Comparison | Ballot) -> object:
    match vote:
        case Score():
            return None if vote.points is None else exact(vote.points)
        case Comparison():
            return vote.better
        case RankingList():
            return [frozenset(place) for place in vote.places]
        case Ballot():
            return frozenset(vote.choices)


def _whose(vote: Score | RankingList | Comparison | Ballot) -> str:
    return f"Voter {vote.voter}" if isinstance(vote, Ballot) else f"Judge {vote.judge}"


class Door:
    """Lets in what counts in a round: its submissions, its judges, no conflicts. Remembers what it turned away."""

    def __init__(
        self, submissions: Collection[int], judges: Collection[int] | None, conflicts: Iterable[Conflict]
    ) -> None:
        self.submissions = frozenset(submissions)
        self.judges = None if judges is None else frozenset(judges)
        self.blocked = {(one.judge, one.submission) for one in conflicts}
        self.turned_away: set[LeftOut] = set()

    def lets_in(self, judge: int, *submissions: int) -> bool:
        """Whether this judge's word on all these submissions counts."""
        open_to = True
        for one in submissions:
            if one not in self.submissions:
                self.leave_out(judge, one, NotCounted.NOT_IN_ROUND)
            elif self.judges is not None and judge not in self.judges:
                self.leave_out(judge, one, NotCounted.NOT_A_JUDGE)
            elif (judge, one) in self.blocked:
                self.leave_out(judge, one, NotCounted.CONFLICT)
            else:
                continue
            open_to = False
        return open_to

    def leave_out(self, judge: int, submission: int, reason: NotCounted) -> None:
        """Note that this is not counted."""
        self.turned_away.add(LeftOut(judge, submission, reason))

    def left_out(self) -> tuple[LeftOut, ...]:
        """Everything that is not counted, in order of judge and submission."""
        return tuple(sorted(self.turned_away))


@dataclass(frozen=True)
class Links:
    """Where a judge, or the people behind a submission, belong: what conflicts of interest come from.

    `people` are those who are behind a submission or are the judge; `mentors` and `declared` name judges.
    """

    organisations: frozenset[int] = frozenset()
    clusters: frozenset[int] = frozenset()
    countries: frozenset[str] = frozenset()
    people: frozenset[int] = frozenset()
    mentors: frozenset[int] = frozenset()
    declared: frozenset[int] = frozenset()


USUAL = frozenset({Kind.SAME_ORGANISATION, Kind.SAME_CLUSTER, Kind.MENTOR, Kind.MEMBER, Kind.DECLARED})


def conflicts_between(
    judges: Mapping[int, Links], submissions: Mapping[int, Links], kinds: Collection[Kind] = USUAL
) -> frozenset[Conflict]:
    """Every conflict of these kinds; one judge and submission may have several."""
    found = set()
    for submission, work in submissions.items():
        for judge, who in judges.items():
            reasons = {
                Kind.SAME_ORGANISATION: who.organisations & work.organisations,
                Kind.SAME_CLUSTER: who.clusters & work.clusters,
                Kind.COUNTRY: who.countries & work.countries,
                Kind.MEMBER: who.people & work.people,
                Kind.MENTOR: judge in work.mentors,
                Kind.DECLARED: judge in work.declared,
            }
            found |= {Conflict(judge, submission, kind) for kind in kinds if reasons[kind]}
    return frozenset(found)
