"""What somebody has to do in reviews: places to answer, and what they owe in the steps that are on."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import col, select

from events.core import clock
from events.core.access import Actor, may
from events.core.database import Database
from events.events import Event
from sessions.peer_reviews.chasing import ON, without_desk_notes, without_self_assessment
from sessions.peer_reviews.desk_notes import notes_until
from sessions.peer_reviews.reviews import (
    PeerReview,
    PlaceInReview,
    PlaceState,
    ReviewPlace,
    ReviewRole,
    ReviewState,
)
from sessions.peer_reviews.steps import step_of
from sessions.peer_reviews.templates import StepKind

Row = tuple[ReviewPlace, PeerReview, Event]


@dataclass(frozen=True)
class StepOwed:
    """Something that somebody owes a review, and until when."""

    kind: StepKind
    review: PeerReview
    event: Event
    until: datetime


def _places(db: Database, actor: Actor, state: PlaceState) -> list[Row]:
    """Somebody's places in reviews that are being prepared, the oldest first."""
    if actor.person is None:
        return []
    query: Any = select(ReviewPlace, PeerReview, Event)
    query = query.join(PeerReview, col(PeerReview.id) == col(ReviewPlace.review_id))
    query = query.join(Event, col(Event.id) == col(PeerReview.event_id)).where(
        ReviewPlace.person_id == actor.person, ReviewPlace.state == state,
        col(PeerReview.state).not_in([ReviewState.CANCELLED, ReviewState.CLOSED]),
    )  # fmt: skip
    return list(db.exec(query.order_by(col(ReviewPlace.id))))


def places_to_answer(db: Database, actor: Actor) -> list[PlaceInReview]:
    """Where somebody is asked and can still accept."""
    found = (PlaceInReview(*row) for row in _places(db, actor, PlaceState.ASKED))
    return [one for one in found if may(actor, "accept_review_place", one)]


def steps_owed(db: Database, actor: Actor) -> list[StepOwed]:
    """The self-assessment that a host, and the desk notes that a peer has not handed in, while these can be written."""
    found = []
    for place, review, event in _places(db, actor, PlaceState.ACCEPTED):
        if review.state is not ReviewState.PREPARING or event.state not in ON:
            continue
        kind = {ReviewRole.HOST: StepKind.SELF_ASSESSMENT, ReviewRole.PEER: StepKind.DESK_NOTES}.get(place.role)
        step = step_of(db, event.id or 0, kind) if kind is not None else None
        if kind is None or step is None:
            continue
        until, owing = step.ends_at, without_self_assessment
        if kind is StepKind.DESK_NOTES:
            meeting = step_of(db, event.id or 0, StepKind.MEETING)
            until, owing = notes_until(step, meeting, review, place), without_desk_notes
        ids = {place.review_id}
        if step.starts_at <= clock.now() < until and actor.person in owing(db, ids).get(place.review_id, set()):
            found.append(StepOwed(kind, review, event, until))
    return found
