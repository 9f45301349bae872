"""Adjustments: what organisers change in a proposal before they send it, and how good it is then."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, update
from sqlmodel import col, select

from events.core.access import Actor, command
from events.core.database import Database
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid
from events.core.translation import _
from events.proposals.drafts import (
    ProposalInEvent,
    ProposalState,
    ProposedPlace,
    ProposedTeam,
    TeamProposal,
    places_in,
    teams_in,
)
from events.proposals.problems import Filled, name_of, problem_of, teams_with_members
from events.registration import Registration, RegistrationState
from events.roles import organiser_of_event
from events.team_builder.checks import Fault, faults_of, reached_by
from events.team_builder.plan import Aim, Plan, PlannedTeam
from events.team_builder.problem import Problem
from events.team_builder.reasons import TeamWhy, why_team
from events.team_rules import has_teams
from events.teams import Team, TeamMember, judges_in

NEW = "new"


@dataclass(frozen=True)
class ProposalAdjusted(Fact):
    """An organiser changed a proposal by hand."""

    event_id: int
    proposal_id: int


def can_be_adjusted(subject: ProposalInEvent, now: datetime) -> None:
    """Refuse to change what is not made yet, or what people were asked."""
    has_teams(subject.event, now)
    if subject.proposal.state is not ProposalState.DONE:
        raise Conflict(_("Only a proposal that is made and not sent can be changed."))


def hold_proposal(db: Database, subject: ProposalInEvent) -> None:
    """Let nobody else change or send a proposal until our transaction ends; refused when it was sent meanwhile."""
    query = select(TeamProposal.state).where(TeamProposal.id == subject.id).with_for_update()
    if db.exec(query).first() is not ProposalState.DONE:
        raise Conflict(_("Somebody else has sent or discarded this proposal. Reload the page."))


@command(organiser_of_event, when=can_be_adjusted)
def move_in_proposal(db: Database, actor: Actor, subject: ProposalInEvent, *, place: str, team: str) -> None:
    """Put somebody (the public id of their place) into another team of the proposal: its public id, 'new' for a new
    one, '' for none. A new team that nobody is left in goes. Refuses locked teams."""
    hold_proposal(db, subject)
    row = db.exec(
        select(ProposedPlace).where(ProposedPlace.proposal_id == subject.id, ProposedPlace.public_id == place)
    ).first()
    if row is None:
        raise Conflict(_("This person is not in the proposal any more."))
    before = db.get(ProposedTeam, row.proposed_team_id) if row.proposed_team_id else None
    after = _team_meant(db, subject, team)
    if (before is not None and before.locked) or (after is not None and after.locked):
        raise Conflict(_("This team is locked. Unlock it first."))
    row.proposed_team_id, row.why_left = after.id if after else None, ""
    db.add(row)
    db.flush()
    if before is not None and before.id != row.proposed_team_id:
        _drop_if_empty(db, before)
    record(db, actor, ProposalAdjusted(event_id=subject.event.id, proposal_id=subject.id))


def _team_meant(db: Database, subject: ProposalInEvent, public: str) -> ProposedTeam | None:
    if not public:
        return None
    if public == NEW:
        last = db.exec(select(func.max(ProposedTeam.number)).where(ProposedTeam.proposal_id == subject.id)).one()
        team = ProposedTeam(event_id=subject.event.id, proposal_id=subject.id, number=(last or 0) + 1)
        db.add(team)
        db.flush()
        return team
    found = db.exec(
        select(ProposedTeam).where(ProposedTeam.proposal_id == subject.id, ProposedTeam.public_id == public)
    ).first()
    if found is None:
        raise Invalid({"team": _("This team is not in the proposal any more. Choose another.")})
    return found


def _drop_if_empty(db: Database, team: ProposedTeam) -> None:
    if db.exec(select(ProposedPlace.id).where(ProposedPlace.proposed_team_id == team.id).limit(1)).first() is None:
        db.delete(team)
        db.flush()


@command(organiser_of_event, when=can_be_adjusted)
def lock_proposed_team(db: Database, actor: Actor, subject: ProposalInEvent, *, team: str, locked: bool) -> None:
    """Keep a team of the proposal (public id) as it is when teams are made anew from here, or no longer."""
    hold_proposal(db, subject)
    here = (col(ProposedTeam.proposal_id) == subject.id, col(ProposedTeam.public_id) == team)
    changed = db.execute(update(ProposedTeam).where(*here).values(locked=locked))
    if changed.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE always answers with a cursor
        raise Conflict(_("This team is not in the proposal any more."))
    record(db, actor, ProposalAdjusted(event_id=subject.event.id, proposal_id=subject.id))


@dataclass(frozen=True)
class Looked:
    """A proposal in the eyes of the team builder: what is broken, how far each aim is reached, and what speaks for each
    team, by its id."""

    faults: dict[int, list[Fault]]
    values: dict[Aim, int]
    why: dict[int, TeamWhy]


def look_at(db: Database, subject: ProposalInEvent) -> Looked:
    """A proposal as it is now, after changes by hand, with what people bring and wish now."""
    problem, plan, teams = plan_of(db, subject)
    faults: dict[int, list[Fault]] = {}
    for one in faults_of(problem, plan):
        faults.setdefault(teams[one.team].id or 0, []).append(one)
    why = {team.id or 0: why_team(problem, planned) for team, planned in zip(teams, plan.teams, strict=True)}
    return Looked(faults, reached_by(problem, plan), why)


def plan_of(db: Database, subject: ProposalInEvent) -> tuple[Problem, Plan, list[ProposedTeam]]:
    """A proposal as problem and plan: teams that are filled with those who are in them already, and nobody for whom it
    is too late."""
    teams, places = teams_in(db, subject.id), places_in(db, subject.id)
    gone = too_late_for(db, subject)
    people: dict[int | None, list[int]] = {}
    for place, _person in places:
        if place.person_id not in gone:
            people.setdefault(place.proposed_team_id, []).append(place.person_id)
    ids = [one.team_id for one in teams if one.fills and one.team_id]
    there = db.exec(select(Team).where(col(Team.id).in_(ids)).order_by(col(Team.id))).all()
    filled = {one.team.id: one for one in teams_with_members(db, there)}
    planned = [_planned(one, people.get(one.id, []), filled.get(one.team_id) if one.fills else None) for one in teams]
    free = [person for inside in people.values() for person in inside]
    problem = problem_of(db, subject.event, subject.proposal, free, filled.values())
    return problem, Plan(tuple(planned), tuple(str(one) for one in people.get(None, []))), teams


def in_teams_now(db: Database, subject: ProposalInEvent) -> set[int]:
    """Who of a proposal's people is in a team of the event by now."""
    places = select(ProposedPlace.person_id).where(ProposedPlace.proposal_id == subject.id)
    here = (TeamMember.event_id == subject.event.id, col(TeamMember.person_id).in_(places))
    return set(db.exec(select(TeamMember.person_id).where(*here)))


def too_late_for(db: Database, subject: ProposalInEvent) -> set[int]:
    """Whom of a proposal's people it is too late for: by now they are in a team of the event or judge in it, or they
    take part in it no more."""
    event = subject.event
    in_one = select(TeamMember.person_id).where(TeamMember.event_id == event.id)
    takes_part = select(Registration.person_id).where(
        Registration.event_id == event.id, Registration.state == RegistrationState.ACCEPTED
    )
    who = col(ProposedPlace.person_id)
    gone = or_(who.in_(in_one), who.in_(judges_in(event)), who.not_in(takes_part))
    return set(db.exec(select(ProposedPlace.person_id).where(ProposedPlace.proposal_id == subject.id, gone)))


def _planned(team: ProposedTeam, people: list[int], filled: Filled | None) -> PlannedTeam:
    members = [*(filled.members if filled else ()), *people]
    challenge = str(team.challenge_id) if team.challenge_id else None
    return PlannedTeam(tuple(str(one) for one in members), challenge, name_of(filled.team) if filled else None)
