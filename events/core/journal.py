"""The journal: what happened, and who has still to be told. It is also the audit log, so facts hold no names."""

import logging
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, ClassVar, Literal

from pydantic import TypeAdapter
from sqlalchemy import Index, bindparam, func, insert
from sqlalchemy import select as sql_select
from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.access import Actor
from events.core.claims import Due, claim_one, finish, put_back
from events.core.columns import Moment, listing, moment
from events.core.database import Database, engines, reading, transaction

log = logging.getLogger("folkmoot.journal")

FACTS: dict[str, type["Fact"]] = {}
request_id: ContextVar[str] = ContextVar("request_id", default="")


@dataclass(frozen=True)
class Fact:
    """What happened, in the past tense: ids and impersonal values only, since facts outlive a person's erasure.

    A fact that somebody sits and waits for, `waited_for`, is told before all others, however many there are.
    """

    kind: ClassVar[str]
    waited_for: ClassVar[bool] = False

    def __init_subclass__(cls) -> None:
        cls.kind = cls.__name__
        FACTS[cls.__name__] = cls


class JournalEntry(SQLModel, table=True):
    """One fact as it was written down, with who did it and in which event."""

    __tablename__ = "journal_entry"

    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(max_length=80, index=True)
    particulars: dict[str, Any] = listing()
    at: datetime = moment(index=True)
    person_id: int | None = Field(default=None, index=True)
    by_system: bool = False
    event_id: int | None = Field(default=None, index=True)
    request: str = Field(default="", max_length=40)


class Delivery(Due, table=True):
    """That a listener has to be told a fact."""

    __table_args__ = (Index("ix_delivery_due", "done_at", "dead_at", "due_at"),)

    entry_id: int = Field(foreign_key="journal_entry.id", index=True)
    listener: str = Field(max_length=40)


# How much earlier than now a fact that somebody waits for is due: before all that is due already.
AHEAD = timedelta(days=1)
_NEW_ENTRY = insert(JournalEntry).returning(col(JournalEntry.id))
_NEW_DELIVERY = insert(Delivery)


@dataclass(frozen=True)
class Told:
    """A fact on its way to a listener: `number` is its place in the journal, the same at each telling."""

    number: int
    fact: Fact
    at: datetime
    person: int | None


Handler = Callable[[Database, Told], Any]
Lane = Literal["web", "worker"]


@dataclass
class Listener:
    """Somebody who is told facts after the commit, at least once; twice must do no harm."""

    name: str
    lane: Lane
    handlers: dict[type[Fact], Handler] = field(default_factory=dict)

    def hears(self, *kinds: type[Fact]) -> Callable[[Handler], Handler]:
        """Register a function `(db, told)` for these facts."""

        def register(handler: Handler) -> Handler:
            if sealed():
                raise RuntimeError("the registry of listeners is sealed")
            for kind in kinds:
                if kind in self.handlers:
                    raise ValueError(f"{self.name} hears {kind.__name__} already")
                self.handlers[kind] = handler
            return handler

        return register


LISTENERS: dict[str, Listener] = {}
_sealed: list[bool] = []


def listener(name: str, lane: Lane) -> Listener:
    """A new listener. The web lane is told in web processes, which hold the sockets, the other by the worker."""
    LISTENERS[name] = Listener(name, lane)
    return LISTENERS[name]


def seal() -> None:
    """All listeners are known now; from here on facts may be recorded."""
    _sealed[:] = [True]


def sealed() -> bool:
    """Whether the registry is complete."""
    return bool(_sealed)


_adapters: dict[type[Fact], TypeAdapter[Any]] = {}


def _adapter(kind: type[Fact]) -> TypeAdapter[Any]:
    # Making one takes a millisecond, most of what a fact costs.
    if kind not in _adapters:
        _adapters[kind] = TypeAdapter(kind)
    return _adapters[kind]


def _row(actor: Actor, fact: Fact, now: datetime) -> dict[str, Any]:
    return {
        "kind": fact.kind,
        "particulars": _adapter(type(fact)).dump_python(fact, mode="json"),
        "at": now,
        "person_id": actor.person,
        "by_system": actor.system,
        "event_id": getattr(fact, "event_id", None),
        "request": request_id.get(),
    }


def _due(fact: Fact, now: datetime) -> datetime:
    return now - AHEAD if fact.waited_for else now


def record(db: Database, actor: Actor, fact: Fact) -> int:
    """Write down what happened, in the command's own transaction, with a delivery for each listener that hears it.

    Returns the fact's number.
    """
    if not sealed():
        raise RuntimeError("facts are recorded only after the listeners are known: import them all, then seal()")
    db.flush()
    now = clock.now()
    # Core, not the ORM: every command ends here, and a booking is measured in hundreds of microseconds.
    connection = db.connection()
    number: int = connection.execute(_NEW_ENTRY, _row(actor, fact, now)).scalar_one()  # type: ignore[assignment]  # a key is never None
    told = [one.name for one in LISTENERS.values() if type(fact) in one.handlers]
    if told:
        due = {"due_at": _due(fact, now), "attempts": 0, "problem": "", "entry_id": number}
        connection.execute(_NEW_DELIVERY, [{**due, "listener": name} for name in told])
    db.info["tell"] = True
    return number


def record_all(db: Database, actor: Actor, facts: Sequence[Fact]) -> None:
    """Write down many facts in their order, as `record` does each, in a handful of statements."""
    if not sealed():
        raise RuntimeError("facts are recorded only after the listeners are known: import them all, then seal()")
    if not facts:
        return
    now = clock.now()
    rows = [_row(actor, fact, now) for fact in facts]
    entries = insert(JournalEntry).returning(JournalEntry.id, sort_by_parameter_order=True)  # type: ignore[call-overload]
    ids = db.execute(entries, rows).scalars().all()
    deliveries = [
        {"entry_id": id, "listener": one.name, "due_at": _due(fact, now)}
        for id, fact in zip(ids, facts, strict=True)
        for one in LISTENERS.values()
        if type(fact) in one.handlers
    ]
    if deliveries:
        db.execute(insert(Delivery), deliveries)
    db.info["tell"] = True


LATEST_FACTS = 200


def version_of_facts() -> Any:
    """A number that rises with every fact, as part of a statement.

    It is the sum of the latest facts' ids and not the last of them: on PostgreSQL a fact may be committed after one
    with a higher id.
    """
    latest = sql_select(col(JournalEntry.id)).order_by(col(JournalEntry.id).desc()).limit(LATEST_FACTS).subquery()
    return sql_select(func.coalesce(func.sum(latest.c.id), 0)).scalar_subquery()


_VERSION = str(sql_select(version_of_facts()).compile(compile_kwargs={"literal_binds": True}))


def facts_version() -> int:
    """The number of `version_of_facts` now, asked past the ORM: it stands before pages that are answered unread."""
    connection = engines().read.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute(_VERSION)
        (version,) = cursor.fetchall()[0]
        return int(version)
    finally:
        connection.close()


def fact_of(entry: JournalEntry) -> Fact:
    """The fact that an entry holds."""
    kind = FACTS[entry.kind]
    fact: Fact = _adapter(kind).validate_python(entry.particulars)
    return fact


def next_delivery(lane: Lane) -> Delivery | None:
    """The next due delivery of a lane, claimed for a minute."""
    with reading() as db:
        due = db.connection().execute(_any_due(_names(lane)), {"now": clock.now()}).first()
    return claim_one(Delivery, *heard_in(lane)) if due is not None else None


def heard_in(lane: Lane) -> tuple[Any]:
    """The condition that a delivery is for a listener of this lane."""
    return (col(Delivery.listener).in_(_names(lane)),)


def _names(lane: Lane) -> tuple[str, ...]:
    return tuple(one.name for one in LISTENERS.values() if one.lane == lane)


@lru_cache(maxsize=16)
def _any_due(names: tuple[str, ...]) -> Any:
    """Whether there is something to do: asked after every commit by every process, hence made once."""
    return (
        sql_select(col(Delivery.id))
        .where(
            col(Delivery.done_at).is_(None), col(Delivery.dead_at).is_(None),
            col(Delivery.due_at) <= bindparam("now", type_=Moment), col(Delivery.listener).in_(names),
        )
        .limit(1)
    )  # fmt: skip


def told_by(delivery: Delivery) -> Told:
    """What a delivery carries."""
    with reading() as db:
        entry = db.exec(select(JournalEntry).where(JournalEntry.id == delivery.entry_id)).one()
    return Told(delivery.entry_id, fact_of(entry), entry.at, entry.person_id)


def deliver_next(lane: Lane = "worker") -> bool:
    """Claim one delivery and do the listener's work with its end in one transaction; False when none is due.

    A listener that fails is tried again with growing pauses; after eight tries its delivery stands still and can be
    seen. Others go on meanwhile.
    """
    delivery = next_delivery(lane)
    if delivery is None:
        return False
    try:
        told = told_by(delivery)
        with transaction() as db:
            LISTENERS[delivery.listener].handlers[type(told.fact)](db, told)
            finish(db, delivery)
    except Exception as error:
        log.exception("fact %s could not be told to %s", delivery.entry_id, delivery.listener)
        put_back(delivery, type(error).__name__)
    return True


def settle(lane: Lane = "worker", most: int = 10_000) -> int:
    """Deliver until nothing is due; returns how many. For tests, the demo and the command line."""
    count = 0
    while count < most and deliver_next(lane):
        count += 1
    return count
