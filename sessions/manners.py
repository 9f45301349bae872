"""Manners in live rooms: who may not speak or not be in one, and which words an event does not want."""

import re
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import String, UniqueConstraint, cast, literal
from sqlmodel import Field, SQLModel, col, select

from events.core.access import Actor, rule
from events.core.columns import listing, moment, word
from events.core.database import Database
from events.core.hooks import cloned_with_event, personal_data
from events.core.refusals import Conflict, Invalid
from events.core.translation import _
from events.roles import tie_source, ties_as


class SanctionKind(StrEnum):
    """Silenced: reads and votes, does not write. Removed: is not let in."""

    SILENCED = "silenced"
    REMOVED = "removed"


class StageSanction(SQLModel, table=True):
    """That somebody is silenced in a live room, or removed from it, until a moderator takes it back."""

    __tablename__ = "stage_sanction"
    __table_args__ = (UniqueConstraint("stage_id", "person_id", "kind"),)

    id: int | None = Field(default=None, primary_key=True)
    stage_id: int = Field(foreign_key="stage.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    kind: SanctionKind = word(SanctionKind)
    at: datetime = moment()


class LobbyRemoval(SQLModel, table=True):
    """That somebody was put out of the lobby of an event, until it is taken back."""

    __tablename__ = "lobby_removal"
    __table_args__ = (UniqueConstraint("event_id", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = Field(foreign_key="event.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    at: datetime = moment()


class UnwantedWords(SQLModel, table=True):
    """The words that an event does not want to read in its live rooms."""

    __tablename__ = "unwanted_words"

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = Field(foreign_key="event.id", unique=True)
    words: list[str] = listing(default_factory=list)


personal_data(LobbyRemoval, "person_id", "that somebody was put out of a lobby", "delete")
personal_data(StageSanction, "person_id", "that somebody was silenced in a live room, or removed from it", "delete")


@cloned_with_event
def _clone_words(db: Database, from_event: int, to_event: int, moved: Callable[[datetime], datetime]) -> None:
    """What one event does not want to read, one like it does not want either."""
    words = unwanted_words(db, from_event)
    if words:
        db.add(UnwantedWords(event_id=to_event, words=words))


class Silenced(Conflict):
    """A moderator has asked somebody to be quiet."""

    def __init__(self) -> None:
        super().__init__(_("A moderator has silenced you in this room. You can read, vote and react."))


@tie_source
def _sanctioned(person: int) -> Any:
    kind: Any = cast(col(StageSanction.kind), String)
    query: Any = select(kind, literal("stage"), StageSanction.stage_id)
    return query.where(StageSanction.person_id == person)


@tie_source
def _put_out_of_lobbies(person: int) -> Any:
    return ties_as(SanctionKind.REMOVED, "lobby", LobbyRemoval.event_id).where(col(LobbyRemoval.person_id) == person)


@rule
def not_put_out_of_lobby(actor: Actor, subject: Any) -> bool:
    return not actor.is_(SanctionKind.REMOVED, "lobby", getattr(subject, "event", subject).id)


@rule
def not_removed(actor: Actor, subject: Any) -> bool:
    stage = getattr(subject, "stage", None)
    return stage is None or not actor.is_(SanctionKind.REMOVED, "stage", stage.id)


def refuse_silenced(actor: Actor, stage_id: int | None) -> None:
    """Refuse a word of somebody who is silenced in this room."""
    if actor.is_(SanctionKind.SILENCED, "stage", stage_id):
        raise Silenced


def refuse_unwanted(db: Database, event_id: int, text: str, field: str) -> None:
    """Refuse a text with a word in it that the event does not want; whole words, whatever their case. Of several words
    all have to be there; what is more than letters, such as an address, has to stand there as it is."""
    row = db.exec(select(UnwantedWords).where(UnwantedWords.event_id == event_id)).first()
    if row is None or not row.words:
        return
    said = text.casefold()
    words = set(re.findall(r"\w+", said))
    found = [one for one in row.words if _is_said(one.casefold(), said, words)]
    if found:
        message = _("This event does not want the word “%(word)s”. Please say it in another way.", word=found[0])
        raise Invalid({field: message})


def _is_said(unwanted: str, said: str, words: set[str]) -> bool:
    parts = unwanted.split()
    as_it_stands = r"(?<!\w)" + r"\s+".join(map(re.escape, parts)) + r"(?!\w)"
    return set(parts) <= words or re.search(as_it_stands, said) is not None


def unwanted_words(db: Database, event_id: int) -> list[str]:
    """The words that an event does not want."""
    row = db.exec(select(UnwantedWords).where(UnwantedWords.event_id == event_id)).first()
    return list(row.words) if row else []
