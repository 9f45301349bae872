"""Better plans of the same length: walks that swap chosen requests along people with time left, guided by the prices.

A walk begins with somebody who has time left. It places one of their waiting requests; where that takes a meeting from
the other person, the walk goes on with whoever has lost it, until nobody has, or the way has become too long. What
does not gain is undone. With time to spare this closes most of what the construction leaves open.
"""

from random import Random

from sessions.scheduling.board import NOWHERE, Board
from sessions.scheduling.bound import Bound
from sessions.scheduling.construction import insert
from sessions.scheduling.ground import slots_in
from sessions.scheduling.pace import Pace

LONGEST_WALK = 12
TRIES_WITHOUT_GAIN = 500  # and four for each person: then the rest is hardly worth its time
SMALL = 1e-9
NOTHING = (0, 0, 0.0, 0.0)
WORSE = (-1, 0, 0.0, 0.0)


class Walks:
    """Tries walks from everybody with time left, again and again, until the bound or the end of the pace is reached.

    A walk is kept for what it brings, in this order: required meetings, minima, weight, the worst-off.
    """

    def __init__(self, board: Board, bound: Bound, pace: Pace, chance: Random) -> None:
        self.board, self.bound, self.pace, self.chance = board, bound, pace, chance
        ground = board.ground
        gain = bound.gain
        self.wishes = [sorted(of, key=lambda one: -gain[one]) for of in ground.of]
        self.prices = [bound.certificate.y.get(str(one.id), 0.0) for one in ground.problem.participants]
        # Where all are required they take each other's places: more of them is what counts.
        self.required = [False] * len(ground.needs) if ground.problem.rules.require_all else ground.required
        self.walks = 0
        self.staying = [one.locked for one in ground.problem.requests]
        self.possible = [ground.possible(one) for one in range(ground.people)]

    def run(self, patience: int | None = None) -> None:
        """Improve the board: first what is required and each person's minimum, then the weight.

        It ends after so many walks (`patience`) that gained nothing.
        """
        self._misfits([one for one, needed in enumerate(self.required) if needed])
        self.raise_floor(self.board.ground.least)
        best, since = self.board.weight, self.walks
        patience = TRIES_WITHOUT_GAIN + 4 * self.board.ground.people if patience is None else patience
        while self.walks - since < patience and not self._is_done():
            self._round()
            if self.board.weight > best + SMALL:
                best, since = self.board.weight, self.walks
                self.pace.placed = best

    def level(self) -> None:
        """Raise the worst-off, step by step, as long as that costs no weight, no minimum and nothing required."""
        for least in range(1, max(self.possible, default=0) + 1):
            wanted = [min(least, possible) for possible in self.possible]
            if not self.raise_floor(wanted) or self.pace.is_over():
                return

    def raise_floor(self, least: list[int]) -> bool:
        """Try to give everybody at least so many meetings; whether everybody has them now."""
        board = self.board
        short = [one for one in range(board.ground.people) if self._has(one) < least[one]]
        for one in short:
            for request in self._waiting(one):
                if self._has(one) >= least[one] or self.pace.is_over():
                    break
                self._try(request)
        return all(self._has(one) >= least[one] for one in short)

    def _has(self, person: int) -> int:
        return self.board.ground.most[person] - self.board.room[person]

    def _is_done(self) -> bool:
        return self.pace.is_over() or self.board.weight >= self.bound.most - SMALL

    def _round(self) -> None:
        board, ground = self.board, self.board.ground
        starts = [
            one
            for one in range(ground.people)
            if board.room[one] > 0 and board.free[one] and self._waiting(one)
        ]  # fmt: skip
        starts.sort(key=lambda one: (-self.prices[one], self.chance.random()))
        for one in starts:
            if self._is_done():
                return
            if board.room[one] > 0 and board.free[one]:
                self._walk(one)
        waiting = [one for one, slot in enumerate(board.slot) if slot == NOWHERE and board.mask[one]]
        waiting.sort(key=lambda one: -self.bound.gain[one])
        self.walks += 1  # so that a round with nobody to begin with counts too
        self._misfits(waiting[: max(200, len(waiting) // 20)])

    def _misfits(self, waiting: list[int]) -> None:
        """Requests that wait although they are worth more than their prices: put them in and see what it costs."""
        for request in waiting:
            if self.pace.is_over():
                return
            self._try(request)

    def _try(self, request: int) -> bool:
        """Place a request, whatever it takes from others, if that is for the better once they had their turn."""
        board = self.board
        if board.slot[request] != NOWHERE or not board.mask[request]:
            return False
        if insert(board, request, self.pace, self.chance):
            board.forget()
            return True
        mark, before = board.mark(), board.weight
        lost = self._force(request, set())
        for one in lost or ():
            self._refill(one)
        if lost is not None and self._brings(mark, before) > NOTHING:
            board.forget()
            return True
        board.back_to(mark)
        return False

    def _brings(self, mark: int, before: float) -> tuple[int, int, float, float]:
        """What was gained since the mark: required meetings, minima, weight, and a measure of the worst-off."""
        board, ground = self.board, self.board.ground
        required = 0
        change: dict[int, int] = {}
        for request in {request for request, _slot in board.log[mark:]}:
            was = next(slot for one, slot in board.log[mark:] if one == request) != NOWHERE
            more = (board.slot[request] != NOWHERE) - was
            required += more if self.required[request] else 0
            for one in ground.needs[request] if more else ():
                change[one] = change.get(one, 0) + more
        minima, worst = 0, 0.0
        for one, more in change.items():
            if not more or one >= ground.people:
                continue
            now, least = self._has(one), ground.least[one]
            minima += min(now, least) - min(now - more, least)
            worst += 2.0 ** (more - now) - 2.0**-now
        weight = board.weight - before
        return required, minima, weight if abs(weight) > SMALL else 0.0, worst if abs(worst) > SMALL else 0.0

    def _waiting(self, person: int) -> list[int]:
        slot, mask = self.board.slot, self.board.mask
        return [one for one in self.wishes[person] if slot[one] == NOWHERE and mask[one]]

    def _walk(self, start: int) -> bool:
        board = self.board
        mark, before = board.mark(), board.weight
        self.walks += 1
        person = start
        fresh: set[int] = set()  # what this walk has placed must not be taken out by it again
        for _length in range(LONGEST_WALK):
            waiting = [one for one in self._waiting(person) if one not in fresh]
            if not waiting or not board.free[person]:
                break
            if any(insert(board, one, self.pace, self.chance) for one in waiting[:6]):
                break
            request = waiting[min(int(self.chance.expovariate(0.7)), len(waiting) - 1)]
            fresh.add(request)
            lost = self._force(request, fresh)
            if not lost:
                break
            person = self.chance.choice(lost)
            for one in lost:
                if one != person:
                    self._refill(one)
        brings = self._brings(mark, before) if board.weight > before - SMALL else WORSE
        if brings > NOTHING or (brings[:3] == NOTHING[:3] and self.chance.random() < 0.5):
            board.forget()  # a step aside may open another way
        else:
            board.back_to(mark)
        return brings > NOTHING

    def _refill(self, person: int) -> None:
        for one in self._waiting(person)[:4]:
            if insert(self.board, one, self.pace, self.chance):
                return

    def _force(self, request: int, fresh: set[int]) -> list[int] | None:
        """Place a request in the slot where that costs least; who loses a meeting by it, or None if it cannot be."""
        board, ground = self.board, self.board.ground
        self.pace.step()
        mask = board.mask[request]
        if board.ordered[request]:
            mask &= board.span(request)
        best: tuple[float, int, list[int]] | None = None
        for slot in slots_in(mask):
            out = self._in_way(request, slot)
            if any(one in fresh or self._must_stay(one) for one in out):
                continue
            cost = sum(ground.weight[one] for one in out) + self.chance.random() * 0.01
            if best is None or cost < best[0]:
                best = (cost, slot, out)
        if best is None:
            return None
        _cost, slot, out = best
        for one in out:
            board.take(one)
        if not board.has_room(request) or not board.fits(request) >> slot & 1:
            return None  # whoever asked undoes it
        board.put(request, slot)
        mine = set(ground.needs[request])
        return [each for one in out for each in ground.needs[one] if each not in mine and each < ground.people]

    def _in_way(self, request: int, slot: int) -> list[int]:
        """What has to go for a request to take a slot: its people's meetings then, one at a table, one over a limit."""
        board, ground = self.board, self.board.ground
        out = {board.at[one][slot] for one in ground.needs[request]} - {NOWHERE}
        for one in ground.needs[request]:
            if board.room[one] <= 0 and not any(one in ground.needs[each] for each in out):
                held = [each for each in ground.of[one] if board.slot[each] != NOWHERE and not self._must_stay(each)]
                if held:
                    out.add(min(held, key=self.bound.gain.__getitem__))
        if ground.common[request] and not board.left[slot] and not any(ground.common[one] for one in out):
            there = [one for one in board.in_slot(slot) if ground.common[one] and not self._must_stay(one)]
            if there:
                out.add(min(there, key=self.bound.gain.__getitem__))
        return sorted(out)

    def _must_stay(self, request: int) -> bool:
        return self.staying[request] or self.required[request] or self.board.is_held(request)
