"""Makers for meetings: an event with blocks and tables, participants, requests and meetings."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, select

from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.core.journal import Fact, JournalEntry, fact_of
from events.events import Event, EventWithPhases
from events.organisations import Organisation
from events.phases import PhaseKind
from events.registration import Registration
from sessions.answers import accept_meeting
from sessions.blocks import Block, MeetingTable, Slot, add_block, add_tables, slots_in
from sessions.booking_rules import BookingRules, rules_of
from sessions.meetings import Meeting, MeetingInEvent, MeetingState, guests_of, meeting_in_event
from sessions.requests import request_meeting
from sessions.seats import Seat
from tests.makers import again, make_event, make_member, make_programme, make_registration, open_phase, reload_event


@dataclass
class Fair:
    """A matchmaking event in which Ada organises, with one block of tomorrow and its slots."""

    ada: Actor
    event: EventWithPhases
    block: Block
    slots: list[Slot]


def make_fair(db: Database, ada: Actor, *, slots: int = 4, tables: int = 3, name: str = "Food Match") -> Fair:
    """A matchmaking event whose registration and booking are open; `slots` slots of 20 minutes from tomorrow 09:00."""
    programme = make_programme(db, ada, name=f"Network of {name}")
    ada = again(db, ada)
    start = tomorrow()
    event = make_event(db, ada, programme, name=name, template="matchmaking", starts_at=start)
    event = open_phase(db, ada, event, PhaseKind.REGISTRATION)
    event = open_phase(db, ada, event, PhaseKind.BOOKING)
    block = add_block(db, ada, event, starts_at=start, ends_at=start + timedelta(minutes=25 * slots - 5))
    if tables:
        add_tables(db, ada, event, count=tables)
    return Fair(ada, reload_event(db, event), block, slots_in(db, event.id))


def with_rules(db: Database, fair: Fair, **values: object) -> BookingRules:
    """Give a fair's event other booking rules than the usual ones."""
    rules = rules_of(db, fair.event.id)
    for name, value in values.items():
        setattr(rules, name, value)
    db.add(rules)
    db.flush()
    return rules


def tomorrow() -> datetime:
    """Tomorrow at 09:00 UTC."""
    return clock.now().replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=1)


def make_participant(db: Database, actor: Actor, fair: Fair, *, organisation: Organisation | None = None) -> Actor:
    """Let somebody take part; answers the actor with that tie."""
    make_registration(db, actor, fair.event, organisation=organisation)
    return again(db, actor)


def make_colleague(db: Database, actor: Actor, fair: Fair, organisation: Organisation) -> Actor:
    """Let somebody take part for an organisation to which they belong; answers the actor with those ties."""
    make_member(db, actor, organisation, is_contact=False)
    return make_participant(db, actor, fair, organisation=organisation)


def place_of(db: Database, actor: Actor, fair: Fair) -> Registration:
    """Somebody's registration."""
    query = select(Registration).where(Registration.event_id == fair.event.id, Registration.person_id == actor.person)
    return db.exec(query).one()


def make_request(
    db: Database, fair: Fair, *, asker: Actor, invitee: Actor, slot: int = 0, note: str = ""
) -> MeetingInEvent:
    """One participant asks another for the slot with this number."""
    place = place_of(db, invitee, fair)
    meeting = request_meeting(db, asker, fair.event, invitee=place, slot=fair.slots[slot], note=note)
    return MeetingInEvent(meeting, fair.event.event)


def make_meeting(db: Database, fair: Fair, *, asker: Actor, invitee: Actor, slot: int = 0) -> MeetingInEvent:
    """A meeting that stands."""
    meeting = make_request(db, fair, asker=asker, invitee=invitee, slot=slot)
    accept_meeting(db, invitee, meeting)
    return meeting


def seen_by(db: Database, meeting: MeetingInEvent) -> MeetingInEvent:
    """The meeting as somebody else sees it now, in an object of its own."""
    row = db.exec(select(Meeting).where(Meeting.id == meeting.id)).one()
    db.refresh(row)
    event = Event.model_validate(meeting.event.model_dump())
    return meeting_in_event(db, Meeting.model_validate(row.model_dump()), event)


def seats_of(db: Database, meeting: MeetingInEvent) -> list[Seat]:
    """Everything a meeting holds."""
    return list(db.exec(select(Seat).where(Seat.meeting_id == meeting.id)))


def problems_with_seats(db: Database, event_id: int | None = None) -> list[str]:
    """What is wrong between meetings and seats, in one event or all, computed without trusting the constraints.

    A meeting that stands has exactly its seats, its guests' too, at a table with a chair for each; a request that waits
    holds exactly those of its two people, one whose time is over, or in an event whose requests hold none, may have
    some left, a meeting that was held keeps those it had, and everything else has none, a no-show and a failure too.
    Nobody and no table is in two at once.
    """
    now = clock.now()
    held: dict[int, set[tuple[str, int, int]]] = {}
    for seat in db.exec(select(Seat).where(col(Seat.meeting_id).is_not(None))):
        who = ("person", seat.person_id) if seat.person_id is not None else ("table", seat.table_id)
        held.setdefault(seat.meeting_id or 0, set()).add((who[0], who[1] or 0, seat.atom))
    found, taken = [], set()
    for meeting in db.exec(select(Meeting).execution_options(populate_existing=True)):
        if event_id not in {None, meeting.event_id}:
            held.pop(meeting.id or 0, None)
            continue
        guests = guests_of(db, meeting.id or 0)
        due, mine = seats_due(meeting, guests), held.pop(meeting.id or 0, set())
        table = db.get(MeetingTable, meeting.table_id) if due and meeting.table_id else None
        if table is not None and table.chairs < 2 + len(guests):
            found.append(f"meeting {meeting.id} has too few chairs")
        waiting = meeting.state is MeetingState.REQUESTED
        if waiting and (meeting.expires_at <= now or not rules_of(db, meeting.event_id).requests_hold):
            found += [f"meeting {meeting.id} has more than it asked for"] if mine - due else []
            continue
        if meeting.state is MeetingState.HELD:
            found += [f"meeting {meeting.id} was held and has {sorted(mine - due)}"] if mine - due else []
            taken |= mine
            continue
        if mine != due:
            found.append(f"meeting {meeting.id}, {meeting.state}: has {sorted(mine - due)}, lacks {sorted(due - mine)}")
        found += [f"{seat} twice" for seat in due & taken]
        taken |= due
    return found + [f"seats without a meeting: {sorted(left)}" for left in held.values()]


def seats_due(meeting: Meeting, guests: tuple[int, ...] = ()) -> set[tuple[str, int, int]]:
    """The seats that a meeting in this state should have."""
    if meeting.starts_at is None or meeting.ends_at is None:
        return set()
    pieces = clock.atoms(meeting.starts_at, meeting.ends_at)
    people = [("person", one) for one in (meeting.asker_id, meeting.invitee_id, *guests)]
    kept = {MeetingState.SCHEDULED, MeetingState.HELD}
    if meeting.state in kept and meeting.table_id is not None:
        people.append(("table", meeting.table_id))
    if meeting.state not in {MeetingState.REQUESTED, *kept}:
        return set()
    return {(*who, atom) for who in people for atom in pieces}


def at(meeting: MeetingInEvent, minutes: float) -> AbstractContextManager[None]:
    """So many minutes after the meeting's start."""
    return clock.frozen_at(meeting.slot.starts_at + timedelta(minutes=minutes))


def state_of(db: Database, meeting: MeetingInEvent) -> MeetingState:
    """What the meeting's row says now."""
    return db.exec(select(Meeting.state).where(Meeting.id == meeting.id)).one()


def facts(db: Database, *kinds: type[Fact]) -> list[Fact]:
    """The journal's facts of these kinds, the oldest first."""
    wanted = col(JournalEntry.kind).in_([kind.kind for kind in kinds])
    return [fact_of(entry) for entry in db.exec(select(JournalEntry).where(wanted).order_by(col(JournalEntry.id)))]
