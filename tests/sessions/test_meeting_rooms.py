"""Meeting rooms: who comes in when, what the clock says, notes, more time, the door, and the end."""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from events.core import clock
from events.core.access import Actor, may
from events.core.database import Database
from events.core.refusals import Conflict, Invalid, NotAllowed, NotFound
from events.core.timers import TIMERS, Timer
from sessions.attendance import TooEarly, mark_no_show, presence_of
from sessions.blocks import TableKind, tables_of
from sessions.meeting_notes import NoteInMeeting, get_meeting_note, notes_of, take_back_note, write_meeting_note
from sessions.meeting_rooms import (
    RoomClosed,
    RoomInMeeting,
    RoomState,
    Side,
    get_meeting_room,
    room_state,
)
from sessions.meeting_visits import (
    Lost,
    MeetingRoomClosed,
    MeetingVisit,
    close_meeting_room,
    enter_meeting_room,
    leave_meeting_room,
    lost_visits,
    visits_here,
)
from sessions.meetings import MeetingState
from sessions.more_time import extend_meeting
from sessions.moves import cancel_meeting, move_meeting
from sessions.room_doors import answer_knock, ask_to_mute, at_the_door, knock_at_room, put_out_of_room
from sessions.seats import SEAT
from sessions.video import Way, choose_video, set_video_rules, switch_way, way_of
from sessions.visit_lines import note_line_broken, note_seen
from tests.makers import make_organisation
from tests.sessions.makers_meetings import (
    Fair,
    facts,
    make_colleague,
    make_fair,
    make_meeting,
    make_participant,
    problems_with_seats,
)

MINUTE = timedelta(minutes=1)


@pytest.fixture
def fair(db: Database, ada: Actor) -> Fair:
    return make_fair(db, ada)


@pytest.fixture
def bo(db: Database, bo: Actor, fair: Fair) -> Actor:
    return make_participant(db, bo, fair, organisation=make_organisation(db, "Nordmühle", country="SE"))


@pytest.fixture
def cy(db: Database, cy: Actor, fair: Fair) -> Actor:
    return make_participant(db, cy, fair)


@pytest.fixture
def room(db: Database, fair: Fair, bo: Actor, cy: Actor) -> str:
    """The room of Bo's meeting with Cy in the first slot, by the meeting's public id."""
    for table in tables_of(db, fair.event.id):
        table.kind = TableKind.VIDEO
        db.add(table)
    return make_meeting(db, fair, asker=bo, invitee=cy).meeting.public_id


def at(fair: Fair, minutes: float):
    return clock.frozen_at(fair.slots[0].starts_at + minutes * MINUTE)


def seen(db: Database, actor: Actor, room: str) -> RoomInMeeting:
    return get_meeting_room(db, actor, room)


def state(db: Database, actor: Actor, room: str) -> RoomState:
    subject = seen(db, actor, room)
    return room_state(subject, [one.side for one in visits_here(db, subject)], clock.now())


def enter(db: Database, actor: Actor, room: str, visit: str = ""):
    return enter_meeting_room(db, actor, seen(db, actor, room), visit=visit)


@pytest.mark.parametrize(
    ("minutes", "refusal", "found"),
    [
        (-11, TooEarly, RoomState.EARLY),
        (-10, None, RoomState.OPEN),
        (0, None, RoomState.LIVE),
        (19, None, RoomState.ENDING),
        (20, None, RoomState.GRACE),
        (22, RoomClosed, RoomState.ENDED),
    ],
)
def test_a_room_opens_ten_minutes_before_and_closes_two_minutes_after(db, fair, bo, cy, room, minutes, refusal, found):
    with at(fair, minutes):
        if refusal is not None:
            with pytest.raises(refusal):
                enter(db, bo, room)
        else:
            enter(db, bo, room)
            enter(db, cy, room)

        assert state(db, bo, room) is found


def test_somebody_who_comes_is_checked_in_and_waits_for_the_other(db, fair, bo, cy, room):
    with at(fair, 1):
        enter(db, bo, room)
        alone = state(db, bo, room)
        enter(db, cy, room)

        subject = seen(db, bo, room)
        assert (alone, state(db, bo, room)) == (RoomState.WAITING, RoomState.LIVE)
        assert presence_of(db, subject.of).came.keys() == {bo.person, cy.person}
        assert subject.room.both_since == clock.now()
        assert [(one.side, one.online) for one in visits_here(db, subject)] == [
            (Side.ASKER, True),
            (Side.INVITEE, True),
        ]


def test_a_broken_line_keeps_its_visit_for_twenty_seconds_and_comes_back_to_it(db, fair, bo, room):
    with at(fair, 1):
        visit = enter(db, bo, room).visit.public_id
        note_line_broken(db, MeetingVisit, visit)
    with at(fair, 1 + 19 / 60):
        here = visits_here(db, seen(db, bo, room))
        again_in = enter(db, bo, room, visit)
        note_line_broken(db, MeetingVisit, visit)
    with at(fair, 1 + 41 / 60):
        gone = visits_here(db, seen(db, bo, room))

    assert [one.online for one in here] == [False]
    assert (again_in.resumed, again_in.visit.public_id, gone) == (True, visit, [])


def test_a_new_window_ends_the_older_one_and_a_silent_server_is_forgotten(db, fair, bo, cy, room):
    with at(fair, 1):
        first, other = enter(db, bo, room), enter(db, cy, room)
        second = enter(db, bo, room)
        lost = lost_visits(db, [first.visit.public_id, second.visit.public_id])
    with at(fair, 1.6):
        note_seen(db, MeetingVisit, [second.visit.public_id])
        here = [one.public_id for one in visits_here(db, seen(db, bo, room))]

    assert (second.replaced, second.resumed) == ((first.visit.public_id,), False)
    assert lost == {first.visit.public_id: Lost.REPLACED}
    assert here == [second.visit.public_id] != [other.visit.public_id]


def test_there_is_no_grace_where_somebody_has_a_meeting_right_after(db, fair, bo, cy, dee, room):
    dee = make_participant(db, dee, fair)
    after = make_meeting(db, fair, asker=dee, invitee=cy, slot=1)
    start = fair.slots[0].ends_at
    for step in (-1000, 999):  # One less, without any two seats at one moment on the way there.
        db.execute(SEAT.update().where(SEAT.c.meeting_id == after.id).values(atom=SEAT.c.atom + step))

    with clock.frozen_at(start - MINUTE):
        assert seen(db, bo, room).clock.closes == start
        enter(db, bo, room)
    with clock.frozen_at(start), pytest.raises(RoomClosed):
        enter(db, bo, room)


def test_outsiders_see_a_door_and_nobody_watches_unseen(db, fair, ada, bo, cy, eve, room):
    with at(fair, 1):
        with pytest.raises(NotFound):
            seen(db, eve, room)
        with pytest.raises(NotAllowed):
            enter(db, fair.ada, room)
        knock_at_room(db, fair.ada, seen(db, fair.ada, room))
        knock_at_room(db, fair.ada, seen(db, fair.ada, room))
        waiting = at_the_door(db, seen(db, bo, room))
        answer_knock(db, cy, seen(db, cy, room), person=fair.ada.person or 0, admit=True)
        visit = enter(db, fair.ada, room).visit.public_id
        put_out_of_room(db, bo, seen(db, bo, room), person=fair.ada.person or 0)

        assert [(one.name, one.state) for one in waiting] == [("Ada Adler", "asked")]
        assert lost_visits(db, [visit]) == {visit: Lost.REMOVED}
        with pytest.raises(NotAllowed):
            enter(db, fair.ada, room)
        with pytest.raises(Conflict):
            knock_at_room(db, fair.ada, seen(db, fair.ada, room))
        with pytest.raises(NotFound):
            put_out_of_room(db, bo, seen(db, bo, room), person=cy.person or 0)
        with pytest.raises(NotFound):
            ask_to_mute(db, bo, seen(db, bo, room), person=fair.ada.person or 0)


def test_whoever_is_put_out_is_seen_there_no_more(db, fair, ada, bo, cy, room):
    with at(fair, 1):
        knock_at_room(db, fair.ada, seen(db, fair.ada, room))
        answer_knock(db, cy, seen(db, cy, room), person=fair.ada.person or 0, admit=True)
        for actor in (bo, cy, fair.ada):
            enter(db, actor, room)

        put_out_of_room(db, bo, seen(db, bo, room), person=fair.ada.person or 0)

        assert [one.person_id for one in visits_here(db, seen(db, bo, room))] == [bo.person, cy.person]


def test_notes_for_all_and_for_one_side(db, fair, bo, cy, dee, room):
    dee = make_colleague(db, dee, fair, make_organisation(db, "Elsewhere"))
    write_meeting_note(db, bo, seen(db, bo, room), text=" They press a hundred an hour. ")
    write_meeting_note(db, bo, seen(db, bo, room), text="Offer them ten percent.", own=True)
    write_meeting_note(db, cy, seen(db, cy, room), text="Ask for samples.", own=True)

    def read(actor):
        return [one.text for one in notes_of(db, actor, seen(db, actor, room))]

    assert read(bo) == ["They press a hundred an hour.", "Offer them ten percent."]
    assert read(cy) == ["They press a hundred an hour.", "Ask for samples."]
    assert read(fair.ada) == []
    with pytest.raises(Invalid):
        write_meeting_note(db, bo, seen(db, bo, room), text="  ")
    with pytest.raises(Invalid):
        write_meeting_note(db, bo, seen(db, bo, room), text="x" * 2001)
    with pytest.raises(NotAllowed):
        write_meeting_note(db, fair.ada, seen(db, fair.ada, room), text="I was here.")
    theirs = notes_of(db, bo, seen(db, bo, room))[0].row
    with pytest.raises(NotFound):
        get_meeting_note(db, cy, seen(db, cy, room), notes_of(db, bo, seen(db, bo, room))[1].public_id)
    with pytest.raises(NotAllowed):
        take_back_note(db, cy, NoteInMeeting(theirs, seen(db, cy, room)))
    take_back_note(db, bo, NoteInMeeting(theirs, seen(db, bo, room)))
    assert read(cy) == ["Ask for samples."]


def test_more_time_needs_both_sides_and_moves_the_end_with_its_seats(db, fair, bo, cy, room):
    old = fair.slots[0].ends_at
    with at(fair, 5), pytest.raises(TooEarly):
        extend_meeting(db, bo, seen(db, bo, room))
    with at(fair, 12):
        answers = [extend_meeting(db, one, seen(db, one, room)) for one in (bo, bo, cy)]

        subject = seen(db, bo, room)
        assert answers == [False, False, True]
        assert (subject.of.slot.ends_at, subject.clock.closes) == (old + 5 * MINUTE, old + 7 * MINUTE)
        assert problems_with_seats(db) == []


def test_there_is_no_more_time_where_somebody_has_something_else(db, fair, bo, cy, dee, room):
    dee = make_participant(db, dee, fair)
    make_meeting(db, fair, asker=dee, invitee=cy, slot=1)

    with at(fair, 15):
        extended = [extend_meeting(db, one, seen(db, one, room)) for one in (bo, cy)]
    with at(fair, 21), pytest.raises(Conflict, match="no more time"):
        extend_meeting(db, bo, seen(db, bo, room))

    assert (extended, problems_with_seats(db)) == ([False, True], [])
    assert not seen(db, bo, room).room.more_asked_by_id


def test_ending_early_says_that_it_was_held_and_puts_everybody_out(db, fair, bo, cy, room):
    with at(fair, 1):
        visits = [enter(db, one, room).visit.public_id for one in (bo, cy)]
    with at(fair, 8):
        close_meeting_room(db, cy, seen(db, cy, room))

        subject = seen(db, bo, room)
        assert (subject.meeting.state, state(db, bo, room)) == (MeetingState.HELD, RoomState.ENDED)
        assert set(lost_visits(db, visits).values()) == {Lost.ENDED}
        assert may(bo, "assess_meeting", subject.of)
        with pytest.raises(RoomClosed):
            enter(db, bo, room)


def test_who_was_here_before_a_meeting_was_moved_is_no_proof_that_it_was_held(db, fair, bo, cy, room):
    with at(fair, -5):
        for one in (bo, cy):
            enter(db, one, room)
        for one in (bo, cy):
            leave_meeting_room(db, one, seen(db, one, room))
        move_meeting(db, fair.ada, seen(db, bo, room).of, slot=fair.slots[2])
    with clock.frozen_at(fair.slots[2].starts_at + 6 * MINUTE):
        enter(db, bo, room)
        close_meeting_room(db, bo, seen(db, bo, room))

        assert seen(db, bo, room).meeting.state is MeetingState.SCHEDULED


def test_both_sides_in_the_room_of_a_moved_meeting_have_held_it(db, fair, bo, cy, room):
    with at(fair, -5):
        enter(db, bo, room)
        enter(db, cy, room)
        move_meeting(db, fair.ada, seen(db, bo, room).of, slot=fair.slots[2])
    with clock.frozen_at(fair.slots[2].starts_at + 6 * MINUTE):
        enter(db, bo, room)
        enter(db, cy, room)
        close_meeting_room(db, bo, seen(db, bo, room))

        assert seen(db, bo, room).meeting.state is MeetingState.HELD


def test_whoever_is_in_the_room_of_a_meeting_that_goes_elsewhere_is_out(db, fair, bo, cy, room):
    with at(fair, -5):
        visit = enter(db, bo, room).visit.public_id
        before = lost_visits(db, [visit])
        move_meeting(db, fair.ada, seen(db, bo, room).of, slot=fair.slots[2])
        db.expire_all()

        assert (before, lost_visits(db, [visit])) == ({}, {visit: Lost.ENDED})


@pytest.mark.parametrize("busy", [False, True])
def test_a_room_that_got_more_time_closes_at_its_new_end(db, fair, bo, cy, dee, room, busy):
    if busy:
        make_meeting(db, fair, asker=bo, invitee=make_participant(db, dee, fair), slot=1)
    with at(fair, 15):
        for one in (bo, cy):
            enter(db, one, room)
            extend_meeting(db, one, seen(db, one, room))

        due = db.exec(select(Timer.due_at).where(Timer.kind == "meeting room closes", col(Timer.done_at).is_(None)))
        assert due.one() == fair.slots[0].ends_at + (5 if busy else 7) * MINUTE


def test_the_clock_closes_a_room_once_and_not_before_its_time(db, fair, bo, cy, room):
    with at(fair, 1):
        visit = enter(db, bo, room).visit.public_id
        TIMERS["meeting room closes"](db, seen(db, bo, room).id)
    early = facts(db, MeetingRoomClosed)
    with at(fair, 22):
        for _twice in range(2):
            TIMERS["meeting room closes"](db, seen(db, bo, room).id)

        assert (early, len(facts(db, MeetingRoomClosed))) == ([], 1)
        assert lost_visits(db, [visit]) == {visit: Lost.ENDED}


def test_a_cancelled_or_missed_meeting_has_no_room_any_more(db, fair, bo, cy, room):
    with at(fair, 6):
        visit = enter(db, bo, room).visit.public_id
        mark_no_show(db, bo, seen(db, bo, room).of, absent=cy.person or 0)

        assert (state(db, bo, room), lost_visits(db, [visit])) == (RoomState.NO_SHOW, {visit: Lost.ENDED})
        with pytest.raises(Conflict):
            enter(db, bo, room)
    other = make_meeting(db, fair, asker=bo, invitee=cy, slot=2)
    cancel_meeting(db, bo, other)
    assert state(db, bo, other.meeting.public_id) is RoomState.CANCELLED


def test_leaving_is_for_all_windows_and_one_may_come_back(db, fair, bo, room):
    with at(fair, 1):
        enter(db, bo, room)
        leave_meeting_room(db, bo, seen(db, bo, room))
        left = visits_here(db, seen(db, bo, room))
        enter(db, bo, room)

        assert (left, len(visits_here(db, seen(db, bo, room)))) == ([], 1)


def test_a_way_that_fails_is_passed_over_by_everybody_together(db, fair, bo, cy, room):
    usable = {Way.MESH, Way.JANUS}
    set_video_rules(db, fair.ada, fair.event, way=Way.JANUS, relay_only=False)
    first = way_of(db, seen(db, bo, room), usable).way
    epoch = seen(db, bo, room).room.epoch

    for _twice in range(2):
        switch_way(db, seen(db, bo, room), failed=Way.JANUS, why="janus is away", usable=usable)

    now = way_of(db, seen(db, cy, room), usable)
    assert (first, now.way, now.switched_from) == (Way.JANUS, Way.MESH, Way.JANUS)
    assert seen(db, bo, room).room.epoch == epoch + 1


UNSAFE = [
    "http://meet.example/x",
    "https://",
    "javascript:alert(1)",
    "https://a@meet.example/",
    "https://other.example/x",
    "https://meet.example:99999/",
]


@pytest.mark.parametrize("link", UNSAFE)
def test_a_link_has_to_be_safe_and_lead_where_the_event_allows(db, fair, bo, room, link):
    set_video_rules(db, fair.ada, fair.event, way=Way.MESH, relay_only=False, link_hosts=["meet.example"])

    with pytest.raises(Invalid):
        choose_video(db, bo, seen(db, bo, room), way=Way.LINK, link=link)

    choose_video(db, bo, seen(db, bo, room), way=Way.LINK, link="https://eu.meet.example/room")
    chosen = way_of(db, seen(db, bo, room), {Way.MESH})
    assert (chosen.way, chosen.link) == (Way.LINK, "https://eu.meet.example/room")


def test_video_rules_refuse_what_is_no_way_to_meet(db, fair, bo):
    for values in ({"way": Way.STREAM}, {"way": Way.MESH, "link_hosts": ["not a site"]}):
        with pytest.raises(Invalid):
            set_video_rules(db, fair.ada, fair.event, **{"relay_only": False, **values})
    with pytest.raises(NotAllowed):
        set_video_rules(db, bo, fair.event, way=Way.MESH, relay_only=False)
