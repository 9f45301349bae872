"""From a problem to a plan: the bound, a first plan, better ones, and for small problems the proof that none is."""

from collections.abc import Callable
from random import Random

from sessions.scheduling.board import Board
from sessions.scheduling.bound import Bound, bound_of
from sessions.scheduling.construction import fill, worth_first
from sessions.scheduling.ground import ground_of
from sessions.scheduling.pace import Pace
from sessions.scheduling.plan import Plan, Progress, Solution
from sessions.scheduling.problem import Problem
from sessions.scheduling.reasons import why_not
from sessions.scheduling.reports import moves_between, report_of
from sessions.scheduling.seating import seated

SECONDS = 30.0


def solve(
    problem: Problem,
    *,
    seconds: float | None = None,
    steps: int | None = None,
    seed: int = 0,
    previous: Plan | None = None,
    progress: Callable[[Progress], bool] | None = None,
) -> Solution:
    """The best plan found, with its bound, its reasons and its figures.

    `seconds` (30 where neither is given) end the search by the clock; with `steps` instead, the same problem, seed and
    previous plan give the same plan on every machine. `progress` is told how far we are about twice a second and
    stops the search by returning False: the best plan so far is the answer. After `previous`, what is locked or
    confirmed there stays where it is, and little else moves.
    """
    pace = Pace(SECONDS if seconds is None and steps is None else seconds, steps, progress)
    ground = ground_of(problem)
    pace.enter("bound")
    bound = bound_of(ground)
    pace.bound = bound.most
    board = Board(ground)
    pace.enter("construction")
    chance = Random(seed)  # noqa: S311 - no secret hangs on it
    fill(board, worth_first(ground, bound), pace, chance)
    return solution_of(board, bound, pace, previous=previous)


def solution_of(board: Board, bound: Bound, pace: Pace, *, previous: Plan | None, optimal: bool = False) -> Solution:
    """What is on the board, as the answer."""
    plan = Plan(seated(board, previous), bound.certificate, board.ground.problem.name)
    return Solution(
        plan=plan,
        bound=bound.most,
        optimal=optimal,
        infeasible=False,
        unplaced=why_not(board),
        report=report_of(board, bound.most),
        moves=moves_between(board.ground, previous, board) if previous else (),
        seconds=pace.elapsed,
        cancelled=pace.cancelled,
    )
