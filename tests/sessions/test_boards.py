"""The board: who is free, away or in a meeting when, what its filters count, and whom a desk sees there."""

from datetime import timedelta

import pytest
from sqlalchemy import event as sql_event

from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.core.refusals import NotFound
from events.looking_after import assign_desk
from events.programmes import Programme
from events.registration import types_of
from sessions.attendance import mark_no_show
from sessions.availability import Absence, set_availability
from sessions.blocks import add_block, tables_of
from sessions.boards.board import Board, BoardQuestion, By, Filter, board_of, counts_of, get_board_event
from sessions.booking_rules import Timing, set_type_limits
from sessions.meetings import MeetingGuest
from sessions.moves import lock_meeting, move_meeting
from sessions.requests import book_meeting
from sessions.standby import call_standby, set_standby
from tests.events.makers_desks import make_desk
from tests.events.makers_desks import place_of as place_for
from tests.makers import again, make_organisation, make_person
from tests.sessions.makers_meetings import (
    Fair,
    make_fair,
    make_meeting,
    make_participant,
    make_request,
    place_of,
    with_rules,
)


@pytest.fixture
def fair(db: Database, ada: Actor) -> Fair:
    return make_fair(db, ada)


@pytest.fixture
def bo(db: Database, bo: Actor, fair: Fair) -> Actor:
    return make_participant(db, bo, fair, organisation=make_organisation(db, "Nordmühle"))


@pytest.fixture
def cy(db: Database, cy: Actor, fair: Fair) -> Actor:
    return make_participant(db, cy, fair, organisation=make_organisation(db, "Lisbon Lab"))


@pytest.fixture
def dee(db: Database, dee: Actor, fair: Fair) -> Actor:
    return make_participant(db, dee, fair)


@pytest.fixture
def ola(db: Database, fair: Fair, bo: Actor) -> Actor:
    """An officer of the desk to which Bo belongs."""
    ola = make_person(db, "Ola Olsen")
    programme = db.get_one(Programme, fair.event.programme_id)
    desk = make_desk(db, fair.ada, programme, officer=ola)
    assign_desk(db, fair.ada, place_for(db, bo, fair.event), desk=desk)
    return again(db, ola)


def look(db: Database, fair: Fair, actor: Actor | None = None, **asked: object) -> Board:
    return board_of(db, actor or fair.ada, fair.event, BoardQuestion(**asked))  # type: ignore[arg-type]


def kinds(board: Board, name: str) -> str:
    """A row as the first letters of its cells."""
    [row] = [one for one in board.rows if one.name == name]
    return "".join(cell.kind.value[0] for cell in row.cells)


def test_everybody_has_a_row_and_every_slot_a_cell(db, fair, bo, cy):
    board = look(db, fair)

    assert [(row.name, row.about) for row in board.rows] == [("Bo Berg", "Nordmühle"), ("Cy Costa", "Lisbon Lab")]
    assert list(board.slots) == fair.slots
    assert (kinds(board, "Bo Berg"), board.count, board.pages) == ("ffff", 2, 1)


def test_a_meeting_stands_in_the_rows_of_both(db, fair, bo, cy, dee):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy, slot=1)
    lock_meeting(db, fair.ada, meeting)

    board = look(db, fair)

    assert [kinds(board, name) for name in ("Bo Berg", "Cy Costa", "Dee Dumont")] == ["fmff", "fmff", "ffff"]
    shown = board.rows[0].cells[1].meeting
    assert (shown.public_id, shown.locked, str(shown.place)) == (meeting.meeting.public_id, True, "Table 1")
    assert [name for _person, name in shown.people] == ["Bo Berg", "Cy Costa"]
    assert [row.meetings for row in board.rows] == [1, 1, 0]


def test_a_request_is_held_until_it_expires(db, fair, bo, cy):
    request = make_request(db, fair, asker=bo, invitee=cy, slot=0)

    assert kinds(look(db, fair), "Cy Costa") == "hfff"
    with clock.frozen_at(request.meeting.expires_at):
        assert kinds(look(db, fair), "Cy Costa") == "ffff"


def test_who_said_so_is_away_and_so_is_who_meets_elsewhere(db, fair, bo, cy):
    set_availability(db, bo, fair.event, absent=[fair.slots[0].starts_at, fair.slots[3].starts_at])
    other = make_fair(db, fair.ada, name="Other Match")
    elsewhere = [make_participant(db, one, other) for one in (bo, cy)]
    make_meeting(db, other, asker=elsewhere[0], invitee=elsewhere[1], slot=2)

    board = look(db, fair)

    assert (kinds(board, "Bo Berg"), kinds(board, "Cy Costa")) == ("afaa", "ffaf")


def test_nobody_is_met_at_night(db, fair, bo, cy):
    with_rules(db, fair, windows=[{"zone": "Europe/Lisbon", "opens": 10 * 60 + 20, "closes": 24 * 60}])

    # The first slot begins at 10:00 in Lisbon, and at 11:00 in Stockholm.
    board = look(db, fair)

    assert (kinds(board, "Bo Berg"), kinds(board, "Cy Costa")) == ("ffff", "afff")


def test_a_guest_sees_the_meeting_in_their_row(db, fair, bo, cy, dee):
    places = [place_of(db, one, fair) for one in (bo, cy, dee)]
    book_meeting(db, fair.ada, fair.event, people=places, slot=fair.slots[2])

    board = look(db, fair)

    assert [kinds(board, row.name) for row in board.rows] == ["ffmf", "ffmf", "ffmf"]
    assert len(db.exec(MeetingGuest.__table__.select()).all()) == 1


def test_tables_have_rows_too(db, fair, bo, cy):
    make_meeting(db, fair, asker=bo, invitee=cy, slot=0)

    board = look(db, fair, by=By.TABLES)

    assert [(row.name, kinds(board, row.name)) for row in board.rows] == [
        ("Table 1", "mfff"), ("Table 2", "ffff"), ("Table 3", "ffff"),
    ]  # fmt: skip
    assert [name for _person, name in board.rows[0].cells[0].meeting.people] == ["Bo Berg", "Cy Costa"]


@pytest.mark.parametrize("slot", [0, 3])
def test_who_steps_in_for_the_rest_of_a_slot_is_seen_there(db, fair, bo, cy, dee, slot):
    missed = make_meeting(db, fair, asker=bo, invitee=cy, slot=slot)
    set_standby(db, dee, fair.event, ready=True)
    with clock.frozen_at(missed.slot.starts_at + timedelta(minutes=6)):
        mark_no_show(db, bo, missed, absent=cy.person)
        made = call_standby(db, bo, missed, standby=place_of(db, dee, fair))

        people, tables = look(db, fair), look(db, fair, by=By.TABLES)

    seen = {row.name: row.cells[slot].meeting for row in (*people.rows, *tables.rows)}
    assert [seen[name].public_id for name in ("Bo Berg", "Dee Dumont", "Table 1")] == [made.public_id] * 3
    assert seen["Cy Costa"].public_id == missed.meeting.public_id


def test_a_meeting_that_was_moved_stands_at_its_new_time(db, fair, bo, cy):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy, slot=0)
    move_meeting(db, fair.ada, meeting, slot=fair.slots[3])

    assert kinds(look(db, fair), "Bo Berg") == "fffm"


def test_filters_find_who_needs_somebody(db, fair, bo, cy, dee):
    make_request(db, fair, asker=bo, invitee=cy, slot=0)
    make_meeting(db, fair, asker=dee, invitee=bo, slot=1)
    set_availability(db, cy, fair.event, absent=[])
    set_type_limits(db, fair.ada, fair.event, type=types_of(db, fair.event.id)[0], min_meetings=None, max_meetings=1)

    found = {one: [row.name for row in look(db, fair, filter=one).rows] for one in Filter}

    assert found == {
        Filter.WITHOUT: ["Cy Costa"],
        Filter.UNANSWERED: ["Cy Costa"],
        Filter.OVERLOADED: [],
        Filter.UNSTATED: ["Bo Berg", "Dee Dumont"],
    }
    counts = {one: len(names) for one, names in found.items()}
    assert counts_of(db, fair.ada, fair.event, BoardQuestion()) == counts | {None: 3}
    assert dict(look(db, fair, filter=Filter.WITHOUT).counts) == counts
    assert dict(look(db, fair).counts) == {}  # what takes long is asked for apart


def test_more_meetings_than_the_type_may_have_is_too_much(db, fair, bo, cy, dee):
    make_meeting(db, fair, asker=bo, invitee=cy, slot=0)
    make_meeting(db, fair, asker=dee, invitee=bo, slot=1)
    set_type_limits(db, fair.ada, fair.event, type=types_of(db, fair.event.id)[0], min_meetings=None, max_meetings=1)

    assert [row.name for row in look(db, fair, filter=Filter.OVERLOADED).rows] == ["Bo Berg"]


def test_a_block_without_a_pause_is_too_much(db, fair, bo):
    others = [make_participant(db, make_person(db, f"{n} Other", email=f"{n}@x.org"), fair) for n in "ABCD"]
    for slot, other in enumerate(others):
        make_meeting(db, fair, asker=other, invitee=bo, slot=slot)

    assert [row.name for row in look(db, fair, filter=Filter.OVERLOADED).rows] == ["Bo Berg"]


def test_what_was_accepted_without_a_time_is_to_be_placed(db, fair, bo, cy):
    from sessions.answers import accept_meeting
    from sessions.meetings import MeetingInEvent
    from sessions.requests import request_meeting

    with_rules(db, fair, timing=Timing.BY_ORGANISER)
    asked = request_meeting(db, bo, fair.event, invitee=place_of(db, cy, fair), slot=None)
    accept_meeting(db, cy, MeetingInEvent(asked, fair.event.event))

    board = look(db, fair)

    assert [one.public_id for one in board.to_place] == [asked.public_id]
    assert kinds(board, "Bo Berg") == "ffff"


def test_words_find_people_by_name(db, fair, bo, cy):
    assert [row.name for row in look(db, fair, query="cost").rows] == ["Cy Costa"]


def test_one_block_or_a_whole_day_is_shown(db, fair, bo):
    later = fair.slots[-1].ends_at + timedelta(hours=2)
    second = add_block(db, fair.ada, fair.event, starts_at=later, ends_at=later + timedelta(minutes=20))
    third = later + timedelta(days=1)
    add_block(db, fair.ada, fair.event, starts_at=third, ends_at=third + timedelta(minutes=20))

    board = look(db, fair)

    assert [one.whole_day for one in board.stretches] == [True, False, False, True]
    assert len(board.slots) == 5
    assert len(look(db, fair, when=second.public_id).slots) == 1
    assert [slot.starts_at for slot in look(db, fair, when=board.stretches[3].value).slots] == [third]
    assert look(db, fair, when="nonsense").chosen == board.chosen


def test_a_desk_sees_its_own_participants(db, fair, bo, cy, dee, ola):
    make_meeting(db, fair, asker=bo, invitee=cy, slot=0)
    make_meeting(db, fair, asker=cy, invitee=dee, slot=1)

    assert [row.name for row in look(db, fair, ola).rows] == ["Bo Berg"]
    tables = look(db, fair, ola, by=By.TABLES)
    assert kinds(tables, "Table 1") == "mtff"
    assert tables.rows[0].cells[1].meeting is None


def test_others_see_no_board(db, fair, bo, cy, eve):
    for actor in (bo, eve, Actor()):
        with pytest.raises(NotFound):
            board_of(db, actor, fair.event, BoardQuestion())
        with pytest.raises(NotFound):
            get_board_event(db, actor, fair.event.event.slug)


def test_the_number_of_a_board_rises_with_what_happens(db, fair, bo, cy):
    event, before = get_board_event(db, fair.ada, fair.event.event.slug)
    make_meeting(db, fair, asker=bo, invitee=cy)
    same, after = get_board_event(db, fair.ada, fair.event.event.slug)

    assert (event.event.slug, same.phases, after > before) == (fair.event.event.slug, fair.event.phases, True)


def test_a_page_beyond_the_last_is_the_last(db, fair, bo, cy, monkeypatch):
    monkeypatch.setattr("sessions.boards.rows.ROWS", 1)
    monkeypatch.setattr("sessions.boards.rows.TABLE_ROWS", 1)

    assert [row.name for row in look(db, fair, page=9).rows] == ["Cy Costa"]
    assert [row.name for row in look(db, fair, page=1).rows] == ["Bo Berg"]
    assert look(db, fair, by=By.TABLES, page=99).rows[0].name == "Table 3"


@pytest.mark.parametrize("by", list(By))
def test_a_board_asks_three_times_whatever_its_size(db, fair, bo, cy, by):
    make_meeting(db, fair, asker=bo, invitee=cy, slot=0)
    counts = []
    for name in (None, *"ABC"):
        if name:
            other = make_participant(db, make_person(db, f"{name} Other", email=f"{name}@x.org"), fair)
            make_meeting(db, fair, asker=other, invitee=bo, slot=1 + "ABC".index(name))
        asked: list[str] = []
        db.flush()

        def note(*args: object, asked: list[str] = asked) -> None:
            asked.append(str(args[2]))

        sql_event.listen(db.connection(), "before_cursor_execute", note)
        look(db, fair, by=by)
        sql_event.remove(db.connection(), "before_cursor_execute", note)
        counts.append(len(asked))

    assert counts == [3, 3, 3, 3]


def test_absences_of_another_event_do_not_count(db, fair, bo):
    other = make_fair(db, fair.ada, name="Other Match", tables=0)
    db.add(Absence(event_id=other.event.id, person_id=bo.person or 0, starts_at=fair.slots[0].starts_at))
    db.flush()

    assert (kinds(look(db, fair), "Bo Berg"), tables_of(db, other.event.id)) == ("ffff", [])
