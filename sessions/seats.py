"""Seats: who and what is taken when. Nobody has two seats at once, in whatever event; the database sees to it.

Time is cut into atoms of five minutes. A request holds the seats of its two people until it expires; an accepted
meeting keeps them and has those of its table too. Every other end of a meeting frees all of them. Mentoring has seats
of its mentor and of those of the team who come, in the same relation, so that neither is booked over the other.
"""

from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Integer,
    UniqueConstraint,
    bindparam,
    case,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlmodel import Field, SQLModel, col

from events.core import clock
from events.core.access import Actor
from events.core.clock import atoms
from events.core.columns import Moment, moment
from events.core.database import Database, is_broken
from events.core.hooks import personal_data
from events.core.refusals import Conflict
from events.core.translation import At, _
from events.people import Person
from events.registration import Registration, RegistrationState
from sessions.blocks import MeetingTable, Slot

TABLE_TRIES = 50


class Seat(SQLModel, table=True):
    """A person's or a table's hold on five minutes. The two unique constraints are why nobody is booked twice."""

    __table_args__ = (
        UniqueConstraint("person_id", "atom"),
        UniqueConstraint("table_id", "atom"),
        CheckConstraint("(person_id IS NULL) <> (table_id IS NULL)", name="person_or_table"),
        CheckConstraint("(meeting_id IS NULL) <> (mentoring_id IS NULL)", name="meeting_or_mentoring"),
    )

    id: int | None = Field(default=None, primary_key=True)
    meeting_id: int | None = Field(default=None, foreign_key="meeting.id", index=True)
    mentoring_id: int | None = Field(default=None, foreign_key="mentoring.id", index=True)
    person_id: int | None = Field(default=None, foreign_key="person.id")
    table_id: int | None = Field(default=None, foreign_key="meeting_table.id")
    atom: int
    held_until: datetime | None = moment(default=None, nullable=True)


personal_data(Seat, "person_id", "times that are taken", "delete")

SEAT: Any = Seat.__table__  # type: ignore[attr-defined]  # Core on the hot path: a third of the time of the ORM


class SlotTaken(Conflict):
    """Somebody is not free then. Why is their own affair, so the sentence is the same for a seat in this event or
    another and for an absence."""


class NoTableFree(Conflict):
    """There is no place left to meet at that time."""

    def __init__(self, start: datetime) -> None:
        super().__init__(_("All tables are taken at %(time)s. Choose another time.", time=At(start)))


class BookedElsewhere(Conflict):
    """Two bookings stood in each other's way, and this one gave in."""

    def __init__(self) -> None:
        super().__init__(_("Somebody is booking at the same moment. Please try again."))


class NotTakingPart(Conflict):
    """Somebody has left the event."""

    def __init__(self) -> None:
        super().__init__(_("One of the two does not take part in this event any more."))


def not_free(db: Database, actor: Actor, people: Collection[int], start: datetime | None) -> SlotTaken:
    """The refusal that says who of `people` is not free at `start`: the reader themselves, else one of the others.

    Without a time it says that they have none left.
    """
    if start is not None and actor.person in people:
        return SlotTaken(_("You are not free at %(time)s. Choose another time.", time=At(start)))
    name = db.execute(select(col(Person.name)).where(col(Person.id).in_(sorted(people))).limit(1)).scalar() or ""
    if start is None:
        return SlotTaken(_("%(name)s has no time left at which the two of you could meet.", name=name))
    if not name:
        return SlotTaken(_("The time at %(time)s has just been taken. Choose another one.", time=At(start)))
    return SlotTaken(_("%(name)s is not free at %(time)s. Choose another time.", name=name, time=At(start)))


_PLACES = (
    select(Registration)
    .where(
        col(Registration.event_id) == bindparam("event"),
        col(Registration.person_id).in_(bindparam("people", expanding=True)),
        col(Registration.state) == RegistrationState.ACCEPTED,
    )
    .order_by(col(Registration.person_id))
    .with_for_update(key_share=True)
)


def locked_participants(db: Database, event_id: int, people: Collection[int]) -> dict[int, Registration]:
    """The registrations of those of `people` who take part, locked on PostgreSQL until the transaction ends.

    So nobody leaves, or is counted twice, while a booking of theirs is made. In order of person id, against deadlock.
    """
    rows = db.execute(_PLACES, {"event": event_id, "people": sorted(set(people))}).scalars()
    return {row.person_id: row for row in rows}


def held_now(now: Any) -> Any:
    """The condition that a seat counts: kept, or held by a request that has not expired at `now`, a moment or a
    parameter."""
    return or_(SEAT.c.held_until.is_(None), SEAT.c.held_until > now)


def take_seats(
    db: Database, actor: Actor, *, meeting_id: int, people: Collection[int], slot: Slot, held_until: datetime | None
) -> None:
    """Give `people` their seats for a meeting, all or none. Refuses with SlotTaken; here and nowhere else the named
    constraint becomes a sentence.

    `held_until` None keeps them for good. Expired holds on the same atoms are removed first.
    """
    _take(db, actor, "meeting_id", meeting_id, people, slot, held_until)


def take_mentoring_seats(db: Database, actor: Actor, *, mentoring_id: int, people: Collection[int], slot: Slot) -> None:
    """Give `people` their seats for a mentoring, all or none, as `take_seats` does for meetings."""
    _take(db, actor, "mentoring_id", mentoring_id, people, slot, None)


def _take(
    db: Database, actor: Actor, of: str, id: int, people: Collection[int], slot: Slot, held_until: datetime | None
) -> None:
    pieces = atoms(slot.starts_at, slot.ends_at)
    # Lowest person id first: two people asking each other for one slot would deadlock otherwise.
    rows = [
        {of: id, "person_id": person, "atom": atom, "held_until": held_until}
        for person in sorted(people)
        for atom in pieces
    ]
    try:
        _insert(db, people, pieces, rows)
    except IntegrityError as error:
        if not is_broken(error, "uq_seat_person_id_atom"):
            raise
        raise not_free(db, actor, _seated(db, people, pieces, SEAT.c[of] == id), slot.starts_at) from error


def free_mentoring_seats(
    db: Database, mentoring_id: int, *, but: Slot | None = None, person_id: int | None = None
) -> None:
    """Give back the seats of a mentoring: all, all but those at a slot, or those of one person."""
    freed = delete(SEAT).where(SEAT.c.mentoring_id == mentoring_id)
    if but is not None:
        pieces = atoms(but.starts_at, but.ends_at)
        freed = freed.where(~SEAT.c.atom.between(pieces[0], pieces[-1]))
    if person_id is not None:
        freed = freed.where(SEAT.c.person_id == person_id)
    db.execute(freed)


_NEW_SEATS = insert(SEAT)
_EXPIRED = delete(SEAT).where(
    SEAT.c.person_id.in_(bindparam("people", expanding=True)),
    SEAT.c.atom.between(bindparam("first"), bindparam("last")),
    SEAT.c.held_until <= bindparam("now"),
)


def _insert(db: Database, people: Collection[int], pieces: range, rows: list[dict[str, Any]]) -> None:
    expired = {"people": sorted(people), "first": pieces[0], "last": pieces[-1], "now": clock.now()}
    for last_try in (False, True):
        try:
            with db.begin_nested():
                db.connection().execute(_EXPIRED, expired)
                db.connection().execute(_NEW_SEATS, rows)
            return
        except OperationalError as error:
            # What the savepoint took is free again, so that a victim of a deadlock may try once more.
            if not _stood_in_the_way(error):
                raise
            if last_try:
                raise BookedElsewhere from error


def _stood_in_the_way(error: DBAPIError) -> bool:
    """Whether PostgreSQL ended the statement for the sake of others: deadlock, lock time-out, serialisation."""
    return getattr(error.orig, "sqlstate", None) in {"40P01", "55P03", "40001"}


def _seated(db: Database, people: Collection[int], pieces: range, own: Any) -> set[int]:
    """Who of `people` has a seat there that is not `own`, which for a seat of the other kind is neither true nor
    false."""
    query = select(SEAT.c.person_id).where(
        SEAT.c.person_id.in_(sorted(people)),
        SEAT.c.atom.between(pieces[0], pieces[-1]),
        own.is_not(True),
    )
    return set(db.execute(query).scalars())


def keep_seats(db: Database, meeting_id: int) -> int:
    """Turn a request's held seats into kept ones; how many there were."""
    kept = db.execute(update(SEAT).where(SEAT.c.meeting_id == meeting_id).values(held_until=None))
    return int(kept.rowcount)  # type: ignore[attr-defined]  # an UPDATE always answers with a cursor


def free_seats(db: Database, meeting_id: int, *, but: Slot | None = None) -> None:
    """Give back all seats of a meeting, or all but those at a slot."""
    freed = delete(SEAT).where(SEAT.c.meeting_id == meeting_id)
    if but is not None:
        pieces = atoms(but.starts_at, but.ends_at)
        freed = freed.where(~SEAT.c.atom.between(pieces[0], pieces[-1]))
    db.execute(freed)


def free_seats_of(db: Database, meeting_id: int, person_id: int) -> None:
    """Give back the seats that one of its people has for a meeting."""
    db.execute(delete(SEAT).where(SEAT.c.meeting_id == meeting_id, SEAT.c.person_id == person_id))


def free_table(db: Database, meeting_id: int, table_id: int) -> None:
    """Give back a table that a meeting does not need any more."""
    db.execute(delete(SEAT).where(SEAT.c.meeting_id == meeting_id, SEAT.c.table_id == table_id))


def has_seats(db: Database, meeting_id: int, person_id: int) -> bool:
    """Whether somebody has seats for a meeting; requests hold some or none, by the event's rules."""
    theirs = select(SEAT.c.id).where(SEAT.c.meeting_id == meeting_id, SEAT.c.person_id == person_id)
    return db.execute(theirs.limit(1)).first() is not None


def take_table(
    db: Database, *, event_id: int, meeting_id: int, slot: Slot, people: Collection[int], prefer: int | None = None
) -> int | None:
    """Give a meeting of `people` a free table: the table's id; None where an event has no tables.

    A table of their own comes first, then the preferred one; tables of others and those with too few chairs do not
    count. Refuses with NoTableFree. A table that somebody else takes at the same moment is passed over.
    """
    pieces = atoms(slot.starts_at, slot.ends_at)
    for _try in range(TABLE_TRIES):
        table = _free_table(db, event_id, pieces, people, prefer)
        if table is None:
            if db.execute(select(col(MeetingTable.id)).where(col(MeetingTable.event_id) == event_id).limit(1)).first():
                raise NoTableFree(slot.starts_at)
            return None
        rows = [{"meeting_id": meeting_id, "table_id": table, "atom": atom} for atom in pieces]
        with suppress(_TableGone):
            _insert_table(db, rows)
            return table
    raise NoTableFree(slot.starts_at)


class _TableGone(Exception):
    pass


def _insert_table(db: Database, rows: list[dict[str, Any]]) -> None:
    try:
        with db.begin_nested():
            db.execute(insert(SEAT), rows)
    except IntegrityError as error:
        # Taken by others, or taken away by an organiser.
        if not (is_broken(error, "uq_seat_table_id_atom") or is_broken(error, "fk_seat_table_id")):
            raise
        raise _TableGone from error


def _free_table(db: Database, event_id: int, pieces: range, people: Collection[int], prefer: int | None) -> int | None:
    taken = exists().where(SEAT.c.table_id == MeetingTable.id, SEAT.c.atom.between(pieces[0], pieces[-1]))
    mine = col(MeetingTable.kept_for_id).in_(sorted(people))
    query = select(col(MeetingTable.id)).where(*usable_tables(event_id, people), ~taken)
    rank = case((mine, 0), (col(MeetingTable.id) == prefer, 1), else_=2)
    # Locked on PostgreSQL, so that it is not kept for somebody else meanwhile; see `change_table`.
    locked = query.order_by(rank, col(MeetingTable.id)).limit(1).with_for_update(read=True, key_share=True)
    return db.execute(locked).scalar()


def usable_tables(event_id: int, people: Collection[int]) -> tuple[Any, ...]:
    """The conditions for tables at which `people` can meet: enough chairs, and kept for nobody else."""
    return _tables_for(event_id, sorted(people), len(people))


def _tables_for(event: Any, people: Any, count: Any) -> tuple[Any, ...]:
    return (
        col(MeetingTable.event_id) == event,
        col(MeetingTable.chairs) >= count,
        or_(col(MeetingTable.kept_for_id).is_(None), col(MeetingTable.kept_for_id).in_(people)),
    )


def fits_at(table: MeetingTable, people: Collection[int]) -> bool:
    """Whether `people` can meet at a table of their event that was read; the same as `usable_tables`."""
    return table.chairs >= len(people) and (table.kept_for_id is None or table.kept_for_id in people)


def has_table_for(db: Database, event_id: int, people: Collection[int]) -> bool:
    """Whether an event has a table at which so many people can meet, or has no tables at all."""
    usable = select(col(MeetingTable.id)).where(*usable_tables(event_id, people)).limit(1)
    any_table = select(col(MeetingTable.id)).where(col(MeetingTable.event_id) == event_id).limit(1)
    return db.execute(usable).first() is not None or db.execute(any_table).first() is None


# The queries below are parts of statements that are built once. Their values are those of `values_within`.
_PEOPLE: Any = bindparam("people", expanding=True)
_NOW: Any = bindparam("now", type_=Moment())
_WITHIN = SEAT.c.atom.between(bindparam("first", type_=Integer), bindparam("last", type_=Integer))
_OWN_TABLES = select(col(MeetingTable.id)).where(
    *_tables_for(bindparam("event", type_=Integer), _PEOPLE, bindparam("count", type_=Integer))
)

# The atoms in which one of the people has a seat, in whatever event.
TAKEN_ATOMS = select(SEAT.c.atom).where(SEAT.c.person_id.in_(_PEOPLE), _WITHIN, held_now(_NOW))
# Whether there is no table at all for them although the event has tables: too few chairs, or kept for others.
NO_TABLE_FITS = exists().where(col(MeetingTable.event_id) == bindparam("event", type_=Integer)) & ~exists(_OWN_TABLES)
# Those in which no table is left for them; none where the event has no tables for them. Tables are given out in order,
# so most atoms are settled by a look at the last one.
_LAST_TABLE = select(func.max(_OWN_TABLES.subquery().c.id)).scalar_subquery()
_LAST_TAKEN = select(SEAT.c.atom).where(SEAT.c.table_id == _LAST_TABLE, _WITHIN)
FULL_ATOMS = (
    select(SEAT.c.atom)
    .where(SEAT.c.table_id.in_(_OWN_TABLES), SEAT.c.atom.in_(_LAST_TAKEN))
    .group_by(SEAT.c.atom)
    .having(func.count() >= select(func.count()).select_from(_OWN_TABLES.subquery()).scalar_subquery())
)


def values_within(event_id: int, people: Collection[int], slots: Sequence[Slot]) -> dict[str, Any]:
    """What TAKEN_ATOMS and FULL_ATOMS ask for: these people, from the first slot to the last."""
    pieces = atoms(slots[0].starts_at, slots[-1].ends_at) if slots else range(0)
    return {
        "event": event_id, "people": sorted(people), "count": len(set(people)), "now": clock.now(),
        "first": pieces.start, "last": pieces.stop - 1,
    }  # fmt: skip


def busy_people(db: Database, people: Collection[int], span: Slot) -> set[int]:
    """Who of `people` has a seat within `span`, in whatever event."""
    pieces = atoms(span.starts_at, span.ends_at)
    query = select(SEAT.c.person_id).where(
        SEAT.c.person_id.in_(sorted(people)), SEAT.c.atom.between(pieces[0], pieces[-1]), held_now(clock.now())
    )
    return set(db.execute(query).scalars())


def kept_atoms(db: Database, person_id: int, span: Slot) -> set[int]:
    """The atoms within `span` in which a meeting of somebody stands, which is more than a request that holds them."""
    pieces = atoms(span.starts_at, span.ends_at)
    query = select(SEAT.c.atom).where(
        SEAT.c.person_id == person_id, SEAT.c.atom.between(pieces[0], pieces[-1]), SEAT.c.held_until.is_(None)
    )
    return set(db.execute(query).scalars())
