"""Live scoring: in a round that is joined to a stage, points for a submission are given from its pitch on, and until
some minutes after it, on the stage's own clock."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.access import Actor, command
from events.core.database import Database
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid
from events.core.translation import _
from events.events import EventWithPhases
from events.rounds.desk import WorkForJudge, works_for
from events.rounds.rounds import JudgingRound, RoundInEvent, RoundState, Scheme
from events.rounds.scoring import scoring_rule
from sessions.pitches import Pitch, PitchState, not_closed
from sessions.stages import StageInEvent, lock_stage, note_change, run_stage

LONGEST_AFTER = 60


class LiveRound(SQLModel, table=True):
    """That a round is scored live on a stage, and for how many minutes after each pitch."""

    __tablename__ = "live_round"

    id: int | None = Field(default=None, primary_key=True)
    stage_id: int = Field(foreign_key="stage.id", unique=True)
    round_id: int = Field(foreign_key="judging_round.id", index=True)
    minutes_after: int = 10


@dataclass(frozen=True)
class ScoringJoined(Fact):
    """A round was joined to a stage, or (None) is joined to it no more."""

    event_id: int
    stage_id: int
    round_id: int | None


class NotPitchedYet(Conflict):
    """Points are given for what one has heard."""

    def __init__(self) -> None:
        super().__init__(_("This team has not pitched yet. Points can be given as soon as it is on stage."))


class PitchIsOver(Conflict):
    """The time for points has ended."""

    def __init__(self) -> None:
        super().__init__(_("The time for points for this pitch is over. Ask the organiser if you could not finish."))


@command(run_stage, when=not_closed)
def join_scoring(
    db: Database, actor: Actor, subject: StageInEvent, *, round_public: str, minutes_after: int = 10
) -> None:
    """Open the judges' forms of a round pitch by pitch, each until so many minutes after its pitch; '' joins none.

    Refuses a round in which no points are given, and a time of more than an hour.
    """
    if not 0 <= minutes_after <= LONGEST_AFTER:
        raise Invalid({"minutes_after": _("Choose at most %(most)s minutes.", most=LONGEST_AFTER)})
    lock_stage(db, subject.stage)
    held = db.exec(select(LiveRound).where(LiveRound.stage_id == subject.id)).first()
    if not round_public:
        if held is not None:
            db.delete(held)
            record(db, actor, ScoringJoined(subject.event_id, subject.id, None))
        return
    query = select(JudgingRound).where(JudgingRound.public_id == round_public)
    found = db.exec(query.where(JudgingRound.event_id == subject.event_id)).first()
    if found is None or found.scheme is not Scheme.RUBRIC:
        raise Invalid({"round": _("Choose a round in which points are given.")})
    held = held or LiveRound(stage_id=subject.id, round_id=found.id or 0)
    held.round_id, held.minutes_after = found.id or 0, minutes_after
    db.add(held)
    db.flush()
    record(db, actor, ScoringJoined(subject.event_id, subject.id, found.id))
    note_change(db, subject.stage, "order changed")


def live_round_of(db: Database, stage_id: int) -> tuple[LiveRound, JudgingRound] | None:
    """The round that is scored live on a stage."""
    query = select(LiveRound, JudgingRound).where(LiveRound.stage_id == stage_id, JudgingRound.id == LiveRound.round_id)
    return db.exec(query).first()


def rounds_to_join(db: Database, event_id: int) -> list[JudgingRound]:
    """The rounds of an event in which points are given."""
    query = select(JudgingRound).where(JudgingRound.event_id == event_id, JudgingRound.scheme == Scheme.RUBRIC)
    return list(db.exec(query.order_by(col(JudgingRound.id))))


@scoring_rule
def _only_around_the_pitch(db: Database, subject: WorkForJudge) -> None:
    query = select(LiveRound, Pitch).where(
        LiveRound.round_id == subject.round.id, Pitch.stage_id == LiveRound.stage_id,
        Pitch.submission_id == subject.row.submission_id, Pitch.state != PitchState.CANCELLED,
    )  # fmt: skip
    found = db.exec(query).first()
    if found is not None:
        _refuse_unless_on(found[1], found[0].minutes_after, clock.now())


def _refuse_unless_on(pitch: Pitch, minutes_after: int, now: datetime) -> None:
    if pitch.started_at is None:
        raise NotPitchedYet
    if pitch.state is not PitchState.ON_STAGE and now >= (pitch.ended_at or now) + timedelta(minutes=minutes_after):
        raise PitchIsOver


@dataclass(frozen=True)
class ScoreLink:
    """Where a judge scores a pitch: its round and its number there, and for how long after the pitch."""

    pitch: str
    round: str
    work: str
    minutes_after: int


def score_links(db: Database, actor: Actor, subject: StageInEvent, event: EventWithPhases) -> list[ScoreLink]:
    """The pitches of a room that this judge scores, as far as the round is open; none for everybody else."""
    found = live_round_of(db, subject.id)
    if found is None or found[1].state is not RoundState.OPEN or not actor.is_("judge", "round", found[1].id):
        return []
    works = works_for(db, actor, RoundInEvent(found[1], event))
    pitches = dict(db.exec(select(Pitch.submission_id, Pitch.public_id).where(Pitch.stage_id == subject.id)).all())
    return [
        ScoreLink(pitches[one.submission_id], found[1].public_id, one.public_id, found[0].minutes_after)
        for one in works
        if one.submission_id in pitches
    ]
