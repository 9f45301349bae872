"""The rhythm of what is held several times, in words: how often, at which hour, and what is otherwise."""

from datetime import datetime, timedelta

from events.core import translation
from events.core.translation import _
from sessions.calendars import CalendarRevision, series_of
from sessions.series import Series


def rhythm_of(revision: CalendarRevision) -> str:
    """How often and when a revision is held, by the clock of its zone; nothing for what is held once."""
    series = series_of(revision)
    if series is None:
        return ""
    starts = series.starts_from(revision.starts_at)
    first, last = (translation.day_of(one, series.zone) for one in (starts[0], starts[-1]))
    begins = translation.clock_of(starts[0], series.zone)
    ends = translation.clock_of(starts[0] + (revision.ends_at - revision.starts_at), series.zone)
    hours, zone = f"{begins}–{ends}", translation.zone_label(series.zone)
    said = {"hours": hours, "first": first, "last": last, "zone": zone}
    if series.days == 1:
        return str(_("Every day, %(hours)s (%(zone)s), from %(first)s to %(last)s", **said))
    if series.days == 7:
        return str(_("Every week, %(hours)s (%(zone)s), from %(first)s to %(last)s", **said))
    return str(_("Every two weeks, %(hours)s (%(zone)s), from %(first)s to %(last)s", **said))


def otherwise_of(revision: CalendarRevision) -> list[str]:
    """What single times of a series are instead, a line for each, by the clock of its zone."""
    series = series_of(revision)
    if series is None:
        return []
    lasts = revision.ends_at - revision.starts_at
    held = series.held_from(revision.starts_at)
    found = []
    for planned in series.starts_from(revision.starts_at):
        now, day = held.get(planned), translation.day_of(planned, series.zone)
        if now is None:
            found.append(str(_("Not on %(day)s", day=day)))
        elif now != planned:
            instead = f"{translation.day_of(now, series.zone)}, {_hours(series, now, lasts)}"
            found.append(str(_("Instead of %(day)s: %(instead)s", day=day, instead=instead)))
    return found


def _hours(series: Series, start: datetime, lasts: timedelta) -> str:
    begins, ends = (translation.clock_of(one, series.zone) for one in (start, start + lasts))
    return f"{begins}–{ends}"
