"""What a live room shows: all of it at one moment, and what has changed since a number."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, select
from sqlmodel import col

from events.challenges import Challenge
from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.core.refusals import NotFound
from events.people import Person
from events.submissions import Submission
from events.teams import Team
from sessions.pitches import Pitch, PitchState
from sessions.stages import (
    QuestionVote,
    Stage,
    StageChange,
    StageInEvent,
    StageQuestion,
    StageQuestionState,
    StageState,
    run_stage,
    see_stage,
)

MOST_QUESTIONS = 100
MOST_CHANGES = 500


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
    ended_at: datetime | None


@dataclass(frozen=True)
class QuestionCard:
    """A question as the room reads it. One that was taken off has neither words nor name, but for its host."""

    id: str
    body: str
    name: str
    team: str
    votes: int
    state: StageQuestionState
    mine: bool = False


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
class RoomSnapshot:
    """All that a room shows, as of change `number`; `now` is the server's clock."""

    number: int
    now: datetime
    running: Running
    questions: tuple[QuestionCard, ...]


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
    whole: bool = False


def room_snapshot(db: Database, actor: Actor, subject: StageInEvent) -> RoomSnapshot:
    """The room as this person sees it, with their votes; open questions with the most votes first, at most a hundred.

    NotFound for those who may not be in it.
    """
    if not see_stage(actor, subject):
        raise NotFound()
    # The number first: what is read after it may be newer, and is then read once more, never missed.
    number = room_numbers(db, [subject.id])[subject.id]
    hidden = run_stage(actor, subject)
    wanted = [col(StageQuestion.stage_id) == subject.id]
    if not hidden:
        wanted.append(col(StageQuestion.state) != StageQuestionState.HIDDEN)
    order = case((col(StageQuestion.state) == StageQuestionState.OPEN, 0), else_=1)
    questions = _questions(db, wanted, actor.person, order, col(StageQuestion.votes).desc(), col(StageQuestion.id))
    return RoomSnapshot(number, clock.now(), running_of(db, subject.id), tuple(questions[:MOST_QUESTIONS]))


def room_numbers(db: Database, stage_ids: list[int]) -> dict[int, int]:
    """The number of the last change of each room."""
    rows = db.execute(select(col(Stage.id), col(Stage.number)).where(col(Stage.id).in_(stage_ids)))
    return {id: number for id, number in rows if id is not None}


def changes_since(db: Database, actor: Actor, subject: StageInEvent, number: int) -> RoomChanges:
    """What somebody missed who has seen everything up to `number`. NotFound for those who may not be in the room."""
    if not see_stage(actor, subject):
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
    asked = {row.particulars["question"] for row in rows if "question" in row.particulars}
    questions = _questions(db, [col(StageQuestion.id).in_(asked)], None, col(StageQuestion.id)) if asked else []
    others = any("question" not in row.particulars for row in rows)
    return RoomChanges(
        since=number,
        number=rows[-1].number,
        now=clock.now(),
        kinds=tuple(row.kind for row in rows),
        running=running_of(db, stage_id) if others else None,
        questions=tuple(map(_without_words, questions)),
    )


def _without_words(card: QuestionCard) -> QuestionCard:
    if card.state is not StageQuestionState.HIDDEN:
        return card
    return QuestionCard(id=card.id, body="", name="", team="", votes=0, state=card.state)


def running_of(db: Database, stage_id: int) -> Running:
    """A room's state and its running order, without what was called off."""
    query = (
        select(Stage, Pitch, col(Submission.title), col(Team.name), col(Challenge.title))
        .join(Pitch, and_(col(Pitch.stage_id) == Stage.id, col(Pitch.state) != PitchState.CANCELLED), isouter=True)
        .join(Submission, col(Submission.id) == Pitch.submission_id, isouter=True)
        .join(Team, col(Team.id) == Submission.team_id, isouter=True)
        .join(Challenge, col(Challenge.id) == Team.challenge_id, isouter=True)
        .where(col(Stage.id) == stage_id)
        .order_by(col(Pitch.position), col(Pitch.id))
    )
    rows = db.execute(query, execution_options={"populate_existing": True}).all()
    stage: Stage = rows[0][0]
    cards = [_pitch_card(pitch, team, title, challenge) for _stage, pitch, title, team, challenge in rows if pitch]
    return Running(stage.state, stage.question_seconds, tuple(cards))


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
        ended_at=pitch.ended_at,
    )


def _questions(db: Database, wanted: list[Any], person: int | None, *order: Any) -> list[QuestionCard]:
    voted = select(col(QuestionVote.question_id)).where(col(QuestionVote.person_id) == person)
    columns: list[Any] = [
        StageQuestion.public_id, StageQuestion.body, Person.name, Team.name, StageQuestion.votes, StageQuestion.state,
        col(StageQuestion.id).in_(voted),
    ]  # fmt: skip
    query = (
        select(*columns)
        .join(Person, col(Person.id) == StageQuestion.person_id, isouter=True)
        .join(Pitch, col(Pitch.id) == StageQuestion.pitch_id, isouter=True)
        .join(Submission, col(Submission.id) == Pitch.submission_id, isouter=True)
        .join(Team, col(Team.id) == Submission.team_id, isouter=True)
        .where(*wanted)
        .order_by(*order)
        .limit(MOST_CHANGES)
    )  # fmt: skip
    return [
        QuestionCard(id, body, name or "", team or "", votes, state, bool(mine))
        for id, body, name, team, votes, state, mine in db.execute(query)
    ]
