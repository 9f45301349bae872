"""Papers: the files of a host's application, and of the review that comes of it. Whoever may see the one or the other
fetches them; what was removed is kept for nobody."""

from datetime import datetime

from sqlalchemy import update
from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.access import Actor
from events.core.columns import moment
from events.core.database import Database
from events.core.files import ReadyFile, StoredFile, store_file
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.translation import _

MOST_FILES = 10


class ReviewFile(SQLModel, table=True):
    """A file of an application, of a review, or of both once the review was started."""

    __tablename__ = "review_file"

    id: int | None = Field(default=None, primary_key=True)
    application_id: int | None = Field(default=None, foreign_key="host_application.id", index=True)
    review_id: int | None = Field(default=None, foreign_key="peer_review.id", index=True)
    file_id: int = Field(foreign_key="stored_file.id", index=True)
    added_at: datetime = moment()
    removed_at: datetime | None = moment(default=None, nullable=True)


def files_of_application(db: Database, application_id: int | None) -> list[StoredFile]:
    """The files of an application, in order of arrival."""
    return _files(db, col(ReviewFile.application_id) == application_id)


def files_of_review(db: Database, review_id: int | None) -> list[StoredFile]:
    """The files of a review, those of its host's application included, in order of arrival."""
    return _files(db, col(ReviewFile.review_id) == review_id)


def _files(db: Database, whose: object) -> list[StoredFile]:
    query = select(StoredFile).join(ReviewFile, col(ReviewFile.file_id) == col(StoredFile.id))
    query = query.where(whose, col(ReviewFile.removed_at).is_(None))  # type: ignore[arg-type]  # a condition
    return list(db.exec(query.order_by(col(ReviewFile.id))))


def find_paper(files: list[StoredFile], public: str) -> StoredFile:
    """One of these files by its public id; NotFound otherwise."""
    for one in files:
        if one.public_id == public:
            return one
    raise NotFound()


def keep_papers(
    db: Database, actor: Actor, files: list[ReadyFile], there: list[StoredFile], *,
    application_id: int | None = None, review_id: int | None = None,
) -> None:  # fmt: skip
    """Add files to an application or a review; one that is there already is not added again. Part of commands.

    Refuses the eleventh, and what `store_file` refuses.
    """
    known = {(one.name, one.sha256) for one in there}
    fresh = [one for one in files if (one.name, one.sha256) not in known]
    if len(there) + len(fresh) > MOST_FILES:
        raise Invalid({"files": _("At most %(most)s files fit here. Remove one first.", most=MOST_FILES)})
    for one in fresh:
        stored = store_file(db, actor, one)
        row = ReviewFile(
            application_id=application_id, review_id=review_id, file_id=stored.id or 0, added_at=clock.now()
        )  # fmt: skip
        db.add(row)
    db.flush()


def drop_paper(db: Database, file: StoredFile) -> None:
    """Take a file away from wherever it is. Part of commands."""
    removed = db.connection().execute(
        update(ReviewFile)
        .where(col(ReviewFile.file_id) == file.id, col(ReviewFile.removed_at).is_(None))
        .values(removed_at=clock.now())
    )
    if removed.rowcount == 0:
        raise Conflict(_("This file was removed already."))


def hand_papers_on(db: Database, *, application_id: int, review_id: int) -> None:
    """Let the files of an application be those of its review as well."""
    db.connection().execute(
        update(ReviewFile).where(col(ReviewFile.application_id) == application_id).values(review_id=review_id)
    )
