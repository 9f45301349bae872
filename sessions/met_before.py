"""Met before: who has sat together already, in this event or an earlier one; whoever looks for new people leaves
them out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, select, union_all
from sqlmodel import col

from events.core import clock
from events.core.database import Database
from events.events import Event
from events.registration import Registration
from sessions.availability import mark
from sessions.meetings import Meeting, MeetingGuest, MeetingState


@dataclass(frozen=True)
class MetBefore:
    """That two people met, at which event and when."""

    event: str
    starts_at: datetime


def was_held(now: Any) -> Any:
    """The condition that a meeting took place, as far as anybody has said otherwise."""
    over = and_(col(Meeting.state) == MeetingState.SCHEDULED, col(Meeting.ends_at) <= now)
    return or_(col(Meeting.state) == MeetingState.HELD, over)


def meetings_of(person: Any) -> Any:
    """The query for the ids of the meetings in which somebody takes part. As a list of ids, since a database that is
    asked for each meeting whether somebody is in it looks at all of them."""
    return union_all(
        select(col(Meeting.id)).where(col(Meeting.asker_id) == person),
        select(col(Meeting.id)).where(col(Meeting.invitee_id) == person),
        select(col(MeetingGuest.meeting_id)).where(col(MeetingGuest.person_id) == person),
    )


def with_both(one: Any, other: Any) -> Any:
    """The condition that two people take part in a meeting."""
    return and_(col(Meeting.id).in_(meetings_of(one)), col(Meeting.id).in_(meetings_of(other)))


def meetings_held(one: Any, other: Any, now: Any) -> Any:
    """The mark of the meetings that two people held, in whatever event; `met_of` reads it."""
    found = mark("met", at=col(Meeting.starts_at), text=col(Event.name))
    return found.where(col(Event.id) == col(Meeting.event_id), was_held(now), with_both(one, other))


def met_of(rows: Sequence[Any]) -> list[MetBefore]:
    """What `meetings_held` found, the latest first."""
    met = [MetBefore(name, at) for what, _one, _other, at, name in rows if what == "met" and at is not None]
    return sorted(met, key=lambda each: each.starts_at, reverse=True)


def met_before(db: Database, one: int, other: int) -> list[MetBefore]:
    """When and where two people met, the latest first; both took part, so both may read it."""
    return met_of(db.execute(meetings_held(one, other, clock.now())).all())


def not_met_by(person: int) -> Any:
    """The condition that a registration is of somebody with whom `person` has held no meeting yet."""
    held = select(col(Meeting.id)).where(was_held(clock.now()), col(Meeting.id).in_(meetings_of(person)))
    met = union_all(
        select(col(Meeting.asker_id)).where(col(Meeting.id).in_(held)),
        select(col(Meeting.invitee_id)).where(col(Meeting.id).in_(held)),
        select(col(MeetingGuest.person_id)).where(col(MeetingGuest.meeting_id).in_(held)),
    )
    return or_(col(Registration.person_id) == person, col(Registration.person_id).not_in(met))
