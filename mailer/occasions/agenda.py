"""Letters to those who speak, about what a release of the agenda says of their sessions."""

from typing import Any

from sqlmodel import select

from events.core.database import Database
from events.events import Event
from mailer.letters import Recipient, Values, letter_for, recipients
from sessions.calendars import EntryKind
from sessions.timetable.released import AgendaSession, Release, find_in_release, last_shown
from sessions.timetable.releases import SpeakerFreed, SpeakerMoved, SpeakerScheduled
from sessions.timetable.rows import Session

ENTRY = (EntryKind.SESSION, "session_id")


def _speaker(db: Database, fact: Any) -> list[Recipient]:
    return recipients(db, {fact.person_id})


def _session(db: Database, fact: Any) -> Values | None:
    event, session = db.get(Event, fact.event_id), db.get(Session, fact.session_id)
    if event is None or session is None:
        return None
    shown = last_shown(db, fact.session_id, until=fact.release_id)
    return {"event": event.name, "title": shown.title if shown else session.title}


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
