"""Moderation of live rooms: silence, remove, slow down, report, unwanted words. Each step is a fact, so it is kept who
did what."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint, delete
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.access import Actor, command
from events.core.columns import moment, word
from events.core.database import Database, is_broken
from events.core.hooks import personal_data
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid
from events.core.translation import _
from events.events import EventWithPhases, not_over
from events.people import Person
from events.roles import actor_for
from sessions.chat import MessageOnStage, MessageState
from sessions.hands import RaisedHand
from sessions.manners import SanctionKind, StageSanction, UnwantedWords
from sessions.passes import LASTS, StagePass, new_code
from sessions.pitches import not_closed
from sessions.stages import (
    QuestionOnStage,
    Stage,
    StageInEvent,
    lock_stage,
    note_change,
    run_stage,
    see_stage,
)
from sessions.streams import stream_problem

SLOWEST, MOST_WORDS, LONGEST_WORD = 300, 200, 40


class Act(StrEnum):
    """What a moderator did."""

    MESSAGE_OFF = "message taken off"
    MESSAGE_BACK = "message put back"
    SILENCED = "silenced"
    SPEAKS_AGAIN = "may speak again"
    REMOVED = "removed"
    LET_BACK_IN = "let back in"
    MANNERS = "manners set"
    REPORT_SETTLED = "report settled"
    PASS_MADE = "pass made"  # noqa: S105 - a word
    PASS_TAKEN_BACK = "pass taken back"  # noqa: S105 - a word
    HALL_GUEST_SILENCED = "hall guest silenced"
    HALL_GUEST_SPEAKS_AGAIN = "hall guest may speak again"


class ReportState(StrEnum):
    """A report waits until a moderator has settled it."""

    WAITING = "waiting"
    SETTLED = "settled"


class StageReport(SQLModel, table=True):
    """That somebody finds a message or a question not right; once each."""

    __tablename__ = "stage_report"
    __table_args__ = (UniqueConstraint("message_id", "person_id"), UniqueConstraint("question_id", "person_id"))

    id: int | None = Field(default=None, primary_key=True)
    stage_id: int = Field(foreign_key="stage.id", index=True)
    message_id: int | None = Field(default=None, foreign_key="chat_message.id", index=True)
    question_id: int | None = Field(default=None, foreign_key="stage_question.id", index=True)
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    state: ReportState = word(ReportState, default=ReportState.WAITING)
    at: datetime = moment()


personal_data(StageReport, "person_id", "that somebody reported a message or a question in a live room", "detach")


@dataclass(frozen=True)
class RoomModerated(Fact):
    """A moderator did something in a live room: to a person, to a thing (its id), or to the room."""

    event_id: int
    stage_id: int
    act: str
    person_id: int | None = None
    thing_id: int | None = None


@dataclass(frozen=True)
class UnwantedWordsSet(Fact):
    """An event got another list of words that it does not want."""

    event_id: int


@dataclass(frozen=True)
class PersonOnStage:
    """Somebody in a room, as commands of moderation need them."""

    person: Person
    stage: Stage
    event: EventWithPhases


@dataclass(frozen=True)
class PassToStage:
    """A pass with its room, as commands need it."""

    found: StagePass
    stage: Stage
    event: EventWithPhases


class ReportedAlready(Conflict):
    """One report of a thing is enough."""

    def __init__(self) -> None:
        super().__init__(_("You have reported this already. A moderator looks at it."))


class RunsTheRoom(Conflict):
    """Who runs a room is not silenced or removed from it."""

    def __init__(self) -> None:
        super().__init__(_("This person runs the room. An organiser can take the role away first."))


def did(
    db: Database, actor: Actor, stage: Stage, act: Act, *, person: int | None = None, thing: int | None = None
) -> None:
    """Keep what a moderator did in a room: to a person, or to a thing (ids)."""
    record(db, actor, RoomModerated(stage.event_id, stage.id or 0, act, person, thing))


@command(run_stage)
def take_message_off(db: Database, actor: Actor, subject: MessageOnStage) -> None:
    """From now on nobody reads a message but those who run the room."""
    _set_message(db, actor, subject, MessageState.HIDDEN, Act.MESSAGE_OFF)


@command(run_stage)
def put_message_back(db: Database, actor: Actor, subject: MessageOnStage) -> None:
    """Let everybody read a message again that was taken off."""
    _set_message(db, actor, subject, MessageState.SAID, Act.MESSAGE_BACK)


def _set_message(db: Database, actor: Actor, subject: MessageOnStage, state: MessageState, act: Act) -> None:
    lock_stage(db, subject.stage)
    if subject.message.state is state:
        return
    subject.message.state = state
    db.add(subject.message)
    db.flush()
    note_change(db, subject.stage, "chat", message=subject.id)
    did(db, actor, subject.stage, act, person=subject.message.person_id, thing=subject.id)


@command(run_stage)
def silence_person(db: Database, actor: Actor, subject: PersonOnStage) -> None:
    """Let somebody read, vote and react, and not write, ask or raise a hand, until it is taken back."""
    _sanction(db, actor, subject, SanctionKind.SILENCED, Act.SILENCED)


@command(run_stage)
def let_speak_again(db: Database, actor: Actor, subject: PersonOnStage) -> None:
    """Take back that somebody is silenced."""
    _lift(db, actor, subject, SanctionKind.SILENCED, Act.SPEAKS_AGAIN)


@command(run_stage)
def remove_from_room(db: Database, actor: Actor, subject: PersonOnStage) -> None:
    """Put somebody out of the room and let them in no more; their open pages go within two seconds."""
    _sanction(db, actor, subject, SanctionKind.REMOVED, Act.REMOVED)


@command(run_stage)
def let_back_in(db: Database, actor: Actor, subject: PersonOnStage) -> None:
    """Take back that somebody is removed."""
    _lift(db, actor, subject, SanctionKind.REMOVED, Act.LET_BACK_IN)


def _sanction(db: Database, actor: Actor, subject: PersonOnStage, kind: SanctionKind, act: Act) -> None:
    target = actor_for(db, subject.person.id)
    if run_stage(target, subject):
        raise RunsTheRoom
    lock_stage(db, subject.stage)
    held = select(StageSanction.id).where(
        StageSanction.stage_id == subject.stage.id, StageSanction.person_id == subject.person.id,
        StageSanction.kind == kind,
    )  # fmt: skip
    if db.exec(held).first() is not None:
        return
    row = StageSanction(stage_id=subject.stage.id or 0, person_id=subject.person.id or 0, kind=kind, at=clock.now())
    db.add(row)
    own_hand = (col(RaisedHand.stage_id) == subject.stage.id, col(RaisedHand.person_id) == subject.person.id)
    db.execute(delete(RaisedHand).where(*own_hand))
    db.flush()
    note_change(db, subject.stage, "hands")
    did(db, actor, subject.stage, act, person=subject.person.id)


def _lift(db: Database, actor: Actor, subject: PersonOnStage, kind: SanctionKind, act: Act) -> None:
    gone = db.execute(
        delete(StageSanction)
        .where(
            col(StageSanction.stage_id) == subject.stage.id,
            col(StageSanction.person_id) == subject.person.id,
            col(StageSanction.kind) == kind,
        )
        .returning(col(StageSanction.id))
    ).all()
    if gone:
        did(db, actor, subject.stage, act, person=subject.person.id)


@command(see_stage)
def report_message(db: Database, actor: Actor, subject: MessageOnStage) -> None:
    """Tell those who run the room that a message is not right; once per person."""
    _report(db, actor, subject.stage, message_id=subject.id)


@command(see_stage)
def report_question(db: Database, actor: Actor, subject: QuestionOnStage) -> None:
    """Tell those who run the room that a question is not right; once per person."""
    _report(db, actor, subject.stage, question_id=subject.id)


def _report(
    db: Database, actor: Actor, stage: Stage, *, message_id: int | None = None, question_id: int | None = None
) -> None:
    report = StageReport(stage_id=stage.id or 0, message_id=message_id, question_id=question_id, at=clock.now())
    report.person_id = actor.person
    lock_stage(db, stage)
    try:
        with db.begin_nested():
            db.add(report)
            db.flush()
    except IntegrityError as error:
        if any(is_broken(error, f"uq_stage_report_{what}_id_person_id") for what in ("message", "question")):
            raise ReportedAlready from error
        raise
    note_change(db, stage, "reported")


@command(run_stage)
def settle_reports(db: Database, actor: Actor, subject: MessageOnStage | QuestionOnStage) -> None:
    """Say that the reports of a message or a question are dealt with, whatever was done."""
    column = StageReport.message_id if isinstance(subject, MessageOnStage) else StageReport.question_id
    lock_stage(db, subject.stage)
    for row in db.exec(select(StageReport).where(column == subject.id, StageReport.state == ReportState.WAITING)):
        row.state = ReportState.SETTLED
        db.add(row)
    db.flush()
    note_change(db, subject.stage, "reported")
    did(db, actor, subject.stage, Act.REPORT_SETTLED, thing=subject.id)


@command(run_stage, when=not_closed)
def set_manners(
    db: Database,
    actor: Actor,
    subject: StageInEvent,
    *,
    chat: bool,
    questions_wait: bool,
    slow_seconds: int,
    stream: str | None = None,
) -> None:
    """Whether there is a chat, whether questions wait to be let on, how many seconds one person pauses between two
    messages (0: no pause, at most five minutes), and where the room is watched from elsewhere (empty: nowhere, None: as
    it is). Refuses a stream without an https address."""
    if not 0 <= slow_seconds <= SLOWEST:
        raise Invalid({"slow_seconds": _("Choose a pause of at most %(most)s seconds.", most=SLOWEST)})
    if stream is not None and (problem := stream_problem(stream.strip())):
        raise Invalid({"stream": problem})
    lock_stage(db, subject.stage)
    stage = subject.stage
    stage.chat, stage.questions_wait, stage.slow_seconds = chat, questions_wait, slow_seconds
    if stream is not None:
        stage.stream = stream.strip()
    db.add(stage)
    db.flush()
    note_change(db, stage, "manners")
    did(db, actor, stage, Act.MANNERS)


@command(run_stage, when=not_over)
def set_unwanted_words(db: Database, actor: Actor, event: EventWithPhases, *, words: list[str]) -> None:
    """Which words messages and questions of an event may not have in them; each once, whatever their case."""
    kept = sorted({" ".join(one.casefold().split()) for one in words} - {""})
    if len(kept) > MOST_WORDS or any(len(one) > LONGEST_WORD for one in kept):
        most = _("At most %(most)s words of at most %(long)s characters.", most=MOST_WORDS, long=LONGEST_WORD)
        raise Invalid({"words": most})
    row = db.exec(select(UnwantedWords).where(UnwantedWords.event_id == event.id)).first()
    row = row or UnwantedWords(event_id=event.id)
    row.words = kept
    db.add(row)
    record(db, actor, UnwantedWordsSet(event_id=event.id))


@command(run_stage, when=not_closed)
def make_pass(db: Database, actor: Actor, subject: StageInEvent, *, most: int = 500) -> StagePass:
    """A short link for people in the hall, for at most so many, for twelve hours at most. Those before it end."""
    if not 1 <= most <= 5000:
        raise Invalid({"most": _("Choose a number from 1 to 5000.")})
    lock_stage(db, subject.stage)
    now = clock.now()
    for old in db.exec(select(StagePass).where(StagePass.stage_id == subject.id, col(StagePass.revoked_at).is_(None))):
        old.revoked_at = now
        db.add(old)
    row = StagePass(code=new_code(), stage_id=subject.id, most=most, made_at=now, ends_at=now + LASTS)
    db.add(row)
    db.flush()
    did(db, actor, subject.stage, Act.PASS_MADE, thing=row.id)
    return row


@command(run_stage)
def take_pass_back(db: Database, actor: Actor, subject: PassToStage) -> None:
    """End a pass now: nobody follows it any more, and who did can do nothing any more."""
    if subject.found.revoked_at is not None:
        return
    subject.found.revoked_at = clock.now()
    db.add(subject.found)
    did(db, actor, subject.stage, Act.PASS_TAKEN_BACK, thing=subject.found.id)
