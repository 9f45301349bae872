"""Teams as lists show them: by name, by challenge, and by the skills that they still look for."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import false, func
from sqlmodel import col, select

from events.challenges import Challenge
from events.core.access import Actor
from events.core.database import Database
from events.core.paging import Paged, paged
from events.events import EventWithPhases
from events.open_roles import OpenRole, asks_for_skill
from events.people import Person
from events.roles import organiser_of_event
from events.team_rules import is_too_small
from events.teams import Team, TeamMember, see_teams


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
    roles: tuple[str, ...]
    too_small: bool

    @property
    def places(self) -> int:
        """How many could still join."""
        return max(0, self.most - len(self.members))


def teams_of(
    db: Database,
    actor: Actor,
    event: EventWithPhases,
    *,
    challenge: str = "",
    skill: str = "",
    with_places: bool = False,
    page: int = 1,
) -> Paged[TeamCard]:
    """One page of an event's teams by name, perhaps of one challenge (public id), with an open role that asks for a
    skill, or with places left.

    Empty for those who neither take part nor run the event. Teams without members are shown to organisers only.
    """
    wanted: list[Any] = [Team.event_id == event.id if see_teams(actor, event) else false()]
    if challenge:
        wanted.append(Challenge.public_id == challenge)
    if skill:
        wanted.append(asks_for_skill(skill))
    if with_places:
        size = select(func.count()).where(TeamMember.team_id == Team.id).correlate(Team).scalar_subquery()
        wanted.append(size < event.event.team_size_max)
    if not organiser_of_event(actor, event):
        wanted.append(select(TeamMember.id).where(TeamMember.team_id == Team.id).exists())
    query = select(Team, Challenge).join(Challenge, col(Challenge.id) == col(Team.challenge_id), isouter=True)
    found = paged(db, query.where(*wanted).order_by(col(Team.name), col(Team.id)), page, tuple)
    ids = [team.id for team, _challenge in found.rows]
    names, roles = names_by_team(db, ids), _roles_by_team(db, ids)
    cards = [_card(team, its_challenge, names, roles, event) for team, its_challenge in found.rows]
    return Paged(cards, found.page, found.count)


def _card(
    team: Team,
    challenge: Challenge | None,
    names: dict[int, tuple[str, ...]],
    roles: dict[int, tuple[str, ...]],
    event: EventWithPhases,
) -> TeamCard:
    members = names.get(team.id or 0, ())
    return TeamCard(
        team.public_id,
        team.name,
        team.idea,
        team.looking_for,
        challenge.title if challenge else "",
        challenge.public_id if challenge else "",
        members,
        event.event.team_size_max,
        roles.get(team.id or 0, ()),
        is_too_small(event.event, len(members)),
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


def _roles_by_team(db: Database, team_ids: list[int]) -> dict[int, tuple[str, ...]]:
    query = select(OpenRole.team_id, OpenRole.title).where(col(OpenRole.team_id).in_(team_ids))
    found: dict[int, tuple[str, ...]] = {}
    for team_id, title in db.exec(query.order_by(col(OpenRole.opened_at), col(OpenRole.id))):
        found[team_id] = (*found.get(team_id, ()), title)
    return found


@dataclass(frozen=True)
class Forming:
    """How far the forming of an event's teams is, for its organisers."""

    teams: int
    too_small: int
    in_teams: int


def forming_of(db: Database, event: EventWithPhases) -> Forming:
    """How many teams there are, how many are too small, and how many people are in one."""
    query = select(func.count()).where(TeamMember.event_id == event.id).group_by(col(TeamMember.team_id))
    sizes = [int(size) for size in db.exec(query)]
    return Forming(len(sizes), sum(is_too_small(event.event, size) for size in sizes), sum(sizes))
