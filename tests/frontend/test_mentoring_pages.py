"""Office hours and bookings as pages."""

from datetime import timedelta

import pytest
from sqlmodel import select

from events.core.database import Database
from frontend.slots import value_of
from sessions.mentoring import Mentoring, MentoringState
from sessions.office_hours import OfficeHours, slots_of_hours
from tests.frontend.browser import Browser
from tests.makers import make_person, make_registration, person_of
from tests.sessions.makers_meetings import make_fair, make_meeting, make_participant
from tests.sessions.makers_mentoring import (
    Clinic,
    make_clinic,
    make_hours,
    make_member_of,
    make_mentor,
    make_mentoring,
    make_other_team,
)

MENTORING = "/e/food-hack/mentoring"


@pytest.fixture
def clinic(db: Database) -> Clinic:
    return make_clinic(db)


@pytest.fixture
def hours(clinic: Clinic) -> str:
    return f"{MENTORING}/hours/{clinic.hours.hours.public_id}"


def slot(clinic: Clinic, number: int) -> str:
    return value_of(slots_of_hours(clinic.hours.hours)[number])


def public(db: Database, actor) -> str:
    return person_of(db, actor).public_id


def test_a_mentor_opens_office_hours_on_their_own_clock(db, clinic):
    person = person_of(db, clinic.mel)
    person.zone = "America/New_York"
    db.add(person)
    browser = Browser(db, clinic.mel)

    page = browser.send(
        MENTORING, starts_at="2026-04-15T14:00", ends_at="15:00", slot_minutes="30", topics="Money", place="Room 5"
    )
    wrong = browser.send(MENTORING, starts_at="2026-04-15T14:03", ends_at="15:00", slot_minutes="30")

    row = db.exec(select(OfficeHours).where(OfficeHours.topics == "Money")).one()
    assert (row.starts_at.isoformat(), len(slots_of_hours(row))) == ("2026-04-15T18:00:00+00:00", 2)
    assert all(part in page.text for part in ("Teams can book 2 slots", "Money", "Room 5", "2 slots free"))
    assert (wrong.status, "multiple of five minutes" in wrong.text, "2026-04-15T14:03" in wrong.html) == (
        422, True, True,
    )  # fmt: skip


def test_a_mentor_takes_hours_away_unless_they_are_booked(db, clinic, hours):
    booked = make_mentoring(db, clinic)
    browser = Browser(db, clinic.mel)

    refused = browser.send(f"{hours}/close")
    browser.send(f"{MENTORING}/booked/{booked.mentoring.public_id}/cancel", reason="I am ill.")
    gone = browser.send(f"{hours}/close")

    assert (refused.status, "Teams are booked in these hours" in refused.text) == (409, True)
    assert "No office hours yet" in gone.text


def test_a_team_books_a_slot_for_some_of_it(db, clinic, hours):
    make_member_of(db, clinic, "Cy Costa")
    browser = Browser(db, clinic.bo)

    listed, offered = browser.get(MENTORING), browser.get(hours)
    booked = browser.send(hours, slot=slot(clinic, 1), people=[public(db, clinic.bo)], topic="Is it legal?")

    row = db.exec(select(Mentoring)).one()
    assert ("3 slots free" in listed.text, hours in listed.links) == (True, True)
    assert offered.headline == "Book Mel Meyer"
    assert all(one in offered.html for one in (slot(clinic, 0), slot(clinic, 2), "Cy Costa", "Law and money"))
    assert booked.path == f"{MENTORING}/booked/{row.public_id}"
    assert booked.headline == "Mentoring with Mel Meyer"
    assert ("Is it legal?" in booked.text, "Cy Costa" in booked.text, "Room 4" in booked.text) == (True, False, True)


def test_what_is_missing_is_said_at_its_field(db, clinic, hours):
    browser = Browser(db, clinic.bo)

    no_slot = browser.send(hours, people=[public(db, clinic.bo)])
    nobody = browser.send(hours, slot=slot(clinic, 0), topic="Law")

    assert (no_slot.status, "Please choose a time" in no_slot.text) == (422, True)
    assert (nobody.status, "at least one member" in nobody.text, 'value="Law"' in nobody.html) == (422, True, True)
    assert db.exec(select(Mentoring)).all() == []


def test_the_page_says_what_is_taken_and_who_is_not_free(db, clinic, hours):
    cy = make_member_of(db, clinic, "Cy Costa")
    other, _team = make_other_team(db, clinic, "Wax")
    fair = make_fair(db, clinic.ada)
    people = [make_participant(db, one, fair) for one in (cy, make_person(db, "Dee Dumont"))]
    make_meeting(db, fair, asker=people[0], invitee=people[1], slot=1)
    Browser(db, other).send(hours, slot=slot(clinic, 0), people=[public(db, other)])

    page = Browser(db, clinic.bo).get(hours)
    late = Browser(db, clinic.bo).send(hours, slot=slot(clinic, 0), people=[public(db, clinic.bo)])

    assert ("Taken" in page.text, page.text.count("Not free: Cy Costa")) == (True, 2)
    assert (late.status, "is not free" in late.text) == (409, True)


def test_whoever_is_in_no_team_is_told_to_join_one(db, clinic, hours):
    lea = make_person(db, "Lea Lang")
    make_registration(db, lea, clinic.event)

    page = Browser(db, lea).get(hours)

    assert (page.status, "Form a team first" in page.text) == (403, True)


def test_a_booking_is_moved_by_either_side(db, clinic):
    later = make_hours(db, clinic.mel, clinic.event, from_now=timedelta(hours=3))
    booked = make_mentoring(db, clinic)
    page = f"{MENTORING}/booked/{booked.mentoring.public_id}"
    there = value_of(slots_of_hours(later.hours)[0])

    offered = Browser(db, clinic.bo).get(f"{page}/move")
    moved = Browser(db, clinic.bo).send(f"{page}/move", slot=slot(clinic, 1))
    again = Browser(db, clinic.mel).send(f"{page}/move", slot=there)
    nowhere = Browser(db, clinic.mel).send(f"{page}/move", slot="1")

    assert (slot(clinic, 0) in offered.html, slot(clinic, 1) in offered.html, there in offered.html) == (
        False, True, True,
    )  # fmt: skip
    assert ("Moved" in moved.text, "11:20 – 11:40" in moved.text) == (True, True)
    assert (again.headline, "Moved" in again.text) == ("Mentoring for Straw", True)
    assert (nowhere.status, "one of the mentor" in nowhere.text) == (422, True)


def test_a_booking_is_cancelled_and_left(db, clinic):
    cy = make_member_of(db, clinic, "Cy Costa")
    booked = make_mentoring(db, clinic)
    page = f"{MENTORING}/booked/{booked.mentoring.public_id}"

    left = Browser(db, cy).send(f"{page}/leave")
    cancelled = Browser(db, clinic.bo).send(f"{page}/cancel", reason="We found out ourselves.")
    late = Browser(db, clinic.mel).send(f"{page}/cancel")

    assert "You are not expected any more" in left.text
    assert ("Cancelled" in cancelled.text, "We found out ourselves." in cancelled.text) == (True, True)
    assert f"{page}/cancel" not in cancelled.forms
    assert (late.status, "was cancelled" in late.text) == (409, True)
    db.expire_all()
    assert db.exec(select(Mentoring)).one().state is MentoringState.CANCELLED


def test_everybody_sees_their_own_and_organisers_all(db, clinic):
    other, _team = make_other_team(db, clinic, "Wax")
    nia = make_mentor(db, clinic.ada, clinic.event, "Nia Novak")
    link = f"{MENTORING}/booked/{make_mentoring(db, clinic).mentoring.public_id}"

    seen = {name: Browser(db, one).get(MENTORING) for name, one in (
        ("bo", clinic.bo), ("mel", clinic.mel), ("ada", clinic.ada), ("other", other), ("nia", nia),
    )}  # fmt: skip

    assert {name: link in page.links for name, page in seen.items()} == {
        "bo": True, "mel": True, "ada": True, "other": False, "nia": False,
    }  # fmt: skip
    assert "/e/food-hack/help" in seen["nia"].links
    assert "/e/food-hack/help" not in seen["bo"].links
    assert Browser(db, make_person(db, "Eve Ek")).get(MENTORING).status == 404


def test_an_address_online_is_a_way_in(db, clinic):
    clinic.hours.hours.place = "https://meet.example/mel"
    db.add(clinic.hours.hours)
    booked = make_mentoring(db, clinic)

    page = Browser(db, clinic.bo).get(f"{MENTORING}/booked/{booked.mentoring.public_id}")

    assert "https://meet.example/mel" in page.links


def test_an_event_without_teams_has_no_office_hours(db, clinic):
    fair = make_fair(db, clinic.ada)

    page = Browser(db, fair.ada).get(f"/e/{fair.event.event.slug}/mentoring")

    assert "This event has no teams" in page.text
