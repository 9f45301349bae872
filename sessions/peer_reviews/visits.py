"""Visits to the call of a review: who is in it, from when to when, and whose visit is over.

They are rows, as in meeting rooms: whatever process holds somebody's socket, all see the same.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Index, and_, exists
from sqlalchemy import select as sql_select
from sqlalchemy.orm import aliased
from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.columns import moment, public_id
from events.core.database import Database
from events.core.hooks import personal_data
from events.core.refusals import Refusal
from events.events import Event
from events.people import Person
from events.roles import actor_for
from sessions.peer_reviews.reviews import (
    PeerReview,
    PlaceState,
    ReviewInEvent,
    ReviewPlace,
    ReviewRole,
    inside_review,
    still_on,
)
from sessions.visit_lines import AWAY, UNSEEN, Lost


class ReviewVisit(SQLModel, table=True):
    """One stay of somebody in the call of a review, in one window. `away_at` is set while their line is broken, and
    `put_out_at` where they were put out: as long as one of their visits says so, they do not come in."""

    __tablename__ = "review_visit"
    __table_args__ = (Index("ix_review_visit_review_id_left_at", "review_id", "left_at"),)

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("vr")
    review_id: int = Field(foreign_key="peer_review.id")
    person_id: int = Field(foreign_key="person.id", index=True)
    epoch: int
    entered_at: datetime = moment()
    seen_at: datetime = moment()
    away_at: datetime | None = moment(default=None, nullable=True)
    left_at: datetime | None = moment(default=None, nullable=True)
    put_out_at: datetime | None = moment(default=None, nullable=True)


personal_data(ReviewVisit, "person_id", "when somebody was in the call of a peer review", "delete")


@dataclass(frozen=True)
class ReviewVisitCard:
    """A visit as the others in the call see it; `person` is a public id, `role` None for an organiser without a place.
    `order` tells which of two came later."""

    public_id: str
    person_id: int
    person: str
    name: str
    role: ReviewRole | None
    online: bool
    order: int


def visits_in_review(db: Database, review_id: int) -> list[ReviewVisitCard]:
    """Who is in the call of a review, in the order in which they came: those whose line holds or broke a moment ago."""
    now = clock.now()
    placed = and_(
        col(ReviewPlace.review_id) == col(ReviewVisit.review_id),
        col(ReviewPlace.person_id) == col(ReviewVisit.person_id), col(ReviewPlace.state) == PlaceState.ACCEPTED,
    )  # fmt: skip
    query = (
        sql_select(ReviewVisit, col(Person.public_id), col(Person.name), col(ReviewPlace.role))
        .join(Person, col(Person.id) == col(ReviewVisit.person_id))
        .outerjoin(ReviewPlace, placed)
        .where(col(ReviewVisit.review_id) == review_id, col(ReviewVisit.left_at).is_(None))
        .where(col(ReviewVisit.seen_at) > now - UNSEEN)
        .order_by(col(ReviewVisit.id))
    )
    return [
        ReviewVisitCard(
            row.public_id, row.person_id, person, name, role and ReviewRole(role), row.away_at is None, row.id or 0
        )
        for row, person, name, role in db.execute(query)
        if row.away_at is None or row.away_at > now - AWAY
    ]


def count_in_call(db: Database, review_id: int) -> int:
    """How many people are in the call of a review."""
    return len({one.person_id for one in visits_in_review(db, review_id)})


def open_review_visits(db: Database, review_id: int, person: int) -> list[ReviewVisit]:
    """Somebody's visits to the call of a review that are not over, the oldest first."""
    query = select(ReviewVisit).where(
        ReviewVisit.review_id == review_id, ReviewVisit.person_id == person, col(ReviewVisit.left_at).is_(None)
    )
    return list(db.exec(query.order_by(col(ReviewVisit.id))))


def last_review_visit(db: Database, review_id: int, person: int) -> ReviewVisit | None:
    """Somebody's last visit to the call of a review, over or not; None for who has never come."""
    query = select(ReviewVisit).where(ReviewVisit.review_id == review_id, ReviewVisit.person_id == person)
    return db.exec(query.order_by(col(ReviewVisit.id).desc()).limit(1)).first()


def put_out_of_call(db: Database, review_id: int) -> frozenset[int]:
    """Who was put out of the call of a review, and not let back in."""
    query = select(ReviewVisit.person_id).where(
        ReviewVisit.review_id == review_id, col(ReviewVisit.put_out_at).is_not(None)
    )
    return frozenset(db.exec(query))


def lost_review_visits(db: Database, visits: Collection[str]) -> dict[str, Lost]:
    """Which of these visits are over, and why, asked every second by whoever holds their sockets: one query, and one
    more for each who is in it without a place."""
    other = aliased(ReviewVisit)
    own = (
        col(other.review_id) == col(ReviewVisit.review_id), col(other.person_id) == col(ReviewVisit.person_id),
    )  # fmt: skip
    newer = exists().where(*own, col(other.id) > col(ReviewVisit.id), col(other.left_at).is_(None))
    put_out = exists().where(*own, col(other.put_out_at).is_not(None))
    placed = exists().where(
        col(ReviewPlace.review_id) == col(ReviewVisit.review_id),
        col(ReviewPlace.person_id) == col(ReviewVisit.person_id), col(ReviewPlace.state) == PlaceState.ACCEPTED,
    )  # fmt: skip
    query: Any = (
        sql_select(ReviewVisit, PeerReview, Event, newer, put_out, placed)
        .join(PeerReview, col(PeerReview.id) == col(ReviewVisit.review_id))
        .join(Event, col(Event.id) == col(PeerReview.event_id))
        .where(col(ReviewVisit.public_id).in_(sorted(visits)))
    )
    found = dict.fromkeys(visits, Lost.ENDED)
    for visit, review, event, has_newer, is_out, has_place in db.execute(query):
        subject = ReviewInEvent(review, event)
        if is_over(subject):
            continue
        if is_out or not (has_place or inside_review(actor_for(db, visit.person_id), subject)):
            found[visit.public_id] = Lost.REMOVED
        elif visit.left_at is not None:
            found[visit.public_id] = Lost.REPLACED if has_newer else Lost.LEFT
        else:
            del found[visit.public_id]
    return found


def is_over(subject: ReviewInEvent) -> bool:
    """Whether nobody comes into the call of a review any more."""
    try:
        still_on(subject, clock.now())
    except Refusal:
        return True
    return False
