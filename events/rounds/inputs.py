"""What a result is worked out from, and nothing else: numbers, no people. Kept with each published result.

Judges, submissions and criteria are called by their numbers in the round. Whoever has the inputs can work the result
out again with the engine; a test does, from the exported tables alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from events.judging.calls import Call, CallResult, Consensus, decide_call, with_consensus
from events.judging.outcomes import outcome_of
from events.judging.results import Outcome
from events.judging.rules import Round, Rubric
from events.judging.votes import Ballot, Comparison, Conflict, Kind, RankingList, Score
from events.rounds.schemes import engine_budget, engine_call, engine_rule, tie_rules


@dataclass(frozen=True)
class CriterionIn:
    """A criterion by its number."""

    number: int
    name: str
    weight: float
    threshold: float | None = None


@dataclass(frozen=True)
class SubmissionIn:
    """A submission by its number in the round; `inside` is False for one that was taken out, `challenge` is what it
    counts for, or ''; `categories` are (what was asked, its answer), each answer by itself; `version` is the
    number of what counts of it, 0 where nothing does."""

    number: int
    title: str
    team: str
    public_id: str
    inside: bool = True
    challenge: str = ""
    categories: tuple[tuple[str, str], ...] = ()
    version: int = 0


@dataclass(frozen=True)
class JudgeIn:
    """A judge by their number; `counts` is False where what they gave does not. `why` is the reason for which they
    judged blind though they run the event; '' for all others."""

    number: int
    counts: bool = True
    why: str = ""


@dataclass(frozen=True)
class ConflictIn:
    """A conflict of interest of a judge with a submission."""

    judge: int
    submission: int
    kind: str


@dataclass(frozen=True)
class VoteIn:
    """The last word of a judge about one thing: `kind` and `content` as votes are kept, `number` its version; `read`
    says which version of each submission they had before them, by number, where that is known."""

    judge: int
    about: str
    number: int
    kind: str
    content: Mapping[str, Any]
    read: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class ConsensusIn:
    """What evaluators agreed on about a submission, in its last version, and the numbers of those who dissent."""

    submission: int
    number: int
    points: Mapping[str, float]
    dissent: tuple[int, ...] = ()


@dataclass(frozen=True)
class Inputs:
    """A round as the engine is given it."""

    scheme: str
    rule: Mapping[str, Any]
    closed: bool
    criteria: tuple[CriterionIn, ...] = ()
    submissions: tuple[SubmissionIn, ...] = ()
    judges: tuple[JudgeIn, ...] = ()
    conflicts: tuple[ConflictIn, ...] = ()
    votes: tuple[VoteIn, ...] = ()
    decisions: tuple[tuple[int, ...], ...] = ()
    consensus: tuple[ConsensusIn, ...] = ()
    requested: tuple[tuple[int, float], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The inputs as plain values."""
        return asdict(self)


def inputs_from(values: Mapping[str, Any]) -> Inputs:
    """The inputs from what `as_json` made of them."""
    return Inputs(
        values["scheme"],
        values["rule"],
        values["closed"],
        tuple(CriterionIn(**one) for one in values["criteria"]),
        tuple(
            SubmissionIn(**one | {"categories": tuple((asked, said) for asked, said in one.get("categories", ()))})
            for one in values["submissions"]
        ),
        tuple(JudgeIn(**one) for one in values["judges"]),
        tuple(ConflictIn(**one) for one in values["conflicts"]),
        tuple(VoteIn(**one) for one in values["votes"]),
        tuple(tuple(one) for one in values["decisions"]),
        tuple(ConsensusIn(**one | {"dissent": tuple(one["dissent"])}) for one in values.get("consensus", ())),
        tuple((one, amount) for one, amount in values.get("requested", ())),
    )


def engine_round(inputs: Inputs) -> Round:
    """The round as the engine takes it. The audience's votes are of nobody in particular."""
    rule = engine_rule(inputs.scheme, inputs.rule, [one.weight for one in inputs.criteria])
    audience, by_consensus = inputs.scheme == "audience", inputs.scheme == "call"
    return Round(
        rule,
        frozenset(one.number for one in inputs.submissions if one.inside),
        None if audience else frozenset(one.number for one in inputs.judges if one.counts),
        frozenset(Conflict(one.judge, one.submission, Kind(one.kind)) for one in inputs.conflicts),
        () if by_consensus else tie_rules(inputs.rule.get("ties", ()), inputs.decisions),
    )


def engine_votes(inputs: Inputs) -> list[Any]:
    """The votes as the engine takes them: what was skipped is an abstention, what was taken back is none."""
    criteria = [one.number for one in inputs.criteria]
    found: list[Any] = []
    for one in inputs.votes:
        found += _as_votes(one, criteria)
    return found


def _as_votes(one: VoteIn, criteria: Sequence[int]) -> Iterable[Any]:
    said = one.content
    match one.kind:
        case "score":
            work = int(one.about[1:])
            return [Score(one.judge, work, int(key), points, one.number) for key, points in said["points"].items()]
        case "skip" if one.about.startswith("s"):
            return [Score(one.judge, int(one.about[1:]), each, None, one.number) for each in criteria]
        case "list":
            return [RankingList(one.judge, tuple(tuple(place) for place in said["places"]), one.number)]
        case "comparison":
            return [Comparison(one.judge, said["first"], said["second"], said["better"], number=one.number)]
        case "ballot":
            return [Ballot(one.judge, tuple((work, amount) for work, amount in said["choices"]), one.number)]
        case _:
            return []


def worked_out(inputs: Inputs) -> Outcome:
    """The result of a round from its inputs. BadVotes for votes of the audience that are not closed."""
    found = outcome_of(engine_round(inputs), engine_votes(inputs), closed=inputs.closed)
    return with_consensus(found, decided_call(inputs)) if inputs.scheme == "call" else found


def call_of(inputs: Inputs) -> Call:
    """The stage of a call as the engine takes it."""
    return engine_call(inputs.rule, [(one.weight, one.threshold) for one in inputs.criteria], inputs.decisions)


def decided_call(inputs: Inputs) -> CallResult:
    """What a stage of a call comes to, by what evaluators agreed on so far."""
    agreed = [
        Consensus(one.submission, tuple((int(key), points) for key, points in one.points.items()), one.dissent)
        for one in inputs.consensus
    ]
    inside = [one.number for one in inputs.submissions if one.inside]
    return decide_call(call_of(inputs), agreed, inside, dict(inputs.requested), engine_budget(inputs.rule))


def result_as_json(outcome: Outcome) -> dict[str, Any]:
    """A result as plain values, its figures in full."""
    values = asdict(outcome)
    values.pop("rule")
    values["groups"] = [sorted(one) for one in outcome.groups]
    values["left_out"] = [
        {"judge": one.judge, "submission": one.submission, "reason": one.reason.value} for one in outcome.left_out
    ]
    return values


@dataclass(frozen=True)
class Line:
    """A submission's place in a result, as pages and tables show it."""

    number: int
    title: str
    team: str
    public_id: str
    rank: int | None
    value: float | None
    raw: float | None
    adjusted: float | None
    votes: int
    spread: float | None = None
    error: float | None = None
    tied_with: tuple[int, ...] = ()
    decided_by: str | None = None
    why: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)
    challenge: str = ""
    categories: tuple[tuple[str, str], ...] = ()


def lines_of(inputs: Inputs, result: Mapping[str, Any]) -> list[Line]:
    """The lines of a result that was kept as JSON, best first."""
    known = {one.number: one for one in inputs.submissions}
    found = []
    for one in result["results"]:
        work = known[one["submission"]]
        rest = {name: one[name] for name in ("rank", "value", "raw", "adjusted", "votes", "spread", "error")}
        found.append(
            Line(
                work.number, work.title, work.team, work.public_id, **rest, tied_with=tuple(one["tied_with"]),
                decided_by=one["decided_by"], why=tuple(one["why"]), challenge=work.challenge,
                categories=work.categories,
            )
        )  # fmt: skip
    return found


@dataclass(frozen=True)
class Best:
    """The best places among the submissions of one challenge or category, and how many of them have a place at all."""

    name: str
    places: tuple[tuple[int, Line], ...]
    ranked: int


def best_by_challenge(lines: Iterable[Line], places: int = 3) -> list[Best]:
    """Who is best in each challenge, by its name: the same order counted anew among its own submissions, those with
    equal places together. Nothing where all submissions are for the same one or for none, nor where each is alone."""
    return _best([(one, (one.challenge,)) for one in lines], places)


def best_by_category(lines: Iterable[Line], places: int = 3) -> dict[str, list[Best]]:
    """The same for each field that makes categories, by what it asks. A submission that answers with several of them
    is in each."""
    known = list(lines)
    asked = dict.fromkeys(asked for one in known for asked, _said in one.categories)
    by_field = {
        each: _best([(one, [said for name, said in one.categories if name == each] or [""]) for one in known], places)
        for each in asked
    }
    return {each: found for each, found in by_field.items() if found}


def _best(known: Sequence[tuple[Line, Sequence[str]]], places: int) -> list[Best]:
    inside: dict[str, list[Line]] = {}
    for one, names in known:
        for name in names:
            if name and one.rank is not None:
                inside.setdefault(name, []).append(one)
    if len({name for _one, names in known for name in names}) < 2 or all(len(own) < 2 for own in inside.values()):
        return []
    found = []
    for name, own in sorted(inside.items(), key=lambda each: each[0].casefold()):
        ranks = [one.rank or 0 for one in own]
        counted = ((1 + sum(1 for rank in ranks if rank < (one.rank or 0)), one) for one in own)
        found.append(Best(name, tuple(each for each in counted if each[0] <= places), len(own)))
    return found


def is_rubric(inputs: Inputs) -> bool:
    """Whether points were given."""
    return isinstance(engine_round(inputs).rule, Rubric)
