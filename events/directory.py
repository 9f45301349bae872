"""The directory: organisations as lists and cards show them, and who belongs to them."""

from dataclasses import dataclass

from sqlmodel import col, select

from events.core.access import Actor
from events.core.database import Database
from events.core.paging import Paged, paged
from events.organisations import ClusterMembership, Membership, Organisation, OrganisationKind, contact_of_organisation
from events.people import Person, PersonState
from events.reference.regions import normalised


@dataclass(frozen=True)
class OrganisationCard:
    """An organisation in a list."""

    public_id: str
    name: str
    kind: OrganisationKind
    country: str
    city: str
    keywords: tuple[str, ...]


@dataclass(frozen=True)
class MemberCard:
    """Somebody who belongs to an organisation. NEW people have not signed in yet; only contacts see them."""

    person_id: int
    public_id: str
    name: str
    job_title: str
    is_contact: bool
    is_new: bool


def card_of(organisation: Organisation) -> OrganisationCard:
    """What a list shows of an organisation."""
    return OrganisationCard(
        organisation.public_id,
        organisation.name,
        organisation.kind,
        organisation.country,
        organisation.city,
        tuple(organisation.keywords),
    )


def organisations_seen_by(
    db: Database,
    actor: Actor,
    *,
    query: str = "",
    kind: OrganisationKind | None = None,
    country: str = "",
    cluster_id: int | None = None,
    page: int = 1,
) -> Paged[OrganisationCard]:
    """The directory by name, a page at a time: all of it, since organisations are public.

    Every word of `query` has to occur in name, place, description or keywords, accents and case aside.
    """
    found = select(Organisation)
    for word in normalised(query[:200]).split()[:10]:
        found = found.where(col(Organisation.searchable).contains(word, autoescape=True))
    if kind is not None:
        found = found.where(Organisation.kind == kind)
    if country:
        found = found.where(Organisation.country == country)
    if cluster_id is not None:
        members = select(ClusterMembership.organisation_id).where(ClusterMembership.cluster_id == cluster_id)
        found = found.where(col(Organisation.id).in_(members))
    return paged(db, found.order_by(col(Organisation.name), col(Organisation.id)), page, lambda row: card_of(row[0]))


def members_of(db: Database, actor: Actor, organisation: Organisation) -> list[MemberCard]:
    """Who belongs to an organisation, contacts first. Visitors see nobody; contacts also see who was entered by
    somebody else and has not signed in yet."""
    if not actor.signed_in:
        return []
    shown = [PersonState.ACTIVE]
    if contact_of_organisation(actor, organisation):
        shown.append(PersonState.NEW)
    query = (
        select(Person, Membership)
        .where(Membership.person_id == Person.id, Membership.organisation_id == organisation.id)
        .where(col(Person.state).in_(shown))
        .order_by(col(Membership.is_contact).desc(), col(Person.name), col(Person.id))
    )
    return [_member(person, membership) for person, membership in db.exec(query)]


def _member(person: Person, membership: Membership) -> MemberCard:
    return MemberCard(
        person.id or 0,
        person.public_id,
        person.name,
        person.job_title,
        membership.is_contact,
        person.state is PersonState.NEW,
    )


def organisations_of(db: Database, person_id: int | None) -> list[Organisation]:
    """The organisations that a person belongs to, by name."""
    query = select(Organisation).join(Membership, col(Membership.organisation_id) == col(Organisation.id))
    query = query.where(Membership.person_id == person_id)
    return list(db.exec(query.order_by(col(Organisation.name), col(Organisation.id))))


def find_organisation(db: Database, organisation_id: int | None) -> Organisation | None:
    """The organisation with this id, if there is one; organisations are public."""
    return db.get(Organisation, organisation_id) if organisation_id is not None else None
