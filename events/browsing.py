"""Looking through the marketplace: lists, searches, one item with its organisation, and whom to meet about it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import String, cast
from sqlmodel import col, or_, select

from events.core.access import Actor
from events.core.database import Database
from events.core.paging import Paged, paged
from events.core.refusals import NotFound
from events.events import Event, EventState, EventWithPhases
from events.marketplace import Item, ItemInEvent, ItemKind, ItemState, see_item
from events.organisations import Membership, Organisation
from events.people import Person
from events.reference.regions import normalised
from events.registration import Registration, RegistrationState


@dataclass(frozen=True)
class ItemCard:
    """An item in a list, with whose it is."""

    public_id: str
    kind: ItemKind
    state: ItemState
    language: str
    summary: str
    text_en: str
    keywords: tuple[str, ...]
    country: str
    organisation: str
    organisation_public_id: str


@dataclass(frozen=True)
class ItemOfOrganisation:
    """One item with its organisation and, while they have an account, the person who published it."""

    item: Item
    organisation: Organisation
    person: Person | None


def items_in(
    db: Database,
    actor: Actor,
    event: EventWithPhases | None = None,
    *,
    kind: ItemKind | None = None,
    query: str = "",
    country: str = "",
    keyword: str = "",
    language: str = "",
    page: int = 1,
) -> Paged[ItemCard]:
    """The published items of the marketplace, or of one event that the actor was given to see, newest first.

    Every word of `query` has to occur in the item, in its own language or in English, or in its organisation's name;
    accents and case do not matter. `keyword` finds a group's keywords too, `language` what is written in it and whose
    people speak it.
    """
    found = select(Item, Organisation).where(Item.organisation_id == Organisation.id, Item.state == ItemState.PUBLISHED)
    if event is not None:
        shown = select(ItemInEvent.item_id).where(ItemInEvent.event_id == event.id)
        found = found.where(col(Item.id).in_(shown))
    if kind is not None:
        found = found.where(Item.kind == kind)
    if country:
        found = found.where(Item.country == country)
    if keyword:
        found = found.where(or_(_lists(Item.keywords, keyword), _lists(Item.keywords, keyword + ".", whole=False)))
    if language:
        found = found.where(or_(Item.language == language, _lists(Item.speaks, language)))
    for word in normalised(query[:200]).split()[:10]:
        found = found.where(
            or_(
                col(Item.searchable).contains(word, autoescape=True),
                col(Organisation.same_name).contains(word, autoescape=True),
            )
        )
    newest = found.order_by(col(Item.published_at).desc(), col(Item.id).desc())
    return paged(db, newest, page, lambda row: card_of(row[0], row[1]))


def _lists(column: Any, value: str, *, whole: bool = True) -> Any:
    """Whether a JSON list of words holds `value`, or a word that begins with it; the same on both databases."""
    written = json.dumps(value)
    return cast(column, String).contains(written if whole else written[:-1], autoescape=True)


def card_of(item: Item, organisation: Organisation) -> ItemCard:
    """What a list shows of an item."""
    return ItemCard(
        item.public_id,
        item.kind,
        item.state,
        item.language,
        item.summary,
        item.text_en,
        tuple(item.keywords),
        item.country or organisation.country,
        organisation.name,
        organisation.public_id,
    )


def items_of_organisations(db: Database, actor: Actor, ids: Sequence[int]) -> list[ItemCard]:
    """All items of these organisations that the actor may see, newest first; members also see what was withdrawn."""
    query = (
        select(Item, Organisation)
        .where(Item.organisation_id == Organisation.id, col(Item.organisation_id).in_(ids))
        .order_by(col(Item.published_at).desc(), col(Item.id).desc())
        .limit(200)
    )
    return [card_of(item, owner) for item, owner in db.exec(query) if see_item(actor, item)]


def get_item(db: Database, actor: Actor, public: str) -> ItemOfOrganisation:
    """The item whose page carries this id; NotFound for those who may not see it."""
    row = db.exec(
        select(Item, Organisation).where(Item.public_id == public, Organisation.id == Item.organisation_id)
    ).first()
    if row is None or not see_item(actor, row[0]):
        raise NotFound()
    person = db.get(Person, row[0].person_id) if row[0].person_id is not None else None
    return ItemOfOrganisation(row[0], row[1], person)


def events_showing(db: Database, item: Item) -> list[Event]:
    """The public events that an item stands in, newest first."""
    query = (
        select(Event)
        .join(ItemInEvent, col(ItemInEvent.event_id) == col(Event.id))
        .where(ItemInEvent.item_id == item.id, Event.state != EventState.DRAFT)
        .order_by(col(Event.id).desc())
    )
    return list(db.exec(query))


@dataclass(frozen=True)
class Answering:
    """A participant of an event whom one can ask for a meeting about an item."""

    registration: Registration
    person: Person


def answering_for(db: Database, actor: Actor, item: Item, event: EventWithPhases) -> Answering | None:
    """Whom to ask for a meeting about an item in an event: who published it, else a contact of its organisation, else
    another of its members, as far as they take part and are not the actor."""
    ours = select(Membership.person_id).where(Membership.organisation_id == item.organisation_id)
    contacts = ours.where(col(Membership.is_contact).is_(True))
    query = (
        select(Registration, Person)
        .where(Registration.event_id == event.id, Registration.state == RegistrationState.ACCEPTED)
        .where(Person.id == Registration.person_id, Person.id != (actor.person or 0))
        .where(or_(Person.id == item.person_id, col(Person.id).in_(ours)))
        .order_by((col(Person.id) == item.person_id).desc(), col(Person.id).in_(contacts).desc(), col(Registration.id))
    )
    row = db.exec(query).first()
    return Answering(*row) if row else None
