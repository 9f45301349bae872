"""Pace: how fast letters may leave, through our account and to each domain, and what is held up; shared by workers."""

from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, bindparam, or_, text, update
from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.claims import NOW
from events.core.columns import Moment, moment
from events.core.database import Database
from events.core.settings import settings

OUT = ""  # our own way out, by which all letters go
TEXTS = "*"  # no way at all: how many letters in a row were refused for good for what they are
HOLD_AFTER = 3
FIRST_HOLD, LONGEST_HOLD = timedelta(seconds=30), timedelta(hours=1)


class MailRoute(SQLModel, table=True):
    """The way to one domain, or (without a name) out of the house: when the next letter may go there, how many tries
    in a row failed, until when it is held, and why."""

    __tablename__ = "mail_route"

    name: str = Field(primary_key=True, max_length=254)
    free_at: datetime = moment()
    failures: int = 0
    held_until: datetime | None = moment(default=None, nullable=True)
    since: datetime | None = moment(default=None, nullable=True)
    problem: str = Field(default="", max_length=500)


_FIRST = text(
    "INSERT INTO mail_route (name, free_at, failures, problem) VALUES (:name, :now, 0, '') "
    "ON CONFLICT (name) DO NOTHING"
).bindparams(bindparam("now", type_=Moment))


def domain_of(address: str) -> str:
    """The part of an address by which letters to it are counted together."""
    return address.rpartition("@")[2].lower()


def is_held(domain: Any) -> Any:
    """The condition that no letter may go at `NOW` to a domain (a column)."""
    return (
        select(MailRoute.name)
        .where(col(MailRoute.name) == domain, or_(col(MailRoute.free_at) > NOW, col(MailRoute.held_until) > NOW))
        .exists()
    )


def take_turn_to_send(db: Database, domain: str) -> bool:
    """Count a letter for our account and for its domain, in the transaction that claims it; False when either has had
    as many as it may. Evenly spaced, since a mail server that counts by the minute counts in seconds too."""
    limits = ((OUT, settings().mail_rate), (domain, settings().mail_domain_rate))
    return all(_take(db, name, per_minute) for name, per_minute in limits if per_minute)


def _take(db: Database, name: str, per_minute: int) -> bool:
    now = clock.now()
    db.execute(_FIRST, {"name": name, "now": now})
    free = (col(MailRoute.name) == name, col(MailRoute.free_at) <= now)
    taken = db.execute(update(MailRoute).where(*free).values(free_at=now + timedelta(minutes=1) / per_minute))
    return cast("CursorResult[Any]", taken).rowcount == 1  # an UPDATE always answers with a cursor


_TAKEN = (
    update(MailRoute)
    .where(col(MailRoute.name).in_((OUT, TEXTS, bindparam("domain"))), col(MailRoute.failures) > 0)
    .values(failures=0, held_until=None, since=None, problem="")
)


def note_taken(db: Database, domain: str) -> None:
    """A letter was taken, so nothing is wrong with its way (any more)."""
    db.execute(_TAKEN, {"domain": domain}, execution_options={"synchronize_session": False})


def note_failed(db: Database, name: str, problem: str) -> int:
    """A letter could not go this way now: how many in a row. A domain that fails three times in a row is held, longer
    each time, so that its letters do not stand before those to others."""
    now = clock.now()
    db.execute(_FIRST, {"name": name, "now": now})
    row = db.exec(select(MailRoute).where(MailRoute.name == name).with_for_update()).one()
    row.failures += 1
    row.since, row.problem = row.since or now, problem[:500]
    if name != OUT and row.failures >= HOLD_AFTER:
        row.held_until = now + min(FIRST_HOLD * 2 ** min(row.failures - HOLD_AFTER, 10), LONGEST_HOLD)
    db.add(row)
    return row.failures


def trouble_with_the_way_out(db: Database) -> MailRoute | None:
    """Why no letter leaves at the moment; None while they do."""
    return db.exec(select(MailRoute).where(MailRoute.name == OUT, MailRoute.failures > 0)).first()
