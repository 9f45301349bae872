"""An event's phases and its agenda as calendar files that people put into their own calendar."""

from collections.abc import Sequence
from dataclasses import replace

from icalendar import Calendar

from mailer.invitations import PRODID, Invitation, add_entries
from sessions.timetable.released import AgendaSession


def phases_calendar(name: str, invitations: Sequence[Invitation]) -> bytes:
    """One entry per phase, in UTC, METHOD:PUBLISH: those that feeds and letters carry, so that whoever has them by two
    ways has them once (RFC 5545 3.8.7.4, RFC 5546 3.2.1)."""
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", PRODID)
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    add_entries(calendar, invitations)
    return bytes(calendar.to_ical(sorted=False))


def agenda_calendar(name: str, shown: Sequence[tuple[Invitation, AgendaSession | None]]) -> bytes:
    """One entry per session, as `phases_calendar` has one per phase: what feeds and letters carry, with who speaks and
    what it is about where the session is still on. It holds nobody's time, since nobody goes to all of them."""
    entries = [replace(entry, transparent=True, description=_about(entry, session)) for entry, session in shown]
    return phases_calendar(name, entries)


def _about(entry: Invitation, session: AgendaSession | None) -> str:
    said = [", ".join(one.name for one in session.speakers), session.abstract] if session is not None else []
    return "\n\n".join(part for part in (entry.description, *said) if part)
