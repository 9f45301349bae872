"""State and messages make the new snapshot: over random histories of a room, with messages that get lost.

A history is of everything that people do in one: pitches and their countdown, questions, chat, polls, hands, reactions,
moderation, the agenda.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from events.core import clock
from events.core.access import Actor
from events.core.database import Database, transaction
from events.core.refusals import Refusal
from realtime.snapshots import changes_json, snapshot_json
from sessions.chat import ChatMessage, MessageOnStage, write_message
from sessions.hands import HandOnStage, RaisedHand, give_the_floor, lower_hand, lower_hand_of, raise_hand, react
from sessions.moderated import person_on_stage
from sessions.moderation import (
    PersonOnStage,
    let_back_in,
    let_speak_again,
    put_message_back,
    remove_from_room,
    report_message,
    set_manners,
    settle_reports,
    silence_person,
    take_message_off,
)
from sessions.pitches import cancel_pitch, pitches_of, put_pitch_back, reorder_pitch, skip_pitch
from sessions.polls import (
    Poll,
    PollChoice,
    PollOnStage,
    Results,
    close_poll,
    draft_poll,
    open_poll,
    show_poll_results,
    vote_in_poll,
)
from sessions.rooms import changes_after, changes_since, room_snapshot
from sessions.running import (
    add_time,
    close_stage,
    end_pitch,
    open_stage,
    pause_pitch,
    pitch_on_stage,
    resume_pitch,
    start_pitch,
)
from sessions.stage_agenda import join_agenda
from sessions.stages import (
    QuestionOnStage,
    StageQuestion,
    ask_question,
    hide_question,
    mark_answered,
    pin_question,
    put_question_back,
    take_vote_back,
    vote_for_question,
)
from sessions.timetable.rows import rooms_of
from tests.makers import NOW, again, person_of
from tests.realtime.reader import Json, Reader, reader_of
from tests.sessions.makers_agenda import make_session, released, with_rooms
from tests.sessions.makers_pitches import Show, make_show

Step = Callable[[Database, Show, random.Random], object]


def _any_question(db: Database, show: Show, dice: random.Random) -> QuestionOnStage:
    rows = db.exec(select(StageQuestion).where(StageQuestion.stage_id == show.stage.id)).all()
    return QuestionOnStage(dice.choice(rows), show.stage, show.event.event)


def _somebody(show: Show, dice: random.Random) -> Actor:
    return dice.choice([show.bo, show.tam, show.ada])


def _one_of(db: Database, show: Show, dice: random.Random, relation: type) -> Any:
    rows = db.exec(select(relation).where(relation.stage_id == show.stage.id).order_by(relation.id)).all()
    return dice.choice(rows)


def _any_message(db: Database, show: Show, dice: random.Random) -> MessageOnStage:
    return MessageOnStage(_one_of(db, show, dice, ChatMessage), show.stage, show.event.event)


def _any_poll(db: Database, show: Show, dice: random.Random) -> PollOnStage:
    return PollOnStage(_one_of(db, show, dice, Poll), show.stage, show.event.event)


def _any_hand(db: Database, show: Show, dice: random.Random) -> HandOnStage:
    return HandOnStage(_one_of(db, show, dice, RaisedHand), show.stage, show.event.event)


def _tam(db: Database, show: Show) -> PersonOnStage:
    return person_on_stage(db, show.hal, show.room, show.event, person_of(db, show.tam).public_id)


def _draft(db: Database, show: Show, dice: random.Random) -> Poll:
    results = dice.choice(list(Results))
    return draft_poll(db, show.hal, show.room, question=f"Which {dice.random()}?", choices=["a", "b"], results=results)


def _vote(db: Database, show: Show, dice: random.Random) -> None:
    poll = _any_poll(db, show, dice)
    choices = db.exec(select(PollChoice).where(PollChoice.poll_id == poll.id).order_by(PollChoice.id)).all()
    vote_in_poll(db, _somebody(show, dice), poll, choice=dice.choice(choices).public_id)


def _manners(db: Database, show: Show, dice: random.Random) -> None:
    wait, slow = dice.random() < 0.3, dice.choice([0, 0, 5])
    set_manners(db, show.hal, show.room, chat=dice.random() < 0.8, questions_wait=wait, slow_seconds=slow)


def _join(db: Database, show: Show, dice: random.Random) -> None:
    room = dice.choice(["", rooms_of(db, show.event.id)[0].public_id])
    join_agenda(db, show.hal, show.room, room=room)


def _reacts(db: Database, show: Show, actor: Actor, kind: str) -> None:
    on = pitch_on_stage(db, show.stage)
    react(db, actor, show.room, kind=kind, pitch_id=on.id if on else None)


def _says(db: Database, show: Show, dice: random.Random) -> None:
    write_message(db, again(db, _somebody(show, dice)), show.room, body=f"Message {dice.random()}")


STEPS: list[Step] = [
    lambda db, show, dice: ask_question(db, _somebody(show, dice), show.room, body=f"Question {dice.random()}?"),
    lambda db, show, dice: vote_for_question(db, _somebody(show, dice), _any_question(db, show, dice)),
    lambda db, show, dice: take_vote_back(db, _somebody(show, dice), _any_question(db, show, dice)),
    lambda db, show, dice: mark_answered(db, show.hal, _any_question(db, show, dice)),
    lambda db, show, dice: hide_question(db, show.hal, _any_question(db, show, dice)),
    lambda db, show, dice: put_question_back(db, show.hal, _any_question(db, show, dice)),
    lambda db, show, dice: start_pitch(db, show.hal, show.room),
    lambda db, show, dice: end_pitch(db, show.hal, show.room),
    lambda db, show, dice: add_time(db, show.hal, show.room, seconds=dice.randint(10, 90)),
    lambda db, show, dice: reorder_pitch(db, show.hal, show.room, pitch=_any_pitch(db, show, dice), up=True),
    lambda db, show, dice: put_pitch_back(db, show.hal, show.room, pitch=_any_pitch(db, show, dice)),
    lambda db, show, dice: cancel_pitch(db, show.hal, show.room, pitch=_any_pitch(db, show, dice)),
    lambda db, show, dice: close_stage(db, show.hal, show.room),
    lambda db, show, dice: open_stage(db, show.hal, show.room),
    lambda db, show, dice: pause_pitch(db, show.hal, show.room),
    lambda db, show, dice: resume_pitch(db, show.hal, show.room),
    lambda db, show, dice: skip_pitch(db, show.hal, show.room, pitch=_any_pitch(db, show, dice)),
    lambda db, show, dice: pin_question(db, show.hal, _any_question(db, show, dice), pinned=dice.random() < 0.7),
    _says,
    _says,
    lambda db, show, dice: take_message_off(db, show.hal, _any_message(db, show, dice)),
    lambda db, show, dice: put_message_back(db, show.hal, _any_message(db, show, dice)),
    lambda db, show, dice: report_message(db, show.bo, _any_message(db, show, dice)),
    lambda db, show, dice: settle_reports(db, show.hal, _any_message(db, show, dice)),
    _draft,
    lambda db, show, dice: open_poll(db, show.hal, _any_poll(db, show, dice)),
    lambda db, show, dice: close_poll(db, show.hal, _any_poll(db, show, dice)),
    lambda db, show, dice: show_poll_results(
        db, show.hal, _any_poll(db, show, dice), results=dice.choice(list(Results))
    ),
    _vote,
    lambda db, show, dice: raise_hand(db, again(db, _somebody(show, dice)), show.room),
    lambda db, show, dice: lower_hand(db, _somebody(show, dice), show.room),
    lambda db, show, dice: give_the_floor(db, show.hal, _any_hand(db, show, dice)),
    lambda db, show, dice: lower_hand_of(db, show.hal, _any_hand(db, show, dice)),
    lambda db, show, dice: _reacts(db, show, _somebody(show, dice), dice.choice(["heart", "laugh"])),
    _manners,
    _join,
    lambda db, show, dice: silence_person(db, show.hal, _tam(db, show)),
    lambda db, show, dice: let_speak_again(db, show.hal, _tam(db, show)),
    lambda db, show, dice: remove_from_room(db, show.hal, _tam(db, show)),
    lambda db, show, dice: let_back_in(db, show.hal, _tam(db, show)),
]


def _any_pitch(db: Database, show: Show, dice: random.Random):
    return dice.choice(pitches_of(db, show.stage))


def snapshot(db: Database, show: Show) -> Json:
    return snapshot_json(show.stage.public_id, room_snapshot(db, show.bo, show.room))


def live_through(db: Database, show: Show, seed: int, steps: list[int], *, catching_up: bool) -> tuple[Reader, Reader]:
    """A reader who was there from the beginning, and lost a third of the messages, beside one who has just come."""
    dice, told = random.Random(seed), show.stage.number
    reader = reader_of(snapshot(db, show))
    for at, step in enumerate(steps):
        with clock.frozen_at(NOW + timedelta(seconds=7 * at)), suppress(Refusal, IndexError), db.begin_nested():
            STEPS[step](db, show, dice)
        if dice.random() < 0.5:
            continue  # what follows travels in the same message
        message = changes_json(show.stage.public_id, changes_after(db, show.room.id, told))
        told = message["number"]
        if dice.random() < 0.33 or reader.hear(message) or not catching_up:
            continue  # it was lost, or taken, or the reader does not mind gaps
        reader.take(changes_json(show.stage.public_id, changes_since(db, show.bo, show.room, reader.number)))
    if catching_up:
        reader.take(changes_json(show.stage.public_id, changes_since(db, show.bo, show.room, reader.number)))
    return reader, reader_of(snapshot(db, show))


@contextmanager
def tried(db: Database) -> Iterator[None]:
    """Everything that happens in the block did not happen."""
    savepoint = db.begin_nested()
    try:
        yield
    finally:
        savepoint.rollback()
        db.expire_all()


@pytest.fixture
def show(db: Database) -> Show:
    made = make_show(db, opened=True)
    agenda = with_rooms(db, again(db, made.ada), made.event)
    make_session(db, agenda, "Pitches", hours=19)
    released(db, agenda)
    db.flush()
    return made


HISTORIES = st.lists(st.integers(0, len(STEPS) - 1), min_size=5, max_size=60)


@given(seed=st.integers(0, 10_000), steps=HISTORIES)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_state_and_messages_make_the_new_snapshot(db: Database, show: Show, seed: int, steps: list[int]) -> None:
    with tried(db):
        reader, newcomer = live_through(db, show, seed, steps, catching_up=True)

        assert (reader.number, reader.shown()) == (newcomer.number, newcomer.shown())


def test_who_does_not_mind_gaps_shows_something_else(db: Database, show: Show) -> None:
    """The negative control: without the numbers, a lost message stays lost."""
    differ = 0
    for seed in range(10):
        with tried(db):
            steps = random.Random(seed).choices(range(len(STEPS)), k=60)
            reader, newcomer = live_through(db, show, seed, steps, catching_up=False)
            differ += reader.shown() != newcomer.shown()

    assert differ > 5


def test_a_history_is_long_enough_to_miss_something(database_url: str) -> None:
    """That the property is about something: gaps are noticed in most histories."""
    with transaction() as db:
        show = make_show(db, opened=True)
        missed = 0
        for seed in range(10):
            with tried(db):
                steps = random.Random(seed).choices(range(len(STEPS)), k=60)
                missed += live_through(db, show, seed, steps, catching_up=True)[0].missed > 0

    assert missed >= 7


def _a_poll_opens(db: Database, show: Show) -> None:
    open_poll(db, show.hal, PollOnStage(_draft(db, show, random.Random(1)), show.stage, show.event.event))


# One thing of each kind that a page shows, each by the command that a page sends.
OF_EACH_KIND: dict[str, Callable[[Database, Show], object]] = {
    "questions": lambda db, show: ask_question(db, show.tam, show.room, body="Who pays?"),
    "chat": lambda db, show: write_message(db, show.tam, show.room, body="Good evening"),
    "polls": _a_poll_opens,
    "hands": lambda db, show: raise_hand(db, show.tam, show.room),
    "reactions": lambda db, show: _reacts(db, show, show.tam, "heart"),
    "manners": lambda db, show: set_manners(db, show.hal, show.room, chat=False, questions_wait=False, slow_seconds=5),
    "programme": lambda db, show: join_agenda(db, show.hal, show.room, room=rooms_of(db, show.event.id)[0].public_id),
    "running": lambda db, show: add_time(db, show.hal, show.room, seconds=60),
}


@pytest.mark.parametrize("kind", OF_EACH_KIND)
def test_a_lost_message_of_each_kind_is_noticed_and_without_that_it_stays_lost(
    db: Database, show: Show, kind: str
) -> None:
    start_pitch(db, show.hal, show.room)
    question = QuestionOnStage(ask_question(db, show.tam, show.room, body="Before?"), show.stage, show.event.event)
    careful, careless = reader_of(snapshot(db, show)), reader_of(snapshot(db, show))

    OF_EACH_KIND[kind](db, show)
    told = show.stage.number  # the message about it is lost
    vote_for_question(db, show.bo, question)
    later = changes_json(show.stage.public_id, changes_after(db, show.room.id, told))
    noticed = not careful.hear(later)
    careless.take(later)
    careful.take(changes_json(show.stage.public_id, changes_since(db, show.bo, show.room, careful.number)))

    newest = reader_of(snapshot(db, show)).shown()
    differ = {name for name, value in careless.shown().items() if value != newest[name]}
    assert (noticed, differ, careful.shown() == newest) == (True, {kind}, True)
