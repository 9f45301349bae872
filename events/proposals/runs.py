"""Runs: a worker claims a proposal, reads its problem, and lets a child process build the teams.

Once a second it writes down how far the child is, which keeps the claim and finds out whether somebody has cancelled.
"""

import logging
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from sqlmodel import col

from events.core import clock
from events.core.access import SYSTEM
from events.core.children import Line, child, next_line
from events.core.claims import claim_one
from events.core.database import Database, reading, transaction
from events.core.journal import record
from events.events import EventWithPhases, event_by_id
from events.proposals.drafts import (
    UNFINISHED,
    Failure,
    PlaceState,
    ProposalState,
    ProposedPlace,
    ProposedTeam,
    TeamProposal,
    TeamsFailed,
    TeamsProposed,
    places_in,
    step_proposal,
    teams_in,
)
from events.proposals.problems import problem_for
from events.team_builder.formats import read_plan, write_problem
from events.team_builder.plan import Plan, PlannedTeam
from events.teams import members_of

log = logging.getLogger("folkmoot.proposals")

LEASE = timedelta(seconds=20)
MOST_BEGUN = 3
BEAT = 1.0  # seconds between two looks
GRACE = 60  # seconds beyond those asked for, until a child counts as stuck


class _Ended(Exception):
    def __init__(self, why: Failure) -> None:
        super().__init__(why)
        self.why = why


class _GivenUp(Exception):
    """Somebody has cancelled the proposal, or another worker has it."""


def make_next_proposal(is_stopping: Callable[[], bool] = lambda: False) -> bool:
    """Claim a proposal and make it, which takes about as long as was asked for; False when none is due.

    A worker that `is_stopping` ends the child at once and gives the proposal back.
    """
    row = claim_one(TeamProposal, lease=LEASE)
    if row is None:
        return False
    try:
        if row.attempts > MOST_BEGUN:
            raise _Ended(Failure.TOO_OFTEN)
        _make(row, is_stopping)
    except _GivenUp:
        log.info("proposal %s was given up", row.id)
    except _Ended as ended:
        log.warning("proposal %s failed: %s", row.id, ended.why)
        _fail(row, ended.why)
    return True


def _make(row: TeamProposal, is_stopping: Callable[[], bool]) -> None:
    with reading() as db:
        event = event_by_id(db, row.event_id)
        problem = problem_for(db, event, row, without=locked_people(db, row))
    if not problem.candidates:
        raise _Ended(Failure.NOBODY)
    _step(row, {"state": ProposalState.RUNNING, "phase": ""})
    said = _built(row, {"problem": write_problem(problem), "work": row.seconds, "seed": row.seed}, is_stopping)
    with transaction() as db:
        now = clock.now()
        values = {"state": ProposalState.DONE, "finished_at": now, "done_at": now, "phase": "",
                  "figures": said["reached"]}  # fmt: skip
        if not _is_ours(db, row, values):
            raise _GivenUp
        write_proposal(db, event, row, read_plan(said["plan"]), said["left"])
        record(db, SYSTEM, TeamsProposed(event_id=row.event_id, proposal_id=row.id or 0))


def _built(row: TeamProposal, asked: Line, is_stopping: Callable[[], bool]) -> Line:
    """The child's answer; the stage that it tells meanwhile goes into the row."""
    with child("events.proposals.apart", asked) as lines:
        end, beaten = time.monotonic() + 4 * row.seconds + GRACE, time.monotonic()
        progress: Line = {}
        while True:
            line = next_line(lines, BEAT / 4)
            if line is not None and "progress" in line:
                progress = line["progress"]
            elif line is not None:
                if "answer" in line:
                    found: Line = line["answer"]
                    return found
                raise _Ended(Failure.ENDED)
            if is_stopping():
                _step(row, {"state": ProposalState.QUEUED, "due_at": clock.now(), "attempts": row.attempts - 1})
                raise _GivenUp
            if time.monotonic() - beaten >= BEAT:
                beaten = time.monotonic()
                _step(row, {**progress, "due_at": clock.now() + LEASE})
            if time.monotonic() > end:
                raise _Ended(Failure.TOO_LONG)


def _step(row: TeamProposal, values: dict[str, Any]) -> None:
    with transaction() as db:
        if not _is_ours(db, row, values):
            raise _GivenUp


def _is_ours(db: Database, row: TeamProposal, values: dict[str, Any]) -> bool:
    mine = col(TeamProposal.attempts) == row.attempts
    return step_proposal(db, row.id or 0, UNFINISHED, values, mine)


def _fail(row: TeamProposal, why: Failure) -> None:
    now = clock.now()
    values = {"state": ProposalState.FAILED, "problem": why.value, "finished_at": now, "done_at": now}
    with transaction() as db:
        if _is_ours(db, row, values):
            record(db, SYSTEM, TeamsFailed(event_id=row.event_id, proposal_id=row.id or 0))


# What is kept


def _locked_teams(db: Database, row: TeamProposal) -> list[ProposedTeam]:
    return [one for one in teams_in(db, row.based_on_id) if one.locked] if row.based_on_id else []


def locked_people(db: Database, row: TeamProposal) -> set[int]:
    """Whose place is fixed, since they are in a locked team of the proposal from which this one begins."""
    locked = {one.id for one in _locked_teams(db, row)}
    places = places_in(db, row.based_on_id) if row.based_on_id and locked else []
    return {place.person_id for place, _person in places if place.proposed_team_id in locked}


def write_proposal(
    db: Database, event: EventWithPhases, row: TeamProposal, plan: Plan, left: Mapping[str, str]
) -> None:
    """Keep what was built as rows: locked teams of the proposal before first, then those that are filled, then new
    ones."""
    number = 0
    before = {place.person_id: place.proposed_team_id for place, _person in
              (places_in(db, row.based_on_id) if row.based_on_id else [])}  # fmt: skip
    for old in _locked_teams(db, row):
        number += 1
        people = [person for person, team in before.items() if team == old.id]
        _keep(db, row, number, people, old.challenge_id, old.team_id, locked=True)
    for team in plan.teams:
        people = [int(name) for name in team.people if name not in _members(db, team)]
        if people:
            number += 1
            filled = int(team.kept[1:]) if team.kept else None
            _keep(db, row, number, people, int(team.challenge) if team.challenge else None, filled, locked=False)
    for name in plan.left:
        place = ProposedPlace(event_id=event.id, proposal_id=row.id or 0, person_id=int(name))
        place.why_left = left.get(name, "")
        db.add(place)
    db.flush()


def _members(db: Database, team: PlannedTeam) -> set[str]:
    """Who of a planned team is in it already."""
    return {str(one.person_id) for one in members_of(db, int(team.kept[1:]))} if team.kept else set()


def _keep(
    db: Database, row: TeamProposal, number: int, people: list[int], challenge: int | None, filled: int | None, *,
    locked: bool,
) -> None:  # fmt: skip
    team = ProposedTeam(
        event_id=row.event_id, proposal_id=row.id or 0, number=number, challenge_id=challenge, team_id=filled,
        fills=filled is not None, locked=locked,
    )  # fmt: skip
    db.add(team)
    db.flush()
    db.add_all(
        ProposedPlace(
            event_id=row.event_id, proposal_id=row.id or 0, proposed_team_id=team.id, person_id=person,
            state=PlaceState.DRAFT,
        )
        for person in people
    )  # fmt: skip
