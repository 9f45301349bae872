"""Makers for calls of two stages: applicants with concept notes, experts, screening, consensus."""

from dataclasses import dataclass, replace
from typing import Any

from sqlmodel import select

from events.core.access import Actor
from events.core.database import Database
from events.events import EventWithPhases
from events.handing_in import hand_in
from events.phases import PhaseKind
from events.registration import appoint
from events.roles import Role
from events.rounds.assigning import assign_judges
from events.rounds.consensus import PanelWork, get_panel_work, write_consensus
from events.rounds.desk import get_work, works_for
from events.rounds.judges import name_judge
from events.rounds.redress import RedressRequest, ToldResult, ask_for_redress, told_result
from events.rounds.rounds import JudgingRound, RoundInEvent
from events.rounds.running import close_round, open_round
from events.rounds.scoring import score_submission
from events.rounds.setting_up import take_in
from events.screening.assigning import assign_screeners, open_screening, works_in
from events.screening.rows import ScreeningVerdict, Verdict
from events.screening.screenings import ScreeningInEvent, find_screening, name_screener, questions_of
from events.screening.verdicts import ScreenedWork, get_screened_work, get_work_to_screen, give_verdict
from events.submission_fields import FieldKind, fields_for
from events.submission_texts import Written
from events.submissions import submission_of_team
from events.teams import TeamInEvent, team_of
from tests.events.makers_hackathon import make_team
from tests.events.makers_rounds import new_id, work_of
from tests.makers import again, make_event, make_person, make_programme, make_registration, open_phase, shut_phase

APPLICANTS = ("Straw", "Husk", "Whey")


@dataclass
class Call:
    """A call of Ada's whose applicants have handed in concept notes, with its experts."""

    ada: Actor
    event: EventWithPhases
    leads: dict[str, Actor]
    experts: list[Actor]

    def round(self, db: Database, stage: int) -> RoundInEvent:
        """The evaluation of a stage."""
        query = select(JudgingRound).where(JudgingRound.event_id == self.event.id, JudgingRound.stage == stage)
        return RoundInEvent(db.exec(query).one(), self.event)

    def screening(self, db: Database) -> ScreeningInEvent:
        """The screening of its concept notes."""
        row = find_screening(db, self.event.id)
        assert row is not None
        return ScreeningInEvent(row, self.event)

    def team(self, db: Database, name: str) -> TeamInEvent:
        """A team of its applicants."""
        team = team_of(db, self.leads[name].person, self.event.id)
        assert team is not None
        return TeamInEvent(team, self.event)


def make_call(db: Database, ada: Actor, *, experts: int = 2, straw: Actor | None = None) -> Call:
    """A call made from the template, in which three concept notes are handed in and their phase is on; perhaps with
    somebody who is there already as the one who leads Straw."""
    known = {"Straw": straw} if straw else {}
    leads = {
        name: known.get(name) or make_person(db, f"{name} Lead", email=f"{name.lower()}@example.org")
        for name in APPLICANTS
    }
    programme = make_programme(db, ada)
    event = make_event(db, again(db, ada), programme, template="call", name="Green call")
    people = [make_person(db, f"Expert {n}", email=f"expert{n}@example.org") for n in range(1, experts + 1)]
    for one in people:
        appoint(db, again(db, ada), event, person_id=one.person or 0, role=Role.JUDGE)
    call = Call(again(db, ada), event, leads, people)
    for name, lead in leads.items():
        make_registration(db, lead, event)
        make_team(db, lead, event, name)
        hand_in_stage(db, call, name)
    return call


def written(db: Database, call: Call, name: str, *, funding: str = "100000") -> Written:
    """What a team of applicants writes at its stage, every field answered."""
    team = call.team(db, name)
    fields = fields_for(db, call.event.id, None, team.team.stage)
    answers = {one.public_id: funding if one.kind is FieldKind.FUNDING else f"{one.label}: yes." for one in fields}
    summary = f"What {name} wants to do together with its partners, and for whom it is."
    return Written(title=f"Work of {name}", summary=summary, answers=answers)


def hand_in_stage(db: Database, call: Call, name: str, *, funding: str = "100000") -> Any:
    """A team hands in what is its turn."""
    team = call.team(db, name)
    row = submission_of_team(db, team.id)
    said = written(db, call, name, funding=funding)
    return hand_in(db, again(db, call.leads[name]), team, written=said, revision=row.revision if row else 0)


def hand_in_stage_anew(db: Database, call: Call, name: str) -> int:
    """A team hands in something else at its stage; answers the number of what counts from now on."""
    team = call.team(db, name)
    row = submission_of_team(db, team.id)
    assert row is not None
    said = replace(written(db, call, name), title=f"Work of {name} by now")
    return hand_in(db, again(db, call.leads[name]), team, written=said, revision=row.revision).number


def name_screeners(db: Database, call: Call, *people: Actor) -> None:
    """Let these screen."""
    for one in people:
        name_screener(db, call.ada, call.screening(db), person_id=one.person or 0)


def open_the_screening(db: Database, call: Call, *people: Actor) -> ScreeningInEvent:
    """Two or more screeners, assigned, in an open screening."""
    name_screeners(db, call, *people)
    assign_screeners(db, call.ada, call.screening(db))
    open_screening(db, call.ada, call.screening(db))
    return call.screening(db)


def public_of(db: Database, call: Call, name: str) -> str:
    """The public id of a team's submission in the screening."""
    row = submission_of_team(db, call.team(db, name).id)
    assert row is not None
    return next(one.public_id for one in works_in(db, call.screening(db).id) if one.submission_id == row.id)


def to_screen(db: Database, call: Call, screener: Actor, name: str) -> ScreenedWork:
    """A submission before somebody who screens it."""
    return get_work_to_screen(db, again(db, screener), call.screening(db), public_of(db, call, name))


def to_decide(db: Database, call: Call, name: str) -> ScreenedWork:
    """A submission before Ada."""
    return get_screened_work(db, call.ada, call.screening(db), public_of(db, call, name))


def screen(
    db: Database, call: Call, screener: Actor, name: str, verdict: str = "eligible", *, reason: str = "", seen: int = 0,
    read: int = 0,
) -> ScreeningVerdict:  # fmt: skip
    """A screener says what they find."""
    work = to_screen(db, call, screener, name)
    said = Verdict(verdict)
    answer = "yes" if said is Verdict.ELIGIBLE else "unclear"
    answers = {one.position: answer for one in questions_of(db, work.screening.id)}
    because = reason or ("" if said is Verdict.ELIGIBLE else f"Because {name} is {verdict}.")
    return give_verdict(
        db, again(db, screener), work, verdict=said, answers=answers, reason=because, seen=seen, client_id=new_id(),
        read=read,
    )  # fmt: skip


def close_concept_notes(db: Database, call: Call) -> None:
    """The time for concept notes is over, their evaluation is on."""
    call.event = shut_phase(db, call.ada, call.event, PhaseKind.CONCEPT_NOTE)
    call.event = open_phase(db, call.ada, call.event, PhaseKind.FIRST_EVALUATION)


def open_full_proposals(db: Database, call: Call) -> None:
    """Full proposals are taken."""
    call.event = shut_phase(db, call.ada, call.event, PhaseKind.FIRST_EVALUATION)
    call.event = open_phase(db, call.ada, call.event, PhaseKind.SUBMISSION)


def evaluate(db: Database, call: Call, stage: int, points: dict[str, tuple[float, ...]], *, agree: bool = True) -> None:
    """Every expert gives these points, the round is closed, and they agree on the same."""
    made = call.round(db, stage)
    for one in call.experts:
        name_judge(db, call.ada, made, person_id=one.person or 0)
    made.round.judges_each = len(call.experts)
    take_in(db, call.ada, made)
    assign_judges(db, call.ada, made)
    open_round(db, call.ada, made)
    for one in call.experts:
        actor = again(db, one)
        numbers = {row.number for row in works_for(db, actor, made)}
        for name, given in points.items():
            work = get_work(db, actor, made, work_of(db, made, name))
            assert work.row.number in numbers
            score_submission(db, actor, work, points=dict(enumerate(given, 1)), seen=0, client_id=new_id())
    close_round(db, call.ada, made)
    if agree:
        for name, given in points.items():
            consensus(db, call, stage, name, *given)


def panel(db: Database, call: Call, actor: Actor, stage: int, name: str) -> PanelWork:
    """A submission with its evaluators, before one of them or Ada."""
    made = call.round(db, stage)
    return get_panel_work(db, again(db, actor), made, work_of(db, made, name))


def consensus(db: Database, call: Call, stage: int, name: str, *points: float, seen: int = 0) -> Any:
    """Ada writes down what was agreed on."""
    words = {number: f"Words on {number}." for number in range(1, len(points) + 1)}
    return write_consensus(
        db, call.ada, panel(db, call, call.ada, stage, name), points=dict(enumerate(points, 1)), words=words,
        summary=f"On the whole, {name}.", seen=seen,
    )  # fmt: skip


def told(db: Database, call: Call, stage: int, name: str) -> ToldResult:
    """What a team was told about its submission in a stage."""
    team = call.team(db, name)
    submission = submission_of_team(db, team.id)
    assert submission is not None
    found = told_result(db, call.round(db, stage), team, submission)
    assert found is not None
    return found


def ask_redress(db: Database, call: Call, name: str, reason: str = "Nobody read the annex.") -> RedressRequest:
    """A team asks for redress about the evaluation of its concept note."""
    return ask_for_redress(db, again(db, call.leads[name]), told(db, call, 1, name), reason=reason)


def fresh_event(db: Database, call: Call) -> Call:
    """The call with rows as they are now."""
    db.expire_all()
    return replace(call)
