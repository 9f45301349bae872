"""Challenges: needs put to a hackathon's teams; a need that becomes one keeps its link."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Field, SQLModel

from events.core.columns import moment, public_id
from events.core.hooks import personal_data
from events.core.journal import Fact


class Challenge(SQLModel, table=True):
    """What teams are asked to solve, with who brings it and what there is to win."""

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("c")
    event_id: int = Field(foreign_key="event.id", index=True)
    need_id: int | None = Field(default=None, foreign_key="item.id", index=True)
    organisation_id: int | None = Field(default=None, foreign_key="organisation.id", index=True)
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    title: str = Field(max_length=160)
    brief: str = Field(default="", max_length=6000)
    prize: str = Field(default="", max_length=300)
    published_at: datetime = moment()


personal_data(Challenge, "person_id", "who owns a challenge", "detach")


@dataclass(frozen=True)
class ChallengePublished(Fact):
    """A challenge was put to the teams."""

    event_id: int
    challenge_id: int


@dataclass(frozen=True)
class ChallengeChanged(Fact):
    """A challenge was written anew."""

    event_id: int
    challenge_id: int
