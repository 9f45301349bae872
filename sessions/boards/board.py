"""Looking at the board: an event for whoever may see it, and what they see there.

Each look asks three statements, whatever the size: blocks and rules, the rows with their counts, the cells.
"""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, or_, select
from sqlmodel import col

from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.core.journal import version_of_facts
from events.core.refusals import NotFound
from events.events import Event, EventKind, EventState, EventWithPhases, see_event
from events.phases import Phase
from events.roles import Role, Scope
from sessions.availability import rules_and_blocks
from sessions.blocks import Block, blocks_of, slots_of
from sessions.boards.cells import with_cells
from sessions.boards.rows import people_counts, people_found, tables_found
from sessions.boards.shapes import FREE as FREE
from sessions.boards.shapes import Board as Board
from sessions.boards.shapes import BoardMeeting as BoardMeeting
from sessions.boards.shapes import BoardQuestion as BoardQuestion
from sessions.boards.shapes import By as By
from sessions.boards.shapes import Cell as Cell
from sessions.boards.shapes import CellKind as CellKind
from sessions.boards.shapes import Filter as Filter
from sessions.boards.shapes import Row as Row
from sessions.boards.shapes import Stretch as Stretch
from sessions.boards.shapes import View
from sessions.boards.shapes import desks_on_board as desks_on_board
from sessions.boards.shapes import see_board as see_board

_EVENT = (
    select(Event, Phase, version_of_facts())
    .outerjoin(Phase, col(Phase.event_id) == col(Event.id))
    .where(col(Event.slug) == bindparam("slug"))
    .order_by(col(Phase.starts_at), col(Phase.id))
)


def get_board_event(db: Database, actor: Actor, slug: str) -> tuple[EventWithPhases, int]:
    """A matchmaking event for whoever may see its board, with the version of the facts; NotFound for others. One
    statement."""
    rows = db.execute(_EVENT, {"slug": slug}).all()
    if not rows:
        raise NotFound()
    event = EventWithPhases(rows[0][0], tuple(phase for _event, phase, _stamp in rows if phase is not None))
    if event.event.kind is not EventKind.MATCHMAKING or not (see_event(actor, event) and see_board(actor, event)):
        raise NotFound()
    return event, int(rows[0][2])


def boards_seen_by(db: Database, actor: Actor) -> list[int]:
    """The ids of the matchmaking events that go on and whose board the actor may see."""
    mine = or_(
        col(Event.id).in_(actor.ids(Role.ORGANISER, Scope.EVENT) | actor.ids(Role.DESK_OFFICER, Scope.EVENT)),
        col(Event.programme_id).in_(actor.ids(Role.ORGANISER, Scope.PROGRAMME)),
    )
    goes_on = (col(Event.kind) == EventKind.MATCHMAKING, col(Event.state) != EventState.CLOSED)
    return [id or 0 for id in db.execute(select(col(Event.id)).where(mine, *goes_on)).scalars()]


def board_of(db: Database, actor: Actor, event: EventWithPhases, asked: BoardQuestion) -> Board:
    """The board of an event as the actor may see it: organisers all of it, desk officers their own participants.

    Three statements, however many people, tables and meetings. What is no stretch of the event becomes the first day
    that is not over, and a page beyond the last becomes the last. NotFound for everybody else.
    """
    if not see_board(actor, event):
        raise NotFound()
    rules, blocks = rules_and_blocks(db, event.id)
    stretches = stretches_of(blocks, event.zone)
    chosen = _chosen(stretches, asked.when)
    shown = [block for block in blocks if chosen and chosen.starts_at <= block.starts_at < chosen.ends_at]
    slots = tuple(slot for block in shown for slot in slots_of(block))
    view = View(event, rules, desks_on_board(actor, event), slots)
    found = (people_found if asked.by is By.PEOPLE else tables_found)(db, view, blocks, asked)
    rows, to_place = with_cells(db, view, asked.by, found.rows)
    return Board(
        asked.by, stretches, chosen, slots, rows, found.page, found.count, found.everybody, found.counts, to_place
    )


def counts_of(db: Database, actor: Actor, event: EventWithPhases, asked: BoardQuestion) -> dict[Filter | None, int]:
    """How many participants each filter of the board would find, None for everybody, as the actor may see them.
    NotFound for those who may not see the board."""
    if not see_board(actor, event):
        raise NotFound()
    return people_counts(db, event.id, desks_on_board(actor, event), blocks_of(db, event.id), asked)


def stretches_of(blocks: Sequence[Block], zone: str) -> tuple[Stretch, ...]:
    """The days of an event's blocks on the clock of its zone, each followed by its blocks where it has several."""
    days: dict[str, list[Block]] = {}
    for block in blocks:
        days.setdefault(block.starts_at.astimezone(ZoneInfo(zone)).date().isoformat(), []).append(block)
    found = []
    for day, those in days.items():
        found.append(Stretch(day, those[0].starts_at, those[-1].ends_at, whole_day=True))
        if len(those) > 1:
            found += [Stretch(one.public_id, one.starts_at, one.ends_at, whole_day=False) for one in those]
    return tuple(found)


def _chosen(stretches: tuple[Stretch, ...], value: str) -> Stretch | None:
    """What was asked for, else the first day that is not over, else the last."""
    asked = next((one for one in stretches if one.value == value), None)
    days = [one for one in stretches if one.whole_day]
    return asked or next((one for one in days if one.ends_at > clock.now()), days[-1] if days else None)
