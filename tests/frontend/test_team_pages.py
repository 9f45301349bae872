"""Teams as pages: forming one, asking others, answering an invitation from a letter or from the list, leaving."""

import pytest
from sqlmodel import select

from events.core.access import Actor
from events.core.database import Database
from events.events import EventWithPhases
from events.joining import invite_to_team, issue_invitation_token
from events.phases import PhaseKind
from events.registration import appoint
from events.roles import Role
from events.teams import TeamInEvent, TeamInvitation, TeamInvitationSent, add_member, members_of, team_of
from tests.events.makers_hackathon import make_hackathon, make_team
from tests.frontend.browser import Browser
from tests.makers import again, person_of, shut_phase

LIST = "/e/food-hack/teams"


@pytest.fixture
def hack(db: Database, ada: Actor, bo: Actor, cy: Actor) -> EventWithPhases:
    """A hackathon in which everything is open; Bo and Cy take part."""
    return make_hackathon(db, ada, bo, cy)


@pytest.fixture
def team(db: Database, bo: Actor, hack: EventWithPhases) -> TeamInEvent:
    """Bo's team."""
    return make_team(db, bo, hack)


def letter_to(db: Database, bo: Actor, team: TeamInEvent, email: str) -> str:
    row = invite_to_team(db, again(db, bo), team, email=email)
    token = issue_invitation_token(db, TeamInvitationSent(team.event.id, team.id, row.id or 0))
    return f"/team-invitations/{token}"


def names(db: Database, team: TeamInEvent) -> list[str]:
    return [one.name for one in members_of(db, team.id)]


def test_a_participant_forms_a_team(db, bo, hack):
    browser = Browser(db, bo)

    assert f"{LIST}/new" in browser.get(LIST).links
    page = browser.send(f"{LIST}/new", name="Straw", idea="Trays of straw", looking_for="A chemist")

    assert (page.headline, "Bo Berg" in page.text, "Your team stands" in page.text) == ("Straw", True, True)


def test_a_name_that_is_taken_is_said_beside_the_form(db, cy, team):
    page = Browser(db, cy).send(f"{LIST}/new", name="Straw", idea="Mine")

    assert (page.status, "There is a team called Straw already" in page.text, ">\nMine</textarea>" in page.html) == (
        422,
        True,
        True,
    )


def test_a_closed_team_forming_has_a_page(db, ada, cy, hack):
    shut_phase(db, again(db, ada), hack, PhaseKind.TEAM_FORMING)
    browser = Browser(db, cy)

    page = browser.get(f"{LIST}/new")

    assert (page.status, "Team forming closed on Tue, 14 Apr 2026, 10:00 (Europe/Lisbon)" in page.text) == (409, False)
    assert "Team forming closed on Tue, 14 Apr 2026, 09:00 (Europe/Lisbon)" in page.text
    assert f"{LIST}/new" not in browser.get(LIST).links


def test_nobody_is_sent_to_a_registration_that_is_closed(db, ada, hack):
    open_page = Browser(db).get(LIST)
    shut_phase(db, again(db, ada), hack, PhaseKind.REGISTRATION)
    shut_page = Browser(db).get(LIST)

    assert ("/e/food-hack/register" in open_page.links, "/e/food-hack/register" in shut_page.links) == (True, False)


def test_outsiders_see_neither_teams_nor_their_people(db, eve, team):
    for browser in (Browser(db), Browser(db, eve)):
        page = browser.get(LIST)
        assert page.status == 200
        assert "Straw" not in page.text and "Bo Berg" not in page.text
        assert browser.get(f"{LIST}/{team.team.public_id}").status == 404


def test_a_member_asks_somebody_in_and_takes_it_back(db, bo, cy, team):
    browser = Browser(db, bo)
    here = f"{LIST}/{team.team.public_id}"

    page = browser.send(f"{here}/invite", email="new@example.org")
    invitation = db.exec(select(TeamInvitation)).one()
    seen_by_cy = Browser(db, cy).get(here)
    taken_back = browser.send(f"{here}/invitations/{invitation.public_id}")

    assert "new@example.org gets a letter" in page.text
    assert "new@example.org" not in seen_by_cy.text
    assert "new@example.org" not in taken_back.text


def test_what_is_no_address_is_said_beside_the_field(db, bo, team):
    page = Browser(db, bo).send(f"{LIST}/{team.team.public_id}/invite", email="nobody")

    assert (page.status, "This is not an e-mail address" in page.text) == (422, True)


def test_who_is_not_in_the_team_asks_nobody_in(db, cy, team):
    assert Browser(db, cy).send(f"{LIST}/{team.team.public_id}/invite", email="a@example.org").status == 403


def test_a_letter_can_be_opened_often_and_joins_once(db, bo, cy, team):
    letter = letter_to(db, bo, team, "cy@example.org")
    browser = Browser(db, cy)

    shown = [browser.get(letter) for _time in range(3)]
    page = browser.send(f"{letter}/accept")

    assert {one.headline for one in shown} == {"Bo Berg wants you in the team Straw"}
    assert (page.headline, "You are in the team" in page.text, names(db, team)) == (
        "Straw",
        True,
        ["Bo Berg", "Cy Costa"],
    )
    used = browser.get(letter)
    assert (used.status, used.headline) == (409, "This invitation cannot be used")


def test_a_visitor_with_a_letter_is_led_to_sign_in_and_back(db, bo, team):
    letter = letter_to(db, bo, team, "new@example.org")
    browser = Browser(db)

    page = browser.get(letter)

    assert f"/sign-in?next={letter}" in page.links
    assert browser.send(f"{letter}/accept").path == "/sign-in"
    assert names(db, team) == ["Bo Berg"]


def test_who_is_not_registered_is_led_to_registration_and_finds_the_invitation_after_it(db, bo, eve, team):
    letter = letter_to(db, bo, team, "eve@example.org")
    browser = Browser(db, eve)

    page = browser.get(letter)
    browser.send("/e/food-hack/register", type="team member", consent="yes")
    teams = browser.get(LIST)
    joined = browser.send(next(one for one in teams.forms if one.endswith("/accept")))

    assert "/e/food-hack/register" in page.links
    assert (joined.headline, names(db, team)) == ("Straw", ["Bo Berg", "Eve Ek"])


def test_declining_needs_no_account_and_can_be_taken_back(db, bo, cy, team):
    letter = letter_to(db, bo, team, "cy@example.org")

    declined = Browser(db).send(f"{letter}/decline")
    joined = Browser(db, cy).send(f"{letter}/accept")

    assert "This invitation was declined" in declined.text
    assert joined.headline == "Straw"


def test_an_invitation_of_somebody_else_is_not_there(db, bo, cy, eve, team):
    letter_to(db, bo, team, "cy@example.org")
    invitation = db.exec(select(TeamInvitation)).one()

    for answer in ("accept", "decline"):
        assert Browser(db, eve).send(f"/e/food-hack/invitations/{invitation.public_id}/{answer}").status == 404


def test_the_invited_decline_from_the_list(db, bo, cy, team):
    letter_to(db, bo, team, "cy@example.org")
    browser = Browser(db, cy)

    page = browser.send(next(one for one in browser.get(LIST).forms if one.endswith("/decline")))

    assert "You can still change your mind" in page.text


def test_a_full_team_is_said_on_the_page_of_the_letter(db, bo, cy, tam, team):
    letter = letter_to(db, bo, team, "cy@example.org")
    team.event.event.team_size_max = 1

    page = Browser(db, cy).send(f"{letter}/accept")

    assert (page.status, "This team is full" in page.text) == (409, True)


def test_a_judge_with_a_letter_is_told_why_not(db, ada, bo, cy, team):
    letter = letter_to(db, bo, team, "cy@example.org")
    appoint(db, again(db, ada), team.event, person_id=cy.person, role=Role.JUDGE)

    assert "Judges do not take part in teams" in Browser(db, cy).get(letter).text


def test_the_leader_takes_somebody_out(db, bo, cy, team):
    add_member(db, bo, team, cy.person, leads=False)
    here = f"{LIST}/{team.team.public_id}/members"

    assert Browser(db, cy).send(f"{here}/{person_of(db, bo).public_id}/remove").status == 403
    Browser(db, bo).send(f"{here}/{person_of(db, cy).public_id}/remove")

    assert names(db, team) == ["Bo Berg"]


def test_the_last_one_leaves_and_the_list_is_empty(db, bo, hack, team):
    page = Browser(db, bo).send(f"{LIST}/{team.team.public_id}/leave")

    assert (page.path, "You left Straw" in page.text, "No teams yet" in page.text) == (LIST, True, True)
    assert team_of(db, bo.person, hack.id) is None


def test_a_member_changes_the_page_of_the_team(db, bo, cy, team):
    here = f"{LIST}/{team.team.public_id}/edit"

    page = Browser(db, bo).send(here, name="Straw works", idea="New idea", looking_for="", challenge="")

    assert (page.headline, "New idea" in page.text) == ("Straw works", True)
    assert Browser(db, cy).get(here).status == 403
