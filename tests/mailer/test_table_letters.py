"""Letters when a meeting gets another table: whether its time changes too is said, and calendars follow."""

import pytest

from events.core.access import Actor
from events.core.database import Database
from sessions.blocks import tables_of
from sessions.moves import move_meeting
from sessions.table_moves import move_to_table
from tests.mailer.makers_letters import calendar_event_of, html_of, new_letters, sent, text_of
from tests.sessions.makers_meetings import Fair, make_fair, make_meeting, make_participant

STAYS = "Your meeting with Cy Costa at Food Match has another table. The time stays."
MOVED = "Your meeting with Cy Costa at Food Match was moved."


@pytest.fixture
def fair(db: Database, ada: Actor) -> Fair:
    return make_fair(db, ada)


@pytest.fixture
def bo(db: Database, bo: Actor, fair: Fair) -> Actor:
    return make_participant(db, bo, fair)


@pytest.fixture
def cy(db: Database, cy: Actor, fair: Fair) -> Actor:
    return make_participant(db, cy, fair)


def test_a_change_of_table_alone_says_that_the_time_stays(db, fair, bo, cy):
    meeting, table = make_meeting(db, fair, asker=bo, invitee=cy), tables_of(db, fair.event.id)[2]
    known = sent(db)

    move_to_table(db, fair.ada, meeting, slot=meeting.slot, table=table)
    letter = new_letters(db, known)["bo"]

    text = text_of(letter)
    assert letter.subject == "New place: meeting with Cy Costa"
    assert STAYS in text and STAYS in html_of(letter)
    assert "When: Wed, 15 Apr 2026, 11:00–11:20 (Europe/Stockholm)\n" in text
    assert "Place: Table 3\n" in text
    assert "Before" not in text and "moved" not in text
    assert "Your calendar changes the entry when it reads this letter." in text


def test_the_calendar_gets_the_new_place_at_the_same_time(db, fair, bo, cy):
    meeting, table = make_meeting(db, fair, asker=bo, invitee=cy), tables_of(db, fair.event.id)[2]
    known = sent(db)

    move_to_table(db, fair.ada, meeting, slot=meeting.slot, table=table)
    letter = new_letters(db, known)["cy"]

    entry = calendar_event_of(letter)
    assert (letter.method, int(entry["SEQUENCE"]), str(entry["LOCATION"])) == ("REQUEST", 1, "Table 3")
    assert entry["DTSTART"].dt == fair.slots[0].starts_at


def test_another_table_at_another_time_is_told_as_a_move(db, fair, bo, cy):
    meeting, table = make_meeting(db, fair, asker=bo, invitee=cy), tables_of(db, fair.event.id)[2]
    known = sent(db)

    move_to_table(db, fair.ada, meeting, slot=fair.slots[1], table=table)
    letter = new_letters(db, known)["bo"]

    text = text_of(letter)
    assert letter.subject == "Updated: meeting with Cy Costa"
    assert MOVED in text
    assert "Before: Wed, 15 Apr 2026, 11:00 (Europe/Stockholm)\n" in text


def test_a_move_whose_letter_never_went_out_is_told_with_the_change_of_table(db, fair, bo, cy):
    meeting, table = make_meeting(db, fair, asker=bo, invitee=cy), tables_of(db, fair.event.id)[2]
    known = sent(db)

    move_meeting(db, bo, meeting, slot=fair.slots[1])
    move_to_table(db, fair.ada, meeting, slot=fair.slots[1], table=table)
    letter = new_letters(db, known)["bo"]

    text = text_of(letter)
    assert MOVED in text
    assert "Now: Wed, 15 Apr 2026, 11:25–11:45 (Europe/Stockholm)\n" in text
    assert "Before: Wed, 15 Apr 2026, 11:00 (Europe/Stockholm)\n" in text
