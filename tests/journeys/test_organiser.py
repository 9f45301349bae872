"""An organiser sets a hackathon up from nothing and goes on to its results without leaving the product."""

import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser
from sqlmodel import select

from events.challenges import Challenge
from events.core.database import Database
from events.handing_in import hand_in
from events.phases import PhaseKind
from events.registration import register
from events.rounds.desk import get_work, works_for
from events.rounds.rounds import criteria_of, rounds_of
from events.rounds.scoring import score_submission
from events.submission_texts import Written
from events.teams import Team, TeamInEvent, form_team
from tests.journeys.conftest import START
from tests.journeys.hack import HERE, RunningHack, running_hack
from tests.journeys.people import Somebody
from tests.journeys.setting_up import DESCRIPTION, confirm
from tests.makers import let_join, make_organisation, make_person

pytestmark = [pytest.mark.browser, pytest.mark.real_time]

TEAMS = {"Tam Tamm": "Composters", "Bo Berg": "Husk", "Cy Costa": "Whey"}
BRIEF = "Trays of mixed plastic cannot be recycled; find one material that holds moist food for ten days."


def _people(db: Database) -> None:
    """Everybody has an account and nothing else is there."""
    for name in ("Ada Adler", "Che Caruso", "Ola Olsson", "Dee Dumont", "Mel Meyer"):
        make_person(db, name)
    for name, country in zip(TEAMS, ("AT", "SE", "PT"), strict=True):
        let_join(db, make_person(db, name), make_organisation(db, f"Company of {name}", country=country))


@pytest.fixture
def hack(browser: Browser, sqlite_template: Path, tmp_path: Path) -> Iterator[RunningHack]:
    with running_hack(browser, sqlite_template, tmp_path, START, _people) as running:
        yield running


def test_from_nothing_to_results_without_leaving_the_product(hack: RunningHack) -> None:
    ada = hack.enter("Ada Adler")
    _make_a_programme_with_a_desk(ada)
    _make_the_draft(ada)
    _build_the_form(ada)
    _put_a_challenge(ada)
    _appoint(ada)
    _publish(ada)
    _release_an_agenda(ada)
    _registrations_arrive(hack, ada)
    _teams_form_and_hand_in(hack, ada)
    _judge(hack, ada)
    _publish_the_result(hack, ada)
    _issue_certificates(hack, ada)
    _take_everything_away(ada)


def _make_a_programme_with_a_desk(ada: Somebody) -> None:
    ada.open("/").open("/programmes/new").write("Name", "Green Food Network").press("Set it up")
    ada.follow("Desks").sees("No desks yet")
    ada.write("Name", "Alpine desk")
    ada.main.locator("summary", has_text="Choose countries").click()
    ada.tick("Austria").press("Add")
    ada.arrives_at("Alpine desk").write("Their e-mail address", "ola@example.org").press("Add an officer")
    ada.sees("Ola Olsson looks after this desk’s participants now")


def _make_the_draft(ada: Somebody) -> None:
    ada.open("/p/green-food-network").follow("New event")
    ada.tick("Hackathon").write("Name", "Food Hack").write("It starts on", "2026-04-15T09:00")
    ada.field("Time zone").select_option("Europe/Vienna")
    ada.press("Make the draft").sees("Not yet: the checklist says what is missing.")
    ada.follow("Texts and places").write("Description", DESCRIPTION).press("Save").sees("Saved.")


def _build_the_form(ada: Somebody) -> None:
    ada.open(f"{HERE}/set-up").follow("Registration")
    ada.write("Another question", "What do you eat?").press("Add this question").sees("What do you eat?")
    ada.write("Another question", "Which size?").tick("A choice of answers").write("The answers to choose from", "S\nM")
    ada.press("Add this question").sees("Which size?")


def _put_a_challenge(ada: Somebody) -> None:
    ada.tab("Challenges").follow("Write a challenge")
    ada.write("Title", "A tray that rots").write("What is to be solved", "Too short.")
    ada.write("E-mail address of its owner", "che@example.org").press("Publish")
    assert ada.field("E-mail address of its owner").input_value() == "che@example.org"
    ada.write("What is to be solved", BRIEF).press("Publish").arrives_at("Resources")


def _release_an_agenda(ada: Somebody) -> None:
    ada.open(f"{HERE}/set-up").follow("Timetable").follow("Rooms, tracks, conflicts")
    ada.write("Name of the room", "Main hall").press("Add the room").sees("Main hall")
    ada.open(f"{HERE}/timetable").follow("Add a session").write("Title", "Welcome").write("Minutes", "30")
    ada.choose("Room", "Main hall").write("Starts at", "2026-04-15T09:00").press("Add the session").sees("Welcome")
    ada.follow("Release").write("Name of the release", "1.0").press("Release the agenda")
    ada.sees("Released")


def _appoint(ada: Somebody) -> None:
    for email, role in (("dee@example.org", "Judge"), ("mel@example.org", "Judge")):
        ada.open(f"{HERE}/set-up/roles").write("Their e-mail address", email).tick(role).press("Appoint")
        ada.sees("has a role now")


def _publish(ada: Somebody) -> None:
    ada.open(f"{HERE}/set-up")
    confirm(ada, "Publish", "Publish now")
    ada.sees("Published: everybody can see this page now.")


def _registrations_arrive(hack: RunningHack, ada: Somebody) -> None:
    for name in TEAMS:
        with hack.acting(name) as who:
            home = next(tie.id for tie in who.actor.ties if tie.scope == "organisation")
            register(who.db, who.actor, who.event, type_code="team member", answers={}, consent=True,
                     organisation_id=home)  # fmt: skip
    ada.tab("Registrations").sees("All 3").follow("Desk figures").sees("Alpine desk")


def _teams_form_and_hand_in(hack: RunningHack, ada: Somebody) -> None:
    hack.go_to_phase(PhaseKind.TEAM_FORMING)
    for name, team in TEAMS.items():
        with hack.acting(name) as who:
            challenge = who.db.exec(select(Challenge.public_id)).one()
            form_team(who.db, who.actor, who.event, name=team, challenge=challenge)
    ada.tab("Teams").sees("Composters").sees("Whey")
    hack.go_to_phase(PhaseKind.SUBMISSION)
    for name, team in TEAMS.items():
        said = Written(title=f"Work of {team}", summary=f"What the team {team} built in two days, and for whom it is.")
        with hack.acting(name) as who:
            row = who.db.exec(select(Team).where(Team.name == team)).one()
            hand_in(who.db, who.actor, TeamInEvent(row, who.event), written=said, revision=0)
    ada.tab("Submissions").sees("Work of Husk")


def _judge(hack: RunningHack, ada: Somebody) -> None:
    ada.tab("Judging").follow("Add a round").follow("Points on criteria")
    ada.write("Name of the round", "Final").write("Judges for each submission", "2").press("Make the round")
    ada.sees("Made as a draft.")
    ada.follow("Judges")
    ada.press("Assign the submissions")
    ada.open(f"{HERE}/judging").follow("Final")
    confirm(ada, "Open the round")
    hack.go_to_phase(PhaseKind.JUDGING)
    for judge, points in (("Dee Dumont", (5, 3, 2)), ("Mel Meyer", (4, 4, 1))):
        with hack.acting(judge) as who:
            [subject] = rounds_of(who.db, who.actor, who.event)
            asked = [one.position for one in criteria_of(who.db, subject.id)]
            for one in works_for(who.db, who.actor, subject):
                work = get_work(who.db, who.actor, subject, one.public_id)
                given = dict.fromkeys(asked, points[one.number - 1])
                score_submission(who.db, who.actor, work, points=given, comment="Well made.", seen=0,
                                 client_id=f"client-{judge[:3]}-{one.number}")  # fmt: skip
    ada.page.reload()
    ada.sees("3 / 3")


def _publish_the_result(hack: RunningHack, ada: Somebody) -> None:
    confirm(ada, "Close the round")
    ada.follow("Look at the result").sees("Ranking")
    ada.press("Publish the result")
    ada.sees("Published")


def _issue_certificates(hack: RunningHack, ada: Somebody) -> None:
    ada.open(f"{HERE}/set-up/certificates")
    confirm(ada, "Issue them")
    with ada.page.expect_download() as saved:
        ada.main.get_by_role("link", name="Save all as ZIP").click()
    names = zipfile.ZipFile(saved.value.path()).namelist()
    assert len(names) >= len(TEAMS)


def _take_everything_away(ada: Somebody) -> None:
    ada.open(f"{HERE}/set-up").follow("Exports")
    with ada.page.expect_download() as saved:
        ada.main.get_by_role("link", name="All as one XLSX").click()
    book = load_workbook(BytesIO(Path(saved.value.path()).read_bytes()))
    assert [row[0].value for row in book["Teams"].iter_rows(min_row=2)] == sorted(TEAMS.values())
