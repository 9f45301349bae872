"""What is on in a live room by the agenda: the sessions of its place in the programme, and the one that is on now.

The clock says what is on, until the host says otherwise; so nothing ticks, and a page knows it from the same times.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from events.core import clock
from events.core.database import Database
from sessions.timetable.released import Release, ReleasedSession
from sessions.timetable.rows import Room, Session


@dataclass(frozen=True)
class SessionCard:
    """A session as a live room names it; times are aware."""

    session_id: int
    id: str
    title: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Programme:
    """The sessions of a live room in order of time; `chosen` is the one that its host has put on, "" for none: then
    the clock says it."""

    sessions: tuple[SessionCard, ...] = ()
    chosen: str = ""

    def on(self, now: datetime) -> SessionCard | None:
        """The session that is on."""
        chosen = next((one for one in self.sessions if one.id == self.chosen), None)
        by_clock = (one for one in self.sessions if one.starts_at <= now < one.ends_at)
        return chosen or next(by_clock, None)

    def following(self, now: datetime) -> SessionCard | None:
        """The next session that begins."""
        return next((one for one in self.sessions if one.starts_at > now and one.id != self.chosen), None)


def programme_of(db: Database, stage: Any) -> Programme:
    """The sessions of a stage (its relation is `sessions.stages.Stage`) in the agenda as everybody sees it: those of
    the agenda's room that it is joined to, by the name it was released with, and the one its host has put on."""
    if stage.room_id is None and stage.session_id is None:
        return Programme()
    newer = aliased(Release)
    last = select(func.max(newer.id)).where(col(newer.event_id) == stage.event_id).scalar_subquery()
    columns: tuple[Any, ...] = (
        ReleasedSession.session_id, Session.public_id, ReleasedSession.title, ReleasedSession.starts_at,
        ReleasedSession.minutes,
    )  # fmt: skip
    query = (
        select(*columns)
        .join(Session, col(Session.id) == col(ReleasedSession.session_id))
        .join(Room, and_(col(Room.id) == stage.room_id, col(Room.name) == col(ReleasedSession.room)), isouter=True)
        .where(col(ReleasedSession.release_id) == last)
        .where(or_(col(Room.id).is_not(None), col(ReleasedSession.session_id) == stage.session_id))
        .order_by(col(ReleasedSession.starts_at), col(ReleasedSession.id))
    )
    cards = tuple(
        SessionCard(id, public, title, starts, starts + timedelta(minutes=minutes))
        for id, public, title, starts, minutes in db.execute(query)
    )
    return Programme(cards, next((one.id for one in cards if one.session_id == stage.session_id), ""))


def session_on(db: Database, stage: Any) -> int | None:
    """The id of the session that is on in a stage: what is said and asked there now belongs to it."""
    on = programme_of(db, stage).on(clock.now())
    return on.session_id if on else None
