"""Participants: the people who have a place in an event, as the others find and read them."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Integer, and_, bindparam, case, exists, false, func, or_, select
from sqlalchemy import String as Text
from sqlalchemy import cast as sql_cast
from sqlmodel import col

from events.consents import has_agreed
from events.core.access import Actor
from events.core.database import Database
from events.core.paging import SIZE, Paged, paged
from events.core.refusals import NotFound
from events.desks import officer_with_participants
from events.events import Event, EventWithPhases
from events.marketplace import Item, ItemInEvent, ItemKind, ItemState
from events.organisations import Organisation, OrganisationKind
from events.people import Person, PersonState
from events.reference.regions import normalised
from events.registration import Consent, ParticipationType, Registration, RegistrationState, participant_of_event
from events.roles import BLIND_JUDGE, Scope, organiser_of_event
from events.teams import Team, TeamMember
from events.type_rules import hidden_from, hidden_from_person

see_participants = participant_of_event | organiser_of_event | officer_with_participants


@dataclass(frozen=True)
class ParticipantCard:
    """A participant in a list. Who has not agreed to take part is a name and an organisation."""

    public_id: str
    person_id: int
    name: str
    job_title: str
    organisation: str
    organisation_public_id: str
    kind: OrganisationKind | None
    country: str
    type_name: str
    keywords: tuple[str, ...]
    has_agreed: bool


@dataclass(frozen=True)
class ItemLine:
    """A need or an offer of a participant's organisation that stands in the event."""

    public_id: str
    kind: ItemKind
    language: str
    summary: str


@dataclass(frozen=True)
class TeamLine:
    """The team that a participant was in, in the hackathon that the event follows."""

    name: str
    public_id: str
    idea: str
    event_name: str
    event_slug: str


@dataclass(frozen=True)
class Participant:
    """A participant's profile in an event. Who has not agreed yet shows neither person nor team; items are public."""

    card: ParticipantCard
    registration: Registration
    organisation: Organisation | None
    person: Person | None
    team: TeamLine | None
    items: list[ItemLine]
    zone: str


def _participants(event_id: int) -> Any:
    return (
        select(Registration, Person, Organisation, col(ParticipationType.name), case((has_agreed(), 1), else_=0))
        .join(Person, col(Person.id) == col(Registration.person_id))
        .join(ParticipationType, col(ParticipationType.id) == col(Registration.type_id))
        .outerjoin(Organisation, col(Organisation.id) == col(Registration.organisation_id))
        .where(
            col(Registration.event_id) == event_id,
            col(Registration.state) == RegistrationState.ACCEPTED,
            col(Person.state) != PersonState.ERASED,
        )
    )


def participants_seen_by(
    db: Database,
    actor: Actor,
    event: EventWithPhases,
    *,
    query: str = "",
    kind: OrganisationKind | None = None,
    country: str = "",
    keyword: str = "",
    only: Any = None,
    page: int = 1,
    size: int = SIZE,
) -> Paged[ParticipantCard]:
    """The participants of an event by name, for each other, organisers and their desks; NotFound for the rest.

    `only` is a further condition, of somebody who knows more than registrations; whoever names so the people whom they
    ask for, and shows no pages, asks for a page of that `size`.

    Every word of `query` has to occur in the name or the organisation, or, once somebody has agreed to take part, in
    what they say about themselves; `keyword` finds a group's keywords too.
    """
    if not see_participants(actor, event):
        raise NotFound()
    found = _participants(event.id).where(*_shown_to(actor, event))
    for word in normalised(query[:200]).split()[:10]:
        found = found.where(_mentions(word))
    if only is not None:
        found = found.where(only)
    if kind is not None:
        found = found.where(col(Organisation.kind) == kind)
    if country:
        found = found.where(col(Organisation.country) == country)
    if keyword:
        own = and_(has_agreed(), _lists(Person.keywords, keyword))
        found = found.where(or_(own, _lists(Organisation.keywords, keyword)))
    return paged(db, found.order_by(func.lower(col(Person.name)), col(Registration.id)), page, _card, size=size)


def _shown_to(actor: Actor, event: EventWithPhases) -> tuple[Any, ...]:
    """Participants see the types that the event's rules let them see; organisers and desk officers see all."""
    return () if _sees_all(actor, event) else (~hidden_from(actor, event.id),)


def _sees_all(actor: Actor, event: EventWithPhases) -> bool:
    return organiser_of_event(actor, event) or officer_with_participants(actor, event)


def _mentions(word: str) -> Any:
    written = f"%{word.replace('%', '').replace('_', '')}%"
    about = or_(func.lower(col(Person.job_title)).like(written), func.lower(col(Person.about)).like(written))
    return or_(
        func.lower(col(Person.name)).like(written),
        col(Organisation.searchable).contains(word, autoescape=True),
        and_(has_agreed(), about),
    )


def _lists(column: Any, code: str) -> Any:
    """Whether a JSON list of keywords holds `code` or one of its group, on either database."""
    text, written = sql_cast(column, Text), json.dumps(code)
    return or_(text.contains(written, autoescape=True), text.contains(written[:-1] + ".", autoescape=True))


def shares_keyword(codes: Collection[str]) -> Any:
    """The condition that a participant or their organisation names one of these keywords, or one of their groups."""
    own = [_lists(Person.keywords, one) for one in codes]
    theirs = [_lists(Organisation.keywords, one) for one in codes]
    return or_(and_(has_agreed(), or_(*own)), *theirs) if codes else false()


def joined_between(since: datetime, until: datetime) -> Any:
    """The condition that others came to read somebody's profile in this time: they got their place then, or agreed."""
    got = func.coalesce(col(Registration.decided_at), col(Registration.registered_at))
    agreed = exists().where(
        col(Consent.registration_id) == col(Registration.id), col(Consent.withdrawn_at).is_(None),
        col(Consent.given_at) > since, col(Consent.given_at) <= until,
    )  # fmt: skip
    return and_(has_agreed(), or_(and_(got > since, got <= until), agreed))


def _card(row: Any) -> ParticipantCard:
    registration, person, organisation, type_name, agreed = row
    keywords = (person.keywords if agreed else []) + (organisation.keywords if organisation else [])
    return ParticipantCard(
        public_id=registration.public_id,
        person_id=person.id,
        name=person.name,
        job_title=person.job_title if agreed else "",
        organisation=organisation.name if organisation else "",
        organisation_public_id=organisation.public_id if organisation else "",
        kind=organisation.kind if organisation else None,
        country=organisation.country if organisation else "",
        type_name=type_name,
        keywords=tuple(dict.fromkeys(keywords)),
        has_agreed=bool(agreed),
    )


def countries_of_participants(db: Database, event_id: int) -> set[str]:
    """The countries that the participants of an event come from; what a filter offers."""
    query = (
        select(col(Organisation.country))
        .join(Registration, col(Registration.organisation_id) == col(Organisation.id))
        .where(col(Registration.event_id) == event_id, col(Registration.state) == RegistrationState.ACCEPTED)
    )
    return set(db.execute(query.distinct()).scalars()) - {""}


@cache
def _one_participant(sees_all: bool) -> Any:
    """The query for one participant; building it takes longer than asking it, so it is kept."""
    event: Any = bindparam("event", type_=Integer)
    one = _participants(event).where(col(Registration.public_id) == bindparam("public"))
    return one if sees_all else one.where(~hidden_from_person(bindparam("me", type_=Integer), event))


def get_participant(
    db: Database, actor: Actor, event: EventWithPhases, public: str, *, whole: bool = True
) -> Participant:
    """One participant of an event, for the others, organisers and their desks; NotFound for the rest.

    Not `whole`, they come without team and items, in one statement.
    """
    values = {"event": event.id, "public": public, "me": actor.person}
    row: Any = db.execute(_one_participant(_sees_all(actor, event)), values).first()
    if row is None or not see_participants(actor, event):
        raise NotFound()
    registration, person, organisation, _type, agreed = row
    blind = actor.is_(BLIND_JUDGE, Scope.EVENT, event.event.follows_id)  # still judges whose work that team's is
    return Participant(
        card=_card(row),
        registration=registration,
        organisation=organisation,
        person=person if agreed else None,
        team=_team_before(db, event, person.id) if agreed and whole and not blind else None,
        items=_items(db, event.id, organisation.id) if organisation and whole else [],
        zone=person.zone,
    )


def _team_before(db: Database, event: EventWithPhases, person_id: int) -> TeamLine | None:
    query = (
        select(Team, Event)
        .join(TeamMember, col(TeamMember.team_id) == col(Team.id))
        .join(Event, col(Event.id) == col(Team.event_id))
        .where(col(TeamMember.person_id) == person_id, col(Team.event_id) == event.event.follows_id)
    )
    row = db.execute(query).first()
    if row is None:
        return None
    team, before = row
    return TeamLine(team.name, team.public_id, team.idea, before.name, before.slug)


def _items(db: Database, event_id: int, organisation_id: int) -> list[ItemLine]:
    query = (
        select(Item)
        .join(ItemInEvent, col(ItemInEvent.item_id) == col(Item.id))
        .where(col(ItemInEvent.event_id) == event_id, col(Item.organisation_id) == organisation_id)
        .where(col(Item.state) == ItemState.PUBLISHED)
        .order_by(col(Item.kind), col(Item.id))
    )
    return [
        ItemLine(item.public_id, item.kind, item.language, item.summary)
        for item in db.execute(query.limit(50)).scalars()
    ]
