"""The cells of a board: who is free, away, in a meeting or asked for one, in each slot."""

from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import chain, repeat
from typing import Any

from sqlalchemy import (
    Integer,
    String,
    and_,
    bindparam,
    case,
    cast,
    exists,
    literal,
    null,
    or_,
    select,
    type_coerce,
    union_all,
)  # fmt: skip
from sqlmodel import col

from events.core import clock
from events.core.clock import atoms
from events.core.columns import Moment
from events.core.database import Database
from events.core.prepared import Prepared
from events.people import Person
from events.registration import Registration
from sessions.availability import Absence
from sessions.blocks import MeetingTable, Slot
from sessions.boards.shapes import AWAY, FREE, ROWS, TAKEN, BoardMeeting, By, Cell, CellKind, Row, View
from sessions.booking_rules import is_awake
from sessions.meetings import Meeting, MeetingGuest, MeetingState
from sessions.own_calendars import BUSY, busy_between, covers
from sessions.seats import SEAT

TO_PLACE_SHOWN = 50
CAME_TO_NOTHING = (MeetingState.NO_SHOW, MeetingState.FAILED)


def with_cells(
    db: Database, view: View, by: By, rows: list[tuple[Row, str]]
) -> tuple[tuple[Row, ...], tuple[BoardMeeting, ...]]:
    """The rows with their cells, and the meetings that have no time yet: one statement."""
    keys = [row.person_id or int(row.key) for row, _zone in rows]
    meetings, away_lines = _found(_lines(db, view, by, keys))
    places: dict[datetime | None, int] = {slot.starts_at: at for at, slot in enumerate(view.slots)}
    taken: dict[int | None, dict[int, Cell]] = {key: {} for key in keys}
    # What did not take place first: what stands in the rest of its slot is seen instead.
    for meeting in sorted(meetings, key=lambda one: one.state not in CAME_TO_NOTHING):
        at = places.get(meeting.starts_at)
        if at is None:
            at = _slot_around(view.slots, meeting.starts_at)
        if at is not None:
            cell = _cell_of(meeting)
            for key in meeting.everybody if by is By.PEOPLE else (meeting.table_id,):
                # What stands wins over a request that holds nothing.
                if key in taken and (cell.kind is not CellKind.HELD or at not in taken[key]):
                    taken[key][at] = cell
    away = _away(view, away_lines)
    made = tuple(
        [
            row._replace(cells=_cells(view, key, zone, taken[key], away))
            for key, (row, zone) in zip(keys, rows, strict=True)
        ]
    )
    return made, tuple([one for one in meetings if one.starts_at is None])


def _slot_around(slots: Sequence[Slot], start: datetime | None) -> int | None:
    """The number of the slot in which something begins that is none of the slots, such as the rest of one."""
    if start is None:
        return None
    at = bisect_right(slots, start, key=lambda slot: slot.starts_at) - 1
    return at if at >= 0 and start < slots[at].ends_at else None


def _lines(db: Database, view: View, by: By, keys: list[int]) -> Sequence[Any]:
    asked: dict[str, Any] = {"event": view.event.id}
    if not view.slots:
        return _statement(None, view.desks).rows(db, **asked)
    first, last = view.slots[0], view.slots[-1]
    pieces = atoms(first.starts_at, last.ends_at)
    asked |= {"now": clock.now(), "first": first.starts_at, "last": last.ends_at}
    asked |= zip(KEY_NAMES, chain(keys, repeat(0)), strict=False)
    if by is By.PEOPLE:
        asked |= {"first_atom": pieces[0], "last_atom": pieces[-1]}
    return _statement(by, view.desks).rows(db, **asked)


@lru_cache(maxsize=64)
def _statement(by: By | None, desks: frozenset[int] | None) -> Prepared:
    """All parts as one; `by` None has no slots."""
    parts = [_untimed(desks)]
    if by is not None:
        parts.append(_timed(desks, by))
    if by is By.PEOPLE:
        parts += [_absences(), _seated_elsewhere(), _busy_by_calendar()]
    return Prepared(union_all(*parts))


EVENT: Any = bindparam("event", type_=Integer)
# As many as a page has rows, each by itself: a list would have the statement written anew for each look.
KEY_NAMES = [f"key{number}" for number in range(ROWS)]
KEYS: Any = [bindparam(name, type_=Integer) for name in KEY_NAMES]
# The people of the rows, named once: six lists of them take longer to write than the database needs to read.
_SHOWN: Any = select(col(Person.id).label("id")).where(col(Person.id).in_(KEYS)).cte("shown")
PEOPLE: Any = select(_SHOWN.c.id)
FIRST, LAST, NOW = (bindparam(name, type_=Moment) for name in ("first", "last", "now"))


def _cells(
    view: View, key: int, zone: str, taken: Mapping[int, Cell], away: Collection[tuple[int, datetime]]
) -> tuple[Cell, ...]:
    if (zone and view.rules.windows) or away:
        found = [
            AWAY if (key, slot.starts_at) in away or not _is_awake(view, zone, slot) else FREE for slot in view.slots
        ]
    else:
        found = [FREE] * len(view.slots)
    for at, cell in taken.items():
        found[at] = cell
    return tuple(found)


def _is_awake(view: View, zone: str, slot: Slot) -> bool:
    return not (zone and view.rules.windows) or is_awake(view.rules, zone, slot)


def _cell_of(meeting: BoardMeeting) -> Cell:
    if not meeting.people:
        return TAKEN
    return Cell(CellKind.HELD if meeting.state is MeetingState.REQUESTED else CellKind.MEETING, meeting)


def _away(view: View, lines: Sequence[Any]) -> set[tuple[int, datetime]]:
    away: set[tuple[int, datetime]] = set()
    busy: set[tuple[int, int]] = set()
    for what, _public, _state, starts_at, _locked, person, *_others, atom, mine in lines:
        if what == "away":
            away.add((person, starts_at))
        elif what == "elsewhere":
            busy.add((person, atom))
        else:
            away |= {(person, slot.starts_at) for slot in view.slots if covers([(atom, mine)], slot)}
    people = {person for person, _atom in busy}
    for slot in view.slots if busy else ():
        pieces = atoms(slot.starts_at, slot.ends_at)
        away |= {(person, slot.starts_at) for person in people if any((person, one) in busy for one in pieces)}
    return away


def _columns(what: str, **known: Any) -> Any:
    """The columns that all parts of the statement have; those that a part does not know are NULL there."""
    names = ("public_id", "state", "starts_at", "locked", "asker_id", "invitee_id", "asker", "invitee", "guest_id",
             "table_id", "kind", "table", "atom", "mine")  # fmt: skip
    return select(literal(what).label("what"), *(known.get(name, null()).label(name) for name in names))


def _of_meetings(desks: frozenset[int] | None) -> Any:
    asker, invitee = Person.__table__.alias("asker"), Person.__table__.alias("invitee")  # type: ignore[attr-defined]
    return (
        _columns(
            # States, kinds and yes or no as they are stored: hundreds take long to be made into what they mean.
            "meeting", public_id=col(Meeting.public_id), state=type_coerce(col(Meeting.state), String),
            starts_at=col(Meeting.starts_at), locked=type_coerce(col(Meeting.locked), Integer),
            asker_id=col(Meeting.asker_id), invitee_id=col(Meeting.invitee_id),
            asker=asker.c.name, invitee=invitee.c.name, guest_id=col(MeetingGuest.person_id),
            table_id=col(Meeting.table_id), kind=type_coerce(col(MeetingTable.kind), String),
            table=col(MeetingTable.name),
            atom=cast(null(), Integer),  # PostgreSQL takes two bare NULLs for text, and then minds the third's number
            mine=literal(1) if desks is None else case((looked_after_by(desks), 1), else_=0),
        )
        .select_from(Meeting)
        .join(asker, asker.c.id == col(Meeting.asker_id))
        .join(invitee, invitee.c.id == col(Meeting.invitee_id))
        .outerjoin(MeetingGuest, col(MeetingGuest.meeting_id) == col(Meeting.id))
        .outerjoin(MeetingTable, col(MeetingTable.id) == col(Meeting.table_id))
    )  # fmt: skip


def looked_after_by(desks: Collection[int]) -> Any:
    """The condition that one of these desks looks after somebody who takes part in a meeting."""
    guest = exists().where(
        col(MeetingGuest.meeting_id) == col(Meeting.id), col(MeetingGuest.person_id) == col(Registration.person_id)
    )
    leads = col(Registration.person_id).in_((col(Meeting.asker_id), col(Meeting.invitee_id)))
    return exists().where(
        col(Registration.event_id) == col(Meeting.event_id), col(Registration.desk_id).in_(sorted(desks)),
        or_(leads, guest),
    )  # fmt: skip


def _untimed(desks: frozenset[int] | None) -> Any:
    """The oldest meetings that were accepted and have no time: what an organiser places."""
    first = select(col(Meeting.id)).where(
        col(Meeting.event_id) == EVENT, col(Meeting.state) == MeetingState.ACCEPTED
    )  # fmt: skip
    if desks is not None:
        first = first.where(looked_after_by(desks))
    first = first.order_by(col(Meeting.requested_at), col(Meeting.id)).limit(TO_PLACE_SHOWN)
    return _of_meetings(desks).where(col(Meeting.id).in_(select(first.subquery().c.id)))


SHOWN = (MeetingState.SCHEDULED, MeetingState.HELD, MeetingState.NO_SHOW, MeetingState.FAILED)


def _timed(desks: frozenset[int] | None, by: By) -> Any:
    waits = and_(col(Meeting.state) == MeetingState.REQUESTED, col(Meeting.expires_at) > NOW)
    shown = or_(*(col(Meeting.state) == one for one in SHOWN), waits)
    then = (col(Meeting.starts_at) >= FIRST, col(Meeting.starts_at) <= LAST, shown)
    if by is By.TABLES:
        return _of_meetings(desks).where(col(Meeting.event_id) == EVENT, *then, col(Meeting.table_id).in_(KEYS))
    # What each of them has is found by their own indexes, not by the event's: that would go through the whole day.
    of_event = (col(Meeting.event_id) + 0 == EVENT, *then)
    theirs = select(col(Meeting.id))
    with_guests = theirs.select_from(MeetingGuest).join(Meeting, col(Meeting.id) == col(MeetingGuest.meeting_id))
    ids = union_all(  # who stands in two of them is found once all the same, being asked for by their id
        theirs.where(col(Meeting.asker_id).in_(PEOPLE), *of_event),
        theirs.where(col(Meeting.invitee_id).in_(PEOPLE), *of_event),
        with_guests.where(col(MeetingGuest.person_id).in_(PEOPLE), *of_event),
    ).subquery()
    return _of_meetings(desks).where(col(Meeting.id).in_(select(ids.c.id)))


def _absences() -> Any:
    return _columns("away", asker_id=col(Absence.person_id), starts_at=col(Absence.starts_at)).where(
        col(Absence.event_id) == EVENT, col(Absence.person_id).in_(PEOPLE), col(Absence.starts_at) >= FIRST,
        col(Absence.starts_at) <= LAST,
    )  # fmt: skip


def _seated_elsewhere() -> Any:
    first, last = (bindparam(name, type_=Integer) for name in ("first_atom", "last_atom"))
    return (
        _columns("elsewhere", asker_id=SEAT.c.person_id, atom=SEAT.c.atom)
        .outerjoin(Meeting, col(Meeting.id) == SEAT.c.meeting_id)
        .where(
            SEAT.c.person_id.in_(PEOPLE), SEAT.c.atom.between(first, last),
            or_(SEAT.c.held_until.is_(None), SEAT.c.held_until > NOW),
            or_(SEAT.c.meeting_id.is_(None), col(Meeting.event_id) != EVENT),
        )
    )  # fmt: skip


def _busy_by_calendar() -> Any:
    first, last = (bindparam(name, type_=Integer) for name in ("first_atom", "last_atom"))
    return _columns("calendar", asker_id=BUSY.c.person_id, atom=BUSY.c.first_atom, mine=BUSY.c.end_atom).where(
        *busy_between(PEOPLE, first, last)
    )


_STATES = {state.value: state for state in MeetingState}


def _found(lines: Sequence[Any]) -> tuple[list[BoardMeeting], list[Any]]:
    """The meetings among the lines, which repeat one with several guests, and the lines that say who is away."""
    found: dict[str, BoardMeeting] = {}
    away = []
    for line in lines:
        if line[0] != "meeting":
            away.append(line)
            continue
        # One by one, by name, they would take longer than all the rest of it.
        (_what, public, state, starts_at, locked, asker_id, invitee_id, asker, invitee, guest, table_id, kind, table,
         _atom, mine) = line  # fmt: skip
        people = ((asker_id, asker), (invitee_id, invitee)) if mine else ()
        before = found[public].guests if guest is not None and public in found else ()
        found[public] = BoardMeeting(
            public, _STATES[state], starts_at, bool(locked), people, before if guest is None else (*before, guest),
            table_id, None if table is None else (kind, table),
        )  # fmt: skip
    return list(found.values()), away
