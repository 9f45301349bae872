"""Challenges as pages: the list, one challenge, writing one, and taking one from a need."""

import pytest

from events.challenges import publish_challenge
from events.core.access import Actor
from events.core.database import Database
from events.events import EventWithPhases
from events.registration import appoint
from events.roles import Role
from events.team_pages import change_team
from tests.events.makers_hackathon import BRIEF, make_hackathon, make_team
from tests.events.test_challenges import make_need
from tests.frontend.browser import Browser
from tests.makers import again, make_organisation

LIST = "/e/food-hack/challenges"


@pytest.fixture
def hack(db: Database, ada: Actor, bo: Actor) -> EventWithPhases:
    """A hackathon in which everything is open; Bo takes part."""
    return make_hackathon(db, ada, bo)


def test_a_hackathon_without_challenges_says_so_and_leads_its_organiser_on(db, ada, hack):
    visitor, organiser = Browser(db), Browser(db, ada)

    assert "The organisers publish them here" in visitor.get(LIST).text
    assert f"{LIST}/new" in organiser.get(LIST).links


def test_an_organiser_writes_a_challenge_that_everybody_reads(db, ada, hack):
    bakery = make_organisation(db, "Bakery Brno", country="CZ")
    fields = {"title": "Better trays", "brief": BRIEF, "prize": "500 loaves", "organisation": bakery.public_id}

    step = Browser(db, ada).send(f"{LIST}/new", owner="", **fields)
    page = Browser(db, ada).get(step.path.removesuffix("/resources"))

    assert (page.status, page.headline) == (200, "Better trays")
    listed = Browser(db).get(LIST).text
    assert "Better trays" in listed and "Bakery Brno, Czechia" in listed and "Prize: 500 loaves" in listed


def test_what_is_missing_is_said_beside_what_was_typed(db, ada, hack):
    page = Browser(db, ada).send(f"{LIST}/new", title="Better trays", brief="Short.", owner="nobody")

    assert page.status == 422
    assert 'value="Better trays"' in page.html and "This is not an e-mail address" in page.text


def test_an_owner_who_has_no_account_is_refused(db, ada, hack):
    page = Browser(db, ada).send(f"{LIST}/new", title="Better trays", brief=BRIEF, owner="new@example.org")

    assert (page.status, "Nobody here uses this address" in page.text) == (422, True)


def test_a_participant_gets_no_form_and_a_visitor_signs_in_first(db, bo, hack):
    assert Browser(db, bo).get(f"{LIST}/new").status == 403
    assert Browser(db, bo).send(f"{LIST}/new", title="Trays", brief=BRIEF).status == 403
    assert Browser(db).get(f"{LIST}/new").path == "/sign-in"


def test_a_need_becomes_a_challenge_with_a_link_back(db, ada, che, hack):
    need = make_need(db, che, make_organisation(db, "Bakery Brno").id)
    organiser = Browser(db, ada)

    form = organiser.get(f"{LIST}/from-need?need={need.public_id}")
    page = organiser.send(f"{LIST}/from-need", need=need.public_id)

    assert "selected>Bakery Brno: One material" in form.html
    assert (page.headline, "Che Caruso" in page.text) == ("One material that holds moist food", True)
    assert any(need.public_id in one for one in page.links)
    again_page = organiser.send(f"{LIST}/from-need", need=need.public_id)
    assert (again_page.status, "Please choose one of the needs" in again_page.text) == (422, True)


def test_an_owner_changes_their_challenge(db, ada, che, hack):
    row = publish_challenge(db, again(db, ada), hack, title="Trays", brief=BRIEF, person_id=che.person)
    owner = Browser(db, che)

    assert 'value="Trays"' in owner.get(f"{LIST}/{row.public_id}/edit").html
    page = owner.send(f"{LIST}/{row.public_id}/edit", title="Better trays", brief=BRIEF)

    assert page.headline == "Better trays"


def test_teams_that_took_it_are_shown_to_who_takes_part(db, ada, bo, che, hack):
    row = publish_challenge(db, again(db, ada), hack, title="Trays", brief=BRIEF, person_id=che.person)
    team = make_team(db, bo, hack)
    change_team(db, again(db, bo), team, name="Straw", challenge=row.public_id, idea="", looking_for="")
    appoint(db, again(db, ada), hack, person_id=che.person, role=Role.CHALLENGE_OWNER)

    assert "Your team has taken it" in Browser(db, bo).get(f"{LIST}/{row.public_id}").text
    assert "Straw" in Browser(db, che).get(f"{LIST}/{row.public_id}").text
    outside = Browser(db).get(f"{LIST}/{row.public_id}").text
    assert "Straw" not in outside and "Bo Berg" not in outside and "Che Caruso" not in outside


def test_a_brief_is_shown_as_text_and_never_as_markup_of_its_own(db, ada, hack):
    brief = BRIEF + " <script>alert(1)</script> **strong**"
    row = publish_challenge(db, again(db, ada), hack, title="<b>T</b>", brief=brief)

    html = Browser(db).get(f"{LIST}/{row.public_id}").html

    assert "<script>alert" not in html and "<b>T</b>" not in html and "<strong>strong</strong>" in html


def test_a_challenge_that_is_not_there_has_a_page(db, hack):
    assert Browser(db).get(f"{LIST}/c_nowhere").status == 404
