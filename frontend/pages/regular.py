"""Regular sessions: which there are, their times, joining them, and for organisers setting and changing them."""

from datetime import date
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from events.core import clock
from events.core.access import Actor, may, why_not
from events.core.database import Database, reading, transaction
from events.core.refusals import Conflict, Invalid, NotAllowed
from events.core.translation import Message, _
from events.core.wall import from_wall, to_wall
from events.events import EventWithPhases
from events.roles import organiser_of_event
from frontend.buttons import button
from frontend.pages.blocks import whole_number
from frontend.pages.round_results import number_in
from frontend.pages.teams import event_asked_for
from frontend.web import NOTHING, Filled, Form, page, redirect, render
from sessions.calendar_answers import NOWHERE, in_calendars
from sessions.calendars import EntryKind
from sessions.regular.coming import join_regular_session, leave_regular_session, own_answers, who_comes
from sessions.regular.rows import (
    REPEATS_NAMES,
    RegularInEvent,
    Repeats,
    first_start,
    get_regular_session,
    joined_by,
    regular_sessions_of,
    see_regular_sessions,
)
from sessions.regular.setting import (
    RegularWords,
    Rhythm,
    call_off_regular_session,
    call_off_regular_time,
    change_regular_session,
    end_regular_session,
    hold_regular_time,
    move_regular_time,
    reopen_regular_session,
    set_regular_session,
)


class RegularForm(Form):
    """A regular session. The start is on the event's clock; either `times` or `until` says how long it goes on."""

    title: str = ""
    about: str = ""
    place: str = ""
    starts_at: str = ""
    minutes: str = "30"
    repeats: str = Repeats.WEEKLY.value
    times: str = ""
    until: str = ""


class TimeForm(Form):
    """When one time is held instead, on the event's clock; `which` is its number, of the form that was sent."""

    which: str = ""
    starts_at: str = ""


def _seen(db: Database, request: Request) -> tuple[Actor, EventWithPhases]:
    actor, event = event_asked_for(db, request)
    if not see_regular_sessions(actor, event):
        raise NotAllowed(_("Regular sessions are for those who take part. Register first."))
    return actor, event


def _one(db: Database, request: Request) -> tuple[Actor, EventWithPhases, RegularInEvent]:
    actor, event = event_asked_for(db, request)
    return actor, event, get_regular_session(db, actor, event, request.path_params["regular"])


@page(signed_in=True)
def show_regular_sessions(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, event = _seen(db, request)
        found = regular_sessions_of(db, actor, event)
        mine = joined_by(db, actor, event)
    now = clock.now()
    rows = [(one, one.next_after(now), one.id in mine) for one in found]
    return render(
        request, "regular/list.html", event=event, form=form, rows=rows, repeats=REPEATS_NAMES,
        may_set=may(actor, "set_regular_session", event),
    )  # fmt: skip


@page(form=RegularForm, again=show_regular_sessions, signed_in=True)
def set_now(request: Request, form: RegularForm) -> Response:
    with transaction() as db:
        actor, event = _seen(db, request)
        words, rhythm = _read(form, event)
        found = set_regular_session(db, actor, event, words=words, rhythm=rhythm)
    told = _("Set. Those who join have all its times in their calendar.")
    return redirect(request, "regular_session", event=event.event.slug, regular=found.regular.public_id, flash=told)


def _read(form: RegularForm, event: EventWithPhases) -> tuple[RegularWords, Rhythm]:
    if form.repeats not in set(Repeats):
        raise Invalid({"repeats": _("Please choose among what is offered.")})
    rhythm = Rhythm(
        from_wall(form.starts_at, event.zone, "starts_at"),
        whole_number(form.minutes, "minutes"),
        Repeats(form.repeats),
        whole_number(form.times, "times") if form.times else None,
        _day(form.until) if form.until else None,
    )
    return RegularWords(form.title, form.about, form.place), rhythm


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid({"until": _("Please write a day, such as 2026-03-04.")}) from None


@page(signed_in=True)
def show_regular_session(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, _event, subject = _one(db, request)
        answers = own_answers(db, actor, subject)
        organises = organiser_of_event(actor, subject.event)
        coming = who_comes(db, subject) if organises else {}
        joined = subject.id in joined_by(db, actor, subject.event)
        calendars = in_calendars(db, EntryKind.REGULAR, [subject.id]).get(subject.id, NOWHERE)
    refusal = why_not(actor, "leave_regular_session" if joined else "join_regular_session", subject)
    return render(
        request, "regular/session.html", event=subject.event, subject=subject, joined=joined, answers=answers,
        organises=organises, coming=coming, now=clock.now(), its_zone=subject.regular.zone, calendars=calendars,
        refusal=refusal.message if isinstance(refusal, Conflict) else "", repeats=REPEATS_NAMES,
        may_change=may(actor, "change_regular_session", subject), walls=_walls(subject),
        which=str(form.values.get("which", "")), **_forms(form, subject),
    )  # fmt: skip


def _walls(subject: RegularInEvent) -> list[str]:
    return [to_wall(one.starts_at or one.planned_at, subject.event.zone) for one in subject.times]


def _forms(form: Filled, subject: RegularInEvent) -> dict[str, Any]:
    """What was typed, for the form that it was typed into: that of one time, that of the whole, or none, but a button
    was pressed."""
    row = subject.regular
    kept = {
        "title": row.title, "about": row.about, "place": row.place, "minutes": row.minutes,
        "starts_at": to_wall(first_start(row), subject.event.zone), "repeats": subject.repeats.value,
        "times": row.times if row.days else "", "until": "",
    }  # fmt: skip
    of_time = "which" in form.values
    of_whole = not of_time and not form.values.keys().isdisjoint(RegularForm.model_fields)
    whole = (form if of_whole else NOTHING).with_values(**kept)
    return {"form": form, "whole_form": whole, "time_form": form if of_time else NOTHING}


def _back(request: Request, told: Message | str) -> Response:
    ids = {"event": request.path_params["event"], "regular": request.path_params["regular"]}
    return redirect(request, "regular_session", **ids, flash=told)


@page(form=RegularForm, again=show_regular_session, signed_in=True)
def change_now(request: Request, form: RegularForm) -> Response:
    with transaction() as db:
        actor, _event, subject = _one(db, request)
        words, rhythm = _read(form, subject.event)
        change_regular_session(db, actor, subject, words=words, rhythm=rhythm)
    return _back(request, _("Saved. Calendars are told what is new to them."))


@page(form=TimeForm, again=show_regular_session, signed_in=True)
def move_time_now(request: Request, form: TimeForm) -> Response:
    with transaction() as db:
        actor, _event, subject = _one(db, request)
        starts_at = from_wall(form.starts_at, subject.event.zone, "starts_at")
        move_regular_time(db, actor, subject, number=number_in(request.path_params["number"]), starts_at=starts_at)
    return _back(request, _("Moved. Calendars get the new time; all others stay."))


def _number(request: Request) -> dict[str, Any]:
    return {"number": number_in(request.path_params["number"])}


_pressed = partial(button, finds=_one, again=show_regular_session, answers=_back)
_pressed_at_time = partial(_pressed, names=_number)

join_now = _pressed(join_regular_session, said=_("You come. All its times are on their way to your calendar."))
leave_now = _pressed(leave_regular_session, said=_("You do not come any more. It goes out of your calendar."))
call_off_now = _pressed(call_off_regular_session, said=_("Called off. It is taken out of all calendars."))
reopen_now = _pressed(reopen_regular_session, said=_("It is held again. Calendars get it anew."))
end_now = _pressed_at_time(end_regular_session, said=_("That time is the last now."))
call_off_time_now = _pressed_at_time(call_off_regular_time, said=_("This time is off. All others stay."))
hold_time_now = _pressed_at_time(hold_regular_time, said=_("This time is held as it was planned."))
