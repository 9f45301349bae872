"""Moves: giving a meeting its time, another time, or none any more; and what stays where it is."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from events.core import clock
from events.core.access import Actor, command
from events.core.database import Database
from events.core.journal import record
from events.core.refusals import Conflict, Invalid
from events.core.translation import _
from events.roles import organiser_of_event
from sessions.answers import checked_reason, reason_kept
from sessions.blocks import Slot, block_at
from sessions.booking_rules import rules_of
from sessions.limits import counted_for, refuse_beyond_limits
from sessions.meetings import (
    WHAT_BECAME,
    AnsweredAlready,
    MeetingInEvent,
    MeetingLocked,
    MeetingMoved,
    MeetingScheduled,
    MeetingState,
    TimePassed,
    acts_for_lead,
    clock_state,
    guests_of,
    lead_of_meeting,
    not_closed,
    participants_choose_times,
    participants_may_move,
)
from sessions.seats import free_seats, locked_participants, take_seats
from sessions.transitions import (
    change_meeting,
    end_meeting,
    give_table,
    place_meeting,
    reads_now,
    refuse_if_unavailable,
    write_in_calendars,
)


class HasBegun(Conflict):
    """What was to be called off is under way or over: only how it went can be said of it."""

    def __init__(self) -> None:
        super().__init__(_("This meeting has begun and is not cancelled any more. Say on its page how it went."))


AGREED = (MeetingState.ACCEPTED, MeetingState.SCHEDULED)


def can_be_called_off(subject: MeetingInEvent, now: datetime) -> None:
    """Refuse to call off what was not accepted or has begun: whoever did not come would not have been missing."""
    state = clock_state(subject, now)
    if state not in AGREED:
        raise AnsweredAlready(WHAT_BECAME[state])
    if subject.has_time and now >= subject.slot.starts_at:
        raise HasBegun


def stands(subject: MeetingInEvent, now: datetime) -> None:
    """Refuse to lock what was not accepted or is over."""
    state = clock_state(subject, now)
    if state not in AGREED:
        raise AnsweredAlready(WHAT_BECAME[state])
    if subject.has_time and now >= subject.slot.ends_at:
        raise TimePassed


def can_be_moved(subject: MeetingInEvent, now: datetime) -> None:
    """Refuse to move what has no time or has begun, or in an event that is over."""
    state = clock_state(subject, now)
    if state is not MeetingState.SCHEDULED:
        raise AnsweredAlready(WHAT_BECAME[state])
    if now >= subject.slot.starts_at:
        raise TimePassed
    not_closed(subject)


def waits_for_time(subject: MeetingInEvent, now: datetime) -> None:
    """Refuse to give a first time to what has one, or was not accepted."""
    state = clock_state(subject, now)
    if state is not MeetingState.ACCEPTED:
        raise AnsweredAlready(WHAT_BECAME[state])
    not_closed(subject)


@command(acts_for_lead | (lead_of_meeting & participants_choose_times), when=waits_for_time)
def schedule_meeting(db: Database, actor: Actor, subject: MeetingInEvent, *, slot: Slot, override: str = "") -> None:
    """Give an accepted meeting its time, with seats, a table and an entry in all calendars.

    Refuses with SlotTaken, NoTableFree, TimePassed, what is no slot of the event, AnsweredAlready when somebody else
    was quicker, and LimitReached, which an organiser or desk may override with a reason.
    """
    available, kept = refuse_in_block(db, actor, subject, slot, override)
    sequence = place_meeting(db, actor, subject, slot, kept, available=available)
    record(db, actor, MeetingScheduled(event_id=subject.meeting.event_id, meeting_id=subject.id, sequence=sequence))


def refuse_in_block(
    db: Database, actor: Actor, subject: MeetingInEvent, slot: Slot, override: str
) -> tuple[Collection[int], dict[str, Any]]:
    """Refuse a time at which not all can meet, or in a block in which one of them has as many meetings as allowed;
    answers who was looked at, and what the meeting keeps of the reason, where it goes beyond a limit."""
    rules = rules_of(db, subject.meeting.event_id)
    people = (*subject.people[:2], *guests_of(db, subject.id))
    found = refuse_if_unavailable(db, actor, rules.event_id, people, slot, rules)
    acted_for = actor.person not in people
    goes_beyond = refuse_beyond_limits(
        db, actor, rules, found, slot, but=subject.id, override=override if acted_for else None
    )
    return found, reason_kept(override, goes_beyond=goes_beyond)


@command(acts_for_lead | (lead_of_meeting & participants_may_move), when=can_be_moved)
def move_meeting(db: Database, actor: Actor, subject: MeetingInEvent, *, slot: Slot, override: str = "") -> None:
    """Give a meeting that stands another slot, in one step: where that is taken, it keeps the one it has.

    Refuses with SlotTaken, NoTableFree, TimePassed, what is no slot of the event, LimitReached (unless overridden
    with a reason by an organiser or desk), and with AnsweredAlready when somebody else was quicker. All calendars get
    a revision.
    """
    if slot.starts_at == subject.meeting.starts_at:
        raise Invalid({"slot": _("The meeting is at that time already. Choose another one.")})
    if slot.starts_at <= clock.now():
        raise TimePassed
    _found, kept = refuse_in_block(db, actor, subject, slot, override)
    shift(db, actor, subject, slot, kept)


def shift(
    db: Database, actor: Actor, subject: MeetingInEvent, slot: Slot, besides: Mapping[str, Any] | None = None
) -> None:
    """Take the new seats, give the old ones back, revise the calendars and write the fact, and `besides` what else the
    meeting keeps; part of commands that have asked their own rule and whether everybody is available."""
    old = subject.slot
    people = (*subject.people[:2], *guests_of(db, subject.id))
    values: dict[str, Any] = {**(besides or {}), "starts_at": slot.starts_at, "ends_at": slot.ends_at}
    values["block_id"] = block_at(db, subject.meeting.event_id, slot).id
    before = {name: getattr(subject.meeting, name) for name in (*values, "table_id")}
    with db.begin_nested():
        change_meeting(db, subject, values)
        try:
            # The new seats first, the old ones after: two that swap their slots would wait for each other otherwise.
            take_seats(db, actor, meeting_id=subject.id, people=people, slot=slot, held_until=None)
            give_table(db, subject, slot, people)
        except Conflict:
            reads_now(subject, before)
            raise
        free_seats(db, subject.id, but=slot)
    tell_moved(db, actor, subject, old.starts_at, people)


def tell_moved(db: Database, actor: Actor, subject: MeetingInEvent, old: datetime, people: tuple[int, ...]) -> None:
    """Revise all calendars and write the fact that a meeting has another time; its old one is free."""
    sequence = write_in_calendars(db, subject, people)
    start, event_id = subject.slot.starts_at, subject.meeting.event_id
    record(
        db, actor,
        MeetingMoved(event_id=event_id, meeting_id=subject.id, old_starts_at=old, starts_at=start, sequence=sequence),
    )  # fmt: skip


@command(organiser_of_event, when=can_be_moved)
def swap_meetings(
    db: Database, actor: Actor, subject: MeetingInEvent, *, other: MeetingInEvent, override: str = ""
) -> None:
    """Let two meetings of an event exchange their times and tables, in one step or not at all.

    Refuses meetings of different events or lengths, the same one twice, SlotTaken when somebody is not free, and a
    limit unless `override` says why to go beyond it.
    """
    can_be_moved(other, clock.now())
    if other.meeting.event_id != subject.meeting.event_id or other.id == subject.id:
        raise Invalid({"other": _("Choose another meeting of this event.")})
    if subject.slot == other.slot:
        raise Invalid({"other": _("Both meetings are at the same time. Choose one at another time.")})
    if subject.length != other.length:
        raise Invalid({"other": _("One of the two lasts longer. Choose a meeting that lasts as long as this one.")})
    plans = sorted(((subject, other.slot), (other, subject.slot)), key=lambda one: one[0].id)
    with db.begin_nested():
        _exchange(db, actor, plans, override)


def _exchange(db: Database, actor: Actor, plans: list[tuple[MeetingInEvent, Slot]], override: str) -> None:
    old = {one.id: one.slot.starts_at for one, _slot in plans}
    kept = ("starts_at", "ends_at", "block_id", "table_id", "override")
    before = [(one, {name: getattr(one.meeting, name) for name in kept}) for one, _slot in plans]
    # All at once and in order of their ids: two exchanges that share people would deadlock otherwise.
    locked_participants(db, plans[0][0].meeting.event_id, {person for one, _slot in plans for person in one.people})
    try:
        for one, slot in plans:
            values = _refuse_in_place(db, actor, one, slot, set(old), override)
            block = block_at(db, one.meeting.event_id, slot)
            values |= {"starts_at": slot.starts_at, "ends_at": slot.ends_at, "block_id": block.id}
            change_meeting(db, one, values)
            free_seats(db, one.id)
        for one, slot in plans:
            people = (*one.people[:2], *guests_of(db, one.id))
            take_seats(db, actor, meeting_id=one.id, people=people, slot=slot, held_until=None)
            give_table(db, one, slot, people)
    except (Conflict, Invalid):
        for one, values in before:
            reads_now(one, values)
        raise
    for one, _slot in plans:
        tell_moved(db, actor, one, old[one.id], (*one.people[:2], *guests_of(db, one.id)))


def _refuse_in_place(
    db: Database, actor: Actor, subject: MeetingInEvent, slot: Slot, exchanged: Collection[int], override: str
) -> dict[str, Any]:
    """Refuse a time at which not all can meet, or beyond a limit once the meetings that are `exchanged` have left
    their places; what the meeting keeps of the reason, where it goes beyond one."""
    rules = rules_of(db, subject.meeting.event_id)
    people = (*subject.people[:2], *guests_of(db, subject.id))
    found = refuse_if_unavailable(db, actor, rules.event_id, people, slot, rules)
    lines = [one for one in counted_for(db, rules.event_id, people) if one.meeting not in exchanged]
    may_go_beyond = actor.person not in people
    goes_beyond = refuse_beyond_limits(
        db, actor, rules, found, slot, override=override if may_go_beyond else None, lines=lines
    )
    return reason_kept(override, goes_beyond=goes_beyond)


@command(lead_of_meeting | acts_for_lead, when=can_be_called_off)
def cancel_meeting(db: Database, actor: Actor, subject: MeetingInEvent, *, reason: str = "") -> None:
    """Call off a meeting that was accepted, perhaps with a reason; all are free again, and so is the table.

    Refuses with HasBegun from its start on, organisers too: then it was held, or a no-show, or failed.
    """
    end_meeting(db, actor, subject, MeetingState.CANCELLED, reason=checked_reason("reason", reason))


@command(organiser_of_event, when=stands)
def lock_meeting(db: Database, actor: Actor, subject: MeetingInEvent, *, locked: bool = True) -> None:
    """Leave a meeting where it is whenever the whole event is scheduled, or no longer; twice is once."""
    if subject.meeting.locked is locked:
        return
    change_meeting(db, subject, {"locked": locked})
    record(db, actor, MeetingLocked(event_id=subject.meeting.event_id, meeting_id=subject.id, locked=locked))
