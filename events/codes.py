"""Codes that open the registration of an event: for whom, how often, until when, and what they spare.

A link that carries a code is a private link. Each use is counted by compare-and-set, so that of two people who use the
last one at once, one is refused.
"""

import secrets
from datetime import datetime

from sqlalchemy import CheckConstraint, UniqueConstraint, update
from sqlmodel import Field, SQLModel, col, or_, select

from events.core import clock
from events.core.columns import moment, public_id
from events.core.database import Database
from events.core.refusals import Invalid
from events.core.translation import Message, _

# Without those that are taken for one another when somebody reads a code aloud or types it.
LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


class RegistrationCode(SQLModel, table=True):
    """A code of an event. `type_id`: it lets in as this type only; None for `most_uses` is no limit."""

    __tablename__ = "registration_code"
    __table_args__ = (
        UniqueConstraint("event_id", "code"),
        CheckConstraint("most_uses IS NULL OR used <= most_uses", name="registration_code_not_overused"),
    )

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("rc")
    event_id: int = Field(foreign_key="event.id", index=True)
    code: str = Field(max_length=20)
    name: str = Field(max_length=80)
    type_id: int | None = Field(default=None, foreign_key="participation_type.id")
    most_uses: int | None = None
    used: int = 0
    valid_until: datetime | None = moment(default=None, nullable=True)
    skips_approval: bool = False
    skips_capacity: bool = False
    made_at: datetime = moment()
    ended_at: datetime | None = moment(default=None, nullable=True)

    def is_usable(self, now: datetime) -> bool:
        """Whether it lets anybody in at the moment."""
        left = self.most_uses is None or self.used < self.most_uses
        return left and self.ended_at is None and (self.valid_until is None or now < self.valid_until)


class CodeUnusable(Invalid):
    """A code that lets nobody in: unknown, ended, too old, or used as often as it may be."""


def new_code() -> str:
    """Ten characters that nobody guesses, about 49 bits."""
    return "".join(secrets.choice(LETTERS) for _each in range(10))


def clean_code(typed: str) -> str:
    """A code as people type it, with blanks, dashes and small letters, as it is kept."""
    return "".join(letter for letter in typed.upper() if letter.isalnum())[:20]


def find_code(db: Database, event_id: int, typed: str) -> RegistrationCode | None:
    """The event's code that somebody typed, in whatever state."""
    query = select(RegistrationCode).where(
        RegistrationCode.event_id == event_id, RegistrationCode.code == clean_code(typed)
    )
    return db.exec(query).first()


def codes_of(db: Database, event_id: int) -> list[RegistrationCode]:
    """An event's codes, the newest first; the ended ones too."""
    query = select(RegistrationCode).where(RegistrationCode.event_id == event_id)
    return list(db.exec(query.order_by(col(RegistrationCode.id).desc())))


def take_code(db: Database, event_id: int, typed: str) -> RegistrationCode:
    """Use a code once, or refuse with CodeUnusable and a sentence that says why."""
    found = find_code(db, event_id, typed)
    if found is None:
        raise CodeUnusable({"code": _("This code is not one of this event. Look at your invitation again.")})
    now = clock.now()
    taken = db.execute(
        update(RegistrationCode)
        .where(
            col(RegistrationCode.id) == found.id,
            col(RegistrationCode.ended_at).is_(None),
            or_(col(RegistrationCode.valid_until).is_(None), col(RegistrationCode.valid_until) > now),
            or_(
                col(RegistrationCode.most_uses).is_(None),
                col(RegistrationCode.used) < col(RegistrationCode.most_uses),
            ),
        )
        .values(used=col(RegistrationCode.used) + 1)
        .execution_options(synchronize_session=False)
    )
    if taken.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE always answers with a cursor
        db.refresh(found)
        raise CodeUnusable({"code": _why_not(found, now)})
    db.refresh(found)
    return found


def _why_not(found: RegistrationCode, now: datetime) -> Message:
    if found.ended_at is not None or (found.valid_until is not None and found.valid_until <= now):
        return _("This code is not valid any more. Ask the organisers for another.")
    return _("This code was used as often as it may be. Ask the organisers for another.")


def give_code_back(db: Database, code_id: int) -> None:
    """Take one use of a code back, so that somebody else has it; counted like taking one."""
    used = (col(RegistrationCode.id) == code_id, col(RegistrationCode.used) > 0)
    db.execute(
        update(RegistrationCode)
        .where(*used)
        .values(used=col(RegistrationCode.used) - 1)
        .execution_options(synchronize_session=False)
    )
