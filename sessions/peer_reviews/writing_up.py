"""Writing up a review: findings with recommendations are drafted, changed, agreed, withdrawn; versions are kept."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel, col, func, select

from events.core import clock
from events.core.access import Actor, command, rule
from events.core.columns import listing, moment
from events.core.database import Database
from events.core.hooks import personal_data
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.translation import Message, _
from events.events import Event
from events.organisations import Organisation
from events.people import Person
from sessions.peer_reviews.attribution import names_shown, protected_in, said_by, without_names
from sessions.peer_reviews.findings import LONGEST, Effort, Finding, FindingState, Horizon, Level, findings_of
from sessions.peer_reviews.reviews import (
    PeerReview,
    PlaceState,
    ReviewInEvent,
    ReviewPlace,
    ReviewQuestion,
    ReviewRole,
    ReviewState,
    inside_review,
    peer_of_review,
    still_on,
    writes_up_review,
)
from sessions.peer_reviews.rooms import lock_review, note_review_change


class FindingVersion(SQLModel, table=True):
    """What a finding said from one version on; never changed."""

    __tablename__ = "review_finding_version"
    __table_args__ = (UniqueConstraint("finding_id", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    finding_id: int = Field(foreign_key="review_finding.id", index=True)
    version: int
    content: dict[str, Any] = listing(default_factory=dict)
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    at: datetime = moment()


personal_data(FindingVersion, "person_id", "versions of findings written in peer reviews", "detach")


@dataclass(frozen=True)
class Wording:
    """What a finding says, as it is written. `question` and `practice_by` are public ids, '' for none."""

    finding: str
    question: str = ""
    evidence: str = ""
    recommendation: str = ""
    level: str = Level.HOST
    addressee: str = ""
    effort: str = Effort.MEDIUM
    impact: int = 3
    horizon: str = Horizon.YEAR
    practice: str = ""
    practice_by: str = ""


@dataclass(frozen=True)
class FindingInReview:
    """A finding with its review and event, as commands and rules need it."""

    finding: Finding
    review: PeerReview
    event: Event

    @property
    def in_event(self) -> ReviewInEvent:
        """The review without the finding."""
        return ReviewInEvent(self.review, self.event)


@dataclass(frozen=True)
class ShownFinding:
    """A finding as a reader may know it: texts without names where they may not be told, and `practice_from` is the
    peer whose practice it is, or what they are in the review."""

    finding: Finding
    text: str
    evidence: str
    recommendation: str
    addressee: str
    practice: str
    practice_from: Message | str
    practice_of: str


@dataclass(frozen=True)
class FindingRecorded(Fact):
    """A finding was written down."""

    event_id: int
    review_id: int
    finding_id: int


@dataclass(frozen=True)
class FindingChanged(Fact):
    """A finding was changed."""

    event_id: int
    review_id: int
    finding_id: int


@dataclass(frozen=True)
class FindingAgreed(Fact):
    """Those in the review agreed on a finding."""

    event_id: int
    review_id: int
    finding_id: int


@dataclass(frozen=True)
class FindingWithdrawn(Fact):
    """A finding was withdrawn; it is kept, and stands in no report."""

    event_id: int
    review_id: int
    finding_id: int


class FindingChangedMeanwhile(Conflict):
    """Somebody else has written another version since the page was opened."""

    def __init__(self) -> None:
        super().__init__(_("Somebody has changed this finding meanwhile. Look at it again before you save."))


@rule
def drafts_findings(actor: Actor, subject: ReviewInEvent) -> bool:
    return writes_up_review(actor, subject) or peer_of_review(actor, subject)


@rule
def changes_finding(actor: Actor, subject: FindingInReview) -> bool:
    """Who writes up, and a peer their own draft."""
    own = actor.person is not None and subject.finding.written_by_id == actor.person
    is_draft = subject.finding.state is FindingState.DRAFT
    return writes_up_review(actor, subject) or (own and is_draft and peer_of_review(actor, subject))


def not_published(subject: Any, now: datetime) -> None:
    """Refuse a change to what stands in a report that was published."""
    still_on(subject, now)
    if subject.review.state is ReviewState.PUBLISHED:
        raise Conflict(_("The report of this review was published. Its findings stay as they are."))


@command(drafts_findings, when=not_published)
def record_finding(db: Database, actor: Actor, subject: ReviewInEvent, *, wording: Wording) -> Finding:
    """Write down a finding with its recommendation, as a draft with the next number. Refuses what is not filled in."""
    lock_review(db, subject)
    not_published(subject, clock.now())
    values = _checked(db, subject, wording)
    last = db.exec(select(func.max(Finding.number)).where(Finding.review_id == subject.id)).one()
    row = Finding(
        review_id=subject.id, number=(last or 0) + 1, written_by_id=actor.person, created_at=clock.now(), **values
    )
    db.add(row)
    db.flush()
    _keep_version(db, actor, row)
    note_review_change(db, subject.id)
    record(db, actor, FindingRecorded(subject.event.id or 0, subject.id, row.id or 0))
    return row


@command(changes_finding, when=not_published)
def change_finding(db: Database, actor: Actor, subject: FindingInReview, *, wording: Wording, version: int) -> None:
    """Change what a finding says, from the `version` that was seen; one that was agreed is a draft again, to be agreed
    anew. Refuses where somebody else was faster."""
    lock_review(db, subject)
    not_published(subject, clock.now())
    db.refresh(subject.finding)
    row = subject.finding
    if row.version != version:
        raise FindingChangedMeanwhile
    values = _checked(db, subject.in_event, wording, row.question_id)
    if all(getattr(row, name) == value for name, value in values.items()):
        return
    for name, value in values.items():
        setattr(row, name, value)
    row.state = FindingState.DRAFT
    row.version += 1
    db.add(row)
    db.flush()
    _keep_version(db, actor, row)
    note_review_change(db, subject.in_event.id)
    record(db, actor, FindingChanged(subject.event.id or 0, subject.in_event.id, row.id or 0))


@command(writes_up_review, when=not_published)
def agree_finding(db: Database, actor: Actor, subject: FindingInReview, *, version: int) -> None:
    """Say that those in the review agree on a finding as its `version` says it: it stands in the report."""
    _to(db, subject, version, FindingState.AGREED)
    record(db, actor, FindingAgreed(subject.event.id or 0, subject.in_event.id, subject.finding.id or 0))


@command(writes_up_review, when=not_published)
def withdraw_finding(db: Database, actor: Actor, subject: FindingInReview, *, version: int) -> None:
    """Take a finding out of the report; it is kept."""
    _to(db, subject, version, FindingState.WITHDRAWN)
    record(db, actor, FindingWithdrawn(subject.event.id or 0, subject.in_event.id, subject.finding.id or 0))


def _to(db: Database, subject: FindingInReview, version: int, state: FindingState) -> None:
    lock_review(db, subject)
    not_published(subject, clock.now())
    db.refresh(subject.finding)
    if subject.finding.version != version:
        raise FindingChangedMeanwhile
    if subject.finding.state is state:
        raise Conflict(_("This was done already."))
    if state is FindingState.AGREED and not subject.finding.recommendation:
        raise Conflict(_("There is no recommendation yet that could be agreed on."))
    subject.finding.state = state
    db.add(subject.finding)
    db.flush()
    note_review_change(db, subject.in_event.id)


def _keep_version(db: Database, actor: Actor, row: Finding) -> None:
    content = {one: getattr(row, one) for one in _KEPT}
    version = FindingVersion(
        finding_id=row.id or 0, version=row.version, content=content, person_id=actor.person, at=clock.now()
    )
    db.add(version)
    db.flush()


_KEPT = (
    "question_id", "finding", "evidence", "recommendation", "level", "addressee", "effort", "impact", "horizon",
    "practice", "practice_by_id",
)  # fmt: skip


def _checked(
    db: Database, subject: ReviewInEvent, wording: Wording, question_before: int | None = None
) -> dict[str, Any]:
    wrong: dict[str, Message | str] = {}
    texts = {name: getattr(wording, name).strip() for name in ("finding", "evidence", "recommendation", "practice")}
    for name, text in texts.items():
        if len(text) > LONGEST:
            wrong[name] = _("Please write at most %(most)s characters.", most=LONGEST)
    if not texts["finding"]:
        wrong["finding"] = _("Please write what was found.")
    if len(wording.addressee.strip()) > 200:
        wrong["addressee"] = _("Please write at most %(most)s characters.", most=200)
    words: dict[str, Any] = {}
    for name, kind in (("level", Level), ("effort", Effort), ("horizon", Horizon)):
        if getattr(wording, name) in {one.value for one in kind}:
            words[name] = kind(getattr(wording, name))
        else:
            wrong[name] = _("Please choose one of these.")
    if not 1 <= wording.impact <= 5:
        wrong["impact"] = _("The impact is a number from 1 to 5.")
    question = _question(db, subject, wording.question)
    is_dropped = question is not None and question.dropped_at is not None and question.id != question_before
    if wording.question and (question is None or is_dropped):
        wrong["question"] = _("Please choose one of the questions.")
    source = next((one for one in peers_of(db, subject.id) if one[0].public_id == wording.practice_by), None)
    if wording.practice_by and source is None:
        wrong["practice_by"] = _("Please choose one of the peers.")
    if wrong:
        raise Invalid(wrong)
    return {
        **texts, **words, "addressee": wording.addressee.strip(), "impact": wording.impact,
        "question_id": question.id if question else None, "practice_by_id": source[0].id if source else None,
    }  # fmt: skip


def _question(db: Database, subject: ReviewInEvent, public: str) -> ReviewQuestion | None:
    query = select(ReviewQuestion).where(ReviewQuestion.review_id == subject.id, ReviewQuestion.public_id == public)
    return db.exec(query).first()


def peers_of(db: Database, review_id: int) -> list[tuple[ReviewPlace, str]]:
    """The peers who take or took part, whose practice a finding can name, with their names."""
    query = select(ReviewPlace, Person.name).where(Person.id == ReviewPlace.person_id)
    query = query.where(ReviewPlace.review_id == review_id, ReviewPlace.role == ReviewRole.PEER)
    there = (PlaceState.ACCEPTED, PlaceState.LEFT)
    return list(db.exec(query.where(col(ReviewPlace.state).in_(there)).order_by(col(ReviewPlace.id))).all())


def wording_of(db: Database, finding: Finding) -> Wording:
    """What a finding says now, as its form shows it."""
    question = db.get(ReviewQuestion, finding.question_id) if finding.question_id else None
    source = db.get(ReviewPlace, finding.practice_by_id) if finding.practice_by_id else None
    own = {one.name: getattr(finding, one.name) for one in fields(Wording) if hasattr(finding, one.name)}
    return Wording(
        **own, question=question.public_id if question else "", practice_by=source.public_id if source else ""
    )


def get_finding(db: Database, actor: Actor, subject: ReviewInEvent, public: str) -> FindingInReview:
    """A finding, for who is inside the review; NotFound otherwise."""
    query = select(Finding).where(Finding.review_id == subject.id, Finding.public_id == public)
    row = db.exec(query).first() if inside_review(actor, subject) else None
    if row is None:
        raise NotFound()
    return FindingInReview(row, subject.review, subject.event)


def shown_findings(db: Database, actor: Actor, subject: ReviewInEvent) -> list[ShownFinding]:
    """The findings as this actor may know them: inside all of them, outside those that were agreed once the report is
    published, without names where the review is private."""
    inside = inside_review(actor, subject)
    if not inside and subject.review.published_at is None:
        return []
    states = tuple(FindingState) if inside else (FindingState.AGREED,)
    return findings_told(db, subject, *states, shown=names_shown(actor, subject))


def findings_told(db: Database, subject: ReviewInEvent, *states: FindingState, shown: bool) -> list[ShownFinding]:
    """Findings as they are told to who may know the names (`shown`), or to who may not."""
    protected = protected_in(db, subject.id)
    sources = _sources(db, subject.id)
    found = []
    for one in findings_of(db, subject.id, *states):
        name, organisation, role = sources.get(one.practice_by_id or 0, ("", "", ReviewRole.PEER))
        told = said_by(name, role, shown=shown) if one.practice_by_id else ""
        told_without = partial(without_names, protected=protected, shown=shown)
        found.append(
            ShownFinding(
                one, text=told_without(one.finding), evidence=told_without(one.evidence),
                recommendation=told_without(one.recommendation), addressee=told_without(one.addressee),
                practice=told_without(one.practice), practice_from=told,
                practice_of=organisation if told == name else "",
            )
        )  # fmt: skip
    return found


def _sources(db: Database, review_id: int) -> Mapping[int, tuple[str, str, ReviewRole]]:
    query = select(ReviewPlace.id, Person.name, Organisation.name, ReviewPlace.role)
    query = query.join(Person, col(Person.id) == ReviewPlace.person_id)
    query = query.join(Organisation, col(Organisation.id) == col(ReviewPlace.organisation_id), isouter=True)
    rows = db.exec(query.where(ReviewPlace.review_id == review_id)).all()
    return {id or 0: (name, organisation or "", ReviewRole(role)) for id, name, organisation, role in rows}


def versions_of(db: Database, finding_id: int) -> list[tuple[FindingVersion, str]]:
    """What a finding said before, the newest version first, with who wrote it ('' where that is not known any more)."""
    query = select(FindingVersion, Person.name).join(Person, col(Person.id) == FindingVersion.person_id, isouter=True)
    query = query.where(FindingVersion.finding_id == finding_id).order_by(col(FindingVersion.version).desc())
    return [(row, name or "") for row, name in db.exec(query)]
