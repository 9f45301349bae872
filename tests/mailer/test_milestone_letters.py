"""Phases in the calendars of those who ask for them."""

from datetime import timedelta

import pytest

from events.core import clock
from events.core.refusals import NotAllowed
from events.phases import PhaseKind
from events.planning import move_phase
from events.registration import RegistrationInEvent, find_registration, withdraw_registration
from sessions.milestones import follow_milestones, follows_milestones, unfollow_milestones
from tests.mailer.makers_letters import all_letters, calendar_event_of, sent, text_of, written
from tests.makers import again, make_event, make_programme, make_registration


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

    [letter] = all_letters()[known:]

    assert (letter.kind, letter.sequence, letter.subject) == ("milestone_moved", 1, "Updated: Live at Food Match")
    assert calendar_event_of(letter)["DTSTART"].dt == start
    assert "(Europe/Lisbon)" in text_of(letter)


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
