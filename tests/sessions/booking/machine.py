"""What people do with requests and meetings, in any order; each step and each state compared with the model."""

from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from events.core import clock
from events.core.refusals import Invalid, Refusal
from events.core.timers import TIMERS
from sessions.availability import MeetingThen, common_slots
from sessions.booking_rules import Timing
from sessions.meetings import AnsweredAlready
from sessions.schedules.publishing import DraftTooOld
from sessions.tables import TableInUse
from tests.sessions.booking.drivers import ByCommand, ByForm, Outcome
from tests.sessions.booking.model import COLLEAGUES, LAST, PEOPLE, RULES, SLOTS, TABLES, Known, Model, Rules
from tests.sessions.makers_meetings import problems_with_seats

who, slot_number, pick = st.integers(0, PEOPLE - 1), st.integers(0, SLOTS - 1), st.integers(0, 50)
AGREED = {"accepted", "scheduled"}
has_meetings = precondition(lambda self: self.model.meetings)


class Booking(RuleBasedStateMachine):
    """By commands; `BookingByForm` sends forms."""

    driver_kind: ClassVar[Callable[[], ByCommand | ByForm]] = ByCommand

    def __init__(self) -> None:
        super().__init__()
        self.clocks, self.model = ExitStack(), Model()
        self.drafts, self.draft, self.is_too_old = 0, "", False
        self.in_draft: set[int] = set()  # whose times decide about the draft: who meets in it
        self.driver = type(self).driver_kind()
        self.model.starts = [slot.starts_at for slot in self.driver.fair.slots]

    @initialize(rules=st.sampled_from(RULES))
    def go_by(self, rules: Rules) -> None:
        self.model.rules = rules
        self.driver.go_by(rules)

    def teardown(self) -> None:
        self.driver.close()
        self.clocks.close()

    def chosen(self, number: int) -> Known:
        return self.model.meetings[number % len(self.model.meetings)]

    def expect(self, refusal: type[Refusal] | None, found: Outcome, *, decides: bool = True) -> bool:
        """See that it was refused exactly when and as the model says; whether it was done. What `decides` about a
        schedule makes the draft too old."""
        assert self.driver.same(refusal, found), f"{found} instead of {refusal}"
        self.is_too_old |= decides and refusal is None
        return refusal is None

    def read_first(self, slot: int | None, refusal: type[Refusal] | None) -> type[Refusal] | None:
        """A form's time is read before anything else: what is no slot any more is refused by its page."""
        return Invalid if not self.driver.checks_types and slot in self.model.cut else refusal

    @rule(asker=who, other=st.integers(1, PEOPLE - 1), slot=slot_number)
    def request(self, asker: int, other: int, slot: int) -> None:
        invitee = (asker + other) % PEOPLE
        if not self.driver.checks_types and {asker, invitee} & self.model.gone:
            return  # who has left has no page to ask from, or to be asked on
        when = self.model.asks_for(slot)
        expected = self.read_first(when, self.model.of_request(asker, invitee, when))
        found, public = self.driver.request(asker, invitee, when)
        state = self.model.after_request(when)
        if self.expect(expected, found, decides=state != "requested"):
            expires = self.driver.meeting(public).meeting.expires_at
            self.model.meetings.append(Known(public, asker, invitee, when, expires, state))

    @has_meetings
    @rule(number=pick, slot=slot_number)
    def accept(self, number: int, slot: int) -> None:
        """The invitee says yes and chooses the time, where it is theirs to choose."""
        one = self.chosen(number)
        chooses = one.slot is None and self.model.rules.timing is not Timing.BY_ORGANISER
        when = slot if chooses else None
        expected = self.read_first(when, self.model.of_accept(one, slot))
        if self.expect(expected, self.driver.accept(one.invitee, one.public, when)):
            one.slot = slot if chooses else one.slot
            one.state = "accepted" if one.slot is None else "scheduled"

    @precondition(lambda self: any(one.slot is None for one in self.model.meetings))
    @rule(number=pick, slot=slot_number)
    def schedule(self, number: int, slot: int) -> None:
        """An organiser gives a meeting that both want its time."""
        one = self.chosen(number)
        if self.expect(self.model.of_first_time(one, slot), self.driver.schedule(one.public, slot)):
            one.slot, one.state = slot, "scheduled"

    @has_meetings
    @rule(number=pick)
    def decline(self, number: int) -> None:
        one = self.chosen(number)
        if self.expect(self.model.of_answer(one), self.driver.decline(one.invitee, one.public), decides=False):
            one.state = "declined"

    @has_meetings
    @rule(number=pick)
    def withdraw(self, number: int) -> None:
        one = self.chosen(number)
        if self.expect(self.model.of_answer(one), self.driver.withdraw(one.asker, one.public), decides=False):
            one.state = "withdrawn"

    @has_meetings
    @rule(number=pick, steps=st.integers(1, SLOTS - 1), by_asker=st.booleans())
    def move(self, number: int, steps: int, by_asker: bool) -> None:
        one = self.chosen(number)
        slot, mover = ((one.slot or 0) + steps) % SLOTS, one.asker if by_asker else one.invitee
        expected = self.model.of_move(one, slot)
        if expected is not AnsweredAlready and not self.model.begun(one):
            expected = self.read_first(slot, expected)
        if self.expect(expected, self.driver.move(mover, one.public, slot)):
            one.slot = slot

    @precondition(lambda self: len(self.model.meetings) > 1)
    @rule(number=pick, other=pick)
    def swap(self, number: int, other: int) -> None:
        one, another = self.chosen(number), self.chosen(other)
        if one.slot == another.slot:
            return
        if self.expect(self.model.of_swap(one, another), self.driver.swap(one.public, another.public)):
            one.slot, another.slot = another.slot, one.slot

    @has_meetings
    @rule(number=pick, by_asker=st.booleans())
    def mark_no_show(self, number: int, by_asker: bool) -> None:
        one = self.chosen(number)
        here, absent = (one.asker, one.invitee) if by_asker else (one.invitee, one.asker)
        if self.expect(self.model.of_no_show(one), self.driver.no_show(here, one.public, absent), decides=False):
            one.state = "no-show"

    @has_meetings
    @rule(number=pick)
    def hand_over(self, number: int) -> None:
        """A lead who has a colleague hands over to them."""
        one = self.chosen(number)
        if len(one.people & COLLEAGUES) != 1:
            return
        lead = next(iter(one.people & COLLEAGUES))
        to = next(iter(COLLEAGUES - {lead}))
        if lead in self.model.gone or (not self.driver.checks_types and to in self.model.gone):
            return  # who has left is not on the page that offers colleagues
        if self.expect(self.model.of_delegate(one, lead, to), self.driver.delegate(lead, one.public, to)):
            one.asker, one.invitee = (to if lead == person else person for person in (one.asker, one.invitee))

    @precondition(lambda self: self.drafts < 3 and any(one.state in AGREED for one in self.model.open_ones()))
    @rule()
    def make_draft(self) -> None:
        self.drafts, self.draft, self.is_too_old = self.drafts + 1, self.driver.draft(), False
        self.in_draft = {person for one in self.model.meetings if one.state in AGREED for person in one.people}

    @precondition(lambda self: self.draft)
    @rule()
    def publish(self) -> None:
        """Whatever has happened since the draft was made: what is too old is refused, and whatever moves, moves to
        where the model has room for it; whatever is locked or has begun stays."""
        before = {one.public: one.slot for one in self.model.meetings}
        found = self.driver.publish(self.draft)
        assert self.driver.same(DraftTooOld, found) if self.is_too_old else found is not DraftTooOld, f"{found}"
        if found is not None:
            return  # what cannot be published is refused as a whole; the invariants see whether anything moved
        self.draft = ""
        for one in self.model.open_ones():
            self._read_time(one, before[one.public])
        for one in (it for it in self.model.open_ones() if it.slot != before[it.public]):
            assert one.slot is not None
            assert one.slot not in self.model.cut
            assert not self.model.busy(one.people, one.slot, but=(one,))
            assert not self.model.full(one.slot, but=(one,))

    def _read_time(self, one: Known, before: int | None) -> None:
        start = self.driver.meeting(one.public).meeting.starts_at
        slot = self.model.starts.index(start) if start else None
        if slot != before:
            assert one.state in AGREED
            assert not self.model.begun(one)
            assert not one.locked
            one.slot, one.state = slot, "scheduled"

    @precondition(lambda self: self.model.meetings)
    @rule()
    def take_a_break(self) -> None:
        """The last slot is taken away for a break, or given back."""
        cut = set() if self.model.cut else {LAST}
        if self.expect(self.model.of_break(), self.driver.cut(cut)):
            self.model.cut = cut

    @precondition(lambda self: self.model.meetings)
    @rule()
    def change_tables(self) -> None:
        """A second table is added, or taken away again: not from those who are to meet there."""
        one_only = self.model.tables == TABLES
        to_come = [one for one in self.model.open_ones() if one.state == "scheduled" and self.model.coming(one)]
        tables = {self.driver.meeting(one.public).meeting.table_id for one in to_come}
        used = not one_only and self.driver.table(TABLES) in tables
        if self.expect(TableInUse if used else None, self.driver.second_table(one_only)):
            self.model.tables = TABLES + one_only

    @has_meetings
    @rule(number=pick)
    def cancel(self, number: int) -> None:
        one = self.chosen(number)
        if self.expect(self.model.of_cancel(one), self.driver.cancel(one.asker, one.public)):
            one.state = "cancelled"

    @rule(person=who, slots=st.sets(slot_number))
    def be_away(self, person: int, slots: set[int]) -> None:
        mine = [one for one in self.model.open_ones() if person in one.people and one.state == "scheduled"]
        said = self.model.absent[person]  # what was said before may be said again, whoever was met there since
        met = any(one.slot in slots - self.model.cut - said for one in mine)
        if person in self.model.gone or (met and not self.driver.checks_types):
            return  # a form cannot say that somebody is away while they meet: those boxes are locked
        slots = slots - self.model.cut
        absent = [self.model.starts[number] for number in slots]
        locked = {one.slot for one in mine}
        stays = {n for n in said if self.model.starts[n] <= clock.now() or n in locked}
        away = self.driver.be_away(person, absent)
        if self.expect(MeetingThen if met else None, away, decides=person in self.in_draft):
            kept = stays | {n for n in slots if self.model.starts[n] > clock.now()}
            self.model.absent[person] = slots if self.driver.checks_types else kept - self.model.cut

    @rule(asker=who, other=st.integers(1, PEOPLE - 1), slot=slot_number)
    def meet(self, asker: int, other: int, slot: int) -> None:
        """A request that is accepted at once, so that there are meetings to move and to cancel."""
        before = len(self.model.meetings)
        self.request(asker, other, slot)
        if len(self.model.meetings) > before:
            one = self.model.meetings[before]
            if one.state == "requested":
                self.accept(before, slot)
            if one.state == "accepted":
                self.schedule(before, slot)

    # Short stories in which the bugs of this field hide; without them they are found, but late.

    @rule(asker=who)
    def ask_everybody(self, asker: int) -> None:
        for other in range(1, PEOPLE):
            self.request(asker, other, other % SLOTS)

    @rule(asker=who, other=st.integers(1, PEOPLE - 1), slot=slot_number)
    def answer_late(self, asker: int, other: int, slot: int) -> None:
        before = len(self.model.meetings)
        self.request(asker, other, slot)
        if len(self.model.meetings) > before:
            self.wait(130)
            self.accept(before, slot)

    @rule(asker=who, other=st.integers(1, PEOPLE - 1), slot=slot_number, steps=st.integers(1, SLOTS - 1))
    def move_to_where_somebody_is_away(self, asker: int, other: int, slot: int, steps: int) -> None:
        before = len(self.model.meetings)
        self.meet(asker, other, slot)
        if len(self.model.meetings) > before:
            self.be_away((asker + other) % PEOPLE, {(slot + steps) % SLOTS})
            self.move(before, steps, by_asker=True)

    @rule(asker=who, other=st.integers(1, PEOPLE - 1), slot=slot_number, late=st.booleans())
    def wait_in_vain(self, asker: int, other: int, slot: int, late: bool) -> None:
        """Somebody sits there and nobody comes."""
        before = len(self.model.meetings)
        self.meet(asker, other, slot)
        if len(self.model.meetings) == before:
            return
        until = self.model.starts[slot] + timedelta(minutes=6 if late else 2)
        if until > clock.now():
            self.clocks.enter_context(clock.frozen_at(until))
        self.mark_no_show(before, by_asker=True)

    @rule(asker=who, slot=slot_number, steps=st.integers(1, SLOTS - 1))
    def move_to_where_somebody_meets(self, asker: int, slot: int, steps: int) -> None:
        before = len(self.model.meetings)
        self.meet(asker, 1, slot)
        self.meet(asker, 2, (slot + steps) % SLOTS)
        if len(self.model.meetings) > before + 1:
            self.move(before, steps, by_asker=True)

    @precondition(lambda self: len(self.model.meetings) > 2)
    @rule(minutes=st.sampled_from([10, 30, 60, 130, 24 * 60 - 30]))
    def wait(self, minutes: int) -> None:
        self.clocks.enter_context(clock.frozen_at(clock.now() + timedelta(minutes=minutes)))

    @rule()
    def tell_expiries(self) -> None:
        from events.core.database import transaction

        with transaction() if not self.driver.checks_types else self.driver.now() as db:
            for one in self.model.meetings:
                TIMERS["meeting request expires"](db, self.driver.meeting(one.public).id)
        for one in self.model.meetings:
            one.state = self.model.state(one)

    @precondition(lambda self: len(self.model.gone) < 2)
    @rule(person=who)
    def leave(self, person: int) -> None:
        if person in self.model.gone:
            return
        if not self.expect(None, self.driver.leave(person), decides=person in self.in_draft):
            return
        self.model.gone.add(person)
        for one in self.model.open_ones():
            if person in one.people and not self.model.begun(one):
                refused = "withdrawn" if one.asker == person else "declined"
                one.state = refused if one.state == "requested" else "cancelled"

    @invariant()
    def seats_are_those_of_the_meetings(self) -> None:
        with self.driver.now() as db:
            assert problems_with_seats(db, self.driver.fair.event.id) == []

    @invariant()
    def states_and_times_are_those_of_the_model(self) -> None:
        for one in self.model.meetings:
            meeting = self.driver.meeting(one.public).meeting
            start = None if one.slot is None else self.model.starts[one.slot]
            assert (meeting.state, meeting.starts_at) == (one.state, start)

    @invariant()
    def common_slots_are_those_where_a_request_would_pass(self) -> None:
        people = (self.driver.people[0].person or 0, self.driver.people[1].person or 0)
        with self.driver.now() as db:
            offered = {slot.starts_at for slot in common_slots(db, self.driver.fair.event, *people)}
        free = [self.model.starts[number] for number in self.model.common({0, 1})]
        assert offered == set(free)


class BookingByForm(Booking):
    """The same through pages: forms in, statuses out, each step committed."""

    driver_kind = ByForm
