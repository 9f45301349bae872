"""What calendars read of an entry that comes in no letter, in feeds and files: what letters put into them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from events.core.database import Database
from events.core.settings import settings
from events.core.translation import reader
from mailer.invitations import Invitation
from mailer.letters import Recipient, Values, reply_addresses_of
from mailer.writing import SENDER, as_revised, invitation_of, rendered
from sessions.calendars import CalendarEntry, CalendarMethod, CalendarRevision, EntryKind
from sessions.entry_subjects import load_behind
from sessions.feeds import FeedEntry

Words = Callable[[Database, Collection[int], Recipient], Mapping[int, Values]]
WordsOfOne = Callable[[Database, int, Recipient], Values | None]
WORDS: dict[EntryKind, Words] = {}


def words_for(kind: EntryKind) -> Callable[[Words], Words]:
    """Say by `(db, subject_ids, to)` what the calendar texts of entries of this kind name, for letters and feeds: by
    subject, without those of which there is nothing to say any more. A handful of queries, however many there are."""

    def register(words: Words) -> Words:
        WORDS[kind] = words
        return words

    return register


def words_for_one(kind: EntryKind) -> Callable[[WordsOfOne], WordsOfOne]:
    """The same for a kind that names nothing but what stands behind an entry and its event, which feeds hold."""

    def register(words: WordsOfOne) -> WordsOfOne:
        def of_each(db: Database, subjects: Collection[int], to: Recipient) -> Mapping[int, Values]:
            found = {one: words(db, one, to) for one in subjects}
            return {one: values for one, values in found.items() if values is not None}

        words_for(kind)(of_each)
        return words

    return register


def words_of(db: Database, entry: CalendarEntry, revision: CalendarRevision, to: Recipient) -> Values:
    """What letters about entries of any kind say of this one: `what` it is called, and what its calendar text names."""
    kind = EntryKind(entry.kind)
    values = WORDS[kind](db, [entry.subject_id], to).get(entry.subject_id)
    known = {"what": revision.summary, "title": revision.summary, "calendar": "session"}
    return known if values is None else {**known, **values, "calendar": kind.name.lower()}


def published(db: Database, shown: Sequence[FeedEntry], to: Recipient) -> list[Invitation]:
    """Entries as they stand, for the present reader: METHOD:PUBLISH, which names an organiser and nobody who is invited
    (RFC 5546 section 3.2.1). The organiser is whom letters about an entry name to the same person."""
    behind = load_behind(db, [one.entry for one in shown])
    addresses = reply_addresses_of(db, to.person_id)
    words = _words_of_all(db, shown, to)
    found = []
    for one in shown:
        organiser = addresses.get(behind.event_of(one.entry) or 0, settings().mail_from)
        status = "CANCELLED" if one.revision.method is CalendarMethod.CANCEL else ""
        said_to_all = invitation_of(one.entry, one.revision, _text_of(one, words.get(one.entry.id or 0)))
        found.append(replace(said_to_all, status=status, organiser_name=SENDER, organiser_address=organiser))
    return found


def _words_of_all(db: Database, shown: Sequence[FeedEntry], to: Recipient) -> dict[int, Values]:
    """What the calendar texts of these entries name, by the ids of the entries; each kind is asked once."""
    found: dict[int, Values] = {}
    for kind in sorted({EntryKind(one.entry.kind) for one in shown}):
        entries = {one.entry.subject_id: one.entry.id or 0 for one in shown if one.entry.kind == kind}
        found |= {entries[subject]: values for subject, values in WORDS[kind](db, sorted(entries), to).items()}
    return found


def _text_of(shown: FeedEntry, values: Values | None) -> str:
    kind, revision = EntryKind(shown.entry.kind), shown.revision
    said = as_revised(revision)
    if values is None:  # what stood behind it is gone
        return f"{revision.summary}\n{said['url']}"
    return rendered(f"calendar_{kind.name.lower()}.txt", {"title": revision.summary, **values, **said})


def published_to_all(db: Database, entries: Sequence[FeedEntry]) -> list[tuple[FeedEntry, Invitation]]:
    """Entries as files show them that anybody may have, for the present reader, each with what it was made of."""
    anybody = Recipient("", None, "", reader().locale, reader().zone)
    return list(zip(entries, published(db, entries, anybody), strict=True))
