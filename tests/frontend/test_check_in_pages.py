"""Tickets, badges and the door, without JavaScript, and the scans that phones send."""

import re
from datetime import timedelta

import pytest
from sqlmodel import select

from events.check_in import Scan, counts_at_door
from events.core import clock
from events.events import close_event
from events.registration import RegistrationInEvent, appoint, find_registration, withdraw_registration
from events.roles import Role
from events.signin import form_token
from events.tickets import ticket_of
from frontend.qr_codes import qr_of
from tests.events.makers_hackathon import make_hackathon
from tests.frontend.browser import Browser
from tests.frontend.pdf_text import words_in
from tests.makers import NOW, again, person_of

HERE = "/e/food-hack/check-in"
JSON = {"origin": "http://folkmoot.example", "accept": "application/json"}


@pytest.fixture
def event(db, ada, bo, cy):
    return make_hackathon(db, ada, bo, cy)


@pytest.fixture
def door(db, ada, event):
    return Browser(db, again(db, ada))


@pytest.fixture
def ticket(db, bo, event):
    return ticket_of(find_registration(db, event.id, bo.person))


def scans(browser, *lines):
    browser._let_go()
    data = {"csrf_token": form_token(browser.cookie), "scan": list(lines)}
    return browser.client.post(f"{HERE}/scans", data=data, headers=JSON)


def milliseconds(moment):
    return int(moment.timestamp() * 1000)


# Tickets and badges


def test_a_participant_has_a_ticket_with_a_code_and_its_letters(db, event, bo, ticket):
    browser = Browser(db, again(db, bo))
    assert 'href="/e/food-hack/ticket"' in browser.get("/e/food-hack/registration").html

    page = browser.get("/e/food-hack/ticket")
    assert ticket.short in page.text
    drawn = re.search(r'<path d="(M[^"]+)" fill="#000"', page.html)[1]
    assert drawn == qr_of(f"http://folkmoot.example/tickets/{ticket.code}").path


def test_a_code_is_drawn_module_by_module():
    from qrcode.main import QRCode

    code = QRCode(border=0, error_correction=0)
    code.add_data("folkmoot")
    code.make(fit=True)
    drawing = qr_of("folkmoot")
    runs = re.findall(r"M(\d+) (\d+)h(\d+)v1H\d+z", drawing.path)
    found = {(int(x) + n, int(y)) for x, y, width in runs for n in range(int(width))}

    assert drawing.size == len(code.get_matrix())
    assert found == {(x, y) for y, row in enumerate(code.get_matrix()) for x, dark in enumerate(row) if dark}


def test_whoever_has_no_place_has_no_ticket(db, event, eve):
    assert Browser(db, eve).get("/e/food-hack/ticket").status == 404
    assert Browser(db).get("/e/food-hack/ticket").path == "/sign-in"


def test_a_tickets_address_leads_the_door_to_its_page_and_its_owner_to_the_ticket(db, event, door, bo, cy, ticket):
    page = door.get(f"/tickets/{ticket.code}")
    assert page.path == HERE
    assert f'value="{ticket.code}"' in page.html
    assert Browser(db, again(db, bo)).get(f"/tickets/{ticket.code}").path == "/e/food-hack/ticket"
    assert Browser(db, again(db, cy)).get(f"/tickets/{ticket.code}").status == 404
    other = "1" if ticket.code.endswith("0") else "0"
    assert door.get(f"/tickets/{ticket.code[:-1]}{other}").status == 404


def test_badges_are_printed_for_all_or_for_those_who_are_looked_for(db, event, door, ticket, cy):
    page = door.get("/e/food-hack/badges")
    assert page.html.count('class="name-badge"') == 2
    assert ticket.short in page.text
    page = door.get("/e/food-hack/badges?q=cy")
    assert page.html.count('class="name-badge"') == 1
    assert "Cy Costa" in page.text
    assert "Nobody fits" in door.get("/e/food-hack/badges?q=zed").text
    assert Browser(db, again(db, cy)).get("/e/food-hack/badges").status == 404


# The door


def test_a_ticket_is_typed_and_the_counts_follow(db, event, door, ticket):
    assert "Nobody is there yet" in door.get(HERE).text

    page = door.send(HERE, code=ticket.short.lower())
    assert "Bo Berg is checked in." in page.text
    assert "1 checked in 1 still expected" in page.text
    assert "Bo Berg 11:00 · by Ada Adler" in page.text
    with clock.frozen_at(NOW + timedelta(minutes=5)):
        page = door.send(HERE, code=ticket.code)
    assert "Bo Berg is there already, since Tue, 14 Apr 2026, 11:00: checked in by Ada Adler." in page.text


def test_what_is_no_ticket_is_said_beside_the_field(db, event, door):
    page = door.send(HERE, code="ABCD-EFGH")

    assert page.status == 422
    assert "This is no ticket of this event. Look for the name instead." in page.text
    assert 'value="ABCD-EFGH"' in page.html


def test_a_name_is_found_and_checked_in_and_taken_back(db, event, door, bo):
    page = door.get(f"{HERE}?q=berg")
    [registration] = re.findall(r'name="registration" value="(r_\w+)"', page.html)
    page = door.send(HERE, registration=registration)
    assert "Bo Berg is checked in." in page.text
    assert "there since 11:00" in door.get(f"{HERE}?q=berg").text
    assert "Nobody of this name takes part." in door.get(f"{HERE}?q=zed").text

    page = door.send(f"{HERE}/{registration}/undo")
    assert "Taken back: they are not checked in any more." in page.text
    page = door.send(f"{HERE}/{registration}/undo")
    assert (page.status, "They are not checked in" in page.text) == (409, True)


def test_only_the_door_may_use_the_camera(db, event, door):
    assert door.get(HERE).headers["permissions-policy"].startswith("camera=(self)")
    assert door.get("/e/food-hack").headers["permissions-policy"].startswith("camera=()")


def test_hosts_have_the_tab_and_participants_find_no_door(db, event, door, bo, dee, ada):
    appoint(db, again(db, ada), event, person_id=dee.person, role=Role.HOST)
    assert f'href="{HERE}"' in Browser(db, again(db, dee)).get("/e/food-hack").html
    browser = Browser(db, again(db, bo))
    assert f'href="{HERE}"' not in browser.get("/e/food-hack").html
    for path in ("", "/fragment", "/people.json"):
        assert browser.get(HERE + path).status == 404
    assert browser.send(HERE, code="ABCD-EFGH").status == 404


# Scans that phones have kept


def test_scans_arrive_late_each_once_and_say_what_became_of_them(db, event, door, ticket, cy):
    other = ticket_of(find_registration(db, event.id, cy.person))
    made = milliseconds(NOW - timedelta(hours=1))
    lines = [f"phone-one-1|{made}|{ticket.code}", f"phone-one-2|{made}|{ticket.short}",
             f"phone-one-3||http://folkmoot.example/tickets/{other.code}", "phone-one-4|1|nonsense",
             f"|{made}|{other.code}", "", f"phone-one-5|9999999999999999|{other.code}"]  # fmt: skip

    first, again_ = scans(door, *lines).json(), scans(door, *lines).json()

    assert first == again_
    assert [one["state"] for one in first["results"]] == [
        "in", "again", "in", "refused", "refused", "refused", "again",
    ]  # fmt: skip
    assert first["results"][1]["message"] == (
        "Bo Berg is there already, since Tue, 14 Apr 2026, 10:00: checked in by Ada Adler."
    )
    assert (first["there"], first["expected"]) == (2, 2)
    assert counts_at_door(db, event.id).there == 2
    assert len(db.exec(select(Scan)).all()) == 4


def test_what_a_phone_kept_until_after_the_end_is_judged_by_when_it_was_made(db, ada, event, door, ticket, cy):
    other = ticket_of(find_registration(db, event.id, cy.person))
    with clock.frozen_at(NOW + timedelta(hours=1)):
        close_event(db, again(db, ada), event)
        db.commit()
    made, late = (milliseconds(NOW + timedelta(minutes=minutes)) for minutes in (30, 90))

    with clock.frozen_at(NOW + timedelta(hours=2)):
        results = scans(door, f"phone-one-1|{made}|{ticket.code}", f"phone-one-2|{late}|{other.code}").json()["results"]

    assert [one["state"] for one in results] == ["in", "refused"]
    assert results[1]["message"] == "This event is over. Its pages stay, but nothing can be changed any more."


def test_a_phone_whose_answer_was_lost_is_told_the_same_however_late(db, ada, event, door, ticket):
    line = f"phone-one-1|{milliseconds(NOW - timedelta(hours=1))}|{ticket.code}"
    lost = scans(door, line).json()["results"]
    with clock.frozen_at(NOW + timedelta(hours=1)):
        close_event(db, again(db, ada), event)
        db.commit()

    with clock.frozen_at(NOW + timedelta(days=8)):
        later = Browser(db, again(db, ada))
        answer = scans(later, line, line.replace("one-1", "one-2")).json()["results"]

    assert ([answer[0]], answer[1]["state"]) == (lost, "refused")


def test_what_became_of_a_scan_is_told_again_when_the_place_was_given_back_since(db, bo, event, door, ticket):
    line = f"phone-one-1|{milliseconds(NOW)}|{ticket.code}"
    lost = scans(door, line).json()["results"]
    place = find_registration(db, event.id, bo.person)
    withdraw_registration(db, again(db, bo), RegistrationInEvent(place, event.event))
    db.commit()

    assert scans(door, line).json()["results"] == lost


def test_no_more_than_fifty_scans_are_taken_at_once(db, event, door):
    assert len(scans(door, *(f"phone-{n:04}|1|nonsense" for n in range(60))).json()["results"]) == 50


def test_scans_of_strangers_and_without_a_token_are_refused(db, event, door, bo, ticket):
    browser = Browser(db, again(db, bo))
    assert scans(browser, f"phone-one-1|1|{ticket.code}").status_code == 404
    answer = door.client.post(f"{HERE}/scans", data={"scan": ["a"], "csrf_token": "forged"}, headers=JSON)

    assert answer.status_code == 409
    assert db.exec(select(Scan)).all() == []


def test_the_list_for_a_phone_has_names_and_letters_and_no_codes(db, event, door, ticket):
    people = door.client.get(f"{HERE}/people.json").json()["people"]

    assert [one["name"] for one in people] == ["Bo Berg", "Cy Costa"]
    assert people[0]["short"] == ticket.short
    assert ticket.code.partition(".")[2] not in str(people)


def test_ticket_and_badges_come_as_pdf_with_names_of_all_europe(db, event, door, bo, ticket, cy):
    person_of(db, bo).name = "Łukasz Ødegård-Ştefănescu Παπαδόπουλος"
    db.commit()
    browser = Browser(db, bo)
    assert "/e/food-hack/ticket.pdf" in browser.get("/e/food-hack/ticket").links

    own = browser.client.get("/e/food-hack/ticket.pdf")
    all_ = door.client.get("/e/food-hack/badges.pdf")

    for answer in (own, all_):
        words = words_in(answer.content)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
        assert answer.content.startswith(b"%PDF-")
        assert ticket.short in words
        assert "Food Hack" in words
        assert "Łukasz Ødegård" in words
    assert own.content.count(b"/Type /Page\n") == 1
    assert "Cy Costa" in words_in(all_.content)
    assert "Cy Costa" not in words_in(door.client.get("/e/food-hack/badges.pdf?q=Łukasz").content)


def test_nobody_gets_badges_but_the_door_and_nobody_a_ticket_without_a_place(db, event, bo, eve, door):
    assert Browser(db, bo).get("/e/food-hack/badges.pdf").status in {403, 404}
    assert Browser(db, eve).get("/e/food-hack/ticket.pdf").status == 404
    assert door.get("/e/food-hack/badges.pdf?q=nobody").status == 404
