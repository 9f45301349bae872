"""An event's phases and its agenda as calendar files that people put into their own calendar."""

from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import urlsplit

from icalendar import Calendar, Event

from events.core.links import link
from events.core.settings import settings
from events.events import EventWithPhases
from events.phases import PHASE_NAMES
from sessions.timetable.released import AgendaSession, Release

PRODID = "-//Folkmoot//Calendar 1.0//EN"


def phases_calendar(subject: EventWithPhases, changed_at: datetime) -> bytes:
    """One entry per phase, in UTC, METHOD:PUBLISH. A phase keeps its UID for good; SEQUENCE and DTSTAMP grow with
    each change of the event, so that an import replaces what was there (RFC 5545 3.8.7.4, RFC 5546 3.2.1)."""
    event = subject.event
    calendar = _published(event.name)
    host = _host()
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


def _published(name: str) -> Calendar:
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", PRODID)
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    return calendar


def _host() -> str:
    return urlsplit(settings().public_url).hostname or "folkmoot"


def agenda_calendar(subject: EventWithPhases, release: Release, agenda: Sequence[AgendaSession]) -> bytes:
    """One entry per session, in UTC, METHOD:PUBLISH. A session keeps its UID for good; SEQUENCE and DTSTAMP grow with
    each release, so that a calendar that reads this again follows."""
    event = subject.event
    calendar = _published(event.name)
    released_at = release.released_at.astimezone(UTC).replace(microsecond=0)
    for one in agenda:
        entry = Event()
        entry.add("uid", f"{one.public_id}@{_host()}")
        entry.add("sequence", release.number)
        entry.add("dtstamp", released_at)
        entry.add("last-modified", released_at)
        entry.add("dtstart", one.starts_at.astimezone(UTC))
        entry.add("dtend", one.ends_at.astimezone(UTC))
        entry.add("summary", one.title)
        entry.add("location", one.room)
        about = "\n\n".join(part for part in (", ".join(name.name for name in one.speakers), one.abstract) if part)
        if about:
            entry.add("description", about)
        entry.add("url", link("agenda_session", event=event.slug, session=one.public_id))
        entry.add("transp", "TRANSPARENT")
        calendar.add_component(entry)
    return bytes(calendar.to_ical(sorted=False))
