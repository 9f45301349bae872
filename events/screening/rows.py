"""What is screened by whom, and what they said, as rows: verdicts are versions that are never overwritten."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from events.core.columns import listing, moment, public_id, word
from events.core.hooks import personal_data

LONGEST_REASON = 2000


class Verdict(StrEnum):
    """What a screener finds; UNDONE takes back what they had said."""

    ELIGIBLE = "eligible"
    NOT_ELIGIBLE = "not eligible"
    UNSURE = "unsure"
    UNDONE = "undone"


class ScreeningWork(SQLModel, table=True):
    """That a submission is screened, and what its team was told last of the outcome (None: nothing yet)."""

    __tablename__ = "screening_work"
    __table_args__ = (UniqueConstraint("screening_id", "submission_id"),)

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("sw")
    screening_id: int = Field(foreign_key="screening.id", index=True)
    submission_id: int = Field(foreign_key="submission.id", index=True)
    taken_in_at: datetime = moment()
    told_eligible: bool | None = Field(default=None)
    told_reason: str = Field(default="", max_length=2 * LONGEST_REASON + 10)
    told_at: datetime | None = moment(default=None, nullable=True)


class ScreeningAssignment(SQLModel, table=True):
    """That somebody screens a submission, or did until `ended_at`."""

    __tablename__ = "screening_assignment"
    __table_args__ = (UniqueConstraint("screening_id", "person_id", "submission_id"),)

    id: int | None = Field(default=None, primary_key=True)
    screening_id: int = Field(foreign_key="screening.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    submission_id: int = Field(foreign_key="submission.id", index=True)
    assigned_at: datetime = moment()
    ended_at: datetime | None = moment(default=None, nullable=True)


class ScreeningVerdict(SQLModel, table=True):
    """What a screener said about a submission, in one version. `answers` holds yes, no or unclear by number of the
    question; `version` is the number of the submission's version that they read. The team may read the reason."""

    __tablename__ = "screening_verdict"
    __table_args__ = (
        UniqueConstraint("screening_id", "person_id", "submission_id", "number"),
        UniqueConstraint("person_id", "client_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    screening_id: int = Field(foreign_key="screening.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    submission_id: int = Field(foreign_key="submission.id", index=True)
    number: int
    client_id: str = Field(max_length=64)
    verdict: Verdict = word(Verdict)
    answers: dict[str, str] = listing(default_factory=dict)
    reason: str = Field(default="", max_length=LONGEST_REASON)
    version: int = 0
    given_at: datetime = moment()


class ScreeningDecision(SQLModel, table=True):
    """What an organiser decided about a submission, for good reason; the last one counts, all are kept."""

    __tablename__ = "screening_decision"

    id: int | None = Field(default=None, primary_key=True)
    screening_id: int = Field(foreign_key="screening.id", index=True)
    submission_id: int = Field(foreign_key="submission.id", index=True)
    eligible: bool
    reason: str = Field(max_length=LONGEST_REASON)
    decided_by_id: int | None = Field(default=None, foreign_key="person.id")
    decided_at: datetime = moment()


personal_data(ScreeningAssignment, "person_id", "what somebody is to screen", "keep")
personal_data(ScreeningVerdict, "person_id", "verdicts as a screener", "keep")
personal_data(ScreeningDecision, "decided_by_id", "who decided whether a submission is eligible", "detach")
