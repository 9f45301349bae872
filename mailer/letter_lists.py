"""The letters of an event as its organisers see them: to whom, about what, and what became of each."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, or_
from sqlmodel import col, func, select

from events.core.database import Database
from events.core.journal import JournalEntry
from events.core.paging import Paged, paged
from events.people import Person
from events.reachability import AddressTrouble
from events.registration import Registration
from mailer.incoming.handling import IncomingLetter
from mailer.letters import Letter, LetterState, has_newer
from sessions.person_reports import PersonReport, PersonReported


@dataclass(frozen=True)
class LetterRow:
    """A letter in a list; `name` is empty for an address that nobody here has, `problem` says why it did not leave.
    `may_go_again`: it has ended, and no newer one about the same calendar entry has taken its place."""

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
    may_go_again: bool


def _may_be_seen(event_id: int, reader: int | None) -> Any:
    """Letters of a report are left out for the one it is about, who would learn from them that there is one."""
    about = select(PersonReport.id).where(PersonReport.event_id == event_id, PersonReport.person_id == reader)
    told = select(JournalEntry.id).where(
        JournalEntry.event_id == event_id, JournalEntry.kind == PersonReported.kind,
        col(JournalEntry.particulars)["report_id"].as_integer().in_(about),
    )  # fmt: skip
    return or_(col(Letter.kind) != "person_reported", col(Letter.fact_id).not_in(told))


def letters_of(
    db: Database, event_id: int, state: LetterState | None = None, *, reader: int | None = None, page: int = 1
) -> Paged[LetterRow]:
    """An event's letters as this person may see them, newest first, a page at a time; in one state or all. The caller
    has asked who may."""
    columns: Any = select(
        Letter.public_id, Person.name, Letter.address, Letter.kind, Letter.subject, Letter.state, Letter.made_at,
        Letter.done_at, Letter.attempts, Letter.problem, JournalEntry.kind, JournalEntry.at, has_newer(Letter),
    ).select_from(Letter)  # type: ignore[call-overload]  # SQLModel types four columns at most  # fmt: skip
    query = (
        columns.outerjoin(Person, col(Person.id) == col(Letter.person_id))
        .join(JournalEntry, col(JournalEntry.id) == col(Letter.fact_id))
        .where(Letter.event_id == event_id, _may_be_seen(event_id, reader))
    )
    if state is not None:
        query = query.where(Letter.state == state)
    # What could not be delivered stands on top: somebody has to look at it.
    poison = case((col(Letter.state) == LetterState.UNDELIVERABLE, 0), else_=1)
    return paged(db, query.order_by(poison, col(Letter.made_at).desc(), col(Letter.id).desc()), page, _row)


def _row(row: Any) -> LetterRow:
    public, name, address, kind, subject, state, made_at, done_at, attempts, problem, fact, happened, replaced = row
    sent_at = done_at if state is LetterState.SENT else None
    may_go_again = state in {LetterState.SENT, LetterState.UNDELIVERABLE} and not replaced
    return LetterRow(
        public, name or "", address, kind, subject, state, made_at, sent_at, attempts, problem, fact, happened,
        may_go_again,
    )  # fmt: skip


def letter_counts(db: Database, event_id: int, *, reader: int | None = None) -> dict[LetterState, int]:
    """How many of the event's letters that this person may see are in each state; states of no letter are left out."""
    query = select(Letter.state, func.count()).where(Letter.event_id == event_id, _may_be_seen(event_id, reader))
    return {LetterState(state): int(count) for state, count in db.exec(query.group_by(col(Letter.state)))}


@dataclass(frozen=True)
class TroubledAddress:
    """An address that takes no letters any more: since when and why; the last letter there, and whose it is ('' for
    nobody here), with their place in the event if they have one."""

    address: str
    since: datetime
    reason: str
    letter: str
    name: str
    registration: str


def addresses_in_trouble(db: Database, event_id: int) -> list[TroubledAddress]:
    """The addresses of an event's letters that take none any more, latest first. The caller has asked who may."""
    last = select(func.max(Letter.id)).where(Letter.event_id == event_id).group_by(col(Letter.address))
    columns: Any = select(
        AddressTrouble.address, AddressTrouble.suppressed_at, AddressTrouble.reason, Letter.public_id, Person.name,
        Registration.public_id,
    ).select_from(AddressTrouble)  # type: ignore[call-overload]  # SQLModel types four columns at most  # fmt: skip
    place = (col(Registration.person_id) == col(Person.id)) & (col(Registration.event_id) == event_id)
    query = (
        columns.join(Letter, col(Letter.address) == col(AddressTrouble.address))
        .outerjoin(Person, col(Person.email) == col(AddressTrouble.address))
        .outerjoin(Registration, place)
        .where(col(AddressTrouble.suppressed_at).is_not(None), col(Letter.id).in_(last))
        .order_by(col(AddressTrouble.suppressed_at).desc(), col(AddressTrouble.address))
    )
    return [
        TroubledAddress(address, since, reason, letter, name or "", registration or "")
        for address, since, reason, letter, name, registration in db.execute(query)
    ]


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
