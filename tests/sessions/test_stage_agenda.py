"""A live room joined to the agenda: what is on, whose session things belong to, and what organisers take home."""

from datetime import timedelta

import pytest

from events.core import clock
from events.core.database import Database
from events.core.refusals import Invalid, NotAllowed
from events.exports import table_of
from realtime.snapshots import changes_json, snapshot_json
from sessions.chat import write_message
from sessions.hands import react, reactions_to
from sessions.on_now import session_on
from sessions.polls import PollOnStage, draft_poll, open_poll, vote_in_poll
from sessions.rooms import changes_since, room_snapshot
from sessions.stage_agenda import join_agenda, room_of_stage
from sessions.stages import ask_question
from sessions.timetable.rooms import change_room, remove_room
from sessions.timetable.rows import RoomInEvent
from sessions.timetable.sessions import remove_session
from tests.makers import again
from tests.sessions.makers_agenda import Programme, at, make_session, move_to, released, with_rooms
from tests.sessions.makers_pitches import Show, make_show


class Evening:
    """A show whose stage is the Great Hall, with two sessions in it and one elsewhere."""

    def __init__(self, db: Database) -> None:
        self.show: Show = make_show(db, opened=True)
        self.agenda: Programme = with_rooms(db, again(db, self.show.ada), self.show.event)
        self.first = make_session(db, self.agenda, "Opening", hours=18)
        self.second = make_session(db, self.agenda, "Pitches", hours=19)
        self.elsewhere = make_session(db, self.agenda, "Workshop", hours=18, room=self.agenda.studio)
        released(db, self.agenda)

    def join(self, db: Database, session: str = "") -> None:
        join_agenda(db, self.show.hal, self.show.room, room=self.agenda.hall.public_id, session=session)


@pytest.fixture
def evening(db: Database) -> Evening:
    return Evening(db)


def titles(db: Database, evening: Evening) -> list[str]:
    return [one.title for one in room_snapshot(db, evening.show.bo, evening.show.room).programme.sessions]


def test_the_clock_says_what_is_on(db, evening):
    evening.join(db)
    found = []
    for hours in (17.9, 18, 18.99, 19, 20):
        with clock.frozen_at(at(hours)):
            found.append(session_on(db, evening.show.stage))

    first, second = evening.first.session.id, evening.second.session.id
    assert found == [None, first, first, second, None]


def test_a_stage_that_is_joined_to_nothing_has_nothing_on(db, evening):
    with clock.frozen_at(at(18.5)):
        assert session_on(db, evening.show.stage) is None
    assert titles(db, evening) == []


def test_the_host_says_what_is_on_and_takes_it_back(db, evening):
    evening.join(db, evening.first.session.public_id)
    with clock.frozen_at(at(19.5)):
        held = session_on(db, evening.show.stage)
        evening.join(db)

        assert (held, session_on(db, evening.show.stage)) == (evening.first.session.id, evening.second.session.id)


def test_what_people_do_belongs_to_the_session_that_is_on(db, evening):
    evening.join(db)
    show = evening.show
    with clock.frozen_at(at(18.5)):
        question = ask_question(db, show.bo, show.room, body="Why straw?")
        message = write_message(db, show.bo, show.room, body="Good evening")
        poll = draft_poll(db, show.hal, show.room, question="Which?", choices=["Straw", "Wax"])
        react(db, show.bo, show.room, kind="heart")
    with clock.frozen_at(at(19.5)):
        later = ask_question(db, show.bo, show.room, body="Why wax?")
        open_poll(db, show.hal, PollOnStage(poll, show.stage, show.event.event))
        react(db, show.bo, show.room, kind="heart")

    first, second = evening.first.session.id, evening.second.session.id
    assert [one.session_id for one in (question, message, later, poll)] == [first, first, second, second]
    assert reactions_to(db, show.room.id, None)["heart"] == 2


def test_a_new_release_reaches_the_room_as_a_change(db, evening):
    evening.join(db)
    number = evening.show.stage.number
    move_to(db, evening.agenda, evening.elsewhere, 20)
    released(db, evening.agenda, "1.1")

    missed = changes_since(db, evening.show.bo, evening.show.room, number)
    shown = changes_json("st", missed)["programme"]

    assert missed.kinds == ("programme",)
    assert [one["title"] for one in shown["sessions"]] == ["Opening", "Pitches", "Workshop"]
    assert shown == snapshot_json("st", room_snapshot(db, evening.show.bo, evening.show.room))["programme"]


def test_a_draft_shows_nothing_before_its_release(db, evening):
    evening.join(db)
    make_session(db, evening.agenda, "Not yet", hours=21)

    assert titles(db, evening) == ["Opening", "Pitches"]


def test_a_room_that_is_called_otherwise_is_followed_from_the_next_release_on(db, evening):
    evening.join(db)
    change_room(
        db, evening.show.ada, RoomInEvent(evening.agenda.hall, evening.show.event), name="Big Hall",
        capacity=None, link="",
    )  # fmt: skip
    released(db, evening.agenda, "1.1")

    assert titles(db, evening) == ["Opening", "Pitches"]


def test_a_chosen_session_that_leaves_the_agenda_is_on_no_more(db, evening):
    evening.join(db, evening.second.session.public_id)
    remove_session(db, evening.show.ada, evening.second)
    released(db, evening.agenda, "1.1")

    with clock.frozen_at(at(18.5)):
        assert session_on(db, evening.show.stage) == evening.first.session.id


def test_a_room_that_goes_leaves_the_stage_joined_to_none(db, evening):
    studio = evening.agenda.studio
    join_agenda(db, evening.show.hal, evening.show.room, room=studio.public_id)
    move_to(db, evening.agenda, evening.elsewhere, 21)
    remove_room(db, evening.show.ada, RoomInEvent(studio, evening.show.event))

    assert (room_of_stage(db, evening.show.stage), titles(db, evening)) == ("", [])


@pytest.mark.parametrize(("room", "session"), [("rm_none", ""), ("hall", "se_none"), ("hall", "elsewhere")])
def test_another_room_or_session_is_refused(db, evening, room, session):
    named = {"hall": evening.agenda.hall.public_id, "elsewhere": evening.elsewhere.session.public_id}
    with pytest.raises(Invalid):
        join_agenda(
            db, evening.show.hal, evening.show.room, room=named.get(room, room), session=named.get(session, session)
        )


def test_only_who_runs_the_room_joins_it(db, evening):
    with pytest.raises(NotAllowed):
        join_agenda(db, evening.show.bo, evening.show.room, room="")


def test_organisers_take_home_what_was_said_by_session(db, evening):
    evening.join(db)
    show = evening.show
    with clock.frozen_at(at(18.5)):
        ask_question(db, show.bo, show.room, body="Why straw?")
        write_message(db, show.bo, show.room, body="Good evening")
        poll = draft_poll(db, show.hal, show.room, question="Which?", choices=["Straw", "Wax"])
        open_poll(db, show.hal, PollOnStage(poll, show.stage, show.event.event))
        choice = room_snapshot(db, show.bo, show.room).polls[0].choices[1].id
        vote_in_poll(db, show.bo, PollOnStage(poll, show.stage, show.event.event), choice=choice)
        react(db, show.bo, show.room, kind="heart")
    with clock.frozen_at(at(20) + timedelta(minutes=1)):
        ask_question(db, show.tam, show.room, body="Who pays?")

    rows = table_of(db, again(db, show.ada), show.event, "live").rows

    assert [(row[1], row[3], row[4], row[6]) for row in rows] == [
        ("Opening", "Question", "Why straw?", 0),
        ("", "Question", "Who pays?", 0),
        ("Opening", "Message", "Good evening", None),
        ("Opening", "Poll", "Which? Straw", 0),
        ("Opening", "Poll", "Which? Wax", 1),
        ("Opening", "Reaction", "heart", 1),
    ]
