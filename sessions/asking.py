"""Asking: what one needs to see before asking somebody for a meeting, in two statements however many slots and
meetings there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Integer, bindparam, case, func, or_, union_all
from sqlmodel import col, select

from events.consents import has_agreed
from events.core import clock
from events.core.access import Actor
from events.core.columns import Moment
from events.core.database import Database
from events.events import EventWithPhases
from events.registration import Registration
from events.type_rules import TypeRule
from sessions.availability import AGAINST_MEETING, OfferedSlot, mark, offered, slots_and_rules
from sessions.booking_rules import BookingRules
from sessions.limits import COUNTS_AS_ASKED
from sessions.meetings import Meeting, MeetingState, is_open
from sessions.met_before import MetBefore, meetings_held, met_of, with_both
from sessions.seats import values_within


@dataclass(frozen=True)
class Asking:
    """What stands between somebody and a meeting with somebody else, as the one who asks may know it.

    `between` is the public id of what is open between the two. `left` says how many requests are still possible by
    the event's limits, None where there is no limit; `turned_down` that the asker once said no thanks.
    """

    rules: BookingRules
    slots: list[OfferedSlot]
    has_agreed: bool
    may_ask: bool
    colleagues: bool
    turned_down: bool
    between: str
    waiting: int
    asked: int
    met: list[MetBefore]

    @property
    def free(self) -> list[OfferedSlot]:
        """The slots in which both are free."""
        return [one for one in self.slots if one.free]

    @property
    def left(self) -> int | None:
        """How many more requests the asker can make now."""
        rules = self.rules
        rests = [
            most - count
            for most, count in ((rules.max_pending, self.waiting), (rules.max_outgoing, self.asked))
            if most is not None
        ]
        return max(0, min(rests)) if rests else None

    @property
    def is_possible(self) -> bool:
        """Whether nothing but the times stands between the two."""
        hindered = self.between or self.turned_down or self.colleagues or self.left == 0
        return self.has_agreed and self.may_ask and not hindered

    @property
    def answer_by(self) -> datetime:
        """Until when a request made now waits, unless its time comes before."""
        return clock.now() + timedelta(minutes=self.rules.lasts_minutes)


def _about_asking() -> list[Any]:
    """The marks of consent, types, colleagues, what is open between the two, and the asker's own requests."""
    event, me, them = (bindparam(name, type_=Integer) for name in ("event", "me", "them"))
    now: Any = bindparam("now", type_=Moment())
    mine = (col(Registration.event_id) == event, col(Registration.person_id) == me)
    own_type = select(Registration.type_id).where(*mine).scalar_subquery()
    waits = (col(Meeting.state) == MeetingState.REQUESTED) & (col(Meeting.expires_at) > now)
    counts = col(Meeting.state).in_(COUNTS_AS_ASKED - {MeetingState.REQUESTED})
    asked = mark("asked", func.sum(case((waits, 1), else_=0)), func.sum(case((or_(waits, counts), 1), else_=0)))
    return [
        mark("agreed").select_from(Registration).where(*mine, has_agreed()),
        mark("colleague").select_from(Registration).where(
            *mine, col(Registration.organisation_id) == bindparam("home", type_=Integer)
        ),
        mark("forbidden").select_from(TypeRule).where(
            col(TypeRule.from_type_id) == own_type, col(TypeRule.to_type_id) == bindparam("type", type_=Integer),
            ~(col(TypeRule.may_see) & col(TypeRule.may_ask)),
        ),
        mark("between", text=col(Meeting.public_id)).where(
            col(Meeting.event_id) == event, is_open(now), with_both(me, them)
        ),
        asked.where(col(Meeting.event_id) == event, col(Meeting.asker_id) == me),
        meetings_held(me, them, now),
    ]  # fmt: skip


# Built once: that takes ten times as long as asking it.
_BEFORE_ASKING = union_all(*AGAINST_MEETING, *_about_asking())


def before_asking(db: Database, actor: Actor, event: EventWithPhases, invitee: Registration) -> Asking:
    """All that the page of a request shows, for a participant of the event. Two statements."""
    me, them = actor.person or 0, invitee.person_id
    slots, rules = slots_and_rules(db, event.id)
    values = values_within(event.id, (me, them), slots)
    values |= {"me": me, "them": them, "home": invitee.organisation_id or 0, "type": invitee.type_id}
    rows: Sequence[Any] = db.connection().execute(_BEFORE_ASKING, values).all()
    kinds = {what for what, *_rest in rows}
    waiting, asked = next(((one, other) for what, one, other, *_rest in rows if what == "asked"), (0, 0))
    return Asking(
        rules=rules,
        slots=offered(slots, rules, rows),
        has_agreed="agreed" in kinds,
        may_ask="forbidden" not in kinds,
        colleagues="colleague" in kinds,
        turned_down=any(what == "no thanks" and one == me for what, one, *_rest in rows),
        between=next((text for what, *_rest, text in rows if what == "between"), ""),
        waiting=waiting or 0,
        asked=asked or 0,
        met=met_of(rows),
    )
