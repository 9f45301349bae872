"""The shared board of a review and its dot votes: what pages send and fetch, and the same by plain forms."""

import base64
import binascii
from datetime import timedelta
from typing import ClassVar

from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from events.core.database import reading, transaction
from events.core.limits import take_turn
from events.core.translation import _
from frontend.buttons import NoForm
from frontend.pages.review_meetings import done, inside, show_live
from frontend.web import Form, page
from sessions.peer_reviews.board_updates import UpdateRefused
from sessions.peer_reviews.dots import close_dot_vote, get_dot_vote, give_dots, open_dot_vote
from sessions.peer_reviews.shared_board import add_board_entry, board_changes, write_on_board

WRITES, WRITES_PER = 600, timedelta(minutes=1)


class UpdateForm(Form):
    """A change of the board in base64, as Yjs writes it."""

    update: str = ""


class EntryForm(Form):
    """An entry written without a script; `question` is the number of its question."""

    kind: str = ""
    question: int = 0
    text: str = ""


class VoteForm(Form):
    """A vote to be opened."""

    about: str = "board"
    dots: int = 3
    minutes: int = 5


class DotsForm(Form):
    """Dots by the number of the choice: what is sent are fields dots_1, dots_2 and so on."""

    takes_answers: ClassVar[bool] = True
    answers: dict[str, str] = Field(default_factory=dict)


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


@page(signed_in=True)
def board_updates(request: Request) -> Response:
    since = request.query_params.get("since", "")
    number = int(since) if since.isascii() and since.isdigit() and len(since) < 10 else 0
    with reading() as db:
        actor, _event, subject = inside(db, request)
        found = board_changes(db, actor, subject, since=number)
    content = {
        "since": found.since, "number": found.number, "updates": [_base64(one) for one in found.updates],
        "whole": None if found.whole is None else _base64(found.whole),
    }  # fmt: skip
    return JSONResponse(content, headers={"cache-control": "private, no-store"})


@page(form=UpdateForm, again=show_live, signed_in=True)
def write_now(request: Request, form: UpdateForm) -> Response:
    try:
        update = base64.b64decode(form.update, validate=True)
    except (binascii.Error, ValueError):
        raise UpdateRefused from None
    with reading() as db:
        actor, _event, _subject = inside(db, request)
    take_turn(f"board {actor.person}", times=WRITES, per=WRITES_PER)
    with transaction() as db:
        actor, _event, subject = inside(db, request)
        number = write_on_board(db, actor, subject, update=update)
    return JSONResponse({"ok": True, "number": number}, headers={"cache-control": "private, no-store"})


@page(form=EntryForm, again=show_live, signed_in=True)
def add_now(request: Request, form: EntryForm) -> Response:
    with transaction() as db:
        actor, _event, subject = inside(db, request)
        add_board_entry(db, actor, subject, kind=form.kind, text=form.text, question=form.question)
    return done(request, _("It stands on the board."))


@page(form=VoteForm, again=show_live, signed_in=True)
def open_vote_now(request: Request, form: VoteForm) -> Response:
    with transaction() as db:
        actor, _event, subject = inside(db, request)
        open_dot_vote(db, actor, subject, about=form.about, dots=form.dots, minutes=form.minutes)
    return done(request, _("The vote is open."))


@page(form=DotsForm, again=show_live, signed_in=True)
def give_dots_now(request: Request, form: DotsForm) -> Response:
    given = {
        int(name.removeprefix("dots_")): _count(value)
        for name, value in form.answers.items()
        if name.removeprefix("dots_").isascii() and name.removeprefix("dots_").isdigit() and len(name) < 10
    }
    with transaction() as db:
        actor, _event, subject = inside(db, request)
        give_dots(db, actor, get_dot_vote(db, actor, subject, request.path_params["vote"]), dots=given)
    return done(request, _("Your dots are placed. You can move them while the vote is open."))


def _count(text: str) -> int:
    """A number as typed; nothing is none, and what is no number is refused with the rest."""
    plain = text.strip()
    if not plain:
        return 0
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 4 else -1


@page(form=NoForm, again=show_live, signed_in=True)
def close_vote_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, _event, subject = inside(db, request)
        close_dot_vote(db, actor, get_dot_vote(db, actor, subject, request.path_params["vote"]))
    return done(request, _("The vote is closed. Everybody in the room sees what came of it."))
