"""Requests that nobody has answered: one reminder to whoever was asked, while there is still time to answer."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from events.core import clock
from events.core.access import SYSTEM
from events.core.database import Database
from events.core.journal import Fact, record
from events.core.timers import set_timer, timer
from events.events import Event, EventState
from sessions.meetings import Meeting, MeetingState

# Of a short while nobody is reminded: the request itself has only just come.
SHORTEST = timedelta(hours=4)
LONGEST_BEFORE = timedelta(hours=24)


@dataclass(frozen=True)
class RequestUnanswered(Fact):
    """A request waits, and its time will soon be over."""

    event_id: int
    meeting_id: int


def reminded_at(requested_at: datetime, expires_at: datetime) -> datetime | None:
    """When somebody is reminded of a request: when a third of its time is left, a day at most; None for a short one."""
    lasts = expires_at - requested_at
    return None if lasts < SHORTEST else expires_at - min(lasts / 3, LONGEST_BEFORE)


def remind_of(db: Database, meeting: Meeting) -> None:
    """Look again at a new request before it expires."""
    due = reminded_at(meeting.requested_at, meeting.expires_at)
    if due is not None:
        set_timer(db, "meeting request unanswered", meeting.id or 0, due)


def can_still_be_answered(db: Database, meeting: Meeting) -> bool:
    """Whether a request waits, and somebody could accept it: nobody can in an event that is over."""
    event = db.get(Event, meeting.event_id)
    is_over = event is None or event.state is EventState.CLOSED
    return not is_over and meeting.state is MeetingState.REQUESTED and clock.now() < meeting.expires_at


@timer("meeting request unanswered")
def _remind(db: Database, meeting_id: int) -> None:
    meeting = db.get(Meeting, meeting_id)
    # A worker that was away says nothing about what has ended meanwhile.
    if meeting is not None and can_still_be_answered(db, meeting):
        record(db, SYSTEM, RequestUnanswered(event_id=meeting.event_id, meeting_id=meeting_id))
