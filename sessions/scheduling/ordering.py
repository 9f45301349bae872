"""When in the day: meetings change slots, nobody loses one, and people wait less between them (simulated annealing)."""

from math import exp
from random import Random

from sessions.scheduling.board import NOWHERE, Board, Steps
from sessions.scheduling.ground import Days, slots_in
from sessions.scheduling.pace import Pace
from sessions.scheduling.reports import preferences

HOT, COLD = 0.7, 0.08
MOVES_A_MEETING = 250  # after so many tries for each meeting there is little left to find
SPREAD = 0.04  # how much more a further break of the same person counts
PREFERENCE = 0.02
OVER = 20.0  # a break beyond what the rules allow


class Ordering:
    """Brings breaks down by Kempe chains between two slots, which keep the selection and every rule."""

    def __init__(self, board: Board, pace: Pace, chance: Random) -> None:
        self.board, self.pace, self.chance = board, pace, chance
        ground = board.ground
        self.days = Days(ground.blocks)
        self.most = ground.problem.rules.max_break_spread
        self.people, self.requests = preferences(ground)
        self.has_wishes = any(self.people) or any(self.requests)
        self.known: dict[int, float] = {}
        self.cost = [self._of(one, board.busy(one)) for one in range(ground.people)]

    def run(self) -> None:
        """Anneal until the end of the pace, or until nothing is left to gain."""
        placed = self.board.placed()
        if not placed or not self._worth_it():
            return
        budget = MOVES_A_MEETING * len(placed)
        began, tried = self.pace.elapsed, 0
        heat = HOT
        while tried < budget and not self.pace.is_over():
            if tried % 512 == 0:
                heat = HOT * (COLD / HOT) ** self._share(began, tried, budget)
            tried += 1
            self.pace.step()
            self._try(self._proposal(placed), heat)
        self.board.forget()

    def _worth_it(self) -> bool:
        return self.has_wishes or any(cost > 0 for cost in self.cost)

    def _share(self, began: float, tried: int, budget: int) -> float:
        return max(tried / budget, self.pace.share_used(began))

    def _of(self, person: int, busy: int) -> float:
        """What somebody's slots cost: breaks, more for each further one, less what they prefer."""
        cost = self.known.get(busy)
        if cost is None:
            breaks = self.days.breaks(busy)
            cost = breaks + SPREAD * breaks * breaks
            if self.most is not None and breaks > self.most:
                cost += OVER * (breaks - self.most)
            if len(self.known) < 1_000_000:
                self.known[busy] = cost
        if self.people[person]:
            cost -= PREFERENCE * (busy & self.people[person]).bit_count()
        return cost

    def _proposal(self, placed: list[int]) -> tuple[int, int] | None:
        """A meeting and a slot for it: mostly from the rim of somebody's day into one of their breaks."""
        board, chance = self.board, self.chance
        request = placed[int(chance.random() * len(placed))]
        person = board.ground.needs[request][int(chance.random() * 2)]
        if person < board.ground.people and self.cost[person] > 0 and chance.random() < 0.7:
            block = board.ground.blocks[max(0, board.ground.block_of[board.slot[request]])]
            busy = board.busy(person) & block
            first, last = (busy & -busy).bit_length() - 1, busy.bit_length() - 1
            gaps = slots_in(((1 << last) - (1 << first)) & block & ~busy)
            if not gaps:
                return None
            rim = board.at[person][first if chance.random() < 0.5 else last]
            return rim, gaps[int(chance.random() * len(gaps))]
        slot = int(chance.random() * board.ground.slots)
        return (request, slot) if slot != board.slot[request] else None

    def _try(self, proposal: tuple[int, int] | None, heat: float) -> None:
        if proposal is None or not self.board.mask[proposal[0]] >> proposal[1] & 1:
            return
        steps = self.board.chain(*proposal)
        if steps is None:
            return
        changed = self._changed(steps)
        costs = {one: self._of(one, self.board.busy(one) ^ flipped) for one, flipped in changed.items() if flipped}
        more = sum(costs.values()) - sum(self.cost[one] for one in costs)
        if self.has_wishes:
            more -= PREFERENCE * self._wishes(steps)
        if more <= 0 or self.chance.random() < exp(-more / heat):
            self.board.move(steps)
            self.board.forget()
            for one, cost in costs.items():
                self.cost[one] = cost

    def _changed(self, steps: Steps) -> dict[int, int]:
        """The slots, as bits, in which each person's being busy changes."""
        board = self.board
        changed: dict[int, int] = {}
        for request, slot in steps:
            both = 1 << slot | 1 << board.slot[request]
            for one in board.ground.needs[request]:
                if one < board.ground.people:
                    changed[one] = changed.get(one, 0) ^ both
        return changed

    def _wishes(self, steps: Steps) -> int:
        return sum(
            (self.requests[one] >> slot & 1) - (self.requests[one] >> self.board.slot[one] & 1) for one, slot in steps
        )


def order_cost(board: Board) -> tuple[int, int, int]:
    """How many breaks too many somebody has, how many there are, and their spread; less is better."""
    days = Days(board.ground.blocks)
    counts = [days.breaks(board.busy(one)) for one in range(board.ground.people)] or [0]
    spread = max(counts) - min(counts)
    most = board.ground.problem.rules.max_break_spread
    return (0 if most is None else max(0, spread - most)), sum(counts), spread


def within_spread(board: Board, requests: list[int]) -> None:
    """Where the rules limit the spread of breaks: take out meetings until nobody has too many of them.

    Then place what waits, in the given order, where that leaves everybody between the fewest and the most.
    """
    most = board.ground.problem.rules.max_break_spread
    if most is None:
        return
    days = Days(board.ground.blocks)
    todo = list(range(board.ground.people))
    while True:
        counts = [days.breaks(board.busy(one)) for one in todo]
        fewest = min(counts, default=0)
        over = [one for one in todo if counts[one] > fewest + most]
        if not over:
            _fit_between(board, days, requests, fewest, fewest + most)
            return
        for one in over:
            _join(board, days, one, fewest + most)


def _fit_between(board: Board, days: Days, requests: list[int], fewest: int, most: int) -> None:
    for number in requests:
        if board.slot[number] != NOWHERE or not board.mask[number] or not board.has_room(number):
            continue
        people = [one for one in board.ground.needs[number] if one < board.ground.people]
        for slot in slots_in(board.fits(number)):
            if all(fewest <= days.breaks(board.busy(one) | 1 << slot) <= most for one in people):
                board.put(number, slot)
                break


def _join(board: Board, days: Days, person: int, most: int) -> None:
    """Take out somebody's lightest meetings that stand between two breaks or at the rim, until few breaks are left."""
    ground = board.ground
    while days.breaks(busy := board.busy(person)) > most:
        held = [board.at[person][slot] for slot in slots_in(busy)]
        free = [one for one in held if not ground.problem.requests[one].locked and not board.is_held(one)]
        fewer = [one for one in free if days.breaks(busy & ~(1 << board.slot[one])) < days.breaks(busy)]
        candidates = fewer or free
        if not candidates:
            return
        board.take(min(candidates, key=ground.weight.__getitem__))
