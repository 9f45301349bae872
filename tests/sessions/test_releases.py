"""Releases of an agenda: what everybody sees, what changed, and whose calendars follow."""

import pytest
from sqlmodel import col, select

from events.core.access import VISITOR
from events.core.journal import JournalEntry
from events.core.refusals import Conflict, Invalid, NotAllowed, NotFound
from sessions.timetable.conflicts import ConflictKind, Level, set_conflict_levels
from sessions.timetable.released import agenda_of, agendas_of, last_release, releases_of
from sessions.timetable.releases import (
    AgendaBlocked,
    ChangeKind,
    NothingNew,
    changes_between,
    draft_of,
    release_agenda,
)
from sessions.timetable.rooms import change_room
from sessions.timetable.rows import RoomInEvent
from sessions.timetable.sessions import Wording, change_session, remove_session, take_session_off
from sessions.timetable.stars import get_agenda_session, own_sessions, star_session, starred_by, unstar_session
from tests.makers import again, make_event, make_programme
from tests.sessions.makers_agenda import address_of, at, make_agenda, make_session, move_to, released, shown


@pytest.fixture
def made(db, ada, bo, cy):
    return make_agenda(db, ada, bo, cy)


def facts(db, *names):
    query = select(JournalEntry).where(col(JournalEntry.kind).in_(names)).order_by(col(JournalEntry.id))
    return [(one.kind, one.particulars.get("person_id"), one.particulars["sequence"]) for one in db.exec(query)]


TOLD = ("SpeakerScheduled", "SpeakerMoved", "SpeakerFreed")


def test_everybody_sees_the_last_release_and_not_the_draft(db, made):
    session = make_session(db, made, "Opening", hours=7)
    assert (made.event.event.has_agenda, shown(db, made)) == (False, [])
    released(db, made)

    move_to(db, made, session, 8)
    change_room(db, made.ada, RoomInEvent(made.hall, made.event), name="Small Hall", capacity=9, link="")
    make_session(db, made, "Draft", hours=12)

    assert made.event.event.has_agenda
    assert [(one.title, one.starts_at, one.room) for one in shown(db, made)] == [("Opening", at(7), "Great Hall")]


def test_the_change_log_tells_new_moved_changed_and_cancelled(db, made):
    one, two, three = (make_session(db, made, name, hours=7 + n) for n, name in enumerate(("A", "B", "C")))
    released(db, made)
    move_to(db, made, one, 12, made.studio)
    change_session(db, made.ada, two, wording=Wording("B", abstract="Other words", minutes=60),
                   place=None)  # fmt: skip
    move_to(db, made, two, 8)
    take_session_off(db, made.ada, three)
    make_session(db, made, "D", hours=10)
    released(db, made, "2.0")

    after, before = agendas_of(db, releases_of(db, made.event.id))
    found = [(change.kind, change.now.title) for change in changes_between(before, after)]
    assert found == [(ChangeKind.CHANGED, "B"), (ChangeKind.CANCELLED, "C"), (ChangeKind.NEW, "D"),
                     (ChangeKind.MOVED, "A")]  # fmt: skip
    moved = changes_between(before, after)[-1]
    assert (moved.before.starts_at, moved.before.room, moved.after.starts_at, moved.after.room) == (
        at(7), "Great Hall", at(12), "Studio",
    )  # fmt: skip


def test_a_release_has_a_name_of_its_own_and_something_new(db, made):
    with pytest.raises(NothingNew):
        released(db, made)
    make_session(db, made, "Opening", hours=7)
    for name in ("", "x" * 61):
        with pytest.raises(Invalid):
            released(db, made, name)
    released(db, made)
    with pytest.raises(NothingNew):
        released(db, made, "2.0")
    make_session(db, made, "Keynote", hours=9)
    with pytest.raises(Invalid) as refused:
        released(db, made, "1.0")

    assert str(refused.value.fields["name"]) == "There is a release called 1.0 already."
    assert [(one.number, one.name) for one in releases_of(db, made.event.id)] == [(1, "1.0")]


def test_what_stops_stops_a_release_and_what_warns_does_not(db, made):
    levels = {ConflictKind.ROOM: Level.WARN}
    set_conflict_levels(db, made.ada, made.event, levels=levels)
    make_session(db, made, "Opening", hours=7)
    make_session(db, made, "Keynote", hours=7)
    set_conflict_levels(db, made.ada, made.event, levels={})
    with pytest.raises(AgendaBlocked) as refused:
        released(db, made)
    assert "Opening and Keynote are in Great Hall" in str(refused.value)

    set_conflict_levels(db, made.ada, made.event, levels=levels)
    released(db, made)

    assert len(shown(db, made)) == 2


def test_a_draft_event_has_no_agenda_to_show(db, made):
    programme = make_programme(db, made.ada, "Other")
    ada = again(db, made.ada)
    event = make_event(db, ada, programme, name="Later", published=False)
    with pytest.raises(NotAllowed):
        release_agenda(db, VISITOR, made.event, name="1.0")
    with pytest.raises(Conflict):
        release_agenda(db, ada, event, name="1.0")


def test_speakers_have_the_time_in_their_calendars_and_hear_of_each_move_once(db, made, bo, cy):
    both = f"{address_of(db, bo)}\n{address_of(db, cy)}"
    session = make_session(db, made, "Opening", hours=7, speakers=address_of(db, bo))
    make_session(db, made, "Elsewhere", hours=12)
    released(db, made)
    assert facts(db, *TOLD) == [("SpeakerScheduled", bo.person, 0)]

    wording = Wording("Opening", abstract="More words", minutes=60, speakers=both)
    change_session(db, made.ada, session, wording=wording, place=None)
    move_to(db, made, session, 7)
    released(db, made, "with Cy")
    assert facts(db, *TOLD)[1:] == [("SpeakerScheduled", cy.person, 0)]

    move_to(db, made, session, 8)
    released(db, made, "later")
    assert facts(db, *TOLD)[2:] == [("SpeakerMoved", bo.person, 1), ("SpeakerMoved", cy.person, 1)]


def test_whoever_does_not_speak_any_more_is_taken_out_and_the_others_go_on(db, made, bo, cy):
    both = f"{address_of(db, bo)}\n{address_of(db, cy)}"
    session = make_session(db, made, "Opening", hours=7, speakers=both)
    released(db, made)
    change_session(db, made.ada, session, wording=Wording("Opening", minutes=60, speakers=address_of(db, cy)),
                   place=None)  # fmt: skip
    move_to(db, made, session, 7)
    released(db, made, "without Bo")
    assert facts(db, *TOLD)[2:] == [("SpeakerFreed", bo.person, 1)]

    remove_session(db, made.ada, session)
    released(db, made, "without it")
    assert facts(db, *TOLD)[3:] == [("SpeakerFreed", cy.person, 3)]


def test_a_session_that_comes_back_asks_only_those_who_speak_then(db, made, bo, cy):
    session = make_session(db, made, "Opening", hours=7, speakers=address_of(db, bo))
    released(db, made)
    take_session_off(db, made.ada, session)
    released(db, made, "off")
    change_session(db, made.ada, session, wording=Wording("Opening", minutes=60, speakers=address_of(db, cy)),
                   place=None)  # fmt: skip
    move_to(db, made, session, 9)
    released(db, made, "on again")
    take_session_off(db, made.ada, session)
    released(db, made, "off again")

    assert facts(db, *TOLD) == [
        ("SpeakerScheduled", bo.person, 0), ("SpeakerFreed", bo.person, 1), ("SpeakerScheduled", cy.person, 2),
        ("SpeakerFreed", cy.person, 3),
    ]  # fmt: skip


def test_a_star_is_ones_own_and_shows_with_what_one_speaks_in(db, made, bo, cy):
    make_session(db, made, "Opening", hours=7, speakers=address_of(db, cy))
    starred = make_session(db, made, "Keynote", hours=9)
    make_session(db, made, "Neither", hours=11)
    released(db, made)
    subject = get_agenda_session(db, made.event, starred.session.public_id)

    star_session(db, cy, subject)
    star_session(db, cy, subject)
    assert [one.title for one in own_sessions(db, cy, made.event)] == ["Opening", "Keynote"]
    assert own_sessions(db, bo, made.event) == []
    unstar_session(db, cy, subject)

    assert starred_by(db, cy, shown(db, made)) == set()
    with pytest.raises(NotAllowed):
        star_session(db, VISITOR, subject)


def test_a_session_that_is_not_released_is_not_there(db, made):
    session = make_session(db, made, "Opening", hours=7)
    with pytest.raises(NotFound):
        get_agenda_session(db, made.event, session.session.public_id)

    assert agenda_of(db, last_release(db, made.event.id)) == []
    assert [one.title for one in draft_of(db, made.event)] == ["Opening"]
