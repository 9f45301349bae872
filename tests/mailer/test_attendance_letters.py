"""Letters about how meetings went: who gets which, and when there is nothing to say any more."""

import re
from datetime import timedelta

import pytest

from events.core import clock
from events.looking_after import assign_desk
from events.programmes import Programme
from events.registration import RegistrationInEvent
from sessions.assessments import AssessmentsAwaited, NextStep, assess_meeting
from sessions.attendance import (
    correct_attendance,
    mark_held,
    mark_no_show,
    mark_technical_failure,
)
from sessions.contradictions import contradict_attendance, contradict_attendance_for
from sessions.meetings import MeetingState, get_meeting, page_of
from sessions.outcomes import OutcomeAwaited, Result, note_outcome
from sessions.stepping_in import meet_request_now
from sessions.waiting import TimeFound
from tests.events.makers_desks import make_desk
from tests.mailer.makers_letters import letters_after, parsed, text_of
from tests.makers import again
from tests.sessions.makers_meetings import make_fair, make_meeting, make_participant, make_request, place_of, with_rules

MINUTE = timedelta(minutes=1)


@pytest.fixture
def fair(db, ada):
    return make_fair(db, ada)


@pytest.fixture
def bo(db, bo, fair):
    return make_participant(db, bo, fair)


@pytest.fixture
def cy(db, cy, fair):
    return make_participant(db, cy, fair)


@pytest.fixture
def meeting(db, fair, bo, cy):
    return get_meeting(db, bo, make_meeting(db, fair, asker=bo, invitee=cy).meeting.public_id)


def begun(meeting, minutes=6):
    return clock.frozen_at(meeting.slot.starts_at + minutes * MINUTE)


def ids(meeting):
    return {"event_id": meeting.event.id, "meeting_id": meeting.id}


def written(db, kind, *facts):
    """The letters of a kind, after what was done and these facts; those with nothing to say are not written."""
    return [one for one in letters_after(db, *facts) if one.kind == kind and one.raw is not None]


def told(letters):
    """To whom, about what."""
    return sorted((parsed(one)["To"].addresses[0].addr_spec, str(parsed(one)["Subject"])) for one in letters)


def test_whoever_was_marked_as_missing_is_told_and_how_to_correct_it(db, meeting, bo, cy):
    with begun(meeting):
        mark_no_show(db, bo, meeting, absent=cy.person)
        (letter,) = written(db, "no_show_marked")

    assert told([letter]) == [("cy@example.org", "You were missed at your meeting with Bo Berg")]
    assert "10:00–10:20 (Europe/Lisbon)" in text_of(letter)
    assert "say so on the page of the meeting: the organisers read it" in re.sub(r"\s+", " ", text_of(letter))


def test_whoever_an_organiser_marked_as_missing_asks_an_organiser(db, fair, meeting, cy):
    with begun(meeting):
        mark_no_show(db, fair.ada, meeting, absent=cy.person)
        (letter,) = written(db, "no_show_marked")

    assert "tell an organiser of the event: they can correct it" in re.sub(r"\s+", " ", text_of(letter))


def test_a_mark_that_was_corrected_before_the_letter_is_written_leads_to_none(db, fair, meeting, bo, cy):
    with begun(meeting):
        mark_no_show(db, bo, meeting, absent=cy.person)
        correct_attendance(db, fair.ada, meeting, end=MeetingState.HELD)

        assert written(db, "no_show_marked") == []


def test_whoever_is_asked_to_come_instead_reads_until_when_and_that_the_request_waits_on(
    db, fair, meeting, bo, cy, dee
):
    request = make_request(db, fair, asker=bo, invitee=make_participant(db, dee, fair), slot=2)
    with begun(meeting):
        mark_no_show(db, bo, meeting, absent=cy.person)
        meet_request_now(db, bo, meeting, request=request)
        (letter,) = written(db, "rest_offered")

    assert told([letter]) == [("dee@example.org", "Bo Berg could meet you now")]
    assert page_of(request.meeting) in text_of(letter)
    assert "If you cannot come, do nothing: the request waits as before." in re.sub(r"\s+", " ", text_of(letter))


def test_a_letter_that_asks_to_come_is_not_written_when_it_is_too_late(db, fair, meeting, bo, cy, dee):
    request = make_request(db, fair, asker=bo, invitee=make_participant(db, dee, fair), slot=2)
    with begun(meeting):
        mark_no_show(db, bo, meeting, absent=cy.person)
        meet_request_now(db, bo, meeting, request=request)
    with begun(meeting, 18):
        assert written(db, "rest_offered") == []


def test_a_failure_and_a_correction_are_told_to_all(db, fair, meeting, bo, cy):
    with begun(meeting):
        mark_technical_failure(db, bo, meeting)
        failed = written(db, "meeting_failed")
        correct_attendance(db, fair.ada, meeting, end=MeetingState.HELD)
        corrected = written(db, "attendance_corrected")

    assert told(failed) == [
        ("bo@example.org", "Technical failure: your meeting with Cy Costa"),
        ("cy@example.org", "Technical failure: your meeting with Bo Berg"),
    ]
    assert [address for address, _subject in told(corrected)] == ["bo@example.org", "cy@example.org"]
    assert all("It now says that the meeting has taken place." in text_of(one) for one in corrected)


def test_organisers_and_desks_read_what_one_side_says_against_the_other(db, fair, meeting, bo, cy, eve):
    desk = make_desk(db, fair.ada, db.get_one(Programme, fair.event.programme_id), officer=eve)
    assign_desk(db, fair.ada, RegistrationInEvent(place_of(db, cy, fair), fair.event.event), desk=desk)
    with begun(meeting):
        mark_held(db, cy, meeting)
        contradict_attendance(db, bo, meeting, says=MeetingState.NO_SHOW, reason="I sat there alone.")
        letters = written(db, "attendance_contradicted")
        in_their_name = written(db, "attendance_contradicted_for")

    assert in_their_name == []
    subject = "Bo Berg says that a meeting was not as noted"
    assert told(letters) == [("ada@example.org", subject), ("eve@example.org", subject)]
    organiser, officer = (re.sub(r"\s+", " ", text_of(one)) for one in letters)
    for text in (organiser, officer):
        assert "As noted: It took place" in text and "By Bo Berg: Somebody did not come" in text
        assert "I sat there alone." in text and page_of(meeting.meeting) in text
    assert ("Decide on the page of the meeting" in organiser, "Decide on" in officer) == (True, False)


def test_what_a_desk_says_for_somebody_they_and_the_organisers_read_with_both_names(db, fair, meeting, bo, cy, eve):
    desk = make_desk(db, fair.ada, db.get_one(Programme, fair.event.programme_id), officer=eve)
    assign_desk(db, fair.ada, RegistrationInEvent(place_of(db, bo, fair), fair.event.event), desk=desk)
    with begun(meeting):
        mark_held(db, cy, meeting)
        ola = again(db, eve)
        looked_after = get_meeting(db, ola, meeting.meeting.public_id)
        contradict_attendance_for(
            db, ola, looked_after, person=bo.person, says=MeetingState.NO_SHOW, reason="Bo sat there alone."
        )
        (organiser,), (own,) = (written(db, f"attendance_contradicted{how}") for how in ("", "_for"))

    assert told([organiser, own]) == [
        ("ada@example.org", "Bo Berg says that a meeting was not as noted"),
        ("bo@example.org", "In your name: the meeting with Cy Costa was not as noted"),
    ]
    for text in (re.sub(r"\s+", " ", text_of(one)) for one in (organiser, own)):
        assert "Eve Ek did this for Bo Berg." in text and "Bo sat there alone." in text
        assert "As noted: It took place" in text and "Somebody did not come" in text


def test_what_one_side_says_greets_whoever_reads_it(db, fair, meeting, bo, cy):
    with begun(meeting):
        mark_held(db, cy, meeting)
        contradict_attendance(db, bo, meeting, says=MeetingState.NO_SHOW, reason="I sat there alone.")
        (letter,) = written(db, "attendance_contradicted")

    assert str(parsed(letter)["To"]) == "Ada Adler <ada@example.org>"
    assert text_of(letter).splitlines()[0] == "Hello Ada Adler,"


def test_what_was_decided_before_the_letter_is_written_is_told_to_no_organiser(db, fair, meeting, bo, cy):
    with begun(meeting):
        mark_held(db, cy, meeting)
        contradict_attendance(db, bo, meeting, says=MeetingState.NO_SHOW, reason="I sat there alone.")
        correct_attendance(db, fair.ada, meeting, end=MeetingState.NO_SHOW, absent=[cy.person])

        assert written(db, "attendance_contradicted") == []


def test_who_waited_reads_that_a_time_was_found(db, fair, bo, cy):
    asked = make_request(db, fair, asker=bo, invitee=cy)

    (letter,) = written(db, "time_found", TimeFound(event_id=fair.event.id, meeting_id=asked.id))

    assert told([letter]) == [("bo@example.org", "A time with Cy Costa has become free")]
    assert page_of(asked.meeting) in text_of(letter)
    assert "The time is held for both of you until" in text_of(letter)


def test_where_requests_hold_no_time_the_letter_does_not_say_so(db, fair, bo, cy):
    with_rules(db, fair, requests_hold=False)
    asked = make_request(db, fair, asker=bo, invitee=cy)

    (letter,) = written(db, "time_found", TimeFound(event_id=fair.event.id, meeting_id=asked.id))

    assert "The time is not held meanwhile: others can take it." in text_of(letter)
    assert "is held for both of you" not in text_of(letter)


def test_where_the_meeting_stands_already_its_own_letter_says_it(db, fair, meeting):
    assert written(db, "time_found", TimeFound(**ids(meeting))) == []


def test_one_letter_names_all_meetings_that_are_not_assessed(db, fair, meeting, bo, cy, dee):
    dee = make_participant(db, dee, fair)
    second = make_meeting(db, fair, asker=dee, invitee=bo, slot=1)
    fact = AssessmentsAwaited(event_id=fair.event.id, registration_id=place_of(db, bo, fair).id)
    with clock.frozen_at(second.slot.ends_at):
        (letter,) = written(db, "assessments_awaited", fact)

    assert told([letter]) == [("bo@example.org", "How did your meetings at Food Match go?")]
    assert [name for name in ("Cy Costa", "Dee Dumont") if f"> {name}: " in text_of(letter)] == [
        "Cy Costa", "Dee Dumont",
    ]  # fmt: skip
    assert "/meetings/food-match" in text_of(letter)


def test_who_has_assessed_all_meanwhile_gets_no_letter(db, fair, meeting, bo):
    with begun(meeting, 20):
        assess_meeting(db, bo, meeting, usefulness=3, next_step=NextStep.NONE)
        fact = AssessmentsAwaited(event_id=fair.event.id, registration_id=place_of(db, bo, fair).id)

        assert written(db, "assessments_awaited", fact) == []


def test_what_came_of_it_is_asked_until_somebody_says_it(db, meeting, bo):
    fact = OutcomeAwaited(**ids(meeting), person_id=bo.person, months=3)
    with begun(meeting, 20):
        (letter,) = written(db, "outcome_awaited", fact)
        note_outcome(db, bo, meeting, result=Result.AGREEMENT)
        later = written(db, "outcome_awaited", fact)

    assert told([letter]) == [("bo@example.org", "What came of your meeting with Cy Costa?")]
    assert "3 months ago" in re.sub(r"\s+", " ", text_of(letter))
    assert f"/outcome/{meeting.meeting.public_id}" in text_of(letter)
    assert later == [letter]
