"""Reading letters: what was written, to whom, and what became of it."""

from sqlmodel import col, select

from events.core.database import Database
from events.core.refusals import NotFound
from events.core.tokens import open_bytes
from mailer.letters import SEALED, Letter


def letters_newest_first(db: Database, *, to: str = "", most: int = 100) -> list[Letter]:
    """The latest letters, all or to one address."""
    query = select(Letter).order_by(col(Letter.id).desc()).limit(most)
    return list(db.exec(query.where(Letter.address == to.strip().casefold()) if to else query))


def letter_with(db: Database, number: str) -> Letter:
    """The letter with this number."""
    found = db.get(Letter, int(number)) if number.isdecimal() and len(number) < 18 else None
    if found is None:
        raise NotFound()
    return found


def raw_of(letter: Letter) -> bytes:
    """A letter's finished bytes; empty when they were not written or are gone."""
    if letter.raw is None:
        return b""
    return open_bytes(SEALED, letter.raw) if letter.sealed else letter.raw
