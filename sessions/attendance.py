"""Attendance: who came to a meeting, who did not, and how it ended.

Everything here changes the meeting's own row, if only to lock it: a no-show and a check-in at the same moment are one
after the other. A meeting that was held keeps its seats, which lie in the past; whatever did not take place gives
them all back, so that a standby or a waiting pair has the time and the table.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import UniqueConstraint, update
from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.access import SYSTEM, Actor, command
from events.core.columns import moment, word
from events.core.database import Database
from events.core.hooks import personal_data
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.timers import stop_timer, timer
from events.core.translation import At, _
from events.events import Event
from events.people import Person
from events.roles import Role, Scope, organiser_of_event
from sessions.meetings import (
    WHAT_BECAME,
    AnsweredAlready,
    Meeting,
    MeetingInEvent,
    MeetingState,
    acts_for_lead,
    clock_state,
    desk_of_guest,
    guest_of_meeting,
    guests_of,
    lead_of_meeting,
    not_closed,
)
from sessions.seats import free_seats
from sessions.transitions import change_meeting

BEFORE = timedelta(minutes=10)
PATIENCE = timedelta(minutes=5)
ENDS = (MeetingState.HELD, MeetingState.NO_SHOW, MeetingState.FAILED)


class MeetingAttendance(SQLModel, table=True):
    """That somebody came to a meeting, or that they did not, and how it ended by their own word.

    `says` is what they noted, or what they said against it where the note came from the other side: then
    `contradicts`, with a reason. An organiser who corrects the meeting has `settled` what was said until then.
    """

    __tablename__ = "meeting_attendance"
    __table_args__ = (UniqueConstraint("meeting_id", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    meeting_id: int = Field(foreign_key="meeting.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    checked_in_at: datetime | None = moment(default=None, nullable=True)
    absent: bool = False
    says: MeetingState | None = word(MeetingState, default=None, nullable=True)
    said_at: datetime | None = moment(default=None, nullable=True)
    contradicts: bool = False
    reason: str = Field(default="", max_length=500)
    settled: bool = False


personal_data(MeetingAttendance, "person_id", "that somebody came to a meeting, or did not, and how it ended", "delete")


@dataclass(frozen=True)
class CheckedInToMeeting(Fact):
    """Somebody is here."""

    event_id: int
    meeting_id: int
    person_id: int


@dataclass(frozen=True)
class NoShowMarked(Fact):
    """Somebody did not come; the time and the table are free again."""

    event_id: int
    meeting_id: int
    person_id: int


@dataclass(frozen=True)
class MeetingHeld(Fact):
    """A meeting has taken place."""

    event_id: int
    meeting_id: int


@dataclass(frozen=True)
class MeetingFailed(Fact):
    """Technology kept people from meeting."""

    event_id: int
    meeting_id: int


@dataclass(frozen=True)
class AttendanceCorrected(Fact):
    """An organiser changed how a meeting ended."""

    event_id: int
    meeting_id: int
    state: str


class TooEarly(Conflict):
    """Something can be said of a meeting only later."""


class IsHere(Conflict):
    """Somebody is called missing who has checked in."""

    def __init__(self, name: str, at: datetime) -> None:
        super().__init__(
            _(
                "%(name)s has checked in, at %(time)s. Look around once more, or ask an organiser to mark them.",
                name=name,
                time=At(at),
            )
        )


@dataclass(frozen=True)
class Presence:
    """Who came to a meeting and when, who was marked as missing, and of whom somebody else says that they were there:
    the other side, or an organiser."""

    came: dict[int, datetime] = field(default_factory=dict)
    absent: frozenset[int] = frozenset()
    vouched: frozenset[int] = frozenset()


AT_THE_END: list[Callable[[Database, MeetingInEvent], None]] = []


def at_the_end(step: Callable[[Database, MeetingInEvent], None]) -> Callable[[Database, MeetingInEvent], None]:
    """Run `(db, meeting)` in the transaction in which the end of a meeting is noted, by the clock or by somebody who
    says how it ended; perhaps twice. For assessments."""
    AT_THE_END.append(step)
    return step


def refuse_unless_stands(subject: MeetingInEvent, now: datetime) -> None:
    """Refuse what can be said only of a meeting that stands, and nobody has said yet how it ended."""
    not_closed(subject)
    state = clock_state(subject, now)
    if state is not MeetingState.SCHEDULED:
        raise AnsweredAlready(WHAT_BECAME[state])


def check_in_open(subject: MeetingInEvent, now: datetime) -> None:
    """Refuse to check in earlier than ten minutes before a meeting, or after it."""
    refuse_unless_stands(subject, now)
    opens = subject.slot.starts_at - BEFORE
    if now < opens:
        raise TooEarly(_("You can check in from %(time)s on, ten minutes before it begins.", time=At(opens, "when")))
    if now >= subject.slot.ends_at:
        raise Conflict(_("This meeting is over. Say on its page how it was."))


def has_begun(subject: MeetingInEvent, now: datetime) -> None:
    """Refuse to say how a meeting ended that has not begun."""
    refuse_unless_stands(subject, now)
    if now < subject.slot.starts_at:
        start = At(subject.slot.starts_at, "when")
        raise TooEarly(_("This meeting has not begun. It begins on %(when)s.", when=start))


def waited_long_enough(subject: MeetingInEvent, now: datetime) -> None:
    """Refuse to give somebody up before five minutes after the start."""
    has_begun(subject, now)
    if now < subject.slot.starts_at + PATIENCE:
        until = At(subject.slot.starts_at + PATIENCE)
        raise TooEarly(_("Wait until %(time)s: they may be on their way.", time=until))


def has_ended_somehow(subject: MeetingInEvent, now: datetime) -> None:
    """Refuse to correct what has not ended."""
    not_closed(subject)
    if subject.meeting.state not in ENDS:
        raise Conflict(_("Nobody has said yet how this meeting ended."))


@command(lead_of_meeting | guest_of_meeting, when=check_in_open)
def check_in_to_meeting(db: Database, actor: Actor, subject: MeetingInEvent) -> None:
    """Say "I am here", from ten minutes before the start until the end; twice is once.

    Refuses with AnsweredAlready when somebody has said meanwhile how it ended.
    """
    assert actor.person is not None
    _check_in(db, actor, subject, actor.person)


@command(acts_for_lead | desk_of_guest, when=check_in_open)
def check_in_somebody(db: Database, actor: Actor, subject: MeetingInEvent, *, person: int) -> None:
    """Say that somebody is here, as seen at the desk. Refuses who does not take part, and what checking in does."""
    if person not in subject.people:
        raise NotFound()
    _check_in(db, actor, subject, person)


def _check_in(db: Database, actor: Actor, subject: MeetingInEvent, person: int) -> None:
    lock_meeting_row(db, subject)
    if person in presence_of(db, subject).came:
        return
    note_of(db, subject.id, person, checked_in_at=clock.now(), absent=False)
    fact = CheckedInToMeeting(event_id=subject.meeting.event_id, meeting_id=subject.id, person_id=person)
    record(db, actor, fact)


def lock_meeting_row(db: Database, subject: MeetingInEvent) -> None:
    """Nobody changes the meeting until the transaction ends. Refuses with AnsweredAlready where somebody just has."""
    change_meeting(db, subject, {"state": subject.meeting.state})


def note_of(db: Database, meeting_id: int, person: int, **values: Any) -> None:
    """Write down what is known of somebody at a meeting, whose row is locked."""
    query = select(MeetingAttendance).where(
        MeetingAttendance.meeting_id == meeting_id, MeetingAttendance.person_id == person
    )
    row = db.exec(query).first() or MeetingAttendance(meeting_id=meeting_id, person_id=person)
    for name, value in values.items():
        setattr(row, name, value)
    db.add(row)
    db.flush()


@command(lead_of_meeting | acts_for_lead, when=waited_long_enough)
def mark_no_show(db: Database, actor: Actor, subject: MeetingInEvent, *, absent: int) -> None:
    """Say that the asker or the invitee, by their id, did not come; from five minutes after the start on.

    Everybody's seats and the table are free again. Whoever marks during the meeting is here themselves. Refuses
    oneself and guests, with IsHere somebody who has checked in, or for whom somebody else has, unless an organiser
    says so, and with AnsweredAlready when the meeting has ended otherwise.
    """
    if absent not in subject.people[:2] or absent == actor.person:
        raise Invalid({"absent": _("Choose the one of the two sides that did not come.")})
    with db.begin_nested():
        lock_meeting_row(db, subject)
        came = presence_of(db, subject).came
        here = who_is_here_instead(subject, absent, came)
        if here is not None and not organiser_of_event(actor, subject):
            raise IsHere(name_of(db, here), came[here])
        _end(db, subject, MeetingState.NO_SHOW)
    note_of(db, subject.id, absent, absent=True)
    _keep_word(db, actor, subject, MeetingState.NO_SHOW)
    if actor.person in subject.people and clock.now() < subject.slot.ends_at:
        note_of(db, subject.id, actor.person, checked_in_at=clock.now(), absent=False)
    fact = NoShowMarked(event_id=subject.meeting.event_id, meeting_id=subject.id, person_id=absent)
    record(db, actor, fact)


def _keep_word(db: Database, actor: Actor, subject: MeetingInEvent, end: MeetingState) -> None:
    """Keep on whose side it was said how a meeting ended; of an organiser, none."""
    side = speaks_for(actor, subject)
    if side is not None:
        note_of(db, subject.id, side, says=end, said_at=clock.now())


def speaks_for(actor: Actor, subject: MeetingInEvent) -> int | None:
    """The lead for whom the actor speaks: they themselves, or whom their desk looks after; None for who speaks for
    both or for neither."""
    if actor.person in subject.leads:
        return actor.person
    desk = [one for one in subject.leads if actor.is_(Role.DESK_OFFICER, Scope.DESK, subject.desks.get(one))]
    return desk[0] if len(desk) == 1 else None


def who_is_here_instead(subject: MeetingInEvent, lead: int, came: Collection[int]) -> int | None:
    """Who has come so that a lead is not missed: they themselves, or a guest who is not of the other side. With such
    a guest a meeting takes place, whoever else is late."""
    other_home = next((subject.homes.get(one) for one in subject.leads if one != lead), None)
    guests = (one for one in subject.guests if other_home is None or subject.homes.get(one) != other_home)
    return next((one for one in (lead, *guests) if one in came), None)


@command(lead_of_meeting | acts_for_lead, when=has_begun)
def mark_held(db: Database, actor: Actor, subject: MeetingInEvent) -> None:
    """Say that a meeting takes place or has taken place; where both sides have checked in its end says so by itself."""
    _end(db, subject, MeetingState.HELD)
    _keep_word(db, actor, subject, MeetingState.HELD)
    record(db, actor, MeetingHeld(event_id=subject.meeting.event_id, meeting_id=subject.id))


@command(lead_of_meeting | acts_for_lead, when=has_begun)
def mark_technical_failure(db: Database, actor: Actor, subject: MeetingInEvent) -> None:
    """Say that technology kept people from meeting; seats and table are free again, and all are told."""
    _end(db, subject, MeetingState.FAILED)
    _keep_word(db, actor, subject, MeetingState.FAILED)
    record(db, actor, MeetingFailed(event_id=subject.meeting.event_id, meeting_id=subject.id))


@command(organiser_of_event, when=has_ended_somehow)
def correct_attendance(
    db: Database, actor: Actor, subject: MeetingInEvent, *, end: MeetingState, absent: Collection[int] = ()
) -> None:
    """Change how a meeting ended to HELD, NO_SHOW (of one or both sides in `absent`, by id) or FAILED; all are told.

    What was said against it is settled with that. A meeting that was held after all has no seats any more: others may
    have them. Refuses what is no such end, a no-show of nobody, and with AnsweredAlready when somebody was quicker.
    """
    if end not in ENDS:
        raise Invalid({"end": _("Please choose how the meeting ended.")})
    missing = set(absent) if end is MeetingState.NO_SHOW else set()
    if (end is MeetingState.NO_SHOW and not missing) or not missing <= set(subject.people[:2]):
        raise Invalid({"end": _("Choose the one of the two sides that did not come.")})
    _end(db, subject, end)
    rows = col(MeetingAttendance.meeting_id) == subject.id
    db.execute(update(MeetingAttendance).where(rows).values(absent=False, settled=True))
    for person in sorted(missing):
        note_of(db, subject.id, person, absent=True)
    fact = AttendanceCorrected(event_id=subject.meeting.event_id, meeting_id=subject.id, state=end)
    record(db, actor, fact)


def _end(db: Database, subject: MeetingInEvent, end: MeetingState) -> None:
    """From the state that the reader saw to an end; what did not take place gives its seats back."""
    change_meeting(db, subject, {"state": end, "block_id": None})
    stop_timer(db, "meeting ends", subject.id)
    if end is not MeetingState.HELD:
        free_seats(db, subject.id)
    for step in AT_THE_END:
        step(db, subject)


@timer("meeting ends")
def _settle(db: Database, meeting_id: int) -> None:
    """Its time is over: it was held if both sides had checked in; otherwise they are asked."""
    meeting = db.get(Meeting, meeting_id)
    event = db.get(Event, meeting.event_id) if meeting else None
    if meeting is None or event is None or meeting.state is not MeetingState.SCHEDULED:
        return
    subject = MeetingInEvent(meeting, event, guests_of(db, meeting_id))
    if clock.now() < subject.slot.ends_at:
        return
    lock_meeting_row(db, subject)
    if set(subject.people[:2]) <= presence_of(db, subject).came.keys():
        _end(db, subject, MeetingState.HELD)
        record(db, SYSTEM, MeetingHeld(event_id=meeting.event_id, meeting_id=meeting_id))
        return
    for step in AT_THE_END:
        step(db, subject)


def presence_of(db: Database, subject: MeetingInEvent) -> Presence:
    """Who has come to a meeting, who was marked as missing, and who was there by the word of others."""
    query = select(MeetingAttendance).where(MeetingAttendance.meeting_id == subject.id)
    rows = db.exec(query.order_by(col(MeetingAttendance.checked_in_at), col(MeetingAttendance.id))).all()
    came = {
        row.person_id: row.checked_in_at
        for row in rows
        if not row.absent and row.checked_in_at is not None and _counts(subject.meeting, row.checked_in_at)
    }
    return Presence(came, frozenset(row.person_id for row in rows if row.absent), _vouched(subject, rows))


def _vouched(subject: MeetingInEvent, rows: Sequence[MeetingAttendance]) -> frozenset[int]:
    # Nobody vouches for themselves: whoever never came could say so first.
    if subject.meeting.state is not MeetingState.HELD:
        return frozenset()
    said = said_in(rows)
    return frozenset(subject.leads) - {said.person_id} if said is not None else frozenset(subject.leads)


def said_in(rows: Iterable[MeetingAttendance]) -> MeetingAttendance | None:
    """The row of the side whose word a meeting's end is; None for that of an organiser or of the clock."""
    return next((one for one in rows if one.says is not None and not one.contradicts and not one.settled), None)


def _counts(meeting: Meeting, at: datetime) -> bool:
    # A meeting that was moved after somebody had checked in is another appointment.
    start, end = meeting.starts_at, meeting.ends_at
    return start is not None and end is not None and start - BEFORE <= at < end


def name_of(db: Database, person: int) -> str:
    """Somebody's name, '' for nobody."""
    return db.exec(select(Person.name).where(Person.id == person)).first() or ""
