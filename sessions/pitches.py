"""Pitch rooms: who speaks when, for how long. A countdown is the fact 'started at T for N seconds', never a tick."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from events.core.columns import moment, public_id, word
from events.core.journal import Fact


class StageState(StrEnum):
    """A stage is open while its host holds it open."""

    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"


class PitchState(StrEnum):
    """Where a pitch is in the running order."""

    WAITING = "waiting"
    ON_STAGE = "on stage"
    DONE = "done"
    CANCELLED = "cancelled"


class Stage(SQLModel, table=True):
    """A room where teams pitch. `number` is the number of the last change in it, for those who were away."""

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("st")
    event_id: int = Field(foreign_key="event.id", index=True)
    name: str = Field(max_length=120)
    state: StageState = word(StageState, default=StageState.PLANNED)
    opens_at: datetime = moment()
    pitch_seconds: int = 180
    question_seconds: int = 120
    number: int = 0
    opened_at: datetime | None = moment(default=None, nullable=True)
    closed_at: datetime | None = moment(default=None, nullable=True)


class Pitch(SQLModel, table=True):
    """A submission's turn on a stage."""

    __table_args__ = (UniqueConstraint("stage_id", "submission_id"),)

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
