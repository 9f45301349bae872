"""Publishing: a draft becomes the schedule, in one transaction, all of it or nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from events.core import clock
from events.core.access import Actor, command
from events.core.clock import atoms
from events.core.database import Database, in_parts, is_broken
from events.core.journal import Fact, record, record_all
from events.core.refusals import Conflict
from events.core.timers import set_timers, stop_timers
from events.core.translation import N_, SOURCE, At, Message, _, written_for
from events.events import Event, EventState
from events.people import Person
from events.roles import organiser_of_event
from sessions.blocks import Block, MeetingTable, Slot, blocks_of, place_name, slots_of, tables_of
from sessions.calendars import Content, EntryKind, revise_many
from sessions.meetings import Meeting, MeetingMoved, MeetingScheduled, MeetingState, path_of, state_at, uids_of
from sessions.schedules.changes import changes_since
from sessions.schedules.contents import Contents, WasKnown, read_contents
from sessions.schedules.drafts import DraftInEvent, DraftState, SchedulePublished, step_draft
from sessions.schedules.reasons import keep_reasons
from sessions.schedules.situation import Situation, read_situation
from sessions.seats import SEAT, NotTakingPart, fits_at, locked_participants


class DraftTooOld(Conflict):
    """Something has changed since the draft was made, so that it may not be what people want any more."""

    def __init__(self) -> None:
        super().__init__(
            _("Something has changed since this draft was made. Look at what it was, and plan again from here.")
        )


class NoLongerPossible(Conflict):
    """What the draft wants cannot be done any more."""


@dataclass(frozen=True)
class Change:
    """A meeting that gets a time, or another time or table."""

    was: WasKnown
    slot: Slot
    table: int | None
    block: int


def can_be_published(subject: DraftInEvent, now: Any) -> None:
    """Refuse what is not done, was published before, or belongs to an event that is over."""
    if subject.event.state is EventState.CLOSED:
        raise Conflict(_("This event is over. Its pages stay, but nothing can be changed any more."))
    if subject.draft.state is DraftState.PUBLISHED:
        raise Conflict(_("This draft was published already. Ask for a new one."))
    if subject.draft.state is not DraftState.DONE:
        raise Conflict(_("This draft is not done. Wait until it is, or look at another one."))


@command(organiser_of_event, when=can_be_published)
def publish_schedule(db: Database, actor: Actor, subject: DraftInEvent) -> SchedulePublished:
    """Give all meetings the times and tables of a draft: seats, calendars and letters, for those that change only.

    Refuses with DraftTooOld when bookings, availability, blocks or tables have changed since, and with
    NoLongerPossible when a time has begun, somebody is not free any more, a table does not do any more, or the
    database finds one seat taken.
    Nothing changes then.
    """
    with db.begin_nested():
        now = clock.now()
        published = {"state": DraftState.PUBLISHED, "published_at": now}
        if not step_draft(db, subject.draft, (DraftState.DONE,), published):
            raise Conflict(_("This draft was published already. Ask for a new one."))
        contents = read_contents(db, subject.draft)
        changes = _changes(db, subject, contents)
        _take_all_seats(db, changes)
        return _write_down(db, actor, subject, contents, changes)


def _changes(db: Database, subject: DraftInEvent, contents: Contents) -> list[Change]:
    """What the draft changes, with everybody concerned locked and everything looked at again."""
    event_id = subject.draft.event_id
    changes = _wanted(db, event_id, contents)
    people = {person for one in changes for person in one.was.people}
    # Before the journal is read: whoever books one of them waits for us, or has been written down; and so does
    # whoever changes the hours or a table.
    here = locked_participants(db, event_id, people)
    tables = _locked_places(db, changes)
    if changes_since(db, subject.draft).count:
        raise DraftTooOld
    if people - set(here):
        raise NotTakingPart
    _lose_nothing(contents)
    _same_as_before(db, [one.was for one in changes])
    _still_free(db, read_situation(db, event_id, freedom=subject.draft.freedom, wishes=subject.draft.wishes), changes)
    _still_room(changes, tables)
    return changes


def _wanted(db: Database, event_id: int, contents: Contents) -> list[Change]:
    blocks = {
        (slot.starts_at, slot.ends_at): block.id or 0 for block in blocks_of(db, event_id) for slot in slots_of(block)
    }
    found = []
    for public in contents.places:
        was, slot, table = contents.meetings[public], contents.slot_for(public), contents.tables.get(public)
        assert slot is not None
        if was.state is not MeetingState.HELD and (slot != was.slot or table != was.table):
            block = blocks.get((slot.starts_at, slot.ends_at))
            if block is None:
                raise DraftTooOld
            found.append(Change(was, slot, table, block))
    return sorted(found, key=lambda one: one.was.id)


def _locked_places(db: Database, changes: list[Change]) -> dict[int, MeetingTable]:
    """The tables that the draft wants, by id and as they are now; they and the blocks stay so until this is done."""
    blocks, wanted = {one.block for one in changes}, {one.table for one in changes if one.table is not None}
    found: dict[int, MeetingTable] = {}
    for kind, ids in ((Block, blocks), (MeetingTable, wanted)):
        for some in in_parts(sorted(ids)):
            here = select(kind).where(col(kind.id).in_(some)).order_by(col(kind.id))
            # As a booking locks them: against those who change or remove them, not against each other.
            locked = here.with_for_update(read=True, key_share=True).execution_options(populate_existing=True)
            found |= {row.id or 0: row for row in db.execute(locked).scalars() if isinstance(row, MeetingTable)}
    return found


def _lose_nothing(contents: Contents) -> None:
    """Refuse a draft that leaves a meeting that stands without a time: nobody's meeting is dropped in passing."""
    lost = lost_by(contents)
    if lost:
        raise NoLongerPossible(
            N_(
                "%(count)s meeting that stands has no time in this draft. Plan again with as few moves as possible.",
                "%(count)s meetings that stand have no time in this draft. Plan again with as few moves as possible.",
                len(lost),
            )
        )


def lost_by(contents: Contents) -> list[WasKnown]:
    """The meetings that stand, were to be placed, and are not."""
    placed = contents.places
    unplaced = {str(one.request) for one in contents.unplaced}
    return [
        one for public, one in contents.meetings.items() if one.slot and public in unplaced and public not in placed
    ]


def _same_as_before(db: Database, meetings: list[WasKnown]) -> None:
    """Lock the meetings and refuse when one is not any more what the draft was made from."""
    seen = {one.id: (one.state, one.slot) for one in meetings}
    for some in in_parts(sorted(seen)):
        rows = db.execute(
            select(
                col(Meeting.id), col(Meeting.state), col(Meeting.starts_at), col(Meeting.ends_at),
                col(Meeting.expires_at),
            )
            .where(col(Meeting.id).in_(some))
            .order_by(col(Meeting.id))
            .with_for_update()
        ).all()  # fmt: skip
        for id, state, start, end, expires in rows:
            standing = state in (MeetingState.SCHEDULED, MeetingState.HELD)
            slot = Slot(start, end) if standing and start and end else None
            if seen[id or 0] != (state_at(state, expires, clock.now()), slot):
                raise DraftTooOld
        if len(rows) < len(some):
            raise DraftTooOld


def _still_free(db: Database, now: Situation, changes: list[Change]) -> None:
    """Refuse a time that has begun, at which somebody is away or seated elsewhere, or that a no thanks rules out."""
    index = {slot: number for number, slot in enumerate(now.slots)}
    for one in changes:
        number = index.get(one.slot)
        if number is None:
            raise DraftTooOld
        if one.slot.starts_at <= now.at:
            raise NoLongerPossible(
                _("The time at %(time)s has begun since. Plan again from here.", time=At(one.slot.starts_at))
            )
        people = sorted(one.was.people)
        apart = [pair for n, a in enumerate(people) for b in people[n + 1 :] if (pair := (a, b)) in now.vetoes]
        away = [person for person in people if number in now.busy.get(person, ())]
        if (away or apart) and not (one.slot == one.was.slot and not apart):
            raise _not_free(db, (away or list(apart[0]))[0], one.slot)


def _still_room(changes: list[Change], tables: Mapping[int, MeetingTable]) -> None:
    """Refuse a table that is gone, has too few chairs, or is kept for somebody else."""
    for one in changes:
        if one.table is None:
            continue
        table = tables.get(one.table)
        if table is None:
            raise NoLongerPossible(_("A table of this draft was taken away since. Plan again from here."))
        if not fits_at(table, one.was.people):
            place = place_name(table.kind, table.name)
            raise NoLongerPossible(
                _(
                    "%(place)s has too few chairs by now, or is kept for somebody else. Plan again from here.",
                    place=place,
                )
            )


def _not_free(db: Database, person: int, slot: Slot) -> NoLongerPossible:
    row = db.get(Person, person)
    name: str | Message = row.name if row and row.name else _("Somebody")
    return NoLongerPossible(
        _(
            "%(name)s is not free at %(time)s any more. Plan again from here.",
            name=name,
            time=At(slot.starts_at, "when"),
        )
    )


def _take_all_seats(db: Database, changes: list[Change]) -> None:
    """Free the seats of all that change, then take the new ones: people first, in order of their ids."""
    if not changes:
        return
    for some in in_parts([one.was.id for one in changes]):
        db.execute(delete(SEAT).where(SEAT.c.meeting_id.in_(some)))
    _forget_expired(db, changes)
    rows = [
        {"meeting_id": one.was.id, "person_id": person, "table_id": None, "atom": atom, "held_until": None}
        for one in changes
        for atom in atoms(one.slot.starts_at, one.slot.ends_at)
        for person in one.was.people
    ]
    tables = [
        {"meeting_id": one.was.id, "person_id": None, "table_id": one.table, "atom": atom, "held_until": None}
        for one in changes
        if one.table is not None
        for atom in atoms(one.slot.starts_at, one.slot.ends_at)
    ]
    # The same order as a booking's: lowest person first, then tables, or the two would deadlock.
    rows.sort(key=lambda row: (row["person_id"] or 0, row["atom"] or 0))
    tables.sort(key=lambda row: (row["table_id"] or 0, row["atom"] or 0))
    try:
        with db.begin_nested():
            for some_rows in (rows, tables):
                if some_rows:
                    db.execute(insert(SEAT), some_rows)
    except IntegrityError as error:
        if not (is_broken(error, "uq_seat_person_id_atom") or is_broken(error, "uq_seat_table_id_atom")):
            raise
        raise NoLongerPossible(_("Somebody or a table was booked at the same moment. Plan again from here.")) from error


def _forget_expired(db: Database, changes: list[Change]) -> None:
    first = min(one.slot.starts_at for one in changes)
    last = max(one.slot.ends_at for one in changes)
    pieces = atoms(first, last)
    for some in in_parts(sorted({person for one in changes for person in one.was.people})):
        expired = (SEAT.c.held_until <= clock.now(), SEAT.c.atom.between(pieces[0], pieces[-1]))
        db.execute(delete(SEAT).where(SEAT.c.person_id.in_(some), *expired))


def _write_down(
    db: Database, actor: Actor, subject: DraftInEvent, contents: Contents, changes: list[Change]
) -> SchedulePublished:
    """Meetings, timers, calendars, facts, and the reasons of those that got no time."""
    _change_meetings(db, changes)
    sequences = _revise_calendars(db, subject.event, changes)
    facts = [_fact(subject.draft.event_id, one, sequences[one.was.id]) for one in changes]
    record_all(db, actor, facts)
    keep_reasons(db, subject.draft, contents)
    moved = sum(isinstance(one, MeetingMoved) for one in facts)
    done = SchedulePublished(
        event_id=subject.draft.event_id, draft_id=subject.id, placed=len(facts) - moved, moved=moved
    )
    record(db, actor, done)
    return done


def _fact(event_id: int, one: Change, sequence: int) -> Fact:
    if one.was.slot is None:
        return MeetingScheduled(event_id=event_id, meeting_id=one.was.id, sequence=sequence)
    old, new = one.was.slot.starts_at, one.slot.starts_at
    return MeetingMoved(event_id=event_id, meeting_id=one.was.id, old_starts_at=old, starts_at=new, sequence=sequence)


def _change_meetings(db: Database, changes: list[Change]) -> None:
    rows = [
        {"of": one.was.id, "start": one.slot.starts_at, "end": one.slot.ends_at, "block": one.block, "seat": one.table}
        for one in changes
    ]
    if not rows:
        return
    table = Meeting.__table__  # type: ignore[attr-defined]  # Core: one statement for all
    changed = (
        update(table)
        .where(table.c.id == bindparam("of"))
        .values(
            state=MeetingState.SCHEDULED, starts_at=bindparam("start"), ends_at=bindparam("end"),
            block_id=bindparam("block"), table_id=bindparam("seat"),
            answered_at=func.coalesce(table.c.answered_at, clock.now()),  # a wish is answered with this
        )
    )  # fmt: skip
    db.connection().execute(changed, rows)
    stop_timers(db, "meeting request expires", [one.was.id for one in changes])
    set_timers(db, "meeting ends", {one.was.id: one.slot.ends_at for one in changes})
    for row in list(db.identity_map.values()):
        if isinstance(row, Meeting):
            db.expire(row)


def _revise_calendars(db: Database, event: Event, changes: list[Change]) -> Mapping[int, int]:
    tables = {one.id: one for one in tables_of(db, event.id or 0)}
    with written_for(SOURCE, event.zone):
        summary = str(_("Meeting at %(event)s", event=event.name))
        places = {id: str(place_name(one.kind, one.name)) for id, one in tables.items()}
    said, uids = {}, uids_of(db, [one.was.id for one in changes])
    for one in changes:
        place = places.get(one.table, "") if one.table else ""
        path = path_of(one.was.public_id)
        start, end = one.slot.starts_at, one.slot.ends_at
        content = Content(start, end, summary, place, path, zone=event.zone, uid=uids.get(one.was.id, ""))
        said[one.was.id] = (one.was.people, content)
    return revise_many(db, EntryKind.MEETING, said)
