"""The public page: its sections, its pictures, and how it looks to others."""

import re

import pytest
from sqlmodel import select

from events.core.access import Actor
from events.core.database import Database
from events.events import EventWithPhases
from events.page_sections import SectionKind, add_entry, set_section
from events.prizes import Offered, add_prize
from events.programmes import Programme
from tests.events.test_page_sections import image
from tests.frontend.browser import Browser
from tests.makers import again, make_event, make_programme
from tests.sessions.makers_agenda import make_session, released, with_rooms

PAGE = "/e/food-hack"
SET_UP = f"{PAGE}/set-up"


@pytest.fixture
def hack(db: Database, ada: Actor) -> EventWithPhases:
    programme = make_programme(db, ada)
    return make_event(db, again(db, ada), programme)


@pytest.fixture
def organiser(db: Database, ada: Actor, hack: EventWithPhases) -> Actor:
    return again(db, ada)


def test_what_organisers_write_stands_on_the_page_and_runs_nothing(db, organiser, hack):
    add_entry(
        db, organiser, hack, section=SectionKind.FAQ, title="Is it <b>free</b>?", text="**Yes** <script>x</script>"
    )
    set_section(db, organiser, hack, kind=SectionKind.PRIZES, shown=True, text="A *trip*")
    set_section(db, organiser, hack, kind=SectionKind.ABOUT, shown=False)

    page = Browser(db).get(PAGE)

    assert "<strong>Yes</strong> &lt;script&gt;" in page.html
    assert "Is it &lt;b&gt;free&lt;/b&gt;?" in page.html
    assert "<em>trip</em>" in page.html
    assert "What it is about" not in page.text


def test_a_picture_is_uploaded_and_served_from_our_own_origin(db, organiser, hack):
    browser = Browser(db, organiser)
    there = f"{SET_UP}/page/gallery/entries"

    lacking = browser.send(there, what="entry", title="The winners")
    refused = browser.upload(there, "picture", ("a.png", b"<svg/>", "image/png"), what="entry", title="The winners")
    browser.upload(there, "picture", ("a.jpg", image(), "image/jpeg"), what="entry", title="The winners")
    page = Browser(db).get(PAGE)
    address = page.html.split('src="/e/food-hack/pictures/')[1].split('"')[0]
    picture = Browser(db).get(f"{PAGE}/pictures/{address}")

    assert "Please choose a picture." in lacking.text
    assert "not a picture we can read" in refused.text
    assert 'value="The winners"' in refused.html
    assert 'alt="The winners" width="40" height="20"' in page.html
    assert picture.headers["content-type"] == "image/webp"
    assert picture.headers["x-content-type-options"] == "nosniff"


def test_sections_and_entries_are_put_in_order(db, organiser, hack):
    one = add_entry(db, organiser, hack, section=SectionKind.PARTNERS, title="Berg Dairy", url="example.org")
    two = add_entry(db, organiser, hack, section=SectionKind.PARTNERS, title="Senf Werk")
    browser = Browser(db, organiser)

    browser.send(f"{SET_UP}/entries/{two.public_id}/move", by="-1")
    browser.send(f"{SET_UP}/page/partners/move", by="-1")
    browser.send(f"{SET_UP}/entries/{one.public_id}", title="Berg Dairy GmbH", url="example.org")
    page = Browser(db).get(PAGE)

    assert page.text.index("Senf Werk") < page.text.index("Berg Dairy GmbH")
    assert '<a href="https://example.org" rel="noopener noreferrer">Berg Dairy GmbH</a>' in page.html
    assert "Berg" not in browser.send(f"{SET_UP}/entries/{one.public_id}/remove").html.split("<ol")[1]


@pytest.mark.parametrize("seen_as", ["visitor", "type-team-member", "type-mentor", "judge", "nonsense"])
def test_a_preview_is_marked_and_offers_nothing_to_do(db, organiser, hack, seen_as):
    page = Browser(db, organiser).get(f"{SET_UP}/preview?as={seen_as}")

    assert page.status == 200
    assert "A preview:" in page.text
    assert not [one for one in page.forms if one.startswith("/e/")]
    assert not [one for one in page.links if one.endswith(("/register", "/registration"))]


def test_links_of_a_preview_lead_nowhere_but_those_between_previews_and_back(db, organiser, hack):
    add_entry(db, organiser, hack, section=SectionKind.PARTNERS, title="Berg Dairy", url="https://berg.example")

    page = Browser(db, organiser).get(f"{SET_UP}/preview?as=mentor")

    assert re.search(r'<a role="link" aria-disabled="true"[^>]*>Berg Dairy', page.html)
    inside = page.html[page.html.index("So this page looks to them.") : page.html.index("</main>")]
    ways = {one for one in re.findall(r'href="([^"#]*)"', inside) if "/preview?as=" not in one}
    assert ways == {SET_UP}
    assert "links on it lead nowhere" in page.text
    assert "~ preview" not in page.html


def test_the_public_page_shows_the_released_agenda_and_not_the_draft(db, organiser, hack, bo):
    made = with_rooms(db, organiser, hack)
    make_session(db, made, "Opening", hours=33, speakers="Dr Zed")
    make_session(db, made, "Yesterdays", hours=1)
    here = "/e/food-hack"
    before = Browser(db, bo).get(here).text
    released(db, made)
    make_session(db, made, "Not yet", hours=36)

    page = Browser(db, bo).get(here)

    assert "Opening" not in before
    assert "Opening Dr Zed 11:00 – 12:00 · Great Hall" in page.text
    assert "All 2 sessions" in page.text
    assert not [name for name in ("Not yet", "Yesterdays") if name in page.text]
    set_section(db, organiser, hack, kind=SectionKind.AGENDA, shown=False)
    assert "Opening" not in Browser(db, bo).get(here).text


def test_the_public_page_shows_what_there_is_to_win_and_how_much_in_all(db, organiser, hack):
    add_prize(db, organiser, hack, offered=Offered("First place", amount="3000", currency="EUR"))
    add_prize(db, organiser, hack, offered=Offered("Next", winners=2, amount="500", currency="EUR"))

    page = Browser(db, organiser).get("/e/food-hack")

    assert "Prize money in all: €4,000" in page.text
    assert "Next €500 · 2 teams win it" in page.text


def test_a_preview_of_a_draft_shows_it_as_published_and_to_its_organisers_only(db, organiser, bo, hack):
    make_event(db, organiser, db.exec(select(Programme)).one(), name="Sea Hack", published=False)

    page = Browser(db, organiser).get("/e/sea-hack/set-up/preview")

    assert "Finish setting up this event" not in page.text
    assert Browser(db, bo).get("/e/sea-hack/set-up/preview").status == 404
    assert Browser(db, bo).get(f"{SET_UP}/preview").status == 403
