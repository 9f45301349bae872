"""Why a request has no slot, and the smallest change after which it would fit into the plan as it is."""

from sessions.scheduling.board import NOWHERE, Board
from sessions.scheduling.ground import slots_in
from sessions.scheduling.plan import Reason, Remedy, WayOut, WhyNot
from sessions.scheduling.problem import Id

MOST_WAYS = 2  # of each kind
MOST_NAMED = 40


def why_not(board: Board) -> tuple[WhyNot, ...]:
    """A reason for each request that is not placed, in the problem's order."""
    return tuple(_why(board, number) for number, slot in enumerate(board.slot) if slot == NOWHERE)


def _why(board: Board, number: int) -> WhyNot:
    ground = board.ground
    name = ground.problem.requests[number].id
    if ground.vetoed[number]:
        pairs = _vetoed_pair(board, number)
        return WhyNot(name, Reason.VETO, participants=pairs, ways_out=(WayOut(Remedy.LIFT_VETO, participants=pairs),))
    if not ground.mask[number]:
        away = tuple(one for one in _people(board, number) if ground.own[number] & ~ground.times[one])
        return WhyNot(
            name,
            Reason.NO_COMMON_SLOT,
            participants=_ids(board, away),
            slots=tuple(slots_in(ground.own[number])),
            ways_out=_ways(board, number),
        )
    if missing := _order(board, number):
        return missing
    full = tuple(one for one in ground.needs[number] if not board.room[one] and one < ground.people)
    limited = tuple(one for one in full if board.room[one] == 0 and board.free[one] & ground.times[one])
    if limited:
        return WhyNot(name, Reason.LIMIT, participants=_ids(board, limited), ways_out=_raised(board, number, limited))
    return _crowded(board, number)


def _crowded(board: Board, number: int) -> WhyNot:
    """The reason of a request that its own terms and people's limits allow, but other meetings do not."""
    ground = board.ground
    name, mask = ground.problem.requests[number].id, ground.mask[number]
    times = board.times(number)
    if board.fits(number):
        return WhyNot(name, Reason.BREAKS, slots=tuple(slots_in(times)))
    if times:
        return WhyNot(name, Reason.TABLES_FULL, slots=tuple(slots_in(times)), ways_out=_ways(board, number))
    filled = ~board.unfilled(number) & mask if board.blocks_bind else 0
    booked = [one for one in ground.needs[number] if not mask & board.free[one]]
    in_way = [
        board.at[one][slot]
        for one in booked or ground.needs[number]
        for slot in slots_in(mask)
        if board.at[one][slot] != NOWHERE
    ]
    if filled and not booked and filled == mask & filled and not mask & ~filled & _all_free(board, number):
        people = tuple(
            one
            for one in _people(board, number)
            if any(
                (board.busy(one) & block).bit_count() >= ground.most_in_block[one] and block & mask
                for block in ground.blocks
            )
        )
        if people:
            return WhyNot(name, Reason.LIMIT, participants=_ids(board, people), ways_out=_raised(board, number, people))
    return WhyNot(
        name,
        Reason.FULLY_BOOKED if any(one < ground.people for one in booked) else Reason.DISPLACED,
        participants=_ids(board, tuple(booked)),
        slots=tuple(slots_in(mask)),
        meetings=_named(board, in_way),
        ways_out=_ways(board, number),
    )


def _order(board: Board, number: int) -> WhyNot | None:
    """What has to come earlier and does not; None where the order is not what stands in the way."""
    ground, name = board.ground, board.ground.problem.requests[number].id
    missing = [one for one in ground.before[number] if board.slot[one] == NOWHERE]
    if not missing and (not board.ordered[number] or board.span(number) & ground.mask[number]):
        return None
    behind = [one for one in ground.behind[number] if board.slot[one] != NOWHERE]
    others = _named(board, missing or [*ground.before[number], *behind])
    return WhyNot(name, Reason.ORDER, meetings=others, ways_out=(WayOut(Remedy.LIFT_ORDER, meetings=others),))


def _raised(board: Board, number: int, limited: tuple[int, ...]) -> tuple[WayOut, ...]:
    """A higher limit, and where the request would then go; its own obstacles there are named with it."""
    people = _ids(board, limited)
    free = board.mask[number] & _all_free(board, number)
    if board.ground.common[number]:
        free &= board.open
    if free:
        return (WayOut(Remedy.RAISE_LIMIT, slots_in(free)[0], people),)
    slot, in_way = _least_in_way(board, number)
    return (WayOut(Remedy.RAISE_LIMIT, slot, people, in_way),)


def _ways(board: Board, number: int) -> tuple[WayOut, ...]:
    """Single changes that suffice; where none does, the meetings of one slot that would have to go."""
    ground = board.ground
    own, tables = ground.own[number], board.open if ground.common[number] else -1
    people = _people(board, number)
    every = _all_free(board, number)
    ways = []
    for one in people:
        rest = _all_free(board, number, but=one)
        for slot in slots_in(own & tables & ~ground.times[one] & rest)[:MOST_WAYS]:
            ways.append(WayOut(Remedy.FREE_PARTICIPANT, slot, _ids(board, (one,))))
    for slot in slots_in(own & ~tables & every)[:MOST_WAYS]:
        ways.append(WayOut(Remedy.ONE_MORE_TABLE, slot))
    for slot in slots_in(~own & tables & every & ((1 << ground.slots) - 1))[:MOST_WAYS]:
        ways.append(WayOut(Remedy.ALLOW_SLOT, slot))
    if ground.mask[number]:
        slot, in_way = _least_in_way(board, number)
        if in_way:
            ways.append(WayOut(Remedy.MOVE_MEETING, slot, meetings=in_way))
    if not ways:
        ways = _several(board, number)
    return tuple(ways)


def _several(board: Board, number: int) -> list[WayOut]:
    """For people who are never there together: all who would have to be free, in the slot that asks fewest."""
    ground = board.ground
    best: tuple[int, int, tuple[int, ...], list[int]] | None = None
    for slot in slots_in(ground.own[number]):
        away = tuple(one for one in _people(board, number) if not ground.times[one] >> slot & 1)
        met = _met(board, number, slot)
        if best is None or len(away) + len(met) < best[0]:
            best = (len(away) + len(met), slot, away, met)
    if best is None:
        return []
    return [WayOut(Remedy.FREE_PARTICIPANT, best[1], _ids(board, best[2]), _named(board, best[3]))]


def _least_in_way(board: Board, number: int) -> tuple[int, tuple[Id, ...]]:
    """The slot with the fewest and lightest meetings in the way, and those; where all tables are taken, one of them."""
    ground = board.ground

    def cost(slot: int) -> tuple[int, float]:
        met = _met(board, number, slot)
        return len(met), sum(ground.weight[one] for one in met)

    slot = min(slots_in(ground.mask[number]), key=cost)
    met = _met(board, number, slot)
    if not met and ground.common[number] and not board.open >> slot & 1:
        at_tables = [one for one in board.in_slot(slot) if ground.common[one]]
        met = [min(at_tables, key=ground.weight.__getitem__)] if at_tables else []
    return slot, _named(board, met)


def _met(board: Board, number: int, slot: int) -> list[int]:
    """The meetings that the request's people have in a slot."""
    met = dict.fromkeys(board.at[one][slot] for one in board.ground.needs[number])
    return [one for one in met if one != NOWHERE]


def _all_free(board: Board, number: int, but: int | None = None) -> int:
    mask = -1
    for one in board.ground.needs[number]:
        if one != but:
            mask &= board.free[one]
    return mask & ((1 << board.ground.slots) - 1)


def _vetoed_pair(board: Board, number: int) -> tuple[Id, ...]:
    people = set(board.ground.problem.requests[number].people)
    return next(pair for pair in board.ground.problem.rules.vetoes if people.issuperset(pair))


def _people(board: Board, number: int) -> tuple[int, ...]:
    return tuple(one for one in board.ground.needs[number] if one < board.ground.people)


def _ids(board: Board, people: tuple[int, ...]) -> tuple[Id, ...]:
    return tuple(board.ground.problem.participants[one].id for one in people if one < board.ground.people)


def _named(board: Board, numbers: list[int]) -> tuple[Id, ...]:
    """Ids of requests, each once, the first of many."""
    return tuple(board.ground.problem.requests[one].id for one in dict.fromkeys(numbers))[:MOST_NAMED]
