"""Meetings: accepted, declined, moved, cancelled; who may, what is freed, what calendars are told."""

from datetime import timedelta

import pytest
from sqlmodel import select

from events.core import clock
from events.core.access import Actor, may
from events.core.database import Database
from events.core.refusals import Conflict, Invalid, NotAllowed, NotFound
from events.core.timers import Timer
from events.events import close_event
from events.registration import RegistrationInEvent, withdraw_registration
from sessions.answers import accept_meeting, decline_meeting
from sessions.attendance import mark_no_show
from sessions.blocks import Slot
from sessions.booking_rules import Timing
from sessions.calendars import CalendarMethod, EntryKind, revision_at
from sessions.meetings import (
    AnsweredAlready,
    MeetingAccepted,
    MeetingCancelled,
    MeetingDeclined,
    MeetingInEvent,
    MeetingMoved,
    MeetingState,
    MeetingWithdrawn,
    TimePassed,
    get_meeting,
)
from sessions.moves import cancel_meeting, move_meeting, schedule_meeting
from sessions.requests import request_meeting
from sessions.seats import NoTableFree, NotTakingPart, SlotTaken
from tests.makers import NOW, again
from tests.sessions.makers_meetings import (
    Fair,
    facts,
    make_fair,
    make_meeting,
    make_participant,
    make_request,
    place_of,
    problems_with_seats,
    seats_of,
    seen_by,
    with_rules,
)


def test_an_accepted_meeting_keeps_both_seats_and_gets_a_table(db: Database, fair: Fair, bo: Actor, cy: Actor) -> None:
    meeting = make_request(db, fair, asker=bo, invitee=cy)

    accept_meeting(db, cy, meeting)

    seats = seats_of(db, meeting)
    assert {(seat.person_id, seat.table_id, seat.held_until) for seat in seats} == {
        (bo.person, None, None),
        (cy.person, None, None),
        (None, meeting.meeting.table_id, None),
    }
    assert len(seats) == 3 * 4


def test_only_the_invitee_or_an_organiser_may_accept_or_decline(
    db: Database, fair: Fair, bo: Actor, cy: Actor, dee: Actor
) -> None:
    meeting = make_request(db, fair, asker=bo, invitee=cy)

    answers = [
        [may(actor, name, meeting) for actor in (bo, cy, dee, fair.ada)]
        for name in ("accept_meeting", "decline_meeting")
    ]

    assert answers == [[False, True, False, True]] * 2
    with pytest.raises(NotAllowed):
        accept_meeting(db, bo, meeting)


def test_a_declined_meeting_frees_both_seats_and_says_why(db: Database, fair: Fair, bo: Actor, cy: Actor) -> None:
    meeting = make_request(db, fair, asker=bo, invitee=cy)

    decline_meeting(db, cy, meeting, reason=" We only buy in bulk. ")

    assert seats_of(db, meeting) == []
    assert (meeting.meeting.state, meeting.meeting.reason) == (MeetingState.DECLINED, "We only buy in bulk.")
    assert facts(db, MeetingDeclined) == [MeetingDeclined(event_id=fair.event.id, meeting_id=meeting.id)]


def test_a_reason_has_an_end(db: Database, fair: Fair, bo: Actor, cy: Actor) -> None:
    meeting = make_request(db, fair, asker=bo, invitee=cy)

    with pytest.raises(Invalid, match="at most 500"):
        decline_meeting(db, cy, meeting, reason="x" * 501)
    accept_meeting(db, cy, meeting)
    with pytest.raises(Invalid, match="at most 500"):
        cancel_meeting(db, cy, meeting, reason="x" * 501)


def test_who_comes_second_reads_what_became_of_the_request(db: Database, fair: Fair, bo: Actor, cy: Actor) -> None:
    meeting = make_request(db, fair, asker=bo, invitee=cy)
    stale = seen_by(db, meeting)
    accept_meeting(db, cy, meeting)

    with pytest.raises(AnsweredAlready, match="accepted already"):
        decline_meeting(db, cy, stale)

    assert len(seats_of(db, meeting)) == 12


def test_who_did_not_see_a_move_reads_of_it(db: Database, fair: Fair, bo: Actor, cy: Actor) -> None:
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)
    stale = seen_by(db, meeting)
    move_meeting(db, bo, meeting, slot=fair.slots[1])

    with pytest.raises(AnsweredAlready, match="has just been moved to Wed, 15 Apr 2026, 09:25"):
        cancel_meeting(db, cy, stale)

    assert meeting.meeting.state is MeetingState.SCHEDULED


def test_a_moved_meeting_frees_the_old_slot_and_keeps_its_table(db: Database, fair: Fair, bo: Actor, cy: Actor) -> None:
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)
    table = meeting.meeting.table_id

    move_meeting(db, cy, meeting, slot=fair.slots[2])

    seats = seats_of(db, meeting)
    first = int(fair.slots[2].starts_at.timestamp()) // 300
    assert {seat.atom for seat in seats} == set(range(first, first + 4))
    assert (len(seats), meeting.meeting.table_id) == (12, table)


def test_a_meeting_keeps_its_slot_where_the_new_one_is_taken(
    db: Database, fair: Fair, bo: Actor, cy: Actor, dee: Actor
) -> None:
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)
    make_meeting(db, fair, asker=cy, invitee=dee, slot=1)
    before = {(seat.person_id, seat.table_id, seat.atom) for seat in seats_of(db, meeting)}

    with pytest.raises(SlotTaken) as refused:
        move_meeting(db, bo, meeting, slot=fair.slots[1])

    assert str(refused.value) == "Cy Costa is not free at 09:25. Choose another time."
    assert {(seat.person_id, seat.table_id, seat.atom) for seat in seats_of(db, meeting)} == before
    assert seen_by(db, meeting).meeting.starts_at == fair.slots[0].starts_at


def test_who_is_taken_themselves_reads_so(db: Database, fair: Fair, bo: Actor, cy: Actor, dee: Actor) -> None:
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)
    make_meeting(db, fair, asker=cy, invitee=dee, slot=1)

    with pytest.raises(SlotTaken, match=r"You are not free at 09:25\. Choose another time\."):
        move_meeting(db, cy, meeting, slot=fair.slots[1])


def test_the_letters_of_a_meeting_have_sequence_0_1_2(db: Database, fair: Fair, bo: Actor, cy: Actor) -> None:
    meeting = make_request(db, fair, asker=bo, invitee=cy)

    accept_meeting(db, cy, meeting)
    move_meeting(db, bo, meeting, slot=fair.slots[1])
    cancel_meeting(db, cy, meeting)

    found = facts(db, MeetingAccepted, MeetingMoved, MeetingCancelled)
    assert [(type(fact), fact.sequence) for fact in found] == [  # type: ignore[attr-defined]
        (MeetingAccepted, 0),
        (MeetingMoved, 1),
        (MeetingCancelled, 2),
    ]
    methods = [revision_at(db, EntryKind.MEETING, meeting.id, n)[1].method for n in (0, 1, 2)]
    assert methods == [CalendarMethod.REQUEST, CalendarMethod.REQUEST, CalendarMethod.CANCEL]


def test_a_calendar_names_the_table_and_nobody(db: Database, fair: Fair, bo: Actor, cy: Actor) -> None:
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)

    _entry, said = revision_at(db, EntryKind.MEETING, meeting.id, 0)

    assert (said.summary, said.place) == ("Meeting at Food Match", "Table 1")
    assert said.path == f"/meetings/{meeting.meeting.public_id}"


def test_a_cancelled_meeting_frees_everything(db: Database, fair: Fair, bo: Actor, cy: Actor) -> None:
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)

    cancel_meeting(db, bo, meeting, reason="Ill")

    assert seats_of(db, meeting) == []
    assert db.exec(select(Timer).where(Timer.kind == "meeting request expires")).all() == []


def test_an_organiser_may_move_and_cancel(db: Database, fair: Fair, bo: Actor, cy: Actor) -> None:
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)

    move_meeting(db, fair.ada, meeting, slot=fair.slots[3])
    cancel_meeting(db, fair.ada, meeting)

    assert meeting.meeting.state is MeetingState.CANCELLED


def test_a_meeting_goes_only_to_another_coming_slot(db: Database, fair: Fair, bo: Actor, cy: Actor) -> None:
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)
    five = timedelta(minutes=5)
    crooked = Slot(fair.slots[1].starts_at + five, fair.slots[1].ends_at + five)

    with pytest.raises(Invalid, match="at that time already"):
        move_meeting(db, bo, meeting, slot=fair.slots[0])
    with pytest.raises(Invalid, match="one of the event's times"):
        move_meeting(db, bo, meeting, slot=crooked)
    with pytest.raises(TimePassed, match="has passed"):
        move_meeting(db, bo, meeting, slot=Slot(NOW - five, NOW + five))


def test_what_is_not_accepted_cannot_be_moved(db: Database, fair: Fair, bo: Actor, cy: Actor) -> None:
    meeting = make_request(db, fair, asker=bo, invitee=cy)

    with pytest.raises(AnsweredAlready, match="not been accepted yet"):
        move_meeting(db, bo, meeting, slot=fair.slots[1])


def test_a_meeting_that_has_begun_is_not_moved(db: Database, fair: Fair, bo: Actor, cy: Actor) -> None:
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)

    with clock.frozen_at(fair.slots[0].starts_at), pytest.raises(TimePassed):
        move_meeting(db, bo, meeting, slot=fair.slots[1])


def test_a_time_that_could_not_be_given_leaves_the_meeting_as_it_was(
    db: Database, fair: Fair, bo: Actor, cy: Actor, dee: Actor
) -> None:
    make_meeting(db, fair, asker=dee, invitee=cy, slot=1)
    with_rules(db, fair, timing=Timing.BY_ORGANISER)
    made = request_meeting(db, bo, fair.event, invitee=place_of(db, cy, fair), slot=None)
    meeting = MeetingInEvent(made, fair.event.event)
    accept_meeting(db, cy, meeting)

    with pytest.raises(SlotTaken):
        schedule_meeting(db, fair.ada, meeting, slot=fair.slots[1])

    assert (meeting.meeting.state, meeting.has_time) == (MeetingState.ACCEPTED, False)
    schedule_meeting(db, fair.ada, meeting, slot=fair.slots[2])
    assert problems_with_seats(db) == []


@pytest.mark.parametrize("minutes", [0, 6, 20])
def test_whoever_did_not_come_does_not_cancel_afterwards(
    db: Database, fair: Fair, bo: Actor, cy: Actor, minutes: int
) -> None:
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)

    with clock.frozen_at(fair.slots[0].starts_at + timedelta(minutes=minutes)):
        for actor in (cy, fair.ada):
            with pytest.raises(Conflict) as refused:
                cancel_meeting(db, actor, meeting)
            assert str(refused.value) == (
                "This meeting has begun and is not cancelled any more. Say on its page how it went."
            )

    assert meeting.meeting.state is MeetingState.SCHEDULED


def test_whoever_did_not_come_is_missing_even_if_they_leave_the_event(
    db: Database, fair: Fair, bo: Actor, cy: Actor
) -> None:
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)

    with clock.frozen_at(fair.slots[0].starts_at + timedelta(minutes=6)):
        withdraw_registration(db, cy, RegistrationInEvent(place_of(db, cy, fair), fair.event.event))
        mark_no_show(db, bo, meeting, absent=cy.person)

    assert meeting.meeting.state is MeetingState.NO_SHOW
    assert problems_with_seats(db) == []


def test_an_event_that_is_over_takes_no_answer_and_no_move(
    db: Database, fair: Fair, bo: Actor, cy: Actor, dee: Actor
) -> None:
    request = make_request(db, fair, asker=bo, invitee=cy)
    meeting = make_meeting(db, fair, asker=bo, invitee=dee, slot=1)
    close_event(db, fair.ada, fair.event)

    with pytest.raises(AnsweredAlready, match="expired"):
        accept_meeting(db, cy, request)
    with pytest.raises(AnsweredAlready, match="cancelled"):
        move_meeting(db, bo, meeting, slot=fair.slots[2])


def test_tables_run_out(db: Database, ada: Actor, bo: Actor, cy: Actor, dee: Actor, mel: Actor) -> None:
    small = make_fair(db, ada, tables=1, name="Small Match")
    people = [make_participant(db, one, small) for one in (bo, cy, dee, mel)]
    make_meeting(db, small, asker=people[0], invitee=people[1])
    late = make_request(db, small, asker=people[2], invitee=people[3])

    with pytest.raises(NoTableFree) as refused:
        accept_meeting(db, people[3], late)

    assert str(refused.value) == "All tables are taken at 09:00. Choose another time."
    assert seen_by(db, late).meeting.state is MeetingState.REQUESTED
    assert len(seats_of(db, late)) == 8


def test_two_meetings_at_once_have_two_tables(
    db: Database, fair: Fair, bo: Actor, cy: Actor, dee: Actor, mel: Actor
) -> None:
    one = make_meeting(db, fair, asker=bo, invitee=cy)
    other = make_meeting(db, fair, asker=dee, invitee=mel)

    assert one.meeting.table_id != other.meeting.table_id


def test_an_event_without_tables_has_meetings_without_one(db: Database, ada: Actor, bo: Actor, cy: Actor) -> None:
    bare = make_fair(db, ada, tables=0, name="Bare Match")
    bo, cy = (make_participant(db, one, bare) for one in (bo, cy))

    meeting = make_meeting(db, bare, asker=bo, invitee=cy)

    assert meeting.meeting.table_id is None


def test_a_meeting_is_seen_by_its_two_people_and_the_organiser(
    db: Database, fair: Fair, bo: Actor, cy: Actor, dee: Actor
) -> None:
    meeting = make_request(db, fair, asker=bo, invitee=cy)

    seen = [get_meeting(db, actor, meeting.meeting.public_id).id for actor in (bo, cy, fair.ada)]

    assert seen == [meeting.id] * 3
    with pytest.raises(NotFound):
        get_meeting(db, dee, meeting.meeting.public_id)


def test_who_leaves_takes_their_meetings_along(
    db: Database, fair: Fair, bo: Actor, cy: Actor, dee: Actor, mel: Actor
) -> None:
    standing = make_meeting(db, fair, asker=bo, invitee=cy)
    asked = make_request(db, fair, asker=bo, invitee=dee, slot=1)
    asking = make_request(db, fair, asker=mel, invitee=bo, slot=2)

    withdraw_registration(db, bo, RegistrationInEvent(place_of(db, bo, fair), fair.event.event))

    states = [seen_by(db, one).meeting.state for one in (standing, asked, asking)]
    assert states == [MeetingState.CANCELLED, MeetingState.WITHDRAWN, MeetingState.DECLINED]
    assert [seats_of(db, one) for one in (standing, asked, asking)] == [[], [], []]
    kinds = (MeetingCancelled, MeetingWithdrawn, MeetingDeclined)
    assert {type(fact) for fact in facts(db, *kinds)} == set(kinds)


def test_a_meeting_with_somebody_who_left_cannot_be_moved(db: Database, fair: Fair, bo: Actor, cy: Actor) -> None:
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)
    stale = seen_by(db, meeting)
    withdraw_registration(db, cy, RegistrationInEvent(place_of(db, cy, fair), fair.event.event))

    with pytest.raises(NotTakingPart):
        move_meeting(db, again(db, bo), stale, slot=fair.slots[1])
