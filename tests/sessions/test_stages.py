"""Stages: who is let in, questions and votes, and what somebody missed who was away."""

import threading

import pytest

from events.core.access import VISITOR
from events.core.database import Database, grouped, reading, transaction
from events.core.refusals import Invalid, NotAllowed, NotFound
from events.registration import appoint
from events.roles import Role
from sessions.rooms import RoomChanges, changes_since, room_snapshot
from sessions.running import close_stage, start_pitch
from sessions.stages import (
    QuestionOnStage,
    StageNotOpen,
    VotedAlready,
    ask_question,
    get_question,
    get_stage,
    hide_question,
    mark_answered,
    note_change,
    put_question_back,
    stages_of,
    take_vote_back,
    vote_for_question,
)
from tests.makers import again, make_person
from tests.sessions.makers_pitches import Show, make_show, order_of


def ask(db: Database, show: Show, body: str = "What does it cost?") -> QuestionOnStage:
    row = ask_question(db, show.bo, show.room, body=body)
    return QuestionOnStage(row, show.stage, show.event.event)


@pytest.mark.parametrize("name", ["ada", "hal", "tam", "bo"])
def test_whoever_takes_part_is_let_in(db: Database, name: str) -> None:
    show = make_show(db)

    found = get_stage(db, getattr(show, name), show.stage.public_id)

    assert found.stage.id == show.stage.id


@pytest.mark.parametrize("role", [Role.JUDGE, Role.CHALLENGE_OWNER, Role.MENTOR])
def test_judges_challenge_owners_and_mentors_are_let_in(db: Database, role: Role) -> None:
    show = make_show(db)
    dee = make_person(db, "Dee Dumont")
    appoint(db, show.ada, show.event, person_id=dee.person or 0, role=role)

    found = get_stage(db, again(db, dee), show.stage.public_id)

    assert found.stage.id == show.stage.id


def test_others_do_not_learn_that_there_is_a_room(db: Database) -> None:
    show = make_show(db)
    refused = 0

    for actor in (show.eve, VISITOR):
        with pytest.raises(NotFound):
            get_stage(db, actor, show.stage.public_id)
        with pytest.raises(NotFound):
            room_snapshot(db, actor, show.room)
        with pytest.raises(NotFound):
            changes_since(db, actor, show.room, 0)
        refused += 1

    assert (refused, stages_of(db, show.eve, show.event)) == (2, [])


def test_a_question_goes_to_the_team_on_stage(db: Database) -> None:
    show = make_show(db, opened=True)
    pitch = start_pitch(db, show.hal, show.room)

    ask_question(db, show.bo, show.room, body="  What does\n it cost? ", pitch_id=pitch.id)

    (card,) = room_snapshot(db, show.tam, show.room).questions
    assert (card.body, card.name, card.team, card.votes) == ("What does it cost?", "Bo Berg", "Lantern", 0)


@pytest.mark.parametrize("body", ["", " \n ", "x" * 501])
def test_a_question_has_some_words_and_not_too_many(db: Database, body: str) -> None:
    show = make_show(db, opened=True)

    with pytest.raises(Invalid) as refused:
        ask_question(db, show.bo, show.room, body=body)

    assert list(refused.value.fields) == ["body"]


def test_nobody_asks_in_a_room_that_is_not_open(db: Database) -> None:
    show = make_show(db)

    with pytest.raises(StageNotOpen):
        ask_question(db, show.bo, show.room, body="Is it on?")


def test_a_person_votes_once(db: Database) -> None:
    show = make_show(db, opened=True)
    question = ask(db, show)
    vote_for_question(db, show.tam, question)

    with pytest.raises(VotedAlready, match="take your vote back"):
        vote_for_question(db, show.tam, question)

    assert [(card.votes, card.mine) for card in room_snapshot(db, show.tam, show.room).questions] == [(1, True)]


def test_a_vote_is_taken_back_once(db: Database) -> None:
    show = make_show(db, opened=True)
    question = ask(db, show)
    vote_for_question(db, show.tam, question)

    take_vote_back(db, show.tam, question)
    take_vote_back(db, show.tam, question)

    assert [(card.votes, card.mine) for card in room_snapshot(db, show.tam, show.room).questions] == [(0, False)]


def test_nobody_votes_in_a_closed_room(db: Database) -> None:
    show = make_show(db, opened=True)
    question = ask(db, show)
    close_stage(db, show.hal, show.room)
    refused = 0

    for vote in (vote_for_question, take_vote_back):
        with pytest.raises(StageNotOpen):
            vote(db, show.tam, question)
        refused += 1

    assert refused == 2


def test_questions_with_most_votes_come_first_and_answered_ones_last(db: Database) -> None:
    show = make_show(db, opened=True)
    first, second, third = (ask(db, show, body) for body in ("One?", "Two?", "Three?"))
    vote_for_question(db, show.tam, third)
    vote_for_question(db, show.tam, first)
    vote_for_question(db, show.bo, first)
    mark_answered(db, show.hal, first)

    shown = room_snapshot(db, show.bo, show.room).questions

    assert [card.body for card in shown] == ["Three?", "Two?", "One?"]
    assert second.question.votes == 0


def test_a_hidden_question_is_read_by_nobody_but_those_who_run_the_room(db: Database) -> None:
    show = make_show(db, opened=True)
    question = ask(db, show, "Something rude")

    hide_question(db, show.hal, question)

    seen = [[card.body for card in room_snapshot(db, who, show.room).questions] for who in (show.bo, show.hal)]
    missed = changes_since(db, show.bo, show.room, 0).questions
    assert (seen, [(card.body, card.name) for card in missed]) == ([[], ["Something rude"]], [("", "")])


def test_a_hidden_question_is_not_found_by_its_id(db: Database) -> None:
    show = make_show(db, opened=True)
    question = ask(db, show)
    hide_question(db, show.hal, question)

    with pytest.raises(NotFound):
        get_question(db, show.bo, show.room, question.question.public_id)


def test_a_question_comes_back(db: Database) -> None:
    show = make_show(db, opened=True)
    question = ask(db, show)
    hide_question(db, show.hal, question)

    put_question_back(db, show.hal, question)

    assert [card.body for card in room_snapshot(db, show.bo, show.room).questions] == ["What does it cost?"]


@pytest.mark.parametrize("command", [mark_answered, hide_question, put_question_back])
def test_only_host_and_organiser_moderate(db: Database, command) -> None:
    show = make_show(db, opened=True)
    question = ask(db, show)
    refused = 0

    for actor in (show.bo, show.tam, show.eve, VISITOR):
        with pytest.raises(NotAllowed):
            command(db, actor, question)
        refused += 1

    assert refused == 4


@pytest.mark.parametrize(
    "command", [vote_for_question, take_vote_back, lambda db, who, q: ask_question(db, who, q, body="May I?")]
)
def test_outsiders_neither_ask_nor_vote(db: Database, command) -> None:
    show = make_show(db, opened=True)
    question = ask(db, show)
    refused = 0

    for actor in (show.eve, VISITOR):
        with pytest.raises(NotAllowed):
            command(db, actor, question)
        refused += 1

    assert refused == 2


def test_changes_are_numbered_without_gaps(db: Database) -> None:
    show = make_show(db, opened=True)
    seen = room_snapshot(db, show.bo, show.room).number
    start_pitch(db, show.hal, show.room)
    vote_for_question(db, show.tam, ask(db, show))

    missed = changes_since(db, show.bo, show.room, seen)

    kinds = ("pitch started", "question asked", "question votes")
    assert (missed.kinds, missed.since, missed.number) == (kinds, seen, seen + 3)


def test_what_was_missed_comes_as_it_is_now(db: Database) -> None:
    show = make_show(db, opened=True)
    question = ask(db, show)
    vote_for_question(db, show.tam, question)
    vote_for_question(db, show.bo, question)

    missed = changes_since(db, show.bo, show.room, 0)

    assert [(card.body, card.votes) for card in missed.questions] == [("What does it cost?", 2)]


def test_who_missed_nothing_gets_nothing(db: Database) -> None:
    show = make_show(db, opened=True)
    number = room_snapshot(db, show.bo, show.room).number

    missed = changes_since(db, show.bo, show.room, number)

    assert missed == RoomChanges(number, number, missed.now)


def test_who_missed_too_much_is_told_to_look_again(db: Database) -> None:
    show = make_show(db, opened=True)
    for _change in range(501):
        note_change(db, show.stage, "order changed")

    missed = changes_since(db, show.bo, show.room, 0)

    assert (missed.whole, missed.questions) == (True, ())


def test_a_failed_vote_leaves_no_number_behind(database_url: str) -> None:
    with transaction() as db:
        show = make_show(db, opened=True)
        question = ask(db, show)
        vote_for_question(db, show.tam, question)

    with pytest.raises(VotedAlready):
        grouped(lambda db: vote_for_question(db, show.tam, question))

    with reading() as db:
        assert changes_since(db, show.bo, show.room, 0).kinds[-1] == "question votes"
        assert len(changes_since(db, show.bo, show.room, 0).kinds) == room_snapshot(db, show.bo, show.room).number


def test_forty_votes_at_once_are_forty_votes_with_forty_numbers(database_url: str) -> None:
    with transaction() as db:
        show = make_show(db, opened=True)
        question = ask(db, show)
        crowd = [make_person(db, f"Person {n}", email=f"p{n}@live.example") for n in range(40)]
        before = show.stage.number
    crowd = [type(one)(one.person, show.bo.ties) for one in crowd]

    threads = [
        threading.Thread(target=lambda one=one: grouped(lambda db: vote_for_question(db, one, question)))
        for one in crowd
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with reading() as db:
        missed = changes_since(db, show.bo, show.room, before)
        votes = missed.questions[0].votes
        assert (missed.kinds, missed.number - before, votes) == (("question votes",), 40, 40)


def test_two_hosts_at_once_put_one_team_on_stage(database_url: str) -> None:
    with transaction() as db:
        show = make_show(db, opened=True)
    results: list[str] = []

    def press() -> None:
        try:
            with transaction() as db:
                start_pitch(db, show.hal, get_stage(db, show.hal, show.stage.public_id), after="")
            results.append("started")
        except Exception as refused:
            results.append(type(refused).__name__)

    threads = [threading.Thread(target=press) for _host in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(results) == ["MovedOnAlready"] * 3 + ["started"]
    with reading() as db:
        assert [state for _team, state in order_of(db, show.stage)] == ["on stage", "waiting", "waiting"]
