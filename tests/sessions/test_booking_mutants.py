"""The booking machine is strong enough: it finds every one of the bugs that are put into booking for it."""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.sessions.booking.machine import Booking
from tests.sessions.booking.mutants import MUTANTS, bug_in_place

ENOUGH = settings(
    max_examples=400, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck),
    phases=(Phase.generate,), database=None, report_multiple_bugs=False,
)  # fmt: skip


@pytest.mark.parametrize("bug", MUTANTS)
def test_the_machine_finds_that(bug: str, sqlite_url: str) -> None:
    with bug_in_place(bug), pytest.raises(Exception):  # noqa: B017 - whatever the machine stumbles over
        run_state_machine_as_test(Booking, settings=ENOUGH)


def test_there_are_at_least_ten_bugs_to_find() -> None:
    assert len(MUTANTS) >= 10
