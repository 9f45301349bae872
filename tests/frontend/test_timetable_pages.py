"""The timetable's pages, without JavaScript: the grid, one session, rooms and tracks, and releasing."""

import re

import pytest
from sqlmodel import select

from events.signin import form_token
from sessions.timetable.released import last_release
from sessions.timetable.rows import Session, rooms_of, sessions_of, tracks_of
from tests.frontend.browser import Browser
from tests.makers import again
from tests.sessions.makers_agenda import address_of, at, make_agenda, make_session, released

HERE = "/e/food-hack/timetable"
LEVELS = {"room": "warn", "speaker": "block", "meeting": "warn", "days": "warn", "capacity": "warn", "break": "warn"}


@pytest.fixture
def made(db, ada, bo):
    made = make_agenda(db, ada, bo)
    made.event.event.zone = "Europe/Brussels"
    return made


@pytest.fixture
def browser(db, made):
    return Browser(db, made.ada)


def filled(made, **values):
    return {
        "title": "Opening", "kind": "talk", "minutes": "60", "room": made.hall.public_id,
        "starts_at": "2026-04-14T09:00", **values,
    }  # fmt: skip


def test_an_empty_timetable_says_what_to_do_first(db, made, browser):
    for room in rooms_of(db, made.event.id):
        db.delete(room)

    page = browser.get(HERE)
    assert "There are no rooms yet" in page.text
    assert "Every session has its time." in page.text
    assert "Nothing is in the way." in page.text


def test_a_session_is_added_where_somebody_clicked_and_stands_in_the_grid(db, made, browser, bo):
    page = browser.get(f"{HERE}?day=2026-04-14&step=30")
    [way] = re.findall(rf'href="({HERE}/new\?room={made.studio.public_id}&amp;at=2026-04-14T10:30)"', page.html)
    form = browser.get(way.replace("&amp;", "&"))
    assert f'value="{made.studio.public_id}" selected' in form.html
    assert 'value="2026-04-14T10:30"' in form.html

    page = browser.send(f"{HERE}/new", **filled(made, speakers=address_of(db, bo)))
    assert "Added: Opening." in page.text
    assert "Opening 09:00 – 10:00 · Bo Berg" in page.text
    assert 'aria-label="Great Hall, 09:30: Opening goes on"' in page.html
    assert [one.starts_at for one in sessions_of(db, made.event.id)] == [at(7)]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [({"title": ""}, "Please write a title"), ({"minutes": "7"}, "in steps of five minutes"),
     ({"minutes": "much"}, "Please write a whole number."), ({"starts_at": ""}, "Choose a start too"),
     ({"room": ""}, "Choose a room too"), ({"speakers": "zed@example.org"}, "Nobody here has the address"),
     ({"starts_at": "2026-04-14T09:01"}, "multiple of five minutes"),
     ({"starts_at": "2026-03-29T02:30"}, "The clocks skip this time")],
)  # fmt: skip
def test_what_cannot_be_is_said_beside_its_field_and_nothing_typed_is_lost(db, made, browser, wrong, sentence):
    page = browser.send(f"{HERE}/new", **filled(made, abstract="All I wrote.", **wrong))

    assert page.status == 422
    assert sentence in page.text
    assert "All I wrote." in page.html
    assert sessions_of(db, made.event.id) == []


def test_a_place_that_is_taken_is_refused_with_its_reason(db, made, browser):
    make_session(db, made, "Keynote", hours=7)

    page = browser.send(f"{HERE}/new", **filled(made, abstract="All I wrote."))
    assert page.status == 409
    assert "Keynote and Opening are in Great Hall at the same time: Keynote is there from 09:00 to 10:00." in page.text
    assert "All I wrote." in page.html


def test_a_session_is_changed_and_says_what_is_to_be_minded(db, made, browser, bo):
    session = make_session(db, made, "Opening", speakers=f"{address_of(db, bo)}\nDr Zed").session
    page = browser.get(f"{HERE}/sessions/{session.public_id}")
    assert f"Bo Berg &lt;{address_of(db, bo)}&gt;\nDr Zed" in page.html

    page = browser.send(f"{HERE}/sessions/{session.public_id}", revision="1",
                        **filled(made, title="Welcome", starts_at="2026-09-01T09:00"))  # fmt: skip
    assert "Welcome is in Great Hall on Tue, 1 Sep 2026 at 09:00. Mind: Welcome lies outside of the days" in page.text
    page = browser.send(f"{HERE}/sessions/{session.public_id}", revision="1", **filled(made, title="Mine"))
    assert page.status == 409
    assert "Somebody else has just changed this session." in page.text
    assert 'value="Mine"' in page.html
    assert "As it stands in the draft Welcome is in Great Hall on Tue, 1 Sep 2026" in page.text
    assert 'name="revision" value="2"' in page.html


def test_a_session_is_taken_off_and_removed(db, made, browser):
    public = make_session(db, made, "Opening", hours=7).session.public_id

    page = browser.send(f"{HERE}/sessions/{public}/place", room=made.hall.public_id, starts_at="tomorrow")
    assert (page.status, 'value="Opening"' in page.html) == (422, True)
    page = browser.send(f"{HERE}/sessions/{public}/place")
    assert "Opening waits for a time." in page.text
    page = browser.send(f"{HERE}/sessions/{public}/remove")
    assert "Removed: Opening." in page.text
    assert db.exec(select(Session.id)).all() == []
    assert browser.get(f"{HERE}/sessions/{public}").status == 404


def test_a_script_places_and_is_told_in_json(db, made, browser):
    session = make_session(db, made, "Opening").session
    db.commit()
    answer = browser.client.post(
        f"{HERE}/sessions/{session.public_id}/place",
        data={"csrf_token": form_token(browser.cookie), "room": made.hall.public_id, "starts_at": "2026-04-14T09:00",
              "revision": "1"},
        headers={"origin": "http://folkmoot.example", "accept": "application/json"},
    )  # fmt: skip

    assert answer.json() == {"ok": True, "message": "Opening is in Great Hall on Tue, 14 Apr 2026 at 09:00."}
    assert "Opening" in browser.get(f"{HERE}/fragment").html


def test_two_sessions_are_swapped_after_what_would_be_in_the_way_was_seen(db, made, browser):
    opening, keynote = (
        make_session(db, made, title, hours=hours).session for title, hours in (("Opening", 7), ("Keynote", 9))
    )
    here = f"{HERE}/sessions/{opening.public_id}/swap"
    assert "Swap it with another" in browser.get(f"{HERE}/sessions/{opening.public_id}").text
    assert "How it would be" not in browser.get(here).text

    page = browser.get(f"{here}?with={keynote.public_id}")
    assert "Opening Tue, 14 Apr 2026 , 11:00 · Great Hall Now: Tue, 14 Apr 2026 , 09:00 · Great Hall" in page.text
    assert "Nothing is in the way." in page.text
    page = browser.send(here, other=keynote.public_id, revision="1", other_revision="1")
    assert "Opening and Keynote have changed places." in page.text
    db.expire_all()
    assert [(one.title, one.starts_at) for one in sessions_of(db, made.event.id)] == [
        ("Keynote", at(7)), ("Opening", at(9)),
    ]  # fmt: skip

    page = browser.send(here, other=keynote.public_id, revision="1", other_revision="1")
    assert (page.status, "Somebody else has just changed this session." in page.text) == (409, True)
    assert browser.get(f"{here}?with=se_none").status == 404


def test_a_swap_that_is_in_the_way_has_its_reason_and_no_button(db, made, browser):
    opening = make_session(db, made, "Opening", hours=7, minutes=120).session
    keynote = make_session(db, made, "Keynote", hours=9).session
    make_session(db, made, "Panel", hours=10)
    waiting = make_session(db, made, "Workshop").session
    here = f"{HERE}/sessions/{opening.public_id}/swap"

    page = browser.get(f"{here}?with={keynote.public_id}")
    assert "Stops Two sessions in one room. Opening and Panel are in Great Hall at the same time" in page.text
    assert "Swap the two" not in page.text
    assert browser.send(here, other=keynote.public_id).status == 409
    assert "Workshop waits for a time. Give it one first." in browser.get(f"{here}?with={waiting.public_id}").text


def test_rooms_and_tracks_are_added_changed_and_removed(db, made, browser):
    parts = f"{HERE}/parts"
    page = browser.send(f"{HERE}/rooms", what="room", name="Loft", capacity="many", link="")
    assert (page.status, "Please write a whole number." in page.text) == (422, True)
    assert 'id="f-name-room" value="Loft"' in page.html
    browser.send(f"{HERE}/rooms", what="room", name="Loft", capacity="12", link="")
    browser.send(f"{HERE}/tracks", what="track", name="Trays", tone="moss")
    page = browser.get(parts)
    assert "Loft 12 seats" in page.text
    room, track = rooms_of(db, made.event.id)[-1].public_id, tracks_of(db, made.event.id)[-1].public_id

    page = browser.send(f"{HERE}/rooms/{room}", what=room, name="Studio", capacity="", link="")
    assert "There is one called Studio already." in page.text
    browser.send(f"{HERE}/rooms/{room}", what=room, name="Attic", capacity="", link="https://video.example/attic")
    browser.send(f"{HERE}/tracks/{track}", what=track, name="Boxes", tone="plum")
    page = browser.get(parts)
    assert "Attic Any number of people · https://video.example/attic" in page.text
    assert "tone-plum" in page.html
    browser.send(f"{HERE}/rooms/{room}/remove")
    browser.send(f"{HERE}/tracks/{track}/remove")

    assert [one.name for one in rooms_of(db, made.event.id)] == ["Great Hall", "Studio"]
    assert [one.name for one in tracks_of(db, made.event.id)] == ["Packaging"]


def test_levels_are_set_for_each_kind_of_conflict(db, made, browser):
    levels = {
        "room": "warn",
        "speaker": "ignore",
        "meeting": "block",
        "days": "warn",
        "capacity": "ignore",
        "break": "warn",
    }
    page = browser.send(f"{HERE}/conflicts", **(levels | {"room": "nothing"}))
    assert page.status == 422

    browser.send(f"{HERE}/conflicts", **levels)
    make_session(db, made, "Opening", hours=7)
    make_session(db, made, "Keynote", hours=7)

    page = browser.get(HERE)
    assert "Warns Two sessions in one room. Opening and Keynote are in Great Hall at the same time" in page.text
    assert "has-warn" in page.html


def test_releasing_says_what_is_new_and_leads_to_the_agenda(db, made, browser, bo):
    assert "Nothing is new" in browser.get(f"{HERE}/release").text
    make_session(db, made, "Opening", hours=7, speakers=address_of(db, bo))
    make_session(db, made, "Later")
    page = browser.get(f"{HERE}/release")
    for words in ("What everybody will see", "Opening Tue, 14 Apr 2026, 09:00 – 10:00, Great Hall",
                  "It concerns 1 person", "1 session has no time, and so is not in the release Later"):  # fmt: skip
        assert words in page.text, words

    page = browser.send(f"{HERE}/release", name="", note="Word.")
    assert (page.status, "Please give the release a name" in page.text, "Word." in page.html) == (422, True, True)
    page = browser.send(f"{HERE}/release", name="1.0", note="Here it is.")
    assert (page.path, page.headline) == ("/e/food-hack/agenda", "Agenda")
    assert "Released as 1.0: everybody sees it now." in page.text
    assert last_release(db, made.event.id).note == "Here it is."
    page = browser.get(HERE)
    assert "Released: 1.0" in page.text
    assert "Everybody sees what stands here" in page.text


def test_a_blocked_draft_has_no_button(db, made, browser):
    levels = {
        "room": "warn",
        "speaker": "block",
        "meeting": "warn",
        "days": "warn",
        "capacity": "warn",
        "break": "warn",
    }
    browser.send(f"{HERE}/conflicts", **levels)
    make_session(db, made, "Opening", hours=7)
    make_session(db, made, "Keynote", hours=7)
    browser.send(f"{HERE}/conflicts", **(LEVELS | {"room": "block"}))

    page = browser.get(f"{HERE}/release")
    assert "This is in the way Opening and Keynote are in Great Hall" in page.text
    assert "Name of the release" not in page.text
    page = browser.send(f"{HERE}/release", name="1.0")
    assert (page.status, last_release(db, made.event.id)) == (409, None)


def test_others_find_no_timetable(db, made, bo):
    session = make_session(db, made, "Opening", hours=7).session
    released(db, made)
    browser = Browser(db, again(db, bo))

    for path in ("", "/fragment", "/new", "/parts", "/release", f"/sessions/{session.public_id}",
                 f"/sessions/{session.public_id}/swap"):  # fmt: skip
        assert browser.get(HERE + path).status == 404
    for path in ("/new", "/rooms", "/release", f"/sessions/{session.public_id}/place",
                 f"/sessions/{session.public_id}/swap"):  # fmt: skip
        assert browser.send(HERE + path).status == 404
