"""Transitions: what the commands on meetings have in common. Each is one step of a command that has asked its rule."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, update
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import col, select

from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.core.journal import Fact, record
from events.core.refusals import Conflict
from events.core.timers import set_timer, stop_timer
from events.core.translation import SOURCE, At, _, written_for
from events.events import Event, EventState
from events.registration import Registration
from sessions.availability import unavailable
from sessions.blocks import MeetingTable, Slot, block_at, place_name
from sessions.booking_rules import BookingRules, rules_of
from sessions.calendars import Content, EntryKind, cancel_entry, find_entry, revise
from sessions.meetings import (
    WHAT_BECAME,
    AnsweredAlready,
    Meeting,
    MeetingCancelled,
    MeetingDeclined,
    MeetingExpired,
    MeetingInEvent,
    MeetingState,
    MeetingWithdrawn,
    TimePassed,
    guests_of,
    is_open,
    page_of,
    takes_part,
)
from sessions.seats import (
    NotTakingPart,
    free_seats,
    locked_participants,
    not_free,
    take_seats,
    take_table,
)


def not_begun(now: datetime) -> tuple[Any, ...]:
    """The conditions that a meeting is to come and has not begun: from its start on nobody calls it off any more."""
    return is_open(now), or_(col(Meeting.starts_at).is_(None), col(Meeting.starts_at) > now)


def has_meeting_between(db: Database, one: int, other: int) -> bool:
    """Whether two people have agreed to a meeting that has not begun, and so can still be cancelled, in whatever
    event. What has no time in an event that is over will never have one, and counts for nothing."""
    agreed = col(Meeting.state).in_((MeetingState.ACCEPTED, MeetingState.SCHEDULED))
    comes = or_(col(Meeting.starts_at).is_not(None), col(Event.state) != EventState.CLOSED)
    query = select(Meeting.id).join(Event, col(Event.id) == col(Meeting.event_id)).where(agreed, comes)
    query = query.where(*not_begun(clock.now()), takes_part(one), takes_part(other))
    return db.exec(query.limit(1)).first() is not None


def decline_between(db: Database, actor: Actor, person_id: int, other: int) -> None:
    """End the open requests between two people, in whatever event; part of `say_no_thanks`."""
    pair = or_(
        and_(col(Meeting.asker_id) == person_id, col(Meeting.invitee_id) == other),
        and_(col(Meeting.asker_id) == other, col(Meeting.invitee_id) == person_id),
    )
    query = select(Meeting, Event).where(
        pair, Meeting.state == MeetingState.REQUESTED, col(Meeting.expires_at) > clock.now(),
        Event.id == Meeting.event_id,
    )  # fmt: skip
    for meeting, event in db.exec(query.order_by(col(Meeting.id))).all():
        end = MeetingState.WITHDRAWN if meeting.asker_id == person_id else MeetingState.DECLINED
        end_meeting(db, actor, MeetingInEvent(meeting, event), end)


Ending = Callable[[Database, MeetingInEvent], Fact]


def _cancelled(db: Database, subject: MeetingInEvent) -> Fact:
    sequence = cancel_entry(db, EntryKind.MEETING, subject.id)
    return MeetingCancelled(event_id=subject.meeting.event_id, meeting_id=subject.id, sequence=sequence)


ENDINGS: dict[MeetingState, Ending] = {
    MeetingState.DECLINED: lambda _db, of: MeetingDeclined(event_id=of.meeting.event_id, meeting_id=of.id),
    MeetingState.WITHDRAWN: lambda _db, of: MeetingWithdrawn(event_id=of.meeting.event_id, meeting_id=of.id),
    MeetingState.EXPIRED: lambda _db, of: MeetingExpired(event_id=of.meeting.event_id, meeting_id=of.id),
    MeetingState.CANCELLED: _cancelled,
}


def end_meeting(db: Database, actor: Actor, subject: MeetingInEvent, end: MeetingState, *, reason: str = "") -> None:
    """Bring a meeting to one of its ends, free all its seats and write the fact; part of commands that have asked
    their own rule. Refuses with AnsweredAlready when somebody else was quicker."""
    values: dict[str, Any] = {"state": end, "reason": reason, "block_id": None, "answered_at": clock.now()}
    change_meeting(db, subject, values)
    free_seats(db, subject.id)
    stop_timer(db, "meeting request expires", subject.id)
    stop_timer(db, "meeting ends", subject.id)
    record(db, actor, ENDINGS[end](db, subject))


def change_meeting(db: Database, subject: MeetingInEvent, values: dict[str, Any]) -> None:
    """From the state, people and time that the reader saw to others: compare-and-set, so that one of two wins.

    Refuses with AnsweredAlready when somebody else was quicker.
    """
    seen = subject.meeting
    same_time = col(Meeting.starts_at).is_(None) if seen.starts_at is None else col(Meeting.starts_at) == seen.starts_at
    changed = db.execute(
        update(Meeting)
        .where(
            col(Meeting.id) == subject.id, col(Meeting.state) == seen.state, same_time,
            col(Meeting.asker_id) == seen.asker_id, col(Meeting.invitee_id) == seen.invitee_id,
        )
        .values(**values),
        execution_options={"synchronize_session": False},  # It would believe in the change even where no row was met.
    )  # fmt: skip
    if changed.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE always answers with a cursor
        raise _changed_meanwhile(db, subject)
    reads_now(subject, values)


def reads_now(subject: MeetingInEvent, values: dict[str, Any]) -> None:
    """Let the row in memory say what the database says."""
    for name, value in values.items():
        set_committed_value(subject.meeting, name, value)


def _changed_meanwhile(db: Database, subject: MeetingInEvent) -> AnsweredAlready:
    state, start = db.exec(select(Meeting.state, Meeting.starts_at).where(Meeting.id == subject.id)).one()
    if state is not subject.meeting.state:
        return AnsweredAlready(WHAT_BECAME[MeetingState(state)])
    if start is not None and start != subject.meeting.starts_at:
        return AnsweredAlready(_("This meeting has just been moved to %(when)s.", when=At(start, "when")))
    return AnsweredAlready(_("This meeting has just been handed to a colleague."))


def give_table(db: Database, subject: MeetingInEvent, slot: Slot, people: Collection[int]) -> int | None:
    """Give a meeting a table for all of `people` at `slot` and write it down; refuses with NoTableFree."""
    meeting = subject.meeting
    table = take_table(
        db, event_id=meeting.event_id, meeting_id=subject.id, slot=slot, people=people, prefer=meeting.table_id
    )
    kept = update(Meeting).where(col(Meeting.id) == subject.id).values(table_id=table)
    db.execute(kept, execution_options={"synchronize_session": False})
    reads_now(subject, {"table_id": table})
    return table


def write_in_calendars(db: Database, subject: MeetingInEvent, people: Collection[int], *, anew: bool = False) -> int:
    """Say in the calendars of `people` when and where they meet: the entry's sequence number.

    `anew` says it again to all, since who comes has changed. Every meeting with a time comes through here, so its
    end is looked at from here too.
    """
    set_timer(db, "meeting ends", subject.id, subject.slot.ends_at)
    table = db.get(MeetingTable, subject.meeting.table_id) if subject.meeting.table_id else None
    with written_for(SOURCE, subject.event.zone):
        place = str(place_name(table.kind, table.name)) if table else ""
        summary = str(_("Meeting at %(event)s", event=subject.event.name))
    start, end = subject.slot.starts_at, subject.slot.ends_at
    where, zone = page_of(subject.meeting), subject.event.zone
    content = Content(start, end, summary, place, where, zone=zone, uid=subject.meeting.uid)
    sequence = revise(db, EntryKind.MEETING, subject.id, set(people), content, anew=anew)
    if sequence is None:  # nothing new to say, and everybody has it
        entry = find_entry(db, EntryKind.MEETING, subject.id)
        assert entry is not None
        return entry.sequence
    return sequence


def place_meeting(
    db: Database,
    actor: Actor,
    subject: MeetingInEvent,
    slot: Slot,
    values: dict[str, Any],
    *,
    available: Collection[int],
) -> int:
    """Give a meeting a time that it did not have, with seats, table and calendar entry, all or none: the sequence.

    Part of commands that have asked their own rule. `available` are those of whom `refuse_if_unavailable` was asked.
    Refuses with SlotTaken, NoTableFree, TimePassed, what is no slot of the event, and AnsweredAlready when somebody
    else was quicker.
    """
    if slot.starts_at <= clock.now():
        raise TimePassed
    people = (*subject.leads, *guests_of(db, subject.id))
    if not set(people) <= set(available):  # somebody was added while this waited for the places of the others
        refuse_if_unavailable(db, actor, subject.meeting.event_id, people, slot)
    block = block_at(db, subject.meeting.event_id, slot)
    return stand_at(db, actor, subject, slot, {**values, "block_id": block.id}, people)


def stand_at(
    db: Database, actor: Actor, subject: MeetingInEvent, slot: Slot, values: dict[str, Any], people: Collection[int]
) -> int:
    """Let a request or an agreed meeting stand at `slot`, with seats, table and calendar entry, all or none: the
    sequence. What it held before is free. The block is one of `values`; whether it is possible was asked before.

    Refuses with SlotTaken, NoTableFree and AnsweredAlready when somebody else was quicker.
    """
    values = {
        **values, "state": MeetingState.SCHEDULED, "starts_at": slot.starts_at, "ends_at": slot.ends_at,
    }  # fmt: skip
    with db.begin_nested():
        before = {name: getattr(subject.meeting, name) for name in values}
        change_meeting(db, subject, values)
        try:
            free_seats(db, subject.id)
            take_seats(db, actor, meeting_id=subject.id, people=people, slot=slot, held_until=None)
            give_table(db, subject, slot, people)
        except Conflict:
            reads_now(subject, before)
            raise
    stop_timer(db, "meeting request expires", subject.id)
    return write_in_calendars(db, subject, people)


def refuse_if_unavailable(
    db: Database,
    actor: Actor,
    event_id: int,
    people: Collection[int],
    slot: Slot | None,
    rules: BookingRules | None = None,
    *,
    seated: bool = False,
) -> dict[int, Registration]:
    """Lock the places of `people` and answer them; refuse unless all take part and could meet each other then.

    `seated` looks at their seats too, where none of those are the meeting's own.
    """
    found = locked_participants(db, event_id, people)
    if len(found) < len(set(people)):
        raise NotTakingPart
    rules = rules or rules_of(db, event_id)
    start, end = (slot.starts_at, slot.ends_at) if slot else (None, None)
    missing = unavailable(db, rules, people, start, end, seated=seated).of(actor)
    if missing:
        raise not_free(db, actor, missing, start)
    return found
