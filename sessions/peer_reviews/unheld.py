"""Meetings of reviews whose time is over and of which nobody has said that they were held: what follows waits."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_
from sqlmodel import col, select

from events.core import clock
from events.core.access import SYSTEM, Actor, may
from events.core.database import Database
from events.core.journal import Fact, record
from events.core.timers import set_timer, timer
from events.core.translation import Message, _
from events.events import Event, EventState
from events.roles import Role, Scope, organiser_of_event
from sessions.peer_reviews.agenda import AFTER_THE_END, parts_of
from sessions.peer_reviews.live import part_on
from sessions.peer_reviews.reviews import (
    MEETING_OVER,
    REVIEW,
    PeerReview,
    ReviewInEvent,
    ReviewRole,
    ReviewState,
    is_unheld,
    runs_review,
)

LONGEST = timedelta(days=1)  # nobody is in a part that is on for longer


@dataclass(frozen=True)
class ReviewMeetingUnheld(Fact):
    """The time of a meeting is over, and nobody has said that it was held."""

    event_id: int
    review_id: int
    ended_at: datetime


@timer(MEETING_OVER)
def _ask(db: Database, review_id: int) -> None:
    row, now = db.get(PeerReview, review_id), clock.now()
    if row is None or row.ends_at is None or not is_unheld(row, now):
        return
    if db.get_one(Event, row.event_id).state is EventState.DRAFT:
        return
    if part_on(db, review_id) is not None and now < row.ends_at + LONGEST:
        set_timer(db, MEETING_OVER, review_id, now + AFTER_THE_END)
        return
    record(db, SYSTEM, ReviewMeetingUnheld(event_id=row.event_id, review_id=review_id, ended_at=row.ends_at))


def way_on(db: Database, actor: Actor, subject: ReviewInEvent) -> Message:
    """What the actor can do about a meeting whose time is over, if it was not held."""
    moves = may(actor, "move_days", subject) and not any(one.started_at for one in parts_of(db, subject.id))
    if organiser_of_event(actor, subject):
        text = _("If it was not held, move its days or cancel the review.")
        return text if moves else _("If it was not held, cancel the review.")
    text = _("If it was not held, move its days, or ask an organiser to cancel the review.")
    return text if moves else _("If it was not held, ask an organiser to cancel the review.")


def unheld_for(db: Database, actor: Actor) -> list[ReviewInEvent]:
    """Reviews that the actor runs, the meeting of which is over without a word that it was held, the oldest first."""
    query = select(PeerReview, Event).join(Event, col(Event.id) == col(PeerReview.event_id)).where(
        PeerReview.state == ReviewState.PREPARING, col(PeerReview.ends_at) <= clock.now(),
        Event.state != EventState.DRAFT, _run_by(actor),
    )  # fmt: skip
    rows = db.exec(query.order_by(col(PeerReview.ends_at), col(PeerReview.id)))
    return [found for row, event in rows if runs_review(actor, found := ReviewInEvent(row, event))]


def _run_by(actor: Actor) -> Any:
    """The reviews of which `runs_review` can be true, so that those of others are not even loaded."""
    return or_(
        col(Event.id).in_(actor.ids(Role.ORGANISER, Scope.EVENT)),
        col(Event.programme_id).in_(actor.ids(Role.ORGANISER, Scope.PROGRAMME)),
        col(PeerReview.id).in_(actor.ids(ReviewRole.MODERATOR, REVIEW)),
    )
