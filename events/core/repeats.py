"""The same form sent twice has one effect: its key is taken in the transaction of its effect."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel, select

from events.core import clock
from events.core.columns import moment
from events.core.database import Database, before_change, is_broken, reading


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
    """This form was sent before; `answer` is where that led, '' if it is not known yet."""

    def __init__(self, answer: str) -> None:
        super().__init__(answer)
        self.answer = answer


@contextmanager
def once(sender: str, key: str) -> Iterator[None]:
    """The first transaction inside the block takes `key`; raises SentBefore when it was taken already."""
    taken = False

    def take(db: Database) -> None:
        nonlocal taken
        if taken:
            return
        db.add(SentForm(sender=sender, key=key, sent_at=clock.now()))
        try:
            db.flush()
        except IntegrityError as error:
            db.rollback()
            if is_broken(error, "uq_sent_form_sender_key"):
                raise SentBefore(answer_to(sender, key)) from error
            raise
        taken = True

    with before_change(take):
        yield


def answer_to(sender: str, key: str) -> str:
    """Where the form with this key led, '' if unknown."""
    with reading() as db:
        found = db.exec(select(SentForm.answer).where(SentForm.sender == sender, SentForm.key == key)).first()
    return found or ""
