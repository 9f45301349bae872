"""Whom to meet, by what happened in the pitch rooms of the event before: to whose team somebody put a question, whose
team they want to meet, and who asked their own team something. Each person with the reasons.

A question is a reason as long as everybody in its room may read it, with its name. A wish is a reason for whoever has
it alone: nobody else is told of it.
"""

from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum

from sqlmodel import col, select

from events.core.access import Actor
from events.core.database import Database
from events.events import EventWithPhases
from events.participants import ParticipantCard, participants_seen_by, see_participants
from events.people import Person
from events.registration import participant_of_event
from events.roles import BLIND_JUDGE, Scope
from events.submissions import Submission
from events.teams import Team, TeamMember
from sessions.meetings import Meeting
from sessions.met_before import meetings_of, not_met_by
from sessions.no_thanks import vetoed_by_or_for
from sessions.pitches import Pitch
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
    see, who has said no thanks or heard it, and with whom there is or was a meeting or a request here. Nobody for who
    still judges those teams without knowing whose work it is."""
    me, before = actor.person, event.event.follows_id
    if me is None or before is None or not participant_of_event(actor, event) or not see_participants(actor, event):
        return []
    if actor.is_(BLIND_JUDGE, Scope.EVENT, before):
        return []  # The reasons name teams and who is in them.
    reasons = _reasons(db, me, before)
    here = select(Meeting).where(Meeting.event_id == event.id, col(Meeting.id).in_(meetings_of(me)))
    spoken = {one for row in db.exec(here) for one in (row.asker_id, row.invitee_id)}
    wanted = reasons.keys() - spoken - vetoed_by_or_for(db, me) - {me}
    if not wanted:
        return []
    only = col(Person.id).in_(sorted(wanted)) & not_met_by(me)
    found = [
        Recommendation(one, tuple(sorted(reasons[one.person_id], key=lambda each: -WEIGHTS[each[0]])))
        for one in participants_seen_by(db, actor, event, only=only).rows
        if one.has_agreed
    ]
    return sorted(found, key=lambda one: (-sum(WEIGHTS[why] for why, _team in one.reasons), one.card.name))[:MOST]


def _reasons(db: Database, me: int, before: int) -> Reasons:
    members, asked, wished = _members(db, before), _asked(db, before), _wished(db, me, before)
    own = {team for team, _name, person in members if person == me}
    mates = {person for team, _name, person in members if team in own}  # whom one meets anyway
    found: Reasons = defaultdict(dict)
    for team, name, person in members:
        if team in wished:
            found[person][Why.WISHED, name] = None
        if (team, me) in asked:
            found[person][Why.ASKED, name] = None
        if person == me:
            for asker in (one for of, one in asked if of == team):
                found[asker][Why.WAS_ASKED, name] = None
    return {person: reasons for person, reasons in found.items() if person not in mates}


def _members(db: Database, before: int) -> list[tuple[int, str, int]]:
    """(team, its name, member) for everybody in the teams that pitch."""
    query = select(TeamMember.team_id, Team.name, TeamMember.person_id).where(
        Pitch.event_id == before, Submission.id == Pitch.submission_id, Team.id == Submission.team_id,
        TeamMember.team_id == Team.id,
    )  # fmt: skip
    return list(db.exec(query.order_by(col(TeamMember.id))).all())


def _asked(db: Database, before: int) -> set[tuple[int, int]]:
    """(team, asker) for each question to a team that everybody in its room may read."""
    query = select(Submission.team_id, StageQuestion.person_id).where(
        Pitch.event_id == before, StageQuestion.pitch_id == Pitch.id, Submission.id == Pitch.submission_id,
        col(StageQuestion.state).in_(READABLE),
    )  # fmt: skip
    return {(team, person) for team, person in db.exec(query) if person is not None}


def _wished(db: Database, me: int, before: int) -> set[int]:
    query = select(Submission.team_id).where(
        Pitch.event_id == before, PitchWish.pitch_id == Pitch.id, PitchWish.person_id == me,
        Submission.id == Pitch.submission_id,
    )  # fmt: skip
    return set(db.exec(query).all())
