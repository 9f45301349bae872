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
from events.teams import Team, TeamInEvent, TeamMember, on_joined, on_left
from sessions.answers import REASON_LIMIT, checked_reason
from sessions.calendars import (
    CalendarMethod,
    Content,
    EntryKind,
    cancel_entry,
    content_of,
    find_entry,
    forget_all_but,
    invitees_of,
    latest_revision,
    revise,
    take_out,
)
from sessions.stages import Stage as Stage
from sessions.stages import StageInEvent, lock_stage, note_change, run_stage
from sessions.stages import StageState as StageState
from sessions.stages import see_stages as see_stages
from sessions.streams import stream_problem

SHORTEST, LONGEST = 10, 3600


class PitchState(StrEnum):
    """Where a pitch is in the running order."""

    WAITING = "waiting"
    ON_STAGE = "on stage"
    DONE = "done"
    CANCELLED = "cancelled"


class Pitch(SQLModel, table=True):
    """A submission's turn on a stage; `reason` is why it was called off. The partial index is why nobody shares the
    stage."""

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
    reason: str = Field(default="", max_length=REASON_LIMIT)


@dataclass(frozen=True)
class StagePlanned(Fact):
    """An event got a pitch room."""

    event_id: int
    stage_id: int


@dataclass(frozen=True)
class StageMoved(Fact):
    """A pitch room that is planned opens at another time."""

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
class PitchJoined(Fact):
    """Somebody came into a team that waits for its turn."""

    event_id: int
    pitch_id: int
    person_id: int
    sequence: int


@dataclass(frozen=True)
class PitchLeft(Fact):
    """Somebody went out of a team that waits for its turn; `taken_out` is the revision that takes it from their
    calendar."""

    event_id: int
    pitch_id: int
    person_id: int
    taken_out: int


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


class PitchNotCalledOff(Conflict):
    """Only a pitch that was called off can be put back."""

    def __init__(self) -> None:
        super().__init__(_("This pitch stands in the running order already."))


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
    stream: str = "",
) -> Stage:
    """Give an event a pitch room that opens at `opens_at` (aware); each team has `pitch_seconds` and then
    `question_seconds` for questions; `stream` is where it is watched from elsewhere. Refuses an empty name, turns that
    are too short or too long, and a stream without an https address."""
    wrong: dict[str, Message | str] = {}
    if not name.strip():
        wrong["name"] = _("Please give the room a name.")
    if not SHORTEST <= pitch_seconds <= LONGEST:
        wrong["pitch_seconds"] = _("A pitch lasts from ten seconds to an hour.")
    if not 0 <= question_seconds <= LONGEST:
        wrong["question_seconds"] = _("Questions last an hour at most.")
    if problem := stream_problem(stream.strip()):
        wrong["stream"] = problem
    if wrong:
        raise Invalid(wrong)
    stage = Stage(
        event_id=event.id, name=name.strip()[:120], opens_at=opens_at, pitch_seconds=pitch_seconds,
        question_seconds=question_seconds, stream=stream.strip(),
    )  # fmt: skip
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
    record(db, actor, StageMoved(event_id=subject.event_id, stage_id=subject.id))
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
    if before is not None:
        _bring_back(db, before)
    pitch = before or Pitch(
        event_id=subject.event_id, stage_id=subject.id, submission_id=submission_id, position=position,
        planned_at=subject.stage.opens_at, seconds=subject.stage.pitch_seconds,
    )  # fmt: skip
    pitch.position = position
    db.add(pitch)
    db.flush()
    return pitch


def _bring_back(db: Database, pitch: Pitch) -> None:
    """Let a turn wait again that was called off, for those who are in the team now. Refuses one that was not."""
    step_pitch(db, pitch, {PitchState.CANCELLED}, PitchState.WAITING, PitchNotCalledOff(), reason="")
    entry = find_entry(db, EntryKind.PITCH, pitch.id or 0)
    if entry is not None:  # who left the team meanwhile was told already that it is off
        _name, members = _teams_behind(db, [pitch])[pitch.submission_id]
        forget_all_but(db, entry, members)


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
        zone=subject.event.zone,
    )
    sequence = revise(db, EntryKind.PITCH, pitch.id or 0, people, content)
    if sequence is not None:
        kind = PitchMoved if moved else PitchScheduled
        record(db, actor, kind(event_id=pitch.event_id, pitch_id=pitch.id or 0, sequence=sequence))


@on_joined
def _joined_the_team(db: Database, actor: Actor, team: TeamInEvent, person_id: int) -> None:
    """Whoever comes into a team has its turns to come in their calendar."""
    for pitch in _turns_to_come(db, team.id):
        entry = find_entry(db, EntryKind.PITCH, pitch.id or 0)
        last = latest_revision(db, entry) if entry is not None else None
        if last is None or last.method is CalendarMethod.CANCEL:
            continue
        sequence = revise(db, EntryKind.PITCH, pitch.id or 0, {person_id}, content_of(last))
        if sequence is not None:
            record(db, actor, PitchJoined(pitch.event_id, pitch.id or 0, person_id, sequence=sequence))


@on_left
def _left_the_team(db: Database, actor: Actor, team: TeamInEvent, person_id: int) -> None:
    """Whoever is not in a team any more does not pitch with it."""
    for pitch in _turns_to_come(db, team.id):
        entry = find_entry(db, EntryKind.PITCH, pitch.id or 0)
        if entry is None or person_id not in invitees_of(db, entry):
            continue
        numbers = take_out(db, EntryKind.PITCH, pitch.id or 0, person_id)
        if numbers is not None:
            record(db, actor, PitchLeft(pitch.event_id, pitch.id or 0, person_id, taken_out=numbers[0]))


def _turns_to_come(db: Database, team_id: int) -> list[Pitch]:
    """The turns that a team waits for; their stages are held, so that nobody moves them meanwhile."""
    mine = (Submission.team_id == team_id, col(Submission.id) == col(Pitch.submission_id))
    waiting = (*mine, Pitch.state == PitchState.WAITING)
    for stage in db.exec(select(Stage).where(Stage.id == Pitch.stage_id, *waiting).order_by(col(Stage.id))).unique():
        lock_stage(db, stage)
    return list(
        db.exec(select(Pitch).where(*waiting).order_by(col(Pitch.id)).execution_options(populate_existing=True))
    )


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
def cancel_pitch(db: Database, actor: Actor, subject: StageInEvent, *, pitch: Pitch, reason: str = "") -> None:
    """Take a team that waits out of the running order and out of its calendars, perhaps with a `reason` of at most 500
    characters that the team reads; those behind it move up."""
    why = checked_reason("reason", reason)
    lock_stage(db, subject.stage)
    step_pitch(db, pitch, {PitchState.WAITING}, PitchState.CANCELLED, PitchNotWaiting(), reason=why)
    sequence = cancel_entry(db, EntryKind.PITCH, pitch.id or 0)
    record(db, actor, PitchCancelled(event_id=pitch.event_id, pitch_id=pitch.id or 0, sequence=sequence or 0))
    _plan_times(db, actor, subject)
    note_change(db, subject.stage, "order changed")


@command(run_stage, when=not_closed)
def put_pitch_back(db: Database, actor: Actor, subject: StageInEvent, *, pitch: Pitch) -> None:
    """Give a team its turn back that was called off: at its old place, or next where that has gone by. Those behind it
    move down, and the team gets a calendar entry again. Refuses one that was not called off."""
    lock_stage(db, subject.stage)
    _bring_back(db, pitch)
    others = [one for one in pitches_of(db, subject.stage) if one.id != pitch.id]
    gone_by = (PitchState.ON_STAGE, PitchState.DONE)
    pitch.position = max(pitch.position, *(one.position + 1 for one in others if one.state in gone_by), 1)
    for one in others:
        one.position += one.position >= pitch.position
    db.add_all([pitch, *others])
    db.flush()
    _plan_times(db, actor, subject, new={pitch.id})
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
