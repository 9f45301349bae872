"""Meeting requests: one participant's wish to meet another, with a time that is held for both or without one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from events.consents import refuse_unless_agreed
from events.core import clock
from events.core.access import SYSTEM, Actor, command
from events.core.database import Database
from events.core.journal import record
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.timers import set_timer, timer
from events.core.translation import Message, _
from events.desks import acts_for_registration
from events.events import Event, EventWithPhases, event_by_id, not_over
from events.phases import PhaseKind, refuse_unless_open
from events.registration import Registration, RegistrationInEvent, participant_of_event
from events.roles import organiser_of_event
from events.type_rules import TypeRule, may_ask
from sessions.answers import checked_reason
from sessions.availability import offered_slots
from sessions.blocks import Slot, block_at
from sessions.booking_rules import Answering, BookingRules, Timing, rules_of
from sessions.guests import refuse_second_with
from sessions.limits import Counted, counted_for, is_between, refuse_beyond_limits
from sessions.limits import TooManyRequests as TooManyRequests
from sessions.meetings import (
    Meeting,
    MeetingAgreed,
    MeetingGuest,
    MeetingInEvent,
    MeetingRequested,
    MeetingScheduled,
    MeetingState,
    TimePassed,
    acts_for_asker,
    asker_of_meeting,
    is_requested,
)
from sessions.no_thanks import SaidNoThanks, turned_down_by
from sessions.request_nudges import remind_of
from sessions.seats import SlotTaken, not_free, take_seats
from sessions.transitions import end_meeting, give_table, refuse_if_unavailable, write_in_calendars

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


class NoTimesToCome(Conflict):
    """There is nothing to meet in: whoever asks now would ask for a time that there may never be."""

    def __init__(self) -> None:
        super().__init__(
            _("This event has no times for meetings to come. Ask again when its organisers have added some.")
        )


class NotYourType(Conflict):
    """The event's rules do not let participants of one type ask those of another."""

    def __init__(self) -> None:
        super().__init__(_("In this event, participants like you do not ask participants like them for meetings."))


@dataclass(frozen=True)
class Wish:
    """A request before it is made: who asks whom, about what, and when if the asker chooses the time."""

    asker: int
    invitee: int
    slot: Slot | None
    note: str


def booking_open(subject: EventWithPhases, now: datetime) -> None:
    """Refuse requests outside the booking phase."""
    kind = PhaseKind.BOOKING
    refuse_unless_open(subject.phase(kind), kind, subject.is_open(kind, now), now)


@command(participant_of_event, when=booking_open)
def request_meeting(
    db: Database, actor: Actor, subject: EventWithPhases, *, invitee: Registration, slot: Slot | None, note: str = ""
) -> Meeting:
    """Ask `invitee` for a meeting; by the event's rules with a time or without, and held for both or not.

    Where nobody has to say yes, the meeting stands at once. Refuses oneself and colleagues, a type that one may not
    ask, a time that has passed or is no slot of the event, NoTimesToCome, SlotTaken when either is not free, a second
    open request between the two, LimitReached, a note of more than 1000 characters, and before one has agreed to take
    part.
    """
    assert actor.person is not None
    refuse_unless_agreed(db, subject.event, actor)
    if invitee.person_id in turned_down_by(db, actor.person):
        raise SaidNoThanks
    return ask(db, actor, subject, Wish(actor.person, invitee.person_id, slot, note), invitee, override=None)


def not_closed_for_them(subject: RegistrationInEvent, now: datetime) -> None:
    """Refuse what is asked on behalf of somebody in an event that is over."""
    not_over(EventWithPhases(subject.event, ()), now)


@command(acts_for_registration, when=not_closed_for_them)
def request_meeting_for(
    db: Database,
    actor: Actor,
    subject: RegistrationInEvent,
    *,
    invitee: Registration,
    slot: Slot | None,
    note: str = "",
    override: str = "",
) -> Meeting:
    """Ask for a meeting in the name of a participant, outside the booking phase too; the seats bind all the same.

    Refuses what `request_meeting` does, but a limit only where `override` gives no reason to go beyond it.
    """
    event = event_by_id(db, subject.registration.event_id)
    return ask(
        db, actor, event, Wish(subject.registration.person_id, invitee.person_id, slot, note), invitee,
        override=override,
    )  # fmt: skip


def ask(
    db: Database, actor: Actor, event: EventWithPhases, wish: Wish, invitee: Registration, *, override: str | None
) -> Meeting:
    """Make a request or, where nobody has to say yes, a meeting; part of commands that have asked their own rule.

    `override` None: limits bind. Refuses what `request_meeting` does.
    """
    rules = rules_of(db, event.id)
    _check(event, wish, invitee, rules)
    if wish.slot is None:
        _some_time_left(db, actor, event, wish)
    pair = (wish.asker, wish.invitee)
    try:
        found = refuse_if_unavailable(db, actor, event.id, pair, wish.slot, rules, seated=True)
    except SlotTaken:
        # Often it is their own request that holds the time; then that is what they should read.
        refuse_second(counted_for(db, event.id, pair), *pair)
        raise
    refuse_pair(db, found[wish.asker], found[wish.invitee])
    lines = counted_for(db, event.id, found)
    refuse_second(lines, wish.asker, wish.invitee)
    beyond = refuse_beyond_limits(db, actor, rules, found, wish.slot, asker=wish.asker, override=override, lines=lines)
    with db.begin_nested():  # Whoever goes on after a refusal has no meeting without seats.
        meeting = _new_request(db, event, rules, wish, override if beyond and override else "")
        subject = MeetingInEvent(meeting, event.event)
        if rules.answering is Answering.AUTOMATIC:
            _stands_at_once(db, actor, subject, wish)
        else:
            _waits(db, actor, subject, wish, rules)
    return meeting


def _check(event: EventWithPhases, wish: Wish, invitee: Registration, rules: BookingRules) -> None:
    if invitee.event_id != event.id:
        raise NotFound()
    if wish.asker == wish.invitee:
        raise MeetOneself
    _refuse_long(wish.note)
    if rules.timing is Timing.AT_REQUEST and wish.slot is None:
        raise Invalid({"slot": _("Please choose a time.")})
    if rules.timing is not Timing.AT_REQUEST and wish.slot is not None:
        raise Invalid({"slot": NO_TIME_YET[rules.timing]})
    if wish.slot is not None and wish.slot.starts_at <= clock.now():
        raise TimePassed


def _refuse_long(note: str) -> None:
    if len(note.strip()) > NOTE_LIMIT:
        raise Invalid({"note": _("Please write at most %(most)s characters.", most=NOTE_LIMIT)})


def _some_time_left(db: Database, actor: Actor, event: EventWithPhases, wish: Wish) -> None:
    """Refuse to ask for a time that there cannot be. It is asked first, so that a no thanks is refused alike; and of
    everybody where no slots are to come, since only whoever was turned down would be refused there otherwise."""
    slots = offered_slots(db, event.id, (wish.asker, wish.invitee))
    if not slots:
        raise NoTimesToCome
    if not any(one.free for one in slots):
        raise not_free(db, actor, {wish.invitee}, None)


NO_TIME_YET: dict[Timing, Message] = {
    Timing.AT_ACCEPTANCE: _("In this event the one who is asked chooses the time. Send your request without one."),
    Timing.BY_ORGANISER: _("In this event the organisers choose the times. Send your request without one."),
}


def refuse_pair(db: Database, asker: Registration, invitee: Registration) -> None:
    """Refuse colleagues, and an invitee of a type that the asker's type may not ask."""
    if asker.organisation_id is not None and asker.organisation_id == invitee.organisation_id:
        raise Colleagues
    if not may_ask(db, asker.type_id, invitee.type_id):
        raise NotYourType


def suits(rules: Mapping[tuple[int, int], TypeRule], asker: Registration, invitee: Registration) -> bool:
    """Whether `refuse_pair` would let somebody ask somebody; for many, by the rules of all types."""
    rule = rules.get((asker.type_id, invitee.type_id))
    colleagues = asker.organisation_id is not None and asker.organisation_id == invitee.organisation_id
    return not colleagues and (rule is None or (rule.may_see and rule.may_ask))


def refuse_second(lines: list[Counted], one: int, other: int) -> None:
    """Refuse a second open request or coming meeting between two people of an event, of whom all lines are given.

    Exact although it only looks: both registrations are locked, and SQLite has one writer.
    """
    if is_between(lines, one, other):
        raise AskedAlready


def _new_request(db: Database, event: EventWithPhases, rules: BookingRules, wish: Wish, override: str) -> Meeting:
    now, slot = clock.now(), wish.slot
    lasts = now + timedelta(minutes=rules.lasts_minutes)
    meeting = Meeting(
        event_id=event.id,
        asker_id=wish.asker,
        invitee_id=wish.invitee,
        note=wish.note.strip(),
        starts_at=slot.starts_at if slot else None,
        ends_at=slot.ends_at if slot else None,
        block_id=block_at(db, event.id, slot).id if slot else None,
        requested_at=now,
        expires_at=min(lasts, slot.starts_at) if slot else lasts,
        override=checked_reason("override", override),
    )
    db.add(meeting)
    db.flush()
    return meeting


def _waits(db: Database, actor: Actor, subject: MeetingInEvent, wish: Wish, rules: BookingRules) -> None:
    meeting = subject.meeting
    if wish.slot is not None and rules.requests_hold:
        people = (wish.asker, wish.invitee)
        take_seats(db, actor, meeting_id=subject.id, people=people, slot=wish.slot, held_until=meeting.expires_at)
    set_timer(db, "meeting request expires", subject.id, meeting.expires_at)
    remind_of(db, meeting)
    record(db, actor, MeetingRequested(event_id=meeting.event_id, meeting_id=subject.id))


def _stands_at_once(db: Database, actor: Actor, subject: MeetingInEvent, wish: Wish) -> None:
    """Nobody has to say yes: with a time the meeting is scheduled, without one it waits for it."""
    meeting, people = subject.meeting, (wish.asker, wish.invitee)
    meeting.answered_at = clock.now()
    meeting.state = MeetingState.SCHEDULED if wish.slot else MeetingState.ACCEPTED
    db.add(meeting)
    db.flush()
    if wish.slot is None:
        record(db, actor, MeetingAgreed(event_id=meeting.event_id, meeting_id=subject.id))
        return
    take_seats(db, actor, meeting_id=subject.id, people=people, slot=wish.slot, held_until=None)
    give_table(db, subject, wish.slot, people)
    sequence = write_in_calendars(db, subject, people)
    record(db, actor, MeetingScheduled(event_id=meeting.event_id, meeting_id=subject.id, sequence=sequence))


@command(organiser_of_event, when=not_over)
def book_meeting(
    db: Database,
    actor: Actor,
    subject: EventWithPhases,
    *,
    people: list[Registration],
    slot: Slot,
    note: str = "",
    override: str = "",
) -> Meeting:
    """Arrange a meeting of two or more participants at a time, without asking them; they get it in their calendars.

    The first two lead its sides. Seats bind: refuses with SlotTaken, NoTableFree (a table has to have a chair for
    each), TimePassed, what is no slot, fewer than two people, a second meeting between two (colleagues aside, who may
    come to several together), and a limit unless `override` says why to go beyond it; of one's own requests too, where
    one takes part.
    """
    ids = [one.person_id for one in people]
    if len(set(ids)) < 2 or len(set(ids)) < len(ids):
        raise Invalid({"people": _("Choose at least two different participants.")})
    if any(one.event_id != subject.id for one in people):
        raise NotFound()
    if slot.starts_at <= clock.now():
        raise TimePassed
    rules, wish = rules_of(db, subject.id), Wish(ids[0], ids[1], slot, note)
    _refuse_long(note)
    found = refuse_if_unavailable(db, actor, subject.id, ids, slot, rules, seated=True)
    lines = counted_for(db, subject.id, found)
    refuse_second(lines, ids[0], ids[1])
    for number, guest in enumerate(ids[2:], start=2):
        refuse_second_with(db, found, lines, guest, ids[:number])
    # Whoever arranges a meeting of their own asks for it: what they may ask counts, as if they had.
    asker = actor.person if actor.person in ids else None
    beyond = refuse_beyond_limits(db, actor, rules, found, slot, asker=asker, override=override, lines=lines)
    with db.begin_nested():
        meeting = _new_request(db, subject, rules, wish, override if beyond else "")
        meeting.state, meeting.answered_at = MeetingState.SCHEDULED, clock.now()
        db.add_all(MeetingGuest(meeting_id=meeting.id or 0, person_id=id, added_at=clock.now()) for id in ids[2:])
        db.flush()
        take_seats(db, actor, meeting_id=meeting.id or 0, people=ids, slot=slot, held_until=None)
        booked = MeetingInEvent(meeting, subject.event, tuple(ids[2:]))
        give_table(db, booked, slot, ids)
        sequence = write_in_calendars(db, booked, ids)
    record(db, actor, MeetingScheduled(event_id=subject.id, meeting_id=meeting.id or 0, sequence=sequence))
    return meeting


@command(asker_of_meeting | acts_for_asker, when=is_requested)
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
