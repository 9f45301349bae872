"""Organisations: companies and bodies, the people in them, and the clusters they are members of."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from events.core.columns import listing, moment, public_id, word
from events.core.hooks import personal_data
from events.core.journal import Fact
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


class Membership(SQLModel, table=True):
    """That a person belongs to an organisation; a contact may change what it says about itself."""

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


@tie_source
def _belongs(person: int) -> Any:
    return ties_as("member", "organisation", Membership.organisation_id).where(Membership.person_id == person)


@tie_source
def _speaks_for(person: int) -> Any:
    return ties_as("contact", "organisation", Membership.organisation_id).where(
        Membership.person_id == person,
        Membership.is_contact == True,  # noqa: E712 - SQL
    )
