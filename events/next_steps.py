"""What somebody has to do next in a hackathon: one thing, with the moment until which it can be done."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from events.beside_teams import is_beside_teams
from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.deadlines import deadline_of, in_stages, taken_until
from events.events import EventState, EventWithPhases
from events.handing_in import changed_since
from events.joining import InvitationSeen, invitations_for
from events.phases import Phase, PhaseKind
from events.registration import participant_of_event
from events.roles import judge_of_event
from events.submissions import Submission, counting_versions, submission_of_team
from events.team_rules import last_joining, locked_at
from events.teams import Team, TeamInEvent, team_of


class NextThing(StrEnum):
    """What there is to do, in the order of urgency in which it is asked."""

    ANSWER_INVITATION = "answer invitation"
    FORM_TEAM = "form team"
    TAKE_CHALLENGE = "take challenge"
    HAND_IN = "hand in"
    HAND_IN_CHANGES = "hand in changes"
    WRITE_DRAFT = "write draft"


@dataclass(frozen=True)
class NextStep:
    """One thing to do, until when (None: no end is known), and what it is about."""

    what: NextThing
    until: datetime | None
    team: Team | None = None
    submission: Submission | None = None
    invitation: InvitationSeen | None = None


def next_step_in_hackathon(db: Database, actor: Actor, event: EventWithPhases) -> NextStep | None:
    """What a participant of a hackathon has to do next; None for others and when there is nothing to do."""
    if not participant_of_event(actor, event) or judge_of_event(actor, event):
        return None
    team = team_of(db, actor.person, event.id)
    return _first_step(db, actor, event) if team is None else _step_of_team(db, event, team)


def _first_step(db: Database, actor: Actor, event: EventWithPhases) -> NextStep | None:
    now = clock.now()
    last, locked = last_joining(event), locked_at(event)
    invitation = next((one for one in invitations_for(db, actor, event) if one.invitation.accepted is None), None)
    if invitation is not None and last is not None and now < last:
        return NextStep(NextThing.ANSWER_INVITATION, last, invitation.team, invitation=invitation)
    forming = event.is_open(PhaseKind.TEAM_FORMING, now) and (locked is None or now < locked)
    if forming and not is_beside_teams(db, event.id, actor.person):
        end = _end(event.phase(PhaseKind.TEAM_FORMING))
        return NextStep(NextThing.FORM_TEAM, min(end, locked) if end and locked else end)
    return None


def _step_of_team(db: Database, event: EventWithPhases, team: Team) -> NextStep | None:
    now, subject = clock.now(), TeamInEvent(team, event)
    deadline, until = deadline_of(subject), taken_until(subject)
    if deadline is None or until is None or now >= until:
        return None
    ends = deadline.ends_at if now < deadline.ends_at else until
    submission = submission_of_team(db, team.id)
    if team.challenge_id is None and not in_stages(event):
        return NextStep(NextThing.TAKE_CHALLENGE, ends, team, submission)
    if now < deadline.starts_at or event.event.state not in {EventState.PUBLISHED, EventState.RUNNING}:
        building = event.is_open(PhaseKind.BUILDING, now)
        return NextStep(NextThing.WRITE_DRAFT, ends, team, submission) if building else None
    there = counting_versions(db, [submission.id or 0], team.stage) if submission else {}
    if submission is None or not there:
        return NextStep(NextThing.HAND_IN, ends, team, submission)
    if changed_since(db, submission):
        return NextStep(NextThing.HAND_IN_CHANGES, ends, team, submission)
    return None


def _end(phase: Phase | None) -> datetime | None:
    return phase.ends_at if phase else None
