"""Letters to those who speak: one calendar entry, told again with a growing number."""

import pytest

from sessions.calendars import CalendarMethod, EntryKind, find_entry, latest_revision
from sessions.timetable.sessions import take_session_off
from tests.mailer.makers_letters import calendar_event_of, new_letters, sent, text_of
from tests.sessions.makers_agenda import address_of, make_agenda, make_session, move_to, released


@pytest.fixture
def made(db, ada, bo):
    return make_agenda(db, ada, bo)


def test_letters_carry_the_same_entry_with_a_growing_number(db, made, bo):
    session = make_session(db, made, "Opening", hours=7, speakers=address_of(db, bo))
    made.event.event.zone = "Europe/Brussels"
    released(db, made)
    known = sent(db)
    move_to(db, made, session, 8, made.studio)
    released(db, made, "later")
    moved = new_letters(db, known)["bo"]
    known = sent(db)
    take_session_off(db, made.ada, session)
    released(db, made, "off")
    off = new_letters(db, known)["bo"]

    entry = find_entry(db, EntryKind.SESSION, session.id)
    assert [(calendar_event_of(one)["UID"], calendar_event_of(one)["SEQUENCE"]) for one in (moved, off)] == [
        (entry.uid, 1), (entry.uid, 2),
    ]  # fmt: skip
    assert latest_revision(db, entry).method is CalendarMethod.CANCEL
    assert moved.subject == "Updated: Opening at Food Hack"
    text = text_of(moved)
    assert "10:00–11:00 (Europe/Stockholm)" in text
    assert "09:00–10:00 (Europe/Stockholm)" in text
    assert "Studio" in text
    assert "Great Hall" in text
    assert off.subject == "Cancelled: Opening at Food Hack"
