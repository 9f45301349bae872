"""A meeting is moved to a certain table, at its time or another, or stays where it is."""

import pytest
from sqlmodel import col, select

from events.core.refusals import Invalid, NotAllowed, NotFound
from sessions.blocks import tables_of
from sessions.calendars import CalendarRevision
from sessions.seats import SlotTaken
from sessions.table_moves import TableTaken, get_table, move_to_table
from tests.sessions.makers_meetings import make_fair, make_meeting, problems_with_seats


@pytest.mark.parametrize("slot", [0, 2])
def test_a_meeting_gets_the_table_that_was_chosen(db, fair, bo, cy, slot):
    meeting, table = make_meeting(db, fair, asker=bo, invitee=cy, slot=0), tables_of(db, fair.event.id)[2]

    move_to_table(db, fair.ada, meeting, slot=fair.slots[slot], table=table)

    assert (meeting.slot, meeting.meeting.table_id) == (fair.slots[slot], table.id)
    assert problems_with_seats(db) == []
    last = db.exec(select(CalendarRevision).order_by(col(CalendarRevision.id).desc())).first()
    assert (last.sequence, last.place) == (1, "Table 3")


@pytest.mark.parametrize("slot", [0, 2])
def test_a_taken_table_leaves_it_where_it_is(db, fair, bo, cy, dee, mel, slot):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy, slot=0)
    other = make_meeting(db, fair, asker=dee, invitee=mel, slot=slot)
    taken = tables_of(db, fair.event.id)[1 if slot == 0 else 0]
    assert other.meeting.table_id == taken.id

    with pytest.raises(TableTaken):
        move_to_table(db, fair.ada, meeting, slot=fair.slots[slot], table=taken)

    assert (meeting.slot, meeting.meeting.table_id) == (fair.slots[0], tables_of(db, fair.event.id)[0].id)
    assert problems_with_seats(db) == []


def test_a_table_that_does_not_fit_is_refused(db, fair, bo, cy, dee):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy, slot=0)
    small, kept = tables_of(db, fair.event.id)[1:]
    small.chairs, kept.kept_for_id = 1, dee.person
    db.flush()

    for table in (small, kept, tables_of(db, fair.event.id)[0]):
        with pytest.raises(Invalid):
            move_to_table(db, fair.ada, meeting, slot=fair.slots[0], table=table)


def test_somebody_who_is_not_free_is_not_moved(db, fair, bo, cy, dee):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy, slot=0)
    make_meeting(db, fair, asker=dee, invitee=cy, slot=2)

    with pytest.raises(SlotTaken):
        move_to_table(db, fair.ada, meeting, slot=fair.slots[2], table=tables_of(db, fair.event.id)[2])
    assert meeting.slot == fair.slots[0]


def test_only_organisers_do_it_and_only_with_their_tables(db, fair, bo, cy):
    meeting, table = make_meeting(db, fair, asker=bo, invitee=cy, slot=0), tables_of(db, fair.event.id)[2]
    other = make_fair(db, fair.ada, name="Other Match")
    foreign = tables_of(db, other.event.id)[0]

    with pytest.raises(NotAllowed):
        move_to_table(db, bo, meeting, slot=fair.slots[2], table=table)
    with pytest.raises(NotFound):
        move_to_table(db, fair.ada, meeting, slot=fair.slots[2], table=foreign)
    for id in (str(foreign.id), "x", ""):
        with pytest.raises(NotFound):
            get_table(db, fair.event.id, id)
