"""Rows that are work to be done: claimed by compare-and-set, tried again, given up after eight tries."""

import logging
import random
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import cache
from typing import Any, TypeVar, cast

from sqlalchemy import CursorResult, Update, bindparam, update
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.sql.expression import SelectOfScalar

from events.core import clock
from events.core.columns import Moment, moment
from events.core.database import Database, reading, transaction

log = logging.getLogger("folkmoot.claims")

MOST_TRIES = 8
LEASE = timedelta(seconds=60)
LONGEST_PAUSE = timedelta(hours=1)


class Due(SQLModel):
    """What a row has that stands for work: when it is due, how often it was tried, how it ended; `problem` says why it
    waits after a try or was given up, and nothing while somebody has it in hand."""

    id: int | None = Field(default=None, primary_key=True)
    due_at: datetime = moment()
    attempts: int = 0
    done_at: datetime | None = moment(default=None, nullable=True)
    dead_at: datetime | None = moment(default=None, nullable=True)
    problem: str = Field(default="", max_length=500)


D = TypeVar("D", bound=Due)


class _NotNow(Exception):
    """The row may not be claimed now after all."""


# What is due is asked for as of this moment: a query is made once, and asked again and again.
NOW = bindparam("now", type_=Moment)


def due(kind: type[D], *conditions: Any, order: tuple[Any, ...] = ()) -> SelectOfScalar[D]:
    """The query for the first row that is due at `NOW` and meets `conditions`: by `order`, then by when it is due."""
    return (
        select(kind)
        .where(col(kind.done_at).is_(None), col(kind.dead_at).is_(None), col(kind.due_at) <= NOW, *conditions)
        .order_by(*order, col(kind.due_at), col(kind.id))
        .limit(1)
    )


def claim_one(kind: type[D], *conditions: Any, lease: timedelta = LEASE) -> D | None:
    """The next due row that meets `conditions`, now ours for `lease`; None when nothing is due."""
    return claim_next(due(kind, *conditions), lease=lease)


def claim_next(
    query: SelectOfScalar[D],
    *,
    lease: timedelta = LEASE,
    also: Callable[[Database, D], bool] | None = None,
) -> D | None:
    """What a query made by `due` finds, now ours for `lease`; None when nothing is due. Only where `also` says yes in
    the claiming transaction.

    Compare-and-set on the number of attempts: right on SQLite and PostgreSQL both, and no lock is held while the
    work goes on. SKIP LOCKED told facts three times on SQLite, which ignores it.
    """
    for _again in range(20):
        with reading() as db:
            found = db.exec(query, params={"now": clock.now()}).first()
        if found is None:
            return None
        with suppress(_NotNow), transaction(lasting=False) as db:
            if _claimed(db, found, lease, also):
                found.attempts += 1
                return found
    return None


@cache
def _claiming(kind: type[Due]) -> Update:
    return (
        update(kind)
        .where(
            col(kind.id) == bindparam("this"), col(kind.attempts) == bindparam("tried"), col(kind.done_at).is_(None)
        )
        .values(attempts=bindparam("tries"), due_at=bindparam("until"), problem="")
    )  # fmt: skip


def _claimed(db: Database, found: D, lease: timedelta, also: Callable[[Database, D], bool] | None) -> bool:
    tried = found.attempts
    values = {"this": found.id, "tried": tried, "tries": tried + 1, "until": clock.now() + lease}
    mine = db.execute(_claiming(type(found)), values, execution_options={"synchronize_session": False})
    if cast("CursorResult[Any]", mine).rowcount != 1:  # an UPDATE always answers with a cursor
        return False
    if also is not None and not also(db, found):
        raise _NotNow
    return True


def finish(db: Database, row: Due) -> None:
    """Mark the work as done, in the transaction that did it."""
    kind = type(row)
    # The number of tries too: SQLite gives the id of a deleted row, say of a timer that set itself anew, to the next.
    mine = (col(kind.id) == row.id, col(kind.attempts) == row.attempts)
    db.execute(update(kind).where(*mine).values(done_at=clock.now(), problem=""))


def put_back(row: Due, problem: str, *, base: timedelta = timedelta(seconds=5), final: bool = False) -> None:
    """Try again later, each pause twice the last one with jitter; after eight tries, or when `final`, stop for good."""
    dead = final or row.attempts >= MOST_TRIES
    pause = min(base * 2 ** (row.attempts - 1), LONGEST_PAUSE) * random.uniform(0.5, 1)  # noqa: S311 - jitter
    kind = type(row)
    with transaction() as db:
        db.execute(
            update(kind)
            .where(col(kind.id) == row.id, col(kind.attempts) == row.attempts)
            .values(due_at=clock.now() + pause, problem=problem[:500], dead_at=clock.now() if dead else None)
        )
    log.warning(
        "%s %s %s after %s tries", kind.__name__.lower(), row.id, "given up" if dead else "put back", row.attempts
    )
