"""Roles: given once, also by two at the same moment."""

import pytest
from sqlmodel import select

from events.core.access import Actor
from events.core.database import Database, reading, transaction
from events.core.journal import JournalEntry
from events.events import EventWithPhases
from events.registration import appoint
from events.roles import Role, RoleGrant, RoleGranted
from tests.makers import again, make_event, make_person, make_programme
from tests.sessions.racing import ROUNDS, race


@pytest.fixture
def event(db: Database, ada: Actor) -> EventWithPhases:
    programme = make_programme(db, ada)
    return make_event(db, again(db, ada), programme)


def judges(db: Database) -> list[int]:
    """Who judges somewhere."""
    return list(db.exec(select(RoleGrant.person_id).where(RoleGrant.role == Role.JUDGE).order_by(RoleGrant.id)))


def told(db: Database) -> list[int]:
    """Who was made a judge, as the journal tells it."""
    entries = db.exec(select(JournalEntry).where(JournalEntry.kind == RoleGranted.kind).order_by(JournalEntry.id))
    return [one.particulars["person_id"] for one in entries if one.particulars["role"] == Role.JUDGE]


def test_a_role_that_somebody_has_is_not_given_again(db, ada, bo, event):
    for _time in range(2):
        appoint(db, again(db, ada), event, person_id=bo.person, role=Role.JUDGE)

    assert (judges(db), told(db)) == ([bo.person], [bo.person])


def test_a_role_that_two_give_at_the_same_moment_is_given_once(database_url):
    with transaction() as db:
        ada = make_person(db, "Ada Adler")
        programme = make_programme(db, ada)
        ada = again(db, ada)
        event = make_event(db, ada, programme)
        people = [make_person(db, f"J{number} Judge").person for number in range(ROUNDS)]

    def give(person):
        return lambda own: appoint(own, ada, event, person_id=person, role=Role.JUDGE)

    for person in people:
        assert race(give(person), give(person)) == [None, None]

    with reading() as db:
        assert (judges(db), told(db)) == (people, people)
