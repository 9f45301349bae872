"""Attendance: who came, who did not, what became of the meeting and of its seats, and who is called instead."""

from datetime import timedelta

import pytest
from sqlmodel import col, delete, select

from events.consents import ConsentMissing
from events.core import clock
from events.core.access import Actor, may
from events.core.database import Database, reading, transaction
from events.core.refusals import Conflict, Invalid, NotAllowed, NotFound
from events.core.timers import TIMERS, Timer
from events.events import EventClosedAlready, close_event
from events.registration import Consent, Registration, RegistrationInEvent, types_of, withdraw_registration
from events.roles import actor_for
from events.type_rules import PairRule, set_type_rules
from sessions.answers import accept_meeting, decline_meeting
from sessions.attendance import (
    AttendanceCorrected,
    CheckedInToMeeting,
    IsHere,
    MeetingFailed,
    MeetingHeld,
    NoShowMarked,
    TooEarly,
    check_in_somebody,
    check_in_to_meeting,
    correct_attendance,
    mark_held,
    mark_no_show,
    mark_technical_failure,
    presence_of,
)
from sessions.availability import set_availability
from sessions.blocks import add_tables, tables_of
from sessions.booking_rules import Timing
from sessions.contradictions import contradict_attendance, contradictions_of
from sessions.limits import LimitReached
from sessions.meetings import AnsweredAlready, Meeting, MeetingInEvent, MeetingState, get_meeting
from sessions.moves import cancel_meeting, move_meeting
from sessions.no_thanks import say_no_thanks
from sessions.requests import AskedAlready, Colleagues, book_meeting, request_meeting
from sessions.seats import NoTableFree, SlotTaken
from sessions.standby import (
    NoTimeLeft,
    StandbyCalled,
    StandbyCard,
    call_standby,
    in_vain,
    is_standby,
    set_standby,
    standbys_for,
)
from sessions.tables import TableInEvent, remove_table
from tests.events.makers_desks import make_desk
from tests.makers import again, make_organisation, make_person, make_registration
from tests.sessions.makers_meetings import (
    Fair,
    at,
    facts,
    make_fair,
    make_meeting,
    make_participant,
    make_request,
    place_of,
    problems_with_seats,
    seats_of,
    seen_by,
    state_of,
    with_rules,
)
from tests.sessions.racing import ROUNDS, kinds, race

MINUTE = timedelta(minutes=1)


# --- checking in ----------------------------------------------------------------------------------


@pytest.mark.parametrize("minutes", [-10, 0, 19])
def test_those_who_meet_check_in_from_ten_minutes_before_until_the_end(db, meeting, bo, minutes):
    with at(meeting, minutes):
        check_in_to_meeting(db, bo, meeting)

        assert presence_of(db, meeting).came == {bo.person: clock.now()}
    assert facts(db, CheckedInToMeeting) == [
        CheckedInToMeeting(event_id=meeting.event.id, meeting_id=meeting.id, person_id=bo.person)
    ]


def test_checking_in_twice_is_once(db, meeting, bo):
    with at(meeting, 0):
        check_in_to_meeting(db, bo, meeting)
    with at(meeting, 1):
        check_in_to_meeting(db, bo, meeting)

    assert presence_of(db, meeting).came == {bo.person: meeting.slot.starts_at}
    assert len(facts(db, CheckedInToMeeting)) == 1


@pytest.mark.parametrize(("minutes", "refusal", "says"), [
    (-10.1, TooEarly, "You can check in from"),
    (20, Conflict, "This meeting is over. Say on its page how it was."),
])  # fmt: skip
def test_checking_in_too_early_or_too_late_is_refused(db, meeting, bo, minutes, refusal, says):
    with at(meeting, minutes), pytest.raises(refusal) as refused:
        check_in_to_meeting(db, bo, meeting)

    assert str(refused.value).startswith(says)


def test_nobody_checks_in_to_what_does_not_stand(db, fair, bo, cy, dee):
    asked = make_request(db, fair, asker=bo, invitee=cy)
    declined = make_request(db, fair, asker=dee, invitee=cy, slot=1)
    decline_meeting(db, cy, declined)

    for subject, actor in ((asked, bo), (declined, dee)):
        with clock.frozen_at(fair.slots[0].starts_at - MINUTE), pytest.raises(AnsweredAlready):
            check_in_to_meeting(db, actor, subject)


def test_outsiders_do_not_check_in(db, meeting, dee, ada):
    with at(meeting, 0):
        for outsider in (dee, again(db, ada)):
            with pytest.raises(NotAllowed):
                check_in_to_meeting(db, outsider, meeting)


def test_a_guest_checks_in_too(db, fair, bo, cy, dee):
    places = [place_of(db, one, fair) for one in (bo, cy, dee)]
    booked = book_meeting(db, fair.ada, fair.event, people=places, slot=fair.slots[0])
    meeting = get_meeting(db, dee, booked.public_id)

    with at(meeting, 0):
        check_in_to_meeting(db, dee, meeting)

    assert list(presence_of(db, meeting).came) == [dee.person]


def test_an_organiser_and_a_desk_check_somebody_in(db, fair, meeting, bo, cy, mel):
    place = place_of(db, cy, fair)
    desk = make_desk(db, fair.ada, fair_programme(db, fair), officer=mel)
    place.desk_id = desk.id
    db.flush()
    officer = again(db, mel)

    with at(meeting, 0):
        check_in_somebody(db, fair.ada, meeting, person=bo.person)
        check_in_somebody(db, officer, get_meeting(db, officer, meeting.meeting.public_id), person=cy.person)

    assert set(presence_of(db, meeting).came) == {bo.person, cy.person}


def fair_programme(db, fair):
    from events.programmes import Programme

    return db.exec(select(Programme).where(Programme.id == fair.event.programme_id)).one()


def test_nobody_is_checked_in_to_a_meeting_of_others(db, fair, meeting, dee, bo):
    with at(meeting, 0):
        with pytest.raises(NotFound):
            check_in_somebody(db, fair.ada, meeting, person=dee.person)
        with pytest.raises(NotAllowed):
            check_in_somebody(db, bo, meeting, person=bo.person)


def test_a_meeting_that_is_moved_away_asks_for_another_check_in(db, fair, meeting, bo):
    with at(meeting, -5):
        check_in_to_meeting(db, bo, meeting)
        move_meeting(db, bo, meeting, slot=fair.slots[3])

    assert presence_of(db, meeting).came == {}
    with at(meeting, 0):
        check_in_to_meeting(db, bo, meeting)
        assert presence_of(db, meeting).came == {bo.person: clock.now()}


# --- no-show --------------------------------------------------------------------------------------


def test_a_no_show_frees_everybody_and_the_table(db, fair, meeting, bo, cy):
    with at(meeting, 6):
        mark_no_show(db, bo, meeting, absent=cy.person)

    assert (state_of(db, meeting), seats_of(db, meeting)) == (MeetingState.NO_SHOW, [])
    assert presence_of(db, meeting).absent == {cy.person}
    assert list(presence_of(db, meeting).came) == [bo.person]
    assert facts(db, NoShowMarked) == [NoShowMarked(event_id=fair.event.id, meeting_id=meeting.id, person_id=cy.person)]
    assert problems_with_seats(db) == []


def test_nobody_is_given_up_before_five_minutes_have_passed(db, meeting, bo, cy):
    with at(meeting, 4.9), pytest.raises(TooEarly) as refused:
        mark_no_show(db, bo, meeting, absent=cy.person)

    assert str(refused.value) == "Wait until 09:05: they may be on their way."
    with at(meeting, 5):
        mark_no_show(db, bo, meeting, absent=cy.person)
    assert state_of(db, meeting) is MeetingState.NO_SHOW


def test_a_no_show_can_be_said_until_the_event_closes(db, fair, meeting, bo, cy):
    with at(meeting, 60 * 24):
        mark_no_show(db, bo, meeting, absent=cy.person)

    assert presence_of(db, meeting).came == {}
    assert presence_of(db, meeting).absent == {cy.person}


def test_nothing_is_said_of_a_meeting_in_a_closed_event(db, fair, meeting, bo, cy):
    close_event(db, fair.ada, fair.event)
    closed = get_meeting(db, bo, meeting.meeting.public_id)

    with at(meeting, 6):
        for say in (
            lambda: mark_no_show(db, bo, closed, absent=cy.person),
            lambda: mark_held(db, bo, closed),
            lambda: mark_technical_failure(db, bo, closed),
            lambda: check_in_to_meeting(db, bo, closed),
            lambda: check_in_somebody(db, fair.ada, closed, person=bo.person),
            lambda: correct_attendance(db, fair.ada, closed, end=MeetingState.HELD),
        ):
            with pytest.raises(EventClosedAlready):
                say()


def test_who_has_checked_in_is_not_missing_unless_an_organiser_says_so(db, fair, meeting, bo, cy):
    with at(meeting, 2):
        check_in_to_meeting(db, cy, meeting)
    with at(meeting, 6):
        with pytest.raises(IsHere) as refused:
            mark_no_show(db, bo, meeting, absent=cy.person)
        assert str(refused.value).startswith("Cy Costa has checked in, at 09:02.")
        assert (meeting.meeting.state, state_of(db, meeting)) == (MeetingState.SCHEDULED, MeetingState.SCHEDULED)

        mark_no_show(db, fair.ada, meeting, absent=cy.person)

    assert (state_of(db, meeting), presence_of(db, meeting).came) == (MeetingState.NO_SHOW, {})


def test_only_the_other_side_can_be_missing(db, fair, bo, cy, dee, eve):
    places = [place_of(db, one, fair) for one in (bo, cy, dee)]
    booked = book_meeting(db, fair.ada, fair.event, people=places, slot=fair.slots[0])
    meeting = get_meeting(db, bo, booked.public_id)

    with at(meeting, 6):
        for nobody in (bo, dee, eve):
            with pytest.raises(Invalid):
                mark_no_show(db, bo, meeting, absent=nobody.person)
        for outsider in (dee, eve):
            with pytest.raises(NotAllowed):
                mark_no_show(db, outsider, meeting, absent=cy.person)


def test_a_no_show_is_said_once(db, meeting, bo, cy):
    seen = seen_by(db, meeting)
    with at(meeting, 6):
        mark_no_show(db, bo, meeting, absent=cy.person)
        with pytest.raises(AnsweredAlready) as refused:
            mark_no_show(db, cy, seen, absent=bo.person)

    assert str(refused.value) == "This meeting did not take place, since somebody did not come."
    assert presence_of(db, meeting).absent == {cy.person}


def test_after_a_no_show_the_two_can_ask_again(db, fair, meeting, bo, cy):
    with at(meeting, 6):
        mark_no_show(db, bo, meeting, absent=cy.person)
        request_meeting(db, cy, fair.event, invitee=place_of(db, bo, fair), slot=fair.slots[2])

    assert problems_with_seats(db) == []


# --- held, failed, corrected ----------------------------------------------------------------------


def test_where_both_have_checked_in_the_end_says_that_it_was_held(db, meeting, bo, cy):
    with at(meeting, 0):
        check_in_to_meeting(db, bo, meeting)
        check_in_to_meeting(db, cy, meeting)
    with at(meeting, 20):
        TIMERS["meeting ends"](db, meeting.id)

    db.refresh(meeting.meeting)
    assert meeting.meeting.state is MeetingState.HELD
    assert facts(db, MeetingHeld) == [MeetingHeld(event_id=meeting.event.id, meeting_id=meeting.id)]
    assert problems_with_seats(db) == []


def test_where_one_has_not_checked_in_the_end_says_nothing(db, meeting, bo):
    with at(meeting, 0):
        check_in_to_meeting(db, bo, meeting)
    with at(meeting, 20):
        TIMERS["meeting ends"](db, meeting.id)

    assert (state_of(db, meeting), facts(db, MeetingHeld)) == (MeetingState.SCHEDULED, [])


def ends_looked_at(db: Database, meeting: MeetingInEvent):
    query = select(Timer.due_at).where(Timer.kind == "meeting ends", Timer.subject_id == meeting.id)
    return list(db.exec(query))


def test_the_end_is_looked_at_when_it_comes_wherever_the_meeting_goes(db, fair, meeting, bo):
    assert ends_looked_at(db, meeting) == [fair.slots[0].ends_at]

    move_meeting(db, bo, meeting, slot=fair.slots[2])
    assert ends_looked_at(db, meeting) == [fair.slots[2].ends_at]

    cancel_meeting(db, bo, meeting)
    assert ends_looked_at(db, meeting) == []


def test_a_timer_that_rings_early_changes_nothing(db, meeting, bo, cy):
    with at(meeting, 1):
        check_in_to_meeting(db, bo, meeting)
        check_in_to_meeting(db, cy, meeting)
        TIMERS["meeting ends"](db, meeting.id)

    assert state_of(db, meeting) is MeetingState.SCHEDULED


@pytest.mark.parametrize(("say", "state", "fact"), [
    (mark_held, MeetingState.HELD, MeetingHeld),
    (mark_technical_failure, MeetingState.FAILED, MeetingFailed),
])  # fmt: skip
def test_a_side_says_how_it_ended_once_it_has_begun(db, meeting, bo, cy, dee, say, state, fact):
    with at(meeting, -1), pytest.raises(TooEarly):
        say(db, bo, meeting)
    with at(meeting, 1):
        with pytest.raises(NotAllowed):
            say(db, dee, meeting)
        say(db, cy, meeting)
        with pytest.raises(AnsweredAlready):
            say(db, bo, meeting)

    assert (state_of(db, meeting), len(facts(db, fact))) == (state, 1)
    assert problems_with_seats(db) == []


def test_a_meeting_that_was_held_keeps_its_seats_and_one_that_failed_does_not(db, fair, bo, cy, dee, mel):
    held, failed = make_meeting(db, fair, asker=bo, invitee=cy), make_meeting(db, fair, asker=dee, invitee=mel)

    with at(held, 1):
        mark_held(db, bo, held)
        mark_technical_failure(db, dee, failed)

    assert (len(seats_of(db, held)), seats_of(db, failed)) == (12, [])


def test_an_organiser_corrects_how_a_meeting_ended(db, fair, meeting, bo, cy):
    with at(meeting, 6):
        mark_no_show(db, bo, meeting, absent=cy.person)
        with pytest.raises(NotAllowed):
            correct_attendance(db, cy, meeting, end=MeetingState.HELD)

        correct_attendance(db, fair.ada, meeting, end=MeetingState.HELD)
        assert (state_of(db, meeting), presence_of(db, meeting).absent) == (MeetingState.HELD, frozenset())

        correct_attendance(db, fair.ada, meeting, end=MeetingState.NO_SHOW, absent=[bo.person, cy.person])
        assert presence_of(db, meeting).absent == {bo.person, cy.person}

        correct_attendance(db, fair.ada, meeting, end=MeetingState.FAILED)

    assert (state_of(db, meeting), presence_of(db, meeting).absent) == (MeetingState.FAILED, frozenset())
    assert [fact.state for fact in facts(db, AttendanceCorrected)] == ["held", "no-show", "technical failure"]
    assert problems_with_seats(db) == []


def test_what_is_no_end_is_refused(db, fair, meeting, bo, cy, dee):
    with at(meeting, 1):
        with pytest.raises(Conflict):
            correct_attendance(db, fair.ada, meeting, end=MeetingState.HELD)
        mark_held(db, bo, meeting)
        for end, absent in (
            (MeetingState.SCHEDULED, []),
            (MeetingState.NO_SHOW, []),
            (MeetingState.NO_SHOW, [dee.person]),
        ):
            with pytest.raises(Invalid):
                correct_attendance(db, fair.ada, meeting, end=end, absent=absent)

    assert state_of(db, meeting) is MeetingState.HELD


# --- standby --------------------------------------------------------------------------------------


@pytest.fixture
def missed(db: Database, meeting: MeetingInEvent, bo: Actor, cy: Actor) -> MeetingInEvent:
    """Bo's meeting, to which Cy did not come."""
    with at(meeting, 6):
        mark_no_show(db, bo, meeting, absent=cy.person)
    return meeting


def called(db: Database, actor: Actor, meeting: MeetingInEvent) -> list[str]:
    """The names of those who can be called six minutes after the start."""
    with at(meeting, 6):
        return [one.name for one in standing_by(db, actor, meeting)]


def standing_by(db: Database, actor: Actor, meeting: MeetingInEvent) -> list[StandbyCard]:
    waits = in_vain(db, actor, meeting)
    return standbys_for(db, waits) if waits else []


def test_standing_by_is_switched_on_and_off(db, fair, dee, eve):
    set_standby(db, dee, fair.event, ready=True)
    set_standby(db, dee, fair.event, ready=True)
    assert is_standby(db, fair.event.id, dee.person)

    set_standby(db, dee, fair.event, ready=False)
    assert not is_standby(db, fair.event.id, dee.person)
    with pytest.raises(NotAllowed):
        set_standby(db, eve, fair.event, ready=True)


def test_whoever_leaves_stands_by_no_more(db, fair, missed, bo, dee):
    set_standby(db, dee, fair.event, ready=True)

    withdraw_registration(db, dee, RegistrationInEvent(place_of(db, dee, fair), fair.event.event))

    assert (is_standby(db, fair.event.id, dee.person), called(db, bo, missed)) == (False, [])


def test_who_came_calls_a_standby_for_the_rest_of_the_slot(db, fair, missed, bo, dee):
    set_standby(db, dee, fair.event, ready=True)
    old_table = missed.meeting.table_id

    assert called(db, bo, missed) == ["Dee Dumont"]
    with at(missed, 6):
        made = call_standby(db, bo, missed, standby=place_of(db, dee, fair))

    start = missed.slot.starts_at
    assert (made.state, made.table_id) == (MeetingState.SCHEDULED, old_table)
    assert (made.starts_at, made.ends_at) == (start + 10 * MINUTE, start + 20 * MINUTE)
    assert (made.asker_id, made.invitee_id) == (bo.person, dee.person)
    assert len(facts(db, StandbyCalled)) == 1
    assert problems_with_seats(db) == []
    assert called(db, bo, missed) == []


def test_nobody_calls_a_standby_before_they_have_agreed_to_take_part(db, fair, dee, cy):
    """Organisers may have arranged their first meeting without asking them."""
    bo = make_person(db, "Bea Brandt")
    place = make_registration(db, bo, fair.event)
    db.execute(delete(Consent).where(col(Consent.registration_id) == place.id))
    set_standby(db, dee, fair.event, ready=True)
    booked = book_meeting(db, fair.ada, fair.event, people=[place, place_of(db, cy, fair)], slot=fair.slots[0])
    meeting = get_meeting(db, bo, booked.public_id)

    with at(meeting, 6):
        mark_no_show(db, bo, meeting, absent=cy.person)
        with pytest.raises(ConsentMissing):
            call_standby(db, bo, meeting, standby=place_of(db, dee, fair))


def test_only_whoever_came_calls_a_standby(db, fair, missed, cy, dee, mel):
    set_standby(db, dee, fair.event, ready=True)
    place = place_of(db, dee, fair)

    assert [called(db, one, missed) for one in (cy, mel)] == [[], []]
    with at(missed, 6):
        with pytest.raises(Conflict, match="marked as missing"):
            call_standby(db, cy, missed, standby=place)
        for outsider in (mel, fair.ada):
            with pytest.raises(NotAllowed):
                call_standby(db, outsider, missed, standby=place)


def test_nobody_is_called_who_does_not_stand_by(db, fair, missed, bo, cy, dee):
    set_standby(db, cy, fair.event, ready=True)

    assert called(db, bo, missed) == []
    with at(missed, 6):
        for nobody in (dee, cy, bo):
            with pytest.raises(NotFound):
                call_standby(db, bo, missed, standby=place_of(db, nobody, fair))


def test_nobody_is_called_to_a_meeting_that_goes_on(db, fair, meeting, bo, dee):
    set_standby(db, dee, fair.event, ready=True)

    assert called(db, bo, meeting) == []
    with at(meeting, 6), pytest.raises(Conflict):
        call_standby(db, bo, meeting, standby=place_of(db, dee, fair))


@pytest.mark.parametrize("minutes", [15.1, 20, 60])
def test_nobody_is_called_for_less_than_five_minutes(db, fair, missed, bo, dee, minutes):
    set_standby(db, dee, fair.event, ready=True)

    with at(missed, minutes):
        assert standing_by(db, bo, missed) == []
        with pytest.raises(NoTimeLeft):
            call_standby(db, bo, missed, standby=place_of(db, dee, fair))


def busy(db, fair, dee, mel):
    make_meeting(db, fair, asker=dee, invitee=mel)


def away(db, fair, dee, mel):
    set_availability(db, dee, fair.event, absent=[fair.slots[0].starts_at])


def turned_down(db, fair, dee, mel):
    bo = db.exec(select(Meeting.asker_id).order_by(Meeting.id)).first()
    place = db.exec(select(Registration).where(Registration.person_id == bo)).one()
    say_no_thanks(db, dee, fair.event, other=place)


def turns_down(db, fair, dee, mel):
    bo = db.exec(select(Meeting.asker_id).order_by(Meeting.id)).first()
    say_no_thanks(db, actor_for(db, bo), fair.event, other=place_of(db, dee, fair))


@pytest.mark.parametrize("reason", [busy, away, turned_down, turns_down])
def test_whoever_is_not_free_is_neither_shown_nor_called_and_nobody_learns_why(db, fair, missed, bo, dee, mel, reason):
    set_standby(db, dee, fair.event, ready=True)
    reason(db, fair, dee, mel)

    assert called(db, bo, missed) == []
    with at(missed, 6), pytest.raises(SlotTaken) as refused:
        call_standby(db, bo, missed, standby=place_of(db, dee, fair))
    assert str(refused.value) == "Dee Dumont is not free at 09:10. Choose another time."
    assert problems_with_seats(db) == []


def test_who_has_met_or_will_meet_is_not_shown(db, fair, bo, cy, dee, missed):
    set_standby(db, dee, fair.event, ready=True)
    make_meeting(db, fair, asker=dee, invitee=bo, slot=2)

    assert called(db, bo, missed) == []
    with at(missed, 6), pytest.raises(AskedAlready):
        call_standby(db, bo, missed, standby=place_of(db, dee, fair))


def test_who_agreed_to_meet_in_an_event_that_gave_them_no_time_can_be_called(db, ada, fair, missed, bo, dee):
    other = make_fair(db, ada, name="Wood Match")
    with_rules(db, other, timing=Timing.BY_ORGANISER)
    asker, invitee = (make_participant(db, one, other) for one in (bo, dee))
    wish = request_meeting(db, asker, other.event, invitee=place_of(db, invitee, other), slot=None)
    accept_meeting(db, invitee, get_meeting(db, invitee, wish.public_id))
    close_event(db, other.ada, other.event)
    set_standby(db, dee, fair.event, ready=True)

    assert called(db, bo, missed) == ["Dee Dumont"]


def test_colleagues_and_types_that_do_not_ask_are_not_called(db, fair, missed, bo, dee):
    set_standby(db, dee, fair.event, ready=True)
    mine, theirs = place_of(db, bo, fair), place_of(db, dee, fair)
    mill = make_organisation(db, "Mill")
    mine.organisation_id = theirs.organisation_id = mill.id
    db.flush()

    assert called(db, bo, missed) == []
    with at(missed, 6), pytest.raises(Colleagues):
        call_standby(db, bo, missed, standby=theirs)

    theirs.organisation_id, theirs.type_id = None, types_of(db, fair.event.id)[1].id
    kinds_of = types_of(db, fair.event.id)
    set_type_rules(db, fair.ada, fair.event, rules=[PairRule(kinds_of[0], kinds_of[1], may_see=False, may_ask=False)])
    assert called(db, bo, missed) == []


def test_a_limit_binds_a_standby_too(db, fair, missed, bo, dee, mel):
    set_standby(db, dee, fair.event, ready=True)
    make_meeting(db, fair, asker=dee, invitee=mel, slot=2)
    with_rules(db, fair, max_per_block=1)

    with at(missed, 6), pytest.raises(LimitReached):
        call_standby(db, bo, missed, standby=place_of(db, dee, fair))


def test_a_standby_needs_a_table(db, ada, bo, cy, dee, mel, tam):
    fair = make_fair(db, ada, tables=1, name="Small Match")
    bo, cy, dee, mel, tam = (make_participant(db, one, fair) for one in (bo, cy, dee, mel, tam))
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)
    set_standby(db, dee, fair.event, ready=True)
    set_standby(db, tam, fair.event, ready=True)
    with at(meeting, 6):
        mark_no_show(db, bo, meeting, absent=cy.person)
        places = [place_of(db, one, fair) for one in (mel, tam)]
        held = make_meeting_now(db, fair, places, meeting)
        with pytest.raises(NoTableFree):
            call_standby(db, bo, meeting, standby=place_of(db, dee, fair))

    assert held.table_id is not None
    assert problems_with_seats(db) == []


def make_meeting_now(db, fair, places, meeting):
    """Two others are given the table that has become free."""
    from sessions.standby import _meet_at_once, rest_of

    mel, tam = places
    actor = actor_for(db, mel.person_id)
    rest = rest_of(meeting.slot, clock.now())
    return _meet_at_once(db, actor, meeting, (mel.person_id, tam.person_id), rest)


# --- at the same moment ---------------------------------------------------------------------------


def settled_fair(tables: int = 3, names: tuple[str, ...] = ("Bo Berg", "Cy Costa", "Dee Dumont", "Mel Meyer")):
    with transaction() as db:
        fair = make_fair(db, make_person(db, "Ada Adler"), slots=6, tables=tables)
        return fair, [make_participant(db, make_person(db, name), fair) for name in names]


def standing(fair: Fair, asker: Actor, invitee: Actor) -> str:
    with transaction() as db:
        return make_meeting(db, fair, asker=asker, invitee=invitee).meeting.public_id


def on(meeting: str, who: Actor, command, **how):
    def step(db: Database) -> object:
        actor = actor_for(db, who.person)
        return command(db, actor, get_meeting(db, actor, meeting), **how)

    return step


def cleared(fair: Fair) -> None:
    """Out of the way for the next round."""
    from sqlalchemy import update

    with transaction() as db:
        for one in db.exec(select(Meeting)).all():
            if one.state is MeetingState.SCHEDULED:
                cancel_meeting(db, fair.ada, MeetingInEvent(one, fair.event.event))
        db.execute(update(Meeting).values(state=MeetingState.CANCELLED))


def test_two_who_call_each_other_missing_at_once_have_one_no_show(database_url):
    fair, (bo, cy, *_others) = settled_fair()
    for _round in range(ROUNDS):
        meeting = standing(fair, bo, cy)
        with clock.frozen_at(fair.slots[0].starts_at + 6 * MINUTE):
            outcomes = race(
                on(meeting, bo, mark_no_show, absent=cy.person), on(meeting, cy, mark_no_show, absent=bo.person)
            )

        with reading() as db:
            found = get_meeting(db, fair.ada, meeting)
            assert kinds(outcomes) == ["AnsweredAlready", "done"]
            assert len(presence_of(db, found).absent) == 1
            assert problems_with_seats(db) == []
        cleared(fair)


def test_a_no_show_and_a_check_in_at_once_are_one_or_the_other(database_url):
    fair, (bo, cy, *_others) = settled_fair()
    for _round in range(ROUNDS):
        meeting = standing(fair, bo, cy)
        with clock.frozen_at(fair.slots[0].starts_at + 6 * MINUTE):
            marked, came = race(on(meeting, bo, mark_no_show, absent=cy.person), on(meeting, cy, check_in_to_meeting))

        with reading() as db:
            found = get_meeting(db, fair.ada, meeting)
            presence = presence_of(db, found)
            assert problems_with_seats(db) == []
        assert sorted([marked is None, came is None]) == [False, True]
        assert isinstance(marked or came, IsHere if marked else AnsweredAlready)
        assert (found.meeting.state is MeetingState.NO_SHOW) == (marked is None)
        assert (cy.person in presence.came, cy.person in presence.absent) == (came is None, marked is None)
        cleared(fair)


def test_one_standby_called_by_two_at_once_goes_to_one(database_url):
    fair, (bo, cy, dee, mel, tam) = settled_fair(names=("Bo B", "Cy C", "Dee D", "Mel M", "Tam T"))
    with transaction() as db:
        set_standby(db, tam, fair.event, ready=True)
        place = place_of(db, tam, fair)
    for _round in range(ROUNDS):
        one, other = standing(fair, bo, cy), standing(fair, dee, mel)
        with clock.frozen_at(fair.slots[0].starts_at + 6 * MINUTE):
            race(on(one, bo, mark_no_show, absent=cy.person), on(other, dee, mark_no_show, absent=mel.person))
            outcomes = race(on(one, bo, call_standby, standby=place), on(other, dee, call_standby, standby=place))
            with reading() as db:
                assert problems_with_seats(db) == []

        assert kinds(outcomes) == ["SlotTaken", "done"]
        cleared(fair)


def test_two_who_call_somebody_at_once_do_not_share_the_last_table(database_url):
    names = ("Bo Berg", "Cy Costa", "Dee Dumont", "Mel Meyer", "Tam Tamm", "Eve Ek")
    fair, (bo, cy, dee, mel, tam, eve) = settled_fair(tables=1, names=names)
    with transaction() as db:
        for one in (tam, eve):
            set_standby(db, one, fair.event, ready=True)
        places = [place_of(db, one, fair) for one in (tam, eve)]
    for _round in range(ROUNDS):
        with transaction() as db:
            add_tables(db, fair.ada, fair.event, count=1)
        one, other = standing(fair, bo, cy), standing(fair, dee, mel)
        with clock.frozen_at(fair.slots[0].starts_at + 6 * MINUTE):
            race(on(one, bo, mark_no_show, absent=cy.person), on(other, dee, mark_no_show, absent=mel.person))
            with transaction() as db:
                last = tables_of(db, fair.event.id)[-1]
                remove_table(db, fair.ada, TableInEvent(last, fair.event.event))
            outcomes = race(
                on(one, bo, call_standby, standby=places[0]), on(other, dee, call_standby, standby=places[1])
            )
            with reading() as db:
                assert problems_with_seats(db) == []

        assert kinds(outcomes) == ["NoTableFree", "done"]
        cleared(fair)


def test_one_who_contradicts_twice_at_once_has_said_it_once(database_url):
    fair, (bo, cy, *_others) = settled_fair()
    for _round in range(ROUNDS):
        meeting = standing(fair, bo, cy)
        with clock.frozen_at(fair.slots[0].starts_at + 6 * MINUTE):
            with transaction() as db:
                on(meeting, cy, mark_technical_failure)(db)
            against = {"says": MeetingState.NO_SHOW, "reason": "Nobody came."}
            outcomes = race(*[on(meeting, bo, contradict_attendance, **against) for _n in range(2)])

        with reading() as db:
            assert kinds(outcomes) == ["SaidAlready", "done"]
            assert len(contradictions_of(db, bo, get_meeting(db, bo, meeting))) == 1
        cleared(fair)


def test_what_is_possible_is_what_is_shown(db, fair, meeting, bo, cy):
    with at(meeting, 6):
        assert [may(bo, name, meeting) for name in ("check_in_to_meeting", "mark_no_show", "mark_held")] == [True] * 3
        assert not may(bo, "correct_attendance", meeting)
