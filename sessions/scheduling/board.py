"""A plan in the making: who meets when, with every rule kept at each step and every step revocable."""

from sessions.scheduling.ground import Ground, slots_in

LONGEST_CHAIN = 60
NOWHERE = -1

Steps = list[tuple[int, int]]  # request, the slot it goes to


class Board:
    """Requests on slots. `put` and `take` do not look; `fits`, `chain` and `may_follow` say what is allowed."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.slot = [NOWHERE] * len(ground.needs)
        self.at = [[NOWHERE] * ground.slots for _ in ground.times]
        self.free = list(ground.times)
        self.room = list(ground.most)
        self.left = list(ground.tables)
        self.open = sum(1 << slot for slot, count in enumerate(self.left) if count > 0)
        self.mask = list(ground.mask)  # narrowed to one slot for what must stay
        self.blocks_bind = any(
            one.max_per_block is not None for one in ground.problem.participants
        ) and bool(ground.problem.blocks)  # fmt: skip
        self.ordered = [bool(before or behind) for before, behind in zip(ground.before, ground.behind, strict=True)]
        self.log: Steps = []  # request, where it was before
        self.weight = 0.0

    # Changing

    def put(self, request: int, slot: int) -> None:
        """Give an unplaced request a slot."""
        bit = 1 << slot
        self.log.append((request, NOWHERE))
        self.slot[request] = slot
        for one in self.ground.needs[request]:
            self.at[one][slot] = request
            self.free[one] &= ~bit
            self.room[one] -= 1
        if self.ground.common[request]:
            self.left[slot] -= 1
            if not self.left[slot]:
                self.open &= ~bit
        self.weight += self.ground.weight[request]

    def take(self, request: int) -> None:
        """Take a placed request out again."""
        slot = self.slot[request]
        bit = 1 << slot
        self.log.append((request, slot))
        self.slot[request] = NOWHERE
        for one in self.ground.needs[request]:
            self.at[one][slot] = NOWHERE
            self.free[one] |= bit
            self.room[one] += 1
        if self.ground.common[request]:
            self.left[slot] += 1
            self.open |= bit
        self.weight -= self.ground.weight[request]

    def move(self, steps: Steps) -> None:
        """Bring several placed requests to other slots at once."""
        for request, _slot in steps:
            self.take(request)
        for request, slot in steps:
            self.put(request, slot)

    def mark(self) -> int:
        """A point to come back to."""
        return len(self.log)

    def back_to(self, mark: int) -> None:
        """Undo everything since the mark."""
        log = self.log
        while len(log) > mark:
            request, before = log.pop()
            if before == NOWHERE:
                self.take(request)
            else:
                self.put(request, before)
            log.pop()

    def forget(self) -> None:
        """Give up everything that could be undone."""
        self.log.clear()

    # Asking

    def has_room(self, request: int) -> bool:
        """Whether nobody in it is at their maximum."""
        room = self.room
        return all(room[one] > 0 for one in self.ground.needs[request])

    def fits(self, request: int) -> int:
        """The slots, as bits, that it can take just now, tables included; limits of people are asked by `has_room`."""
        return self.times(request) & (self.open if self.ground.common[request] else -1)

    def times(self, request: int) -> int:
        """The slots, as bits, when everybody in it is free, in order with what comes before and after it."""
        mask = self.mask[request]
        for one in self.ground.needs[request]:
            mask &= self.free[one]
        if mask and self.ordered[request]:
            mask &= self.span(request)
        if mask and self.blocks_bind:
            mask &= self.unfilled(request)
        return mask

    def span(self, request: int) -> int:
        """The slots that the order allows; none while something that has to come earlier is not placed."""
        first, last = 0, self.ground.slots
        for one in self.ground.before[request]:
            if self.slot[one] == NOWHERE:
                return 0
            first = max(first, self.slot[one] + 1)
        for one in self.ground.behind[request]:
            if self.slot[one] != NOWHERE:
                last = min(last, self.slot[one])
        return (1 << last) - (1 << first) if first < last else 0

    def unfilled(self, request: int) -> int:
        """The slots outside the blocks in which somebody has all the meetings they may have."""
        mask = -1
        for one in self.ground.needs[request]:
            most = self.ground.most_in_block[one]
            for block in self.ground.blocks:
                if (self.ground.times[one] & ~self.free[one] & block).bit_count() >= most:
                    mask &= ~block
        return mask

    def is_held(self, request: int) -> bool:
        """Whether something that is placed has to come after it, so that it cannot be taken out."""
        return any(self.slot[one] != NOWHERE for one in self.ground.behind[request])

    def chain(self, request: int, other: int) -> Steps | None:
        """Move a placed request to the slot `other`, and whatever is in its way there to its slot, and so on.

        A Kempe chain: the answer keeps every rule and everything placed; None where that cannot be.
        """
        here = self.slot[request]
        needs, at, mask, slot = self.ground.needs, self.at, self.mask, self.slot
        chain = [request]
        balance = 0
        for one in chain:  # grows while we walk
            there = other if slot[one] == here else here
            if not mask[one] >> there & 1 or len(chain) > LONGEST_CHAIN:
                return None
            if self.ground.common[one]:
                balance += 1 if there == other else -1
            for each in needs[one]:
                met = at[each][there]
                if met >= 0 and met not in chain:
                    chain.append(met)
        if (balance > 0 and balance > self.left[other]) or (balance < 0 and -balance > self.left[here]):
            return None
        steps = [(one, other if slot[one] == here else here) for one in chain]
        return steps if self.may_follow(steps) else None

    def may_follow(self, steps: Steps) -> bool:
        """Whether moves that keep people, times and tables also keep the order and the limits of blocks."""
        if any(self.ordered[one] for one, _slot in steps) and not self._keeps_order(dict(steps)):
            return False
        return not self.blocks_bind or self._keeps_blocks(steps)

    def _keeps_order(self, moved: dict[int, int]) -> bool:
        def place(one: int) -> int:
            return moved.get(one, self.slot[one])

        for one, slot in moved.items():
            if any(place(each) >= slot or place(each) == NOWHERE for each in self.ground.before[one]):
                return False
            if any(place(each) != NOWHERE and place(each) <= slot for each in self.ground.behind[one]):
                return False
        return True

    def _keeps_blocks(self, steps: Steps) -> bool:
        change: dict[tuple[int, int], int] = {}
        for one, slot in steps:
            old, new = self.ground.block_of[self.slot[one]], self.ground.block_of[slot]
            for each in self.ground.needs[one]:
                change[each, old] = change.get((each, old), 0) - 1
                change[each, new] = change.get((each, new), 0) + 1
        for (one, number), more in change.items():
            if more > 0 and number >= 0:
                held = (self.ground.times[one] & ~self.free[one] & self.ground.blocks[number]).bit_count()
                if held + more > self.ground.most_in_block[one]:
                    return False
        return True

    def busy(self, person: int) -> int:
        """The slots, as bits, in which somebody has a meeting."""
        return self.ground.times[person] & ~self.free[person]

    def placed(self) -> list[int]:
        """The requests that have a slot, in the problem's order."""
        return [number for number, slot in enumerate(self.slot) if slot != NOWHERE]

    def in_slot(self, slot: int) -> list[int]:
        """The requests placed at a slot, in the order of their people."""
        found = dict.fromkeys(row[slot] for row in self.at if row[slot] != NOWHERE)
        return list(found)

    def freed(self, request: int) -> list[int]:
        """The slots that everybody in it could ever take, in order."""
        return slots_in(self.mask[request])
