"""Guests of meetings: who comes besides the two leads, as many as there are chairs at the table."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import Any

from events.core import clock
from events.core.access import Actor, command
from events.core.database import Database
from events.core.journal import record
from events.core.refusals import Conflict, NotFound
from events.core.translation import At, Message, _
from events.registration import Registration
from events.roles import organiser_of_event
from sessions.answers import reason_kept
from sessions.booking_rules import rules_of
from sessions.colleagues import MeetAlready, refuse_types_apart
from sessions.limits import Counted, counted_for, is_between, refuse_beyond_limits
from sessions.meetings import MeetingGuest, MeetingInEvent, MeetingJoined, MeetingLeft, guest_of_meeting
from sessions.seats import NoTableFree, free_seats_of, has_table_for, locked_participants
from sessions.sides import (
    NotColleague,
    SideInMeeting,
    acts_for_side,
    acts_for_them,
    can_be_joined,
    can_be_left,
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
from sessions.transitions import change_meeting, write_in_calendars


class TakesPartAlready(Conflict):
    """Nobody takes part in a meeting twice."""

    def __init__(self, name: str | Message) -> None:
        super().__init__(_("%(name)s takes part in this meeting already.", name=name))


class LeftAlready(Conflict):
    """Somebody is no guest of a meeting, or no longer."""

    def __init__(self) -> None:
        super().__init__(_("They are not among those who were added to this meeting any more."))


class TableTooSmall(Conflict):
    """A meeting has as many people as its table has chairs, or the largest one that is free."""


@command(lead_of_side | acts_for_side, when=can_be_joined)
def add_to_meeting(
    db: Database, actor: Actor, subject: SideInMeeting, *, registration: Registration, override: str = ""
) -> None:
    """Let a colleague come too; organisers may add any participant of the event. The meeting moves to a larger table
    where there are not enough chairs.

    Refuses with TableTooSmall where there is none, TakesPartAlready, TypesDoNotMeet (organisers may put any types
    together), MeetAlready, and who is not free or beyond a limit.
    """
    of, joins = subject.of, registration.person_id
    if registration.event_id != of.meeting.event_id:
        raise NotFound()
    found = locked_with(db, of, joins)
    people = people_of(db, of)
    if joins in people:
        raise TakesPartAlready(name_of(db, joins))
    home = found[subject.lead].organisation_id
    is_colleague = home is not None and found[joins].organisation_id == home and joins in subject.colleagues
    if not is_colleague and not organiser_of_event(actor, subject):
        raise NotColleague
    if not organiser_of_event(actor, subject):
        refuse_types_apart(db, subject, found, joins)
    slot, rules = of.slot if of.has_time else None, rules_of(db, of.meeting.event_id)
    refuse_unless_free(db, actor, rules, joins, set(people), slot)
    lines = counted_for(db, rules.event_id, {joins, *people}, but=of.id)
    refuse_second_with(db, found, lines, joins, people)
    beyond = override if acts_for_them(actor, subject) else None
    goes_beyond = refuse_beyond_limits(db, actor, rules, {joins: found[joins]}, slot, override=beyond, lines=lines)
    _join(db, actor, of, joins, (*people, joins), reason_kept(override, goes_beyond=goes_beyond))
    sequence = write_in_calendars(db, of, (*people, joins), anew=True) if slot else None
    record(
        db,
        actor,
        MeetingJoined(event_id=of.meeting.event_id, meeting_id=of.id, person_id=joins, sequence=sequence),
    )


def refuse_second_with(
    db: Database, found: Mapping[int, Registration], lines: list[Counted], joins: int, people: Collection[int]
) -> None:
    """Refuse somebody who has a request or a coming meeting with one of the others; with their colleagues they may."""
    home = found[joins].organisation_id
    for other in people:
        is_colleague = home is not None and other in found and found[other].organisation_id == home
        if not is_colleague and is_between(lines, joins, other):
            raise MeetAlready(name_of(db, joins), name_of(db, other))


def _join(
    db: Database, actor: Actor, of: MeetingInEvent, joins: int, people: tuple[int, ...], kept: dict[str, Any]
) -> None:
    with db.begin_nested():
        change_meeting(db, of, {**kept, "state": of.meeting.state})  # as it was seen, and locked
        db.add(MeetingGuest(meeting_id=of.id, person_id=joins, added_at=clock.now()))
        db.flush()
        if of.has_time:
            seat(db, actor, of, joins)
            _find_chairs(db, of, people)
        elif not has_table_for(db, of.meeting.event_id, people):
            raise TableTooSmall(_("No table of this event has enough chairs for so many."))


def _find_chairs(db: Database, of: MeetingInEvent, people: tuple[int, ...]) -> None:
    """Leave a meeting at its table, or give it a larger one where that has not enough chairs."""
    try:
        find_place(db, of, people)
    except NoTableFree as error:
        raise TableTooSmall(
            _("No table with enough chairs for so many is free at %(time)s.", time=At(of.slot.starts_at))
        ) from error


@command(guest_of_meeting, when=can_be_left)
def leave_meeting(db: Database, actor: Actor, subject: MeetingInEvent) -> None:
    """Not come to a meeting to which one was added; it goes on without. Refuses with LeftAlready the second time."""
    assert actor.person is not None
    _as_seen(db, subject)
    let_go(db, actor, subject, actor.person)


@command(lead_of_side | acts_for_side, when=can_be_joined)
def remove_from_meeting(db: Database, actor: Actor, subject: SideInMeeting, *, person_id: int) -> None:
    """Let a meeting go on without a colleague who was added; organisers may remove anybody who was.

    Refuses with LeftAlready whoever is not among them any more, and with NotColleague guests of the other side.
    """
    if person_id not in subject.of.guests:
        raise LeftAlready
    is_theirs = subject.home is not None and subject.of.homes.get(person_id) == subject.home
    if not is_theirs and not organiser_of_event(actor, subject):
        raise NotColleague
    _as_seen(db, subject.of)
    let_go(db, actor, subject.of, person_id)


def _as_seen(db: Database, subject: MeetingInEvent) -> None:
    # The places of all first: whoever moves the meeting at this moment holds them, and seats the guests they saw.
    locked_participants(db, subject.meeting.event_id, subject.people)
    change_meeting(db, subject, {"state": subject.meeting.state})


def let_go(db: Database, actor: Actor, subject: MeetingInEvent, person_id: int) -> None:
    """End somebody's part in a meeting to which they were added: their seats are free, their calendar loses it.

    Part of commands that have asked their own rule and locked the meeting, and of leaving an event.
    """
    if not end_guest(db, subject, person_id):
        raise LeftAlready
    free_seats_of(db, subject.id, person_id)
    with suppress(NoTableFree):  # Nobody is kept from leaving by a table: then it stays the one that was kept for them.
        find_place(db, subject, people_of(db, subject))
    taken_out, sequence = leave_calendars(db, subject, person_id)
    event_id = subject.meeting.event_id
    record(
        db, actor,
        MeetingLeft(
            event_id=event_id, meeting_id=subject.id, person_id=person_id, sequence=sequence, taken_out=taken_out
        ),
    )  # fmt: skip
