"""Wishes to meet a team that pitched, and the jury's points around a pitch."""

from datetime import timedelta

import pytest

from events.core import clock
from events.core.database import Database
from sessions.live_scoring import NotPitchedYet, PitchIsOver, _refuse_unless_on
from sessions.pitches import Pitch, PitchState
from sessions.running import start_pitch
from sessions.stages import StageNotOpen
from sessions.wishes import (
    FollowsNothing,
    OwnTeam,
    get_pitch_on_stage,
    take_wish_back,
    turn_wishes_into_requests,
    wish_counts,
    wish_to_meet,
    wishes_of,
)
from tests.sessions.makers_pitches import make_show, pitch_of


def test_a_wish_is_kept_once_with_its_pitch_and_can_be_taken_back(db: Database) -> None:
    show = make_show(db, opened=True)
    pitch = start_pitch(db, show.hal, show.room)
    subject = get_pitch_on_stage(db, show.room, pitch.public_id)

    for _press in range(2):
        wish_to_meet(db, show.bo, subject)
    wished, counted = wishes_of(db, show.bo, show.room.id), wish_counts(db, show.room.id)
    take_wish_back(db, show.bo, subject)

    assert (wished, counted) == ({pitch.public_id}, {pitch.public_id: 1})
    assert wishes_of(db, show.bo, show.room.id) == set()


def test_one_does_not_wish_to_meet_ones_own_team_or_before_the_room_opens(db: Database) -> None:
    show = make_show(db)
    subject = get_pitch_on_stage(db, show.room, pitch_of(db, show, "Lantern").public_id)
    with pytest.raises(StageNotOpen):
        wish_to_meet(db, show.bo, subject)
    opened = make_show_open(db, show)

    with pytest.raises(OwnTeam):
        wish_to_meet(db, show.tam, opened)

    assert wish_counts(db, show.room.id) == {}


def make_show_open(db: Database, show):
    from sessions.running import open_stage

    open_stage(db, show.hal, show.room)
    return get_pitch_on_stage(db, show.room, pitch_of(db, show, "Lantern").public_id)


def test_an_event_that_follows_no_other_has_no_wishes(db: Database) -> None:
    show = make_show(db, opened=True)

    with pytest.raises(FollowsNothing):
        turn_wishes_into_requests(db, show.ada, show.event)

    assert wish_counts(db, show.room.id) == {}


@pytest.mark.parametrize(
    ("state", "started", "ended", "refusal"),
    [
        (PitchState.WAITING, None, None, NotPitchedYet),
        (PitchState.ON_STAGE, -60, None, None),
        (PitchState.DONE, -900, -599, None),
        (PitchState.DONE, -900, -600, PitchIsOver),
    ],
)
def test_points_are_given_from_the_pitch_on_until_some_minutes_after_it(state, started, ended, refusal) -> None:
    now = clock.now()
    pitch = Pitch(event_id=1, stage_id=1, submission_id=1, position=1, state=state, planned_at=now, seconds=180)
    pitch.started_at = None if started is None else now + timedelta(seconds=started)
    pitch.ended_at = None if ended is None else now + timedelta(seconds=ended)
    found = None
    try:
        _refuse_unless_on(pitch, 10, now)
    except (NotPitchedYet, PitchIsOver) as refused:
        found = type(refused)

    assert found is refusal
