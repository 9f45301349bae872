"""Who takes no letters any more is told so on their own pages, and those who look after them see it and may lift it."""

import pytest
from sqlmodel import select

from events.core.access import Actor
from events.core.database import Database, reading
from events.core.journal import JournalEntry
from events.looking_after import assign_desk
from events.programmes import Programme
from events.reachability import AddressLifted, note_hard_bounce, trouble_of
from mailer.letters import LetterState
from tests.events.makers_desks import make_desk
from tests.events.makers_desks import place_of as registration_of
from tests.frontend.browser import Browser
from tests.mailer.makers_letters import all_letters, sent
from tests.makers import again
from tests.sessions.makers_meetings import Fair, make_fair, make_participant

SAID = "550 5.1.1 there is nobody"


@pytest.fixture
def fair(db: Database, ada: Actor, bo: Actor, cy: Actor) -> Fair:
    """A fair with Bo and Cy, to both of whom letters went; those to Bo come back."""
    fair = make_fair(db, ada)
    for one in (bo, cy):
        make_participant(db, one, fair)
    sent(db)
    note_hard_bounce(db, "bo@example.org", SAID)
    db.commit()
    return fair


def address_page(db: Database, fair: Fair, actor: Actor) -> str:
    place = registration_of(db, actor, fair.event).registration
    return f"/e/{fair.event.event.slug}/registrations/{place.public_id}/address"


def trusted(address: str) -> bool:
    with reading() as db:
        return trouble_of(db, address) is None


def test_who_signs_in_reads_it_first_and_says_that_it_works_again(db, fair, bo, cy):
    browser, other = Browser(db, bo), Browser(db, cy)
    home, account = browser.get("/"), browser.get("/account/calendar")
    lifted = browser.send("/account/address/trust")

    assert "Give us an address that takes letters" in home.text
    assert SAID in account.text and "Give another address here." in account.text
    assert "Give us an address that takes letters" not in other.get("/").text
    assert "come back" not in other.get("/account/calendar").text
    assert (lifted.status, trusted("bo@example.org")) == (200, True)
    assert "come back" not in browser.get("/account/calendar").text
    assert "Give us an address" not in browser.get("/").text


def test_organisers_see_it_with_the_letters_and_with_the_participant_and_say_why_they_lift_it(db, fair, ada, bo):
    browser = Browser(db, ada)
    letters, everybody = browser.get("/e/food-match/letters"), browser.get("/e/food-match/registrations")
    page = address_page(db, fair, bo)
    shown = browser.get(page)
    without_reason = browser.send(page, why="  ")
    still = trusted("bo@example.org")
    lifted = browser.send(page, why="Bo told us on the phone.")
    twice = browser.send(page, why="Bo told us on the phone.")

    assert "Addresses that take no letters" in letters.text and SAID in letters.text
    assert page in letters.links and page in everybody.links
    assert everybody.text.count("Letters come back") == 1
    assert SAID in shown.text
    assert (without_reason.status, still) == (422, False)
    assert "how you know that it works again" in without_reason.text
    assert (lifted.status, trusted("bo@example.org"), twice.status) == (200, True, 409)
    assert "Ada Adler said that it worked again. Bo told us on the phone." in lifted.text
    with reading() as other:
        [row] = other.exec(select(AddressLifted))
        facts = list(other.exec(select(JournalEntry).where(JournalEntry.kind == "AddressTrusted")))
        assert (row.by_id, row.why, row.reason) == (ada.person, "Bo told us on the phone.", SAID)
        assert [(one.person_id, one.particulars) for one in facts] == [(ada.person, {"person_id": bo.person})]


def test_the_desk_sees_its_own_participants_and_lifts_it_too(db, fair, ada, bo, cy, mel, eve):
    programme = db.get_one(Programme, fair.event.programme_id)
    desk = make_desk(db, ada, programme, name="Desk North", officer=mel)
    assign_desk(db, again(db, ada), registration_of(db, bo, fair.event), desk=desk)
    db.commit()
    officer, page = Browser(db, mel), address_page(db, fair, bo)

    listed = officer.get("/e/food-match/desk")
    lifted = officer.send(page, why="She answered from there.")

    assert page in listed.links and "Letters come back" in listed.text
    assert (lifted.status, trusted("bo@example.org")) == (200, True)
    assert officer.get(address_page(db, fair, cy)).status in {403, 404}
    for stranger in (cy, eve):
        assert Browser(db, stranger).get(page).status in {403, 404}


def test_letters_that_came_back_go_again_once_it_is_lifted(db, fair, ada, bo):
    browser = Browser(db, ada)
    browser.send(address_page(db, fair, bo), why="Bo told us.")

    assert "Addresses that take no letters" not in browser.get("/e/food-match/letters").text
    letter = next(one for one in all_letters() if one.person_id == bo.person)
    assert browser.send(f"/e/food-match/letters/{letter.public_id}/again").status == 200
    state = next(one.state for one in all_letters() if one.id == letter.id)
    assert state is LetterState.WAITING
