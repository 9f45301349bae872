"""Placing: which real table each meeting of a plan gets, so that as few as possible change theirs."""

from collections.abc import Mapping

from sessions.schedules.problems import common_tables
from sessions.schedules.situation import Known, Situation, overlapping
from sessions.scheduling.plan import Placed, Plan


def place_at_tables(situation: Situation, plan: Plan) -> tuple[dict[str, int | None], list[str]]:
    """The table of each meeting of a plan, by public id, and the meetings for which there is none with enough chairs.

    Whoever keeps their time keeps their table; a participant's own table comes first, then the one that the plan
    names. Without any tables in the event, all have None.
    """
    by_slot: dict[int, list[Placed]] = {}
    for one in plan.meetings:
        by_slot.setdefault(one.slot, []).append(one)
    known = {one.public_id: one for one in situation.meetings}
    stay = _held_off_the_plan(situation, {str(one.request) for one in plan.meetings})
    tables: dict[str, int | None] = {}
    without: list[str] = []
    for slot, placed in by_slot.items():
        given, left = _at(situation, slot, placed, known, stay.get(slot, set()))
        tables |= given
        without += left
    return tables, without


def _held_off_the_plan(situation: Situation, planned: set[str]) -> dict[int, set[int]]:
    """The tables, per slot, of meetings that stay and are not in the plan: off the grid, or beyond a limit."""
    held: dict[int, set[int]] = {}
    for one in situation.meetings:
        if one.slot is not None and one.table is not None and one.public_id not in planned:
            for slot in overlapping(situation, one.slot):
                held.setdefault(slot, set()).add(one.table)
    return held


def _at(
    situation: Situation, slot: int, placed: list[Placed], known: Mapping[str, Known], held: set[int]
) -> tuple[dict[str, int | None], list[str]]:
    given: dict[str, int | None] = {}
    if not situation.tables:
        return {str(one.request): None for one in placed}, []
    gone = held | situation.taken.get(slot, set())
    moved = []
    for one in placed:
        meeting = known[str(one.request)]
        stays = situation.number_of(meeting.slot) == slot
        if stays and (meeting.fixed or meeting.table is not None):
            given[meeting.public_id] = meeting.table
            gone |= {meeting.table} if meeting.table is not None else set()
        else:
            moved.append((meeting, one))
    without = []
    # Large groups first: what is left for two is left for nobody else.
    for meeting, one in sorted(moved, key=lambda pair: (-len(pair[0].people), pair[0].id)):
        table = _choose(situation, slot, meeting, one, gone)
        if table is None:
            without.append(meeting.public_id)
        else:
            given[meeting.public_id] = table
            gone.add(table)
    return given, without


def _choose(situation: Situation, slot: int, meeting: Known, placed: Placed, gone: set[int]) -> int | None:
    rows = {one.id or 0: one for one in situation.tables}

    def fits(id: int) -> bool:
        return id not in gone and rows[id].chairs >= len(meeting.people)

    mine = sorted(one.id or 0 for one in situation.tables if one.kept_for_id in meeting.people)
    common = common_tables(situation, slot)
    named = placed.table
    asked = [common[named - 1]] if isinstance(named, int) and 0 < named <= len(common) else []
    # The smallest table that does, so that a large one is left for a group.
    order = [*mine, *asked, *sorted(common, key=lambda id: (rows[id].chairs, id))]
    return next((id for id in order if fits(id)), None)
