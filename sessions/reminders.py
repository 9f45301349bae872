"""Reminders: a letter before something begins, to those who want one, once for each time at which it is held."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import UniqueConstraint
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel, select

from events.core import clock
from events.core.access import SYSTEM
from events.core.columns import moment
from events.core.database import Database
from events.core.journal import Fact, record
from events.core.timers import set_timer, timer
from sessions.calendars import (
    Answer,
    CalendarEntry,
    CalendarInvitee,
    CalendarMethod,
    CalendarRevision,
    EntryKind,
    held_times,
    invitees_of,
    latest_revision,
    not_coming,
    standing_answer,
)
from sessions.entry_subjects import event_of_entry
from sessions.invitation_wishes import REMINDERS, those_to_remind
from sessions.series_answers import answers_of

TIMER = "entry reminder"
# A worker that was away does not remind people of what begins in another while than it says.
LATEST = timedelta(minutes=5)


class EntryReminder(SQLModel, table=True):
    """That people were reminded of an entry, so many minutes before this start."""

    __tablename__ = "entry_reminder"
    __table_args__ = (UniqueConstraint("entry_id", "minutes", "starts_at"),)

    id: int | None = Field(default=None, primary_key=True)
    entry_id: int = Field(foreign_key="calendar_entry.id", index=True)
    minutes: int
    starts_at: datetime = moment()


@dataclass(frozen=True)
class EntryNear(Fact):
    """Something begins in so many minutes; those who want to be are reminded of it."""

    event_id: int
    entry_id: int
    minutes: int
    starts_at: datetime


def watch(db: Database, entry: CalendarEntry) -> None:
    """Look at an entry when the next reminder is due; called anew with each revision, which may move its start. One
    that is due by now and was not sent yet stays due, whoever gets a letter about the entry in that moment."""
    revision = latest_revision(db, entry)
    if revision is None or revision.method is CalendarMethod.CANCEL or entry.kind is EntryKind.PHASE:
        return
    since = max(clock.now() - LATEST, entry.created_at)
    due = min((one for one in _to_remind_at(db, entry, revision) if one > since), default=None)
    if due is not None:
        set_timer(db, TIMER, entry.id or 0, due)


def _to_remind_at(db: Database, entry: CalendarEntry, revision: CalendarRevision) -> list[datetime]:
    """When reminders of what has not begun are due, without those that were sent."""
    rows = db.exec(select(EntryReminder).where(EntryReminder.entry_id == entry.id)).all()
    reminded = {(row.minutes, row.starts_at) for row in rows}
    starts = [start for start in held_times(revision).values() if start > clock.now()]
    return [
        start - timedelta(minutes=minutes)
        for start in starts
        for minutes in REMINDERS
        if (minutes, start) not in reminded
    ]


@timer(TIMER)
def _remind(db: Database, entry_id: int) -> None:
    entry = db.get(CalendarEntry, entry_id)
    revision = latest_revision(db, entry) if entry is not None else None
    event_id = event_of_entry(db, entry) if entry is not None else None
    if entry is None or revision is None or event_id is None or revision.method is CalendarMethod.CANCEL:
        return
    now = clock.now()
    for start in held_times(revision).values():
        for minutes in REMINDERS:
            due = start - timedelta(minutes=minutes)
            if due <= now < min(due + LATEST, start) and _first(db, entry_id, minutes, start):
                record(db, SYSTEM, EntryNear(event_id, entry_id, minutes=minutes, starts_at=start))
    watch(db, entry)


def _first(db: Database, entry_id: int, minutes: int, start: datetime) -> bool:
    try:
        with db.begin_nested():
            db.add(EntryReminder(entry_id=entry_id, minutes=minutes, starts_at=start))
            db.flush()
    except IntegrityError:
        return False
    return True


def who_is_reminded(db: Database, entry_id: int, minutes: int) -> set[int]:
    """Those who have the entry, have not declined it as it stands, and want to be reminded so early."""
    entry = db.get(CalendarEntry, entry_id)
    coming = invitees_of(db, entry) - not_coming(db, entry) if entry is not None else set()
    return those_to_remind(db, coming, minutes)


def is_coming(db: Database, entry_id: int, person_id: int | None, starts_at: datetime) -> bool:
    """Whether somebody still has an entry, and has declined neither it as it stands nor what begins then of it."""
    entry = db.get(CalendarEntry, entry_id)
    if entry is None:
        return False
    mine = (CalendarInvitee.entry_id == entry_id, CalendarInvitee.person_id == person_id)
    has_it = db.exec(select(CalendarInvitee.id).where(*mine)).first() is not None
    revision = latest_revision(db, entry)
    if not has_it or revision is None:
        return False
    if not revision.series:
        return standing_answer(db, entry, revision, person_id) is not Answer.DECLINED
    planned = next((one for one, start in held_times(revision).items() if start == starts_at), None)
    answers = answers_of(db, entry, revision, person_id)
    return planned is not None and answers[planned] is not Answer.DECLINED


def still_near(db: Database, entry_id: int, starts_at: datetime) -> bool:
    """Whether an entry still begins then, and has not begun."""
    entry = db.get(CalendarEntry, entry_id)
    revision = latest_revision(db, entry) if entry is not None else None
    if revision is None or revision.method is CalendarMethod.CANCEL:
        return False
    return starts_at in held_times(revision).values() and clock.now() < starts_at
