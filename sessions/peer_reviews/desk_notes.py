"""Desk notes: what each peer finds strong and doubts before the meeting, and asks, for each of the host's questions.

They are their own until they are released: then the host and the other peers read them, as they stood at that moment.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import UniqueConstraint, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.access import Actor, command, rule
from events.core.columns import listing, moment
from events.core.database import Database, is_broken
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.translation import Message, _
from events.people import Person
from sessions.peer_reviews.attribution import names_shown, protected_in, said_by, without_names
from sessions.peer_reviews.reviews import (
    PeerReview,
    PlaceState,
    ReviewInEvent,
    ReviewPlace,
    ReviewRole,
    ReviewStep,
    all_questions_of,
    peer_of_review,
    runs_review,
    still_on,
)
from sessions.peer_reviews.self_assessments import reads_self_assessment
from sessions.peer_reviews.steps import ReviewInStep, review_in_step, review_step_on, step_of
from sessions.peer_reviews.templates import StepKind

LONGEST = 4000
AS_LONG = timedelta(days=7)  # for who comes late
PARTS = ("strengths", "doubts", "questions")
GENERAL = "general"  # what a note says that is about none of the questions
Texts = dict[str, dict[str, str]]


class DeskNotes(SQLModel, table=True):
    """A peer's notes: `texts` by the public id of the question, each with strengths, doubts and questions."""

    __tablename__ = "desk_notes"
    __table_args__ = (UniqueConstraint("place_id"),)

    id: int | None = Field(default=None, primary_key=True)
    review_id: int = Field(foreign_key="peer_review.id", index=True)
    place_id: int = Field(foreign_key="review_place.id")
    texts: dict[str, dict[str, str]] = listing(default_factory=dict)
    revision: int = 1
    saved_at: datetime = moment()
    handed: dict[str, dict[str, str]] = listing(default_factory=dict)
    handed_in_at: datetime | None = moment(default=None, nullable=True)
    released: dict[str, dict[str, str]] = listing(default_factory=dict)
    released_at: datetime | None = moment(default=None, nullable=True)


@dataclass(frozen=True)
class DeskNotesHandedIn(Fact):
    """A peer handed in their desk notes: for the first time, or anew."""

    event_id: int
    review_id: int
    place_id: int


@dataclass(frozen=True)
class DeskNotesReleased(Fact):
    """The host and the other peers can read the desk notes that were handed in."""

    event_id: int
    review_id: int
    notes: int


@dataclass(frozen=True)
class ShownNotes:
    """A peer's notes as somebody may read them: from whom, and by question; `is_released` is false for notes that only
    their writer and who runs the review see."""

    who: Message | str
    texts: Texts
    is_released: bool
    is_own: bool


@rule
def reads_desk_notes(actor: Actor, subject: Any) -> bool:
    return reads_self_assessment(actor, subject)


def find_notes(db: Database, place_id: int) -> DeskNotes | None:
    """A peer's notes, if they have begun any."""
    return db.exec(select(DeskNotes).where(DeskNotes.place_id == place_id)).first()


def notes_of(db: Database, review_id: int) -> list[DeskNotes]:
    """All notes of a review, in the order in which they were begun."""
    return list(db.exec(select(DeskNotes).where(DeskNotes.review_id == review_id).order_by(col(DeskNotes.id))))


def own_peer_place(db: Database, actor: Actor, subject: ReviewInStep) -> ReviewPlace:
    """The actor's own place as a peer; NotFound for whoever has none."""
    query = select(ReviewPlace).where(
        ReviewPlace.review_id == subject.id, ReviewPlace.person_id == actor.person,
        ReviewPlace.role == ReviewRole.PEER, ReviewPlace.state == PlaceState.ACCEPTED,
    )  # fmt: skip
    row = db.exec(query).first()
    if row is None:
        raise NotFound()
    return row


def notes_until(step: ReviewStep, meeting: ReviewStep | None, review: PeerReview, place: ReviewPlace) -> datetime:
    """Until when a peer can hand in notes: the end of the step, and for who accepted less than a week before it, or
    after it, a week from then; that is at most until the meeting begins."""
    if place.answered_at is None:
        return step.ends_at
    begins = review.starts_at or (meeting.starts_at if meeting is not None else step.ends_at)
    return max(step.ends_at, min(place.answered_at + AS_LONG, begins))


def own_notes_step(db: Database, actor: Actor, subject: ReviewInEvent) -> ReviewInStep:
    """The review in the step of desk notes, which ends later for a peer who came late; NotFound for who is no peer."""
    found = review_in_step(db, subject, StepKind.DESK_NOTES)
    place = own_peer_place(db, actor, found)
    if found.step is None:
        return found
    until = notes_until(found.step, step_of(db, found.step.event_id, StepKind.MEETING), subject.review, place)
    return ReviewInStep(subject.review, subject.event, ReviewStep(**{**found.step.model_dump(), "ends_at": until}))


@command(peer_of_review, when=review_step_on)
def save_desk_notes(
    db: Database, actor: Actor, subject: ReviewInStep, *, texts: Mapping[str, Mapping[str, str]], revision: int
) -> DeskNotes:
    """Keep what was typed (by question, then by part); only the peer reads it before it is handed in. What was typed on
    a question that was dropped meanwhile is kept too.

    Refuses texts that are too long ('strengths-general'), and a revision that is not the last.
    """
    place = own_peer_place(db, actor, subject)
    known = {GENERAL, *(one.public_id for one in all_questions_of(db, subject.id))}
    wrong: dict[str, Message | str] = {}
    kept: Texts = {}
    for question, said in texts.items():
        if question in known:
            kept[question] = {part: said.get(part, "").strip() for part in PARTS}
            wrong |= {
                f"{part}-{question}": _("Please write at most %(most)s characters.", most=LONGEST)
                for part, text in kept[question].items()
                if len(text) > LONGEST
            }
    if wrong:
        raise Invalid(wrong)
    row = _row(db, subject, place)
    changed = db.connection().execute(
        update(DeskNotes)
        .where(col(DeskNotes.id) == row.id, col(DeskNotes.revision) == revision)
        .values(texts={**row.texts, **kept}, revision=revision + 1, saved_at=clock.now())
    )
    if changed.rowcount != 1:
        raise Conflict(_("This was saved in another window meanwhile. Reload the page, and write it there."))
    db.refresh(row)
    return row


def _row(db: Database, subject: ReviewInStep, place: ReviewPlace) -> DeskNotes:
    row = find_notes(db, place.id or 0)
    if row is not None:
        return row
    row = DeskNotes(review_id=subject.id, place_id=place.id or 0, saved_at=clock.now())
    try:
        with db.begin_nested():
            db.add(row)
            db.flush()
    except IntegrityError as error:
        found = find_notes(db, place.id or 0)
        if not is_broken(error, "uq_desk_notes_place_id") or found is None:
            raise
        return found
    return row


@command(peer_of_review, when=review_step_on)
def hand_in_desk_notes(
    db: Database, actor: Actor, subject: ReviewInStep, *, texts: Mapping[str, Mapping[str, str]], revision: int
) -> DeskNotes:
    """Save and hand in; until the step ends they can be changed and handed in again. Refuses notes without a word, and
    what `save_desk_notes` refuses."""
    row = save_desk_notes(db, actor, subject, texts=texts, revision=revision)
    if not any(text for said in row.texts.values() for text in said.values()):
        raise Invalid(_("Please write something first: a strength, a doubt or a question."))
    row.handed, row.handed_in_at = dict(row.texts), clock.now()
    db.add(row)
    db.flush()
    fact = DeskNotesHandedIn(event_id=subject.event.id or 0, review_id=subject.id, place_id=row.place_id)
    record(db, actor, fact)
    return row


@command(runs_review, when=still_on)
def release_desk_notes(db: Database, actor: Actor, subject: ReviewInEvent) -> int:
    """Let the host and the other peers read what was handed in, as it stands now; answers how many peers' notes are
    new to them. Refuses when there is nothing new."""
    fresh = [one for one in notes_of(db, subject.id) if one.handed_in_at is not None and one.handed != one.released]
    if not fresh:
        raise Conflict(_("There are no desk notes that were not released."))
    for one in fresh:
        one.released, one.released_at = dict(one.handed), clock.now()
        db.add(one)
    db.flush()
    fact = DeskNotesReleased(event_id=subject.event.id or 0, review_id=subject.id, notes=len(fresh))
    record(db, actor, fact)
    return len(fresh)


def shown_notes(db: Database, actor: Actor, subject: ReviewInEvent) -> list[ShownNotes]:
    """The notes that somebody may read, by the rule of attribution: their own, what was released, and for who runs the
    review all that was handed in. Outside a private review the peers are not named, neither in the texts."""
    if not reads_desk_notes(actor, subject):
        return []
    runs, named = runs_review(actor, subject), names_shown(actor, subject)
    protected = protected_in(db, subject.id)
    query = select(DeskNotes, ReviewPlace, Person.name).join(
        ReviewPlace, col(ReviewPlace.id) == col(DeskNotes.place_id)
    )
    query = query.join(Person, col(Person.id) == col(ReviewPlace.person_id))
    found = []
    rows = db.exec(query.where(DeskNotes.review_id == subject.id).order_by(col(DeskNotes.id)))
    for row, place, name in rows:
        own = actor.person is not None and actor.person == place.person_id
        texts = row.handed if (runs or own) and row.handed_in_at else row.released
        if not texts:
            continue
        said = {
            question: {part: without_names(text, protected, shown=named) for part, text in parts.items()}
            for question, parts in texts.items()
        }
        found.append(
            ShownNotes(said_by(name, place.role, shown=named), said, row.released_at is not None and
                       row.released == texts, own)
        )  # fmt: skip
    return found
