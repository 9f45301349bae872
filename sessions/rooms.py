"""What a live room shows: all of it at one moment, and what has changed since a number."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, false, select
from sqlmodel import col

from events.challenges import Challenge
from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.core.refusals import NotFound
from events.people import Person
from events.submissions import ITS_CHALLENGE, Submission
from events.teams import Team
from sessions.chat import ChatMessage, MessageState
from sessions.hands import HandCard, hands_in, reactions_to
from sessions.moderated import reports_waiting
from sessions.on_now import Programme, programme_of
from sessions.person_reports import Place, person_reports_waiting
from sessions.pitches import Pitch, PitchState
from sessions.polls import PollCard, polls_shown
from sessions.stages import (
    QuestionVote,
    Stage,
    StageChange,
    StageInEvent,
    StageQuestion,
    StageQuestionState,
    StageState,
    by,
    in_the_room,
    run_stage,
)

MOST_QUESTIONS = 100
MOST_CHANGES = 500
MOST_MESSAGES = 100
UNSEEN = (StageQuestionState.HIDDEN, StageQuestionState.WAITING)
# Changes that leave the running order as it is.
COUNTED = {"question votes", "poll votes", "reaction", "hands", "chat", "reported", "wish"}
BESIDE = COUNTED | {"manners", "programme", "question pinned", "question asked", "question waits", "poll open",
                    "poll closed", "poll results",
                    *(f"question {state.value}" for state in StageQuestionState)}  # fmt: skip


@dataclass(frozen=True)
class PitchCard:
    """A pitch as the running order shows it; times are aware, `seconds` is what the team has to speak."""

    id: str
    team: str
    title: str
    challenge: str
    state: PitchState
    planned_at: datetime
    seconds: int
    started_at: datetime | None
    paused_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True)
class CalledOff:
    """A pitch that was called off, and why; for those who run the room."""

    id: str
    team: str
    title: str
    reason: str


@dataclass(frozen=True)
class QuestionCard:
    """A question as the room reads it; `pitch` is the turn it was asked in, `mine` that the reader voted for
    it, `own` that they asked it. One that was taken off has neither words nor name, but for its host."""

    id: str
    body: str
    name: str
    team: str
    votes: int
    state: StageQuestionState
    pinned: bool = False
    mine: bool = False
    pitch: str = ""
    own: bool = False


@dataclass(frozen=True)
class Running:
    """The state of a room and its running order; whoever is on stage is one of `pitches`."""

    state: StageState
    question_seconds: int
    pitches: tuple[PitchCard, ...]

    @property
    def on_stage(self) -> PitchCard | None:
        """The pitch being given."""
        return next((one for one in self.pitches if one.state is PitchState.ON_STAGE), None)

    @property
    def next_up(self) -> PitchCard | None:
        """The first who waits."""
        return next((one for one in self.pitches if one.state is PitchState.WAITING), None)


@dataclass(frozen=True)
class MessageCard:
    """What somebody said; a message that was taken off has neither words nor name, but for those who run the room."""

    id: str
    body: str
    name: str
    person: str
    said_at: datetime
    state: MessageState


@dataclass(frozen=True)
class Manners:
    """How people may take part at the moment, and where the room is watched from elsewhere."""

    chat: bool
    questions_wait: bool
    slow_seconds: int
    stream: str = ""


@dataclass(frozen=True)
class RoomSnapshot:
    """All that a room shows, as of change `number`; `now` is the server's clock. `reports` is how often something in it
    was reported that waits for a moderator, `called_off` which pitches are; both None for those who do not run it."""

    number: int
    now: datetime
    running: Running
    questions: tuple[QuestionCard, ...]
    chat: tuple[MessageCard, ...]
    polls: tuple[PollCard, ...]
    hands: tuple[HandCard, ...]
    reactions: dict[str, int]
    manners: Manners
    programme: Programme
    reports: int | None = None
    called_off: tuple[CalledOff, ...] | None = None


@dataclass(frozen=True)
class RoomChanges:
    """The changes after `since` up to `number`, each kind of thing as it is now: the newest of each is enough.

    `kinds` says what happened, in order. `whole` means that too much has changed to list: take a snapshot.
    """

    since: int
    number: int
    now: datetime
    kinds: tuple[str, ...] = ()
    running: Running | None = None
    questions: tuple[QuestionCard, ...] = ()
    chat: tuple[MessageCard, ...] = ()
    polls: tuple[PollCard, ...] = ()
    hands: tuple[HandCard, ...] | None = None
    reactions: dict[str, int] | None = None
    manners: Manners | None = None
    programme: Programme | None = None
    whole: bool = False


def room_snapshot(db: Database, actor: Actor, subject: StageInEvent) -> RoomSnapshot:
    """The room as this person sees it, with their votes; the pinned question first, then open ones with the most votes,
    at most a hundred; the last hundred messages of the chat.

    NotFound for those who may not be in it.
    """
    if not in_the_room(actor, subject):
        raise NotFound()
    # The number first: what is read after it may be newer, and is then read once more, never missed.
    number = room_numbers(db, [subject.id])[subject.id]
    runs = run_stage(actor, subject)
    wanted: list[Any] = [col(StageQuestion.stage_id) == subject.id]
    said: list[Any] = [col(ChatMessage.stage_id) == subject.id]
    if not runs:
        wanted.append(col(StageQuestion.state).not_in(UNSEEN))
        said.append(col(ChatMessage.state) == MessageState.SAID)
    order = case((col(StageQuestion.state) == StageQuestionState.OPEN, 0), else_=1)
    first = (col(StageQuestion.pinned).desc(), order, col(StageQuestion.votes).desc(), col(StageQuestion.id))
    running = running_of(db, subject.id)
    return RoomSnapshot(
        number,
        clock.now(),
        running,
        tuple(_questions(db, wanted, actor, *first)[:MOST_QUESTIONS]),
        tuple(reversed(_chat(db, said, col(ChatMessage.id).desc())[:MOST_MESSAGES])),
        tuple(polls_shown(db, subject.id, actor, whole=runs)),
        tuple(hands_in(db, subject.id)),
        reactions_to(db, subject.id, _pitch_on(db, subject.id)),
        _manners(db, subject.id),
        programme_now(db, subject.id),
        _reports(db, actor, subject) if runs else None,
        called_off_in(db, subject.id) if runs else None,
    )


def _reports(db: Database, actor: Actor, subject: StageInEvent) -> int:
    people = person_reports_waiting(db, actor, Place.STAGE, subject.stage.public_id)
    return reports_waiting(db, subject.id) + people


def room_numbers(db: Database, stage_ids: list[int]) -> dict[int, int]:
    """The number of the last change of each room."""
    rows = db.execute(select(col(Stage.id), col(Stage.number)).where(col(Stage.id).in_(stage_ids)))
    return {id: number for id, number in rows if id is not None}


def changes_since(db: Database, actor: Actor, subject: StageInEvent, number: int) -> RoomChanges:
    """What somebody missed who has seen everything up to `number`. NotFound for those who may not be in the room."""
    if not in_the_room(actor, subject):
        raise NotFound()
    return changes_after(db, subject.id, number)


def changes_after(db: Database, stage_id: int, number: int) -> RoomChanges:
    """What happened in a room after `number`, as everybody in it may read it: nothing in it is personal."""
    rows = db.execute(
        select(col(StageChange.number), col(StageChange.kind), col(StageChange.particulars))
        .where(col(StageChange.stage_id) == stage_id, col(StageChange.number) > number)
        .order_by(col(StageChange.number))
        .limit(MOST_CHANGES + 1)
    ).all()
    if not rows:
        return RoomChanges(number, number, clock.now())
    if len(rows) > MOST_CHANGES or rows[0].number != number + 1:
        return RoomChanges(number, room_numbers(db, [stage_id])[stage_id], clock.now(), whole=True)

    def named(what: str) -> set[int]:
        return {row.particulars[what] for row in rows if what in row.particulars}

    kinds = tuple(row.kind for row in rows)
    seen = set(kinds)
    moved = not seen <= BESIDE
    asked, said, polls = named("question"), named("message"), named("poll")
    return RoomChanges(
        since=number,
        number=rows[-1].number,
        now=clock.now(),
        kinds=tuple(_one_of_each(kinds)),
        running=running_of(db, stage_id) if moved else None,
        questions=tuple(map(_without_words, _questions(db, [col(StageQuestion.id).in_(asked)], None))) if asked else (),
        chat=tuple(map(_not_said, _chat(db, [col(ChatMessage.id).in_(said)], col(ChatMessage.id)))) if said else (),
        polls=tuple(polls_shown(db, stage_id, None, whole=False, only=polls)) if polls else (),
        hands=tuple(hands_in(db, stage_id)) if "hands" in seen else None,
        reactions=reactions_to(db, stage_id, _pitch_on(db, stage_id)) if moved or "reaction" in seen else None,
        manners=_manners(db, stage_id) if "manners" in seen else None,
        programme=programme_now(db, stage_id) if "programme" in seen else None,
    )


def _one_of_each(kinds: tuple[str, ...]) -> list[str]:
    """What happened, in order; of what is only counted, one is enough."""
    return [kind for at, kind in enumerate(kinds) if kind not in COUNTED or kind not in kinds[:at]]


def _pitch_on(db: Database, stage_id: int) -> int | None:
    on = select(col(Pitch.id)).where(col(Pitch.stage_id) == stage_id, col(Pitch.state) == PitchState.ON_STAGE)
    return db.execute(on).scalars().first()


def _manners(db: Database, stage_id: int) -> Manners:
    columns: Any = (Stage.chat, Stage.questions_wait, Stage.slow_seconds, Stage.stream)
    return Manners(*db.execute(select(*columns).where(col(Stage.id) == stage_id)).one())


def programme_now(db: Database, stage_id: int) -> Programme:
    """The sessions of a live room, as everybody may read them."""
    columns: Any = (Stage.room_id, Stage.session_id, Stage.event_id)
    return programme_of(db, db.execute(select(*columns).where(col(Stage.id) == stage_id)).one())


def _not_said(card: MessageCard) -> MessageCard:
    return card if card.state is MessageState.SAID else replace(card, body="", name="", person="")


def _without_words(card: QuestionCard) -> QuestionCard:
    if card.state not in UNSEEN:
        return card
    return QuestionCard(id=card.id, body="", name="", team="", votes=0, state=card.state)


def running_of(db: Database, stage_id: int) -> Running:
    """A room's state and its running order, without what was called off."""
    query = (
        select(Stage, Pitch, col(Submission.title), col(Team.name), col(Challenge.title))
        .join(Pitch, and_(col(Pitch.stage_id) == Stage.id, col(Pitch.state) != PitchState.CANCELLED), isouter=True)
        .join(Submission, col(Submission.id) == Pitch.submission_id, isouter=True)
        .join(Team, col(Team.id) == Submission.team_id, isouter=True)
        .join(Challenge, col(Challenge.id) == ITS_CHALLENGE, isouter=True)
        .where(col(Stage.id) == stage_id)
        .order_by(col(Pitch.position), col(Pitch.id))
    )
    rows = db.execute(query, execution_options={"populate_existing": True}).all()
    stage: Stage = rows[0][0]
    cards = [_pitch_card(pitch, team, title, challenge) for _stage, pitch, title, team, challenge in rows if pitch]
    return Running(stage.state, stage.question_seconds, tuple(cards))


def called_off_in(db: Database, stage_id: int) -> tuple[CalledOff, ...]:
    """The pitches of a room that were called off, where they stood in the running order."""
    columns: Any = (Pitch.public_id, Team.name, Submission.title, Pitch.reason)
    query = (
        select(*columns)
        .join(Submission, col(Submission.id) == Pitch.submission_id)
        .join(Team, col(Team.id) == Submission.team_id)
        .where(col(Pitch.stage_id) == stage_id, col(Pitch.state) == PitchState.CANCELLED)
        .order_by(col(Pitch.position), col(Pitch.id))
    )
    return tuple(CalledOff(*row) for row in db.execute(query))


def _pitch_card(pitch: Pitch, team: str, title: str, challenge: str | None) -> PitchCard:
    return PitchCard(
        id=pitch.public_id,
        team=team,
        title=title,
        challenge=challenge or "",
        state=pitch.state,
        planned_at=pitch.planned_at,
        seconds=pitch.seconds,
        started_at=pitch.started_at,
        paused_at=pitch.paused_at,
        ended_at=pitch.ended_at,
    )


def _questions(db: Database, wanted: list[Any], actor: Actor | None, *order: Any) -> list[QuestionCard]:
    voted = by(actor, QuestionVote) if actor is not None else false()
    asked = col(StageQuestion.person_id) == actor.person if actor is not None and actor.person else false()
    columns: list[Any] = [
        StageQuestion.public_id, StageQuestion.body, Person.name, Team.name, StageQuestion.votes, StageQuestion.state,
        StageQuestion.pinned, col(StageQuestion.id).in_(select(col(QuestionVote.question_id)).where(voted)),
        Pitch.public_id, asked,
    ]  # fmt: skip
    query = (
        select(*columns)
        .join(Person, col(Person.id) == StageQuestion.person_id, isouter=True)
        .join(Pitch, col(Pitch.id) == StageQuestion.pitch_id, isouter=True)
        .join(Submission, col(Submission.id) == Pitch.submission_id, isouter=True)
        .join(Team, col(Team.id) == Submission.team_id, isouter=True)
        .where(*wanted)
        .order_by(*order or (col(StageQuestion.id),))
        .limit(MOST_CHANGES)
    )  # fmt: skip
    return [
        QuestionCard(id, body, name or "", team or "", votes, state, pinned, bool(mine), pitch or "", bool(own))
        for id, body, name, team, votes, state, pinned, mine, pitch, own in db.execute(query)
    ]


def _chat(db: Database, wanted: list[Any], order: Any) -> list[MessageCard]:
    columns: list[Any] = [
        ChatMessage.public_id, ChatMessage.body, Person.name, Person.public_id, ChatMessage.said_at, ChatMessage.state,
    ]  # fmt: skip
    query = select(*columns).join(Person, col(Person.id) == ChatMessage.person_id, isouter=True).where(*wanted)
    rows = db.execute(query.order_by(order).limit(MOST_CHANGES))
    return [MessageCard(id, body, name or "", person or "", at, state) for id, body, name, person, at, state in rows]
