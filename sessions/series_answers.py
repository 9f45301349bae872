"""What calendars answered to a series: to the whole of it, and to single times, which counts for those only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

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
    found = _series(db, kind, subject_id)
    if found is None:
        return {}
    return {
        planned: {one.person_id: _answer_to(one, planned, found.said, found.current) for one in found.invitees}
        for planned in held_times(found.current)
    }


def times_asked_for(db: Database, kind: EntryKind, subject_id: int) -> dict[datetime, dict[int, datetime]]:
    """By planned start (aware) of each time that is held, by person, when their calendar asked to have it instead;
    nothing of who has answered since, or of what was moved since. Three queries, however many there are."""
    found = _series(db, kind, subject_id)
    if found is None:
        return {}
    wanted: dict[datetime, dict[int, datetime]] = {}
    for planned in held_times(found.current):
        for one in found.invitees:
            asked = _asked_for(one, planned, found)
            if asked is not None:
                wanted.setdefault(planned, {})[one.person_id] = asked
    return wanted


@dataclass(frozen=True)
class _Series:
    invitees: list[CalendarInvitee]
    said: dict[int, CalendarRevision]
    current: CalendarRevision


def _series(db: Database, kind: EntryKind, subject_id: int) -> _Series | None:
    entry = find_entry(db, kind, subject_id)
    if entry is None:
        return None
    invitees = db.exec(select(CalendarInvitee).where(CalendarInvitee.entry_id == entry.id)).all()
    said = _revisions(db, entry)
    current = said.get(entry.sequence)
    if current is None or current.method is CalendarMethod.CANCEL:
        return None
    return _Series(list(invitees), said, current)


def answers_of(
    db: Database, entry: CalendarEntry, revision: CalendarRevision, person_id: int | None
) -> dict[datetime, Answer]:
    """By planned start (aware) of each time that a revision holds, what somebody's calendar answered to it."""
    mine = (CalendarInvitee.entry_id == entry.id, CalendarInvitee.person_id == person_id)
    invitee = db.exec(select(CalendarInvitee).where(*mine)).first()
    said = _revisions(db, entry)
    times = held_times(revision)
    return {one: _answer_to(invitee, one, said, revision) if invitee else Answer.NONE for one in times}


def beside(instance: datetime | None, *, asks: bool = False) -> str:
    """Under what it is kept what somebody's calendar says beside its answer to the whole: of one time of a series by
    its planned start, and another time that it asks for. Empty for the answer to the whole."""
    said = ["COUNTER"] if asks else []
    return " ".join([*said, instance.isoformat()] if instance is not None else said)


def made_of(kept: Mapping[str, Any]) -> tuple[int, datetime]:
    """To which revision something was said that is kept so, and when."""
    return kept["sequence"], datetime.fromisoformat(kept["stamp"])


def _asked_for(invitee: CalendarInvitee, planned: datetime, series: _Series) -> datetime | None:
    kept = invitee.instance_answers.get(beside(planned, asks=True))
    if kept is None or "wanted_at" not in kept:
        return None
    alone = invitee.instance_answers.get(beside(planned))
    later = [made_of(alone)] if alone is not None else []
    if invitee.answered_sequence is not None and invitee.answer_stamp is not None:
        later.append((invitee.answered_sequence, invitee.answer_stamp))
    seen = series.said.get(kept["sequence"])
    stands = seen is not None and held_times(seen).get(planned) == held_times(series.current).get(planned)
    is_last = all(made_of(kept) >= one for one in later)
    return datetime.fromisoformat(kept["wanted_at"]) if stands and is_last else None


def _revisions(db: Database, entry: CalendarEntry) -> dict[int, CalendarRevision]:
    query = select(CalendarRevision).where(CalendarRevision.entry_id == entry.id)
    return {row.sequence: row for row in db.exec(query.order_by(col(CalendarRevision.sequence)))}


def _answer_to(
    invitee: CalendarInvitee, planned: datetime, said: dict[int, CalendarRevision], current: CalendarRevision
) -> Answer:
    """The later of what was said to the whole and to this time alone; to another moment than the present, none."""
    given: list[tuple[int, datetime, bool, Answer]] = []
    alone = invitee.instance_answers.get(beside(planned))
    if alone is not None and alone["answer"] in set(Answer):
        given.append((*made_of(alone), True, Answer(alone["answer"])))
    if invitee.answered_sequence is not None and invitee.answer_stamp is not None:
        given.append((invitee.answered_sequence, invitee.answer_stamp, False, Answer(invitee.answer)))
    if not given:
        return Answer.NONE
    sequence, _stamp, _alone, answer = max(given)
    seen = said.get(sequence)
    if seen is None or when_and_where(seen) != when_and_where(current):
        return Answer.NONE
    return answer if held_times(seen).get(planned) == held_times(current).get(planned) else Answer.NONE
