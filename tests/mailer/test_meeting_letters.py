"""Letters about meetings: what is said of a calendar is so."""

import pytest

from sessions.moves import cancel_meeting, schedule_meeting
from tests.mailer.makers_letters import letters_after, text_of
from tests.sessions.makers_schedules import make_agreed, make_central_fair, make_people


@pytest.mark.parametrize("timed", [False, True])
def test_only_what_had_a_time_is_taken_out_of_calendars(db, ada, timed):
    fair = make_central_fair(db, ada)
    bo, cy = make_people(db, fair, 2)
    meeting = make_agreed(db, fair, bo, cy)
    if timed:
        schedule_meeting(db, fair.ada, meeting, slot=fair.slots[0])
        for one in letters_after(db):
            one.attempts = 1  # perhaps it has arrived
            db.add(one)
    cancel_meeting(db, bo, meeting)

    [letter] = [one for one in letters_after(db) if one.kind == "meeting_cancelled" and one.person_id == cy.person]

    assert "was called off" in text_of(letter)
    assert ("takes the entry out" in text_of(letter)) is timed
