"""The host's self-assessment: answers that save themselves, handed in as versions that never change. Whoever belongs
to the host's organisation writes it; everybody else in the review reads what was handed in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.access import Actor, command, rule
from events.core.columns import listing, moment
from events.core.database import Database, is_broken
from events.core.files import ReadyFile, StoredFile
from events.core.hooks import personal_data
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.translation import Message, _
from events.events import Event
from sessions.peer_reviews.assessment_questions import assessment_questions_of
from sessions.peer_reviews.papers import drop_paper, files_of_review, keep_papers
from sessions.peer_reviews.reviews import PeerReview, ReviewInEvent, ReviewState, host_of_review, inside_review
from sessions.peer_reviews.steps import ReviewInStep, review_in_step, review_step_on
from sessions.peer_reviews.templates import StepKind

LONGEST_ANSWER = 6000


class SelfAssessment(SQLModel, table=True):
    """What a host has written so far: `answers` by the public ids of the questions."""

    __tablename__ = "self_assessment"

    id: int | None = Field(default=None, primary_key=True)
    review_id: int = Field(foreign_key="peer_review.id", unique=True)
    answers: dict[str, str] = listing(default_factory=dict)
    revision: int = 1
    saved_at: datetime = moment()
    saved_by_id: int | None = Field(default=None, foreign_key="person.id")


class SelfAssessmentVersion(SQLModel, table=True):
    """What was handed in: sections, questions and answers as they were then."""

    __tablename__ = "self_assessment_version"
    __table_args__ = (UniqueConstraint("review_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    review_id: int = Field(foreign_key="peer_review.id", index=True)
    number: int
    content: list[dict[str, Any]] = listing(default_factory=list)
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    handed_in_at: datetime = moment()


personal_data(SelfAssessment, "saved_by_id", "who wrote in a host's self-assessment", "detach")
personal_data(SelfAssessmentVersion, "person_id", "who handed in a host's self-assessment", "detach")


@dataclass(frozen=True)
class SelfAssessmentHandedIn(Fact):
    """A host handed in its self-assessment: for the first time, or anew."""

    event_id: int
    review_id: int
    number: int


@rule
def writes_for_host(actor: Actor, subject: Any) -> bool:
    colleague = actor.is_("member", "organisation", subject.review.organisation_id)
    return host_of_review(actor, subject) or colleague


@rule
def reads_self_assessment(actor: Actor, subject: Any) -> bool:
    return writes_for_host(actor, subject) or inside_review(actor, subject)


def get_case(db: Database, actor: Actor, event: Event, public: str) -> ReviewInStep:
    """A review in the step of its self-assessment, for who is inside it and for colleagues of the host; NotFound for
    others."""
    row = db.exec(select(PeerReview).where(PeerReview.event_id == event.id, PeerReview.public_id == public)).first()
    if row is None or not reads_self_assessment(actor, ReviewInEvent(row, event)):
        raise NotFound()
    return review_in_step(db, ReviewInEvent(row, event), StepKind.SELF_ASSESSMENT)


def find_self_assessment(db: Database, review_id: int) -> SelfAssessment | None:
    """What a host has written so far."""
    return db.exec(select(SelfAssessment).where(SelfAssessment.review_id == review_id)).first()


def versions_of_assessment(db: Database, review_id: int) -> list[SelfAssessmentVersion]:
    """What was handed in, the newest first."""
    query = select(SelfAssessmentVersion).where(SelfAssessmentVersion.review_id == review_id)
    return list(db.exec(query.order_by(col(SelfAssessmentVersion.number).desc())))


def cases_of_colleagues(db: Database, actor: Actor, event_id: int) -> list[PeerReview]:
    """Reviews of the actor's own organisations that are being prepared, in which they have no place of their own."""
    query = select(PeerReview).where(
        PeerReview.event_id == event_id, PeerReview.state == ReviewState.PREPARING,
        col(PeerReview.organisation_id).in_(actor.ids("member", "organisation")),
    )  # fmt: skip
    return list(db.exec(query.order_by(col(PeerReview.id))))


@command(writes_for_host, when=review_step_on)
def save_self_assessment(
    db: Database, actor: Actor, subject: ReviewInStep, *, answers: Mapping[str, str], revision: int
) -> SelfAssessment:
    """Keep what was typed (by public ids of questions); nobody else reads it before it is handed in.

    Refuses answers that are too long, and a revision that is not the last: a colleague has saved meanwhile.
    """
    known = {one.public_id for one in assessment_questions_of(db, subject.event.id or 0)}
    wrong: dict[str, Message | str] = {
        name: _("Please write at most %(most)s characters.", most=LONGEST_ANSWER)
        for name, text in answers.items()
        if len(text) > LONGEST_ANSWER
    }
    if wrong:
        raise Invalid(wrong)
    row = _row(db, subject)
    kept = {**row.answers, **{name: text.strip() for name, text in answers.items() if name in known}}
    changed = db.connection().execute(
        update(SelfAssessment)
        .where(col(SelfAssessment.id) == row.id, col(SelfAssessment.revision) == revision)
        .values(answers=kept, revision=revision + 1, saved_at=clock.now(), saved_by_id=actor.person)
    )
    if changed.rowcount != 1:
        raise Conflict(_("Somebody else has saved this meanwhile. Reload the page, and write it there."))
    db.refresh(row)
    return row


def _row(db: Database, subject: ReviewInStep) -> SelfAssessment:
    found = find_self_assessment(db, subject.id)
    if found is not None:
        return found
    row = SelfAssessment(review_id=subject.id, saved_at=clock.now())
    try:
        with db.begin_nested():
            db.add(row)
            db.flush()
    except IntegrityError as error:
        if not is_broken(error, "uq_self_assessment_review_id"):
            raise
        found = find_self_assessment(db, subject.id)
        assert found is not None
        return found
    return row


@command(writes_for_host, when=review_step_on)
def hand_in_self_assessment(
    db: Database, actor: Actor, subject: ReviewInStep, *, answers: Mapping[str, str], revision: int
) -> SelfAssessmentVersion:
    """Save and hand in: makes the version that everybody in the review reads. The same again makes no other.

    Refuses when no question is answered, and what `save_self_assessment` refuses.
    """
    row = save_self_assessment(db, actor, subject, answers=answers, revision=revision)
    content = [
        {"section": one.section, "question": one.text, "answer": row.answers.get(one.public_id, "")}
        for one in assessment_questions_of(db, subject.event.id or 0)
    ]
    if not any(one["answer"] for one in content):
        raise Invalid(_("Please answer at least one question."))
    last = next(iter(versions_of_assessment(db, subject.id)), None)
    if last is not None and last.content == content:
        return last
    version = SelfAssessmentVersion(
        review_id=subject.id, number=last.number + 1 if last else 1, content=content, person_id=actor.person,
        handed_in_at=clock.now(),
    )  # fmt: skip
    db.add(version)
    db.flush()
    fact = SelfAssessmentHandedIn(event_id=subject.event.id or 0, review_id=subject.id, number=version.number)
    record(db, actor, fact)
    return version


@command(writes_for_host, when=review_step_on)
def add_review_files(db: Database, actor: Actor, subject: ReviewInStep, *, files: Sequence[ReadyFile]) -> None:
    """Add files for the peers: the initial report, and data. Refuses the eleventh, and what `store_file` refuses."""
    keep_papers(db, actor, list(files), files_of_review(db, subject.id), review_id=subject.id)


@command(writes_for_host, when=review_step_on)
def remove_review_file(db: Database, actor: Actor, subject: ReviewInStep, *, file: StoredFile) -> None:
    """Take a file away from the peers."""
    drop_paper(db, file)
