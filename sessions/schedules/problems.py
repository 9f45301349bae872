"""The problem that the scheduler is given: a situation in its words, without anybody's name or no thanks."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sessions.booking_rules import TypeLimits
from sessions.schedules.drafts import Freedom
from sessions.schedules.situation import Known, Situation, overlapping
from sessions.scheduling.plan import Placed, Plan, Reason
from sessions.scheduling.problem import Participant, Problem, Request

WISH = 0.5  # what both have agreed to counts twice as much
LEAST_CHAIRS = 2


@dataclass(frozen=True)
class Task:
    """A problem, where its meetings are now, and the meetings that it leaves out, with why.

    A pair that a no thanks keeps apart is left out as if they had no time in common, so that the files which
    organisers take away tell nobody of it. What a meeting off the grid or beyond a limit holds is taken as busy.
    """

    problem: Problem
    previous: Plan | None
    left_out: Mapping[str, Reason]


@dataclass(frozen=True)
class _Sorted:
    """Meetings by what becomes of them."""

    fixed: list[tuple[Known, int]]
    open: list[Known]
    busy: list[Known]
    left_out: dict[str, Reason]


def task_of(situation: Situation, freedom: Freedom, *, name: str = "", start_from: Plan | None = None) -> Task:
    """The problem of a situation. Its previous plan is `start_from`, or what stands where FEW meetings may move.

    Otherwise it has none: what stays is locked, and the rest is planned from the beginning.
    """
    sorted_ = _sort(situation)
    blocks: dict[int, list[int]] = {}
    for number, block in enumerate(situation.blocks):
        blocks.setdefault(block, []).append(number)
    problem = Problem(
        slots=len(situation.slots),
        participants=_participants(situation, sorted_),
        requests=_requests(situation, sorted_),
        tables=_tables(situation, sorted_),
        blocks=tuple(tuple(slots) for slots in blocks.values()),
        name=name,
    )
    begin_with = Plan() if start_from is None and freedom is Freedom.FEW else start_from
    previous = None if begin_with is None else _previous(situation, sorted_, begin_with)
    return Task(problem, previous, sorted_.left_out)


def _sort(situation: Situation) -> _Sorted:
    here = {one.person for one in situation.places}
    found = _Sorted([], [], [], {})
    counts: Counter[int] = Counter()
    in_block: Counter[tuple[int, int]] = Counter()
    own = own_tables(situation)
    limits = {place.person: situation.limits.get(place.type_id) for place in situation.places}
    at_own: set[tuple[str, int]] = set()
    for one in situation.meetings:
        number = situation.number_of(one.slot)
        if one.slot is not None and (number is None or not here.issuperset(one.people)):
            found.busy.append(one)
        elif one.fixed and number is not None:
            block = situation.blocks[number]
            table = own.get(_host(one, own))
            if _beyond(situation, limits, one, counts, in_block, block) or (table and (table, number) in at_own):
                found.busy.append(one)
                continue
            counts.update(one.people)
            in_block.update((person, block) for person in one.people)
            at_own |= {(table, number)} if table else set()
            found.fixed.append((one, number))
        elif not here.issuperset(one.people) or _apart(situation, one):
            found.left_out[one.public_id] = Reason.NO_COMMON_SLOT
        else:
            found.open.append(one)
    return found


def _host(one: Known, own: Mapping[int, str]) -> int:
    """Whose table a meeting uses: of those who have one, as the scheduler chooses it."""
    return min((person for person in one.people if person in own), default=0)


def _apart(situation: Situation, one: Known) -> bool:
    """Whether somebody said no thanks to somebody in it."""
    people = sorted(one.people)
    return any((a, b) in situation.vetoes for n, a in enumerate(people) for b in people[n + 1 :])


def _beyond(
    situation: Situation,
    limits: Mapping[int, TypeLimits | None],
    one: Known,
    counts: Counter[int],
    in_block: Counter[tuple[int, int]],
    block: int,
) -> bool:
    """Whether a meeting that stays was booked beyond a limit, which organisers may do with a reason."""
    for person in one.people:
        limit = limits[person]
        if limit and limit.max_meetings is not None and counts[person] >= limit.max_meetings:
            return True
        if situation.rules.max_per_block is not None and in_block[person, block] >= situation.rules.max_per_block:
            return True
    return False


def _participants(situation: Situation, found: _Sorted) -> tuple[Participant, ...]:
    past = {number for number in range(len(situation.slots)) if not situation.is_to_come(number)}
    stands: dict[int, set[int]] = {}
    counts: Counter[int] = Counter()
    for one, number in found.fixed:
        counts.update(one.people)
        for person in one.people:
            stands.setdefault(person, set()).add(number)
    for one in found.open:
        number_now = situation.number_of(one.slot)
        for person in one.people if number_now is not None else ():
            stands.setdefault(person, set()).add(number_now or 0)
    held: dict[int, set[int]] = {}
    elsewhere: Counter[int] = Counter()
    for one in found.busy:
        elsewhere.update(one.people)
        for person in one.people:
            held.setdefault(person, set()).update(overlapping(situation, one.slot) if one.slot else ())
    own = own_tables(situation)
    participants = []
    for place in situation.places:
        person, limit = place.person, situation.limits.get(place.type_id)
        away = (past | situation.busy.get(person, set())) - stands.get(person, set())
        most = limit.max_meetings if limit else None
        if most is not None:
            most = max(most - elsewhere[person], counts[person])
        least = limit.min_meetings if limit else None
        participants.append(
            Participant(
                id=place.public_id,
                unavailable=frozenset(away | held.get(person, set()) - stands.get(person, set())),
                max_meetings=most,
                min_meetings=least if least is None or most is None else min(least, most),
                max_per_block=situation.rules.max_per_block,
                target=least,
                table=own.get(person),
            )
        )
    return tuple(participants)


def own_tables(situation: Situation) -> dict[int, str]:
    """The table of each participant who has one of their own, as the scheduler calls it."""
    return {one.kept_for_id: f"own {one.name}" for one in situation.tables if one.kept_for_id is not None}


def common_tables(situation: Situation, number: int) -> list[int]:
    """The tables for everybody that are free in a slot, by id; the scheduler's table 1 is the first of them."""
    taken = situation.taken.get(number, set())
    return [
        one.id or 0
        for one in situation.tables
        if one.kept_for_id is None and one.chairs >= LEAST_CHAIRS and one.id not in taken
    ]


def _tables(situation: Situation, found: _Sorted) -> tuple[int, ...] | None:
    if not situation.tables:
        return None
    own = own_tables(situation)
    held = {(one.table, slot) for one in found.busy if one.slot for slot in overlapping(situation, one.slot)}
    kept = Counter(slot for one, slot in found.fixed if not _host(one, own))
    counts = []
    for number in range(len(situation.slots)):
        free = sum((table, number) not in held for table in common_tables(situation, number))
        counts.append(max(free, kept[number]))  # a meeting that stays may have no table at all
    return tuple(counts)


def _requests(situation: Situation, found: _Sorted) -> tuple[Request, ...]:
    """What is fixed, locked where it is; then the others. What stands comes before what has no time yet."""
    public = {one.person: one.public_id for one in situation.places}

    def people(one: Known) -> tuple[str, ...]:
        return tuple(public[person] for person in one.people)

    fixed = [Request(one.public_id, people(one), locked=True, fixed=slot) for one, slot in found.fixed]
    rest = [
        Request(one.public_id, people(one), weight=WISH if one.wish else 1, required=one.slot is not None)
        for one in found.open
    ]
    return (*fixed, *rest)


def _previous(situation: Situation, found: _Sorted, start_from: Plan) -> Plan:
    """Where meetings are, and where a draft had put those that have no time yet.

    What stands counts as confirmed: it moves only where something is won by it.
    """
    placed = {one.request: one for one in start_from.meetings}
    fixed = [Placed(one.public_id, slot, None, confirmed=True, locked=True) for one, slot in found.fixed]
    rest = []
    for one in found.open:
        now, before = situation.number_of(one.slot), placed.get(one.public_id)
        if before is not None and situation.is_to_come(before.slot):
            rest.append(Placed(one.public_id, before.slot, before.table, confirmed=now == before.slot))
        elif now is not None:
            rest.append(Placed(one.public_id, now, None, confirmed=True))
    return Plan(tuple(sorted(fixed + rest, key=lambda one: one.slot)))
