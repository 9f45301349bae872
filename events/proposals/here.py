"""A small proposal made in this process, for the demo and for tests; everybody else has a child do it."""

from dataclasses import asdict

from events.core import clock
from events.core.database import Database
from events.events import EventWithPhases
from events.proposals.drafts import ProposalState, TeamProposal
from events.proposals.problems import problem_for
from events.proposals.runs import locked_people, write_proposal
from events.team_builder.reasons import why_left
from events.team_builder.solving import build


def make_here(db: Database, event: EventWithPhases, row: TeamProposal) -> None:
    """Build the teams that were asked for, and keep them as the worker does."""
    problem = problem_for(db, event, row, without=locked_people(db, row))
    solution = build(problem, work=0.5, seed=row.seed)
    row.state, row.finished_at, row.done_at = ProposalState.DONE, clock.now(), clock.now()
    row.figures = [asdict(one) for one in solution.reached]
    db.add(row)
    write_proposal(db, event, row, solution.plan, why_left(problem, solution.plan))
