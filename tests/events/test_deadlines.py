"""The deadline: at it, before it and after it, in any zone, over a change of clocks, with a slow line and a grace."""

from collections.abc import Iterator
from contextlib import suppress
from contextvars import copy_context
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.core import clock
from events.core.refusals import Conflict, Invalid, NotAllowed
from events.core.wall import from_wall, to_wall
from events.deadlines import (
    LONGEST_UPLOAD,
    DeadlinePassed,
    before_the_deadline,
    deadline_passed,
    set_grace,
    submission_open,
    taken_until,
)
from events.events import Event, EventKind, EventState, EventWithPhases
from events.handing_in import hand_in, keep_late_version, versions_of
from events.late_entries import give_late_entry, late_entries_in, late_entries_of, take_late_entry_back
from events.phases import Phase, PhaseKind
from events.planning import move_phase
from events.submissions import get_submission, save_draft, submission_of_team
from events.team_pages import change_team
from events.teams import Team, TeamInEvent
from tests.events.makers_hackathon import DONE, make_hackathon, make_team
from tests.makers import NOW, again, shut_phase

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
ZONES = ["Europe/Brussels", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]
# The days around both changes of clocks in Brussels, New York and Lord Howe, and one of none.
DAYS = [f"2026-{day}" for day in ("03-08", "03-29", "04-05", "06-15", "10-04", "10-25", "11-01")]
WHY = "Our own server was away from 17:40 to 17:58."


# What a team hands in: a submission, or in a call a concept note or, when it is invited, a full proposal.
TURNS = {"submission": 1, "concept note": 1, "full proposal": 2}


def team_with_deadline(
    ends_at: datetime, zone: str, grace: int, late_until: datetime | None = None, turn: str = "submission"
) -> TeamInEvent:
    """A team in an event that nobody keeps anywhere, whose turn ends then."""
    event = Event(
        id=1, programme_id=1, slug="e", kind=EventKind.HACKATHON, state=EventState.RUNNING, name="E", zone=zone,
        grace_minutes=grace, created_at=NOW,
    )  # fmt: skip
    team = Team(id=1, event_id=1, name="T", late_until=late_until, stage=TURNS[turn], formed_at=NOW)
    return TeamInEvent(team, EventWithPhases(event, tuple(phases_of(turn, ends_at))))


def phases_of(turn: str, ends_at: datetime) -> Iterator[Phase]:
    """The phase whose end is asked about, and in a call the other one, before it or after it."""
    two, five = timedelta(days=2), timedelta(days=5)
    if turn != "concept note":
        yield Phase(event_id=1, kind=PhaseKind.SUBMISSION, starts_at=ends_at - two, ends_at=ends_at)
    if turn == "full proposal":
        yield Phase(event_id=1, kind=PhaseKind.CONCEPT_NOTE, starts_at=ends_at - five, ends_at=ends_at - two)
    if turn == "concept note":
        yield Phase(event_id=1, kind=PhaseKind.CONCEPT_NOTE, starts_at=ends_at - two, ends_at=ends_at)
        yield Phase(event_id=1, kind=PhaseKind.SUBMISSION, starts_at=ends_at + two, ends_at=ends_at + five)


def taken(subject: TeamInEvent, *, begins: datetime, takes: timedelta) -> bool:
    """Whether something is handed in that is sent at `begins` and has arrived after `takes`."""

    def arrive() -> bool:
        with clock.frozen_at(begins):
            clock.note_asked()
        with clock.frozen_at(begins + takes):
            now = clock.now()
            answers = set()
            for allowed in (before_the_deadline, submission_open):
                try:
                    allowed(subject, now)
                    answers.add(True)
                except DeadlinePassed:
                    answers.add(False)
            try:
                deadline_passed(subject, now)
                answers.add(False)
            except Conflict:
                answers.add(True)
        # Either it is handed in or it is kept as late, never both and never neither.
        assert len(answers) == 1
        return answers.pop()

    return copy_context().run(arrive)


@given(
    zone=st.sampled_from(ZONES),
    day=st.sampled_from(DAYS),
    half_hour=st.integers(0, 47),
    grace=st.integers(0, 60),
    seconds=st.one_of(st.sampled_from([-1, 0, 1]), st.integers(-7200, 7200)),
    slow=st.integers(0, int(LONGEST_UPLOAD.total_seconds())),
    turn=st.sampled_from(sorted(TURNS)),
)
def test_what_was_sent_before_the_end_and_the_grace_counts_however_long_it_took(
    zone, day, half_hour, grace, seconds, slow, turn
):
    # Any half hour of the day, that comes twice on the clocks of a zone too: a clone may move a deadline into it.
    ends_at = datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(minutes=30 * half_hour)
    team = team_with_deadline(ends_at, zone, grace, turn=turn)
    begins = ends_at + timedelta(minutes=grace, seconds=seconds)

    assert taken(team, begins=begins, takes=timedelta(seconds=slow)) is (seconds < 0)
    assert taken_until(team) == ends_at + timedelta(minutes=grace)
    # The day's change of clocks makes no team's time longer or shorter: where organisers can write this time on their
    # clock, it is this moment.
    with suppress(Invalid):
        assert from_wall(to_wall(ends_at, zone), zone) == ends_at


@given(
    grace=st.integers(0, 60), before=st.integers(1, 3600), longer=st.integers(1, 86_400), zone=st.sampled_from(ZONES)
)
def test_a_request_that_is_kept_open_to_write_on_is_late(grace, before, longer, zone):
    ends_at = datetime(2026, 10, 25, 16, tzinfo=UTC)
    team = team_with_deadline(ends_at, zone, grace)
    begins = ends_at + timedelta(minutes=grace, seconds=-before)

    late = LONGEST_UPLOAD + timedelta(seconds=before + longer)

    assert not taken(team, begins=begins, takes=late)


@given(seconds=st.sampled_from([-1, 0, 1]), hours=st.integers(2, 300), zone=st.sampled_from(ZONES))
def test_a_late_entry_moves_the_end_for_its_team_alone(seconds, hours, zone):
    ends_at = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
    until = ends_at + timedelta(hours=hours)
    begins = until + timedelta(seconds=seconds)

    assert taken(team_with_deadline(ends_at, zone, 10, until), begins=begins, takes=HOUR / 10) is (seconds < 0)
    assert not taken(team_with_deadline(ends_at, zone, 10), begins=begins, takes=HOUR / 10)


def test_looking_at_the_arrival_instead_would_refuse_a_slow_line(monkeypatch):
    """The control: the same question, asked of a deadline that only knows when a request was complete."""
    ends_at = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 02:30, which comes twice
    team, slow = team_with_deadline(ends_at, "Europe/Brussels", 10), {"takes": 5 * MINUTE}
    begins = ends_at + 9 * MINUTE
    assert taken(team, begins=begins, **slow)

    monkeypatch.setattr(clock, "asked_at", clock.now)

    assert not taken(team, begins=begins, **slow)


def test_outside_of_a_request_the_clock_decides():
    ends_at = datetime(2026, 10, 25, 16, tzinfo=UTC)
    team = team_with_deadline(ends_at, "UTC", 0)

    with clock.frozen_at(ends_at - SECOND):
        before_the_deadline(team, clock.now())
    with clock.frozen_at(ends_at), pytest.raises(DeadlinePassed):
        before_the_deadline(team, clock.now())


# With rows


def ended(db, ada, *people, grace: int = 5) -> TeamInEvent:
    """The first person's team, in a hackathon whose submission ends at NOW."""
    event = make_hackathon(db, ada, *people)
    team = make_team(db, people[0], event)
    set_grace(db, again(db, ada), event, minutes=grace)
    event = move_phase(
        db, again(db, ada), event, kind=PhaseKind.SUBMISSION, starts_at=NOW - 9 * HOUR, ends_at=NOW + SECOND
    )
    return TeamInEvent(team.team, event)


def test_within_the_grace_a_team_writes_hands_in_and_takes_another_challenge(db, ada, bo):
    team = ended(db, ada, bo)

    with clock.frozen_at(NOW + 4 * MINUTE):
        save_draft(db, again(db, bo), team, written=DONE, revision=0)
        change_team(db, again(db, bo), team, name="Straw", challenge="", idea="", looking_for="")
        version = hand_in(db, again(db, bo), team, written=DONE, revision=1)

    assert (version.late, version.late_entry_id, version.sent_at) == (False, None, NOW + 4 * MINUTE)


def test_after_the_grace_it_is_kept_as_late(db, ada, bo):
    team = ended(db, ada, bo)

    with clock.frozen_at(NOW + 6 * MINUTE):
        with pytest.raises(DeadlinePassed):
            hand_in(db, again(db, bo), team, written=DONE, revision=0)
        assert keep_late_version(db, again(db, bo), team, written=DONE).late


@pytest.mark.parametrize("minutes", [-1, 61])
def test_a_grace_is_up_to_an_hour(db, ada, bo, minutes):
    event = make_hackathon(db, ada, bo)

    with pytest.raises(Invalid):
        set_grace(db, again(db, ada), event, minutes=minutes)


def test_the_grace_is_not_changed_once_the_deadline_has_passed_for_some(db, ada, bo):
    event = make_hackathon(db, ada, bo)
    event = shut_phase(db, again(db, ada), event, PhaseKind.SUBMISSION)

    with pytest.raises(Conflict, match="Let a team in late by name"):
        set_grace(db, again(db, ada), event, minutes=60)


def test_a_team_let_in_late_hands_in_and_the_record_says_why(db, ada, bo, cy):
    team = ended(db, ada, bo, cy)
    other = make_team(db, cy, team.event, "Husk")
    with clock.frozen_at(NOW + HOUR):
        give_late_entry(db, again(db, ada), team, until=NOW + 3 * HOUR, why=WHY)

    with clock.frozen_at(NOW + 2 * HOUR):
        version = hand_in(db, again(db, bo), team, written=DONE, revision=0)
        with pytest.raises(DeadlinePassed):
            hand_in(db, again(db, cy), TeamInEvent(other.team, team.event), written=DONE, revision=0)
    with clock.frozen_at(NOW + 3 * HOUR), pytest.raises(DeadlinePassed):
        save_draft(db, again(db, bo), team, written=DONE, revision=5)

    entry = late_entries_of(db, team.id)[0]
    assert (version.late, version.late_entry_id is not None) == (False, True)
    assert (entry.by, entry.why, entry.until) == ("Ada Adler", WHY, NOW + 3 * HOUR)
    row = submission_of_team(db, team.id)
    assert row is not None
    seen = get_submission(db, again(db, bo), team.event, row.public_id)
    assert [one.by_exception for one in versions_of(db, again(db, bo), seen)] == [True]


def test_a_late_entry_is_taken_back_and_the_team_cannot_write_any_more(db, ada, bo):
    team = ended(db, ada, bo)
    with clock.frozen_at(NOW + HOUR):
        give_late_entry(db, again(db, ada), team, until=NOW + 3 * HOUR, why=WHY)

        take_late_entry_back(db, again(db, ada), team)

        with pytest.raises(DeadlinePassed):
            save_draft(db, again(db, bo), team, written=DONE, revision=0)
        with pytest.raises(Conflict, match="has no late entry"):
            take_late_entry_back(db, again(db, ada), team)
    assert [one.ended_at for one in late_entries_in(db, again(db, ada), team.event)] == [NOW + HOUR]
    assert late_entries_in(db, again(db, bo), team.event) == []


def test_another_late_entry_ends_the_one_before_and_both_stay_on_record(db, ada, bo):
    team = ended(db, ada, bo)
    with clock.frozen_at(NOW + HOUR):
        give_late_entry(db, again(db, ada), team, until=NOW + 2 * HOUR, why=WHY)
        give_late_entry(db, again(db, ada), team, until=NOW + 5 * HOUR, why=WHY)

    entries = late_entries_of(db, team.id)
    assert [(one.until, one.ended_at) for one in entries] == [(NOW + 5 * HOUR, None), (NOW + 2 * HOUR, NOW + HOUR)]
    assert team.team.late_until == NOW + 5 * HOUR


@pytest.mark.parametrize(
    ("until", "why", "fields"),
    [
        (-MINUTE, WHY, {"until"}),
        (4 * MINUTE, WHY, {"until"}),
        (timedelta(days=15), WHY, {"until"}),
        (3 * HOUR, "too short", {"why"}),
        (3 * HOUR, "x" * 501, {"why"}),
    ],
)
def test_an_exception_needs_a_time_after_that_of_all_and_a_reason(db, ada, bo, until, why, fields):
    team = ended(db, ada, bo)

    with pytest.raises(Invalid) as refused:
        give_late_entry(db, again(db, ada), team, until=NOW + until, why=why)

    assert set(refused.value.fields) == fields


def test_only_an_organiser_makes_exceptions(db, ada, bo, cy):
    team = ended(db, ada, bo, cy)

    for person in (bo, cy):
        with pytest.raises(NotAllowed):
            give_late_entry(db, again(db, person), team, until=NOW + 3 * HOUR, why=WHY)
