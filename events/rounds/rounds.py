"""Rounds: one pass of judging over some submissions of a hackathon, with its scheme, criteria and state.

A round is set up as a draft, opened, and closed; it may be opened again. Votes are taken while it is open and, where it
belongs to a phase, while that is on. What was published stays as it was whatever happens to the round afterwards.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import UniqueConstraint, func, update
from sqlmodel import Field, SQLModel, col, select

from events.challenges import its_event_not_over
from events.core import clock
from events.core.access import Actor, rule
from events.core.columns import listing, moment, public_id, word
from events.core.database import Database
from events.core.journal import Fact
from events.core.refusals import Conflict, NotFound
from events.core.translation import Message, _
from events.events import EventKind, EventState, EventWithPhases, not_over, see_event
from events.judging.outcomes import Border
from events.phases import PhaseKind, refuse_unless_open
from events.registration import participant_of_event
from events.roles import judge_in_the_event, organiser_of_event, screener_of_event


class Scheme(StrEnum):
    """How submissions are judged."""

    RUBRIC = "rubric"
    RANKING = "ranking"
    PAIRWISE = "pairwise"
    AUDIENCE = "audience"
    CALL = "call"


class RoundState(StrEnum):
    """DRAFT is set up; OPEN takes votes; CLOSED takes none; PUBLISHED has a result that others see, or will see."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"
    PUBLISHED = "published"


class JudgingRound(SQLModel, table=True):
    """One pass of judging; in a call `stage` says of what (1: concept notes, 2: full proposals). `rule` holds the
    settings of its scheme (see `schemes`), `kinds` which conflicts count besides those that always do. Judges who are
    through may ask for one more until a submission has `judges_most` (None: they may not). Its submissions are all that
    were handed in, or the best `places` of `after_id`. `shown_version` is the published result that others see now."""

    __tablename__ = "judging_round"

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("jr")
    event_id: int = Field(foreign_key="event.id", index=True)
    name: str = Field(max_length=80)
    about: str = Field(default="", max_length=2000)
    scheme: Scheme = word(Scheme)
    rule: dict[str, Any] = listing(default_factory=dict)
    state: RoundState = word(RoundState, default=RoundState.DRAFT)
    blind: bool = False
    stage: int | None = Field(default=None)
    phase: PhaseKind | None = word(PhaseKind, default=None, nullable=True)
    judges_each: int = 3
    judges_most: int | None = Field(default=None)
    kinds: list[str] = listing(default_factory=list)
    after_id: int | None = Field(default=None, foreign_key="judging_round.id", index=True)
    places: int | None = Field(default=None)
    border: Border = word(Border, default=Border.ALL)
    made_at: datetime = moment()
    opened_at: datetime | None = moment(default=None, nullable=True)
    closed_at: datetime | None = moment(default=None, nullable=True)
    reopened_at: datetime | None = moment(default=None, nullable=True)
    comments_released_at: datetime | None = moment(default=None, nullable=True)
    shown_version: int | None = Field(default=None)


class RoundCriterion(SQLModel, table=True):
    """What points are given for in a round; `position` counts from 1 and is its number in results and exports. In a
    call nothing passes that evaluators agree to give less than the `threshold`."""

    __tablename__ = "round_criterion"
    __table_args__ = (UniqueConstraint("round_id", "position"),)

    id: int | None = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="judging_round.id", index=True)
    position: int
    name: str = Field(max_length=80)
    about: str = Field(default="", max_length=300)
    weight: float = 1
    threshold: float | None = Field(default=None)


class RoundSubmission(SQLModel, table=True):
    """That a submission is judged in a round. `number` is drawn by lot and is all that a blind round says of it.
    `by_screening` says that it is out as long as screening has not found it eligible."""

    __tablename__ = "round_submission"
    __table_args__ = (UniqueConstraint("round_id", "submission_id"), UniqueConstraint("round_id", "number"))

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("rs")
    round_id: int = Field(foreign_key="judging_round.id", index=True)
    submission_id: int = Field(foreign_key="submission.id", index=True)
    number: int
    taken_in_at: datetime = moment()
    taken_out_at: datetime | None = moment(default=None, nullable=True)
    by_screening: bool = False


@dataclass(frozen=True)
class RoundAdded(Fact):
    """A round of judging was made."""

    event_id: int
    round_id: int


@dataclass(frozen=True)
class RoundChanged(Fact):
    """A round was set up differently, or has other submissions."""

    event_id: int
    round_id: int


@dataclass(frozen=True)
class RoundRemoved(Fact):
    """A round that was never opened is gone."""

    event_id: int
    round_id: int


@dataclass(frozen=True)
class RoundOpened(Fact):
    """A round takes votes, from its phase on where it belongs to one; perhaps again."""

    event_id: int
    round_id: int
    again: bool


@dataclass(frozen=True)
class RoundClosed(Fact):
    """A round takes no votes any more."""

    event_id: int
    round_id: int


class RoundNotOpen(Conflict):
    """A vote came while the round takes none."""


@dataclass(frozen=True)
class RoundInEvent:
    """A round with its event, as commands and rules need it."""

    round: JudgingRound
    event: EventWithPhases

    @property
    def id(self) -> int:
        """The round's id."""
        assert self.round.id is not None
        return self.round.id

    @property
    def shown(self) -> bool:
        """Whether a result of it can be seen by others than the organisers."""
        return self.round.shown_version is not None


@rule
def judge_of_round(actor: Actor, subject: Any) -> bool:
    return actor.is_("judge", "round", subject.round.id)


@rule
def see_round(actor: Actor, subject: RoundInEvent) -> bool:
    if organiser_of_event(actor, subject) or (subject.shown and see_event(actor, subject.event)):
        return True
    begun = subject.round.state is not RoundState.DRAFT
    votes = subject.round.scheme is Scheme.AUDIENCE and participant_of_event(actor, subject)
    return begun and (judge_of_round(actor, subject) or votes)


see_judging = organiser_of_event | judge_in_the_event | participant_of_event | screener_of_event


def has_judging(subject: EventWithPhases, now: datetime) -> None:
    """Refuse rounds in what has no submissions, or is over."""
    if subject.event.kind is not EventKind.HACKATHON:
        raise Conflict(_("Only a hackathon has rounds of judging."))
    not_over(subject, now)


def is_draft_round(subject: RoundInEvent, now: datetime) -> None:
    """Refuse what can be done only before a round is opened for the first time."""
    its_event_not_over(subject, now)
    if subject.round.state is not RoundState.DRAFT:
        raise Conflict(_("This round was opened already. How it judges can be changed in a draft only."))


def not_published(subject: RoundInEvent, now: datetime) -> None:
    """Refuse what would change a round whose result was published."""
    its_event_not_over(subject, now)
    if subject.round.state is RoundState.PUBLISHED:
        raise Conflict(_("The result of this round is published. Open the round again to change anything."))


def is_closed_round(subject: RoundInEvent, now: datetime) -> None:
    """Refuse what is done between closing a round and publishing its result."""
    not_published(subject, now)
    if subject.round.state is not RoundState.CLOSED:
        raise Conflict(_("Close the round first."))


def takes_votes(subject: Any, now: datetime) -> None:
    """Refuse votes in a round that is not open, or outside of its phase."""
    row: JudgingRound = subject.round
    event: EventWithPhases = subject.event
    if event.event.state is EventState.CLOSED:
        raise RoundNotOpen(_("This event is over. No votes are taken any more."))
    if row.state is not RoundState.OPEN:
        raise RoundNotOpen(why_closed(row))
    if row.phase is not None:
        refuse_unless_open(event.phase(row.phase), row.phase, event.is_open(row.phase, now), now)


def why_closed(row: JudgingRound) -> Message:
    """A sentence for who votes in a round that is not open."""
    if row.state is RoundState.DRAFT:
        return _("%(round)s is not open yet.", round=row.name)
    return _("%(round)s is closed. Ask the organisers if you had more to say.", round=row.name)


def is_taking_votes(subject: Any) -> bool:
    """Whether votes count now."""
    try:
        takes_votes(subject, clock.now())
    except Conflict:
        return False
    return True


def lock_open_round(db: Database, subject: Any) -> None:
    """Let the round not be closed until the commit; refuses when it was closed a moment ago.

    Whoever closes waits for all who vote at the moment, so that no vote comes in after the close.
    """
    held = select(JudgingRound.state).where(JudgingRound.id == subject.round.id).with_for_update(read=True)
    state = db.exec(held).first()
    if state is None:
        raise NotFound()
    if state is not RoundState.OPEN:
        row = JudgingRound(name=subject.round.name, state=RoundState(state), event_id=0, scheme=subject.round.scheme)
        raise RoundNotOpen(why_closed(row))


def step_round(db: Database, row: JudgingRound, before: Sequence[RoundState], **values: Any) -> bool:
    """Move a round on from one of these states by compare-and-set; False when somebody was quicker."""
    changed = db.execute(
        update(JudgingRound)
        .where(col(JudgingRound.id) == row.id, col(JudgingRound.state).in_(before))
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    db.refresh(row)
    return bool(changed.rowcount == 1)  # type: ignore[attr-defined]  # an UPDATE always answers with a cursor


POINTS_SCHEMES = (Scheme.RUBRIC, Scheme.CALL)  # those in which judges give points on criteria


def criteria_of(db: Database, round_id: int | None) -> list[RoundCriterion]:
    """A round's criteria in their order."""
    query = select(RoundCriterion).where(RoundCriterion.round_id == round_id)
    return list(db.exec(query.order_by(col(RoundCriterion.position))))


def submissions_in(db: Database, round_id: int | None, *, also_taken_out: bool = False) -> list[RoundSubmission]:
    """The submissions of a round by number, perhaps with those that were taken out."""
    query = select(RoundSubmission).where(RoundSubmission.round_id == round_id)
    if not also_taken_out:
        query = query.where(col(RoundSubmission.taken_out_at).is_(None))
    return list(db.exec(query.order_by(col(RoundSubmission.number))))


def count_in(db: Database, round_ids: Sequence[int]) -> dict[int, int]:
    """How many submissions each of these rounds has."""
    query = (
        select(RoundSubmission.round_id, func.count())
        .where(col(RoundSubmission.round_id).in_(round_ids), col(RoundSubmission.taken_out_at).is_(None))
        .group_by(col(RoundSubmission.round_id))
    )
    return {round_id: int(count) for round_id, count in db.exec(query)}


def get_round(db: Database, actor: Actor, event: EventWithPhases, public: str) -> RoundInEvent:
    """A round of this event for those who run it, judge in it, vote in it, or may see its result; NotFound for
    others."""
    query = select(JudgingRound).where(JudgingRound.public_id == public, JudgingRound.event_id == event.id)
    row = db.exec(query).first()
    if row is None or not see_round(actor, found := RoundInEvent(row, event)):
        raise NotFound()
    return found


def rounds_of(db: Database, actor: Actor, event: EventWithPhases) -> list[RoundInEvent]:
    """The rounds of an event that the actor may see, in the order in which they were made."""
    query = select(JudgingRound).where(JudgingRound.event_id == event.id).order_by(col(JudgingRound.id))
    return [one for row in db.exec(query) if see_round(actor, one := RoundInEvent(row, event))]
