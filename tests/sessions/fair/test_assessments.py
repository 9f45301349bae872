"""Assessments: who says what about a meeting and when, who reads it, and who is reminded how often."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import col, select

from events.core import clock
from events.core.access import Actor
from events.core.database import Database, reading, transaction
from events.core.journal import JournalEntry
from events.core.refusals import Conflict, Invalid, NotAllowed
from events.core.timers import TIMERS, Timer, run_due_timers
from events.events import EventClosedAlready, close_event
from events.programmes import Programme
from sessions.assessments import (
    Help,
    NextStep,
    Partnership,
    assess_meeting,
    assessment_by,
    assessments_of,
    next_morning,
    to_assess,
)
from sessions.attendance import mark_held, mark_no_show, mark_technical_failure
from sessions.meetings import MeetingInEvent, get_meeting
from sessions.moves import cancel_meeting
from sessions.requests import book_meeting
from tests.events.makers_desks import make_desk
from tests.makers import again, make_person, person_of
from tests.sessions.makers_meetings import (
    at,
    make_fair,
    make_meeting,
    make_participant,
    place_of,
)
from tests.sessions.racing import race

MINUTE = timedelta(minutes=1)


def assesses(db: Database, actor: Actor, meeting: MeetingInEvent, **values):
    said = {"usefulness": 4, "next_step": NextStep.VISIT} | values
    with at(meeting, 20):
        return assess_meeting(db, actor, meeting, **said)


def test_a_side_says_how_useful_it_was_and_what_follows(db, meeting, bo):
    assesses(
        db, bo, meeting, usefulness=5, next_step=NextStep.PILOT, partnership=Partnership.LICENCE,
        expected_on=date(2026, 6, 1), help=[Help.IP, Help.FINANCE, Help.IP], remark="  They hesitate. ",
    )  # fmt: skip

    said = assessment_by(db, meeting.id, bo.person)
    assert (said.usefulness, said.next_step, said.partnership, said.expected_on, said.help, said.remark) == (
        5, NextStep.PILOT, Partnership.LICENCE, date(2026, 6, 1), ["finance", "intellectual property"],
        "They hesitate.",
    )  # fmt: skip


def test_it_can_be_changed_until_the_event_closes(db, fair, meeting, bo):
    first = assesses(db, bo, meeting)
    again_ = assesses(db, bo, meeting, usefulness=2)
    assert (first.id, again_.usefulness) == (again_.id, 2)

    close_event(db, fair.ada, fair.event)
    with pytest.raises(EventClosedAlready):
        assesses(db, bo, get_meeting(db, bo, meeting.meeting.public_id))


@pytest.mark.parametrize(("wrong", "field"), [
    ({"usefulness": None}, "usefulness"),
    ({"usefulness": 0}, "usefulness"),
    ({"usefulness": 6}, "usefulness"),
    ({"next_step": None}, "next_step"),
    ({"expected_on": date(2026, 4, 14)}, "expected_on"),
    ({"expected_on": date(2037, 1, 1)}, "expected_on"),
    ({"remark": "x" * 1001}, "remark"),
])  # fmt: skip
def test_what_is_missing_or_wrong_is_said_at_its_field(db, meeting, bo, wrong, field):
    with pytest.raises(Invalid) as refused:
        assesses(db, bo, meeting, **wrong)

    assert list(refused.value.fields) == [field]
    assert assessment_by(db, meeting.id, bo.person) is None


@pytest.mark.parametrize(
    ("zone", "first"), [("Pacific/Honolulu", date(2026, 4, 14)), ("Pacific/Kiritimati", date(2026, 4, 15))]
)
def test_what_follows_on_the_very_day_counts_by_ones_own_clock(db, meeting, bo, zone, first):
    """The meeting is at 09:00 UTC: still the evening before in Honolulu."""
    person_of(db, bo).zone = zone
    said = assesses(db, bo, meeting, expected_on=first)
    with pytest.raises(Invalid):
        assesses(db, bo, meeting, expected_on=first - timedelta(days=1))

    assert said.expected_on == first


def test_a_meeting_is_not_assessed_before_it_is_over_unless_somebody_says_it_was_held(db, meeting, bo, cy):
    with at(meeting, 19):
        with pytest.raises(Conflict, match="is not over yet"):
            assess_meeting(db, bo, meeting, usefulness=4, next_step=NextStep.NONE)
        mark_held(db, cy, meeting)
        assess_meeting(db, bo, meeting, usefulness=4, next_step=NextStep.NONE)

    assert assessment_by(db, meeting.id, bo.person) is not None


def test_what_did_not_take_place_is_not_assessed(db, fair, bo, cy, dee, meeting):
    failed = make_meeting(db, fair, asker=bo, invitee=dee, slot=1)
    cancelled = make_meeting(db, fair, asker=cy, invitee=dee, slot=2)
    with at(meeting, 6):
        mark_no_show(db, bo, meeting, absent=cy.person)
    with at(failed, 6):
        mark_technical_failure(db, bo, failed)
    cancel_meeting(db, cy, cancelled)

    for subject, actor in ((meeting, bo), (failed, bo), (cancelled, cy)):
        with at(subject, 60), pytest.raises(Conflict):
            assess_meeting(db, actor, subject, usefulness=3, next_step=NextStep.NONE)


def test_only_those_who_met_assess(db, fair, meeting, dee):
    for outsider in (dee, fair.ada):
        with pytest.raises(NotAllowed):
            assesses(db, outsider, meeting)


def test_a_guest_assesses_too(db, fair, bo, cy, dee):
    places = [place_of(db, one, fair) for one in (bo, cy, dee)]
    booked = book_meeting(db, fair.ada, fair.event, people=places, slot=fair.slots[0])
    meeting = get_meeting(db, dee, booked.public_id)

    assesses(db, dee, meeting, usefulness=2)

    assert assessment_by(db, meeting.id, dee.person).usefulness == 2
    assert assessment_by(db, meeting.id, bo.person) is None


def test_two_clicks_at_once_are_one_assessment(database_url):
    with transaction() as db:
        fair = make_fair(db, make_person(db, "Ada Adler"))
        bo, cy = (make_participant(db, make_person(db, name), fair) for name in ("Bo Berg", "Cy Costa"))
        meeting = make_meeting(db, fair, asker=bo, invitee=cy)

    with at(meeting, 20):
        outcomes = race(
            *[
                lambda db, it=usefulness: assess_meeting(
                    db, bo, get_meeting(db, bo, meeting.meeting.public_id), usefulness=it, next_step=NextStep.NONE
                )
                for usefulness in (1, 2, 3, 4)
            ]
        )

    with reading() as db:
        assert (outcomes, assessment_by(db, meeting.id, bo.person).usefulness in {1, 2, 3, 4}) == ([None] * 4, True)


# --- who reads it ---------------------------------------------------------------------------------


def test_the_other_side_reads_nothing_and_a_remark_is_for_ones_own_desk(db, fair, meeting, bo, cy, dee):
    programme = db.exec(select(Programme).where(Programme.id == fair.event.programme_id)).one()
    desk = make_desk(db, fair.ada, programme, officer=dee)
    place_of(db, bo, fair).desk_id = desk.id
    db.flush()
    assesses(db, bo, meeting, remark="Bo's secret.")
    assesses(db, cy, meeting, remark="Cy's secret.")

    def read(actor):
        subject = get_meeting(db, actor, meeting.meeting.public_id)
        return [(one.name, one.remark) for one in assessments_of(db, actor, subject)]

    assert (read(bo), read(cy)) == ([], [])
    assert read(again(db, dee)) == [("Bo Berg", "Bo's secret.")]
    assert read(fair.ada) == [("Bo Berg", None), ("Cy Costa", "Cy's secret.")]


# --- who is asked and reminded --------------------------------------------------------------------


def test_what_one_has_to_assess_is_what_is_over_and_not_assessed(db, fair, meeting, bo, cy, dee):
    second = make_meeting(db, fair, asker=dee, invitee=bo, slot=1)
    assert to_assess(db, bo.person) == []

    with at(second, 20):
        assert [one.other for one in to_assess(db, bo.person)] == ["Cy Costa", "Dee Dumont"]
        assesses(db, bo, meeting)
        assert [one.other for one in to_assess(db, bo.person, fair.event.id)] == ["Dee Dumont"]
        assert to_assess(db, bo.person, fair.event.id + 1) == []
        close_event(db, fair.ada, fair.event)
        assert to_assess(db, bo.person) == []


def reminders(db: Database) -> list[int]:
    found = db.exec(
        select(JournalEntry).where(JournalEntry.kind == "AssessmentsAwaited").order_by(col(JournalEntry.id))
    )
    return [entry.particulars["registration_id"] for entry in found]


def rung(db: Database, moment: datetime) -> None:
    db.commit()
    with clock.frozen_at(moment):
        run_due_timers()
    db.expire_all()


def test_the_next_morning_each_is_reminded_once_of_all_meetings_of_the_day(db, fair, meeting, bo, cy, dee):
    second = make_meeting(db, fair, asker=dee, invitee=bo, slot=1)
    end = second.slot.ends_at
    rung(db, end)
    assert reminders(db) == []

    rung(db, next_morning(end, "Europe/Paris"))
    rung(db, next_morning(end, "Europe/Lisbon"))
    rung(db, end + timedelta(days=5))

    assert sorted(reminders(db)) == sorted(place_of(db, one, fair).id for one in (bo, cy, dee))


def test_who_has_assessed_all_is_not_reminded(db, fair, meeting, bo, cy):
    rung(db, meeting.slot.ends_at)
    assesses(db, bo, meeting)

    rung(db, meeting.slot.ends_at + timedelta(days=2))

    assert reminders(db) == [place_of(db, cy, fair).id]


def test_nobody_is_reminded_of_a_meeting_that_did_not_take_place(db, meeting, bo, cy):
    with at(meeting, 6):
        mark_no_show(db, bo, meeting, absent=cy.person)

    assert db.exec(select(Timer).where(Timer.kind == "assessments awaited")).all() == []


@pytest.mark.parametrize(("zone", "expected"), [
    ("Europe/Lisbon", datetime(2026, 4, 16, 8, 0, tzinfo=UTC)),
    ("Europe/Helsinki", datetime(2026, 4, 16, 6, 0, tzinfo=UTC)),
    ("Pacific/Auckland", datetime(2026, 4, 16, 21, 0, tzinfo=UTC)),
])  # fmt: skip
def test_the_next_morning_is_at_nine_on_ones_own_clock(zone, expected):
    assert next_morning(datetime(2026, 4, 15, 15, 0, tzinfo=UTC), zone) == expected


def test_the_night_in_which_the_clocks_change_has_a_morning_too():
    assert next_morning(datetime(2026, 10, 24, 15, 0, tzinfo=UTC), "Europe/Brussels") == datetime(
        2026, 10, 25, 8, 0, tzinfo=UTC
    )


def test_a_reminder_for_a_place_that_is_gone_says_nothing(db, database_url):
    TIMERS["assessments awaited"](db, 12345)

    assert reminders(db) == []
