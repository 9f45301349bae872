"""The shared board of a review: findings and recommendations that several people write at once without losing a word.

Each change is an update that was sent by POST, asked about every time, numbered and kept; now and then the older ones
are put together. Sockets say that there is a new number, and nothing else.
"""

from dataclasses import dataclass
from datetime import datetime

from pycrdt import Doc, Map
from sqlalchemy import LargeBinary, UniqueConstraint, delete
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.access import Actor, command, rule
from events.core.columns import moment, random_id
from events.core.database import Database
from events.core.hooks import personal_data
from events.core.refusals import Invalid, NotFound
from events.core.translation import _
from sessions.peer_reviews.board_updates import (
    KINDS,
    LONGEST_TEXT,
    BoardEntry,
    board_of,
    entries_in,
    new_entry,
    take_update,
)
from sessions.peer_reviews.reviews import (
    ReviewInEvent,
    inside_review,
    peer_of_review,
    questions_of,
    still_on,
    writes_up_review,
)
from sessions.peer_reviews.rooms import lock_review, note_board_change

KEPT_APART = 50


class ReviewBoard(SQLModel, table=True):
    """The board of one review: `state` holds all updates up to `put_together`, `number` is that of the last one."""

    __tablename__ = "review_board"

    id: int | None = Field(default=None, primary_key=True)
    review_id: int = Field(foreign_key="peer_review.id", unique=True)
    number: int = 0
    put_together: int = 0
    state: bytes = Field(default=b"", sa_type=LargeBinary, repr=False)


class BoardUpdate(SQLModel, table=True):
    """One change of a board, as it was sent."""

    __tablename__ = "review_board_update"
    __table_args__ = (UniqueConstraint("board_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    board_id: int = Field(foreign_key="review_board.id", index=True)
    number: int
    content: bytes = Field(sa_type=LargeBinary, repr=False)
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    at: datetime = moment()


personal_data(BoardUpdate, "person_id", "what somebody wrote on the board of a peer review", "detach")


@dataclass(frozen=True)
class BoardChanges:
    """What somebody lacks who has seen everything up to `since`; `whole` holds all of a board for who lacks more than
    is kept apart."""

    since: int
    number: int
    updates: tuple[bytes, ...]
    whole: bytes | None


@rule
def writes_on_board(actor: Actor, subject: ReviewInEvent) -> bool:
    return writes_up_review(actor, subject) or peer_of_review(actor, subject)


@command(writes_on_board, when=still_on)
def write_on_board(db: Database, actor: Actor, subject: ReviewInEvent, *, update: bytes) -> int:
    """Put a change on the board, as Yjs writes it; answers the number of the board's last change. Twice is once.

    Refuses what cannot be read, what follows on something that is not there, and what makes the board too large.
    """
    row = _locked(db, subject)
    board = board_of(*_kept(db, row))
    if take_update(board, update):
        _keep(db, actor, subject.id, row, update, board)
    return row.number


@command(writes_on_board, when=still_on)
def add_board_entry(
    db: Database, actor: Actor, subject: ReviewInEvent, *, kind: str, text: str, question: int = 0
) -> str:
    """Put an entry on the board without a script: its id. `question` is the number of the question it is about."""
    numbers = {0, *(one.number for one in questions_of(db, subject.id))}
    clean = text.strip()
    wrong = {}
    if kind not in KINDS:
        wrong["kind"] = _("Please choose whether it is a finding or a recommendation.")
    if question not in numbers:
        wrong["question"] = _("Please choose one of the questions.")
    if not clean or len(clean) > LONGEST_TEXT:
        wrong["text"] = _("Please write from 1 to %(most)s characters.", most=LONGEST_TEXT)
    if wrong:
        raise Invalid(wrong)
    row = _locked(db, subject)
    board = board_of(*_kept(db, row))
    changed, id = board_of(board.get_update()), random_id("be")
    seen = changed.get_state()
    new_entry(changed, id, kind=kind, question=question, at=clock.now().timestamp() * 1000, text=clean)
    update = changed.get_update(seen)
    if take_update(board, update):
        _keep(db, actor, subject.id, row, update, board)
    return id


def _locked(db: Database, subject: ReviewInEvent) -> ReviewBoard:
    """The board of a review, made where there is none, and ours until the commit; refused where the review was over
    when our turn came."""
    lock_review(db, subject)
    still_on(subject, clock.now())
    query = select(ReviewBoard).where(ReviewBoard.review_id == subject.id).execution_options(populate_existing=True)
    if db.exec(query).first() is None:
        try:
            with db.begin_nested():
                db.add(ReviewBoard(review_id=subject.id))
                db.flush()
        except IntegrityError:  # made by another at the same moment
            pass
    return db.exec(query.with_for_update()).one()


def _kept(db: Database, row: ReviewBoard) -> list[bytes]:
    query = select(BoardUpdate.content).where(BoardUpdate.board_id == row.id, BoardUpdate.number > row.put_together)
    return ([row.state] if row.state else []) + list(db.exec(query.order_by(col(BoardUpdate.number))))


def _keep(
    db: Database, actor: Actor, review_id: int, row: ReviewBoard, update: bytes, board: "Doc[Map[object]]"
) -> None:
    row.number += 1
    db.add(
        BoardUpdate(
            board_id=row.id or 0, number=row.number, content=update, person_id=actor.person, at=clock.now()
        )
    )  # fmt: skip
    if row.number - row.put_together > 2 * KEPT_APART:
        _put_together(db, row, board, row.number - KEPT_APART)
    db.add(row)
    db.flush()
    note_board_change(db, review_id, row.number)


def _put_together(db: Database, row: ReviewBoard, board: "Doc[Map[object]]", number: int) -> None:
    """Put all updates up to a number into one, so that a board costs what it holds and not what was done to it."""
    db.flush()
    older = (col(BoardUpdate.board_id) == row.id, col(BoardUpdate.number) <= number)
    query = select(BoardUpdate.content).where(*older, BoardUpdate.number > row.put_together)
    there = [row.state] if row.state else []
    row.state = board_of(*there, *db.exec(query.order_by(col(BoardUpdate.number)))).get_update()
    row.put_together = number
    db.execute(delete(BoardUpdate).where(*older))


def board_changes(db: Database, actor: Actor, subject: ReviewInEvent, *, since: int) -> BoardChanges:
    """What happened on the board after `since`; NotFound for who is not inside the review now."""
    if not inside_review(actor, subject):
        raise NotFound()
    row = db.exec(select(ReviewBoard).where(ReviewBoard.review_id == subject.id)).first()
    if row is None:
        return BoardChanges(0, 0, (), None)
    if since < row.put_together or since > row.number:
        return BoardChanges(0, row.number, (), board_of(*_kept(db, row)).get_update())
    query = select(BoardUpdate.content).where(BoardUpdate.board_id == row.id, BoardUpdate.number > since)
    return BoardChanges(since, row.number, tuple(db.exec(query.order_by(col(BoardUpdate.number)))), None)


def board_entries(db: Database, actor: Actor, subject: ReviewInEvent) -> list[BoardEntry]:
    """What stands on the board now, without what was taken off; NotFound for who is not inside the review."""
    if not inside_review(actor, subject):
        raise NotFound()
    return entries_of_board(db, subject.id)


def entries_of_board(db: Database, review_id: int) -> list[BoardEntry]:
    """What stands on a board now, without what was taken off, whoever asks."""
    row = db.exec(select(ReviewBoard).where(ReviewBoard.review_id == review_id)).first()
    return [one for one in entries_in(board_of(*_kept(db, row))) if not one.gone] if row is not None else []
