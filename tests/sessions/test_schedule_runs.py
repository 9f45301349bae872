"""Runs of drafts: one worker each, cancelled within moments, begun anew after a death, published once in a race."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlmodel import select

from events.core import clock
from events.core.claims import claim_one
from events.core.database import reading, transaction
from events.core.settings import settings
from sessions.blocks import Block, BlockInEvent, BlockInUse, Slot, remove_block, tables_of
from sessions.breaks import SlotInUse, set_breaks
from sessions.meetings import Meeting, MeetingInEvent, MeetingState, get_meeting
from sessions.moves import schedule_meeting
from sessions.schedules.contents import read_contents
from sessions.schedules.drafts import (
    DraftInEvent,
    DraftState,
    Failure,
    ScheduleDraft,
    ask_for_schedule,
    cancel_schedule,
)
from sessions.schedules.publishing import DraftTooOld, NoLongerPossible, publish_schedule
from sessions.schedules.runs import LEASE, MOST_BEGUN, make_next_schedule
from sessions.seats import Seat, SlotTaken
from sessions.tables import TableInEvent, TableInUse, remove_table
from tests.conftest import SECRET
from tests.makers import make_person
from tests.sessions.makers_meetings import Fair, problems_with_seats
from tests.sessions.makers_schedules import make_agreed, make_central_fair, make_draft_here, make_people

ROOT = Path(__file__).parents[2]
ROUNDS = 8
MANY, REQUESTS = 40, 200


@dataclass
class Hall:
    """A committed event and a draft of it that has been asked for."""

    fair: Fair
    draft: int

    def now(self) -> ScheduleDraft:
        """The draft as it is."""
        with reading() as db:
            return db.exec(select(ScheduleDraft).where(ScheduleDraft.id == self.draft)).one()


@pytest.fixture
def small(database_url: str) -> Hall:
    """Two people, one meeting: made in a moment."""
    with transaction() as db:
        fair = make_central_fair(db, make_person(db, "Ada Adler"))
        make_agreed(db, fair, *make_people(db, fair, 2))
        draft = ask_for_schedule(db, fair.ada, fair.event, seconds=5)
    return Hall(fair, draft.id or 0)


@pytest.fixture
def large(database_url: str) -> Hall:
    """Few enough people for an exact search, and too many wishes for it to end within two minutes."""
    chance = Random(3)
    with transaction() as db:
        fair = make_central_fair(db, make_person(db, "Ada Adler"), slots=9, tables=20)
        people = [one.person or 0 for one in make_people(db, fair, MANY)]
        now = clock.now()
        pairs = [tuple(chance.sample(people, 2)) for _n in range(REQUESTS)]
        db.add_all(
            Meeting(
                event_id=fair.event.id, asker_id=a, invitee_id=b, state=MeetingState.ACCEPTED, requested_at=now,
                expires_at=now,
            )
            for a, b in pairs
        )  # fmt: skip
        draft = ask_for_schedule(db, fair.ada, fair.event, seconds=120)
    return Hall(fair, draft.id or 0)


def until(what: Callable[[], Any], seconds: float = 90) -> Any:
    """Wait for something to become true."""
    end = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)
    return found


def children_of(pid: int) -> set[int]:
    """The processes that a process has started and that still run."""
    found: set[int] = set()
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(OSError):
            found |= {int(one) for one in (task / "children").read_text().split()}
    return {one for one in found if is_alive(one)}


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture
def children() -> Callable[[], set[int]]:
    """The children that this test has, without those that were there before."""
    before = children_of(os.getpid())
    return lambda: children_of(os.getpid()) - before


def test_a_worker_makes_the_draft_that_was_asked_for(small):
    assert make_next_schedule()

    draft = small.now()
    assert (draft.state, draft.placed, draft.possible, draft.attempts) == (DraftState.DONE, 1, 1, 1)


def test_without_drafts_there_is_nothing_to_make(database_url):
    assert not make_next_schedule()


def test_two_workers_do_not_make_the_same_draft(small):
    with ThreadPoolExecutor(4) as workers:
        made = list(workers.map(lambda _n: make_next_schedule(), range(4)))

    assert sorted(made) == [False, False, False, True]
    assert small.now().attempts == 1


def test_a_draft_that_runs_shows_how_far_it_is_and_ends_within_moments_when_cancelled(large, children):
    worker = threading.Thread(target=make_next_schedule)
    worker.start()
    until(lambda: large.now().state is DraftState.RUNNING and large.now().bound > 0)
    assert len(children()) == 1

    with transaction() as db:
        row = db.exec(select(ScheduleDraft).where(ScheduleDraft.id == large.draft)).one()
        cancel_schedule(db, large.fair.ada, DraftInEvent(row, large.fair.event.event))
    worker.join(10)

    assert not worker.is_alive()
    assert children() == set()
    assert large.now().state is DraftState.CANCELLED


def test_a_worker_that_is_told_to_end_gives_the_draft_back(large, children):
    stop = threading.Event()
    worker = threading.Thread(target=make_next_schedule, args=(stop.is_set,))
    worker.start()
    until(lambda: large.now().state is DraftState.RUNNING and children())

    stop.set()
    worker.join(10)

    assert children() == set()
    assert (large.now().state, large.now().attempts) == (DraftState.QUEUED, 0)


def test_a_draft_of_a_worker_that_died_is_made_by_the_next(small):
    assert claim_one(ScheduleDraft, lease=LEASE) is not None
    assert not make_next_schedule()

    with clock.frozen_at(clock.now() + LEASE):
        assert make_next_schedule()

    assert (small.now().state, small.now().attempts) == (DraftState.DONE, 2)


def test_a_draft_that_kills_its_workers_is_given_up_with_a_reason(small):
    for _worker in range(MOST_BEGUN):
        assert claim_one(ScheduleDraft, lease=LEASE * 0) is not None

    assert make_next_schedule()

    assert (small.now().state, small.now().problem) == (DraftState.FAILED, Failure.TOO_OFTEN)
    assert not make_next_schedule()


WORKER = """
import sys
import frontend.registry
from events.core.settings import use_settings
from sessions.schedules.runs import make_next_schedule
use_settings(database_url=sys.argv[1], secret=sys.argv[2])
make_next_schedule()
"""


@pytest.mark.real_time
def test_a_killed_worker_takes_its_child_with_it_and_leaves_the_draft_to_others(large):
    command = [sys.executable, "-c", WORKER, settings().database_url, SECRET]
    worker = subprocess.Popen(command, cwd=ROOT)
    try:
        until(lambda: large.now().state is DraftState.RUNNING and large.now().bound > 0, 60)
        solver = children_of(worker.pid)
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait()

    until(lambda: not any(is_alive(one) for one in solver), 15)
    assert len(solver) == 1
    assert large.now().state is DraftState.RUNNING
    with clock.frozen_at(clock.now() + LEASE):
        taken = claim_one(ScheduleDraft, lease=LEASE)
    assert taken is not None
    assert taken.attempts == 2


def race(*steps: Callable[[Any], object]) -> list[Exception | None]:
    """Do all of these at once, each in a transaction of its own: how each ended."""
    ready = threading.Barrier(len(steps))

    def run(step: Callable[[Any], object]) -> Exception | None:
        ready.wait()
        try:
            with transaction() as db:
                step(db)
        except Exception as error:
            return error
        return None

    with ThreadPoolExecutor(len(steps)) as threads:
        return list(threads.map(run, steps))


def test_publishing_and_booking_at_once_leave_nobody_in_two_places(database_url):
    with transaction() as db:
        fair = make_central_fair(db, make_person(db, "Ada Adler"), slots=1, tables=2 * ROUNDS)
    for number in range(ROUNDS):
        with transaction() as db:
            bo, cy, dee = make_people(db, fair, 3, called=f"Round{number}Person")
            meetings = [make_agreed(db, fair, bo, cy), make_agreed(db, fair, bo, dee)]
            draft = make_draft_here(db, fair.ada, fair.event).draft.public_id
        planned = placed_by(draft, meetings)
        booked = next(one for one in meetings if one is not planned)

        outcomes = race(publish(fair, draft), book(fair, booked))

        assert outcomes.count(None) == 1, outcomes
        assert isinstance(outcomes[0], DraftTooOld | NoLongerPossible | None)
        assert isinstance(outcomes[1], SlotTaken | None)
        with reading() as db:
            stands = select(Meeting.id).where(Meeting.asker_id == bo.person, Meeting.state == MeetingState.SCHEDULED)
            seats = select(Seat.meeting_id).where(Seat.person_id == bo.person)
            assert list(db.exec(stands)) == list(set(db.exec(seats)))
            assert len(db.exec(seats).all()) == 4


@pytest.mark.parametrize("what", ["table", "slot", "block"])
def test_nobody_is_published_where_there_is_no_table_or_slot_any_more(database_url, what):
    for number in range(ROUNDS // 2):
        with transaction() as db:
            ada = make_person(db, f"Ada{number} Adler")
            fair = make_central_fair(db, ada, slots=2, tables=1, name=f"Round {number}")
            meeting = make_agreed(db, fair, *make_people(db, fair, 2, called=f"Round{number}Person"))
            draft = make_draft_here(db, fair.ada, fair.event)
            planned = read_contents(db, draft.draft).slot_for(meeting.meeting.public_id)

        outcomes = race(publish(fair, draft.draft.public_id), take_away(fair, what, planned))

        kinds = [type(one) for one in outcomes]
        assert kinds in ([type(None), IN_USE[what]], [DraftTooOld, type(None)]), outcomes
        with reading() as db:
            assert problems_with_seats(db, fair.event.id) == []


IN_USE = {"table": TableInUse, "slot": SlotInUse, "block": BlockInUse}


def take_away(fair: Fair, what: str, planned: Slot) -> Callable[[Any], object]:
    def step(db: Any) -> object:
        event = fair.event.event
        block = db.exec(select(Block).where(Block.id == fair.block.id)).one()
        if what == "table":
            return remove_table(db, fair.ada, TableInEvent(tables_of(db, fair.event.id)[0], event))
        if what == "block":
            return remove_block(db, fair.ada, BlockInEvent(block, event))
        return set_breaks(db, fair.ada, BlockInEvent(block, event), breaks=[planned])

    return step


def placed_by(draft: str, meetings: list[MeetingInEvent]) -> MeetingInEvent:
    """Which of two meetings a draft places: the other has to wait."""
    with reading() as db:
        row = db.exec(select(ScheduleDraft).where(ScheduleDraft.public_id == draft)).one()
        places = read_contents(db, row).places
    return next(one for one in meetings if one.meeting.public_id in places)


def publish(fair: Fair, draft: str) -> Callable[[Any], object]:
    def step(db: Any) -> object:
        row = db.exec(select(ScheduleDraft).where(ScheduleDraft.public_id == draft)).one()
        return publish_schedule(db, fair.ada, DraftInEvent(row, fair.event.event))

    return step


def book(fair: Fair, meeting: MeetingInEvent) -> Callable[[Any], object]:
    def step(db: Any) -> object:
        subject = get_meeting(db, fair.ada, meeting.meeting.public_id)
        return schedule_meeting(db, fair.ada, subject, slot=fair.slots[0])

    return step
