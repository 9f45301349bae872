"""The marketplace: needs and offers of organisations, each one an item, shown in events."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from events.core.columns import listing, moment, public_id, word
from events.core.hooks import personal_data
from events.core.journal import Fact


class ItemKind(StrEnum):
    """What an organisation looks for, or what it brings."""

    NEED = "need"
    OFFER = "offer"


class ItemState(StrEnum):
    """Whether an item is shown."""

    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Item(SQLModel, table=True):
    """A need or an offer, in its own language, with an English text beside it where there is one."""

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("i")
    kind: ItemKind = word(ItemKind)
    state: ItemState = word(ItemState, default=ItemState.PUBLISHED)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    language: str = Field(default="en", max_length=8)
    summary: str = Field(max_length=300)
    text: str = Field(default="", max_length=6000)
    text_en: str = Field(default="", max_length=6000)
    keywords: list[str] = listing(default_factory=list)
    sector: str = Field(default="", max_length=40)
    country: str = Field(default="", max_length=2)
    countries: list[str] = listing(default_factory=list)
    speaks: list[str] = listing(default_factory=list)
    budget_eur: int | None = None
    imported_as: str = Field(default="", max_length=80, index=True)
    searchable: str = Field(default="", max_length=14_000)
    published_at: datetime = moment()


class ItemInEvent(SQLModel, table=True):
    """That an item is shown in an event."""

    __tablename__ = "item_in_event"
    __table_args__ = (UniqueConstraint("event_id", "item_id"),)

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = Field(foreign_key="event.id", index=True)
    item_id: int = Field(foreign_key="item.id", index=True)


personal_data(Item, "person_id", "who published a need or an offer", "detach")


@dataclass(frozen=True)
class ItemPublished(Fact):
    """A need or an offer appeared on the marketplace."""

    item_id: int


@dataclass(frozen=True)
class ItemChanged(Fact):
    """A need or an offer was written anew."""

    item_id: int


@dataclass(frozen=True)
class ItemWithdrawn(Fact):
    """A need or an offer was taken from the marketplace."""

    item_id: int
