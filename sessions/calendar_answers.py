"""What stands in people's calendars now, and what their calendars answered to it, for those who look at who comes.

Whoever asks here has been let in to what the entry is about: the answers are shown where the names of those who come
are.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlmodel import col, select

from events.core.database import Database, in_parts
from sessions.calendars import (
    Answer,
    CalendarEntry,
    CalendarInvitee,
    CalendarMethod,
    CalendarRevision,
    EntryKind,
    latest_revisions,
    when_and_where,
)


@dataclass(frozen=True)
class InCalendars:
    """An entry that is on: its uid, and by person what their calendar answered to its present time and place."""

    uid: str
    answers: Mapping[int, Answer]

    def uid_for(self, person: int | None) -> str:
        """The uid for somebody who was asked to have it; empty for others, who have no file of it."""
        return self.uid if person in self.answers else ""


NOWHERE = InCalendars("", {})


def in_calendars(db: Database, kind: EntryKind, subjects: Collection[int]) -> dict[int, InCalendars]:
    """By subject what calendars have of it; nothing of what was called off or never had a time. Four queries, however
    many there are. An answer to another time or place than the present one is none."""
    entries: dict[int, CalendarEntry] = {}
    for some in in_parts(sorted(subjects)):
        mine = (CalendarEntry.kind == kind, col(CalendarEntry.subject_id).in_(some))
        entries |= {row.id or 0: row for row in db.exec(select(CalendarEntry).where(*mine))}
    latest = {
        entry: row for entry, row in latest_revisions(db, entries).items() if row.method is CalendarMethod.REQUEST
    }
    answers = _answers(db, latest)
    return {entries[id].subject_id: InCalendars(entries[id].uid, answers.get(id, {})) for id in latest}


def _answers(db: Database, latest: Mapping[int, CalendarRevision]) -> dict[int, dict[int, Answer]]:
    found: dict[int, dict[int, Answer]] = {}
    for some in in_parts(sorted(latest)):
        invitees = db.exec(select(CalendarInvitee).where(col(CalendarInvitee.entry_id).in_(some))).all()
        numbers = {one.answered_sequence for one in invitees if one.answered_sequence is not None}
        seen = select(CalendarRevision).where(
            col(CalendarRevision.entry_id).in_(some), col(CalendarRevision.sequence).in_(numbers)
        )
        answered = {(row.entry_id, row.sequence): when_and_where(row) for row in db.exec(seen)}
        for one in invitees:
            counts = answered.get((one.entry_id, one.answered_sequence or 0)) == when_and_where(latest[one.entry_id])
            counts = counts and one.answered_sequence is not None
            found.setdefault(one.entry_id, {})[one.person_id] = Answer(one.answer) if counts else Answer.NONE
    return found
