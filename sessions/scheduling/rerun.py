"""Scheduling again after something changed: what stands stays, and as little as possible moves."""

from random import Random

from sessions.scheduling.board import NOWHERE, Board
from sessions.scheduling.bound import Bound
from sessions.scheduling.construction import fit_in, insert, worth_first
from sessions.scheduling.improvement import Walks
from sessions.scheduling.pace import Pace
from sessions.scheduling.plan import Placed, Plan

MOST_CONFIRMED_MOVED = 0.01
GOOD_ENOUGH = 0.99  # of the bound: as long as less is placed, confirmed meetings may move, up to the share above


def resume(board: Board, bound: Bound, pace: Pace, chance: Random, previous: Plan) -> None:
    """Put the previous plan on the board as far as it is still possible, and place what waits.

    First without moving anything; then by chains that move what is not confirmed; then, while less than
    `GOOD_ENOUGH` of the bound is placed, by chains that move a few confirmed meetings. What is required may take the
    place of what is neither required nor confirmed.
    """
    pace.enter("previous")
    stands = _put_back(board, previous)
    pinned = {number: board.mask[number] for number, one in stands.items() if one.confirmed or one.locked}
    for number in pinned:
        board.mask[number] = 1 << board.slot[number]
    order = worth_first(board.ground, bound)
    fit_in(board, order)
    pace.enter("moving", 0.5)
    _insert_waiting(board, order, pace, chance)
    walks = Walks(board, bound, pace, chance)
    for number, one in stands.items():
        walks.staying[number] = walks.staying[number] or one.confirmed or one.locked or not walks.required[number]
    pace.enter("improvement", 0.5)
    walks.run()
    _move_confirmed(board, bound, pace, chance, pinned, order)
    board.mask = list(board.ground.mask)
    board.forget()


def _put_back(board: Board, previous: Plan) -> dict[int, Placed]:
    """What can stay where it was, first what is locked, then what is confirmed; and nothing before what it follows."""
    ground = board.ground
    ranked = sorted(previous.meetings, key=lambda one: (not one.locked, not one.confirmed, one.slot))
    found: dict[int, Placed] = {}
    again = True
    while again:
        again = False
        for one in ranked:
            number = ground.place.get(one.request)
            if number is None or board.slot[number] != NOWHERE or not 0 <= one.slot < ground.slots:
                continue
            if board.has_room(number) and board.fits(number) >> one.slot & 1:
                board.put(number, one.slot)
                found[number] = one
                again = bool(any(ground.before)) or again
    return found


def _insert_waiting(board: Board, order: list[int], pace: Pace, chance: Random) -> None:
    for number in order:
        if pace.is_over():
            return
        if board.slot[number] == NOWHERE:
            insert(board, number, pace, chance)


def _move_confirmed(
    board: Board, bound: Bound, pace: Pace, chance: Random, pinned: dict[int, int], order: list[int]
) -> None:
    """Let chains move confirmed meetings too, never a locked one, until enough is placed or enough has moved."""
    home = {number: board.slot[number] for number in pinned}
    free = {number: mask for number, mask in pinned.items() if not board.ground.problem.requests[number].locked}
    budget = int(MOST_CONFIRMED_MOVED * len(home))
    if board.weight >= GOOD_ENOUGH * bound.most or not budget:
        return
    pace.enter("moving confirmed")
    for number, mask in free.items():
        board.mask[number] = mask
    for number in order:
        if board.weight >= GOOD_ENOUGH * bound.most or pace.is_over():
            return
        if board.slot[number] != NOWHERE:
            continue
        mark = board.mark()
        if insert(board, number, pace, chance) and _moved(board, home) > budget:
            board.back_to(mark)


def _moved(board: Board, home: dict[int, int]) -> int:
    return sum(board.slot[number] != slot for number, slot in home.items())
