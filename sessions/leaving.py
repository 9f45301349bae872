"""Leaving: what becomes of somebody's meetings when they give their place in an event back."""

from typing import Any

from sqlmodel import col, or_, select

from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.core.hooks import on_withdrawn
from events.events import Event
from events.registration import Registration
from sessions.guests import let_go
from sessions.meetings import Meeting, MeetingGuest, MeetingInEvent, MeetingState, is_open
from sessions.transitions import end_meeting


@on_withdrawn
def _call_off(db: Database, actor: Actor, registration_id: int) -> None:
    """Whoever leaves an event takes back their requests, declines those of others and cancels the meetings they lead;
    those to which they were added go on without them. What has begun stays: of that can be said only how it went."""
    registration = db.get(Registration, registration_id)
    event = db.get(Event, registration.event_id) if registration else None
    if registration is None or event is None:
        return
    person = registration.person_id
    leads = (col(Meeting.asker_id) == person) | (col(Meeting.invitee_id) == person)
    query = select(Meeting).where(Meeting.event_id == event.id, leads, *_to_come()).order_by(col(Meeting.id))
    # Locked on PostgreSQL, so that nobody answers meanwhile.
    for meeting in db.exec(query.with_for_update()).all():
        end_meeting(db, actor, MeetingInEvent(meeting, event), _end_for(meeting, person))
    _leave_as_guest(db, actor, event, person)


def _to_come() -> tuple[Any, ...]:
    now = clock.now()
    return is_open(now), or_(col(Meeting.starts_at).is_(None), col(Meeting.starts_at) > now)


def _leave_as_guest(db: Database, actor: Actor, event: Event, person: int) -> None:
    added = select(MeetingGuest.meeting_id).where(MeetingGuest.person_id == person)
    query = select(Meeting).where(Meeting.event_id == event.id, col(Meeting.id).in_(added), *_to_come())
    for meeting in db.exec(query.order_by(col(Meeting.id)).with_for_update()).all():
        let_go(db, actor, MeetingInEvent(meeting, event), person)


def _end_for(meeting: Meeting, leaver: int) -> MeetingState:
    if meeting.state in {MeetingState.ACCEPTED, MeetingState.SCHEDULED}:
        return MeetingState.CANCELLED
    return MeetingState.WITHDRAWN if meeting.asker_id == leaver else MeetingState.DECLINED
