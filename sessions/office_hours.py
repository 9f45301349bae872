"""Office hours: stretches in which a mentor of an event can be booked by teams, cut into slots."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel, col, select

from events.appointments import before_role_ends
from events.core import clock
from events.core.access import Actor, command, rule
from events.core.clock import on_the_atom
from events.core.columns import moment, public_id
from events.core.database import Database
from events.core.hooks import personal_data
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.translation import Message, _
from events.events import EventState, EventWithPhases
from events.people import Person
from events.registration import participant_of_event
from events.roles import Role, mentor_of_event, organiser_of_event
from events.team_rules import has_teams
from sessions.blocks import Slot

TOPICS_LIMIT, PLACE_LIMIT = 300, 200
LONGEST = timedelta(hours=12)


class OfficeHours(SQLModel, table=True):
    """When a mentor is there for teams: slots of `slot_minutes` one after the other. `place` is a room, or its address
    online."""

    __tablename__ = "office_hours"

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("oh")
    event_id: int = Field(foreign_key="event.id", index=True)
    mentor_id: int = Field(foreign_key="person.id", index=True)
    starts_at: datetime = moment()
    ends_at: datetime = moment()
    slot_minutes: int = 20
    topics: str = Field(default="", max_length=TOPICS_LIMIT)
    place: str = Field(default="", max_length=PLACE_LIMIT)
    opened_at: datetime = moment()


personal_data(OfficeHours, "mentor_id", "office hours of a mentor", "delete")


@dataclass(frozen=True)
class OfficeHoursOpened(Fact):
    """A mentor can be booked at a time."""

    event_id: int
    hours_id: int


@dataclass(frozen=True)
class OfficeHoursClosed(Fact):
    """A mentor took office hours away in which nobody had booked."""

    event_id: int
    hours_id: int


class HoursInUse(Conflict):
    """Office hours cannot go while teams are booked in them."""

    def __init__(self) -> None:
        super().__init__(_("Teams are booked in these hours. Move or cancel those first."))


@dataclass(frozen=True)
class HoursInEvent:
    """Office hours with their event, as commands and rules need them."""

    hours: OfficeHours
    event: EventWithPhases

    @property
    def id(self) -> int:
        """The hours' id."""
        assert self.hours.id is not None
        return self.hours.id


@rule
def whose_hours_they_are(actor: Actor, subject: HoursInEvent) -> bool:
    return actor.person is not None and actor.person == subject.hours.mentor_id


see_mentoring = participant_of_event | mentor_of_event | organiser_of_event


def slots_of_hours(hours: OfficeHours) -> list[Slot]:
    """The slots of office hours in order of time: as many as fit."""
    length, start, found = timedelta(minutes=hours.slot_minutes), hours.starts_at, []
    while start + length <= hours.ends_at:
        found.append(Slot(start, start + length))
        start += length
    return found


@command(mentor_of_event, when=has_teams)
def open_office_hours(
    db: Database,
    actor: Actor,
    subject: EventWithPhases,
    *,
    starts_at: datetime,
    ends_at: datetime,
    slot_minutes: int = 20,
    topics: str = "",
    place: str = "",
) -> OfficeHours:
    """Let teams book oneself from `starts_at` to `ends_at` (aware), in slots of `slot_minutes`.

    Refuses times and lengths that are no multiples of five minutes, what is over, hours in which no slot fits or that
    last longer than twelve hours, and hours that overlap others of one's own, in whatever event.
    """
    assert actor.person is not None
    _check(starts_at, ends_at, slot_minutes, topics, place)
    # Locks the mentor's row on PostgreSQL, so that hours opened at once cannot overlap.
    db.exec(select(Person.id).where(Person.id == actor.person).with_for_update(key_share=True)).one()
    own = (OfficeHours.mentor_id == actor.person, OfficeHours.starts_at < ends_at, OfficeHours.ends_at > starts_at)
    if db.exec(select(OfficeHours.id).where(*own)).first() is not None:
        raise Invalid({"starts_at": _("You have office hours at that time already. Choose times that do not overlap.")})
    row = OfficeHours(
        event_id=subject.id, mentor_id=actor.person, starts_at=starts_at.astimezone(UTC),
        ends_at=ends_at.astimezone(UTC), slot_minutes=slot_minutes, topics=topics.strip(), place=place.strip(),
        opened_at=clock.now(),
    )  # fmt: skip
    db.add(row)
    db.flush()
    record(db, actor, OfficeHoursOpened(event_id=subject.id, hours_id=row.id or 0))
    return row


def _check(starts_at: datetime, ends_at: datetime, slot_minutes: int, topics: str, place: str) -> None:
    wrong: dict[str, Message | str] = {}
    for field, when in (("starts_at", starts_at), ("ends_at", ends_at)):
        if not on_the_atom(when):
            wrong[field] = _("Please choose a time on a multiple of five minutes.")
    if slot_minutes % 5 or not 5 <= slot_minutes <= 240:
        wrong["slot_minutes"] = _("A slot lasts 5 to 240 minutes, in steps of five.")
    if "ends_at" not in wrong:
        if ends_at <= clock.now():
            wrong["ends_at"] = _("This time has passed. Choose a later one.")
        elif ends_at - starts_at > LONGEST:
            wrong["ends_at"] = _("Office hours last twelve hours at most.")
        elif "slot_minutes" not in wrong and ends_at < starts_at + timedelta(minutes=slot_minutes):
            wrong["ends_at"] = _("No slot fits between these times. Choose a later end.")
    for field, text, most in (("topics", topics, TOPICS_LIMIT), ("place", place, PLACE_LIMIT)):
        if len(text.strip()) > most:
            wrong[field] = _("Please write at most %(most)s characters.", most=most)
    if wrong:
        raise Invalid(wrong)


def its_event_has_teams(subject: HoursInEvent, now: datetime) -> None:
    """Refuse what is about office hours in an event that is over."""
    has_teams(subject.event, now)


@command(whose_hours_they_are | organiser_of_event, when=its_event_has_teams)
def close_office_hours(db: Database, actor: Actor, subject: HoursInEvent) -> None:
    """Take office hours away; refused while a team is booked in them: the database says no."""
    try:
        with db.begin_nested():
            gone = db.execute(delete(OfficeHours).where(col(OfficeHours.id) == subject.id))
    except IntegrityError as error:
        raise HoursInUse from error
    if gone.rowcount != 1:  # type: ignore[attr-defined]  # a DELETE always answers with a cursor
        raise NotFound()
    record(db, actor, OfficeHoursClosed(event_id=subject.event.id, hours_id=subject.id))


@before_role_ends
def _has_no_hours_to_come(db: Database, event: EventWithPhases, person_id: int, role: Role) -> None:
    theirs = (OfficeHours.event_id == event.id, OfficeHours.mentor_id == person_id, OfficeHours.ends_at > clock.now())
    goes_on = role is Role.MENTOR and event.event.state is not EventState.CLOSED
    if goes_on and db.exec(select(OfficeHours.id).where(*theirs)).first() is not None:
        raise Conflict(_("They have office hours to come. Close these first, so that no team books them."))


def get_hours(db: Database, actor: Actor, event: EventWithPhases, public: str) -> HoursInEvent:
    """Office hours for those who take part in the event or run it; NotFound for others."""
    row = db.exec(select(OfficeHours).where(OfficeHours.public_id == public, OfficeHours.event_id == event.id)).first()
    if row is None or not see_mentoring(actor, event):
        raise NotFound()
    return HoursInEvent(row, event)
