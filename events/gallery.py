"""The public gallery: what was handed in, of the teams that agree to it, once an organiser opens it.

It shows the version that counts and the team's name, but no person's: one member cannot agree for the others.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import col, select

from events.challenges import Challenge
from events.core import clock
from events.core.access import SYSTEM, Actor, command
from events.core.database import Database
from events.core.files import StoredFile
from events.core.journal import Fact, record
from events.core.paging import Paged, paged
from events.core.refusals import Conflict, NotFound
from events.core.translation import _
from events.deadlines import grace_ends
from events.event_switches import switch_event
from events.events import EventKind, EventState, EventWithPhases, event_by_id, touch
from events.phases import Phase, PhaseKind, on_dated
from events.reference.regions import normalised
from events.roles import organiser_of_event
from events.submission_fields import SubmissionField
from events.submission_search import SubmissionKeyword
from events.submissions import (
    Submission,
    SubmissionFile,
    SubmissionInEvent,
    SubmissionState,
    counting_versions,
    submission_of_team,
)
from events.teams import Team, TeamInEvent, member_of_team


@dataclass(frozen=True)
class GalleryAgreed(Fact):
    """A team agreed to be shown in the public gallery."""

    event_id: int
    submission_id: int


@dataclass(frozen=True)
class GalleryAgreementTakenBack(Fact):
    """A team does not want to be shown in the public gallery any more."""

    event_id: int
    submission_id: int


@dataclass(frozen=True)
class GalleryOpened(Fact):
    """Everybody can look at the gallery of an event."""

    event_id: int


@dataclass(frozen=True)
class GalleryClosed(Fact):
    """Nobody can look at the gallery of an event for now."""

    event_id: int


@dataclass(frozen=True)
class HiddenFromGallery(Fact):
    """An organiser took a submission out of the gallery, whatever its team agreed to, or put it back."""

    event_id: int
    submission_id: int
    hidden: bool


def has_gallery(subject: EventWithPhases, now: datetime) -> None:
    """Refuse a gallery while teams hand in, and where they do not."""
    if subject.event.kind is not EventKind.HACKATHON:
        raise Conflict(_("Only a hackathon has a gallery."))
    if subject.event.state is EventState.DRAFT:
        raise Conflict(_("Publish the event first."))
    until = grace_ends(subject)
    if until is not None and now < until and subject.event.state is not EventState.CLOSED:
        raise Conflict(_("The gallery opens once the deadline has passed: teams should not copy from each other."))


def gallery_can_open(subject: EventWithPhases, now: datetime) -> None:
    """Refuse to open twice."""
    has_gallery(subject, now)
    if subject.event.gallery_opened_at is not None:
        raise Conflict(_("The gallery is open already."))


def gallery_can_close(subject: EventWithPhases, now: datetime) -> None:
    """Refuse to close what is not open."""
    if subject.event.gallery_opened_at is None:
        raise Conflict(_("The gallery is not open."))


@command(organiser_of_event, when=gallery_can_open)
def open_gallery(db: Database, actor: Actor, subject: EventWithPhases) -> None:
    """Show the submissions of all teams that agreed to everybody; the teams are told. Refused before the deadline."""
    switch_event(db, subject, "gallery_opened_at", clock.now())
    record(db, actor, GalleryOpened(event_id=subject.id))


@command(organiser_of_event, when=gallery_can_close)
def close_gallery(db: Database, actor: Actor, subject: EventWithPhases) -> None:
    """Show the gallery to nobody for now; what the teams agreed to stays."""
    switch_event(db, subject, "gallery_opened_at", None)
    record(db, actor, GalleryClosed(event_id=subject.id))


@on_dated
def _shut_while_teams_hand_in(db: Database, phases: tuple[Phase, ...], now: datetime) -> None:
    """A deadline that is put off shuts a gallery that was open: teams could copy from each other again. An organiser
    opens it once more when the new one has passed."""
    if not any(one.kind is PhaseKind.SUBMISSION for one in phases):
        return
    subject = event_by_id(db, phases[0].event_id)
    until = grace_ends(subject)
    if subject.event.gallery_opened_at is not None and until is not None and now < until:
        switch_event(db, subject, "gallery_opened_at", None)
        record(db, SYSTEM, GalleryClosed(event_id=subject.id))


@command(member_of_team)
def agree_to_gallery(db: Database, actor: Actor, subject: TeamInEvent) -> None:
    """Let what the team has handed in, with its files and the team's name, stand in the public gallery."""
    row = _submission(db, subject)
    if row.gallery_agreed_at is None:
        row.gallery_agreed_at, row.gallery_agreed_by_id = clock.now(), actor.person
        _kept(db, row, subject.event)
        record(db, actor, GalleryAgreed(event_id=subject.event.id, submission_id=row.id or 0))


@command(member_of_team)
def take_gallery_agreement_back(db: Database, actor: Actor, subject: TeamInEvent) -> None:
    """Take the team's submission out of the public gallery, at once and at any time."""
    row = _submission(db, subject)
    if row.gallery_agreed_at is not None:
        row.gallery_agreed_at = row.gallery_agreed_by_id = None
        _kept(db, row, subject.event)
        record(db, actor, GalleryAgreementTakenBack(event_id=subject.event.id, submission_id=row.id or 0))


def _submission(db: Database, subject: TeamInEvent) -> Submission:
    row = submission_of_team(db, subject.id)
    if row is None:
        raise Conflict(_("Your team has written nothing yet."))
    return row


def _kept(db: Database, row: Submission, event: EventWithPhases) -> None:
    db.add(row)
    db.flush()
    touch(db, event.event)


@command(organiser_of_event)
def hide_from_gallery(db: Database, actor: Actor, subject: SubmissionInEvent) -> None:
    """Take a submission out of the gallery, whatever its team agreed to."""
    _hide(db, actor, subject, hidden=True)


@command(organiser_of_event)
def show_in_gallery(db: Database, actor: Actor, subject: SubmissionInEvent) -> None:
    """Put a submission back into the gallery; it is shown if its team agrees."""
    _hide(db, actor, subject, hidden=False)


def _hide(db: Database, actor: Actor, subject: SubmissionInEvent, *, hidden: bool) -> None:
    row = subject.submission
    if (row.gallery_hidden_at is not None) is hidden:
        return
    row.gallery_hidden_at = clock.now() if hidden else None
    _kept(db, row, subject.event)
    record(db, actor, HiddenFromGallery(event_id=subject.event.id, submission_id=subject.id, hidden=hidden))


@dataclass(frozen=True)
class GalleryCard:
    """A submission in the gallery."""

    public_id: str
    title: str
    summary: str
    team: str
    challenge: str
    keywords: tuple[str, ...]


def _shown(event: EventWithPhases, hidden: Collection[int] = ()) -> Any:
    return (
        select(Submission, Team, Challenge)
        .join(Team, col(Team.id) == col(Submission.team_id))
        .join(Challenge, col(Challenge.id) == col(Submission.counts_for_id), isouter=True)
        .where(
            Submission.event_id == event.id,
            Submission.state == SubmissionState.FINAL,
            col(Submission.gallery_agreed_at).is_not(None),
            col(Submission.gallery_hidden_at).is_(None),
            col(Submission.id).not_in(hidden),
        )
    )


def gallery_of(
    db: Database, event: EventWithPhases, *, query: str = "", challenge: str = "", keyword: str = "", page: int = 1,
    hidden: Collection[int] = (),
) -> Paged[GalleryCard]:  # fmt: skip
    """One page of an event's gallery by team, without what is `hidden` from the reader; empty while it is not open.

    Every word of `query` has to occur in the submission, its team's or its challenge's name; accents and case do not
    matter. `challenge` is a public id, `keyword` one that a team gave.
    """
    if event.event.gallery_opened_at is None:
        return Paged([], 1, 0)
    found = _shown(event, hidden)
    if challenge:
        found = found.where(Challenge.public_id == challenge)
    if keyword:
        named = select(SubmissionKeyword.submission_id).where(SubmissionKeyword.compared == normalised(keyword)[:80])
        found = found.where(col(Submission.id).in_(named))
    for word in normalised(query[:200]).split()[:10]:
        found = found.where(col(Submission.searchable).contains(word, autoescape=True))
    rows = paged(db, found.order_by(col(Team.name), col(Submission.id)), page, tuple)
    versions = counting_versions(db, [row.id or 0 for row, _team, _its in rows.rows])
    cards = [
        GalleryCard(
            row.public_id, says["title"] or team.name, says["summary"], team.name, its.title if its else "",
            tuple(says.get("keywords", [])),
        )
        for row, team, its in rows.rows
        if row.id in versions and (says := versions[row.id].content)
    ]  # fmt: skip
    return Paged(cards, rows.page, rows.count)


def keywords_in_gallery(db: Database, event: EventWithPhases, hidden: Collection[int] = ()) -> list[str]:
    """The keywords of what the gallery shows but for what is `hidden` from the reader, those that most teams gave
    first; at most 60."""
    if event.event.gallery_opened_at is None:
        return []
    shown = _shown(event, hidden).with_only_columns(col(Submission.id))
    query: Any = (
        select(func.min(SubmissionKeyword.word))
        .where(col(SubmissionKeyword.submission_id).in_(shown))
        .group_by(col(SubmissionKeyword.compared))
        .order_by(func.count().desc(), col(SubmissionKeyword.compared))
        .limit(60)
    )
    return list(db.exec(query))


def shown_ids(db: Database, event: EventWithPhases, publics: list[str]) -> set[str]:
    """Which of these submissions (public ids) the gallery shows."""
    if event.event.gallery_opened_at is None:
        return set()
    query = _shown(event).with_only_columns(col(Submission.public_id)).where(col(Submission.public_id).in_(publics))
    return set(db.exec(query))


@dataclass(frozen=True)
class GalleryEntry:
    """A submission as everybody sees it: what counts, with the answers to fields that are for everybody."""

    public_id: str
    submission_id: int
    team: str
    challenge: str
    challenge_id: str
    content: dict[str, Any]


def get_gallery_entry(db: Database, event: EventWithPhases, public: str, hidden: Collection[int] = ()) -> GalleryEntry:
    """A submission in the gallery; NotFound for what it does not show, and what is `hidden` from the reader."""
    row = None
    if event.event.gallery_opened_at is not None:
        row = db.exec(_shown(event, hidden).where(Submission.public_id == public)).first()
    if row is None:
        raise NotFound()
    submission, team, challenge = row
    version = counting_versions(db, [submission.id]).get(submission.id)
    if version is None:
        raise NotFound()
    for_all = set(
        db.exec(
            select(SubmissionField.public_id).where(
                SubmissionField.event_id == event.id, col(SubmissionField.shown).is_(True)
            )
        )
    )
    answers = [one for one in version.content.get("answers", []) if one["field"] in for_all]
    return GalleryEntry(
        public, submission.id, team.name, challenge.title if challenge else "",
        challenge.public_id if challenge else "", version.content | {"answers": answers},
    )  # fmt: skip


def get_gallery_file(db: Database, entry: GalleryEntry, public: str) -> StoredFile:
    """A file of a submission in the gallery; NotFound for what is no part of what counts."""
    if public not in {one["file"] for one in entry.content["files"]}:
        raise NotFound()
    query = (
        select(StoredFile)
        .join(SubmissionFile, col(SubmissionFile.file_id) == col(StoredFile.id))
        .where(SubmissionFile.submission_id == entry.submission_id, StoredFile.public_id == public)
    )
    return db.exec(query).one()


@dataclass(frozen=True)
class GalleryLine:
    """A submission in the organisers' list of who is shown."""

    public_id: str
    title: str
    team: str
    agreed: bool
    hidden: bool


def gallery_lines(db: Database, event: EventWithPhases, *, page: int = 1) -> Paged[GalleryLine]:
    """One page of everything that was handed in, by team, with whether the gallery may show it; for organisers."""
    query: Any = (
        select(Submission, Team)
        .join(Team, col(Team.id) == col(Submission.team_id))
        .where(Submission.event_id == event.id, Submission.state == SubmissionState.FINAL)
        .order_by(col(Team.name), col(Submission.id))
    )
    return paged(
        db,
        query,
        page,
        lambda found: GalleryLine(
            found[0].public_id, found[0].title or found[1].name, found[1].name,
            found[0].gallery_agreed_at is not None, found[0].gallery_hidden_at is not None,
        ),
    )  # fmt: skip


def gallery_counts(db: Database, event: EventWithPhases) -> tuple[int, int]:
    """How many have handed in, and how many of those agreed to be shown."""
    agreed = func.count(col(Submission.gallery_agreed_at))
    query = select(func.count(), agreed).where(
        Submission.event_id == event.id, Submission.state == SubmissionState.FINAL
    )
    count, shown = db.exec(query).one()
    return int(count), int(shown)
