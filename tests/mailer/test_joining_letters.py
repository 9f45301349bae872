"""Letters about coming into a team and going out of it: who gets one, and what it says."""

import pytest

from events.interventions import put_into_team, take_out_of_team
from events.join_requests import (
    JoinRequestInEvent,
    agree_to_joining,
    ask_to_join_team,
    take_back_joining,
    turn_down_joining,
)
from events.joining import hand_over_lead, leave_team
from events.open_roles import open_role
from events.seekers import look_for_team
from events.teams import add_member
from mailer.letters import Letter, LetterState
from tests.events.makers_hackathon import make_hackathon, make_team
from tests.mailer.makers_letters import all_letters, html_of, text_of, written
from tests.makers import again, person_of


@pytest.fixture
def event(db, ada, bo, cy, tam):
    return make_hackathon(db, ada, bo, cy, tam)


@pytest.fixture
def team(db, bo, event):
    return make_team(db, bo, event)


def about_teams(db) -> list[Letter]:
    """What is written about teams, in order."""
    written(db)
    kinds = ("joining_", "lead_", "put_into", "taken_out")
    return [one for one in all_letters() if one.kind.startswith(kinds)]


def said(letters: list[Letter]) -> list[tuple[str, str]]:
    return [(one.kind, one.address.partition("@")[0]) for one in letters]


def ask(db, who, team, **how) -> JoinRequestInEvent:
    return JoinRequestInEvent(ask_to_join_team(db, again(db, who), team, **how), team.team, team.event)


def test_the_leader_reads_who_asks_for_which_role_and_what_they_bring(db, bo, cy, tam, event, team):
    add_member(db, bo, team, tam.person, leads=False)
    look_for_team(db, again(db, cy), event, skills=["law", "ai"], languages=["en"])
    role = open_role(db, again(db, bo), team, title="A lawyer")
    ask(db, cy, team, note="Contracts are fun.", role=role.public_id)

    letters = about_teams(db)

    assert said(letters) == [("joining_asked", "bo")]
    assert letters[0].subject == "Cy Costa asks to join Straw"
    text = text_of(letters[0])
    for part in (
        "> Contracts are fun.",
        "For the role: A lawyer",
        "Brings: Data science and AI, Law, standards and IP",
    ):
        assert part in text
    assert f"/team/food-hack/{team.team.public_id}" in text
    assert "because you lead the team Straw" in html_of(letters[0])


def test_each_answer_reaches_who_asked(db, bo, cy, tam, event, team):
    event.event.team_size_max = 2
    first, _second = ask(db, cy, team), ask(db, tam, team)
    known = len(about_teams(db))
    agree_to_joining(db, again(db, bo), first)

    letters = about_teams(db)[known:]

    assert said(letters) == [("joining_expired", "tam"), ("joining_agreed", "cy")]
    assert "It was full or locked before anybody answered." in text_of(letters[0])
    assert letters[1].subject == "You are in the team Straw"


def test_who_is_turned_down_reads_the_answer(db, bo, cy, team):
    asked = ask(db, cy, team)
    turn_down_joining(db, again(db, bo), asked, answer="We are enough.")

    letter = about_teams(db)[-1]

    assert (letter.kind, letter.address) == ("joining_turned_down", "cy@example.org")
    assert "> We are enough." in text_of(letter)


def test_a_request_taken_back_before_the_letter_was_written_is_no_letter(db, bo, cy, team):
    asked = ask(db, cy, team)
    take_back_joining(db, again(db, cy), asked)

    assert [(one.kind, one.state) for one in about_teams(db)] == [("joining_asked", LetterState.NOT_NEEDED)]


def test_a_team_that_is_gone_is_told_without_its_name(db, bo, cy, team):
    ask(db, cy, team)
    leave_team(db, again(db, bo), team)

    letter = next(one for one in about_teams(db) if one.kind == "joining_expired")

    assert "that is not there any more" in text_of(letter)


def test_whoever_leads_now_learns_why(db, bo, cy, tam, team):
    for one in (cy, tam):
        add_member(db, bo, team, one.person, leads=False)
    hand_over_lead(db, again(db, bo), team, person=person_of(db, cy).public_id)
    [handed] = about_teams(db)
    leave_team(db, again(db, cy), team)

    left = about_teams(db)[-1]

    assert (handed.address, left.address) == ("cy@example.org", "bo@example.org")
    assert "Bo Berg has handed the lead of the team Straw" in text_of(handed)
    assert "has left it. You have been in it longest" in text_of(left)


def test_what_organisers_do_is_told_with_its_reason_to_the_person_and_the_team(db, ada, bo, cy, team):
    who = person_of(db, cy).public_id
    put_into_team(db, again(db, ada), team, person=who, reason="Cy found none.")
    first = about_teams(db)
    take_out_of_team(db, again(db, ada), team, person=who, reason="Cy found one.")

    second = about_teams(db)[len(first):]  # fmt: skip

    assert said(first) == [("put_into_team", "bo"), ("put_into_team", "cy")]
    assert said(second) == [("taken_out_of_team", "bo"), ("taken_out_of_team", "cy")]
    assert "have put Cy Costa into your team Straw" in text_of(first[0])
    assert "have put you into the team Straw" in text_of(first[1])
    assert all("> Cy found one." in text_of(one) for one in second)
