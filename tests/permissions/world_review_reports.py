"""What comes after the peer review of the world: an agreed finding with an action, lessons, a quotation, a report.

Bo wrote the lessons and is asked for the words; Ada has handed in a version of the report, which Mel edits as well.
"""

from dataclasses import dataclass
from datetime import date

from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.programmes import Programme
from sessions.lessons import LessonCode, LessonInProgramme, LessonPlace, lesson_with_sources, note_lesson, share_lesson
from sessions.peer_reviews.action_plans import ActionInReview, plan_action
from sessions.peer_reviews.findings import Finding, FindingState, Level
from sessions.peer_reviews.records import FindingRecord
from sessions.reports.editing import fill_report, write_report
from sessions.reports.quotations import QuotationInProgramme, QuotingPlace, ask_for_quotation
from sessions.reports.reports import (
    ReportChapter,
    ReportInProgramme,
    ReportItem,
    ReportKind,
    chapters_of,
    items_of,
    name_report_editor,
    report_with_sources,
    start_report,
)
from sessions.reports.versions import VersionOfReport, get_version, hand_report_in
from tests.makers import again, person_of
from tests.permissions.world_reviews import Reviewing
from tests.sessions.makers_reports import LESSON


@dataclass
class ReviewReports:
    """What commands and routes about it can be about."""

    programme: Programme
    record: FindingRecord
    action: ActionInReview
    draft: LessonInProgramme
    shared: LessonInProgramme
    quotation: QuotationInProgramme
    place: QuotingPlace
    report: ReportInProgramme
    version: VersionOfReport
    chapter: ReportChapter
    item: ReportItem

    @property
    def ids(self) -> dict[str, str]:
        """What stands in addresses."""
        return {
            "action": self.action.action.public_id, "lesson": self.draft.lesson.public_id,
            "quotation": self.quotation.quotation.public_id, "report": self.report.report.public_id,
            "chapter": self.chapter.public_id,
        }  # fmt: skip


def build_review_reports(
    db: Database, people: dict[str, Actor], reviewing: Reviewing, programme: Programme
) -> ReviewReports:
    """All of it, made by commands but the finding, which is agreed already."""
    subject, ada, bo = reviewing.subject, again(db, people["Ada"]), again(db, people["Bo"])
    finding = Finding(
        review_id=subject.id, number=90, finding="Members leave.", recommendation="Call them.", level=Level.REGION,
        state=FindingState.AGREED, created_at=clock.now(),
    )  # fmt: skip
    db.add(finding)
    db.flush()
    record = FindingRecord(finding, subject.review, subject.event)
    action = plan_action(
        db, again(db, people["Cy"]), record, action="Call each member.", owner="The secretary", due_on=date(2026, 6, 30)
    )
    draft, shared = (_lesson(db, bo, programme, reviewing, title) for title in ("Call early", "Ask why"))
    share_lesson(db, bo, shared)
    place = QuotingPlace(programme, subject.review, subject.event)
    words = ask_for_quotation(db, ada, place, person=person_of(db, bo), text="We lost a third of them.")
    name_report_editor(db, ada, programme, person=person_of(db, people["Mel"]))
    row = start_report(db, ada, programme, kind=ReportKind.LESSONS, title="What we learned")
    report = report_with_sources(db, row, programme)
    write_report(db, ada, report, title=row.title, lead="What clusters know.", language="en", version=row.version)
    fill_report(db, ada, report)
    version = hand_report_in(db, ada, report)
    items = items_of(db, report.id)
    chapter = next(one for one in chapters_of(db, report.id) if one.id == items[0].chapter_id)
    return ReviewReports(
        programme, record, ActionInReview(action, subject.review, subject.event), draft, shared,
        QuotationInProgramme(words, programme), place, report, get_version(db, ada, report, version.number), chapter,
        items[0],
    )  # fmt: skip


def _lesson(db: Database, bo: Actor, programme: Programme, reviewing: Reviewing, title: str) -> LessonInProgramme:
    subject = reviewing.subject
    row = note_lesson(
        db, bo, LessonPlace(programme, subject.event, subject.review), texts=LESSON | {"title": title},
        code=LessonCode.BARRIER_TIME, level=Level.REGION,
    )  # fmt: skip
    return lesson_with_sources(db, row, programme)
