"""Questions about a challenge: asked by those who take part, answered by its owner, read by everybody alike.

Who asked is shown to the owner and the organisers only: a question should not tell the others what a team is up to.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, update
from sqlmodel import Field, SQLModel, col, select

from events.challenges import Challenge, ChallengeInEvent, its_event_not_over, own_challenge, owner_of_its_challenge
from events.core import clock
from events.core.access import Actor, Rule, command, rule
from events.core.columns import moment, public_id
from events.core.database import Database
from events.core.hooks import personal_data
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.translation import _
from events.deadlines import grace_ends
from events.events import EventWithPhases, touch
from events.people import Person
from events.roles import may_know_whose_it_is, organiser_of_event
from events.teams import Team, participant_who_does_not_judge, team_of

MOST_OPEN = 10
LONGEST_QUESTION, LONGEST_ANSWER = 1000, 4000


class ChallengeQuestion(SQLModel, table=True):
    """A question about a challenge, and its answer once there is one."""

    __tablename__ = "challenge_question"

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("cq")
    challenge_id: int = Field(foreign_key="challenge.id", index=True)
    team_id: int | None = Field(default=None, foreign_key="team.id", index=True)
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    body: str = Field(max_length=LONGEST_QUESTION)
    asked_at: datetime = moment()
    answer: str = Field(default="", max_length=LONGEST_ANSWER)
    answered_by_id: int | None = Field(default=None, foreign_key="person.id")
    answered_at: datetime | None = moment(default=None, nullable=True)
    hidden_at: datetime | None = moment(default=None, nullable=True)


personal_data(ChallengeQuestion, "person_id", "who asked about a challenge", "detach")
personal_data(ChallengeQuestion, "answered_by_id", "who answered about a challenge", "detach")


@dataclass(frozen=True)
class ChallengeQuestionAsked(Fact):
    """Somebody asked something about a challenge."""

    event_id: int
    challenge_id: int
    question_id: int


@dataclass(frozen=True)
class ChallengeQuestionAnswered(Fact):
    """A question about a challenge was answered, or answered anew, for everybody."""

    event_id: int
    challenge_id: int
    question_id: int


@dataclass(frozen=True)
class ChallengeQuestionHidden(Fact):
    """A question about a challenge was taken away, by who asked it or by who answers."""

    event_id: int
    challenge_id: int
    question_id: int


@dataclass(frozen=True)
class QuestionInEvent:
    """A question with its challenge and event, as commands and rules need it."""

    question: ChallengeQuestion
    challenge: Challenge
    event: EventWithPhases

    @property
    def id(self) -> int:
        """The question's id."""
        assert self.question.id is not None
        return self.question.id


def _takes_part(actor: Actor, subject: ChallengeInEvent) -> bool:
    return participant_who_does_not_judge(actor, subject.event) and not own_challenge(actor, subject)


participant_of_its_event = Rule("participant of its event who does not judge and does not own it", _takes_part)


@rule
def asked_it(actor: Actor, subject: QuestionInEvent) -> bool:
    return actor.person is not None and actor.person == subject.question.person_id


def teams_can_use_it(subject: ChallengeInEvent, now: datetime) -> None:
    """Refuse questions once nobody can hand in any more."""
    its_event_not_over(subject, now)
    until = grace_ends(subject.event)
    if until is not None and now >= until:
        raise Conflict(_("Submission is over, so questions are over too."))


def not_hidden(subject: QuestionInEvent, now: datetime) -> None:
    """Refuse what is asked of a question that was taken away."""
    its_event_not_over(subject, now)
    if subject.question.hidden_at is not None:
        raise Conflict(_("This question was taken away."))


def not_answered(subject: QuestionInEvent, now: datetime) -> None:
    """Refuse to take back what everybody has read the answer of."""
    not_hidden(subject, now)
    if subject.question.answered_at is not None:
        raise Conflict(_("This question was answered, so it stays for everybody."))


@command(participant_of_its_event, when=teams_can_use_it)
def ask_about_challenge(db: Database, actor: Actor, subject: ChallengeInEvent, *, body: str) -> ChallengeQuestion:
    """Ask something about a challenge; its owner is told. Everybody reads the question, without who asked it.

    Refuses an empty or long question, and the eleventh that somebody has open.
    """
    if not body.strip() or len(body.strip()) > LONGEST_QUESTION:
        raise Invalid({"body": _("Please ask in at most 1000 characters.")})
    waiting = select(func.count()).where(
        ChallengeQuestion.challenge_id == subject.id,
        ChallengeQuestion.person_id == actor.person,
        col(ChallengeQuestion.answered_at).is_(None),
        col(ChallengeQuestion.hidden_at).is_(None),
    )
    if db.exec(waiting).one() >= MOST_OPEN:
        raise Invalid({"body": _("Ten of your questions wait for an answer. Wait for one of them.")})
    team = team_of(db, actor.person, subject.event.id)
    row = ChallengeQuestion(
        challenge_id=subject.id,
        team_id=team.id if team else None,
        person_id=actor.person,
        body=body.strip(),
        asked_at=clock.now(),
    )
    db.add(row)
    db.flush()
    touch(db, subject.event.event)
    fact = ChallengeQuestionAsked(event_id=subject.event.id, challenge_id=subject.id, question_id=row.id or 0)
    record(db, actor, fact)
    return row


@command(owner_of_its_challenge | organiser_of_event, when=not_hidden)
def answer_about_challenge(db: Database, actor: Actor, subject: QuestionInEvent, *, answer: str) -> None:
    """Answer a question for everybody, or answer it anew; all teams that took the challenge are told."""
    if not answer.strip() or len(answer.strip()) > LONGEST_ANSWER:
        raise Invalid({"answer": _("Please answer in at most 4000 characters.")})
    row = subject.question
    row.answer, row.answered_by_id, row.answered_at = answer.strip(), actor.person, clock.now()
    db.add(row)
    db.flush()
    touch(db, subject.event.event)
    record(db, actor, ChallengeQuestionAnswered(**_ids(subject)))


@command(owner_of_its_challenge | organiser_of_event, when=not_hidden)
def hide_challenge_question(db: Database, actor: Actor, subject: QuestionInEvent) -> None:
    """Take a question away, with its answer: it does not belong here, or tells what nobody should know."""
    _hide(db, actor, subject)


@command(asked_it, when=not_answered)
def take_question_back(db: Database, actor: Actor, subject: QuestionInEvent) -> None:
    """Take one's own question away while nobody has answered it."""
    _hide(db, actor, subject)


def _hide(db: Database, actor: Actor, subject: QuestionInEvent) -> None:
    hidden = db.execute(
        update(ChallengeQuestion)
        .where(col(ChallengeQuestion.id) == subject.id, col(ChallengeQuestion.hidden_at).is_(None))
        .values(hidden_at=clock.now())
    )
    if hidden.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE always answers with a cursor
        raise Conflict(_("This question was taken away."))
    touch(db, subject.event.event)
    record(db, actor, ChallengeQuestionHidden(**_ids(subject)))


def _ids(subject: QuestionInEvent) -> dict[str, int]:
    return {
        "event_id": subject.event.id,
        "challenge_id": subject.challenge.id or 0,
        "question_id": subject.id,
    }


@dataclass(frozen=True)
class QuestionCard:
    """A question as everybody reads it; `team` and `asker` are '' for all but the owner and the organisers, and
    for an owner who judges without knowing whose work it is."""

    public_id: str
    body: str
    asked_at: datetime
    answer: str
    answered_at: datetime | None
    team: str
    asker: str
    own: bool


def questions_about(db: Database, actor: Actor, subject: ChallengeInEvent) -> list[QuestionCard]:
    """The questions about a challenge that the actor may see, the unanswered first, then the newest; at most 200."""
    answers = own_challenge(actor, subject) or organiser_of_event(actor, subject)
    names = answers and may_know_whose_it_is(actor, subject)
    query: Any = (
        select(ChallengeQuestion, Team, Person)
        .join(Team, col(Team.id) == col(ChallengeQuestion.team_id), isouter=True)
        .join(Person, col(Person.id) == col(ChallengeQuestion.person_id), isouter=True)
        .where(ChallengeQuestion.challenge_id == subject.id, col(ChallengeQuestion.hidden_at).is_(None))
        .order_by(
            col(ChallengeQuestion.answered_at).is_not(None),
            col(ChallengeQuestion.asked_at).desc(),
            col(ChallengeQuestion.id).desc(),
        )
        .limit(200)
    )
    return [
        QuestionCard(
            row.public_id, row.body, row.asked_at, row.answer, row.answered_at,
            team.name if team and names else "", person.name if person and names else "",
            actor.person is not None and row.person_id == actor.person,
        )
        for row, team, person in db.exec(query)
    ]  # fmt: skip


def get_challenge_question(db: Database, subject: ChallengeInEvent, public: str) -> QuestionInEvent:
    """A question about a challenge that the actor was given to see."""
    found = db.exec(
        select(ChallengeQuestion).where(
            ChallengeQuestion.public_id == public, ChallengeQuestion.challenge_id == subject.id
        )
    ).first()
    if found is None:
        raise NotFound()
    return QuestionInEvent(found, subject.challenge, subject.event)


def open_questions(db: Database, challenge_id: int) -> int:
    """How many questions about a challenge wait for an answer."""
    query = select(func.count()).where(
        ChallengeQuestion.challenge_id == challenge_id,
        col(ChallengeQuestion.answered_at).is_(None),
        col(ChallengeQuestion.hidden_at).is_(None),
    )
    return int(db.exec(query).one())
