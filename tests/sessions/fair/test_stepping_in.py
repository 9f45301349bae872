"""Stepping in: an open request takes the rest of a slot to which somebody else did not come."""

from collections.abc import Collection
from datetime import timedelta

import pytest
from sqlmodel import select

from events.core import clock
from events.core.access import Actor
from events.core.database import Database, reading, transaction
from events.core.refusals import Conflict, NotAllowed, NotFound
from events.roles import actor_for
from sessions import stepping_in
from sessions.answers import accept_meeting, decline_meeting
from sessions.attendance import IsHere, check_in_to_meeting, mark_no_show
from sessions.availability import set_availability
from sessions.booking_rules import Answering, Timing
from sessions.guests import add_to_meeting
from sessions.limits import LimitReached
from sessions.meetings import (
    AnsweredAlready,
    Meeting,
    MeetingAccepted,
    MeetingGuest,
    MeetingInEvent,
    MeetingScheduled,
    MeetingState,
    get_meeting,
    guests_of,
)
from sessions.no_thanks import NoThanks
from sessions.own_calendars import BusyTime
from sessions.requests import book_meeting, request_meeting, withdraw_request
from sessions.seats import SlotTaken
from sessions.sides import side_of
from sessions.standby import NoTimeLeft, StandbyCalled, call_standby, in_vain, set_standby, standbys_for
from sessions.stepping_in import RestOffer, RestOffered, meet_now, meet_request_now, requests_for, rest_offered
from tests.makers import make_member, make_organisation, make_person
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
    with_rules,
)
from tests.sessions.racing import ROUNDS, kinds, race

MINUTE = timedelta(minutes=1)


@pytest.fixture
def missed(db: Database, fair: Fair, bo: Actor, cy: Actor) -> MeetingInEvent:
    """Bo's meeting in the first slot, to which Cy did not come."""
    meeting = get_meeting(db, bo, make_meeting(db, fair, asker=bo, invitee=cy).meeting.public_id)
    with at(meeting, 6):
        mark_no_show(db, bo, meeting, absent=cy.person)
    return meeting


def listed(db: Database, actor: Actor, missed: MeetingInEvent) -> list[tuple[str, bool, bool]]:
    with at(missed, 6):
        waits = in_vain(db, actor, missed)
        return [(one.who.name, one.asks_first, one.asked) for one in requests_for(db, waits)] if waits else []


def where(db: Database, request: MeetingInEvent, missed: MeetingInEvent) -> tuple[MeetingState, int, int]:
    """The state of a request, and its start and end in minutes after the start of the meeting that was missed."""
    db.expire_all()
    row = db.exec(select(Meeting).where(Meeting.id == request.id)).one()
    start = missed.slot.starts_at
    return row.state, int((row.starts_at - start) / MINUTE), int((row.ends_at - start) / MINUTE)


def agreed_between(db: Database, fair: Fair, asker: Actor, invitee: Actor) -> MeetingInEvent:
    """A meeting that both want and that has no time yet."""
    with_rules(db, fair, timing=Timing.BY_ORGANISER, answering=Answering.AUTOMATIC)
    made = request_meeting(db, asker, fair.event, invitee=place_of(db, invitee, fair), slot=None)
    with_rules(db, fair, timing=Timing.AT_REQUEST, answering=Answering.APPROVAL)
    return MeetingInEvent(made, fair.event.event)


def test_whoever_asked_is_taken_to_the_rest_of_the_slot_at_once_with_their_own_request(db, fair, missed, bo, dee):
    request = make_request(db, fair, asker=dee, invitee=bo, slot=2)
    table = missed.meeting.table_id
    assert listed(db, bo, missed) == [("Dee Dumont", False, False)]

    with at(missed, 6):
        stands = meet_request_now(db, bo, missed, request=request)

    assert (stands, where(db, request, missed)) == (True, (MeetingState.SCHEDULED, 10, 20))
    assert (request.meeting.table_id, len(db.exec(select(Meeting)).all())) == (table, 2)
    assert len(facts(db, StandbyCalled)) == 1
    assert [fact.meeting_id for fact in facts(db, MeetingAccepted)] == [missed.id, request.id]
    assert problems_with_seats(db) == []
    assert listed(db, bo, missed) == []


def test_whoever_was_asked_says_yes_first_and_the_request_waits_meanwhile(db, fair, missed, bo, dee):
    request = make_request(db, fair, asker=bo, invitee=dee, slot=2)
    assert listed(db, bo, missed) == [("Dee Dumont", True, False)]

    with at(missed, 6):
        assert rest_offered(db, dee, request) is None
        assert not meet_request_now(db, bo, missed, request=request)
        assert not meet_request_now(db, bo, missed, request=request)
        assert rest_offered(db, dee, request).starts_at == missed.slot.starts_at + 10 * MINUTE
        assert rest_offered(db, bo, request) is None
    assert where(db, request, missed)[0] is MeetingState.REQUESTED
    assert [(one.person_id, one.instead_of_id) for one in facts(db, RestOffered)] == [(dee.person, missed.id)]
    assert listed(db, bo, missed) == [("Dee Dumont", True, True)]

    with at(missed, 11):
        meet_now(db, dee, request)
    assert where(db, request, missed) == (MeetingState.SCHEDULED, 15, 20)
    assert problems_with_seats(db) == []


def test_an_offer_that_nobody_answers_loses_nothing(db, fair, missed, bo, dee):
    request = make_request(db, fair, asker=bo, invitee=dee, slot=2)
    with at(missed, 6):
        meet_request_now(db, bo, missed, request=request)

    with at(missed, 16):
        assert rest_offered(db, dee, request) is None
        with pytest.raises(NoTimeLeft):
            meet_now(db, dee, request)
        accept_meeting(db, dee, request)

    assert where(db, request, missed)[:2] == (MeetingState.SCHEDULED, 50)
    assert problems_with_seats(db) == []


def test_nobody_is_asked_first_who_has_agreed_or_stands_by_or_where_nobody_has_to_say_yes(
    db, fair, missed, bo, dee, mel
):
    with_rules(db, fair, timing=Timing.AT_ACCEPTANCE)
    asked = MeetingInEvent(
        request_meeting(db, bo, fair.event, invitee=place_of(db, dee, fair), slot=None), fair.event.event
    )
    with_rules(db, fair, answering=Answering.AUTOMATIC)
    agreed = request_meeting(db, bo, fair.event, invitee=place_of(db, mel, fair), slot=None)
    assert agreed.state is MeetingState.ACCEPTED
    assert listed(db, bo, missed) == [("Mel Meyer", False, False), ("Dee Dumont", False, False)]

    with_rules(db, fair, answering=Answering.APPROVAL)
    assert listed(db, bo, missed)[1] == ("Dee Dumont", True, False)
    set_standby(db, dee, fair.event, ready=True)
    assert listed(db, bo, missed)[1] == ("Dee Dumont", False, False)
    with at(missed, 6):
        assert standbys_for(db, in_vain(db, bo, missed)) == []  # once on the page, as the request
        assert meet_request_now(db, bo, missed, request=asked)

    assert len(facts(db, MeetingScheduled)) == 1
    assert problems_with_seats(db) == []


def test_a_time_that_the_asker_chose_is_not_changed_for_them_where_participants_move_nothing(db, fair, missed, bo, dee):
    make_request(db, fair, asker=dee, invitee=bo, slot=2)
    with_rules(db, fair, participants_move=False)

    assert listed(db, bo, missed) == [("Dee Dumont", True, False)]


def test_whoever_was_not_asked_says_no_yes(db, fair, missed, bo, cy, dee):
    request = make_request(db, fair, asker=bo, invitee=dee, slot=2)
    with at(missed, 6):
        with pytest.raises(NotFound, match="do not wait for you any more"):
            meet_now(db, dee, request)
        meet_request_now(db, bo, missed, request=request)
        with pytest.raises(NotFound):
            meet_now(db, bo, request)
        with pytest.raises(NotAllowed):
            meet_now(db, cy, request)


def test_only_whoever_came_takes_their_own_requests(db, fair, missed, bo, cy, dee, mel):
    request = make_request(db, fair, asker=dee, invitee=cy, slot=2)
    others = make_request(db, fair, asker=dee, invitee=mel, slot=3)

    assert listed(db, cy, missed) == []
    with at(missed, 6):
        with pytest.raises(Conflict, match="marked as missing"):
            meet_request_now(db, cy, missed, request=request)
        with pytest.raises(NotFound):
            meet_request_now(db, bo, missed, request=others)
        with pytest.raises(NotAllowed):
            meet_request_now(db, fair.ada, missed, request=others)
    with at(missed, 16), pytest.raises(NoTimeLeft):
        meet_request_now(db, bo, missed, request=others)


def test_the_one_who_did_not_come_is_not_offered_in_their_own_place(db, fair, missed, bo, cy):
    request = make_request(db, fair, asker=cy, invitee=bo, slot=2)

    assert listed(db, bo, missed) == []
    with at(missed, 6), pytest.raises(NotFound):
        meet_request_now(db, bo, missed, request=request)


def busy(db, fair, dee, mel, bo):
    make_meeting(db, fair, asker=dee, invitee=mel)


def away(db, fair, dee, mel, bo):
    set_availability(db, dee, fair.event, absent=[fair.slots[0].starts_at])


def turned_down(db, fair, dee, mel, bo):
    # Said in the moment in which the two agreed: `say_no_thanks` ends requests, and refuses while a meeting stands.
    db.add(NoThanks(person_id=dee.person, other_id=bo.person, said_at=clock.now()))
    db.flush()


@pytest.mark.parametrize("reason", [busy, away, turned_down])
def test_whoever_is_not_free_is_neither_shown_nor_taken_and_nobody_learns_why(db, fair, missed, bo, dee, mel, reason):
    agreed = agreed_between(db, fair, bo, dee)
    reason(db, fair, dee, mel, bo)

    assert listed(db, bo, missed) == []
    with at(missed, 6), pytest.raises(SlotTaken) as refused:
        meet_request_now(db, bo, missed, request=agreed)
    assert str(refused.value) == "Dee Dumont is not free at 09:10. Choose another time."
    assert agreed.meeting.state is MeetingState.ACCEPTED
    assert problems_with_seats(db) == []


def test_whoever_came_along_while_this_waited_for_the_others_is_looked_at_too(
    db, fair, missed, bo, dee, mel, monkeypatch
):
    request = agreed_between(db, fair, bo, dee)
    set_availability(db, mel, fair.event, absent=[fair.slots[0].starts_at])
    lock = stepping_in.locked_participants

    def waits(db: Database, event_id: int, people: Collection[int]):
        if not guests_of(db, request.id):
            db.add(MeetingGuest(meeting_id=request.id, person_id=mel.person, added_at=clock.now()))
            db.flush()
        return lock(db, event_id, people)

    monkeypatch.setattr(stepping_in, "locked_participants", waits)  # as when somebody else held those places

    with at(missed, 6), pytest.raises(SlotTaken, match="Mel Meyer is not free"):
        meet_request_now(db, bo, missed, request=request)


def test_limits_bind_here_too(db, fair, missed, bo, dee, mel):
    request = make_request(db, fair, asker=dee, invitee=bo, slot=2)
    make_meeting(db, fair, asker=dee, invitee=mel, slot=3)
    with_rules(db, fair, max_per_block=1)

    with at(missed, 6), pytest.raises(LimitReached):
        meet_request_now(db, bo, missed, request=request)


@pytest.mark.parametrize("end", ["withdrawn", "declined"])
def test_a_request_that_was_answered_meanwhile_is_not_taken(db, fair, missed, bo, dee, end):
    request = make_request(db, fair, asker=dee, invitee=bo, slot=2)
    withdraw_request(db, dee, request) if end == "withdrawn" else decline_meeting(db, bo, request)

    with at(missed, 6), pytest.raises(AnsweredAlready):
        meet_request_now(db, bo, missed, request=request)


def test_nobody_is_missed_while_a_colleague_is_there_for_them(db, fair, bo, cy, dee):
    mill = make_organisation(db, "Mill")
    place_of(db, cy, fair).organisation_id = mill.id
    place_of(db, dee, fair).organisation_id = mill.id
    db.flush()
    places = [place_of(db, one, fair) for one in (bo, cy, dee)]
    meeting = get_meeting(db, bo, book_meeting(db, fair.ada, fair.event, people=places, slot=fair.slots[0]).public_id)
    with at(meeting, 2):
        check_in_to_meeting(db, dee, meeting)

    with at(meeting, 6):
        with pytest.raises(IsHere, match="Dee Dumont has checked in"):
            mark_no_show(db, bo, meeting, absent=cy.person)
        mark_no_show(db, cy, meeting, absent=bo.person)

    assert meeting.meeting.state is MeetingState.NO_SHOW


# --- at the same moment ---------------------------------------------------------------------------


def settled_fair() -> tuple[Fair, list[Actor]]:
    with transaction() as db:
        fair = make_fair(db, make_person(db, "Ada Adler"), slots=6)
        names = ("Bo B", "Cy C", "Dee D", "Mel M", "Tam T")
        return fair, [make_participant(db, make_person(db, name), fair) for name in names]


def on(meeting: str, who: Actor, command, request: str = "", **how):
    def step(db: Database) -> object:
        actor = actor_for(db, who.person)
        if request:
            how["request"] = get_meeting(db, actor, request)
        return command(db, actor, get_meeting(db, actor, meeting), **how)

    return step


def after_two_no_shows(fair: Fair, people: list[Actor]) -> tuple[str, str]:
    """Bo and Dee wait in vain for Cy and Mel."""
    bo, cy, dee, mel, _tam = people
    with transaction() as db:
        one = make_meeting(db, fair, asker=bo, invitee=cy).meeting.public_id
        other = make_meeting(db, fair, asker=dee, invitee=mel).meeting.public_id
    race(on(one, bo, no_show_of(cy)), on(other, dee, no_show_of(mel)))
    return one, other


def no_show_of(absent: Actor):
    def step(db: Database, actor: Actor, meeting: MeetingInEvent) -> None:
        with at(meeting, 6):
            mark_no_show(db, actor, meeting, absent=absent.person)

    return step


def cleared() -> None:
    """Out of the way for the next round."""
    from sqlalchemy import delete, update

    from sessions.seats import Seat

    with transaction() as db:
        db.execute(delete(RestOffer))
        db.execute(delete(Seat))
        db.execute(update(Meeting).values(state=MeetingState.CANCELLED))


def test_two_who_take_the_same_person_at_once_by_their_requests_have_one_meeting(database_url):
    fair, people = settled_fair()
    bo, _cy, dee, _mel, tam = people
    for _round in range(ROUNDS):
        one, other = after_two_no_shows(fair, people)
        with transaction() as db:
            mine = make_request(db, fair, asker=tam, invitee=bo, slot=2).meeting.public_id
            theirs = make_request(db, fair, asker=tam, invitee=dee, slot=3).meeting.public_id
        with clock.frozen_at(fair.slots[0].starts_at + 6 * MINUTE):
            outcomes = race(
                on(one, bo, meet_request_now, request=mine), on(other, dee, meet_request_now, request=theirs)
            )
            with reading() as db:
                assert problems_with_seats(db) == []

        assert kinds(outcomes) == ["SlotTaken", "done"]
        cleared()


def test_two_who_say_yes_to_one_rest_at_once_have_one_meeting(database_url):
    fair, people = settled_fair()
    bo, _cy, dee, _mel, tam = people
    for _round in range(ROUNDS):
        one, _other = after_two_no_shows(fair, people)
        with clock.frozen_at(fair.slots[0].starts_at + 6 * MINUTE):
            with transaction() as db:
                requests = [
                    make_request(db, fair, asker=bo, invitee=who, slot=slot).meeting.public_id
                    for who, slot in ((dee, 2), (tam, 3))
                ]
            race(*(on(one, bo, meet_request_now, request=asked) for asked in requests))
            outcomes = race(on(requests[0], dee, meet_now), on(requests[1], tam, meet_now))
            with reading() as db:
                assert problems_with_seats(db) == []

        assert kinds(outcomes) == ["SlotTaken", "done"]
        cleared()


def test_a_volunteer_and_a_request_taken_for_the_same_person_at_once_have_one_meeting(database_url):
    fair, people = settled_fair()
    bo, _cy, dee, _mel, tam = people
    with transaction() as db:
        set_standby(db, tam, fair.event, ready=True)
        place = place_of(db, tam, fair)
    for _round in range(ROUNDS):
        one, other = after_two_no_shows(fair, people)
        with transaction() as db:
            mine = make_request(db, fair, asker=tam, invitee=bo, slot=2).meeting.public_id
        with clock.frozen_at(fair.slots[0].starts_at + 6 * MINUTE):
            outcomes = race(on(one, bo, meet_request_now, request=mine), on(other, dee, call_standby, standby=place))
            with reading() as db:
                assert problems_with_seats(db) == []

        assert kinds(outcomes) == ["SlotTaken", "done"]
        cleared()


def test_a_guest_who_comes_along_at_that_moment_is_seated_only_where_they_are_free(database_url):
    fair, people = settled_fair()
    bo, cy, dee, mel, _tam = people
    with transaction() as db:
        mill = make_organisation(db, "Mill")
        for one in (dee, mel):
            make_member(db, one, mill, is_contact=False)
            place_of(db, one, fair).organisation_id = mill.id
        taken = clock.atoms(fair.slots[0].starts_at, fair.slots[0].ends_at)
        db.add(BusyTime(person_id=mel.person or 0, first_atom=taken.start, end_atom=taken.stop))
    for _round in range(ROUNDS):
        with transaction() as db:
            missed = make_meeting(db, fair, asker=bo, invitee=cy).meeting.public_id
            agreed = agreed_between(db, fair, bo, dee).meeting.public_id
        with clock.frozen_at(fair.slots[0].starts_at + 6 * MINUTE):
            race(on(missed, bo, no_show_of(cy)))
            outcomes = race(on(missed, bo, meet_request_now, request=agreed), on(agreed, dee, brings_along(mel, fair)))
            with reading() as db:
                assert problems_with_seats(db) == []

        assert sum(outcome is None for outcome in outcomes) == 1, kinds(outcomes)
        cleared()


def brings_along(colleague: Actor, fair: Fair):
    def step(db: Database, actor: Actor, meeting: MeetingInEvent) -> None:
        place = place_of(db, colleague, fair)
        add_to_meeting(db, actor, side_of(meeting, actor.person or 0), registration=place)

    return step
