"""Pitch rooms as pages, without JavaScript: planning, running, asking, voting, and the room as JSON."""

import pytest

from events.core.access import Actor
from events.core.database import Database
from events.core.links import path
from sessions.calendars import EntryKind, revision_at
from sessions.running import start_pitch
from sessions.stages import QuestionOnStage, ask_question, hide_question
from tests.frontend.browser import Browser
from tests.sessions.makers_pitches import Show, make_show, order_of, pitch_of

STAGES = "/e/food-hack/stages"


@pytest.fixture
def show(db: Database) -> Show:
    return make_show(db, opened=True)


def at(show: Show, rest: str = "") -> str:
    return f"{STAGES}/{show.stage.public_id}{rest}"


def question(db: Database, show: Show, body: str = "What does it cost?") -> QuestionOnStage:
    return QuestionOnStage(ask_question(db, show.tam, show.room, body=body), show.stage, show.event.event)


def test_participants_find_the_rooms_of_their_event(db, show):
    page = Browser(db, show.bo).get(STAGES)

    assert (page.status, page.headline, at(show) in page.links) == (200, "Pitch rooms", True)


def test_others_do_not_find_them(db, show):
    browser = Browser(db, show.eve)

    found = [browser.get(where).status for where in (STAGES, at(show), at(show, "/beamer"), at(show, "/snapshot"))]

    assert found == [404, 404, 404, 404]


def test_visitors_are_asked_to_sign_in(db, show):
    assert Browser(db).get(at(show)).path == "/sign-in"


def test_a_room_shows_who_is_on_stage_and_who_is_next(db, show):
    start_pitch(db, show.hal, show.room)

    page = Browser(db, show.bo).get(at(show))

    assert ("Lantern at work" in page.text, "2 Millstone" in page.text, page.headline) == (True, False, "Main stage")
    assert 'data-countdown-seconds="180"' in page.html


def test_a_countdown_that_is_over_is_followed_by_the_one_for_questions(db, show):
    pitch = start_pitch(db, show.hal, show.room)
    pitch.seconds = -10
    db.add(pitch)

    page = Browser(db, show.bo).get(at(show))

    assert 'data-countdown-seconds="120"' in page.html


def test_an_organiser_plans_a_room_and_fills_it(db, show):
    browser = Browser(db, show.ada)

    control = browser.send(STAGES, name="Final", opens_at="2026-04-14T15:00", pitch_minutes="5", question_minutes="3")
    page = browser.send(control.path.replace("/control", "/schedule"))

    assert (control.headline, "The room is planned" in control.text) == ("Final", True)
    assert "Every final submission has a turn already." in page.text


def test_a_room_without_a_name_is_asked_for_one(db, show):
    page = Browser(db, show.ada).send(STAGES, name="", opens_at="2026-04-14T15:00")

    assert (page.status, "Please give the room a name." in page.text) == (422, True)


def test_participants_plan_nothing(db, show):
    browser = Browser(db, show.bo)

    answers = [
        browser.send(STAGES, name="Mine", opens_at="2026-04-14T15:00").status,
        browser.get(at(show, "/control")).status,
    ]

    assert answers == [403, 403]


def test_the_host_runs_the_room_by_buttons(db, show):
    browser = Browser(db, show.hal)

    browser.send(at(show, "/next"), pitch="", after="")
    browser.send(at(show, "/time"), seconds="60")
    browser.send(at(show, "/end"))
    browser.send(at(show, "/next"), pitch=pitch_of(db, show, "Orchard").public_id, after="")

    assert order_of(db, show.stage) == [("Lantern", "done"), ("Millstone", "waiting"), ("Orchard", "on stage")]
    assert pitch_of(db, show, "Lantern").seconds == 240


def test_a_host_who_is_late_is_told_and_sees_the_room_as_it_is(db, show):
    browser = Browser(db, show.hal)
    browser.send(at(show, "/next"), pitch="", after="")

    page = browser.send(at(show, "/next"), pitch="", after="")

    assert (page.status, "moved the room on already" in page.text) == (409, True)


def test_the_order_is_changed_and_a_pitch_called_off(db, show):
    browser = Browser(db, show.hal)

    browser.send(at(show, f"/pitches/{pitch_of(db, show, 'Orchard').public_id}/order"), up="yes")
    browser.send(at(show, f"/pitches/{pitch_of(db, show, 'Lantern').public_id}/cancel"))

    waiting = [name for name, state in order_of(db, show.stage) if state == "waiting"]
    assert waiting == ["Orchard", "Millstone"]


def test_a_room_opens_and_closes(db):
    show = make_show(db)
    browser = Browser(db, show.hal)

    opened = browser.send(at(show, "/open"))
    closed = browser.send(at(show, "/close"))

    assert ("Next pitch" in opened.text, "Open the room" in closed.text) == (True, True)


def test_a_planned_room_moves(db):
    show = make_show(db)

    page = Browser(db, show.hal).send(at(show, "/move"), opens_at="2026-04-14T18:00")

    db.refresh(show.stage)
    assert ("Every team is told." in page.text, show.stage.opens_at.hour) == (True, 16)


def test_an_attendee_asks(db, show):
    start_pitch(db, show.hal, show.room)

    page = Browser(db, show.bo).send(at(show, "/questions"), body="How does it smell?")

    assert ("How does it smell?" in page.text, "Bo Berg to Lantern" in page.text) == (True, True)


def test_an_empty_question_is_refused_beside_its_field(db, show):
    page = Browser(db, show.bo).send(at(show, "/questions"), body="")

    assert (page.status, "Please write your question." in page.text) == (422, True)


def test_whoever_asks_too_often_waits(db, show):
    browser = Browser(db, show.bo)
    for number in range(12):
        browser.send(at(show, "/questions"), body=f"Question {number}?")

    page = browser.send(at(show, "/questions"), body="And one more?")

    assert "tried too often" in page.text


def test_an_attendee_votes_and_takes_it_back(db, show):
    where = at(show, f"/questions/{question(db, show).question.public_id}/vote")
    browser = Browser(db, show.bo)

    voted = browser.send(where, back="")
    taken = browser.send(where, back="yes")

    assert ('aria-pressed="true"' in voted.html, 'aria-pressed="true"' in taken.html) == (True, False)


def test_the_host_looks_after_questions(db, show):
    where = at(show, f"/questions/{question(db, show, 'Something rude').question.public_id}")
    browser, other = Browser(db, show.hal), Browser(db, show.bo)

    browser.send(where + "/answered")
    browser.send(where + "/hide")
    hidden = "Something rude" in other.get(at(show)).text
    browser.send(where + "/put-back")

    assert (hidden, "Something rude" in other.get(at(show)).text) == (False, True)


def test_a_script_gets_the_room_as_json(db, show):
    browser = Browser(db, show.bo)
    question(db, show)
    hide_question(db, show.hal, question(db, show, "Something rude"))

    shown = browser.client.get(at(show, "/snapshot")) if browser._let_go() is None else None

    assert shown is not None
    assert ([one["body"] for one in shown.json()["questions"]], shown.headers["cache-control"]) == (
        ["What does it cost?"],
        "private, no-store",
    )


@pytest.mark.parametrize(
    ("since", "kinds"), [("1", ["opened"]), ("2", []), ("", 2), ("-1", 2), ("abc", 2), ("9" * 30, 2)]
)
def test_a_script_asks_for_what_it_missed(db, show, since, kinds):
    browser = Browser(db, show.bo)

    missed = browser.client.get(at(show, "/changes"), params={"since": since}).json()

    assert missed["kinds"] == kinds if isinstance(kinds, list) else len(missed["kinds"]) == kinds


def test_a_script_that_does_something_gets_an_answer_it_can_read(db, show):
    browser = Browser(db, show.bo)
    browser.client.headers["accept"] = "application/json"

    asked = browser.send(at(show, "/questions"), body="By script?")
    refused = browser.send(at(show, "/questions"), body="")

    assert (asked.html, refused.status) == ('{"ok":true,"message":"Your question is on the list."}', 422)
    assert '"message":"Please write your question."' in refused.html


def test_the_calendar_leads_to_the_rooms_page(db, show):
    Browser(db)  # The routes are known from here on.
    _entry, revision = revision_at(db, EntryKind.PITCH, pitch_of(db, show, "Lantern").id or 0, 0)

    assert revision.path == path("stage", event="food-hack", stage=show.stage.public_id)


def test_a_room_is_found_under_its_own_event_only(db, show, ada: Actor):
    from tests.makers import again, make_event, make_programme

    programme = make_programme(db, show.ada, "Second programme")
    make_event(db, again(db, show.ada), programme, name="Wood Hack")

    page = Browser(db, show.ada).get(f"/e/wood-hack/stages/{show.stage.public_id}")

    assert page.status == 404
