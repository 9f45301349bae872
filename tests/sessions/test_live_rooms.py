"""What people do in a live room besides asking: chat, polls, hands, reactions; and what moderators do about it."""

from datetime import timedelta

import pytest
from sqlalchemy import delete

from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.core.refusals import Invalid, NotAllowed, NotFound
from events.events import close_event
from events.registration import RegistrationInEvent, find_registration, withdraw_registration
from sessions.chat import ChatIsOff, SlowDown, get_message, write_message
from sessions.hall_guests import NotFromTheHall, hall_questions_in, let_hall_guest_speak, silence_hall_guest
from sessions.hands import (
    RaisedAlready,
    RaisedHand,
    get_hand,
    give_the_floor,
    hands_in,
    lower_hand,
    lower_hand_of,
    raise_hand,
    react,
)
from sessions.manners import Silenced
from sessions.moderated import acts_in, pass_to_stage, person_on_stage, reports_in
from sessions.moderation import (
    Act,
    ReportedAlready,
    RunsTheRoom,
    let_back_in,
    make_pass,
    remove_from_room,
    report_message,
    set_manners,
    set_unwanted_words,
    settle_reports,
    silence_person,
    take_message_off,
    take_pass_back,
)
from sessions.passes import PassIsOver, find_pass, follow_pass, guest_with
from sessions.polls import (
    PollNotOpen,
    PollOnStage,
    Results,
    close_poll,
    draft_poll,
    get_poll,
    open_poll,
    polls_shown,
    show_poll_results,
    vote_in_poll,
)
from sessions.rooms import changes_since, room_snapshot
from sessions.running import add_time, close_stage, pause_pitch, resume_pitch, start_pitch
from sessions.stages import (
    QuestionOnStage,
    StageNotOpen,
    StageState,
    VotedAlready,
    ask_question,
    get_stage,
    pin_question,
    put_question_back,
    vote_for_question,
)
from tests.makers import again, person_of
from tests.sessions.makers_pitches import Show, make_show, order_of, pitch_of


@pytest.fixture
def show(db: Database) -> Show:
    return make_show(db, opened=True)


def make_poll(db: Database, show: Show, *, results: Results = Results.CLOSED, opened: bool = True) -> PollOnStage:
    poll = draft_poll(db, show.hal, show.room, question="Would you buy it?", choices=["Yes", "No"], results=results)
    subject = get_poll(db, show.hal, show.room, poll.public_id)
    if opened:
        open_poll(db, show.hal, subject)
    return subject


def choices_of(db: Database, show: Show, who: Actor) -> list[str]:
    return [one.id for one in room_snapshot(db, who, show.room).polls[0].choices]


def counts(db: Database, show: Show, who: Actor) -> list[int | None]:
    return [one.votes for one in room_snapshot(db, who, show.room).polls[0].choices]


def somebody(db: Database, show: Show, who: Actor):
    public = person_of(db, who).public_id
    return person_on_stage(db, show.hal, show.room, show.event, public)


# --- chat


def test_what_is_said_stands_there_in_its_order(db: Database, show: Show) -> None:
    before = show.stage.number
    write_message(db, show.bo, show.room, body="Good   evening")
    write_message(db, show.tam, show.room, body="Hello")

    said = [(card.name, card.body) for card in room_snapshot(db, show.bo, show.room).chat]
    missed = changes_since(db, show.tam, show.room, before)
    assert said == [("Bo Berg", "Good evening"), ("Tam Tamm", "Hello")]
    assert ([card.body for card in missed.chat], missed.running) == (["Good evening", "Hello"], None)


@pytest.mark.parametrize("body", ["", " \n", "x" * 501])
def test_a_message_has_some_words_and_not_too_many(db: Database, show: Show, body: str) -> None:
    with pytest.raises(Invalid) as refused:
        write_message(db, show.bo, show.room, body=body)

    assert list(refused.value.fields) == ["said"]


def test_in_a_slow_chat_one_pauses_and_the_host_does_not(db: Database, show: Show) -> None:
    set_manners(db, show.hal, show.room, chat=True, questions_wait=False, slow_seconds=30)
    write_message(db, show.bo, show.room, body="One")
    with pytest.raises(SlowDown, match="30 seconds"):
        write_message(db, show.bo, show.room, body="Two")
    with clock.frozen_at(clock.now() + timedelta(seconds=30)):
        write_message(db, show.bo, show.room, body="Three")
    for body in ("Four", "Five"):
        write_message(db, show.hal, show.room, body=body)

    assert len(room_snapshot(db, show.bo, show.room).chat) == 4


def test_a_chat_that_is_closed_is_closed(db: Database, show: Show) -> None:
    set_manners(db, show.hal, show.room, chat=False, questions_wait=False, slow_seconds=0)

    with pytest.raises(ChatIsOff):
        write_message(db, show.bo, show.room, body="Hello?")

    assert room_snapshot(db, show.bo, show.room).manners.chat is False


def test_unwanted_words_are_refused_and_parts_of_words_are_not(db: Database, show: Show) -> None:
    set_unwanted_words(db, show.hal, show.event, words=["Wax", " ", "wax", "cheap trick"])
    refused = []
    for body in ("No WAX, please", "What a cheap, old trick"):
        with pytest.raises(Invalid) as found:
            write_message(db, show.bo, show.room, body=body)
        refused.append(list(found.value.fields))
    with pytest.raises(Invalid):
        ask_question(db, show.bo, show.room, body="Is it wax?")
    write_message(db, show.bo, show.room, body="A waxwing")

    assert refused == [["said"]] * 2


@pytest.mark.parametrize("word", ["spam-site.example", "c++", "f*ck", "d'oh"])
def test_what_is_more_than_letters_is_unwanted_as_it_stands(db: Database, show: Show, word: str) -> None:
    set_unwanted_words(db, show.hal, show.event, words=[word])
    with pytest.raises(Invalid):
        write_message(db, show.bo, show.room, body=f"Look: {word.upper()}!")
    write_message(db, show.bo, show.room, body=f"Look: x{word}x, spam, site, c, d and f")

    assert room_snapshot(db, show.bo, show.room).chat[0].body.startswith("Look: x")


# --- polls


def test_results_are_shown_by_their_rule(db: Database, show: Show) -> None:
    seen = {}
    for results in Results:
        subject = make_poll(db, show, results=results)
        choice = polls_shown(db, show.room.id, show.bo, whole=False)[-1].choices[0].id
        vote_in_poll(db, show.bo, subject, choice=choice)
        shown = [[one.votes for one in polls_shown(db, show.room.id, None, whole=False)[-1].choices]]
        close_poll(db, show.hal, subject)
        shown.append([one.votes for one in polls_shown(db, show.room.id, None, whole=False)[-1].choices])
        seen[results] = shown

    assert seen == {
        Results.LIVE: [[1, 0], [1, 0]],
        Results.CLOSED: [[None, None], [1, 0]],
        Results.HELD: [[None, None], [None, None]],
    }


def test_a_result_that_is_held_back_is_seen_by_the_host_and_then_shown(db: Database, show: Show) -> None:
    subject = make_poll(db, show, results=Results.HELD)
    vote_in_poll(db, show.bo, subject, choice=choices_of(db, show, show.bo)[1])
    before = counts(db, show, show.bo), counts(db, show, show.hal)

    show_poll_results(db, show.hal, subject, results=Results.LIVE)

    assert (before, counts(db, show, show.bo)) == (([None, None], [0, 1]), [0, 1])


def test_one_has_one_vote_and_can_change_it(db: Database, show: Show) -> None:
    subject = make_poll(db, show, results=Results.LIVE)
    yes, no = choices_of(db, show, show.bo)

    for choice in (yes, no, no):
        vote_in_poll(db, show.bo, subject, choice=choice)
    vote_in_poll(db, show.tam, subject, choice=yes)

    (card,) = room_snapshot(db, show.bo, show.room).polls
    assert ([one.votes for one in card.choices], card.voted, card.mine) == ([1, 1], 2, no)


def test_a_draft_is_nobodys_business_and_a_closed_poll_takes_no_votes(db: Database, show: Show) -> None:
    subject = make_poll(db, show, opened=False)
    assert room_snapshot(db, show.bo, show.room).polls == ()
    with pytest.raises(NotFound):
        get_poll(db, show.bo, show.room, subject.poll.public_id)
    open_poll(db, show.hal, subject)
    close_poll(db, show.hal, subject)

    with pytest.raises(PollNotOpen):
        vote_in_poll(db, show.bo, subject, choice=choices_of(db, show, show.bo)[0])


@pytest.mark.parametrize(
    ("question", "choices", "field"),
    [("", ["a", "b"], "question"), ("Q", ["a"], "choices"), ("Q", ["a", "a"], "choices"), ("Q", ["x"] * 11, "choices")],
)
def test_a_poll_has_a_question_and_some_choices(
    db: Database, show: Show, question: str, choices: list[str], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        draft_poll(db, show.hal, show.room, question=question, choices=choices)

    assert list(refused.value.fields) == [field]


# --- hands and reactions


def test_hands_are_a_list_of_speakers(db: Database, show: Show) -> None:
    raise_hand(db, show.bo, show.room)
    tams = raise_hand(db, show.tam, show.room)
    with pytest.raises(RaisedAlready):
        raise_hand(db, show.bo, show.room)

    give_the_floor(db, show.hal, get_hand(db, show.room, tams.public_id))
    first = [(card.name, card.state.value) for card in hands_in(db, show.room.id)]
    lower_hand(db, show.tam, show.room)
    lower_hand(db, show.tam, show.room)

    assert first == [("Tam Tamm", "speaking"), ("Bo Berg", "up")]
    assert [card.name for card in hands_in(db, show.room.id)] == ["Bo Berg"]


def test_whoever_leaves_the_event_is_called_on_no_more(db: Database, show: Show) -> None:
    raise_hand(db, show.bo, show.room)
    seen = show.stage.number
    place = find_registration(db, show.event.id, show.bo.person)
    assert place is not None

    withdraw_registration(db, again(db, show.bo), RegistrationInEvent(place, show.event.event))

    assert hands_in(db, show.room.id) == []
    assert changes_since(db, show.hal, show.room, seen).hands == ()


def test_a_hand_that_was_lowered_at_the_same_moment_gets_no_floor(db: Database, show: Show) -> None:
    subject = get_hand(db, show.room, raise_hand(db, show.bo, show.room).public_id)
    db.execute(delete(RaisedHand), execution_options={"synchronize_session": False})
    seen = show.stage.number

    with pytest.raises(NotFound):
        give_the_floor(db, show.hal, subject)
    lower_hand_of(db, show.hal, subject)

    assert show.stage.number == seen


def test_a_room_that_is_open_when_its_event_ends_is_closed_with_it(db: Database, show: Show) -> None:
    start_pitch(db, show.hal, show.room)

    close_event(db, show.ada, show.event)

    assert show.stage.state is StageState.CLOSED
    assert order_of(db, show.stage)[0] == ("Lantern", "done")


def test_reactions_are_counted_for_the_pitch_that_is_on(db: Database, show: Show) -> None:
    pitch = start_pitch(db, show.hal, show.room)
    for _press in range(3):
        react(db, show.bo, show.room, kind="applause", pitch_id=pitch.id)
    with pytest.raises(Invalid):
        react(db, show.bo, show.room, kind="boo")
    first = room_snapshot(db, show.bo, show.room).reactions["applause"]

    start_pitch(db, show.hal, show.room)

    assert (first, room_snapshot(db, show.bo, show.room).reactions["applause"]) == (3, 0)


# --- moderation


def test_who_is_silenced_reads_and_votes_and_says_nothing(db: Database, show: Show) -> None:
    question = QuestionOnStage(ask_question(db, show.tam, show.room, body="Why?"), show.stage, show.event.event)
    raise_hand(db, show.bo, show.room)
    silence_person(db, show.hal, somebody(db, show, show.bo))
    bo, refused = again(db, show.bo), 0

    for speak in (
        lambda: write_message(db, bo, show.room, body="But"),
        lambda: ask_question(db, bo, show.room, body="But?"),
        lambda: raise_hand(db, bo, show.room),
    ):
        with pytest.raises(Silenced):
            speak()
        refused += 1
    vote_for_question(db, bo, question)

    shown = room_snapshot(db, bo, show.room)
    assert (refused, shown.hands, shown.questions[0].votes) == (3, (), 1)


def test_who_is_removed_is_not_let_in_until_it_is_taken_back(db: Database, show: Show) -> None:
    remove_from_room(db, show.hal, somebody(db, show, show.bo))
    with pytest.raises(NotFound):
        get_stage(db, again(db, show.bo), show.stage.public_id)

    let_back_in(db, show.hal, somebody(db, show, show.bo))

    assert get_stage(db, again(db, show.bo), show.stage.public_id).id == show.room.id


def test_who_runs_a_room_is_not_put_out_of_it(db: Database, show: Show) -> None:
    with pytest.raises(RunsTheRoom):
        remove_from_room(db, show.hal, somebody(db, show, show.ada))

    assert get_stage(db, again(db, show.ada), show.stage.public_id).id == show.room.id


def test_a_message_is_reported_taken_off_and_settled_and_it_is_kept_who_did_what(db: Database, show: Show) -> None:
    row = write_message(db, show.bo, show.room, body="Something rude")
    message = get_message(db, show.room, row.public_id)
    report_message(db, show.tam, message)
    with pytest.raises(ReportedAlready):
        report_message(db, show.tam, message)
    waiting = [(one.body, one.times) for one in reports_in(db, show.room.id)]

    take_message_off(db, show.hal, message)
    settle_reports(db, show.hal, message)

    acts = [(one.moderator, one.act.value, one.person) for one in acts_in(db, show.ada, show.room)]
    assert (waiting, reports_in(db, show.room.id)) == ([("Something rude", 1)], [])
    assert acts == [("Hal Hummel", "report settled", ""), ("Hal Hummel", "message taken off", "Bo Berg")]
    assert [len(room_snapshot(db, who, show.room).chat) for who in (show.bo, show.hal)] == [0, 1]
    assert [(one.body, one.name) for one in changes_since(db, show.bo, show.room, 0).chat] == [("", "")]


def test_a_question_that_waits_is_read_by_nobody_until_it_is_let_on(db: Database, show: Show) -> None:
    set_manners(db, show.hal, show.room, chat=True, questions_wait=True, slow_seconds=0)
    row = ask_question(db, show.bo, show.room, body="May I?")
    question = QuestionOnStage(row, show.stage, show.event.event)
    before = [len(room_snapshot(db, who, show.room).questions) for who in (show.bo, show.hal)]
    told = changes_since(db, show.bo, show.room, 0).questions

    put_question_back(db, show.hal, question)

    assert (before, [one.body for one in told]) == ([0, 1], [""])
    assert len(room_snapshot(db, show.bo, show.room).questions) == 1


def test_one_question_is_pinned_at_a_time(db: Database, show: Show) -> None:
    first, second = (
        QuestionOnStage(ask_question(db, show.bo, show.room, body=body), show.stage, show.event.event)
        for body in ("One?", "Two?")
    )
    pin_question(db, show.hal, first, pinned=True)
    pin_question(db, show.hal, second, pinned=True)

    shown = [(card.body, card.pinned) for card in room_snapshot(db, show.bo, show.room).questions]
    assert shown == [("Two?", True), ("One?", False)]


# --- the clock and the order


def test_a_pause_holds_the_clock_and_takes_nothing_from_the_team(db: Database, show: Show) -> None:
    start = clock.now()
    start_pitch(db, show.hal, show.room)
    with clock.frozen_at(start + timedelta(seconds=60)):
        pause_pitch(db, show.hal, show.room)
        pause_pitch(db, show.hal, show.room)
        paused = room_snapshot(db, show.bo, show.room).running.on_stage
    with clock.frozen_at(start + timedelta(seconds=160)):
        add_time(db, show.hal, show.room, seconds=60)
        resume_pitch(db, show.hal, show.room)
        resumed = room_snapshot(db, show.bo, show.room).running.on_stage

    assert paused is not None and resumed is not None
    assert paused.paused_at == start + timedelta(seconds=60)
    # 60 of 240 seconds are over when it goes on.
    assert (resumed.started_at, resumed.seconds) == (start + timedelta(seconds=100), 240)


def test_a_team_that_is_not_ready_goes_to_the_end(db: Database, show: Show) -> None:
    from sessions.pitches import skip_pitch

    skip_pitch(db, show.hal, show.room, pitch=pitch_of(db, show, "Lantern"))

    assert [team for team, _state in order_of(db, show.stage)] == ["Millstone", "Orchard", "Lantern"]


# --- the hall


def test_people_in_the_hall_ask_and_vote_once_each_without_a_name(db: Database, show: Show) -> None:
    found = make_pass(db, show.hal, show.room)
    one, other = (guest_with(db, found, follow_pass(db, found)) for _guest in range(2))
    assert one is not None and other is not None
    poll = make_poll(db, show, results=Results.LIVE)
    yes = choices_of(db, show, show.bo)[0]

    question = QuestionOnStage(ask_question(db, one, show.room, body="Who pays?"), show.stage, show.event.event)
    for guest in (one, other):
        vote_for_question(db, guest, question)
        vote_in_poll(db, guest, poll, choice=yes)
    with pytest.raises(VotedAlready):
        vote_for_question(db, one, question)

    (card,) = room_snapshot(db, one, show.room).questions
    assert (card.name, card.votes, card.mine, counts(db, show, show.bo)) == ("", 2, True, [2, 0])


def test_a_pass_is_limited_ends_with_its_room_and_can_be_taken_back(db: Database, show: Show) -> None:
    found = make_pass(db, show.hal, show.room, most=1)
    token = follow_pass(db, found)
    with pytest.raises(PassIsOver):
        follow_pass(db, found)
    guest = guest_with(db, found, token)
    assert guest is not None and guest_with(db, found, "made up") is None

    close_stage(db, show.hal, show.room)
    with pytest.raises(StageNotOpen):
        ask_question(db, guest, show.room, body="Still there?")
    take_pass_back(db, show.hal, pass_to_stage(db, show.room, show.event, found.code))

    assert find_pass(db, found.code) is None


def test_one_of_the_hall_is_silenced_by_what_they_asked_and_the_others_are_not(db: Database, show: Show) -> None:
    found = make_pass(db, show.hal, show.room)
    tokens = [follow_pass(db, found) for _guest in range(2)]
    loud, calm = (guest_with(db, found, token) for token in tokens)
    assert loud is not None and calm is not None
    asked = QuestionOnStage(ask_question(db, loud, show.room, body="Boo!"), show.stage, show.event.event)

    with pytest.raises(NotAllowed):
        silence_hall_guest(db, show.bo, asked)
    silence_hall_guest(db, show.hal, asked)
    silence_hall_guest(db, show.hal, asked)
    loud, calm = (guest_with(db, found, token) for token in tokens)
    assert loud is not None and calm is not None
    with pytest.raises(Silenced):
        ask_question(db, loud, show.room, body="Boo again!")
    ask_question(db, calm, show.room, body="Who pays?")
    vote_for_question(db, loud, asked)
    hall = [(one.body, one.silenced_at is not None) for one in hall_questions_in(db, show.room.id)]
    let_hall_guest_speak(db, show.hal, asked)
    loud = guest_with(db, found, tokens[0])
    assert loud is not None
    ask_question(db, loud, show.room, body="Sorry.")

    assert hall == [("Who pays?", False), ("Boo!", True)]
    acts = [one.act for one in acts_in(db, show.hal, show.room)]
    assert acts[:2] == [Act.HALL_GUEST_SPEAKS_AGAIN, Act.HALL_GUEST_SILENCED]


def test_a_question_of_somebody_with_a_name_silences_nobody_in_the_hall(db: Database, show: Show) -> None:
    asked = QuestionOnStage(ask_question(db, show.bo, show.room, body="Why?"), show.stage, show.event.event)

    with pytest.raises(NotFromTheHall):
        silence_hall_guest(db, show.hal, asked)


def test_a_new_pass_ends_the_one_before(db: Database, show: Show) -> None:
    old, new = make_pass(db, show.hal, show.room), make_pass(db, show.hal, show.room)

    assert (find_pass(db, old.code), find_pass(db, new.code)) == (None, new)


def test_a_guest_is_in_that_room_and_nowhere_else(db: Database, show: Show) -> None:
    found = make_pass(db, show.hal, show.room)
    guest = guest_with(db, found, follow_pass(db, found))
    assert guest is not None

    with pytest.raises(NotFound):
        get_stage(db, guest, show.stage.public_id)

    assert guest.person is None
