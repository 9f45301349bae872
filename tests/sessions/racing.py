"""Several steps at the same moment, each in a transaction and a thread of its own."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from events.core.database import Database, transaction
from events.core.refusals import Refusal

ROUNDS = 12

Step = Callable[[Database], object]
T = TypeVar("T")


def at_once(*calls: Callable[[], T]) -> list[T]:
    """Call all at the same moment; what each answered."""
    start = threading.Barrier(len(calls))

    def run(call: Callable[[], T]) -> T:
        start.wait(timeout=20)
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def race(*steps: Step) -> list[Refusal | None]:
    """Run all steps at the same moment, each in its own transaction: None for what was done, else the refusal.

    Anything but a refusal fails the test.
    """

    def outcome(step: Step) -> Refusal | None:
        try:
            with transaction() as db:
                step(db)
        except Refusal as refusal:
            return refusal
        return None

    return at_once(*[partial(outcome, step) for step in steps])


def kinds(outcomes: list[Refusal | None]) -> list[str]:
    """The refusals by name, "done" for none, in order of the alphabet."""
    return sorted(type(outcome).__name__ if outcome else "done" for outcome in outcomes)
