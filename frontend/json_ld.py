"""What machines read on an event's public page: schema.org as a data block."""

import json
from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from events.core.links import link
from events.events import EventState, EventWithPhases
from events.overview import stretch_of
from events.phases import PhaseKind
from events.programmes import Programme
from sessions.timetable.released import AgendaSession
from sessions.timetable.rows import SessionKind

CONTEXT = "https://schema.org"
MOST_SESSIONS = 50


def event_as_schema(
    subject: EventWithPhases, programme: Programme, agenda: Sequence[AgendaSession] = ()
) -> dict[str, Any]:
    """An event in schema.org's words, with the first sessions of its agenda; moments have their offset."""
    event = subject.event
    found: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": "Event",
        "@id": link("event", event=event.slug),
        "name": event.name,
        "description": event.tagline or event.description[:300],
        "url": link("event", event=event.slug),
        "eventStatus": f"{CONTEXT}/EventScheduled",
        "eventAttendanceMode": f"{CONTEXT}/OnlineEventAttendanceMode",
        "location": {"@type": "VirtualLocation", "url": link("event", event=event.slug)},
        "organizer": {"@type": "Organization", "name": programme.name},
        "isAccessibleForFree": True,
    }
    stretch = stretch_of(subject)
    if stretch is not None:
        found["startDate"], found["endDate"] = stretch[0].isoformat(), stretch[1].isoformat()
    if event.capacity is not None:
        found["maximumAttendeeCapacity"] = event.capacity
    phase = subject.phase(PhaseKind.REGISTRATION)
    if phase is not None and event.state is not EventState.CLOSED:
        found["offers"] = {
            "@type": "Offer", "price": "0", "priceCurrency": "EUR", "url": link("register", event=event.slug),
            "validFrom": phase.starts_at.isoformat(), "validThrough": phase.ends_at.isoformat(),
        }  # fmt: skip
    sessions = [one for one in agenda if one.kind is not SessionKind.BREAK][:MOST_SESSIONS]
    if sessions:
        found["subEvent"] = [_session(event.slug, one) for one in sessions]
    return found


def _session(slug: str, one: AgendaSession) -> dict[str, Any]:
    address = link("agenda_session", event=slug, session=one.public_id)
    found: dict[str, Any] = {
        "@type": "Event",
        "@id": address,
        "url": address,
        "name": one.title,
        "startDate": one.starts_at.isoformat(),
        "endDate": one.ends_at.isoformat(),
        "location": {"@type": "VirtualLocation", "name": one.room, "url": address},
    }
    if one.speakers:
        found["performer"] = [{"@type": "Person", "name": speaker.name} for speaker in one.speakers]
    return found


def data_block(found: dict[str, Any]) -> Markup:
    """JSON that can stand inside a <script> element whatever people wrote: no '<', '>', '&' or line separators."""
    text = json.dumps(found, ensure_ascii=False)
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return Markup(text)  # noqa: S704 - nothing is left that could end the element
