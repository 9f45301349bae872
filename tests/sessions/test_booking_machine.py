"""Booking as a state machine: whatever people do in whatever order, the seats agree with a model kept beside it."""

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.sessions.booking.machine import Booking, BookingByForm

QUICK = settings(
    max_examples=8,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.generate,),
)


def test_booking_keeps_its_promises_in_any_order(database_url: str) -> None:
    run_state_machine_as_test(Booking, settings=QUICK)


def test_booking_through_pages_keeps_its_promises_in_any_order(database_url: str) -> None:
    # Each example books on new people in a new event, so that what the one before committed is not in its way.
    phases = (Phase.generate,)
    run_state_machine_as_test(
        BookingByForm, settings=settings(QUICK, max_examples=3, stateful_step_count=25, phases=phases)
    )
