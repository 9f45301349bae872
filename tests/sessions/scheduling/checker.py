"""Checks a plan against its problem, both as plain JSON. Standard library only; it shares no code with the engine.

It is written from the formats alone (docs/scheduling.md), so that a mistake of the engine is not made here again.
"""

from collections import Counter, defaultdict
from itertools import pairwise
from typing import Any

Json = dict[str, Any]


def people_of(request: Json) -> list[Any]:
    return request["people"] if "people" in request else [request["a"], request["b"]]


def tables_at(problem: Json, slot: int) -> float:
    tables = problem.get("tables")
    if tables is None:
        return float("inf")
    return tables if isinstance(tables, int) else tables[slot]


def own_table(problem: Json, request: Json) -> Any:
    """The own table that a meeting uses: the lowest id's of those who have one."""
    people = {one["id"]: one for one in problem["participants"]}
    owners = [one for one in people_of(request) if people[one].get("table") is not None]
    return str(people[min(owners, key=lambda one: (isinstance(one, str), one))]["table"]) if owners else None


def slots_of(problem: Json, plan: Json) -> dict[Any, list[int]]:
    """The slots in which each participant has a meeting, in order."""
    requests = {one["id"]: one for one in problem["requests"]}
    found: dict[Any, list[int]] = {one["id"]: [] for one in problem["participants"]}
    for meeting in plan["meetings"]:
        for one in people_of(requests[meeting["request"]]):
            found[one].append(meeting["slot"])
    return {one: sorted(slots) for one, slots in found.items()}


def breaks_of(problem: Json, plan: Json) -> dict[Any, int]:
    """Per participant the groups of idle slots between a meeting and the next one of the same block."""
    blocks = problem.get("blocks") or [list(range(problem["slots"]))]
    found = {}
    for one, slots in slots_of(problem, plan).items():
        count = 0
        for block in blocks:
            places = sorted(sorted(block).index(slot) for slot in slots if slot in block)
            count += sum(1 for earlier, later in pairwise(places) if later > earlier + 1)
        found[one] = count
    return found


def faults(problem: Json, plan: Json, *, minima: bool = False) -> list[str]:
    """Everything in the plan that the problem does not allow; an empty list for a good plan."""
    requests = {one["id"]: one for one in problem["requests"]}
    rules = problem.get("rules") or {}
    found = []
    counts = Counter(meeting["request"] for meeting in plan["meetings"])
    found += [f"request {one} is unknown" for one in counts if one not in requests]
    if found:
        return found
    found += [f"request {one} is placed {count} times" for one, count in counts.items() if count > 1]
    at = {meeting["request"]: meeting["slot"] for meeting in plan["meetings"]}
    for one, slot in at.items():
        found += faults_of_request(problem, requests[one], slot, at)
    for one, request in requests.items():
        if rules.get("require_all") and one not in at:
            found.append(f"request {one} is not placed, and all are required")
        if request.get("locked") and at.get(one) != request["fixed"]:
            found.append(f"request {one} is locked at {request['fixed']} and is at {at.get(one)}")
    return found + faults_of_people(problem, plan, minima) + faults_of_tables(problem, plan)


def faults_of_request(problem: Json, request: Json, slot: int, at: dict[Any, int]) -> list[str]:
    name, people = request["id"], people_of(request)
    away = {one["id"]: one.get("unavailable") or [] for one in problem["participants"]}
    found = []
    if not 0 <= slot < problem["slots"]:
        found.append(f"request {name} is at {slot}, which is no slot")
    found += [f"request {name} is at {slot}, when {one} is away" for one in people if slot in away[one]]
    if request.get("session") is not None and slot not in problem["sessions"][request["session"]]:
        found.append(f"request {name} is at {slot}, outside its session")
    if request.get("fixed") is not None and slot != request["fixed"]:
        found.append(f"request {name} is at {slot} and not at its fixed slot")
    if slot in (request.get("forbidden_slots") or []):
        found.append(f"request {name} is at {slot}, which is forbidden")
    for earlier in request.get("after") or []:
        if earlier not in at and not request.get("locked"):
            found.append(f"request {name} comes after {earlier}, which is not placed")
        elif earlier in at and at[earlier] >= slot:
            found.append(f"request {name} at {slot} does not come after {earlier} at {at[earlier]}")
    for pair in (problem.get("rules") or {}).get("vetoes") or []:
        if set(pair) <= set(people):
            found.append(f"request {name} brings {pair} together")
    return found


def faults_of_people(problem: Json, plan: Json, minima: bool) -> list[str]:
    rules = problem.get("rules") or {}
    held = slots_of(problem, plan)
    found = []
    for one in problem["participants"]:
        name, slots = one["id"], held[one["id"]]
        found += [f"{name} is twice in slot {slot}" for slot, count in Counter(slots).items() if count > 1]
        if one.get("max_meetings") is not None and len(slots) > one["max_meetings"]:
            found.append(f"{name} has {len(slots)} meetings, more than the maximum")
        for block in problem.get("blocks") or [list(range(problem["slots"]))]:
            inside = sum(slot in block for slot in slots)
            if one.get("max_per_block") is not None and inside > one["max_per_block"]:
                found.append(f"{name} has {inside} meetings in a block, more than the maximum")
        least = one.get("min_meetings", rules.get("min_meetings", 0))
        if minima and len(slots) < (least or 0):
            found.append(f"{name} has {len(slots)} meetings, fewer than the minimum")
    breaks = breaks_of(problem, plan).values()
    most = rules.get("max_break_spread")
    if most is not None and breaks and max(breaks) - min(breaks) > most:
        found.append(f"the spread of breaks is {max(breaks) - min(breaks)}")
    return found


def faults_of_tables(problem: Json, plan: Json) -> list[str]:
    requests = {one["id"]: one for one in problem["requests"]}
    common: dict[int, list[Any]] = defaultdict(list)
    own: Counter[tuple[int, Any]] = Counter()
    found = []
    for meeting in plan["meetings"]:
        table = own_table(problem, requests[meeting["request"]])
        if table is None:
            common[meeting["slot"]].append(meeting.get("table"))
        else:
            own[meeting["slot"], table] += 1
            if meeting.get("table") != table:
                found.append(f"request {meeting['request']} does not use the own table {table}")
    found += [f"the own table {table} is used twice at {slot}" for (slot, table), count in own.items() if count > 1]
    for slot, tables in common.items():
        most = tables_at(problem, slot)
        if len(tables) > most:
            found.append(f"{len(tables)} meetings at {slot} use {most} tables")
        numbers = [table for table in tables if table is not None]
        if len(set(numbers)) < len(numbers):
            found.append(f"a table is used twice at {slot}")
        found += [f"there is no table {table} at {slot}" for table in numbers if not 1 <= table <= most]
        if most < float("inf") and len(numbers) < len(tables):
            found.append(f"a meeting at {slot} has no table")
    return found


def weight_of(problem: Json, plan: Json) -> float:
    weights = {one["id"]: one.get("weight", 1) for one in problem["requests"]}
    return sum(weights[meeting["request"]] for meeting in plan["meetings"])


def bound_of(problem: Json, plan: Json) -> float:
    """What no plan can exceed, by the prices of the plan's certificate; whatever they are, if none is below 0."""
    prices = plan.get("certificate") or {}
    y, z = prices.get("y") or {}, prices.get("z") or 0
    sessions, tables = prices.get("sessions") or {}, prices.get("tables") or {}
    assert all(price >= 0 for price in [z, *y.values(), *tables.values()])
    assert all(price >= 0 for row in sessions.values() for price in row.values())
    slots = range(problem["slots"])
    free = {one["id"]: set(slots) - set(one.get("unavailable") or []) for one in problem["participants"]}
    total = z * sum(min(tables_at(problem, at), sum(at in times for times in free.values()) // 2) for at in slots)
    for one in problem["participants"]:
        total += y.get(str(one["id"]), 0) * most_meetings(problem, one, free[one["id"]])
        for name, row in sessions.items():
            total += row.get(str(one["id"]), 0) * len(free[one["id"]] & set(problem["sessions"][name]))
    total += sum(price * problem["slots"] for price in tables.values())
    shared = Counter(str(one["table"]) for one in problem["participants"] if one.get("table") is not None)
    for request in problem["requests"]:
        if not possible_slots(problem, request, free):
            continue
        people = [str(one) for one in people_of(request)]
        table = own_table(problem, request)
        price = sum(y.get(one, 0) for one in people) + (z if table is None else 0)
        price += sum(sessions.get(request.get("session"), {}).get(one, 0) for one in people)
        price += tables.get(table, 0) if shared[table] > 1 else 0
        total += max(0, request.get("weight", 1) - price)
    return total


def most_meetings(problem: Json, one: Json, free: set[int]) -> int:
    most = len(free)
    blocks = problem.get("blocks") or ([list(range(problem["slots"]))])
    if one.get("max_per_block") is not None:
        outside = free - {slot for block in blocks for slot in block}
        most = len(outside) + sum(min(len(free & set(block)), one["max_per_block"]) for block in blocks)
    return most if one.get("max_meetings") is None else min(most, one["max_meetings"])


def possible_slots(problem: Json, request: Json, free: dict[Any, set[int]]) -> set[int]:
    """The slots that a request could take if nobody had any other meeting; none if a veto forbids it."""
    vetoes = (problem.get("rules") or {}).get("vetoes") or []
    if any(set(pair) <= set(people_of(request)) for pair in vetoes):
        return set()
    found = set.intersection(*(free[one] for one in people_of(request))) - set(request.get("forbidden_slots") or [])
    if request.get("session") is not None:
        found &= set(problem["sessions"][request["session"]])
    return found & {request["fixed"]} if request.get("fixed") is not None else found
