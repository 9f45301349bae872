"""Meetings of reviews whose time is over and of which nobody has said that they were held: what follows waits."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, select

from events.core import clock
from events.core.access import SYSTEM, Actor
from events.core.database import Database
from events.core.journal import Fact, record
from events.core.timers import set_timer, timer
from events.events import Event, EventState
from sessions.peer_reviews.agenda import AFTER_THE_END
from sessions.peer_reviews.live import part_on
from sessions.peer_reviews.reviews import (
    MEETING_OVER,
    PeerReview,
    ReviewInEvent,
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


def unheld_for(db: Database, actor: Actor) -> list[ReviewInEvent]:
    """Reviews that the actor runs, the meeting of which is over without a word that it was held, the oldest first."""
    query = select(PeerReview, Event).join(Event, col(Event.id) == col(PeerReview.event_id)).where(
        PeerReview.state == ReviewState.PREPARING, col(PeerReview.ends_at) <= clock.now(),
        Event.state != EventState.DRAFT,
    )  # fmt: skip
    rows = db.exec(query.order_by(col(PeerReview.ends_at), col(PeerReview.id)))
    return [found for row, event in rows if runs_review(actor, found := ReviewInEvent(row, event))]
