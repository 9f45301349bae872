"""The one step from a hackathon to its matchmaking event, as a page with its preview."""

import pytest

from events.core.access import Actor
from events.core.database import Database
from events.events import EventWithPhases, follower_of
from events.handing_in import hand_in
from tests.events.makers_hackathon import DONE, make_hackathon, make_team
from tests.frontend.browser import Browser
from tests.makers import again

PAGE = "/e/food-hack/set-up/follow"


@pytest.fixture
def hack(db: Database, ada: Actor, bo: Actor, tam: Actor) -> EventWithPhases:
    """A hackathon of Ada's in which Tam's team handed in, and Bo's has only been formed."""
    event = make_hackathon(db, ada, bo, tam)
    team = make_team(db, tam, event)
    hand_in(db, again(db, tam), team, written=DONE, revision=0)
    return event


def test_the_preview_says_what_comes_over(db, ada, hack):
    page = Browser(db, again(db, ada)).get(PAGE)

    assert page.headline == "Make the matchmaking event that follows"
    assert all(words in page.text for words in ("Bo Berg", "Tam Tamm", DONE.title, "as an organisation of its own"))


def test_one_click_makes_the_event(db, ada, hack):
    browser = Browser(db, again(db, ada))

    page = browser.send(PAGE, name="Food Match", starts_at="2026-05-11T09:00", zone="Europe/Brussels", tagline="")

    assert (page.path, "Made as a draft" in page.text) == ("/e/food-match/set-up", True)
    again_page = browser.get(PAGE)
    assert "Food Match follows this hackathon already" in again_page.text
    assert "/e/food-match/set-up" in again_page.links


def test_a_second_click_reads_that_it_is_done(db, ada, hack):
    browser = Browser(db, again(db, ada))
    sent = {"name": "Food Match", "starts_at": "2026-05-11T09:00", "zone": "Europe/Brussels", "tagline": ""}
    browser.send(PAGE, **sent)

    page = browser.send(PAGE, **sent)

    assert (page.status, "follows this hackathon already" in page.text) == (409, True)


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("name", "", "Please give the event a name."),
        ("zone", "Mars/Olympus", "Mars/Olympus is not a time zone we know"),
        ("starts_at", "", "Please write a date and a time"),
    ],
)
def test_what_cannot_be_used_is_said_and_nothing_is_made(db, ada, hack, field, typed, sentence):
    sent = {"name": "Food Match", "starts_at": "2026-05-11T09:00", "zone": "Europe/Brussels", "tagline": ""}

    page = Browser(db, again(db, ada)).send(PAGE, **(sent | {field: typed}))

    assert (page.status, sentence in page.text) == (422, True)
    db.rollback()
    assert follower_of(db, hack.id) is None


def test_only_the_programmes_organisers_find_the_page(db, bo, hack):
    assert Browser(db, again(db, bo)).get(PAGE).status == 404
    assert Browser(db).get(PAGE).path == "/sign-in"
