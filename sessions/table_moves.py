"""Moving a meeting to a certain table, at its own time or at another: what organisers do on the board of tables."""

from datetime import datetime

from sqlalchemy import delete
from sqlmodel import col, select

from events.core import clock
from events.core.access import Actor, command
from events.core.database import Database
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.translation import At, Message, _
from events.roles import organiser_of_event
from sessions.blocks import MeetingTable, Slot, place_name
from sessions.meetings import MeetingInEvent, TimePassed, guests_of
from sessions.moves import can_be_moved, refuse_in_block, shift, tell_moved
from sessions.seats import SEAT, usable_tables
from sessions.transitions import change_meeting, give_table, reads_now


class TableTaken(Conflict):
    """Somebody else meets at a table then."""

    def __init__(self, place: Message, start: datetime) -> None:
        super().__init__(_("%(place)s is taken at %(time)s. Choose another one.", place=place, time=At(start)))


@command(organiser_of_event, when=can_be_moved)
def move_to_table(
    db: Database, actor: Actor, subject: MeetingInEvent, *, slot: Slot, table: MeetingTable, override: str = ""
) -> None:
    """Give a meeting that stands this table at this slot, or leave it as it is; calendars get a revision.

    Refuses what `move_meeting` does, TableTaken, a table with too few chairs or kept for others, and to stay.
    """
    if table.event_id != subject.meeting.event_id:
        raise NotFound()
    if slot == subject.slot and table.id == subject.meeting.table_id:
        raise Invalid({"slot": _("The meeting is at that time already. Choose another one.")})
    if slot.starts_at <= clock.now():
        raise TimePassed
    people, place = (*subject.people[:2], *guests_of(db, subject.id)), place_name(table.kind, table.name)
    fits = select(MeetingTable.id).where(*usable_tables(table.event_id, people), MeetingTable.id == table.id)
    if db.exec(fits).first() is None:
        raise Invalid({"slot": _("%(place)s has too few chairs, or is kept for somebody else.", place=place)})
    before = {
        name: getattr(subject.meeting, name) for name in ("starts_at", "ends_at", "block_id", "table_id", "override")
    }
    try:
        with db.begin_nested():
            _move(db, actor, subject, slot, table, people, override)
            if subject.meeting.table_id != table.id:
                raise TableTaken(place, slot.starts_at)
    except (Conflict, Invalid):
        reads_now(subject, before)
        raise


def _move(
    db: Database, actor: Actor, subject: MeetingInEvent, slot: Slot, table: MeetingTable, people: tuple[int, ...],
    override: str,
) -> None:  # fmt: skip
    if slot != subject.slot:
        _found, kept = refuse_in_block(db, actor, subject, slot, override)
        reads_now(subject, {"table_id": table.id})  # the table that a meeting has is the one it is given again
        shift(db, actor, subject, slot, kept)
        return
    change_meeting(db, subject, {"table_id": table.id})
    db.execute(delete(SEAT).where(SEAT.c.meeting_id == subject.id, SEAT.c.table_id.is_not(None)))
    give_table(db, subject, slot, people)
    tell_moved(db, actor, subject, slot.starts_at, people)


def get_table(db: Database, event_id: int, id: str) -> MeetingTable:
    """The table of an event with this id, as forms write it; NotFound for others."""
    number = int(id) if id.isascii() and id.isdecimal() and len(id) < 10 else 0
    found = db.exec(select(MeetingTable).where(MeetingTable.event_id == event_id, col(MeetingTable.id) == number))
    row = found.first()
    if row is None:
        raise NotFound()
    return row
