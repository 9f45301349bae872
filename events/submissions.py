"""Submissions: what a team hands in, as a draft, as versions that never change, and as a receipt."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from events.core.columns import listing, moment, public_id, word
from events.core.files import StoredFile
from events.core.hooks import personal_data
from events.core.journal import Fact


class SubmissionState(StrEnum):
    """DRAFT is seen by its team, FINAL was handed in."""

    DRAFT = "draft"
    FINAL = "final"


class Submission(SQLModel, table=True):
    """A team's one submission: what it says now. `revision` rises with each save, for compare-and-set."""

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("s")
    event_id: int = Field(foreign_key="event.id", index=True)
    team_id: int = Field(foreign_key="team.id", unique=True)
    state: SubmissionState = word(SubmissionState, default=SubmissionState.DRAFT)
    title: str = Field(default="", max_length=160)
    summary: str = Field(default="", max_length=500)
    text: str = Field(default="", max_length=20_000)
    links: list[str] = listing(default_factory=list)
    video: str = Field(default="", max_length=300)
    revision: int = 0
    saved_at: datetime = moment()
    handed_in_at: datetime | None = moment(default=None, nullable=True)


class SubmissionVersion(SQLModel, table=True):
    """A submission as it was handed in: never changed. A late one is what was typed after the end; it does not count
    until the organiser lets it."""

    __tablename__ = "submission_version"
    __table_args__ = (UniqueConstraint("submission_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("sv")
    submission_id: int = Field(foreign_key="submission.id", index=True)
    number: int
    late: bool = False
    content: dict[str, Any] = listing()
    sha256: str = Field(max_length=64)
    person_id: int | None = Field(default=None, foreign_key="person.id")
    kept_at: datetime = moment()


class SubmissionFile(SQLModel, table=True):
    """That a file belongs to a submission."""

    __tablename__ = "submission_file"
    __table_args__ = (UniqueConstraint("submission_id", "file_id"),)

    id: int | None = Field(default=None, primary_key=True)
    submission_id: int = Field(foreign_key="submission.id", index=True)
    file_id: int = Field(foreign_key="stored_file.id", index=True)
    removed_at: datetime | None = moment(default=None, nullable=True)


personal_data(SubmissionVersion, "person_id", "who handed a submission in", "detach")
personal_data(StoredFile, "person_id", "who handed a file in", "detach")


@dataclass(frozen=True)
class SubmissionHandedIn(Fact):
    """A team handed in, for the first time or again; the version is what counts."""

    event_id: int
    submission_id: int
    version_id: int


@dataclass(frozen=True)
class LateVersionKept(Fact):
    """Something was typed after the end and is kept for the organiser to decide."""

    event_id: int
    submission_id: int
    version_id: int


@dataclass(frozen=True)
class LateVersionAdmitted(Fact):
    """The organiser let a late version count."""

    event_id: int
    submission_id: int
    version_id: int
