"""Housekeeping takes what is of no use any more, and nothing else."""

from datetime import timedelta

from sqlmodel import select

from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.core.housekeeping import sweep
from events.core.journal import Delivery, JournalEntry, record, settle
from events.core.limits import Allowance, take_turn
from events.core.repeats import SentForm
from events.core.timers import Timer, set_timer
from events.core.tokens import Token, find_token, issue
from events.signin import PasswordSet
from tests.makers import NOW


def test_only_what_is_over_is_swept_away(db: Database) -> None:
    db.add(SentForm(sender="bo", key="old", sent_at=NOW - timedelta(hours=49)))
    db.add(SentForm(sender="bo", key="new", sent_at=NOW - timedelta(hours=47)))
    issue(db, "sign in", 1, lasts=timedelta(minutes=30))
    db.commit()
    take_turn("door", times=2, per=timedelta(minutes=10))

    sweep()

    kept = (
        len(db.exec(select(SentForm)).all()),
        len(db.exec(select(Token)).all()),
        len(db.exec(select(Allowance)).all()),
    )
    assert kept == (1, 1, 1)


def test_after_their_time_they_all_go(db: Database) -> None:
    db.add(SentForm(sender="bo", key="new", sent_at=NOW))
    plain = issue(db, "sign in", 1, lasts=timedelta(minutes=30))
    db.commit()
    take_turn("door", times=2, per=timedelta(minutes=10))

    with clock.frozen_at(NOW + timedelta(days=31)):
        sweep()

    rows = [db.exec(select(kind)).all() for kind in (SentForm, Token, Allowance)]
    assert (rows, find_token(db, "sign in", plain)) == ([[], [], []], None)


def test_work_that_was_done_a_month_ago_goes_and_what_waits_or_was_given_up_stays(db: Database, ada: Actor) -> None:
    record(db, ada, PasswordSet(person_id=ada.person or 0))
    for kind in ("done", "waits", "given up"):
        set_timer(db, kind, 1, NOW + timedelta(days=60))
    db.commit()
    settle()
    told = len(db.exec(select(Delivery)).all())
    for timer in db.exec(select(Timer)):
        timer.done_at = NOW if timer.kind == "done" else None
        timer.dead_at = NOW if timer.kind == "given up" else None
        db.add(timer)
    db.commit()

    sweep()
    soon = len(db.exec(select(Delivery)).all())
    db.rollback()
    with clock.frozen_at(NOW + timedelta(days=31)):
        sweep()

    assert told > 0
    assert soon == told
    assert {one.kind for one in db.exec(select(Timer))} == {"waits", "given up"}
    assert (len(db.exec(select(Delivery)).all()), len(db.exec(select(JournalEntry)).all())) == (0, 1)
