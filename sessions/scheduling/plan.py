"""What comes out: the meetings with slot and table, the certificate of the bound, reasons, figures and moves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from sessions.scheduling.problem import Id


@dataclass(frozen=True)
class Placed:
    """A request that has a slot. `table` is a number from 1, the name of an own table, or None without any limit."""

    request: Id
    slot: int
    table: int | str | None = None
    confirmed: bool = False
    locked: bool = False


@dataclass(frozen=True)
class Certificate:
    """Prices (none below 0) from which anybody can work out how much weight no plan can exceed.

    `y` prices a participant's time, `z` a place at the common tables; `sessions` prices, for requests bound to a
    session, a participant's time in it, and `tables` an own table that several people share. What is left out is 0.
    """

    y: Mapping[str, float] = field(default_factory=dict)
    z: float = 0.0
    sessions: Mapping[tuple[str, str], float] = field(default_factory=dict)
    tables: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """Meetings in the order of slots, then of the problem's requests, with the certificate of their bound."""

    meetings: tuple[Placed, ...] = ()
    certificate: Certificate = Certificate()
    instance: str = ""
    infeasible: bool = False

    def slot_of(self) -> dict[Id, int]:
        """Where each placed request is."""
        return {one.request: one.slot for one in self.meetings}


@dataclass(frozen=True)
class Progress:
    """How far the solving is: weight placed, the bound of it, what is being done, seconds since the beginning.

    `breaks` and `fewest_breaks` are the same for breaks while a proof is sought: the fewest found, and their bound.
    """

    placed: float
    bound: float
    phase: str
    seconds: float
    breaks: int | None = None
    fewest_breaks: int | None = None


class Reason(StrEnum):
    """Why a request has no slot."""

    NO_COMMON_SLOT = "no_common_slot"  # people's times and the request's own terms leave nothing
    VETO = "veto"
    LIMIT = "limit"  # somebody has as many meetings as they may have
    FULLY_BOOKED = "fully_booked"  # somebody has a meeting in every slot that would do
    TABLES_FULL = "tables_full"  # everybody has time, but no table is left then
    ORDER = "order"  # what has to come earlier is not placed, or not early enough
    BREAKS = "breaks"  # it would fit, but somebody would have more breaks than the rules allow
    DISPLACED = "displaced"  # each slot that would do is taken by the named meetings


class Remedy(StrEnum):
    """What would make it possible."""

    FREE_PARTICIPANT = "free_participant"  # somebody who is away at a slot is free after all
    ONE_MORE_TABLE = "one_more_table"
    RAISE_LIMIT = "raise_limit"
    MOVE_MEETING = "move_meeting"  # give up or move the named meeting
    LIFT_VETO = "lift_veto"
    ALLOW_SLOT = "allow_slot"  # the request's own session, fixed or forbidden slots rule the slot out
    LIFT_ORDER = "lift_order"


@dataclass(frozen=True)
class WayOut:
    """A change after which the request fits into the plan as it is; all `participants` and `meetings` are meant."""

    remedy: Remedy
    slot: int | None = None
    participants: tuple[Id, ...] = ()
    meetings: tuple[Id, ...] = ()


@dataclass(frozen=True)
class WhyNot:
    """Why `request` is not placed: who, which slots and which meetings stand in the way, and what would help."""

    request: Id
    reason: Reason
    participants: tuple[Id, ...] = ()
    slots: tuple[int, ...] = ()
    meetings: tuple[Id, ...] = ()
    ways_out: tuple[WayOut, ...] = ()


@dataclass(frozen=True)
class Share:
    """What a participant got. `breaks` counts groups of idle slots between meetings of a day, `idle` those slots."""

    participant: Id
    asked: int
    possible: int
    placed: int
    minimum: int
    maximum: int | None
    target: int | None
    breaks: int
    idle: int

    @property
    def short(self) -> int:
        """How many meetings are missing to the minimum."""
        return max(0, self.minimum - self.placed)


@dataclass(frozen=True)
class Report:
    """The figures of a plan. `worst_off` is the k for which everybody has at least k meetings, or all they can have."""

    placed: int
    asked: int
    required_missing: int
    weight: float
    bound: float
    breaks: int
    spread: int
    idle: int
    worst_off: int
    short: int
    preferred: int
    shares: tuple[Share, ...] = ()

    @property
    def gap(self) -> float:
        """The share of the bound that is not placed, 0 to 1."""
        return max(0.0, 1 - self.weight / self.bound) if self.bound > 0 else 0.0


class Change(StrEnum):
    """What became of a meeting since the previous plan."""

    MOVED = "moved"
    DROPPED = "dropped"
    ADDED = "added"


@dataclass(frozen=True)
class Move:
    """A request whose slot differs from the previous plan's; None is no slot. `confirmed` is what the previous said."""

    request: Id
    change: Change
    before: int | None
    after: int | None
    confirmed: bool = False


@dataclass(frozen=True)
class Solution:
    """A plan and what is known of it: no plan places more weight than `bound`.

    `optimal`: proven that none places more of what is required, or more weight, or serves the worst-off better, or has
    fewer breaks, in this order. `proven` names every aim that was proven, the spread of breaks and preferences too.
    """

    plan: Plan
    bound: float
    optimal: bool
    infeasible: bool
    unplaced: tuple[WhyNot, ...]
    report: Report
    moves: tuple[Move, ...] = ()
    seconds: float = 0.0
    cancelled: bool = False
    proven: tuple[str, ...] = ()
