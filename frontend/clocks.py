"""Clocks whose rules have changed, for the command line: who is told anew, event by event."""

from collections import Counter

from events.core.database import reading, transaction
from events.events import event_by_id
from sessions.calendars import EntryKind
from sessions.clock_changes import entries_on_another_clock, tell_of_clock_change, tell_organisers
from sessions.entry_subjects import event_of_entry


def tell_of_clock_changes() -> list[str]:
    """Say every entry anew that names an hour which is another by now, one at a time, so that a run that is broken off
    goes on where it was, and tell each event's organisers; answers what was done, a line for each event."""
    with reading() as db:
        found = [(one.id or 0, EntryKind(one.kind), event_of_entry(db, one)) for one in entries_on_another_clock(db)]
    told: dict[int, Counter[EntryKind]] = {}
    for entry_id, kind, event_id in found:
        with transaction() as db:
            if tell_of_clock_change(db, entry_id) and event_id is not None:
                told.setdefault(event_id, Counter())[kind] += 1
    for event_id, kinds in told.items():
        with transaction() as db:
            tell_organisers(db, event_id, kinds)
    with reading() as db:
        events = {id: event_by_id(db, id).event for id in told}
    counts = {id: kinds.total() for id, kinds in told.items()}
    lines = [f"{events[id].slug} ({events[id].zone}): {all} calendar entries said anew" for id, all in counts.items()]
    return lines or ["Every invitation names the hour that its clock shows."]
