"""Feeds as calendar programs read them: the same entries that letters carry, by the same function."""

import hashlib
from datetime import timedelta

from icalendar import Calendar, vDuration, vText, vUri

from events.core import translation
from events.core.database import Database
from events.core.settings import settings
from events.core.translation import _
from mailer.cleaning import clean_header
from mailer.entries import published
from mailer.invitations import PRODID, Invitation, add_entries
from mailer.letters import find_reply_address, page_at, recipient
from mailer.writing import SENDER
from sessions.feeds import FeedContents
from sessions.meetings import page_of

REFRESHED_EVERY = timedelta(hours=1)


def feed_mark(db: Database, contents: FeedContents) -> str:
    """A strong ETag: the same for the same bytes, without writing them."""
    reader = contents.person
    with translation.written_for(reader.locale, reader.zone):
        said = repr((settings().public_url, reader.locale, invitations_in(db, contents)))
    return '"' + hashlib.sha256(said.encode()).hexdigest()[:32] + '"'


def feed_bytes(db: Database, contents: FeedContents, address: str) -> bytes:
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
        add_entries(calendar, invitations_in(db, contents))
    return bytes(calendar.to_ical(sorted=False))


def invitations_in(db: Database, contents: FeedContents) -> list[Invitation]:
    """Everything in a feed as a letter would say it to the same reader."""
    to = recipient(contents.person)
    found = [published(db, one.entry, one.revision, to) for one in contents.entries]
    for meeting, event in contents.asked:
        assert meeting.starts_at is not None and meeting.ends_at is not None
        found.append(
            Invitation(
                uid=meeting.uid, sequence=0, method="PUBLISH", dtstamp=meeting.requested_at,
                created=meeting.requested_at, starts_at=meeting.starts_at, ends_at=meeting.ends_at,
                summary=clean_header(str(_("Asked for: meeting at %(event)s", event=event.name))), description="",
                location="", url=page_at(page_of(meeting)), status="TENTATIVE", organiser_name=SENDER,
                organiser_address=find_reply_address(db, meeting.event_id, to.person_id) or settings().mail_from,
            )
        )  # fmt: skip
    return found
