"""Limits: what each of the four layers counts, what returns to a quota, going beyond with a reason, and races."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlmodel import col, select

from events.core import clock
from events.core.access import Actor
from events.core.database import Database, reading, transaction
from events.core.refusals import Invalid
from events.registration import RegistrationInEvent, types_of
from sessions.answers import accept_meeting, decline_meeting
from sessions.blocks import Slot, add_block, slots_of, tables_of
from sessions.booking_rules import Timing, set_type_limits
from sessions.limits import AskedOften, LimitReached, TooManyRequests
from sessions.meetings import Meeting, MeetingInEvent, MeetingState
from sessions.moves import cancel_meeting, move_meeting, schedule_meeting, swap_meetings
from sessions.requests import book_meeting, request_meeting, request_meeting_for, withdraw_request
from sessions.table_moves import move_to_table
from tests.makers import make_person
from tests.sessions.makers_meetings import (
    Fair,
    make_fair,
    make_meeting,
    make_participant,
    make_request,
    place_of,
    problems_with_seats,
    with_rules,
)
from tests.sessions.test_booking_races import NAMES, Ground, kinds, race

End = Callable[[Database, Actor, Actor, MeetingInEvent], None]


@pytest.fixture
def fair(db: Database, ada: Actor) -> Fair:
    fair = make_fair(db, ada, slots=6)
    with_rules(db, fair, max_pending=None)
    return fair


@pytest.fixture
def people(db: Database, fair: Fair, bo: Actor, cy: Actor, dee: Actor, mel: Actor, tam: Actor) -> list[Actor]:
    """Five participants of one type; the first asks."""
    return [make_participant(db, one, fair) for one in (bo, cy, dee, mel, tam)]


def become(db: Database, meeting: MeetingInEvent, state: MeetingState) -> None:
    """As if the meeting had come to this end."""
    db.execute(update(Meeting).where(col(Meeting.id) == meeting.id).values(state=state))


def at_most(db: Database, fair: Fair, most: int) -> None:
    """So many meetings for everybody of the first type."""
    set_type_limits(db, fair.ada, fair.event, type=types_of(db, fair.event.id)[0], min_meetings=None, max_meetings=most)


def declined(db: Database, asker: Actor, invitee: Actor, meeting: MeetingInEvent) -> None:
    decline_meeting(db, invitee, meeting)


def withdrawn(db: Database, asker: Actor, invitee: Actor, meeting: MeetingInEvent) -> None:
    withdraw_request(db, asker, meeting)


def cancelled(db: Database, asker: Actor, invitee: Actor, meeting: MeetingInEvent) -> None:
    accept_meeting(db, invitee, meeting)
    cancel_meeting(db, asker, meeting)


RETURNS = pytest.mark.parametrize("end", [declined, withdrawn, cancelled])


# Open requests


def test_open_requests_count_those_one_has_sent_and_not_those_one_got(db, fair, people):
    with_rules(db, fair, max_pending=1)
    bo, cy, dee, *_ = people
    make_request(db, fair, asker=cy, invitee=bo, slot=0)

    make_request(db, fair, asker=bo, invitee=dee, slot=1)

    with pytest.raises(TooManyRequests, match="You have 1 open request, as many as this event allows"):
        make_request(db, fair, asker=bo, invitee=people[3], slot=2)


def test_an_accepted_request_is_not_open_any_more(db, fair, people):
    with_rules(db, fair, max_pending=1)
    make_meeting(db, fair, asker=people[0], invitee=people[1], slot=0)

    make_request(db, fair, asker=people[0], invitee=people[2], slot=1)


@RETURNS
def test_a_request_that_ended_returns_to_the_open_ones(db, fair, people, end: End):
    with_rules(db, fair, max_pending=1)
    end(db, *people[:2], make_request(db, fair, asker=people[0], invitee=people[1], slot=0))

    make_request(db, fair, asker=people[0], invitee=people[2], slot=1)


def test_an_expired_request_counts_no_more_even_before_that_is_told(db, fair, people):
    with_rules(db, fair, max_pending=1, max_outgoing=1, lasts_minutes=15)
    first = make_request(db, fair, asker=people[0], invitee=people[1], slot=0)

    with clock.frozen_at(first.meeting.expires_at):
        make_request(db, fair, asker=people[0], invitee=people[2], slot=1)


# Requests in all


@pytest.mark.parametrize(
    "state",
    [
        MeetingState.REQUESTED,
        MeetingState.ACCEPTED,
        MeetingState.SCHEDULED,
        MeetingState.HELD,
        MeetingState.NO_SHOW,
        MeetingState.FAILED,
    ],
)
def test_requests_in_all_count_what_is_open_and_what_came_to_an_appointment(db, fair, people, state):
    with_rules(db, fair, max_outgoing=1)
    become(db, make_request(db, fair, asker=people[0], invitee=people[1], slot=0), state)

    with pytest.raises(AskedOften, match="You have asked for 1 meeting, as many as this event allows"):
        make_request(db, fair, asker=people[0], invitee=people[2], slot=1)


@RETURNS
def test_what_came_to_nothing_returns_to_the_requests_in_all(db, fair, people, end: End):
    with_rules(db, fair, max_outgoing=1)
    end(db, *people[:2], make_request(db, fair, asker=people[0], invitee=people[1], slot=0))

    make_request(db, fair, asker=people[0], invitee=people[2], slot=1)


def test_accepting_is_not_limited_by_ones_own_requests(db, fair, people):
    with_rules(db, fair, max_outgoing=1, max_pending=1)
    make_request(db, fair, asker=people[0], invitee=people[1], slot=0)

    asked = make_meeting(db, fair, asker=people[2], invitee=people[0], slot=1)

    assert asked.meeting.state is MeetingState.SCHEDULED


# Meetings in a block


@pytest.mark.parametrize(("asker", "invitee"), [(0, 2), (2, 0), (1, 2), (2, 1)])
def test_a_block_is_full_for_either_of_the_two(db, fair, people, asker, invitee):
    with_rules(db, fair, max_per_block=1)
    make_meeting(db, fair, asker=people[0], invitee=people[1], slot=0)

    with pytest.raises(LimitReached, match="as many meetings in this block as the event allows"):
        make_request(db, fair, asker=people[asker], invitee=people[invitee], slot=1)


@pytest.mark.parametrize("holds", [True, False])
def test_a_request_fills_a_block_only_where_it_holds_its_time(db, fair, people, holds):
    with_rules(db, fair, max_per_block=1, requests_hold=holds)
    make_request(db, fair, asker=people[0], invitee=people[1], slot=0)

    if holds:
        with pytest.raises(LimitReached):
            make_request(db, fair, asker=people[0], invitee=people[2], slot=1)
    else:
        make_request(db, fair, asker=people[0], invitee=people[2], slot=1)


@pytest.mark.parametrize("state", [MeetingState.NO_SHOW, MeetingState.FAILED, MeetingState.CANCELLED])
def test_what_did_not_take_place_leaves_room_in_its_block_and_in_its_type(db, fair, people, state):
    with_rules(db, fair, max_per_block=1)
    at_most(db, fair, 1)
    become(db, make_meeting(db, fair, asker=people[0], invitee=people[1], slot=0), state)

    make_request(db, fair, asker=people[0], invitee=people[2], slot=1)


def test_a_meeting_moves_within_its_full_block(db, fair, people):
    with_rules(db, fair, max_per_block=1)
    meeting = make_meeting(db, fair, asker=people[0], invitee=people[1], slot=0)

    move_meeting(db, people[0], meeting, slot=fair.slots[3])

    assert meeting.slot == fair.slots[3]


def test_a_time_chosen_at_acceptance_is_counted_then(db, fair, people):
    with_rules(db, fair, max_per_block=1, timing=Timing.AT_ACCEPTANCE)
    bo, cy, dee, *_ = people
    asked = [
        request_meeting(db, one, fair.event, invitee=place_of(db, other, fair), slot=None)
        for one, other in ((bo, cy), (bo, dee))
    ]
    accept_meeting(db, cy, MeetingInEvent(asked[0], fair.event.event), slot=fair.slots[0])

    with pytest.raises(LimitReached):
        accept_meeting(db, dee, MeetingInEvent(asked[1], fair.event.event), slot=fair.slots[1])


# Meetings of a type


@pytest.mark.parametrize("state", [MeetingState.ACCEPTED, MeetingState.SCHEDULED, MeetingState.HELD])
@pytest.mark.parametrize(("asker", "invitee"), [(0, 2), (2, 1)])
def test_a_type_counts_meetings_of_both_sides(db, fair, people, state, asker, invitee):
    at_most(db, fair, 1)
    become(db, make_request(db, fair, asker=people[0], invitee=people[1], slot=0), state)

    with pytest.raises(LimitReached):
        make_request(db, fair, asker=people[asker], invitee=people[invitee], slot=1)


def test_open_requests_do_not_count_for_a_type_until_they_are_accepted(db, fair, people):
    at_most(db, fair, 1)
    asked = [make_request(db, fair, asker=people[0], invitee=people[n], slot=n) for n in (1, 2)]

    accept_meeting(db, people[1], asked[0])

    with pytest.raises(LimitReached, match="One of you has as many meetings as this event allows"):
        accept_meeting(db, people[2], asked[1])


def test_ones_own_full_type_is_said_in_numbers(db, fair, people):
    at_most(db, fair, 1)
    make_meeting(db, fair, asker=people[0], invitee=people[1], slot=0)

    with pytest.raises(LimitReached, match=r"^You have 1 meeting, as many as this event allows you\.$"):
        make_request(db, fair, asker=people[0], invitee=people[2], slot=1)


def test_a_cancelled_meeting_returns_to_its_type(db, fair, people):
    at_most(db, fair, 1)
    cancel_meeting(db, people[0], make_meeting(db, fair, asker=people[0], invitee=people[1], slot=0))

    make_meeting(db, fair, asker=people[0], invitee=people[1], slot=0)


def test_a_guest_has_a_meeting_too(db, fair, people):
    at_most(db, fair, 1)
    group = [place_of(db, one, fair) for one in people[:3]]
    book_meeting(db, fair.ada, fair.event, people=group, slot=fair.slots[0])

    with pytest.raises(LimitReached):
        make_request(db, fair, asker=people[2], invitee=people[3], slot=1)


# Going beyond


def test_an_organiser_goes_beyond_a_limit_with_a_reason_that_is_kept(db, fair, people):
    with_rules(db, fair, max_per_block=1)
    make_meeting(db, fair, asker=people[0], invitee=people[1], slot=0)
    places = [place_of(db, one, fair) for one in (people[0], people[2])]

    with pytest.raises(Invalid) as refused:
        book_meeting(db, fair.ada, fair.event, people=places, slot=fair.slots[1], override="  ")
    made = book_meeting(db, fair.ada, fair.event, people=places, slot=fair.slots[1], override="The minister asked.")

    assert {name: str(why) for name, why in refused.value.fields.items()} == {
        "override": "One of you has as many meetings in this block as the event allows. "
        "Choose a time in another block. To go beyond it, say why."
    }
    assert made.override == "The minister asked."


def with_afternoon(db: Database, fair: Fair, **how: int) -> Slot:
    """The first slot of a second block."""
    start = fair.block.ends_at + timedelta(hours=3)
    block = add_block(db, fair.ada, fair.event, starts_at=start, ends_at=start + timedelta(hours=2), **how)
    return slots_of(block)[0]


def two_halls(db: Database, fair: Fair, people: list[Actor]) -> tuple[MeetingInEvent, MeetingInEvent]:
    """The first meets the second and the third in the morning, the fourth and fifth meet after noon; one meeting a
    block is what everybody may have."""
    afternoon = with_afternoon(db, fair)
    make_meeting(db, fair, asker=people[0], invitee=people[1], slot=0)
    mine = make_meeting(db, fair, asker=people[0], invitee=people[2], slot=1)
    move_meeting(db, people[0], mine, slot=afternoon)
    theirs = make_meeting(db, fair, asker=people[3], invitee=people[4], slot=2)
    with_rules(db, fair, max_per_block=1)
    return mine, theirs


def test_a_swap_binds_to_the_limit_of_a_block(db, fair, people):
    mine, theirs = two_halls(db, fair, people)
    before = [(one.slot, one.meeting.table_id) for one in (mine, theirs)]

    with pytest.raises(Invalid) as refused:
        swap_meetings(db, fair.ada, mine, other=theirs)

    assert {name: str(why) for name, why in refused.value.fields.items()} == {
        "override": "One of you has as many meetings in this block as the event allows. "
        "Choose a time in another block. To go beyond it, say why."
    }
    assert [(one.slot, one.meeting.table_id) for one in (mine, theirs)] == before
    assert problems_with_seats(db) == []


def test_an_organiser_swaps_beyond_a_limit_with_a_reason_that_the_meeting_keeps(db, fair, people):
    mine, theirs = two_halls(db, fair, people)
    morning, afternoon = theirs.slot, mine.slot

    swap_meetings(db, fair.ada, mine, other=theirs, override="Both asked for it.")

    assert [(one.slot, one.meeting.override) for one in (mine, theirs)] == [
        (morning, "Both asked for it."),
        (afternoon, ""),
    ]
    assert problems_with_seats(db) == []


def test_two_meetings_of_the_same_person_change_places_within_the_limit(db, fair, people):
    afternoon = with_afternoon(db, fair)
    one = make_meeting(db, fair, asker=people[0], invitee=people[1], slot=0)
    other = make_meeting(db, fair, asker=people[0], invitee=people[2], slot=1)
    move_meeting(db, people[0], other, slot=afternoon)
    with_rules(db, fair, max_per_block=1)

    swap_meetings(db, fair.ada, one, other=other)

    assert (one.slot, other.slot) == (afternoon, fair.slots[0])


def test_a_swap_with_a_longer_meeting_is_refused(db, fair, people):
    longer = with_afternoon(db, fair, slot_minutes=30)
    one = make_meeting(db, fair, asker=people[0], invitee=people[1], slot=0)
    other = make_meeting(db, fair, asker=people[2], invitee=people[3], slot=1)
    move_meeting(db, people[2], other, slot=longer)

    with pytest.raises(Invalid, match="One of the two lasts longer"):
        swap_meetings(db, fair.ada, one, other=other)

    assert (one.slot, other.slot) == (fair.slots[0], longer)


def test_a_move_beyond_a_limit_keeps_its_reason_too(db, fair, people):
    mine, _theirs = two_halls(db, fair, people)
    table = tables_of(db, fair.event.id)[2]

    move_meeting(db, fair.ada, mine, slot=fair.slots[3], override="The train was late.")
    moved = mine.meeting.override
    move_to_table(db, fair.ada, mine, slot=fair.slots[1], table=table, override="And once more.")

    assert (moved, mine.meeting.override) == ("The train was late.", "And once more.")


@pytest.mark.parametrize("limit", ["max_pending", "max_outgoing"])
def test_whoever_asks_for_somebody_goes_beyond_their_limit_with_a_reason(db, fair, people, limit):
    with_rules(db, fair, **{limit: 1})
    make_request(db, fair, asker=people[0], invitee=people[1], slot=0)
    asking = RegistrationInEvent(place_of(db, people[0], fair), fair.event.event)
    wish = {"invitee": place_of(db, people[2], fair), "slot": fair.slots[1]}

    with pytest.raises(Invalid, match=r"^Whoever asks here has .*, as many as this event allows\. To go beyond it"):
        request_meeting_for(db, fair.ada, asking, **wish)
    made = request_meeting_for(db, fair.ada, asking, **wish, override="They lost two to the strike.")

    assert made.override == "They lost two to the strike."


def test_a_reason_of_ones_own_goes_beyond_nothing(db, fair, people):
    at_most(db, fair, 1)
    asked = [make_request(db, fair, asker=people[0], invitee=people[n], slot=n) for n in (1, 2)]
    accept_meeting(db, people[1], asked[0])

    with pytest.raises(LimitReached):
        accept_meeting(db, people[2], asked[1], override="I want to.")


# At the same moment


@pytest.fixture
def ground(database_url: str) -> Ground:
    with transaction() as db:
        fair = make_fair(db, make_person(db, "Ada Adler"), slots=6)
        people = [make_participant(db, make_person(db, name), fair) for name in NAMES]
    return Ground(fair, people)


@pytest.mark.parametrize("limit", ["max_outgoing", "max_per_block"])
def test_of_two_requests_at_the_limit_one_passes(ground: Ground, limit: str) -> None:
    with transaction() as db:
        with_rules(db, ground.fair, **{limit: 1})

    outcomes = race(ground.ask(0, 1, slot=1), ground.ask(0, 2, slot=2))

    assert kinds(outcomes) in (["AskedOften", "done"], ["LimitReached", "done"])


def test_of_two_acceptances_at_the_limit_of_a_type_one_passes(ground: Ground) -> None:
    with transaction() as db:
        at_most(db, ground.fair, 1)
        asked = [
            make_request(db, ground.fair, asker=ground.people[0], invitee=ground.people[n], slot=n).meeting.public_id
            for n in (1, 2)
        ]

    outcomes = race(*(ground.on(asked[n - 1], n, accept_meeting) for n in (1, 2)))

    assert kinds(outcomes) == ["LimitReached", "done"]
    with reading() as db:
        assert len(db.exec(select(Meeting).where(Meeting.state == MeetingState.SCHEDULED)).all()) == 1


def test_a_reason_that_no_limit_asked_for_is_not_kept(db, fair, people):
    with_rules(db, fair, max_per_block=1)
    places = [place_of(db, one, fair) for one in people[:2]]
    subject = RegistrationInEvent(place_of(db, people[2], fair), fair.event.event)

    booked = book_meeting(db, fair.ada, fair.event, people=places, slot=fair.slots[0], override="The minister asked.")
    asked = request_meeting_for(
        db, fair.ada, subject, invitee=place_of(db, people[3], fair), slot=fair.slots[0], override="The minister asked."
    )

    accept_meeting(db, fair.ada, MeetingInEvent(asked, fair.event.event), override="The minister asked.")
    stands = MeetingInEvent(booked, fair.event.event)
    cancel_meeting(db, fair.ada, MeetingInEvent(asked, fair.event.event))
    move_meeting(db, fair.ada, stands, slot=fair.slots[2], override="The minister asked.")
    table = tables_of(db, fair.event.id)[2]
    move_to_table(db, fair.ada, stands, slot=fair.slots[3], table=table, override="The minister asked.")

    assert (booked.override, asked.override) == ("", "")


@pytest.mark.parametrize("timing", [Timing.BY_ORGANISER, Timing.AT_ACCEPTANCE])
def test_nor_is_it_when_a_meeting_is_given_its_time(db, fair, people, timing):
    with_rules(db, fair, timing=timing)
    asked = request_meeting(db, people[0], fair.event, invitee=place_of(db, people[1], fair), slot=None)
    meeting, slot = MeetingInEvent(asked, fair.event.event), fair.slots[0]
    accept_meeting(
        db, fair.ada, meeting, slot=None if timing is Timing.BY_ORGANISER else slot, override="The minister asked."
    )
    if timing is Timing.BY_ORGANISER:
        schedule_meeting(db, fair.ada, meeting, slot=slot, override="The minister asked.")

    assert (meeting.meeting.state, asked.override) == (MeetingState.SCHEDULED, "")


@pytest.mark.parametrize(("limit", "says"), [
    ({"max_per_block": 1}, "One of you has as many meetings in this block as the event allows."),
    ({"max_outgoing": 1}, "You have asked for 1 meeting, as many as this event allows."),
])  # fmt: skip
def test_an_organiser_who_takes_part_says_why_they_go_beyond_their_own_limit(db, fair, people, limit, says):
    ada = make_participant(db, fair.ada, fair)
    places = [place_of(db, one, fair) for one in (ada, *people)]
    book_meeting(db, ada, fair.event, people=places[:2], slot=fair.slots[0])
    with_rules(db, fair, **limit)

    with pytest.raises(Invalid, match=says) as refused:
        book_meeting(db, ada, fair.event, people=[places[0], places[2]], slot=fair.slots[1])
    made = book_meeting(
        db, ada, fair.event, people=[places[0], places[2]], slot=fair.slots[1], override="The minister asked."
    )

    assert (set(refused.value.fields), made.override) == ({"override"}, "The minister asked.")
