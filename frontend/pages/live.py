"""Pitch rooms: the list of an event's, the room, its questions, the projector's view, and the room as JSON."""

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from events.core.database import Database, grouped, reading, transaction
from events.core.limits import take_turn
from events.core.refusals import NotFound
from events.core.translation import Message, _
from events.core.wall import from_wall
from events.events import get_event
from frontend.rooms import open_room, see_room
from frontend.streams import watch_of, with_stream
from frontend.web import NOTHING, Filled, Form, actor_of, page, redirect, render, wants_json
from realtime.snapshots import changes_json, snapshot_json
from sessions.pitch_answers import turn_answers
from sessions.pitches import plan_stage
from sessions.rooms import changes_since, room_snapshot
from sessions.running import pitch_on_stage
from sessions.stages import (
    ask_question,
    get_question,
    get_stage,
    see_stages,
    stages_of,
    take_vote_back,
    vote_for_question,
)

QUESTIONS, QUESTIONS_PER = 12, timedelta(minutes=10)


@page(signed_in=True)
def show_stages(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor = actor_of(db, request)
        event = get_event(db, actor, request.path_params["event"])
        if not see_stages(actor, event):
            raise NotFound()
        stages = stages_of(db, actor, event)
    return render(request, "live/list.html", event=event, stages=stages, form=form)


class StageForm(Form):
    """A new pitch room; its time is on the event's clock."""

    name: str = ""
    opens_at: str = ""
    pitch_minutes: int = 3
    question_minutes: int = 2
    stream: str = ""


@page(form=StageForm, again=show_stages, signed_in=True)
def plan_now(request: Request, form: StageForm) -> Response:
    with transaction() as db:
        actor = actor_of(db, request)
        event = get_event(db, actor, request.path_params["event"])
        stage = plan_stage(
            db,
            actor,
            event,
            name=form.name,
            opens_at=from_wall(form.opens_at, event.zone, "opens_at"),
            pitch_seconds=form.pitch_minutes * 60,
            question_seconds=form.question_minutes * 60,
            stream=form.stream,
        )
    ids = {"event": event.event.slug, "stage": stage.public_id}
    return redirect(request, "stage_control", flash=_("The room is planned. Now choose who pitches."), **ids)


def _watched(request: Request, template: str, form: Filled = NOTHING) -> Response:
    """A page of a room that may show its stream."""
    with reading() as db:
        seen = see_room(db, request)
        turns = [one for one in turn_answers(db, seen.actor, seen.room) if one.uid]
    watch = watch_of(seen.room.stage.stream)
    return with_stream(render(request, template, form=form, watch=watch, turns=turns, **seen.context()), watch)


@page(signed_in=True)
def show_stage(request: Request, form: Filled = NOTHING) -> Response:
    return _watched(request, "live/room.html", form)


@page(signed_in=True)
def show_beamer(request: Request) -> Response:
    return _watched(request, "live/beamer.html")


@page(signed_in=True)
def show_confidence(request: Request) -> Response:
    with reading() as db:
        seen = see_room(db, request)
    return render(request, "live/confidence.html", **seen.context())


@page(signed_in=True)
def snapshot(request: Request) -> Response:
    with reading() as db:
        actor, _event, room = open_room(db, request)
        shown = room_snapshot(db, actor, room)
    return _json(snapshot_json(room.stage.public_id, shown))


@page(signed_in=True)
def changes(request: Request) -> Response:
    since = request.query_params.get("since", "")
    with reading() as db:
        actor, _event, room = open_room(db, request)
        number = int(since) if since.isascii() and since.isdigit() and len(since) < 10 else 0
        missed = changes_since(db, actor, room, number)
    return _json(changes_json(room.stage.public_id, missed))


def _json(content: dict[str, object]) -> Response:
    return JSONResponse(content, headers={"cache-control": "private, no-store"})


def done(request: Request, name: str, flash: Message | str = "") -> Response:
    """The answer to something done in a room: for a script that it was done, for a browser the way back."""
    if wants_json(request):
        return JSONResponse({"ok": True, "message": str(flash)})
    ids = {"event": request.path_params["event"], "stage": request.path_params["stage"]}
    return redirect(request, name, flash=flash, **ids)


class QuestionForm(Form):
    """A question from the audience."""

    body: str = ""


@page(form=QuestionForm, again=show_stage, signed_in=True)
def ask_now(request: Request, form: QuestionForm) -> Response:
    with reading() as db:
        actor, _event, _room = open_room(db, request)
    take_turn(f"question {actor.person}", times=QUESTIONS, per=QUESTIONS_PER)

    def ask(db: Database) -> None:
        room = get_stage(db, actor, request.path_params["stage"])
        pitch = pitch_on_stage(db, room.stage)
        ask_question(db, actor, room, body=form.body, pitch_id=pitch.id if pitch else None)

    grouped(ask)
    return done(request, "stage", _("Your question is on the list."))


class VoteForm(Form):
    """A vote for a question, or one taken back."""

    back: str = ""


@page(form=VoteForm, again=show_stage, signed_in=True)
def vote_now(request: Request, form: VoteForm) -> Response:
    with reading() as db:
        actor, _event, _room = open_room(db, request)
    change = take_vote_back if form.back else vote_for_question

    def vote(db: Database) -> None:
        room = get_stage(db, actor, request.path_params["stage"])
        change(db, actor, get_question(db, actor, room, request.path_params["question"]))

    grouped(vote)
    return done(request, "stage")
