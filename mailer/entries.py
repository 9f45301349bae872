"""What calendars read of an entry that comes in no letter, in feeds and files: what letters put into them."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from events.core.database import Database
from events.core.settings import settings
from events.core.translation import reader
from mailer.invitations import Invitation
from mailer.letters import Recipient, Values, find_reply_address
from mailer.writing import SENDER, as_revised, invitation_of, rendered
from sessions.calendars import CalendarEntry, CalendarMethod, CalendarRevision, EntryKind
from sessions.feeds import FeedEntry
from sessions.replies import event_of_entry

Words = Callable[[Database, int, Recipient], Values | None]
WORDS: dict[EntryKind, Words] = {}


def words_for(kind: EntryKind) -> Callable[[Words], Words]:
    """Say by `(db, subject_id, to)` what the calendar text of entries of this kind names, for letters and feeds."""

    def register(words: Words) -> Words:
        WORDS[kind] = words
        return words

    return register


def words_of(db: Database, entry: CalendarEntry, revision: CalendarRevision, to: Recipient) -> Values:
    """What letters about entries of any kind say of this one: `what` it is called, and what its calendar text names."""
    kind = EntryKind(entry.kind)
    values = WORDS[kind](db, entry.subject_id, to)
    known = {"what": revision.summary, "title": revision.summary, "calendar": "session"}
    return known if values is None else {**known, **values, "calendar": kind.name.lower()}


def published(db: Database, entry: CalendarEntry, revision: CalendarRevision, to: Recipient) -> Invitation:
    """An entry as it stands, for the present reader: METHOD:PUBLISH, which names an organiser and nobody who is invited
    (RFC 5546 section 3.2.1). The organiser is whom letters about it name to the same person."""
    values = WORDS[EntryKind(entry.kind)](db, entry.subject_id, to)
    said = as_revised(revision)
    if values is None:  # what stood behind it is gone
        text = f"{revision.summary}\n{said['url']}"
    else:
        text = rendered(f"calendar_{entry.kind.name.lower()}.txt", {"title": revision.summary, **values, **said})
    status = "CANCELLED" if revision.method is CalendarMethod.CANCEL else ""
    organiser = find_reply_address(db, event_of_entry(db, entry), to.person_id) or settings().mail_from
    said_to_all = invitation_of(entry, revision, text)
    return replace(said_to_all, status=status, organiser_name=SENDER, organiser_address=organiser)


def published_to_all(db: Database, entries: Iterable[FeedEntry]) -> list[tuple[FeedEntry, Invitation]]:
    """Entries as files show them that anybody may have, for the present reader, each with what it was made of."""
    anybody = Recipient("", None, "", reader().locale, reader().zone)
    return [(one, published(db, one.entry, one.revision, anybody)) for one in entries]
