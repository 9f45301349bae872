"""Offers: pairs who wait for a time are put together as soon as there is one, whatever made it possible.

There is one way in. Whatever can make a time possible is a fact, and facts are heard after their commit, when what
they freed can be taken by others. Hearing one only sets the event's timer, and none where nobody waits, so that a
thousand changes in a row lead to one look. A look puts together the pair that has waited longest among those who have
a time, and has the timer look again until nobody has.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import and_, delete, select
from sqlmodel import col, or_

from events.core import clock
from events.core.access import SYSTEM
from events.core.database import Database
from events.core.journal import Fact, Told, listener, record
from events.core.refusals import Refusal
from events.core.timers import set_timer, set_timer_soon, timer
from events.events import Event, EventState, EventWithPhases, event_by_id
from events.people import ProfileChanged
from events.phases import PhaseOpened
from events.planning import PhaseMoved
from events.registration import Registration, RegistrationWithdrawn
from events.type_rules import TypeRulesChanged
from sessions.attendance import AttendanceCorrected, MeetingFailed, NoShowMarked
from sessions.availability import AvailabilitySet
from sessions.blocks import BlockAdded, TableAdded
from sessions.booking_rules import BookingRulesChanged, rules_of
from sessions.breaks import BreaksSet
from sessions.chances import Chance, chances
from sessions.meetings import (
    Meeting,
    MeetingAccepted,
    MeetingCancelled,
    MeetingDeclined,
    MeetingDelegated,
    MeetingExpired,
    MeetingJoined,
    MeetingLeft,
    MeetingMoved,
    MeetingWithdrawn,
)
from sessions.mentoring import Mentoring, MentoringCancelled, MentoringLeft, MentoringMoved, attendees_of
from sessions.no_thanks import NoThanksTakenBack
from sessions.own_calendars import BusyTimesChanged
from sessions.requests import Wish, ask
from sessions.standby import StandbyCalled
from sessions.tables import TableChanged, TableRemoved
from sessions.waiting import TimeFound, WaitingBegan, WaitingPair, forget_pair, why_no_offers

# At most this often an event is looked at while things change all the time.
PAUSE = timedelta(seconds=5)

# What gives people time to meet in one event only.
HERE: tuple[type[Fact], ...] = (
    AvailabilitySet, BusyTimesChanged, BlockAdded, BreaksSet, TableAdded, TableChanged, TableRemoved,
    BookingRulesChanged, TypeRulesChanged, PhaseOpened, PhaseMoved, RegistrationWithdrawn,
    MeetingAccepted,  # one open request less: its asker may be below a limit again
    MeetingJoined,  # with so many they may have left a smaller table
    WaitingBegan,  # something may have become free at that moment
)  # fmt: skip
# What frees people, who may wait in other events too. A published schedule moves meetings, one fact for each.
FREEING: tuple[type[Fact], ...] = (
    MeetingCancelled, MeetingDeclined, MeetingWithdrawn, MeetingExpired, MeetingMoved, MeetingDelegated, MeetingLeft,
    NoShowMarked, MeetingFailed, AttendanceCorrected, NoThanksTakenBack,
    StandbyCalled,  # the time that a request held until it was taken to another
)  # fmt: skip

_offers = listener("waiting list", "worker")


@_offers.hears(*HERE)
def _changed_here(db: Database, told: Told) -> None:
    _look_soon(db, col(WaitingPair.event_id) == _event_of(told))


@_offers.hears(*FREEING)
def _freed(db: Database, told: Told) -> None:
    event_id = _event_of(told)
    if isinstance(told.fact, MeetingDelegated):
        _forget_whom_they_met(db, told.fact)
    here = select(col(Registration.person_id)).where(col(Registration.event_id) == event_id)
    either = col(WaitingPair.asker_id).in_(here) | col(WaitingPair.invitee_id).in_(here)
    _look_soon(db, or_(col(WaitingPair.event_id) == event_id, either))


def _forget_whom_they_met(db: Database, fact: MeetingDelegated) -> None:
    """Whose request was handed to a colleague does not ask again for the one who has just handed it over."""
    meeting = db.get(Meeting, fact.meeting_id)
    if meeting is None:
        return
    others = {meeting.asker_id, meeting.invitee_id} - {fact.joined_id}
    asks = and_(col(WaitingPair.asker_id).in_(others), col(WaitingPair.invitee_id) == fact.left_id)
    is_asked = and_(col(WaitingPair.asker_id) == fact.left_id, col(WaitingPair.invitee_id).in_(others))
    began = (col(WaitingPair.event_id) == meeting.event_id, col(WaitingPair.since) < meeting.requested_at)
    db.execute(delete(WaitingPair).where(or_(asks, is_asked), *began))


@_offers.hears(MentoringCancelled, MentoringMoved, MentoringLeft)
def _freed_from_mentoring(db: Database, told: Told) -> None:
    """The mentor and the team, wherever they wait: a mentor need not take part where they mentor."""
    row = db.get(Mentoring, getattr(told.fact, "mentoring_id", None))
    if row is None:
        return
    people = {row.mentor_id, *attendees_of(db, row.id or 0)}
    if isinstance(told.fact, MentoringLeft):
        people.add(told.fact.person_id)
    _look_soon(db, or_(col(WaitingPair.asker_id).in_(people), col(WaitingPair.invitee_id).in_(people)))


@_offers.hears(ProfileChanged)
def _changed_zone(db: Database, told: Told) -> None:
    """Perhaps: then they can be met at other hours."""
    person = getattr(told.fact, "person_id", None)
    _look_soon(db, or_(col(WaitingPair.asker_id) == person, col(WaitingPair.invitee_id) == person))


def _event_of(told: Told) -> int | None:
    return getattr(told.fact, "event_id", None)


def _look_soon(db: Database, concerned: Any) -> None:
    """Have the events looked at in which pairs wait that are concerned. One query, and `set_timer_soon` for each."""
    query = (
        select(col(WaitingPair.event_id))
        .join(Event, col(Event.id) == col(WaitingPair.event_id))
        .where(concerned, col(Event.state) != EventState.CLOSED)
        .distinct()
        .order_by(col(WaitingPair.event_id))
    )
    for event_id in db.execute(query).scalars():
        set_timer_soon(db, "waiting list", event_id, pause=PAUSE)


@timer("waiting list")
def _offer(db: Database, event_id: int) -> None:
    """Ask in the name of the first pair in line that has a time; then look again, in a transaction of its own.

    Three statements and those of `chances`, however many wait; one request, which is tried again only where somebody
    else takes a time at the same moment.
    """
    event = event_by_id(db, event_id)
    if why_no_offers(event, rules_of(db, event_id), clock.now()):
        return
    for chance in chances(db, event_id):
        if _ask_for(db, event, chance):
            # One at a time: several pairs' places would be locked in no order.
            set_timer(db, "waiting list", event_id, clock.now())
            return


def _ask_for(db: Database, event: EventWithPhases, chance: Chance) -> bool:
    pair = chance.pair
    for slot in chance.slots:
        try:
            with db.begin_nested():
                wish = Wish(pair.asker_id, pair.invitee_id, slot, pair.note)
                meeting = ask(db, SYSTEM, event, wish, chance.invitee, override=None)
                forget_pair(db, pair)
        except Refusal:
            continue  # taken meanwhile: the next time, or the next pair
        record(db, SYSTEM, TimeFound(event_id=event.id, meeting_id=meeting.id or 0))
        return True
    return False
