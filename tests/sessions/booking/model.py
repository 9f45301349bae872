"""What should be true of an event's meetings, worked out without seats or a database."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from events.core import clock
from events.core.refusals import Refusal
from sessions.attendance import TooEarly
from sessions.colleagues import MeetAlready
from sessions.limits import LimitReached, TooManyRequests
from sessions.meetings import AnsweredAlready, TimePassed
from sessions.requests import AskedAlready, Colleagues
from sessions.seats import NoTableFree, NotTakingPart, SlotTaken
from sessions.sides import BegunAlready

PEOPLE, SLOTS, TABLES, MOST_OPEN = 5, 4, 1, 2
COLLEAGUES = frozenset({0, 4})  # of one organisation: they do not ask each other, and stand in for each other
PATIENCE = timedelta(minutes=5)
OPEN = {"requested", "scheduled"}


@dataclass
class Known:
    """A meeting as the model knows it."""

    public: str
    asker: int
    invitee: int
    slot: int
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

    def state(self, one: Known) -> str:
        return "expired" if one.state == "requested" and one.expires_at <= clock.now() else one.state

    def open_ones(self) -> list[Known]:
        return [one for one in self.meetings if self.state(one) in OPEN]

    def busy(self, people: set[int], slot: int, *, but: tuple[Known, ...] = ()) -> bool:
        others = [one for one in self.open_ones() if one not in but]
        met = any(one.people & people and one.slot == slot for one in others)
        return met or any(slot in self.absent[person] for person in people)

    def full(self, slot: int, *, but: tuple[Known, ...] = ()) -> bool:
        taken = [one for one in self.open_ones() if one.state == "scheduled" and one.slot == slot and one not in but]
        return len(taken) >= TABLES

    def coming(self, one: Known) -> bool:
        return self.starts[one.slot] + timedelta(minutes=20) > clock.now()

    def begun(self, one: Known) -> bool:
        return self.starts[one.slot] <= clock.now()

    def between(self, one: int, other: int, *, but: Known | None = None) -> bool:
        pair = {one, other}
        return any(it.people == pair and self.coming(it) for it in self.open_ones() if it is not but)

    def of_request(self, asker: int, invitee: int, slot: int) -> type[Refusal] | None:
        asked = [one for one in self.open_ones() if one.asker == asker and one.state == "requested"]
        if self.starts[slot] <= clock.now():
            return TimePassed
        if {asker, invitee} & self.gone:
            return NotTakingPart
        if self.busy({asker, invitee}, slot):
            return AskedAlready if self.between(asker, invitee) else SlotTaken
        if {asker, invitee} == COLLEAGUES:
            return Colleagues
        if self.between(asker, invitee):
            return AskedAlready
        return TooManyRequests if len(asked) >= MOST_OPEN else None

    def of_accept(self, one: Known) -> type[Refusal] | None:
        if self.state(one) != "requested":
            return AnsweredAlready
        return NoTableFree if self.full(one.slot) else None

    def of_answer(self, one: Known) -> type[Refusal] | None:
        return None if self.state(one) == "requested" else AnsweredAlready

    def of_cancel(self, one: Known) -> type[Refusal] | None:
        if self.state(one) != "scheduled":
            return AnsweredAlready
        return None if self.coming(one) else TimePassed

    def of_move(self, one: Known, slot: int) -> type[Refusal] | None:
        if self.state(one) != "scheduled":
            return AnsweredAlready
        if self.begun(one) or self.starts[slot] <= clock.now():
            return TimePassed
        if self.busy(one.people, slot, but=(one,)):
            return SlotTaken
        return NoTableFree if self.full(slot, but=(one,)) else None

    def of_no_show(self, one: Known) -> type[Refusal] | None:
        if self.state(one) != "scheduled":
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
        if one.slot in self.absent[to]:
            return SlotTaken
        if self.between(to, other, but=one):
            return MeetAlready
        asked = [it for it in self.open_ones() if it.asker == to and it.state == "requested" and it is not one]
        if one.asker == lead and one.state == "requested" and len(asked) >= MOST_OPEN:
            return LimitReached
        return SlotTaken if self.busy({to}, one.slot, but=(one,)) else None

    def of_swap(self, one: Known, other: Known) -> type[Refusal] | None:
        for each in (one, other):
            if self.state(each) != "scheduled":
                return AnsweredAlready
            if self.begun(each):
                return TimePassed
        both = (one, other)
        if self.busy(one.people, other.slot, but=both) or self.busy(other.people, one.slot, but=both):
            return SlotTaken
        return None
