"""Versions of a report: handed to somebody else to look at, published by them, and from then on as they are.

A version that is published takes the place of the one before, which stays readable. What a version shows of people is
asked anew each time (snapshots.py), so that a name or a quotation that may not be shown any more is gone from all.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import UniqueConstraint, update
from sqlmodel import Field, SQLModel, col, func, select

from events.core import clock
from events.core.access import Actor, command, rule
from events.core.columns import listing, moment, public_id, word
from events.core.database import Database
from events.core.hooks import personal_data
from events.core.journal import Fact, record
from events.core.refusals import Conflict, NotFound
from events.core.translation import Message, _, day_of, written_for
from events.events import Event
from events.programmes import Programme
from events.roles import Role, Scope, people_with_role
from sessions.peer_reviews.chasing import debtors_in
from sessions.peer_reviews.reviews import PeerReview, PlaceState, ReviewPlace, ReviewRole, ReviewState
from sessions.peer_reviews.rooms import lock_review
from sessions.peer_reviews.templates import StepKind
from sessions.reports.building import document_of
from sessions.reports.documents import Document
from sessions.reports.editing import can_be_edited
from sessions.reports.material import naming_of
from sessions.reports.naming import Naming, naming_for, naming_in
from sessions.reports.reports import ItemKind, Report, ReportInProgramme, edits_report
from sessions.reports.snapshots import Content, changed_since, snapshot
from sessions.written import written

LONGEST_REASON = 1000


class VersionState(StrEnum):
    """IN_REVIEW waits for somebody other than its author; SUPERSEDED was published before the one that is now."""

    IN_REVIEW = "in review"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"
    SENT_BACK = "sent back"
    WITHDRAWN = "withdrawn"


VERSION_STATE_NAMES: dict[VersionState, Message] = {
    VersionState.IN_REVIEW: _("Waits for approval"),
    VersionState.PUBLISHED: _("Published"),
    VersionState.SUPERSEDED: _("Superseded"),
    VersionState.SENT_BACK: _("Sent back"),
    VersionState.WITHDRAWN: _("Withdrawn"),
}
READABLE = (VersionState.PUBLISHED, VersionState.SUPERSEDED)


class ReportVersion(SQLModel, table=True):
    """A report as it was handed in; its content never changes. `reason` says why it was sent back or withdrawn."""

    __tablename__ = "report_version"
    __table_args__ = (UniqueConstraint("report_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("vn")
    report_id: int = Field(foreign_key="report.id", index=True)
    number: int
    state: VersionState = word(VersionState, default=VersionState.IN_REVIEW)
    content: Content = listing()
    author_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    handed_in_at: datetime = moment()
    decided_by_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    decided_at: datetime | None = moment(default=None, nullable=True)
    reason: str = Field(default="", max_length=LONGEST_REASON)


personal_data(ReportVersion, "author_id", "versions of reports somebody handed in", "detach")
personal_data(ReportVersion, "decided_by_id", "versions of reports somebody approved", "detach")


@dataclass(frozen=True)
class VersionOfReport:
    """A version with its report, programme and review, as commands and rules need it."""

    version: ReportVersion
    report: Report
    programme: Programme
    review: PeerReview | None = None
    event: Event | None = None

    @property
    def id(self) -> int:
        """The version's id."""
        assert self.version.id is not None
        return self.version.id

    @property
    def of_report(self) -> ReportInProgramme:
        """The report without the version."""
        return ReportInProgramme(self.report, self.programme, self.review, self.event)


@dataclass(frozen=True)
class ReportHandedIn(Fact):
    """A version of a report waits for somebody to approve it."""

    programme_id: int
    report_id: int
    version_id: int


@dataclass(frozen=True)
class ReportPublished(Fact):
    """A version of a report was approved, and everybody can read it."""

    programme_id: int
    report_id: int
    version_id: int


@dataclass(frozen=True)
class ReportSentBack(Fact):
    """A version of a report was not approved; the reason stands with it."""

    programme_id: int
    report_id: int
    version_id: int


@dataclass(frozen=True)
class ReportWithdrawn(Fact):
    """A version of a report that everybody could read was taken back; the reason stands in its place."""

    programme_id: int
    report_id: int
    version_id: int


@rule
def edits_version(actor: Actor, subject: VersionOfReport) -> bool:
    return edits_report(actor, subject.of_report)


@rule
def is_not_its_author(actor: Actor, subject: VersionOfReport) -> bool:
    return actor.person is not None and actor.person != subject.version.author_id


@rule
def see_version(actor: Actor, subject: VersionOfReport) -> bool:
    told = subject.version.state in (*READABLE, VersionState.WITHDRAWN)
    return told or edits_version(actor, subject)


def waits(subject: VersionOfReport, now: datetime) -> None:
    """Refuse to decide what was decided, or what a review that was cancelled would say."""
    can_be_edited(subject.of_report, now)
    if subject.version.state is not VersionState.IN_REVIEW:
        raise Conflict(_("This version does not wait for approval any more."))


def can_be_handed_in(subject: ReportInProgramme, now: datetime) -> None:
    """Refuse to fix what a review says before its meeting: with its report a review is published."""
    can_be_edited(subject, now)
    if subject.review is not None and subject.review.state is ReviewState.PREPARING:
        raise Conflict(_("The meeting of this review was not held yet. Hand its report in after it."))


def can_be_approved(subject: VersionOfReport, now: datetime) -> None:
    """Refuse to publish what does not wait, and the report of a review that has not met."""
    waits(subject, now)
    can_be_handed_in(subject.of_report, now)


def is_published(subject: VersionOfReport, now: datetime) -> None:
    """Refuse to withdraw what nobody reads."""
    if subject.version.state not in READABLE:
        raise Conflict(_("This version is not published."))


@command(edits_report, when=can_be_handed_in)
def hand_report_in(db: Database, actor: Actor, subject: ReportInProgramme) -> ReportVersion:
    """Fix what a report says now as its next version, for somebody else to approve.

    Refuses an empty report, and a second version while one waits.
    """
    _lock(db, subject)
    can_be_handed_in(subject, clock.now())
    if any(one.state is VersionState.IN_REVIEW for one in versions_of(db, subject.id)):
        raise Conflict(_("A version waits for approval already."))
    content = snapshot(db, subject)
    if not content["lead"].strip() and not any(one["text"].strip() or one["items"] for one in content["chapters"]):
        raise Conflict(_("The report is empty. Write something, or put findings into it."))
    last = db.exec(select(func.max(ReportVersion.number)).where(ReportVersion.report_id == subject.id)).one()
    row = ReportVersion(
        report_id=subject.id, number=(last or 0) + 1, content=content, author_id=actor.person, handed_in_at=clock.now()
    )
    db.add(row)
    db.flush()
    record(db, actor, ReportHandedIn(**_ids(subject), version_id=row.id or 0))
    return row


def _lock(db: Database, subject: ReportInProgramme) -> None:
    # Locked on PostgreSQL, so that two who hand in at once make one version, and nobody changes a finding while the
    # report that quotes it is published.
    db.exec(select(Report.id).where(Report.id == subject.id).with_for_update()).one()
    if subject.review is not None:
        lock_review(db, subject)


@command(edits_version & is_not_its_author, when=can_be_approved)
def approve_report(db: Database, actor: Actor, subject: VersionOfReport) -> None:
    """Publish a version that somebody else has handed in; the one before is superseded. With its report a review is
    published, so that everybody can follow what the report says to its records.

    Refuses a version that quotes what was changed or withdrawn since.
    """
    _lock(db, subject.of_report)
    can_be_approved(subject, clock.now())
    _refuse_what_changed(db, subject)
    for one in versions_of(db, subject.report.id or 0):
        if one.state is VersionState.PUBLISHED:
            _decide(db, actor, one, VersionState.SUPERSEDED)
    _decide(db, actor, subject.version, VersionState.PUBLISHED)
    review = subject.review
    if review is not None and review.published_at is None:
        review.published_at, review.version = clock.now(), review.version + 1
        review.state = ReviewState.PUBLISHED if review.state is not ReviewState.CLOSED else review.state
        db.add(review)
        db.flush()
    record(db, actor, ReportPublished(**_ids(subject.of_report), version_id=subject.id))


def _refuse_what_changed(db: Database, subject: VersionOfReport) -> None:
    changed = changed_since(db, subject.of_report, subject.version.content)
    if not changed:
        return
    if changed[0]["kind"] == ItemKind.FINDING:
        raise Conflict(
            _("Finding %(number)s of %(host)s was changed or withdrawn since this was handed in. Send it back, and hand"
              " the report in anew.", number=changed[0]["number"], host=changed[0]["host"])
        )  # fmt: skip
    raise Conflict(
        _("A lesson in it was withdrawn since this was handed in. Send it back, and hand the report in anew.")
    )


@command(edits_version, when=waits)
def send_report_back(db: Database, actor: Actor, subject: VersionOfReport, *, reason: str) -> None:
    """Do not approve a version, or take back one's own, for a reason that its author reads."""
    text = written({"reason": reason}, {"reason": LONGEST_REASON}, reason=_("Please say why."))["reason"]
    _decide(db, actor, subject.version, VersionState.SENT_BACK, reason=text)
    record(db, actor, ReportSentBack(**_ids(subject.of_report), version_id=subject.id))


@command(edits_version, when=is_published)
def withdraw_report(db: Database, actor: Actor, subject: VersionOfReport, *, reason: str) -> None:
    """Take a published version back; the reason stands in its place. Where nothing of a review's report can be read any
    more, the review is not published any more either: its records are for those inside, and can be put right."""
    text = written({"reason": reason}, {"reason": LONGEST_REASON}, reason=_("Please say why."))["reason"]
    _lock(db, subject.of_report)
    _decide(db, actor, subject.version, VersionState.WITHDRAWN, reason=text)
    review = subject.review
    if review is not None and not any(one.state in READABLE for one in versions_of(db, subject.report.id or 0)):
        review.published_at, review.version = None, review.version + 1
        review.state = ReviewState.HELD if review.state is ReviewState.PUBLISHED else review.state
        db.add(review)
        db.flush()
    record(db, actor, ReportWithdrawn(**_ids(subject.of_report), version_id=subject.id))


def _decide(db: Database, actor: Actor, row: ReportVersion, state: VersionState, **values: Any) -> None:
    if state is not VersionState.SUPERSEDED:
        values |= {"decided_by_id": actor.person, "decided_at": clock.now()}
    changed = db.connection().execute(
        update(ReportVersion)
        .where(col(ReportVersion.id) == row.id, col(ReportVersion.state) == row.state)
        .values(state=state, **values)
    )
    if changed.rowcount != 1:
        raise Conflict(_("Somebody else has just done this."))
    db.refresh(row)


def _ids(subject: ReportInProgramme) -> dict[str, int]:
    return {"programme_id": subject.programme.id or 0, "report_id": subject.id}


def versions_of(db: Database, report_id: int) -> list[ReportVersion]:
    """All versions of a report, the newest first."""
    query = select(ReportVersion).where(ReportVersion.report_id == report_id)
    return list(db.exec(query.order_by(col(ReportVersion.number).desc())))


def get_version(db: Database, actor: Actor, subject: ReportInProgramme, number: int) -> VersionOfReport:
    """A version of a report that the actor may know of; NotFound otherwise."""
    query = select(ReportVersion).where(ReportVersion.report_id == subject.id, ReportVersion.number == number)
    row = db.exec(query).first()
    if row is None:
        raise NotFound()
    found = VersionOfReport(row, subject.report, subject.programme, subject.review, subject.event)
    if not see_version(actor, found):
        raise NotFound()
    return found


def version_document(db: Database, actor: Actor, subject: VersionOfReport) -> Document:
    """What a version says, as anybody may read it now; NotFound for who may only know that it was withdrawn."""
    if subject.version.state not in READABLE and not edits_version(actor, subject):
        raise NotFound()
    row, content = subject.version, subject.version.content
    with written_for(content["language"], "UTC"):
        state, day = str(VERSION_STATE_NAMES[row.state]).lower(), day_of(row.decided_at or row.handed_in_at)
        said = str(_("Version %(number)s, %(state)s, %(day)s", number=row.number, state=state, day=day))
    return document_of(db, content, subject.programme, about=(said,))


def draft_document(db: Database, subject: ReportInProgramme) -> Document:
    """What a report would say if it were handed in now."""
    content = snapshot(db, subject)
    with written_for(content["language"], "UTC"):
        said = str(_("Draft"))
    return document_of(db, content, subject.programme, about=(said,))


@debtors_in(StepKind.REPORT)
def without_a_report(db: Database, reviews: Collection[int]) -> dict[int, set[int]]:
    """Whose part the report is of reviews that were held and of which no version of one waits or can be read: the
    rapporteurs', the moderators' where no rapporteur is left, or else the organisers'."""
    held = PeerReview.state == ReviewState.HELD
    done = select(Report.review_id).join(ReportVersion, col(ReportVersion.report_id) == col(Report.id))
    done = done.where(col(ReportVersion.state).in_((VersionState.IN_REVIEW, *READABLE)))
    query = select(PeerReview.id, PeerReview.event_id, Event.programme_id)
    query = query.join(Event, col(Event.id) == col(PeerReview.event_id))
    query = query.where(held, col(PeerReview.id).in_(reviews))
    query = query.where(col(PeerReview.id).not_in(done.where(col(Report.review_id).is_not(None))))
    return {id or 0: _who_writes(db, id or 0, event, programme) for id, event, programme in db.exec(query)}


def _who_writes(db: Database, review_id: int, event_id: int, programme_id: int) -> set[int]:
    there = (ReviewPlace.review_id == review_id, ReviewPlace.state == PlaceState.ACCEPTED)
    for role in (ReviewRole.RAPPORTEUR, ReviewRole.MODERATOR):
        people = set(db.exec(select(ReviewPlace.person_id).where(*there, ReviewPlace.role == role)))
        if people:
            return people
    return {
        *people_with_role(db, Role.ORGANISER, Scope.EVENT, event_id),
        *people_with_role(db, Role.ORGANISER, Scope.PROGRAMME, programme_id),
    }


@dataclass(frozen=True)
class ReportLine:
    """A report in a list: its title (that of the version that everybody reads, to who edits it that of now), the number
    of that version (0: none), and since when. `waits` is told to who edits it."""

    report: Report
    title: str
    number: int
    since: datetime | None
    waits: bool


def _working_title(report: Report, read: Naming) -> str:
    # Who edits the report of a review is inside it.
    return report.title if report.review_id is not None else read.written(report.title)


def title_of(db: Database, actor: Actor, subject: ReportInProgramme) -> str:
    """What a report is called, for who may know of it: as the version that everybody reads, to who edits it as now."""
    if edits_report(actor, subject):
        return naming_of(db, actor, subject).written(subject.report.title)
    query = select(ReportVersion.content).where(ReportVersion.report_id == subject.id)
    content = db.exec(query.where(ReportVersion.state == VersionState.PUBLISHED)).first()
    return told_to_all(db, subject, content["title"]) if content else ""


def told_to_all(db: Database, subject: ReportInProgramme, text: str) -> str:
    """What was written about a report, as anybody may read it, and as letters say it."""
    return naming_in(db, subject.programme.id or 0, subject.report.review_id).written(text)


def reason_of(db: Database, actor: Actor, subject: VersionOfReport) -> str:
    """Why a version was sent back or withdrawn, as somebody may read it who knows of it."""
    if edits_version(actor, subject):
        return naming_of(db, actor, subject.of_report).written(subject.version.reason)
    return told_to_all(db, subject.of_report, subject.version.reason)


def see_report(db: Database, actor: Actor, subject: ReportInProgramme) -> bool:
    """Whether somebody may know of a report: who edits it, and everybody once a version was published."""
    told = any(one.state in (*READABLE, VersionState.WITHDRAWN) for one in versions_of(db, subject.id))
    return told or edits_report(actor, subject)


def get_report(db: Database, actor: Actor, programme: Programme, public: str) -> ReportInProgramme:
    """A report that the actor may know of; NotFound otherwise."""
    query = select(Report).where(Report.programme_id == programme.id, Report.public_id == public)
    row = db.exec(query).first()
    if row is None:
        raise NotFound()
    review = db.get(PeerReview, row.review_id) if row.review_id else None
    found = ReportInProgramme(row, programme, review, db.get(Event, review.event_id) if review else None)
    if not see_report(db, actor, found):
        raise NotFound()
    return found


def reports_in(db: Database, actor: Actor, programme: Programme) -> list[ReportLine]:
    """The reports of a programme that the actor may know of, the newest first: as many queries, however many."""
    rows = db.exec(select(Report).where(Report.programme_id == programme.id).order_by(col(Report.id).desc())).all()
    kept = ReportVersion
    columns: Any = (kept.report_id, kept.number, kept.state, kept.decided_at, col(kept.content)["title"].as_string())
    versions = db.execute(select(*columns).where(col(kept.report_id).in_([one.id for one in rows]))).all()
    wanted = [one.review_id for one in rows if one.review_id]
    sources = select(PeerReview, Event).join(Event, col(Event.id) == col(PeerReview.event_id))
    of = {review.id: (review, event) for review, event in db.exec(sources.where(col(PeerReview.id).in_(wanted)))}
    told, read = naming_in(db, programme.id or 0), naming_for(db, actor, programme.id or 0)
    found = []
    for row in rows:
        mine = [one for one in versions if one[0] == row.id]
        subject = ReportInProgramme(row, programme, *of.get(row.review_id, (None, None)))
        current = next((one for one in mine if one[2] is VersionState.PUBLISHED), None)
        edits = edits_report(actor, subject)
        if current is not None or edits:
            number, since = (current[1], current[3]) if current else (0, None)
            waits_too = edits and any(one[2] is VersionState.IN_REVIEW for one in mine)
            said = told.written(current[4]) if current and not edits else _working_title(row, read)
            found.append(ReportLine(row, said, number, since, waits_too))
    return found
