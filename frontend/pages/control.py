"""The control room of a stage: its host opens it, moves it on, gives time, and looks after the questions."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from events.core.database import Database, reading, transaction
from events.core.refusals import NotAllowed
from events.core.translation import N_, Message, _
from events.core.wall import from_wall
from frontend.buttons import NoForm, button
from frontend.pages.live import done
from frontend.rooms import open_room, see_room
from frontend.web import NOTHING, Filled, Form, page, render
from sessions.pitch_answers import turn_answers
from sessions.pitches import (
    cancel_pitch,
    get_pitch,
    move_stage,
    put_pitch_back,
    reorder_pitch,
    schedule_pitches,
    skip_pitch,
)
from sessions.running import add_time, close_stage, end_pitch, open_stage, pause_pitch, resume_pitch, start_pitch
from sessions.stages import get_question, hide_question, mark_answered, pin_question, put_question_back, run_stage


@page(signed_in=True)
def show_control(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        seen = see_room(db, request)
        if not run_stage(seen.actor, seen.room):
            raise NotAllowed()
        turns = turn_answers(db, seen.actor, seen.room)
    calling_off = request.path_params.get("pitch", "")
    return render(request, "live/control.html", form=form, calling_off=calling_off, turns=turns, **seen.context())


def _done(request: Request, flash: Message | str = "") -> Response:
    return done(request, "stage_control", flash)


open_now = button(open_stage, finds=open_room, again=show_control, answers=_done)
close_now = button(close_stage, finds=open_room, again=show_control, answers=_done)


class NextForm(Form):
    """Who goes on: a chosen pitch, or the next. `after` is who was on stage when the button was shown."""

    pitch: str = ""
    after: str = ""


@page(form=NextForm, again=show_control, signed_in=True)
def next_now(request: Request, form: NextForm) -> Response:
    with transaction() as db:
        actor, _event, room = open_room(db, request)
        chosen = get_pitch(db, room, form.pitch) if form.pitch else None
        start_pitch(db, actor, room, pitch=chosen, after=form.after)
    return _done(request)


end_now = button(end_pitch, finds=open_room, again=show_control, answers=_done)
pause_now = button(pause_pitch, finds=open_room, again=show_control, answers=_done)
resume_now = button(resume_pitch, finds=open_room, again=show_control, answers=_done)


class TimeForm(Form):
    """More time for the team on stage."""

    seconds: int = 60


@page(form=TimeForm, again=show_control, signed_in=True)
def add_time_now(request: Request, form: TimeForm) -> Response:
    with transaction() as db:
        actor, _event, room = open_room(db, request)
        add_time(db, actor, room, seconds=form.seconds)
    return _done(request)


@page(form=NoForm, again=show_control, signed_in=True)
def schedule_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, _event, room = open_room(db, request)
        count = len(schedule_pitches(db, actor, room))
    if not count:
        return _done(request, _("Every final submission has a turn already."))
    return _done(
        request,
        N_(
            "One team is in the running order now. It gets a calendar entry.",
            "%(count)s teams are in the running order now. They get calendar entries.",
            count,
        ),
    )


class MoveForm(Form):
    """When the room opens, on the event's clock."""

    opens_at: str = ""


@page(form=MoveForm, again=show_control, signed_in=True)
def move_now(request: Request, form: MoveForm) -> Response:
    with transaction() as db:
        actor, event, room = open_room(db, request)
        move_stage(db, actor, room, opens_at=from_wall(form.opens_at, event.zone, "opens_at"))
    return _done(request, _("The room opens at another time. Every team is told."))


class OrderForm(Form):
    """One place up or down."""

    up: str = ""


@page(form=OrderForm, again=show_control, signed_in=True)
def reorder_now(request: Request, form: OrderForm) -> Response:
    with transaction() as db:
        actor, _event, room = open_room(db, request)
        pitch = get_pitch(db, room, request.path_params["pitch"])
        reorder_pitch(db, actor, room, pitch=pitch, up=bool(form.up))
    return _done(request)


class ReasonForm(Form):
    """Why a pitch is called off."""

    reason: str = ""


@page(form=ReasonForm, again=show_control, signed_in=True)
def cancel_now(request: Request, form: ReasonForm) -> Response:
    with transaction() as db:
        actor, _event, room = open_room(db, request)
        cancel_pitch(db, actor, room, pitch=get_pitch(db, room, request.path_params["pitch"]), reason=form.reason)
    return _done(request, _("This pitch is off. The team is told, and those behind it move up."))


@page(form=NoForm, again=show_control, signed_in=True)
def put_pitch_back_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, _event, room = open_room(db, request)
        put_pitch_back(db, actor, room, pitch=get_pitch(db, room, request.path_params["pitch"]))
    return _done(request, _("This pitch is in the running order again. The team gets a calendar entry."))


@page(form=NoForm, again=show_control, signed_in=True)
def skip_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, _event, room = open_room(db, request)
        skip_pitch(db, actor, room, pitch=get_pitch(db, room, request.path_params["pitch"]))
    return _done(request)


class PinForm(Form):
    """A question put above all others, or let go."""

    back: str = ""


@page(form=PinForm, again=show_control, signed_in=True)
def pin_now(request: Request, form: PinForm) -> Response:
    with transaction() as db:
        actor, _event, room = open_room(db, request)
        question = get_question(db, actor, room, request.path_params["question"])
        pin_question(db, actor, question, pinned=not form.back)
    return _done(request)


def _moderate(request: Request, command: Any) -> Response:
    with transaction() as db:
        _change_question(db, request, command)
    return _done(request)


def _change_question(db: Database, request: Request, command: Any) -> None:
    actor, _event, room = open_room(db, request)
    command(db, actor, get_question(db, actor, room, request.path_params["question"]))


@page(form=NoForm, again=show_control, signed_in=True)
def answered_now(request: Request, form: NoForm) -> Response:
    return _moderate(request, mark_answered)


@page(form=NoForm, again=show_control, signed_in=True)
def hide_now(request: Request, form: NoForm) -> Response:
    return _moderate(request, hide_question)


@page(form=NoForm, again=show_control, signed_in=True)
def put_back_now(request: Request, form: NoForm) -> Response:
    return _moderate(request, put_question_back)
