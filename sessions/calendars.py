"""Calendars: what each calendar entry says, revision by revision. Mail and feed only render these rows.

A revision is decided in the command's transaction, since listeners are told later and perhaps in another order
(RFC 5546 section 2.1.4: SEQUENCE rises with a change of time or place and with every cancellation).
"""

import hashlib
import json
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import UniqueConstraint, bindparam, delete, insert, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.columns import listing, moment, word
from events.core.database import Database, in_parts, is_broken
from events.core.hooks import personal_data
from sessions.series import Series, series_in


class EntryKind(StrEnum):
    """What stands behind a calendar entry."""

    MEETING = "meeting"
    PITCH = "pitch"
    SESSION = "session"
    REGULAR = "regular session"
    MENTORING = "mentoring"
    PHASE = "phase"
    REVIEW = "review day"


class CalendarMethod(StrEnum):
    """What a revision asks of a calendar (RFC 5546)."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


class CalendarEntry(SQLModel, table=True):
    """One entry in people's calendars; its uid never changes and says nothing about anybody."""

    __tablename__ = "calendar_entry"
    __table_args__ = (UniqueConstraint("kind", "subject_id"),)

    id: int | None = Field(default=None, primary_key=True)
    uid: str = Field(max_length=40, unique=True)
    kind: EntryKind = word(EntryKind)
    subject_id: int
    sequence: int = -1
    created_at: datetime = moment()


class CalendarRevision(SQLModel, table=True):
    """What an entry says from one sequence number on; never changed.

    `clock_at` is what the clock of the event's `zone` shows at its start by the rules that were known when this was
    said, without a zone, for a series with a mark of all its times: where it is another by now, the rules have changed.
    """

    __tablename__ = "calendar_revision"
    __table_args__ = (UniqueConstraint("entry_id", "sequence"),)

    id: int | None = Field(default=None, primary_key=True)
    entry_id: int = Field(foreign_key="calendar_entry.id", index=True)
    sequence: int
    method: CalendarMethod = word(CalendarMethod)
    dtstamp: datetime = moment()
    starts_at: datetime = moment()
    ends_at: datetime = moment()
    summary: str = Field(max_length=300)
    place: str = Field(default="", max_length=200)
    path: str = Field(default="", max_length=200)
    join_at: str = Field(default="", max_length=500)
    series: dict[str, Any] = listing(default_factory=dict)
    zone: str = Field(default="", max_length=60)
    clock_at: str = Field(default="", max_length=20)
    content_hash: str = Field(max_length=64)


class Answer(StrEnum):
    """What somebody's calendar says of an entry (PARTSTAT, RFC 5545 section 3.2.12)."""

    NONE = "NEEDS-ACTION"
    ACCEPTED = "ACCEPTED"
    TENTATIVE = "TENTATIVE"
    DECLINED = "DECLINED"
    DELEGATED = "DELEGATED"


class CalendarInvitee(SQLModel, table=True):
    """Who was asked to have the entry in their calendar, and has not been taken out; a cancellation goes to all.

    `answer` is the last one that their calendar gave, to the revision `answered_sequence`; `answer_stamp` is the
    DTSTAMP of that reply, by which those that arrive late or twice are known. `delegate` is the address of
    whom it names to come instead: only noted, since nobody is added by a reply. `instance_answers` has what was said of
    single times of a series, by their planned start, and the last other time asked for, as "COUNTER", of a single one
    with its planned start behind; each with its sequence and stamp.
    """

    __tablename__ = "calendar_invitee"
    __table_args__ = (UniqueConstraint("entry_id", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    entry_id: int = Field(foreign_key="calendar_entry.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    answer: Answer = word(Answer, default=Answer.NONE)
    answered_sequence: int | None = None
    answer_stamp: datetime | None = moment(default=None, nullable=True)
    comment: str = Field(default="", max_length=1000)
    delegate: str = Field(default="", max_length=254)
    instance_answers: dict[str, Any] = listing(default_factory=dict)


personal_data(CalendarInvitee, "person_id", "whose calendar an entry is in", "delete")


def series_of(revision: CalendarRevision) -> Series | None:
    """The series that a revision says, None for what happens once."""
    return series_in(revision.series)


def held_times(revision: CalendarRevision) -> dict[datetime, datetime]:
    """When what a revision says is held: the starts (aware) by their planned ones, without what is not held."""
    series = series_of(revision)
    return series.held_from(revision.starts_at) if series else {revision.starts_at: revision.starts_at}


def over_at(revision: CalendarRevision) -> datetime:
    """When the last of what a revision says is over."""
    last = max(held_times(revision).values(), default=revision.starts_at)
    return last + (revision.ends_at - revision.starts_at)


def one_time_of(revision: CalendarRevision, planned: datetime) -> CalendarRevision:
    """What a revision says of one time of its series (its planned start), as of something held once. Not for a row."""
    start = held_times(revision).get(planned, planned)
    lasts = revision.ends_at - revision.starts_at
    kept = revision.model_dump(exclude={"id", "series", "starts_at", "ends_at"})
    return CalendarRevision(**kept, starts_at=start, ends_at=start + lasts)


@dataclass(frozen=True)
class Content:
    """What an entry is to say: aware times, a summary without names of people, a place, the page's path, perhaps
    where to join on the web, how it is repeated, and by which zone's clock it was meant. `uid` is for what feeds showed
    under one before it was said for the first time; an entry that is there keeps its own."""

    starts_at: datetime
    ends_at: datetime
    summary: str
    place: str
    path: str
    join_at: str = ""
    series: Series | None = None
    zone: str = ""
    uid: str = ""

    def hash(self) -> str:
        """The same for the same content."""
        parts = [self.starts_at.isoformat(), self.ends_at.isoformat(), self.summary, self.place, self.path]
        # What few entries have counts only where it is there, so that the others keep the hash they had before.
        parts += [self.join_at] if self.join_at else []
        parts += [json.dumps(self.series.as_row())] if self.series else []
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def content_of(revision: CalendarRevision) -> Content:
    """What a revision says."""
    return Content(
        revision.starts_at, revision.ends_at, revision.summary, revision.place, revision.path, revision.join_at,
        series_of(revision), revision.zone,
    )  # fmt: skip


def new_uid() -> str:
    """A uid that says nothing about anybody or anything (RFC 7986 section 5.3)."""
    return str(uuid.uuid4())


def find_entry(db: Database, kind: EntryKind, subject_id: int) -> CalendarEntry | None:
    """The entry of a meeting or pitch, if it ever had one."""
    return db.exec(
        select(CalendarEntry).where(CalendarEntry.kind == kind, CalendarEntry.subject_id == subject_id)
    ).first()


def _locked_entry(db: Database, kind: EntryKind, subject_id: int) -> CalendarEntry | None:
    """The same for whoever says something new of it: two at once take its numbers one after the other."""
    query = select(CalendarEntry).where(CalendarEntry.kind == kind, CalendarEntry.subject_id == subject_id)
    return db.exec(query.with_for_update(key_share=True).execution_options(populate_existing=True)).first()


def latest_revision(db: Database, entry: CalendarEntry) -> CalendarRevision | None:
    """What an entry says now."""
    query = select(CalendarRevision).where(CalendarRevision.entry_id == entry.id)
    return db.exec(query.order_by(col(CalendarRevision.sequence).desc()).limit(1)).first()


def revise(
    db: Database, kind: EntryKind, subject_id: int, people: set[int], content: Content, *, anew: bool = False
) -> int | None:
    """Say something new in these people's calendars: the new sequence number, 0 for the first; None if nothing is new.

    People who joined get the entry as it stands; times and places that changed raise the number by one, and so does
    `anew`, which says the same again because the letter that goes with it says more.
    """
    entry = _entries(db, kind, {subject_id: content.uid})[subject_id]
    last = latest_revision(db, entry)
    added = _invite(db, entry, people)
    if last is not None and last.method is CalendarMethod.REQUEST and last.content_hash == content.hash() and not anew:
        return last.sequence if added else None
    return _append(db, entry, last, CalendarMethod.REQUEST, content)


def revise_many(db: Database, kind: EntryKind, said: Mapping[int, tuple[Collection[int], Content]]) -> dict[int, int]:
    """Say what many entries show, as `revise` does for one: by subject the sequence number that now counts.

    `said` holds by subject who has it and what it says. A handful of statements, however many there are.
    """
    entries = _entries(db, kind, {subject: content.uid for subject, (_people, content) in said.items()})
    latest = latest_revisions(db, [entry.id or 0 for entry in entries.values()])
    invited = _invited(db, [entry.id or 0 for entry in entries.values()])
    now = clock.now().replace(microsecond=0)
    revisions, invitees, numbers, found = [], [], [], {}
    for subject, (people, content) in said.items():
        entry = entries[subject]
        id, last = entry.id or 0, latest.get(entry.id or 0)
        there = invited.get(id, set())
        invitees += [{"entry_id": id, "person_id": person} for person in sorted(set(people) - there)]
        found[subject] = last.sequence if last else 0
        if last is not None and last.method is CalendarMethod.REQUEST and last.content_hash == content.hash():
            continue
        found[subject] = entry.sequence + 1
        revisions.append(_revision_row(entry, last, content, now))
        numbers.append({"of": id, "next": entry.sequence + 1})
    for relation, rows in ((CalendarInvitee, invitees), (CalendarRevision, revisions)):
        if rows:
            db.execute(insert(relation), rows)
    if numbers:
        table = CalendarEntry.__table__  # type: ignore[attr-defined]
        raised = update(table).where(table.c.id == bindparam("of")).values(sequence=bindparam("next"))
        db.connection().execute(raised, numbers)
    for entry in entries.values():
        db.expire(entry)
    return found


def _entries(db: Database, kind: EntryKind, subjects: Mapping[int, str]) -> dict[int, CalendarEntry]:
    """The entries of these subjects, made where there are none, with the uid that is given or with one of their own."""
    # Calendars know whole seconds only, and nothing may be older than its creation.
    created = clock.now().replace(microsecond=0)
    while True:
        found = _locked_entries(db, kind, subjects)
        new = [
            CalendarEntry(uid=subjects[subject] or new_uid(), kind=kind, subject_id=subject, created_at=created)
            for subject in sorted(subjects.keys() - found.keys())
        ]
        if not new:
            return found
        try:
            with db.begin_nested():
                db.add_all(new)
                db.flush()
        except IntegrityError as error:
            # Somebody else said the first of one of them meanwhile: theirs is there by now, and counts.
            if not is_broken(error, "uq_calendar_entry_kind_subject_id"):
                raise
        else:
            return found | {row.subject_id: row for row in new}


def _locked_entries(db: Database, kind: EntryKind, subjects: Collection[int]) -> dict[int, CalendarEntry]:
    # In order of their ids, locked as `_locked_entry` locks one: of two that revise the same ones none waits in a ring.
    wanted = select(CalendarEntry).where(CalendarEntry.kind == kind).order_by(col(CalendarEntry.id))
    locked = wanted.with_for_update(key_share=True).execution_options(populate_existing=True)
    found: dict[int, CalendarEntry] = {}
    for some in in_parts(sorted(subjects)):
        found |= {row.subject_id: row for row in db.exec(locked.where(col(CalendarEntry.subject_id).in_(some)))}
    return found


def latest_revisions(db: Database, entries: Collection[int]) -> dict[int, CalendarRevision]:
    """What entries say now, by their ids."""
    found: dict[int, CalendarRevision] = {}
    for some in in_parts(sorted(entries)):
        query = select(CalendarRevision).where(col(CalendarRevision.entry_id).in_(some))
        for row in db.exec(query.order_by(col(CalendarRevision.sequence))):
            found[row.entry_id] = row
    return found


def _invited(db: Database, entries: Collection[int]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    for some in in_parts(sorted(entries)):
        query = select(CalendarInvitee.entry_id, CalendarInvitee.person_id)
        for entry, person in db.exec(query.where(col(CalendarInvitee.entry_id).in_(some))):
            found.setdefault(entry, set()).add(person)
    return found


def cancel_entry(db: Database, kind: EntryKind, subject_id: int) -> int | None:
    """Take an entry out of every calendar that has it: the new sequence number; None if there was none to take out."""
    entry = _locked_entry(db, kind, subject_id)
    last = latest_revision(db, entry) if entry else None
    if entry is None or last is None or last.method is CalendarMethod.CANCEL:
        return None
    content = content_of(last)
    return _append(db, entry, last, CalendarMethod.CANCEL, content)


def take_out(db: Database, kind: EntryKind, subject_id: int, person_id: int) -> tuple[int, int] | None:
    """Take an entry out of one person's calendar while it goes on for the others; None if there is none to take out.

    Two revisions: their cancellation (RFC 5546 section 3.2.5: sent to whoever is out, with a number of its own), then
    what the others are told. Somebody who is asked again later gets a higher number than either.
    """
    entry = _locked_entry(db, kind, subject_id)
    last = latest_revision(db, entry) if entry else None
    if entry is None or last is None or last.method is CalendarMethod.CANCEL:
        return None
    content = content_of(last)
    taken_out = _append(db, entry, last, CalendarMethod.CANCEL, content)
    goes_on = _append(db, entry, latest_revision(db, entry), CalendarMethod.REQUEST, content)
    theirs = (col(CalendarInvitee.entry_id) == entry.id, col(CalendarInvitee.person_id) == person_id)
    db.execute(delete(CalendarInvitee).where(*theirs))
    return taken_out, goes_on


def forget_all_but(db: Database, entry: CalendarEntry, people: Collection[int]) -> None:
    """Ask nobody but `people` to have an entry, of which everybody was told already that it is not on any more."""
    gone = (col(CalendarInvitee.entry_id) == entry.id, col(CalendarInvitee.person_id).not_in(sorted(people)))
    db.execute(delete(CalendarInvitee).where(*gone))


def _append(
    db: Database, entry: CalendarEntry, last: CalendarRevision | None, method: CalendarMethod, content: Content
) -> int:
    now = clock.now().replace(microsecond=0)
    row = CalendarRevision(**_revision_row(entry, last, content, now, method))
    entry.sequence = row.sequence
    db.add(entry)
    db.add(row)
    db.flush()
    return entry.sequence


def _revision_row(
    entry: CalendarEntry,
    last: CalendarRevision | None,
    content: Content,
    now: datetime,
    method: CalendarMethod = CalendarMethod.REQUEST,
) -> dict[str, Any]:
    return {
        "entry_id": entry.id or 0,
        "sequence": entry.sequence + 1,
        "method": method,
        # Strictly later for each new content, also when the clock steps back (RFC 5546 section 2.1.5).
        "dtstamp": max(now, last.dtstamp + timedelta(seconds=1)) if last else now,
        "starts_at": content.starts_at,
        "ends_at": content.ends_at,
        "summary": content.summary,
        "place": content.place,
        "path": content.path,
        "join_at": content.join_at,
        "series": content.series.as_row() if content.series else {},
        "zone": content.zone,
        "clock_at": clock_of(content),
        "content_hash": content.hash(),
    }


def clock_of(content: Content) -> str:
    """What the clock of its zone shows at the start of something by the rules known now, to the minute:
    2026-04-14T11:00; of a series with a mark behind; nothing without a zone."""
    if content.series is not None:
        return content.series.clock_from(content.starts_at)
    return f"{content.starts_at.astimezone(ZoneInfo(content.zone)):%Y-%m-%dT%H:%M}" if content.zone else ""


def _invite(db: Database, entry: CalendarEntry, people: set[int]) -> bool:
    there = invitees_of(db, entry)
    for person in sorted(people - there):
        db.add(CalendarInvitee(entry_id=entry.id or 0, person_id=person))
    db.flush()
    return bool(people - there)


def invitees_of(db: Database, entry: CalendarEntry) -> set[int]:
    """The people who have the entry, or were asked to."""
    return set(db.exec(select(CalendarInvitee.person_id).where(CalendarInvitee.entry_id == entry.id)))


def standing_answer(db: Database, entry: CalendarEntry, revision: CalendarRevision, person_id: int | None) -> Answer:
    """What somebody's last answer is worth for a revision: itself where time and place are those that were answered,
    NONE where they are others, and they are asked anew."""
    mine = (CalendarInvitee.entry_id == entry.id, CalendarInvitee.person_id == person_id)
    invitee = db.exec(select(CalendarInvitee).where(*mine)).first() if person_id is not None else None
    if invitee is None or invitee.answered_sequence is None:
        return Answer.NONE
    answered = (CalendarRevision.entry_id == entry.id, CalendarRevision.sequence == invitee.answered_sequence)
    seen = db.exec(select(CalendarRevision).where(*answered)).first()
    return invitee.answer if seen is not None and when_and_where(seen) == when_and_where(revision) else Answer.NONE


def when_and_where(revision: CalendarRevision) -> tuple[object, ...]:
    """What an answer is about: one to another time or place is none to the present. Of a series the rule: one to the
    whole stands when a single time is moved, about which people are asked by itself."""
    rule = {name: said for name, said in revision.series.items() if name != "changed"}
    return revision.starts_at, revision.ends_at, revision.place, revision.join_at, rule


def declined_by(db: Database, kind: EntryKind, subject_id: int) -> set[int]:
    """Whose calendars have said no to an entry that has kept its time and place since: they are told when it is off,
    and of nothing else. One that was moved asks them anew."""
    entry = find_entry(db, kind, subject_id)
    since = _since_declined(db, entry) if entry is not None else {}
    return {person for person, said in since.items() if all(one == said[0] for one in said)}


def not_coming(db: Database, entry: CalendarEntry) -> set[int]:
    """Who has declined an entry as it stands; nobody's no to a time or place that it had before is one to the
    present."""
    return {person for person, said in _since_declined(db, entry).items() if said[-1] == said[0]}


def _since_declined(db: Database, entry: CalendarEntry) -> dict[int, list[tuple[object, ...]]]:
    """By those whose last answer was no: when and where the entry was, from the revision that they answered on."""
    noes = select(CalendarInvitee.person_id, CalendarInvitee.answered_sequence).where(
        CalendarInvitee.entry_id == entry.id,
        CalendarInvitee.answer == Answer.DECLINED,
        col(CalendarInvitee.answered_sequence).is_not(None),
    )
    answered = {person: sequence or 0 for person, sequence in db.exec(noes)}
    if not answered:
        return {}
    later = select(CalendarRevision).where(
        CalendarRevision.entry_id == entry.id, CalendarRevision.sequence >= min(answered.values())
    )
    revisions = db.exec(later.order_by(col(CalendarRevision.sequence))).all()
    return {
        person: [when_and_where(one) for one in revisions if one.sequence >= sequence]
        for person, sequence in answered.items()
    }


def revision_at(
    db: Database, kind: EntryKind, subject_id: int, sequence: int
) -> tuple[CalendarEntry, CalendarRevision]:
    """What an entry said at a sequence number; a letter renders this and never the present."""
    return db.exec(
        select(CalendarEntry, CalendarRevision).where(
            CalendarEntry.kind == kind,
            CalendarEntry.subject_id == subject_id,
            CalendarRevision.entry_id == CalendarEntry.id,
            CalendarRevision.sequence == sequence,
        )
    ).one()


def revision_of_entry(db: Database, entry_id: int, sequence: int) -> tuple[CalendarEntry, CalendarRevision]:
    """What the entry with this id said at a sequence number."""
    entry = db.get_one(CalendarEntry, entry_id)
    return revision_at(db, EntryKind(entry.kind), entry.subject_id, sequence)
