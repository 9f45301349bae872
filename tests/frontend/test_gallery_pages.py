"""The gallery as pages: what a visitor finds, and what teams and organisers decide."""

import pytest
from sqlmodel import select

from events.challenges import ChallengeInEvent
from events.core.access import Actor
from events.core.database import Database
from events.core.files import make_ready
from events.handing_in import hand_in
from events.phases import PhaseKind
from events.prizes import Offered, add_prize, announce_winners, award_prize, get_prize
from events.submission_files import add_file
from events.submissions import Submission
from events.teams import TeamInEvent
from tests.events.makers_hackathon import DONE
from tests.events.test_gallery import PDF
from tests.events.test_submission_fields import taking, with_challenge
from tests.frontend.browser import Browser
from tests.frontend.test_challenge_material_pages import letters
from tests.makers import again, shut_phase

GALLERY, MANAGE = "/e/food-hack/gallery", "/e/food-hack/set-up/gallery"


@pytest.fixture
def challenge(db: Database, ada: Actor, che: Actor, bo: Actor, cy: Actor) -> ChallengeInEvent:
    """Che's challenge, in a hackathon in which Bo and Cy take part."""
    return with_challenge(db, ada, che, bo, cy)[1]


@pytest.fixture
def team(db: Database, ada: Actor, bo: Actor, challenge: ChallengeInEvent) -> TeamInEvent:
    """Bo's team, which has handed in with a file; the deadline has passed."""
    team = taking(db, bo, challenge.event, challenge)
    add_file(db, again(db, bo), team, file=make_ready("tray.pdf", PDF))
    hand_in(db, again(db, bo), team, written=DONE, revision=0)
    return TeamInEvent(team.team, shut_phase(db, again(db, ada), team.event, PhaseKind.SUBMISSION))


def test_a_team_agrees_an_organiser_opens_and_a_visitor_reads(db, ada, bo, cy, team):
    here = f"/e/food-hack/submissions/{db.exec(select(Submission.public_id)).one()}"
    asked = f"/e/food-hack/teams/{team.team.public_id}/submission/gallery"

    before = Browser(db).get(GALLERY)
    agreed = Browser(db, bo).send(asked)
    page = Browser(db, ada).send(f"{MANAGE}/open")
    visitor = Browser(db)
    shown = visitor.get(GALLERY)
    entry = visitor.get(here.replace("/submissions/", "/gallery/"))
    file = next(one for one in entry.links if "/files/" in one)

    assert "The gallery is not open yet" in before.text
    assert "Your team agrees" in agreed.text and "Open. The teams get a letter." in page.text
    assert DONE.title in shown.text and DONE.title in entry.text and "Bo Berg" not in shown.html + entry.html
    assert visitor.get(file).content == PDF
    assert visitor.get(file).headers["content-disposition"].startswith("attachment")
    assert visitor.get(here).status == 404
    assert letters(db, "gallery_opened") == ["bo@example.org"]
    assert Browser(db, cy).send(asked).status == 404
    Browser(db, bo).send(f"{asked}/end")
    assert visitor.get(entry.path).status == 404 and visitor.get(file).status == 404


def test_what_is_searched_for_stays_in_the_form_and_nothing_found_has_a_way_back(db, ada, bo, team):
    Browser(db, bo).send(f"/e/food-hack/teams/{team.team.public_id}/submission/gallery")
    Browser(db, ada).send(f"{MANAGE}/open")

    found = Browser(db).get(f"{GALLERY}?q=wax")
    nothing = Browser(db).get(f"{GALLERY}?q=steel")

    assert DONE.title in found.text and 'value="wax"' in found.html
    assert "Nothing like that was handed in" in nothing.text and GALLERY in nothing.links


def test_winners_stand_in_the_gallery_once_they_are_announced(db, ada, bo, team):
    row = add_prize(db, again(db, ada), team.event, offered=Offered("First place", "€2,000", by_whom="Bakery Brno"))
    prize = get_prize(db, again(db, ada), team.event, row.public_id)
    submission = db.exec(select(Submission.public_id)).one()
    award_prize(db, again(db, ada), prize, submission=submission)

    before = Browser(db).get(GALLERY).text
    announce_winners(db, again(db, ada), team.event)
    closed = Browser(db).get(GALLERY)
    Browser(db, bo).send(f"/e/food-hack/teams/{team.team.public_id}/submission/gallery")
    Browser(db, ada).send(f"{MANAGE}/open")
    shown = Browser(db).get(GALLERY)

    assert "First place" not in before
    assert "First place" in closed.text and "Straw" in closed.text and DONE.title not in closed.text
    assert f"{GALLERY}/{submission}" in shown.links
    assert "First place" in Browser(db).get(f"{GALLERY}/{submission}").text


def test_an_organiser_hides_and_puts_back(db, ada, bo, team):
    submission = db.exec(select(Submission.public_id)).one()
    browser = Browser(db, ada)

    hidden = browser.send(f"/e/food-hack/submissions/{submission}/gallery/hide")
    back = browser.send(f"/e/food-hack/submissions/{submission}/gallery/show")

    assert "Hidden" in hidden.text and "Hidden" not in back.text
    assert Browser(db, bo).send(f"/e/food-hack/submissions/{submission}/gallery/hide").status == 403
    assert Browser(db, bo).get(MANAGE).status == 403


def test_it_opens_after_the_deadline_only_and_the_page_says_so(db, ada, challenge):
    page = Browser(db, ada).get(MANAGE)
    refused = Browser(db, ada).send(f"{MANAGE}/open")

    assert "once the deadline has passed" in page.text and f"{MANAGE}/open" not in page.forms
    assert refused.status == 409
