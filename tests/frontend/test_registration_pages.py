"""Registering, one's own registration, the organisers' list, and the letters of an event."""

import csv
from datetime import timedelta
from io import StringIO

import pytest
from sqlmodel import select

from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.core.journal import settle
from events.events import Approval, EventWithPhases, close_event
from events.form_building import add_question
from events.phases import PhaseKind
from events.programmes import Programme
from events.questions import QuestionKind, questions_of
from events.registration import (
    Consent,
    Registration,
    RegistrationInEvent,
    RegistrationState,
    find_registration,
    withdraw_registration,
)
from tests.frontend.browser import Browser
from tests.makers import (
    again,
    make_event,
    make_member,
    make_organisation,
    make_programme,
    make_registration,
    open_phase,
    shut_phase,
)

FORM = "/e/food-hack/register"
MINE = "/e/food-hack/registration"
ALL = "/e/food-hack/registrations"
YES = {"type": "team member", "consent": "yes"}


@pytest.fixture
def programme(db: Database, ada: Actor) -> Programme:
    return make_programme(db, ada)


@pytest.fixture
def organiser(db: Database, ada: Actor, programme: Programme) -> Actor:
    return again(db, ada)


@pytest.fixture
def hack(db: Database, organiser: Actor, programme: Programme) -> EventWithPhases:
    """A published hackathon for which one can register."""
    return open_phase(db, organiser, make_event(db, organiser, programme), PhaseKind.REGISTRATION)


def place_of(db: Database, event: EventWithPhases, actor: Actor) -> Registration:
    db.expire_all()
    found = find_registration(db, event.id, actor.person)
    assert found is not None
    return found


# The form


def test_a_visitor_signs_in_and_comes_back(db: Database, hack: EventWithPhases) -> None:
    page = Browser(db).get(FORM)

    assert page.path == "/sign-in"
    assert 'name="next" value="/e/food-hack/register"' in page.html


def test_the_form_explains_the_types_and_names_the_version_of_the_text(
    db: Database, bo: Actor, hack: EventWithPhases
) -> None:
    page = Browser(db, bo).get(FORM)

    assert "Team member Join or form a team, take a challenge, build and pitch." in page.text
    assert "Version 1 of Tue, 14 Apr 2026" in page.text


def test_somebody_registers_for_their_organisation(db: Database, bo: Actor, hack: EventWithPhases) -> None:
    dairy = make_organisation(db, "Berg Dairy")
    make_member(db, bo, dairy)
    browser = Browser(db, bo)
    form = browser.get(FORM)

    page = browser.send(FORM, **YES, organisation=dairy.public_id)

    place = place_of(db, hack, bo)
    assert "Berg Dairy" in form.text
    assert page.path == MINE
    assert page.headline == "You have a place"
    assert "You take part. A letter with the details is on its way." in page.text
    assert (place.state, place.organisation_id) == (RegistrationState.ACCEPTED, dairy.id)
    assert db.exec(select(Consent.registration_id)).all() == [place.id]


def test_nobody_registers_for_an_organisation_of_others(db: Database, bo: Actor, hack: EventWithPhases) -> None:
    page = Browser(db, bo).send(FORM, **YES, organisation=make_organisation(db, "Not His").public_id)

    assert page.status == 422
    assert "You do not belong to this organisation. Choose one of yours." in page.text


def test_questions_are_asked_answered_and_kept(
    db: Database, organiser: Actor, bo: Actor, hack: EventWithPhases
) -> None:
    add_question(db, organiser, hack, label="What can you do?", kind=QuestionKind.LONG, required=True)
    add_question(db, organiser, hack, label="Diet?", kind=QuestionKind.CHOICE, choices=["Anything", "Vegan"])
    skill, diet = (f"q{one.id}" for one in questions_of(db, hack.id))
    browser = Browser(db, bo)
    form = browser.get(FORM)

    page = browser.send(FORM, **YES, **{skill: "Sensors & soil", diet: "Vegan"})

    assert f'<textarea id="f-{skill}"' in form.html
    assert "What can you do? Sensors & soil Diet? Vegan" in page.text


@pytest.mark.parametrize(
    ("left_out", "sentence"),
    [
        ("type", "Please choose how you take part."),
        ("consent", "Taking part needs your consent. Tick the box if you agree."),
        ("q1", "Please answer: What can you do?"),
    ],
)
def test_what_is_missing_is_named_and_nothing_typed_is_lost(
    db: Database, organiser: Actor, bo: Actor, hack: EventWithPhases, left_out: str, sentence: str
) -> None:
    add_question(db, organiser, hack, label="What can you do?", required=True)
    add_question(db, organiser, hack, label="Anything else?")
    first, second = (f"q{one.id}" for one in questions_of(db, hack.id))
    typed = {**YES, first: "Sensors", second: "I am late"}
    typed.pop(first if left_out == "q1" else left_out)

    page = Browser(db, bo).send(FORM, **typed)

    assert page.status == 422
    assert sentence in page.text
    assert 'value="I am late"' in page.html


def test_a_choice_that_nobody_offered_is_refused(
    db: Database, organiser: Actor, bo: Actor, hack: EventWithPhases
) -> None:
    add_question(db, organiser, hack, label="Diet?", kind=QuestionKind.CHOICE, choices=["Anything", "Vegan"])
    name = f"q{questions_of(db, hack.id)[0].id}"

    page = Browser(db, bo).send(FORM, **YES, **{name: "Lobster"})

    assert page.status == 422
    assert "Please choose one of the answers." in page.text


# What goes wrong


def test_a_full_event_says_before_sending_that_one_will_wait(
    db: Database, bo: Actor, cy: Actor, hack: EventWithPhases
) -> None:
    hack.event.capacity = 1
    make_registration(db, cy, hack)
    browser = Browser(db, bo)
    form = browser.get(FORM)

    page = browser.send(FORM, **YES)

    assert "This event is full All places are taken. You would be first on the waiting list" in form.text
    assert "Register for the waiting list" in form.text
    assert page.headline == "You are on the waiting list"
    assert "You are next in line." in page.text


def test_who_is_registered_is_led_to_their_registration(db: Database, bo: Actor, hack: EventWithPhases) -> None:
    make_registration(db, bo, hack)

    page = Browser(db, bo).get(FORM)

    assert page.path == MINE
    assert "You are registered for this event already. This is your registration." in page.text


def test_registering_twice_has_its_own_page(db: Database, bo: Actor, hack: EventWithPhases) -> None:
    make_registration(db, bo, hack)

    page = Browser(db, bo).send(FORM, **YES)

    assert page.status == 409
    assert page.headline == "You are registered already"
    assert MINE in page.links


@pytest.mark.parametrize("somebody", [False, True])
def test_a_closed_phase_says_when_it_closed_and_leads_on(
    db: Database, organiser: Actor, bo: Actor, hack: EventWithPhases, somebody: bool
) -> None:
    shut_phase(db, organiser, hack, PhaseKind.REGISTRATION)

    page = Browser(db, bo if somebody else None).get(FORM)

    assert page.status == 409
    assert page.headline == "You cannot register now"
    assert "Registration closed on Tue, 14 Apr 2026, 10:00" in page.text
    assert {"/events", "/e/food-hack"} <= set(page.links)


def test_a_phase_that_is_not_on_yet_says_when_it_opens(
    db: Database, organiser: Actor, bo: Actor, programme: Programme
) -> None:
    make_event(db, organiser, programme, starts_at=clock.now() + timedelta(days=40))

    page = Browser(db, bo).send(FORM, **YES)

    assert page.status == 409
    assert page.headline == "You cannot register now"
    assert "Registration opens on Sun, 3 May 2026, 11:00 (Europe/Stockholm)." in page.text


def test_a_closed_event_takes_nobody(db: Database, organiser: Actor, bo: Actor, hack: EventWithPhases) -> None:
    close_event(db, organiser, hack)

    page = Browser(db, bo).get(FORM)

    assert page.status == 409
    assert "This event is over" in page.text


def test_organisers_of_a_closed_event_are_offered_no_decision_and_told_why_there_is_none(
    db: Database, organiser: Actor, bo: Actor, hack: EventWithPhases
) -> None:
    place = make_registration(db, bo, hack)
    place.state = RegistrationState.APPLIED
    browser = Browser(db, organiser)
    before = browser.get(ALL).forms
    close_event(db, organiser, hack)

    after, pressed = browser.get(ALL).forms, browser.send(f"{ALL}/{place.public_id}/accept")

    asked = [f"{ALL}/{place.public_id}/{step}" for step in ("accept", "decline")]
    assert [one for one in asked if one in before] == asked
    assert [one for one in asked if one in after] == []
    assert (pressed.status, "This event is over" in pressed.text) == (409, True)


def test_an_event_that_is_not_there_takes_nobody(db: Database, bo: Actor) -> None:
    assert Browser(db, bo).get("/e/nowhere/register").status == 404


def test_who_is_not_registered_is_told_how(db: Database, bo: Actor, hack: EventWithPhases) -> None:
    page = Browser(db, bo).get(MINE)

    assert page.status == 404
    assert page.headline == "You are not registered for this event"
    assert FORM in page.links


# One's own registration


def test_a_place_is_given_back_and_goes_to_the_next(db: Database, bo: Actor, cy: Actor, hack: EventWithPhases) -> None:
    hack.event.capacity = 1
    place = make_registration(db, bo, hack)
    make_registration(db, cy, hack)
    browser = Browser(db, bo)
    shown = browser.get(MINE)

    page = browser.send(f"{ALL}/{place.public_id}/withdraw")

    assert f"{ALL}/{place.public_id}/withdraw" in shown.forms
    assert page.path == MINE
    assert page.headline == "You gave your place back"
    assert place_of(db, hack, cy).state is RegistrationState.ACCEPTED


def test_nobody_withdraws_twice(db: Database, bo: Actor, hack: EventWithPhases) -> None:
    place = make_registration(db, bo, hack)
    browser = Browser(db, bo)
    browser.send(f"{ALL}/{place.public_id}/withdraw")

    page = browser.send(f"{ALL}/{place.public_id}/withdraw")

    assert page.status == 409
    assert "This registration has ended already." in page.text


@pytest.mark.parametrize("what", ["accept", "decline", "withdraw"])
def test_registrations_of_others_are_not_there(
    db: Database, bo: Actor, cy: Actor, hack: EventWithPhases, what: str
) -> None:
    place = make_registration(db, bo, hack)

    page = Browser(db, cy).send(f"{ALL}/{place.public_id}/{what}")

    assert page.status == 404
    assert place_of(db, hack, bo).state is RegistrationState.ACCEPTED


def test_a_registration_stands_under_its_own_event_only(
    db: Database, organiser: Actor, bo: Actor, programme: Programme, hack: EventWithPhases
) -> None:
    place = make_registration(db, bo, hack)
    make_event(db, organiser, programme, name="Other Hack")

    page = Browser(db, organiser).send(f"/e/other-hack/registrations/{place.public_id}/withdraw")

    assert page.status == 404
    assert place_of(db, hack, bo).state is RegistrationState.ACCEPTED


def test_who_was_taken_over_confirms_first(db: Database, bo: Actor, hack: EventWithPhases) -> None:
    place = make_registration(db, bo, hack)
    for row in db.exec(select(Consent)):
        db.delete(row)
    browser = Browser(db, bo)
    before = browser.get(MINE)

    after = browser.send(f"{MINE}/agree")

    assert "Confirm that you take part" in before.text
    assert "Thank you. You take part." in after.text
    assert "Confirm that you take part" not in after.text
    assert db.exec(select(Consent.registration_id)).all() == [place.id]


def test_nobody_agrees_without_a_registration(db: Database, bo: Actor, hack: EventWithPhases) -> None:
    page = Browser(db, bo).send(f"{MINE}/agree")

    assert page.status == 404
    assert "You are not registered for this event." in page.text


# The organisers' list


def test_an_organiser_accepts_and_declines(
    db: Database, organiser: Actor, bo: Actor, cy: Actor, hack: EventWithPhases
) -> None:
    hack.event.approval = Approval.ORGANISER
    first, second = make_registration(db, bo, hack), make_registration(db, cy, hack)
    browser = Browser(db, organiser)

    accepted = browser.send(f"{ALL}/{first.public_id}/accept")
    declined = browser.send(f"{ALL}/{second.public_id}/decline")

    assert "Accepted. They are told." in accepted.text
    assert "Declined. They are told." in declined.text
    assert place_of(db, hack, bo).state is RegistrationState.ACCEPTED
    assert place_of(db, hack, cy).state is RegistrationState.DECLINED
    assert browser.send(f"{ALL}/{first.public_id}/accept").status == 409
    after_all = browser.send(f"{ALL}/{second.public_id}/accept")
    assert "Accepted. They are told." in after_all.text
    assert place_of(db, hack, cy).state is RegistrationState.ACCEPTED


def test_accepting_into_a_full_event_says_that_they_wait(
    db: Database, organiser: Actor, bo: Actor, cy: Actor, hack: EventWithPhases
) -> None:
    make_registration(db, bo, hack)
    hack.event.capacity, hack.event.approval = 1, Approval.ORGANISER
    place = make_registration(db, cy, hack)

    page = Browser(db, organiser).send(f"{ALL}/{place.public_id}/accept")

    assert "No place is free, so they wait for one now." in page.text
    mine = Browser(db, again(db, cy)).get(MINE)
    assert (mine.headline, "The organisers have said yes" in mine.text) == ("You are on the waiting list", True)


def test_who_waits_without_an_approval_does_not_read_of_one(
    db: Database, bo: Actor, cy: Actor, hack: EventWithPhases
) -> None:
    make_registration(db, bo, hack)
    hack.event.capacity = 1
    first = make_registration(db, cy, hack)
    withdraw_registration(db, again(db, cy), RegistrationInEvent(first, hack.event))
    make_registration(db, again(db, cy), hack)

    mine = Browser(db, again(db, cy)).get(MINE)

    assert (mine.headline, "said yes" in mine.text) == ("You are on the waiting list", False)


@pytest.mark.parametrize("what", ["accept", "decline"])
def test_who_decides_stays_where_they_were_in_the_list(
    db: Database, organiser: Actor, bo: Actor, cy: Actor, hack: EventWithPhases, what: str
) -> None:
    make_registration(db, bo, hack)
    hack.event.approval = Approval.ORGANISER
    place = make_registration(db, cy, hack)
    browser = Browser(db, organiser)
    here = f"{ALL}/{place.public_id}/{what}?state=applied&page=1"

    assert here in browser.get(f"{ALL}?state=applied&page=1").forms
    page, twice = browser.send(here), browser.send(here)

    assert (page.status, page.path, "Bo Berg" in page.text, "Nobody is in this state" in page.text) == (
        200, ALL, False, True,
    )  # fmt: skip
    assert (twice.status, "Bo Berg" in twice.text) == (409, False)


def test_the_list_is_filtered_by_state(
    db: Database, organiser: Actor, bo: Actor, cy: Actor, hack: EventWithPhases
) -> None:
    make_registration(db, bo, hack)
    hack.event.approval = Approval.ORGANISER
    place = make_registration(db, cy, hack)
    browser = Browser(db, organiser)

    waiting = browser.get(f"{ALL}?state=applied")

    assert "Cy Costa" in waiting.text
    assert "Bo Berg" not in waiting.text
    assert f"{ALL}/{place.public_id}/accept?state=applied" in waiting.forms
    assert "All 2 Waits for you: 1 Has a place: 1" in waiting.text
    assert "Nobody is in this state" in browser.get(f"{ALL}?state=declined").text
    assert "Bo Berg" in browser.get(f"{ALL}?state=nonsense").text


def test_an_empty_list_says_what_to_do(db: Database, organiser: Actor, hack: EventWithPhases) -> None:
    page = Browser(db, organiser).get(ALL)

    assert "Nobody has registered yet" in page.text
    assert "/e/food-hack/import/participants" in page.links
    assert "/e/food-hack" in page.links


def test_all_registrations_leave_as_csv_that_runs_nothing(
    db: Database, organiser: Actor, bo: Actor, hack: EventWithPhases
) -> None:
    add_question(db, organiser, hack, label="What can you do?")
    name = f"q{questions_of(db, hack.id)[0].id}"
    Browser(db, bo).send(FORM, **YES, **{name: "=1+1"})

    page = Browser(db, organiser).get(f"{ALL}.csv")

    lines = list(csv.reader(StringIO(page.content.decode("utf-8-sig"))))
    assert page.headers["content-disposition"] == 'attachment; filename="food-hack-registrations.csv"'
    assert lines[0][:2] + lines[0][-1:] == ["Name", "E-mail", "What can you do?"]
    assert lines[1][:2] + lines[1][-1:] == ["Bo Berg", "bo@example.org", "'=1+1"]


@pytest.mark.parametrize("path", [ALL, f"{ALL}.csv", "/e/food-hack/letters"])
def test_lists_of_people_are_for_organisers(db: Database, bo: Actor, hack: EventWithPhases, path: str) -> None:
    page = Browser(db, bo).get(path)

    assert page.status == 403
    assert "This page is for the organisers of this event." in page.text
    assert Browser(db).get(path).path == "/sign-in"


def test_a_long_list_asks_the_database_as_often_as_a_short_one(
    db: Database, organiser: Actor, bo: Actor, cy: Actor, eve: Actor, hack: EventWithPhases, queries: list[str]
) -> None:
    make_registration(db, bo, hack)
    browser = Browser(db, organiser)
    browser.get(ALL)
    queries.clear()
    browser.get(ALL)
    one = len(queries)
    for person in (cy, eve):
        make_registration(db, person, hack)
    db.commit()
    queries.clear()

    browser.get(ALL)

    assert len(queries) == one


# Letters


def test_an_organiser_sees_the_letters_and_their_fate(
    db: Database, organiser: Actor, bo: Actor, hack: EventWithPhases
) -> None:
    make_registration(db, bo, hack)
    db.commit()
    settle()

    page = Browser(db, organiser).get("/e/food-hack/letters")

    assert "bo@example.org" in page.text
    assert "Waits to be sent" in page.text
    assert "No letters with this fate" in Browser(db, organiser).get("/e/food-hack/letters?state=not+needed").text


def test_no_letters_yet(db: Database, organiser: Actor, hack: EventWithPhases) -> None:
    assert "No letters yet" in Browser(db, organiser).get("/e/food-hack/letters").text
