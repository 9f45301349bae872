"""Own calendars: the times at which somebody is busy elsewhere are offered to nobody, on all ways to a meeting."""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from events.core import clock
from events.core.access import Actor
from events.core.clock import atoms
from events.core.database import Database
from events.core.journal import JournalEntry
from events.core.refusals import Conflict, Invalid, NotAllowed, NotFound
from events.core.settings import use_settings
from sessions.availability import absences_of, common_slots, free_slots, set_availability
from sessions.boards.board import BoardQuestion, board_of
from sessions.boards.lists import people_to_choose
from sessions.booking_rules import rules_of
from sessions.busy_times import away_slots
from sessions.own_calendars import (
    OFTEN,
    SELDOM,
    BusyTime,
    BusyTimesChanged,
    CalendarTrouble,
    OwnCalendar,
    address_of_calendar,
    clean_calendar_address,
    find_own_calendar,
    forget_calendar,
    give_calendar,
    is_stale,
    keep_read,
    keep_trouble,
    keep_unchanged,
    merged,
    own_calendar_of,
    read_calendar_again,
    who_is_busy,
    without,
)
from sessions.seats import SlotTaken
from tests.conftest import SECRET
from tests.makers import person_of
from tests.sessions.makers_meetings import Fair, make_request

ADDRESS = "https://calendar.example/private-5f3/basic.ics"


def given_calendar(db: Database, actor: Actor) -> OwnCalendar:
    give_calendar(db, actor, person_of(db, actor), address=ADDRESS)
    return own_calendar_of(db, actor.person or 0)


def piece(fair: Fair, *numbers: int) -> list[list[int]]:
    found = [atoms(fair.slots[number].starts_at, fair.slots[number].ends_at) for number in numbers]
    return [[one.start, one.stop] for one in found]


def busy_in(db: Database, fair: Fair, actor: Actor, *numbers: int) -> OwnCalendar:
    """Their calendar says that they are busy in the slots with these numbers."""
    row = find_own_calendar(db, actor.person or 0) or given_calendar(db, actor)
    keep_read(db, row, busy=merged(piece(fair, *numbers)), perhaps=[], left_out=0)
    return row


def numbers(fair: Fair, slots) -> list[int]:
    return [fair.slots.index(slot) for slot in slots]


# The address


def test_the_address_is_kept_sealed_and_read_at_once(db, bo, fair):
    row = given_calendar(db, bo)

    assert b"private" not in row.address
    assert (address_of_calendar(row), row.host, row.due_at) == (ADDRESS, "calendar.example", clock.now())


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" webcal://calendar.example/a.ics ", "https://calendar.example/a.ics"),
        ("HTTPS://calendar.example:8443/a.ics#x", "HTTPS://calendar.example:8443/a.ics"),
    ],
)
def test_the_ways_in_which_programs_write_an_address_are_understood(db, typed, kept):
    assert clean_calendar_address(typed) == (kept, "calendar.example")


@pytest.mark.parametrize(
    "typed",
    [
        "", "calendar", "ftp://calendar.example/a", "http://calendar.example/a.ics", "file:///etc/passwd", "https://",
        "https:///a.ics", "https://calendar.example:99999/", "https://calendar.example:0/", "https://[::1/",
        "https://calendar.example/a b", "https://calendar.example/a\r\nHost: evil.example", "https://kalender.exämple/",
        "https://bo:word@calendar.example/a.ics", "https://calendar.example/" + "a" * 2000, "javascript:alert(1)",
    ],
)  # fmt: skip
def test_what_is_no_secret_address_is_refused(db, bo, typed):
    with pytest.raises(Invalid) as refused:
        give_calendar(db, bo, person_of(db, bo), address=typed)

    assert list(refused.value.fields) == ["address"]
    assert find_own_calendar(db, bo.person) is None


def test_without_tls_only_hosts_of_the_operators_own_are_read(db):
    use_settings(database_url="sqlite://", secret=SECRET, calendar_hosts=["calendar.intranet"])

    assert clean_calendar_address("http://calendar.intranet/a.ics")[1] == "calendar.intranet"
    with pytest.raises(Invalid):
        clean_calendar_address("http://calendar.example/a.ics")


def test_another_address_replaces_the_first_and_what_was_read_there(db, fair, bo):
    busy_in(db, fair, bo, 0)

    give_calendar(db, bo, person_of(db, bo), address="https://other.example/a.ics")

    assert own_calendar_of(db, bo.person).host == "other.example"
    assert db.exec(select(BusyTime)).all() == []


def test_nobody_gives_the_calendar_of_another(db, bo, cy):
    with pytest.raises(NotAllowed):
        give_calendar(db, bo, person_of(db, cy), address=ADDRESS)


# Bookings


def test_whoever_is_busy_by_their_calendar_is_not_offered_then(db, fair, bo, cy):
    busy_in(db, fair, bo, 0, 1)
    busy_in(db, fair, cy, 3)

    assert numbers(fair, free_slots(db, fair.event, bo.person)) == [2, 3]
    assert numbers(fair, common_slots(db, fair.event, bo.person, cy.person)) == [2]


def test_a_busy_time_that_only_touches_a_slot_does_not_count_and_one_that_reaches_in_does(db, fair, bo):
    row = given_calendar(db, bo)
    [[first, end]] = piece(fair, 1)

    keep_read(db, row, busy=[[first - 1, first]], perhaps=[], left_out=0)
    touching = numbers(fair, free_slots(db, fair.event, bo.person))
    keep_read(db, row, busy=[[end - 1, end]], perhaps=[], left_out=0)

    assert (touching, numbers(fair, free_slots(db, fair.event, bo.person))) == ([0, 1, 2, 3], [0, 2, 3])


def test_perhaps_is_offered(db, fair, bo):
    keep_read(db, given_calendar(db, bo), busy=[], perhaps=piece(fair, 0), left_out=0)

    assert numbers(fair, free_slots(db, fair.event, bo.person)) == [0, 1, 2, 3]


def test_a_request_for_a_busy_time_is_refused_without_saying_why(db, fair, bo, cy):
    busy_in(db, fair, cy, 0)

    with pytest.raises(SlotTaken, match="Cy Costa is not free at"):
        make_request(db, fair, asker=bo, invitee=cy)


def test_schedules_boards_and_lists_know_it_too(db, fair, ada, bo, cy):
    busy_in(db, fair, bo, 0, 2)
    zones = {bo.person: "UTC", cy.person: "UTC"}

    away = away_slots(db, fair.event.id, fair.slots, [bo.person, cy.person], zones, rules_of(db, fair.event.id))
    board = board_of(db, fair.ada, fair.event, BoardQuestion())
    [line] = [row for row in board.rows if row.name == "Bo Berg"]

    assert away == {bo.person: {0, 2}}
    assert [cell.kind.value for cell in line.cells] == ["away", "free", "away", "free"]
    assert who_is_busy(db, {bo.person, cy.person}, fair.slots[2]) == {bo.person}
    assert [one.name for one in people_to_choose(db, fair.event, slot=fair.slots[0], query="")] == ["Cy Costa"]


def test_a_meeting_that_stands_stays_though_its_time_is_busy_now(db, fair, bo, cy):
    request = make_request(db, fair, asker=bo, invitee=cy)

    busy_in(db, fair, cy, 0)

    assert request.meeting.starts_at == fair.slots[0].starts_at


def test_one_can_meet_in_a_busy_time_if_one_says_so_and_that_outlives_the_next_reading(db, fair, bo):
    row = busy_in(db, fair, bo, 0, 1)

    set_availability(db, bo, fair.event, absent=[], free_anyway=[fair.slots[1].starts_at])
    said = numbers(fair, free_slots(db, fair.event, bo.person))
    keep_read(db, row, busy=merged(piece(fair, 0, 1, 2)), perhaps=[], left_out=0)

    assert (said, numbers(fair, free_slots(db, fair.event, bo.person))) == ([1, 2, 3], [1, 3])
    assert absences_of(db, fair.event.id, {bo.person}) == set()


def test_what_one_said_can_be_taken_back_and_saying_nothing_about_it_leaves_it(db, fair, bo):
    busy_in(db, fair, bo, 0)
    set_availability(db, bo, fair.event, absent=[], free_anyway=[fair.slots[0].starts_at])
    set_availability(db, bo, fair.event, absent=[])
    left = numbers(fair, free_slots(db, fair.event, bo.person))

    set_availability(db, bo, fair.event, absent=[], free_anyway=[])

    assert (left, numbers(fair, free_slots(db, fair.event, bo.person))) == ([0, 1, 2, 3], [1, 2, 3])


# What is told, and when it is read


def told(db: Database) -> int:
    return len(db.exec(select(JournalEntry).where(JournalEntry.kind == BusyTimesChanged.kind)).all())


def test_an_event_is_told_only_of_what_changes_its_slots(db, fair, bo):
    row = given_calendar(db, bo)
    [[first, end]] = piece(fair, 0)

    keep_read(db, row, busy=[[first - 500, first - 400]], perhaps=[], left_out=0)
    before = told(db)
    keep_read(db, row, busy=[[first, end]], perhaps=[], left_out=0)
    keep_read(db, row, busy=[[first, end]], perhaps=[], left_out=0)

    assert (before, told(db)) == (0, 1)


def test_forgetting_takes_all_of_it_away_and_twice_is_once(db, fair, bo):
    busy_in(db, fair, bo, 0)

    forget_calendar(db, bo, person_of(db, bo))
    forget_calendar(db, bo, person_of(db, bo))

    assert (db.exec(select(OwnCalendar)).all(), db.exec(select(BusyTime)).all()) == ([], [])
    assert numbers(fair, free_slots(db, fair.event, bo.person)) == [0, 1, 2, 3]
    assert told(db) == 2


def test_it_is_read_often_by_those_who_take_part_and_seldom_by_others(db, fair, bo, eve):
    for actor, pause in ((bo, OFTEN), (eve, SELDOM)):
        row = given_calendar(db, actor)
        keep_unchanged(db, row)

        assert row.due_at == clock.now() + pause


def test_what_was_read_stays_when_it_cannot_be_read_any_more_and_grows_old(db, fair, bo):
    row = busy_in(db, fair, bo, 0)

    with clock.frozen_at(clock.now() + timedelta(hours=25)):
        row.attempts = 3
        keep_trouble(db, row, CalendarTrouble.GONE)

        assert (row.trouble, is_stale(row), row.due_at) == (CalendarTrouble.GONE, True, clock.now() + 4 * OFTEN)
    assert numbers(fair, free_slots(db, fair.event, bo.person)) == [1, 2, 3]


def test_it_is_read_again_at_once_but_not_twice_a_minute(db, fair, bo, cy):
    row = busy_in(db, fair, bo, 0)
    person = person_of(db, bo)

    with pytest.raises(Conflict, match="less than a minute ago"):
        read_calendar_again(db, bo, person)
    with clock.frozen_at(clock.now() + timedelta(minutes=1)):
        read_calendar_again(db, bo, person)

        assert row.due_at == clock.now()
    with pytest.raises(NotFound):
        read_calendar_again(db, cy, person_of(db, cy))


pieces = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=8)


def cover(some) -> set[int]:
    return {atom for first, end in some for atom in range(first, end)}


@given(pieces, pieces)
def test_merging_and_taking_away_are_those_of_sets(some, others):
    left = without(some, others)

    assert cover(merged(some)) == cover(some)
    assert cover(left) == cover(some) - cover(others)
    assert left == merged(left)
    assert all(one[1] < other[0] for one, other in pairwise(left))
