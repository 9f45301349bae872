"""Series: something that is held several times at the same hour of a zone's clock, and when single times are not."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Series:
    """Something held `count` times, every `days` days at the same hour of a zone, the first time included.

    `changed` says of single times, by their planned start (aware, UTC), when they are held instead; None: not at all.
    """

    zone: str
    days: int
    count: int
    changed: tuple[tuple[datetime, datetime | None], ...] = ()

    def starts_from(self, first: datetime) -> list[datetime]:
        """The planned starts, aware; an hour that the clock leaves out is the one after."""
        local = first.astimezone(ZoneInfo(self.zone))
        found = (local + timedelta(days=self.days * number) for number in range(self.count))
        return [one.astimezone(UTC) for one in found]

    def held_from(self, first: datetime) -> dict[datetime, datetime]:
        """When each time is held, by its planned start; without those that are not held."""
        changed = dict(self.changed)
        found = {one: changed.get(one, one) for one in self.starts_from(first)}
        return {planned: start for planned, start in found.items() if start is not None}

    def clock_from(self, first: datetime) -> str:
        """What the zone's clock shows at the first start, to the minute, and a mark of how far ahead of UTC it is at
        each: another one says that the zone's rules have changed."""
        zone = ZoneInfo(self.zone)
        shown = [f"{one.astimezone(zone):%Y-%m-%dT%H:%M%z}" for one in self.starts_from(first)]
        return shown[0][:16] + hashlib.sha256(" ".join(shown).encode()).hexdigest()[:4]

    def as_row(self) -> dict[str, Any]:
        """How a revision keeps it."""
        changed = [[was.isoformat(), now.isoformat() if now else None] for was, now in self.changed]
        return {"zone": self.zone, "days": self.days, "count": self.count, "changed": changed}


def series_in(row: Mapping[str, Any]) -> Series | None:
    """The series that a revision keeps, None for what happens once."""
    if not row:
        return None
    changed = tuple(
        (datetime.fromisoformat(was), datetime.fromisoformat(now) if now else None) for was, now in row["changed"]
    )
    return Series(row["zone"], row["days"], row["count"], changed)
