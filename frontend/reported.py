"""Reported people as the pages of those who run live rooms show them."""

from typing import Any

from events.core.access import Actor
from events.core.database import Database
from events.core.links import path
from events.events import EventWithPhases
from sessions.person_reports import Place
from sessions.reported_people import reported_people


def address_of_room(event: EventWithPhases, place: Place, room: str) -> str:
    """Where a live room is."""
    slug = event.event.slug
    if place is Place.STAGE:
        return path("stage", event=slug, stage=room)
    if place is Place.NETWORKING:
        return path("networking", event=slug, networking=room)
    if place is Place.REVIEW:
        return path("review_live", event=slug, review=room)
    return path("meeting_room", meeting=room) if place is Place.MEETING else path("lobby", event=slug)


def reports_context(
    db: Database, actor: Actor, event: EventWithPhases, place: Place | None = None, room: str = ""
) -> dict[str, Any]:
    """What the rows of reported people need: of one room, or of all in an event."""
    found = reported_people(db, actor, event, place=place, room=room)
    return {
        "reported": [(one, address_of_room(event, one.place, one.room)) for one in found],
        "reported_times": sum(len(one.reasons) for one in found),
    }
