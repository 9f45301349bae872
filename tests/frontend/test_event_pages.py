"""The list of events, an event's public page, and its phases for a calendar."""

import json
import re
from datetime import timedelta
from html import unescape

import pytest
from icalendar import Calendar

from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.events import EventWithPhases, close_event, event_by_id
from events.phases import PhaseKind
from events.planning import move_phase
from events.programmes import Programme
from events.registration import (
    Approval,
    RegistrationInEvent,
    appoint,
    decline_registration,
    withdraw_registration,
)
from events.roles import Role
from tests.frontend.browser import Browser, Page
from tests.makers import (
    NOW,
    again,
    make_event,
    make_person,
    make_programme,
    make_registration,
    open_phase,
    reload_event,
    shut_phase,
)


@pytest.fixture
def programme(db: Database, ada: Actor) -> Programme:
    return make_programme(db, ada)


@pytest.fixture
def organiser(db: Database, ada: Actor, programme: Programme) -> Actor:
    return again(db, ada)


@pytest.fixture
def hack(db: Database, organiser: Actor, programme: Programme) -> EventWithPhases:
    """A published hackathon that began yesterday; one can still register."""
    return open_phase(db, organiser, make_event(db, organiser, programme), PhaseKind.REGISTRATION)


def sections(page: Page) -> dict[str, list[str]]:
    """The events under each headline of the list."""
    parts = re.split(r"<h2[^>]*>", page.html)[1:]
    return {
        part.partition("</h2>")[0]: [unescape(one) for one in re.findall(r'class="card-title"><a [^>]*>([^<]+)', part)]
        for part in parts
    }


def schema_of(page: Page) -> dict:
    """The schema.org block of a page."""
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page.html, re.S)
    assert len(found) == 1
    return json.loads(found[0])


# The list


def test_the_list_says_when_there_is_nothing(db: Database) -> None:
    page = Browser(db).get("/events")

    assert "No events yet" in page.text


def test_a_visitor_sees_events_by_what_the_clock_says(db: Database, organiser: Actor, programme: Programme) -> None:
    for name, begins in (("Past", -30), ("Present", -1), ("Future", 30)):
        make_event(db, organiser, programme, name=name, starts_at=clock.now() + timedelta(days=begins))
    make_event(db, organiser, programme, name="Secret", published=False)

    page = Browser(db).get("/events")

    assert sections(page) == {"Running now": ["Present"], "Coming": ["Future"], "Past": ["Past"]}


def test_an_organiser_sees_drafts_among_their_own(db: Database, organiser: Actor, programme: Programme) -> None:
    make_event(db, organiser, programme, name="Secret", published=False)

    page = Browser(db, organiser).get("/events")

    assert sections(page) == {"Yours": ["Secret"]}
    assert "/p/green-food-network/events/new" in page.links


def test_an_event_somebody_registered_for_is_theirs(db: Database, bo: Actor, hack: EventWithPhases) -> None:
    make_registration(db, bo, hack)

    page = Browser(db, bo).get("/events")

    assert sections(page) == {"Yours": ["Food Hack"]}
    assert "You take part" in page.text


def test_past_events_come_in_pages(db: Database, organiser: Actor, programme: Programme) -> None:
    for number in range(25):
        begins = clock.now() - timedelta(days=30 + number)
        make_event(db, organiser, programme, name=f"Hack {number}", starts_at=begins)

    first, second = Browser(db).get("/events"), Browser(db).get("/events?page=2")

    assert len(sections(first)["Past"]) == 24
    assert sections(second)["Past"] == ["Hack 24"]


@pytest.mark.parametrize("asked", ["0", "-1", "x", "99999999", "²"])
def test_a_page_number_that_is_none_shows_a_list(db: Database, hack: EventWithPhases, asked: str) -> None:
    assert Browser(db).get(f"/events?page={asked}").status == 200


# The public page: what it asks of its reader


def test_a_draft_is_not_there_for_others(db: Database, organiser: Actor, bo: Actor, programme: Programme) -> None:
    make_event(db, organiser, programme, published=False)

    assert Browser(db).get("/e/food-hack").status == 404
    assert Browser(db, bo).get("/e/food-hack").status == 404
    assert Browser(db, organiser).get("/e/food-hack").status == 200


def test_nothing_there_has_a_sentence_and_ways_out(db: Database) -> None:
    page = Browser(db).get("/e/nowhere")

    assert page.status == 404
    assert "There is nothing here. It may have been moved or taken away." in page.text
    assert {"/", "/events", "/sign-in"} <= set(page.links)


def test_a_visitor_is_asked_to_register(db: Database, hack: EventWithPhases) -> None:
    page = Browser(db).get("/e/food-hack")

    assert "Registration is open Take part" in page.text
    assert "/e/food-hack/register" in page.links


def test_who_comes_early_reads_when_registration_opens(db: Database, organiser: Actor, programme: Programme) -> None:
    make_event(db, organiser, programme, starts_at=clock.now() + timedelta(days=40))

    page = Browser(db).get("/e/food-hack")

    assert "Registration opens on Sun, 3 May 2026, 11:00 (Europe/Brussels)." in page.text
    assert "/e/food-hack/register" not in page.links


def test_who_comes_late_reads_when_registration_closed(db: Database, organiser: Actor, hack: EventWithPhases) -> None:
    shut_phase(db, organiser, hack, PhaseKind.REGISTRATION)

    page = Browser(db).get("/e/food-hack")

    assert "Registration closed on Tue, 14 Apr 2026, 10:00 (Europe/Brussels)." in page.text
    assert "/e/food-hack/register" not in page.links


def test_a_full_event_says_so_before_anybody_registers(db: Database, bo: Actor, hack: EventWithPhases) -> None:
    hack.event.capacity = 1
    make_registration(db, bo, hack)

    page = Browser(db).get("/e/food-hack")

    assert "All places are taken. You would be first on the waiting list" in page.text
    assert "Register for the waiting list" in page.text


def test_a_participant_reads_what_is_open_now(db: Database, bo: Actor, hack: EventWithPhases) -> None:
    make_registration(db, bo, hack)

    page = Browser(db, bo).get("/e/food-hack")

    assert "You take part Build with your team Building is open now." in page.text


def test_who_waits_reads_their_number_in_line(
    db: Database, bo: Actor, cy: Actor, eve: Actor, hack: EventWithPhases
) -> None:
    hack.event.capacity = 1
    for person in (bo, cy, eve):
        make_registration(db, person, hack)

    page = Browser(db, eve).get("/e/food-hack")

    assert "You are number 2 in line." in page.text


def test_who_applied_reads_that_the_organisers_decide(db: Database, bo: Actor, hack: EventWithPhases) -> None:
    hack.event.approval = Approval.ORGANISER
    make_registration(db, bo, hack)

    page = Browser(db, bo).get("/e/food-hack")

    assert "You have applied Wait for the organisers’ answer" in page.text


def test_who_was_declined_is_shown_other_events(
    db: Database, organiser: Actor, bo: Actor, hack: EventWithPhases
) -> None:
    hack.event.approval = Approval.ORGANISER
    row = make_registration(db, bo, hack)
    decline_registration(db, organiser, RegistrationInEvent(row, hack.event))

    page = Browser(db, bo).get("/e/food-hack")

    assert "Find another event" in page.text


def test_who_withdrew_can_register_again(db: Database, bo: Actor, hack: EventWithPhases) -> None:
    row = make_registration(db, bo, hack)
    withdraw_registration(db, again(db, bo), RegistrationInEvent(row, hack.event))

    page = Browser(db, bo).get("/e/food-hack")

    assert "/e/food-hack/register" in page.links


def test_an_organiser_is_led_to_the_registrations(db: Database, organiser: Actor, hack: EventWithPhases) -> None:
    page = Browser(db, organiser).get("/e/food-hack")

    assert "Look after this event" in page.text
    assert "/e/food-hack/registrations" in page.links


def test_an_event_is_called_live_while_its_live_phase_is_open(
    db: Database, organiser: Actor, hack: EventWithPhases
) -> None:
    between = Browser(db).get("/e/food-hack").text
    shut_phase(db, organiser, hack, PhaseKind.REGISTRATION)
    open_phase(db, organiser, reload_event(db, hack), PhaseKind.LIVE)
    at_it = Browser(db).get("/e/food-hack").text

    assert ("Running" in between, "Live now" in between) == (True, False)
    assert ("Running" in at_it, "Live now" in at_it) == (False, True)


def test_an_event_that_is_over_says_so(db: Database, organiser: Actor, hack: EventWithPhases) -> None:
    close_event(db, organiser, hack)

    page = Browser(db).get("/e/food-hack")

    assert "This event is over" in page.text
    assert "/e/food-hack/register" not in page.links


# The public page: times


def test_a_visitor_reads_times_on_the_events_clocks(db: Database, hack: EventWithPhases) -> None:
    page = Browser(db).get("/e/food-hack")

    assert "Building Mon, 13 Apr 2026 – Wed, 15 Apr 2026 11:00 – 11:00 (Europe/Brussels) Now open" in page.text
    assert "Now open, closes in Wed, 15 Apr 2026 11:00" in page.text
    assert "yours:" not in page.text


def test_a_reader_elsewhere_reads_both_clocks(db: Database, cy: Actor, hack: EventWithPhases) -> None:
    page = Browser(db, cy).get("/e/food-hack")

    assert "11:00 – 11:00 (Europe/Brussels), yours: 10:00 – 10:00 (Europe/Lisbon)" in page.text


def test_a_reader_whose_day_is_another_reads_the_events_day_too(
    db: Database, organiser: Actor, hack: EventWithPhases
) -> None:
    far = make_person(db, "Aroha", zone="Pacific/Auckland")

    page = Browser(db, far).get("/e/food-hack")

    live = (
        "Live Fri, 17 Apr 2026 – Sat, 18 Apr 2026 Fri, 17 Apr 2026, 11:00 – 23:00 (Europe/Brussels), "
        "yours: 21:00 – 09:00 (Pacific/Auckland)"
    )
    assert live in page.text


def test_nobodys_address_stands_on_the_public_page(
    db: Database, organiser: Actor, dee: Actor, hack: EventWithPhases
) -> None:
    for person, role in ((organiser, Role.ORGANISER), (dee, Role.JUDGE)):
        appoint(db, organiser, hack, person_id=person.person or 0, role=role)

    public, inside = Browser(db).get("/e/food-hack"), Browser(db, dee).get("/e/food-hack")

    assert "Organiser Ada Adler" in public.text
    assert "Dee Dumont" not in public.text
    assert "Judge Dee Dumont" in inside.text
    assert "@example.org" not in public.html + inside.html


# The public page: machines


def test_machines_read_a_schema_org_event(db: Database, hack: EventWithPhases) -> None:
    found = schema_of(Browser(db).get("/e/food-hack"))

    assert found["@type"] == "Event"
    assert found["url"] == "http://folkmoot.example/e/food-hack"
    assert (found["startDate"], found["endDate"]) == ("2026-04-13T09:00:00+00:00", "2026-04-17T21:00:00+00:00")


def test_what_organisers_write_cannot_leave_the_data_block(
    db: Database, organiser: Actor, hack: EventWithPhases
) -> None:
    nasty = "</script><script>alert(1)</script>\u2028&"
    hack.event.tagline = nasty

    page = Browser(db).get("/e/food-hack")

    assert "<script>alert" not in page.html
    assert schema_of(page)["description"] == nasty


def test_no_script_of_the_page_is_executed_but_our_own(db: Database, hack: EventWithPhases) -> None:
    page = Browser(db).get("/e/food-hack")

    kinds = re.findall(r"<script([^>]*)>", page.html)
    assert [kind for kind in kinds if "src=" not in kind] == [' type="application/ld+json"']
    assert "script-src 'self';" in page.headers["content-security-policy"]


def test_shared_links_carry_name_and_address(db: Database, hack: EventWithPhases) -> None:
    page = Browser(db).get("/e/food-hack")

    assert '<meta property="og:title" content="Food Hack">' in page.html
    assert '<meta property="og:url" content="http://folkmoot.example/e/food-hack">' in page.html


def test_a_description_is_markdown_without_html(db: Database, organiser: Actor, hack: EventWithPhases) -> None:
    hack.event.description = "**Bring** <b onclick=x>a laptop</b>. " * 3

    page = Browser(db).get("/e/food-hack")

    assert "<strong>Bring</strong>" in page.html
    assert "<b onclick" not in page.html


def test_headings_of_a_description_leave_no_level_out(db: Database, organiser: Actor, hack: EventWithPhases) -> None:
    hack.event.description = "## What to bring\n\nA laptop.\n\n#### And also\n\nA friend who knows a factory."

    page = Browser(db).get("/e/food-hack")

    assert "<h3>What to bring</h3>" in page.html
    assert "<h4>And also</h4>" in page.html


# The calendar


def entries(db: Database) -> dict[str, tuple]:
    """What a calendar program reads: uid -> (sequence, stamp, start)."""
    page = Browser(db).get("/e/food-hack/calendar.ics")
    assert page.headers["content-type"] == "text/calendar; charset=utf-8; method=PUBLISH"
    calendar = Calendar.from_ical(page.content)
    assert calendar["METHOD"] == "PUBLISH"
    return {
        str(one["UID"]): (int(one["SEQUENCE"]), one["DTSTAMP"].dt, one["DTSTART"].dt) for one in calendar.walk("VEVENT")
    }


def test_a_moved_phase_keeps_its_uid_and_raises_its_sequence(
    db: Database, organiser: Actor, hack: EventWithPhases
) -> None:
    before = entries(db)
    later = clock.now() + timedelta(hours=3)
    with clock.frozen_at(later):
        begins = later + timedelta(days=9)
        event = event_by_id(db, hack.id)
        move_phase(db, organiser, event, kind=PhaseKind.LIVE, starts_at=begins, ends_at=begins + timedelta(hours=4))
        db.commit()
        after = entries(db)

    [live] = [uid for uid in after if after[uid] != before.get(uid)]
    assert set(after) == set(before)
    assert after[live][0] > before[live][0]
    assert (after[live][1], after[live][2]) == (later, begins)
    assert before[live][1] == NOW


def test_a_phase_added_to_a_public_event_is_added_alone(db: Database, organiser: Actor, hack: EventWithPhases) -> None:
    before = entries(db)
    later = clock.now() + timedelta(hours=3)
    with clock.frozen_at(later):
        move_phase(
            db, organiser, reload_event(db, hack), kind=PhaseKind.FOLLOW_UP, starts_at=later,
            ends_at=later + timedelta(days=1),
        )  # fmt: skip
        db.commit()
        after = entries(db)

    [added] = [uid for uid in after if uid not in before]
    assert after[added] == (0, later, later)
    assert {uid: one for uid, one in after.items() if uid != added} == before


def test_the_calendar_of_a_draft_is_not_there(db: Database, organiser: Actor, programme: Programme) -> None:
    make_event(db, organiser, programme, published=False)

    assert Browser(db).get("/e/food-hack/calendar.ics").status == 404
