"""The form of a round: what it shows for a plan, and the plan that comes back from what was typed."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from pydantic import Field

from events.core.refusals import Invalid
from events.core.translation import Message, _
from events.judging.calls import Purpose
from events.judging.outcomes import Border
from events.judging.rules import Average, By, Way
from events.judging.votes import Kind
from events.phases import PHASE_NAMES, PhaseKind
from events.rounds.rounds import RoundInEvent, Scheme
from events.rounds.schemes import FIRST_PLACES, REDRESS_DAYS, CriterionPlan, RoundPlan
from frontend.rows import filled_rows
from frontend.web import Form

TIES = 3
PHASES = (PhaseKind.JUDGING, PhaseKind.FIRST_EVALUATION, PhaseKind.LIVE, PhaseKind.BUILDING)
SCHEME_NAMES: dict[Scheme, Message] = {
    Scheme.RUBRIC: _("Points on criteria"),
    Scheme.RANKING: _("Ranking lists"),
    Scheme.PAIRWISE: _("Comparisons of two"),
    Scheme.AUDIENCE: _("Audience vote"),
    Scheme.CALL: _("Evaluation of a call"),
}
AVERAGES = ((Average.MEAN.value, _("The mean")), (Average.MEDIAN.value, _("The median")))
BYS = (
    (
        By.ADJUSTED.value,
        _("Adjusted"),
        _("Without what comes from strict or lenient judges, or from whom a submission met. Both values are shown."),
    ),
    (By.RAW.value, _("As given"), _("Best where every judge judges everything.")),
)
WAYS = (
    (Way.ONE.value, _("One vote for one submission")),
    (Way.APPROVAL.value, _("A vote for each submission that they like")),
    (Way.ALLOCATION.value, _("Points to divide among several")),
)
PURPOSES = (
    (Purpose.INVITE.value, _("Who is invited to hand in a full proposal")),
    (Purpose.FUND.value, _("Who is funded")),
)
STAGES = (("1", _("The concept notes")), ("2", _("The full proposals")))
BORDERS = (
    (Border.ALL.value, _("All of them go on, though there are more than places")),
    (Border.NONE.value, _("None of them goes on, though places stay free")),
)
KINDS = (
    (Kind.SAME_CLUSTER.value, _("A judge from the same cluster as somebody in the team")),
    (Kind.COUNTRY.value, _("A judge from the same country as somebody in the team")),
)


class RoundForm(Form):
    """What was typed; criteria, ties and the settings of the scheme are in `answers`."""

    takes_answers: ClassVar[bool] = True
    scheme: Scheme = Scheme.RUBRIC
    name: str = ""
    about: str = ""
    blind: str = ""
    phase: str = ""
    judges_each: str = ""
    judges_most: str = ""
    kinds: list[str] = Field(default_factory=list)
    after: str = ""
    places: str = ""
    border: Border = Border.ALL
    stage: str = ""
    answers: dict[str, str] = Field(default_factory=dict)


class Typed:
    """What was typed into fields for numbers, with a sentence beside each that holds none."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = values
        self.wrong: dict[str, Message | str] = {}

    def number(self, name: str, usual: float | None = None) -> float:
        """A number, perhaps with a decimal comma."""
        text = self.values.get(name, "").strip().replace(",", ".")
        try:
            found = float(text) if text or usual is None else usual
        except ValueError:
            self.wrong[name] = _("Please write a number.")
            return 0
        if abs(found) > 1_000_000 or found != found:
            self.wrong[name] = _("This number is too large.")
            return 0
        return found

    def whole(self, name: str, usual: int | None = None) -> int:
        """A whole number."""
        found = self.number(name, usual)
        if found != int(found):
            self.wrong[name] = _("Please write a whole number.")
        return int(found)

    def perhaps(self, name: str) -> int | None:
        """A whole number, or None where the field is empty."""
        return self.whole(name) if self.values.get(name, "").strip() else None


def plan_from(form: RoundForm, scheme: Scheme, rounds: Sequence[RoundInEvent]) -> RoundPlan:
    """The plan that a form describes; refuses what is no number, beside its field."""
    typed = Typed({**form.answers, **{name: getattr(form, name) for name in ("judges_each", "judges_most", "places")}})
    criteria = []
    for row in filled_rows(form.answers, "criterion", "about", "weight"):
        said = Typed({"weight": row.typed["weight"]})
        weight = said.number("weight", 1)
        typed.wrong |= {f"weight-{row.number}": why for why in said.wrong.values()}
        threshold = _threshold(form.answers, row.number, typed.wrong) if scheme is Scheme.CALL else None
        criteria.append(CriterionPlan(row.typed["criterion"], row.typed["about"], weight, threshold))
    after = next((one.id for one in rounds if one.round.public_id == form.after), None) if form.after else None
    if form.after and after is None:
        typed.wrong["after"] = _("Please choose a round of this event that was made before this one.")
    plan = RoundPlan(
        form.name, scheme, form.about, bool(form.blind), PhaseKind(form.phase) if form.phase in PHASES else None,
        typed.whole("judges_each", 3), tuple(form.kinds), _rule(scheme, typed), tuple(criteria),
        tuple(_ties(form.answers)), after, typed.perhaps("places"), form.border,
        typed.perhaps("judges_most"), int(form.stage) if form.stage in ("1", "2") else None,
    )  # fmt: skip
    if typed.wrong:
        raise Invalid(typed.wrong)
    return plan


def _threshold(answers: Mapping[str, str], number: int, wrong: dict[str, Message | str]) -> float | None:
    """What a criterion of a call needs; None where nothing is typed."""
    name = f"threshold-{number}"
    said = Typed({name: answers.get(name, "")})
    found = said.number(name) if said.values[name].strip() else None
    wrong |= said.wrong
    return found


def _call_rule(typed: Typed) -> dict[str, Any]:
    scale = {name: typed.number(name) for name in ("least", "most", "step")}
    purpose = typed.values.get("purpose", "")
    total = typed.number("sum_threshold") if typed.values.get("sum_threshold", "").strip() else None
    return {**scale, "sum_threshold": total, "arbitrate_over": typed.number("arbitrate_over", 1.5),
            "redress_days": typed.whole("redress_days", REDRESS_DAYS),
            "purpose": purpose if purpose in set(Purpose) else Purpose.INVITE.value}  # fmt: skip


def _rule(scheme: Scheme, typed: Typed) -> dict[str, Any]:
    by = typed.values.get("by", By.ADJUSTED.value)
    by = by if by in set(By) else By.ADJUSTED.value
    if scheme is Scheme.RUBRIC:
        average = typed.values.get("average", "")
        scale = {name: typed.number(name) for name in ("least", "most", "step")}
        return {**scale, "average": average if average in set(Average) else Average.MEAN.value, "by": by}
    if scheme is Scheme.CALL:
        return _call_rule(typed)
    if scheme is Scheme.RANKING:
        return {"by": by}
    if scheme is Scheme.PAIRWISE:
        return {"reliability": bool(typed.values.get("reliability")), "least": typed.whole("least", 3)}
    way = typed.values.get("way", "")
    numbers = {"points": typed.whole("points", 10), "over": typed.whole("over", 3)}
    return {"way": way if way in set(Way) else Way.ONE.value, "most": typed.perhaps("most"), **numbers}


def _ties(answers: Mapping[str, str]) -> list[int | str]:
    found: list[int | str] = []
    for number in range(TIES):
        text = answers.get(f"tie-{number}", "")
        if text == FIRST_PLACES:
            found.append(text)
        elif text.isascii() and text.isdecimal() and len(text) < 4:
            found.append(int(text))
    return found


def values_of(plan: RoundPlan, rounds: Sequence[RoundInEvent]) -> dict[str, Any]:
    """A plan as the form shows it."""
    after = next((one.round.public_id for one in rounds if one.id == plan.after_id), "")
    found: dict[str, Any] = {
        "name": plan.name, "about": plan.about, "phase": plan.phase.value if plan.phase else "",
        "judges_each": plan.judges_each, "judges_most": plan.judges_most or "",
        "kinds": list(plan.kinds), "after": after, "places": plan.places or "",
        "border": plan.border.value, "stage": str(plan.stage or ""),
    }  # fmt: skip
    if plan.blind:
        found["blind"] = "yes"
    for name, value in plan.rule.items():
        if name == "reliability":
            found |= {name: "yes"} if value else {}
        elif name != "ties":
            found[name] = f"{value:g}" if isinstance(value, float) else "" if value is None else value
    for number, one in enumerate(plan.criteria):
        found |= {f"criterion-{number}": one.name, f"about-{number}": one.about, f"weight-{number}": f"{one.weight:g}"}
        found[f"threshold-{number}"] = "" if one.threshold is None else f"{one.threshold:g}"
    return found | {f"tie-{number}": one for number, one in enumerate(plan.ties)}


def tie_options(plan: RoundPlan) -> list[tuple[str, Message | str]]:
    """What can decide between equals in a round with this plan."""
    found: list[tuple[str, Message | str]] = [
        (str(number), _("More points on criterion %(number)s (%(name)s)", number=number, name=one.name))
        for number, one in enumerate(plan.criteria, 1)
    ]
    if plan.scheme in (Scheme.RUBRIC, Scheme.RANKING):
        found.append((FIRST_PLACES, _("More judges who put it first")))
    return found


def phase_options(subject_phases: Sequence[PhaseKind]) -> list[tuple[str, Message]]:
    """In which phase votes can be taken."""
    return [(one.value, PHASE_NAMES[one]) for one in PHASES if one in subject_phases]
