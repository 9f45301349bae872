"""The cells of a board: who is free, away, in a meeting or asked for one, in each slot."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Integer, and_, bindparam, case, cast, exists, literal, null, or_, select, union, union_all
from sqlmodel import col

from events.core import clock
from events.core.clock import atoms
from events.core.columns import Moment
from events.core.database import Database
from events.people import Person
from events.registration import Registration
from sessions.availability import Absence
from sessions.blocks import MeetingTable, Slot, TableKind, place_name
from sessions.boards.shapes import AWAY, FREE, TAKEN, BoardMeeting, By, Cell, CellKind, Row, View
from sessions.booking_rules import is_awake
from sessions.meetings import Meeting, MeetingGuest, MeetingState
from sessions.own_calendars import BUSY, busy_between, covers
from sessions.seats import SEAT

TO_PLACE_SHOWN = 50


def with_cells(
    db: Database, view: View, by: By, rows: list[tuple[Row, str]]
) -> tuple[tuple[Row, ...], tuple[BoardMeeting, ...]]:
    """The rows with their cells, and the meetings that have no time yet: one statement."""
    keys = [row.person_id or int(row.key) for row, _zone in rows]
    lines = _lines(db, view, by, keys)
    meetings = _meetings(lines)
    places = {slot.starts_at: at for at, slot in enumerate(view.slots)}
    taken: dict[int, dict[int, Cell]] = {key: {} for key in keys}
    for meeting, table in meetings.values():
        at = places.get(meeting.starts_at) if meeting.starts_at is not None else None
        if at is not None:
            cell = _cell_of(meeting, view)
            for key in meeting.everybody if by is By.PEOPLE else (table,):
                # What stands wins over a request that holds nothing.
                theirs = taken.get(key) if key is not None else None
                if theirs is not None and (cell.kind is not CellKind.HELD or at not in theirs):
                    theirs[at] = cell
    away = _away(view, lines)
    made = tuple(
        Row(row.key, row.person_id, row.name, row.about, _cells(view, key, zone, taken[key], away), row.meetings,
            row.waiting)
        for key, (row, zone) in zip(keys, rows, strict=True)
    )  # fmt: skip
    return made, tuple(one for one, _table in meetings.values() if one.starts_at is None)


def _lines(db: Database, view: View, by: By, keys: list[int]) -> Sequence[Any]:
    asked: dict[str, Any] = {"event": view.event.id}
    if not view.slots:
        return db.connection().execute(_statement(None, view.desks), asked).all()
    first, last = view.slots[0], view.slots[-1]
    pieces = atoms(first.starts_at, last.ends_at)
    asked |= {"keys": keys, "now": clock.now(), "first": first.starts_at, "last": last.starts_at}
    if by is By.PEOPLE:
        asked |= {"first_atom": pieces[0], "last_atom": pieces[-1]}
    return db.connection().execute(_statement(by, view.desks), asked).all()


@lru_cache(maxsize=64)
def _statement(by: By | None, desks: frozenset[int] | None) -> Any:
    """All parts as one; `by` None has no slots. Made once: to make it takes as long as the database's own work."""
    parts = [_untimed(desks)]
    if by is not None:
        parts.append(_timed(desks, by))
    if by is By.PEOPLE:
        parts += [_absences(), _seated_elsewhere(), _busy_by_calendar()]
    return union_all(*parts)


EVENT: Any = bindparam("event", type_=Integer)
KEYS: Any = bindparam("keys", expanding=True, type_=Integer)
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


def _cell_of(meeting: BoardMeeting, view: View) -> Cell:
    if not meeting.people:
        return TAKEN
    return Cell(CellKind.HELD if meeting.state is MeetingState.REQUESTED else CellKind.MEETING, meeting)


def _away(view: View, lines: Sequence[Any]) -> set[tuple[int, datetime]]:
    away = {(line.asker_id, line.starts_at) for line in lines if line.what == "away"}
    busy = {(line.asker_id, line.atom) for line in lines if line.what == "elsewhere"}
    people = {person for person, _atom in busy}
    for slot in view.slots if busy else ():
        pieces = atoms(slot.starts_at, slot.ends_at)
        away |= {(person, slot.starts_at) for person in people if any((person, one) in busy for one in pieces)}
    for line in lines:
        if line.what == "calendar":
            own = [(line.atom, line.mine)]
            away |= {(line.asker_id, slot.starts_at) for slot in view.slots if covers(own, slot)}
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
            "meeting", public_id=col(Meeting.public_id), state=col(Meeting.state), starts_at=col(Meeting.starts_at),
            locked=col(Meeting.locked), asker_id=col(Meeting.asker_id), invitee_id=col(Meeting.invitee_id),
            asker=asker.c.name, invitee=invitee.c.name, guest_id=col(MeetingGuest.person_id),
            table_id=col(Meeting.table_id), kind=col(MeetingTable.kind), table=col(MeetingTable.name),
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
    ids = union(
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


place_called = lru_cache(maxsize=2000)(place_name)
_STATES = {state.value: state for state in MeetingState}


def _meetings(lines: Sequence[Any]) -> dict[str, tuple[BoardMeeting, int | None]]:
    """The meetings among the lines, which repeat one with several guests, each with the id of its table."""
    guests: dict[str, list[int]] = {}
    first: dict[str, Any] = {}
    for line in lines:
        if line[0] == "meeting":
            public, guest = line[1], line[9]
            first.setdefault(public, line)
            if guest is not None:
                guests.setdefault(public, []).append(guest)
    found = {}
    for public, line in first.items():
        # One by one, by name, they would take longer than all the rest of it.
        (_what, _public, state, starts_at, locked, asker_id, invitee_id, asker, invitee, _guest, table_id, kind, table,
         _atom, mine) = line  # fmt: skip
        people = ((asker_id, asker), (invitee_id, invitee)) if mine else ()
        place = place_called(TableKind(kind), table) if table is not None else ""
        found[public] = (
            BoardMeeting(
                public, _STATES[state], starts_at, bool(locked), place, people, tuple(guests.get(public, ()))
            ),
            table_id,
        )  # fmt: skip
    return found
