"""What people hear when an event is closed before everything in it has come: entries leave calendars, nothing is left
standing that nobody could call off any more."""

import pytest
from sqlmodel import select

from events.core import clock
from events.events import close_event
from sessions.calendars import CalendarMethod, EntryKind, find_entry, latest_revision
from sessions.meetings import MeetingState
from sessions.seats import Seat
from sessions.timetable.stars import get_agenda_session, star_session
from tests.mailer.makers_letters import all_letters, calendar_event_of, new_letters, sent
from tests.makers import again
from tests.sessions.makers_agenda import address_of, make_agenda, make_session, released
from tests.sessions.makers_meetings import (
    at,
    make_fair,
    make_meeting,
    make_participant,
    make_request,
    seats_of,
    state_of,
)
from tests.sessions.makers_review_meetings import DAY, FIRST, plan
from tests.sessions.makers_reviews import make_review


@pytest.fixture
def fair(db, ada):
    return make_fair(db, ada)


def test_meetings_to_come_are_cancelled_in_calendars_and_requests_expire(db, fair, bo, cy, dee):
    bo, cy, dee = (make_participant(db, one, fair) for one in (bo, cy, dee))
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)
    request = make_request(db, fair, asker=dee, invitee=cy, slot=1)
    known = sent(db)

    close_event(db, fair.ada, fair.event)

    assert (state_of(db, meeting), state_of(db, request)) == (MeetingState.CANCELLED, MeetingState.EXPIRED)
    assert db.exec(select(Seat)).all() == []
    told = new_letters(db, known)
    assert {name: one.kind for name, one in told.items()} == {
        "bo": "meeting_cancelled", "cy": "meeting_cancelled", "dee": "meeting_expired"
    }  # fmt: skip
    assert [(told[name].method, calendar_event_of(told[name])["SEQUENCE"]) for name in ("bo", "cy")] == [
        ("CANCEL", 1), ("CANCEL", 1)
    ]  # fmt: skip


def test_a_meeting_that_has_begun_is_not_called_off(db, fair, bo, cy):
    bo, cy = (make_participant(db, one, fair) for one in (bo, cy))
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)

    with at(meeting, 1):
        close_event(db, fair.ada, fair.event)

    assert state_of(db, meeting) is MeetingState.SCHEDULED
    assert seats_of(db, meeting) != []


def test_sessions_to_come_leave_the_calendars_of_speakers_and_audience(db, ada, bo, cy):
    made = make_agenda(db, ada, bo)
    over = make_session(db, made, "Welcome", hours=-3, speakers=address_of(db, bo))
    opening = make_session(db, made, "Opening", hours=30, speakers=address_of(db, bo))
    released(db, made)
    star_session(db, cy, get_agenda_session(db, made.event, opening.session.public_id))
    known = sent(db)

    close_event(db, made.ada, made.event)

    told = new_letters(db, known)
    assert {name: (one.kind, one.method) for name, one in told.items()} == {
        "bo": ("session_called_off", "CANCEL"), "cy": ("starred_session_called_off", "CANCEL")
    }  # fmt: skip
    methods = [latest_revision(db, find_entry(db, EntryKind.SESSION, one.id)).method for one in (over, opening)]
    assert methods == [CalendarMethod.REQUEST, CalendarMethod.CANCEL]


def test_who_stars_a_session_of_a_closed_event_is_not_invited_to_it(db, ada, bo, cy):
    made = make_agenda(db, ada, bo)
    opening = make_session(db, made, "Opening", hours=30)
    released(db, made)
    seen = get_agenda_session(db, made.event, opening.session.public_id)
    close_event(db, made.ada, made.event)
    known = sent(db)

    star_session(db, cy, seen)

    sent(db)
    assert all_letters()[known:] == []


def test_the_meeting_of_a_review_that_is_prepared_leaves_calendars(db):
    review = make_review(db)
    plan(db, review)
    known = sent(db)

    close_event(db, again(db, review.ada), review.event)

    sent(db)
    told = all_letters()[known:]
    assert {(one.kind, one.method) for one in told} == {("review_day_freed", "CANCEL")}
    assert len(told) == 16  # two days, eight with a place


def test_a_day_of_a_review_that_has_begun_stays(db):
    review = make_review(db)
    plan(db, review)
    known = sent(db)

    with clock.frozen_at(FIRST + DAY / 48):
        close_event(db, again(db, review.ada), review.event)
        sent(db)

    assert len(all_letters()[known:]) == 8
