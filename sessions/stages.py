"""What many people write at once in a live room: questions and votes, as rows with a number per room, not as facts."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from events.core.columns import listing, moment, public_id, word
from events.core.hooks import personal_data


class StageQuestionState(StrEnum):
    """Whether a question is on the list, was answered, or was taken off by the host."""

    OPEN = "open"
    ANSWERED = "answered"
    HIDDEN = "hidden"


class StageQuestion(SQLModel, table=True):
    """Something that an attendee asks the team on stage, or the room."""

    __tablename__ = "stage_question"

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("sq")
    stage_id: int = Field(foreign_key="stage.id", index=True)
    pitch_id: int | None = Field(default=None, foreign_key="pitch.id", index=True)
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    body: str = Field(max_length=500)
    votes: int = 0
    state: StageQuestionState = word(StageQuestionState, default=StageQuestionState.OPEN)
    asked_at: datetime = moment()


class QuestionVote(SQLModel, table=True):
    """That a person finds a question worth asking; once."""

    __tablename__ = "question_vote"
    __table_args__ = (UniqueConstraint("question_id", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    question_id: int = Field(foreign_key="stage_question.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)


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
