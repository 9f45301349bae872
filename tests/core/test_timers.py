"""Work that falls due: looked at when its time has come, by whoever comes first."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from events.core import clock, timers
from events.core.database import reading, transaction
from events.core.timers import Timer, run_due_timers, set_timer, set_timer_soon, stop_timer
from tests.makers import NOW

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def ran(monkeypatch, database_url) -> list[int]:
    """The subjects that the timer 'ring' looked at."""
    found = []
    monkeypatch.setattr(timers, "TIMERS", {"ring": lambda db, subject: found.append(subject)})
    return found


def ring(subject: int, at=LATER) -> None:
    with transaction() as db:
        set_timer(db, "ring", subject, at)


def test_a_timer_runs_when_its_time_has_come_and_once(ran):
    ring(1)

    before = run_due_timers()
    with clock.frozen_at(LATER):
        then, after = run_due_timers(), run_due_timers()

    assert (before, then, after, ran) == (0, 1, 0, [1])


def test_a_timer_that_is_set_again_replaces_the_one_before(ran):
    ring(1)

    ring(1, LATER + timedelta(hours=1))

    with clock.frozen_at(LATER):
        assert run_due_timers() == 0
    with clock.frozen_at(LATER + timedelta(hours=1)):
        assert run_due_timers() == 1


def test_a_stopped_timer_does_not_run(ran):
    ring(1)
    ring(2)

    with transaction() as db:
        stop_timer(db, "ring", 1)
    with clock.frozen_at(LATER):
        run_due_timers()

    assert ran == [2]


def test_a_timer_may_set_itself_again(ran, monkeypatch):
    monkeypatch.setitem(timers.TIMERS, "ring", lambda db, subject: set_timer(db, "ring", subject, LATER))
    ring(1, NOW)

    run_due_timers()

    with reading() as db:
        assert [(one.due_at, one.done_at) for one in db.exec(select(Timer))] == [(LATER, None)]


def soon(subject: int = 1) -> None:
    with transaction() as db:
        set_timer_soon(db, "ring", subject, pause=timedelta(seconds=5))


def to_come() -> list[tuple[int, datetime]]:
    with reading() as db:
        rows = db.exec(select(Timer).where(Timer.done_at == None).order_by(Timer.subject_id))  # noqa: E711 - SQL
        return [(one.subject_id, one.due_at) for one in rows]


def test_many_calls_for_a_timer_soon_make_one_that_is_due_at_once(ran):
    for subject in (1, 2, 1, 1):
        soon(subject)

    assert to_come() == [(1, NOW), (2, NOW)]


def test_what_was_just_looked_at_is_looked_at_again_after_a_pause(ran):
    soon()
    run_due_timers()

    soon()
    with clock.frozen_at(NOW + timedelta(seconds=2)):
        soon()

    assert (to_come(), ran) == ([(1, NOW + timedelta(seconds=5))], [1])


def test_what_was_looked_at_long_ago_is_looked_at_at_once(ran):
    soon()
    run_due_timers()

    with clock.frozen_at(LATER):
        soon()

    assert to_come() == [(1, LATER)]


def test_what_changes_while_somebody_looks_is_looked_at_after_a_pause(ran):
    """Who looks may have looked too early; they are not disturbed."""
    soon()
    claimed = timers.claim_one(Timer)
    assert claimed is not None

    soon()
    with transaction() as db:
        timers.finish(db, claimed)

    assert to_come() == [(1, NOW + timedelta(seconds=5))]


def test_a_failing_timer_is_tried_again_and_holds_up_nobody(ran, monkeypatch):
    monkeypatch.setitem(timers.TIMERS, "broken", lambda db, subject: 1 / 0)
    with transaction() as db:
        set_timer(db, "broken", 1, NOW)
        set_timer(db, "ring", 2, NOW)

    run_due_timers()

    with reading() as db:
        left = db.exec(select(Timer).where(Timer.kind == "broken")).one()
    assert (left.attempts, left.problem, left.done_at, ran) == (1, "ZeroDivisionError", None, [2])


def test_a_timer_of_a_kind_that_is_no_more_does_no_harm(ran):
    with transaction() as db:
        set_timer(db, "forgotten", 1, NOW)

    run_due_timers()

    with reading() as db:
        assert db.exec(select(Timer)).one().problem == "KeyError"
