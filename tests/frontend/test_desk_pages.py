"""Desks of a programme, and a desk officer's own participants in an event."""

from dataclasses import dataclass

import pytest
from sqlmodel import select

from events.consents import agree_to_take_part
from events.core.access import Actor
from events.core.database import Database
from events.desks import Desk, officers_of
from events.events import Approval, EventWithPhases, close_event, publish_event
from events.following import make_following_event
from events.people import PersonState
from events.phases import PhaseKind
from events.programmes import Programme
from events.registration import Registration, RegistrationState, set_consent_text
from sessions.availability import set_availability
from sessions.desk_lists import Lack, lacks_in, own_participants
from tests.events.makers_desks import make_desk, make_participant, place_of
from tests.events.makers_hackathon import make_hackathon
from tests.frontend.browser import Browser
from tests.makers import (
    NOW,
    again,
    make_event,
    make_organisation,
    make_person,
    make_programme,
    make_registration,
    open_phase,
    person_of,
    reload_event,
)
from tests.sessions.makers_meetings import make_fair, make_meeting, make_request

DESKS = "/p/green-food-network/desks"
OWN = "/e/food-match/desk"


@pytest.fixture
def ola(db: Database) -> Actor:
    return make_person(db, "Ola Olsen", zone="Europe/Stockholm")


@dataclass
class House:
    """A matchmaking event of Ada's, whose Alpine desk Ola runs."""

    ada: Actor
    programme: Programme
    event: EventWithPhases
    desk: Desk


@pytest.fixture
def house(db: Database, ada: Actor, ola: Actor) -> House:
    programme = make_programme(db, ada)
    ada = again(db, ada)
    event = make_event(db, ada, programme, name="Food Match", template="matchmaking")
    for kind in (PhaseKind.REGISTRATION, PhaseKind.BOOKING):
        event = open_phase(db, ada, event, kind)
    return House(ada, programme, event, make_desk(db, ada, programme, officer=ola))


def decided_by_hand(db: Database, event: EventWithPhases) -> None:
    event.event.approval = Approval.ORGANISER
    db.add(event.event)
    db.flush()


# The desks of a programme


def test_setting_up_a_desk(db: Database, ada: Actor) -> None:
    make_programme(db, ada)
    browser = Browser(db, ada)

    empty = browser.get(DESKS)
    made = browser.send(DESKS, name="Alpine desk", countries=["AT", "CH"])

    assert "No desks yet" in empty.text
    assert DESKS in browser.get("/p/green-food-network").links
    assert (made.headline, "Nobody works at this desk yet" in made.text) == ("Alpine desk", True)
    assert "Alpine desk Austria, Switzerland 0 0" in browser.get(DESKS).text


def test_a_desk_that_cannot_be_added_keeps_what_was_typed(db: Database, house: House) -> None:
    page = Browser(db, house.ada).send(DESKS, name="Twin of the Alps", countries=["AT", "SE"])

    assert page.status == 422
    assert "Alpine desk covers Austria already. Take it away there first." in page.html
    assert 'value="Twin of the Alps"' in page.html
    assert 'value="SE" checked' in page.html


def test_a_desk_offers_only_countries_that_are_free(db: Database, house: House) -> None:
    other = make_desk(db, house.ada, house.programme, name="Nordic desk", countries=["SE"])
    browser = Browser(db, house.ada)

    new, own = browser.get(DESKS).html, browser.get(f"{DESKS}/{other.public_id}").html

    assert ['value="SE"' in new, 'value="AT"' in new, 'value="NO"' in new] == [False, False, True]
    assert ['value="SE" checked' in own, 'value="AT"' in own] == [True, False]


def test_a_desk_is_changed_and_refused_beside_its_field(db: Database, house: House) -> None:
    browser, address = Browser(db, house.ada), f"{DESKS}/{house.desk.public_id}"

    changed = browser.send(address, name="Alps", countries="CH")
    refused = browser.send(address, name=" ", countries="CH")

    assert changed.headline == "Alps"
    assert (refused.status, "Please give the desk a name." in refused.html) == (422, True)


def test_officers_are_added_by_address_and_removed(db: Database, house: House, bo: Actor) -> None:
    browser, address = Browser(db, house.ada), f"{DESKS}/{house.desk.public_id}"
    person = person_of(db, bo)

    added = browser.send(f"{address}/officers/add", email="BO@example.org")
    twice = browser.send(f"{address}/officers/add", email=person.email)
    unknown = browser.send(f"{address}/officers/add", email="nobody@example.org")
    removed = browser.send(f"{address}/officers/remove", person=person.public_id)
    gone = browser.send(f"{address}/officers/remove", person=person.public_id)

    assert "Bo Berg looks after this desk’s participants now" in added.html
    assert (twice.status, "They are an officer of this desk already." in twice.html) == (409, True)
    assert (unknown.status, 'value="nobody@example.org"' in unknown.html) == (422, True)
    assert "Nobody here has this address" in unknown.html
    assert "Bo Berg is not an officer of this desk any more." in removed.html
    assert gone.status == 404
    assert [one.name for one in officers_of(db, house.desk)] == ["Ola Olsen"]


def test_a_desk_is_removed(db: Database, house: House) -> None:
    page = Browser(db, house.ada).send(f"{DESKS}/{house.desk.public_id}/remove")

    assert (page.path, "Alpine desk was removed." in page.html, "No desks yet" in page.text) == (DESKS, True, True)


def test_a_new_desk_gathers_who_came_before_it(db: Database, house: House) -> None:
    make_participant(db, house.event, "Nia Novak", country="SE")
    nordic = make_desk(db, house.ada, house.programme, name="Nordic desk", countries=["SE"])
    browser, address = Browser(db, house.ada), f"{DESKS}/{nordic.public_id}"

    before = browser.get(address)
    after = browser.send(f"{address}/gather")

    assert "1 participant of these countries has no desk" in before.text
    assert "1 participant belongs to this desk now." in after.html
    assert "has no desk" not in after.text


def test_only_organisers_of_the_programme_open_its_desks(db: Database, house: House, ola: Actor, bo: Actor) -> None:
    address = f"{DESKS}/{house.desk.public_id}"

    statuses = [
        [Browser(db, actor).get(path).status for path in (DESKS, address)] for actor in (house.ada, again(db, ola), bo)
    ]

    assert statuses == [[200, 200], [403, 403], [403, 404]]
    assert Browser(db).get(DESKS).path == "/sign-in"


def test_organisers_assign_a_desk_in_the_list_of_registrations(db: Database, house: House) -> None:
    place = make_participant(db, house.event, "Nia Novak", country="PT")
    browser, address = Browser(db, house.ada), f"/e/food-match/registrations/{place.public_id}/desk"

    given = browser.send(address, desk=house.desk.public_id)
    wrong = browser.send(address, desk="k_none")
    taken = browser.send(address, desk="")

    assert "Alpine desk looks after them now." in given.html
    assert (wrong.status, "one of the programme&#39;s desks" in wrong.html) == (422, True)
    assert "They have no desk now." in taken.html


def test_a_list_of_registrations_without_desks_does_not_speak_of_them(db: Database, ada: Actor) -> None:
    event = make_hackathon(db, ada)
    make_participant(db, event, "Nia Novak")

    page = Browser(db, ada).get("/e/food-hack/registrations")

    assert ("Nia Novak" in page.text, "Who looks after them" in page.text) == (True, False)


def test_nobody_is_given_to_a_desk_when_the_event_is_over(db: Database, house: House) -> None:
    make_participant(db, house.event, "Nia Novak")
    close_event(db, house.ada, house.event)

    page = Browser(db, house.ada).get("/e/food-match/registrations")

    assert ("Alpine desk" in page.text, "Who looks after them" in page.text) == (True, False)


def test_a_participant_reads_who_looks_after_them(db: Database, house: House, bo: Actor) -> None:
    make_registration(db, bo, house.event, organisation=make_organisation(db, "Mill", country="AT"))

    page = Browser(db, bo).get("/e/food-match/registration")

    assert "Your desk Alpine desk (Ola Olsen)" in page.text


# A desk officer's own participants


def test_an_officer_sees_whom_they_look_after(db: Database, house: House, ola: Actor) -> None:
    place = make_participant(db, house.event, "Nia Novak")
    make_participant(db, house.event, "Rui Reis", country="PT")

    page = Browser(db, ola).get(OWN)

    assert (page.headline, "Alpine desk" in page.text) == ("Your participants", True)
    assert "Nia Novak Company of Nia Novak (Austria) Looks for technology nia@example.org" in page.text
    assert ("Rui Reis" in page.text, f"/e/food-match/participants/{place.public_id}" in page.links) == (False, True)


def test_an_officer_of_nobody_is_told_so(db: Database, house: House, ola: Actor) -> None:
    page = Browser(db, ola).get(OWN)

    assert (page.status, "You look after nobody here yet" in page.text) == (200, True)


def test_the_page_is_for_desk_officers(db: Database, house: House, bo: Actor) -> None:
    statuses = [Browser(db, actor).get(OWN).status for actor in (house.ada, bo)]

    assert statuses == [403, 403]
    assert Browser(db).get(OWN).path == "/sign-in"


def test_the_page_stands_in_the_navigation_of_officers_only(db: Database, house: House, ola: Actor, bo: Actor) -> None:
    make_participant(db, house.event, "Nia Novak")

    links = [Browser(db, actor).get("/e/food-match").links for actor in (ola, house.ada, bo)]

    assert [OWN in found for found in links] == [True, False, False]
    assert ["/e/food-match/participants" in found for found in links] == [True, True, False]


def test_an_officer_accepts_and_declines_from_the_page(db: Database, house: House, ola: Actor) -> None:
    decided_by_hand(db, house.event)
    nia, sol = (make_participant(db, house.event, name) for name in ("Nia Novak", "Sol Svensson"))
    browser = Browser(db, ola)

    accepted = browser.send(f"{OWN}/{nia.public_id}/accept")
    declined = browser.send(f"{OWN}/{sol.public_id}/decline")
    twice = browser.send(f"{OWN}/{sol.public_id}/decline")

    assert (accepted.path, "Accepted. They are told." in accepted.html) == (OWN, True)
    assert "Declined. They are told." in declined.html
    assert (twice.status, "This registration was decided already." in twice.html) == (409, True)
    states = {one.person_id: one.state for one in reread(db)}
    assert states == {nia.person_id: RegistrationState.ACCEPTED, sol.person_id: RegistrationState.DECLINED}


def test_an_officer_who_decides_stays_in_the_list_of_those_to_decide_on(db: Database, house: House, ola: Actor) -> None:
    decided_by_hand(db, house.event)
    nia, sol = (make_participant(db, house.event, name) for name in ("Nia Novak", "Sol Svensson"))
    browser, here = Browser(db, ola), f"{OWN}/{nia.public_id}/accept?lack=undecided"

    assert here in browser.get(f"{OWN}?lack=undecided").forms
    accepted = browser.send(here)

    assert (accepted.path, "Nia Novak" in accepted.text, "Sol Svensson" in accepted.text) == (OWN, False, True)
    assert f"{OWN}/{sol.public_id}/accept?lack=undecided" in accepted.forms


def reread(db: Database) -> list[Registration]:
    db.expire_all()
    return list(db.exec(select(Registration)))


def test_an_officer_whose_event_is_full_makes_people_wait(db: Database, house: House, ola: Actor) -> None:
    make_participant(db, house.event, "Rui Reis", country="PT")
    decided_by_hand(db, house.event)
    house.event.event.capacity = 1
    nia = make_participant(db, house.event, "Nia Novak")

    page = Browser(db, ola).send(f"{OWN}/{nia.public_id}/accept")

    assert "No place is free, so they wait for one now." in page.html


def test_others_participants_are_not_there_for_an_officer(db: Database, house: House, ola: Actor) -> None:
    decided_by_hand(db, house.event)
    rui = make_participant(db, house.event, "Rui Reis", country="PT")
    nia = make_participant(db, house.event, "Nia Novak")
    browser = Browser(db, ola)

    statuses = [
        browser.send(f"{OWN}/{rui.public_id}/accept").status,
        browser.send(f"{OWN}/{rui.public_id}/decline").status,
        browser.send(f"/e/food-hack/desk/{nia.public_id}/accept").status,
        Browser(db, house.ada).send(f"{OWN}/{nia.public_id}/accept").status,
    ]

    assert statuses == [404, 404, 404, 404]


def test_a_hackathon_has_no_columns_of_meetings(db: Database, ada: Actor, ola: Actor) -> None:
    event = make_hackathon(db, ada)
    programme = db.exec(select(Programme)).one()
    make_desk(db, ada, programme, officer=ola)
    make_participant(db, event, "Nia Novak")

    page = Browser(db, ola).get("/e/food-hack/desk")

    assert ("Nia Novak" in page.text, "Times said" in page.text, "No meetings" in page.text) == (True, False, False)
    assert lacks_in(event) == [Lack.UNDECIDED, Lack.NOT_SIGNED_IN, Lack.NOT_CONFIRMED]


def test_a_longer_list_asks_the_database_no_more_often(
    db: Database, house: House, ola: Actor, queries: list[str]
) -> None:
    make_participant(db, house.event, "Nia Novak")
    browser = Browser(db, ola)
    browser.get(OWN)
    queries.clear()
    browser.get(OWN)
    few = len(queries)
    for number in range(4):
        make_participant(db, house.event, f"P{number} Somebody")
    queries.clear()

    browser.get(OWN)

    assert len(queries) == few


# What they lack


def names_lacking(db: Database, ola: Actor, event: EventWithPhases, lack: Lack) -> list[str]:
    return [one.person.name for one in own_participants(db, again(db, ola), event, lack=lack).rows]


def test_filters_find_who_never_signed_in_and_who_waits_for_a_decision(db: Database, house: House, ola: Actor) -> None:
    make_participant(db, house.event, "Nia Novak")
    sol = make_participant(db, house.event, "Sol Svensson")
    person = person_of(db, Actor(sol.person_id))
    person.state = PersonState.NEW
    decided_by_hand(db, house.event)
    make_participant(db, house.event, "Tor Tveit")

    assert names_lacking(db, ola, house.event, Lack.NOT_SIGNED_IN) == ["Sol Svensson"]
    assert names_lacking(db, ola, house.event, Lack.UNDECIDED) == ["Tor Tveit"]


def test_a_filter_finds_who_has_not_confirmed(db: Database, ada: Actor, ola: Actor, bo: Actor, cy: Actor) -> None:
    hackathon = make_hackathon(db, ada)
    mill = make_organisation(db, "Mill", country="AT")
    make_desk(db, ada, db.exec(select(Programme)).one(), officer=ola)
    for person in (bo, cy):
        make_registration(db, person, hackathon, organisation=mill)
    ada = again(db, ada)
    event = make_following_event(db, ada, hackathon, name="Food Match", starts_at=NOW)
    set_consent_text(db, ada, event, text="I agree to be shown to others.")
    publish_event(db, ada, event)
    agree_to_take_part(db, again(db, bo), place_of(db, bo, event))

    assert names_lacking(db, ola, reload_event(db, event), Lack.NOT_CONFIRMED) == ["Cy Costa"]


def test_filters_find_who_has_no_times_and_no_meetings_and_who_has_to_answer(
    db: Database, ada: Actor, ola: Actor, bo: Actor, cy: Actor
) -> None:
    fair = make_fair(db, ada)
    event = fair.event
    for person in (bo, cy):
        make_registration(db, person, event)
    desk = make_desk(db, ada, db.exec(select(Programme)).one(), officer=ola)
    nia = make_person(db, "Nia Novak")
    make_registration(db, nia, event)
    for row in db.exec(select(Registration)):
        row.desk_id = desk.id
    db.flush()
    set_availability(db, again(db, bo), event, absent=[])
    make_meeting(db, fair, asker=again(db, bo), invitee=again(db, cy), slot=0)
    make_request(db, fair, asker=again(db, cy), invitee=again(db, nia), slot=1)

    rows = {one.person.name: (one.meetings, one.to_answer, one.asked) for one in listed(db, ola, event)}

    assert rows == {"Bo Berg": (1, 0, 0), "Cy Costa": (1, 0, 1), "Nia Novak": (0, 1, 0)}
    assert names_lacking(db, ola, event, Lack.NO_AVAILABILITY) == ["Cy Costa", "Nia Novak"]
    assert names_lacking(db, ola, event, Lack.NO_MEETINGS) == ["Nia Novak"]
    assert names_lacking(db, ola, event, Lack.UNANSWERED) == ["Nia Novak"]


def listed(db: Database, ola: Actor, event: EventWithPhases) -> list:
    return own_participants(db, again(db, ola), event).rows


def test_a_filter_that_nobody_fits_says_so(db: Database, house: House, ola: Actor) -> None:
    make_participant(db, house.event, "Nia Novak")

    page = Browser(db, ola).get(f"{OWN}?lack=undecided")

    assert "Nobody lacks this" in page.text


# Home


def test_home_says_what_an_officers_participants_still_have_to_do(db: Database, house: House, ola: Actor) -> None:
    for name in ("Nia Novak", "Sol Svensson"):
        make_participant(db, house.event, name)
    decided_by_hand(db, house.event)
    make_participant(db, house.event, "Tor Tveit")

    page = Browser(db, ola).get("/")

    assert "Decide on 1 of your participants" in page.text
    assert "2 of your participants have not said when they can meet" in page.text
    assert f"{OWN}?lack=no+availability" in page.links
    assert "/e/food-match" in page.links


def test_home_does_not_ask_for_times_before_booking_opens(db: Database, ada: Actor, ola: Actor) -> None:
    programme = make_programme(db, ada)
    ada = again(db, ada)
    event = make_event(db, ada, programme, name="Food Match", template="matchmaking", starts_at=NOW.replace(month=8))
    event = open_phase(db, ada, event, PhaseKind.REGISTRATION)
    make_desk(db, ada, programme, officer=ola)
    make_participant(db, event, "Nia Novak")

    assert "said when they can meet" not in Browser(db, ola).get("/").text


def test_the_organisers_buttons_are_not_an_officers(db: Database, house: House, ola: Actor) -> None:
    decided_by_hand(db, house.event)
    nia = make_participant(db, house.event, "Nia Novak")
    browser = Browser(db, ola)

    statuses = [
        browser.send(f"/e/food-match/registrations/{nia.public_id}/{what}").status for what in ("accept", "decline")
    ]

    assert (statuses, reread(db)[0].state) == ([403, 403], RegistrationState.APPLIED)
