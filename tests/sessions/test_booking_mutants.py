"""The booking machine is strong enough: it finds the bugs that are put into booking for it.

Ten of them here, in the same runs each time; `make prove-machine` looks for all, also for those that hide well.
"""

import pytest

from tests.sessions.booking.finding import assert_found
from tests.sessions.booking.mutants import MUTANTS


@pytest.mark.parametrize("bug", list(MUTANTS)[:10])
def test_the_machine_finds_that(bug: str, sqlite_url: str) -> None:
    assert_found(bug, same_runs=True)
