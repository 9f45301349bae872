"""Mentoring: a team books a slot in a mentor's office hours. Whoever comes has seats, as in meetings, so that nobody is
ever in two places at once."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, UniqueConstraint, delete, func, update
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import Field, SQLModel, col, select

from events.challenges import its_event_not_over
from events.core import clock
from events.core.access import Actor, command, rule
from events.core.columns import moment, public_id, word
from events.core.database import Database
from events.core.hooks import personal_data
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.translation import SOURCE, At, Message, _, written_for
from events.events import EventWithPhases
from events.joining import lock_team
from events.roles import organiser_of_event
from events.teams import Team, TeamInEvent, TeamMember, member_of_team, on_left
from sessions.blocks import Slot
from sessions.calendars import Content, EntryKind, cancel_entry, find_entry, revise, take_out
from sessions.meetings import TimePassed
from sessions.office_hours import OfficeHours, slots_of_hours
from sessions.seats import free_mentoring_seats, take_mentoring_seats

TOPIC_LIMIT, REASON_LIMIT = 300, 500
MOST_COMING = 3


class MentoringState(StrEnum):
    """BOOKED stands, also when it is over; CANCELLED was called off."""

    BOOKED = "booked"
    CANCELLED = "cancelled"


class Mentoring(SQLModel, table=True):
    """A team's time with a mentor. `hours_id` is set while it is booked, so that its hours cannot be closed."""

    __table_args__ = (Index("ix_mentoring_event_id_starts_at", "event_id", "starts_at"),)

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("mt")
    event_id: int = Field(foreign_key="event.id", index=True)
    hours_id: int | None = Field(default=None, foreign_key="office_hours.id", index=True)
    mentor_id: int = Field(foreign_key="person.id", index=True)
    team_id: int = Field(foreign_key="team.id", index=True)
    state: MentoringState = word(MentoringState, default=MentoringState.BOOKED)
    topic: str = Field(default="", max_length=TOPIC_LIMIT)
    place: str = Field(default="", max_length=200)
    reason: str = Field(default="", max_length=REASON_LIMIT)
    starts_at: datetime = moment()
    ends_at: datetime = moment()
    booked_by_id: int | None = Field(default=None, foreign_key="person.id")
    booked_at: datetime = moment()


class MentoringAttendee(SQLModel, table=True):
    """That a member of the team comes to a mentoring."""

    __tablename__ = "mentoring_attendee"
    __table_args__ = (UniqueConstraint("mentoring_id", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    mentoring_id: int = Field(foreign_key="mentoring.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)


personal_data(Mentoring, "mentor_id", "mentoring given", "keep")
personal_data(Mentoring, "booked_by_id", "who booked a mentor", "detach")
personal_data(MentoringAttendee, "person_id", "mentoring taken", "delete")


@dataclass(frozen=True)
class MentoringBooked(Fact):
    """A team has booked a mentor; `sequence` is the calendar revision."""

    event_id: int
    mentoring_id: int
    sequence: int


@dataclass(frozen=True)
class MentoringMoved(Fact):
    """A mentoring was given another slot."""

    event_id: int
    mentoring_id: int
    old_starts_at: datetime
    starts_at: datetime
    sequence: int


@dataclass(frozen=True)
class MentoringCancelled(Fact):
    """A mentoring was called off."""

    event_id: int
    mentoring_id: int
    sequence: int | None


@dataclass(frozen=True)
class MentoringLeft(Fact):
    """One of the team does not come; `taken_out` is the revision that takes it from their calendar, `sequence` the one
    that counts for the others."""

    event_id: int
    mentoring_id: int
    person_id: int
    sequence: int | None
    taken_out: int | None


class ChangedMeanwhile(Conflict):
    """A mentoring is not any more what the reader saw."""


@dataclass(frozen=True)
class MentoringInEvent:
    """A mentoring with its team, its event and who of the team comes, as commands and rules need it."""

    mentoring: Mentoring
    team: Team
    event: EventWithPhases
    attendees: tuple[int, ...] = ()

    @property
    def id(self) -> int:
        """The mentoring's id."""
        assert self.mentoring.id is not None
        return self.mentoring.id

    @property
    def people(self) -> tuple[int, ...]:
        """The mentor, then who of the team comes."""
        return (self.mentoring.mentor_id, *self.attendees)


@rule
def its_mentor(actor: Actor, subject: MentoringInEvent) -> bool:
    return actor.person is not None and actor.person == subject.mentoring.mentor_id


@rule
def who_comes_to_it(actor: Actor, subject: MentoringInEvent) -> bool:
    return actor.person is not None and actor.person in subject.attendees


see_booked = its_mentor | member_of_team | organiser_of_event


@command(member_of_team, when=its_event_not_over)
def book_mentoring(
    db: Database,
    actor: Actor,
    subject: TeamInEvent,
    *,
    hours: OfficeHours,
    slot: Slot,
    topic: str = "",
    people: Collection[int] | None = None,
) -> Mentoring:
    """Book a slot in a mentor's office hours for the team, of which `people` come (by id; None: all).

    Refuses with SlotTaken when the mentor or one of them is not free, a slot that has passed or is none of the hours,
    people who are not in the team, nobody at all, a fourth coming mentoring of the team, and a topic that is too long.
    """
    if hours.event_id != subject.event.id:
        raise NotFound()
    if len(topic.strip()) > TOPIC_LIMIT:
        raise Invalid({"topic": _("Please write at most %(most)s characters.", most=TOPIC_LIMIT)})
    lock_team(db, subject.id)
    coming = _checked_people(db, subject, hours, people)
    _refuse_too_many(db, subject)
    with db.begin_nested():  # Whoever goes on after a refusal has no mentoring without seats.
        row = Mentoring(
            event_id=subject.event.id, hours_id=_held_hours(db, hours, slot).id, mentor_id=hours.mentor_id,
            team_id=subject.id, topic=topic.strip(), place=hours.place, starts_at=slot.starts_at,
            ends_at=slot.ends_at, booked_by_id=actor.person, booked_at=clock.now(),
        )  # fmt: skip
        db.add(row)
        db.flush()
        db.add_all(MentoringAttendee(mentoring_id=row.id or 0, person_id=one) for one in coming)
        db.flush()
        booked = MentoringInEvent(row, subject.team, subject.event, tuple(coming))
        take_mentoring_seats(db, actor, mentoring_id=booked.id, people=booked.people, slot=slot)
        sequence = _write_in_calendars(db, booked)
    record(db, actor, MentoringBooked(event_id=subject.event.id, mentoring_id=booked.id, sequence=sequence))
    return row


def _checked_people(
    db: Database, subject: TeamInEvent, hours: OfficeHours, people: Collection[int] | None
) -> list[int]:
    members = set(db.exec(select(TeamMember.person_id).where(TeamMember.team_id == subject.id)))
    coming = members if people is None else set(people)
    if not coming or coming - members:
        raise Invalid({"people": _("Choose at least one member of your team who comes.")})
    if hours.mentor_id in coming:
        raise Conflict(_("A mentor cannot book themselves."))
    return sorted(coming)


def _refuse_too_many(db: Database, subject: TeamInEvent) -> None:
    """Exact although it only looks: the team is locked, and SQLite has one writer."""
    coming = (
        Mentoring.team_id == subject.id, Mentoring.state == MentoringState.BOOKED,
        col(Mentoring.ends_at) > clock.now(),
    )  # fmt: skip
    if int(db.exec(select(func.count()).where(*coming)).one()) >= MOST_COMING:
        raise Conflict(
            _("Your team has %(most)s bookings to come. Let other teams have a turn, or cancel one.", most=MOST_COMING)
        )


def _held_hours(db: Database, hours: OfficeHours, slot: Slot) -> OfficeHours:
    """The hours that `slot` is a slot of; they cannot be closed before the transaction ends. Refuses other times."""
    query = select(OfficeHours).where(OfficeHours.id == hours.id).with_for_update(read=True, key_share=True)
    row = db.exec(query.execution_options(populate_existing=True)).first()
    if row is None:
        raise Conflict(_("These office hours are not there any more. Choose others."))
    if slot not in slots_of_hours(row):
        raise Invalid({"slot": _("Please choose one of the mentor's times.")})
    if slot.starts_at <= clock.now():
        raise TimePassed
    return row


def _write_in_calendars(db: Database, subject: MentoringInEvent) -> int:
    """Say in the calendars of all who come when and where: the entry's sequence number."""
    row = subject.mentoring
    with written_for(SOURCE, subject.event.zone):
        summary = str(_("Mentoring at %(event)s", event=subject.event.event.name))
    path = page_of(subject.event, row)
    content = Content(row.starts_at, row.ends_at, summary, row.place, path, zone=subject.event.zone)
    sequence = revise(db, EntryKind.MENTORING, subject.id, set(subject.people), content)
    if sequence is None:  # nothing new to say, and everybody has it
        entry = find_entry(db, EntryKind.MENTORING, subject.id)
        assert entry is not None
        return entry.sequence
    return sequence


def page_of(event: EventWithPhases, row: Mentoring) -> str:
    """The path of a mentoring's page, as calendars keep it; a test holds it and the routes together."""
    return f"/e/{event.event.slug}/mentoring/booked/{row.public_id}"


WHAT_BECAME: dict[MentoringState, Message] = {
    MentoringState.CANCELLED: _("This mentoring was cancelled."),
    MentoringState.BOOKED: _("This mentoring has just been moved. Reload the page to see when it is."),
}


def is_to_come(subject: MentoringInEvent, now: datetime) -> None:
    """Refuse to change what was cancelled, has begun or is over."""
    its_event_not_over(subject, now)
    if subject.mentoring.state is not MentoringState.BOOKED:
        raise ChangedMeanwhile(WHAT_BECAME[subject.mentoring.state])
    if subject.mentoring.starts_at <= now:
        raise ChangedMeanwhile(_("This mentoring began at %(time)s.", time=At(subject.mentoring.starts_at)))


@command(its_mentor | member_of_team, when=is_to_come)
def move_mentoring(db: Database, actor: Actor, subject: MentoringInEvent, *, hours: OfficeHours, slot: Slot) -> None:
    """Give a mentoring another slot of the same mentor. Refuses with SlotTaken when somebody is not free then, a slot
    that has passed or is none, another mentor's hours, and with ChangedMeanwhile when somebody else was quicker."""
    if hours.event_id != subject.event.id or hours.mentor_id != subject.mentoring.mentor_id:
        raise NotFound()
    old = subject.mentoring.starts_at
    if slot.starts_at == old:
        raise Invalid({"slot": _("It is at that time already. Choose another one.")})
    held = _held_hours(db, hours, slot)
    values = {"starts_at": slot.starts_at, "ends_at": slot.ends_at, "hours_id": held.id, "place": held.place}
    before = {name: getattr(subject.mentoring, name) for name in values}
    with db.begin_nested():
        _change(db, subject, values)
        try:
            # The new seats first, the old ones after: two that swap their slots would wait for each other otherwise.
            take_mentoring_seats(db, actor, mentoring_id=subject.id, people=_who_comes(db, subject), slot=slot)
        except Conflict:
            _reads(subject, before)
            raise
        free_mentoring_seats(db, subject.id, but=slot)
    sequence = _write_in_calendars(db, subject)
    record(
        db, actor,
        MentoringMoved(subject.event.id, subject.id, old_starts_at=old, starts_at=slot.starts_at, sequence=sequence),
    )  # fmt: skip


def _who_comes(db: Database, subject: MentoringInEvent) -> set[int]:
    """Who comes by now: somebody may have left the team since the reader looked."""
    return {subject.mentoring.mentor_id, *attendees_of(db, subject.id)}


@command(its_mentor | member_of_team | organiser_of_event, when=is_to_come)
def cancel_mentoring(db: Database, actor: Actor, subject: MentoringInEvent, *, reason: str = "") -> None:
    """Call a mentoring off, with a sentence that the others read; the slot is free again. Refuses with
    ChangedMeanwhile when somebody else was quicker."""
    if len(reason.strip()) > REASON_LIMIT:
        raise Invalid({"reason": _("Please write at most %(most)s characters.", most=REASON_LIMIT)})
    call_off(db, actor, subject, reason.strip())


def call_off(db: Database, actor: Actor, subject: MentoringInEvent, reason: str) -> None:
    """End a mentoring that stands, free its seats and take it out of all calendars; part of commands that have asked
    their own rule."""
    _change(db, subject, {"state": MentoringState.CANCELLED, "hours_id": None, "reason": reason})
    free_mentoring_seats(db, subject.id)
    sequence = cancel_entry(db, EntryKind.MENTORING, subject.id)
    record(db, actor, MentoringCancelled(subject.event.id, subject.id, sequence=sequence))


def _change(db: Database, subject: MentoringInEvent, values: dict[str, Any]) -> None:
    """From the state and time that the reader saw to others: compare-and-set, so that one of two wins."""
    seen = subject.mentoring
    where = (
        col(Mentoring.id) == subject.id, col(Mentoring.state) == seen.state, col(Mentoring.starts_at) == seen.starts_at
    )  # fmt: skip
    changed = db.execute(
        update(Mentoring).where(*where).values(**values), execution_options={"synchronize_session": False}
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE always answers with a cursor
        became = db.exec(select(Mentoring.state).where(Mentoring.id == subject.id)).one()
        raise ChangedMeanwhile(WHAT_BECAME[MentoringState(became)])
    _reads(subject, values)


def _reads(subject: MentoringInEvent, values: dict[str, Any]) -> None:
    for name, value in values.items():
        set_committed_value(subject.mentoring, name, value)


@command(who_comes_to_it, when=is_to_come)
def leave_mentoring(db: Database, actor: Actor, subject: MentoringInEvent) -> None:
    """Not come to a mentoring; it goes on with the others of the team, and without any of them it is called off."""
    assert actor.person is not None
    _change(db, subject, {"state": subject.mentoring.state})
    _let_go(db, actor, subject, actor.person)


def _let_go(db: Database, actor: Actor, subject: MentoringInEvent, person: int) -> None:
    """Take somebody out; the caller holds the mentoring's row, so that of two who go at once the second is the last."""
    if attendees_of(db, subject.id) == (person,):
        call_off(db, actor, subject, "")
        return
    theirs = (col(MentoringAttendee.mentoring_id) == subject.id, col(MentoringAttendee.person_id) == person)
    gone = db.execute(delete(MentoringAttendee).where(*theirs))
    if gone.rowcount != 1:  # type: ignore[attr-defined]  # a DELETE always answers with a cursor
        raise ChangedMeanwhile(_("They do not come to this mentoring any more."))
    free_mentoring_seats(db, subject.id, person_id=person)
    numbers = take_out(db, EntryKind.MENTORING, subject.id, person)
    taken_out, sequence = numbers if numbers else (None, None)
    record(db, actor, MentoringLeft(subject.event.id, subject.id, person, sequence=sequence, taken_out=taken_out))


@on_left
def _left_the_team(db: Database, actor: Actor, team: TeamInEvent, person_id: int) -> None:
    """Whoever is not in the team any more does not come to what it has booked."""
    query = (
        select(Mentoring)
        .join(MentoringAttendee, col(MentoringAttendee.mentoring_id) == col(Mentoring.id))
        .where(Mentoring.team_id == team.id, MentoringAttendee.person_id == person_id)
        .where(Mentoring.state == MentoringState.BOOKED, col(Mentoring.starts_at) > clock.now())
        .order_by(col(Mentoring.id))
        .with_for_update(of=Mentoring)
    )
    for row in db.exec(query).all():
        attendees = attendees_of(db, row.id or 0)
        _let_go(db, actor, MentoringInEvent(row, team.team, team.event, attendees), person_id)


def attendees_of(db: Database, mentoring_id: int) -> tuple[int, ...]:
    """Who of the team comes, by id."""
    query = select(MentoringAttendee.person_id).where(MentoringAttendee.mentoring_id == mentoring_id)
    return tuple(db.exec(query.order_by(col(MentoringAttendee.person_id))))


def get_mentoring(db: Database, actor: Actor, event: EventWithPhases, public: str) -> MentoringInEvent:
    """A mentoring for its mentor, the team and the organisers; NotFound for others."""
    row = db.exec(
        select(Mentoring, Team)
        .join(Team, col(Team.id) == col(Mentoring.team_id))
        .where(Mentoring.public_id == public, Mentoring.event_id == event.id)
    ).first()
    found = MentoringInEvent(row[0], row[1], event, attendees_of(db, row[0].id or 0)) if row else None
    if found is None or not see_booked(actor, found):
        raise NotFound()
    return found
