"""The waiting list for meetings: who may wait, who is offered the first time that comes free, and who never is."""

from datetime import timedelta

import pytest
from sqlmodel import select

from events.consents import ConsentMissing
from events.core import clock
from events.core.access import Actor
from events.core.database import Database, transaction
from events.core.journal import JournalEntry, fact_of, settle
from events.core.refusals import Conflict, Invalid, NotAllowed, NotFound
from events.core.timers import Timer, run_due_timers
from events.events import close_event
from events.phases import PhaseKind, PhaseNotOpen
from events.registration import Consent, RegistrationInEvent, types_of, withdraw_registration
from events.type_rules import PairRule, set_type_rules
from sessions.answers import decline_meeting
from sessions.attendance import mark_no_show
from sessions.availability import set_availability
from sessions.booking_rules import Answering, Timing
from sessions.meetings import MeetingInEvent, MeetingState, get_meeting
from sessions.moves import cancel_meeting, move_meeting
from sessions.no_thanks import SaidNoThanks, say_no_thanks
from sessions.requests import AskedAlready, Colleagues, MeetOneself, NotYourType, withdraw_request
from sessions.seats import NotTakingPart
from sessions.waiting import (
    FreeAlready,
    TimeFound,
    WaitingPair,
    get_waiting_pair,
    stop_waiting,
    wait_for_time,
    waiting_of,
)
from tests.makers import make_organisation, make_person, open_phase, reload_event, shut_phase
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
from tests.sessions.makers_waiting import later, open_between, ring, waits
from tests.sessions.racing import ROUNDS, at_once, race

MINUTE = timedelta(minutes=1)


@pytest.fixture
def fair(db: Database, ada: Actor) -> Fair:
    """One slot only, so that a meeting in it leaves no common time."""
    return make_fair(db, ada, slots=1)


@pytest.fixture
def taken(db: Database, fair: Fair, cy: Actor, dee: Actor) -> MeetingInEvent:
    """Cy's only slot is taken by a meeting with Dee."""
    return make_meeting(db, fair, asker=dee, invitee=cy)


def names_waited_for(db: Database, actor: Actor, fair: Fair) -> list[str]:
    return [one.name for one in waiting_of(db, actor, reload_event(db, fair.event))]


# --- getting onto the list ------------------------------------------------------------------------


def test_who_finds_no_common_time_waits(db, fair, taken, bo, cy):
    waits(db, fair, bo, cy, note="  About straw. ")

    found = db.exec(select(WaitingPair)).one()
    assert (found.asker_id, found.invitee_id, found.note) == (bo.person, cy.person, "About straw.")
    assert (names_waited_for(db, bo, fair), names_waited_for(db, cy, fair)) == (["Cy Costa"], [])


def test_waiting_twice_is_once_with_the_newer_note(db, fair, taken, bo, cy):
    first = waits(db, fair, bo, cy)
    with later():
        waits(db, fair, bo, cy, note="About wax.")

    found = db.exec(select(WaitingPair)).one()
    assert (found.id, found.since, found.note) == (first.id, clock.now(), "About wax.")


def test_who_could_meet_need_not_wait(db, fair, bo, cy):
    with pytest.raises(FreeAlready):
        waits(db, fair, bo, cy)


def test_full_tables_are_a_reason_to_wait(db, ada, bo, cy, dee, mel):
    small = make_fair(db, ada, slots=1, tables=1, name="Small Match")
    bo, cy, dee, mel = (make_participant(db, one, small) for one in (bo, cy, dee, mel))
    meeting = make_meeting(db, small, asker=dee, invitee=mel)
    waits(db, small, bo, cy)

    cancel_meeting(db, dee, meeting)
    ring(db)

    assert [one.state for one in open_between(db, bo, cy)] == [MeetingState.REQUESTED]


def test_what_could_not_be_asked_cannot_be_waited_for(db, fair, taken, bo, cy, dee, eve):
    with pytest.raises(MeetOneself):
        waits(db, fair, bo, bo)
    with pytest.raises(NotAllowed):
        waits(db, fair, eve, cy)
    with pytest.raises(AskedAlready):
        waits(db, fair, dee, cy)
    with pytest.raises(Invalid) as refused:
        waits(db, fair, bo, cy, note="x" * 1001)
    assert list(refused.value.fields) == ["note"]
    withdraw_registration(db, dee, RegistrationInEvent(place_of(db, dee, fair), fair.event.event))
    with pytest.raises(NotTakingPart):
        waits(db, fair, bo, dee)


def test_colleagues_and_types_that_do_not_ask_do_not_wait(db, fair, taken, bo, cy):
    mine, theirs = place_of(db, bo, fair), place_of(db, cy, fair)
    mine.organisation_id = theirs.organisation_id = make_organisation(db, "Mill").id
    db.flush()
    with pytest.raises(Colleagues):
        waits(db, fair, bo, cy)

    theirs.organisation_id, theirs.type_id = None, types_of(db, fair.event.id)[1].id
    one, other = types_of(db, fair.event.id)[:2]
    set_type_rules(db, fair.ada, fair.event, rules=[PairRule(one, other, may_see=True, may_ask=False)])
    with pytest.raises(NotYourType):
        waits(db, fair, bo, cy)


def test_somebody_of_another_event_cannot_be_waited_for(db, fair, bo, cy, ada):
    other = make_fair(db, ada, name="Other Match")
    make_participant(db, cy, other)

    with pytest.raises(NotFound):
        wait_for_time(db, bo, fair.event, invitee=place_of(db, cy, other))


def test_whom_one_turned_down_one_does_not_wait_for(db, fair, taken, bo, cy):
    say_no_thanks(db, bo, fair.event, other=place_of(db, cy, fair))

    with pytest.raises(SaidNoThanks):
        waits(db, fair, bo, cy)


def test_waiting_takes_consent(db, fair, taken, bo, cy):
    for consent in db.exec(select(Consent).where(Consent.registration_id == place_of(db, bo, fair).id)):
        db.delete(consent)
    db.flush()

    with pytest.raises(ConsentMissing):
        waits(db, fair, bo, cy)


@pytest.mark.parametrize("timing", [Timing.AT_ACCEPTANCE, Timing.BY_ORGANISER])
def test_where_others_choose_the_time_nobody_waits(db, fair, taken, bo, cy, timing):
    with_rules(db, fair, timing=timing)

    with pytest.raises(Conflict, match="Send your request without one"):
        waits(db, fair, bo, cy)


def test_the_list_is_open_while_booking_or_live(db, fair, taken, bo, cy):
    fair.event = shut_phase(db, fair.ada, fair.event, PhaseKind.BOOKING)
    with pytest.raises(PhaseNotOpen):
        waits(db, fair, bo, cy)

    fair.event = open_phase(db, fair.ada, fair.event, PhaseKind.LIVE)
    assert waits(db, fair, bo, cy).id


def test_nobody_waits_for_more_than_fifty(db, fair, taken, bo, cy, monkeypatch):
    monkeypatch.setattr("sessions.waiting.MOST_WAITING", 0)

    with pytest.raises(Conflict, match="You wait for 0 people already"):
        waits(db, fair, bo, cy)


# --- leaving it -----------------------------------------------------------------------------------


def test_one_leaves_the_list_by_oneself(db, fair, taken, bo, cy):
    pair = get_waiting_pair(db, bo, waits(db, fair, bo, cy).public_id)
    with pytest.raises(NotFound):
        get_waiting_pair(db, cy, pair.pair.public_id)
    with pytest.raises(NotAllowed):
        stop_waiting(db, cy, pair)

    stop_waiting(db, bo, pair)
    stop_waiting(db, bo, pair)

    assert db.exec(select(WaitingPair)).all() == []


@pytest.mark.parametrize("who", ["bo", "cy"])
def test_whoever_leaves_the_event_leaves_the_list(db, fair, taken, bo, cy, who):
    waits(db, fair, bo, cy)
    leaver = {"bo": bo, "cy": cy}[who]

    withdraw_registration(db, leaver, RegistrationInEvent(place_of(db, leaver, fair), fair.event.event))

    assert db.exec(select(WaitingPair)).all() == []


def test_who_gets_a_meeting_otherwise_waits_no_more(db, fair, taken, bo, cy):
    waits(db, fair, bo, cy)
    with later():
        cancel_meeting(db, cy, taken)
        asked = make_request(db, fair, asker=cy, invitee=bo)
        assert names_waited_for(db, bo, fair) == []
        decline_meeting(db, bo, asked)
        ring(db)

    assert (names_waited_for(db, bo, fair), open_between(db, bo, cy)) == ([], [])


def test_who_waited_once_can_wait_again(db, fair, taken, bo, cy):
    waits(db, fair, bo, cy)
    cancel_meeting(db, cy, taken)
    ring(db)
    asked = open_between(db, bo, cy)[0]
    with later():
        withdraw_request(db, bo, get_meeting(db, bo, asked.public_id))
        set_availability(db, cy, fair.event, absent=[fair.slots[0].starts_at])
        waits(db, fair, bo, cy)

        assert names_waited_for(db, bo, fair) == ["Cy Costa"]


def test_in_a_closed_event_nobody_waits(db, fair, taken, bo, cy):
    waits(db, fair, bo, cy)
    close_event(db, fair.ada, fair.event)

    assert names_waited_for(db, bo, fair) == []


# --- being offered a time -------------------------------------------------------------------------


def test_a_cancelled_slot_is_asked_for_in_the_name_of_who_waits(db, fair, taken, bo, cy):
    waits(db, fair, bo, cy, note="About straw.")

    with later():
        cancel_meeting(db, cy, taken)
        assert open_between(db, bo, cy) == []
        ring(db)

    made = open_between(db, bo, cy)[0]
    assert (made.state, made.starts_at, made.note) == (
        MeetingState.REQUESTED, fair.slots[0].starts_at, "About straw.",
    )  # fmt: skip
    told = [fact_of(entry) for entry in db.exec(select(JournalEntry).where(JournalEntry.kind == "TimeFound"))]
    assert told == [TimeFound(event_id=fair.event.id, meeting_id=made.id)]
    assert (db.exec(select(WaitingPair)).all(), problems_with_seats(db)) == ([], [])


def test_where_nobody_has_to_say_yes_the_meeting_stands(db, fair, taken, bo, cy):
    with_rules(db, fair, answering=Answering.AUTOMATIC)
    waits(db, fair, bo, cy)

    cancel_meeting(db, cy, taken)
    ring(db)

    assert [one.state for one in open_between(db, bo, cy)] == [MeetingState.SCHEDULED]
    assert problems_with_seats(db) == []


def test_who_waits_longest_is_first_and_the_slot_goes_to_one(db, fair, taken, bo, cy, mel):
    with later(2):  # written down first, as when somebody waits once more
        waits(db, fair, bo, cy)
    with later(1):
        waits(db, fair, mel, cy)

    with later(3):
        cancel_meeting(db, cy, taken)
        ring(db)

    assert (len(open_between(db, mel, cy)), open_between(db, bo, cy)) == (1, [])
    assert names_waited_for(db, bo, fair) == ["Cy Costa"]


def test_when_the_first_does_not_get_it_the_next_one_does(db, fair, taken, bo, cy, mel):
    with later(1):
        waits(db, fair, mel, cy)
    with later(2):
        waits(db, fair, bo, cy)
    with later(3):
        cancel_meeting(db, cy, taken)
        ring(db)
    with later(4):
        asked = open_between(db, mel, cy)[0]
        decline_meeting(db, cy, get_meeting(db, cy, asked.public_id))
        ring(db)

    assert [one.state for one in open_between(db, bo, cy)] == [MeetingState.REQUESTED]


def test_several_pairs_are_offered_what_one_cancellation_frees(db, fair, taken, bo, cy, dee, mel):
    with later(1):
        waits(db, fair, bo, cy)
        waits(db, fair, mel, dee)

    with later(2):
        cancel_meeting(db, cy, taken)
        ring(db)

    assert (len(open_between(db, bo, cy)), len(open_between(db, mel, dee))) == (1, 1)
    assert problems_with_seats(db) == []


def test_a_moved_meeting_frees_its_old_time(db, ada, bo, cy, dee):
    fair = make_fair(db, ada, slots=2, name="Move Match")
    bo, cy, dee = (make_participant(db, one, fair) for one in (bo, cy, dee))
    meeting = make_meeting(db, fair, asker=dee, invitee=cy)
    set_availability(db, bo, fair.event, absent=[fair.slots[1].starts_at])
    waits(db, fair, bo, cy)

    move_meeting(db, dee, meeting, slot=fair.slots[1])
    ring(db)

    assert [one.starts_at for one in open_between(db, bo, cy)] == [fair.slots[0].starts_at]


def test_a_no_show_brings_nobody_to_a_slot_that_has_begun(db, fair, taken, bo, cy, dee):
    waits(db, fair, bo, cy)

    with clock.frozen_at(fair.slots[0].starts_at + 6 * MINUTE):
        mark_no_show(db, dee, taken, absent=cy.person)
        ring(db)

    assert (open_between(db, bo, cy), names_waited_for(db, bo, fair)) == ([], ["Cy Costa"])


@pytest.mark.parametrize("who", ["asker", "invitee"])
def test_a_pair_with_a_no_thanks_waits_like_others_and_is_never_offered(db, fair, taken, bo, cy, mel, who):
    if who == "invitee":
        say_no_thanks(db, cy, fair.event, other=place_of(db, bo, fair))
    waits(db, fair, bo, cy)
    if who == "asker":
        say_no_thanks(db, bo, fair.event, other=place_of(db, cy, fair))
    with later():
        waits(db, fair, mel, cy)
        cancel_meeting(db, cy, taken)
        ring(db)

    assert (open_between(db, bo, cy), len(open_between(db, mel, cy))) == ([], 1)
    assert names_waited_for(db, bo, fair) == ["Cy Costa"]


def test_somebody_with_a_no_thanks_may_wait_even_where_both_are_free(db, fair, bo, cy):
    say_no_thanks(db, cy, fair.event, other=place_of(db, bo, fair))

    assert waits(db, fair, bo, cy).id


def test_who_is_at_a_limit_lets_the_next_pair_go_first(db, ada, bo, cy, dee, mel, tam):
    fair = make_fair(db, ada, slots=2, name="Limit Match")
    bo, cy, dee, mel, tam = (make_participant(db, one, fair) for one in (bo, cy, dee, mel, tam))
    meeting = make_meeting(db, fair, asker=dee, invitee=cy)
    set_availability(db, cy, fair.event, absent=[fair.slots[1].starts_at])
    make_request(db, fair, asker=bo, invitee=mel, slot=1)
    waits(db, fair, bo, cy)
    with_rules(db, fair, max_outgoing=1)

    with later():
        waits(db, fair, tam, cy)
        cancel_meeting(db, cy, meeting)
        ring(db)

    assert (open_between(db, bo, cy), len(open_between(db, tam, cy))) == ([], 1)
    assert names_waited_for(db, bo, fair) == ["Cy Costa"]


def test_nothing_is_offered_when_booking_is_over(db, fair, taken, bo, cy):
    waits(db, fair, bo, cy)
    fair.event = shut_phase(db, fair.ada, fair.event, PhaseKind.BOOKING)

    cancel_meeting(db, cy, taken)
    ring(db)

    assert open_between(db, bo, cy) == []


def test_without_anybody_who_waits_no_timer_is_set(db, fair, taken, cy):
    cancel_meeting(db, cy, taken)

    assert db.exec(select(Timer).where(Timer.kind == "waiting list")).all() == []


def test_what_is_freed_is_offered_once_however_many_cancel_and_look_at_once(database_url):
    names = ("Bo Berg", "Cy Costa", "Dee Dumont", "Mel Meyer")
    with transaction() as db:
        fair = make_fair(db, make_person(db, "Ada Adler"), slots=2)
        bo, cy, dee, mel = (make_participant(db, make_person(db, name), fair) for name in names)
    for number in range(ROUNDS // 2):
        with later(2 * number), transaction() as db:
            held = [make_meeting(db, fair, asker=one, invitee=cy, slot=slot) for slot, one in enumerate((dee, mel))]
            ids = [one.meeting.public_id for one in held]
            waits(db, fair, bo, cy)

        with later(2 * number + 1):
            race(*[lambda db, it=id: cancel_meeting(db, cy, get_meeting(db, cy, it)) for id in ids])
            at_once(settle, settle)
            at_once(run_due_timers, run_due_timers)

            with transaction() as db:
                (asked,) = [one for one in open_between(db, bo, cy) if one.state is MeetingState.REQUESTED]
                assert (problems_with_seats(db), db.exec(select(WaitingPair)).all()) == ([], [])
                withdraw_request(db, bo, get_meeting(db, bo, asked.public_id))
