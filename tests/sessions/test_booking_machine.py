"""Booking as a state machine: whatever people do in whatever order, the seats agree with a model kept beside it."""

from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from events.core import clock
from events.core.access import Actor
from events.core.database import Database, engines
from events.core.refusals import Refusal
from events.core.timers import TIMERS
from events.registration import RegistrationInEvent, withdraw_registration
from events.roles import actor_for
from sessions.answers import accept_meeting, decline_meeting
from sessions.availability import MeetingThen, common_slots, set_availability
from sessions.meetings import AnsweredAlready, MeetingInEvent, TimePassed, get_meeting
from sessions.moves import cancel_meeting, move_meeting
from sessions.requests import AskedAlready, TooManyRequests, request_meeting, withdraw_request
from sessions.seats import NoTableFree, NotTakingPart, SlotTaken
from tests.makers import make_person
from tests.sessions.makers_meetings import make_fair, make_participant, place_of, problems_with_seats, with_rules

PEOPLE, SLOTS, TABLES, MOST_OPEN = 5, 4, 1, 2
who, slot_number, pick = st.integers(0, PEOPLE - 1), st.integers(0, SLOTS - 1), st.integers(0, 50)


@dataclass
class Known:
    """A meeting as the model knows it."""

    public: str
    asker: int
    invitee: int
    slot: int
    expires_at: datetime
    state: str = "requested"

    @property
    def people(self) -> set[int]:
        return {self.asker, self.invitee}


@dataclass
class Model:
    """Everything that should be true, without seats: who meets whom when."""

    starts: list[datetime] = field(default_factory=list)
    meetings: list[Known] = field(default_factory=list)
    absent: dict[int, set[int]] = field(default_factory=lambda: {n: set() for n in range(PEOPLE)})
    gone: set[int] = field(default_factory=set)

    def state(self, one: Known) -> str:
        return "expired" if one.state == "requested" and one.expires_at <= clock.now() else one.state

    def open_ones(self) -> list[Known]:
        return [one for one in self.meetings if self.state(one) in {"requested", "scheduled"}]

    def busy(self, people: set[int], slot: int, *, but: Known | None = None) -> bool:
        met = any(one.people & people and one.slot == slot for one in self.open_ones() if one is not but)
        return met or any(slot in self.absent[person] for person in people)

    def full(self, slot: int, *, but: Known | None = None) -> bool:
        taken = [one for one in self.open_ones() if one.state == "scheduled" and one.slot == slot and one is not but]
        return len(taken) >= TABLES

    def of_request(self, asker: int, invitee: int, slot: int) -> type[Refusal] | None:
        asked = [one for one in self.open_ones() if one.asker == asker and one.state == "requested"]
        if self.starts[slot] <= clock.now():
            return TimePassed
        if {asker, invitee} & self.gone:
            return NotTakingPart
        if any(one.people == {asker, invitee} and self.coming(one) for one in self.open_ones()):
            return AskedAlready
        if len(asked) >= MOST_OPEN:
            return TooManyRequests
        return SlotTaken if self.busy({asker, invitee}, slot) else None

    def coming(self, one: Known) -> bool:
        return self.starts[one.slot] + timedelta(minutes=20) > clock.now()

    def of_accept(self, one: Known) -> type[Refusal] | None:
        if self.state(one) != "requested":
            return AnsweredAlready
        return NoTableFree if self.full(one.slot) else None

    def of_move(self, one: Known, slot: int) -> type[Refusal] | None:
        now = clock.now()
        if self.state(one) != "scheduled":
            return AnsweredAlready
        if not self.starts[one.slot] > now or not self.starts[slot] > now:
            return TimePassed
        if self.busy(one.people, slot, but=one):
            return SlotTaken
        return NoTableFree if self.full(slot, but=one) else None


class Booking(RuleBasedStateMachine):
    """What people do with requests and meetings, each step compared with the model."""

    def __init__(self) -> None:
        super().__init__()
        self.stack, self.model = ExitStack(), Model()
        self.db = self.stack.enter_context(Database(engines().write, expire_on_commit=False))
        self.fair = make_fair(self.db, make_person(self.db, "Ada Adler"), slots=SLOTS, tables=TABLES)
        with_rules(self.db, self.fair, max_pending=MOST_OPEN)
        with_rules(self.db, self.fair, lasts_minutes=120)
        self.people = [make_participant(self.db, make_person(self.db, f"P{n}"), self.fair) for n in range(PEOPLE)]
        self.model.starts = [slot.starts_at for slot in self.fair.slots]

    def teardown(self) -> None:
        self.db.rollback()
        self.stack.close()

    def chosen(self, number: int) -> Known:
        return self.model.meetings[number % len(self.model.meetings)]

    def on_page(self, one: Known) -> MeetingInEvent:
        return get_meeting(self.db, self.fair.ada, one.public)

    def expect(self, refusal: type[Refusal] | None, act: object, *args: object, **how: object) -> object:
        """Do it, and see that it is refused exactly when and as the model says."""
        done, found = None, None
        try:
            done = act(self.db, *args, **how)  # type: ignore[operator]
        except Refusal as refused:
            found = type(refused)
        assert found is refusal, f"{found} instead of {refusal}"
        return done

    @rule(asker=who, other=st.integers(1, PEOPLE - 1), slot=slot_number)
    def request(self, asker: int, other: int, slot: int) -> None:
        invitee = (asker + other) % PEOPLE
        expected = self.model.of_request(asker, invitee, slot)
        place = place_of(self.db, self.people[invitee], self.fair)
        made = self.expect(
            expected, request_meeting, self.people[asker], self.fair.event, invitee=place, slot=self.fair.slots[slot]
        )
        if expected is None:
            self.model.meetings.append(Known(made.public_id, asker, invitee, slot, made.expires_at))  # type: ignore[attr-defined]

    @precondition(lambda self: self.model.meetings)
    @rule(number=pick)
    def accept(self, number: int) -> None:
        one = self.chosen(number)
        expected = self.model.of_accept(one)
        self.expect(expected, accept_meeting, self.people[one.invitee], self.on_page(one))
        if expected is None:
            one.state = "scheduled"

    @precondition(lambda self: self.model.meetings)
    @rule(number=pick)
    def decline(self, number: int) -> None:
        one = self.chosen(number)
        expected = None if self.model.state(one) == "requested" else AnsweredAlready
        self.expect(expected, decline_meeting, self.people[one.invitee], self.on_page(one), reason="no")
        if expected is None:
            one.state = "declined"

    @precondition(lambda self: self.model.meetings)
    @rule(number=pick)
    def withdraw(self, number: int) -> None:
        one = self.chosen(number)
        expected = None if self.model.state(one) == "requested" else AnsweredAlready
        self.expect(expected, withdraw_request, self.people[one.asker], self.on_page(one))
        if expected is None:
            one.state = "withdrawn"

    @precondition(lambda self: self.model.meetings)
    @rule(number=pick, steps=st.integers(1, SLOTS - 1), by_asker=st.booleans())
    def move(self, number: int, steps: int, by_asker: bool) -> None:
        one = self.chosen(number)
        slot = (one.slot + steps) % SLOTS
        expected = self.model.of_move(one, slot)
        actor = self.people[one.asker if by_asker else one.invitee]
        self.expect(expected, move_meeting, actor, self.on_page(one), slot=self.fair.slots[slot])
        if expected is None:
            one.slot = slot

    @precondition(lambda self: self.model.meetings)
    @rule(number=pick)
    def cancel(self, number: int) -> None:
        one = self.chosen(number)
        over = TimePassed if not self.model.coming(one) else None
        expected = over if self.model.state(one) == "scheduled" else AnsweredAlready
        self.expect(expected, cancel_meeting, self.people[one.asker], self.on_page(one))
        if expected is None:
            one.state = "cancelled"

    @rule(person=who, slots=st.sets(slot_number))
    def be_away(self, person: int, slots: set[int]) -> None:
        if person in self.model.gone:
            return
        met = any(
            one.state == "scheduled" and person in one.people and one.slot in slots for one in self.model.open_ones()
        )
        absent = [self.fair.slots[number].starts_at for number in slots]
        expected = MeetingThen if met else None
        self.expect(expected, set_availability, self.people[person], self.fair.event, absent=absent)
        if expected is None:
            self.model.absent[person] = slots

    @rule(asker=who, other=st.integers(1, PEOPLE - 1), slot=slot_number)
    def meet(self, asker: int, other: int, slot: int) -> None:
        """A request that is accepted at once, so that there are meetings to move and to cancel."""
        before = len(self.model.meetings)
        self.request(asker, other, slot)
        if len(self.model.meetings) > before:
            self.accept(before)

    @precondition(lambda self: len(self.model.meetings) > 2)
    @rule(minutes=st.sampled_from([10, 30, 60, 130, 24 * 60 - 30]))
    def wait(self, minutes: int) -> None:
        self.stack.enter_context(clock.frozen_at(clock.now() + timedelta(minutes=minutes)))

    @rule()
    def tell_expiries(self) -> None:
        for one in self.model.meetings:
            TIMERS["meeting request expires"](self.db, self.on_page(one).id)
            one.state = self.model.state(one)

    @precondition(lambda self: len(self.model.gone) < 2)
    @rule(person=who)
    def leave(self, person: int) -> None:
        if person in self.model.gone:
            return
        place = RegistrationInEvent(place_of(self.db, self.people[person], self.fair), self.fair.event.event)
        withdraw_registration(self.db, self.people[person], place)
        self.model.gone.add(person)
        for one in self.model.open_ones():
            if person in one.people and (one.state == "requested" or self.model.coming(one)):
                ends = {"scheduled": "cancelled", "requested": "withdrawn" if one.asker == person else "declined"}
                one.state = ends[one.state]

    @invariant()
    def seats_are_those_of_the_meetings(self) -> None:
        assert problems_with_seats(self.db) == []

    @invariant()
    def states_and_times_are_those_of_the_model(self) -> None:
        for one in self.model.meetings:
            meeting = self.on_page(one).meeting
            assert (meeting.state, meeting.starts_at) == (one.state, self.model.starts[one.slot])

    @invariant()
    def common_slots_are_those_where_a_request_would_pass(self) -> None:
        people = (self.people[0].person or 0, self.people[1].person or 0)
        offered = {slot.starts_at for slot in common_slots(self.db, self.fair.event, *people)}
        free = [
            start
            for number, start in enumerate(self.model.starts)
            if start > clock.now() and not self.model.busy({0, 1}, number) and not self.model.full(number)
        ]
        assert offered == set(free)


def test_booking_keeps_its_promises_in_any_order(database_url: str) -> None:
    run_state_machine_as_test(
        Booking,
        settings=settings(
            max_examples=40, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


def test_actors_of_the_machine_take_part(db: Database) -> None:
    machine = Booking()

    actor: Actor = actor_for(machine.db, machine.people[0].person)

    assert actor.is_("participant", "event", machine.fair.event.id)
    machine.teardown()
