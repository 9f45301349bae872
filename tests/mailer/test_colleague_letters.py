"""Letters when who comes to a meeting changes: to those concerned, with the entry in the right calendars."""

import pytest

from events.core.access import Actor
from events.core.database import Database
from events.looking_after import assign_desk
from events.programmes import Programme
from events.registration import RegistrationInEvent
from sessions.answers import accept_meeting, decline_meeting
from sessions.booking_rules import Timing
from sessions.colleagues import delegate_meeting
from sessions.guests import add_to_meeting, leave_meeting
from sessions.meetings import MeetingInEvent
from sessions.moves import cancel_meeting, move_meeting
from sessions.requests import request_meeting, request_meeting_for, withdraw_request
from sessions.sides import SideInMeeting, side_of
from tests.events.makers_desks import make_desk
from tests.mailer.makers_letters import calendar_event_of, html_of, new_letters, sent, text_of
from tests.makers import again, make_organisation
from tests.sessions.makers_meetings import (
    Fair,
    make_colleague,
    make_fair,
    make_meeting,
    make_participant,
    make_request,
    place_of,
    seen_by,
    with_rules,
)


@pytest.fixture
def fair(db: Database, ada: Actor) -> Fair:
    return make_fair(db, ada)


@pytest.fixture
def bo(db: Database, bo: Actor, tam: Actor, fair: Fair) -> Actor:
    """Bo comes with Tam, a colleague."""
    mill = make_organisation(db, "Nordmühle", country="SE")
    make_colleague(db, tam, fair, mill)
    return make_colleague(db, bo, fair, mill)


@pytest.fixture
def cy(db: Database, cy: Actor, fair: Fair) -> Actor:
    return make_participant(db, cy, fair)


def side(db: Database, meeting: MeetingInEvent, lead: Actor) -> SideInMeeting:
    return side_of(seen_by(db, meeting), lead.person or 0)


def test_handing_over_cancels_for_one_invites_another_and_tells_the_other_side(db, fair, bo, tam, cy):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)
    known = sent(db)

    delegate_meeting(db, bo, side(db, meeting, bo), to=place_of(db, tam, fair))
    letters = new_letters(db, known)

    shown = {name: (one.kind, one.method, one.sequence) for name, one in letters.items()}
    entries = [calendar_event_of(one) for one in letters.values()]
    assert shown == {
        "bo": ("meeting_handed_over", "CANCEL", 1),
        "tam": ("meeting_taken_over", "REQUEST", 2),
        "cy": ("meeting_delegated", "REQUEST", 2),
    }
    assert len({str(entry["UID"]) for entry in entries}) == 1
    assert "Tam Tamm (Nordmühle) meets Cy Costa at Food Match in your place." in text_of(letters["bo"])
    assert "You meet Cy Costa at Food Match in place of Bo Berg." in text_of(letters["tam"])
    assert "Tam Tamm (Nordmühle) comes to your meeting at Food Match in place of Bo Berg." in text_of(letters["cy"])
    assert "With Tam Tamm (Nordmühle)" in str(calendar_event_of(letters["cy"])["DESCRIPTION"])
    assert {str(entry["SUMMARY"]) for entry in entries} == {"Meeting at Food Match"}


def test_who_is_out_of_a_meeting_hears_no_more_of_it_until_asked_again(db, fair, bo, tam, cy):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)
    delegate_meeting(db, bo, side(db, meeting, bo), to=place_of(db, tam, fair))
    known = sent(db)

    move_meeting(db, tam, seen_by(db, meeting), slot=fair.slots[1])
    moved = set(new_letters(db, known))
    known = sent(db)
    delegate_meeting(db, tam, side(db, meeting, tam), to=place_of(db, bo, fair))
    back = new_letters(db, known)
    known = sent(db)
    cancel_meeting(db, cy, seen_by(db, meeting))
    cancelled = set(new_letters(db, known))

    assert moved == {"tam", "cy"}
    assert (back["bo"].method, back["bo"].sequence, back["tam"].method) == ("REQUEST", 5, "CANCEL")
    assert cancelled == {"bo", "cy"}


def test_an_invitation_that_never_went_out_is_not_cancelled(db, fair, bo, tam, cy):
    known = sent(db)
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)
    delegate_meeting(db, bo, side(db, meeting, bo), to=place_of(db, tam, fair))

    letters = new_letters(db, known)

    assert sorted(letters) == ["cy", "tam"]
    assert (letters["tam"].kind, letters["tam"].sequence) == ("meeting_taken_over", 2)


def test_a_colleague_who_gets_a_request_is_asked_for_the_answer(db, fair, bo, tam, cy):
    meeting = make_request(db, fair, asker=cy, invitee=bo, note="About straw")
    known = sent(db)

    delegate_meeting(db, bo, side(db, meeting, bo), to=place_of(db, tam, fair))
    letters = new_letters(db, known)

    assert {name: one.kind for name, one in letters.items()} == {
        "bo": "meeting_handed_over", "tam": "meeting_taken_over", "cy": "meeting_delegated",
    }  # fmt: skip
    text = text_of(letters["tam"])
    assert "you answer in place of Bo Berg" in text
    assert "Please answer by:" in text and "> About straw" in text
    assert not [one for one in letters.values() if one.uid or "calendar" in text_of(one).casefold()]


def test_who_comes_along_is_invited_and_the_others_read_it(db, fair, bo, tam, cy):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)
    known = sent(db)

    add_to_meeting(db, bo, side(db, meeting, bo), registration=place_of(db, tam, fair))
    letters = new_letters(db, known)

    assert {name: (one.kind, one.method) for name, one in letters.items()} == {
        "bo": ("meeting_grown", "REQUEST"), "cy": ("meeting_grown", "REQUEST"), "tam": ("meeting_joined", "REQUEST"),
    }  # fmt: skip
    assert "You were added to a meeting with Cy Costa at Food Match." in text_of(letters["tam"])
    assert "Also there: Bo Berg (Nordmühle)" in text_of(letters["tam"])
    assert "Also there: Tam Tamm (Nordmühle)" in str(calendar_event_of(letters["cy"])["DESCRIPTION"])


def test_a_guest_who_leaves_is_taken_out_and_the_others_read_it(db, fair, bo, tam, cy):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)
    add_to_meeting(db, bo, side(db, meeting, bo), registration=place_of(db, tam, fair))
    known = sent(db)

    leave_meeting(db, tam, seen_by(db, meeting))
    letters = new_letters(db, known)

    assert {name: (one.kind, one.method) for name, one in letters.items()} == {
        "bo": ("meeting_without", "REQUEST"), "cy": ("meeting_without", "REQUEST"), "tam": ("meeting_left", "CANCEL"),
    }  # fmt: skip
    assert "Also there" not in text_of(letters["cy"])


def test_letters_say_who_acted_for_whom(db, fair, bo, cy, eve):
    programme = db.get_one(Programme, fair.event.programme_id)
    desk = make_desk(db, fair.ada, programme, officer=eve)
    assign_desk(db, fair.ada, RegistrationInEvent(place_of(db, cy, fair), fair.event.event), desk=desk)
    meeting = make_request(db, fair, asker=bo, invitee=cy)
    accept_meeting(db, again(db, eve), seen_by(db, meeting))
    accepted = new_letters(db, 0)
    known = sent(db)
    cancel_meeting(db, fair.ada, seen_by(db, meeting))
    cancelled = new_letters(db, known)

    for name in ("bo", "cy"):
        assert "Eve Ek did this for Cy Costa." in text_of(accepted[name])
        assert "Eve Ek did this for Cy Costa." in html_of(accepted[name])
        assert "Ada Adler did this for the organisers." in text_of(cancelled[name])


def test_letters_say_nothing_of_those_who_did_it_themselves(db, fair, bo, cy):
    make_meeting(db, fair, asker=bo, invitee=cy)

    letters = new_letters(db, 0)

    assert not [one for one in letters.values() if "did this" in text_of(one)]


def test_a_request_without_a_time_is_written_about(db, fair, bo, cy):
    with_rules(db, fair, timing=Timing.AT_ACCEPTANCE)
    request_meeting(db, bo, fair.event, invitee=place_of(db, cy, fair), slot=None, note="About straw")

    text = text_of(new_letters(db, 0)["cy"])

    assert "> About straw" in text
    assert "When:" not in text and "kept free" not in text


def test_those_in_whose_name_a_request_is_made_and_ended_are_told(db, fair, bo, cy):
    bos = RegistrationInEvent(place_of(db, bo, fair), fair.event.event)
    kinds = []
    for end in (decline_meeting, withdraw_request):
        known = sent(db)
        made = request_meeting_for(db, fair.ada, bos, invitee=place_of(db, cy, fair), slot=fair.slots[0])
        asked = new_letters(db, known)
        known = sent(db)
        end(db, fair.ada, MeetingInEvent(made, fair.event.event))
        ended = new_letters(db, known)
        kinds += [{name: one.kind for name, one in letters.items()} for letters in (asked, ended)]

    asked = {"bo": "meeting_requested_for", "cy": "meeting_requested"}
    assert kinds == [
        asked, {"bo": "meeting_declined", "cy": "meeting_declined_for"},
        asked, {"bo": "meeting_withdrawn_for", "cy": "meeting_withdrawn"},
    ]  # fmt: skip


def test_whoever_asks_and_answers_themselves_gets_no_letter_about_it(db, fair, bo, cy):
    known = sent(db)
    decline_meeting(db, cy, make_request(db, fair, asker=bo, invitee=cy))

    letters = new_letters(db, known)

    assert {name: one.kind for name, one in letters.items()} == {"bo": "meeting_declined", "cy": "meeting_requested"}
