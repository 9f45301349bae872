"""The live meeting of a review: which part is on since when, and who speaks. A countdown is a moment, never a tick."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.access import Actor, command
from events.core.columns import moment, public_id, word
from events.core.database import Database, is_broken
from events.core.hooks import personal_data
from events.core.journal import Fact, record
from events.core.refusals import Conflict, NotFound
from events.core.translation import _
from events.events import Event
from events.people import Person
from sessions.peer_reviews.agenda import PartInReview, ReviewPart, lock_part, parts_of
from sessions.peer_reviews.records import not_closed
from sessions.peer_reviews.reviews import (
    PeerReview,
    ReviewInEvent,
    ReviewState,
    inside_review,
    is_unheld,
    runs_review,
    still_on,
)
from sessions.peer_reviews.rooms import lock_review, lock_review_room, note_review_change

MINUTE = 60
LONGEST_PART = 6 * 3600


class SpeakerState(StrEnum):
    """A hand is up until its person speaks."""

    UP = "up"
    SPEAKING = "speaking"


class ReviewHand(SQLModel, table=True):
    """That somebody in a review's room wants to speak, in order; or speaks, since `spoke_at`. Lowered, it is gone."""

    __tablename__ = "review_hand"
    __table_args__ = (UniqueConstraint("review_id", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("hd")
    review_id: int = Field(foreign_key="peer_review.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    state: SpeakerState = word(SpeakerState, default=SpeakerState.UP)
    raised_at: datetime = moment()
    spoke_at: datetime | None = moment(default=None, nullable=True)


personal_data(ReviewHand, "person_id", "that somebody wants to speak in a peer review's meeting", "delete")


@dataclass(frozen=True)
class HandInReview:
    """A raised hand with its review and event, as commands and rules need it."""

    hand: ReviewHand
    review: PeerReview
    event: Event


@dataclass(frozen=True)
class Speaker:
    """A line of the list of speakers. `since` is when they were given the floor."""

    public_id: str
    person: str
    name: str
    speaks: bool
    since: datetime | None


@dataclass(frozen=True)
class ReviewPartStarted(Fact):
    """A part of a review's meeting was started."""

    event_id: int
    review_id: int
    part_id: int


@dataclass(frozen=True)
class ReviewPartEnded(Fact):
    """A part of a review's meeting was ended."""

    event_id: int
    review_id: int
    part_id: int


@dataclass(frozen=True)
class ReviewMeetingHeld(Fact):
    """The meeting of a review was held to its end."""

    event_id: int
    review_id: int


def part_is_on(subject: PartInReview, now: datetime) -> None:
    """Refuse what needs a part that is on."""
    still_on(subject, now)
    if subject.part.started_at is None or subject.part.ended_at is not None:
        raise Conflict(_("This part is not on."))


def meeting_to_hold(subject: ReviewInEvent, now: datetime) -> None:
    """Refuse to hold a meeting that was held, or whose review is over. It can be said after its event was closed too:
    what follows a meeting waits for it."""
    not_closed(subject, now)
    if subject.review.state is not ReviewState.PREPARING:
        raise Conflict(_("This meeting was held already."))


def part_on(db: Database, review_id: int) -> ReviewPart | None:
    """The part that is on, if one is."""
    query = select(ReviewPart).where(ReviewPart.review_id == review_id, col(ReviewPart.started_at).is_not(None))
    return db.exec(query.where(col(ReviewPart.ended_at).is_(None)).order_by(col(ReviewPart.id))).first()


def _turn_of(db: Database, subject: PartInReview) -> None:
    lock_part(db, subject)
    part_is_on(subject, clock.now())


@command(runs_review, when=still_on)
def start_part(db: Database, actor: Actor, subject: PartInReview) -> None:
    """Start a part now, for as long as it was planned; the one that is on ends. One that is on already goes on, and one
    that was held is held once more."""
    lock_part(db, subject)
    still_on(subject, clock.now())
    on = part_on(db, subject.in_event.id)
    if on is None or on.id != subject.part.id:
        _start(db, actor, subject.in_event, subject.part, on)


def _start(db: Database, actor: Actor, subject: ReviewInEvent, part: ReviewPart, on: ReviewPart | None) -> None:
    if on is not None:
        _end(db, actor, subject, on)
    part.started_at, part.paused_at, part.ended_at = clock.now(), None, None
    part.seconds = part.minutes * MINUTE
    db.add(part)
    db.flush()
    note_review_change(db, subject.id)
    record(db, actor, ReviewPartStarted(subject.event.id or 0, subject.id, part.id or 0))


@command(runs_review, when=still_on)
def start_next_part(db: Database, actor: Actor, subject: ReviewInEvent, *, after: str) -> None:
    """Go on to the next part that was not held. `after` is the public id of the part that was on when the button was
    shown, '' for none: two who press at once start one part. Refuses where nothing is left."""
    lock_review(db, subject)
    still_on(subject, clock.now())
    on = part_on(db, subject.id)
    if (on.public_id if on else "") != after:
        return
    parts = parts_of(db, subject.id)
    at = [one.id for one in parts].index(on.id) + 1 if on else 0
    left = [one for one in [*parts[at:], *parts[:at]] if one.started_at is None]
    if not left:
        raise Conflict(_("All parts were held."))
    _start(db, actor, subject, left[0], on)


@command(runs_review, when=part_is_on)
def end_part(db: Database, actor: Actor, subject: PartInReview) -> None:
    """End the part that is on."""
    _turn_of(db, subject)
    _end(db, actor, subject.in_event, subject.part)
    note_review_change(db, subject.in_event.id)


def _end(db: Database, actor: Actor, subject: ReviewInEvent, part: ReviewPart) -> None:
    part.ended_at = clock.now()
    db.add(part)
    db.flush()
    record(db, actor, ReviewPartEnded(subject.event.id or 0, subject.id, part.id or 0))


@command(runs_review, when=part_is_on)
def pause_part(db: Database, actor: Actor, subject: PartInReview, *, still: bool) -> None:
    """Let the clock of a part stand still, or go on: a pause moves its start. Twice is once."""
    _turn_of(db, subject)
    part = subject.part
    if still == (part.paused_at is not None) or part.started_at is None:
        return
    if part.paused_at is None:
        part.paused_at = clock.now()
    else:
        part.started_at, part.paused_at = part.started_at + (clock.now() - part.paused_at), None
    db.add(part)
    db.flush()
    note_review_change(db, subject.in_event.id)


@command(runs_review, when=part_is_on)
def lengthen_part(db: Database, actor: Actor, subject: PartInReview, *, seconds: int = MINUTE) -> None:
    """Give the part that is on more time, or less down to none."""
    _turn_of(db, subject)
    subject.part.seconds = min(max(subject.part.seconds + seconds, 0), LONGEST_PART)
    db.add(subject.part)
    db.flush()
    note_review_change(db, subject.in_event.id)


@command(runs_review, when=meeting_to_hold)
def hold_review_meeting(db: Database, actor: Actor, subject: ReviewInEvent) -> None:
    """Say that the meeting was held to its end: what is on ends, hands go down, and the review is held. Refuses a
    meeting of which no part was started, until its time is over."""
    lock_review(db, subject)
    meeting_to_hold(subject, clock.now())
    if not is_unheld(subject.review, clock.now()) and not any(one.started_at for one in parts_of(db, subject.id)):
        raise Conflict(_("No part of this meeting was held yet."))
    end_meeting(db, actor, subject)
    subject.review.state = ReviewState.HELD
    db.add(subject.review)
    db.flush()
    note_review_change(db, subject.id)
    record(db, actor, ReviewMeetingHeld(subject.event.id or 0, subject.id))


def end_meeting(db: Database, actor: Actor, subject: ReviewInEvent) -> None:
    """End the part that is on, and let all hands go down; part of commands that have locked the review and asked their
    own rule."""
    on = part_on(db, subject.id)
    if on is not None:
        _end(db, actor, subject, on)
    for hand in db.exec(select(ReviewHand).where(ReviewHand.review_id == subject.id)):
        db.delete(hand)


@command(inside_review, when=still_on)
def raise_review_hand(db: Database, actor: Actor, subject: ReviewInEvent) -> None:
    """Ask to speak; once, kept by the database."""
    assert actor.person is not None
    lock_review(db, subject)
    still_on(subject, clock.now())
    try:
        with db.begin_nested():
            db.add(ReviewHand(review_id=subject.id, person_id=actor.person, raised_at=clock.now()))
            db.flush()
    except IntegrityError as error:
        if is_broken(error, "uq_review_hand_review_id_person_id"):
            raise Conflict(_("Your hand is up already.")) from error
        raise
    note_review_change(db, subject.id)


@command(inside_review)
def lower_review_hand(db: Database, actor: Actor, subject: ReviewInEvent) -> None:
    """Take one's own hand down, or end speaking; nothing happens where none is up."""
    lock_review_room(db, subject.id)
    query = select(ReviewHand).where(ReviewHand.review_id == subject.id, ReviewHand.person_id == actor.person)
    hand = db.exec(query).first()
    if hand is not None:
        db.delete(hand)
        db.flush()
        note_review_change(db, subject.id)


@command(runs_review, when=still_on)
def give_review_floor(db: Database, actor: Actor, subject: HandInReview) -> None:
    """Let somebody speak who has raised a hand; whoever spoke before has spoken. Refused where it is down by now."""
    id = subject.review.id or 0
    lock_review(db, subject)
    still_on(subject, clock.now())
    query = select(ReviewHand).where(ReviewHand.review_id == id).execution_options(populate_existing=True)
    hands = db.exec(query).all()
    if subject.hand.id not in [one.id for one in hands]:
        raise Conflict(_("This hand is down already."))
    if subject.hand.state is SpeakerState.SPEAKING:
        return
    for other in hands:
        if other.state is SpeakerState.SPEAKING:
            db.delete(other)
    subject.hand.state, subject.hand.spoke_at = SpeakerState.SPEAKING, clock.now()
    db.add(subject.hand)
    db.flush()
    note_review_change(db, id)


@command(runs_review)
def lower_review_hand_of(db: Database, actor: Actor, subject: HandInReview) -> None:
    """Take somebody off the list of speakers; nothing happens where they are not on it any more."""
    lock_review_room(db, subject.review.id or 0)
    if db.exec(select(ReviewHand.id).where(ReviewHand.id == subject.hand.id)).first() is None:
        return
    db.delete(subject.hand)
    db.flush()
    note_review_change(db, subject.review.id or 0)


def get_review_hand(db: Database, actor: Actor, subject: ReviewInEvent, public: str) -> HandInReview:
    """A raised hand, for who is inside; NotFound otherwise."""
    query = select(ReviewHand).where(ReviewHand.review_id == subject.id, ReviewHand.public_id == public)
    row = db.exec(query).first() if inside_review(actor, subject) else None
    if row is None:
        raise NotFound()
    return HandInReview(row, subject.review, subject.event)


def speakers_of(db: Database, actor: Actor, subject: ReviewInEvent) -> list[Speaker]:
    """Who speaks, and then who wants to, in the order of their hands; nobody for who is not inside."""
    if not inside_review(actor, subject):
        return []
    query = select(ReviewHand, Person.public_id, Person.name).where(Person.id == ReviewHand.person_id)
    rows = db.exec(query.where(ReviewHand.review_id == subject.id).order_by(col(ReviewHand.id))).all()
    found = [
        Speaker(hand.public_id, person, name, hand.state is SpeakerState.SPEAKING, hand.spoke_at)
        for hand, person, name in rows
    ]
    return sorted(found, key=lambda one: not one.speaks)
