"""Schemes: what can be set in a round, as templates, as forms give it, as JSON, and as the engine's rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from events.core.refusals import Invalid
from events.core.translation import Message, _
from events.judging.calls import Budget, Call, Purpose
from events.judging.outcomes import Border
from events.judging.rules import (
    Audience,
    Average,
    By,
    ByCriterion,
    ByDecision,
    ByFirstPlaces,
    Criterion,
    Pairwise,
    Ranking,
    Rubric,
    Rule,
    TieRule,
    Way,
)
from events.judging.votes import BadVotes, Kind
from events.phases import PhaseKind
from events.rounds.rounds import POINTS_SCHEMES, Scheme

MOST_CRITERIA = 12
MOST_JUDGES_EACH = 50
MOST_STEPS = 100
MOST_BUDGET = 10_000_000_000
LONGEST = {"name": 80, "about": 2000, "criterion": 80, "criterion_about": 300}
ALWAYS = (Kind.SAME_ORGANISATION, Kind.MENTOR, Kind.MEMBER, Kind.DECLARED)
CHOSEN = (Kind.SAME_CLUSTER, Kind.COUNTRY)
FIRST_PLACES = "first places"


@dataclass(frozen=True)
class CriterionPlan:
    """What points are given for, and how much it weighs."""

    name: str
    about: str = ""
    weight: float = 1
    threshold: float | None = None


@dataclass(frozen=True)
class RoundPlan:
    """How a round is to be. `rule` holds what its scheme asks for, under the names of the engine's rules; `ties` the
    rules that divide equals, in their order: numbers of criteria, or "first places"."""

    name: str
    scheme: Scheme
    about: str = ""
    blind: bool = False
    phase: PhaseKind | None = PhaseKind.JUDGING
    judges_each: int = 3
    kinds: tuple[str, ...] = (Kind.SAME_CLUSTER.value,)
    rule: Mapping[str, Any] = field(default_factory=dict)
    criteria: tuple[CriterionPlan, ...] = ()
    ties: tuple[int | str, ...] = ()
    after_id: int | None = None
    places: int | None = None
    border: Border = Border.ALL
    judges_most: int | None = None
    stage: int | None = None


@dataclass(frozen=True)
class RoundTemplate:
    """What a round of a kind begins with."""

    name: Message
    what: Message
    plan: RoundPlan


REDRESS_DAYS, MOST_REDRESS_DAYS = 30, 365  # 30: what European programmes give
CALL = {
    "least": 0, "most": 5, "step": 0.5, "average": "mean", "by": "raw", "caution": 2.0, "sum_threshold": None,
    "arbitrate_over": 1.5, "purpose": "invite", "available": None, "aim": 3.0, "least_times": 2.5,
    "redress_days": REDRESS_DAYS,
}  # fmt: skip
EXCELLENCE = "Are the objectives clear and ambitious, and does the concept go beyond what is there?"
IMPACT = "Is it credible that it leads to the effects that the call asks for, and are they worth it?"
IMPLEMENTATION = "Do work plan, resources and partners fit what is to be done?"
RUBRIC = {"least": 1, "most": 5, "step": 0.5, "average": "mean", "by": "adjusted", "caution": 2.0}
TEMPLATES: dict[str, RoundTemplate] = {
    "rubric": RoundTemplate(
        _("Points on criteria"),
        _("Each judge gives points on a few weighted criteria. Says most about each submission, and gives teams "
          "comments."),
        RoundPlan(
            "", Scheme.RUBRIC, rule=RUBRIC, ties=(1, FIRST_PLACES),
            criteria=(
                CriterionPlan("Fit to the challenge", "Does it solve what was asked?", 25),
                CriterionPlan("Feasibility", "Could a small company put it to use?", 25),
                CriterionPlan("Value and scale", "Who would pay for it, and how many are they?", 20),
                CriterionPlan("Novelty", "What is new about it?", 15),
                CriterionPlan("Team and pitch", "Do they convince?", 15),
            ),
        ),
    ),
    "ranking": RoundTemplate(
        _("Ranking lists"),
        _("Each judge puts what they saw into an order, equals allowed. Quick, and nobody is strict or lenient."),
        RoundPlan("", Scheme.RANKING, rule={"by": "adjusted", "caution": 1.0}, judges_each=4, ties=(FIRST_PLACES,)),
    ),
    "pairwise": RoundTemplate(
        _("Comparisons of two"),
        _("Judges see two at a time and say which is better. For many submissions and little time for each."),
        RoundPlan("", Scheme.PAIRWISE, rule={"reliability": True, "least": 3}),
    ),
    "audience": RoundTemplate(
        _("Audience vote"),
        _("Everybody who takes part votes once. Nobody sees how it stands before it is closed."),
        RoundPlan("", Scheme.AUDIENCE, rule={"way": "one", "most": None, "points": 10, "over": 3}, kinds=()),
    ),
    "call": RoundTemplate(
        _("Evaluation of a call"),
        _("Experts give points alone, then agree on a report; thresholds, a ranking, and a line where the budget "
          "ends."),
        RoundPlan(
            "", Scheme.CALL, rule=CALL, ties=(1,),
            criteria=(CriterionPlan("Excellence", EXCELLENCE, 1, 4), CriterionPlan("Impact", IMPACT, 1, 4)),
        ),
    ),
}  # fmt: skip


def checked_plan(plan: RoundPlan) -> RoundPlan:
    """The plan as it can be kept; refuses what cannot be judged by, with a sentence for each field."""
    wrong: dict[str, Message | str] = {}
    for name, text in (("name", plan.name), ("about", plan.about)):
        if len(text.strip()) > LONGEST[name]:
            wrong[name] = _("Please write at most %(most)s characters.", most=LONGEST[name])
    if not plan.name.strip():
        wrong["name"] = _("Please give the round a name.")
    if not 1 <= plan.judges_each <= MOST_JUDGES_EACH:
        wrong["judges_each"] = _("Please write a number from 1 to %(most)s.", most=MOST_JUDGES_EACH)
    if plan.judges_most is not None and not plan.judges_each <= plan.judges_most <= MOST_JUDGES_EACH:
        wrong["judges_most"] = _(
            "Please write a number from %(least)s to %(most)s, or leave it empty if judges should not ask.",
            least=plan.judges_each, most=MOST_JUDGES_EACH,
        )  # fmt: skip
    if plan.after_id is not None and (plan.places is None or not 1 <= plan.places <= 1000):
        wrong["places"] = _("Please say how many go on: a number from 1 to 1000.")
    wrong |= _wrong_criteria(plan) if plan.scheme in POINTS_SCHEMES else {}
    kinds = tuple(one.value for one in CHOSEN if one.value in plan.kinds)
    rule = _cleaned(plan.scheme, plan.rule, wrong)
    if wrong:
        raise Invalid(wrong)
    criteria = plan.criteria if plan.scheme in POINTS_SCHEMES else ()
    try:
        engine_rule(plan.scheme, rule, [one.weight for one in criteria])
        _check_ties(plan, len(criteria))
        if plan.scheme is Scheme.CALL:
            engine_call(rule, [(one.weight, one.threshold) for one in criteria], ())
    except BadVotes as refused:
        raise Invalid({"": str(refused)}) from refused
    return RoundPlan(
        plan.name.strip(), plan.scheme, plan.about.strip(), plan.blind, plan.phase, plan.judges_each, kinds,
        rule | {"ties": list(plan.ties)}, criteria, plan.ties, plan.after_id,
        plan.places if plan.after_id is not None else None, plan.border, plan.judges_most, plan.stage,
    )  # fmt: skip


def _wrong_criteria(plan: RoundPlan) -> dict[str, Message | str]:
    wrong: dict[str, Message | str] = {}
    if not 1 <= len(plan.criteria) <= MOST_CRITERIA:
        wrong["criterion-0"] = _("Please name at least one criterion, and at most %(most)s.", most=MOST_CRITERIA)
    seen: set[str] = set()
    for number, one in enumerate(plan.criteria):
        if not one.name.strip() or len(one.name) > LONGEST["criterion"]:
            wrong[f"criterion-{number}"] = _("Please give each criterion a name of at most 80 characters.")
        elif one.name.strip().casefold() in seen:
            wrong[f"criterion-{number}"] = _("Two criteria have this name. Choose another one.")
        if len(one.about) > LONGEST["criterion_about"]:
            wrong[f"about-{number}"] = _("Please write at most %(most)s characters.", most=LONGEST["criterion_about"])
        if not 0 <= one.weight <= 1000:
            wrong[f"weight-{number}"] = _("Please write a number from 0 to 1000.")
        seen.add(one.name.strip().casefold())
    if plan.criteria and not any(one.weight > 0 for one in plan.criteria):
        wrong["weight-0"] = _("No criterion counts. Give at least one of them a weight above 0.")
    return wrong


def _cleaned(scheme: Scheme, rule: Mapping[str, Any], wrong: dict[str, Message | str]) -> dict[str, Any]:
    """What the scheme asks for and nothing else, with sentences about what it cannot work with."""
    begun = next(one.plan.rule for one in TEMPLATES.values() if one.plan.scheme is scheme)
    found = {name: rule.get(name, usual) for name, usual in begun.items()}
    if scheme in POINTS_SCHEMES:
        least, most, step = found["least"], found["most"], found["step"]
        if not (-1000 <= least < most <= 1000 and step >= 0.01):
            wrong["most"] = _("Points need a scale from a lower to a higher number, such as 1 to 5.")
        elif (most - least) / step > MOST_STEPS or abs(round((most - least) / step) * step - (most - least)) > 1e-9:
            wrong["step"] = _("These steps do not lead from the least to the most points. Choose others.")
    if scheme is Scheme.CALL:
        wrong |= wrong_budget(found)
        if not 0 <= found["redress_days"] <= MOST_REDRESS_DAYS:
            wrong["redress_days"] = _("Please write a number of days from 0 to %(most)s.", most=MOST_REDRESS_DAYS)
    if scheme is Scheme.PAIRWISE and not 1 <= found["least"] <= 100:
        wrong["least"] = _("Please write a number from 1 to 100.")
    if scheme is Scheme.AUDIENCE:
        if found["most"] is not None and not 1 <= found["most"] <= 1000:
            wrong["most"] = _("Please write a number from 1 to 1000, or leave it empty for no limit.")
        if found["way"] == Way.ALLOCATION and not 1 <= found["over"] <= found["points"] <= 1000:
            wrong["over"] = _("So many points cannot be divided among so many submissions. Give more points.")
    return found


def wrong_budget(rule: Mapping[str, Any]) -> dict[str, Message | str]:
    """Sentences about a budget that cannot be divided."""
    wrong: dict[str, Message | str] = {}
    if rule["available"] is not None and not 0 < rule["available"] <= MOST_BUDGET:
        wrong["available"] = _("Please write an amount in euros, such as 2000000, or leave it empty.")
    if not 1 <= rule["least_times"] <= rule["aim"] <= 100:
        wrong["aim"] = _("Please write how many times the budget: the least first, and no more than 100.")
    if rule["purpose"] not in set(Purpose):
        wrong["purpose"] = _("Choose what this stage decides.")
    return wrong


def _check_ties(plan: RoundPlan, criteria: int) -> None:
    ties = tie_rules(plan.ties)
    if len(set(ties)) < len(ties):
        raise BadVotes("A rule for ties stands there twice. Name each once.")
    for one in ties:
        if isinstance(one, ByCriterion) and not 1 <= one.criterion <= criteria:
            raise BadVotes("Ties are to be decided by a criterion that the round does not have.")
        if isinstance(one, ByFirstPlaces) and plan.scheme not in (Scheme.RUBRIC, Scheme.RANKING):
            raise BadVotes("Only rubrics and ranking lists have first places. Decide ties by something else.")


def engine_rule(scheme: Scheme | str, rule: Mapping[str, Any], weights: Sequence[float]) -> Rule:
    """The engine's rule for what a round keeps as JSON; criteria are numbered from 1. BadVotes for what is none."""
    match Scheme(scheme):
        case Scheme.RUBRIC | Scheme.CALL:
            scale = {name: rule[name] for name in ("least", "most", "step")}
            criteria = tuple(Criterion(number, weight, **scale) for number, weight in enumerate(weights, 1))
            return Rubric(criteria, Average(rule["average"]), By(rule["by"]), rule["caution"])
        case Scheme.RANKING:
            return Ranking(By(rule["by"]), rule["caution"])
        case Scheme.PAIRWISE:
            return Pairwise(reliability=bool(rule["reliability"]), least=rule["least"])
        case Scheme.AUDIENCE:
            way = Way(rule["way"])
            most = rule["most"] if way is not Way.ONE else None
            return Audience(way, most, rule["points"], rule["over"])


def engine_call(
    rule: Mapping[str, Any], criteria: Sequence[tuple[float, float | None]], decisions: Sequence[Sequence[int]]
) -> Call:
    """The engine's stage of a call for what a round keeps; `criteria` are (weight, threshold)."""
    scale = {name: rule[name] for name in ("least", "most", "step")}
    found = tuple(
        Criterion(number, weight, **scale, threshold=threshold)
        for number, (weight, threshold) in enumerate(criteria, 1)
    )
    ties = tuple(
        one
        for one in tie_rules(rule.get("ties", ()), decisions)
        if isinstance(one, ByCriterion | ByDecision)
    )  # fmt: skip
    return Call(found, rule["sum_threshold"], arbitrate_over=rule["arbitrate_over"], ties=ties)


def engine_budget(rule: Mapping[str, Any]) -> Budget:
    """What there is to divide in a stage of a call."""
    return Budget(Purpose(rule["purpose"]), rule["available"], rule["aim"], rule["least_times"])


def tie_rules(ties: Sequence[int | str], decisions: Sequence[Sequence[int]] = ()) -> tuple[TieRule, ...]:
    """The rules that divide equals in their order: those of the round, then the organisers' decisions."""
    by_rule = [ByFirstPlaces() if one == FIRST_PLACES else ByCriterion(int(one)) for one in ties]
    return (*by_rule, *(ByDecision(tuple(one)) for one in decisions))


def kinds_counted(kinds: Sequence[str]) -> frozenset[Kind]:
    """Which conflicts of interest count in a round: those that always do, and those that were chosen."""
    return frozenset(ALWAYS) | {one for one in CHOSEN if one.value in kinds}
