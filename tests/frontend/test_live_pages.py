"""Pitch rooms as pages, without JavaScript: planning, running, asking, voting, and the room as JSON."""

import re

import pytest

from events.core.access import Actor
from events.core.database import Database
from events.core.links import path
from sessions.calendars import EntryKind, revision_at
from sessions.chat import MessageOnStage, write_message
from sessions.moderation import report_message
from sessions.running import start_pitch
from sessions.stages import QuestionOnStage, ask_question, hide_question
from sessions.wishes import wishes_of
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


def test_calling_a_pitch_off_is_asked_about_and_can_be_taken_back(db, show):
    browser = Browser(db, show.hal)
    where = at(show, f"/pitches/{pitch_of(db, show, 'Lantern').public_id}")
    asked = browser.get(at(show, "/control"))

    off = browser.send(f"{where}/cancel", reason="The team is ill.")
    back = browser.send(f"{where}/put-back")

    assert "This team does not pitch. It is told by letter" in asked.text
    assert ("This pitch is off." in off.text, "The team is ill." in off.text) == (True, True)
    assert ("in the running order again" in back.text, "The team is ill." in back.text) == (True, False)
    assert order_of(db, show.stage)[0] == ("Lantern", "waiting")


def test_a_reason_that_is_too_long_is_refused_and_stays_in_its_field(db, show):
    pitch = pitch_of(db, show, "Millstone").public_id
    reason = "x" * 501

    page = Browser(db, show.hal).send(at(show, f"/pitches/{pitch}/cancel"), reason=reason)

    fields = re.findall(r'<textarea[^>]*id="f-reason-([^"]+)"[^>]*>\s*(x*)</textarea>', page.html)
    assert (page.status, "Please write at most 500 characters." in page.text) == (422, True)
    assert [one for one in fields if one[1]] == [(pitch, reason)]


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


def test_whoever_asked_a_team_can_say_after_its_pitch_that_they_want_to_meet_it(db, show):
    lantern = start_pitch(db, show.hal, show.room)
    ask_question(db, show.bo, show.room, body="What does it cost?", pitch_id=lantern.id)
    start_pitch(db, show.hal, show.room)

    asked, others = (wish_of_question(Browser(db, who).get(at(show)).html) for who in (show.bo, show.ada))
    page = Browser(db, show.bo).send(asked[1], back="")

    assert (asked[0], others[0]) == (True, False)
    assert "In the matchmaking event it becomes a request." in page.text
    assert wishes_of(db, show.bo, show.room.id) == {lantern.public_id}


def wish_of_question(html: str) -> tuple[bool, str]:
    """Whether the button is in sight beside the first question, and where it leads."""
    found = re.search(r'data-wish-of="[^"]*"( hidden)?>\s*<form[^>]*action="([^"]*)"', html)
    assert found is not None
    return not found[1], found[2]


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


def test_what_is_reported_is_read_by_those_who_run_the_room_and_by_nobody_else(db, show):
    message = MessageOnStage(write_message(db, show.tam, show.room, body="Not nice"), show.stage, show.event.event)
    report_message(db, show.bo, message)

    fragment = Browser(db, show.hal).get(at(show, "/moderation/now"))
    control = Browser(db, show.hal).get(at(show, "/control"))
    counts = [Browser(db, who).client.get(at(show, "/snapshot")).json().get("reports") for who in (show.hal, show.bo)]

    assert ("Not nice" in fragment.text, "Reported: 1" in control.text, counts) == (True, True, [1, None])
    assert Browser(db, show.bo).get(at(show, "/moderation/now")).status == 403


def test_removing_somebody_is_asked_about_beside_every_line_of_the_chat(db, show):
    write_message(db, show.tam, show.room, body="Hello all")
    pages = [Browser(db, show.hal).get(at(show, page)) for page in ("/control", "/moderation")]

    for page in pages:
        forms = re.findall(r'<form[^>]*action="[^"]*/remove"', page.html)
        asked = re.findall(
            r'<dialog[^>]*>\s*<p class="dialog-text">They are put out of this room[^<]*</p>\s*<form[^>]*/remove"',
            page.html,
        )
        assert (len(asked), len(forms) > 0) == (len(forms), True)


def test_the_host_writes_in_the_chat_from_the_control_room(db, show):
    host = Browser(db, show.hal)
    form = host.get(at(show, "/control")).html.partition('id="chat-title"')[2]

    written = host.send(at(show, "/chat"), said="Welcome, all", control="yes")
    refused = host.send(at(show, "/chat"), said="x" * 501, control="yes")

    assert re.search(rf'<form[^>]*action="[^"]*{at(show)}/chat"', form)
    assert (written.path, "Welcome, all" in written.text) == (at(show, "/control"), True)
    assert (refused.status, "Control room" in refused.text, "x" * 501 in refused.html) == (422, True, True)
    assert "Welcome, all" in Browser(db, show.bo).get(at(show)).text


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


VIDEO = "https://youtu.be/abc_DEF-123"
PLAYER = "https://www.youtube-nocookie.com"


def test_an_organiser_plans_a_room_with_a_stream_and_a_host_changes_it(db, show):
    organiser, host = Browser(db, show.ada), Browser(db, show.hal)

    control = organiser.send(
        STAGES, name="Final", opens_at="2026-04-14T15:00", pitch_minutes="5", question_minutes="3", stream=VIDEO
    )
    room = organiser.get(control.path.removesuffix("/control"))
    saved = host.send(at(show, "/manners"), chat="yes", slow_seconds="0", stream="https://meet.example/hall")

    assert (f'href="{VIDEO}"' in room.html, "Change the stream" in control.text) == (True, True)
    assert 'value="https://meet.example/hall"' in saved.html


@pytest.mark.parametrize(
    ("rest", "fields"),
    [("", {"name": "Final", "opens_at": "2026-04-14T15:00"}), ("/manners", {"chat": "yes", "slow_seconds": "0"})],
)
def test_an_address_that_is_no_stream_is_refused_beside_its_field(db, show, rest, fields):
    where = at(show, rest) if rest else STAGES

    page = Browser(db, show.ada).send(where, **fields, stream="http://tube.example/1")

    assert (page.status, "such as that of a video on YouTube" in page.text) == (422, True)


def test_a_stream_may_stand_in_a_frame_of_the_room_and_of_the_big_screen_and_of_no_other_page(db, show):
    show.stage.stream = VIDEO
    db.add(show.stage)
    browser = Browser(db, show.hal)

    room = browser.get(at(show))
    others = [browser.get(at(show, rest)).headers for rest in ("/control", "/speaker", "/moderation")]

    assert (
        room.headers["content-security-policy"] == browser.get(at(show, "/beamer")).headers["content-security-policy"]
    )
    assert room.headers["content-security-policy"].endswith(f"; frame-src {PLAYER}")
    assert room.headers["permissions-policy"] == (
        "camera=(), microphone=(), geolocation=(), payment=(), "
        f'fullscreen=(self "{PLAYER}"), picture-in-picture=(self "{PLAYER}")'
    )
    assert [PLAYER in one["content-security-policy"] + one["permissions-policy"] for one in others] == [False] * 3


def test_a_page_with_a_stream_asks_nothing_of_it_by_itself(db, show):
    show.stage.stream = VIDEO
    db.add(show.stage)

    page = Browser(db, show.bo).get(at(show))

    assert ("<iframe" in page.html, f'src="{PLAYER}' in page.html, VIDEO in page.links) == (False, False, True)
    assert f'data-address="{PLAYER}/embed/abc_DEF-123"' in page.html


def test_a_stream_that_cannot_stand_in_a_frame_is_a_link(db, show):
    show.stage.stream = "https://meet.example/hall"
    db.add(show.stage)

    page = Browser(db, show.bo).get(at(show))

    assert ("https://meet.example/hall" in page.links, "Watch on meet.example" in page.text) == (True, True)
    assert ("data-stream-place" in page.html, "frame-src" in page.headers["content-security-policy"]) == (False, False)


def test_a_room_without_a_stream_is_as_it_was(db, show):
    page = Browser(db, show.bo).get(at(show))

    assert ("Watch on" in page.text, "frame-src" in page.headers["content-security-policy"]) == (False, False)
