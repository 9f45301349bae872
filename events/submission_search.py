"""Finding what was handed in: the words of the version that counts, as search compares them, and its keywords."""

from typing import Any

from sqlalchemy import UniqueConstraint, delete
from sqlmodel import Field, SQLModel, col

from events.core.database import Database
from events.reference.regions import normalised
from events.submissions import Submission


class SubmissionKeyword(SQLModel, table=True):
    """A keyword of the version that counts: as it was written, and as it is compared."""

    __tablename__ = "submission_keyword"
    __table_args__ = (UniqueConstraint("submission_id", "compared"),)

    id: int | None = Field(default=None, primary_key=True)
    submission_id: int = Field(foreign_key="submission.id", index=True)
    word: str = Field(max_length=40)
    compared: str = Field(max_length=80, index=True)


def make_findable(db: Database, row: Submission, content: dict[str, Any]) -> None:
    """Let a submission be found by what this version says; part of commands that make a version count."""
    words = content.get("keywords", [])
    said = (content["title"], content["summary"], content["team"], content["challenge"], *words, content["text"])
    row.searchable = normalised(" ".join(said))[:30_000]
    db.add(row)
    db.execute(delete(SubmissionKeyword).where(col(SubmissionKeyword.submission_id) == row.id))
    kept = {compared: word for word in words if (compared := normalised(word)[:80])}
    db.add_all(
        SubmissionKeyword(submission_id=row.id or 0, word=word, compared=compared) for compared, word in kept.items()
    )
    db.flush()
