"""Teams: who works on a challenge together, how they find each other, and how many they are."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from events.core.columns import moment, public_id
from events.core.hooks import personal_data
from events.core.journal import Fact
from events.roles import tie_source, ties_as


class Team(SQLModel, table=True):
    """Who works on a challenge."""

    __table_args__ = (UniqueConstraint("event_id", "name"),)

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("t")
    event_id: int = Field(foreign_key="event.id", index=True)
    challenge_id: int | None = Field(default=None, foreign_key="challenge.id", index=True)
    name: str = Field(max_length=80)
    idea: str = Field(default="", max_length=1000)
    looking_for: str = Field(default="", max_length=300)
    formed_at: datetime = moment()


class TeamMember(SQLModel, table=True):
    """That a person is in a team. One team per person and event, kept by the database."""

    __tablename__ = "team_member"
    __table_args__ = (UniqueConstraint("event_id", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = Field(foreign_key="event.id", index=True)
    team_id: int = Field(foreign_key="team.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    leads: bool = False
    joined_at: datetime = moment()


class TeamInvitation(SQLModel, table=True):
    """That an address was asked into a team; a token of purpose 'team invitation' goes with it by mail."""

    __tablename__ = "team_invitation"
    __table_args__ = (UniqueConstraint("team_id", "email"),)

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("ti")
    team_id: int = Field(foreign_key="team.id", index=True)
    email: str = Field(max_length=254)
    invited_by_id: int = Field(foreign_key="person.id")
    invited_at: datetime = moment()
    answered_at: datetime | None = moment(default=None, nullable=True)
    accepted: bool | None = None


personal_data(TeamMember, "person_id", "being in a team", "delete")
personal_data(TeamInvitation, "invited_by_id", "who asked somebody into a team", "delete")


@dataclass(frozen=True)
class TeamFormed(Fact):
    """A team was made."""

    event_id: int
    team_id: int


@dataclass(frozen=True)
class TeamChanged(Fact):
    """A team wrote its page anew, or took another challenge."""

    event_id: int
    team_id: int


@dataclass(frozen=True)
class TeamInvitationSent(Fact):
    """Somebody was asked into a team; the letter's writer issues the token."""

    event_id: int
    team_id: int
    invitation_id: int


@dataclass(frozen=True)
class TeamJoined(Fact):
    """Somebody joined a team."""

    event_id: int
    team_id: int
    person_id: int


@dataclass(frozen=True)
class TeamLeft(Fact):
    """Somebody left a team."""

    event_id: int
    team_id: int
    person_id: int


@tie_source
def _is_in(person: int) -> Any:
    return ties_as("member", "team", TeamMember.team_id).where(TeamMember.person_id == person)


@tie_source
def _leads(person: int) -> Any:
    return ties_as("leader", "team", TeamMember.team_id).where(
        TeamMember.person_id == person,
        TeamMember.leads == True,  # noqa: E712 - SQL
    )
