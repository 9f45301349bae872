"""Screening and evaluations of a call in the world: Dee and Pat screen, Dee evaluates; Tam's is found eligible."""

from dataclasses import dataclass

from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.events import EventWithPhases
from events.rounds.assigning import assign_judges
from events.rounds.calls import set_budget
from events.rounds.consensus import PanelWork, get_panel_work, write_consensus
from events.rounds.desk import get_work
from events.rounds.publishing import publish_result
from events.rounds.redress import ToldResult, ask_for_redress, told_result
from events.rounds.rounds import RoundInEvent, RoundState, Scheme, step_round, submissions_in
from events.rounds.running import close_round
from events.rounds.schemes import CriterionPlan
from events.rounds.scoring import score_submission
from events.rounds.setting_up import add_round
from events.screening.assigning import assign_screeners, works_in
from events.screening.rows import Verdict
from events.screening.screenings import (
    QuestionPlan,
    ScreeningInEvent,
    ScreeningState,
    name_screener,
    set_screening_up,
)
from events.screening.verdicts import ScreenedWork, get_work_to_screen, give_verdict
from events.submissions import submission_of_team
from events.teams import TeamInEvent, team_of
from tests.events.makers_rounds import plan
from tests.makers import again


@dataclass
class Calls:
    """Ada's screening, which is open, with Tam's submission before Dee; and an evaluation that is closed."""

    screening: ScreeningInEvent
    screened: ScreenedWork
    evaluation: RoundInEvent
    panel: PanelWork
    told: ToldResult
    redress: ToldResult
    ids: dict[str, str]


def build_calls(db: Database, people: dict[str, Actor], event: EventWithPhases) -> Calls:
    """Everything in the hackathon, as far as commands allow where judging has begun already."""
    ada = again(db, people["Ada"])
    closed, published, asked = (
        _evaluation(db, ada, people["Dee"], event, name) for name in ("Panel", "Funding", "Grants")
    )
    for one in (published, asked):
        publish_result(db, ada, one)
    [row] = submissions_in(db, closed.id)
    screening = set_screening_up(db, ada, event, questions=[QuestionPlan("Is it there?")])
    for name in ("Dee", "Pat"):
        name_screener(db, ada, screening, person_id=people[name].person or 0)
    assign_screeners(db, ada, screening)
    # A screening comes before judging; here it is open beside rounds of every state.
    screening.screening.state, screening.screening.opened_at = ScreeningState.OPEN, clock.now()
    db.add(screening.screening)
    db.flush()
    [work] = works_in(db, screening.id)
    for name in ("Dee", "Pat"):
        actor = again(db, people[name])
        give_verdict(
            db, actor, get_work_to_screen(db, actor, screening, work.public_id), verdict=Verdict.ELIGIBLE,
            answers={1: "yes"}, seen=0, client_id=f"client-{name}-says",
        )  # fmt: skip
    screened = get_work_to_screen(db, again(db, people["Dee"]), screening, work.public_id)
    panel = get_panel_work(db, again(db, people["Dee"]), closed, row.public_id)
    ids = {
        "screened_work": work.public_id, "evaluation": closed.round.public_id, "panel_work": row.public_id,
        "published_evaluation": published.round.public_id, "asked_evaluation": asked.round.public_id,
    }  # fmt: skip
    tam = again(db, people["Tam"])
    ask_for_redress(db, tam, _told(db, tam, asked), reason="The annex was not read.")
    redress = _told(db, tam, asked)
    assert redress.request is not None
    ids |= {"redress": redress.request.public_id}
    return Calls(screening, screened, closed, panel, _told(db, tam, published), redress, ids)


def _told(db: Database, tam: Actor, made: RoundInEvent) -> ToldResult:
    """What Tam's team was told."""
    team = team_of(db, tam.person, made.event.id)
    assert team is not None
    submission = submission_of_team(db, team.id)
    assert submission is not None
    told = told_result(db, made, TeamInEvent(team, made.event), submission)
    assert told is not None
    return told


def _evaluation(db: Database, ada: Actor, dee: Actor, event: EventWithPhases, name: str) -> RoundInEvent:
    wanted = plan(
        "call", name=name, phase=None, judges_each=1, criteria=(CriterionPlan("Excellence", threshold=3),), ties=()
    )
    made = add_round(db, ada, event, plan=wanted)
    assert made.round.scheme is Scheme.CALL
    assign_judges(db, ada, made)
    step_round(db, made.round, (RoundState.DRAFT,), state=RoundState.OPEN, opened_at=clock.now())
    actor = again(db, dee)
    [row] = submissions_in(db, made.id)
    work = get_work(db, actor, made, row.public_id)
    score_submission(db, actor, work, points={1: 4}, comment="Clear.", seen=0, client_id=f"client-{name}")
    close_round(db, ada, made)
    set_budget(db, ada, made, available=None)
    panel = get_panel_work(db, ada, made, row.public_id)
    write_consensus(db, ada, panel, points={1: 4.0}, words={1: "Clear."}, summary="Good.", seen=0)
    return made
