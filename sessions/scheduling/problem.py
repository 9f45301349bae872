"""What is to be scheduled: slots, tables, people with their times, requests, and rules; checked when it is made."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import isfinite

Id = int | str
MOST_SLOTS = 10_000


class BadProblem(ValueError):
    """A problem that cannot be understood; its text is a sentence for the person who wrote it."""


@dataclass(frozen=True)
class Participant:
    """Somebody who meets others. `prefer` names a session; `table` an own table that all their meetings use."""

    id: Id
    unavailable: frozenset[int] = frozenset()
    max_meetings: int | None = None
    min_meetings: int | None = None
    max_per_block: int | None = None
    target: int | None = None
    prefer: str | None = None
    table: str | None = None


@dataclass(frozen=True)
class Request:
    """A wish that `people` (two or more) meet once. `after` holds the ids of requests that have to come earlier."""

    id: Id
    people: tuple[Id, ...]
    weight: float = 1
    required: bool = False
    locked: bool = False
    fixed: int | None = None
    session: str | None = None
    forbidden_slots: frozenset[int] = frozenset()
    prefer_slots: frozenset[int] = frozenset()
    after: tuple[Id, ...] = ()


@dataclass(frozen=True)
class Rules:
    """What holds for all: everything placed or no plan, vetoes, a limit to the spread of breaks, a minimum for each."""

    require_all: bool = False
    max_break_spread: int | None = None
    min_meetings: int = 0
    vetoes: tuple[tuple[Id, Id], ...] = ()


@dataclass(frozen=True)
class Problem:
    """Everything that a plan has to obey; raises BadProblem when made of parts that do not fit together.

    Slots are 0 to `slots` - 1 in time order. `blocks` are days: breaks are counted inside one. `sessions` are named
    sets of slots. `tables` holds how many there are, one number a slot; None is as many as are wanted.
    """

    slots: int
    participants: tuple[Participant, ...]
    requests: tuple[Request, ...]
    tables: tuple[int, ...] | None = None
    blocks: tuple[tuple[int, ...], ...] = ()
    sessions: Mapping[str, frozenset[int]] = field(default_factory=dict)
    rules: Rules = Rules()
    name: str = ""

    def __post_init__(self) -> None:
        _check_frame(self)
        people = {one.id: one for one in self.participants}
        for one in self.participants:
            _check_participant(self, one)
        for request in self.requests:
            _check_request(self, request, people)
        for pair in self.rules.vetoes:
            _check_veto(pair, people)
        _check_order(self.requests)
        _check_locks(self, people)


def quoted(one: Id) -> str:
    """An id as it is shown in a sentence: strings in quotes, so that 1 and "1" look different."""
    return f'"{one}"' if isinstance(one, str) else str(one)


def listed(ids: Iterable[Id]) -> str:
    """Some ids as words: 1, 2 and 3. Of many, the first four."""
    every = [quoted(one) for one in ids]
    shown = every if len(every) < 6 else [*every[:4], f"{len(every) - 4} more"]
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)


def _check_frame(problem: Problem) -> None:
    if not 1 <= problem.slots <= MOST_SLOTS:
        raise BadProblem(f"The number of slots is {problem.slots}. It has to be between 1 and {MOST_SLOTS:,}.")
    if problem.tables is not None:
        if len(problem.tables) != problem.slots:
            raise BadProblem(
                f"There are {problem.slots} slots, but tables are given for {len(problem.tables)}. "
                "Give one number, or one number for each slot."
            )
        if any(count < 0 for count in problem.tables):
            raise BadProblem("A slot has fewer than no tables. Give 0 or more for each slot.")
    seen: set[int] = set()
    for block in problem.blocks:
        _check_slots(problem, block, "A block")
        if len(set(block)) < len(block) or seen & set(block):
            raise BadProblem("A slot is in two blocks. Each slot belongs to one day.")
        seen |= set(block)
    for name, slots in problem.sessions.items():
        _check_slots(problem, slots, f"Session {quoted(name)}")
    for what, ids in (
        ("participants", [one.id for one in problem.participants]),
        ("requests", [one.id for one in problem.requests]),
    ):
        _check_different(what, ids)
    spread = problem.rules.max_break_spread
    if spread is not None and spread < 0:
        raise BadProblem("max_break_spread is less than 0. Give 0 or more, or leave it out.")
    if problem.rules.min_meetings < 0:
        raise BadProblem("The least number of meetings for everybody is less than 0. Give 0 or more.")


def _check_different(what: str, ids: list[Id]) -> None:
    seen: dict[str, Id] = {}
    for one in ids:
        other = seen.setdefault(str(one), one)
        if other is not one and (other != one or type(other) is not type(one)):
            raise BadProblem(f"Two {what} are called {quoted(other)} and {quoted(one)}. Call one of them otherwise.")
    if len(seen) < len(ids):
        twice = next(one for place, one in enumerate(ids) if one in ids[:place])
        raise BadProblem(f"Two {what} are called {quoted(twice)}. Each needs an id of its own.")


def _check_slots(problem: Problem, slots: Iterable[int], whose: str) -> None:
    for slot in slots:
        if not 0 <= slot < problem.slots:
            raise BadProblem(f"{whose} names slot {slot}. Slots go from 0 to {problem.slots - 1}.")


def _check_participant(problem: Problem, one: Participant) -> None:
    who = f"Participant {quoted(one.id)}"
    _check_slots(problem, one.unavailable, who)
    for name in ("max_meetings", "min_meetings", "max_per_block", "target"):
        value = getattr(one, name)
        if value is not None and value < 0:
            raise BadProblem(f"{who} has a {name} of {value}. Give 0 or more, or leave it out.")
    if one.min_meetings is not None and one.max_meetings is not None and one.min_meetings > one.max_meetings:
        raise BadProblem(
            f"{who} is to have at least {one.min_meetings} and at most {one.max_meetings} meetings. "
            "Lower the minimum or raise the maximum."
        )
    if one.prefer is not None and one.prefer not in problem.sessions:
        raise BadProblem(f"{who} prefers session {quoted(one.prefer)}, which the problem does not name.")


def _check_request(problem: Problem, request: Request, people: Mapping[Id, Participant]) -> None:
    what = f"Request {quoted(request.id)}"
    if len(request.people) < 2:
        raise BadProblem(f"{what} names fewer than two people. A meeting needs two or more.")
    if len(set(request.people)) < len(request.people):
        raise BadProblem(f"{what} has somebody meet themselves. Name different people.")
    for one in request.people:
        if one not in people:
            raise BadProblem(f"{what} names participant {quoted(one)}, who is not in the list of participants.")
    if not (isfinite(request.weight) and 0 < request.weight <= 1e9):
        raise BadProblem(f"{what} has a weight of {request.weight}. Give a number above 0, up to a thousand million.")
    if request.session is not None and request.session not in problem.sessions:
        raise BadProblem(f"{what} is for session {quoted(request.session)}, which the problem does not name.")
    if request.fixed is not None:
        _check_slots(problem, [request.fixed], what)
    if request.locked and request.fixed is None:
        raise BadProblem(f"{what} is locked but has no fixed slot. Say where it is locked, or unlock it.")
    _check_slots(problem, request.forbidden_slots, what)
    _check_slots(problem, request.prefer_slots, what)


def _check_veto(pair: tuple[Id, Id], people: Mapping[Id, Participant]) -> None:
    for one in pair:
        if one not in people:
            raise BadProblem(f"A veto names participant {quoted(one)}, who is not in the list of participants.")
    if pair[0] == pair[1]:
        raise BadProblem(f"A veto keeps participant {quoted(pair[0])} from meeting themselves. Name two people.")


def _check_order(requests: tuple[Request, ...]) -> None:
    """Refuse requests that wait for each other in a circle, and those that wait for one that is not there."""
    waiting = {one.id: set(one.after) for one in requests if one.after}
    known = {one.id for one in requests}
    for name, earlier in waiting.items():
        if missing := [one for one in earlier if one not in known]:
            raise BadProblem(
                f"Request {quoted(name)} is to come after request {quoted(missing[0])}, which is not there."
            )
    while waiting:
        ready = [name for name, earlier in waiting.items() if not earlier & waiting.keys()]
        if not ready:
            raise BadProblem(_circle(waiting))
        for name in ready:
            del waiting[name]


def _circle(waiting: dict[Id, set[Id]]) -> str:
    """The sentence about requests that wait for each other, without those that only wait for them."""
    while waited := {one for earlier in waiting.values() for one in earlier}:
        if waiting.keys() <= waited:
            break
        waiting = {name: earlier for name, earlier in waiting.items() if name in waited}
    if len(waiting) == 1:
        return f"Request {listed(waiting)} is to come after itself. Take that `after` out."
    return f"Requests {listed(waiting)} wait for each other. Take one `after` out of the circle."


def slots_allowed(problem: Problem, request: Request) -> frozenset[int]:
    """The slots that the request's own terms allow (fixed, session, forbidden), whoever is free or not."""
    allowed = frozenset(range(problem.slots)) if request.session is None else problem.sessions[request.session]
    if request.fixed is not None:
        allowed &= {request.fixed}
    return allowed - request.forbidden_slots


def table_of(people: Iterable[Participant]) -> str | None:
    """The own table that a meeting of these people uses: of those who have one, the lowest id's."""
    own = [one for one in people if one.table is not None]
    return min(own, key=lambda one: (isinstance(one.id, str), one.id)).table if own else None


def _check_locks(problem: Problem, people: Mapping[Id, Participant]) -> None:
    taken: dict[tuple[str, Id, int], Id] = {}
    used = [0] * problem.slots
    for request in problem.requests:
        if not request.locked or request.fixed is None:
            continue
        what, slot = f"Request {quoted(request.id)}", request.fixed
        if slot not in slots_allowed(problem, request):
            raise BadProblem(f"{what} is locked at slot {slot}, which its own session or forbidden slots rule out.")
        for one in request.people:
            if slot in people[one].unavailable:
                raise BadProblem(
                    f"{what} is locked at slot {slot}, when participant {quoted(one)} is not available. "
                    "Unlock it first."
                )
            if (other := taken.setdefault(("person", one, slot), request.id)) != request.id:
                raise BadProblem(
                    f"Requests {quoted(other)} and {quoted(request.id)} are both locked at slot {slot}, and both need "
                    f"participant {quoted(one)}. Unlock one of them."
                )
        table = table_of(people[one] for one in request.people)
        if table is None:
            used[slot] += 1
        elif (other := taken.setdefault(("table", table, slot), request.id)) != request.id:
            raise BadProblem(
                f"Requests {quoted(other)} and {quoted(request.id)} are both locked at slot {slot}, and both need "
                f"table {quoted(table)}. Unlock one of them."
            )
    _check_locked_tables(problem, used)
    _check_locked_people(problem, people)


def _check_locked_tables(problem: Problem, used: list[int]) -> None:
    for slot, count in enumerate(used):
        if problem.tables is not None and count > problem.tables[slot]:
            raise BadProblem(
                f"More requests are locked at slot {slot} ({count}) than it has tables ({problem.tables[slot]}). "
                "Unlock some."
            )


def _check_locked_people(problem: Problem, people: Mapping[Id, Participant]) -> None:
    """Refuse locks that break a veto, an order or a limit: nobody could be asked to keep both."""
    every = {one.id: one for one in problem.requests}
    locked = {one.id: one for one in problem.requests if one.locked}
    vetoes = {frozenset(pair) for pair in problem.rules.vetoes}
    counts: dict[Id, int] = {}
    in_block: dict[tuple[Id, int], int] = {}
    blocks = problem.blocks or (tuple(range(problem.slots)),)
    block_of = {slot: number for number, block in enumerate(blocks) for slot in block}
    for request in locked.values():
        for pair in vetoes:
            if pair <= set(request.people):
                raise BadProblem(
                    f"Request {quoted(request.id)} is locked although two of its people have a veto. Unlock it."
                )
        for earlier in request.after:
            before = every[earlier]
            if before.fixed is not None and request.fixed is not None and before.fixed >= request.fixed:
                raise BadProblem(
                    f"Request {quoted(request.id)} is locked at slot {request.fixed}, but has to come after request "
                    f"{quoted(earlier)} at slot {before.fixed}. Unlock it."
                )
        for one in request.people:
            counts[one] = counts.get(one, 0) + 1
            block = block_of.get(request.fixed if request.fixed is not None else -1, -1)
            in_block[one, block] = in_block.get((one, block), 0) + 1
    for one, count in counts.items():
        most = people[one].max_meetings
        if most is not None and count > most:
            raise BadProblem(
                f"More meetings of participant {quoted(one)} are locked ({count}) than they may have ({most}). "
                "Unlock some."
            )
    for (one, block), count in in_block.items():
        most = people[one].max_per_block
        if block >= 0 and most is not None and count > most:
            raise BadProblem(
                f"More meetings of participant {quoted(one)} are locked in one block ({count}) than they may have "
                f"({most}). Unlock some."
            )
