"""The agenda in people's calendars: what a release is to those who speak, and to those who starred a session."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlmodel import col, select

from events.core.access import Actor
from events.core.database import Database
from events.core.journal import Fact, record
from events.events import Event
from sessions.calendars import (
    CalendarMethod,
    Content,
    EntryKind,
    cancel_entry,
    find_entry,
    forget_all_but,
    invitees_of,
    latest_revision,
    revise,
    take_out,
)
from sessions.invitation_wishes import those_without_sessions
from sessions.timetable.released import AgendaSession, Release, ReleasedSpeaker, last_shown
from sessions.timetable.rows import Star


@dataclass(frozen=True)
class SpeakerScheduled(Fact):
    """Somebody speaks at a time that everybody sees; `sequence` is the session's calendar revision."""

    event_id: int
    session_id: int
    release_id: int
    person_id: int
    sequence: int


@dataclass(frozen=True)
class SpeakerMoved(Fact):
    """A session in which somebody speaks has another time, place or title than in the release before."""

    event_id: int
    session_id: int
    release_id: int
    person_id: int
    sequence: int


@dataclass(frozen=True)
class SpeakerFreed(Fact):
    """Somebody does not speak any more: the session is not on the agenda, or goes on without them."""

    event_id: int
    session_id: int
    release_id: int
    person_id: int
    sequence: int


@dataclass(frozen=True)
class AudienceMoved(Fact):
    """A session that people have in their calendars, since they starred it, has another time, place or title."""

    event_id: int
    session_id: int
    release_id: int
    sequence: int


@dataclass(frozen=True)
class AudienceFreed(Fact):
    """A session that people starred is not on the agenda any more."""

    event_id: int
    session_id: int
    release_id: int
    sequence: int


def tell_calendars(
    db: Database, actor: Actor, event: Event, release: Release, one: AgendaSession, *, before: AgendaSession | None
) -> dict[int, int]:
    """Say in calendars what a release says of a session that is on it, and write down what is new for whom; `before`
    is the session as the release before had it. Also where nobody is asked to have it: the agenda's file carries the
    same entry. The caller holds the timetable.

    Answers who starred it and has it only from now on, by the number of their revision, where nothing of it is new to
    the others: who spoke there until now, and who wishes to have such only since.
    """
    kind, id = EntryKind.SESSION, one.session_id
    entry = find_entry(db, kind, id)
    last = latest_revision(db, entry) if entry else None
    stood = last is not None and last.method is CalendarMethod.REQUEST
    had = invitees_of(db, entry) if entry is not None and stood else set()
    audience = _audience_wishing(db, id, but=one.people)
    if entry is not None and not stood:
        forget_all_but(db, entry, one.people | audience)
    ids = {"event_id": release.event_id, "session_id": id, "release_id": release.id or 0}
    spoke = before.people if before is not None else set()
    out_of_it = (had & spoke) - one.people
    for person in sorted(out_of_it):
        out = take_out(db, kind, id, person)
        if out is not None:
            record(db, actor, SpeakerFreed(**ids, person_id=person, sequence=out[0]))
    content = content_of_session(event, one)
    said = revise(db, kind, id, one.people | audience, content)
    if said is None:
        return {}
    is_new = last is None or not stood or last.content_hash != content.hash()
    for person in sorted(one.people):
        if person not in had & spoke:
            record(db, actor, SpeakerScheduled(**ids, person_id=person, sequence=said))
        elif is_new:
            record(db, actor, SpeakerMoved(**ids, person_id=person, sequence=said))
    if audience and is_new:
        record(db, actor, AudienceMoved(**ids, sequence=said))
    return {} if is_new else dict.fromkeys(sorted(audience - (had - out_of_it)), said)


def _audience_wishing(db: Database, session_id: int, *, but: Collection[int]) -> set[int]:
    """Who starred a session and wishes to have such in their calendar, without those who speak there."""
    starred = set(db.exec(select(Star.person_id).where(Star.session_id == session_id)))
    return starred - set(but) - those_without_sessions(db, starred)


def content_of_session(event: Event, one: AgendaSession) -> Content:
    """What calendars say of a session of the released agenda."""
    path = f"/e/{event.slug}/agenda/sessions/{one.public_id}"
    return Content(one.starts_at, one.ends_at, summary=one.title, place=one.room, path=path, zone=event.zone)


def call_off(db: Database, actor: Actor, release: Release, one: AgendaSession) -> None:
    """Take a session that is not on the agenda any more out of all calendars."""
    entry = find_entry(db, EntryKind.SESSION, one.session_id)
    people = invitees_of(db, entry) if entry else set()
    sequence = cancel_entry(db, EntryKind.SESSION, one.session_id)
    if sequence is None:
        return
    ids = {"event_id": release.event_id, "session_id": one.session_id, "release_id": release.id or 0}
    for person in sorted(people & one.people):
        record(db, actor, SpeakerFreed(**ids, person_id=person, sequence=sequence))
    if people - one.people:
        record(db, actor, AudienceFreed(**ids, sequence=sequence))


def audience_of(db: Database, session_id: int, release_id: int) -> set[int]:
    """Who has a session in their calendar without speaking there, as a release (id) has it or the last before it."""
    entry = find_entry(db, EntryKind.SESSION, session_id)
    return invitees_of(db, entry) - _speakers(db, session_id, release_id) if entry else set()


def _speakers(db: Database, session_id: int, release_id: int) -> set[int]:
    shown = last_shown(db, session_id, until=release_id)
    query = select(ReleasedSpeaker.person_id).where(ReleasedSpeaker.released_id == (shown.id if shown else None))
    return {one for one in db.exec(query.where(col(ReleasedSpeaker.person_id).is_not(None))) if one is not None}


def put_in_calendar(db: Database, event: Event, one: AgendaSession, person: int) -> int | None:
    """Ask somebody who starred a session to have it in their calendar: the revision's number, None where they have it
    already. The caller holds the timetable, and `one` is what the last release says."""
    return revise(db, EntryKind.SESSION, one.session_id, {person}, content_of_session(event, one))


def take_from_calendar(db: Database, one: AgendaSession, person: int) -> int | None:
    """Take a session out of the calendar of somebody who does not speak there: the number of their cancellation, None
    where they do not have it. The caller holds the timetable."""
    entry = find_entry(db, EntryKind.SESSION, one.session_id)
    if entry is None or person in one.people or person not in invitees_of(db, entry):
        return None
    numbers = take_out(db, EntryKind.SESSION, one.session_id, person)
    return numbers[0] if numbers else None
