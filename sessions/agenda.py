"""A person's agenda: what waits for their answer, whom they meet, when they pitch, which rooms are open to them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case
from sqlmodel import col, select

from events.core.access import Actor
from events.core.database import Database
from events.events import Event, EventState, EventWithPhases
from events.organisations import Organisation
from events.people import Person
from events.registration import Registration, RegistrationState
from events.teams import Team, TeamMember
from sessions.availability import AvailabilityStated
from sessions.meetings import Meeting, MeetingState, takes_part
from sessions.pitches import Pitch, PitchState
from sessions.stages import Stage, StageState, see_stage

LIVE = (EventState.PUBLISHED, EventState.RUNNING)


@dataclass(frozen=True)
class MeetingLine:
    """A meeting or a request, as the agenda of one of its people shows it."""

    meeting: Meeting
    event: Event
    other: str
    organisation: str


@dataclass(frozen=True)
class PitchLine:
    """A pitch of somebody's team."""

    pitch: Pitch
    stage: Stage
    event: Event
    team: str


def _meetings(actor: Actor) -> Any:
    other = case((col(Meeting.asker_id) == actor.person, col(Meeting.invitee_id)), else_=col(Meeting.asker_id))
    their_place = (col(Registration.event_id) == col(Meeting.event_id)) & (col(Registration.person_id) == other)
    return (
        select(Meeting, Event, Person.name, Organisation.name)
        .join(Event, col(Event.id) == col(Meeting.event_id))
        .join(Person, col(Person.id) == other)
        .outerjoin(Registration, their_place)
        .outerjoin(Organisation, col(Organisation.id) == col(Registration.organisation_id))
        .where(takes_part(actor.person))
    )


def _line(row: Any) -> MeetingLine:
    return MeetingLine(row[0], row[1], row[2], row[3] or "")


def requests_to_answer(db: Database, actor: Actor, now: datetime) -> list[MeetingLine]:
    """The open requests that others have made to the actor, in events that are not over, soonest to expire first."""
    query = _meetings(actor).where(
        Meeting.invitee_id == actor.person,
        Meeting.state == MeetingState.REQUESTED,
        col(Meeting.expires_at) > now,
        col(Event.state).in_(LIVE),
    )
    return [_line(row) for row in db.exec(query.order_by(col(Meeting.expires_at), col(Meeting.id)))]


def meetings_between(db: Database, actor: Actor, start: datetime, end: datetime) -> list[MeetingLine]:
    """The actor's accepted meetings that take up some of `start` to `end`, in order of time."""
    query = _meetings(actor).where(
        Meeting.state == MeetingState.SCHEDULED, col(Meeting.starts_at) < end, col(Meeting.ends_at) > start
    )
    return [_line(row) for row in db.exec(query.order_by(col(Meeting.starts_at), col(Meeting.id)))]


def pitches_between(db: Database, actor: Actor, start: datetime, end: datetime) -> list[PitchLine]:
    """The pitches of the actor's teams that are planned from `start` to `end` and not given yet, in order of time."""
    from events.submissions import Submission

    query = (
        select(Pitch, Stage, Event, Team.name)
        .join(Stage, col(Stage.id) == col(Pitch.stage_id))
        .join(Event, col(Event.id) == col(Pitch.event_id))
        .join(Submission, col(Submission.id) == col(Pitch.submission_id))
        .join(Team, col(Team.id) == col(Submission.team_id))
        .join(TeamMember, col(TeamMember.team_id) == col(Team.id))
        .where(TeamMember.person_id == actor.person)
        .where(col(Pitch.state).in_((PitchState.WAITING, PitchState.ON_STAGE)), Stage.state != StageState.CLOSED)
        .where(col(Pitch.planned_at) >= start, col(Pitch.planned_at) < end)
        .order_by(col(Pitch.planned_at), col(Pitch.id))
    )
    return [PitchLine(*row) for row in db.exec(query)]


def open_stages(db: Database, actor: Actor, events: list[EventWithPhases]) -> list[tuple[Stage, EventWithPhases]]:
    """The rooms that are open now in those of these events that the actor may enter."""
    enterable = {one.id: one for one in events if one.event.state in LIVE and see_stage(actor, one)}
    query = select(Stage).where(col(Stage.event_id).in_(list(enterable)), Stage.state == StageState.OPEN)
    return [(stage, enterable[stage.event_id]) for stage in db.exec(query.order_by(col(Stage.opened_at)))]


def without_availability(db: Database, actor: Actor, events: list[EventWithPhases]) -> set[int]:
    """In which of these events the actor has a place but has not said when they can meet."""
    stated = select(AvailabilityStated.event_id).where(AvailabilityStated.person_id == actor.person)
    query = select(Registration.event_id).where(
        Registration.person_id == actor.person,
        Registration.state == RegistrationState.ACCEPTED,
        col(Registration.event_id).in_([one.id for one in events]),
        col(Registration.event_id).not_in(stated),
    )
    return set(db.exec(query))


def without_meetings(db: Database, actor: Actor, events: list[EventWithPhases]) -> set[int]:
    """In which of these events the actor has neither a meeting nor an open request."""
    ids = {one.id for one in events}
    query = select(Meeting.event_id).where(
        col(Meeting.event_id).in_(ids),
        takes_part(actor.person),
        col(Meeting.state).in_((MeetingState.REQUESTED, MeetingState.ACCEPTED, MeetingState.SCHEDULED)),
    )
    return ids - set(db.exec(query).all())
