"""Raised hands in a live room, with the list of speakers, and reactions, of which only the sum is kept."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint, func, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.access import Actor, command
from events.core.columns import moment, public_id, word
from events.core.database import Database, is_broken
from events.core.hooks import on_withdrawn, personal_data
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.translation import _
from events.events import Event
from events.people import Person
from events.registration import Registration
from sessions.manners import refuse_silenced
from sessions.on_now import session_on
from sessions.stages import (
    Stage,
    StageInEvent,
    in_the_room,
    lock_open_stage,
    lock_stage,
    note_change,
    room_open,
    run_stage,
    see_stage,
)


class HandState(StrEnum):
    """A hand is up until its person speaks; it is lowered by them or by the host."""

    UP = "up"
    SPEAKING = "speaking"


class RaisedHand(SQLModel, table=True):
    """That somebody wants to speak, in the order in which they raised their hand. Lowered, it is gone."""

    __tablename__ = "raised_hand"
    __table_args__ = (UniqueConstraint("stage_id", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("rh")
    stage_id: int = Field(foreign_key="stage.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    state: HandState = word(HandState, default=HandState.UP)
    at: datetime = moment()


class ReactionKind(StrEnum):
    """What one can show without a word."""

    APPLAUSE = "applause"
    HEART = "heart"
    LAUGH = "laugh"
    IDEA = "idea"
    AGREE = "agree"


class ReactionCount(SQLModel, table=True):
    """How often something was shown during a pitch, or between pitches, in a session; by whom is not kept."""

    __tablename__ = "reaction_count"

    id: int | None = Field(default=None, primary_key=True)
    stage_id: int = Field(foreign_key="stage.id", index=True)
    pitch_id: int | None = Field(default=None, foreign_key="pitch.id", index=True)
    session_id: int | None = Field(default=None, foreign_key="agenda_session.id", index=True)
    kind: ReactionKind = word(ReactionKind)
    times: int = 0


personal_data(RaisedHand, "person_id", "that somebody wants to speak in a live room", "delete")


@dataclass(frozen=True)
class HandOnStage:
    """A raised hand with its stage and event, as commands and rules need it."""

    hand: RaisedHand
    stage: Stage
    event: Event


@dataclass(frozen=True)
class HandCard:
    """A hand as the list of speakers shows it."""

    id: str
    person: str
    name: str
    state: HandState


class RaisedAlready(Conflict):
    """A person has one hand in a room."""

    def __init__(self) -> None:
        super().__init__(_("Your hand is up already."))


@command(see_stage, when=room_open)
def raise_hand(db: Database, actor: Actor, subject: StageInEvent) -> RaisedHand:
    """Ask to speak; once, kept by the database. Refuses those who are silenced."""
    assert actor.person is not None
    refuse_silenced(actor, subject.id)
    lock_open_stage(db, subject)
    hand = RaisedHand(stage_id=subject.id, person_id=actor.person, at=clock.now())
    try:
        with db.begin_nested():
            db.add(hand)
            db.flush()
    except IntegrityError as error:
        if is_broken(error, "uq_raised_hand_stage_id_person_id"):
            raise RaisedAlready from error
        raise
    note_change(db, subject.stage, "hands")
    return hand


@command(see_stage)
def lower_hand(db: Database, actor: Actor, subject: StageInEvent) -> None:
    """Take one's own hand down; nothing happens where none is up."""
    lock_stage(db, subject.stage)
    query = select(RaisedHand).where(RaisedHand.stage_id == subject.id, RaisedHand.person_id == actor.person)
    hand = db.exec(query).first()
    if hand is not None:
        _lower(db, subject.stage, hand)


@command(run_stage, when=room_open)
def give_the_floor(db: Database, actor: Actor, subject: HandOnStage) -> None:
    """Let somebody speak who has raised a hand; whoever spoke before has spoken. NotFound for a hand that was lowered
    meanwhile."""
    lock_open_stage(db, subject)
    if db.exec(select(RaisedHand.id).where(RaisedHand.id == subject.hand.id)).first() is None:
        raise NotFound()
    speaking = select(RaisedHand).where(RaisedHand.stage_id == subject.stage.id, RaisedHand.state == HandState.SPEAKING)
    for other in db.exec(speaking):
        if other.id != subject.hand.id:
            db.delete(other)
    subject.hand.state = HandState.SPEAKING
    db.add(subject.hand)
    db.flush()
    note_change(db, subject.stage, "hands")


@command(run_stage)
def lower_hand_of(db: Database, actor: Actor, subject: HandOnStage) -> None:
    """Take somebody off the list of speakers; twice is once."""
    lock_stage(db, subject.stage)
    if db.exec(select(RaisedHand.id).where(RaisedHand.id == subject.hand.id)).first() is not None:
        _lower(db, subject.stage, subject.hand)


def _lower(db: Database, stage: Stage, hand: RaisedHand) -> None:
    db.delete(hand)
    db.flush()
    note_change(db, stage, "hands")


@on_withdrawn
def _leaves_the_event(db: Database, actor: Actor, registration_id: int) -> None:
    """Whoever leaves an event is not in its rooms any more, and nobody calls on them."""
    query = (
        select(Stage, RaisedHand)
        .where(Registration.id == registration_id, Stage.event_id == Registration.event_id)
        .where(RaisedHand.stage_id == Stage.id, RaisedHand.person_id == Registration.person_id)
        .order_by(col(Stage.id))
    )
    for stage, hand in db.exec(query).all():
        lock_stage(db, stage)
        _lower(db, stage, hand)


def get_hand(db: Database, subject: StageInEvent, public: str) -> HandOnStage:
    """A raised hand in a room that the reader has been let into."""
    query = select(RaisedHand).where(RaisedHand.public_id == public, RaisedHand.stage_id == subject.id)
    row = db.exec(query).first()
    if row is None:
        raise NotFound()
    return HandOnStage(row, subject.stage, subject.event)


def hands_in(db: Database, stage_id: int) -> list[HandCard]:
    """Who speaks, and then who wants to, in the order of their hands."""
    columns = (RaisedHand.public_id, Person.public_id, Person.name, RaisedHand.state)
    query = select(*columns).where(Person.id == RaisedHand.person_id, RaisedHand.stage_id == stage_id)
    rows = db.exec(query.order_by(col(RaisedHand.id))).all()
    cards = [HandCard(id, person, name, HandState(state)) for id, person, name, state in rows]
    return sorted(cards, key=lambda one: one.state is not HandState.SPEAKING)


@command(in_the_room, when=room_open)
def react(db: Database, actor: Actor, subject: StageInEvent, *, kind: str, pitch_id: int | None = None) -> None:
    """Show something without a word, to the pitch that is on; only sums are kept. Refuses what is not in the set."""
    if kind not in {one.value for one in ReactionKind}:
        raise Invalid({"kind": _("Please choose one of the reactions.")})
    lock_open_stage(db, subject)
    session_id = session_on(db, subject.stage)
    here = (
        col(ReactionCount.stage_id) == subject.id, col(ReactionCount.pitch_id).is_not_distinct_from(pitch_id),
        col(ReactionCount.kind) == ReactionKind(kind), col(ReactionCount.session_id).is_not_distinct_from(session_id),
    )  # fmt: skip
    raised = update(ReactionCount).where(*here).values(times=ReactionCount.times + 1).returning(col(ReactionCount.id))
    if db.execute(raised, execution_options={"synchronize_session": False}).first() is None:
        row = ReactionCount(stage_id=subject.id, pitch_id=pitch_id, session_id=session_id, kind=ReactionKind(kind))
        row.times = 1
        db.add(row)
        db.flush()
    note_change(db, subject.stage, "reaction", shown=kind)


def reactions_to(db: Database, stage_id: int, pitch_id: int | None) -> dict[str, int]:
    """How often each was shown to this pitch, or between pitches."""
    query = (
        select(ReactionCount.kind, func.sum(ReactionCount.times))
        .where(ReactionCount.stage_id == stage_id, col(ReactionCount.pitch_id).is_not_distinct_from(pitch_id))
        .group_by(col(ReactionCount.kind))
    )
    found = dict(db.exec(query).all())
    return {kind.value: found.get(kind, 0) for kind in ReactionKind}
