"""Letters about proposed teams: the place somebody is offered, and what became of the team."""

from typing import Any

from sqlmodel import col, select

from events.challenges import Challenge
from events.core.database import Database
from events.events import Event
from events.people import Person
from events.proposals.drafts import PlaceState, ProposedPlace, ProposedTeam, TeamProposal
from events.proposals.places import ProposalSent, ProposedTeamFailed, ProposedTeamFormed
from events.teams import Team, TeamMember, members_of
from mailer.letters import Recipient, Values, letter_for, page, recipients


def _asked(db: Database, fact: ProposalSent) -> list[Recipient]:
    query = select(ProposedPlace.person_id).where(
        ProposedPlace.proposal_id == fact.proposal_id, ProposedPlace.state == PlaceState.ASKED
    )
    found = db.exec(query).all()
    return recipients(db, found)


@letter_for(ProposalSent, to=_asked)
def team_place_offered(db: Database, fact: ProposalSent, to: Recipient) -> Values | None:
    mine = (ProposedPlace.proposal_id == fact.proposal_id, ProposedPlace.person_id == to.person_id)
    place = db.exec(select(ProposedPlace).where(*mine)).first()
    proposal, event = db.get(TeamProposal, fact.proposal_id), db.get(Event, fact.event_id)
    team = db.get(ProposedTeam, place.proposed_team_id) if place and place.proposed_team_id else None
    if place is None or place.state is not PlaceState.ASKED or proposal is None or event is None or team is None:
        return None  # answered or over before the letter was written
    there = db.get(Team, team.team_id) if team.team_id else None
    return {
        "event": event.name,
        "fills": there.name if there else "",
        "challenge": _challenge(db, team.challenge_id),
        "people": ", ".join(_names(db, team, there, but=to.person_id)),
        "answer_by": proposal.answer_by,
        "url": page("team_place", event=event.slug, place=place.public_id),
    }


def _challenge(db: Database, challenge_id: int | None) -> str:
    row = db.get(Challenge, challenge_id) if challenge_id else None
    return row.title if row else ""


def _names(db: Database, team: ProposedTeam, there: Team | None, *, but: int | None) -> list[str]:
    """Who is to be in a team, and who is in it already."""
    counted = col(ProposedPlace.state).in_((PlaceState.ASKED, PlaceState.ACCEPTED, PlaceState.JOINED))
    seated = select(ProposedPlace.person_id).where(ProposedPlace.proposed_team_id == team.id, counted)
    members = select(TeamMember.person_id).where(TeamMember.team_id == (there.id if there else 0))
    query = select(Person.name).where(col(Person.id).in_(seated) | col(Person.id).in_(members), Person.id != but)
    return [name for name in db.exec(query.order_by(col(Person.name))) if name]


@letter_for(ProposedTeamFormed, to=lambda db, fact: recipients(db, _members(db, fact)))
def proposed_team_formed(db: Database, fact: ProposedTeamFormed, to: Recipient) -> Values | None:
    team, event = db.get(Team, fact.team_id), db.get(Event, fact.event_id)
    if team is None or event is None or to.person_id not in _members(db, fact):
        return None
    members = members_of(db, fact.team_id)
    return {
        "event": event.name,
        "team": team.name,
        "challenge": _challenge(db, team.challenge_id),
        "people": ", ".join(one.name for one in members),
        "lead": next((one.name for one in members if one.leads), ""),
        "url": page("team", event=event.slug, team=team.public_id),
    }


def _members(db: Database, fact: Any) -> set[int]:
    return set(db.exec(select(TeamMember.person_id).where(TeamMember.team_id == fact.team_id)))


def _disappointed(db: Database, fact: ProposedTeamFailed) -> list[Recipient]:
    """Those who wanted the team or had not answered, and are in no other by now."""
    elsewhere = select(TeamMember.person_id).where(TeamMember.event_id == fact.event_id)
    query = select(ProposedPlace.person_id).where(
        ProposedPlace.proposed_team_id == fact.proposed_team_id,
        ProposedPlace.state == PlaceState.LAPSED,
        col(ProposedPlace.person_id).not_in(elsewhere),
    )
    found = db.exec(query).all()
    return recipients(db, found)


@letter_for(ProposedTeamFailed, to=_disappointed)
def proposed_team_failed(db: Database, fact: ProposedTeamFailed, to: Recipient) -> Values | None:
    event = db.get(Event, fact.event_id)
    return {"event": event.name, "url": page("teams", event=event.slug)} if event else None
