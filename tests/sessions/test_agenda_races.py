"""The timetable and the door at the same moment, with real threads and connections."""

import pytest
from sqlmodel import select

from events.check_in import Scan, check_in
from events.core.database import Database, reading, transaction
from events.registration import RegistrationInEvent, find_registration
from sessions.timetable.released import releases_of
from sessions.timetable.releases import release_agenda
from sessions.timetable.rows import Session, get_session
from sessions.timetable.sessions import Place, place_session
from sessions.timetable.swaps import swap_sessions
from tests.makers import make_person
from tests.sessions.makers_agenda import Programme, at, make_agenda, make_session, released
from tests.sessions.racing import at_once, kinds, race

ROUNDS = 4


@pytest.fixture
def made(database_url: str) -> Programme:
    with transaction() as db:
        return make_agenda(db, make_person(db, "Ada Adler"), make_person(db, "Bo Berg"))


def placing(made: Programme, public: str, hours: float, revision: int | None = None):
    def step(db: Database) -> object:
        subject = get_session(db, made.ada, made.event, public)
        place = Place(made.hall.public_id, at(hours))
        return place_session(db, made.ada, subject, place=place, revision=revision)

    return step


def test_of_two_sessions_for_one_room_one_gets_it(made):
    for number in range(ROUNDS):
        with transaction() as db:
            ids = [make_session(db, made, f"{name} {number}").session.public_id for name in ("One", "Other")]

        outcomes = race(*(placing(made, public, 7 + number) for public in ids))

        assert kinds(outcomes) == ["InTheWay", "done"]


def test_of_two_who_move_one_session_the_second_is_told(made):
    with transaction() as db:
        public = make_session(db, made, "Opening").session.public_id
    for number in range(ROUNDS):
        with reading() as db:
            revision = db.exec(select(Session.revision)).one()

        outcomes = race(*(placing(made, public, hours + number, revision) for hours in (7, 12)))

        assert kinds(outcomes) == ["ChangedMeanwhile", "done"]


def test_of_a_swap_and_a_move_at_once_the_second_is_told(made):
    with transaction() as db:
        ids = [make_session(db, made, title, hours=hours).session.public_id for title, hours in (("A", 7), ("B", 9))]

    def swapping(db: Database) -> object:
        one, other = (get_session(db, made.ada, made.event, public) for public in ids)
        return swap_sessions(db, made.ada, one, other=other, revision=1, other_revision=1)

    outcomes = race(swapping, placing(made, ids[1], 15, revision=1))

    assert kinds(outcomes) == ["ChangedMeanwhile", "done"]


def test_of_two_who_release_at_once_one_does(made):
    with transaction() as db:
        make_session(db, made, "Opening", hours=7)

    outcomes = race(*(lambda db, name=name: released(db, made, name) for name in ("1.0", "one")))

    assert kinds(outcomes) == ["NothingNew", "done"]
    with reading() as db:
        assert [one.number for one in releases_of(db, made.event.id)] == [1]
    with transaction() as db:
        make_session(db, made, "Keynote", hours=9)
        release_agenda(db, made.ada, made.event, name="2.0")


def test_of_two_doors_that_scan_one_ticket_one_lets_in(made):
    with reading() as db:
        row = find_registration(db, made.event.id, 2)
    place = RegistrationInEvent(row, made.event.event)

    def scanning(scan_id: str):
        def call() -> bool:
            with transaction() as db:
                return check_in(db, made.ada, place, scan_id=scan_id).is_new

        return call

    assert sorted(at_once(scanning("phone-one-1"), scanning("phone-two-1"))) == [False, True]
    again = at_once(scanning("phone-one-1"), scanning("phone-one-1"), scanning("phone-two-1"))
    with reading() as db:
        rows = {one.scan_id: one.counts for one in db.exec(select(Scan))}
    assert again == [rows["phone-one-1"], rows["phone-one-1"], rows["phone-two-1"]]
    assert sorted(rows.values()) == [False, True]
