"""Limits on meetings, in four layers: open requests, requests in all, meetings in a block, meetings by type.

How each is counted is written in docs/decisions/0012; a request that came to nothing returns to its quota.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam
from sqlalchemy import select as sql_select
from sqlmodel import col, or_, select

from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.core.refusals import Conflict, Invalid
from events.core.translation import N_, Message, _
from events.registration import Registration
from sessions.blocks import Block, Slot
from sessions.booking_rules import BookingRules, TypeLimits, limits_of_types
from sessions.meetings import Meeting, MeetingGuest, MeetingState, state_at

STANDING = frozenset({MeetingState.ACCEPTED, MeetingState.SCHEDULED, MeetingState.HELD})
COUNTS_AS_ASKED = STANDING | {MeetingState.REQUESTED, MeetingState.NO_SHOW, MeetingState.FAILED}


class LimitReached(Conflict):
    """Somebody has as many requests or meetings as the event allows; an organiser or desk may go beyond it."""


class TooManyRequests(LimitReached):
    """Somebody has as many open requests as the event allows."""

    def __init__(self, most: int, *, own: bool = True) -> None:
        mine = N_(
            "You have %(count)s open request, as many as this event allows. Wait for the answer or withdraw it.",
            "You have %(count)s open requests, as many as this event allows. Wait for answers or withdraw one.",
            most,
        )
        theirs = N_(
            "Whoever asks here has %(count)s open request, as many as this event allows.",
            "Whoever asks here has %(count)s open requests, as many as this event allows.",
            most,
        )
        super().__init__(mine if own else theirs)


class AskedOften(LimitReached):
    """Somebody has asked for as many meetings as the event allows."""

    def __init__(self, most: int, *, own: bool = True) -> None:
        mine = N_(
            "You have asked for %(count)s meeting, as many as this event allows. Cancelling one returns it.",
            "You have asked for %(count)s meetings, as many as this event allows. Cancelling one returns it.",
            most,
        )
        theirs = N_(
            "Whoever asks here has asked for %(count)s meeting, as many as this event allows.",
            "Whoever asks here has asked for %(count)s meetings, as many as this event allows.",
            most,
        )
        super().__init__(mine if own else theirs)


@dataclass(frozen=True)
class Counted:
    """A meeting or an open request of somebody, as limits count it."""

    meeting: int
    person: int
    asked: bool
    state: MeetingState
    starts_at: datetime | None
    ends_at: datetime | None


_PEOPLE: Any = bindparam("people", expanding=True)
_GUESTS = select(MeetingGuest.meeting_id, MeetingGuest.person_id).where(col(MeetingGuest.person_id).in_(_PEOPLE))
_THEIRS = sql_select(
    col(Meeting.id), col(Meeting.asker_id), col(Meeting.invitee_id), col(Meeting.state), col(Meeting.starts_at),
    col(Meeting.ends_at), col(Meeting.expires_at),
).where(
    col(Meeting.event_id) == bindparam("event"),
    or_(
        col(Meeting.asker_id).in_(_PEOPLE),
        col(Meeting.invitee_id).in_(_PEOPLE),
        col(Meeting.id).in_(sql_select(col(MeetingGuest.meeting_id)).where(col(MeetingGuest.person_id).in_(_PEOPLE))),
    ),
)  # fmt: skip


def counted_for(db: Database, event_id: int, people: Collection[int], *, but: int | None = None) -> list[Counted]:
    """The meetings and open requests of `people` in an event, one line for each of them; two queries."""
    now, wanted, connection = clock.now(), set(people), db.connection()
    added: dict[int, set[int]] = {}
    for meeting, person in connection.execute(_GUESTS, {"people": sorted(wanted)}):
        added.setdefault(meeting, set()).add(person)
    lines = []
    for row in connection.execute(_THEIRS, {"event": event_id, "people": sorted(wanted)}):
        if row.id == but:
            continue
        state = state_at(row.state, row.expires_at, now)
        for person in ({row.asker_id, row.invitee_id} | added.get(row.id, set())) & wanted:
            lines.append(Counted(row.id, person, person == row.asker_id, state, row.starts_at, row.ends_at))
    return lines


def is_between(lines: Iterable[Counted], one: int, other: int) -> bool:
    """Whether two people have an open request or a meeting to come, by the lines counted for them."""
    now = clock.now()
    coming = {MeetingState.REQUESTED, MeetingState.ACCEPTED, MeetingState.SCHEDULED}
    mine: dict[int, set[int]] = {}
    for line in lines:
        if line.state in coming and (line.state is not MeetingState.SCHEDULED or (line.ends_at or now) > now):
            mine.setdefault(line.meeting, set()).add(line.person)
    return any({one, other} <= people for people in mine.values())


def refuse_beyond_limits(
    db: Database,
    actor: Actor,
    rules: BookingRules,
    found: Mapping[int, Registration],
    slot: Slot | None,
    *,
    asker: int | None = None,
    but: int | None = None,
    override: str | None = None,
    lines: list[Counted] | None = None,
) -> bool:
    """Refuse a meeting of the people in `found` (locked, so that the count stays right) beyond a limit; answers
    whether it goes beyond one.

    `asker` makes a request of it, counted against theirs. `override` None: limits bind. Otherwise somebody acts for
    others and may go beyond, with a reason; an empty one refuses and asks for it. `lines` spares counting again.
    """
    if lines is None:
        lines = counted_for(db, rules.event_id, set(found), but=but)
    bounds = Bounds(rules, limits_of_types(db, rules.event_id), _blocks_around(db, rules, slot))
    refusal = limit_reached(actor, bounds, found, slot, lines, asker=asker)
    if refusal is None:
        return False
    if override is None:
        raise refusal
    if not override.strip():
        raise Invalid({"override": _("%(limit)s To go beyond it, say why.", limit=refusal.message)})
    return True


@dataclass(frozen=True)
class Bounds:
    """What an event allows: its rules, the limits of its types, and the blocks in which meetings are counted."""

    rules: BookingRules
    types: Mapping[int, TypeLimits]
    blocks: Sequence[Block]


def _blocks_around(db: Database, rules: BookingRules, slot: Slot | None) -> list[Block]:
    if rules.max_per_block is None or slot is None:
        return []
    within = (Block.event_id == rules.event_id, Block.starts_at <= slot.starts_at, Block.ends_at >= slot.ends_at)
    return list(db.exec(select(Block).where(*within)))


def limit_reached(
    actor: Actor,
    bounds: Bounds,
    found: Mapping[int, Registration],
    slot: Slot | None,
    lines: Sequence[Counted],
    *,
    asker: int | None,
) -> LimitReached | None:
    """The limit that a meeting of the people in `found`, of whom all `lines` are given, would go beyond; asks nothing
    of the database. Without a slot, blocks do not count."""
    rules = bounds.rules
    if asker is not None:
        asked = [one for one in lines if one.person == asker and one.asked]
        waiting = sum(1 for one in asked if one.state is MeetingState.REQUESTED)
        if rules.max_pending is not None and waiting >= rules.max_pending:
            return TooManyRequests(rules.max_pending, own=actor.person == asker)
        if rules.max_outgoing is not None and _count(asked, COUNTS_AS_ASKED) >= rules.max_outgoing:
            return AskedOften(rules.max_outgoing, own=actor.person == asker)
    return _full_type(actor, bounds, found, lines) or _full_block(actor, bounds, found, slot, lines)


def _count(lines: Sequence[Counted], states: frozenset[MeetingState]) -> int:
    return sum(1 for one in lines if one.state in states)


def _full_type(
    actor: Actor, bounds: Bounds, found: Mapping[int, Registration], lines: Sequence[Counted]
) -> LimitReached | None:
    for person, place in sorted(found.items(), key=lambda one: one[0] != actor.person):
        limit = bounds.types.get(place.type_id)
        most = limit.max_meetings if limit else None
        if most is not None and _count([one for one in lines if one.person == person], STANDING) >= most:
            return LimitReached(_own_or_other(actor, person, most))
    return None


def _own_or_other(actor: Actor, person: int, most: int) -> Message:
    if actor.person == person:
        return N_(
            "You have %(count)s meeting, as many as this event allows you.",
            "You have %(count)s meetings, as many as this event allows you.",
            most,
        )
    return _("One of you has as many meetings as this event allows. Ask somebody else, or wait until one is cancelled.")


def _full_block(
    actor: Actor, bounds: Bounds, found: Mapping[int, Registration], slot: Slot | None, lines: Sequence[Counted]
) -> LimitReached | None:
    rules = bounds.rules
    if rules.max_per_block is None or slot is None:
        return None
    around = (one for one in bounds.blocks if one.starts_at <= slot.starts_at and one.ends_at >= slot.ends_at)
    block = next(around, None)
    if block is None:
        return None
    holding = {MeetingState.SCHEDULED, MeetingState.HELD}
    if rules.requests_hold:
        holding.add(MeetingState.REQUESTED)
    for person in sorted(found, key=lambda one: one != actor.person):
        mine = [one for one in lines if one.person == person and one.starts_at is not None]
        inside = [one for one in mine if one.starts_at is not None and block.starts_at <= one.starts_at < block.ends_at]
        if _count(inside, frozenset(holding)) >= rules.max_per_block:
            return LimitReached(
                _("One of you has as many meetings in this block as the event allows. Choose a time in another block.")
            )
    return None
