"""Colleagues on pages: sharing an organisation's meetings, and a meeting's page for everybody who has to do with it."""

import pytest
from sqlmodel import select

from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.desks import add_desk, add_desk_officer
from events.looking_after import assign_desk
from events.organisations import Membership, Organisation, OrganisationKind
from events.programmes import Programme
from events.registration import RegistrationInEvent
from sessions.booking_rules import Timing
from sessions.meetings import Meeting, MeetingInEvent, MeetingState, guests_of, page_of
from sessions.requests import request_meeting
from tests.frontend.browser import Browser
from tests.makers import again, make_organisation
from tests.sessions.makers_meetings import (
    Fair,
    make_colleague,
    make_fair,
    make_meeting,
    make_participant,
    make_request,
    place_of,
    with_rules,
)

HERE = "/e/food-match"
SHARED = f"{HERE}/meetings/organisation"


@pytest.fixture
def fair(db: Database, ada: Actor) -> Fair:
    return make_fair(db, ada)


@pytest.fixture
def mill(db: Database) -> Organisation:
    return make_organisation(db, "Nordmühle", country="SE")


@pytest.fixture
def bo(db: Database, bo: Actor, fair: Fair, mill: Organisation) -> Actor:
    return make_colleague(db, bo, fair, mill)


@pytest.fixture
def tam(db: Database, tam: Actor, fair: Fair, mill: Organisation) -> Actor:
    """Tam is Bo's colleague."""
    return make_colleague(db, tam, fair, mill)


@pytest.fixture
def cy(db: Database, cy: Actor, fair: Fair) -> Actor:
    lab = make_organisation(db, "Lisbon Lab", kind=OrganisationKind.TECH_SAVVY_SME, country="PT")
    return make_participant(db, cy, fair, organisation=lab)


@pytest.fixture
def dee(db: Database, dee: Actor, fair: Fair) -> Actor:
    return make_participant(db, dee, fair)


@pytest.fixture
def ola(db: Database, eve: Actor, fair: Fair, bo: Actor) -> Actor:
    """Eve looks after Bo at a desk."""
    desk = add_desk(db, fair.ada, db.get_one(Programme, fair.event.programme_id), name="Desk North")
    add_desk_officer(db, fair.ada, desk, person_id=eve.person or 0)
    assign_desk(db, fair.ada, RegistrationInEvent(place_of(db, bo, fair), fair.event.event), desk=desk)
    return again(db, eve)


def place(db: Database, fair: Fair, actor: Actor) -> str:
    return place_of(db, actor, fair).public_id


def value(fair: Fair, slot: int) -> str:
    return str(int(fair.slots[slot].starts_at.timestamp()) // 60)


def now_of(db: Database, meeting: MeetingInEvent) -> Meeting:
    db.rollback()
    db.expire_all()
    return db.exec(select(Meeting).where(Meeting.id == meeting.id)).one()


def untimed(db: Database, fair: Fair, asker: Actor, invitee: Actor, timing: Timing) -> Meeting:
    with_rules(db, fair, timing=timing)
    return request_meeting(db, asker, fair.event, invitee=place_of(db, invitee, fair), slot=None, note="About straw")


# --- an organisation's meetings -------------------------------------------------------------------


def test_colleagues_see_who_of_them_meets_whom(db, fair, bo, tam, cy, dee):
    make_meeting(db, fair, asker=bo, invitee=cy)
    make_request(db, fair, asker=dee, invitee=tam, slot=1)

    page = Browser(db, bo).get(SHARED)

    order = [page.text.index(words) for words in ("Bo Berg (you)", "Cy Costa, Lisbon Lab", "Tam Tamm", "Dee Dumont")]
    assert (page.headline, order) == ("Meetings of Nordmühle", sorted(order))
    assert "11:00 – 11:20 Europe/Stockholm · for them 10:00 – 10:20 Europe/Lisbon · Table 1" in page.text
    assert SHARED in Browser(db, bo).get(f"{HERE}/meetings").links


def test_who_comes_along_has_it_in_their_list_without_buttons(db, fair, bo, tam, cy):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)
    Browser(db, bo).send(f"{page_of(meeting.meeting)}/add", who=place(db, fair, tam))

    page = Browser(db, tam).get(SHARED)

    assert "comes along" in page.text
    assert page.forms.count(f"{page_of(meeting.meeting)}/take-over") == 1


def test_what_is_over_is_folded_away(db, fair, bo, tam, cy):
    make_meeting(db, fair, asker=bo, invitee=cy)

    with clock.frozen_at(fair.slots[0].ends_at):
        page = Browser(db, bo).get(SHARED)

    assert "What is over" in page.text and "Nothing to come." in page.text
    assert [one for one in page.forms if one.startswith("/meetings/")] == []


def test_a_shared_list_asks_as_often_for_three_as_for_one(db, fair, bo, tam, cy, dee, mel, queries):
    mel = make_participant(db, mel, fair)
    browser, counts = Browser(db, bo), []
    for number, other in enumerate((cy, dee, mel)):
        make_request(db, fair, asker=tam, invitee=other, slot=number)
        browser.get(SHARED)
        queries.clear()
        browser.get(SHARED)
        counts.append(len(queries))

    assert len(set(counts)) == 1


def test_who_belongs_to_no_organisation_shares_nothing(db, fair, bo, tam, cy, dee, eve):
    make_meeting(db, fair, asker=bo, invitee=cy)
    db.delete(db.exec(select(Membership).where(Membership.person_id == tam.person)).one())

    pages = [Browser(db, one).get(SHARED) for one in (dee, tam)]

    assert ["You take part for no organisation" in page.text for page in pages] == [True, True]
    assert not [page for page in pages if "Cy Costa" in page.text]
    assert Browser(db, eve).get(SHARED).status == 404


def test_a_meeting_is_taken_over_from_the_list(db, fair, bo, tam, cy):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)
    here, browser = page_of(meeting.meeting), Browser(db, tam)

    assert f"{here}/take-over" in browser.get(SHARED).forms
    page = browser.send(f"{here}/take-over", side=place(db, fair, bo))

    assert "You have this meeting now, in place of Bo Berg." in page.text
    assert (page.headline, now_of(db, meeting).asker_id) == ("Meeting with Cy Costa", tam.person)


# --- handing over, coming along -------------------------------------------------------------------


def test_a_meeting_is_handed_over_on_a_plain_page(db, fair, bo, tam, cy):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)
    here, browser = page_of(meeting.meeting), Browser(db, bo)
    way = f"{here}/hand-over?side={place(db, fair, bo)}"

    assert way in browser.get(here).links
    form = browser.get(way)
    missing = browser.send(f"{here}/hand-over", side=place(db, fair, bo))
    done = browser.send(f"{here}/hand-over", side=place(db, fair, bo), who=place(db, fair, tam))

    assert (form.headline, "Tam Tamm" in form.text) == ("Hand this meeting over", True)
    assert (missing.status, "Please choose somebody from the list." in missing.text) == (422, True)
    assert (done.path, "Tam Tamm has this meeting now." in done.text) == (f"{HERE}/meetings", True)
    assert now_of(db, meeting).asker_id == tam.person


def test_a_colleague_who_is_not_free_is_said_beside_the_form(db, fair, bo, tam, cy, dee):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)
    make_meeting(db, fair, asker=dee, invitee=tam)

    page = Browser(db, bo).send(f"{page_of(meeting.meeting)}/hand-over", who=place(db, fair, tam))

    assert (page.status, "Tam Tamm is not free for this meeting." in page.text) == (409, True)
    assert "checked" in page.html


def test_without_a_colleague_nothing_is_offered(db, fair, bo, cy):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)
    here, browser = page_of(meeting.meeting), Browser(db, bo)

    page, form = browser.get(here), browser.get(f"{here}/hand-over")

    assert not [one for one in page.links if "hand-over" in one or one.startswith(f"{here}/add")]
    assert "No colleague takes part" in form.text


@pytest.mark.parametrize("step", ["hand-over", "add"])
def test_nobody_reads_the_colleagues_of_the_other_side(db, fair, bo, tam, cy, step):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)
    here, browser = page_of(meeting.meeting), Browser(db, cy)

    pages = [
        browser.get(f"{here}/{step}?side={place(db, fair, bo)}"),
        browser.send(f"{here}/{step}", side=place(db, fair, bo), who=""),
        browser.send(f"{here}/{step}", side=place(db, fair, bo), who=place(db, fair, tam)),
    ]

    assert [page.status for page in pages] == [403] * 3
    assert not [page for page in pages if "Tam Tamm" in page.text]


def test_a_colleague_is_added_leaves_and_is_removed(db, fair, bo, tam, cy):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)
    here, lead, guest = page_of(meeting.meeting), Browser(db, bo), Browser(db, tam)

    added = lead.send(f"{here}/add", who=place(db, fair, tam))
    page = guest.get(here)
    left = guest.send(f"{here}/leave")
    lead.send(f"{here}/add", who=place(db, fair, tam))
    removed = lead.send(f"{here}/remove", side=place(db, fair, bo), who=place(db, fair, tam))

    assert "Tam Tamm comes too." in added.text and f"{here}/remove" in added.forms
    assert (page.headline, f"{here}/leave" in page.forms) == ("Meeting with Cy Costa", True)
    assert "Your time" in page.text and "For Bo Berg" in page.text and "Europe/Lisbon" in page.text
    assert "goes on without you" in left.text
    assert "The meeting goes on without Tam Tamm." in removed.text
    db.rollback()
    assert guests_of(db, meeting.id) == ()


def test_an_organiser_adds_anybody_who_takes_part(db, fair, bo, tam, cy, dee):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)
    here, browser = page_of(meeting.meeting), Browser(db, fair.ada)

    form = browser.get(f"{here}/add")
    page = browser.send(f"{here}/add", who=place(db, fair, dee))

    assert "Dee Dumont" in form.text and "Tam Tamm, Nordmühle (Sweden)" in form.text
    assert "Dee Dumont comes too." in page.text


# --- the page of a meeting ------------------------------------------------------------------------


def test_the_page_says_for_whom_one_acts_and_the_history_that_one_did(db, fair, bo, tam, cy, ola):
    meeting = make_request(db, fair, asker=cy, invitee=bo)
    here, desk = page_of(meeting.meeting), Browser(db, ola)

    before = desk.get(here)
    desk.send(f"{here}/accept")
    after = Browser(db, cy).get(here)
    organiser = Browser(db, fair.ada).get(here)

    assert "You act for Bo Berg." in before.text
    assert "Eve Ek for Bo Berg" in after.text
    assert "You act as an organiser." in organiser.text


def test_what_an_organiser_did_is_read_as_such(db, fair, bo, cy):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)
    here = page_of(meeting.meeting)
    Browser(db, fair.ada).send(f"{here}/cancel", reason="The hall is closed.")

    page = Browser(db, bo).get(here)

    assert "Cancelled" in page.text and "Ada Adler for the organisers" in page.text


def test_a_colleague_reads_whose_meeting_it_is(db, fair, bo, tam, cy):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)
    here = page_of(meeting.meeting)

    page = Browser(db, tam).get(here)

    assert "Bo Berg, your colleague, has this meeting. You can take it over as it is." in page.text
    assert [one.removeprefix(here) for one in page.forms if one.startswith(here)] == ["/take-over"]


def test_whoever_is_asked_chooses_the_time_with_their_yes(db, fair, bo, cy):
    meeting = untimed(db, fair, bo, cy, Timing.AT_ACCEPTANCE)
    here, browser = page_of(meeting), Browser(db, cy)

    form = browser.get(here)
    missing = browser.send(f"{here}/accept", slot="")
    done = browser.send(f"{here}/accept", slot=value(fair, 1))

    assert "Choose a time and accept" in form.text and f'value="{value(fair, 0)}"' in form.html
    assert "the time is held" not in form.text
    assert (missing.status, "Please choose a time." in missing.text) == (422, True)
    assert "The meeting stands." in done.text and "10:25 – 10:45" in done.text


def test_a_time_that_was_taken_meanwhile_is_said_and_the_others_stay_open(db, fair, bo, cy, dee):
    meeting = untimed(db, fair, bo, cy, Timing.AT_ACCEPTANCE)
    with_rules(db, fair, timing=Timing.AT_REQUEST)
    make_meeting(db, fair, asker=dee, invitee=cy)
    with_rules(db, fair, timing=Timing.AT_ACCEPTANCE)

    page = Browser(db, cy).send(f"{page_of(meeting)}/accept", slot=value(fair, 0))

    assert (page.status, "You are not free at 10:00." in page.text) == (409, True)
    assert f'value="{value(fair, 1)}"' in page.html


def test_where_organisers_choose_the_time_the_yes_has_none_and_they_give_one(db, fair, bo, cy):
    meeting = untimed(db, fair, bo, cy, Timing.BY_ORGANISER)
    here, organiser = page_of(meeting), Browser(db, fair.ada)

    accepted = Browser(db, cy).send(f"{here}/accept")
    lead = Browser(db, bo).get(here)
    offered, chooser = organiser.get(here), organiser.get(f"{here}/time")
    done = organiser.send(f"{here}/time", slot=value(fair, 2))

    assert "Accepted. The organisers choose the time" in accepted.text
    assert (f"{here}/time" in lead.links, f"{here}/time" in offered.links) == (False, True)
    assert chooser.headline == "Choose a time for Bo Berg and Cy Costa"
    assert "The meeting stands." in done.text and "11:50 – 12:10" in done.text


def test_a_limit_asks_whoever_acts_for_others_for_a_reason_and_keeps_the_time(db, fair, bo, cy, dee):
    make_meeting(db, fair, asker=dee, invitee=cy)
    meeting = untimed(db, fair, bo, cy, Timing.AT_ACCEPTANCE)
    with_rules(db, fair, max_per_block=1)
    here, browser = page_of(meeting), Browser(db, fair.ada)

    plain = browser.get(here)
    refused = browser.send(f"{here}/accept", slot=value(fair, 2))
    done = browser.send(f"{here}/accept", slot=value(fair, 2), override="They asked for it")

    assert 'name="override"' not in plain.html
    assert (refused.status, "To go beyond it, say why." in refused.text) == (422, True)
    assert 'name="override"' in refused.html and f'value="{value(fair, 2)}" required checked' in refused.html
    assert "The meeting stands." in done.text


def test_a_limit_is_overridden_also_where_the_time_was_fixed(db, fair, bo, cy, dee):
    make_meeting(db, fair, asker=dee, invitee=cy)
    meeting = make_request(db, fair, asker=bo, invitee=cy, slot=1)
    with_rules(db, fair, max_per_block=1)
    here, browser = page_of(meeting.meeting), Browser(db, fair.ada)

    refused = browser.send(f"{here}/accept")
    done = browser.send(f"{here}/accept", override="They asked for it")

    assert (refused.status, 'name="override"' in refused.html) == (422, True)
    assert "The meeting stands." in done.text
    found = now_of(db, meeting)
    assert (found.state, found.override) == (MeetingState.SCHEDULED, "They asked for it")


def test_a_reason_that_is_too_long_is_not_lost(db, fair, bo, cy):
    meeting = make_request(db, fair, asker=bo, invitee=cy)
    reason = "We only buy in bulk. " * 30

    page = Browser(db, cy).send(f"{page_of(meeting.meeting)}/decline", reason=reason)

    assert (page.status, "Please write at most 500 characters." in page.text) == (422, True)
    assert reason.strip() in page.html and '<details class="ask" data-dialog open>' in page.html


def test_the_page_asks_as_often_for_three_as_for_two(db, fair, bo, tam, cy, queries):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)
    here, browser, counts = page_of(meeting.meeting), Browser(db, bo), []
    for step in ({}, {"who": place(db, fair, tam)}):
        if step:
            browser.send(f"{here}/add", **step)
        browser.get(here)
        queries.clear()
        browser.get(here)
        counts.append(len(queries))

    assert counts[0] == counts[1]
