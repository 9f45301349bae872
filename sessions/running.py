"""Running a stage: what its host does while the room is live. Only one team is on stage at a time."""

from datetime import datetime
from typing import cast

from sqlmodel import col, select

from events.core import clock
from events.core.access import Actor, command
from events.core.database import Database
from events.core.hooks import on_event_closed
from events.core.journal import record
from events.core.refusals import Conflict, Invalid
from events.core.translation import _
from events.events import Event, EventWithPhases, not_over
from sessions.calendars import EntryKind, cancel_entry
from sessions.pitches import (
    LONGEST,
    SHORTEST,
    MovedOnAlready,
    Pitch,
    PitchCancelled,
    PitchEnded,
    PitchNotWaiting,
    PitchStarted,
    PitchState,
    StageClosed,
    StageOpened,
    pitches_of,
    step_pitch,
)
from sessions.stages import (
    Stage,
    StageInEvent,
    StageState,
    lock_open_stage,
    lock_stage,
    note_change,
    room_open,
    run_stage,
)


class NobodyLeft(Conflict):
    """The running order has nobody who still waits."""

    def __init__(self) -> None:
        super().__init__(_("Nobody is left in the running order. Close the room when the questions are done."))


class NobodyOnStage(Conflict):
    """Something was asked of the pitch on stage, and there is none."""

    def __init__(self) -> None:
        super().__init__(_("Nobody is on stage now. Start a pitch first."))


def not_open(subject: StageInEvent, now: datetime) -> None:
    """Refuse to open what is open."""
    not_over(cast(EventWithPhases, subject), now)  # asks for subject.event only
    if subject.stage.state is StageState.OPEN:
        raise Conflict(_("This room is open already."))


def pitch_on_stage(db: Database, stage: Stage) -> Pitch | None:
    """The pitch that is being given."""
    return db.exec(select(Pitch).where(Pitch.stage_id == stage.id, Pitch.state == PitchState.ON_STAGE)).first()


@command(run_stage, when=not_open)
def open_stage(db: Database, actor: Actor, subject: StageInEvent) -> None:
    """Let the audience ask and the pitches begin; a room that was closed by mistake opens again."""
    lock_stage(db, subject.stage)
    not_open(subject, clock.now())  # for two hosts at the same moment
    subject.stage.state, subject.stage.opened_at, subject.stage.closed_at = StageState.OPEN, clock.now(), None
    db.add(subject.stage)
    note_change(db, subject.stage, "opened")
    record(db, actor, StageOpened(event_id=subject.event_id, stage_id=subject.id))


@command(run_stage, when=room_open)
def close_stage(db: Database, actor: Actor, subject: StageInEvent) -> None:
    """End the room, and the pitch on stage if there is one; questions stay readable."""
    lock_open_stage(db, subject)
    _close(db, actor, subject)


def _close(db: Database, actor: Actor, subject: StageInEvent) -> None:
    current = pitch_on_stage(db, subject.stage)
    if current is not None:
        _end(db, actor, subject, current)
    subject.stage.state, subject.stage.closed_at = StageState.CLOSED, clock.now()
    db.add(subject.stage)
    note_change(db, subject.stage, "closed")
    record(db, actor, StageClosed(event_id=subject.event_id, stage_id=subject.id))


@on_event_closed
def _close_rooms(db: Database, actor: Actor, event_id: int) -> None:
    """What is open when an event ends is closed with it: after that nobody could."""
    query = select(Stage, Event).where(Stage.event_id == event_id, Stage.state == StageState.OPEN)
    for stage, event in db.exec(query.where(Event.id == Stage.event_id).order_by(col(Stage.id))).all():
        lock_stage(db, stage)
        if stage.state is StageState.OPEN:  # its host may have been faster
            _close(db, actor, StageInEvent(stage, event))


@on_event_closed
def _call_off_turns(db: Database, actor: Actor, event_id: int) -> None:
    """Turns that are to come when an event ends are off, in calendars too: no room opens for them any more."""
    to_come = (Pitch.event_id == event_id, Pitch.state == PitchState.WAITING, col(Pitch.planned_at) > clock.now())
    query = select(Pitch, Stage).where(*to_come, Stage.id == Pitch.stage_id)
    for pitch, stage in db.exec(query.order_by(col(Stage.id), col(Pitch.position))).all():
        lock_stage(db, stage)
        step_pitch(db, pitch, {PitchState.WAITING}, PitchState.CANCELLED, PitchNotWaiting(), reason="")
        sequence = cancel_entry(db, EntryKind.PITCH, pitch.id or 0)
        record(db, actor, PitchCancelled(event_id=event_id, pitch_id=pitch.id or 0, sequence=sequence or 0))
        note_change(db, stage, "order changed")


@command(run_stage, when=room_open)
def start_pitch(
    db: Database, actor: Actor, subject: StageInEvent, *, pitch: Pitch | None = None, after: str | None = None
) -> Pitch:
    """Put the next team on stage, or a chosen one (again, if need be), and end the pitch before: one at a time.

    `after` is the public id of the pitch the host saw on stage ('' for none): two hosts who press at once start one.
    """
    lock_open_stage(db, subject)
    current = pitch_on_stage(db, subject.stage)
    if after is not None and after != (current.public_id if current else ""):
        raise MovedOnAlready
    chosen = pitch or _next_waiting(db, subject.stage)
    if chosen is None:
        raise NobodyLeft
    if current is not None:
        _end(db, actor, subject, current)
    started = clock.now()
    free = {PitchState.WAITING, PitchState.DONE}
    step_pitch(db, chosen, free, PitchState.ON_STAGE, MovedOnAlready(), started_at=started, paused_at=None,
               ended_at=None)  # fmt: skip
    note_change(db, subject.stage, "pitch started", pitch=chosen.id)
    record(
        db,
        actor,
        PitchStarted(
            event_id=subject.event_id,
            stage_id=subject.id,
            pitch_id=chosen.id or 0,
            started_at=started,
            seconds=chosen.seconds,
        ),
    )
    return chosen


def _next_waiting(db: Database, stage: Stage) -> Pitch | None:
    return next((one for one in pitches_of(db, stage) if one.state is PitchState.WAITING), None)


@command(run_stage, when=room_open)
def end_pitch(db: Database, actor: Actor, subject: StageInEvent) -> None:
    """End the pitch on stage; refuses when there is none."""
    lock_open_stage(db, subject)
    current = pitch_on_stage(db, subject.stage)
    if current is None:
        raise NobodyOnStage
    _end(db, actor, subject, current)


def _end(db: Database, actor: Actor, subject: StageInEvent, pitch: Pitch) -> None:
    done = {"ended_at": clock.now(), "paused_at": None}
    step_pitch(db, pitch, {PitchState.ON_STAGE}, PitchState.DONE, MovedOnAlready(), **done)
    note_change(db, subject.stage, "pitch ended", pitch=pitch.id)
    record(db, actor, PitchEnded(event_id=subject.event_id, stage_id=subject.id, pitch_id=pitch.id or 0))


@command(run_stage, when=room_open)
def add_time(db: Database, actor: Actor, subject: StageInEvent, *, seconds: int) -> None:
    """Give the pitch on stage more time: ten seconds to an hour; refuses when nobody is on stage."""
    if not SHORTEST <= seconds <= LONGEST:
        raise Invalid({"seconds": _("Add from ten seconds to an hour.")})
    lock_open_stage(db, subject)
    current = pitch_on_stage(db, subject.stage)
    if current is None:
        raise NobodyOnStage
    current.seconds += seconds
    db.add(current)
    note_change(db, subject.stage, "time added", pitch=current.id, seconds=seconds)


@command(run_stage, when=room_open)
def pause_pitch(db: Database, actor: Actor, subject: StageInEvent) -> None:
    """Hold the countdown, as when the projector fails: a fact with its moment, so that a restart changes nothing."""
    lock_open_stage(db, subject)
    current = pitch_on_stage(db, subject.stage)
    if current is None:
        raise NobodyOnStage
    if current.paused_at is None:
        current.paused_at = clock.now()
        db.add(current)
        note_change(db, subject.stage, "paused", pitch=current.id)


@command(run_stage, when=room_open)
def resume_pitch(db: Database, actor: Actor, subject: StageInEvent) -> None:
    """Let the countdown go on with what was left of it."""
    lock_open_stage(db, subject)
    current = pitch_on_stage(db, subject.stage)
    if current is None:
        raise NobodyOnStage
    if current.paused_at is not None and current.started_at is not None:
        current.started_at += clock.now() - current.paused_at
        current.paused_at = None
        db.add(current)
        note_change(db, subject.stage, "resumed", pitch=current.id)
