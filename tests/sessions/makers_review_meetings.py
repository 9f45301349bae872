"""Makers for the meetings of peer reviews: an agenda, and places given up."""

from datetime import datetime, timedelta

from events.core.access import Actor
from events.core.database import Database
from sessions.peer_reviews.agenda import plan_agenda
from sessions.peer_reviews.places import take_out_of_review
from sessions.peer_reviews.reviews import PlaceInReview, places_of
from sessions.peer_reviews.writing_up import Wording
from tests.makers import NOW, again
from tests.sessions.makers_reviews import Review

DAY = timedelta(days=1)
FIRST = NOW.replace(hour=9, minute=0, second=0, microsecond=0) + 30 * DAY
WORDING = Wording(
    finding="Half of the members leave.", recommendation="Visit each member once a year.", evidence="Figures of 2025"
)


def plan(db: Database, review: Review, *starts: datetime) -> None:
    """Build the agenda: two days from nine o'clock UTC on, if nothing else is said."""
    plan_agenda(db, review.ada, review.subject, starts=starts or (FIRST, FIRST + DAY))


def take_out(db: Database, review: Review, name: str) -> Actor:
    """End somebody's place; answers them as they are then."""
    person = review.people[name].person
    place = next(one for one in places_of(db, review.subject.id) if one.person_id == person)
    subject = PlaceInReview(place, review.subject.review, review.event.event)
    take_out_of_review(db, review.ada, subject, reason="They fell ill.")
    review.people[name] = again(db, review.people[name])
    return review.people[name]
