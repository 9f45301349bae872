"""What a host asks its peers, changed after its review was started: other words, new questions, and dropped ones.

Until the meeting has begun the host and who runs the review change all of it. From then on what was said hangs on the
questions: none comes or goes, and only organisers still put words right. Earlier words are kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.access import Actor, command, rule
from events.core.columns import moment
from events.core.database import Database
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid
from events.core.translation import Message, _
from events.events import Event
from events.roles import organiser_of_event
from sessions.peer_reviews.agenda import ReviewPart
from sessions.peer_reviews.agenda_following import follow_questions
from sessions.peer_reviews.records import not_closed
from sessions.peer_reviews.reviews import (
    PeerReview,
    ReviewInEvent,
    ReviewQuestion,
    ReviewState,
    all_questions_of,
    host_of_review,
    questions_of,
    rules_of,
    runs_review,
    still_on,
)
from sessions.peer_reviews.rooms import lock_review, note_review_change

LONGEST = {"question": 500, "about": 2000}


class QuestionWording(SQLModel, table=True):
    """What a question said before, up to `until`."""

    __tablename__ = "review_question_wording"

    id: int | None = Field(default=None, primary_key=True)
    question_id: int = Field(foreign_key="review_question.id", index=True)
    text: str = Field(max_length=500)
    about: str = Field(default="", max_length=2000)
    until: datetime = moment()


@dataclass(frozen=True)
class AskedOfPeers:
    """A question as it is written; `which` is the public id of the one that it changes, '' for a new one."""

    text: str
    about: str = ""
    which: str = ""


@dataclass(frozen=True)
class ReviewAsking:
    """A review with whether its meeting has begun, as commands and rules about its questions need it."""

    review: PeerReview
    event: Event
    begun: bool

    @property
    def id(self) -> int:
        """The review's id."""
        return self.in_event.id

    @property
    def in_event(self) -> ReviewInEvent:
        """The review itself."""
        return ReviewInEvent(self.review, self.event)


@dataclass(frozen=True)
class ReviewQuestionsChanged(Fact):
    """What a host asks its peers was changed; what it was before is kept."""

    event_id: int
    review_id: int


class ChangedMeanwhile(Conflict):
    """Somebody else has changed the review since the page was opened."""

    def __init__(self) -> None:
        super().__init__(_("Somebody has changed this review meanwhile. Reload the page, and write it there."))


class QuestionsStand(Conflict):
    """Once a meeting has begun what was said hangs on its questions."""

    def __init__(self) -> None:
        super().__init__(_("The meeting has begun. Questions neither come nor go; organisers can still correct words."))


@rule
def asks_peers(actor: Actor, subject: ReviewAsking) -> bool:
    return runs_review(actor, subject) or host_of_review(actor, subject)


def questions_open(subject: ReviewAsking, now: datetime) -> None:
    """Refuse other questions once a meeting has begun, or its review is over."""
    still_on(subject, now)
    if subject.begun or subject.review.state is not ReviewState.PREPARING:
        raise QuestionsStand


def asking_in(db: Database, subject: ReviewInEvent) -> ReviewAsking:
    """A review with whether its meeting has begun."""
    started = select(ReviewPart.id).where(ReviewPart.review_id == subject.id, col(ReviewPart.started_at).is_not(None))
    begun = db.exec(started).first() is not None
    return ReviewAsking(subject.review, subject.event, begun or subject.review.state is not ReviewState.PREPARING)


def earlier_words(db: Database, review_id: int) -> dict[int, list[QuestionWording]]:
    """By question, what it said before, the latest first."""
    query = select(QuestionWording).join(ReviewQuestion, col(ReviewQuestion.id) == col(QuestionWording.question_id))
    query = query.where(ReviewQuestion.review_id == review_id).order_by(col(QuestionWording.id).desc())
    found: dict[int, list[QuestionWording]] = {}
    for one in db.exec(query):
        found.setdefault(one.question_id, []).append(one)
    return found


@command(asks_peers, when=questions_open)
def change_review_questions(
    db: Database, actor: Actor, subject: ReviewAsking, *, questions: Sequence[AskedOfPeers], version: int
) -> bool:
    """Write the whole list anew, from the `version` of the review that was seen; answers whether anything is other than
    before. Questions that are named again keep their number and all that was said on them; those that are not, or have
    no words any more, are dropped. One that was dropped comes back with the same words. The agenda follows, and
    everybody with a place is told.

    Refuses more or fewer questions than the event's rules say (unless there were already), and texts that are too long;
    wrong ones are told as 'question-0'.
    """
    asked = _checked(questions)
    _seen(db, subject, version)
    questions_open(asking_in(db, subject.in_event), clock.now())
    there, before = all_questions_of(db, subject.id), [one.id or 0 for one in questions_of(db, subject.id)]
    _refuse_number(db, subject, len(asked), len(before))
    wording = {one.public_id: one for one in there if one.dropped_at is None}
    dropped = {one.text: one for one in there if one.dropped_at is not None}
    number, changed = max((one.number for one in there), default=0), False
    for one in asked:
        row = wording.pop(one.which, None)
        if row is None:
            row = dropped.pop(one.text, None)
            if row is None:
                number += 1
                row = ReviewQuestion(review_id=subject.id, number=number, text=one.text, about=one.about)
            row.dropped_at = None
        changed |= _say(db, row, one)
    for row in wording.values():
        row.dropped_at = clock.now()
        db.add(row)
    db.flush()
    after = [one.id or 0 for one in questions_of(db, subject.id)]
    changed |= before != after
    if changed:
        follow_questions(db, actor, subject.in_event, before=before, after=after)
        _tell(db, actor, subject)
    return changed


@command(organiser_of_event, when=not_closed)
def correct_review_questions(
    db: Database, actor: Actor, subject: ReviewAsking, *, questions: Sequence[AskedOfPeers], version: int
) -> bool:
    """Put words of questions right, also once the meeting has begun, from the `version` of the review that was seen;
    answers whether any are other than before. None comes or goes: refuses what is none of the questions, one without
    words, and texts that are too long."""
    _seen(db, subject, version)
    not_closed(subject, clock.now())
    there = {one.public_id: one for one in questions_of(db, subject.id)}
    if any(one.which not in there for one in questions):
        raise QuestionsStand
    changed = [one for one in _checked(questions, keeps=True) if _say(db, there[one.which], one)]
    if changed:
        db.flush()
        _tell(db, actor, subject)
    return bool(changed)


def _checked(questions: Sequence[AskedOfPeers], *, keeps: bool = False) -> list[AskedOfPeers]:
    """The questions that have words, tidied; with `keeps` each of them has to."""
    wrong: dict[str, Message | str] = {}
    found = []
    for number, one in enumerate(questions):
        clean = AskedOfPeers(" ".join(one.text.split()), one.about.strip(), one.which)
        for name, text in (("question", clean.text), ("about", clean.about)):
            if len(text) > LONGEST[name]:
                wrong[f"{name}-{number}"] = _("Please write at most %(most)s characters.", most=LONGEST[name])
        if clean.text:
            found.append(clean)
        elif keeps or (clean.about and not clean.which):
            wrong[f"question-{number}"] = _("Please write the question.")
    if wrong:
        raise Invalid(wrong)
    return found


def _refuse_number(db: Database, subject: ReviewAsking, count: int, before: int) -> None:
    rules = rules_of(db, subject.event.id or 0)
    if rules is None or count == before:
        return
    least, most = rules.questions_min, rules.questions_max
    if not min(least, before) <= count <= max(most, before):
        raise Invalid(_("A host asks from %(least)s to %(most)s questions.", least=least, most=most))


def _seen(db: Database, subject: ReviewAsking, version: int) -> None:
    lock_review(db, subject)
    if subject.review.version != version:
        raise ChangedMeanwhile


def _say(db: Database, row: ReviewQuestion, one: AskedOfPeers) -> bool:
    """Give a question its words, and keep those that it had; whether they are others."""
    is_other = (row.text, row.about) != (one.text, one.about)
    if is_other:
        db.add(QuestionWording(question_id=row.id or 0, text=row.text, about=row.about, until=clock.now()))
    row.text, row.about = one.text, one.about
    db.add(row)
    return is_other


def _tell(db: Database, actor: Actor, subject: ReviewAsking) -> None:
    subject.review.version += 1
    db.add(subject.review)
    db.flush()
    note_review_change(db, subject.id)
    record(db, actor, ReviewQuestionsChanged(event_id=subject.event.id or 0, review_id=subject.id))
