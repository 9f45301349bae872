"""Feeds as calendar programs read them: the same entries that letters carry, by the same function."""

import hashlib
from collections.abc import Sequence
from datetime import timedelta

from icalendar import Calendar, vDuration, vText, vUri

from events.core import translation
from events.core.database import Database
from events.core.settings import settings
from events.core.translation import _
from mailer.cleaning import clean_header
from mailer.entries import published
from mailer.invitations import PRODID, Invitation, add_entries
from mailer.letters import page_at, recipient, reply_addresses_of
from mailer.writing import SENDER
from sessions.feeds import FeedContents
from sessions.meetings import page_of

REFRESHED_EVERY = timedelta(hours=1)


def feed_mark(contents: FeedContents, said: Sequence[Invitation]) -> str:
    """A strong ETag of what `invitations_in` answered: the same for the same bytes, without writing them."""
    shown = repr((settings().public_url, contents.person.locale, said))
    return '"' + hashlib.sha256(shown.encode()).hexdigest()[:32] + '"'


def feed_bytes(contents: FeedContents, said: Sequence[Invitation], address: str) -> bytes:
    """Somebody's feed, METHOD:PUBLISH, without attendees (RFC 5546 section 3.2.1). The same contents give the same
    bytes. `said` is what `invitations_in` answered, `address` is where it is read from."""
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
        add_entries(calendar, said)
    return bytes(calendar.to_ical(sorted=False))


def invitations_in(db: Database, contents: FeedContents) -> list[Invitation]:
    """Everything in a feed as a letter would say it to the same reader."""
    reader = contents.person
    with translation.written_for(reader.locale, reader.zone):
        return [*published(db, contents.entries, recipient(reader)), *_asked_for(db, contents)]


def _asked_for(db: Database, contents: FeedContents) -> list[Invitation]:
    found, addresses = [], reply_addresses_of(db, contents.person.id) if contents.asked else {}
    for meeting, event in contents.asked:
        assert meeting.starts_at is not None and meeting.ends_at is not None
        found.append(
            Invitation(
                uid=meeting.uid, sequence=0, method="PUBLISH", dtstamp=meeting.requested_at,
                created=meeting.requested_at, starts_at=meeting.starts_at, ends_at=meeting.ends_at,
                summary=clean_header(str(_("Asked for: meeting at %(event)s", event=event.name))), description="",
                location="", url=page_at(page_of(meeting)), status="TENTATIVE", organiser_name=SENDER,
                organiser_address=addresses.get(meeting.event_id, settings().mail_from),
            )
        )  # fmt: skip
    return found
