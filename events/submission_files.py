"""Files of a submission: at most ten, taken until the submission phase ends, fetched by those who may see it."""

from dataclasses import dataclass

from sqlalchemy import update
from sqlmodel import col, select

from events.core import clock
from events.core.access import Actor, command
from events.core.database import Database
from events.core.files import ReadyFile, StoredFile, store_file
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.translation import _
from events.deadlines import before_the_deadline
from events.page_limits import PDF, most_pages, too_long
from events.submissions import (
    SubmissionFile,
    SubmissionInEvent,
    counting_versions,
    own_or_organised,
    submission_row,
)
from events.teams import TeamInEvent, member_of_team

MOST_FILES = 10


@dataclass(frozen=True)
class FileCard:
    """A file of a submission, as its page shows it."""

    public_id: str
    name: str
    size: int
    sha256: str
    pages: int | None = None


@command(member_of_team, when=before_the_deadline)
def add_file(db: Database, actor: Actor, subject: TeamInEvent, *, file: ReadyFile) -> StoredFile:
    """Add a file to the team's submission; the same file again changes nothing.

    Refuses the eleventh, a PDF of more pages than there may be, and what `store_file` refuses: empty, too large, not
    what its name says.
    """
    row = submission_row(db, subject, lock=True)
    there = files_of(db, row.id)
    if len(there) >= MOST_FILES:
        raise Invalid({"files": _("A submission takes ten files. Remove one first.")})
    for one in there:
        if (one.name, one.sha256) == (file.name, file.sha256):
            return db.exec(select(StoredFile).where(StoredFile.public_id == one.public_id)).one()
    if sentence := too_long(file.name, file.media_type, file.pages, most_pages(db, subject)):
        raise Invalid({"files": sentence})
    stored = store_file(db, actor, file)
    db.add(SubmissionFile(submission_id=row.id or 0, file_id=stored.id or 0))
    db.flush()
    return stored


@command(member_of_team, when=before_the_deadline)
def remove_file(db: Database, actor: Actor, subject: TeamInEvent, *, file: str) -> None:
    """Take a file (public id) out of the draft; versions that were handed in keep it."""
    row = submission_row(db, subject)
    stored = select(StoredFile.id).where(StoredFile.public_id == file).scalar_subquery()
    removed = db.execute(
        update(SubmissionFile)
        .where(
            col(SubmissionFile.submission_id) == row.id,
            col(SubmissionFile.file_id) == stored,
            col(SubmissionFile.removed_at).is_(None),
        )
        .values(removed_at=clock.now())
    )
    if removed.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE always answers with a cursor
        raise Conflict(_("This file was removed already."))


def stored_files_of(db: Database, submission_id: int | None) -> list[StoredFile]:
    """The rows of the draft's files, in order of arrival."""
    query = (
        select(StoredFile)
        .join(SubmissionFile, col(SubmissionFile.file_id) == col(StoredFile.id))
        .where(SubmissionFile.submission_id == submission_id, col(SubmissionFile.removed_at).is_(None))
        .order_by(col(SubmissionFile.id))
    )
    return list(db.exec(query))


def files_of(db: Database, submission_id: int | None) -> list[FileCard]:
    """The files of the draft, in order of arrival."""
    found = stored_files_of(db, submission_id)
    return [FileCard(one.public_id, one.name, one.size, one.sha256, one.pages) for one in found]


def files_to_count(db: Database, subject: TeamInEvent, submission_id: int | None) -> list[StoredFile]:
    """The PDFs of the draft whose pages are limited and were not counted when they came."""
    if most_pages(db, subject) is None:
        return []
    return [one for one in stored_files_of(db, submission_id) if one.media_type == PDF and one.pages is None]


def get_file(db: Database, actor: Actor, subject: SubmissionInEvent, public: str) -> StoredFile:
    """A file of a submission that the actor may see (`get_submission` has asked).

    Others than its team and the organisers get only what is part of the version that counts; NotFound else.
    """
    found = db.exec(
        select(StoredFile)
        .join(SubmissionFile, col(SubmissionFile.file_id) == col(StoredFile.id))
        .where(SubmissionFile.submission_id == subject.id, StoredFile.public_id == public)
    ).first()
    if found is None:
        raise NotFound()
    if not own_or_organised(actor, subject):
        version = counting_versions(db, [subject.id]).get(subject.id)
        if version is None or public not in {one["file"] for one in version.content["files"]}:
            raise NotFound()
    return found
