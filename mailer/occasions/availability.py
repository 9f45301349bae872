"""The letter to participants who have not said when they can meet."""

from events.core.database import Database
from events.events import Event
from events.phases import PhaseKind, phases_of
from mailer.letters import Recipient, Topic, Values, letter_for, page, recipients
from sessions.nudges import AvailabilityAsked, asked_then, is_silent


@letter_for(
    AvailabilityAsked,
    to=lambda db, fact: recipients(db, asked_then(db, fact.event_id, fact.asked_at)),
    topic=Topic.REMINDERS,
)
def availability_asked(db: Database, fact: AvailabilityAsked, to: Recipient) -> Values | None:
    event = db.get(Event, fact.event_id)
    if event is None or not is_silent(db, fact.event_id, to.person_id or 0):
        return None  # said before the letter was written
    live = next((one for one in phases_of(db, fact.event_id) if one.kind is PhaseKind.LIVE), None)
    return {
        "event": event.name,
        "starts_at": live.starts_at if live else None,
        "url": page("availability", event=event.slug),
    }
