"""A team on the way from an advertisement to its certificate, in the browsers of the three who make it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from sqlmodel import select

from events.certificates import issue_certificates
from events.challenges import publish_challenge
from events.checkpoints import set_checkpoint
from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.handing_in import hand_in
from events.people import Person
from events.phases import PhaseKind
from events.planning import move_phase
from events.registration import appoint
from events.roles import Role
from events.rounds.assigning import assign_judges
from events.rounds.desk import get_work, works_for
from events.rounds.publishing import publish_result
from events.rounds.rounds import criteria_of
from events.rounds.running import close_round, open_round
from events.rounds.scoring import score_submission
from events.rounds.setting_up import add_round
from events.submission_texts import Written
from events.submissions import Submission
from events.teams import Team
from tests.events.makers_hackathon import BRIEF, make_hackathon, make_team
from tests.events.makers_rounds import plan
from tests.journeys.conftest import START
from tests.journeys.hack import HERE, PDF, RunningHack, running_hack
from tests.journeys.people import Somebody
from tests.makers import again, make_person

pytestmark = [pytest.mark.browser, pytest.mark.real_time]

TEAM = "The Composters"
SUMMARY = "A tray of pressed bran with a thin coat of casein, which keeps soft cheese dry for three weeks."


def _prepare(db: Database) -> None:
    """A hackathon in which everything is open, with a mentor, two judges and a team that has handed in already."""
    ada, che, mel = (make_person(db, name) for name in ("Ada Adler", "Che Caruso", "Mel Meyer"))
    tam, cy, bo, pat = (make_person(db, name) for name in ("Tam Tamm", "Cy Costa", "Bo Berg", "Pat Petit"))
    event = make_hackathon(db, ada, tam, cy, bo, pat)
    ada = again(db, ada)
    publish_challenge(db, ada, event, title="A tray that rots", brief=BRIEF, person_id=che.person)
    set_checkpoint(db, ada, event, name="A working part", due_at=clock.now() + timedelta(hours=20))
    appoint(db, ada, event, person_id=mel.person or 0, role=Role.MENTOR)
    for name in ("Dee Dumont", "Eve Ek"):
        appoint(db, ada, event, person_id=make_person(db, name).person or 0, role=Role.JUDGE)
    said = Written(title="Trays from straw", summary="A tray pressed from straw, sealed with a thin layer of wax.")
    straw = make_team(db, pat, event, "Straw")
    hand_in(db, again(db, pat), straw, written=said, revision=0)


@pytest.fixture
def hack(browser: Browser, sqlite_template: Path, tmp_path: Path) -> Iterator[RunningHack]:
    with running_hack(browser, sqlite_template, tmp_path, START, _prepare) as running:
        yield running


def test_a_team_from_an_advertisement_to_its_certificate(hack: RunningHack) -> None:
    tam, cy, bo = hack.enter("Tam Tamm"), hack.enter("Cy Costa", phone=True), hack.enter("Bo Berg")
    _form_a_team_and_open_a_role(tam)
    _say_what_one_brings(bo)
    _ask_to_join(cy)
    _take_in_and_invite(hack, tam, bo)
    _write_into_the_log(tam)
    _be_helped(hack, cy)
    _hand_in(hack, bo, tam)
    _judged(hack)
    _read_the_result(hack, cy)
    _fetch_the_certificate(tam)


def _form_a_team_and_open_a_role(tam: Somebody) -> None:
    tam.open(HERE).tab("Teams").follow("Form a team")
    tam.write("Name of the team", TEAM).write("Your idea", "Bran and casein.").press("Form the team").arrives_at(TEAM)
    tam.main.locator("summary", has_text="Open a role").click()
    tam.write("Whom you look for", "Somebody who knows cheese").tick("Law").press("Open the role")
    tam.sees("The role is open.").sees("Somebody who knows cheese")


def _say_what_one_brings(bo: Somebody) -> None:
    bo.open(HERE).tab("Teams").follow("Look for a team")
    bo.write("What you would like to do", "Press things.")
    bo.press("Put me on the list").sees("Please choose one to 8 skills.")
    assert bo.field("What you would like to do").input_value() == "Press things."
    bo.tick("Materials and chemistry")
    bo.main.locator("summary", has_text="languages").first.click()
    bo.tick("English").press("Put me on the list")
    bo.sees("Teams find you now.")


def _ask_to_join(cy: Somebody) -> None:
    cy.open(HERE).tab("Teams").follow(TEAM).write("What you would bring", "Twenty years of soft cheese.")
    cy.choose("For the role", "Somebody who knows cheese").press("Ask to join")
    cy.sees("Asked. You get a letter when they answer.").sees("Take it back")


def _take_in_and_invite(hack: RunningHack, tam: Somebody, bo: Somebody) -> None:
    tam.open(hack.letter("Tam Tamm", "Cy Costa").links[0]).sees("Twenty years of soft cheese.")
    tam.press("Take Cy Costa in").sees("They are in the team now, and get a letter.")
    tam.follow("Who looks for a team").sees("Press things.").press("Ask Bo Berg into your team")
    tam.sees("Bo Berg gets a letter with your invitation.")

    letter = hack.letter("Bo Berg", TEAM)
    [link] = [one for one in letter.links if "/team-invitations/" in one]
    bo.open(link).press(f"Join {TEAM}").sees("You are in the team.").sees("Cy Costa")


def _write_into_the_log(tam: Somebody) -> None:
    tam.tab("Teams").follow("Go to your team").page.locator("nav.tabs").get_by_role("link", name="Team room").click()
    tam.write("In a sentence or two", "The first tray holds.").choose("We have reached", "A working part")
    tam.press("Write it into the log").sees("Written.").sees("The first tray holds.").sees("Reached")


def _be_helped(hack: RunningHack, cy: Somebody) -> None:
    cy.tab("Teams").follow("Go to your team").page.locator("nav.tabs").get_by_role("link", name="Team room").tap()
    cy.main.locator("summary", has_text="Ask a mentor for help").tap()
    cy.write("What is it about?", "The coat peels").press("Ask for help").sees("The coat peels")
    mel = hack.enter("Mel Meyer", phone=True)
    mel.open(f"{HERE}/help").sees("The coat peels").press("Take it")
    expect(cy.main).to_contain_text("Mel Meyer")
    mel.sees("Mel Meyer helps").press("Done")
    mel.open(f"{HERE}/help").sees("Nobody waits for help")


def _hand_in(hack: RunningHack, bo: Somebody, tam: Somebody) -> None:
    bo.open(f"{HERE}/teams").follow("Go to your team").follow("Write the submission")
    bo.write("Title", "Bran tray").write("Summary", "Too short.").press("Hand in")
    bo.sees("40 characters")
    assert bo.field("Summary").input_value() == "Too short."
    bo.write("Summary", SUMMARY)
    bo.field("Add files").set_input_files({"name": "plan.pdf", "mimeType": "application/pdf", "buffer": PDF})
    bo.press("Hand in").arrives_at("Receipt for version 1").sees("plan.pdf")
    for name in ("Bo Berg", "Tam Tamm", "Cy Costa"):
        assert "Bran tray" in hack.letter(name, "receipt").text
    tam.tab("Submissions").sees("Bran tray")


def _judged(hack: RunningHack) -> None:
    """The organisers hold a round, by commands."""
    with hack.acting("Ada Adler") as who:
        event = who.event
        for kind in (PhaseKind.BUILDING, PhaseKind.SUBMISSION):
            phase = event.phase(kind)
            assert phase is not None
            event = move_phase(who.db, who.actor, event, kind=kind, starts_at=phase.starts_at, ends_at=clock.now())
        event = move_phase(who.db, who.actor, event, kind=PhaseKind.JUDGING, starts_at=clock.now() - timedelta(hours=1),
                           ends_at=clock.now() + timedelta(days=2))  # fmt: skip
        made = add_round(who.db, who.actor, event, plan=plan())
        assign_judges(who.db, who.actor, made)
        open_round(who.db, who.actor, made)
        for judge, points in (("Dee Dumont", 5.0), ("Eve Ek", 4.0)):
            person = who.db.exec(select(Person.id).where(Person.name == judge)).one()
            actor = again(who.db, Actor(person))
            for each in works_for(who.db, actor, made):
                work = get_work(who.db, actor, made, each.public_id)
                ours = who.db.get_one(Submission, work.row.submission_id).title == "Bran tray"
                given = {one.position: points if ours else 1.0 for one in criteria_of(who.db, made.id)}
                client = f"client-{judge[:3]}-{each.number}"
                score_submission(who.db, actor, work, points=given, seen=0, client_id=client)
        close_round(who.db, who.actor, made)
        publish_result(who.db, who.actor, made)
        issue_certificates(who.db, who.actor, who.event)


def _read_the_result(hack: RunningHack, cy: Somebody) -> None:
    letter = hack.letter("Cy Costa", "result")
    cy.open(letter.links[0]).sees("Bran tray").sees("1")


def _fetch_the_certificate(tam: Somebody) -> None:
    tam.open(f"{HERE}/certificate").sees("Save")
    with tam.page.expect_download() as saved:
        tam.main.get_by_role("link", name="Save").first.click()
    assert Path(saved.value.path()).read_bytes().startswith(b"%PDF")


def test_whoever_is_signed_out_while_they_write_reads_so_and_loses_nothing(hack: RunningHack) -> None:
    pat = hack.enter("Pat Petit")
    with hack.acting("Pat Petit") as who:
        team = who.db.exec(select(Team.public_id).where(Team.name == "Straw")).one()
    pat.open(f"{HERE}/teams/{team}/submission")
    line = pat.main.locator("[data-autosave]")
    pat.context.clear_cookies()

    pat.field("Title").fill("Trays from oat straw")
    expect(line).to_have_text("Not saved: you are signed out. Copy what you wrote, and sign in again.")

    assert pat.field("Title").input_value() == "Trays from oat straw"
