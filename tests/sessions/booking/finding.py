"""Whether the machine is strong enough to find a bug."""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy.exc import IntegrityError

from tests.sessions.booking.machine import Booking
from tests.sessions.booking.mutants import bug_in_place

ENOUGH = settings(
    max_examples=400, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck),
    phases=(Phase.generate,), database=None, report_multiple_bugs=False,
)  # fmt: skip


def assert_found(bug: str, *, same_runs: bool = False) -> None:
    """The machine stumbles over the bug within 400 runs: other ones each time, or always the same. Nothing but a broken
    promise counts: a mutant that merely crashes would prove nothing."""
    enough = settings(ENOUGH, derandomize=same_runs)
    with bug_in_place(bug), pytest.raises((AssertionError, IntegrityError)):
        run_state_machine_as_test(Booking, settings=enough)
