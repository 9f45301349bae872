"""Mentoring: office hours, booking a slot of them, and what was booked."""

from collections.abc import Iterable
from datetime import timedelta

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from events.core.access import Actor, may, why_not
from events.core.database import Database, reading, transaction
from events.core.limits import take_turn
from events.core.refusals import Conflict, Invalid, NotAllowed
from events.core.translation import Message, _, reader
from events.core.wall import from_wall, on_that_day
from events.events import EventKind, EventWithPhases
from events.help_queue import sees_in_help_queue
from events.roles import organiser_of_event
from events.teams import TeamInEvent, members_of, team_of
from frontend.buttons import NoForm
from frontend.pages.blocks import whole_number
from frontend.pages.teams import event_asked_for
from frontend.showing import only_if_may
from frontend.slots import SlotChoice, by_day, choice, value_of
from frontend.team_tabs import mentoring_tabs
from frontend.web import NOTHING, Filled, Form, page, redirect, render
from sessions.blocks import Slot
from sessions.calendar_answers import NOWHERE, in_calendars
from sessions.calendars import EntryKind
from sessions.mentoring import (
    MentoringInEvent,
    book_mentoring,
    cancel_mentoring,
    get_mentoring,
    leave_mentoring,
    move_mentoring,
)
from sessions.mentoring_lists import (
    OfferedSlot,
    booked_by_team,
    booked_in,
    booked_with,
    offered_to,
    office_hours_in,
    other_hours,
    people_in,
)
from sessions.office_hours import (
    HoursInEvent,
    close_office_hours,
    get_hours,
    open_office_hours,
    slots_of_hours,
)


class HoursForm(Form):
    """When a mentor is there, on their own clock."""

    starts_at: str = ""
    ends_at: str = ""
    slot_minutes: str = "20"
    topics: str = ""
    place: str = ""


class BookForm(Form):
    """Which slot, who comes (public ids), and what it is about."""

    slot: str = ""
    people: list[str] = Field(default_factory=list)
    topic: str = ""


class MoveForm(Form):
    """Which slot instead."""

    slot: str = ""


class CancelForm(Form):
    """Why; may be left empty."""

    reason: str = ""


def _own_team(db: Database, actor: Actor, event: EventWithPhases) -> TeamInEvent | None:
    found = team_of(db, actor.person, event.id)
    return TeamInEvent(found, event) if found else None


def _shown(request: Request, template: str, form: Filled) -> Response:
    with reading() as db:
        actor, event = event_asked_for(db, request)
        lines = office_hours_in(db, actor, event)
        team = _own_team(db, actor, event)
        own = booked_by_team(db, team) if team else []
        given = booked_with(db, actor, event)
        queue, organises = sees_in_help_queue(db, actor, event), organiser_of_event(actor, event)
        everything = booked_in(db, actor, event) if organises else []
    return render(
        request, template, event=event, form=form, lines=lines, team=team, own=own, given=given, organises=organises,
        everything=everything, may_open=may(actor, "open_office_hours", event),
        may_book=team is not None and may(actor, "book_mentoring", team),
        has_teams=event.event.kind is EventKind.HACKATHON,
        tabs_of_mentoring=mentoring_tabs(event, "mentoring", queue=queue),
    )  # fmt: skip


@page(signed_in=True)
def show_mentoring(request: Request, form: Filled = NOTHING) -> Response:
    return _shown(request, "mentoring/mentoring.html", form)


@page(signed_in=True)
def mentoring_fragment(request: Request) -> Response:
    return _shown(request, "mentoring/fragment.html", NOTHING)


@page(form=HoursForm, again=show_mentoring, signed_in=True)
def open_now(request: Request, form: HoursForm) -> Response:
    minutes = whole_number(form.slot_minutes, "slot_minutes")
    with transaction() as db:
        actor, event = event_asked_for(db, request)
        only_if_may(actor, "open_office_hours", event)
        zone = reader().zone
        starts_at = from_wall(form.starts_at, zone, "starts_at")
        row = open_office_hours(
            db, actor, event, starts_at=starts_at, ends_at=on_that_day(form.ends_at, starts_at, zone, "ends_at"),
            slot_minutes=minutes, topics=form.topics, place=form.place,
        )  # fmt: skip
        slots = len(slots_of_hours(row))
    return _to_mentoring(request, event, _("Opened. Teams can book %(slots)s slots.", slots=slots))


def _to_mentoring(request: Request, event: EventWithPhases, told: Message) -> Response:
    return redirect(request, "mentoring", event=event.event.slug, flash=told)


@page(form=NoForm, again=show_mentoring, signed_in=True)
def close_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, event = event_asked_for(db, request)
        close_office_hours(db, actor, get_hours(db, actor, event, request.path_params["hours"]))
    return _to_mentoring(request, event, _("These office hours are gone."))


def _booking(db: Database, request: Request) -> tuple[Actor, HoursInEvent, TeamInEvent]:
    """Office hours, for a member of a team of the event; others are told why not."""
    actor, event = event_asked_for(db, request)
    hours = get_hours(db, actor, event, request.path_params["hours"])
    team = _own_team(db, actor, event)
    if team is None:
        raise NotAllowed(_("Teams book mentors. Form a team first, or join one."))
    return actor, hours, team


@page(signed_in=True)
def choose_slot(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, hours, team = _booking(db, request)
        if not form.refused:
            only_if_may(actor, "book_mentoring", team)
        offered, members = offered_to(db, hours, team), members_of(db, team.id)
        mentor = next((one for one in office_hours_in(db, actor, hours.event) if one.subject.id == hours.id), None)
    return render(
        request, "mentoring/book.html", event=hours.event, form=form, hours=hours.hours, team=team.team, mentor=mentor,
        days=by_day(_to_book(offered)), is_free=any(one.is_free for one in offered),
        people=[(one.public_id, one.name) for one in members], everybody=[one.public_id for one in members],
    )  # fmt: skip


def _to_book(offered: Iterable[OfferedSlot]) -> list[SlotChoice]:
    return [
        choice(one.slot, taken="" if one.is_free else _("Taken"), note=_not_free(one.away) if one.is_free else "")
        for one in offered
    ]


def _not_free(names: tuple[str, ...]) -> Message | str:
    return _("Not free: %(names)s", names=", ".join(names)) if names else ""


def _slot_meant(hours: Iterable[HoursInEvent], value: str) -> tuple[HoursInEvent, Slot]:
    """The slot that a form meant, with its hours. Refuses a missing choice, and what is no slot any more."""
    if not value:
        raise Invalid({"slot": _("Please choose a time.")})
    for one in hours:
        for slot in slots_of_hours(one.hours):
            if value_of(slot) == value:
                return one, slot
    raise Invalid({"slot": _("Please choose one of the mentor's times.")})


@page(form=BookForm, again=choose_slot, signed_in=True)
def book_now(request: Request, form: BookForm) -> Response:
    with reading() as db:
        actor = event_asked_for(db, request)[0]
    take_turn(f"book mentor {actor.person}", times=30, per=timedelta(hours=1))
    with transaction() as db:
        actor, hours, team = _booking(db, request)
        found, slot = _slot_meant([hours], form.slot)
        known = {one.public_id: one.person_id for one in members_of(db, team.id)}
        coming = {known[one] for one in form.people if one in known}
        row = book_mentoring(db, actor, team, hours=found.hours, slot=slot, topic=form.topic, people=coming)
    return _to_booked(request, team.event, row.public_id, _("Booked. It is on its way to your calendars."))


def _to_booked(request: Request, event: EventWithPhases, public: str, told: Message) -> Response:
    return redirect(request, "booked_mentoring", event=event.event.slug, mentoring=public, flash=told)


def _load(db: Database, request: Request) -> tuple[Actor, MentoringInEvent]:
    actor, event = event_asked_for(db, request)
    return actor, get_mentoring(db, actor, event, request.path_params["mentoring"])


@page(signed_in=True)
def show_booked(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, subject = _load(db, request)
        people = people_in(db, subject)
        calendars = in_calendars(db, EntryKind.MENTORING, [subject.id]).get(subject.id, NOWHERE)
    refusal = why_not(actor, "cancel_mentoring", subject)
    return render(
        request, "mentoring/booked.html", event=subject.event, form=form, subject=subject, people=people,
        me=next((one for one in people if one.person_id == actor.person), None), mentor=people[0],
        gives=actor.person == subject.mentoring.mentor_id, calendars=calendars,
        told=refusal.message if isinstance(refusal, Conflict) else "",
    )  # fmt: skip


@page(signed_in=True)
def choose_other_slot(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, subject = _load(db, request)
        if not form.refused:
            only_if_may(actor, "move_mentoring", subject)
        team = TeamInEvent(subject.team, subject.event)
        offered = [
            one for hours in other_hours(db, subject) for one in offered_to(db, hours, team, moving=subject)
            if one.slot.starts_at != subject.mentoring.starts_at
        ]  # fmt: skip
        people = people_in(db, subject)
    return render(
        request, "mentoring/move.html", event=subject.event, form=form, subject=subject, mentor=people[0],
        days=by_day(_to_move(offered)), is_free=any(one.is_free and not one.away for one in offered),
    )  # fmt: skip


def _to_move(offered: Iterable[OfferedSlot]) -> list[SlotChoice]:
    return [choice(one.slot, taken=_not_free(one.away) if one.is_free else _("Taken")) for one in offered]


@page(form=MoveForm, again=choose_other_slot, signed_in=True)
def move_now(request: Request, form: MoveForm) -> Response:
    with transaction() as db:
        actor, subject = _load(db, request)
        only_if_may(actor, "move_mentoring", subject)
        hours, slot = _slot_meant(other_hours(db, subject), form.slot)
        move_mentoring(db, actor, subject, hours=hours.hours, slot=slot)
    told = _("Moved. All calendars get the new time.")
    return _to_booked(request, subject.event, subject.mentoring.public_id, told)


@page(form=CancelForm, again=show_booked, signed_in=True)
def cancel_now(request: Request, form: CancelForm) -> Response:
    with transaction() as db:
        actor, subject = _load(db, request)
        cancel_mentoring(db, actor, subject, reason=form.reason)
    told = _("Cancelled. It is taken out of all calendars.")
    return _to_booked(request, subject.event, subject.mentoring.public_id, told)


@page(form=NoForm, again=show_booked, signed_in=True)
def leave_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, subject = _load(db, request)
        leave_mentoring(db, actor, subject)
    return _to_booked(request, subject.event, subject.mentoring.public_id, _("You are not expected any more."))
