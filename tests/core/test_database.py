"""Three ways to the database: what only reads changes nothing, what writes loses nothing."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import SQLModel, select

from events.core.database import (
    database_answers,
    engines,
    forget_engines,
    grouped,
    is_broken,
    one_reading,
    reading,
    transaction,
)
from events.core.limits import Allowance
from events.core.settings import settings, use_settings
from events.organisations import Membership
from events.people import Person
from tests.makers import NOW

pytestmark = pytest.mark.usefixtures("database_url")


def start_counter() -> None:
    with transaction() as db:
        db.add(Person(email="counter@example.org", about="0", joined_at=NOW))


def count_one_up() -> None:
    """What commands do that read, reckon and write: PostgreSQL needs the lock, on SQLite the transaction is one."""
    with transaction() as db:
        row = db.exec(select(Person).with_for_update()).one()
        row.about = str(int(row.about) + 1)
        db.add(row)


def counter() -> int:
    with reading() as db:
        return int(db.exec(select(Person)).one().about)


def test_two_hundred_who_count_at_once_lose_nothing():
    start_counter()

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda _number: count_one_up(), range(200)))

    assert counter() == 200


def test_without_our_set_up_counts_are_lost(database_url):
    start_counter()
    engine = create_engine(database_url.replace("postgresql://", "postgresql+psycopg://"))
    both_have_read = threading.Barrier(2)

    def count_naively(_number: int) -> None:
        with engine.connect() as connection:
            found = int(connection.execute(text("SELECT about FROM person")).scalar_one())
            both_have_read.wait(5)
            connection.execute(text("UPDATE person SET about = :about"), {"about": str(found + 1)})
            connection.commit()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(count_naively, range(2)))
    engine.dispose()

    assert counter() == 1


def test_a_look_changes_nothing():
    with pytest.raises(DBAPIError), reading() as db:  # noqa: PT012 - the block is what is tested
        db.add(Allowance(key="x", ahead_until=NOW))
        db.commit()

    with reading() as db:
        assert list(db.exec(select(Allowance))) == []


def test_rows_stay_readable_after_a_look_and_after_a_change():
    with transaction() as db:
        db.add(made := Allowance(key="x", ahead_until=NOW))
    with reading() as db:
        seen = db.exec(select(Allowance)).one()

    assert (made.key, seen.key) == ("x", "x")


def test_a_change_is_kept_whole_or_not_at_all():
    with pytest.raises(ZeroDivisionError), transaction() as db:  # noqa: PT012 - the block is what is tested
        db.add(Allowance(key="x", ahead_until=NOW))
        db.flush()
        _ = 1 / 0

    with reading() as db:
        assert list(db.exec(select(Allowance))) == []


def test_an_orphan_is_refused():
    with pytest.raises(IntegrityError), transaction() as db:
        db.add(Membership(person_id=999, organisation_id=999, joined_at=NOW))


def test_an_error_that_is_logged_says_nothing_about_anybody():
    with pytest.raises(DBAPIError) as error, transaction() as db:
        db.execute(text("INSERT INTO person (name, nowhere) VALUES (:name, 1)"), {"name": "Berta Bergmann"})

    assert "Berta" not in str(error.value)


def test_a_broken_rule_has_one_name_on_both_databases():
    start_counter()

    with pytest.raises(IntegrityError) as error:
        start_counter()

    assert is_broken(error.value, "uq_person_email")
    assert not is_broken(error.value, "uq_person_public_id")


def test_a_word_outside_its_set_is_refused_by_the_database():
    start_counter()

    with pytest.raises(IntegrityError), transaction() as db:
        db.execute(text("UPDATE person SET state = 'famous'"))


def test_small_changes_share_commits_and_each_gets_its_own_answer():
    def change(number: int):
        def write(db):
            db.add(Allowance(key=f"row {number // 2}", ahead_until=NOW))
            db.flush()
            return number

        return write

    def attempt(number: int) -> object:
        try:
            return grouped(change(number))
        except IntegrityError:
            return "taken"

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(attempt, range(40)))

    assert answers.count("taken") == 20
    with reading() as db:
        assert len(list(db.exec(select(Allowance)))) == 20


def asked(engine: Engine, ask: str, *names: str) -> list[object]:
    """What the database says of its settings."""
    with engine.connect() as connection:
        return [connection.exec_driver_sql(f"{ask} {name}").scalar_one() for name in names]


def test_the_database_is_set_up_as_measured():
    if settings().sqlite:
        names = "journal_mode", "foreign_keys", "busy_timeout", "synchronous", "query_only"
        assert asked(engines().write, "pragma", *names) == ["wal", 1, 10_000, 2, 0]
        assert asked(engines().read, "pragma", *names) == ["wal", 1, 10_000, 2, 1]
    else:
        names = "statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"
        assert asked(engines().write, "SHOW", *names) == ["15s", "10s", "30s"]
        assert asked(engines().read, "SHOW", "default_transaction_read_only") == ["on"]


def test_an_empty_database_does_not_answer(tmp_path):
    full = database_answers()
    use_settings(database_url=f"sqlite:///{tmp_path}/nothing.db")

    empty = database_answers()

    assert (full, empty) == (True, False)
    assert SQLModel.metadata.tables
    forget_engines()


def test_whatever_is_read_in_one_reading_is_read_with_one_connection(database_url: str) -> None:
    with one_reading(), reading() as one, reading() as other:
        assert one is other

    with reading() as one, reading() as other:
        assert one is not other


def test_what_may_be_lost_with_the_power_does_not_wait_for_the_disk():
    ask = "PRAGMA synchronous" if settings().database_url.startswith("sqlite") else "SHOW synchronous_commit"

    with transaction() as db:
        usual = db.execute(text(ask)).scalar()
    with transaction(lasting=False) as db:
        light = db.execute(text(ask)).scalar()
        db.add(Person(email="counter@example.org", about="0", joined_at=NOW))

    with reading() as db:
        assert [one.email for one in db.exec(select(Person))] == ["counter@example.org"]
    assert (usual, light) in ((2, 1), ("on", "off"), ("off", "off"))  # tests let PostgreSQL be off
