"""People: who they are, in which language and time zone we write to them."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import idna
from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.access import Actor, command, rule
from events.core.columns import listing, moment, public_id, word
from events.core.database import Database
from events.core.hooks import PEOPLE_RENAMED, personal_address, personal_data
from events.core.journal import Fact, record
from events.core.refusals import Invalid, NotFound
from events.core.translation import LANGUAGES, _
from events.reference.zones import is_zone


class PersonState(StrEnum):
    """NEW has asked for a link and never used one; ERASED is a tombstone."""

    NEW = "new"
    ACTIVE = "active"
    ERASED = "erased"


class Person(SQLModel, table=True):
    """Somebody who uses Folkmoot. The address is kept in lower case and is unique."""

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("p")
    email: str = Field(max_length=254, unique=True)
    name: str = Field(default="", max_length=120)
    state: PersonState = word(PersonState, default=PersonState.NEW)
    password_hash: str = Field(default="", max_length=200)
    locale: str = Field(default="en", max_length=8)
    zone: str = Field(default="Europe/Brussels", max_length=60)
    job_title: str = Field(default="", max_length=120)
    about: str = Field(default="", max_length=2000)
    languages: list[str] = listing(default_factory=list)
    keywords: list[str] = listing(default_factory=list)
    cast_as: str = Field(default="", max_length=80)
    joined_at: datetime = moment()


personal_data(Person, "id", "account and profile", "delete")
personal_address(Person, "email", "where somebody gets letters, and signs in with", "blank")


@dataclass(frozen=True)
class PersonJoined(Fact):
    """Somebody used a sign-in link for the first time."""

    person_id: int


@dataclass(frozen=True)
class ProfileChanged(Fact):
    """A person changed what others read about them."""

    person_id: int


@rule
def oneself(actor: Actor, subject: Person) -> bool:
    return actor.person is not None and actor.person == subject.id


ADDRESS = re.compile(r"[^@\s<>\"(),;:\\\[\]]{1,64}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_]{2,63}", re.UNICODE)


def clean_email(text: str) -> str:
    """An address as we keep it: lower case, internationalised domains in their ASCII form. Refuses what is none."""
    address = text.strip().lower()
    if not ADDRESS.fullmatch(address) or len(address) > 254:
        raise Invalid({"email": _("This is not an e-mail address. Write it as name@example.org.")})
    local_part, _at, domain = address.rpartition("@")
    try:
        # UTS 46 and IDNA 2008: the codec of the standard library would turn straße.de into another domain.
        return f"{local_part}@{idna.encode(domain, uts46=True).decode()}"
    except idna.IDNAError as error:
        raise Invalid({"email": _("This is not an e-mail address. Write it as name@example.org.")}) from error


def find_person(db: Database, email: str) -> Person | None:
    """The person with this address."""
    return db.exec(select(Person).where(Person.email == clean_email(email))).first()


def get_person(db: Database, person_id: int | None) -> Person:
    """The person with this id; NotFound for the erased."""
    found = db.get(Person, person_id) if person_id is not None else None
    if found is None or found.state is PersonState.ERASED:
        raise NotFound()
    return found


def find_by_public_id(db: Database, public: str) -> Person | None:
    """The person whose pages carry this id."""
    return db.exec(select(Person).where(Person.public_id == public)).first()


def people_by_id(db: Database, ids: set[int]) -> dict[int, Person]:
    """Several people at once."""
    if not ids:
        return {}
    return {one.id: one for one in db.exec(select(Person).where(col(Person.id).in_(ids))) if one.id is not None}


def new_person(
    db: Database, *, email: str, name: str = "", locale: str = "en", zone: str = "Europe/Brussels"
) -> Person:
    """A person we know only by an address so far; not yet active, so not yet shown anywhere."""
    person = Person(email=clean_email(email), name=clean_name(name), locale=locale, zone=zone, joined_at=clock.now())
    db.add(person)
    db.flush()
    return person


def clean_name(text: str) -> str:
    """A name without control characters, direction marks and doubled blanks."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:120]


def rename_person(db: Database, person: Person, name: str) -> None:
    """Give somebody another name; part of commands that have asked their own rule, and refused an empty one."""
    before, person.name = person.name, clean_name(name)
    if before and before != person.name:
        for step in PEOPLE_RENAMED:
            step(db, person.id or 0, before)


@command(oneself)
def change_profile(db: Database, actor: Actor, person: Person, **values: Any) -> Person:
    """Change name, job_title, about, languages, keywords, locale or zone; refuses an empty name, unknown zones."""
    wrong = {}
    if "name" in values and not clean_name(values["name"]):
        wrong["name"] = _("Please say how you want to be called.")
    if "zone" in values and not is_zone(values["zone"]):
        wrong["zone"] = _("%(zone)s is not a time zone we know. Choose one from the list.", zone=values["zone"])
    if "locale" in values and values["locale"] not in LANGUAGES:
        wrong["locale"] = _("Folkmoot does not speak this language yet. Choose one from the list.")
    if wrong:
        raise Invalid(wrong)
    if "name" in values:
        rename_person(db, person, values["name"])
    for field in ("job_title", "about", "languages", "keywords", "locale", "zone"):
        if field in values:
            setattr(person, field, values[field])
    db.add(person)
    record(db, actor, ProfileChanged(person_id=person.id or 0))
    return person
