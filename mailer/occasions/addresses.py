"""Letters about a change of address: a link to the new one, a word to the old one, and calendar entries that move."""

from typing import Any

from events.core.database import Database
from events.events import Event
from events.people import Person, PersonState
from mailer.entries import words_of
from mailer.letters import Recipient, Values, letter_for, page, recipient
from sessions.addresses import (
    AddressChange,
    AddressChangeAsked,
    AddressChanged,
    EntryRehomed,
    issue_address_token,
)
from sessions.calendars import CalendarEntry, latest_revision


def _at(field: str) -> Any:
    """The person at one of the two addresses of a change."""

    def find(db: Database, fact: Any) -> list[Recipient]:
        change = db.get(AddressChange, fact.change_id)
        person = db.get(Person, change.person_id) if change is not None else None
        if change is None or person is None or person.state is PersonState.ERASED:
            return []
        one = recipient(person)
        return [Recipient(getattr(change, field), one.person_id, one.name, one.locale, one.zone)]

    return find


@letter_for(AddressChangeAsked, to=_at("new_address"), secret=True)
def address_to_confirm(db: Database, fact: AddressChangeAsked, to: Recipient) -> Values | None:
    change = db.get(AddressChange, fact.change_id)
    if change is None or change.done_at is not None:
        return None
    return {"url": page("new_address", token=issue_address_token(db, fact.change_id))}


@letter_for(AddressChangeAsked, to=_at("old_address"))
def address_change_asked(db: Database, fact: AddressChangeAsked, to: Recipient) -> Values | None:
    return {"url": page("account")}


@letter_for(AddressChanged, to=_at("old_address"))
def address_changed(db: Database, fact: AddressChanged, to: Recipient) -> Values | None:
    return {"url": page("account")}


def _entry(db: Database, fact: EntryRehomed, to: Recipient) -> Values | None:
    entry, event = db.get(CalendarEntry, fact.entry_id), db.get(Event, fact.event_id)
    revision = latest_revision(db, entry) if entry is not None else None
    if entry is None or revision is None or event is None:
        return None
    return {**words_of(db, entry, revision, to), "event": event.name}


@letter_for(EntryRehomed, to=_at("old_address"), entry=(None, "entry_id"), revision="taken_out")
def entry_left_address(db: Database, fact: EntryRehomed, to: Recipient) -> Values | None:
    return _entry(db, fact, to)


@letter_for(EntryRehomed, to=_at("new_address"), entry=(None, "entry_id"))
def entry_at_new_address(db: Database, fact: EntryRehomed, to: Recipient) -> Values | None:
    return _entry(db, fact, to)
