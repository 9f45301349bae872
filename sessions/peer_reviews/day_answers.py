"""What a calendar's no to a day of a review's meeting does.

A no to all days, before the first has begun, gives the place up as declining it on the page does: whoever runs the
review is told, and can ask somebody else. A no to one of several days, or to what has begun, does not: whoever comes on
the other day keeps their place, and it is told that they will be missing.
"""

from dataclasses import dataclass

from sqlmodel import col, select

from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.core.journal import Fact, record
from events.core.refusals import NotFound
from events.events import Event
from sessions.calendars import Answer, EntryKind, find_entry, latest_revision, standing_answer
from sessions.peer_reviews.agenda import AgendaDay, ReviewDay, agenda_of
from sessions.peer_reviews.places import give_place_up, place_taken
from sessions.peer_reviews.reviews import (
    PeerReview,
    PlaceInReview,
    PlaceState,
    ReviewPlace,
    ReviewState,
)


@dataclass(frozen=True)
class ReviewDayDeclined(Fact):
    """Somebody with a place in a review does not come on one day of its meeting, and keeps the place."""

    event_id: int
    review_id: int
    day_id: int
    person_id: int


def decline_review_day(db: Database, actor: Actor, day_id: int, *, reason: str) -> None:
    """Do what a no from a calendar to this day means; part of commands that have kept the answer already.
    `reason` is the comment in the answer, if it has one.
    """
    day = db.get_one(ReviewDay, day_id)
    review = db.get_one(PeerReview, day.review_id)
    query = select(ReviewPlace).where(
        ReviewPlace.review_id == day.review_id, ReviewPlace.person_id == actor.person,
        col(ReviewPlace.state) == PlaceState.ACCEPTED,
    )  # fmt: skip
    place = db.exec(query).first()
    if place is None:
        raise NotFound()
    agenda, now = agenda_of(db, day.review_id), clock.now()
    this = next((one for one in agenda if one.day.id == day_id), None)
    if this is None or this.ends_at <= now or review.state is not ReviewState.PREPARING:
        return  # nobody misses what is over
    begun = agenda[0].day.starts_at <= now
    if not begun and all(_says_no(db, actor, one) for one in agenda):
        subject = PlaceInReview(place, review, db.get_one(Event, review.event_id))
        place_taken(subject, now)
        give_place_up(db, actor, subject, reason=reason)
        return
    ids = {"event_id": review.event_id, "review_id": day.review_id, "day_id": day_id}
    record(db, actor, ReviewDayDeclined(**ids, person_id=place.person_id))


def _says_no(db: Database, actor: Actor, day: AgendaDay) -> bool:
    entry = find_entry(db, EntryKind.REVIEW, day.day.id or 0)
    revision = latest_revision(db, entry) if entry is not None else None
    if entry is None or revision is None:
        return False
    return standing_answer(db, entry, revision, actor.person) is Answer.DECLINED
