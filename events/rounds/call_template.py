"""What a two-stage call begins with: fields for both stages, an evaluation of each, and conditions to screen by."""

from events.core.access import Actor
from events.core.database import Database
from events.deadlines import FIRST_STAGE, SECOND_STAGE
from events.events import EventWithPhases
from events.page_limits import set_page_limits
from events.phases import PhaseKind
from events.planning import on_template
from events.rounds.rounds import Scheme
from events.rounds.schemes import CALL, EXCELLENCE, IMPACT, IMPLEMENTATION, CriterionPlan, RoundPlan
from events.rounds.setting_up import add_round
from events.screening.screenings import QuestionPlan, set_screening_up
from events.submission_fields import Asking, FieldKind, add_field_for_all
from events.team_rules import set_team_rules

FIELDS = (
    Asking("Objectives and what is new", FieldKind.LONG, "For the criterion excellence.", required=True, stage=1),
    Asking("Expected impact", FieldKind.LONG, "For the criterion impact.", required=True, stage=1),
    Asking("Excellence", FieldKind.LONG, "Objectives, concept, and what goes beyond the state of the art.",
           required=True, stage=2),
    Asking("Impact", FieldKind.LONG, "Effects, how they come about, and how results are used.", required=True, stage=2),
    Asking("Implementation", FieldKind.LONG, "Work plan, partners, resources and risks.", required=True, stage=2),
    Asking("Funding asked for (EUR)", FieldKind.FUNDING, "For the whole proposal, all partners together.",
           required=True),
)  # fmt: skip
NOTE_PAGES, PROPOSAL_PAGES = 10, 50
CONDITIONS = (
    QuestionPlan("Was it handed in completely, by the deadline and in a language of the call?"),
    QuestionPlan("Is every partner established in a country that the call names?"),
    QuestionPlan("Is the lead partner of a kind that the call names?", "Such as a small or medium-sized company."),
    QuestionPlan("Is the funding asked for within the limits of the call?"),
)
FIRST = RoundPlan(
    "Evaluation of concept notes", Scheme.CALL, phase=PhaseKind.FIRST_EVALUATION, rule=CALL, ties=(1, 2),
    criteria=(CriterionPlan("Excellence", EXCELLENCE, 1, 4), CriterionPlan("Impact", IMPACT, 1, 4)),
    stage=FIRST_STAGE,
)  # fmt: skip
SECOND = RoundPlan(
    "Evaluation of full proposals", Scheme.CALL, rule={**CALL, "purpose": "fund", "sum_threshold": 10.0}, ties=(1, 2),
    criteria=(
        CriterionPlan("Excellence", EXCELLENCE, 1, 3), CriterionPlan("Impact", IMPACT, 1, 3),
        CriterionPlan("Quality of implementation", IMPLEMENTATION, 1, 3),
    ),
    stage=SECOND_STAGE,
)  # fmt: skip


@on_template("call")
def begin_call(db: Database, actor: Actor, event: EventWithPhases) -> None:
    """Everything as the Horizon rules have it, as drafts: criteria from 0 to 5 in half points, thresholds of 4 on each
    of two, then of 3 on each of three and 10 in sum."""
    set_team_rules(db, actor, event, size_min=1, size_max=30, solo_allowed=True, lock_at=None)
    for asking in FIELDS:
        add_field_for_all(db, actor, event, asking=asking)
    set_page_limits(db, actor, event, pages=PROPOSAL_PAGES, note_pages=NOTE_PAGES)
    add_round(db, actor, event, plan=FIRST)
    add_round(db, actor, event, plan=SECOND)
    set_screening_up(db, actor, event, questions=CONDITIONS)
