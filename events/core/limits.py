"""How often something may be tried: one row per key, counted even when the try is refused (GCRA)."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, text
from sqlmodel import Field, SQLModel, select

from events.core import clock
from events.core.columns import Moment, moment
from events.core.database import Database, transaction
from events.core.refusals import Conflict
from events.core.translation import N_, Message


class TooOften(Conflict):
    """Somebody tries too often; `wait` says for how many seconds to pause."""

    def __init__(self, wait: int) -> None:
        minutes = -(-wait // 60)
        super().__init__(_sentence(minutes))
        self.wait = wait


def _sentence(minutes: int) -> Message:
    return N_(
        "That was tried too often. Please try again in a minute.",
        "That was tried too often. Please try again in %(count)s minutes.",
        minutes,
    )


class Allowance(SQLModel, table=True):
    """How far ahead of its steady pace a key has run."""

    key: str = Field(primary_key=True, max_length=160)
    ahead_until: datetime = moment(index=True)


_FIRST = text("INSERT INTO allowance (key, ahead_until) VALUES (:key, :now) ON CONFLICT (key) DO NOTHING").bindparams(
    bindparam("now", type_=Moment)
)


def take_turn(key: str, *, times: int, per: timedelta) -> None:
    """Count one try of `key`; refuses with TooOften after `times` tries in a row, refilled evenly over `per`."""
    pace = per / times
    now = clock.now()
    with transaction(lasting=False) as db:
        # The row first, then its lock: two first tries at once would both find none and both insert it.
        db.execute(_FIRST, {"key": key, "now": now})
        held = db.exec(select(Allowance).where(Allowance.key == key).with_for_update()).one()
        ahead = max(held.ahead_until, now)
        if ahead + pace - now > per:
            raise TooOften(int((ahead + pace - now - per).total_seconds()) + 1)
        held.ahead_until = ahead + pace
        db.add(held)


def refuse_used_up(db: Database, key: str, *, times: int, per: timedelta) -> None:
    """Refuse with TooOften if the next try of `key` would be one too many; counts nothing."""
    held = db.get(Allowance, key)
    now = clock.now()
    if held is not None and (left := held.ahead_until + per / times - now - per) > timedelta():
        raise TooOften(int(left.total_seconds()) + 1)
