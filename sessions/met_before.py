"""Met before: who has sat together already, in this event or an earlier one; whoever looks for new people leaves
them out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, exists, or_
from sqlmodel import col, select

from events.core import clock
from events.core.database import Database
from events.events import Event
from events.registration import Registration
from sessions.availability import mark
from sessions.meetings import Meeting, MeetingGuest, MeetingState, takes_part


@dataclass(frozen=True)
class MetBefore:
    """That two people met, at which event and when."""

    event: str
    starts_at: datetime


def was_held(now: datetime) -> Any:
    """The condition that a meeting took place, as far as anybody has said otherwise."""
    over = and_(col(Meeting.state) == MeetingState.SCHEDULED, col(Meeting.ends_at) <= now)
    return or_(col(Meeting.state) == MeetingState.HELD, over)


def meetings_held(one: int, other: int) -> Any:
    """The mark of the meetings that two people held, in whatever event; `met_of` reads it."""
    found = mark("met", at=col(Meeting.starts_at), text=col(Event.name))
    return found.where(
        col(Event.id) == col(Meeting.event_id), was_held(clock.now()), takes_part(one), takes_part(other)
    )


def met_of(rows: Sequence[Any]) -> list[MetBefore]:
    """What `meetings_held` found, the latest first."""
    met = [MetBefore(name, at) for what, _one, _other, at, name in rows if what == "met" and at is not None]
    return sorted(met, key=lambda each: each.starts_at, reverse=True)


def met_before(db: Database, one: int, other: int) -> list[MetBefore]:
    """When and where two people met, the latest first; both took part, so both may read it."""
    return met_of(db.execute(meetings_held(one, other)).all())


def not_met_by(person: int) -> Any:
    """The condition that a registration is of somebody with whom `person` has held no meeting yet."""
    now, other = clock.now(), col(Registration.person_id)
    as_guest = exists().where(col(MeetingGuest.meeting_id) == col(Meeting.id), col(MeetingGuest.person_id) == other)
    together = or_(col(Meeting.asker_id) == other, col(Meeting.invitee_id) == other, as_guest)
    own = takes_part(person)
    return ~select(Meeting.id).where(was_held(now), own, together).correlate(Registration).exists()
