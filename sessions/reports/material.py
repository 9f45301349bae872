"""Material: what can stand in a report, where it fits, and what of it is not used yet."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlmodel import col, select

from events.core.access import Actor
from events.core.database import Database
from events.core.translation import Message, _
from events.events import Event
from events.organisations import Organisation
from sessions.lessons import LessonCard, LessonState
from sessions.peer_reviews.findings import Finding, FindingState, Level
from sessions.peer_reviews.reviews import PeerReview, ReviewState
from sessions.reports.naming import Naming, naming_for, naming_in
from sessions.reports.quotations import Quotation, QuotationState
from sessions.reports.reports import ChapterPart, ItemKind, ReportChapter, ReportInProgramme, ReportKind, items_of

SHORT = 220


@dataclass(frozen=True)
class Material:
    """One thing that can stand in a report, as editors see it: what it is, and to which level it speaks."""

    kind: ItemKind
    id: int
    public_id: str
    title: Message | str
    text: str
    level: Level | None
    ecosystem: str

    @property
    def key(self) -> tuple[ItemKind, int]:
        """By what an item of a report knows it."""
        return self.kind, self.id

    @property
    def code(self) -> str:
        """By what a form names it."""
        return f"{self.kind}:{self.public_id}"


def material_for(
    db: Database, subject: ReportInProgramme, naming: Naming | None = None
) -> dict[tuple[ItemKind, int], Material]:
    """All that can stand in a report, told as `naming` allows, or else as anybody may read it: of a review's own, what
    its people agreed; of one over all, what stands in published reviews and what was shared in the programme."""
    naming = naming or naming_in(db, subject.programme.id or 0, subject.report.review_id)
    found = [*_findings(db, subject, naming), *_lessons(db, subject, naming), *_quotations(db, subject, naming)]
    return {one.key: one for one in found}


def naming_of(db: Database, actor: Actor, subject: ReportInProgramme) -> Naming:
    """What somebody may be told who edits this report."""
    return naming_for(db, actor, subject.programme.id or 0, subject.report.review_id)


def _findings(db: Database, subject: ReportInProgramme, naming: Naming) -> Iterable[Material]:
    query = select(Finding, PeerReview, Organisation).join(PeerReview, col(PeerReview.id) == col(Finding.review_id))
    query = query.join(Event, col(Event.id) == col(PeerReview.event_id))
    query = query.join(Organisation, col(Organisation.id) == col(PeerReview.organisation_id))
    query = query.where(Finding.state == FindingState.AGREED, Event.programme_id == subject.programme.id)
    if subject.report.review_id is not None:
        query = query.where(Finding.review_id == subject.report.review_id)
    else:
        query = query.where(col(PeerReview.published_at).is_not(None), PeerReview.state != ReviewState.CANCELLED)
    for row, review, host in db.exec(query.order_by(col(PeerReview.id), col(Finding.number))):
        title = _("Finding %(number)s of %(host)s", number=row.number, host=host.name)
        text = naming.of_review(row.recommendation or row.finding, review.id)
        yield Material(ItemKind.FINDING, row.id or 0, row.public_id, title, text[:SHORT], row.level, review.ecosystem)


def _lessons(db: Database, subject: ReportInProgramme, naming: Naming) -> Iterable[Material]:
    query = select(LessonCard).where(LessonCard.programme_id == subject.programme.id)
    query = _of_review(query, LessonCard.review_id, subject).where(LessonCard.state == LessonState.SHARED)
    for row in db.exec(query.order_by(col(LessonCard.id))):
        title, advice = (naming.of_review(one, row.review_id) for one in (row.title, row.advice))
        yield Material(ItemKind.LESSON, row.id or 0, row.public_id, title, advice[:SHORT], row.level, row.ecosystem)


def _quotations(db: Database, subject: ReportInProgramme, naming: Naming) -> Iterable[Material]:
    query = select(Quotation).where(Quotation.programme_id == subject.programme.id)
    query = _of_review(query, Quotation.review_id, subject).where(Quotation.state == QuotationState.AGREED)
    for row in db.exec(query.order_by(col(Quotation.id))):
        title: Message | str = naming.of_review(row.about, row.review_id) or _("Quotation")
        text = naming.of_review(row.text, row.review_id)
        yield Material(ItemKind.QUOTATION, row.id or 0, row.public_id, title, text[:SHORT], None, "")


def _of_review(query: Any, column: Any, subject: ReportInProgramme) -> Any:
    review = subject.report.review_id
    return query if review is None else query.where(column == review)


def not_used(db: Database, subject: ReportInProgramme) -> list[Material]:
    """What can stand in a report and does not yet."""
    used = {(one.kind, one.subject_id) for one in items_of(db, subject.id)}
    return [one for key, one in material_for(db, subject).items() if key not in used]


def fitting_chapter(chapters: list[ReportChapter], material: Material, kind: ReportKind) -> ReportChapter | None:
    """Where something belongs by its level; None where no chapter is for it."""
    usable = [one for one in chapters if one.part is ChapterPart.ITEMS]
    by_level = next((one for one in usable if one.level is not None and one.level is material.level), None)
    anything = next((one for one in usable if one.level is None), None)
    return by_level or (None if kind is ReportKind.POLICY and material.level is None else anything)
