"""The door in Chromium: the network goes away, people come, it comes back, and the server has each of them once."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect
from sqlmodel import select

from events.check_in import Scan, check_in, undo_check_in
from events.core import clock
from events.core.access import Actor
from events.core.database import forget_engines, transaction
from events.registration import RegistrationInEvent, find_registration, get_registration, withdraw_registration
from events.signin import open_sign_in
from events.tickets import Ticket, ticket_of
from tests.events.makers_hackathon import make_hackathon
from tests.journeys.house import House, open_house, soon
from tests.journeys.people import Somebody
from tests.makers import NOW, again, make_person, person_of

pytestmark = pytest.mark.browser

NAMES = ("Bo Berg", "Cy Costa", "Dee Dumont")


@dataclass
class Setting:
    """A running product, Ada's phone on the page of the door, and the tickets of those who come."""

    house: House
    somebody: Somebody
    ada: Actor
    places: dict[str, RegistrationInEvent]

    @property
    def page(self) -> Page:
        return self.somebody.page

    def ticket(self, name: str) -> Ticket:
        return ticket_of(self.places[name].registration)

    def type(self, words: str) -> None:
        """Type something, as a reader of codes at the door does too, and press Enter."""
        field = self.page.get_by_label("Letters of the ticket, or a name")
        field.fill(words)
        field.press("Enter")

    def answers(self, words: str) -> None:
        expect(self.page.locator("#door-answer")).to_contain_text(words)

    def scans(self) -> list[tuple[str, bool]]:
        """Whose scans the server has, and whether they count, in the order in which they were made."""
        names = {place.id: name for name, place in self.places.items()}
        with transaction() as db:
            rows = db.exec(select(Scan).order_by(Scan.scanned_at, Scan.id)).all()  # type: ignore[arg-type]
            return [(names[one.registration_id], one.counts) for one in rows]


@pytest.fixture
def door(browser: Chromium, sqlite_template: Path, tmp_path: Path) -> Iterator[Setting]:
    shutil.copy(sqlite_template, tmp_path / "folkmoot.db")
    found: list[tuple[Actor, dict[str, RegistrationInEvent], str]] = []

    def prepare() -> None:
        with clock.frozen_at(NOW - timedelta(hours=1)), transaction() as db:
            ada = make_person(db, "Ada Adler", zone="Europe/Vienna")
            people = [make_person(db, name) for name in NAMES]
            event = make_hackathon(db, ada, *people)
            places = {}
            for name, person in zip(NAMES, people, strict=True):
                row = find_registration(db, event.id, person.person)
                assert row is not None
                places[name] = RegistrationInEvent(row, event.event)
            found.append((again(db, ada), places, open_sign_in(db, person_of(db, ada), way="test")))

    with open_house(f"sqlite:///{tmp_path}/folkmoot.db", tmp_path / "files", NOW, prepare=prepare) as house:
        ada, places, cookie = found[0]
        somebody = Somebody(browser, house, "Ada Adler", viewport={"width": 360, "height": 740})
        somebody.context.add_cookies([{"name": "folkmoot", "value": cookie, "url": house.address}])
        with somebody.page.expect_response("**/people.json"):
            somebody.open("/e/food-hack/check-in")
        yield Setting(house, somebody, ada, places)
        somebody.close()
    forget_engines()


def test_a_ticket_is_typed_and_somebody_who_is_there_is_not_checked_in_again(door: Setting) -> None:
    door.type(door.ticket("Bo Berg").short)
    door.answers("Bo Berg is checked in.")
    door.type(door.ticket("Bo Berg").code)
    door.answers("Bo Berg is there already, since")

    assert door.scans() == [("Bo Berg", True), ("Bo Berg", False)]
    expect(door.page.locator("#door-state")).to_contain_text("Bo Berg")


def test_a_name_is_found_while_typing(door: Setting) -> None:
    door.page.get_by_label("Letters of the ticket, or a name").fill("cos")
    door.page.get_by_role("button", name="Check in: Cy Costa").click()

    door.answers("Cy Costa is checked in.")
    assert door.scans() == [("Cy Costa", True)]


def test_what_is_no_ticket_and_nobodys_name_is_said(door: Setting) -> None:
    door.type("Zed Zander")

    door.answers("Nobody of this name takes part.")
    assert door.scans() == []


def test_the_door_goes_on_while_the_network_is_away_and_the_server_has_each_once(door: Setting) -> None:
    door.somebody.context.set_offline(True)
    door.type(door.ticket("Bo Berg").short)
    door.answers("Bo Berg: kept on this phone, and sent as soon as the network is back.")
    door.type(f"{door.house.address}/tickets/{door.ticket('Cy Costa').code}")
    door.answers("Cy Costa: kept on this phone")
    door.page.get_by_label("Letters of the ticket, or a name").fill("dee")
    door.page.get_by_role("button", name="Check in: Dee Dumont").click()
    door.answers("Dee Dumont: kept on this phone")
    door.type(door.ticket("Bo Berg").code)
    expect(door.page.locator("#door-waiting")).to_have_text("4 not sent yet")
    assert door.scans() == []
    with transaction() as db:
        check_in(db, door.ada, door.places["Cy Costa"], scan_id="another-phone-1")

    door.somebody.context.set_offline(False)

    soon(lambda: len(door.scans()) == 5, "the arrival of what was kept")
    expect(door.page.locator("#door-waiting")).to_be_hidden()
    found = door.scans()
    assert sorted(name for name, counts in found if counts) == sorted(NAMES)
    assert sorted(name for name, counts in found if not counts) == ["Bo Berg", "Cy Costa"]
    expect(door.page.locator("#door-state")).to_contain_text("3 checked in")
    door.somebody.faults.found.clear()  # the network was away


def test_what_was_refused_stands_on_the_page_until_somebody_dismisses_it(door: Setting) -> None:
    door.somebody.context.set_offline(True)
    for name in ("Bo Berg", "Cy Costa", "Dee Dumont"):
        door.type(door.ticket(name).short)
        door.answers(f"{name}: kept on this phone")
    with clock.frozen_at(NOW - timedelta(minutes=30)), transaction() as db:
        for name in ("Bo Berg", "Cy Costa"):
            place = door.places[name]
            withdraw_registration(db, again(db, door.ada), get_registration(db, door.ada, place.registration.public_id))
    door.somebody.context.set_offline(False)

    lines = door.page.locator("#door-refused li")
    expect(lines).to_have_count(2)
    expect(lines.nth(0)).to_contain_text("Bo Berg")
    expect(lines.nth(1)).to_contain_text("This ticket does not count")
    with door.page.expect_response("**/people.json"):
        door.page.reload()
    expect(lines).to_have_count(2)
    door.somebody.faults.found.clear()  # the network was away
    door.somebody.look()
    door.page.get_by_role("button", name="Dismiss: Bo Berg").click()
    expect(lines).to_have_count(1)
    door.page.get_by_role("button", name="Dismiss: Cy Costa").click()

    expect(door.page.locator("#door-refused")).to_be_hidden()
    assert door.scans() == [("Dee Dumont", True)]


def test_a_hand_held_reader_is_heard_wherever_the_focus_is(door: Setting) -> None:
    door.page.evaluate("document.activeElement.blur()")
    door.page.keyboard.type(door.ticket("Bo Berg").short)
    door.page.keyboard.press("Enter")
    door.answers("Bo Berg is checked in.")

    door.page.keyboard.type(door.ticket("Cy Costa").code)
    door.page.keyboard.press("Enter")

    door.answers("Cy Costa is checked in.")


def test_a_browser_that_cannot_read_codes_says_what_to_do_instead(door: Setting) -> None:
    door.page.add_init_script("delete window.BarcodeDetector")
    door.page.reload()

    expect(door.page.locator("#door-no-camera")).to_contain_text("Open the camera app of the phone")
    expect(door.page.locator("#door-camera")).to_be_hidden()
    door.somebody.open(f"/tickets/{door.ticket('Bo Berg').code}")
    door.page.get_by_role("button", name="Check in", exact=True).click()
    door.answers("Bo Berg is checked in.")


def test_an_answer_that_was_lost_changes_nothing_when_the_scan_is_sent_again(door: Setting) -> None:
    lost: list[str] = []

    def lose(route: object) -> None:
        # The server hears it and answers; the phone does not hear the answer.
        route.fetch()  # type: ignore[attr-defined]
        lost.append("answer")
        route.abort()  # type: ignore[attr-defined]

    door.page.route("**/check-in/scans", lose)
    door.type(door.ticket("Bo Berg").short)
    door.answers("Bo Berg: kept on this phone")
    soon(lambda: door.scans() == [("Bo Berg", True)], "the scan")
    with transaction() as db:
        undo_check_in(db, door.ada, door.places["Bo Berg"])
    door.page.unroute("**/check-in/scans")
    door.page.reload()

    expect(door.page.locator("#door-waiting")).to_be_hidden()
    door.answers("Bo Berg is checked in.")
    assert door.scans() == [("Bo Berg", True)]
    with transaction() as db:
        assert db.exec(select(Scan).where(Scan.undone_at == None)).all() == []  # noqa: E711
    assert lost
    door.somebody.faults.found.clear()  # what was lost


def test_what_the_camera_sees_is_a_scan(door: Setting) -> None:
    code = f"{door.house.address}/tickets/{door.ticket('Bo Berg').code}"
    door.page.add_init_script(
        """window.BarcodeDetector = class { detect() { return Promise.resolve([{ rawValue: window.shown }]); } };
        navigator.mediaDevices.getUserMedia = () => {
          const canvas = document.createElement("canvas");
          canvas.getContext("2d").fillRect(0, 0, 9, 9);
          return Promise.resolve(canvas.captureStream(5));
        };"""
    )
    door.page.add_init_script(f"window.shown = {code!r}")
    door.page.reload()

    door.page.get_by_role("button", name="Scan with the camera").click()

    door.answers("Bo Berg is checked in.")
    door.page.wait_for_timeout(1500)
    assert door.scans() == [("Bo Berg", True)]
    door.page.get_by_role("button", name="Stop the camera").click()
    expect(door.page.locator("#door-video")).to_be_hidden()
    door.somebody.look()
