"""Times as people type them: wall-clock times in a named zone, turned into moments."""

from datetime import UTC, datetime, time, timedelta
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


def minutes_of_day(text: str, field: str) -> int:
    """'09:30' as minutes after midnight. Refuses what is no time of a day."""
    try:
        found = time.fromisoformat(text.strip())
    except ValueError:
        raise Invalid({field: _("Please write a time of the day, such as 09:30.")}) from None
    return found.hour * 60 + found.minute


def on_that_day(text: str, after: datetime, zone: str, field: str) -> datetime:
    """The first moment from `after` on at which the clocks of `zone` show '09:30'."""
    minutes = minutes_of_day(text, field)
    first = after.astimezone(ZoneInfo(zone)).date()
    clock = f"{minutes // 60:02}:{minutes % 60:02}"
    found = from_wall(f"{first}T{clock}", zone, field)
    return found if found >= after else from_wall(f"{first + timedelta(days=1)}T{clock}", zone, field)


def to_wall(moment: datetime, zone: str) -> str:
    """A moment as a form's date-and-time field shows it."""
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M")
