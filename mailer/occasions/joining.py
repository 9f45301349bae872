"""Letters about coming into a team and going out of it: requests, answers, the lead, and what organisers did."""

from typing import Any

from sqlmodel import select

from events.core.database import Database
from events.core.translation import _
from events.events import Event
from events.interventions import PutIntoTeam, TakenOutOfTeam, TeamIntervention
from events.join_requests import (
    JoiningAgreed,
    JoiningAsked,
    JoiningExpired,
    JoiningTurnedDown,
    JoinRequest,
    JoinRequestState,
)
from events.open_roles import OpenRole
from events.people import Person
from events.reference.skills import skill_label
from events.seekers import find_seeker
from events.teams import LeadHandedOver, Team, TeamMember
from mailer.letters import Recipient, Values, letter_for, name_of, page, recipients


def leader_of(db: Database, team_id: int) -> set[int]:
    """Who leads a team now."""
    query = select(TeamMember.person_id).where(TeamMember.team_id == team_id, TeamMember.leads)
    return set(db.exec(query))


def people_in(db: Database, team_id: int) -> set[int]:
    """Who is in a team now."""
    return set(db.exec(select(TeamMember.person_id).where(TeamMember.team_id == team_id)))


def team_values(db: Database, fact: Any) -> Values | None:
    """What letters about a team say: its event, its name, its page; None when either is gone."""
    team, event = db.get(Team, fact.team_id), db.get(Event, fact.event_id)
    if team is None or event is None:
        return None
    return {"event": event.name, "team": team.name, "url": page("team", event=event.slug, team=team.public_id)}


def _the_person(db: Database, fact: Any) -> list[Recipient]:
    return recipients(db, {fact.person_id})


@letter_for(JoiningAsked, to=lambda db, fact: recipients(db, leader_of(db, fact.team_id)))
def joining_asked(db: Database, fact: JoiningAsked, to: Recipient) -> Values | None:
    request, values = db.get(JoinRequest, fact.request_id), team_values(db, fact)
    asker = db.get(Person, request.person_id) if request else None
    if request is None or asker is None or values is None or request.state is not JoinRequestState.ASKED:
        return None  # answered or taken back before the letter was written
    if to.person_id not in leader_of(db, fact.team_id):
        return None  # somebody else's to answer by now
    role = db.get(OpenRole, request.role_id) if request.role_id else None
    seeker = find_seeker(db, fact.event_id, request.person_id)
    return values | {
        "who": name_of(asker),
        "job": asker.job_title,
        "role": role.title if role else "",
        "skills": ", ".join(str(skill_label(code)) for code in seeker.skills) if seeker else "",
        "note": request.note,
    }


@letter_for(JoiningAgreed, to=_the_person)
def joining_agreed(db: Database, fact: JoiningAgreed, to: Recipient) -> Values | None:
    request, values = db.get(JoinRequest, fact.request_id), team_values(db, fact)
    if request is None or values is None or fact.person_id not in people_in(db, fact.team_id):
        return None  # left again before the letter was written
    lead = db.get(Person, request.answered_by_id) if request.answered_by_id else None
    return values | {"who": name_of(lead)}


@letter_for(JoiningTurnedDown, to=_the_person)
def joining_turned_down(db: Database, fact: JoiningTurnedDown, to: Recipient) -> Values | None:
    request, values = db.get(JoinRequest, fact.request_id), team_values(db, fact)
    return values | {"answer": request.answer, "url": _teams(db, fact)} if request and values else None


@letter_for(JoiningExpired, to=_the_person)
def joining_expired(db: Database, fact: JoiningExpired, to: Recipient) -> Values | None:
    team, event = db.get(Team, fact.team_id), db.get(Event, fact.event_id)
    if event is None:
        return None
    return {"event": event.name, "team": team.name if team else "", "url": _teams(db, fact)}


def _teams(db: Database, fact: Any) -> str:
    return page("teams", event=db.get_one(Event, fact.event_id).slug)


@letter_for(LeadHandedOver, to=_the_person)
def lead_handed_over(db: Database, fact: LeadHandedOver, to: Recipient) -> Values | None:
    values = team_values(db, fact)
    if values is None or to.person_id not in leader_of(db, fact.team_id):
        return None  # handed on or gone before the letter was written
    doer = db.get(Person, to.doer) if to.doer in people_in(db, fact.team_id) else None
    return values | {"by": doer.name if doer else ""}


def _person_and_team(db: Database, fact: Any) -> list[Recipient]:
    return recipients(db, {fact.person_id} | people_in(db, fact.team_id))


def _intervention(db: Database, fact: Any, to: Recipient) -> Values | None:
    row, values = db.get(TeamIntervention, fact.intervention_id), team_values(db, fact)
    person = db.get(Person, fact.person_id)
    event = db.get(Event, fact.event_id)
    if row is None or person is None or event is None:
        return None
    known = values or {"event": event.name, "team": _("a team that is gone"), "url": _teams(db, fact)}
    is_oneself = to.person_id == fact.person_id
    return known | {"person": name_of(person), "reason": row.reason, "is_oneself": is_oneself}


@letter_for(PutIntoTeam, to=_person_and_team)
def put_into_team(db: Database, fact: PutIntoTeam, to: Recipient) -> Values | None:
    return _intervention(db, fact, to)


@letter_for(TakenOutOfTeam, to=_person_and_team)
def taken_out_of_team(db: Database, fact: TakenOutOfTeam, to: Recipient) -> Values | None:
    return _intervention(db, fact, to)
