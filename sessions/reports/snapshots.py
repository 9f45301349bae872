"""Snapshots: what a version of a report holds, as plain values.

Texts of findings and lessons are copied, so that what was published stays as it was. Who said what is not among them:
of quotations and people a snapshot holds ids alone, and what they say and are called is asked anew each time.
"""

from typing import Any

from sqlmodel import col, select

from events.core.database import Database
from events.events import Event
from events.organisations import Organisation
from sessions.lessons import TEXTS as LESSON_TEXTS
from sessions.lessons import LessonCard
from sessions.peer_reviews.action_plans import actions_of
from sessions.peer_reviews.findings import Finding
from sessions.peer_reviews.records import TEXTS as FINDING_TEXTS
from sessions.peer_reviews.reviews import PeerReview, questions_of
from sessions.reports.material import material_for
from sessions.reports.reports import (
    ChapterPart,
    ItemKind,
    ReportChapter,
    ReportInProgramme,
    ReportItem,
    chapters_of,
    items_of,
)

Content = dict[str, Any]


def snapshot(db: Database, subject: ReportInProgramme) -> Content:
    """What a report holds now. What may not stand in it any more (a finding that was withdrawn) is left out."""
    usable, items = material_for(db, subject), items_of(db, subject.id)
    items = [one for one in items if (one.kind, one.subject_id) in usable]
    texts = _findings(db, items) | _lessons(db, items)
    report = subject.report
    return {
        "kind": report.kind.value, "title": report.title, "lead": report.lead, "language": report.language,
        "review": report.review_id,
        "chapters": [_chapter(db, subject, one, items, texts) for one in chapters_of(db, subject.id)],
    }  # fmt: skip


def changed_since(db: Database, subject: ReportInProgramme, content: Content) -> list[Content]:
    """What a snapshot holds that may not stand in the report any more, and findings that say something else by now;
    what a host answered to them meanwhile is no change. Quotations are asked for anew anyway."""
    usable = material_for(db, subject)
    held = [one for chapter in content["chapters"] for one in chapter["items"] if one["kind"] != ItemKind.QUOTATION]
    now = {one.id: one for one in db.exec(select(Finding).where(col(Finding.id).in_(
        [one["id"] for one in held if one["kind"] == ItemKind.FINDING])))}  # fmt: skip
    return [
        one for one in held
        if (ItemKind(one["kind"]), one["id"]) not in usable
        or (one["kind"] == ItemKind.FINDING and _says_otherwise(now[one["id"]], one))
    ]  # fmt: skip


def _says_otherwise(row: Finding, held: Content) -> bool:
    texts = any(getattr(row, name) != text for name, text in held["texts"].items() if name != "response_why")
    return texts or any(held.get(name, value) != value for name, value in _choices(row).items())


def _choices(row: Finding) -> Content:
    """What is chosen of a finding and printed with its texts."""
    return {
        "level": row.level.value, "effort": row.effort.value, "impact": row.impact, "horizon": row.horizon.value,
        "practice_by": row.practice_by_id,
    }  # fmt: skip


def _chapter(
    db: Database, subject: ReportInProgramme, row: ReportChapter, items: list[ReportItem], texts: Content
) -> Content:
    held = [one for one in items if one.chapter_id == row.id]
    found: Content = {
        "title": row.title, "text": row.text, "part": row.part.value, "by_ecosystem": row.by_ecosystem,
        "items": [texts.get(f"{one.kind}:{one.subject_id}") or {"kind": one.kind.value, "id": one.subject_id}
                  for one in held],
    }  # fmt: skip
    if row.part is ChapterPart.CASE and subject.review is not None:
        review = subject.review
        questions = [one.text for one in questions_of(db, review.id or 0)]
        found["case"] = {"topic": review.topic, "text": review.case_text, "questions": questions}
    if row.part is ChapterPart.PLAN and subject.review is not None:
        found["plan"] = _plan(db, subject.review.id or 0)
    return found


def _plan(db: Database, review_id: int) -> list[Content]:
    query = select(Finding.id, Finding.number).where(Finding.review_id == review_id)
    numbers: dict[int | None, int] = dict(db.exec(query).all())
    return [
        {"finding": numbers.get(one.finding_id, 0), "number": one.number, "action": one.action, "owner": one.owner,
         "owner_id": one.owner_id, "due_on": one.due_on.isoformat(), "state": one.state.value}
        for one in actions_of(db, review_id)
    ]  # fmt: skip


def _findings(db: Database, items: list[ReportItem]) -> Content:
    ids = [one.subject_id for one in items if one.kind is ItemKind.FINDING]
    query = select(Finding, PeerReview, Event.slug, Organisation.name)
    query = query.join(PeerReview, col(PeerReview.id) == col(Finding.review_id))
    query = query.join(Event, col(Event.id) == col(PeerReview.event_id))
    query = query.join(Organisation, col(Organisation.id) == col(PeerReview.organisation_id))
    return {
        f"{ItemKind.FINDING}:{row.id}": {
            "kind": ItemKind.FINDING.value, "id": row.id, "public": row.public_id, "number": row.number,
            "review": review.id, "review_public": review.public_id, "topic": review.topic, "event": slug, "host": host,
            "ecosystem": review.ecosystem, "response": row.response.value, **_choices(row),
            "texts": {name: getattr(row, name) for name in FINDING_TEXTS},
        }
        for row, review, slug, host in db.exec(query.where(col(Finding.id).in_(ids)))
    }  # fmt: skip


def _lessons(db: Database, items: list[ReportItem]) -> Content:
    ids = [one.subject_id for one in items if one.kind is ItemKind.LESSON]
    return {
        f"{ItemKind.LESSON}:{row.id}": {
            "kind": ItemKind.LESSON.value, "id": row.id, "public": row.public_id, "review": row.review_id,
            "ecosystem": row.ecosystem, "level": row.level.value if row.level else "",
            "code": row.code.value if row.code else "", "tags": list(row.tags),
            "texts": {name: getattr(row, name) for name in LESSON_TEXTS},
        }
        for row in db.exec(select(LessonCard).where(col(LessonCard.id).in_(ids)))
    }  # fmt: skip
