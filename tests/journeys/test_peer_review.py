"""A whole peer review in real browsers, by its pages and letters alone: from the call for hosts to the report that
everybody reads, with host, four peers, moderator, rapporteur and observer."""

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from sqlmodel import select

from events.core.database import forget_engines, transaction
from events.events import event_by_id
from events.organisations import Organisation
from events.people import Person
from events.roles import actor_for
from events.signin import open_sign_in
from frontend.cookies import SIGN_IN, cookie_name
from sessions.peer_reviews.peers import Offered, offer_as_peer, peers_wanted_in
from sessions.peer_reviews.reviews import Attribution, PeerReview, ReviewInEvent, ReviewRules
from sessions.peer_reviews.setting_up import RulesPlan, set_review_rules
from sessions.peer_reviews.templates import StepKind
from tests.journeys.conftest import START
from tests.journeys.house import House, open_house
from tests.journeys.people import OnAPhone, Somebody
from tests.journeys.review_room import Meeting, dots_and_findings, press, three_write_at_once
from tests.journeys.setting_up import confirm
from tests.makers import again, make_person, person_of
from tests.sessions.makers_review_hosts import make_applicant, open_step
from tests.sessions.makers_reviews import Review, make_review_event

pytestmark = [pytest.mark.browser, pytest.mark.real_time]

HERE = "/e/peer-days/reviews"
PEERS = (("Fi Falk", "FI"), ("Bo Berg", "PT"), ("Cy Costa", "SE"), ("Di Dahl", "BE"), ("Ed Esser", "EE"))
TAKING_PART = ("Mo Maier", "Ria Roth", "Ole Olin", "Bo Berg", "Cy Costa", "Di Dahl", "Ed Esser")
DOUBTS = {
    "bo": "Are fees the cause?", "cy": "Does anybody call those who left?", "di": "Who counts as a member?",
    "ed": "Are three years long or short?",
}  # fmt: skip
VISITOR = "Visitor"
WHY = "Half of our members leave within three years and we do not know why."
PLAN = RulesPlan(4, 4, 2, 3, 5, Attribution.PRIVATE, ("en",))


def set_up() -> None:
    """An event whose steps are as they were made, but for those of peers and of what is written."""
    with transaction() as db:
        ada = make_person(db, "Ada Adler", zone="Europe/Vienna")
        for name in ("Mo Maier", "Ria Roth", "Ole Olin"):
            make_person(db, name)
        event = make_review_event(db, ada)
        set_review_rules(db, again(db, ada), event, plan=replace(PLAN))
        for kind in (StepKind.PEERS, StepKind.SELF_ASSESSMENT, StepKind.DESK_NOTES):
            open_step(db, ada, event, kind)
        make_applicant(db, "Hal Huber", "AT")
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
        if name == VISITOR:
            return here[-1]
        with transaction() as db:
            cookie = open_sign_in(db, db.exec(select(Person).where(Person.name == name)).one(), way="test")
        here[-1].context.add_cookies([{"name": cookie_name(SIGN_IN), "value": cookie, "url": house.address}])
        return here[-1]

    yield come_in
    for one in here:
        one.close()


def test_a_review_goes_from_the_call_for_hosts_to_a_published_report(house: House, enter: Enter) -> None:
    ada, hal, fi = enter("Ada Adler"), enter("Hal Huber"), enter("Fi Falk", phone=True)
    ada_opens_the_call(ada)
    hal_applies(house, hal)
    ada_chooses(house, ada)
    fi.open(HERE).follow("Be a peer").press("Offer to be a peer")
    fi.sees("Huber Cluster")
    peers_are_proposed_and_asked(ada)
    fi_declines_and_somebody_is_asked_instead(house, ada, fi)
    ada_asks_who_leads_writes_and_looks_on(ada)
    people = {name.split()[0].lower(): enter(name) for name in TAKING_PART}
    for somebody in people.values():
        takes_part(house, somebody)
    people["hal"] = hal
    hal_hands_in_the_self_assessment(house, people["hal"])
    notes_are_written_and_released(house, people, ada)

    mo_builds_the_agenda(house, people["mo"], people["ed"])
    meeting = they_come_into_the_room(house, people)
    they_meet(meeting)
    report = ria_writes_the_report(house, people["ria"])
    mo_publishes_it(house, people["mo"], people["ed"])
    everybody_reads_it(enter(VISITOR), report)


def ada_opens_the_call(ada: Somebody) -> None:
    ada.open("/e/peer-days/set-up").follow("Rules and steps")
    box = ada.section("Call for hosts")
    ada.write("Call for hosts begins", "2026-04-13T09:00").write("Call for hosts ends", "2026-04-20T09:00")
    ada.press("Save", within=box)
    ada.sees("Rules")


def hal_applies(house: House, hal: Somebody) -> None:
    hal.open(HERE).follow("Call for hosts").press("Apply for Huber Cluster")
    hal.write("Topic", "Members that stay").write("Why you want a review", "Because.")
    for number, text in enumerate(("How do we win members?", "Who pays?", "What next?"), 1):
        hal.write(f"Question {number}", text)
    hal.press("Hand in")
    hal.sees("Please say in a sentence or two").write("Why you want a review", WHY).press("Hand in")
    hal.arrives_at("Members that stay").sees("Hand in again")
    house.post.wait_for("hal@example.org", "has arrived")


def ada_chooses(house: House, ada: Somebody) -> None:
    ada.open(HERE + "/selection").sees("Members that stay")
    ada.main.locator("summary", has_text="Decide").first.click()
    ada.tick("Chosen").write("Reason", "A case that many have.").press("Decide")
    confirm(ada, "Release the decisions")
    letter = house.post.wait_for("hal@example.org", "You are chosen as a host")
    assert "A case that many have." in letter.text
    assert any(one.endswith("/self-assessment") for one in letter.links)


def peers_are_proposed_and_asked(ada: Somebody) -> None:
    ada.open(HERE + "/proposal").press("Propose peers")
    ada.sees("Peers are being looked for")  # by a worker; the page shows by itself what it has found
    ada.sees("The only one here from Finland.").sees("Fi Falk").press("Ask 4 people")
    ada.sees("In the review")


def fi_declines_and_somebody_is_asked_instead(house: House, ada: Somebody, fi: Somebody) -> None:
    fi.open(asked_in(house, fi)).sees("How do we win members?").write("If you cannot: why", "I am away in May.")
    fi.press("Decline").arrives_at("Reviews")
    house.post.wait_for("ada@example.org", "Fi Falk declined")
    ada.open(HERE).follow("Members that stay").follow("People").sees("I am away in May.").sees("Could come instead:")
    ada._hit(ada.main.get_by_role("button", name=re.compile("^Ask [A-Z]")).first)
    ada.look()


def asked_in(house: House, somebody: Somebody) -> str:
    """The way to the question whether somebody takes part, as their letter has it."""
    letter = house.post.wait_for(somebody.email, "Will you take part")
    [link] = [one for one in letter.links if "/places/" in one]
    return link


def ada_asks_who_leads_writes_and_looks_on(ada: Somebody) -> None:
    for name, role in (("mo", "Moderator"), ("ria", "Rapporteur"), ("ole", "Observer")):
        ada.write("Their e-mail address", f"{name}@example.org").choose("Role", role)
        ada.press("Ask them to take part").sees("People")


def takes_part(house: House, somebody: Somebody) -> None:
    somebody.open(asked_in(house, somebody)).press("Take part").arrives_at("Members that stay")


def hal_hands_in_the_self_assessment(house: House, hal: Somebody) -> None:
    hal.open(HERE).follow("Members that stay").follow("Self-assessment")
    hal.write("In which region and sectors do you work", "In straw, in the north.").press("Hand in")
    hal.sees("Version 1")
    house.post.wait_for("bo@example.org", "The self-assessment of Huber Cluster is there")


def notes_are_written_and_released(house: House, people: dict[str, Somebody], ada: Somebody) -> None:
    """Each of the four peers writes their own; who is behind stands on the board, the host reads what is released."""
    hal, mo = people["hal"], people["mo"]
    for number, (name, doubt) in enumerate(DOUBTS.items(), 1):
        peer = people[name]
        peer.open(HERE).follow("Members that stay").follow("Self-assessment").sees("In straw, in the north.")
        peer.follow("Desk notes").follow("Write your own")
        asked = peer.page.get_by_role("group", name="How do we win members?")
        peer.write("Doubts", doubt, within=asked).press("Hand in")
        ada.open(HERE + "/board").sees(f"{number} handed in, 0 released")
        behind = ada.sees if number < len(DOUBTS) else ada.does_not_see
        behind("has not handed in desk notes")
    hal.follow("Desk notes").sees("No desk notes to read yet")
    mo.open(HERE).follow("Members that stay").follow("Desk notes").sees(DOUBTS["bo"])
    confirm(mo, "Release the notes")
    letter = house.post.wait_for("hal@example.org", "Desk notes on the case of Huber Cluster")
    hal.open(next(one for one in letter.links if one.endswith("/desk-notes")))
    for name, doubt in DOUBTS.items():
        hal.sees(doubt).sees(people[name].name)
    ada.open(HERE + "/board").sees("4 handed in, 4 released")


def mo_builds_the_agenda(house: House, mo: Somebody, ed: Somebody) -> None:
    mo.open(HERE).follow("Members that stay").follow("Agenda")
    mo.write("Day 1 begins", "2026-05-18T09:00").write("Day 2 begins", "2026-05-19T09:00").press("Build the agenda")
    mo.sees("The host presents the case").sees("Day 2")
    invitation = house.post.wait_for(ed.email, "Invitation: peer review Members that stay").invitation
    assert invitation is not None


def they_come_into_the_room(house: House, people: dict[str, Somebody]) -> Meeting:
    with transaction() as db:
        event = event_by_id(db, db.exec(select(ReviewRules.event_id)).one())
        subject = ReviewInEvent(db.exec(select(PeerReview)).one(), event.event)
        host = db.exec(select(Organisation).where(Organisation.id == subject.review.organisation_id)).one()
        ada = actor_for(db, db.exec(select(Person.id).where(Person.name == "Ada Adler")).one())
    meeting = Meeting(house, Review(ada, event, subject, host), people)
    for somebody in people.values():
        somebody.open(meeting.path + "/live")
        expect(somebody.page.locator("[data-connection]").first).to_have_attribute("data-state", "on")
    return meeting


def they_meet(meeting: Meeting) -> None:
    """Mo leads through the first parts; three write at once, there are dots, and Ria writes down what they found."""
    mo = meeting.page("mo")
    for title in ("The host presents the case", "Question 1: Clarify"):
        press(mo, "Next part")
        for name in meeting.people:
            expect(meeting.page(name).locator("#on-title")).to_have_text(title)
    three_write_at_once(meeting)
    dots_and_findings(meeting)
    press(mo, "The meeting is over")
    expect(meeting.page("hal").locator("#on-title")).to_have_text("The meeting was held")


def ria_writes_the_report(house: House, ria: Somebody) -> str:
    ria.open(HERE).follow("Members that stay").follow("Review report")
    ria.write("Title", "What four clusters saw").press("Begin the report").press("Put all where it fits")
    ria.write("Summary", "Bo Berg and the others of Berg Cluster advise visits.").press("Save")
    confirm(ria, "Hand in for approval")
    ria.sees("Somebody else approves it").does_not_see("Approve and publish")
    return ria.path.partition("/versions/")[0]


def mo_publishes_it(house: House, mo: Somebody, ed: Somebody) -> None:
    letter = house.post.wait_for(mo.email, "waits for approval")
    mo.open(next(one for one in letter.links if "/versions/1" in one)).sees("Is it right?")
    confirm(mo, "Approve and publish")
    mo.sees("Version 1: Published")
    house.post.wait_for(ed.email, "Published: What four clusters saw")


def everybody_reads_it(visitor: Somebody, report: str) -> None:
    """What was found and where it comes from; who said it stays in the room."""
    visitor.open("/p/green-food-network").follow("Reports").follow("What four clusters saw")
    assert visitor.path == report
    visitor.sees("Half of the members leave.").sees("Visit each member once a year.").sees("[…]")
    for name in ("Bo", "Berg", "Costa", "Dahl", "Esser", "Olin"):
        visitor.does_not_see(name)
    article = visitor.main.locator("article.report")
    links = set(article.locator("a").evaluate_all("all => all.map(one => one.href)"))
    answers = {one: visitor.context.request.get(one) for one in links}
    assert {one.status for one in answers.values()} == {200}
    assert any("Half of the members leave." in one.text() for one in answers.values())
