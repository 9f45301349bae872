"""Feeds: one's own calendar behind a secret address, read by calendar programs every few hours."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import col, select

from events.core import clock
from events.core.access import Actor, command
from events.core.database import Database, in_parts
from events.core.journal import Fact, record
from events.core.refusals import NotFound
from events.core.tokens import Token, find_token, issue
from events.events import Event, EventState, EventWithPhases
from events.overview import last_change_of
from events.people import Person, PersonState, oneself
from events.phases import Phase
from events.registration import HOLDS_A_PLACE, Registration
from sessions.calendars import CalendarEntry, CalendarInvitee, CalendarMethod, CalendarRevision, EntryKind
from sessions.invitation_wishes import wishes_of
from sessions.meetings import Meeting, MeetingState, takes_part

PURPOSE = "feed"
BEHIND, AHEAD = timedelta(days=30), timedelta(days=365)


@dataclass(frozen=True)
class FeedMade(Fact):
    """Somebody got a secret address for their calendar; the one before is dead."""

    person_id: int


@dataclass(frozen=True)
class FeedEnded(Fact):
    """Somebody wants no feed any more."""

    person_id: int


@command(oneself)
def make_feed(db: Database, actor: Actor, person: Person) -> str:
    """A new secret for one's feed: the answer is the only time it is seen. The one before stops working."""
    _revoke(db, person.id or 0)
    record(db, actor, FeedMade(person_id=person.id or 0))
    return issue(db, PURPOSE, person.id or 0)


@command(oneself)
def end_feed(db: Database, actor: Actor, person: Person) -> None:
    """Let the feed be gone; twice is once."""
    if has_feed(db, person.id or 0):
        _revoke(db, person.id or 0)
        record(db, actor, FeedEnded(person_id=person.id or 0))


def _revoke(db: Database, person_id: int) -> None:
    theirs = (
        col(Token.purpose) == PURPOSE, col(Token.subject_id) == person_id, col(Token.revoked_at).is_(None)
    )  # fmt: skip
    db.execute(update(Token).where(*theirs).values(revoked_at=clock.now()))


def has_feed(db: Database, person_id: int) -> bool:
    """Whether somebody has a feed."""
    theirs = (Token.purpose == PURPOSE, Token.subject_id == person_id, col(Token.revoked_at).is_(None))
    return db.exec(select(Token.id).where(*theirs)).first() is not None


def whose_feed(db: Database, token: str) -> Person:
    """Whose feed a secret opens; NotFound for one that was revoked or never was."""
    found = find_token(db, PURPOSE, token)
    person = db.get(Person, found.subject_id) if found is not None else None
    if person is None or person.state is PersonState.ERASED:
        raise NotFound()
    return person


@dataclass(frozen=True)
class FeedEntry:
    """An entry of somebody's feed with what it says now; `tentative` for what is only asked for."""

    entry: CalendarEntry
    revision: CalendarRevision


@dataclass(frozen=True)
class FeedContents:
    """What somebody's feed shows: calendar entries, phases of their events, and meetings that are not agreed yet."""

    person: Person
    entries: Sequence[FeedEntry]
    phases: Sequence[tuple[Phase, Event, datetime]]
    asked: Sequence[tuple[Meeting, Event]]

    def mark(self) -> str:
        """A text that changes with what the feed says, and with nothing else."""
        parts = [f"{one.entry.uid} {one.revision.sequence} {one.revision.dtstamp.isoformat()}" for one in self.entries]
        parts += [
            f"{phase.id} {event.version} {event.name} {phase.starts_at.isoformat()} {phase.ends_at.isoformat()}"
            for phase, event, _changed in self.phases
        ]
        parts += [f"{meeting.public_id} {meeting.state} {meeting.starts_at}" for meeting, _event in self.asked]
        return "\n".join([self.person.locale, self.person.zone, *parts])

    def changed_at(self) -> datetime:
        """When the latest of it was said."""
        moments = [one.revision.dtstamp for one in self.entries] + [changed for _phase, _event, changed in self.phases]
        moments += [meeting.requested_at for meeting, _event in self.asked]
        return max(moments, default=self.person.joined_at)


def contents_of_feed(db: Database, person: Person) -> FeedContents:
    """What somebody's feed shows, from 30 days ago to a year ahead. Meetings that they have invitations for are in it
    only if they wish, since calendars would show them twice."""
    now = clock.now()
    window = (now - BEHIND, now + AHEAD)
    kinds = {EntryKind.PHASE}  # phases are in it anyway
    if not wishes_of(db, person.id or 0).feed_meetings:
        kinds |= {EntryKind.MEETING, EntryKind.MENTORING, EntryKind.PITCH, EntryKind.REVIEW}
    return FeedContents(
        person, _entries(db, person, kinds, window), _phases(db, person, window), _asked(db, person, now)
    )


def _entries(db: Database, person: Person, but: set[EntryKind], window: tuple[datetime, datetime]) -> list[FeedEntry]:
    query = (
        select(CalendarEntry)
        .join(CalendarInvitee, col(CalendarInvitee.entry_id) == col(CalendarEntry.id))
        .where(CalendarInvitee.person_id == person.id, col(CalendarEntry.kind).not_in(but))
    )
    entries = {entry.id or 0: entry for entry in db.exec(query)}
    found: dict[int, CalendarRevision] = {}
    for some in in_parts(sorted(entries)):
        rows = select(CalendarRevision).where(col(CalendarRevision.entry_id).in_(some))
        for row in db.exec(rows.order_by(col(CalendarRevision.sequence))):
            found[row.entry_id] = row
    shown = [FeedEntry(entries[id], row) for id, row in found.items() if _in_window(row, window)]
    return sorted(shown, key=lambda one: (one.revision.starts_at, one.entry.id or 0))


def _in_window(row: CalendarRevision, window: tuple[datetime, datetime]) -> bool:
    if row.method is CalendarMethod.CANCEL and row.dtstamp < window[0]:
        return False
    return row.ends_at > window[0] and row.starts_at < window[1]


def _phases(db: Database, person: Person, window: tuple[datetime, datetime]) -> list[tuple[Phase, Event, datetime]]:
    query = (
        select(Phase, Event)
        .join(Event, col(Event.id) == col(Phase.event_id))
        .join(Registration, col(Registration.event_id) == col(Event.id))
        .where(Registration.person_id == person.id, col(Registration.state).in_(HOLDS_A_PLACE))
        .where(Event.state != EventState.DRAFT, Phase.ends_at > window[0], Phase.starts_at < window[1])
    )
    rows = db.exec(query.order_by(col(Phase.starts_at), col(Phase.id))).all()
    changed = {event.id: last_change_of(db, EventWithPhases(event, ())) for _phase, event in rows}
    return [(phase, event, changed[event.id]) for phase, event in rows]


def _asked(db: Database, person: Person, now: datetime) -> list[tuple[Meeting, Event]]:
    query = select(Meeting, Event).where(
        Meeting.state == MeetingState.REQUESTED, Meeting.expires_at > now, col(Meeting.starts_at).is_not(None),
        takes_part(person.id), Event.id == Meeting.event_id,
    )  # fmt: skip
    return list(db.exec(query.order_by(col(Meeting.starts_at), col(Meeting.id))).all())
