"""How a round is judged: one of four schemes with its settings, who takes part, and what decides ties."""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from events.judging.votes import BadVotes, Conflict, Points, exact


class Average(StrEnum):
    """How several judges' votes become one value."""

    MEAN = "mean"
    MEDIAN = "median"


class By(StrEnum):
    """Which value ranks: as it was given, or without what depends on who judged."""

    RAW = "raw"
    ADJUSTED = "adjusted"


@dataclass(frozen=True)
class Criterion:
    """What points are given for, from `least` to `most` in steps. A weight of 0 is shown and not counted.

    `meanings` describes points, each once. `threshold` is what a submission to a call needs on it.
    """

    id: int
    weight: Points = 1
    least: Points = 0
    most: Points = 5
    step: Points = 0.5
    threshold: Points | None = None
    meanings: tuple[tuple[Points, str], ...] = ()

    def __post_init__(self) -> None:
        least, most, step = exact(self.least), exact(self.most), exact(self.step)
        if exact(self.weight) < 0:
            raise BadVotes(f"Criterion {self.id} has a weight below 0. Give 0 or more.")
        if not (least < most and step > 0 and (most - least) % step == 0):
            raise BadVotes(f"The steps of criterion {self.id} do not lead from {self.least} to {self.most}.")
        if self.threshold is not None and not least <= exact(self.threshold) <= most:
            raise BadVotes(f"The threshold of criterion {self.id} is not between {self.least} and {self.most}.")
        for points, _text in self.meanings:
            self.checked(points)

    def checked(self, points: Points) -> Fraction:
        """The points as they were written; refused where they are no step of the scale."""
        least, value = exact(self.least), exact(points)
        if not least <= value <= exact(self.most) or (value - least) % exact(self.step):
            raise BadVotes(
                f"{points} is no score on criterion {self.id}. It goes from {self.least} to {self.most} "
                f"in steps of {self.step}."
            )
        return value


@dataclass(frozen=True)
class Rubric:
    """Points on weighted criteria. Every judge starts with `caution` imaginary votes without any severity."""

    criteria: tuple[Criterion, ...]
    average: Average = Average.MEAN
    by: By = By.ADJUSTED
    caution: float = 2.0

    def __post_init__(self) -> None:
        _check_caution(self.caution, least=0)
        ids = [one.id for one in self.criteria]
        if not any(exact(one.weight) for one in self.criteria):
            raise BadVotes("No criterion counts. Give at least one of them a weight above 0.")
        if len(set(ids)) < len(ids):
            raise BadVotes("Two criteria have the same id.")
        scales = {(exact(one.least), exact(one.most)) for one in self.criteria if exact(one.weight)}
        if len(scales) > 1:
            raise BadVotes("Criteria that count have different scales. Give them one scale, and use weights instead.")


@dataclass(frozen=True)
class Ranking:
    """Lists of what each judge saw. Every submission starts with `caution` drawn duels against an average one."""

    by: By = By.ADJUSTED
    caution: float = 1.0

    def __post_init__(self) -> None:
        _check_caution(self.caution, least=0.001)


@dataclass(frozen=True)
class Pairwise:
    """Comparisons of two. `caution` is the precision of strengths before any vote (their variance is 1 / caution).

    With `reliability` each judge is taken to guess now and then, and `trust` and `doubt` are how many judged and
    guessed comparisons they are imagined to have made before. `least` is how often each submission is compared before
    anything else counts; nobody is compared more than `ahead` times oftener than another while there is a choice.
    """

    reliability: bool = True
    caution: float = 1.0
    trust: float = 9.0
    doubt: float = 1.0
    least: int = 3
    ahead: int = 4

    def __post_init__(self) -> None:
        _check_caution(self.caution, least=0.001)
        if not (self.trust > 0 and self.doubt > 0):
            raise BadVotes("The imagined comparisons of a judge are 0 or fewer. Give more than 0 of both kinds.")
        if self.least < 0 or self.ahead < 1:
            raise BadVotes("Submissions cannot be kept that even. Give a least of 0 or more, and 1 or more ahead.")


class Way(StrEnum):
    """What a person in the audience may do."""

    ONE = "one"  # vote for one submission
    APPROVAL = "approval"  # vote for as many as they like, up to `most`
    ALLOCATION = "allocation"  # divide `points` among at least `over` submissions


@dataclass(frozen=True)
class Audience:
    """One person, one ballot. `most` limits how many submissions are approved, or what one may get of the points."""

    way: Way = Way.ONE
    most: int | None = None
    points: int = 10
    over: int = 3

    def __post_init__(self) -> None:
        if self.most is not None and self.most < 1:
            raise BadVotes("A ballot with nothing on it is no ballot. Allow at least 1.")
        if self.way is Way.ALLOCATION and not 1 <= self.over <= self.points:
            raise BadVotes(f"{self.points} points cannot be divided among {self.over} submissions or more.")


Rule = Rubric | Ranking | Pairwise | Audience


@dataclass(frozen=True)
class ByCriterion:
    """More points on this criterion, averaged over judges as they were given."""

    criterion: int

    def __str__(self) -> str:
        return f"criterion {self.criterion}"


@dataclass(frozen=True)
class ByFirstPlaces:
    """More judges who saw at least two and place it first; those who place several first give each a part of one."""

    def __str__(self) -> str:
        return "first places"


@dataclass(frozen=True)
class ByDecision:
    """A chair's decision, best first. It decides a tie only if it names everybody in it."""

    order: tuple[int, ...]

    def __post_init__(self) -> None:
        if len(set(self.order)) < len(self.order):
            raise BadVotes("The chair's decision names a submission twice.")

    def __str__(self) -> str:
        return "decision"


TieRule = ByCriterion | ByFirstPlaces | ByDecision


@dataclass(frozen=True)
class Round:
    """One pass of judging. Without `judges` everybody's votes count; conflicts are left out in any case."""

    rule: Rule
    submissions: frozenset[int]
    judges: frozenset[int] | None = None
    conflicts: frozenset[Conflict] = frozenset()
    ties: tuple[TieRule, ...] = ()

    def __post_init__(self) -> None:
        known = {one.id for one in self.rule.criteria} if isinstance(self.rule, Rubric) else set()
        for one in self.ties:
            if isinstance(one, ByCriterion) and one.criterion not in known:
                raise BadVotes(f"Ties are to be decided by criterion {one.criterion}, which the round does not have.")
            if isinstance(one, ByFirstPlaces) and not isinstance(self.rule, Rubric | Ranking):
                raise BadVotes("Only rubrics and ranking lists have first places. Decide ties by something else.")


def _check_caution(caution: float, least: float) -> None:
    if not least <= caution <= 1_000_000:
        raise BadVotes(f"A caution of {caution} cannot be worked with. Give a number from {least} to a million.")
