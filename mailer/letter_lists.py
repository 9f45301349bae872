"""The letters of an event as its organisers see them: to whom, about what, and what became of each."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case
from sqlmodel import col, func, select

from events.core.database import Database
from events.core.journal import JournalEntry
from events.core.paging import Paged, paged
from events.people import Person
from events.reachability import AddressTrouble
from mailer.incoming.handling import IncomingLetter
from mailer.letters import Letter, LetterState


@dataclass(frozen=True)
class LetterRow:
    """A letter in a list; `name` is empty for an address that nobody here has, `problem` says why it did not leave."""

    public_id: str
    name: str
    address: str
    kind: str
    subject: str
    state: LetterState
    made_at: datetime
    sent_at: datetime | None
    attempts: int
    problem: str
    fact: str
    happened_at: datetime


def letters_of(db: Database, event_id: int, state: LetterState | None = None, *, page: int = 1) -> Paged[LetterRow]:
    """An event's letters, newest first, a page at a time; in one state or all. The caller has asked who may."""
    columns: Any = select(
        Letter.public_id, Person.name, Letter.address, Letter.kind, Letter.subject, Letter.state, Letter.made_at,
        Letter.done_at, Letter.attempts, Letter.problem, JournalEntry.kind, JournalEntry.at,
    ).select_from(Letter)  # type: ignore[call-overload]  # SQLModel types four columns at most  # fmt: skip
    query = (
        columns.outerjoin(Person, col(Person.id) == col(Letter.person_id))
        .join(JournalEntry, col(JournalEntry.id) == col(Letter.fact_id))
        .where(Letter.event_id == event_id)
    )
    if state is not None:
        query = query.where(Letter.state == state)
    # What could not be delivered stands on top: somebody has to look at it.
    poison = case((col(Letter.state) == LetterState.UNDELIVERABLE, 0), else_=1)
    return paged(db, query.order_by(poison, col(Letter.made_at).desc(), col(Letter.id).desc()), page, _row)


def _row(row: Any) -> LetterRow:
    public, name, address, kind, subject, state, made_at, done_at, attempts, problem, fact, happened = row
    sent_at = done_at if state is LetterState.SENT else None
    return LetterRow(
        public, name or "", address, kind, subject, state, made_at, sent_at, attempts, problem, fact, happened
    )


def letter_counts(db: Database, event_id: int) -> dict[LetterState, int]:
    """How many of an event's letters are in each state; states of no letter are left out."""
    query = select(Letter.state, func.count()).where(Letter.event_id == event_id).group_by(col(Letter.state))
    return {LetterState(state): int(count) for state, count in db.exec(query)}


def addresses_in_trouble(db: Database, event_id: int) -> dict[str, str]:
    """The addresses of an event's letters that take none any more, with the reason."""
    wrote = select(Letter.address).where(Letter.event_id == event_id)
    query = select(AddressTrouble.address, AddressTrouble.reason).where(
        col(AddressTrouble.suppressed_at).is_not(None), col(AddressTrouble.address).in_(wrote)
    )
    return dict(db.exec(query.order_by(col(AddressTrouble.address))).all())


@dataclass(frozen=True)
class CameIn:
    """A message that came to one of our addresses, and what became of it."""

    name: str
    arrived_at: datetime
    what: str
    decision: str
    why: str


def came_in(db: Database, event_id: int, *, page: int = 1) -> Paged[CameIn]:
    """What came back about an event, newest first. The caller has asked who may."""
    query: Any = (
        select(Person.name, IncomingLetter)
        .select_from(IncomingLetter)
        .outerjoin(Person, col(Person.id) == col(IncomingLetter.person_id))
        .where(IncomingLetter.event_id == event_id)
        .order_by(col(IncomingLetter.arrived_at).desc(), col(IncomingLetter.id).desc())
    )
    return paged(db, query, page, _came)


def _came(row: Any) -> CameIn:
    name, one = row
    return CameIn(name or "", one.arrived_at, one.verb.lower() or one.kind.value, one.decision.value, one.why)
