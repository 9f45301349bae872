"""What stands behind calendar entries: the meeting, session, phase and so on that each is about, and its event."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlmodel import SQLModel, select

from events.core.database import Database, in_parts
from events.events import Event
from events.phases import Phase
from sessions.calendars import CalendarEntry, EntryKind
from sessions.meetings import Meeting
from sessions.mentoring import Mentoring
from sessions.peer_reviews.agenda import ReviewDay
from sessions.pitches import Pitch
from sessions.regular.rows import RegularSession
from sessions.timetable.rows import Session

RowT = TypeVar("RowT", bound=SQLModel)
Relation = type[Meeting | Pitch | Session | RegularSession | Mentoring | Phase | ReviewDay]
SUBJECTS: dict[EntryKind, Relation] = {
    EntryKind.MEETING: Meeting,
    EntryKind.PITCH: Pitch,
    EntryKind.SESSION: Session,
    EntryKind.REGULAR: RegularSession,
    EntryKind.MENTORING: Mentoring,
    EntryKind.PHASE: Phase,
    EntryKind.REVIEW: ReviewDay,
}


def event_of_entry(db: Database, entry: CalendarEntry) -> int | None:
    """The event that an entry belongs to."""
    row: Any = db.get(SUBJECTS[EntryKind(entry.kind)], entry.subject_id)
    return int(row.event_id) if row is not None else None


@dataclass(frozen=True)
class Behind:
    """What stands behind some entries, by the ids of these, and the events of it, by theirs. For as long as this is
    held, `db.get` finds all of it without asking."""

    subjects: Mapping[int, Any]
    events: Mapping[int, Event]

    def event_of(self, entry: CalendarEntry) -> int | None:
        """The event that one of the entries belongs to."""
        row = self.subjects.get(entry.id or 0)
        return int(row.event_id) if row is not None else None


def load_behind(db: Database, entries: Collection[CalendarEntry]) -> Behind:
    """What stands behind entries: a query for each kind that is among them and one for the events, however many."""
    found: dict[int, Any] = {}
    for kind in sorted({EntryKind(one.kind) for one in entries}):
        wanted = {one.subject_id: one.id or 0 for one in entries if one.kind == kind}
        found |= {wanted[id]: row for id, row in rows_by_id(db, SUBJECTS[kind], wanted).items()}
    return Behind(found, rows_by_id(db, Event, {row.event_id for row in found.values()}))


def rows_by_id(db: Database, relation: type[RowT], ids: Iterable[int | None]) -> dict[int, RowT]:
    """The rows of a relation with these ids, by them; one query, however many (None is none)."""
    table: Any = relation
    found: dict[int, RowT] = {}
    for some in in_parts(sorted({one for one in ids if one is not None})):
        found |= {row.id: row for row in db.exec(select(table).where(table.id.in_(some)))}
    return found
