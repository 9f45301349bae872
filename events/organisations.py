"""Organisations: companies and bodies, the people in them, and the clusters they are members of."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.access import Actor, anybody, command, rule, signed_in
from events.core.columns import listing, moment, public_id, word
from events.core.database import Database, is_broken
from events.core.hooks import ORGANISATIONS_RENAMED, personal_data
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.translation import Message, _
from events.people import clean_name
from events.reference.countries import country_name, is_country
from events.reference.keywords import is_keyword
from events.reference.languages import is_language
from events.reference.regions import normalised, region
from events.reference.sectors import is_sector
from events.roles import tie_source, ties_as


class OrganisationKind(StrEnum):
    """What an organisation is, in the network's own words."""

    TRADITIONAL_SME = "traditional SME"
    TECH_SAVVY_SME = "tech-savvy SME"
    START_UP = "start-up"
    LARGE_COMPANY = "large company"
    TECHNOLOGY_CENTRE = "technology centre"
    RESEARCH_ORGANISATION = "research organisation"
    CLUSTER_ORGANISATION = "cluster organisation"
    PUBLIC_BODY = "public body"
    BIG_SCIENCE_ORGANISATION = "big science organisation"
    INVESTOR = "investor"
    OTHER = "other"


class Organisation(SQLModel, table=True):
    """A company or body. `country` is an ISO code, `region` a NUTS code, `sector` a NACE section."""

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("o")
    name: str = Field(max_length=160, index=True)
    kind: OrganisationKind = word(OrganisationKind)
    country: str = Field(default="", max_length=2)
    region: str = Field(default="", max_length=5)
    sector: str = Field(default="", max_length=1)
    city: str = Field(default="", max_length=80)
    website: str = Field(default="", max_length=300)
    about: str = Field(default="", max_length=4000)
    languages: list[str] = listing(default_factory=list)
    keywords: list[str] = listing(default_factory=list)
    added_at: datetime = moment()
    same_name: str = Field(default="", max_length=200, index=True)
    searchable: str = Field(default="", max_length=6000)


class Membership(SQLModel, table=True):
    """That a person belongs to an organisation; a contact may change what it says about itself.

    Whoever has only asked to belong has no such row (events/membership_requests.py).
    """

    __table_args__ = (UniqueConstraint("person_id", "organisation_id"),)

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    is_contact: bool = False
    joined_at: datetime = moment()


class ClusterMembership(SQLModel, table=True):
    """That an organisation is a member of a cluster."""

    __tablename__ = "cluster_membership"
    __table_args__ = (UniqueConstraint("organisation_id", "cluster_id"),)

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    cluster_id: int = Field(foreign_key="organisation.id", index=True)


personal_data(Membership, "person_id", "belonging to an organisation", "delete")


@dataclass(frozen=True)
class OrganisationAdded(Fact):
    """An organisation was entered."""

    organisation_id: int


@dataclass(frozen=True)
class OrganisationChanged(Fact):
    """What an organisation says about itself was changed."""

    organisation_id: int


@dataclass(frozen=True)
class OrganisationJoined(Fact):
    """Somebody joined an organisation."""

    organisation_id: int
    person_id: int


@dataclass(frozen=True)
class OrganisationLeft(Fact):
    """Somebody left an organisation."""

    organisation_id: int
    person_id: int


@dataclass(frozen=True)
class ContactNamed(Fact):
    """Somebody may now change what an organisation says about itself."""

    organisation_id: int
    person_id: int


class SimilarOrganisation(Conflict):
    """There is an organisation of this name already; it may be the same."""


class MemberAlready(Conflict):
    """One belongs to an organisation once."""

    def __init__(self) -> None:
        super().__init__(_("You belong to this organisation already."))


class LastContact(Conflict):
    """An organisation with members needs somebody who answers for it."""

    def __init__(self) -> None:
        super().__init__(_("You are the only contact of this organisation. Name another contact first, then leave."))


@tie_source
def _belongs(person: int) -> Any:
    return ties_as("member", "organisation", Membership.organisation_id).where(col(Membership.person_id) == person)


@tie_source
def _speaks_for(person: int) -> Any:
    return ties_as("contact", "organisation", Membership.organisation_id).where(
        col(Membership.person_id) == person, col(Membership.is_contact).is_(True)
    )


@rule
def see_organisation(actor: Actor, subject: Organisation) -> bool:
    return anybody(actor, subject)


@rule
def member_of_organisation(actor: Actor, subject: Organisation) -> bool:
    return actor.is_("member", "organisation", subject.id)


@rule
def contact_of_organisation(actor: Actor, subject: Organisation) -> bool:
    return actor.is_("contact", "organisation", subject.id)


KIND_NAMES: dict[OrganisationKind, Message] = {
    OrganisationKind.TRADITIONAL_SME: _("Traditional SME"),
    OrganisationKind.TECH_SAVVY_SME: _("Tech-savvy SME"),
    OrganisationKind.START_UP: _("Start-up"),
    OrganisationKind.LARGE_COMPANY: _("Large company"),
    OrganisationKind.TECHNOLOGY_CENTRE: _("Technology centre"),
    OrganisationKind.RESEARCH_ORGANISATION: _("Research organisation"),
    OrganisationKind.CLUSTER_ORGANISATION: _("Cluster organisation"),
    OrganisationKind.PUBLIC_BODY: _("Public body"),
    OrganisationKind.BIG_SCIENCE_ORGANISATION: _("Big science organisation"),
    OrganisationKind.INVESTOR: _("Investor"),
    OrganisationKind.OTHER: _("Other"),
}

# How companies are called in law says nothing about which one it is.
LEGAL_FORMS = frozenset(
    "ab ag aps as asa bv bvba co doo eood gesmbh gmbh inc kft kg llc ltd mbh nv oe ou oy oyj plc sa sarl sas se sia sl "
    "slu snc sp spa spol sro srl sprl uab ug vof zoo".split()
)


def same_name(name: str) -> str:
    """A name as duplicates are found by: 'Müller & Söhne GmbH' and 'Muller Sohne' are the same."""
    words = normalised(name.replace(".", "")).split()
    kept = [word for word in words if word not in LEGAL_FORMS] or words
    return " ".join(kept)[:200]


def organisations_like(db: Database, name: str, country: str) -> list[Organisation]:
    """Organisations that are probably the same: the same name but for accents and legal form, in the same country."""
    key = same_name(name)
    if not key:
        return []
    query = select(Organisation).where(Organisation.same_name == key, Organisation.country == country)
    return list(db.exec(query.order_by(col(Organisation.id)).limit(5)))


@dataclass(frozen=True)
class Portrait:
    """What an organisation says about itself."""

    name: str
    kind: OrganisationKind
    country: str
    region: str = ""
    sector: str = ""
    city: str = ""
    website: str = ""
    about: str = ""
    languages: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()


def problems_of(portrait: Portrait) -> dict[str, Message | str]:
    """What cannot be used in a portrait: a sentence for each field concerned."""
    wrong: dict[str, Message | str] = {}
    if not clean_name(portrait.name):
        wrong["name"] = _("Please give the organisation's name.")
    elif len(portrait.name) > 160:
        wrong["name"] = _("This name is too long. Please shorten it.")
    if not is_country(portrait.country):
        wrong["country"] = _("Please choose a country.")
    place = region(portrait.region)
    if portrait.region and (place is None or place.country != portrait.country):
        wrong["region"] = _("%(code)s is not a region of this country. Choose one from the list.", code=portrait.region)
    if portrait.sector and not is_sector(portrait.sector):
        wrong["sector"] = _("Please choose one of the sectors.")
    if portrait.website and not is_web_address(portrait.website):
        wrong["website"] = _("Write the web address with https:// in front.")
    if len(portrait.about) > 4000:
        wrong["about"] = _("This is too long. Please shorten it.")
    if not all(is_language(code) for code in portrait.languages):
        wrong["languages"] = _("Please choose languages from the list.")
    if not all(is_keyword(code) for code in portrait.keywords):
        wrong["keywords"] = _("Please choose keywords from the list.")
    return wrong


def is_web_address(text: str) -> bool:
    """Whether `text` can stand behind a link: an http address without blanks."""
    return text.startswith(("https://", "http://")) and len(text) <= 300 and not any(c.isspace() for c in text)


def _write(organisation: Organisation, portrait: Portrait) -> None:
    wrong = problems_of(portrait)
    if wrong:
        raise Invalid(wrong)
    organisation.name, organisation.kind = " ".join(portrait.name.split()), portrait.kind
    organisation.country, organisation.region = portrait.country, portrait.region.upper()
    organisation.sector, organisation.city = portrait.sector, clean_name(portrait.city)[:80]
    organisation.website, organisation.about = portrait.website, portrait.about.strip()
    organisation.languages, organisation.keywords = list(portrait.languages), list(portrait.keywords)
    organisation.same_name = same_name(portrait.name)
    said = (portrait.name, portrait.city, country_name(portrait.country, "en"), portrait.about, *portrait.keywords)
    organisation.searchable = normalised(" ".join(said))[:6000]


def enter_organisation(db: Database, actor: Actor, portrait: Portrait) -> Organisation:
    """Write down an organisation without members; part of commands that have asked their own rule. Refuses as
    `problems_of` says."""
    row = Organisation(name="", kind=portrait.kind, added_at=clock.now())
    _write(row, portrait)
    db.add(row)
    db.flush()
    record(db, actor, OrganisationAdded(organisation_id=row.id or 0))
    return row


@command(signed_in)
def add_organisation(
    db: Database, actor: Actor, subject: None, *, portrait: Portrait, although_similar: bool = False
) -> Organisation:
    """Enter an organisation; whoever does it becomes its contact.

    Refuses what `problems_of` finds, and a name that the country has already unless `although_similar` is said.
    """
    wrong = problems_of(portrait)
    if wrong:
        raise Invalid(wrong)
    if not although_similar and (known := organisations_like(db, portrait.name, portrait.country)):
        raise SimilarOrganisation(
            _("%(name)s is here already. Ask to join it, or say that yours is another one.", name=known[0].name)
        )
    row = enter_organisation(db, actor, portrait)
    enter_member(db, actor, row, person_id=actor.person or 0)
    return row


@command(contact_of_organisation)
def change_organisation(db: Database, actor: Actor, subject: Organisation, *, portrait: Portrait) -> Organisation:
    """Change what an organisation says about itself. Refuses what `problems_of` finds."""
    before = subject.name
    _write(subject, portrait)
    db.add(subject)
    db.flush()
    if before != subject.name:
        for step in ORGANISATIONS_RENAMED:
            step(db, subject.id or 0, before)
    record(db, actor, OrganisationChanged(organisation_id=subject.id or 0))
    return subject


def enter_member(db: Database, actor: Actor, organisation: Organisation, *, person_id: int) -> Membership:
    """Let somebody belong to an organisation, as its contact when it has none; part of commands that have asked their
    own rule: whoever only wants to belong asks (`ask_to_join`). Refuses a second membership."""
    hold_organisation(db, organisation)
    row = Membership(
        person_id=person_id,
        organisation_id=organisation.id or 0,
        is_contact=not _contacts(db, organisation),
        joined_at=clock.now(),
    )
    try:
        with db.begin_nested():
            db.add(row)
            db.flush()
    except IntegrityError as error:
        if is_broken(error, "uq_membership_person_id_organisation_id"):
            raise MemberAlready from error
        raise
    record(db, actor, OrganisationJoined(organisation_id=organisation.id or 0, person_id=person_id))
    return row


def hold_organisation(db: Database, organisation: Organisation) -> None:
    """Let nobody else join this organisation until the commit; NotFound when it is gone."""
    # Locks the row on PostgreSQL, so that of two who join at once only one finds no contact; SQLite has one writer.
    # Those who register for it meanwhile are not kept waiting.
    held = select(Organisation.id).where(Organisation.id == organisation.id).with_for_update(key_share=True)
    if db.exec(held).first() is None:
        raise NotFound(_("This organisation is not there any more."))


def _contacts(db: Database, organisation: Organisation) -> list[int]:
    query = select(Membership.person_id).where(Membership.organisation_id == organisation.id)
    return list(db.exec(query.where(col(Membership.is_contact).is_(True))))


@command(member_of_organisation)
def leave_organisation(db: Database, actor: Actor, subject: Organisation) -> None:
    """Belong to an organisation no more. Refused to the last contact while others are members."""
    members = list(db.exec(select(Membership).where(Membership.organisation_id == subject.id)))
    others = [one for one in members if one.person_id != actor.person]
    if others and not any(one.is_contact for one in others) and actor.is_("contact", "organisation", subject.id):
        raise LastContact
    _end_membership(db, actor, subject, actor.person or 0)


@command(contact_of_organisation)
def remove_member(db: Database, actor: Actor, subject: Organisation, *, person_id: int) -> None:
    """Take somebody out who does not belong there; oneself one takes out by leaving."""
    if person_id == actor.person:
        raise Conflict(_("You cannot remove yourself. Leave the organisation instead."))
    _end_membership(db, actor, subject, person_id)


def _end_membership(db: Database, actor: Actor, organisation: Organisation, person_id: int) -> None:
    db.delete(_membership(db, organisation, person_id))
    db.flush()
    record(db, actor, OrganisationLeft(organisation_id=organisation.id or 0, person_id=person_id))


def _membership(db: Database, organisation: Organisation, person_id: int) -> Membership:
    query = select(Membership).where(Membership.organisation_id == organisation.id, Membership.person_id == person_id)
    found = db.exec(query).first()
    if found is None:
        raise NotFound(_("This person does not belong to the organisation any more."))
    return found


@command(contact_of_organisation)
def name_contact(db: Database, actor: Actor, subject: Organisation, *, person_id: int) -> None:
    """Let another member change what the organisation says about itself, and look after its members."""
    row = _membership(db, subject, person_id)
    if not row.is_contact:
        row.is_contact = True
        db.add(row)
        record(db, actor, ContactNamed(organisation_id=subject.id or 0, person_id=person_id))


def get_organisation(db: Database, actor: Actor, public: str) -> Organisation:
    """The organisation whose page carries this id."""
    found = db.exec(select(Organisation).where(Organisation.public_id == public)).first()
    if found is None or not see_organisation(actor, found):
        raise NotFound()
    return found
