"""Type rules: which participation types of an event see each other, and which may ask which for a meeting.

All may, unless an organiser says otherwise for a pair; a pair is read from the first type to the second.
"""

from sqlalchemy import UniqueConstraint, bindparam, exists
from sqlalchemy.sql import ColumnElement
from sqlmodel import Field, SQLModel, col, select

from events.core.access import Actor, command
from events.core.database import Database
from events.core.journal import Fact as Fact
from events.core.refusals import Invalid
from events.core.translation import _
from events.events import EventWithPhases, not_over
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
    own = select(Registration.type_id).where(Registration.event_id == event_id, Registration.person_id == actor.person)
    return exists().where(
        col(TypeRule.event_id) == event_id,
        col(TypeRule.from_type_id).in_(own),
        col(TypeRule.to_type_id) == col(Registration.type_id),
        ~col(TypeRule.may_see),
        col(Registration.person_id) != actor.person,
    )


@command(organiser_of_event, when=not_over)
def set_type_rule(
    db: Database,
    actor: Actor,
    subject: EventWithPhases,
    *,
    from_type: ParticipationType,
    to_type: ParticipationType,
    may_see: bool,
    may_ask: bool,
) -> None:
    """Say whether participants of `from_type` see those of `to_type`, and whether they may ask them for a meeting.

    Refuses types of another event, and asking where there is no seeing.
    """
    known = {one.id for one in types_of(db, subject.id)}
    if not {from_type.id, to_type.id} <= known:
        raise Invalid({"type": _("Please choose participation types of this event.")})
    if may_ask and not may_see:
        raise Invalid({"may_ask": _("Who cannot see somebody cannot ask them. Allow seeing too.")})
    query = select(TypeRule).where(TypeRule.from_type_id == from_type.id, TypeRule.to_type_id == to_type.id)
    row = db.exec(query).first() or TypeRule(
        event_id=subject.id, from_type_id=from_type.id or 0, to_type_id=to_type.id or 0
    )
    row.may_see, row.may_ask = may_see, may_ask
    db.add(row)
    db.flush()
