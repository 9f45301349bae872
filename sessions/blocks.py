"""Blocks: stretches of an event in which one-to-one meetings may be held, their slots, and the tables."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from events.core.columns import moment, public_id, word
from events.core.journal import Fact


class TableKind(StrEnum):
    """Where a meeting is held: at a numbered table on site, or in a video room online."""

    NUMBERED = "numbered"
    VIDEO = "video"


class Block(SQLModel, table=True):
    """A stretch of an event cut into slots: `slot_minutes` of meeting, then `buffer_minutes` of nothing."""

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("b")
    event_id: int = Field(foreign_key="event.id", index=True)
    starts_at: datetime = moment()
    ends_at: datetime = moment()
    slot_minutes: int = 20
    buffer_minutes: int = 5


class MeetingTable(SQLModel, table=True):
    """A place for a meeting."""

    __tablename__ = "meeting_table"
    __table_args__ = (UniqueConstraint("event_id", "name"),)

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = Field(foreign_key="event.id", index=True)
    name: str = Field(max_length=40)
    kind: TableKind = word(TableKind, default=TableKind.NUMBERED)


@dataclass(frozen=True)
class Slot:
    """A piece of a block in which a meeting can be held."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class BlockAdded(Fact):
    """Meetings can be held at a time."""

    event_id: int
    block_id: int


@dataclass(frozen=True)
class BlockRemoved(Fact):
    """A block without meetings was taken away."""

    event_id: int
    block_id: int


@dataclass(frozen=True)
class TableAdded(Fact):
    """An event got a table."""

    event_id: int
    table_id: int
