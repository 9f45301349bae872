"""Pages that are kept for a person: the same as written anew, never another's, and gone as soon as anything happens."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlmodel import col

from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.people import Person
from events.roles import Role, RoleGrant, Scope
from events.signin import sign_out
from frontend import kept_pages
from sessions.availability import set_availability
from tests.frontend.browser import Browser, without_secrets
from tests.makers import NOW, make_person
from tests.sessions.makers_meetings import Fair, make_fair, make_meeting, make_participant, place_of

BOARD = "/e/food-match/board"
KEY = re.compile(r'name="key" value="([^"]+)"')


@pytest.fixture
def fair(db: Database, ada: Actor) -> Fair:
    return make_fair(db, ada)


@pytest.fixture
def bo(db: Database, bo: Actor, fair: Fair) -> Actor:
    return make_participant(db, bo, fair)


@pytest.fixture
def cy(db: Database, cy: Actor, fair: Fair) -> Actor:
    return make_participant(db, cy, fair)


def asking(db: Database, fair: Fair, invitee: Actor) -> str:
    return f"/e/food-match/participants/{place_of(db, invitee, fair).public_id}/ask"


def test_a_second_look_asks_nothing_but_whether_anything_happened(db, fair, bo, cy, queries):
    browsers = {asking(db, fair, cy): Browser(db, bo), BOARD: Browser(db, fair.ada)}

    for path, browser in browsers.items():
        first = browser.get(path)
        queries.clear()
        second = browser.get(path)
        assert (first.status, second.status, queries) == (200, 200, [])
        assert without_secrets(second.html) == without_secrets(first.html)
        assert second.headers["content-security-policy"] == first.headers["content-security-policy"]
        assert second.headers["cache-control"] == "private, no-store"


def test_what_happened_stands_on_the_next_look(db, fair, bo, cy):
    browser, path = Browser(db, bo), asking(db, fair, cy)
    before = browser.get(path).html

    set_availability(db, cy, fair.event, absent=[fair.slots[0].starts_at])

    assert without_secrets(browser.get(path).html) != without_secrets(before)


def test_a_page_that_forgot_to_ask_would_show_what_is_gone(db, fair, bo, cy, monkeypatch):
    """The control of the test before: without the question the old page stays."""
    browser, path = Browser(db, bo), asking(db, fair, cy)
    monkeypatch.setattr(kept_pages, "facts_version", lambda: kept_version(browser))
    before = browser.get(path).html

    set_availability(db, cy, fair.event, absent=[fair.slots[0].starts_at])

    assert without_secrets(browser.get(path).html) == without_secrets(before)


def kept_version(browser: Browser) -> int:
    return next(iter(browser.kept._kept.values())).version


def test_nobody_is_shown_what_was_written_for_another(db, fair, bo, cy):
    dee = make_participant(db, make_person(db, "Dee Dumont"), fair)
    path = asking(db, fair, dee)
    first, second, visitor = Browser(db, bo), Browser(db, cy), Browser(db)
    second.client.app = visitor.client.app = first.client.app  # the same process, and what it keeps

    assert "Bo Berg" in first.get(path).html
    assert "Bo Berg" not in second.get(path).html
    assert "Bo Berg" not in visitor.get(path).html


def test_after_signing_out_the_page_is_gone(db, fair, bo, cy):
    browser, path = Browser(db, bo), asking(db, fair, cy)
    assert "Cy Costa" in browser.get(path).html

    sign_out(db, bo, db.get_one(Person, bo.person), cookie=browser.cookie)

    assert "Cy Costa" not in browser.get(path).html


def test_a_sign_in_that_ended_by_itself_shows_nothing_a_minute_later(db, fair, bo, cy):
    browser, path = Browser(db, bo), asking(db, fair, cy)
    assert "Cy Costa" in browser.get(path).html

    with clock.frozen_at(NOW + timedelta(days=3)):
        assert "Cy Costa" not in browser.get(path).html


def test_the_clock_alone_makes_a_page_anew(db, fair, bo, cy):
    browser, path = Browser(db, bo), asking(db, fair, cy)
    before = browser.get(path).html

    with clock.frozen_at(fair.slots[1].starts_at):
        after = browser.get(path).html

    assert without_secrets(after) != without_secrets(before)


def test_forms_of_two_tabs_have_two_keys_and_both_count(db, fair, bo, cy):
    dee = make_participant(db, make_person(db, "Dee Dumont"), fair)
    browser = Browser(db, bo)
    one, other = browser.get(asking(db, fair, cy)), browser.get(asking(db, fair, cy))
    keys = KEY.findall(one.html), KEY.findall(other.html)

    assert keys[0] and len(keys[0]) == len(keys[1])
    assert not set(keys[0]) & set(keys[1])
    assert len(other.html) == len(one.html)
    assert browser.get(asking(db, fair, dee)).status == 200


def test_what_is_said_once_is_not_kept(db, fair, bo, cy):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy, slot=0)
    browser = Browser(db, fair.ada)

    said = browser.send(f"{BOARD}/meetings/{meeting.meeting.public_id}/lock", locked="yes")

    assert (said.path, "locked." in said.text) == (BOARD, True)
    assert "locked." not in browser.get(BOARD).text


def test_who_loses_a_role_in_silence_sees_the_board_until_the_minute_is_over_at_most(db, fair, bo, cy):
    """Roles are taken by facts; a row that is taken away by hand counts from the next minute on."""
    officer = make_person(db, "Olaf Orr")
    db.add(
        RoleGrant(
            person_id=officer.person, role=Role.ORGANISER, scope=Scope.EVENT, scope_id=fair.event.id, granted_at=NOW
        )
    )
    browser = Browser(db, officer)
    assert browser.get(BOARD).status == 200

    db.execute(update(RoleGrant).where(col(RoleGrant.person_id) == officer.person).values(scope_id=0))

    with clock.frozen_at(NOW + timedelta(minutes=1)):
        assert browser.get(BOARD).status == 404


def test_what_is_kept_stays_within_bounds(db, fair, bo, cy, monkeypatch):
    monkeypatch.setattr(kept_pages, "MOST_BYTES", 1)
    browser, path = Browser(db, bo), asking(db, fair, cy)

    assert browser.get(path).status == 200
    assert not browser.kept._kept
    assert browser.get(path).status == 200


@pytest.mark.parametrize("change", ["another address", "a cookie that is not ours", "a form that is sent"])
def test_other_requests_are_passed_on(db, fair, bo, cy, change, queries):
    browser, path = Browser(db, bo), asking(db, fair, cy)
    browser.get(path)
    queries.clear()

    if change == "another address":
        browser.get(f"{path}?item=x")
    elif change == "a cookie that is not ours":
        browser.client.cookies.clear()
        browser.get(path, cookie="folkmoot=nonsense")
    else:
        browser.send(path, note="Hello")

    assert queries
