"""What a stage of a call decides: its budget, who is invited or funded, and what each team is told of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel, select

from events.core import clock
from events.core.access import Actor, command
from events.core.columns import moment, word
from events.core.database import Database
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid
from events.core.translation import Message, _
from events.deadlines import SECOND_STAGE, in_stages
from events.events import event_by_id
from events.judging.calls import CallResult, Fate, Purpose
from events.late_entries import end_late_entry
from events.roles import organiser_of_event
from events.rounds.consensus import is_call
from events.rounds.inputs import Inputs
from events.rounds.publishing import PublishedResult, before_fixing, on_shown
from events.rounds.rounds import JudgingRound, RoundChanged, RoundInEvent, RoundSubmission, Scheme
from events.rounds.schemes import wrong_budget
from events.submissions import Submission
from events.teams import Team

FATE_NAMES: dict[Fate, Message] = {
    Fate.INVITED: _("Invited to hand in a full proposal"),
    Fate.NOT_INVITED: _("Above all thresholds, not invited"),
    Fate.FUNDED: _("Funded"),
    Fate.RESERVE: _("On the reserve list"),
    Fate.UNDECIDED: _("Not decided"),
    Fate.BELOW: _("Below a threshold"),
}


class CallFate(SQLModel, table=True):
    """What a team was told last about its submission in a stage of a call."""

    __tablename__ = "call_fate"
    __table_args__ = (UniqueConstraint("round_id", "submission_id"),)

    id: int | None = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="judging_round.id", index=True)
    submission_id: int = Field(foreign_key="submission.id", index=True)
    fate: Fate = word(Fate)
    result_id: int = Field(foreign_key="published_result.id")
    told_at: datetime = moment()


@dataclass(frozen=True)
class CallDecided(Fact):
    """A team can know what became of its submission in a stage of a call: for the first time, or otherwise than
    before."""

    event_id: int
    round_id: int
    submission_id: int
    result_id: int
    fate: str


@command(organiser_of_event, when=is_call)
def set_budget(
    db: Database, actor: Actor, subject: RoundInEvent, *, available: float | None, aim: float = 3.0,
    least_times: float = 2.5,
) -> None:  # fmt: skip
    """Say how much there is to divide in euros (None: nothing is cut), at any time before the result. For invitations
    those are invited who together ask for about `aim` times as much, not below `least_times` times.

    Refuses what is no amount, and a least above the aim.
    """
    rule = {**subject.round.rule, "available": available, "aim": aim, "least_times": least_times}
    wrong = wrong_budget(rule)
    if wrong:
        raise Invalid(wrong)
    subject.round.rule = rule
    db.add(subject.round)
    db.flush()
    record(db, actor, RoundChanged(event_id=subject.event.id, round_id=subject.id))


@before_fixing
def _refuse_undecided(subject: RoundInEvent, inputs: Inputs, decided: CallResult | None) -> None:
    """Refuse to publish a stage of a call before everybody's fate is known."""
    if decided is None:
        return
    titles = {one.number: one.title for one in inputs.submissions}
    if decided.missing:
        raise Conflict(_("There is no consensus on “%(title)s” yet.", title=titles[decided.missing[0]]))
    if decided.unpriced:
        raise Conflict(
            _("“%(title)s” asks for no amount of funding, so the budget cannot be divided. Take the budget away, or "
              "let the team hand in again.", title=titles[decided.unpriced[0]])
        )  # fmt: skip
    if inputs.rule["purpose"] == Purpose.FUND and decided.available is None:
        raise Conflict(_("Say how much there is to divide first."))
    if any(fate is Fate.UNDECIDED for _number, fate in decided.fates):
        raise Conflict(_("The budget ends between submissions that share a place. Decide who comes first."))


def fates_in(result: Mapping[str, Any]) -> dict[int, Fate]:
    """What becomes of each submission by its number, in a result that was kept; empty where it is of no call."""
    return {number: Fate(fate) for number, fate in (result.get("call") or {}).get("fates", ())}


@on_shown
def _tell_fates(db: Database, actor: Actor, row: JudgingRound, result: PublishedResult) -> None:
    """Whoever is invited can hand in a full proposal from now on; each team is told once what became of it, and again
    where a later version says something else. A later version takes no invitation back."""
    fates = fates_in(result.result)
    if row.scheme is not Scheme.CALL or not fates:
        return
    number = {one.number: one for one in db.exec(select(RoundSubmission).where(RoundSubmission.round_id == row.id))}
    told = {one.submission_id: one for one in db.exec(select(CallFate).where(CallFate.round_id == row.id))}
    for each, fate in sorted(fates.items()):
        submission = number[each].submission_id
        before = told.get(submission)
        if fate is Fate.INVITED:
            _invite(db, submission)
        if before is not None and before.fate is fate:
            continue
        line = before or CallFate(
            round_id=row.id or 0, submission_id=submission, fate=fate, result_id=0, told_at=clock.now()
        )
        line.fate, line.result_id, line.told_at = fate, result.id or 0, clock.now()
        db.add(line)
        fact = CallDecided(
            event_id=row.event_id, round_id=row.id or 0, submission_id=submission, result_id=result.id or 0,
            fate=fate.value,
        )  # fmt: skip
        record(db, actor, fact)


def _invite(db: Database, submission_id: int) -> None:
    team = db.get_one(Team, db.get_one(Submission, submission_id).team_id)
    if team.stage >= SECOND_STAGE or not in_stages(event_by_id(db, team.event_id)):
        return
    team.stage = SECOND_STAGE
    end_late_entry(db, team)
    db.add(team)
    db.flush()


def fate_told(db: Database, round_id: int, submission_id: int) -> CallFate | None:
    """What a team was told last about its submission in a round."""
    return db.exec(
        select(CallFate).where(CallFate.round_id == round_id, CallFate.submission_id == submission_id)
    ).first()
