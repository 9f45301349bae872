"""The booking machine at full count: whatever people do in whatever order, no invariant breaks."""

import sys

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.sessions.booking.machine import Booking

RUNS, STEPS = 300, 40


@pytest.mark.prove
def test_booking_keeps_its_promises_for_long(database_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    run_state_machine_as_test(
        Booking,
        settings=settings(
            max_examples=RUNS, stateful_step_count=STEPS, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )

    with capsys.disabled():
        kind = database_url.partition(":")[0]
        sys.stdout.write(f"booking machine on {kind}: {RUNS} runs of up to {STEPS} steps, 0 broken invariants\n")
