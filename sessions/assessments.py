"""Assessments: what each of those who met thinks of it and does next, within a minute.

What is said belongs to whoever said it: the other side never reads it, organisers do, and the remark is for one's own
desk or, without one, the organisers.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import UniqueConstraint, and_, case, exists
from sqlalchemy import select as sql_select
from sqlalchemy.sql import ColumnElement
from sqlmodel import Field, SQLModel, col, or_, select

from events.core import clock
from events.core.access import SYSTEM, Actor, command
from events.core.columns import listing, moment, word
from events.core.database import Database
from events.core.hooks import personal_data
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid
from events.core.timers import set_timer, timer
from events.core.translation import At, Message, _
from events.events import Event, EventState
from events.people import Person
from events.registration import Registration
from events.roles import Role, Scope, organiser_of_event
from sessions.attendance import at_the_end
from sessions.meetings import (
    WHAT_BECAME,
    Meeting,
    MeetingInEvent,
    MeetingState,
    clock_state,
    guest_of_meeting,
    guests_of,
    lead_of_meeting,
    not_closed,
    takes_part,
)

REMINDER_AT = time(9, 0)
REMARK_LIMIT = 1000


class NextStep(StrEnum):
    """What follows a meeting."""

    NONE = "none"
    MAIL = "mail"
    SECOND_MEETING = "second meeting"
    NDA = "non-disclosure agreement"
    VISIT = "visit"
    PILOT = "test or pilot"
    PROPOSAL = "joint proposal"
    ORDER = "order"


class Partnership(StrEnum):
    """What kind of working together two sides have in mind."""

    SUPPLY = "supply"
    DISTRIBUTION = "distribution"
    SERVICES = "services"
    RESEARCH = "research cooperation"
    TECHNICAL = "technical cooperation"
    LICENCE = "licence"
    INVESTMENT = "investment"
    JOINT_VENTURE = "joint venture"


class Help(StrEnum):
    """What somebody needs help with to go on."""

    IP = "intellectual property"
    FINANCE = "finance"
    TECHNICAL = "technical"


NEXT_STEPS: dict[NextStep, Message] = {
    NextStep.NONE: _("Nothing"),
    NextStep.MAIL: _("We write to each other"),
    NextStep.SECOND_MEETING: _("We meet again"),
    NextStep.NDA: _("We sign a non-disclosure agreement"),
    NextStep.VISIT: _("One visits the other"),
    NextStep.PILOT: _("We try it in a test or pilot"),
    NextStep.PROPOSAL: _("We write a joint proposal"),
    NextStep.ORDER: _("One orders from the other"),
}
PARTNERSHIPS: dict[Partnership, Message] = {
    Partnership.SUPPLY: _("Supply"),
    Partnership.DISTRIBUTION: _("Distribution or agency"),
    Partnership.SERVICES: _("Services"),
    Partnership.RESEARCH: _("Research cooperation"),
    Partnership.TECHNICAL: _("Technical cooperation"),
    Partnership.LICENCE: _("Licence"),
    Partnership.INVESTMENT: _("Investment"),
    Partnership.JOINT_VENTURE: _("Joint venture"),
}
HELPS: dict[Help, Message] = {
    Help.IP: _("Intellectual property"),
    Help.FINANCE: _("Finance"),
    Help.TECHNICAL: _("Technical questions"),
}


class MeetingAssessment(SQLModel, table=True):
    """What one of those who met says about it. `help` holds words of Help."""

    __tablename__ = "meeting_assessment"
    __table_args__ = (UniqueConstraint("meeting_id", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    meeting_id: int = Field(foreign_key="meeting.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    usefulness: int
    next_step: NextStep = word(NextStep)
    partnership: Partnership | None = word(Partnership, default=None, nullable=True)
    expected_on: date | None = None
    help: list[str] = listing(default_factory=list)
    remark: str = Field(default="", max_length=REMARK_LIMIT)
    assessed_at: datetime = moment()


personal_data(MeetingAssessment, "person_id", "what somebody thinks of a meeting", "delete")


@dataclass(frozen=True)
class MeetingAssessed(Fact):
    """One of those who met said what they think of it."""

    event_id: int
    meeting_id: int


@dataclass(frozen=True)
class AssessmentsAwaited(Fact):
    """A day of meetings is over, and a participant has not assessed all of them."""

    event_id: int
    registration_id: int


@dataclass(frozen=True)
class Assessed:
    """An assessment as the desk or an organiser reads it; `remark` is None for whom it was not written."""

    person_id: int
    name: str
    usefulness: int
    next_step: NextStep
    partnership: Partnership | None
    expected_on: date | None
    help: list[str]
    remark: str | None


@dataclass(frozen=True)
class ToAssess:
    """A meeting of somebody's that they have not assessed."""

    meeting: Meeting
    event: Event
    other: str


AfterAssessed = Callable[[Database, MeetingInEvent, MeetingAssessment], None]
AFTER_ASSESSED: list[AfterAssessed] = []


def after_assessed(step: AfterAssessed) -> AfterAssessed:
    """Run `(db, meeting, assessment)` in the transaction in which somebody says how a meeting was. For outcomes."""
    AFTER_ASSESSED.append(step)
    return step


def took_place(subject: MeetingInEvent, now: datetime) -> None:
    """Refuse to assess what was not held, is not over, or lies in an event that is."""
    not_closed(subject)
    state = clock_state(subject, now)
    if state not in {MeetingState.SCHEDULED, MeetingState.HELD}:
        raise Conflict(WHAT_BECAME[state])
    if state is MeetingState.SCHEDULED and now < subject.slot.ends_at:
        end = At(subject.slot.ends_at, "when")
        raise Conflict(_("This meeting is not over yet. You can assess it from %(when)s on.", when=end))


@command(lead_of_meeting | guest_of_meeting, when=took_place)
def assess_meeting(
    db: Database,
    actor: Actor,
    subject: MeetingInEvent,
    *,
    usefulness: int | None,
    next_step: NextStep | None,
    partnership: Partnership | None = None,
    expected_on: date | None = None,
    help: Collection[Help] = (),
    remark: str = "",
) -> MeetingAssessment:
    """Say how useful a meeting was (1 to 5) and what follows; it can be changed until the event is over.

    Refuses a missing or unknown usefulness or next step, a date before the meeting or more than ten years after it,
    and a remark of more than 1000 characters.
    """
    assert actor.person is not None
    zone = db.exec(select(Person.zone).where(Person.id == actor.person)).one()
    _check(subject, zone, usefulness, next_step, expected_on, remark)
    assert usefulness is not None and next_step is not None
    # Locked on PostgreSQL, so that two clicks at once write one row.
    db.exec(select(Meeting.id).where(Meeting.id == subject.id).with_for_update(key_share=True)).one()
    row = assessment_by(db, subject.id, actor.person)
    row = row or MeetingAssessment(
        meeting_id=subject.id, person_id=actor.person, usefulness=usefulness, next_step=next_step,
        assessed_at=clock.now(),
    )  # fmt: skip
    row.usefulness, row.next_step, row.partnership, row.expected_on = usefulness, next_step, partnership, expected_on
    row.help, row.remark, row.assessed_at = sorted(set(help)), remark.strip(), clock.now()
    db.add(row)
    db.flush()
    for step in AFTER_ASSESSED:
        step(db, subject, row)
    record(db, actor, MeetingAssessed(event_id=subject.meeting.event_id, meeting_id=subject.id))
    return row


def _check(
    subject: MeetingInEvent,
    zone: str,
    usefulness: int | None,
    next_step: NextStep | None,
    expected_on: date | None,
    remark: str,
) -> None:
    wrong: dict[str, Message | str] = {}
    if usefulness is None or not 1 <= usefulness <= 5:
        wrong["usefulness"] = _("Please say how useful it was, from 1 to 5.")
    if next_step is None:
        wrong["next_step"] = _("Please say what comes next; it may be nothing.")
    met = subject.slot.starts_at.astimezone(ZoneInfo(zone)).date()
    if expected_on is not None and not met <= expected_on <= met + timedelta(days=3653):
        wrong["expected_on"] = _("Choose a day after the meeting, within ten years.")
    if len(remark.strip()) > REMARK_LIMIT:
        wrong["remark"] = _("Please write at most %(most)s characters.", most=REMARK_LIMIT)
    if wrong:
        raise Invalid(wrong)


def assessment_by(db: Database, meeting_id: int, person: int | None) -> MeetingAssessment | None:
    """What somebody said about a meeting, for themselves."""
    query = select(MeetingAssessment).where(
        MeetingAssessment.meeting_id == meeting_id, MeetingAssessment.person_id == person
    )
    return db.exec(query).first()


def _said_by(person: Any) -> ColumnElement[bool]:
    return exists().where(
        col(MeetingAssessment.meeting_id) == col(Meeting.id), col(MeetingAssessment.person_id) == person
    )


def assessments_of(db: Database, actor: Actor, subject: MeetingInEvent) -> list[Assessed]:
    """What was said about a meeting, as far as the actor looks after who said it: none of it for other participants.

    Organisers read all, remarks only of those whom no desk looks after; a desk's officer reads all of their own.
    """
    query = select(MeetingAssessment, Person.name).join(Person, col(Person.id) == col(MeetingAssessment.person_id))
    organises, found = organiser_of_event(actor, subject), []
    rows = db.exec(query.where(MeetingAssessment.meeting_id == subject.id).order_by(col(MeetingAssessment.id)))
    for row, name in rows:
        desk = subject.desks.get(row.person_id)
        advises = actor.is_(Role.DESK_OFFICER, Scope.DESK, desk) or (organises and desk is None)
        if organises or advises:
            found.append(
                Assessed(
                    row.person_id, name, row.usefulness, row.next_step, row.partnership, row.expected_on, row.help,
                    row.remark if advises else None,
                )
            )  # fmt: skip
    return found


def to_assess(db: Database, person: int | None, event_id: int | None = None) -> list[ToAssess]:
    """The meetings that somebody had and has not assessed, in events that are not over, in order of time."""
    now = clock.now()
    over = and_(col(Meeting.state) == MeetingState.SCHEDULED, col(Meeting.ends_at) <= now)
    other = case((col(Meeting.asker_id) == person, col(Meeting.invitee_id)), else_=col(Meeting.asker_id))
    query = (
        sql_select(Meeting, Event, col(Person.name))
        .join(Event, col(Event.id) == col(Meeting.event_id))
        .join(Person, col(Person.id) == other)
        .where(takes_part(person), or_(over, col(Meeting.state) == MeetingState.HELD), ~_said_by(person))
        .where(col(Event.state) != EventState.CLOSED)
        .order_by(col(Meeting.starts_at), col(Meeting.id))
    )
    if event_id is not None:
        query = query.where(col(Meeting.event_id) == event_id)
    return [ToAssess(*row) for row in db.execute(query)]


@at_the_end
def _remind_later(db: Database, subject: MeetingInEvent) -> None:
    """One letter per person and day of meetings, the next morning at nine on their own clock: one timer for both."""
    if subject.meeting.state not in {MeetingState.SCHEDULED, MeetingState.HELD}:
        return
    people = (*subject.people[:2], *guests_of(db, subject.id))
    query = select(Registration.id, Person.zone).join(Person, col(Person.id) == col(Registration.person_id))
    places = query.where(Registration.event_id == subject.meeting.event_id, col(Person.id).in_(people))
    # In order of their ids, against deadlock: two meetings that end at once share people.
    for place, zone in db.exec(places.order_by(col(Registration.id))).all():
        set_timer(db, "assessments awaited", place or 0, next_morning(subject.slot.ends_at, zone))


def next_morning(moment: datetime, zone: str) -> datetime:
    """Nine o'clock of the day after `moment` in `zone`."""
    day = moment.astimezone(ZoneInfo(zone)).date() + timedelta(days=1)
    return datetime.combine(day, REMINDER_AT, ZoneInfo(zone)).astimezone(clock.now().tzinfo)


@timer("assessments awaited")
def _remind(db: Database, registration_id: int) -> None:
    place = db.get(Registration, registration_id)
    if place is not None and to_assess(db, place.person_id, place.event_id):
        record(db, SYSTEM, AssessmentsAwaited(event_id=place.event_id, registration_id=registration_id))
