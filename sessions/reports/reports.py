"""Reports: what they are made of, who edits them, and how findings, lessons and quotations are arranged in them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel, col, func, select

from events.core import clock
from events.core.access import Actor, command, rule
from events.core.columns import moment, public_id, word
from events.core.database import Database
from events.core.hooks import personal_data
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.translation import LANGUAGES, Message, _, reader, written_for
from events.events import Event
from events.people import Person
from events.programmes import Programme
from events.roles import Role, Scope, tie_source, ties_as
from sessions.peer_reviews.findings import Level
from sessions.peer_reviews.reviews import PeerReview, ReviewInEvent, ReviewState, writes_up_review
from sessions.written import written

REPORT_EDITOR = "editor of reports"  # a tie to a programme whose reports over all reviews one edits
LONGEST = {"title": 200, "lead": 8000, "text": 20_000}
MOST_CHAPTERS, MOST_ITEMS = 40, 600


class ReportKind(StrEnum):
    """What a report is: of one review, or one of the two over all reviews of a programme."""

    REVIEW = "review report"
    LESSONS = "guidelines and lessons learned"
    POLICY = "policy recommendations"


class ItemKind(StrEnum):
    """What can be arranged in a chapter."""

    FINDING = "finding"
    LESSON = "lesson"
    QUOTATION = "quotation"


class ChapterPart(StrEnum):
    """What a chapter holds besides its text: what editors arrange, or what the review itself brings along."""

    ITEMS = "items"
    CASE = "case"
    PEOPLE = "people"
    PLAN = "plan"


KIND_NAMES: dict[ReportKind, Message] = {
    ReportKind.REVIEW: _("Review report"),
    ReportKind.LESSONS: _("Guidelines and lessons learned"),
    ReportKind.POLICY: _("Policy recommendations"),
}
ITEM_NAMES: dict[ItemKind, Message] = {
    ItemKind.FINDING: _("Finding"),
    ItemKind.LESSON: _("Lesson"),
    ItemKind.QUOTATION: _("Quotation"),
}


class Report(SQLModel, table=True):
    """A report as it is being written; `lead` is Markdown. Its versions are what anybody else reads."""

    __tablename__ = "report"

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("rt")
    programme_id: int = Field(foreign_key="programme.id", index=True)
    review_id: int | None = Field(default=None, foreign_key="peer_review.id", unique=True)
    kind: ReportKind = word(ReportKind)
    title: str = Field(max_length=200)
    lead: str = Field(default="", max_length=8000)
    language: str = Field(default="en", max_length=5)
    started_by_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    version: int = 1
    created_at: datetime = moment()


class ProgrammeEditor(SQLModel, table=True):
    """That somebody edits the reports over all reviews of a programme."""

    __tablename__ = "programme_editor"
    __table_args__ = (UniqueConstraint("programme_id", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    programme_id: int = Field(foreign_key="programme.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    named_at: datetime = moment()


class ReportChapter(SQLModel, table=True):
    """A chapter of a report; `text` is Markdown. With a `level` it takes what is addressed to that level, and
    `by_ecosystem` orders it by ecosystem."""

    __tablename__ = "report_chapter"

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("rc")
    report_id: int = Field(foreign_key="report.id", index=True)
    position: int
    title: str = Field(max_length=200)
    text: str = Field(default="", max_length=20_000)
    part: ChapterPart = word(ChapterPart, default=ChapterPart.ITEMS)
    level: Level | None = word(Level, default=None, nullable=True)
    by_ecosystem: bool = False
    version: int = 1


class ReportItem(SQLModel, table=True):
    """That a finding, a lesson or a quotation stands in a chapter; each stands in a report once."""

    __tablename__ = "report_item"
    __table_args__ = (UniqueConstraint("report_id", "kind", "subject_id"),)

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("ri")
    report_id: int = Field(foreign_key="report.id", index=True)
    chapter_id: int = Field(foreign_key="report_chapter.id", index=True)
    position: int
    kind: ItemKind = word(ItemKind)
    subject_id: int


personal_data(Report, "started_by_id", "reports somebody began", "detach")
personal_data(ProgrammeEditor, "person_id", "who edits reports of a programme", "delete")


@dataclass(frozen=True)
class ReportInProgramme:
    """A report with its programme and, where it is of one, its review and event, as commands and rules need it."""

    report: Report
    programme: Programme
    review: PeerReview | None = None
    event: Event | None = None

    @property
    def id(self) -> int:
        """The report's id."""
        assert self.report.id is not None
        return self.report.id

    @property
    def of_review(self) -> ReviewInEvent | None:
        """The review that it is of."""
        return ReviewInEvent(self.review, self.event) if self.review is not None and self.event is not None else None


@dataclass(frozen=True)
class ReportStarted(Fact):
    """A report was begun."""

    programme_id: int
    report_id: int


@dataclass(frozen=True)
class ReportEdited(Fact):
    """What a report says, or what stands where in it, was changed."""

    programme_id: int
    report_id: int


@dataclass(frozen=True)
class EditorNamed(Fact):
    """Somebody edits the reports of a programme from now on."""

    programme_id: int
    person_id: int


@dataclass(frozen=True)
class EditorEnded(Fact):
    """Somebody edits the reports of a programme no more."""

    programme_id: int
    person_id: int


@tie_source
def _edits(person: int) -> Any:
    return ties_as(REPORT_EDITOR, Scope.PROGRAMME, ProgrammeEditor.programme_id).where(
        col(ProgrammeEditor.person_id) == person
    )


@rule
def organises_programme(actor: Actor, programme: Any) -> bool:
    return actor.is_(Role.ORGANISER, Scope.PROGRAMME, programme.id)


@rule
def starts_reports(actor: Actor, programme: Any) -> bool:
    return organises_programme(actor, programme) or actor.is_(REPORT_EDITOR, Scope.PROGRAMME, programme.id)


@rule
def edits_report(actor: Actor, subject: ReportInProgramme) -> bool:
    if subject.of_review is not None:
        return writes_up_review(actor, subject.of_review)
    return starts_reports(actor, subject.programme)


CHAPTERS: dict[ReportKind, tuple[tuple[Message, ChapterPart, Level | None, bool], ...]] = {
    ReportKind.REVIEW: (
        (_("The case"), ChapterPart.CASE, None, False),
        (_("Who took part"), ChapterPart.PEOPLE, None, False),
        (_("Findings and recommendations"), ChapterPart.ITEMS, None, False),
        (_("Action plan"), ChapterPart.PLAN, None, False),
    ),
    ReportKind.LESSONS: (
        (_("What we learned"), ChapterPart.ITEMS, None, True),
        (_("Practices that can be transferred"), ChapterPart.ITEMS, Level.HOST, False),
    ),
    ReportKind.POLICY: (
        (_("To the European Union"), ChapterPart.ITEMS, Level.EU, True),
        (_("To states"), ChapterPart.ITEMS, Level.STATE, True),
        (_("To regions"), ChapterPart.ITEMS, Level.REGION, True),
    ),
}


@command(organises_programme)
def name_report_editor(db: Database, actor: Actor, programme: Programme, *, person: Person) -> None:
    """Let somebody edit the reports over all reviews of a programme; refused for who does already."""
    if person.id in {one.id for one in editors_of(db, programme)}:
        raise Conflict(_("They edit the reports of this programme already."))
    db.add(ProgrammeEditor(programme_id=programme.id or 0, person_id=person.id or 0, named_at=clock.now()))
    db.flush()
    record(db, actor, EditorNamed(programme_id=programme.id or 0, person_id=person.id or 0))


@command(organises_programme)
def end_report_editor(db: Database, actor: Actor, programme: Programme, *, person: Person) -> None:
    """Let somebody edit the reports of a programme no more; what they wrote stays."""
    query = select(ProgrammeEditor).where(ProgrammeEditor.programme_id == programme.id)
    row = db.exec(query.where(ProgrammeEditor.person_id == person.id)).first()
    if row is None:
        raise NotFound()
    db.delete(row)
    db.flush()
    record(db, actor, EditorEnded(programme_id=programme.id or 0, person_id=person.id or 0))


def editors_of(db: Database, programme: Programme) -> list[Person]:
    """Who edits the reports of a programme besides its organisers, by name."""
    query = select(Person).join(ProgrammeEditor, col(ProgrammeEditor.person_id) == col(Person.id))
    return list(db.exec(query.where(ProgrammeEditor.programme_id == programme.id).order_by(Person.name)))


@command(starts_reports)
def start_report(
    db: Database, actor: Actor, programme: Programme, *, kind: ReportKind, title: str, language: str = "en"
) -> Report:
    """Begin one of the reports over all reviews of a programme, with its usual chapters, empty.

    Refuses no title, a language that the interface does not speak, and a review's report, which begins in its review.
    """
    if kind is ReportKind.REVIEW:
        raise Invalid({"kind": _("The report of a review is begun on the page of the review.")})
    return _started(db, actor, programme, kind=kind, title=title, language=language)


def can_be_written_up(subject: ReviewInEvent, now: datetime) -> None:
    """Refuse the report of a review that was cancelled."""
    if subject.review.state is ReviewState.CANCELLED:
        raise Conflict(_("This review was cancelled."))


@command(writes_up_review, when=can_be_written_up)
def start_review_report(db: Database, actor: Actor, subject: ReviewInEvent, *, title: str, language: str) -> Report:
    """Begin the report of a review, with its usual chapters; refused where it was begun."""
    if report_of_review(db, subject.id) is not None:
        raise Conflict(_("The report of this review was begun already."))
    programme = db.get_one(Programme, subject.event.programme_id)
    return _started(
        db, actor, programme, kind=ReportKind.REVIEW, title=title, language=language, review_id=subject.id
    )  # fmt: skip


def _started(
    db: Database, actor: Actor, programme: Programme, *, kind: ReportKind, title: str, language: str,
    review_id: int | None = None,
) -> Report:  # fmt: skip
    texts = written({"title": title}, LONGEST, title=_("Please give the report a title."))
    if language not in LANGUAGES:
        raise Invalid({"language": _("Please choose a language from the list.")})
    row = Report(
        programme_id=programme.id or 0, review_id=review_id, kind=kind, title=texts["title"], language=language,
        started_by_id=actor.person, created_at=clock.now(),
    )  # fmt: skip
    db.add(row)
    db.flush()
    for position, (name, part, level, by_ecosystem) in enumerate(CHAPTERS[kind], 1):
        db.add(
            ReportChapter(
                report_id=row.id or 0, position=position, title=in_language(name, language), part=part, level=level,
                by_ecosystem=by_ecosystem,
            )
        )  # fmt: skip
    db.flush()
    record(db, actor, ReportStarted(programme_id=programme.id or 0, report_id=row.id or 0))
    return row


def in_language(text: Message, language: str) -> str:
    """A sentence of ours in a report's language."""
    with written_for(language, reader().zone):
        return str(text)


def report_of_review(db: Database, review_id: int) -> Report | None:
    """The report of a review, however far it is."""
    return db.exec(select(Report).where(Report.review_id == review_id)).first()


def report_with_sources(db: Database, report: Report, programme: Programme) -> ReportInProgramme:
    """A report with what it is of."""
    review = db.get(PeerReview, report.review_id) if report.review_id else None
    return ReportInProgramme(report, programme, review, db.get(Event, review.event_id) if review else None)


def chapters_of(db: Database, report_id: int) -> list[ReportChapter]:
    """The chapters of a report, in order."""
    query = select(ReportChapter).where(ReportChapter.report_id == report_id)
    return list(db.exec(query.order_by(col(ReportChapter.position), col(ReportChapter.id))))


def items_of(db: Database, report_id: int) -> list[ReportItem]:
    """What stands in a report, in order within each chapter."""
    query = select(ReportItem).where(ReportItem.report_id == report_id)
    return list(db.exec(query.order_by(col(ReportItem.position), col(ReportItem.id))))


def items_in(db: Database, report_id: int) -> int:
    """How much stands in a report."""
    return int(db.exec(select(func.count()).where(ReportItem.report_id == report_id)).one())
