"""Checkpoints: how far teams should be by when, as organisers set them; teams are reminded a day before."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import Field, SQLModel, col, select

from events.challenges import its_event_not_over
from events.core import clock
from events.core.access import SYSTEM, Actor, command
from events.core.columns import moment, public_id
from events.core.database import Database
from events.core.hooks import cloned_with_event
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.timers import set_timer, stop_timer, timer
from events.core.translation import Message, _
from events.events import EventState, EventWithPhases, event_by_id
from events.roles import organiser_of_event
from events.team_rules import has_teams
from events.teams import see_teams

NEAR = "checkpoint near"
AHEAD = timedelta(days=1)
MOST = 20


class Checkpoint(SQLModel, table=True):
    """How far teams should be at a moment."""

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("cp")
    event_id: int = Field(foreign_key="event.id", index=True)
    name: str = Field(max_length=120)
    what: str = Field(default="", max_length=500)
    due_at: datetime = moment()


@dataclass(frozen=True)
class CheckpointSet(Fact):
    """An organiser set a checkpoint, or changed one."""

    event_id: int
    checkpoint_id: int


@dataclass(frozen=True)
class CheckpointRemoved(Fact):
    """An organiser took a checkpoint away."""

    event_id: int
    checkpoint_id: int


@dataclass(frozen=True)
class CheckpointNear(Fact):
    """A checkpoint is due within a day."""

    event_id: int
    checkpoint_id: int


@dataclass(frozen=True)
class CheckpointInEvent:
    """A checkpoint with its event, as commands and rules need it."""

    checkpoint: Checkpoint
    event: EventWithPhases

    @property
    def id(self) -> int:
        """The checkpoint's id."""
        assert self.checkpoint.id is not None
        return self.checkpoint.id


@command(organiser_of_event, when=has_teams)
def set_checkpoint(
    db: Database, actor: Actor, subject: EventWithPhases, *, name: str, due_at: datetime, what: str = ""
) -> Checkpoint:
    """Say how far teams should be at `due_at` (aware); they are reminded a day before.

    Refuses an empty name, texts that are too long, and a twenty-first checkpoint.
    """
    if len(checkpoints_of(db, subject.id)) >= MOST:
        raise Conflict(_("An event has at most %(most)s checkpoints. Remove one first.", most=MOST))
    row = Checkpoint(event_id=subject.id, name="", due_at=due_at)
    return _keep(db, actor, row, name, due_at, what)


@command(organiser_of_event, when=its_event_not_over)
def change_checkpoint(
    db: Database, actor: Actor, subject: CheckpointInEvent, *, name: str, due_at: datetime, what: str = ""
) -> Checkpoint:
    """Give a checkpoint another name or moment; who has reached it has. Refuses what `set_checkpoint` does."""
    return _keep(db, actor, subject.checkpoint, name, due_at, what)


def _keep(db: Database, actor: Actor, row: Checkpoint, name: str, due_at: datetime, what: str) -> Checkpoint:
    wrong: dict[str, Message | str] = {}
    if not name.strip() or len(name.strip()) > 120:
        wrong["name"] = _("Please say in at most %(most)s characters how far teams should be.", most=120)
    if len(what.strip()) > 500:
        wrong["what"] = _("Please write at most %(most)s characters.", most=500)
    if wrong:
        raise Invalid(wrong)
    row.name, row.what, row.due_at = name.strip(), what.strip(), due_at
    db.add(row)
    db.flush()
    if due_at > clock.now():
        set_timer(db, NEAR, row.id or 0, due_at - AHEAD)
    else:
        stop_timer(db, NEAR, row.id or 0)
    record(db, actor, CheckpointSet(event_id=row.event_id, checkpoint_id=row.id or 0))
    return row


@command(organiser_of_event, when=its_event_not_over)
def remove_checkpoint(db: Database, actor: Actor, subject: CheckpointInEvent) -> None:
    """Take a checkpoint away; what teams have written about it stays in their logs."""
    gone = db.execute(delete(Checkpoint).where(col(Checkpoint.id) == subject.id))
    if gone.rowcount != 1:  # type: ignore[attr-defined]  # a DELETE always answers with a cursor
        raise NotFound()
    stop_timer(db, NEAR, subject.id)
    record(db, actor, CheckpointRemoved(event_id=subject.event.id, checkpoint_id=subject.id))


@timer(NEAR)
def _tell(db: Database, checkpoint_id: int) -> None:
    row = db.get(Checkpoint, checkpoint_id)
    if row is None or clock.now() >= row.due_at or clock.now() < row.due_at - AHEAD:
        return
    if event_by_id(db, row.event_id).event.state in {EventState.PUBLISHED, EventState.RUNNING}:
        record(db, SYSTEM, CheckpointNear(event_id=row.event_id, checkpoint_id=checkpoint_id))


def checkpoints_of(db: Database, event_id: int) -> list[Checkpoint]:
    """An event's checkpoints in order of time."""
    query = select(Checkpoint).where(Checkpoint.event_id == event_id)
    return list(db.exec(query.order_by(col(Checkpoint.due_at), col(Checkpoint.id))))


def get_checkpoint(db: Database, actor: Actor, event: EventWithPhases, public: str) -> CheckpointInEvent:
    """A checkpoint for those who see the teams; NotFound for others."""
    row = db.exec(select(Checkpoint).where(Checkpoint.public_id == public, Checkpoint.event_id == event.id)).first()
    if row is None or not see_teams(actor, event):
        raise NotFound()
    return CheckpointInEvent(row, event)


@cloned_with_event
def _clone_checkpoints(db: Database, from_event: int, to_event: int, moved: Callable[[datetime], datetime]) -> None:
    for one in checkpoints_of(db, from_event):
        copy = Checkpoint(event_id=to_event, name=one.name, what=one.what, due_at=moved(one.due_at))
        db.add(copy)
        db.flush()
        set_timer(db, NEAR, copy.id or 0, copy.due_at - AHEAD)
