"""More time: five minutes longer for a meeting, if both sides want it and nobody has something else right after it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from events.core.access import Actor, command
from events.core.database import Database
from events.core.journal import Fact, record
from events.core.refusals import Conflict
from events.core.timers import set_timer
from events.core.translation import At, _
from sessions.attendance import TooEarly
from sessions.blocks import Slot
from sessions.meeting_rooms import (
    RoomInMeeting,
    changed,
    is_in_meeting,
    lead_in_room,
    locked_room,
    room_of_meeting,
)
from sessions.seats import NoTableFree, SlotTaken, take_seats, take_table
from sessions.transitions import change_meeting, write_in_calendars

MORE = timedelta(minutes=5)
MOST_OFTEN = 3
FROM = timedelta(minutes=10)


@dataclass(frozen=True)
class MoreTimeAsked(Fact):
    """One side of a meeting would like five minutes more."""

    event_id: int
    meeting_id: int
    person_id: int


@dataclass(frozen=True)
class MeetingExtended(Fact):
    """A meeting ends later, since both sides wanted it; `sequence` is its calendar revision."""

    event_id: int
    meeting_id: int
    old_ends_at: datetime
    ends_at: datetime
    sequence: int


def near_its_end(subject: RoomInMeeting, now: datetime) -> None:
    """Refuse more time before the last ten minutes of a meeting, and more than three times."""
    is_in_meeting(subject, now)
    first = subject.clock.ends - FROM
    if now < first:
        raise TooEarly(_("There is time left. You can ask for more from %(time)s on.", time=At(first)))
    if subject.room.extensions >= MOST_OFTEN:
        raise Conflict(_("This meeting has been made longer three times. Ask for another one to go on."))


@command(lead_in_room, when=near_its_end)
def extend_meeting(db: Database, actor: Actor, subject: RoomInMeeting) -> bool:
    """Ask for five minutes more or, where the other side has asked, agree to them: answers whether they are given.

    Nobody is asked for what cannot be: refuses where somebody who meets, or the table, has something else then.
    """
    assert actor.person is not None
    row = locked_room(db, subject)
    asked_by = row.more_asked_by_id
    if asked_by is None or asked_by not in subject.leads or asked_by == actor.person:
        with db.begin_nested() as tried:
            _take_more(db, actor, subject)
            tried.rollback()
        row.more_asked_by_id = actor.person
        changed(db, row)
        if asked_by != actor.person:
            fact = MoreTimeAsked(event_id=subject.meeting.event_id, meeting_id=subject.id, person_id=actor.person)
            record(db, actor, fact)
        return False
    old = subject.of.slot.ends_at
    _take_more(db, actor, subject)
    change_meeting(db, subject.of, {"ends_at": old + MORE})
    row.more_asked_by_id, row.extensions = None, row.extensions + 1
    changed(db, row)
    sequence = write_in_calendars(db, subject.of, subject.of.people)
    # Read anew: somebody may have something else right after the new end.
    set_timer(db, "meeting room closes", subject.id, room_of_meeting(db, subject.of).clock.closes)
    record(
        db, actor,
        MeetingExtended(
            event_id=subject.meeting.event_id, meeting_id=subject.id, old_ends_at=old, ends_at=old + MORE,
            sequence=sequence,
        ),
    )  # fmt: skip
    return True


def _take_more(db: Database, actor: Actor, subject: RoomInMeeting) -> None:
    of, more = subject.of, Slot(subject.of.slot.ends_at, subject.of.slot.ends_at + MORE)
    try:
        take_seats(db, actor, meeting_id=of.id, people=of.people, slot=more, held_until=None)
        if of.meeting.table_id is None:
            return
        found = take_table(
            db, event_id=of.meeting.event_id, meeting_id=of.id, slot=more, people=of.people, prefer=of.meeting.table_id
        )
    except (SlotTaken, NoTableFree) as refusal:
        raise _no_more() from refusal
    if found != of.meeting.table_id:
        raise _no_more()


def _no_more() -> Conflict:
    return Conflict(_("There is no more time: one of you or your place is taken right after this meeting."))
