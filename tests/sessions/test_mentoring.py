"""Office hours and what teams book in them."""

from datetime import timedelta

import pytest
from sqlmodel import select

from events.core import clock
from events.core.database import Database
from events.core.refusals import Conflict, Invalid, NotAllowed, NotFound
from events.events import close_event
from events.joining import leave_team
from events.registration import RegistrationInEvent, withdraw_registration
from sessions.blocks import Slot
from sessions.calendars import CalendarEntry, EntryKind, find_entry
from sessions.meetings import TimePassed
from sessions.mentoring import (
    ChangedMeanwhile,
    Mentoring,
    MentoringState,
    book_mentoring,
    cancel_mentoring,
    get_mentoring,
    leave_mentoring,
    move_mentoring,
)
from sessions.mentoring_lists import (
    booked_by_team,
    booked_in,
    booked_with,
    mentorings_between,
    offered_to,
    office_hours_in,
    other_hours,
    people_in,
)
from sessions.office_hours import (
    HoursInUse,
    close_office_hours,
    get_hours,
    open_office_hours,
    slots_of_hours,
)
from sessions.seats import Seat, SlotTaken
from tests.makers import again, make_person, make_registration, person_of
from tests.sessions.makers_meetings import make_fair, make_meeting, make_participant, tomorrow
from tests.sessions.makers_mentoring import (
    Clinic,
    make_clinic,
    make_hours,
    make_member_of,
    make_mentor,
    make_mentoring,
    make_other_team,
    mentoring_seen,
    problems_with_mentoring,
)


@pytest.fixture
def clinic(db: Database) -> Clinic:
    return make_clinic(db)


def test_office_hours_are_cut_into_slots_that_fit(db: Database, clinic: Clinic) -> None:
    start = tomorrow() + timedelta(hours=5)

    row = open_office_hours(db, clinic.mel, clinic.event, starts_at=start, ends_at=start + timedelta(minutes=50))

    assert [one.starts_at - start for one in slots_of_hours(row)] == [timedelta(), timedelta(minutes=20)]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"starts_at": timedelta(minutes=3)}, "starts_at"),
        ({"ends_at": timedelta(hours=1, minutes=1)}, "ends_at"),
        ({"ends_at": timedelta(minutes=10)}, "ends_at"),
        ({"ends_at": timedelta(hours=13)}, "ends_at"),
        ({"slot_minutes": 7}, "slot_minutes"),
        ({"slot_minutes": 0}, "slot_minutes"),
        ({"slot_minutes": 245}, "slot_minutes"),
        ({"topics": "x" * 301}, "topics"),
        ({"place": "x" * 201}, "place"),
    ],
)
def test_office_hours_that_make_no_sense_are_refused(
    db: Database, clinic: Clinic, values: dict[str, timedelta], field: str
) -> None:
    start = tomorrow() + timedelta(hours=5)
    usual = {"starts_at": timedelta(), "ends_at": timedelta(hours=1)} | values
    times = {name: start + value if isinstance(value, timedelta) else value for name, value in usual.items()}

    with pytest.raises(Invalid) as refused:
        open_office_hours(db, clinic.mel, clinic.event, **times)  # type: ignore[arg-type]

    assert list(refused.value.fields) == [field]


def test_office_hours_that_are_over_are_refused(db: Database, clinic: Clinic) -> None:
    start = tomorrow() - timedelta(days=2)

    with pytest.raises(Invalid, match="has passed"):
        open_office_hours(db, clinic.mel, clinic.event, starts_at=start, ends_at=start + timedelta(hours=1))


def test_a_mentors_office_hours_do_not_overlap(db: Database, clinic: Clinic) -> None:
    with pytest.raises(Invalid, match="already"):
        make_hours(db, clinic.mel, clinic.event, from_now=timedelta(minutes=30))

    assert make_hours(db, clinic.mel, clinic.event, from_now=timedelta(minutes=60)).id != clinic.hours.id


def test_only_mentors_open_office_hours(db: Database, clinic: Clinic) -> None:
    for actor in (clinic.ada, clinic.bo):
        with pytest.raises(NotAllowed):
            make_hours(db, actor, clinic.event, from_now=timedelta(hours=3))


def test_a_team_books_a_slot_for_all_of_it(db: Database, clinic: Clinic) -> None:
    cy = make_member_of(db, clinic, "Cy Costa")

    booked = make_mentoring(db, clinic, slot=1, topic="Is it legal?")

    slot = slots_of_hours(clinic.hours.hours)[1]
    assert (booked.mentoring.starts_at, booked.mentoring.place) == (slot.starts_at, "Room 4")
    assert set(booked.people) == {clinic.mel.person, clinic.bo.person, cy.person}
    assert problems_with_mentoring(db) == []


def test_a_team_books_for_some_of_it(db: Database, clinic: Clinic) -> None:
    cy = make_member_of(db, clinic, "Cy Costa")
    hours = clinic.hours.hours

    row = book_mentoring(
        db, clinic.bo, clinic.team, hours=hours, slot=slots_of_hours(hours)[0], people=[cy.person or 0]
    )

    assert [one.person_id for one in people_in(db, mentoring_seen(db, clinic, row))] == [clinic.mel.person, cy.person]
    assert problems_with_mentoring(db) == []


@pytest.mark.parametrize("people", [[], ["mel"], ["eve"]])
def test_only_members_come(db: Database, clinic: Clinic, people: list[str]) -> None:
    known = {"mel": clinic.mel.person or 0, "eve": make_person(db, "Eve Ek").person or 0}
    hours = clinic.hours.hours

    with pytest.raises(Invalid, match="at least one member"):
        book_mentoring(
            db,
            clinic.bo,
            clinic.team,
            hours=hours,
            slot=slots_of_hours(hours)[0],
            people=[known[one] for one in people],
        )


def test_a_slot_is_booked_once(db: Database, clinic: Clinic) -> None:
    make_mentoring(db, clinic)
    other, team = make_other_team(db, clinic, "Wax")
    hours = clinic.hours.hours

    with pytest.raises(SlotTaken):
        book_mentoring(db, other, team, hours=hours, slot=slots_of_hours(hours)[0])

    assert db.exec(select(Mentoring).where(Mentoring.team_id == team.id)).all() == []
    assert problems_with_mentoring(db) == []


def test_a_slot_that_is_none_or_has_passed_is_refused(db: Database, clinic: Clinic) -> None:
    hours = clinic.hours.hours
    beside = Slot(hours.starts_at + timedelta(minutes=5), hours.starts_at + timedelta(minutes=25))

    with pytest.raises(Invalid, match="one of the mentor's times"):
        book_mentoring(db, clinic.bo, clinic.team, hours=hours, slot=beside)
    with clock.frozen_at(hours.starts_at), pytest.raises(TimePassed):
        book_mentoring(db, clinic.bo, clinic.team, hours=hours, slot=slots_of_hours(hours)[0])


def test_a_team_has_three_bookings_to_come_at_most(db: Database, clinic: Clinic) -> None:
    more = make_hours(db, clinic.mel, clinic.event, from_now=timedelta(hours=2))
    for number in range(3):
        make_mentoring(db, clinic, slot=number)

    with pytest.raises(Conflict, match="3 bookings to come"):
        book_mentoring(db, clinic.bo, clinic.team, hours=more.hours, slot=slots_of_hours(more.hours)[0])

    with clock.frozen_at(slots_of_hours(clinic.hours.hours)[1].starts_at):
        book_mentoring(db, clinic.bo, clinic.team, hours=more.hours, slot=slots_of_hours(more.hours)[0])


def test_a_meeting_keeps_a_mentor_and_a_member_from_mentoring(db: Database, clinic: Clinic) -> None:
    """Seats are one for meetings and mentoring, whatever the event."""
    fair = make_fair(db, clinic.ada)  # its first slot is tomorrow at 09:00 as well
    cy = make_participant(db, make_person(db, "Cy Costa"), fair)
    bo = make_participant(db, clinic.bo, fair)
    make_meeting(db, fair, asker=bo, invitee=cy, slot=0)

    with pytest.raises(SlotTaken):
        make_mentoring(db, clinic, slot=0)
    make_mentoring(db, clinic, slot=2)

    assert problems_with_mentoring(db) == []


def test_a_mentoring_keeps_its_people_from_meetings(db: Database, clinic: Clinic) -> None:
    fair = make_fair(db, clinic.ada)
    cy = make_participant(db, make_person(db, "Cy Costa"), fair)
    mel = make_participant(db, clinic.mel, fair)
    booked = make_mentoring(db, clinic, slot=0)

    with pytest.raises(SlotTaken):
        make_meeting(db, fair, asker=cy, invitee=mel, slot=0)
    cancel_mentoring(db, clinic.bo, booked)
    make_meeting(db, fair, asker=cy, invitee=mel, slot=0)

    assert problems_with_mentoring(db) == []


def test_a_mentoring_is_moved_by_team_and_mentor(db: Database, clinic: Clinic) -> None:
    later = make_hours(db, clinic.mel, clinic.event, from_now=timedelta(hours=2))
    booked = make_mentoring(db, clinic)

    move_mentoring(db, clinic.bo, booked, hours=clinic.hours.hours, slot=slots_of_hours(clinic.hours.hours)[2])
    move_mentoring(db, clinic.mel, booked, hours=later.hours, slot=slots_of_hours(later.hours)[1])

    assert booked.mentoring.starts_at == slots_of_hours(later.hours)[1].starts_at
    assert problems_with_mentoring(db) == []
    close_office_hours(db, clinic.mel, clinic.hours)


def test_a_move_to_what_is_taken_leaves_it_where_it_is(db: Database, clinic: Clinic) -> None:
    other, team = make_other_team(db, clinic, "Wax")
    slots = slots_of_hours(clinic.hours.hours)
    book_mentoring(db, other, team, hours=clinic.hours.hours, slot=slots[1])
    booked = make_mentoring(db, clinic)

    with pytest.raises(SlotTaken):
        move_mentoring(db, clinic.bo, booked, hours=clinic.hours.hours, slot=slots[1])

    assert booked.mentoring.starts_at == slots[0].starts_at
    assert problems_with_mentoring(db) == []


def test_a_mentoring_is_not_moved_to_another_mentor(db: Database, clinic: Clinic) -> None:
    nia = make_mentor(db, clinic.ada, clinic.event, "Nia Novak")
    theirs = make_hours(db, nia, clinic.event)
    booked = make_mentoring(db, clinic)

    with pytest.raises(NotFound):
        move_mentoring(db, clinic.bo, booked, hours=theirs.hours, slot=slots_of_hours(theirs.hours)[1])


def test_a_cancelled_mentoring_is_free_again(db: Database, clinic: Clinic) -> None:
    booked = make_mentoring(db, clinic)

    cancel_mentoring(db, clinic.mel, booked, reason="I am ill.")

    assert (booked.mentoring.state, booked.mentoring.reason) == (MentoringState.CANCELLED, "I am ill.")
    assert problems_with_mentoring(db) == []
    with pytest.raises(ChangedMeanwhile, match="was cancelled"):
        cancel_mentoring(db, clinic.bo, booked)
    make_mentoring(db, clinic)


def test_a_mentoring_that_began_stays(db: Database, clinic: Clinic) -> None:
    booked = make_mentoring(db, clinic)

    with clock.frozen_at(booked.mentoring.starts_at):
        for refused in (cancel_mentoring, leave_mentoring):
            with pytest.raises(ChangedMeanwhile, match="began at"):
                refused(db, clinic.bo, booked)


def test_hours_in_which_a_team_is_booked_are_not_closed(db: Database, clinic: Clinic) -> None:
    booked = make_mentoring(db, clinic)

    with pytest.raises(HoursInUse):
        close_office_hours(db, clinic.mel, clinic.hours)
    cancel_mentoring(db, clinic.bo, booked)
    close_office_hours(db, clinic.mel, clinic.hours)

    assert office_hours_in(db, clinic.bo, clinic.event) == []


def test_somebody_does_not_come_and_the_others_do(db: Database, clinic: Clinic) -> None:
    cy = make_member_of(db, clinic, "Cy Costa")
    booked = make_mentoring(db, clinic)

    leave_mentoring(db, cy, booked)

    assert problems_with_mentoring(db) == []
    left = mentoring_seen(db, clinic, booked.mentoring)
    assert (left.attendees, left.mentoring.state) == ((clinic.bo.person,), MentoringState.BOOKED)
    with pytest.raises(NotAllowed):
        leave_mentoring(db, cy, left)
    leave_mentoring(db, clinic.bo, left)
    assert mentoring_seen(db, clinic, booked.mentoring).mentoring.state is MentoringState.CANCELLED
    assert problems_with_mentoring(db) == []


def test_whoever_leaves_the_team_does_not_come(db: Database, clinic: Clinic) -> None:
    cy = make_member_of(db, clinic, "Cy Costa")
    booked = make_mentoring(db, clinic)

    leave_team(db, cy, clinic.team)

    assert mentoring_seen(db, clinic, booked.mentoring).attendees == (clinic.bo.person,)
    assert problems_with_mentoring(db) == []


def test_the_calendar_says_it_to_all_who_come(db: Database, clinic: Clinic) -> None:
    cy = make_member_of(db, clinic, "Cy Costa")
    booked = make_mentoring(db, clinic)

    def entry() -> CalendarEntry:
        found = find_entry(db, EntryKind.MENTORING, booked.id)
        assert found is not None
        return found

    first = entry().sequence
    move_mentoring(db, clinic.bo, booked, hours=clinic.hours.hours, slot=slots_of_hours(clinic.hours.hours)[1])
    moved = entry().sequence
    leave_mentoring(db, cy, booked)
    left = entry().sequence
    cancel_mentoring(db, clinic.mel, mentoring_seen(db, clinic, booked.mentoring))

    assert first < moved < left < entry().sequence


def test_who_sees_a_booking(db: Database, clinic: Clinic) -> None:
    other, _team = make_other_team(db, clinic, "Wax")
    public = make_mentoring(db, clinic).mentoring.public_id

    for actor in (clinic.ada, clinic.mel, clinic.bo):
        assert get_mentoring(db, actor, clinic.event, public).mentoring.public_id == public
    with pytest.raises(NotFound):
        get_mentoring(db, other, clinic.event, public)


def test_lists_show_what_is_free_and_what_is_booked(db: Database, clinic: Clinic) -> None:
    cy = make_member_of(db, clinic, "Cy Costa")
    fair = make_fair(db, clinic.ada)
    cy, dee = (make_participant(db, one, fair) for one in (cy, make_person(db, "Dee Dumont")))
    make_meeting(db, fair, asker=cy, invitee=dee, slot=1)  # 09:25 to 09:45: slots 1 and 2
    hours = clinic.hours.hours
    row = book_mentoring(
        db, clinic.bo, clinic.team, hours=hours, slot=slots_of_hours(hours)[0], people=[clinic.bo.person or 0]
    )

    line = office_hours_in(db, clinic.bo, clinic.event)[0]
    offered = offered_to(db, clinic.hours, clinic.team)

    assert (line.mentor, line.free, line.slots) == ("Mel Meyer", 2, 3)
    assert [one.is_free for one in offered] == [False, True, True]
    assert [one.away for one in offered] == [("Bo Berg",), ("Cy Costa",), ("Cy Costa",)]
    moving = offered_to(db, clinic.hours, clinic.team, moving=mentoring_seen(db, clinic, row))
    assert [(one.is_free, one.away) for one in moving] == [(True, ()), (True, ()), (True, ())]
    for lines in (
        booked_by_team(db, clinic.team), booked_with(db, clinic.mel, clinic.event),
        booked_in(db, clinic.ada, clinic.event),
    ):  # fmt: skip
        assert [(one.public_id, one.team, one.mentor) for one in lines] == [(row.public_id, "Straw", "Mel Meyer")]
    with pytest.raises(NotFound):
        booked_in(db, clinic.bo, clinic.event)
    assert [one.id for one in other_hours(db, mentoring_seen(db, clinic, row))] == [clinic.hours.id]


def test_a_booking_is_on_the_day_of_those_who_come(db: Database, clinic: Clinic) -> None:
    cy = make_member_of(db, clinic, "Cy Costa")
    hours = clinic.hours.hours
    book_mentoring(db, clinic.bo, clinic.team, hours=hours, slot=slots_of_hours(hours)[0], people=[cy.person or 0])
    day = (tomorrow(), tomorrow() + timedelta(days=1))

    seen = {one.person: len(mentorings_between(db, one, *day)) for one in (clinic.mel, clinic.bo, cy)}

    assert seen == {clinic.mel.person: 1, clinic.bo.person: 0, cy.person: 1}
    assert mentorings_between(db, cy, day[1], day[1] + timedelta(days=1)) == []


def test_office_hours_are_for_those_who_take_part(db: Database, clinic: Clinic) -> None:
    eve = make_person(db, "Eve Ek")

    with pytest.raises(NotFound):
        office_hours_in(db, eve, clinic.event)
    with pytest.raises(NotFound):
        get_hours(db, eve, clinic.event, clinic.hours.hours.public_id)


def test_nothing_is_booked_in_an_event_that_is_closed(db: Database, clinic: Clinic) -> None:
    close_event(db, again(db, clinic.ada), clinic.event)

    with pytest.raises(Conflict):
        make_mentoring(db, clinic)


def test_what_is_to_come_when_an_event_is_closed_is_called_off(db: Database, clinic: Clinic) -> None:
    booked = make_mentoring(db, clinic)

    close_event(db, again(db, clinic.ada), clinic.event)

    assert mentoring_seen(db, clinic, booked.mentoring).mentoring.state is MentoringState.CANCELLED
    assert list(db.exec(select(Seat))) == []


def test_a_mentor_who_leaves_the_event_is_booked_no_more(db: Database, clinic: Clinic) -> None:
    place = RegistrationInEvent(make_registration(db, clinic.mel, clinic.event), clinic.event.event)
    booked = make_mentoring(db, clinic)

    withdraw_registration(db, again(db, clinic.mel), place)

    assert mentoring_seen(db, clinic, booked.mentoring).mentoring.state is MentoringState.CANCELLED
    assert office_hours_in(db, clinic.bo, clinic.event) == []
    assert problems_with_mentoring(db) == []


def test_hours_under_way_end_with_the_slot_in_which_their_mentor_leaves(db: Database, clinic: Clinic) -> None:
    place = RegistrationInEvent(make_registration(db, clinic.mel, clinic.event), clinic.event.event)
    first, last = make_mentoring(db, clinic), make_mentoring(db, clinic, slot=2)

    with clock.frozen_at(tomorrow() + timedelta(minutes=5)):
        withdraw_registration(db, again(db, clinic.mel), place)

        states = [mentoring_seen(db, clinic, one.mentoring).mentoring.state for one in (first, last)]
        assert states == [MentoringState.BOOKED, MentoringState.CANCELLED]
        assert [one.slots for one in office_hours_in(db, clinic.bo, clinic.event)] == [0]
        assert problems_with_mentoring(db) == []


def test_who_has_no_name_is_not_called_by_their_address(db: Database, clinic: Clinic) -> None:
    booked = make_mentoring(db, clinic)
    for one in (clinic.mel, clinic.bo):
        person_of(db, one).name = ""
    db.flush()
    day = (tomorrow() - timedelta(hours=1), tomorrow() + timedelta(hours=8))

    lines = [one.mentor for one in office_hours_in(db, clinic.bo, clinic.event)]
    lines += [one.mentor for one in booked_by_team(db, clinic.team)]
    lines += [one.mentor for one in mentorings_between(db, clinic.bo, *day)]
    lines += [one.name for one in people_in(db, booked)]
    assert lines == ["Somebody"] * 5
