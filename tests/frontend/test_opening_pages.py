"""The page of a cancelled meeting: who could meet instead, with a button for each."""

import pytest

from events.core.access import Actor
from events.core.database import Database
from events.registration import types_of
from sessions.booking_rules import set_type_limits
from sessions.meetings import MeetingInEvent, MeetingState
from sessions.moves import cancel_meeting
from sessions.schedules.publishing import publish_schedule
from tests.frontend.browser import Browser
from tests.sessions.makers_meetings import Fair, make_participant, problems_with_seats, seen_by
from tests.sessions.makers_schedules import make_agreed, make_central_fair, make_draft_here, make_wish

HEADING = "Who could meet instead"


@pytest.fixture
def fair(db: Database, ada: Actor) -> Fair:
    return make_central_fair(db, ada, slots=2)


@pytest.fixture
def bo(db: Database, bo: Actor, fair: Fair) -> Actor:
    return make_participant(db, bo, fair)


@pytest.fixture
def cy(db: Database, cy: Actor, fair: Fair) -> Actor:
    return make_participant(db, cy, fair)


@pytest.fixture
def dee(db: Database, dee: Actor, fair: Fair) -> Actor:
    return make_participant(db, dee, fair)


@pytest.fixture
def mel(db: Database, mel: Actor, fair: Fair) -> Actor:
    return make_participant(db, mel, fair)


@pytest.fixture
def cancelled(db: Database, fair: Fair, bo: Actor, cy: Actor) -> MeetingInEvent:
    """Bo's meeting with Cy, which got its time from a schedule and was called off."""
    meeting = make_agreed(db, fair, bo, cy)
    publish_schedule(db, fair.ada, make_draft_here(db, fair.ada, fair.event))
    cancel_meeting(db, bo, seen_by(db, meeting))
    return seen_by(db, meeting)


def address(meeting: MeetingInEvent) -> str:
    return f"/meetings/{meeting.meeting.public_id}"


def test_an_organiser_gives_the_time_to_one_of_those_who_wait(db, fair, bo, dee, mel, cancelled):
    agreed, wish = make_agreed(db, fair, bo, dee), make_wish(db, fair, mel, bo)
    browser = Browser(db, fair.ada)

    page = browser.get(address(cancelled))
    given = browser.send(f"{address(cancelled)}/instead", other=agreed.meeting.public_id)

    assert HEADING in page.text
    assert "Bo Berg and Dee Dumont Both want to meet" in page.text
    assert "Mel Meyer and Bo Berg Bo Berg has not answered yet" in page.text
    assert page.forms.count(f"{address(cancelled)}/instead") == 2
    assert [address(one) in page.links for one in (agreed, wish)] == [True, True]
    assert (given.status, given.path) == (200, address(agreed))
    assert seen_by(db, agreed).slot == cancelled.slot
    assert problems_with_seats(db) == []


def test_saying_yes_for_somebody_is_said_before_and_done_then(db, fair, bo, dee, cancelled):
    wish = make_wish(db, fair, dee, bo)
    browser = Browser(db, fair.ada)

    page = browser.get(address(cancelled))
    browser.send(f"{address(cancelled)}/instead", other=wish.meeting.public_id)

    assert "You say yes for Bo Berg, who reads that it was you." in page.text
    assert seen_by(db, wish).meeting.state is MeetingState.SCHEDULED


def test_where_nobody_fits_an_organiser_reads_so(db, fair, cancelled):
    page = Browser(db, fair.ada).get(address(cancelled))

    assert HEADING in page.text
    assert "nobody could meet then" in page.text


def test_those_who_meet_are_not_asked(db, fair, bo, dee, cancelled):
    make_agreed(db, fair, bo, dee)

    assert HEADING not in Browser(db, bo).get(address(cancelled)).text


def test_participants_do_not_give_times_where_the_organisers_choose_them(db, fair, bo, dee, cancelled):
    agreed = make_agreed(db, fair, bo, dee)

    page = Browser(db, bo).send(f"{address(cancelled)}/instead", other=agreed.meeting.public_id)

    assert page.status == 403
    assert seen_by(db, agreed).meeting.state is MeetingState.ACCEPTED


def test_what_others_may_not_see_is_not_found(db, fair, bo, cy, dee, mel, cancelled):
    agreed = make_agreed(db, fair, bo, dee)

    assert Browser(db, mel).send(f"{address(cancelled)}/instead", other=agreed.meeting.public_id).status == 404
    assert Browser(db, cy).send(f"{address(cancelled)}/instead", other=agreed.meeting.public_id).status == 404
    assert Browser(db, fair.ada).send(f"{address(cancelled)}/instead").status == 404


def test_who_comes_too_late_reads_why_and_sees_who_is_left(db, fair, bo, cy, dee, mel, cancelled):
    first, second, third = (make_agreed(db, fair, *pair) for pair in ((bo, dee), (bo, mel), (cy, mel)))
    browser = Browser(db, fair.ada)
    assert browser.get(address(cancelled)).forms.count(f"{address(cancelled)}/instead") == 3

    browser.send(f"{address(cancelled)}/instead", other=first.meeting.public_id)
    late = browser.send(f"{address(cancelled)}/instead", other=second.meeting.public_id)

    assert late.status == 409
    assert "Bo Berg is not free at 11:00" in late.text
    assert HEADING in late.text
    assert [address(one) in late.links for one in (first, second, third)] == [False, False, True]
    assert seen_by(db, second).meeting.state is MeetingState.ACCEPTED


def test_beyond_a_limit_the_reason_is_asked_for_beside_the_two(db, fair, bo, dee, mel, cancelled):
    agreed, _other = (make_agreed(db, fair, bo, one) for one in (dee, mel))
    kind = types_of(db, fair.event.id)[0]
    set_type_limits(db, fair.ada, fair.event, type=kind, min_meetings=None, max_meetings=1)
    browser = Browser(db, fair.ada)

    refused = browser.send(f"{address(cancelled)}/instead", other=agreed.meeting.public_id)
    given = browser.send(f"{address(cancelled)}/instead", other=agreed.meeting.public_id, override="They came far")

    assert refused.status == 422
    assert "Why go beyond the limit" in refused.text
    assert given.path == address(agreed)
    assert seen_by(db, agreed).meeting.override == "They came far"
