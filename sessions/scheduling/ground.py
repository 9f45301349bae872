"""A problem in numbers, for the solvers: requests and people by place in their lists, sets of slots as bits."""

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

from sessions.scheduling.problem import Id, Problem, Request, slots_allowed, table_of


def bits(slots: "frozenset[int] | tuple[int, ...] | list[int]") -> int:
    """A set of slots as a number with those bits set."""
    mask = 0
    for slot in slots:
        mask |= 1 << slot
    return mask


def slots_in(mask: int) -> list[int]:
    """The slots of a number's bits, in order."""
    found = []
    while mask:
        low = mask & -mask
        found.append(low.bit_length() - 1)
        mask ^= low
    return found


@dataclass(frozen=True)
class Ground:
    """The unchanging side of a problem.

    `needs` lists per request whom it keeps busy: people by place and, after them, own tables that several people share.
    `mask` has the slots it may take, everybody's times included; `own` those of its own terms alone. A vetoed request
    has none. `common` says whether it takes one of the common tables. `day_starts` are the first slots of blocks.
    """

    problem: Problem
    place: dict[Id, int]
    person: dict[Id, int]
    needs: list[tuple[int, ...]]
    own: list[int]
    mask: list[int]
    vetoed: list[bool]
    common: list[bool]
    weight: list[float]
    required: list[bool]
    before: list[tuple[int, ...]]
    behind: list[tuple[int, ...]]
    times: list[int]
    most: list[int]
    most_in_block: list[int]
    tables: list[int]
    shared: list[str]
    blocks: list[int]
    block_of: list[int]
    least: list[int]
    of: list[list[int]]

    @property
    def slots(self) -> int:
        return self.problem.slots

    @property
    def people(self) -> int:
        """How many participants there are; what follows them in `times` are shared tables."""
        return len(self.problem.participants)

    def tables_in_all(self) -> int:
        """How many meetings at common tables there can be: each slot's tables, or half of those who are free then."""
        free = [0] * self.slots
        for mask in self.times[: self.people]:
            for slot in slots_in(mask):
                free[slot] += 1
        return sum(min(count, free[slot] // 2) for slot, count in enumerate(self.tables))

    def possible(self, person: int) -> int:
        """How many of their requests a person could have at most, others left aside."""
        asked = sum(1 for one in self.of[person] if self.mask[one])
        return min(asked, self.most[person])


def ground_of(problem: Problem) -> Ground:
    """The numbers of a problem."""
    person = {one.id: place for place, one in enumerate(problem.participants)}
    place = {one.id: number for number, one in enumerate(problem.requests)}
    every = (1 << problem.slots) - 1
    times = [every & ~bits(one.unavailable) for one in problem.participants]
    blocks = [bits(block) for block in problem.blocks] or [every]
    shared = _shared_tables(problem)
    needs = [_needs(problem, request, person, shared) for request in problem.requests]
    vetoed = _vetoed(problem)
    own = [bits(slots_allowed(problem, request)) for request in problem.requests]
    mask = []
    for number, request in enumerate(problem.requests):
        free = 0 if vetoed[number] else own[number]
        for one in request.people:
            free &= times[person[one]]
        mask.append(free)
    times += [every] * len(shared)
    of: list[list[int]] = [[] for _ in times]
    behind: list[list[int]] = [[] for _ in needs]
    for number, request in enumerate(problem.requests):
        for one in needs[number]:
            of[one].append(number)
        for earlier in request.after:
            behind[place[earlier]].append(number)
    return Ground(
        problem=problem,
        place=place,
        person=person,
        needs=needs,
        own=own,
        mask=mask,
        vetoed=vetoed,
        common=[_table(problem, request, person) is None for request in problem.requests],
        weight=[request.weight for request in problem.requests],
        required=[request.required or request.locked or problem.rules.require_all for request in problem.requests],
        before=[tuple(place[one] for one in request.after) for request in problem.requests],
        behind=[tuple(numbers) for numbers in behind],
        times=times,
        most=_most(problem, times, blocks),
        most_in_block=_most_in_block(problem, len(shared)),
        tables=[len(problem.participants)] * problem.slots if problem.tables is None else list(problem.tables),
        shared=shared,
        blocks=blocks,
        block_of=_block_of(problem.slots, blocks),
        least=_least(problem, len(shared)),
        of=of,
    )


def _table(problem: Problem, request: Request, person: dict[Id, int]) -> str | None:
    return table_of(problem.participants[person[one]] for one in request.people)


def _shared_tables(problem: Problem) -> list[str]:
    """Own tables that more than one person has: only these can be wanted twice while everybody has time."""
    names = Counter(one.table for one in problem.participants if one.table is not None)
    return sorted(name for name, count in names.items() if count > 1)


def _needs(problem: Problem, request: Request, person: dict[Id, int], shared: list[str]) -> tuple[int, ...]:
    people = tuple(person[one] for one in request.people)
    table = _table(problem, request, person)
    return (*people, len(person) + shared.index(table)) if table in shared and table is not None else people


def _vetoed(problem: Problem) -> list[bool]:
    against: dict[Id, set[Id]] = {}
    for one, other in problem.rules.vetoes:
        against.setdefault(one, set()).add(other)
        against.setdefault(other, set()).add(one)
    return [
        any(against[one] & set(request.people) for one in request.people if one in against)
        for request in problem.requests
    ]


def _most(problem: Problem, times: list[int], blocks: list[int]) -> list[int]:
    """How many meetings each may have at most: their times, their maximum, their maximum per block."""
    found = []
    outside = ~sum(blocks)
    for number, one in enumerate(problem.participants):
        most = times[number].bit_count()
        if one.max_per_block is not None:
            most = (times[number] & outside).bit_count() + sum(
                min((times[number] & block).bit_count(), one.max_per_block) for block in blocks
            )
        found.append(most if one.max_meetings is None else min(most, one.max_meetings))
    return found + [problem.slots] * (len(times) - len(found))


def _most_in_block(problem: Problem, shared: int) -> list[int]:
    limits = [one.max_per_block for one in problem.participants]
    return [problem.slots if limit is None else limit for limit in limits] + [problem.slots] * shared


def _least(problem: Problem, shared: int) -> list[int]:
    """The minimum of each: their own, else everybody's."""
    own = [one.min_meetings for one in problem.participants]
    return [problem.rules.min_meetings if least is None else least for least in own] + [0] * shared


def _block_of(slots: int, blocks: list[int]) -> list[int]:
    """The number of each slot's block, -1 for a slot that is in none."""
    return [next((number for number, block in enumerate(blocks) if block >> slot & 1), -1) for slot in range(slots)]


class Days:
    """Counts breaks: groups of idle slots between two meetings of a day."""

    def __init__(self, blocks: list[int]) -> None:
        self.blocks = [slots_in(block) for block in blocks]
        self.whole = all(later == earlier + 1 for block in self.blocks for earlier, later in pairwise(block))
        self.masks = blocks

    def breaks(self, busy: int) -> int:
        """How many breaks somebody has who meets in the slots `busy`."""
        found = 0
        for block, slots in zip(self.masks, self.blocks, strict=True):
            inside = busy & block
            if not inside & (inside - 1):
                continue  # one meeting or none
            if not self.whole:
                inside = sum(1 << place for place, slot in enumerate(slots) if inside >> slot & 1)
            found += (inside & ~(inside << 1)).bit_count() - 1
        return found

    def idle(self, busy: int) -> int:
        """How many slots of those breaks there are."""
        found = 0
        for slots in self.blocks:
            held = [place for place, slot in enumerate(slots) if busy >> slot & 1]
            if held:
                found += held[-1] - held[0] + 1 - len(held)
        return found
