"""Contradictions: one side notes how a meeting ended, the other says that it was not so, and the organisers decide."""

from datetime import timedelta

import pytest
from sqlmodel import select

from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.core.refusals import Conflict, Invalid, NotAllowed, NotFound, Refusal
from events.events import EventClosedAlready, close_event
from events.looking_after import assign_desk
from events.programmes import Programme
from events.registration import RegistrationInEvent
from sessions.attendance import (
    MeetingAttendance,
    check_in_to_meeting,
    correct_attendance,
    mark_held,
    mark_no_show,
    mark_technical_failure,
    presence_of,
)
from sessions.contradictions import (
    AttendanceContradicted,
    NothingToContradict,
    SaidAlready,
    contradict_attendance,
    contradict_attendance_for,
    contradictions_of,
)
from sessions.meetings import MeetingInEvent, MeetingState, get_meeting
from sessions.requests import book_meeting
from tests.events.makers_desks import make_desk
from tests.makers import again, make_organisation
from tests.sessions.makers_meetings import (
    Fair,
    at,
    facts,
    make_participant,
    place_of,
    problems_with_seats,
    seen_by,
    state_of,
)

MINUTE = timedelta(minutes=1)


def officer_for(db: Database, fair: Fair, officer: Actor, *people: Actor) -> Actor:
    """Somebody whose desk looks after these participants."""
    desk = make_desk(db, fair.ada, db.get_one(Programme, fair.event.programme_id), officer=officer)
    for one in people:
        assign_desk(db, fair.ada, RegistrationInEvent(place_of(db, one, fair), fair.event.event), desk=desk)
    return again(db, officer)


def says_of(db: Database, meeting: MeetingInEvent) -> dict[int, tuple[MeetingState | None, bool]]:
    """How it ended by the word of each, and whether they contradict."""
    rows = db.exec(select(MeetingAttendance).where(MeetingAttendance.meeting_id == meeting.id))
    return {row.person_id: (row.says, row.contradicts) for row in rows}


@pytest.mark.parametrize(("note", "state"), [
    (mark_held, MeetingState.HELD), (mark_technical_failure, MeetingState.FAILED),
])  # fmt: skip
def test_whoever_waited_contradicts_what_the_absent_one_noted_and_the_organisers_decide(
    db, fair, meeting, bo, cy, note, state
):
    with at(meeting, 1):
        check_in_to_meeting(db, bo, meeting)
        note(db, cy, seen_by(db, meeting))
    with at(meeting, 6):
        contradict_attendance(db, bo, seen_by(db, meeting), says=MeetingState.NO_SHOW, reason="I sat there alone.")

        assert state_of(db, meeting) is state
        assert says_of(db, meeting) == {bo.person: (MeetingState.NO_SHOW, True), cy.person: (state, False)}
        assert facts(db, AttendanceContradicted) == [
            AttendanceContradicted(event_id=meeting.event.id, meeting_id=meeting.id, person_id=bo.person)
        ]
        correct_attendance(db, fair.ada, seen_by(db, meeting), end=MeetingState.NO_SHOW, absent=[cy.person])
    assert (state_of(db, meeting), presence_of(db, meeting).absent) == (MeetingState.NO_SHOW, {cy.person})
    assert contradictions_of(db, fair.ada, seen_by(db, meeting)) == []
    assert problems_with_seats(db) == []


def test_whoever_was_marked_as_missing_says_that_they_were_there(db, fair, meeting, bo, cy, dee):
    with at(meeting, 6):
        mark_no_show(db, bo, meeting, absent=cy.person)
        contradict_attendance(db, cy, seen_by(db, meeting), says=MeetingState.HELD, reason=" At table 2. ")

        (read,) = contradictions_of(db, fair.ada, seen_by(db, meeting))
        assert (read.name, read.says, read.reason, read.at) == (
            "Cy Costa", MeetingState.HELD, "At table 2.", clock.now(),
        )  # fmt: skip
    assert contradictions_of(db, cy, seen_by(db, meeting)) == [read]
    assert contradictions_of(db, bo, seen_by(db, meeting)) == []
    assert problems_with_seats(db) == []


def test_who_cannot_contradict_reads_why(db, fair, meeting, bo, cy, dee):
    def refused(actor: Actor, kind: type[Refusal], **values: object) -> str:
        given = {"says": MeetingState.NO_SHOW, "reason": "Nobody came."} | values
        with pytest.raises(kind) as refusal:
            contradict_attendance(db, actor, seen_by(db, meeting), **given)
        return str(refusal.value)

    with at(meeting, 6):
        assert refused(bo, Conflict) == "Nobody has said yet how this meeting ended."
        mark_held(db, cy, seen_by(db, meeting))
        refused(dee, NotAllowed)
        assert refused(cy, SaidAlready).startswith("Your own side has said so.")
        with pytest.raises(Invalid) as wrong:
            contradict_attendance(db, bo, seen_by(db, meeting), says=MeetingState.HELD, reason="")
        assert set(wrong.value.fields) == {"says", "reason"}
        refused(bo, Invalid, reason="x" * 501)
        contradict_attendance(db, bo, seen_by(db, meeting), says=MeetingState.NO_SHOW, reason="Nobody came.")
        assert refused(bo, SaidAlready).startswith("You have said already")
        correct_attendance(db, fair.ada, seen_by(db, meeting), end=MeetingState.HELD)
        assert refused(bo, NothingToContradict).startswith("This was not said by the other side.")
    assert len(facts(db, AttendanceContradicted)) == 1


def test_after_the_event_it_is_too_late_to_contradict(db, fair, meeting, bo, cy):
    with at(meeting, 6):
        mark_held(db, cy, meeting)
    close_event(db, fair.ada, fair.event)

    closed = get_meeting(db, bo, meeting.meeting.public_id)

    with at(meeting, 60), pytest.raises(EventClosedAlready):
        contradict_attendance(db, bo, closed, says=MeetingState.NO_SHOW, reason="Nobody came.")


def test_what_a_desk_noted_for_a_side_is_contradicted_by_the_other_and_by_no_colleague(db, fair, bo, cy, dee, tam, eve):
    lab = make_organisation(db, "Lisbon Lab")
    tam, place_of(db, cy, fair).organisation_id = make_participant(db, tam, fair, organisation=lab), lab.id
    ola = officer_for(db, fair, eve, cy)
    places = [place_of(db, one, fair) for one in (bo, cy, tam)]
    booked = book_meeting(db, fair.ada, fair.event, people=places, slot=fair.slots[0])
    meeting = get_meeting(db, bo, booked.public_id)
    with at(meeting, 6):
        mark_technical_failure(db, ola, seen_by(db, meeting))

        assert says_of(db, meeting) == {cy.person: (MeetingState.FAILED, False)}
        with pytest.raises(SaidAlready):
            contradict_attendance(db, tam, seen_by(db, meeting), says=MeetingState.HELD, reason="We met.")
        contradict_attendance(db, bo, seen_by(db, meeting), says=MeetingState.HELD, reason="We met.")
    assert says_of(db, meeting)[bo.person] == (MeetingState.HELD, True)


def test_a_desk_contradicts_for_whom_it_looks_after_and_for_nobody_else(db, fair, meeting, bo, cy, eve):
    with at(meeting, 6):
        mark_held(db, cy, seen_by(db, meeting))
        ola, values = officer_for(db, fair, eve, bo), {"says": MeetingState.NO_SHOW, "reason": "Bo waited alone."}
        with pytest.raises(NotFound):
            contradict_attendance_for(db, ola, seen_by(db, meeting), person=cy.person, **values)
        for stranger in (bo, cy, fair.ada):
            with pytest.raises(NotAllowed):
                contradict_attendance_for(db, stranger, seen_by(db, meeting), person=bo.person, **values)
        contradict_attendance_for(db, ola, seen_by(db, meeting), person=bo.person, **values)

        assert (state_of(db, meeting), says_of(db, meeting)) == (
            MeetingState.HELD, {bo.person: (MeetingState.NO_SHOW, True), cy.person: (MeetingState.HELD, False)},
        )  # fmt: skip
        assert [one.person_id for one in facts(db, AttendanceContradicted)] == [bo.person]
        assert [one.name for one in contradictions_of(db, fair.ada, seen_by(db, meeting))] == ["Bo Berg"]
        with pytest.raises(SaidAlready, match="Bo Berg says already"):
            contradict_attendance_for(db, ola, seen_by(db, meeting), person=bo.person, **values)
        with pytest.raises(SaidAlready, match="You have said already"):
            contradict_attendance(db, bo, seen_by(db, meeting), **values)


def test_a_desk_does_not_contradict_what_the_own_side_has_said(db, fair, meeting, bo, cy, eve):
    ola = officer_for(db, fair, eve, bo)
    with at(meeting, 6):
        mark_held(db, bo, seen_by(db, meeting))
        with pytest.raises(SaidAlready, match="Their own side has said so"):
            contradict_attendance_for(
                db, ola, seen_by(db, meeting), person=bo.person, says=MeetingState.NO_SHOW, reason="Nobody came."
            )

    assert facts(db, AttendanceContradicted) == []


def test_what_an_organiser_or_the_clock_noted_is_no_sides_word(db, fair, meeting, bo, cy):
    with at(meeting, 6):
        mark_held(db, fair.ada, seen_by(db, meeting))
        with pytest.raises(NothingToContradict):
            contradict_attendance(db, bo, seen_by(db, meeting), says=MeetingState.NO_SHOW, reason="Nobody came.")
    assert says_of(db, meeting) == {}


def test_nobody_vouches_for_themselves_and_nobody_for_a_guest(db, fair, bo, cy, dee):
    places = [place_of(db, one, fair) for one in (bo, cy, dee)]
    meeting = get_meeting(db, bo, book_meeting(db, fair.ada, fair.event, people=places, slot=fair.slots[0]).public_id)
    with at(meeting, 6):
        mark_held(db, cy, seen_by(db, meeting))

        assert presence_of(db, seen_by(db, meeting)).vouched == {bo.person}
        correct_attendance(db, fair.ada, seen_by(db, meeting), end=MeetingState.HELD)
    assert presence_of(db, seen_by(db, meeting)).vouched == {bo.person, cy.person}
