"""Which table each meeting has: numbers from 1 in each slot, people staying where they are when that is free."""

from sessions.scheduling.board import Board
from sessions.scheduling.plan import Placed, Plan
from sessions.scheduling.problem import table_of


def seated(board: Board, previous: Plan | None) -> tuple[Placed, ...]:
    """The placed requests with their tables, in order of slots; what had the same slot before keeps its table."""
    ground = board.ground
    requests = ground.problem.requests
    before = {one.request: one for one in previous.meetings} if previous else {}
    sits: dict[int, int] = {}  # where each person sat last
    found = []
    by_slot: list[list[int]] = [[] for _ in range(ground.slots)]
    for number in board.placed():
        by_slot[board.slot[number]].append(number)
    for slot, numbers in enumerate(by_slot):
        tables = _tables_at(board, slot, [one for one in numbers if ground.common[one]], sits, before)
        for number in numbers:
            request = requests[number]
            own = table_of(ground.problem.participants[ground.person[one]] for one in request.people)
            old = before.get(request.id)
            kept = old is not None and old.slot == slot
            found.append(
                Placed(
                    request=request.id,
                    slot=slot,
                    table=own if own is not None else tables.get(number),
                    confirmed=kept and old is not None and old.confirmed,
                    locked=request.locked or (kept and old is not None and old.locked),
                )
            )
    return tuple(found)


def _tables_at(
    board: Board, slot: int, numbers: list[int], sits: dict[int, int], before: dict[int | str, Placed]
) -> dict[int, int]:
    """The tables of one slot, and into `sits` where everybody sits now."""
    ground = board.ground
    if ground.problem.tables is None:
        return {}
    free = set(range(1, ground.tables[slot] + 1))
    tables: dict[int, int] = {}

    def give(number: int, table: object) -> None:
        if number not in tables and isinstance(table, int) and table in free:
            free.discard(table)
            tables[number] = table

    for number in numbers:
        old = before.get(ground.problem.requests[number].id)
        if old is not None and old.slot == slot:
            give(number, old.table)
    for number in numbers:
        for one in ground.needs[number]:
            give(number, sits.get(one))
    rest = iter(sorted(free))
    for number in numbers:
        if number not in tables:
            tables[number] = next(rest)
    for number, table in tables.items():
        for one in ground.needs[number]:
            sits[one] = table
    return tables
