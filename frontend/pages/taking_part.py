"""Taking part in a live room: chat, polls, reactions, a raised hand, a report, a wish to meet the team on stage."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from events.core.access import Actor
from events.core.database import Database, grouped, reading
from events.core.limits import TooOften, take_turn
from events.core.translation import Message, _
from frontend.buttons import NoForm
from frontend.pages.control import show_control
from frontend.pages.live import done, show_stage
from frontend.rooms import open_room
from frontend.web import NOTHING, Filled, Form, page, plain
from sessions.chat import get_message, write_message
from sessions.hands import lower_hand, raise_hand, react
from sessions.moderation import report_message, report_question
from sessions.polls import get_poll, vote_in_poll
from sessions.running import pitch_on_stage
from sessions.stages import StageInEvent, get_question, get_stage
from sessions.wishes import get_pitch_on_stage, take_wish_back, wish_to_meet

MESSAGES, MESSAGES_PER = 30, timedelta(minutes=5)
REACTIONS, REACTIONS_PER = 10, timedelta(seconds=10)

Change = Callable[[Database, Actor, StageInEvent], Any]


def _together(request: Request, change: Change, said: Message | str = "", *, to: str = "stage") -> Response:
    """Do what many do at once: one commit for all that arrive in the same moment."""
    with reading() as db:
        actor, _event, _room = open_room(db, request)
    grouped(lambda db: change(db, actor, get_stage(db, actor, request.path_params["stage"])))
    return done(request, to, said)


def _person(request: Request) -> int | None:
    with reading() as db:
        actor, _event, _room = open_room(db, request)
    return actor.person


class MessageForm(Form):
    """Something said in the chat; `control` where it was written in the control room."""

    said: str = ""
    control: str = ""


def _where_written(request: Request, form: Filled = NOTHING) -> Response:
    shown = show_control if form.values.get("control") else show_stage
    return plain(shown)(request, form=form)


@page(form=MessageForm, again=_where_written, signed_in=True)
def write_now(request: Request, form: MessageForm) -> Response:
    take_turn(f"chat {_person(request)}", times=MESSAGES, per=MESSAGES_PER)

    def write(db: Database, actor: Actor, room: StageInEvent) -> None:
        pitch = pitch_on_stage(db, room.stage)
        write_message(db, actor, room, body=form.said, pitch_id=pitch.id if pitch else None)

    return _together(request, write, to="stage_control" if form.control else "stage")


class ChoiceForm(Form):
    """One's choice in a poll."""

    choice: str = ""


@page(form=ChoiceForm, again=show_stage, signed_in=True)
def choose_now(request: Request, form: ChoiceForm) -> Response:
    def choose(db: Database, actor: Actor, room: StageInEvent) -> None:
        vote_in_poll(db, actor, get_poll(db, actor, room, request.path_params["poll"]), choice=form.choice)

    return _together(request, choose, _("Your vote is in. You can change it while the poll is open."))


class ReactionForm(Form):
    """Something shown without a word."""

    kind: str = ""


@page(form=ReactionForm, again=show_stage, signed_in=True)
def react_now(request: Request, form: ReactionForm) -> Response:
    try:
        take_turn(f"reaction {_person(request)}", times=REACTIONS, per=REACTIONS_PER)
    except TooOften:
        return done(request, "stage")  # whoever presses without end is not counted, and not told either

    def show(db: Database, actor: Actor, room: StageInEvent) -> None:
        pitch = pitch_on_stage(db, room.stage)
        react(db, actor, room, kind=form.kind, pitch_id=pitch.id if pitch else None)

    return _together(request, show)


@page(form=NoForm, again=show_stage, signed_in=True)
def raise_now(request: Request, form: NoForm) -> Response:
    return _together(request, raise_hand, _("Your hand is up. The host gives you the floor."))


@page(form=NoForm, again=show_stage, signed_in=True)
def lower_now(request: Request, form: NoForm) -> Response:
    return _together(request, lower_hand)


@page(form=NoForm, again=show_stage, signed_in=True)
def report_message_now(request: Request, form: NoForm) -> Response:
    def report(db: Database, actor: Actor, room: StageInEvent) -> None:
        report_message(db, actor, get_message(db, room, request.path_params["message"]))

    return _together(request, report, _("Thank you. A moderator looks at it."))


@page(form=NoForm, again=show_stage, signed_in=True)
def report_question_now(request: Request, form: NoForm) -> Response:
    def report(db: Database, actor: Actor, room: StageInEvent) -> None:
        report_question(db, actor, get_question(db, actor, room, request.path_params["question"]))

    return _together(request, report, _("Thank you. A moderator looks at it."))


class WishForm(Form):
    """A wish to meet a team, or one taken back."""

    back: str = ""


@page(form=WishForm, again=show_stage, signed_in=True)
def wish_now(request: Request, form: WishForm) -> Response:
    change = take_wish_back if form.back else wish_to_meet

    def wish(db: Database, actor: Actor, room: StageInEvent) -> None:
        change(db, actor, get_pitch_on_stage(db, room, request.path_params["pitch"]))

    said = _("Your wish is taken back.") if form.back else _("Noted. In the matchmaking event it becomes a request.")
    return _together(request, wish, said)
