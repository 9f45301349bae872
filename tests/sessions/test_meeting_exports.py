"""Meetings as a table for organisers: nobody who takes part is left out."""

from events.exports import table_of
from sessions.requests import book_meeting
from tests.sessions.makers_meetings import make_fair, make_participant, place_of


def test_whoever_comes_to_a_meeting_besides_the_two_stands_in_the_table(db, ada, bo, cy, dee, mel):
    fair = make_fair(db, ada)
    people = [make_participant(db, one, fair) for one in (bo, cy, dee, mel)]
    places = [place_of(db, one, fair) for one in people]
    book_meeting(db, fair.ada, fair.event, people=places, slot=fair.slots[0])

    table = table_of(db, fair.ada, fair.event, "meetings")

    [row] = [dict(zip(table.header, one, strict=True)) for one in table.rows]
    assert (row["Asked by"], row["Invited"], row["Who comes too"]) == ("Bo Berg", "Cy Costa", "Dee Dumont, Mel Meyer")
