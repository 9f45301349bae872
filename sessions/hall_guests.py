"""People in the hall who came by a pass: which of them asked what, and silencing one of them, whom nobody knows by
name. They are told by what they asked."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from events.core import clock
from events.core.access import Actor, command
from events.core.database import Database
from events.core.refusals import Conflict
from events.core.translation import _
from sessions.moderation import Act, did
from sessions.passes import PassHolder
from sessions.stages import QuestionOnStage, StageQuestion, StageQuestionState, lock_stage, run_stage

SHOWN = 20


class NotFromTheHall(Conflict):
    """A question of somebody with a name: they are silenced as a person."""

    def __init__(self) -> None:
        super().__init__(_("This was not asked from the hall. Silence the person instead."))


@dataclass(frozen=True)
class HallCard:
    """A question that was asked from the hall; `silenced_at` is None while whoever asked may ask more."""

    id: str
    body: str
    at: datetime
    hidden: bool
    silenced_at: datetime | None


def hall_questions_in(db: Database, stage_id: int) -> list[HallCard]:
    """The last twenty questions that were asked from the hall in a room, newest first; for those who run it."""
    query = (
        select(StageQuestion, PassHolder.silenced_at)
        .join(PassHolder, col(PassHolder.id) == col(StageQuestion.holder_id))
        .where(StageQuestion.stage_id == stage_id)
        .order_by(col(StageQuestion.id).desc())
        .limit(SHOWN)
    )
    return [
        HallCard(row.public_id, row.body, row.asked_at, row.state is StageQuestionState.HIDDEN, silenced)
        for row, silenced in db.exec(query)
    ]


@command(run_stage)
def silence_hall_guest(db: Database, actor: Actor, subject: QuestionOnStage) -> None:
    """Let whoever asked this from the hall read, vote and react, and ask nothing more, until it is taken back. Whoever
    begins anew on another device is another one. Refuses questions of people with names."""
    _set(db, actor, subject, True)


@command(run_stage)
def let_hall_guest_speak(db: Database, actor: Actor, subject: QuestionOnStage) -> None:
    """Take back that whoever asked this from the hall is silenced. Refuses questions of people with names."""
    _set(db, actor, subject, False)


def _set(db: Database, actor: Actor, subject: QuestionOnStage, silenced: bool) -> None:
    if subject.question.holder_id is None:
        raise NotFromTheHall
    lock_stage(db, subject.stage)
    row = db.get_one(PassHolder, subject.question.holder_id, populate_existing=True)
    if (row.silenced_at is not None) is silenced:
        return
    row.silenced_at = clock.now() if silenced else None
    db.add(row)
    act = Act.HALL_GUEST_SILENCED if silenced else Act.HALL_GUEST_SPEAKS_AGAIN
    did(db, actor, subject.stage, act, thing=subject.id)
