"""Wishes to meet a team that pitched, and the jury's points around a pitch."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlmodel import select

from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.registration import RegistrationState
from events.teams import Team, TeamMember
from sessions.booking_rules import Timing
from sessions.live_scoring import NotPitchedYet, PitchIsOver, _refuse_unless_on
from sessions.meetings import Meeting
from sessions.pitches import Pitch, PitchState
from sessions.running import start_pitch
from sessions.stages import QuestionOnStage, StageNotOpen, ask_question, hide_question, mark_answered
from sessions.wishes import (
    FollowsNothing,
    OwnTeam,
    get_pitch_on_stage,
    take_wish_back,
    turn_wishes_into_requests,
    waiting_wishes,
    wish_counts,
    wish_to_meet,
    wishes_of,
)
from tests.makers import again, make_person, make_registration
from tests.sessions.makers_meetings import Fair, make_fair, make_participant, place_of, with_rules
from tests.sessions.makers_pitches import Show, make_show, pitch_of


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


@dataclass
class After:
    """A matchmaking event that follows the show; Tam (who leads Lantern), Bo and others take part in it."""

    show: Show
    fair: Fair

    def turn(self, db: Database) -> tuple[int, int, list[str]]:
        found = turn_wishes_into_requests(db, again(db, self.fair.ada), self.fair.event)
        return found.made, found.left, list(found.why)


def after_the_show(db: Database, *, watchers: int = 1, **rules: object) -> After:
    """Some who watched Lantern pitch want to meet the team."""
    show = make_show(db, opened=True)
    crowd = [show.bo, *(make_person(db, f"W{number} Watcher") for number in range(1, watchers))]
    for one in crowd[1:]:
        make_registration(db, one, show.event)
    subject = get_pitch_on_stage(db, show.room, start_pitch(db, show.hal, show.room).public_id)
    for one in crowd:
        wish_to_meet(db, again(db, one), subject)
    fair = make_fair(db, show.ada, name="After Match", tables=9)
    fair.event.event.follows_id = show.event.id
    db.add(fair.event.event)
    with_rules(db, fair, **rules)
    for one in (show.tam, *crowd):
        make_participant(db, one, fair)
    return After(show, fair)


@pytest.mark.parametrize("timing", list(Timing))
def test_wishes_become_requests_whoever_chooses_the_time(db: Database, timing: Timing) -> None:
    after = after_the_show(db, timing=timing)

    turned, next_time = after.turn(db), after.turn(db)

    meeting = db.exec(select(Meeting)).one()
    first = after.fair.slots[0].starts_at if timing is Timing.AT_REQUEST else None
    assert (turned, next_time) == ((1, 0, []), (0, 0, []))
    assert (meeting.asker_id, meeting.invitee_id) == (after.show.bo.person, after.show.tam.person)
    assert (meeting.starts_at, meeting.note) == (first, "Pitch: Lantern at work")


def test_a_request_says_what_was_asked_in_the_room_and_not_what_was_taken_off(db: Database) -> None:
    after = after_the_show(db)
    show = after.show
    pitch = pitch_of(db, show, "Lantern").id

    def ask(actor: Actor, body: str, pitch_id: int | None = pitch) -> QuestionOnStage:
        asked = ask_question(db, again(db, actor), show.room, body=body, pitch_id=pitch_id)
        return QuestionOnStage(asked, show.stage, show.event.event)

    mark_answered(db, show.hal, ask(show.bo, "Who pays for it?"))
    hide_question(db, show.hal, ask(show.bo, "Something rude"))
    ask(show.bo, "Where is the coffee?", None)
    ask(show.ada, "Asked by another?")
    after.turn(db)

    assert db.exec(select(Meeting)).one().note == "Pitch: Lantern at work\n\nWho pays for it?"


@pytest.mark.parametrize("holds", [True, False], ids=["held", "not held"])
def test_those_who_wish_to_meet_one_team_ask_for_different_times(db: Database, holds: bool) -> None:
    after = after_the_show(db, watchers=4, timing=Timing.AT_REQUEST, requests_hold=holds)

    turned = after.turn(db)

    times = {one.starts_at for one in db.exec(select(Meeting))}
    assert (turned, times) == ((4, 0, []), {slot.starts_at for slot in after.fair.slots})


def test_what_cannot_be_asked_is_left_and_its_reason_told(db: Database) -> None:
    after = after_the_show(db, watchers=6, timing=Timing.AT_REQUEST, requests_hold=True)

    turned = after.turn(db)
    waiting = len(waiting_wishes(db, after.fair.event))

    assert turned == (4, 2, ["Tam Tamm has no time left at which the two of you could meet."])
    assert waiting == 2


def test_a_lead_who_has_withdrawn_stands_before_nobody_of_the_team(db: Database) -> None:
    after = after_the_show(db)
    mia = make_person(db, "Mia Moll")
    lantern = db.exec(select(Team).where(Team.name == "Lantern")).one()
    db.add(
        TeamMember(event_id=lantern.event_id, team_id=lantern.id or 0, person_id=mia.person or 0, joined_at=clock.now())
    )
    place = place_of(db, after.show.tam, after.fair)
    place.state = RegistrationState.WITHDRAWN
    db.add(place)
    db.flush()
    before = after.turn(db)
    make_participant(db, mia, after.fair)

    assert before == (0, 1, ["One of the two does not take part here yet."])
    assert after.turn(db) == (1, 0, [])
    assert db.exec(select(Meeting.invitee_id)).one() == mia.person


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
