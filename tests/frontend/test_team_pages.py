"""Teams as pages: forming one, asking others, answering an invitation from a letter or from the list, leaving."""

import re

import pytest
from sqlmodel import select

from events.challenges import Challenge, publish_challenge
from events.core.access import Actor
from events.core.database import Database
from events.events import Approval, EventWithPhases
from events.handing_in import hand_in
from events.joining import invite_to_team, issue_invitation_token
from events.phases import PhaseKind
from events.registration import appoint
from events.roles import Role
from events.submissions import submission_of_team
from events.teams import TeamInEvent, TeamInvitation, TeamInvitationSent, add_member, members_of, team_of
from tests.events.makers_hackathon import BRIEF, DONE, make_hackathon, make_team
from tests.frontend.browser import Browser
from tests.makers import again, make_registration, person_of, shut_phase

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


@pytest.fixture
def wax(db: Database, ada: Actor, hack: EventWithPhases) -> Challenge:
    """A challenge that a team can take."""
    return publish_challenge(db, again(db, ada), hack, title="Wax", brief=BRIEF)


def test_a_challenge_is_chosen_when_it_is_taken_from_its_page(db, bo, team, wax):
    browser = Browser(db, bo)
    [taking] = [one for one in browser.get(f"/e/food-hack/challenges/{wax.public_id}").links if "/edit?" in one]

    assert f'value="{wax.public_id}" selected' in browser.get(taking).html


def test_a_team_that_has_handed_in_reads_before_and_after_that_it_has_to_hand_in_again(db, bo, team, wax):
    hand_in(db, again(db, bo), team, written=DONE, revision=0)
    browser, here = Browser(db, bo), f"{LIST}/{team.team.public_id}"

    before = browser.get(f"{here}/edit")
    after = browser.send(f"{here}/edit", name="Straw", challenge=wax.public_id)
    row = submission_of_team(db, team.id)
    writing, seen = browser.get(f"{here}/submission"), browser.get(f"/e/food-hack/submissions/{row.public_id}")

    assert "it has to hand in again for that one" in before.text
    assert ("hand in again for this one" in after.text, "Wax instead of no challenge" in after.text) == (True, True)
    assert "has taken another challenge since it handed in" in writing.text
    assert "handed in before the team took a challenge" in seen.text


def test_after_the_end_an_organiser_gives_a_team_another_challenge_with_a_reason(db, ada, bo, team, wax):
    shut_phase(db, again(db, ada), team.event, PhaseKind.SUBMISSION)
    organiser, here = Browser(db, ada), f"{LIST}/{team.team.public_id}"

    asked = organiser.get(f"{here}/edit")
    own = Browser(db, bo).get(f"{here}/edit")
    late = Browser(db, bo).send(f"{here}/edit", name="Straw works", challenge=wax.public_id)
    silent = organiser.send(f"{here}/edit", name="Straw works", challenge=wax.public_id)
    changed = organiser.send(f"{here}/edit", name="Straw", challenge=wax.public_id, why="The brewery has left.")

    assert ("Why the challenge changes" in asked.text, "Why the challenge changes" in own.text) == (True, False)
    assert (late.status, "An organiser can change it" in late.text, 'value="Straw works"' in late.html) == (
        409,
        True,
        True,
    )
    assert (silent.status, "Please say in 10 to 500 characters" in silent.text) == (422, True)
    assert 'value="Straw works"' in silent.html and f'value="{wax.public_id}" selected' in silent.html
    assert "The brewery has left." in changed.text


def test_what_others_have_changed_meanwhile_stays_where_one_has_let_it_alone(db, bo, cy, team, wax):
    add_member(db, bo, team, cy.person, leads=False)
    here = f"{LIST}/{team.team.public_id}"
    form = Browser(db, bo).get(f"{here}/edit").html
    untouched = {"name": "Straw", "challenge": "", "idea": "", "looking_for": "", "room": ""}
    seen = dict(re.findall(r'name="(seen_\w+)" value="([^"]*)"', form))
    Browser(db, cy).send(f"{here}/edit", name="Straw", challenge=wax.public_id, idea="Trays of wax")

    page = Browser(db, bo).send(f"{here}/edit", **untouched | seen | {"name": "Straw works"})

    db.refresh(team.team)
    assert page.headline == "Straw works"
    assert (team.team.challenge_id, team.team.idea) == (wax.id, "Trays of wax")


@pytest.mark.parametrize("page", ["teams", "submissions"])
def test_who_waits_for_a_place_is_not_sent_to_register_again(db, eve, hack, page):
    visitor = Browser(db, eve).get(f"/e/food-hack/{page}")
    hack.event.approval = Approval.ORGANISER
    make_registration(db, eve, hack)
    applicant = Browser(db, eve).get(f"/e/food-hack/{page}")

    assert ("Register for the event" in visitor.text, "Register for the event" in applicant.text) == (True, False)
    assert "/e/food-hack/registration" in applicant.links
