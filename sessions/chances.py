"""Chances: which of an event's waiting pairs could be put together now, and at what times; all looked at together."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, union
from sqlmodel import col

from events.core import clock
from events.core.access import SYSTEM
from events.core.database import Database, in_parts
from events.people import Person
from events.registration import Registration, RegistrationState
from events.type_rules import type_rules_of
from sessions.availability import slots_and_rules
from sessions.blocks import MeetingTable, Slot, blocks_of, tables_of
from sessions.booking_rules import BookingRules, limits_of_types
from sessions.busy_times import away_slots, held_slots
from sessions.limits import Bounds, Counted, counted_for, is_between, limit_reached
from sessions.no_thanks import vetoes_in
from sessions.requests import suits
from sessions.waiting import WaitingPair, waiting_pairs

LEADS = 2


@dataclass(frozen=True)
class Chance:
    """A waiting pair that could meet, the place of the one who is asked, and the times in order."""

    pair: WaitingPair
    invitee: Registration
    slots: list[Slot]


def chances(db: Database, event_id: int) -> Iterator[Chance]:
    """The waiting pairs of an event for whom there is a time, longest first, without those that a request would be
    refused to: absences, hours, seats, tables, a no thanks, colleagues, types, a second meeting, limits.

    One statement where nobody waits, eight where nobody is free, else twelve and two more for each further thousand
    people, however many pairs and slots there are. Limits are compared pair by pair as they are taken.
    """
    pairs = waiting_pairs(db, event_id)
    if not pairs:
        return
    slots, rules = slots_and_rules(db, event_id)
    found = _free_pairs(db, event_id, pairs, slots, rules) if slots else []
    if not found:
        return
    blocks = blocks_of(db, event_id) if rules.max_per_block is not None else []
    bounds = Bounds(rules, limits_of_types(db, event_id), blocks)
    lines = _lines_of(db, event_id, [one for _pair, places, _slots in found for one in places])
    for pair, places, free in found:
        within = _within_limits(bounds, pair, places, free, lines)
        if within:
            yield Chance(pair, places[pair.invitee_id], within)


Places = dict[int, Registration]


def _free_pairs(
    db: Database, event_id: int, pairs: Sequence[WaitingPair], slots: Sequence[Slot], rules: BookingRules
) -> list[tuple[WaitingPair, Places, list[Slot]]]:
    """The pairs who may meet by what they are, with the slots in which both are free and a table is left."""
    here = col(WaitingPair.event_id) == event_id
    people = union(select(col(WaitingPair.asker_id)).where(here), select(col(WaitingPair.invitee_id)).where(here))
    places, zones = _places(db, event_id, people)
    busy, taken = held_slots(db, event_id, slots, people, clock.now())
    for person, away in away_slots(db, event_id, slots, people, zones, rules).items():
        busy.setdefault(person, set()).update(away)
    rooms = _Rooms(tables_of(db, event_id), taken, len(slots))
    vetoes, types = vetoes_in(db, event_id), type_rules_of(db, event_id)
    found = []
    for pair in pairs:
        asker, invitee = places.get(pair.asker_id), places.get(pair.invitee_id)
        one, other = sorted((pair.asker_id, pair.invitee_id))
        if asker is None or invitee is None or (one, other) in vetoes or not suits(types, asker, invitee):
            continue
        never = busy.get(one, set()) | busy.get(other, set()) | rooms.full_for(one, other)
        free = [slot for number, slot in enumerate(slots) if number not in never]
        if free:
            found.append((pair, {asker.person_id: asker, invitee.person_id: invitee}, free))
    return found


def _places(db: Database, event_id: int, people: Any) -> tuple[Places, dict[int, str]]:
    query = (
        select(Registration, col(Person.zone))
        .join(Person, col(Person.id) == col(Registration.person_id))
        .where(
            col(Registration.event_id) == event_id,
            col(Registration.state) == RegistrationState.ACCEPTED,
            col(Registration.person_id).in_(people),
        )
    )
    rows = db.execute(query).all()
    return {place.person_id: place for place, _zone in rows}, {place.person_id: zone for place, zone in rows}


class _Rooms:
    """In which slots no table is left for two people; in none where an event has no tables."""

    def __init__(self, tables: Sequence[MeetingTable], taken: Mapping[int, set[int]], slots: int) -> None:
        self._any, self._taken = bool(tables), taken
        fit = [one for one in tables if one.chairs >= LEADS]
        self._own = {one.kept_for_id: one.id or 0 for one in fit if one.kept_for_id is not None}
        self._shared = {one.id or 0 for one in fit if one.kept_for_id is None}
        self._full = {number for number in range(slots) if self._shared <= taken.get(number, set())}

    def full_for(self, *people: int) -> set[int]:
        if not self._any:
            return set()
        own = {self._own[one] for one in people if one in self._own}
        return {number for number in self._full if own <= self._taken.get(number, set())} if own else self._full


def _lines_of(db: Database, event_id: int, people: Sequence[int]) -> dict[int, list[Counted]]:
    found: dict[int, list[Counted]] = {}
    for some in in_parts(sorted(set(people))):
        for line in counted_for(db, event_id, some):
            found.setdefault(line.person, []).append(line)
    return found


def _within_limits(
    bounds: Bounds, pair: WaitingPair, places: Places, free: list[Slot], lines: Mapping[int, list[Counted]]
) -> list[Slot]:
    """The slots among `free` for which the two may still make a request of the one."""
    one, other = pair.asker_id, pair.invitee_id
    theirs = [*lines.get(one, ()), *lines.get(other, ())]
    if is_between(theirs, one, other) or limit_reached(SYSTEM, bounds, places, None, theirs, asker=one):
        return []
    if bounds.rules.max_per_block is None:
        return free
    return [slot for slot in free if limit_reached(SYSTEM, bounds, places, slot, theirs, asker=one) is None]
