"""Letters about a release of the agenda: to those who speak, and to those who starred what moved or was cancelled."""

from typing import Any

from sqlmodel import select

from events.core.database import Database
from events.events import Event
from mailer.entries import words_for_one
from mailer.letters import Recipient, Topic, Values, letter_for, page, recipients
from sessions.calendars import EntryKind, declined_by
from sessions.timetable.calendars import (
    AudienceFreed,
    AudienceMoved,
    SpeakerFreed,
    SpeakerMoved,
    SpeakerScheduled,
    audience_of,
)
from sessions.timetable.released import AgendaSession, Release, find_in_release, last_shown
from sessions.timetable.releases import AgendaReleased, changed_for_stars
from sessions.timetable.rows import Session
from sessions.timetable.stars import SessionStarred, SessionUnstarred

ENTRY = (EntryKind.SESSION, "session_id")


def _speaker(db: Database, fact: Any) -> list[Recipient]:
    return recipients(db, {fact.person_id})


def _session(db: Database, fact: Any) -> Values | None:
    event, session = db.get(Event, fact.event_id), db.get(Session, fact.session_id)
    if event is None or session is None:
        return None
    shown = last_shown(db, fact.session_id, until=fact.release_id)
    return {"event": event.name, "title": shown.title if shown else session.title}


@words_for_one(EntryKind.SESSION)
def words_of_session(db: Database, session_id: int, to: Recipient) -> Values | None:
    session = db.get(Session, session_id)
    event = db.get(Event, session.event_id) if session is not None else None
    return {"event": event.name} if event is not None else None  # what it is called, its revision says


def _before(db: Database, fact: SpeakerMoved) -> AgendaSession | None:
    """The session as the release before this one had it."""
    release = db.get_one(Release, fact.release_id)
    query = select(Release.id).where(Release.event_id == fact.event_id, Release.number == release.number - 1)
    before = db.exec(query).first()
    return find_in_release(db, before, fact.session_id) if before is not None else None


@letter_for(SpeakerScheduled, to=_speaker, entry=ENTRY)
def session_scheduled(db: Database, fact: SpeakerScheduled, to: Recipient) -> Values | None:
    return _session(db, fact)


@letter_for(SpeakerMoved, to=_speaker, entry=ENTRY)
def session_moved(db: Database, fact: SpeakerMoved, to: Recipient) -> Values | None:
    values, before = _session(db, fact), _before(db, fact)
    if values is None:
        return None
    return {
        **values,
        "old_start": before.starts_at if before else None,
        "old_end": before.ends_at if before else None,
        "old_room": before.room if before else "",
    }


@letter_for(SpeakerFreed, to=_speaker, entry=ENTRY)
def session_called_off(db: Database, fact: SpeakerFreed, to: Recipient) -> Values | None:
    return _session(db, fact)


def _starrer(db: Database, fact: Any) -> list[Recipient]:
    return recipients(db, {fact.person_id} if fact.sequence is not None else set())


def _audience(db: Database, fact: Any) -> list[Recipient]:
    return recipients(db, audience_of(db, fact.session_id, fact.release_id))


def _audience_that_comes(db: Database, fact: Any) -> list[Recipient]:
    people = audience_of(db, fact.session_id, fact.release_id)
    return recipients(db, people - declined_by(db, EntryKind.SESSION, fact.session_id))


def _starred(db: Database, fact: Any) -> Values | None:
    event, session = db.get(Event, fact.event_id), db.get(Session, fact.session_id)
    return {"event": event.name, "title": session.title} if event and session else None


@letter_for(SessionStarred, to=_starrer, entry=ENTRY)
def starred_session_added(db: Database, fact: SessionStarred, to: Recipient) -> Values | None:
    return _starred(db, fact)


@letter_for(SessionUnstarred, to=_starrer, entry=ENTRY)
def starred_session_removed(db: Database, fact: SessionUnstarred, to: Recipient) -> Values | None:
    return _starred(db, fact)


@letter_for(AudienceMoved, to=_audience_that_comes, entry=ENTRY)
def starred_session_moved(db: Database, fact: AudienceMoved, to: Recipient) -> Values | None:
    return _session(db, fact)


@letter_for(AudienceFreed, to=_audience, entry=ENTRY)
def starred_session_called_off(db: Database, fact: AudienceFreed, to: Recipient) -> Values | None:
    return _session(db, fact)


def _without_invitations(db: Database, fact: AgendaReleased) -> list[Recipient]:
    return recipients(db, changed_for_stars(db, fact.release_id))


@letter_for(AgendaReleased, to=_without_invitations, topic=Topic.ANNOUNCEMENTS)
def starred_sessions_changed(db: Database, fact: AgendaReleased, to: Recipient) -> Values | None:
    event = db.get(Event, fact.event_id)
    changes = changed_for_stars(db, fact.release_id, person=to.person_id).get(to.person_id or 0, ())
    if event is None or not changes:
        return None  # the star was taken back before the letter was written
    return {
        "event": event.name,
        "moved": tuple((one.after.title, one.after.starts_at, one.after.ends_at, one.after.room)
                       for one in changes if one.after is not None),
        "cancelled": tuple(one.now.title for one in changes if one.after is None),
        "url": page("agenda", event=event.slug),
    }  # fmt: skip
