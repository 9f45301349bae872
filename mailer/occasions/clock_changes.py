"""Letters about clocks whose rules have changed: the entry again, with the hour that it is held at now."""

from datetime import datetime

from events.core.database import Database
from events.events import Event
from mailer.entries import words_of
from mailer.letters import Recipient, Values, letter_for, page, recipients
from mailer.occasions.peer_reviews import organisers_of
from sessions.calendars import CalendarEntry, declined_by, invitees_of, revision_of_entry
from sessions.clock_changes import ClockChanged, HoursChanged


def _who_comes(db: Database, fact: ClockChanged) -> list[Recipient]:
    entry = db.get_one(CalendarEntry, fact.entry_id)
    return recipients(db, invitees_of(db, entry) - declined_by(db, entry.kind, entry.subject_id))


@letter_for(ClockChanged, to=_who_comes, entry=(None, "entry_id"))
def clock_changed(db: Database, fact: ClockChanged, to: Recipient) -> Values | None:
    event = db.get(Event, fact.event_id)
    _entry, before = revision_of_entry(db, fact.entry_id, fact.sequence - 1)
    entry, revision = revision_of_entry(db, fact.entry_id, fact.sequence)
    if event is None:
        return None
    return {
        **words_of(db, entry, revision, to), "event": event.name, "zone": revision.zone.replace("_", " "),
        "was_at": _clock(before.clock_at), "is_at": _clock(revision.clock_at),
    }  # fmt: skip


@letter_for(HoursChanged, to=lambda db, fact: recipients(db, organisers_of(db, fact.event_id)))
def hours_changed(db: Database, fact: HoursChanged, to: Recipient) -> Values | None:
    event = db.get(Event, fact.event_id)
    if event is None:
        return None
    return {
        "event": event.name, "zone": event.zone.replace("_", " "), "agenda_sessions": fact.sessions,
        "phases": fact.phases, "others_count": fact.others, "url": page("event", event=event.slug),
    }  # fmt: skip


def _clock(shown: str) -> str:
    return f"{datetime.fromisoformat(shown[:16]):%Y-%m-%d %H:%M}"
