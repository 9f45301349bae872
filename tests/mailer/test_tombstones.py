"""Tombstones: with somebody who is erased go the addresses they had, wherever mail has kept them."""

import pytest
from sqlmodel import col, select

from events.core.database import Database
from events.people import Person, PersonState
from events.reachability import AddressTrouble, note_hard_bounce
from events.tombstones import erase
from mailer.letters import Letter, LetterState
from sessions.addresses import AddressChange
from tests.mailer.makers_letters import make_letter
from tests.makers import NOW, person_of

OLD = "bo@old.example"


@pytest.fixture
def written(db, bo, cy):
    """Letters to Bo at two addresses, to Cy, and to an address of Bo's that nobody had then."""
    rows = [("bo@example.org", bo, True), (OLD, bo, True), ("cy@example.org", cy, True), (OLD, None, True)]
    rows += [(OLD, None, False), (OLD, cy, True)]
    db.add(AddressChange(person_id=bo.person, old_address=OLD, new_address="bo@example.org", asked_at=NOW, done_at=NOW))
    db.commit()
    for address, person, done in rows:
        letter = db.get_one(Letter, make_letter(address=address).id)
        letter.person_id = person.person if person else None
        if done:
            letter.state, letter.done_at = LetterState.SENT, NOW
        db.add(letter)
        db.commit()
    for address in ("bo@example.org", OLD, "cy@example.org"):
        note_hard_bounce(db, address, "550 nobody")


def left(db: Database, column) -> list[str]:
    return sorted(db.exec(select(column)))


def test_letters_bounces_and_changes_of_address_go_with_the_person(db, bo, cy, written):
    erase(db, person_of(db, bo))

    waiting = select(Letter.address).where(col(Letter.done_at).is_(None))
    assert list(db.exec(waiting)) == [OLD]
    # One to Cy, and one to Cy when that address was theirs.
    assert left(db, Letter.address) == [OLD, OLD, "cy@example.org"]
    assert left(db, AddressTrouble.address) == ["cy@example.org"]
    assert left(db, AddressChange.old_address) == []


def test_an_address_that_somebody_else_has_now_keeps_what_is_known_of_it(db, bo, cy, written):
    other = db.get_one(Person, cy.person)
    other.email = OLD
    db.add(other)

    erase(db, person_of(db, bo))

    assert left(db, AddressTrouble.address) == [OLD, "cy@example.org"]


def test_a_tombstone_has_neither_name_nor_address(db, bo, cy):
    person = person_of(db, bo)

    erase(db, person)

    assert (person.state, person.name, person.email) == (
        PersonState.ERASED, "", f"erased-{bo.person}@folkmoot.invalid",
    )  # fmt: skip
    assert person_of(db, cy).email == "cy@example.org"
