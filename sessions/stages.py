"""Stages: rooms where teams pitch, and what many people write in them at once: questions and votes.

Those are rows with a number per room, not facts: whoever was away asks for everything after the last number seen.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import UniqueConstraint, delete, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.access import Actor, Rule, command
from events.core.columns import listing, moment, public_id, word
from events.core.database import Database, is_broken
from events.core.hooks import cloned_with_event, personal_data
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.translation import _
from events.events import Event, EventState, see_event
from events.registration import participant_of_event
from events.roles import (
    Role,
    host_of_event,
    judge_of_event,
    may_know_whose_it_is,
    mentor_of_event,
    organiser_of_event,
    role_in_event,
)
from sessions.manners import not_removed, refuse_silenced, refuse_unwanted
from sessions.on_now import session_on
from sessions.passes import holds_a_pass, pass_of
from sessions.streams import STREAM_LIMIT

LONGEST_QUESTION = 500


class StageState(StrEnum):
    """A stage is open while its host holds it open."""

    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"


class StageQuestionState(StrEnum):
    """Whether a question is on the list, was answered, was taken off by the host, or waits to be let on."""

    WAITING = "waiting"
    OPEN = "open"
    ANSWERED = "answered"
    HIDDEN = "hidden"


class Stage(SQLModel, table=True):
    """A room where teams pitch, perhaps joined to a room of the agenda and to a session that its host has put on.

    `number` is the number of the last change in it, for those who were away; `stream` is where it is watched from
    elsewhere."""

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("st")
    event_id: int = Field(foreign_key="event.id", index=True)
    name: str = Field(max_length=120)
    room_id: int | None = Field(default=None, foreign_key="agenda_room.id", index=True)
    session_id: int | None = Field(default=None, foreign_key="agenda_session.id", index=True)
    state: StageState = word(StageState, default=StageState.PLANNED)
    opens_at: datetime = moment()
    pitch_seconds: int = 180
    question_seconds: int = 120
    number: int = 0
    chat: bool = True
    questions_wait: bool = False
    slow_seconds: int = 0
    stream: str = Field(default="", max_length=STREAM_LIMIT)
    opened_at: datetime | None = moment(default=None, nullable=True)
    closed_at: datetime | None = moment(default=None, nullable=True)


class StageQuestion(SQLModel, table=True):
    """Something that an attendee asks the team on stage, or the room."""

    __tablename__ = "stage_question"

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("sq")
    stage_id: int = Field(foreign_key="stage.id", index=True)
    pitch_id: int | None = Field(default=None, foreign_key="pitch.id", index=True)
    session_id: int | None = Field(default=None, foreign_key="agenda_session.id", index=True)
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    holder_id: int | None = Field(default=None, foreign_key="pass_holder.id", index=True)
    body: str = Field(max_length=500)
    votes: int = 0
    pinned: bool = False
    state: StageQuestionState = word(StageQuestionState, default=StageQuestionState.OPEN)
    asked_at: datetime = moment()


class QuestionVote(SQLModel, table=True):
    """That a person, or whoever holds a pass in the hall, finds a question worth asking; once."""

    __tablename__ = "question_vote"
    __table_args__ = (UniqueConstraint("question_id", "person_id"), UniqueConstraint("question_id", "holder_id"))

    id: int | None = Field(default=None, primary_key=True)
    question_id: int = Field(foreign_key="stage_question.id", index=True)
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    holder_id: int | None = Field(default=None, foreign_key="pass_holder.id", index=True)


class StageChange(SQLModel, table=True):
    """One change in a live room with its number: who was away asks for everything after the last one seen.

    Ids and impersonal values only; what people wrote stands in its own relation.
    """

    __tablename__ = "stage_change"
    __table_args__ = (UniqueConstraint("stage_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    stage_id: int = Field(foreign_key="stage.id", index=True)
    number: int
    kind: str = Field(max_length=40)
    particulars: dict[str, Any] = listing()
    at: datetime = moment()


personal_data(StageQuestion, "person_id", "questions asked in a live room", "detach")
personal_data(QuestionVote, "person_id", "votes for questions", "delete")


@dataclass(frozen=True)
class StageInEvent:
    """A stage with its event, as commands and rules need it."""

    stage: Stage
    event: Event

    @property
    def id(self) -> int:
        """The stage's id."""
        assert self.stage.id is not None
        return self.stage.id

    @property
    def event_id(self) -> int:
        """The id of the stage's event."""
        return self.stage.event_id


@dataclass(frozen=True)
class QuestionOnStage:
    """A question with its stage and event, as commands and rules need it."""

    question: StageQuestion
    stage: Stage
    event: Event

    @property
    def id(self) -> int:
        """The question's id."""
        assert self.question.id is not None
        return self.question.id


class StageNotOpen(Conflict):
    """Something is possible in an open room only."""

    def __init__(self) -> None:
        super().__init__(_("This room is not open now. Its host opens it."))


class VotedAlready(Conflict):
    """A person has one vote for a question."""

    def __init__(self) -> None:
        super().__init__(_("You have voted for this question already. You can take your vote back."))


def _event_is_shown(actor: Actor, subject: Any) -> bool:
    return see_event(actor, getattr(subject, "event", subject))


_shown = Rule("the event can be seen", _event_is_shown)
challenge_owner_of_event = role_in_event(Role.CHALLENGE_OWNER)
run_stage = host_of_event | organiser_of_event
see_stage = _shown & may_know_whose_it_is & not_removed & (
    participant_of_event | judge_of_event | mentor_of_event | challenge_owner_of_event | host_of_event
    | organiser_of_event
)  # fmt: skip
in_the_room = see_stage | holds_a_pass
see_stages = see_stage  # of an event: the same question, asked before there is a stage


def room_open(subject: StageInEvent | QuestionOnStage, now: datetime) -> None:
    """Refuse what is possible in an open room only."""
    if subject.stage.state is not StageState.OPEN or subject.event.state is EventState.CLOSED:
        raise StageNotOpen


def by(actor: Actor, relation: Any) -> Any:
    """The condition that a row is this actor's own: of a person, or of whoever holds a pass."""
    holder = pass_of(actor)
    return col(relation.person_id) == actor.person if holder is None else col(relation.holder_id) == holder


def note_change(db: Database, stage: Stage, kind: str, **particulars: Any) -> int:
    """Write down that something changed in a room, in the transaction that changed it; answers the change's number.

    The stage's row stays locked until the commit, so that numbers become visible in their order and without gaps.
    """
    raised = update(Stage).where(col(Stage.id) == stage.id).values(number=Stage.number + 1).returning(col(Stage.number))
    number: int = db.execute(raised, execution_options={"synchronize_session": False}).scalar_one()
    set_committed_value(stage, "number", number)
    db.add(StageChange(stage_id=stage.id or 0, number=number, kind=kind, particulars=particulars, at=clock.now()))
    db.info["tell"] = True
    return number


def lock_stage(db: Database, stage: Stage) -> None:
    """Wait for our turn to change a room, and see it as it is by then. Whatever changes one begins with this: two
    orders would deadlock."""
    query = select(Stage).where(Stage.id == stage.id).with_for_update()
    db.exec(query.execution_options(populate_existing=True)).one()


def lock_open_stage(db: Database, subject: Any) -> None:
    """The same for a stage with its event, or something on it, and refuse when the room was closed while we waited."""
    lock_stage(db, subject.stage)
    room_open(subject, clock.now())


def stages_of(db: Database, actor: Actor, event: Any) -> list[Stage]:
    """The pitch rooms of an event (with or without phases) in order of time; none for those who may not see them."""
    if not see_stage(actor, event):
        return []
    query = select(Stage).where(Stage.event_id == event.id).order_by(col(Stage.opens_at), col(Stage.id))
    return list(db.exec(query))


def get_stage(db: Database, actor: Actor, public: str) -> StageInEvent:
    """The stage with this public id; NotFound for those who may not be in it."""
    found = db.exec(select(Stage, Event).where(Stage.public_id == public, Event.id == Stage.event_id)).first()
    if found is None or not see_stage(actor, StageInEvent(*found)):
        raise NotFound()
    return StageInEvent(*found)


def get_question(db: Database, actor: Actor, subject: StageInEvent, public: str) -> QuestionOnStage:
    """A question of this room; NotFound for one that the host took off, but to those who run the room."""
    row = db.exec(
        select(StageQuestion).where(StageQuestion.public_id == public, StageQuestion.stage_id == subject.id)
    ).first()
    unseen = {StageQuestionState.HIDDEN, StageQuestionState.WAITING}
    if row is None or (row.state in unseen and not run_stage(actor, subject)):
        raise NotFound()
    return QuestionOnStage(row, subject.stage, subject.event)


@command(in_the_room, when=room_open)
def ask_question(
    db: Database, actor: Actor, subject: StageInEvent, *, body: str, pitch_id: int | None = None
) -> StageQuestion:
    """Put a question to the team on stage (`pitch_id`), or to the room; where its host wants that, it waits to be let
    on. Refuses an empty one, a very long one, unwanted words, and those who are silenced."""
    text = " ".join(body.split())
    if not text:
        raise Invalid({"body": _("Please write your question.")})
    if len(text) > LONGEST_QUESTION:
        raise Invalid({"body": _("A question has at most %(most)s characters.", most=LONGEST_QUESTION)})
    refuse_silenced(actor, subject.id)
    refuse_unwanted(db, subject.event_id, text, "body")
    lock_open_stage(db, subject)
    row = StageQuestion(stage_id=subject.id, pitch_id=pitch_id, person_id=actor.person, body=text, asked_at=clock.now())
    row.holder_id, row.session_id = pass_of(actor), session_on(db, subject.stage)
    waits = subject.stage.questions_wait and not run_stage(actor, subject)
    row.state = StageQuestionState.WAITING if waits else StageQuestionState.OPEN
    db.add(row)
    db.flush()
    note_change(db, subject.stage, "question waits" if waits else "question asked", question=row.id)
    return row


@command(in_the_room, when=room_open)
def vote_for_question(db: Database, actor: Actor, subject: QuestionOnStage) -> None:
    """Say that a question is worth asking: once per person or pass, kept by the database."""
    lock_open_stage(db, subject)
    try:
        with db.begin_nested():
            db.add(QuestionVote(question_id=subject.id, person_id=actor.person, holder_id=pass_of(actor)))
            db.flush()
    except IntegrityError as error:
        if any(is_broken(error, f"uq_question_vote_question_id_{who}") for who in ("person_id", "holder_id")):
            raise VotedAlready from error
        raise
    _count(db, subject, 1)


@command(in_the_room, when=room_open)
def take_vote_back(db: Database, actor: Actor, subject: QuestionOnStage) -> None:
    """Take one's vote for a question back; nothing happens where there was none."""
    lock_open_stage(db, subject)
    gone = db.execute(
        delete(QuestionVote)
        .where(col(QuestionVote.question_id) == subject.id, by(actor, QuestionVote))
        .returning(col(QuestionVote.id))
    ).all()
    if gone:
        _count(db, subject, -1)


def _count(db: Database, subject: QuestionOnStage, more: int) -> None:
    raised = update(StageQuestion).where(col(StageQuestion.id) == subject.id).values(votes=StageQuestion.votes + more)
    db.execute(raised, execution_options={"synchronize_session": False})
    note_change(db, subject.stage, "question votes", question=subject.id)


@command(run_stage)
def mark_answered(db: Database, actor: Actor, subject: QuestionOnStage) -> None:
    """Say that a question was answered; it stays in sight below the open ones."""
    _set_state(db, subject, StageQuestionState.ANSWERED)


@command(run_stage)
def hide_question(db: Database, actor: Actor, subject: QuestionOnStage) -> None:
    """Take a question off the list: from now on nobody reads it but those who run the room."""
    _set_state(db, subject, StageQuestionState.HIDDEN)


@command(run_stage)
def put_question_back(db: Database, actor: Actor, subject: QuestionOnStage) -> None:
    """Put a question that was answered or taken off on the list again."""
    _set_state(db, subject, StageQuestionState.OPEN)


@command(run_stage)
def pin_question(db: Database, actor: Actor, subject: QuestionOnStage, *, pinned: bool) -> None:
    """Put a question above all others, one at a time, or let it go back to its place."""
    lock_stage(db, subject.stage)
    if subject.question.pinned is pinned:
        return
    query = select(StageQuestion).where(StageQuestion.stage_id == subject.stage.id, col(StageQuestion.pinned).is_(True))
    for other in db.exec(query):
        other.pinned = False
        db.add(other)
        note_change(db, subject.stage, "question pinned", question=other.id)
    subject.question.pinned = pinned
    db.add(subject.question)
    db.flush()
    note_change(db, subject.stage, "question pinned", question=subject.id)


def _set_state(db: Database, subject: QuestionOnStage, state: StageQuestionState) -> None:
    lock_stage(db, subject.stage)
    if subject.question.state is state:
        return
    subject.question.state = state
    if state is not StageQuestionState.OPEN:
        subject.question.pinned = False
    db.add(subject.question)
    db.flush()
    note_change(db, subject.stage, f"question {state}", question=subject.id)


@cloned_with_event
def _clone_stages(db: Database, from_event: int, to_event: int, moved: Callable[[datetime], datetime]) -> None:
    """The stages with their times, planned and empty; the stream of another event would show that event."""
    for one in db.exec(select(Stage).where(Stage.event_id == from_event).order_by(col(Stage.id))):
        stage = Stage(event_id=to_event, name=one.name, opens_at=moved(one.opens_at))
        stage.pitch_seconds, stage.question_seconds = one.pitch_seconds, one.question_seconds
        stage.chat, stage.questions_wait, stage.slow_seconds = one.chat, one.questions_wait, one.slow_seconds
        db.add(stage)
    db.flush()
