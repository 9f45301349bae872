"""Breaks: pieces of a block in which nobody meets, set once there are meetings and requests to mind."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import col, select

from events.core import clock
from events.core.access import Actor, command
from events.core.database import Database
from events.core.journal import Fact, record
from events.core.refusals import Conflict, NotFound
from events.core.translation import At, _
from events.events import not_over
from events.people import Person
from events.roles import organiser_of_event
from sessions.availability import Absence
from sessions.blocks import Block, BlockInEvent, Slot, checked_breaks, slots_of
from sessions.meetings import Meeting, is_open


@dataclass(frozen=True)
class BreaksSet(Fact):
    """An organiser changed the breaks of a block, and with them its slots."""

    event_id: int
    block_id: int


class SlotInUse(Conflict):
    """A slot cannot vanish while two people are to meet in it or one has asked the other to."""

    def __init__(self, names: tuple[str, str], slot: Slot) -> None:
        super().__init__(
            _(
                "%(one)s and %(other)s have a meeting or a request at %(when)s, in a slot that would go. "
                "Move or end it first, or choose other breaks.",
                one=names[0],
                other=names[1],
                when=At(slot.starts_at, "when"),
            )
        )


@command(organiser_of_event, when=not_over)
def set_breaks(db: Database, actor: Actor, subject: BlockInEvent, *, breaks: Sequence[Slot]) -> Block:
    """Leave these pieces of a block without meetings, and no others; after each the slots begin anew.

    Never unschedules anything: refuses with SlotInUse while a meeting to come or an open request stands in a slot that
    would not be there any more, and refuses what `checked_breaks` does. Whoever said that they are away in a slot is
    away in those that take some of its time then.
    """
    # Waits on PostgreSQL for bookings in this block, which are seen below; later ones wait for the new slots.
    query = select(Block).where(Block.id == subject.block.id).with_for_update()
    block = db.exec(query.execution_options(populate_existing=True)).first()
    if block is None:
        raise NotFound()
    kept = checked_breaks(block, breaks)
    if kept == block.breaks:
        return block
    before, left = slots_of(block), slots_of(block.model_copy(update={"breaks": kept}))
    _refuse_in_use(db, block, set(before), set(left), breaks)
    block.breaks = kept
    db.add(block)
    db.flush()
    _stay_away(db, block, before, left)
    record(db, actor, BreaksSet(event_id=block.event_id, block_id=block.id or 0))
    return block


def _refuse_in_use(db: Database, block: Block, before: set[Slot], left: set[Slot], breaks: Sequence[Slot]) -> None:
    for meeting in _open_in(db, block):
        slot = _slot(meeting)
        # The rest of a slot, or one that was made longer, is none of the slots: only a break in it would end it.
        would_go = slot not in left if slot in before else any(_touches(one, slot) for one in breaks)
        if would_go:
            raise SlotInUse(leads_of(db, meeting), slot)


def _touches(one: Slot, other: Slot) -> bool:
    return one.starts_at < other.ends_at and one.ends_at > other.starts_at


def _stay_away(db: Database, block: Block, before: Sequence[Slot], left: Sequence[Slot]) -> None:
    """What was said of a slot that is cut anew holds for its time. The word itself is kept: breaks may go again."""
    cut = {slot.starts_at: slot for slot in before if slot not in left}
    new = [slot for slot in left if slot not in before]
    here = (col(Absence.event_id) == block.event_id, col(Absence.starts_at).between(block.starts_at, block.ends_at))
    said: dict[int, set[datetime]] = {}
    for person, start in db.exec(select(Absence.person_id, Absence.starts_at).where(*here)):
        said.setdefault(person, set()).add(start)
    for person, starts in sorted(said.items()):
        away = [cut[start] for start in starts if start in cut]
        then = {slot.starts_at for slot in new if any(_touches(one, slot) for one in away)} - starts
        db.add_all(Absence(event_id=block.event_id, person_id=person, starts_at=start) for start in sorted(then))
    db.flush()


def _open_in(db: Database, block: Block) -> list[Meeting]:
    query = select(Meeting).where(Meeting.block_id == block.id, is_open(clock.now()))
    return list(db.exec(query.order_by(col(Meeting.starts_at), col(Meeting.id))))


def _slot(meeting: Meeting) -> Slot:
    assert meeting.starts_at is not None and meeting.ends_at is not None  # it has a block, so it has a time
    return Slot(meeting.starts_at, meeting.ends_at)


def leads_of(db: Database, meeting: Meeting) -> tuple[str, str]:
    """The names of the two who lead a meeting's sides, for those who may read them."""
    people: Any = (meeting.asker_id, meeting.invitee_id)
    names = dict(db.exec(select(Person.id, Person.name).where(col(Person.id).in_(people))).all())
    return names[meeting.asker_id], names[meeting.invitee_id]


def taken_in(db: Database, block: Block) -> Counter[Slot]:
    """How many meetings to come and open requests stand in which slot of a block."""
    return Counter(_slot(meeting) for meeting in _open_in(db, block))
