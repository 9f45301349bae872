"""After one cancellation: what waits and fits now, found in milliseconds, with nobody else moved."""

from collections import defaultdict
from collections.abc import Iterator
from time import monotonic

from sessions.scheduling.ground import Days, bits, slots_in
from sessions.scheduling.plan import Placed, Plan
from sessions.scheduling.problem import Id, Participant, Problem, Request, slots_allowed, table_of


def fill_opening(
    problem: Problem,
    plan: Plan,
    cancelled: Id,
    *,
    within: frozenset[int] | None = None,
    together: bool = True,
    seconds: float | None = None,
) -> tuple[Placed, ...]:
    """The waiting requests that take what a cancelled meeting leaves, required and heavy ones first.

    Only its people's time and its table are looked at, so that it takes milliseconds. Every rule is kept; where the
    spread of breaks is limited, nobody's breaks change. The cancelled request itself stays out. `within` names the
    slots that may be given, all without it. Without `together` each request is placed as if it were the only one, for
    somebody to choose among them. After so many `seconds` no more are looked at.
    """
    opening = _Opening(problem, plan, cancelled, within)
    return tuple(opening.fill(together, monotonic() + seconds if seconds is not None else None))


class _Opening:
    """A plan without one of its meetings, as far as that is needed to place others."""

    def __init__(self, problem: Problem, plan: Plan, cancelled: Id, within: frozenset[int] | None) -> None:
        self.problem, self.cancelled = problem, cancelled
        self.within = -1 if within is None else bits(within)
        self.requests = {one.id: one for one in problem.requests}
        self.people: dict[Id, Participant] = {one.id: one for one in problem.participants}
        self.at = plan.slot_of()
        self.slot = self.at.pop(cancelled, None)
        self.held: dict[Id, int] = defaultdict(int)  # the slots, as bits, in which somebody has a meeting
        self.taken: dict[int, set[object]] = defaultdict(set)
        self.common = [0] * problem.slots
        for one in plan.meetings:
            if one.request == cancelled or one.request not in self.requests:
                continue
            self.taken[one.slot].add(one.table)
            self.common[one.slot] += not isinstance(one.table, str)
            for each in self.requests[one.request].people:
                self.held[each] |= 1 << one.slot
        self.blocks = [bits(block) for block in problem.blocks] or [(1 << problem.slots) - 1]
        self.days = Days(self.blocks)
        self.behind: dict[Id, list[Id]] = defaultdict(list)
        for request in problem.requests:
            for earlier in request.after:
                self.behind[earlier].append(request.id)
        self.vetoes = [frozenset(pair) for pair in problem.rules.vetoes]

    def waiting(self) -> list[Request]:
        """Requests of those who have time now; where the tables were all taken, of all who are free in the slot."""
        if self.slot is None or self.cancelled not in self.requests:
            return []
        freed = frozenset(self.requests[self.cancelled].people)
        scarce = self.problem.tables is not None and self.common[self.slot] + 1 >= self.problem.tables[self.slot]
        bit = 1 << self.slot
        found = [
            one
            for one in self.problem.requests
            if one.id not in self.at
            and one.id != self.cancelled
            and (not freed.isdisjoint(one.people) or (scarce and not any(self.held[each] & bit for each in one.people)))
        ]
        return sorted(found, key=lambda one: (not one.required, -one.weight))

    def fill(self, together: bool, until: float | None) -> Iterator[Placed]:
        """Where each that waits would be, one after the other or each by itself; until a moment of this machine."""
        for request in self.waiting():
            if until is not None and monotonic() > until:
                return
            placed = self.place_for(request)
            if placed is not None:
                if together:
                    self._take(request, placed)
                yield placed

    def place_for(self, request: Request) -> Placed | None:
        """A slot and a table for the request, if one fits."""
        table = table_of(self.people[one] for one in request.people)
        for slot in slots_in(self._times(request)):
            number: int | str | None = table
            if table is not None and table in self.taken[slot]:
                continue
            if table is None and self.problem.tables is not None:
                number = next((n for n in range(1, self.problem.tables[slot] + 1) if n not in self.taken[slot]), None)
                if number is None:
                    continue
            return Placed(request.id, slot, number)
        return None

    def _take(self, request: Request, placed: Placed) -> None:
        self.at[request.id] = placed.slot
        self.taken[placed.slot].add(placed.table)
        for one in request.people:
            self.held[one] |= 1 << placed.slot

    def _times(self, request: Request) -> int:
        """The slots, as bits, that people's times, limits and breaks, vetoes and the order leave."""
        if any(pair.issubset(request.people) for pair in self.vetoes):
            return 0
        mask = bits(slots_allowed(self.problem, request)) & self._span(request) & self.within
        for name in request.people:
            one, held = self.people[name], self.held[name]
            if one.max_meetings is not None and held.bit_count() >= one.max_meetings:
                return 0
            mask &= ~held & ~bits(one.unavailable)
            if one.max_per_block is not None:
                for block in self.blocks:
                    mask &= -1 if (held & block).bit_count() < one.max_per_block else ~block
            if self.problem.rules.max_break_spread is not None:
                breaks = self.days.breaks(held)
                mask = bits([slot for slot in slots_in(mask) if self.days.breaks(held | 1 << slot) == breaks])
        return mask

    def _span(self, request: Request) -> int:
        if any(one not in self.at for one in request.after):
            return 0
        first = max((self.at[one] + 1 for one in request.after), default=0)
        last = min((self.at[one] for one in self.behind[request.id] if one in self.at), default=self.problem.slots)
        return (1 << last) - (1 << first) if first < last else 0
