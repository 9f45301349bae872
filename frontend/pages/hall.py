"""The hall: people in a physical room ask, vote and react on their phones, with a short link and without signing in."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from events.core.access import Actor
from events.core.addresses import client_address
from events.core.database import Database, grouped, reading, transaction
from events.core.limits import TooOften, refuse_used_up, take_turn
from events.core.refusals import NotFound
from events.core.settings import settings
from events.core.translation import Message, _
from events.events import Event
from frontend.buttons import NoForm
from frontend.cookies import HALL, cookie_of, set_cookie
from frontend.rooms import REACTIONS, Shown, marks_of
from frontend.web import NOTHING, Filled, Form, page, redirect, render
from sessions.hands import react
from sessions.passes import LASTS, PassIsOver, StagePass, find_pass, follow_pass, guest_with
from sessions.polls import PollState, get_poll, vote_in_poll
from sessions.rooms import room_snapshot
from sessions.running import pitch_on_stage
from sessions.stages import (
    Stage,
    StageInEvent,
    StageQuestionState,
    ask_question,
    get_question,
    take_vote_back,
    vote_for_question,
)

TRIES, TRIES_PER = 60, timedelta(minutes=1)
QUESTIONS, QUESTIONS_PER = 3, timedelta(minutes=10)
PRESSES, PRESSES_PER = 20, timedelta(seconds=20)
SHOWN = 15
_NO_PASS = _("This link does not let anybody in any more. Ask the people on stage for a new one.")

Change = Callable[[Database, Actor, StageInEvent], Any]


def _found(db: Database, request: Request) -> StagePass:
    found = find_pass(db, request.path_params["code"])
    if found is None:
        raise NotFound(_NO_PASS)
    return found


def _room(db: Database, found: StagePass) -> StageInEvent:
    return StageInEvent(stage := db.get_one(Stage, found.stage_id), db.get_one(Event, stage.event_id))


def _refuse_guessing(request: Request) -> None:
    """A code is short, so that it can be typed. Whoever tries codes that are none is stopped after some; whoever has
    one is not counted, since a whole hall may have one address."""
    host = request.client.host if request.client else ""
    address = client_address(host, request.headers.get("x-forwarded-for", ""), settings().trusted_proxies)
    allowance = f"hall {address}"
    with reading() as db:
        refuse_used_up(db, allowance, times=TRIES, per=TRIES_PER)
        known = find_pass(db, request.path_params["code"]) is not None
    if not known:
        take_turn(allowance, times=TRIES, per=TRIES_PER)
        raise NotFound(_NO_PASS)


def _shown(db: Database, request: Request) -> dict[str, Any]:
    found = _found(db, request)
    room = _room(db, found)
    guest = guest_with(db, found, cookie_of(request, HALL))
    context: dict[str, Any] = {
        "code": found.code,
        "gathering": room.event,
        "stage": room.stage,
        "inside": guest is not None,
    }
    if guest is None:
        return context
    snapshot = room_snapshot(db, guest, room)
    running = snapshot.running
    return context | {
        "on_stage": running.on_stage,
        "next_up": running.next_up,
        "shown": Shown(marks_of(snapshot)),
        "is_open": running.state.value == "open",
        "questions": [one for one in snapshot.questions if one.state is StageQuestionState.OPEN][:SHOWN],
        "polls": [one for one in reversed(snapshot.polls) if one.state is not PollState.DRAFT][:3],
        "reactions": [(kind.value, *REACTIONS[kind], snapshot.reactions[kind.value]) for kind in REACTIONS],
    }


@page()
def show_hall(request: Request, form: Filled = NOTHING) -> Response:
    _refuse_guessing(request)
    with reading() as db:
        context = _shown(db, request)
    return render(request, "live/hall.html", form=form, **context)


@page()
def hall_fragment(request: Request) -> Response:
    _refuse_guessing(request)
    with reading() as db:
        context = _shown(db, request)
    return render(request, "live/hall_now.html", form=NOTHING, **context)


@page(form=NoForm, again=show_hall)
def come_in_now(request: Request, form: NoForm) -> Response:
    _refuse_guessing(request)
    with transaction() as db:
        token = follow_pass(db, _found(db, request), cookie_of(request, HALL))
    response = redirect(request, "hall", code=request.path_params["code"])
    set_cookie(response, HALL, token, seconds=int(LASTS.total_seconds()))
    return response


def _together(request: Request, change: Change, said: Message | str = "") -> Response:
    _refuse_guessing(request)

    def do(db: Database) -> None:
        found = _found(db, request)
        guest = guest_with(db, found, cookie_of(request, HALL))
        if guest is None:
            raise PassIsOver
        change(db, guest, _room(db, found))

    grouped(do)
    return redirect(request, "hall", code=request.path_params["code"], flash=said)


def _turn(request: Request, what: str, times: int, per: timedelta) -> None:
    take_turn(f"hall {what} {cookie_of(request, HALL)[:20]}", times=times, per=per)


class QuestionForm(Form):
    """A question from the hall."""

    body: str = ""


@page(form=QuestionForm, again=show_hall)
def ask_now(request: Request, form: QuestionForm) -> Response:
    _turn(request, "asks", QUESTIONS, QUESTIONS_PER)

    def ask(db: Database, guest: Actor, room: StageInEvent) -> None:
        pitch = pitch_on_stage(db, room.stage)
        ask_question(db, guest, room, body=form.body, pitch_id=pitch.id if pitch else None)

    return _together(request, ask, _("Your question is sent."))


class VoteForm(Form):
    """A vote for a question, or one taken back."""

    back: str = ""


@page(form=VoteForm, again=show_hall)
def vote_now(request: Request, form: VoteForm) -> Response:
    _turn(request, "votes", PRESSES, PRESSES_PER)
    change = take_vote_back if form.back else vote_for_question

    def vote(db: Database, guest: Actor, room: StageInEvent) -> None:
        change(db, guest, get_question(db, guest, room, request.path_params["question"]))

    return _together(request, vote)


class ChoiceForm(Form):
    """A choice in a poll."""

    choice: str = ""


@page(form=ChoiceForm, again=show_hall)
def choose_now(request: Request, form: ChoiceForm) -> Response:
    _turn(request, "votes", PRESSES, PRESSES_PER)

    def choose(db: Database, guest: Actor, room: StageInEvent) -> None:
        vote_in_poll(db, guest, get_poll(db, guest, room, request.path_params["poll"]), choice=form.choice)

    return _together(request, choose, _("Your vote is in. You can change it while the poll is open."))


class ReactionForm(Form):
    """Something shown without a word."""

    kind: str = ""


@page(form=ReactionForm, again=show_hall)
def react_now(request: Request, form: ReactionForm) -> Response:
    try:
        _turn(request, "reacts", PRESSES, PRESSES_PER)
    except TooOften:
        return redirect(request, "hall", code=request.path_params["code"])

    def show(db: Database, guest: Actor, room: StageInEvent) -> None:
        pitch = pitch_on_stage(db, room.stage)
        react(db, guest, room, kind=form.kind, pitch_id=pitch.id if pitch else None)

    return _together(request, show)
