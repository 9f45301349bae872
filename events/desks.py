"""Desks: a programme's partners, who look after the participants of their countries.

A desk covers countries, and no two desks of a programme cover the same one; whoever registers for an organisation of
such a country belongs to its desk, until an organiser says otherwise (events/looking_after.py). This module stands
below registration, which asks it for the desk of a newcomer.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete
from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.access import Actor, Rule, command, rule
from events.core.columns import listing, moment, public_id
from events.core.database import Database
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.translation import Message, _
from events.organisations import Organisation
from events.people import Person, PersonState, clean_name
from events.programmes import Programme
from events.reference.countries import country_name, is_country
from events.roles import (
    Role,
    RoleGrant,
    Scope,
    give_role,
    organiser_of_event,
    organiser_of_programme,
    tie_source,
    ties_as,
)


class Desk(SQLModel, table=True):
    """A partner of a programme that looks after its own participants. `countries` are ISO codes."""

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("k")
    programme_id: int = Field(foreign_key="programme.id", index=True)
    name: str = Field(max_length=120)
    countries: list[str] = listing(default_factory=list)
    added_at: datetime = moment()


@dataclass(frozen=True)
class DeskAdded(Fact):
    """A desk joined a programme."""

    programme_id: int
    desk_id: int


@dataclass(frozen=True)
class DeskChanged(Fact):
    """A desk was given another name or other countries."""

    programme_id: int
    desk_id: int


@dataclass(frozen=True)
class DeskRemoved(Fact):
    """A desk left a programme; its participants have none any more."""

    programme_id: int
    desk_id: int


@dataclass(frozen=True)
class DeskOfficerAdded(Fact):
    """Somebody began to look after a desk's participants."""

    programme_id: int
    desk_id: int
    person_id: int


@dataclass(frozen=True)
class DeskOfficerRemoved(Fact):
    """Somebody looks after a desk's participants no more."""

    programme_id: int
    desk_id: int
    person_id: int


class OfficerAlready(Conflict):
    """One is an officer of a desk once."""

    def __init__(self) -> None:
        super().__init__(_("They are an officer of this desk already."))


def grants_officer_of(desk_id: Any) -> Any:
    """The condition that a RoleGrant makes somebody an officer of the desk with this id, which may be a column."""
    return and_(
        col(RoleGrant.role) == Role.DESK_OFFICER,
        col(RoleGrant.scope) == Scope.DESK,
        col(RoleGrant.scope_id) == desk_id,
    )


@tie_source
def _looks_after_desks_of(person: int) -> Any:
    """What an officer is in the programme itself: somebody for whom its events have a page."""
    query = ties_as(Role.DESK_OFFICER, Scope.PROGRAMME, Desk.programme_id)
    return query.where(col(RoleGrant.person_id) == person, grants_officer_of(Desk.id))


def _organises_its_programme(actor: Actor, subject: Desk) -> bool:
    return actor.is_(Role.ORGANISER, Scope.PROGRAMME, subject.programme_id)


organiser_of_desk = Rule(organiser_of_programme.name, _organises_its_programme)


@rule
def officer_of_desk(actor: Actor, subject: Desk) -> bool:
    return actor.is_(Role.DESK_OFFICER, Scope.DESK, subject.id)


see_desk = officer_of_desk | organiser_of_desk


def _works_at_a_desk(actor: Actor, subject: Any) -> bool:
    event = getattr(subject, "event", subject)
    return actor.is_(Role.DESK_OFFICER, Scope.PROGRAMME, event.programme_id)


def _has_participants_in(actor: Actor, subject: Any) -> bool:
    event = getattr(subject, "event", subject)
    return actor.is_(Role.DESK_OFFICER, Scope.EVENT, event.id)


def _is_their_desk(actor: Actor, subject: Any) -> bool:
    return actor.is_(Role.DESK_OFFICER, Scope.DESK, subject.registration.desk_id)


# Whose programme has a desk of theirs; and, of its events, those in which that desk has participants.
officer_in_programme = Rule("desk officer in the programme", _works_at_a_desk)
officer_with_participants = Rule("desk officer of participants of the event", _has_participants_in)
# The subject has a registration and an event.
desk_of_registration = Rule("desk officer of the participant", _is_their_desk)
acts_for_registration = desk_of_registration | organiser_of_event


@command(organiser_of_programme)
def add_desk(db: Database, actor: Actor, subject: Programme, *, name: str, countries: Collection[str] = ()) -> Desk:
    """Let a partner look after participants: from now on of those who register for organisations of `countries`.

    Refuses an empty or long name, what is no country of ours, and a country of another desk.
    """
    row = Desk(programme_id=subject.id or 0, name="", added_at=clock.now())
    _write(db, row, name, countries)
    record(db, actor, DeskAdded(programme_id=row.programme_id, desk_id=row.id or 0))
    return row


@command(organiser_of_desk)
def change_desk(db: Database, actor: Actor, subject: Desk, *, name: str, countries: Collection[str]) -> Desk:
    """Give a desk another name or other countries; whom it looks after stays with it. Refuses as `add_desk` does."""
    _write(db, subject, name, countries)
    record(db, actor, DeskChanged(programme_id=subject.programme_id, desk_id=subject.id or 0))
    return subject


def _write(db: Database, desk: Desk, name: str, countries: Collection[str]) -> None:
    # Locks the programme's row on PostgreSQL, so that of two desks written at once one sees the other's countries.
    db.exec(select(Programme.id).where(Programme.id == desk.programme_id).with_for_update(key_share=True)).one()
    if desk.id is not None:
        hold_desk(db, desk)
    others = [one for one in desks_of(db, desk.programme_id) if one.id != desk.id]
    wrong = _problems(name, countries, others)
    if wrong:
        raise Invalid(wrong)
    desk.name, desk.countries = clean_name(name), sorted(set(countries))
    db.add(desk)
    db.flush()


def _problems(name: str, countries: Collection[str], others: Iterable[Desk]) -> dict[str, Message | str]:
    wrong: dict[str, Message | str] = {}
    if not any(letter.isalnum() for letter in name):
        wrong["name"] = _("Please give the desk a name.")
    elif len(name) > 120:
        wrong["name"] = _("This is too long. Please shorten it.")
    covered = {code: one.name for one in others for code in one.countries}
    taken = next((code for code in sorted(countries) if code in covered), None)
    if not all(is_country(code) for code in countries):
        wrong["countries"] = _("Please choose countries from the list.")
    elif taken is not None:
        wrong["countries"] = _(
            "%(desk)s covers %(country)s already. Take it away there first.",
            desk=covered[taken], country=country_name(taken),
        )  # fmt: skip
    return wrong


@command(organiser_of_desk)
def remove_desk(db: Database, actor: Actor, subject: Desk) -> None:
    """Let a desk go: its officers are officers no more, and its participants have no desk."""
    hold_desk(db, subject)
    db.execute(delete(RoleGrant).where(grants_officer_of(subject.id)))
    fact = DeskRemoved(programme_id=subject.programme_id, desk_id=subject.id or 0)
    db.delete(subject)  # the database takes it out of registrations: their foreign key says so
    db.flush()
    record(db, actor, fact)


@command(organiser_of_desk)
def add_desk_officer(db: Database, actor: Actor, subject: Desk, *, person_id: int) -> None:
    """Let somebody look after the desk's participants; they are told. Refused when they do already."""
    hold_desk(db, subject)
    if person_id in {one.id for one in officers_of(db, subject)}:
        raise OfficerAlready
    desk_id = subject.id or 0
    give_role(db, actor, person_id=person_id, role=Role.DESK_OFFICER, scope=Scope.DESK, scope_id=desk_id)
    record(db, actor, DeskOfficerAdded(programme_id=subject.programme_id, desk_id=desk_id, person_id=person_id))


@command(organiser_of_desk)
def remove_desk_officer(db: Database, actor: Actor, subject: Desk, *, person_id: int) -> None:
    """Let somebody look after the desk's participants no more; refused when they do not."""
    held = db.exec(select(RoleGrant).where(grants_officer_of(subject.id), RoleGrant.person_id == person_id)).first()
    if held is None:
        raise NotFound(_("They are not an officer of this desk any more."))
    db.delete(held)
    db.flush()
    fact = DeskOfficerRemoved(programme_id=subject.programme_id, desk_id=subject.id or 0, person_id=person_id)
    record(db, actor, fact)


def hold_desk(db: Database, desk: Desk) -> None:
    """Let nobody else write about this desk until the commit; NotFound when somebody has just removed it."""
    # On PostgreSQL; SQLite has one writer. Those who register meanwhile are not kept waiting.
    if db.exec(select(Desk.id).where(Desk.id == desk.id).with_for_update(key_share=True)).first() is None:
        raise NotFound(_("This desk was removed."))


def desks_of(db: Database, programme_id: int) -> list[Desk]:
    """A programme's desks by name."""
    query = select(Desk).where(Desk.programme_id == programme_id)
    return list(db.exec(query.order_by(col(Desk.name), col(Desk.id))))


def get_desk(db: Database, actor: Actor, programme: Programme, public: str) -> Desk:
    """A desk of a programme, for its officers and the programme's organisers; NotFound for others."""
    query = select(Desk).where(Desk.public_id == public, Desk.programme_id == programme.id)
    found = db.exec(query).first()
    if found is None or not see_desk(actor, found):
        raise NotFound()
    return found


def find_desk(db: Database, desk_id: int | None) -> Desk | None:
    """The desk with this id, if there is one."""
    return db.exec(select(Desk).where(Desk.id == desk_id)).first() if desk_id is not None else None


def officers_of(db: Database, desk: Desk) -> list[Person]:
    """Who looks after a desk's participants, by name, without the erased."""
    query = select(Person).join(RoleGrant, col(RoleGrant.person_id) == col(Person.id))
    query = query.where(grants_officer_of(desk.id), Person.state != PersonState.ERASED)
    return list(db.exec(query.order_by(col(Person.name), col(Person.id))))


def officers_in(db: Database, programme_id: int) -> set[int]:
    """The ids of those who are officers of any desk of a programme."""
    query = select(RoleGrant.person_id).join(Desk, grants_officer_of(Desk.id))
    return set(db.exec(query.where(Desk.programme_id == programme_id)))


def desks_by_organisation(db: Database, programme_id: int, organisations: Collection[int | None]) -> dict[int, int]:
    """The desk of each of these organisations: the one desk of the programme that covers its country.

    Organisations of other countries are left out. Two queries, however many organisations; part of commands, since the
    desks are kept from being removed until the commit.
    """
    covering: dict[str, list[int]] = {}
    query = select(Desk).where(Desk.programme_id == programme_id).order_by(col(Desk.id))
    for desk in db.exec(query.with_for_update(read=True, key_share=True)):
        for country in desk.countries:
            covering.setdefault(country, []).append(desk.id or 0)
    ids = {one for one in organisations if one is not None}
    if not covering or not ids:
        return {}
    found = db.exec(select(Organisation.id, Organisation.country).where(col(Organisation.id).in_(ids)))
    return {id or 0: covering[country][0] for id, country in found if len(covering.get(country, ())) == 1}


def desk_for(db: Database, programme_id: int, organisation_id: int | None) -> int | None:
    """The desk that looks after whoever takes part for this organisation, None where no desk covers its country."""
    return desks_by_organisation(db, programme_id, [organisation_id]).get(organisation_id or 0)
