"""Facts reach their listeners: after the commit, at least once, whatever happens to one of them."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlmodel import col, select

from events.core import clock, journal
from events.core.access import SYSTEM, Actor
from events.core.database import Database, reading, transaction
from events.core.journal import (
    Delivery,
    JournalEntry,
    Listener,
    Told,
    deliver_next,
    next_delivery,
    record,
    record_all,
    settle,
)
from events.core.limits import Allowance
from events.signin import SignedIn, SignedOut, SignInLinkAsked
from sessions.addresses import AddressChangeAsked
from tests.makers import NOW

Heard = list[int]


@pytest.fixture
def hear(monkeypatch, database_url: str) -> Callable[..., Heard]:
    """Have facts told to listeners of the test's own, and to nobody else."""
    monkeypatch.setattr(journal, "LISTENERS", {})

    def listen(name: str = "ear", *, lane: journal.Lane = "worker", does: Callable[..., None] | None = None) -> Heard:
        heard: Heard = []

        def handler(db: Database, told: Told) -> None:
            heard.append(told.number)
            if does:
                does(db, told)

        journal.LISTENERS[name] = Listener(name, lane, {SignedOut: handler})
        return heard

    return listen


def happen(times: int = 1) -> list[int]:
    with transaction() as db:
        return [record(db, Actor(7), SignedOut(person_id=7)) for _time in range(times)]


def deliveries() -> list[Delivery]:
    with reading() as db:
        return list(db.exec(select(Delivery).order_by(col(Delivery.id))))


def fall_over(db: Database, told: Told) -> None:
    raise RuntimeError("poison")


def test_a_fact_is_told_once_when_all_is_well(hear):
    heard = hear()
    (number,) = happen()

    told = settle()

    assert (told, heard, settle()) == (1, [number], 0)


def test_many_facts_at_once_are_written_down_and_told_in_their_order(hear):
    heard = hear()
    with transaction() as db:
        record_all(db, Actor(7), [SignedOut(person_id=number) for number in range(1, 4)])

    settle()

    with reading() as db:
        entries = list(db.exec(select(JournalEntry).order_by(col(JournalEntry.id))))
    assert [one.particulars["person_id"] for one in entries] == [1, 2, 3]
    assert heard == [one.id for one in entries]
    assert {one.person_id for one in entries} == {7}


@pytest.mark.parametrize("waited_for", [True, False])
def test_what_somebody_waits_for_is_told_before_what_was_there_already(hear, monkeypatch, waited_for):
    monkeypatch.setattr(SignedOut, "waited_for", False)
    heard = hear()
    before = happen(30)
    monkeypatch.setattr(SignedOut, "waited_for", waited_for)
    with transaction() as db:
        record_all(db, Actor(7), [SignedOut(person_id=8)])
    (one,) = happen()

    settle()

    assert heard[:2] == ([one - 1, one] if waited_for else before[:2])
    assert len(heard) == 32


def test_a_link_to_sign_in_is_waited_for():
    assert (SignInLinkAsked.waited_for, AddressChangeAsked.waited_for, SignedIn.waited_for) == (True, True, False)


def test_a_fact_that_nobody_hears_is_written_down_all_the_same(hear):
    hear()
    with transaction() as db:
        record(db, SYSTEM, SignedIn(person_id=7, way="link"))

    with reading() as db:
        entry = db.exec(select(JournalEntry)).one()

    assert (entry.kind, entry.by_system, entry.particulars) == ("SignedIn", True, {"person_id": 7, "way": "link"})
    assert deliveries() == []


def test_a_change_that_is_rolled_back_leaves_no_fact(hear):
    hear()

    with pytest.raises(RuntimeError), transaction() as db:  # noqa: PT012 - the block is what is tested
        record(db, SYSTEM, SignedOut(person_id=7))
        raise RuntimeError

    with reading() as db:
        assert list(db.exec(select(JournalEntry))) == []
    assert deliveries() == []


def test_what_a_listener_writes_stands_or_falls_with_its_delivery(hear):
    def write_and_fall(db: Database, told: Told) -> None:
        db.add(Allowance(key="half", ahead_until=NOW))
        db.flush()
        raise RuntimeError("after writing")

    hear(does=write_and_fall)
    happen()

    settle()

    with reading() as db:
        assert list(db.exec(select(Allowance))) == []
    assert [(one.attempts, one.done_at) for one in deliveries()] == [(1, None)]


def test_a_delivery_that_cannot_be_marked_undoes_what_its_listener_wrote(hear, monkeypatch):
    def write(db: Database, told: Told) -> None:
        db.add(Allowance(key="half", ahead_until=NOW))

    hear(does=write)
    happen()
    monkeypatch.setattr(journal, "finish", lambda db, row: 1 / 0)

    settle()

    with reading() as db:
        assert list(db.exec(select(Allowance))) == []


def test_a_delivery_whose_worker_was_killed_is_told_again_after_its_lease(hear):
    heard = hear()
    (number,) = happen()
    assert next_delivery("worker") is not None  # claimed, and then kill -9

    during = settle()
    with clock.frozen_at(NOW + timedelta(seconds=61)):
        after = settle()

    assert (during, after, heard) == (0, 1, [number])


def test_a_failure_is_tried_again_with_growing_pauses(hear):
    hear(does=fall_over)
    happen()

    pauses = []
    now = NOW
    for _try in range(4):
        with clock.frozen_at(now):
            settle()
        due = deliveries()[0].due_at
        pauses.append((due - now).total_seconds())
        now = due

    assert [2.5 * 2**n <= pause <= 5 * 2**n for n, pause in enumerate(pauses)] == [True] * 4


def test_poison_is_given_up_after_eight_tries_and_stays_to_be_seen(hear):
    heard = hear(does=fall_over)
    (number,) = happen()

    for hours in range(20):
        with clock.frozen_at(NOW + timedelta(hours=2 * hours)):
            settle()

    (left,) = deliveries()
    assert heard == [number] * 8
    assert (left.attempts, left.problem, left.done_at) == (8, "RuntimeError", None)
    assert left.dead_at is not None


def test_poison_does_not_hold_up_the_others(hear):
    def fall_over_the_first(db: Database, told: Told) -> None:
        if told.number == numbers[0]:
            raise RuntimeError("poison")

    heard = hear(does=fall_over_the_first)
    numbers = happen(5)

    settle()

    assert heard == numbers
    assert [one.done_at is not None for one in deliveries()] == [False, True, True, True, True]


def test_each_lane_is_told_by_its_own_processes(hear):
    by_worker, by_web = hear("ear"), hear("eye", lane="web")
    (number,) = happen()

    settle("worker")
    first = (list(by_worker), list(by_web))
    settle("web")

    assert (first, by_web) == (([number], []), [number])


def test_four_workers_tell_each_fact_once(hear):
    heard = hear()
    numbers = happen(24)

    def work() -> None:
        while deliver_next():
            pass

    workers = [threading.Thread(target=work) for _number in range(4)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()

    assert sorted(heard) == numbers


def test_facts_are_refused_before_the_listeners_are_known(monkeypatch, hear):
    monkeypatch.setattr(journal, "_sealed", [])

    with pytest.raises(RuntimeError, match="only after the listeners are known"):
        happen()


def test_a_sealed_registry_takes_no_listener(hear):
    with pytest.raises(RuntimeError, match="sealed"):
        Listener("late", "worker").hears(SignedOut)(fall_over)


def test_a_fact_comes_back_from_the_journal_as_it_went_in(hear):
    numbers = happen()

    with reading() as db:
        entry = db.exec(select(JournalEntry).where(JournalEntry.id == numbers[0])).one()

    assert journal.fact_of(entry) == SignedOut(person_id=7)
