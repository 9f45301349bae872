"""Suppression: addresses that take no letters, by what mail servers say of them, and how that ends."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.access import SYSTEM, Actor, command
from events.core.columns import moment
from events.core.database import Database, in_parts
from events.core.hooks import personal_address, personal_data
from events.core.journal import Fact, record
from events.core.refusals import Invalid
from events.core.translation import _
from events.people import Person, oneself

SOFT_BOUNCES, WITHIN = 3, timedelta(hours=72)
LONGEST_WHY = 300


class AddressTrouble(SQLModel, table=True):
    """That letters to an address come back: `suppressed_at` from when on none is sent there, `soft` how often one
    could not be taken for the moment since `soft_since`."""

    __tablename__ = "address_trouble"

    address: str = Field(primary_key=True, max_length=254)
    suppressed_at: datetime | None = moment(default=None, nullable=True, index=True)
    soft: int = 0
    soft_since: datetime | None = moment(default=None, nullable=True)
    reason: str = Field(default="", max_length=500)


class AddressLifted(SQLModel, table=True):
    """That letters go to an address again, and on whose word: `why` in their words, '' where the person themselves said
    so; `reason` is what had come back since `suppressed_at`."""

    __tablename__ = "address_lifted"

    id: int | None = Field(default=None, primary_key=True)
    address: str = Field(max_length=254, index=True)
    by_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    why: str = Field(default="", max_length=300)
    reason: str = Field(default="", max_length=500)
    suppressed_at: datetime = moment()
    lifted_at: datetime = moment()


personal_address(AddressTrouble, "address", "that letters to an address come back", "delete")
personal_address(AddressLifted, "address", "that letters to an address had come back", "delete")
personal_data(AddressLifted, "by_id", "who said that an address works again", "detach")


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


def troubles_at(db: Database, addresses: Collection[str]) -> dict[str, AddressTrouble]:
    """Why no letter goes to some of these addresses, by address; for lists of people whom the reader may write to."""
    found: dict[str, AddressTrouble] = {}
    for some in in_parts(sorted(set(addresses))):
        query = select(AddressTrouble).where(col(AddressTrouble.address).in_(some))
        found |= {one.address: one for one in db.exec(query.where(col(AddressTrouble.suppressed_at).is_not(None)))}
    return found


def trust_again(db: Database, actor: Actor, address: str, why: str = "") -> bool:
    """Let letters go to an address again, with who said so and why; False where they did. Part of commands that have
    asked their own rule."""
    row = trouble_of(db, address)
    if row is None or row.suppressed_at is None:
        return False
    lifted = AddressLifted(
        address=address, by_id=actor.person, why=why, reason=row.reason, suppressed_at=row.suppressed_at,
        lifted_at=clock.now(),
    )  # fmt: skip
    db.add(lifted)
    db.delete(row)
    db.flush()
    person = db.exec(select(Person.id).where(Person.email == address)).first()
    if person is not None:
        record(db, actor, AddressTrusted(person_id=person))
    return True


def checked_why(why: str) -> str:
    """How somebody knows that another one's address works again, in a sentence; refuses none and a long one."""
    clean = " ".join(why.split())
    if not clean or len(clean) > LONGEST_WHY:
        wanted = _("Please say in at most %(most)s characters how you know that it works again.", most=LONGEST_WHY)
        raise Invalid({"why": wanted})
    return clean


@command(oneself)
def trust_own_address(db: Database, actor: Actor, person: Person) -> None:
    """Say that one's own address takes letters again; twice is once."""
    trust_again(db, actor, person.email)


def lifted_at(db: Database, address: str) -> list[tuple[AddressLifted, str]]:
    """When letters to an address had come back before, and who said (by name) that it worked again; latest first."""
    query = select(AddressLifted, Person.name).outerjoin(Person, col(Person.id) == col(AddressLifted.by_id))
    rows = db.exec(query.where(AddressLifted.address == address).order_by(col(AddressLifted.id).desc()).limit(10))
    return [(row, name or "") for row, name in rows]


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
