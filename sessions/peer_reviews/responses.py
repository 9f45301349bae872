"""The host's response: what a host says to each agreed finding, with all that it said before."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import UniqueConstraint, update
from sqlmodel import Field, SQLModel, col, func, select

from events.core import clock
from events.core.access import Actor, command
from events.core.columns import moment, word
from events.core.database import Database
from events.core.hooks import personal_data
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid
from events.core.translation import _
from events.roles import organiser_of_event
from sessions.peer_reviews.findings import LONGEST, Finding, FindingState, Response
from sessions.peer_reviews.records import FindingRecord, finding_agreed
from sessions.peer_reviews.reviews import host_of_review
from sessions.written import written


class FindingResponse(SQLModel, table=True):
    """What a host said to a finding, as the `number`th time."""

    __tablename__ = "finding_response"
    __table_args__ = (UniqueConstraint("finding_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    finding_id: int = Field(foreign_key="review_finding.id", index=True)
    number: int
    response: Response = word(Response)
    why: str = Field(default="", max_length=LONGEST)
    by_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    at: datetime = moment()


personal_data(FindingResponse, "by_id", "responses of hosts in peer reviews", "detach")


@dataclass(frozen=True)
class HostResponded(Fact):
    """A host said something to a finding."""

    event_id: int
    review_id: int
    finding_id: int


@dataclass(frozen=True)
class HostRespondedToAll(Fact):
    """A host has said something to each agreed finding of its review."""

    event_id: int
    review_id: int


@command(host_of_review | organiser_of_event, when=finding_agreed)
def respond_to_finding(
    db: Database, actor: Actor, subject: FindingRecord, *, response: Response, why: str = "", version: int = 0
) -> None:
    """Accept a finding's recommendation, with changes or as it is, or reject it; what was said before is kept.

    Refuses no answer, no reason where it is not simply accepted, and a `version` of the finding that is not that of now
    (0 is any).
    """
    if response is Response.NONE:
        raise Invalid({"response": _("Please choose an answer.")})
    reason = _("Please say why.")
    required = {} if response is Response.ACCEPT else {"why": reason}
    text = written({"why": why}, {"why": LONGEST}, **required)["why"]
    was_open = bool(unanswered(db, subject.in_event.id))
    _count_up(db, subject.finding, version or subject.finding.version)
    said = FindingResponse(
        finding_id=subject.id, number=len(responses_to(db, subject.id)) + 1, response=response, why=text,
        by_id=actor.person, at=clock.now(),
    )  # fmt: skip
    row = subject.finding
    row.response, row.response_why, row.responded_at = response, text, said.at
    db.add_all([said, row])
    db.flush()
    ids = {"event_id": subject.event.id or 0, "review_id": subject.in_event.id}
    record(db, actor, HostResponded(**ids, finding_id=subject.id))
    if was_open and not unanswered(db, subject.in_event.id):
        record(db, actor, HostRespondedToAll(**ids))


def _count_up(db: Database, row: Finding, version: int) -> None:
    """Take the next version of a finding; refused where somebody else was quicker."""
    changed = db.connection().execute(
        update(Finding).where(col(Finding.id) == row.id, col(Finding.version) == version).values(version=version + 1)
    )
    if changed.rowcount != 1:
        raise Conflict(_("Somebody else has just changed this. Look at it again, then save."))
    db.refresh(row)


def responses_to(db: Database, finding_id: int) -> list[FindingResponse]:
    """All that was said to a finding, in order."""
    query = select(FindingResponse).where(FindingResponse.finding_id == finding_id)
    return list(db.exec(query.order_by(col(FindingResponse.number))))


def unanswered(db: Database, review_id: int) -> int:
    """How many agreed findings of a review have no response yet."""
    query = select(func.count()).where(Finding.review_id == review_id, Finding.state == FindingState.AGREED)
    return int(db.exec(query.where(Finding.response == Response.NONE)).one())
