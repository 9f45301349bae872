"""Availability: when participants of a matchmaking event can meet. Without a word, they can."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from events.core.columns import moment
from events.core.hooks import personal_data
from events.core.journal import Fact


class Absence(SQLModel, table=True):
    """That a participant cannot meet in the slot which starts then."""

    __table_args__ = (UniqueConstraint("event_id", "person_id", "starts_at"),)

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = Field(foreign_key="event.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    starts_at: datetime = moment()


class AvailabilityStated(SQLModel, table=True):
    """That a participant has said when they can meet."""

    __tablename__ = "availability_stated"
    __table_args__ = (UniqueConstraint("event_id", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = Field(foreign_key="event.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    stated_at: datetime = moment()


personal_data(Absence, "person_id", "when somebody cannot meet", "delete")
personal_data(AvailabilityStated, "person_id", "that somebody said when they can meet", "delete")


@dataclass(frozen=True)
class AvailabilitySet(Fact):
    """A participant said when they can meet."""

    event_id: int
    registration_id: int
