"""Runs: a worker claims a draft, reads its problem, and lets a child process solve it.

Once a second it writes down how far the child is, which keeps the claim and finds out whether somebody has cancelled.
A worker that dies leaves its claim to run out: another one begins the draft anew, three times at most.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col

from events.core import clock
from events.core.access import SYSTEM
from events.core.children import Line, child, next_line
from events.core.claims import claim_one
from events.core.database import Database, reading, transaction
from events.core.journal import record
from sessions.schedules.contents import packed_situation, unpacked
from sessions.schedules.drafts import (
    DraftContent,
    DraftState,
    Failure,
    Freedom,
    ScheduleDraft,
    ScheduleFailed,
    ScheduleMade,
    content_of,
    step_draft,
)
from sessions.schedules.fairness import packed, shares_of
from sessions.schedules.placing import place_at_tables
from sessions.schedules.problems import Task, task_of
from sessions.schedules.situation import Situation, read_situation
from sessions.scheduling.formats import read_plan, write_plan, write_problem
from sessions.scheduling.plan import Plan, Reason, WhyNot
from sessions.scheduling.problem import BadProblem

log = logging.getLogger("folkmoot.schedules")

LEASE = timedelta(seconds=20)
MOST_BEGUN = 3
BEAT = 1.0  # seconds between two looks; a cancelled child ends within two of them
GRACE = 60  # seconds beyond those asked for, until a child counts as stuck


class _Ended(Exception):
    """There is no answer, for the reason given."""

    def __init__(self, why: Failure) -> None:
        super().__init__(why)
        self.why = why


class _GivenUp(Exception):
    """Somebody has cancelled the draft, or another worker has it."""


def make_next_schedule(is_stopping: Callable[[], bool] = lambda: False) -> bool:
    """Claim a draft and make it, which takes as long as was asked for; False when none is due.

    A worker that `is_stopping` ends the child at once and gives the draft back.
    """
    draft = claim_one(ScheduleDraft, lease=LEASE)
    if draft is None:
        return False
    if draft.attempts > MOST_BEGUN:
        _fail(draft, Failure.TOO_OFTEN)
        return True
    try:
        _make(draft, is_stopping)
    except _GivenUp:
        log.info("draft %s was given up", draft.id)
    except _Ended as ended:
        log.warning("draft %s failed: %s", draft.id, ended.why)
        _fail(draft, ended.why)
    except BadProblem as bad:
        log.exception("draft %s makes no problem", draft.id, exc_info=bad)
        _fail(draft, Failure.BROKEN)
    return True


def _make(draft: ScheduleDraft, is_stopping: Callable[[], bool]) -> None:
    with reading() as db:
        situation = read_situation(db, draft.event_id, freedom=draft.freedom, wishes=draft.wishes)
        start_from = _earlier_plan(db, draft, situation)
    freedom = Freedom.FEW if start_from is not None and draft.freedom is Freedom.ANY else draft.freedom
    task = task_of(situation, freedom, name=draft.public_id, start_from=start_from)
    _begun(draft, situation, task)
    asked: Line = {
        "problem": write_problem(task.problem),
        "previous": write_plan(task.previous) if task.previous else None,
        "seconds": draft.seconds,
        "seed": draft.seed,
    }
    said = _solve(draft, asked, is_stopping)
    _finish(draft, situation, task, asked["problem"], said)


def _earlier_plan(db: Database, draft: ScheduleDraft, situation: Situation) -> Plan | None:
    """The plan of the draft that this one starts from, in the slots of now."""
    base = db.get(ScheduleDraft, draft.based_on_id) if draft.based_on_id else None
    row = content_of(db, base) if base else None
    if row is None:
        return None
    contents = unpacked(row)
    placed = []
    for one in contents.plan.meetings:
        number = situation.number_of(contents.slots[one.slot])
        if number is not None:
            placed.append(replace(one, slot=number))
    return Plan(tuple(placed))


def _begun(draft: ScheduleDraft, situation: Situation, task: Task) -> None:
    values = {
        "state": DraftState.RUNNING, "started_at": clock.now(), "phase": "", "placed": 0.0, "bound": 0.0,
        "journal_number": situation.journal_number, "asked": len(task.problem.requests) + len(task.left_out),
    }  # fmt: skip
    _step(draft, values)


def _step(draft: ScheduleDraft, values: dict[str, Any]) -> None:
    """Write something down about a draft that is still ours; raises _GivenUp when it is not."""
    with transaction() as db:
        if not _is_ours(db, draft, values):
            raise _GivenUp


def _is_ours(db: Database, draft: ScheduleDraft, values: dict[str, Any]) -> bool:
    mine = col(ScheduleDraft.attempts) == draft.attempts
    return step_draft(db, draft, (DraftState.QUEUED, DraftState.RUNNING), values, mine)


# The child


def _solve(draft: ScheduleDraft, asked: Line, is_stopping: Callable[[], bool]) -> Line:
    """The child's answer; what it says meanwhile goes into the draft's row, at most once a second."""
    with child("sessions.schedules.apart", asked) as lines:
        end = time.monotonic() + 2 * draft.seconds + GRACE
        progress: Line = {}
        beaten = time.monotonic()
        while True:
            line = next_line(lines, BEAT / 4)
            if line is not None and "progress" in line:
                progress = line["progress"]
            elif line is not None:
                return _answer(line)
            if is_stopping():
                _step(draft, {"state": DraftState.QUEUED, "due_at": clock.now(), "attempts": draft.attempts - 1})
                raise _GivenUp
            if time.monotonic() - beaten >= BEAT:
                beaten = time.monotonic()
                _step(draft, {**progress, "due_at": clock.now() + LEASE})
            if time.monotonic() > end:
                raise _Ended(Failure.TOO_LONG)


def _answer(line: Line) -> Line:
    if "answer" in line:
        found: Line = line["answer"]
        return found
    raise _Ended(Failure.BROKEN if "broken" in line else Failure.ENDED)


# The end


def outcome_of(
    draft: ScheduleDraft, situation: Situation, task: Task, problem: str, said: Line
) -> tuple[DraftContent, Line]:
    """What an answer makes of a draft: its content, and its own new values.

    A meeting for which no table is left is taken out of the plan and named.
    """
    plan = read_plan(said["plan"])
    tables, without = place_at_tables(situation, plan)
    unplaced = said["unplaced"] + _without_table(plan, without)
    plan = replace(plan, meetings=tuple(one for one in plan.meetings if one.request not in without))
    shares = packed(shares_of(situation, plan))
    content = DraftContent(
        draft_id=draft.id or 0,
        problem=problem,
        plan=write_plan(plan),
        known=packed_situation(situation, task.left_out),
        outcome={"tables": tables, "unplaced": unplaced, "shares": shares, "figures": said["figures"]},
    )
    values: Line = {
        "state": DraftState.DONE, "finished_at": clock.now(), "done_at": clock.now(), "phase": "",
        "placed": float(len(plan.meetings)), "bound": said["figures"]["bound"],
        "possible": said["figures"]["possible"], "moved": _moved(situation, plan),
    }  # fmt: skip
    return content, values


def _finish(draft: ScheduleDraft, situation: Situation, task: Task, problem: str, said: Line) -> None:
    content, values = outcome_of(draft, situation, task, problem, said)
    with transaction() as db:
        if not _is_ours(db, draft, values):
            raise _GivenUp
        db.merge(content)
        record(db, SYSTEM, ScheduleMade(event_id=draft.event_id, draft_id=draft.id or 0))


def _without_table(plan: Plan, without: list[str]) -> list[Line]:
    """The reasons of meetings that have a time in the plan, but no table with enough chairs."""
    slots = plan.slot_of()
    return [asdict(WhyNot(public, Reason.TABLES_FULL, slots=(slots[public],))) for public in without]


def _moved(situation: Situation, plan: Plan) -> int:
    """How many meetings that stand get another time, or lose theirs."""
    slots = plan.slot_of()
    now = {one.public_id: situation.number_of(one.slot) for one in situation.meetings if one.slot and not one.fixed}
    return sum(1 for public, slot in now.items() if slot is not None and slots.get(public) != slot)


def _fail(draft: ScheduleDraft, why: Failure) -> None:
    now: datetime = clock.now()
    values = {"state": DraftState.FAILED, "problem": why.value, "finished_at": now, "done_at": now}
    with transaction() as db:
        if _is_ours(db, draft, values):
            record(db, SYSTEM, ScheduleFailed(event_id=draft.event_id, draft_id=draft.id or 0))
