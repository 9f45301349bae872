"""A peer review up to its meeting, in real browsers: from the call for hosts to the notes that the host reads."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from sqlmodel import select

from events.core.database import Database, forget_engines, transaction
from events.events import EventWithPhases, event_by_id
from events.people import Person
from events.roles import actor_for
from events.signin import open_sign_in
from frontend.cookies import SIGN_IN, cookie_name
from sessions.peer_reviews.peers import Offered, offer_as_peer, peers_wanted_in
from sessions.peer_reviews.places import accept_review_place, ask_into_review
from sessions.peer_reviews.reviews import Attribution, PeerReview, ReviewInEvent, ReviewRole, ReviewRules
from sessions.peer_reviews.setting_up import RulesPlan, set_review_rules
from sessions.peer_reviews.templates import StepKind
from tests.journeys.conftest import START
from tests.journeys.house import House, open_house
from tests.journeys.people import OnAPhone, Somebody
from tests.journeys.setting_up import confirm
from tests.makers import again, make_person, person_of
from tests.sessions.makers_review_hosts import make_applicant, open_step, place_of
from tests.sessions.makers_reviews import make_review_event

pytestmark = [pytest.mark.browser, pytest.mark.real_time, pytest.mark.timeout(300)]

HERE = "/e/peer-days/reviews"
PEERS = (("Fi Falk", "FI"), ("Pia Pinto", "PT"), ("Sam Sten", "SE"), ("Tea Tamm", "EE"))
WHY = "Half of our members leave within three years and we do not know why."
PLAN = RulesPlan(3, 3, 2, 3, 5, Attribution.PRIVATE, ("en",))


def set_up() -> None:
    """An event whose steps are as they were made, but for those of peers and of what is written."""
    with transaction() as db:
        ada = make_person(db, "Ada Adler", zone="Europe/Vienna")
        make_person(db, "Mo Maier")
        event = make_review_event(db, ada)
        set_review_rules(db, again(db, ada), event, plan=replace(PLAN))
        for kind in (StepKind.PEERS, StepKind.SELF_ASSESSMENT, StepKind.DESK_NOTES):
            open_step(db, ada, event, kind)
        make_applicant(db, "Cy Costa", "AT")
        for name, country in PEERS:
            actor, cluster = make_applicant(db, name, country)
            person = person_of(db, actor)
            person.languages = ["en"]
            db.add(person)
            if name != "Fi Falk":
                wanted = peers_wanted_in(db, event.event)
                offer_as_peer(db, actor, wanted, offered=Offered(cluster.id, (), ("en",)))


@pytest.fixture
def house(sqlite_template: Path, tmp_path: Path) -> Iterator[House]:
    shutil.copy(sqlite_template, tmp_path / "folkmoot.db")
    url = f"sqlite:///{tmp_path}/folkmoot.db"
    with open_house(url, tmp_path / "files", START, prepare=set_up) as found:
        yield found
    forget_engines()


Enter = Callable[..., Somebody]


@pytest.fixture
def enter(browser: Browser, house: House) -> Iterator[Enter]:
    here: list[Somebody] = []

    def come_in(name: str, *, phone: bool = False) -> Somebody:
        here.append((OnAPhone if phone else Somebody)(browser, house, name))
        with transaction() as db:
            cookie = open_sign_in(db, db.exec(select(Person).where(Person.name == name)).one(), way="test")
        here[-1].context.add_cookies([{"name": cookie_name(SIGN_IN), "value": cookie, "url": house.address}])
        return here[-1]

    yield come_in
    for one in here:
        one.close()


def the_review(db: Database) -> tuple[EventWithPhases, ReviewInEvent]:
    event = event_by_id(db, db.exec(select(ReviewRules.event_id)).one())
    return event, ReviewInEvent(db.exec(select(PeerReview)).one(), event.event)


def test_a_case_is_prepared_from_the_call_to_the_notes_that_the_host_reads(house: House, enter: Enter) -> None:
    ada, cy, fi = enter("Ada Adler"), enter("Cy Costa"), enter("Fi Falk", phone=True)
    ada_opens_the_call(ada)
    cy_applies(house, cy)
    ada_chooses(house, ada)
    fi.open(HERE).follow("Be a peer").press("Offer to be a peer")
    fi.sees("Costa Cluster")
    peers_are_proposed_and_asked(ada)
    tea = enter("Tea Tamm")
    fi_declines_and_tea_takes_part(house, ada, fi, tea)
    by_commands_the_others_accept()
    cy_hands_in_the_self_assessment(house, cy)
    notes_are_written_and_released(house, tea, enter("Mo Maier"), cy)
    ada.open(HERE + "/board").sees("1 handed in, 1 released").sees("Pia Pinto has not handed in desk notes")


def ada_opens_the_call(ada: Somebody) -> None:
    ada.open("/e/peer-days/set-up").follow("Rules and steps")
    box = ada.section("Call for hosts")
    ada.write("Call for hosts begins", "2026-04-13T09:00").write("Call for hosts ends", "2026-04-20T09:00")
    ada.press("Save", within=box)
    ada.sees("Rules")


def cy_applies(house: House, cy: Somebody) -> None:
    cy.open(HERE).follow("Call for hosts").press("Apply for Costa Cluster")
    cy.write("Topic", "Members that stay").write("Why you want a review", "Because.")
    for number, text in enumerate(("How do we win members?", "Who pays?", "What next?"), 1):
        cy.write(f"Question {number}", text)
    cy.press("Hand in")
    cy.sees("Please say in a sentence or two").write("Why you want a review", WHY).press("Hand in")
    cy.arrives_at("Members that stay").sees("Hand in again")
    house.post.wait_for("cy@example.org", "has arrived")


def ada_chooses(house: House, ada: Somebody) -> None:
    ada.open(HERE + "/selection").sees("Members that stay")
    ada.main.locator("summary", has_text="Decide").first.click()
    ada.tick("Chosen").write("Reason", "A case that many have.").press("Decide")
    confirm(ada, "Release the decisions")
    letter = house.post.wait_for("cy@example.org", "You are chosen as a host")
    assert "A case that many have." in letter.text
    assert any(one.endswith("/self-assessment") for one in letter.links)


def peers_are_proposed_and_asked(ada: Somebody) -> None:
    ada.open(HERE + "/proposal").press("Propose peers")
    ada.sees("Peers are being looked for")  # by a worker; the page shows by itself what it has found
    ada.sees("The only one here from Finland.").sees("Fi Falk").press("Ask 3 people")
    ada.sees("In the review")


def fi_declines_and_tea_takes_part(house: House, ada: Somebody, fi: Somebody, tea: Somebody) -> None:
    letter = house.post.wait_for("fi@example.org", "Will you take part")
    [link] = [one for one in letter.links if "/places/" in one]
    fi.open(link).sees("How do we win members?").write("If you cannot: why", "I am away in May.").press("Decline")
    fi.arrives_at("Reviews")

    house.post.wait_for("ada@example.org", "Fi Falk declined")
    ada.open(HERE).follow("Members that stay").follow("People")
    ada.sees("I am away in May.").sees("Could come instead: Tea Tamm").press("Ask Tea Tamm")
    answer = house.post.wait_for("tea@example.org", "Will you take part")
    tea.open(next(one for one in answer.links if "/places/" in one)).press("Take part")
    tea.arrives_at("Members that stay")
    house.post.wait_for("ada@example.org", "Tea Tamm takes part")


def by_commands_the_others_accept() -> None:
    with transaction() as db:
        _event, subject = the_review(db)
        ids = {one.name: one.id for one in db.exec(select(Person))}
        mo = db.exec(select(Person).where(Person.name == "Mo Maier")).one()
        ask_into_review(db, actor_for(db, ids["Ada Adler"]), subject, person=mo, role=ReviewRole.MODERATOR)
        for name in ("Pia Pinto", "Sam Sten", "Mo Maier"):
            actor = actor_for(db, ids[name])
            accept_review_place(db, actor, place_of(db, subject, actor))


def cy_hands_in_the_self_assessment(house: House, cy: Somebody) -> None:
    cy.open(HERE).follow("Members that stay").follow("Self-assessment")
    cy.write("In which region and sectors do you work", "In straw, in the north.").press("Hand in")
    cy.sees("Version 1")
    house.post.wait_for("tea@example.org", "The self-assessment of Costa Cluster is there")


def notes_are_written_and_released(house: House, tea: Somebody, mo: Somebody, cy: Somebody) -> None:
    tea.open(HERE).follow("Members that stay").follow("Self-assessment").sees("In straw, in the north.")
    tea.follow("Desk notes").follow("Write your own")
    asked = tea.page.get_by_role("group", name="How do we win members?")
    tea.write("Doubts", "Are fees the cause?", within=asked).press("Hand in")
    cy.follow("Desk notes").sees("No desk notes to read yet")
    mo.open(HERE).follow("Members that stay").follow("Desk notes").sees("Are fees the cause?")
    confirm(mo, "Release the notes")
    letter = house.post.wait_for("cy@example.org", "Desk notes on the case of Costa Cluster")
    cy.open(next(one for one in letter.links if one.endswith("/desk-notes"))).sees("Are fees the cause?")
    cy.sees("Tea Tamm")
