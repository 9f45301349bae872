"""What a board is made of: rows by slots, and what each cell says."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from events.core.access import Actor
from events.core.translation import Message
from events.desks import officer_with_participants
from events.events import EventWithPhases
from events.roles import Role, Scope, organiser_of_event
from sessions.blocks import Slot, TableKind, place_name
from sessions.booking_rules import BookingRules
from sessions.meetings import MeetingState

ROWS = 25
TABLE_ROWS = 15  # a table has a meeting in nearly every slot, and fifteen fill a screen

see_board = organiser_of_event | officer_with_participants


class By(StrEnum):
    """What stands in the rows of a board."""

    PEOPLE = "people"
    TABLES = "tables"


class Filter(StrEnum):
    """Whom an organiser looks for: nobody to meet, somebody who lets others wait, too much, or no word at all.

    Overloaded is who has more meetings than their type may, or in a block meetings in more than three of four slots.
    """

    WITHOUT = "without"
    UNANSWERED = "unanswered"
    OVERLOADED = "overloaded"
    UNSTATED = "unstated"


class CellKind(StrEnum):
    """What a slot is to a row: free, away, a meeting, held by a request, or taken by what the reader may not see."""

    FREE = "free"
    AWAY = "away"
    MEETING = "meeting"
    HELD = "held"
    TAKEN = "taken"


class BoardMeeting(NamedTuple):
    """A meeting or a request on the board: between whom, by person id, the asker first; and where."""

    public_id: str
    state: MeetingState
    starts_at: datetime | None
    locked: bool
    people: tuple[tuple[int, str], ...]
    guests: tuple[int, ...] = ()
    table_id: int | None = None
    table: tuple[str, str] | None = None  # its kind and name

    @property
    def place(self) -> Message | str:
        """What people read about where they meet, if that is known."""
        return place_name(TableKind(self.table[0]), self.table[1]) if self.table else ""

    @property
    def everybody(self) -> tuple[int, ...]:
        """Who takes part."""
        return (*[person for person, _name in self.people], *self.guests)


class Cell(NamedTuple):
    """One row in one slot."""

    kind: CellKind
    meeting: BoardMeeting | None = None


FREE, AWAY, TAKEN = Cell(CellKind.FREE), Cell(CellKind.AWAY), Cell(CellKind.TAKEN)


class Row(NamedTuple):
    """A participant, or a table, with a cell for each slot. `key` is the registration's public id, or the table's id;
    `meetings` counts what was agreed in the whole event, `waiting` the requests that they have not answered."""

    key: str
    person_id: int | None
    name: str
    about: str
    cells: tuple[Cell, ...]
    meetings: int = 0
    waiting: int = 0


@dataclass(frozen=True)
class Stretch:
    """What a board can show at once: a day of blocks (by its date), or one of them (by its public id)."""

    value: str
    starts_at: datetime
    ends_at: datetime
    whole_day: bool


@dataclass(frozen=True)
class Board:
    """What the board shows: rows by slots, the counts that its filters go by (none unless there was a filter), and what
    has no time yet."""

    by: By
    stretches: tuple[Stretch, ...]
    chosen: Stretch | None
    slots: tuple[Slot, ...]
    rows: tuple[Row, ...]
    page: int
    count: int
    everybody: int
    counts: Mapping[Filter, int]
    to_place: tuple[BoardMeeting, ...]

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.count // (ROWS if self.by is By.PEOPLE else TABLE_ROWS)))


@dataclass(frozen=True)
class BoardQuestion:
    """What somebody wants to see on the board."""

    by: By = By.PEOPLE
    when: str = ""
    filter: Filter | None = None
    query: str = ""
    page: int = 1


@dataclass(frozen=True)
class View:
    """What is looked at: an event by its rules, for whose desks (None for everybody's), in which slots."""

    event: EventWithPhases
    rules: BookingRules
    desks: frozenset[int] | None
    slots: tuple[Slot, ...]


@dataclass(frozen=True)
class Found:
    """The rows of a page without their cells, each with the zone of its person."""

    rows: list[tuple[Row, str]]
    page: int
    count: int
    everybody: int
    counts: dict[Filter, int]


def desks_on_board(actor: Actor, event: EventWithPhases) -> frozenset[int] | None:
    """Whose participants the actor sees on the board: None for everybody's, else those of these desks."""
    return None if organiser_of_event(actor, event) else frozenset(actor.ids(Role.DESK_OFFICER, Scope.DESK))
