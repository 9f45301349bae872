"""The marketplace: needs and offers of organisations, each one an item, shown in events."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.access import Actor, command, rule
from events.core.columns import listing, moment, public_id, word
from events.core.database import Database, is_broken
from events.core.hooks import personal_data
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.translation import Message, _
from events.events import EventState, EventWithPhases, touch
from events.organisations import Organisation, member_of_organisation
from events.reference.countries import country_name, is_country
from events.reference.keywords import keyword_label
from events.reference.languages import is_language
from events.reference.regions import normalised
from events.registration import participant_of_event
from events.roles import organiser_of_event


class ItemKind(StrEnum):
    """What an organisation looks for, or what it brings."""

    NEED = "need"
    OFFER = "offer"


class ItemState(StrEnum):
    """Whether an item is shown."""

    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Item(SQLModel, table=True):
    """A need or an offer, in its own language, with an English text beside it where there is one.

    `country` and `sector` are where it comes from, `countries` and `sectors` whom it is for (none: all). `budget_eur`
    is what a need has to spend, or the smallest project an offer is for. Without a person its organisation answers.
    """

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("i")
    kind: ItemKind = word(ItemKind)
    state: ItemState = word(ItemState, default=ItemState.PUBLISHED)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    language: str = Field(default="en", max_length=8)
    summary: str = Field(max_length=300)
    text: str = Field(default="", max_length=6000)
    text_en: str = Field(default="", max_length=6000)
    keywords: list[str] = listing(default_factory=list)
    sector: str = Field(default="", max_length=40)
    country: str = Field(default="", max_length=2)
    countries: list[str] = listing(default_factory=list)
    sectors: list[str] = listing(default_factory=list)
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


@dataclass(frozen=True)
class ItemShown(Fact):
    """A need or an offer is shown in an event."""

    event_id: int
    item_id: int


@dataclass(frozen=True)
class ItemHidden(Fact):
    """A need or an offer is not shown in an event any more."""

    event_id: int
    item_id: int


class ItemShownAlready(Conflict):
    """An item stands in an event once."""

    def __init__(self) -> None:
        super().__init__(_("This is shown in the event already."))


@dataclass(frozen=True)
class Wording:
    """What an item says: `text` in `language`, `text_en` in English."""

    kind: ItemKind
    summary: str
    language: str = "en"
    text: str = ""
    text_en: str = ""
    keywords: tuple[str, ...] = ()
    sector: str = ""
    country: str = ""
    countries: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    speaks: tuple[str, ...] = ()
    budget_eur: int | None = None


@dataclass(frozen=True)
class ItemForEvent:
    """An item and the event that it is to stand in."""

    item: Item
    event: EventWithPhases


@rule
def keeps_item(actor: Actor, subject: Item) -> bool:
    """Contacts of its organisation, and whoever published it while they belong there."""
    ours = actor.is_("member", "organisation", subject.organisation_id)
    own = actor.person is not None and actor.person == subject.person_id
    return actor.is_("contact", "organisation", subject.organisation_id) or (own and ours)


@rule
def see_item(actor: Actor, subject: Item) -> bool:
    ours = actor.is_("member", "organisation", subject.organisation_id)
    return subject.state is ItemState.PUBLISHED or ours or keeps_item(actor, subject)


@rule
def brings_item(actor: Actor, subject: ItemForEvent) -> bool:
    return keeps_item(actor, subject.item) and participant_of_event(actor, subject.event)


def is_shown_somewhere(subject: Item, now: datetime) -> None:
    """Refuse what is asked of an item that was withdrawn."""
    if subject.state is not ItemState.PUBLISHED:
        raise Conflict(_("This was withdrawn from the marketplace. Publish it anew."))


def may_stand_there(subject: ItemForEvent, now: datetime) -> None:
    """Refuse withdrawn items and events that are over."""
    is_shown_somewhere(subject.item, now)
    if subject.event.event.state is EventState.CLOSED:
        raise Conflict(_("This event is over. Its pages stay, but nothing can be changed any more."))


def problems_of(wording: Wording) -> dict[str, Message | str]:
    """What cannot be used in an item: a sentence for each field concerned."""
    too_long = _("This is too long. Please shorten it.")
    wrong: dict[str, Message | str] = {}
    if not wording.summary.strip():
        wrong["summary"] = _("Please say in one line what this is about.")
    for field, text, most in (
        ("summary", wording.summary, 300), ("text", wording.text, 6000), ("text_en", wording.text_en, 6000),
        ("sector", wording.sector, 40),
    ):  # fmt: skip
        if len(text) > most:
            wrong[field] = too_long
    if not is_language(wording.language):
        wrong["language"] = _("Please choose the language that this is written in.")
    if wording.country and not is_country(wording.country):
        wrong["country"] = _(
            "%(code)s is not a country we know. Write it as two letters, such as AT.", code=wording.country
        )
    if not all(is_country(code) for code in wording.countries):
        wrong["countries"] = _("Please choose countries from the list.")
    if not all(is_language(code) for code in wording.speaks):
        wrong["speaks"] = _("Please choose languages from the list.")
    if len(wording.keywords) > 12 or any(len(keyword) > 60 for keyword in wording.keywords):
        wrong["keywords"] = _("Please give at most twelve keywords, each of a word or two.")
    if wording.budget_eur is not None and not 0 <= wording.budget_eur <= 2_000_000_000:
        wrong["budget_eur"] = _("Please write the amount in whole euros.")
    return wrong


def _write(item: Item, wording: Wording) -> None:
    wrong = problems_of(wording)
    if wrong:
        raise Invalid(wrong)
    item.kind, item.language = wording.kind, wording.language
    item.summary = " ".join(wording.summary.split())
    item.text, item.text_en = wording.text.strip(), wording.text_en.strip()
    item.sector, item.country, item.budget_eur = wording.sector, wording.country, wording.budget_eur
    item.keywords, item.countries = list(wording.keywords), list(wording.countries)
    item.sectors, item.speaks = list(wording.sectors), list(wording.speaks)
    labels = [label.text if isinstance(label, Message) else label for label in map(keyword_label, wording.keywords)]
    said = (
        wording.summary,
        wording.text,
        wording.text_en,
        *labels,
        wording.sector,
        country_name(wording.country, "en"),
    )
    item.searchable = normalised(" ".join(said))[:14_000]


def enter_item(
    db: Database,
    actor: Actor,
    wording: Wording,
    *,
    organisation_id: int,
    person_id: int | None,
    imported_as: str = "",
) -> Item:
    """Write down an item; part of commands that have asked their own rule. Refuses as `problems_of` says."""
    item = Item(
        kind=wording.kind,
        organisation_id=organisation_id,
        person_id=person_id,
        summary="",
        imported_as=imported_as,
        published_at=clock.now(),
    )
    _write(item, wording)
    db.add(item)
    db.flush()
    record(db, actor, ItemPublished(item_id=item.id or 0))
    return item


@command(member_of_organisation)
def publish_item(db: Database, actor: Actor, subject: Organisation, *, wording: Wording) -> Item:
    """Put a need or an offer of an organisation on the marketplace; every member may. Refuses as `problems_of` says."""
    return enter_item(db, actor, wording, organisation_id=subject.id or 0, person_id=actor.person)


@command(keeps_item, when=is_shown_somewhere)
def change_item(db: Database, actor: Actor, subject: Item, *, wording: Wording) -> Item:
    """Write an item anew. Refuses as `problems_of` says."""
    _write(subject, wording)
    db.add(subject)
    db.flush()
    record(db, actor, ItemChanged(item_id=subject.id or 0))
    return subject


@command(keeps_item, when=is_shown_somewhere)
def withdraw_item(db: Database, actor: Actor, subject: Item) -> None:
    """Take an item from the marketplace and from all events; its organisation still sees it."""
    taken = db.execute(
        update(Item)
        .where(col(Item.id) == subject.id, col(Item.state) == ItemState.PUBLISHED)
        .values(state=ItemState.WITHDRAWN)
    )
    if taken.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE always answers with a cursor
        raise Conflict(_("This was withdrawn from the marketplace. Publish it anew."))
    subject.state = ItemState.WITHDRAWN
    record(db, actor, ItemWithdrawn(item_id=subject.id or 0))


@command(brings_item | organiser_of_event, when=may_stand_there)
def show_in_event(db: Database, actor: Actor, subject: ItemForEvent) -> None:
    """Show an item in an event: its keeper who takes part, or an organiser. Refused when it is there already."""
    enter_in_event(db, actor, item_id=subject.item.id or 0, event=subject.event)


def enter_in_event(db: Database, actor: Actor, *, item_id: int, event: EventWithPhases) -> None:
    """Let an item stand in an event; part of commands that have asked their own rule."""
    try:
        with db.begin_nested():
            db.add(ItemInEvent(event_id=event.id, item_id=item_id))
            db.flush()
    except IntegrityError as error:
        if is_broken(error, "uq_item_in_event_event_id_item_id"):
            raise ItemShownAlready from error
        raise
    touch(db, event.event)
    record(db, actor, ItemShown(event_id=event.id, item_id=item_id))


@command(brings_item | organiser_of_event)
def hide_from_event(db: Database, actor: Actor, subject: ItemForEvent) -> None:
    """Take an item out of an event; it stays on the marketplace."""
    query = select(ItemInEvent).where(ItemInEvent.event_id == subject.event.id, ItemInEvent.item_id == subject.item.id)
    found = db.exec(query).first()
    if found is None:
        raise NotFound(_("This is not shown in the event any more."))
    db.delete(found)
    touch(db, subject.event.event)
    record(db, actor, ItemHidden(event_id=subject.event.id, item_id=subject.item.id or 0))
