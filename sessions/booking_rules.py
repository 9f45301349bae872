"""Booking rules: how an event's one-to-one meetings come about, how long requests wait, and how many are allowed.

Two switches are independent: who says yes (approval or automatic), and who chooses the time (the asker, the invitee,
the organiser). Limits stand in four layers; docs/decisions/0012 says how each is counted.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam
from sqlmodel import Field, SQLModel, col, select

from events.cloning import same_types
from events.core.access import SYSTEM, Actor, command
from events.core.columns import listing, word
from events.core.database import Database
from events.core.hooks import cloned_with_event, copied_with_event
from events.core.journal import Fact, record
from events.core.refusals import Invalid
from events.core.translation import Message, _
from events.events import Event, EventWithPhases, not_over
from events.reference.zones import is_zone
from events.registration import ParticipationType
from events.roles import organiser_of_event
from sessions.blocks import Slot


class Answering(StrEnum):
    """Who says yes to a request: the invitee, or nobody has to."""

    APPROVAL = "approval"
    AUTOMATIC = "automatic"


class Timing(StrEnum):
    """Who chooses the time, and when."""

    AT_REQUEST = "at request"
    AT_ACCEPTANCE = "at acceptance"
    BY_ORGANISER = "by organiser"


LASTS_MINUTES = (15, 30, 60, 360, 720, 1440, 2880, 4320, 10_080, 14_400)
MOST_ALLOWED = 1000


class BookingRules(SQLModel, table=True):
    """The rules of one event. Limits that are None do not limit.

    `windows` are the hours in which people can be met, on their own clocks: {"zone", "opens", "closes"} in minutes of
    the day; those without a zone are for everybody whose zone has none of its own. No windows: at any hour.
    """

    __tablename__ = "booking_rules"

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = Field(foreign_key="event.id", unique=True)
    answering: Answering = word(Answering, default=Answering.APPROVAL)
    timing: Timing = word(Timing, default=Timing.AT_REQUEST)
    requests_hold: bool = True
    lasts_minutes: int = 48 * 60
    participants_move: bool = True
    max_outgoing: int | None = None
    # The column has no default of its own: SQLAlchemy would put it wherever an organiser wants no limit.
    max_pending: int | None = Field(default=15, sa_column_kwargs={"default": None})
    max_per_block: int | None = None
    windows: list[dict[str, Any]] = listing(default_factory=list)


class TypeLimits(SQLModel, table=True):
    """How many meetings participants of a type may have, and how many an organiser wants for them."""

    __tablename__ = "type_limits"

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = Field(foreign_key="event.id", index=True)
    type_id: int = Field(foreign_key="participation_type.id", unique=True)
    min_meetings: int | None = None
    max_meetings: int | None = None


@dataclass(frozen=True)
class BookingRulesChanged(Fact):
    """An organiser changed how meetings come about."""

    event_id: int


@dataclass(frozen=True)
class Window:
    """Hours of the day in which people can be met: minutes after midnight on their own clock."""

    zone: str
    opens: int
    closes: int


def rules_of(db: Database, event_id: int) -> BookingRules:
    """How meetings come about in an event; the usual rules where nobody has set any."""
    row: BookingRules | None = db.execute(_RULES, {"event": event_id}).scalar()
    return row or BookingRules(event_id=event_id)


_RULES = select(BookingRules).where(col(BookingRules.event_id) == bindparam("event"))
_TYPE_LIMITS = select(TypeLimits).where(col(TypeLimits.event_id) == bindparam("event"))


@lru_cache(maxsize=100)
def usual_rules(event_id: int) -> BookingRules:
    """The usual rules of an event where nobody has set any, to be read only: to make them takes longer than to ask."""
    return BookingRules(event_id=event_id)


def has_rules(db: Database, event_id: int) -> bool:
    """Whether an organiser has said how meetings come about, rather than leaving it to the usual rules."""
    return db.exec(select(BookingRules.id).where(BookingRules.event_id == event_id)).first() is not None


def limits_of_types(db: Database, event_id: int) -> dict[int, TypeLimits]:
    """The limits of an event's participation types, by type; types without limits are not in it."""
    return {row.type_id: row for row in db.execute(_TYPE_LIMITS, {"event": event_id}).scalars()}


def is_awake(rules: BookingRules, zone: str, slot: Slot) -> bool:
    """Whether a slot lies within the hours in which somebody in `zone` can be met."""
    own = [one for one in rules.windows if one["zone"] == zone] or [one for one in rules.windows if not one["zone"]]
    if not own:
        return True
    start = slot.starts_at.astimezone(ZoneInfo(zone))
    first = start.hour * 60 + start.minute
    last = first + int((slot.ends_at - slot.starts_at).total_seconds() // 60)
    return any(one["opens"] <= first and last <= one["closes"] for one in own)


@command(organiser_of_event, when=not_over)
def set_booking_rules(
    db: Database,
    actor: Actor,
    subject: EventWithPhases,
    *,
    answering: Answering,
    timing: Timing,
    requests_hold: bool,
    lasts_minutes: int,
    participants_move: bool = True,
    max_outgoing: int | None = None,
    max_pending: int | None = 15,
    max_per_block: int | None = None,
    windows: Sequence[Window] = (),
) -> BookingRules:
    """Say how meetings come about from now on; what was agreed before stays as it is.

    Refuses an expiry that is none of the offered ones (15 minutes to 10 days), limits outside 1 to 1000, unknown time
    zones and hours that end before they begin: of the n-th window the fields are 'zone-n' and 'closes-n', from 0 on.
    """
    limits = {"max_outgoing": max_outgoing, "max_pending": max_pending, "max_per_block": max_per_block}
    _check(lasts_minutes, limits, windows)
    # Locks the event's row on PostgreSQL: two who save the first rules at once would make two rows otherwise.
    db.exec(select(Event.id).where(Event.id == subject.id).with_for_update()).one()
    row = rules_of(db, subject.id)
    row.answering, row.timing, row.requests_hold, row.lasts_minutes = answering, timing, requests_hold, lasts_minutes
    row.participants_move = participants_move
    row.max_outgoing, row.max_pending, row.max_per_block = max_outgoing, max_pending, max_per_block
    row.windows = [{"zone": one.zone, "opens": one.opens, "closes": one.closes} for one in windows]
    db.add(row)
    db.flush()
    record(db, actor, BookingRulesChanged(event_id=subject.id))
    return row


def _check(lasts_minutes: int, limits: dict[str, int | None], windows: Sequence[Window]) -> None:
    wrong: dict[str, Message | str] = {}
    if lasts_minutes not in LASTS_MINUTES:
        wrong["lasts_minutes"] = _("Please choose one of the offered times, from 15 minutes to 10 days.")
    for name, value in limits.items():
        if value is not None and not 1 <= value <= MOST_ALLOWED:
            wrong[name] = _("Please write a number from 1 to 1000, or leave it empty for no limit.")
    for number, one in enumerate(windows):
        if one.zone and not is_zone(one.zone):
            wrong[f"zone-{number}"] = _("“%(zone)s” is no time zone we know. Choose one from the list.", zone=one.zone)
        if not 0 <= one.opens < one.closes <= 1440:
            wrong[f"closes-{number}"] = _("Hours end after they begin, on the same day. Choose a later end.")
    if wrong:
        raise Invalid(wrong)


@command(organiser_of_event, when=not_over)
def set_type_limits(
    db: Database,
    actor: Actor,
    subject: EventWithPhases,
    *,
    type: ParticipationType,
    min_meetings: int | None,
    max_meetings: int | None,
) -> None:
    """Say how many meetings participants of a type should have at least and may have at most; None for no limit.

    The same again changes nothing. Refuses a type of another event, numbers outside 1 to 1000 and a least that is more
    than the most.
    """
    wrong: dict[str, Message | str] = {}
    for name, value in (("min_meetings", min_meetings), ("max_meetings", max_meetings)):
        if value is not None and not 1 <= value <= MOST_ALLOWED:
            wrong[name] = _("Please write a number from 1 to 1000, or leave it empty for no limit.")
    if not wrong and min_meetings and max_meetings and min_meetings > max_meetings:
        wrong["max_meetings"] = _("The most is less than the least. Choose a larger number.")
    if type.event_id != subject.id:
        wrong["type"] = _("Please choose participation types of this event.")
    if wrong:
        raise Invalid(wrong)
    # Locks the type's row on PostgreSQL, as above.
    locked = select(ParticipationType.id).where(ParticipationType.id == type.id).with_for_update(key_share=True)
    db.exec(locked).one()
    row = db.exec(select(TypeLimits).where(TypeLimits.type_id == type.id)).first()
    if (min_meetings, max_meetings) == ((row.min_meetings, row.max_meetings) if row else (None, None)):
        return
    row = row or TypeLimits(event_id=subject.id, type_id=type.id or 0)
    row.min_meetings, row.max_meetings = min_meetings, max_meetings
    db.add(row)
    db.flush()
    record(db, actor, BookingRulesChanged(event_id=subject.id))


@copied_with_event
def _copy_rules(db: Database, actor: Actor, from_event_id: int, to_event_id: int) -> None:
    """An event made from another begins with its booking rules; a hackathon has none to give."""
    row = db.exec(select(BookingRules).where(BookingRules.event_id == from_event_id)).first()
    there = db.exec(select(BookingRules.id).where(col(BookingRules.event_id) == to_event_id)).first()
    if row is not None and there is None:
        db.add(BookingRules(**row.model_dump(exclude={"id", "event_id"}), event_id=to_event_id))
        db.flush()


@cloned_with_event
def _clone_rules(db: Database, from_event: int, to_event: int, moved: Callable[[datetime], datetime]) -> None:
    _copy_rules(db, SYSTEM, from_event, to_event)
    same = same_types(db, from_event, to_event)
    for one in db.exec(select(TypeLimits).where(TypeLimits.event_id == from_event).order_by(col(TypeLimits.id))):
        limits = {"min_meetings": one.min_meetings, "max_meetings": one.max_meetings}
        db.add(TypeLimits(event_id=to_event, type_id=same[one.type_id], **limits))
    db.flush()
