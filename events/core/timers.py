"""Work that falls due at a time: phases, expiries, reminders. Rows, claimed like deliveries, run by the system."""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Index, bindparam, delete, insert, select
from sqlmodel import Field, col

from events.core import clock
from events.core.claims import Due, claim_one, finish, put_back
from events.core.database import Database, in_parts, transaction

log = logging.getLogger("folkmoot.timers")

Step = Callable[[Database, int], None]
TIMERS: dict[str, Step] = {}


class Timer(Due, table=True):
    """That something is to be looked at when its time has come."""

    __table_args__ = (
        Index("ix_timer_due", "done_at", "dead_at", "due_at"),
        Index("ix_timer_what", "kind", "subject_id"),
    )

    kind: str = Field(max_length=40)
    subject_id: int


def timer(kind: str) -> Callable[[Step], Step]:
    """Register `(db, subject id)` for timers of this kind. It must look again whether there is anything to do."""

    def register(step: Step) -> Step:
        TIMERS[kind] = step
        return step

    return register


_NEW_TIMER = insert(Timer)
_STOP = delete(Timer).where(
    col(Timer.kind) == bindparam("what"), col(Timer.subject_id) == bindparam("whose"), col(Timer.done_at).is_(None)
)


def set_timer(db: Database, kind: str, subject_id: int, due_at: datetime) -> None:
    """Look at the subject at `due_at`; replaces a timer of this kind that has not run."""
    stop_timer(db, kind, subject_id)
    row = {"due_at": due_at, "attempts": 0, "problem": "", "kind": kind, "subject_id": subject_id}
    db.connection().execute(_NEW_TIMER, row)
    db.info["tell"] = True


def set_timer_soon(db: Database, kind: str, subject_id: int, *, pause: timedelta) -> None:
    """Look at the subject at once, but only `pause` after the last look: many calls in a row make one timer.

    For listeners: a timer that waits already may run before the end of this transaction, so that whatever is to be
    seen has to be committed. One statement where a timer waits, else three.
    """
    row = db.execute(_NEWEST, {"what": kind, "whose": subject_id}).first()
    now = clock.now()
    if row is None:
        due_at = now
    elif row.done_at is not None:
        due_at = max(now, row.done_at + pause)
    elif row.attempts == 0:
        return
    else:  # somebody looks at this moment, perhaps too early, or could not
        due_at = now + pause
    set_timer(db, kind, subject_id, due_at)


_NEWEST = (
    select(col(Timer.attempts), col(Timer.done_at))
    .where(col(Timer.kind) == bindparam("what"), col(Timer.subject_id) == bindparam("whose"))
    .order_by(col(Timer.id).desc())
    .limit(1)
)


def set_timers(db: Database, kind: str, due: Mapping[int, datetime]) -> None:
    """The same for many subjects at once: look at each when its time has come."""
    stop_timers(db, kind, list(due))
    if due:
        blank = {"attempts": 0, "problem": "", "kind": kind}
        db.connection().execute(_NEW_TIMER, [{**blank, "subject_id": id, "due_at": at} for id, at in due.items()])
        db.info["tell"] = True


def stop_timers(db: Database, kind: str, subject_ids: Sequence[int]) -> None:
    """Do not look at any of them any more."""
    for some in in_parts(subject_ids):
        waits = (col(Timer.kind) == kind, col(Timer.subject_id).in_(some), col(Timer.done_at).is_(None))
        db.execute(delete(Timer).where(*waits))


def stop_timer(db: Database, kind: str, subject_id: int) -> None:
    """Do not look any more."""
    db.connection().execute(_STOP, {"what": kind, "whose": subject_id})


def forget_timers(db: Database, kind: str, subject_ids: Sequence[int]) -> None:
    """Forget the timers of this kind that have run: of those that come again and again, the last is enough."""
    for some in in_parts(subject_ids):
        ran = (col(Timer.kind) == kind, col(Timer.subject_id).in_(some), col(Timer.done_at).is_not(None))
        db.execute(delete(Timer).where(*ran))


def has_timer(db: Database, kind: str, subject_id: int) -> bool:
    """Whether a timer of this kind waits for its time."""
    waits = (col(Timer.kind) == kind, col(Timer.subject_id) == subject_id, col(Timer.done_at).is_(None))
    return db.execute(select(col(Timer.id)).where(*waits).limit(1)).first() is not None


def run_next_timer() -> bool:
    """Claim one due timer and run it in a transaction; False when none is due."""
    due = claim_one(Timer)
    if due is None:
        return False
    try:
        with transaction() as db:
            TIMERS[due.kind](db, due.subject_id)
            finish(db, due)
    except Exception as error:
        log.exception("timer %s of %s failed", due.kind, due.subject_id)
        put_back(due, type(error).__name__)
    return True


def run_due_timers(most: int = 10_000) -> int:
    """Run everything that is due; returns how many. For tests, the demo and the command line."""
    count = 0
    while count < most and run_next_timer():
        count += 1
    return count
