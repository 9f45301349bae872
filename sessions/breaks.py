"""Breaks: pieces of a block in which nobody meets, set once there are meetings and requests to mind."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
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
    would not be there any more, and refuses what `checked_breaks` does.
    """
    # Waits on PostgreSQL for bookings in this block, which are seen below; later ones wait for the new slots.
    query = select(Block).where(Block.id == subject.block.id).with_for_update()
    block = db.exec(query.execution_options(populate_existing=True)).first()
    if block is None:
        raise NotFound()
    kept = checked_breaks(block, breaks)
    if kept == block.breaks:
        return block
    _refuse_in_use(db, block, set(slots_of(block.model_copy(update={"breaks": kept}))))
    block.breaks = kept
    db.add(block)
    db.flush()
    record(db, actor, BreaksSet(event_id=block.event_id, block_id=block.id or 0))
    return block


def _refuse_in_use(db: Database, block: Block, left: set[Slot]) -> None:
    for meeting in _open_in(db, block):
        slot = _slot(meeting)
        if slot not in left:
            raise SlotInUse(leads_of(db, meeting), slot)


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
