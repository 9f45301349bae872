"""Turns at the one writer: people first, the worker not never, nobody out of order."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import pytest
from sqlalchemy.exc import TimeoutError as PoolTimeout

from events.core.turns import PEOPLE_IN_A_ROW, Turns, after_people


class Queue:
    """Threads that wait for turns, and the order in which they got them."""

    def __init__(self) -> None:
        self.turns, self.order = Turns(), list[str]()
        self.threads: list[threading.Thread] = []

    @contextmanager
    def somebody_writes(self) -> Iterator[None]:
        """Somebody has the first turn meanwhile; all who come inside get theirs afterwards."""
        with self.turns.turn(5):
            yield
        for one in self.threads:
            one.join(5)

    def comes(self, name: str, *, worker: bool = False) -> None:
        def write() -> None:
            with after_people() if worker else nullcontext(), self.turns.turn(5):
                self.order.append(name)

        waiting = len(self.turns.people) + len(self.turns.worker)
        self.threads.append(threading.Thread(target=write))
        self.threads[-1].start()
        while len(self.turns.people) + len(self.turns.worker) == waiting:
            time.sleep(0.001)


def test_people_write_before_the_worker_each_in_the_order_in_which_they_came():
    queue = Queue()

    with queue.somebody_writes():
        for name, worker in (("letter", True), ("Bo", False), ("timer", True), ("Cy", False)):
            queue.comes(name, worker=worker)

    assert queue.order == ["Bo", "Cy", "letter", "timer"]


def test_the_worker_has_a_turn_however_many_people_come():
    queue = Queue()

    with queue.somebody_writes():
        queue.comes("letter", worker=True)
        for number in range(PEOPLE_IN_A_ROW + 2):
            queue.comes(str(number))

    people = [str(number) for number in range(PEOPLE_IN_A_ROW + 2)]
    assert queue.order == [*people[:PEOPLE_IN_A_ROW], "letter", *people[PEOPLE_IN_A_ROW:]]


def test_whoever_waits_too_long_gives_up_and_takes_nobody_s_turn():
    queue = Queue()

    with queue.somebody_writes():
        with after_people(), pytest.raises(PoolTimeout), queue.turns.turn(0.01):
            queue.order.append("too late")
        queue.comes("Bo")

    assert queue.order == ["Bo"]
