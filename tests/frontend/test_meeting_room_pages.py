"""The page of a meeting room: what stands on it when, for whom, and what a refusal keeps, without a script."""

from datetime import timedelta

import pytest

from events.core.access import Actor
from events.core.database import Database
from events.core.settings import settings, use_settings
from sessions.blocks import TableKind, tables_of
from sessions.meeting_rooms import EntryState, RoomEntry, get_meeting_room
from sessions.meeting_visits import enter_meeting_room
from sessions.meetings import MeetingInEvent, get_meeting
from sessions.standby import set_standby
from sessions.video import Way, set_video_rules, video_rules_of
from tests.frontend.browser import Browser
from tests.makers import NOW, again, make_organisation, make_person, person_of
from tests.sessions.makers_meetings import (
    Fair,
    at,
    make_fair,
    make_meeting,
    make_participant,
    make_request,
)

MINUTE = timedelta(minutes=1)


@pytest.fixture
def fair(db: Database, ada: Actor) -> Fair:
    found = make_fair(db, ada)
    for table in tables_of(db, found.event.id):
        table.kind = TableKind.VIDEO
        db.add(table)
    return found


@pytest.fixture
def bo(db: Database, bo: Actor, fair: Fair) -> Actor:
    return make_participant(db, bo, fair, organisation=make_organisation(db, "Nordmühle", country="SE"))


@pytest.fixture
def cy(db: Database, cy: Actor, fair: Fair) -> Actor:
    return make_participant(db, cy, fair)


@pytest.fixture
def meeting(db: Database, fair: Fair, bo: Actor, cy: Actor) -> MeetingInEvent:
    """Bo meets Cy in the first slot."""
    return get_meeting(db, bo, make_meeting(db, fair, asker=bo, invitee=cy).meeting.public_id)


def room(meeting: MeetingInEvent) -> str:
    return f"/meetings/{meeting.meeting.public_id}/room"


def offered(page, meeting: MeetingInEvent) -> set[str]:
    here = f"/meetings/{meeting.meeting.public_id}/"
    return {form.removeprefix(here) for form in page.forms if form.startswith(here)}


def come_in(db: Database, actor: Actor, meeting: MeetingInEvent) -> None:
    enter_meeting_room(db, actor, get_meeting_room(db, actor, meeting.meeting.public_id))


def test_a_meeting_leads_to_its_room_which_says_when_it_opens(db, meeting, bo):
    browser = Browser(db, bo)
    assert "Go to the room" in browser.get(room(meeting).removesuffix("/room")).text

    page = browser.get(room(meeting))

    assert "This room opens ten minutes before the meeting." in page.text
    assert offered(page, meeting) == {"room/notes", "room/video"}


def test_notes_are_written_read_by_the_right_ones_and_kept_when_refused(db, meeting, bo, cy):
    mine, theirs = Browser(db, bo), Browser(db, cy)

    mine.send(room(meeting) + "/notes", text="A hundred an hour.")
    mine.send(room(meeting) + "/notes", text="Offer ten percent.", own="yes")
    refused = mine.send(room(meeting) + "/notes", text="x" * 2001, own="yes")

    assert "Please write 1 to 2000 characters." in refused.text and "x" * 2001 in refused.html
    page = theirs.get(room(meeting)).text
    assert ("A hundred an hour." in page, "Offer ten percent." in page) == (True, False)


def test_who_does_not_take_part_finds_a_door_and_no_call(db, meeting, fair, bo):
    ada = Browser(db, fair.ada)
    with at(meeting, 1):
        page = ada.get(room(meeting))
        assert ("You do not take part in this meeting." in page.text, 'id="call"' in page.html) == (True, False)
        assert page.headers["permissions-policy"].startswith("camera=(), microphone=()")
        assert "You have knocked." in ada.send(room(meeting) + "/knock").text

        page = Browser(db, bo).get(room(meeting))
        assert "Ada Adler is at the door" in page.text
        person = person_of(db, fair.ada).public_id
        Browser(db, bo).send(room(meeting) + "/answer", person=person, admit="yes")
        assert 'id="call"' in ada.get(room(meeting)).html


def test_whoever_comes_fifth_reads_how_all_can_see_each_other_and_the_leads_where_to_choose(db, meeting, fair, bo, cy):
    outsiders = [make_person(db, f"W{number} Watcher") for number in range(2)]
    with at(meeting, 1):
        subject = get_meeting_room(db, bo, meeting.meeting.public_id)
        for one in (fair.ada, *outsiders):
            db.add(RoomEntry(meeting_id=subject.id, person_id=one.person, state=EntryState.ADMITTED, asked_at=NOW))
        db.flush()
        for one in (bo, cy, fair.ada):
            come_in(db, again(db, one), meeting)
        for_four = [Browser(db, bo).get(room(meeting)).text]
        for one in outsiders:
            subject = get_meeting_room(db, bo, meeting.meeting.public_id)
            enter_meeting_room(db, one, subject)

        told = [Browser(db, one).get(room(meeting)).text for one in (bo, fair.ada)]

    words = "More are here than this call has places for: it holds 4."
    assert [words in page for page in (*for_four, *told)] == [False, True, True]
    assert ["under “See each other otherwise”" in page for page in told] == [True, False]
    assert "One of the two sides can choose another way for everybody." in told[1]


def test_the_page_of_a_call_may_use_camera_and_microphone_and_no_other_page(db, meeting, bo):
    browser = Browser(db, bo)
    with at(meeting, 1):
        call = browser.get(room(meeting)).headers
    other = browser.get(room(meeting).removesuffix("/room")).headers

    assert call["permissions-policy"].startswith("camera=(self), microphone=(self), display-capture=(self)")
    assert "media-src 'self' blob:" in call["content-security-policy"]
    assert "frame-src" not in call["content-security-policy"]
    assert other["permissions-policy"].startswith("camera=(), microphone=()")


def test_a_frame_of_an_engine_gets_its_own_site_and_no_other(db, meeting, fair, bo):
    engine = {"jitsi_url": "https://meet.example", "jitsi_app": "folkmoot", "jitsi_secret": "s" * 32}
    use_settings(**settings().model_dump(exclude=set(engine)), **engine)
    set_video_rules(db, fair.ada, fair.event, way=Way.JITSI, relay_only=False)
    with at(meeting, 1):
        headers = Browser(db, bo).get(room(meeting)).headers

    assert 'camera=(self "https://meet.example")' in headers["permissions-policy"]
    assert "frame-src https://meet.example;" in headers["content-security-policy"]


def test_after_five_minutes_the_missing_one_can_be_given_up_and_a_standby_called(db, meeting, fair, bo, dee):
    set_standby(db, make_participant(db, dee, fair), fair.event, ready=True)
    browser = Browser(db, bo)
    with at(meeting, 1):
        come_in(db, bo, meeting)
        assert "no-show" not in offered(browser.get(room(meeting)), meeting)
    with at(meeting, 5):
        come_in(db, bo, meeting)
        page = browser.get(room(meeting))
        assert "no-show" in offered(page, meeting)
        browser.send(room(meeting).removesuffix("room") + "no-show", person=public(db, meeting, "Cy Costa"))
        page = browser.get(room(meeting))

        assert "These people stand by and are free now." in page.text and "standby" in offered(page, meeting)


def test_the_room_offers_open_requests_too(db, meeting, fair, bo, dee):
    request = make_request(db, fair, asker=make_participant(db, dee, fair), invitee=bo, slot=2)
    browser = Browser(db, bo)
    with at(meeting, 5):
        come_in(db, bo, meeting)
        browser.send(room(meeting).removesuffix("room") + "no-show", person=public(db, meeting, "Cy Costa"))
        page = browser.get(room(meeting))

    assert "You have an open request with these people, and they are free now." in page.text
    assert "standby/request" in offered(page, meeting) and request.meeting.public_id in page.html


def public(db: Database, meeting: MeetingInEvent, name: str) -> str:
    found = [person_of(db, Actor(one)) for one in meeting.people]
    return next(one.public_id for one in found if one.name == name)


def test_at_the_end_the_room_asks_how_it_was(db, meeting, bo, cy):
    with at(meeting, 2):
        for one in (bo, cy):
            come_in(db, one, meeting)
        page = Browser(db, bo).send(room(meeting) + "/end")

    assert "The meeting is over." in page.text and "Assess the meeting" in page.text
    assert 'id="call"' in page.html and "room/end" not in offered(page, meeting)


def test_more_time_is_asked_for_and_agreed_to(db, meeting, bo, cy):
    with at(meeting, 15):
        come_in(db, bo, meeting)
        come_in(db, cy, meeting)
        Browser(db, bo).send(room(meeting) + "/more")
        theirs = Browser(db, cy).get(room(meeting))
        agreed = Browser(db, cy).send(room(meeting) + "/more")

    assert "Bo Berg would like five minutes more" in theirs.text
    assert "Five minutes more." in agreed.text


def test_organisers_choose_how_meetings_are_held(db, fair, bo):
    here = f"/e/{fair.event.event.slug}/set-up/video"
    refused = Browser(db, fair.ada).send(here, way="mesh", link_hosts="no site")
    Browser(db, fair.ada).send(here, way="link", link_hosts="meet.example", relay_only="yes")

    rules = video_rules_of(db, fair.event.id)
    db.refresh(rules)
    assert "Please write names of sites" in refused.text and "no site" in refused.html
    assert (rules.way, rules.link_hosts, rules.relay_only) == (Way.LINK, ["meet.example"], True)
    assert Browser(db, bo).get(here).status == 403
