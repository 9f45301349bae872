"""Check-in: tickets, scans that arrive late and twice, and who may stand at the door."""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from events.check_in import (
    CheckInUndone,
    ParticipantCheckedIn,
    Scan,
    check_in,
    check_in_by_kept_scan,
    counts_at_door,
    door_list,
    find_heard,
    latest_there,
    undo_check_in,
)
from events.core import clock
from events.core.journal import JournalEntry
from events.core.refusals import Conflict, Invalid, NotAllowed, NotFound
from events.core.settings import settings, use_settings
from events.events import EventClosedAlready, close_event
from events.registration import (
    RegistrationInEvent,
    RegistrationState,
    appoint,
    find_registration,
    withdraw_registration,
)
from events.roles import Role
from events.tickets import get_by_ticket, short_codes, ticket_of
from tests.events.makers_hackathon import make_hackathon
from tests.makers import NOW, again, make_event, make_programme

ONE, TWO, THREE = "scan-0001", "scan-0002", "scan-0003"


@pytest.fixture
def event(db, ada, bo, cy):
    return make_hackathon(db, ada, bo, cy)


@pytest.fixture
def ada_there(db, ada, event):
    return again(db, ada)


@pytest.fixture
def place(db, bo, event):
    return RegistrationInEvent(find_registration(db, event.id, bo.person), event.event)


def facts(db, *kinds):
    names = [kind.__name__ for kind in kinds]
    return [one.kind for one in db.exec(select(JournalEntry).order_by(col(JournalEntry.id))) if one.kind in names]


# Tickets


def test_a_ticket_is_found_by_its_code_its_address_and_its_letters(db, ada_there, event, place):
    ticket = ticket_of(place.registration)
    mistyped = ticket.short.lower().replace("-", " ").replace("0", "o").replace("1", "l")

    for text in (ticket.code, f"https://folkmoot.example/tickets/{ticket.code}", ticket.short, mistyped):
        assert get_by_ticket(db, ada_there, event, text).id == place.id


@pytest.mark.parametrize("wrong", ["", "ABCD-EFGH", "r_nothing.00000000000000000000", "ABCD", "Bo Berg"])
def test_what_is_no_ticket_of_this_event_is_not_found(db, ada_there, event, wrong):
    with pytest.raises(NotFound) as refused:
        get_by_ticket(db, ada_there, event, wrong)

    assert "no ticket of this event" in str(refused.value)


def test_a_signature_of_ones_own_making_opens_nothing(db, ada_there, event, place):
    public, _dot, signed = ticket_of(place.registration).code.partition(".")
    for forged in (f"{public}.{'0' * 20}", f"{public}.", f"{public}.{signed[:-1]}", public + "."):
        with pytest.raises(NotFound):
            get_by_ticket(db, ada_there, event, forged)


def test_a_ticket_of_another_event_or_another_secret_does_not_count(db, ada_there, event, place):
    programme = make_programme(db, ada_there, "Other")
    ada = again(db, ada_there)
    other = make_event(db, ada, programme, name="Other Hack")
    ticket = ticket_of(place.registration)
    for text in (ticket.code, ticket.short):
        with pytest.raises(NotFound):
            get_by_ticket(db, ada, other, text)

    use_settings(**settings().model_dump() | {"secret": "another secret that is long enough to be taken"})
    with pytest.raises(NotFound):
        get_by_ticket(db, ada, event, ticket.code)


def test_tickets_are_found_for_those_at_the_door_only(db, event, place, cy):
    with pytest.raises(NotFound):
        get_by_ticket(db, again(db, cy), event, ticket_of(place.registration).code)


def test_letters_to_be_typed_are_of_one_alphabet_and_differ():
    codes = short_codes([f"r_{n}" for n in range(2000)])

    assert len(set(codes.values())) == 2000
    assert {letter for code in codes.values() for letter in code} <= set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
    assert {len(code) for code in codes.values()} == {8}


# Scans


def test_the_first_scan_lets_in_and_the_second_says_since_when_and_by_whom(db, ada_there, event, place):
    first = check_in(db, ada_there, place, scan_id=ONE)
    with clock.frozen_at(NOW + timedelta(minutes=20)):
        second = check_in(db, ada_there, place, scan_id=TWO)

    assert (first.name, first.is_new) == ("Bo Berg", True)
    assert (second.is_new, second.scanned_at, second.by) == (False, NOW, "Ada Adler")
    assert facts(db, ParticipantCheckedIn) == ["ParticipantCheckedIn"]
    counts = counts_at_door(db, event.id)
    assert (counts.expected, counts.there) == (2, 1)


def test_what_was_heard_before_changes_nothing_and_answers_the_same(db, ada_there, place):
    first = check_in(db, ada_there, place, scan_id=ONE)
    again_ = check_in(db, ada_there, place, scan_id=TWO)
    undo_check_in(db, ada_there, place)

    assert check_in(db, ada_there, place, scan_id=ONE) == first
    assert check_in(db, ada_there, place, scan_id=TWO).is_new is again_.is_new is False
    assert len(db.exec(select(Scan)).all()) == 2
    assert counts_at_door(db, place.event.id).there == 0
    assert check_in(db, ada_there, place, scan_id=THREE).is_new


def test_a_late_scan_counts_from_when_it_was_made_and_no_clock_of_a_phone_is_believed_blindly(db, ada_there, place):
    made = NOW - timedelta(hours=2)
    assert check_in(db, ada_there, place, scan_id=ONE, scanned_at=made).scanned_at == made
    undo_check_in(db, ada_there, place)
    for number, wrong in enumerate((NOW + timedelta(hours=1), NOW - timedelta(days=8))):
        assert check_in(db, ada_there, place, scan_id=f"scan-100{number}", scanned_at=wrong).scanned_at == NOW
        undo_check_in(db, ada_there, place)


def test_a_name_of_a_scan_stands_for_one_person(db, ada_there, event, place, cy):
    other = RegistrationInEvent(find_registration(db, event.id, cy.person), event.event)
    check_in(db, ada_there, place, scan_id=ONE)

    with pytest.raises(Invalid):
        check_in(db, ada_there, other, scan_id=ONE)
    with pytest.raises(Invalid):
        check_in(db, ada_there, other, scan_id="short")
    assert counts_at_door(db, event.id).there == 1


def test_what_is_undone_can_be_done_again_and_not_undone_twice(db, ada_there, place):
    with pytest.raises(Conflict):
        undo_check_in(db, ada_there, place)
    check_in(db, ada_there, place, scan_id=ONE)
    undo_check_in(db, ada_there, place)
    with pytest.raises(Conflict):
        undo_check_in(db, ada_there, place)

    assert facts(db, ParticipantCheckedIn, CheckInUndone) == ["ParticipantCheckedIn", "CheckInUndone"]


def test_a_place_that_was_given_back_opens_no_door(db, ada_there, bo, event, place):
    withdraw_registration(db, again(db, bo), place)

    with pytest.raises(Conflict) as refused:
        check_in(db, ada_there, place, scan_id=ONE)
    assert "does not count" in str(refused.value)
    assert [one.name for one in door_list(db, ada_there, event)] == ["Cy Costa"]


def test_hosts_stand_at_the_door_and_participants_and_strangers_do_not(db, ada_there, event, place, cy, eve, dee):
    appoint(db, ada_there, event, person_id=dee.person, role=Role.HOST)

    assert check_in(db, again(db, dee), place, scan_id=ONE).is_new
    for stranger in (again(db, cy), eve):
        with pytest.raises(NotAllowed):
            check_in(db, stranger, place, scan_id=TWO)
        with pytest.raises(NotAllowed):
            undo_check_in(db, stranger, place)
        for look in (door_list, latest_there):
            with pytest.raises(NotFound):
                look(db, stranger, event)


def test_nobody_comes_to_an_event_that_is_over(db, ada_there, event, place):
    close_event(db, ada_there, event)

    with pytest.raises(EventClosedAlready):
        check_in(db, ada_there, place, scan_id=ONE)


@pytest.mark.parametrize(
    ("minutes", "counts"), [(-1, False), (0, True), (59, True), (60, False), (61, False), (121, False), (None, False)]
)
def test_a_scan_made_before_the_end_and_sent_after_it_counts_from_when_it_was_made(
    db, ada_there, event, place, minutes, counts
):
    with clock.frozen_at(NOW + timedelta(hours=1)):
        close_event(db, ada_there, event)
    made = None if minutes is None else NOW + timedelta(minutes=minutes)

    with clock.frozen_at(NOW + timedelta(hours=2)):
        try:
            outcome = check_in_by_kept_scan(db, ada_there, place, scan_id=ONE, scanned_at=made)
        except EventClosedAlready:
            outcome = None

    assert (outcome is not None and outcome.scanned_at == made) is counts
    assert counts_at_door(db, event.id).there == counts


def test_a_week_after_the_end_no_scan_is_taken(db, ada_there, event, place):
    with clock.frozen_at(NOW + timedelta(hours=1)):
        close_event(db, ada_there, event)

    with clock.frozen_at(NOW + timedelta(days=7, seconds=1)), pytest.raises(EventClosedAlready):
        check_in_by_kept_scan(db, ada_there, place, scan_id=ONE, scanned_at=NOW)


@pytest.mark.parametrize("made", [NOW, None])
def test_a_scan_that_was_heard_is_answered_the_same_however_late_it_is_sent_again(db, ada_there, event, place, made):
    first = check_in_by_kept_scan(db, ada_there, place, scan_id=ONE, scanned_at=made)
    with clock.frozen_at(NOW + timedelta(hours=1)):
        close_event(db, ada_there, event)

    with clock.frozen_at(NOW + timedelta(days=8)):
        later = check_in_by_kept_scan(db, ada_there, place, scan_id=ONE, scanned_at=made)
        with pytest.raises(EventClosedAlready):
            check_in_by_kept_scan(db, ada_there, place, scan_id=TWO, scanned_at=made)

    assert later == first
    assert counts_at_door(db, event.id).there == 1


def test_what_became_of_a_scan_is_known_when_the_place_was_given_back(db, ada_there, bo, cy, event, place):
    first = check_in_by_kept_scan(db, ada_there, place, scan_id=ONE, scanned_at=NOW)
    withdraw_registration(db, again(db, bo), place)

    assert find_heard(db, ada_there, place, ONE) == first
    assert find_heard(db, ada_there, place, TWO) is None
    with pytest.raises(NotFound):
        find_heard(db, again(db, cy), place, ONE)


def test_a_kept_scan_is_a_scan_while_the_event_goes_on(db, ada_there, place):
    made = NOW - timedelta(hours=2)

    assert check_in_by_kept_scan(db, ada_there, place, scan_id=ONE, scanned_at=made).scanned_at == made
    assert not check_in_by_kept_scan(db, ada_there, place, scan_id=TWO, scanned_at=None).is_new


def test_the_list_at_the_door_has_everybody_by_name_and_the_last_who_came(db, ada_there, event, place):
    check_in(db, ada_there, place, scan_id=ONE)

    lines = [(one.name, one.short, one.scanned_at, one.by) for one in door_list(db, ada_there, event)]
    assert lines[0] == ("Bo Berg", ticket_of(place.registration).short, NOW, "Ada Adler")
    assert [(one[0], one[2]) for one in lines] == [("Bo Berg", NOW), ("Cy Costa", None)]
    assert [one.name for one in latest_there(db, ada_there, event)] == ["Bo Berg"]


def test_who_has_yet_to_confirm_a_place_is_not_expected_at_the_door(db, event, place):
    place.registration.state = RegistrationState.OFFERED
    db.add(place.registration)
    db.flush()

    assert counts_at_door(db, event.id).expected == 1
