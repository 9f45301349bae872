"""No thanks: whoever was turned down reads "not free", whoever said so reads what they said, and nobody is told."""

from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import nullcontext
from datetime import timedelta

import pytest
from sqlmodel import select

from events.core import clock
from events.core.access import Actor
from events.core.database import Database, reading, transaction
from events.core.refusals import Conflict, NotFound
from events.events import close_event
from events.registration import RegistrationInEvent
from sessions.answers import accept_meeting
from sessions.availability import common_slots, set_availability
from sessions.booking_rules import Timing
from sessions.meetings import Meeting, MeetingInEvent, MeetingState
from sessions.no_thanks import (
    SaidNoThanks,
    say_no_thanks,
    take_back_no_thanks,
    turned_down_by,
    turned_down_people,
    vetoes_in,
)
from sessions.requests import book_meeting, request_meeting, request_meeting_for
from sessions.seats import SlotTaken
from tests.makers import again, make_person
from tests.sessions.makers_meetings import (
    Fair,
    make_fair,
    make_meeting,
    make_participant,
    make_request,
    place_of,
    with_rules,
)
from tests.sessions.test_booking_races import NAMES, Ground, race


@pytest.fixture
def fair(db: Database, ada: Actor) -> Fair:
    return make_fair(db, ada)


@pytest.fixture
def bo(db: Database, bo: Actor, fair: Fair) -> Actor:
    return make_participant(db, bo, fair)


@pytest.fixture
def cy(db: Database, cy: Actor, fair: Fair) -> Actor:
    return make_participant(db, cy, fair)


def turn_down(db: Database, fair: Fair, one: Actor, other: Actor) -> None:
    say_no_thanks(db, one, fair.event, other=place_of(db, other, fair))


def refusal_of(db: Database, fair: Fair, asker: Actor, invitee: Actor) -> tuple[type, str]:
    with pytest.raises(Conflict) as refused:
        make_request(db, fair, asker=asker, invitee=invitee)
    return type(refused.value), str(refused.value)


def test_whoever_was_turned_down_reads_the_sentence_of_an_absence(db, fair, bo, cy):
    set_availability(db, cy, fair.event, absent=[fair.slots[0].starts_at])
    away = refusal_of(db, fair, bo, cy)
    set_availability(db, cy, fair.event, absent=[])

    turn_down(db, fair, cy, bo)

    assert refusal_of(db, fair, bo, cy) == away
    assert away[0] is SlotTaken
    assert common_slots(db, fair.event, bo.person, cy.person) == []


def test_whoever_said_it_is_reminded_of_it(db, fair, bo, cy):
    turn_down(db, fair, cy, bo)

    said = refusal_of(db, fair, cy, bo)

    assert said == (SaidNoThanks, "You said no thanks to meeting this person. Take that back first.")


def test_without_a_time_it_reads_as_having_none_left(db, fair, bo, cy):
    with_rules(db, fair, timing=Timing.AT_ACCEPTANCE)
    turn_down(db, fair, cy, bo)

    with pytest.raises(SlotTaken, match=r"^Cy Costa has no time left at which the two of you could meet\.$"):
        request_meeting(db, bo, fair.event, invitee=place_of(db, cy, fair), slot=None)


def test_not_even_an_organiser_puts_the_two_together(db, fair, bo, cy):
    turn_down(db, fair, cy, bo)
    places = [place_of(db, one, fair) for one in (bo, cy)]
    asking = RegistrationInEvent(places[0], fair.event.event)

    with pytest.raises(SlotTaken):
        book_meeting(db, fair.ada, fair.event, people=places, slot=fair.slots[0], override="They have to.")
    with pytest.raises(SlotTaken):
        request_meeting_for(db, fair.ada, asking, invitee=places[1], slot=fair.slots[0], override="They have to.")

    assert db.exec(select(Meeting)).all() == []


def test_open_requests_between_the_two_end_and_those_of_others_stay(db, fair, bo, cy, dee):
    dee = make_participant(db, dee, fair)
    between, other = (make_request(db, fair, asker=bo, invitee=one, slot=n) for n, one in enumerate((cy, dee)))

    turn_down(db, fair, cy, bo)

    assert (between.meeting.state, other.meeting.state) == (MeetingState.DECLINED, MeetingState.REQUESTED)


def test_ones_own_request_is_withdrawn_by_ones_no_thanks(db, fair, bo, cy):
    request = make_request(db, fair, asker=bo, invitee=cy)

    turn_down(db, fair, bo, cy)

    assert request.meeting.state is MeetingState.WITHDRAWN


def test_a_meeting_that_stands_has_to_be_cancelled_first(db, fair, bo, cy):
    make_meeting(db, fair, asker=bo, invitee=cy)

    with pytest.raises(Conflict, match="There is a meeting between the two of you"):
        turn_down(db, fair, cy, bo)


@pytest.mark.parametrize(("minutes", "refused"), [(-1, True), (0, False), (5, False), (19, False)])
def test_in_a_meeting_that_has_begun_and_cannot_be_cancelled_it_is_said(db, fair, bo, cy, minutes, refused):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)

    outcome = pytest.raises(Conflict, match="Cancel it first") if refused else nullcontext()
    with clock.frozen_at(meeting.slot.starts_at + timedelta(minutes=minutes)), outcome:
        turn_down(db, fair, cy, bo)

    assert (turned_down_by(db, cy.person) == set()) is refused
    assert meeting.meeting.state is MeetingState.SCHEDULED


def test_a_meeting_without_a_time_has_to_be_cancelled_first_too(db, fair, bo, cy):
    with_rules(db, fair, timing=Timing.BY_ORGANISER)
    accept_meeting(db, cy, MeetingInEvent(asked_without_time(db, fair, bo, cy), fair.event.event))

    with pytest.raises(Conflict, match="There is a meeting between the two of you"):
        turn_down(db, fair, cy, bo)


def test_what_never_got_a_time_in_an_event_that_is_over_hinders_nobody(db, fair, bo, cy):
    with_rules(db, fair, timing=Timing.BY_ORGANISER)
    accept_meeting(db, cy, MeetingInEvent(asked_without_time(db, fair, bo, cy), fair.event.event))
    close_event(db, fair.ada, fair.event)
    other = make_fair(db, fair.ada, name="Wood Match")
    bo, cy = (make_participant(db, one, other) for one in (bo, cy))

    turn_down(db, other, cy, bo)

    assert turned_down_by(db, cy.person) == {bo.person}


def asked_without_time(db: Database, fair: Fair, asker: Actor, invitee: Actor) -> Meeting:
    return request_meeting(db, asker, fair.event, invitee=place_of(db, invitee, fair), slot=None)


def test_it_holds_in_every_event(db, fair, bo, cy):
    other = make_fair(db, fair.ada, name="Wood Match")
    bo, cy = (make_participant(db, one, other) for one in (bo, cy))

    turn_down(db, fair, cy, bo)

    assert common_slots(db, other.event, bo.person, cy.person) == []
    assert vetoes_in(db, other.event.id) == {(bo.person, cy.person)}


def test_it_can_be_taken_back(db, fair, bo, cy):
    turn_down(db, fair, cy, bo)
    assert [one.name for one in turned_down_people(db, cy)] == ["Bo Berg"]

    take_back_no_thanks(db, cy, fair.event, other=place_of(db, bo, fair))

    assert turned_down_by(db, cy.person) == set()
    assert make_request(db, fair, asker=bo, invitee=cy).meeting.state is MeetingState.REQUESTED


def test_nobody_turns_themselves_down(db, fair, bo):
    with pytest.raises(NotFound):
        turn_down(db, fair, bo, bo)


def test_a_no_thanks_and_a_request_at_once_leave_no_request_open(database_url: str) -> None:
    with transaction() as db:
        fair = make_fair(db, make_person(db, "Ada Adler"), slots=6)
        ground = Ground(fair, [make_participant(db, make_person(db, name), fair) for name in NAMES])

    for number in range(1, 5):
        outcomes = race(
            ground.ask(0, number, slot=number),
            lambda db, n=number: say_no_thanks(db, ground.people[n], fair.event, other=ground.place(db, 0)),
        )

        assert isinstance(outcomes[0], SlotTaken | None)
        assert outcomes[1] is None
    with reading() as db:
        assert set(db.exec(select(Meeting.state))) <= {MeetingState.DECLINED}


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_a_request_in_another_event_waits_for_a_no_thanks_that_is_being_said(database_url: str) -> None:
    """SQLite has one writer at a time anyway."""
    with transaction() as db:
        first = make_fair(db, make_person(db, "Ada Adler"))
        second = make_fair(db, again(db, first.ada), name="Wood Match")
        people = [make_participant(db, make_participant(db, make_person(db, name), first), second) for name in NAMES]
    bo, cy = people[:2]

    def ask(db: Database) -> None:
        slot = second.slots[0]
        request_meeting(db, bo, second.event, invitee=place_of(db, cy, second), slot=slot)

    with ThreadPoolExecutor(1) as pool:
        with transaction() as db:
            say_no_thanks(db, cy, first.event, other=place_of(db, bo, first))
            asking = pool.submit(race, ask)
            wait([asking], timeout=0.5)
        assert isinstance(asking.result(timeout=60)[0], SlotTaken)
    with reading() as db:
        assert list(db.exec(select(Meeting.state))) == []
