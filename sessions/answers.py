"""Answers to meeting requests: yes, with or without a time, and no."""

from typing import Any

from events.consents import refuse_unless_agreed
from events.core import clock
from events.core.access import Actor, command
from events.core.clock import atoms
from events.core.database import Database
from events.core.journal import record
from events.core.refusals import Conflict, Invalid
from events.core.timers import stop_timer
from events.core.translation import _
from sessions.blocks import Slot
from sessions.booking_rules import Timing, rules_of
from sessions.limits import refuse_beyond_limits
from sessions.meetings import (
    MeetingAccepted,
    MeetingAgreed,
    MeetingInEvent,
    MeetingState,
    acts_for_invitee,
    guests_of,
    invitee_of_meeting,
    is_requested,
    not_closed,
)
from sessions.seats import free_seats, has_seats, keep_seats, take_seats
from sessions.transitions import (
    change_meeting,
    end_meeting,
    give_table,
    place_meeting,
    reads_now,
    refuse_if_unavailable,
    write_in_calendars,
)

REASON_LIMIT = 500


def can_be_accepted(subject: MeetingInEvent, now: Any) -> None:
    """Refuse to accept what is no open request, or in an event that is over."""
    is_requested(subject, now)
    not_closed(subject)


@command(invitee_of_meeting | acts_for_invitee, when=can_be_accepted)
def accept_meeting(
    db: Database, actor: Actor, subject: MeetingInEvent, *, slot: Slot | None = None, override: str = ""
) -> None:
    """Say yes. A request with a time stands from now on: seats kept, a table, an entry in both calendars.

    One without a time needs `slot` where the invitee chooses, and waits for a time where the organiser does.
    Refuses with AnsweredAlready when it is no open request any more, SlotTaken, NoTableFree, LimitReached unless an
    organiser or desk overrides it with a reason, and before the invitee has agreed to take part.
    """
    acted_for = actor.person != subject.meeting.invitee_id
    if not acted_for:
        refuse_unless_agreed(db, subject.event, actor)
    rules = rules_of(db, subject.meeting.event_id)
    chosen = subject.slot if subject.has_time else slot
    if chosen is None and rules.timing is not Timing.BY_ORGANISER:
        raise Invalid({"slot": _("Please choose a time.")})
    # Who has said since that they are away keeps what the request holds for them.
    holds = subject.has_time and has_seats(db, subject.id, subject.meeting.invitee_id)
    found = refuse_if_unavailable(db, actor, rules.event_id, subject.leads, None if holds else chosen, rules)
    goes_beyond = refuse_beyond_limits(
        db, actor, rules, found, chosen, but=subject.id, override=override if acted_for else None
    )
    values: dict[str, Any] = {"answered_at": clock.now(), **reason_kept(override, goes_beyond=goes_beyond)}
    if chosen is None:
        change_meeting(db, subject, {**values, "state": MeetingState.ACCEPTED})
        stop_timer(db, "meeting request expires", subject.id)
        record(db, actor, MeetingAgreed(event_id=subject.meeting.event_id, meeting_id=subject.id))
        return
    sequence = (
        _let_stand(db, actor, subject, values)
        if subject.has_time
        else place_meeting(db, actor, subject, chosen, values, available=found)
    )
    record(db, actor, MeetingAccepted(event_id=subject.meeting.event_id, meeting_id=subject.id, sequence=sequence))


def _let_stand(db: Database, actor: Actor, subject: MeetingInEvent, values: dict[str, Any]) -> int:
    """Keep the seats that the request holds, or take them now where requests hold none; all were found available."""
    people = (*subject.people[:2], *guests_of(db, subject.id))
    before = {"state": subject.meeting.state, "answered_at": None}
    with db.begin_nested():
        change_meeting(db, subject, {**values, "state": MeetingState.SCHEDULED})
        try:
            wanted = len(people) * len(atoms(subject.slot.starts_at, subject.slot.ends_at))
            if keep_seats(db, subject.id) != wanted:
                free_seats(db, subject.id)
                take_seats(db, actor, meeting_id=subject.id, people=people, slot=subject.slot, held_until=None)
            give_table(db, subject, subject.slot, people)
        except Conflict:
            reads_now(subject, before)
            raise
    stop_timer(db, "meeting request expires", subject.id)
    return write_in_calendars(db, subject, people)


@command(invitee_of_meeting | acts_for_invitee, when=is_requested)
def decline_meeting(db: Database, actor: Actor, subject: MeetingInEvent, *, reason: str = "") -> None:
    """Say no, perhaps with a reason of at most 500 characters that the asker reads; both are free again."""
    end_meeting(db, actor, subject, MeetingState.DECLINED, reason=checked_reason("reason", reason))


def reason_kept(override: str, *, goes_beyond: bool) -> dict[str, Any]:
    """What a meeting keeps of why it goes beyond a limit; nothing where it does not. Refuses more than 500
    characters."""
    return {"override": checked_reason("override", override)} if goes_beyond else {}


def checked_reason(field: str, text: str) -> str:
    """A reason without blanks around it; refuses more than 500 characters."""
    if len(text.strip()) > REASON_LIMIT:
        raise Invalid({field: _("Please write at most 500 characters.")})
    return text.strip()
