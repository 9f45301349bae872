"""From rows to what the team builder is asked: who looks for a team, what they bring and wish, which teams take people.

People are named by their ids, teams by 't' and theirs.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from events.challenges import Challenge
from events.core import clock
from events.core.database import Database
from events.events import EventWithPhases
from events.open_roles import OpenRole
from events.people import Person, PersonState
from events.proposals.drafts import PlaceState, ProposedPlace, TeamProposal, Whom
from events.registration import Registration, RegistrationState
from events.seekers import Seeker, Wishes, wishes_in
from events.team_builder.problem import Candidate, Kept, Problem, teams_for
from events.team_rules import is_too_small
from events.teams import Team, TeamMember, judges_in

MOST_PEOPLE = 1000


@dataclass(frozen=True)
class Filled:
    """A team that is there and takes people: with its members."""

    team: Team
    members: tuple[int, ...]


def name_of(team: Team) -> str:
    """What the team builder calls a team that is there."""
    return f"t{team.id}"


def problem_for(db: Database, event: EventWithPhases, proposal: TeamProposal, *, without: Collection[int]) -> Problem:
    """The problem of a proposal as things are now; `without` are people whose places are fixed already."""
    free = [one for one in people_without_team(db, event, proposal.whom) if one not in set(without)][:MOST_PEOPLE]
    filled = teams_to_fill(db, event) if proposal.fills_teams else []
    return problem_of(db, event, proposal, free, filled)


def problem_of(
    db: Database, event: EventWithPhases, proposal: TeamProposal, free: Iterable[int], filled: Iterable[Filled]
) -> Problem:
    """The problem of these people and of the teams that take some of them."""
    titles = {id or 0: str(id) for id in db.exec(select(Challenge.id).where(Challenge.event_id == event.id))}
    ids, taking = list(free), [one for one in filled if one.members]
    inside = [person for one in taking for person in one.members]
    wishes = wishes_in(db, event.id)
    candidates = [
        _candidate(person, seeker, wishes.get(person.id or 0, Wishes()), clock.now())
        for person, seeker in _with_what_they_bring(db, event.id, [*ids, *inside])
    ]
    kept = tuple(
        Kept(name_of(one.team), tuple(str(id) for id in one.members), titles.get(one.team.challenge_id or 0))
        for one in taking
    )
    lacking = sum(max(0, proposal.size_wanted - len(one.members)) for one in taking)
    count = teams_for(max(0, len(ids) - lacking), proposal.size_min, proposal.size_max, proposal.size_wanted)
    return Problem(
        tuple(candidates), tuple(titles.values()), proposal.size_min, proposal.size_max, count,
        proposal.zone_hours * 60, kept,
    )  # fmt: skip


def people_without_team(db: Database, event: EventWithPhases, whom: Whom) -> list[int]:
    """Who takes part, does not judge, is in no team and has not been asked into a proposed one that may still come
    about, by id; of them, perhaps only who looks for a team."""
    in_one = select(TeamMember.person_id).where(TeamMember.event_id == event.id)
    waiting = col(ProposedPlace.state).in_((PlaceState.ASKED, PlaceState.ACCEPTED))
    asked = select(ProposedPlace.person_id).where(ProposedPlace.event_id == event.id, waiting)
    query = (
        select(Registration.person_id)
        .join(Person, col(Person.id) == col(Registration.person_id))
        .where(Registration.event_id == event.id, Registration.state == RegistrationState.ACCEPTED)
        .where(col(Registration.person_id).not_in(in_one), col(Registration.person_id).not_in(judges_in(event)))
        .where(Person.state == PersonState.ACTIVE, col(Registration.person_id).not_in(asked))
        .order_by(col(Registration.person_id))
    )
    if whom is Whom.SEEKERS:
        looks = (Seeker.event_id == event.id, col(Seeker.looks).is_(True))
        query = query.where(col(Registration.person_id).in_(select(Seeker.person_id).where(*looks)))
    return list(db.exec(query))


def teams_to_fill(db: Database, event: EventWithPhases) -> list[Filled]:
    """The teams with room that are too small, or that have an open role; by id."""
    row = event.event
    found = teams_with_members(db, db.exec(select(Team).where(Team.event_id == event.id)))
    with_roles = set(db.exec(select(OpenRole.team_id).where(OpenRole.event_id == event.id)))
    return [
        one for one in found
        if 0 < len(one.members) < row.team_size_max
        and (one.team.id in with_roles or is_too_small(row, len(one.members)))
    ]  # fmt: skip


def teams_with_members(db: Database, teams: Iterable[Team]) -> list[Filled]:
    """Teams with who is in them, by id."""
    known = {team.id or 0: team for team in teams}
    members: dict[int, list[int]] = {}
    query = select(TeamMember.team_id, TeamMember.person_id).where(col(TeamMember.team_id).in_(known))
    for team, person in db.exec(query.order_by(col(TeamMember.id))):
        members.setdefault(team, []).append(person)
    return [Filled(known[id], tuple(members.get(id, ()))) for id in sorted(known)]


def _with_what_they_bring(db: Database, event_id: int, ids: list[int]) -> list[tuple[Person, Seeker | None]]:
    here = (col(Seeker.person_id) == col(Person.id)) & (col(Seeker.event_id) == event_id)
    query: Any = select(Person, Seeker).join(Seeker, here, isouter=True).where(col(Person.id).in_(ids))
    return [(person, seeker) for person, seeker in db.exec(query.order_by(col(Person.id)))]


def _candidate(person: Person, seeker: Seeker | None, wishes: Wishes, now: datetime) -> Candidate:
    offset = now.astimezone(ZoneInfo(person.zone)).utcoffset()
    spoken = (seeker.languages if seeker else None) or person.languages or [person.locale]
    return Candidate(
        name=str(person.id),
        skills=frozenset(seeker.skills if seeker else ()),
        languages=frozenset(spoken),
        offset=round(offset.total_seconds() / 60) if offset is not None else 0,
        challenges=tuple(str(id) for id in wishes.challenges),
        people=tuple(str(id) for id in wishes.people),
        apart=frozenset(str(id) for id in wishes.apart),
    )
