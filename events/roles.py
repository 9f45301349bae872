"""Roles in programmes and events, and how an actor is loaded with all of them in one query."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import Integer, Select, String, UniqueConstraint, bindparam, cast, literal, union_all
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.access import VISITOR, Actor, Rule, Tie, rule
from events.core.columns import moment, word
from events.core.database import Database, is_broken
from events.core.hooks import personal_data
from events.core.journal import Fact, record
from events.core.prepared import Prepared
from events.core.refusals import NotAllowed
from events.core.translation import Message, _


class Role(StrEnum):
    """What somebody is in a programme or an event besides taking part."""

    ORGANISER = "organiser"
    DESK_OFFICER = "desk officer"
    CHALLENGE_OWNER = "challenge owner"
    MENTOR = "mentor"
    JUDGE = "judge"
    HOST = "host"
    REVIEWER = "reviewer"


ROLE_NAMES: dict[Role, Message] = {
    Role.ORGANISER: _("Organiser"),
    Role.DESK_OFFICER: _("Desk officer"),
    Role.CHALLENGE_OWNER: _("Challenge owner"),
    Role.MENTOR: _("Mentor"),
    Role.JUDGE: _("Judge"),
    Role.HOST: _("Host"),
    Role.REVIEWER: _("Reviewer"),
}


class Scope(StrEnum):
    """Where a role is held."""

    PROGRAMME = "programme"
    EVENT = "event"
    DESK = "desk"


class RoleGrant(SQLModel, table=True):
    """That a person has a role in a programme or an event, or at a desk."""

    __tablename__ = "role_grant"
    __table_args__ = (UniqueConstraint("person_id", "role", "scope", "scope_id"),)

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    role: Role = word(Role)
    scope: Scope = word(Scope)
    scope_id: int = Field(index=True)
    granted_at: datetime = moment()


personal_data(RoleGrant, "person_id", "rights in programmes and events, and at desks", "delete")


@dataclass(frozen=True)
class RoleGranted(Fact):
    """Somebody was given a role."""

    person_id: int
    role: str
    scope: str
    scope_id: int


@dataclass(frozen=True)
class RoleTakenBack(Fact):
    """Somebody has a role no more."""

    person_id: int
    role: str
    scope: str
    scope_id: int


TieSource = Callable[[int], "Select[Any]"]
TIE_SOURCES: list[TieSource] = []


def tie_source(source: TieSource) -> TieSource:
    """Register a query `(person id) -> select(role, scope, id)` for what ties a person to things."""
    TIE_SOURCES.append(source)
    return source


def ties_as(role: str, scope: str, column: Any) -> "Select[Any]":
    """The beginning of a tie source: `select('member', 'team', TeamMember.team_id)`, to be narrowed by where()."""
    return select(literal(role), literal(scope), column)  # type: ignore[return-value]  # SQLModel's own Select type


@tie_source
def _granted(person: int) -> "Select[Any]":
    grants = select(cast(col(RoleGrant.role), String), cast(col(RoleGrant.scope), String), RoleGrant.scope_id)
    return grants.where(RoleGrant.person_id == person)  # type: ignore[return-value]  # SQLModel's own Select type


@cache
def _all_ties(_sources: int) -> Prepared:
    """The one query for all ties; building it costs more than running it, so it is kept until a source is added."""
    person: Any = bindparam("person", type_=Integer)
    return Prepared(union_all(*(source(person) for source in TIE_SOURCES)))


def actor_for(db: Database, person_id: int | None) -> Actor:
    """The actor for a person, with all their ties, in one query; a visitor for None."""
    if person_id is None:
        return VISITOR
    rows = _all_ties(len(TIE_SOURCES)).rows(db, person=person_id)
    return Actor(person_id, frozenset([Tie(role, scope, id) for role, scope, id in rows]))


def role_in_event(role: Role) -> Rule:
    """A rule: has this role in the event, or in its whole programme. The subject has an id and a programme_id, or an
    event that has."""

    def test(actor: Actor, subject: Any) -> bool:
        event = getattr(subject, "event", subject)
        return actor.is_(role, Scope.EVENT, event.id) or actor.is_(role, Scope.PROGRAMME, event.programme_id)

    return Rule(f"{role.value} of the event", test)


organiser_of_event = role_in_event(Role.ORGANISER)
judge_of_event = role_in_event(Role.JUDGE)
mentor_of_event = role_in_event(Role.MENTOR)
host_of_event = role_in_event(Role.HOST)

ROUND_JUDGE = "judge of a round"  # a tie to an event in one of whose rounds one judges, with or without the role
SCREENER = "screener"  # a tie to an event in which one looks whether submissions are eligible
BLIND_JUDGE = "blind judge"  # a tie to an event in which one judges without knowing whose work it is


@rule
def judge_in_the_event(actor: Actor, subject: Any) -> bool:
    event = getattr(subject, "event", subject)
    return judge_of_event(actor, subject) or actor.is_(ROUND_JUDGE, Scope.EVENT, event.id)


@rule
def may_know_whose_it_is(actor: Actor, subject: Any) -> bool:
    event = getattr(subject, "event", subject)
    blind = actor.is_(BLIND_JUDGE, Scope.EVENT, event.id)
    return not blind or organiser_of_event(actor, subject) or host_of_event(actor, subject)


mentor_who_may_know = mentor_of_event & may_know_whose_it_is


def refuse_who_judges_blind(actor: Actor, subject: Any) -> None:
    """Say to a mentor why what names the teams is closed to them, as long as they judge blind."""
    if mentor_of_event(actor, subject) and not may_know_whose_it_is(actor, subject):
        raise NotAllowed(
            _("You judge in this event without knowing whose work it is, so this page is closed to you until that is "
              "over.")
        )  # fmt: skip


@rule
def screener_of_event(actor: Actor, subject: Any) -> bool:
    event = getattr(subject, "event", subject)
    return actor.is_(SCREENER, Scope.EVENT, event.id)


@rule
def organiser_of_programme(actor: Actor, programme: Any) -> bool:
    return actor.is_(Role.ORGANISER, Scope.PROGRAMME, programme.id)


def give_role(db: Database, actor: Actor, *, person_id: int, role: Role, scope: Scope, scope_id: int) -> None:
    """Write down a role, once, also where two do at the same moment; part of commands that asked their own rule."""
    held = db.exec(
        select(RoleGrant.id).where(
            RoleGrant.person_id == person_id,
            RoleGrant.role == role,
            RoleGrant.scope == scope,
            RoleGrant.scope_id == scope_id,
        )
    ).first()
    if held is not None:
        return
    grant = RoleGrant(person_id=person_id, role=role, scope=scope, scope_id=scope_id, granted_at=clock.now())
    try:
        with db.begin_nested():
            db.add(grant)
            db.flush()
    except IntegrityError as error:
        if not is_broken(error, "uq_role_grant_person_id_role_scope_scope_id"):
            raise
        return  # somebody else has just given it
    record(db, actor, RoleGranted(person_id=person_id, role=role, scope=scope, scope_id=scope_id))


def people_with_role(db: Database, role: Role, scope: Scope, scope_id: int) -> list[int]:
    """The ids of the people who have a role there."""
    query = select(RoleGrant.person_id).where(
        RoleGrant.role == role, RoleGrant.scope == scope, RoleGrant.scope_id == scope_id
    )
    return list(db.exec(query))
