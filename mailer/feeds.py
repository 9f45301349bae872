"""Feeds as calendar programs read them: the same entries that letters carry, by the same function."""

import hashlib
from datetime import timedelta
from urllib.parse import urlsplit

from icalendar import Calendar, vDuration, vText, vUri

from events.core import translation
from events.core.links import link
from events.core.settings import settings
from events.core.translation import _
from events.phases import PHASE_NAMES
from mailer.cleaning import clean_header
from mailer.invitations import PRODID, Invitation, event_of
from mailer.letters import page_at
from sessions.calendars import CalendarMethod, EntryKind, series_of
from sessions.feeds import FeedContents, FeedEntry
from sessions.meetings import page_of

REFRESHED_EVERY = timedelta(hours=1)


def feed_mark(contents: FeedContents) -> str:
    """A strong ETag: the same for the same bytes, without writing them."""
    return '"' + hashlib.sha256(f"{settings().public_url}\n{contents.mark()}".encode()).hexdigest()[:32] + '"'


def feed_bytes(contents: FeedContents, address: str) -> bytes:
    """Somebody's feed, METHOD:PUBLISH, without attendees (RFC 5546 section 3.2.1). The same contents give the same
    bytes. `address` is where it is read from."""
    calendar = Calendar()
    for name, text in (("version", "2.0"), ("prodid", PRODID), ("calscale", "GREGORIAN"), ("method", "PUBLISH")):
        calendar.add(name, vText(text))
    with translation.written_for(contents.person.locale, contents.person.zone):
        name = vText(str(_("Folkmoot")))
        for key in ("name", "x-wr-calname"):
            calendar.add(key, name)
        calendar.add("refresh-interval", vDuration(REFRESHED_EVERY), parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", vText("PT1H"))
        calendar.add("source", vUri(address), parameters={"VALUE": "URI"})
        calendar.add("color", vText("darkgreen"))
        for invitation in invitations_in(contents):
            calendar.add_component(event_of(invitation))
    return bytes(calendar.to_ical(sorted=False))


def invitations_in(contents: FeedContents) -> list[Invitation]:
    """Everything in a feed as what a letter would say of it."""
    found = [_of_entry(one) for one in contents.entries]
    host = urlsplit(settings().public_url).hostname or "folkmoot"
    for phase, event, changed in contents.phases:
        name = f"{event.name}: {PHASE_NAMES[phase.kind]}"
        found.append(
            Invitation(
                uid=f"{event.public_id}-{phase.kind.replace(' ', '-')}@{host}", sequence=event.version,
                method="PUBLISH", dtstamp=changed, created=min(event.created_at, changed), starts_at=phase.starts_at,
                ends_at=phase.ends_at, summary=name, description="", location="", url=link("event", event=event.slug),
                transparent=True
            )
        )  # fmt: skip
    for meeting, event in contents.asked:
        assert meeting.starts_at is not None and meeting.ends_at is not None
        found.append(
            Invitation(
                uid=f"{meeting.public_id}@{host}", sequence=0, method="PUBLISH", dtstamp=meeting.requested_at,
                created=meeting.requested_at, starts_at=meeting.starts_at, ends_at=meeting.ends_at,
                summary=clean_header(str(_("Asked for: meeting at %(event)s", event=event.name))), description="",
                location="", url=page_at(page_of(meeting)), status="TENTATIVE"
            )
        )  # fmt: skip
    return found


def _of_entry(one: FeedEntry) -> Invitation:
    revision = one.revision
    return Invitation(
        uid=one.entry.uid, sequence=revision.sequence, method="PUBLISH", dtstamp=revision.dtstamp,
        created=one.entry.created_at, starts_at=revision.starts_at, ends_at=revision.ends_at,
        summary=revision.summary, description=page_at(revision.path), location=revision.place,
        url=page_at(revision.path), transparent=one.entry.kind is EntryKind.PHASE, join=revision.join_at,
        series=series_of(revision), status="CANCELLED" if revision.method is CalendarMethod.CANCEL else ""
    )  # fmt: skip
