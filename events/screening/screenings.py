"""The screening of an event: what is asked of every submission, who screens, and whether it is going on.

An event has at most one. Once it was opened only what is eligible is judged, in all rounds of the event.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import UniqueConstraint, delete
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.access import Actor, command
from events.core.columns import listing, moment, public_id, word
from events.core.database import Database, is_broken
from events.core.hooks import cloned_with_event, personal_data
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.translation import Message, _
from events.events import EventState, EventWithPhases
from events.people import Person, PersonState
from events.roles import (
    SCREENER,
    Role,
    RoleGrant,
    Scope,
    organiser_of_event,
    screener_of_event,
    tie_source,
    ties_as,
)
from events.rounds.judges import RoundJudge, not_shown
from events.rounds.rounds import JudgingRound, has_judging
from events.rounds.schemes import CHOSEN
from events.screening.rows import ScreeningAssignment, ScreeningVerdict, ScreeningWork

MOST_QUESTIONS = 20
LONGEST = {"about": 2000, "question": 200, "help": 300}


class ScreeningState(StrEnum):
    """DRAFT is set up and changes nothing yet; OPEN takes verdicts; CLOSED takes none until it is opened again."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


class Screening(SQLModel, table=True):
    """Whether the submissions of an event are eligible. `kinds` are the conflicts of interest that count besides those
    that always do."""

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("sg")
    event_id: int = Field(foreign_key="event.id", unique=True)
    about: str = Field(default="", max_length=LONGEST["about"])
    kinds: list[str] = listing(default_factory=list)
    state: ScreeningState = word(ScreeningState, default=ScreeningState.DRAFT)
    made_at: datetime = moment()
    opened_at: datetime | None = moment(default=None, nullable=True)
    closed_at: datetime | None = moment(default=None, nullable=True)


class ScreeningQuestion(SQLModel, table=True):
    """What is asked of every submission, so that yes means that it meets the condition; `position` counts from 1."""

    __tablename__ = "screening_question"
    __table_args__ = (UniqueConstraint("screening_id", "position"),)

    id: int | None = Field(default=None, primary_key=True)
    screening_id: int = Field(foreign_key="screening.id", index=True)
    position: int
    text: str = Field(max_length=LONGEST["question"])
    help: str = Field(default="", max_length=LONGEST["help"])


class Screener(SQLModel, table=True):
    """That somebody screens in an event, or did until `ended_at`."""

    __table_args__ = (UniqueConstraint("screening_id", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    screening_id: int = Field(foreign_key="screening.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    named_at: datetime = moment()
    ended_at: datetime | None = moment(default=None, nullable=True)


personal_data(Screener, "person_id", "screening submissions", "keep")


@dataclass(frozen=True)
class ScreeningChanged(Fact):
    """A screening was set up, or set up differently."""

    event_id: int
    screening_id: int


@dataclass(frozen=True)
class ScreeningOpened(Fact):
    """Screeners can say what they find; perhaps again."""

    event_id: int
    screening_id: int


@dataclass(frozen=True)
class ScreeningClosed(Fact):
    """Screeners can say nothing more."""

    event_id: int
    screening_id: int


@dataclass(frozen=True)
class ScreenerNamed(Fact):
    """Somebody screens in an event."""

    event_id: int
    screening_id: int
    person_id: int


@dataclass(frozen=True)
class ScreenerEnded(Fact):
    """Somebody screens in an event no more."""

    event_id: int
    screening_id: int
    person_id: int


@dataclass(frozen=True)
class QuestionPlan:
    """A condition as a question, and a word of help."""

    text: str
    help: str = ""


@dataclass(frozen=True)
class ScreeningInEvent:
    """A screening with its event, as commands and rules need it."""

    screening: Screening
    event: EventWithPhases

    @property
    def id(self) -> int:
        """The screening's id."""
        assert self.screening.id is not None
        return self.screening.id


@tie_source
def _screens(person: int) -> Any:
    return (
        ties_as(SCREENER, Scope.EVENT, Screening.event_id)
        .join(Screener, col(Screener.screening_id) == col(Screening.id))
        .where(col(Screener.person_id) == person, col(Screener.ended_at).is_(None))
    )


def screeners_at_work(db: Database, event_id: int) -> set[int]:
    """Who screens in an event, by id."""
    query = select(Screener.person_id).join(Screening, col(Screening.id) == col(Screener.screening_id))
    return set(db.exec(query.where(Screening.event_id == event_id, col(Screener.ended_at).is_(None))))


def is_draft_screening(subject: ScreeningInEvent, now: datetime) -> None:
    """Refuse what can be done only before the screening is opened."""
    has_judging(subject.event, now)
    if subject.screening.state is not ScreeningState.DRAFT:
        raise Conflict(_("This screening was opened already. What is asked can be changed before that only."))


def not_closed(subject: Any, now: datetime) -> None:
    """Refuse to change who screens when nobody does any more."""
    has_judging(subject.event, now)
    if subject.screening.state is ScreeningState.CLOSED:
        raise Conflict(_("The screening is closed. The organisers can open it again."))


def takes_verdicts(subject: Any, now: datetime) -> None:
    """Refuse verdicts while the screening is not open."""
    has_judging(subject.event, now)
    if subject.screening.state is ScreeningState.DRAFT:
        raise Conflict(_("The screening is not open yet."))
    not_closed(subject, now)


def was_opened(subject: Any, now: datetime) -> None:
    """Refuse decisions before anybody could look."""
    has_judging(subject.event, now)
    if subject.screening.state is ScreeningState.DRAFT:
        raise Conflict(_("The screening is not open yet."))


def find_screening(db: Database, event_id: int) -> Screening | None:
    """The screening of an event, whatever its state."""
    return db.exec(select(Screening).where(Screening.event_id == event_id)).first()


def get_screening(db: Database, actor: Actor, event: EventWithPhases) -> ScreeningInEvent:
    """The screening of an event for its organisers, and for those who screen in it; NotFound for others."""
    row = find_screening(db, event.id)
    if row is None:
        raise NotFound()
    found = ScreeningInEvent(row, event)
    begun = row.state is not ScreeningState.DRAFT
    if not organiser_of_event(actor, found) and not (begun and screener_of_event(actor, found)):
        raise NotFound()
    return found


@command(organiser_of_event, when=has_judging)
def set_screening_up(
    db: Database, actor: Actor, subject: EventWithPhases, *, about: str = "", questions: Sequence[QuestionPlan],
    kinds: Sequence[str] = (),
) -> ScreeningInEvent:  # fmt: skip
    """Say what is asked of every submission before it is judged; makes the event's screening as a draft, or changes it.

    Refuses no question or more than twenty, texts that are too long, and any change once it was opened.
    """
    _refuse_wrong(about, questions)
    row = find_screening(db, subject.id)
    if row is None:
        row = Screening(event_id=subject.id, made_at=clock.now())
    found = ScreeningInEvent(row, subject)
    is_draft_screening(found, clock.now())
    row.about, row.kinds = about.strip(), [one.value for one in CHOSEN if one.value in kinds]
    try:
        with db.begin_nested():
            db.add(row)
            db.flush()
    except IntegrityError as error:
        if is_broken(error, "uq_screening_event_id"):
            raise Conflict(_("Somebody else has just set the screening up. Reload the page.")) from error
        raise
    _write_questions(db, row, questions)
    record(db, actor, ScreeningChanged(event_id=subject.id, screening_id=row.id or 0))
    return found


def _refuse_wrong(about: str, questions: Sequence[QuestionPlan]) -> None:
    wrong: dict[str, Message | str] = {}
    if len(about.strip()) > LONGEST["about"]:
        wrong["about"] = _("Please write at most %(most)s characters.", most=LONGEST["about"])
    if not 1 <= len(questions) <= MOST_QUESTIONS:
        wrong["question-0"] = _("Please ask at least one question, and at most %(most)s.", most=MOST_QUESTIONS)
    for number, one in enumerate(questions):
        if not one.text.strip() or len(one.text.strip()) > LONGEST["question"]:
            wrong[f"question-{number}"] = _("Please ask in at most %(most)s characters.", most=LONGEST["question"])
        if len(one.help.strip()) > LONGEST["help"]:
            wrong[f"help-{number}"] = _("Please write at most %(most)s characters.", most=LONGEST["help"])
    if wrong:
        raise Invalid(wrong)


def _write_questions(db: Database, row: Screening, questions: Sequence[QuestionPlan]) -> None:
    db.execute(
        delete(ScreeningQuestion)
        .where(col(ScreeningQuestion.screening_id) == row.id)
        .execution_options(synchronize_session="fetch")
    )
    for position, one in enumerate(questions, 1):
        text, help = one.text.strip(), one.help.strip()
        db.add(ScreeningQuestion(screening_id=row.id or 0, position=position, text=text, help=help))
    db.flush()


@command(organiser_of_event, when=is_draft_screening)
def remove_screening(db: Database, actor: Actor, subject: ScreeningInEvent) -> None:
    """Do without a screening; possible as long as it was never opened."""
    for relation in (ScreeningVerdict, ScreeningAssignment, ScreeningWork, ScreeningQuestion, Screener):
        db.execute(delete(relation).where(col(relation.screening_id) == subject.id))
    db.delete(subject.screening)
    db.flush()
    record(db, actor, ScreeningChanged(event_id=subject.event.id, screening_id=subject.screening.id or 0))


def questions_of(db: Database, screening_id: int | None) -> list[ScreeningQuestion]:
    """What is asked in a screening, in order."""
    query = select(ScreeningQuestion).where(ScreeningQuestion.screening_id == screening_id)
    return list(db.exec(query.order_by(col(ScreeningQuestion.position))))


def screeners_of(db: Database, screening_id: int | None) -> list[tuple[Person, Screener]]:
    """Who screens, or did, by name."""
    query = (
        select(Person, Screener)
        .join(Screener, col(Screener.person_id) == col(Person.id))
        .where(Screener.screening_id == screening_id)
    )
    return sorted(db.exec(query), key=lambda one: ((one[0].name or one[0].email).casefold(), one[0].id or 0))


def judges_blind(db: Database, event: EventWithPhases) -> set[int]:
    """Who may not know whose a submission is, since they judge a blind round of the event and do not organise it."""
    query = (
        select(RoundJudge.person_id)
        .join(JudgingRound, col(JudgingRound.id) == col(RoundJudge.round_id))
        .where(
            JudgingRound.event_id == event.id,
            col(JudgingRound.blind).is_(True),
            not_shown(),
            col(RoundJudge.ended_at).is_(None),
        )
    )
    here = (col(RoleGrant.scope) == Scope.EVENT) & (col(RoleGrant.scope_id) == event.id)
    above = (col(RoleGrant.scope) == Scope.PROGRAMME) & (col(RoleGrant.scope_id) == event.programme_id)
    know: Any = select(RoleGrant.person_id).where(
        (col(RoleGrant.role) == Role.ORGANISER) & (here | above) | (col(RoleGrant.role) == Role.HOST) & here
    )
    return set(db.exec(query)) - set(db.exec(know))


@command(organiser_of_event, when=not_closed)
def name_screener(db: Database, actor: Actor, subject: ScreeningInEvent, *, person_id: int) -> None:
    """Let somebody screen. Refuses who judges a blind round of the event: they would see whose a submission is."""
    person = db.get(Person, person_id)
    if person is None or person.state is PersonState.ERASED:
        raise NotFound()
    if person_id in judges_blind(db, subject.event):
        raise Conflict(
            _("%(name)s judges a blind round of this event, and would see here whose a submission is. "
              "Choose somebody else.", name=person.name or person.email)
        )  # fmt: skip
    of_both = select(Screener).where(Screener.screening_id == subject.id, Screener.person_id == person_id)
    row = db.exec(of_both).first()
    if row is not None and row.ended_at is None:
        return
    row = row or Screener(screening_id=subject.id, person_id=person_id, named_at=clock.now())
    row.ended_at = None
    try:
        with db.begin_nested():
            db.add(row)
            db.flush()
    except IntegrityError as error:
        if is_broken(error, "uq_screener_screening_id_person_id"):
            return  # somebody else has just named them
        raise
    record(db, actor, ScreenerNamed(event_id=subject.event.id, screening_id=subject.id, person_id=person_id))


@command(organiser_of_event, when=not_closed)
def end_screener(db: Database, actor: Actor, subject: ScreeningInEvent, *, person_id: int) -> None:
    """Let somebody screen no more. What they said counts; what they had not looked at yet is free for others."""
    row = db.exec(
        select(Screener).where(
            Screener.screening_id == subject.id, Screener.person_id == person_id, col(Screener.ended_at).is_(None)
        )
    ).first()
    if row is None:
        raise NotFound(_("This person does not screen any more."))
    row.ended_at = clock.now()
    db.add(row)
    mine = select(ScreeningAssignment).where(
        ScreeningAssignment.screening_id == subject.id,
        ScreeningAssignment.person_id == person_id,
        col(ScreeningAssignment.ended_at).is_(None),
    )
    for one in db.exec(mine):
        one.ended_at = clock.now()
        db.add(one)
    record(db, actor, ScreenerEnded(event_id=subject.event.id, screening_id=subject.id, person_id=person_id))


def can_be_opened(subject: ScreeningInEvent, now: datetime) -> None:
    """Refuse to open what is open, or belongs to an event that nobody sees yet."""
    has_judging(subject.event, now)
    if subject.event.event.state is EventState.DRAFT:
        raise Conflict(_("Publish the event first."))
    if subject.screening.state is ScreeningState.OPEN:
        raise Conflict(_("The screening is open."))


@cloned_with_event
def _clone_screening(db: Database, from_event: int, to_event: int, moved: Callable[[datetime], datetime]) -> None:
    """What is asked comes along as a draft, and not who screens."""
    row = find_screening(db, from_event)
    if row is None:
        return
    copy = Screening(event_id=to_event, about=row.about, kinds=list(row.kinds), made_at=clock.now())
    db.add(copy)
    db.flush()
    _write_questions(db, copy, [QuestionPlan(one.text, one.help) for one in questions_of(db, row.id)])
