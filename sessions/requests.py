"""Meeting requests: one participant's wish to meet another, which holds a slot for both until the answer."""

from datetime import datetime, timedelta

from sqlmodel import and_, col, or_, select

from events.consents import refuse_unless_agreed
from events.core import clock
from events.core.access import SYSTEM, Actor, command
from events.core.database import Database
from events.core.journal import record
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.timers import set_timer, timer
from events.core.translation import N_, _
from events.events import Event, EventWithPhases
from events.phases import PhaseKind, refuse_unless_open
from events.registration import Registration, participant_of_event
from sessions.availability import absent_then
from sessions.blocks import Slot, block_at
from sessions.meetings import (
    Meeting,
    MeetingInEvent,
    MeetingRequested,
    MeetingState,
    TimePassed,
    asker_of_meeting,
    end_meeting,
    is_open,
    is_requested,
)
from sessions.seats import NotTakingPart, locked_participants, not_free, take_seats

NOTE_LIMIT = 1000


class MeetOneself(Conflict):
    """Somebody asked themselves."""

    def __init__(self) -> None:
        super().__init__(_("This is you. Choose somebody else to meet."))


class Colleagues(Conflict):
    """Two people of one organisation need no appointment here."""

    def __init__(self) -> None:
        super().__init__(_("You are from the same organisation. Meetings here are with other organisations."))


class AskedAlready(Conflict):
    """Two people have at most one open request or coming meeting in an event."""

    def __init__(self) -> None:
        super().__init__(_("There is an open request or a meeting between the two of you already."))


class TooManyRequests(Conflict):
    """Somebody has as many open requests as the event allows."""

    def __init__(self, most: int) -> None:
        super().__init__(
            N_(
                "You have %(count)s open request, as many as this event allows. Wait for the answer or withdraw it.",
                "You have %(count)s open requests, as many as this event allows. Wait for answers or withdraw one.",
                most,
            )
        )


def booking_open(subject: EventWithPhases, now: datetime) -> None:
    """Refuse requests outside the booking phase."""
    kind = PhaseKind.BOOKING
    refuse_unless_open(subject.phase(kind), kind, subject.is_open(kind, now), now)


@command(participant_of_event, when=booking_open)
def request_meeting(
    db: Database, actor: Actor, subject: EventWithPhases, *, invitee: Registration, slot: Slot, note: str = ""
) -> Meeting:
    """Ask `invitee` for a meeting and hold the slot for both until they answer, at most until it would begin.

    Refuses oneself and colleagues, a time that has passed or is no slot of the event, SlotTaken when either is not
    free, a second open request between the two, more open requests than the event allows, and a note of more than
    1000 characters.
    """
    assert actor.person is not None
    _check(db, actor, subject, invitee, slot, note)
    people = (actor.person, invitee.person_id)
    _both_may(locked_participants(db, subject.id, people), people)
    _within_limits(db, subject.event, people)
    absent = absent_then(db, subject.id, people, slot.starts_at)
    if absent:
        raise not_free(db, actor, absent, slot.starts_at)
    with db.begin_nested():  # Whoever goes on after a refusal has no meeting without seats.
        meeting = _new_request(db, subject, people, slot, note)
        assert meeting.id is not None
        take_seats(db, actor, meeting_id=meeting.id, people=people, slot=slot, held_until=meeting.expires_at)
    set_timer(db, "meeting request expires", meeting.id, meeting.expires_at)
    record(db, actor, MeetingRequested(event_id=subject.id, meeting_id=meeting.id))
    return meeting


def _check(db: Database, actor: Actor, subject: EventWithPhases, invitee: Registration, slot: Slot, note: str) -> None:
    if invitee.event_id != subject.id:
        raise NotFound()
    if invitee.person_id == actor.person:
        raise MeetOneself
    if len(note.strip()) > NOTE_LIMIT:
        raise Invalid({"note": _("Please write at most %(most)s characters.", most=NOTE_LIMIT)})
    if slot.starts_at <= clock.now():
        raise TimePassed
    refuse_unless_agreed(db, subject.event, actor)


def _both_may(found: dict[int, Registration], people: tuple[int, int]) -> None:
    if len(found) < 2:
        raise NotTakingPart
    asker, invitee = (found[person].organisation_id for person in people)
    if asker is not None and asker == invitee:
        raise Colleagues


def _within_limits(db: Database, event: Event, people: tuple[int, int]) -> None:
    # Exact although it only looks: both registrations are locked, and SQLite has one writer.
    asker, invitee = people
    between = and_(col(Meeting.asker_id) == invitee, col(Meeting.invitee_id) == asker)
    query = select(Meeting.asker_id, Meeting.invitee_id, Meeting.state).where(
        Meeting.event_id == event.id, or_(col(Meeting.asker_id) == asker, between), is_open(clock.now())
    )
    rows = db.exec(query).all()
    if any({one, other} == set(people) for one, other, _state in rows):
        raise AskedAlready
    waiting = sum(1 for one, _other, state in rows if one == asker and state is MeetingState.REQUESTED)
    if waiting >= event.max_open_requests:
        raise TooManyRequests(event.max_open_requests)


def _new_request(db: Database, subject: EventWithPhases, people: tuple[int, int], slot: Slot, note: str) -> Meeting:
    now = clock.now()
    meeting = Meeting(
        event_id=subject.id,
        asker_id=people[0],
        invitee_id=people[1],
        note=note.strip(),
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        block_id=block_at(db, subject.id, slot).id,
        requested_at=now,
        expires_at=min(now + timedelta(minutes=subject.event.request_lasts_minutes), slot.starts_at),
    )
    db.add(meeting)
    db.flush()
    return meeting


@command(asker_of_meeting, when=is_requested)
def withdraw_request(db: Database, actor: Actor, subject: MeetingInEvent) -> None:
    """Take a request back; both are free again. Refuses with AnsweredAlready what is no open request any more."""
    end_meeting(db, actor, subject, MeetingState.WITHDRAWN)


@timer("meeting request expires")
def _expire(db: Database, meeting_id: int) -> None:
    meeting = db.get(Meeting, meeting_id)
    event = db.get(Event, meeting.event_id) if meeting else None
    if meeting is None or event is None:
        return
    if meeting.state is not MeetingState.REQUESTED or clock.now() < meeting.expires_at:
        return
    end_meeting(db, SYSTEM, MeetingInEvent(meeting, event), MeetingState.EXPIRED)
