"""Desk notes of those who come late: they are reminded by when they accepted, and not once the meeting has begun."""

from events.core import clock
from events.core.access import SYSTEM
from events.core.database import Database
from events.core.journal import record
from events.core.timers import set_timer, timer
from events.events import event_by_id
from sessions.peer_reviews.agenda import parts_of
from sessions.peer_reviews.chasing import ON, ReviewPartDue, without_desk_notes
from sessions.peer_reviews.desk_notes import notes_until
from sessions.peer_reviews.reviews import (
    PeerReview,
    PlaceState,
    ReviewInEvent,
    ReviewPlace,
    ReviewRole,
    ReviewState,
)
from sessions.peer_reviews.steps import near_end, step_of
from sessions.peer_reviews.templates import StepKind

LATE_NOTES = "late desk notes"


def remind_late_peer(db: Database, subject: ReviewInEvent, place: ReviewPlace) -> None:
    """See to it that a peer who has accepted after others were reminded of their desk notes is reminded too."""
    step, now = step_of(db, subject.event.id or 0, StepKind.DESK_NOTES), clock.now()
    if step is None or place.role is not ReviewRole.PEER or now < near_end(step.starts_at, step.ends_at):
        return
    until = notes_until(step, step_of(db, step.event_id, StepKind.MEETING), subject.review, place)
    if now < until:
        set_timer(db, LATE_NOTES, place.id or 0, near_end(now, until))


@timer(LATE_NOTES)
def _remind(db: Database, place_id: int) -> None:
    place = db.get(ReviewPlace, place_id)
    review = db.get(PeerReview, place.review_id) if place is not None else None
    if place is None or review is None or review.state is not ReviewState.PREPARING:
        return
    step, now = step_of(db, review.event_id, StepKind.DESK_NOTES), clock.now()
    if step is None or place.state is not PlaceState.ACCEPTED or event_by_id(db, review.event_id).event.state not in ON:
        return
    until = notes_until(step, step_of(db, step.event_id, StepKind.MEETING), review, place)
    begun = any(one.started_at is not None for one in parts_of(db, place.review_id))
    owes = place.person_id in without_desk_notes(db, {place.review_id}).get(place.review_id, set())
    if owes and not begun and now < until:
        fact = ReviewPartDue(
            event_id=review.event_id, review_id=place.review_id, step_id=step.id or 0, person_id=place.person_id
        )
        record(db, SYSTEM, fact)
