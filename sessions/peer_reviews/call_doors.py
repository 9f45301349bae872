"""The door of a review's call: who is inside the review comes in, leaves, is put out and let back in."""

from dataclasses import dataclass

from sqlalchemy import update
from sqlmodel import col

from events.core import clock
from events.core.access import Actor, command, rule
from events.core.database import Database
from events.core.journal import Fact, record
from events.core.refusals import Conflict, NotFound
from events.core.translation import _
from events.events import Event
from events.people import people_by_id
from events.roles import actor_for
from sessions.peer_reviews.reviews import PeerReview, ReviewInEvent, inside_review, runs_review, still_on
from sessions.peer_reviews.rooms import (
    call_changed,
    lock_review_room,
    note_review_change,
    review_by_public_id,
    room_of_review,
)
from sessions.peer_reviews.visits import (
    ReviewVisit,
    last_review_visit,
    open_review_visits,
    put_out_of_call,
    visits_in_review,
)
from sessions.visit_lines import MOST_IN_ROOM, RoomFull, Stay, end_visits


@dataclass(frozen=True)
class ReviewInCall:
    """A review with its event and whoever was put out of its call, as commands and rules need it."""

    review: PeerReview
    event: Event
    put_out: frozenset[int] = frozenset()

    @property
    def id(self) -> int:
        """The review's id."""
        assert self.review.id is not None
        return self.review.id

    @property
    def in_event(self) -> ReviewInEvent:
        """The review without its call."""
        return ReviewInEvent(self.review, self.event)


@dataclass(frozen=True)
class ReviewCallLeft(Fact):
    """Somebody left the call of a review."""

    event_id: int
    review_id: int
    person_id: int


@dataclass(frozen=True)
class PutOutOfReviewCall(Fact):
    """Somebody was put out of the call of a review; their place in the review stays."""

    event_id: int
    review_id: int
    person_id: int


@dataclass(frozen=True)
class LetBackIntoReviewCall(Fact):
    """Somebody who was put out of the call of a review may come in again."""

    event_id: int
    review_id: int
    person_id: int


@dataclass(frozen=True)
class AskedToMuteInReview(Fact):
    """Somebody in the call of a review was asked to switch their microphone off."""

    event_id: int
    review_id: int
    person_id: int


@rule
def not_put_out_of_call(actor: Actor, subject: ReviewInCall) -> bool:
    return actor.person not in subject.put_out


def call_of(db: Database, subject: ReviewInEvent) -> ReviewInCall:
    """A review with its call, for whoever may see the review."""
    return ReviewInCall(subject.review, subject.event, put_out_of_call(db, subject.id))


def review_call_by_id(db: Database, review_id: int) -> ReviewInCall | None:
    """A review with its call by its id, for the server itself."""
    review = db.get(PeerReview, review_id, populate_existing=True)
    event = db.get(Event, review.event_id, populate_existing=True) if review is not None else None
    return call_of(db, ReviewInEvent(review, event)) if review is not None and event is not None else None


def get_review_call(db: Database, actor: Actor, public: str) -> ReviewInCall:
    """The call of the review with this public id; NotFound for who is not inside it."""
    review = review_by_public_id(db, public)
    event = db.get(Event, review.event_id) if review is not None else None
    if review is None or event is None or not inside_review(actor, ReviewInEvent(review, event)):
        raise NotFound()
    return call_of(db, ReviewInEvent(review, event))


@command(inside_review & not_put_out_of_call, when=still_on)
def enter_review_call(db: Database, actor: Actor, subject: ReviewInCall, *, visit: str = "") -> Stay[ReviewVisit]:
    """Come into the call of a review, or back to a visit (public id) whose line was broken; the server runs it on
    joining. A new window of somebody ends their older one. Refuses with RoomFull."""
    assert actor.person is not None
    lock_review_room(db, subject.id)
    room, now = room_of_review(db, subject.id), clock.now()
    mine = open_review_visits(db, subject.id, actor.person)
    kept = next((one for one in mine if one.public_id == visit and one.epoch == room.epoch), None)
    others = {one.person_id for one in visits_in_review(db, subject.id)} - {actor.person}
    if kept is None and len(others) >= MOST_IN_ROOM:
        raise RoomFull
    replaced = [one for one in mine if one is not kept]
    for one in replaced:
        one.left_at = now
        db.add(one)
    stay = kept or ReviewVisit(
        review_id=subject.id, person_id=actor.person, epoch=room.epoch, entered_at=now, seen_at=now
    )
    stay.seen_at, stay.away_at = now, None
    db.add(stay)
    call_changed(db, room)
    return Stay(stay, kept is not None, tuple(one.public_id for one in replaced))


@command(inside_review)
def leave_review_call(db: Database, actor: Actor, subject: ReviewInCall) -> None:
    """Leave the call of a review, with all one's windows; twice is once. One may come back."""
    assert actor.person is not None
    lock_review_room(db, subject.id)
    mine = open_review_visits(db, subject.id, actor.person)
    if mine:
        end_visits(db, ReviewVisit, [one.public_id for one in mine])
        call_changed(db, room_of_review(db, subject.id))
        record(db, actor, ReviewCallLeft(subject.event.id or 0, subject.id, actor.person))


@command(runs_review, when=still_on)
def put_out_of_review_call(db: Database, actor: Actor, subject: ReviewInCall, *, person: int) -> None:
    """Put somebody out of the call, until they are let back in; they keep their place in the review, its board and its
    votes. Whoever has left it meanwhile is put out as well, and does not come back. Refuses for who leads the review
    too. NotFound for who has never come into the call."""
    lock_review_room(db, subject.id)
    if person in put_out_of_call(db, subject.id):
        return
    last = last_review_visit(db, subject.id, person)
    if last is None:
        raise NotFound()
    if runs_review(actor_for(db, person), subject):
        name = people_by_id(db, {person})[person].name
        raise Conflict(_("%(name)s leads this review too, and stays in its call.", name=name))
    end_visits(db, ReviewVisit, [one.public_id for one in open_review_visits(db, subject.id, person)])
    last.put_out_at = clock.now()
    db.add(last)
    call_changed(db, room_of_review(db, subject.id))
    note_review_change(db, subject.id)
    record(db, actor, PutOutOfReviewCall(subject.event.id or 0, subject.id, person))


@command(runs_review, when=still_on)
def let_back_into_review_call(db: Database, actor: Actor, subject: ReviewInCall, *, person: int) -> None:
    """Let somebody who was put out come in again; twice is once."""
    lock_review_room(db, subject.id)
    if person not in put_out_of_call(db, subject.id):
        return
    db.execute(
        update(ReviewVisit)
        .where(col(ReviewVisit.review_id) == subject.id, col(ReviewVisit.person_id) == person)
        .values(put_out_at=None),
        execution_options={"synchronize_session": "fetch"},
    )
    note_review_change(db, subject.id)
    record(db, actor, LetBackIntoReviewCall(subject.event.id or 0, subject.id, person))


@command(runs_review, when=still_on)
def ask_to_mute_in_review(db: Database, actor: Actor, subject: ReviewInCall, *, person: int) -> None:
    """Ask somebody in the call to switch their microphone off; it is theirs to do. NotFound for who is not in it."""
    if not open_review_visits(db, subject.id, person):
        raise NotFound()
    record(db, actor, AskedToMuteInReview(subject.event.id or 0, subject.id, person))
