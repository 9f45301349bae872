"""Polls in live rooms: a question of the host with choices, one vote each, and a rule for who sees the result when."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import UniqueConstraint, func
from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.access import Actor, command
from events.core.columns import moment, public_id, word
from events.core.database import Database
from events.core.hooks import personal_data
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.translation import _
from events.events import Event
from sessions.on_now import session_on
from sessions.passes import pass_of
from sessions.stages import (
    Stage,
    StageInEvent,
    by,
    in_the_room,
    lock_stage,
    note_change,
    room_open,
    run_stage,
)

FEWEST_CHOICES, MOST_CHOICES, LONGEST = 2, 10, 200


class PollState(StrEnum):
    """A draft is seen by those who run the room alone."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


class Results(StrEnum):
    """When everybody sees how many chose what: all the time, once the poll is closed, or when the host shows it."""

    LIVE = "live"
    CLOSED = "closed"
    HELD = "held"


class Poll(SQLModel, table=True):
    """A question with choices, joined to the session that was on when it opened."""

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("po")
    stage_id: int = Field(foreign_key="stage.id", index=True)
    pitch_id: int | None = Field(default=None, foreign_key="pitch.id", index=True)
    session_id: int | None = Field(default=None, foreign_key="agenda_session.id", index=True)
    question: str = Field(max_length=LONGEST)
    state: PollState = word(PollState, default=PollState.DRAFT)
    results: Results = word(Results, default=Results.CLOSED)
    made_at: datetime = moment()


class PollChoice(SQLModel, table=True):
    """Something to choose."""

    __tablename__ = "poll_choice"

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("pc")
    poll_id: int = Field(foreign_key="poll.id", index=True)
    position: int
    text: str = Field(max_length=LONGEST)


class PollVote(SQLModel, table=True):
    """What one person, or whoever holds a pass, chose."""

    __tablename__ = "poll_vote"
    __table_args__ = (UniqueConstraint("poll_id", "person_id"), UniqueConstraint("poll_id", "holder_id"))

    id: int | None = Field(default=None, primary_key=True)
    poll_id: int = Field(foreign_key="poll.id", index=True)
    choice_id: int = Field(foreign_key="poll_choice.id", index=True)
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    holder_id: int | None = Field(default=None, foreign_key="pass_holder.id", index=True)


personal_data(PollVote, "person_id", "votes in polls of live rooms", "delete")


@dataclass(frozen=True)
class PollOnStage:
    """A poll with its stage and event, as commands and rules need it."""

    poll: Poll
    stage: Stage
    event: Event

    @property
    def id(self) -> int:
        """The poll's id."""
        assert self.poll.id is not None
        return self.poll.id


class PollNotOpen(Conflict):
    """One votes in a poll while it is open."""

    def __init__(self) -> None:
        super().__init__(_("This poll is not open now."))


def poll_open(subject: PollOnStage, now: datetime) -> None:
    """Refuse a vote in a poll, or a room, that is not open."""
    room_open(StageInEvent(subject.stage, subject.event), now)
    if subject.poll.state is not PollState.OPEN:
        raise PollNotOpen


@command(run_stage)
def draft_poll(
    db: Database,
    actor: Actor,
    subject: StageInEvent,
    *,
    question: str,
    choices: list[str],
    results: Results = Results.CLOSED,
    pitch_id: int | None = None,
) -> Poll:
    """Prepare a poll; nobody else sees it yet. Refuses no question, fewer than two choices, many, and long ones."""
    texts = [" ".join(one.split()) for one in choices if one.strip()]
    wrong = {}
    if not question.strip() or len(question.strip()) > LONGEST:
        wrong["question"] = _("Please write a question of at most %(most)s characters.", most=LONGEST)
    if not FEWEST_CHOICES <= len(texts) <= MOST_CHOICES:
        wrong["choices"] = _("Please write two to ten choices, each on its own line.")
    elif len(set(texts)) != len(texts) or max(map(len, texts)) > LONGEST:
        wrong["choices"] = _("Please write each choice once, with at most %(most)s characters.", most=LONGEST)
    if wrong:
        raise Invalid(wrong)
    poll = Poll(stage_id=subject.id, pitch_id=pitch_id, question=question.strip(), results=results, made_at=clock.now())
    db.add(poll)
    db.flush()
    db.add_all(PollChoice(poll_id=poll.id or 0, position=at, text=text) for at, text in enumerate(texts, 1))
    db.flush()
    return poll


@command(run_stage)
def open_poll(db: Database, actor: Actor, subject: PollOnStage) -> None:
    """Let everybody vote; a poll that was closed by mistake opens again."""
    _turn_poll(db, subject, PollState.OPEN)


@command(run_stage)
def close_poll(db: Database, actor: Actor, subject: PollOnStage) -> None:
    """End the vote: votes that arrive later are refused."""
    if subject.poll.state is not PollState.OPEN:
        raise PollNotOpen
    _turn_poll(db, subject, PollState.CLOSED)


@command(run_stage)
def show_poll_results(db: Database, actor: Actor, subject: PollOnStage, *, results: Results) -> None:
    """Choose when everybody sees the result; for one that is held back, this is how it is shown."""
    lock_stage(db, subject.stage)
    subject.poll.results = results
    db.add(subject.poll)
    db.flush()
    if subject.poll.state is not PollState.DRAFT:
        note_change(db, subject.stage, "poll results", poll=subject.id)


def _turn_poll(db: Database, subject: PollOnStage, state: PollState) -> None:
    lock_stage(db, subject.stage)
    db.refresh(subject.poll)
    if subject.poll.state is state:
        return
    if state is PollState.OPEN and subject.poll.session_id is None:
        subject.poll.session_id = session_on(db, subject.stage)
    subject.poll.state = state
    db.add(subject.poll)
    db.flush()
    note_change(db, subject.stage, f"poll {state}", poll=subject.id)


@command(in_the_room, when=poll_open)
def vote_in_poll(db: Database, actor: Actor, subject: PollOnStage, *, choice: str) -> None:
    """Choose, or choose something else: one vote each, kept by the database. Refuses what is not on the list."""
    lock_stage(db, subject.stage)
    db.refresh(subject.poll)
    poll_open(subject, clock.now())
    query = select(PollChoice.id).where(PollChoice.public_id == choice, PollChoice.poll_id == subject.id)
    chosen = db.exec(query).first()
    if chosen is None:
        raise Invalid({"choice": _("Please choose one of the answers.")})
    vote = db.exec(select(PollVote).where(PollVote.poll_id == subject.id, by(actor, PollVote))).first()
    if vote is None:
        vote = PollVote(poll_id=subject.id, choice_id=chosen, person_id=actor.person, holder_id=pass_of(actor))
    elif vote.choice_id == chosen:
        return
    vote.choice_id = chosen
    db.add(vote)
    db.flush()
    note_change(db, subject.stage, "poll votes", poll=subject.id)


def get_poll(db: Database, actor: Actor, subject: StageInEvent, public: str) -> PollOnStage:
    """A poll of this room; NotFound for a draft, but to those who run the room."""
    row = db.exec(select(Poll).where(Poll.public_id == public, Poll.stage_id == subject.id)).first()
    if row is None or (row.state is PollState.DRAFT and not run_stage(actor, subject)):
        raise NotFound()
    return PollOnStage(row, subject.stage, subject.event)


@dataclass(frozen=True)
class ChoiceCard:
    """A choice as it is shown; `votes` is None as long as the reader may not know."""

    id: str
    text: str
    votes: int | None


@dataclass(frozen=True)
class PollCard:
    """A poll as the room sees it; `voted` is how many have voted, `mine` the id of the reader's own choice."""

    id: str
    question: str
    state: PollState
    results: Results
    choices: tuple[ChoiceCard, ...]
    voted: int
    mine: str = ""


def polls_shown(
    db: Database, stage_id: int, actor: Actor | None, *, whole: bool, only: set[int] | None = None
) -> list[PollCard]:
    """The polls of a room, oldest first, as everybody sees them (`actor` None), or with the reader's own choice;
    `whole` is for those who run the room, with drafts and all numbers."""
    query = select(Poll).where(Poll.stage_id == stage_id).order_by(col(Poll.id))
    if only is not None:
        query = query.where(col(Poll.id).in_(only))
    if not whole:
        query = query.where(Poll.state != PollState.DRAFT)
    polls = list(db.exec(query))
    ids = [one.id for one in polls]
    if not ids:
        return []
    choices = list(db.exec(select(PollChoice).where(col(PollChoice.poll_id).in_(ids)).order_by(col(PollChoice.id))))
    chosen: Any = PollVote.choice_id
    counted: Any = select(chosen, func.count()).where(col(PollVote.poll_id).in_(ids)).group_by(chosen)
    votes: dict[int, int] = dict(db.exec(counted).all())
    own = _own_choices(db, actor, ids) if actor is not None else set()
    return [_card(one, [two for two in choices if two.poll_id == one.id], votes, own, whole=whole) for one in polls]


def _own_choices(db: Database, actor: Actor, polls: list[int | None]) -> set[int]:
    query = select(PollVote.choice_id).where(col(PollVote.poll_id).in_(polls), by(actor, PollVote))
    return set(db.exec(query)) if actor.signed_in or pass_of(actor) is not None else set()


def _card(poll: Poll, choices: list[PollChoice], votes: dict[int, int], own: set[int], *, whole: bool) -> PollCard:
    known = (
        whole
        or poll.results is Results.LIVE
        or (poll.results is Results.CLOSED and poll.state is PollState.CLOSED)
    )  # fmt: skip
    cards = tuple(ChoiceCard(one.public_id, one.text, votes.get(one.id or 0, 0) if known else None) for one in choices)
    voted = sum(votes.get(one.id or 0, 0) for one in choices)
    mine = next((one.public_id for one in choices if one.id in own), "")
    return PollCard(poll.public_id, poll.question, poll.state, poll.results, cards, voted, mine)
