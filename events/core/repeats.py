"""The same form sent twice has one effect: its key is taken in the transaction of its effect."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import UniqueConstraint, delete, event, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.columns import moment
from events.core.database import Database, before_change, is_broken, reading, transaction


class SentForm(SQLModel, table=True):
    """A form that was sent with a key, and where its answer led."""

    __tablename__ = "sent_form"
    __table_args__ = (UniqueConstraint("sender", "key"),)

    id: int | None = Field(default=None, primary_key=True)
    sender: str = Field(max_length=80)
    key: str = Field(max_length=80)
    sent_at: datetime = moment(index=True)
    answer: str = Field(default="", max_length=500)


class SentBefore(Exception):
    """This form was sent before."""


@dataclass
class Taking:
    """Whether a transaction has taken the key and was committed."""

    taken: bool = False


@contextmanager
def once(sender: str, key: str) -> Iterator[Taking]:
    """The first transaction inside the block takes `key`, in the same commit; raises SentBefore when it was taken."""
    taking = Taking()

    def take(db: Database) -> None:
        if taking.taken:
            return
        db.add(SentForm(sender=sender, key=key, sent_at=clock.now()))
        try:
            db.flush()
        except IntegrityError as error:
            db.rollback()
            if is_broken(error, "uq_sent_form_sender_key"):
                raise SentBefore from error
            raise
        event.listen(db, "after_commit", kept, once=True)

    def kept(_db: object) -> None:
        taking.taken = True

    with before_change(take):
        yield taking


def give_back(sender: str, key: str) -> None:
    """Forget a key whose form was refused after all: it can be sent again."""
    with transaction(lasting=False) as db:
        db.execute(delete(SentForm).where(col(SentForm.sender) == sender, col(SentForm.key) == key))


def remember_answer(sender: str, key: str, answer: str) -> None:
    """Where a form led, for those who send it again."""
    with transaction(lasting=False) as db:
        db.execute(
            update(SentForm).where(col(SentForm.sender) == sender, col(SentForm.key) == key).values(answer=answer[:500])
        )


def answer_to(sender: str, key: str) -> str:
    """Where the form with this key led, '' if unknown."""
    with reading() as db:
        found = db.exec(select(SentForm.answer).where(SentForm.sender == sender, SentForm.key == key)).first()
    return found or ""
