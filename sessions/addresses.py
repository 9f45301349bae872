"""Addresses: somebody gets letters at another one from now on, and their calendar entries move with them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.access import Actor, command
from events.core.columns import moment
from events.core.database import Database
from events.core.hooks import personal_address, personal_data
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.tokens import find_token, issue, spend
from events.core.translation import _
from events.people import Person, clean_email, find_person, oneself
from events.signin import forget_if_unused
from sessions.calendars import (
    CalendarEntry,
    CalendarInvitee,
    CalendarMethod,
    content_of,
    latest_revision,
    over_at,
    revise,
    take_out,
)
from sessions.entry_subjects import event_of_entry

PURPOSE = "change of address"
LASTS = timedelta(days=1)


class AddressChange(SQLModel, table=True):
    """That somebody wants letters at another address; done when the link that went there was used."""

    __tablename__ = "address_change"

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    old_address: str = Field(max_length=254)
    new_address: str = Field(max_length=254)
    asked_at: datetime = moment()
    done_at: datetime | None = moment(default=None, nullable=True)


personal_data(AddressChange, "person_id", "addresses somebody had before", "delete")
personal_address(AddressChange, "old_address", "an address somebody had before", "delete")
personal_address(AddressChange, "new_address", "an address that somebody wanted to have", "delete")


@dataclass(frozen=True)
class AddressChangeAsked(Fact):
    """Somebody wants letters at another address; a link goes there, and a word to the one they have."""

    waited_for: ClassVar[bool] = True
    person_id: int
    change_id: int


@dataclass(frozen=True)
class AddressChanged(Fact):
    """Somebody gets letters at another address from now on."""

    person_id: int
    change_id: int


@dataclass(frozen=True)
class EntryRehomed(Fact):
    """A calendar entry goes from one address of somebody to another: `taken_out` takes it from the old one, `sequence`
    puts it into the new one."""

    event_id: int
    entry_id: int
    change_id: int
    taken_out: int
    sequence: int


class AddressTaken(Conflict):
    """Two people cannot have one address."""

    def __init__(self) -> None:
        super().__init__(_("This address cannot be used. Choose another one."))


@command(oneself)
def ask_for_address(db: Database, actor: Actor, person: Person, *, address: str) -> None:
    """Send a link to another address; letters go there once it was used. Refuses what is no address, and the own one.

    Whether somebody else has the address is not told: the link says so to whoever reads it there.
    """
    clean = clean_email(address)
    if clean == person.email:
        raise Invalid({"email": _("This is your address already.")})
    row = AddressChange(
        person_id=person.id or 0, old_address=person.email, new_address=clean, asked_at=clock.now()
    )  # fmt: skip
    db.add(row)
    db.flush()
    record(db, actor, AddressChangeAsked(person_id=person.id or 0, change_id=row.id or 0))


def issue_address_token(db: Database, change_id: int) -> str:
    """The link's secret part, for the letter to the new address."""
    return issue(db, PURPOSE, change_id, lasts=LASTS)


def get_address_change(db: Database, actor: Actor, token: str) -> AddressChange:
    """The change that a link is for, for the person who asked for it; NotFound for others and for used links."""
    found = find_token(db, PURPOSE, token)
    row = db.get(AddressChange, found.subject_id) if found is not None else None
    if row is None or row.done_at is not None or row.person_id != actor.person:
        raise NotFound()
    return row


@command(oneself)
def change_address(db: Database, actor: Actor, person: Person, *, token: str) -> None:
    """Use a link: letters go to the new address. Entries that are to come leave the old calendar and go to the new
    one. Refuses a link that was used, and with AddressTaken an address that somebody else has by now; not one that was
    only typed at the door, as whoever has a new one does first."""
    row = get_address_change(db, actor, token)
    found = find_token(db, PURPOSE, token)
    if found is None or not spend(db, found):
        raise NotFound()
    other = find_person(db, row.new_address)
    if other is not None and not forget_if_unused(db, other):
        raise AddressTaken
    # What they have by now: another change may have been done since this one was asked for.
    row.old_address = person.email
    person.email, row.done_at = row.new_address, clock.now()
    db.add_all([person, row])
    db.flush()
    record(db, actor, AddressChanged(person_id=person.id or 0, change_id=row.id or 0))
    for entry in _entries_to_come(db, person.id or 0):
        _rehome(db, actor, entry, person.id or 0, row.id or 0)


def _entries_to_come(db: Database, person_id: int) -> list[CalendarEntry]:
    query = (
        select(CalendarEntry)
        .join(CalendarInvitee, col(CalendarInvitee.entry_id) == col(CalendarEntry.id))
        .where(CalendarInvitee.person_id == person_id)
        .order_by(col(CalendarEntry.id))
        .with_for_update(of=CalendarEntry)
    )
    return list(db.exec(query))


def _rehome(db: Database, actor: Actor, entry: CalendarEntry, person_id: int, change_id: int) -> None:
    last, event_id = latest_revision(db, entry), event_of_entry(db, entry)
    if last is None or event_id is None or last.method is CalendarMethod.CANCEL or over_at(last) <= clock.now():
        return
    numbers = take_out(db, entry.kind, entry.subject_id, person_id)
    sequence = revise(db, entry.kind, entry.subject_id, {person_id}, content_of(last))
    if numbers is not None and sequence is not None:
        fact = EntryRehomed(event_id, entry.id or 0, change_id, taken_out=numbers[0], sequence=sequence)
        record(db, actor, fact)
