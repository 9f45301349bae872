"""Phases in the calendars of those who ask for them."""

from datetime import timedelta

import pytest
from icalendar import Calendar

from events.core import clock
from events.core.refusals import NotAllowed
from events.events import change_event
from events.phases import PhaseKind
from events.planning import move_phase
from events.registration import RegistrationInEvent, find_registration, withdraw_registration
from mailer.feeds import feed_bytes, invitations_in
from sessions.feeds import contents_of_feed
from sessions.milestones import follow_milestones, follows_milestones, unfollow_milestones
from sessions.replies import CalendarReply, ReplyVerb, answer_entry, find_entry_of
from tests.mailer.makers_letters import all_letters, calendar_event_of, sent, text_of, written
from tests.makers import again, make_event, make_programme, make_registration, person_of

DAY = timedelta(days=1)


@pytest.fixture
def event(db, ada, cy):
    programme = make_programme(db, ada)
    start = clock.now() + timedelta(days=5)
    event = make_event(db, again(db, ada), programme, template="matchmaking", name="Food Match", starts_at=start)
    make_registration(db, cy, event)
    return event


def follow(db, event, cy):
    known = sent(db)
    follow_milestones(db, again(db, cy), event)
    written(db)
    return all_letters()[known:]


def test_who_asks_for_the_dates_gets_each_phase_that_is_to_come_as_an_entry_that_blocks_no_time(db, event, cy):
    letters = follow(db, event, cy)

    entries = [calendar_event_of(one) for one in letters]
    assert [str(entry["SUMMARY"]) for entry in entries] == [
        f"Food Match: {name}" for name in ("Registration", "Booking", "Live", "Follow-up")
    ]
    assert {str(entry["TRANSP"]) for entry in entries} == {"TRANSPARENT"}
    assert {one.subject.partition(":")[0] for one in letters} == {"Invitation"}


def test_asking_twice_sends_nothing_new(db, event, cy):
    follow(db, event, cy)

    assert follow(db, event, cy) == []


def test_a_phase_that_moves_moves_in_the_calendar_and_is_told_in_one_letter(db, ada, event, cy):
    follow(db, event, cy)
    known = sent(db)
    live = event.phase(PhaseKind.LIVE)
    start, end = (moment + timedelta(days=1) for moment in (live.starts_at, live.ends_at))
    move_phase(db, again(db, ada), event, kind=PhaseKind.LIVE, starts_at=start, ends_at=end)
    written(db)

    [letter] = [one for one in all_letters()[known:] if one.subject]  # whoever moved it needs none

    assert (letter.kind, letter.sequence, letter.subject) == ("milestone_moved", 1, "Updated: Live at Food Match")
    assert calendar_event_of(letter)["DTSTART"].dt == start
    assert "(Europe/Lisbon)" in text_of(letter)


def test_who_declined_a_phase_is_asked_anew_when_it_moves(db, ada, event, cy):
    letters = follow(db, event, cy)
    uid = next(one.uid for one in letters if one.subject == "Invitation: Live at Food Match")
    reply = CalendarReply(ReplyVerb.DECLINED, uid, 0, clock.now())
    answer_entry(db, again(db, cy), find_entry_of(db, uid, cy.person), reply=reply)
    known = sent(db)
    live = event.phase(PhaseKind.LIVE)
    start, end = (moment + timedelta(days=1) for moment in (live.starts_at, live.ends_at))
    move_phase(db, again(db, ada), event, kind=PhaseKind.LIVE, starts_at=start, ends_at=end)
    written(db)

    [letter] = [one for one in all_letters()[known:] if one.subject]  # whoever moved it needs none

    assert (letter.uid, letter.sequence) == (uid, 1)
    assert calendar_event_of(letter)["ATTENDEE"].params["PARTSTAT"] == "NEEDS-ACTION"


@pytest.mark.parametrize("leaves", [unfollow_milestones, None])
def test_who_does_not_want_them_or_leaves_the_event_has_them_out_again(db, event, cy, leaves):
    follow(db, event, cy)
    known = sent(db)
    if leaves:
        leaves(db, again(db, cy), event)
    else:
        place = find_registration(db, event.id, cy.person)
        withdraw_registration(db, again(db, cy), RegistrationInEvent(place, event.event))
    written(db)

    letters = [one for one in all_letters()[known:] if one.uid]
    assert [(one.method, one.sequence) for one in letters] == [("CANCEL", 1)] * 4
    assert not follows_milestones(db, event.id, cy.person)


def test_only_participants_have_the_dates_sent_to_them(db, event, eve):
    with pytest.raises(NotAllowed):
        follow_milestones(db, eve, event)


def in_feed(db, cy):
    """What Cy's feed says of the phases, by their names."""
    contents = contents_of_feed(db, person_of(db, cy))
    found = Calendar.from_ical(feed_bytes(contents, invitations_in(db, contents), "https://folkmoot.example/c.ics"))
    return {str(one["SUMMARY"]): one for one in found.walk("VEVENT")}


SAME = ("UID", "SEQUENCE", "DTSTAMP", "CREATED", "DTSTART", "DTEND", "SUMMARY", "DESCRIPTION", "URL", "TRANSP")


def said_in(entry) -> dict[str, object]:
    return {name: getattr(entry[name], "dt", entry[name]) for name in SAME}


def test_feed_and_letter_say_the_same_of_a_phase_under_one_uid_and_number(db, ada, event, cy):
    before = in_feed(db, cy)
    letters = follow(db, event, cy)
    known = sent(db)
    live = event.phase(PhaseKind.LIVE)
    move_phase(db, again(db, ada), event, kind=PhaseKind.LIVE, starts_at=live.starts_at, ends_at=live.ends_at + DAY)
    written(db)
    [moved] = [one for one in all_letters()[known:] if one.subject]

    invited = {str(entry["SUMMARY"]): entry for entry in (calendar_event_of(one) for one in letters)}
    assert {name: said_in(before[name]) for name in invited} == {name: said_in(one) for name, one in invited.items()}
    assert said_in(in_feed(db, cy)["Food Match: Live"]) == said_in(calendar_event_of(moved))
    assert "(Europe/Lisbon)" in str(before["Food Match: Live"]["DESCRIPTION"])


def test_an_event_that_is_renamed_has_its_new_name_in_feeds_with_a_higher_number_and_writes_no_letter(
    db, ada, event, cy
):
    follow(db, event, cy)
    known, before = sent(db), in_feed(db, cy)["Food Match: Live"]
    texts = {"tagline": "", "description": event.event.description, "zone": event.zone}
    change_event(db, again(db, ada), event, name="Bread Match", **texts, capacity=None, approval=event.event.approval)
    written(db)

    after = in_feed(db, cy)["Bread Match: Live"]
    assert (after["UID"], after["SEQUENCE"]) == (before["UID"], before["SEQUENCE"] + 1)
    assert all_letters()[known:] == []
