"""Teams: who works on a challenge together, how they find each other, and how many they are.

A team is formed while team forming is open. People come in by invitation from then until building ends: teams lose
people in the first night and fill the gap. After that nobody joins any more; whoever has to go can always go. When the
leader leaves, whoever has been there longest leads. When the last one leaves, a team with nothing written disappears;
one with a submission stays, without members, so that nothing that was handed in is lost.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint, false, func
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel, col, select

from events.challenges import Challenge, challenge_owner_of_event, find_challenge, its_event_not_over
from events.core import clock
from events.core.access import Actor, command, rule
from events.core.columns import moment, public_id
from events.core.database import Database, is_broken
from events.core.hooks import personal_data
from events.core.journal import Fact, record
from events.core.paging import Paged, paged
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.translation import At, _
from events.events import EventWithPhases
from events.people import Person, clean_name
from events.phases import PhaseKind, refuse_unless_open
from events.registration import participant_of_event
from events.roles import (
    host_of_event,
    judge_of_event,
    may_know_whose_it_is,
    mentor_of_event,
    organiser_of_event,
    tie_source,
    ties_as,
)


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
    """Somebody was asked into a team; the letter's writer issues the token (`joining.issue_invitation_token`)."""

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
    """Somebody left a team, or was taken out of it; the team itself may be gone with its last member."""

    event_id: int
    team_id: int
    person_id: int


class InTeamAlready(Conflict):
    """A person is in one team per event."""

    def __init__(self) -> None:
        super().__init__(_("You are in a team of this event already. Leave that one first."))


@tie_source
def _is_in(person: int) -> Any:
    return ties_as("member", "team", TeamMember.team_id).where(col(TeamMember.person_id) == person)


@tie_source
def _leads(person: int) -> Any:
    return ties_as("leader", "team", TeamMember.team_id).where(
        col(TeamMember.person_id) == person, col(TeamMember.leads).is_(True)
    )


@dataclass(frozen=True)
class TeamInEvent:
    """A team with its event, as commands and rules need it."""

    team: Team
    event: EventWithPhases

    @property
    def id(self) -> int:
        """The team's id."""
        assert self.team.id is not None
        return self.team.id


@rule
def member_of_team(actor: Actor, subject: Any) -> bool:
    return actor.is_("member", "team", subject.team.id)


@rule
def leader_of_team(actor: Actor, subject: TeamInEvent) -> bool:
    return actor.is_("leader", "team", subject.team.id)


@rule
def participant_who_does_not_judge(actor: Actor, subject: Any) -> bool:
    return participant_of_event(actor, subject) and not judge_of_event(actor, subject)


see_teams = may_know_whose_it_is & (
    participant_of_event
    | organiser_of_event
    | judge_of_event
    | mentor_of_event
    | host_of_event
    | challenge_owner_of_event
)


def team_forming_open(subject: EventWithPhases, now: datetime) -> None:
    """Refuse new teams outside the phase."""
    kind = PhaseKind.TEAM_FORMING
    refuse_unless_open(subject.phase(kind), kind, subject.is_open(kind, now), now)


@command(participant_who_does_not_judge, when=team_forming_open)
def form_team(
    db: Database,
    actor: Actor,
    subject: EventWithPhases,
    *,
    name: str,
    challenge: str = "",
    idea: str = "",
    looking_for: str = "",
) -> Team:
    """Make a team of one, led by the actor. `challenge` is a challenge's public id, '' for none yet.

    Refuses somebody who is in a team, an empty name and one that is taken in this event.
    """
    assert actor.person is not None
    row = Team(event_id=subject.id, name=_checked_name(name), formed_at=clock.now())
    row.challenge_id = _checked_challenge(db, subject.id, challenge)
    row.idea, row.looking_for = idea.strip()[:1000], looking_for.strip()[:300]
    _keep_name(db, row)
    add_member(db, TeamInEvent(row, subject), actor.person, leads=True)
    record(db, actor, TeamFormed(event_id=subject.id, team_id=row.id or 0))
    return row


def _checked_name(name: str) -> str:
    clean = clean_name(name)
    if not clean or len(clean) > 80:
        raise Invalid({"name": _("Please give the team a name of at most 80 characters.")})
    return clean


def _checked_challenge(db: Database, event_id: int, public: str) -> int | None:
    if not public:
        return None
    found = find_challenge(db, event_id, public)
    if found is None:
        raise Invalid({"challenge": _("Please choose one of the challenges of this event.")})
    return found.id


def _keep_name(db: Database, team: Team) -> None:
    name = team.name
    try:
        with db.begin_nested():
            db.add(team)
            db.flush()
    except IntegrityError as error:
        if is_broken(error, "uq_team_event_id_name"):
            raise Invalid(
                {"name": _("There is a team called %(name)s already. Choose another name.", name=name)}
            ) from error
        raise


def add_member(db: Database, subject: TeamInEvent, person_id: int, *, leads: bool) -> None:
    """Write down that somebody is in a team, as part of a command; refuses who is in a team of this event already."""
    try:
        with db.begin_nested():
            db.add(
                TeamMember(
                    event_id=subject.event.id,
                    team_id=subject.id,
                    person_id=person_id,
                    leads=leads,
                    joined_at=clock.now(),
                )
            )
            db.flush()
    except IntegrityError as error:
        if is_broken(error, "uq_team_member_event_id_person_id"):
            raise InTeamAlready from error
        raise


@command(member_of_team | organiser_of_event, when=its_event_not_over)
def change_team(
    db: Database, actor: Actor, subject: TeamInEvent, *, name: str, challenge: str, idea: str, looking_for: str
) -> Team:
    """Write a team's page anew; the name has to be free. The challenge can be changed until submission ends."""
    team, now = subject.team, clock.now()
    chosen = _checked_challenge(db, subject.event.id, challenge)
    deadline = subject.event.phase(PhaseKind.SUBMISSION)
    if chosen != team.challenge_id and deadline is not None and now >= deadline.ends_at:
        when = At(deadline.ends_at, "when")
        raise Conflict(_("The challenge cannot be changed any more: submission closed on %(when)s.", when=when))
    team.name, team.challenge_id = _checked_name(name), chosen
    team.idea, team.looking_for = idea.strip()[:1000], looking_for.strip()[:300]
    _keep_name(db, team)
    record(db, actor, TeamChanged(event_id=subject.event.id, team_id=subject.id))
    return team


def get_team(db: Database, actor: Actor, event: EventWithPhases, public: str) -> TeamInEvent:
    """A team of this event for those who take part in it or run it; NotFound for others."""
    row = db.exec(select(Team).where(Team.public_id == public, Team.event_id == event.id)).first()
    if row is None or not see_teams(actor, event):
        raise NotFound()
    return TeamInEvent(row, event)


def team_of(db: Database, person_id: int | None, event_id: int) -> Team | None:
    """The team in which a person is in this event."""
    query = select(Team).join(TeamMember, col(TeamMember.team_id) == col(Team.id))
    found = query.where(TeamMember.event_id == event_id, TeamMember.person_id == person_id)
    return db.exec(found).first() if person_id is not None else None


def size_of(db: Database, team_id: int) -> int:
    """How many are in a team."""
    return int(db.exec(select(func.count()).where(TeamMember.team_id == team_id)).one())


@dataclass(frozen=True)
class Member:
    """Somebody in a team, as its page shows them."""

    person_id: int
    public_id: str
    name: str
    job_title: str
    leads: bool
    joined_at: datetime


def members_of(db: Database, *team_ids: int) -> list[Member]:
    """Who is in these teams; in each, those who came first come first."""
    query = (
        select(Person, TeamMember)
        .join(TeamMember, col(TeamMember.person_id) == col(Person.id))
        .where(col(TeamMember.team_id).in_(team_ids))
        .order_by(col(TeamMember.joined_at), col(TeamMember.id))
    )
    return [
        Member(one.person_id, person.public_id, person.name, person.job_title, one.leads, one.joined_at)
        for person, one in db.exec(query)
    ]


@dataclass(frozen=True)
class TeamCard:
    """A team as lists show it."""

    public_id: str
    name: str
    idea: str
    looking_for: str
    challenge: str
    challenge_id: str
    members: tuple[str, ...]
    most: int

    @property
    def places(self) -> int:
        """How many could still join."""
        return max(0, self.most - len(self.members))


def teams_of(
    db: Database, actor: Actor, event: EventWithPhases, *, challenge: str = "", page: int = 1
) -> Paged[TeamCard]:
    """One page of an event's teams by name, perhaps of one challenge (public id).

    Empty for those who neither take part nor run the event. Teams without members are shown to organisers only.
    """
    wanted: list[Any] = [Team.event_id == event.id if see_teams(actor, event) else false()]
    if challenge:
        wanted.append(Challenge.public_id == challenge)
    if not organiser_of_event(actor, event):
        wanted.append(select(TeamMember.id).where(TeamMember.team_id == Team.id).exists())
    query = select(Team, Challenge).join(Challenge, col(Challenge.id) == col(Team.challenge_id), isouter=True)
    found = paged(db, query.where(*wanted).order_by(col(Team.name), col(Team.id)), page, tuple)
    names = names_by_team(db, [team.id for team, _challenge in found.rows])
    cards = [_card(team, its_challenge, names.get(team.id, ()), event) for team, its_challenge in found.rows]
    return Paged(cards, found.page, found.count)


def _card(team: Team, challenge: Challenge | None, names: tuple[str, ...], event: EventWithPhases) -> TeamCard:
    return TeamCard(
        team.public_id,
        team.name,
        team.idea,
        team.looking_for,
        challenge.title if challenge else "",
        challenge.public_id if challenge else "",
        names,
        event.event.team_size_max,
    )


def names_by_team(db: Database, team_ids: list[int]) -> dict[int, tuple[str, ...]]:
    """The names of the members of several teams, those who came first first."""
    query = (
        select(TeamMember.team_id, Person.name)
        .join(Person, col(Person.id) == col(TeamMember.person_id))
        .where(col(TeamMember.team_id).in_(team_ids))
        .order_by(col(TeamMember.joined_at), col(TeamMember.id))
    )
    found: dict[int, tuple[str, ...]] = {}
    for team_id, name in db.exec(query):
        found[team_id] = (*found.get(team_id, ()), name)
    return found
