"""Tombstones: what is left of somebody who is erased, and what goes with the addresses they had."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import delete, false, select, update
from sqlmodel import col

from events.core.database import Database, in_parts
from events.core.hooks import PEOPLE_ERASED, PERSONAL_ADDRESSES, PersonalAddress
from events.people import Person, PersonState

NOBODYS_DOMAIN = "@folkmoot.invalid"


def erase(db: Database, person: Person) -> None:
    """Make somebody a tombstone: no name, no address. Rows that held an address of theirs go too, also those of
    addresses that they had before, unless somebody else has that address now."""
    id = person.id or 0
    nobody = f"erased-{id}{NOBODYS_DOMAIN}"
    theirs, name, email = {person.email, *_addresses_of(db, id)}, person.name, person.email
    person.state, person.email, person.name = PersonState.ERASED, nobody, ""
    db.add(person)
    db.flush()
    for step in PEOPLE_ERASED:
        step(db, id, name, email)
    left = theirs - _addresses_of_others(db, theirs)
    for one in PERSONAL_ADDRESSES:
        if one.relation is not Person:
            _clear(db, one, id, left, nobody)
    db.expire_all()


def _addresses_of(db: Database, person_id: int) -> set[str]:
    found: set[str] = set()
    for one in PERSONAL_ADDRESSES:
        whose = one.relation.__table__.columns.get("person_id")  # type: ignore[attr-defined]
        if whose is not None:
            found |= set(db.execute(select(_column(one)).where(whose == person_id)).scalars())
    return found


def _addresses_of_others(db: Database, addresses: Collection[str]) -> set[str]:
    found: set[str] = set()
    for some in in_parts(sorted(addresses)):
        found |= set(db.execute(select(col(Person.email)).where(col(Person.email).in_(some))).scalars())
    return found


def _clear(db: Database, one: PersonalAddress, person_id: int, addresses: Collection[str], nobody: str) -> None:
    relation: Any = one.relation
    whose, done_at = (relation.__table__.columns.get(name) for name in ("person_id", "done_at"))
    for some in in_parts(sorted(addresses)):
        rows = _column(one).in_(some)
        if whose is not None:
            # What was written to somebody else who had the address is not theirs, and what is on its way to whoever
            # has it, such as an invitation into a team, still goes.
            nobodys = whose.is_(None) & done_at.is_not(None) if done_at is not None else false()
            rows &= (whose == person_id) | nobodys
        if one.erasure == "delete":
            db.execute(delete(relation).where(rows))
        elif one.erasure == "blank":
            db.execute(update(relation).where(rows).values({one.column: nobody}))


def _column(one: PersonalAddress) -> Any:
    return one.relation.__table__.columns[one.column]  # type: ignore[attr-defined]
