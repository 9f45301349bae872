"""Agendas: one's own with what is on now, everybody's and every table's on paper."""

import pytest

from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.organisations import OrganisationKind
from sessions.moves import cancel_meeting
from tests.frontend.browser import Browser
from tests.makers import make_organisation
from tests.sessions.makers_meetings import Fair, make_fair, make_meeting, make_participant, make_request

HERE = "/e/food-match"


@pytest.fixture
def fair(db: Database, ada: Actor) -> Fair:
    return make_fair(db, ada)


@pytest.fixture
def bo(db: Database, bo: Actor, fair: Fair) -> Actor:
    mill = make_organisation(db, "Nordmühle", kind=OrganisationKind.TRADITIONAL_SME, country="SE")
    return make_participant(db, bo, fair, organisation=mill)


@pytest.fixture
def cy(db: Database, cy: Actor, fair: Fair) -> Actor:
    lab = make_organisation(db, "Lisbon Lab", kind=OrganisationKind.TECH_SAVVY_SME, country="PT")
    return make_participant(db, cy, fair, organisation=lab)


@pytest.fixture
def dee(db: Database, dee: Actor, fair: Fair) -> Actor:
    return make_participant(db, dee, fair)


def order_of(text: str, *words: str) -> list[str]:
    """These words in the order in which they stand on a page; those that do not are left out."""
    return sorted((word for word in words if word in text), key=text.index)


def test_ones_agenda_has_times_places_and_gaps_in_order(db, fair, bo, cy, dee):
    make_meeting(db, fair, asker=bo, invitee=dee, slot=3)
    make_meeting(db, fair, asker=bo, invitee=cy, slot=0)

    page = Browser(db, bo).get(f"{HERE}/agenda/mine")

    expected = ["11:00", "Cy Costa, Lisbon Lab (Portugal)", "Table 1", "for them 10:00", "Free for 55 minutes", "12:15",
                "Dee Dumont"]  # fmt: skip
    assert order_of(page.text, *reversed(expected)) == expected
    assert "2 meetings" in page.text


def test_what_is_on_now_and_what_comes_next_are_marked(db, fair, bo, cy, dee):
    make_meeting(db, fair, asker=bo, invitee=cy, slot=0)
    make_meeting(db, fair, asker=bo, invitee=dee, slot=1)

    with clock.frozen_at(fair.slots[0].starts_at):
        page = Browser(db, bo).get(f"{HERE}/agenda/mine")

    assert order_of(page.text, "Next up", "Now", "Cy", "Dee") == ["Cy", "Now", "Dee", "Next up"]
    assert page.html.count('aria-current="time"') == 1


def test_requests_and_cancelled_meetings_stand_in_no_agenda(db, fair, bo, cy, dee):
    make_request(db, fair, asker=bo, invitee=dee, slot=1)
    cancel_meeting(db, bo, make_meeting(db, fair, asker=bo, invitee=cy))
    browser = Browser(db, bo)

    assert "Nothing stands yet" in browser.get(f"{HERE}/agenda/mine").text
    assert "<html" not in browser.get(f"{HERE}/agenda/mine/fragment").html


def test_an_agenda_asks_as_often_for_three_meetings_as_for_one(db, fair, bo, cy, dee, mel, queries):
    mel = make_participant(db, mel, fair)
    browser, counts = Browser(db, bo), []

    for number, other in enumerate((cy, dee, mel)):
        make_meeting(db, fair, asker=bo, invitee=other, slot=number)
        browser.get(f"{HERE}/agenda/mine")
        queries.clear()
        browser.get(f"{HERE}/agenda/mine")
        counts.append(len(queries))

    assert counts == [6, 6, 6]


def test_organisers_print_everybody_s_agenda_on_their_own_clock(db, fair, bo, cy, dee):
    make_meeting(db, fair, asker=bo, invitee=cy, slot=0)

    page = Browser(db, fair.ada).get(f"{HERE}/agendas")
    one = Browser(db, fair.ada).get(f"{HERE}/agendas?q=costa")

    assert page.html.count('class="section sheet"') == 3
    sheet = page.text.partition("Times are those of Cy Costa (Europe/Lisbon).")[2]
    assert order_of(sheet, "Times are", "11:00 – 11:20", "10:00 – 10:20")[:2] == ["10:00 – 10:20", "11:00 – 11:20"]
    assert one.html.count('class="section sheet"') == 1


def test_organisers_print_a_sheet_for_each_table(db, fair, bo, cy, dee, mel):
    mel = make_participant(db, mel, fair)
    make_meeting(db, fair, asker=bo, invitee=cy, slot=0)
    make_meeting(db, fair, asker=dee, invitee=mel, slot=0)

    page = Browser(db, fair.ada).get(f"{HERE}/tables/agendas")

    words = ("Table 1", "Bo Berg", "Cy Costa", "Table 2", "Dee Dumont", "Mel Meyer")
    assert order_of(page.text, *reversed(words)) == list(words)
    assert page.html.count('class="section sheet"') == 2


def test_agendas_of_others_are_for_organisers(db, fair, bo, eve):
    for path in ("agendas", "tables/agendas"):
        assert [Browser(db, one).get(f"{HERE}/{path}").status for one in (bo, eve)] == [404, 404]
    assert Browser(db, eve).get(f"{HERE}/agenda/mine").status == 404


def test_home_and_meetings_lead_to_the_agenda(db, fair, bo):
    browser = Browser(db, bo)

    assert [f"{HERE}/agenda/mine" in browser.get(path).links for path in ("/", f"{HERE}/meetings")] == [True, True]
