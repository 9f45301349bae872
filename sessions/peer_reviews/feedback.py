"""Feedback on a review by all who had a place in it: a satisfaction from 1 to 5, and words, without who said them."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel, select

from events.core import clock
from events.core.access import Actor, command, rule
from events.core.columns import moment
from events.core.database import Database
from events.core.hooks import personal_data
from events.core.journal import Fact, record
from events.core.refusals import Invalid, NotAllowed
from events.core.translation import Message, _
from events.roles import organiser_of_event
from sessions.peer_reviews.records import not_closed
from sessions.peer_reviews.reviews import REVIEW, ReviewInEvent, ReviewNotOn, ReviewRole, ReviewState, steps_of
from sessions.peer_reviews.templates import StepKind
from sessions.written import written

# The one scale of the network, for every service: 5 is best.
SATISFACTION: dict[int, Message] = {
    5: _("Very satisfied"),
    4: _("Satisfied"),
    3: _("Neither nor"),
    2: _("Dissatisfied"),
    1: _("Very dissatisfied"),
}
LONGEST = {"kept": 1000, "changed": 1000}
FEWEST = 3  # of fewer answers one could tell who said what


class ReviewFeedback(SQLModel, table=True):
    """What somebody thinks of a review: what should be kept, and what should be changed."""

    __tablename__ = "review_feedback"
    __table_args__ = (UniqueConstraint("review_id", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    review_id: int = Field(foreign_key="peer_review.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    score: int
    kept: str = Field(default="", max_length=1000)
    changed: str = Field(default="", max_length=1000)
    said_at: datetime = moment()


personal_data(ReviewFeedback, "person_id", "what somebody thinks of a peer review", "delete")


@dataclass(frozen=True)
class FeedbackGiven(Fact):
    """Somebody said what they think of a review."""

    event_id: int
    review_id: int


@dataclass(frozen=True)
class FeedbackFigures:
    """What all said, for organisers: how many, how satisfied on average and by score, and the words in no order that
    tells anything. Of fewer than three there is nothing but the number."""

    count: int
    mean: float | None = None
    by_score: dict[int, int] | None = None
    kept: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()


@rule
def has_place_in_review(actor: Actor, subject: ReviewInEvent) -> bool:
    return any(actor.is_(role, REVIEW, subject.review.id) for role in ReviewRole)


@command(has_place_in_review, when=not_closed)
def give_feedback(
    db: Database, actor: Actor, subject: ReviewInEvent, *, score: int, kept: str = "", changed: str = ""
) -> None:
    """Say how satisfied one is, from 1 to 5, and why; what one said before is replaced. Only its count can be seen.

    Refuses it before the step of feedback or the meeting begins, and another score.
    """
    if not feedback_has_begun(db, subject):
        raise ReviewNotOn(_("Feedback is asked for once the meeting has begun."))
    if score not in SATISFACTION:
        raise Invalid({"score": _("Please choose one of the answers.")})
    texts = written({"kept": kept, "changed": changed}, LONGEST)
    assert actor.person is not None
    row = own_feedback(db, actor, subject)
    row = row or ReviewFeedback(review_id=subject.id, person_id=actor.person, score=score, said_at=clock.now())
    row.score, row.kept, row.changed, row.said_at = score, texts["kept"], texts["changed"], clock.now()
    db.add(row)
    db.flush()
    record(db, actor, FeedbackGiven(event_id=subject.event.id or 0, review_id=subject.id))


def feedback_has_begun(db: Database, subject: ReviewInEvent) -> bool:
    """Whether feedback is asked for: in its step, once the review's own meeting has begun; never where the event has no
    such step."""
    begins = subject.review.starts_at
    if subject.review.state is ReviewState.PREPARING and (begins is None or begins > clock.now()):
        return False
    steps = (one for one in steps_of(db, subject.event.id or 0) if one.kind is StepKind.FEEDBACK)
    return any(one.starts_at <= clock.now() for one in steps)


def own_feedback(db: Database, actor: Actor, subject: ReviewInEvent) -> ReviewFeedback | None:
    """What somebody said themselves."""
    query = select(ReviewFeedback).where(ReviewFeedback.review_id == subject.id)
    return db.exec(query.where(ReviewFeedback.person_id == actor.person)).first()


def feedback_figures(db: Database, actor: Actor, subject: ReviewInEvent) -> FeedbackFigures:
    """What all said of a review, for organisers; refused for others."""
    if not organiser_of_event(actor, subject):
        raise NotAllowed()
    rows = list(db.exec(select(ReviewFeedback).where(ReviewFeedback.review_id == subject.id)))
    if len(rows) < FEWEST:
        return FeedbackFigures(len(rows))
    rows.sort(key=lambda one: hashlib.sha256(f"{one.kept}\0{one.changed}".encode()).digest())
    scores = [one.score for one in rows]
    return FeedbackFigures(
        len(rows),
        sum(scores) / len(scores),
        {score: scores.count(score) for score in SATISFACTION},
        tuple(one.kept for one in rows if one.kept),
        tuple(one.changed for one in rows if one.changed),
    )
