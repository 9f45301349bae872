"""A desk officer's day: who waits for a decision, who has to be chased, how far all are, and nothing of other desks."""

import pytest
from sqlmodel import select

from events.core.database import transaction
from events.core.journal import JournalEntry
from events.core.sheets import read_sheet
from events.desks import Desk, add_desk
from events.events import Approval
from events.people import Person
from events.programmes import Programme
from events.registration import Registration, register
from tests.journeys.fair import HERE, RunningFair, actor_called
from tests.journeys.people import Somebody
from tests.journeys.setting_up import confirm
from tests.makers import let_join, make_organisation, make_person, reload_event

pytestmark = [pytest.mark.browser, pytest.mark.real_time]


@pytest.fixture
def waiting(fair: RunningFair) -> RunningFair:
    """The organisers decide; Liv and Nia of Austria wait, and so does Sven, whom another desk looks after."""
    with transaction() as db:
        ada, event = actor_called(db, "Ada Adler"), reload_event(db, fair.fair.event)
        event.event.approval = Approval.ORGANISER
        db.add(event.event)
        add_desk(db, ada, db.get_one(Programme, event.event.programme_id), name="Desk Nordic", countries=["FI"])
        for name, country in (("Liv Lechner", "AT"), ("Nia Novak", "AT"), ("Sven Salo", "FI")):
            who = make_person(db, name)
            home = make_organisation(db, f"Company of {name}", country=country)
            register(db, let_join(db, who, home), event, type_code="traditional", answers={}, consent=True,
                     organisation_id=home.id)  # fmt: skip
    return fair


def test_an_officer_validates_chases_and_counts_their_own_and_nobody_else(waiting: RunningFair) -> None:
    ola = waiting.enter("Ola Olsson")

    _decides(waiting, ola)
    _chases(waiting, ola)
    _counts(ola)
    _sees_nobody_else(ola)
    _stands_in_the_audit_trail(waiting)


def test_an_officer_can_do_it_on_a_phone(waiting: RunningFair) -> None:
    ola = waiting.enter("Ola Olsson", phone=True)

    ola.open(HERE).tab("Your participants").follow("To decide on: 2").sees("Nia Novak")
    ola.press("Accept", within=ola.section("Nia Novak")).sees("Accepted. They are told.")
    ola.follow("Figures").follow("2", within=ola.section("Have a place")).arrives_at("Have a place").sees("Nia Novak")


def _decides(waiting: RunningFair, ola: Somebody) -> None:
    ola.open("/").follow("Say yes or no").sees("Liv Lechner").does_not_see("Sven Salo")
    ola.press("Accept", within=ola.section("Liv Lechner")).sees("Accepted. They are told.")
    ola.follow("To decide on: 1")
    confirm(ola, "Decline")
    ola.sees("Declined. They are told.")
    waiting.letters("Liv Lechner", "Food Match")
    waiting.letters("Nia Novak", "Food Match")


def _chases(waiting: RunningFair, ola: Somebody) -> None:
    ola.open(f"{HERE}/desk").sees("2 of your participants have not said when they can meet.")
    ola.press("Remind them").sees("2 people are asked when they can meet.").sees(
        "They were reminded within the last day."
    )
    for name in ("Liv Lechner", "Mel Meyer"):
        assert "when you can meet" in waiting.letters(name, "when")[0].text
    assert waiting.house.post.letters_to("bo@example.org", "when") == []


def _counts(ola: Somebody) -> None:
    ola.follow("Figures").arrives_at("Desk figures").sees("Desk Austria").does_not_see("Desk Nordic")
    line = ola.section("Have not said when they can meet")
    assert [one.partition("\n")[0] for one in line.locator("td").all_inner_texts()] == ["2"]
    ola.follow("2", within=line).arrives_at("Have not said when they can meet").sees("Mel Meyer").sees("Liv Lechner")
    ola.follow("All figures")
    with ola.page.expect_download() as saved:
        ola.main.get_by_role("link", name="CSV").click()
    [row] = read_sheet(saved.value.path().read_bytes(), "desks.csv").rows
    assert (row.cells["desk"], row.cells["declined"]) == ("Desk Austria", "1")
    ola.follow("All events of the programme").sees("Desk Austria").does_not_see("Desk Nordic")


def _sees_nobody_else(ola: Somebody) -> None:
    with transaction() as db:
        place = db.exec(select(Registration).join(Person).where(Person.name == "Sven Salo")).one().public_id
        nordic = db.exec(select(Desk.public_id).where(Desk.name == "Desk Nordic")).one()
    for address in (f"{HERE}/desks/{nordic}", f"{HERE}/desks/all", f"{HERE}/desks/none", f"{HERE}/registrations"):
        assert ola.page.request.get(address, max_retries=3).status in {403, 404}, address
    ola.open(f"{HERE}/desk").does_not_see("Sven Salo")
    assert place not in ola.page.content()


def _stands_in_the_audit_trail(waiting: RunningFair) -> None:
    """What was decided and asked was Ola, in the journal."""
    with transaction() as db:
        ola = actor_called(db, "Ola Olsson").person
        kinds = set(db.exec(select(JournalEntry.kind).where(JournalEntry.person_id == ola)))
    assert {"RegistrationAccepted", "RegistrationDeclined", "AvailabilityAsked"} <= kinds
