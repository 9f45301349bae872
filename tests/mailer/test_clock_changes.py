"""Zones whose rules change after people were invited: who is told what, and what stays as it is."""

from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from events.core import clock
from frontend.clocks import tell_of_clock_changes
from sessions.calendars import Answer, EntryKind, find_entry, latest_revision
from sessions.clock_changes import entries_on_another_clock
from sessions.meetings import Meeting
from sessions.moves import cancel_meeting
from sessions.regular.coming import join_regular_session
from sessions.regular.rows import Repeats
from sessions.regular.setting import RegularWords, Rhythm, set_regular_session
from sessions.replies import CalendarReply, ReplyVerb, answer_entry, find_entry_of
from tests.mailer.makers_letters import all_letters, calendar_event_of, new_letters, sent, text_of
from tests.makers import again
from tests.sessions.makers_meetings import make_fair, make_meeting, make_participant, seen_by


@contextmanager
def older_rules():
    """What is said inside the block is said while every zone is five hours ahead of UTC."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sessions.calendars.ZoneInfo", lambda _zone: timezone(timedelta(hours=5)))
        yield


@pytest.fixture
def meeting(db, ada, bo, cy):
    """A meeting of Bo and Cy, of which they were told before the rules changed."""
    fair = make_fair(db, ada)
    bo, cy = (make_participant(db, one, fair) for one in (bo, cy))
    with older_rules():
        found = make_meeting(db, fair, asker=bo, invitee=cy)
    sent(db)
    return found


def tells(db):
    """What the command says, and whom it writes to."""
    known = len(all_letters())
    db.commit()
    lines = tell_of_clock_changes()
    return lines, new_letters(db, known)


def test_everybody_is_told_once_what_the_clock_shows_now_and_the_moment_stays(db, meeting):
    before = calendar_event_of(next(one for one in all_letters() if one.uid and one.address.startswith("cy")))

    first, letters = tells(db)
    second, none = tells(db)

    told = {name: (one.kind, one.method, one.sequence) for name, one in letters.items()}
    assert told.pop("ada") == ("hours_changed", "", 0)
    assert told == dict.fromkeys(("bo", "cy"), ("clock_changed", "REQUEST", 1))
    assert "Meetings and others: 1\n" in text_of(letters["ada"])
    assert "Sessions of the agenda" not in text_of(letters["ada"])
    after = calendar_event_of(letters["cy"])
    assert [after[name] for name in ("UID", "ORGANIZER")] == [before[name] for name in ("UID", "ORGANIZER")]
    assert after["DTSTART"].dt == before["DTSTART"].dt == db.get_one(Meeting, meeting.id).starts_at
    assert after["DTSTAMP"].dt > before["DTSTAMP"].dt
    was = (after["DTSTART"].dt + timedelta(hours=5)).strftime("%Y-%m-%d %H:%M")
    assert f"and not {was}" in text_of(letters["cy"])
    assert len(first) == 1
    assert first[0].endswith("1 calendar entries said anew")
    assert (second, none) == (["Every invitation names the hour that its clock shows."], {})


def test_an_answer_that_was_given_stays(db, meeting, cy):
    uid = find_entry(db, EntryKind.MEETING, meeting.id).uid
    reply = CalendarReply(ReplyVerb.ACCEPTED, uid, 0, clock.now())
    answer_entry(db, again(db, cy), find_entry_of(db, uid, cy.person), reply=reply)

    _lines, letters = tells(db)

    invited = {name: one for name, one in letters.items() if one.uid}
    parameters = {name: calendar_event_of(one)["ATTENDEE"].params["PARTSTAT"] for name, one in invited.items()}
    assert parameters == {"bo": Answer.NONE, "cy": Answer.ACCEPTED}


def test_what_is_called_off_or_over_is_left_alone(db, meeting, bo):
    with clock.frozen_at(meeting.slot.ends_at + timedelta(minutes=1)):
        assert entries_on_another_clock(db) == []
    cancel_meeting(db, again(db, bo), seen_by(db, meeting))

    assert entries_on_another_clock(db) == []


def test_what_was_said_by_the_rules_of_today_is_right(db, ada, bo, cy):
    fair = make_fair(db, ada)
    bo, cy = (make_participant(db, one, fair) for one in (bo, cy))
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)

    revision = latest_revision(db, find_entry(db, EntryKind.MEETING, meeting.id))

    assert revision.zone == fair.event.zone
    assert entries_on_another_clock(db) == []


def test_the_dates_of_an_event_are_looked_at_too(db, ada):
    with older_rules():
        fair = make_fair(db, ada)

    lines, letters = tells(db)

    assert (len(lines), lines[0].startswith(f"{fair.event.event.slug} ({fair.event.zone}): ")) == (1, True)
    # Nobody has them in a calendar; feeds and files say them by the new clock, and organisers decide about them.
    assert {name: one.kind for name, one in letters.items()} == {"ada": "hours_changed"}
    phases = len([one for one in fair.event.phases if one.starts_at > clock.now()])
    assert f"Phases: {phases}\n" in text_of(letters["ada"])


def test_a_regular_session_keeps_its_hour_and_calendars_get_its_new_moments(db, ada, cy):
    fair = make_fair(db, ada)
    cy = make_participant(db, cy, fair)
    first = datetime(2026, 10, 7, 10, tzinfo=ZoneInfo("Europe/Brussels"))
    with pytest.MonkeyPatch.context() as patch:
        for module in ("sessions.series", "sessions.regular.rows", "events.core.wall"):
            patch.setattr(f"{module}.ZoneInfo", lambda _zone: timezone(timedelta(hours=5)))
        rhythm = Rhythm(first.replace(tzinfo=timezone(timedelta(hours=5))), 30, Repeats.WEEKLY, times=4)
        hour = set_regular_session(db, again(db, ada), fair.event, words=RegularWords("Open hour"), rhythm=rhythm)
        join_regular_session(db, again(db, cy), hour)
        sent(db)

    with clock.frozen_at(first + timedelta(days=8)):  # when it has begun, as the rules may change at any time
        lines, letters = tells(db)
        again_lines, none = tells(db)

    assert lines[0].endswith("1 calendar entries said anew")
    assert (again_lines, none) == (["Every invitation names the hour that its clock shows."], {})
    assert {name: (one.kind, one.method, one.sequence) for name, one in letters.items()} == {
        "cy": ("clock_changed", "REQUEST", 1)
    }
    assert calendar_event_of(letters["cy"])["DTSTART"].dt == first
    assert "It keeps its hours" in text_of(letters["cy"])
