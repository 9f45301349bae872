"""Leaving: what becomes of meetings when somebody gives their place in an event back, and when the event is closed."""

from sqlmodel import col, select

from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.core.hooks import on_event_closed, on_withdrawn
from events.events import Event, event_by_id
from events.registration import Registration
from sessions.guests import let_go
from sessions.meetings import Meeting, MeetingGuest, MeetingInEvent, MeetingState
from sessions.transitions import end_meeting, not_begun


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
    query = (
        select(Meeting).where(Meeting.event_id == event.id, leads, *not_begun(clock.now())).order_by(col(Meeting.id))
    )
    # Locked on PostgreSQL, so that nobody answers meanwhile.
    for meeting in db.exec(query.with_for_update()).all():
        end_meeting(db, actor, MeetingInEvent(meeting, event), _end_for(meeting, person))
    _leave_as_guest(db, actor, event, person)


def _leave_as_guest(db: Database, actor: Actor, event: Event, person: int) -> None:
    added = select(MeetingGuest.meeting_id).where(MeetingGuest.person_id == person)
    query = select(Meeting).where(Meeting.event_id == event.id, col(Meeting.id).in_(added), *not_begun(clock.now()))
    for meeting in db.exec(query.order_by(col(Meeting.id)).with_for_update()).all():
        let_go(db, actor, MeetingInEvent(meeting, event), person)


@on_event_closed
def _end_with_the_event(db: Database, actor: Actor, event_id: int) -> None:
    """What is to come when an event is closed is cancelled, and requests expire: after that nobody could say anything
    about them, and their people would stay taken at that time for other events. What has begun stays."""
    event = event_by_id(db, event_id).event
    query = select(Meeting).where(Meeting.event_id == event_id, *not_begun(clock.now())).order_by(col(Meeting.id))
    for meeting in db.exec(query.with_for_update()).all():
        agreed = meeting.state is not MeetingState.REQUESTED
        end_meeting(
            db, actor, MeetingInEvent(meeting, event), MeetingState.CANCELLED if agreed else MeetingState.EXPIRED
        )


def _end_for(meeting: Meeting, leaver: int) -> MeetingState:
    if meeting.state in {MeetingState.ACCEPTED, MeetingState.SCHEDULED}:
        return MeetingState.CANCELLED
    return MeetingState.WITHDRAWN if meeting.asker_id == leaver else MeetingState.DECLINED
