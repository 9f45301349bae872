"""Feeds: one's own calendar behind a secret address, read by calendar programs every few hours."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from events.core import clock
from events.core.access import Actor, command
from events.core.database import Database
from events.core.journal import Fact, record
from events.core.refusals import NotFound
from events.core.tokens import Token, find_token, issue
from events.events import Event, EventState
from events.people import Person, PersonState, oneself
from events.phases import Phase
from events.registration import HOLDS_A_PLACE, Registration
from sessions.calendars import (
    CalendarEntry,
    CalendarInvitee,
    CalendarMethod,
    CalendarRevision,
    EntryKind,
    latest_revisions,
    over_at,
)
from sessions.invitation_wishes import wishes_of
from sessions.meetings import Meeting, MeetingState, takes_part
from sessions.timetable.released import Release, ReleasedSession

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
    """An entry of somebody's feed with what it says now."""

    entry: CalendarEntry
    revision: CalendarRevision


@dataclass(frozen=True)
class FeedContents:
    """What somebody's feed shows: calendar entries, those of their events' phases first, and meetings that are not
    agreed yet."""

    person: Person
    entries: Sequence[FeedEntry]
    asked: Sequence[tuple[Meeting, Event]]

    def changed_at(self) -> datetime:
        """When the latest of it was said."""
        moments = [one.revision.dtstamp for one in self.entries]
        moments += [meeting.requested_at for meeting, _event in self.asked]
        return max(moments, default=self.person.joined_at)


def contents_of_feed(db: Database, person: Person) -> FeedContents:
    """What somebody's feed shows, from 30 days ago to a year ahead. Meetings that they have invitations for are in it
    only if they wish, since calendars would show them twice."""
    now = clock.now()
    window = (now - BEHIND, now + AHEAD)
    kinds = {EntryKind.PHASE}  # phases are in it anyway
    if not wishes_of(db, person.id or 0).feed_meetings:
        kinds |= {EntryKind.MEETING, EntryKind.MENTORING, EntryKind.PITCH, EntryKind.REVIEW, EntryKind.REGULAR}
    invited = (
        select(CalendarEntry)
        .join(CalendarInvitee, col(CalendarInvitee.entry_id) == col(CalendarEntry.id))
        .where(CalendarInvitee.person_id == person.id, col(CalendarEntry.kind).not_in(kinds))
    )
    entries = [*_as_they_stand(db, _phases(person), window), *_as_they_stand(db, invited, window)]
    return FeedContents(person, entries, _asked(db, person, now))


def _phases(person: Person) -> SelectOfScalar[CalendarEntry]:
    """The phases of the events in which somebody has a place; each has the entry that invitations to it carry."""
    return (
        select(CalendarEntry)
        .join(Phase, (col(Phase.id) == col(CalendarEntry.subject_id)) & (CalendarEntry.kind == EntryKind.PHASE))
        .join(Event, col(Event.id) == col(Phase.event_id))
        .join(Registration, col(Registration.event_id) == col(Event.id))
        .where(Registration.person_id == person.id, col(Registration.state).in_(HOLDS_A_PLACE))
        .where(Event.state != EventState.DRAFT)
    )


def phases_in_calendars(db: Database, event_id: int) -> list[FeedEntry]:
    """What calendars are told of the phases of a public event, whoever has them; nothing of a draft."""
    mine = select(Phase.id).where(Phase.event_id == event_id)
    query = select(CalendarEntry).where(CalendarEntry.kind == EntryKind.PHASE, col(CalendarEntry.subject_id).in_(mine))
    return _as_they_stand(db, query)


def sessions_in_calendars(db: Database, event_id: int) -> list[FeedEntry]:
    """What calendars are told of the sessions that an event's agenda has or had, whoever has them; what was called off
    for 30 days more."""
    released = select(ReleasedSession.session_id).join(Release, col(Release.id) == col(ReleasedSession.release_id))
    mine = (
        CalendarEntry.kind == EntryKind.SESSION,
        col(CalendarEntry.subject_id).in_(released.where(Release.event_id == event_id)),
    )
    since = clock.now() - BEHIND
    shown = _as_they_stand(db, select(CalendarEntry).where(*mine))
    return [one for one in shown if one.revision.method is CalendarMethod.REQUEST or one.revision.dtstamp >= since]


def _as_they_stand(
    db: Database, query: SelectOfScalar[CalendarEntry], window: tuple[datetime, datetime] | None = None
) -> list[FeedEntry]:
    entries = {entry.id or 0: entry for entry in db.exec(query)}
    latest = latest_revisions(db, entries)
    shown = [FeedEntry(entries[id], row) for id, row in latest.items() if window is None or _in_window(row, window)]
    return sorted(shown, key=lambda one: (one.revision.starts_at, one.entry.id or 0))


def _in_window(row: CalendarRevision, window: tuple[datetime, datetime]) -> bool:
    if row.method is CalendarMethod.CANCEL and row.dtstamp < window[0]:
        return False
    return over_at(row) > window[0] and row.starts_at < window[1]


def _asked(db: Database, person: Person, now: datetime) -> list[tuple[Meeting, Event]]:
    query = select(Meeting, Event).where(
        Meeting.state == MeetingState.REQUESTED, Meeting.expires_at > now, col(Meeting.starts_at).is_not(None),
        takes_part(person.id), Event.id == Meeting.event_id,
    )  # fmt: skip
    return list(db.exec(query.order_by(col(Meeting.starts_at), col(Meeting.id))).all())
