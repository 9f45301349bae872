"""Handing in: versions that never change, their receipt, and what becomes of what was typed after the end.

After the end of the submission phase nothing is handed in any more, but nothing is lost either: what somebody was
typing, with the files that were on their way, is kept as a late version. It counts only once an organiser admits it.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, update
from sqlmodel import col, select

from events.challenge_switches import note_what_counts
from events.challenges import Challenge, its_event_not_over
from events.core import clock
from events.core.access import Actor, command
from events.core.database import Database
from events.core.files import ReadyFile, StoredFile, store_file
from events.core.journal import record
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.translation import Message, _
from events.deadlines import (
    FIRST_STAGE,
    counts_from,
    deadline_passed,
    grace_ends,
    hands_in_during,
    in_stages,
    submission_open,
)
from events.events import EventWithPhases
from events.late_entries import LONGEST_WHY, SHORTEST_WHY, standing_late_entry
from events.page_limits import most_pages, too_long_to_hand_in
from events.people import Person
from events.roles import organiser_of_event
from events.submission_fields import SubmissionField, checked_answers, fields_for, kept_answers
from events.submission_files import FileCard, files_of, stored_files_of
from events.submission_texts import Written
from events.submissions import (
    LateVersionAdmitted,
    LateVersionKept,
    Submission,
    SubmissionFile,
    SubmissionHandedIn,
    SubmissionInEvent,
    SubmissionState,
    SubmissionVersion,
    counting_versions,
    own_or_organised,
    submission_row,
    write_down,
)
from events.teams import Team, TeamInEvent, member_of_team

SHORTEST_TITLE = 3
SHORTEST_SUMMARY = 40
MOST_LATE = 20


@dataclass(frozen=True)
class VersionInEvent:
    """A version with its submission, team and event, as commands and rules need it."""

    version: SubmissionVersion
    submission: Submission
    team: Team
    event: EventWithPhases

    @property
    def id(self) -> int:
        """The version's id."""
        assert self.version.id is not None
        return self.version.id


def waits_for_admission(subject: VersionInEvent, now: datetime) -> None:
    """Refuse to admit what came in time, or was admitted."""
    its_event_not_over(subject, now)
    if not subject.version.late or subject.version.admitted_at is not None:
        raise Conflict(_("This version counts already."))


@command(member_of_team, when=submission_open)
def hand_in(
    db: Database,
    actor: Actor,
    subject: TeamInEvent,
    *,
    written: Written,
    revision: int,
    pages: Mapping[str, int | None] | None = None,
) -> SubmissionVersion:
    """Save and hand in: makes the version that counts from now on, until the team hands in again.

    The version never changes; `sha256` is over its canonical content, which names each file's hash. Handing in the
    same again gives the same version. `pages` are those of PDFs (by public id) that were counted just now. Refuses a
    short title or summary, fields that are not answered as they were asked, PDFs of more pages than there may be, and
    what `save_draft` refuses.
    """
    row = submission_row(db, subject, lock=True)
    fields = fields_for(db, subject.event.id, subject.team.challenge_id, subject.team.stage)
    there = stored_files_of(db, row.id)
    written = _finished(fields, written, row, too_long_to_hand_in(there, pages or {}, most_pages(db, subject)))
    write_down(db, actor, row, written, revision)
    content = _content(db, subject, Written.of(row), files_of(db, row.id))
    version, new = _keep(db, actor, row, content, exception=_exception(db, subject))
    if new:
        row.state, row.handed_in_at = SubmissionState.FINAL, version.kept_at
        note_what_counts(db, row)
        record(
            db,
            actor,
            SubmissionHandedIn(event_id=subject.event.id, submission_id=row.id or 0, version_id=version.id or 0),
        )
    return version


def _exception(db: Database, subject: TeamInEvent) -> int | None:
    """The late entry without which this would be too late, if it would."""
    until = grace_ends(subject.event, hands_in_during(subject))
    if until is None or counts_from(clock.now()) < until:
        return None
    standing = standing_late_entry(db, subject.id)
    return standing.id if standing else None


def _finished(fields: list[SubmissionField], written: Written, row: Submission, too_long: Message | None) -> Written:
    wrong: dict[str, Message | str] = {"files": too_long} if too_long else {}
    if len(written.title) < SHORTEST_TITLE:
        wrong["title"] = _("Please give your submission a title.")
    if len(written.summary) < SHORTEST_SUMMARY:
        wrong["summary"] = _("Please say in a sentence or two what you built: 40 characters at least.")
    answers = {}
    try:
        answers = checked_answers(fields, written.over(row).answers)
    except Invalid as refusal:
        wrong |= refusal.fields
    if wrong:
        raise Invalid(wrong)
    return replace(written, answers={**written.answers, **answers})


def _content(db: Database, subject: TeamInEvent, written: Written, files: Iterable[FileCard]) -> dict[str, Any]:
    challenge = db.get(Challenge, subject.team.challenge_id) if subject.team.challenge_id else None
    fields = fields_for(db, subject.event.id, subject.team.challenge_id, subject.team.stage)
    return {
        **({"stage": subject.team.stage} if in_stages(subject.event) else {}),
        "event": subject.event.event.public_id,
        "team": subject.team.name,
        "challenge": challenge.title if challenge else "",
        "challenge_id": challenge.public_id if challenge else "",
        "title": written.title,
        "summary": written.summary,
        "text": written.text,
        "links": list(written.links),
        "video": written.video,
        "repository": written.repository,
        "keywords": list(written.keywords),
        "answers": kept_answers(fields, written.answers),
        "files": [{"file": one.public_id, "name": one.name, "size": one.size, "sha256": one.sha256} for one in files],
    }


def enter_version(db: Database, actor: Actor, subject: TeamInEvent, row: Submission) -> SubmissionVersion:
    """Let what a submission says now count as handed in; part of imports, which have asked their own rule."""
    content = _content(db, subject, Written.of(row), files_of(db, row.id))
    version, _new = _keep(db, actor, row, content)
    row.state, row.handed_in_at = SubmissionState.FINAL, version.kept_at
    note_what_counts(db, row)
    return version


def canonical(content: dict[str, Any]) -> bytes:
    """A version's content as the bytes that its hash is over: JSON in UTF-8, keys sorted, no blanks between."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _keep(
    db: Database,
    actor: Actor,
    row: Submission,
    content: dict[str, Any],
    *,
    late: bool = False,
    exception: int | None = None,
) -> tuple[SubmissionVersion, bool]:
    """The version with this content and whether it is new; the submission's row is locked by whoever calls."""
    digest, stage = hashlib.sha256(canonical(content)).hexdigest(), int(content.get("stage", FIRST_STAGE))
    counting = counting_versions(db, [row.id or 0], stage).get(row.id or 0)
    if counting is not None and counting.sha256 == digest:
        return counting, False
    versions = select(SubmissionVersion).where(SubmissionVersion.submission_id == row.id)
    last = db.exec(versions.order_by(col(SubmissionVersion.number).desc())).first()
    if late and last is not None and last.sha256 == digest:
        return last, False
    version = SubmissionVersion(
        submission_id=row.id or 0,
        number=(last.number if last else 0) + 1,
        stage=stage,
        late=late,
        content=content,
        sha256=digest,
        person_id=actor.person,
        sent_at=counts_from(clock.now()),
        kept_at=clock.now(),
        late_entry_id=exception,
    )
    db.add(version)
    db.flush()
    return version, True


@command(member_of_team, when=deadline_passed)
def keep_late_version(
    db: Database,
    actor: Actor,
    subject: TeamInEvent,
    *,
    written: Written,
    files: Iterable[ReadyFile] = (),
) -> SubmissionVersion:
    """Keep what was typed and the files that arrived after the end, for an organiser to decide about.

    Files that cannot be taken are left out. What says nothing new gives the version that is there. At most twenty.
    """
    row = submission_row(db, subject, lock=True)
    late = select(func.count()).where(SubmissionVersion.submission_id == row.id, col(SubmissionVersion.late).is_(True))
    if db.exec(late).one() >= MOST_LATE:
        raise Conflict(_("Twenty late versions are kept already. Ask the organiser to admit one of them."))
    there = files_of(db, row.id)
    arrived = [stored for file in files if (stored := _arrived(db, actor, row, file))]
    added = [one for one in arrived if one not in there]
    version, new = _keep(db, actor, row, _content(db, subject, written.over(row), [*there, *added]), late=True)
    if new:
        record(
            db,
            actor,
            LateVersionKept(event_id=subject.event.id, submission_id=row.id or 0, version_id=version.id or 0),
        )
    return version


def _arrived(db: Database, actor: Actor, row: Submission, file: ReadyFile) -> FileCard | None:
    known = db.exec(
        select(StoredFile)
        .join(SubmissionFile, col(SubmissionFile.file_id) == col(StoredFile.id))
        .where(
            SubmissionFile.submission_id == row.id,
            StoredFile.sha256 == file.sha256,
            StoredFile.name == file.name,
        )
    ).first()
    if known is None:
        with suppress(Invalid):
            known = store_file(db, actor, file)
            # Not part of the draft, whose time is over; the late version names it.
            db.add(SubmissionFile(submission_id=row.id or 0, file_id=known.id or 0, removed_at=clock.now()))
            db.flush()
    return FileCard(known.public_id, known.name, known.size, known.sha256) if known else None


@command(organiser_of_event, when=waits_for_admission)
def admit_late_version(db: Database, actor: Actor, subject: VersionInEvent, *, why: str) -> None:
    """Let a late version count, by name and for the record: the submission says from now on what that version says.

    The concept note of a team that was invited since counts as its concept note; the full proposal stays as it is. The
    reason stands on the version, for the team and the organisers. Refuses one of less than ten characters.
    """
    if not SHORTEST_WHY <= len(why.strip()) <= LONGEST_WHY:
        raise Invalid({"why": _("Please say why in 10 to 500 characters; it stays on record.")})
    admitted = db.execute(
        update(SubmissionVersion)
        .where(col(SubmissionVersion.id) == subject.id, col(SubmissionVersion.admitted_at).is_(None))
        .values(admitted_at=clock.now(), admitted_by_id=actor.person, admitted_why=why.strip())
    )
    if admitted.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE always answers with a cursor
        raise Conflict(_("This version counts already."))
    row = subject.submission
    if subject.version.stage == subject.team.stage:
        _let_it_say(db, row, subject.version)
    counting = counting_versions(db, [row.id or 0]).get(row.id or 0)
    if counting is not None and counting.id == subject.id:
        row.state, row.handed_in_at = SubmissionState.FINAL, subject.version.kept_at
        note_what_counts(db, row)
    record(
        db,
        actor,
        LateVersionAdmitted(event_id=subject.event.id, submission_id=row.id or 0, version_id=subject.id),
    )


def _let_it_say(db: Database, row: Submission, version: SubmissionVersion) -> None:
    """Let a submission's text and files be what a version says."""
    says = version.content
    row.title, row.summary, row.text = says["title"], says["summary"], says["text"][:20_000]
    row.links, row.video, row.keywords = says["links"], says["video"], says.get("keywords", [])
    row.repository = says.get("repository", "")
    row.answers = {**row.answers, **_answers_in(says)}
    row.revision, row.saved_at, row.saved_by_id = row.revision + 1, clock.now(), version.person_id
    _show_files(db, row, {one["file"] for one in says["files"]})


def _answers_in(says: dict[str, Any]) -> dict[str, str]:
    return {one["field"]: one["answer"] for one in says.get("answers", [])}


def _show_files(db: Database, row: Submission, wanted: set[str]) -> None:
    ids = select(StoredFile.id).where(col(StoredFile.public_id).in_(wanted))
    of_it = col(SubmissionFile.submission_id) == row.id
    inside = col(SubmissionFile.file_id).in_(ids)
    db.execute(
        update(SubmissionFile)
        .where(of_it, ~inside, col(SubmissionFile.removed_at).is_(None))
        .values(removed_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    db.execute(
        update(SubmissionFile).where(of_it, inside).values(removed_at=None).execution_options(synchronize_session=False)
    )


def changed_since(db: Database, row: Submission) -> bool:
    """Whether the draft says something else, or has other files, than the version that counts, or is for another
    challenge."""
    team = db.get_one(Team, row.team_id)
    version = counting_versions(db, [row.id or 0], team.stage).get(row.id or 0)
    if version is None:
        return False
    says = version.content
    asked = {one.public_id for one in fields_for(db, row.event_id, team.challenge_id, team.stage)}
    links, words = tuple(says["links"]), tuple(says.get("keywords", []))
    handed_in = Written(
        says["title"], says["summary"], says["text"][:20_000], links, says["video"], words,
        repository=says.get("repository", ""),
    )  # fmt: skip
    now, files = Written.of(row), {one.public_id for one in files_of(db, row.id)}
    return (
        handed_in_for(db, team, says) is not None
        or replace(now, answers={}) != handed_in
        or _only(asked, now.answers) != _only(asked, _answers_in(says))
        or files != {one["file"] for one in says["files"]}
    )


def handed_in_for(db: Database, team: Team, says: dict[str, Any]) -> str | None:
    """The title of the challenge for which a version was handed in ('' for none), where its team has taken another
    since; None where it has not, or the version is older than this question."""
    challenge = db.get(Challenge, team.challenge_id) if team.challenge_id else None
    now = challenge.public_id if challenge else ""
    return None if says.get("challenge_id", now) == now else str(says["challenge"])


def _only(asked: set[str], answers: Mapping[str, str]) -> dict[str, str]:
    return {public: text for public, text in answers.items() if public in asked}


@dataclass(frozen=True)
class VersionCard:
    """A version, as its submission's page shows it."""

    public_id: str
    number: int
    late: bool
    admitted_at: datetime | None
    kept_at: datetime
    sha256: str
    by: str
    counts: bool
    content: dict[str, Any]
    sent_at: datetime | None = None
    by_exception: bool = False
    admitted_why: str = ""


def version_that_counts(db: Database, subject: SubmissionInEvent) -> VersionCard | None:
    """What everybody who may see the submission reads: the version handed in or admitted last."""
    version = counting_versions(db, [subject.id]).get(subject.id)
    return _card(version, "", version) if version else None


def versions_of(db: Database, actor: Actor, subject: SubmissionInEvent) -> list[VersionCard]:
    """All versions, the latest first, for the team and the organisers; empty for others."""
    if not own_or_organised(actor, subject):
        return []
    counting = counting_versions(db, [subject.id]).get(subject.id)
    query: Any = (
        select(SubmissionVersion, Person)
        .join(Person, col(Person.id) == col(SubmissionVersion.person_id), isouter=True)
        .where(SubmissionVersion.submission_id == subject.id)
        .order_by(col(SubmissionVersion.number).desc())
        .limit(200)
    )
    return [_card(version, person.name if person else "", counting) for version, person in db.exec(query)]


def _card(version: SubmissionVersion, by: str, counting: SubmissionVersion | None) -> VersionCard:
    return VersionCard(
        version.public_id,
        version.number,
        version.late,
        version.admitted_at,
        version.kept_at,
        version.sha256,
        by,
        counting is not None and counting.id == version.id,
        version.content,
        version.sent_at,
        version.late_entry_id is not None,
        version.admitted_why,
    )


def get_version(db: Database, actor: Actor, subject: SubmissionInEvent, number: int) -> VersionInEvent:
    """A version by its number, for the team and the organisers; NotFound for others."""
    found = db.exec(
        select(SubmissionVersion).where(
            SubmissionVersion.submission_id == subject.id, SubmissionVersion.number == number
        )
    ).first()
    if found is None or not own_or_organised(actor, subject):
        raise NotFound()
    return VersionInEvent(found, subject.submission, subject.team, subject.event)
