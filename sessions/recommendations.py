"""Whom to meet, by what happened in the pitch rooms of the event before: to whose team somebody put a question, whose
team they want to meet, and who asked their own team something. Each person with the reasons.

A question is a reason as long as everybody in its room may read it, with its name. A wish is a reason for whoever has
it alone: nobody else is told of it.
"""

from collections import defaultdict
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlmodel import col, select

from events.core.access import Actor
from events.core.database import Database
from events.events import EventWithPhases
from events.participants import ParticipantCard, participants_seen_by, see_participants
from events.people import Person
from events.registration import Registration, RegistrationState, find_registration, participant_of_event
from events.roles import BLIND_JUDGE, Scope
from events.submissions import Submission
from events.teams import Team, TeamMember
from events.type_rules import type_rules_of
from sessions.meetings import Meeting
from sessions.met_before import meetings_of, not_met_by
from sessions.no_thanks import vetoed_by_or_for
from sessions.pitches import Pitch
from sessions.requests import suits
from sessions.stages import StageQuestion, StageQuestionState
from sessions.wishes import PitchWish

MOST = 6
READABLE = (StageQuestionState.OPEN, StageQuestionState.ANSWERED)


class Why(StrEnum):
    """Why somebody is named, the strongest reason first."""

    WISHED = "you want to meet their team"
    ASKED = "you asked their team"
    WAS_ASKED = "they asked your team"


WEIGHTS = {Why.WISHED: 3, Why.ASKED: 2, Why.WAS_ASKED: 1}
Reasons = dict[int, dict[tuple[Why, str], None]]


@dataclass(frozen=True)
class Recommendation:
    """Somebody whom it is worth asking for a meeting, with (reason, team) for each reason."""

    card: ParticipantCard
    reasons: tuple[tuple[Why, str], ...]


def recommended_by_pitches(db: Database, actor: Actor, event: EventWithPhases) -> list[Recommendation]:
    """The few participants of an event to whom the reader came nearest in the pitch rooms of the event before: those
    with the strongest reasons first, at most six. Left out is who has not agreed to take part, whom the reader may not
    see or ask, who has said no thanks or heard it, and with whom there is or was a meeting or a request here. Nobody
    for who still judges those teams without knowing whose work it is."""
    me, before = actor.person, event.event.follows_id
    if me is None or before is None or not participant_of_event(actor, event) or not see_participants(actor, event):
        return []
    if actor.is_(BLIND_JUDGE, Scope.EVENT, before):
        return []  # The reasons name teams and who is in them.
    reasons = _reasons(db, me, before)
    here = select(Meeting).where(Meeting.event_id == event.id, col(Meeting.id).in_(meetings_of(me)))
    spoken = {one for row in db.exec(here) for one in (row.asker_id, row.invitee_id)}
    wanted = _askable(db, event.id, me, reasons.keys() - spoken - vetoed_by_or_for(db, me) - {me})
    if not wanted:
        return []
    only = col(Person.id).in_(sorted(wanted)) & not_met_by(me)
    # All of them, since the six with the strongest reasons may be the last by name.
    found = [
        Recommendation(one, tuple(sorted(reasons[one.person_id], key=lambda each: -WEIGHTS[each[0]])))
        for one in participants_seen_by(db, actor, event, only=only, size=len(wanted)).rows
        if one.has_agreed
    ]
    return sorted(found, key=lambda one: (-sum(WEIGHTS[why] for why, _team in one.reasons), one.card.name))[:MOST]


def _askable(db: Database, event_id: int, me: int, people: AbstractSet[int]) -> set[int]:
    """Those of `people` whom the event's rules let somebody ask for a meeting: no colleagues, and of a type for it."""
    place = find_registration(db, event_id, me)
    if place is None or not people:
        return set()
    rules = type_rules_of(db, event_id)
    query = select(Registration).where(
        Registration.event_id == event_id, Registration.state == RegistrationState.ACCEPTED,
        col(Registration.person_id).in_(sorted(people)),
    )  # fmt: skip
    return {one.person_id for one in db.exec(query) if suits(rules, place, one)}


def _reasons(db: Database, me: int, before: int) -> Reasons:
    own, asked, wished = _own_teams(db, me, before), _asked_by(db, me, before), _wished(db, me, before)
    mates: set[int] = set()  # whom one meets anyway
    found: Reasons = defaultdict(dict)
    for team, name, person in _members(db, own.keys() | asked | wished):
        if team in own:
            mates.add(person)
        if team in wished:
            found[person][Why.WISHED, name] = None
        if team in asked:
            found[person][Why.ASKED, name] = None
    for team, person in _askers(db, own.keys(), before):
        found[person][Why.WAS_ASKED, own[team]] = None
    return {person: reasons for person, reasons in found.items() if person not in mates}


def _own_teams(db: Database, me: int, before: int) -> dict[int, str]:
    """By team its name, of those that pitch and have the reader in them."""
    query = select(Team.id, Team.name).where(
        *_pitched(before), Team.id == Submission.team_id, TeamMember.team_id == Team.id, TeamMember.person_id == me
    )
    return {team or 0: name for team, name in db.exec(query.order_by(col(Team.id)))}


def _members(db: Database, teams: AbstractSet[int]) -> list[tuple[int, str, int]]:
    """(team, its name, member) for everybody in these teams."""
    query = select(TeamMember.team_id, Team.name, TeamMember.person_id).where(
        TeamMember.team_id == Team.id, col(Team.id).in_(sorted(teams))
    )
    return list(db.exec(query.order_by(col(TeamMember.id))).all()) if teams else []


def _asked_by(db: Database, me: int, before: int) -> set[int]:
    """The teams that the reader asked something that everybody in the room may read."""
    query = select(Submission.team_id).where(*_pitched(before), *_READABLE_AT_IT, StageQuestion.person_id == me)
    return set(db.exec(query))


def _askers(db: Database, teams: AbstractSet[int], before: int) -> list[tuple[int, int]]:
    """(team, asker) for each question to one of these teams that everybody in its room may read."""
    if not teams:
        return []
    query = select(Submission.team_id, StageQuestion.person_id).where(
        *_pitched(before), *_READABLE_AT_IT, col(Submission.team_id).in_(sorted(teams))
    )
    asked = db.exec(query.order_by(col(StageQuestion.id)))
    return [(team, person) for team, person in asked if person is not None]


def _pitched(before: int) -> tuple[Any, ...]:
    return Pitch.event_id == before, Submission.id == Pitch.submission_id


_READABLE_AT_IT: tuple[Any, ...] = (StageQuestion.pitch_id == Pitch.id, col(StageQuestion.state).in_(READABLE))


def _wished(db: Database, me: int, before: int) -> set[int]:
    query = select(Submission.team_id).where(
        *_pitched(before), PitchWish.pitch_id == Pitch.id, PitchWish.person_id == me
    )
    return set(db.exec(query).all())
