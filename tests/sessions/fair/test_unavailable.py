"""However a meeting gets a time, whoever cannot meet then is not put into it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta

import pytest
from sqlmodel import select

from events.core.access import Actor
from events.core.database import Database, reading, transaction
from sessions.answers import accept_meeting
from sessions.attendance import mark_no_show
from sessions.availability import set_availability, unavailable
from sessions.blocks import tables_of
from sessions.booking_rules import Timing, rules_of
from sessions.guests import add_to_meeting
from sessions.meetings import Meeting, MeetingInEvent, MeetingState, get_meeting
from sessions.moves import move_meeting, schedule_meeting, swap_meetings
from sessions.requests import book_meeting, request_meeting
from sessions.seats import SlotTaken, busy_people
from sessions.sides import side_of
from sessions.standby import call_standby, in_vain, set_standby, standbys_for
from sessions.table_moves import move_to_table
from tests.makers import make_person
from tests.sessions.makers_meetings import (
    Fair,
    at,
    make_fair,
    make_meeting,
    make_participant,
    make_request,
    place_of,
    seats_of,
    seen_by,
    with_rules,
)
from tests.sessions.racing import race

# In Lisbon, where Cy is, the first slot is from 10:00 to 10:20.
UNTIL_THE_SECOND_SLOT = {"zone": "Europe/Lisbon", "opens": 540, "closes": 620}
Step = Callable[[], object]
MINUTE = timedelta(minutes=1)


def asked(db: Database, fair: Fair, bo: Actor, cy: Actor, timing: Timing) -> MeetingInEvent:
    """Bo's request to Cy, without a time."""
    with_rules(db, fair, timing=timing)
    made = request_meeting(db, bo, fair.event, invitee=place_of(db, cy, fair), slot=None)
    return get_meeting(db, cy, made.public_id)


def agreed(db: Database, fair: Fair, bo: Actor, cy: Actor) -> MeetingInEvent:
    """A meeting of the two that waits for its time."""
    meeting = asked(db, fair, bo, cy, Timing.BY_ORGANISER)
    accept_meeting(db, cy, meeting)
    with_rules(db, fair, timing=Timing.AT_ACCEPTANCE)
    return seen_by(db, meeting)


# Each prepares all but what would give the meeting the second slot.


def when_asking(db: Database, fair: Fair, bo: Actor, cy: Actor) -> Step:
    place = place_of(db, cy, fair)
    return lambda: request_meeting(db, bo, fair.event, invitee=place, slot=fair.slots[1])


def when_accepting_with_a_time(db: Database, fair: Fair, bo: Actor, cy: Actor) -> Step:
    meeting = asked(db, fair, bo, cy, Timing.AT_ACCEPTANCE)
    return lambda: accept_meeting(db, cy, meeting, slot=fair.slots[1])


def when_accepting_what_holds_no_seats(db: Database, fair: Fair, bo: Actor, cy: Actor) -> Step:
    with_rules(db, fair, requests_hold=False)
    meeting = make_request(db, fair, asker=bo, invitee=cy, slot=1)
    return lambda: accept_meeting(db, cy, meeting)


def when_the_two_arrange_it(db: Database, fair: Fair, bo: Actor, cy: Actor) -> Step:
    meeting = agreed(db, fair, bo, cy)
    return lambda: schedule_meeting(db, bo, meeting, slot=fair.slots[1])


def when_an_organiser_arranges_it(db: Database, fair: Fair, bo: Actor, cy: Actor) -> Step:
    meeting = agreed(db, fair, bo, cy)
    return lambda: schedule_meeting(db, fair.ada, meeting, slot=fair.slots[1])


def when_an_organiser_books_it(db: Database, fair: Fair, bo: Actor, cy: Actor) -> Step:
    places = [place_of(db, one, fair) for one in (bo, cy)]
    return lambda: book_meeting(db, fair.ada, fair.event, people=places, slot=fair.slots[1])


def when_it_is_moved(db: Database, fair: Fair, bo: Actor, cy: Actor) -> Step:
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)
    return lambda: move_meeting(db, bo, meeting, slot=fair.slots[1])


def when_it_is_moved_to_a_table(db: Database, fair: Fair, bo: Actor, cy: Actor) -> Step:
    meeting, table = make_meeting(db, fair, asker=bo, invitee=cy), tables_of(db, fair.event.id)[2]
    return lambda: move_to_table(db, fair.ada, meeting, slot=fair.slots[1], table=table)


def when_it_is_swapped(db: Database, fair: Fair, bo: Actor, cy: Actor) -> Step:
    others = [make_participant(db, make_person(db, name), fair) for name in ("Lea Lind", "Mo Moll")]
    other = make_meeting(db, fair, asker=others[0], invitee=others[1], slot=1)
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)
    return lambda: swap_meetings(db, fair.ada, meeting, other=other)


@pytest.mark.parametrize("why", ["the asker is away", "the invitee is away", "the invitee sleeps"])
@pytest.mark.parametrize(
    "way",
    [
        when_asking,
        when_accepting_with_a_time,
        when_accepting_what_holds_no_seats,
        when_the_two_arrange_it,
        when_an_organiser_arranges_it,
        when_an_organiser_books_it,
        when_it_is_moved,
        when_it_is_moved_to_a_table,
        when_it_is_swapped,
    ],
)
def test_nobody_is_put_into_a_time_at_which_they_cannot_meet(db, fair, bo, cy, way, why):
    give_it_a_time = way(db, fair, bo, cy)
    if why == "the invitee sleeps":
        with_rules(db, fair, windows=[UNTIL_THE_SECOND_SLOT])
    else:
        away = bo if why == "the asker is away" else cy
        set_availability(db, away, fair.event, absent=[fair.slots[1].starts_at])

    with pytest.raises(SlotTaken):
        give_it_a_time()

    assert busy_people(db, [bo.person, cy.person], fair.slots[1]) == set()


@pytest.mark.parametrize("way", [when_an_organiser_arranges_it, when_it_is_moved])
def test_a_guest_is_not_put_into_such_a_time_either(db, fair, bo, cy, dee, way):
    give_it_a_time = way(db, fair, bo, cy)
    meeting = get_meeting(db, fair.ada, db.exec(select(Meeting.public_id)).one())
    add_to_meeting(db, fair.ada, side_of(meeting, bo.person), registration=place_of(db, dee, fair))
    set_availability(db, dee, fair.event, absent=[fair.slots[1].starts_at])

    with pytest.raises(SlotTaken):
        give_it_a_time()


def meets_dee_in_the_rest(db: Database, fair: Fair, bo: Actor, cy: Actor, dee: Actor) -> MeetingInEvent:
    """Cy did not come to the first slot; Bo meets Dee instead, from five minutes after its start on."""
    missed = get_meeting(db, bo, make_meeting(db, fair, asker=bo, invitee=cy).meeting.public_id)
    set_standby(db, dee, fair.event, ready=True)
    with at(missed, 5):
        mark_no_show(db, bo, missed, absent=cy.person)
        made = call_standby(db, bo, missed, standby=place_of(db, dee, fair))
    assert made.starts_at == fair.slots[0].starts_at + 5 * MINUTE
    return get_meeting(db, bo, made.public_id)


def test_who_is_absent_in_a_slot_is_not_added_to_a_meeting_in_the_rest_of_it(db, fair, bo, cy, dee, mel):
    rest = meets_dee_in_the_rest(db, fair, bo, cy, dee)
    set_availability(db, mel, fair.event, absent=[fair.slots[0].starts_at])

    with at(rest, -1), pytest.raises(SlotTaken):
        add_to_meeting(db, fair.ada, side_of(rest, bo.person), registration=place_of(db, mel, fair))

    assert mel.person not in {seat.person_id for seat in seats_of(db, rest)}


def test_who_is_absent_in_the_next_slot_alone_comes_to_the_rest_of_this_one(db, fair, bo, cy, dee, mel):
    rest = meets_dee_in_the_rest(db, fair, bo, cy, dee)
    set_availability(db, mel, fair.event, absent=[fair.slots[1].starts_at])

    with at(rest, -1):
        add_to_meeting(db, fair.ada, side_of(rest, bo.person), registration=place_of(db, mel, fair))

    assert mel.person in seen_by(db, rest).people


def test_who_is_absent_in_a_slot_is_not_called_to_the_rest_of_its_rest(db, fair, bo, cy, dee, mel):
    rest = meets_dee_in_the_rest(db, fair, bo, cy, dee)
    set_availability(db, mel, fair.event, absent=[fair.slots[0].starts_at])
    set_standby(db, mel, fair.event, ready=True)
    with at(rest, 5):
        mark_no_show(db, bo, rest, absent=dee.person)

        waits = in_vain(db, bo, rest)

        assert (waits is not None, standbys_for(db, waits)) == (True, [])


@pytest.mark.parametrize(
    ("first", "last", "away"),
    [(0, 20, True), (10, 20, True), (-25, 5, True), (-25, 0, False), (20, 45, False), (15, 50, True)],
)
def test_an_absence_counts_for_whatever_shares_some_time_with_it(db, fair, bo, first, last, away):
    set_availability(db, bo, fair.event, absent=[fair.slots[2].starts_at])
    start = fair.slots[2].starts_at

    found = unavailable(db, rules_of(db, fair.event.id), {bo.person}, start + first * MINUTE, start + last * MINUTE)

    assert found.away == ({bo.person} if away else set())


def test_a_guest_who_is_added_while_the_time_is_chosen_is_asked_too(database_url):
    with transaction() as db:
        fair = make_fair(db, make_person(db, "Ada Adler"))
        bo, cy, dee = (make_participant(db, make_person(db, name), fair) for name in ("Bo B", "Cy C", "Dee D"))
        public = agreed(db, fair, bo, cy).meeting.public_id
        guest = place_of(db, dee, fair)
        set_availability(db, dee, fair.event, absent=[fair.slots[1].starts_at])

    def schedule(own: Database) -> object:
        return schedule_meeting(own, bo, get_meeting(own, bo, public), slot=fair.slots[1])

    with ThreadPoolExecutor(1) as pool:
        with transaction() as own:
            add_to_meeting(own, fair.ada, side_of(get_meeting(own, fair.ada, public), bo.person), registration=guest)
            scheduling = pool.submit(race, schedule)
            wait([scheduling], timeout=0.5)
        refusals = scheduling.result()

    assert [type(one) for one in refusals] == [SlotTaken]
    with reading() as db:
        meeting = get_meeting(db, fair.ada, public)
        assert (meeting.meeting.state, seats_of(db, meeting)) == (MeetingState.ACCEPTED, [])
