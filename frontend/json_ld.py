"""What machines read on an event's public page: schema.org as a data block."""

import json
from typing import Any

from markupsafe import Markup

from events.core.links import link
from events.events import EventState, EventWithPhases
from events.overview import stretch_of
from events.phases import PhaseKind
from events.programmes import Programme

CONTEXT = "https://schema.org"


def event_as_schema(subject: EventWithPhases, programme: Programme) -> dict[str, Any]:
    """An event in schema.org's words; moments with their offset, addresses full."""
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
    return found


def data_block(found: dict[str, Any]) -> Markup:
    """JSON that can stand inside a <script> element whatever people wrote: no '<', '>', '&' or line separators."""
    text = json.dumps(found, ensure_ascii=False)
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return Markup(text)  # noqa: S704 - nothing is left that could end the element
