"""The board as pages: looking, filtering, and everything that is done there on behalf of others, refusals included."""

import re
from html import unescape

import pytest
from sqlmodel import select

from events.core.access import Actor
from events.core.database import Database
from events.looking_after import assign_desk
from events.programmes import Programme
from events.registration import RegistrationInEvent, withdraw_registration
from frontend.board_grid import kept_boards
from sessions.answers import accept_meeting
from sessions.blocks import add_block, tables_of
from sessions.booking_rules import Timing
from sessions.meetings import Meeting, MeetingInEvent, MeetingState
from sessions.requests import request_meeting
from tests.events.makers_desks import make_desk
from tests.events.makers_desks import place_of as place_for
from tests.frontend.browser import ADDRESS, Browser
from tests.makers import again, make_organisation, make_person
from tests.sessions.makers_meetings import (
    Fair,
    make_fair,
    make_meeting,
    make_participant,
    make_request,
    place_of,
    with_rules,
)

HERE = "/e/food-match"
BOARD = f"{HERE}/board"


@pytest.fixture
def fair(db: Database, ada: Actor) -> Fair:
    return make_fair(db, ada)


@pytest.fixture
def bo(db: Database, bo: Actor, fair: Fair) -> Actor:
    return make_participant(db, bo, fair, organisation=make_organisation(db, "Nordmühle"))


@pytest.fixture
def cy(db: Database, cy: Actor, fair: Fair) -> Actor:
    return make_participant(db, cy, fair, organisation=make_organisation(db, "Lisbon Lab"))


@pytest.fixture
def dee(db: Database, dee: Actor, fair: Fair) -> Actor:
    return make_participant(db, dee, fair)


@pytest.fixture
def mel(db: Database, mel: Actor, fair: Fair) -> Actor:
    return make_participant(db, mel, fair)


@pytest.fixture
def ola(db: Database, fair: Fair, bo: Actor) -> Actor:
    """An officer of the desk to which Bo belongs."""
    ola = make_person(db, "Ola Olsen")
    desk = make_desk(db, fair.ada, db.get_one(Programme, fair.event.programme_id), officer=ola)
    assign_desk(db, fair.ada, place_for(db, bo, fair.event), desk=desk)
    return again(db, ola)


def value(fair: Fair, slot: int) -> str:
    return str(int(fair.slots[slot].starts_at.timestamp()) // 60)


def at(meeting: MeetingInEvent, what: str = "") -> str:
    return f"{BOARD}/meetings/{meeting.meeting.public_id}{what}"


def now_is(db: Database, meeting: MeetingInEvent) -> Meeting:
    db.rollback()
    db.expire_all()
    return db.exec(select(Meeting).where(Meeting.public_id == meeting.meeting.public_id)).one()


def accepted_without_a_time(db: Database, fair: Fair, asker: Actor, invitee: Actor) -> MeetingInEvent:
    with_rules(db, fair, timing=Timing.BY_ORGANISER)
    meeting = request_meeting(db, asker, fair.event, invitee=place_of(db, invitee, fair), slot=None)
    subject = MeetingInEvent(meeting, fair.event.event)
    accept_meeting(db, invitee, subject)
    return subject


# --- Looking ------------------------------------------------------------------------------------------------------


def test_the_board_shows_people_by_slots(db, fair, bo, cy):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy, slot=1)

    page = Browser(db, fair.ada).get(BOARD)

    assert (page.status, page.headline) == (200, "Board")
    assert page.html.count(f'data-meeting="{meeting.meeting.public_id}"') == 2
    assert "Bo Berg, Wed, 15 Apr 2026, 11:25: meeting with Cy Costa, Table 1" in page.html
    assert "Times are yours (Europe/Vienna)." in page.text
    assert page.html.count('class="is-free"') == 6


def test_the_board_shows_tables_by_slots(db, fair, bo, cy):
    make_meeting(db, fair, asker=bo, invitee=cy, slot=1)

    page = Browser(db, fair.ada).get(f"{BOARD}?by=tables")

    assert "Table 1, Wed, 15 Apr 2026, 11:25: meeting with Bo Berg – Cy Costa" in unescape(page.html)
    assert page.html.count("<tr data-row=") == 3


@pytest.mark.parametrize(
    ("question", "rows"),
    [("", 3), ("?filter=without", 1), ("?filter=nonsense&by=nonsense&page=x", 3), ("?q=berg", 1), ("?q=nobody", 0)],
)
def test_filters_narrow_the_board(db, fair, bo, cy, dee, question, rows):
    make_meeting(db, fair, asker=bo, invitee=cy, slot=1)

    page = Browser(db, fair.ada).get(BOARD + question)

    assert page.html.count("<tr data-row=") == rows
    assert rows or "Nobody fits" in page.text


def test_what_a_name_holds_is_text(db, fair, bo):
    make_participant(db, make_person(db, '<b>"Zed" & Co</b>', email="zed@example.org"), fair)

    page = Browser(db, fair.ada).get(BOARD)

    assert "&lt;b&gt;&#34;Zed&#34; &amp; Co&lt;/b&gt;" in page.html
    assert "<b>" not in page.html


def test_a_board_without_anything_says_what_to_do(db, ada):
    fair = make_fair(db, ada, tables=0)
    browser = Browser(db, fair.ada)

    assert "Nobody takes part yet" in browser.get(BOARD).text
    assert "There are no tables yet" in browser.get(f"{BOARD}?by=tables").text


def test_others_find_no_board(db, fair, bo, cy, eve):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)

    for actor in (bo, eve):
        browser = Browser(db, actor)
        for path in (BOARD, f"{BOARD}/fragment", f"{HERE}/meetings/all", at(meeting), f"{BOARD}/book"):
            assert (path, browser.get(path).status) == (path, 404)


def test_a_desk_finds_its_participants(db, fair, bo, cy, dee, ola):
    make_meeting(db, fair, asker=bo, invitee=cy, slot=0)
    foreign = make_meeting(db, fair, asker=cy, invitee=dee, slot=1)
    browser = Browser(db, ola)

    page = browser.get(BOARD)

    assert page.html.count("<tr data-row=") == 1
    assert f"participants/{place_of(db, bo, fair).public_id}/ask-for?slot={value(fair, 2)}" in page.html
    assert foreign.meeting.public_id not in browser.get(f"{BOARD}?by=tables").html
    assert "1 meeting" in browser.get(f"{HERE}/meetings/all").text
    assert browser.get(at(foreign)).status == 404
    assert browser.get(f"{BOARD}/book").status == 403


def test_the_board_asks_six_times_whatever_its_size(db, fair, bo, cy, queries):
    browser = Browser(db, fair.ada)

    counts = []
    for others in (0, 60):
        for n in range(others):
            make_participant(db, make_person(db, f"Other {n}", email=f"o{n}@example.org"), fair)
        for path in (BOARD, f"{BOARD}?by=tables", f"{HERE}/meetings/all"):
            browser.get(path)
            db.commit()
            kept_boards(browser.app).forget()
            browser.kept.forget()
            queries.clear()
            assert browser.get(path).status == 200
            counts.append(len(queries))

    assert counts == [6, 6, 6, 6, 6, 6]


def test_filters_are_counted_apart_from_the_board_and_with_it_where_one_is_chosen(db, fair, bo, cy, ola):
    make_request(db, fair, asker=bo, invitee=cy, slot=1)
    organiser, officer = Browser(db, fair.ada), Browser(db, ola)

    said = ["Everybody: 2", "Without meetings: 2", "Unanswered: 1", "Overloaded: 0", "Have not said when: 2"]
    assert [one for one in said if one in organiser.get(f"{BOARD}/counts").text] == said
    assert [one for one in said[1:] if one in organiser.get(BOARD).text] == []
    assert [one for one in said if one in organiser.get(f"{BOARD}?filter=unanswered").text] == said
    assert "Everybody: 1" in officer.get(f"{BOARD}/counts").text
    assert Browser(db, bo).get(f"{BOARD}/counts").status == 404


def test_a_board_is_kept_until_something_happens(db, fair, bo, cy, queries):
    browser = Browser(db, fair.ada)
    browser.get(BOARD)
    queries.clear()

    again_looked = browser.get(BOARD)
    assert (again_looked.status, len(queries)) == (200, 0)  # but for the one that goes past the ORM
    browser.kept.forget()
    assert (browser.get(BOARD).status, len(queries)) == (200, 3)
    meeting = make_meeting(db, fair, asker=bo, invitee=cy, slot=1)

    assert meeting.meeting.public_id in browser.get(BOARD).html


def test_a_script_that_has_the_board_already_is_told_so(db, fair, bo, cy):
    browser = Browser(db, fair.ada)
    tag = browser.get(f"{BOARD}/fragment").headers["etag"]

    assert browser.get(f"{BOARD}/fragment", **{"if-none-match": tag}).status == 304
    make_meeting(db, fair, asker=bo, invitee=cy)
    assert browser.get(f"{BOARD}/fragment", **{"if-none-match": tag}).status == 200


def test_a_kept_board_is_not_shown_to_whoever_may_see_less(db, fair, bo, cy, ola):
    browser, desk = Browser(db, fair.ada), Browser(db, ola)
    desk.client.app = browser.client.app
    desk.client._transport = browser.client._transport
    assert "Cy Costa" in browser.get(BOARD).html

    assert "Cy Costa" not in desk.get(BOARD).html


# --- All meetings -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("", 2), ("?state=requested", 1), ("?state=scheduled", 1), ("?state=cancelled", 0), ("?q=dee", 1), ("?q=bo", 2),
        ("?when=none", 0), ("?when=2026-04-15", 2), ("?when=2020-01-01&state=nonsense", 2),
    ],
)  # fmt: skip
def test_the_list_of_all_meetings_is_narrowed(db, fair, bo, cy, dee, question, found):
    make_meeting(db, fair, asker=bo, invitee=cy, slot=0)
    make_request(db, fair, asker=bo, invitee=dee, slot=1)

    page = Browser(db, fair.ada).get(f"{HERE}/meetings/all{question}")

    assert page.html.count('scope="row"') == found
    assert "When (Europe/Brussels)" in page.text or "No meeting fits" in page.text


def test_what_has_no_time_comes_first_and_is_to_be_placed(db, fair, bo, cy):
    meeting = accepted_without_a_time(db, fair, bo, cy)
    browser = Browser(db, fair.ada)

    assert browser.get(f"{HERE}/meetings/all?when=none").html.count('scope="row"') == 1
    page = browser.get(BOARD)
    assert "Accepted, without a time yet. Open one to give it a time." in page.text
    rows = " ".join(place_of(db, one, fair).public_id for one in (bo, cy))
    assert f'data-meeting="{meeting.meeting.public_id}" data-rows="{rows}"' in page.html


# --- Doing, on behalf of others -----------------------------------------------------------------------------------


def test_a_meeting_is_moved_and_the_view_is_kept(db, fair, bo, cy):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy, slot=0)

    page = Browser(db, fair.ada).send(at(meeting, "/move?q=berg"), slot=value(fair, 2))

    assert (page.status, page.path) == (200, BOARD)
    assert "Meeting of Bo Berg and Cy Costa moved to 11:50." in page.text
    assert page.html.count("<tr data-row=") == 1
    assert now_is(db, meeting).starts_at == fair.slots[2].starts_at


def test_a_script_is_answered_with_the_sentence(db, fair, bo, cy):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy, slot=0)
    browser = Browser(db, fair.ada)
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(BOARD).html)

    answer = browser.client.post(
        at(meeting, "/move"),
        data={"csrf_token": token[1], "slot": value(fair, 2), "other": "", "table": ""},
        headers={"accept": "application/json", "origin": ADDRESS},
    )

    assert answer.json() == {"ok": True, "message": "Meeting of Bo Berg and Cy Costa moved to 11:50."}


def test_a_taken_time_is_refused_and_what_was_chosen_stays(db, fair, bo, cy, dee):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy, slot=0)
    make_meeting(db, fair, asker=dee, invitee=cy, slot=2)

    page = Browser(db, fair.ada).send(at(meeting, "/move"), slot=value(fair, 2))

    assert (page.status, "Cy Costa is not free at 11:50. Choose another time." in page.text) == (409, True)
    assert f'<option value="{value(fair, 2)}" selected>' in page.html
    assert now_is(db, meeting).starts_at == fair.slots[0].starts_at


def test_a_limit_asks_for_a_reason_and_with_one_it_is_done(db, fair, bo, cy, dee):
    later = fair.slots[-1].ends_at.replace(hour=14, minute=0)
    add_block(db, fair.ada, fair.event, starts_at=later, ends_at=later.replace(minute=50))
    meeting = make_meeting(db, fair, asker=bo, invitee=cy, slot=0)
    other = Fair(fair.ada, fair.event, fair.block, [fair.slots[0], fair.slots[1]])
    make_meeting(db, other, asker=dee, invitee=bo, slot=1)
    browser = Browser(db, fair.ada)
    browser.send(at(meeting, "/move"), slot=str(int(later.timestamp()) // 60))
    with_rules(db, fair, max_per_block=1)

    refused = browser.send(at(meeting, "/move"), slot=value(fair, 2))
    assert (refused.status, "To go beyond it, say why." in refused.text) == (422, True)
    assert 'name="override"' in refused.html
    assert f'<option value="{value(fair, 2)}" selected>' in refused.html
    done = browser.send(at(meeting, "/move"), slot=value(fair, 2), override="They asked for it.")

    assert (done.path, now_is(db, meeting).starts_at) == (BOARD, fair.slots[2].starts_at)


def test_a_meeting_is_moved_to_another_table(db, fair, bo, cy, dee, mel):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy, slot=0)
    make_meeting(db, fair, asker=dee, invitee=mel, slot=0)
    one, two, three = (str(table.id) for table in tables_of(db, fair.event.id))
    browser = Browser(db, fair.ada)

    taken = browser.send(at(meeting, "/move?by=tables"), slot=value(fair, 0), table=two)
    assert (taken.status, "Table 2 is taken at 11:00. Choose another one." in taken.text) == (409, True)
    assert browser.send(at(meeting, "/move?by=tables"), slot=value(fair, 0), table=one).status == 422
    assert browser.send(at(meeting, "/move?by=tables"), slot=value(fair, 0), table="99").status == 404
    page = browser.send(at(meeting, "/move?by=tables"), slot=value(fair, 0), table=three)

    assert (page.path, "Table 3, Wed, 15 Apr 2026, 11:00: meeting with Bo Berg" in page.html) == (BOARD, True)
    assert str(now_is(db, meeting).table_id) == three


def test_a_meeting_without_a_time_gets_one(db, fair, bo, cy):
    meeting = accepted_without_a_time(db, fair, bo, cy)

    page = Browser(db, fair.ada).send(at(meeting, "/move"), slot=value(fair, 1))

    assert "Meeting of Bo Berg and Cy Costa placed at 11:25." in page.text
    assert now_is(db, meeting).state is MeetingState.SCHEDULED


def test_two_meetings_change_places(db, fair, bo, cy, dee, mel):
    one = make_meeting(db, fair, asker=bo, invitee=cy, slot=0)
    other = make_meeting(db, fair, asker=dee, invitee=mel, slot=2)
    browser = Browser(db, fair.ada)

    assert "Dee Dumont and Mel Meyer" in browser.get(at(one, "?find=mel")).text
    page = browser.send(at(one, "/swap"), other=other.meeting.public_id)

    assert "Swapped: Bo Berg and Cy Costa now meet at 11:50, Dee Dumont and Mel Meyer at 11:00." in page.text
    assert [now_is(db, each).starts_at for each in (one, other)] == [fair.slots[2].starts_at, fair.slots[0].starts_at]


def test_a_swap_beyond_a_limit_asks_for_a_reason_and_with_one_it_is_done(db, fair, bo, cy, dee, mel):
    later = fair.slots[-1].ends_at.replace(hour=14, minute=0)
    add_block(db, fair.ada, fair.event, starts_at=later, ends_at=later.replace(minute=50))
    one, other = (
        make_meeting(db, fair, asker=asker, invitee=invitee, slot=slot)
        for asker, invitee, slot in ((bo, cy, 0), (dee, mel, 1))
    )
    make_meeting(db, fair, asker=mel, invitee=cy, slot=2)
    browser = Browser(db, fair.ada)
    browser.send(at(one, "/move"), slot=str(int(later.timestamp()) // 60))
    with_rules(db, fair, max_per_block=1)

    refused = browser.send(at(one, "/swap"), other=other.meeting.public_id)
    done = browser.send(at(one, "/swap"), other=other.meeting.public_id, override="They asked for it.")

    assert (refused.status, "To go beyond it, say why." in refused.text) == (422, True)
    assert refused.html.count('name="override"') == 1
    assert f'value="{other.meeting.public_id}"' in refused.html
    assert (done.path, [now_is(db, each).override for each in (one, other)]) == (BOARD, ["They asked for it.", ""])


def test_a_swap_with_nothing_is_refused(db, fair, bo, cy):
    one = make_meeting(db, fair, asker=bo, invitee=cy, slot=0)
    browser = Browser(db, fair.ada)

    assert browser.send(at(one, "/swap"), other="").status == 422
    assert browser.send(at(one, "/swap"), other=one.meeting.public_id).status == 422


def test_a_request_is_accepted_on_behalf(db, fair, bo, cy):
    request = make_request(db, fair, asker=bo, invitee=cy, slot=0)

    page = Browser(db, fair.ada).send(at(request, "/accept"))

    assert "Meeting of Bo Berg and Cy Costa accepted." in page.text
    assert now_is(db, request).state is MeetingState.SCHEDULED


def test_a_request_is_declined_on_behalf_with_a_reason(db, fair, bo, cy):
    request = make_request(db, fair, asker=bo, invitee=cy, slot=0)

    page = Browser(db, fair.ada).send(at(request, "/decline"), reason="Cy is ill.")

    assert "Request of Bo Berg and Cy Costa declined." in page.text
    assert (now_is(db, request).state, now_is(db, request).reason) == (MeetingState.DECLINED, "Cy is ill.")


def test_a_request_is_withdrawn_on_behalf(db, fair, bo, cy):
    request = make_request(db, fair, asker=bo, invitee=cy, slot=0)

    Browser(db, fair.ada).send(at(request, "/withdraw"))

    assert now_is(db, request).state is MeetingState.WITHDRAWN


def test_a_meeting_is_cancelled_with_a_reason(db, fair, bo, cy):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy, slot=0)
    browser = Browser(db, fair.ada)

    refused = browser.send(at(meeting, "/cancel"), reason="x" * 501)
    assert (refused.status, "x" * 501 in refused.html) == (422, True)
    page = browser.send(at(meeting, "/cancel"), reason="The hall is closed.")

    assert "Meeting of Bo Berg and Cy Costa cancelled." in page.text
    assert now_is(db, meeting).state is MeetingState.CANCELLED


def test_what_is_over_is_not_cancelled_twice(db, fair, bo, cy):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy, slot=0)
    browser = Browser(db, fair.ada)
    browser.send(at(meeting, "/cancel"))

    again_sent = browser.send(at(meeting, "/cancel"), reason="The hall is closed.")

    assert (again_sent.status, "This meeting was cancelled." in again_sent.text) == (409, True)
    assert "What you wrote, and was not sent The hall is closed." in again_sent.text


def test_a_meeting_is_locked_and_unlocked(db, fair, bo, cy):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy, slot=0)
    browser = Browser(db, fair.ada)

    page = browser.send(at(meeting, "/lock"), locked="yes")
    assert ("locked" in page.html, now_is(db, meeting).locked) == (True, True)
    browser.send(at(meeting, "/lock"), locked="no")

    assert now_is(db, meeting).locked is False


def test_a_desk_does_for_its_own_what_it_may(db, fair, bo, cy, ola):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy, slot=0)
    browser = Browser(db, ola)
    page = browser.get(at(meeting))

    assert [one.rpartition("/")[2] for one in page.forms if "/board/meetings/" in one] == ["move", "cancel"]
    assert browser.send(at(meeting, "/lock"), locked="yes").status == 403
    assert browser.send(at(meeting, "/move"), slot=value(fair, 3)).path == BOARD
    assert now_is(db, meeting).starts_at == fair.slots[3].starts_at


def test_a_meeting_of_another_event_is_not_on_this_board(db, fair, bo, cy):
    other = make_fair(db, fair.ada, name="Other Match")
    people = [make_participant(db, one, other) for one in (bo, cy)]
    elsewhere = make_meeting(db, other, asker=people[0], invitee=people[1])

    assert Browser(db, again(db, fair.ada)).get(at(elsewhere)).status == 404


# --- New meetings -------------------------------------------------------------------------------------------------


def test_a_meeting_is_booked_step_by_step(db, fair, bo, cy, dee):
    make_meeting(db, fair, asker=dee, invitee=bo, slot=1)
    places = [place_of(db, one, fair).public_id for one in (bo, cy)]
    browser = Browser(db, fair.ada)

    first = browser.get(f"{BOARD}/book?person={places[0]}&slot={value(fair, 2)}")
    assert f"{BOARD}/book?person={places[0]}&slot={value(fair, 2)}&person={places[1]}" in first.links
    second = browser.get(f"{BOARD}/book?person={places[0]}&person={places[1]}&slot={value(fair, 2)}")
    assert f'<option value="{value(fair, 2)}" selected>' in second.html
    page = browser.send(f"{BOARD}/book", person=places, slot=value(fair, 2), note="About malt.")

    assert (page.path, "Booked at 11:50." in page.text) == (BOARD, True)
    made = db.exec(select(Meeting).where(Meeting.note == "About malt.")).one()
    assert (made.state, made.starts_at) == (MeetingState.SCHEDULED, fair.slots[2].starts_at)


def test_only_who_is_free_then_is_offered(db, fair, bo, cy, dee):
    make_meeting(db, fair, asker=dee, invitee=cy, slot=2)

    page = Browser(db, fair.ada).get(f"{BOARD}/book?slot={value(fair, 2)}")

    assert [name for name in ("Bo Berg", "Cy Costa", "Dee Dumont") if name in page.text] == ["Bo Berg"]


def test_a_refused_booking_keeps_what_was_typed(db, fair, bo, cy, dee):
    make_meeting(db, fair, asker=dee, invitee=cy, slot=2)
    places = [place_of(db, one, fair).public_id for one in (bo, cy)]

    page = Browser(db, fair.ada).send(f"{BOARD}/book", person=places, slot=value(fair, 2), note="About malt.")

    assert (page.status, "Cy Costa is not free at 11:50." in page.text) == (409, True)
    assert "About malt." in page.html
    assert f'<option value="{value(fair, 2)}" selected>' in page.html
    assert all(f'name="person" value="{one}"' in page.html for one in places)


@pytest.mark.parametrize("page", ["book", "ask"])
def test_what_was_typed_is_shown_when_somebody_has_left_meanwhile(db, fair, bo, cy, page):
    theirs = place_of(db, cy, fair)
    place, gone = place_of(db, bo, fair).public_id, theirs.public_id
    withdraw_registration(db, cy, RegistrationInEvent(theirs, fair.event.event))
    browser, typed = Browser(db, fair.ada), {"slot": value(fair, 2), "note": "About malt."}

    if page == "book":
        sent = browser.send(f"{BOARD}/book", person=[place, gone], **typed)
    else:
        sent = browser.send(f"{HERE}/participants/{place}/ask-for", invitee=gone, **typed)

    assert (sent.status, "What you wrote, and was not sent About malt." in sent.text) == (422, True)


def test_a_booking_needs_two_people_and_a_time(db, fair, bo, cy):
    place = place_of(db, bo, fair).public_id
    browser = Browser(db, fair.ada)

    assert browser.send(f"{BOARD}/book", person=place, slot=value(fair, 2)).status == 422
    assert browser.send(f"{BOARD}/book", person=[place, place_of(db, cy, fair).public_id]).status == 422


def test_a_desk_asks_in_its_participants_name(db, fair, bo, cy, ola):
    bos, cys = (place_of(db, one, fair).public_id for one in (bo, cy))
    browser = Browser(db, ola)
    here = f"{HERE}/participants/{bos}/ask-for"

    assert here in browser.get(f"{HERE}/participants/{bos}").links
    assert f"{here}?slot={value(fair, 1)}&invitee={cys}" in browser.get(f"{here}?slot={value(fair, 1)}").links
    assert (
        f'<option value="{value(fair, 1)}" selected>' in browser.get(f"{here}?slot={value(fair, 1)}&invitee={cys}").html
    )
    page = browser.send(here, invitee=cys, slot=value(fair, 1), note="Bo asked me to ask.")

    assert "Cy Costa was asked in the name of Bo Berg." in page.text
    made = db.exec(select(Meeting)).one()
    assert (made.asker_id, made.invitee_id, made.state) == (bo.person, cy.person, MeetingState.REQUESTED)


def test_asking_beyond_a_limit_asks_for_a_reason(db, fair, bo, cy, dee):
    with_rules(db, fair, max_pending=1)
    make_request(db, fair, asker=bo, invitee=dee, slot=0)
    bos, cys = (place_of(db, one, fair).public_id for one in (bo, cy))
    browser = Browser(db, fair.ada)

    page = browser.send(f"{HERE}/participants/{bos}/ask-for", invitee=cys, slot=value(fair, 1), note="Please.")
    assert (page.status, 'name="override"' in page.html, "Please." in page.html) == (422, True, True)
    done = browser.send(
        f"{HERE}/participants/{bos}/ask-for", invitee=cys, slot=value(fair, 1), note="Please.", override="By phone."
    )

    assert "was asked in the name of Bo Berg" in done.text


def test_a_desk_does_not_ask_for_others(db, fair, bo, cy, ola):
    cys = place_of(db, cy, fair).public_id
    browser = Browser(db, ola)

    assert browser.get(f"{HERE}/participants/{cys}/ask-for").status == 403
    assert browser.send(f"{HERE}/participants/{cys}/ask-for", invitee=place_of(db, bo, fair).public_id).status == 403
