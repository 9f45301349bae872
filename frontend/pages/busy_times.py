"""One's own calendar as others read nothing of it: its address, what was read there, how old that is."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

from events.core import clock
from events.core.clock import ATOM
from events.core.database import reading, transaction
from events.core.translation import N_, Message, _, day_of
from events.people import get_person
from frontend.web import NOTHING, Filled, Form, actor_of, page, redirect, render
from sessions.own_calendars import (
    CalendarTrouble,
    OwnCalendar,
    Pieces,
    find_own_calendar,
    forget_calendar,
    give_calendar,
    is_stale,
    read_calendar_again,
)

SHOWN = 40
TROUBLES: dict[CalendarTrouble, Message] = {
    CalendarTrouble.UNREACHABLE: _("Nobody on the public internet answers at this address."),
    CalendarTrouble.REFUSED: _("The calendar asks for a sign-in. Take its secret address, which works without one."),
    CalendarTrouble.GONE: _("There is no calendar at this address any more. Give its new one."),
    CalendarTrouble.BROKEN: _("The calendar answers with an error."),
    CalendarTrouble.TOO_LARGE: _("The calendar is larger than 2 MB. Give one with fewer old entries."),
    CalendarTrouble.TOO_SLOW: _("The calendar takes longer than ten seconds to answer."),
    CalendarTrouble.NO_CALENDAR: _("What stands there is no calendar. Take the address in the iCal format."),
    CalendarTrouble.TOO_LABORIOUS: _("The calendar repeats itself too often to be understood."),
}


class CalendarAddressForm(Form):
    """The secret address of one's own calendar."""

    address: str = ""


class ButtonForm(Form):
    """A button."""


@dataclass(frozen=True)
class Stretch:
    """A stretch of time on one of the reader's days, or over several."""

    day: str
    last_day: str
    starts: datetime
    ends: datetime
    perhaps: bool


@dataclass(frozen=True)
class Read:
    """What is known of somebody's calendar."""

    host: str
    read_at: datetime | None
    age: Message | str
    stale: bool
    trouble: Message | str
    left_out: int
    coming: list[Stretch]
    more: int


def age_of(since: timedelta) -> Message:
    """How long ago, in the largest unit that fits."""
    minutes = int(since.total_seconds()) // 60
    if minutes < 1:
        return _("less than a minute ago")
    if minutes < 120:
        return N_("%(count)s minute ago", "%(count)s minutes ago", minutes)
    if minutes < 48 * 60:
        return N_("%(count)s hour ago", "%(count)s hours ago", minutes // 60)
    return N_("%(count)s day ago", "%(count)s days ago", minutes // 1440)


def read_of(row: OwnCalendar) -> Read:
    """What a page shows of a calendar: the busy times to come, in the order in which they come."""
    now = clock.now()
    stretches = sorted(
        [*_stretches(row.busy, perhaps=False), *_stretches(row.perhaps, perhaps=True)], key=lambda one: one.starts
    )
    coming = [one for one in stretches if one.ends > now]
    return Read(
        host=row.host,
        read_at=row.read_at,
        age=age_of(now - row.read_at) if row.read_at else "",
        stale=is_stale(row),
        trouble=TROUBLES.get(row.trouble, ""),
        left_out=row.left_out,
        coming=coming[:SHOWN],
        more=max(0, len(coming) - SHOWN),
    )


def _stretches(pieces: Pieces, *, perhaps: bool) -> list[Stretch]:
    begin = datetime.fromtimestamp(0, UTC)
    times = [(begin + first * ATOM, begin + end * ATOM) for first, end in pieces]
    return [Stretch(day_of(start), day_of(end), start, end, perhaps) for start, end in times]


@page(signed_in=True)
def show_busy_times(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        row = find_own_calendar(db, actor_of(db, request).person or 0)
        known = read_of(row) if row is not None else None
    return render(request, "calendars/busy.html", form=form, known=known)


@page(form=CalendarAddressForm, again=show_busy_times, signed_in=True)
def give_now(request: Request, form: CalendarAddressForm) -> Response:
    with transaction() as db:
        actor = actor_of(db, request)
        give_calendar(db, actor, get_person(db, actor.person or 0), address=form.address)
    said = _("Your calendar is being read. Look again in a moment.")
    return redirect(request, "busy_times", flash=said)


@page(form=ButtonForm, again=show_busy_times, signed_in=True)
def read_now(request: Request, form: ButtonForm) -> Response:
    with transaction() as db:
        actor = actor_of(db, request)
        read_calendar_again(db, actor, get_person(db, actor.person or 0))
    said = _("Your calendar is being read. Look again in a moment.")
    return redirect(request, "busy_times", flash=said)


@page(form=ButtonForm, again=show_busy_times, signed_in=True)
def forget_now(request: Request, form: ButtonForm) -> Response:
    with transaction() as db:
        actor = actor_of(db, request)
        forget_calendar(db, actor, get_person(db, actor.person or 0))
    return redirect(request, "busy_times", flash=_("Forgotten: the address, and everything that was read there."))
