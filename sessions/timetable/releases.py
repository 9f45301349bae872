"""Releasing the agenda: naming a version of the draft, saying what changed in it, telling those who speak."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from events.core import clock
from events.core.access import Actor, command
from events.core.database import Database, is_broken
from events.core.hooks import on_event_closed
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid
from events.core.translation import _
from events.events import EventState, EventWithPhases, not_over, touch
from events.people import Person, clean_name
from events.roles import organiser_of_event
from sessions.invitation_wishes import those_without_sessions
from sessions.stage_agenda import tell_stages
from sessions.timetable.calendars import call_off, tell_calendars
from sessions.timetable.conflicts import Level, TimetableConflict, conflicts_of
from sessions.timetable.released import (
    AgendaSession,
    Release,
    ReleasedSession,
    ReleasedSpeaker,
    SpeakerName,
    agenda_of,
    last_release,
)
from sessions.timetable.rows import Room, Session, Speaker, Star, Track, lock_timetable
from sessions.timetable.stars import SessionStarred


class ChangeKind(StrEnum):
    """What a release did to a session. MOVED is another time, length or room; CHANGED is all else."""

    NEW = "new"
    MOVED = "moved"
    CHANGED = "changed"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class SessionChange:
    """What became of a session from one release to the next; `before` is None for a new one, `after` for one that was
    cancelled."""

    kind: ChangeKind
    before: AgendaSession | None
    after: AgendaSession | None

    @property
    def now(self) -> AgendaSession:
        """The session as it is, or as it was last."""
        found = self.after or self.before
        assert found is not None
        return found


@dataclass(frozen=True)
class AgendaReleased(Fact):
    """Everybody sees a new version of the agenda."""

    event_id: int
    release_id: int


class AgendaBlocked(Conflict):
    """A draft with a conflict that stops cannot be released."""

    def __init__(self, conflict: TimetableConflict) -> None:
        super().__init__(
            _("The agenda cannot be released while something is in the way: %(reason)s", reason=conflict.reason)
        )


class NothingNew(Conflict):
    """The draft is what everybody sees already."""

    def __init__(self) -> None:
        super().__init__(_("There is nothing to release: nothing has changed since everybody saw it last."))


def draft_of(db: Database, event: EventWithPhases) -> list[AgendaSession]:
    """The draft as a release would show it, in order of time and then of rooms."""
    query = (
        select(Session, Room, Track)
        .join(Room, col(Room.id) == col(Session.room_id))
        .join(Track, col(Track.id) == col(Session.track_id), isouter=True)
        .where(Session.event_id == event.id)
        .order_by(col(Session.starts_at), col(Room.position), col(Room.id), col(Session.id))
    )
    # The join to tracks is an outer one, which SQLModel's types do not say.
    rows: Sequence[tuple[Session, Room, Track | None]] = db.exec(query).all()
    speakers = _speakers(db, event.id)
    return [
        AgendaSession(
            one.id or 0, one.public_id, one.kind, one.title, one.abstract, track.name if track else "",
            track.tone if track else None, room.name, room.link, room.position, one.starts_at, one.minutes,
            speakers.get(one.id or 0, ()),
        )
        for one, room, track in rows
        if one.starts_at is not None
    ]  # fmt: skip


def _speakers(db: Database, event_id: int) -> dict[int, tuple[SpeakerName, ...]]:
    query = (
        select(Speaker, Person.name, Person.public_id)
        .join(Person, col(Person.id) == col(Speaker.person_id), isouter=True)
        .join(Session, col(Session.id) == col(Speaker.session_id))
        .where(Session.event_id == event_id)
        .order_by(col(Speaker.position), col(Speaker.id))
    )
    found: dict[int, tuple[SpeakerName, ...]] = {}
    for row, name, public in db.exec(query):
        one = SpeakerName(name or row.name, public or "", row.person_id)
        found[row.session_id] = (*found.get(row.session_id, ()), one)
    return found


def changes_between(before: Sequence[AgendaSession], after: Sequence[AgendaSession]) -> list[SessionChange]:
    """What became of each session, by comparison; those that are as they were are left out. In order of time: of the
    new one, and of the old one for what was cancelled."""
    old, new = ({one.session_id: one for one in agenda} for agenda in (before, after))
    found = [SessionChange(ChangeKind.CANCELLED, one, None) for id, one in old.items() if id not in new]
    for id, one in new.items():
        was = old.get(id)
        if was is None:
            found.append(SessionChange(ChangeKind.NEW, None, one))
        elif (was.starts_at, was.minutes, was.room) != (one.starts_at, one.minutes, one.room):
            found.append(SessionChange(ChangeKind.MOVED, was, one))
        elif _said(was) != _said(one):
            found.append(SessionChange(ChangeKind.CHANGED, was, one))
    return sorted(found, key=lambda change: (change.now.starts_at, change.now.room_position, change.now.session_id))


def _said(one: AgendaSession) -> tuple[object, ...]:
    return one.kind, one.title, one.abstract, one.track, one.tone, one.room_link, one.speakers


def is_public(event: EventWithPhases, now: datetime) -> None:
    """Refuse to show an agenda of what nobody can see, or of what is over."""
    not_over(event, now)
    if event.event.state is EventState.DRAFT:
        raise Conflict(_("Publish the event first: until then nobody could see its agenda."))


@command(organiser_of_event, when=is_public)
def release_agenda(db: Database, actor: Actor, event: EventWithPhases, *, name: str, note: str = "") -> Release:
    """Show everybody the draft as it is now, under a name that no release of this event had. Those who speak get what
    is new for them into their calendars.

    Refuses an empty, long or taken name, a draft in which nothing is new (NothingNew), and one with a conflict that
    stops (AgendaBlocked).
    """
    lock_timetable(db, event.id)
    clean = _checked(name, note)
    last = last_release(db, event.id)
    before, after = agenda_of(db, last), draft_of(db, event)
    changes = changes_between(before, after)
    if not changes:
        raise NothingNew
    for conflict in conflicts_of(db, event):
        if conflict.level is Level.BLOCK:
            raise AgendaBlocked(conflict)
    number = last.number + 1 if last else 1
    release = Release(event_id=event.id, number=number, name=clean, note=note.strip(), released_at=clock.now())
    _keep(db, release)
    _copy(db, release, after)
    event.event.has_agenda = True
    touch(db, event.event)
    record(db, actor, AgendaReleased(event_id=event.id, release_id=release.id or 0))
    tell_stages(db, event.id)
    was = {one.session_id: one for one in before}
    for one in after:
        anew = tell_calendars(db, actor, event.event, release, one, before=was.get(one.session_id))
        for person, sequence in anew.items():
            record(db, actor, SessionStarred(event.id, one.session_id, person, sequence=sequence))
    for change in changes:
        if change.after is None:
            call_off(db, actor, release, change.now)
    return release


@on_event_closed
def _end_with_the_event(db: Database, actor: Actor, event_id: int) -> None:
    """Sessions that are to come when an event is closed leave calendars; the agenda stays as it was released."""
    lock_timetable(db, event_id)
    last = last_release(db, event_id)
    for one in agenda_of(db, last):
        if last is not None and one.starts_at > clock.now():
            call_off(db, actor, last, one)


def _checked(name: str, note: str) -> str:
    clean = clean_name(name)
    if not clean or len(clean) > 60:
        raise Invalid({"name": _("Please give the release a name of at most 60 characters, such as 1.0.")})
    if len(note.strip()) > 1000:
        raise Invalid({"note": _("Please write at most %(most)s characters.", most=1000)})
    return clean


def _keep(db: Database, release: Release) -> None:
    name = release.name
    try:
        with db.begin_nested():
            db.add(release)
            db.flush()
    except IntegrityError as error:
        if is_broken(error, "uq_agenda_release_event_id_name"):
            raise Invalid({"name": _("There is a release called %(name)s already.", name=name)}) from error
        raise


def _copy(db: Database, release: Release, agenda: Sequence[AgendaSession]) -> None:
    for one in agenda:
        row = ReleasedSession(
            release_id=release.id or 0, session_id=one.session_id, kind=one.kind, title=one.title,
            abstract=one.abstract, track=one.track, tone=one.tone, room=one.room, room_link=one.room_link,
            room_position=one.room_position, starts_at=one.starts_at, minutes=one.minutes,
        )  # fmt: skip
        db.add(row)
        db.flush()
        for position, speaker in enumerate(one.speakers):
            name = "" if speaker.person_id is not None else speaker.name
            db.add(ReleasedSpeaker(released_id=row.id or 0, person_id=speaker.person_id, name=name, position=position))
    db.flush()


def changed_for_stars(db: Database, release_id: int, *, person: int | None = None) -> dict[int, list[SessionChange]]:
    """Whose starred sessions a release has moved or cancelled, by person: of those (or of this one) who want no
    invitations and so have nothing in their calendars that moves, and without those who speak there."""
    release = db.get_one(Release, release_id)
    last = db.exec(select(Release).where(Release.event_id == release.event_id, Release.number == release.number - 1))
    changes = [
        one
        for one in changes_between(agenda_of(db, last.first()), agenda_of(db, release))
        if one.kind in (ChangeKind.MOVED, ChangeKind.CANCELLED)
    ]
    query = select(Star.session_id, Star.person_id).where(
        col(Star.session_id).in_([one.now.session_id for one in changes])
    )
    stars = [(session, who) for session, who in db.exec(query) if person in (None, who)]
    without = those_without_sessions(db, {who for _session, who in stars})
    found: dict[int, list[SessionChange]] = {}
    for change in changes:
        for session, who in stars:
            if session == change.now.session_id and who in without and who not in change.now.people:
                found.setdefault(who, []).append(change)
    return found
