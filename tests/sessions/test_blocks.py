"""Blocks: how they are cut into slots, what is refused, tables, and what a following event starts with."""

from datetime import UTC, datetime, timedelta

import pytest

from events.core.access import Actor, may
from events.core.database import Database
from events.core.refusals import Invalid, NotAllowed, NotFound
from events.core.translation import written_for
from events.events import EventClosedAlready, close_event
from sessions.answers import decline_meeting
from sessions.blocks import (
    BlockInEvent,
    BlockInUse,
    Slot,
    TableKind,
    add_block,
    add_tables,
    blocks_of,
    default_spans,
    get_block,
    next_atom,
    place_name,
    remove_block,
    slots_in,
    slots_of,
    tables_of,
)
from sessions.moves import cancel_meeting
from sessions.tables import TableInEvent, change_table
from tests.sessions.makers_meetings import Fair, make_fair, make_meeting, make_participant, make_request, tomorrow

TWENTY, FIVE = timedelta(minutes=20), timedelta(minutes=5)


@pytest.fixture
def fair(db: Database, ada: Actor) -> Fair:
    return make_fair(db, ada, slots=2)


def minutes(*numbers: int) -> list[datetime]:
    return [tomorrow() + timedelta(minutes=number) for number in numbers]


def test_a_block_has_as_many_slots_as_fit(db: Database, fair: Fair) -> None:
    start, end = minutes(300, 300 + 74)

    with pytest.raises(Invalid):
        add_block(db, fair.ada, fair.event, starts_at=start, ends_at=end)
    block = add_block(db, fair.ada, fair.event, starts_at=start, ends_at=end + timedelta(minutes=1))

    assert slots_of(block) == [
        Slot(start + n * (TWENTY + FIVE), start + n * (TWENTY + FIVE) + TWENTY) for n in range(3)
    ]


def test_the_last_slot_needs_no_pause_after_it(fair: Fair) -> None:
    assert slots_of(fair.block)[-1].ends_at == fair.block.ends_at


def test_slots_of_an_event_come_in_order_of_time(db: Database, fair: Fair) -> None:
    early = add_block(db, fair.ada, fair.event, starts_at=minutes(-60)[0], ends_at=minutes(-40)[0])

    starts = [slot.starts_at for slot in slots_in(db, fair.event.id)]

    assert starts == minutes(-60, 0, 25)
    assert [block.id for block in blocks_of(db, fair.event.id)] == [early.id, fair.block.id]


@pytest.mark.parametrize(
    ("starts", "ends", "slot", "buffer", "field"),
    [
        (301, 401, 20, 5, "starts_at"),
        (300, 402, 20, 5, "ends_at"),
        (300, 400, 22, 5, "slot_minutes"),
        (300, 400, 0, 5, "slot_minutes"),
        (300, 400, 245, 5, "slot_minutes"),
        (300, 400, 20, 3, "buffer_minutes"),
        (300, 400, 20, -5, "buffer_minutes"),
        (300, 400, 20, 125, "buffer_minutes"),
        (300, 315, 20, 5, "ends_at"),
        (300, 300, 5, 0, "ends_at"),
        (300, 200, 20, 5, "ends_at"),
        (300, 300 + 1445, 20, 5, "ends_at"),
        (-300, 5, 20, 5, "starts_at"),
        (40, 100, 20, 5, "starts_at"),
    ],
)
def test_a_block_that_cannot_be_cut_or_overlaps_is_refused(
    db: Database, fair: Fair, starts: int, ends: int, slot: int, buffer: int, field: str
) -> None:
    start, end = minutes(starts, ends)

    with pytest.raises(Invalid) as refused:
        add_block(db, fair.ada, fair.event, starts_at=start, ends_at=end, slot_minutes=slot, buffer_minutes=buffer)

    assert field in refused.value.fields


def test_a_block_may_follow_another_at_once(db: Database, fair: Fair) -> None:
    start = fair.block.ends_at

    block = add_block(db, fair.ada, fair.event, starts_at=start, ends_at=start + TWENTY)

    assert len(slots_of(block)) == 1


def test_only_organisers_set_up_blocks_and_tables(db: Database, fair: Fair, bo: Actor) -> None:
    bo = make_participant(db, bo, fair)

    with pytest.raises(NotAllowed):
        add_block(db, bo, fair.event, starts_at=minutes(300)[0], ends_at=minutes(400)[0])
    with pytest.raises(NotAllowed):
        add_tables(db, bo, fair.event, count=1)
    with pytest.raises(NotFound):
        get_block(db, bo, fair.block.public_id)
    assert not may(bo, "remove_block", BlockInEvent(fair.block, fair.event.event))


def test_an_event_that_is_over_gets_no_block(db: Database, fair: Fair) -> None:
    close_event(db, fair.ada, fair.event)

    with pytest.raises(EventClosedAlready):
        add_block(db, fair.ada, fair.event, starts_at=minutes(300)[0], ends_at=minutes(400)[0])


def test_a_block_without_meetings_can_go(db: Database, fair: Fair) -> None:
    remove_block(db, fair.ada, get_block(db, fair.ada, fair.block.public_id))

    assert blocks_of(db, fair.event.id) == []
    with pytest.raises(NotFound):
        get_block(db, fair.ada, fair.block.public_id)


def test_a_block_in_which_people_meet_stays(db: Database, fair: Fair, bo: Actor, cy: Actor) -> None:
    bo, cy = (make_participant(db, one, fair) for one in (bo, cy))
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)

    with pytest.raises(BlockInUse, match="People have meetings in this block"):
        remove_block(db, fair.ada, get_block(db, fair.ada, fair.block.public_id))
    cancel_meeting(db, bo, meeting)
    remove_block(db, fair.ada, get_block(db, fair.ada, fair.block.public_id))

    assert blocks_of(db, fair.event.id) == []


def test_a_block_that_is_asked_for_stays_until_the_answer(db: Database, fair: Fair, bo: Actor, cy: Actor) -> None:
    bo, cy = (make_participant(db, one, fair) for one in (bo, cy))
    request = make_request(db, fair, asker=bo, invitee=cy)

    with pytest.raises(BlockInUse):
        remove_block(db, fair.ada, get_block(db, fair.ada, fair.block.public_id))
    decline_meeting(db, cy, request)
    remove_block(db, fair.ada, get_block(db, fair.ada, fair.block.public_id))

    assert blocks_of(db, fair.event.id) == []


def test_a_block_is_removed_once(db: Database, fair: Fair) -> None:
    found = get_block(db, fair.ada, fair.block.public_id)
    remove_block(db, fair.ada, found)

    with pytest.raises(NotFound):
        remove_block(db, fair.ada, found)


def test_tables_are_numbered_on(db: Database, fair: Fair) -> None:
    add_tables(db, fair.ada, fair.event, count=2, kind=TableKind.VIDEO)
    add_tables(db, fair.ada, fair.event, count=1)

    assert [table.name for table in tables_of(db, fair.event.id)] == ["1", "2", "3", "V1", "V2", "4"]


def test_a_table_is_named_in_the_readers_words() -> None:
    with written_for("en", "UTC"):
        assert str(place_name(TableKind.VIDEO, "V2")) == "Video room V2"
        assert str(place_name(TableKind.NUMBERED, "7")) == "Table 7"


@pytest.mark.parametrize("count", [0, -1, 498])
def test_an_event_has_a_limit_of_tables(db: Database, fair: Fair, count: int) -> None:
    with pytest.raises(Invalid, match="500 tables at most"):
        add_tables(db, fair.ada, fair.event, count=count)


def test_live_days_become_mornings_and_afternoons_on_the_events_clock() -> None:
    start = datetime(2026, 3, 28, 8, 0, tzinfo=UTC)

    spans = default_spans(start, start + timedelta(days=2), "Europe/Brussels")

    # On the night between them the clocks go forward.
    assert [(span.starts_at.isoformat()[:16], span.ends_at.isoformat()[:16]) for span in spans] == [
        ("2026-03-28T08:00", "2026-03-28T11:30"),
        ("2026-03-28T12:30", "2026-03-28T16:00"),
        ("2026-03-29T07:00", "2026-03-29T10:30"),
        ("2026-03-29T11:30", "2026-03-29T15:00"),
    ]


def test_a_block_begins_with_the_phase_on_a_multiple_of_five_minutes() -> None:
    start = datetime(2026, 5, 4, 9, 2, tzinfo=UTC)

    spans = default_spans(start, start + timedelta(hours=5), "UTC")

    assert spans == [
        Slot(datetime(2026, 5, 4, 9, 5, tzinfo=UTC), datetime(2026, 5, 4, 12, 30, tzinfo=UTC)),
        Slot(datetime(2026, 5, 4, 13, 30, tzinfo=UTC), datetime(2026, 5, 4, 14, 2, tzinfo=UTC)),
    ]


def test_a_moment_on_the_atom_is_its_own_next() -> None:
    moment = datetime(2026, 5, 4, 9, 5, tzinfo=UTC)

    assert next_atom(moment) == moment


def test_new_tables_pass_over_names_that_tables_of_the_other_kind_have(db: Database, ada: Actor) -> None:
    fair = make_fair(db, ada, tables=0, name="Wood Match")
    for name, table in zip("13", add_tables(db, fair.ada, fair.event, count=2, kind=TableKind.VIDEO), strict=True):
        change_table(db, fair.ada, TableInEvent(table, fair.event.event), name=name, chairs=4, kept_for=None)

    added = add_tables(db, fair.ada, fair.event, count=3)

    assert [one.name for one in added] == ["2", "4", "5"]
