"""Type rules: which participation types of an event see each other, and which may ask which for a meeting.

All may, unless an organiser says otherwise for a pair; a pair is read from the first type to the second.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import UniqueConstraint, bindparam, delete, exists
from sqlalchemy.sql import ColumnElement
from sqlmodel import Field, SQLModel, col, select

from events.core.access import Actor, command
from events.core.database import Database
from events.core.journal import Fact, record
from events.core.refusals import Invalid
from events.core.translation import Message, _
from events.events import Event, EventWithPhases, not_over
from events.registration import ParticipationType, Registration, types_of
from events.roles import organiser_of_event


class TypeRule(SQLModel, table=True):
    """What participants of one type may with those of another; where there is none, everything."""

    __tablename__ = "type_rule"
    __table_args__ = (UniqueConstraint("from_type_id", "to_type_id"),)

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = Field(foreign_key="event.id", index=True)
    from_type_id: int = Field(foreign_key="participation_type.id")
    to_type_id: int = Field(foreign_key="participation_type.id", index=True)
    may_see: bool = True
    may_ask: bool = True


@dataclass(frozen=True)
class TypeRulesChanged(Fact):
    """An organiser said anew which types see and ask each other."""

    event_id: int


@dataclass(frozen=True)
class PairRule:
    """What participants of one type may with those of another."""

    from_type: ParticipationType
    to_type: ParticipationType
    may_see: bool = True
    may_ask: bool = True


def type_rules_of(db: Database, event_id: int) -> dict[tuple[int, int], TypeRule]:
    """The pairs of types about which an event says something, by (from, to)."""
    rows = db.exec(select(TypeRule).where(TypeRule.event_id == event_id))
    return {(row.from_type_id, row.to_type_id): row for row in rows}


def may_ask(db: Database, from_type_id: int, to_type_id: int) -> bool:
    """Whether participants of one type may ask those of another for a meeting; who may not see may not ask."""
    row = db.connection().execute(_PAIR, {"one": from_type_id, "other": to_type_id}).first()
    return row is None or (row.may_see and row.may_ask)


_PAIR = select(col(TypeRule.may_see), col(TypeRule.may_ask)).where(
    col(TypeRule.from_type_id) == bindparam("one"), col(TypeRule.to_type_id) == bindparam("other")
)


def hidden_from(actor: Actor, event_id: int) -> ColumnElement[bool]:
    """The condition that a registration of the event is of a type which the actor's own type may not see."""
    return hidden_from_person(actor.person, event_id)


def hidden_from_person(person: Any, event: Any) -> ColumnElement[bool]:
    """The same for parts of a statement that is built once."""
    own = select(Registration.type_id).where(Registration.event_id == event, Registration.person_id == person)
    return exists().where(
        col(TypeRule.event_id) == event,
        col(TypeRule.from_type_id).in_(own),
        col(TypeRule.to_type_id) == col(Registration.type_id),
        ~col(TypeRule.may_see),
        col(Registration.person_id) != person,
    )


@command(organiser_of_event, when=not_over)
def set_type_rules(db: Database, actor: Actor, subject: EventWithPhases, *, rules: Collection[PairRule]) -> None:
    """Say for pairs of types what participants of the first may with those of the second; all other pairs may all.

    Replaces what was said before; what was asked and agreed stays. Refuses types of another event, a pair that is
    named twice, and asking where there is no seeing (the field is 'ask-<from>-<to>', by the types' ids).
    """
    _check(db, subject, rules)
    # Locks the event's row on PostgreSQL, so that two who save at once replace each other's rules one by one.
    db.exec(select(Event.id).where(Event.id == subject.id).with_for_update()).one()
    db.execute(delete(TypeRule).where(col(TypeRule.event_id) == subject.id))
    db.add_all(
        TypeRule(
            event_id=subject.id,
            from_type_id=one.from_type.id or 0,
            to_type_id=one.to_type.id or 0,
            may_see=one.may_see,
            may_ask=one.may_ask,
        )
        for one in rules
        if not (one.may_see and one.may_ask)
    )
    db.flush()
    record(db, actor, TypeRulesChanged(event_id=subject.id))


def _check(db: Database, subject: EventWithPhases, rules: Collection[PairRule]) -> None:
    known = {one.id for one in types_of(db, subject.id)}
    pairs = {(one.from_type.id, one.to_type.id) for one in rules}
    if not {id for pair in pairs for id in pair} <= known:
        raise Invalid({"type": _("Please choose participation types of this event.")})
    if len(pairs) < len(rules):
        raise Invalid({"type": _("Each pair of types can be named once.")})
    wrong: dict[str, Message | str] = {
        f"ask-{one.from_type.id}-{one.to_type.id}": _(
            "%(one)s cannot ask %(other)s without seeing them. Allow seeing too.",
            one=one.from_type.name,
            other=one.to_type.name,
        )
        for one in rules
        if one.may_ask and not one.may_see
    }
    if wrong:
        raise Invalid(wrong)
