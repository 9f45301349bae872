"""What the page of a meeting says about its past: what happened, who did it, and for whom."""

from datetime import timedelta

import pytest

from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.desks import add_desk, add_desk_officer
from events.looking_after import assign_desk
from events.people import PersonState
from events.programmes import Programme
from events.registration import RegistrationInEvent
from sessions.answers import accept_meeting
from sessions.attendance import check_in_somebody, correct_attendance, mark_held, mark_no_show
from sessions.colleagues import delegate_meeting
from sessions.contradictions import contradict_attendance, contradict_attendance_for
from sessions.guests import add_to_meeting
from sessions.meeting_history import history_of
from sessions.meetings import MeetingInEvent, MeetingState, get_meeting
from sessions.moves import cancel_meeting, lock_meeting, move_meeting
from sessions.requests import book_meeting
from sessions.sides import side_of
from tests.makers import again, make_organisation, person_of
from tests.sessions.makers_meetings import (
    Fair,
    make_colleague,
    make_fair,
    make_meeting,
    make_participant,
    make_request,
    place_of,
    seen_by,
)


@pytest.fixture
def fair(db: Database, ada: Actor) -> Fair:
    return make_fair(db, ada)


@pytest.fixture
def bo(db: Database, bo: Actor, fair: Fair) -> Actor:
    return make_participant(db, bo, fair)


@pytest.fixture
def cy(db: Database, cy: Actor, tam: Actor, fair: Fair) -> Actor:
    """Cy comes with Tam, a colleague."""
    lab = make_organisation(db, "Lisbon Lab")
    make_colleague(db, tam, fair, lab)
    return make_colleague(db, cy, fair, lab)


@pytest.fixture
def ola(db: Database, eve: Actor, fair: Fair, cy: Actor) -> Actor:
    """Eve looks after Cy at a desk."""
    desk = add_desk(db, fair.ada, db.get_one(Programme, fair.event.programme_id), name="Desk South")
    add_desk_officer(db, fair.ada, desk, person_id=eve.person or 0)
    assign_desk(db, fair.ada, RegistrationInEvent(place_of(db, cy, fair), fair.event.event), desk=desk)
    return again(db, eve)


def history(db: Database, meeting: MeetingInEvent) -> list[str]:
    """The lines as a reader in UTC reads them."""
    lines = history_of(db, seen_by(db, meeting))
    ways = [f" for {one.for_whom}" if one.for_whom else " as an organiser" if one.as_organiser else "" for one in lines]
    return [f"{line.what}: {line.who}{way}" for line, way in zip(lines, ways, strict=True)]


def test_what_those_who_meet_did_themselves_stands_with_their_names(db, fair, bo, cy):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)
    move_meeting(db, bo, seen_by(db, meeting), slot=fair.slots[1])

    assert history(db, meeting) == [
        "Asked: Bo Berg",
        "Accepted: Cy Costa",
        "Moved from Wed, 15 Apr 2026, 09:00 (UTC) to Wed, 15 Apr 2026, 09:25 (UTC): Bo Berg",
    ]


def test_a_desk_and_an_organiser_act_for_others_in_sight_of_all(db, fair, bo, cy, ola):
    meeting = make_request(db, fair, asker=bo, invitee=cy)
    accept_meeting(db, ola, seen_by(db, meeting))
    move_meeting(db, ola, seen_by(db, meeting), slot=fair.slots[1])
    cancel_meeting(db, fair.ada, seen_by(db, meeting))

    asked, accepted, moved, cancelled = history(db, meeting)

    assert (asked, accepted) == ("Asked: Bo Berg", "Accepted: Eve Ek for Cy Costa")
    assert moved.endswith(": Eve Ek for Cy Costa")
    assert cancelled == "Cancelled: Ada Adler as an organiser"


def test_before_a_side_was_handed_over_it_was_somebody_elses(db, fair, bo, cy, tam, ola):
    meeting = make_request(db, fair, asker=bo, invitee=cy)
    accept_meeting(db, ola, seen_by(db, meeting))
    delegate_meeting(db, cy, side_of(seen_by(db, meeting), cy.person or 0), to=place_of(db, tam, fair))
    tams_side = side_of(seen_by(db, meeting), tam.person or 0)
    add_to_meeting(db, tam, tams_side, registration=place_of(db, cy, fair))

    assert history(db, meeting) == [
        "Asked: Bo Berg",
        "Accepted: Eve Ek for Cy Costa",
        "Tam Tamm comes in place of Cy Costa: Cy Costa",
        "Cy Costa comes too: Tam Tamm",
    ]


def test_other_meetings_of_the_event_stand_elsewhere(db, fair, bo, cy, dee):
    dee = make_participant(db, dee, fair)
    make_meeting(db, fair, asker=dee, invitee=cy, slot=2)
    meeting = make_request(db, fair, asker=bo, invitee=cy)

    assert history(db, meeting) == ["Asked: Bo Berg"]


def test_an_erased_person_is_somebody_in_it(db, fair, bo, cy):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)
    person = person_of(db, bo)
    person.name, person.state = "", PersonState.ERASED
    db.flush()

    assert history(db, meeting)[0] == "Asked: Somebody"


def test_how_a_meeting_ended_stands_with_the_name_of_who_said_so(db, fair, bo, cy, dee, ola):
    dee = make_participant(db, dee, fair)
    first, second = (make_meeting(db, fair, asker=one, invitee=cy, slot=n) for n, one in enumerate((bo, dee)))
    with clock.frozen_at(fair.slots[0].starts_at + timedelta(minutes=6)):
        check_in_somebody(db, ola, seen_by(db, first), person=cy.person)
        mark_held(db, bo, seen_by(db, first))
    with clock.frozen_at(fair.slots[1].starts_at + timedelta(minutes=6)):
        mark_no_show(db, cy, seen_by(db, second), absent=dee.person)
        correct_attendance(db, fair.ada, seen_by(db, second), end=MeetingState.FAILED)

    assert history(db, first)[2:] == ["Cy Costa is here: Eve Ek for Cy Costa", "It took place: Bo Berg"]
    assert history(db, second)[2:] == [
        "Dee Dumont did not come: Cy Costa",
        "Corrected: technical failure: Ada Adler as an organiser",
    ]


def test_that_somebody_contradicts_stands_after_what_they_contradict(db, fair, bo, cy):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)
    with clock.frozen_at(fair.slots[0].starts_at + timedelta(minutes=6)):
        mark_held(db, cy, seen_by(db, meeting))
        contradict_attendance(db, bo, seen_by(db, meeting), says=MeetingState.NO_SHOW, reason="Nobody came.")

    assert history(db, meeting)[2:] == ["It took place: Cy Costa", "Bo Berg says that it was not so: Bo Berg"]


def test_that_a_desk_contradicts_for_somebody_stands_with_both_names(db, fair, bo, cy, ola):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)
    with clock.frozen_at(fair.slots[0].starts_at + timedelta(minutes=6)):
        mark_held(db, bo, seen_by(db, meeting))
        contradict_attendance_for(
            db, ola, seen_by(db, meeting), person=cy.person, says=MeetingState.NO_SHOW, reason="Nobody came."
        )

    assert history(db, meeting)[-1] == "Cy Costa says that it was not so: Eve Ek for Cy Costa"


def test_a_guest_for_whom_a_desk_contradicts_is_named_too(db, fair, bo, cy, tam, ola):
    places = [place_of(db, one, fair) for one in (bo, tam, cy)]
    meeting = get_meeting(db, bo, book_meeting(db, fair.ada, fair.event, people=places, slot=fair.slots[0]).public_id)
    with clock.frozen_at(fair.slots[0].starts_at + timedelta(minutes=6)):
        mark_held(db, bo, seen_by(db, meeting))
        contradict_attendance_for(
            db, ola, seen_by(db, meeting), person=cy.person, says=MeetingState.NO_SHOW, reason="Nobody came."
        )

    assert history(db, meeting)[-1] == "Cy Costa says that it was not so: Eve Ek for Cy Costa"


def test_locking_is_seen_by_those_who_meet(db, fair, bo, cy):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)
    lock_meeting(db, fair.ada, seen_by(db, meeting))
    lock_meeting(db, fair.ada, seen_by(db, meeting), locked=False)

    assert history(db, meeting)[2:] == [
        "Locked: it stays where it is: Ada Adler as an organiser",
        "Locked no longer: it may be given another place: Ada Adler as an organiser",
    ]
