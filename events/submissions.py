"""Submissions: what a team hands in, as a draft, as versions that never change, and as a receipt.

The team's draft is one row that everybody in the team may write; whoever saves over a revision they have not seen is
told so and keeps what they typed. Handing in makes a version (see `handing_in`). The team and the organisers see all;
judges and hosts see what was handed in, challenge owners what counts for their challenge or is of a team that took it
since; participants do from the day on which judging or the live pitches begin.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import UniqueConstraint, case, func, or_, true, update
from sqlalchemy import select as sql_select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql import ColumnElement
from sqlmodel import Field, SQLModel, col, select

from events.challenges import Challenge
from events.core import clock
from events.core.access import Actor, command, rule
from events.core.columns import listing, moment, public_id, word
from events.core.database import Database, is_broken
from events.core.files import StoredFile
from events.core.hooks import personal_data
from events.core.journal import Fact
from events.core.paging import Paged, paged
from events.core.refusals import Conflict, NotFound
from events.core.translation import At, _
from events.deadlines import before_the_deadline, grace_ends, in_stages
from events.events import EventState, EventWithPhases
from events.people import Person
from events.phases import PhaseKind
from events.registration import participant_of_event
from events.roles import host_of_event, judge_of_event, may_know_whose_it_is, organiser_of_event, screener_of_event
from events.submission_texts import Written
from events.teams import Team, TeamInEvent, member_of_team


class SubmissionState(StrEnum):
    """DRAFT is seen by its team, FINAL was handed in."""

    DRAFT = "draft"
    FINAL = "final"


class Submission(SQLModel, table=True):
    """A team's one submission: what it says now. `revision` rises with each save, for compare-and-set. Once something
    counts, `counts_for_id` is for which challenge, None for none (`challenge_switches` keeps it)."""

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("s")
    event_id: int = Field(foreign_key="event.id", index=True)
    team_id: int = Field(foreign_key="team.id", unique=True)
    state: SubmissionState = word(SubmissionState, default=SubmissionState.DRAFT)
    counts_for_id: int | None = Field(default=None, foreign_key="challenge.id", index=True)
    title: str = Field(default="", max_length=160)
    summary: str = Field(default="", max_length=500)
    text: str = Field(default="", max_length=20_000)
    links: list[str] = listing(default_factory=list)
    video: str = Field(default="", max_length=300)
    repository: str = Field(default="", max_length=300)
    keywords: list[str] = listing(default_factory=list)
    answers: dict[str, str] = listing(default_factory=dict)
    revision: int = 0
    saved_at: datetime = moment()
    saved_by_id: int | None = Field(default=None, foreign_key="person.id")
    handed_in_at: datetime | None = moment(default=None, nullable=True)
    imported_as: str = Field(default="", max_length=300, index=True)
    searchable: str = Field(default="", max_length=30_000)
    gallery_agreed_at: datetime | None = moment(default=None, nullable=True)
    gallery_agreed_by_id: int | None = Field(default=None, foreign_key="person.id")
    gallery_hidden_at: datetime | None = moment(default=None, nullable=True)


class SubmissionVersion(SQLModel, table=True):
    """A submission as it was handed in: never changed. A late one is what was typed after the end; it does not count
    until the organiser lets it. In a call `stage` tells a concept note (1) from a full proposal (2). `sent_at` is when
    the request that brought it began, which decides whether it is late; `late_entry_id` is the exception without which
    it would be."""

    __tablename__ = "submission_version"
    __table_args__ = (UniqueConstraint("submission_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("sv")
    submission_id: int = Field(foreign_key="submission.id", index=True)
    number: int
    stage: int = 1
    late: bool = False
    content: dict[str, Any] = listing()
    sha256: str = Field(max_length=64)
    person_id: int | None = Field(default=None, foreign_key="person.id")
    sent_at: datetime | None = moment(default=None, nullable=True)
    kept_at: datetime = moment()
    late_entry_id: int | None = Field(default=None, foreign_key="late_entry.id")
    admitted_at: datetime | None = moment(default=None, nullable=True)
    admitted_by_id: int | None = Field(default=None, foreign_key="person.id")
    admitted_why: str = Field(default="", max_length=500)


class SubmissionFile(SQLModel, table=True):
    """That a file belongs to a submission."""

    __tablename__ = "submission_file"
    __table_args__ = (UniqueConstraint("submission_id", "file_id"),)

    id: int | None = Field(default=None, primary_key=True)
    submission_id: int = Field(foreign_key="submission.id", index=True)
    file_id: int = Field(foreign_key="stored_file.id", index=True)
    removed_at: datetime | None = moment(default=None, nullable=True)


personal_data(Submission, "saved_by_id", "who saved a draft last", "detach")
personal_data(Submission, "gallery_agreed_by_id", "who agreed to the public gallery", "detach")
personal_data(SubmissionVersion, "person_id", "who handed a submission in", "detach")
personal_data(SubmissionVersion, "admitted_by_id", "who let a late version count", "detach")
personal_data(StoredFile, "person_id", "who handed a file in", "detach")


# For which challenge a submission is: what was handed in for that for which it counts, a draft for its team's.
ITS_CHALLENGE: ColumnElement[int | None] = case(
    (col(Submission.state) == SubmissionState.FINAL, col(Submission.counts_for_id)), else_=col(Team.challenge_id)
)


@dataclass(frozen=True)
class SubmissionHandedIn(Fact):
    """A team handed in, for the first time or again; the version is what counts."""

    event_id: int
    submission_id: int
    version_id: int


@dataclass(frozen=True)
class LateVersionKept(Fact):
    """Something was typed after the end and is kept for the organiser to decide."""

    event_id: int
    submission_id: int
    version_id: int


@dataclass(frozen=True)
class LateVersionAdmitted(Fact):
    """The organiser let a late version count."""

    event_id: int
    submission_id: int
    version_id: int


class SavedMeanwhile(Conflict):
    """Somebody else in the team saved a newer text than the one that was changed here; `revision` is theirs."""

    def __init__(self, theirs: Written, revision: int, name: str, saved_at: datetime) -> None:
        super().__init__(
            _(
                "%(name)s saved another text at %(time)s while you were writing. "
                "Yours is still here; theirs is beside it.",
                name=name or _("Somebody in your team"),
                time=At(saved_at),
            )
        )
        self.theirs = theirs
        self.revision = revision


@dataclass(frozen=True)
class SubmissionInEvent:
    """A submission with its team and event, and whether finals are shown to participants yet."""

    submission: Submission
    team: Team
    event: EventWithPhases
    shown: bool

    @property
    def id(self) -> int:
        """The submission's id."""
        assert self.submission.id is not None
        return self.submission.id

    @property
    def challenge_id(self) -> int | None:
        """The same as `ITS_CHALLENGE`."""
        final = self.submission.state is SubmissionState.FINAL
        return self.submission.counts_for_id if final else self.team.challenge_id


Hiding = Callable[[Database, Actor, EventWithPhases], Collection[int]]
HIDINGS: list[Hiding] = []


def hides_submissions(step: Hiding) -> Hiding:
    """Register `(db, actor, event) -> submission ids`: what somebody may not see although their role lets them."""
    HIDINGS.append(step)
    return step


def hidden_from(db: Database, actor: Actor, event: EventWithPhases) -> set[int]:
    """The submissions that are kept from somebody, such as those with which they have a conflict of interest."""
    if organiser_of_event(actor, event):
        return set()
    return {one for step in HIDINGS for one in step(db, actor, event)}


def kept_from(db: Database, actor: Actor, event: EventWithPhases) -> set[int]:
    """The submissions that somebody meets nowhere, not even where everybody else does: with a conflict of interest
    these, as judge of a blind round all. Their own team's they see."""
    if may_know_whose_it_is(actor, event):
        hidden = hidden_from(db, actor, event)
    else:
        hidden = {one or 0 for one in db.exec(select(Submission.id).where(Submission.event_id == event.id))}
    if not hidden:
        return hidden
    own = select(Submission.id).where(col(Submission.team_id).in_(actor.ids("member", "team")))
    return hidden - {one or 0 for one in db.exec(own)}


def gallery_open(event: EventWithPhases, now: datetime) -> bool:
    """Whether participants see what was handed in: from the start of judging or of the live pitches, and not while
    everybody can still hand in. What is handed in to a call its teams do not see of each other."""
    if in_stages(event):
        return False
    starts = [phase.starts_at for kind in (PhaseKind.JUDGING, PhaseKind.LIVE) if (phase := event.phase(kind))]
    taken, deadline = grace_ends(event), event.phase(PhaseKind.SUBMISSION)
    in_grace = taken is not None and deadline is not None and deadline.ends_at <= now < taken
    return event.event.state is EventState.CLOSED or (any(start <= now for start in starts) and not in_grace)


see_finals = judge_of_event | host_of_event | screener_of_event


@rule
def owner_of_its_challenge(actor: Actor, subject: SubmissionInEvent) -> bool:
    # Of the one for which it counts, and of the one that its team has taken since, which reads less (`as_read_by`).
    its = (subject.challenge_id, subject.team.challenge_id)
    return any(actor.is_("owner", "challenge", one) for one in its)


@rule
def own_or_organised(actor: Actor, subject: Any) -> bool:
    return member_of_team(actor, subject) or organiser_of_event(actor, subject)


@rule
def see_submission(actor: Actor, subject: SubmissionInEvent) -> bool:
    if own_or_organised(actor, subject):
        return True
    if not may_know_whose_it_is(actor, subject):
        return False
    final = subject.submission.state is SubmissionState.FINAL
    judges = see_finals(actor, subject) or owner_of_its_challenge(actor, subject)
    return final and (judges or (subject.shown and participant_of_event(actor, subject)))


def submission_row(db: Database, subject: TeamInEvent, *, lock: bool = False) -> Submission:
    """The team's submission, made as an empty draft where there is none; part of commands that write it."""
    query = select(Submission).where(Submission.team_id == subject.id)
    query = query.with_for_update() if lock else query
    row = db.exec(query.execution_options(populate_existing=True)).first()
    if row is not None:
        return row
    try:
        with db.begin_nested():
            row = Submission(event_id=subject.event.id, team_id=subject.id, saved_at=clock.now())
            db.add(row)
            db.flush()
            return row
    except IntegrityError as error:
        if not is_broken(error, "uq_submission_team_id"):
            raise
    return db.exec(query).one()


@command(member_of_team, when=before_the_deadline)
def save_draft(db: Database, actor: Actor, subject: TeamInEvent, *, written: Written, revision: int) -> Submission:
    """Keep what the team has written so far; `revision` is the one that was changed (0 where there was none).

    Refuses with SavedMeanwhile when somebody else saved another text since, and with DeadlinePassed after the end.
    What was handed in before stays handed in as it was.
    """
    return write_down(db, actor, submission_row(db, subject), written, revision)


def write_down(db: Database, actor: Actor, row: Submission, written: Written, revision: int) -> Submission:
    """Change what a submission says by compare-and-set on its revision, as part of a command."""
    written = written.over(row)
    if Written.of(row) == written:
        return row
    changed = db.execute(
        update(Submission)
        .where(col(Submission.id) == row.id, col(Submission.revision) == revision)
        .values(
            title=written.title,
            summary=written.summary,
            text=written.text,
            links=list(written.links),
            video=written.video,
            repository=written.repository,
            keywords=list(written.keywords),
            answers=dict(written.answers),
            revision=revision + 1,
            saved_at=clock.now(),
            saved_by_id=actor.person,
        )
        .execution_options(synchronize_session=False)
    )
    db.refresh(row)
    if changed.rowcount != 1 and Written.of(row) != written:  # type: ignore[attr-defined]  # an UPDATE has a cursor
        by = db.get(Person, row.saved_by_id) if row.saved_by_id else None
        raise SavedMeanwhile(Written.of(row), row.revision, by.name if by else "", row.saved_at)
    return row


def submission_of_team(db: Database, team_id: int | None) -> Submission | None:
    """What a team has written, if anything."""
    return db.exec(select(Submission).where(Submission.team_id == team_id)).first() if team_id is not None else None


def get_submission(db: Database, actor: Actor, event: EventWithPhases, public: str) -> SubmissionInEvent:
    """A submission of this event for those who may see it; NotFound for others."""
    row = db.exec(
        select(Submission, Team)
        .join(Team, col(Team.id) == col(Submission.team_id))
        .where(Submission.public_id == public, Submission.event_id == event.id)
    ).first()
    found = SubmissionInEvent(*row, event, gallery_open(event, clock.now())) if row else None
    if found is None or not see_submission(actor, found):
        raise NotFound()
    if not member_of_team(actor, found) and found.id in hidden_from(db, actor, event):
        raise NotFound()
    return found


def counting_versions(
    db: Database, submission_ids: Iterable[int], stage: int | None = None
) -> dict[int, SubmissionVersion]:
    """For each of these submissions the version that counts: of the last stage in which it has any (or of `stage`) the
    last one handed in, or let in, whichever was later."""
    query = select(SubmissionVersion).where(*_may_count(submission_ids, stage)).order_by(*_COUNTS_LAST)
    return {version.submission_id: version for version in db.exec(query)}


def counting_parts(
    db: Database, submission_ids: Iterable[int], stage: int | None = None, *, parts: Sequence[str]
) -> dict[int, dict[str, Any]]:
    """For each of these submissions these parts of the content of the version that counts, None for what it does not
    have: for many at once, where nobody reads their texts."""
    columns = [col(SubmissionVersion.content)[part] for part in parts]
    query = sql_select(col(SubmissionVersion.submission_id), *columns).where(*_may_count(submission_ids, stage))
    return {row[0]: dict(zip(parts, row[1:], strict=True)) for row in db.execute(query.order_by(*_COUNTS_LAST))}


_COUNTS_LAST = (
    col(SubmissionVersion.stage),
    func.coalesce(SubmissionVersion.admitted_at, SubmissionVersion.kept_at),
    col(SubmissionVersion.number),
)


def _may_count(submission_ids: Iterable[int], stage: int | None) -> list[ColumnElement[bool]]:
    there = [
        col(SubmissionVersion.submission_id).in_(list(submission_ids)),
        or_(col(SubmissionVersion.late).is_(False), col(SubmissionVersion.admitted_at).is_not(None)),
    ]
    return there if stage is None else [*there, col(SubmissionVersion.stage) == stage]


@dataclass(frozen=True)
class SubmissionCard:
    """A submission as lists show it: what was handed in, or for its team and the organisers the draft."""

    public_id: str
    title: str
    summary: str
    team: str
    team_id: str
    challenge: str
    state: SubmissionState
    handed_in_at: datetime | None
    late: int


def submissions_of(
    db: Database, actor: Actor, event: EventWithPhases, *, challenge: str = "", page: int = 1
) -> Paged[SubmissionCard]:
    """One page of the submissions that the actor may see, by team, perhaps those of one challenge (public id)."""
    late = (
        select(func.count(col(SubmissionVersion.id)))
        .where(
            SubmissionVersion.submission_id == Submission.id,
            col(SubmissionVersion.late).is_(True),
            col(SubmissionVersion.admitted_at).is_(None),
        )
        .scalar_subquery()
    )
    query: Any = (
        select(Submission, Team, Challenge)
        .add_columns(late)
        .join(Team, col(Team.id) == col(Submission.team_id))
        .join(Challenge, col(Challenge.id) == ITS_CHALLENGE, isouter=True)
        .where(col(Submission.event_id) == event.id, _visible_to(actor, event))
        .order_by(col(Team.name), col(Submission.id))
    )
    if challenge:
        query = query.where(Challenge.public_id == challenge)
    if hidden := hidden_from(db, actor, event):
        own = col(Submission.team_id).in_(actor.ids("member", "team"))
        query = query.where(or_(own, col(Submission.id).not_in(hidden)))
    found = paged(db, query, page, tuple)
    versions = counting_versions(db, [row[0].id for row in found.rows])
    cards = [_card(row, versions.get(row[0].id)) for row in found.rows]
    return Paged(cards, found.page, found.count)


def _visible_to(actor: Actor, event: EventWithPhases) -> Any:
    """The same as `see_submission`, in SQL; a test holds the two together."""
    if organiser_of_event(actor, event):
        return true()
    own = col(Submission.team_id).in_(actor.ids("member", "team"))
    if not may_know_whose_it_is(actor, event):
        return own
    shown = gallery_open(event, clock.now()) and participant_of_event(actor, event)
    final = col(Submission.state) == SubmissionState.FINAL
    if shown or see_finals(actor, event):
        return or_(own, final)
    owned = actor.ids("owner", "challenge")
    took = select(Team.id).where(col(Team.challenge_id).in_(owned))
    return or_(own, final & or_(col(Submission.counts_for_id).in_(owned), col(Submission.team_id).in_(took)))


def _card(found: Any, version: SubmissionVersion | None) -> SubmissionCard:
    row, team, challenge, late = found
    says = version.content if version else {"title": row.title, "summary": row.summary}
    return SubmissionCard(
        row.public_id,
        says["title"] or team.name,
        says["summary"],
        team.name,
        team.public_id,
        challenge.title if challenge else "",
        row.state,
        row.handed_in_at,
        late,
    )
