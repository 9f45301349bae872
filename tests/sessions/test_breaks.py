"""Breaks: what is cut out of a block, what is refused, and that nothing is ever unscheduled by one."""

from datetime import timedelta

import pytest

from events.core.access import Actor
from events.core.database import Database, reading, transaction
from events.core.refusals import Invalid, NotAllowed, NotFound
from events.core.translation import written_for
from sessions.answers import decline_meeting
from sessions.availability import common_slots, set_availability
from sessions.blocks import Slot, add_block, blocks_of, breaks_of, get_block, remove_block, slots_of
from sessions.breaks import SlotInUse, set_breaks, taken_in
from sessions.meetings import MeetingInEvent
from sessions.requests import request_meeting
from tests.makers import make_person
from tests.sessions.makers_meetings import Fair, make_fair, make_meeting, make_participant, make_request
from tests.sessions.test_booking_races import NAMES, Ground, end_all, kinds, race


@pytest.fixture
def fair(db: Database, ada: Actor) -> Fair:
    """Six slots from 09:00 on: 09:00, 09:25, 09:50, 10:15, 10:40, 11:05."""
    return make_fair(db, ada, slots=6)


@pytest.fixture
def bo(db: Database, bo: Actor, fair: Fair) -> Actor:
    return make_participant(db, bo, fair)


@pytest.fixture
def cy(db: Database, cy: Actor, fair: Fair) -> Actor:
    return make_participant(db, cy, fair)


def pause(fair: Fair, start: int, end: int) -> Slot:
    """So many minutes after the block begins."""
    return Slot(*(fair.slots[0].starts_at + timedelta(minutes=minutes) for minutes in (start, end)))


def set_them(db: Database, fair: Fair, *breaks: Slot) -> None:
    set_breaks(db, fair.ada, get_block(db, fair.ada, fair.block.public_id), breaks=breaks)


def starts(db: Database, fair: Fair) -> list[str]:
    [block] = blocks_of(db, fair.event.id)
    return [f"{slot.starts_at:%H:%M}" for slot in slots_of(block)]


def test_after_a_break_the_slots_begin_anew(db, fair):
    set_them(db, fair, pause(fair, 50, 60), pause(fair, 85, 90))

    assert starts(db, fair) == ["09:00", "09:25", "10:00", "10:30", "10:55"]


def test_a_block_is_added_with_its_breaks(db, fair):
    start = fair.block.ends_at + timedelta(hours=1)
    noon = Slot(start + timedelta(minutes=20), start + timedelta(minutes=80))

    block = add_block(db, fair.ada, fair.event, starts_at=start, ends_at=start + timedelta(minutes=100), breaks=[noon])

    assert breaks_of(block) == [noon]
    assert [slot.starts_at for slot in slots_of(block)] == [start, noon.ends_at]


def test_breaks_are_taken_away_again(db, fair):
    set_them(db, fair, pause(fair, 50, 60))

    set_them(db, fair)

    assert starts(db, fair) == ["09:00", "09:25", "09:50", "10:15", "10:40", "11:05"]


@pytest.mark.parametrize(
    ("breaks", "fields"),
    [
        ([(52, 60)], ["break_starts-0"]),
        ([(50, 61)], ["break_ends-0"]),
        ([(-5, 10)], ["break_starts-0"]),
        ([(140, 150)], ["break_ends-0"]),
        ([(60, 60)], ["break_ends-0"]),
        ([(60, 50)], ["break_ends-0"]),
        ([(50, 60), (55, 70)], ["break_starts-1"]),
        ([(80, 90), (20, 30)], ["break_starts-1"]),
        ([(0, 15), (20, 145)], ["break_starts-0"]),
    ],
)
def test_breaks_that_cannot_be_are_refused_beside_their_row(db, fair, breaks, fields):
    with pytest.raises(Invalid) as refused:
        set_them(db, fair, *(pause(fair, *one) for one in breaks))

    assert list(refused.value.fields) == fields


def test_one_break_may_follow_another_at_once(db, fair):
    set_them(db, fair, pause(fair, 25, 50), pause(fair, 50, 75))

    assert starts(db, fair) == ["09:00", "10:15", "10:40", "11:05"]


def test_a_slot_in_which_two_are_to_meet_stays_and_the_first_is_named(db, fair, bo, cy, dee):
    dee = make_participant(db, dee, fair)
    make_meeting(db, fair, asker=bo, invitee=dee, slot=5)
    make_meeting(db, fair, asker=bo, invitee=cy, slot=3)

    with pytest.raises(SlotInUse) as refused:
        set_them(db, fair, pause(fair, 50, 60))

    with written_for("en", "Europe/Vienna"):
        assert str(refused.value) == (
            "Bo Berg and Cy Costa have a meeting or a request at Wed, 15 Apr 2026, 12:15 (Europe/Vienna), in a slot "
            "that would go. Move or end it first, or choose other breaks."
        )
    assert len(starts(db, fair)) == 6


def test_a_break_beside_the_meetings_is_fine(db, fair, bo, cy):
    make_meeting(db, fair, asker=bo, invitee=cy, slot=3)

    set_them(db, fair, pause(fair, 50, 75))

    assert starts(db, fair) == ["09:00", "09:25", "10:15", "10:40", "11:05"]


def test_a_slot_that_is_asked_for_stays_until_the_answer(db, fair, bo, cy):
    request = make_request(db, fair, asker=bo, invitee=cy, slot=2)

    with pytest.raises(SlotInUse):
        set_them(db, fair, pause(fair, 50, 75))
    decline_meeting(db, cy, request)
    set_them(db, fair, pause(fair, 50, 75))

    assert "09:50" not in starts(db, fair)


def test_what_is_booked_in_a_block_is_counted_by_slot(db, fair, bo, cy):
    make_meeting(db, fair, asker=bo, invitee=cy, slot=3)

    assert taken_in(db, fair.block) == {fair.slots[3]: 1}


def test_a_block_that_is_gone_has_no_breaks(db, fair):
    found = get_block(db, fair.ada, fair.block.public_id)
    remove_block(db, fair.ada, found)

    with pytest.raises(NotFound):
        set_breaks(db, fair.ada, found, breaks=[pause(fair, 50, 60)])


def test_participants_set_no_breaks(db, fair, bo):
    found = get_block(db, fair.ada, fair.block.public_id)

    with pytest.raises(NotAllowed):
        set_breaks(db, bo, found, breaks=[])


def test_nobody_asks_for_a_time_in_a_break(db, fair, bo, cy):
    set_them(db, fair, pause(fair, 50, 75))

    with pytest.raises(Invalid, match="Please choose one of the event's times"):
        make_request(db, fair, asker=bo, invitee=cy, slot=2)


def test_who_is_away_stays_away_when_a_break_moves_the_slots(db, fair, bo, cy):
    """10:15 and 10:40 become 10:30 and 10:55."""
    set_availability(db, cy, fair.event, absent=[fair.slots[3].starts_at])

    set_them(db, fair, pause(fair, 70, 90))

    assert starts(db, fair) == ["09:00", "09:25", "09:50", "10:30", "10:55"]
    free = [f"{one.starts_at:%H:%M}" for one in common_slots(db, fair.event, bo.person, cy.person)]
    assert free == ["09:00", "09:25", "09:50", "10:55"]


def test_what_was_said_holds_again_when_the_break_goes(db, fair, bo, cy):
    set_availability(db, cy, fair.event, absent=[fair.slots[2].starts_at])

    set_them(db, fair, pause(fair, 50, 75))
    set_them(db, fair)

    assert fair.slots[2] not in common_slots(db, fair.event, bo.person, cy.person)
    assert fair.slots[3] in common_slots(db, fair.event, bo.person, cy.person)


def test_a_break_later_on_is_none_of_the_business_of_a_meeting_in_the_rest_of_a_slot(db, fair, bo, cy):
    rest = Slot(fair.slots[1].starts_at + timedelta(minutes=10), fair.slots[1].ends_at)
    meeting = make_meeting(db, fair, asker=bo, invitee=cy, slot=1)
    shift_to(db, meeting, rest)

    set_them(db, fair, pause(fair, 75, 100))

    assert starts(db, fair) == ["09:00", "09:25", "09:50", "10:40", "11:05"]
    with pytest.raises(SlotInUse):
        set_them(db, fair, pause(fair, 40, 50))


def shift_to(db: Database, meeting: MeetingInEvent, slot: Slot) -> None:
    """Let a meeting be at a time that is no slot, as one is that takes the rest of a slot."""
    meeting.meeting.starts_at, meeting.meeting.ends_at = slot.starts_at, slot.ends_at
    db.add(meeting.meeting)
    db.flush()


def test_a_break_and_a_request_at_once_do_not_both_pass(database_url: str) -> None:
    with transaction() as db:
        fair = make_fair(db, make_person(db, "Ada Adler"), slots=6)
        ground = Ground(fair, [make_participant(db, make_person(db, name), fair) for name in NAMES])

    def ask(db: Database) -> object:
        slots_of(get_block(db, fair.ada, fair.block.public_id).block)  # as a page does that offers times
        place = ground.place(db, 1)
        return request_meeting(db, ground.people[0], fair.event, invitee=place, slot=fair.slots[2])

    for _round in range(6):
        outcomes = race(ask, lambda db: set_them(db, fair, pause(fair, 50, 75)))

        assert kinds(outcomes) in (["SlotInUse", "done"], ["Invalid", "done"])
        with reading() as db:
            assert ("09:50" in starts(db, fair)) is (outcomes[0] is None)
        end_all(ground)
        with transaction() as db:
            set_them(db, fair)
