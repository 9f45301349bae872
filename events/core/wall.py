"""Times as people type them: wall-clock times in a named zone, turned into moments."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from events.core.refusals import Invalid
from events.core.translation import _

YEARS = range(
    1970, 2200
)  # What lies outside is a slip of the finger, and near the ends of the calendar no zone has it.


def from_wall(text: str, zone: str, field: str = "starts_at") -> datetime:
    """The moment of '2026-03-29T14:20' in `zone`. Refuses what is no time, was skipped, or happens twice that day."""
    naive = _read(text)
    if naive is None or naive.year not in YEARS:
        raise Invalid({field: _("Please write a date and a time, such as 2026-03-04 14:20.")})
    early, late = (naive.replace(tzinfo=ZoneInfo(zone), fold=fold) for fold in (0, 1))
    if early.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) != naive:
        raise Invalid({field: _("The clocks skip this time on that day in %(zone)s. Choose another.", zone=zone)})
    if early.utcoffset() != late.utcoffset():
        raise Invalid({field: _("This time comes twice on that day in %(zone)s. Choose another.", zone=zone)})
    return early.astimezone(UTC)


def _read(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text.strip()).replace(tzinfo=None)
    except ValueError:
        return None


def to_wall(moment: datetime, zone: str) -> str:
    """A moment as a form's date-and-time field shows it."""
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M")
