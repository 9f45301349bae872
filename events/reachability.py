"""Suppression: addresses that take no letters, by what mail servers say of them, and how that ends."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.access import SYSTEM
from events.core.columns import moment
from events.core.database import Database
from events.core.hooks import personal_address
from events.core.journal import Fact, record
from events.people import Person

SOFT_BOUNCES, WITHIN = 3, timedelta(hours=72)


class AddressTrouble(SQLModel, table=True):
    """That letters to an address come back: `suppressed_at` from when on none is sent there, `soft` how often one
    could not be taken for the moment since `soft_since`."""

    __tablename__ = "address_trouble"

    address: str = Field(primary_key=True, max_length=254)
    suppressed_at: datetime | None = moment(default=None, nullable=True, index=True)
    soft: int = 0
    soft_since: datetime | None = moment(default=None, nullable=True)
    reason: str = Field(default="", max_length=500)


personal_address(AddressTrouble, "address", "that letters to an address come back", "delete")


@dataclass(frozen=True)
class AddressSuppressed(Fact):
    """No more letters go to somebody's address, since those that went came back."""

    person_id: int


@dataclass(frozen=True)
class AddressTrusted(Fact):
    """Letters go to somebody's address again."""

    person_id: int


@dataclass(frozen=True)
class LetterSentAgain(Fact):
    """An organiser let a letter go once more."""

    event_id: int
    letter_id: int


def trouble_of(db: Database, address: str) -> AddressTrouble | None:
    """Why no letter goes to an address; None where letters do."""
    query = select(AddressTrouble).where(AddressTrouble.address == address)
    return db.exec(query.where(col(AddressTrouble.suppressed_at).is_not(None))).first()


def note_hard_bounce(db: Database, address: str, reason: str) -> bool:
    """There is nobody at an address: no letter goes there from now on. False where that was known."""
    row = _row(db, address)
    if row.suppressed_at is not None:
        return False
    row.suppressed_at, row.reason = clock.now(), reason[:500]
    db.add(row)
    db.flush()
    person = db.exec(select(Person.id).where(Person.email == address)).first()
    if person is not None:
        record(db, SYSTEM, AddressSuppressed(person_id=person))
    return True


def note_soft_bounce(db: Database, address: str, reason: str) -> bool:
    """An address could not take a letter for the moment; the third time within 72 hours none goes there any more,
    which is what is answered."""
    row, now = _row(db, address), clock.now()
    if row.soft_since is None or now - row.soft_since > WITHIN:
        row.soft, row.soft_since = 0, now
    row.soft += 1
    row.reason = row.reason if row.suppressed_at else reason[:500]
    db.add(row)
    db.flush()
    return row.soft >= SOFT_BOUNCES and note_hard_bounce(db, address, reason)


def trust_again(db: Database, address: str) -> bool:
    """Let letters go to an address again; False where they did. Part of commands that have asked their own rule."""
    row = trouble_of(db, address)
    if row is None:
        return False
    db.delete(row)
    db.flush()
    person = db.exec(select(Person.id).where(Person.email == address)).first()
    if person is not None:
        record(db, SYSTEM, AddressTrusted(person_id=person))
    return True


def _row(db: Database, address: str) -> AddressTrouble:
    row = _locked(db, address)
    if row is None:
        try:
            with db.begin_nested():
                db.add(AddressTrouble(address=address))
                db.flush()
        except IntegrityError:  # somebody else noted one at the same moment
            pass
        row = _locked(db, address)
    assert row is not None
    return row


def _locked(db: Database, address: str) -> AddressTrouble | None:
    return db.exec(select(AddressTrouble).where(AddressTrouble.address == address).with_for_update()).first()
