"""Clocks whose rules change: what people were told of a time holds no more once their zone's switches are others.

Folkmoot keeps moments, and zones by name. When a country changes its rules, every page shows the
new hour by itself, and so do calendars, since they were given UTC; but what letters said, and what people have in mind,
is the old one. A moment is not moved by itself: it holds seats, tables and other people's times, also in other zones,
so whoever organises is told how much it is, and decides about that. Everybody who has an entry is told what their clock
shows now. A regular session holds nothing but its hour, which it keeps.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import or_
from sqlmodel import col, select

from events.core import clock
from events.core.access import SYSTEM
from events.core.database import Database
from events.core.journal import Fact, record
from sessions.calendars import (
    CalendarEntry,
    CalendarMethod,
    CalendarRevision,
    Content,
    EntryKind,
    clock_of,
    content_of,
    latest_revision,
    latest_revisions,
    over_at,
    revise,
)
from sessions.entry_subjects import event_of_entry
from sessions.regular.rows import RegularSession, content_of_regular


@dataclass(frozen=True)
class ClockChanged(Fact):
    """An entry was said anew at the same moment, since the rules of its zone's clock have changed."""

    event_id: int
    entry_id: int
    sequence: int


@dataclass(frozen=True)
class HoursChanged(Fact):
    """So much of an event, all said anew, is at another hour than it was set for: its organisers decide what is to keep
    its hour."""

    event_id: int
    sessions: int
    phases: int
    others: int


def entries_on_another_clock(db: Database) -> list[CalendarEntry]:
    """The entries to come of which people were told an hour that their zone's clock does not show at that moment by
    the rules known now."""
    regular = select(CalendarEntry.id).where(CalendarEntry.kind == EntryKind.REGULAR)
    ahead = select(CalendarRevision.entry_id).where(
        or_(col(CalendarRevision.starts_at) > clock.now(), col(CalendarRevision.entry_id).in_(regular)),
        CalendarRevision.zone != "",
    )
    latest = latest_revisions(db, set(db.exec(ahead.distinct())))
    changed = sorted(entry for entry, row in latest.items() if _is_told_wrong(row))
    return [db.get_one(CalendarEntry, entry) for entry in changed]


def _is_told_wrong(row: CalendarRevision | None) -> bool:
    if row is None or row.method is CalendarMethod.CANCEL or not row.zone:
        return False
    begins = over_at(row) if row.series else row.starts_at
    return begins > clock.now() and row.clock_at != clock_of(content_of(row))


def tell_of_clock_change(db: Database, entry_id: int) -> bool:
    """Say an entry anew to all who have it, with the next number; False where it is right, as the second time."""
    entry = db.exec(select(CalendarEntry).where(CalendarEntry.id == entry_id).with_for_update()).one()
    last, event_id = latest_revision(db, entry), event_of_entry(db, entry)
    if last is None or event_id is None or not _is_told_wrong(last):
        return False
    kind = EntryKind(entry.kind)
    sequence = revise(db, kind, entry.subject_id, set(), _content_now(db, entry, last), anew=True)
    assert sequence is not None  # said anew
    record(db, SYSTEM, ClockChanged(event_id, entry_id, sequence=sequence))
    return True


def tell_organisers(db: Database, event_id: int, told: Mapping[EntryKind, int]) -> None:
    """Let an event's organisers hear of how many entries of each kind another hour was told; nothing of regular
    sessions, which keep theirs."""
    sessions, phases = told.get(EntryKind.SESSION, 0), told.get(EntryKind.PHASE, 0)
    others = sum(told.values()) - sessions - phases - told.get(EntryKind.REGULAR, 0)
    if sessions + phases + others:
        record(db, SYSTEM, HoursChanged(event_id, sessions=sessions, phases=phases, others=others))


def _content_now(db: Database, entry: CalendarEntry, last: CalendarRevision) -> Content:
    """The same moment again; of a regular session, which keeps its hour, the moments that this hour is now."""
    regular = db.get(RegularSession, entry.subject_id) if entry.kind is EntryKind.REGULAR else None
    return content_of_regular(db, regular) if regular is not None else content_of(last)
