"""Redress in a call: an applicant who thinks that an evaluation went wrong asks for it to be looked at again.

They can for some days after they were told; organisers who are not in the team decide, with reasons, once. Everything
stays on record. Nothing is evaluated again by this alone: who upholds a request opens the round again, and what is
published then is another version of the result.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import UniqueConstraint, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.access import Actor, command, rule
from events.core.columns import moment, public_id, word
from events.core.database import Database, is_broken
from events.core.hooks import personal_data
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.translation import At, Message, _
from events.deadlines import counts_from
from events.events import EventWithPhases
from events.people import Person
from events.roles import organiser_of_event
from events.rounds.calls import CallFate, fate_told
from events.rounds.rounds import JudgingRound, RoundInEvent
from events.rounds.schemes import REDRESS_DAYS
from events.submissions import Submission
from events.teams import Team, TeamInEvent, member_of_team

SHORTEST, LONGEST = 10, 4000


class RedressVerdict(StrEnum):
    """What was decided about a request."""

    UPHELD = "upheld"
    NO_EFFECT = "no effect"
    DISMISSED = "dismissed"


VERDICT_NAMES: dict[RedressVerdict, Message] = {
    RedressVerdict.UPHELD: _("Upheld: it is evaluated again"),
    RedressVerdict.NO_EFFECT: _("Upheld, without effect on the result"),
    RedressVerdict.DISMISSED: _("Dismissed"),
}


class RedressRequest(SQLModel, table=True):
    """That a team asks for redress about a result it was told, with its reasons, and what was decided and why. At most
    one for each result that a team is told; one that is taken back stays on record too."""

    __tablename__ = "redress_request"
    __table_args__ = (UniqueConstraint("round_id", "submission_id", "result_id"),)

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("rr")
    round_id: int = Field(foreign_key="judging_round.id", index=True)
    submission_id: int = Field(foreign_key="submission.id", index=True)
    result_id: int = Field(foreign_key="published_result.id")
    reason: str = Field(max_length=LONGEST)
    asked_by_id: int | None = Field(default=None, foreign_key="person.id")
    asked_at: datetime = moment()
    withdrawn_at: datetime | None = moment(default=None, nullable=True)
    verdict: RedressVerdict | None = word(RedressVerdict, default=None, nullable=True)
    decision: str = Field(default="", max_length=LONGEST)
    decided_by_id: int | None = Field(default=None, foreign_key="person.id")
    decided_at: datetime | None = moment(default=None, nullable=True)


personal_data(RedressRequest, "asked_by_id", "who asked for redress for their team", "detach")
personal_data(RedressRequest, "decided_by_id", "who decided a request for redress", "detach")


@dataclass(frozen=True)
class RedressAsked(Fact):
    """A team asks for redress."""

    event_id: int
    round_id: int
    submission_id: int
    redress_id: int


@dataclass(frozen=True)
class RedressWithdrawn(Fact):
    """A team does not ask any more."""

    event_id: int
    round_id: int
    submission_id: int
    redress_id: int


@dataclass(frozen=True)
class RedressDecided(Fact):
    """An organiser decided about a request; `state` says how."""

    event_id: int
    round_id: int
    submission_id: int
    redress_id: int
    state: str


@dataclass(frozen=True)
class ToldResult:
    """What a team was told about its submission in a stage of a call, and the request for redress about it, if any."""

    event: EventWithPhases
    round: JudgingRound
    team: Team
    submission: Submission
    fate: CallFate
    request: RedressRequest | None

    @property
    def until(self) -> datetime | None:
        """Until when the team may ask; None where the call has no redress."""
        return redress_until(self.round, self.fate, self.event.zone)


@rule
def not_about_oneself(actor: Actor, subject: Any) -> bool:
    return not member_of_team(actor, subject)


def redress_until(row: JudgingRound, fate: CallFate, zone: str) -> datetime | None:
    """The end of the last day on which redress can be asked for, on the clock of the event: so many days after the team
    was told. None where the round has no redress."""
    days = int(row.rule.get("redress_days", REDRESS_DAYS))
    if not days:
        return None
    last = fate.told_at.astimezone(ZoneInfo(zone)).date() + timedelta(days=days)
    return datetime.combine(last + timedelta(days=1), time(), ZoneInfo(zone))


def can_ask(subject: ToldResult, now: datetime) -> None:
    """Refuse requests where there are none, after the period, and a second one about the same result."""
    until = subject.until
    if until is None:
        raise Conflict(_("There is no redress in this evaluation. If something is wrong, write to the organisers."))
    if subject.request is not None:
        raise Conflict(_("Your team has asked about this result already."))
    if counts_from(now) >= until:
        raise Conflict(_("Redress could be asked for until %(when)s.", when=At(until, "when")))


def waits_for_a_decision(subject: ToldResult, now: datetime) -> None:
    """Refuse to decide or take back what was not asked, was decided, or was taken back."""
    if subject.request is None:
        raise Conflict(_("Nobody asked for redress."))
    if subject.request.withdrawn_at is not None:
        raise Conflict(_("This request was taken back."))
    if subject.request.verdict is not None:
        raise Conflict(_("This request was decided already. The decision stands on record."))


def _said(name: str, text: str, sentence: Message) -> str:
    if not SHORTEST <= len(text.strip()) <= LONGEST:
        raise Invalid({name: sentence})
    return text.strip()


@command(member_of_team, when=can_ask)
def ask_for_redress(db: Database, actor: Actor, subject: ToldResult, *, reason: str) -> RedressRequest:
    """Ask that an evaluation is looked at again, saying what went wrong (10 to 4,000 characters). The organisers are
    told, and every member of the team."""
    reason = _said("reason", reason, _("Please say in 10 to 4000 characters what went wrong in the evaluation."))
    row = RedressRequest(
        round_id=subject.round.id or 0, submission_id=subject.submission.id or 0, result_id=subject.fate.result_id,
        reason=reason, asked_by_id=actor.person, asked_at=clock.now(),
    )  # fmt: skip
    try:
        with db.begin_nested():
            db.add(row)
            db.flush()
    except IntegrityError as error:
        if not is_broken(error, "uq_redress_request_round_id_submission_id_result_id"):
            raise
        raise Conflict(_("Your team has asked about this result already.")) from error
    record(db, actor, RedressAsked(**_ids(subject), redress_id=row.id or 0))
    return row


@command(member_of_team, when=waits_for_a_decision)
def withdraw_redress(db: Database, actor: Actor, subject: ToldResult) -> None:
    """Take a request back before it is decided; that there was one stays on record."""
    row = _settle(db, subject, withdrawn_at=clock.now())
    record(db, actor, RedressWithdrawn(**_ids(subject), redress_id=row.id or 0))


@command(organiser_of_event & not_about_oneself, when=waits_for_a_decision)
def decide_redress(
    db: Database, actor: Actor, subject: ToldResult, *, verdict: RedressVerdict, decision: str
) -> RedressRequest:
    """Decide about a request, once, with reasons (10 to 4,000 characters) that the team reads. Nobody decides about
    their own team's."""
    decision = _said("decision", decision, _("Please give the reasons in 10 to 4000 characters; the team reads them."))
    row = _settle(
        db, subject, verdict=verdict, decision=decision, decided_by_id=actor.person, decided_at=clock.now()
    )  # fmt: skip
    record(db, actor, RedressDecided(**_ids(subject), redress_id=row.id or 0, state=verdict.value))
    return row


def _settle(db: Database, subject: ToldResult, **values: Any) -> RedressRequest:
    """Write what ends a request, unless somebody else has ended it meanwhile."""
    row = subject.request
    assert row is not None
    changed = db.execute(
        update(RedressRequest)
        .where(
            col(RedressRequest.id) == row.id,
            col(RedressRequest.verdict).is_(None),
            col(RedressRequest.withdrawn_at).is_(None),
        )
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    db.refresh(row)
    if changed.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE always answers with a cursor
        raise Conflict(_("Somebody else was quicker: this request is settled."))
    return row


def _ids(subject: ToldResult) -> dict[str, int]:
    return {
        "event_id": subject.event.id,
        "round_id": subject.round.id or 0,
        "submission_id": subject.submission.id or 0,
    }


def told_result(db: Database, subject: RoundInEvent, team: TeamInEvent, submission: Submission) -> ToldResult | None:
    """What a team was told last, with its request about that; None before it was told anything."""
    fate = fate_told(db, subject.id, submission.id or 0)
    if fate is None:
        return None
    query = select(RedressRequest).where(
        RedressRequest.round_id == subject.id, RedressRequest.submission_id == submission.id,
        RedressRequest.result_id == fate.result_id,
    )  # fmt: skip
    return ToldResult(subject.event, subject.round, team.team, submission, fate, db.exec(query).first())


@dataclass(frozen=True)
class RedressCard:
    """A request as lists and pages show it; the names only to organisers."""

    request: RedressRequest
    title: str
    team: str
    asked_by: str
    decided_by: str


def _cards(db: Database, *wanted: Any) -> list[RedressCard]:
    query: Any = (
        select(RedressRequest, Submission, Team)
        .join(Submission, col(Submission.id) == col(RedressRequest.submission_id))
        .join(Team, col(Team.id) == col(Submission.team_id))
        .where(*wanted)
        .order_by(col(RedressRequest.asked_at), col(RedressRequest.id))
    )
    rows = list(db.exec(query))
    ids = {person for row, _work, _team in rows for person in (row.asked_by_id, row.decided_by_id) if person}
    names = {one.id: one.name for one in db.exec(select(Person).where(col(Person.id).in_(ids)))} if ids else {}
    return [
        RedressCard(row, work.title or team.name, team.name, names.get(row.asked_by_id, ""),
                    names.get(row.decided_by_id, ""))
        for row, work, team in rows
    ]  # fmt: skip


def redress_in(db: Database, actor: Actor, subject: RoundInEvent) -> list[RedressCard]:
    """Every request in a round, in the order of time, for its organisers; empty for others."""
    return _cards(db, RedressRequest.round_id == subject.id) if organiser_of_event(actor, subject) else []


def redress_of(db: Database, actor: Actor, told: ToldResult) -> list[RedressCard]:
    """What a team has asked in a round so far, about earlier results too, for its members; empty for others."""
    if not member_of_team(actor, told):
        return []
    return _cards(
        db, RedressRequest.round_id == told.round.id, RedressRequest.submission_id == told.submission.id
    )  # fmt: skip


def get_redress(db: Database, actor: Actor, subject: RoundInEvent, public: str) -> tuple[ToldResult, RedressCard]:
    """A request with what it is about, for organisers; NotFound for others."""
    cards = _cards(db, RedressRequest.round_id == subject.id, RedressRequest.public_id == public)
    if not cards or not organiser_of_event(actor, subject):
        raise NotFound()
    card = cards[0]
    submission = db.get_one(Submission, card.request.submission_id)
    fate = fate_told(db, subject.id, card.request.submission_id)
    assert fate is not None  # somebody could ask about it
    team = db.get_one(Team, submission.team_id)
    return ToldResult(subject.event, subject.round, team, submission, fate, card.request), card
