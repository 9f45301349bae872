"""Editing a report: its texts, its chapters and their order, and what stands in which."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlmodel import col

from events.core.access import Actor, command
from events.core.database import Database
from events.core.journal import record
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.translation import LANGUAGES, _
from sessions.peer_reviews.findings import Level
from sessions.peer_reviews.reviews import ReviewState
from sessions.reports.material import Material, fitting_chapter, material_for, naming_of, not_used
from sessions.reports.naming import Naming
from sessions.reports.reports import (
    LONGEST,
    MOST_CHAPTERS,
    MOST_ITEMS,
    Report,
    ReportChapter,
    ReportEdited,
    ReportInProgramme,
    ReportItem,
    chapters_of,
    edits_report,
    items_in,
    items_of,
)
from sessions.written import written


def can_be_edited(subject: ReportInProgramme, now: datetime) -> None:
    """Refuse to write up a review that was cancelled."""
    if subject.review is not None and subject.review.state is ReviewState.CANCELLED:
        raise Conflict(_("This review was cancelled."))


@command(edits_report, when=can_be_edited)
def write_report(
    db: Database, actor: Actor, subject: ReportInProgramme, *, title: str, lead: str, language: str, version: int
) -> None:
    """Set a report's title, its summary in Markdown and its language; refused where somebody changed these since."""
    naming, before = naming_of(db, actor, subject), subject.report
    said = {"title": naming.kept(title, before.title), "lead": naming.kept(lead, before.lead)}
    texts = written(said, LONGEST, title=_("Please give the report a title."))
    if language not in LANGUAGES:
        raise Invalid({"language": _("Please choose a language from the list.")})
    changed = db.connection().execute(
        update(Report)
        .where(col(Report.id) == subject.id, col(Report.version) == version)
        .values(version=version + 1, title=texts["title"], lead=texts["lead"], language=language)
    )
    if changed.rowcount != 1:
        raise Conflict(_("Somebody else has just changed this. Look at it again, then save."))
    db.refresh(subject.report)
    _edited(db, actor, subject)


@command(edits_report, when=can_be_edited)
def add_chapter(db: Database, actor: Actor, subject: ReportInProgramme, *, title: str) -> ReportChapter:
    """Put an empty chapter behind the others."""
    texts = written({"title": title}, LONGEST, title=_("Please give the chapter a title."))
    there = chapters_of(db, subject.id)
    if len(there) >= MOST_CHAPTERS:
        raise Conflict(_("A report has at most %(most)s chapters.", most=MOST_CHAPTERS))
    last = max((one.position for one in there), default=0)
    row = ReportChapter(report_id=subject.id, position=last + 1, title=texts["title"])
    _edited(db, actor, subject, row)
    return row


@command(edits_report, when=can_be_edited)
def write_chapter(
    db: Database, actor: Actor, subject: ReportInProgramme, *, chapter: str, title: str, text: str,
    level: Level | None = None, by_ecosystem: bool = False, version: int = 0,
) -> None:  # fmt: skip
    """Set what a chapter is called, what stands in it in Markdown, for which level it is, and whether it is ordered by
    ecosystem; refused where somebody changed it since `version` (0 is any), or has removed it."""
    row = find_chapter(db, subject, chapter)
    if row is None:
        raise Conflict(_("Somebody has removed this chapter. Copy what you wrote, and put it into another."))
    naming = naming_of(db, actor, subject)
    said = {"title": naming.kept(title, row.title), "text": naming.kept(text, row.text)}
    texts = written(said, LONGEST, title=_("Please give the chapter a title."))
    there = (col(ReportChapter.id) == row.id, col(ReportChapter.version) == (version or row.version))
    new = {"title": texts["title"], "text": texts["text"], "level": level, "by_ecosystem": by_ecosystem}
    changed = db.connection().execute(
        update(ReportChapter).where(*there).values(version=ReportChapter.version + 1, **new)
    )  # fmt: skip
    if changed.rowcount != 1:
        raise Conflict(_("Somebody else has just changed this. Look at it again, then save."))
    db.refresh(row)
    _edited(db, actor, subject)


@command(edits_report, when=can_be_edited)
def move_chapter(db: Database, actor: Actor, subject: ReportInProgramme, *, chapter: str, earlier: bool) -> None:
    """Put a chapter before the one in front of it, or behind the next; the first and the last stay where they are."""
    row = get_chapter(db, subject, chapter)
    _edited(db, actor, subject, *_moved(chapters_of(db, subject.id), row, earlier=earlier))


@command(edits_report, when=can_be_edited)
def remove_chapter(db: Database, actor: Actor, subject: ReportInProgramme, *, chapter: str) -> None:
    """Take a chapter out; what stood in it is not used any more, and its text is gone."""
    row = get_chapter(db, subject, chapter)
    for one in items_of(db, subject.id):
        if one.chapter_id == row.id:
            db.delete(one)
    db.flush()
    db.delete(row)
    _edited(db, actor, subject)


@command(edits_report, when=can_be_edited)
def put_into_report(
    db: Database, actor: Actor, subject: ReportInProgramme, *, chapter: str, material: Sequence[str]
) -> int:
    """Put findings, lessons and quotations, by their codes, behind what stands in a chapter; answers how many. What
    stands in the report already is moved. Refuses a chapter that is not there, and nothing."""
    row = find_chapter(db, subject, chapter)
    if row is None:
        raise Invalid({"chapter": _("Please choose a chapter. The one you chose is not there any more.")})
    known = {one.code: one for one in material_for(db, subject).values()}
    wanted = [known[one] for one in dict.fromkeys(material) if one in known]
    if not wanted:
        raise Invalid({"material": _("Please choose what is to stand there.")})
    _put(db, subject, [(row, one) for one in wanted])
    _edited(db, actor, subject)
    return len(wanted)


@command(edits_report, when=can_be_edited)
def fill_report(db: Database, actor: Actor, subject: ReportInProgramme) -> int:
    """Put all that is not used yet into the chapter that is for its level; answers how much. What fits nowhere stays
    unused."""
    chapters = chapters_of(db, subject.id)
    wanted = [(fitting_chapter(chapters, one, subject.report.kind), one) for one in not_used(db, subject)]
    fitting = [(chapter, one) for chapter, one in wanted if chapter is not None]
    if not fitting:
        raise Conflict(_("Nothing that is not used fits into a chapter."))
    _put(db, subject, fitting)
    _edited(db, actor, subject)
    return len(fitting)


def _put(db: Database, subject: ReportInProgramme, wanted: Sequence[tuple[ReportChapter, Material]]) -> None:
    there = {(one.kind, one.subject_id): one for one in items_of(db, subject.id)}
    if items_in(db, subject.id) + sum(one.key not in there for _chapter, one in wanted) > MOST_ITEMS:
        raise Conflict(_("A report holds at most %(most)s findings, lessons and quotations.", most=MOST_ITEMS))
    last = max((one.position for one in there.values()), default=0)
    for number, (chapter, one) in enumerate(wanted, last + 1):
        row = there.get(one.key) or ReportItem(
            report_id=subject.id, chapter_id=0, position=0, kind=one.kind, subject_id=one.id
        )
        row.chapter_id, row.position = chapter.id or 0, number
        db.add(row)
    db.flush()


@command(edits_report, when=can_be_edited)
def move_in_report(db: Database, actor: Actor, subject: ReportInProgramme, *, item: str, earlier: bool) -> None:
    """Put something before what is in front of it in its chapter, or behind the next."""
    row = get_item(db, subject, item)
    beside = [one for one in items_of(db, subject.id) if one.chapter_id == row.chapter_id]
    _edited(db, actor, subject, *_moved(beside, row, earlier=earlier))


@command(edits_report, when=can_be_edited)
def take_out_of_report(db: Database, actor: Actor, subject: ReportInProgramme, *, item: str) -> None:
    """Take something out of a report; it is not used any more."""
    db.delete(get_item(db, subject, item))
    _edited(db, actor, subject)


def _moved(rows: Sequence[Any], row: Any, *, earlier: bool) -> list[Any]:
    """The rows with one of them a place on, numbered from 1."""
    order = [one for one in rows if one.id != row.id]
    at = next(number for number, one in enumerate(rows) if one.id == row.id)
    order.insert(max(0, at - 1) if earlier else at + 1, row)
    for position, one in enumerate(order, 1):
        one.position = position
    return order


def _edited(db: Database, actor: Actor, subject: ReportInProgramme, *rows: Any) -> None:
    db.add_all(rows)
    db.flush()
    record(db, actor, ReportEdited(programme_id=subject.programme.id or 0, report_id=subject.id))


@dataclass(frozen=True)
class ChapterRead:
    """A chapter as somebody reads it who edits the report: without the names of private reviews they are not in."""

    chapter: ReportChapter
    title: str
    text: str


def chapters_read(db: Database, subject: ReportInProgramme, naming: Naming) -> list[ChapterRead]:
    """The chapters of a report, in order, as somebody reads them who edits it."""
    return [
        ChapterRead(one, naming.written(one.title), naming.written(one.text)) for one in chapters_of(db, subject.id)
    ]


def find_chapter(db: Database, subject: ReportInProgramme, public: str) -> ReportChapter | None:
    """A chapter of a report; None where it was removed, or is one of another."""
    return next((one for one in chapters_of(db, subject.id) if one.public_id == public), None)


def get_chapter(db: Database, subject: ReportInProgramme, public: str) -> ReportChapter:
    """A chapter of a report; NotFound for one of another."""
    found = find_chapter(db, subject, public)
    if found is None:
        raise NotFound()
    return found


def get_item(db: Database, subject: ReportInProgramme, public: str) -> ReportItem:
    """What stands in a report; NotFound for what stands in another."""
    found = next((one for one in items_of(db, subject.id) if one.public_id == public), None)
    if found is None:
        raise NotFound()
    return found
