"""Rows that are work: one claims, the others go on to the next."""

import threading
from datetime import timedelta

import pytest
from sqlmodel import col, select

from events.core import clock
from events.core.claims import claim_one, finish, put_back
from events.core.database import reading, transaction
from events.core.timers import Timer
from tests.makers import NOW

pytestmark = pytest.mark.usefixtures("database_url")


def add_work(count: int = 1, **values) -> None:
    with transaction() as db:
        for number in range(count):
            db.add(Timer(kind="test", subject_id=number, due_at=NOW, **values))


def work() -> list[Timer]:
    with reading() as db:
        return list(db.exec(select(Timer).order_by(col(Timer.id))))


def test_nothing_is_claimed_before_it_is_due():
    add_work()

    with clock.frozen_at(NOW - timedelta(seconds=1)):
        early = claim_one(Timer)

    assert early is None
    assert claim_one(Timer) is not None


def test_what_is_claimed_is_not_claimed_again_within_its_lease():
    add_work()
    first = claim_one(Timer)

    with clock.frozen_at(NOW + timedelta(seconds=59)):
        second = claim_one(Timer)
    with clock.frozen_at(NOW + timedelta(seconds=60)):
        third = claim_one(Timer)

    assert (first.attempts, second, third.attempts) == (1, None, 2)


def test_many_claim_each_row_once():
    add_work(20)
    claimed = []

    def claim() -> None:
        while (found := claim_one(Timer)) is not None:
            claimed.append(found.subject_id)

    threads = [threading.Thread(target=claim) for _number in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert sorted(claimed) == list(range(20))


def test_what_is_done_is_done():
    add_work()
    found = claim_one(Timer)

    with transaction() as db:
        finish(db, found)
    with clock.frozen_at(NOW + timedelta(days=1)):
        again = claim_one(Timer)

    assert (again, work()[0].done_at) == (None, NOW)


def test_what_is_put_back_for_good_stands_still():
    add_work()
    found = claim_one(Timer)

    put_back(found, "x" * 900, final=True)

    (left,) = work()
    assert (left.dead_at, len(left.problem)) == (NOW, 500)
    with clock.frozen_at(NOW + timedelta(days=1)):
        assert claim_one(Timer) is None


def test_a_pause_is_never_longer_than_an_hour():
    add_work(attempts=6)
    found = claim_one(Timer)

    put_back(found, "again", base=timedelta(minutes=5))

    assert work()[0].due_at <= NOW + timedelta(hours=1)
