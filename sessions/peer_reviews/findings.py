"""Findings and recommendations of a review, as records: what was found, on what evidence, and what is recommended."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel, col, select

from events.core.columns import moment, public_id, word
from events.core.database import Database
from events.core.hooks import personal_data
from events.core.translation import Message, _

LONGEST = 4000


class FindingState(StrEnum):
    """DRAFT is being written; AGREED stands in the report; WITHDRAWN does not, and is kept."""

    DRAFT = "draft"
    AGREED = "agreed"
    WITHDRAWN = "withdrawn"


class Level(StrEnum):
    """To whom a recommendation is addressed."""

    HOST = "host"
    REGION = "region"
    STATE = "state"
    EU = "EU"


class Effort(StrEnum):
    """How much work a recommendation is."""

    SMALL = "S"
    MEDIUM = "M"
    LARGE = "L"


class Horizon(StrEnum):
    """By when a recommendation can be put into practice."""

    MONTHS_3 = "3 months"
    YEAR = "1 year"
    YEARS_3 = "3 years"


class Response(StrEnum):
    """What the host says to a recommendation."""

    NONE = "none"
    ACCEPT = "accept"
    ADAPT = "adapt"
    REJECT = "reject"


LEVEL_NAMES: dict[Level, Message] = {
    Level.HOST: _("The host"),
    Level.REGION: _("Region"),
    Level.STATE: _("State"),
    Level.EU: _("European Union"),
}
EFFORT_NAMES: dict[Effort, Message] = {
    Effort.SMALL: _("Small effort"),
    Effort.MEDIUM: _("Medium effort"),
    Effort.LARGE: _("Large effort"),
}
HORIZON_NAMES: dict[Horizon, Message] = {
    Horizon.MONTHS_3: _("Within three months"),
    Horizon.YEAR: _("Within a year"),
    Horizon.YEARS_3: _("Within three years"),
}
RESPONSE_NAMES: dict[Response, Message] = {
    Response.NONE: _("No response yet"),
    Response.ACCEPT: _("Accepted"),
    Response.ADAPT: _("Accepted with changes"),
    Response.REJECT: _("Rejected"),
}


class Finding(SQLModel, table=True):
    """A finding with its recommendation. `question_id` is the question it answers, None for none of them;
    `practice_by_id` is the place of the peer whose practice can be transferred. `impact` is 1 to 5."""

    __tablename__ = "review_finding"
    __table_args__ = (UniqueConstraint("review_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("fi")
    review_id: int = Field(foreign_key="peer_review.id", index=True)
    question_id: int | None = Field(default=None, foreign_key="review_question.id", index=True)
    number: int
    state: FindingState = word(FindingState, default=FindingState.DRAFT)
    finding: str = Field(max_length=LONGEST)
    evidence: str = Field(default="", max_length=LONGEST)
    recommendation: str = Field(default="", max_length=LONGEST)
    level: Level = word(Level, default=Level.HOST)
    addressee: str = Field(default="", max_length=200)
    effort: Effort = word(Effort, default=Effort.MEDIUM)
    impact: int = 3
    horizon: Horizon = word(Horizon, default=Horizon.YEAR)
    practice: str = Field(default="", max_length=LONGEST)
    practice_by_id: int | None = Field(default=None, foreign_key="review_place.id", index=True)
    response: Response = word(Response, default=Response.NONE)
    response_why: str = Field(default="", max_length=LONGEST)
    responded_at: datetime | None = moment(default=None, nullable=True)
    written_by_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    version: int = 1
    created_at: datetime = moment()


personal_data(Finding, "written_by_id", "findings written down in peer reviews", "detach")


def findings_of(db: Database, review_id: int, *states: FindingState) -> list[Finding]:
    """The findings of a review in these states (all, if none is named), by number."""
    query = select(Finding).where(Finding.review_id == review_id).order_by(col(Finding.number))
    if states:
        query = query.where(col(Finding.state).in_(states))
    return list(db.exec(query))
