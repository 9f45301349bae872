"""How long solving may go on: seconds by the clock, or counted steps, which are the same on every machine."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from sessions.scheduling.plan import Progress

LOOK_EVERY = 256
TELL_EVERY = 0.5
STEPS_A_SECOND = 20_000  # of the solver's own deterministic time; about what this code does in a second


class Cancelled(Exception):
    """Somebody asked to stop: what has been found so far is the answer."""


@dataclass
class Pace:
    """Counts steps, looks at the clock now and then, and tells how far we are. A step is a move that is tried."""

    seconds: float | None = None
    steps: int | None = None
    tell: Callable[[Progress], bool] | None = None
    placed: float = 0.0
    bound: float = 0.0
    phase: str = "begun"
    breaks: int | None = None
    fewest_breaks: int | None = None
    cancelled: bool = False
    done: int = 0
    _began: float = field(default_factory=time.monotonic)
    _told: float = 0.0
    _over: bool = False
    _share_steps: int | None = None
    _share_end: float | None = None

    def enter(self, phase: str, share: float = 1.0) -> None:
        """Begin a phase that may use `share` of what is left."""
        self.phase = phase
        self._over = False
        if self.steps is not None:
            self._share_steps = self.done + int(max(0, self.steps - self.done) * share)
        elif self.seconds is not None:
            self._share_end = self.elapsed + max(0.0, self.seconds - self.elapsed) * share
        self.say()

    def step(self, count: int = 1) -> None:
        """Count a step; the clock and the listener are asked once in a while."""
        self.done += count
        if self.done % LOOK_EVERY < count:
            self.look()

    def look(self) -> None:
        """Ask the clock, and tell how far we are if that was long ago."""
        elapsed = self.elapsed
        if self._share_end is not None and elapsed >= self._share_end:
            self._over = True
        if elapsed - self._told >= TELL_EVERY:
            self.say()

    def say(self) -> None:
        """Tell the listener how far we are; its no is remembered."""
        self._told = self.elapsed
        if self.tell and not self.cancelled:
            told = Progress(self.placed, self.bound, self.phase, self._told, self.breaks, self.fewest_breaks)
            self.cancelled = not self.tell(told)

    def is_over(self) -> bool:
        """Whether this phase has used its share, or somebody wants to stop."""
        if self._share_steps is not None and self.done >= self._share_steps:
            return True
        return self._over or self.cancelled

    def share_used(self, began: float) -> float:
        """How much of the phase is over, 0 to 1, for a part of it that began at `began` seconds; 0 without a clock."""
        if self._share_steps is not None or self._share_end is None:
            return 0.0
        return min(1.0, (self.elapsed - began) / max(1e-6, self._share_end - began))

    @property
    def elapsed(self) -> float:
        """Seconds since the beginning."""
        return time.monotonic() - self._began

    def seconds_left(self) -> float | None:
        """What is left of the seconds; None without such a limit."""
        return None if self.seconds is None or self.steps is not None else max(0.0, self.seconds - self.elapsed)

    def spend(self, work: float) -> None:
        """Count the solver's deterministic time as steps."""
        self.done += int(work * STEPS_A_SECOND) + 1

    def work_left(self) -> float | None:
        """What is left of the steps, in the solver's deterministic time; None without such a limit."""
        return None if self.steps is None else max(0, self.steps - self.done) / STEPS_A_SECOND
