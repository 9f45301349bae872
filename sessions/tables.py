"""Tables as an organiser looks after them: names, chairs, for whom one is kept, and how many an event needs."""

from dataclasses import dataclass
from math import ceil

from sqlalchemy import delete, func, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from events.core import clock
from events.core.access import Actor, command
from events.core.database import Database, is_broken
from events.core.hooks import on_withdrawn
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.translation import At, Message, _
from events.events import Event, EventWithPhases, not_over
from events.organisations import Organisation
from events.people import Person
from events.registration import Registration, RegistrationState
from events.roles import organiser_of_event
from sessions.blocks import MeetingTable, check_chairs, slots_in
from sessions.breaks import leads_of
from sessions.meetings import Meeting, MeetingInEvent, MeetingState, guests_of, takes_part
from sessions.seats import SEAT
from sessions.transitions import write_in_calendars

NAME_LIMIT = 40
MEETINGS_EACH = 4


@dataclass(frozen=True)
class TableChanged(Fact):
    """A table was given another name, other chairs, or is kept for somebody else."""

    event_id: int
    table_id: int


@dataclass(frozen=True)
class TableRemoved(Fact):
    """A table at which nobody is to meet was taken away."""

    event_id: int
    table_id: int


@dataclass(frozen=True)
class MeetingPlaceRenamed(Fact):
    """The table of a meeting to come has another name; `sequence` is the meeting's calendar revision."""

    event_id: int
    meeting_id: int
    sequence: int


class TableInUse(Conflict):
    """People are to meet at a table that would not do for them any more."""

    def __init__(self, names: tuple[str, str], meeting: Meeting) -> None:
        assert meeting.starts_at is not None
        super().__init__(
            _(
                "%(one)s and %(other)s meet at this table at %(when)s. Move or cancel that meeting first.",
                one=names[0],
                other=names[1],
                when=At(meeting.starts_at, "when"),
            )
        )


@dataclass(frozen=True)
class TableInEvent:
    """A table with its event, as commands and rules need it."""

    table: MeetingTable
    event: Event


def get_table(db: Database, actor: Actor, event: EventWithPhases, number: str) -> TableInEvent:
    """A table of an event that the actor organises, by its id; NotFound for others."""
    id = int(number) if number.isascii() and number.isdecimal() and len(number) < 10 else 0
    row = db.exec(select(MeetingTable).where(MeetingTable.id == id, MeetingTable.event_id == event.id)).first()
    if row is None or not organiser_of_event(actor, event):
        raise NotFound()
    return TableInEvent(row, event.event)


@command(organiser_of_event, when=not_over)
def change_table(
    db: Database, actor: Actor, subject: TableInEvent, *, name: str, chairs: int, kept_for: Registration | None
) -> None:
    """Give a table its name, its chairs (2 to 50), and keep it for a participant or for nobody.

    Whoever has a table of their own meets there from then on; what they have agreed elsewhere stays. Refuses a name or
    a second table for somebody that the event has already, and with TableInUse while meetings to come at it are
    somebody else's or need more chairs. A new name goes into the calendars of those who are to meet there.
    """
    table = _locked(db, subject)
    _check(name.strip(), chairs, kept_for, subject)
    keeper = kept_for.person_id if kept_for else None
    _refuse_in_use(db, table, chairs, keeper)
    renamed = table.name != name.strip()
    if not renamed and (table.chairs, table.kept_for_id) == (chairs, keeper):
        return
    try:
        with db.begin_nested():
            table.name, table.chairs, table.kept_for_id = name.strip(), chairs, keeper
            db.add(table)
            db.flush()
    except IntegrityError as error:
        raise _taken(error) from error
    record(db, actor, TableChanged(event_id=table.event_id, table_id=table.id or 0))
    if renamed:
        _tell_place(db, actor, subject)


def _locked(db: Database, subject: TableInEvent) -> MeetingTable:
    # Waits on PostgreSQL for bookings at this table, which are seen afterwards; later ones wait and look again.
    query = select(MeetingTable).where(MeetingTable.id == subject.table.id).with_for_update()
    table = db.exec(query.execution_options(populate_existing=True)).first()
    if table is None:
        raise NotFound()
    return table


def _check(name: str, chairs: int, kept_for: Registration | None, subject: TableInEvent) -> None:
    if not 1 <= len(name) <= NAME_LIMIT:
        raise Invalid({"name": _("Please write a name of 1 to 40 characters, such as 7 or Window.")})
    check_chairs(chairs)
    if kept_for is not None and (
        kept_for.event_id != subject.event.id or kept_for.state is not RegistrationState.ACCEPTED
    ):
        raise Invalid({"kept_for": _("Please choose somebody who takes part in this event.")})


def _taken(error: IntegrityError) -> Invalid:
    if is_broken(error, "uq_meeting_table_event_id_name"):
        return Invalid({"name": _("Another table has this name. Choose another one.")})
    if is_broken(error, "uq_meeting_table_event_id_kept_for_id"):
        return Invalid({"kept_for": _("Another table is kept for this participant. Free that one first.")})
    raise error


def _to_come(db: Database, table: MeetingTable, *but: int) -> list[Meeting]:
    query = select(Meeting).where(
        Meeting.table_id == table.id, Meeting.state == MeetingState.SCHEDULED, col(Meeting.ends_at) > clock.now()
    )
    return list(db.exec(query.where(*(~takes_part(one) for one in but)).order_by(col(Meeting.starts_at))))


def _refuse_in_use(db: Database, table: MeetingTable, chairs: int, keeper: int | None) -> None:
    others = _to_come(db, table, keeper) if keeper is not None else []
    crowded = [one for one in _to_come(db, table) if 2 + len(guests_of(db, one.id or 0)) > chairs]
    if others or crowded:
        first = (others or crowded)[0]
        raise TableInUse(leads_of(db, first), first)


def _tell_place(db: Database, actor: Actor, subject: TableInEvent) -> None:
    for meeting in _to_come(db, subject.table):
        guests = guests_of(db, meeting.id or 0)
        whole = MeetingInEvent(meeting, subject.event, guests)
        sequence = write_in_calendars(db, whole, whole.people)
        record(db, actor, MeetingPlaceRenamed(event_id=meeting.event_id, meeting_id=whole.id, sequence=sequence))


@command(organiser_of_event, when=not_over)
def remove_table(db: Database, actor: Actor, subject: TableInEvent) -> None:
    """Take a table away; refused with TableInUse while meetings are to come there. What was held there stays held."""
    table = _locked(db, subject)
    coming = _to_come(db, table)
    if coming:
        raise TableInUse(leads_of(db, coming[0]), coming[0])
    here = update(Meeting).where(col(Meeting.table_id) == table.id).values(table_id=None)
    db.execute(here, execution_options={"synchronize_session": False})
    db.execute(delete(SEAT).where(SEAT.c.table_id == table.id))
    db.execute(delete(MeetingTable).where(col(MeetingTable.id) == table.id))
    record(db, actor, TableRemoved(event_id=table.event_id, table_id=table.id or 0))


@on_withdrawn
def _keep_no_longer(db: Database, actor: Actor, registration_id: int) -> None:
    """The table of somebody who leaves an event is for everybody again."""
    place = db.get(Registration, registration_id)
    if place is None:
        return
    theirs = (col(MeetingTable.event_id) == place.event_id, col(MeetingTable.kept_for_id) == place.person_id)
    db.execute(update(MeetingTable).where(*theirs).values(kept_for_id=None))


@dataclass(frozen=True)
class TableLine:
    """A table in an organiser's list."""

    id: int
    name: Message | str
    kind: str
    chairs: int
    kept_for: str


@dataclass(frozen=True)
class Keeper:
    """Somebody for whom a table can be kept, by registration."""

    registration: str
    person_id: int
    name: str
    organisation: str


def table_lines(db: Database, event_id: int) -> list[TableLine]:
    """An event's tables in the order in which they are given out, with the names of those for whom they are kept."""
    query = (
        select(MeetingTable, Person.name)
        .outerjoin(Person, col(Person.id) == col(MeetingTable.kept_for_id))
        .where(MeetingTable.event_id == event_id)
    )
    return [
        TableLine(table.id or 0, table.name, table.kind, table.chairs, name or "")
        for table, name in db.exec(query.order_by(col(MeetingTable.id)))
    ]


def keepers_in(db: Database, event_id: int) -> list[Keeper]:
    """The participants of an event by name, for its organisers to choose from."""
    query = (
        select(Registration.public_id, Registration.person_id, Person.name, Organisation.name)
        .join(Person, col(Person.id) == col(Registration.person_id))
        .outerjoin(Organisation, col(Organisation.id) == col(Registration.organisation_id))
        .where(Registration.event_id == event_id, Registration.state == RegistrationState.ACCEPTED)
    )
    rows = db.exec(query.order_by(func.lower(Person.name), col(Registration.id)))
    return [Keeper(public, person, name, organisation or "") for public, person, name, organisation in rows]


@dataclass(frozen=True)
class TableAdvice:
    """How many tables an event needs: its expected meetings divided by its slots, and 10 to 20 % more.

    The scheduler does better with some to spare (what b2match tells its organisers; see decision 12).
    """

    participants: int
    each: int
    meetings: int
    slots: int
    least: int
    most: int


def table_advice(db: Database, event_id: int) -> TableAdvice | None:
    """How many tables to have, from the event's participants, what is booked and its slots; None while it has none.

    Four meetings each are expected, as network events have had, or what is booked already if that is more.
    """
    slots = len(slots_in(db, event_id))
    taking_part = select(func.count()).where(
        Registration.event_id == event_id, Registration.state == RegistrationState.ACCEPTED
    )
    participants = db.exec(taking_part).one()
    if not slots or participants < 2:
        return None
    standing = (MeetingState.ACCEPTED, MeetingState.SCHEDULED, MeetingState.HELD)
    booked = select(func.count()).where(Meeting.event_id == event_id, col(Meeting.state).in_(standing))
    each = min(MEETINGS_EACH, slots)
    meetings = max(participants * each // 2, db.exec(booked).one())
    # No table without two people at it, however few slots there are.
    least, most = (min(ceil(meetings / slots * spare), participants // 2) for spare in (1.1, 1.2))
    return TableAdvice(participants, each, meetings, slots, least, most)
