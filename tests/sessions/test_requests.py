"""Requests: what may be asked of whom and when, what is held, and how a request ends without an answer."""

from datetime import timedelta

import pytest
from sqlalchemy import delete

from events.consents import ConsentMissing
from events.core import clock
from events.core.access import VISITOR, Actor
from events.core.database import Database
from events.core.refusals import Invalid, NotAllowed, NotFound
from events.core.timers import TIMERS
from events.phases import PhaseKind, PhaseNotOpen
from events.registration import Consent, RegistrationInEvent, RegistrationState, withdraw_registration
from sessions.answers import accept_meeting, decline_meeting
from sessions.availability import set_availability
from sessions.blocks import Slot
from sessions.colleagues import MeetAlready
from sessions.meetings import AnsweredAlready, MeetingState, TimePassed
from sessions.requests import (
    AskedAlready,
    Colleagues,
    MeetOneself,
    TooManyRequests,
    book_meeting,
    request_meeting,
    withdraw_request,
)
from sessions.seats import NotTakingPart, SlotTaken
from tests.makers import NOW, again, make_organisation, reload_event, shut_phase
from tests.sessions.makers_meetings import (
    Fair,
    make_fair,
    make_meeting,
    make_participant,
    make_request,
    place_of,
    seats_of,
    seen_by,
    with_rules,
)


@pytest.fixture
def fair(db: Database, ada: Actor) -> Fair:
    return make_fair(db, ada)


@pytest.fixture
def bo(db: Database, bo: Actor, fair: Fair) -> Actor:
    return make_participant(db, bo, fair)


@pytest.fixture
def cy(db: Database, cy: Actor, fair: Fair) -> Actor:
    return make_participant(db, cy, fair)


@pytest.fixture
def dee(db: Database, dee: Actor, fair: Fair) -> Actor:
    return make_participant(db, dee, fair)


def expire_all(db: Database, *meetings: int) -> None:
    """Run the timers' step in the test's own transaction."""
    for meeting in meetings:
        TIMERS["meeting request expires"](db, meeting)


def test_a_request_holds_the_slot_for_both_until_it_expires(db: Database, fair: Fair, bo: Actor, cy: Actor) -> None:
    meeting = make_request(db, fair, asker=bo, invitee=cy)

    seats = seats_of(db, meeting)

    assert {(seat.person_id, seat.held_until) for seat in seats} == {
        (bo.person, meeting.meeting.expires_at),
        (cy.person, meeting.meeting.expires_at),
    }
    assert len(seats) == 8


def test_a_request_lasts_as_long_as_the_event_says_and_never_beyond_its_slot(
    db: Database, fair: Fair, bo: Actor, cy: Actor, dee: Actor
) -> None:
    long = make_request(db, fair, asker=bo, invitee=cy)
    with_rules(db, fair, lasts_minutes=60)
    short = make_request(db, fair, asker=bo, invitee=dee, slot=1)

    ends = [one.meeting.expires_at for one in (long, short)]

    assert ends == [fair.slots[0].starts_at, NOW + timedelta(minutes=60)]


def test_a_held_slot_is_free_for_nobody_else(db: Database, fair: Fair, bo: Actor, cy: Actor, dee: Actor) -> None:
    make_request(db, fair, asker=bo, invitee=cy)

    with pytest.raises(SlotTaken) as refused:
        make_request(db, fair, asker=dee, invitee=cy)
    with pytest.raises(SlotTaken) as own:
        make_request(db, fair, asker=bo, invitee=dee)

    assert str(refused.value) == "Cy Costa is not free at 09:00. Choose another time."
    assert str(own.value) == "You are not free at 09:00. Choose another time."


def test_a_seat_counts_in_every_event(db: Database, ada: Actor, fair: Fair, bo: Actor, cy: Actor, dee: Actor) -> None:
    other = make_fair(db, ada, name="Other Match")
    for one in (bo, dee):
        make_participant(db, one, other)
    make_meeting(db, fair, asker=bo, invitee=cy)

    with pytest.raises(SlotTaken, match="You are not free at 09:00"):
        make_request(db, other, asker=again(db, bo), invitee=dee)


def test_an_absence_reads_like_any_other_reason(db: Database, fair: Fair, bo: Actor, cy: Actor) -> None:
    set_availability(db, cy, fair.event, absent=[fair.slots[0].starts_at])

    with pytest.raises(SlotTaken) as refused:
        make_request(db, fair, asker=bo, invitee=cy)

    assert str(refused.value) == "Cy Costa is not free at 09:00. Choose another time."


def test_an_expired_hold_gives_way_before_anybody_has_told_it(
    db: Database, fair: Fair, bo: Actor, cy: Actor, dee: Actor
) -> None:
    with_rules(db, fair, lasts_minutes=60)
    old = make_request(db, fair, asker=bo, invitee=cy)

    with clock.frozen_at(NOW + timedelta(minutes=60)):
        new = make_request(db, fair, asker=dee, invitee=cy)
        with pytest.raises(AnsweredAlready, match="has expired"):
            accept_meeting(db, cy, old)

    assert {seat.meeting_id for seat in seats_of(db, new)} == {new.id}
    assert {seat.person_id for seat in seats_of(db, old)} == {bo.person}


def test_an_expired_request_is_told_once_and_frees_its_seats(db: Database, fair: Fair, bo: Actor, cy: Actor) -> None:
    meeting = make_request(db, fair, asker=bo, invitee=cy)
    expire_all(db, meeting.id)
    early = seen_by(db, meeting).meeting.state

    with clock.frozen_at(meeting.meeting.expires_at):
        expire_all(db, meeting.id, meeting.id)

    assert (early, seen_by(db, meeting).meeting.state) == (MeetingState.REQUESTED, MeetingState.EXPIRED)
    assert seats_of(db, meeting) == []


def test_expiry_leaves_an_accepted_meeting_alone(db: Database, fair: Fair, bo: Actor, cy: Actor) -> None:
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)

    with clock.frozen_at(meeting.meeting.expires_at):
        expire_all(db, meeting.id)

    assert meeting.meeting.state is MeetingState.SCHEDULED


def test_a_withdrawn_request_frees_both(db: Database, fair: Fair, bo: Actor, cy: Actor) -> None:
    meeting = make_request(db, fair, asker=bo, invitee=cy)

    withdraw_request(db, bo, meeting)

    assert (meeting.meeting.state, seats_of(db, meeting)) == (MeetingState.WITHDRAWN, [])
    with pytest.raises(AnsweredAlready, match="was withdrawn"):
        decline_meeting(db, cy, meeting)


def test_only_the_asker_withdraws(db: Database, fair: Fair, bo: Actor, cy: Actor) -> None:
    meeting = make_request(db, fair, asker=bo, invitee=cy)

    with pytest.raises(NotAllowed):
        withdraw_request(db, cy, meeting)


def test_only_participants_ask(db: Database, fair: Fair, bo: Actor, eve: Actor) -> None:
    place = place_of(db, bo, fair)

    for actor in (eve, fair.ada, VISITOR):
        with pytest.raises(NotAllowed):
            request_meeting(db, actor, fair.event, invitee=place, slot=fair.slots[0])


def test_nobody_asks_themselves(db: Database, fair: Fair, bo: Actor) -> None:
    with pytest.raises(MeetOneself):
        make_request(db, fair, asker=bo, invitee=bo)


def test_colleagues_need_no_appointment(db: Database, fair: Fair, mel: Actor, tam: Actor) -> None:
    mill = make_organisation(db, "Mill")
    mel, tam = (make_participant(db, one, fair, organisation=mill) for one in (mel, tam))

    with pytest.raises(Colleagues, match="same organisation"):
        make_request(db, fair, asker=mel, invitee=tam)


def test_a_pair_has_one_open_request(db: Database, fair: Fair, bo: Actor, cy: Actor) -> None:
    make_request(db, fair, asker=bo, invitee=cy)

    with pytest.raises(AskedAlready):
        make_request(db, fair, asker=bo, invitee=cy, slot=1)
    with pytest.raises(AskedAlready):
        make_request(db, fair, asker=cy, invitee=bo, slot=1)


def test_nobody_joins_a_booked_group_with_whom_they_meet_already(
    db: Database, fair: Fair, bo: Actor, cy: Actor, mel: Actor
) -> None:
    mel = make_participant(db, mel, fair)
    make_request(db, fair, asker=mel, invitee=cy)
    group = [place_of(db, one, fair) for one in (bo, cy, mel)]

    with pytest.raises(MeetAlready, match="Mel Meyer and Cy Costa have a request or a meeting with each other"):
        book_meeting(db, fair.ada, fair.event, people=group, slot=fair.slots[1])


def test_colleagues_of_a_group_may_have_business_with_each_other(
    db: Database, fair: Fair, bo: Actor, cy: Actor, mel: Actor, tam: Actor
) -> None:
    mill = make_organisation(db, "Mill")
    mel, tam = (make_participant(db, one, fair, organisation=mill) for one in (mel, tam))
    leads, both = [place_of(db, one, fair) for one in (bo, cy)], [place_of(db, one, fair) for one in (mel, tam)]
    book_meeting(db, fair.ada, fair.event, people=both, slot=fair.slots[0])

    booked = book_meeting(db, fair.ada, fair.event, people=leads + both, slot=fair.slots[1])

    assert booked.state is MeetingState.SCHEDULED


def test_a_pair_may_ask_again_after_a_no(db: Database, fair: Fair, bo: Actor, cy: Actor) -> None:
    decline_meeting(db, cy, make_request(db, fair, asker=bo, invitee=cy))

    second = make_request(db, fair, asker=bo, invitee=cy)

    assert second.meeting.state is MeetingState.REQUESTED


def test_open_requests_are_limited_and_answered_ones_do_not_count(
    db: Database, fair: Fair, bo: Actor, cy: Actor, dee: Actor
) -> None:
    with_rules(db, fair, max_pending=1)
    first = make_request(db, fair, asker=bo, invitee=cy)

    with pytest.raises(TooManyRequests, match="1 open request, as many as"):
        make_request(db, fair, asker=bo, invitee=dee, slot=1)
    accept_meeting(db, cy, first)
    second = make_request(db, fair, asker=bo, invitee=dee, slot=1)

    assert second.meeting.state is MeetingState.REQUESTED


def test_requests_of_others_do_not_count(db: Database, fair: Fair, bo: Actor, cy: Actor, dee: Actor) -> None:
    with_rules(db, fair, max_pending=1)
    make_request(db, fair, asker=cy, invitee=bo)

    assert make_request(db, fair, asker=bo, invitee=dee, slot=1).meeting.state is MeetingState.REQUESTED


def test_booking_says_when_it_closed(db: Database, fair: Fair, bo: Actor, cy: Actor) -> None:
    shut_phase(db, fair.ada, fair.event, PhaseKind.BOOKING)
    fair.event = reload_event(db, fair.event)

    with pytest.raises(PhaseNotOpen, match="Booking closed on"):
        make_request(db, fair, asker=bo, invitee=cy)


def test_a_time_has_to_be_a_coming_slot_of_the_event(db: Database, fair: Fair, bo: Actor, cy: Actor) -> None:
    place, first = place_of(db, cy, fair), fair.slots[0]
    five = timedelta(minutes=5)

    with pytest.raises(TimePassed):
        request_meeting(db, bo, fair.event, invitee=place, slot=Slot(NOW, NOW + 4 * five))
    for wrong in (
        Slot(first.starts_at + five, first.ends_at + five),
        Slot(first.starts_at, first.ends_at + five),
        Slot(first.starts_at + timedelta(days=3), first.ends_at + timedelta(days=3)),
    ):
        with pytest.raises(Invalid, match="one of the event's times"):
            request_meeting(db, bo, fair.event, invitee=place, slot=wrong)


def test_a_note_has_an_end(db: Database, fair: Fair, bo: Actor, cy: Actor) -> None:
    with pytest.raises(Invalid, match="at most 1000"):
        make_request(db, fair, asker=bo, invitee=cy, note="x" * 1001)


def test_who_left_cannot_be_asked(db: Database, fair: Fair, bo: Actor, cy: Actor) -> None:
    withdraw_registration(db, cy, RegistrationInEvent(place_of(db, cy, fair), fair.event.event))

    with pytest.raises(NotTakingPart):
        make_request(db, fair, asker=bo, invitee=cy)


def test_who_waits_for_a_place_cannot_be_asked(db: Database, fair: Fair, bo: Actor, cy: Actor) -> None:
    place_of(db, cy, fair).state = RegistrationState.WAITING
    db.flush()

    with pytest.raises(NotTakingPart):
        make_request(db, fair, asker=bo, invitee=cy)


def test_a_place_in_another_event_is_none_here(db: Database, ada: Actor, fair: Fair, bo: Actor, eve: Actor) -> None:
    other = make_fair(db, ada, name="Other Match")
    eve = make_participant(db, eve, other)

    with pytest.raises(NotFound):
        request_meeting(db, bo, fair.event, invitee=place_of(db, eve, other), slot=fair.slots[0])


def test_who_has_not_agreed_neither_asks_nor_accepts(db: Database, fair: Fair, bo: Actor, cy: Actor) -> None:
    asked = make_request(db, fair, asker=bo, invitee=cy)
    db.execute(delete(Consent).where(Consent.registration_id == place_of(db, cy, fair).id))  # type: ignore[arg-type]

    with pytest.raises(ConsentMissing, match="confirm first that you take part in Food Match"):
        accept_meeting(db, cy, asked)
    decline_meeting(db, cy, asked)
    with pytest.raises(ConsentMissing):
        make_request(db, fair, asker=cy, invitee=bo)
