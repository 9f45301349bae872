"""Meetings as pages: finding somebody, asking, answering, moving, cancelling; availability; blocks and tables."""

from datetime import timedelta

import pytest
from sqlmodel import select

from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.organisations import Organisation, OrganisationKind
from events.phases import PhaseKind
from events.reference.regions import normalised
from events.registration import Consent
from sessions.availability import absences_of, set_availability
from sessions.blocks import blocks_of, tables_of
from sessions.meetings import Meeting, MeetingState, page_of
from tests.frontend.browser import Browser
from tests.makers import make_organisation, person_of, shut_phase
from tests.sessions.makers_meetings import (
    Fair,
    make_fair,
    make_meeting,
    make_participant,
    make_request,
    place_of,
)

HERE = "/e/food-match"


@pytest.fixture
def fair(db: Database, ada: Actor) -> Fair:
    return make_fair(db, ada)


@pytest.fixture
def bo(db: Database, bo: Actor, fair: Fair) -> Actor:
    mill = make_organisation(db, "Nordmühle", kind=OrganisationKind.TRADITIONAL_SME, country="SE")
    return make_participant(db, bo, fair, organisation=mill)


@pytest.fixture
def cy(db: Database, cy: Actor, fair: Fair) -> Actor:
    lab = make_organisation(db, "Lisbon Lab", kind=OrganisationKind.TECH_SAVVY_SME, country="PT")
    person = person_of(db, cy)
    person.job_title, person.about, person.keywords = "Chemist", "Makes films from algae.", ["packaging"]
    return make_participant(db, cy, fair, organisation=lab)


@pytest.fixture
def dee(db: Database, dee: Actor, fair: Fair) -> Actor:
    return make_participant(db, dee, fair)


def value(fair: Fair, slot: int) -> str:
    return str(int(fair.slots[slot].starts_at.timestamp()) // 60)


def ask_page(db: Database, fair: Fair, invitee: Actor) -> str:
    return f"{HERE}/participants/{place_of(db, invitee, fair).public_id}/ask"


def only_meeting(db: Database) -> Meeting:
    db.rollback()
    db.expire_all()
    return db.exec(select(Meeting)).one()


def test_participants_find_each_other(db, fair, bo, cy, dee):
    page = Browser(db, bo).get(f"{HERE}/participants")

    assert (page.headline, "3 participants" in page.text) == ("Participants", True)
    assert all(name in page.text for name in ("Bo Berg", "Cy Costa", "Dee Dumont", "Lisbon Lab", "Chemist"))


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("q=algae", ["Cy Costa"]),
        ("q=nordmuhle", ["Bo Berg"]),
        ("q=costa+lab", ["Cy Costa"]),
        ("kind=traditional+SME", ["Bo Berg"]),
        ("kind=nonsense", ["Bo Berg", "Cy Costa", "Dee Dumont"]),
        ("country=PT", ["Cy Costa"]),
        ("keyword=packaging", ["Cy Costa"]),
        ("q=100%25", []),
    ],
)
def test_filters_narrow_the_list(db, fair, bo, cy, dee, question, found):
    for row in db.exec(select(Organisation)).all():
        row.searchable = normalised(row.name)
        db.add(row)

    page = Browser(db, dee).get(f"{HERE}/participants?{question}")

    assert [name for name in ("Bo Berg", "Cy Costa", "Dee Dumont") if name in page.text] == found
    assert found or "Nobody fits" in page.text


def test_outsiders_see_no_participants(db, fair, bo, eve):
    browser = Browser(db, eve)

    for path in (f"{HERE}/participants", f"{HERE}/participants/{place_of(db, bo, fair).public_id}", f"{HERE}/meetings"):
        assert browser.get(path).status == 404


def test_a_list_of_participants_asks_as_often_for_three_as_for_one(db, fair, bo, cy, dee, queries):
    browser = Browser(db, bo)

    counts = []
    for query in ("?q=cy", ""):
        queries.clear()
        browser.get(f"{HERE}/participants{query}")
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_who_has_not_agreed_is_a_name_and_an_organisation(db, fair, bo, cy):
    for row in db.exec(select(Consent)).all():
        if row.registration_id == place_of(db, cy, fair).id:
            db.delete(row)
    browser = Browser(db, bo)

    profile = browser.get(f"{HERE}/participants/{place_of(db, cy, fair).public_id}")

    assert "has not confirmed yet" in profile.text
    assert not [hidden for hidden in ("Chemist", "algae", "Europe/Lisbon") if hidden in profile.text]
    for query in ("algae", "chemist"):
        assert "Cy Costa" not in browser.get(f"{HERE}/participants?q={query}").text
    assert "Cy Costa" in browser.get(f"{HERE}/participants?q=costa").text


def test_a_meeting_is_asked_for_and_accepted(db, fair, bo, cy):
    asking, answering = Browser(db, bo), Browser(db, cy)
    profile = asking.get(f"{HERE}/participants/{place_of(db, cy, fair).public_id}")
    assert ask_page(db, fair, cy) in profile.links

    form = asking.get(ask_page(db, fair, cy))
    asked = asking.send(ask_page(db, fair, cy), slot=value(fair, 1), note="About algae", item="")
    meeting = only_meeting(db)
    waiting = answering.get(f"{HERE}/meetings")
    standing = answering.send(f"{page_of(meeting)}/accept")

    # Bo reads Stockholm's time, with Lisbon's below; tomorrow at 09:25 UTC.
    assert "11:25 – 11:45" in form.text and "10:25 – 10:45" in form.text
    assert (asked.path, "Cy Costa was asked" in asked.text) == (page_of(meeting), True)
    assert "Waiting for your answer" in waiting.text and "About algae" in waiting.text
    assert "The meeting stands" in standing.text and "Table 1" in standing.text
    assert "10:25 – 10:45" in standing.text and "11:25 – 11:45" in standing.text
    assert "Europe/Lisbon" in standing.text and "Europe/Stockholm" in standing.text


def test_a_slot_that_was_taken_meanwhile_is_said_beside_the_form_and_the_note_stays(db, fair, bo, cy, dee):
    browser = Browser(db, bo)
    make_request(db, fair, asker=dee, invitee=cy, slot=0)

    page = browser.send(ask_page(db, fair, cy), slot=value(fair, 0), note="My note", item="")

    assert (page.status, "Cy Costa is not free at 11:00. Choose another time." in page.text) == (409, True)
    assert ">\nMy note</textarea>" in page.html
    assert f'value="{value(fair, 0)}" required disabled' in page.html
    assert f'value="{value(fair, 1)}" required>' in page.html


@pytest.mark.parametrize(("slot", "sentence"), [("", "Please choose a time."), ("17", "one of the event's times")])
def test_a_time_has_to_be_chosen(db, fair, bo, cy, slot, sentence):
    page = Browser(db, bo).send(ask_page(db, fair, cy), slot=slot, note="", item="")

    assert (page.status, sentence in page.text) == (422, True)


def test_without_a_common_time_the_page_says_what_to_do(db, fair, bo, cy, dee):
    set_availability(db, cy, fair.event, absent=[slot.starts_at for slot in fair.slots])

    page = Browser(db, bo).get(ask_page(db, fair, cy))

    assert "No time at which both of you are free" in page.text
    assert f"{HERE}/availability" in page.links


def test_a_closed_booking_says_when_it_closed(db, fair, bo, cy):
    shut_phase(db, fair.ada, fair.event, PhaseKind.BOOKING)
    browser = Browser(db, bo)

    page = browser.get(ask_page(db, fair, cy))
    profile = browser.get(f"{HERE}/participants/{place_of(db, cy, fair).public_id}")

    assert (page.status, "Booking closed on Tue, 14 Apr 2026, 10:00 (Europe/Stockholm)" in page.text) == (409, True)
    assert "Booking closed on" in profile.text
    assert ask_page(db, fair, cy) not in profile.links


def test_who_has_not_agreed_is_led_to_that_before_asking(db, fair, bo, cy):
    for row in db.exec(select(Consent)).all():
        db.delete(row)
    browser = Browser(db, bo)

    page = browser.get(ask_page(db, fair, cy))
    sent = browser.send(ask_page(db, fair, cy), slot=value(fair, 0), note="", item="")

    assert f"{HERE}/registration" in page.links
    assert (sent.status, "Please confirm first that you take part in Food Match" in sent.text) == (409, True)


def test_a_request_is_declined_with_a_reason(db, fair, bo, cy):
    meeting = make_request(db, fair, asker=bo, invitee=cy)
    here = page_of(meeting.meeting)

    page = Browser(db, cy).send(f"{here}/decline", reason="We only buy in bulk.")

    assert (page.path, "Declined. The time is free again." in page.text) == (f"{HERE}/meetings", True)
    assert "We only buy in bulk." in Browser(db, bo).get(here).text


def test_buttons_are_those_that_the_server_allows(db, fair, bo, cy):
    meeting = make_request(db, fair, asker=bo, invitee=cy)
    here = page_of(meeting.meeting)

    forms = {name: Browser(db, actor).get(here).forms for name, actor in (("bo", bo), ("cy", cy), ("ada", fair.ada))}

    def offered(name: str) -> set[str]:
        return {form.removeprefix(here + "/") for form in forms[name] if form.startswith(here)}

    assert offered("bo") == {"withdraw"}
    assert offered("cy") == {"accept", "decline"}
    assert offered("ada") == {"accept", "decline", "withdraw"}


def test_a_meeting_stands_under_its_tab(db, fair, bo, cy):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)

    page = Browser(db, bo).get(page_of(meeting.meeting))

    assert f'<a href="{HERE}/meetings" aria-current="page">Meetings</a>' in page.html


def test_a_meeting_is_moved_and_cancelled_on_its_page(db, fair, bo, cy):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)
    here, browser = page_of(meeting.meeting), Browser(db, bo)

    assert f"{here}/move" in browser.get(here).links
    chooser = browser.get(f"{here}/move")
    moved = browser.send(f"{here}/move", slot=value(fair, 2))
    cancelled = browser.send(f"{here}/cancel", reason="Ill")

    assert f'value="{value(fair, 0)}" required disabled' in chooser.html
    assert "Moved. Both calendars get the new time." in moved.text and "11:50 – 12:10" in moved.text
    assert "Cancelled. It is taken out of both calendars." in cancelled.text and "Ill" in cancelled.text
    assert only_meeting(db).state is MeetingState.CANCELLED


def test_a_move_to_a_taken_time_is_refused_on_the_page(db, fair, bo, cy, dee):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)
    make_meeting(db, fair, asker=cy, invitee=dee, slot=1)

    page = Browser(db, bo).send(f"{page_of(meeting.meeting)}/move", slot=value(fair, 1))

    assert (page.status, "Cy Costa is not free at 11:25" in page.text) == (409, True)


def test_who_is_too_late_reads_what_became_of_it(db, fair, bo, cy):
    meeting = make_request(db, fair, asker=bo, invitee=cy)
    browser, here = Browser(db, cy), page_of(meeting.meeting)
    Browser(db, bo).send(f"{here}/withdraw")

    page = browser.send(f"{here}/accept")

    assert (page.status, "This request was withdrawn by the one who asked." in page.text) == (409, True)


def test_a_meeting_is_not_there_for_others(db, fair, bo, cy, dee):
    meeting = make_request(db, fair, asker=bo, invitee=cy)
    browser, here = Browser(db, dee), page_of(meeting.meeting)

    statuses = [browser.get(path).status for path in (here, f"{here}/fragment", f"{here}/move")]
    statuses += [browser.send(f"{here}/{what}").status for what in ("accept", "withdraw")]

    assert statuses == [404] * 5


def test_an_organiser_sees_both_and_may_call_it_off(db, fair, bo, cy):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)
    browser, here = Browser(db, fair.ada), page_of(meeting.meeting)

    page = browser.get(here)
    browser.send(f"{here}/cancel", reason="The hall is closed.")

    assert page.headline == "Meeting of Bo Berg and Cy Costa"
    assert only_meeting(db).state is MeetingState.CANCELLED


def test_ones_meetings_stand_in_their_groups(db, fair, bo, cy, dee, mel):
    mel = make_participant(db, mel, fair)
    make_meeting(db, fair, asker=bo, invitee=cy)
    make_request(db, fair, asker=bo, invitee=dee, slot=1)
    make_request(db, fair, asker=mel, invitee=bo, slot=2)

    page = Browser(db, bo).get(f"{HERE}/meetings")
    order = [page.text.index(words) for words in ("Waiting for your answer", "In your calendar", "You have asked")]

    assert order == sorted(order)
    assert "Past and ended" not in page.text
    with clock.frozen_at(fair.slots[3].ends_at):
        later = Browser(db, bo).get(f"{HERE}/meetings")
    assert "Past and ended" in later.text and "In your calendar" not in later.text
    assert "Expired" in later.text and "Over" in later.text


def test_a_page_of_meetings_asks_as_often_for_three_as_for_one(db, fair, bo, cy, dee, mel, queries):
    mel = make_participant(db, mel, fair)
    browser = Browser(db, bo)
    counts = []

    for number, other in enumerate((cy, dee, mel)):
        make_request(db, fair, asker=bo, invitee=other, slot=number)
        browser.get(f"{HERE}/meetings")
        queries.clear()
        browser.get(f"{HERE}/meetings")
        counts.append(len(queries))

    assert len(set(counts)) == 1


def test_a_page_without_meetings_leads_on(db, fair, bo):
    page = Browser(db, bo).get(f"{HERE}/meetings")

    assert "No meetings yet" in page.text
    assert f"{HERE}/participants" in page.links


def test_fragments_are_parts_of_pages(db, fair, bo, cy):
    meeting = make_request(db, fair, asker=bo, invitee=cy)
    browser = Browser(db, cy)

    for path in (f"{HERE}/meetings/fragment", f"{page_of(meeting.meeting)}/fragment"):
        page = browser.get(path)
        assert (page.status, "<html" in page.html) == (200, False)
        assert f"{page_of(meeting.meeting)}/accept" in page.forms


def test_availability_is_ticked_and_kept(db, fair, bo, cy):
    browser = Browser(db, bo)
    first = browser.get(f"{HERE}/availability")

    saved = browser.send(f"{HERE}/availability", free=[value(fair, 1), value(fair, 3)])

    assert "You have not said anything yet" in first.text
    assert "Saved. Others are offered only the times" in saved.text
    db.rollback()
    gone = absences_of(db, fair.event.id, {bo.person})
    assert gone == {fair.slots[0].starts_at, fair.slots[2].starts_at}


def test_a_time_with_a_meeting_cannot_be_unticked(db, fair, bo, cy):
    make_meeting(db, fair, asker=bo, invitee=cy)
    browser = Browser(db, bo)

    page = browser.get(f"{HERE}/availability")
    saved = browser.send(f"{HERE}/availability", free=[])

    assert " disabled checked" in page.html
    assert saved.status == 200
    db.rollback()
    assert fair.slots[0].starts_at not in absences_of(db, fair.event.id, {bo.person})


def test_who_does_not_take_part_has_no_availability(db, fair, eve):
    assert Browser(db, eve).get(f"{HERE}/availability").status == 403


def test_an_organiser_adds_and_removes_a_block(db, fair):
    browser = Browser(db, fair.ada)
    page = browser.send(
        f"{HERE}/set-up/blocks", starts_at="2026-04-16T09:00", ends_at="2026-04-16T12:30", slot_minutes="20",
        buffer_minutes="5",
    )  # fmt: skip
    db.rollback()
    added = blocks_of(db, fair.event.id)[-1]
    removed = browser.send(f"{HERE}/set-up/blocks/{added.public_id}/remove")

    assert "Added: 8 slots for meetings." in page.text
    assert "The block is gone." in removed.text
    db.rollback()
    assert len(blocks_of(db, fair.event.id)) == 1


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("starts_at", "soon", "Please write a date and a time"),
        ("starts_at", "2026-03-29T02:30", "The clocks skip this time"),
        ("starts_at", "2026-04-16T09:02", "multiple of five minutes"),
        ("slot_minutes", "x", "Please write a whole number."),
        ("slot_minutes", "21", "in steps of five"),
        ("buffer_minutes", "121", "0 to 120 minutes"),
        ("ends_at", "2026-04-16T09:10", "No slot fits"),
    ],
)
def test_what_is_no_block_is_said_beside_its_field(db, fair, field, typed, sentence):
    sent = {
        "starts_at": "2026-04-16T09:00", "ends_at": "2026-04-16T12:30", "slot_minutes": "20", "buffer_minutes": "5",
    } | {field: typed}  # fmt: skip

    page = Browser(db, fair.ada).send(f"{HERE}/set-up/blocks", **sent)

    assert (page.status, sentence in page.text) == (422, True)


def test_a_block_in_use_stays_and_the_page_says_why(db, fair, bo, cy):
    make_meeting(db, fair, asker=bo, invitee=cy)

    page = Browser(db, fair.ada).send(f"{HERE}/set-up/blocks/{fair.block.public_id}/remove")

    assert (page.status, "People have meetings in this block" in page.text) == (409, True)


def test_an_organiser_adds_tables(db, fair):
    browser = Browser(db, fair.ada)

    page = browser.send(f"{HERE}/set-up/tables", count="2", kind="video")
    wrong = browser.send(f"{HERE}/set-up/tables", count="501", kind="numbered")

    assert "2 tables added." in page.text and "3 tables on site, 2 video rooms" in page.text
    assert (wrong.status, "500 tables at most" in wrong.text) == (422, True)
    db.rollback()
    assert len(tables_of(db, fair.event.id)) == 5


def test_only_organisers_reach_the_set_up_of_blocks(db, fair, bo):
    browser = Browser(db, bo)

    assert browser.get(f"{HERE}/set-up/blocks").status == 404
    assert browser.send(f"{HERE}/set-up/tables", count="2", kind="video").status == 404


def test_the_path_in_calendars_is_that_of_the_page(db, fair, bo, cy):
    meeting = make_request(db, fair, asker=bo, invitee=cy)

    page = Browser(db, bo).get(page_of(meeting.meeting))

    assert (page.status, page.headline) == (200, "Meeting with Cy Costa")


def test_a_meeting_of_the_past_asks_only_how_it_went(db, fair, bo, cy):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)
    here = page_of(meeting.meeting)

    with clock.frozen_at(fair.slots[0].ends_at + timedelta(minutes=1)):
        page = Browser(db, bo).get(page_of(meeting.meeting))

    forms = [form for form in page.forms if form.startswith("/meetings/")]
    assert forms == [f"{here}/held", f"{here}/no-show", f"{here}/failure"]
    assert "Over" in page.text and f"{here}/assessment" in page.links


def test_a_visitor_is_sent_to_sign_in(db, fair, bo):
    browser = Browser(db)

    paths = [browser.get(f"{HERE}/{what}").path for what in ("participants", "meetings", "availability")]

    assert paths == ["/sign-in"] * 3


def test_a_page_says_which_facts_it_waits_for(db, fair, bo, cy):
    meeting = make_request(db, fair, asker=bo, invitee=cy)
    browser = Browser(db, cy)

    everything, one = browser.get(f"{HERE}/meetings"), browser.get(page_of(meeting.meeting))

    assert f'data-refresh="{HERE}/meetings/fragment" data-refresh-on="meeting"' in everything.html
    assert f'data-refresh-id="{meeting.meeting.public_id}"' in one.html
