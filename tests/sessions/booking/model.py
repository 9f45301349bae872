"""What should be true of an event's meetings, worked out without seats or a database."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from events.core import clock
from events.core.refusals import Invalid, Refusal
from sessions.attendance import TooEarly
from sessions.booking_rules import Answering, Timing
from sessions.breaks import SlotInUse
from sessions.colleagues import MeetAlready
from sessions.limits import LimitReached, TooManyRequests
from sessions.meetings import AnsweredAlready, TimePassed
from sessions.moves import HasBegun
from sessions.requests import AskedAlready, Colleagues, NoTimesToCome
from sessions.seats import NoTableFree, NotTakingPart, SlotTaken
from sessions.sides import BegunAlready

PEOPLE, SLOTS, TABLES, MOST_OPEN = 5, 4, 1, 2
COLLEAGUES = frozenset({0, 4})  # of one organisation: they do not ask each other, and stand in for each other
LAST = SLOTS - 1  # the slot that a break takes away, since no other moves by it
PATIENCE = timedelta(minutes=5)
OPEN = {"requested", "accepted", "scheduled"}


@dataclass(frozen=True)
class Rules:
    """How meetings come about in a run."""

    answering: Answering = Answering.APPROVAL
    timing: Timing = Timing.AT_REQUEST
    holds: bool = True


USUAL = Rules()
RULES = (
    *(USUAL,) * 5,
    Rules(holds=False),
    Rules(answering=Answering.AUTOMATIC),
    Rules(timing=Timing.AT_ACCEPTANCE),
    Rules(timing=Timing.BY_ORGANISER),
    Rules(answering=Answering.AUTOMATIC, timing=Timing.AT_ACCEPTANCE),
)


@dataclass
class Known:
    """A meeting as the model knows it; without a slot until somebody has chosen one."""

    public: str
    asker: int
    invitee: int
    slot: int | None
    expires_at: datetime
    state: str = "requested"
    locked: bool = False

    @property
    def people(self) -> set[int]:
        return {self.asker, self.invitee}


@dataclass
class Model:
    """Everything that should be true: who meets whom when, who is away, who has left."""

    starts: list[datetime] = field(default_factory=list)
    meetings: list[Known] = field(default_factory=list)
    absent: dict[int, set[int]] = field(default_factory=lambda: {n: set() for n in range(PEOPLE)})
    gone: set[int] = field(default_factory=set)
    cut: set[int] = field(default_factory=set)
    tables: int = TABLES
    rules: Rules = USUAL

    def state(self, one: Known) -> str:
        return "expired" if one.state == "requested" and one.expires_at <= clock.now() else one.state

    def open_ones(self) -> list[Known]:
        return [one for one in self.meetings if self.state(one) in OPEN]

    def seated(self, one: Known) -> bool:
        """Whether its people have seats for it."""
        holds = self.state(one) == "requested" and self.rules.holds
        return one.slot is not None and (holds or one.state == "scheduled")

    def away(self, people: set[int], slot: int) -> bool:
        return any(slot in self.absent[person] for person in people)

    def busy(self, people: set[int], slot: int, *, but: tuple[Known, ...] = ()) -> bool:
        others = [one for one in self.open_ones() if one not in but]
        met = any(one.people & people and one.slot == slot and self.seated(one) for one in others)
        return met or self.away(people, slot)

    def full(self, slot: int, *, but: tuple[Known, ...] = ()) -> bool:
        taken = [one for one in self.open_ones() if one.state == "scheduled" and one.slot == slot and one not in but]
        return len(taken) >= self.tables

    def coming(self, one: Known) -> bool:
        return one.slot is None or self.starts[one.slot] + timedelta(minutes=20) > clock.now()

    def begun(self, one: Known) -> bool:
        return one.slot is not None and self.starts[one.slot] <= clock.now()

    def to_come(self) -> list[int]:
        return [n for n, start in enumerate(self.starts) if start > clock.now() and n not in self.cut]

    def common(self, people: set[int]) -> list[int]:
        return [n for n in self.to_come() if not self.busy(people, n) and not self.full(n)]

    def between(self, one: int, other: int, *, but: Known | None = None) -> bool:
        pair = {one, other}
        return any(it.people == pair and self.coming(it) for it in self.open_ones() if it is not but)

    def asks_for(self, slot: int) -> int | None:
        """The time that goes with a request, by the rules."""
        return slot if self.rules.timing is Timing.AT_REQUEST else None

    def of_request(self, asker: int, invitee: int, slot: int | None) -> type[Refusal] | None:
        pair = {asker, invitee}
        asked = [one for one in self.open_ones() if one.asker == asker and one.state == "requested"]
        if slot is not None and self.starts[slot] <= clock.now():
            return TimePassed
        if slot is None and not self.common(pair):
            return SlotTaken if self.to_come() else NoTimesToCome
        if pair & self.gone:
            return NotTakingPart
        if slot is not None and self.busy(pair, slot):
            return AskedAlready if self.between(asker, invitee) else SlotTaken
        if pair == COLLEAGUES:
            return Colleagues
        if self.between(asker, invitee):
            return AskedAlready
        if len(asked) >= MOST_OPEN:
            return TooManyRequests
        if slot in self.cut:
            return Invalid
        at_once = slot is not None and self.rules.answering is Answering.AUTOMATIC
        return NoTableFree if at_once and slot is not None and self.full(slot) else None

    def after_request(self, slot: int | None) -> str:
        """What a request is once it is made."""
        if self.rules.answering is Answering.APPROVAL:
            return "requested"
        return "accepted" if slot is None else "scheduled"

    def of_accept(self, one: Known, slot: int) -> type[Refusal] | None:
        if self.state(one) != "requested":
            return AnsweredAlready
        if one.slot is not None:
            if not self.rules.holds and self.busy(one.people, one.slot, but=(one,)):
                return SlotTaken
            return NoTableFree if self.full(one.slot) else None
        return self._of_first_time(one, slot) if self.rules.timing is not Timing.BY_ORGANISER else None

    def of_first_time(self, one: Known, slot: int) -> type[Refusal] | None:
        return self._of_first_time(one, slot) if self.state(one) == "accepted" else AnsweredAlready

    def _of_first_time(self, one: Known, slot: int) -> type[Refusal] | None:
        if self.away(one.people, slot):
            return SlotTaken
        if self.starts[slot] <= clock.now():
            return TimePassed
        if slot in self.cut:
            return Invalid
        if self.busy(one.people, slot):
            return SlotTaken
        return NoTableFree if self.full(slot) else None

    def of_break(self) -> type[Refusal] | None:
        used = any(one.slot == LAST and self.coming(one) for one in self.open_ones())
        return SlotInUse if LAST not in self.cut and used else None

    def of_answer(self, one: Known) -> type[Refusal] | None:
        return None if self.state(one) == "requested" else AnsweredAlready

    def of_cancel(self, one: Known) -> type[Refusal] | None:
        if self.state(one) not in {"accepted", "scheduled"}:
            return AnsweredAlready
        return HasBegun if self.begun(one) else None

    def of_move(self, one: Known, slot: int) -> type[Refusal] | None:
        if self.state(one) != "scheduled":
            return AnsweredAlready
        if self.begun(one) or self.starts[slot] <= clock.now():
            return TimePassed
        if self.away(one.people, slot):
            return SlotTaken
        if slot in self.cut:
            return Invalid
        if self.busy(one.people, slot, but=(one,)):
            return SlotTaken
        return NoTableFree if self.full(slot, but=(one,)) else None

    def of_no_show(self, one: Known) -> type[Refusal] | None:
        if self.state(one) != "scheduled" or one.slot is None:
            return AnsweredAlready
        return TooEarly if clock.now() < self.starts[one.slot] + PATIENCE else None

    def of_delegate(self, one: Known, lead: int, to: int) -> type[Refusal] | None:
        if self.state(one) not in OPEN:
            return AnsweredAlready
        if self.begun(one):
            return BegunAlready
        if to in self.gone:
            return NotTakingPart
        other = next(iter(one.people - {lead}))
        if one.slot is not None and self.away({to}, one.slot):
            return SlotTaken
        if self.between(to, other, but=one):
            return MeetAlready
        asked = [it for it in self.open_ones() if it.asker == to and it.state == "requested" and it is not one]
        if one.asker == lead and one.state == "requested" and len(asked) >= MOST_OPEN:
            return LimitReached
        taken = one.slot is not None and self.seated(one) and self.busy({to}, one.slot, but=(one,))
        return SlotTaken if taken else None

    def of_swap(self, one: Known, other: Known) -> type[Refusal] | None:
        for each in (one, other):
            if self.state(each) != "scheduled":
                return AnsweredAlready
            if self.begun(each):
                return TimePassed
        both = (one, other)
        assert one.slot is not None and other.slot is not None  # they stand
        if self.busy(one.people, other.slot, but=both) or self.busy(other.people, one.slot, but=both):
            return SlotTaken
        return None
