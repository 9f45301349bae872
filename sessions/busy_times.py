"""Busy times: in which of an event's slots people and tables are taken, read for many of them together."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import cast, literal, null, select, union_all
from sqlmodel import col

from events.core.clock import atoms
from events.core.columns import Moment
from events.core.database import Database
from sessions.availability import Absence
from sessions.blocks import MeetingTable, Slot
from sessions.booking_rules import BookingRules, is_awake
from sessions.own_calendars import BUSY, busy_between
from sessions.seats import SEAT, held_now


def held_slots(
    db: Database, event_id: int, slots: Sequence[Slot], people: Any, now: datetime, *, but: Collection[int] = ()
) -> tuple[dict[int, set[int]], dict[int, set[int]]]:
    """By person the numbers of the slots, and by number of slot the event's tables, that are held by other meetings
    than `but`; in whatever event people have their seats. `people` is a query for their ids, or a list. One
    statement.
    """
    busy: dict[int, set[int]] = {}
    taken: dict[int, set[int]] = {}
    if not slots:
        return busy, taken
    at = {atom: number for number, slot in enumerate(slots) for atom in atoms(slot.starts_at, slot.ends_at)}
    tables = select(col(MeetingTable.id)).where(col(MeetingTable.event_id) == event_id)
    query = select(SEAT.c.meeting_id, SEAT.c.person_id, SEAT.c.table_id, SEAT.c.atom).where(
        SEAT.c.atom.between(min(at), max(at)), held_now(now), SEAT.c.person_id.in_(people) | SEAT.c.table_id.in_(tables)
    )
    for meeting, person, table, atom in db.execute(query):
        number = at.get(atom)
        if number is None or meeting in but:
            continue
        if person is not None:
            busy.setdefault(person, set()).add(number)
        else:
            taken.setdefault(number, set()).add(table)
    return busy, taken


def away_slots(
    db: Database, event_id: int, slots: Sequence[Slot], people: Any, zones: Mapping[int, str], rules: BookingRules
) -> dict[int, set[int]]:
    """By person the numbers of the slots in which they said that they cannot meet, in which their own calendar has
    them busy, or in which it is no hour to meet in their zone. `people` is a query for their ids, or a list. One
    statement.
    """
    found: dict[int, set[int]] = {}
    at = {slot.starts_at: number for number, slot in enumerate(slots)}
    pieces = [atoms(slot.starts_at, slot.ends_at) for slot in slots]
    first, last = (min(one.start for one in pieces), max(one.stop for one in pieces) - 1) if pieces else (0, -1)
    absences = select(col(Absence.person_id), col(Absence.starts_at), literal(0), literal(0)).where(
        col(Absence.event_id) == event_id, col(Absence.person_id).in_(people)
    )
    own = select(BUSY.c.person_id, cast(null(), Moment()), BUSY.c.first_atom, BUSY.c.end_atom).where(
        *busy_between(people, first, last)
    )
    for person, start, begins, ends in db.execute(union_all(absences, own)):
        if start is None:
            there = {number for number, one in enumerate(pieces) if begins < one.stop and ends > one.start}
            found.setdefault(person, set()).update(there)
        elif start in at:
            found.setdefault(person, set()).add(at[start])
    asleep: dict[str, set[int]] = {}
    for person, zone in zones.items() if rules.windows else ():
        if zone not in asleep:
            asleep[zone] = {number for number, slot in enumerate(slots) if not is_awake(rules, zone, slot)}
        found.setdefault(person, set()).update(asleep[zone])
    return found
