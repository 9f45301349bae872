"""A meeting's two sides: who leads each, who may stand in for them, and what changing them has in common."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import col, select

from events.core.access import Actor, rule
from events.core.database import Database
from events.core.refusals import Conflict, NotFound
from events.core.translation import Message, _
from events.events import Event
from events.people import Person
from events.registration import Registration
from events.roles import Role, Scope, organiser_of_event
from sessions.availability import unavailable
from sessions.blocks import MeetingTable, Slot
from sessions.booking_rules import BookingRules
from sessions.calendars import EntryKind, take_out
from sessions.meetings import (
    WHAT_BECAME,
    AnsweredAlready,
    MeetingGuest,
    MeetingInEvent,
    MeetingState,
    clock_state,
    guests_of,
    not_closed,
    shares_with,
)
from sessions.seats import NotTakingPart, SlotTaken, fits_at, free_table, locked_participants, take_seats
from sessions.transitions import give_table, write_in_calendars

AGREED = frozenset({MeetingState.ACCEPTED, MeetingState.SCHEDULED})
OPEN = AGREED | {MeetingState.REQUESTED}


class NotColleague(Conflict):
    """Only colleagues stand in for each other."""

    def __init__(self) -> None:
        super().__init__(_("Choose a colleague: somebody who takes part for the same organisation."))


class BegunAlready(Conflict):
    """Who comes is settled when a meeting begins."""

    def __init__(self) -> None:
        super().__init__(_("This meeting has begun. Who comes can be changed until then."))


@dataclass(frozen=True)
class SideInMeeting:
    """One of a meeting's two sides, by who leads it."""

    of: MeetingInEvent
    lead: int

    @property
    def event(self) -> Event:
        """The meeting's event."""
        return self.of.event

    @property
    def home(self) -> int | None:
        """The organisation for which the lead takes part."""
        return self.of.homes.get(self.lead)

    @property
    def other(self) -> int:
        """Who leads the other side."""
        asker, invitee = self.of.leads
        return invitee if self.lead == asker else asker

    @property
    def colleagues(self) -> frozenset[int]:
        """Which other members take part for the lead's organisation, without the lead of the other side."""
        found = self.of.colleagues.get(self.home, frozenset()) if self.home is not None else frozenset()
        return found - set(self.of.leads)


def side_of(subject: MeetingInEvent, lead: int) -> SideInMeeting:
    """The side of a meeting that somebody leads; NotFound where they lead none."""
    if lead not in subject.leads:
        raise NotFound()
    return SideInMeeting(subject, lead)


def sides_of(subject: MeetingInEvent) -> tuple[SideInMeeting, SideInMeeting]:
    """The asker's side and the invitee's."""
    asker, invitee = subject.leads
    return SideInMeeting(subject, asker), SideInMeeting(subject, invitee)


@rule
def lead_of_side(actor: Actor, subject: SideInMeeting) -> bool:
    return actor.person is not None and actor.person == subject.lead


@rule
def desk_of_side(actor: Actor, subject: SideInMeeting) -> bool:
    return actor.is_(Role.DESK_OFFICER, Scope.DESK, subject.of.desks.get(subject.lead))


@rule
def colleague_of_side(actor: Actor, subject: SideInMeeting) -> bool:
    return actor.person in subject.colleagues and shares_with(actor, subject.of, subject.lead)


acts_for_side = desk_of_side | organiser_of_event


def can_be_handed_over(subject: SideInMeeting, now: datetime) -> None:
    """Refuse to change who leads what is no open request or meeting to come, or in an event that is over."""
    _is_to_come(subject.of, now, OPEN)


def can_be_joined(subject: SideInMeeting, now: datetime) -> None:
    """Refuse to change who comes to what was not accepted, has begun, or in an event that is over."""
    _is_to_come(subject.of, now, AGREED)


def can_be_left(subject: MeetingInEvent, now: datetime) -> None:
    """Refuse to leave what was not accepted, has begun, or in an event that is over."""
    _is_to_come(subject, now, AGREED)


def _is_to_come(subject: MeetingInEvent, now: datetime, states: Collection[MeetingState]) -> None:
    state = clock_state(subject, now)
    if state not in states:
        raise AnsweredAlready(WHAT_BECAME[state])
    if subject.has_time and now >= subject.slot.starts_at:
        raise BegunAlready
    not_closed(subject)


def acts_for_them(actor: Actor, subject: SideInMeeting) -> bool:
    """Whether the actor is no part of the meeting but acts for one of its sides, and so may go beyond limits."""
    return actor.person not in subject.of.people and acts_for_side(actor, subject)


def locked_with(db: Database, of: MeetingInEvent, joins: int) -> dict[int, Registration]:
    """The places of all who take part and of somebody else, locked; NotTakingPart when a lead or they have left."""
    found = locked_participants(db, of.meeting.event_id, {*of.people, joins})
    if not {*of.leads, joins} <= set(found):
        raise NotTakingPart
    return found


def refuse_unless_free(
    db: Database, actor: Actor, rules: BookingRules, joins: int, others: Collection[int], slot: Slot | None
) -> None:
    """Refuse somebody who joins `others` but cannot meet them, or not then; seats are left to the database."""
    start, end = (slot.starts_at, slot.ends_at) if slot else (None, None)
    missing = unavailable(db, rules, {joins, *others}, start, end)
    if joins in missing.away | missing.refused | missing.refusers:
        raise _not_free(db, actor, joins)


def _not_free(db: Database, actor: Actor, joins: int) -> SlotTaken:
    """One sentence for a seat, an absence and a no thanks, so that nobody can tell one from the other."""
    if actor.person == joins:
        return SlotTaken(_("You and the others cannot meet then. Leave it with your colleague, or move it first."))
    return SlotTaken(
        _("%(name)s is not free for this meeting. Choose somebody else, or move it first.", name=name_of(db, joins))
    )


def name_of(db: Database, person: int) -> str | Message:
    """How somebody is called in a sentence."""
    row = db.get(Person, person)
    return row.name if row is not None and row.name else _("Somebody")


def seat(db: Database, actor: Actor, of: MeetingInEvent, joins: int) -> None:
    """Give somebody who joins a meeting the seats that the others have; refuses with SlotTaken."""
    held_until = of.meeting.expires_at if of.meeting.state is MeetingState.REQUESTED else None
    try:
        take_seats(db, actor, meeting_id=of.id, people=[joins], slot=of.slot, held_until=held_until)
    except SlotTaken as error:
        raise _not_free(db, actor, joins) from error


def find_place(db: Database, of: MeetingInEvent, people: Collection[int]) -> None:
    """Leave a meeting at its table, or give it another where that has not enough chairs for `people` or is kept for
    somebody who is not among them. Refuses with NoTableFree."""
    if of.meeting.state is not MeetingState.SCHEDULED or of.meeting.table_id is None:
        return
    # Locked on PostgreSQL, so that it is not kept for somebody else meanwhile; see `change_table`.
    query = select(MeetingTable).where(MeetingTable.id == of.meeting.table_id)
    table = db.exec(query.with_for_update(read=True, key_share=True)).one()
    if not fits_at(table, people):
        give_table(db, of, of.slot, people)
        free_table(db, of.id, table.id or 0)


def end_guest(db: Database, of: MeetingInEvent, person: int) -> bool:
    """Take somebody off the list of those who come besides the leads, and say whether they were on it."""
    theirs = (col(MeetingGuest.meeting_id) == of.id, col(MeetingGuest.person_id) == person)
    gone = db.execute(delete(MeetingGuest).where(*theirs))
    return bool(gone.rowcount)  # type: ignore[attr-defined]  # a DELETE always answers with a cursor


def leave_calendars(db: Database, of: MeetingInEvent, person: int) -> tuple[int | None, int | None]:
    """Take a meeting out of one calendar and tell the others who comes: the numbers of both revisions."""
    if of.meeting.state is not MeetingState.SCHEDULED:
        return None, None
    numbers = take_out(db, EntryKind.MEETING, of.id, person)
    return numbers[0] if numbers else None, write_in_calendars(db, of, people_of(db, of))


def people_of(db: Database, of: MeetingInEvent) -> tuple[int, ...]:
    """The leads, then the guests as the database knows them now."""
    return (*of.leads, *guests_of(db, of.id))
