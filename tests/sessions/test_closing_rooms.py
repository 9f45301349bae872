"""What comes while a room is being closed: whoever waited for their turn sees the room as it is by then."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm.attributes import set_committed_value

from events.core.database import Database, reading, transaction
from events.core.refusals import Conflict
from sessions.chat import write_message
from sessions.hands import raise_hand, react
from sessions.moderation import make_pass
from sessions.passes import follow_pass
from sessions.polls import PollOnStage, draft_poll, get_poll, open_poll, polls_shown, vote_in_poll
from sessions.running import close_stage, open_stage, start_pitch
from sessions.stages import (
    QuestionOnStage,
    Stage,
    StageInEvent,
    StageNotOpen,
    StageState,
    ask_question,
    get_stage,
    vote_for_question,
)
from tests.sessions.makers_pitches import Show, make_show
from tests.sessions.racing import kinds, race

Act = Callable[[Database, Show, StageInEvent], object]


@pytest.fixture
def show(database_url: str) -> Show:
    """An open room."""
    with transaction() as db:
        return make_show(db, opened=True)


def as_seen(db: Database, show: Show, state: StageState) -> StageInEvent:
    """The room as it stood on somebody's page, whatever has become of it since."""
    with reading() as before:
        stage = before.get_one(Stage, show.stage.id)
    set_committed_value(stage, "state", state)
    return StageInEvent(db.merge(stage, load=False), show.event.event)


ACTS: dict[str, Act] = {
    "a message": lambda db, show, room: write_message(db, show.hal, room, body="Still here?"),
    "a question": lambda db, show, room: ask_question(db, show.bo, room, body="How thick?"),
    "a hand": lambda db, show, room: raise_hand(db, show.bo, room),
    "a reaction": lambda db, show, room: react(db, show.bo, room, kind="heart"),
    "the next pitch": lambda db, show, room: start_pitch(db, show.hal, room),
    "the end": lambda db, show, room: close_stage(db, show.hal, room),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_what_waited_while_the_room_was_closed_is_refused(show: Show, act: Act) -> None:
    with transaction() as db:
        close_stage(db, show.hal, get_stage(db, show.hal, show.stage.public_id))

    with transaction() as db, pytest.raises(StageNotOpen):
        act(db, show, as_seen(db, show, StageState.OPEN))


def test_votes_that_waited_are_refused_too(show: Show) -> None:
    with transaction() as db:
        room = get_stage(db, show.hal, show.stage.public_id)
        question = ask_question(db, show.bo, room, body="How thick?")
        poll = draft_poll(db, show.hal, room, question="Buy it?", choices=["Yes", "No"])
        open_poll(db, show.hal, get_poll(db, show.hal, room, poll.public_id))
        choice = polls_shown(db, show.stage.id, None, whole=True)[0].choices[0].id
    with transaction() as db:
        close_stage(db, show.hal, get_stage(db, show.hal, show.stage.public_id))

    with transaction() as db:
        seen = as_seen(db, show, StageState.OPEN)
        with pytest.raises(StageNotOpen):
            vote_for_question(db, show.tam, QuestionOnStage(db.merge(question, load=False), seen.stage, seen.event))
        with pytest.raises(StageNotOpen):
            vote_in_poll(db, show.tam, PollOnStage(db.merge(poll, load=False), seen.stage, seen.event), choice=choice)


def test_two_hosts_open_a_room_once(show: Show) -> None:
    with transaction() as db, pytest.raises(Conflict, match="open already"):
        open_stage(db, show.hal, as_seen(db, show, StageState.PLANNED))


def test_a_pass_lets_no_more_in_than_it_says_in_a_race(show: Show) -> None:
    with transaction() as db:
        found = make_pass(db, show.hal, get_stage(db, show.hal, show.stage.public_id), most=2)

    def come(db: Database) -> None:
        follow_pass(db, found)

    assert kinds(race(*[come] * 6)) == [*["PassIsOver"] * 4, "done", "done"]
