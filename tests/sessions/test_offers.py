"""Offers: whatever makes a time possible for a pair that waits is noticed, once, at a bounded cost."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event as sql_event
from sqlmodel import col, select

from events.core import clock
from events.core.access import Actor
from events.core.database import Database, reading, transaction
from events.core.journal import settle
from events.core.timers import Timer, run_due_timers
from events.desks import add_desk, add_desk_officer
from events.events import close_event
from events.looking_after import assign_desk
from events.organisations import Organisation
from events.people import change_profile
from events.phases import PhaseKind
from events.planning import move_phase
from events.programmes import Programme
from events.registration import RegistrationInEvent, appoint, types_of, withdraw_registration
from events.roles import Role
from events.teams import add_member
from events.type_rules import PairRule, set_type_rules
from sessions.answers import accept_meeting, decline_meeting
from sessions.attendance import correct_attendance, mark_held, mark_no_show, mark_technical_failure
from sessions.availability import common_slots, set_availability, set_availability_for
from sessions.blocks import BlockInEvent, MeetingTable, Slot, add_block, add_tables, tables_of
from sessions.booking_rules import Answering, Timing, Window, set_booking_rules, set_type_limits
from sessions.breaks import set_breaks
from sessions.chances import chances
from sessions.colleagues import delegate_meeting, take_over_meeting
from sessions.guests import add_to_meeting, leave_meeting, remove_from_meeting
from sessions.meetings import MeetingInEvent, MeetingState, get_meeting
from sessions.mentoring import (
    MentoringInEvent,
    attendees_of,
    book_mentoring,
    cancel_mentoring,
    leave_mentoring,
    move_mentoring,
)
from sessions.moves import cancel_meeting, schedule_meeting, swap_meetings
from sessions.no_thanks import say_no_thanks, take_back_no_thanks
from sessions.offers import PAUSE
from sessions.office_hours import slots_of_hours
from sessions.requests import withdraw_request
from sessions.schedules.drafts import Freedom
from sessions.schedules.publishing import publish_schedule
from sessions.sides import SideInMeeting, side_of
from sessions.table_moves import move_to_table
from sessions.tables import TableInEvent, change_table, remove_table
from sessions.waiting import WaitingPair
from tests.events.makers_hackathon import make_hackathon, make_team
from tests.makers import again, make_organisation, make_person, open_phase, person_of, shut_phase
from tests.sessions.makers_meetings import (
    Fair,
    make_colleague,
    make_fair,
    make_meeting,
    make_participant,
    make_request,
    place_of,
    problems_with_seats,
    with_rules,
)
from tests.sessions.makers_mentoring import make_hours, make_mentor
from tests.sessions.makers_schedules import make_agreed, make_draft_here, make_people
from tests.sessions.makers_waiting import calm, later, open_between, ring, times_asked, waits
from tests.sessions.racing import ROUNDS, at_once, race

MINUTE = timedelta(minutes=1)


@pytest.fixture
def fair(db: Database, ada: Actor) -> Fair:
    """Two slots."""
    return make_fair(db, ada, slots=2)


@pytest.fixture
def mill(db: Database) -> Organisation:
    return make_organisation(db, "Nordmühle", country="SE")


@pytest.fixture
def bo(db: Database, bo: Actor, fair: Fair) -> Actor:
    """Bo, who waits."""
    return make_participant(db, bo, fair)


@pytest.fixture
def cy(db: Database, cy: Actor, fair: Fair, mill: Organisation) -> Actor:
    """Cy of the mill, for whom Bo waits."""
    return make_colleague(db, cy, fair, mill)


@pytest.fixture
def tam(db: Database, tam: Actor, fair: Fair, mill: Organisation) -> Actor:
    """Tam is from the mill, too."""
    return make_colleague(db, tam, fair, mill)


@pytest.fixture
def dee(db: Database, dee: Actor, fair: Fair) -> Actor:
    return make_participant(db, dee, fair)


@pytest.fixture
def mel(db: Database, mel: Actor, fair: Fair) -> Actor:
    return make_participant(db, mel, fair)


@contextmanager
def waiting(db: Database, fair: Fair, asker: Actor, invitee: Actor) -> Iterator[None]:
    """Two wait and there is no time for them; then what is done inside happens, is told, and is looked at."""
    waits(db, fair, asker, invitee)
    calm(db)
    assert open_between(db, asker, invitee) == []
    with later():
        yield
        ring(db)


@contextmanager
def held_back(db: Database, fair: Fair, asker: Actor, invitee: Actor) -> Iterator[None]:
    """The same for two who are both free in the second slot only, while something else holds them back."""
    away(db, fair, asker, 0, 1)
    waits(db, fair, asker, invitee)
    with later(1):
        away(db, fair, asker, 0)
        calm(db)
        assert open_between(db, asker, invitee) == []
    with later(2):
        yield
        ring(db)


def away(db: Database, fair: Fair, who: Actor, *slots: int) -> None:
    """Somebody cannot meet in the slots with these numbers."""
    set_availability(db, who, fair.event, absent=[fair.slots[number].starts_at for number in slots])


def rules(db: Database, fair: Fair, **values: object) -> None:
    """An organiser sets the rules: the usual ones, but for `values`."""
    usual = {
        "answering": Answering.APPROVAL, "timing": Timing.AT_REQUEST, "requests_hold": True, "lasts_minutes": 48 * 60
    }  # fmt: skip
    set_booking_rules(db, fair.ada, fair.event, **(usual | values))  # type: ignore[arg-type]  # as the test says


def side(db: Database, meeting: MeetingInEvent, lead: Actor) -> SideInMeeting:
    """A side of a meeting as it is read now."""
    return side_of(get_meeting(db, lead, meeting.meeting.public_id), lead.person or 0)


def first_table(db: Database, fair: Fair) -> TableInEvent:
    return TableInEvent(tables_of(db, fair.event.id)[0], fair.event.event)


def keep(db: Database, fair: Fair, table: MeetingTable, whom: Actor | None) -> None:
    """An organiser keeps a table for somebody, or for nobody."""
    place = place_of(db, whom, fair) if whom else None
    subject = TableInEvent(table, fair.event.event)
    change_table(db, fair.ada, subject, name=table.name, chairs=table.chairs, kept_for=place)


def looks() -> list[datetime | None]:
    """When events were looked at; None for a look that is to come."""
    query = select(Timer.done_at).where(Timer.kind == "waiting list").order_by(col(Timer.id))
    with reading() as read:
        return list(read.exec(query))


# --- people have more time ------------------------------------------------------------------------


def test_who_says_they_can_meet_after_all_is_asked(db, fair, bo, cy):
    away(db, fair, cy, 0, 1)

    with waiting(db, fair, bo, cy):
        away(db, fair, cy, 0)

    assert times_asked(db, bo, cy) == [fair.slots[1].starts_at]


@pytest.mark.parametrize("who", ["organiser", "desk"])
def test_so_is_for_whom_others_say_it(db, fair, bo, cy, eve, who):
    place = RegistrationInEvent(place_of(db, cy, fair), fair.event.event)
    desk = add_desk(db, fair.ada, db.get_one(Programme, fair.event.programme_id), name="Desk North")
    add_desk_officer(db, fair.ada, desk, person_id=eve.person or 0)
    assign_desk(db, fair.ada, place, desk=desk)
    away(db, fair, cy, 0, 1)

    with waiting(db, fair, bo, cy):
        set_availability_for(db, {"organiser": fair.ada, "desk": again(db, eve)}[who], place, absent=[])

    assert times_asked(db, bo, cy) == [fair.slots[0].starts_at]


def test_whoever_moves_to_another_zone_can_be_met_at_other_hours(db, fair, bo, cy):
    rules(db, fair, windows=[Window("Europe/Lisbon", 20 * 60, 21 * 60)])

    with waiting(db, fair, bo, cy):
        change_profile(db, cy, person_of(db, cy), zone="Europe/Paris")

    assert times_asked(db, bo, cy) == [fair.slots[0].starts_at]


@pytest.mark.parametrize("end", ["cancelled", "moved", "left"])
def test_whose_mentoring_goes_elsewhere_has_time(db, fair, bo, cy, tam, end):
    """Cy mentors at 09:20, or comes to it with their team; in the first slot they are away."""
    leads = end == "left"
    event = make_hackathon(db, fair.ada, tam, *([cy] if leads else []))
    mentor = make_mentor(db, fair.ada, event) if leads else cy
    if not leads:
        appoint(db, again(db, fair.ada), event, person_id=cy.person or 0, role=Role.MENTOR)
    hours = make_hours(db, mentor, event, slots=12)
    team = make_team(db, tam, event)
    if leads:
        add_member(db, again(db, tam), team, cy.person or 0, leads=False)
    slots = slots_of_hours(hours.hours)
    row = book_mentoring(db, again(db, tam), team, hours=hours.hours, slot=slots[1])
    booked = MentoringInEvent(row, team.team, event, attendees_of(db, row.id or 0))
    away(db, fair, cy, 0)

    with waiting(db, fair, bo, cy):
        if end == "cancelled":
            cancel_mentoring(db, again(db, tam), booked)
        elif end == "moved":
            move_mentoring(db, again(db, tam), booked, hours=hours.hours, slot=slots[9])
        else:
            leave_mentoring(db, again(db, cy), booked)

    assert times_asked(db, bo, cy) == [fair.slots[1].starts_at]


def test_who_hands_a_request_over_is_not_asked_again_for_the_same_wish(db, fair, bo, cy, tam):
    away(db, fair, cy, 0, 1)
    waits(db, fair, bo, cy)
    with later(1):
        away(db, fair, cy)
        asked = make_request(db, fair, asker=bo, invitee=cy)
        ring(db)
    with later(2):
        take_over_meeting(db, tam, side(db, asked, cy), own=place_of(db, tam, fair))
        ring(db)
        calm(db)

    assert (times_asked(db, bo, tam), times_asked(db, bo, cy)) == ([fair.slots[0].starts_at], [])


# --- there is more time, or there are more tables -------------------------------------------------


@pytest.fixture
def full(db: Database, fair: Fair, cy: Actor, dee: Actor, mel: Actor) -> list[MeetingInEvent]:
    """Both of Cy's slots are taken, by Dee and by Mel."""
    return [make_meeting(db, fair, asker=one, invitee=cy, slot=slot) for slot, one in enumerate((dee, mel))]


def test_a_new_block_has_time_for_who_waits(db, fair, full, bo, cy):
    start = fair.block.ends_at + 60 * MINUTE

    with waiting(db, fair, bo, cy):
        add_block(db, fair.ada, fair.event, starts_at=start, ends_at=start + 20 * MINUTE)

    assert times_asked(db, bo, cy) == [start]


def test_so_has_a_block_with_fewer_breaks(db, fair, bo, cy, dee):
    second = fair.slots[1]
    block = BlockInEvent(fair.block, fair.event.event)
    set_breaks(db, fair.ada, block, breaks=[Slot(second.starts_at, second.ends_at)])
    make_meeting(db, fair, asker=dee, invitee=cy)

    with waiting(db, fair, bo, cy):
        set_breaks(db, fair.ada, block, breaks=())

    assert times_asked(db, bo, cy) == [second.starts_at]


@pytest.fixture
def crowded(db: Database, fair: Fair, dee: Actor, mel: Actor, bo: Actor) -> MeetingInEvent:
    """Dee and Mel have the first of three tables in the first slot, the only one in which Bo can meet; the others are
    kept for Ada's guests, which is to say for nobody here."""
    away(db, fair, bo, 1)
    _one, *others = tables_of(db, fair.event.id)
    for number, table in enumerate(others):
        keep(db, fair, table, make_participant(db, make_person(db, f"Guest{number} Garden"), fair))
    return make_meeting(db, fair, asker=dee, invitee=mel)


def test_a_new_table_is_enough(db, fair, crowded, bo, cy):
    with waiting(db, fair, bo, cy):
        add_tables(db, fair.ada, fair.event, count=1)

    assert len(open_between(db, bo, cy)) == 1


@pytest.mark.parametrize("whom", ["nobody", "one of them"])
def test_so_is_one_that_is_kept_no_longer_or_for_one_of_them(db, fair, crowded, bo, cy, whom):
    with waiting(db, fair, bo, cy):
        keep(db, fair, tables_of(db, fair.event.id)[1], {"nobody": None, "one of them": cy}[whom])

    assert len(open_between(db, bo, cy)) == 1


def test_so_is_one_that_was_kept_for_who_leaves(db, fair, crowded, bo, cy, tam):
    keep(db, fair, tables_of(db, fair.event.id)[1], tam)

    with waiting(db, fair, bo, cy):
        withdraw_registration(db, tam, RegistrationInEvent(place_of(db, tam, fair), fair.event.event))

    assert len(open_between(db, bo, cy)) == 1


def test_so_is_one_from_which_others_move_to_another(db, fair, crowded, bo, cy, dee):
    other = tables_of(db, fair.event.id)[1]
    keep(db, fair, other, dee)

    with waiting(db, fair, bo, cy):
        move_to_table(db, fair.ada, crowded, slot=fair.slots[0], table=other)

    assert len(open_between(db, bo, cy)) == 1


def test_so_is_one_that_others_leave_because_they_are_more(db, fair, crowded, bo, cy, dee, tam):
    first, larger = tables_of(db, fair.event.id)[:2]
    first.chairs = 2
    db.add(first)
    keep(db, fair, larger, dee)

    with waiting(db, fair, bo, cy):
        add_to_meeting(db, fair.ada, side(db, crowded, dee), registration=place_of(db, tam, fair))

    assert len(open_between(db, bo, cy)) == 1


def test_where_the_last_table_is_taken_away_people_meet_without_one(db, ada, bo, cy, dee):
    small = make_fair(db, ada, slots=1, tables=1, name="Small Match")
    bo, cy, dee = (make_participant(db, one, small) for one in (bo, cy, dee))
    keep(db, small, first_table(db, small).table, dee)
    away(db, small, cy, 0)
    waits(db, small, bo, cy)
    away(db, small, cy)
    calm(db)
    assert open_between(db, bo, cy) == []

    with later():
        remove_table(db, small.ada, first_table(db, small))
        ring(db)

    assert len(open_between(db, bo, cy)) == 1


# --- rules that stood in the way ------------------------------------------------------------------


def test_a_limit_of_requests_that_is_raised_lets_who_waits_ask(db, fair, bo, cy, dee):
    make_request(db, fair, asker=bo, invitee=dee)
    rules(db, fair, max_outgoing=1)

    with held_back(db, fair, bo, cy):
        rules(db, fair, max_outgoing=2)

    assert times_asked(db, bo, cy) == [fair.slots[1].starts_at]


def test_so_does_a_limit_of_a_type(db, fair, bo, cy, dee):
    make_meeting(db, fair, asker=dee, invitee=cy)
    limit = {"type": types_of(db, fair.event.id)[0], "min_meetings": None}
    set_type_limits(db, fair.ada, fair.event, **limit, max_meetings=1)

    with held_back(db, fair, bo, cy):
        set_type_limits(db, fair.ada, fair.event, **limit, max_meetings=2)

    assert times_asked(db, bo, cy) == [fair.slots[1].starts_at]


def test_so_does_a_limit_of_a_block(db, fair, bo, cy, dee):
    make_meeting(db, fair, asker=dee, invitee=cy)
    rules(db, fair, max_per_block=1)

    with held_back(db, fair, bo, cy):
        rules(db, fair, max_per_block=2)

    assert times_asked(db, bo, cy) == [fair.slots[1].starts_at]


def test_so_do_types_that_may_ask_each_other_again(db, fair, bo, cy):
    type = types_of(db, fair.event.id)[0]

    away(db, fair, bo, 0, 1)
    waits(db, fair, bo, cy)
    set_type_rules(db, fair.ada, fair.event, rules=[PairRule(type, type, may_see=True, may_ask=False)])
    away(db, fair, bo)
    calm(db)
    assert open_between(db, bo, cy) == []
    with later():
        set_type_rules(db, fair.ada, fair.event, rules=[])
        ring(db)

    assert times_asked(db, bo, cy) == [fair.slots[0].starts_at]


def test_so_do_other_hours(db, fair, bo, cy):
    rules(db, fair, windows=[Window("", 20 * 60, 21 * 60)])

    with waiting(db, fair, bo, cy):
        rules(db, fair)

    assert times_asked(db, bo, cy) == [fair.slots[0].starts_at]


def test_where_the_asker_chooses_the_time_again_the_list_goes_on(db, fair, full, bo, cy, dee):
    waits(db, fair, bo, cy)
    with_rules(db, fair, timing=Timing.BY_ORGANISER)
    cancel_meeting(db, dee, full[0])
    calm(db)
    assert open_between(db, bo, cy) == []

    with later():
        rules(db, fair)
        ring(db)

    assert times_asked(db, bo, cy) == [fair.slots[0].starts_at]


@pytest.mark.parametrize("how", ["moved", "opened by the clock"])
def test_what_came_free_while_nobody_could_book_is_offered_when_people_can_again(db, fair, full, bo, cy, dee, how):
    waits(db, fair, bo, cy)
    fair.event = shut_phase(db, fair.ada, fair.event, PhaseKind.BOOKING)
    cancel_meeting(db, dee, full[0])
    soon = clock.now() + 60 * MINUTE
    if how != "moved":
        end = soon + timedelta(days=7)
        fair.event = move_phase(db, fair.ada, fair.event, kind=PhaseKind.LIVE, starts_at=soon, ends_at=end)
    calm(db)
    assert open_between(db, bo, cy) == []

    with clock.frozen_at(soon):
        if how == "moved":
            open_phase(db, fair.ada, fair.event, PhaseKind.BOOKING)
        ring(db)

    assert times_asked(db, bo, cy) == [fair.slots[0].starts_at]


@pytest.mark.parametrize("where", ["here", "elsewhere"])
def test_who_takes_a_no_thanks_back_is_asked(db, ada, fair, bo, cy, where):
    other = make_fair(db, ada, name="Other Match")
    for one in (bo, cy):
        make_participant(db, one, other)
    say_no_thanks(db, cy, fair.event, other=place_of(db, bo, fair))

    place = {"here": fair, "elsewhere": other}[where]
    with waiting(db, fair, bo, cy):
        take_back_no_thanks(db, again(db, cy), place.event, other=place_of(db, bo, place))

    assert times_asked(db, bo, cy) == [fair.slots[0].starts_at]


# --- seats that are given back --------------------------------------------------------------------


@pytest.fixture
def held(db: Database, fair: Fair, cy: Actor, dee: Actor, bo: Actor) -> MeetingInEvent:
    """Dee has asked Cy for the first slot, the only one in which Bo can meet."""
    away(db, fair, bo, 1)
    return make_request(db, fair, asker=dee, invitee=cy)


@pytest.mark.parametrize("end", ["declined", "withdrawn"])
def test_a_request_that_comes_to_nothing_gives_its_time_to_who_waits(db, fair, held, bo, cy, dee, end):
    with waiting(db, fair, bo, cy):
        if end == "declined":
            decline_meeting(db, cy, held)
        else:
            withdraw_request(db, dee, held)

    assert times_asked(db, bo, cy) == [fair.slots[0].starts_at]


def test_a_request_that_expires_gives_its_time_to_who_waits(db, ada, bo, cy, dee):
    far = make_fair(db, ada, slots=1, name="Far Match")
    with_rules(db, far, lasts_minutes=60)
    bo, cy, dee = (make_participant(db, one, far) for one in (bo, cy, dee))
    make_request(db, far, asker=dee, invitee=cy)
    waits(db, far, bo, cy)
    calm(db)

    with later(60):
        ring(db)

    assert times_asked(db, bo, cy) == [far.slots[0].starts_at]


def test_an_accepted_request_leaves_its_asker_room_for_another(db, fair, bo, cy, dee):
    asked = make_request(db, fair, asker=bo, invitee=dee)
    rules(db, fair, max_pending=1)

    with held_back(db, fair, bo, cy):
        accept_meeting(db, dee, asked)

    assert times_asked(db, bo, cy) == [fair.slots[1].starts_at]


@pytest.mark.parametrize("by", ["whoever leads it", "the colleague"])
def test_who_hands_a_meeting_to_a_colleague_is_free(db, fair, bo, cy, dee, tam, by):
    away(db, fair, bo, 1)
    meeting = make_meeting(db, fair, asker=dee, invitee=cy)

    with waiting(db, fair, bo, cy):
        if by == "the colleague":
            take_over_meeting(db, tam, side(db, meeting, cy), own=place_of(db, tam, fair))
        else:
            delegate_meeting(db, cy, side(db, meeting, cy), to=place_of(db, tam, fair))

    assert times_asked(db, bo, cy) == [fair.slots[0].starts_at]


@pytest.mark.parametrize("how", ["leaves", "is taken out"])
def test_a_guest_who_does_not_come_is_free(db, fair, bo, cy, dee, tam, how):
    away(db, fair, bo, 1)
    meeting = make_meeting(db, fair, asker=dee, invitee=tam)
    add_to_meeting(db, tam, side(db, meeting, tam), registration=place_of(db, cy, fair))

    with waiting(db, fair, bo, cy):
        if how == "leaves":
            leave_meeting(db, cy, get_meeting(db, cy, meeting.meeting.public_id))
        else:
            remove_from_meeting(db, tam, side(db, meeting, tam), person_id=cy.person or 0)

    assert times_asked(db, bo, cy) == [fair.slots[0].starts_at]


def test_two_meetings_that_exchange_their_times_free_somebody_at_each(db, fair, bo, cy, dee, mel, tam):
    away(db, fair, bo, 1)
    one = make_meeting(db, fair, asker=dee, invitee=cy)
    other = make_meeting(db, fair, asker=mel, invitee=tam, slot=1)

    with waiting(db, fair, bo, cy):
        swap_meetings(db, fair.ada, one, other=other)

    assert times_asked(db, bo, cy) == [fair.slots[0].starts_at]


def test_a_meeting_that_ends_in_another_event_frees_people_here(db, ada, fair, bo, cy, dee):
    away(db, fair, bo, 1)
    other = make_fair(db, ada, name="Other Match")
    for one in (cy, dee):
        make_participant(db, one, other)
    meeting = make_meeting(db, other, asker=again(db, dee), invitee=again(db, cy))

    with waiting(db, fair, bo, cy):
        cancel_meeting(db, dee, meeting)

    assert times_asked(db, bo, cy) == [fair.slots[0].starts_at]


@pytest.mark.parametrize("end", ["no-show", "failure", "corrected"])
def test_a_meeting_that_did_not_take_place_counts_no_more_against_a_limit(db, fair, bo, cy, dee, end):
    meeting = make_meeting(db, fair, asker=dee, invitee=cy)
    type = types_of(db, fair.event.id)[0]
    set_type_limits(db, fair.ada, fair.event, type=type, min_meetings=None, max_meetings=1)

    with held_back(db, fair, bo, cy), clock.frozen_at(fair.slots[0].starts_at + 6 * MINUTE):
        calm(db)  # the live days have begun
        if end == "no-show":
            mark_no_show(db, dee, meeting, absent=cy.person)
        elif end == "failure":
            mark_technical_failure(db, dee, meeting)
        else:
            mark_held(db, dee, meeting)
            correct_attendance(db, fair.ada, meeting, end=MeetingState.NO_SHOW, absent=[dee.person])
        with later():
            ring(db)

    assert times_asked(db, bo, cy) == [fair.slots[1].starts_at]


def test_a_schedule_that_moves_a_meeting_gives_its_time_to_who_waits(db, fair, bo, cy, dee, mel):
    with_rules(db, fair, timing=Timing.BY_ORGANISER)
    away(db, fair, bo, 1)
    away(db, fair, mel, 1)
    meeting = make_agreed(db, fair, dee, cy)
    make_agreed(db, fair, mel, dee)  # for which Dee has to be free in the first slot
    schedule_meeting(db, fair.ada, meeting, slot=fair.slots[0])
    with_rules(db, fair, timing=Timing.AT_REQUEST)

    with waiting(db, fair, bo, cy):
        draft = make_draft_here(db, fair.ada, fair.event, freedom=Freedom.ANY)
        done = publish_schedule(db, fair.ada, draft)

    assert (done.placed, done.moved) == (1, 1)
    assert times_asked(db, bo, cy) == [fair.slots[0].starts_at]
    assert problems_with_seats(db) == []


def test_what_came_free_just_when_they_began_to_wait_is_not_missed(db, fair, held, bo, cy, monkeypatch):
    decline_meeting(db, cy, held)
    calm(db)  # nobody waits yet
    monkeypatch.setattr("sessions.waiting.common_slots", lambda *_asked: [])  # as it was a moment before

    with later():
        waits(db, fair, bo, cy)
        ring(db)

    assert times_asked(db, bo, cy) == [fair.slots[0].starts_at]


# --- whom nothing is offered ----------------------------------------------------------------------


@pytest.mark.parametrize("who", ["asker", "invitee"])
def test_a_pair_with_a_no_thanks_is_offered_nothing_whatever_happens(db, fair, bo, cy, who):
    away(db, fair, cy, 0, 1)

    with waiting(db, fair, bo, cy):
        one, other = (bo, cy) if who == "asker" else (cy, bo)
        say_no_thanks(db, one, fair.event, other=place_of(db, other, fair))
        away(db, fair, cy)
        add_tables(db, fair.ada, fair.event, count=1)

    assert open_between(db, bo, cy) == []


@pytest.mark.parametrize("limit", ["max_outgoing", "max_pending", "max_per_block", "type"])
def test_a_pair_with_a_full_limit_is_offered_nothing_and_the_next_is(db, fair, bo, cy, dee, mel, limit):
    accepted = limit == "type"
    (make_meeting if accepted else make_request)(db, fair, asker=bo, invitee=dee)
    away(db, fair, cy, 0, 1)
    waits(db, fair, bo, cy)
    with later(1):
        waits(db, fair, mel, cy)
        calm(db)
    if accepted:
        type = types_of(db, fair.event.id)[0]
        set_type_limits(db, fair.ada, fair.event, type=type, min_meetings=None, max_meetings=1)
    else:
        rules(db, fair, **{limit: 1})

    with later(3):
        away(db, fair, cy, 0)
        ring(db)

    assert (open_between(db, bo, cy), times_asked(db, mel, cy)) == ([], [fair.slots[1].starts_at])


def test_who_waits_longest_comes_first_whatever_made_it_possible(db, fair, full, bo, cy, eve):
    eve = make_participant(db, eve, fair)
    with later(2):  # written down first, as when somebody waits once more
        waits(db, fair, bo, cy)
    with later(1):
        waits(db, fair, eve, cy)
    start = fair.block.ends_at + 60 * MINUTE

    with later(3):
        add_block(db, fair.ada, fair.event, starts_at=start, ends_at=start + 20 * MINUTE)
        ring(db)

    assert (times_asked(db, eve, cy), open_between(db, bo, cy)) == ([start], [])


# --- what it costs --------------------------------------------------------------------------------


def test_many_changes_in_a_row_lead_to_one_look(db, fair, full, bo, cy):
    waits(db, fair, bo, cy)
    calm(db)
    before = looks()

    with later():
        for number in range(50):
            away(db, fair, bo, *([0] if number % 2 else []))
            add_tables(db, fair.ada, fair.event, count=1)
            db.commit()
        settle()
        to_come = looks()[len(before) :]
        run_due_timers()

        assert (to_come, looks()) == ([None], [*before, clock.now()])


def test_while_things_change_all_the_time_an_event_is_looked_at_every_few_seconds(db, fair, full, bo, cy):
    waits(db, fair, bo, cy)
    calm(db)
    start = clock.now() + MINUTE
    before = looks()
    for second in range(11):
        with clock.frozen_at(start + timedelta(seconds=second)):
            away(db, fair, bo)
            ring(db)

    assert looks() == [*before, start, start + PAUSE, start + 2 * PAUSE]


def test_where_nobody_waits_nothing_is_looked_at(db, fair, full, bo, dee):
    away(db, fair, bo, 1)
    cancel_meeting(db, dee, full[0])
    add_tables(db, fair.ada, fair.event, count=1)
    ring(db)

    assert looks() == []


def test_nor_in_an_event_that_is_over(db, fair, full, bo, cy):
    waits(db, fair, bo, cy)
    calm(db)
    before = len(looks())
    close_event(db, fair.ada, fair.event)

    with later():
        change_profile(db, cy, person_of(db, cy), zone="Europe/Paris")
        ring(db)

    assert len(looks()) == before


@pytest.mark.parametrize("is_free", [False, True])
def test_a_look_asks_as_many_statements_however_many_wait(db, fair, cy, is_free):
    rules(db, fair, max_per_block=5)
    asked = []
    for people in (make_people(db, fair, 1, called="First"), make_people(db, fair, 5)):
        away(db, fair, cy, 0, 1)
        for one in people:
            waits(db, fair, one, cy)
        away(db, fair, cy, *([] if is_free else [0, 1]))
        asked.append(look_at(db, fair))

    assert asked == ([(12, 1), (12, 6)] if is_free else [(8, 0), (8, 0)])


def test_what_is_found_for_all_together_is_what_is_found_for_each_pair(db, ada):
    fair = make_fair(db, ada, slots=6, tables=2)
    people = make_people(db, fair, 7)
    far = make_participant(db, make_person(db, "Far Away", zone="America/New_York"), fair)
    rules(db, fair, windows=[Window("America/New_York", 6 * 60 - 10, 20 * 60)])  # from the third slot on
    away(db, fair, people[0], 1)
    away(db, fair, people[1], 2, 3)
    make_meeting(db, fair, asker=people[1], invitee=people[2], slot=0)
    make_request(db, fair, asker=people[3], invitee=people[2], slot=4)
    for asker, invitee in ((3, 4), (5, 6)):
        make_meeting(db, fair, asker=people[asker], invitee=people[invitee], slot=5)  # at both tables
    say_no_thanks(db, people[6], fair.event, other=place_of(db, people[0], fair))
    everybody = [*people, far]
    pairs = [(one.person, other.person) for one in everybody for other in everybody if one.person < other.person]
    db.add_all(
        WaitingPair(event_id=fair.event.id, asker_id=one, invitee_id=other, since=clock.now() + MINUTE)
        for one, other in pairs
    )
    db.flush()

    together = {(one.pair.asker_id, one.pair.invitee_id): one.slots for one in chances(db, fair.event.id)}

    each = {pair: common_slots(db, fair.event, *pair) for pair in pairs}
    busy = {(people[a].person, people[b].person) for a, b in ((1, 2), (2, 3), (3, 4), (5, 6))}  # they meet already
    assert together == {pair: slots for pair, slots in each.items() if slots and pair not in busy}


def look_at(db: Database, fair: Fair) -> tuple[int, int]:
    """How many statements a look asks, and for how many pairs there is a time."""
    asked: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        asked.append(statement)

    sql_event.listen(db.connection(), "before_cursor_execute", note)
    found = list(chances(db, fair.event.id))
    sql_event.remove(db.connection(), "before_cursor_execute", note)
    return len(asked), len(found)


def test_asking_and_accepting_does_not_look_who_waits(db, fair, held, bo, cy, dee, mel):
    waits(db, fair, bo, cy)
    calm(db)
    before = looks()

    asked: list[str] = []
    sql_event.listen(db.connection(), "before_cursor_execute", lambda *call: asked.append(call[2]))
    accept_meeting(db, mel, make_request(db, fair, asker=dee, invitee=mel, slot=1))

    assert [one for one in asked if "waiting_pair" in one] == []
    db.commit()
    assert looks() == before


def test_many_causes_at_once_make_one_request(database_url):
    names = ("Bo Berg", "Cy Costa", "Dee Dumont")
    with transaction() as db:
        fair = make_fair(db, make_person(db, "Ada Adler"), slots=2)
        bo, cy, dee = (make_participant(db, make_person(db, name), fair) for name in names)
    for number in range(ROUNDS // 2):
        with later(2 * number), transaction() as db:
            meeting = make_meeting(db, fair, asker=dee, invitee=cy).meeting.public_id
            away(db, fair, cy, 1)
            waits(db, fair, bo, cy)

        with later(2 * number + 1):
            race(
                lambda db, it=meeting: cancel_meeting(db, cy, get_meeting(db, cy, it)),
                lambda db: away(db, fair, cy),
                lambda db: add_tables(db, fair.ada, fair.event, count=1),
                lambda db: away(db, fair, bo),
            )
            at_once(settle, settle)
            at_once(run_due_timers, run_due_timers)

            with transaction() as db:
                (asked,) = [one for one in open_between(db, bo, cy) if one.state is MeetingState.REQUESTED]
                assert problems_with_seats(db) == []
                withdraw_request(db, bo, get_meeting(db, bo, asked.public_id))
