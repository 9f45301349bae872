"""What calendars answered to a series: to the whole of it, and to single times, which counts for those only."""

from datetime import datetime

from sqlmodel import col, select

from events.core.database import Database
from sessions.calendars import (
    Answer,
    CalendarEntry,
    CalendarInvitee,
    CalendarMethod,
    CalendarRevision,
    EntryKind,
    find_entry,
    held_times,
    when_and_where,
)


def answers_to_times(db: Database, kind: EntryKind, subject_id: int) -> dict[datetime, dict[int, Answer]]:
    """By planned start (aware) of each time that is held, by person, what their calendar answered to it; nothing of
    what is called off. Three queries, however many there are."""
    entry = find_entry(db, kind, subject_id)
    if entry is None:
        return {}
    invitees = db.exec(select(CalendarInvitee).where(CalendarInvitee.entry_id == entry.id)).all()
    said = _revisions(db, entry)
    current = said.get(entry.sequence)
    if current is None or current.method is CalendarMethod.CANCEL:
        return {}
    return {
        planned: {one.person_id: _answer_to(one, planned, said, current) for one in invitees}
        for planned in held_times(current)
    }


def answers_of(
    db: Database, entry: CalendarEntry, revision: CalendarRevision, person_id: int | None
) -> dict[datetime, Answer]:
    """By planned start (aware) of each time that a revision holds, what somebody's calendar answered to it."""
    mine = (CalendarInvitee.entry_id == entry.id, CalendarInvitee.person_id == person_id)
    invitee = db.exec(select(CalendarInvitee).where(*mine)).first()
    said = _revisions(db, entry)
    times = held_times(revision)
    return {one: _answer_to(invitee, one, said, revision) if invitee else Answer.NONE for one in times}


def _revisions(db: Database, entry: CalendarEntry) -> dict[int, CalendarRevision]:
    query = select(CalendarRevision).where(CalendarRevision.entry_id == entry.id)
    return {row.sequence: row for row in db.exec(query.order_by(col(CalendarRevision.sequence)))}


def _answer_to(
    invitee: CalendarInvitee, planned: datetime, said: dict[int, CalendarRevision], current: CalendarRevision
) -> Answer:
    """The later of what was said to the whole and to this time alone; to another moment than the present, none."""
    given: list[tuple[int, datetime, bool, Answer]] = []
    alone = invitee.instance_answers.get(planned.isoformat())
    if alone is not None and alone["answer"] in set(Answer):
        given.append((alone["sequence"], datetime.fromisoformat(alone["stamp"]), True, Answer(alone["answer"])))
    if invitee.answered_sequence is not None and invitee.answer_stamp is not None:
        given.append((invitee.answered_sequence, invitee.answer_stamp, False, Answer(invitee.answer)))
    if not given:
        return Answer.NONE
    sequence, _stamp, _alone, answer = max(given)
    seen = said.get(sequence)
    if seen is None or when_and_where(seen) != when_and_where(current):
        return Answer.NONE
    return answer if held_times(seen).get(planned) == held_times(current).get(planned) else Answer.NONE
