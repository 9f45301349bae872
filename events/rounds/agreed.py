"""What evaluators of a call agreed on, as rows: consensus reports in versions, and who of them dissents, by name."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel, col, select

from events.core.columns import listing, moment
from events.core.database import Database
from events.core.hooks import personal_data

LONGEST_WORDS = 2000
LONGEST_SUMMARY = 4000


class ConsensusReport(SQLModel, table=True):
    """What evaluators agreed on about a submission, in one version: never changed, the last one counts.

    `points` and `words` are by number of criterion. The words and the summary are for the applicants, once the result
    is shown.
    """

    __tablename__ = "consensus_report"
    __table_args__ = (UniqueConstraint("round_id", "submission_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="judging_round.id", index=True)
    submission_id: int = Field(foreign_key="submission.id", index=True)
    number: int
    points: dict[str, float] = listing()
    words: dict[str, str] = listing(default_factory=dict)
    summary: str = Field(default="", max_length=LONGEST_SUMMARY)
    written_by_id: int | None = Field(default=None, foreign_key="person.id")
    written_at: datetime = moment()


class ConsensusDissent(SQLModel, table=True):
    """That an evaluator dissents from what the others agreed on, with their reason; `number` is the version of the
    report that they had before them. It stands until they withdraw it, whatever the report becomes."""

    __tablename__ = "consensus_dissent"

    id: int | None = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="judging_round.id", index=True)
    submission_id: int = Field(foreign_key="submission.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    number: int
    text: str = Field(max_length=LONGEST_WORDS)
    noted_at: datetime = moment()
    noted_by_id: int | None = Field(default=None, foreign_key="person.id")
    withdrawn_at: datetime | None = moment(default=None, nullable=True)


personal_data(ConsensusReport, "written_by_id", "who wrote down what evaluators agreed on", "detach")
personal_data(ConsensusDissent, "person_id", "dissents as an evaluator of a call", "keep")
personal_data(ConsensusDissent, "noted_by_id", "who noted a dissent", "detach")


def reports_in(db: Database, round_id: int | None, submission_id: int | None = None) -> list[ConsensusReport]:
    """Every version of the consensus reports of a round, or of one submission in it, oldest first."""
    query = select(ConsensusReport).where(ConsensusReport.round_id == round_id)
    if submission_id is not None:
        query = query.where(ConsensusReport.submission_id == submission_id)
    return list(db.exec(query.order_by(col(ConsensusReport.number))))


def last_reports(db: Database, round_id: int | None) -> dict[int, ConsensusReport]:
    """The consensus report that counts, by submission id."""
    return {one.submission_id: one for one in reports_in(db, round_id)}


def dissents_in(
    db: Database, round_id: int | None, submission_id: int | None = None, *, also_withdrawn: bool = False
) -> list[ConsensusDissent]:
    """The dissents that stand in a round, or on one submission in it, in order of time."""
    query = select(ConsensusDissent).where(ConsensusDissent.round_id == round_id)
    if submission_id is not None:
        query = query.where(ConsensusDissent.submission_id == submission_id)
    if not also_withdrawn:
        query = query.where(col(ConsensusDissent.withdrawn_at).is_(None))
    return list(db.exec(query.order_by(col(ConsensusDissent.noted_at), col(ConsensusDissent.id))))
