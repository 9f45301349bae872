"""Admission: who agrees that somebody belongs to an organisation, and what follows from the answer.

The organisation's contacts answer. While it has none who could (an imported one, or one that all have left), the
organisers of the events in which it takes part answer, since they see its people's meetings as it is; while it takes
part nowhere, those of the events for which the asker registered with it. So do the asker's desks there.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, exists, or_, update
from sqlalchemy import select as sql_select
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from events.core import clock
from events.core.access import Actor, Rule, command, rule
from events.core.database import Database
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.translation import Message, _
from events.events import Event, EventState
from events.looking_after import LOOKED_AFTER
from events.membership_requests import MembershipRequest, MembershipRequestState, is_member
from events.organisations import Membership, Organisation, contact_of_organisation, enter_member, hold_organisation
from events.people import Person, PersonState
from events.registration import Registration
from events.roles import Role, RoleGrant, Scope

ANSWER_LIMIT = 500
MOST_SHOWN = 200


@dataclass(frozen=True)
class MembershipAgreed(Fact):
    """Somebody who had asked belongs to an organisation now."""

    organisation_id: int
    person_id: int
    request_id: int


@dataclass(frozen=True)
class MembershipTurnedDown(Fact):
    """Somebody who had asked does not belong to an organisation, says who answers for it."""

    organisation_id: int
    person_id: int
    request_id: int


@dataclass(frozen=True)
class MembershipTakenBack(Fact):
    """Somebody does not ask to belong to an organisation any more."""

    organisation_id: int
    person_id: int
    request_id: int


class RequestAnswered(Conflict):
    """A request to belong is answered once."""


WHAT_BECAME: dict[MembershipRequestState, Message] = {
    MembershipRequestState.AGREED: _("Somebody has agreed to this request already."),
    MembershipRequestState.TURNED_DOWN: _("This request was turned down already."),
    MembershipRequestState.TAKEN_BACK: _("This request was taken back by the one who asked."),
}


@dataclass(frozen=True)
class Answerers:
    """Who answers for an organisation: its contacts, or, while it has none who could, the organisers of these events
    and programmes and the officers of these desks (ids)."""

    has_contact: bool = True
    events: frozenset[int] = frozenset()
    programmes: frozenset[int] = frozenset()
    desks: frozenset[int] = frozenset()

    @property
    def is_nobody(self) -> bool:
        """Whether there is nobody yet who could answer."""
        return not (self.has_contact or self.events)


@dataclass(frozen=True)
class RequestToJoin:
    """That somebody asks to belong to an organisation, with who may answer."""

    request: MembershipRequest
    organisation: Organisation
    person: Person
    answerers: Answerers

    @property
    def id(self) -> int:
        """The request's id."""
        assert self.request.id is not None
        return self.request.id


def _is_its_contact(actor: Actor, subject: RequestToJoin) -> bool:
    return contact_of_organisation(actor, subject.organisation)


contact_of_its_organisation = Rule(contact_of_organisation.name, _is_its_contact)


@rule
def organiser_or_desk_officer_while_it_has_no_contact(actor: Actor, subject: RequestToJoin) -> bool:
    by = subject.answerers
    organises = actor.ids(Role.ORGANISER, Scope.EVENT) & by.events
    leads = actor.ids(Role.ORGANISER, Scope.PROGRAMME) & by.programmes
    looks_after = actor.ids(Role.DESK_OFFICER, Scope.DESK) & by.desks
    return not by.has_contact and bool(organises or leads or looks_after)


@rule
def who_asked_to_join(actor: Actor, subject: RequestToJoin) -> bool:
    return actor.person is not None and actor.person == subject.request.person_id


answers_request = contact_of_its_organisation | organiser_or_desk_officer_while_it_has_no_contact
see_request = who_asked_to_join | answers_request


def not_answered(subject: RequestToJoin, now: datetime) -> None:
    """Refuse what was answered or taken back."""
    if subject.request.state is not MembershipRequestState.ASKED:
        raise RequestAnswered(WHAT_BECAME[subject.request.state])


@command(answers_request, when=not_answered)
def agree_to_membership(db: Database, actor: Actor, subject: RequestToJoin) -> None:
    """Let somebody who asked belong to the organisation, as its contact when it has none; in events that go on and for
    which they registered with it they take part for it now. Refuses with RequestAnswered when another was quicker."""
    hold_organisation(db, subject.organisation)
    _close(db, actor, subject, MembershipRequestState.AGREED)
    person_id, organisation_id = subject.request.person_id, subject.request.organisation_id
    if not is_member(db, person_id, organisation_id):
        enter_member(db, actor, subject.organisation, person_id=person_id)
    awaiting = (col(Registration.person_id) == person_id, col(Registration.asked_organisation_id) == organisation_id)
    goes_on = col(Registration.event_id).in_(select(Event.id).where(Event.state != EventState.CLOSED))
    db.execute(update(Registration).where(*awaiting, goes_on).values(organisation_id=organisation_id))
    db.execute(update(Registration).where(*awaiting).values(asked_organisation_id=None))
    record(db, actor, MembershipAgreed(organisation_id, person_id, subject.id))


@command(answers_request, when=not_answered)
def turn_down_membership(db: Database, actor: Actor, subject: RequestToJoin, *, answer: str = "") -> None:
    """Say that somebody does not belong to the organisation, with a sentence that they read (500 characters at most).

    They take part in events as themselves. Refuses with RequestAnswered when somebody else was quicker.
    """
    if len(answer.strip()) > ANSWER_LIMIT:
        raise Invalid({"answer": _("Please write at most 500 characters.")})
    _close(db, actor, subject, MembershipRequestState.TURNED_DOWN, answer.strip())
    record(db, actor, MembershipTurnedDown(subject.request.organisation_id, subject.request.person_id, subject.id))


@command(who_asked_to_join, when=not_answered)
def take_back_membership_request(db: Database, actor: Actor, subject: RequestToJoin) -> None:
    """Not ask any more; where one registered with the organisation one takes part as oneself. Refuses with
    RequestAnswered when it was answered in between."""
    _close(db, actor, subject, MembershipRequestState.TAKEN_BACK)
    person_id, organisation_id = subject.request.person_id, subject.request.organisation_id
    awaiting = (col(Registration.person_id) == person_id, col(Registration.asked_organisation_id) == organisation_id)
    db.execute(update(Registration).where(*awaiting).values(asked_organisation_id=None))
    record(db, actor, MembershipTakenBack(organisation_id, person_id, subject.id))


def _close(db: Database, actor: Actor, subject: RequestToJoin, state: MembershipRequestState, answer: str = "") -> None:
    """End a request, once: whoever comes second reads what became of it."""
    values = {"state": state, "answer": answer, "answered_at": clock.now(), "answered_by_id": actor.person}
    closed = db.execute(
        update(MembershipRequest)
        .where(col(MembershipRequest.id) == subject.id, col(MembershipRequest.state) == MembershipRequestState.ASKED)
        .values(**values)
    )
    if closed.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE always answers with a cursor
        became = db.exec(select(MembershipRequest.state).where(MembershipRequest.id == subject.id)).first()
        if became is None:
            raise NotFound(_("This request is not there any more."))
        raise RequestAnswered(WHAT_BECAME[MembershipRequestState(became)])


def get_membership_request(db: Database, actor: Actor, public: str) -> RequestToJoin:
    """A request to belong, in whatever state, for who asked and who may answer; NotFound for others."""
    found = _requests(db, MembershipRequest.public_id == public)
    if not found or not see_request(actor, found[0]):
        raise NotFound()
    return found[0]


def own_membership_request(db: Database, actor: Actor, organisation: Organisation) -> RequestToJoin | None:
    """The last that the actor asked of an organisation, in whatever state; None where they never asked."""
    mine = (MembershipRequest.person_id == actor.person, MembershipRequest.organisation_id == organisation.id)
    found = _requests(db, *mine) if actor.signed_in else []
    return found[-1] if found else None


def membership_requests_to_answer(
    db: Database, actor: Actor, organisation: Organisation | None = None
) -> list[RequestToJoin]:
    """The open requests that the actor may answer, of one organisation or of all, the oldest first; asks nothing for
    who answers for none."""
    contact_of = actor.ids("contact", "organisation")
    events, programmes = actor.ids(Role.ORGANISER, Scope.EVENT), actor.ids(Role.ORGANISER, Scope.PROGRAMME)
    desks = actor.ids(Role.DESK_OFFICER, Scope.DESK)
    if not (contact_of or events or programmes or desks):
        return []
    theirs = or_(
        col(Event.id).in_(events), col(Event.programme_id).in_(programmes), col(Registration.desk_id).in_(desks)
    )
    involved = exists().where(col(Event.id) == col(Registration.event_id), _concerns(), theirs)
    wanted = [
        col(MembershipRequest.state) == MembershipRequestState.ASKED,
        or_(col(MembershipRequest.organisation_id).in_(contact_of), and_(~_has_contact(), involved)),
    ]
    if organisation is not None:
        wanted.append(col(MembershipRequest.organisation_id) == organisation.id)
    return [one for one in _requests(db, *wanted) if answers_request(actor, one)]


def _concerns() -> Any:
    """The condition that somebody takes part for a request's organisation, or that the asker wants to."""
    asked = and_(
        col(Registration.asked_organisation_id) == col(MembershipRequest.organisation_id),
        col(Registration.person_id) == col(MembershipRequest.person_id),
    )
    return or_(col(Registration.organisation_id) == col(MembershipRequest.organisation_id), asked)


def _has_contact() -> Any:
    """The condition that a contact of a request's organisation could sign in and answer."""
    contact = aliased(Person)
    return exists().where(
        col(Membership.organisation_id) == col(MembershipRequest.organisation_id),
        col(Membership.is_contact).is_(True),
        col(contact.id) == col(Membership.person_id),
        col(contact.state) == PersonState.ACTIVE,
    )


def _requests(db: Database, *wanted: Any) -> list[RequestToJoin]:
    query = (
        select(MembershipRequest, Organisation, Person, case((_has_contact(), 1), else_=0))
        .join(Organisation, col(Organisation.id) == col(MembershipRequest.organisation_id))
        .join(Person, col(Person.id) == col(MembershipRequest.person_id))
        .where(*wanted, Person.state != PersonState.ERASED)
        .order_by(col(MembershipRequest.asked_at), col(MembershipRequest.id))
        .limit(MOST_SHOWN)
    )
    rows: Any = list(db.exec(query))
    without = _answerers_without_contact(db, [request for request, *_rest, has_contact in rows if not has_contact])
    return [
        RequestToJoin(request, organisation, person, without.get(request.id, Answerers()))
        for request, organisation, person, _has in rows
    ]


def _answerers_without_contact(db: Database, requests: Iterable[MembershipRequest]) -> dict[int | None, Answerers]:
    asked = {one.id: one for one in requests}
    if not asked:
        return {}
    places = (
        sql_select(
            col(MembershipRequest.id), col(Event.id), col(Event.programme_id), col(Registration.desk_id),
            col(Registration.organisation_id), col(Registration.person_id),
        )
        .where(col(MembershipRequest.id).in_(asked), _concerns(), col(Event.id) == col(Registration.event_id))
        .where(col(Event.state) != EventState.CLOSED, col(Registration.state).in_(LOOKED_AFTER))
        .distinct()
    )  # fmt: skip
    around: dict[int | None, list[Any]] = {}
    for row in db.execute(places):
        around.setdefault(row[0], []).append(row[1:])
    return {id: _answerers(one, around.get(id, [])) for id, one in asked.items()}


def _answerers(request: MembershipRequest, places: list[Any]) -> Answerers:
    takes_part = [place for place in places if place[3] == request.organisation_id]
    counted = takes_part or places
    events = frozenset(event for event, *_rest in counted)
    desks = {desk for event, _programme, desk, _home, person in places
             if person == request.person_id and event in events and desk is not None}  # fmt: skip
    return Answerers(False, events, frozenset(programme for _event, programme, *_rest in counted), frozenset(desks))


def people_who_answer(db: Database, subject: RequestToJoin) -> set[int]:
    """Who may answer a request now, by their ids."""
    by = subject.answerers
    if by.has_contact:
        query = select(Membership.person_id).where(
            Membership.organisation_id == subject.organisation.id, col(Membership.is_contact).is_(True)
        )
        return set(db.exec(query.where(Person.id == Membership.person_id, Person.state == PersonState.ACTIVE)))
    held = or_(
        _grants(Role.ORGANISER, Scope.EVENT, by.events),
        _grants(Role.ORGANISER, Scope.PROGRAMME, by.programmes),
        _grants(Role.DESK_OFFICER, Scope.DESK, by.desks),
    )
    return set(db.exec(select(RoleGrant.person_id).where(held)))


def _grants(role: Role, scope: Scope, ids: frozenset[int]) -> Any:
    return and_(col(RoleGrant.role) == role, col(RoleGrant.scope) == scope, col(RoleGrant.scope_id).in_(ids))


def request_of(db: Database, request_id: int) -> RequestToJoin | None:
    """The request with this id, for letters about it; None when it is gone."""
    found = _requests(db, MembershipRequest.id == request_id)
    return found[0] if found else None
