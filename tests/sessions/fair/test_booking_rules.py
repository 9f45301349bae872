"""Booking rules: how a meeting comes about in each of the modes, hours per zone, and what an organiser may set."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from events.core import clock
from events.core.access import Actor
from events.core.database import Database, reading, transaction
from events.core.refusals import Invalid, NotAllowed
from events.registration import types_of
from sessions.answers import accept_meeting
from sessions.availability import common_slots
from sessions.blocks import Slot
from sessions.booking_rules import (
    Answering,
    BookingRules,
    Timing,
    Window,
    has_rules,
    is_awake,
    limits_of_types,
    rules_of,
    set_booking_rules,
    set_type_limits,
)
from sessions.meetings import Meeting, MeetingInEvent, MeetingState, get_meeting
from sessions.moves import move_meeting, schedule_meeting
from sessions.requests import request_meeting
from sessions.seats import SlotTaken
from tests.mailer.makers_letters import letters_after
from tests.makers import make_person
from tests.sessions.makers_meetings import (
    Fair,
    make_fair,
    make_request,
    place_of,
    problems_with_seats,
    seats_of,
    with_rules,
)
from tests.sessions.test_booking_races import race

USUAL = {
    "answering": Answering.APPROVAL,
    "timing": Timing.AT_REQUEST,
    "requests_hold": True,
    "lasts_minutes": 2880,
}


def ask(db: Database, fair: Fair, asker: Actor, invitee: Actor, slot: Slot | None) -> str:
    return request_meeting(db, asker, fair.event, invitee=place_of(db, invitee, fair), slot=slot).public_id


def stands_as(db: Database, fair: Fair, public: str) -> tuple[str, int]:
    """The meeting's state, and how many seats it has: 8 for two people in a slot of four atoms, 12 with a table."""
    meeting = get_meeting(db, fair.ada, public)
    return meeting.meeting.state.value, len(seats_of(db, meeting))


def letters(db: Database) -> list[tuple[str, str]]:
    """Who got which letter about a meeting."""
    found = [(one.kind, one.address.partition("@")[0]) for one in letters_after(db) if "meeting" in one.kind]
    return sorted((kind.removeprefix("meeting_"), name) for kind, name in found)


HOLDS = pytest.mark.parametrize("holds", [True, False])


# Answering x timing x hold


@HOLDS
def test_approval_with_a_time_at_the_request(db, fair, bo, cy, holds):
    with_rules(db, fair, answering=Answering.APPROVAL, timing=Timing.AT_REQUEST, requests_hold=holds)

    public = ask(db, fair, bo, cy, fair.slots[0])
    waiting = stands_as(db, fair, public)
    accept_meeting(db, cy, get_meeting(db, cy, public))

    assert (waiting, stands_as(db, fair, public)) == (("requested", 8 if holds else 0), ("scheduled", 12))
    assert letters(db) == [("accepted", "bo"), ("accepted", "cy"), ("requested", "cy")]


@HOLDS
def test_approval_with_a_time_at_acceptance(db, fair, bo, cy, holds):
    with_rules(db, fair, answering=Answering.APPROVAL, timing=Timing.AT_ACCEPTANCE, requests_hold=holds)

    public = ask(db, fair, bo, cy, None)
    waiting = stands_as(db, fair, public)
    with pytest.raises(Invalid, match="Please choose a time"):
        accept_meeting(db, cy, get_meeting(db, cy, public))
    accept_meeting(db, cy, get_meeting(db, cy, public), slot=fair.slots[1])

    assert (waiting, stands_as(db, fair, public)) == (("requested", 0), ("scheduled", 12))
    assert letters(db) == [("accepted", "bo"), ("accepted", "cy"), ("requested", "cy")]


@HOLDS
def test_approval_with_a_time_by_the_organiser(db, fair, bo, cy, holds):
    with_rules(db, fair, answering=Answering.APPROVAL, timing=Timing.BY_ORGANISER, requests_hold=holds)

    public = ask(db, fair, bo, cy, None)
    accept_meeting(db, cy, get_meeting(db, cy, public))
    agreed = stands_as(db, fair, public)
    with pytest.raises(NotAllowed):
        schedule_meeting(db, bo, get_meeting(db, bo, public), slot=fair.slots[2])
    schedule_meeting(db, fair.ada, get_meeting(db, fair.ada, public), slot=fair.slots[2])

    assert (agreed, stands_as(db, fair, public)) == (("accepted", 0), ("scheduled", 12))
    assert letters(db) == [
        ("agreed", "bo"), ("agreed", "cy"), ("requested", "cy"), ("scheduled", "bo"), ("scheduled", "cy"),
    ]  # fmt: skip


@HOLDS
def test_automatic_with_a_time_at_the_request(db, fair, bo, cy, holds):
    with_rules(db, fair, answering=Answering.AUTOMATIC, timing=Timing.AT_REQUEST, requests_hold=holds)

    public = ask(db, fair, bo, cy, fair.slots[0])

    assert stands_as(db, fair, public) == ("scheduled", 12)
    assert letters(db) == [("scheduled", "bo"), ("scheduled", "cy")]


@HOLDS
def test_automatic_and_then_either_chooses_the_time(db, fair, bo, cy, holds):
    with_rules(db, fair, answering=Answering.AUTOMATIC, timing=Timing.AT_ACCEPTANCE, requests_hold=holds)

    public = ask(db, fair, bo, cy, None)
    agreed = stands_as(db, fair, public)
    schedule_meeting(db, bo, get_meeting(db, bo, public), slot=fair.slots[0])

    assert (agreed, stands_as(db, fair, public)) == (("accepted", 0), ("scheduled", 12))
    assert letters(db) == [("agreed", "bo"), ("agreed", "cy"), ("scheduled", "bo"), ("scheduled", "cy")]


@HOLDS
def test_automatic_and_then_the_organiser_chooses_the_time(db, fair, bo, cy, holds):
    with_rules(db, fair, answering=Answering.AUTOMATIC, timing=Timing.BY_ORGANISER, requests_hold=holds)

    public = ask(db, fair, bo, cy, None)
    agreed = stands_as(db, fair, public)
    schedule_meeting(db, fair.ada, get_meeting(db, fair.ada, public), slot=fair.slots[0])

    assert (agreed, stands_as(db, fair, public)) == (("accepted", 0), ("scheduled", 12))
    assert letters(db) == [("agreed", "bo"), ("agreed", "cy"), ("scheduled", "bo"), ("scheduled", "cy")]


@pytest.mark.parametrize(
    ("timing", "slot", "sentence"),
    [
        (Timing.AT_REQUEST, None, "Please choose a time."),
        (Timing.AT_ACCEPTANCE, 0, "the one who is asked chooses the time"),
        (Timing.BY_ORGANISER, 0, "the organisers choose the times"),
    ],
)
def test_a_request_has_a_time_exactly_where_the_asker_chooses_it(db, fair, bo, cy, timing, slot, sentence):
    with_rules(db, fair, timing=timing)

    with pytest.raises(Invalid, match=sentence):
        ask(db, fair, bo, cy, None if slot is None else fair.slots[slot])


# Holding


def test_where_requests_hold_nothing_the_first_to_be_accepted_wins(db, fair, bo, cy, dee):
    with_rules(db, fair, requests_hold=False)
    first, second = (ask(db, fair, one, cy, fair.slots[0]) for one in (bo, dee))

    accept_meeting(db, cy, get_meeting(db, cy, second))

    with pytest.raises(SlotTaken, match=r"^You are not free at 09:00\. Choose another time\.$"):
        accept_meeting(db, cy, get_meeting(db, cy, first))
    assert stands_as(db, fair, first) == ("requested", 0)
    assert stands_as(db, fair, second) == ("scheduled", 12)


def test_where_requests_hold_their_time_nobody_else_asks_for_it(db, fair, bo, cy, dee):
    ask(db, fair, bo, cy, fair.slots[0])

    with pytest.raises(SlotTaken):
        ask(db, fair, dee, cy, fair.slots[0])
    assert fair.slots[0] not in common_slots(db, fair.event, dee.person, cy.person)
    assert problems_with_seats(db) == []


# Expiry


@pytest.mark.parametrize(("minutes", "lasts"), [(15, timedelta(minutes=15)), (14_400, timedelta(hours=24))])
def test_a_request_expires_as_set_and_at_the_latest_when_it_would_begin(db, fair, bo, cy, minutes, lasts):
    with_rules(db, fair, lasts_minutes=minutes)

    meeting = make_request(db, fair, asker=bo, invitee=cy).meeting

    assert meeting.expires_at == min(clock.now() + lasts, fair.slots[0].starts_at)


def test_a_request_without_a_time_waits_as_long_as_set(db, fair, bo, cy):
    with_rules(db, fair, lasts_minutes=14_400, timing=Timing.AT_ACCEPTANCE)

    public = ask(db, fair, bo, cy, None)

    assert get_meeting(db, bo, public).meeting.expires_at == clock.now() + timedelta(days=10)


# Moving


def test_participants_move_their_meetings_only_where_they_may(db, fair, bo, cy):
    with_rules(db, fair, answering=Answering.AUTOMATIC, participants_move=False)
    public = ask(db, fair, bo, cy, fair.slots[0])

    with pytest.raises(NotAllowed):
        move_meeting(db, bo, get_meeting(db, bo, public), slot=fair.slots[1])
    move_meeting(db, fair.ada, get_meeting(db, fair.ada, public), slot=fair.slots[1])

    assert get_meeting(db, bo, public).slot == fair.slots[1]


# Changing the rules while requests are open


def test_a_request_with_a_time_keeps_it_when_organisers_choose_from_then_on(db, fair, bo, cy):
    public = ask(db, fair, bo, cy, fair.slots[0])

    set_booking_rules(db, fair.ada, fair.event, **USUAL | {"timing": Timing.BY_ORGANISER})
    accept_meeting(db, cy, get_meeting(db, cy, public))

    assert stands_as(db, fair, public) == ("scheduled", 12)


def test_a_request_keeps_what_it_holds_and_its_expiry(db, fair, bo, cy):
    public = ask(db, fair, bo, cy, fair.slots[0])
    before = get_meeting(db, bo, public).meeting.expires_at

    set_booking_rules(db, fair.ada, fair.event, **USUAL | {"requests_hold": False, "lasts_minutes": 15})

    assert stands_as(db, fair, public) == ("requested", 8)
    assert get_meeting(db, bo, public).meeting.expires_at == before


def test_an_accepted_meeting_without_a_time_may_be_given_one_by_the_two_once_they_choose(db, fair, bo, cy):
    with_rules(db, fair, answering=Answering.AUTOMATIC, timing=Timing.BY_ORGANISER)
    public = ask(db, fair, bo, cy, None)

    set_booking_rules(db, fair.ada, fair.event, **USUAL)
    schedule_meeting(db, cy, get_meeting(db, cy, public), slot=fair.slots[0])

    assert stands_as(db, fair, public) == ("scheduled", 12)


# Hours


def at(text: str) -> Slot:
    start = datetime.fromisoformat(text).replace(tzinfo=UTC)
    return Slot(start, start + timedelta(minutes=20))


OFFICE = {"zone": "Europe/Lisbon", "opens": 540, "closes": 1020}
OTHERS = {"zone": "", "opens": 600, "closes": 660}


@pytest.mark.parametrize(
    ("zone", "slot", "awake"),
    [
        ("Europe/Lisbon", "2026-03-28T08:40", False),
        ("Europe/Lisbon", "2026-03-28T09:00", True),
        # The clocks went forward in the night: it is 09:40 there.
        ("Europe/Lisbon", "2026-03-29T08:40", True),
        ("Europe/Lisbon", "2026-03-29T07:55", False),
        # And back again in October.
        ("Europe/Lisbon", "2026-10-24T08:05", True),
        ("Europe/Lisbon", "2026-10-25T08:05", False),
        ("Europe/Lisbon", "2026-03-28T16:40", True),
        ("Europe/Lisbon", "2026-03-28T16:45", False),
        ("Europe/Lisbon", "2026-03-28T23:50", False),
        ("Europe/Vienna", "2026-03-28T09:00", True),
        ("Europe/Vienna", "2026-03-28T08:55", False),
        ("Asia/Tokyo", "2026-03-28T01:20", True),
    ],
)
def test_hours_are_those_of_ones_own_clock(zone, slot, awake):
    rules = BookingRules(event_id=1, windows=[OFFICE, OTHERS])

    assert is_awake(rules, zone, at(slot)) is awake


def test_two_rows_for_a_zone_leave_a_pause_between_them():
    rules = BookingRules(event_id=1, windows=[OFFICE | {"closes": 720}, OFFICE | {"opens": 780}])

    starts = ("09:00", "11:40", "11:45", "12:30", "13:00")

    assert [is_awake(rules, "Europe/Lisbon", at(f"2026-01-05T{one}")) for one in starts] == [
        True, True, False, False, True,
    ]  # fmt: skip


def test_who_sleeps_is_not_free(db, fair, bo, cy):
    # Cy's clock shows 10:00 when the first slot begins, and 10:25 at the second.
    with_rules(db, fair, windows=[OFFICE | {"opens": 620}])

    with pytest.raises(SlotTaken, match=r"^Cy Costa is not free at 09:00\. Choose another time\.$"):
        ask(db, fair, bo, cy, fair.slots[0])

    assert common_slots(db, fair.event, bo.person, cy.person) == fair.slots[1:]


# What an organiser may set


def test_rules_are_the_usual_ones_until_somebody_sets_them(db, fair):
    usual = rules_of(db, fair.event.id)

    assert not has_rules(db, fair.event.id)
    assert (usual.answering, usual.timing, usual.requests_hold) == (Answering.APPROVAL, Timing.AT_REQUEST, True)
    assert (usual.lasts_minutes, usual.max_pending, usual.max_outgoing, usual.windows) == (2880, 15, None, [])


def test_rules_are_kept_as_they_were_set(db, fair):
    hours = [Window("", 480, 1080), Window("Europe/Lisbon", 0, 1440)]

    set_booking_rules(
        db, fair.ada, fair.event, answering=Answering.AUTOMATIC, timing=Timing.BY_ORGANISER, requests_hold=False,
        lasts_minutes=60, participants_move=False, max_outgoing=1, max_pending=None, max_per_block=1000, windows=hours,
    )  # fmt: skip

    kept = rules_of(db, fair.event.id)
    assert has_rules(db, fair.event.id)
    assert [(one["zone"], one["opens"], one["closes"]) for one in kept.windows] == [
        ("", 480, 1080),
        ("Europe/Lisbon", 0, 1440),
    ]
    assert (kept.answering, kept.timing, kept.requests_hold) == (Answering.AUTOMATIC, Timing.BY_ORGANISER, False)
    assert (kept.max_outgoing, kept.max_pending, kept.max_per_block) == (1, None, 1000)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"lasts_minutes": 14}, "lasts_minutes"),
        ({"lasts_minutes": 14_401}, "lasts_minutes"),
        ({"max_pending": 0}, "max_pending"),
        ({"max_outgoing": 1001}, "max_outgoing"),
        ({"max_per_block": -1}, "max_per_block"),
        ({"windows": [Window("", 0, 60), Window("Mars/Olympus", 0, 60)]}, "zone-1"),
        ({"windows": [Window("", 60, 60)]}, "closes-0"),
        ({"windows": [Window("", 1200, 1441)]}, "closes-0"),
    ],
)
def test_what_cannot_be_set_is_refused_beside_its_field(db, fair, typed, field):
    with pytest.raises(Invalid) as refused:
        set_booking_rules(db, fair.ada, fair.event, **USUAL | typed)

    assert list(refused.value.fields) == [field]


@pytest.mark.parametrize(
    ("least", "most", "field"), [(0, None, "min_meetings"), (None, 1001, "max_meetings"), (5, 4, "max_meetings")]
)
def test_numbers_for_a_type_make_sense(db, fair, least, most, field):
    first = types_of(db, fair.event.id)[0]

    with pytest.raises(Invalid) as refused:
        set_type_limits(db, fair.ada, fair.event, type=first, min_meetings=least, max_meetings=most)

    assert list(refused.value.fields) == [field]


def test_numbers_for_a_type_are_set_and_taken_away(db, fair):
    first = types_of(db, fair.event.id)[0]

    set_type_limits(db, fair.ada, fair.event, type=first, min_meetings=2, max_meetings=2)
    row = limits_of_types(db, fair.event.id)[first.id]
    set_type_limits(db, fair.ada, fair.event, type=first, min_meetings=None, max_meetings=None)

    assert (row.min_meetings, row.max_meetings) == (None, None)


def test_types_of_another_event_have_their_numbers_there(db, fair):
    stranger = types_of(db, make_fair(db, fair.ada, name="Wood Match").event.id)[0]

    with pytest.raises(Invalid, match="participation types of this event"):
        set_type_limits(db, fair.ada, fair.event, type=stranger, min_meetings=1, max_meetings=2)


def test_only_organisers_set_rules(db, fair, bo):
    with pytest.raises(NotAllowed):
        set_booking_rules(db, bo, fair.event, **USUAL)


def test_two_who_save_the_first_rules_at_once_save_one_set(database_url: str) -> None:
    with transaction() as db:
        fair = make_fair(db, make_person(db, "Ada Adler"))

    def save(minutes: int):
        values = USUAL | {"lasts_minutes": minutes}
        return lambda db: set_booking_rules(db, fair.ada, fair.event, **values)

    outcomes = race(save(15), save(30), save(60))

    with reading() as db:
        assert len(db.exec(select(BookingRules)).all()) == 1
    assert outcomes == [None, None, None]


def test_a_request_of_the_old_rules_without_a_time_gets_one_at_acceptance(db, fair, bo, cy):
    with_rules(db, fair, timing=Timing.AT_ACCEPTANCE)
    public = ask(db, fair, bo, cy, None)
    set_booking_rules(db, fair.ada, fair.event, **USUAL)

    accept_meeting(db, cy, get_meeting(db, cy, public), slot=fair.slots[0])

    row = db.exec(select(Meeting).where(Meeting.public_id == public)).one()
    assert (row.state, MeetingInEvent(row, fair.event.event).slot) == (MeetingState.SCHEDULED, fair.slots[0])
