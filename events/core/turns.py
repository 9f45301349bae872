"""Who writes next where there is one writer: people before the worker, each in the order in which they came."""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from sqlalchemy.exc import TimeoutError as PoolTimeout

PEOPLE_IN_A_ROW = 8

_after_people: ContextVar[bool] = ContextVar("after_people", default=False)


@contextmanager
def after_people() -> Iterator[None]:
    """What is written inside lets people's requests go first: letters can wait a second, whoever presses a button
    cannot."""
    token = _after_people.set(True)
    try:
        yield
    finally:
        _after_people.reset(token)


def comes_after_people() -> bool:
    """Whether this is done inside `after_people`."""
    return _after_people.get()


class Turns:
    """First come, first served: a pool of one connection lets whoever has just finished go again, and others wait
    half a minute in vain when eight threads write. People come before the worker, which has every ninth turn."""

    def __init__(self) -> None:
        self.lock, self.busy, self.in_a_row = threading.Lock(), False, 0
        self.people: deque[threading.Event] = deque()
        self.worker: deque[threading.Event] = deque()

    @contextmanager
    def turn(self, seconds: float) -> Iterator[None]:
        """Wait for one's turn, at most so long."""
        waiting = self.worker if _after_people.get() else self.people
        with self.lock:
            mine = threading.Event() if self.busy else None
            if mine is not None:
                waiting.append(mine)
            self.busy = True
        if mine is not None and not mine.wait(seconds) and self._gave_up(waiting, mine):
            raise PoolTimeout("the database was busy for too long")
        try:
            yield
        finally:
            with self.lock:
                self._next()

    def _next(self) -> None:
        enough = self.in_a_row >= PEOPLE_IN_A_ROW
        if self.worker and (enough or not self.people):
            self.in_a_row = 0
            self.worker.popleft().set()
        elif self.people:
            self.in_a_row += 1
            self.people.popleft().set()
        else:
            self.in_a_row, self.busy = 0, False

    def _gave_up(self, waiting: deque[threading.Event], mine: threading.Event) -> bool:
        with self.lock:
            if mine.is_set():  # it became our turn in the same moment
                return False
            waiting.remove(mine)
            return True


_turns: dict[str, Turns] = {}


def turns_at(url: str) -> Turns:
    """The line at the one writer of a database."""
    return _turns.setdefault(url, Turns())


def people_wait() -> bool:
    """Whether somebody's request waits for its turn at this moment."""
    return any(one.people for one in _turns.values())
