"""Finding each other as pages: open roles, looking for a team, asking to join, the lead, organisers, team rules."""

import pytest
from sqlmodel import select

from events.core.access import Actor
from events.core.database import Database
from events.events import EventWithPhases
from events.join_requests import JoinRequest
from events.open_roles import OpenRole, open_role
from events.seekers import find_seeker, look_for_team
from events.teams import TeamInEvent, add_member, members_of
from tests.events.makers_hackathon import make_hackathon, make_team
from tests.frontend.browser import Browser
from tests.makers import again, person_of, reload_event

LIST = "/e/food-hack/teams"
SETTINGS = "/e/food-hack/set-up/teams"


@pytest.fixture
def hack(db: Database, ada: Actor, bo: Actor, cy: Actor, tam: Actor) -> EventWithPhases:
    """A hackathon in which everything is open; Bo, Cy and Tam take part."""
    return make_hackathon(db, ada, bo, cy, tam)


@pytest.fixture
def team(db: Database, bo: Actor, hack: EventWithPhases) -> TeamInEvent:
    """Bo's team."""
    return make_team(db, bo, hack)


def page_of(team: TeamInEvent) -> str:
    return f"{LIST}/{team.team.public_id}"


def names(db: Database, team: TeamInEvent) -> list[str]:
    return [one.name for one in members_of(db, team.id)]


def test_a_role_is_opened_found_asked_for_and_filled(db, bo, cy, team):
    leader, asker, here = Browser(db, bo), Browser(db, cy), page_of(team)

    opened = leader.send(f"{here}/roles", title="A chemist", how_many="1", skills=["materials", "life"])
    listed = asker.get(f"{LIST}?skill=materials")
    role = db.exec(select(OpenRole)).one()
    asked = asker.send(f"{here}/ask", role=role.public_id, note="Straw is my thing.")
    shown = leader.get(here)
    agreed = leader.send(next(one for one in shown.forms if one.endswith("/agree")))

    assert ("The role is open" in opened.text, "Looks for: A chemist" in listed.text) == (True, True)
    assert ("You get a letter when they answer" in asked.text, "Waits for an answer" in asked.text) == (True, True)
    assert all(one in shown.text for one in ("Cy Costa", "For: A chemist", "Straw is my thing."))
    assert "They are in the team now" in agreed.text
    assert (names(db, team), db.exec(select(OpenRole)).all()) == (["Bo Berg", "Cy Costa"], [])


def test_what_is_wrong_with_a_role_is_said_and_what_was_typed_stays(db, bo, team):
    page = Browser(db, bo).send(f"{page_of(team)}/roles", title="", how_many="many", skills=["law"])
    nameless = Browser(db, bo).send(f"{page_of(team)}/roles", title="", how_many="2", skills=["law"])

    assert (page.status, "Please write a whole number" in page.text) == (422, True)
    assert (nameless.status, 'value="law" checked' in nameless.html.replace('name="skills" ', "")) == (422, True)


def test_somebody_asks_takes_back_asks_again_and_is_turned_down(db, bo, cy, tam, team):
    asker, here = Browser(db, cy), page_of(team)
    asker.send(f"{here}/ask", note="Hello")
    taken_back = asker.send(next(one for one in asker.get(here).forms if one.endswith("/take-back")))
    asker.send(f"{here}/ask", note="Hello again")
    row = db.exec(select(JoinRequest).order_by(JoinRequest.id.desc())).first()

    by_others = Browser(db, tam).send(f"{here}/asking/{row.public_id}/turn-down", answer="No")
    turned_down = Browser(db, bo).send(f"{here}/asking/{row.public_id}/turn-down", answer="We are enough.")
    again_ = asker.send(f"{here}/ask", note="Please")

    assert ("do not ask this team any more" in taken_back.text, by_others.status) == (True, 404)
    assert "They get a letter" in turned_down.text
    assert (again_.status, "This team has turned you down" in again_.text, "We are enough." in again_.text) == (
        409, True, True,
    )  # fmt: skip
    assert "We are enough." in asker.get(LIST).text


def test_a_note_that_is_too_long_is_refused_and_stays(db, cy, team):
    page = Browser(db, cy).send(f"{page_of(team)}/ask", note="Long " * 150)

    assert (page.status, "at most 600 characters" in page.text, "Long Long" in page.html) == (422, True, True)


def test_somebody_puts_themselves_on_the_list_and_a_team_asks_them(db, bo, cy, hack, team):
    seeker, leader = Browser(db, cy), Browser(db, bo)

    empty = leader.get(f"{LIST}/looking")
    listed = seeker.send(
        f"{LIST}/looking/me", skills=["law", "ai"], languages=["pt", "en"], about="Contracts",
        person_1=person_of(db, bo).public_id,
    )  # fmt: skip
    found = leader.get(f"{LIST}/looking?skill=law&language=pt")
    asked = leader.send(f"{page_of(team)}/invite-seeker", person=person_of(db, cy).public_id)
    invitation = next(one for one in leader.get(page_of(team)).forms if one.endswith("/again"))

    assert ("Nobody looks for a team" in empty.text, "Teams find you now" in listed.text) == (True, True)
    assert all(one in found.text for one in ("Cy Costa", "Contracts", "Law, standards and IP", "Portuguese"))
    assert "cy@example.org" not in found.html + asked.html
    assert "Cy Costa gets a letter" in asked.text
    assert "They get the letter again" in leader.send(invitation).text
    assert "wants you in the team Straw" in seeker.get(LIST).text
    assert "not on the list any more" in seeker.send(f"{LIST}/looking/stop").text


def test_what_is_missing_about_a_seeker_is_said_and_nothing_is_lost(db, cy, hack):
    page = Browser(db, cy).send(f"{LIST}/looking/me", about="Contracts", languages=["pt"])

    assert (page.status, "choose one to 8 skills" in page.text, "Contracts" in page.html) == (422, True, True)
    assert find_seeker(db, hack.id, cy.person) is None


def test_wishes_are_shown_to_oneself_alone(db, ada, bo, cy, tam, hack):
    look_for_team(
        db, again(db, cy), hack, skills=["law"], languages=["en"], apart=[person_of(db, tam).public_id]
    )  # fmt: skip
    unloved = f'value="{person_of(db, tam).public_id}" selected'

    assert unloved in Browser(db, cy).get(f"{LIST}/looking/me").html
    assert all(unloved not in Browser(db, one).get(f"{LIST}/looking/me").html for one in (bo, tam))
    assert Browser(db, ada).get(f"{LIST}/looking/me").status == 403


def test_outsiders_see_nobody_who_looks(db, cy, eve, hack):
    look_for_team(db, again(db, cy), hack, skills=["law"], languages=["en"])

    for browser in (Browser(db), Browser(db, eve)):
        page = browser.get(f"{LIST}/looking")
        assert (page.status, "Cy Costa" in page.text) == (200, False)


def test_a_leader_lets_somebody_else_lead(db, bo, cy, team):
    add_member(db, bo, team, cy.person, leads=False)
    browser, here = Browser(db, bo), page_of(team)

    page = browser.send(f"{here}/members/{person_of(db, cy).public_id}/lead")

    assert "Somebody else leads the team now" in page.text
    assert [one.name for one in members_of(db, team.id) if one.leads] == ["Cy Costa"]
    assert browser.send(f"{here}/members/{person_of(db, cy).public_id}/lead").status == 403


def test_organisers_change_who_is_in_a_team_with_a_reason(db, ada, bo, cy, team):
    browser, here = Browser(db, ada), f"{page_of(team)}/members"
    who = person_of(db, cy).public_id

    without = browser.send(f"{here}/put-in", what="in", person=who, reason="")
    put_in = browser.send(f"{here}/put-in", what="in", person=who, reason="Cy found no team.")
    taken_out = browser.send(f"{here}/take-out", what="out", person=who, reason="Cy found one.")

    assert (without.status, "give a reason" in without.text) == (422, True)
    assert f'value="{who}" selected' in without.html
    assert ("Cy Costa is in the team now" in put_in.text, "Cy found no team." in put_in.text) == (True, True)
    assert ("Cy found one." in taken_out.text, names(db, team)) == (True, ["Bo Berg"])
    assert Browser(db, bo).get(here).status == 404


def test_taking_the_last_one_out_leads_back_to_the_list(db, ada, bo, team):
    here = f"{page_of(team)}/members/take-out"

    page = Browser(db, ada).send(here, what="out", person=person_of(db, bo).public_id, reason="Gone.")

    assert (page.path, page.status) == (LIST, 200)


def test_organisers_set_the_rules_of_teams(db, ada, bo, hack):
    browser = Browser(db, ada)
    wrong = browser.send(SETTINGS, size_min="5", size_max="3", lock_at="2026-04-20T12:00", solo_allowed="yes")
    saved = browser.send(SETTINGS, size_min="2", size_max="4", lock_at="2026-04-20T12:00", solo_allowed="yes")

    assert (wrong.status, "cannot be smaller than the smallest" in wrong.text) == (422, True)
    assert 'value="2026-04-20T12:00"' in wrong.html
    assert "Saved." in saved.text
    row = reload_event(db, hack).event
    db.refresh(row)
    assert (row.team_size_max, row.solo_allowed, row.teams_lock_at.isoformat()) == (
        4, True, "2026-04-20T10:00:00+00:00",
    )  # fmt: skip
    assert "Mon, 20 Apr 2026, 12:00 (Europe/Stockholm)" in Browser(db, bo).get(LIST).text
    assert Browser(db, bo).get(SETTINGS).status == 403


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_lists_ask_no_more_for_three_than_for_one(db, ada, bo, cy, tam, hack, queries):
    browser = Browser(db, ada)
    counts = []
    for number, person in enumerate((bo, cy, tam)):
        team = make_team(db, person, hack, f"Team {number}")
        open_role(db, again(db, person), team, title="A chemist")
        db.commit()
        queries.clear()
        browser.get(LIST)
        counts.append(len(queries))

    assert counts[0] == counts[2]
