"""From a problem to a plan: the bound, a first plan, better ones, and for small problems the proof that none is."""

from collections.abc import Callable
from dataclasses import replace
from random import Random

from sessions.scheduling.board import NOWHERE, Board
from sessions.scheduling.bound import Bound, bound_of
from sessions.scheduling.construction import fill, fit_in, put_locked, worth_first
from sessions.scheduling.exact import Exact, is_small, solve_exactly
from sessions.scheduling.ground import Ground, ground_of
from sessions.scheduling.improvement import TRIES_WITHOUT_GAIN, Walks
from sessions.scheduling.ordering import Ordering, order_cost, within_spread
from sessions.scheduling.pace import Pace
from sessions.scheduling.plan import Plan, Progress, Solution
from sessions.scheduling.problem import Problem
from sessions.scheduling.reasons import why_not
from sessions.scheduling.reports import moves_between, report_of
from sessions.scheduling.rerun import resume
from sessions.scheduling.resettling import Resettling
from sessions.scheduling.seating import seated

SECONDS = 30.0
SECONDS_TO_TELL = 0.00007  # for each request


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
    previous plan give the same plan every time. `progress` is told how far we are about twice a second and
    stops the search by returning False: the best plan so far is the answer. After `previous`, what is locked or
    confirmed there stays where it is, and little else moves.
    """
    if seconds is None and steps is None:
        seconds = SECONDS
    telling = len(problem.requests) * SECONDS_TO_TELL  # why not, who got what, tables: after the search
    pace = Pace(None if seconds is None else max(seconds / 2, seconds - telling), steps, progress)
    chance = Random(seed)  # noqa: S311 - no secret hangs on it
    ground = ground_of(problem)
    pace.enter("bound")
    bound = bound_of(ground, pace.seconds_left())
    pace.bound = bound.most
    board, exact = Board(ground), Exact()
    small = is_small(ground)
    _place(board, bound, pace, chance, previous, hurry=small)
    if small and not pace.cancelled:
        exact = solve_exactly(ground, pace, seed=seed, most=bound.most, hint=board, previous=previous)
    if exact.slots is not None:
        board = _as_found(ground, exact.slots)
        if not exact.optimal and not previous and not pace.cancelled:
            _order_again(board, pace, chance)
        if "weight" in exact.proven:
            bound = replace(bound, most=min(bound.most, board.weight))
    return _solution(board, bound, pace, previous, exact)


def _place(board: Board, bound: Bound, pace: Pace, chance: Random, previous: Plan | None, *, hurry: bool) -> None:
    """The plan of a large problem; in a `hurry` it is only where the exact search begins."""
    put_locked(board)
    if previous:
        resume(board, bound, pace, chance, previous)
    else:
        pace.enter("construction", 0.5)
        fill(board, worth_first(board.ground, bound), pace, chance)
        board.forget()
        pace.placed = board.weight
        walks = Walks(board, bound, pace, chance)
        pace.enter("improvement", 0.1 if hurry else 0.35)
        walks.run(None if hurry else TRIES_WITHOUT_GAIN)
        if not hurry:
            pace.enter("resettling", 0.6)
            Resettling(board, bound, pace, required=walks.required, seed=chance.randrange(2**31)).run()
        pace.enter("worst-off", 0.1 if hurry else 0.2)
        walks.level()
        pace.enter("breaks", 0.1 if hurry else 0.95)
        Ordering(board, pace, chance).run()
    order = worth_first(board.ground, bound)
    fit_in(board, order)
    within_spread(board, order)
    pace.placed = board.weight


def _order_again(board: Board, pace: Pace, chance: Random) -> None:
    """Where the proof did not come in time: look for fewer breaks in what is left of it, and keep the best."""
    pace.enter("breaks")
    best, fewest = list(board.slot), order_cost(board)
    while not pace.is_over() and fewest[1]:
        before = pace.done
        Ordering(board, pace, chance).run()
        if (found := order_cost(board)) < fewest:
            best, fewest = list(board.slot), found
        if pace.done == before:
            break
    board.move([(number, slot) for number, slot in enumerate(best) if slot not in (NOWHERE, board.slot[number])])
    board.forget()


def _as_found(ground: Ground, slots: list[int]) -> Board:
    board = Board(ground)
    for number, slot in enumerate(slots):
        if slot != NOWHERE:
            board.put(number, slot)
    board.forget()
    return board


def _solution(board: Board, bound: Bound, pace: Pace, previous: Plan | None, exact: Exact) -> Solution:
    plan = Plan(seated(board, previous), bound.certificate, board.ground.problem.name, exact.infeasible)
    return Solution(
        plan=plan,
        bound=bound.most,
        optimal=exact.optimal,
        infeasible=exact.infeasible,
        unplaced=why_not(board),
        report=report_of(board, bound.most),
        moves=moves_between(board.ground, previous, board) if previous else (),
        seconds=pace.elapsed,
        cancelled=pace.cancelled,
        proven=tuple(exact.proven),
    )
