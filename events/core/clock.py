"""What time it is. The only place that asks the machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta

ATOM = timedelta(minutes=5)

_frozen: list[datetime] = []
_asked: ContextVar[datetime | None] = ContextVar("asked", default=None)


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _frozen[-1] if _frozen else datetime.now(UTC)


def note_asked() -> None:
    """Remember that a request begins to arrive now, for all that is done to answer it."""
    _asked.set(now())


def asked_at() -> datetime:
    """When the request began to arrive that is being answered; outside of one, now."""
    return _asked.get() or now()


@contextmanager
def frozen_at(moment: datetime) -> Iterator[None]:
    """Hold the clock at `moment` (aware) for the whole process, as tests and the demo need it."""
    if moment.tzinfo is None:
        raise ValueError("frozen_at needs an aware moment")
    _frozen.append(moment.astimezone(UTC))
    try:
        yield
    finally:
        _frozen.pop()


def on_the_atom(moment: datetime) -> bool:
    """Whether `moment` lies on a multiple of five minutes: starts of whatever holds seats must."""
    return moment.minute % 5 == 0 and moment.second == 0 and moment.microsecond == 0


def atoms(start: datetime, end: datetime) -> range:
    """The five-minute pieces of `start` to `end`, as whole numbers since 1970 in UTC."""
    return range(int(start.timestamp()) // 300, -(-int(end.timestamp()) // 300))
