"""When somebody is at regular sessions: the single times of those that they come to, as an agenda lists them."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlmodel import col, select

from events.core.access import Actor
from events.core.database import Database
from events.events import Event, EventState
from sessions.calendars import Answer, EntryKind
from sessions.regular.rows import RegularGuest, RegularSession, changes_of, times_of
from sessions.series_answers import answers_to_times

LIVE = (EventState.PUBLISHED, EventState.RUNNING)
AWAY = (Answer.DECLINED, Answer.DELEGATED)
FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class OwnTime:
    """One time of a regular session to which somebody comes; all times are aware."""

    public_id: str
    title: str
    place: str
    event: Event
    starts_at: datetime
    ends_at: datetime


def own_times(
    db: Database, actor: Actor, *, event_id: int | None = None, start: datetime = FIRST, end: datetime = LAST
) -> list[OwnTime]:
    """The times from `start` to `end` at which the actor is at regular sessions, in order of time: of one event, or of
    all that are published and not over. Left out is what is called off, and what they said they do not come to.

    Two queries, and three more for each of these sessions that has a time in between.
    """
    if actor.person is None:
        return []
    query = (
        select(RegularSession, Event)
        .join(RegularGuest, col(RegularGuest.regular_id) == col(RegularSession.id))
        .join(Event, col(Event.id) == col(RegularSession.event_id))
        .where(RegularGuest.person_id == actor.person, col(RegularSession.called_off_at).is_(None))
        .where(col(Event.state).in_(LIVE) if event_id is None else col(Event.id) == event_id)
    )
    rows = db.exec(query.order_by(col(RegularSession.id))).all()
    changes = changes_of(db, [row.id or 0 for row, _event in rows]) if rows else {}
    found = []
    for row, event in rows:
        id = row.id or 0
        times = [
            (one.planned_at, OwnTime(row.public_id, row.title, row.place, event, one.starts_at, one.ends_at))
            for one in times_of(row, changes.get(id, {}))
            if one.starts_at is not None and one.starts_at < end and one.ends_at > start
        ]
        said = answers_to_times(db, EntryKind.REGULAR, id) if times else {}
        found += [one for planned, one in times if said.get(planned, {}).get(actor.person) not in AWAY]
    return sorted(found, key=lambda one: one.starts_at)
