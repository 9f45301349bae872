"""Digest wishes: how often somebody wants to read what is new, and whether notices wait for that letter."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from sqlmodel import Field, SQLModel, col, select

from events.core.access import Actor, command
from events.core.columns import word
from events.core.database import Database
from events.core.hooks import personal_data
from events.core.journal import Fact, record
from events.letter_choices import Topic, has_stopped, set_stopped, those_who_stopped
from events.people import Person, oneself


class Often(StrEnum):
    """How often a digest is written: each morning, on Monday mornings, or never; and only when something is new."""

    DAILY = "daily"
    WEEKLY = "weekly"
    NEVER = "never"


class DigestWish(SQLModel, table=True):
    """What somebody chose about digests; who has chosen nothing gets one a day, and notices at once. That somebody
    wants none is kept with the other letters they stopped."""

    __tablename__ = "digest_wish"

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", unique=True)
    often: Often = word(Often, default=Often.DAILY)
    with_notices: bool = False


personal_data(DigestWish, "person_id", "how often somebody wants digests", "delete")


@dataclass(frozen=True)
class DigestsChosen(Fact):
    """Somebody said how often they want digests."""

    person_id: int


@dataclass(frozen=True)
class DigestChoice:
    """What holds for somebody: how often, and whether notices wait for the digest."""

    often: Often
    with_notices: bool


def digest_choice_of(db: Database, person_id: int) -> DigestChoice:
    """What somebody chose, or what holds without a choice."""
    row = _wish_of(db, person_id)
    return DigestChoice(Often.NEVER if has_stopped(db, person_id, Topic.DIGESTS) else row.often, row.with_notices)


def _wish_of(db: Database, person_id: int) -> DigestWish:
    found = db.exec(select(DigestWish).where(DigestWish.person_id == person_id)).first()
    return found or DigestWish(person_id=person_id)


@command(oneself)
def choose_digests(db: Database, actor: Actor, person: Person, *, often: Often, with_notices: bool = False) -> None:
    """Say how often one wants to read what is new in one's events, and whether notices of organisers wait for that
    letter instead of coming at once; without digests they come at once."""
    id = person.id or 0
    row = _wish_of(db, id)
    if often is not Often.NEVER:
        row.often = often
    row.with_notices = with_notices and often is not Often.NEVER
    db.add(row)
    db.flush()
    set_stopped(db, actor, id, Topic.DIGESTS, stopped=often is Often.NEVER)
    record(db, actor, DigestsChosen(person_id=id))


def those_with_notices_in_digests(db: Database, people: Collection[int]) -> set[int]:
    """Who of `people` wants to read notices in their digest only."""
    stopped = those_who_stopped(Topic.DIGESTS)
    query = select(DigestWish.person_id).where(col(DigestWish.with_notices), col(DigestWish.person_id).not_in(stopped))
    return set(db.exec(query)) & set(people)
