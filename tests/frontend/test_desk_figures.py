"""Figures of desks: what is counted, who reads it, and the list behind each number."""

import re
from dataclasses import dataclass
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlmodel import select

from events.check_in import check_in
from events.completeness import CompletenessNudge
from events.core.access import Actor
from events.core.database import Database
from events.core.refusals import NotAllowed, NotFound
from events.core.sheets import read_sheet
from events.desks import Desk
from events.events import EventWithPhases
from events.form_building import add_question
from events.handing_in import hand_in
from events.programmes import Programme
from events.questions import RegistrationQuestion
from events.registration import Registration, RegistrationInEvent
from events.teams import add_member
from sessions.desk_figures import Figure, Sum, figures_in_event
from sessions.desk_lists import participants_of_desk
from sessions.meetings import MeetingState
from tests.events.makers_desks import make_desk, make_participant
from tests.events.makers_hackathon import DONE, make_hackathon, make_team
from tests.frontend.browser import Browser
from tests.makers import again, make_organisation, make_person, make_registration, reload_event
from tests.sessions.makers_meetings import make_fair, make_meeting, make_request

HACK, FIGURES = "/e/food-hack", "/e/food-hack/desks"
PEOPLE = {"Ann": "AT", "Abe": "AT", "Axl": "AT", "Siv": "SE", "Sif": "SE", "Rui": "PT"}


@dataclass
class House:
    """A hackathon of Ada's with an Alpine desk, run by Ola, and a Nordic desk, run by Nis."""

    ada: Actor
    ola: Actor
    nis: Actor
    event: EventWithPhases
    alpine: Desk
    nordic: Desk
    places: dict[str, Registration]


@pytest.fixture
def house(db: Database, ada: Actor) -> House:
    """Ann leads a team with Abe and Sif, which has handed in, and is there; Siv has a team of her own; Abe alone has
    answered what is asked. Rui has no desk."""
    event = make_hackathon(db, ada)
    ada, programme = again(db, ada), db.exec(select(Programme)).one()
    ola, nis = make_person(db, "Ola Olsen"), make_person(db, "Nis Nord")
    alpine = make_desk(db, ada, programme, officer=ola)
    nordic = make_desk(db, ada, programme, name="Nordic desk", countries=["SE"], officer=nis)
    places = {name: make_participant(db, event, f"{name} Tapirson", country=home) for name, home in PEOPLE.items()}
    asked = add_question(db, ada, event, label="What do you eat?", required=True)
    places["Abe"].answers = {str(asked.id): "Everything"}
    ann, siv = (Actor(places[name].person_id) for name in ("Ann", "Siv"))
    team = make_team(db, ann, event)
    for name in ("Abe", "Sif"):
        add_member(db, again(db, ann), team, places[name].person_id, leads=False)
    hand_in(db, again(db, ann), team, written=DONE, revision=0)
    make_team(db, siv, event, "Husk")
    check_in(db, ada, RegistrationInEvent(places["Ann"], event.event), scan_id="a-phone-1")
    return House(again(db, ada), again(db, ola), again(db, nis), event, alpine, nordic, places)


# What is counted


def test_each_figure_is_counted_for_each_desk_and_for_those_without(db: Database, house: House) -> None:
    expected = {
        Figure.ALL: (3, 2, 1), Figure.ACCEPTED: (3, 2, 1), Figure.FINISHED: (1, 0, 0), Figure.UNFINISHED: (2, 2, 1),
        Figure.IN_TEAM: (2, 2, 0), Figure.NO_TEAM: (1, 0, 1), Figure.HANDED_IN: (2, 1, 0), Sum.SUBMISSIONS: (1, 1, 0),
        Figure.CHECKED_IN: (1, 0, 0), Figure.WITHDRAWN: (0, 0, 0),
    }  # fmt: skip

    found = figures_in_event(db, house.ada, reload_event(db, house.event))

    ids = [house.alpine.id, house.nordic.id, None]
    assert {one: tuple(found.count(one, [desk], [house.event.id]) for desk in ids) for one in expected} == expected
    assert [one.name for one in found.desks] == ["Alpine desk", "Nordic desk"]


def test_requests_and_meetings_are_counted_once_for_a_desk(db: Database, ada: Actor, bo: Actor, cy: Actor) -> None:
    fair, nia = make_fair(db, ada), make_person(db, "Nia Novak")
    desk = make_desk(db, ada, db.exec(select(Programme)).one())
    for person in (bo, cy, nia):
        make_registration(db, person, fair.event)
    for row in db.exec(select(Registration)):
        row.desk_id = desk.id
    held = make_meeting(db, fair, asker=again(db, bo), invitee=again(db, cy), slot=0)
    held.meeting.state = MeetingState.HELD
    make_request(db, fair, asker=again(db, cy), invitee=again(db, nia), slot=1)
    expected = {
        Figure.ASKED: 2, Sum.REQUESTS: 2, Figure.UNANSWERED: 1, Figure.MEETS: 2, Sum.MEETINGS: 1, Figure.HELD: 2,
        Sum.HELD_MEETINGS: 1, Figure.NO_MEETINGS: 1, Figure.NO_AVAILABILITY: 3,
    }  # fmt: skip

    found = figures_in_event(db, again(db, ada), reload_event(db, fair.event))

    assert {one: found.count(one, [desk.id], [fair.event.id]) for one in expected} == expected


def test_behind_each_number_there_are_as_many_people(db: Database, house: House) -> None:
    """What a page counts and what its link leads to come from one condition; a list that forgot one would differ."""
    event = reload_event(db, house.event)
    found = figures_in_event(db, house.ada, event)

    differing = [
        (figure, desk and desk.name)
        for figure in Figure
        for desk in (house.alpine, house.nordic, None)
        if figure in found.counts[house.alpine.id, event.id]
        and found.count(figure, [desk.id if desk else None], [event.id])
        != participants_of_desk(db, house.ada, event, desk=desk, figure=figure).count
    ]

    assert differing == []


# The pages


def numbers(page: object, line: str) -> list[str]:
    """What stands in a line of a table of figures."""
    row = next(one for one in page.html.split("<tr>") if f">{line}</th>" in one)  # type: ignore[attr-defined]
    return re.findall(r">(\d+|–)<", row)


def test_organisers_see_the_desks_side_by_side(db: Database, house: House) -> None:
    page = Browser(db, house.ada).get(FIGURES)

    assert numbers(page, "Without a team") == ["1", "0", "1", "2"]
    assert numbers(page, "Submissions handed in") == ["1", "1", "0", "–"]
    assert f"{FIGURES}/{house.alpine.public_id}?show=without+a+team" in page.links
    assert f"{FIGURES}/none?show=without+a+team" in page.links


def test_an_officer_sees_their_own_desk_and_nothing_of_others(db: Database, house: House) -> None:
    page = Browser(db, house.ola).get(FIGURES)

    assert numbers(page, "In a team") == ["2"]
    assert [word in page.html for word in ("Alpine desk", "Nordic desk", "No desk")] == [True, False, False]


def test_a_number_leads_to_the_people_behind_it(db: Database, house: House) -> None:
    browser = Browser(db, house.ola)

    page = browser.get(f"{FIGURES}/{house.alpine.public_id}?show=without+a+team")
    unfinished = browser.get(f"{FIGURES}/{house.alpine.public_id}?show=unfinished")
    nobody = browser.get(f"{FIGURES}/{house.alpine.public_id}?show=withdrawn")

    assert (page.headline, "Axl Tapirson" in page.text, "Ann Tapirson" in page.text) == ("Without a team", True, False)
    assert ("What do you eat?" in unfinished.text, "Abe Tapirson" in unfinished.text) == (True, False)
    assert "Nobody is counted here" in nobody.text


def test_what_is_no_figure_shows_all(db: Database, house: House) -> None:
    page = Browser(db, house.ola).get(f"{FIGURES}/{house.alpine.public_id}?show=nonsense")

    assert (page.status, page.headline) == (200, "Registrations")


def test_figures_of_a_programme_are_summed_up_and_told_event_by_event(db: Database, house: House) -> None:
    address = "/p/green-food-network/figures"

    beside = Browser(db, house.ada).get(address)
    one = Browser(db, house.ada).get(f"{address}?desk={house.nordic.public_id}")
    own = Browser(db, house.nis).get(address)

    assert numbers(beside, "In a team") == ["2", "2", "0"]
    assert f"{address}?desk={house.nordic.public_id}" in beside.links
    assert numbers(one, "In a team") == numbers(own, "In a team") == ["2"]
    assert f"{FIGURES}/{house.nordic.public_id}?show=in+a+team" in own.links
    assert ("Nordic desk" in own.text, "Nordic desk" in beside.text, "Alpine" in own.html) == (True, True, False)


def test_figures_are_taken_away_as_csv_and_xlsx(db: Database, house: House) -> None:
    def lines(content: bytes) -> list[list[str]]:
        return [
            [one.cells[name] for name in ("event", "desk", "in_a_team")] for one in read_sheet(content, "x.csv").rows
        ]

    ola, ada = Browser(db, house.ola), Browser(db, house.ada)
    sheet = load_workbook(BytesIO(ada.get(f"{FIGURES}.xlsx").content)).active

    assert lines(ola.get(f"{FIGURES}.csv").content) == [["Food Hack", "Alpine desk", "2"]]
    assert lines(ada.get("/p/green-food-network/figures.csv").content) == [
        ["Food Hack", "Alpine desk", "2"], ["Food Hack", "Nordic desk", "2"], ["Food Hack", "No desk", "0"]
    ]  # fmt: skip
    assert [row[1].value for row in sheet.iter_rows()] == ["Desk", "Alpine desk", "Nordic desk", "No desk"]


# Who reads them

ADDRESSES = (FIGURES, f"{FIGURES}.csv", f"{FIGURES}.xlsx", "/p/green-food-network/figures",
             "/p/green-food-network/figures.csv", "/p/green-food-network/figures.xlsx")  # fmt: skip


def test_figures_are_for_organisers_and_desk_officers(db: Database, house: House) -> None:
    ann, eve = Actor(house.places["Ann"].person_id), make_person(db, "Eve Ek")

    statuses = [[Browser(db, actor).get(one).status for one in ADDRESSES] for actor in (house.ola, ann, eve)]

    assert statuses == [[200] * 6, [403] * 6, [403] * 6]
    assert Browser(db).get(FIGURES).path == "/sign-in"


def test_the_people_of_another_desk_are_not_there(db: Database, house: House) -> None:
    event, browser = reload_event(db, house.event), Browser(db, house.ola)
    others = [f"{FIGURES}/{one}?show=all" for one in (house.nordic.public_id, "none", "all", "k_nobody")]

    statuses = [browser.get(one).status for one in others]

    assert statuses == [404] * 4
    for desk in (house.nordic, None):
        with pytest.raises(NotFound):
            participants_of_desk(db, house.ola, event, desk=desk, figure=Figure.ALL)
    with pytest.raises(NotAllowed):
        figures_in_event(db, Actor(house.places["Ann"].person_id), event)


def test_an_officer_of_another_programme_reads_nothing(db: Database, house: House, eve: Actor) -> None:
    make_fair(db, eve)
    programme = db.exec(select(Programme).where(Programme.name == "Network of Food Match")).one()
    pia = make_person(db, "Pia Pauli")
    theirs = make_desk(db, eve, programme, officer=pia)
    browser = Browser(db, pia)

    assert [browser.get(one).status for one in ADDRESSES] == [403] * 6
    assert [browser.get(f"{FIGURES}/{one.public_id}").status for one in (house.alpine, theirs)] == [404, 404]


# Statements


def test_more_people_and_desks_ask_the_database_no_more_often(db: Database, house: House, queries: list[str]) -> None:
    browser = Browser(db, house.ada)
    addresses = (FIGURES, f"{FIGURES}/all?show=unfinished", "/p/green-food-network/figures")

    def count() -> list[int]:
        found = []
        for address in addresses:
            queries.clear()
            browser.get(address)
            found.append(len(queries))
        return found

    count()
    few = count()
    make_desk(db, house.ada, db.exec(select(Programme)).one(), name="Baltic desk", countries=["EE", "LV"])
    question = db.exec(select(RegistrationQuestion)).one()
    question.required = False
    for number in range(5):
        make_participant(db, house.event, f"P{number} Tapirson", country=["EE", "LV", "AT"][number % 3])
    question.required = True

    assert count() == few


# Chasing


def test_an_officer_asks_their_own_to_finish_and_nobody_else(db: Database, house: House) -> None:
    browser = Browser(db, house.ola)
    before = browser.get(f"{HACK}/desk")

    asked = browser.send(f"{HACK}/desk/finish")
    again_asked = browser.send(f"{HACK}/desk/finish")

    assert "2 of your participants have not finished their registration." in before.text
    assert "2 people are asked to finish." in asked.html
    assert "They were asked within the last three days." in asked.text
    assert "Nobody has to be asked" in again_asked.html
    own = {house.places[name].person_id for name in ("Ann", "Axl")}
    assert set(db.exec(select(CompletenessNudge.person_id))) == own


def test_only_officers_with_participants_ask_their_own(db: Database, house: House) -> None:
    statuses = [
        [Browser(db, one).send(f"{HACK}/desk/{what}").status for what in ("finish", "ask-for-availability")]
        for one in (house.ada, Actor(house.places["Ann"].person_id))
    ]

    assert statuses == [[403, 403], [403, 403]]


def test_an_officer_reminds_their_own_of_their_times(db: Database, ada: Actor, bo: Actor, cy: Actor) -> None:
    fair, ola = make_fair(db, ada), make_person(db, "Ola Olsen")
    make_desk(db, ada, db.exec(select(Programme)).one(), officer=ola)
    make_registration(db, bo, fair.event, organisation=make_organisation(db, "Mill", country="AT"))
    make_registration(db, cy, fair.event)
    browser = Browser(db, ola)

    before = browser.get("/e/food-match/desk")
    asked = browser.send("/e/food-match/desk/ask-for-availability")

    assert "1 of your participants has not said when they can meet." in before.text
    assert "1 person is asked when they can meet." in asked.html
    assert "They were reminded within the last day." in asked.text
