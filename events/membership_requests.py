"""Asking to belong to an organisation: nobody has any part in it until somebody who answers for it agrees.

A request is a row of its own and no membership, so that whatever asks for members cannot take an asker for one. Who
agrees stands in events/admission.py; this module stands below registration, which asks it for whom somebody takes part.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.access import Actor, command, signed_in
from events.core.columns import moment, public_id, word
from events.core.database import Database, is_broken
from events.core.hooks import personal_data
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid
from events.core.translation import _
from events.organisations import MemberAlready, Membership, Organisation, hold_organisation
from events.people import Person, PersonState


class MembershipRequestState(StrEnum):
    """ASKED waits for an answer; AGREED made the asker a member."""

    ASKED = "asked"
    AGREED = "agreed"
    TURNED_DOWN = "turned down"
    TAKEN_BACK = "taken back"


class MembershipRequest(SQLModel, table=True):
    """That a person asked to belong to an organisation, and what became of it; `answer` is what they were told.

    The partial index is why nobody has two open ones with the same organisation.
    """

    __tablename__ = "membership_request"
    __table_args__ = (
        Index(
            "uq_membership_request_person_id_organisation_id",
            "person_id",
            "organisation_id",
            unique=True,
            sqlite_where=text("state = 'asked'"),
            postgresql_where=text("state = 'asked'"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("mr")
    person_id: int = Field(foreign_key="person.id", index=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    state: MembershipRequestState = word(MembershipRequestState, default=MembershipRequestState.ASKED)
    asked_at: datetime = moment()
    answer: str = Field(default="", max_length=500)
    answered_at: datetime | None = moment(default=None, nullable=True)
    answered_by_id: int | None = Field(default=None, foreign_key="person.id", index=True)


personal_data(MembershipRequest, "person_id", "asking to belong to an organisation", "delete")
personal_data(MembershipRequest, "answered_by_id", "who answered that somebody asked to belong", "detach")


@dataclass(frozen=True)
class MembershipAsked(Fact):
    """Somebody asked to belong to an organisation."""

    organisation_id: int
    person_id: int
    request_id: int


class AskedAlready(Conflict):
    """One asks an organisation once, and then waits."""

    def __init__(self) -> None:
        super().__init__(_("You have asked to join this organisation already. You get a letter when it is answered."))


@command(signed_in)
def ask_to_join(db: Database, actor: Actor, subject: Organisation) -> MembershipRequest:
    """Ask to belong to an organisation; until somebody agrees this gives no right and is shown to nobody but them.

    Whoever was turned down may ask again. Refuses members, and a second request while one is open.
    """
    assert actor.person is not None
    hold_organisation(db, subject)  # so that nobody agrees to an earlier request between the look and the new one
    if is_member(db, actor.person, subject.id or 0):
        raise MemberAlready
    row = MembershipRequest(person_id=actor.person, organisation_id=subject.id or 0, asked_at=clock.now())
    try:
        with db.begin_nested():
            db.add(row)
            db.flush()
    except IntegrityError as error:
        if is_broken(error, "uq_membership_request_person_id_organisation_id"):
            raise AskedAlready from error
        raise
    record(db, actor, MembershipAsked(organisation_id=subject.id or 0, person_id=actor.person, request_id=row.id or 0))
    return row


def ask_for(db: Database, actor: Actor, organisation_id: int, person_id: int) -> None:
    """Ask in the name of somebody who has yet to sign in, once; part of imports into organisations that others lead."""
    open_one = select(MembershipRequest.id).where(
        MembershipRequest.person_id == person_id,
        MembershipRequest.organisation_id == organisation_id,
        MembershipRequest.state == MembershipRequestState.ASKED,
    )
    if db.exec(open_one).first() is None:
        row = MembershipRequest(person_id=person_id, organisation_id=organisation_id, asked_at=clock.now())
        db.add(row)
        db.flush()
        record(db, actor, MembershipAsked(organisation_id=organisation_id, person_id=person_id, request_id=row.id or 0))


def led_by_others(db: Database, actor: Actor, organisation_ids: Collection[int]) -> set[int]:
    """Those of these organisations that have a contact with an account, unless the actor is one of theirs."""
    query = (
        select(Membership.organisation_id, Membership.person_id)
        .join(Person, col(Person.id) == col(Membership.person_id))
        .where(col(Membership.organisation_id).in_(organisation_ids), col(Membership.is_contact))
        .where(Person.state == PersonState.ACTIVE)
    )
    rows = db.exec(query).all()
    return {place for place, _who in rows} - {place for place, who in rows if who == actor.person}


def is_member(db: Database, person_id: int, organisation_id: int) -> bool:
    """Whether somebody belongs to an organisation, whatever they have asked."""
    query = select(Membership.id).where(
        Membership.person_id == person_id, Membership.organisation_id == organisation_id
    )
    return db.exec(query).first() is not None


def is_member_yet(db: Database, person_id: int, organisation_id: int) -> bool:
    """Whether somebody belongs to an organisation, False where they have asked to; Invalid for who has done neither.

    An answer that is given at this moment waits for our commit, and so finds what is written here.
    """
    open_one = select(MembershipRequest.id).where(
        MembershipRequest.person_id == person_id,
        MembershipRequest.organisation_id == organisation_id,
        MembershipRequest.state == MembershipRequestState.ASKED,
    )
    # Asked before the membership: on PostgreSQL this waits for whoever agrees just now, and then finds them a member.
    has_asked = db.exec(open_one.with_for_update(read=True)).first() is not None
    belongs = is_member(db, person_id, organisation_id)
    if not (belongs or has_asked):
        raise Invalid({"organisation": _("You do not belong to this organisation. Choose one of yours.")})
    return belongs


def organisations_asked_by(db: Database, person_id: int | None) -> list[Organisation]:
    """The organisations that somebody waits for to agree that they belong there, by name."""
    query = (
        select(Organisation)
        .join(MembershipRequest, col(MembershipRequest.organisation_id) == col(Organisation.id))
        .where(MembershipRequest.person_id == person_id, MembershipRequest.state == MembershipRequestState.ASKED)
        .order_by(col(Organisation.name), col(Organisation.id))
    )
    return list(db.exec(query))
