"""Reminders of what begins soon; plain letters, since calendars have the entry already."""

from events.core.database import Database
from events.events import Event
from mailer.letters import Recipient, Topic, Values, letter_for, page_at, recipients
from sessions.calendars import CalendarEntry, latest_revision
from sessions.reminders import EntryNear, is_coming, still_near, who_is_reminded


def _still(db: Database, fact: EntryNear, person_id: int | None) -> bool:
    return still_near(db, fact.entry_id, fact.starts_at) and is_coming(db, fact.entry_id, person_id, fact.starts_at)


@letter_for(
    EntryNear,
    to=lambda db, fact: recipients(db, who_is_reminded(db, fact.entry_id, fact.minutes)),
    topic=Topic.REMINDERS,
    still=_still,
)
def reminder(db: Database, fact: EntryNear, to: Recipient) -> Values | None:
    entry, event = db.get(CalendarEntry, fact.entry_id), db.get(Event, fact.event_id)
    revision = latest_revision(db, entry) if entry is not None else None
    if revision is None or event is None or not _still(db, fact, to.person_id):
        return None
    return {
        "event": event.name,
        "title": revision.summary,
        "starts_at": fact.starts_at,
        "ends_at": fact.starts_at + (revision.ends_at - revision.starts_at),
        "place": revision.place,
        "url": page_at(revision.path),
    }
