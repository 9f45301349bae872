"""The owner of a challenge writes it step by step, answers a question for all, and meets the teams that took it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from sqlmodel import select

from events.challenges import Challenge, publish_challenge
from events.core.database import Database
from events.handing_in import hand_in
from events.people import Person
from events.registration import appoint
from events.roles import Role
from events.submission_texts import Written
from events.teams import Team, TeamInEvent, form_team
from tests.events.makers_hackathon import make_hackathon
from tests.journeys.conftest import START
from tests.journeys.hack import HERE, PDF, RunningHack, running_hack
from tests.journeys.people import Somebody
from tests.makers import again, make_person, make_registration

pytestmark = [pytest.mark.browser, pytest.mark.real_time]

TITLE = "A tray that rots"
BRIEF = "We look for a tray for soft cheese that rots within sixty days and does not go limp in the cold room."
SECRET = "Our line runs at four hundred trays an hour."
TERMS = "You keep to yourself what you read here, for five years, and use it for this challenge only."


def _prepare(db: Database) -> None:
    """A hackathon in which everything is open; Che takes part as the owner of a challenge to come."""
    ada, che = make_person(db, "Ada Adler"), make_person(db, "Che Caruso")
    people = [make_person(db, name) for name in ("Tam Tamm", "Cy Costa", "Bo Berg")]
    event = make_hackathon(db, ada, *people)
    make_registration(db, che, event, type_code="challenge owner")
    ada = again(db, ada)
    other = publish_challenge(db, ada, event, title="A quiet pump", brief="A pump that nobody hears in the next room.")
    form_team(db, again(db, people[2]), event, name="Pumpers", challenge=other.public_id)


@pytest.fixture
def hack(browser: Browser, sqlite_template: Path, tmp_path: Path) -> Iterator[RunningHack]:
    with running_hack(browser, sqlite_template, tmp_path, START, _prepare) as running:
        yield running


def test_an_owner_writes_answers_and_meets_their_own_teams(hack: RunningHack) -> None:
    che, tam = hack.enter("Che Caruso"), hack.enter("Tam Tamm", phone=True)
    _waits_for_the_role(hack, che)
    _write_it_step_by_step(che)
    _keep_a_secret(che)
    _take_it(tam)
    _a_question_is_answered_for_all(hack, che, tam)
    _the_annex_opens_after_the_terms(hack, che, tam)
    _the_board_shows_only_their_teams(hack, che)


def _waits_for_the_role(hack: RunningHack, che: Somebody) -> None:
    """Whoever registers as an owner is told what is still missing."""
    che.open(HERE).sees("See which teams form").tab("Challenges")
    che.sees("Before you can write your challenge, the organisers give you the role of one")
    with hack.acting("Ada Adler") as who:
        person = who.db.exec(select(Person.id).where(Person.name == "Che Caruso")).one()
        appoint(who.db, who.actor, who.event, person_id=person or 0, role=Role.CHALLENGE_OWNER)


def _write_it_step_by_step(che: Somebody) -> None:
    che.open(HERE).tab("Challenges").follow("Write a challenge")
    che.write("Title", TITLE).write("What is to be solved", "Short.").press("Publish")
    assert che.field("Title").input_value() == TITLE
    che.write("What is to be solved", BRIEF).press("Publish").arrives_at("Resources")
    che.write("What it is", "A film of the line", within=che.section("Add a link"))
    che.write("Address", "https://example.org/film").press("Add the link").sees("A film of the line")
    che.field("File").set_input_files({"name": "tray.pdf", "mimeType": "application/pdf", "buffer": PDF})
    che.press("Add the file").sees("tray.pdf")
    che.follow("Next: prizes").write("Name of the prize", "A day at the dairy").press("Add the prize")
    che.sees("A day at the dairy").follow("Next: what teams hand in")
    che.write("What you ask for", "What would a tray cost?").press("Ask for it").sees("What would a tray cost?")
    che.follow("Next: the confidential annex").arrives_at("Confidential annex")


def _keep_a_secret(che: Somebody) -> None:
    che.write("What you say in confidence", SECRET).write("What readers agree to", "Short.").press("Save the annex")
    assert che.field("What you say in confidence").input_value() == SECRET
    che.write("What readers agree to", TERMS).press("Save the annex").sees("Saved")
    che.follow("Look at the challenge").arrives_at(TITLE)


def _take_it(tam: Somebody) -> None:
    tam.open(HERE).tab("Challenges").follow(TITLE).does_not_see(SECRET).follow("Form a team for it")
    tam.write("Name of the team", "The Composters").press("Form the team").arrives_at("The Composters")


def _a_question_is_answered_for_all(hack: RunningHack, che: Somebody, tam: Somebody) -> None:
    tam.open(HERE).tab("Challenges").follow(TITLE).write("Ask the owner", "May it be brown?").press("Ask")
    tam.sees("Waits for an answer")
    letter = hack.letter("Che Caruso", "question")
    assert "Tam Tamm" not in letter.text
    che.open(letter.links[0]).sees("May it be brown?").does_not_see("The Composters asks")
    che.write("Answer", "Brown is **fine**.").press("Answer").sees("Brown is fine.")
    bo = hack.enter("Bo Berg")
    bo.open(HERE).tab("Challenges").follow(TITLE).sees("May it be brown?").sees("Brown is fine.")
    bo.does_not_see(SECRET).sees("There is more for teams that take this challenge and agree to its terms.")


def _the_annex_opens_after_the_terms(hack: RunningHack, che: Somebody, tam: Somebody) -> None:
    tam.open(HERE).tab("Challenges").follow(TITLE).follow("Go to the annex")
    tam.sees(TERMS).does_not_see(SECRET)
    tam.tick("I agree to these terms").press("Agree").press("Open the annex").sees(SECRET)
    che.open(HERE).tab("Challenges").follow(TITLE).follow("The owner's board").follow("Who has read the annex")
    che.sees("Tam Tamm")


def _the_board_shows_only_their_teams(hack: RunningHack, che: Somebody) -> None:
    said = Written(title="Bran tray", summary="A tray of pressed bran with a thin coat of casein, which keeps cheese.")
    with hack.acting("Tam Tamm") as who:
        challenge = who.db.exec(select(Challenge).where(Challenge.title == TITLE)).one()
        team = who.db.exec(select(Team).where(Team.challenge_id == challenge.id)).one()
        hand_in(who.db, who.actor, TeamInEvent(team, who.event), written=said, revision=0)
    che.open(HERE).tab("Challenges").follow(TITLE).follow("The owner's board")
    che.sees("The Composters").sees("Bran tray").sees("Handed in").sees("Agreed to the terms").does_not_see("Pumpers")
    che.follow("The Composters").sees("Bran tray")
