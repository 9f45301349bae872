"""Pitches: the running order, calendars, and one team on stage at a time."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from events.challenges import Challenge
from events.core import clock
from events.core.access import VISITOR, Actor
from events.core.database import Database, is_broken
from events.core.journal import JournalEntry
from events.core.refusals import Conflict, Invalid, NotAllowed, NotFound
from events.events import EventClosedAlready, close_event
from events.joining import take_member_out
from events.rounds.rounds import rounds_of
from events.rounds.setting_up import add_round, remove_round
from events.submissions import Submission
from events.teams import TeamInEvent
from sessions.calendars import CalendarMethod, EntryKind, find_entry, invitees_of, revision_at
from sessions.live_scoring import join_scoring
from sessions.pitches import (
    MovedOnAlready,
    Pitch,
    PitchNotCalledOff,
    PitchNotWaiting,
    PitchState,
    cancel_pitch,
    get_pitch,
    move_stage,
    pitches_of,
    plan_stage,
    put_pitch_back,
    reorder_pitch,
    schedule_pitches,
)
from sessions.rooms import running_of
from sessions.running import NobodyLeft, NobodyOnStage, add_time, close_stage, end_pitch, open_stage, start_pitch
from sessions.stages import StageNotOpen, StageState
from tests.events.makers_rounds import plan
from tests.makers import make_person, reload_event
from tests.sessions.makers_pitches import Show, make_show, make_team, order_of, pitch_of

WAITING, ON_STAGE, DONE, CANCELLED = "waiting", "on stage", "done", "cancelled"


def facts(db: Database, *kinds: str) -> list[dict[str, object]]:
    query = select(JournalEntry).where(col(JournalEntry.kind).in_(kinds)).order_by(col(JournalEntry.id))
    return [entry.particulars for entry in db.exec(query)]


def minutes_after_opening(db: Database, show: Show) -> list[float]:
    rows = db.exec(select(Pitch).where(Pitch.stage_id == show.stage.id).order_by(col(Pitch.position)))
    return [(one.planned_at - show.stage.opens_at).total_seconds() / 60 for one in rows]


def test_final_submissions_pitch_in_the_order_in_which_they_were_handed_in(db: Database) -> None:
    show = make_show(db)

    assert order_of(db, show.stage) == [("Lantern", WAITING), ("Millstone", WAITING), ("Orchard", WAITING)]


def test_one_turn_follows_the_other_with_time_for_questions(db: Database) -> None:
    show = make_show(db)

    assert minutes_after_opening(db, show) == [0, 5, 10]


def test_a_scheduled_pitch_is_in_the_calendars_of_its_team(db: Database) -> None:
    show = make_show(db)
    pitch = pitch_of(db, show, "Lantern")

    _entry, revision = revision_at(db, EntryKind.PITCH, pitch.id or 0, 0)

    assert (revision.summary, revision.place, revision.ends_at - revision.starts_at) == (
        "Pitch: Lantern",
        "Main stage",
        timedelta(minutes=5),
    )


def test_scheduling_again_adds_only_who_is_new(db: Database) -> None:
    show = make_show(db)
    make_team(db, show.event, "Plough", [])

    added = schedule_pitches(db, show.hal, show.room)

    assert [pitch.position for pitch in added] == [4]


def test_a_team_that_moves_up_moves_in_both_calendars(db: Database) -> None:
    show = make_show(db)
    second = pitch_of(db, show, "Millstone")

    reorder_pitch(db, show.hal, show.room, pitch=second, up=True)

    first = pitch_of(db, show, "Lantern")
    moved = [{"event_id": show.event.id, "pitch_id": id, "sequence": 1} for id in (second.id, first.id)]
    assert facts(db, "PitchMoved") == moved


def test_the_first_team_does_not_move_up(db: Database) -> None:
    show = make_show(db)

    reorder_pitch(db, show.hal, show.room, pitch=pitch_of(db, show, "Lantern"), up=True)

    assert [name for name, _state in order_of(db, show.stage)] == ["Lantern", "Millstone", "Orchard"]


def test_a_team_that_had_its_turn_keeps_its_place(db: Database) -> None:
    show = make_show(db, opened=True)
    first = start_pitch(db, show.hal, show.room)

    with pytest.raises(PitchNotWaiting, match="does not wait any more"):
        reorder_pitch(db, show.hal, show.room, pitch=first, up=False)


def test_calendars_rest_once_the_room_is_open(db: Database) -> None:
    show = make_show(db, opened=True)

    reorder_pitch(db, show.hal, show.room, pitch=pitch_of(db, show, "Orchard"), up=True)

    assert facts(db, "PitchMoved") == []


def test_a_pitch_that_is_called_off_leaves_the_calendars(db: Database) -> None:
    show = make_show(db)
    pitch = pitch_of(db, show, "Lantern")

    cancel_pitch(db, show.hal, show.room, pitch=pitch)

    _entry, revision = revision_at(db, EntryKind.PITCH, pitch.id or 0, 1)
    assert revision.method is CalendarMethod.CANCEL


def test_those_behind_a_cancelled_pitch_move_up(db: Database) -> None:
    show = make_show(db)

    cancel_pitch(db, show.hal, show.room, pitch=pitch_of(db, show, "Lantern"))

    planned = [pitch_of(db, show, name).planned_at - show.stage.opens_at for name in ("Millstone", "Orchard")]
    assert planned == [timedelta(0), timedelta(minutes=5)]


def test_a_cancelled_pitch_comes_back_when_it_is_named(db: Database) -> None:
    show = make_show(db)
    pitch = pitch_of(db, show, "Lantern")
    cancel_pitch(db, show.hal, show.room, pitch=pitch)

    unnamed = schedule_pitches(db, show.hal, show.room)
    named = schedule_pitches(db, show.hal, show.room, submissions=[pitch.submission_id])

    assert ([one.id for one in unnamed], [one.id for one in named]) == ([], [pitch.id])


def test_a_pitch_that_is_put_back_stands_where_it_stood_and_is_in_the_calendars_again(db: Database) -> None:
    show = make_show(db)
    before = [one.planned_at for one in pitches_of(db, show.stage)]
    pitch = pitch_of(db, show, "Millstone")
    cancel_pitch(db, show.hal, show.room, pitch=pitch, reason="The team is ill.")

    put_pitch_back(db, show.hal, show.room, pitch=pitch)

    _entry, revision = revision_at(db, EntryKind.PITCH, pitch.id or 0, 2)
    assert [team for team, _state in order_of(db, show.stage)] == ["Lantern", "Millstone", "Orchard"]
    assert [one.planned_at for one in pitches_of(db, show.stage)] == before
    assert (revision.method, pitch.reason) == (CalendarMethod.REQUEST, "")


def put_back(db: Database, show: Show, pitch: Pitch) -> None:
    put_pitch_back(db, show.hal, show.room, pitch=pitch)


def named_again(db: Database, show: Show, pitch: Pitch) -> None:
    schedule_pitches(db, show.hal, show.room, submissions=[pitch.submission_id])


@pytest.mark.parametrize("brought_back", [put_back, named_again])
def test_a_pitch_comes_back_to_those_who_are_in_the_team_now_and_without_the_old_reason(
    db: Database, brought_back
) -> None:
    show = make_show(db, scheduled=False)
    kim = make_person(db, "Kim Kind")
    team = make_team(db, show.event, "Plough", [kim, show.bo])
    schedule_pitches(db, show.hal, show.room)
    pitch = pitch_of(db, show, "Plough")
    entry = find_entry(db, EntryKind.PITCH, pitch.id or 0)
    before = invitees_of(db, entry)
    cancel_pitch(db, show.hal, show.room, pitch=pitch, reason="The team is ill.")
    take_member_out(db, show.ada, TeamInEvent(team, show.event), show.bo.person or 0)

    brought_back(db, show, pitch)

    _entry, revision = revision_at(db, EntryKind.PITCH, pitch.id or 0, 2)
    assert (before, invitees_of(db, entry)) == ({kim.person, show.bo.person}, {kim.person})
    assert (revision.method, pitch.reason) == (CalendarMethod.REQUEST, "")


def test_a_pitch_whose_place_has_gone_by_is_put_back_as_the_next(db: Database) -> None:
    show = make_show(db, opened=True)
    pitch = pitch_of(db, show, "Lantern")
    cancel_pitch(db, show.hal, show.room, pitch=pitch)
    start_pitch(db, show.hal, show.room)

    put_pitch_back(db, show.hal, show.room, pitch=pitch)

    assert order_of(db, show.stage) == [("Millstone", "on stage"), ("Lantern", "waiting"), ("Orchard", "waiting")]


def test_a_pitch_that_was_not_called_off_is_not_put_back(db: Database) -> None:
    show = make_show(db)

    with pytest.raises(PitchNotCalledOff):
        put_pitch_back(db, show.hal, show.room, pitch=pitch_of(db, show, "Lantern"))


def test_nothing_is_put_back_in_a_closed_room(db: Database) -> None:
    show = make_show(db, opened=True)
    pitch = pitch_of(db, show, "Lantern")
    cancel_pitch(db, show.hal, show.room, pitch=pitch)
    close_stage(db, show.hal, show.room)

    with pytest.raises(Conflict, match="This room is closed"):
        put_pitch_back(db, show.hal, show.room, pitch=pitch)


def test_a_reason_that_is_too_long_calls_nothing_off(db: Database) -> None:
    show = make_show(db)
    pitch = pitch_of(db, show, "Lantern")

    with pytest.raises(Invalid):
        cancel_pitch(db, show.hal, show.room, pitch=pitch, reason="x" * 501)

    assert pitch.state is PitchState.WAITING


def test_the_letters_of_one_pitch_count_zero_one_two(db: Database) -> None:
    show = make_show(db)
    pitch = pitch_of(db, show, "Lantern")

    move_stage(db, show.hal, show.room, opens_at=show.stage.opens_at + timedelta(hours=1))
    cancel_pitch(db, show.hal, show.room, pitch=pitch)

    own = facts(db, "PitchScheduled", "PitchMoved", "PitchCancelled")
    assert [fact["sequence"] for fact in own if fact["pitch_id"] == pitch.id] == [0, 1, 2]


def test_a_pitch_cannot_be_called_off_while_it_is_given(db: Database) -> None:
    show = make_show(db, opened=True)
    first = start_pitch(db, show.hal, show.room)

    with pytest.raises(PitchNotWaiting):
        cancel_pitch(db, show.hal, show.room, pitch=first)


def test_the_next_pitch_ends_the_one_before(db: Database) -> None:
    show = make_show(db, opened=True)

    start_pitch(db, show.hal, show.room)
    start_pitch(db, show.hal, show.room)

    assert order_of(db, show.stage) == [("Lantern", DONE), ("Millstone", ON_STAGE), ("Orchard", WAITING)]


def test_a_chosen_team_goes_on_before_its_turn(db: Database) -> None:
    show = make_show(db, opened=True)

    start_pitch(db, show.hal, show.room, pitch=pitch_of(db, show, "Orchard"))

    assert order_of(db, show.stage) == [("Lantern", WAITING), ("Millstone", WAITING), ("Orchard", ON_STAGE)]


def test_a_countdown_is_a_start_and_a_number_of_seconds(db: Database) -> None:
    show = make_show(db, opened=True)

    pitch = start_pitch(db, show.hal, show.room)

    started = {"started_at": clock.now().isoformat().replace("+00:00", "Z"), "seconds": 180, "pitch_id": pitch.id}
    assert facts(db, "PitchStarted") == [{"event_id": show.event.id, "stage_id": show.stage.id} | started]


def test_two_hosts_who_press_next_at_once_start_one_pitch(db: Database) -> None:
    show = make_show(db, opened=True)
    start_pitch(db, show.hal, show.room, after="")

    with pytest.raises(MovedOnAlready, match="moved the room on already"):
        start_pitch(db, show.ada, show.room, after="")

    assert order_of(db, show.stage) == [("Lantern", ON_STAGE), ("Millstone", WAITING), ("Orchard", WAITING)]


def test_the_database_lets_only_one_team_on_stage(db: Database) -> None:
    show = make_show(db, opened=True)
    start_pitch(db, show.hal, show.room)
    second = pitch_of(db, show, "Millstone")

    second.state = PitchState.ON_STAGE
    db.add(second)

    with pytest.raises(IntegrityError) as broken:
        db.flush()
    assert is_broken(broken.value, "uq_pitch_stage_id")


def test_nobody_is_left_after_the_last(db: Database) -> None:
    show = make_show(db, opened=True)
    for _turn in range(3):
        start_pitch(db, show.hal, show.room)

    with pytest.raises(NobodyLeft, match="Nobody is left"):
        start_pitch(db, show.hal, show.room)


def test_more_time_is_added_to_the_pitch_on_stage(db: Database) -> None:
    show = make_show(db, opened=True)
    pitch = start_pitch(db, show.hal, show.room)

    add_time(db, show.hal, show.room, seconds=60)

    assert pitch.seconds == 240


def test_too_little_time_is_no_time(db: Database) -> None:
    show = make_show(db, opened=True)
    start_pitch(db, show.hal, show.room)

    with pytest.raises(Invalid, match="ten seconds to an hour"):
        add_time(db, show.hal, show.room, seconds=5)


@pytest.mark.parametrize("ask", [end_pitch, lambda *who: add_time(*who, seconds=60)])
def test_there_is_nothing_to_end_when_nobody_is_on_stage(db: Database, ask) -> None:
    show = make_show(db, opened=True)

    with pytest.raises(NobodyOnStage, match="Nobody is on stage now"):
        ask(db, show.hal, show.room)


def test_closing_the_room_ends_the_pitch_on_stage(db: Database) -> None:
    show = make_show(db, opened=True)
    pitch = start_pitch(db, show.hal, show.room)

    close_stage(db, show.hal, show.room)

    assert (pitch.state, show.stage.state) == (PitchState.DONE, StageState.CLOSED)


def test_a_closed_room_opens_again(db: Database) -> None:
    show = make_show(db, opened=True)
    close_stage(db, show.hal, show.room)

    open_stage(db, show.hal, show.room)

    assert (show.stage.state, show.stage.closed_at) == (StageState.OPEN, None)


def test_an_open_room_is_not_opened_again(db: Database) -> None:
    show = make_show(db, opened=True)

    with pytest.raises(Conflict, match="open already"):
        open_stage(db, show.hal, show.room)


def test_an_open_room_is_not_moved(db: Database) -> None:
    show = make_show(db, opened=True)

    with pytest.raises(Conflict, match="open already"):
        move_stage(db, show.hal, show.room, opens_at=clock.now())


def test_a_closed_room_is_not_planned_any_more(db: Database) -> None:
    show = make_show(db, opened=True)
    close_stage(db, show.hal, show.room)

    with pytest.raises(Conflict, match="Open it again first"):
        schedule_pitches(db, show.hal, show.room)


def test_nothing_starts_before_the_room_is_open(db: Database) -> None:
    show = make_show(db)

    with pytest.raises(StageNotOpen, match="not open now"):
        start_pitch(db, show.hal, show.room)


def test_nothing_opens_when_the_event_is_over(db: Database) -> None:
    show = make_show(db)
    close_event(db, show.ada, reload_event(db, show.event))

    with pytest.raises(EventClosedAlready):
        open_stage(db, show.hal, show.room)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"name": " "}, "name"), ({"pitch_seconds": 5}, "pitch_seconds"), ({"question_seconds": -1}, "question_seconds")],
)
def test_a_stage_needs_a_name_and_fair_turns(db: Database, wrong, field) -> None:
    show = make_show(db)

    with pytest.raises(Invalid) as refused:
        plan_stage(db, show.ada, show.event, **({"name": "Side stage", "opens_at": clock.now()} | wrong))

    assert list(refused.value.fields) == [field]


def test_another_stages_pitch_is_not_found(db: Database) -> None:
    show = make_show(db)
    other = plan_stage(db, show.ada, show.event, name="Side stage", opens_at=clock.now())
    pitch = pitch_of(db, show, "Lantern")

    with pytest.raises(NotFound):
        get_pitch(db, type(show.room)(other, show.event.event), pitch.public_id)


RUN = {
    "move_stage": lambda db, who, show: move_stage(db, who, show.room, opens_at=clock.now()),
    "schedule_pitches": lambda db, who, show: schedule_pitches(db, who, show.room),
    "reorder_pitch": lambda db, who, show: reorder_pitch(
        db, who, show.room, pitch=pitch_of(db, show, "Orchard"), up=True
    ),
    "cancel_pitch": lambda db, who, show: cancel_pitch(db, who, show.room, pitch=pitch_of(db, show, "Orchard")),
    "put_pitch_back": lambda db, who, show: put_pitch_back(db, who, show.room, pitch=pitch_of(db, show, "Orchard")),
    "open_stage": lambda db, who, show: open_stage(db, who, show.room),
    "start_pitch": lambda db, who, show: start_pitch(db, who, show.room),
    "end_pitch": lambda db, who, show: end_pitch(db, who, show.room),
    "add_time": lambda db, who, show: add_time(db, who, show.room, seconds=60),
    "close_stage": lambda db, who, show: close_stage(db, who, show.room),
}


@pytest.mark.parametrize("name", RUN)
def test_only_host_and_organiser_run_a_stage(db: Database, name: str) -> None:
    show = make_show(db)
    refused = 0

    for actor in (show.tam, show.bo, show.eve, VISITOR, Actor(10_000)):
        with pytest.raises(NotAllowed):
            RUN[name](db, actor, show)
        refused += 1

    assert refused == 5


def test_a_pitch_is_for_the_challenge_for_which_its_submission_counts(db: Database) -> None:
    show = make_show(db)
    counts, taken = (
        Challenge(event_id=show.event.id, title=title, published_at=clock.now()) for title in ("Trays", "Wax")
    )
    db.add_all([counts, taken])
    db.flush()
    lantern = show.teams[0]
    lantern.challenge_id = taken.id
    db.exec(select(Submission).where(Submission.team_id == lantern.id)).one().counts_for_id = counts.id
    db.flush()

    running = running_of(db, show.room.id)

    assert {one.team: one.challenge for one in running.pitches} == {"Lantern": "Trays", "Millstone": "", "Orchard": ""}


def test_a_round_that_is_scored_live_is_not_removed(db):
    show = make_show(db)
    made = add_round(db, show.ada, show.event, plan=plan())
    join_scoring(db, show.hal, show.room, round_public=made.round.public_id)

    with pytest.raises(Conflict, match="scored live in a room"):
        remove_round(db, show.ada, made)

    assert [one.id for one in rounds_of(db, show.ada, show.event)] == [made.id]
