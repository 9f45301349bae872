"""The registration form from its set-up to its answers: conditions, files, codes, places to confirm, reminders."""

from datetime import timedelta

import pytest

from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.core.timers import run_due_timers
from events.entrance import make_code, set_entrance
from events.events import EventWithPhases
from events.form_building import AskedWhen, add_question
from events.phases import PhaseKind
from events.questions import QuestionKind, all_questions_of, questions_of
from events.registration import RegistrationInEvent, RegistrationState, find_registration, withdraw_registration
from tests.frontend.browser import Browser
from tests.makers import again, make_event, make_programme, make_registration, open_phase

FORM = "/e/food-hack/register"
MINE = "/e/food-hack/registration"
SET_UP = "/e/food-hack/set-up"
YES = {"type": "team member", "consent": "yes"}


@pytest.fixture
def hack(db: Database, ada: Actor) -> EventWithPhases:
    """A published hackathon for which one can register."""
    programme = make_programme(db, ada)
    return open_phase(db, again(db, ada), make_event(db, again(db, ada), programme), PhaseKind.REGISTRATION)


@pytest.fixture
def organiser(db: Database, ada: Actor, hack: EventWithPhases) -> Actor:
    return again(db, ada)


def test_an_organiser_builds_a_form_and_loses_nothing_typed(db, organiser, hack):
    browser = Browser(db, organiser)

    refused = browser.send(f"{SET_UP}/questions", what="question", label="Which days?", kind="multiple choice",
                           choices="Friday")  # fmt: skip
    browser.send(f"{SET_UP}/questions", what="question", label="Will you stay?", kind="yes or no")
    first = questions_of(db, hack.id)[0]
    browser.send(f"{SET_UP}/questions", what="question", label="How many nights?", required="yes",
                 types=["mentor", "team member"], shown_if=f"{first.public_id}:yes")  # fmt: skip
    page = browser.get(f"{SET_UP}/registration")

    assert refused.status == 422
    assert 'value="Which days?"' in refused.html
    assert "A choice needs at least two answers, one per line." in refused.text
    assert "Only if you answered “Will you stay?” with: Yes." in page.text


def test_a_question_is_changed_moved_retired_and_asked_again(db, organiser, hack):
    one = add_question(db, organiser, hack, label="Diet?", kind=QuestionKind.CHOICE, choices=["All", "Vegan"])
    two = add_question(db, organiser, hack, label="Name?")
    browser, here = Browser(db, organiser), f"{SET_UP}/questions/{one.public_id}"
    filled = browser.get(here)

    browser.send(here, label="Your diet?", choices="All\nVegan\nHalal", required="yes")
    browser.send(f"{SET_UP}/questions/{two.public_id}/move", by="-1")
    browser.send(f"{here}/retire")
    retired = browser.get(f"{SET_UP}/registration")
    browser.send(f"{here}/bring-back")

    db.expire_all()
    assert 'value="Diet?"' in filled.html
    assert "Retired questions" in retired.text
    assert [(q.label, q.choices) for q in all_questions_of(db, hack.id)] == [
        ("Name?", []), ("Your diet?", ["All", "Vegan", "Halal"]),
    ]  # fmt: skip


def test_the_form_says_when_a_question_applies_and_the_server_asks_the_same(db, organiser, bo, hack):
    stay = add_question(db, organiser, hack, label="Will you stay?", kind=QuestionKind.YES_NO)
    add_question(db, organiser, hack, label="How many nights?", required=True,
                 when=AskedWhen(question=stay.public_id, answer="yes"))  # fmt: skip
    days = add_question(db, organiser, hack, label="Days?", kind=QuestionKind.MULTIPLE, choices=["Fri", "Sat", "Sun"])
    browser = Browser(db, bo)
    form = browser.get(FORM)

    refused = browser.send(FORM, **YES, **{f"q{stay.id}": "yes", f"q{days.id}": ["Fri", "Sun"]})
    page = browser.send(FORM, **YES, **{f"q{stay.id}": "no", f"q{days.id}": ["Fri", "Sun"]})

    assert "Only if you answered “Will you stay?” with: Yes." in form.text
    assert f'data-only-after="q{stay.id}" data-only-answer="yes"' in form.html
    assert "Please answer: How many nights?" in refused.text
    assert refused.html.count("checked") == 5
    assert "Will you stay? No Days? Fri, Sun" in page.text


def test_a_file_comes_with_the_form_and_is_fetched_by_those_who_may(db, organiser, bo, cy, hack):
    plan = add_question(db, organiser, hack, label="Your plan", kind=QuestionKind.FILE, required=True)
    field, pdf = f"q{plan.id}", b"%PDF-1.4\n%%EOF\n"
    browser = Browser(db, bo)

    form = browser.get(FORM)
    refused = browser.upload(FORM, field, ("plan.pdf", b"<html>", "application/pdf"), **YES)
    page = browser.upload(FORM, field, ("plan.pdf", pdf, "application/pdf"), **YES)
    address = next(one for one in page.links if "/files/" in one)
    sent = Browser(db, organiser).get(address)

    assert 'enctype="multipart/form-data"' in form.html
    assert "plan.pdf is not what its name says." in refused.text
    assert "Please choose the file again: it was not kept." in refused.text
    assert (sent.content, sent.headers["content-type"]) == (pdf, "application/pdf")
    assert sent.headers["content-disposition"].startswith("attachment;")
    assert Browser(db, cy).get(address).status == 404
    assert address in Browser(db, organiser).get("/e/food-hack/registrations").links


def test_a_code_in_a_private_link_is_filled_in_and_opens_the_event(db, organiser, bo, hack):
    set_entrance(db, organiser, hack, by_code_only=True, confirm_hours=None)
    code = make_code(db, organiser, hack, name="Speakers", most_uses=1)
    browser = Browser(db, bo)

    public = browser.get("/e/food-hack")
    refused = browser.send(FORM, **YES, code="WRONG")
    form = browser.get(f"{FORM}?code={code.code}")
    page = browser.send(FORM, **YES, code=code.code)

    assert "Take part with your code" in public.text
    assert refused.status == 422
    assert 'value="WRONG"' in refused.html
    assert "You are invited: Speakers" in form.text
    assert f'value="{code.code}"' in form.html
    assert page.headline == "You have a place"


def test_codes_are_made_listed_and_ended(db, organiser, hack):
    browser = Browser(db, organiser)

    empty = browser.get(f"{SET_UP}/entrance")
    refused = browser.send(f"{SET_UP}/codes", what="code", name="Jury", most_uses="0")
    browser.send(
        f"{SET_UP}/codes", what="code", name="Jury", most_uses="3", type="jury", valid_until="2026-04-20T12:00"
    )
    page = browser.get(f"{SET_UP}/entrance")
    end = next(one for one in page.forms if one.endswith("/end"))

    assert "No codes yet" in empty.text
    assert "Choose between 1 and" in refused.text
    assert "Used 0 of 3 times · until" in page.text
    assert "Lets in nobody" in browser.send(end).text


def test_who_waited_confirms_the_place_that_became_free(db, organiser, bo, cy, hack):
    hack.event.capacity = 1
    set_entrance(db, organiser, hack, by_code_only=False, confirm_hours=24)
    place = make_registration(db, bo, hack)
    make_registration(db, cy, hack)
    withdraw_registration(db, bo, RegistrationInEvent(place, hack.event))
    browser = Browser(db, cy)
    before, home = browser.get(MINE), browser.get("/")

    after = browser.send(f"{MINE}/confirm")

    assert "Confirm your place" in home.text
    assert MINE in home.links
    assert before.headline == "A place is kept for you"
    assert "It is kept for you until Wed, 15 Apr 2026, 10:00 (Europe/Lisbon)" in before.text
    assert after.headline == "You have a place"
    assert browser.send(f"{MINE}/confirm").status == 409


def test_who_did_not_confirm_in_time_reads_where_the_place_went(db, organiser, bo, cy, hack):
    hack.event.capacity = 1
    set_entrance(db, organiser, hack, by_code_only=False, confirm_hours=1)
    place = make_registration(db, bo, hack)
    make_registration(db, cy, hack)
    withdraw_registration(db, bo, RegistrationInEvent(place, hack.event))
    browser = Browser(db, cy)
    db.commit()

    with clock.frozen_at(clock.now() + timedelta(hours=2)):
        refused = browser.send(f"{MINE}/confirm")
        run_due_timers()
        page = browser.get(MINE)

    assert refused.status == 409
    assert "It goes to the next in line now." in refused.text
    assert page.headline == "Your place went to the next in line"


def test_answers_are_finished_later_and_the_organiser_asks_once(db, organiser, bo, hack):
    make_registration(db, bo, hack)
    diet = add_question(db, organiser, hack, label="Diet?", required=True)
    ada, browser = Browser(db, organiser), Browser(db, bo)

    asked = ada.send("/e/food-hack/registrations/finish")
    again_ = ada.get("/e/food-hack/registrations")
    open_one = browser.get(MINE)
    refused = browser.send(f"{MINE}/answers")
    done = browser.send(f"{MINE}/answers", **{f"q{diet.id}": "Vegan"})

    assert "1 person is asked to finish." in asked.text
    assert "They were asked within the last three days." in again_.text
    assert "Your registration is not finished" in open_one.text
    assert "Please answer: Diet?" in refused.text
    assert "Diet? Vegan" in done.text
    row = find_registration(db, hack.id, bo.person)
    assert row is not None
    assert row.state is RegistrationState.ACCEPTED
