"""The team builder as pages: asking, looking, moving, locking, sending; and the place that somebody is given."""

from datetime import timedelta

import pytest
from sqlmodel import select

from events.core.access import Actor
from events.core.database import Database
from events.events import EventWithPhases
from events.proposals.drafts import ProposalInEvent, ProposalState, TeamProposal, teams_in
from events.proposals.places import send_proposal
from events.teams import members_of, team_of
from tests.events.makers_hackathon import make_hackathon
from tests.events.makers_proposals import make_proposal, make_seekers, public_of, seated
from tests.frontend.browser import Browser
from tests.makers import NOW, again

BUILDER = "/e/food-hack/teams/builder"
PLACES = "/e/food-hack/teams/places"


@pytest.fixture
def hack(db: Database, ada: Actor) -> EventWithPhases:
    """A hackathon in which everything is open."""
    return make_hackathon(db, ada)


@pytest.fixture
def people(db: Database, hack: EventWithPhases) -> list[Actor]:
    """Four who look for a team."""
    return make_seekers(db, hack, "Kim", "Lou", "Max", "Nia")


@pytest.fixture
def subject(db: Database, ada: Actor, hack: EventWithPhases, people: list[Actor]) -> ProposalInEvent:
    """Two teams of two, proposed."""
    return make_proposal(db, ada, hack)


def page_of(subject: ProposalInEvent) -> str:
    return f"{BUILDER}/{subject.proposal.public_id}"


def test_an_organiser_asks_for_teams_and_sees_that_they_are_being_made(db, ada, people):
    browser = Browser(db, ada)

    empty = browser.get(BUILDER)
    asked = browser.send(
        BUILDER, size_wanted="2", zone_hours="3", whom="seekers", seconds="5", fills_teams="yes"
    )  # fmt: skip
    cancelled = browser.send(next(one for one in asked.forms if one.endswith("/cancel")))

    assert ("4 people look for a team" in empty.text, "No proposals yet" in empty.text) == (True, True)
    assert ("made in the background" in asked.text, "Waiting for its turn" in asked.text) == (True, True)
    assert "Nobody was asked" in cancelled.text
    assert "Cancelled" in browser.get(BUILDER).text


def test_what_is_wrong_is_said_and_stays(db, ada, people):
    page = Browser(db, ada).send(BUILDER, size_wanted="99", zone_hours="3", whom="everybody", seconds="5")

    assert (page.status, "Teams have 2 to 6 members here" in page.text, 'value="99"' in page.html) == (422, True, True)


def test_a_proposal_shows_teams_figures_and_reasons_and_nobody_else_sees_it(db, ada, people, subject):
    page = Browser(db, ada).get(page_of(subject))

    assert all(name in page.text for name in ("Kim Seeker", "Lou Seeker", "Max Seeker", "Nia Seeker"))
    assert all(one in page.text for one in ("Points of wishes come true", "Proven best", "All speak English", "Team 1"))
    assert [Browser(db, one).get(page_of(subject)).status for one in (people[0],)] == [404]
    assert Browser(db, people[0]).get(BUILDER).status == 404


def test_an_organiser_moves_locks_and_makes_anew(db, ada, people, subject):
    browser, kim = Browser(db, ada), people[0]
    place = public_of(db, subject, kim)

    chosen = browser.get(f"{page_of(subject)}?move={place}")
    moved = browser.send(f"{page_of(subject)}/move", place=place, team="none")
    first = teams_in(db, subject.id)[-1].public_id
    locked = browser.send(f"{page_of(subject)}/lock", team=first, locked="yes")
    refused = browser.send(f"{page_of(subject)}/move", place=place, team=first)

    assert f'value="{place}" selected' in chosen.html
    assert ("Moved." in moved.text, "The team is too small" in moved.text) == (True, True)
    assert ("Locked" in locked.text, refused.status) == (True, 409)
    assert "Unlock it first" in refused.text
    assert seated(db, subject)[-1] == [kim.person]


def test_a_proposal_is_sent_answered_and_becomes_a_team(db, ada, people, subject):
    browser = Browser(db, ada)
    late = browser.send(f"{page_of(subject)}/send", answer_by="2026-04-14T08:00")
    sent = browser.send(f"{page_of(subject)}/send", answer_by="2026-04-15T12:00")
    kim, lou = people[:2]
    pair = [one for one in people if {kim.person, one.person} in [set(team) for team in seated(db, subject)]]
    partner = pair[0] if pair else lou
    asked = Browser(db, kim)

    shown = asked.get("/e/food-hack/teams")
    place = f"{PLACES}/{public_of(db, subject, kim)}"
    looked = asked.get(place)
    accepted = asked.send(f"{place}/accept")
    twice = asked.send(f"{place}/accept")
    joined = Browser(db, partner).send(f"{PLACES}/{public_of(db, subject, partner)}/accept")

    assert (late.status, "This time has passed" in late.text) == (422, True)
    assert "Sent. 4 people get a letter." in sent.text
    assert f"{PLACES}/{public_of(db, subject, kim)}" in shown.links
    assert "Waits for your answer" in looked.text
    assert "You get a letter when enough of you have" in accepted.text
    assert (twice.status, "accepted this place already" in twice.text) == (409, True)
    assert "Your team stands, and you are in it" in joined.text
    team = team_of(db, kim.person, subject.event.id)
    assert {one.person_id for one in members_of(db, team.id)} == {kim.person, partner.person}
    assert "Formed" in browser.get(page_of(subject)).text


def test_a_place_is_declined_and_is_nobody_elses(db, ada, eve, people, subject):
    send_proposal(db, again(db, ada), subject, answer_by=NOW + timedelta(days=1))
    place = f"{PLACES}/{public_of(db, subject, people[0])}"

    strangers = [Browser(db, one).get(place).status for one in (people[1], eve, ada)]
    declined = Browser(db, people[0]).send(f"{place}/decline")
    looked = Browser(db, people[0]).get(place)

    assert strangers == [404, 404, 404]
    assert ("Declined." in declined.text, "Declined" in looked.text) == (True, True)


def test_what_was_sent_is_neither_discarded_nor_changed(db, ada, people, subject):
    browser = Browser(db, ada)
    draft = [one for one in browser.get(page_of(subject)).forms if one.endswith(("/discard", "/move", "/send"))]
    send_proposal(db, again(db, ada), subject, answer_by=NOW + timedelta(days=1))

    sent = [one for one in browser.get(page_of(subject)).forms if one.endswith(("/discard", "/move", "/send"))]

    assert (len(draft), sent) == (3, [])
    assert browser.send(f"{page_of(subject)}/discard").status == 409


def test_a_proposal_that_failed_says_why_and_can_be_asked_for_again(db, ada, people, subject):
    row = db.exec(select(TeamProposal)).one()
    row.state, row.problem = ProposalState.FAILED, "nobody"
    db.add(row)

    page = Browser(db, ada).get(page_of(subject))

    assert "There is nobody to give a team" in page.text
    assert BUILDER in page.forms


def test_a_fragment_says_how_far_it_is(db, ada, people, subject):
    row = db.exec(select(TeamProposal)).one()
    row.state, row.phase = ProposalState.RUNNING, "improvement"
    db.add(row)

    page = Browser(db, ada).get(f"{page_of(subject)}/fragment")

    assert ("data-unfinished" in page.html, "Making them better" in page.html) == (True, True)
