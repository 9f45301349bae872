"""A call in two stages, in real browsers: from the template to the letter that says who is funded."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser
from sqlmodel import select

from events.core.database import Database, forget_engines, transaction
from events.events import EventWithPhases, event_by_id
from events.people import Person
from events.phases import PhaseKind
from events.registration import appoint
from events.roles import Role, actor_for
from events.rounds.assigning import assign_judges
from events.rounds.consensus import get_panel_work, write_consensus
from events.rounds.desk import get_work
from events.rounds.judges import name_judge
from events.rounds.rounds import JudgingRound, RoundInEvent
from events.rounds.running import close_round, open_round
from events.rounds.scoring import score_submission
from events.rounds.setting_up import describe_round, plan_of, take_in
from events.rounds.standings import works_of
from events.screening.rows import Verdict
from events.screening.verdicts import give_verdict
from events.signin import open_sign_in
from frontend.cookies import SIGN_IN, cookie_name
from tests.events.makers_calls import Call, hand_in_stage, to_screen
from tests.events.makers_hackathon import make_team
from tests.events.makers_rounds import new_id, work_of
from tests.events.test_page_limits import pdf
from tests.journeys.conftest import START
from tests.journeys.house import House, open_house
from tests.journeys.people import OnAPhone, Somebody
from tests.journeys.setting_up import confirm
from tests.makers import again, make_person, make_programme, make_registration

pytestmark = [pytest.mark.browser, pytest.mark.real_time]

HERE = "/e/straw-call"
CAST = ("Ada Adler", "Tam Tamm", "Bo Berg", "Dee Dumont", "Mel Meyer", "Pat Petit", "Ola Olsen")
ABOUT = (
    "A call for trays that rot: first a concept note, then a full proposal, evaluated by experts who agree on points."
)


def set_up() -> None:
    with transaction() as db:
        people = [make_person(db, name, zone="Europe/Vienna") for name in CAST]
        make_programme(db, people[0])


@pytest.fixture
def house(sqlite_template: Path, tmp_path: Path) -> Iterator[House]:
    shutil.copy(sqlite_template, tmp_path / "folkmoot.db")
    url = f"sqlite:///{tmp_path}/folkmoot.db"
    with open_house(url, tmp_path / "files", START, prepare=set_up) as found:
        yield found
    forget_engines()


class Doors:
    """Lets people come in signed in, and again after months, when their sign-ins are over."""

    def __init__(self, browser: Browser, house: House) -> None:
        self.browser, self.house, self.people = browser, house, list[Somebody]()

    def enter(self, name: str, *, phone: bool = False) -> Somebody:
        """Somebody with a browser of their own, perhaps on a phone."""
        self.people.append((OnAPhone if phone else Somebody)(self.browser, self.house, name))
        self._sign_in(self.people[-1])
        return self.people[-1]

    def move_to(self, kind: PhaseKind) -> None:
        """An hour into a phase."""
        starts: datetime = by_commands(lambda _db, call: phase(call.event, kind).starts_at)
        for one in self.people:
            one.page.goto("about:blank")
        self.house.clock.move(starts + timedelta(hours=1))
        for one in self.people:
            self._sign_in(one)

    def _sign_in(self, one: Somebody) -> None:
        with transaction() as db:
            cookie = open_sign_in(db, db.exec(select(Person).where(Person.name == one.name)).one(), way="test")
        one.context.add_cookies([{"name": cookie_name(SIGN_IN), "value": cookie, "url": self.house.address}])


@pytest.fixture
def doors(browser: Browser, house: House) -> Iterator[Doors]:
    found = Doors(browser, house)
    yield found
    for one in found.people:
        one.close()


def the_call(db: Database) -> Call:
    """The call as it is now: Tam leads Straw, Bo leads Husk; Dee and Mel are experts."""
    ids = {name.split()[0]: db.exec(select(Person.id).where(Person.name == name)).one() for name in CAST}
    event = event_by_id(db, db.exec(select(JudgingRound.event_id)).first() or 0)
    actors = {name: actor_for(db, person) for name, person in ids.items()}
    leads = {"Straw": actors["Tam"], "Husk": actors["Bo"]}
    return Call(actors["Ada"], event, leads, [actors["Dee"], actors["Mel"]])


def by_commands(step: Callable[[Database, Call], Any]) -> Any:
    with transaction() as db:
        return step(db, the_call(db))


def phase(event: EventWithPhases, kind: PhaseKind) -> Any:
    found = event.phase(kind)
    assert found is not None
    return found


def test_a_call_goes_from_concept_notes_to_funding(house: House, doors: Doors) -> None:
    ada, tam = doors.enter("Ada Adler"), doors.enter("Tam Tamm")
    ada_makes_a_call(ada)
    by_commands(applicants_and_experts)
    tam_hands_in_a_concept_note(tam)
    by_commands(lambda db, call: hand_in_stage(db, call, "Husk", funding="200000"))
    two_people_screen(house, ada, doors.enter("Pat Petit", phone=True))
    doors.move_to(PhaseKind.FIRST_EVALUATION)
    evaluation = by_commands(lambda db, call: evaluated(db, call, 1, {"Straw": (4.5, 4), "Husk": (3.5, 4)}))
    the_experts_agree_and_dee_dissents(ada, doors.enter("Dee Dumont"), evaluation)
    bo = doors.enter("Bo Berg")
    straw_is_invited_and_husk_is_not(house, ada, tam, bo, evaluation)
    bo_asks_for_redress(house, ada, bo, evaluation)
    doors.move_to(PhaseKind.SUBMISSION)
    husk_cannot_hand_in_a_full_proposal(bo)
    tam_hands_in_a_full_proposal(tam, evaluation)
    doors.move_to(PhaseKind.JUDGING)
    second = by_commands(lambda db, call: evaluated(db, call, 2, {"Straw": (4, 4, 3.5)}, agree=True))
    straw_is_funded(house, ada, tam, second)


def ada_makes_a_call(ada: Somebody) -> None:
    ada.open("/p/green-food-network").follow("New event")
    ada.tick("Two-stage call").write("Name", "Straw call").write("It starts on", "2026-04-13T08:00")
    ada.field("Time zone").select_option("Europe/Vienna")
    ada.press("Make the draft")
    ada.follow("Texts and places").write("Description", ABOUT).press("Save")
    ada.open(HERE + "/set-up")
    confirm(ada, "Publish", "Publish now")
    ada.open(HERE + "/judging").sees("Evaluation of concept notes").sees("Evaluation of full proposals")


def applicants_and_experts(db: Database, call: Call) -> None:
    for name, lead in call.leads.items():
        make_registration(db, lead, call.event, type_code="applicant")
        make_team(db, lead, call.event, name)
    for one in call.experts:
        appoint(db, call.ada, call.event, person_id=one.person or 0, role=Role.JUDGE)


def tam_hands_in_a_concept_note(tam: Somebody) -> None:
    with transaction() as db:
        public = the_call(db).team(db, "Straw").team.public_id
    tam.open(f"{HERE}/teams/{public}/submission").sees("Concept note")
    tam.write("Title", "Trays of straw").write(
        "Summary", "Trays pressed from straw that rot within a year, for berries."
    )
    tam.write("Objectives and what is new", "No film, no glue.").write("Expected impact", "Two dozen farms.")
    tam.write("Funding asked for (EUR)", "much")
    tam.main.locator("input[type=file]").set_input_files(
        {"name": "note.pdf", "mimeType": "application/pdf", "buffer": pdf(11)}
    )
    tam.press("Hand in")
    tam.sees("note.pdf has 11 pages, and the limit is 10.")
    tam.press("Hand in")
    tam.sees("Please write an amount in euros").write("Funding asked for (EUR)", "250,000")
    tam.press("Hand in")
    tam.arrives_at("Receipt for version 1")


def two_people_screen(house: House, ada: Somebody, pat: Somebody) -> None:
    ada.open(HERE + "/screening/people")
    for address in ("pat@example.org", "ola@example.org"):
        ada.write("Their e-mail address", address).press("Name them")
    ada.press("Assign the submissions")
    ada.sees("two different people look at each submission")
    confirm(ada, "Open the screening")

    house.post.wait_for("pat@example.org", "You screen in Straw call")
    pat.open(HERE + "/screening/mine")
    pat.follow("Trays of straw")
    pat.tick("Not eligible").press("Save")
    pat.sees("Please say why")
    for number in range(1, 5):
        pat.main.locator(f"input[name=answer-{number}][value=yes]").check()
    pat.main.locator("input[name=verdict][value=eligible]").check()
    pat.press("Save")
    by_commands(the_others_screen)
    ada.open(HERE + "/screening").sees("To be decided")
    ada.follow("Work of Husk").tick("Eligible").write("Reason", "The partner's register entry has come.")
    ada.press("Decide")
    confirm(ada, "Tell the teams")
    ada.sees("2 teams are told by letter.")
    house.post.wait_for("tam@example.org", "is eligible")


def the_others_screen(db: Database, call: Call) -> None:
    """Ola finds both eligible; Pat is unsure about Husk."""
    names = select(Person.id).where(Person.name == "Ola Olsen"), select(Person.id).where(Person.name == "Pat Petit")
    ola, pat = (actor_for(db, db.exec(one).one()) for one in names)
    for who, team, verdict in (
        (ola, "Straw", Verdict.ELIGIBLE), (ola, "Husk", Verdict.ELIGIBLE), (pat, "Husk", Verdict.UNSURE)
    ):  # fmt: skip
        sure = verdict is Verdict.ELIGIBLE
        give_verdict(
            db, again(db, who), to_screen(db, call, who, team), verdict=verdict,
            answers=dict.fromkeys(range(1, 5), "yes") if sure else {}, reason="" if sure else "Which register?",
            seen=0, client_id=new_id(),
        )  # fmt: skip


def evaluated(
    db: Database, call: Call, stage: int, points: dict[str, tuple[float, ...]], *, agree: bool = False
) -> dict[str, str]:
    """The experts have given points and the round is closed; answers its address and those of its works."""
    made: RoundInEvent = call.round(db, stage)
    for one in call.experts:
        name_judge(db, call.ada, made, person_id=one.person or 0)
    plan = plan_of(db, made.round)
    describe_round(db, call.ada, made, plan=replace(plan, judges_each=2))
    take_in(db, call.ada, made)
    assign_judges(db, call.ada, made)
    open_round(db, call.ada, made)
    for one in call.experts:
        for team, given in points.items():
            actor = again(db, one)
            work = get_work(db, actor, made, work_of(db, made, team))
            score_submission(db, actor, work, points=dict(enumerate(given, 1)), seen=0, client_id=new_id())
    close_round(db, call.ada, made)
    works = {one.team.name: one.row.public_id for one in works_of(db, made.id).values()}
    for team, given in points.items():
        if agree or team == "Husk":
            panel = get_panel_work(db, call.ada, made, works[team])
            write_consensus(db, call.ada, panel, points=dict(enumerate(given, 1)), summary=f"On {team}.", seen=0)
    return {"round": f"{HERE}/judging/{made.round.public_id}", **works}


def the_experts_agree_and_dee_dissents(ada: Somebody, dee: Somebody, evaluation: dict[str, str]) -> None:
    ada.open(evaluation["round"] + "/consensus").follow("Trays of straw")
    ada.write("On Excellence", "New, and shown to work.").write(
        "Summary for the applicants", "Convincing on the whole."
    )
    ada.press("Save the report")
    ada.sees("Save another version")

    dee.open(evaluation["round"] + "/mine").follow("Go to the consensus").follow("Trays of straw")
    dee.main.locator("summary", has_text="Put a dissent on record").click()
    dee.write("Reason", "The market is smaller than they say.").press("Put it on record")
    dee.sees("The market is smaller than they say.")
    ada.open(evaluation["round"] + "/budget").sees("1 dissent").sees("below 4")


def straw_is_invited_and_husk_is_not(
    house: House, ada: Somebody, tam: Somebody, bo: Somebody, evaluation: dict[str, str]
) -> None:
    publish(ada, evaluation)
    invited = house.post.wait_for("tam@example.org", "invited to hand in a full proposal")
    house.post.wait_for("bo@example.org", "The result of your submission to Straw call")
    tam.open(evaluation["round"] + "/own").sees("Invited to hand in a full proposal").sees("New, and shown to work.")
    tam.does_not_see("The market is smaller")
    assert any(one.endswith(evaluation["round"] + "/own") for one in invited.links)
    bo.open(evaluation["round"] + "/own").sees("Below a threshold").sees("On Husk.")


def bo_asks_for_redress(house: House, ada: Somebody, bo: Somebody, evaluation: dict[str, str]) -> None:
    """Ada dismisses it with reasons; both stand on record."""
    bo.open(evaluation["round"] + "/own")
    bo.main.locator("summary", has_text="Ask for redress").click()
    bo.write("What went wrong", "The annex with the figures was not read.").press("Send the request")
    bo.sees("To be decided").sees("The annex with the figures was not read.")
    house.post.wait_for("bo@example.org", "Your request for redress in Straw call has arrived")
    house.post.wait_for("ada@example.org", "Redress is asked for")

    ada.open(evaluation["round"] + "/redress").sees("1 request waits for a decision.").follow("Work of Husk")
    ada.tick("Dismissed").write("Reasons", "It was read; the threshold is missed on excellence.").press("Decide")
    ada.sees("Decided. The team is told, with your reasons.")
    house.post.wait_for("bo@example.org", "Your request for redress in Straw call is decided")
    bo.open(evaluation["round"] + "/own").sees("Dismissed").sees("the threshold is missed on excellence")


def husk_cannot_hand_in_a_full_proposal(bo: Somebody) -> None:
    with transaction() as db:
        public = the_call(db).team(db, "Husk").team.public_id
    bo.open(f"{HERE}/teams/{public}/submission").sees("who were invited after the evaluation")


def publish(ada: Somebody, evaluation: dict[str, str]) -> None:
    ada.open(evaluation["round"] + "/result")
    ada.press("Publish the result")


def tam_hands_in_a_full_proposal(tam: Somebody, first: dict[str, str]) -> None:
    tam.open(first["round"] + "/own").follow("Write the full proposal").sees("Full proposal")
    tam.write("Excellence", "As in the note.").write("Impact", "Farms.").write("Implementation", "Three work packages.")
    tam.press("Hand in")
    tam.arrives_at("Receipt for version 2")


def straw_is_funded(house: House, ada: Somebody, tam: Somebody, second: dict[str, str]) -> None:
    ada.open(second["round"] + "/budget").write("Available, in euros", "300 000").press("Save the budget")
    ada.sees("Funded").sees("50,000")
    publish(ada, second)
    house.post.wait_for("tam@example.org", "Your proposal is funded")
    tam.open(second["round"] + "/own").sees("Funded").sees("On Straw.")
