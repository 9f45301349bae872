"""Letters about proposed teams: the place that is offered, the team that stands, and the one that does not."""

from datetime import timedelta

import pytest

from events.challenges import publish_challenge
from events.core.journal import settle
from events.proposals.places import accept_place, decline_place, send_proposal
from events.seekers import look_for_team
from mailer.letters import Letter, LetterState
from tests.events.makers_hackathon import BRIEF, make_hackathon
from tests.events.makers_proposals import make_proposal, make_seekers, place_of, public_of
from tests.mailer.makers_letters import all_letters, text_of, written
from tests.makers import NOW, again


@pytest.fixture
def event(db, ada):
    return make_hackathon(db, ada)


@pytest.fixture
def pair(db, ada, event):
    """Kim and Lou, who wish for the same."""
    straw = publish_challenge(db, again(db, ada), event, title="Straw", brief=BRIEF)
    found = make_seekers(db, event, "Kim", "Lou")
    for one in found:
        look_for_team(db, one, event, skills=["law"], languages=["en"], challenges=[straw.public_id])
    return found


@pytest.fixture
def subject(db, ada, event, pair):
    """A team for both, proposed and sent."""
    made = make_proposal(db, ada, event)
    send_proposal(db, again(db, ada), made, answer_by=NOW + timedelta(days=1))
    return made


def about(db, *kinds: str) -> list[Letter]:
    written(db)
    return [one for one in all_letters() if one.kind in kinds]


def test_everybody_reads_with_whom_on_what_and_until_when(db, pair, subject):
    first, second = about(db, "team_place_offered")

    assert [first.address, second.address] == ["kim@seek.example", "lou@seek.example"]
    assert first.subject == "A team for you at Food Hack"
    text = text_of(first)
    assert all(part in text for part in ("Challenge: Straw", "With: Lou Seeker", "Wed, 15 Apr 2026, 11:00"))
    assert f"/team_place/food-hack/{public_of(db, subject, pair[0])}" in text


def test_who_has_answered_before_the_letter_was_written_gets_none(db, ada, pair, subject):
    db.commit()
    settle()
    decline_place(db, pair[0], place_of(db, subject, pair[0]))

    assert {one.state for one in about(db, "team_place_offered")} == {LetterState.NOT_NEEDED}


def test_the_members_of_a_team_that_stands_are_told_who_leads_it(db, pair, subject):
    for one in pair:
        accept_place(db, one, place_of(db, subject, one))

    letters = about(db, "proposed_team_formed")

    assert [one.address for one in letters] == ["kim@seek.example", "lou@seek.example"]
    assert letters[0].subject == "Your team stands: Team 1"
    assert "Leads the team: Kim Seeker" in text_of(letters[0])


def test_who_wanted_a_team_that_fails_is_told_and_who_declined_is_not(db, pair, subject):
    accept_place(db, pair[0], place_of(db, subject, pair[0]))
    decline_place(db, pair[1], place_of(db, subject, pair[1]))

    [letter] = about(db, "proposed_team_failed")

    assert letter.address == "kim@seek.example"
    assert "Too few have accepted" in text_of(letter)
