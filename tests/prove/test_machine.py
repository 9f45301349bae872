"""The booking machine at full count, by commands and through pages, and every bug that it has to find."""

import sys

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.sessions.booking.finding import assert_found
from tests.sessions.booking.machine import Booking, BookingByForm
from tests.sessions.booking.mutants import MUTANTS

RUNS, RUNS_BY_FORM, STEPS = 300, 40, 40


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


@pytest.mark.prove
def test_booking_through_pages_keeps_its_promises_for_long(
    database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run_state_machine_as_test(
        BookingByForm,
        settings=settings(
            max_examples=RUNS_BY_FORM, stateful_step_count=STEPS, deadline=None,
            suppress_health_check=list(HealthCheck), phases=(Phase.generate,),
        ),
    )  # fmt: skip

    with capsys.disabled():
        kind = database_url.partition(":")[0]
        sys.stdout.write(f"booking machine through pages on {kind}: {RUNS_BY_FORM} runs, 0 broken invariants\n")


@pytest.mark.prove
@pytest.mark.parametrize("bug", MUTANTS)
def test_the_machine_finds_that(bug: str, sqlite_url: str) -> None:
    assert_found(bug)
