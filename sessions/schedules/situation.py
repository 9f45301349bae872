"""The situation that a schedule starts from: the event's slots, tables, people and meetings as rows say them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlmodel import col

from events.core import clock
from events.core.database import Database
from events.core.journal import JournalEntry
from events.people import Person
from events.registration import Registration, RegistrationState
from sessions.blocks import MeetingTable, Slot, blocks_of, slots_of, tables_of
from sessions.booking_rules import BookingRules, TypeLimits, limits_of_types, rules_of
from sessions.busy_times import away_slots, held_slots
from sessions.meetings import Meeting, MeetingGuest, MeetingState, state_at
from sessions.no_thanks import vetoes_in
from sessions.schedules.drafts import Freedom

# What begins sooner stays as it is: people need a moment to hear of a change.
NOTICE = timedelta(minutes=15)
SEATED = (MeetingState.SCHEDULED, MeetingState.HELD)


@dataclass(frozen=True)
class Place:
    """A participant: the public id of their registration, their type and the zone whose hours they keep."""

    public_id: str
    person: int
    type_id: int
    zone: str


@dataclass(frozen=True)
class Known:
    """A meeting as it was read. `fixed` ones stay where they are, `wish` is a request that nobody has accepted."""

    public_id: str
    id: int
    people: tuple[int, ...]
    state: MeetingState
    slot: Slot | None
    table: int | None
    fixed: bool
    wish: bool = False


@dataclass(frozen=True)
class Situation:
    """Everything about an event that decides where its meetings can be.

    `slots` are in order of time with the number of their block; `busy` says per person the slots in which they cannot
    meet: absent, asleep, seated elsewhere, or too soon. `taken` says per slot the tables that others hold.
    """

    event_id: int
    journal_number: int
    at: datetime
    slots: tuple[Slot, ...]
    blocks: tuple[int, ...]
    places: tuple[Place, ...]
    meetings: tuple[Known, ...]
    busy: Mapping[int, set[int]]
    tables: tuple[MeetingTable, ...]
    taken: Mapping[int, set[int]]
    vetoes: frozenset[tuple[int, int]]
    rules: BookingRules
    limits: Mapping[int, TypeLimits]
    index: Mapping[datetime, int] = field(default_factory=dict)

    def number_of(self, slot: Slot | None) -> int | None:
        """The number of a slot; None for no time, and for one that is no slot of the event any more."""
        number = self.index.get(slot.starts_at) if slot else None
        return number if number is not None and slot == self.slots[number] else None

    def is_to_come(self, number: int) -> bool:
        """Whether a slot is far enough ahead for meetings to be put there."""
        return self.slots[number].starts_at > self.at + NOTICE


def read_situation(
    db: Database, event_id: int, *, freedom: Freedom, wishes: bool, among: Collection[int] | None = None
) -> Situation:
    """What stands and what waits for a time, with all that limits it. Some ten queries, however large the event.

    The journal's number is read first: whatever is written while we read counts as newer than what we read. `among`
    keeps to these people's meetings and whom they meet; tables of other meetings then count as held by others.
    """
    now = clock.now()
    newest = select(func.max(col(JournalEntry.id))).where(col(JournalEntry.event_id) == event_id)
    number = db.execute(newest).scalar() or 0
    pairs = [(slot, block.id or 0) for block in blocks_of(db, event_id) for slot in slots_of(block)]
    slots = tuple(slot for slot, _block in pairs)
    meetings = _meetings(db, event_id, now, freedom, wishes, among)
    around = None if among is None else {*among, *(person for one in meetings for person in one.people)}
    places = _places(db, event_id, around)
    rules = rules_of(db, event_id)
    tables = tuple(tables_of(db, event_id))
    here: Any = select(col(Registration.person_id)).where(col(Registration.event_id) == event_id)
    here = here if around is None else sorted(around)
    busy, taken = held_slots(db, event_id, slots, here, now, but={one.id for one in meetings})
    zones = {one.person: one.zone for one in places}
    for person, away in away_slots(db, event_id, slots, here, zones, rules).items():
        busy.setdefault(person, set()).update(away)
    return Situation(
        event_id=event_id, journal_number=number, at=now, slots=slots, blocks=tuple(block for _slot, block in pairs),
        places=places, meetings=meetings, busy=busy, tables=tables, taken=taken,
        vetoes=frozenset(vetoes_in(db, event_id)), rules=rules, limits=limits_of_types(db, event_id),
        index={slot.starts_at: place for place, slot in enumerate(slots)},
    )  # fmt: skip


def _places(db: Database, event_id: int, around: Collection[int] | None) -> tuple[Place, ...]:
    query = (
        select(col(Registration.public_id), col(Registration.person_id), col(Registration.type_id), col(Person.zone))
        .join(Person, col(Person.id) == col(Registration.person_id))
        .where(col(Registration.event_id) == event_id, col(Registration.state) == RegistrationState.ACCEPTED)
        .order_by(col(Registration.person_id))
    )
    if around is not None:
        query = query.where(col(Registration.person_id).in_(sorted(around)))
    return tuple(Place(*row) for row in db.execute(query))


def _meetings(
    db: Database, event_id: int, now: datetime, freedom: Freedom, wishes: bool, among: Collection[int] | None
) -> tuple[Known, ...]:
    states = [MeetingState.ACCEPTED, *SEATED] + [MeetingState.REQUESTED] * wishes
    query: Any = (
        select(
            col(Meeting.public_id), col(Meeting.id), col(Meeting.asker_id), col(Meeting.invitee_id),
            col(Meeting.state), col(Meeting.starts_at), col(Meeting.ends_at), col(Meeting.table_id),
            col(Meeting.locked), col(Meeting.expires_at),
        )
        .where(col(Meeting.event_id) == event_id, col(Meeting.state).in_(states))
        .order_by(col(Meeting.id))
    )  # fmt: skip
    if among is not None:
        these = sorted(among)
        brought = select(col(MeetingGuest.meeting_id)).where(col(MeetingGuest.person_id).in_(these))
        leads = or_(col(Meeting.asker_id).in_(these), col(Meeting.invitee_id).in_(these))
        query = query.where(or_(leads, col(Meeting.id).in_(brought)))
    guests = _guests(db, event_id)
    found = []
    for public, id, asker, invitee, state, start, end, table, locked, expires in db.execute(query):
        state = MeetingState(state)
        if state is MeetingState.REQUESTED and (start is not None or state_at(state, expires, now) is not state):
            continue  # over, or for a certain time that it may hold: that is the invitee's to answer
        slot = Slot(start, end) if state in SEATED else None
        stays = locked or freedom is Freedom.NONE or state is MeetingState.HELD or (slot and start <= now + NOTICE)
        found.append(
            Known(
                public, id, (asker, invitee, *guests.get(id, ())), state, slot, table if slot else None,
                fixed=slot is not None and bool(stays), wish=state is MeetingState.REQUESTED,
            )
        )  # fmt: skip
    return tuple(found)


def _guests(db: Database, event_id: int) -> dict[int, list[int]]:
    query = (
        select(col(MeetingGuest.meeting_id), col(MeetingGuest.person_id))
        .join(Meeting, col(Meeting.id) == col(MeetingGuest.meeting_id))
        .where(col(Meeting.event_id) == event_id)
        .order_by(col(MeetingGuest.id))
    )
    found: dict[int, list[int]] = {}
    for meeting, person in db.execute(query):
        found.setdefault(meeting, []).append(person)
    return found


def overlapping(situation: Situation, slot: Slot) -> set[int]:
    """The slots of the event that a stretch of time touches."""
    return {
        number
        for number, one in enumerate(situation.slots)
        if one.starts_at < slot.ends_at and one.ends_at > slot.starts_at
    }
