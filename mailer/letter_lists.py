"""The letters of an event as its organisers see them: to whom, about what, and what became of each."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import col, func, select

from events.core.database import Database
from events.core.paging import Paged, paged
from events.people import Person
from mailer.letters import Letter, LetterState


@dataclass(frozen=True)
class LetterRow:
    """A letter in a list; `name` is empty for an address that nobody here has, `problem` says why it did not leave."""

    name: str
    address: str
    kind: str
    subject: str
    state: LetterState
    made_at: datetime
    sent_at: datetime | None
    attempts: int
    problem: str


def letters_of(db: Database, event_id: int, state: LetterState | None = None, *, page: int = 1) -> Paged[LetterRow]:
    """An event's letters, newest first, a page at a time; in one state or all. The caller has asked who may."""
    columns: Any = select(
        Person.name, Letter.address, Letter.kind, Letter.subject, Letter.state, Letter.made_at, Letter.done_at,
        Letter.attempts, Letter.problem,
    ).select_from(Letter)  # type: ignore[call-overload]  # SQLModel types four columns at most  # fmt: skip
    query = columns.outerjoin(Person, col(Person.id) == col(Letter.person_id)).where(Letter.event_id == event_id)
    if state is not None:
        query = query.where(Letter.state == state)
    return paged(db, query.order_by(col(Letter.made_at).desc(), col(Letter.id).desc()), page, _row)


def _row(row: Any) -> LetterRow:
    name, address, kind, subject, state, made_at, done_at, attempts, problem = row
    sent_at = done_at if state is LetterState.SENT else None
    return LetterRow(name or "", address, kind, subject, state, made_at, sent_at, attempts, problem)


def letter_counts(db: Database, event_id: int) -> dict[LetterState, int]:
    """How many of an event's letters are in each state; states of no letter are left out."""
    query = select(Letter.state, func.count()).where(Letter.event_id == event_id).group_by(col(Letter.state))
    return {LetterState(state): int(count) for state, count in db.exec(query)}
