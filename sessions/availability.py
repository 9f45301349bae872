"""Availability: when participants of a matchmaking event can meet. Without a word, they can."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, UniqueConstraint, bindparam, cast, delete, literal, null, union_all
from sqlalchemy import select as sql_select
from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.access import Actor, command
from events.core.clock import atoms
from events.core.columns import Moment, moment
from events.core.database import Database
from events.core.hooks import personal_data
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid
from events.core.translation import At, _
from events.desks import acts_for_registration
from events.events import Event, EventClosedAlready, EventState, EventWithPhases, not_over
from events.people import Person
from events.registration import (
    Registration,
    RegistrationInEvent,
    RegistrationState,
    participant_of_event,
)
from sessions.blocks import LONGEST_SLOT, Block, Slot, slots_in, slots_of, starts_within
from sessions.booking_rules import BookingRules, is_awake, usual_rules
from sessions.no_thanks import NoThanks
from sessions.own_calendars import BUSY, busy_between, covers, keep_free_anyway
from sessions.seats import (
    FULL_ATOMS,
    NO_TABLE_FITS,
    SEAT,
    TAKEN_ATOMS,
    NotTakingPart,
    held_now,
    kept_atoms,
    values_within,
)


class Absence(SQLModel, table=True):
    """That a participant cannot meet in the slot which starts then."""

    __table_args__ = (UniqueConstraint("event_id", "person_id", "starts_at"),)

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = Field(foreign_key="event.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    starts_at: datetime = moment()


class AvailabilityStated(SQLModel, table=True):
    """That a participant has said when they can meet."""

    __tablename__ = "availability_stated"
    __table_args__ = (UniqueConstraint("event_id", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = Field(foreign_key="event.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    stated_at: datetime = moment()


personal_data(Absence, "person_id", "when somebody cannot meet", "delete")
personal_data(AvailabilityStated, "person_id", "that somebody said when they can meet", "delete")


@dataclass(frozen=True)
class AvailabilitySet(Fact):
    """A participant said when they can meet."""

    event_id: int
    registration_id: int


class MeetingThen(Conflict):
    """Somebody cannot be away while they meet."""

    def __init__(self, start: datetime, *, own: bool = True) -> None:
        theirs = _("There is a meeting at %(time)s. Move or cancel it first.", time=At(start))
        super().__init__(
            _("You have a meeting at %(time)s. Move or cancel it first.", time=At(start)) if own else theirs
        )


@command(participant_of_event, when=not_over)
def set_availability(
    db: Database,
    actor: Actor,
    subject: EventWithPhases,
    *,
    absent: Collection[datetime],
    free_anyway: Collection[datetime] | None = None,
) -> None:
    """Say in which slots, named by their starts (aware), one cannot meet; in all others one can, unless one's own
    calendar says that one is busy. In those of `free_anyway` one can whatever it says; None leaves that as it was.

    Replaces what was said before. Refuses times that are no slots, and to be away from now on at a time at which a
    meeting of one's own stands.
    """
    assert actor.person is not None
    _set(db, actor, subject.id, actor.person, absent)
    if free_anyway is not None:
        slots = slots_in(db, subject.id)
        free = [slot for slot in slots if slot.starts_at in free_anyway]
        keep_free_anyway(db, actor.person, free=free, not_free=[slot for slot in slots if slot not in free])


def place_counts(subject: RegistrationInEvent, now: datetime) -> None:
    """Refuse what is asked for somebody who has no place, or in an event that is over."""
    if subject.event.state is EventState.CLOSED:
        raise EventClosedAlready
    if subject.registration.state is not RegistrationState.ACCEPTED:
        raise NotTakingPart


@command(acts_for_registration, when=place_counts)
def set_availability_for(
    db: Database, actor: Actor, subject: RegistrationInEvent, *, absent: Collection[datetime]
) -> None:
    """Say for a participant in which slots they cannot meet, as they told their organiser or desk.

    Refuses what `set_availability` refuses.
    """
    _set(db, actor, subject.registration.event_id, subject.registration.person_id, absent)


def _set(db: Database, actor: Actor, event_id: int, person_id: int, absent: Collection[datetime]) -> None:
    slots = slots_in(db, event_id)
    if not set(absent) <= {slot.starts_at for slot in slots}:
        raise Invalid({"free": _("Please choose among the event's times.")})
    theirs = select(Registration).where(Registration.event_id == event_id, Registration.person_id == person_id)
    # On PostgreSQL this waits for a booking of the same participant, which locks the row too.
    registration = db.exec(theirs.with_for_update(key_share=True)).one()
    # What they have said already stays said: a meeting may have come to stand there since, perhaps in another event.
    said_now = set(absent) - absences_of(db, event_id, {person_id})
    _refuse_where_they_meet(db, actor, person_id, [slot for slot in slots if slot.starts_at in said_now])
    db.execute(delete(Absence).where(col(Absence.event_id) == event_id, col(Absence.person_id) == person_id))
    db.add_all(Absence(event_id=event_id, person_id=person_id, starts_at=start) for start in sorted(set(absent)))
    _has_stated(db, event_id, person_id)
    record(db, actor, AvailabilitySet(event_id=event_id, registration_id=registration.id or 0))


def _refuse_where_they_meet(db: Database, actor: Actor, person_id: int, slots: list[Slot]) -> None:
    if not slots:
        return
    kept = kept_atoms(db, person_id, Slot(slots[0].starts_at, slots[-1].ends_at))
    for slot in slots:
        if not kept.isdisjoint(atoms(slot.starts_at, slot.ends_at)):
            raise MeetingThen(slot.starts_at, own=actor.person == person_id)


def _has_stated(db: Database, event_id: int, person_id: int) -> None:
    query = select(AvailabilityStated).where(
        AvailabilityStated.event_id == event_id, AvailabilityStated.person_id == person_id
    )
    row = db.exec(query).first() or AvailabilityStated(event_id=event_id, person_id=person_id, stated_at=clock.now())
    row.stated_at = clock.now()
    db.add(row)
    db.flush()


def has_stated(db: Database, event_id: int, person_id: int) -> bool:
    """Whether somebody has said when they can meet; who has not is asked to."""
    query = select(AvailabilityStated.id).where(
        AvailabilityStated.event_id == event_id, AvailabilityStated.person_id == person_id
    )
    return db.exec(query).first() is not None


def absences_of(db: Database, event_id: int, people: Collection[int]) -> set[datetime]:
    """The starts of the slots in which at least one of `people` cannot meet."""
    query = select(Absence.starts_at).where(Absence.event_id == event_id, col(Absence.person_id).in_(sorted(people)))
    return set(db.exec(query))


@dataclass(frozen=True)
class Unavailable:
    """Who cannot meet in a slot: by what they said, by the hours of their zone, or because of a no thanks.

    `refused` holds whom somebody does not wish to meet, and `refusers` who said so. Only `away` may be told apart.
    """

    away: frozenset[int]
    refused: frozenset[int]
    refusers: frozenset[int]

    def of(self, actor: Actor) -> set[int]:
        """Who is not free, as the actor may read it: whoever turned them down reads as not free."""
        others = (self.refused | self.refusers) - {actor.person}
        return set(self.away) or set(others)


_PEOPLE: Any = bindparam("people", expanding=True)
_AT_NO_START: Any = cast(null(), Moment())
_NOT_THEN = union_all(
    select(literal("absent"), col(Absence.person_id), literal(0), col(Absence.starts_at)).where(
        col(Absence.event_id) == bindparam("event"),
        col(Absence.person_id).in_(_PEOPLE),
        col(Absence.starts_at) > bindparam("long_before"),
        col(Absence.starts_at) < bindparam("end"),
    ),
    select(literal("no thanks"), col(NoThanks.person_id), col(NoThanks.other_id), _AT_NO_START).where(
        col(NoThanks.person_id).in_(_PEOPLE), col(NoThanks.other_id).in_(_PEOPLE)
    ),
    select(literal("away"), SEAT.c.person_id, literal(0), _AT_NO_START).where(
        SEAT.c.person_id.in_(_PEOPLE),
        SEAT.c.atom.between(bindparam("first"), bindparam("last")),
        held_now(bindparam("now")),
    ),
    select(literal("away"), BUSY.c.person_id, literal(0), _AT_NO_START).where(
        *busy_between(_PEOPLE, bindparam("from_atom"), bindparam("to_atom"))
    ),
)


def unavailable(
    db: Database,
    rules: BookingRules,
    people: Collection[int],
    start: datetime | None,
    end: datetime | None,
    *,
    seated: bool = False,
) -> Unavailable:
    """Who of `people` cannot meet each other then; without a time, only whether anybody said no thanks.

    `seated` counts those who have a seat then, so that most of a crowd is refused by a look; the constraint has the
    last word. One statement whether there is a no thanks or not, so that nobody learns of it by the clock.
    """
    ids = sorted(people)
    then = atoms(start, end) if start and end else range(0)
    pieces = then if seated else range(0)
    rows = db.connection().execute(
        _NOT_THEN,
        {"event": rules.event_id, "people": ids, "now": clock.now(),
         "long_before": start - LONGEST_SLOT if start else None, "end": end,
         "first": pieces.start, "last": pieces.stop - 1, "from_atom": then.start, "to_atom": then.stop - 1},
    ).all()  # fmt: skip
    away = {one for what, one, _other, _at in rows if what == "away"}
    if start is not None and end is not None:
        away |= _absent(db, rules, [(one, at) for what, one, _other, at in rows if what == "absent"], Slot(start, end))
    if rules.windows and start is not None and end is not None:
        away |= _asleep(db, rules, ids, Slot(start, end))
    vetoes = [(one, other) for what, one, other, _at in rows if what == "no thanks"]
    return Unavailable(
        frozenset(away), frozenset(other for _one, other in vetoes), frozenset(one for one, _other in vetoes)
    )


def _absent(db: Database, rules: BookingRules, absences: list[tuple[int, datetime]], then: Slot) -> set[int]:
    """Who of those with absences (person, start of a slot) is absent then. Most meetings are as long as one slot, but
    some take its rest, and some go on into the next: only then the slots have to be looked up."""
    starts = {then.starts_at}
    if any(at not in starts for _one, at in absences):
        starts |= starts_within(db, rules.event_id, then)
    return {one for one, at in absences if at in starts}


def _asleep(db: Database, rules: BookingRules, ids: list[int], slot: Slot) -> set[int]:
    rows = db.execute(select(col(Person.id), col(Person.zone)).where(col(Person.id).in_(ids)))
    return {person for person, zone in rows if not is_awake(rules, zone, slot)}


@dataclass(frozen=True)
class OfferedSlot:
    """A coming slot, and whether people could meet in it; why they could not is nobody's business."""

    slot: Slot
    free: bool


_BLOCKS = (
    sql_select(BookingRules, Block)
    .select_from(Event)
    .outerjoin(BookingRules, col(BookingRules.event_id) == col(Event.id))
    .outerjoin(Block, col(Block.event_id) == col(Event.id))
    .where(col(Event.id) == bindparam("event"))
    .order_by(col(Block.starts_at))
)


def rules_and_blocks(db: Database, event_id: int) -> tuple[BookingRules, list[Block]]:
    """An event's booking rules, to be read only, and its blocks in order of time; one statement."""
    rows: Any = db.execute(_BLOCKS, {"event": event_id}).all()
    rules = rows[0][0] if rows and rows[0][0] is not None else usual_rules(event_id)
    return rules, [block for _rules, block in rows if block is not None]


def slots_and_rules(db: Database, event_id: int) -> tuple[list[Slot], BookingRules]:
    """The coming slots of an event in order of time, and its booking rules; one statement."""
    rules, blocks = rules_and_blocks(db, event_id)
    now = clock.now()
    coming = [block for block in blocks if block.ends_at > now]
    return [slot for block in coming for slot in slots_of(block) if slot.starts_at > now], rules


def mark(what: str, one: Any = 0, other: Any = 0, at: Any = None, text: Any = "") -> Any:
    """A query for rows that can be asked together with others in one statement: what they mean, two numbers, a
    moment and a text."""
    numbers = [literal(value) if isinstance(value, int) else value for value in (one, other)]
    moment_of = cast(null(), Moment()) if at is None else at
    return sql_select(literal(what), *numbers, moment_of, literal(text) if isinstance(text, str) else text)


# What stands against people meeting each other, as parts of a statement that is built once; values are those of
# `values_within`. A no thanks is read together with absences, whether there is one or not, so that nobody learns of
# it by the clock.
_TAKEN, _FULL = TAKEN_ATOMS.subquery(), FULL_ATOMS.subquery()
AGAINST_MEETING: tuple[Any, ...] = (
    mark("away", at=col(Absence.starts_at)).where(
        col(Absence.event_id) == bindparam("event", type_=Integer), col(Absence.person_id).in_(_PEOPLE)
    ),
    mark("zone", text=col(Person.zone)).where(col(Person.id).in_(_PEOPLE)),
    mark("no thanks", col(NoThanks.person_id), col(NoThanks.other_id)).where(
        col(NoThanks.person_id).in_(_PEOPLE), col(NoThanks.other_id).in_(_PEOPLE)
    ),
    mark("busy", _TAKEN.c.atom),
    mark("busy", _FULL.c.atom),
    mark("no table").where(NO_TABLE_FITS),
    mark("calendar", BUSY.c.first_atom, BUSY.c.end_atom).where(
        *busy_between(_PEOPLE, bindparam("first"), bindparam("last"))
    ),
)
_AGAINST_MEETING = union_all(*AGAINST_MEETING)


def offered(slots: Sequence[Slot], rules: BookingRules, rows: Sequence[Any]) -> list[OfferedSlot]:
    """What the rows of AGAINST_MEETING leave of `slots`."""
    absent = {at for what, _one, _other, at, _text in rows if what == "away"}
    busy = {one for what, one, _other, _at, _text in rows if what == "busy"}
    own = [(one, other) for what, one, other, _at, _text in rows if what == "calendar"]
    zones = {text for what, _one, _other, _at, text in rows if what == "zone"}
    never = any(what in {"no thanks", "no table"} for what, *_rest in rows)

    def is_free(slot: Slot) -> bool:
        return (
            slot.starts_at not in absent
            and busy.isdisjoint(atoms(slot.starts_at, slot.ends_at))
            and not covers(own, slot)
            and all(is_awake(rules, zone, slot) for zone in zones)
        )

    return [OfferedSlot(slot, is_free(slot) and not never) for slot in slots]


def offered_slots(db: Database, event_id: int, people: Collection[int]) -> list[OfferedSlot]:
    """The coming slots of an event, and in which of them all `people` can meet: nobody absent or asleep, nobody
    seated in this event or another, a table left, no no-thanks between them. Two statements, however many slots."""
    slots, rules = slots_and_rules(db, event_id)
    rows = db.connection().execute(_AGAINST_MEETING, values_within(event_id, people, slots)).all()
    return offered(slots, rules, rows)


def free_slots(db: Database, event: EventWithPhases, *people: int) -> list[Slot]:
    """The coming slots of an event in which all `people` can meet, as `offered_slots` says."""
    return [one.slot for one in offered_slots(db, event.id, people) if one.free]


def common_slots(db: Database, event: EventWithPhases, a: int, b: int) -> list[Slot]:
    """The coming slots in which two people can meet each other."""
    return free_slots(db, event, a, b)
