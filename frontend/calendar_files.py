"""An event's phases as a calendar file that people put into their own calendar."""

from datetime import UTC, datetime
from urllib.parse import urlsplit

from icalendar import Calendar, Event

from events.core.links import link
from events.core.settings import settings
from events.events import EventWithPhases
from events.phases import PHASE_NAMES

PRODID = "-//Folkmoot//Calendar 1.0//EN"


def phases_calendar(subject: EventWithPhases, changed_at: datetime) -> bytes:
    """One entry per phase, in UTC, METHOD:PUBLISH. A phase keeps its UID for good; SEQUENCE and DTSTAMP grow with
    each change of the event, so that an import replaces what was there (RFC 5545 3.8.7.4, RFC 5546 3.2.1)."""
    event = subject.event
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", PRODID)
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("name", event.name)
    calendar.add("x-wr-calname", event.name)
    host = urlsplit(settings().public_url).hostname or "folkmoot"
    for phase in subject.phases:
        entry = Event()
        entry.add("uid", f"{event.public_id}-{phase.kind.replace(' ', '-')}@{host}")
        entry.add("sequence", event.version)
        entry.add("dtstamp", changed_at.astimezone(UTC).replace(microsecond=0))
        entry.add("last-modified", changed_at.astimezone(UTC).replace(microsecond=0))
        entry.add("dtstart", phase.starts_at.astimezone(UTC))
        entry.add("dtend", phase.ends_at.astimezone(UTC))
        entry.add("summary", f"{event.name}: {PHASE_NAMES[phase.kind]}")
        entry.add("url", link("event", event=event.slug))
        entry.add("transp", "TRANSPARENT")
        calendar.add_component(entry)
    return bytes(calendar.to_ical(sorted=False))
