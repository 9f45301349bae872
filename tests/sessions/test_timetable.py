"""The timetable: tracks, rooms, sessions, and what may stand where."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from events.core.refusals import Invalid, NotAllowed, NotFound
from events.events import EventClosedAlready, close_event
from events.people import Person, PersonState
from sessions.timetable.conflicts import ConflictKind, InTheWay, Level, conflicts_of, set_conflict_levels
from sessions.timetable.rooms import (
    RoomInUse,
    add_room,
    add_track,
    change_room,
    change_track,
    remove_room,
    remove_track,
)
from sessions.timetable.rows import (
    ChangedMeanwhile,
    RoomInEvent,
    Session,
    SessionKind,
    Speaker,
    TrackInEvent,
    TrackTone,
    get_session,
    rooms_of,
    sessions_of,
    tracks_of,
)
from sessions.timetable.sessions import (
    Place,
    Wording,
    add_session,
    change_session,
    place_session,
    remove_session,
    speakers_in,
    take_session_off,
)
from sessions.timetable.swaps import NothingToSwap, swap_sessions, wrong_after_swap
from tests.makers import person_of
from tests.sessions.makers_agenda import address_of, all_of, at, make_agenda, make_session, move_to, released
from tests.sessions.makers_meetings import make_fair, make_meeting, make_participant


@pytest.fixture
def made(db, ada, bo, cy):
    return make_agenda(db, ada, bo, cy)


def kinds(db, made):
    return [one.kind for one in conflicts_of(db, made.event)]


# Tracks and rooms


def test_a_name_is_given_once_in_an_event(db, made):
    for add in (add_room, add_track):
        add(db, made.ada, made.event, name="Same")
        with pytest.raises(Invalid) as refused:
            add(db, made.ada, made.event, name=" Same ")
        assert "Same" in str(refused.value.fields["name"])


@pytest.mark.parametrize(
    ("given", "field"),
    [({"name": " "}, "name"), ({"name": "x" * 81}, "name"), ({"capacity": 0}, "capacity"),
     ({"link": "video.example"}, "link"), ({"link": "javascript:alert(1)"}, "link")],
)  # fmt: skip
def test_what_no_room_can_be_is_refused_by_its_field(db, made, given, field):
    with pytest.raises(Invalid) as refused:
        add_room(db, made.ada, made.event, **{"name": "Loft", **given})

    assert list(refused.value.fields) == [field]
    assert [one.name for one in rooms_of(db, made.event.id)] == ["Great Hall", "Studio"]


def test_a_room_in_which_sessions_take_place_stays(db, made):
    session = make_session(db, made, "Opening", hours=9)
    with pytest.raises(RoomInUse):
        remove_room(db, made.ada, RoomInEvent(made.hall, made.event))

    take_session_off(db, made.ada, session)
    remove_room(db, made.ada, RoomInEvent(made.hall, made.event))

    assert [one.name for one in rooms_of(db, made.event.id)] == ["Studio"]


def test_sessions_of_a_track_that_goes_stay_without_one(db, made):
    session = make_session(db, made, "Opening", track=made.track.public_id)

    change_track(db, made.ada, TrackInEvent(made.track, made.event), name="Trays", tone=TrackTone.MOSS)
    assert [(one.name, one.tone) for one in tracks_of(db, made.event.id)] == [("Trays", TrackTone.MOSS)]
    remove_track(db, made.ada, TrackInEvent(made.track, made.event))

    db.refresh(session.session)
    assert session.session.track_id is None


def test_a_room_is_renamed_where_it_stands(db, made):
    change_room(db, made.ada, RoomInEvent(made.hall, made.event), name="Small Hall", capacity=None, link="")

    assert [(one.name, one.capacity) for one in rooms_of(db, made.event.id)] == [("Small Hall", None), ("Studio", 20)]


# Sessions


def test_a_session_waits_until_it_is_placed_and_again_when_it_is_taken_off(db, made):
    session = make_session(db, made, "Opening")
    assert session.session.starts_at is None

    move_to(db, made, session, 9)
    assert (session.session.starts_at, session.session.ends_at) == (at(9), at(10))
    take_session_off(db, made.ada, session)

    assert (session.session.starts_at, session.session.room_id) == (None, None)


@pytest.mark.parametrize(
    ("given", "field"),
    [({"title": "  "}, "title"), ({"title": "x" * 201}, "title"), ({"abstract": "x" * 5001}, "abstract"),
     ({"minutes": 7}, "minutes"), ({"minutes": 0}, "minutes"), ({"minutes": 1445}, "minutes"),
     ({"track": "tk_nothing"}, "track"), ({"speakers": "nobody@example.org"}, "speakers"),
     ({"speakers": "\n".join(f"Name {n}" for n in range(21))}, "speakers")],
)  # fmt: skip
def test_what_no_session_can_be_is_refused_by_its_field_and_leaves_nothing(db, made, given, field):
    with pytest.raises(Invalid) as refused:
        add_session(db, made.ada, made.event, wording=Wording(**{"title": "Opening", **given}))

    assert list(refused.value.fields) == [field]
    assert all_of(db, Session) == []


def test_a_place_is_a_room_of_the_event_at_a_multiple_of_five_minutes(db, made):
    session = make_session(db, made, "Opening")
    with pytest.raises(Invalid) as refused:
        place_session(db, made.ada, session, place=Place("rm_nothing", at(9) + timedelta(minutes=3)))

    assert sorted(refused.value.fields) == ["room", "starts_at"]


def test_speakers_are_people_by_their_address_and_others_by_name(db, made, bo):
    session = make_session(db, made, "Opening", speakers=f"Bo <{address_of(db, bo)}>\nDr Zed\n\nDr Zed")

    assert [(one.person_id, one.name) for one in speakers_in(db, session.id)] == [(bo.person, ""), (None, "Dr Zed")]


def test_somebody_who_has_never_signed_in_cannot_be_named_by_address(db, made, bo):
    person = person_of(db, bo)
    person.state = PersonState.NEW
    db.add(person)

    with pytest.raises(Invalid) as refused:
        make_session(db, made, "Opening", speakers=person.email)
    assert person.email in str(refused.value.fields["speakers"])


def test_a_change_says_everything_anew_and_the_same_again_changes_nothing(db, made):
    session = make_session(db, made, "Opening", hours=9)
    place = Place(made.studio.public_id, at(10))
    wording = Wording("Welcome", SessionKind.SOCIAL, "Coffee", made.track.public_id, 45, "Dr Zed")

    change_session(db, made.ada, session, wording=wording, place=place, revision=1)
    change_session(db, made.ada, session, wording=wording, place=place, revision=2)

    row = session.session
    assert (row.title, row.kind, row.abstract, row.minutes, row.revision) == (
        "Welcome", SessionKind.SOCIAL, "Coffee", 45, 2,
    )  # fmt: skip
    assert (row.room_id, row.starts_at, row.track_id) == (made.studio.id, at(10), made.track.id)
    change_session(db, made.ada, session, wording=wording, place=None)
    assert (row.room_id, row.starts_at) == (None, None)


def test_whoever_saw_an_older_session_changes_nothing(db, made):
    session = make_session(db, made, "Opening", hours=9)
    move_to(db, made, session, 10)

    with pytest.raises(ChangedMeanwhile):
        place_session(db, made.ada, session, place=Place(made.hall.public_id, at(12)), revision=1)
    with pytest.raises(ChangedMeanwhile):
        change_session(db, made.ada, session, wording=Wording("Mine"), place=None, revision=1)
    assert (session.session.title, session.session.starts_at) == ("Opening", at(10))


def test_a_draft_goes_for_good_and_what_was_released_is_kept(db, made):
    draft, public = make_session(db, made, "Draft", hours=9, speakers="Dr Zed"), make_session(db, made, "B", hours=11)
    remove_session(db, made.ada, draft)
    released(db, made)

    remove_session(db, made.ada, public)

    assert sessions_of(db, made.event.id) == []
    assert [one.title for one in all_of(db, Session)] == ["B"]
    assert all_of(db, Speaker) == []
    with pytest.raises(NotFound):
        get_session(db, made.ada, made.event, public.session.public_id)
    with pytest.raises(ChangedMeanwhile):
        remove_session(db, made.ada, public)


def test_the_database_keeps_no_session_with_half_a_place(db, made):
    session = make_session(db, made, "Opening")
    session.session.starts_at = at(9)
    db.add(session.session)

    with pytest.raises(IntegrityError):
        db.flush()


def test_the_timetable_is_for_organisers_of_an_event_that_goes_on(db, made, bo):
    session = make_session(db, made, "Opening")
    with pytest.raises(NotAllowed):
        place_session(db, bo, session, place=Place(made.hall.public_id, at(9)))
    with pytest.raises(NotFound):
        get_session(db, bo, made.event, session.session.public_id)

    close_event(db, made.ada, made.event)
    with pytest.raises(EventClosedAlready):
        place_session(db, made.ada, session, place=Place(made.hall.public_id, at(9)))


# Conflicts


def test_a_room_that_is_taken_says_by_what_and_until_when(db, made):
    make_session(db, made, "Opening", hours=7)
    with pytest.raises(InTheWay) as refused:
        make_session(db, made, "Keynote", hours=7.5)

    assert str(refused.value) == (
        "Opening and Keynote are in Great Hall at the same time: Opening is there from 09:00 to 10:00."
    )
    assert [one.title for one in sessions_of(db, made.event.id)] == ["Opening"]


def test_what_follows_at_once_and_what_is_next_door_is_no_conflict(db, made):
    make_session(db, made, "Opening", hours=7)
    make_session(db, made, "Keynote", hours=8)
    make_session(db, made, "Workshop", hours=7, room=made.studio)

    assert kinds(db, made) == []


@pytest.mark.parametrize("who", ["person", "name"])
def test_nobody_speaks_in_two_sessions_at_once(db, made, bo, who):
    one, other = (address_of(db, bo), f"B <{address_of(db, bo)}>") if who == "person" else ("Dr Zed", "DR ZED")
    make_session(db, made, "Opening", hours=7, speakers=one)
    session = make_session(db, made, "Workshop", speakers=other)

    with pytest.raises(InTheWay) as refused:
        move_to(db, made, session, 7.5, made.studio)
    assert str(refused.value).startswith("Bo Berg speaks" if who == "person" else "Dr Zed speaks")
    db.refresh(session.session)
    assert session.session.starts_at is None


def test_a_level_says_whether_a_conflict_stops_warns_or_is_left_alone(db, made):
    set_conflict_levels(db, made.ada, made.event, levels={ConflictKind.ROOM: Level.WARN})
    make_session(db, made, "Opening", hours=7)
    make_session(db, made, "Keynote", hours=7.5)
    assert [(one.kind, one.level) for one in conflicts_of(db, made.event)] == [(ConflictKind.ROOM, Level.WARN)]

    set_conflict_levels(db, made.ada, made.event, levels={ConflictKind.ROOM: Level.IGNORE})
    assert kinds(db, made) == []
    set_conflict_levels(db, made.ada, made.event, levels={ConflictKind.DAYS: Level.BLOCK})
    with pytest.raises(InTheWay):
        make_session(db, made, "Far away", hours=24 * 60)


def test_a_meeting_of_a_speaker_is_warned_of_without_saying_with_whom(db, made, bo, cy):
    fair = make_fair(db, made.ada)
    bo, cy = make_participant(db, bo, fair), make_participant(db, cy, fair)
    meeting = make_meeting(db, fair, asker=bo, invitee=cy, slot=0).meeting
    made.event = type(made.event)(made.event.event, made.event.phases)
    hours = (meeting.starts_at - at(0)).total_seconds() / 3600
    make_session(db, made, "Opening", hours=hours, speakers=address_of(db, bo))

    [conflict] = conflicts_of(db, made.event)
    assert (conflict.kind, conflict.level) == (ConflictKind.MEETING, Level.WARN)
    assert str(conflict.reason) == "Bo Berg speaks in Opening and has a meeting from 11:00 to 11:20."


def test_days_seats_and_breaks_are_warned_of(db, made):
    made.hall.capacity = 1
    db.add(made.hall)
    make_session(db, made, "Opening", hours=7, minutes=120)
    make_session(db, made, "Keynote", hours=9, minutes=90)
    make_session(db, made, "After all", hours=24 * 30)

    found = {one.kind: str(one.reason) for one in conflicts_of(db, made.event)}
    assert found == {
        ConflictKind.CAPACITY: "2 take part, and the rooms in use during After all hold 1.",
        ConflictKind.BREAK: "There is no break from 09:00 to 12:30.",
        ConflictKind.DAYS: "After all lies outside of the days of the event.",
    }


def test_a_break_rests_everybody_and_a_room_beside_adds_its_seats(db, made):
    made.hall.capacity = 1
    db.add(made.hall)
    make_session(db, made, "Opening", hours=7, minutes=120)
    make_session(db, made, "Beside", hours=7, minutes=120, room=made.studio)
    make_session(db, made, "Coffee", hours=9, minutes=15, kind=SessionKind.BREAK, room=made.studio)
    make_session(db, made, "Keynote", hours=9.25, minutes=90, room=made.studio)

    assert kinds(db, made) == []


def test_the_erased_speak_nowhere(db, made, bo):
    from events.core.hooks import PERSONAL_DATA

    declared = {(one.relation, one.column): one.erasure for one in PERSONAL_DATA}
    assert declared[Speaker, "person_id"] == "delete"
    assert db.exec(select(Person.id).where(Person.id == bo.person)).one() == bo.person


# Swapping


def places(*sessions):
    return [(one.session.room_id, one.session.starts_at) for one in sessions]


def test_two_sessions_change_places_and_keep_their_lengths(db, made):
    opening = make_session(db, made, "Opening", hours=7, minutes=30)
    keynote = make_session(db, made, "Keynote", hours=9, room=made.studio, minutes=90)

    swap_sessions(db, made.ada, opening, other=keynote, revision=1, other_revision=1)

    assert places(opening, keynote) == [(made.studio.id, at(9)), (made.hall.id, at(7))]
    assert (opening.session.minutes, keynote.session.minutes) == (30, 90)
    assert (opening.session.revision, keynote.session.revision) == (2, 2)


def test_what_a_swap_would_bring_is_known_before_and_the_same_after(db, made, bo):
    """The preview is worked out without changing anything; it must say what the swap itself then brings."""
    opening = make_session(db, made, "Opening", hours=7, minutes=180, speakers=address_of(db, bo))
    keynote = make_session(db, made, "Keynote", hours=11, minutes=60)
    make_session(db, made, "Panel", hours=9, room=made.studio, speakers="Dr Zed")
    make_session(db, made, "Trays", hours=12, room=made.studio, speakers=address_of(db, bo))
    set_conflict_levels(db, made.ada, made.event, levels=dict.fromkeys(ConflictKind, Level.WARN))

    before = wrong_after_swap(db, opening, keynote)
    unchanged = places(opening, keynote)
    swap_sessions(db, made.ada, opening, other=keynote)
    ids = {opening.session.public_id, keynote.session.public_id}
    after = [one for one in conflicts_of(db, made.event) if ids & set(one.sessions)]

    assert unchanged == [(made.hall.id, at(7)), (made.hall.id, at(11))]
    assert [str(one.reason) for one in before] == [str(one.reason) for one in after]
    assert ConflictKind.SPEAKER in {one.kind for one in before}


def test_a_swap_that_would_put_one_into_the_way_is_refused_and_moves_nothing(db, made):
    opening = make_session(db, made, "Opening", hours=7, minutes=120)
    keynote = make_session(db, made, "Keynote", hours=9, minutes=60)
    make_session(db, made, "Panel", hours=10)

    with pytest.raises(InTheWay, match="Opening and Panel are in Great Hall at the same time"):
        swap_sessions(db, made.ada, opening, other=keynote)

    for one in (opening, keynote):
        db.refresh(one.session)
    assert places(opening, keynote) == [(made.hall.id, at(7)), (made.hall.id, at(9))]


def test_there_is_nothing_to_swap_with_oneself_or_with_what_waits(db, made):
    opening, waiting = make_session(db, made, "Opening", hours=7), make_session(db, made, "Workshop")

    with pytest.raises(NothingToSwap, match="another session"):
        swap_sessions(db, made.ada, opening, other=opening)
    with pytest.raises(NothingToSwap, match=r"Workshop waits for a time\. Give it one first\."):
        swap_sessions(db, made.ada, opening, other=waiting)


@pytest.mark.parametrize("seen", [(2, 1), (1, 2)])
def test_whoever_saw_either_of_them_otherwise_swaps_nothing(db, made, seen):
    opening, keynote = make_session(db, made, "Opening", hours=7), make_session(db, made, "Keynote", hours=9)

    with pytest.raises(ChangedMeanwhile):
        swap_sessions(db, made.ada, opening, other=keynote, revision=seen[0], other_revision=seen[1])
