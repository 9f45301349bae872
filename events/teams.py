"""Teams: who works on a challenge together, how they find each other, and how many they are.

A team is formed while team forming is open. People come in by invitation or by asking, from then until building ends
or the lock date comes: teams lose people in the first night and fill the gap. After that nobody joins by themselves;
without a lock date whoever has to go can always go. One of a team leads it, and can hand that over. When the leader
leaves, whoever has been there longest leads. When the last one leaves, a team with nothing written disappears; one with
a submission stays, without members, so that nothing that was handed in is lost.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, func, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel, col, select

from events.challenges import challenge_owner_of_event, find_challenge
from events.core import clock
from events.core.access import Actor, command, rule
from events.core.columns import moment, public_id
from events.core.database import Database, is_broken
from events.core.hooks import personal_address, personal_data
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.translation import _
from events.events import EventWithPhases
from events.people import Person, clean_name
from events.phases import PhaseKind, refuse_unless_open
from events.registration import Registration, participant_of_event
from events.roles import (
    Role,
    RoleGrant,
    Scope,
    host_of_event,
    judge_of_event,
    may_know_whose_it_is,
    mentor_of_event,
    organiser_of_event,
    tie_source,
    ties_as,
)
from events.team_rules import refuse_locked


class Team(SQLModel, table=True):
    """Who works on a challenge. `room` is where its members meet online; `late_until` is set where an organiser made an
    exception (events/late_entries.py); `stage` is 2 where it was invited to the second stage of a call."""

    __table_args__ = (UniqueConstraint("event_id", "name"),)

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("t")
    event_id: int = Field(foreign_key="event.id", index=True)
    challenge_id: int | None = Field(default=None, foreign_key="challenge.id", index=True)
    name: str = Field(max_length=80)
    idea: str = Field(default="", max_length=1000)
    looking_for: str = Field(default="", max_length=300)
    late_until: datetime | None = moment(default=None, nullable=True)
    room: str = Field(default="", max_length=300)
    stage: int = 1
    formed_at: datetime = moment()


class TeamMember(SQLModel, table=True):
    """That a person is in a team. One team per person and event, and one leader per team, kept by the database."""

    __tablename__ = "team_member"
    __table_args__ = (
        UniqueConstraint("event_id", "person_id"),
        Index(
            "uq_team_member_team_id", "team_id", unique=True, sqlite_where=text("leads"), postgresql_where=text("leads")
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = Field(foreign_key="event.id", index=True)
    team_id: int = Field(foreign_key="team.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    leads: bool = False
    joined_at: datetime = moment()


class TeamInvitation(SQLModel, table=True):
    """That an address was asked into a team; a token of purpose 'team invitation' goes with it by mail.

    `invited_id` is set where somebody was asked who looks for a team: then the team knows a name and no address.
    """

    __tablename__ = "team_invitation"
    __table_args__ = (UniqueConstraint("team_id", "email"),)

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("ti")
    team_id: int = Field(foreign_key="team.id", index=True)
    email: str = Field(max_length=254)
    invited_id: int | None = Field(default=None, foreign_key="person.id")
    invited_by_id: int = Field(foreign_key="person.id")
    invited_at: datetime = moment()
    answered_at: datetime | None = moment(default=None, nullable=True)
    accepted: bool | None = None


personal_data(TeamMember, "person_id", "being in a team", "delete")
personal_address(TeamInvitation, "email", "an invitation, which ends with who invites or who takes it up", "keep")
personal_data(TeamInvitation, "invited_id", "who was asked into a team", "delete")
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


@dataclass(frozen=True)
class LeadHandedOver(Fact):
    """Somebody else leads a team from now on."""

    event_id: int
    team_id: int
    person_id: int


TeamStep = Callable[[Database, Actor, "TeamInEvent", int], None]
JOININGS: list[TeamStep] = []
LEAVINGS: list[TeamStep] = []


def on_joined(step: TeamStep) -> TeamStep:
    """Run `(db, actor, team, person id)` in the transaction in which somebody has come into a team."""
    JOININGS.append(step)
    return step


def on_left(step: TeamStep) -> TeamStep:
    """Run `(db, actor, team, person id)` in the transaction in which somebody has gone out of a team."""
    LEAVINGS.append(step)
    return step


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


def judges_in(event: EventWithPhases) -> Any:
    """The query for the people who judge in an event or its programme, which the rule asks of one actor."""
    here = (col(RoleGrant.scope) == Scope.EVENT) & (col(RoleGrant.scope_id) == event.id)
    above = (col(RoleGrant.scope) == Scope.PROGRAMME) & (col(RoleGrant.scope_id) == event.programme_id)
    return select(RoleGrant.person_id).where(RoleGrant.role == Role.JUDGE, here | above)


def refuse_judge(db: Database, event: EventWithPhases, person_id: int) -> None:
    """Refuse to let somebody into a team who judges by now, whatever they had asked or agreed to before."""
    if db.exec(judges_in(event).where(RoleGrant.person_id == person_id)).first() is not None:
        raise Conflict(_("Judges do not take part in teams."))


see_teams = may_know_whose_it_is & (
    participant_of_event
    | organiser_of_event
    | judge_of_event
    | mentor_of_event
    | host_of_event
    | challenge_owner_of_event
)


def team_forming_open(subject: EventWithPhases, now: datetime) -> None:
    """Refuse new teams outside the phase, and after the lock date."""
    kind = PhaseKind.TEAM_FORMING
    refuse_unless_open(subject.phase(kind), kind, subject.is_open(kind, now), now)
    refuse_locked(subject, now)


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
    row = Team(event_id=subject.id, name=checked_name(name), formed_at=clock.now())
    row.challenge_id = checked_challenge(db, subject.id, challenge)
    row.idea, row.looking_for = idea.strip()[:1000], looking_for.strip()[:300]
    keep_name(db, row)
    add_member(db, actor, TeamInEvent(row, subject), actor.person, leads=True)
    record(db, actor, TeamFormed(event_id=subject.id, team_id=row.id or 0))
    return row


def checked_name(name: str) -> str:
    """A team's name without what nobody sees; refuses none and one that is too long."""
    clean = clean_name(name)
    if not clean or len(clean) > 80:
        raise Invalid({"name": _("Please give the team a name of at most 80 characters.")})
    return clean


def checked_challenge(db: Database, event_id: int, public: str) -> int | None:
    """The id of a challenge that teams of this event can take, '' is none; refuses others."""
    if not public:
        return None
    found = find_challenge(db, event_id, public)
    if found is None:
        raise Invalid({"challenge": _("Please choose one of the challenges of this event.")})
    return found.id


def keep_name(db: Database, team: Team) -> None:
    """Write a team down, as part of a command; refuses a name that another team of the event has."""
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


def lock_place(db: Database, event_id: int, person_id: int) -> None:
    """Let nobody else put this person into a team until we are done. Before any other row of theirs is touched: two
    who take somebody in at once would wait for each other otherwise."""
    place = select(Registration.id).where(Registration.event_id == event_id, Registration.person_id == person_id)
    db.exec(place.with_for_update(key_share=True)).all()


def add_member(db: Database, actor: Actor, subject: TeamInEvent, person_id: int, *, leads: bool) -> None:
    """Write down that somebody is in a team, as part of a command, and do what follows from it; refuses who is in a
    team of this event already."""
    lock_place(db, subject.event.id, person_id)
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
    for step in JOININGS:
        step(db, actor, subject, person_id)


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


def people_in_teams(db: Database, event_id: int) -> set[int]:
    """The ids of those who are in a team of an event."""
    return set(db.exec(select(TeamMember.person_id).where(TeamMember.event_id == event_id)))


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
