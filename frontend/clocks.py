"""Clocks whose rules have changed, for the command line: who is told anew, event by event."""

from collections import Counter

from events.core.database import reading, transaction
from events.events import event_by_id
from sessions.clock_changes import entries_on_another_clock, tell_of_clock_change
from sessions.replies import event_of_entry


def tell_of_clock_changes() -> list[str]:
    """Say every entry anew that names an hour which is another by now, one at a time, so that a run that is broken off
    goes on where it was; answers what was done, a line for each event."""
    with reading() as db:
        found = [(entry.id or 0, event_of_entry(db, entry)) for entry in entries_on_another_clock(db)]
    told: Counter[int] = Counter()
    for entry_id, event_id in found:
        with transaction() as db:
            if tell_of_clock_change(db, entry_id) and event_id is not None:
                told[event_id] += 1
    with reading() as db:
        events = {id: event_by_id(db, id).event for id in told}
    lines = [f"{events[id].slug} ({events[id].zone}): {count} calendar entries said anew" for id, count in told.items()]
    return lines or ["Every invitation names the hour that its clock shows."]
