"""What comes out: places with values, and everything that anyone needs to work them out again."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from events.judging.rules import Rule
from events.judging.votes import LeftOut

if TYPE_CHECKING:
    from events.judging.calls import CallResult


@dataclass(frozen=True)
class Given:
    """A judge's counted vote in a rubric: points by criterion, their weighted mean, and it without the severity."""

    judge: int
    points: tuple[tuple[int, float], ...]
    raw: float
    adjusted: float


@dataclass(frozen=True)
class Duel:
    """Two submissions in ranking lists: how many judges placed this one above, below and beside `against`.

    `outcome` is 1 for a won duel, 0 for a drawn and -1 for a lost one.
    """

    against: int
    above: int
    below: int
    beside: int
    outcome: int


@dataclass(frozen=True)
class Met:
    """One counted comparison: a judge found this submission better (1), worse (0), or neither (0.5)."""

    judge: int
    against: int
    won: float


@dataclass(frozen=True)
class Heap:
    """So many ballots gave a submission this amount each; whose they are stays secret."""

    amount: int
    ballots: int


Why = Given | Duel | Met | Heap


@dataclass(frozen=True)
class Result:
    """Where a submission stands. Equal ranks are real ties; None says that there is nothing to rank it by.

    `value` is what ranks, and is `raw` or `adjusted` as the rule says. `votes` counts judges or ballots (in pairwise
    rounds comparisons), `spread` is the highest vote less the lowest, `error` a standard error. `tied_with` are those
    from whom no tie-breaker divides it; `decided_by` names the tie-breaker that gave it this rank among equals. `why`
    holds what the value is made of.
    """

    submission: int
    rank: int | None
    value: float | None
    raw: float | None
    adjusted: float | None
    votes: int
    spread: float | None = None
    error: float | None = None
    tied_with: tuple[int, ...] = ()
    decided_by: str | None = None
    why: tuple[Why, ...] = ()


@dataclass(frozen=True)
class JudgeFigure:
    """What the votes say of a judge.

    `severity` is by how many points they score below the average judge. `reliability` is the share of their comparisons
    that are judged and not guessed. `say` is their part of all voices in duels, and `alone` how many duels
    nobody else decides.
    """

    judge: int
    votes: int
    severity: float | None = None
    reliability: float | None = None
    say: float | None = None
    alone: int | None = None


@dataclass(frozen=True)
class Outcome:
    """The result of a round: submissions by rank, those without one last; equals in order of id, which means nothing.

    `groups` are submissions that judges link with each other; of two groups only an assumption says which is better
    (docs/judging.md). `call` is what a stage of a call comes to.
    """

    rule: Rule
    results: tuple[Result, ...]
    judges: tuple[JudgeFigure, ...] = ()
    groups: tuple[frozenset[int], ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    call: "CallResult | None" = None

    def of(self, submission: int) -> Result:
        """The result of one submission."""
        return next(one for one in self.results if one.submission == submission)
