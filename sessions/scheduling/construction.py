"""The first plan: requests in order of what they are worth, each into a free slot, else one is made free for it."""

from collections.abc import Iterable
from random import Random

from sessions.scheduling.board import NOWHERE, Board
from sessions.scheduling.bound import Bound
from sessions.scheduling.ground import Ground, slots_in
from sessions.scheduling.pace import Pace


def worth_first(ground: Ground, bound: Bound) -> list[int]:
    """The order to place requests in: required ones, then what the bound takes, then by what they are worth to it.

    Among what it takes, the hardest come first: those whose people are asked for most and have fewest slots to share.
    """
    crowd = [
        sum(bound.chosen[one] for one in used) / max(1, most) for used, most in zip(ground.of, ground.most, strict=True)
    ]

    def key(one: int) -> tuple[bool, bool, bool, float, float]:
        taken = bound.chosen[one] > 0.5
        hard = max(crowd[each] for each in ground.needs[one])
        slots = ground.mask[one].bit_count()
        return (
            not ground.problem.requests[one].locked,
            not ground.required[one],
            not taken,
            -bound.gain[one] if not taken else slots / 1000 - hard,
            -ground.weight[one],
        )

    return in_order(ground, sorted((one for one, mask in enumerate(ground.mask) if mask), key=key))


def in_order(ground: Ground, requests: list[int]) -> list[int]:
    """The same requests, but whatever has to come earlier stands before what follows it."""
    if not any(ground.before):
        return requests
    found: dict[int, None] = {}
    for one in requests:
        waiting = [one]
        while waiting:
            ready = [each for each in ground.before[waiting[-1]] if each not in found]
            if ready:
                waiting.extend(ready)
            else:
                found[waiting.pop()] = None
    return list(found)


def put_locked(board: Board) -> None:
    """Place what is locked where it is locked, before anything else; that they fit together was checked."""
    for number, request in enumerate(board.ground.problem.requests):
        if request.locked and request.fixed is not None:
            board.put(number, request.fixed)
    board.forget()


def fill(board: Board, requests: Iterable[int], pace: Pace, chance: Random) -> None:
    """Place what can be placed, without taking anything out."""
    for one in requests:
        if pace.is_over():
            return
        if board.slot[one] == NOWHERE and board.mask[one]:
            insert(board, one, pace, chance)


def fit_in(board: Board, requests: Iterable[int]) -> None:
    """Place what fits without any move."""
    for one in requests:
        if board.slot[one] == NOWHERE and board.mask[one] and board.has_room(one):
            fits = board.fits(one)
            if fits:
                board.put(one, (fits & -fits).bit_length() - 1)


def insert(board: Board, request: int, pace: Pace, chance: Random) -> bool:
    """Place a request where everybody is free, else where a chain of moves, or another table, makes that so."""
    pace.step()
    if not board.has_room(request):
        return False
    if fits := board.fits(request):
        board.put(request, easiest(board, request, fits))
        return True
    return with_chain(board, request, pace, chance) or with_table(board, request, pace, chance)


def easiest(board: Board, request: int, fits: int) -> int:
    """Of the slots that fit, the one with most tables left; where all have as many, the first."""
    if request and board.ordered[request] and board.ground.behind[request]:
        return (fits & -fits).bit_length() - 1
    return max(slots_in(fits), key=board.left.__getitem__)


def with_chain(board: Board, request: int, pace: Pace, chance: Random) -> bool:
    """Free a slot by alternating chains between two slots; what they move keeps every rule."""
    ground = board.ground
    needs = ground.needs[request]
    for slot in _nearly(board, request):
        blocking = [one for one in needs if board.at[one][slot] != NOWHERE]
        if len({board.at[one][slot] for one in blocking}) != 1:
            continue
        moved = board.at[blocking[0]][slot]
        for other in slots_in(board.free[blocking[0]] & board.mask[moved]):
            pace.step()
            steps = board.chain(moved, other)
            if steps is None:
                continue
            mark = board.mark()
            board.move(steps)
            if board.fits(request) >> slot & 1:
                board.put(request, slot)
                return True
            board.back_to(mark)
    return False


def _nearly(board: Board, request: int) -> list[int]:
    """Slots with a table in which all but one of the request's people are free, most tables first."""
    ground = board.ground
    some = missing = 0
    for one in ground.needs[request]:
        busy = ~board.free[one]
        missing |= some & busy
        some |= busy
    mask = board.mask[request] & ~missing & (board.open if ground.common[request] else -1)
    if mask and board.ordered[request]:
        mask &= board.span(request)
    return sorted(slots_in(mask), key=board.left.__getitem__, reverse=True)


def with_table(board: Board, request: int, pace: Pace, chance: Random) -> bool:
    """Where everybody is free but all tables are taken: bring another meeting to a slot that has a table left."""
    if not board.open or not board.ground.common[request]:
        return False
    for slot in slots_in(board.times(request)):
        there = board.in_slot(slot)
        chance.shuffle(there)
        for one in there[:20]:
            for other in slots_in(board.open & board.mask[one]):
                pace.step()
                steps = board.chain(one, other)
                if steps is None:
                    continue
                mark = board.mark()
                board.move(steps)
                if board.fits(request) >> slot & 1:
                    board.put(request, slot)
                    return True
                board.back_to(mark)
    return False
