"""What a plan gives to whom: figures of the whole, of each participant, and what changed since the previous plan."""

from sessions.scheduling.board import NOWHERE, Board
from sessions.scheduling.ground import Days, Ground, bits
from sessions.scheduling.plan import Change, Move, Plan, Report, Share


def report_of(board: Board, bound: float) -> Report:
    """The figures of the plan on the board."""
    ground = board.ground
    shares = shares_of(board)
    numbers = board.placed()
    breaks = [one.breaks for one in shares]
    return Report(
        placed=len(numbers),
        asked=len(ground.needs),
        required_missing=sum(
            needed and slot == NOWHERE for needed, slot in zip(ground.required, board.slot, strict=True)
        ),
        weight=sum(ground.weight[one] for one in numbers),
        bound=bound,
        breaks=sum(breaks),
        spread=max(breaks, default=0) - min(breaks, default=0),
        idle=sum(one.idle for one in shares),
        worst_off=min((one.placed for one in shares if one.placed < one.possible), default=most_possible(shares)),
        short=sum(one.short for one in shares),
        preferred=preferred(board),
        shares=shares,
    )


def most_possible(shares: tuple[Share, ...]) -> int:
    """What the best served person can have; the level at which everybody has all they can."""
    return max((one.possible for one in shares), default=0)


def shares_of(board: Board) -> tuple[Share, ...]:
    """What each participant got, in the problem's order."""
    ground, days = board.ground, Days(board.ground.blocks)
    found = []
    for place, one in enumerate(ground.problem.participants):
        busy = board.busy(place)
        found.append(
            Share(
                participant=one.id,
                asked=len(ground.of[place]),
                possible=ground.possible(place),
                placed=busy.bit_count(),
                minimum=ground.least[place],
                maximum=one.max_meetings,
                target=one.target,
                breaks=days.breaks(busy),
                idle=days.idle(busy),
            )
        )
    return tuple(found)


def preferences(ground: Ground) -> tuple[list[int], list[int]]:
    """The slots, as bits, that each participant and each request would rather have."""
    sessions = ground.problem.sessions
    people = [0 if one.prefer is None else bits(sessions[one.prefer]) for one in ground.problem.participants]
    people += [0] * len(ground.shared)
    return people, [bits(one.prefer_slots) for one in ground.problem.requests]


def preferred(board: Board) -> int:
    """How many preferences are met: one for each meeting in a participant's session, one in a request's slots."""
    people, requests = preferences(board.ground)
    found = sum((board.busy(one) & mask).bit_count() for one, mask in enumerate(people) if mask)
    return found + sum(1 for one, slot in enumerate(board.slot) if slot != NOWHERE and requests[one] >> slot & 1)


def moves_between(ground: Ground, previous: Plan, board: Board) -> tuple[Move, ...]:
    """Each request whose slot differs, in the order of the previous plan; then what is new."""
    found = []
    before = previous.slot_of()
    for one in previous.meetings:
        number = ground.place.get(one.request)
        after = NOWHERE if number is None else board.slot[number]
        if after == NOWHERE:
            found.append(Move(one.request, Change.DROPPED, one.slot, None, one.confirmed))
        elif after != one.slot:
            found.append(Move(one.request, Change.MOVED, one.slot, after, one.confirmed))
    for number in board.placed():
        name = ground.problem.requests[number].id
        if name not in before:
            found.append(Move(name, Change.ADDED, None, board.slot[number]))
    return tuple(found)
