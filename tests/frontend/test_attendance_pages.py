"""Attendance, standby, waiting list and assessment as pages: what stands there when, and what a refusal keeps."""

from datetime import timedelta

import pytest
from sqlmodel import select

from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.events import close_event
from events.looking_after import assign_desk
from events.phases import PhaseKind
from events.programmes import Programme
from events.registration import RegistrationInEvent
from sessions.assessments import NextStep, assess_meeting, assessment_by
from sessions.attendance import check_in_to_meeting, mark_no_show, presence_of
from sessions.booking_rules import Timing
from sessions.meetings import Meeting, MeetingInEvent, MeetingState, get_meeting, page_of
from sessions.moves import cancel_meeting
from sessions.requests import book_meeting
from sessions.standby import is_standby, set_standby
from sessions.waiting import WaitingPair, wait_for_time
from tests.events.makers_desks import make_desk
from tests.frontend.browser import Browser
from tests.makers import again, make_organisation, person_of, shut_phase
from tests.sessions.makers_meetings import (
    Fair,
    at,
    make_fair,
    make_meeting,
    make_participant,
    make_request,
    place_of,
    problems_with_seats,
    with_rules,
)
from tests.sessions.makers_waiting import ring

HERE = "/e/food-match"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def fair(db: Database, ada: Actor) -> Fair:
    return make_fair(db, ada)


@pytest.fixture
def bo(db: Database, bo: Actor, fair: Fair) -> Actor:
    return make_participant(db, bo, fair, organisation=make_organisation(db, "Nordmühle", country="SE"))


@pytest.fixture
def cy(db: Database, cy: Actor, fair: Fair) -> Actor:
    return make_participant(db, cy, fair, organisation=make_organisation(db, "Lisbon Lab", country="PT"))


@pytest.fixture
def dee(db: Database, dee: Actor, fair: Fair) -> Actor:
    return make_participant(db, dee, fair)


@pytest.fixture
def meeting(db: Database, fair: Fair, bo: Actor, cy: Actor) -> MeetingInEvent:
    """Bo meets Cy in the first slot."""
    return get_meeting(db, bo, make_meeting(db, fair, asker=bo, invitee=cy).meeting.public_id)


def state_now(db: Database, meeting: MeetingInEvent) -> MeetingState:
    db.rollback()
    db.expire_all()
    return db.exec(select(Meeting.state).where(Meeting.id == meeting.id)).one()


def offered(page, meeting: MeetingInEvent) -> set[str]:
    here = page_of(meeting.meeting)
    return {form.removeprefix(here + "/") for form in page.forms if form.startswith(here)}


def public(db: Database, actor: Actor) -> str:
    return person_of(db, actor).public_id


def test_before_its_time_a_meeting_says_from_when_one_can_check_in(db, meeting, bo):
    with at(meeting, -11):
        page = Browser(db, bo).get(page_of(meeting.meeting))

    assert "From ten minutes before the start you can say here that you have come" in page.text
    assert "check-in" not in offered(page, meeting)


def test_i_am_here_and_the_other_side_sees_it(db, meeting, bo, cy):
    here = page_of(meeting.meeting)
    with at(meeting, -2):
        assert "Begins in" in Browser(db, bo).get(here).text
        page = Browser(db, bo).send(f"{here}/check-in")
        theirs = Browser(db, cy).get(here)

    assert (page.path, "You are here. The other side sees it." in page.text) == (here, True)
    assert "check-in" not in offered(page, meeting)
    assert "Bo Berg Here since 09:58" in theirs.text and "check-in" in offered(theirs, meeting)


@pytest.mark.parametrize(("minutes", "forms"), [
    (-11, {"cancel"}),
    (-10, {"cancel", "check-in"}),
    (0, {"check-in", "held", "failure"}),
    (5, {"check-in", "held", "failure", "no-show"}),
    (20, {"held", "failure", "no-show"}),
])  # fmt: skip
def test_what_is_offered_comes_when_its_time_does(db, meeting, bo, minutes, forms):
    with at(meeting, minutes):
        page = Browser(db, bo).get(page_of(meeting.meeting))

    assert offered(page, meeting) == forms


def test_an_organiser_sees_who_has_come_and_checks_somebody_in(db, fair, meeting, bo, cy):
    here = page_of(meeting.meeting)
    with at(meeting, 1):
        ada = Browser(db, fair.ada)
        page = ada.send(f"{here}/check-in-somebody", person=public(db, cy))
        nobody = ada.send(f"{here}/check-in-somebody", person="p_nobody")

    assert (page.path, nobody.status) == (here, 404)
    assert list(presence_of(db, meeting).came) == [cy.person]


def test_a_no_show_frees_the_time_and_shows_who_stands_by(db, fair, meeting, bo, cy, dee):
    set_standby(db, dee, fair.event, ready=True)
    here = page_of(meeting.meeting)
    with at(meeting, 6):
        page = Browser(db, bo).send(f"{here}/no-show", person=public(db, cy))
        assert (page.path, "Noted. The time is free again." in page.text) == (here, True)
        assert "Cy Costa Did not come" in page.text and "Dee Dumont" in page.text
        assert "you meet from 11:10 to 11:20 (Europe/Stockholm)" in page.text
        theirs = Browser(db, cy).get(here)
        called = Browser(db, bo).send(f"{here}/standby", registration=place_of(db, dee, fair).public_id)

        back = Browser(db, bo).get(here)

    assert ("You meet Dee Dumont now." in back.text, "Nobody who stands by" in back.text) == (True, False)
    assert "Meet somebody else" not in theirs.text
    assert (called.headline, "Dee Dumont is called." in called.text) == ("Meeting with Dee Dumont", True)
    assert state_now(db, meeting) is MeetingState.NO_SHOW
    assert problems_with_seats(db) == []


def test_a_no_show_offers_open_requests_before_those_who_stand_by(db, fair, meeting, bo, cy, dee, mel):
    set_standby(db, make_participant(db, mel, fair), fair.event, ready=True)
    request = make_request(db, fair, asker=dee, invitee=bo, slot=2)
    here = page_of(meeting.meeting)
    with at(meeting, 6):
        page = Browser(db, bo).send(f"{here}/no-show", person=public(db, cy))
        assert "You have an open request with these people, and they are free now." in page.text
        assert page.text.index("Dee Dumont") < page.text.index("Mel Meyer")
        assert offered(page, meeting) >= {"standby", "standby/request"}
        taken = Browser(db, bo).send(f"{here}/standby/request", request=request.meeting.public_id)
        back = Browser(db, bo).send(f"{here}/standby/request", request=request.meeting.public_id)
        again = Browser(db, bo).get(here)

    assert (taken.headline, "You meet now, for the rest of this time." in taken.text) == (
        "Meeting with Dee Dumont",
        True,
    )
    assert (back.status, "This request was accepted already." in back.text) == (409, True)
    assert ("You meet Dee Dumont now." in again.text, "Nobody who stands by" in again.text) == (True, False)
    assert state_now(db, request) is MeetingState.SCHEDULED
    assert problems_with_seats(db) == []


def test_whoever_was_asked_reads_that_somebody_waits_and_says_that_they_are_coming(db, fair, meeting, bo, cy, dee):
    request = make_request(db, fair, asker=bo, invitee=dee, slot=2)
    here, theirs = page_of(meeting.meeting), page_of(request.meeting)
    with at(meeting, 6):
        mark_no_show(db, bo, meeting, absent=cy.person)
        before = Browser(db, dee).get(theirs)
        early = Browser(db, dee).send(f"{theirs}/now")
        page = Browser(db, bo).get(here)
        asked = Browser(db, bo).send(f"{here}/standby/request", request=request.meeting.public_id)
        told = Browser(db, dee).get(theirs)
        comes = Browser(db, dee).send(f"{theirs}/now")

    assert ("could meet you now" in before.text, early.status) == (False, 404)
    assert "Ask to come now" in page.text
    assert (asked.path, "They are asked whether they come now." in asked.text) == (here, True)
    assert "Bo Berg waits and could meet you now" in told.text
    assert "You meet now. The other side is told that you are coming." in comes.text
    assert state_now(db, request) is MeetingState.SCHEDULED


def test_whom_a_colleague_stands_in_for_is_not_offered_as_missing(db, fair, bo, cy, dee):
    place_of(db, dee, fair).organisation_id = place_of(db, cy, fair).organisation_id
    places = [place_of(db, one, fair) for one in (bo, cy, dee)]
    meeting = get_meeting(db, bo, book_meeting(db, fair.ada, fair.event, people=places, slot=fair.slots[0]).public_id)
    with at(meeting, 2):
        check_in_to_meeting(db, dee, meeting)
    with at(meeting, 6):
        page = Browser(db, bo).get(page_of(meeting.meeting))
        refused = Browser(db, bo).send(f"{page_of(meeting.meeting)}/no-show", person=public(db, cy))

    assert "no-show" not in offered(page, meeting)
    assert (refused.status, "Dee Dumont has checked in, at 11:02." in refused.text) == (409, True)


def test_without_anybody_on_standby_the_page_says_so(db, meeting, bo, cy):
    with at(meeting, 6):
        mark_no_show(db, bo, meeting, absent=cy.person)
        page = Browser(db, bo).get(page_of(meeting.meeting))
    with at(meeting, 18):
        later = Browser(db, bo).get(page_of(meeting.meeting))

    assert "Nobody who stands by is free now." in page.text
    assert "This time is over. You can ask for another one." in later.text


def test_who_has_checked_in_is_not_offered_as_missing_and_marking_them_is_refused(db, fair, meeting, bo, cy):
    here = page_of(meeting.meeting)
    with at(meeting, 2):
        check_in_to_meeting(db, cy, meeting)
    with at(meeting, 6):
        page = Browser(db, bo).get(here)
        refused = Browser(db, bo).send(f"{here}/no-show", person=public(db, cy))
        organisers = Browser(db, fair.ada).get(here)

    assert "no-show" not in offered(page, meeting)
    assert (refused.status, "Cy Costa has checked in, at 11:02." in refused.text) == (409, True)
    assert "no-show" in offered(organisers, meeting)
    assert state_now(db, meeting) is MeetingState.SCHEDULED


def test_a_stale_page_is_told_what_became_of_the_meeting(db, meeting, bo, cy):
    with at(meeting, 6):
        mark_no_show(db, bo, meeting, absent=cy.person)
        page = Browser(db, cy).send(f"{page_of(meeting.meeting)}/check-in")

    assert page.status == 409
    assert "This meeting did not take place, since somebody did not come." in page.text


@pytest.mark.parametrize(("form", "state"), [("held", MeetingState.HELD), ("failure", MeetingState.FAILED)])
def test_a_side_says_how_it_ended(db, meeting, cy, form, state):
    with at(meeting, 21):
        Browser(db, cy).send(f"{page_of(meeting.meeting)}/{form}")

    assert state_now(db, meeting) is state


@pytest.mark.parametrize(("end", "state", "absent"), [
    ("held", MeetingState.HELD, []),
    ("technical failure", MeetingState.FAILED, []),
    ("asker", MeetingState.NO_SHOW, ["bo"]),
    ("both", MeetingState.NO_SHOW, ["bo", "cy"]),
])  # fmt: skip
def test_an_organiser_corrects_it(db, fair, meeting, bo, cy, end, state, absent):
    with at(meeting, 6):
        mark_no_show(db, bo, meeting, absent=cy.person)
        page = Browser(db, fair.ada).send(f"{page_of(meeting.meeting)}/correct", end=end)
        refused = Browser(db, fair.ada).send(f"{page_of(meeting.meeting)}/correct", end="cancelled")

    assert ("Corrected. Both sides are told." in page.text, refused.status) == (True, 422)
    assert state_now(db, meeting) is state
    assert presence_of(db, meeting).absent == {{"bo": bo, "cy": cy}[one].person for one in absent}


def test_the_other_side_says_that_it_was_not_so_and_the_organisers_see_it(db, fair, meeting, bo, cy):
    here, said = page_of(meeting.meeting), "Bo Berg says that it was not so"
    with at(meeting, 6):
        own = Browser(db, cy).send(f"{here}/held")
        asked = Browser(db, bo).get(here)
        refused = Browser(db, bo).send(f"{here}/contradict", says="held", reason="I sat there alone.")
        page = Browser(db, bo).send(f"{here}/contradict", says="no-show", reason="I sat there alone.")
        organisers, theirs = Browser(db, fair.ada).get(here), Browser(db, cy).get(here)
        found = Browser(db, fair.ada).get(f"{HERE}/meetings/all?state=contradicted")
        own_again = Browser(db, cy).send(f"{here}/contradict", says="no-show", reason="No.")
        Browser(db, fair.ada).send(f"{here}/correct", end="invitee")
        decided = Browser(db, fair.ada).get(here)
        nothing = Browser(db, fair.ada).get(f"{HERE}/meetings/all?state=contradicted")

    assert ("contradict" in offered(own, meeting), "contradict" in offered(asked, meeting)) == (False, True)
    assert (refused.status, "This is what was noted." in refused.text, "I sat there alone." in refused.text) == (
        422, True, True,
    )  # fmt: skip
    assert "The organisers are told, and decide." in page.text and "contradict" not in offered(page, meeting)
    assert (said in organisers.text, "I sat there alone." in organisers.text) == (True, True)
    assert (theirs.text.count(said), "I sat there alone." in theirs.text) == (1, False)  # in the history alone
    assert ("Bo Berg" in found.text, "Contradicted" in found.text, "Bo Berg" in nothing.text) == (True, True, False)
    assert (own_again.status, "Your own side has said so." in own_again.text) == (409, True)
    assert (state_now(db, meeting), decided.text.count(said)) == (MeetingState.NO_SHOW, 1)


def test_a_desk_says_for_whom_it_looks_after_that_it_was_not_so(db, fair, meeting, bo, cy, eve):
    here = page_of(meeting.meeting)
    desk = make_desk(db, fair.ada, db.get_one(Programme, fair.event.programme_id), officer=eve)
    assign_desk(db, fair.ada, RegistrationInEvent(place_of(db, bo, fair), fair.event.event), desk=desk)
    with at(meeting, 6):
        Browser(db, cy).send(f"{here}/held")
        asked, others = (Browser(db, one).get(here) for one in (eve, fair.ada))
        values = {"person": person_of(db, bo).public_id, "reason": "Bo sat there alone."}
        refused = Browser(db, eve).send(f"{here}/contradict-for", says="held", **values)
        page = Browser(db, eve).send(f"{here}/contradict-for", says="no-show", **values)
        own = Browser(db, bo).get(here)

    assert ["contradict-for" in offered(one, meeting) for one in (asked, others, page)] == [True, False, False]
    assert (refused.status, "This is what was noted." in refused.text, "Bo sat there alone." in refused.text) == (
        422, True, True,
    )  # fmt: skip
    assert "They and the organisers are told" in page.text
    assert "Bo sat there alone." in own.text and "contradict" not in offered(own, meeting)


def test_only_who_checked_in_or_of_whom_somebody_says_so_was_there(db, fair, bo, cy, dee):
    places = [place_of(db, one, fair) for one in (bo, cy, dee)]
    meeting = get_meeting(db, bo, book_meeting(db, fair.ada, fair.event, people=places, slot=fair.slots[0]).public_id)
    with at(meeting, 6):
        page = Browser(db, cy).send(f"{page_of(meeting.meeting)}/held")

    assert "Bo Berg Was there" in page.text
    assert "You Not checked in" in page.text and "Dee Dumont Not checked in" in page.text


# --- standby and waiting list ---------------------------------------------------------------------


def test_standing_by_is_a_switch_on_ones_meetings(db, fair, bo):
    browser = Browser(db, bo)
    assert "Stand by" in browser.get(f"{HERE}/meetings").text

    page = browser.send(f"{HERE}/meetings/standby", ready="yes")
    assert ("You stand by" in page.text, is_standby(db, fair.event.id, bo.person)) == (True, True)

    browser.send(f"{HERE}/meetings/standby", ready="no")
    assert not is_standby(db, fair.event.id, bo.person)


@pytest.fixture
def full(db: Database, ada: Actor, bo: Actor, cy: Actor, dee: Actor) -> Fair:
    """An event with one slot, which Cy has given to Dee."""
    small = make_fair(db, ada, slots=1, name="Small Match")
    for one in (bo, cy, dee):
        make_participant(db, one, small)
    make_meeting(db, small, asker=again(db, dee), invitee=again(db, cy))
    return small


def test_where_there_is_no_common_time_one_gets_onto_the_list_and_off_again(db, full, bo, cy):
    browser, place = Browser(db, bo), place_of(db, cy, full).public_id
    ask = browser.get(f"/e/small-match/participants/{place}/ask")
    assert f"/e/small-match/participants/{place}/wait" in ask.forms
    assert "we ask Cy Costa in your name and tell you: when a meeting is cancelled or moved" in ask.text

    page = browser.send(f"/e/small-match/participants/{place}/wait", note="About straw.")
    pair = db.exec(select(WaitingPair)).one()
    assert (page.path, pair.note) == ("/e/small-match/meetings", "About straw.")
    assert "Waiting until a time becomes free" in page.text and "Cy Costa" in page.text
    assert "As soon as there is a time at which both of you are free, we ask in your name" in page.text

    left = browser.send(f"/e/small-match/meetings/waiting/{pair.public_id}/leave")
    assert "Waiting until a time becomes free" not in left.text


def test_a_note_that_is_too_long_is_kept_on_the_page(db, full, bo, cy):
    place, note = place_of(db, cy, full).public_id, "x" * 1001

    page = Browser(db, bo).send(f"/e/small-match/participants/{place}/wait", note=note)

    assert (page.status, "at most 1000 characters" in page.text, note in page.html) == (422, True, True)


def test_where_there_is_a_common_time_or_others_choose_it_no_list_is_offered(db, fair, full, bo, cy):
    place = place_of(db, cy, fair).public_id
    assert f"{HERE}/participants/{place}/wait" not in Browser(db, bo).get(f"{HERE}/participants/{place}/ask").forms

    with_rules(db, full, timing=Timing.BY_ORGANISER)
    place = place_of(db, cy, full).public_id
    page = Browser(db, bo).get(f"/e/small-match/participants/{place}/ask")
    assert f"/e/small-match/participants/{place}/wait" not in page.forms


@pytest.mark.parametrize(
    ("why", "says"),
    [
        ("nobody can book", "Nobody is asked at the moment: that goes on while booking is open and on the live days."),
        ("others choose the time", "In this event you do not choose the times any more, so that nobody is asked"),
    ],
)
def test_who_waits_reads_why_nobody_is_asked_at_the_moment(db, full, bo, cy, why, says):
    wait_for_time(db, again(db, bo), full.event, invitee=place_of(db, cy, full))
    if why == "nobody can book":
        shut_phase(db, full.ada, full.event, PhaseKind.BOOKING)
    else:
        with_rules(db, full, timing=Timing.BY_ORGANISER)

    page = Browser(db, bo).get("/e/small-match/meetings")

    assert ("Cy Costa" in page.text, says in page.text, "we ask in your name" in page.text) == (True, True, False)


def test_nobody_leaves_a_list_of_others(db, full, bo, cy):
    pair = wait_for_time(db, again(db, bo), full.event, invitee=place_of(db, cy, full)).public_id

    assert Browser(db, cy).send(f"/e/small-match/meetings/waiting/{pair}/leave").status == 404


def test_a_freed_time_stands_as_a_request_on_ones_meetings(db, full, bo, cy, dee):
    wait_for_time(db, again(db, bo), full.event, invitee=place_of(db, cy, full))
    taken = db.exec(select(Meeting)).one()
    with clock.frozen_at(clock.now() + MINUTE):
        cancel_meeting(db, again(db, dee), get_meeting(db, dee, taken.public_id))
        ring(db)
        page = Browser(db, bo).get("/e/small-match/meetings")

    assert "You have asked" in page.text and "Waiting until a time becomes free" not in page.text


# --- assessment -----------------------------------------------------------------------------------


def test_two_answers_make_an_assessment(db, meeting, bo):
    here = page_of(meeting.meeting)
    with at(meeting, 20):
        browser = Browser(db, bo)
        assert f"{here}/assessment" in browser.get(here).links
        assert browser.get(f"{here}/assessment").headline == "How was your meeting with Cy Costa?"
        page = browser.send(f"{here}/assessment", usefulness="4", next_step="visit")

    said = assessment_by(db, meeting.id, bo.person)
    assert (said.usefulness, said.next_step) == (4, NextStep.VISIT)
    assert "You found it 4 of 5 useful." in page.text


def test_what_was_typed_stays_when_something_is_missing(db, meeting, bo):
    with at(meeting, 20):
        page = Browser(db, bo).send(
            f"{page_of(meeting.meeting)}/assessment", next_step="order", partnership="licence", expected_on="soon",
            help=["finance"], remark="They hesitate.",
        )  # fmt: skip

    assert (page.status, "Please write a day, like 2026-05-31." in page.text) == (422, True)
    for kept in (
        'value="order" name="next_step" required="" checked=""',
        'value="licence" selected',
        "They hesitate.",
        'value="soon"',
    ):
        assert kept in page.html, kept


@pytest.mark.parametrize(("field", "value", "says"), [
    ("usefulness", "9", "Please say how useful it was, from 1 to 5."),
    ("next_step", "world peace", "Please say what comes next"),
    ("partnership", "marriage", "Please choose one of the answers."),
    ("help", "money", "Please choose one of the answers."),
])  # fmt: skip
def test_answers_that_were_not_offered_are_refused(db, meeting, bo, field, value, says):
    form = {"usefulness": "4", "next_step": "visit"} | {field: value}
    with at(meeting, 20):
        page = Browser(db, bo).send(f"{page_of(meeting.meeting)}/assessment", **form)

    assert (page.status, says in page.text) == (422, True)


def test_the_form_comes_back_with_what_was_said(db, meeting, bo):
    with at(meeting, 20):
        assess_meeting(db, bo, meeting, usefulness=2, next_step=NextStep.NDA, remark="Careful.")
        page = Browser(db, bo).get(f"{page_of(meeting.meeting)}/assessment")

    assert "Careful." in page.html and 'value="2" required checked' in page.html
    assert "Save the changes" in page.text


def test_a_meeting_that_is_not_over_has_no_form(db, fair, meeting, bo, dee):
    with at(meeting, 19):
        assert Browser(db, bo).get(f"{page_of(meeting.meeting)}/assessment").status == 409
        assert Browser(db, dee).get(f"{page_of(meeting.meeting)}/assessment").status == 404
        assert Browser(db, fair.ada).get(f"{page_of(meeting.meeting)}/assessment").status == 403


def test_only_those_who_look_after_somebody_read_what_they_said(db, fair, meeting, bo, cy, dee):
    programme = db.exec(select(Programme).where(Programme.id == fair.event.programme_id)).one()
    place_of(db, bo, fair).desk_id = make_desk(db, fair.ada, programme, officer=dee).id
    with at(meeting, 20):
        assess_meeting(db, bo, meeting, usefulness=2, next_step=NextStep.NDA, remark="They hesitate.")
        pages = {name: Browser(db, who).get(page_of(meeting.meeting)) for name, who in
                 (("cy", cy), ("desk", dee), ("ada", fair.ada))}  # fmt: skip

    shown = {
        name: ("What they said about it" in page.text, "They hesitate." in page.text) for name, page in pages.items()
    }
    assert shown == {"cy": (False, False), "desk": (True, True), "ada": (True, False)}


def test_what_came_of_it_is_one_answer(db, fair, meeting, bo):
    here = f"{page_of(meeting.meeting)}/what-came-of-it"
    with at(meeting, 60 * 24 * 40):
        close_event(db, fair.ada, fair.event)
        browser = Browser(db, bo)
        assert browser.get(here).headline == "What came of your meeting with Cy Costa?"
        refused = browser.send(here, note="We test it.")
        page = browser.send(here, result="going on", note="We test it.")
        again_ = browser.get(here)

    assert (refused.status, "We test it." in refused.html) == (422, True)
    assert "Thank you. It is noted." in page.text
    assert "We test it." in again_.html and 'value="going on" name="result" required="" checked=""' in again_.html


def test_home_asks_how_it_was(db, fair, meeting, bo, cy, dee):
    second = make_meeting(db, fair, asker=dee, invitee=bo, slot=1)
    with at(second, -1):
        one = Browser(db, bo).get("/")
    with at(second, 21):
        two = Browser(db, bo).get("/")
        mine = Browser(db, bo).get(f"{HERE}/meetings")
        close_event(db, fair.ada, fair.event)
        closed = Browser(db, bo).get("/")

    assert "Assess your meeting with Cy Costa" in one.text
    assert "Assess 2 meetings" in two.text
    assert f"{page_of(meeting.meeting)}/assessment" in mine.links
    assert "Assess" not in closed.text


def test_a_list_of_standbys_asks_as_often_for_three_as_for_one(db, fair, meeting, bo, cy, dee, mel, tam, queries):
    others = [dee, make_participant(db, mel, fair), make_participant(db, tam, fair)]
    with at(meeting, 6):
        mark_no_show(db, bo, meeting, absent=cy.person)
        counts = []
        for number in (1, 3):
            for one in others[:number]:
                set_standby(db, one, fair.event, ready=True)
            browser = Browser(db, bo)
            queries.clear()
            page = browser.get(page_of(meeting.meeting))
            counts.append(len(queries))
            assert page.text.count(" Call ") == number

    assert counts[0] == counts[1]


def test_the_page_of_a_missed_meeting_reads_who_waits_and_what_was_said_once(db, fair, meeting, bo, cy, queries):
    with at(meeting, 6):
        mark_no_show(db, bo, meeting, absent=cy.person)
        queries.clear()
        Browser(db, bo).get(page_of(meeting.meeting))

    said = [one for one in queries if "FROM meeting_attendance" in one]
    assert len(said) == 3  # who came, for the reader and for whoever waits; how it ended


def test_a_list_of_requests_asks_as_often_for_three_as_for_one(db, fair, meeting, bo, cy, dee, mel, tam, queries):
    others = [dee, make_participant(db, mel, fair), make_participant(db, tam, fair)]
    with at(meeting, 6):
        mark_no_show(db, bo, meeting, absent=cy.person)
        counts = []
        for number in (1, 2):
            for slot, one in enumerate(others[: 2 * number - 1]):
                if number == 1 or slot:
                    make_request(db, fair, asker=one, invitee=bo, slot=slot + 1)
            browser = Browser(db, bo)
            queries.clear()
            page = browser.get(page_of(meeting.meeting))
            counts.append(len(queries))
            assert page.html.count("/standby/request") == 2 * number - 1

    assert counts[0] == counts[1]


def test_a_group_reads_all_names(db, fair, bo, cy, dee):
    places = [place_of(db, one, fair) for one in (bo, cy, dee)]
    booked = book_meeting(db, fair.ada, fair.event, people=places, slot=fair.slots[0])
    meeting = get_meeting(db, dee, booked.public_id)
    with at(meeting, 1):
        check_in_to_meeting(db, dee, meeting)
        page = Browser(db, bo).get(page_of(booked))

    assert "You Not here yet" in page.text and "Dee Dumont Here since 11:01" in page.text
