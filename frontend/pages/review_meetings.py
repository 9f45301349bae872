"""The live room of a review's meeting: what is on, who speaks, dots, the board, and the call beside it."""

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from events.core import clock
from events.core.access import Actor, may
from events.core.database import Database, reading, transaction
from events.core.refusals import NotFound
from events.core.translation import Message, _
from events.events import EventWithPhases
from frontend.buttons import NoForm
from frontend.call_headers import with_call
from frontend.pages.reviews import the_review
from frontend.review_call_shown import review_call_shown
from frontend.review_tabs import review_tabs
from frontend.web import NOTHING, Filled, Form, page, person_of, redirect, render, wants_json
from realtime.server import current
from realtime.video.ways import usable_ways
from sessions.peer_reviews.agenda import PartInReview, agenda_of, get_part, part_label
from sessions.peer_reviews.board_updates import LONGEST_TEXT
from sessions.peer_reviews.boards import Present, present_in_room
from sessions.peer_reviews.dots import dot_votes_of, gives_dots
from sessions.peer_reviews.live import (
    end_part,
    get_review_hand,
    give_review_floor,
    hold_review_meeting,
    lengthen_part,
    lower_review_hand,
    lower_review_hand_of,
    part_on,
    pause_part,
    raise_review_hand,
    speakers_of,
    start_next_part,
    start_part,
)
from sessions.peer_reviews.reviews import ROLE_NAMES, ReviewInEvent, inside_review, is_unheld, questions_of
from sessions.peer_reviews.rooms import FOR_REVIEWS, choose_review_video, review_room_numbers
from sessions.peer_reviews.shared_board import board_entries
from sessions.peer_reviews.templates import PART_NAMES
from sessions.peer_reviews.unheld import way_on
from sessions.person_reports import people_of_review
from sessions.video import WAYS, Way


class AfterForm(Form):
    """Which part was on when the button was shown."""

    after: str = ""


class PauseForm(Form):
    """Whether the clock is to stand still."""

    still: str = ""


class TimeForm(Form):
    """How much more time a part gets."""

    seconds: int = 60


class VideoForm(Form):
    """How those in the room see each other."""

    way: str = ""
    link: str = ""


def inside(db: Database, request: Request) -> tuple[Actor, EventWithPhases, ReviewInEvent]:
    """The review that is asked for, for who is inside it; NotFound for everybody else."""
    actor, event, subject = the_review(db, request)
    if not inside_review(actor, subject):
        raise NotFound()
    return actor, event, subject


def _shown(request: Request, template: str, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, event, subject = inside(db, request)
        # Read first: what happens while the rest is read has a higher number, and is looked at again.
        number, _board = review_room_numbers(db, [subject.id])[subject.id]
        on = part_on(db, subject.id)
        agenda = agenda_of(db, subject.id)
        lines = [line for day in agenda for line in day.lines]
        call = review_call_shown(db, actor, subject)
        whole = template.endswith("live.html")
        person, unheld = person_of(request), is_unheld(subject.review, clock.now())
        shown: dict[str, Any] = {
            "event": event, "subject": subject, "review": subject.review, "form": form, "number": number,
            "now": clock.now(), "on": next((one for one in lines if on is not None and one.part.id == on.id), None),
            "left": [one for one in lines if one.part.started_at is None], "lines": lines, "part_label": part_label,
            "part_names": PART_NAMES, "speakers": speakers_of(db, actor, subject),
            "me": person.public_id if person else "", "votes": dot_votes_of(db, actor, subject),
            "questions": questions_of(db, subject.id), "unheld": unheld,
            "way": way_on(db, actor, subject) if unheld else "",
            "entries": board_entries(db, actor, subject) if whole else [], "most": LONGEST_TEXT,
            "call": call, "chosen": call.chosen, "epoch": call.epoch, "way_names": WAYS,
            "ways": [(one.value, WAYS[one]) for one in FOR_REVIEWS if one in usable_ways() | {Way.OFF, Way.LINK}],
            "runs": may(actor, "choose_review_video", subject), "writes": may(actor, "write_on_board", subject),
            "gives": gives_dots(actor, subject), "ids": {"event": event.event.slug, "review": subject.review.public_id},
            "tabs_of_review": review_tabs(actor, subject, "review_live"), "role_names": ROLE_NAMES,
            "present": _present(db, actor, subject) if whole else [],
            "others": people_of_review(db, actor, subject) if whole else [],
            "asked_in": bool(request.query_params.get("call")),
        }  # fmt: skip
    return with_call(render(request, template, **shown), call.chosen, inside=whole and call.is_here)


@page(signed_in=True)
def show_live(request: Request, form: Filled = NOTHING) -> Response:
    return _shown(request, "review_meetings/live.html", form)


@page(signed_in=True)
def now_fragment(request: Request) -> Response:
    return _shown(request, "review_meetings/now.html")


@page(signed_in=True)
def here_fragment(request: Request) -> Response:
    with reading() as db:
        actor, event, subject = inside(db, request)
        present = _present(db, actor, subject)
    person, ids = person_of(request), {"event": event.event.slug, "review": subject.review.public_id}
    return render(
        request, "review_meetings/here.html", present=present, role_names=ROLE_NAMES, ids=ids,
        me=person.public_id if person else "",
    )  # fmt: skip


def _present(db: Database, actor: Actor, subject: ReviewInEvent) -> list[Present]:
    server = current()
    return present_in_room(db, actor, subject, server.reviews.here(subject.id) if server is not None else [])


@page(signed_in=True)
def votes_fragment(request: Request) -> Response:
    return _shown(request, "review_meetings/votes.html")


def done(request: Request, said: Message | str = "", *, to: str = "review_live") -> Response:
    """The answer to something done in the room: for a script that it was done, for a browser the way back."""
    if wants_json(request):
        return JSONResponse({"ok": True, "message": str(said)})
    ids = {"event": request.path_params["event"], "review": request.path_params["review"]}
    return redirect(request, to, flash=said, **ids)


def _do(
    request: Request, step: Callable[[Database, Actor, ReviewInEvent], object], said: Message | str = ""
) -> Response:
    with transaction() as db:
        actor, _event, subject = inside(db, request)
        step(db, actor, subject)
    return done(request, said)


def _with_part(request: Request, step: Callable[[Database, Actor, PartInReview], object]) -> Response:
    part = request.path_params["part"]
    return _do(request, lambda db, actor, subject: step(db, actor, get_part(db, actor, subject, part)))


@page(form=AfterForm, again=show_live, signed_in=True)
def next_now(request: Request, form: AfterForm) -> Response:
    return _do(request, lambda db, actor, subject: start_next_part(db, actor, subject, after=form.after))


@page(form=NoForm, again=show_live, signed_in=True)
def start_now(request: Request, form: NoForm) -> Response:
    return _with_part(request, start_part)


@page(form=NoForm, again=show_live, signed_in=True)
def end_now(request: Request, form: NoForm) -> Response:
    return _with_part(request, end_part)


@page(form=PauseForm, again=show_live, signed_in=True)
def pause_now(request: Request, form: PauseForm) -> Response:
    return _with_part(request, lambda db, actor, part: pause_part(db, actor, part, still=bool(form.still)))


@page(form=TimeForm, again=show_live, signed_in=True)
def time_now(request: Request, form: TimeForm) -> Response:
    seconds = max(-600, min(form.seconds, 600))
    return _with_part(request, lambda db, actor, part: lengthen_part(db, actor, part, seconds=seconds))


@page(form=NoForm, again=show_live, signed_in=True)
def held_now(request: Request, form: NoForm) -> Response:
    return _do(request, hold_review_meeting, _("The meeting was held. Now the findings are written up."))


@page(form=NoForm, again=show_live, signed_in=True)
def raise_now(request: Request, form: NoForm) -> Response:
    return _do(request, raise_review_hand)


@page(form=NoForm, again=show_live, signed_in=True)
def lower_now(request: Request, form: NoForm) -> Response:
    return _do(request, lower_review_hand)


@page(form=NoForm, again=show_live, signed_in=True)
def floor_now(request: Request, form: NoForm) -> Response:
    hand = request.path_params["hand"]
    return _do(
        request,
        lambda db, actor, subject: give_review_floor(db, actor, get_review_hand(db, actor, subject, hand)),
    )


@page(form=NoForm, again=show_live, signed_in=True)
def lower_hand_now(request: Request, form: NoForm) -> Response:
    hand = request.path_params["hand"]
    return _do(
        request,
        lambda db, actor, subject: lower_review_hand_of(db, actor, get_review_hand(db, actor, subject, hand)),
    )


@page(form=VideoForm, again=show_live, signed_in=True)
def video_now(request: Request, form: VideoForm) -> Response:
    return _do(
        request,
        lambda db, actor, subject: choose_review_video(db, actor, subject, way=form.way, link=form.link),
        _("Chosen. The pages of all in the room show it."),
    )
