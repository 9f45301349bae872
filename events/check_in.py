"""Check-in: who is there. Scans may arrive late and more than once, since the door goes on while the network is away.

Each scan carries a name that the phone gave it. One that was heard before changes nothing, whatever happened since, so
that phones may send again until they get an answer.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased
from sqlmodel import Field, SQLModel, col, func, select

from events.core import clock
from events.core.access import Actor, command
from events.core.columns import moment
from events.core.database import Database, is_broken
from events.core.hooks import personal_data
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.translation import _
from events.events import Event, EventClosedAlready, EventState, EventWithPhases
from events.organisations import Organisation
from events.people import Person
from events.registration import ParticipationType, Registration, RegistrationInEvent, RegistrationState
from events.tickets import crew_of_event, short_codes

OLDEST_SCAN = timedelta(days=7)
MOST_LATEST = 20


class Scan(SQLModel, table=True):
    """That somebody's ticket was scanned, or their name was found. The first one counts: it checks them in, until it
    is undone. `scan_id` is the name that the phone gave it; `scanned_at` is by the phone's clock."""

    __tablename__ = "check_in_scan"
    __table_args__ = (
        UniqueConstraint("event_id", "scan_id"),
        Index(
            "uq_check_in_scan_registration_id",
            "registration_id",
            unique=True,
            sqlite_where=text("counts AND undone_at IS NULL"),
            postgresql_where=text("counts AND undone_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = Field(foreign_key="event.id", index=True)
    registration_id: int = Field(foreign_key="registration.id", index=True)
    scan_id: str = Field(max_length=40)
    counts: bool
    scanned_at: datetime = moment()
    received_at: datetime = moment()
    by_id: int | None = Field(default=None, foreign_key="person.id")
    undone_at: datetime | None = moment(default=None, nullable=True)
    undone_by_id: int | None = Field(default=None, foreign_key="person.id")


personal_data(Scan, "by_id", "who stood at the door", "detach")
personal_data(Scan, "undone_by_id", "who took a check-in back", "detach")


@dataclass(frozen=True)
class ParticipantCheckedIn(Fact):
    """Somebody is there."""

    event_id: int
    registration_id: int


@dataclass(frozen=True)
class CheckInUndone(Fact):
    """Somebody had been checked in by mistake."""

    event_id: int
    registration_id: int


@dataclass(frozen=True)
class Outcome:
    """What became of a scan: `is_new` where it checked somebody in, else when and by whom that had been done."""

    name: str
    is_new: bool
    scanned_at: datetime
    by: str


@dataclass(frozen=True)
class DoorLine:
    """Somebody who takes part, as those at the door find them; `scanned_at` and `by` once they are there."""

    public_id: str
    name: str
    organisation: str
    type: str
    short: str
    scanned_at: datetime | None
    by: str


@dataclass(frozen=True)
class Counts:
    """How many take part, and how many of them are there."""

    expected: int
    there: int


def at_the_door(subject: RegistrationInEvent, now: datetime) -> None:
    """Refuse to check in at an event that nobody can see or that is over, and somebody who has no place in it."""
    if subject.event.state is EventState.CLOSED:
        raise EventClosedAlready
    has_place(subject, now)


def has_place(subject: RegistrationInEvent, now: datetime) -> None:
    """Refuse to check in at an event that nobody can see, and somebody who has no place in it."""
    if subject.event.state is EventState.DRAFT:
        raise Conflict(_("This event is a draft: nobody can come yet."))
    if subject.registration.state is not RegistrationState.ACCEPTED:
        raise Conflict(_("This ticket does not count: its registration was not accepted, or was given back."))


@command(crew_of_event, when=at_the_door)
def check_in(
    db: Database, actor: Actor, subject: RegistrationInEvent, *, scan_id: str, scanned_at: datetime | None = None
) -> Outcome:
    """Note that somebody is there. `scan_id` is the scan's own name, at most 40 characters: heard again, it changes
    nothing and answers the same. Somebody who is there already is not checked in twice; the answer says since when and
    by whom. `scanned_at` (aware) is by the phone's clock; what cannot be true counts as now."""
    return _hear(db, actor, subject, scan_id, _believable(scanned_at))


@command(crew_of_event, when=has_place)
def check_in_by_kept_scan(
    db: Database, actor: Actor, subject: RegistrationInEvent, *, scan_id: str, scanned_at: datetime | None
) -> Outcome:
    """Note that somebody was there, by a scan that a phone kept while the network was away: as `check_in`, and also
    once the event is over, if the scan was made before. Refused where the phone's time cannot be true: in the future,
    more than seven days ago, or before there was a ticket; not for a scan that was heard before."""
    if subject.event.state is EventState.CLOSED and _scan_called(db, subject, scan_id) is None:
        _refuse_unless_made_before(subject, scanned_at)
    return _hear(db, actor, subject, scan_id, _believable(scanned_at))


def _refuse_unless_made_before(subject: RegistrationInEvent, scanned_at: datetime | None) -> None:
    event = subject.event
    before = scanned_at is not None and event.closed_at is not None and scanned_at < event.closed_at
    ticket = scanned_at is not None and scanned_at >= subject.registration.registered_at
    if not (before and ticket and scanned_at == _believable(scanned_at)):
        raise EventClosedAlready


def find_heard(db: Database, actor: Actor, subject: RegistrationInEvent, scan_id: str) -> Outcome | None:
    """What became of a scan of this ticket that was heard before, for those at the door: sent again, it is in already,
    whatever has happened since. None for a new one; NotFound for others."""
    _refuse_strangers(actor, subject.event)
    heard = _scan_called(db, subject, scan_id)
    return _told(db, heard) if heard is not None and heard.registration_id == subject.id else None


def _scan_called(db: Database, subject: RegistrationInEvent, scan_id: str) -> Scan | None:
    return db.exec(select(Scan).where(Scan.event_id == subject.event.id, Scan.scan_id == scan_id)).first()


def _told(db: Database, heard: Scan) -> Outcome:
    """What was answered to a scan when it was heard first."""
    if heard.counts:
        return _outcome(db, heard, is_new=True)
    return _outcome(db, standing_scan(db, heard.registration_id) or heard, is_new=False)


def _hear(db: Database, actor: Actor, subject: RegistrationInEvent, scan_id: str, at: datetime) -> Outcome:
    if not 8 <= len(scan_id) <= 40 or not scan_id.isprintable():
        raise Invalid({"scan": _("This scan has no name of its own.")})
    # Locked on PostgreSQL: two doors may scan one ticket at the same moment.
    db.exec(select(Registration.id).where(Registration.id == subject.id).with_for_update(key_share=True)).one()
    heard = _scan_called(db, subject, scan_id)
    if heard is None:
        return _note(db, actor, subject, scan_id, at)
    if heard.registration_id != subject.id:
        raise Invalid({"scan": _("This scan has no name of its own.")})
    return _told(db, heard)


def _believable(scanned_at: datetime | None) -> datetime:
    now = clock.now()
    return scanned_at if scanned_at is not None and now - OLDEST_SCAN <= scanned_at <= now else now


def _note(db: Database, actor: Actor, subject: RegistrationInEvent, scan_id: str, at: datetime) -> Outcome:
    before = standing_scan(db, subject.id)
    row = Scan(
        event_id=subject.event.id or 0, registration_id=subject.id, scan_id=scan_id, counts=before is None,
        scanned_at=at, received_at=clock.now(), by_id=actor.person,
    )  # fmt: skip
    try:
        with db.begin_nested():
            db.add(row)
            db.flush()
    except IntegrityError as error:
        if not is_broken(error, "uq_check_in_scan_event_id_scan_id"):
            raise
        raise Invalid({"scan": _("This scan has no name of its own.")}) from error
    if before is not None:
        return _outcome(db, before, is_new=False)
    record(db, actor, ParticipantCheckedIn(event_id=row.event_id, registration_id=subject.id))
    return _outcome(db, row, is_new=True)


def standing_scan(db: Database, registration_id: int) -> Scan | None:
    """The scan by which somebody is checked in now."""
    counts = (col(Scan.counts).is_(True), col(Scan.undone_at).is_(None))
    return db.exec(select(Scan).where(Scan.registration_id == registration_id, *counts)).first()


def _outcome(db: Database, scan: Scan, *, is_new: bool) -> Outcome:
    names = select(Person.name).join(Registration, col(Registration.person_id) == col(Person.id))
    name = db.exec(names.where(Registration.id == scan.registration_id)).one()
    by = db.exec(select(Person.name).where(Person.id == scan.by_id)).first() if scan.by_id is not None else None
    return Outcome(name, is_new, scan.scanned_at, by or "")


def is_there(subject: RegistrationInEvent, now: datetime) -> None:
    """Refuse to take anything back in an event that is over."""
    if subject.event.state is EventState.CLOSED:
        raise EventClosedAlready


@command(crew_of_event, when=is_there)
def undo_check_in(db: Database, actor: Actor, subject: RegistrationInEvent) -> None:
    """Say that somebody is not there after all; the next scan checks them in. Refuses where they are not checked in."""
    db.exec(select(Registration.id).where(Registration.id == subject.id).with_for_update(key_share=True)).one()
    scan = standing_scan(db, subject.id)
    if scan is None:
        raise Conflict(_("They are not checked in, so there is nothing to take back."))
    scan.undone_at, scan.undone_by_id = clock.now(), actor.person
    db.add(scan)
    db.flush()
    record(db, actor, CheckInUndone(event_id=scan.event_id, registration_id=subject.id))


def _lines(event_id: int) -> Any:
    doorkeeper = aliased(Person)
    scanned = (
        (col(Scan.registration_id) == col(Registration.id)) & col(Scan.counts).is_(True) & col(Scan.undone_at).is_(None)
    )
    columns: Any = select(
        Registration.public_id, Person.name, Organisation.name, ParticipationType.name, Scan.scanned_at, doorkeeper.name
    ).select_from(Registration)  # type: ignore[call-overload]  # SQLModel types four columns at most
    return (
        columns.join(Person, col(Person.id) == col(Registration.person_id))
        .join(ParticipationType, col(ParticipationType.id) == col(Registration.type_id))
        .outerjoin(Organisation, col(Organisation.id) == col(Registration.organisation_id))
        .outerjoin(Scan, scanned)
        .outerjoin(doorkeeper, col(doorkeeper.id) == col(Scan.by_id))
        .where(Registration.event_id == event_id, Registration.state == RegistrationState.ACCEPTED)
    )


def _made(rows: list[Any]) -> list[DoorLine]:
    shorts = short_codes([row[0] for row in rows])
    return [
        DoorLine(public, name, organisation or "", type, _hyphened(shorts[public]), at, by or "")
        for public, name, organisation, type, at, by in rows
    ]


def _hyphened(short: str) -> str:
    return f"{short[:4]}-{short[4:]}"


def door_list(db: Database, actor: Actor, event: EventWithPhases) -> list[DoorLine]:
    """Everybody who takes part, by name, for those at the event's door; NotFound for others. One statement."""
    _refuse_strangers(actor, event)
    return _made(db.exec(_lines(event.id).order_by(func.lower(Person.name), col(Registration.id))).all())


def latest_there(db: Database, actor: Actor, event: EventWithPhases) -> list[DoorLine]:
    """The last who came, newest first, at most twenty; for those at the door."""
    _refuse_strangers(actor, event)
    query = _lines(event.id).where(col(Scan.id).is_not(None))
    return _made(db.exec(query.order_by(col(Scan.scanned_at).desc(), col(Scan.id).desc()).limit(MOST_LATEST)).all())


def counts_at_door(db: Database, event_id: int) -> Counts:
    """How many of those who take part are there. Who has yet to confirm an offered place is not expected."""
    query = select(func.count()).select_from(Scan).join(Registration, col(Registration.id) == col(Scan.registration_id))
    there = query.where(
        Scan.event_id == event_id, col(Scan.counts).is_(True), col(Scan.undone_at).is_(None),
        Registration.state == RegistrationState.ACCEPTED,
    )  # fmt: skip
    accepted = (Registration.event_id == event_id, Registration.state == RegistrationState.ACCEPTED)
    expected = db.exec(select(func.count()).select_from(Registration).where(*accepted)).one()
    return Counts(int(expected), int(db.exec(there).one()))


def _refuse_strangers(actor: Actor, event: Event | EventWithPhases) -> None:
    if not crew_of_event(actor, event):
        raise NotFound()
