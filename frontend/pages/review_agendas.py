"""The agenda of a review's meeting: its parts in the reader's time, for whom they are fair, and changing them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from events.core import clock
from events.core.access import Actor, may
from events.core.database import Database, reading, transaction
from events.core.translation import Message, _
from events.core.wall import from_wall, to_wall
from frontend.buttons import NoForm
from frontend.pages.reviews import the_review
from frontend.review_tabs import review_tabs
from frontend.web import NOTHING, Filled, Form, page, redirect, render
from sessions.calendar_answers import in_calendars
from sessions.calendars import EntryKind
from sessions.peer_reviews.agenda import (
    AgendaDay,
    PartInReview,
    add_break_after,
    agenda_of,
    change_part_length,
    drop_part,
    get_part,
    move_days,
    move_part,
    part_label,
    plan_agenda,
)
from sessions.peer_reviews.attribution import words_of_host
from sessions.peer_reviews.boards import zones_of
from sessions.peer_reviews.fair_hours import FairStart, cost_of, fairest_start, unfair_parts
from sessions.peer_reviews.reviews import inside_review, rules_of
from sessions.peer_reviews.templates import PART_NAMES, TEMPLATES


class DaysForm(Form):
    """When each day begins, on the event's clock."""

    starts: list[str] = Field(default_factory=list)


class LengthForm(Form):
    """How long a part, or a break after it, lasts."""

    minutes: int = 0


class MoveForm(Form):
    """Whether a part goes up; else it goes down."""

    up: str = ""


@dataclass(frozen=True)
class UnfairPart:
    """For whom a part is too early or too late."""

    names: list[str]
    zone: str
    early: bool


@dataclass(frozen=True)
class DayShown:
    """A day with, by part, for whom it is not fair; `now` is what it costs, `best` the fairest start if that is
    another."""

    day: AgendaDay
    unfair: dict[int, list[UnfairPart]]
    now: FairStart
    best: FairStart | None
    proposed: list[str]


def _shown(days: Sequence[AgendaDay], people: Mapping[str, list[str]], home: str) -> list[DayShown]:
    found = []
    for at, one in enumerate(days):
        length = one.ends_at - one.day.starts_at
        unfair: dict[int, list[UnfairPart]] = {}
        for each in unfair_parts([(line.starts_at, line.ends_at) for line in one.lines], people):
            unfair.setdefault(each.part, []).append(UnfairPart(people[each.zone], each.zone, each.early))
        now = cost_of(one.day.starts_at, length, people)
        best = fairest_start(one.day.starts_at, length, people, home)
        is_better = (best.worst, best.total) < (now.worst, now.total) and best.starts_at > clock.now()
        starts = [day.day.starts_at if number != at else best.starts_at for number, day in enumerate(days)]
        found.append(DayShown(one, unfair, now, best if is_better else None, [to_wall(it, home) for it in starts]))
    return found


@page()
def show_agenda(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, event, subject = the_review(db, request)
        inside = inside_review(actor, subject)
        people = zones_of(db, subject.id) if inside else {}
        days = agenda_of(db, subject.id)
        calendars = in_calendars(db, EntryKind.REVIEW, [one.day.id or 0 for one in days])
        rules = rules_of(db, event.id)
        count = max((one.day for one in TEMPLATES[rules.model].parts), default=1) if rules else 1
        typed = form.values.get("starts", [])
        typed = [typed] if isinstance(typed, str) else list(typed)
        return render(
            request, "review_meetings/agenda.html", event=event, subject=subject, review=subject.review, form=form,
            days=_shown(days, people, event.zone), zones=people, inside=inside,
            uids={id: one.uid_for(actor.person) for id, one in calendars.items()},
            said=words_of_host(db, actor, subject), part_label=part_label, part_names=PART_NAMES, count=count,
            starts=typed or [to_wall(one.day.starts_at, event.zone) for one in days] or _first_times(event, count),
            plannable=may(actor, "plan_agenda", subject),
            begun=any(line.part.started_at for one in days for line in one.lines),
            tabs_of_review=review_tabs(actor, subject, "review_agenda"),
        )  # fmt: skip


def _first_times(event: Any, count: int) -> list[str]:
    day = min((one.starts_at for one in event.phases if one.kind == "live"), default=clock.now() + timedelta(days=30))
    return [to_wall(day + timedelta(days=number), event.zone) for number in range(count)]


def _times(form: DaysForm, zone: str) -> list[datetime]:
    return [from_wall(one, zone, "starts") for one in form.starts if one]


def back(request: Request, said: Message | str) -> Response:
    """Back to the agenda."""
    ids = {"event": request.path_params["event"], "review": request.path_params["review"]}
    return redirect(request, "review_agenda", flash=said, **ids)


@page(form=DaysForm, again=show_agenda, signed_in=True)
def plan_now(request: Request, form: DaysForm) -> Response:
    with transaction() as db:
        actor, event, subject = the_review(db, request)
        plan_agenda(db, actor, subject, starts=_times(form, event.zone))
    return back(request, _("The agenda is built from the questions. It goes into the calendars of all with a place."))


@page(form=DaysForm, again=show_agenda, signed_in=True)
def move_days_now(request: Request, form: DaysForm) -> Response:
    with transaction() as db:
        actor, event, subject = the_review(db, request)
        move_days(db, actor, subject, starts=_times(form, event.zone))
    return back(request, _("The times are set. Calendars follow."))


def _with_part(request: Request, change: Callable[[Database, Actor, PartInReview], None], said: Message) -> Response:
    with transaction() as db:
        actor, _event, subject = the_review(db, request)
        change(db, actor, get_part(db, actor, subject, request.path_params["part"]))
    return back(request, said)


@page(form=LengthForm, again=show_agenda, signed_in=True)
def length_now(request: Request, form: LengthForm) -> Response:
    return _with_part(
        request, lambda db, actor, part: change_part_length(db, actor, part, minutes=form.minutes), _("Changed.")
    )


@page(form=MoveForm, again=show_agenda, signed_in=True)
def move_now(request: Request, form: MoveForm) -> Response:
    return _with_part(request, lambda db, actor, part: move_part(db, actor, part, up=bool(form.up)), _("Moved."))


@page(form=LengthForm, again=show_agenda, signed_in=True)
def break_now(request: Request, form: LengthForm) -> Response:
    return _with_part(
        request, lambda db, actor, part: add_break_after(db, actor, part, minutes=form.minutes), _("A break is added.")
    )


@page(form=NoForm, again=show_agenda, signed_in=True)
def drop_now(request: Request, form: NoForm) -> Response:
    return _with_part(request, drop_part, _("Taken off the agenda."))
