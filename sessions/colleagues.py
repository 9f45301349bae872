"""Colleagues: one leads a side of a meeting in place of another, handed over or taken over.

Seats, calendars and the meeting change in one transaction, or not at all.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from events.consents import refuse_unless_agreed
from events.core.access import Actor, command
from events.core.database import Database
from events.core.journal import record
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.translation import At, Message, _
from events.registration import Registration
from events.type_rules import may_ask
from sessions.answers import reason_kept
from sessions.booking_rules import BookingRules, rules_of
from sessions.limits import counted_for, is_between, refuse_beyond_limits
from sessions.meetings import MeetingDelegated, MeetingState, guests_of
from sessions.no_thanks import SaidNoThanks, turned_down_by
from sessions.proposals import ask_new_lead
from sessions.seats import NoTableFree, free_seats_of, has_seats
from sessions.sides import (
    NotColleague,
    SideInMeeting,
    acts_for_side,
    acts_for_them,
    can_be_handed_over,
    colleague_of_side,
    end_guest,
    find_place,
    lead_of_side,
    leave_calendars,
    locked_with,
    name_of,
    people_of,
    refuse_unless_free,
    seat,
)
from sessions.transitions import change_meeting, reads_now


class MeetAlready(Conflict):
    """The colleague has business of their own with the other side."""

    def __init__(self, name: str | Message, other: str | Message) -> None:
        super().__init__(
            _("%(name)s and %(other)s have a request or a meeting with each other already.", name=name, other=other)
        )


class TypesDoNotMeet(Conflict):
    """By the event's rules the colleague's type does not meet the other side's."""

    def __init__(self, name: str | Message) -> None:
        super().__init__(
            _("By the rules of this event, %(name)s cannot meet the other side. Choose another colleague.", name=name)
        )


class NoOtherTable(Conflict):
    """The table is not for whoever comes now, and there is no other."""

    def __init__(self, start: datetime) -> None:
        super().__init__(
            _(
                "The table of this meeting is kept for one who would not come any more, and no other is free at "
                "%(time)s. Move the meeting to another time first.",
                time=At(start),
            )
        )


@command(lead_of_side | acts_for_side, when=can_be_handed_over)
def delegate_meeting(
    db: Database, actor: Actor, subject: SideInMeeting, *, to: Registration, override: str = ""
) -> None:
    """Let a colleague lead a side of a request or meeting from now on, at the same time and table; the lead is out.

    Where the table is kept for the lead, the meeting gets another. Refuses with NotColleague, NotTakingPart, SlotTaken
    when the colleague is not free (whatever the reason), TypesDoNotMeet, MeetAlready, NoOtherTable, LimitReached unless
    an organiser or desk overrides it with a reason, and with AnsweredAlready when somebody else was quicker.
    """
    _hand_over(db, actor, subject, to, override if acts_for_them(actor, subject) else None)


@command(colleague_of_side, when=can_be_handed_over)
def take_over_meeting(db: Database, actor: Actor, subject: SideInMeeting, *, own: Registration) -> None:
    """Lead a colleague's side of a request or meeting oneself; `own` is one's place in the event.

    Refuses what `delegate_meeting` does, somebody whom one turned down, and before one has agreed to take part.
    """
    assert actor.person is not None
    if own.person_id != actor.person:
        raise NotFound()
    refuse_unless_agreed(db, subject.event, actor)
    if subject.other in turned_down_by(db, actor.person):
        raise SaidNoThanks
    _hand_over(db, actor, subject, own, None)


def _hand_over(db: Database, actor: Actor, side: SideInMeeting, to: Registration, override: str | None) -> None:
    of, joins = side.of, to.person_id
    if to.event_id != of.meeting.event_id:
        raise NotFound()
    if joins in of.leads:
        raise Invalid({"to": _("They lead this meeting already. Choose a colleague.")})
    found = locked_with(db, of, joins)
    home = found[side.lead].organisation_id
    if home is None or found[joins].organisation_id != home or joins not in side.colleagues:
        raise NotColleague
    rules = rules_of(db, of.meeting.event_id)
    goes_beyond = _may_lead(db, actor, side, found, joins, rules, override)
    _exchange(db, actor, side, joins, reason_kept(override or "", goes_beyond=goes_beyond))
    taken_out, sequence = leave_calendars(db, of, side.lead)
    record(
        db, actor,
        MeetingDelegated(
            event_id=of.meeting.event_id, meeting_id=of.id, left_id=side.lead, joined_id=joins, sequence=sequence,
            taken_out=taken_out,
        ),
    )  # fmt: skip
    ask_new_lead(db, actor, of, joins)


def _may_lead(
    db: Database,
    actor: Actor,
    side: SideInMeeting,
    found: dict[int, Registration],
    joins: int,
    rules: BookingRules,
    override: str | None,
) -> bool:
    """Refuse a colleague who cannot lead a side; answers whether that goes beyond a limit."""
    of = side.of
    refuse_types_apart(db, side, found, joins)
    slot = of.slot if of.has_time else None
    others = {side.other, *guests_of(db, of.id)} - {joins}
    refuse_unless_free(db, actor, rules, joins, others, slot)
    lines = counted_for(db, rules.event_id, {joins, side.other}, but=of.id)
    if is_between(lines, joins, side.other):
        raise MeetAlready(name_of(db, joins), name_of(db, side.other))
    # Only a request that waits counts for whoever asks; what was accepted counts as a meeting, whoever asked.
    asked_by_them = side.lead == of.meeting.asker_id and of.meeting.state is MeetingState.REQUESTED
    return refuse_beyond_limits(
        db,
        actor,
        rules,
        {joins: found[joins]},
        slot,
        asker=joins if asked_by_them else None,
        but=of.id,
        override=override,
        lines=lines,
    )


def refuse_types_apart(db: Database, side: SideInMeeting, found: Mapping[int, Registration], joins: int) -> None:
    """Refuse somebody of another type than this side's lead, where that type could not have asked, or been asked."""
    asker, invitee = (joins if lead == side.lead else lead for lead in side.of.leads)
    other_type = found[joins].type_id != found[side.lead].type_id
    if other_type and not may_ask(db, found[asker].type_id, found[invitee].type_id):
        raise TypesDoNotMeet(name_of(db, joins))


def _exchange(db: Database, actor: Actor, side: SideInMeeting, joins: int, kept: Mapping[str, Any]) -> None:
    """Write another lead down, with their seats in place of those of the one who goes, and `kept` besides. A table that
    was kept for the one who goes is changed for another."""
    of = side.of
    role = "asker_id" if side.lead == of.meeting.asker_id else "invitee_id"
    values: dict[str, Any] = {role: joins, **kept}
    before = {name: getattr(of.meeting, name) for name in (*values, "table_id")}
    with db.begin_nested():
        change_meeting(db, of, values)
        was_guest = end_guest(db, of, joins)
        try:
            if has_seats(db, of.id, side.lead) and not was_guest:
                seat(db, actor, of, joins)
            find_place(db, of, people_of(db, of))
        except NoTableFree as error:
            reads_now(of, before)
            raise NoOtherTable(of.slot.starts_at) from error
        except Conflict:
            reads_now(of, before)
            raise
        free_seats_of(db, of.id, side.lead)
