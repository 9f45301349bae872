"""Records of a review at an address of their own: a finding as others may read it, long after it was said."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import select

from events.core.access import Actor, rule
from events.core.database import Database
from events.core.refusals import Conflict, NotFound
from events.core.translation import _
from events.events import Event
from events.organisations import Organisation
from events.people import Person
from sessions.peer_reviews.attribution import names_shown, protected_in, without_names
from sessions.peer_reviews.findings import Finding, FindingState
from sessions.peer_reviews.reviews import (
    PeerReview,
    ReviewInEvent,
    ReviewOver,
    ReviewPlace,
    ReviewState,
    inside_review,
    see_review,
)

TEXTS = ("finding", "evidence", "recommendation", "addressee", "practice", "response_why")


@dataclass(frozen=True)
class FindingRecord:
    """A finding with its review and event, as commands and rules need it."""

    finding: Finding
    review: PeerReview
    event: Event

    @property
    def id(self) -> int:
        """The finding's id."""
        assert self.finding.id is not None
        return self.finding.id

    @property
    def in_event(self) -> ReviewInEvent:
        """The review without the finding."""
        return ReviewInEvent(self.review, self.event)


@dataclass(frozen=True)
class FindingShown:
    """A finding as it may be told: its texts without names where the review is private and the reader outside."""

    record: FindingRecord
    texts: dict[str, str]
    practice_by: str


@rule
def see_finding(actor: Actor, subject: Any) -> bool:
    told = subject.finding.state is not FindingState.DRAFT and subject.review.published_at is not None
    return inside_review(actor, subject) or (told and see_review(actor, subject))


def not_closed(subject: Any, now: datetime) -> None:
    """Refuse a change to a review that was cancelled or closed. What follows a review outlives its event."""
    if subject.review.state in (ReviewState.CANCELLED, ReviewState.CLOSED):
        raise ReviewOver


def finding_agreed(subject: FindingRecord, now: datetime) -> None:
    """Refuse what is asked of a finding that does not stand, or of a review that is over."""
    not_closed(subject, now)
    if subject.finding.state is not FindingState.AGREED:
        raise Conflict(_("This finding is not agreed."))


def get_finding(db: Database, actor: Actor, subject: ReviewInEvent, public: str) -> FindingRecord:
    """A finding that the actor may see; NotFound otherwise."""
    row = db.exec(select(Finding).where(Finding.review_id == subject.id, Finding.public_id == public)).first()
    if row is None or not see_finding(actor, found := FindingRecord(row, subject.review, subject.event)):
        raise NotFound()
    return found


def finding_shown(db: Database, actor: Actor, record: FindingRecord) -> FindingShown:
    """A finding as this actor may read it; `practice_by` is '' where it may not be told."""
    shown = names_shown(actor, record.in_event)
    protected = protected_in(db, record.in_event.id)
    texts = {name: without_names(getattr(record.finding, name), protected, shown=shown) for name in TEXTS}
    return FindingShown(record, texts, practice_source(db, record.finding.practice_by_id) if shown else "")


def practice_source(db: Database, place_id: int | None) -> str:
    """Whose practice it is: the peer and where they come from; '' where nobody is named any more."""
    query = select(Person.name, Organisation.name).join(ReviewPlace, ReviewPlace.person_id == Person.id)  # type: ignore[arg-type]  # columns
    query = query.join(Organisation, Organisation.id == ReviewPlace.organisation_id, isouter=True)  # type: ignore[arg-type]  # as above
    row = db.exec(query.where(ReviewPlace.id == place_id)).first() if place_id is not None else None
    return ", ".join(one for one in row if one) if row else ""
