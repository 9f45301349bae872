"""Colleagues: handing a meeting over, taking one over, bringing others along; seats and calendars follow."""

from datetime import timedelta

import pytest
from sqlmodel import select

from events.consents import ConsentMissing
from events.core import clock
from events.core.access import Actor, may
from events.core.database import Database
from events.core.journal import JournalEntry
from events.core.refusals import Conflict, Invalid, NotAllowed, NotFound
from events.desks import add_desk, add_desk_officer
from events.events import close_event
from events.looking_after import assign_desk
from events.organisations import Membership, Organisation, OrganisationKind
from events.programmes import Programme
from events.registration import Consent, RegistrationInEvent, types_of, withdraw_registration
from events.type_rules import PairRule, set_type_rules
from sessions.answers import accept_meeting, decline_meeting
from sessions.availability import set_availability
from sessions.blocks import MeetingTable, tables_of
from sessions.booking_rules import Timing, set_type_limits
from sessions.calendars import CalendarMethod, EntryKind, find_entry, invitees_of, revision_at
from sessions.colleagues import MeetAlready, NoOtherTable, TypesDoNotMeet, delegate_meeting, take_over_meeting
from sessions.guests import (
    LeftAlready,
    TableTooSmall,
    TakesPartAlready,
    add_to_meeting,
    leave_meeting,
    remove_from_meeting,
)
from sessions.limits import LimitReached
from sessions.meetings import (
    AnsweredAlready,
    MeetingDelegated,
    MeetingInEvent,
    MeetingJoined,
    MeetingLeft,
    MeetingState,
    get_meeting,
)
from sessions.moves import cancel_meeting, move_meeting, schedule_meeting
from sessions.no_thanks import SaidNoThanks, say_no_thanks
from sessions.requests import request_meeting
from sessions.seats import NotTakingPart, SlotTaken
from sessions.sides import BegunAlready, NotColleague, SideInMeeting, side_of
from sessions.table_moves import move_to_table
from tests.makers import again, make_organisation
from tests.sessions.makers_meetings import (
    Fair,
    facts,
    make_colleague,
    make_fair,
    make_meeting,
    make_participant,
    make_request,
    place_of,
    problems_with_seats,
    seats_of,
    seen_by,
    with_rules,
)


@pytest.fixture
def fair(db: Database, ada: Actor) -> Fair:
    return make_fair(db, ada)


@pytest.fixture
def mill(db: Database) -> Organisation:
    return make_organisation(db, "Nordmühle", country="SE")


@pytest.fixture
def lab(db: Database) -> Organisation:
    return make_organisation(db, "Lisbon Lab", kind=OrganisationKind.TECH_SAVVY_SME, country="PT")


@pytest.fixture
def bo(db: Database, bo: Actor, fair: Fair, mill: Organisation) -> Actor:
    """Bo is from the mill."""
    return make_colleague(db, bo, fair, mill)


@pytest.fixture
def tam(db: Database, tam: Actor, fair: Fair, mill: Organisation) -> Actor:
    """Tam is from the mill, too."""
    return make_colleague(db, tam, fair, mill)


@pytest.fixture
def cy(db: Database, cy: Actor, fair: Fair, lab: Organisation) -> Actor:
    """Cy is from the lab."""
    return make_colleague(db, cy, fair, lab)


@pytest.fixture
def dee(db: Database, dee: Actor, fair: Fair) -> Actor:
    """Dee comes alone."""
    return make_participant(db, dee, fair)


@pytest.fixture
def ola(db: Database, eve: Actor, fair: Fair, bo: Actor) -> Actor:
    """An officer of the desk that looks after Bo."""
    programme = db.get_one(Programme, fair.event.programme_id)
    desk = add_desk(db, fair.ada, programme, name="Desk North")
    add_desk_officer(db, fair.ada, desk, person_id=eve.person or 0)
    assign_desk(db, fair.ada, RegistrationInEvent(place_of(db, bo, fair), fair.event.event), desk=desk)
    return again(db, eve)


def side(db: Database, meeting: MeetingInEvent, lead: Actor) -> SideInMeeting:
    """A side of a meeting as it is read now."""
    return side_of(seen_by(db, meeting), lead.person or 0)


def hand_over(db: Database, fair: Fair, meeting: MeetingInEvent, lead: Actor, to: Actor) -> None:
    delegate_meeting(db, lead, side(db, meeting, lead), to=place_of(db, to, fair))


def people_of(db: Database, meeting: MeetingInEvent) -> tuple[int, ...]:
    return seen_by(db, meeting).people


def seated(db: Database, meeting: MeetingInEvent) -> set[int]:
    return {seat.person_id for seat in seats_of(db, meeting) if seat.person_id is not None}


# --- handing over ---------------------------------------------------------------------------------


def test_a_meeting_is_handed_to_a_colleague_with_its_time_table_and_seats(db, fair, bo, tam, cy):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)
    before = seen_by(db, meeting).meeting

    hand_over(db, fair, meeting, bo, tam)

    after = seen_by(db, meeting).meeting
    assert (after.asker_id, after.invitee_id) == (tam.person, cy.person)
    assert (after.state, after.starts_at, after.table_id) == (before.state, before.starts_at, before.table_id)
    assert seated(db, meeting) == {tam.person, cy.person}
    assert problems_with_seats(db) == []


def test_whoever_handed_a_meeting_over_is_free_then(db, fair, bo, tam, cy, dee):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)

    hand_over(db, fair, meeting, bo, tam)
    again_free = make_meeting(db, fair, asker=dee, invitee=bo)

    assert seated(db, again_free) == {bo.person, dee.person}
    assert problems_with_seats(db) == []


def test_the_invitee_hands_over_too(db, fair, bo, tam, cy):
    meeting = make_meeting(db, fair, asker=cy, invitee=bo)

    hand_over(db, fair, meeting, bo, tam)

    assert people_of(db, meeting) == (cy.person, tam.person)


def test_a_request_is_handed_over_with_its_hold_and_answered_by_the_colleague(db, fair, bo, tam, cy):
    meeting = make_request(db, fair, asker=cy, invitee=bo)

    hand_over(db, fair, meeting, bo, tam)

    assert {seat.held_until for seat in seats_of(db, meeting)} == {meeting.meeting.expires_at}
    assert (seated(db, meeting), problems_with_seats(db)) == ({tam.person, cy.person}, [])
    with pytest.raises(NotAllowed):
        accept_meeting(db, bo, seen_by(db, meeting))
    accept_meeting(db, tam, seen_by(db, meeting))
    assert seen_by(db, meeting).meeting.state is MeetingState.SCHEDULED


def test_a_request_that_holds_no_seats_is_handed_over_without_any(db, fair, bo, tam, cy):
    with_rules(db, fair, requests_hold=False)
    meeting = make_request(db, fair, asker=cy, invitee=bo)

    hand_over(db, fair, meeting, bo, tam)

    assert seats_of(db, meeting) == []


def test_a_meeting_without_a_time_is_handed_over_and_given_one_later(db, fair, bo, tam, cy):
    with_rules(db, fair, timing=Timing.BY_ORGANISER)
    made = request_meeting(db, cy, fair.event, invitee=place_of(db, bo, fair), slot=None)
    meeting = MeetingInEvent(made, fair.event.event)
    accept_meeting(db, bo, seen_by(db, meeting))

    hand_over(db, fair, meeting, bo, tam)
    schedule_meeting(db, fair.ada, seen_by(db, meeting), slot=fair.slots[2])

    [fact] = facts(db, MeetingDelegated)
    assert (fact.sequence, fact.taken_out) == (None, None)
    assert (seated(db, meeting), problems_with_seats(db)) == ({tam.person, cy.person}, [])


def test_a_colleague_takes_a_meeting_over(db, fair, bo, tam, cy):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)

    take_over_meeting(db, tam, side(db, meeting, bo), own=place_of(db, tam, fair))

    assert people_of(db, meeting) == (tam.person, cy.person)
    assert problems_with_seats(db) == []


def test_a_colleague_sees_the_meeting_and_others_do_not(db, fair, bo, tam, cy, dee):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy).meeting.public_id

    assert get_meeting(db, tam, meeting).meeting.public_id == meeting
    with pytest.raises(NotFound):
        get_meeting(db, dee, meeting)


def test_who_was_taken_out_of_the_organisation_takes_nothing_over(db, fair, bo, tam, cy):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)
    db.delete(db.exec(select(Membership).where(Membership.person_id == tam.person)).one())
    db.flush()
    gone = again(db, tam)

    with pytest.raises(NotFound):
        get_meeting(db, gone, meeting.meeting.public_id)
    with pytest.raises(NotAllowed):
        take_over_meeting(db, gone, side(db, meeting, bo), own=place_of(db, tam, fair))


def test_who_was_taken_out_of_the_organisation_is_handed_nothing_and_not_brought_along(db, fair, bo, tam, cy):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)
    db.delete(db.exec(select(Membership).where(Membership.person_id == tam.person)).one())
    db.flush()

    for do, place in ((delegate_meeting, "to"), (add_to_meeting, "registration")):
        with pytest.raises(NotColleague):
            do(db, bo, side(db, meeting, bo), **{place: place_of(db, tam, fair)})
    assert side(db, meeting, bo).colleagues == frozenset()


def test_nobody_takes_over_in_the_name_of_somebody_else(db, fair, bo, tam, cy, dee):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)

    with pytest.raises(NotFound):
        take_over_meeting(db, tam, side(db, meeting, bo), own=place_of(db, dee, fair))


def test_who_may_hand_over_which_side(db, fair, bo, tam, cy, dee, ola):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)

    def allowed(lead: Actor, command: str) -> list[str]:
        cast = {"ada": fair.ada, "bo": bo, "cy": cy, "dee": dee, "ola": ola, "tam": tam}
        return [name for name, actor in cast.items() if may(actor, command, side(db, meeting, lead))]

    assert allowed(bo, "delegate_meeting") == ["ada", "bo", "ola"]
    assert allowed(cy, "delegate_meeting") == ["ada", "cy"]
    assert allowed(bo, "take_over_meeting") == ["tam"]
    assert allowed(cy, "take_over_meeting") == []
    assert allowed(bo, "add_to_meeting") == allowed(bo, "remove_from_meeting") == ["ada", "bo", "ola"]


def test_a_desk_hands_over_for_its_participant(db, fair, bo, tam, cy, ola):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)

    delegate_meeting(db, ola, side(db, meeting, bo), to=place_of(db, tam, fair))

    entry = db.exec(select(JournalEntry).where(JournalEntry.kind == "MeetingDelegated")).one()
    assert (entry.person_id, people_of(db, meeting)) == (ola.person, (tam.person, cy.person))


def test_only_colleagues_stand_in_for_each_other(db, fair, bo, tam, cy, dee):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)
    alone = make_meeting(db, fair, asker=dee, invitee=tam, slot=1)

    with pytest.raises(NotColleague, match="takes part for the same organisation"):
        hand_over(db, fair, meeting, bo, dee)
    with pytest.raises(NotColleague):
        delegate_meeting(db, fair.ada, side(db, meeting, cy), to=place_of(db, tam, fair))
    with pytest.raises(NotColleague):
        hand_over(db, fair, alone, dee, bo)


def test_a_lead_is_no_substitute(db, fair, bo, cy):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)

    for lead in (bo, cy):
        with pytest.raises(Invalid, match="They lead this meeting already"):
            delegate_meeting(db, bo, side(db, meeting, bo), to=place_of(db, lead, fair))
    with pytest.raises(NotFound):
        side_of(seen_by(db, meeting), 0)


def test_a_place_in_another_event_does_not_count(db, ada, fair, bo, tam, cy, mill):
    other = make_fair(db, ada, name="Other Match")
    elsewhere = make_participant(db, tam, other, organisation=mill)
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)

    with pytest.raises(NotFound):
        delegate_meeting(db, bo, side(db, meeting, bo), to=place_of(db, elsewhere, other))


def test_a_colleague_who_left_the_event_is_no_substitute(db, fair, bo, tam, cy):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)
    place = place_of(db, tam, fair)
    withdraw_registration(db, tam, RegistrationInEvent(place, fair.event.event))

    with pytest.raises(NotTakingPart):
        delegate_meeting(db, bo, side(db, meeting, bo), to=place)


def taken(db: Database, fair: Fair, tam: Actor, cy: Actor, dee: Actor) -> None:
    make_meeting(db, fair, asker=dee, invitee=tam)


def away(db: Database, fair: Fair, tam: Actor, cy: Actor, dee: Actor) -> None:
    set_availability(db, tam, fair.event, absent=[fair.slots[0].starts_at])


def turned_down(db: Database, fair: Fair, tam: Actor, cy: Actor, dee: Actor) -> None:
    say_no_thanks(db, cy, fair.event, other=place_of(db, tam, fair))


@pytest.mark.parametrize("why", [taken, away, turned_down])
def test_why_a_colleague_is_not_free_is_their_own_affair(db, fair, bo, tam, cy, dee, why):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)
    why(db, fair, tam, cy, dee)

    with pytest.raises(SlotTaken) as handing:
        hand_over(db, fair, meeting, bo, tam)
    with pytest.raises(SlotTaken) as taking:
        take_over_meeting(db, tam, side(db, meeting, bo), own=place_of(db, tam, fair))

    assert str(handing.value) == "Tam Tamm is not free for this meeting. Choose somebody else, or move it first."
    assert str(taking.value) == "You and the others cannot meet then. Leave it with your colleague, or move it first."
    assert people_of(db, meeting) == (bo.person, cy.person)
    assert problems_with_seats(db) == []


def test_who_turned_the_other_down_takes_that_back_first(db, fair, bo, tam, cy):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)
    say_no_thanks(db, tam, fair.event, other=place_of(db, cy, fair))

    with pytest.raises(SaidNoThanks):
        take_over_meeting(db, tam, side(db, meeting, bo), own=place_of(db, tam, fair))


def test_who_has_not_agreed_to_take_part_takes_nothing_over(db, fair, bo, tam, cy):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)
    place = place_of(db, tam, fair)
    db.delete(db.exec(select(Consent).where(Consent.registration_id == place.id)).one())
    db.flush()

    with pytest.raises(ConsentMissing):
        take_over_meeting(db, tam, side(db, meeting, bo), own=place)


def test_two_people_have_one_meeting_to_come_also_by_handing_over(db, fair, bo, tam, cy):
    make_meeting(db, fair, asker=tam, invitee=cy, slot=1)
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)

    with pytest.raises(MeetAlready, match="Tam Tamm and Cy Costa have a request or a meeting with each other"):
        hand_over(db, fair, meeting, bo, tam)


def test_types_that_do_not_meet_do_not_meet_by_handing_over_either(db, fair, bo, tam, cy):
    types = types_of(db, fair.event.id)
    place_of(db, tam, fair).type_id = types[1].id
    set_type_rules(db, fair.ada, fair.event, rules=[PairRule(types[1], types[0], may_see=True, may_ask=False)])
    asked = make_meeting(db, fair, asker=bo, invitee=cy)

    with pytest.raises(TypesDoNotMeet, match="Tam Tamm cannot meet the other side"):
        hand_over(db, fair, asked, bo, tam)


def test_types_that_do_not_meet_do_not_meet_by_coming_along_unless_organisers_say_so(db, fair, bo, tam, cy):
    types = types_of(db, fair.event.id)
    place_of(db, tam, fair).type_id = types[1].id
    set_type_rules(db, fair.ada, fair.event, rules=[PairRule(types[1], types[0], may_see=True, may_ask=False)])
    asked = make_meeting(db, fair, asker=bo, invitee=cy)

    with pytest.raises(TypesDoNotMeet, match="Tam Tamm cannot meet the other side"):
        add_to_meeting(db, bo, side(db, asked, bo), registration=place_of(db, tam, fair))
    add_to_meeting(db, fair.ada, side(db, asked, bo), registration=place_of(db, tam, fair))

    assert people_of(db, asked) == (bo.person, cy.person, tam.person)


def test_limits_bind_a_colleague_unless_somebody_who_acts_for_them_says_why(db, fair, bo, tam, cy, dee, ola):
    types = types_of(db, fair.event.id)
    place_of(db, tam, fair).type_id = types[1].id
    set_type_limits(db, fair.ada, fair.event, type=types[1], min_meetings=None, max_meetings=1)
    make_meeting(db, fair, asker=tam, invitee=dee, slot=1)
    meeting, place = make_meeting(db, fair, asker=bo, invitee=cy), place_of(db, tam, fair)

    with pytest.raises(LimitReached):
        delegate_meeting(db, bo, side(db, meeting, bo), to=place, override="Because I say so")
    with pytest.raises(Invalid, match="To go beyond it, say why"):
        delegate_meeting(db, ola, side(db, meeting, bo), to=place)
    delegate_meeting(db, ola, side(db, meeting, bo), to=place, override="Bo is ill")

    found = seen_by(db, meeting)
    assert (found.people, found.meeting.override) == ((tam.person, cy.person), "Bo is ill")


def test_a_reason_that_no_limit_asked_for_is_not_kept(db, fair, bo, tam, cy, ola):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)

    delegate_meeting(db, ola, side(db, meeting, bo), to=place_of(db, tam, fair), override="Bo is ill")
    add_to_meeting(db, fair.ada, side(db, meeting, tam), registration=place_of(db, bo, fair), override="They asked")

    assert seen_by(db, meeting).meeting.override == ""


# A table that is kept for somebody


def keep_table(db, fair, number, keeper):
    """Keep the table with this number for somebody."""
    table = tables_of(db, fair.event.id)[number]
    table.kept_for_id = keeper.person
    db.add(table)
    db.flush()
    return table.id


def hands_over(db, fair, meeting, bo, tam):
    delegate_meeting(db, bo, side(db, meeting, bo), to=place_of(db, tam, fair))


def takes_over(db, fair, meeting, bo, tam):
    take_over_meeting(db, tam, side(db, meeting, bo), own=place_of(db, tam, fair))


@pytest.mark.parametrize("step", [hands_over, takes_over])
def test_a_table_kept_for_one_who_is_out_is_changed_for_another(db, fair, bo, tam, cy, step):
    kept = keep_table(db, fair, 1, bo)
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)
    assert meeting.meeting.table_id == kept

    step(db, fair, meeting, bo, tam)

    found = seen_by(db, meeting)
    assert found.meeting.table_id == tables_of(db, fair.event.id)[0].id
    assert find_entry(db, EntryKind.MEETING, meeting.id) is not None
    assert problems_with_seats(db) == []


@pytest.mark.parametrize("keeper", ["the other side", "nobody"])
def test_a_table_that_still_does_is_left_as_it_is(db, fair, bo, tam, cy, keeper):
    if keeper == "the other side":
        keep_table(db, fair, 1, cy)
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)
    before = meeting.meeting.table_id

    hands_over(db, fair, meeting, bo, tam)

    assert seen_by(db, meeting).meeting.table_id == before


def test_where_no_other_table_is_free_the_keeper_hands_nothing_over(db, fair, bo, tam, cy, dee):
    tables = [keep_table(db, fair, number, one) for number, one in ((0, bo), (1, dee), (2, fair.ada))]
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)

    with pytest.raises(NoOtherTable, match="no other is free at 09:00"):
        hands_over(db, fair, meeting, bo, tam)

    found = seen_by(db, meeting)
    assert (found.leads, found.meeting.table_id) == ((bo.person, cy.person), tables[0])
    assert problems_with_seats(db) == []


def test_a_keeper_who_came_along_and_leaves_takes_the_table_with_them_where_there_is_another(
    db, fair, bo, tam, cy, dee
):
    kept = keep_table(db, fair, 2, tam)
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)
    move_to_it = {"slot": meeting.slot, "table": db.get_one(MeetingTable, kept)}
    add_to_meeting(db, bo, side(db, meeting, bo), registration=place_of(db, tam, fair))
    move_to_table(db, fair.ada, seen_by(db, meeting), **move_to_it)

    leave_meeting(db, tam, seen_by(db, meeting))

    assert seen_by(db, meeting).meeting.table_id != kept
    assert problems_with_seats(db) == []


def test_meetings_in_a_block_bind_a_colleague(db, fair, bo, tam, cy, dee):
    make_meeting(db, fair, asker=tam, invitee=dee, slot=1)
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)
    with_rules(db, fair, max_per_block=1)

    with pytest.raises(LimitReached, match="in this block"):
        hand_over(db, fair, meeting, bo, tam)


def test_an_open_request_counts_for_the_colleague_who_asks_now(db, fair, bo, tam, cy, dee):
    make_request(db, fair, asker=tam, invitee=dee, slot=1)
    meeting = make_request(db, fair, asker=bo, invitee=cy)
    with_rules(db, fair, max_pending=1)

    with pytest.raises(LimitReached, match="Whoever asks here has 1 open request"):
        hand_over(db, fair, meeting, bo, tam)
    with pytest.raises(LimitReached, match="You have 1 open request"):
        take_over_meeting(db, tam, side(db, meeting, bo), own=place_of(db, tam, fair))


def test_what_is_over_begun_or_ended_is_handed_to_nobody(db, fair, bo, tam, cy, dee):
    declined, asked = (make_request(db, fair, asker=bo, invitee=one, slot=n) for n, one in enumerate((dee, cy)))
    decline_meeting(db, dee, seen_by(db, declined))
    stands = make_meeting(db, fair, asker=tam, invitee=dee, slot=2)

    with pytest.raises(AnsweredAlready, match="declined"):
        hand_over(db, fair, declined, bo, tam)
    with clock.frozen_at(asked.meeting.expires_at), pytest.raises(AnsweredAlready, match="expired"):
        hand_over(db, fair, asked, bo, tam)
    with clock.frozen_at(fair.slots[2].starts_at), pytest.raises(BegunAlready):
        hand_over(db, fair, stands, tam, bo)
    close_event(db, fair.ada, fair.event)
    with pytest.raises(AnsweredAlready, match="cancelled"):
        hand_over(db, fair, stands, tam, bo)


def test_who_is_too_late_to_hand_over_reads_that_somebody_did(db, fair, bo, tam, cy):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)
    stale = side(db, meeting, bo)
    hand_over(db, fair, meeting, bo, tam)

    with pytest.raises(AnsweredAlready, match="just been handed to a colleague"):
        delegate_meeting(db, fair.ada, stale, to=place_of(db, tam, fair))
    with pytest.raises(AnsweredAlready, match="just been handed to a colleague"):
        move_meeting(db, cy, stale.of, slot=fair.slots[1])
    assert problems_with_seats(db) == []


def test_handing_over_takes_the_entry_from_one_calendar_and_goes_on_in_the_others(db, fair, bo, tam, cy):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)

    hand_over(db, fair, meeting, bo, tam)

    [fact] = facts(db, MeetingDelegated)
    out, on = (revision_at(db, EntryKind.MEETING, meeting.id, n) for n in (fact.taken_out, fact.sequence))
    assert (fact.left_id, fact.joined_id, fact.taken_out, fact.sequence) == (bo.person, tam.person, 1, 2)
    assert (out[1].method, on[1].method) == (CalendarMethod.CANCEL, CalendarMethod.REQUEST)
    assert out[0].uid == on[0].uid
    assert out[1].dtstamp < on[1].dtstamp
    assert invitees_of(db, out[0]) == {tam.person, cy.person}


def test_a_meeting_that_was_handed_over_is_still_moved_and_cancelled_in_calendars(db, fair, bo, tam, cy):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)
    hand_over(db, fair, meeting, bo, tam)

    move_meeting(db, tam, seen_by(db, meeting), slot=fair.slots[1])
    cancel_meeting(db, cy, seen_by(db, meeting))

    entry = find_entry(db, EntryKind.MEETING, meeting.id)
    methods = [revision_at(db, EntryKind.MEETING, meeting.id, n)[1].method.value for n in range(5)]
    assert methods == ["REQUEST", "CANCEL", "REQUEST", "REQUEST", "CANCEL"]
    assert invitees_of(db, entry) == {tam.person, cy.person}


def test_a_meeting_goes_there_and_back_again(db, fair, bo, tam, cy):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)

    hand_over(db, fair, meeting, bo, tam)
    hand_over(db, fair, meeting, tam, bo)

    assert people_of(db, meeting) == (bo.person, cy.person)
    assert [fact.sequence for fact in facts(db, MeetingDelegated)] == [2, 4]
    assert invitees_of(db, find_entry(db, EntryKind.MEETING, meeting.id)) == {bo.person, cy.person}
    assert problems_with_seats(db) == []


# --- coming along ---------------------------------------------------------------------------------


def test_a_colleague_comes_along_with_seats_and_the_entry(db, fair, bo, tam, cy):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)

    add_to_meeting(db, bo, side(db, meeting, bo), registration=place_of(db, tam, fair))

    [fact] = facts(db, MeetingJoined)
    assert (fact.person_id, fact.sequence) == (tam.person, 1)
    assert people_of(db, meeting) == (bo.person, cy.person, tam.person)
    assert seated(db, meeting) == {bo.person, cy.person, tam.person}
    assert invitees_of(db, find_entry(db, EntryKind.MEETING, meeting.id)) == {bo.person, cy.person, tam.person}
    assert problems_with_seats(db) == []


def test_a_lead_brings_colleagues_and_an_organiser_anybody(db, fair, bo, tam, cy, dee, ola):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)

    for actor in (bo, ola):
        with pytest.raises(NotColleague):
            add_to_meeting(db, actor, side(db, meeting, bo), registration=place_of(db, dee, fair))
    with pytest.raises(NotAllowed):
        add_to_meeting(db, cy, side(db, meeting, bo), registration=place_of(db, tam, fair))
    add_to_meeting(db, fair.ada, side(db, meeting, bo), registration=place_of(db, dee, fair))

    assert people_of(db, meeting) == (bo.person, cy.person, dee.person)


def test_nobody_comes_along_twice(db, fair, bo, tam, cy):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)
    add_to_meeting(db, bo, side(db, meeting, bo), registration=place_of(db, tam, fair))

    with pytest.raises(TakesPartAlready, match="Tam Tamm takes part in this meeting already"):
        add_to_meeting(db, bo, side(db, meeting, bo), registration=place_of(db, tam, fair))


@pytest.mark.parametrize("why", [taken, away, turned_down])
def test_who_is_not_free_does_not_come_along(db, fair, bo, tam, cy, dee, why):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)
    why(db, fair, tam, cy, dee)

    with pytest.raises(SlotTaken, match="Tam Tamm is not free for this meeting"):
        add_to_meeting(db, bo, side(db, meeting, bo), registration=place_of(db, tam, fair))

    assert (people_of(db, meeting), problems_with_seats(db)) == ((bo.person, cy.person), [])


def test_only_what_was_accepted_and_has_not_begun_is_joined(db, fair, bo, tam, cy):
    request = make_request(db, fair, asker=bo, invitee=cy)

    with pytest.raises(AnsweredAlready, match="has not been accepted yet"):
        add_to_meeting(db, bo, side(db, request, bo), registration=place_of(db, tam, fair))
    accept_meeting(db, cy, seen_by(db, request))
    with clock.frozen_at(fair.slots[0].starts_at), pytest.raises(BegunAlready):
        add_to_meeting(db, bo, side(db, request, bo), registration=place_of(db, tam, fair))


def test_limits_bind_whoever_comes_along(db, fair, bo, tam, cy, dee):
    make_meeting(db, fair, asker=tam, invitee=dee, slot=1)
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)
    with_rules(db, fair, max_per_block=1)

    with pytest.raises(LimitReached):
        add_to_meeting(db, bo, side(db, meeting, bo), registration=place_of(db, tam, fair))
    add_to_meeting(db, fair.ada, side(db, meeting, bo), registration=place_of(db, tam, fair), override="They asked")

    assert people_of(db, meeting) == (bo.person, cy.person, tam.person)
    assert seen_by(db, meeting).meeting.override == "They asked"


@pytest.mark.parametrize("what", ["request", "meeting", "along", "group"])
def test_two_people_have_one_meeting_to_come_also_by_coming_along(db, fair, bo, tam, cy, dee, what):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)
    if what == "request":
        make_request(db, fair, asker=cy, invitee=tam, slot=1)
    elif what == "meeting":
        make_meeting(db, fair, asker=tam, invitee=cy, slot=1)
    elif what == "along":
        other = make_meeting(db, fair, asker=tam, invitee=dee, slot=1)
        add_to_meeting(db, fair.ada, side(db, other, dee), registration=place_of(db, cy, fair))
    else:
        make_meeting(db, fair, asker=tam, invitee=dee, slot=1)
        add_to_meeting(db, fair.ada, side(db, meeting, bo), registration=place_of(db, dee, fair))
    before = people_of(db, meeting)

    for actor in (bo, fair.ada):
        with pytest.raises(MeetAlready) as refused:
            add_to_meeting(db, actor, side(db, meeting, bo), registration=place_of(db, tam, fair))
        met = "Dee Dumont" if what == "group" else "Cy Costa"
        assert str(refused.value) == f"Tam Tamm and {met} have a request or a meeting with each other already."

    assert (people_of(db, meeting), problems_with_seats(db)) == (before, [])


def test_a_colleague_comes_along_again_and_after_a_meeting_that_was_cancelled_or_held(db, fair, bo, tam, cy, dee):
    cancel_meeting(db, tam, make_meeting(db, fair, asker=tam, invitee=cy, slot=0))
    make_meeting(db, fair, asker=tam, invitee=cy, slot=1)
    meetings = [make_meeting(db, fair, asker=bo, invitee=other, slot=slot) for other, slot in ((cy, 2), (dee, 3))]

    with clock.frozen_at(fair.slots[1].ends_at):
        for meeting in meetings:
            add_to_meeting(db, bo, side(db, meeting, bo), registration=place_of(db, tam, fair))

    assert [people_of(db, meeting)[2:] for meeting in meetings] == [(tam.person,), (tam.person,)]


def chairs(db: Database, fair: Fair, *counts: int) -> list[MeetingTable]:
    """Let the event's tables have so many chairs."""
    tables = tables_of(db, fair.event.id)
    for table, count in zip(tables, counts, strict=True):
        table.chairs = count
    db.flush()
    return tables


def test_a_meeting_that_grows_moves_to_a_table_with_enough_chairs(db, fair, bo, tam, cy):
    tables = chairs(db, fair, 2, 2, 3)
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)

    add_to_meeting(db, bo, side(db, meeting, bo), registration=place_of(db, tam, fair))

    assert seen_by(db, meeting).meeting.table_id == tables[2].id
    assert problems_with_seats(db) == []
    _entry, revision = revision_at(db, EntryKind.MEETING, meeting.id, 1)
    assert revision.place == "Table 3"


def test_a_meeting_does_not_outgrow_the_tables_that_are_free(db, fair, bo, tam, cy, dee, mel):
    chairs(db, fair, 2, 2, 3)
    mel = make_participant(db, mel, fair)
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)
    other = make_meeting(db, fair, asker=dee, invitee=mel)
    large = seen_by(db, other).meeting

    add_to_meeting(db, bo, side(db, meeting, bo), registration=place_of(db, tam, fair))
    leave_meeting(db, tam, seen_by(db, meeting))
    with pytest.raises(TableTooSmall, match="No table with enough chairs for so many is free at 09:00"):
        add_to_meeting(db, fair.ada, side(db, other, dee), registration=place_of(db, tam, fair))

    assert (seen_by(db, other).meeting.table_id, people_of(db, other)) == (large.table_id, (dee.person, mel.person))
    assert problems_with_seats(db) == []


def test_without_a_time_no_more_come_than_the_largest_table_has_chairs(db, fair, bo, tam, cy):
    chairs(db, fair, 2, 2, 2)
    with_rules(db, fair, timing=Timing.BY_ORGANISER)
    made = request_meeting(db, cy, fair.event, invitee=place_of(db, bo, fair), slot=None)
    meeting = MeetingInEvent(made, fair.event.event)
    accept_meeting(db, bo, seen_by(db, meeting))

    with pytest.raises(TableTooSmall, match="No table of this event has enough chairs"):
        add_to_meeting(db, bo, side(db, meeting, bo), registration=place_of(db, tam, fair))
    chairs(db, fair, 2, 2, 3)
    add_to_meeting(db, bo, side(db, meeting, bo), registration=place_of(db, tam, fair))
    schedule_meeting(db, fair.ada, seen_by(db, meeting), slot=fair.slots[1])

    assert facts(db, MeetingJoined)[0].sequence is None
    assert (len(seated(db, meeting)), problems_with_seats(db)) == (3, [])


def test_a_guest_leaves_and_the_meeting_goes_on(db, fair, bo, tam, cy):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)
    add_to_meeting(db, bo, side(db, meeting, bo), registration=place_of(db, tam, fair))

    leave_meeting(db, tam, seen_by(db, meeting))

    [fact] = facts(db, MeetingLeft)
    assert (fact.person_id, fact.taken_out, fact.sequence) == (tam.person, 2, 3)
    assert (people_of(db, meeting), seated(db, meeting)) == ((bo.person, cy.person), {bo.person, cy.person})
    assert seen_by(db, meeting).meeting.state is MeetingState.SCHEDULED
    assert invitees_of(db, find_entry(db, EntryKind.MEETING, meeting.id)) == {bo.person, cy.person}
    assert problems_with_seats(db) == []


def test_only_guests_leave(db, fair, bo, tam, cy):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)
    add_to_meeting(db, bo, side(db, meeting, bo), registration=place_of(db, tam, fair))
    stale = seen_by(db, meeting)
    leave_meeting(db, tam, seen_by(db, meeting))

    with pytest.raises(NotAllowed):
        leave_meeting(db, bo, stale)
    with pytest.raises(LeftAlready):
        leave_meeting(db, tam, stale)


def test_a_lead_removes_their_own_colleagues_and_an_organiser_anybody(db, fair, bo, tam, cy, dee):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)
    add_to_meeting(db, bo, side(db, meeting, bo), registration=place_of(db, tam, fair))
    add_to_meeting(db, fair.ada, side(db, meeting, bo), registration=place_of(db, dee, fair))

    with pytest.raises(NotColleague):
        remove_from_meeting(db, cy, side(db, meeting, cy), person_id=tam.person)
    with pytest.raises(NotColleague):
        remove_from_meeting(db, bo, side(db, meeting, bo), person_id=dee.person)
    with pytest.raises(LeftAlready):
        remove_from_meeting(db, bo, side(db, meeting, bo), person_id=cy.person)
    remove_from_meeting(db, bo, side(db, meeting, bo), person_id=tam.person)
    remove_from_meeting(db, fair.ada, side(db, meeting, cy), person_id=dee.person)

    assert people_of(db, meeting) == (bo.person, cy.person)
    assert problems_with_seats(db) == []


def test_a_guest_who_takes_the_lead_has_one_seat(db, fair, bo, tam, cy):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)
    add_to_meeting(db, bo, side(db, meeting, bo), registration=place_of(db, tam, fair))

    hand_over(db, fair, meeting, bo, tam)

    assert people_of(db, meeting) == (tam.person, cy.person)
    assert (seated(db, meeting), problems_with_seats(db)) == ({tam.person, cy.person}, [])


def test_a_meeting_of_three_moves_with_all_of_them(db, fair, bo, tam, cy, dee):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)
    add_to_meeting(db, bo, side(db, meeting, bo), registration=place_of(db, tam, fair))
    make_meeting(db, fair, asker=dee, invitee=tam, slot=1)

    with pytest.raises(Conflict):
        move_meeting(db, bo, seen_by(db, meeting), slot=fair.slots[1])
    move_meeting(db, bo, seen_by(db, meeting), slot=fair.slots[2])

    assert (len(seated(db, meeting)), problems_with_seats(db)) == (3, [])


def test_a_guest_who_leaves_the_event_leaves_the_meeting_only(db, fair, bo, tam, cy, dee):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)
    add_to_meeting(db, bo, side(db, meeting, bo), registration=place_of(db, tam, fair))
    led = make_meeting(db, fair, asker=tam, invitee=dee, slot=1)

    withdraw_registration(db, tam, RegistrationInEvent(place_of(db, tam, fair), fair.event.event))

    states = [seen_by(db, one).meeting.state for one in (meeting, led)]
    assert states == [MeetingState.SCHEDULED, MeetingState.CANCELLED]
    assert people_of(db, meeting) == (bo.person, cy.person)
    assert problems_with_seats(db) == []


def test_a_lead_who_leaves_the_event_cancels_the_meeting_for_the_guests_too(db, fair, bo, tam, cy):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)
    add_to_meeting(db, bo, side(db, meeting, bo), registration=place_of(db, tam, fair))

    withdraw_registration(db, bo, RegistrationInEvent(place_of(db, bo, fair), fair.event.event))

    assert (seen_by(db, meeting).meeting.state, seats_of(db, meeting)) == (MeetingState.CANCELLED, [])


def test_a_meeting_that_has_begun_is_not_left(db, fair, bo, tam, cy):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)
    add_to_meeting(db, bo, side(db, meeting, bo), registration=place_of(db, tam, fair))

    with clock.frozen_at(fair.slots[0].starts_at + timedelta(minutes=1)):
        for step in (
            lambda: leave_meeting(db, tam, seen_by(db, meeting)),
            lambda: remove_from_meeting(db, bo, side(db, meeting, bo), person_id=tam.person),
        ):
            with pytest.raises(BegunAlready, match="This meeting has begun"):
                step()
