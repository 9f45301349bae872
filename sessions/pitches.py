"""Pitch rooms: who speaks when, for how long. A countdown is the fact 'started at T for N seconds', never a tick."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import CursorResult, Index, UniqueConstraint, text, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel, col, select

from events.core.access import Actor, command
from events.core.columns import moment, public_id, word
from events.core.database import Database, is_broken
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.translation import Message, _
from events.events import EventWithPhases, not_over
from events.submissions import Submission, SubmissionState
from events.teams import Team, TeamMember
from sessions.calendars import Content, EntryKind, cancel_entry, revise
from sessions.stages import Stage as Stage
from sessions.stages import StageInEvent, lock_stage, note_change, run_stage
from sessions.stages import StageState as StageState
from sessions.stages import see_stages as see_stages

SHORTEST, LONGEST = 10, 3600


class PitchState(StrEnum):
    """Where a pitch is in the running order."""

    WAITING = "waiting"
    ON_STAGE = "on stage"
    DONE = "done"
    CANCELLED = "cancelled"


class Pitch(SQLModel, table=True):
    """A submission's turn on a stage. The partial index is why nobody shares the stage."""

    __table_args__ = (
        UniqueConstraint("stage_id", "submission_id"),
        Index(
            "uq_pitch_stage_id",
            "stage_id",
            unique=True,
            sqlite_where=text("state = 'on stage'"),
            postgresql_where=text("state = 'on stage'"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("pt")
    event_id: int = Field(foreign_key="event.id", index=True)
    stage_id: int = Field(foreign_key="stage.id", index=True)
    submission_id: int = Field(foreign_key="submission.id", index=True)
    position: int
    state: PitchState = word(PitchState, default=PitchState.WAITING)
    planned_at: datetime = moment()
    seconds: int
    started_at: datetime | None = moment(default=None, nullable=True)
    paused_at: datetime | None = moment(default=None, nullable=True)
    ended_at: datetime | None = moment(default=None, nullable=True)


@dataclass(frozen=True)
class StagePlanned(Fact):
    """An event got a pitch room."""

    event_id: int
    stage_id: int


@dataclass(frozen=True)
class StageOpened(Fact):
    """The host opened the room."""

    event_id: int
    stage_id: int


@dataclass(frozen=True)
class StageClosed(Fact):
    """The host closed the room."""

    event_id: int
    stage_id: int


@dataclass(frozen=True)
class PitchScheduled(Fact):
    """A team has a time on a stage; `sequence` is its calendar revision."""

    event_id: int
    pitch_id: int
    sequence: int


@dataclass(frozen=True)
class PitchMoved(Fact):
    """A team's time on a stage was changed before the room opened."""

    event_id: int
    pitch_id: int
    sequence: int


@dataclass(frozen=True)
class PitchCancelled(Fact):
    """A team does not pitch after all."""

    event_id: int
    pitch_id: int
    sequence: int


@dataclass(frozen=True)
class PitchStarted(Fact):
    """A team is on: the countdown runs from `started_at` for `seconds`, on the server's clock."""

    event_id: int
    stage_id: int
    pitch_id: int
    started_at: datetime
    seconds: int


@dataclass(frozen=True)
class PitchEnded(Fact):
    """A team has pitched."""

    event_id: int
    stage_id: int
    pitch_id: int


class MovedOnAlready(Conflict):
    """Somebody else ran the room at the same moment."""

    def __init__(self) -> None:
        super().__init__(_("Somebody else has moved the room on already. It is shown as it is now."))


class PitchNotWaiting(Conflict):
    """A pitch that was given or called off keeps its place."""

    def __init__(self) -> None:
        super().__init__(_("This pitch does not wait any more, so its place stays as it is."))


def not_closed(subject: StageInEvent, now: datetime) -> None:
    """Refuse to plan for a room that is closed."""
    not_over(cast(EventWithPhases, subject), now)  # asks for subject.event only
    if subject.stage.state is StageState.CLOSED:
        raise Conflict(_("This room is closed. Open it again first."))


@command(run_stage, when=not_over)
def plan_stage(
    db: Database,
    actor: Actor,
    event: EventWithPhases,
    *,
    name: str,
    opens_at: datetime,
    pitch_seconds: int = 180,
    question_seconds: int = 120,
) -> Stage:
    """Give an event a pitch room that opens at `opens_at` (aware); each team has `pitch_seconds` and then
    `question_seconds` for questions. Refuses an empty name and turns that are too short or too long."""
    wrong: dict[str, Message | str] = {}
    if not name.strip():
        wrong["name"] = _("Please give the room a name.")
    if not SHORTEST <= pitch_seconds <= LONGEST:
        wrong["pitch_seconds"] = _("A pitch lasts from ten seconds to an hour.")
    if not 0 <= question_seconds <= LONGEST:
        wrong["question_seconds"] = _("Questions last an hour at most.")
    if wrong:
        raise Invalid(wrong)
    stage = Stage(
        event_id=event.id,
        name=name.strip()[:120],
        opens_at=opens_at,
        pitch_seconds=pitch_seconds,
        question_seconds=question_seconds,
    )
    db.add(stage)
    db.flush()
    record(db, actor, StagePlanned(event_id=event.id, stage_id=stage.id or 0))
    return stage


@command(run_stage, when=not_closed)
def move_stage(db: Database, actor: Actor, subject: StageInEvent, *, opens_at: datetime) -> None:
    """Let a room open at another time (aware); every pitch moves with it, in the teams' calendars too."""
    if subject.stage.state is StageState.OPEN:
        raise Conflict(_("This room is open already."))
    lock_stage(db, subject.stage)
    subject.stage.opens_at = opens_at
    db.add(subject.stage)
    _plan_times(db, actor, subject)
    note_change(db, subject.stage, "order changed")


@command(run_stage, when=not_closed)
def schedule_pitches(
    db: Database, actor: Actor, subject: StageInEvent, *, submissions: list[int] | None = None
) -> list[Pitch]:
    """Put submissions (ids) at the end of the running order; by default every final one without a turn anywhere yet.

    A turn that was called off comes back only when its submission is named. Answers the turns that are new. Teams get
    the time into their calendars.
    """
    lock_stage(db, subject.stage)
    known = {pitch.submission_id: pitch for pitch in pitches_of(db, subject.stage)}
    added = [
        _give_turn(db, subject, known.get(found), found, len(known) + at)
        for at, found in enumerate(_final_submissions(db, subject, submissions), 1)
        if found not in known or known[found].state is PitchState.CANCELLED
    ]
    _plan_times(db, actor, subject, new={pitch.id for pitch in added})
    if added:
        note_change(db, subject.stage, "order changed")
    return added


def _final_submissions(db: Database, subject: StageInEvent, chosen: list[int] | None) -> list[int]:
    query = select(Submission.id).where(
        Submission.event_id == subject.event_id, Submission.state == SubmissionState.FINAL
    )
    if chosen is None:
        query = query.where(col(Submission.id).not_in(select(Pitch.submission_id)))
    else:
        query = query.where(col(Submission.id).in_(chosen))
    found = [one for one in db.exec(query.order_by(col(Submission.handed_in_at), col(Submission.id))) if one]
    return found if chosen is None else sorted(found, key=chosen.index)


def _give_turn(db: Database, subject: StageInEvent, before: Pitch | None, submission_id: int, position: int) -> Pitch:
    pitch = before or Pitch(
        event_id=subject.event_id,
        stage_id=subject.id,
        submission_id=submission_id,
        position=position,
        planned_at=subject.stage.opens_at,
        seconds=subject.stage.pitch_seconds,
    )
    pitch.state, pitch.position = PitchState.WAITING, position
    db.add(pitch)
    db.flush()
    return pitch


def pitches_of(db: Database, stage: Stage) -> list[Pitch]:
    """The pitches of a stage in running order, those that were called off too."""
    query = select(Pitch).where(Pitch.stage_id == stage.id).order_by(col(Pitch.position), col(Pitch.id))
    return list(db.exec(query))


def _plan_times(db: Database, actor: Actor, subject: StageInEvent, *, new: set[int | None] | None = None) -> None:
    """One turn after the other from the opening on. Calendars follow until the room is open; then the room is right."""
    stage, begins = subject.stage, subject.stage.opens_at
    turns = [pitch for pitch in pitches_of(db, stage) if pitch.state is not PitchState.CANCELLED]
    teams = _teams_behind(db, turns)
    for position, pitch in enumerate(turns, 1):
        moved, is_new = pitch.planned_at != begins, pitch.id in (new or set())
        pitch.position, pitch.planned_at = position, begins
        db.add(pitch)
        begins += timedelta(seconds=pitch.seconds + stage.question_seconds)
        if is_new or (stage.state is StageState.PLANNED and pitch.state is PitchState.WAITING):
            _tell_calendars(db, actor, subject, pitch, teams[pitch.submission_id], moved=moved and not is_new)
    db.flush()


def _teams_behind(db: Database, turns: list[Pitch]) -> dict[int, tuple[str, set[int]]]:
    rows = db.exec(
        select(Submission.id, Team.name, TeamMember.person_id)
        .where(col(Submission.id).in_([pitch.submission_id for pitch in turns]), Team.id == Submission.team_id)
        .join(TeamMember, col(TeamMember.team_id) == Team.id, isouter=True)
    )
    found: dict[int, tuple[str, set[int]]] = {}
    for submission_id, name, person_id in rows:
        people = found.setdefault(submission_id or 0, (name, set()))[1]
        if person_id:
            people.add(person_id)
    return found


def _tell_calendars(
    db: Database, actor: Actor, subject: StageInEvent, pitch: Pitch, team: tuple[str, set[int]], *, moved: bool
) -> None:
    name, people = team
    content = Content(
        starts_at=pitch.planned_at,
        ends_at=pitch.planned_at + timedelta(seconds=pitch.seconds + subject.stage.question_seconds),
        summary=f"Pitch: {name}",  # The same for all readers, and the same word in all our languages.
        place=subject.stage.name,
        path=f"/e/{subject.event.slug}/stages/{subject.stage.public_id}",
    )
    sequence = revise(db, EntryKind.PITCH, pitch.id or 0, people, content)
    if sequence is not None:
        kind = PitchMoved if moved else PitchScheduled
        record(db, actor, kind(event_id=pitch.event_id, pitch_id=pitch.id or 0, sequence=sequence))


def get_pitch(db: Database, subject: StageInEvent, public: str) -> Pitch:
    """A pitch of a stage that the reader has been let into; NotFound for another stage's."""
    found = db.exec(select(Pitch).where(Pitch.public_id == public, Pitch.stage_id == subject.id)).first()
    if found is None:
        raise NotFound()
    return found


@command(run_stage, when=not_closed)
def reorder_pitch(db: Database, actor: Actor, subject: StageInEvent, *, pitch: Pitch, up: bool) -> None:
    """Let a team that waits change places with its neighbour; nothing happens at the ends. Refuses one that had its
    turn. Before the room opens, both teams' calendars follow."""
    lock_stage(db, subject.stage)
    waiting = [one for one in pitches_of(db, subject.stage) if one.state is PitchState.WAITING]
    here = next((at for at, one in enumerate(waiting) if one.id == pitch.id), None)
    if here is None:
        raise PitchNotWaiting
    there = here - 1 if up else here + 1
    if not 0 <= there < len(waiting):
        return
    one, other = waiting[here], waiting[there]
    one.position, other.position = other.position, one.position
    db.add_all([one, other])
    db.flush()
    _plan_times(db, actor, subject)
    note_change(db, subject.stage, "order changed")


@command(run_stage, when=not_closed)
def cancel_pitch(db: Database, actor: Actor, subject: StageInEvent, *, pitch: Pitch) -> None:
    """Take a team that waits out of the running order and out of its calendars; those behind it move up."""
    lock_stage(db, subject.stage)
    step_pitch(db, pitch, {PitchState.WAITING}, PitchState.CANCELLED, PitchNotWaiting())
    sequence = cancel_entry(db, EntryKind.PITCH, pitch.id or 0)
    record(db, actor, PitchCancelled(event_id=pitch.event_id, pitch_id=pitch.id or 0, sequence=sequence or 0))
    _plan_times(db, actor, subject)
    note_change(db, subject.stage, "order changed")


@command(run_stage, when=not_closed)
def skip_pitch(db: Database, actor: Actor, subject: StageInEvent, *, pitch: Pitch) -> None:
    """Let a team that is not ready go to the end of the running order; those behind it move up. Refuses one that had
    its turn. Before the room opens, the teams' calendars follow."""
    lock_stage(db, subject.stage)
    turns = pitches_of(db, subject.stage)
    here = next((one for one in turns if one.id == pitch.id and one.state is PitchState.WAITING), None)
    if here is None:
        raise PitchNotWaiting
    here.position = max(one.position for one in turns) + 1
    db.add(here)
    db.flush()
    _plan_times(db, actor, subject)
    note_change(db, subject.stage, "order changed")


def step_pitch(
    db: Database, pitch: Pitch, states: set[PitchState], to: PitchState, otherwise: Conflict, **values: Any
) -> None:
    """Compare-and-set of a pitch's state, part of commands that have asked their own rule; else raises `otherwise`."""
    change = update(Pitch).where(col(Pitch.id) == pitch.id, col(Pitch.state).in_(states)).values(state=to, **values)
    try:
        with db.begin_nested():
            done = db.execute(change, execution_options={"synchronize_session": False})
    except IntegrityError as error:
        if is_broken(error, "uq_pitch_stage_id"):
            raise MovedOnAlready from error
        raise
    if cast("CursorResult[Any]", done).rowcount != 1:  # an UPDATE always answers with a cursor
        raise otherwise
    db.refresh(pitch)
